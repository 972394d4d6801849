/* pki/cache.c - set-associative: an item may stand in one of WAYS neighbouring slots, so that a look-up is
 * bounded too. */
#include "pki/cache.h"
#include <pthread.h>
#include <stdlib.h>

enum { WAYS = 8, SHARDS = 16 };

struct slot {
    uint64_t hash;
    uint64_t used; /* the shard's tick at the last use */
    void *item;
};

struct shard {
    pthread_mutex_t lock;
    uint64_t tick;
    struct slot *slots;
    uint8_t apart[64]; /* two shards never share a cache line */
};

struct cache {
    const struct cache_kind *kind;
    size_t n_shards, sets; /* sets in each shard; powers of two */
    struct shard shards[SHARDS];
};

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t a, uint64_t b) {
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t word(const uint8_t *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

uint64_t cache_hash(const uint64_t seed[2], sign_bytes in) {
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t a = seed[0] ^ (in.len * odd), b = seed[1];
    uint8_t rest[32] = {0};
    size_t at = 0;
    /* Two independent chains: the multiplications of one overlap with those of the other. */
    for (; in.len - at >= 32; at += 32) {
        a = fold(word(in.data + at) ^ seed[1], word(in.data + at + 8) ^ a);
        b = fold(word(in.data + at + 16) ^ seed[0], word(in.data + at + 24) ^ b);
    }
    if (in.len > at)
        memcpy(rest, in.data + at, in.len - at);
    a = fold(word(rest) ^ seed[1], word(rest + 8) ^ a);
    b = fold(word(rest + 16) ^ seed[0], word(rest + 24) ^ b);
    return fold(a ^ odd, b ^ seed[0]);
}

static size_t power_of_two(size_t n) {
    size_t p = 1;
    while (p < n)
        p *= 2;
    return p;
}

sign_rc cache_new(const struct cache_kind *kind, size_t capacity, struct cache **out, sign_error *err) {
    const size_t most = (size_t)1 << 24;
    size_t sets = power_of_two(((capacity < most ? capacity : most) + WAYS - 1) / WAYS);
    struct cache *c = calloc(1, sizeof *c);
    if (c == NULL)
        return fail_memory(err);
    c->kind = kind;
    c->n_shards = sets < SHARDS ? sets : SHARDS;
    c->sets = sets / c->n_shards;
    for (size_t i = 0; i < c->n_shards; i++) {
        c->shards[i].slots = calloc(c->sets * WAYS, sizeof(struct slot));
        if (c->shards[i].slots == NULL || pthread_mutex_init(&c->shards[i].lock, NULL) != 0) {
            free(c->shards[i].slots);
            c->n_shards = i;
            cache_free(&c);
            return fail_memory(err);
        }
    }
    *out = c;
    return SIGN_OK;
}

void cache_free(struct cache **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct cache *c = TAKE(*pointer);
    for (size_t i = 0; i < c->n_shards; i++) {
        for (size_t k = 0; k < c->sets * WAYS; k++)
            if (c->shards[i].slots[k].item != NULL)
                c->kind->drop(c->shards[i].slots[k].item);
        free(c->shards[i].slots);
        pthread_mutex_destroy(&c->shards[i].lock);
    }
    free(c);
}

static struct shard *shard_of(struct cache *c, uint64_t hash, struct slot **set) {
    struct shard *s = &c->shards[hash & (c->n_shards - 1)];
    *set = s->slots + ((hash >> 8) & (c->sets - 1)) * WAYS;
    return s;
}

static struct slot *find(const struct cache *c, struct slot *set, uint64_t hash, const void *key) {
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].item != NULL && set[i].hash == hash && c->kind->same(set[i].item, key))
            return &set[i];
    return NULL;
}

static struct slot *oldest(struct slot *set) {
    struct slot *found = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].item == NULL)
            return &set[i];
        if (set[i].used < found->used)
            found = &set[i];
    }
    return found;
}

void *cache_get(struct cache *c, uint64_t hash, const void *key) {
    struct slot *set;
    struct shard *s = shard_of(c, hash, &set);
    void *item = NULL;
    pthread_mutex_lock(&s->lock);
    struct slot *slot = find(c, set, hash, key);
    if (slot != NULL) {
        slot->used = ++s->tick;
        item = slot->item;
        c->kind->keep(item);
    }
    pthread_mutex_unlock(&s->lock);
    return item;
}

void *cache_put(struct cache *c, uint64_t hash, const void *key, void *item, bool first_wins) {
    struct slot *set;
    struct shard *s = shard_of(c, hash, &set);
    void *there = NULL, *evicted = NULL;
    pthread_mutex_lock(&s->lock);
    struct slot *slot = find(c, set, hash, key);
    if (slot != NULL && first_wins) {
        there = slot->item;
        c->kind->keep(there);
    } else {
        if (slot == NULL)
            slot = oldest(set);
        evicted = slot->item;
        c->kind->keep(item);
        *slot = (struct slot){.hash = hash, .used = ++s->tick, .item = item};
    }
    pthread_mutex_unlock(&s->lock);
    if (evicted != NULL)
        c->kind->drop(evicted);
    return there;
}

void cache_drop(struct cache *c, uint64_t hash, const void *item) {
    struct slot *set;
    struct shard *s = shard_of(c, hash, &set);
    void *found = NULL;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < WAYS && found == NULL; i++)
        if (set[i].item == item) {
            found = set[i].item;
            set[i] = (struct slot){0};
        }
    pthread_mutex_unlock(&s->lock);
    if (found != NULL)
        c->kind->drop(found);
}
