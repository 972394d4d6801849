/* net/peek.c - the outermost structure of certificates, CRLs and OCSP responses. */
#include "net/peek.h"

#include "base/limits.h"
#include "base/text.h"
#include "der/der.h"
#include "der/oid.h"
#include <stdio.h>

enum { MINUTE = 60, DAY = 24 * 60 * 60 };

static bool no(struct net_peek *out, const char *why) {
    snprintf(out->problem, sizeof out->problem, "%s", why);
    return false;
}

static void earliest(struct net_peek *out, int64_t next) {
    if (!out->has_next || next < out->next)
        out->next = next;
    out->has_next = true;
}

/* RFC 5280, 4.1; or a SignedData of RFC 5652, 5.1, in whose place some servers have a certificate and some
 * certificates a message. */
static bool certificates(sign_bytes der, struct net_peek *out) {
    (void)out;
    struct der_parse parse = {0};
    struct der_cursor top = der_open(&parse, der, true), in, tbs;
    sign_bytes oid = {0};
    if (!der_enter(&top, DER_SEQUENCE, &in) || !der_finish(&top))
        return false;
    if (der_peek(&in) == DER_OID)
        return der_oid(&in, &oid) && oid_is(oid, OID_CT_SIGNED_DATA) &&
               der_take(&in, DER_CONTEXT_CONSTRUCTED(0), NULL) && der_finish(&in);
    if (!der_enter(&in, DER_SEQUENCE, &tbs))
        return false;
    /* serialNumber, signature, issuer, validity: a CRL has a time in the last one's place. */
    (void)der_optional(&tbs, DER_CONTEXT_CONSTRUCTED(0), NULL);
    return der_take(&tbs, DER_INTEGER, NULL) && der_take(&tbs, DER_SEQUENCE, NULL) &&
           der_take(&tbs, DER_SEQUENCE, NULL) && der_take(&tbs, DER_SEQUENCE, NULL) &&
           der_take(&in, DER_SEQUENCE, NULL) && der_take(&in, DER_BIT_STRING, NULL) && der_finish(&in);
}

static bool at_time(struct der_cursor *c) {
    return der_peek(c) == DER_UTC_TIME || der_peek(c) == DER_GENERALIZED_TIME;
}

/* RFC 5280, 5.1: version, signature, issuer, thisUpdate, nextUpdate; the rest is passed by its length. */
static bool crl(sign_bytes der, struct net_peek *out) {
    struct der_parse parse = {0};
    struct der_cursor top = der_open(&parse, der, false), in, tbs;
    int64_t this_update = 0, next = 0;
    if (!der_enter(&top, DER_SEQUENCE, &in) || !der_finish(&top) || !der_enter(&in, DER_SEQUENCE, &tbs))
        return false;
    (void)der_optional(&tbs, DER_INTEGER, NULL);
    if (!der_take(&tbs, DER_SEQUENCE, NULL) || !der_take(&tbs, DER_SEQUENCE, NULL) ||
        !der_time(&tbs, &this_update))
        return false;
    if (at_time(&tbs)) {
        if (!der_time(&tbs, &next))
            return false;
        earliest(out, next);
    }
    return der_take(&in, DER_SEQUENCE, NULL) && der_take(&in, DER_BIT_STRING, NULL) && der_finish(&in);
}

/* SingleResponse (RFC 6960, 4.2.1). */
static bool single(struct der_cursor *list, struct net_peek *out) {
    struct der_cursor one, more;
    struct der_tlv status;
    int64_t this_update = 0, next = 0;
    if (!der_enter(list, DER_SEQUENCE, &one) || !der_take(&one, DER_SEQUENCE, NULL) ||
        !der_any(&one, &status) || !der_gen_time(&one, &this_update))
        return false;
    if (der_optional_enter(&one, DER_CONTEXT_CONSTRUCTED(0), &more)) {
        if (!der_gen_time(&more, &next))
            return false;
        earliest(out, next);
    }
    return der_ok(&one);
}

/* RFC 6960, 4.4.1: an OCTET STRING; old responders give the bare octets back. */
static sign_bytes nonce_of(sign_bytes value) {
    struct der_parse parse = {0};
    struct der_cursor v = der_open(&parse, value, false);
    sign_bytes inner = {0};
    return der_octets(&v, &inner) && der_finish(&v) ? inner : value;
}

/* Extensions (RFC 5280, 4.1) of a request or a response; false: malformed, or several nonces. */
static bool extensions(struct der_cursor *c, bool *has_nonce, sign_bytes *nonce) {
    struct der_cursor list, one;
    if (!der_enter(c, DER_SEQUENCE, &list) || !der_finish(c))
        return false;
    while (der_more(&list)) {
        sign_bytes oid = {0}, value = {0};
        if (!der_enter(&list, DER_SEQUENCE, &one) || !der_oid(&one, &oid))
            return false;
        (void)der_optional(&one, DER_BOOLEAN, NULL);
        if (!der_octets(&one, &value) || !der_finish(&one))
            return false;
        if (!oid_is(oid, OID_OCSP_NONCE))
            continue;
        if (*has_nonce)
            return false;
        *has_nonce = true;
        *nonce = nonce_of(value);
    }
    return der_ok(&list);
}

