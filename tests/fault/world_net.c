/*
 * What is fetched: a realm whose answers come in-process, and a process that gives the same kind of answers
 * over the loopback interface. The in-process answers are made while nothing fails: they stand for servers,
 * which have their own memory.
 */
#include "world.h"

#include "hooks.h"
#include "pki/parts.h"
#include "server/door.h"
#include "server/http.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KINDS = 5, FILES = 8 };

/*
 * Of the last answer of each kind a copy is kept: these are the files of the runs without network. What is
 * asked for without a body has always the same answer: it is signed once, and not in every child.
 */
struct world_door {
    struct door door;
    sign_fetch fetch;
    bool keeps;
    sign_buf last[KINDS];
    struct {
        char url[64];
        sign_buf body;
    } files[FILES];
    size_t n_files;
};

static bool told(bool ok, const char *what, const sign_error *err) {
    if (!ok)
        fprintf(stderr, "fault: %s: %s %s\n", what, sign_rc_name(err->code), err->text);
    return ok;
}

int64_t world_clock(void) {
    return WORLD_NOW;
}

int64_t world_net_clock(void *user) {
    (void)user;
    return WORLD_NOW;
}

static const sign_buf *file_of(const struct world_door *d, const char *url) {
    for (size_t i = 0; i < d->n_files; i++)
        if (strcmp(d->files[i].url, url) == 0)
            return &d->files[i].body;
    return NULL;
}

static void answer(struct world_door *d, const sign_fetch_request *r, sign_fetch_answer *a) {
    const sign_buf *file = r->body.len == 0 ? file_of(d, r->url) : NULL;
    if (file) {
        a->rc = buf_copy(BYTES(file->data, file->len), &a->body, NULL);
        a->obtained = WORLD_NOW;
        return;
    }
    d->door.fetch.call(d->door.fetch.user, r, 1, a);
    size_t n = d->n_files;
    if (a->rc == SIGN_OK && r->body.len == 0 && n < FILES && strlen(r->url) < sizeof d->files[n].url &&
        buf_copy(BYTES(a->body.data, a->body.len), &d->files[n].body, NULL) == SIGN_OK) {
        snprintf(d->files[n].url, sizeof d->files[n].url, "%s", r->url);
        d->n_files++;
    }
}

static void call(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers) {
    struct world_door *d = user;
    bool were_on = faults_off();
    for (size_t i = 0; i < n; i++) {
        answer(d, &requests[i], &answers[i]);
        sign_buf *last = &d->last[requests[i].kind];
        if (!d->keeps)
            continue;
        sign_buf_free(last);
        (void)buf_copy(BYTES(answers[i].body.data, answers[i].body.len), last, NULL);
    }
    if (were_on)
        faults_on();
}

/* ---- the server ------------------------------------------------------------------------------ */

/* Ends when nobody holds the other end of `until` any more. */
static void serve(int tell, int until) {
    char base[64] = "", end;
    struct http *http = http_open(NULL);
    must(http != NULL, "the server");
    struct realm *realm = realm_open(SIGN_TEST_PKI, http_base(http), WORLD_NOW);
    must(http_start(http, realm), "the server");
    snprintf(base, sizeof base, "%s", http_base(http));
    must(write(tell, base, sizeof base) == sizeof base, "the server's address");
    while (read(until, &end, 1) > 0)
        continue;
    _exit(0);
}

static bool server_make(struct world_net *n) {
    int tell[2], until[2];
    if (pipe(tell) != 0 || pipe(until) != 0)
        return false;
    n->server = fork();
    if (n->server == 0) {
        close(until[1]);
        serve(tell[1], until[0]);
    }
    close(tell[1]);
    close(until[0]);
    n->until = until[1];
    bool ok = n->server > 0 && read(tell[0], n->base, sizeof n->base) == sizeof n->base;
    close(tell[0]);
    return ok;
}

/* ---- the cache ------------------------------------------------------------------------------- */

void world_cache_path(const struct world *w, const char *name, char path[100]) {
    snprintf(path, 100, "%s/%s.db", w->net.folder, name);
}

