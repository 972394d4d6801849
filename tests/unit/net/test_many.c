/* Many at once, killed at any moment, and without a socket: threads, processes, SIGKILL, seccomp. */
#include "base/random.h"
#include "site.h"
#include "support/nosocket.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(many, .init = open_cached, .fini = close_all, .timeout = 100);

static bool fetched(const char *path) {
    char url[300];
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, path, url));
    bool ok =
        a.rc == SIGN_OK && bytes_equal(BYTES(a.body.data, a.body.len), BYTES(site.crl.data, site.crl.len));
    if (!ok)
        fprintf(stderr, "%s: %s %s\n", path, sign_rc_name(a.rc), a.problem);
    answer_free(&a);
    return ok;
}

static void *thread_fetch(void *arg) {
    return fetched(arg) ? arg : NULL;
}

Test(many, threads_ask_once) {
    enum { THREADS = 16 };
    static char path[] = "/slow/300";
    pthread_t t[THREADS];
    door_open(&door);
    for (size_t i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&t[i], NULL, thread_fetch, path), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *ok = NULL;
        pthread_join(t[i], &ok);
        cr_assert_not_null(ok);
    }
    cr_assert_eq(atomic_load(&site.hits), 1u);
}

/* One failure is everybody's too. */
Test(many, a_failure_is_asked_for_once) {
    enum { N = 8 };
    char url[300];
    sign_fetch_request r[N];
    sign_fetch_answer a[N];
    atomic_store(&site.fail, 500);
    door_open(&door);
    for (size_t i = 0; i < N; i++)
        r[i] = request(SIGN_FETCH_CRL, site_url(&site, "/slow/100", url));
    const sign_fetch *f = sign_net_fetch(door.net);
    f->call(f->user, r, N, a);
    for (size_t i = 0; i < N; i++) {
        cr_assert_eq(a[i].rc, SIGN_E_NETWORK);
        cr_assert_not_null(strstr(a[i].problem, "HTTP status 500"), "%s", a[i].problem);
    }
    cr_assert_eq(atomic_load(&site.hits), 1u);
}

/* What is due at once is news for those who waited for it all the same. */
Test(many, those_who_waited_take_what_is_due_at_once) {
    enum { N = 6 };
    char url[300];
    sign_fetch_request r[N];
    sign_fetch_answer a[N];
    door_open(&door);
    for (size_t i = 0; i < N; i++)
        r[i] = request(SIGN_FETCH_CRL, site_url(&site, "/header/Cache-Control:max-age=0", url));
    const sign_fetch *f = sign_net_fetch(door.net);
    f->call(f->user, r, N, a);
    for (size_t i = 0; i < N; i++) {
        cr_assert_eq(a[i].rc, SIGN_OK);
        answer_free(&a[i]);
    }
    cr_assert_eq(atomic_load(&site.hits), 1u);
}

/* A process that opens a door of its own, once everybody is there. */
static pid_t child_fetch(const char *path) {
    pid_t child = fork();
    if (child != 0)
        return child;
    sign_error err = {0};
    bool ok = sign_net_new(&door.opt, &door.net, &err) == SIGN_OK && fetched(path);
    if (!ok)
        fprintf(stderr, "child: %s\n", err.text);
    sign_net_free(&door.net);
    _exit(ok ? 0 : 1);
}

static void child_ends(pid_t child, int signal_wanted) {
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    if (signal_wanted != 0)
        cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == signal_wanted, "%x", status);
    else
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
}

Test(many, processes_ask_once) {
    enum { PROCESSES = 8 };
    pid_t children[PROCESSES];
    for (size_t i = 0; i < PROCESSES; i++)
        children[i] = child_fetch("/slow/1500");
    for (size_t i = 0; i < PROCESSES; i++)
        child_ends(children[i], 0);
    cr_assert_eq(atomic_load(&site.hits), 1u);
}

/* Whoever was asking is killed: the others do not wait for it. */
Test(many, who_was_killed_holds_up_nobody) {
    pid_t first = child_fetch("/hang");
    while (atomic_load(&site.hits) == 0)
        usleep(10000);
    cr_assert_eq(kill(first, SIGKILL), 0);
    child_ends(first, SIGKILL);
    door.opt.total_ms = 20000;
    door.opt.idle_ms = 300;
    door_open(&door);
    int64_t begin = net_clock();
    char url[300];
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, "/hang", url));
    cr_assert_eq(a.rc, SIGN_E_NETWORK);
    cr_assert_eq(atomic_load(&site.hits), 2u);
    cr_assert_lt(net_clock() - begin, 5000);
}

