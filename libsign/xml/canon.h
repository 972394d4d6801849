/* xml/canon.h - private to the room: the writer of canonical XML. What it writes may come from a tree or from
 * events: it looks at one node at a time. */
#ifndef XML_CANON_H
#define XML_CANON_H

#include "xml/c14n.h"
#include "xml/scope.h"

#define XML_URI "http://www.w3.org/XML/1998/namespace"

enum { CANON_PIECE = 16384 };

/*
 * A namespace or attribute on its way to the output. Those that an apex takes over from its ancestors stand
 * beside its own: sorted, the first of one name wins (the lowest rank: the nearest), and when that is hidden
 * nothing is written.
 */
struct canon_item {
    struct xml_attribute a;
    size_t rank;
    bool hidden;
};

/* A name as it is written. Nothing else may come to the address of a name as long as the writer lives. */
struct canon_name {
    const char *prefix, *name; /* NULL: none yet */
    size_t len;
    char text[32];
};
enum { CANON_NAME_BITS = 5 };

struct canon {
    const struct c14n_input *in;
    c14n_put put;
    void *user;
    sign_error *err;
    sign_rc rc; /* of the first failure */
    xml_scope scope;
    arena arena; /* prefixes of the list, joined values of xml:base */
    grow list;
    uint64_t work; /* c14n_input.work */
    bool exclusive, written;
    struct canon_name names[1 << CANON_NAME_BITS];
    size_t len;
    uint8_t out[CANON_PIECE]; /* what is ready, len octets; not zeroed when the writer is made */
};
typedef struct canon *canon_ptr;
void canon_free(struct canon **w);
CLEANUP(canon_ptr, canon_free);

/* Method, comments, prefixes and node_set of `in` count; it is borrowed. */
sign_rc canon_new(const struct c14n_input *in, c14n_put put, void *user, sign_error *err, struct canon **out);

/* Binds what an element declares. For an ancestor of an apex: what no nearer one declares. */
void canon_bind(struct canon *w, const struct xml_node *n, bool above);

/*
 * An element. visible: it is written, and not only what hangs on it; all: everything in scope is looked at,
 * not only what it declares itself. Between begin and attributes, canon_item may add what it takes over: rank
 * 0 before its own, from 2 on behind them.
 */
void canon_begin(struct canon *w, const struct xml_node *n, bool visible, bool all);
void canon_item(struct canon *w, const struct xml_attribute *a, size_t rank, bool hidden);
void canon_attributes(struct canon *w, const struct xml_node *n, bool visible);
void canon_end(struct canon *w, const char *prefix, const char *name, bool visible);

/* A piece of a text. */
void canon_text(struct canon *w, const char *s, size_t n);
/* A whole one, that ends at its NUL. */
void canon_string(struct canon *w, const char *s);

/* A comment or an instruction. */
enum canon_place { CANON_BEFORE, CANON_INSIDE, CANON_BEHIND }; /* as the root element sees it */
void canon_remark(struct canon *w, const struct xml_node *n, enum canon_place place);

/* Hands over the rest; the result of all. SIGN_E_FORMAT: nothing was written. */
sign_rc canon_finish(struct canon *w);

#endif
