/* form/write.c - the canonical bytes of a form: what is signed. */
#include "form/model.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "xml/xml.h"
#include <stdio.h>

/* UTC+3, the time of Turkey all year since 2016: one instant has one text. */
static void time_text(int64_t t, char out[40]) {
    struct civil c = time_to_civil(t + 3 * 3600);
    snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d+03:00", c.year, c.month, c.day, c.hour, c.minute,
             c.second);
}

/*
 * Written so that Exclusive XML Canonicalization 1.0 without comments gives the same bytes back: the
 * namespace first, attributes by local name (Canonical XML 1.0, 2.2 and 4.8), start and end tags for empty
 * elements, no declaration and no white space between elements.
 */
static void canonical(const struct sign_form *f, grow *out) {
    char time[40];
    time_text(f->time, time);
    grow_printf(out, "<" FORM_ROOT " xmlns=\"" FORM_SPACE "\" dil=\"%s\" id=\"%s\"", f->language, f->id);
    grow_str(out, " surum=\"" FORM_VERSION "\" tur=\"" FORM_TYPE "\"><Olusturma uygulama=\"");
    xml_put_value(out, f->program);
    grow_printf(out, "\" zaman=\"%s\"></Olusturma>", time);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (f->values[i] != NULL) {
            grow_printf(out, "<%s>", field_at(i)->name);
            xml_put_text(out, f->values[i]);
            grow_printf(out, "</%s>", field_at(i)->name);
        }
    }
    grow_str(out, "</" FORM_ROOT ">");
}

sign_rc sign_form_write(const sign_form *form, const sign_output *out, sign_error *err) {
    if (form == NULL || out == NULL) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_form_write: form and out are needed");
    }
    AUTO(grow) g = {.limit = LIMIT_FORM};
    AUTO(sign_buf) bytes = {0};
    sign_rc rc = form_all_known(form, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    canonical(form, &g);
    rc = grow_take(&g, &bytes, err);
    return rc == SIGN_OK ? output_write(out, BYTES(bytes.data, bytes.len), err) : rc;
}
