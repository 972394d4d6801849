/* A client that believes nothing. */
#include "server/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

long client_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

int client_connect(unsigned short port) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_all(int fd, const void *data, size_t len) {
    const char *at = data;
    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool ask(int fd, const struct question *q) {
    char head[6144], about[256] = "";
    if (q->type != NULL) {
        snprintf(about, sizeof about, "Content-Type: %s\r\nContent-Length: %zu\r\n", q->type, q->body.len);
    }
    int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n", q->method, q->target,
                     about);
    return n > 0 && (size_t)n < sizeof head && send_all(fd, head, (size_t)n) &&
           (q->type == NULL || send_all(fd, q->body.data, q->body.len));
}

struct incoming {
    char *data;
    size_t len, room;
};

/* Octets of the head, 0 while it has no end. */
static size_t head_of(const struct incoming *in) {
    const char *end = in->len > 0 ? strstr(in->data, "\r\n\r\n") : NULL;
    return end != NULL ? (size_t)(end - in->data) + 4 : 0;
}

static bool field(const char *head, size_t len, const char *name, char *out, size_t size) {
    size_t n = strlen(name);
    for (const char *at = strstr(head, "\r\n"); at != NULL && at + 2 + n < head + len;) {
        at += 2;
        const char *end = strstr(at, "\r\n");
        if (end == NULL) {
            return false;
        }
        if (strncasecmp(at, name, n) == 0 && at[n] == ':') {
            const char *value = at + n + 1 + strspn(at + n + 1, " ");
            snprintf(out, size, "%.*s", (int)(end - value), value);
            return true;
        }
        at = end;
    }
    return false;
}

static bool whole(const struct incoming *in) {
    char text[64];
    size_t head = head_of(in);
    if (head == 0) {
        return false;
    }
    if (field(in->data, head, "Content-Length", text, sizeof text)) {
        return in->len - head >= strtoull(text, NULL, 10);
    }
    return field(in->data, head, "Transfer-Encoding", text, sizeof text) && in->len >= head + 5 &&
           memcmp(in->data + in->len - 5, "0\r\n\r\n", 5) == 0;
}

static enum ended take(int fd, const struct question *q, struct incoming *in, long begun) {
    long limit = q->ms != 0 ? q->ms : 20000;
    size_t enough = q->enough != 0 ? q->enough : (size_t)64 << 20;
    while (!whole(in)) {
        long left = limit - (client_clock() - begun);
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (left <= 0 || poll(&ready, 1, (int)left) <= 0) {
            return ENDED_TIME;
        }
        if (in->len >= enough) {
            return ENDED_ENOUGH;
        }
        if (in->room - in->len < ((size_t)1 << 16) + 1) {
            in->room = in->room * 2 + ((size_t)1 << 17);
            in->data = realloc(in->data, in->room);
            if (in->data == NULL) {
                abort();
            }
        }
        ssize_t n = recv(fd, in->data + in->len, (size_t)1 << 16, 0);
        if (n <= 0) {
            return n == 0 ? ENDED_CLOSED : errno == ECONNRESET ? ENDED_RESET : ENDED_TIME;
        }
        in->len += (size_t)n;
        in->data[in->len] = '\0';
    }
    return ENDED_WHOLE;
}

struct heard client_ask(const struct question *q) {
    struct incoming in = {.data = calloc(1, 1), .room = 1};
    struct heard out = {.ended = ENDED_RESET};
    long begun = client_clock();
    int fd = client_connect(q->port);
    if (fd >= 0 && ask(fd, q)) {
        out.ended = take(fd, q, &in, begun);
    }
    out.ms = client_clock() - begun;
    if (fd >= 0) {
        close(fd);
    }
    out.head_len = head_of(&in) != 0 ? head_of(&in) : in.len;
    out.head = calloc(1, out.head_len + 1);
    out.body.data = calloc(1, in.len - out.head_len + 1);
    if (out.head == NULL || out.body.data == NULL) {
        abort();
    }
    memcpy(out.head, in.data, out.head_len);
    out.body.len = in.len - out.head_len;
    memcpy(out.body.data, in.data + out.head_len, out.body.len);
    free(in.data);
    return out;
}

void heard_free(struct heard *h) {
    free(h->head);
    free(h->body.data);
    *h = (struct heard){0};
}

int heard_status(const struct heard *h) {
    return strncmp(h->head, "HTTP/1.1 ", 9) == 0 ? (int)strtol(h->head + 9, NULL, 10) : 0;
}

bool heard_field(const struct heard *h, const char *name, char *out, size_t size) {
    return field(h->head, h->head_len, name, out, size);
}

sign_buf heard_chunks(const struct heard *h) {
    sign_buf out = {.data = calloc(1, h->body.len + 1)};
    const char *at = (const char *)h->body.data, *end = at + h->body.len;
    if (out.data == NULL) {
        abort();
    }
    while (at < end) {
        char *data = NULL;
        size_t n = strtoull(at, &data, 16);
        if (n == 0 || data + 2 + n + 2 > end) {
            break;
        }
        memcpy(out.data + out.len, data + 2, n);
        out.len += n;
        at = data + 2 + n + 2;
    }
    return out;
}
