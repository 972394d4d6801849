/* pki/fetch.c - what the door to the network gives: asked for once among all threads, read once, and
 * remembered until it runs out. */
#include "base/time.h"
#include "pki/fetched.h"
#include <pthread.h>
#include <time.h>

/*
 * Seconds. A failure is remembered so that a thousand signatures do not wait for one dead server each; what
 * runs out at once (asked for about the past) likewise. Nothing is kept longer than a day without asking
 * again: an authority may publish a list before the old one runs out.
 */
enum { KEPT_LEAST = 60, KEPT_MOST = 86400 };

/* One thing that was asked for. Only `busy` ones are not to be dropped. */
struct entry {
    sign_buf key;
    bool busy;
    struct pki_fetched *got;
    uint64_t used;
};

struct fetch_memory {
    pthread_mutex_t lock;
    pthread_cond_t done; /* some entry is not busy any more */
    map entries;
    uint64_t tick;
    size_t octets;
};

int64_t pki_clock(const sign_trust *trust) {
    return trust->clock != NULL ? trust->clock() : time_now();
}

sign_rc fetch_memory_new(struct fetch_memory **out, sign_error *err) {
    struct fetch_memory *m = calloc(1, sizeof *m);
    if (m == NULL)
        return fail_memory(err);
    if (pthread_mutex_init(&m->lock, NULL) != 0) {
        free(m);
        return fail_memory(err);
    }
    if (pthread_cond_init(&m->done, NULL) != 0) {
        pthread_mutex_destroy(&m->lock);
        free(m);
        return fail_memory(err);
    }
    *out = m;
    return SIGN_OK;
}

static void entry_free(struct entry *e) {
    sign_buf_free(&e->key);
    pki_fetched_free(&e->got);
    free(e);
}

void fetch_memory_free(struct fetch_memory **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct fetch_memory *m = TAKE(*pointer);
    size_t at = 0;
    sign_bytes key;
    void *value;
    while (map_each(&m->entries, &at, &key, &value))
        entry_free(value);
    map_free(&m->entries);
    pthread_cond_destroy(&m->done);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* ---- under the lock -------------------------------------------------------------------------- */

static void drop(struct fetch_memory *m, struct entry *e) {
    m->octets -= e->got != NULL ? e->got->octets : 0;
    (void)map_remove(&m->entries, BYTES(e->key.data, e->key.len));
    entry_free(e);
}

static void make_room(struct fetch_memory *m) {
    while (m->entries.count > LIMIT_FETCHES || m->octets > LIMIT_FETCHED) {
        struct entry *oldest = NULL;
        size_t at = 0;
        sign_bytes key;
        void *value;
        while (map_each(&m->entries, &at, &key, &value)) {
            struct entry *e = value;
            if (!e->busy && (oldest == NULL || e->used < oldest->used))
                oldest = e;
        }
        if (oldest == NULL)
            return;
        drop(m, oldest);
    }
}

/* A new entry, busy; NULL: out of memory. */
static struct entry *begin_entry(struct fetch_memory *m, sign_bytes key) {
    struct entry *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->busy = true;
    if (buf_copy(key, &e->key, NULL) != SIGN_OK || !map_put(&m->entries, BYTES(e->key.data, e->key.len), e)) {
        entry_free(e);
        return NULL;
    }
    make_room(m);
    return e;
}

/* Whether what is remembered answers this want: it has not run out, and if it did not do, it is no newer one.
 */
static bool answers(const struct entry *e, const struct fetch_ask *ask, int64_t now) {
    return e != NULL && !e->busy && e->got != NULL && now < e->got->until &&
           !(ask->want->fresh && e->got->old);
}

/* From memory, or to be asked for by us, or by another thread, or not at all. */
static sign_rc claim(struct fetch_memory *m, struct fetch_ask *ask, bool shut, int64_t now,
                     struct pki_fetched **out, sign_error *err) {
    struct entry *e = map_get(&m->entries, view_of(&ask->key));
    if (!ask->alone && answers(e, ask, now)) {
        e->used = ++m->tick;
        *out = pki_fetched_keep(e->got);
        ask->state = ASK_DONE;
        return SIGN_OK;
    }
    if (shut || ask->want->local) {
        ask->state = ASK_DONE;
        return SIGN_OK;
    }
    if (ask->alone) {
        ask->state = ASK_MINE;
        return SIGN_OK;
    }
    if (e != NULL && e->busy) {
        ask->state = ASK_OTHERS;
        return SIGN_OK;
    }
    if (e != NULL)
        e->busy = true;
    else if (begin_entry(m, view_of(&ask->key)) == NULL)
        return fail_memory(err);
    ask->state = ASK_MINE;
    return SIGN_OK;
}

/* What was asked for is there, or (got NULL) could not even be asked for. */
static void publish(struct fetch_memory *m, const struct fetch_ask *ask, struct pki_fetched *got) {
    struct entry *e = map_get(&m->entries, view_of(&ask->key));
    if (ask->alone || e == NULL)
        return;
    e->busy = false;
    if (got == NULL) {
        drop(m, e);
        return;
    }
    m->octets -= e->got != NULL ? e->got->octets : 0;
    pki_fetched_free(&e->got);
    e->got = pki_fetched_keep(got);
    e->used = ++m->tick;
    m->octets += got->octets;
    make_room(m);
}

/* ---- one call --------------------------------------------------------------------------------- */

/* It answers a request of somebody else (RFC 6960, 4.4.1): nothing that it says is to be kept for long. */
static bool is_replayed(const struct pki_fetched *f) {
    return f->ocsp != NULL && f->n_nonce > 0 && f->ocsp->has_nonce &&
           !bytes_equal(f->ocsp->nonce, BYTES(f->nonce, f->n_nonce));
}

/* Until when it is remembered, by the machine's clock. */
static int64_t kept_until(const struct pki_fetched *f, int64_t expires, int64_t now) {
    int64_t until = now + KEPT_LEAST;
    if (f->rc != SIGN_OK || is_replayed(f))
        return until;
    int64_t end = now + KEPT_MOST;
    if (f->next_update != 0 && f->next_update < end)
        end = f->next_update;
    if (expires != 0 && expires < end)
        end = expires;
    /* Without a word of how long it is good, newer ones are to be had at any time (RFC 6960, 4.2.2.1). */
    if (f->next_update == 0 && expires == 0)
        end = until;
    return end > until ? end : until;
}

static sign_rc ask_door(const sign_trust *trust, struct crypto *crypto, struct fetch_ask *const *mine,
                        size_t n, struct pki_fetched **got, sign_error *err) {
    AUTO(fetch_batch) b = {0};
    sign_rc rc = fetch_batch_new(&b, n, err);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = fetch_request(trust, mine[i], &b.requests[i], err);
    if (rc != SIGN_OK)
        return rc;
    trust->fetch.call(trust->fetch.user, b.requests, n, b.answers);
    int64_t now = pki_clock(trust);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++) {
        rc = fetch_read(trust, crypto, mine[i], &b.answers[i], &got[i], err);
        if (rc != SIGN_OK)
            break;
        got[i]->until = mine[i]->alone ? now : kept_until(got[i], b.answers[i].expires, now);
        got[i]->source->expires = got[i]->until;
    }
    return rc;
}

