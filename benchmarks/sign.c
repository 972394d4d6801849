/* Who signs with a key in a file: libsign, CMS_sign, and a bare EVP_PKEY_sign as the limit. */
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

struct signer {
    const struct corpus *corpus;
    sign_key *key;
};

static void ours_sign(void *state, size_t i) {
    const struct signer *s = state;
    const sign_buf *document = &s->corpus->documents[i % s->corpus->n];
    sign_input in = {.name = "olcum.xml", .data = {document->data, document->len}};
    sign_buf out = {0};
    sign_error err = {0};
    if (sign_create(s->key, &in, NULL, &(sign_output){.buf = &out}, &err) != SIGN_OK)
        must(false, err.text);
    sign_buf_free(&out);
}

static void cms_sign_one(void *state, size_t i) {
    const struct signer *s = state;
    const sign_buf *document = &s->corpus->documents[i % s->corpus->n];
    BIO *in = BIO_new_mem_buf(document->data, (int)document->len);
    must(in != NULL, "out of memory");
    CMS_ContentInfo *cms = cms_sign(s->corpus, 0, in, 0);
    must(CMS_final(cms, in, NULL, CMS_BINARY) == 1, "CMS_final");
    unsigned char *der = NULL;
    must(i2d_CMS_ContentInfo(cms, &der) > 0, "i2d_CMS_ContentInfo");
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
}

static void *bare_open(void *shared) {
    const struct signer *s = shared;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(s->corpus->keys[0], NULL);
    must(ctx && EVP_PKEY_sign_init(ctx) == 1, "EVP_PKEY_sign_init");
    must(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1, "EVP_PKEY_CTX_set_signature_md");
    return ctx;
}

static void bare_sign(void *state, size_t i) {
    unsigned char digest[32], value[512];
    size_t len = sizeof value;
    memset(digest, (int)(i & 0xff), sizeof digest);
    must(EVP_PKEY_sign(state, value, &len, digest, sizeof digest) == 1, "EVP_PKEY_sign");
}

static void bare_close(void *state) {
    EVP_PKEY_CTX_free(state);
}

static sign_key *key_open(const struct bench_settings *settings, const char *kind) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.pem", settings->work, kind);
    sign_key *key = NULL;
    sign_error err = {0};
    sign_key_options opt = {.size = sizeof opt};
    if (sign_key_open(path, &opt, &key, &err) != SIGN_OK)
        must(false, err.text);
    return key;
}

void sign_ops(struct bench_list *list, const struct bench_settings *settings, const struct corpus *c) {
    struct signer *s = calloc(1, sizeof *s);
    must(s != NULL, "out of memory");
    *s = (struct signer){c, key_open(settings, c->kind)};
    const char *row = text_of("sign, key in a file, %s", c->kind);
    bench_add(list, (struct bench_op){.row = row, .who = "libsign", .shared = s, .run = ours_sign});
    bench_add(list, (struct bench_op){.row = row, .who = "CMS_sign", .shared = s, .run = cms_sign_one});
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "bare EVP_PKEY_sign",
                                      .shared = s,
                                      .open = bare_open,
                                      .run = bare_sign,
                                      .close = bare_close});
}
