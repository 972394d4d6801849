/* Signed properties as text for people: what the signer claims beside the content (EN 319 122-1, 5.2). */
#include "cades/read.h"

#include "base/text.h"
#include "der/oid.h"

enum { TEXT_MAX = 2000, TEXT_DEPTH = 12 };

static struct der_cursor value_open(struct der_parse *parse, sign_bytes value) {
    return der_open(parse, value, true);
}

/* "proofOfOrigin (1.2.840.113549.1.9.16.6.1)", or the dotted text alone. */
static const char *oid_shown(sign_bytes oid, arena *texts) {
    char dotted[128];
    if (!oid_to_text(oid, dotted, sizeof dotted))
        return NULL;
    enum oid id = oid_find(oid);
    if (id == OID_NONE)
        return arena_str(texts, BYTES_STR(dotted));
    return arena_printf(texts, "%s (%s)", oid_label(id), dotted);
}

static const char *taken(grow *g, arena *texts) {
    if (g->failed) { /* remembered: a report with less in it would be another report */
        texts->failed = true;
        return NULL;
    }
    size_t n = g->len < TEXT_MAX ? g->len : TEXT_MAX;
    while (n > 0 && n < g->len && (g->data[n] & 0xc0) == 0x80)
        n--; /* not inside a character (RFC 3629, 3) */
    return n == 0 ? NULL : arena_str(texts, BYTES(g->data, n));
}

/* Appends every character string inside an element, depth first. `only`: at the top, enter only this tag. */
static void gather(struct der_cursor *c, uint8_t only, unsigned depth, grow *out) {
    struct der_tlv t;
    while (der_more(c) && der_any(c, &t)) {
        if (only != 0 && t.tag != only)
            continue;
        if ((t.tag & 0x20) != 0 && depth < TEXT_DEPTH) {
            struct der_cursor in = der_inside(c, &t);
            gather(&in, 0, depth + 1, out);
            continue;
        }
        size_t before = out->len;
        if (before > 0)
            grow_str(out, ", ");
        size_t start = out->len;
        if (!der_text(&t, out) || out->len == start)
            out->len = before;
    }
}

/* The strings inside the SEQUENCE that `value` is, comma separated; NULL when there are none. */
static const char *strings(sign_bytes value, uint8_t only, arena *texts) {
    struct der_parse parse;
    struct der_cursor c = value_open(&parse, value), in;
    AUTO(grow) out = {0};
    if (value.len == 0 || !der_enter(&c, DER_SEQUENCE, &in))
        return NULL;
    gather(&in, only, 1, &out);
    return taken(&out, texts);
}

/* mime-type ::= UTF8String (EN 319 122-1, 5.2.4.2). */
static const char *one_string(sign_bytes value, arena *texts) {
    struct der_parse parse;
    struct der_cursor c = value_open(&parse, value);
    struct der_tlv t;
    AUTO(grow) out = {0};
    if (value.len == 0 || !der_any(&c, &t) || (!der_text(&t, &out) && !out.failed))
        return NULL;
    return taken(&out, texts);
}

/* ContentHints ::= SEQUENCE { contentDescription UTF8String OPTIONAL, contentType } (RFC 2634, 2.9). */
static const char *hint(sign_bytes value, arena *texts) {
    struct der_parse parse;
    struct der_cursor c = value_open(&parse, value), in;
    struct der_tlv t;
    if (value.len == 0 || !der_enter(&c, DER_SEQUENCE, &in) || !der_optional(&in, DER_UTF8, &t))
        return NULL;
    return one_string(t.raw, texts);
}

/* CommitmentTypeIndication ::= SEQUENCE { commitmentTypeId, qualifiers OPTIONAL } (EN 319 122-1, 5.2.3). */
static const char *commitment(sign_bytes value, arena *texts) {
    struct der_parse parse;
    struct der_cursor c = value_open(&parse, value), in;
    sign_bytes oid;
    if (value.len == 0 || !der_enter(&c, DER_SEQUENCE, &in) || !der_oid(&in, &oid))
        return NULL;
    return oid_shown(oid, texts);
}

/* SigPolicyQualifierInfos: the URI is shown (EN 319 122-1, 5.2.9.1). */
static const char *policy_uri(struct der_cursor *c, arena *texts) {
    struct der_cursor list, one;
    if (!der_optional_enter(c, DER_SEQUENCE, &list))
        return NULL;
    while (der_more(&list)) {
        sign_bytes oid;
        struct der_tlv t;
        if (!der_enter(&list, DER_SEQUENCE, &one) || !der_oid(&one, &oid) || !der_any(&one, &t))
            return NULL;
        if (oid_is(oid, OID_SPQ_URI))
            return one_string(t.raw, texts);
    }
    return NULL;
}

/* "Not to be checked": no octets, or only zeros (TS 101 733, 5.8.1). */
static bool is_zero(sign_bytes hash) {
    for (size_t i = 0; i < hash.len; i++)
        if (hash.data[i] != 0)
            return false;
    return true;
}

/*
 * SignaturePolicy ::= CHOICE { SignaturePolicyId, SignaturePolicyImplied ::= NULL } (EN 319 122-1, 5.2.9).
 * One that cannot be read is there all the same: no policy fits it.
 */
static void policy(sign_bytes value, arena *texts, struct ades_signature_policy *out) {
    struct der_parse parse;
    struct der_cursor c = value_open(&parse, value), id, hash;
    sign_bytes oid, alg, params;
    char dotted[128];
    out->present = value.len != 0;
    out->implied = out->present && der_peek(&c) == DER_NULL;
    if (!out->present || !der_optional_enter(&c, DER_SEQUENCE, &id) || !der_oid(&id, &oid) ||
        !oid_to_text(oid, dotted, sizeof dotted))
        return;
    out->oid = arena_str(texts, BYTES_STR(dotted));
    if (!der_optional_enter(&id, DER_SEQUENCE, &hash) || !der_algorithm(&hash, &alg, &params) ||
        !der_octets(&hash, &out->hash))
        return;
    out->digest = crypto_digest_read(alg, params);
    out->hash_zero = is_zero(out->hash);
    out->uri = policy_uri(&id, texts);
}

static void policy_text(const struct ades_signature_policy *policy, arena *texts,
                        struct report_signature *out) {
    out->policy_oid = policy->oid;
    out->policy_uri = policy->uri;
    if (policy->hash.len == 0 || policy->hash.len > DIGEST_MAX)
        return;
    char hex[2 * DIGEST_MAX + 1];
    text_hex(policy->hash, hex);
    const char *name = crypto_digest_row(policy->digest)->name;
    out->policy_hash = arena_printf(texts, "%s %s", name != NULL ? name : "?", hex);
}

void cades_signed_text(const struct cms_signer *s, arena *texts, struct report_signature *out,
                       struct ades_signature_policy *named) {
    policy(s->value[SA_POLICY], texts, named);
    policy_text(named, texts, out);
    out->commitment = commitment(s->value[SA_COMMITMENT], texts);
    out->place = strings(s->value[SA_PLACE], 0, texts);
    /* Claimed roles stand in [0]; certified ones are attribute certificates and no text. */
    out->roles = strings(s->value[SA_ROLES_V2], DER_CONTEXT_CONSTRUCTED(0), texts);
    if (out->roles == NULL)
        out->roles = strings(s->value[SA_ROLES_V1], DER_CONTEXT_CONSTRUCTED(0), texts);
    out->mime_type = one_string(s->value[SA_MIME_TYPE], texts);
    out->content_hint = hint(s->value[SA_CONTENT_HINT], texts);
}