void world_cache_remove(const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm", ".broken"};
    char part[128];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(part, sizeof part, "%s%s", path, ends[i]);
        unlink(part);
    }
}

sign_rc world_net_new(const struct world *w, const char *cache, sign_net **out, sign_error *err) {
    static const char *const allow[] = {"127.0.0.1"};
    (void)w;
    const sign_net_options opt = {.size = sizeof opt,
                                  .cache = cache,
                                  .proxy = "",
                                  .allow = allow,
                                  .n_allow = 1,
                                  .now = world_net_clock};
    return sign_net_new(&opt, out, err);
}

/* An empty cache, one with the root's list, and that as a file to be carried. */
static bool caches_make(struct world *w) {
    sign_net *net = NULL;
    sign_error err = {0};
    sign_fetch_answer a = {0};
    char path[100];
    snprintf(w->net.list_url, sizeof w->net.list_url, "%s/crl/root", w->net.base);
    world_cache_path(w, "empty", path);
    bool ok = told(world_net_new(w, path, &net, &err) == SIGN_OK, "empty cache", &err);
    sign_net_free(&net);
    world_cache_path(w, "full", path);
    if (!ok || !told(world_net_new(w, path, &net, &err) == SIGN_OK, "cache", &err))
        return false;
    const sign_fetch_request r = {.size = sizeof r, .kind = SIGN_FETCH_CRL, .url = w->net.list_url};
    const sign_fetch *door = sign_net_fetch(net);
    door->call(door->user, &r, 1, &a);
    sign_net_free(&net);
    w->net.list = a.body;
    if (a.rc != SIGN_OK)
        fprintf(stderr, "fault: %s: %s\n", r.url, a.problem);
    return a.rc == SIGN_OK &&
           told(sign_cache_export(path, &(sign_output){.buf = &w->net.carried}, NULL, &err) == SIGN_OK,
                "export", &err);
}

/* ---- identities ------------------------------------------------------------------------------ */

static bool der_of(const struct identity *id, sign_buf *out) {
    uint8_t der[4096], *at = der;
    int len = i2d_X509(id->cert, NULL);
    return len > 0 && (size_t)len <= sizeof der && i2d_X509(id->cert, &at) == len &&
           buf_copy(BYTES(der, (size_t)len), out, NULL) == SIGN_OK;
}

static bool sign_with(struct world *w, const struct identity *id) {
    char path[100];
    sign_key *key = NULL;
    sign_error err = {0};
    sign_input in = world_document();
    sign_options opt = world_options();
    snprintf(path, sizeof path, "%s/ali.pem", w->net.folder);
    FILE *f = fopen(path, "w");
    bool ok = f != NULL && PEM_write_PKCS8PrivateKey(f, id->key, NULL, NULL, 0, NULL, NULL) == 1 &&
              PEM_write_X509(f, id->cert) == 1;
    ok = f != NULL && fclose(f) == 0 && ok &&
         told(sign_key_open(path, NULL, &key, &err) == SIGN_OK, path, &err) &&
         told(sign_create(key, &in, &opt, &(sign_output){.buf = &w->net.signature}, &err) == SIGN_OK,
              "signature", &err);
    sign_key_free(&key);
    unlink(path);
    return ok;
}

/*
 * ali: the issuer by AIA, answered for by OCSP. late: the responder has no time, and of the lists the delta
 * alone says that it is revoked.
 */
static bool identities_make(struct world *w) {
    static const struct wish ali = {.name = "ali",
                                    .issuer = AUTHORITY_CA,
                                    .ocsp = "/ocsp/ca",
                                    .aia = "/aia/ca"},
                             late = {.name = "late",
                                     .issuer = AUTHORITY_CA,
                                     .state = STATE_LATE,
                                     .ocsp = "/ocsp/ca/response:3",
                                     .aia = "/aia/ca",
                                     .crl = "/crl/ca",
                                     .freshest = "/crl/ca/delta"};
    struct world_net *n = &w->net;
    n->realm = realm_open(SIGN_TEST_PKI, "http://servers.test", WORLD_NOW);
    n->door = calloc(1, sizeof *n->door);
    if (n->realm == NULL || n->door == NULL)
        return false;
    door_open(&n->door->door, n->realm);
    n->door->fetch = (sign_fetch){.call = call, .user = n->door};
    const struct identity *signer = realm_issue(n->realm, &ali);
    return der_of(signer, &n->ali) && der_of(realm_issue(n->realm, &late), &n->late) &&
           der_of(realm_authority(n->realm, AUTHORITY_ROOT), &n->root) && sign_with(w, signer);
}

