/* xml/read.c - libxml2 as a source of events, from which the tree is built in an arena of our own. */
#include "xml/tree.h"

#include "base/text.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>

void xml_free(struct xml **x) {
    if (x != NULL && *x != NULL) {
        arena_free(&(*x)->arena);
        free(*x);
        *x = NULL;
    }
}

const struct xml_node *xml_root(const struct xml *x) {
    return x->root;
}

const struct xml_node *xml_first(const struct xml *x) {
    return x->first;
}

enum { KNOWN = 64 };

/* A name as libxml2 keeps it, and our copy. */
struct known {
    const xmlChar *read;
    const char *copy;
};

/* A document being read. The first thing that goes wrong is kept and stops the parser. */
struct reading {
    const struct xml_options *options;
    struct xml *doc;
    xmlParserCtxtPtr parser;
    struct xml_node *at;          /* the open element; NULL outside the root */
    const struct xml_node **tail; /* where its next child goes */
    grow pending;                 /* text that the next event makes a node */
    unsigned pending_line;
    unsigned depth, nodes;
    struct known known[KNOWN];
    sign_error error;
};

static int line_of(const struct reading *r) {
    return r->parser->input != NULL ? r->parser->input->line : 0;
}

static void stop(struct reading *r, sign_rc rc, enum message_id id, const char *what) {
    if (r->error.code == SIGN_OK) {
        fail(&r->error, rc, id, "line %d: %s", line_of(r), what);
    }
    xmlStopParser(r->parser);
}

static void stop_memory(struct reading *r) {
    if (r->error.code == SIGN_OK) {
        fail_memory(&r->error);
    }
    xmlStopParser(r->parser);
}

static bool stopped(const struct reading *r) {
    return r->error.code != SIGN_OK;
}

static const char *copied(struct reading *r, const xmlChar *s, size_t n) {
    const char *copy = s != NULL ? arena_str(&r->doc->arena, BYTES(s, n)) : NULL;
    if (copy == NULL) {
        stop_memory(r);
        return "";
    }
    return copy;
}

static const char *copied_str(struct reading *r, const xmlChar *s) {
    return copied(r, s, s != NULL ? strlen((const char *)s) : 0);
}

/*
 * A name, a prefix or a namespace URI; "" for none. libxml2 keeps one copy of each for as long as it parses,
 * so one copy of ours does for all that were lately read at the same place.
 */
static const char *copied_name(struct reading *r, const xmlChar *s) {
    if (s == NULL || *s == '\0') {
        return "";
    }
    struct known *k = &r->known[((uintptr_t)s >> 3) % KNOWN];
    if (k->read != s) {
        *k = (struct known){.read = s, .copy = copied_str(r, s)};
    }
    return k->copy;
}

/* A new node, linked behind the last one; NULL when reading has stopped. */
static struct xml_node *node_add(struct reading *r, enum xml_kind kind, unsigned line) {
    if (r->options->nodes != 0 && r->nodes >= r->options->nodes) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "too many nodes");
    }
    struct xml_node *node = stopped(r) ? NULL : arena_alloc(&r->doc->arena, sizeof *node);
    if (node == NULL) {
        stop_memory(r);
        return NULL;
    }
    r->nodes++;
    *node = (struct xml_node){
        .kind = kind, .line = line, .prefix = "", .space = "", .name = "", .text = "", .parent = r->at};
    *r->tail = node;
    r->tail = &node->next;
    return node;
}

/* What was read as text in pieces becomes one node. */
static void text_end(struct reading *r) {
    if (r->pending.failed) {
        stop_memory(r);
    }
    if (stopped(r) || r->pending.len == 0) {
        return;
    }
    struct xml_node *node = node_add(r, XML_KIND_TEXT, r->pending_line);
    if (node != NULL) {
        node->text = copied(r, r->pending.data, r->pending.len);
    }
    r->pending.len = 0;
}

static void on_characters(void *user, const xmlChar *s, int n) {
    struct reading *r = user;
    if (stopped(r) || r->at == NULL || n <= 0) {
        return;
    }
    if (r->pending.len == 0) {
        r->pending_line = (unsigned)line_of(r);
    }
    grow_put(&r->pending, s, (size_t)n);
}

static void on_cdata(void *user, const xmlChar *s, int n) {
    struct reading *r = user;
    if (r->options->plain) {
        stop(r, SIGN_E_FORMAT, MSG_XML, "a CDATA section is not allowed here");
        return;
    }
    on_characters(user, s, n);
}

