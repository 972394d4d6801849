/* One more signature beside those of a document: it signs what the first one signs. */
#include "xades/draft_parts.h"

static bool is_within(const struct xml_node *n, const struct xml_node *ancestor) {
    while (n && n != ancestor) {
        n = n->parent;
    }
    return n != NULL;
}

static bool has_transform(const struct xml_node *reference, const char *algorithm) {
    const struct xml_node *transforms = xades_child(reference, DS_NS, "Transforms");
    for (const struct xml_node *n = transforms ? transforms->first : NULL; n; n = n->next) {
        const char *found = xades_is(n, DS_NS, "Transform") ? xades_attribute(n, "Algorithm") : NULL;
        if (found && strcmp(found, algorithm) == 0) {
            return true;
        }
    }
    return false;
}

enum xades_data_kind xades_reference_kind(const struct xml_node *reference) {
    const char *uri = xades_attribute(reference, "URI");
    if (!uri || (*uri && *uri != '#')) {
        return XADES_DETACHED;
    }
    if (*uri == 0) {
        return XADES_WHOLE;
    }
    return has_transform(reference, TRANSFORM_BASE64)      ? XADES_BASE64
           : has_transform(reference, TRANSFORM_ENVELOPED) ? XADES_AROUND
                                                           : XADES_ELEMENT;
}

bool xades_reference_single(const struct xml_node *reference) {
    return has_transform(reference, TRANSFORM_ENVELOPED) && !has_transform(reference, TRANSFORM_XPATH);
}

/* `uri` names a part of the first signature itself: its properties, its KeyInfo, an Object. */
static bool is_own_part(const xades_document *doc, const struct xml_node *first, const char *uri) {
    bool several = false;
    const struct xml_node *n = uri[0] == '#' ? xml_ids_find(doc->ids, uri + 1, &several) : NULL;
    return n && is_within(n, first);
}

/* A Reference of the first signature that speaks of data becomes one of ours. */
static sign_rc reference_follow(const xades_document *doc, const struct xml_node *first,
                                const struct xml_node *reference, struct ades_draft *d, sign_error *err) {
    const char *uri = xades_attribute(reference, "URI");
    enum xades_data_kind kind = xades_reference_kind(reference);
    if (kind == XADES_DETACHED) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_COSIGN_ALONE, "%s: it refers to %s", d->in.src.name,
                    uri ? uri : "content without a name");
    }
    if (strcmp(uri, "#xpointer(/)") == 0) {
        kind = XADES_WHOLE;
        uri = "";
    }
    if (is_own_part(doc, first, uri)) {
        return SIGN_OK;
    }
    bool several = false;
    const struct xml_node *n = kind == XADES_WHOLE ? NULL : xml_ids_find(doc->ids, uri + 1, &several);
    if (kind != XADES_WHOLE && !n) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "reference %s of the first signature", uri);
    }
    if (n == xml_root(doc->xml)) { /* the new signature will stand in it */
        kind = XADES_AROUND;
    } else if (kind == XADES_AROUND) {
        kind = XADES_ELEMENT;
    }
    return xades_data_add(d, kind, uri, err);
}

static sign_rc references_follow(const xades_document *doc, struct ades_draft *d, sign_error *err) {
    const struct xml_node *first = doc->signatures[0];
    const struct xml_node *info = xades_child(first, DS_NS, "SignedInfo");
    sign_rc rc = SIGN_OK;
    for (const struct xml_node *n = info ? info->first : NULL; rc == SIGN_OK && n; n = n->next) {
        if (xades_is(n, DS_NS, "Reference")) {
            rc = reference_follow(doc, first, n, d, err);
        }
    }
    if (rc == SIGN_OK && d->n_data == 0) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_COSIGN_ALONE, "%s: it carries its content itself",
                    d->in.src.name);
    }
    return rc;
}

/* A reference to anything but the whole needs all nodes. */
static bool needs_tree(const xades_document *doc) {
    const struct xml_node *info = xades_child(doc->signatures[0], DS_NS, "SignedInfo");
    for (const struct xml_node *n = info ? info->first : NULL; n; n = n->next) {
        const char *uri = xades_is(n, DS_NS, "Reference") ? xades_attribute(n, "URI") : NULL;
        if (uri && *uri && !is_own_part(doc, doc->signatures[0], uri)) {
            return true;
        }
    }
    return false;
}

static sign_rc document_open(struct ades_draft *d, xades_document *doc, sign_error *err) {
    const struct xml_text text = xades_text_of(&d->in.src);
    sign_rc rc = xades_document_open(&text, d->how, doc, err);
    if (rc != SIGN_OK) {
        return within(err, rc, "%s", d->in.src.name);
    }
    if (doc->n_signatures == 0) {
        return fail(err, SIGN_E_FORMAT, MSG_COSIGN_FORMAT, "%s: there is no signature in it", d->in.src.name);
    }
    return xades_is_signature(xml_root(doc->xml))
               ? fail(err, SIGN_E_UNSUPPORTED, MSG_COSIGN_ALONE, "%s", d->in.src.name)
               : SIGN_OK;
}

static sign_rc options_check(const ades_plan *plan, const sign_input *what, const sign_input *in,
                             sign_error *err) {
    if (in) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "%s carries its content; no other can be given",
                    what->name ? what->name : path_base(what->path));
    }
    return plan->opt->element ? fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                                     "element: a further signature signs what the first signs")
                              : SIGN_OK;
}

sign_rc xades_start_beside(const ades_plan *plan, const sign_input *what, const sign_input *in,
                           struct ades_draft *d, struct xades_start *out, sign_error *err) {
    AUTO(xades_document) doc = {0};
    sign_rc rc = options_check(plan, what, in, err);
    if (rc == SIGN_OK) {
        rc = ades_held_open(what, &d->in, err);
    }
    if (rc == SIGN_OK) {
        rc = document_open(d, &doc, err);
    }
    if (rc == SIGN_OK && needs_tree(&doc)) {
        d->how = XADES_TREE;
        if (doc.sparse) {
            xades_document_free(&doc);
            doc = (xades_document){0};
            rc = document_open(d, &doc, err);
        }
    }
    if (rc == SIGN_OK) {
        rc = references_follow(&doc, d, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    out->xml = true;
    out->signatures = true;
    d->nth = doc.n_signatures;
    return xades_place_in_root(&doc, &out->place, err);
}
