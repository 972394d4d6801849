/* site.h - a small HTTP server on the loopback address that can behave badly, and bodies to serve. */
#ifndef SITE_H
#define SITE_H

#include "base/bytes.h"
#include "net/inside.h"
#include <stdatomic.h>

#define T0  INT64_C(1767225600) /* 2026-01-01 */
#define DAY INT64_C(86400)

/* Minimal structures: what a cache looks at is there, the rest is not. next: 0 none. */
sign_buf make_crl(int64_t next, size_t filler);
sign_buf make_ocsp(unsigned status, int64_t next);
/* With a nonce; empty: none. */
sign_buf make_ocsp_nonce(unsigned status, int64_t next, sign_bytes nonce);
sign_buf make_ocsp_request(sign_bytes nonce);
sign_buf make_certificate(void);

struct site {
    int fd;
    unsigned port;
    pthread_t thread;
    sign_buf crl, ocsp, cert;
    atomic_uint hits;          /* requests */
    atomic_uint connections;   /* made to it */
    atomic_uint serving, most; /* requests at this moment, and at most so far */
    atomic_ullong sent;        /* octets of /huge */
    atomic_int fail;           /* nonzero: this status instead of /crl */
    atomic_bool stopping;
    char last[4096]; /* the last request to /echo and to any other path */
};
/* Paths: see site.c. */
void site_start(struct site *s);
void site_stop(struct site *s);
const char *site_url(const struct site *s, const char *path, char out[300]);

/* A door that may reach the loopback address. */
struct door {
    sign_net_options opt;
    const char *allow[4];
    sign_net *net;
    int64_t clock;
    char folder[64], cache[80];
};
/* With a cache in a folder of its own when `cache`; change d->opt, then door_open. */
void door_make(struct door *d, bool cache);
void door_open(struct door *d);
void door_close(struct door *d); /* the folder too */
void door_shut(struct door *d);  /* the door alone */

/* Those of a test: init and fini of a suite. */
extern struct site site;
extern struct door door;
void open_plain(void);
void open_cached(void); /* the door has a cache */
void close_all(void);

sign_fetch_request request(sign_fetch_kind kind, const char *url);
/* One request by the door's function. */
sign_fetch_answer ask(const struct door *d, const sign_fetch_request *r);
sign_fetch_answer get(const struct door *d, sign_fetch_kind kind, const char *url);
void answer_free(sign_fetch_answer *a);

#endif
