/* xml/events.c - libxml2 as a source of events. */
#include "xml/events.h"

#include "base/limits.h"
#include "base/text.h"
#include "xml/encoding.h"
#include "xml/guard.h"
#include "xml/spare.h"
#include "xml/tree.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>

enum {
    WINDOW = 65536,
    AT_ONCE = 65536,      /* octets of a document that libxml2 is given whole */
    NAMES = 1 << 20,      /* octets of all different names, prefixes and URIs of a document of any length */
    VALUES_FREE = 1 << 14 /* of one tag when the options set no limit */
};

struct declaring {
    unsigned depth, in_scope; /* before it */
};

/* A document being read. The first thing that goes wrong is kept and stops the parser. */
struct reading {
    const struct xml_feed *from;
    const struct xml_options *options;
    const struct xml_handler *handler;
    void *user;
    xmlParserCtxtPtr parser;
    unsigned depth, in_scope;
    unsigned line; /* where the last markup ended */
    size_t text;   /* octets of the current text so far */
    grow attributes, spaces;
    grow declared; /* a struct declaring for each open element that declares something */
    struct xml_guard guard;
    uint8_t *window; /* of octets that are checked: those before `ready`; those behind it begin a character */
    const uint8_t *octets; /* the window, or the whole document */
    size_t len, ready, given;
    bool started, ended;
    sign_error error;
};
typedef struct reading reading;

static void reading_free(reading *r) {
    grow_free(&r->attributes);
    grow_free(&r->spaces);
    grow_free(&r->declared);
    free(r->window);
}
CLEANUP(reading, reading_free);

static int line_of(const struct reading *r) {
    return r->parser != NULL && r->parser->input != NULL ? r->parser->input->line : 1;
}

static bool stopped(const struct reading *r) {
    return r->error.code != SIGN_OK;
}

static void stop(struct reading *r, sign_rc rc, enum message_id id, const char *what) {
    if (!stopped(r)) {
        fail(&r->error, rc, id, "line %d: %s", line_of(r), what);
    }
    xmlStopParser(r->parser);
}

static void stop_memory(struct reading *r) {
    if (!stopped(r)) {
        fail_memory(&r->error);
    }
    xmlStopParser(r->parser);
}

/* What a handler said. */
static void told(struct reading *r, sign_rc rc) {
    if (rc != SIGN_OK) {
        r->error.code = rc; /* a handler has told why */
        xmlStopParser(r->parser);
    }
}

static const char *text_of(const xmlChar *s) {
    return s != NULL ? (const char *)s : "";
}

static void on_characters(void *user, const xmlChar *s, int n) {
    struct reading *r = user;
    if (stopped(r) || r->depth == 0 || n <= 0) {
        return;
    }
    r->text += (size_t)n;
    if (r->options->text != 0 && r->text > r->options->text) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "a text is too long");
    } else if (r->handler->text != NULL) {
        told(r, r->handler->text(r->user, BYTES(s, (size_t)n), r->line, &r->error));
    }
}

static void on_cdata(void *user, const xmlChar *s, int n) {
    struct reading *r = user;
    if (r->options->plain) {
        stop(r, SIGN_E_FORMAT, MSG_XML, "a CDATA section is not allowed here");
        return;
    }
    if (!stopped(r) && r->handler->section != NULL) {
        r->handler->section(r->user);
    }
    on_characters(user, s, n);
}

static void remark(struct reading *r, enum xml_kind kind, const xmlChar *name, const xmlChar *text) {
    const struct xml_node node = {.kind = kind,
                                  .line = (unsigned)line_of(r),
                                  .prefix = "",
                                  .space = "",
                                  .name = text_of(name),
                                  .text = text_of(text)};
    r->text = 0;
    r->line = node.line;
    if (stopped(r)) {
        return;
    }
    if (r->options->text != 0 && strlen(node.text) > r->options->text) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "a text is too long");
    } else if (r->handler->remark != NULL) {
        told(r, r->handler->remark(r->user, &node, &r->error));
    }
}

static void on_comment(void *user, const xmlChar *text) {
    struct reading *r = user;
    if (r->options->plain) {
        stop(r, SIGN_E_FORMAT, MSG_XML, "a comment is not allowed here");
        return;
    }
    remark(r, XML_KIND_COMMENT, NULL, text);
}

static void on_instruction(void *user, const xmlChar *target, const xmlChar *data) {
    struct reading *r = user;
    if (r->options->plain) {
        stop(r, SIGN_E_FORMAT, MSG_XML, "a processing instruction is not allowed here");
        return;
    }
    remark(r, XML_KIND_INSTRUCTION, target, data);
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
    xmlDictSetLimit(r->parser->dict, NAMES);
}

