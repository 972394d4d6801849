/* xml/write.c - the escapes of Canonical XML 1.0, 2.3; exclusive canonicalization (3) keeps them. */
#include "xml/xml.h"

struct escape {
    char c;
    const char *text;
};

/* All that has an escape, and the NUL at the end, is below 64: a set of them fits a word. */
#define BIT(c) (UINT64_C(1) << (c))

static size_t put_escaped(grow *out, const char *s, size_t most, uint64_t special,
                          const struct escape *escapes) {
    size_t plain = 0, n = 0; /* what stands before plain is written */
    for (; n < most; n++) {
        uint8_t c = (uint8_t)s[n];
        if (c >= 64 || (special & BIT(c)) == 0) {
            continue;
        }
        if (c == '\0') {
            break;
        }
        const struct escape *e = escapes;
        while (e->c != s[n]) {
            e++;
        }
        grow_put(out, s + plain, n - plain);
        grow_str(out, e->text);
        plain = n + 1;
    }
    grow_put(out, s + plain, n - plain);
    return n;
}

size_t xml_put_text_part(grow *out, const char *text, size_t most) {
    static const struct escape escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\r', "&#xD;"}};
    return put_escaped(out, text, most, BIT('\0') | BIT('&') | BIT('<') | BIT('>') | BIT('\r'), escapes);
}

void xml_put_text(grow *out, const char *text) {
    (void)xml_put_text_part(out, text, SIZE_MAX);
}

void xml_put_value(grow *out, const char *value) {
    static const struct escape escapes[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'"', "&quot;"},
                                            {'\t', "&#x9;"}, {'\n', "&#xA;"}, {'\r', "&#xD;"}};
    static const uint64_t special =
        BIT('\0') | BIT('&') | BIT('<') | BIT('"') | BIT('\t') | BIT('\n') | BIT('\r');
    (void)put_escaped(out, value, SIZE_MAX, special, escapes);
}

bool xml_is_char(uint32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}
