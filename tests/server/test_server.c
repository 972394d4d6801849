/*
 * The test server itself: every fault does what its name says, seen by a plain socket; the in-process door
 * and the socket give the same octets; whatever is endless is told in pieces and ends when the other side has
 * gone.
 */
#include "server/client.h"
#include "server/door.h"
#include "server/http.h"

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/ts.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define T2026    INT64_C(1767225600)
#define MEGABYTE ((size_t)1 << 20)

struct bench {
    struct http *http;
    struct realm *realm;
    struct door door;
    sign_buf good, ghost, plain,
        query; /* OCSP requests with nonce, about nobody, without; a time-stamp query */
    int count, bad;
};

static void check(struct bench *b, bool ok, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void check(struct bench *b, bool ok, const char *format, ...) {
    va_list args;
    va_start(args, format);
    printf("%sok %d - ", ok ? "" : "not ", ++b->count);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    b->bad += !ok;
}

static sign_bytes view(sign_buf b) {
    return (sign_bytes){b.data, b.len};
}

static bool same(sign_bytes a, sign_bytes b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* ---- questions ------------------------------------------------------------------------------------------
 */

static sign_buf ocsp_request(const struct bench *b, const struct identity *about, bool nonce) {
    sign_buf out = {0};
    unsigned char octets[16] = "sixteen octets.";
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), about->cert, realm_authority(b->realm, AUTHORITY_CA)->cert);
    must(request != NULL && id != NULL && OCSP_request_add0_id(request, id) != NULL, "an OCSP request");
    must(!nonce || OCSP_request_add1_nonce(request, octets, sizeof octets) == 1, "a nonce");
    int len = i2d_OCSP_REQUEST(request, &out.data);
    must(len > 0, "an OCSP request");
    out.len = (size_t)len;
    OCSP_REQUEST_free(request);
    return out;
}

static sign_buf stamp_query(void) {
    sign_buf out = {0};
    unsigned char digest[32] = "of something or other, 32 octets";
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    ASN1_INTEGER *nonce = ASN1_INTEGER_new();
    must(request != NULL && imprint != NULL && algorithm != NULL && nonce != NULL, "a query");
    X509_ALGOR_set_md(algorithm, EVP_sha256());
    must(TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
             TS_MSG_IMPRINT_set_msg(imprint, digest, sizeof digest) == 1 &&
             ASN1_INTEGER_set_uint64(nonce, 0x5070) == 1 && TS_REQ_set_version(request, 1) == 1 &&
             TS_REQ_set_msg_imprint(request, imprint) == 1 && TS_REQ_set_nonce(request, nonce) == 1 &&
             TS_REQ_set_cert_req(request, 1) == 1,
         "a query");
    int len = i2d_TS_REQ(request, &out.data);
    must(len > 0, "a query");
    out.len = (size_t)len;
    TS_REQ_free(request);
    TS_MSG_IMPRINT_free(imprint);
    X509_ALGOR_free(algorithm);
    ASN1_INTEGER_free(nonce);
    return out;
}

static struct heard get(const struct bench *b, const char *target) {
    struct question q = {.port = http_port(b->http), .method = "GET", .target = target};
    return client_ask(&q);
}

/* The right answer, which the others are compared to. */
static struct reply plain(const struct bench *b, const char *target) {
    struct reply reply;
    struct ask ask = {.target = target, .type = ""};
    respond(b->realm, &ask, &reply);
    return reply;
}

/* ---- transport ------------------------------------------------------------------------------------------
 */

