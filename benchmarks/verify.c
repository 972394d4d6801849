/* Who verifies: libsign, CMS_verify, and the bare cryptography as the limit that neither can pass. */
#include "check.h"
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

sign_trust *trust_make(const char *dir, const char *list) {
    char root[1024], crls[2][1024];
    snprintf(root, sizeof root, "%s/root.der", dir);
    snprintf(crls[0], sizeof crls[0], "%s/%s", dir, list);
    snprintf(crls[1], sizeof crls[1], "%s/root.crl", dir);
    sign_input anchor = {.path = root}, lists[2] = {{.path = crls[0]}, {.path = crls[1]}};
    sign_trust_options opt = {
        .size = sizeof opt, .anchors = &anchor, .n_anchors = 1, .crls = lists, .n_crls = 2};
    sign_trust *trust = NULL;
    sign_error err = {0};
    if (sign_trust_new(&opt, &trust, &err) != SIGN_OK)
        must(false, err.text);
    return trust;
}

/* ---- libsign ---------------------------------------------------------------------------------------- */

struct ours {
    const struct corpus *corpus;
    sign_trust *trust;
};

static void ours_do(const struct ours *o, size_t i, const sign_verify_options *opt, sign_rc right) {
    const sign_buf *signature = &o->corpus->signatures[i];
    sign_input what = {.name = "olcum.p7m", .data = {signature->data, signature->len}};
    sign_report *report = NULL;
    sign_error err = {0};
    if (sign_verify(&what, NULL, 0, o->trust, opt, &report, &err) != right)
        must(false, report ? "libsign: a signature did not pass" : err.text);
    sign_report_free(&report);
}

static void ours_verify_at(const struct ours *o, size_t i) {
    ours_do(o, i, NULL, SIGN_OK);
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
    ours_do(o, i % known(o->corpus), &opt, SIGN_INDETERMINATE);
}

/* A trust that has seen the CA and the lists, through the first signer, and none of the others. */
static void ours_forget(void *shared) {
    struct ours *o = shared;
    sign_trust_free(&o->trust);
    o->trust = trust_make(o->corpus->authority->dir, o->corpus->authority->list);
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
    const sign_buf *signature = &o->corpus->signatures[0];
    sign_input what = {.name = "olcum.p7m", .data = {signature->data, signature->len}};
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

static struct ours *ours_make(const struct corpus *c, bool with_trust) {
    struct ours *o = calloc(1, sizeof *o);
    must(o != NULL, "out of memory");
    *o = (struct ours){c, with_trust ? trust_make(c->authority->dir, c->authority->list) : NULL};
    return o;
}

static void known_ops(struct bench_list *list, const char *row, struct ours *o) {
    bench_add(list, (struct bench_op){.row = row, .who = "libsign", .shared = o, .run = ours_known});
    bench_add(list, (struct bench_op){.row = row, .who = "CMS_verify", .shared = o, .run = cms_known});
}

static void new_ops(struct bench_list *list, const char *row, struct ours *o) {
    size_t pass = o->corpus->n - 1;
    bench_add(
        list,
        (struct bench_op){
            .row = row, .who = "libsign", .shared = o, .renew = ours_forget, .run = ours_new, .pass = pass});
    bench_add(list,
              (struct bench_op){.row = row, .who = "CMS_verify", .shared = o, .run = cms_new, .pass = pass});
}

void verify_ops(struct bench_list *list, const struct corpus *c) {
    struct ours *o = ours_make(c, true);
    const char *row = text_of("verify, known signer, %s", c->kind);
    known_ops(list, row, o);
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "bare EVP_PKEY_verify",
                                      .shared = o,
                                      .open = bare_open,
                                      .run = bare_verify,
                                      .close = bare_close});
    new_ops(list, text_of("verify, new signer, %s", c->kind), ours_make(c, false));
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
    struct ours *o = ours_make(c, true);
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
    new_ops(list, text_of("verify, CRL of 50000, new, %s", c->kind), ours_make(c, false));
}
