/* xml/write.c - the escapes of Canonical XML 1.0, 2.3; exclusive canonicalization (3) keeps them. */
#include "xml/xml.h"

struct escape {
    char c;
    const char *text;
};

static size_t put_escaped(grow *out, const char *s, size_t most, const struct escape *escapes) {
    size_t plain = 0, n = 0; /* what stands before plain is written */
    for (; n < most && s[n] != '\0'; n++) {
        if ((uint8_t)s[n] > '>') {
            continue; /* every character that has an escape is below it */
        }
        const struct escape *e = escapes;
        while (e->c != '\0' && e->c != s[n]) {
            e++;
        }
        if (e->c != '\0') {
            grow_put(out, s + plain, n - plain);
            grow_str(out, e->text);
            plain = n + 1;
        }
    }
    grow_put(out, s + plain, n - plain);
    return n;
}

size_t xml_put_text_part(grow *out, const char *text, size_t most) {
    static const struct escape escapes[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\r', "&#xD;"}, {'\0', ""}};
    return put_escaped(out, text, most, escapes);
}

void xml_put_text(grow *out, const char *text) {
    (void)xml_put_text_part(out, text, SIZE_MAX);
}

void xml_put_value(grow *out, const char *value) {
    static const struct escape escapes[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'"', "&quot;"},
                                            {'\t', "&#x9;"}, {'\n', "&#xA;"}, {'\r', "&#xD;"},
                                            {'\0', ""}};
    (void)put_escaped(out, value, SIZE_MAX, escapes);
}

bool xml_is_char(uint32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}
