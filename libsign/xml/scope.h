/* xml/scope.h - namespace prefixes while a document is walked: what is in scope, and what the output shows of
 * it. */
#ifndef XML_SCOPE_H
#define XML_SCOPE_H

#include "base/map.h"

/* A prefix ("" is the default namespace). */
struct xml_binding {
    const char *prefix;
    const char *uri;   /* in scope at the current element; NULL: none */
    const char *shown; /* in the output at the nearest element of it; NULL: none */
    bool listed;       /* in the PrefixList of exclusive canonicalization */
    bool above;        /* bound by an ancestor of the apex: the nearest one counts */
    struct xml_binding *next;
};

/* What a binding was before the element that is `depth` below the first one changed it. */
struct xml_change {
    struct xml_binding *binding;
    const char *uri, *shown;
    size_t depth;
};

enum { SCOPE_FEW = 8, SCOPE_LATELY = 16, SCOPE_CHANGES = 32 };

/*
 * Every step costs the same, however much is in scope. A document with few prefixes takes no memory but the
 * struct. Failure (memory) is remembered.
 */
struct xml_scope {
    struct xml_binding *all; /* every prefix that was met */
    bool failed;
    size_t depth, count;
    struct xml_binding few[SCOPE_FEW]; /* the first prefixes; those that follow are in the map */
    struct {
        const char *prefix;
        struct xml_binding *binding;
    } lately[SCOPE_LATELY]; /* by the address of the prefix */
    map by_prefix;
    arena arena;
    struct xml_change changes[SCOPE_CHANGES]; /* the first ones; the rest is in the log */
    size_t changed;
    grow log;
};
typedef struct xml_scope xml_scope;
void xml_scope_free(xml_scope *s);
CLEANUP(xml_scope, xml_scope_free);

/*
 * The binding of a prefix, made when it is new; NULL after a failure. The prefix must outlive the scope, and
 * no other may come at its address.
 */
struct xml_binding *xml_scope_find(xml_scope *s, const char *prefix);

/* Changes that xml_scope_leave undoes, back to the xml_scope_enter that it belongs to. */
void xml_scope_bind(xml_scope *s, struct xml_binding *b, const char *uri);
void xml_scope_show(xml_scope *s, struct xml_binding *b, const char *uri);
void xml_scope_undo(xml_scope *s);

static inline void xml_scope_enter(xml_scope *s) {
    s->depth++;
}

static inline void xml_scope_leave(xml_scope *s) {
    if (s->changed > 0) {
        xml_scope_undo(s);
    }
    s->depth--;
}

#endif
