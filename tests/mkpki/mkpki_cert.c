/* One certificate: names, extensions of RFC 5280 and signature. */
#include "mkpki.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

static void name_add(X509_NAME *name, int nid, int type, const char *text) {
    must(X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)text, -1, -1, 0) == 1, "name",
         text);
}

X509_NAME *name_new(const char *org, const char *serial, const char *common) {
    X509_NAME *name = X509_NAME_new();
    must(name != NULL, "name", common);
    name_add(name, NID_countryName, V_ASN1_PRINTABLESTRING, "TR");
    if (org != NULL)
        name_add(name, NID_organizationName, MBSTRING_UTF8, org);
    /* RFC 5280, appendix A: serialNumber is a PrintableString. */
    if (serial != NULL)
        name_add(name, NID_serialNumber, V_ASN1_PRINTABLESTRING, serial);
    name_add(name, NID_commonName, MBSTRING_UTF8, common);
    return name;
}

ASN1_INTEGER *serial_new(void) {
    uint8_t raw[16];
    ASN1_INTEGER *serial = NULL;
    rng_octets(raw, sizeof raw);
    /* Positive, and always sixteen octets long. */
    raw[0] = (uint8_t)((raw[0] & 0x3F) | 0x40);
    BIGNUM *number = BN_bin2bn(raw, sizeof raw, NULL);
    must(number != NULL && (serial = BN_to_ASN1_INTEGER(number, NULL)) != NULL, "serial number", "");
    BN_free(number);
    return serial;
}

EVP_MD_CTX *scheme_start(struct scheme scheme, EVP_PKEY *key) {
    EVP_PKEY_CTX *params = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *digest = EVP_get_digestbyname(scheme.digest);
    must(ctx != NULL && digest != NULL, "digest", scheme.digest);
    must(EVP_DigestSignInit(ctx, &params, digest, NULL, key) == 1, "signature", scheme.digest);
    if (scheme.salt < 0)
        return ctx;
    must(EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) == 1, "PSS", scheme.digest);
    must(EVP_PKEY_CTX_set_rsa_pss_saltlen(params, scheme.salt) == 1, "PSS", scheme.digest);
    return ctx;
}

static void add(X509 *cert, X509V3_CTX *ctx, int nid, const char *value) {
    if (value == NULL)
        return;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
    must(extension != NULL && X509_add_ext(cert, extension, -1) == 1, "extension", value);
    X509_EXTENSION_free(extension);
}

/* Where the issuer publishes: the last part of each address is the name of the file in the generated folder.
 */
static void add_addresses(X509 *cert, X509V3_CTX *ctx, const struct issue *issue) {
    char text[256];
    int len = snprintf(text, sizeof text, "URI:%s/%s.crl", PKI_DEPOT, issue->issuer_name);
    must(len > 0 && (size_t)len < sizeof text, "address", issue->issuer_name);
    add(cert, ctx, NID_crl_distribution_points, text);
    if (issue->shape->signer)
        len = snprintf(text, sizeof text, "caIssuers;URI:%s/%s.der,OCSP;URI:%s/%s", PKI_DEPOT,
                       issue->issuer_name, PKI_RESPONDER, issue->issuer_name);
    else
        len = snprintf(text, sizeof text, "caIssuers;URI:%s/%s.der", PKI_DEPOT, issue->issuer_name);
    must(len > 0 && (size_t)len < sizeof text, "address", issue->issuer_name);
    add(cert, ctx, NID_info_access, text);
}

static void add_extensions(X509 *cert, const struct issue *issue) {
    const struct shape *shape = issue->shape;
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issue->issuer_cert != NULL ? issue->issuer_cert : cert, cert, NULL, NULL, 0);
    add(cert, &ctx, NID_basic_constraints, shape->basic);
    add(cert, &ctx, NID_subject_key_identifier, "hash");
    if (issue->issuer_cert != NULL)
        add(cert, &ctx, NID_authority_key_identifier, "keyid:always");
    add(cert, &ctx, NID_key_usage, shape->usage);
    add(cert, &ctx, NID_ext_key_usage, shape->extended);
    add(cert, &ctx, NID_id_pkix_OCSP_noCheck, shape->nocheck ? "NULL" : NULL);
    if (shape->policy != NULL)
        cert_add_policy(cert, shape->policy, shape->notice);
    if (issue->issuer_cert != NULL)
        add_addresses(cert, &ctx, issue);
    if (shape->qc != 0)
        cert_add_qc(cert, shape->qc);
}

static void set_validity(X509 *cert, const char *from, const char *to) {
    /* Writes UTCTime until 2049 as RFC 5280, 4.1.2.5 demands. */
    must(ASN1_TIME_set_string_X509(X509_getm_notBefore(cert), from) == 1, "time", from);
    must(ASN1_TIME_set_string_X509(X509_getm_notAfter(cert), to) == 1, "time", to);
}

X509 *cert_make(const struct issue *issue) {
    X509 *cert = X509_new();
    ASN1_INTEGER *serial = serial_new();
    X509_NAME *issuer =
        issue->issuer_cert != NULL ? X509_get_subject_name(issue->issuer_cert) : issue->subject;
    must(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1, "certificate", issue->issuer_name);
    must(X509_set_serialNumber(cert, serial) == 1, "serial number", issue->issuer_name);
    must(X509_set_issuer_name(cert, issuer) == 1 && X509_set_subject_name(cert, issue->subject) == 1, "name",
         issue->issuer_name);
    must(X509_set_pubkey(cert, issue->key) == 1, "public key", issue->issuer_name);
    set_validity(cert, issue->from, issue->to);
    add_extensions(cert, issue);
    EVP_MD_CTX *ctx = scheme_start(issue->scheme, issue->issuer_key);
    must(X509_sign_ctx(cert, ctx) > 0, "signature", issue->issuer_name);
    EVP_MD_CTX_free(ctx);
    ASN1_INTEGER_free(serial);
    return cert;
}
