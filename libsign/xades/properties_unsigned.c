/* Unsigned properties: what they carry, in their order. Nothing in them is trusted. */
#include "xades/stamp.h"

#include <stddef.h>

#define FLAG(name) offsetof(struct ades_carried, name)
#define NO_FLAG    SIZE_MAX

enum content {
    HOLDS_STAMPS,
    HOLDS_CERTIFICATES,
    HOLDS_REVOCATION,
    HOLDS_BOTH,
    HOLDS_CERTIFICATE_REFS,
    HOLDS_REVOCATION_REFS,
    HOLDS_SIGNATURE
};

/* EN 319 132-1, 5.2.7, 5.3 to 5.5 and A.1; TS 101 903, 7.3 to 8.2. attribute: of attribute authorities. */
static const struct row {
    const char *name;
    enum content content;
    size_t flag;
    bool attribute;
    enum ades_stamp_class class;
    enum xades_recipe recipe;
} rows[] = {
    {"SignatureTimeStamp", HOLDS_STAMPS, FLAG(signature_stamp), false, STAMP_SIGNATURE, RECIPE_SIGNATURE},
    {"SigAndRefsTimeStamp", HOLDS_STAMPS, FLAG(refs_stamp), false, STAMP_SIG_AND_REFS, RECIPE_SIG_AND_REFS},
    {"SigAndRefsTimeStampV2", HOLDS_STAMPS, FLAG(refs_stamp), false, STAMP_SIG_AND_REFS, RECIPE_SIG_AND_REFS},
    {"RefsOnlyTimeStamp", HOLDS_STAMPS, FLAG(refs_stamp), false, STAMP_REFS, RECIPE_REFS_ONLY},
    {"RefsOnlyTimeStampV2", HOLDS_STAMPS, FLAG(refs_stamp), false, STAMP_REFS, RECIPE_REFS_ONLY},
    {"ArchiveTimeStamp", HOLDS_STAMPS, FLAG(archive), false, STAMP_ARCHIVE, RECIPE_ARCHIVE},
    {"ArchiveTimeStampV2", HOLDS_STAMPS, FLAG(archive_v3), false, STAMP_ARCHIVE, RECIPE_ARCHIVE},
    {"CompleteCertificateRefs", HOLDS_CERTIFICATE_REFS, FLAG(certificate_refs), false, 0, 0},
    {"CompleteCertificateRefsV2", HOLDS_CERTIFICATE_REFS, FLAG(certificate_refs), false, 0, 0},
    {"CompleteRevocationRefs", HOLDS_REVOCATION_REFS, FLAG(revocation_refs), false, 0, 0},
    {"AttributeCertificateRefs", HOLDS_CERTIFICATE_REFS, NO_FLAG, true, 0, 0},
    {"AttributeCertificateRefsV2", HOLDS_CERTIFICATE_REFS, NO_FLAG, true, 0, 0},
    {"AttributeRevocationRefs", HOLDS_REVOCATION_REFS, NO_FLAG, true, 0, 0},
    {"CertificateValues", HOLDS_CERTIFICATES, FLAG(certificate_values), false, 0, 0},
    {"RevocationValues", HOLDS_REVOCATION, FLAG(revocation_values), false, 0, 0},
    {"AttrAuthoritiesCertValues", HOLDS_CERTIFICATES, NO_FLAG, true, 0, 0},
    {"AttributeRevocationValues", HOLDS_REVOCATION, NO_FLAG, true, 0, 0},
    {"TimeStampValidationData", HOLDS_BOTH, FLAG(timestamp_data), false, 0, 0},
    {"AnyValidationData", HOLDS_BOTH, FLAG(timestamp_data), false, 0, 0},
    {"CounterSignature", HOLDS_SIGNATURE, NO_FLAG, false, 0, 0},
};

/* ---- one property ------------------------------------------------------------------------------------- */

static void raise(struct xades_carrying *c, const struct row *row, const struct xml_node *n) {
    size_t flag = row->flag;
    if (row->class == STAMP_ARCHIVE && strcmp(n->space, XADES_141_NS) == 0)
        flag = FLAG(archive_v3);
    if (flag != NO_FLAG)
        *(bool *)(void *)((char *)&c->o->carried + flag) = true;
}

static bool read_property(struct xades_carrying *c, const struct row *row, const struct xml_node *n) {
    raise(c, row, n);
    switch (row->content) {
    case HOLDS_STAMPS:
        return xades_stamps_read(c, n, row->class, row->recipe);
    case HOLDS_CERTIFICATES:
        return xades_certificate_values(c, n, n, row->attribute ? &c->more : c->keys);
    case HOLDS_REVOCATION:
        return xades_revocation_values(c, n, n);
    case HOLDS_BOTH:
        return xades_validation_data(c, n);
    case HOLDS_CERTIFICATE_REFS:
        return xades_certificate_refs(c, n, row->attribute);
    case HOLDS_REVOCATION_REFS:
        return xades_revocation_refs(c, n, row->attribute);
    case HOLDS_SIGNATURE:
        break;
    }
    return xades_countersigned_values(c, n);
}

/* ---- all of them -------------------------------------------------------------------------------------- */

/* Time-stamps over the content are signed properties (EN 319 132-1, 5.2.8): unsigned ones are none. */
static bool read_content_stamps(struct xades_carrying *c) {
    const struct xml_node *data = c->p->is_signed ? c->p->data_node : NULL;
    bool ok = true;
    for (const struct xml_node *e = data != NULL ? data->first : NULL; e != NULL && ok; e = e->next) {
        if (xades_is_property(e, "AllDataObjectsTimeStamp"))
            ok = xades_stamps_read(c, e, STAMP_CONTENT, RECIPE_ALL_DATA);
        else if (xades_is_property(e, "IndividualDataObjectsTimeStamp"))
            ok = xades_stamps_read(c, e, STAMP_CONTENT, RECIPE_INDIVIDUAL);
    }
    c->n_content = c->n_stamps;
    return ok;
}

