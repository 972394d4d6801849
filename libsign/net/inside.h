/* net/inside.h - what the files of the door share. */
#ifndef NET_INSIDE_H
#define NET_INSIDE_H

#include "base/limits.h"
#include "net/cache.h"
#include "net/peek.h"
#include "net/url.h"
#include <pthread.h>

/* How a socket is made: the system's, or one that tests and searches for flaws hand in, connected already. */
struct net_sockets {
    int (*open)(void *user, int family, int type, int protocol); /* -1: none */
    void *user;
    bool connected;
};

/* Connections that stay open between calls; of one call at a time. */
struct net_line {
    CURLM *multi;
    CURL *idle[LIMIT_TRANSFERS];
    size_t n_idle;
};

struct sign_net {
    sign_net_options opt; /* its numbers, defaults filled in; its pointers are not used */
    char *proxy;          /* NULL: as the environment says */
    struct net_ranges allow;
    struct net_sockets sockets;
    struct netcache *cache; /* NULL: nothing is remembered */
    bool curl_ready;
    sign_fetch door;
    pthread_mutex_t lock; /* of what follows */
    struct net_line *lines[LIMIT_FETCH_IDLE];
    size_t n_lines;
};

/* sign_net_new, with sockets of the caller. */
sign_rc net_new(const sign_net_options *opt, const struct net_sockets *sockets, sign_net **out,
                sign_error *err);
void net_call(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers);

struct net_line *net_line_lend(sign_net *net); /* NULL: out of memory */
void net_line_back(sign_net *net, struct net_line *line);
void net_line_free(struct net_line **line);

int64_t net_clock(void); /* milliseconds of a clock that is never set */

/* Octets of the answer to it, at most. */
size_t net_limit(const sign_fetch_request *r);

/* ---- one transfer: a request, followed over its redirects ---- */
enum stage { STAGE_WAITING = 0, STAGE_RUNNING, STAGE_DONE };
struct transfer {
    sign_net *net;
    const sign_fetch_request *request;
    sign_fetch_answer *answer;
    enum stage stage;
    /* its entry of the cache */
    struct netcache_key key;
    bool cached, waited;
    int64_t changes, look_at; /* milliseconds: when to look at the cache again */
    uint8_t owner[16];        /* of the lease */
    /* while it runs */
    struct net_line *line;
    CURL *easy;
    net_url url;
    char origin[300]; /* of the first URL */
    struct curl_slist *headers;
    bool proxied, connected, opened, refused;
    bool over, dropped; /* the body is too large; it is not wanted */
    bool out_of_memory;
    char special[120]; /* what was refused */
    unsigned redirects;
    int64_t began, last; /* milliseconds; last: when something came */
    size_t unwanted;
    struct net_head head;
    grow body;
    char text[CURL_ERROR_SIZE];
};
/* false: it could not even begin, and the answer says why. */
bool transfer_begin(struct transfer *t, struct net_line *line);
/* libcurl is done with it: true when the answer is there, false when it goes on to another URL. */
bool transfer_done(struct transfer *t, CURLcode code);
/* When it is to be given up if nothing comes, in milliseconds of net_clock. */
int64_t transfer_deadline(const struct transfer *t);
void transfer_give_up(struct transfer *t);
void transfer_clear(struct transfer *t);

#endif
