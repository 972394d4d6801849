/*
 * server/http.h - the responders over HTTP/1.1 on the loopback interface, one thread a connection.
 *
 * The log has a line "ask METHOD TARGET" when a request has come and "end METHOD TARGET STATUS OCTETS" when
 * its answer is out (OCTETS of body went to the socket), so that a test can count what was asked, and see
 * that an endless answer was given up.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "server/responders.h"

struct http;

/* Listens on 127.0.0.1, a port that the system chooses; log: a file that is begun anew, or NULL. NULL when it
 * cannot. */
struct http *http_open(const char *log);
/* "http://127.0.0.1:PORT", for realm_open; belongs to the server. */
const char *http_base(const struct http *http);
unsigned short http_port(const struct http *http);
/* From now on questions are answered. The realm must outlive the server. */
bool http_start(struct http *http, struct realm *realm);
/* Ends every answer that is on its way. */
void http_close(struct http *http);

/* How many requests have come whose target begins so; NULL: all. */
size_t http_count(struct http *http, const char *prefix);
/* Octets of bodies that went to sockets so far. */
uint64_t http_octets(struct http *http);

#endif