static sign_input input(const char *name, const sign_buf *b) {
    return (sign_input){.name = name, .data = {b->data, b->len}};
}

sign_rc world_trust_online(const struct world *w, sign_trust **out, sign_error *err) {
    const sign_input root = input("root", &w->net.root);
    const sign_trust_options opt = {
        .size = sizeof opt, .anchors = &root, .n_anchors = 1, .fetch = &w->net.door->fetch};
    sign_rc rc = sign_trust_new(&opt, out, err);
    if (rc == SIGN_OK)
        (*out)->clock = world_clock; /* what is remembered does not run out while the runs take their time */
    return rc;
}

sign_rc world_trust_files(const struct world *w, sign_trust **out, sign_error *err) {
    const struct world_net *n = &w->net;
    const sign_buf *last = n->door->last;
    const sign_input certs[] = {input("ca", &last[SIGN_FETCH_CERTIFICATES])},
                     crls[] = {input("crl", &last[SIGN_FETCH_CRL])},
                     ocsps[] = {input("ocsp", &last[SIGN_FETCH_OCSP])};
    const sign_anchor list[] = {
        {.der = {n->root.data, n->root.len}, .purposes = SIGN_FOR_ALL, .source = "root"}};
    const sign_trust_options opt = {.size = sizeof opt,
                                    .list = list,
                                    .n_list = 1,
                                    .certs = certs,
                                    .n_certs = 1,
                                    .crls = crls,
                                    .n_crls = 1,
                                    .ocsps = ocsps,
                                    .n_ocsps = 1,
                                    .fetch = &n->door->fetch};
    return sign_trust_new(&opt, out, err);
}

/* One check online fills n->trust, and what was answered is kept as files. */
static bool trusts_make(struct world *w) {
    struct world_net *n = &w->net;
    sign_error err = {0};
    sign_report *report = NULL;
    const sign_input in = input("imza", &n->signature);
    n->door->keeps = true;
    bool ok = told(world_trust_online(w, &n->trust, &err) == SIGN_OK, "trust", &err) &&
              told(sign_verify(&in, NULL, 0, n->trust, &w->verify_options, &report, &err) == SIGN_OK,
                   "online", &err);
    n->door->keeps = false;
    sign_report_free(&report);
    return ok && told(world_trust_files(w, &n->files, &err) == SIGN_OK, "files", &err);
}

bool world_net_make(struct world *w) {
    snprintf(w->net.folder, sizeof w->net.folder, "/tmp/fault-XXXXXX");
    return mkdtemp(w->net.folder) != NULL && server_make(&w->net) && caches_make(w) && identities_make(w) &&
           trusts_make(w);
}

void world_net_free(struct world *w) {
    struct world_net *n = &w->net;
    static const char *const caches[] = {"empty", "full"};
    char path[100];
    sign_trust_free(&n->trust);
    sign_trust_free(&n->files);
    for (size_t i = 0; n->door != NULL && i < KINDS; i++)
        sign_buf_free(&n->door->last[i]);
    for (size_t i = 0; n->door != NULL && i < n->door->n_files; i++)
        sign_buf_free(&n->door->files[i].body);
    if (n->door != NULL)
        door_close(&n->door->door);
    free(n->door);
    realm_close(n->realm);
    sign_buf *const all[] = {&n->ali, &n->late, &n->root, &n->signature, &n->list, &n->carried};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sign_buf_free(all[i]);
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
        world_cache_path(w, caches[i], path);
        world_cache_remove(path);
    }
    rmdir(n->folder);
    if (n->server > 0) {
        close(n->until);
        (void)waitpid(n->server, NULL, 0);
    }
}