/* BasicOCSPResponse: ResponseData is version, responderID, producedAt, responses, extensions. */
static bool basic(sign_bytes der, struct net_peek *out) {
    struct der_parse parse = {0};
    struct der_cursor top = der_open(&parse, der, false), in, data, list;
    struct der_tlv responder;
    int64_t produced = 0;
    if (!der_enter(&top, DER_SEQUENCE, &in) || !der_finish(&top) || !der_enter(&in, DER_SEQUENCE, &data))
        return false;
    (void)der_optional(&data, DER_CONTEXT_CONSTRUCTED(0), NULL);
    if (!der_any(&data, &responder) || !der_gen_time(&data, &produced) ||
        !der_enter(&data, DER_SEQUENCE, &list))
        return false;
    bool any = false, ok = true;
    bool all_next = true;
    for (; ok && der_more(&list); any = true) {
        struct net_peek one = {0};
        ok = single(&list, &one);
        all_next = all_next && one.has_next;
        if (one.has_next)
            earliest(out, one.next);
    }
    out->has_next = out->has_next && all_next;
    if (ok && der_optional_enter(&data, DER_CONTEXT_CONSTRUCTED(1), &in))
        ok = extensions(&in, &out->has_nonce, &out->nonce);
    return ok && any && der_ok(&list) && der_ok(&data);
}

static bool ocsp(sign_bytes der, struct net_peek *out) {
    static const char *const words[] = {"successful",    "malformedRequest", "internalError", "tryLater",
                                        "(4, not used)", "sigRequired",      "unauthorized"};
    struct der_parse parse = {0};
    struct der_cursor top = der_open(&parse, der, false), in, outer, bytes;
    struct der_tlv status;
    sign_bytes oid = {0}, response = {0};
    if (!der_enter(&top, DER_SEQUENCE, &in) || !der_finish(&top) || !der_take(&in, DER_ENUMERATED, &status) ||
        status.value.len != 1)
        return false;
    unsigned s = status.value.data[0];
    if (s != 0) {
        snprintf(out->problem, sizeof out->problem, "the OCSP responder says %s",
                 s < sizeof words / sizeof words[0] ? words[s] : "something unknown");
        return false;
    }
    return der_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &outer) && der_enter(&outer, DER_SEQUENCE, &bytes) &&
           der_oid(&bytes, &oid) && oid_is(oid, OID_OCSP_BASIC) && der_octets(&bytes, &response) &&
           basic(response, out);
}

/* OCSPRequest: TBSRequest is version, requestorName, requestList, extensions (RFC 6960, 4.1.1). */
static bool request_nonce(sign_bytes der, sign_bytes *nonce) {
    struct der_parse parse = {0};
    struct der_cursor top = der_open(&parse, der, false), in, tbs, list;
    bool there = false;
    if (!der_enter(&top, DER_SEQUENCE, &in) || !der_enter(&in, DER_SEQUENCE, &tbs))
        return false;
    (void)der_optional(&tbs, DER_CONTEXT_CONSTRUCTED(0), NULL);
    (void)der_optional(&tbs, DER_CONTEXT_CONSTRUCTED(1), NULL);
    return der_take(&tbs, DER_SEQUENCE, NULL) &&
           der_optional_enter(&tbs, DER_CONTEXT_CONSTRUCTED(2), &list) && extensions(&list, &there, nonce) &&
           there;
}

bool net_nonce_fits(sign_bytes request, const struct net_peek *response) {
    sign_bytes sent = {0};
    return !response->has_nonce || !request_nonce(request, &sent) || bytes_equal(sent, response->nonce);
}

typedef bool (*look_fn)(sign_bytes der, struct net_peek *out);

/* Some servers send PEM in spite of RFC 5280, 4.2.1.13 and 4.2.2.1. */
static bool pem(sign_bytes body, look_fn look, const char *const *labels, struct net_peek *out) {
    AUTO(grow) der = {0};
    char label[64];
    size_t at = 0, found = 0;
    int more;
    while ((more = text_pem_next(body, &at, label, &der)) == 1) {
        for (const char *const *l = labels; *l != NULL; l++)
            if (strcmp(*l, label) == 0) {
                if (!look(BYTES(der.data, der.len), out))
                    return false;
                found++;
            }
        der.len = 0;
    }
    return more == 0 && found > 0 && !der.failed;
}

bool net_peek(sign_fetch_kind kind, sign_bytes body, struct net_peek *out) {
    static const char *const certs[] = {"CERTIFICATE", "X509 CERTIFICATE", "PKCS7", "CMS", NULL};
    static const char *const crls[] = {"X509 CRL", "CRL", NULL};
    *out = (struct net_peek){0};
    bool text = body.len > 0 && body.data[0] != DER_SEQUENCE, good = false;
    if (kind == SIGN_FETCH_TIMESTAMP)
        return true;
    if (kind == SIGN_FETCH_CERTIFICATES)
        good = text ? pem(body, certificates, certs, out) : certificates(body, out);
    else if (kind == SIGN_FETCH_CRL)
        good = text ? pem(body, crl, crls, out) : crl(body, out);
    else if (kind == SIGN_FETCH_OCSP)
        good = ocsp(body, out);
    if (good || out->problem[0] != 0)
        return good;
    return no(out, kind == SIGN_FETCH_CRL    ? "what was sent is no CRL"
                   : kind == SIGN_FETCH_OCSP ? "what was sent is no OCSP response"
                                             : "what was sent is no certificate");
}

int64_t net_expires(sign_fetch_kind kind, const struct net_peek *peek, const struct net_head *head,
                    int64_t now) {
    int64_t most = kind == SIGN_FETCH_CERTIFICATES ? 7 * DAY : DAY;
    if (kind == SIGN_FETCH_OCSP && !peek->has_next)
        most = 5 * MINUTE;
    int64_t expires = now + most;
    if (peek->has_next && peek->next < expires)
        expires = peek->next > now + MINUTE ? peek->next : now + MINUTE;
    if (head != NULL && head->max_age >= 0 && head->max_age < expires - now)
        expires = now + head->max_age;
    return expires;
}
