/* base/map.c - open addressing with linear probing, SipHash-1-3 under a random key. */
#include "base/map.h"

#include "base/random.h"
#include <stdlib.h>

enum { MAP_FIRST = 16 }; /* slots; always a power of two */

struct map_slot {
    sign_bytes key;
    void *value;
    uint64_t hash;
    bool used;
};

static uint64_t rotate(uint64_t x, unsigned n) {
    return (x << n) | (x >> (64U - n));
}

/* SipRound of Aumasson and Bernstein, "SipHash: a fast short-input PRF", figure 2.1. */
static void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32) + v[3];
    v[2] += v[1];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static uint64_t word_le(const uint8_t *p, size_t n) {
    uint64_t w = 0;
    while (n > 0) {
        n--;
        w = (w << 8) | p[n];
    }
    return w;
}

uint64_t map_hash(const map *m, sign_bytes key) {
    uint64_t v[4] = {m->seed[0] ^ 0x736f6d6570736575U, m->seed[1] ^ 0x646f72616e646f6dU,
                     m->seed[0] ^ 0x6c7967656e657261U, m->seed[1] ^ 0x7465646279746573U};
    size_t at = 0;
    for (; key.len - at >= 8; at += 8) {
        uint64_t w = word_le(key.data + at, 8);
        v[3] ^= w;
        sip_round(v);
        v[0] ^= w;
    }
    uint64_t last = ((uint64_t)key.len << 56) | (key.len > at ? word_le(key.data + at, key.len - at) : 0);
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot of the key, or the free one where it belongs. The load stays below 3/4, so there is a free one. */
static struct map_slot *slot_find(const map *m, sign_bytes key, uint64_t hash) {
    size_t mask = m->cap - 1;
    size_t i = (size_t)hash & mask;
    while (m->slots[i].used && (m->slots[i].hash != hash || !bytes_equal(m->slots[i].key, key))) {
        i = (i + 1) & mask;
    }
    return &m->slots[i];
}

void *map_get(const map *m, sign_bytes key) {
    if (m->count == 0) {
        return NULL;
    }
    const struct map_slot *s = slot_find(m, key, map_hash(m, key));
    return s->used ? s->value : NULL;
}

static bool map_enlarge(map *m) {
    size_t cap = m->cap > 0 ? 2 * m->cap : MAP_FIRST;
    if (cap > SIZE_MAX / 2 / sizeof(struct map_slot)) {
        return false;
    }
    struct map_slot *slots = calloc(cap, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    if (m->cap == 0) {
        random_fill(m->seed, sizeof m->seed);
    }
    map larger = {.slots = slots, .count = m->count, .cap = cap, .seed = {m->seed[0], m->seed[1]}};
    for (size_t i = 0; i < m->cap; i++) {
        if (m->slots[i].used) {
            *slot_find(&larger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
        }
    }
    free(m->slots);
    *m = larger;
    return true;
}

bool map_put(map *m, sign_bytes key, void *value) {
    if (m->count >= m->cap / 4 * 3 && !map_enlarge(m)) {
        return false;
    }
    uint64_t hash = map_hash(m, key);
    struct map_slot *s = slot_find(m, key, hash);
    if (s->used) {
        s->value = value;
        return true;
    }
    *s = (struct map_slot){key, value, hash, true};
    m->count++;
    return true;
}

void *map_remove(map *m, sign_bytes key) {
    struct map_slot *hole = m->count > 0 ? slot_find(m, key, map_hash(m, key)) : NULL;
    if (hole == NULL || !hole->used) {
        return NULL;
    }
    void *value = hole->value;
    /* Close the gap: a later slot of the run moves into it unless its home lies behind the gap. */
    size_t mask = m->cap - 1;
    size_t gap = (size_t)(hole - m->slots);
    for (size_t i = (gap + 1) & mask; m->slots[i].used; i = (i + 1) & mask) {
        size_t home = (size_t)m->slots[i].hash & mask;
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            m->slots[gap] = m->slots[i];
            gap = i;
        }
    }
    m->slots[gap] = (struct map_slot){.used = false};
    m->count--;
    return value;
}

bool map_each(const map *m, size_t *at, sign_bytes *key, void **value) {
    while (*at < m->cap) {
        const struct map_slot *s = &m->slots[(*at)++];
        if (s->used) {
            *key = s->key;
            *value = s->value;
            return true;
        }
    }
    return false;
}

void map_free(map *m) {
    if (m != NULL) {
        free(m->slots);
        *m = (map){0};
    }
}
