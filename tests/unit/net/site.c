/* site.c - the server of these tests. */
#include "site.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct guest {
    struct site *site;
    int fd;
    bool last; /* the connection ends after this answer */
};

static void pause_ms(int ms) {
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

static bool put(int fd, const void *data, size_t n) {
    const uint8_t *at = data;
    while (n > 0) {
        ssize_t done = send(fd, at, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static bool put_text(int fd, const char *s) {
    return put(fd, s, strlen(s));
}

static void reply(struct guest *g, int status, const char *headers, sign_bytes body) {
    AUTO(grow) out = {0};
    grow_printf(&out, "HTTP/1.1 %d Word\r\nContent-Length: %zu\r\n%s\r\n", status, body.len, headers);
    grow_put(&out, body.data, body.len);
    g->last = !put(g->fd, out.data, out.len);
}

static sign_bytes view(const sign_buf *b) {
    return BYTES(b->data, b->len);
}

static void crl(struct guest *g) {
    int status = atomic_load(&g->site->fail);
    reply(g, status != 0 ? status : 200, "Content-Type: application/pkix-crl\r\n", view(&g->site->crl));
}

/* 10 GB, or as much as is taken. */
static void huge(struct guest *g, const char *length) {
    static uint8_t zeros[65536];
    char start[200];
    snprintf(start, sizeof start, "HTTP/1.1 200 OK\r\n%s\r\n", length);
    bool chunked = strstr(length, "chunked") != NULL, more = put_text(g->fd, start);
    for (uint64_t n = 0; more && n < UINT64_C(10) << 30; n += sizeof zeros) {
        more = (!chunked || put_text(g->fd, "10000\r\n")) && put(g->fd, zeros, sizeof zeros) &&
               (!chunked || put_text(g->fd, "\r\n"));
        atomic_fetch_add(&g->site->sent, sizeof zeros);
    }
    g->last = true;
}

static void drip(struct guest *g, int ms) {
    bool more = put_text(g->fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
    for (int i = 0; more && i < 10000 && !atomic_load(&g->site->stopping); i++) {
        pause_ms(ms);
        more = put_text(g->fd, "x");
    }
    g->last = true;
}

static void hang(struct guest *g) {
    char c;
    while (!atomic_load(&g->site->stopping) && recv(g->fd, &c, 1, MSG_DONTWAIT) != 0)
        pause_ms(10);
    g->last = true;
}

static void reset(struct guest *g) {
    struct linger now = {.l_onoff = 1};
    (void)put_text(g->fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
    pause_ms(50);
    setsockopt(g->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    g->last = true;
}

static void endless_headers(struct guest *g) {
    bool more = put_text(g->fd, "HTTP/1.1 200 OK\r\n");
    while (more && !atomic_load(&g->site->stopping))
        more = put_text(g->fd, "X-Padding: 0123456789012345678901234567890123456789012345678901234567\r\n");
    g->last = true;
}

static void redirect(struct guest *g, int status, const char *to) {
    char location[400];
    snprintf(location, sizeof location, "Location: %s\r\n", to);
    reply(g, status, location, BYTES_STR("elsewhere"));
}

static void with_header(struct guest *g, const char *line) {
    char header[300];
    snprintf(header, sizeof header, "%s\r\n", line);
    reply(g, 200, header, view(&g->site->crl));
}

/* "/chunked": in pieces of 7 octets. */
static void chunked(struct guest *g) {
    AUTO(grow) out = {0};
    grow_str(&out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < g->site->crl.len; at += 7) {
        size_t n = g->site->crl.len - at < 7 ? g->site->crl.len - at : 7;
        grow_printf(&out, "%zx\r\n", n);
        grow_put(&out, g->site->crl.data + at, n);
        grow_str(&out, "\r\n");
    }
    grow_str(&out, "0\r\n\r\n");
    (void)put(g->fd, out.data, out.len);
}

static bool begins(const char *path, const char *with, const char **rest) {
    *rest = path + strlen(with);
    return strncmp(path, with, strlen(with)) == 0;
}

static void answer(struct guest *g, const char *path) {
    const char *rest;
    if (begins(path, "/crl", &rest))
        crl(g);
    else if (begins(path, "/slow/", &rest)) {
        pause_ms(atoi(rest));
        crl(g);
    } else if (begins(path, "/ocsp", &rest))
        reply(g, 200, "Content-Type: application/ocsp-response\r\n", view(&g->site->ocsp));
    else if (begins(path, "/cert", &rest))
        reply(g, 200, "Content-Type: application/pkix-cert\r\n", view(&g->site->cert));
    else if (begins(path, "/echo", &rest))
        reply(g, 200, "Content-Type: text/plain\r\n", BYTES_STR(g->site->last));
    else if (begins(path, "/html", &rest))
        reply(g, 200, "Content-Type: text/html\r\n",
              BYTES_STR("<html>Log in to the wireless network</html>"));
    else if (begins(path, "/status/", &rest))
        reply(g, atoi(rest), "Retry-After: 1000\r\n", view(&g->site->crl));
    else if (begins(path, "/header/", &rest))
        with_header(g, rest);
    else if (begins(path, "/to/", &rest)) /* "/to/302/crl", "/to/302/http://host/" */
        redirect(g, atoi(rest), strstr(rest, ":/") != NULL ? rest + 4 : rest + 3);
    else if (begins(path, "/later/", &rest)) {
        pause_ms(atoi(rest));
        redirect(g, 302, "/slow/300");
    } else if (begins(path, "/loop", &rest))
        redirect(g, 302, "/loop");
    else if (begins(path, "/huge-chunked", &rest))
        huge(g, "Transfer-Encoding: chunked\r\n");
    else if (begins(path, "/huge-open", &rest))
        huge(g, "Connection: close\r\n");
    else if (begins(path, "/huge", &rest))
        huge(g, "Content-Length: 10737418240\r\n");
    else if (begins(path, "/drip/", &rest))
        drip(g, atoi(rest));
    else if (begins(path, "/hang", &rest))
        hang(g);
    else if (begins(path, "/reset", &rest))
        reset(g);
    else if (begins(path, "/headers", &rest))
        endless_headers(g);
    else if (begins(path, "/chunked", &rest))
        chunked(g);
    else
        reply(g, 404, "", BYTES_STR("no such path"));
}

/* The whole request: header lines and as much body as they say. */
static bool receive(struct guest *g, char *text, size_t size) {
    size_t n = 0;
    for (;;) {
        text[n] = 0;
        char *end = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
        if (end != NULL &&
            n >= (size_t)(end + 4 - text) + (length != NULL ? strtoul(length + 16, NULL, 10) : 0))
            return true;
        struct pollfd p = {.fd = g->fd, .events = POLLIN};
        if (atomic_load(&g->site->stopping) || n + 1 >= size)
            return false;
        if (poll(&p, 1, 20) <= 0)
            continue;
        ssize_t got = recv(g->fd, text + n, size - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
    }
}

static void *serve(void *arg) {
    struct guest *g = arg;
    char text[4096], path[1024];
    while (!g->last && receive(g, text, sizeof text)) {
        memcpy(g->site->last, text, sizeof text);
        atomic_fetch_add(&g->site->hits, 1);
        unsigned now = atomic_fetch_add(&g->site->serving, 1) + 1, most = atomic_load(&g->site->most);
        while (now > most && !atomic_compare_exchange_weak(&g->site->most, &most, now)) {
        }
        if (sscanf(text, "%*s %1023s", path) == 1)
            answer(g, strncmp(path, "http://", 7) == 0 ? strchr(path + 7, '/') : path);
        atomic_fetch_sub(&g->site->serving, 1);
    }
    close(g->fd);
    free(g);
    return NULL;
}

static void *listen_on(void *arg) {
    struct site *s = arg;
    while (!atomic_load(&s->stopping)) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0)
            continue;
        int fd = accept(s->fd, NULL, NULL);
        struct guest *g = fd >= 0 ? calloc(1, sizeof *g) : NULL;
        pthread_t thread;
        if (g == NULL)
            continue;
        atomic_fetch_add(&s->connections, 1);
        *g = (struct guest){.site = s, .fd = fd};
        if (pthread_create(&thread, NULL, serve, g) == 0)
            pthread_detach(thread);
    }
    return NULL;
}

void site_start(struct site *s) {
    memset(s, 0, sizeof *s);
    s->crl = make_crl(T0 + DAY / 2, 0);
    s->ocsp = make_ocsp(0, T0 + DAY / 4);
    s->cert = make_certificate();
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(s->fd >= 0 && bind(s->fd, (struct sockaddr *)&a, size) == 0 && listen(s->fd, 64) == 0);
    cr_assert_eq(getsockname(s->fd, (struct sockaddr *)&a, &size), 0);
    s->port = ntohs(a.sin_port);
    cr_assert_eq(pthread_create(&s->thread, NULL, listen_on, s), 0);
}

/* Those who still serve are detached and see `stopping` soon: the struct is the test's for as long as it
 * runs. */
void site_stop(struct site *s) {
    atomic_store(&s->stopping, true);
    pthread_join(s->thread, NULL);
    close(s->fd);
    pause_ms(100);
    sign_buf_free(&s->crl);
    sign_buf_free(&s->ocsp);
    sign_buf_free(&s->cert);
}

const char *site_url(const struct site *s, const char *path, char out[300]) {
    snprintf(out, 300, "http://127.0.0.1:%u%s", s->port, path);
    return out;
}

/* ---- the door -------------------------------------------------------------------------------- */

static int64_t clock_of(void *user) {
    return ((struct door *)user)->clock;
}

void door_make(struct door *d, bool cache) {
    *d = (struct door){.clock = T0, .allow = {"127.0.0.1"}};
    snprintf(d->folder, sizeof d->folder, "/tmp/kalem-net-XXXXXX");
    cr_assert_not_null(mkdtemp(d->folder));
    snprintf(d->cache, sizeof d->cache, "%s/cache.db", d->folder);
    d->opt = (sign_net_options){.size = sizeof d->opt,
                                .cache = cache ? d->cache : NULL,
                                .proxy = "",
                                .allow = d->allow,
                                .n_allow = 1,
                                .now = clock_of,
                                .now_user = d};
}

void door_open(struct door *d) {
    sign_error err = {0};
    sign_rc rc = sign_net_new(&d->opt, &d->net, &err);
    cr_assert_eq(rc, SIGN_OK, "%s", err.text);
}

void door_shut(struct door *d) {
    sign_net_free(&d->net);
    cr_assert_null(d->net);
}

void door_close(struct door *d) {
    static const char *const parts[] = {"", "-wal", "-shm", ".broken", ".broken-wal", ".broken-shm"};
    door_shut(d);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char path[120];
        snprintf(path, sizeof path, "%s%s", d->cache, parts[i]);
        unlink(path);
    }
    rmdir(d->folder);
}

struct site site;
struct door door;

void open_plain(void) {
    site_start(&site);
    door_make(&door, false);
}

void open_cached(void) {
    site_start(&site);
    door_make(&door, true);
}

void close_all(void) {
    door_close(&door);
    site_stop(&site);
}

sign_fetch_request request(sign_fetch_kind kind, const char *url) {
    return (sign_fetch_request){
        .size = sizeof(sign_fetch_request), .kind = kind, .url = url, .limit = 1 << 20};
}

sign_fetch_answer ask(const struct door *d, const sign_fetch_request *r) {
    sign_fetch_answer a = {0};
    const sign_fetch *f = sign_net_fetch(d->net);
    f->call(f->user, r, 1, &a);
    return a;
}

sign_fetch_answer get(const struct door *d, sign_fetch_kind kind, const char *url) {
    sign_fetch_request r = request(kind, url);
    return ask(d, &r);
}

void answer_free(sign_fetch_answer *a) {
    sign_buf_free(&a->body);
    *a = (sign_fetch_answer){0};
}
