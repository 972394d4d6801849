/* xml/scope.c - the bindings of prefixes, with a log by which they are undone. */
#include "xml/scope.h"

/* What a binding was before; without a binding: an element begins. */
struct undo {
    struct xml_binding *binding;
    const char *uri, *shown;
};

void xml_scope_free(xml_scope *s) {
    map_free(&s->by_prefix);
    arena_free(&s->arena);
    grow_free(&s->undo);
}

struct xml_binding *xml_scope_find(xml_scope *s, const char *prefix) {
    struct xml_binding *b = map_get(&s->by_prefix, BYTES_STR(prefix));
    if (b != NULL) {
        return b;
    }
    b = arena_alloc(&s->arena, sizeof *b);
    if (b == NULL) {
        s->failed = true;
        return NULL;
    }
    b->prefix = prefix;
    if (!map_put(&s->by_prefix, BYTES_STR(prefix), b)) {
        s->failed = true;
        return NULL;
    }
    b->next = s->all;
    s->all = b;
    return b;
}

static void log_add(xml_scope *s, struct undo u) {
    grow_put(&s->undo, &u, sizeof u);
    s->failed = s->failed || s->undo.failed;
}

void xml_scope_enter(xml_scope *s) {
    log_add(s, (struct undo){0});
}

static void keep(xml_scope *s, struct xml_binding *b) {
    log_add(s, (struct undo){b, b->uri, b->shown});
}

void xml_scope_bind(xml_scope *s, struct xml_binding *b, const char *uri) {
    keep(s, b);
    b->uri = uri;
}

void xml_scope_show(xml_scope *s, struct xml_binding *b, const char *uri) {
    if (b->shown != uri) {
        keep(s, b);
        b->shown = uri;
    }
}

void xml_scope_leave(xml_scope *s) {
    struct undo u = {0};
    while (s->undo.len >= sizeof u) {
        s->undo.len -= sizeof u;
        memcpy(&u, s->undo.data + s->undo.len, sizeof u);
        if (u.binding == NULL) {
            return;
        }
        u.binding->uri = u.uri;
        u.binding->shown = u.shown;
    }
}
