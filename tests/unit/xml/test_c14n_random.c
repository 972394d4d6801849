/*
 * Canonical XML beside libxml2's own: thousands of random documents, each read by both, written by all
 * methods as a whole, as a subtree, and without a part. The same seeds every time.
 */
#include "xml/c14n.h"

#include <criterion/criterion.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <stdlib.h>

enum { SPAN = 300, ROUNDS = 10, DEEP = 7 };

/* xorshift64*: the same numbers everywhere. */
static unsigned draw(uint64_t *seed, unsigned below) {
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (unsigned)((*seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

static const char *pick(uint64_t *seed, const char *const *from, size_t n) {
    return from[draw(seed, (unsigned)n)];
}
#define PICK(seed, from) pick(seed, from, sizeof(from) / sizeof(from)[0])

static const char *const prefixes[] = {"", "a", "b", "c", "\xC3\xA7", "zz"};
/* Without an ampersand: libxml2 writes the value of a namespace node as it stands, as &#38; or even
 * unescaped. */
static const char *const uris[] = {"urn:1", "urn:2", "http://e.org/?x=1;y='2'", "urn:%C5%9F"};
static const char *const texts[] = {"plain",
                                    " \t\n ",
                                    "x\r\ny\rz",
                                    "&lt;&gt;&amp;&quot;&apos;",
                                    "&#13;&#9;&#10;",
                                    "\xF0\x9F\x96\x8A ]] ",
                                    "<![CDATA[<&>]]>",
                                    "ş<![CDATA[]]>",
                                    "\"'",
                                    ">"};
static const char *const values[] = {
    "v", "  a  b ", "&#13;&#9;&#10;", "\n\t\r\n", "&lt;&amp;>&quot;'", "\xC4\xB1\xF0\x9F\x96\x8A", ""};
static const char *const remarks[] = {"<!-- c -->", "<!---->", "<?go?>", "<?go  on \"<&>\" ?>",
                                      "<!--<&>\r\n-->"};
static const char *const bases[] = {"http://e.org/a/b", "x/", "y/z/", "http://f.org/"};
static const char *const specials[] = {"lang=\"tr\"", "space=\"preserve\"", "id=\"i\"", "other=\"o\"",
                                       "lang=\"\""};

static void declarations(grow *g, uint64_t *seed) {
    for (size_t i = 0; i < 6; i++) {
        if (draw(seed, 5) != 0) {
            continue;
        }
        bool undeclare = i == 0 && draw(seed, 2) == 0;
        grow_printf(g, " xmlns%s%s=\"%s\"", i == 0 ? "" : ":", prefixes[i],
                    undeclare ? "" : PICK(seed, uris));
    }
}

static void attributes(grow *g, uint64_t *seed) {
    static const char *const names[] = {"z", "a", "id", "\xC3\xBC", "xmlnsx", "A"};
    for (size_t i = 0; i < 6; i++) {
        if (draw(seed, 4) == 0) {
            const char *prefix = PICK(seed, prefixes);
            grow_printf(g, "%s%s%s%s=\"%s\"", draw(seed, 2) == 0 ? "\n " : " ", prefix,
                        *prefix != '\0' ? ":" : "", names[i], PICK(seed, values));
        }
    }
    if (draw(seed, 5) == 0) {
        grow_printf(g, " xml:%s", PICK(seed, specials));
    }
    if (draw(seed, 6) == 0) {
        grow_printf(g, " xml:base=\"%s\"", PICK(seed, bases));
    }
}

static void element(grow *g, uint64_t *seed, unsigned depth) {
    const char *prefix = depth == 0 ? "" : PICK(seed, prefixes);
    const char *colon = *prefix != '\0' ? ":" : "";
    grow_printf(g, "<%s%se", prefix, colon);
    if (depth == 0) {
        grow_str(
            g, " xmlns:a='urn:1' xmlns:b=\"urn:2\" xmlns:c='urn:1' xmlns:\xC3\xA7='urn:3' xmlns:zz='urn:4'");
    } else {
        declarations(g, seed);
    }
    attributes(g, seed);
    unsigned children = depth < DEEP ? draw(seed, 6 - depth / 2) : 0;
    if (children == 0 && draw(seed, 2) == 0) {
        grow_str(g, "/>");
        return;
    }
    grow_byte(g, '>');
    for (unsigned i = 0; i < children; i++) {
        unsigned kind = draw(seed, 8);
        if (kind < 2) {
            grow_str(g, PICK(seed, texts));
        } else if (kind == 2) {
            grow_str(g, PICK(seed, remarks));
        } else {
            element(g, seed, depth + 1);
        }
    }
    grow_printf(g, "</%s%se >", prefix, colon);
}

static void document(grow *g, uint64_t *seed) {
    if (draw(seed, 2) == 0) {
        grow_str(g, "<?xml version='1.0' encoding='UTF-8'?>\n");
    }
    for (unsigned i = draw(seed, 3); i > 0; i--) {
        grow_str(g, PICK(seed, remarks));
    }
    element(g, seed, 0);
    for (unsigned i = draw(seed, 3); i > 0; i--) {
        grow_str(g, PICK(seed, remarks));
    }
}

static void silent(void *user, xmlErrorPtr e) {
    (void)user;
    (void)e;
}

static xmlDocPtr theirs_read(const grow *g) {
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    xmlDocPtr doc =
        xmlCtxtReadMemory(parser, (const char *)g->data, (int)g->len, NULL, NULL, XML_PARSE_NONET);
    if (doc != NULL && !(parser->wellFormed && parser->nsWellFormed)) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    xmlFreeParserCtxt(parser);
    return doc;
}

/* The n-th element in document order, of either tree; n counts down. */
static const struct xml_node *ours_at(const struct xml_node *at, unsigned *n) {
    for (; at != NULL; at = at->next) {
        if (at->kind == XML_KIND_ELEMENT && (*n)-- == 0) {
            return at;
        }
        const struct xml_node *found = ours_at(at->first, n);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static xmlNodePtr theirs_at(xmlNodePtr at, unsigned *n) {
    for (; at != NULL; at = at->next) {
        if (at->type != XML_ELEMENT_NODE) {
            continue;
        }
        if ((*n)-- == 0) {
            return at;
        }
        xmlNodePtr found = theirs_at(at->children, n);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static unsigned elements(xmlNodePtr at) {
    unsigned n = 0;
    for (; at != NULL; at = at->next) {
        n += at->type == XML_ELEMENT_NODE ? 1 + elements(at->children) : 0;
    }
    return n;
}

struct part {
    xmlNodePtr apex, without;
};

static int in_part(void *user, xmlNodePtr node, xmlNodePtr parent) {
    const struct part *part = user;
    bool inside = part->apex == NULL;
    /* Namespaces and attributes belong to the element that they are asked for. */
    xmlNodePtr at = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE ? parent : node;
    for (; at != NULL; at = at->parent) {
        if (at == part->without) {
            return 0;
        }
        inside = inside || at == part->apex;
    }
    return inside;
}

static sign_rc collect(void *user, sign_bytes piece, sign_error *err) {
    (void)err;
    grow_put(user, piece.data, piece.len);
    return SIGN_OK;
}

static const int modes[] = {XML_C14N_1_0, XML_C14N_1_1, XML_C14N_EXCLUSIVE_1_0};

/* One document, one part of it, by every method. */
static void compare(const grow *text, const struct c14n_input *what, xmlDocPtr doc, struct part *part) {
    for (unsigned i = 0; i < 8; i++) {
        struct c14n_input in = *what;
        static xmlChar a[] = "a", zz[] = "zz", fallback[] = "#default";
        xmlChar *list[] = {a, fallback, zz, NULL};
        bool listed = i / 2 == 3;
        in.method = listed ? C14N_EXCLUSIVE : (enum c14n_method)(i / 2);
        in.comments = i % 2 == 1;
        in.prefixes = listed ? " a\n#default zz " : NULL;
        AUTO(grow) ours = {0};
        sign_rc rc = c14n_write(&in, collect, &ours, NULL);
        xmlOutputBufferPtr theirs = xmlAllocOutputBuffer(NULL);
        int n =
            xmlC14NExecute(doc, in_part, part, modes[in.method], listed ? list : NULL, in.comments, theirs);
        cr_assert_eq(n >= 0, rc == SIGN_OK, "%.*s", (int)text->len, (const char *)text->data);
        if (rc == SIGN_OK) {
            sign_bytes want = BYTES(xmlOutputBufferGetContent(theirs), xmlOutputBufferGetSize(theirs));
            cr_assert(bytes_equal(want, BYTES(ours.data, ours.len)),
                      "mode %u of\n%.*s\nwant\n%.*s\ngot\n%.*s", i, (int)text->len, (const char *)text->data,
                      (int)want.len, (const char *)want.data, (int)ours.len, (const char *)ours.data);
        }
        xmlOutputBufferClose(theirs);
    }
}

/* Of a document that both read: the whole, some subtrees, some with a part left out. */
static void compare_parts(const grow *text, const struct xml *mine, xmlDocPtr doc, uint64_t *seed) {
    unsigned count = elements(doc->children);
    compare(text, &(struct c14n_input){.document = xml_first(mine)}, doc, &(struct part){0});
    for (unsigned i = 0; i < 2; i++) {
        unsigned apex = draw(seed, count), without = draw(seed, count), a = apex, b = apex;
        struct c14n_input in = {.apex = ours_at(xml_first(mine), &a)};
        struct part part = {.apex = theirs_at(doc->children, &b)};
        compare(text, &in, doc, &part);
        if (without > 0) {
            a = b = without;
            in = (struct c14n_input){.document = xml_first(mine), .without = ours_at(xml_first(mine), &a)};
            part = (struct part){.without = theirs_at(doc->children, &b)};
            compare(text, &in, doc, &part);
        }
        if (without > apex) {
            in.apex = ours_at(xml_first(mine), &(unsigned){apex});
            in.document = NULL;
            part.apex = theirs_at(doc->children, &(unsigned){apex});
            compare(text, &in, doc, &part);
        }
    }
}

/* Both readers must agree, too, on which documents there are to compare. */
static void compare_seeds(uint64_t from) {
    unsigned read = 0;
    xmlSetStructuredErrorFunc(NULL, silent);
    for (uint64_t i = 1; i <= SPAN; i++) {
        uint64_t seed = (from * SPAN + i) * UINT64_C(0x9E3779B97F4A7C15);
        AUTO(grow) text = {0};
        document(&text, &seed);
        AUTO(xml_ptr) mine = NULL;
        sign_rc rc = xml_read(BYTES(text.data, text.len), &(struct xml_options){.depth = 64}, &mine, NULL);
        xmlDocPtr doc = theirs_read(&text);
        cr_assert_eq(rc == SIGN_OK, doc != NULL, "%.*s", (int)text.len, (const char *)text.data);
        if (doc != NULL) {
            compare_parts(&text, mine, doc, &seed);
            read++;
        }
        xmlFreeDoc(doc);
    }
    xmlSetStructuredErrorFunc(NULL, NULL);
    cr_assert(read > SPAN / 2, "only %u documents were well-formed", read);
}

Test(c14n_random, first_seeds) {
    for (uint64_t i = 0; i < ROUNDS / 2; i++) {
        compare_seeds(i);
    }
}

Test(c14n_random, later_seeds) {
    for (uint64_t i = ROUNDS / 2; i < ROUNDS; i++) {
        compare_seeds(i);
    }
}
