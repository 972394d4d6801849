/* xml/scan.c - one pass over a document, from the XML declaration to what follows the root element. */
#include "xml/scan.h"

#include "xml/encoding.h"
#include "xml/scanner.h"
#include <stdlib.h>

enum { PADDING = 16 }; /* NULs behind the text: as far as anything looks ahead */

void *scan_alloc(struct scanner *s, size_t n) {
    void *p = arena_alloc(&s->doc->arena, n);
    s->memory = s->memory || p == NULL;
    return p;
}

struct xml_node *scan_node(struct scanner *s, enum xml_kind kind) {
    if (s->options->nodes != 0 && s->nodes >= s->options->nodes) {
        return NULL;
    }
    if (s->options->memory != 0 && s->doc->arena.taken > s->options->memory) {
        return NULL;
    }
    if (s->free_count == 0) {
        s->free = scan_alloc(s, SCAN_NODES * sizeof *s->free);
        if (s->free == NULL) {
            return NULL;
        }
        s->free_count = SCAN_NODES;
    }
    struct xml_node *node = s->free++;
    s->free_count--;
    s->nodes++;
    node->kind = kind; /* the rest is zero: nobody wrote to it yet */
    node->line = s->line;
    node->prefix = node->space = node->name = node->text = "";
    node->parent = s->element;
    *s->tail = node;
    s->tail = &node->next;
    return node;
}

void scan_close(struct scanner *s) {
    struct xml_node *done = s->element;
    done->end = (size_t)(s->at - s->text);
    s->bound_count -= done->space_count;
    s->open.len -= sizeof(struct scan_open);
    s->tail = &done->next;
    /* The tree is const for its readers; while it is built its nodes are ours. */
    s->element = (struct xml_node *)(uintptr_t)done->parent;
}

/* An end tag, behind "</": the name of the open element as it was read. */
static bool end_tag(struct scanner *s) {
    struct scan_open open;
    memcpy(&open, s->open.data + s->open.len - sizeof open, sizeof open);
    if (open.len > (size_t)(s->end - s->at) || memcmp(s->original + open.at, s->at, open.len) != 0) {
        return false;
    }
    s->at += open.len;
    scan_blanks(s); /* what goes on is another name, and then no '>' comes */
    if (*s->at != '>') {
        return false;
    }
    s->at++;
    scan_close(s);
    return true;
}

/* What follows a '<' but an end tag. */
static bool markup(struct scanner *s) {
    static const char comment[] = "!--";
    if (*s->at == '?') {
        s->at++;
        return scan_instruction(s);
    }
    if (*s->at != '!') {
        return scan_start(s);
    }
    if (memcmp(s->at, comment, sizeof comment - 1) != 0) {
        return false;
    }
    s->at += sizeof comment - 1;
    return scan_comment(s);
}

/* From inside the root element to behind its end tag. */
static bool content(struct scanner *s) {
    while (s->element != NULL) {
        if (!scan_text(s)) {
            return false;
        }
        bool done = *s->at == '/' ? (s->at++, end_tag(s)) : markup(s);
        if (!done) {
            return false;
        }
    }
    return true;
}

static bool document(struct scanner *s) {
    struct xml_declaration declaration;
    if (!xml_declaration(BYTES(s->original, (size_t)(s->end - s->text)), &declaration) || !declaration.utf8) {
        return false;
    }
    for (; s->at < s->text + declaration.end; s->at++) {
        s->line += *s->at == '\n';
    }
    for (;;) {
        scan_blanks(s);
        if (*s->at != '<') {
            return s->at == s->end && s->doc->root != NULL;
        }
        s->at++;
        bool element = *s->at != '?' && *s->at != '!';
        const struct xml_node **link = s->tail;
        if ((element && s->doc->root != NULL) || !markup(s)) {
            return false;
        }
        if (element) {
            s->doc->root = *link;
            if (!content(s)) {
                return false;
            }
        }
    }
}

sign_rc xml_scan(sign_bytes text, const struct xml_options *options, struct xml **out, sign_error *err) {
    *out = NULL;
    if (text.len == 0 || text.len > INT32_MAX || (options->bytes != 0 && text.len > options->bytes)) {
        return SIGN_OK;
    }
    AUTO(xml_ptr) doc = calloc(1, sizeof *doc);
    uint8_t *copy = doc != NULL ? arena_alloc(&doc->arena, text.len + PADDING) : NULL;
    if (copy == NULL) {
        return fail_memory(err);
    }
    memcpy(copy, text.data, text.len);
    struct scanner s;
    memset(&s, 0, offsetof(struct scanner, uris)); /* the rest is as long as its counts say */
    s.options = options;
    s.doc = doc;
    s.original = text.data;
    s.text = s.at = copy;
    s.end = copy + text.len;
    s.line = 1;
    s.tail = &doc->first;
    bool accepted = document(&s);
    bool memory = s.memory || s.open.failed;
    grow_free(&s.open);
    if (accepted) {
        *out = TAKE(doc);
    }
    return memory ? fail_memory(err) : SIGN_OK;
}
