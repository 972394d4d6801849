/* How much of a document a signature is over. What nobody signed and a reader could take for signed makes it
 * less than the whole. */
#include "xades/reference.h"

/* ---- what needs a tree ------------------------------------------------------------------------------ */

static bool in_a_signature(const struct xml_node *n) {
    while (n != NULL && !xades_is_signature(n))
        n = n->parent;
    return n != NULL;
}

/* A same-document URI that asks for no more than the signatures and events can give. `own`: of a SignedInfo
 * of the document's own signatures. */
static bool is_sparse_enough(const xades_document *d, const struct xml_node *ref, bool own) {
    const char *uri = xades_unqualified(ref, "URI");
    bool several;
    if (uri == NULL || (*uri != 0 && *uri != '#'))
        return true;
    if (*uri != 0 && strcmp(uri, "#xpointer(/)") != 0) {
        const struct xml_node *n = xml_ids_find(d->ids, uri + 1, &several);
        return n != NULL && in_a_signature(n);
    }
    for (const struct xml_node *n = ref; n != NULL; n = xades_after(n, ref, false)) {
        const char *alg = n->kind == XML_KIND_ELEMENT ? xades_unqualified(n, "Algorithm") : NULL;
        if (alg != NULL && (strcmp(alg, TRANSFORM_BASE64) == 0 || strcmp(alg, TRANSFORM_FILTER2) == 0))
            return false;
    }
    return own;
}

bool xades_needs_tree(const xades_document *d, const struct xml_node *signature) {
    for (const struct xml_node *n = signature; n != NULL; n = xades_after(n, signature, false)) {
        bool own = n->parent != NULL && n->parent->parent == signature;
        if (xades_is(n, DS_NS, "Reference") && !is_sparse_enough(d, n, own))
            return true;
    }
    return false;
}

/* ---- small questions -------------------------------------------------------------------------------- */

/* Neither an element, nor text but white space, nor an instruction: comments are content for nobody. */
static bool is_nothing(const struct xml_node *n) {
    return n->kind == XML_KIND_COMMENT ||
           (n->kind == XML_KIND_TEXT && n->text[strspn(n->text, " \t\r\n")] == 0);
}

/* The only child of a node that is something; NULL: none, or several. */
static const struct xml_node *only_child(const struct xml_node *of) {
    const struct xml_node *only = NULL;
    for (const struct xml_node *n = of->first; n != NULL; n = n->next) {
        if (is_nothing(n))
            continue;
        if (only != NULL)
            return NULL;
        only = n;
    }
    return only;
}

static bool is_empty(const struct xml_node *of) {
    for (const struct xml_node *n = of->first; n != NULL; n = n->next)
        if (!is_nothing(n))
            return false;
    return true;
}