static void times(struct bench *b) {
    struct heard h = get(b, "/crl/ca/delay:300");
    check(b, h.ms >= 300 && h.ended == ENDED_WHOLE, "delay:300 takes %ld ms, and the answer is whole", h.ms);
    heard_free(&h);
    struct question slow = {
        .port = http_port(b->http), .method = "GET", .target = "/crl/ca/drip:20", .ms = 500};
    h = client_ask(&slow);
    check(b, h.ended == ENDED_TIME && heard_status(&h) == 200 && h.body.len >= 2 && h.body.len <= 25,
          "drip:20 gives %zu octets of the body in half a second", h.body.len);
    heard_free(&h);
    slow.target = "/crl/ca/drip-head:20";
    h = client_ask(&slow);
    check(b, h.ended == ENDED_TIME && h.head_len >= 2 && h.head_len <= 25 && h.body.len == 0,
          "drip-head:20 gives %zu octets of the head", h.head_len);
    heard_free(&h);
    slow.target = "/crl/ca/drip:0";
    slow.ms = 0;
    h = client_ask(&slow);
    struct reply r = plain(b, "/crl/ca");
    check(b, h.ended == ENDED_WHOLE && same(view(h.body), view(r.body)), "drip:0 arrives whole");
    reply_free(&r);
    heard_free(&h);
}

static void breaks(struct bench *b) {
    struct reply r = plain(b, "/crl/ca");
    struct heard h = get(b, "/crl/ca/reset");
    check(b, h.ended == ENDED_RESET && h.head_len == 0, "reset: a reset and no octet");
    heard_free(&h);
    h = get(b, "/crl/ca/reset-late");
    check(b, h.ended == ENDED_RESET && h.body.len == r.body.len / 2,
          "reset-late: half of the body, then a reset");
    heard_free(&h);
    h = get(b, "/crl/ca/truncated");
    check(b, h.ended == ENDED_WHOLE && h.body.len == r.body.len / 2,
          "truncated: half, and a length that is right");
    heard_free(&h);
    h = get(b, "/crl/ca/length-long:7");
    char text[32] = "";
    heard_field(&h, "Content-Length", text, sizeof text);
    check(b,
          h.ended == ENDED_CLOSED && same(view(h.body), view(r.body)) &&
              strtoul(text, NULL, 10) == r.body.len + 7,
          "length-long:7 promises %s of %zu octets", text, r.body.len);
    heard_free(&h);
    h = get(b, "/crl/ca/length-short:7");
    heard_field(&h, "Content-Length", text, sizeof text);
    check(b, strtoul(text, NULL, 10) == r.body.len - 7 && h.body.len >= r.body.len - 7,
          "length-short:7 promises %s of %zu octets", text, r.body.len);
    heard_free(&h);
    reply_free(&r);
}

static void frames(struct bench *b) {
    char text[64] = "";
    struct reply r = plain(b, "/crl/ca");
    struct heard h = get(b, "/crl/ca");
    check(b,
          h.ended == ENDED_WHOLE && same(view(h.body), view(r.body)) &&
              heard_field(&h, "Content-Type", text, sizeof text) && strcmp(text, "application/pkix-crl") == 0,
          "the plain answer is whole, with its type");
    heard_free(&h);
    h = get(b, "/crl/ca/chunked");
    sign_buf joined = heard_chunks(&h);
    check(b,
          h.ended == ENDED_WHOLE && same(view(joined), view(r.body)) &&
              heard_field(&h, "Transfer-Encoding", text, sizeof text) &&
              !heard_field(&h, "Content-Length", text, sizeof text),
          "chunked: the same octets in chunks");
    free(joined.data);
    heard_free(&h);
    h = get(b, "/crl/ca/until-close");
    check(b,
          h.ended == ENDED_CLOSED && same(view(h.body), view(r.body)) &&
              !heard_field(&h, "Content-Length", text, sizeof text),
          "until-close: the same octets, and the end of the connection");
    heard_free(&h);
    h = get(b, "/crl/ca/wrong-type");
    check(b,
          same(view(h.body), view(r.body)) && heard_field(&h, "Content-Type", text, sizeof text) &&
              strcmp(text, "text/html") == 0,
          "wrong-type: text/html and the right octets");
    heard_free(&h);
    reply_free(&r);
}

