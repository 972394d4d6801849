/* xml/write.c - the escapes of Canonical XML 1.0, 2.3; exclusive canonicalization (3) keeps them. */
#include "xml/xml.h"

struct escape {
    char c;
    const char *text;
};

static void put_escaped(grow *out, const char *s, const char *special, const struct escape *escapes) {
    while (*s != '\0') {
        size_t plain = strcspn(s, special);
        grow_put(out, s, plain);
        s += plain;
        if (*s != '\0') {
            const struct escape *e = escapes;
            while (e->c != *s) {
                e++;
            }
            grow_str(out, e->text);
            s++;
        }
    }
}

void xml_put_text(grow *out, const char *text) {
    static const struct escape escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\r', "&#xD;"}};
    put_escaped(out, text, "&<>\r", escapes);
}

void xml_put_value(grow *out, const char *value) {
    static const struct escape escapes[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'"', "&quot;"},
                                            {'\t', "&#x9;"}, {'\n', "&#xA;"}, {'\r', "&#xD;"}};
    put_escaped(out, value, "&<\"\t\n\r", escapes);
}

bool xml_is_char(uint32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}
