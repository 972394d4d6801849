/* What the time-stamps of a signature are of, written straight into the digest (TS 101 903, 7.1.4.3 and the
 * clauses of enum xades_recipe). */
#include "base/text.h"
#include "xades/stamp.h"

struct imprinting {
    const struct xades_stamp *q;
    struct xades_job *job;
    bool any;     /* references of both versions: see xades_stamp_imprint */
    bool missing; /* something that is referred to is not there */
};

/* ---- what is taken ------------------------------------------------------------------------------------ */

static bool is_refs(const struct xml_node *n, bool v2, bool any) {
    static const char *const names[2][2] = {{"CompleteCertificateRefs", "AttributeCertificateRefs"},
                                            {"CompleteCertificateRefsV2", "AttributeCertificateRefsV2"}};
    if (xades_is_property(n, "CompleteRevocationRefs") || xades_is_property(n, "AttributeRevocationRefs"))
        return true;
    for (size_t i = 0; i < 2; i++)
        if (xades_is_property(n, names[v2][i]) || (any && xades_is_property(n, names[!v2][i])))
            return true;
    return false;
}

bool xades_stamp_takes(const struct xades_stamp *q, const struct xml_node *property, bool any) {
    if (q->listed) {
        for (size_t i = 0; i < q->n_included; i++)
            if (q->included[i] == property)
                return true;
        return false;
    }
    switch (q->recipe) {
    case RECIPE_ARCHIVE:
        return true;
    case RECIPE_SIG_AND_REFS:
        return xades_is_property(property, "SignatureTimeStamp") || is_refs(property, q->v2, any);
    case RECIPE_REFS_ONLY:
        return is_refs(property, q->v2, any);
    default:
        return false;
    }
}

/* ---- pieces of the input ------------------------------------------------------------------------------ */

static sign_rc put(void *user, sign_bytes piece, sign_error *err) {
    struct imprinting *m = user;
    sign_rc rc = xades_spend(m->job, piece.len, err);
    return rc == SIGN_OK ? crypto_hash_add(m->job->ctx->crypto, piece, err) : rc;
}

/* In its place in the document: the namespaces of its ancestors count. */
static sign_rc put_node(struct imprinting *m, const struct xml_node *n, sign_error *err) {
    const struct c14n_input in = {.apex = n,
                                  .method = m->q->c14n->method,
                                  .comments = m->q->c14n->comments,
                                  .prefixes = m->q->prefixes,
                                  .work = &m->job->work};
    sign_rc rc = c14n_write(&in, put, m, err);
    return rc == SIGN_OK ? xades_spend(m->job, 0, err) : rc;
}

/* What a Reference names, through all its transforms; what they leave as nodes by the property's method. */
static sign_rc put_reference(struct imprinting *m, const struct xades_reference *ref, bool properties,
                             sign_error *err) {
    struct xades_named named;
    sign_rc rc = xades_spend(m->job, XADES_WORK_REFERENCE, err);
    if (rc != SIGN_OK)
        return rc;
    rc = xades_resolve(m->q->o, ref, &named, err);
    m->missing = rc == SIGN_E_IO;
    if (rc != SIGN_OK)
        return rc;
    if (!properties && named.element != NULL && named.element == m->q->p->signed_node)
        return SIGN_OK;
    return xades_octets_by(m->q->o, ref, &named, m->q->c14n, m->q->prefixes, put, m, err);
}

static sign_rc put_references(struct imprinting *m, bool properties, sign_error *err) {
    const struct xades_signature *s = &m->q->o->s;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < s->n_references && rc == SIGN_OK; i++)
        rc = put_reference(m, &s->references[i], properties, err);
    return rc;
}

/* 7.2.10: in the order of the Include elements. */
static sign_rc put_included_references(struct imprinting *m, sign_error *err) {
    const struct xades_signature *s = &m->q->o->s;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < m->q->n_included; i++)
        for (size_t k = 0; k < s->n_references && rc == SIGN_OK; k++)
            if (s->references[k].node == m->q->included[i])
                rc = put_reference(m, &s->references[k], true, err);
    return rc;
}

/* Properties that stand before the time-stamp, in their order; in that of Include where it has some. */
static sign_rc put_properties(struct imprinting *m, sign_error *err) {
    const struct xades_stamp *q = m->q;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; q->listed && i < q->n_included && rc == SIGN_OK; i++)
        rc = put_node(m, q->included[i], err);
    const struct xml_node *e = q->listed ? q->node : q->p->unsigned_node->first;
    for (; e != q->node && rc == SIGN_OK; e = e->next)
        if (e->kind == XML_KIND_ELEMENT && xades_stamp_takes(q, e, m->any))
            rc = put_node(m, e, err);
    return rc;
}

/* What the References name in the document. */
struct referenced {
    const struct xml_node *node[LIMIT_REFERENCES];
    size_t n;
};

static struct referenced referenced_by(const struct xades_one *o) {
    struct referenced r = {.n = 0};
    for (size_t i = 0; i < o->s.n_references; i++) {
        const struct xades_reference *ref = &o->s.references[i];
        struct xades_named named;
        if (!xades_is_external(ref) && xades_resolve(o, ref, &named, NULL) == SIGN_OK)
            r.node[r.n++] = named.element;
    }
    return r;
}

static bool is_referenced(const struct referenced *r, const struct xml_node *object) {
    for (size_t i = 0; i < r->n; i++)
        if (r->node[i] == object)
            return true;
    return false;
}

