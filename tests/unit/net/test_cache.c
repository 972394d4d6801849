/* The cache, with a clock of the test: through the door, and by itself. */
#include "site.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(cache, .init = open_cached, .fini = close_all);

static unsigned hits(void) {
    return atomic_load(&site.hits);
}

/* Asks for the list and says where the answer came from; -1 for none, with the problem in `problem`. */
static char problem[200];
static int fetch_as(const char *path, uint8_t issuer, const char *subject, int fresh) {
    char url[300];
    sign_fetch_request r = request(SIGN_FETCH_CRL, site_url(&site, path, url));
    memset(r.issuer, issuer, sizeof r.issuer);
    r.subject = BYTES_STR(subject);
    r.fresh = fresh;
    sign_fetch_answer a = ask(&door, &r);
    memcpy(problem, a.problem, sizeof problem);
    int from = a.rc == SIGN_OK ? (int)a.from : -1;
    if (a.rc == SIGN_OK)
        cr_assert(bytes_equal(BYTES(a.body.data, a.body.len), BYTES(site.crl.data, site.crl.len)));
    answer_free(&a);
    return from;
}

static int fetch(const char *path) {
    return fetch_as(path, 0, "", 0);
}

Test(cache, an_answer_is_remembered_until_it_is_due) {
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_CACHE);
    door.clock = T0 + DAY / 2 - 1; /* nextUpdate of the list */
    cr_assert_eq(fetch("/crl"), SIGN_FROM_CACHE);
    cr_assert_eq(hits(), 1u);
    door.clock = T0 + DAY / 2;
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    cr_assert_eq(hits(), 2u);
    door_shut(&door);
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_CACHE);
}

Test(cache, the_answer_tells_its_times_and_type) {
    door_open(&door);
    char url[300];
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    door.clock += 100;
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, "/crl", url));
    cr_assert_eq(a.from, SIGN_FROM_CACHE);
    cr_assert_eq(a.obtained, T0);
    cr_assert_eq(a.expires, T0 + DAY / 2);
    cr_assert_str_eq(a.type, "application/pkix-crl");
    cr_assert_str_empty(a.problem);
    answer_free(&a);
}

/* Key: kind, URL, issuer, subject. */
Test(cache, what_was_fetched_for_one_does_not_answer_for_another) {
    door_open(&door);
    cr_assert_eq(fetch_as("/crl", 1, "a", 0), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch_as("/crl", 1, "a", 0), SIGN_FROM_CACHE);
    cr_assert_eq(fetch_as("/crl", 2, "a", 0), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch_as("/crl", 1, "b", 0), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch_as("/crl", 0, "", 0), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch_as("/crl?", 1, "a", 0), SIGN_FROM_NETWORK);
    char url[300];
    sign_fetch_request r = request(SIGN_FETCH_CERTIFICATES, site_url(&site, "/crl", url));
    sign_fetch_answer a = ask(&door, &r);
    cr_assert_eq(a.rc, SIGN_E_NETWORK); /* a list is no certificate */
    cr_assert_eq(hits(), 6u);
}

Test(cache, a_fresh_request_asks_and_is_remembered) {
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    door.clock += 10;
    cr_assert_eq(fetch_as("/crl", 0, "", 1), SIGN_FROM_NETWORK);
    char url[300];
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, "/crl", url));
    cr_assert(a.from == SIGN_FROM_CACHE && a.obtained == T0 + 10);
    answer_free(&a);
    atomic_store(&site.fail, 500);
    cr_assert_eq(fetch_as("/crl", 0, "", 1), -1); /* what is remembered will not do */
    cr_assert_eq(fetch("/crl"), SIGN_FROM_CACHE); /* it is not due all the same */
}

