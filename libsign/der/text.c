/* text.c - character strings as UTF-8 that is safe to show (X.690, 8.23; X.680, 41). */
#include "base/text.h"
#include "der/der.h"

/*
 * What could break out of a line or turn its direction around is not shown: C0 and C1 controls, line and
 * paragraph separators, and the bidirectional controls that make a name read as another one.
 */
static bool is_control(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void put(grow *out, uint32_t c) {
    char utf8[4];
    bool bad = is_control(c) || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff);
    grow_put(out, utf8, utf8_put(bad ? 0xfffd : c, utf8));
}

static void put_utf8(sign_bytes v, grow *out) {
    const uint8_t *at = v.data, *end = v.data + v.len;
    while (at < end)
        put(out, utf8_next(&at, end));
}

/* One octet a character: up to `last` as it stands. */
static void put_octets(sign_bytes v, uint32_t last, grow *out) {
    for (size_t i = 0; i < v.len; i++)
        put(out, v.data[i] <= last ? v.data[i] : 0xfffd);
}

/* UCS-2 or UCS-4, big endian; a cut-off last character is malformed. */
static void put_wide(sign_bytes v, size_t width, grow *out) {
    size_t at = 0;
    for (; v.len - at >= width; at += width) {
        uint32_t c = 0;
        for (size_t i = 0; i < width; i++)
            c = c << 8 | v.data[at + i];
        put(out, c);
    }
    if (at < v.len)
        put(out, 0xfffd);
}

bool der_text(const struct der_tlv *t, grow *out) {
    switch (t->tag) {
    case DER_UTF8:
        put_utf8(t->value, out);
        break;
    case DER_NUMERIC:
    case DER_PRINTABLE:
    case DER_IA5:
    case DER_VISIBLE:
        put_octets(t->value, 0x7f, out);
        break;
    case DER_T61: /* written as ISO 8859-1 by everyone who ever wrote it */
        put_octets(t->value, 0xff, out);
        break;
    case DER_BMP:
        put_wide(t->value, 2, out);
        break;
    case DER_UNIVERSAL:
        put_wide(t->value, 4, out);
        break;
    default:
        return false;
    }
    return !out->failed;
}
