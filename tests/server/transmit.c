/* Sends an answer well, slowly, without end, or not at all. */
#include "server/transmit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MEGABYTE ((uint64_t)1 << 20)

static bool on(const struct reply *r, enum fault fault) {
    return r->faults.on[fault];
}

static long value(const struct reply *r, enum fault fault) {
    return r->faults.value[fault];
}

/* false when the server ends in the meantime. */
static bool nap(const struct wire *w, long milliseconds) {
    struct pollfd stop = {.fd = w->stop, .events = POLLIN};
    return poll(&stop, 1, (int)milliseconds) == 0;
}

static bool put(const struct wire *w, const void *data, size_t len) {
    const char *at = data;
    while (len > 0) {
        ssize_t n = send(w->fd, at, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool put_body(struct wire *w, const void *data, size_t len) {
    if (!put(w, data, len)) {
        return false;
    }
    w->octets += len;
    return true;
}

/* One octet at a time; TCP must not gather them. */
static bool drip(struct wire *w, const void *data, size_t len, long milliseconds, bool body) {
    const char *at = data;
    for (size_t i = 0; i < len; i++) {
        if (!nap(w, milliseconds) || !(body ? put_body(w, at + i, 1) : put(w, at + i, 1))) {
            return false;
        }
    }
    return true;
}

/* RFC 9293, 3.10.7: closing with unsent data and no lingering sends a reset. */
static bool reset(const struct wire *w) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(w->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    return false;
}

/* ---- bodies without end ---------------------------------------------------------------------------------
 */

static bool flow(struct wire *w, uint64_t octets, bool chunked) {
    static const char zeros[1 << 16];
    bool ok = true;
    while (ok && octets > 0) {
        size_t n = octets < sizeof zeros ? (size_t)octets : sizeof zeros;
        char size[16];
        int len = snprintf(size, sizeof size, "%zx\r\n", n);
        ok = (!chunked || put(w, size, (size_t)len)) && put_body(w, zeros, n) &&
             (!chunked || put(w, "\r\n", 2));
        octets -= n;
    }
    return ok && (!chunked || put(w, "0\r\n\r\n", 5));
}

/*
 * RFC 1951, 3.2.6: one block of fixed codes. A literal zero, then matches of length 258 at distance 1, each
 * 13 bits (11000101 and 00000). After the first match the stream stands at an octet's boundary, and eight
 * matches are 13 octets: 2064 octets of zeros. The block does not end, as little as a bomb would wait for its
 * check value.
 */
static bool bomb(struct wire *w, uint64_t octets) {
    static const uint8_t head[] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x62, 0x18, 0x05};
    uint8_t matches[13 * 64] = {0};
    for (size_t i = 0; i < sizeof matches * 8 / 13; i++) {
        static const uint8_t code[8] = {1, 1, 0, 0, 0, 1, 0, 1};
        for (size_t b = 0; b < sizeof code; b++) {
            size_t bit = i * 13 + b;
            matches[bit / 8] = (uint8_t)(matches[bit / 8] | code[b] << bit % 8);
        }
    }
    const uint64_t each = sizeof matches * 8 / 13 * 258;
    bool ok = put_body(w, head, sizeof head);
    for (uint64_t done = 0; ok && done < octets; done += each) {
        ok = put_body(w, matches, sizeof matches);
    }
    return ok;
}

static bool headers_without_end(const struct wire *w, uint64_t octets) {
    char line[1024];
    memset(line, 'a', sizeof line);
    memcpy(line, "X-Endless: ", 11);
    memcpy(line + sizeof line - 2, "\r\n", 2);
    bool ok = put(w, "HTTP/1.1 200 OK\r\n", 17);
    for (uint64_t done = 0; ok && done < octets; done += sizeof line) {
        ok = put(w, line, sizeof line);
    }
    return false;
}

/* ---- redirects ------------------------------------------------------------------------------------------
 */

/* The same target with one redirect less, "redirect:3" to "redirect:2"; the last one without the fault's
 * name. */
static void one_less(const struct wire *w, const struct reply *r, char *out, size_t size) {
    const char *word = strstr(w->target, "redirect");
    size_t before = word != NULL ? (size_t)(word - w->target) : strlen(w->target);
    const char *after = w->target + before;
    after += strcspn(after, "+/");
    long left = value(r, FAULT_REDIRECT) - 1;
    char again[32] = "";
    if (left > 0) {
        snprintf(again, sizeof again, "redirect:%ld", left);
    } else {
        after += *after == '+';
        before -= *after == '\0' && before > 0;
    }
    snprintf(out, size, "http://127.0.0.1:%u%.*s%s%s", w->port, (int)before, w->target, again, after);
}

static bool location(const struct wire *w, const struct reply *r, char *out, size_t size) {
    static const struct {
        enum fault fault;
        const char *where; /* NULL: made of the target */
    } places[] = {
        {FAULT_REDIRECT_PRIVATE, "http://10.0.0.1/crl"},
        {FAULT_REDIRECT_METADATA, "http://169.254.169.254/latest/meta-data/"},
        {FAULT_REDIRECT_FILE, "file:///etc/passwd"},
        {FAULT_REDIRECT_GOPHER, "gopher://127.0.0.1/1"},
        {FAULT_REDIRECT_NOWHERE, ""},
    };
    if (on(r, FAULT_REDIRECT)) {
        one_less(w, r, out, size);
        return true;
    }
    if (on(r, FAULT_REDIRECT_LOOP) || on(r, FAULT_REDIRECT_LOOPBACK)) {
        snprintf(out, size, "http://127.0.0.%d:%u%s", on(r, FAULT_REDIRECT_LOOP) ? 1 : 2, w->port, w->target);
        return true;
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (on(r, places[i].fault)) {
            snprintf(out, size, "%s", places[i].where);
            return true;
        }
    }
    return false;
}

/* ---- the answer -----------------------------------------------------------------------------------------
 */

static const char *phrase(int status) {
    return status == 200 ? "OK" : status == 302 ? "Found" : status == 404 ? "Not Found" : "Error";
}

/* How the body's end is told; 0 octets for a length that is not told. */
static bool framed(const struct reply *r, char *out, size_t size) {
    uint64_t length = r->body.len;
    if (on(r, FAULT_CHUNKED) || on(r, FAULT_FLOW_CHUNKED)) {
        snprintf(out, size, "Transfer-Encoding: chunked\r\n");
        return true;
    }
    if (on(r, FAULT_UNTIL_CLOSE) || on(r, FAULT_BOMB)) {
        snprintf(out, size, "Connection: close\r\n");
        return false;
    }
    length = on(r, FAULT_FLOW) ? (uint64_t)value(r, FAULT_FLOW) * MEGABYTE : length;
    length += on(r, FAULT_LENGTH_LONG) ? (uint64_t)value(r, FAULT_LENGTH_LONG) : 0;
    uint64_t less = on(r, FAULT_LENGTH_SHORT) ? (uint64_t)value(r, FAULT_LENGTH_SHORT) : 0;
    length -= less < length ? less : length;
    snprintf(out, size, "Content-Length: %llu\r\n", (unsigned long long)length);
    return !on(r, FAULT_LENGTH_LONG) && !on(r, FAULT_LENGTH_SHORT);
}

static bool body(struct wire *w, const struct reply *r) {
    if (on(r, FAULT_FLOW) || on(r, FAULT_FLOW_CHUNKED)) {
        long n = value(r, on(r, FAULT_FLOW) ? FAULT_FLOW : FAULT_FLOW_CHUNKED);
        return flow(w, (uint64_t)n * MEGABYTE, on(r, FAULT_FLOW_CHUNKED));
    }
    if (on(r, FAULT_BOMB)) {
        return bomb(w, (uint64_t)value(r, FAULT_BOMB) * MEGABYTE);
    }
    if (on(r, FAULT_RESET_LATE)) {
        put_body(w, r->body.data, r->body.len / 2);
        /* What was sent may be read first. */
        return nap(w, 100) && reset(w);
    }
    if (on(r, FAULT_DRIP)) {
        return drip(w, r->body.data, r->body.len, value(r, FAULT_DRIP), true);
    }
    if (on(r, FAULT_CHUNKED)) {
        char size[32];
        int len = snprintf(size, sizeof size, "%zx\r\n", r->body.len);
        return put(w, size, (size_t)len) && put_body(w, r->body.data, r->body.len) &&
               put(w, "\r\n0\r\n\r\n", 7);
    }
    return put_body(w, r->body.data, r->body.len);
}

static bool redirect(const struct wire *w, const char *where) {
    static const char head[] = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n";
    bool ok = put(w, head, sizeof head - 1);
    if (*where != '\0') {
        ok = ok && put(w, "Location: ", 10) && put(w, where, strlen(where)) && put(w, "\r\n", 2);
    }
    return ok && put(w, "\r\n", 2);
}

bool transmit(struct wire *w, const struct reply *r) {
    char head[1024], frame[64], where[4352];
    if (on(r, FAULT_DELAY) && !nap(w, value(r, FAULT_DELAY))) {
        return false;
    }
    if (on(r, FAULT_RESET)) {
        return reset(w);
    }
    if (on(r, FAULT_ENDLESS_HEADERS)) {
        return headers_without_end(w, (uint64_t)value(r, FAULT_ENDLESS_HEADERS) * MEGABYTE);
    }
    if (location(w, r, where, sizeof where)) {
        return redirect(w, where);
    }
    bool keep = framed(r, frame, sizeof frame);
    int len =
        snprintf(head, sizeof head, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n%s%s\r\n", r->status,
                 phrase(r->status), r->type, on(r, FAULT_BOMB) ? "Content-Encoding: gzip\r\n" : "", frame);
    bool sent = on(r, FAULT_DRIP_HEAD) ? drip(w, head, (size_t)len, value(r, FAULT_DRIP_HEAD), false)
                                       : put(w, head, (size_t)len);
    return sent && body(w, r) && keep;
}
