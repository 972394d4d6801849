/* base/keyset.h - rows found by their first octets. A crit-bit tree: a look-up takes as many steps as a key
 * has bits at most, so that whoever chooses the keys of a document cannot make it slow. */
#ifndef BASE_KEYSET_H
#define BASE_KEYSET_H

#include "base/bytes.h"

struct keyset_node;

struct keyset {
    arena *arena; /* where it grows; {.arena, .width, .size} is an empty set */
    size_t width; /* octets of a key, with which a row begins: at most 8192 */
    size_t size;  /* octets of a row */
    uint8_t *rows;
    struct keyset_node *nodes;
    size_t n, cap; /* rows are numbered in the order in which they came */
    uint32_t root;
};

enum { KEYSET_MAX = 0x7fffffff };
#define KEYSET_NONE SIZE_MAX

/* The number of the row with that key; KEYSET_NONE: there is none. */
size_t keyset_find(const struct keyset *s, const void *key);
/* The same, or of a new row whose rest is zero: then it is s->n - 1, and *fresh. KEYSET_NONE: no memory. */
size_t keyset_put(struct keyset *s, const void *key, bool *fresh);
/* Until the next row is put. */
static inline void *keyset_row(const struct keyset *s, size_t i) {
    return s->rows + i * s->size;
}

#endif
