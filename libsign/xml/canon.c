/* xml/canon.c - how each kind of node is written (Canonical XML 1.0, 2.3; Exclusive, 3). */
#include "xml/canon.h"

#include "xml/escape.h"
#include "xml/join.h"
#include <stddef.h>
#include <stdlib.h>

void canon_free(struct canon **w) {
    if (w != NULL && *w != NULL) {
        xml_scope_free(&(*w)->scope);
        arena_free(&(*w)->arena);
        grow_free(&(*w)->list);
        free(*w);
        *w = NULL;
    }
}

/* Hands over what is ready. */
static void flush(struct canon *w) {
    if (w->rc == SIGN_OK && (w->list.failed || w->scope.failed || w->arena.failed)) {
        w->rc = fail_memory(w->err);
    }
    if (w->rc == SIGN_OK && w->len > 0) {
        w->written = true;
        w->rc = w->put(w->user, BYTES(w->out, w->len), w->err);
    }
    w->len = 0;
}

/* What is longer than the room that is left; a long piece goes on without being copied. */
static void put_beyond(struct canon *w, const char *s, size_t n) {
    flush(w);
    if (n <= sizeof w->out) {
        memcpy(w->out, s, n);
        w->len = n;
    } else if (w->rc == SIGN_OK) {
        w->written = true;
        w->rc = w->put(w->user, BYTES(s, n), w->err);
    }
}

static inline void put_octets(struct canon *w, const char *s, size_t n) {
    if (n > sizeof w->out - w->len) {
        put_beyond(w, s, n);
        return;
    }
    memcpy(w->out + w->len, s, n);
    w->len += n;
}

static inline void put_char(struct canon *w, char c) {
    if (w->len == sizeof w->out) {
        flush(w);
    }
    w->out[w->len++] = (uint8_t)c;
}

static inline void put_str(struct canon *w, const char *s) {
    put_octets(w, s, strlen(s));
}

/* prefix:name, or the one that is not empty. */
static void name_put(struct canon *w, const char *prefix, const char *name) {
    if (*prefix != '\0') {
        put_str(w, prefix);
        if (*name != '\0') {
            put_char(w, ':');
        }
    }
    put_str(w, name);
}

/* Remembers how a name is written; false: it is too long for that. */
static bool name_keep(struct canon_name *k, const char *prefix, const char *name) {
    size_t before = strlen(prefix), n = strlen(name);
    bool colon = before > 0 && n > 0;
    if (before >= sizeof k->text || n >= sizeof k->text || before + colon + n > sizeof k->text) {
        return false;
    }
    memcpy(k->text, prefix, before);
    if (colon) {
        k->text[before] = ':';
    }
    memcpy(k->text + before + colon, name, n);
    k->prefix = prefix;
    k->name = name;
    k->len = before + colon + n;
    return true;
}

/*
 * A document has the same few names again and again, each at one address: they are written as they were the
 * last time, in a copy of constant length, of which what is too much will be written over.
 */
static void put_name(struct canon *w, const char *prefix, const char *name) {
    enum { UNUSED = 64 - CANON_NAME_BITS };
    uint64_t mixed = (uint64_t)(uintptr_t)name * UINT64_C(0x9E3779B97F4A7C15);
    struct canon_name *k = &w->names[mixed >> UNUSED];
    if ((k->name != name || k->prefix != prefix) && !name_keep(k, prefix, name)) {
        name_put(w, prefix, name);
    } else if (sizeof w->out - w->len < sizeof k->text) {
        put_octets(w, k->text, k->len);
    } else {
        memcpy(w->out + w->len, k->text, sizeof k->text);
        w->len += k->len;
    }
}

#define BIT(c) (UINT64_C(1) << (c))

/*
 * Most values and many texts are so short that finding their length first would take longer than all the
 * rest. Writes the string up to an octet of `stops` (all below 64; NUL is one) or to SHORT octets; says how
 * many.
 */
static inline size_t put_short(struct canon *w, const char *s, uint64_t stops) {
    enum { SHORT = 8 };
    size_t n = 0;
    if (sizeof w->out - w->len < SHORT) {
        return 0;
    }
    uint8_t *to = w->out + w->len;
    for (; n < SHORT; n++) {
        uint8_t c = (uint8_t)s[n];
        if (c < 64 && (stops & BIT(c)) != 0) {
            break;
        }
        to[n] = c;
    }
    w->len += n;
    return n;
}

void canon_text(struct canon *w, const char *s, size_t n) {
    while (n > 0 && w->rc == SIGN_OK) {
        size_t run = xml_plain_text(s, n);
        put_octets(w, s, run);
        s += run;
        n -= run;
        if (n > 0) {
            put_str(w, xml_escape(*s++));
            n--;
        }
    }
}

void canon_string(struct canon *w, const char *s) {
    size_t n = put_short(w, s, BIT('\0') | BIT('&') | BIT('<') | BIT('>') | BIT('\r'));
    if (s[n] != '\0') {
        w->len -= n; /* it is long, and then it goes in one piece */
        canon_text(w, s, strlen(s));
    }
}

