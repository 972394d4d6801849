/* References of one signature: what each of them signs, whether it is still that, and how they go together.
 */
#include "xades/check.h"

#include "base/text.h"
#include "xades/reference.h"

struct checking {
    struct xades_one *o;
    struct xades_properties *p;
    struct xades_bound *bound;
    size_t data;  /* references to what is neither a property nor a key of this signature */
    bool unknown; /* one of SignedInfo could not be computed or found */
    bool absent;  /* the content of one is not there, entries of a Manifest included */
    bool differs; /* one of them is not what was signed */
    bool whole;   /* one of them is the whole of what there is, */
    const struct xml_node *whole_node; /* which is that element */
    bool countersigns;
    const char *unfound[LIMIT_REFERENCES]; /* what could not be found, for messages */
    size_t n_unfound;
    unsigned depth;                                  /* 1: entries of a Manifest are checked */
    const struct xml_node *listed[LIMIT_REFERENCES]; /* Manifests, and Objects with some, that were checked */
    size_t n_listed;
    struct report_scope **tail;
};

static arena *texts(const struct checking *c) {
    return &c->o->job->report->arena;
}

static void breaks(struct checking *c, const struct xml_node *n, const char *why) {
    xades_breaks(&c->o->s, texts(c), n, why);
    c->differs = true;
}

static bool only_c14n(const struct xades_reference *ref) {
    for (size_t i = 0; i < ref->n_transforms; i++)
        if (ref->transforms[i].step != STEP_C14N)
            return false;
    return true;
}

/* ---- findings --------------------------------------------------------------------------------------- */

static const char *name_of(struct checking *c, const struct xades_reference *ref) {
    return arena_printf(texts(c), "Reference-%s \"%.200s\"", ref->number, ref->uri != NULL ? ref->uri : "");
}

static void differs(struct checking *c, const struct xades_reference *ref, const char *how) {
    struct ades_facts *f = &c->o->facts;
    c->differs = true;
    if (f->references_problem != MSG_NONE)
        return;
    f->references_problem = MSG_REFERENCE_DIFFERS;
    f->digest_expected = name_of(c, ref);
    f->digest_found = how;
}

static const char *hex_text(struct checking *c, sign_bytes b) {
    char hex[2 * DIGEST_MAX + 1];
    text_hex(BYTES(b.data, b.len < DIGEST_MAX ? b.len : DIGEST_MAX), hex);
    return arena_str(texts(c), BYTES_STR(hex));
}

static void constrain(struct checking *c, enum message_id why, const char *detail) {
    if (c->o->facts.constraint != MSG_NONE)
        return;
    c->o->facts.constraint = why;
    c->o->facts.constraint_detail = detail != NULL ? arena_str(texts(c), BYTES_STR(detail)) : NULL;
}

/* What stands in the way of a reference: a verdict, or an error of the call. */
static sign_rc problem(struct checking *c, const struct xades_reference *ref, enum xades_origin origin,
                       const sign_error *why, sign_error *err) {
    struct xades_job *job = c->o->job;
    bool verdict = why->code == SIGN_E_FORMAT || why->code == SIGN_E_LIMIT || why->code == SIGN_E_UNSUPPORTED;
    if (job->stopped != SIGN_OK || !verdict) {
        if (err != NULL)
            *err = *why;
        return why->code;
    }
    if (why->code == SIGN_E_LIMIT) {
        c->differs = true;
        if (c->o->s.broken == MSG_NONE) {
            c->o->s.broken = MSG_LIMIT;
            c->o->s.broken_detail = arena_str(texts(c), BYTES_STR(why->args));
        }
    } else if (why->code == SIGN_E_UNSUPPORTED) {
        c->unknown |= c->depth == 0;
        constrain(c, MSG_TRANSFORM_UNKNOWN, why->args);
    } else if (origin == ORIGIN_CONTENT) {
        differs(c, ref, arena_printf(texts(c), "%.300s", why->text)); /* it is not what could be signed so */
    } else {
        breaks(c, ref->node, arena_printf(texts(c), "%.300s", why->text));
    }
    return SIGN_OK;
}

static void unfound(struct checking *c, const sign_error *why) {
    if (c->n_unfound < LIMIT_REFERENCES)
        c->unfound[c->n_unfound++] = arena_str(texts(c), BYTES_STR(why->args));
    c->o->facts.content_missing = c->absent = true;
    c->unknown |= c->depth == 0;
}

/* ---- what a reference signs ------------------------------------------------------------------------- */

