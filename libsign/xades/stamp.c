/* Properties that hold time-stamps (TS 101 903, 7.1.4): read, and what each of them protects (EN 319 102-1,
 * 5.6.2.3). */
#include "xades/stamp.h"

/* A property on its way. */
struct property {
    struct xades_carrying *c;
    struct xades_stamp *q;
    enum ades_stamp_class class;
    const char *kind;
    const char *broken; /* what is wrong with it; NULL: nothing */
};

static arena *texts(const struct property *p) {
    return &p->c->o->job->report->arena;
}

static void breaks(struct property *p, const struct xml_node *n, const char *why) {
    if (p->broken == NULL)
        p->broken = arena_printf(texts(p), "%s (line %u): %s", n->kind == XML_KIND_ELEMENT ? n->name : "text",
                                 n->line, why);
}

/* ---- Include (7.1.4.3) -------------------------------------------------------------------------------- */

/* The element that "#id" names and nothing else does. */
static const struct xml_node *named(const struct property *p, const struct xml_node *include) {
    const char *uri = xades_unqualified(include, "URI");
    bool several = false;
    return uri != NULL && *uri == '#' ? xml_ids_find(p->c->o->job->d->ids, uri + 1, &several) : NULL;
}

/* 7.2.10: a Reference of SignedInfo, and what it refers to is meant, not the Reference itself. */
static void include_reference(struct property *p, const struct xml_node *n, const struct xml_node *what) {
    const struct xades_signature *s = &p->c->o->s;
    const char *data = xades_unqualified(n, "referencedData");
    bool is = false;
    for (size_t i = 0; i < s->n_references; i++)
        is = is || (what != NULL && s->references[i].node == what);
    if (!is)
        breaks(p, n, "URI names no Reference of the signature");
    else if (data == NULL || (strcmp(data, "true") != 0 && strcmp(data, "1") != 0))
        breaks(p, n, "referencedData is not true");
}

/* The distributed case (7.5.1.2, 7.7.2): a property of this signature that stands before the time-stamp. */
static void include_property(struct property *p, const struct xml_node *n, const struct xml_node *what) {
    const struct xml_node *e = p->c->p->unsigned_node->first;
    while (e != p->q->node && e != what)
        e = e->next;
    if (what == NULL || e != what || what == p->q->node)
        breaks(p, n, "URI names no unsigned property before the time-stamp");
}

/* Of what a time-stamp over the signature value, or over all data, is, needs no list. */
static void include(struct property *p, const struct xml_node *n) {
    struct xades_stamp *q = p->q;
    if (q->recipe == RECIPE_ALL_DATA || q->recipe == RECIPE_SIGNATURE)
        return;
    const struct xml_node *what = named(p, n);
    if (q->recipe == RECIPE_INDIVIDUAL)
        include_reference(p, n, what);
    else
        include_property(p, n, what);
    q->listed = true;
    q->included[q->n_included++] = what;
}

/* ---- one property ------------------------------------------------------------------------------------- */

/* Everything but the tokens. */
static bool read_settings(struct property *p) {
    struct xades_stamp *q = p->q;
    size_t total = 0;
    for (const struct xml_node *e = xades_solid(q->node->first); e != NULL; e = xades_solid(e->next))
        total += xades_is_property(e, "Include");
    if (total > LIMIT_ATTRIBUTES) {
        breaks(p, q->node, "too many Include elements");
        return !texts(p)->failed;
    }
    q->included = arena_alloc(texts(p), (total + 1) * sizeof *q->included);
    if (q->included == NULL)
        return false;
    for (const struct xml_node *e = xades_solid(q->node->first); e != NULL; e = xades_solid(e->next)) {
        if (xades_is_property(e, "Include")) {
            include(p, e);
        } else if (xades_is(e, DS_NS, "CanonicalizationMethod")) {
            q->c14n = xades_c14n_read(e, texts(p), &q->prefixes);
            if (q->c14n == NULL)
                breaks(p, e, "is not known here");
        } else if (!xades_is_property(e, "EncapsulatedTimeStamp") && !xades_is_property(e, "XMLTimeStamp")) {
            breaks(p, e, "is not known here");
        }
    }
    if (q->recipe == RECIPE_INDIVIDUAL && total == 0)
        breaks(p, q->node, "Include is missing");
    return !texts(p)->failed;
}

