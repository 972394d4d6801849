/* The certificate of an authority (RFC 5280, 4.2.2.1): DER, or a certs-only CMS (RFC 5272, 4.1). */
#include "server/responders.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pkcs7.h>
#include <string.h>

#define DAY INT64_C(86400)

static bool on(const struct task *t, enum fault fault) {
    return t->faults->on[fault];
}

static PKCS7 *bundle(void) {
    PKCS7 *p7 = PKCS7_new();
    if (p7 == NULL || PKCS7_set_type(p7, NID_pkcs7_signed) != 1 ||
        PKCS7_content_new(p7, NID_pkcs7_data) != 1 || PKCS7_set_detached(p7, 1) != 1) {
        PKCS7_free(p7);
        return NULL;
    }
    return p7;
}

/* A public key that looks like any other; nobody has the private one, or knows whether there is one. */
static EVP_PKEY *public_key(void) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    BIGNUM *n = BN_new();
    if (ctx != NULL && build != NULL && n != NULL &&
        BN_rand(n, 2048, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_ulong(build, OSSL_PKEY_PARAM_RSA_E, 65537) == 1 &&
        (params = OSSL_PARAM_BLD_to_param(build)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1) {
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* The name of the wanted authority and a key of its own: a candidate that must be tried to be refused. */
static bool put_candidate(PKCS7 *p7, const struct task *t, EVP_PKEY *signer, int64_t number) {
    const X509 *wanted = realm_authority(t->realm, t->authority)->cert;
    int64_t now = realm_now(t->realm);
    X509 *cert = X509_new();
    EVP_PKEY *key = public_key();
    bool ok = cert != NULL && key != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
              ASN1_INTEGER_set_int64(X509_get_serialNumber(cert), number) == 1 &&
              X509_set_subject_name(cert, X509_get_subject_name(wanted)) == 1 &&
              X509_set_issuer_name(cert, X509_get_issuer_name(wanted)) == 1 &&
              ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(now - DAY)) != NULL &&
              ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(now + 365 * DAY)) != NULL &&
              X509_set_pubkey(cert, key) == 1;
    int at = ok ? X509_get_ext_by_NID(wanted, NID_basic_constraints, -1) : -1;
    ok = ok && at >= 0 && X509_add_ext(cert, X509_get_ext(wanted, at), -1) == 1 &&
         X509_sign(cert, signer, EVP_sha256()) > 0 && PKCS7_add_certificate(p7, cert) == 1;
    X509_free(cert);
    EVP_PKEY_free(key);
    return ok;
}

static sign_buf certificates(const struct task *t, X509 *cert) {
    sign_buf out = {0};
    long candidates = on(t, FAULT_FLOOD) ? t->faults->value[FAULT_FLOOD] : 0;
    PKCS7 *p7 = bundle();
    EVP_PKEY *signer = EVP_EC_gen("P-256");
    bool ok = p7 != NULL && signer != NULL;
    for (long i = 0; ok && i < candidates; i++) {
        ok = put_candidate(p7, t, signer, i + 1);
    }
    ok = ok && PKCS7_add_certificate(p7, cert) == 1;
    int len = ok ? i2d_PKCS7(p7, &out.data) : 0;
    out.len = len > 0 ? (size_t)len : 0;
    EVP_PKEY_free(signer);
    PKCS7_free(p7);
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
