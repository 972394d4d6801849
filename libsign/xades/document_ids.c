/* xades/document_ids.c - a set of hashes, each with what must be known of its bearers. */
#include "xades/document_ids.h"

#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"
#include "xades/names.h"
#include <stdlib.h>

/* The lowest bits of a slot; it is empty when it is 0. */
enum { SCHEMA = 1, SEVERAL = 2, HELD = 4, FLAGS = 7, FIRST_ROOM = 1024 };

void xades_ids_outside_free(xades_ids_outside *o) {
    free(o->slots);
    o->slots = NULL;
}

void xades_ids_outside_init(xades_ids_outside *o) {
    *o = (xades_ids_outside){0};
    random_fill(o->keyed.seed, sizeof o->keyed.seed);
}

/* 0: out of memory. */
static uint64_t hash_of(const xades_ids_outside *o, const struct xml_attribute *a) {
    AUTO(grow) room = {0};
    const char *value = xml_id_value(a, &room);
    uint64_t hash = value != NULL ? map_hash(&o->keyed, BYTES_STR(value)) & ~(uint64_t)FLAGS : 0;
    return value != NULL && hash == 0 ? FLAGS + 1 : hash;
}

static bool same_value(const struct xml_attribute *a, const struct xml_attribute *b) {
    AUTO(grow) room_a = {0};
    AUTO(grow) room_b = {0};
    const char *x = xml_id_value(a, &room_a), *y = xml_id_value(b, &room_b);
    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

/* Its slot, or the empty one where it belongs; there is room. */
static uint64_t *slot_of(uint64_t *slots, size_t room, uint64_t hash) {
    size_t at = (size_t)(hash >> 20) & (room - 1);
    while (slots[at] != 0 && (slots[at] & ~(uint64_t)FLAGS) != hash) {
        at = (at + 1) & (room - 1);
    }
    return &slots[at];
}

/* NULL: no slot was ever made, or the value is not there. */
static const uint64_t *find(const xades_ids_outside *o, uint64_t hash) {
    const uint64_t *slot = o->room > 0 ? slot_of(o->slots, o->room, hash) : NULL;
    return slot != NULL && *slot != 0 ? slot : NULL;
}

/* Half of the room stays free. */
static bool room_make(xades_ids_outside *o) {
    if (2 * o->count < o->room) {
        return true;
    }
    size_t room = o->room > 0 ? 2 * o->room : FIRST_ROOM;
    uint64_t *slots = calloc(room, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < o->room; i++) {
        if (o->slots[i] != 0) {
            *slot_of(slots, room, o->slots[i] & ~(uint64_t)FLAGS) = o->slots[i];
        }
    }
    free(o->slots);
    o->slots = slots;
    o->room = room;
    return true;
}

static sign_rc repeated(const struct xml_node *element, const char *value, sign_error *err) {
    char shown[80];
    text_printable(BYTES_STR(value), shown, sizeof shown);
    return fail(err, SIGN_E_FORMAT, MSG_XML_ID_REPEATED, "line %u: \"%s\"", element->line, shown);
}

/* The same value stands in an attribute before `end` (NULL: any other) that is an ID of that kind at least.
 */
static bool bears_too(const struct xml_node *element, const struct xml_attribute *a,
                      const struct xml_attribute *end, enum xml_id kind) {
    for (size_t i = 0; i < element->attribute_count && &element->attributes[i] != end; i++) {
        const struct xml_attribute *b = &element->attributes[i];
        enum xml_id id = b != a ? xades_id_rule(element, b) : XML_ID_NO;
        if ((id == XML_ID_SCHEMA || id == kind) && same_value(a, b)) {
            return true;
        }
    }
    return false;
}

sign_rc xades_ids_outside_add(void *outside, const struct xml_node *element, const struct xml_attribute *a,
                              sign_error *err) {
    xades_ids_outside *o = outside;
    enum xml_id id = xades_id_rule(element, a);
    if (id == XML_ID_NO) {
        return SIGN_OK;
    }
    uint64_t schema = id == XML_ID_SCHEMA ? SCHEMA : 0, hash = hash_of(o, a);
    if (hash == 0 || !room_make(o)) {
        return fail_memory(err);
    }
    uint64_t *slot = slot_of(o->slots, o->room, hash);
    if (*slot == 0 && o->count >= LIMIT_XML_IDS) {
        o->full = true;
        return schema == 0 ? SIGN_OK
                           : fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: more than %d IDs", LIMIT_XML_IDS);
    }
    if (*slot == 0) {
        *slot = hash | schema | HELD;
        o->count++;
        return SIGN_OK;
    }
    bool same_element = bears_too(element, a, a, XML_ID_CANDIDATE);
    *slot |= schema | (same_element ? 0 : (uint64_t)SEVERAL);
    bool wrong = (*slot & SCHEMA) != 0 && (*slot & SEVERAL) != 0;
    return wrong ? repeated(element, a->value, err) : SIGN_OK;
}

/* The node behind n in document order, within top; NULL behind the last. */
static const struct xml_node *following(const struct xml_node *n, const struct xml_node *top) {
    if (n->first != NULL) {
        return n->first;
    }
    while (n != top && n->next == NULL) {
        n = n->parent;
    }
    return n != top ? n->next : NULL;
}

sign_rc xades_ids_outside_compare(const xades_ids_outside *o, const struct xml_node *signature,
                                  sign_error *err) {
    for (const struct xml_node *n = signature; n != NULL; n = following(n, signature)) {
        for (size_t i = 0; i < n->attribute_count; i++) {
            const struct xml_attribute *a = &n->attributes[i];
            uint64_t hash = xades_id_rule(n, a) != XML_ID_NO ? hash_of(o, a) : 0;
            if (xades_id_rule(n, a) != XML_ID_NO && hash == 0) {
                return fail_memory(err);
            }
            if (hash != 0 && find(o, hash) != NULL) {
                return repeated(n, a->value, err);
            }
        }
    }
    return SIGN_OK;
}

sign_rc xades_ids_outside_hold(xades_ids_outside *o, const struct xml_node *signature, sign_error *err) {
    for (const struct xml_node *n = signature; n != NULL; n = following(n, signature)) {
        for (size_t i = 0; i < n->attribute_count; i++) {
            const struct xml_attribute *a = &n->attributes[i];
            if (xades_id_rule(n, a) == XML_ID_NO) {
                continue;
            }
            uint64_t hash = hash_of(o, a);
            if (hash == 0 || !room_make(o)) {
                return fail_memory(err);
            }
            uint64_t *slot = slot_of(o->slots, o->room, hash);
            o->count += *slot == 0;
            *slot = hash | SCHEMA | HELD;
        }
    }
    return SIGN_OK;
}

sign_rc xades_ids_outside_again(void *outside, const struct xml_node *element, const struct xml_attribute *a,
                                sign_error *err) {
    const xades_ids_outside *o = outside;
    if (xades_id_rule(element, a) != XML_ID_CANDIDATE) {
        return SIGN_OK; /* the first reading compared it */
    }
    uint64_t hash = hash_of(o, a);
    if (hash == 0) {
        return fail_memory(err);
    }
    const uint64_t *slot = find(o, hash);
    bool other = slot != NULL && (*slot & SCHEMA) != 0 && !bears_too(element, a, NULL, XML_ID_SCHEMA);
    return other ? repeated(element, a->value, err) : SIGN_OK;
}
