/*
 * The two extensions that make a certificate a nitelikli elektronik sertifika: certificatePolicies with a
 * userNotice, and QCStatements (RFC 3739, 3.2.6) with the statement of law 5070. OpenSSL's configuration
 * notation can write neither a BMPString notice nor these statements, so they are built here.
 */
#include "mkpki.h"

#include <openssl/x509v3.h>
#include <string.h>

#define NES_TEXT  "Bu sertifika, 5070 sayılı Elektronik İmza Kanununa göre nitelikli elektronik sertifikadır."
#define SEAL_TEXT "Bu sertifika elektronik mühür sertifikasıdır."

static void add_notice(POLICYINFO *info) {
    POLICYQUALINFO *qualifier = POLICYQUALINFO_new();
    USERNOTICE *notice = USERNOTICE_new();
    must(qualifier != NULL && notice != NULL, "user notice", "");
    qualifier->pqualid = OBJ_nid2obj(NID_id_qt_unotice);
    qualifier->d.usernotice = notice;
    /* The field's certificates carry the text as BMPString, which readers must decode from UTF-16BE. */
    must(ASN1_mbstring_copy(&notice->exptext, (const unsigned char *)NES_TEXT, -1, MBSTRING_UTF8,
                            B_ASN1_BMPSTRING) > 0,
         "user notice", NES_TEXT);
    info->qualifiers = sk_POLICYQUALINFO_new_null();
    must(info->qualifiers != NULL && sk_POLICYQUALINFO_push(info->qualifiers, qualifier) > 0, "user notice",
         "");
}

void cert_add_policy(X509 *cert, const char *oid, bool notice) {
    CERTIFICATEPOLICIES *policies = sk_POLICYINFO_new_null();
    POLICYINFO *info = POLICYINFO_new();
    must(policies != NULL && info != NULL, "policy", oid);
    ASN1_OBJECT_free(info->policyid);
    info->policyid = OBJ_txt2obj(oid, 1);
    must(info->policyid != NULL, "policy", oid);
    if (notice)
        add_notice(info);
    must(sk_POLICYINFO_push(policies, info) > 0, "policy", oid);
    must(X509_add1_ext_i2d(cert, NID_certificate_policies, policies, 0, X509V3_ADD_DEFAULT) == 1, "policy",
         oid);
    CERTIFICATEPOLICIES_free(policies);
}

/* DER written from the front into a fixed space; lengths up to 65535. */
struct der {
    uint8_t data[1024];
    size_t len;
};

static void der_put(struct der *out, uint8_t tag, const uint8_t *value, size_t len) {
    uint8_t head[4] = {tag, (uint8_t)len, 0, 0};
    size_t size = 2;
    if (len >= 0x100) {
        head[1] = 0x82;
        head[2] = (uint8_t)(len >> 8);
        head[3] = (uint8_t)len;
        size = 4;
    } else if (len >= 0x80) {
        head[1] = 0x81;
        head[2] = (uint8_t)len;
        size = 3;
    }
    must(len <= sizeof out->data && out->len + size + len <= sizeof out->data, "DER", "");
    memcpy(out->data + out->len, head, size);
    memcpy(out->data + out->len + size, value, len);
    out->len += size + len;
}

static void der_text(struct der *out, uint8_t tag, const char *text) {
    der_put(out, tag, (const uint8_t *)text, strlen(text));
}

static void der_oid(struct der *out, const char *oid) {
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    must(object != NULL, "OID", oid);
    der_put(out, V_ASN1_OBJECT, OBJ_get0_data(object), OBJ_length(object));
    ASN1_OBJECT_free(object);
}

/* QcEuLimitValue (ETSI EN 319 412-5, 4.3.2): 50 * 10^3 lira. */
static void der_limit(struct der *out) {
    static const uint8_t amount = 50;
    static const uint8_t exponent = 3;
    struct der value = {.len = 0};
    der_text(&value, V_ASN1_PRINTABLESTRING, "TRY");
    der_put(&value, V_ASN1_INTEGER, &amount, 1);
    der_put(&value, V_ASN1_INTEGER, &exponent, 1);
    der_put(out, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, value.data, value.len);
}

static void der_statement(struct der *out, const char *oid, const char *text, bool limit) {
    struct der statement = {.len = 0};
    der_oid(&statement, oid);
    if (text != NULL)
        der_text(&statement, V_ASN1_UTF8STRING, text);
    if (limit)
        der_limit(&statement);
    der_put(out, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, statement.data, statement.len);
}

static void add_raw(X509 *cert, int nid, const struct der *value) {
    X509_EXTENSION *extension = NULL;
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    must(octets != NULL && ASN1_OCTET_STRING_set(octets, value->data, (int)value->len) == 1, "extension", "");
    extension = X509_EXTENSION_create_by_NID(NULL, nid, 0, octets);
    must(extension != NULL && X509_add_ext(cert, extension, -1) == 1, "extension", "");
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
}

void cert_add_qc(X509 *cert, unsigned statements) {
    static const struct {
        unsigned bit;
        const char *oid;
        const char *text;
    } known[] = {
        {QC_SYNTAX, "1.3.6.1.5.5.7.11.1", NULL},
        {QC_COMPLIANCE, "0.4.0.1862.1.1", NULL},
        {QC_LAW, "2.16.792.1.61.0.1.5070.1.1", NES_TEXT},
        {QC_SEAL, "2.16.792.1.61.0.1.5070.1.3", SEAL_TEXT},
        {QC_QUALIFIED, "2.16.792.1.61.0.1.5070.2.1", NES_TEXT},
        {QC_QUALIFIED_SEAL, "2.16.792.1.61.0.1.5070.2.2", SEAL_TEXT},
        {QC_LIMIT, "0.4.0.1862.1.2", NULL},
    };
    struct der list = {.len = 0};
    struct der value = {.len = 0};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if ((statements & known[i].bit) != 0)
            der_statement(&list, known[i].oid, known[i].text, known[i].bit == QC_LIMIT);
    der_put(&value, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, list.data, list.len);
    add_raw(cert, NID_qcStatements, &value);
}
