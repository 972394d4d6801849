/* pki/cache.h - a bounded, locked, sharded cache of counted things. */
#ifndef PKI_CACHE_H
#define PKI_CACHE_H

#include "base/bytes.h"

/* What is kept: compared with a key, counted. All are called under a lock and must not come back here. */
struct cache_kind {
    bool (*same)(const void *item, const void *key);
    void (*keep)(void *item);
    void (*drop)(void *item);
};

struct cache;
/* At most `capacity` items, rounded up to a power of two (at least 8). SIGN_E_MEMORY. */
sign_rc cache_new(const struct cache_kind *kind, size_t capacity, struct cache **out, sign_error *err);
void cache_free(struct cache **c);

/* The item of this key, with one count for the caller; NULL when it is not there. */
void *cache_get(struct cache *c, uint64_t hash, const void *key);
/*
 * Puts the item in, with a count of the cache's own; the least recently used of its neighbours makes room.
 * When an equal one is there already it is replaced, or, with `first_wins`, returned with one count for the
 * caller (NULL otherwise).
 */
void *cache_put(struct cache *c, uint64_t hash, const void *key, void *item, bool first_wins);

/* Takes this item out, if it is still there. */
void cache_drop(struct cache *c, uint64_t hash, const void *item);

/*
 * A keyed hash over all octets. An attacker who does not know the seed cannot aim at a place of a table.
 */
uint64_t cache_hash(const uint64_t seed[2], sign_bytes in);

#endif
