/* carried.c - certificates, lists and responses that a token brings along: candidates, whoever put them
 * there; and the index of an archive time-stamp. */
#include "tsp/token.h"

#include "base/limits.h"
#include "der/oid.h"

/* A list that grows in the arena. */
struct pile {
    sign_bytes *at;
    size_t n, cap;
};

struct reading {
    arena *a;
    struct tsp_token *t;
    struct pile certs, crls, ocsps;
};

static void add(struct reading *r, struct pile *p, sign_bytes der) {
    enum { FIRST = 8 };
    if (p->n == LIMIT_CERTIFICATES) {
        tsp_breaks(r->t, MSG_TST_LIMIT, "certificates or revocation data");
        return;
    }
    if (p->n == p->cap) {
        size_t cap = p->cap == 0 ? FIRST : 2 * p->cap;
        sign_bytes *more = arena_alloc(r->a, cap * sizeof *more);
        if (more == NULL)
            return; /* remembered by the arena */
        if (p->n > 0)
            memcpy(more, p->at, p->n * sizeof *more);
        p->at = more;
        p->cap = cap;
    }
    p->at[p->n++] = der;
}

/* The SEQUENCEs among the elements; other choices of CertificateChoices are not used. What is wrong with the
 * elements, NULL: nothing. */
static const char *add_sequences(struct reading *r, struct pile *p, sign_bytes contents) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true);
    struct der_tlv tlv;
    while (r->t->broken == MSG_NONE && der_more(&c) && der_any(&c, &tlv)) {
        if (tlv.tag == DER_SEQUENCE)
            add(r, p, tlv.raw);
    }
    return parse.error;
}

/*
 * OtherRevocationInfoFormat [1] (RFC 5652, 10.2.1): an OCSPResponse as RFC 5940, 2.1 has it, or the
 * BasicOCSPResponse by its own identifier, which some write. Another format, or a malformed one, is left out.
 */
static void add_other(struct reading *r, sign_bytes raw) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, raw, true), in;
    sign_bytes format;
    struct der_tlv response;
    if (!der_enter(&c, DER_CONTEXT_CONSTRUCTED(1), &in) || !der_oid(&in, &format) ||
        !der_take(&in, DER_SEQUENCE, &response))
        return;
    if (oid_is(format, OID_RI_OCSP_RESPONSE) || oid_is(format, OID_OCSP_BASIC))
        add(r, &r->ocsps, response.raw);
}

static const char *add_crls(struct reading *r, sign_bytes contents) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true);
    struct der_tlv tlv;
    while (r->t->broken == MSG_NONE && der_more(&c) && der_any(&c, &tlv)) {
        if (tlv.tag == DER_SEQUENCE)
            add(r, &r->crls, tlv.raw);
        else if (tlv.tag == DER_CONTEXT_CONSTRUCTED(1))
            add_other(r, tlv.raw);
    }
    return parse.error;
}

/* RevocationValues (EN 319 122-1, A.1.2.2): lists [0], responses as BasicOCSPResponse [1]; others are unused.
 */
static void add_revocation_values(struct reading *r, struct der_cursor *in) {
    struct der_cursor values, inner;
    struct der_tlv tlv;
    if (!der_enter(in, DER_SEQUENCE, &values))
        return;
    if (der_optional_enter(&values, DER_CONTEXT_CONSTRUCTED(0), &inner) &&
        der_take(&inner, DER_SEQUENCE, &tlv))
        add_sequences(r, &r->crls, tlv.value);
    if (der_optional_enter(&values, DER_CONTEXT_CONSTRUCTED(1), &inner) &&
        der_take(&inner, DER_SEQUENCE, &tlv))
        add_sequences(r, &r->ocsps, tlv.value);
}

/* The newest kind counts when there are several: it is what the imprint was made with, or nothing matches. */
static void take_index(struct tsp_token *t, unsigned version, struct der_cursor *in) {
    struct der_tlv tlv;
    if (version > t->hash_index_version && der_take(in, DER_SEQUENCE, &tlv)) {
        t->hash_index = tlv.raw;
        t->hash_index_version = version;
    }
}

/*
 * The unsigned attributes of the token's signer. Values that are malformed are no values; a token does not
 * break by what anybody may have added to it.
 */
static void read_unsigned(struct reading *r) {
    struct der_parse parse, own;
    struct der_cursor c = der_open(&parse, r->t->signer.unsigned_attrs, true), in;
    struct der_tlv tlv;
    sign_bytes type, values;
    while (r->t->broken == MSG_NONE && cms_attribute_next(&c, &type, &values)) {
        in = der_open(&own, values, true);
        switch (oid_find(type)) {
        case OID_AA_CERTIFICATE_VALUES:
            if (der_take(&in, DER_SEQUENCE, &tlv))
                add_sequences(r, &r->certs, tlv.value);
            break;
        case OID_AA_REVOCATION_VALUES:
            add_revocation_values(r, &in);
            break;
        case OID_AA_ATS_HASH_INDEX:
            take_index(r->t, 1, &in);
            break;
        case OID_AA_ATS_HASH_INDEX_V2:
            take_index(r->t, 2, &in);
            break;
        case OID_AA_ATS_HASH_INDEX_V3:
            take_index(r->t, 3, &in);
            break;
        default:
            break;
        }
    }
}

sign_rc tsp_carried_read(const cms_message *m, arena *a, struct tsp_token *t, sign_error *err) {
    struct reading r = {.a = a, .t = t};
    const char *why = add_sequences(&r, &r.certs, m->certificates);
    if (why == NULL)
        why = add_crls(&r, m->crls);
    if (why != NULL)
        tsp_breaks(t, MSG_TST_FORMAT, why);
    read_unsigned(&r);
    t->certs = r.certs.at;
    t->n_certs = r.certs.n;
    t->crls = r.crls.at;
    t->n_crls = r.crls.n;
    t->ocsps = r.ocsps.at;
    t->n_ocsps = r.ocsps.n;
    return a->failed ? fail_memory(err) : SIGN_OK;
}
