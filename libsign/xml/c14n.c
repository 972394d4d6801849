/* xml/c14n.c - canonical XML of a tree: the walk over it, and what an apex takes over from its ancestors. */
#include "xml/c14n.h"

#include "base/limits.h"
#include "xml/canon.h"
#include "xml/join.h"

enum { NODE = 4 }; /* c14n_input.work */

static bool in_set(const struct canon *w, const struct xml_node *n) {
    const struct c14n_node_set *set = w->in->node_set;
    return set == NULL || set->node(set->user, n);
}

/* True for an ancestor of n that is no node of the input: all of them for the apex of a subtree. */
static bool omitted(const struct canon *w, const struct xml_node *n, const struct xml_node *ancestor) {
    return n == w->in->apex || !in_set(w, ancestor);
}

static const char *own_base(const struct xml_node *n) {
    for (size_t i = 0; i < n->attribute_count; i++) {
        if (strcmp(n->attributes[i].space, XML_URI) == 0 && strcmp(n->attributes[i].name, "base") == 0) {
            return n->attributes[i].value;
        }
    }
    return NULL;
}

/* The base joined to *value, which is a string. A writer that failed does no more. */
static void join(struct canon *w, const char *base, grow *value) {
    AUTO(grow) joined = {.limit = LIMIT_XML_BASE};
    xml_join(&joined, base, (const char *)value->data);
    w->work += strlen(base) + value->len + joined.len;
    grow_byte(&joined, '\0');
    if (joined.failed && w->rc == SIGN_OK) {
        w->rc = joined.over ? fail(w->err, SIGN_E_LIMIT, MSG_LIMIT, "canonical XML: xml:base")
                            : fail_memory(w->err);
    }
    grow old = *value;
    *value = joined;
    joined = old;
}

/*
 * xml:base fixup (Canonical XML 1.1, 2.4): the values on the omitted ancestors that follow one another
 * upwards are joined into one. Not done when none of them has one; a result that is empty is not written.
 */
static void base_fixup(struct canon *w, const struct xml_node *n) {
    const char *own = own_base(n);
    AUTO(grow) value = {0};
    bool found = false;
    for (const struct xml_node *p = n->parent; p != NULL && omitted(w, n, p) && w->rc == SIGN_OK;
         p = p->parent) {
        const char *above = own_base(p);
        if (above == NULL) {
            continue;
        }
        const char *first = own != NULL && !found ? own : above;
        if (!found) {
            grow_put(&value, first, strlen(first) + 1);
        }
        if ((found || own != NULL) && !value.failed) {
            join(w, above, &value);
        }
        found = true;
    }
    bool sound = w->rc == SIGN_OK && !value.failed;
    const char *text = found && sound ? arena_str(&w->arena, BYTES(value.data, value.len)) : NULL;
    if (text != NULL) {
        const struct xml_attribute a = {"xml", XML_URI, "base", text};
        canon_item(w, &a, 0, *text == '\0');
    } else if (found && w->rc == SIGN_OK) {
        w->rc = fail_memory(w->err);
    }
}

/*
 * What an element whose parent is omitted takes over (2.4 of both versions): in 1.0 every attribute of the
 * xml namespace, in 1.1 xml:lang and xml:space, of the nearest ancestor that has it, be that in the node-set
 * or not.
 */
static void attributes_inherit(struct canon *w, const struct xml_node *n) {
    size_t rank = 2;
    for (const struct xml_node *p = n->parent; p != NULL; p = p->parent, rank++) {
        w->work += NODE * p->attribute_count;
        for (size_t i = 0; i < p->attribute_count; i++) {
            const struct xml_attribute *a = &p->attributes[i];
            bool simple = strcmp(a->name, "lang") == 0 || strcmp(a->name, "space") == 0;
            if (strcmp(a->space, XML_URI) == 0 && (simple || w->in->method == C14N_1_0)) {
                canon_item(w, a, rank, false);
            }
        }
    }
    if (w->in->method == C14N_1_1) {
        base_fixup(w, n);
    }
}

/*
 * Of an element that is not in the node-set its axes and its content may be (Canonical XML 1.0, 2.3). Only at
 * an apex and in a node-set must everything in scope be looked at.
 */
static void element_begin(struct canon *w, const struct xml_node *n) {
    bool visible = in_set(w, n), special = w->in->node_set != NULL || n == w->in->apex;
    canon_begin(w, n, visible, special);
    if (special && visible && n->parent != NULL && !w->exclusive && omitted(w, n, n->parent)) {
        attributes_inherit(w, n);
    }
    canon_attributes(w, n, visible);
}

static void element_end(struct canon *w, const struct xml_node *n) {
    canon_end(w, n->prefix, n->name, in_set(w, n));
}

static void node_begin(struct canon *w, const struct xml_node *n, bool after_root) {
    if (n->kind == XML_KIND_ELEMENT) {
        element_begin(w, n);
    } else if ((n->kind == XML_KIND_COMMENT && !w->in->comments) || !in_set(w, n)) {
        return;
    } else if (n->kind == XML_KIND_TEXT) {
        canon_string(w, n->text);
    } else {
        bool outside = n->parent == NULL;
        canon_remark(w, n, !outside ? CANON_INSIDE : (after_root ? CANON_BEHIND : CANON_BEFORE));
    }
}

static bool left_out(const struct c14n_input *in, const struct xml_node *n) {
    return n == in->without || (in->leave != NULL && n->kind == XML_KIND_ELEMENT && in->leave(n));
}

/* A node and all that is in it, without recursion: the depth of a document is no matter of our stack. */
static void walk(struct canon *w, const struct xml_node *top, bool after_root) {
    for (const struct xml_node *n = top; n != NULL && w->rc == SIGN_OK;) {
        w->work += NODE;
        if (!left_out(w->in, n)) {
            node_begin(w, n, after_root);
            if (n->first != NULL) {
                n = n->first;
                continue;
            }
            if (n->kind == XML_KIND_ELEMENT) {
                element_end(w, n);
            }
        }
        while (n != top && n->next == NULL) {
            n = n->parent;
            element_end(w, n);
        }
        n = n != top ? n->next : NULL;
    }
}

static bool input_sound(const struct c14n_input *in) {
    return (in->document != NULL) != (in->apex != NULL) && (in->node_set == NULL || in->document != NULL) &&
           (in->apex == NULL || in->apex->kind == XML_KIND_ELEMENT) &&
           (in->prefixes == NULL || in->method == C14N_EXCLUSIVE);
}

sign_rc c14n_write(const struct c14n_input *in, c14n_put put, void *user, sign_error *err) {
    if (!input_sound(in)) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "canonical XML: what is to be written is not clear");
    }
    AUTO(canon_ptr) w = NULL;
    sign_rc rc = canon_new(in, put, user, err, &w);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (in->apex != NULL) {
        for (const struct xml_node *n = in->apex->parent; n != NULL; n = n->parent) {
            canon_bind(w, n, true);
            w->work += NODE * n->space_count;
        }
        walk(w, in->apex, false);
    }
    bool after_root = false;
    for (const struct xml_node *n = in->document; n != NULL; n = n->next) {
        walk(w, n, after_root);
        after_root = after_root || n->kind == XML_KIND_ELEMENT;
    }
    rc = canon_finish(w);
    if (in->work != NULL) {
        *in->work += w->work;
    }
    return rc;
}