Test(cache, a_failure_is_remembered_for_longer_and_longer) {
    door_open(&door);
    atomic_store(&site.fail, 503);
    static const int delays[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};
    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        cr_assert_eq(fetch("/crl"), -1);
        cr_assert_eq(hits(), i + 1);
        door.clock += delays[i] - 1;
        cr_assert_eq(fetch("/crl"), -1);
        cr_assert_eq(hits(), i + 1, "%zu", i);
        cr_assert_not_null(strstr(problem, "not asked again before 2026-01-01T"), "%s", problem);
        cr_assert_not_null(strstr(problem, "Z: HTTP status 503"), "%s", problem);
        door.clock += 1;
    }
    atomic_store(&site.fail, 0);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    door.clock += DAY;
    atomic_store(&site.fail, 503);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_STALE); /* counted from the beginning again */
    door.clock += 60;
    unsigned before = hits();
    cr_assert_eq(fetch("/crl"), SIGN_FROM_STALE);
    cr_assert_eq(hits(), before + 1);
}

Test(cache, retry_after_is_heeded_within_an_hour) {
    door_open(&door);
    cr_assert_eq(fetch("/status/503"), -1);
    door.clock += 999;
    cr_assert_eq(fetch("/status/503"), -1);
    cr_assert_eq(hits(), 1u);
    door.clock += 1;
    cr_assert_eq(fetch("/status/503"), -1);
    cr_assert_eq(hits(), 2u);
}

Test(cache, stale_if_error) {
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    door.clock += DAY;
    atomic_store(&site.fail, 500);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_STALE);
    cr_assert_str_eq(problem, "HTTP status 500");
    cr_assert_eq(fetch("/crl"), SIGN_FROM_STALE);
    cr_assert_not_null(strstr(problem, "not asked again before"), "%s", problem);
    cr_assert_eq(hits(), 2u);
    char url[300];
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, "/crl", url));
    cr_assert(a.obtained == T0 && a.expires == T0 + DAY / 2);
    answer_free(&a);
}

/* A page of a hotel's network, a truncated list: the good answer before is not replaced. */
Test(cache, an_answer_that_is_none_does_not_replace_one) {
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    door.clock += DAY;
    sign_buf good = site.crl;
    site.crl = (sign_buf){.data = good.data, .len = good.len - 1};
    char url[300];
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, "/crl", url));
    site.crl = good;
    cr_assert_eq(a.rc, SIGN_OK);
    cr_assert_eq(a.from, SIGN_FROM_STALE);
    cr_assert(bytes_equal(BYTES(a.body.data, a.body.len), BYTES(good.data, good.len)));
    cr_assert_str_eq(a.problem, "what was sent is no CRL");
    answer_free(&a);
    cr_assert_eq(fetch("/html"), -1);
}

Test(cache, max_age_and_no_store) {
    door_open(&door);
    cr_assert_eq(fetch("/header/Cache-Control:max-age=100"), SIGN_FROM_NETWORK);
    door.clock += 99;
    cr_assert_eq(fetch("/header/Cache-Control:max-age=100"), SIGN_FROM_CACHE);
    door.clock += 1;
    cr_assert_eq(fetch("/header/Cache-Control:max-age=100"), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch("/header/Cache-Control:no-store"), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch("/header/Cache-Control:no-store"), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch("/header/Cache-Control:no-cache"), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch("/header/Cache-Control:no-cache"), SIGN_FROM_NETWORK);
}

Test(cache, time_stamps_are_not_remembered) {
    door_open(&door);
    char url[300];
    for (unsigned i = 1; i <= 2; i++) {
        sign_fetch_answer a = get(&door, SIGN_FETCH_TIMESTAMP, site_url(&site, "/crl", url));
        cr_assert(a.rc == SIGN_OK && a.from == SIGN_FROM_NETWORK && a.expires == 0);
        cr_assert_eq(hits(), i);
        answer_free(&a);
    }
}

/* One request with this nonce (NULL: none); where the answer came from. */
static int ask_with_nonce(const char *nonce) {
    char url[300];
    AUTO(sign_buf) body = make_ocsp_request(nonce != NULL ? BYTES_STR(nonce) : (sign_bytes){0});
    sign_fetch_request r = request(SIGN_FETCH_OCSP, site_url(&site, "/ocsp", url));
    r.type = "application/ocsp-request";
    r.body = BYTES(body.data, body.len);
    sign_fetch_answer a = ask(&door, &r);
    int from = a.rc == SIGN_OK ? (int)a.from : -1;
    answer_free(&a);
    return from;
}

static void serve_nonce(const char *nonce) {
    sign_buf_free(&site.ocsp);
    site.ocsp = make_ocsp_nonce(0, T0 + DAY / 4, nonce != NULL ? BYTES_STR(nonce) : (sign_bytes){0});
}

