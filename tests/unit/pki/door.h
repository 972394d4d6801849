/* door.h - a door to the network that answers from a table, in the process, and keeps a log. */
#ifndef DOOR_H
#define DOOR_H

#include "mint_ocsp.h"
#include <pthread.h>

enum nonce_kind { NONCE_ECHO = 0, NONCE_OTHER, NONCE_ABSENT };

struct door_row {
    const char *url;
    sign_rc rc;                   /* not SIGN_OK: a failure */
    const char *problem;          /* of it; NULL: some */
    sign_bytes body;              /* the answer, */
    const struct mint_ocsp *ocsp; /* or minted for the request */
    enum nonce_kind nonce;
    sign_fetch_from from;
    int64_t expires;
    sign_bytes fresh_body; /* when asked for a fresh one; empty: the same */
    size_t asked, fresh;   /* how often */
};

struct door {
    struct door_row rows[8];
    size_t calls, requests, most; /* most: requests in one call */
    unsigned delay_ms;
    uint8_t nonce[32]; /* the last one */
    size_t n_nonce;
    sign_fetch fetch;
    pthread_mutex_t lock;
};
void door_open(struct door *d);
/* The row of this URL; asserts that there is one. */
struct door_row *door_at(struct door *d, const char *url);

/* The machine's clock in these tests: trust->clock. */
int64_t test_clock(void);
void test_clock_set(int64_t now);

#endif
