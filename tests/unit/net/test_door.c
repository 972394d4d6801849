/* The door against a server on the loopback address: what it takes, and what it does not let happen to it. */
#include "site.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(door, .init = open_plain, .fini = close_all);

static sign_fetch_answer fetch_limit(const char *path, sign_fetch_kind kind, size_t limit) {
    char url[300];
    sign_fetch_request r = request(kind, site_url(&site, path, url));
    r.limit = limit;
    return ask(&door, &r);
}

static sign_fetch_answer fetch(const char *path, sign_fetch_kind kind) {
    return fetch_limit(path, kind, 1 << 20);
}

static void is_crl(const sign_fetch_answer *a) {
    cr_assert_eq(a->rc, SIGN_OK, "%s", a->problem);
    cr_assert(bytes_equal(BYTES(a->body.data, a->body.len), BYTES(site.crl.data, site.crl.len)));
    cr_assert_eq(a->status, 200);
    cr_assert_str_empty(a->problem);
}

static void is_problem(const char *path, sign_rc rc, int status, const char *text) {
    sign_fetch_answer a = fetch(path, SIGN_FETCH_CRL);
    cr_assert_eq(a.rc, rc, "%s: %s %s", path, sign_rc_name(a.rc), a.problem);
    cr_assert_eq(a.status, status, "%s: %d", path, a.status);
    cr_assert_not_null(strstr(a.problem, text), "%s: %s", path, a.problem);
    cr_assert_null(a.body.data);
    answer_free(&a);
}

Test(door, gives_a_body_with_its_type_and_times) {
    door_open(&door);
    sign_fetch_answer a = fetch("/crl", SIGN_FETCH_CRL);
    is_crl(&a);
    cr_assert_str_eq(a.type, "application/pkix-crl");
    cr_assert_eq(a.from, SIGN_FROM_NETWORK);
    cr_assert(a.obtained > T0 && a.expires >= a.obtained);
    answer_free(&a);
    a = fetch("/chunked", SIGN_FETCH_CRL);
    is_crl(&a);
    answer_free(&a);
    a = fetch("/cert", SIGN_FETCH_CERTIFICATES);
    cr_assert_eq(a.rc, SIGN_OK);
    answer_free(&a);
}