/* For the list, and for the values behind it. */
static void *attributes_room(struct reading *r, size_t n) {
    if (r->handler->room != NULL) {
        return r->handler->room(r->user, n);
    }
    r->attributes.len = 0;
    return grow_space(&r->attributes, n);
}

/* libxml2 hands over five pointers an attribute: local name, prefix, URI, value, end of the value. The value
 * has no NUL behind it. */
static void attributes_take(struct reading *r, struct xml_node *element, size_t count, const xmlChar **five) {
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = five[5 * i + 3] != NULL ? (size_t)(five[5 * i + 4] - five[5 * i + 3]) : 0;
        if (xml_value_too_long(r->options, n)) {
            stop(r, SIGN_E_LIMIT, MSG_LIMIT, "the value of an attribute is too long");
            return;
        }
        all += n + 1;
    }
    struct xml_attribute *list = attributes_room(r, count * sizeof *list + all);
    if (list == NULL) {
        stop_memory(r);
        return;
    }
    char *to = (char *)(list + count);
    for (size_t i = 0; i < count; i++, five += 5) {
        size_t n = five[3] != NULL ? (size_t)(five[4] - five[3]) : 0;
        list[i] = (struct xml_attribute){text_of(five[1]), text_of(five[2]), text_of(five[0]), to};
        if (n > 0) {
            memcpy(to, five[3], n);
        }
        to[n] = '\0';
        to += n + 1;
    }
    element->attributes = list;
    element->attribute_count = count;
}

/* Two pointers a declaration: prefix, URI. */
static void spaces_take(struct reading *r, struct xml_node *element, size_t count, const xmlChar **two) {
    r->spaces.len = 0;
    struct xml_space *list = (void *)grow_space(&r->spaces, count * sizeof *list);
    const struct declaring before = {r->depth, r->in_scope};
    grow_put(&r->declared, &before, sizeof before);
    r->in_scope += (unsigned)count;
    if (list == NULL || r->declared.failed) {
        stop_memory(r);
        return;
    }
    for (size_t i = 0; i < count; i++, two += 2) {
        list[i] = (struct xml_space){text_of(two[0]), text_of(two[1])};
    }
    element->spaces = list;
    element->space_count = count;
}

/* What an element that ends has declared goes out of scope; r->depth is outside it. */
static void spaces_end(struct reading *r) {
    struct declaring last;
    if (r->declared.len > 0) {
        memcpy(&last, r->declared.data + r->declared.len - sizeof last, sizeof last);
        if (last.depth == r->depth) {
            r->in_scope = last.in_scope;
            r->declared.len -= sizeof last;
        }
    }
}

/* False: over a limit. */
static bool limits_hold(struct reading *r, size_t attributes, size_t spaces) {
    size_t most = r->options->attributes;
    if (r->options->depth != 0 && r->depth >= r->options->depth) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "elements are nested too deeply");
    } else if (most != 0 && (attributes > most || spaces > most)) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "too many attributes");
    } else if (r->in_scope + spaces > XML_EVENTS_IN_SCOPE * (most != 0 ? most : VALUES_FREE)) {
        stop(r, SIGN_E_LIMIT, MSG_LIMIT, "too many namespaces in scope");
    }
    return !stopped(r);
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int spaces,
                     const xmlChar **declared, int attributes, int defaulted, const xmlChar **five) {
    (void)defaulted;
    struct reading *r = user;
    size_t count = attributes > 0 ? (size_t)attributes : 0, bound = spaces > 0 ? (size_t)spaces : 0;
    r->text = 0;
    if (stopped(r) || !limits_hold(r, count, bound)) {
        return;
    }
    struct xml_node element = {.kind = XML_KIND_ELEMENT,
                               .line = (unsigned)line_of(r),
                               .prefix = text_of(prefix),
                               .space = text_of(uri),
                               .name = text_of(name),
                               .text = ""};
    r->line = element.line;
    if (bound > 0) {
        spaces_take(r, &element, bound, declared);
    }
    if (count > 0 && !stopped(r)) {
        attributes_take(r, &element, count, five);
    }
    r->depth++;
    if (!stopped(r) && r->handler->begin != NULL) {
        told(r, r->handler->begin(r->user, &element, &r->error));
    }
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    (void)name;
    (void)prefix;
    (void)uri;
    struct reading *r = user;
    if (stopped(r) || r->depth == 0) {
        return;
    }
    r->text = 0;
    r->line = (unsigned)line_of(r);
    r->depth--;
    spaces_end(r);
    if (r->handler->end != NULL) {
        const xmlParserInput *in = r->parser->input;
        told(r, r->handler->end(r->user, (size_t)in->consumed + (size_t)(in->cur - in->base), &r->error));
    }
}

