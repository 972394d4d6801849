/* builder.c - writes DER (X.690, 10 and 11). */
#include "der/builder.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>
#include <stdlib.h>

enum { OPEN_MAX_DEPTH = sizeof((der_builder *)0)->open / sizeof((der_builder *)0)->open[0] };

void der_builder_free(der_builder *b) {
    grow_free(&b->out);
    *b = (der_builder){0};
}

/* Length octets of the shortest form (X.690, 10.1) into out; returns how many. */
static size_t length_octets(uint64_t n, uint8_t out[9]) {
    if (n < 0x80) {
        out[0] = (uint8_t)n;
        return 1;
    }
    size_t octets = 1;
    while (octets < 8 && n >> (8 * octets) != 0)
        octets++;
    out[0] = (uint8_t)(0x80 | octets);
    for (size_t i = 0; i < octets; i++)
        out[1 + i] = (uint8_t)(n >> (8 * (octets - 1 - i)));
    return octets + 1;
}

size_t der_header_size(uint64_t n) {
    uint8_t length[9];
    return 1 + length_octets(n, length);
}

void der_put_header(der_builder *b, uint8_t tag, uint64_t n) {
    uint8_t length[9];
    size_t octets = length_octets(n, length);
    grow_byte(&b->out, tag);
    grow_put(&b->out, length, octets);
}

/* One length octet is reserved; der_end() moves the contents when they need more. */
void der_begin(der_builder *b, uint8_t tag) {
    if (b->depth >= OPEN_MAX_DEPTH) {
        b->failed = true;
        return;
    }
    grow_byte(&b->out, tag);
    grow_byte(&b->out, 0);
    b->open[b->depth++] = b->out.len;
}

void der_end(der_builder *b) {
    if (b->depth == 0) {
        b->failed = true;
        return;
    }
    size_t start = b->open[--b->depth];
    if (b->failed || b->out.failed)
        return;
    size_t n = b->out.len - start;
    uint8_t length[9];
    size_t octets = length_octets(n, length);
    if (octets > 1 && grow_space(&b->out, octets - 1) == NULL)
        return;
    if (octets > 1)
        memmove(b->out.data + start + octets - 1, b->out.data + start, n);
    memcpy(b->out.data + start - 1, length, octets);
}

static int compare_views(const void *a, const void *b) {
    return bytes_compare(*(const sign_bytes *)a, *(const sign_bytes *)b);
}

/* Views of the elements in `contents`: how many, or 0 when they are malformed. views NULL: only counted. */
static size_t split(sign_bytes contents, sign_bytes *views) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true);
    struct der_tlv t;
    size_t n = 0;
    while (der_more(&c) && der_any(&c, &t)) {
        if (views != NULL)
            views[n] = t.raw;
        n++;
    }
    return der_ok(&c) ? n : 0;
}

/* Sorts the elements in place, by way of a copy that the views point into. */
static bool sort_elements(uint8_t *at, size_t len, size_t count) {
    uint8_t *copy = malloc(len);
    sign_bytes *views = calloc(count, sizeof *views);
    bool good = copy != NULL && views != NULL;
    if (good) {
        memcpy(copy, at, len);
        split(BYTES(copy, len), views);
        qsort(views, count, sizeof *views, compare_views);
        for (size_t i = 0; i < count; i++) {
            memcpy(at, views[i].data, views[i].len);
            at += views[i].len;
        }
    }
    free(views);
    free(copy);
    return good;
}

void der_end_set_of(der_builder *b) {
    if (b->depth > 0 && !b->failed && !b->out.failed) {
        size_t start = b->open[b->depth - 1], len = b->out.len - start;
        size_t count = len > 0 ? split(BYTES(b->out.data + start, len), NULL) : 0;
        if (len > 0 && count == 0)
            b->failed = true;
        if (count > 1 && !sort_elements(b->out.data + start, len, count))
            b->out.failed = true; /* grow_take() says that memory was short */
    }
    der_end(b);
}

