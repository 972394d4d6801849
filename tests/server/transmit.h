/* server/transmit.h - an answer on its way through a socket, with the faults of transport. */
#ifndef SERVER_TRANSMIT_H
#define SERVER_TRANSMIT_H

#include "server/responders.h"

struct wire {
    int fd;
    int stop;        /* readable when the server ends */
    unsigned port;   /* of the server */
    uint64_t octets; /* of the body that were sent */
    const char *method, *target;
};

/* false: the connection is to be closed. */
bool transmit(struct wire *wire, const struct reply *reply);

#endif
