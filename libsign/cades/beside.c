/* What stands beside a signature: nothing in it is trusted. It is listed, it makes the structural level, and
 * it brings candidates and time-stamps. */
#include "cades/stamps.h"

#define FLAG(name) offsetof(struct ades_carried, name)

/* EN 319 122-1, 5.3 to 5.5; TS 101 733, 6. */
static const struct {
    enum oid oid;
    size_t flag;
} flags[] = {
    {OID_AA_SIGNATURE_TIME_STAMP, FLAG(signature_stamp)},
    {OID_AA_CADES_C_TIME_STAMP, FLAG(refs_stamp)},
    {OID_AA_CERTS_CRLS_TIME_STAMP, FLAG(refs_stamp)},
    {OID_AA_COMPLETE_CERTIFICATE_REFERENCES, FLAG(certificate_refs)},
    {OID_AA_COMPLETE_REVOCATION_REFERENCES, FLAG(revocation_refs)},
    {OID_AA_CERTIFICATE_VALUES, FLAG(certificate_values)},
    {OID_AA_REVOCATION_VALUES, FLAG(revocation_values)},
    {OID_AA_ARCHIVE_TIME_STAMP, FLAG(archive)},
    {OID_AA_ARCHIVE_TIME_STAMP_V2, FLAG(archive)},
    {OID_AA_ARCHIVE_TIME_STAMP_V3, FLAG(archive_v3)},
};

static arena *arena_of(const struct cades_beside *b) {
    return &b->o->job->report->arena;
}

void *cades_room(arena *a, void *list, size_t n, size_t *cap, size_t size) {
    if (n < *cap)
        return list;
    size_t larger = n < 8 ? 16 : 2 * n;
    void *grown = arena_alloc(a, larger * size);
    if (grown == NULL)
        return NULL;
    if (n > 0)
        memcpy(grown, list, n * size);
    *cap = larger;
    return grown;
}

/* The certificates of the message are shared by all signatures: a list of this one's own begins with them. */
static void begin_bag(struct cades_beside *b) {
    const struct cades_job *job = b->o->job;
    b->bag.list = arena_alloc(arena_of(b), (job->n_certs + 16) * sizeof *b->bag.list);
    if (b->bag.list == NULL)
        return;
    b->bag.cap = job->n_certs + 16;
    b->bag.n = job->n_certs;
    if (job->n_certs > 0)
        memcpy(b->bag.list, job->certs, job->n_certs * sizeof *b->bag.list);
}

void cades_candidate_add(struct cades_beside *b, struct cades_bytes *to, sign_bytes der) {
    size_t shared = to == &b->bag ? b->o->job->n_certs : 0;
    if (to == &b->bag && to->cap == 0)
        begin_bag(b);
    if (to->n >= shared + LIMIT_CERTIFICATES)
        return;
    sign_bytes *list = cades_room(arena_of(b), to->list, to->n, &to->cap, sizeof *list);
    if (list == NULL)
        return;
    to->list = list;
    list[to->n++] = der;
}

void cades_item_add(struct cades_beside *b, struct ades_covered what, struct cades_place place,
                    bool reference) {
    if (b->n_stamps == 0) /* nobody protects it */
        return;
    struct cades_item *list = cades_room(arena_of(b), b->items.list, b->items.n, &b->items.cap, sizeof *list);
    if (list == NULL)
        return;
    b->items.list = list;
    list[b->items.n++] = (struct cades_item){what, place, reference};
}

bool cades_response(sign_bytes choice, sign_bytes *response) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, choice, true), in;
    struct der_tlv t;
    sign_bytes format;
    if (!der_optional_enter(&c, DER_CONTEXT_CONSTRUCTED(1), &in) || !der_oid(&in, &format) ||
        (!oid_is(format, OID_RI_OCSP_RESPONSE) && !oid_is(format, OID_OCSP_BASIC)) ||
        !der_take(&in, DER_SEQUENCE, &t))
        return false;
    *response = t.raw;
    return true;
}

/* ---- attributes -------------------------------------------------------------------------------------- */

/* One Attribute that cms_attribute_next() has accepted. */
static void read_attribute(sign_bytes raw, struct cades_attribute *out) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, raw, true), in;
    struct der_tlv whole, type, set;
    *out = (struct cades_attribute){.raw = raw};
    if (!der_take(&c, DER_SEQUENCE, &whole))
        return;
    in = der_inside(&c, &whole);
    if (!der_take(&in, DER_OID, &type) || !der_take(&in, DER_SET, &set))
        return;
    out->id = oid_find(type.value);
    out->inside = whole.value;
    out->type = type.raw;
    out->values = set.value;
}

