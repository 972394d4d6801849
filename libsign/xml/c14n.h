/* xml/c14n.h - canonical XML: Canonical XML 1.0, Canonical XML 1.1, Exclusive XML Canonicalization 1.0. */
#ifndef XML_C14N_H
#define XML_C14N_H

#include "xml/xml.h"

enum c14n_method { C14N_1_0, C14N_1_1, C14N_EXCLUSIVE };

/* The prefixes that one PrefixList may hold. */
enum { C14N_PREFIXES = 256 };

/*
 * Which nodes of a document are in a node-set (Canonical XML 1.0, 2.1), answered one by one: a set that was
 * built beforehand costs more than the rest together. `space` is asked for the namespace node of a prefix
 * that is in scope at the element. With a node-set every element costs as much as there are prefixes in
 * scope.
 */
struct c14n_node_set {
    bool (*node)(void *user, const struct xml_node *n);
    bool (*attribute)(void *user, const struct xml_node *element, const struct xml_attribute *a);
    bool (*space)(void *user, const struct xml_node *element, const char *prefix);
    void *user;
};

/* One of document and apex is given, the rest may be left out. */
struct c14n_input {
    const struct xml_node *document; /* all of it: what xml_first gives */
    const struct xml_node *apex;     /* or the subtree of an element */
    const struct xml_node *without;  /* a node that is left out with all that is in it: the Signature of the
                                        enveloped-signature transform (XMLDSig, 6.6.4) */
    bool (*leave)(const struct xml_node *element); /* elements that are left out likewise: every Signature */
    const struct c14n_node_set *node_set;          /* with document only */
    enum c14n_method method;
    bool comments;
    const char *prefixes; /* exclusive: the PrefixList of InclusiveNamespaces, as it was read */
    uint64_t *work; /* NULL, or where it is added what was done besides writing: 4 for every node, and for
                       every attribute and declaration of an ancestor, and the octets of joined URIs */
};

/* Takes the next piece of the canonical form; what it returns but SIGN_OK ends the work and is its result. */
typedef sign_rc (*c14n_put)(void *user, sign_bytes piece, sign_error *err);

/*
 * Gives the canonical form to `put` piece by piece, in time linear in the tree and in its own length. A
 * failure may come after some pieces: what was put counts only when SIGN_OK is returned. SIGN_E_FORMAT: a
 * namespace URI is relative (Canonical XML 1.0, 1.3: such a document has no canonical form), or the form is
 * empty (the digest of nothing never stands for a document). SIGN_E_LIMIT: too many prefixes, or a joined
 * xml:base of more than LIMIT_XML_BASE.
 */
sign_rc c14n_write(const struct c14n_input *in, c14n_put put, void *user, sign_error *err);

#endif
