/* xml/scope.c - the bindings of prefixes, with a log by which they are undone. */
#include "xml/scope.h"

void xml_scope_free(xml_scope *s) {
    map_free(&s->by_prefix);
    arena_free(&s->arena);
    grow_free(&s->log);
}

static struct xml_binding *find_by_name(xml_scope *s, const char *prefix) {
    size_t few = s->count < SCOPE_FEW ? s->count : SCOPE_FEW;
    for (size_t i = 0; i < few; i++) {
        if (strcmp(s->few[i].prefix, prefix) == 0) {
            return &s->few[i];
        }
    }
    return s->count > SCOPE_FEW ? map_get(&s->by_prefix, BYTES_STR(prefix)) : NULL;
}

static struct xml_binding *binding_new(xml_scope *s, const char *prefix) {
    struct xml_binding *b = s->count < SCOPE_FEW ? &s->few[s->count] : arena_alloc(&s->arena, sizeof *b);
    if (b == NULL || (s->count >= SCOPE_FEW && !map_put(&s->by_prefix, BYTES_STR(prefix), b))) {
        s->failed = true;
        return NULL;
    }
    s->count++;
    *b = (struct xml_binding){.prefix = prefix, .next = s->all};
    s->all = b;
    return b;
}

struct xml_binding *xml_scope_find(xml_scope *s, const char *prefix) {
    size_t at = (((uintptr_t)prefix >> 3) ^ ((uintptr_t)prefix >> 7)) % SCOPE_LATELY;
    if (s->lately[at].prefix == prefix) {
        return s->lately[at].binding;
    }
    struct xml_binding *b = find_by_name(s, prefix);
    b = b != NULL ? b : binding_new(s, prefix);
    if (b != NULL) {
        s->lately[at].prefix = prefix;
        s->lately[at].binding = b;
    }
    return b;
}

static void keep(xml_scope *s, struct xml_binding *b) {
    const struct xml_change c = {b, b->uri, b->shown, s->depth};
    if (s->changed < SCOPE_CHANGES) {
        s->changes[s->changed] = c;
    } else {
        grow_put(&s->log, &c, sizeof c);
        if (s->log.failed) {
            s->failed = true;
            return;
        }
    }
    s->changed++;
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

void xml_scope_undo(xml_scope *s) {
    for (; s->changed > 0; s->changed--) {
        struct xml_change c = {0};
        if (s->changed <= SCOPE_CHANGES) {
            c = s->changes[s->changed - 1];
        } else {
            memcpy(&c, s->log.data + s->log.len - sizeof c, sizeof c);
        }
        if (c.depth < s->depth) {
            return;
        }
        if (s->changed > SCOPE_CHANGES) {
            s->log.len -= sizeof c;
        }
        c.binding->uri = c.uri;
        c.binding->shown = c.shown;
    }
}
