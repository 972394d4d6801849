/*
 * server/wish.h - a certificate to be issued, written as words:
 *     name=ali issuer=ca state=revoked ocsp=/ocsp/ca/stale crl=/crl/ca aia=/aia/ca freshest=/crl/ca/delta
 *     nocheck=1 indirect=1
 * Several addresses are separated by commas. The word PORT in one is the port of the server.
 */
#ifndef SERVER_WISH_H
#define SERVER_WISH_H

#include "server/realm.h"

#define WISH_ROOM 2048

struct wish_text {
    struct wish wish;
    char room[WISH_ROOM]; /* what the wish points to */
};

/* false when a word is not one of those above, or there is no name that can be a file's. */
bool wish_read(const char *text, unsigned port, struct wish_text *out);
bool wish_state(const char *text, enum state *out);

#endif
