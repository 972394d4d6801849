/* net/flight.c - who may ask: one at a time for a key, over threads and processes. */
#include "net/cache_inside.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* No lease is longer: one that seems to be was taken before the clock was set back. */
enum { LEASE_MOST_MS = 600 * 1000 };

/* Of the machine, not the one that callers give: processes must agree. */
static int64_t milliseconds(void) {
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A process that is gone asks for nothing any more. One of another namespace may seem to be gone too: then
 * two ask, and no harm is done. */
static bool gone(int64_t pid) {
    return pid <= 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}

static sign_rc taken(struct store *s, const struct netcache_key *key, int64_t now, bool *out,
                     sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc = netcache_query(s,
                                "SELECT until, pid FROM flight WHERE kind = ?1 AND url = ?2 AND issuer = ?3"
                                " AND subject = ?4",
                                key, &q, err);
    if (rc == SIGN_OK)
        rc = store_step(q, &row, err);
    *out = rc == SIGN_OK && row && store_int(q, 0) > now && store_int(q, 0) <= now + LEASE_MOST_MS &&
           !gone(store_int(q, 1));
    return rc;
}

static sign_rc take(struct store *s, const struct netcache_key *key, const uint8_t owner[16], int64_t until,
                    sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    sign_rc rc =
        netcache_query(s, "INSERT OR REPLACE INTO flight VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", key, &q, err);
    if (rc != SIGN_OK)
        return rc;
    store_bind_bytes(q, 5, BYTES(owner, 16));
    store_bind_int(q, 6, (int64_t)getpid());
    store_bind_int(q, 7, until);
    return store_do(q, err);
}

/* Looked at before anything is locked, because those who wait look often. */
static bool enter(struct store *s, const struct netcache_key *key, const uint8_t owner[16],
                  unsigned lease_ms) {
    bool is_taken = false;
    int64_t now = milliseconds();
    if (!store_writable(s) || taken(s, key, now, &is_taken, NULL) != SIGN_OK)
        return true;
    if (is_taken)
        return false;
    if (store_begin(s, NULL) != SIGN_OK)
        return true;
    now = milliseconds();
    sign_rc rc = taken(s, key, now, &is_taken, NULL);
    if (rc == SIGN_OK && !is_taken)
        rc = take(s, key, owner, now + (lease_ms < LEASE_MOST_MS ? lease_ms : LEASE_MOST_MS), NULL);
    rc = store_end(s, rc, NULL);
    return rc != SIGN_OK || !is_taken;
}

bool netcache_enter(struct netcache *c, const struct netcache_key *key, const uint8_t owner[16],
                    unsigned lease_ms) {
    struct store *s = netcache_lend(c);
    bool got = s == NULL || enter(s, key, owner, lease_ms);
    netcache_lend_back(c, s);
    return got;
}

void netcache_leave(struct netcache *c, const struct netcache_key *key, const uint8_t owner[16]) {
    struct store *s = netcache_lend(c);
    AUTO(store_query_ptr) q = NULL;
    if (s != NULL && store_writable(s) &&
        netcache_query(s,
                       "DELETE FROM flight WHERE kind = ?1 AND url = ?2 AND issuer = ?3 AND subject = ?4"
                       " AND owner = ?5",
                       key, &q, NULL) == SIGN_OK) {
        store_bind_bytes(q, 5, BYTES(owner, 16));
        (void)store_do(q, NULL);
        store_reset(&q);
    }
    netcache_lend_back(c, s);
}