/*
 * Every ds:Object but that of the properties (8.2); 7.7, the namespace of 1.3.2: only those that no Reference
 * names.
 */
static sign_rc put_objects(struct imprinting *m, sign_error *err) {
    const struct xades_one *o = m->q->o;
    struct referenced named = {.n = 0};
    if (!m->q->v2)
        named = referenced_by(o);
    sign_rc rc = SIGN_OK;
    for (const struct xml_node *e = o->s.node->first; e != NULL && rc == SIGN_OK; e = e->next)
        if (xades_is(e, DS_NS, "Object") && e != m->q->p->qualifying->parent && !is_referenced(&named, e))
            rc = put_node(m, e, err);
    return rc;
}

static sign_rc put_archive(struct imprinting *m, sign_error *err) {
    const struct xades_signature *s = &m->q->o->s;
    sign_rc rc = put_references(m, true, err);
    if (rc == SIGN_OK)
        rc = put_node(m, s->signed_info, err);
    if (rc == SIGN_OK)
        rc = put_node(m, s->value_node, err);
    if (rc == SIGN_OK && s->key_info != NULL)
        rc = put_node(m, s->key_info, err);
    if (rc == SIGN_OK)
        rc = put_properties(m, err);
    return rc == SIGN_OK ? put_objects(m, err) : rc;
}

static sign_rc put_input(struct imprinting *m, sign_error *err) {
    sign_rc rc = SIGN_OK;
    switch (m->q->recipe) {
    case RECIPE_ALL_DATA:
        return put_references(m, false, err);
    case RECIPE_INDIVIDUAL:
        return put_included_references(m, err);
    case RECIPE_ARCHIVE:
        return put_archive(m, err);
    case RECIPE_SIGNATURE:
        return put_node(m, m->q->o->s.value_node, err);
    case RECIPE_SIG_AND_REFS:
        rc = put_node(m, m->q->o->s.value_node, err);
        return rc == SIGN_OK ? put_properties(m, err) : rc;
    case RECIPE_REFS_ONLY:
        break;
    }
    return put_properties(m, err);
}

/* ---- the imprint -------------------------------------------------------------------------------------- */

static sign_rc compute(struct imprinting *m, enum crypto_digest digest, struct xades_input *known,
                       sign_error *err) {
    struct crypto *crypto = m->job->ctx->crypto;
    if (known->digest == digest)
        return SIGN_OK;
    known->digest = DIGEST_NONE;
    sign_rc rc = crypto_hash_begin(crypto, digest, err);
    if (rc == SIGN_OK)
        rc = put_input(m, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_end(crypto, known->value, err);
    if (rc == SIGN_OK)
        known->digest = digest;
    return rc;
}

/* Why the input cannot be made: of the document, or an error of the call. */
static sign_rc problem(const struct imprinting *m, const sign_error *why, struct ades_imprint *out,
                       sign_error *err) {
    bool verdict = m->missing || why->code == SIGN_E_FORMAT || why->code == SIGN_E_LIMIT ||
                   why->code == SIGN_E_UNSUPPORTED;
    if (!verdict) {
        if (err != NULL)
            *err = *why;
        return why->code;
    }
    *out = (struct ades_imprint){.same = why->code == SIGN_E_FORMAT ? TRI_FALSE : TRI_NULL,
                                 .why = message_find(why->id),
                                 .detail = arena_str(&m->job->report->arena, BYTES_STR(why->args))};
    return out->detail != NULL ? SIGN_OK : fail_memory(err);
}

/*
 * The second way is of programs that put CompleteCertificateRefs of the one version beside a SigAndRefs- or
 * RefsOnlyTimeStamp of the other, and stamp all references that there are: more than the standard asks for.
 */
sign_rc xades_stamp_imprint(const struct ades_stamp *stamp, enum crypto_digest digest, sign_bytes expected,
                            struct ades_imprint *out, sign_error *err) {
    const struct xades_stamp *q = stamp->place;
    struct xades_job *job = q->o->job;
    bool refs = q->recipe == RECIPE_SIG_AND_REFS || q->recipe == RECIPE_REFS_ONLY;
    size_t ways = refs && !q->listed ? XADES_WAYS : 1, size = crypto_digest_row(digest)->size;
    char hex[2 * DIGEST_MAX + 1];
    if (stamp->broken != MSG_NONE) { /* what it is of is not known */
        *out = (struct ades_imprint){.same = TRI_NULL, .why = stamp->broken, .detail = stamp->broken_detail};
        return SIGN_OK;
    }
    *out = (struct ades_imprint){.same = TRI_FALSE};
    for (size_t i = 0; i < ways && out->same == TRI_FALSE; i++) {
        struct imprinting m = {.q = q, .job = job, .any = i > 0};
        sign_error why = {0};
        sign_rc rc = digest != DIGEST_NONE
                         ? compute(&m, digest, &q->known[i], &why)
                         : fail(&why, SIGN_E_UNSUPPORTED, MSG_KEY_UNUSABLE, "%s", "digest algorithm");
        if (rc != SIGN_OK)
            return problem(&m, &why, out, err);
        out->same = bytes_equal(expected, BYTES(q->known[i].value, size)) ? TRI_TRUE : TRI_FALSE;
        if (i > 0 && out->same == TRI_FALSE)
            break; /* what the standard asks for is what is told */
        text_hex(BYTES(q->known[i].value, size), hex);
        out->found = arena_str(&job->report->arena, BYTES_STR(hex));
        if (out->found == NULL)
            return fail_memory(err);
    }
    return SIGN_OK;
}
