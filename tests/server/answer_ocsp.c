/* OCSP responses (RFC 6960, 4.2). */
#include "server/responders.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <string.h>

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)
#define YEAR (365 * DAY)

struct making {
    const struct task *task;
    OCSP_BASICRESP *basic;
    int64_t from, to; /* to 0: no nextUpdate */
};

static bool on(const struct task *t, enum fault fault) {
    return t->faults->on[fault];
}

/* ---- the CertID (4.1.1) ---------------------------------------------------------------------------------
 */

static bool flip(const ASN1_STRING *text) {
    uint8_t octets[64];
    int len = ASN1_STRING_length(text);
    if (len < 1 || (size_t)len > sizeof octets) {
        return false;
    }
    memcpy(octets, ASN1_STRING_get0_data(text), (size_t)len);
    octets[0] ^= 1;
    /* OpenSSL lends its CertID's parts as const-less pointers from one call and const ones from the next. */
    return ASN1_STRING_set((ASN1_STRING *)(uintptr_t)text, octets, len) == 1;
}

/* What the answer names as the certificate: as asked, but for the faults of that. */
static OCSP_CERTID *named(const struct task *t, OCSP_CERTID *asked) {
    OCSP_CERTID *id = OCSP_CERTID_dup(asked);
    ASN1_OCTET_STRING *name = NULL, *key = NULL;
    ASN1_INTEGER *serial = NULL;
    bool ok = id != NULL && OCSP_id_get0_info(&name, NULL, &key, &serial, id) == 1;
    ok = ok && (!on(t, FAULT_OTHER_KEY_HASH) || flip(key));
    ok = ok && (!on(t, FAULT_OTHER_NAME_HASH) || flip(name));
    ok = ok && (!on(t, FAULT_OTHER_CERTID) || flip(serial));
    if (!ok) {
        OCSP_CERTID_free(id);
        return NULL;
    }
    return id;
}

/* Whether the authority of this responder is the one that is asked about. */
static bool ours(const struct task *t, OCSP_CERTID *asked) {
    ASN1_OBJECT *algorithm = NULL;
    ASN1_INTEGER *serial = NULL;
    const X509 *cert = realm_authority(t->realm, t->authority)->cert;
    if (OCSP_id_get0_info(NULL, &algorithm, NULL, &serial, asked) != 1) {
        return false;
    }
    const EVP_MD *md = EVP_get_digestbyobj(algorithm);
    if (md == NULL) {
        return false;
    }
    OCSP_CERTID *own =
        OCSP_cert_id_new(md, X509_get_subject_name(cert), X509_get0_pubkey_bitstr(cert), serial);
    bool same = own != NULL && OCSP_id_issuer_cmp(own, asked) == 0;
    OCSP_CERTID_free(own);
    return same;
}

/* ---- one answer -----------------------------------------------------------------------------------------
 */

struct verdict {
    int status, reason;
    int64_t when;
};

static struct verdict verdict_of(const struct task *t, OCSP_CERTID *asked) {
    struct verdict v = {.status = V_OCSP_CERTSTATUS_UNKNOWN, .reason = -1};
    ASN1_INTEGER *serial = NULL;
    OCSP_id_get0_info(NULL, NULL, NULL, &serial, asked);
    const struct issued *one = realm_find(t->realm, t->authority, serial);
    if (on(t, FAULT_UNKNOWN) || (one == NULL && !on(t, FAULT_GOOD))) {
        return v;
    }
    if (on(t, FAULT_GOOD) || one->state == STATE_GOOD || one->state == STATE_RESUMED) {
        v.status = V_OCSP_CERTSTATUS_GOOD;
        return v;
    }
    v.status = V_OCSP_CERTSTATUS_REVOKED;
    v.reason = one->state == STATE_SUSPENDED ? OCSP_REVOKED_STATUS_CERTIFICATEHOLD
                                             : OCSP_REVOKED_STATUS_KEYCOMPROMISE;
    v.when = one->when;
    return v;
}