/* Whoever plays an old response back must not have it believed from the cache the next time. */
Test(cache, a_response_to_another_request_is_not_remembered) {
    door_open(&door);
    serve_nonce("theirs");
    for (unsigned i = 1; i <= 3; i++) {
        cr_assert_eq(ask_with_nonce("ours"), SIGN_FROM_NETWORK); /* the reader tells why it will not do */
        cr_assert_eq(hits(), i);
    }
    door_shut(&door);
    door.opt.offline = 1;
    door_open(&door);
    cr_assert_eq(ask_with_nonce("ours"), -1);
    door_shut(&door);
    door.opt.offline = 0;
    door_open(&door);
    serve_nonce("ours");
    cr_assert_eq(ask_with_nonce("ours"), SIGN_FROM_NETWORK);
    cr_assert_eq(ask_with_nonce("another"), SIGN_FROM_CACHE); /* it answered the request that fetched it */
    /* Nor does it replace what is there. */
    serve_nonce("theirs");
    door.clock += DAY;
    cr_assert_eq(ask_with_nonce("mine"), SIGN_FROM_NETWORK);
    door.opt.offline = 1;
    door_shut(&door);
    door_open(&door);
    cr_assert_eq(ask_with_nonce("mine"), SIGN_FROM_STALE);
}

/* Most responders sign in advance and have none (RFC 5019, 2.2.1). */
Test(cache, a_response_without_nonce_is_remembered) {
    door_open(&door);
    serve_nonce(NULL);
    cr_assert_eq(ask_with_nonce("ours"), SIGN_FROM_NETWORK);
    cr_assert_eq(ask_with_nonce("ours"), SIGN_FROM_CACHE);
    door.clock += DAY;
    serve_nonce("theirs");
    cr_assert_eq(ask_with_nonce(NULL), SIGN_FROM_NETWORK);
    cr_assert_eq(ask_with_nonce(NULL), SIGN_FROM_CACHE);
}

Test(cache, a_clock_that_was_set_back_believes_nothing) {
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    atomic_store(&site.fail, 500);
    cr_assert_eq(fetch("/slow/1"), -1);
    door.clock = T0 - 400 * DAY;
    cr_assert_eq(fetch("/crl"), SIGN_FROM_STALE);
    cr_assert_eq(hits(), 3u);
    atomic_store(&site.fail, 0);
    cr_assert_eq(fetch("/slow/1"), SIGN_FROM_NETWORK);
}

Test(cache, offline) {
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    door_shut(&door);
    door.opt.offline = 1;
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_CACHE);
    door.clock += 10 * DAY;
    cr_assert_eq(fetch("/crl"), SIGN_FROM_STALE);
    cr_assert_str_eq(problem, "offline");
    cr_assert_eq(fetch_as("/crl", 0, "", 1), -1);
    char url[300];
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, "/slow/2", url));
    cr_assert_eq(a.rc, SIGN_E_REFUSED);
    cr_assert_not_null(strstr(a.problem, "offline"));
    a = get(&door, SIGN_FETCH_TIMESTAMP, site_url(&site, "/crl", url));
    cr_assert_eq(a.rc, SIGN_E_REFUSED);
    cr_assert_eq(hits(), 1u);
}

Test(cache, an_answer_over_the_requests_limit_is_not_there) {
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    char url[300];
    sign_fetch_request r = request(SIGN_FETCH_CRL, site_url(&site, "/crl", url));
    r.limit = site.crl.len - 1;
    sign_fetch_answer a = ask(&door, &r);
    cr_assert_eq(a.rc, SIGN_E_LIMIT);
    cr_assert_null(a.body.data);
}

/* ---- the file -------------------------------------------------------------------------------- */

static int64_t mode_of(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)(st.st_mode & 0777) : -1;
}

