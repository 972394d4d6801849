/* base/turkish.c - the case of Turkish: dotted and dotless i are two letters. */
#include "base/text.h"

/*
 * The Latin blocks of Unicode in which capital and small letter alternate: the capital comes first, on an
 * even or an odd code point. U+0130 and U+0131 belong to no pair.
 */
static const struct {
    uint32_t first, last;
    uint32_t small; /* the small letters are odd (1) or even (0) */
} pairs[] = {
    {0x0100, 0x012F, 1}, {0x0132, 0x0137, 1}, {0x0139, 0x0148, 0}, {0x014A, 0x0177, 1},
    {0x0179, 0x017E, 0}, {0x0218, 0x021B, 1}, {0x1E00, 0x1E95, 1}, {0x1EA0, 0x1EFF, 1},
};

uint32_t turkish_upper(uint32_t c) {
    if (c == 'i') {
        return 0x0130;
    }
    if (c == 0x0131) {
        return 'I';
    }
    if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7)) {
        return c - 32;
    }
    if (c == 0xFF) {
        return 0x0178;
    }
    if (c == 0x017F) { /* long s */
        return 'S';
    }
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (c >= pairs[i].first && c <= pairs[i].last) {
            return (c & 1U) == pairs[i].small ? c - 1 : c;
        }
    }
    return c;
}

void text_turkish_upper(sign_bytes in, grow *out) {
    if (in.len == 0) {
        return;
    }
    const uint8_t *at = in.data;
    const uint8_t *end = at + in.len;
    while (at < end) {
        char piece[4];
        size_t n = utf8_put(turkish_upper(utf8_next(&at, end)), piece);
        grow_put(out, piece, n);
    }
}

static bool is_space(uint32_t c) {
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* A text read letter by letter, folded; 0 at its end. */
struct folded {
    const uint8_t *at, *end;
};

static struct folded folded_of(const char *s) {
    const uint8_t *p = (const uint8_t *)s;
    return (struct folded){p, p + strlen(s)};
}

/* Moves over white space and tells whether there was any. */
static bool folded_skip(struct folded *f) {
    bool any = false;
    while (f->at < f->end) {
        const uint8_t *next = f->at;
        if (!is_space(utf8_next(&next, f->end))) {
            break;
        }
        f->at = next;
        any = true;
    }
    return any;
}

static uint32_t folded_next(struct folded *f) {
    bool space = folded_skip(f);
    if (f->at == f->end) {
        return 0; /* white space at the end means nothing */
    }
    return space ? ' ' : turkish_upper(utf8_next(&f->at, f->end));
}

bool text_turkish_equal(const char *a, const char *b) {
    /* Every malformed byte reads as U+FFFD: two different ones must not make two names equal. */
    if (!utf8_valid(BYTES_STR(a)) || !utf8_valid(BYTES_STR(b))) {
        return false;
    }
    struct folded left = folded_of(a), right = folded_of(b);
    folded_skip(&left);
    folded_skip(&right);
    uint32_t l, r;
    do {
        l = folded_next(&left);
        r = folded_next(&right);
    } while (l == r && l != 0);
    return l == r;
}