/* What stands before the unsigned properties: certificates that the signer names, and those of KeyInfo. */
static bool cover_signed(struct xades_carrying *c) {
    const struct xades_keys *k = c->keys;
    bool ok = true;
    for (size_t i = 0; i < 2; i++)
        for (size_t n = 0; ok && n < c->p->n_certs[i]; n++) {
            const struct cms_reference *ref = &c->p->certs[i][n].ref;
            if (ref->digest != DIGEST_NONE && ref->hash.len > 0)
                ok = xades_cover(c, NULL, (struct ades_covered){false, ref->digest, ref->hash});
        }
    c->n_named = c->n_covered;
    for (size_t i = 0; ok && i < k->n_certs; i++)
        ok = xades_cover(c, NULL, (struct ades_covered){.what = k->certs[i].der});
    for (size_t i = 0; ok && i < k->n_crls; i++)
        ok = xades_cover(c, NULL, (struct ades_covered){.revocation = true, .what = k->crls[i]});
    return ok;
}

static bool read_unsigned(struct xades_carrying *c) {
    arena *a = &c->o->job->report->arena;
    AUTO(grow) names = {.limit = LIMIT_XML_VALUE};
    const struct xml_node *e = c->p->unsigned_node != NULL ? xades_solid(c->p->unsigned_node->first) : NULL;
    bool ok = e == NULL || cover_signed(c);
    for (size_t n = 0; ok && e != NULL && n < LIMIT_ATTRIBUTES; n++, e = xades_solid(e->next)) {
        if (e->kind != XML_KIND_ELEMENT)
            continue;
        grow_str(&names, names.len > 0 ? ", " : "");
        grow_str(&names, e->name);
        for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++)
            if (xades_is_property(e, rows[i].name))
                ok = read_property(c, &rows[i], e);
    }
    if (names.len > 0 && !names.failed)
        c->o->out->attributes = arena_str(a, BYTES(names.data, names.len));
    return ok && (!names.failed || names.over) && !a->failed;
}

/* Certificates of the tokens come last: nobody looks for a signer there. */
static bool fill_bag(struct xades_carrying *c) {
    const struct xades_keys *lists[] = {c->keys, &c->more};
    struct ades_facts *f = &c->o->facts;
    arena *a = &c->o->job->report->arena;
    size_t n = c->keys->n_certs + c->more.n_certs;
    for (size_t i = 0; i < c->n_stamps; i++)
        n += c->stamps[i].token->broken == MSG_NONE ? c->stamps[i].token->n_certs : 0;
    sign_bytes *bag = arena_alloc(a, (n + 1) * sizeof *bag);
    if (bag == NULL)
        return false;
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->n_certs; i++)
            bag[f->n_bag++] = lists[l]->certs[i].der;
    for (size_t i = 0; i < c->n_stamps; i++) {
        const struct tsp_token *t = c->stamps[i].token;
        for (size_t k = 0; t->broken == MSG_NONE && k < t->n_certs; k++)
            bag[f->n_bag++] = t->certs[k];
    }
    f->bag = bag;
    return true;
}

static bool join(arena *a, const sign_bytes *more, size_t n_more, sign_bytes **list, size_t *n,
                 size_t *room) {
    for (size_t i = 0; i < n_more; i++) {
        sign_bytes *grown = xades_more(a, *list, *n, room, sizeof *grown);
        if (grown == NULL)
            return false;
        *list = grown;
        grown[(*n)++] = more[i];
    }
    return true;
}

/* Lists and responses that the tokens carry go behind the others. */
static bool fill_lists(struct xades_carrying *c) {
    struct xades_keys *k = c->keys;
    struct ades_facts *f = &c->o->facts;
    arena *a = &c->o->job->report->arena;
    for (size_t i = 0; i < c->n_stamps; i++) {
        const struct tsp_token *t = c->stamps[i].token;
        if (t->broken == MSG_NONE && (!join(a, t->crls, t->n_crls, &k->crls, &k->n_crls, &k->crl_room) ||
                                      !join(a, t->ocsps, t->n_ocsps, &k->ocsps, &k->n_ocsps, &k->ocsp_room)))
            return false;
    }
    f->crls = k->crls;
    f->n_crls = k->n_crls;
    f->ocsps = k->ocsps;
    f->n_ocsps = k->n_ocsps;
    return true;
}

bool xades_unsigned_read(struct xades_one *o, const struct xades_properties *p, struct xades_keys *keys) {
    struct xades_carrying c = {.o = o, .p = p, .keys = keys};
    if (!read_content_stamps(&c) || !read_unsigned(&c) || !fill_bag(&c) || !fill_lists(&c) ||
        (c.n_stamps > 0 && !xades_stamps_finish(&c)))
        return false;
    o->facts.stamps = c.stamps;
    o->facts.n_stamps = c.n_stamps;
    if (c.n_stamps > 0)
        o->facts.proves = arena_alloc(&o->job->report->arena, c.n_stamps * sizeof *o->facts.proves);
    o->facts.refs = c.refs;
    o->facts.n_refs = c.n_refs;
    /* What is there, be it signed or not: the verdict says what it is worth. */
    o->out->level = p->qualifying != NULL ? ades_level(&o->carried, false) : NULL;
    return !o->job->report->arena.failed;
}
