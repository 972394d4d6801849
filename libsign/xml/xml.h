/* xml/xml.h - hardened reading of XML 1.0 into a small tree, and the escapes of canonical XML. */
#ifndef XML_XML_H
#define XML_XML_H

#include "base/bytes.h"

enum xml_kind { XML_KIND_ELEMENT, XML_KIND_TEXT, XML_KIND_COMMENT, XML_KIND_INSTRUCTION };

/* Namespace declarations are no attributes. */
struct xml_attribute {
    const char *prefix; /* as it was read; "" when there is none */
    const char *space;  /* namespace URI; "" when it is in none */
    const char *name;   /* local name */
    const char *value;  /* normalised as XML 1.0, 3.3.3 says for CDATA */
};

/* A namespace declaration. */
struct xml_space {
    const char *prefix; /* "" declares the default namespace */
    const char *uri;    /* "" (of the default namespace only) undeclares it */
};

/* A node; it and all it points at belong to its struct xml and never change. Strings are UTF-8. */
struct xml_node {
    enum xml_kind kind;
    unsigned line;      /* where the node was read, from 1 */
    const char *prefix; /* of an element, as it was read; "" when there is none */
    const char *space;  /* of an element: namespace URI; "" when it is in none */
    const char *name;   /* of an element: local name; of an instruction: target */
    const char *text;   /* of text (adjacent pieces are one node), comments and instructions */
    const struct xml_attribute *attributes; /* in document order */
    size_t attribute_count;
    const struct xml_space *spaces; /* what the element declares, in document order */
    size_t space_count;
    const struct xml_node *parent, *first, *next; /* first child, next sibling */
    bool section; /* of an element: a CDATA section stands in it, which is part of the text here */
    size_t end; /* of an element: offset of the octet behind its end tag in the text that was read (UTF-8) */
};

/*
 * A parser that small documents use one after another, which saves making one for each; none at first. It
 * belongs to one thread at a time. What was read, and how it was answered, never depends on what it read
 * before: a document that is not read to its end without an error takes the parser along.
 */
struct xml_spare;
typedef struct xml_spare *xml_spare_ptr;
struct xml_spare *xml_spare_new(void); /* NULL: no memory */
void xml_spare_free(struct xml_spare **spare);
CLEANUP(xml_spare_ptr, xml_spare_free);

/* A limit of 0 is none. */
struct xml_options {
    size_t bytes;        /* of the document */
    unsigned depth;      /* elements within one another */
    unsigned nodes;      /* in all */
    unsigned attributes; /* of one element */
    size_t text;         /* octets of one text, or of the value of one attribute */
    size_t value;        /* octets of the value of one attribute, where it is not `text` that counts */
    size_t memory;       /* octets of memory for the tree */
    bool plain;          /* comments, processing instructions and CDATA sections are SIGN_E_FORMAT */
    bool encodings; /* UTF-16, US-ASCII, ISO-8859-1, ISO-8859-9 and windows-1254 are read too; `end` of every
                       node is then 0 in a document that is not UTF-8 */
    struct xml_spare *spare; /* NULL: a parser of its own for each document */
};

/* A document. */
struct xml;
typedef struct xml *xml_ptr;
void xml_free(struct xml **x);
CLEANUP(xml_ptr, xml_free);

/*
 * Reads a document that is UTF-8 and declares no other encoding. A DOCTYPE is refused before a single entity
 * exists, so nothing is ever expanded, defaulted or fetched. SIGN_E_FORMAT (MSG_XML, MSG_XML_DOCTYPE) names
 * the line; SIGN_E_LIMIT: over one of the options. Nothing is written to standard error.
 */
sign_rc xml_read(sign_bytes text, const struct xml_options *options, struct xml **out, sign_error *err);

const struct xml_node *xml_root(const struct xml *x);

/*
 * The first node of the document: the root element, or a comment or an instruction before it. The others
 * follow as its siblings, and their parent is NULL. Whitespace outside the root element is no node.
 */
const struct xml_node *xml_first(const struct xml *x);

/* Appends text content, or the value of an attribute, escaped as Canonical XML 1.0, 2.3 says. */
void xml_put_text(grow *out, const char *text);
void xml_put_value(grow *out, const char *value);

/* True for what XML 1.0, 2.2 (Char) allows in a document. */
bool xml_is_char(uint32_t c);

#endif