/* ---- killed in the middle of writing ------------------------------------------------------------- */

/* Bodies of many pages that say in every octet which they are. */
static void write_for_ever(void) {
    AUTO(netcache_ptr) c = NULL;
    struct netcache_options opt = {.path = door.cache, .octets = 1 << 20};
    if (netcache_new(&opt, &c, NULL) != SIGN_OK)
        _exit(1);
    for (unsigned n = 0;; n++) {
        uint8_t seed[2];
        random_fill(seed, sizeof seed);
        char url[60];
        snprintf(url, sizeof url, "http://a/%u", seed[0] % 40u);
        struct netcache_key key = {.kind = SIGN_FETCH_CRL, .url = url};
        size_t size = 1000 + seed[1] * 300u;
        sign_fetch_answer a = {.obtained = T0 + n, .expires = T0 + DAY, .body = {malloc(size), size}};
        if (a.body.data == NULL)
            _exit(1);
        memset(a.body.data, seed[1], size);
        if (seed[0] % 7 == 0)
            netcache_failed(c, &key, "no", 0);
        else
            netcache_put(c, &key, &a);
        answer_free(&a);
    }
}

static int text_of(void *user, int n, char **values, char **names) {
    (void)names;
    snprintf(user, 100, "%s", n > 0 && values[0] != NULL ? values[0] : "");
    return 0;
}

static void query_is(sqlite3 *db, const char *sql, const char *want) {
    char got[100] = "", *why = NULL;
    int code = sqlite3_exec(db, sql, text_of, got, &why);
    cr_assert_eq(code, SQLITE_OK, "%s: %s", sql, why);
    cr_assert_str_eq(got, want, "%s", sql);
}

static void check_file(void) {
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(door.cache, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    query_is(db, "PRAGMA integrity_check", "ok");
    /* No half answers: facts and bodies agree, and so does the sum. */
    query_is(db,
             "SELECT count(*) FROM answer LEFT JOIN body USING (id) WHERE octets <> ifnull(length(body), 0)",
             "0");
    query_is(db, "SELECT count(*) FROM body WHERE id NOT IN (SELECT id FROM answer)", "0");
    query_is(db, "SELECT octets - (SELECT ifnull(sum(octets + 512), 0) FROM answer) FROM total", "0");
    query_is(db, "SELECT count(*) FROM body WHERE replace(hex(body), substr(hex(body), 1, 2), '') <> ''",
             "0");
    sqlite3_close(db);
}

Test(many, killed_in_the_middle_of_writing) {
    enum { ROUNDS = 20, WRITERS = 3 };
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[WRITERS];
        for (size_t i = 0; i < WRITERS; i++)
            if ((children[i] = fork()) == 0)
                write_for_ever();
        uint8_t delay[1];
        random_fill(delay, 1);
        usleep(60000 + delay[0] * 200u);
        for (size_t i = 0; i < WRITERS; i++) {
            cr_assert_eq(kill(children[i], SIGKILL), 0);
            child_ends(children[i], SIGKILL);
        }
        check_file();
    }
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(door.cache, &db), SQLITE_OK);
    query_is(db, "SELECT count(*) > 5 FROM answer WHERE octets > 0", "1"); /* they did write */
    sqlite3_close(db);
    char path[120];
    snprintf(path, sizeof path, "%s.broken", door.cache);
    cr_assert_neq(access(path, F_OK), 0);
    cr_assert_eq(sign_net_new(&door.opt, &door.net, NULL), SIGN_OK);
    cr_assert(fetched("/crl"));
}

/* ---- no socket ------------------------------------------------------------------------------------ */

/* The same program, with and without `offline`: what is remembered, what is not, a name to resolve. */
static pid_t without_sockets(int offline) {
    pid_t child = fork();
    if (child != 0)
        return child;
    char url[300];
    if (!nosocket())
        _exit(9);
    door.opt.offline = offline;
    if (sign_net_new(&door.opt, &door.net, NULL) != SIGN_OK)
        _exit(8);
    bool ok = fetched("/crl");
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, "/crl?other", url));
    ok = ok && a.rc == SIGN_E_REFUSED;
    a = get(&door, SIGN_FETCH_TIMESTAMP, "http://localhost/");
    ok = ok && a.rc == SIGN_E_REFUSED;
    sign_net_free(&door.net);
    _exit(ok ? 0 : 7);
}

Test(many, offline_opens_no_socket) {
    door_open(&door);
    cr_assert(fetched("/crl"));
    door_shut(&door);
    child_ends(without_sockets(1), 0);
    child_ends(without_sockets(0), SIGSYS);
}
