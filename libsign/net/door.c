/* net/door.c - one call of the door: requests answered from the cache, or asked for, several at a time. */
#include "net/inside.h"

#include "base/random.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* How often those who wait for another's answer look whether it has come, in milliseconds. */
enum { LOOK_FIRST = 5, LOOK_AGAIN = 20, POLL_MOST = 1000 };

int64_t net_clock(void) {
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void refuse(struct transfer *t, const char *why) {
    t->answer->rc = SIGN_E_REFUSED;
    snprintf(t->answer->problem, sizeof t->answer->problem, "%s", why);
    t->stage = STAGE_DONE;
}

static bool from_cache(struct transfer *t, const char *stale) {
    struct netcache_want want = {.limit = net_limit(t->request),
                                 .stale = stale != NULL,
                                 .why = stale,
                                 .changes = t->waited ? t->changes : -1};
    int64_t changes = 0;
    bool found = netcache_get(t->net->cache, &t->key, &want, &changes, t->answer);
    if (!t->waited)
        t->changes = changes;
    return found;
}

static void prepare(sign_net *net, struct transfer *t, const sign_fetch_request *r, sign_fetch_answer *a) {
    static const uint8_t nobody[32];
    *t = (struct transfer){.net = net, .request = r, .answer = a, .changes = -1};
    *a = (sign_fetch_answer){0};
    if (r->size != sizeof *r || r->url == NULL) {
        a->rc = SIGN_E_ARGUMENT;
        snprintf(a->problem, sizeof a->problem, "a request of another size, or without a URL");
        t->stage = STAGE_DONE;
        return;
    }
    bool any = memcmp(r->issuer, nobody, sizeof nobody) != 0;
    t->key = (struct netcache_key){
        .kind = r->kind, .url = r->url, .issuer = BYTES(r->issuer, any ? 32 : 0), .subject = r->subject};
    t->cached = net->cache != NULL && netcache_takes(&t->key);
}

/* Without the network: what is remembered, due or not. */
static void answer_offline(struct transfer *t) {
    if (t->request->fresh || !t->cached || !from_cache(t, "offline"))
        refuse(t, "offline, and nothing usable is remembered");
    t->stage = STAGE_DONE;
}

/* ---- ends ------------------------------------------------------------------------------------ */

/*
 * Whether the answer may serve again. One that answers an OCSP request of somebody else is given to the
 * reader, who tells why it will not do; remembered it could not be told from one that answered its own.
 */
static bool may_serve(const struct transfer *t, const struct net_peek *peek) {
    return t->answer->rc == SIGN_OK && !t->head.no_store &&
           (t->request->kind != SIGN_FETCH_OCSP || net_nonce_fits(t->request->body, peek));
}

/* What the server gave, or did not, is remembered; what is remembered stands in for what it did not. */
static void finish(struct transfer *t) {
    sign_fetch_answer *a = t->answer;
    struct net_peek peek = {0};
    t->stage = STAGE_DONE;
    if (a->rc == SIGN_OK && !net_peek(t->request->kind, BYTES(a->body.data, a->body.len), &peek)) {
        sign_buf_free(&a->body);
        a->rc = SIGN_E_NETWORK;
        snprintf(a->problem, sizeof a->problem, "%s", peek.problem);
    }
    if (a->rc == SIGN_OK) {
        a->obtained = t->net->cache != NULL ? netcache_now(t->net->cache) : (int64_t)time(NULL);
        a->expires = t->request->kind == SIGN_FETCH_TIMESTAMP
                         ? 0
                         : net_expires(t->request->kind, &peek, &t->head, a->obtained);
    }
    if (!t->cached)
        return;
    bool failed = a->rc == SIGN_E_NETWORK || a->rc == SIGN_E_LIMIT;
    if (failed)
        netcache_failed(t->net->cache, &t->key, a->problem, t->head.retry_after);
    else if (may_serve(t, &peek))
        netcache_put(t->net->cache, &t->key, a);
    else
        netcache_leave(t->net->cache, &t->key, t->owner);
    if (failed && !t->request->fresh) {
        sign_fetch_answer before = {0};
        struct netcache_want want = {
            .limit = net_limit(t->request), .stale = true, .why = a->problem, .changes = -1};
        before.status = a->status;
        if (netcache_get(t->net->cache, &t->key, &want, NULL, &before))
            *a = before;
    }
}

/* ---- the way --------------------------------------------------------------------------------- */

/*
 * Whether it may ask now. Asking alone is for those who would take a remembered answer: the others wait for
 * it and look again. The answer may have come between the look and the right to ask, hence the second look.
 */
static bool may_ask(struct transfer *t) {
    if (!t->cached || t->request->fresh)
        return true;
    if (from_cache(t, NULL)) {
        t->stage = STAGE_DONE;
        return false;
    }
    if (!netcache_enter(t->net->cache, &t->key, t->owner, t->net->opt.total_ms)) {
        t->look_at = net_clock() + (t->waited ? LOOK_AGAIN : LOOK_FIRST);
        t->waited = true;
        return false;
    }
    if (!from_cache(t, NULL))
        return true;
    netcache_leave(t->net->cache, &t->key, t->owner);
    t->stage = STAGE_DONE;
    return false;
}

struct call {
    sign_net *net;
    struct transfer *transfers;
    size_t n, left, running;
    struct net_line *line; /* lent when the first transfer begins: a call that asks nobody opens nothing */
};

static void ended(struct call *c) {
    c->left--;
}

static void try_begin(struct call *c, struct transfer *t) {
    if (!may_ask(t)) {
        if (t->stage == STAGE_DONE)
            ended(c);
        return;
    }
    if (c->line == NULL)
        c->line = net_line_lend(c->net);
    if (c->line == NULL) {
        t->answer->rc = SIGN_E_MEMORY;
        snprintf(t->answer->problem, sizeof t->answer->problem, "out of memory");
    } else if (transfer_begin(t, c->line)) {
        c->running++;
        return;
    }
    finish(t);
    transfer_clear(t);
    ended(c);
}

/* What waits and whose time has come: begins, as far as so many may run at a time. */
static void begin_some(struct call *c) {
    int64_t now = net_clock();
    for (size_t i = 0; i < c->n; i++) {
        struct transfer *t = &c->transfers[i];
        if (t->stage == STAGE_WAITING && t->look_at <= now && c->running < c->net->opt.parallel)
            try_begin(c, t);
    }
}

static void stop(struct call *c, struct transfer *t) {
    finish(t);
    transfer_clear(t);
    c->running--;
    ended(c);
}

static void collect(struct call *c) {
    CURLMsg *m;
    int more = 0;
    while ((m = curl_multi_info_read(c->line->multi, &more)) != NULL) {
        char *private_data = NULL;
        CURLcode code = m->data.result; /* the message is gone when its handle is */
        if (m->msg != CURLMSG_DONE ||
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private_data) != CURLE_OK)
            continue;
        struct transfer *t = (struct transfer *)(void *)private_data;
        if (transfer_done(t, code))
            stop(c, t);
    }
}

