#include "report/writers.h"

sign_rc sign_report_write(const sign_report *report, sign_report_form form, sign_lang lang, sign_buf *out,
                          sign_error *err) {
    if (!report || !out || (form != SIGN_TEXT && form != SIGN_JSON))
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                    "sign_report_write: report, a known form and out are needed");
    AUTO(grow) g = {0};
    if (form == SIGN_JSON)
        report_write_json(report, lang, &g);
    else
        report_write_text(report, lang, &g);
    return grow_take(&g, out, err);
}
