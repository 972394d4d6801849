/* A network in the same process. */
#include "server/door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What becomes of faults of transport; SIGN_OK are not here. */
static const struct {
    enum fault fault;
    sign_rc rc;
    const char *problem;
} outcomes[] = {
    {FAULT_RESET, SIGN_E_NETWORK, "the connection was reset"},
    {FAULT_RESET_LATE, SIGN_E_NETWORK, "the connection was reset within the answer"},
    {FAULT_DRIP, SIGN_E_NETWORK, "the answer is too slow"},
    {FAULT_DRIP_HEAD, SIGN_E_NETWORK, "the answer is too slow"},
    {FAULT_FLOW, SIGN_E_LIMIT, "the answer is too large"},
    {FAULT_FLOW_CHUNKED, SIGN_E_LIMIT, "the answer is too large"},
    {FAULT_ENDLESS_HEADERS, SIGN_E_LIMIT, "the header is too large"},
    {FAULT_BOMB, SIGN_E_LIMIT, "the answer is too large"},
    {FAULT_REDIRECT_LOOP, SIGN_E_NETWORK, "too many redirects"},
    {FAULT_REDIRECT_NOWHERE, SIGN_E_NETWORK, "a redirect without a place"},
    {FAULT_REDIRECT_LOOPBACK, SIGN_E_REFUSED, "redirected to an address that is not allowed"},
    {FAULT_REDIRECT_PRIVATE, SIGN_E_REFUSED, "redirected to an address that is not allowed"},
    {FAULT_REDIRECT_METADATA, SIGN_E_REFUSED, "redirected to an address that is not allowed"},
    {FAULT_REDIRECT_FILE, SIGN_E_REFUSED, "redirected to a scheme that is not allowed"},
    {FAULT_REDIRECT_GOPHER, SIGN_E_REFUSED, "redirected to a scheme that is not allowed"},
    {FAULT_LENGTH_LONG, SIGN_E_NETWORK, "the answer ends too early"},
};

static sign_rc problem(sign_fetch_answer *a, sign_rc rc, const char *text) {
    snprintf(a->problem, sizeof a->problem, "%s", text);
    a->rc = rc;
    return rc;
}

static sign_rc judge(const struct reply *r, const sign_fetch_request *q, sign_fetch_answer *a) {
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        if (r->faults.on[outcomes[i].fault]) {
            return problem(a, outcomes[i].rc, outcomes[i].problem);
        }
    }
    a->status = r->status;
    if (r->faults.on[FAULT_REDIRECT] && r->faults.value[FAULT_REDIRECT] > 3) {
        return problem(a, SIGN_E_NETWORK, "too many redirects");
    }
    if (r->status != 200) {
        return problem(a, SIGN_E_NETWORK, "the server refused");
    }
    if (r->body.len > q->limit) {
        return problem(a, SIGN_E_LIMIT, "the answer is too large");
    }
    return SIGN_OK;
}

static void fill(const struct door *d, const struct reply *r, sign_fetch_answer *a) {
    size_t n = r->body.len, less = 0;
    if (r->faults.on[FAULT_LENGTH_SHORT]) {
        less = (size_t)r->faults.value[FAULT_LENGTH_SHORT];
    }
    n -= less < n ? less : n;
    a->body.data = malloc(n > 0 ? n : 1);
    if (a->body.data == NULL) {
        problem(a, SIGN_E_MEMORY, "no memory");
        return;
    }
    memcpy(a->body.data, r->body.data, n);
    a->body.len = n;
    a->rc = SIGN_OK;
    a->obtained = realm_now(d->realm);
    snprintf(a->type, sizeof a->type, "%s", r->type);
}

static void one(struct door *d, const sign_fetch_request *q, sign_fetch_answer *a) {
    const char *base = realm_base(d->realm);
    size_t n = strlen(base);
    struct reply reply;
    pthread_mutex_lock(&d->lock);
    d->asked[0]++;
    d->asked[q->kind]++;
    pthread_mutex_unlock(&d->lock);
    if (strncmp(q->url, base, n) != 0 || q->url[n] != '/') {
        problem(a, strstr(q->url, "http") == q->url ? SIGN_E_NETWORK : SIGN_E_REFUSED, "nobody is there");
        return;
    }
    struct ask ask = {.post = q->body.len > 0,
                      .target = q->url + n,
                      .type = q->type != NULL ? q->type : "",
                      .body = q->body};
    respond(d->realm, &ask, &reply);
    if (judge(&reply, q, a) == SIGN_OK) {
        fill(d, &reply, a);
    }
    reply_free(&reply);
}

static void call(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers) {
    for (size_t i = 0; i < n; i++) {
        one(user, &requests[i], &answers[i]);
    }
}

void door_open(struct door *d, struct realm *realm) {
    *d = (struct door){.realm = realm, .fetch = {.call = call, .user = d}};
    must(pthread_mutex_init(&d->lock, NULL) == 0, "a lock");
}

void door_close(struct door *d) {
    pthread_mutex_destroy(&d->lock);
}