/* Nothing of the data is left out. */
static bool covers_data(const struct xades_stamp *q) {
    const struct xades_signature *s = &q->o->s;
    if (q->recipe != RECIPE_INDIVIDUAL)
        return q->recipe != RECIPE_REFS_ONLY;
    for (size_t i = 0; i < s->n_references; i++) {
        struct xades_named data = {0};
        bool is = xades_resolve(q->o, &s->references[i], &data, NULL) == SIGN_OK && data.element != NULL &&
                  data.element == q->p->signed_node;
        for (size_t k = 0; k < q->n_included && !is; k++)
            is = q->included[k] == s->references[i].node;
        if (!is)
            return false;
    }
    return true;
}

static bool put(struct property *p, const struct tsp_token *token, enum message_id broken,
                const char *detail) {
    struct xades_carrying *c = p->c;
    struct ades_stamp *list = xades_more(texts(p), c->stamps, c->n_stamps, &c->stamp_room, sizeof *list);
    if (list == NULL)
        return false;
    c->stamps = list;
    c->o->job->stamps++;
    list[c->n_stamps++] =
        (struct ades_stamp){.class = p->class,
                            .kind = p->kind,
                            .token = token,
                            .broken = broken,
                            .broken_detail = detail,
                            .covers_data = covers_data(p->q),
                            .covers_signature = p->class == STAMP_SIGNATURE ||
                                                p->class == STAMP_SIG_AND_REFS || p->class == STAMP_ARCHIVE,
                            .imprint = xades_stamp_imprint,
                            .place = p->q};
    return true;
}

/* One that holds no token which could be read: listed with what is wrong. */
static bool put_none(struct property *p, enum message_id broken, const char *detail) {
    struct tsp_token *none = arena_alloc(texts(p), sizeof *none);
    if (none == NULL)
        return false;
    none->broken = broken;
    none->broken_detail = detail;
    return put(p, none, broken, detail);
}

/* No more are read of this signature, or of the document: the last one is listed, and says so. */
static bool is_over(struct property *p, bool *ok) {
    struct xades_carrying *c = p->c;
    if (c->n_stamps > 0 && c->stamps[c->n_stamps - 1].broken == MSG_LIMIT)
        return true;
    if (c->n_stamps + 1 < LIMIT_STAMPS && c->o->job->stamps < LIMIT_STAMPS_DOCUMENT)
        return false;
    *ok = put_none(p, MSG_LIMIT, "time-stamps");
    return true;
}

static bool read_token(struct property *p, const struct xml_node *n) {
    const struct tsp_token *token = NULL;
    sign_bytes der;
    bool ok = true;
    if (is_over(p, &ok))
        return ok;
    if (xades_is_property(n, "XMLTimeStamp"))
        return put_none(p, MSG_STAMP_XML, p->kind);
    if (!xades_base64(n, LIMIT_WHOLE, texts(p), &der)) {
        breaks(p, n, "is not base64 and nothing else");
        return !texts(p)->failed && put_none(p, MSG_STAMP_PROPERTY, p->broken);
    }
    if (tsp_token_read(der, texts(p), &token, NULL) != SIGN_OK)
        return false;
    if (token->broken == MSG_NONE && token->n_crls + token->n_ocsps > 0)
        p->c->o->carried.timestamp_data = true;
    return put(p, token, p->broken != NULL ? MSG_STAMP_PROPERTY : MSG_NONE, p->broken);
}

/* For the report, which outlives the document. */
static const char *kind_of(arena *a, const struct xml_node *n) {
    const char *version = strcmp(n->space, XADES_141_NS) == 0 ? "1.4.1" : "1.3.2";
    if (strcmp(n->name, "ArchiveTimeStamp") != 0)
        return arena_str(a, BYTES_STR(n->name));
    return arena_printf(a, "ArchiveTimeStamp (%s)", version);
}