/* Security, hard rule 10: nothing that identifies or authorises goes out by itself. */
Test(door, sends_little) {
    door_open(&door);
    char url[300];
    const char *const own[] = {"Authorization: Basic YTpi"};
    sign_fetch_request r = request(SIGN_FETCH_TIMESTAMP, site_url(&site, "/echo?a=1#part", url));
    sign_fetch_answer a = ask(&door, &r);
    cr_assert_eq(a.rc, SIGN_OK);
    char *text = (char *)a.body.data;
    cr_assert_not_null(text);
    cr_assert_not_null(strstr(text, "GET /echo?a=1 HTTP/1.1\r\n"), "%s", text);
    cr_assert_not_null(strstr(text, "User-Agent: kalem/0.1\r\n"), "%s", text);
    const char *const never[] = {"Cookie", "Authorization", "Accept-Encoding", "Referer", "TE:", "Range"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        cr_assert_null(strstr(text, never[i]), "%s", text);
    answer_free(&a);
    r.type = "application/timestamp-query";
    r.body = BYTES_STR("question");
    r.headers = own;
    r.n_headers = 1;
    a = ask(&door, &r);
    cr_assert_eq(a.rc, SIGN_OK);
    text = (char *)a.body.data;
    cr_assert(strncmp(text, "POST /echo", 10) == 0);
    cr_assert_not_null(strstr(text, "Content-Type: application/timestamp-query\r\n"), "%s", text);
    cr_assert_not_null(strstr(text, "Authorization: Basic YTpi\r\n"));
    cr_assert_not_null(strstr(text, "\r\n\r\nquestion"));
    cr_assert_null(strstr(text, "Expect"));
    answer_free(&a);
    const char *const split[] = {"X: a\r\nHost: b"};
    r.headers = split;
    a = ask(&door, &r);
    cr_assert_eq(a.rc, SIGN_E_REFUSED);
}

Test(door, a_status_other_than_200_is_a_problem) {
    door_open(&door);
    is_problem("/none", SIGN_E_NETWORK, 404, "404");
    is_problem("/status/500", SIGN_E_NETWORK, 500, "500");
    is_problem("/status/206", SIGN_E_NETWORK, 206, "206");
    is_problem("/status/304", SIGN_E_NETWORK, 304, "304");
    is_problem("/status/401", SIGN_E_NETWORK, 401, "401");
}

Test(door, what_was_not_asked_for_is_no_answer) {
    door_open(&door);
    is_problem("/html", SIGN_E_NETWORK, 200, "no CRL");
    is_problem("/cert", SIGN_E_NETWORK, 200, "no CRL");
    sign_buf_free(&site.ocsp);
    site.ocsp = make_ocsp(3, 0);
    sign_fetch_answer a = fetch("/ocsp", SIGN_FETCH_OCSP);
    cr_assert_eq(a.rc, SIGN_E_NETWORK);
    cr_assert_not_null(strstr(a.problem, "tryLater"), "%s", a.problem);
}

Test(door, redirects_are_followed_up_to_the_limit) {
    door_open(&door);
    static const char *const good[] = {"/to/301/crl", "/to/302/crl", "/to/303/crl",
                                       "/to/307/crl", "/to/308/crl", "/to/302/to/302/to/302/crl"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        sign_fetch_answer a = fetch(good[i], SIGN_FETCH_CRL);
        is_crl(&a);
        answer_free(&a);
    }
    is_problem("/to/302/to/302/to/302/to/302/crl", SIGN_E_NETWORK, 302, "too many redirects");
    is_problem("/loop", SIGN_E_NETWORK, 302, "too many redirects");
    is_problem("/to/300/crl", SIGN_E_NETWORK, 300, "300");
}

Test(door, a_redirect_is_judged_as_the_first_url) {
    door_open(&door);
    static const struct {
        const char *path, *text;
    } rows[] = {
        {"/to/302/http://10.0.0.1/crl", "private"},
        {"/to/302/http://192.168.1.1/", "private"},
        {"/to/302/http://169.254.169.254/latest/meta-data", "link-local"},
        {"/to/302/http://127.0.0.2/", "loopback"},
        {"/to/302/http://[::1]/", "loopback"},
        {"/to/302/http://[::ffff:10.0.0.1]/", "private"},
        {"/to/302/http://0x0a000001/", "private"},
        {"/to/302/http://2130706434/", "loopback"},
        {"/to/302/http://0/", "this network"},
        {"/to/302/http://localhost.:1/", ""},
        {"/to/302/file:///etc/passwd", "neither http nor https"},
        {"/to/302/ftp://127.0.0.1/x", "neither http nor https"},
        {"/to/302/gopher://127.0.0.1/x", "neither http nor https"},
        {"/to/302/http://user:secret@127.0.0.1/", "user name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sign_fetch_answer a = fetch(rows[i].path, SIGN_FETCH_CRL);
        bool local = rows[i].text[0] == 0;
        cr_assert_eq(a.rc, local ? SIGN_E_NETWORK : SIGN_E_REFUSED, "%s: %s %s", rows[i].path,
                     sign_rc_name(a.rc), a.problem);
        cr_assert_not_null(strstr(a.problem, rows[i].text), "%s: %s", rows[i].path, a.problem);
    }
}

/* A name is judged by the address that is connected to. */
Test(door, an_address_is_judged_when_it_is_connected_to) {
    door.opt.n_allow = 0;
    door_open(&door);
    is_problem("/crl", SIGN_E_REFUSED, 0, "loopback");
    char url[300];
    snprintf(url, sizeof url, "http://localhost:%u/crl", site.port);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, url);
    cr_assert_eq(a.rc, SIGN_E_REFUSED);
    cr_assert_eq(atomic_load(&site.connections), 0u);
}

/* The same through the name server's word alone: no literal, no "localhost". */
Test(door, a_name_that_resolves_to_a_special_address_is_refused) {
    char host[256], url[400];
    if (gethostname(host, sizeof host) != 0)
        cr_skip_test("this machine has no name");
    door.opt.n_allow = 0;
    door_open(&door);
    snprintf(url, sizeof url, "http://%s:%u/crl", host, site.port);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, url);
    cr_assert(a.rc == SIGN_E_REFUSED || a.rc == SIGN_E_NETWORK, "%s", a.problem);
    cr_assert_eq(atomic_load(&site.connections), 0u, "%s", url);
}

