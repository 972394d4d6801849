/* base/encode.c - base64 (RFC 4648), hexadecimal, PEM (RFC 7468). */
#include "base/text.h"

enum { B64_SPACE = 64, B64_PAD = 65, B64_BAD = 66 };

static const char b64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_base64(sign_bytes in, grow *out) {
    uint8_t *o = in.len / 3 < SIZE_MAX / 8 ? grow_space(out, (in.len + 2) / 3 * 4) : NULL;
    if (o == NULL) {
        out->failed = true;
        return;
    }
    size_t at = 0;
    for (; in.len - at >= 3; at += 3) {
        const uint8_t *p = in.data + at;
        *o++ = (uint8_t)b64_alphabet[p[0] >> 2];
        *o++ = (uint8_t)b64_alphabet[((p[0] & 3) << 4) | (p[1] >> 4)];
        *o++ = (uint8_t)b64_alphabet[((p[1] & 15) << 2) | (p[2] >> 6)];
        *o++ = (uint8_t)b64_alphabet[p[2] & 63];
    }
    if (at < in.len) {
        uint8_t first = in.data[at];
        uint8_t second = in.len - at == 2 ? in.data[at + 1] : 0;
        *o++ = (uint8_t)b64_alphabet[first >> 2];
        *o++ = (uint8_t)b64_alphabet[((first & 3) << 4) | (second >> 4)];
        *o++ = in.len - at == 2 ? (uint8_t)b64_alphabet[(second & 15) << 2] : '=';
        *o++ = '=';
    }
}

/* What each byte means; built by the compiler, one row of ASCII a line. */
#define X B64_BAD
#define S B64_SPACE
static const uint8_t b64_value[128] = {
    X,  X,  X,  X,  X,  X,  X,  X,  X,  S,  S,  X,  X,  S,       X,  X,  /* tab, line feed, carriage return */
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,       X,  X,  /* controls */
    S,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  62, X,  X,       X,  63, /* + and / */
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X,  X,  X,  B64_PAD, X,  X,
    X,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,      13, 14, /* A */
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X,  X,  X,       X,  X,
    X,  26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,      39, 40, /* a */
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X,  X,  X,       X,  X,
};
#undef X
#undef S

static uint8_t b64_of(uint8_t b) {
    return b < 128 ? b64_value[b] : B64_BAD;
}

/* Whole groups of four letters while there is no white space between them: the quick path. */
static size_t b64_run(sign_bytes in, size_t at, grow *out) {
    uint8_t block[768];
    size_t held = 0;
    while (in.len - at >= 4 && held < sizeof block) {
        uint8_t a = b64_of(in.data[at]), b = b64_of(in.data[at + 1]);
        uint8_t c = b64_of(in.data[at + 2]), d = b64_of(in.data[at + 3]);
        if ((a | b | c | d) > 63) {
            break;
        }
        block[held++] = (uint8_t)(a << 2 | b >> 4);
        block[held++] = (uint8_t)(b << 4 | c >> 2);
        block[held++] = (uint8_t)(c << 6 | d);
        at += 4;
    }
    grow_put(out, block, held);
    return at;
}

/* The last group, of n letters (the rest are padding); its unused bits must be zero. */
static bool b64_last(uint32_t group, size_t n, size_t padding, grow *out) {
    if (n == 0) {
        return padding == 0;
    }
    if (n + padding != 4 || n == 1) {
        return false;
    }
    uint32_t unused = n == 2 ? 0xFU : 0x3U;
    if ((group & unused) != 0) {
        return false;
    }
    group <<= 6 * (4 - n);
    const uint8_t bytes[2] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8)};
    grow_put(out, bytes, n - 1);
    return true;
}

bool text_base64_decode(sign_bytes in, grow *out) {
    size_t at = 0, n = 0, padding = 0;
    uint32_t group = 0;
    while (at < in.len) {
        if (n == 0 && padding == 0) {
            size_t next = b64_run(in, at, out);
            if (next != at) {
                at = next;
                continue;
            }
        }
        uint8_t v = b64_of(in.data[at++]);
        if (v == B64_SPACE) {
            continue;
        }
        padding += v == B64_PAD ? 1 : 0;
        if (v == B64_BAD || padding > 2 || (v < B64_SPACE && padding > 0)) {
            return false;
        }
        if (v < B64_SPACE) {
            group = group << 6 | v;
            n++;
        }
        if (n == 4) {
            const uint8_t bytes[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
            grow_put(out, bytes, sizeof bytes);
            group = 0;
            n = 0;
        }
    }
    return b64_last(group, n, padding, out) && !out->failed;
}

void text_hex(sign_bytes in, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.len; i++) {
        *out++ = digits[in.data[i] >> 4];
        *out++ = digits[in.data[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool text_hex_decode(const char *in, grow *out) {
    for (; in[0] != '\0'; in += 2) {
        int high = hex_value(in[0]);
        int low = high >= 0 ? hex_value(in[1]) : -1; /* the NUL of an odd text is no digit either */
        if (low < 0) {
            return false;
        }
        grow_byte(out, (uint8_t)(high * 16 + low));
    }
    return !out->failed;
}

static const char pem_begin[] = "-----BEGIN ";
static const char pem_end[] = "-----END ";
static const char pem_dashes[] = "-----";

static bool starts_with(sign_bytes in, size_t at, const char *s) {
    size_t n = strlen(s);
    return at <= in.len && in.len - at >= n && memcmp(in.data + at, s, n) == 0;
}

/* Where s stands first at or after `at`; in.len when it does not. All that is looked for begins with a dash.
 */
static size_t find_dashes(sign_bytes in, size_t at, const char *s) {
    while (at < in.len) {
        const uint8_t *dash = memchr(in.data + at, '-', in.len - at);
        if (dash == NULL) {
            return in.len;
        }
        at = (size_t)(dash - in.data);
        if (starts_with(in, at, s)) {
            return at;
        }
        at++;
    }
    return in.len;
}

/* A BEGIN counts at the start of a line only. */
static size_t find_begin(sign_bytes in, size_t at) {
    for (;;) {
        at = find_dashes(in, at, pem_begin);
        if (at == in.len || at == 0 || in.data[at - 1] == '\n' || in.data[at - 1] == '\r') {
            return at;
        }
        at++;
    }
}

static bool label_valid(sign_bytes label) {
    for (size_t i = 0; i < label.len; i++) {
        if (label.data[i] < 0x20 || label.data[i] > 0x7E) {
            return false;
        }
    }
    return label.len > 0 && label.len < 64;
}

int text_pem_next(sign_bytes in, size_t *at, char label[64], grow *der) {
    size_t begin = *at <= in.len ? find_begin(in, *at) : in.len;
    if (begin == in.len) {
        return 0;
    }
    size_t name = begin + strlen(pem_begin);
    size_t name_end = find_dashes(in, name, pem_dashes);
    sign_bytes text = BYTES(in.data + name, name_end - name);
    if (name_end == in.len || !label_valid(text)) {
        return -1;
    }
    size_t body = name_end + strlen(pem_dashes);
    size_t body_end = find_dashes(in, body, pem_dashes);
    size_t closing = body_end + strlen(pem_end);
    size_t after = closing + text.len;
    if (!starts_with(in, body_end, pem_end) || !starts_with(in, after, pem_dashes) ||
        !bytes_equal(BYTES(in.data + closing, text.len), text)) {
        return -1;
    }
    if (!text_base64_decode(BYTES(in.data + body, body_end - body), der)) {
        return -1;
    }
    memcpy(label, text.data, text.len);
    label[text.len] = '\0';
    *at = after + strlen(pem_dashes);
    return 1;
}
