/* tree.h - two trees of XML documents compared in every field. */
#ifndef SUPPORT_TREE_H
#define SUPPORT_TREE_H

#include "xml/xml.h"

static inline bool tree_same_axes(const struct xml_node *a, const struct xml_node *b) {
    bool same = a->attribute_count == b->attribute_count && a->space_count == b->space_count;
    for (size_t i = 0; same && i < a->attribute_count; i++) {
        const struct xml_attribute *x = &a->attributes[i], *y = &b->attributes[i];
        same = strcmp(x->prefix, y->prefix) == 0 && strcmp(x->space, y->space) == 0 &&
               strcmp(x->name, y->name) == 0 && strcmp(x->value, y->value) == 0;
    }
    for (size_t i = 0; same && i < a->space_count; i++) {
        same = strcmp(a->spaces[i].prefix, b->spaces[i].prefix) == 0 &&
               strcmp(a->spaces[i].uri, b->spaces[i].uri) == 0;
    }
    return same;
}

static inline bool tree_same_node(const struct xml_node *a, const struct xml_node *b) {
    return a->kind == b->kind && a->line == b->line && a->end == b->end && a->section == b->section &&
           strcmp(a->prefix, b->prefix) == 0 && strcmp(a->space, b->space) == 0 &&
           strcmp(a->name, b->name) == 0 && strcmp(a->text, b->text) == 0 && tree_same_axes(a, b);
}

/* The first node and its siblings, with all that is in them. Every child must name its parent. */
static inline bool tree_same(const struct xml_node *a, const struct xml_node *b) {
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        bool linked = (a->first == NULL || a->first->parent == a) &&
                      (b->first == NULL || b->first->parent == b) &&
                      (a->next == NULL || a->next->parent == a->parent) &&
                      (b->next == NULL || b->next->parent == b->parent);
        if (!linked || !tree_same_node(a, b) || !tree_same(a->first, b->first)) {
            return false;
        }
    }
    return a == NULL && b == NULL;
}

#endif