Test(door, a_body_over_the_limit_stops_there) {
    door_open(&door);
    static const char *const paths[] = {"/huge", "/huge-chunked", "/huge-open"};
    for (size_t i = 0; i < 3; i++) {
        atomic_store(&site.sent, 0);
        sign_fetch_answer a = fetch_limit(paths[i], SIGN_FETCH_CRL, 1 << 20);
        cr_assert_eq(a.rc, SIGN_E_LIMIT, "%s: %s", paths[i], a.problem);
        cr_assert_not_null(strstr(a.problem, "1048576"), "%s", a.problem);
        cr_assert_null(a.body.data);
        cr_assert_lt(atomic_load(&site.sent), 64u << 20);
    }
    sign_fetch_answer a = fetch_limit("/crl", SIGN_FETCH_CRL, site.crl.len);
    is_crl(&a);
    answer_free(&a);
    a = fetch_limit("/crl", SIGN_FETCH_CRL, site.crl.len - 1);
    cr_assert_eq(a.rc, SIGN_E_LIMIT);
    a = fetch_limit("/chunked", SIGN_FETCH_CRL, site.crl.len - 1);
    cr_assert_eq(a.rc, SIGN_E_LIMIT);
}

Test(door, encodings_are_refused) {
    door_open(&door);
    is_problem("/header/Content-Encoding:gzip", SIGN_E_NETWORK, 200, "encoding");
    is_problem("/header/content-encoding:identity,br", SIGN_E_NETWORK, 200, "encoding");
    is_problem("/header/Transfer-Encoding:gzip,chunked", SIGN_E_NETWORK, 200, "encoding");
    sign_fetch_answer a = fetch("/header/Content-Encoding:identity", SIGN_FETCH_CRL);
    is_crl(&a);
    answer_free(&a);
}

Test(door, headers_have_a_limit) {
    door_open(&door);
    is_problem("/headers", SIGN_E_LIMIT, 200, "header lines");
}

Test(door, a_connection_that_is_reset_is_a_problem) {
    door_open(&door);
    is_problem("/reset", SIGN_E_NETWORK, 200, "");
    char url[300];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", site.port);
    site_stop(&site);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, url);
    cr_assert_eq(a.rc, SIGN_E_NETWORK);
    cr_assert(a.problem[0] != 0);
    site_start(&site);
}

Test(door, a_server_that_says_nothing_is_given_up) {
    door.opt.idle_ms = 200;
    door_open(&door);
    int64_t begin = net_clock();
    is_problem("/hang", SIGN_E_NETWORK, 0, "nothing for too long");
    int64_t took = net_clock() - begin;
    cr_assert(took >= 200 && took < 3000, "%lld ms", (long long)took);
}

Test(door, a_slow_drip_ends_with_the_total_time) {
    door.opt.idle_ms = 5000;
    door.opt.total_ms = 500;
    door_open(&door);
    int64_t begin = net_clock();
    is_problem("/drip/20", SIGN_E_NETWORK, 200, "");
    int64_t took = net_clock() - begin;
    cr_assert(took >= 450 && took < 3000, "%lld ms", (long long)took);
    /* The total is of all redirects together. */
    begin = net_clock();
    is_problem("/later/300", SIGN_E_NETWORK, 0, "");
    cr_assert_lt(net_clock() - begin, 3000);
}

Test(door, requests_of_one_call_run_together_but_not_too_many) {
    enum { N = 12 };
    static char urls[N][300];
    static sign_fetch_request r[N];
    static sign_fetch_answer a[N];
    char path[40];
    door.opt.parallel = 4;
    door_open(&door);
    for (int i = 0; i < N; i++) {
        snprintf(path, sizeof path, "/slow/150?%d", i);
        r[i] = request(SIGN_FETCH_CRL, site_url(&site, path, urls[i]));
    }
    int64_t begin = net_clock();
    const sign_fetch *f = sign_net_fetch(door.net);
    f->call(f->user, r, N, a);
    int64_t took = net_clock() - begin;
    for (int i = 0; i < N; i++) {
        is_crl(&a[i]);
        answer_free(&a[i]);
    }
    cr_assert_eq(atomic_load(&site.most), 4u);
    cr_assert(took >= 3 * 150 && took < N * 150, "%lld ms", (long long)took);
}

Test(door, one_bad_request_leaves_the_others_alone) {
    enum { N = 5 };
    char urls[2][300];
    sign_fetch_answer a[N];
    sign_fetch_request r[N] = {request(SIGN_FETCH_CRL, site_url(&site, "/crl", urls[0])),
                               request(SIGN_FETCH_CRL, "ldap://127.0.0.1/cn=x"),
                               request(SIGN_FETCH_CRL, NULL),
                               request(SIGN_FETCH_CRL, site_url(&site, "/reset", urls[1])),
                               request(SIGN_FETCH_CRL, "http://127.0.0.1:1/\r\nX: y")};
    door_open(&door);
    const sign_fetch *f = sign_net_fetch(door.net);
    f->call(f->user, r, N, a);
    is_crl(&a[0]);
    cr_assert_eq(a[1].rc, SIGN_E_REFUSED);
    cr_assert_eq(a[2].rc, SIGN_E_ARGUMENT);
    cr_assert_eq(a[3].rc, SIGN_E_NETWORK);
    cr_assert_eq(a[4].rc, SIGN_E_REFUSED);
    answer_free(&a[0]);
}

