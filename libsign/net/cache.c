/* net/cache.c - remembered answers: looked for, kept, failures counted. */
#include "net/cache_inside.h"

#include "base/limits.h"
#include "base/time.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    WAIT_MS = 5000,   /* for the transactions of others; then it goes without */
    RETRY_FIRST = 60, /* seconds until a server that failed is asked again */
    RETRY_MOST = 60 * 60,
    USED_AGAIN = 60 * 60, /* the last use is noted no finer than this: a hit is then nothing written */
    CLOCK_SLACK = 300     /* obtained later than now by more: the clock was set, nothing is known */
};

int64_t netcache_now(const struct netcache *c) {
    return c->now != NULL ? c->now(c->now_user) : time_now();
}

bool netcache_takes(const struct netcache_key *key) {
    return key->kind >= SIGN_FETCH_CERTIFICATES && key->kind <= SIGN_FETCH_OCSP &&
           strlen(key->url) <= LIMIT_URL && key->subject.len <= LIMIT_URL;
}

sign_rc netcache_new(const struct netcache_options *opt, struct netcache **out, sign_error *err) {
    AUTO(netcache_ptr) c = calloc(1, sizeof *c);
    if (c == NULL)
        return fail_memory(err);
    if (pthread_mutex_init(&c->lock, NULL) != 0) {
        free(TAKE(c));
        return fail_memory(err);
    }
    c->octets = opt->octets > 0 ? opt->octets : LIMIT_CACHE_OCTETS;
    c->now = opt->now;
    c->now_user = opt->now_user;
    c->path = strdup(opt->path);
    if (c->path == NULL)
        return fail_memory(err);
    sign_rc rc = store_open(c->path, &netcache_kind, STORE_MEND, WAIT_MS, &c->idle[0], err);
    if (rc != SIGN_OK)
        return rc;
    c->n_idle = 1;
    *out = TAKE(c);
    return SIGN_OK;
}

void netcache_free(struct netcache **c) {
    if (c == NULL || *c == NULL)
        return;
    for (size_t i = 0; i < (*c)->n_idle; i++)
        store_close(&(*c)->idle[i]);
    (void)pthread_mutex_destroy(&(*c)->lock);
    free((*c)->path);
    free(*c);
    *c = NULL;
}

struct store *netcache_lend(struct netcache *c) {
    struct store *s = NULL;
    (void)pthread_mutex_lock(&c->lock);
    if (c->n_idle > 0)
        s = c->idle[--c->n_idle];
    (void)pthread_mutex_unlock(&c->lock);
    if (s == NULL && store_open(c->path, &netcache_kind, STORE_MEND, WAIT_MS, &s, NULL) != SIGN_OK)
        return NULL;
    return s;
}

void netcache_lend_back(struct netcache *c, struct store *s) {
    if (s == NULL)
        return;
    if (store_broken(s)) {
        /* The others find out by themselves, and only who has the broken file open may rename it. */
        store_set_aside(s);
        store_close(&s);
        return;
    }
    (void)pthread_mutex_lock(&c->lock);
    if (c->n_idle < LIMIT_FETCH_IDLE)
        c->idle[c->n_idle++] = TAKE(s);
    (void)pthread_mutex_unlock(&c->lock);
    store_close(&s);
}

/* ---- looking --------------------------------------------------------------------------------- */

struct facts {
    int64_t id, obtained, expires, used, failures, retry_at, changes;
    size_t octets;
    char type[128], problem[200];
};

static sign_rc facts_read(struct store *s, const struct netcache_key *key, struct facts *out,
                          sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc =
        netcache_query(s,
                       "SELECT id, obtained, expires, used, failures, retry_at, changes, octets, type,"
                       " problem FROM answer WHERE kind = ?1 AND url = ?2 AND issuer = ?3"
                       " AND subject = ?4",
                       key, &q, err);
    if (rc == SIGN_OK)
        rc = store_step(q, &row, err);
    if (rc != SIGN_OK || !row)
        return rc;
    *out = (struct facts){.id = store_int(q, 0),
                          .obtained = store_int(q, 1),
                          .expires = store_int(q, 2),
                          .used = store_int(q, 3),
                          .failures = store_int(q, 4),
                          .retry_at = store_int(q, 5),
                          .changes = store_int(q, 6),
                          .octets = store_int(q, 7) > 0 ? (size_t)store_int(q, 7) : 0};
    snprintf(out->type, sizeof out->type, "%s", store_text(q, 8));
    snprintf(out->problem, sizeof out->problem, "%s", store_text(q, 9));
    return SIGN_OK;
}

