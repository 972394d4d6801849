/* Signed properties as text for people (EN 319 132-1, 5.2). */
#include "base/text.h"
#include "base/time.h"
#include "der/oid.h"
#include "xades/properties.h"

enum { TEXT_MAX = 2000 };

/* ---- helpers ---------------------------------------------------------------------------------------- */

const struct xml_node *xades_property_child(const struct xml_node *n, const char *name) {
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
    const char *text = text_of(a, xades_property_child(n, "Identifier"));
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
int64_t xades_time(arena *a, const struct xml_node *n) {
    const char *text = text_of(a, n);
    int64_t t = 0;
    if (text == NULL || strlen(text) > 60 || strchr(text, 'T') == NULL)
        return 0;
    if (time_parse(text, &t))
        return t;
    const char *zoned = arena_printf(a, "%sZ", text);
    return zoned != NULL && time_parse(zoned, &t) ? t : 0;
}

/* TS 101 903, 7.2.3: a hash of zeros alone says that the policy's is not to be checked. */
static bool is_zero(sign_bytes hash) {
    for (size_t i = 0; i < hash.len; i++)
        if (hash.data[i] != 0)
            return false;
    return true;
}

static void policy_hash(struct xades_one *o, const struct xml_node *id) {
    arena *a = &o->job->report->arena;
    struct ades_signature_policy *policy = &o->facts.policy;
    const struct xml_node *hash = xades_property_child(id, "SigPolicyHash");
    char hex[2 * DIGEST_MAX + 1];
    if (hash == NULL)
        return;
    bool read = xades_digest_read(o, hash, &policy->digest, &policy->hash);
    const struct xml_node *method = xades_solid(hash->first);
    const struct xml_node *value = method != NULL ? xades_solid(method->next) : NULL;
    const char *text = value != NULL && value->kind == XML_KIND_ELEMENT ? xades_text(value) : NULL;
    policy->hash_zero = read ? is_zero(policy->hash) : text != NULL && xades_trim(text).len == 0;
    if (!read)
        return;
    text_hex(policy->hash, hex);
    o->out->policy_hash = arena_printf(
        a, "%s %s", policy->digest != DIGEST_NONE ? crypto_digest_row(policy->digest)->name : "?", hex);
}

/* EN 319 132-1, 5.2.9. SignaturePolicyImplied has nothing to show. */
static void policy(struct xades_one *o, const struct xml_node *n) {
    arena *a = &o->job->report->arena;
    struct ades_signature_policy *policy = &o->facts.policy;
    const struct xml_node *id = xades_property_child(n, "SignaturePolicyId");
    policy->present = n != NULL;
    policy->implied = xades_property_child(n, "SignaturePolicyImplied") != NULL;
    policy->oid = o->out->policy_oid = identifier(a, xades_property_child(id, "SigPolicyId"));
    if (policy->oid == NULL)
        return;
    policy_hash(o, id);
    const struct xml_node *list = xades_property_child(id, "SigPolicyQualifiers");
    for (const struct xml_node *q = list != NULL ? list->first : NULL; q != NULL && !policy->uri; q = q->next)
        policy->uri = text_of(a, xades_property_child(q, "SPURI"));
    o->out->policy_uri = policy->uri;
}

static void data_properties(arena *a, const struct xml_node *n, struct report_signature *out) {
    const struct xml_node *format = xades_property_child(n, "DataObjectFormat");
    out->mime_type = text_of(a, xades_property_child(format, "MimeType"));
    out->content_hint = text_of(a, xades_property_child(format, "Description"));
    out->commitment =
        with_name(a, identifier(a, xades_property_child(xades_property_child(n, "CommitmentTypeIndication"),
                                                        "CommitmentTypeId")));
}

void xades_signed_text(struct xades_one *o, const struct xades_properties *p) {
    arena *a = &o->job->report->arena;
    struct report_signature *out = o->out;
    const struct xml_node *place = p->property[p->property[SP_PLACE_V2] != NULL ? SP_PLACE_V2 : SP_PLACE];
    const struct xml_node *role = p->property[p->property[SP_ROLE_V2] != NULL ? SP_ROLE_V2 : SP_ROLE];
    out->claimed_time = o->facts.claimed_time = xades_time(a, p->property[SP_SIGNING_TIME]);
    policy(o, p->property[SP_POLICY]);
    out->place = texts_in(a, place);
    out->roles = texts_in(a, xades_property_child(role, "ClaimedRoles"));
    data_properties(a, p->data_node, out);
}
