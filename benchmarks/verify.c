/* Who verifies: libsign, CMS_verify, and the bare cryptography as the limit that neither can pass. */
#include "check.h"
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

sign_trust *trust_make(const char *dir, const char *list) {
    return library_trust(library_linked(), dir, list);
}

/* ---- libsign ---------------------------------------------------------------------------------------- */

struct ours {
    const struct library *lib;
    const struct corpus *corpus;
    sign_trust *trust;
};

static sign_input signature_of(const struct ours *o, size_t i) {
    const sign_buf *signature = &o->corpus->signatures[i];
    return (sign_input){.name = "olcum.p7m", .data = {signature->data, signature->len}};
}

static void ours_verify_at(const struct ours *o, size_t i) {
    sign_input what = signature_of(o, i);
    library_verify(o->lib, &what, o->trust, NULL);
}

static size_t known(const struct corpus *c) {
    return c->n < KNOWN_SIGNERS ? c->n : KNOWN_SIGNERS;
}

static void ours_known(void *state, size_t i) {
    const struct ours *o = state;
    ours_verify_at(o, i % known(o->corpus));
}

/* Digests and value alone, as `kalem inspect` looks at them; what nobody asked is indeterminate. */
static void ours_inspect(void *state, size_t i) {
    static const sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    const struct ours *o = state;
    sign_input what = signature_of(o, i % known(o->corpus));
    sign_report *report = NULL;
    sign_error err = {0};
    if (sign_verify(&what, NULL, 0, o->trust, &opt, &report, &err) != SIGN_INDETERMINATE)
        must(false, report ? "libsign: an inspection found more than it looks for" : err.text);
    sign_report_free(&report);
}

/* A trust that has seen the CA and the lists, through the first signer, and none of the others. */
static void ours_forget(void *shared) {
    struct ours *o = shared;
    o->lib->trust_free(&o->trust);
    o->trust = library_trust(o->lib, o->corpus->authority->dir, o->corpus->authority->list);
    ours_verify_at(o, 0);
}

static void ours_new(void *state, size_t i) {
    const struct ours *o = state;
    ours_verify_at(o, i + 1);
}

/* ---- OpenSSL ---------------------------------------------------------------------------------------- */

static void cms_verify_at(const struct corpus *c, size_t i) {
    const unsigned char *p = c->signatures[i].data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)c->signatures[i].len);
    BIO *out = BIO_new(BIO_s_null());
    must(cms && out, "d2i_CMS_ContentInfo");
    must(CMS_verify(cms, NULL, c->authority->store, NULL, out, CMS_BINARY | CMS_CADES) == 1, "CMS_verify");
    BIO_free(out);
    CMS_ContentInfo_free(cms);
}

static void cms_known(void *state, size_t i) {
    const struct ours *o = state;
    cms_verify_at(o->corpus, i % known(o->corpus));
}

static void cms_new(void *state, size_t i) {
    const struct ours *o = state;
    cms_verify_at(o->corpus, i + 1);
}

struct bare {
    EVP_PKEY_CTX *ctx;
    unsigned char digest[32], value[512];
    size_t len;
};

static void *bare_open(void *shared) {
    const struct ours *o = shared;
    struct bare *b = calloc(1, sizeof *b);
    must(b != NULL, "out of memory");
    memset(b->digest, 0x5a, sizeof b->digest);
    b->len = sizeof b->value;
    EVP_PKEY *key = o->corpus->keys[0];
    EVP_PKEY_CTX *signer = EVP_PKEY_CTX_new(key, NULL);
    must(signer && EVP_PKEY_sign_init(signer) == 1, "EVP_PKEY_sign_init");
    must(EVP_PKEY_CTX_set_signature_md(signer, EVP_sha256()) == 1, "EVP_PKEY_CTX_set_signature_md");
    must(EVP_PKEY_sign(signer, b->value, &b->len, b->digest, sizeof b->digest) == 1, "EVP_PKEY_sign");
    EVP_PKEY_CTX_free(signer);
    b->ctx = EVP_PKEY_CTX_new(key, NULL);
    must(b->ctx && EVP_PKEY_verify_init(b->ctx) == 1, "EVP_PKEY_verify_init");
    must(EVP_PKEY_CTX_set_signature_md(b->ctx, EVP_sha256()) == 1, "EVP_PKEY_CTX_set_signature_md");
    return b;
}

static void bare_verify(void *state, size_t i) {
    struct bare *b = state;
    (void)i;
    must(EVP_PKEY_verify(b->ctx, b->value, b->len, b->digest, sizeof b->digest) == 1, "EVP_PKEY_verify");
}

