/* net/cache.h - remembered answers in a file that threads and processes share. */
#ifndef NET_CACHE_H
#define NET_CACHE_H

#include "store/store.h"
#include <sign/net.h>

struct netcache_key {
    sign_fetch_kind kind;
    const char *url;
    sign_bytes issuer, subject;
};

/* All that a cache does, it does as well as it can: what cannot be read is not there, what cannot be written
 * is forgotten. A corrupt file is set aside and a new one is made. */
struct netcache;
typedef struct netcache *netcache_ptr;
struct netcache_options {
    const char *path;
    uint64_t octets;            /* bound of all bodies; 0: LIMIT_CACHE_OCTETS */
    int64_t (*now)(void *user); /* seconds since 1970; NULL: the system's clock */
    void *now_user;
};
/* SIGN_E_IO and SIGN_E_FORMAT when the file can be neither read nor made. */
sign_rc netcache_new(const struct netcache_options *opt, struct netcache **out, sign_error *err);
void netcache_free(struct netcache **c);
CLEANUP(netcache_ptr, netcache_free);
int64_t netcache_now(const struct netcache *c);
/* Whether such a request is remembered at all: no time-stamps, nothing over a limit. */
bool netcache_takes(const struct netcache_key *key);

/* What is wanted of it. */
struct netcache_want {
    size_t limit;    /* octets; what is larger is not there */
    bool stale;      /* whatever is there, due or not */
    const char *why; /* stale: what the answer's problem then says */
    /* Another one was waited for since the entry had had this many changes: a later one is news, even one
     * that is due. -1: nobody was waited for. */
    int64_t changes;
};
/*
 * true: *answer is filled, from what is remembered: a body, or a failure after which the server is not to be
 * asked yet (then with the body of before, if there is one, as SIGN_FROM_STALE). *changes (may be NULL): of
 * the entry so far.
 */
bool netcache_get(struct netcache *c, const struct netcache_key *key, const struct netcache_want *want,
                  int64_t *changes, sign_fetch_answer *answer);
/* An answer that came; ends the lease. */
void netcache_put(struct netcache *c, const struct netcache_key *key, const sign_fetch_answer *answer);
/* The server failed: it is not asked again for a minute, then two, four ... an hour; at least retry_after.
 * Ends the lease. */
void netcache_failed(struct netcache *c, const struct netcache_key *key, const char *problem,
                     int64_t retry_after);

/*
 * The right to ask for a key, alone among all threads and processes: true when it was got, for lease_ms; also
 * when the cache cannot say. It ends with the process that has it.
 */
bool netcache_enter(struct netcache *c, const struct netcache_key *key, const uint8_t owner[16],
                    unsigned lease_ms);
void netcache_leave(struct netcache *c, const struct netcache_key *key, const uint8_t owner[16]);

/* ---- the file, for sign_cache_* ---- */
extern const struct store_kind netcache_kind;
/* *out is NULL when there is no file and it is not to be made. */
sign_rc netcache_file_open(const char *path, bool write, bool make, struct store **out, sign_error *err);
/* One answer, whole or not at all; in a transaction of the caller. Kept when it is newer than what is there,
 * or `always`. *kept tells. */
struct netcache_item {
    struct netcache_key key;
    sign_bytes body;
    const char *type;
    int64_t obtained, expires, used;
};
sign_rc netcache_insert(struct store *s, const struct netcache_item *item, bool always, bool *kept,
                        sign_error *err);
/* Removes the least recently used until the rest is at most so large (bodies and something for each). */
sign_rc netcache_shrink(struct store *s, uint64_t octets, sign_error *err);
enum { CACHE_ENTRY_OCTETS = 512 };
/* Prepares SQL whose ?1 to ?4 are the key: kind, URL, issuer, subject. */
sign_rc netcache_query(struct store *s, const char *sql, const struct netcache_key *key,
                       struct store_query **q, sign_error *err);

#endif
