/* form/normal.c - the one way in which a value of a field is written. */
#include "form/normal.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

static void line_clear(struct line *l) {
    l->len = 0;
    l->s[0] = '\0';
}

static void line_bytes(struct line *l, const char *s, size_t n) {
    if (n >= sizeof l->s - l->len) {
        l->odd = true;
        return;
    }
    memcpy(l->s + l->len, s, n);
    l->len += n;
    l->s[l->len] = '\0';
}

static void line_char(struct line *l, uint32_t c) {
    char piece[4] = {0};
    size_t n = utf8_put(c, piece);
    line_bytes(l, piece, n);
}

static bool is_space(uint32_t c) {
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

/*
 * What has no place in a value: controls, characters without a shape or that turn the direction of writing,
 * private use, noncharacters; combining marks that did not compose, conjoining jamo and compatibility
 * ideographs, and the singletons of Latin and Greek, so that what remains is in NFC (Unicode Annex 15).
 */
static bool is_odd(uint32_t c) {
    static const struct utf8_range odd[] = {
        {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x0300, 0x036F},    {0x0374, 0x0374},
        {0x037E, 0x037E},   {0x0387, 0x0387},   {0x0483, 0x0489},   {0x0591, 0x05C7},    {0x0610, 0x061C},
        {0x064B, 0x065F},   {0x0670, 0x0670},   {0x0900, 0x11FF},   {0x1AB0, 0x1AFF},    {0x1DC0, 0x1DFF},
        {0x1F71, 0x1FEF},   {0x1FFD, 0x1FFD},   {0x200B, 0x200F},   {0x202A, 0x202E},    {0x2060, 0x206F},
        {0x20D0, 0x20FF},   {0x2126, 0x2126},   {0x212A, 0x212B},   {0x2329, 0x232A},    {0x2ADC, 0x2ADC},
        {0x302A, 0x302F},   {0x3099, 0x309A},   {0xD800, 0xFAFF},   {0xFB1D, 0xFB4F},    {0xFDD0, 0xFDEF},
        {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},   {0xFEFF, 0xFEFF},   {0xFFF0, 0xFFFF},    {0x1D100, 0x1D1FF},
        {0x1FFFE, 0x1FFFF}, {0x2F800, 0x2FA1F}, {0x2FFFE, 0x2FFFF}, {0x3FFFE, 0x10FFFF},
    };
    return utf8_in(c, odd, sizeof odd / sizeof odd[0]);
}

/*
 * A letter and the mark after it as one letter; 0 when they are none of Turkish. Small i with a dot above is
 * what programs that do not know Turkish make of a capital İ: it means i.
 */
static uint32_t composed(uint32_t base, uint32_t mark) {
    static const struct {
        uint16_t base, mark, letter;
    } pairs[] = {
        {'C', 0x327, 0xC7}, {'c', 0x327, 0xE7}, {'G', 0x306, 0x11E}, {'g', 0x306, 0x11F}, {'I', 0x307, 0x130},
        {'i', 0x307, 'i'},  {'O', 0x308, 0xD6}, {'o', 0x308, 0xF6},  {'S', 0x327, 0x15E}, {'s', 0x327, 0x15F},
        {'U', 0x308, 0xDC}, {'u', 0x308, 0xFC}, {'A', 0x302, 0xC2},  {'a', 0x302, 0xE2},  {'I', 0x302, 0xCE},
        {'i', 0x302, 0xEE}, {'U', 0x302, 0xDB}, {'u', 0x302, 0xFB},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i].base == base && pairs[i].mark == mark) {
            return pairs[i].letter;
        }
    }
    return 0;
}

/* White space, composition; what every kind has in common. */
static void normal_text(const char *in, struct line *out) {
    const uint8_t *at = (const uint8_t *)in;
    const uint8_t *end = at + strlen(in);
    bool space = false;
    line_clear(out);
    out->odd = false;
    while (at < end) {
        uint32_t c = utf8_next(&at, end);
        if (is_space(c)) {
            space = true;
            continue;
        }
        const uint8_t *next = at;
        uint32_t whole = at < end ? composed(c, utf8_next(&next, end)) : 0;
        if (whole != 0) {
            c = whole;
            at = next;
        }
        if (space && out->len > 0) {
            line_char(out, ' ');
        }
        space = false;
        out->odd = out->odd || is_odd(c);
        line_char(out, c);
    }
}

static void normal_upper(struct line *l) {
    struct line in = *l;
    const uint8_t *at = (const uint8_t *)in.s;
    const uint8_t *end = at + in.len;
    line_clear(l);
    while (at < end) {
        uint32_t c = utf8_next(&at, end);
        line_char(l, c == 0x2019 ? '\'' : turkish_upper(c));
    }
}

/* The plain Latin capital under a Turkish letter: codes are ASCII. */
static uint32_t plain_capital(uint32_t c) {
    static const struct {
        uint16_t letter;
        char plain;
    } letters[] = {{0xC7, 'C'}, {0x11E, 'G'}, {0x130, 'I'}, {0xD6, 'O'}, {0x15E, 'S'}, {0xDC, 'U'}};
    c = turkish_upper(c);
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].letter == c) {
            return (uint32_t)(unsigned char)letters[i].plain;
        }
    }
    return c;
}

