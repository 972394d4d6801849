/* net/net.c - the object: its options, its connections. */
#include "net/inside.h"

#include "base/time.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct sign_net *sign_net_ptr;
CLEANUP(sign_net_ptr, sign_net_free);
enum { CONNECTIONS = 32 };

void net_line_free(struct net_line **line) {
    if (*line == NULL)
        return;
    for (size_t i = 0; i < (*line)->n_idle; i++)
        curl_easy_cleanup((*line)->idle[i]);
    if ((*line)->multi != NULL)
        (void)curl_multi_cleanup((*line)->multi);
    free(*line);
    *line = NULL;
}

struct net_line *net_line_lend(sign_net *net) {
    struct net_line *line = NULL;
    (void)pthread_mutex_lock(&net->lock);
    if (net->n_lines > 0)
        line = net->lines[--net->n_lines];
    (void)pthread_mutex_unlock(&net->lock);
    if (line != NULL)
        return line;
    line = calloc(1, sizeof *line);
    if (line == NULL)
        return NULL;
    line->multi = curl_multi_init();
    if (line->multi == NULL ||
        curl_multi_setopt(line->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS) != CURLM_OK)
        net_line_free(&line);
    return line;
}

void net_line_back(sign_net *net, struct net_line *line) {
    (void)pthread_mutex_lock(&net->lock);
    if (net->n_lines < LIMIT_FETCH_IDLE)
        net->lines[net->n_lines++] = TAKE(line);
    (void)pthread_mutex_unlock(&net->lock);
    net_line_free(&line);
}

void sign_net_free(sign_net **net) {
    if (net == NULL || *net == NULL)
        return;
    sign_net *n = *net;
    for (size_t i = 0; i < n->n_lines; i++)
        net_line_free(&n->lines[i]);
    netcache_free(&n->cache);
    if (n->curl_ready)
        curl_global_cleanup();
    (void)pthread_mutex_destroy(&n->lock);
    free(n->proxy);
    free(n->allow.ranges);
    free(n);
    *net = NULL;
}

static unsigned or_else(unsigned given, unsigned otherwise) {
    return given > 0 ? given : otherwise;
}

static void fill(sign_net *net, const sign_net_options *opt) {
    enum { MOST_MS = 24 * 3600 * 1000 };
    unsigned total = or_else(opt->total_ms, 30000), redirects = or_else(opt->redirects, 3),
             parallel = or_else(opt->parallel, 8);
    net->opt = (sign_net_options){
        .offline = opt->offline,
        .connect_ms = or_else(opt->connect_ms, 5000),
        .total_ms = total < MOST_MS ? total : MOST_MS,
        .idle_ms = or_else(opt->idle_ms, 10000),
        .redirects = redirects < LIMIT_REDIRECTS ? redirects : LIMIT_REDIRECTS,
        .parallel = parallel < LIMIT_TRANSFERS ? parallel : LIMIT_TRANSFERS,
    };
    net->door = (sign_fetch){.call = net_call, .user = net};
}

static sign_rc read_allowed(sign_net *net, const sign_net_options *opt, sign_error *err) {
    if (opt->n_allow == 0)
        return SIGN_OK;
    net->allow.ranges = calloc(opt->n_allow, sizeof *net->allow.ranges);
    if (net->allow.ranges == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < opt->n_allow; i++)
        if (opt->allow[i] == NULL || !net_range_read(opt->allow[i], &net->allow.ranges[i]))
            return fail(err, SIGN_E_ARGUMENT, MSG_NET_ADDRESS, "%s", opt->allow[i] ? opt->allow[i] : "");
    net->allow.n = opt->n_allow;
    return SIGN_OK;
}

/* Since libcurl 7.84 this may be called by several threads at once, and counts; a build that cannot is not
 * used, because then the program would have to call it before its threads begin. */
static sign_rc ready_curl(sign_net *net, sign_error *err) {
    const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
    if ((v->features & CURL_VERSION_THREADSAFE) == 0)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_NET_LIBRARY, "libcurl %s is not safe for threads",
                    v->version);
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK)
        return fail(err, SIGN_E_NETWORK, MSG_NET_LIBRARY, "libcurl: %s", curl_easy_strerror(code));
    net->curl_ready = true;
    return SIGN_OK;
}

static sign_rc set_up(sign_net *net, const sign_net_options *opt, sign_error *err) {
    if (opt->proxy != NULL && (net->proxy = strdup(opt->proxy)) == NULL)
        return fail_memory(err);
    sign_rc rc = read_allowed(net, opt, err);
    if (rc == SIGN_OK && !opt->offline)
        rc = ready_curl(net, err);
    if (rc != SIGN_OK || opt->cache == NULL)
        return rc;
    struct netcache_options cache = {.path = opt->cache, .now = opt->now, .now_user = opt->now_user};
    return netcache_new(&cache, &net->cache, err);
}

sign_rc net_new(const sign_net_options *opt, const struct net_sockets *sockets, sign_net **out,
                sign_error *err) {
    AUTO(sign_net_ptr) net = calloc(1, sizeof *net);
    if (net == NULL)
        return fail_memory(err);
    if (pthread_mutex_init(&net->lock, NULL) != 0) {
        free(TAKE(net));
        return fail_memory(err);
    }
    fill(net, opt);
    if (sockets != NULL)
        net->sockets = *sockets;
    sign_rc rc = set_up(net, opt, err);
    if (rc != SIGN_OK)
        return rc;
    *out = TAKE(net);
    return SIGN_OK;
}

sign_rc sign_net_new(const sign_net_options *opt, sign_net **out, sign_error *err) {
    const sign_net_options none = {.size = sizeof none};
    if (out == NULL ||
        (opt != NULL && (opt->size != sizeof *opt || (opt->n_allow > 0 && opt->allow == NULL))))
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_net_new: out, or options of another size");
    return net_new(opt != NULL ? opt : &none, NULL, out, err);
}

const sign_fetch *sign_net_fetch(const sign_net *net) {
    return net != NULL ? &net->door : NULL;
}