/* libxml2 ends its messages with a line feed. */
static void on_error(void *user, xmlErrorPtr e) {
    struct reading *r = user;
    if (e == NULL || e->level < XML_ERR_ERROR || stopped(r)) {
        return;
    }
    if (e->code == XML_ERR_NO_MEMORY) {
        if (r->parser != NULL && xmlDictGetUsage(r->parser->dict) > NAMES / 2) {
            fail(&r->error, SIGN_E_LIMIT, MSG_LIMIT, "line %d: too many different names", line_of(r));
        } else {
            fail_memory(&r->error);
        }
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
static void declaration_check(struct reading *r, sign_bytes text) {
    struct xml_declaration d;
    if (!xml_declaration(text, &d)) {
        fail(&r->error, SIGN_E_FORMAT, MSG_XML, "line 1: not an XML declaration of version 1.0");
    } else if (!d.utf8) {
        fail(&r->error, SIGN_E_FORMAT, MSG_XML, "line 1: only the encoding UTF-8 is read");
    }
}

bool xml_declares_utf8(sign_bytes text) {
    struct xml_declaration d;
    return !xml_declaration(text, &d) || d.utf8;
}

/* Eight octets, the first the lowest: compilers make one load of it. */
static inline uint64_t eight(const uint8_t *p) {
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* A bit for the first octet that is 0 or above 0x7F, behind which others may be wrong; 0: there is none. */
static inline uint64_t odd_ones(uint64_t w) {
    static const uint64_t high = UINT64_C(0x8080808080808080), low = UINT64_C(0x0101010101010101);
    return (w | (w - low)) & high;
}

/* The first octet that is 0 or above 0x7F: in words. */
static const uint8_t *ascii_end(const uint8_t *at, const uint8_t *end) {
    enum { WORD = 8 };
    uint64_t odd = 0;
    while (end - at >= 4 * WORD && (odd_ones(eight(at)) | odd_ones(eight(at + WORD)) |
                                    odd_ones(eight(at + 2 * WORD)) | odd_ones(eight(at + 3 * WORD))) == 0) {
        at += 4 * WORD;
    }
    while (end - at >= WORD && odd == 0) {
        odd = odd_ones(eight(at));
        at += odd == 0 ? WORD : __builtin_ctzll(odd) / 8;
    }
    while (at < end && *at < 0x80 && *at != 0) {
        at++; /* the last few */
    }
    return at;
}

/* utf8_valid, without a call where a character has two octets. */
static bool utf8_sound(sign_bytes text) {
    const uint8_t *at = text.data, *end = at + text.len;
    while ((at = ascii_end(at, end)) < end) {
        if (*at >= 0xC2 && *at < 0xE0 && end - at >= 2 && (at[1] & 0xC0) == 0x80) {
            at += 2;
            continue;
        }
        size_t n = *at < 0xF0 ? 3 : 4;
        if ((size_t)(end - at) < n || *at < 0xE0 || !utf8_valid(BYTES(at, n))) {
            return false;
        }
        at += n;
    }
    return true;
}

/* What libxml2 is given: nothing that was not looked at. */
static bool octets_check(struct reading *r, sign_bytes octets) {
    if (!utf8_sound(octets)) {
        fail(&r->error, SIGN_E_FORMAT, MSG_XML, "line %d: not UTF-8, or it holds U+0000", line_of(r));
    } else if (!r->started && octets.len == 0) {
        fail(&r->error, SIGN_E_FORMAT, MSG_XML, "line 1: the document is empty");
    } else if (!r->started) {
        declaration_check(r, octets);
    }
    bool whole = r->from->fill == NULL;
    if (!stopped(r) && !(whole ? xml_guard_whole(&r->guard, octets) : xml_guard_feed(&r->guard, octets))) {
        if (r->guard.catalog) {
            fail(&r->error, SIGN_E_FORMAT, MSG_XML, "an oasis-xml-catalog instruction is not allowed");
        } else {
            fail(&r->error, SIGN_E_LIMIT, MSG_LIMIT,
                 "line %d: too many attributes, or markup that is too long", line_of(r));
        }
    }
    r->started = true;
    return !stopped(r);
}

/* The next window, with what began a character in the last one. */
static bool window_fill(struct reading *r) {
    size_t rest = r->len - r->ready;
    memmove(r->window, r->window + r->ready, rest);
    r->len = rest;
    while (!r->ended && r->len < WINDOW) {
        size_t got = 0;
        sign_rc rc = r->from->fill(r->from->user, r->window + r->len, WINDOW - r->len, &got, &r->error);
        if (rc != SIGN_OK) {
            r->error.code = rc;
            return false;
        }
        r->len += got;
        r->ended = got == 0;
    }
    r->ready = r->ended ? r->len : utf8_whole((const char *)r->window, r->len);
    r->given = 0;
    return octets_check(r, BYTES(r->window, r->ready));
}

static int on_read(void *user, char *to, int room) {
    struct reading *r = user;
    if (stopped(r) || room <= 0) {
        return stopped(r) ? -1 : 0;
    }
    if (r->given == r->ready && !r->ended && !window_fill(r)) {
        return -1;
    }
    size_t n = r->ready - r->given;
    n = n < (size_t)room ? n : (size_t)room;
    memcpy(to, r->octets + r->given, n);
    r->given += n;
    return (int)n;
}

static int on_close(void *user) {
    (void)user;
    return 0;
}

/*
 * Errors that libxml2 raises without a context (an allocation that fails) go to a handler of the thread,
 * standard error by default: it is ours for the time of the call and then the caller's again.
 * XML_PARSE_NOENT: without it libxml2 hands over an ampersand in an attribute still escaped. There is nothing
 * else that it could replace, because without a DOCTYPE no entity is declared (XML 1.0, 4.1).
 * XML_PARSE_HUGE turns off libxml2's own limits: 10 MB of one text, comment or value, 50,000 octets of a
 * name, 256 levels, 10 MB of names and of look-ahead, and what it counts of entities, of which there are
 * none. Ours hold instead. A document that is not small is handed over piece by piece even when all of it is
 * in memory: libxml2 goes on reading after an error, and thus gets to see little more.
 * A spare parser is for small documents alone: these are too small to have as many names as NAMES allows,
 * with those that the parser knows from before or without them.
 */
static void parse(struct reading *r) {
    enum { HOW = XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT | XML_PARSE_HUGE };
    bool small = r->from->fill == NULL && r->len <= AT_ONCE;
    struct xml_spare *spare = small ? r->options->spare : NULL;
    r->parser = xml_spare_take(spare);
    if (r->parser == NULL) {
        fail_memory(&r->error);
        return;
    }
    handlers_set(r->parser->sax);
    r->parser->userData = r;
    xmlFreeDoc(small ? xmlCtxtReadMemory(r->parser, (const char *)r->octets, (int)r->len, NULL, NULL, HOW)
                     : xmlCtxtReadIO(r->parser, on_read, on_close, r, NULL, NULL, HOW));
    if (!stopped(r) && !(r->parser->wellFormed && r->parser->nsWellFormed && r->started && r->depth == 0)) {
        /* Only an allocation whose failure libxml2 kept to itself leads here. */
        fail_memory(&r->error);
    }
    xml_spare_put(stopped(r) ? NULL : spare, r->parser);
    r->parser = NULL;
}

static sign_rc begin(struct reading *r) {
    r->guard.values = 2 * (r->options->attributes != 0 ? r->options->attributes : VALUES_FREE);
    r->line = 1;
    if (r->from->fill != NULL) {
        r->guard.markup = XML_EVENTS_MARKUP;
        r->octets = r->window = malloc(WINDOW);
        return r->window != NULL ? SIGN_OK : fail_memory(&r->error);
    }
    sign_bytes whole = r->from->whole;
    size_t limit =
        r->options->bytes != 0 && r->options->bytes < INT32_MAX ? r->options->bytes : (size_t)INT32_MAX;
    if (whole.len > limit) {
        return fail(&r->error, SIGN_E_LIMIT, MSG_LIMIT, "XML: %zu bytes, at most %zu", whole.len, limit);
    }
    r->octets = whole.data;
    r->len = r->ready = whole.len;
    r->ended = true;
    return octets_check(r, whole) ? SIGN_OK : r->error.code;
}

sign_rc xml_events(const struct xml_feed *from, const struct xml_options *options,
                   const struct xml_handler *handler, void *user, sign_error *err) {
    AUTO(reading) r = {.from = from, .options = options, .handler = handler, .user = user};
    if (begin(&r) == SIGN_OK) {
        xmlInitParser(); /* libxml2 locks this itself and does it once */
        void *context = xmlStructuredErrorContext;
        xmlStructuredErrorFunc thread_handler = xmlStructuredError;
        xmlSetStructuredErrorFunc(&r, on_error);
        parse(&r);
        xmlSetStructuredErrorFunc(context, thread_handler);
    }
    if (stopped(&r) && err != NULL) {
        *err = r.error;
    }
    return r.error.code;
}
