/*
 * server/door.h - the same responders as a `sign_fetch`: no socket, no clock, no cache.
 * A fault of transport becomes what a well-behaved network makes of it: SIGN_E_NETWORK, SIGN_E_LIMIT or
 * SIGN_E_REFUSED; delays pass at once.
 */
#ifndef SERVER_DOOR_H
#define SERVER_DOOR_H

#include "server/responders.h"
#include <pthread.h>
#include <sign/fetch.h>

struct door {
    struct realm *realm;
    sign_fetch fetch; /* for sign_trust_options */
    pthread_mutex_t lock;
    size_t asked[5]; /* requests by sign_fetch_kind; 0: all together */
};

void door_open(struct door *door, struct realm *realm);
void door_close(struct door *door);

#endif
