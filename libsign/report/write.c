#include "report/verdict.h"
#include "report/writers.h"

/* TS 119 102-2 reports on signatures that were validated; of a certificate alone, or of an inspection, it has
 * no words. */
static bool is_validation(const struct sign_report *r) {
    return !r->certificate && !verdict_inspecting(r);
}

static void write_form(const struct sign_report *r, sign_report_form form, sign_lang lang, grow *out) {
    switch (form) {
    case SIGN_TEXT:
        report_write_text(r, lang, out);
        break;
    case SIGN_JSON:
    case SIGN_DETAILED:
        report_write_json(r, lang, form == SIGN_DETAILED, out);
        break;
    case SIGN_DIAGNOSTIC:
        report_write_diagnostic(r, out);
        break;
    case SIGN_ETSI:
        report_write_etsi(r, lang, out);
        break;
    case SIGN_HTML:
        report_write_html(r, lang, out);
        break;
    }
}

sign_rc sign_report_write(const sign_report *report, sign_report_form form, sign_lang lang, sign_buf *out,
                          sign_error *err) {
    if (!report || !out || form < SIGN_TEXT || form > SIGN_HTML)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                    "sign_report_write: report, a known form and out are needed");
    if (form == SIGN_ETSI && !is_validation(report))
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "TS 119 102-2: %s", report->schema);
    AUTO(grow) g = {0};
    write_form(report, form, lang, &g);
    return grow_take(&g, out, err);
}
