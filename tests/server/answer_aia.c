/* The certificate of an authority (RFC 5280, 4.2.2.1): DER, or a certs-only CMS (RFC 5272, 4.1). */
#include "server/responders.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <string.h>

#define DAY            INT64_C(86400)
#define MODULUS        256
#define MAX_CANDIDATES 100000

static bool on(const struct task *t, enum fault fault) {
    return t->faults->on[fault];
}

/* A public key that looks like any other; nobody has the private one, or knows whether there is one. */
static EVP_PKEY *public_key(const BIGNUM *n) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    if (ctx != NULL && build != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_ulong(build, OSSL_PKEY_PARAM_RSA_E, 65537) == 1 &&
        (params = OSSL_PARAM_BLD_to_param(build)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1) {
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* A certificate with the name of the wanted authority, a key of its own, and where in its octets that key is.
 */
struct candidate {
    sign_buf der;
    size_t modulus; /* offset of MODULUS octets */
};

static bool encode_candidate(const struct task *t, EVP_PKEY *key, EVP_PKEY *signer, sign_buf *out) {
    const X509 *wanted = realm_authority(t->realm, t->authority)->cert;
    int64_t now = realm_now(t->realm);
    X509 *cert = X509_new();
    int at = X509_get_ext_by_NID(wanted, NID_basic_constraints, -1);
    bool ok = cert != NULL && at >= 0 && X509_set_version(cert, X509_VERSION_3) == 1 &&
              ASN1_INTEGER_set_int64(X509_get_serialNumber(cert), 0x5070) == 1 &&
              X509_set_subject_name(cert, X509_get_subject_name(wanted)) == 1 &&
              X509_set_issuer_name(cert, X509_get_issuer_name(wanted)) == 1 &&
              ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(now - DAY)) != NULL &&
              ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(now + 365 * DAY)) != NULL &&
              X509_set_pubkey(cert, key) == 1 && X509_add_ext(cert, X509_get_ext(wanted, at), -1) == 1 &&
              X509_sign(cert, signer, EVP_sha256()) > 0;
    int len = ok ? i2d_X509(cert, &out->data) : 0;
    out->len = len > 0 ? (size_t)len : 0;
    X509_free(cert);
    return len > 0;
}

static bool make_candidate(const struct task *t, struct candidate *c) {
    uint8_t octets[MODULUS];
    BIGNUM *n = BN_new();
    EVP_PKEY *key = NULL, *signer = EVP_EC_gen("P-256");
    bool ok = n != NULL && signer != NULL &&
              BN_rand(n, MODULUS * 8, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) == 1 &&
              BN_bn2binpad(n, octets, MODULUS) == MODULUS && (key = public_key(n)) != NULL &&
              encode_candidate(t, key, signer, &c->der);
    while (ok && memcmp(c->der.data + c->modulus, octets, MODULUS) != 0) {
        c->modulus++;
    }
    EVP_PKEY_free(signer);
    EVP_PKEY_free(key);
    BN_free(n);
    return ok;
}

/*
 * So many copies, each with another key: candidates that must be tried to be refused. Their own signatures,
 * which nobody gets to check, are those of the first.
 */
static bool put_candidates(long n, uint8_t **at, const struct candidate *c) {
    for (long i = 0; i < n; i++) {
        memcpy(*at, c->der.data, c->der.len);
        /* The first octet keeps the length, the last one stays odd. */
        if (RAND_bytes(*at + c->modulus + 1, MODULUS - 2) != 1) {
            return false;
        }
        *at += c->der.len;
    }
    return true;
}

static void put(uint8_t **at, const uint8_t *octets, size_t n) {
    memcpy(*at, octets, n);
    *at += n;
}

/*
 * ContentInfo with a SignedData without signers (RFC 5652, 5.1): version 1, no digest algorithms, no content,
 * certificates [0], no signerInfos.
 */
static sign_buf certificates(const struct task *t, X509 *cert) {
    static const uint8_t type[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
    static const uint8_t before[] = {0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x0B, 0x06, 0x09,
                                     0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
    static const uint8_t after[] = {0x31, 0x00};
    long n = on(t, FAULT_FLOOD) ? t->faults->value[FAULT_FLOOD] : 0;
    struct candidate c = {0};
    sign_buf out = {0};
    int own = i2d_X509(cert, NULL);
    if (own <= 0 || n > MAX_CANDIDATES || (n > 0 && !make_candidate(t, &c))) {
        OPENSSL_free(c.der.data);
        return out;
    }
    int certs = own + (int)n * (int)c.der.len;
    int inner = (int)sizeof before + ASN1_object_size(1, certs, 0) + (int)sizeof after;
    int data = ASN1_object_size(1, inner, V_ASN1_SEQUENCE);
    int body = (int)sizeof type + ASN1_object_size(1, data, 0);
    int all = ASN1_object_size(1, body, V_ASN1_SEQUENCE);
    out.data = OPENSSL_malloc((size_t)all);
    uint8_t *at = out.data;
    bool ok = at != NULL;
    if (ok) {
        ASN1_put_object(&at, 1, body, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
        put(&at, type, sizeof type);
        ASN1_put_object(&at, 1, data, 0, V_ASN1_CONTEXT_SPECIFIC);
        ASN1_put_object(&at, 1, inner, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
        put(&at, before, sizeof before);
        ASN1_put_object(&at, 1, certs, 0, V_ASN1_CONTEXT_SPECIFIC);
        ok = put_candidates(n, &at, &c) && i2d_X509(cert, &at) == own;
        put(&at, after, sizeof after);
    }
    out.len = ok ? (size_t)all : 0;
    OPENSSL_free(c.der.data);
    return out;
}

sign_buf answer_aia(const struct task *t) {
    sign_buf out = {0};
    enum authority who = on(t, FAULT_TWIN)    ? AUTHORITY_TWIN
                         : on(t, FAULT_OTHER) ? AUTHORITY_OTHER
                                              : t->authority;
    X509 *cert = realm_authority(t->realm, who)->cert;
    if (on(t, FAULT_BUNDLE) || on(t, FAULT_FLOOD)) {
        return certificates(t, cert);
    }
    int len = i2d_X509(cert, &out.data);
    out.len = len > 0 ? (size_t)len : 0;
    return out;
}