static bool add_scope(struct checking *c, const struct xades_reference *ref, const struct xades_named *named,
                      sign_bytes digest) {
    struct report_scope *s = arena_alloc(texts(c), sizeof *s);
    if (s == NULL)
        return false;
    const char *name = ref->uri != NULL ? ref->uri : "";
    if (named->origin == ORIGIN_CONTENT)
        name = path_base(named->content->name);
    s->name = arena_str(texts(c), BYTES_STR(name));
    s->digest_alg = crypto_digest_row(ref->digest)->name;
    s->digest = hex_text(c, digest);
    *c->tail = s;
    c->tail = &s->next;
    return true;
}

/* A reference to the signed properties binds that very node, and all of it (EN 319 132-1, 4.4.2). */
static void bind_properties(struct checking *c, const struct xades_reference *ref) {
    if (!only_c14n(ref))
        breaks(c, ref->node, "transforms SignedProperties by more than a canonical form");
    if (xades_type_of_properties(ref->type) == 2)
        report_say(c->o->job->report, &c->o->out->messages, MSG_PROPERTIES_TYPE, ref->type, NULL, NULL);
    c->p->is_signed = true;
}

/*
 * True for data; false for the signature's own properties and key information. Type is a hint that may not
 * lie: what says that it signs the properties must do so.
 */
static bool is_data(struct checking *c, const struct xades_reference *ref, const struct xades_named *named) {
    const struct xml_node *n = named->element;
    if (n != NULL && n == c->p->signed_node) {
        bind_properties(c, ref);
        return false;
    }
    if (xades_type_of_properties(ref->type) != 0)
        breaks(c, ref->node, "Type says SignedProperties, which URI does not name");
    if (n == NULL)
        return xades_is_data(c->o, named);
    if (c->bound->n < LIMIT_REFERENCES && only_c14n(ref))
        c->bound->node[c->bound->n++] = n;
    if (c->o->parent != NULL && n == c->o->parent->s.value_node && only_c14n(ref))
        c->countersigns = true;
    return xades_is_data(c->o, named);
}

static sign_rc check_one(struct checking *c, const struct xades_reference *ref, sign_error *err);

/* ---- Manifest (XML-Signature, 5.1) ------------------------------------------------------------------ */

/*
 * Every entry must hold: who signs a list of digests signs what they are of. That an entry cannot be checked
 * leaves the references of SignedInfo as they are (3.2.1, core validation), but nothing passes with it.
 */
static sign_rc check_manifest(struct checking *c, const struct xades_reference *ref,
                              const struct xml_node *manifest, sign_error *err) {
    struct xades_one *o = c->o;
    struct xades_reference *entries = NULL;
    size_t n = 0;
    sign_error why = {0};
    sign_rc rc = xades_spend(o->job, XADES_WORK_REFERENCE, &why);
    if (rc != SIGN_OK)
        return problem(c, ref, ORIGIN_NONE, &why, err);
    if (!xades_references_read(manifest->first, ref->number, texts(c), &o->s, &entries, &n))
        return fail_memory(err);
    if (n == 0)
        breaks(c, manifest, "is empty");
    for (size_t i = 0; i < n; i++)
        o->external += xades_is_external(&entries[i]) ? 1 : 0;
    c->depth = 1;
    for (size_t i = 0; i < n && rc == SIGN_OK && o->s.broken == MSG_NONE; i++)
        rc = check_one(c, &entries[i], err);
    c->depth = 0;
    return rc;
}

/* Whether it was checked for a reference before; from now on it was. */
static bool is_listed(struct checking *c, const struct xml_node *n, bool now) {
    for (size_t i = 0; i < c->n_listed; i++)
        if (c->listed[i] == n)
            return true;
    if (now && c->n_listed < LIMIT_REFERENCES)
        c->listed[c->n_listed++] = n;
    return false;
}

/* The Manifest itself, or those that stand in an Object that is signed as a whole; each but once. */
static sign_rc check_manifests(struct checking *c, const struct xades_reference *ref,
                               const struct xml_node *n, sign_error *err) {
    sign_rc rc = SIGN_OK;
    if (n != NULL && xades_is(n, DS_NS, "Manifest"))
        return is_listed(c, n->parent, false) || is_listed(c, n, true) ? SIGN_OK
                                                                       : check_manifest(c, ref, n, err);
    if (strcmp(ref->type, TYPE_MANIFEST) == 0)
        breaks(c, ref->node, "Type says Manifest, which URI does not name");
    if (n == NULL || !xades_is(n, DS_NS, "Object") || is_listed(c, n, true))
        return SIGN_OK;
    for (const struct xml_node *e = n->first; e != NULL && rc == SIGN_OK; e = e->next)
        if (xades_is(e, DS_NS, "Manifest") && !is_listed(c, e, false))
            rc = check_manifest(c, ref, e, err);
    return rc;
}

/* ---- one reference ---------------------------------------------------------------------------------- */

