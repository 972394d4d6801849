/*
 * The bare signature check of a CAdES signature (RFC 5652, 5.4 and 5.6): the digest of the content is the one
 * in the messageDigest attribute, and the value is one over the digest of the signed attributes. Nothing is
 * read, judged or allocated in the time: places, keys and contexts are found before it, one context for each
 * key.
 */
#include "check.h"
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST = 32 };

struct message {
    const unsigned char *content, *value;
    size_t content_len, value_len;
    unsigned char *attributes; /* with the tag SET OF, which is digested */
    size_t attributes_len;
    unsigned char expected[DIGEST]; /* messageDigest */
    EVP_PKEY_CTX *key;
    CMS_ContentInfo *cms; /* owns what the above points at */
};

struct check {
    struct message *messages;
    size_t n;
    EVP_MD *sha256;
    EVP_MD_CTX *md;
};

/* The attributes as they stand in the message: in the order of DER, so that they need no sorting. */
static void attributes_take(const CMS_SignerInfo *si, struct message *m) {
    unsigned char *parts[16];
    int lens[16], n = CMS_signed_get_attr_count(si);
    size_t len = 0;
    must(n > 0 && n <= 16, "signed attributes");
    for (int i = 0; i < n; i++) {
        parts[i] = NULL;
        lens[i] = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(si, i), &parts[i]);
        must(lens[i] > 0, "i2d_X509_ATTRIBUTE");
        len += (size_t)lens[i];
    }
    unsigned char *p = m->attributes = malloc(len + 8);
    must(p != NULL, "out of memory");
    ASN1_put_object(&p, 1, (int)len, V_ASN1_SET, V_ASN1_UNIVERSAL);
    for (int i = 0; i < n; i++) {
        memcpy(p, parts[i], (size_t)lens[i]);
        p += lens[i];
        OPENSSL_free(parts[i]);
    }
    m->attributes_len = (size_t)(p - m->attributes);
}

static void message_open(const struct corpus *c, size_t i, struct message *m) {
    const unsigned char *p = c->signatures[i].data;
    m->cms = d2i_CMS_ContentInfo(NULL, &p, (long)c->signatures[i].len);
    must(m->cms != NULL, "d2i_CMS_ContentInfo");
    CMS_SignerInfo *si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(m->cms), 0);
    const ASN1_OCTET_STRING *content = *CMS_get0_content(m->cms), *value = CMS_SignerInfo_get0_signature(si);
    m->content = ASN1_STRING_get0_data(content);
    m->content_len = (size_t)ASN1_STRING_length(content);
    m->value = ASN1_STRING_get0_data(value);
    m->value_len = (size_t)ASN1_STRING_length(value);
    attributes_take(si, m);
    const ASN1_OCTET_STRING *digest =
        CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    must(digest && ASN1_STRING_length(digest) == DIGEST, "messageDigest");
    memcpy(m->expected, ASN1_STRING_get0_data(digest), DIGEST);
    m->key = EVP_PKEY_CTX_new(X509_get0_pubkey(c->certs[i]), NULL);
    must(m->key && EVP_PKEY_verify_init(m->key) == 1, "EVP_PKEY_verify_init");
    must(EVP_PKEY_CTX_set_signature_md(m->key, EVP_sha256()) == 1, "EVP_PKEY_CTX_set_signature_md");
}

void *check_open(void *shared) {
    const struct corpus *c = shared;
    struct check *k = calloc(1, sizeof *k);
    must(k != NULL, "out of memory");
    k->n = c->n < KNOWN_SIGNERS ? c->n : KNOWN_SIGNERS;
    k->messages = calloc(k->n, sizeof *k->messages);
    k->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    k->md = EVP_MD_CTX_new();
    must(k->messages && k->sha256 && k->md, "out of memory");
    must(EVP_DigestInit_ex2(k->md, k->sha256, NULL) == 1, "EVP_DigestInit_ex2");
    for (size_t i = 0; i < k->n; i++)
        message_open(c, i, &k->messages[i]);
    return k;
}

static void digest(struct check *k, const unsigned char *data, size_t len, unsigned char out[DIGEST]) {
    must(EVP_DigestInit_ex2(k->md, NULL, NULL) == 1 && EVP_DigestUpdate(k->md, data, len) == 1 &&
             EVP_DigestFinal_ex(k->md, out, NULL) == 1,
         "SHA-256");
}

void check_run(void *state, size_t i) {
    struct check *k = state;
    const struct message *m = &k->messages[i % k->n];
    unsigned char found[DIGEST];
    digest(k, m->content, m->content_len, found);
    must(memcmp(found, m->expected, DIGEST) == 0, "messageDigest differs");
    digest(k, m->attributes, m->attributes_len, found);
    must(EVP_PKEY_verify(m->key, m->value, m->value_len, found, DIGEST) == 1, "EVP_PKEY_verify");
}

void check_close(void *state) {
    struct check *k = state;
    for (size_t i = 0; i < k->n; i++) {
        EVP_PKEY_CTX_free(k->messages[i].key);
        CMS_ContentInfo_free(k->messages[i].cms);
        free(k->messages[i].attributes);
    }
    EVP_MD_CTX_free(k->md);
    EVP_MD_free(k->sha256);
    free(k->messages);
    free(k);
}
