/* Certificate revocation lists (RFC 5280, 5). */
#include "server/responders.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

struct list {
    const struct task *task;
    X509_CRL *crl;
    bool delta, ok;
    X509_NAME *named; /* indirect: the certificate issuer that the next entry still has to name (5.3.3) */
};

static bool on(const struct task *t, enum fault fault) {
    return t->faults->on[fault];
}

static void entry(struct list *l, const ASN1_INTEGER *serial, int64_t when, int reason) {
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_dup(serial);
    ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
    ASN1_TIME *time = answer_time(when);
    bool ok = entry != NULL && number != NULL && code != NULL && time != NULL &&
              X509_REVOKED_set_serialNumber(entry, number) == 1 &&
              X509_REVOKED_set_revocationDate(entry, time) == 1 && ASN1_ENUMERATED_set(code, reason) == 1 &&
              X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code, 0, X509V3_ADD_DEFAULT) == 1;
    if (ok && l->named != NULL) {
        GENERAL_NAMES *names = GENERAL_NAMES_new();
        GENERAL_NAME *name = GENERAL_NAME_new();
        GENERAL_NAME_set0_value(name, GEN_DIRNAME, X509_NAME_dup(l->named));
        ok = sk_GENERAL_NAME_push(names, name) == 1 &&
             X509_REVOKED_add1_ext_i2d(entry, NID_certificate_issuer, names, 1, X509V3_ADD_DEFAULT) == 1;
        GENERAL_NAMES_free(names);
    }
    ok = ok && X509_CRL_add0_revoked(l->crl, entry) == 1;
    if (!ok) {
        X509_REVOKED_free(entry);
    }
    l->ok = l->ok && ok;
    ASN1_INTEGER_free(number);
    ASN1_ENUMERATED_free(code);
    ASN1_TIME_free(time);
}

static void list_one(void *user, const struct issued *one) {
    struct list *l = user;
    const ASN1_INTEGER *serial = X509_get0_serialNumber(one->id.cert);
    bool held = one->state == STATE_SUSPENDED || one->state == STATE_RESUMED;
    if (one->state == STATE_REVOKED && !l->delta) {
        entry(l, serial, one->when, CRL_REASON_KEY_COMPROMISE);
    }
    if (held && !l->delta) {
        entry(l, serial, one->when, CRL_REASON_CERTIFICATE_HOLD);
    }
    if (one->state == STATE_RESUMED && l->delta) {
        entry(l, serial, one->when, CRL_REASON_REMOVE_FROM_CRL);
    }
    if (one->state == STATE_LATE && l->delta) {
        entry(l, serial, one->when, CRL_REASON_KEY_COMPROMISE);
    }
}

static void fill(struct list *l, long n) {
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    int64_t when = realm_now(l->task->realm) - 10 * DAY;
    for (long i = 0; l->ok && i < n; i++) {
        l->ok = serial != NULL &&
                ASN1_INTEGER_set_uint64(serial, UINT64_C(0x5A00000000000000) + (uint64_t)i) == 1;
        if (l->ok) {
            entry(l, serial, when, CRL_REASON_SUPERSEDED);
        }
    }
    ASN1_INTEGER_free(serial);
}

static bool number(X509_CRL *crl, int nid, int64_t value, int critical) {
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    bool ok = number != NULL && ASN1_INTEGER_set_int64(number, value) == 1 &&
              X509_CRL_add1_ext_i2d(crl, nid, number, critical, X509V3_ADD_DEFAULT) == 1;
    ASN1_INTEGER_free(number);
    return ok;
}

static bool conf(X509_CRL *crl, X509 *issuer, int nid, const char *value) {
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* The scope of the list (5.2.5), when a fault narrows it. */
static bool scope(const struct list *l, X509 *issuer) {
    static const struct {
        enum fault fault;
        const char *value;
    } scopes[] = {
        {FAULT_ONLY_CA, "critical,onlyCA:TRUE"},
        {FAULT_ONLY_USER, "critical,onlyuser:TRUE"},
        {FAULT_ONLY_ATTRIBUTE, "critical,onlyAA:TRUE"},
        {FAULT_OTHER_POINT, "critical,fullname:URI:http://depo.example.org/other.crl"},
        {FAULT_SOME_REASONS, "critical,onlysomereasons:keyCompromise"},
        {FAULT_INDIRECT, "critical,indirectCRL:TRUE"},
    };
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (on(l->task, scopes[i].fault) &&
            !conf(l->crl, issuer, NID_issuing_distribution_point, scopes[i].value)) {
            return false;
        }
    }
    return true;
}

