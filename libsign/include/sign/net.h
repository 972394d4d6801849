/* sign/net.h - the ready-made door to the network (HTTP and HTTPS), and its cache. */
#ifndef SIGN_NET_H
#define SIGN_NET_H

#include <sign/fetch.h>

SIGN_BEGIN_C

/* A fetch over libcurl, with connections kept, and a cache in a file (SQLite). Share one among all threads.
 */
typedef struct sign_net sign_net;

/*
 * Loopback, private, link-local and other special addresses (RFC 6890) are refused when the connection is
 * made, after the name was resolved, for every redirect anew; so are schemes other than http and https.
 */
typedef struct sign_net_options {
    size_t size;         /* sizeof(sign_net_options) */
    const char *cache;   /* file; made when absent; NULL: nothing is remembered */
    int offline;         /* nonzero: from the cache only, no socket is opened */
    unsigned connect_ms; /* milliseconds for a connection; 0: 5000 */
    unsigned total_ms;   /* for a whole answer; 0: 30000 */
    unsigned idle_ms;    /* an answer slower than 1 octet in this time is given up; 0: 10000 */
    unsigned redirects;  /* followed at most; 0: 3 */
    unsigned parallel;   /* transfers at a time of one call; 0: 8 */
    const char *proxy;   /* URL; NULL: as the environment says (http_proxy, ...); "": none */
    const char *const
        *allow; /* addresses that are reached although they are special: "127.0.0.1", "10.1.0.0/16" */
    size_t n_allow;
    int64_t (*now)(void *user); /* the clock of the cache, seconds since 1970; NULL: the system's */
    void *now_user;
} sign_net_options;

/* SIGN_E_ARGUMENT for an address that is none; SIGN_E_IO when the cache cannot be opened. */
SIGN_CALL sign_rc sign_net_new(const sign_net_options *opt, sign_net **out, sign_error *err);
/* Belongs to net. */
SIGN_API const sign_fetch *sign_net_fetch(const sign_net *net);
SIGN_API void sign_net_free(sign_net **net);

/* ---- the cache as a file: may be read and changed while others use it -------------------------------------
 */

/* One remembered answer; texts live for the length of the call. */
typedef struct sign_cache_row {
    sign_fetch_kind kind;
    const char *url;
    char issuer[65]; /* hex, as in the request */
    size_t octets;   /* of the body; 0 for a failure that is remembered */
    int failed;      /* nonzero: the server failed, and is not asked again before `expires` */
    int64_t obtained, expires, used;
} sign_cache_row;
typedef sign_rc (*sign_cache_fn)(void *user, const sign_cache_row *row, sign_error *err);

/* Every answer, newest first. An absent file is an empty cache. */
SIGN_CALL sign_rc sign_cache_each(const char *path, sign_cache_fn fn, void *user, sign_error *err);

typedef struct sign_cache_prune_options {
    size_t size;
    int64_t unused_since; /* not used since then; 0: no matter */
    int expired;          /* nonzero: those that are due to be asked for again */
    int all;              /* nonzero: everything */
    size_t keep_octets;   /* then the least recently used until the bodies take no more; 0: no bound */
} sign_cache_prune_options;
SIGN_CALL sign_rc sign_cache_prune(const char *path, const sign_cache_prune_options *opt, size_t *removed,
                                   sign_error *err);

/*
 * All answers (failures not) into one file, for a machine without network, and back: of two answers for the
 * same request the newer stays. What is imported is believed no more than what a server sends.
 */
SIGN_CALL sign_rc sign_cache_export(const char *path, const sign_output *out, size_t *count, sign_error *err);
SIGN_CALL sign_rc sign_cache_import(const char *path, const sign_input *in, size_t *count, sign_error *err);

SIGN_END_C

#endif
