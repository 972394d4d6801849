/* sign/fetch.h - the one door through which the library reaches a network. */
#ifndef SIGN_FETCH_H
#define SIGN_FETCH_H

#include <sign/types.h>

SIGN_BEGIN_C

/* What a request is for. */
typedef enum sign_fetch_kind {
    SIGN_FETCH_CERTIFICATES =
        1,                   /* of an issuer: AIA caIssuers (RFC 5280, 4.2.2.1); DER, or a certs-only CMS */
    SIGN_FETCH_CRL = 2,      /* CRL distribution point (RFC 5280, 4.2.1.13) */
    SIGN_FETCH_OCSP = 3,     /* RFC 6960, appendix A */
    SIGN_FETCH_TIMESTAMP = 4 /* RFC 3161, 3.4 */
} sign_fetch_kind;

typedef struct sign_fetch_request {
    size_t size; /* sizeof(sign_fetch_request) */
    sign_fetch_kind kind;
    const char *url;            /* as the certificate has it: not to be trusted in anything */
    const char *type;           /* Content-Type of body; NULL when there is none */
    sign_bytes body;            /* empty: GET, else POST */
    const char *const *headers; /* "Name: value" each */
    size_t n_headers;
    size_t limit; /* octets of the answer's body; more is SIGN_E_LIMIT; 0: 256 MB, as are larger ones */
    /*
     * For a cache: an answer is remembered by kind, url, issuer and subject, so that what one authority's
     * certificates fetched never answers for another's. A response whose nonce is not that of the OCSP
     * request which fetched it is never remembered: to a later request with a nonce of its own it would be
     * the answer.
     */
    uint8_t issuer[32]; /* SHA-256 of Name and SubjectPublicKeyInfo of whom the answer is asked for; zero:
                           nobody */
    sign_bytes subject; /* what is asked about beside the URL (the OCSP CertID); empty: nothing */
    int fresh;          /* nonzero: a remembered answer will not do, the server must be asked */
} sign_fetch_request;

typedef enum sign_fetch_from {
    SIGN_FROM_NETWORK = 0, /* just now */
    SIGN_FROM_CACHE = 1,   /* remembered, and not yet due to be asked for again */
    SIGN_FROM_STALE = 2    /* remembered and due, but the server gave nothing */
} sign_fetch_from;

typedef struct sign_fetch_answer {
    sign_rc rc;     /* SIGN_OK: body is there. SIGN_E_NETWORK, SIGN_E_LIMIT, SIGN_E_REFUSED (scheme or address
                       not allowed, offline), SIGN_E_MEMORY, SIGN_E_CANCELLED */
    sign_buf body;  /* owned by whoever asked */
    int status;     /* HTTP; 0: none */
    char type[128]; /* Content-Type; "" */
    sign_fetch_from from;
    int64_t obtained;  /* when the server gave it; 0: unknown */
    int64_t expires;   /* not to be relied upon as the newest after this; 0: unknown */
    char problem[200]; /* why not, in English, "" when rc is SIGN_OK and from is not SIGN_FROM_STALE */
} sign_fetch_answer;

/*
 * Answers n requests, as many at a time as it likes; answers[i] is {0} before and is filled for every i,
 * whatever happens. Called from many threads at once. Must outlive whatever it is given to.
 */
typedef struct sign_fetch {
    void (*call)(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers);
    void *user;
} sign_fetch;

SIGN_END_C

#endif