static void give_up_some(struct call *c) {
    int64_t now = net_clock();
    for (size_t i = 0; i < c->n; i++) {
        struct transfer *t = &c->transfers[i];
        if (t->stage == STAGE_RUNNING && transfer_deadline(t) <= now) {
            transfer_give_up(t);
            stop(c, t);
        }
    }
}

/* Until when nothing happens by itself; libcurl shortens it where it has timers of its own. */
static int until_next(const struct call *c) {
    int64_t now = net_clock(), next = now + POLL_MOST;
    for (size_t i = 0; i < c->n; i++) {
        const struct transfer *t = &c->transfers[i];
        int64_t at = t->stage == STAGE_RUNNING                                        ? transfer_deadline(t)
                     : t->stage == STAGE_WAITING && c->running < c->net->opt.parallel ? t->look_at
                                                                                      : next;
        next = at < next ? at : next;
    }
    return next > now ? (int)(next - now) : 0;
}

static void wait_some(struct call *c) {
    int running = 0;
    if (c->running > 0) {
        (void)curl_multi_poll(c->line->multi, NULL, 0, until_next(c), NULL);
        (void)curl_multi_perform(c->line->multi, &running);
        collect(c);
        give_up_some(c);
        return;
    }
    int ms = until_next(c);
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&pause, NULL);
}

static void run(struct call *c) {
    while (c->left > 0) {
        size_t before = c->running;
        begin_some(c);
        if (c->running > before) {
            int running = 0;
            (void)curl_multi_perform(c->line->multi, &running);
            collect(c);
        }
        if (c->left > 0)
            wait_some(c);
    }
    if (c->line != NULL)
        net_line_back(c->net, c->line);
}

void net_call(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers) {
    sign_net *net = user;
    struct call c = {.net = net, .n = n, .left = n};
    c.transfers = n > 0 ? calloc(n, sizeof *c.transfers) : NULL;
    if (c.transfers == NULL) {
        for (size_t i = 0; i < n; i++)
            answers[i] = (sign_fetch_answer){.rc = SIGN_E_MEMORY, .problem = "out of memory"};
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct transfer *t = &c.transfers[i];
        prepare(net, t, &requests[i], &answers[i]);
        random_fill(t->owner, sizeof t->owner);
        if (t->stage != STAGE_DONE && net->opt.offline)
            answer_offline(t);
        if (t->stage == STAGE_DONE)
            ended(&c);
    }
    run(&c);
    free(c.transfers);
}
