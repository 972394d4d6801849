/* Connections, requests and the log. */
#include "server/http.h"

#include "server/transmit.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEAD        ((size_t)64 << 10)
#define MAX_BODY        ((size_t)4 << 20)
#define MAX_CONNECTIONS 256

struct http {
    int listener, stop; /* stop: an eventfd that stays readable from the end on */
    unsigned short port;
    char base[64];
    struct realm *realm;
    pthread_t thread;
    bool started;
    pthread_t threads[MAX_CONNECTIONS]; /* touched by the listening thread, and after it by http_close */
    bool used[MAX_CONNECTIONS];
    pthread_mutex_t lock;             /* over all below */
    int connections[MAX_CONNECTIONS]; /* descriptors; -1: the thread is at its end, or there is none */
    FILE *log;
    char **targets;
    size_t n, room;
    uint64_t octets;
};

struct connection {
    struct http *http;
    int fd;
    size_t slot;
    char *buf; /* MAX_HEAD + MAX_BODY + 1 */
    size_t len;
};

struct request {
    char method[16], target[4096], type[128];
    size_t head, body; /* octets */
    bool expect, close;
};

/* ---- the log --------------------------------------------------------------------------------------------
 */

static void log_ask(struct http *h, const struct request *q) {
    pthread_mutex_lock(&h->lock);
    if (h->n == h->room) {
        h->room = h->room * 2 + 64;
        h->targets = realloc(h->targets, h->room * sizeof *h->targets);
        must(h->targets != NULL, "the log");
    }
    h->targets[h->n] = strdup(q->target);
    must(h->targets[h->n++] != NULL, "the log");
    if (h->log != NULL) {
        fprintf(h->log, "ask %s %s\n", q->method, q->target);
        fflush(h->log);
    }
    pthread_mutex_unlock(&h->lock);
}

static void log_end(struct http *h, const struct request *q, int status, uint64_t octets) {
    pthread_mutex_lock(&h->lock);
    h->octets += octets;
    if (h->log != NULL) {
        fprintf(h->log, "end %s %s %d %llu\n", q->method, q->target, status, (unsigned long long)octets);
        fflush(h->log);
    }
    pthread_mutex_unlock(&h->lock);
}

size_t http_count(struct http *h, const char *prefix) {
    size_t count = 0;
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->n; i++) {
        count += prefix == NULL || strncmp(h->targets[i], prefix, strlen(prefix)) == 0;
    }
    pthread_mutex_unlock(&h->lock);
    return count;
}

uint64_t http_octets(struct http *h) {
    pthread_mutex_lock(&h->lock);
    uint64_t octets = h->octets;
    pthread_mutex_unlock(&h->lock);
    return octets;
}

/* ---- a request (RFC 9112) -------------------------------------------------------------------------------
 */

static bool more(struct connection *c) {
    size_t room = MAX_HEAD + MAX_BODY - c->len;
    ssize_t n = room > 0 ? recv(c->fd, c->buf + c->len, room, 0) : 0;
    c->len += n > 0 ? (size_t)n : 0;
    c->buf[c->len] = '\0';
    return n > 0;
}

static void field(struct request *q, const char *name, size_t len, const char *value, size_t n) {
    if (len == 14 && strncasecmp(name, "Content-Length", len) == 0) {
        q->body = (size_t)strtoull(value, NULL, 10);
    }
    if (len == 12 && strncasecmp(name, "Content-Type", len) == 0 && n < sizeof q->type) {
        memcpy(q->type, value, n);
        q->type[n] = '\0';
        q->type[strcspn(q->type, "; \t")] = '\0';
    }
    q->expect = q->expect || (len == 6 && strncasecmp(name, "Expect", len) == 0);
    q->close = q->close || (len == 10 && strncasecmp(name, "Connection", len) == 0 && n >= 5 &&
                            strncasecmp(value, "close", 5) == 0);
}

static bool parse(const char *text, struct request *q) {
    char version[16];
    if (sscanf(text, "%15s %4095s %15s", q->method, q->target, version) != 3 || *q->target != '/' ||
        strncmp(version, "HTTP/1.", 7) != 0) {
        return false;
    }
    q->close = strcmp(version, "HTTP/1.0") == 0;
    for (const char *at = strstr(text, "\r\n"); at != NULL && strncmp(at, "\r\n\r\n", 4) != 0;) {
        at += 2;
        const char *end = strstr(at, "\r\n"),
                   *colon = end != NULL ? memchr(at, ':', (size_t)(end - at)) : NULL;
        if (colon == NULL) {
            return false;
        }
        const char *value = colon + 1 + strspn(colon + 1, " \t");
        field(q, at, (size_t)(colon - at), value, value < end ? (size_t)(end - value) : 0);
        at = end;
    }
    return q->body <= MAX_BODY;
}

/* Reads one whole request; what follows it stays in the buffer. */
static bool receive(struct connection *c, struct request *q) {
    char *end = NULL;
    *q = (struct request){0};
    while ((end = strstr(c->buf, "\r\n\r\n")) == NULL) {
        if (c->len >= MAX_HEAD || !more(c)) {
            return false;
        }
    }
    q->head = (size_t)(end - c->buf) + 4;
    if (!parse(c->buf, q)) {
        return false;
    }
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (q->expect && c->len == q->head && send(c->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL) < 0) {
        return false;
    }
    while (c->len < q->head + q->body) {
        if (!more(c)) {
            return false;
        }
    }
    return true;
}

