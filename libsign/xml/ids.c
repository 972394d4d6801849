/* xml/ids.c - the elements of a document by their Id. */
#include "xml/ids.h"

#include "base/map.h"
#include "base/text.h"
#include <stdlib.h>

/* So many values are compared one by one, which is faster than to make a map of them. */
enum { FEW = 12 };

static bool is_normal(const char *value) {
    size_t n = strlen(value);
    return value[0] != ' ' && strstr(value, "  ") == NULL && (n == 0 || value[n - 1] != ' ');
}

const char *xml_id_value(const struct xml_attribute *a, grow *room) {
    bool ours = strcmp(a->space, "http://www.w3.org/XML/1998/namespace") == 0;
    if (!ours || is_normal(a->value)) {
        return a->value;
    }
    for (const char *s = a->value + strspn(a->value, " "); *s != '\0'; s += strspn(s, " ")) {
        size_t n = strcspn(s, " ");
        if (room->len > 0) {
            grow_byte(room, ' ');
        }
        grow_put(room, s, n);
        s += n;
    }
    grow_byte(room, '\0');
    return room->failed ? NULL : (const char *)room->data;
}

/* Where a value stands. */
struct bearer {
    const char *value;
    const struct xml_node *element; /* the first */
    bool schema;                    /* an ID by a schema is among them */
    bool several;                   /* more than one element bears it */
};

struct xml_ids {
    struct bearer few[FEW]; /* the first ones */
    size_t count;
    map by_value; /* all of them (struct bearer), when they are more; its hash has a random key */
    arena arena;
};

void xml_ids_free(struct xml_ids **ids) {
    if (ids != NULL && *ids != NULL) {
        map_free(&(*ids)->by_value);
        arena_free(&(*ids)->arena);
        free(*ids);
        *ids = NULL;
    }
}

static sign_rc repeated(const struct bearer *b, const struct xml_node *again, const char *value,
                        sign_error *err) {
    char shown[80];
    text_printable(BYTES_STR(value), shown, sizeof shown);
    return fail(err, SIGN_E_FORMAT, MSG_XML_ID_REPEATED, "lines %u and %u: \"%s\"", b->element->line,
                again->line, shown);
}

static struct bearer *bearer_find(const struct xml_ids *ids, const char *value) {
    if (ids->count > FEW) {
        return map_get(&ids->by_value, BYTES_STR(value));
    }
    for (size_t i = 0; i < ids->count; i++) {
        if (strcmp(ids->few[i].value, value) == 0) {
            /* The table is const for its readers; its entries are not. */
            return (struct bearer *)(uintptr_t)&ids->few[i];
        }
    }
    return NULL;
}

static bool into_map(struct xml_ids *ids, struct bearer *b) {
    return map_put(&ids->by_value, BYTES_STR(b->value), b);
}

/* A new entry; NULL without memory. */
static struct bearer *bearer_add(struct xml_ids *ids, const char *value) {
    struct bearer *b = ids->count < FEW ? &ids->few[ids->count] : arena_alloc(&ids->arena, sizeof *b);
    if (b == NULL) {
        return NULL;
    }
    b->value = value;
    for (size_t i = 0; ids->count == FEW && i < FEW; i++) {
        if (!into_map(ids, &ids->few[i])) {
            return NULL;
        }
    }
    ids->count++;
    return ids->count <= FEW || into_map(ids, b) ? b : NULL;
}

static sign_rc id_add(struct xml_ids *ids, const struct xml_node *element, const char *value, bool schema,
                      sign_error *err) {
    struct bearer *b = bearer_find(ids, value);
    if (b == NULL) {
        b = bearer_add(ids, value);
        if (b == NULL) {
            return fail_memory(err);
        }
        b->element = element;
    }
    b->schema = b->schema || schema;
    b->several = b->several || b->element != element;
    return b->schema && b->several ? repeated(b, element, value, err) : SIGN_OK;
}

static sign_rc element_add(struct xml_ids *ids, const struct xml_node *element, xml_id_rule rule,
                           sign_error *err) {
    for (size_t i = 0; i < element->attribute_count; i++) {
        const struct xml_attribute *a = &element->attributes[i];
        enum xml_id id = rule(element, a);
        if (id == XML_ID_NO) {
            continue;
        }
        AUTO(grow) room = {0};
        const char *value = xml_id_value(a, &room);
        if (value != NULL && value != a->value) {
            value = arena_str(&ids->arena, BYTES_STR(value));
        }
        sign_rc rc = value != NULL ? id_add(ids, element, value, id == XML_ID_SCHEMA, err) : fail_memory(err);
        if (rc != SIGN_OK) {
            return rc;
        }
    }
    return SIGN_OK;
}

/* The node behind n in document order; NULL behind the last one of the root. */
static const struct xml_node *following(const struct xml_node *n) {
    if (n->first != NULL) {
        return n->first;
    }
    while (n->next == NULL && n->parent != NULL) {
        n = n->parent;
    }
    return n->parent != NULL ? n->next : NULL;
}

sign_rc xml_ids_new(const struct xml *x, xml_id_rule rule, struct xml_ids **out, sign_error *err) {
    AUTO(xml_ids_ptr) ids = calloc(1, sizeof *ids);
    if (ids == NULL) {
        return fail_memory(err);
    }
    for (const struct xml_node *n = xml_root(x); n != NULL; n = following(n)) {
        sign_rc rc = element_add(ids, n, rule, err); /* what is no element has no attributes */
        if (rc != SIGN_OK) {
            return rc;
        }
    }
    *out = TAKE(ids);
    return SIGN_OK;
}

const struct xml_node *xml_ids_find(const struct xml_ids *ids, const char *id, bool *several) {
    const struct bearer *b = bearer_find(ids, id);
    *several = b != NULL && b->several;
    return b != NULL && !b->several ? b->element : NULL;
}
