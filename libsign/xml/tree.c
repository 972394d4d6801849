/* xml/tree.c - the tree, built of events in an arena of its own. */
#include "xml/tree.h"

void xml_building_free(xml_building *b) {
    grow_free(&b->pending);
}

/*
 * A name, a prefix or a namespace URI. What is told has one address for as long as the reading lasts, so one
 * copy of ours does for all that were lately told of the same.
 */
static const char *name_copied(struct xml_building *b, const char *told) {
    if (*told == '\0') {
        return "";
    }
    enum { UNUSED = 64 - XML_KNOWN_BITS };
    size_t at = (size_t)(((uint64_t)(uintptr_t)told * UINT64_C(0x9E3779B97F4A7C15)) >> UNUSED);
    if (b->known[at].told != told) {
        b->known[at].told = told;
        b->known[at].copy = arena_str(&b->doc->arena, BYTES_STR(told));
    }
    return b->known[at].copy;
}

/* A new node behind the last one; what hangs on it is for the caller to set. */
static sign_rc node_add(struct xml_building *b, enum xml_kind kind, unsigned line, struct xml_node **out,
                        sign_error *err) {
    if (b->options->nodes != 0 && b->nodes >= b->options->nodes) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "line %u: too many nodes", line);
    }
    if (b->options->memory != 0 && b->doc->arena.taken > b->options->memory) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "line %u: too much memory for the tree", line);
    }
    if (b->free_count == 0) {
        b->free = arena_alloc(&b->doc->arena, XML_NODES * sizeof *b->free);
        if (b->free == NULL) {
            return fail_memory(err);
        }
        b->free_count = XML_NODES;
    }
    struct xml_node *node = b->free++;
    b->free_count--;
    node->kind = kind;
    node->line = line;
    node->parent = b->at;
    node->prefix = node->space = node->name = node->text = "";
    b->nodes++;
    *b->tail = node;
    b->tail = &node->next;
    *out = node;
    return SIGN_OK;
}

/* What was read as text in pieces becomes one node. */
static sign_rc text_end(struct xml_building *b, sign_error *err) {
    if (b->pending.len == 0) {
        return SIGN_OK;
    }
    struct xml_node *node = NULL;
    sign_rc rc = node_add(b, XML_KIND_TEXT, b->pending_line, &node, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    node->text = arena_str(&b->doc->arena, BYTES(b->pending.data, b->pending.len));
    b->pending.len = 0;
    return node->text != NULL ? SIGN_OK : fail_memory(err);
}

sign_rc xml_build_text(void *building, sign_bytes piece, unsigned line, sign_error *err) {
    struct xml_building *b = building;
    if (b->pending.len == 0) {
        b->pending_line = line;
    }
    grow_put(&b->pending, piece.data, piece.len);
    return b->pending.failed ? fail_memory(err) : SIGN_OK;
}

void xml_build_section(void *building) {
    struct xml_building *b = building;
    if (b->at != NULL) {
        b->at->section = true;
    }
}

sign_rc xml_build_remark(void *building, const struct xml_node *told, sign_error *err) {
    struct xml_building *b = building;
    struct xml_node *node = NULL;
    sign_rc rc = text_end(b, err);
    rc = rc == SIGN_OK ? node_add(b, told->kind, told->line, &node, err) : rc;
    if (rc != SIGN_OK) {
        return rc;
    }
    node->name = name_copied(b, told->name);
    node->text = *told->text != '\0' ? arena_str(&b->doc->arena, BYTES_STR(told->text)) : "";
    return b->doc->arena.failed ? fail_memory(err) : SIGN_OK;
}

void *xml_build_room(void *building, size_t n) {
    struct xml_building *b = building;
    b->room = arena_alloc(&b->doc->arena, n);
    return b->room;
}

/* The list, and its values unless they are in our memory already; the names as they were told. */
static struct xml_attribute *attributes_copy(struct xml_building *b, const struct xml_node *told) {
    if (told->attributes == b->room) {
        return b->room;
    }
    struct xml_attribute *list = arena_alloc(&b->doc->arena, told->attribute_count * sizeof *list);
    for (size_t i = 0; list != NULL && i < told->attribute_count; i++) {
        list[i] = told->attributes[i];
        list[i].value = arena_str(&b->doc->arena, BYTES_STR(told->attributes[i].value));
    }
    return list;
}

static void attributes_take(struct xml_building *b, struct xml_node *node, const struct xml_node *told) {
    struct xml_attribute *list = attributes_copy(b, told);
    for (size_t i = 0; list != NULL && i < told->attribute_count; i++) {
        list[i].prefix = name_copied(b, list[i].prefix);
        list[i].space = name_copied(b, list[i].space);
        list[i].name = name_copied(b, list[i].name);
    }
    node->attributes = list;
    node->attribute_count = told->attribute_count;
}

static void spaces_copy(struct xml_building *b, struct xml_node *node, const struct xml_node *told) {
    struct xml_space *list = arena_alloc(&b->doc->arena, told->space_count * sizeof *list);
    for (size_t i = 0; list != NULL && i < told->space_count; i++) {
        list[i].prefix = name_copied(b, told->spaces[i].prefix);
        list[i].uri = name_copied(b, told->spaces[i].uri);
    }
    node->spaces = list;
    node->space_count = told->space_count;
}

sign_rc xml_build_begin(void *building, const struct xml_node *told, sign_error *err) {
    struct xml_building *b = building;
    struct xml_node *node = NULL;
    sign_rc rc = text_end(b, err);
    rc = rc == SIGN_OK ? node_add(b, XML_KIND_ELEMENT, told->line, &node, err) : rc;
    if (rc != SIGN_OK) {
        return rc;
    }
    node->prefix = name_copied(b, told->prefix);
    node->space = name_copied(b, told->space);
    node->name = name_copied(b, told->name);
    if (told->space_count > 0) {
        spaces_copy(b, node, told);
    }
    if (told->attribute_count > 0) {
        attributes_take(b, node, told);
    }
    if (b->at == NULL) {
        b->doc->root = node;
    }
    b->at = node;
    b->tail = &node->first;
    return b->doc->arena.failed ? fail_memory(err) : SIGN_OK;
}

sign_rc xml_build_end(void *building, size_t end, sign_error *err) {
    struct xml_building *b = building;
    sign_rc rc = text_end(b, err);
    /* The tree is const for its readers; while it is built its nodes are ours. */
    struct xml_node *done = b->at;
    done->end = b->ends ? end : 0;
    b->tail = &done->next;
    b->at = (struct xml_node *)(uintptr_t)done->parent;
    return rc;
}