static bool answer(struct connection *c, const struct request *q) {
    struct http *h = c->http;
    struct ask ask = {.post = strcmp(q->method, "POST") == 0,
                      .target = q->target,
                      .type = q->type,
                      .body = {(const uint8_t *)c->buf + q->head, q->body}};
    struct reply reply;
    struct wire wire = {
        .fd = c->fd, .stop = h->stop, .port = h->port, .method = q->method, .target = q->target};
    log_ask(h, q);
    respond(h->realm, &ask, &reply);
    bool keep = transmit(&wire, &reply);
    log_end(h, q, reply.status, wire.octets);
    reply_free(&reply);
    return keep && !q->close;
}

/* ---- connections ----------------------------------------------------------------------------------------
 */

static void leave(struct connection *c) {
    struct http *h = c->http;
    pthread_mutex_lock(&h->lock);
    h->connections[c->slot] = -1;
    /* Under the lock: http_close must not shut down another's descriptor of the same number. */
    close(c->fd);
    pthread_mutex_unlock(&h->lock);
    free(c->buf);
    free(c);
}

static void *serve(void *user) {
    struct connection *c = user;
    struct request q;
    while (receive(c, &q) && answer(c, &q)) {
        size_t used = q.head + q.body;
        memmove(c->buf, c->buf + used, c->len - used + 1);
        c->len -= used;
    }
    leave(c);
    return NULL;
}

static bool ended(struct http *h, size_t slot) {
    pthread_mutex_lock(&h->lock);
    bool yes = h->connections[slot] < 0;
    pthread_mutex_unlock(&h->lock);
    return yes;
}

/* A slot nobody is in; a thread that is at its end is waited for, so that nothing of it is left at the end of
 * all. */
static bool enter(struct http *h, size_t *slot) {
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (h->used[i] && ended(h, i)) {
            pthread_join(h->threads[i], NULL);
            h->used[i] = false;
        }
        if (!h->used[i]) {
            *slot = i;
            return true;
        }
    }
    return false;
}

static void welcome(struct http *h, int fd) {
    int yes = 1;
    size_t slot = 0;
    if (!enter(h, &slot)) {
        close(fd);
        return;
    }
    struct connection *c = calloc(1, sizeof *c);
    must(c != NULL && (c->buf = calloc(1, MAX_HEAD + MAX_BODY + 1)) != NULL, "a connection");
    *c = (struct connection){.http = h, .fd = fd, .slot = slot, .buf = c->buf};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    pthread_mutex_lock(&h->lock);
    h->connections[slot] = fd;
    pthread_mutex_unlock(&h->lock);
    h->used[slot] = pthread_create(&h->threads[slot], NULL, serve, c) == 0;
    if (!h->used[slot]) {
        leave(c);
    }
}

static void *listen_on(void *user) {
    struct http *h = user;
    struct pollfd fds[2] = {{.fd = h->listener, .events = POLLIN}, {.fd = h->stop, .events = POLLIN}};
    while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
        if (fds[1].revents != 0) {
            break;
        }
        int fd = accept(h->listener, NULL, NULL);
        if (fd >= 0) {
            welcome(h, fd);
        }
    }
    return NULL;
}

/* ---- the server -----------------------------------------------------------------------------------------
 */

struct http *http_open(const char *log) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    struct http *h = calloc(1, sizeof *h);
    must(h != NULL, "a server");
    pthread_mutex_init(&h->lock, NULL);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        h->connections[i] = -1;
    }
    h->stop = eventfd(0, EFD_CLOEXEC);
    h->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    h->log = log != NULL ? fopen(log, "we") : NULL;
    if (h->stop < 0 || h->listener < 0 || (log != NULL && h->log == NULL) ||
        bind(h->listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(h->listener, 128) != 0 ||
        getsockname(h->listener, (struct sockaddr *)&at, &n) != 0) {
        http_close(h);
        return NULL;
    }
    h->port = ntohs(at.sin_port);
    snprintf(h->base, sizeof h->base, "http://127.0.0.1:%u", (unsigned)h->port);
    return h;
}

const char *http_base(const struct http *h) {
    return h->base;
}

unsigned short http_port(const struct http *h) {
    return h->port;
}

bool http_start(struct http *h, struct realm *realm) {
    h->realm = realm;
    h->started = pthread_create(&h->thread, NULL, listen_on, h) == 0;
    return h->started;
}

void http_close(struct http *h) {
    uint64_t one = 1;
    if (h == NULL) {
        return;
    }
    must(h->stop < 0 || write(h->stop, &one, sizeof one) == sizeof one, "an end");
    if (h->started) {
        pthread_join(h->thread, NULL);
    }
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (h->connections[i] >= 0) {
            shutdown(h->connections[i], SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&h->lock);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (h->used[i]) {
            pthread_join(h->threads[i], NULL);
        }
    }
    for (size_t i = 0; i < h->n; i++) {
        free(h->targets[i]);
    }
    free(h->targets);
    if (h->log != NULL) {
        fclose(h->log);
    }
    close(h->listener);
    close(h->stop);
    pthread_mutex_destroy(&h->lock);
    free(h);
}