/* "Türk Telekom" -> TURK_TELEKOM; `space` takes the place of spaces, 0 keeps none. */
static void normal_code(struct line *l, char space) {
    struct line in = *l;
    const uint8_t *at = (const uint8_t *)in.s;
    const uint8_t *end = at + in.len;
    line_clear(l);
    while (at < end) {
        uint32_t c = utf8_next(&at, end);
        if (c != ' ') {
            line_char(l, plain_capital(c));
        } else if (space != 0) {
            line_bytes(l, &space, 1);
        }
    }
}

static bool all_digits(const char *s, size_t n) {
    return n > 0 && strlen(s) == n && strspn(s, "0123456789") == n;
}

/* Digits that people group with spaces; other texts stay. */
static void normal_digits(struct line *l) {
    if (strspn(l->s, "0123456789 ") != l->len) {
        return;
    }
    size_t n = 0;
    for (size_t i = 0; i < l->len; i++) {
        if (l->s[i] != ' ') {
            l->s[n++] = l->s[i];
        }
    }
    l->len = n;
    l->s[n] = '\0';
}

/* E.164 from what people write in Turkey: (5nn) nnn nn nn, 0 5nn ..., +90 ..., 0090 ... */
static void normal_phone(struct line *l) {
    char digits[24];
    size_t n = 0;
    bool international = l->s[0] == '+';
    for (const char *s = l->s + (international ? 1 : 0); *s != '\0'; s++) {
        if (*s >= '0' && *s <= '9' && n < sizeof digits - 1) {
            digits[n++] = *s;
        } else if (strchr(" ()-./", *s) == NULL) {
            return;
        }
    }
    digits[n] = '\0';
    const char *national = NULL;
    if (n == 12 && strncmp(digits, "90", 2) == 0) {
        national = digits + 2;
    } else if (international) {
        return;
    } else if (n == 14 && strncmp(digits, "0090", 4) == 0) {
        national = digits + 4;
    } else if (n == 11 && digits[0] == '0') {
        national = digits + 1;
    } else if (n == 10) {
        national = digits;
    }
    if (national != NULL) {
        line_clear(l);
        line_bytes(l, "+90", 3);
        line_bytes(l, national, strlen(national));
    }
}

static void normal_date(struct line *l) {
    const char *s = l->s;
    bool shaped = l->len == 10 && s[2] == '.' && s[5] == '.';
    for (size_t i = 0; shaped && i < 10; i++) {
        shaped = i == 2 || i == 5 || (s[i] >= '0' && s[i] <= '9');
    }
    if (shaped) {
        const char iso[11] = {s[6], s[7], s[8], s[9], '-', s[3], s[4], '-', s[0], s[1], '\0'};
        memcpy(l->s, iso, sizeof iso);
    }
}

/* The domain is read without regard to case (RFC 5321, 2.4); the local part is its owner's. */
static void normal_email(struct line *l) {
    char *at = strrchr(l->s, '@');
    for (char *s = at; s != NULL && *s != '\0'; s++) {
        if (*s >= 'A' && *s <= 'Z') {
            *s = (char)(*s + ('a' - 'A'));
        }
    }
}

static void normal_boolean(struct line *l) {
    static const struct {
        const char *word, *value;
    } words[] = {{"EVET", "true"},   {"TRUE", "true"},   {"1", "true"},
                 {"HAYIR", "false"}, {"FALSE", "false"}, {"0", "false"}};
    struct line code = *l;
    normal_code(&code, '_');
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(code.s, words[i].word) == 0) {
            line_clear(l);
            line_bytes(l, words[i].value, strlen(words[i].value));
            return;
        }
    }
}

static void normal_choice(struct line *l) {
    normal_code(l, '_');
}

static void normal_joined(struct line *l) {
    normal_code(l, 0);
}

void value_normal(const struct field *f, const char *in, struct line *out) {
    static void (*const step[KIND_COUNT])(struct line *) = {
        [KIND_NAME] = normal_upper,      [KIND_PLACE] = normal_upper,     [KIND_PROVINCE] = normal_upper,
        [KIND_CHOICE] = normal_choice,   [KIND_DELIVERY] = normal_choice, [KIND_CODE] = normal_joined,
        [KIND_TRACKING] = normal_joined, [KIND_TCKN] = normal_digits,     [KIND_EXTENSION] = normal_digits,
        [KIND_POSTCODE] = normal_digits, [KIND_DETSIS] = normal_digits,   [KIND_AMOUNT] = normal_digits,
        [KIND_MOBILE] = normal_phone,    [KIND_PHONE] = normal_phone,     [KIND_BIRTH] = normal_date,
        [KIND_DATE] = normal_date,       [KIND_EMAIL] = normal_email,     [KIND_ACCEPT] = normal_boolean,
    };
    normal_text(in, out);
    if (step[f->kind] != NULL) {
        step[f->kind](out);
    }
}

static int number(const char *s, size_t n) {
    int v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

bool value_date(const char *s, int *year, int *month, int *day) {
    char digits[9];
    if (strlen(s) != 10 || s[4] != '-' || s[7] != '-') {
        return false;
    }
    snprintf(digits, sizeof digits, "%.4s%.2s%.2s", s, s + 5, s + 8);
    if (!all_digits(digits, 8)) {
        return false;
    }
    struct civil c = {.year = number(s, 4), .month = number(s + 5, 2), .day = number(s + 8, 2)};
    if (c.year < 1 || !civil_valid(&c)) {
        return false;
    }
    *year = c.year;
    *month = c.month;
    *day = c.day;
    return true;
}
