/* Loads the benchmark set and makes the signatures that will be verified. */
#include "corpus.h"

#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *text_of(const char *fmt, ...) {
    char text[1024];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    must(n > 0 && (size_t)n < sizeof text, fmt);
    char *copy = strdup(text);
    must(copy != NULL, "out of memory");
    return copy;
}

static X509 *cert_load(const char *dir, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    BIO *bio = BIO_new_file(path, "rb");
    if (!bio)
        return NULL;
    X509 *cert = d2i_X509_bio(bio, NULL);
    must(cert != NULL, path);
    BIO_free(bio);
    return cert;
}

static EVP_PKEY *key_load(const char *dir, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    BIO *bio = BIO_new_file(path, "rb");
    must(bio != NULL, path);
    EVP_PKEY *key = d2i_PrivateKey_bio(bio, NULL);
    must(key != NULL, path);
    BIO_free(bio);
    return key;
}

static void crl_load(X509_STORE *store, const char *dir, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    BIO *bio = BIO_new_file(path, "rb");
    must(bio != NULL, path);
    X509_CRL *crl = d2i_X509_CRL_bio(bio, NULL);
    must(crl != NULL && X509_STORE_add_crl(store, crl) == 1, path);
    X509_CRL_free(crl);
    BIO_free(bio);
}

struct authority *authority_load(const char *dir, const char *list) {
    struct authority *a = calloc(1, sizeof *a);
    must(a != NULL, "out of memory");
    *a = (struct authority){dir, list, cert_load(dir, "ca.der"), sk_X509_new_null(), X509_STORE_new()};
    X509 *root = cert_load(dir, "root.der");
    must(root && a->ca && a->extra && a->store, dir);
    must(sk_X509_push(a->extra, a->ca) == 1 && X509_STORE_add_cert(a->store, root) == 1, "trust");
    X509_free(root);
    crl_load(a->store, dir, list);
    crl_load(a->store, dir, "root.crl");
    X509_STORE_set_flags(a->store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return a;
}

CMS_ContentInfo *cms_sign(const struct corpus *c, size_t signer, BIO *in, unsigned flags) {
    unsigned all = CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP | flags;
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, c->authority->extra, in, all | CMS_PARTIAL);
    must(cms && CMS_add1_signer(cms, c->certs[signer], c->keys[signer], EVP_sha256(), all), "CMS_sign");
    return cms;
}

/* XML, as applications are, but none of the library's own forms: those are checked before they are signed. */
static void document_make(size_t i, sign_buf *out) {
    static const char line[] = "  <alan no=\"%03u\">\xc3\x96l\xc3\xa7\xc3\xbcm de\xc4\x9f"
                               "eri %08x</alan>\n";
    char *text = malloc(DOCUMENT_SIZE + 256);
    must(text != NULL, "out of memory");
    size_t len = (size_t)snprintf(text, 128, "<olcum no=\"%zu\">\n", i);
    for (unsigned k = 0; len < DOCUMENT_SIZE; k++)
        len += (size_t)snprintf(text + len, 128, line, k, (unsigned)i * 2654435761U + k * 40503U);
    len += (size_t)snprintf(text + len, 128, "</olcum>\n");
    *out = (sign_buf){(uint8_t *)text, len};
}

static void signature_make(const struct corpus *c, size_t i) {
    BIO *in = BIO_new_mem_buf(c->documents[i].data, (int)c->documents[i].len);
    must(in != NULL, "out of memory");
    CMS_ContentInfo *cms = cms_sign(c, i, in, 0);
    must(CMS_final(cms, in, NULL, CMS_BINARY) == 1, "CMS_final");
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    must(len > 0, "i2d_CMS_ContentInfo");
    c->signatures[i] = (sign_buf){der, (size_t)len};
    CMS_ContentInfo_free(cms);
    BIO_free(in);
}

static struct corpus *corpus_new(const struct authority *a, const char *kind, size_t most) {
    struct corpus *c = calloc(1, sizeof *c);
    must(c != NULL, "out of memory");
    c->authority = a;
    c->kind = kind;
    c->certs = calloc(most, sizeof *c->certs);
    c->keys = calloc(most, sizeof *c->keys);
    must(c->certs && c->keys, "out of memory");
    for (; c->n < most; c->n++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%04zu.der", kind, c->n);
        c->certs[c->n] = cert_load(a->dir, name);
        if (!c->certs[c->n])
            break;
        snprintf(name, sizeof name, "%s_%04zu.p8", kind, c->n);
        c->keys[c->n] = key_load(a->dir, name);
    }
    must(c->n > 0, a->dir);
    return c;
}

struct corpus *corpus_signer(const struct authority *a, const char *kind) {
    return corpus_new(a, kind, 1);
}

struct corpus *corpus_under(const struct corpus *c, const struct authority *a) {
    struct corpus *under = calloc(1, sizeof *under);
    must(under != NULL, "out of memory");
    *under = *c;
    under->authority = a;
    return under;
}

struct corpus *corpus_load(const struct authority *a, const char *kind) {
    struct corpus *c = corpus_new(a, kind, 10000);
    must(c->n > 1, "the benchmark set needs two signers of each kind");
    c->documents = calloc(c->n, sizeof *c->documents);
    c->signatures = calloc(c->n, sizeof *c->signatures);
    must(c->documents && c->signatures, "out of memory");
    for (size_t i = 0; i < c->n; i++) {
        document_make(i, &c->documents[i]);
        signature_make(c, i);
    }
    return c;
}
