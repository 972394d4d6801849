/* xml/tree.h - private to the room: the document as its builders fill it. */
#ifndef XML_TREE_H
#define XML_TREE_H

#include "xml/xml.h"

enum { XML_KNOWN_BITS = 8, XML_KNOWN = 1 << XML_KNOWN_BITS, XML_NODES = 32 };

static inline bool xml_value_too_long(const struct xml_options *o, size_t n) {
    size_t limit = o->value != 0 ? o->value : o->text;
    return limit != 0 && n > limit;
}

struct xml {
    arena arena; /* all nodes and strings */
    const struct xml_node *first, *root;
};

/*
 * A document being built of events (xml/events.h): the functions are those of struct xml_handler, with this
 * as their user. Set options, doc, ends and tail (to &doc->first) before; free it behind.
 */
struct xml_building {
    const struct xml_options *options; /* nodes counts */
    struct xml *doc;
    bool ends;                    /* offsets are those of the document itself */
    struct xml_node *at;          /* the open element; NULL outside the root */
    const struct xml_node **tail; /* where its next child goes */
    grow pending;                 /* text that the next event makes a node */
    unsigned pending_line;
    unsigned nodes;
    struct xml_node *free; /* nodes that were allocated together */
    size_t free_count;
    void *room; /* what was given last for attributes */
    struct {
        const char *told, *copy;
    } known[XML_KNOWN]; /* names as events tell them, and our copies */
};
typedef struct xml_building xml_building;
void xml_building_free(xml_building *b);
CLEANUP(xml_building, xml_building_free);

sign_rc xml_build_begin(void *building, const struct xml_node *told, sign_error *err);
sign_rc xml_build_end(void *building, size_t end, sign_error *err);
sign_rc xml_build_text(void *building, sign_bytes piece, unsigned line, sign_error *err);
void xml_build_section(void *building);
void *xml_build_room(void *building, size_t n);
sign_rc xml_build_remark(void *building, const struct xml_node *told, sign_error *err);

#endif