static sign_rc body_read(struct store *s, int64_t id, sign_buf *out, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc = store_query(s, "SELECT body FROM body WHERE id = ?1", &q, err);
    if (rc != SIGN_OK)
        return rc;
    store_bind_int(q, 1, id);
    rc = store_step(q, &row, err);
    return rc == SIGN_OK && row ? buf_copy(store_bytes(q, 0), out, err) : rc;
}

static void note_use(struct store *s, const struct facts *f, int64_t now) {
    AUTO(store_query_ptr) q = NULL;
    if (!store_writable(s) || (now - f->used < USED_AGAIN && now >= f->used) ||
        store_query(s, "UPDATE answer SET used = ?2 WHERE id = ?1", &q, NULL) != SIGN_OK)
        return;
    store_bind_int(q, 1, f->id);
    store_bind_int(q, 2, now);
    (void)store_do(q, NULL);
}

/* What may be said of it without asking: a body, a failure, or nothing. */
enum say { SAY_NOTHING, SAY_FRESH, SAY_STALE, SAY_FAILED };

static enum say judge(const struct facts *f, const struct netcache_want *want, int64_t now) {
    bool body = f->octets > 0 && f->octets <= want->limit;
    bool news = want->changes >= 0 && f->changes > want->changes;
    bool known = f->obtained <= now + CLOCK_SLACK;
    /* Further away than the longest delay: the clock was set back since. */
    bool failing = f->failures > 0 && ((now < f->retry_at && f->retry_at <= now + RETRY_MOST) || news);
    if (body && ((known && now < f->expires) || (news && f->failures == 0)))
        return SAY_FRESH;
    if (want->stale)
        return body ? SAY_STALE : SAY_NOTHING;
    return !failing ? SAY_NOTHING : body ? SAY_STALE : SAY_FAILED;
}

static void answer_fill(const struct facts *f, enum say say, const struct netcache_want *want,
                        sign_fetch_answer *a) {
    a->rc = say == SAY_FAILED ? SIGN_E_NETWORK : SIGN_OK;
    a->from = say == SAY_STALE ? SIGN_FROM_STALE : SIGN_FROM_CACHE;
    a->obtained = say == SAY_FAILED ? 0 : f->obtained;
    a->expires = say == SAY_FAILED ? f->retry_at : f->expires;
    if (say != SAY_FAILED)
        snprintf(a->type, sizeof a->type, "%s", f->type);
    char when[32];
    if (say == SAY_FAILED || (say == SAY_STALE && want->why == NULL))
        snprintf(a->problem, sizeof a->problem, "not asked again before %s: %.140s",
                 time_rfc3339(f->retry_at, when), f->problem);
    else if (say == SAY_STALE)
        snprintf(a->problem, sizeof a->problem, "%s", want->why);
}

/* Facts and body in one snapshot, so that they are of the same answer. */
static enum say look(struct store *s, const struct netcache_key *key, const struct netcache_want *want,
                     int64_t now, struct facts *f, sign_buf *body) {
    if (store_begin_read(s, NULL) != SIGN_OK)
        return SAY_NOTHING;
    sign_rc rc = facts_read(s, key, f, NULL);
    enum say say = rc == SIGN_OK && f->id != 0 ? judge(f, want, now) : SAY_NOTHING;
    if (say == SAY_FRESH || say == SAY_STALE)
        rc = body_read(s, f->id, body, NULL);
    rc = store_end(s, rc, NULL);
    if (rc == SIGN_OK && (say == SAY_NOTHING || say == SAY_FAILED || body->len == f->octets))
        return say;
    sign_buf_free(body);
    return SAY_NOTHING;
}