static void put_pair(struct canon *w, const struct xml_attribute *a) {
    put_char(w, ' ');
    put_name(w, a->prefix, a->name);
    put_octets(w, "=\"", 2);
    const char *s = a->value;
    s += put_short(w, s, BIT('\0') | BIT('&') | BIT('<') | BIT('"') | BIT('\t') | BIT('\n') | BIT('\r'));
    for (size_t n = *s != '\0' ? strlen(s) : 0; n > 0 && w->rc == SIGN_OK;) {
        size_t run = xml_plain_value(s, n);
        put_octets(w, s, run);
        s += run;
        n -= run;
        if (n > 0) {
            put_str(w, xml_escape(*s++));
            n--;
        }
    }
    put_char(w, '"');
}

void canon_item(struct canon *w, const struct xml_attribute *a, size_t rank, bool hidden) {
    const struct canon_item i = {*a, rank, hidden};
    grow_put(&w->list, &i, sizeof i);
}

/* Canonical XML 1.0, 2.2: by namespace URI, then by local name; the octets of UTF-8 sort as code points do.
 */
static int attribute_order(const struct xml_attribute *x, const struct xml_attribute *y) {
    int order = x->space == y->space ? 0 : strcmp(x->space, y->space);
    return order != 0 ? order : strcmp(x->name, y->name);
}

static int item_order(const void *a, const void *b) {
    const struct canon_item *x = a, *y = b;
    int order = attribute_order(&x->a, &y->a);
    return order != 0 ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static void items_sort(struct canon_item *list, size_t n) {
    enum { FEW = 12 };
    if (n > FEW) {
        qsort(list, n, sizeof *list, item_order);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct canon_item x = list[i];
        size_t at = i;
        for (; at > 0 && item_order(&list[at - 1], &x) > 0; at--) {
            list[at] = list[at - 1];
        }
        list[at] = x;
    }
}

/* Writes the list and empties it. */
static void items_put(struct canon *w) {
    size_t n = w->list.failed ? 0 : w->list.len / sizeof(struct canon_item);
    if (n == 0) {
        return;
    }
    struct canon_item *list = (void *)w->list.data; /* malloc aligns it for any type */
    items_sort(list, n);
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && attribute_order(&list[i - 1].a, &list[i].a) == 0;
        if (!again && !list[i].hidden) {
            put_pair(w, &list[i].a);
        }
    }
    w->list.len = 0;
}

/* A prefix that is bound by the standard alone and is never written (Namespaces in XML 1.0, 3). */
static bool is_xml(const char *prefix) {
    return prefix[0] == 'x' && strcmp(prefix, "xml") == 0;
}

/*
 * The namespace node of one prefix, if any, goes to the output when the nearest element there does not show
 * the same (Canonical XML 1.0, 2.3; Exclusive, 3). xmlns="" is written where an ancestor shows a default
 * namespace.
 */
static void space_consider(struct canon *w, const struct xml_node *n, struct xml_binding *b, bool visible) {
    const struct c14n_node_set *set = w->in->node_set;
    if (b == NULL || (b->uri == b->shown && set == NULL)) {
        return; /* memory: the scope remembers it */
    }
    const char *uri = b->uri;
    if (uri != NULL && set != NULL && !set->space(set->user, n, b->prefix)) {
        uri = NULL;
    }
    bool undeclared = uri == NULL && b->shown != NULL && *b->prefix == '\0' && visible;
    if (undeclared || (uri != NULL && (b->shown == NULL || strcmp(uri, b->shown) != 0))) {
        canon_item(w, &(struct xml_attribute){"xmlns", "", b->prefix, uri != NULL ? uri : ""}, 0, false);
    }
    if (visible) {
        xml_scope_show(&w->scope, b, uri);
    }
}

/* Exclusive, 1.1: a prefix is visibly utilized by the name of an element and of those attributes that are
 * there. */