Test(cache, the_file_is_its_owners) {
    char folder[120], path[160];
    umask(0);
    snprintf(folder, sizeof folder, "%s/new", door.folder);
    snprintf(path, sizeof path, "%s/deep/cache.db", folder);
    door.opt.cache = path;
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    cr_assert_eq(mode_of(path), 0600);
    cr_assert_eq(mode_of(folder), 0700);
    char wal[170];
    snprintf(wal, sizeof wal, "%s-wal", path);
    cr_assert_eq(mode_of(wal), 0600);
    door_shut(&door);
    unlink(path);
    *strrchr(path, '/') = 0;
    rmdir(path);
    rmdir(folder);
}

static void write_file(const char *path, const char *text, size_t at) {
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    cr_assert(fd >= 0 && pwrite(fd, text, strlen(text), (off_t)at) == (ssize_t)strlen(text));
    close(fd);
}

static bool broken_there(void) {
    char path[120];
    snprintf(path, sizeof path, "%s.broken", door.cache);
    return mode_of(path) >= 0;
}

Test(cache, what_is_no_database_is_set_aside) {
    write_file(door.cache,
               "This is no database, and it is longer than a header of one hundred octets would be; "
               "or at least it is now that a second line follows the first.\n",
               0);
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_CACHE);
    cr_assert(broken_there());
}

/* Damaged while the door is open: the request goes on, and the cache begins anew. */
Test(cache, a_corrupt_file_is_set_aside_while_it_is_used) {
    char path[60], junk[4097];
    door_open(&door);
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "/crl?%d", i);
        cr_assert_eq(fetch(path), SIGN_FROM_NETWORK);
    }
    door_shut(&door); /* the log is written into the file */
    memset(junk, 'x', 4096);
    junk[4096] = 0;
    struct stat st;
    cr_assert_eq(stat(door.cache, &st), 0);
    for (off_t at = 4096; at + 4096 <= st.st_size; at += 4096)
        write_file(door.cache, junk, (size_t)at);
    door_open(&door);
    cr_assert_eq(fetch("/crl?1"), SIGN_FROM_NETWORK);
    cr_assert_eq(fetch("/crl?1"), SIGN_FROM_CACHE);
    cr_assert(broken_there());
}