bool xades_stamps_read(struct xades_carrying *c, const struct xml_node *n, enum ades_stamp_class class,
                       enum xades_recipe recipe) {
    arena *a = &c->o->job->report->arena;
    size_t before = c->n_stamps;
    struct xades_stamp *q = arena_alloc(a, sizeof *q);
    struct property p = {.c = c, .q = q, .class = class, .kind = kind_of(a, n)};
    if (q == NULL || p.kind == NULL)
        return false;
    *q = (struct xades_stamp){.o = c->o,
                              .p = c->p,
                              .node = n,
                              .recipe = recipe,
                              .v2 = n->name[strlen(n->name) - 1] == '2' ||
                                    (recipe == RECIPE_ARCHIVE && strcmp(n->space, XADES_141_NS) == 0),
                              .c14n = xades_c14n_of(C14N_1_0),
                              .stamps_before = before,
                              .covered_before = c->n_covered,
                              .known = arena_alloc(a, XADES_WAYS * sizeof *q->known)};
    if (q->known == NULL || !read_settings(&p))
        return false;
    bool ok = true;
    for (const struct xml_node *e = xades_solid(n->first); e != NULL && ok; e = xades_solid(e->next))
        if (xades_is_property(e, "EncapsulatedTimeStamp") || xades_is_property(e, "XMLTimeStamp"))
            ok = read_token(&p, e);
    if (ok && c->n_stamps == before && !is_over(&p, &ok)) {
        breaks(&p, n, "holds no time-stamp");
        ok = put_none(&p, MSG_STAMP_PROPERTY, p.broken);
    }
    return ok && !a->failed;
}

/* ---- what they protect -------------------------------------------------------------------------------- */

/* Of `covered`: what the signer's value signs, what the properties that are taken hold; an archive
 * time-stamp is of KeyInfo besides. */
static bool is_covered(const struct xades_carrying *c, const struct ades_stamp *s, size_t i) {
    if (i < c->n_named)
        return s->covers_signature;
    return c->of[i] != NULL ? xades_stamp_takes(s->place, c->of[i], false) : s->class == STAMP_ARCHIVE;
}

/* How many there are, and which when `out` is not NULL. The pieces of one property stand together. */
static size_t pick_covered(const struct xades_carrying *c, const struct ades_stamp *s,
                           struct ades_covered *out) {
    const struct xades_stamp *q = s->place;
    size_t n = 0;
    bool is = false;
    for (size_t i = 0; i < q->covered_before; i++) {
        is = i <= c->n_named || c->of[i] != c->of[i - 1] ? is_covered(c, s, i) : is;
        if (is && out != NULL)
            out[n] = c->covered[i];
        n += is;
    }
    return n;
}

/* Whoever protects the signature protects the time-stamps of its content, which are signed. */
static size_t pick_stamps(const struct xades_carrying *c, const struct ades_stamp *s, size_t *out) {
    const struct xades_stamp *q = s->place;
    size_t n = 0;
    for (size_t i = 0; i < q->stamps_before; i++) {
        const struct xades_stamp *other = c->stamps[i].place;
        if (i < c->n_content ? s->covers_signature : xades_stamp_takes(q, other->node, false))
            out[n++] = i;
    }
    return n;
}

/* Lists are shared where a time-stamp protects all that stands before it. */
static bool protect(struct xades_carrying *c, struct ades_stamp *s, const size_t *all) {
    const struct xades_stamp *q = s->place;
    arena *a = &c->o->job->report->arena;
    if (s->class == STAMP_CONTENT)
        return true;
    s->covered = c->covered;
    s->n_covered = s->class == STAMP_SIGNATURE ? c->n_named : q->covered_before;
    s->stamps = all;
    s->n_stamps = s->class == STAMP_SIGNATURE ? c->n_content : q->stamps_before;
    if (s->class == STAMP_SIGNATURE || (s->class == STAMP_ARCHIVE && !q->listed))
        return true;
    size_t n = pick_covered(c, s, NULL);
    struct ades_covered *covered = arena_alloc(a, (n + 1) * sizeof *covered);
    size_t *stamps = arena_alloc(a, (q->stamps_before + 1) * sizeof *stamps);
    if (covered == NULL || stamps == NULL)
        return false;
    s->n_covered = pick_covered(c, s, covered);
    s->covered = covered;
    s->n_stamps = pick_stamps(c, s, stamps);
    s->stamps = stamps;
    return true;
}

bool xades_stamps_finish(struct xades_carrying *c) {
    size_t *all = arena_alloc(&c->o->job->report->arena, (c->n_stamps + 1) * sizeof *all);
    bool ok = all != NULL;
    for (size_t i = 0; ok && i < c->n_stamps; i++)
        all[i] = i;
    for (size_t i = 0; ok && i < c->n_stamps; i++)
        ok = protect(c, &c->stamps[i], all);
    return ok;
}
