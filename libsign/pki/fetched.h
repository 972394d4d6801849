/* pki/fetched.h - one request to the door, and what is made of its answer. */
#ifndef PKI_FETCHED_H
#define PKI_FETCHED_H

#include "pki/parts.h"

enum ask_state { ASK_DONE = 0, ASK_MINE, ASK_OTHERS };

/* A want with what identifies it: kind, URL, issuer and, for OCSP, the CertID. */
struct fetch_ask {
    const struct pki_want *want;
    enum ask_state state;
    bool alone; /* not shared with other threads, nor remembered: a nonce is required */
    sign_buf key, cert_id;
    uint8_t issuer[32];
    /* while it is asked for */
    char *url;
    sign_buf body;
    uint8_t nonce[OCSP_NONCE_SIZE];
    size_t n_nonce;
};

struct fetch_asks {
    struct fetch_ask *asks;
    struct fetch_ask **mine;  /* those that are asked for by us */
    struct pki_fetched **got; /* ... and their answers */
    size_t n;
};
typedef struct fetch_asks fetch_asks;
sign_rc fetch_asks_new(const sign_trust *trust, struct crypto *crypto, const struct pki_want *wants, size_t n,
                       fetch_asks *out, sign_error *err);
void fetch_asks_free(fetch_asks *a);
CLEANUP(fetch_asks, fetch_asks_free);

struct fetch_batch {
    sign_fetch_request *requests;
    sign_fetch_answer *answers;
    size_t n;
};
typedef struct fetch_batch fetch_batch;
sign_rc fetch_batch_new(fetch_batch *b, size_t n, sign_error *err);
void fetch_batch_free(fetch_batch *b);
CLEANUP(fetch_batch, fetch_batch_free);

/* Fills the request; what it points to belongs to `ask`. */
sign_rc fetch_request(const sign_trust *trust, struct fetch_ask *ask, sign_fetch_request *out,
                      sign_error *err);
/* Never NULL with SIGN_OK: a failure is something to remember too. Takes the body. SIGN_E_MEMORY,
 * SIGN_E_CANCELLED. */
sign_rc fetch_read(const sign_trust *trust, struct crypto *crypto, const struct fetch_ask *ask,
                   sign_fetch_answer *answer, struct pki_fetched **out, sign_error *err);
struct pki_fetched *pki_fetched_keep(struct pki_fetched *f);

static inline sign_bytes view_of(const sign_buf *b) {
    return BYTES(b->data, b->len);
}

#endif
