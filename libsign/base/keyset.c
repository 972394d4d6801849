/* A crit-bit tree over keys of one width: inner nodes name the first bit in which what is below differs. */
#include "base/keyset.h"

#define LEAF ((uint32_t)1 << 31)

struct keyset_node {
    uint32_t bit;      /* counted from the first octet's highest */
    uint32_t child[2]; /* LEAF with the number of a row; else of a node */
};

static unsigned bit_of(const uint8_t *key, uint32_t bit) {
    return key[bit / 8] >> (7 - bit % 8) & 1;
}

/* The only row that can have this key. */
static uint32_t nearest(const struct keyset *s, const uint8_t *key) {
    uint32_t at = s->root;
    while ((at & LEAF) == 0)
        at = s->nodes[at].child[bit_of(key, s->nodes[at].bit)];
    return at & ~LEAF;
}

size_t keyset_find(const struct keyset *s, const void *key) {
    if (s->n == 0)
        return KEYSET_NONE;
    uint32_t i = nearest(s, key);
    return memcmp(keyset_row(s, i), key, s->width) == 0 ? i : KEYSET_NONE;
}

static bool has_room(struct keyset *s) {
    if (s->n < s->cap)
        return true;
    size_t cap = s->cap == 0 ? 16 : 2 * s->cap;
    uint8_t *rows = cap < KEYSET_MAX ? arena_alloc(s->arena, cap * s->size) : NULL;
    struct keyset_node *nodes = rows != NULL ? arena_alloc(s->arena, cap * sizeof *nodes) : NULL;
    if (nodes == NULL)
        return false;
    if (s->n > 0) {
        memcpy(rows, s->rows, s->n * s->size);
        memcpy(nodes, s->nodes, s->n * sizeof *nodes);
    }
    s->rows = rows;
    s->nodes = nodes;
    s->cap = cap;
    return true;
}

static uint32_t first_difference(const uint8_t *a, const uint8_t *b) {
    uint32_t at = 0;
    while (a[at] == b[at])
        at++;
    uint32_t bit = 8 * at;
    for (unsigned differ = a[at] ^ b[at]; (differ & 0x80) == 0; differ <<= 1)
        bit++;
    return bit;
}

/* The new node stands above everything that differs only behind its bit. */
static void hang(struct keyset *s, uint32_t row, const uint8_t *key, uint32_t bit) {
    uint32_t *at = &s->root;
    while ((*at & LEAF) == 0 && s->nodes[*at].bit < bit)
        at = &s->nodes[*at].child[bit_of(key, s->nodes[*at].bit)];
    struct keyset_node *node = &s->nodes[row];
    unsigned side = bit_of(key, bit);
    node->bit = bit;
    node->child[side] = LEAF | row;
    node->child[!side] = *at;
    *at = row;
}

size_t keyset_put(struct keyset *s, const void *key, bool *fresh) {
    uint32_t like = s->n > 0 ? nearest(s, key) : 0, row = (uint32_t)s->n;
    *fresh = s->n == 0 || memcmp(keyset_row(s, like), key, s->width) != 0;
    if (!*fresh)
        return like;
    if (!has_room(s)) {
        *fresh = false;
        return KEYSET_NONE;
    }
    if (row == 0)
        s->root = LEAF;
    else
        hang(s, row, key, first_difference(key, keyset_row(s, like)));
    memcpy(keyset_row(s, row), key, s->width);
    s->n++;
    return row;
}