static void on_comment(void *user, const xmlChar *text) {
    struct reading *r = user;
    if (r->options->plain) {
        stop(r, SIGN_E_FORMAT, MSG_XML, "a comment is not allowed here");
        return;
    }
    text_end(r);
    struct xml_node *node = node_add(r, XML_KIND_COMMENT, (unsigned)line_of(r));
    if (node != NULL) {
        node->text = copied_str(r, text);
    }
}

static void on_instruction(void *user, const xmlChar *target, const xmlChar *data) {
    struct reading *r = user;
    if (r->options->plain) {
        stop(r, SIGN_E_FORMAT, MSG_XML, "a processing instruction is not allowed here");
        return;
    }
    text_end(r);
    struct xml_node *node = node_add(r, XML_KIND_INSTRUCTION, (unsigned)line_of(r));
    if (node != NULL) {
        node->name = copied_str(r, target);
        node->text = data != NULL ? copied_str(r, data) : "";
    }
}

/* libxml2 tells of the DOCTYPE after its name and before the first declaration in it. */
static void on_doctype(void *user, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id) {
    (void)name;
    (void)public_id;
    (void)system_id;
    stop(user, SIGN_E_FORMAT, MSG_XML_DOCTYPE, "a DOCTYPE is not allowed");
}

static void on_start_document(void *user) {
    struct reading *r = user;
    const xmlChar *version = r->parser->version;
    if (version != NULL && strcmp((const char *)version, "1.0") != 0) {
        stop(r, SIGN_E_FORMAT, MSG_XML, "only XML 1.0 is read");
    }
}

/* libxml2 hands over five pointers an attribute: local name, prefix, URI, value, end of the value. */
static void attributes_add(struct reading *r, struct xml_node *node, size_t count, const xmlChar **five) {
    struct xml_attribute *list = arena_alloc(&r->doc->arena, count * sizeof *list);
    if (list == NULL) {
        stop_memory(r);
        return;
    }
    for (size_t i = 0; i < count; i++, five += 5) {
        list[i].name = copied_name(r, five[0]);
        list[i].prefix = copied_name(r, five[1]);
        list[i].space = copied_name(r, five[2]);
        list[i].value = copied(r, five[3], five[3] != NULL ? (size_t)(five[4] - five[3]) : 0);
    }
    node->attributes = list;
    node->attribute_count = count;
}

/* Two pointers a declaration: prefix, URI. */
static void spaces_add(struct reading *r, struct xml_node *node, size_t count, const xmlChar **two) {
    struct xml_space *list = arena_alloc(&r->doc->arena, count * sizeof *list);
    if (list == NULL) {
        stop_memory(r);
        return;
    }
    for (size_t i = 0; i < count; i++, two += 2) {
        list[i].prefix = copied_name(r, two[0]);
        list[i].uri = copied_name(r, two[1]);
    }
    node->spaces = list;
    node->space_count = count;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int spaces,
                     const xmlChar **declared, int attributes, int defaulted, const xmlChar **five) {
    (void)defaulted;
    struct reading *r = user;
    text_end(r);
    if (r->options->depth != 0 && r->depth >= r->options->depth) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "elements are nested too deeply");
    }
    size_t count = attributes > 0 ? (size_t)attributes : 0;
    if (r->options->attributes != 0 &&
        (count > r->options->attributes || spaces > (int)r->options->attributes)) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "too many attributes");
    }
    struct xml_node *node = stopped(r) ? NULL : node_add(r, XML_KIND_ELEMENT, (unsigned)line_of(r));
    if (node == NULL) {
        return;
    }
    node->name = copied_name(r, name);
    node->prefix = copied_name(r, prefix);
    node->space = copied_name(r, uri);
    if (spaces > 0) {
        spaces_add(r, node, (size_t)spaces, declared);
    }
    if (count > 0) {
        attributes_add(r, node, count, five);
    }
    if (r->at == NULL) {
        r->doc->root = node;
    }
    r->at = node;
    r->tail = &node->first;
    r->depth++;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    (void)name;
    (void)prefix;
    (void)uri;
    struct reading *r = user;
    text_end(r);
    if (stopped(r) || r->at == NULL) {
        return;
    }
    /* The tree is const for its readers; while it is built its nodes are ours. */
    struct xml_node *done = r->at;
    r->tail = &done->next;
    r->at = (struct xml_node *)(uintptr_t)done->parent;
    r->depth--;
}

/* libxml2 ends its messages with a line feed. */
static void on_error(void *user, xmlErrorPtr e) {
    struct reading *r = user;
    if (e == NULL || e->level < XML_ERR_ERROR || stopped(r)) {
        return;
    }
    if (e->code == XML_ERR_NO_MEMORY) {
        fail_memory(&r->error);
        return;
    }
    const char *message = e->message != NULL ? e->message : "not well-formed";
    int n = (int)strcspn(message, "\n");
    fail(&r->error, SIGN_E_FORMAT, MSG_XML, "line %d: %.*s", e->line, n, message);
}

