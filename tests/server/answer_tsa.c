/*
 * Time-stamp responses (RFC 3161, 2.4.2). The token is made as CMS and not with OpenSSL's TS_RESP_CTX, which
 * refuses the certificates that the faults need and puts the machine's clock into it.
 */
#include "server/responders.h"

#include <openssl/cms.h>
#include <openssl/sha.h>
#include <openssl/ts.h>
#include <string.h>

#define POLICY       "2.16.792.1.2.1.1.5.7.3.1"
#define OTHER_POLICY "2.16.792.1.2.1.1.5.7.3.2"
#define DAY          INT64_C(86400)

/* PKIFailureInfo (2.4.2). */
enum { BAD_ALG = 0, BAD_DATA_FORMAT = 5, UNACCEPTED_POLICY = 15, UNACCEPTED_EXTENSION = 16 };

static bool on(const struct task *t, enum fault fault) {
    return t->faults->on[fault];
}

static const struct identity *signer_of(const struct task *t) {
    static const struct {
        enum fault fault;
        enum staff staff;
    } signers[] = {
        {FAULT_WRONG_SIGNER, STAFF_STAMP_FOREIGN},    {FAULT_NO_EKU, STAFF_STAMP_NO_EKU},
        {FAULT_SIGNER_EXPIRED, STAFF_STAMP_EXPIRED},  {FAULT_SIGNER_REVOKED, STAFF_STAMP_REVOKED},
        {FAULT_EKU_NOT_ALONE, STAFF_STAMP_NOT_ALONE}, {FAULT_EKU_NOT_CRITICAL, STAFF_STAMP_NOT_CRITICAL},
    };
    for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++) {
        if (on(t, signers[i].fault)) {
            return realm_staff(t->realm, signers[i].staff);
        }
    }
    return realm_staff(t->realm, STAFF_STAMP);
}

/* ---- the TSTInfo ----------------------------------------------------------------------------------------
 */

static bool put_imprint(const struct task *t, TS_TST_INFO *info, TS_REQ *request) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_dup(TS_REQ_get_msg_imprint(request));
    bool ok = imprint != NULL;
    if (ok && on(t, FAULT_WRONG_IMPRINT)) {
        ASN1_OCTET_STRING *message = TS_MSG_IMPRINT_get_msg(imprint);
        int len = ASN1_STRING_length(message);
        memcpy(digest, ASN1_STRING_get0_data(message), (size_t)len);
        digest[0] ^= 1;
        ok = TS_MSG_IMPRINT_set_msg(imprint, digest, len) == 1;
    }
    ok = ok && TS_TST_INFO_set_msg_imprint(info, imprint) == 1;
    TS_MSG_IMPRINT_free(imprint);
    return ok;
}

static bool put_nonce(const struct task *t, TS_TST_INFO *info, TS_REQ *request) {
    const ASN1_INTEGER *nonce = TS_REQ_get_nonce(request);
    if (on(t, FAULT_NO_NONCE) || (nonce == NULL && !on(t, FAULT_WRONG_NONCE))) {
        return true;
    }
    ASN1_INTEGER *other = ASN1_INTEGER_new();
    bool ok = other != NULL && ASN1_INTEGER_set_uint64(other, UINT64_C(0x0123456789ABCDEF)) == 1 &&
              TS_TST_INFO_set_nonce(info, on(t, FAULT_WRONG_NONCE) ? other : nonce) == 1;
    ASN1_INTEGER_free(other);
    return ok;
}

/* The same request has the same serial number: the first octets of its digest. */
static bool put_serial(const struct task *t, TS_TST_INFO *info) {
    uint8_t digest[SHA256_DIGEST_LENGTH];
    uint64_t value = 0;
    SHA256(t->body.data, t->body.len, digest);
    for (size_t i = 0; i < 7; i++) {
        value = value << 8 | digest[i];
    }
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    bool ok = serial != NULL && ASN1_INTEGER_set_uint64(serial, value | 1) == 1 &&
              TS_TST_INFO_set_serial(info, serial) == 1;
    ASN1_INTEGER_free(serial);
    return ok;
}