bool netcache_get(struct netcache *c, const struct netcache_key *key, const struct netcache_want *want,
                  int64_t *changes, sign_fetch_answer *answer) {
    struct facts f = {0};
    sign_buf body = {0};
    int64_t now = netcache_now(c);
    struct store *s = netcache_lend(c);
    enum say say = s != NULL ? look(s, key, want, now, &f, &body) : SAY_NOTHING;
    if (say == SAY_FRESH || say == SAY_STALE)
        note_use(s, &f, now);
    netcache_lend_back(c, s);
    if (changes != NULL)
        *changes = f.changes;
    if (say == SAY_NOTHING)
        return false;
    answer_fill(&f, say, want, answer);
    answer->body = body;
    return true;
}

/* ---- keeping --------------------------------------------------------------------------------- */

static sign_rc land(struct store *s, const struct netcache_key *key, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    sign_rc rc = netcache_query(
        s, "DELETE FROM flight WHERE kind = ?1 AND url = ?2 AND issuer = ?3 AND subject = ?4", key, &q, err);
    return rc == SIGN_OK ? store_do(q, err) : rc;
}

/* Ends the transaction in which something was kept for the key, and its lease. */
static void keep(struct netcache *c, struct store *s, const struct netcache_key *key, sign_rc rc) {
    if (rc == SIGN_OK)
        rc = netcache_shrink(s, c->octets, NULL);
    if (rc == SIGN_OK)
        rc = land(s, key, NULL);
    (void)store_end(s, rc, NULL);
}

void netcache_put(struct netcache *c, const struct netcache_key *key, const sign_fetch_answer *answer) {
    struct store *s = netcache_lend(c);
    bool kept = false;
    if (s != NULL && store_writable(s) && store_begin(s, NULL) == SIGN_OK) {
        struct netcache_item item = {*key,
                                     BYTES(answer->body.data, answer->body.len),
                                     answer->type,
                                     answer->obtained,
                                     answer->expires,
                                     netcache_now(c)};
        keep(c, s, key, netcache_insert(s, &item, true, &kept, NULL));
    }
    netcache_lend_back(c, s);
}

static sign_rc count_failure(struct store *s, const struct netcache_key *key, int64_t now,
                             const char *problem, int64_t retry_after, sign_error *err) {
    struct facts f = {0};
    AUTO(store_query_ptr) q = NULL;
    sign_rc rc = facts_read(s, key, &f, err);
    if (rc == SIGN_OK)
        rc = netcache_query(s,
                            "INSERT INTO answer (kind, url, issuer, subject, type, octets, obtained, expires,"
                            " used, failures, failed_at, retry_at, problem, changes)"
                            " VALUES (?1, ?2, ?3, ?4, '', 0, 0, 0, ?5, ?6, ?5, ?7, ?8, 1)"
                            " ON CONFLICT DO UPDATE SET failures = ?6, failed_at = ?5, retry_at = ?7,"
                            " problem = ?8, changes = changes + 1",
                            key, &q, err);
    if (rc != SIGN_OK)
        return rc;
    int64_t delay = RETRY_FIRST;
    for (int64_t i = 0; i < f.failures && delay < RETRY_MOST; i++)
        delay *= 2;
    delay = delay < retry_after ? retry_after : delay;
    store_bind_int(q, 5, now);
    store_bind_int(q, 6, f.failures + 1);
    store_bind_int(q, 7, now + (delay < RETRY_MOST ? delay : RETRY_MOST));
    store_bind_text(q, 8, problem);
    return store_do(q, err);
}

void netcache_failed(struct netcache *c, const struct netcache_key *key, const char *problem,
                     int64_t retry_after) {
    struct store *s = netcache_lend(c);
    if (s != NULL && store_writable(s) && store_begin(s, NULL) == SIGN_OK)
        keep(c, s, key, count_failure(s, key, netcache_now(c), problem, retry_after, NULL));
    netcache_lend_back(c, s);
}