static void endless(struct bench *b) {
    char text[64] = "";
    struct heard h = get(b, "/crl/ca/flow:3");
    check(b, h.ended == ENDED_WHOLE && h.body.len == 3 * MEGABYTE, "flow:3 is three megabytes");
    heard_free(&h);
    h = get(b, "/crl/ca/flow-chunked:1");
    sign_buf joined = heard_chunks(&h);
    check(b, h.ended == ENDED_WHOLE && joined.len == MEGABYTE, "flow-chunked:1 is one megabyte in chunks");
    free(joined.data);
    heard_free(&h);
    struct question much = {
        .port = http_port(b->http), .method = "GET", .target = "/crl/ca/flow", .enough = 20 * MEGABYTE};
    uint64_t before = http_octets(b->http);
    h = client_ask(&much);
    heard_field(&h, "Content-Length", text, sizeof text);
    check(b, h.ended == ENDED_ENOUGH && strcmp(text, "10737418240") == 0,
          "flow promises %s octets, and begins", text);
    heard_free(&h);
    long begun = client_clock();
    while (http_octets(b->http) == before && client_clock() - begun < 5000) {
        usleep(10000);
    }
    uint64_t went = http_octets(b->http) - before;
    check(b, went >= 20 * MEGABYTE && went < 100 * MEGABYTE,
          "flow ends when nobody listens: %llu octets went", (unsigned long long)went);
    much.target = "/crl/ca/endless-headers";
    much.enough = 5 * MEGABYTE;
    h = client_ask(&much);
    check(b, h.ended == ENDED_ENOUGH && heard_status(&h) == 200 && h.body.len == 0,
          "endless-headers: no end in 5 MB");
    heard_free(&h);
    h = get(b, "/crl/ca/bomb:100");
    check(b,
          h.ended == ENDED_CLOSED && heard_field(&h, "Content-Encoding", text, sizeof text) &&
              strcmp(text, "gzip") == 0 && h.body.len > 600000 && h.body.len < MEGABYTE,
          "bomb:100 is %zu octets of gzip", h.body.len);
    heard_free(&h);
}