static bool put(const struct making *m, OCSP_CERTID *id, struct verdict v) {
    ASN1_TIME *from = answer_general_time(m->from), *when = answer_general_time(v.when);
    ASN1_TIME *to = m->to != 0 ? answer_general_time(m->to) : NULL;
    OCSP_SINGLERESP *single = OCSP_basic_add1_status(
        m->basic, id, v.status, v.reason, v.status == V_OCSP_CERTSTATUS_REVOKED ? when : NULL, from, to);
    bool ok = single != NULL;
    if (ok && on(m->task, FAULT_CRITICAL)) {
        ASN1_NULL *null = ASN1_NULL_new();
        ASN1_OBJECT *unknown = OBJ_txt2obj("1.3.6.1.4.1.55555.1.1", 1);
        X509_EXTENSION *extension = NULL;
        ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
        ok = null != NULL && unknown != NULL && value != NULL &&
             ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2) == 1 &&
             (extension = X509_EXTENSION_create_by_OBJ(NULL, unknown, 1, value)) != NULL &&
             OCSP_SINGLERESP_add_ext(single, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        ASN1_OCTET_STRING_free(value);
        ASN1_OBJECT_free(unknown);
        ASN1_NULL_free(null);
    }
    ASN1_TIME_free(from);
    ASN1_TIME_free(when);
    ASN1_TIME_free(to);
    return ok;
}

/* An answer about another certificate of the same authority, which is revoked. */
static bool put_other(const struct making *m, OCSP_CERTID *asked, uint64_t serial) {
    ASN1_INTEGER *number = NULL;
    OCSP_CERTID *id = OCSP_CERTID_dup(asked);
    struct verdict v = {V_OCSP_CERTSTATUS_REVOKED, OCSP_REVOKED_STATUS_SUPERSEDED, m->from - DAY};
    bool ok = id != NULL && OCSP_id_get0_info(NULL, NULL, NULL, &number, id) == 1 &&
              ASN1_INTEGER_set_uint64(number, serial) == 1 && put(m, id, v);
    OCSP_CERTID_free(id);
    return ok;
}

static bool put_answer(const struct making *m, OCSP_CERTID *asked) {
    const struct task *t = m->task;
    struct verdict v = verdict_of(t, asked);
    struct verdict revoked = {V_OCSP_CERTSTATUS_REVOKED, OCSP_REVOKED_STATUS_KEYCOMPROMISE, m->from - DAY};
    bool others = on(t, FAULT_SEVERAL) || on(t, FAULT_SEVERAL_OTHERS);
    OCSP_CERTID *id = named(t, asked);
    bool ok = id != NULL;
    ok = ok && (!others || (put_other(m, asked, 0x9001) && put_other(m, asked, 0x9000)));
    ok = ok && (on(t, FAULT_SEVERAL_OTHERS) || put(m, id, v));
    ok = ok && (!others || put_other(m, asked, 0x9002));
    ok = ok && (!on(t, FAULT_CONTRADICTION) || put(m, id, revoked));
    OCSP_CERTID_free(id);
    return ok;
}

/* ---- the response ---------------------------------------------------------------------------------------
 */

/* RFC 8954: the nonce comes back as it was sent. */
static bool put_nonce(const struct making *m, OCSP_REQUEST *request) {
    static const unsigned char wrong[32] = "not the nonce that was asked for";
    if (on(m->task, FAULT_NO_NONCE)) {
        return true;
    }
    if (!on(m->task, FAULT_WRONG_NONCE)) {
        return OCSP_copy_nonce(m->basic, request) != 0;
    }
    unsigned char copy[sizeof wrong];
    memcpy(copy, wrong, sizeof wrong);
    return OCSP_basic_add1_nonce(m->basic, copy, sizeof copy) == 1;
}

static const struct identity *signer_of(const struct task *t) {
    static const struct {
        enum fault fault;
        enum staff staff;
    } signers[] = {
        {FAULT_WRONG_SIGNER, STAFF_RESPONDER_FOREIGN},   {FAULT_NO_EKU, STAFF_RESPONDER_NO_EKU},
        {FAULT_SIGNER_EXPIRED, STAFF_RESPONDER_EXPIRED}, {FAULT_SIGNER_REVOKED, STAFF_RESPONDER_REVOKED},
        {FAULT_CHECKED, STAFF_RESPONDER_CHECKED},
    };
    for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++) {
        if (on(t, signers[i].fault)) {
            return realm_staff(t->realm, signers[i].staff);
        }
    }
    /* Only the issuing authority has a delegated responder. */
    if (on(t, FAULT_DIRECT) || t->authority != AUTHORITY_CA) {
        return realm_authority(t->realm, t->authority);
    }
    return realm_staff(t->realm, STAFF_RESPONDER);
}

