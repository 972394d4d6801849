#include "draft_make.h"

#include "base/time.h"

#include <stdio.h>
#include <unistd.h>

sign_options draft_options(sign_shape shape) {
    return (sign_options){.size = sizeof(sign_options),
                          .format = SIGN_XADES,
                          .shape = shape,
                          .claimed_time = 1767607200}; /* 2026-01-05T10:00:00Z */
}

sign_rc draft_begin(const signer *s, bool proven, const sign_input *what, const sign_input *in,
                    const sign_options *opt, struct ades_draft **out, sign_error *err) {
    AUTO(ades_plan) plan = {0};
    sign_rc rc = ades_plan_make(s->crypto, s->chain, s->n, opt, &plan, err);
    plan.proven = proven;
    return rc == SIGN_OK ? xades_draft(s->crypto, &plan, what, in, out, err) : rc;
}

void draft_value(const signer *s, const struct ades_draft *d, sign_buf *value) {
    sign_error err = {0};
    cr_assert_eq(key_sign(s->key, s->crypto, &d->alg, xades_draft_get(d).digest, value, &err), SIGN_OK, "%s",
                 err.text);
}

sign_rc draft_create(const signer *s, const sign_input *what, const sign_input *in, const sign_options *opt,
                     sign_buf *out, sign_error *err) {
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    sign_rc rc = draft_begin(s, false, what, in, opt, &d, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    draft_value(s, d, &value);
    return xades_draft_finish(s->crypto, d, draft_view(&value), SIGN_VALUE_DER, &(sign_output){.buf = out},
                              err);
}

typedef sign_trust *sign_trust_ptr;
CLEANUP(sign_trust_ptr, sign_trust_free);

size_t draft_holds(const signer *s, sign_bytes text, const sign_input *content) {
    AUTO(sign_trust_ptr) trust = NULL;
    AUTO(sign_report_ptr) report = NULL;
    AUTO(source) given = {.fd = -1};
    sign_error err = {0};
    size_t n = 0;
    cr_assert_eq(sign_trust_new(NULL, &trust, NULL), SIGN_OK);
    cr_assert_eq(report_new(&report, NULL), SIGN_OK);
    const struct ades_context ctx = {.trust = trust,
                                     .crypto = s->crypto,
                                     .policy = ades_policy_find("default"),
                                     .at = time_now(),
                                     .inspect = true};
    if (content) {
        cr_assert_eq(source_open(content, &given, NULL), SIGN_OK);
    }
    const source what = {.mem = text, .fd = -1, .size = text.len, .name = "imzali.xml"};
    cr_assert_eq(xades_verify(&ctx, &what, &given, content ? 1 : 0, report, &err), SIGN_OK, "%s", err.text);
    for (const struct report_signature *r = report->signatures; r; r = r->next, n++) {
        cr_expect_str_eq(r->format, "xades");
        cr_expect_eq(r->references, TRI_TRUE, "signature %s: references", r->id);
        cr_expect_eq(r->signature_value, TRI_TRUE, "signature %s: value", r->id);
        cr_expect_eq(r->signing_certificate, TRI_TRUE, "signature %s: certificate", r->id);
    }
    return n;
}

static const uint8_t *found(sign_bytes text, const char *what) {
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= text.len; i++) {
        if (memcmp(text.data + i, what, n) == 0) {
            return text.data + i;
        }
    }
    return NULL;
}

bool draft_has(sign_bytes text, const char *what) {
    return found(text, what) != NULL;
}

size_t draft_find(sign_bytes text, const char *what) {
    const uint8_t *at = found(text, what);
    cr_assert_not_null(at, "%s", what);
    return (size_t)(at - text.data);
}

void draft_file(const char *name, sign_bytes text, char path[256]) {
    snprintf(path, 256, "/tmp/kalem-draft-%ld-%s", (long)getpid(), name);
    FILE *f = fopen(path, "wb");
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(text.data, 1, text.len, f), text.len);
    cr_assert_eq(fclose(f), 0);
}
