/* Runs of the door to the network, against a server of our own, and of its cache. */
#include "runs.h"

#include "base/bytes.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A cache of this child's own: children run beside one another. */
static void own_path(const struct world *w, char path[100]) {
    char name[32];
    snprintf(name, sizeof name, "own-%ld", (long)getpid());
    world_cache_path(w, name, path);
}

static bool own_cache(const struct world *w, const char *like, char path[100]) {
    char from[100];
    static uint8_t all[1 << 17];
    world_cache_path(w, like, from);
    own_path(w, path);
    FILE *in = fopen(from, "rb");
    size_t n = in ? fread(all, 1, sizeof all, in) : 0;
    FILE *out = n > 0 && n < sizeof all ? fopen(path, "wb") : NULL;
    bool ok = out && fwrite(all, 1, n, out) == n;
    ok = (!out || fclose(out) == 0) && ok;
    if (in)
        fclose(in);
    return ok;
}

int run_net_new(const struct world *w) {
    sign_error err = {0};
    sign_net *net = NULL;
    char path[100];
    own_path(w, path);
    faults_on();
    sign_rc rc = world_net_new(w, path, &net, &err);
    faults_off();
    bool right = rc == SIGN_OK ? sign_net_fetch(net) != NULL : net == NULL;
    faults_on();
    sign_net_free(&net);
    faults_off();
    world_cache_remove(path);
    return judged(rc, &err, right);
}

/* What comes is the list, or a problem that is told. */
static int fetch(const struct world *w, const sign_net *net, const char *url) {
    sign_fetch_answer a = {0};
    const sign_fetch_request r = {.size = sizeof r, .kind = SIGN_FETCH_CRL, .url = url};
    const sign_fetch *door = sign_net_fetch(net);
    faults_on();
    door->call(door->user, &r, 1, &a);
    faults_off();
    bool same = a.body.len == w->net.list.len && a.body.len > 0 &&
                memcmp(a.body.data, w->net.list.data, a.body.len) == 0;
    bool right = a.rc == SIGN_OK ? same : a.rc < 0 && a.body.data == NULL && a.problem[0];
    int rc = right ? (int)a.rc : RUN_WRONG;
    sign_buf_free(&a.body);
    return rc;
}

static int fetch_with(const struct world *w, const char *cache, const char *url) {
    sign_net *net = NULL;
    if (world_net_new(w, cache, &net, NULL) != SIGN_OK)
        return RUN_WRONG;
    int result = fetch(w, net, url);
    sign_net_free(&net);
    return result;
}

/* The first one: asked for, and put into the cache. */
int run_net_fetch(const struct world *w) {
    char path[100];
    if (!own_cache(w, "empty", path))
        return RUN_WRONG;
    int result = fetch_with(w, path, w->net.list_url);
    world_cache_remove(path);
    return result;
}

int run_net_fetch_remembered(const struct world *w) {
    char path[100];
    if (!own_cache(w, "full", path))
        return RUN_WRONG;
    int result = fetch_with(w, path, w->net.list_url);
    world_cache_remove(path);
    return result;
}

int run_net_fetch_refused(const struct world *w) {
    return fetch_with(w, NULL, "http://10.0.0.1/crl");
}

struct seen {
    const struct world *world;
    size_t n, right;
};

static sign_rc see(void *user, const sign_cache_row *row, sign_error *err) {
    struct seen *s = user;
    (void)err;
    s->n++;
    s->right += row->kind == SIGN_FETCH_CRL && strcmp(row->url, s->world->net.list_url) == 0 &&
                row->octets == s->world->net.list.len;
    return SIGN_OK;
}

int run_cache_each(const struct world *w) {
    sign_error err = {0};
    struct seen s = {.world = w};
    char path[100];
    if (!own_cache(w, "full", path))
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_cache_each(path, see, &s, &err);
    faults_off();
    world_cache_remove(path);
    return judged(rc, &err, s.n == s.right && (rc != SIGN_OK || s.n == 1));
}

static size_t rows_of(const struct world *w, const char *path) {
    struct seen s = {.world = w};
    return sign_cache_each(path, see, &s, NULL) == SIGN_OK ? s.n : SIZE_MAX;
}

/* All or nothing. */
int run_cache_prune(const struct world *w) {
    sign_error err = {0};
    const sign_cache_prune_options opt = {.size = sizeof opt, .all = 1};
    char path[100];
    size_t removed = 0;
    if (!own_cache(w, "full", path))
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_cache_prune(path, &opt, &removed, &err);
    faults_off();
    size_t left = rows_of(w, path);
    world_cache_remove(path);
    return judged(rc, &err, rc == SIGN_OK ? removed == 1 && left == 0 : removed == 0 && left == 1);
}

int run_cache_export(const struct world *w) {
    sign_error err = {0};
    sign_buf out = {0};
    size_t n = 0;
    char path[100];
    if (!own_cache(w, "full", path))
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_cache_export(path, &(sign_output){.buf = &out}, &n, &err);
    faults_off();
    world_cache_remove(path);
    bool right = rc == SIGN_OK ? n == 1 && bytes_equal(BUF(out), BUF(w->net.carried)) : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_cache_import(const struct world *w) {
    sign_error err = {0};
    const sign_input in = {.name = "depo", .data = BUF(w->net.carried)};
    size_t n = 0;
    char path[100];
    if (!own_cache(w, "empty", path))
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_cache_import(path, &in, &n, &err);
    faults_off();
    size_t rows = rows_of(w, path);
    world_cache_remove(path);
    return judged(rc, &err, rc == SIGN_OK ? n == 1 && rows == 1 : rows == 0);
}