/* The attributes of a ds:Object by its schema, which say how to read it. */
static bool has_other_attributes(const struct xml_node *object) {
    static const char *const known[] = {"Id", "MimeType", "Encoding"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        n += xades_unqualified(object, known[i]) != NULL;
    return n != object->attribute_count;
}

/* An Object that need not be signed: an empty one, or that of the properties with nothing beside them. */
static bool carries_no_data(const struct xml_node *object) {
    const struct xml_node *only = only_child(object);
    return !has_other_attributes(object) &&
           (only != NULL ? xades_is_property(only, "QualifyingProperties") : is_empty(object));
}

/* An instruction beside the root can change how a document is shown, and is not part of the root. */
static bool root_is_all(struct xades_job *job) {
    struct xades_answer *a = &job->root_is_all;
    if (!a->known) {
        *a = (struct xades_answer){true, true};
        for (const struct xml_node *n = xml_first(job->d->xml); n != NULL; n = n->next)
            a->yes = a->yes && n->kind != XML_KIND_INSTRUCTION;
    }
    return a->yes;
}

/* Nothing stands in the document beside signatures. */
static bool only_signatures(struct xades_job *job) {
    const struct xml_node *root = xml_root(job->d->xml);
    struct xades_answer *a = &job->only_signatures;
    if (a->known)
        return a->yes;
    bool only = !job->d->sparse && root->attribute_count == 0;
    for (const struct xml_node *n = root->first; n != NULL && only; n = n->next)
        only = is_nothing(n) || xades_is_signature(n);
    *a = (struct xades_answer){true, root_is_all(job) && (only || xades_is_signature(root))};
    return a->yes;
}

/* ---- data ------------------------------------------------------------------------------------------- */

/* Part of the signature's own markup and not of an Object with data: what it is over says nothing of any. */
static bool is_of_signature(const struct xades_one *o, const struct xml_node *n) {
    const struct xml_node *path[3] = {NULL, NULL, NULL}; /* the child of the Signature, and below */
    if (n == o->s.node)
        return true;
    if (!xades_within(n, o->s.node))
        return false;
    for (const struct xml_node *e = n; e != NULL && e != o->s.node; e = e->parent) {
        path[2] = path[1];
        path[1] = path[0];
        path[0] = e;
    }
    if (path[0] == NULL || !xades_is(path[0], DS_NS, "Object"))
        return true;
    if (path[1] == NULL) {
        const struct xml_node *only = only_child(path[0]);
        return only != NULL && xades_is_property(only, "QualifyingProperties");
    }
    return xades_is_property(path[1], "QualifyingProperties") &&
           (path[2] == NULL || xades_is_property(path[2], "SignedProperties"));
}

bool xades_is_data(const struct xades_one *o, const struct xades_named *named) {
    if (named->element != NULL)
        return !is_of_signature(o, named->element);
    /* Of a document that is a Signature nothing is left but what stands around its root. */
    return named->origin != ORIGIN_DOCUMENT || !xades_is_signature(xml_root(o->job->d->xml));
}

/* ---- the whole -------------------------------------------------------------------------------------- */

static size_t count_steps(const struct xades_reference *ref, enum xades_step step) {
    size_t n = 0;
    for (size_t i = 0; i < ref->n_transforms; i++)
        n += ref->transforms[i].step == step;
    return n;
}

/* All that is in the Object is digested: as it stands, or its text when it has nothing else. */
static bool takes_all(const struct xades_reference *ref, const struct xml_node *named) {
    if (count_steps(ref, STEP_C14N) == ref->n_transforms)
        return true;
    bool text = named->attribute_count == 0 || xades_is(named, DS_NS, "Object");
    for (const struct xml_node *n = named->first; n != NULL; n = n->next)
        text = text && (n->kind == XML_KIND_TEXT || n->kind == XML_KIND_COMMENT);
    return text && ref->n_transforms == 1 && ref->transforms[0].step == STEP_BASE64;
}

/* The whole of what the Signature, which is the document, carries: its only Object that holds data. */
static bool is_only_object(const struct xades_one *o, const struct xades_reference *ref,
                           const struct xml_node *n) {
    const struct xml_node *root = xml_root(o->job->d->xml);
    if (o->s.node != root || !root_is_all(o->job) || !takes_all(ref, n))
        return false;
    if (n->parent != NULL && xades_is(n->parent, DS_NS, "Object") && only_child(n->parent) == n)
        n = n->parent;
    if (n->parent != root || !xades_is(n, DS_NS, "Object") || has_other_attributes(n))
        return false;
    for (const struct xml_node *e = root->first; e != NULL; e = e->next)
        if (e->kind == XML_KIND_INSTRUCTION ||
            (e != n && xades_is(e, DS_NS, "Object") && !carries_no_data(e)))
            return false;
    return true;
}

bool xades_is_whole(const struct xades_one *o, const struct xades_reference *ref,
                    const struct xades_named *data) {
    const struct xml_node *root = xml_root(o->job->d->xml);
    size_t less = count_steps(ref, STEP_LEAVE_ALL) + count_steps(ref, STEP_LEAVE_OF_ROOT);
    if (count_steps(ref, STEP_OTHER) > 0)
        return false;
    if (data->origin == ORIGIN_CONTENT) /* its own signatures are judged by nobody: none may be left out */
        return less == 0 && only_signatures(o->job);
    if (data->origin == ORIGIN_ELEMENT && data->element != root)
        return is_only_object(o, ref, data->element);
    if (count_steps(ref, STEP_BASE64) > 0 || xades_is_signature(root))
        return false;
    return data->origin == ORIGIN_DOCUMENT || (!o->job->d->sparse && root_is_all(o->job));
}

static bool is_bound(const struct xades_bound *bound, const struct xml_node *n) {
    bool found = false;
    for (size_t i = 0; i < bound->n && n != NULL && !found; i++)
        found = bound->node[i] == n;
    return found;
}

bool xades_nothing_beside(const struct xades_one *o, const struct xades_bound *bound,
                          const struct xml_node *whole) {
    for (const struct xml_node *e = o->s.node->first; e != NULL; e = e->next) {
        if (e->kind == XML_KIND_INSTRUCTION)
            return false;
        if (!xades_is(e, DS_NS, "Object") || carries_no_data(e) || is_bound(bound, e))
            continue;
        const struct xml_node *only = only_child(e);
        bool is_signed = e == whole || (only != NULL && (only == whole || is_bound(bound, only)));
        if (!is_signed || has_other_attributes(e))
            return false;
    }
    return true;
}