/* Asks for all that is ours in one call, and lets the others know, whatever came of it. */
static sign_rc ask_mine(const sign_trust *trust, struct crypto *crypto, fetch_asks *a,
                        struct pki_fetched **out, sign_error *err) {
    struct fetch_memory *m = trust->fetched;
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        if (a->asks[i].state == ASK_MINE)
            a->mine[n++] = &a->asks[i];
    if (n == 0)
        return SIGN_OK;
    sign_rc rc = ask_door(trust, crypto, a->mine, n, a->got, err);
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < n; i++)
        publish(m, a->mine[i], rc == SIGN_OK ? a->got[i] : NULL);
    pthread_cond_broadcast(&m->done);
    pthread_mutex_unlock(&m->lock);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        out[a->mine[i] - a->asks] = TAKE(a->got[i]);
    return rc;
}

/* What other threads asked for. Whoever waits here owes nobody anything: no two can wait for one another. */
static void wait_for_others(struct fetch_memory *m, fetch_asks *a, struct pki_fetched **out) {
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < a->n; i++) {
        if (a->asks[i].state != ASK_OTHERS)
            continue;
        struct entry *e;
        while ((e = map_get(&m->entries, view_of(&a->asks[i].key))) != NULL && e->busy)
            pthread_cond_wait(&m->done, &m->lock);
        if (e != NULL && e->got != NULL)
            out[i] = pki_fetched_keep(e->got);
    }
    pthread_mutex_unlock(&m->lock);
}

sign_rc pki_fetch(const sign_trust *trust, struct crypto *crypto, const struct pki_want *wants, size_t n,
                  struct pki_fetched **out, sign_error *err) {
    struct fetch_memory *m = trust->fetched;
    bool shut = trust->fetch.call == NULL;
    AUTO(fetch_asks) a = {0};
    for (size_t i = 0; i < n; i++)
        out[i] = NULL;
    if (n == 0)
        return SIGN_OK;
    sign_rc rc = fetch_asks_new(trust, crypto, wants, n, &a, err);
    if (rc != SIGN_OK)
        return rc;
    int64_t now = pki_clock(trust);
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = claim(m, &a.asks[i], shut, now, &out[i], err);
    /* What was claimed before memory ran out must not stay busy for ever. */
    for (size_t i = 0; i < n && rc != SIGN_OK; i++)
        if (a.asks[i].state == ASK_MINE)
            publish(m, &a.asks[i], NULL);
    pthread_mutex_unlock(&m->lock);
    if (rc == SIGN_OK)
        rc = ask_mine(trust, crypto, &a, out, err);
    if (rc == SIGN_OK)
        wait_for_others(m, &a, out);
    for (size_t i = 0; i < n && rc != SIGN_OK; i++)
        pki_fetched_free(&out[i]);
    return rc;
}

static int64_t milliseconds(void) {
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

sign_rc pki_fetch_within(const sign_trust *trust, struct crypto *crypto, int64_t *patience,
                         struct pki_want *wants, size_t n, struct pki_fetched **out, sign_error *err) {
    bool over = patience != NULL && *patience <= 0;
    for (size_t i = 0; i < n && over; i++)
        wants[i].local = true;
    /* All of them are, or none is. */
    if (patience == NULL || n == 0 || wants[0].local)
        return pki_fetch(trust, crypto, wants, n, out, err);
    int64_t began = milliseconds();
    sign_rc rc = pki_fetch(trust, crypto, wants, n, out, err);
    int64_t took = milliseconds() - began;
    *patience -= took < *patience ? took : *patience;
    return rc;
}
