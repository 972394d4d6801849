/* server/client.h - a socket that asks and writes down what really came: no HTTP library between. */
#ifndef SERVER_CLIENT_H
#define SERVER_CLIENT_H

#include <sign/types.h>
#include <stdbool.h>

enum ended { ENDED_WHOLE, ENDED_CLOSED, ENDED_RESET, ENDED_TIME, ENDED_ENOUGH };

struct heard {
    char *head; /* status line and header fields, with the empty line when there was one; "" */
    size_t head_len;
    sign_buf body;    /* as it came: chunks are not joined */
    enum ended ended; /* WHOLE: as Content-Length or the last chunk says */
    long ms;          /* until the end */
};

struct question {
    unsigned short port;
    const char *method, *target, *type; /* type NULL: no body */
    sign_bytes body;
    long ms;       /* given up after this; 0: 20000 */
    size_t enough; /* closed after so many octets in all; 0: 64 MB */
};

struct heard client_ask(const struct question *q);
void heard_free(struct heard *heard);
int heard_status(const struct heard *heard);
/* The value of a header field into out; false when there is none. */
bool heard_field(const struct heard *heard, const char *name, char *out, size_t size);
/* The data of a chunked body. */
sign_buf heard_chunks(const struct heard *heard);

long client_clock(void); /* milliseconds */
int client_connect(unsigned short port);

#endif
