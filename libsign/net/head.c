/* net/head.c - the header lines of an answer that matter here. */
#include "net/peek.h"

#include "base/text.h"
#include <stdio.h>

enum { SECONDS_MAX = 1 << 30 };

static bool blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static sign_bytes trim(sign_bytes b) {
    while (b.len > 0 && blank(b.data[0])) {
        b.data++;
        b.len--;
    }
    while (b.len > 0 && blank(b.data[b.len - 1]))
        b.len--;
    return b;
}

/* Of letters of any case; b is in lower case. */
static bool same(sign_bytes a, const char *b) {
    for (size_t i = 0; i < a.len; i++) {
        uint8_t c = a.data[i];
        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != (uint8_t)b[i] || b[i] == 0)
            return false;
    }
    return b[a.len] == 0;
}

/* delta-seconds (RFC 9111, 1.2.2): what is too large is large; what is no number is -1. */
static int64_t seconds(sign_bytes b) {
    if (b.len >= 2 && b.data[0] == '"' && b.data[b.len - 1] == '"')
        b = BYTES(b.data + 1, b.len - 2);
    int64_t n = 0;
    for (size_t i = 0; i < b.len; i++) {
        if (b.data[i] < '0' || b.data[i] > '9')
            return -1;
        n = n < SECONDS_MAX ? n * 10 + (b.data[i] - '0') : SECONDS_MAX;
    }
    return b.len == 0 ? -1 : n > SECONDS_MAX ? SECONDS_MAX : n;
}

/* The next member of a comma-separated list (RFC 9110, 5.6.1). */
static bool next_member(sign_bytes *list, sign_bytes *out) {
    if (list->len == 0)
        return false;
    const uint8_t *comma = memchr(list->data, ',', list->len);
    size_t n = comma != NULL ? (size_t)(comma - list->data) : list->len;
    *out = trim(BYTES(list->data, n));
    size_t gone = comma != NULL ? n + 1 : n;
    *list = BYTES(list->data + gone, list->len - gone);
    return true;
}

/* Said more than once, the least counts: max-age=0 is what no-cache asks for. */
static void at_most(struct net_head *h, int64_t age) {
    if (age >= 0 && (h->max_age < 0 || age < h->max_age))
        h->max_age = age;
}

static void cache_control(struct net_head *h, sign_bytes value) {
    static const char name[] = "max-age=";
    sign_bytes d;
    while (next_member(&value, &d)) {
        if (same(d, "no-store"))
            h->no_store = true;
        else if (same(d, "no-cache"))
            at_most(h, 0);
        else if (d.len >= sizeof name - 1 && same(BYTES(d.data, sizeof name - 1), name))
            at_most(h, seconds(BYTES(d.data + sizeof name - 1, d.len - (sizeof name - 1))));
    }
}

static void encodings(struct net_head *h, sign_bytes value, const char *plain) {
    sign_bytes coding;
    while (next_member(&value, &coding))
        if (coding.len > 0 && !same(coding, plain))
            h->encoded = true;
}

static void begin(struct net_head *h, sign_bytes line) {
    size_t octets = h->octets;
    *h = (struct net_head){.octets = octets, .max_age = -1};
    const uint8_t *space = memchr(line.data, ' ', line.len);
    if (space == NULL)
        return;
    for (const uint8_t *p = space + 1; p < line.data + line.len && *p >= '0' && *p <= '9' && h->status < 100;
         p++)
        h->status = h->status * 10 + (*p - '0');
}

static void field(struct net_head *h, sign_bytes name, sign_bytes value) {
    if (same(name, "content-type"))
        text_printable(value, h->type, sizeof h->type);
    else if (same(name, "cache-control"))
        cache_control(h, value);
    else if (same(name, "age"))
        h->age = seconds(value);
    else if (same(name, "retry-after") && seconds(value) > 0)
        h->retry_after = seconds(value);
    else if (same(name, "content-encoding"))
        encodings(h, value, "identity");
    else if (same(name, "transfer-encoding"))
        encodings(h, value, "chunked");
}

void net_head_line(struct net_head *h, sign_bytes line) {
    h->octets += line.len;
    if (line.len >= 5 && memcmp(line.data, "HTTP/", 5) == 0) {
        begin(h, line);
        return;
    }
    const uint8_t *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;
    if (colon != NULL) {
        size_t n = (size_t)(colon - line.data);
        field(h, trim(BYTES(line.data, n)), trim(BYTES(colon + 1, line.len - n - 1)));
        return;
    }
    /* The empty line at the end: Age counts now, wherever it stood (RFC 9111, 4.2.1). */
    if (trim(line).len == 0 && h->max_age > 0 && h->age > 0)
        h->max_age = h->max_age > h->age ? h->max_age - h->age : 0;
}