static void redirects(struct bench *b) {
    char base[64], own[128], other[128], text[256];
    snprintf(base, sizeof base, "%s", http_base(b->http));
    snprintf(own, sizeof own, "%s/crl/ca/redirect-loop", base);
    snprintf(other, sizeof other, "http://127.0.0.2:%u/crl/ca/redirect-loopback",
             (unsigned)http_port(b->http));
    const struct {
        const char *target, *base, *where;
    } rows[] = {
        {"/crl/ca/redirect", base, "/crl/ca"},
        {"/crl/ca/redirect:3", base, "/crl/ca/redirect:2"},
        {"/crl/ca/redirect:2+chunked", base, "/crl/ca/redirect:1+chunked"},
        {"/crl/ca/redirect:1+chunked", base, "/crl/ca/chunked"},
        {"/crl/ca/expired+redirect:1", base, "/crl/ca/expired"},
        {"/crl/ca/redirect-loop", "", own},
        {"/crl/ca/redirect-loopback", "", other},
        {"/crl/ca/redirect-private", "", "http://10.0.0.1/crl"},
        {"/crl/ca/redirect-metadata", "", "http://169.254.169.254/latest/meta-data/"},
        {"/crl/ca/redirect-file", "", "file:///etc/passwd"},
        {"/crl/ca/redirect-gopher", "", "gopher://127.0.0.1/1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char want[256];
        snprintf(want, sizeof want, "%s%s", rows[i].base, rows[i].where);
        struct heard h = get(b, rows[i].target);
        bool found = heard_field(&h, "Location", text, sizeof text);
        check(b, heard_status(&h) == 302 && found && strcmp(text, want) == 0, "%s leads to %s",
              rows[i].target, rows[i].where);
        heard_free(&h);
    }
    struct heard h = get(b, "/crl/ca/redirect-nowhere");
    check(b, heard_status(&h) == 302 && !heard_field(&h, "Location", text, sizeof text),
          "redirect-nowhere has no Location");
    heard_free(&h);
}

static void bodies(struct bench *b) {
    static const struct {
        const char *target;
        int status;
        size_t len; /* SIZE_MAX: any */
        const char *begins;
    } rows[] = {
        {"/crl/ca/status:404", 404, SIZE_MAX, "Account 999"},
        {"/crl/ca/status", 500, SIZE_MAX, "Account 999"},
        {"/crl/ca/status:503", 503, SIZE_MAX, "Account 999"},
        {"/crl/ca/text", 200, SIZE_MAX, "Account 999"},
        {"/crl/ca/empty", 200, 0, ""},
        {"/crl/ca/garbage:50", 200, 50, "\x0d\xb4"},
        {"/crl/ca/pem", 200, SIZE_MAX, "-----BEGIN X509 CRL-----"},
        {"/aia/ca/pem", 200, SIZE_MAX, "-----BEGIN CERTIFICATE-----"},
        {"/crl/ca/no-such-fault", 400, SIZE_MAX, ""},
        {"/crl/ca/wrong-nonce", 400, SIZE_MAX, ""},
        {"/crl/ca/delay:x", 400, SIZE_MAX, ""},
        {"/crl/nobody", 404, SIZE_MAX, ""},
        {"/", 404, SIZE_MAX, ""},
        {"/tsa/ca", 405, SIZE_MAX, ""},
        {"/ocsp/ca/Mnonsense", 400, SIZE_MAX, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct heard h = get(b, rows[i].target);
        size_t n = strlen(rows[i].begins);
        check(b,
              heard_status(&h) == rows[i].status && (rows[i].len == SIZE_MAX || h.body.len == rows[i].len) &&
                  h.body.len >= n && memcmp(h.body.data, rows[i].begins, n) == 0,
              "%s is %d", rows[i].target, rows[i].status);
        heard_free(&h);
    }
    struct question wrong = {.port = http_port(b->http),
                             .method = "POST",
                             .target = "/ocsp/ca",
                             .type = "text/plain",
                             .body = view(b->good)};
    struct heard h = client_ask(&wrong);
    check(b, heard_status(&h) == 415, "a request of another type is 415");
    heard_free(&h);
}

/* ---- the connection -------------------------------------------------------------------------------------
 */

static void kept(struct bench *b) {
    static const char two[] = "GET /aia/ca HTTP/1.1\r\nHost: x\r\n\r\nGET /aia/root HTTP/1.1\r\nHost: x\r\n"
                              "Connection: close\r\n\r\n";
    char got[4096];
    size_t n = 0;
    int fd = client_connect(http_port(b->http));
    bool ok = fd >= 0 && write(fd, two, sizeof two - 1) == sizeof two - 1;
    for (ssize_t r = 1; ok && r > 0 && n<sizeof got - 1; n += r> 0 ? (size_t)r : 0) {
        r = read(fd, got + n, sizeof got - 1 - n);
    }
    close(fd);
    struct reply first = plain(b, "/aia/ca"), second = plain(b, "/aia/root");
    size_t answers = 0;
    for (size_t i = 0; i + 15 < n; i++) {
        answers += memcmp(got + i, "HTTP/1.1 200 OK", 15) == 0;
    }
    check(b,
          answers == 2 && n > first.body.len + second.body.len &&
              memcmp(got + n - second.body.len, second.body.data, second.body.len) == 0,
          "two requests on one connection have two answers");
    reply_free(&first);
    reply_free(&second);
}

static void *slow_one(void *user) {
    const struct bench *b = user;
    struct heard h = get(b, "/aia/ca/delay:500");
    bool *ok = malloc(sizeof *ok);
    *ok = h.ended == ENDED_WHOLE;
    heard_free(&h);
    return ok;
}

static void together(struct bench *b) {
    pthread_t threads[8];
    bool all = true;
    size_t before = http_count(b->http, "/aia/ca/delay");
    long begun = client_clock();
    for (size_t i = 0; i < 8; i++) {
        must(pthread_create(&threads[i], NULL, slow_one, b) == 0, "a thread");
    }
    for (size_t i = 0; i < 8; i++) {
        void *ok = NULL;
        pthread_join(threads[i], &ok);
        all = all && *(bool *)ok;
        free(ok);
    }
    long took = client_clock() - begun;
    check(b, all && took < 3000, "eight delays of 500 ms at once take %ld ms", took);
    check(b, http_count(b->http, "/aia/ca/delay") - before == 8, "the log has the eight of them");
}

/* ---- content --------------------------------------------------------------------------------------------
 */

struct asked {
    const char *path;
    sign_fetch_kind kind;
    const char *type;
    sign_bytes body;
    unsigned service;
};

static sign_buf through_door(const struct bench *b, const struct asked *a, const char *target) {
    char url[512];
    snprintf(url, sizeof url, "%s%s", realm_base(b->realm), target);
    sign_fetch_request q = {.size = sizeof q,
                            .kind = a->kind,
                            .url = url,
                            .type = a->type,
                            .body = a->body,
                            .limit = 64 * MEGABYTE};
    sign_fetch_answer answer = {0};
    b->door.fetch.call(b->door.fetch.user, &q, 1, &answer);
    return answer.body;
}

/* The answer's octets change with the fault; what is signed with RSA is the same through a socket. */
static size_t one_fault(struct bench *b, const struct asked *a, enum fault fault) {
    char target[128];
    snprintf(target, sizeof target, "%s/%s", a->path, fault_name(fault));
    if (fault == FAULT_FLOOD || fault == FAULT_HUGE_LIST) {
        strncat(target, ":20", sizeof target - strlen(target) - 1);
    }
    sign_buf right = through_door(b, a, a->path), once = through_door(b, a, target),
             again = through_door(b, a, target);
    check(b, right.len > 0 && once.data != NULL && !same(view(right), view(once)), "%s changes the answer",
          target);
    bool steady = same(view(once), view(again));
    if (steady) {
        struct question q = {.port = http_port(b->http),
                             .method = a->type != NULL ? "POST" : "GET",
                             .target = target,
                             .type = a->type,
                             .body = a->body};
        struct heard h = client_ask(&q);
        check(b, same(view(h.body), view(once)), "%s: the door and the socket agree", target);
        heard_free(&h);
    }
    free(right.data);
    free(once.data);
    free(again.data);
    return steady;
}

static void content(struct bench *b) {
    const struct asked rows[] = {
        {"/ocsp/ca", SIGN_FETCH_OCSP, "application/ocsp-request", view(b->good), SERVICE_OCSP},
        {"/crl/ca", SIGN_FETCH_CRL, NULL, {NULL, 0}, SERVICE_CRL},
        {"/aia/ca", SIGN_FETCH_CERTIFICATES, NULL, {NULL, 0}, SERVICE_AIA},
        {"/tsa/ca", SIGN_FETCH_TIMESTAMP, "application/timestamp-query", view(b->query), SERVICE_TSA},
    };
    size_t steady = 0, all = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int f = FAULT_WRONG_NONCE; f < FAULT_COUNT; f++) {
            if ((fault_services((enum fault)f) & rows[i].service) != 0) {
                struct asked a = rows[i];
                a.body = f == FAULT_GOOD ? view(b->ghost) : a.body;
                steady += one_fault(b, &a, (enum fault)f);
                all++;
            }
        }
    }
    check(b, steady >= 45 && all > steady, "%zu of %zu answers are the same octets every time", steady, all);
}