static sign_rc read_attributes(struct cades_beside *b, sign_error *err) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, b->o->s->unsigned_attrs, true), counting = c;
    sign_bytes type, values;
    size_t n = 0;
    while (n < LIMIT_ATTRIBUTES && cms_attribute_next(&counting, &type, &values))
        n++;
    if (n == 0)
        return SIGN_OK;
    b->attributes = arena_alloc(arena_of(b), n * sizeof *b->attributes);
    if (b->attributes == NULL)
        return fail_memory(err);
    c = der_open(&parse, b->o->s->unsigned_attrs, true);
    struct der_tlv t;
    while (b->n_attributes < n && der_any(&c, &t))
        read_attribute(t.raw, &b->attributes[b->n_attributes++]);
    return SIGN_OK;
}

/* Names, comma separated, for people; and what there is, for the level. */
static void list_attributes(struct cades_beside *b, struct ades_carried *carried) {
    arena *a = arena_of(b);
    AUTO(grow) names = {0};
    char dotted[128];
    for (size_t n = 0; n < b->n_attributes; n++) {
        const struct cades_attribute *at = &b->attributes[n];
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
            if (flags[i].oid == at->id)
                *(bool *)(void *)((char *)carried + flags[i].flag) = true;
        grow_str(&names, n == 0 ? "" : ", ");
        struct der_parse parse;
        struct der_cursor c = der_open(&parse, at->type, true);
        sign_bytes oid = {0};
        if (at->id != OID_NONE)
            grow_str(&names, oid_label(at->id));
        else
            grow_str(&names, der_oid(&c, &oid) && oid_to_text(oid, dotted, sizeof dotted) ? dotted : "?");
    }
    a->failed = a->failed || names.failed;
    if (names.len > 0 && !names.failed)
        b->o->out->attributes = arena_str(a, BYTES(names.data, names.len));
}

/* ---- values ------------------------------------------------------------------------------------------ */

/* The SEQUENCEs in `contents`, as candidates. */
static void add_values(struct cades_beside *b, struct cades_bytes *to, sign_bytes contents,
                       struct cades_place place) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true);
    struct der_tlv t;
    for (size_t n = 0; n < LIMIT_CERTIFICATES && der_more(&c) && der_any(&c, &t); n++) {
        struct ades_covered what = {.revocation = to != &b->bag, .what = t.raw};
        if (t.tag != DER_SEQUENCE)
            continue;
        cades_candidate_add(b, to, t.raw);
        cades_item_add(b, what, place, false);
    }
}

/* RevocationValues (EN 319 122-1, A.1.1.2.2): lists, and responses as BasicOCSPResponse. */
static void revocation_values(struct cades_beside *b, sign_bytes value, struct cades_place place) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, true), values, inner;
    struct der_tlv t;
    if (!der_enter(&c, DER_SEQUENCE, &values))
        return;
    if (der_optional_enter(&values, DER_CONTEXT_CONSTRUCTED(0), &inner) && der_take(&inner, DER_SEQUENCE, &t))
        add_values(b, &b->crls, t.value, place);
    if (der_optional_enter(&values, DER_CONTEXT_CONSTRUCTED(1), &inner) && der_take(&inner, DER_SEQUENCE, &t))
        add_values(b, &b->ocsps, t.value, place);
}

/* CertificateValues (A.1.1.2.1). */
static void certificate_values(struct cades_beside *b, sign_bytes value, struct cades_place place) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, true);
    struct der_tlv t;
    if (der_take(&c, DER_SEQUENCE, &t))
        add_values(b, &b->bag, t.value, place);
}

/* The first element of a set has this as its first: what a certificate or a list does not begin with. */
static uint8_t begins_with(const struct der_cursor *set) {
    struct der_cursor c = *set, in;
    struct der_tlv t;
    if (der_peek(&c) != DER_SEQUENCE || !der_any(&c, &t))
        return 0;
    in = der_inside(&c, &t);
    return der_peek(&in);
}

/* extraCertificates [0] and extraRevocation [1] of LongTermValidation (TS 101 733, 6.5.1). poeValue has the
 * same tags; a token begins with an OID and an evidence record with a number. */