static bool put_time(const struct task *t, TS_TST_INFO *info) {
    int64_t now = realm_now(t->realm);
    now += on(t, FAULT_FUTURE) ? DAY : 0;
    now -= on(t, FAULT_PAST) ? t->faults->value[FAULT_PAST] : 0;
    ASN1_GENERALIZEDTIME *time = answer_general_time(now);
    bool ok = time != NULL && TS_TST_INFO_set_time(info, time) == 1;
    ASN1_GENERALIZEDTIME_free(time);
    return ok;
}

static bool put_accuracy(TS_TST_INFO *info) {
    TS_ACCURACY *accuracy = TS_ACCURACY_new();
    ASN1_INTEGER *seconds = ASN1_INTEGER_new();
    bool ok = accuracy != NULL && seconds != NULL && ASN1_INTEGER_set_int64(seconds, 1) == 1 &&
              TS_ACCURACY_set_seconds(accuracy, seconds) == 1 &&
              TS_TST_INFO_set_accuracy(info, accuracy) == 1;
    ASN1_INTEGER_free(seconds);
    TS_ACCURACY_free(accuracy);
    return ok;
}

static TS_TST_INFO *info_of(const struct task *t, TS_REQ *request) {
    TS_TST_INFO *info = TS_TST_INFO_new();
    ASN1_OBJECT *policy = OBJ_txt2obj(on(t, FAULT_WRONG_POLICY) ? OTHER_POLICY : POLICY, 1);
    bool ok = info != NULL && policy != NULL && TS_TST_INFO_set_version(info, 1) == 1 &&
              TS_TST_INFO_set_policy_id(info, policy) == 1 && put_imprint(t, info, request) &&
              put_serial(t, info) && put_time(t, info) && (on(t, FAULT_NO_ACCURACY) || put_accuracy(info)) &&
              put_nonce(t, info, request);
    ASN1_OBJECT_free(policy);
    if (!ok) {
        TS_TST_INFO_free(info);
        return NULL;
    }
    return info;
}

/* ---- the token ------------------------------------------------------------------------------------------
 */

/* signing-time from the clock of the realm, ESS signing-certificate-v2 (RFC 5816) through CMS_CADES. */
static bool put_signer(const struct task *t, CMS_ContentInfo *cms, bool certificates) {
    const struct identity *signer = signer_of(t);
    unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | CMS_CADES;
    flags |= certificates && !on(t, FAULT_NO_CERTS) ? 0U : (unsigned)CMS_NOCERTS;
    CMS_SignerInfo *si = CMS_add1_signer(cms, signer->cert, signer->key, EVP_sha256(), flags);
    ASN1_TIME *now = answer_time(realm_now(t->realm));
    bool ok = si != NULL && now != NULL &&
              CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime, now->type, now, -1) == 1;
    if (ok && (flags & CMS_NOCERTS) == 0) {
        ok = CMS_add1_cert(cms, realm_authority(t->realm, AUTHORITY_CA)->cert) == 1;
    }
    ASN1_TIME_free(now);
    return ok;
}

static CMS_ContentInfo *sign(const struct task *t, TS_TST_INFO *info, bool certificates) {
    unsigned char *der = NULL;
    int len = i2d_TS_TST_INFO(info, &der);
    BIO *content = len > 0 ? BIO_new_mem_buf(der, len) : NULL;
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
    bool ok = content != NULL && cms != NULL &&
              CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1 &&
              CMS_set_detached(cms, 0) == 1 && put_signer(t, cms, certificates) &&
              CMS_final(cms, content, NULL, CMS_BINARY) == 1;
    BIO_free(content);
    OPENSSL_free(der);
    if (!ok) {
        CMS_ContentInfo_free(cms);
        return NULL;
    }
    return cms;
}

/* TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken } with status granted (0). */
static sign_buf grant(const struct task *t, CMS_ContentInfo *cms) {
    static const uint8_t granted[] = {0x30, 0x03, 0x02, 0x01, 0x00};
    uint8_t *token = NULL, *at = NULL;
    int len = i2d_CMS_ContentInfo(cms, &token);
    sign_buf out = {0};
    int all = len > 0 ? ASN1_object_size(1, len + (int)sizeof granted, V_ASN1_SEQUENCE) : 0;
    out.data = all > 0 ? OPENSSL_malloc((size_t)all) : NULL;
    if (out.data != NULL) {
        at = out.data;
        ASN1_put_object(&at, 1, len + (int)sizeof granted, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
        memcpy(at, granted, sizeof granted);
        memcpy(at + sizeof granted, token, (size_t)len);
        out.len = (size_t)all;
    }
    OPENSSL_free(token);
    if (on(t, FAULT_BAD_SIGNATURE)) {
        STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
        answer_spoil(&out, CMS_SignerInfo_get0_signature(sk_CMS_SignerInfo_value(signers, 0)));
    }
    return out;
}

/* ---- refusals -------------------------------------------------------------------------------------------
 */

/* Status rejection (2), a text, and one bit of PKIFailureInfo: a named bit list without trailing zeros. */
static sign_buf reject(long failure) {
    static const char text[] = "istek reddedildi";
    uint8_t info[64] = {0x02, 0x01, 0x02, 0x30, sizeof text + 1, 0x0C, sizeof text - 1};
    size_t n = 7, octets = (size_t)failure / 8 + 1;
    memcpy(info + n, text, sizeof text - 1);
    n += sizeof text - 1;
    info[n++] = 0x03;
    info[n++] = (uint8_t)(octets + 1);
    info[n++] = (uint8_t)(7 - failure % 8);
    n += octets;
    info[n - 1] = (uint8_t)(1U << (7 - failure % 8));
    sign_buf out = {.data = OPENSSL_malloc(n + 4)};
    if (out.data != NULL) {
        const uint8_t heads[] = {0x30, (uint8_t)(n + 2), 0x30, (uint8_t)n};
        memcpy(out.data, heads, sizeof heads);
        memcpy(out.data + sizeof heads, info, n);
        out.len = n + sizeof heads;
    }
    return out;
}

/* What is wrong with a request; -1: nothing (2.4.1 and 2.4.2). */
static int failure_of(TS_REQ *request) {
    TS_MSG_IMPRINT *imprint = TS_REQ_get_msg_imprint(request);
    const X509_ALGOR *algorithm = TS_MSG_IMPRINT_get_algo(imprint);
    const ASN1_OBJECT *oid = NULL;
    X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
    int nid = OBJ_obj2nid(oid);
    if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512) {
        return BAD_ALG;
    }
    if (ASN1_STRING_length(TS_MSG_IMPRINT_get_msg(imprint)) != EVP_MD_get_size(EVP_get_digestbynid(nid))) {
        return BAD_DATA_FORMAT;
    }
    const ASN1_OBJECT *policy = TS_REQ_get_policy_id(request);
    char text[128] = POLICY;
    if (policy != NULL) {
        OBJ_obj2txt(text, sizeof text, policy, 1);
    }
    if (strcmp(text, POLICY) != 0) {
        return UNACCEPTED_POLICY;
    }
    return TS_REQ_get_ext_count(request) > 0 ? UNACCEPTED_EXTENSION : -1;
}

sign_buf answer_tsa(const struct task *t) {
    const unsigned char *at = t->body.data;
    TS_REQ *request = t->body.len > 0 ? d2i_TS_REQ(NULL, &at, (long)t->body.len) : NULL;
    int failure = request != NULL ? failure_of(request) : BAD_DATA_FORMAT;
    if (failure >= 0 || on(t, FAULT_REJECTION)) {
        TS_REQ_free(request);
        return reject(on(t, FAULT_REJECTION) ? t->faults->value[FAULT_REJECTION] : failure);
    }
    TS_TST_INFO *info = info_of(t, request);
    CMS_ContentInfo *cms = info != NULL ? sign(t, info, TS_REQ_get_cert_req(request) != 0) : NULL;
    sign_buf out = cms != NULL ? grant(t, cms) : (sign_buf){0};
    CMS_ContentInfo_free(cms);
    TS_TST_INFO_free(info);
    TS_REQ_free(request);
    return out;
}
