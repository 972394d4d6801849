/* xml/scanner.h - private to the room: the parts of xml_scan. */
#ifndef XML_SCANNER_H
#define XML_SCANNER_H

#include "xml/tree.h"

/*
 * What a document may have at the utmost; one with more is left to the general parser. The lists are searched
 * from end to end, which is the fastest way while they are short.
 */
enum { SCAN_ATTRIBUTES = 64, SCAN_SPACES = 64, SCAN_URIS = 16, SCAN_KNOWN = 64, SCAN_NODES = 32 };
enum { SCAN_NAME = 1000, SCAN_NAMES = 1 << 18 }; /* octets of one name, and of all that differ */

/* Octets of the copy, which become a string when a NUL is put behind them. */
struct scan_string {
    const char *s;
    size_t len;
};

/* A namespace in scope. */
struct scan_bound {
    struct scan_string prefix;
    const char *uri;
};

/* An open element: where its name stands in the text, and how long it is. */
struct scan_open {
    size_t at, len;
};

/* An attribute of which the namespace is not known yet. */
struct scan_raw {
    struct scan_string prefix, name;
    const char *value;
};

/*
 * A document being scanned. Text and values are decoded where they stand, in one copy of the document, which
 * then is what the nodes point into; so what is behind `at` is still as it was read, and what is before it
 * may not be any more.
 */
struct scanner {
    const struct xml_options *options;
    struct xml *doc;
    const uint8_t *original; /* the document */
    uint8_t *text;           /* the copy, with NULs behind it, at which everything stops */
    uint8_t *end, *at;
    unsigned line;
    unsigned nodes;
    size_t names;             /* octets of names and URIs that were not known */
    bool memory;              /* there was none */
    struct xml_node *element; /* the open one; NULL outside the root */
    const struct xml_node **tail;
    struct xml_node *free; /* nodes that were allocated together */
    size_t free_count;
    grow open; /* struct scan_open */
    size_t bound_count, raw_count, space_count, uri_count;
    struct scan_string known[SCAN_KNOWN]; /* so that the same has the same address */
    /* From here on the counts say what is there. */
    struct scan_string uris[SCAN_URIS];
    struct scan_bound bound[SCAN_SPACES];
    struct scan_raw raw[SCAN_ATTRIBUTES];
    struct xml_space spaces[SCAN_SPACES]; /* of the current tag */
};

/* In all of these false means that the document is left to the general parser (or that memory is short). */

/* What a character may be; everything from 0x80 on is part of a name until scan_name looks closer. */
enum scan_class {
    SCAN_IN_NAME = 1,
    SCAN_STARTS_NAME = 2,
    SCAN_IN_TEXT = 4,   /* stands for itself in text */
    SCAN_IN_VALUE = 8,  /* stands for itself in the value of an attribute, whatever its quotes */
    SCAN_BLANK = 16,    /* XML 1.0, 2.3: S */
    SCAN_IN_REMARK = 32 /* stands for itself in a comment, an instruction and a CDATA section */
};
extern const uint8_t scan_classes[256];

static inline bool scan_is(uint8_t c, enum scan_class what) {
    return (scan_classes[c] & what) != 0;
}

/* White space; true when there was some. */
bool scan_blanks(struct scanner *s);

/* An NCName (Namespaces in XML 1.0, 3). No NUL is put behind it yet. */
bool scan_name(struct scanner *s, struct scan_string *out);

/*
 * The same name as it was read before, if it was lately; else remembers this one, behind which a NUL will
 * stand. False: too many different ones.
 */
bool scan_known(struct scanner *s, struct scan_string *name);

/* Octets of the character at p, which is none of ASCII; 0: it is none that a document may hold. */
size_t scan_character(const struct scanner *s, const uint8_t *p);

/* Text up to the next markup that is no CDATA section; behind its '<' afterwards. */
bool scan_text(struct scanner *s);

/* The value of an attribute, from its quote on; gives it with a NUL behind it. */
bool scan_value(struct scanner *s, struct scan_string *out);

/* Behind "<!--" or "<?". */
bool scan_comment(struct scanner *s);
bool scan_instruction(struct scanner *s);

/* A start tag, or the tag of an empty element, behind its '<'. */
bool scan_start(struct scanner *s);

/* A new node behind the last one; NULL: too many, or no memory. */
struct xml_node *scan_node(struct scanner *s, enum xml_kind kind);

/* Memory of the document; NULL is remembered. */
void *scan_alloc(struct scanner *s, size_t n);

/* The current element has ended just here. */
void scan_close(struct scanner *s);

#endif
