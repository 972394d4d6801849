/* xades/signature.h - one ds:Signature as it stands in the document (XML-Signature, 4), read strictly.
 * Private to this room. */
#ifndef XADES_SIGNATURE_H
#define XADES_SIGNATURE_H

#include "crypto/crypto.h"
#include "xades/document.h"

/* What a Transform does. The XPath forms are those that are recognised as constants, never evaluated. */
enum xades_step {
    STEP_OTHER,        /* none that we compute */
    STEP_ENVELOPED,    /* XML-Signature, 6.6.4 */
    STEP_BASE64,       /* 6.6.2 */
    STEP_C14N,         /* 6.5 */
    STEP_LEAVE_ALL,    /* not(ancestor-or-self::ds:Signature), subtract /descendant::ds:Signature */
    STEP_LEAVE_OF_ROOT /* subtract of every ds:Signature that is a child of the root */
};

struct xades_transform {
    enum xades_step step;
    const char *uri;
    const struct xades_c14n *c14n;
    const char *prefixes; /* PrefixList; NULL: none */
};

/* Views into the document; decoded values are in the arena. */
struct xades_reference {
    const struct xml_node *node;
    const char *number; /* "1"; of a Manifest's entry "1.2" */
    const char *uri;    /* NULL: the attribute is absent */
    const char *type;   /* "" when absent */
    struct xades_transform transforms[LIMIT_TRANSFORMS];
    size_t n_transforms;
    enum crypto_digest digest;
    const char *digest_uri;
    sign_bytes value;
};

struct xades_signature {
    const struct xml_node *node, *signed_info, *value_node, *key_info;
    const char *id; /* NULL: none */
    const struct xades_c14n *c14n;
    const char *c14n_uri, *prefixes;
    struct crypto_sigalg sigalg; /* SCHEME_NONE: unknown */
    const char *sigalg_uri;
    struct xades_reference *references;
    size_t n_references;
    sign_bytes value;
    /* The first rule it breaks; the message's argument names element and line. */
    enum message_id broken;
    const char *broken_detail;
};

/*
 * Reads a ds:Signature. What is wrong with it stands in broken: then nothing of it may be used but node and
 * id. false: out of memory.
 */
bool xades_signature_read(const struct xml_node *node, arena *a, struct xades_signature *out);

/* Reads the ds:Reference children of a SignedInfo (from `first`) or of a ds:Manifest. `of`: "" or the number
 * of the reference to the Manifest. */
bool xades_references_read(const struct xml_node *first, const char *of, arena *a, struct xades_signature *s,
                           struct xades_reference **out, size_t *n);

/* What a CanonicalizationMethod names, with its PrefixList. NULL: none of the six, or malformed. */
const struct xades_c14n *xades_c14n_read(const struct xml_node *method, arena *a, const char **prefixes);

/* Notes a fault of structure, unless there is one already: "DigestValue (line 7): why". */
void xades_breaks(struct xades_signature *s, arena *a, const struct xml_node *n, const char *why);

/* n, or the first of its following siblings that is an element or text that is not blank; NULL: none. */
const struct xml_node *xades_solid(const struct xml_node *n);
/* The unqualified attribute of that name; NULL: absent. */
const char *xades_unqualified(const struct xml_node *n, const char *name);
/* The text of an element that holds text and nothing else ("" when it is empty); NULL: it holds other things,
 * be it a CDATA section: what decides is written in one way only. */
const char *xades_text(const struct xml_node *n);
/* Base64 of such an element; empty and false when it is none, or longer than LIMIT_XML_VALUE or `limit`. */
bool xades_base64(const struct xml_node *n, size_t limit, arena *a, sign_bytes *out);
/* White space of XML around it left out; a view into text. */
sign_bytes xades_trim(const char *text);
/* n is `of` or inside it. */
bool xades_within(const struct xml_node *n, const struct xml_node *of);

#endif
