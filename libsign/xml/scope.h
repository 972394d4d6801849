/* xml/scope.h - namespace prefixes while a tree is walked: what is in scope, and what the output shows of it.
 */
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

/* Every step costs the same, however much is in scope. Failure (memory) is remembered. */
struct xml_scope {
    map by_prefix;
    arena arena;
    struct xml_binding *all; /* every prefix that was met */
    grow undo;
    bool failed;
};
typedef struct xml_scope xml_scope;
void xml_scope_free(xml_scope *s);
CLEANUP(xml_scope, xml_scope_free);

/* The binding of a prefix, made when it is new; NULL after a failure. The prefix must outlive the scope. */
struct xml_binding *xml_scope_find(xml_scope *s, const char *prefix);

/* Changes that xml_scope_leave undoes, back to the xml_scope_enter that it belongs to. */
void xml_scope_enter(xml_scope *s);
void xml_scope_bind(xml_scope *s, struct xml_binding *b, const char *uri);
void xml_scope_show(xml_scope *s, struct xml_binding *b, const char *uri);
void xml_scope_leave(xml_scope *s);

#endif