Test(cache, a_database_of_another_program_is_not_touched) {
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(door.cache, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "CREATE TABLE mine (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    sign_error err = {0};
    cr_assert_eq(sign_net_new(&door.opt, &door.net, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(err.id, "E3403");
    cr_assert_not(broken_there());
    cr_assert_eq(sqlite3_open(door.cache, &db), SQLITE_OK);
    cr_assert_eq(
        sqlite3_exec(db, "SELECT x FROM mine; PRAGMA application_id = 0x6d6b6361; PRAGMA user_version = 2",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    cr_assert_eq(sign_net_new(&door.opt, &door.net, &err), SIGN_E_UNSUPPORTED);
    cr_assert_str_eq(err.id, "E3404");
}

/* As somebody who may not write: what is there is read, and everything else works without it. */
Test(cache, what_may_only_be_read) {
    if (getuid() != 0)
        cr_skip_test("needs another user to be");
    door_open(&door);
    cr_assert_eq(fetch("/crl"), SIGN_FROM_NETWORK);
    door_shut(&door);
    cr_assert(chmod(door.cache, 0444) == 0 && chmod(door.folder, 0555) == 0);
    pid_t child = fork();
    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(9);
        sign_error err = {0};
        if (sign_net_new(&door.opt, &door.net, &err) != SIGN_OK)
            _exit(8);
        int first = fetch("/crl"), other = fetch("/crl?2"), again = fetch("/crl?2");
        sign_net_free(&door.net);
        _exit(first == SIGN_FROM_CACHE && other == SIGN_FROM_NETWORK && again == SIGN_FROM_NETWORK ? 0 : 7);
    }
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
    cr_assert_eq(chmod(door.folder, 0755), 0);
}

/* ---- by itself -------------------------------------------------------------------------------- */

static int64_t clock_of(void *user) {
    return *(int64_t *)user;
}

static void put(struct netcache *c, const char *url, size_t octets) {
    struct netcache_key key = {.kind = SIGN_FETCH_CRL, .url = url};
    sign_fetch_answer a = {.obtained = T0, .expires = T0 + DAY, .body = make_crl(T0 + DAY, octets)};
    netcache_put(c, &key, &a);
    answer_free(&a);
}

static bool has(struct netcache *c, const char *url) {
    struct netcache_key key = {.kind = SIGN_FETCH_CRL, .url = url};
    struct netcache_want want = {.limit = 1 << 28, .changes = -1};
    sign_fetch_answer a = {0};
    bool found = netcache_get(c, &key, &want, NULL, &a);
    answer_free(&a);
    return found;
}

Test(cache, the_least_recently_used_goes) {
    int64_t now = T0;
    AUTO(netcache_ptr) c = NULL;
    struct netcache_options opt = {.path = door.cache, .octets = 100000, .now = clock_of, .now_user = &now};
    cr_assert_eq(netcache_new(&opt, &c, NULL), SIGN_OK);
    put(c, "http://a/1", 30000);
    now += 7200;
    put(c, "http://a/2", 30000);
    now += 7200;
    put(c, "http://a/3", 30000);
    now += 7200;
    cr_assert(has(c, "http://a/1")); /* used now */
    put(c, "http://a/4", 30000);
    cr_assert(has(c, "http://a/1") && !has(c, "http://a/2") && has(c, "http://a/3") && has(c, "http://a/4"));
    put(c, "http://a/5", 200000); /* larger than all: nothing is kept for it to stay */
    cr_assert_not(has(c, "http://a/5"));
    char url[60];
    for (int i = 0; i < 400; i++) { /* failures take room too */
        struct netcache_key key = {.kind = SIGN_FETCH_CRL, .url = url};
        snprintf(url, sizeof url, "http://b/%d", i);
        now += 1;
        netcache_failed(c, &key, "no", 0);
    }
    size_t rows = 0, one;
    sign_cache_prune_options all = {.size = sizeof all, .all = 1};
    cr_assert_eq(sign_cache_prune(door.cache, &all, &rows, NULL), SIGN_OK);
    cr_assert(rows <= 100000 / CACHE_ENTRY_OCTETS && rows > 100, "%zu", rows);
    cr_assert(sign_cache_prune(door.cache, &all, &one, NULL) == SIGN_OK && one == 0);
}

Test(cache, a_lease_is_one_at_a_time) {
    AUTO(netcache_ptr) c = NULL;
    struct netcache_options opt = {.path = door.cache};
    struct netcache_key key = {.kind = SIGN_FETCH_CRL, .url = "http://a/1"}, other = key;
    static const uint8_t me[16] = {1}, you[16] = {2};
    other.url = "http://a/2";
    cr_assert_eq(netcache_new(&opt, &c, NULL), SIGN_OK);
    cr_assert(netcache_enter(c, &key, me, 300));
    cr_assert_not(netcache_enter(c, &key, you, 300));
    cr_assert(netcache_enter(c, &other, you, 60000));
    netcache_leave(c, &key, you); /* not yours */
    cr_assert_not(netcache_enter(c, &key, you, 300));
    usleep(350 * 1000);
    cr_assert(netcache_enter(c, &key, you, 60000)); /* it had its time */
    netcache_leave(c, &key, me);
    cr_assert_not(netcache_enter(c, &key, me, 300));
    netcache_leave(c, &key, you);
    cr_assert(netcache_enter(c, &key, me, 300));
    /* Who took it has been killed. */
    pid_t child = fork();
    if (child == 0) {
        AUTO(netcache_ptr) own = NULL;
        bool ok = netcache_new(&opt, &own, NULL) == SIGN_OK;
        netcache_leave(own, &other, you);
        ok = ok && netcache_enter(own, &other, me, 60000);
        (void)kill(ok ? getpid() : 0, SIGKILL);
        _exit(1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    cr_assert(netcache_enter(c, &other, you, 300));
}

/* A file that calls itself a cache, with a view without end where the answers are expected. */
Test(cache, tables_of_somebody_else) {
    sqlite3 *db = NULL;
    sign_error err = {0};
    cr_assert_eq(sqlite3_open(door.cache, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db,
                              "PRAGMA application_id = 0x6d6b6361; PRAGMA user_version = 1;"
                              "CREATE VIEW answer AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1"
                              " FROM c) SELECT x FROM c",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    sqlite3_close(db);
    cr_assert_eq(sign_net_new(&door.opt, &door.net, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(err.id, "E3403");
    cr_assert_not(broken_there());
}