Test(door, connections_are_kept_over_calls) {
    door_open(&door);
    for (int i = 0; i < 20; i++) {
        sign_fetch_answer a = fetch("/crl", SIGN_FETCH_CRL);
        is_crl(&a);
        answer_free(&a);
    }
    cr_assert_eq(atomic_load(&site.hits), 20u);
    cr_assert_eq(atomic_load(&site.connections), 1u);
}

/* The proxy is reached though it is on the loopback address; what is asked through it is judged all the same.
 */
Test(door, a_proxy_is_the_operators_word) {
    char proxy[60];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", site.port);
    door.opt.proxy = proxy;
    door.opt.n_allow = 0;
    door_open(&door);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, "http://crl.example.test/crl");
    is_crl(&a);
    cr_assert_not_null(strstr(site.last, "GET http://crl.example.test/crl HTTP/1.1\r\n"), "%s", site.last);
    answer_free(&a);
    static const char *const never[] = {"http://127.0.0.1/", "http://10.0.0.1/",    "http://[fe80::1]/",
                                        "http://localhost/", "http://a.localhost/", "http://017700000001/"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        a = get(&door, SIGN_FETCH_CRL, never[i]);
        cr_assert_eq(a.rc, SIGN_E_REFUSED, "%s: %s", never[i], a.problem);
    }
    cr_assert_eq(atomic_load(&site.hits), 1u);
}

Test(door, the_environment_names_the_proxy) {
    char proxy[60];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", site.port);
    setenv("http_proxy", proxy, 1);
    setenv("no_proxy", "direct.test,.127.0.0.1", 1);
    door.opt.proxy = NULL;
    door_open(&door);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, "http://crl.example.test/crl");
    is_crl(&a);
    answer_free(&a);
    a = fetch("/crl", SIGN_FETCH_CRL);
    is_crl(&a);
    cr_assert_not_null(strstr(site.last, "GET /crl HTTP/1.1\r\n"), "%s", site.last);
    answer_free(&a);
}

/* What the caller's headers authorise is for whom the caller named. */
Test(door, headers_of_the_caller_do_not_follow_a_redirect_elsewhere) {
    struct site other;
    char url[300], path[360], whole[400];
    const char *const own[] = {"Authorization: Basic YTpi"};
    site_start(&other);
    door_open(&door);
    snprintf(path, sizeof path, "/to/307/%s", site_url(&other, "/echo", url));
    sign_fetch_request r = request(SIGN_FETCH_TIMESTAMP, site_url(&site, path, whole));
    r.headers = own;
    r.n_headers = 1;
    r.type = "application/timestamp-query";
    r.body = BYTES_STR("question");
    sign_fetch_answer a = ask(&door, &r);
    cr_assert_eq(a.rc, SIGN_OK, "%s", a.problem);
    cr_assert(strncmp((char *)a.body.data, "POST ", 5) == 0);
    cr_assert_null(strstr((char *)a.body.data, "Authorization"));
    cr_assert_not_null(strstr((char *)a.body.data, "question"));
    cr_assert_not_null(strstr(site.last, "Authorization"));
    answer_free(&a);
    site_stop(&other);
}

Test(door, options_are_checked) {
    sign_net *net = NULL;
    sign_error err;
    static const char *const bad[] = {"",        "localhost", "127.0.0.1/33", "10.0.0.0/",
                                      "::1/129", "1.2.3",     "/8",           "10.0.0.0/8x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sign_net_options opt = {.size = sizeof opt, .allow = &bad[i], .n_allow = 1};
        cr_assert_eq(sign_net_new(&opt, &net, &err), SIGN_E_ARGUMENT, "%s", bad[i]);
        cr_assert_str_eq(err.id, "E3405");
    }
    sign_net_options opt = {.size = 4};
    cr_assert_eq(sign_net_new(&opt, &net, &err), SIGN_E_ARGUMENT);
    opt = (sign_net_options){.size = sizeof opt, .cache = "/proc/none/cache.db"};
    cr_assert_eq(sign_net_new(&opt, &net, &err), SIGN_E_IO);
    cr_assert_str_eq(err.id, "E3401");
    cr_assert_eq(sign_net_new(NULL, &net, &err), SIGN_OK);
    sign_net_free(&net);
    cr_assert_null(sign_net_fetch(NULL));
    sign_net_free(NULL);
}
