/* Signed properties as text for people (EN 319 132-1, 5.2). */
#include "base/text.h"
#include "base/time.h"
#include "der/oid.h"
#include "xades/properties.h"

enum { TEXT_MAX = 2000 };

/* ---- helpers ---------------------------------------------------------------------------------------- */

static const struct xml_node *child(const struct xml_node *n, const char *name) {
    for (const struct xml_node *e = n != NULL ? n->first : NULL; e != NULL; e = e->next)
        if (xades_is_property(e, name))
            return e;
    return NULL;
}

static const char *shown(arena *a, sign_bytes text) {
    size_t n = text.len < TEXT_MAX ? text.len : utf8_whole((const char *)text.data, TEXT_MAX);
    return n > 0 ? arena_str(a, BYTES(text.data, n)) : NULL;
}

static const char *text_of(arena *a, const struct xml_node *n) {
    const char *text = n != NULL ? xades_text(n) : NULL;
    return text != NULL ? shown(a, xades_trim(text)) : NULL;
}

/* The texts of the elements below, comma separated. */
static const char *texts_in(arena *a, const struct xml_node *n) {
    AUTO(grow) out = {0};
    for (const struct xml_node *e = n != NULL ? xades_solid(n->first) : NULL; e != NULL && out.len < TEXT_MAX;
         e = xades_solid(e->next)) {
        const char *text = e->kind == XML_KIND_ELEMENT ? xades_text(e) : NULL;
        sign_bytes t = text != NULL ? xades_trim(text) : (sign_bytes){0};
        if (t.len == 0)
            continue;
        grow_str(&out, out.len > 0 ? ", " : "");
        grow_put(&out, t.data, t.len);
    }
    a->failed = a->failed || out.failed;
    return out.failed ? NULL : shown(a, BYTES(out.data, out.len));
}

/* ObjectIdentifier/Identifier: "urn:oid:1.2.3" is shown as "1.2.3" (RFC 3061), another URI as it stands. */
static const char *identifier(arena *a, const struct xml_node *n) {
    const char *text = text_of(a, child(n, "Identifier"));
    static const char urn[] = "urn:oid:";
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof urn - 1; i++)
        if ((text[i] | 0x20) != (urn[i] | 0x20))
            return text;
    return text + sizeof urn - 1;
}

/* "proofOfOrigin (1.2.840.113549.1.9.16.6.1)" where we know the number's name. */
static const char *with_name(arena *a, const char *id) {
    uint8_t bytes[64];
    size_t len;
    if (id == NULL || !oid_from_text(id, bytes, sizeof bytes, &len))
        return id;
    enum oid known = oid_find(BYTES(bytes, len));
    return known != OID_NONE ? arena_printf(a, "%s (%s)", oid_label(known), id) : id;
}

/* ---- the properties --------------------------------------------------------------------------------- */

/* xsd:dateTime may leave the time zone out; then UTC is as good as any. */
static int64_t signing_time(arena *a, const struct xml_node *n) {
    const char *text = text_of(a, n);
    int64_t t = 0;
    if (text == NULL || strlen(text) > 60 || strchr(text, 'T') == NULL)
        return 0;
    if (time_parse(text, &t))
        return t;
    const char *zoned = arena_printf(a, "%sZ", text);
    return zoned != NULL && time_parse(zoned, &t) ? t : 0;
}

static void policy_hash(arena *a, const struct xml_node *id, struct report_signature *out) {
    const struct xml_node *hash = child(id, "SigPolicyHash"), *method, *value;
    char hex[2 * DIGEST_MAX + 1];
    sign_bytes digest;
    method = hash != NULL ? xades_solid(hash->first) : NULL;
    value = method != NULL ? xades_solid(method->next) : NULL;
    if (value == NULL || method->kind != XML_KIND_ELEMENT || !xades_base64(value, DIGEST_MAX, a, &digest))
        return;
    const char *uri = xades_unqualified(method, "Algorithm");
    enum crypto_digest d = crypto_digest_find_uri(uri != NULL ? uri : "");
    text_hex(digest, hex);
    out->policy_hash = arena_printf(a, "%s %s", d != DIGEST_NONE ? crypto_digest_row(d)->name : "?", hex);
}

/* SignaturePolicyImplied has nothing to show. */
static void policy(arena *a, const struct xml_node *n, struct report_signature *out) {
    const struct xml_node *id = child(n, "SignaturePolicyId");
    out->policy_oid = identifier(a, child(id, "SigPolicyId"));
    if (out->policy_oid == NULL)
        return;
    policy_hash(a, id, out);
    const struct xml_node *list = child(id, "SigPolicyQualifiers");
    for (const struct xml_node *q = list != NULL ? list->first : NULL; q != NULL && !out->policy_uri;
         q = q->next)
        out->policy_uri = text_of(a, child(q, "SPURI"));
}

static void data_properties(arena *a, const struct xml_node *n, struct report_signature *out) {
    const struct xml_node *format = child(n, "DataObjectFormat");
    out->mime_type = text_of(a, child(format, "MimeType"));
    out->content_hint = text_of(a, child(format, "Description"));
    out->commitment =
        with_name(a, identifier(a, child(child(n, "CommitmentTypeIndication"), "CommitmentTypeId")));
}

void xades_signed_text(struct xades_one *o, const struct xades_properties *p) {
    arena *a = &o->job->report->arena;
    struct report_signature *out = o->out;
    const struct xml_node *place = p->property[p->property[SP_PLACE_V2] != NULL ? SP_PLACE_V2 : SP_PLACE];
    const struct xml_node *role = p->property[p->property[SP_ROLE_V2] != NULL ? SP_ROLE_V2 : SP_ROLE];
    out->claimed_time = o->facts.claimed_time = signing_time(a, p->property[SP_SIGNING_TIME]);
    policy(a, p->property[SP_POLICY], out);
    out->place = texts_in(a, place);
    out->roles = texts_in(a, child(role, "ClaimedRoles"));
    data_properties(a, p->data_node, out);
}
