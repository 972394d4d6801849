/*
 * run_net CASES PKI: certificates judged online against the test server, each case of the table and its
 * sibling without the fault; then what no row can say: that a memory of answers is right before and after a
 * revocation.
 */
#include "net/judge.h"
#include "server/door.h"
#include "server/wish.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DAY INT64_C(86400)

enum { COLUMNS = 6, MAX_LINE = 2048, DECOYS = 2, SLOWEST_MS = 20000 };

struct bench {
    struct http *http;
    struct realm *realm;
    char folder[64], file[96];
    int decoys[DECOYS]; /* listeners where no certificate may lead */
    int number, bad;
};

struct row {
    char line[MAX_LINE];
    const char *name, *wish, *options, *expect, *code, *evidence;
};

static void check(struct bench *b, bool ok, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void check(struct bench *b, bool ok, const char *format, ...) {
    va_list args;
    va_start(args, format);
    printf("%sok %d - ", ok ? "" : "not ", ++b->number);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    fflush(stdout);
    b->bad += !ok;
}

/* ---- rows -----------------------------------------------------------------------------------------------
 */

static bool has_word(const char *text, const char *word) {
    size_t n = strlen(word);
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        if ((at == text || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool row_read(struct row *r) {
    const char **columns[COLUMNS] = {&r->name, &r->wish, &r->options, &r->expect, &r->code, &r->evidence};
    char *rest = NULL;
    r->line[strcspn(r->line, "\r\n")] = '\0';
    char *word = strtok_r(r->line, "\t", &rest);
    for (size_t i = 0; i < COLUMNS; i++) {
        if (word == NULL) {
            return false;
        }
        *columns[i] = word;
        word = strtok_r(NULL, "\t", &rest);
    }
    return word == NULL;
}

static struct judge_options options_of(const struct row *r) {
    return (struct judge_options){.offline = has_word(r->options, "offline"),
                                  .closed = has_word(r->options, "closed"),
                                  .document = has_word(r->options, "document"),
                                  .no_intermediate = has_word(r->options, "intermediate=none"),
                                  .nonce = has_word(r->options, "nonce=require") ? SIGN_NONCE_REQUIRE
                                                                                 : SIGN_NONCE_PREFER};
}

/* The wish with a name; without faults when it is the sibling's; FILE is the list on the disk. */
static void wish_of(const struct bench *b, const struct row *r, bool sibling, char *out, size_t size) {
    int n = snprintf(out, size, "name=%s%s ", r->name, sibling ? "-kardes" : "");
    size_t at = (size_t)n;
    int slashes = 0;
    for (const char *p = r->wish; *p != '\0' && at + sizeof b->file < size; p++) {
        if (strncmp(p, "FILE", 4) == 0) {
            at += (size_t)snprintf(out + at, size - at, "%s", b->file);
            p += 3;
            continue;
        }
        slashes = *p == ' ' || *p == ',' ? 0 : slashes + (*p == '/');
        if (!sibling || slashes < 3) {
            out[at++] = *p;
        }
    }
    out[at] = '\0';
}

static const struct identity *issue(struct bench *b, const struct row *r, bool sibling) {
    char text[MAX_LINE];
    struct wish_text w;
    wish_of(b, r, sibling, text, sizeof text);
    if (strcmp(r->wish, "-") != 0 && !wish_read(text, http_port(b->http), &w)) {
        return NULL;
    }
    return realm_issue(b->realm, &w.wish);
}

/* The first address of the row that has a fault, into out; false when there is none. */
static bool faulty(const struct row *r, char *out, size_t size) {
    for (const char *p = strchr(r->wish, '='); p != NULL; p = strpbrk(p + 1, "=,")) {
        size_t n = strcspn(p + 1, " ,");
        int slashes = 0;
        for (size_t i = 0; i < n; i++) {
            slashes += p[1 + i] == '/';
        }
        if (p[1] == '/' && slashes == 3 && n < size) {
            snprintf(out, size, "%.*s", (int)n, p + 1);
            return true;
        }
    }
    return false;
}

/* "ocsp=/ocsp/ca crl=/crl/root": each is in the report, as fetched. */
static bool evidence(const struct bench *b, const struct row *r, const struct outcome *o) {
    char copy[MAX_LINE], url[512], *rest = NULL;
    if (strcmp(r->evidence, "-") == 0) {
        return true;
    }
    snprintf(copy, sizeof copy, "%s", r->evidence);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char *path = strchr(word, '=');
        *path++ = '\0';
        snprintf(url, sizeof url, "%s%s", http_base(b->http), path);
        bool aia = strcmp(word, "aia") == 0;
        if (!report_names(o->report, aia ? "chain" : "revocation", aia ? NULL : word, "network", url)) {
            return false;
        }
    }
    return true;
}

/* The server heard what it should have heard, and nothing that it should not. */
static bool heard(const struct bench *b, const struct row *r, const struct outcome *o,
                  const size_t before[3]) {
    char path[512];
    if (has_word(r->options, "offline")) {
        return o->asked == 0;
    }
    if (has_word(r->options, "closed") || strstr(r->wish, "://") != NULL) {
        return http_count(b->http, "/ocsp/ca") == before[0] && http_count(b->http, "/crl/ca") == before[1];
    }
    return !faulty(r, path, sizeof path) || http_count(b->http, path) > before[2];
}

static void complain(const struct bench *b, const struct row *r, const struct outcome *o, bool was_heard) {
    char codes[1500] = "";
    if (o->report != NULL) {
        report_codes(o->report, codes, sizeof codes);
    }
    printf("# %s: %s, %ld ms, %zu requests:%s\n", r->name, outcome_text(o), o->ms, o->asked, codes);
    if (o->report != NULL && !evidence(b, r, o)) {
        char *text = json_dumps(o->report, JSON_COMPACT);
        printf("# evidence missing: %s\n# %.3000s\n", r->evidence, text);
        free(text);
    }
    if (!was_heard) {
        printf("# the server heard other things than it should\n");
    }
}

static void run(struct bench *b, const struct row *r, bool sibling) {
    char path[512] = "/";
    struct judge_options options = options_of(r);
    const struct identity *id = issue(b, r, sibling);
    if (id == NULL) {
        check(b, false, "%s: the row can be read", r->name);
        return;
    }
    faulty(r, path, sizeof path);
    size_t before[3] = {http_count(b->http, "/ocsp/ca"), http_count(b->http, "/crl/ca"),
                        http_count(b->http, path)};
    struct outcome o = judge(b->http, b->realm, id, &options);
    const char *expect = sibling ? "PASSED" : r->expect;
    bool was_heard = sibling || heard(b, r, &o, before);
    bool ok = o.report != NULL && strcmp(outcome_text(&o), expect) == 0 && was_heard && o.ms < SLOWEST_MS;
    if (!sibling) {
        ok = ok && (strcmp(r->code, "-") == 0 || report_says(o.report, r->code)) && evidence(b, r, &o);
    }
    check(b, ok, "%s%s: %s", r->name, sibling ? " without its fault" : "", expect);
    if (!ok) {
        complain(b, r, &o, was_heard);
    }
    outcome_free(&o);
}

static void table(struct bench *b, const char *path, const char *only) {
    FILE *f = fopen(path, "r");
    struct row r;
    int rows = 0;
    must(f != NULL, path);
    while (fgets(r.line, sizeof r.line, f) != NULL) {
        if (*r.line == '#' || *r.line == '\n') {
            continue;
        }
        if (!row_read(&r)) {
            check(b, false, "a row of the table can be read: %s", r.line);
            continue;
        }
        if (only != NULL && strstr(r.name, only) == NULL) {
            continue;
        }
        rows++;
        run(b, &r, false);
        if (!has_word(r.options, "alone")) {
            run(b, &r, true);
        }
    }
    fclose(f);
    check(b, rows > 0, "the table has %d rows", rows);
}

/* ---- the same certificate, before and after --------------------------------------------------------------
 */

static bool gives(struct bench *b, const struct identity *id, const struct judge_options *o,
                  const char *expect, bool asks) {
    struct outcome out = judge(b->http, b->realm, id, o);
    bool ok = strcmp(outcome_text(&out), expect) == 0 && (out.asked > 0) == asks;
    if (!ok) {
        printf("# %s instead of %s, %zu requests\n", outcome_text(&out), expect, out.asked);
    }
    outcome_free(&out);
    return ok;
}

/* A cache spares requests, and never says more than what it holds is good for. */
static void remembered(struct bench *b) {
    char cache[128], wish[] = "name=hatirlanan ocsp=/ocsp/ca crl=/crl/ca";
    struct wish_text w;
    snprintf(cache, sizeof cache, "%s/cache.db", b->folder);
    struct judge_options o = {.cache = cache};
    struct judge_options without = {0};
    must(wish_read(wish, http_port(b->http), &w), wish);
    const struct identity *id = realm_issue(b->realm, &w.wish);
    int64_t now = realm_now(b->realm);
    check(b, gives(b, id, &o, "PASSED", true), "memory: the first time is asked for");
    check(b, gives(b, id, &o, "PASSED", false), "memory: the second time nobody is asked");
    o.shut = true;
    check(b, gives(b, id, &o, "PASSED", false), "memory: what is remembered serves offline, too");
    struct judge_options empty = {.shut = true};
    check(b, gives(b, id, &empty, "TRY_LATER", false),
          "memory: a door that is shut and remembers nothing has nothing");
    o.shut = false;
    realm_change(b->realm, id->cert, STATE_REVOKED, now - 60);
    check(b, gives(b, id, &without, "REVOKED_NO_POE", true),
          "memory: who remembers nothing sees the revocation");
    o.nonce = SIGN_NONCE_REQUIRE;
    check(b, gives(b, id, &o, "REVOKED_NO_POE", true),
          "memory: a nonce that is required cannot be remembered");
    o.nonce = SIGN_NONCE_PREFER;
    realm_change(b->realm, id->cert, STATE_SUSPENDED, now - 60);
    check(b, gives(b, id, &without, "TRY_LATER", true), "memory: a hold is seen");
    realm_change(b->realm, id->cert, STATE_GOOD, 0);
    check(b, gives(b, id, &without, "PASSED", true), "memory: and its end");
}

/* A response to somebody else's request is not believed, nor is it the next time because it was kept. */
static void replayed(struct bench *b) {
    char cache[128], wish[] = "name=yinelenen ocsp=/ocsp/ca/wrong-nonce";
    struct wish_text w;
    snprintf(cache, sizeof cache, "%s/cache.db", b->folder);
    struct judge_options o = {.cache = cache};
    must(wish_read(wish, http_port(b->http), &w), wish);
    const struct identity *id = realm_issue(b->realm, &w.wish);
    for (int i = 1; i <= 3; i++) {
        check(b, gives(b, id, &o, "TRY_LATER", true), "replayed: refused, time %d", i);
    }
    o.shut = true;
    check(b, gives(b, id, &o, "TRY_LATER", false), "replayed: nothing of it was kept");
}

/* A server that fails is left alone until its time has come, by lists and by responders. */
static void failing(struct bench *b) {
    static const char *const wishes[] = {"name=bozuk-1 crl=/crl/ca/status:500",
                                         "name=bozuk-2 ocsp=/ocsp/ca/status:503"};
    char cache[128];
    int64_t clock = realm_now(b->realm);
    snprintf(cache, sizeof cache, "%s/cache.db", b->folder);
    struct judge_options o = {.cache = cache, .clock = &clock};
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        const char *path = strchr(wishes[i], '=') + 1;
        struct wish_text w;
        path = strchr(path, '=') + 1;
        must(wish_read(wishes[i], http_port(b->http), &w), wishes[i]);
        const struct identity *id = realm_issue(b->realm, &w.wish);
        size_t before = http_count(b->http, path);
        check(b, gives(b, id, &o, "TRY_LATER", true), "failing: %s is asked", path);
        check(b, gives(b, id, &o, "TRY_LATER", false) && gives(b, id, &o, "TRY_LATER", false),
              "failing: and not again");
        size_t asked = http_count(b->http, path) - before;
        check(b, asked == 1, "failing: once: %zu", asked);
        clock += 61;
        bool later = gives(b, id, &o, "TRY_LATER", true);
        asked = http_count(b->http, path) - before;
        check(b, later && asked == 2, "failing: after a minute once more: %zu", asked);
    }
}

/* A list that nobody's certificate is there for is told of as that, and is not fetched again for it. */
static void orphaned(struct bench *b) {
    char cache[128], wish[] = "name=kimsesiz indirect=1 crl=/crl/ca/indirect";
    struct wish_text w;
    snprintf(cache, sizeof cache, "%s/cache.db", b->folder);
    struct judge_options o = {.cache = cache, .no_staff = true};
    must(wish_read(wish, http_port(b->http), &w), wish);
    const struct identity *id = realm_issue(b->realm, &w.wish);
    size_t before = http_count(b->http, "/crl/ca/indirect");
    for (int i = 1; i <= 3; i++) {
        struct outcome out = judge(b->http, b->realm, id, &o);
        check(b, strcmp(outcome_text(&out), "TRY_LATER") == 0 && report_says(out.report, "E3037"),
              "orphaned: its signer's certificate is missing, time %d", i);
        outcome_free(&out);
    }
    size_t asked = http_count(b->http, "/crl/ca/indirect") - before;
    check(b, asked == 1, "orphaned: fetched once: %zu", asked);
    o.no_staff = false;
    struct outcome out = judge(b->http, b->realm, id, &o);
    asked = http_count(b->http, "/crl/ca/indirect") - before;
    check(b, strcmp(outcome_text(&out), "PASSED") == 0 && asked == 1,
          "orphaned: with the certificate it serves from the cache: %s, %zu", outcome_text(&out), asked);
    outcome_free(&out);
}

/* A list that has run out is not what the next day is judged by; the answer of the day before stays the same.
 */
static void later(struct bench *b) {
    char cache[128], wish[] = "name=ertesi crl=/crl/ca";
    struct wish_text w;
    int64_t today = realm_now(b->realm), clock = today;
    snprintf(cache, sizeof cache, "%s/cache.db", b->folder);
    struct judge_options o = {.cache = cache, .clock = &clock, .at = today};
    must(wish_read(wish, http_port(b->http), &w), wish);
    const struct identity *id = realm_issue(b->realm, &w.wish);
    check(b, gives(b, id, &o, "PASSED", true), "later: today, good");
    realm_change(b->realm, id->cert, STATE_REVOKED, today + 3600);
    check(b, gives(b, id, &o, "PASSED", false), "later: today's list still serves");
    clock = o.at = today + 3 * DAY;
    realm_set_now(b->realm, clock);
    o.shut = true;
    check(b, gives(b, id, &o, "TRY_LATER", false), "later: in three days it has run out");
    o.shut = false;
    check(b, gives(b, id, &o, "REVOKED_NO_POE", true), "later: the new list has the revocation");
    o.shut = true;
    check(b, gives(b, id, &o, "REVOKED_NO_POE", false), "later: and is remembered in place of the old one");
    realm_set_now(b->realm, today);
}

/* ---- many at once ---------------------------------------------------------------------------------------
 */

enum { THREADS = 8 };

struct crowd {
    const struct identity *id;
    const sign_trust *trust;
    struct judge_options options;
};

static void *one_of_many(void *user) {
    const struct crowd *c = user;
    sign_report *report = NULL;
    sign_error err = {0};
    bool *ok = malloc(sizeof *ok);
    must(ok != NULL, "memory");
    *ok = judge_ask(c->id, c->trust, &c->options, &report, &err) == SIGN_OK;
    sign_report_free(&report);
    return ok;
}

/* Who asks the same at the same time waits for the one who asked first. */
static void together(struct bench *b) {
    char wish[] = "name=birlikte ocsp=/ocsp/ca/delay:300 crl=/crl/ca aia=/aia/ca/delay:300";
    struct wish_text w;
    sign_error err = {0};
    pthread_t threads[THREADS];
    must(wish_read(wish, http_port(b->http), &w), wish);
    struct crowd c = {.id = realm_issue(b->realm, &w.wish), .options = {.no_intermediate = true}};
    sign_net *net = judge_net(&c.options, &err);
    sign_trust *trust = judge_trust(b->realm, &c.options, sign_net_fetch(net), &err);
    c.trust = trust;
    bool all = net != NULL && trust != NULL;
    size_t ocsp = http_count(b->http, "/ocsp/ca/delay:300"), aia = http_count(b->http, "/aia/ca/delay:300");
    for (size_t i = 0; i < THREADS; i++) {
        must(pthread_create(&threads[i], NULL, one_of_many, &c) == 0, "a thread");
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *ok = NULL;
        pthread_join(threads[i], &ok);
        all = all && *(bool *)ok;
        free(ok);
    }
    ocsp = http_count(b->http, "/ocsp/ca/delay:300") - ocsp;
    aia = http_count(b->http, "/aia/ca/delay:300") - aia;
    check(b, all, "together: %d threads with one trust, all passed", THREADS);
    check(b, ocsp == 1 && aia == 1, "together: one question each: OCSP %zu, issuer %zu", ocsp, aia);
    sign_trust_free(&trust);
    sign_net_free(&net);
}

/* Every case of the table that is about content gives through the in-process door what it gives over sockets.
 */
static void same_through_door(struct bench *b) {
    static const char *const wishes[] = {
        "name=kapi-1 ocsp=/ocsp/ca",
        "name=kapi-2 ocsp=/ocsp/ca/wrong-nonce",
        "name=kapi-3 crl=/crl/ca",
        "name=kapi-4 crl=/crl/ca/expired",
        "name=kapi-5 crl=/crl/ca/flow",
        "name=kapi-6 ocsp=/ocsp/ca/reset crl=/crl/ca",
        "name=kapi-7 state=revoked crl=/crl/ca",
        "name=kapi-8 crl=/crl/ca/redirect-file",
    };
    struct door door;
    door_open(&door, b->realm);
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        struct wish_text w;
        must(wish_read(wishes[i], http_port(b->http), &w), wishes[i]);
        const struct identity *id = realm_issue(b->realm, &w.wish);
        struct judge_options over = {0}, through = {.fetch = &door.fetch};
        struct outcome x = judge(b->http, b->realm, id, &over), y = judge(b->http, b->realm, id, &through);
        check(b,
              x.report != NULL && y.report != NULL && strcmp(outcome_text(&x), outcome_text(&y)) == 0 &&
                  x.asked > 0 && y.asked == 0,
              "door and sockets agree on %s: %s, %s", wishes[i], outcome_text(&x), outcome_text(&y));
        outcome_free(&x);
        outcome_free(&y);
    }
    door_close(&door);
}

/* ---- around it ------------------------------------------------------------------------------------------
 */

static int decoy(int family, const void *address, socklen_t size) {
    int yes = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    }
    if (fd < 0 || bind(fd, address, size) != 0 || listen(fd, 64) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void open_decoys(struct bench *b) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(http_port(b->http))};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(http_port(b->http))};
    inet_pton(AF_INET, "127.0.0.2", &four.sin_addr);
    inet_pton(AF_INET6, "::1", &six.sin6_addr);
    b->decoys[0] = decoy(AF_INET, &four, sizeof four);
    b->decoys[1] = decoy(AF_INET6, &six, sizeof six);
}