static bool sign(const struct making *m, int64_t produced) {
    const struct task *t = m->task;
    const struct identity *signer = signer_of(t);
    unsigned long flags = OCSP_NOTIME | (on(t, FAULT_BY_NAME) ? 0UL : OCSP_RESPID_KEY) |
                          (on(t, FAULT_NO_CERTS) ? OCSP_NOCERTS : 0UL);
    ASN1_GENERALIZEDTIME *at = answer_general_time(produced);
    /* There is no setter of producedAt; with OCSP_NOTIME it stays what it is made here. */
    ASN1_STRING *field = (ASN1_STRING *)(uintptr_t)OCSP_resp_get0_produced_at(m->basic);
    bool ok = at != NULL && field != NULL && ASN1_STRING_copy(field, at) == 1 &&
              OCSP_basic_sign(m->basic, signer->cert, signer->key, EVP_sha256(), NULL, flags) == 1;
    ASN1_GENERALIZEDTIME_free(at);
    return ok;
}

static sign_buf wrap(int status, OCSP_BASICRESP *basic) {
    sign_buf out = {0};
    OCSP_RESPONSE *response = OCSP_response_create(status, basic);
    int len = response != NULL ? i2d_OCSP_RESPONSE(response, &out.data) : 0;
    out.len = len > 0 ? (size_t)len : 0;
    OCSP_RESPONSE_free(response);
    return out;
}

static bool make(struct making *m, OCSP_REQUEST *request) {
    const struct task *t = m->task;
    int64_t now = realm_now(t->realm), produced = now;
    m->from = now - HOUR;
    m->to = now + DAY;
    if (on(t, FAULT_STALE)) {
        m->from = now - 3 * DAY;
        m->to = now - DAY;
    }
    if (on(t, FAULT_OLD)) {
        m->from = produced = now - YEAR;
        m->to = 0;
    }
    if (on(t, FAULT_PRODUCED_EARLY)) {
        produced = now - YEAR;
    }
    if (on(t, FAULT_FUTURE)) {
        m->from = produced = now + DAY;
        m->to = now + 2 * DAY;
    }
    if (on(t, FAULT_NO_NEXT_UPDATE)) {
        m->to = 0;
    }
    for (int i = 0; i < OCSP_request_onereq_count(request); i++) {
        if (!put_answer(m, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, i)))) {
            return false;
        }
    }
    return put_nonce(m, request) && sign(m, produced);
}

static bool all_ours(const struct task *t, OCSP_REQUEST *request) {
    for (int i = 0; i < OCSP_request_onereq_count(request); i++) {
        if (!ours(t, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, i)))) {
            return false;
        }
    }
    return OCSP_request_onereq_count(request) > 0;
}

sign_buf answer_ocsp(const struct task *t) {
    const unsigned char *at = t->body.data;
    OCSP_REQUEST *request = t->body.len > 0 ? d2i_OCSP_REQUEST(NULL, &at, (long)t->body.len) : NULL;
    sign_buf out = {0};
    if (on(t, FAULT_RESPONSE)) {
        OCSP_REQUEST_free(request);
        return wrap((int)t->faults->value[FAULT_RESPONSE], NULL);
    }
    if (request == NULL) {
        return wrap(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, NULL);
    }
    if (!all_ours(t, request)) {
        OCSP_REQUEST_free(request);
        return wrap(OCSP_RESPONSE_STATUS_UNAUTHORIZED, NULL);
    }
    struct making m = {.task = t, .basic = OCSP_BASICRESP_new()};
    if (m.basic != NULL && make(&m, request)) {
        out = wrap(OCSP_RESPONSE_STATUS_SUCCESSFUL, m.basic);
    }
    if (on(t, FAULT_BAD_SIGNATURE)) {
        answer_spoil(&out, OCSP_resp_get0_signature(m.basic));
    }
    OCSP_BASICRESP_free(m.basic);
    OCSP_REQUEST_free(request);
    return out;
}