static void spaces_utilized(struct canon *w, const struct xml_node *n) {
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

void canon_bind(struct canon *w, const struct xml_node *n, bool above) {
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

/*
 * The namespace axis. Between two elements of the output that both show all that is in scope only what the
 * lower declares can differ.
 */
static void spaces_put(struct canon *w, const struct xml_node *n, bool visible, bool all) {
    for (struct xml_binding *b = all ? w->scope.all : NULL; b != NULL; b = b->next) {
        if (!w->exclusive || b->listed) {
            space_consider(w, n, b, visible);
        }
    }
    for (size_t i = 0; i < n->space_count; i++) {
        const char *prefix = n->spaces[i].prefix;
        struct xml_binding *b = is_xml(prefix) ? NULL : xml_scope_find(&w->scope, prefix);
        if (b != NULL && (!w->exclusive || b->listed)) {
            space_consider(w, n, b, visible);
        }
    }
    if (w->exclusive && visible) {
        spaces_utilized(w, n);
    }
    items_put(w);
}

void canon_begin(struct canon *w, const struct xml_node *n, bool visible, bool all) {
    xml_scope_enter(&w->scope);
    if (visible) {
        put_char(w, '<');
        put_name(w, n->prefix, n->name);
    }
    if (n->space_count > 0) {
        canon_bind(w, n, false);
    }
    if (n->space_count > 0 || w->exclusive || all) {
        spaces_put(w, n, visible, all);
    }
}

static int told_order(const void *a, const void *b) {
    const struct xml_attribute *const *x = a, *const *y = b;
    return attribute_order(*x, *y);
}

/*
 * Insertion, the fastest way for few and for what is nearly in order, as attributes are that somebody
 * numbered. False: that took more steps than it may, and the list is in no order yet.
 */
static bool told_insert(const struct xml_attribute **list, size_t n, size_t steps) {
    for (size_t i = 1; i < n; i++) {
        const struct xml_attribute *x = list[i];
        size_t at = i;
        for (; at > 0 && steps > 0 && attribute_order(list[at - 1], x) > 0; at--, steps--) {
            list[at] = list[at - 1];
        }
        list[at] = x;
        if (steps == 0) {
            return false;
        }
    }
    return true;
}

/* The attributes of an element that takes over none and shows all: no two have one name. */
static void told_put(struct canon *w, const struct xml_node *n) {
    enum { FEW = 12 };
    size_t count = n->attribute_count;
    const struct xml_attribute **list = (void *)grow_space(&w->list, count * sizeof *list);
    for (size_t i = 0; list != NULL && i < count; i++) {
        list[i] = &n->attributes[i];
    }
    if (list != NULL && !told_insert(list, count, count <= FEW ? FEW * FEW : 2 * count)) {
        qsort(list, count, sizeof *list, told_order);
    }
    for (size_t i = 0; list != NULL && i < count; i++) {
        put_pair(w, list[i]);
    }
    w->list.len = 0;
}

void canon_attributes(struct canon *w, const struct xml_node *n, bool visible) {
    const struct c14n_node_set *set = w->in->node_set;
    if (set == NULL && w->list.len == 0 && n->attribute_count > 1) {
        told_put(w, n);
    } else if (set == NULL && w->list.len == 0 && n->attribute_count == 1) {
        put_pair(w, n->attributes);
    } else {
        for (size_t i = 0; i < n->attribute_count; i++) {
            const struct xml_attribute *a = &n->attributes[i];
            canon_item(w, a, 1, set != NULL && !set->attribute(set->user, n, a));
        }
        items_put(w);
    }
    if (visible) {
        put_char(w, '>');
    }
}

void canon_end(struct canon *w, const char *prefix, const char *name, bool visible) {
    xml_scope_leave(&w->scope);
    if (visible) {
        put_octets(w, "</", 2);
        put_name(w, prefix, name);
        put_char(w, '>');
    }
}

void canon_remark(struct canon *w, const struct xml_node *n, enum canon_place place) {
    bool comment = n->kind == XML_KIND_COMMENT;
    if (place == CANON_BEHIND) {
        put_char(w, '\n');
    }
    put_str(w, comment ? "<!--" : "<?");
    put_str(w, n->name);
    if (!comment && *n->text != '\0') {
        put_char(w, ' ');
    }
    put_str(w, n->text);
    put_str(w, comment ? "-->" : "?>");
    if (place == CANON_BEFORE) {
        put_char(w, '\n');
    }
}

/* Exclusive, 3: tokens with white space between them; #default stands for the default namespace. */
static sign_rc prefixes_read(struct canon *w, const char *list, sign_error *err) {
    static const char white[] = " \t\r\n";
    size_t count = 0;
    for (const char *s = list + strspn(list, white); *s != '\0'; s += strspn(s, white)) {
        size_t n = strcspn(s, white);
        if (++count > C14N_PREFIXES) {
            return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "PrefixList: more than %d prefixes", C14N_PREFIXES);
        }
        bool fallback = n == 8 && memcmp(s, "#default", 8) == 0;
        const char *prefix = fallback ? "" : arena_str(&w->arena, BYTES(s, n));
        struct xml_binding *b = prefix != NULL ? xml_scope_find(&w->scope, prefix) : NULL;
        if (b == NULL) {
            return fail_memory(err);
        }
        b->listed = true;
        s += n;
    }
    return SIGN_OK;
}

sign_rc canon_new(const struct c14n_input *in, c14n_put put, void *user, sign_error *err,
                  struct canon **out) {
    AUTO(canon_ptr) w = malloc(sizeof *w);
    if (w == NULL) {
        return fail_memory(err);
    }
    memset(w, 0, offsetof(struct canon, out));
    w->in = in;
    w->put = put;
    w->user = user;
    w->err = err;
    w->exclusive = in->method == C14N_EXCLUSIVE;
    sign_rc rc = in->prefixes != NULL ? prefixes_read(w, in->prefixes, err) : SIGN_OK;
    if (rc == SIGN_OK) {
        *out = TAKE(w);
    }
    return rc;
}

sign_rc canon_finish(struct canon *w) {
    flush(w);
    if (w->rc == SIGN_OK && !w->written) {
        return fail(w->err, SIGN_E_FORMAT, MSG_XML, "the canonical form is empty");
    }
    return w->rc;
}
