/* base/text.c - UTF-8, and text made fit for messages and URLs. */
#include "base/text.h"

/* The length of the well-formed sequence at p (RFC 3629, 4), 0 when there is none; *c is its code point. */
static size_t utf8_decode(const uint8_t *p, size_t left, uint32_t *c) {
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }
    size_t n = p[0] < 0xE0 ? 2 : (p[0] < 0xF0 ? 3 : 4);
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < n) {
        return 0;
    }
    uint32_t v = p[0] & (0xFFU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
        v = (v << 6) | (p[i] & 0x3FU);
    }
    if (v < smallest[n] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF)) {
        return 0;
    }
    *c = v;
    return n;
}

bool utf8_valid(sign_bytes b) {
    size_t at = 0;
    uint32_t c = 0;
    while (at < b.len) {
        size_t n = utf8_decode(b.data + at, b.len - at, &c);
        if (n == 0 || c == 0) {
            return false;
        }
        at += n;
    }
    return true;
}

uint32_t utf8_next(const uint8_t **at, const uint8_t *end) {
    uint32_t c = 0;
    size_t n = utf8_decode(*at, (size_t)(end - *at), &c);
    *at += n > 0 ? n : 1;
    return n > 0 ? c : 0xFFFD;
}

size_t utf8_put(uint32_t c, char out[4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        c = 0xFFFD;
    }
    size_t n = c < 0x800 ? 2 : (c < 0x10000 ? 3 : 4);
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(uint8_t)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)(uint8_t)((0xF00U >> n) | c);
    return n;
}

size_t utf8_whole(const char *s, size_t n) {
    const uint8_t *p = (const uint8_t *)s;
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        uint8_t b = p[n - back];
        if ((b & 0xC0) != 0x80) {
            size_t need = b < 0xC0 ? 1 : (b < 0xE0 ? 2 : (b < 0xF0 ? 3 : 4));
            return need > back ? n - back : n;
        }
    }
    return n;
}

bool utf8_in(uint32_t c, const struct utf8_range *r, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (c >= r[i].first && c <= r[i].last) {
            return true;
        }
    }
    return false;
}

size_t utf8_width(const char *s) {
    /* Combining marks, and characters without a shape. */
    static const struct utf8_range none[] = {
        {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E},
        {0x2060, 0x2069}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
    const uint8_t *at = (const uint8_t *)s;
    const uint8_t *end = at + strlen(s);
    size_t width = 0;
    while (at < end) {
        if (!utf8_in(utf8_next(&at, end), none, sizeof none / sizeof none[0])) {
            width++;
        }
    }
    return width;
}

void text_printable(sign_bytes in, char *out, size_t size) {
    /* C0, DEL and C1; what has no width; line separators; everything that turns the direction of writing. */
    static const struct utf8_range bad[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
                                            {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x2069},
                                            {0x061C, 0x061C}, {0xFEFF, 0xFEFF}};
    size_t len = 0;
    size_t at = 0;
    while (at < in.len) {
        uint32_t c = 0;
        size_t n = utf8_decode(in.data + at, in.len - at, &c);
        bool shown = n > 0 && !utf8_in(c, bad, sizeof bad / sizeof bad[0]);
        size_t put = shown ? n : 1;
        if (put >= size - len) {
            break;
        }
        memcpy(out + len, shown ? (const char *)in.data + at : "?", put);
        len += put;
        at += n > 0 ? n : 1;
    }
    out[len] = '\0';
}

void text_mask_person(const char *in, char *out, size_t size) {
    const uint8_t *at = (const uint8_t *)in;
    const uint8_t *end = at + strlen(in);
    size_t count = 0;
    for (const uint8_t *p = at; p < end; count++) {
        utf8_next(&p, end);
    }
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        char piece[4] = {'*', 0, 0, 0};
        uint32_t c = utf8_next(&at, end);
        bool shown = count >= 6 && (i < 3 || i + 2 >= count);
        size_t put = shown ? utf8_put(c, piece) : 1;
        if (put >= size - len) {
            break;
        }
        memcpy(out + len, piece, put);
        len += put;
    }
    out[len] = '\0';
}

void text_percent_encode(const char *in, grow *out) {
    static const char hex[] = "0123456789ABCDEF"; /* upper case: RFC 3986, 2.1 */
    for (; *in != '\0'; in++) {
        uint8_t b = (uint8_t)*in;
        bool letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
        if (letter || (b >= '0' && b <= '9') || strchr("-._~", b) != NULL) {
            grow_byte(out, b);
        } else {
            const char escaped[3] = {'%', hex[b >> 4], hex[b & 15]};
            grow_put(out, escaped, sizeof escaped);
        }
    }
}

bool text_percent_decode(sign_bytes in, grow *out) {
    size_t at = 0;
    while (at < in.len) {
        if (in.data[at] != '%') {
            grow_byte(out, in.data[at]);
            at++;
            continue;
        }
        if (in.len - at < 3) {
            return false;
        }
        const char pair[3] = {(char)in.data[at + 1], (char)in.data[at + 2], '\0'};
        if (!text_hex_decode(pair, out) || strlen(pair) != 2) {
            return false;
        }
        at += 3;
    }
    return !out->failed;
}
