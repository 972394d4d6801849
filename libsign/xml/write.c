/* xml/write.c - the escapes of Canonical XML 1.0, 2.3; exclusive canonicalization (3) keeps them. */
#include "xml/escape.h"
#include "xml/xml.h"

/* All that has an escape is below 64: a set of them fits a word. */
#define BIT(c) (UINT64_C(1) << (c))

enum { OCTETS = 16 };
typedef uint8_t octets __attribute__((vector_size(OCTETS)));

static bool none(octets found) {
    uint64_t half[2];
    memcpy(half, &found, sizeof half);
    return (half[0] | half[1]) == 0;
}

/* Where the set begins in s, at the utmost n: of the last few octets, one by one. */
static size_t before(const char *s, size_t at, size_t n, uint64_t set) {
    while (at < n && ((uint8_t)s[at] >= 64 || (set & BIT((uint8_t)s[at])) == 0)) {
        at++;
    }
    return at;
}

size_t xml_plain_text(const char *s, size_t n) {
    static const uint64_t set = BIT('&') | BIT('<') | BIT('>') | BIT('\r');
    const octets amp = (octets){0} + (uint8_t)'&', less = (octets){0} + (uint8_t)'<';
    const octets more = (octets){0} + (uint8_t)'>', cr = (octets){0} + (uint8_t)'\r';
    size_t at = 0;
    for (; n - at >= OCTETS; at += OCTETS) {
        octets v;
        memcpy(&v, s + at, OCTETS);
        if (!none((octets)((v == amp) | (v == less) | (v == more) | (v == cr)))) {
            break;
        }
    }
    return before(s, at, n, set);
}

size_t xml_plain_value(const char *s, size_t n) {
    static const uint64_t set = BIT('&') | BIT('<') | BIT('"') | BIT('\t') | BIT('\n') | BIT('\r');
    const octets amp = (octets){0} + (uint8_t)'&', less = (octets){0} + (uint8_t)'<';
    const octets quote = (octets){0} + (uint8_t)'"', blank = (octets){0} + (uint8_t)' ';
    size_t at = 0;
    for (; n - at >= OCTETS; at += OCTETS) {
        octets v;
        memcpy(&v, s + at, OCTETS);
        if (!none((octets)((v == amp) | (v == less) | (v == quote) | (v < blank)))) {
            break;
        }
    }
    return before(s, at, n, set);
}

const char *xml_escape(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#x9;";
    case '\n':
        return "&#xA;";
    default:
        return "&#xD;";
    }
}

static void put_escaped(grow *out, const char *s, size_t (*plain)(const char *s, size_t n)) {
    for (size_t n = strlen(s); n > 0;) {
        size_t run = plain(s, n);
        grow_put(out, s, run);
        s += run;
        n -= run;
        if (n > 0) {
            grow_str(out, xml_escape(*s++));
            n--;
        }
    }
}

void xml_put_text(grow *out, const char *text) {
    put_escaped(out, text, xml_plain_text);
}

void xml_put_value(grow *out, const char *value) {
    put_escaped(out, value, xml_plain_value);
}

bool xml_is_char(uint32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}
