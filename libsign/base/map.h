/* base/map.h - a hash map from bytes to a pointer; not locked. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/bytes.h"

/* Keys are borrowed: they must live as long as their entry. Keyed with a random seed against crafted
 * collisions. */
struct map_slot;
struct map {
    struct map_slot *slots;
    size_t count, cap;
    uint64_t seed[2];
};
typedef struct map map;
uint64_t map_hash(const map *m, sign_bytes key);
void *map_get(const map *m, sign_bytes key); /* NULL when absent */
/* Replaces the value of an equal key (the old key stays). false: out of memory. */
bool map_put(map *m, sign_bytes key, void *value);
void *map_remove(map *m, sign_bytes key);
/* Iterates: *at starts as 0; false at the end. */
bool map_each(const map *m, size_t *at, sign_bytes *key, void **value);
void map_free(map *m);
CLEANUP(map, map_free);

#endif
