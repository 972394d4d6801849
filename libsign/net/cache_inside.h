/* net/cache_inside.h - the struct behind net/cache.h. */
#ifndef NET_CACHE_INSIDE_H
#define NET_CACHE_INSIDE_H

#include "base/limits.h"
#include "net/cache.h"
#include <pthread.h>

struct netcache {
    char *path;
    uint64_t octets;
    int64_t (*now)(void *user);
    void *now_user;
    pthread_mutex_t lock; /* of what follows */
    struct store *idle[LIMIT_FETCH_IDLE];
    size_t n_idle;
};

/* A connection for the length of a call; NULL: it goes without. */
struct store *netcache_lend(struct netcache *c);
void netcache_lend_back(struct netcache *c, struct store *s);

#endif