static void handlers_set(xmlSAXHandlerPtr sax) {
    *sax = (xmlSAXHandler){
        .initialized = XML_SAX2_MAGIC,
        .internalSubset = on_doctype,
        .startDocument = on_start_document,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_characters,
        .ignorableWhitespace = on_characters,
        .cdataBlock = on_cdata,
        .comment = on_comment,
        .processingInstruction = on_instruction,
    };
}

/*
 * What the XML declaration says of the encoding must agree with how the bytes are read: a reader that obeyed
 * another declaration would see another document. libxml2 is told to ignore it.
 */
static bool declares_utf8(sign_bytes text) {
    static const char mark[] = "\xEF\xBB\xBF", start[] = "<?xml", word[] = "encoding";
    const char *at = (const char *)text.data;
    const char *end = at + text.len;
    if (text.len >= 3 && memcmp(at, mark, 3) == 0) {
        at += 3;
    }
    const char *stop_at =
        end - at > 5 && memcmp(at, start, 5) == 0 ? memchr(at, '>', (size_t)(end - at)) : NULL;
    if (stop_at == NULL) {
        return true;
    }
    for (; stop_at - at > 8; at++) {
        if (memcmp(at, word, 8) == 0) {
            at += 8;
            while (at < stop_at && strchr(" \t\r\n=\"'", *at) != NULL) {
                at++;
            }
            return stop_at - at > 5 && (at[0] | 32) == 'u' && (at[1] | 32) == 't' && (at[2] | 32) == 'f' &&
                   memcmp(at + 3, "-8", 2) == 0 && (at[5] == '"' || at[5] == '\'');
        }
    }
    return true;
}

static sign_rc text_check(sign_bytes text, const struct xml_options *options, sign_error *err) {
    size_t limit = options->bytes != 0 ? options->bytes : INT32_MAX;
    if (text.len > limit || text.len > INT32_MAX) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: %zu bytes, at most %zu", text.len, limit);
    }
    if (text.len == 0) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "line 1: the document is empty");
    }
    if (!utf8_valid(text)) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "not UTF-8, or it holds U+0000");
    }
    if (!declares_utf8(text)) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "line 1: only the encoding UTF-8 is read");
    }
    return SIGN_OK;
}

/*
 * Runs the parser. Errors that libxml2 raises without a context (an allocation that fails) go to a handler of
 * the thread, standard error by default: it is ours for the time of the call and then the caller's again.
 * XML_PARSE_NOENT: without it libxml2 hands over an ampersand in an attribute still escaped. There is nothing
 * else that it could replace, because without a DOCTYPE no entity is declared (XML 1.0, 4.1).
 */
static void parse(struct reading *r, sign_bytes text) {
    void *context = xmlStructuredErrorContext;
    xmlStructuredErrorFunc handler = xmlStructuredError;
    xmlSetStructuredErrorFunc(r, on_error);
    r->parser = xmlNewParserCtxt();
    if (r->parser == NULL) {
        fail_memory(&r->error);
        xmlSetStructuredErrorFunc(context, handler);
        return;
    }
    handlers_set(r->parser->sax);
    r->parser->userData = r;
    xmlDocPtr none = xmlCtxtReadMemory(r->parser, (const char *)text.data, (int)text.len, NULL, NULL,
                                       XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
    xmlFreeDoc(none);
    text_end(r);
    bool whole = r->parser->wellFormed && r->parser->nsWellFormed && r->doc->root != NULL && r->at == NULL;
    if (!stopped(r) && !whole) {
        /* Only an allocation whose failure libxml2 kept to itself leads here. */
        fail_memory(&r->error);
    }
    xmlFreeParserCtxt(r->parser);
    xmlSetStructuredErrorFunc(context, handler);
}

sign_rc xml_read(sign_bytes text, const struct xml_options *options, struct xml **out, sign_error *err) {
    sign_rc rc = text_check(text, options, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    AUTO(xml_ptr) doc = calloc(1, sizeof *doc);
    if (doc == NULL) {
        return fail_memory(err);
    }
    xmlInitParser(); /* libxml2 locks this itself and does it once */
    struct reading r = {.options = options, .doc = doc, .tail = &doc->first};
    parse(&r, text);
    grow_free(&r.pending);
    if (r.error.code != SIGN_OK) {
        if (err != NULL) {
            *err = r.error;
        }
        return r.error.code;
    }
    *out = TAKE(doc);
    return SIGN_OK;
}
