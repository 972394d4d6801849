/* net/peek.h - what a server sent, looked at as far as a cache needs it. */
#ifndef NET_PEEK_H
#define NET_PEEK_H

#include "base/bytes.h"
#include <sign/fetch.h>

struct net_peek {
    bool has_next;
    int64_t next;     /* nextUpdate, the earliest of several */
    bool has_nonce;   /* of an OCSP response */
    sign_bytes nonce; /* its octets, a view into the body */
    char problem[64]; /* why it is not what was asked for */
};

/*
 * Whether `body` is what is fetched under this kind, by its outermost structure: a certificate or a message
 * of certificates, DER, BER or PEM; a CRL, DER or PEM, none of whose entries is looked at; an OCSP response
 * whose status is successful (RFC 6960, 4.2.1). What follows the structure is not allowed. A time-stamp
 * response is left to its reader.
 */
bool net_peek(sign_fetch_kind kind, sign_bytes body, struct net_peek *out);

/*
 * Whether the response (net_peek) may be the answer to this OCSPRequest: false when both have a nonce and not
 * the same one (RFC 6960, 4.4.1).
 */
bool net_nonce_fits(sign_bytes request, const struct net_peek *response);

/* What the header lines of an answer say (RFC 9111, 5.2; RFC 9110, 8 and 10.2.3). */
struct net_head {
    int status;
    size_t octets; /* of all lines of all answers */
    char type[128];
    int64_t max_age;     /* less Age; -1: not said */
    int64_t age;         /* Age */
    bool no_store;       /* RFC 9111, 5.2.2.5 */
    int64_t retry_after; /* seconds; 0: not said */
    bool encoded;        /* Content-Encoding, or a Transfer-Encoding beside chunked */
};
/* One line; a status line begins a new answer. */
void net_head_line(struct net_head *h, sign_bytes line);

/*
 * Until when the answer is not asked for again: the earliest of nextUpdate, max-age, and the most for its
 * kind; an OCSP response without nextUpdate (RFC 6960, 4.2.2.1: newer ones are always there) five minutes.
 * What is outdated when it comes is asked for again after a minute, as servers that are behind are asked by
 * everybody.
 */
int64_t net_expires(sign_fetch_kind kind, const struct net_peek *peek, const struct net_head *head,
                    int64_t now);

#endif