void der_put(der_builder *b, uint8_t tag, sign_bytes value) {
    der_put_header(b, tag, value.len);
    der_put_raw(b, value);
}

void der_put_raw(der_builder *b, sign_bytes element) {
    if (element.len > 0)
        grow_put(&b->out, element.data, element.len);
}

void der_put_oid(der_builder *b, enum oid id) {
    der_put_oid_bytes(b, oid_bytes(id));
}

void der_put_oid_bytes(der_builder *b, sign_bytes value) {
    if (value.len == 0)
        b->failed = true;
    der_put(b, DER_OID, value);
}

bool der_put_oid_text(der_builder *b, const char *dotted) {
    uint8_t octets[128];
    size_t len = 0;
    if (!oid_from_text(dotted, octets, sizeof octets, &len)) {
        b->failed = true;
        return false;
    }
    der_put_oid_bytes(b, BYTES(octets, len));
    return true;
}

void der_put_bool(der_builder *b, bool v) {
    uint8_t octet = v ? 0xff : 0; /* X.690, 11.1 */
    der_put(b, DER_BOOLEAN, BYTES(&octet, 1));
}

void der_put_uint(der_builder *b, uint64_t v) {
    uint8_t octets[8];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(v >> (8 * (sizeof octets - 1 - i)));
    der_put_unsigned(b, BYTES(octets, sizeof octets));
}

void der_put_unsigned(der_builder *b, sign_bytes magnitude) {
    while (magnitude.len > 0 && magnitude.data[0] == 0)
        magnitude = BYTES(magnitude.data + 1, magnitude.len - 1);
    bool sign = magnitude.len == 0 || magnitude.data[0] >= 0x80;
    der_put_header(b, DER_INTEGER, magnitude.len + (sign ? 1 : 0));
    if (sign)
        grow_byte(&b->out, 0);
    der_put_raw(b, magnitude);
}

void der_put_null(der_builder *b) {
    der_put(b, DER_NULL, (sign_bytes){0});
}

void der_put_bits(der_builder *b, sign_bytes value) {
    der_put_header(b, DER_BIT_STRING, (uint64_t)value.len + 1);
    grow_byte(&b->out, 0);
    der_put_raw(b, value);
}

void der_put_utf8(der_builder *b, uint8_t tag, const char *s) {
    sign_bytes v = BYTES_STR(s);
    bool ascii_type = tag == DER_NUMERIC || tag == DER_PRINTABLE || tag == DER_IA5 || tag == DER_VISIBLE;
    if (!utf8_valid(v))
        b->failed = true;
    for (size_t i = 0; ascii_type && i < v.len; i++)
        if (v.data[i] >= 0x80)
            b->failed = true;
    der_put(b, tag, v);
}

static void put_time(der_builder *b, int64_t t, bool utc) {
    struct civil c = time_to_civil(t);
    if (c.year < 0 || c.year > 9999) {
        b->failed = true;
        return;
    }
    char text[64];
    int n =
        utc ? snprintf(text, sizeof text, "%02d", c.year % 100) : snprintf(text, sizeof text, "%04d", c.year);
    n += snprintf(text + n, sizeof text - (size_t)n, "%02d%02d%02d%02d%02dZ", c.month, c.day, c.hour,
                  c.minute, c.second);
    der_put(b, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, BYTES(text, (size_t)n));
}

void der_put_time(der_builder *b, int64_t t) {
    int year = time_to_civil(t).year;
    put_time(b, t, year >= 1950 && year <= 2049);
}

void der_put_gen_time(der_builder *b, int64_t t) {
    put_time(b, t, false);
}

sign_rc der_builder_take(der_builder *b, sign_buf *out, sign_error *err) {
    if (b->failed || b->depth != 0) {
        const char *why = b->failed ? "an element that cannot be written" : "an element was left open";
        der_builder_free(b);
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "DER builder: %s", why);
    }
    sign_rc rc = grow_take(&b->out, out, err);
    der_builder_free(b);
    return rc;
}
