/* Certificate revocation lists (RFC 5280, section 5), good ones and three that must not be believed. */
#include "mkpki.h"

#include <openssl/x509v3.h>
#include <string.h>

#define THIS_UPDATE "20250102000000Z"
#define NEXT_UPDATE "20450101000000Z"

static ASN1_TIME *time_new(const char *text) {
    ASN1_TIME *time = ASN1_TIME_new();
    must(time != NULL && ASN1_TIME_set_string_X509(time, text) == 1, "time", text);
    return time;
}

X509_CRL *crl_new(const struct crl *crl) {
    X509_CRL *out = X509_CRL_new();
    ASN1_TIME *from = time_new(crl->this_update);
    ASN1_TIME *to = time_new(crl->next_update);
    must(out != NULL && X509_CRL_set_version(out, X509_CRL_VERSION_2) == 1, "CRL", "");
    must(X509_CRL_set_issuer_name(out, X509_get_subject_name(crl->issuer)) == 1, "CRL issuer", "");
    must(X509_CRL_set1_lastUpdate(out, from) == 1 && X509_CRL_set1_nextUpdate(out, to) == 1, "CRL times", "");
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    return out;
}

void crl_revoke(X509_CRL *out, const ASN1_INTEGER *serial, const char *when, int reason) {
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *time = time_new(when);
    ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_dup(serial);
    must(entry != NULL && code != NULL && number != NULL, "CRL entry", "");
    must(X509_REVOKED_set_serialNumber(entry, number) == 1 &&
             X509_REVOKED_set_revocationDate(entry, time) == 1,
         "CRL entry", "");
    /* RFC 5280, 5.3.1: an unspecified reason is left out. */
    if (reason != CRL_REASON_UNSPECIFIED) {
        must(ASN1_ENUMERATED_set(code, reason) == 1, "CRL reason", "");
        must(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code, 0, X509V3_ADD_DEFAULT) == 1, "CRL reason",
             "");
    }
    must(X509_CRL_add0_revoked(out, entry) == 1, "CRL entry", "");
    ASN1_INTEGER_free(number);
    ASN1_ENUMERATED_free(code);
    ASN1_TIME_free(time);
}

static void add_number(X509_CRL *out, long value) {
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    must(number != NULL && ASN1_INTEGER_set(number, value) == 1, "CRL number", "");
    must(X509_CRL_add1_ext_i2d(out, NID_crl_number, number, 0, X509V3_ADD_DEFAULT) == 1, "CRL number", "");
    ASN1_INTEGER_free(number);
}

void crl_sign(X509_CRL *out, const struct crl *crl) {
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, crl->issuer, NULL, NULL, out, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
    must(extension != NULL && X509_CRL_add_ext(out, extension, -1) == 1, "CRL authority key identifier", "");
    X509_EXTENSION_free(extension);
    add_number(out, crl->number);
    must(X509_CRL_sort(out) == 1, "CRL order", "");
    EVP_MD_CTX *sign = scheme_start(crl->scheme, crl->key);
    must(X509_CRL_sign_ctx(out, sign) > 0, "CRL signature", "");
    EVP_MD_CTX_free(sign);
}

void out_crl(const char *dir, const char *file, X509_CRL *crl) {
    uint8_t *der = NULL;
    int len = i2d_X509_CRL(crl, &der);
    must(len > 0, "CRL", file);
    out_bytes(dir, file, 0644, der, (size_t)len);
    OPENSSL_free(der);
}

/* Who is revoked, by whom, when and why. */
static void revoke_known(X509_CRL *out, const struct pki *pki, const char *issuer) {
    static const struct {
        const char *name;
        const char *when;
        int reason;
    } revoked[] = {
        {"nes-revoked", "20250101120000Z", CRL_REASON_KEY_COMPROMISE},
        {"nes-suspended", "20250101130000Z", CRL_REASON_CERTIFICATE_HOLD},
        {"ca-revoked", "20250101140000Z", CRL_REASON_CA_COMPROMISE},
    };
    for (size_t i = 0; i < sizeof revoked / sizeof revoked[0]; i++) {
        const struct identity *subject = pki_find(pki, revoked[i].name);
        if (strcmp(subject->row->issuer, issuer) == 0)
            crl_revoke(out, X509_get0_serialNumber(subject->cert), revoked[i].when, revoked[i].reason);
    }
}

struct plan {
    const char *file;
    const char *issuer;
    const char *signer;
    const char *next_update;
    long number;
    bool bad_signature;
    bool good; /* goes into crls/ too */
};

static void spoil(X509_CRL *crl, const struct pki *pki, const char *file) {
    uint8_t *der = NULL;
    int len = i2d_X509_CRL(crl, &der);
    must(len > 0, "CRL", file);
    /* The last octet of s: the structure stays well-formed, the value does not verify. */
    der[len - 1] = (uint8_t)(der[len - 1] ^ 1);
    out_bytes(pki->dir, file, 0644, der, (size_t)len);
    OPENSSL_free(der);
}

static void crl_write(const struct pki *pki, const struct plan *plan) {
    const struct identity *issuer = pki_find(pki, plan->issuer);
    const struct identity *signer = pki_find(pki, plan->signer);
    struct crl what = {THIS_UPDATE, plan->next_update,   issuer->cert,
                       signer->key, signer->row->issues, plan->number};
    rng_start(pki->seed, "crl", plan->file);
    X509_CRL *crl = crl_new(&what);
    revoke_known(crl, pki, plan->issuer);
    crl_sign(crl, &what);
    if (plan->bad_signature)
        spoil(crl, pki, plan->file);
    else
        out_crl(pki->dir, plan->file, crl);
    if (plan->good) {
        char copy[64];
        snprintf(copy, sizeof copy, "crls/%s", plan->file);
        out_crl(pki->dir, copy, crl);
    }
    X509_CRL_free(crl);
}

void crls_write(const struct pki *pki) {
    static const struct plan plans[] = {
        {"root-ec.crl", "root-ec", "root-ec", NEXT_UPDATE, 7, false, true},
        {"root-rsa.crl", "root-rsa", "root-rsa", NEXT_UPDATE, 7, false, true},
        {"ca-ec.crl", "ca-ec", "ca-ec", NEXT_UPDATE, 300, false, true},
        {"ca-rsa.crl", "ca-rsa", "ca-rsa", NEXT_UPDATE, 300, false, true},
        {"ca-revoked.crl", "ca-revoked", "ca-revoked", NEXT_UPDATE, 1, false, false},
        {"ca-pathlen.crl", "ca-pathlen", "ca-pathlen", NEXT_UPDATE, 1, false, false},
        {"ca-nokusage.crl", "ca-nokusage", "ca-nokusage", NEXT_UPDATE, 1, false, false},
        {"ca-notca.crl", "ca-notca", "ca-notca", NEXT_UPDATE, 1, false, false},
        {"other-root.crl", "other-root", "other-root", NEXT_UPDATE, 1, false, false},
        {"ca-ec-expired.crl", "ca-ec", "ca-ec", "20250201000000Z", 299, false, false},
        {"ca-ec-badsig.crl", "ca-ec", "ca-ec", NEXT_UPDATE, 300, true, false},
        {"ca-ec-other.crl", "ca-ec", "other-root", NEXT_UPDATE, 301, false, false},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        crl_write(pki, &plans[i]);
}
