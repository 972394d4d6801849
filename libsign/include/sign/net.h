/* sign/net.h - the ready-made door to the network (HTTP and HTTPS), and its cache. */
#ifndef SIGN_NET_H
#define SIGN_NET_H

#include <sign/fetch.h>

SIGN_BEGIN_C

/*
 * A fetch over libcurl, with connections kept, and a cache in a file (SQLite). Share one among all threads; a
 * process made by fork makes its own. Nothing has to be called before the first one is made.
 *
 * An answer is remembered until the earliest of nextUpdate, the server's max-age, and a day (certificates: a
 * week; an OCSP response without nextUpdate: five minutes). What is due is asked for by one of all threads
 * and processes that want it, the others wait for its answer. When the server fails it is not asked again for
 * a minute, then two, four ... an hour, and what was remembered is given as SIGN_FROM_STALE with the problem.
 * An answer that is not what was asked for (no CRL, an OCSP response that is not successful) is a failure.
 * Time-stamps are not remembered. A damaged cache is renamed to PATH.broken and made anew, one that cannot be
 * written is only read; neither stops a request.
 */
typedef struct sign_net sign_net;

/*
 * Loopback, private, link-local and other special addresses (RFC 6890) are refused when the connection is
 * made, after the name was resolved, for every redirect anew; so are schemes other than http and https, and
 * URLs with a user name. Through a proxy, which is reached wherever it is, the library can judge only a host
 * that is written as an address, and localhost: names are resolved by the proxy.
 * Nothing but the request and its own headers is sent (those to the first host only): no cookies, no
 * credentials of .netrc, no Accept-Encoding. A body in an encoding is refused, as is every status but 200.
 */
typedef struct sign_net_options {
    size_t size;         /* sizeof(sign_net_options) */
    const char *cache;   /* file; made when absent; NULL: nothing is remembered */
    int offline;         /* nonzero: from the cache only, due or not; no socket is opened */
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

/*
 * SIGN_E_ARGUMENT for an address that is none. SIGN_E_IO when the cache can be neither read nor made,
 * SIGN_E_FORMAT when the file is a database of another program, SIGN_E_UNSUPPORTED for one of a newer
 * version; a caller who wants to go on then does so without a cache. SIGN_E_UNSUPPORTED too when libcurl was
 * built without safety for threads.
 */
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
    char issuer[65];  /* hex, as in the request */
    size_t octets;    /* of the body; 0 for a failure that is remembered */
    int failed;       /* nonzero: the server failed, and is not asked again before `expires` */
    int64_t obtained; /* of a failure: when it failed */
    int64_t expires, used;
} sign_cache_row;
typedef sign_rc (*sign_cache_fn)(void *user, const sign_cache_row *row, sign_error *err);

/* Every answer, newest first. An absent file is an empty cache. SIGN_E_IO, SIGN_E_FORMAT; what fn returns. */
SIGN_CALL sign_rc sign_cache_each(const char *path, sign_cache_fn fn, void *user, sign_error *err);

typedef struct sign_cache_prune_options {
    size_t size;
    int64_t unused_since; /* not used since then; 0: no matter */
    int expired;          /* nonzero: those that are due to be asked for again */
    int all;              /* nonzero: everything */
    size_t keep_octets;   /* then the least recently used until the bodies take no more; 0: no bound */
} sign_cache_prune_options;
/* What one of the conditions is true of is removed. removed may be NULL. */
SIGN_CALL sign_rc sign_cache_prune(const char *path, const sign_cache_prune_options *opt, size_t *removed,
                                   sign_error *err);

/*
 * All answers (failures not) into one file, for a machine without network, and back: of two answers for the
 * same request the newer stays. What is imported is believed no more than what a server sends. A file that
 * is not whole, or has anything in it that no server's answer is, is SIGN_E_FORMAT and changes nothing. count
 * (may be NULL): answers written, or taken.
 */
SIGN_CALL sign_rc sign_cache_export(const char *path, const sign_output *out, size_t *count, sign_error *err);
SIGN_CALL sign_rc sign_cache_import(const char *path, const sign_input *in, size_t *count, sign_error *err);

SIGN_END_C

#endif
