#include "stamp_make.h"

#include "xades/check.h"
#include "xades/run.h"
#include <stdlib.h>

void stamp_close(stamp_run_ptr *r) {
    struct stamp_run *run = TAKE(*r);
    if (run == NULL)
        return;
    xades_document_free(&run->document);
    sign_report_free(&run->report);
    crypto_free(&run->crypto);
    free(run);
}

struct stamp_run *stamp_open(sign_bytes text, const sign_input *contents, size_t n) {
    struct stamp_run *run = calloc(1, sizeof *run);
    sign_error err = {0};
    struct xades_bound bound = {0};
    const sign_input in = {.name = "belge.xml", .data = text};
    cr_assert(run != NULL && n <= 2);
    cr_assert_eq(crypto_new(&run->crypto, &err), SIGN_OK);
    cr_assert_eq(report_new(&run->report, &err), SIGN_OK);
    cr_assert_eq(source_open(&in, &run->text, &err), SIGN_OK);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(source_open(&contents[i], &run->contents[i], &err), SIGN_OK);
    const struct xml_text whole = {.src = &run->text, .at = text.len, .behind = text.len};
    cr_assert_eq(xades_run_open(run->crypto, &whole, &run->document, &err), SIGN_OK, "%s", err.text);
    cr_assert(run->document.n_signatures > 0);
    run->ctx = (struct ades_context){.crypto = run->crypto};
    run->job = (struct xades_job){.ctx = &run->ctx,
                                  .d = &run->document,
                                  .contents = run->contents,
                                  .n_contents = n,
                                  .used = run->used,
                                  .report = run->report};
    run->one = (struct xades_one){.job = &run->job, .out = report_add(run->report)};
    struct xades_one *o = &run->one;
    cr_assert(xades_signature_read(run->document.signatures[0], &run->report->arena, &o->s));
    cr_assert_eq(o->s.broken, MSG_NONE, "%s", o->s.broken_detail);
    cr_assert(xades_properties_read(o, &run->p) && xades_key_info_read(o, &run->keys));
    cr_assert_eq(xades_check_references(o, &run->p, &bound, &err), SIGN_OK, "%s", err.text);
    xades_signed_text(o, &run->p);
    cr_assert(xades_unsigned_read(o, &run->p, &run->keys));
    run->stamps = o->facts.stamps;
    run->n = o->facts.n_stamps;
    return run;
}

struct ades_imprint stamp_against(struct stamp_run *run, size_t i, sign_bytes octets) {
    struct ades_imprint found;
    uint8_t digest[DIGEST_MAX];
    sign_error err = {0};
    cr_assert(i < run->n, "%zu time-stamps", run->n);
    cr_assert_eq(crypto_hash(run->crypto, DIGEST_SHA256, octets, digest, &err), SIGN_OK);
    const struct ades_stamp *s = &run->stamps[i];
    cr_assert_eq(s->imprint(s, DIGEST_SHA256, BYTES(digest, 32), &found, &err), SIGN_OK, "%s", err.text);
    return found;
}

void stamp_is_of(struct stamp_run *run, size_t i, const char *octets) {
    struct ades_imprint same = stamp_against(run, i, BYTES_STR(octets));
    cr_assert_eq(same.same, TRI_TRUE, "time-stamp %zu (%s) is not of %s", i, run->stamps[i].kind, octets);
    cr_assert_not_null(same.found);
    /* With the final NUL. */
    struct ades_imprint other = stamp_against(run, i, BYTES(octets, strlen(octets) + 1));
    cr_assert_eq(other.same, TRI_FALSE);
    cr_assert_eq(other.why, MSG_NONE);
    cr_assert_str_eq(other.found, same.found);
}