static int callers(const struct bench *b) {
    int n = 0;
    for (size_t i = 0; i < DECOYS; i++) {
        for (int fd = accept(b->decoys[i], NULL, NULL); fd >= 0; fd = accept(b->decoys[i], NULL, NULL)) {
            close(fd);
            n++;
        }
    }
    return n;
}

/* That nobody came means something only when somebody could have. */
static bool decoys_notice(const struct bench *b) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(http_port(b->http))};
    inet_pton(AF_INET, "127.0.0.2", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    int came = callers(b);
    close(fd);
    return connected && came == 1;
}

static void set_up(struct bench *b, const char *pki) {
    b->http = http_open(NULL);
    must(b->http != NULL, "a listener");
    b->realm = realm_open(pki, http_base(b->http), (int64_t)time(NULL));
    must(http_start(b->http, b->realm), "a thread");
    snprintf(b->folder, sizeof b->folder, "%s", "/tmp/kalem-net-XXXXXX");
    must(mkdtemp(b->folder) != NULL, "a folder");
    snprintf(b->file, sizeof b->file, "%s/liste.crl", b->folder);
    struct ask ask = {.target = "/crl/ca", .type = ""};
    struct reply reply;
    respond(b->realm, &ask, &reply);
    FILE *f = fopen(b->file, "w");
    must(f != NULL && fwrite(reply.body.data, 1, reply.body.len, f) == reply.body.len && fclose(f) == 0,
         b->file);
    reply_free(&reply);
    open_decoys(b);
}