static void bare_close(void *state) {
    struct bare *b = state;
    EVP_PKEY_CTX_free(b->ctx);
    free(b);
}

/* ---- writing a report ------------------------------------------------------------------------------- */

static void *report_open(void *shared) {
    struct ours *o = shared;
    sign_input what = signature_of(o, 0);
    sign_report *report = NULL;
    must(sign_verify(&what, NULL, 0, o->trust, NULL, &report, NULL) == SIGN_OK, "sign_verify");
    return report;
}

static void report_write(void *state, sign_report_form form) {
    sign_buf out = {0};
    must(sign_report_write(state, form, SIGN_TR, &out, NULL) == SIGN_OK, "sign_report_write");
    must(out.len > 0, "an empty report");
    sign_buf_free(&out);
}

static void report_text(void *state, size_t i) {
    (void)i;
    report_write(state, SIGN_TEXT);
}

static void report_json(void *state, size_t i) {
    (void)i;
    report_write(state, SIGN_JSON);
}

static void report_close(void *state) {
    sign_report *report = state;
    sign_report_free(&report);
}

/* ---- rows ------------------------------------------------------------------------------------------- */

static struct ours *ours_make(const struct library *lib, const struct corpus *c, bool with_trust) {
    struct ours *o = calloc(1, sizeof *o);
    must(o != NULL, "out of memory");
    *o = (struct ours){lib, c, with_trust ? library_trust(lib, c->authority->dir, c->authority->list) : NULL};
    return o;
}

static void known_op(struct bench_list *list, const char *row, struct ours *o) {
    bench_add(list, (struct bench_op){.row = row, .who = o->lib->who, .shared = o, .run = ours_known});
}

static void new_op(struct bench_list *list, const char *row, struct ours *o) {
    bench_add(list, (struct bench_op){.row = row,
                                      .who = o->lib->who,
                                      .shared = o,
                                      .renew = ours_forget,
                                      .run = ours_new,
                                      .pass = o->corpus->n - 1});
}

static void known_ops(struct bench_list *list, const char *row, struct ours *o) {
    known_op(list, row, o);
    bench_add(list, (struct bench_op){.row = row, .who = "CMS_verify", .shared = o, .run = cms_known});
}

static void new_ops(struct bench_list *list, const char *row, struct ours *o) {
    new_op(list, row, o);
    bench_add(list,
              (struct bench_op){
                  .row = row, .who = "CMS_verify", .shared = o, .run = cms_new, .pass = o->corpus->n - 1});
}

void verify_before_ops(struct bench_list *list, const struct corpus *c, const struct library *before) {
    const char *row = text_of("verify, known signer, %s", c->kind);
    known_op(list, row, ours_make(library_linked(), c, true));
    known_op(list, row, ours_make(before, c, true));
    row = text_of("verify, new signer, %s", c->kind);
    new_op(list, row, ours_make(library_linked(), c, false));
    new_op(list, row, ours_make(before, c, false));
}

void verify_ops(struct bench_list *list, const struct corpus *c) {
    struct ours *o = ours_make(library_linked(), c, true);
    const char *row = text_of("verify, known signer, %s", c->kind);
    known_ops(list, row, o);
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "bare EVP_PKEY_verify",
                                      .shared = o,
                                      .open = bare_open,
                                      .run = bare_verify,
                                      .close = bare_close});
    new_ops(list, text_of("verify, new signer, %s", c->kind), ours_make(library_linked(), c, false));
    row = text_of("write a report, %s", c->kind);
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "libsign JSON",
                                      .shared = o,
                                      .open = report_open,
                                      .run = report_json,
                                      .close = report_close});
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "libsign text",
                                      .shared = o,
                                      .open = report_open,
                                      .run = report_text,
                                      .close = report_close});
}

void verify_long_list_ops(struct bench_list *list, const struct corpus *c) {
    struct ours *o = ours_make(library_linked(), c, true);
    const char *row = text_of("verify, CRL of 50000, known, %s", c->kind);
    known_ops(list, row, o);
    bench_add(list,
              (struct bench_op){.row = row, .who = "libsign inspect", .shared = o, .run = ours_inspect});
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "bare signature check",
                                      .shared = (void *)(uintptr_t)c,
                                      .open = check_open,
                                      .run = check_run,
                                      .close = check_close});
    new_ops(list, text_of("verify, CRL of 50000, new, %s", c->kind), ours_make(library_linked(), c, false));
}
