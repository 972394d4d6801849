/* xml/c14n.c - the walk over the tree, and how each kind of node is written (Canonical XML 1.0, 2.3). */
#include "xml/c14n.h"

#include "xml/join.h"
#include "xml/scope.h"
#include <stdlib.h>

#define XML_URI "http://www.w3.org/XML/1998/namespace"

enum { PIECE = 16384 };

/*
 * A namespace or attribute on its way to the output. Those of an ancestor that an apex takes over stand
 * beside its own: sorted, the first of one name wins (the nearest), and when that is hidden nothing is
 * written.
 */
struct item {
    struct xml_attribute a;
    size_t rank;
    bool hidden;
};

struct writer {
    const struct c14n_input *in;
    c14n_put put;
    void *user;
    sign_error *err;
    sign_rc rc; /* of the first failure */
    xml_scope scope;
    arena arena; /* prefixes of the list, joined values of xml:base */
    grow out, list;
    bool written;
};
typedef struct writer writer;

static void writer_free(writer *w) {
    xml_scope_free(&w->scope);
    arena_free(&w->arena);
    grow_free(&w->out);
    grow_free(&w->list);
}
CLEANUP(writer, writer_free);

/* Hands over what is ready. */
static void flush(struct writer *w) {
    if (w->rc == SIGN_OK && (w->out.failed || w->list.failed || w->scope.failed || w->arena.failed)) {
        w->rc = fail_memory(w->err);
    }
    if (w->rc == SIGN_OK && w->out.len > 0) {
        w->written = true;
        w->rc = w->put(w->user, BYTES(w->out.data, w->out.len), w->err);
    }
    w->out.len = 0;
}

static bool in_set(const struct writer *w, const struct xml_node *n) {
    const struct c14n_node_set *set = w->in->node_set;
    return set == NULL || set->node(set->user, n);
}

/* True for an ancestor of n that is no node of the input: all of them for the apex of a subtree. */
static bool omitted(const struct writer *w, const struct xml_node *n, const struct xml_node *ancestor) {
    return n == w->in->apex || !in_set(w, ancestor);
}

static void item_add(struct writer *w, const struct xml_attribute *a, size_t rank, bool hidden) {
    const struct item i = {*a, rank, hidden};
    grow_put(&w->list, &i, sizeof i);
}

static struct item *items(const struct writer *w, size_t *count) {
    *count = w->list.failed ? 0 : w->list.len / sizeof(struct item);
    return (struct item *)(void *)w->list.data; /* malloc aligns it for any type */
}

/* Canonical XML 1.0, 2.2: by namespace URI, then by local name; the octets of UTF-8 sort as code points do.
 */