static void extra_values(struct cades_beside *b, sign_bytes value, struct cades_place place) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, true), in;
    struct der_tlv t;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_GENERALIZED_TIME, NULL))
        return;
    while (der_more(&in) && der_any(&in, &t)) {
        struct der_cursor set = der_inside(&in, &t);
        uint8_t first = begins_with(&set);
        if (first == DER_OID || first == DER_INTEGER)
            continue;
        if (t.tag == DER_CONTEXT_CONSTRUCTED(0))
            add_values(b, &b->bag, t.value, place);
        if (t.tag != DER_CONTEXT_CONSTRUCTED(1))
            continue;
        add_values(b, &b->crls, t.value, place);
        struct der_tlv one;
        sign_bytes response;
        while (der_more(&set) && der_any(&set, &one))
            if (cades_response(one.raw, &response))
                cades_candidate_add(b, &b->ocsps, response);
    }
}

static void read_value(struct cades_beside *b, sign_bytes value, struct cades_place place) {
    switch (place.kind) {
    case OID_AA_CERTIFICATE_VALUES:
        certificate_values(b, value, place);
        return;
    case OID_AA_REVOCATION_VALUES:
        revocation_values(b, value, place);
        return;
    case OID_AA_LONG_TERM_VALIDATION:
        extra_values(b, value, place);
        return;
    case OID_AA_COMPLETE_CERTIFICATE_REFERENCES:
    case OID_AA_COMPLETE_REVOCATION_REFERENCES:
    case OID_AA_ATTRIBUTE_CERTIFICATE_REFERENCES:
    case OID_AA_ATTRIBUTE_REVOCATION_REFERENCES:
        cades_refs_read(b, value, place);
        return;
    default:
        return;
    }
}

/* An attribute whose values count, but which is not a time-stamp: of one value, but several are read. */
static void read_values(struct cades_beside *b) {
    for (size_t i = 0; i < b->n_attributes; i++) {
        struct cades_place place = {.kind = b->attributes[i].id, .attribute = i};
        struct der_parse parse;
        struct der_cursor c = der_open(&parse, b->attributes[i].values, true);
        struct der_tlv t;
        if (place.kind == OID_NONE || cades_is_archive(place.kind))
            continue;
        for (; place.value < LIMIT_ATTRIBUTES && der_more(&c) && der_any(&c, &t); place.value++)
            read_value(b, t.raw, place);
    }
}

/* ---- all --------------------------------------------------------------------------------------------- */

static bool has_content_stamp(const struct cms_signer *s) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->signed_attrs, true), in;
    sign_bytes type, values;
    if (s->signed_attrs.len == 0 || !der_enter(&c, DER_CONTEXT_CONSTRUCTED(0), &in))
        return false;
    while (cms_attribute_next(&in, &type, &values))
        if (oid_is(type, OID_AA_CONTENT_TIME_STAMP))
            return true;
    return false;
}

static bool tokens_carry_revocation(const struct cades_beside *b) {
    for (size_t i = 0; i < b->n_stamps; i++) {
        const struct tsp_token *t = b->stamps[i].token;
        if (t->broken == MSG_NONE && t->n_crls + t->n_ocsps > 0)
            return true;
    }
    return false;
}

static void hand_over(struct cades_beside *b) {
    struct ades_facts *f = &b->o->facts;
    f->stamps = b->stamps;
    f->n_stamps = b->n_stamps;
    f->proves = arena_alloc(&b->o->job->report->arena, b->n_stamps * sizeof *f->proves);
    f->refs = b->refs.list;
    f->n_refs = b->refs.n;
    if (b->bag.n > 0) {
        f->bag = b->bag.list;
        f->n_bag = b->bag.n;
    }
    f->crls = b->crls.list;
    f->n_crls = b->crls.n;
    f->ocsps = b->ocsps.list;
    f->n_ocsps = b->ocsps.n;
}

sign_rc cades_beside_read(struct cades_one *o, sign_error *err) {
    arena *a = &o->job->report->arena;
    struct ades_carried *carried = arena_alloc(a, sizeof *carried);
    if (carried == NULL)
        return fail_memory(err);
    o->facts.carried = carried;
    if (o->s->unsigned_attrs.len == 0 && !has_content_stamp(o->s))
        return SIGN_OK;
    struct cades_beside *b = arena_alloc(a, sizeof *b);
    if (b == NULL)
        return fail_memory(err);
    b->o = o;
    o->beside = b;
    sign_rc rc = read_attributes(b, err);
    if (rc == SIGN_OK)
        rc = cades_stamps_read(b, err);
    if (rc != SIGN_OK)
        return rc;
    list_attributes(b, carried);
    read_values(b);
    rc = cades_stamps_cover(b, err);
    carried->timestamp_data = tokens_carry_revocation(b);
    hand_over(b);
    return rc;
}