static void get_ocsp(struct bench *b) {
    char base64[1024], target[3100] = "/ocsp/ca/";
    int n = EVP_EncodeBlock((unsigned char *)base64, b->plain.data, (int)b->plain.len);
    size_t at = strlen(target);
    for (int i = 0; i < n; i++) {
        bool special = strchr("+/=", base64[i]) != NULL;
        at += (size_t)snprintf(target + at, sizeof target - at, special ? "%%%02X" : "%c", base64[i]);
    }
    struct asked a = {"/ocsp/ca", SIGN_FETCH_OCSP, "application/ocsp-request", view(b->plain), SERVICE_OCSP};
    sign_buf want = through_door(b, &a, a.path);
    struct heard h = get(b, target);
    check(b, want.len > 0 && same(view(want), view(h.body)),
          "OCSP by GET (RFC 6960, A.1) is what POST gives");
    heard_free(&h);
    free(want.data);
}

static void outcomes(struct bench *b) {
    static const struct {
        const char *path;
        sign_rc rc;
    } rows[] = {
        {"/crl/ca", SIGN_OK},
        {"/crl/ca/redirect:3", SIGN_OK},
        {"/crl/ca/redirect:4", SIGN_E_NETWORK},
        {"/crl/ca/status:404", SIGN_E_NETWORK},
        {"/crl/ca/flow", SIGN_E_LIMIT},
        {"/crl/ca/drip", SIGN_E_NETWORK},
        {"/crl/ca/redirect-private", SIGN_E_REFUSED},
        {"/crl/ca/huge:9000", SIGN_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char url[256];
        snprintf(url, sizeof url, "%s%s", realm_base(b->realm), rows[i].path);
        sign_fetch_request q = {.size = sizeof q, .kind = SIGN_FETCH_CRL, .url = url, .limit = MEGABYTE / 8};
        sign_fetch_answer answer = {0};
        b->door.fetch.call(b->door.fetch.user, &q, 1, &answer);
        check(b,
              answer.rc == rows[i].rc && (answer.rc == SIGN_OK) == (answer.body.len > 0) &&
                  (answer.rc == SIGN_OK) == (*answer.problem == '\0'),
              "the door: %s gives %d", rows[i].path, (int)rows[i].rc);
        free(answer.body.data);
    }
    check(b,
          b->door.asked[0] == b->door.asked[SIGN_FETCH_CRL] + b->door.asked[SIGN_FETCH_OCSP] +
                                  b->door.asked[SIGN_FETCH_CERTIFICATES] +
                                  b->door.asked[SIGN_FETCH_TIMESTAMP],
          "the door counts by kind");
}

/* ---- all ------------------------------------------------------------------------------------------------
 */

static void set_up(struct bench *b, const char *pki) {
    b->http = http_open(NULL);
    must(b->http != NULL, "a listener");
    b->realm = realm_open(pki, http_base(b->http), T2026);
    door_open(&b->door, b->realm);
    struct wish good = {.name = "good", .issuer = AUTHORITY_CA};
    struct wish held = {.name = "held", .issuer = AUTHORITY_CA, .state = STATE_RESUMED};
    struct wish ghost = {.name = "ghost", .issuer = AUTHORITY_CA, .state = STATE_UNISSUED};
    const struct identity *id = realm_issue(b->realm, &good);
    realm_issue(b->realm, &held);
    b->good = ocsp_request(b, id, true);
    b->plain = ocsp_request(b, id, false);
    b->ghost = ocsp_request(b, realm_issue(b->realm, &ghost), true);
    b->query = stamp_query();
    must(http_start(b->http, b->realm), "a thread");
}

static void *drips(void *user) {
    const struct bench *b = user;
    struct heard h = get(b, "/crl/ca/drip:1000");
    heard_free(&h);
    return NULL;
}

static void tear_down(struct bench *b) {
    pthread_t thread;
    must(pthread_create(&thread, NULL, drips, b) == 0, "a thread");
    usleep(300000);
    long begun = client_clock();
    http_close(b->http);
    long took = client_clock() - begun;
    check(b, took < 2000, "the server ends within a slow answer, in %ld ms", took);
    pthread_join(thread, NULL);
    OPENSSL_free(b->good.data);
    OPENSSL_free(b->plain.data);
    OPENSSL_free(b->ghost.data);
    OPENSSL_free(b->query.data);
    door_close(&b->door);
    realm_close(b->realm);
}

int main(void) {
    struct bench b = {0};
    set_up(&b, SIGN_TEST_PKI);
    times(&b);
    breaks(&b);
    frames(&b);
    endless(&b);
    redirects(&b);
    bodies(&b);
    kept(&b);
    together(&b);
    content(&b);
    get_ocsp(&b);
    outcomes(&b);
    tear_down(&b);
    printf("1..%d\n", b.count);
    return b.bad != 0;
}
