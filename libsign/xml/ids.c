/* xml/ids.c - the elements of a document by their Id. */
#include "xml/ids.h"

#include "base/map.h"
#include "base/text.h"
#include <stdlib.h>

/* Where a value stands. */
struct bearer {
    const struct xml_node *element; /* the first */
    bool schema;                    /* an ID by a schema is among them */
    bool several;                   /* more than one element bears it */
};

struct xml_ids {
    map by_value; /* struct bearer; its hash has a random key */
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

static sign_rc id_add(struct xml_ids *ids, const struct xml_node *element, const char *value, bool schema,
                      sign_error *err) {
    const sign_bytes key = BYTES_STR(value);
    struct bearer *b = map_get(&ids->by_value, key);
    if (b == NULL) {
        b = arena_alloc(&ids->arena, sizeof *b);
        if (b == NULL || !map_put(&ids->by_value, key, b)) {
            return fail_memory(err);
        }
        *b = (struct bearer){.element = element, .schema = schema};
        return SIGN_OK;
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
        sign_rc rc = id != XML_ID_NO ? id_add(ids, element, a->value, id == XML_ID_SCHEMA, err) : SIGN_OK;
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
    const struct bearer *b = map_get(&ids->by_value, BYTES_STR(id));
    *several = b != NULL && b->several;
    return b != NULL && !b->several ? b->element : NULL;
}