static int item_order(const void *a, const void *b) {
    const struct item *x = a, *y = b;
    int order = strcmp(x->a.space, y->a.space);
    order = order != 0 ? order : strcmp(x->a.name, y->a.name);
    return order != 0 ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static void pair_put(grow *out, const char *prefix, const char *name, const char *value) {
    grow_byte(out, ' ');
    grow_str(out, prefix);
    if (*prefix != '\0' && *name != '\0') {
        grow_byte(out, ':');
    }
    grow_str(out, name);
    grow_str(out, "=\"");
    xml_put_value(out, value);
    grow_byte(out, '"');
}

/* Writes the list and empties it. */
static void items_put(struct writer *w) {
    size_t n = 0;
    struct item *list = items(w, &n);
    if (n > 1) {
        qsort(list, n, sizeof *list, item_order);
    }
    for (size_t i = 0; i < n; i++) {
        const struct item *x = &list[i], *before = i > 0 ? x - 1 : NULL;
        bool again = before != NULL && strcmp(before->a.space, x->a.space) == 0 &&
                     strcmp(before->a.name, x->a.name) == 0;
        if (!again && !x->hidden) {
            pair_put(&w->out, x->a.prefix, x->a.name, x->a.value);
        }
    }
    w->list.len = 0;
}

/* A prefix that is bound by the standard alone and is never written (Namespaces in XML 1.0, 3). */
static bool is_xml(const char *prefix) {
    return strcmp(prefix, "xml") == 0;
}

/*
 * The namespace node of one prefix, if any, goes to the output when the nearest element there does not show
 * the same (Canonical XML 1.0, 2.3; Exclusive, 3). xmlns="" is written where an ancestor shows a default
 * namespace.
 */
static void space_consider(struct writer *w, const struct xml_node *n, struct xml_binding *b, bool visible) {
    const struct c14n_node_set *set = w->in->node_set;
    if (b == NULL) {
        return; /* memory: the scope remembers it */
    }
    const char *uri = b->uri;
    if (uri != NULL && set != NULL && !set->space(set->user, n, b->prefix)) {
        uri = NULL;
    }
    bool undeclared = uri == NULL && b->shown != NULL && *b->prefix == '\0' && visible;
    if (undeclared || (uri != NULL && (b->shown == NULL || strcmp(uri, b->shown) != 0))) {
        const struct xml_attribute a = {"xmlns", "", b->prefix, uri != NULL ? uri : ""};
        item_add(w, &a, 0, false);
    }
    if (visible) {
        xml_scope_show(&w->scope, b, uri);
    }
}

/* Exclusive, 1.1: a prefix is visibly utilized by the name of an element and of those attributes that are
 * there. */
static void spaces_utilized(struct writer *w, const struct xml_node *n) {
    const struct c14n_node_set *set = w->in->node_set;
    if (!is_xml(n->prefix)) {
        space_consider(w, n, xml_scope_find(&w->scope, n->prefix), true);
    }
    for (size_t i = 0; i < n->attribute_count; i++) {
        const struct xml_attribute *a = &n->attributes[i];
        if (*a->prefix != '\0' && !is_xml(a->prefix) && (set == NULL || set->attribute(set->user, n, a))) {
            space_consider(w, n, xml_scope_find(&w->scope, a->prefix), true);
        }
    }
}

/* Binds what an element declares. For an ancestor of the apex: what no nearer one declares. */
static void spaces_bind(struct writer *w, const struct xml_node *n, bool above) {
    for (size_t i = 0; i < n->space_count && w->rc == SIGN_OK; i++) {
        const struct xml_space *s = &n->spaces[i];
        if (is_xml(s->prefix)) {
            continue;
        }
        if (*s->uri != '\0' && !xml_uri_absolute(s->uri)) {
            w->rc = fail(w->err, SIGN_E_FORMAT, MSG_XML, "line %u: a namespace URI is relative: %.100s",
                         n->line, s->uri);
            return;
        }
        struct xml_binding *b = xml_scope_find(&w->scope, s->prefix);
        if (b != NULL && !(above && b->above)) {
            b->above = above;
            xml_scope_bind(&w->scope, b, *s->uri != '\0' ? s->uri : NULL);
        }
    }
}

/* What the ancestors of an apex declare is in scope there. */
static void spaces_above(struct writer *w, const struct xml_node *apex) {
    for (const struct xml_node *n = apex->parent; n != NULL; n = n->parent) {
        spaces_bind(w, n, true);
    }
}

/*
 * The namespace axis. Between two elements of the output that both show all that is in scope only what the
 * lower declares can differ; so only at an apex and in a node-set must everything in scope be looked at.
 */
static void spaces_put(struct writer *w, const struct xml_node *n, bool visible) {
    bool exclusive = w->in->method == C14N_EXCLUSIVE;
    spaces_bind(w, n, false);
    if (w->in->node_set != NULL || n == w->in->apex) {
        for (struct xml_binding *b = w->scope.all; b != NULL; b = b->next) {
            if (!exclusive || b->listed) {
                space_consider(w, n, b, visible);
            }
        }
    }
    for (size_t i = 0; i < n->space_count; i++) {
        struct xml_binding *b =
            is_xml(n->spaces[i].prefix) ? NULL : xml_scope_find(&w->scope, n->spaces[i].prefix);
        if (b != NULL && (!exclusive || b->listed)) {
            space_consider(w, n, b, visible);
        }
    }
    if (exclusive && visible) {
        spaces_utilized(w, n);
    }
    items_put(w);
}

static const char *own_base(const struct xml_node *n) {
    for (size_t i = 0; i < n->attribute_count; i++) {
        if (strcmp(n->attributes[i].space, XML_URI) == 0 && strcmp(n->attributes[i].name, "base") == 0) {
            return n->attributes[i].value;
        }
    }
    return NULL;
}

static const char *joined(struct writer *w, const char *base, const char *reference) {
    AUTO(grow) g = {0};
    xml_join(&g, base, reference);
    const char *value = arena_str(&w->arena, BYTES(g.data, g.len));
    if (g.failed || value == NULL) {
        w->arena.failed = true;
        return "";
    }
    return value;
}

/*
 * xml:base fixup (Canonical XML 1.1, 2.4): the values on the omitted ancestors that follow one another
 * upwards are joined into one. Not done when none of them has one; a result that is empty is not written.
 */
static void base_fixup(struct writer *w, const struct xml_node *n) {
    const char *value = own_base(n);
    bool found = false;
    for (const struct xml_node *p = n->parent; p != NULL && omitted(w, n, p); p = p->parent) {
        const char *above = own_base(p);
        if (above != NULL) {
            value = value != NULL ? joined(w, above, value) : above;
            found = true;
        }
    }
    if (found) {
        const struct xml_attribute a = {"xml", XML_URI, "base", value};
        item_add(w, &a, 0, *value == '\0');
    }
}

/*
 * What an element whose parent is omitted takes over (2.4 of both versions): in 1.0 every attribute of the
 * xml namespace, in 1.1 xml:lang and xml:space, of the nearest ancestor that has it, be that in the node-set
 * or not.
 */
static void attributes_inherit(struct writer *w, const struct xml_node *n) {
    size_t rank = 2;
    for (const struct xml_node *p = n->parent; p != NULL; p = p->parent, rank++) {
        for (size_t i = 0; i < p->attribute_count; i++) {
            const struct xml_attribute *a = &p->attributes[i];
            bool simple = strcmp(a->name, "lang") == 0 || strcmp(a->name, "space") == 0;
            if (strcmp(a->space, XML_URI) == 0 && (simple || w->in->method == C14N_1_0)) {
                item_add(w, a, rank, false);
            }
        }
    }
    if (w->in->method == C14N_1_1) {
        base_fixup(w, n);
    }
}

static void attributes_put(struct writer *w, const struct xml_node *n, bool visible) {
    const struct c14n_node_set *set = w->in->node_set;
    for (size_t i = 0; i < n->attribute_count; i++) {
        const struct xml_attribute *a = &n->attributes[i];
        item_add(w, a, 1, set != NULL && !set->attribute(set->user, n, a));
    }
    if (visible && n->parent != NULL && w->in->method != C14N_EXCLUSIVE && omitted(w, n, n->parent)) {
        attributes_inherit(w, n);
    }
    items_put(w);
}

static void name_put(grow *out, const struct xml_node *n) {
    grow_str(out, n->prefix);
    if (*n->prefix != '\0') {
        grow_byte(out, ':');
    }
    grow_str(out, n->name);
}

/* Of an element that is not in the node-set its axes and its content may be (Canonical XML 1.0, 2.3). */
static void element_begin(struct writer *w, const struct xml_node *n) {
    bool visible = in_set(w, n);
    xml_scope_enter(&w->scope);
    if (visible) {
        grow_byte(&w->out, '<');
        name_put(&w->out, n);
    }
    spaces_put(w, n, visible);
    attributes_put(w, n, visible);
    if (visible) {
        grow_byte(&w->out, '>');
    }
}

static void element_end(struct writer *w, const struct xml_node *n) {
    xml_scope_leave(&w->scope);
    if (in_set(w, n)) {
        grow_str(&w->out, "</");
        name_put(&w->out, n);
        grow_byte(&w->out, '>');
    }
}

/* In pieces: a text may be larger than all else. */
static void text_put(struct writer *w, const struct xml_node *n) {
    for (const char *s = n->text; *s != '\0' && w->rc == SIGN_OK;) {
        s += xml_put_text_part(&w->out, s, PIECE);
        if (w->out.len >= PIECE || w->out.failed) {
            flush(w);
        }
    }
}

/* A comment or an instruction; outside the root element a line feed parts it from that. */
static void remark_put(struct writer *w, const struct xml_node *n, bool after_root) {
    bool comment = n->kind == XML_KIND_COMMENT, outside = n->parent == NULL;
    if (outside && after_root) {
        grow_byte(&w->out, '\n');
    }
    grow_str(&w->out, comment ? "<!--" : "<?");
    grow_str(&w->out, n->name);
    if (!comment && *n->text != '\0') {
        grow_byte(&w->out, ' ');
    }
    grow_str(&w->out, n->text);
    grow_str(&w->out, comment ? "-->" : "?>");
    if (outside && !after_root) {
        grow_byte(&w->out, '\n');
    }
}

static void node_begin(struct writer *w, const struct xml_node *n, bool after_root) {
    if (n->kind == XML_KIND_ELEMENT) {
        element_begin(w, n);
    } else if ((n->kind != XML_KIND_COMMENT || w->in->comments) && in_set(w, n)) {
        n->kind == XML_KIND_TEXT ? text_put(w, n) : remark_put(w, n, after_root);
    }
    if (w->out.len >= PIECE || w->out.failed) {
        flush(w);
    }
}

/* A node and all that is in it, without recursion: the depth of a document is no matter of our stack. */
static void walk(struct writer *w, const struct xml_node *top, bool after_root) {
    for (const struct xml_node *n = top; n != NULL && w->rc == SIGN_OK;) {
        bool left_out =
            n == w->in->without || (w->in->leave != NULL && n->kind == XML_KIND_ELEMENT && w->in->leave(n));
        if (!left_out) {
            node_begin(w, n, after_root);
            if (n->first != NULL) {
                n = n->first;
                continue;
            }
        }
        if (!left_out && n->kind == XML_KIND_ELEMENT) {
            element_end(w, n);
        }
        while (n != top && n->next == NULL) {
            n = n->parent;
            element_end(w, n);
        }
        n = n != top ? n->next : NULL;
    }
}

/* Exclusive, 3: tokens with white space between them; #default stands for the default namespace. */
static void prefixes_read(struct writer *w) {
    static const char white[] = " \t\r\n";
    size_t count = 0;
    for (const char *s = w->in->prefixes + strspn(w->in->prefixes, white); *s != '\0';
         s += strspn(s, white)) {
        size_t n = strcspn(s, white);
        if (++count > C14N_PREFIXES) {
            w->rc = fail(w->err, SIGN_E_LIMIT, MSG_LIMIT, "PrefixList: more than %d prefixes", C14N_PREFIXES);
            return;
        }
        bool fallback = n == 8 && memcmp(s, "#default", 8) == 0;
        const char *prefix = fallback ? "" : arena_str(&w->arena, BYTES(s, n));
        struct xml_binding *b = prefix != NULL ? xml_scope_find(&w->scope, prefix) : NULL;
        if (b == NULL) {
            w->rc = fail_memory(w->err);
            return;
        }
        b->listed = true;
        s += n;
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
    AUTO(writer) w = {.in = in, .put = put, .user = user, .err = err};
    if (in->prefixes != NULL) {
        prefixes_read(&w);
    }
    if (in->apex != NULL) {
        spaces_above(&w, in->apex);
        walk(&w, in->apex, false);
    }
    bool after_root = false;
    for (const struct xml_node *n = in->document; n != NULL; n = n->next) {
        walk(&w, n, after_root);
        after_root = after_root || n->kind == XML_KIND_ELEMENT;
    }
    flush(&w);
    if (w.rc == SIGN_OK && !w.written) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "the canonical form is empty");
    }
    return w.rc;
}
