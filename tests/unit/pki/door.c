#include "door.h"
#include <stdatomic.h>
#include <unistd.h>

static _Atomic int64_t the_clock = T2026;

int64_t test_clock(void) {
    return atomic_load(&the_clock);
}

void test_clock_set(int64_t now) {
    atomic_store(&the_clock, now);
}

struct door_row *door_at(struct door *d, const char *url) {
    for (size_t i = 0; i < sizeof d->rows / sizeof d->rows[0]; i++)
        if (d->rows[i].url != NULL && strcmp(d->rows[i].url, url) == 0)
            return &d->rows[i];
    cr_assert_fail("asked for %s, which is nowhere", url);
    return NULL;
}

/* A request that ends with OCTET STRING of OCTET STRING of 32 octets has a nonce. */
static sign_bytes nonce_of(const sign_fetch_request *r) {
    static const uint8_t head[] = {0x04, 0x22, 0x04, 0x20};
    if (r->body.len < 36 || memcmp(r->body.data + r->body.len - 36, head, 4) != 0)
        return (sign_bytes){0};
    return BYTES(r->body.data + r->body.len - 32, 32);
}

static sign_buf minted(const struct door_row *row, sign_bytes nonce) {
    struct mint_ocsp m = *row->ocsp;
    if (row->nonce == NONCE_ECHO)
        m.nonce = nonce;
    else if (row->nonce == NONCE_OTHER)
        m.nonce = BYTES("an old answer to somebody else..", 32);
    return mint_ocsp(&m);
}

static void answer(struct door *d, const sign_fetch_request *r, sign_fetch_answer *a) {
    struct door_row *row = door_at(d, r->url);
    cr_assert_eq(r->size, sizeof *r);
    row->asked++;
    row->fresh += r->fresh != 0;
    sign_bytes nonce = nonce_of(r);
    d->n_nonce = nonce.len;
    if (nonce.len > 0)
        memcpy(d->nonce, nonce.data, nonce.len);
    a->rc = row->rc;
    a->obtained = test_clock();
    a->from = r->fresh ? SIGN_FROM_NETWORK : row->from;
    a->expires = row->expires;
    if (row->rc != SIGN_OK) {
        (void)snprintf(a->problem, sizeof a->problem, "%s",
                       row->problem != NULL ? row->problem : "nobody answers");
        return;
    }
    sign_bytes body = r->fresh && row->fresh_body.len > 0 ? row->fresh_body : row->body;
    if (row->ocsp != NULL)
        a->body = minted(row, nonce);
    else
        cr_assert_eq(buf_copy(body, &a->body, NULL), SIGN_OK);
    cr_assert_leq(a->body.len, r->limit);
}

static void call(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers) {
    struct door *d = user;
    if (d->delay_ms > 0)
        (void)usleep(d->delay_ms * 1000);
    pthread_mutex_lock(&d->lock);
    d->calls++;
    d->requests += n;
    d->most = n > d->most ? n : d->most;
    for (size_t i = 0; i < n; i++)
        answer(d, &requests[i], &answers[i]);
    pthread_mutex_unlock(&d->lock);
}

void door_open(struct door *d) {
    d->fetch = (sign_fetch){call, d};
    cr_assert_eq(pthread_mutex_init(&d->lock, NULL), 0);
}
