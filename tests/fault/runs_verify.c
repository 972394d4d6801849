/* Reading runs: trust, verification, reports, extraction, certificates. */
#include "runs.h"

#include <string.h>

int run_trust(const struct world *w) {
    sign_error err = {0};
    sign_trust *trust = NULL;
    size_t n[3] = {0};
    faults_on();
    sign_rc rc = sign_trust_new(&w->trust_options, &trust, &err);
    faults_off();
    if (rc == SIGN_OK)
        sign_trust_count(trust, &n[0], &n[1], &n[2]);
    bool right = rc == SIGN_OK ? n[0] == 1 && n[1] == 1 && n[2] == 2 : trust == NULL;
    sign_trust_free(&trust);
    return judged(rc, &err, right);
}

int verify(const struct world *w, const sign_trust *trust, sign_bytes what, const sign_input *content,
           const sign_verify_options *opt, const char *sub) {
    sign_error err = {0};
    sign_report *report = NULL;
    sign_input in = {.name = "imza", .data = what};
    faults_on();
    sign_rc rc = sign_verify(&in, content, content ? 1 : 0, trust, opt, &report, &err);
    faults_off();
    const sign_signature *s = rc >= 0 ? sign_report_signature(report, 0) : NULL;
    bool right =
        rc >= 0 ? s && (!sub ? !s->sub : s->sub && strcmp(s->sub, sub) == 0) && world_told_alike(w, report)
                : report == NULL;
    sign_report_free(&report);
    return judged(rc, &err, right);
}

int run_verify_known(const struct world *w) {
    return verify(w, w->trust, BUF(w->attached), NULL, &w->verify_options, NULL);
}

int run_verify_new(const struct world *w) {
    sign_trust *trust = NULL;
    if (sign_trust_new(&w->trust_options, &trust, NULL) != SIGN_OK)
        return RUN_WRONG;
    int result = verify(w, trust, BUF(w->attached), NULL, &w->verify_options, NULL);
    sign_trust_free(&trust);
    return result;
}

int run_verify_two(const struct world *w) {
    return verify(w, w->trust, BUF(w->two), NULL, &w->verify_options, NULL);
}

int run_verify_detached(const struct world *w) {
    sign_input content = world_document();
    return verify(w, w->trust, BUF(w->detached), &content, &w->verify_options, NULL);
}

int run_verify_altered(const struct world *w) {
    return verify(w, w->trust, BUF(w->altered), NULL, &w->verify_options, "HASH_FAILURE");
}

int run_verify_cut(const struct world *w) {
    return verify(w, w->trust, BUF(w->cut), NULL, &w->verify_options, "FORMAT_FAILURE");
}

int run_verify_stranger(const struct world *w) {
    return verify(w, NULL, BUF(w->attached), NULL, &w->verify_options, "NO_CERTIFICATE_CHAIN_FOUND");
}

int run_inspect(const struct world *w) {
    sign_verify_options opt = {.size = sizeof opt, .at = WORLD_NOW, .inspect = 1};
    return verify(w, NULL, BUF(w->attached), NULL, &opt, NULL);
}

static int write_report(const struct world *w, sign_report_form form, const char *wanted) {
    sign_error err = {0};
    sign_buf out = {0};
    faults_on();
    sign_rc rc = sign_report_write(w->report, form, SIGN_TR, &out, &err);
    faults_off();
    bool right = rc == SIGN_OK
                     ? holds(&out, wanted) && holds(&out, "TOTAL-PASSED") && world_told_same(w, BUF(out))
                     : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_report_text(const struct world *w) {
    return write_report(w, SIGN_TEXT, "Bütünlük:");
}

int run_report_json(const struct world *w) {
    return write_report(w, SIGN_JSON, "\"countersignatures\"");
}

int run_report_detailed(const struct world *w) {
    return write_report(w, SIGN_DETAILED, "\"blocks\"");
}

int run_report_html(const struct world *w) {
    return write_report(w, SIGN_HTML, "</html>");
}

/* These two hold no word of the verdict as it is written elsewhere. */
static int write_other(const struct world *w, sign_report_form form, const char *wanted) {
    sign_error err = {0};
    sign_buf out = {0};
    faults_on();
    sign_rc rc = sign_report_write(w->report, form, SIGN_EN, &out, &err);
    faults_off();
    bool right = rc == SIGN_OK ? holds(&out, wanted) && world_told_same(w, BUF(out)) : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_report_diagnostic(const struct world *w) {
    return write_other(w, SIGN_DIAGNOSTIC, "verify-diagnostic/1");
}

int run_report_etsi(const struct world *w) {
    return write_other(w, SIGN_ETSI, "mainindication:total-passed");
}

int extract(const struct world *w, sign_bytes what, sign_bytes wanted) {
    sign_error err = {0};
    sign_buf out = {0};
    sign_input in = {.data = what};
    (void)w;
    faults_on();
    sign_rc rc = sign_extract(&in, &(sign_output){.buf = &out}, &err);
    faults_off();
    bool right = rc == SIGN_OK ? out.len == wanted.len && memcmp(out.data, wanted.data, out.len) == 0
                               : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_extract(const struct world *w) {
    return extract(w, BUF(w->attached), world_document().data);
}

int run_certs(const struct world *w) {
    sign_error err = {0};
    sign_certs *certs = NULL;
    faults_on();
    sign_rc rc = sign_certs_read(&w->certs[0], &certs, &err);
    faults_off();
    bool right =
        rc == SIGN_OK ? sign_certs_count(certs) == 1 && sign_certs_get(certs, 0)->is_ca : certs == NULL;
    sign_certs_free(&certs);
    return judged(rc, &err, right);
}