static void tear_down(struct bench *b) {
    static const char *const files[] = {"liste.crl", "cache.db", "cache.db-wal", "cache.db-shm"};
    char path[128];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", b->folder, files[i]);
        unlink(path);
    }
    rmdir(b->folder);
    for (size_t i = 0; i < DECOYS; i++) {
        if (b->decoys[i] >= 0) {
            close(b->decoys[i]);
        }
    }
    http_close(b->http);
    realm_close(b->realm);
}

int main(int argc, char **argv) {
    struct bench b = {0};
    struct rusage used;
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: run_net CASES PKI [PART-OF-A-NAME]\n");
        return 64;
    }
    set_up(&b, argv[2]);
    check(&b, decoys_notice(&b), "a listener where no certificate may lead notices who comes");
    table(&b, argv[1], argc == 4 ? argv[3] : NULL);
    if (argc == 3) {
        remembered(&b);
        replayed(&b);
        failing(&b);
        later(&b);
        orphaned(&b);
        together(&b);
        same_through_door(&b);
    }
    check(&b, callers(&b) == 0, "nobody was sent to an address that is not allowed");
    check(&b, decoys_notice(&b), "it noticed until the end");
    double gigabytes = (double)http_octets(b.http) / 1e9;
    check(&b, gigabytes < 4, "of more than 40 GB of answers that were promised, %.2f were taken", gigabytes);
    getrusage(RUSAGE_SELF, &used);
    check(&b, used.ru_maxrss < 1 << 20, "memory stayed below 1 GB: %ld KB", used.ru_maxrss);
    tear_down(&b);
    return b.bad != 0;
}