static bool critical(X509_CRL *crl) {
    ASN1_OBJECT *unknown = OBJ_txt2obj("1.3.6.1.4.1.55555.1.2", 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension = NULL;
    bool ok = unknown != NULL && value != NULL &&
              ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2) == 1 &&
              (extension = X509_EXTENSION_create_by_OBJ(NULL, unknown, 1, value)) != NULL &&
              X509_CRL_add_ext(crl, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(unknown);
    return ok;
}

/* Numbers grow with the clock; the delta is for every complete list of the last day (5.2.4). */
static bool extensions(const struct list *l, X509 *issuer) {
    const struct task *t = l->task;
    int64_t now = realm_now(t->realm);
    char value[512];
    bool ok = conf(l->crl, issuer, NID_authority_key_identifier, "keyid:always") &&
              number(l->crl, NID_crl_number, l->delta ? now + 1 : now, 0) && scope(l, issuer);
    ok = ok && (!l->delta || number(l->crl, NID_delta_crl, now - DAY, 1));
    ok = ok && (!on(t, FAULT_CRITICAL) || critical(l->crl));
    if (ok && on(t, FAULT_FRESHEST)) {
        snprintf(value, sizeof value, "URI:%s/crl/%s/delta", realm_base(t->realm),
                 authority_name(t->authority));
        ok = conf(l->crl, issuer, NID_freshest_crl, value);
    }
    return ok;
}

static bool times(const struct list *l) {
    const struct task *t = l->task;
    int64_t now = realm_now(t->realm), from = now - HOUR, to = now + DAY;
    if (on(t, FAULT_EXPIRED)) {
        from = now - 3 * DAY;
        to = now - DAY;
    }
    if (on(t, FAULT_FUTURE)) {
        from = now + DAY;
        to = now + 2 * DAY;
    }
    ASN1_TIME *this_update = answer_time(from);
    ASN1_TIME *next_update = on(t, FAULT_NO_NEXT_UPDATE) ? NULL : answer_time(to);
    bool ok = this_update != NULL && X509_CRL_set1_lastUpdate(l->crl, this_update) == 1 &&
              (next_update == NULL || X509_CRL_set1_nextUpdate(l->crl, next_update) == 1);
    ASN1_TIME_free(this_update);
    ASN1_TIME_free(next_update);
    return ok;
}

/* Whose name is on the list, and whose key is under it. */
static struct identity issuer_of(const struct task *t) {
    struct identity id = *realm_authority(t->realm, t->authority);
    if (on(t, FAULT_INDIRECT)) {
        id = *realm_staff(t->realm, STAFF_LISTS);
    }
    if (on(t, FAULT_TWIN)) {
        id = *realm_authority(t->realm, AUTHORITY_TWIN);
    }
    if (on(t, FAULT_WRONG_SIGNER)) {
        id.key = realm_authority(t->realm, AUTHORITY_OTHER)->key;
    }
    return id;
}

static bool make(struct list *l) {
    const struct task *t = l->task;
    struct identity issuer = issuer_of(t);
    X509_NAME *subject = X509_get_subject_name(realm_authority(t->realm, t->authority)->cert);
    l->delta = on(t, FAULT_DELTA);
    l->named = on(t, FAULT_INDIRECT) ? subject : NULL;
    l->ok = X509_CRL_set_version(l->crl, X509_CRL_VERSION_2) == 1 &&
            X509_CRL_set_issuer_name(l->crl, X509_get_subject_name(issuer.cert)) == 1 && times(l);
    if (!l->ok) {
        return false;
    }
    realm_each(t->realm, t->authority, list_one, l);
    fill(l, on(t, FAULT_HUGE_LIST) ? t->faults->value[FAULT_HUGE_LIST] : 0);
    return l->ok && extensions(l, issuer.cert) && X509_CRL_sort(l->crl) == 1 &&
           X509_CRL_sign(l->crl, issuer.key, EVP_sha256()) > 0;
}

static sign_buf encode(const struct task *t, X509_CRL *crl) {
    sign_buf out = {0};
    const ASN1_BIT_STRING *value = NULL;
    int len = i2d_X509_CRL(crl, &out.data);
    out.len = len > 0 ? (size_t)len : 0;
    if (on(t, FAULT_BAD_SIGNATURE)) {
        X509_CRL_get0_signature(crl, &value, NULL);
        answer_spoil(&out, value);
    }
    return out;
}

sign_buf answer_crl(const struct task *t) {
    struct list l = {.task = t, .crl = X509_CRL_new()};
    sign_buf out = {0};
    if (l.crl != NULL && make(&l)) {
        out = encode(t, l.crl);
    }
    X509_CRL_free(l.crl);
    return out;
}
