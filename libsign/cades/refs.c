/* References to certificates and revocation data by their digests. */
#include "cades/stamps.h"

/* OtherHash ::= CHOICE { sha1Hash OCTET STRING, otherHash OtherHashAlgAndValue } (EN 319 122-1, A.1.1.1). */
static bool other_hash(struct der_cursor *c, struct ades_value_ref *out) {
    struct der_cursor in;
    sign_bytes oid, params;
    out->digest = DIGEST_SHA1;
    if (der_peek(c) == DER_OCTET_STRING)
        return der_octets(c, &out->hash);
    if (!der_enter(c, DER_SEQUENCE, &in) || !der_algorithm(&in, &oid, &params))
        return false;
    out->digest = crypto_digest_read(oid, params);
    return der_octets(&in, &out->hash);
}

static void add(struct cades_beside *b, const struct ades_value_ref *ref, struct cades_place place) {
    arena *a = &b->o->job->report->arena;
    if (b->refs.n >= LIMIT_CERTIFICATES)
        return;
    struct ades_value_ref *list = cades_room(a, b->refs.list, b->refs.n, &b->refs.cap, sizeof *list);
    if (list == NULL)
        return;
    b->refs.list = list;
    list[b->refs.n++] = *ref;
    struct ades_covered what = {.revocation = ref->revocation, .via = ref->digest, .what = ref->hash};
    if (ref->digest != DIGEST_NONE && ref->hash.len != 0)
        cades_item_add(b, what, place, true);
}

/* OtherCertID (A.1.1.1). */
static bool certificate_ref(struct der_cursor *c, struct ades_value_ref *out) {
    struct der_cursor in;
    struct cms_reference names = {0};
    if (!der_enter(c, DER_SEQUENCE, &in) || !other_hash(&in, out) ||
        (der_more(&in) && !cms_issuer_serial_read(&in, &names)))
        return false;
    out->issuer = names.issuer;
    out->serial = names.serial;
    return der_finish(&in);
}

/* CrlValidatedID ::= SEQUENCE { crlHash, crlIdentifier OPTIONAL } (A.1.2.1). */
static bool crl_ref(struct der_cursor *c, struct ades_value_ref *out) {
    struct der_cursor in, id;
    struct der_tlv t;
    if (!der_enter(c, DER_SEQUENCE, &in) || !other_hash(&in, out))
        return false;
    if (!der_optional_enter(&in, DER_SEQUENCE, &id))
        return der_finish(&in);
    if (!der_take(&id, DER_SEQUENCE, &t) || !der_time(&id, &out->time))
        return false;
    out->issuer = t.raw;
    return true;
}

/* OcspResponsesID ::= SEQUENCE { ocspIdentifier, ocspRepHash OPTIONAL } (A.1.2.1). */
static bool ocsp_ref(struct der_cursor *c, struct ades_value_ref *out) {
    struct der_cursor in, id;
    struct der_tlv responder;
    out->ocsp = true;
    if (!der_enter(c, DER_SEQUENCE, &in) || !der_enter(&in, DER_SEQUENCE, &id) || !der_any(&id, &responder) ||
        !der_gen_time(&id, &out->time))
        return false;
    return !der_more(&in) || other_hash(&in, out);
}

typedef bool (*read_ref)(struct der_cursor *c, struct ades_value_ref *out);

/* A SEQUENCE OF references; false: one of them is malformed. */
static bool read_list(struct cades_beside *b, struct der_cursor *list, struct ades_value_ref like,
                      read_ref read, struct cades_place place) {
    while (der_more(list)) {
        struct ades_value_ref ref = like;
        if (!read(list, &ref))
            return false;
        add(b, &ref, place);
    }
    return der_ok(list);
}

/* CrlOcspRef ::= SEQUENCE { crlids [0] CRLListID, ocspids [1] OcspListID, otherRev [2], each OPTIONAL }. */
static bool revocation_refs(struct cades_beside *b, struct der_cursor *c, struct ades_value_ref like,
                            struct cades_place place) {
    struct der_cursor one, id, seq, list;
    if (!der_enter(c, DER_SEQUENCE, &one))
        return false;
    if (der_optional_enter(&one, DER_CONTEXT_CONSTRUCTED(0), &id) &&
        (!der_enter(&id, DER_SEQUENCE, &seq) || !der_enter(&seq, DER_SEQUENCE, &list) ||
         !read_list(b, &list, like, crl_ref, place)))
        return false;
    if (der_optional_enter(&one, DER_CONTEXT_CONSTRUCTED(1), &id) &&
        (!der_enter(&id, DER_SEQUENCE, &seq) || !der_enter(&seq, DER_SEQUENCE, &list) ||
         !read_list(b, &list, like, ocsp_ref, place)))
        return false;
    return der_ok(&one);
}

void cades_refs_read(struct cades_beside *b, sign_bytes value, struct cades_place place) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, true), list;
    struct ades_value_ref like = {.revocation = place.kind == OID_AA_COMPLETE_REVOCATION_REFERENCES ||
                                                place.kind == OID_AA_ATTRIBUTE_REVOCATION_REFERENCES,
                                  .attribute = place.kind == OID_AA_ATTRIBUTE_CERTIFICATE_REFERENCES ||
                                               place.kind == OID_AA_ATTRIBUTE_REVOCATION_REFERENCES};
    bool ok = der_enter(&c, DER_SEQUENCE, &list);
    if (ok && !like.revocation)
        ok = read_list(b, &list, like, certificate_ref, place);
    while (ok && like.revocation && der_more(&list))
        ok = revocation_refs(b, &list, like, place);
    if (!ok || !der_ok(&c))
        add(b, &like, place);
}

/* SigningCertificate, SigningCertificateV2: SEQUENCE { certs SEQUENCE OF ESSCertID..., policies } (RFC 5035,
 * 3 and 4). The first is the signer's; the others are of the path. */
static void signer_refs(sign_bytes value, bool v2, arena *a, struct cades_covering *out) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, true), sc, certs, id;
    if (value.len == 0 || !der_enter(&c, DER_SEQUENCE, &sc) || !der_enter(&sc, DER_SEQUENCE, &certs))
        return;
    while (der_more(&certs) && out->n < LIMIT_CERTIFICATES) {
        struct ades_covered one = {.via = v2 ? DIGEST_SHA256 : DIGEST_SHA1};
        sign_bytes oid, params;
        if (!der_enter(&certs, DER_SEQUENCE, &id))
            return;
        if (v2 && der_peek(&id) == DER_SEQUENCE) {
            if (!der_algorithm(&id, &oid, &params))
                return;
            one.via = crypto_digest_read(oid, params);
        }
        struct ades_covered *list = NULL;
        if (!der_octets(&id, &one.what) ||
            (list = cades_room(a, out->list, out->n, &out->cap, sizeof *list)) == NULL)
            return;
        out->list = list;
        if (one.via != DIGEST_NONE)
            list[out->n++] = one;
    }
}

void cades_signer_refs_read(const struct cms_signer *s, arena *a, struct cades_covering *out) {
    signer_refs(s->value[SA_CERT_V1], false, a, out);
    signer_refs(s->value[SA_CERT_V2], true, a, out);
}