static sign_rc compare(struct checking *c, const struct xades_reference *ref, const struct xades_named *named,
                       bool data, sign_error *err) {
    uint8_t digest[DIGEST_MAX];
    size_t size = crypto_digest_row(ref->digest)->size;
    sign_error why = {0};
    c->o->facts.digest = ades_weaker_digest(c->o->facts.digest, ref->digest);
    if (ref->digest == DIGEST_NONE) {
        c->unknown |= c->depth == 0;
        c->o->facts.key_problem = MSG_KEY_UNUSABLE;
        c->o->facts.key_detail = arena_printf(texts(c), "digest algorithm %.200s", ref->digest_uri);
        return SIGN_OK;
    }
    if (xades_digest(c->o, ref, named, digest, &why) != SIGN_OK)
        return problem(c, ref, named->origin, &why, err);
    if (!bytes_equal(ref->value, BYTES(digest, size)))
        differs(c, ref,
                arena_printf(texts(c), "DigestValue %s ≠ %s", hex_text(c, ref->value),
                             hex_text(c, BYTES(digest, size))));
    return !data || add_scope(c, ref, named, BYTES(digest, size)) ? SIGN_OK : fail_memory(err);
}

static sign_rc check_one(struct checking *c, const struct xades_reference *ref, sign_error *err) {
    struct xades_one *o = c->o;
    struct xades_named named;
    sign_error why = {0};
    sign_rc rc = xades_resolve(o, ref, &named, &why);
    if (rc == SIGN_E_FORMAT && o->s.broken == MSG_NONE) {
        o->s.broken = MSG_XML_ID_REPEATED;
        o->s.broken_detail = arena_str(texts(c), BYTES_STR(why.args));
    }
    bool data = c->depth > 0 || is_data(c, ref, &named);
    c->data += data ? 1 : 0;
    if (rc == SIGN_E_IO)
        unfound(c, &why);
    else if (rc == SIGN_E_FORMAT)
        c->differs = true;
    else if (rc != SIGN_OK)
        return problem(c, ref, ORIGIN_NONE, &why, err);
    if (rc != SIGN_OK)
        return SIGN_OK;
    if (data && !c->whole && xades_is_whole(o, ref, &named)) {
        c->whole = true;
        c->whole_node = named.element;
    }
    rc = compare(c, ref, &named, data, err);
    if (rc != SIGN_OK || !data)
        return rc;
    if (c->depth > 0 && named.element != NULL && xades_is(named.element, DS_NS, "Manifest"))
        breaks(c, ref->node, "a Manifest in a Manifest is refused");
    return c->depth == 0 ? check_manifests(c, ref, named.element, err) : SIGN_OK;
}

/* ---- all of them ------------------------------------------------------------------------------------ */

static void conclude(struct checking *c) {
    struct xades_one *o = c->o;
    struct ades_facts *f = &o->facts;
    if (o->parent != NULL && !c->countersigns && o->s.broken == MSG_NONE) {
        o->s.broken = MSG_COUNTER_PARENT;
        c->differs = true;
    }
    /* A fault of structure is the better reason, and comes first. */
    for (size_t i = 0; i < c->n_unfound && o->s.broken == MSG_NONE; i++)
        report_say(o->job->report, &o->out->messages, MSG_REFERENCE_UNFOUND, c->unfound[i], NULL, NULL);
    f->references = c->differs ? TRI_FALSE : c->unknown ? TRI_NULL : TRI_TRUE;
    if (c->data == 0)
        constrain(c, MSG_NO_DATA_SIGNED, NULL);
    if (c->p->signed_node != NULL && !c->p->is_signed)
        constrain(c, MSG_PROPERTIES_UNSIGNED, NULL);
    bool whole = c->whole && xades_nothing_beside(o, c->bound, c->whole_node);
    if (o->parent == NULL)
        o->out->covers_whole_document = whole ? TRI_TRUE : c->unknown && c->data > 0 ? TRI_NULL : TRI_FALSE;
}

sign_rc xades_check_references(struct xades_one *o, struct xades_properties *p, struct xades_bound *bound,
                               sign_error *err) {
    struct checking c = {.o = o, .p = p, .bound = bound, .tail = &o->out->scope};
    size_t nameless = 0;
    for (size_t i = 0; i < o->s.n_references; i++) {
        o->external += xades_is_external(&o->s.references[i]) ? 1 : 0;
        /* XML-Signature, 4.4.3.1: what a reference without URI means both sides know, so there is but one. */
        if (o->s.references[i].uri == NULL && ++nameless > 1)
            breaks(&c, o->s.references[i].node, "a second Reference without URI");
    }
    for (size_t i = 0; i < o->s.n_references; i++) {
        sign_rc rc = check_one(&c, &o->s.references[i], err);
        if (rc != SIGN_OK)
            return within(err, rc, "reference %zu", i + 1);
    }
    conclude(&c);
    return texts(&c)->failed ? fail_memory(err) : SIGN_OK;
}
