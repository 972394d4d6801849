/* xml/encoding.c - which encoding a document is in (XML 1.0, 4.3.3 and appendix F), and its conversion. */
#include "xml/encoding.h"

#include "base/text.h"

/* A reader of the declaration: at a NUL or the end it finds nothing any more. */
struct cursor {
    const char *at, *end;
};

static bool taken(struct cursor *c, const char *word) {
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0) {
        return false;
    }
    c->at += n;
    return true;
}

static bool blanks(struct cursor *c) {
    const char *from = c->at;
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\r' || *c->at == '\n')) {
        c->at++;
    }
    return c->at > from;
}

/* S? name Eq and a quoted value without quotes in it; false: the name does not stand here, or no value. */
static bool pair(struct cursor *c, const char *name, sign_bytes *value) {
    struct cursor p = *c;
    if (!blanks(&p) || !taken(&p, name)) {
        return false;
    }
    blanks(&p);
    if (!taken(&p, "=")) {
        return false;
    }
    blanks(&p);
    char quote = p.at < p.end ? *p.at : '\0';
    const char *from = p.at + 1;
    const char *to = quote == '"' || quote == '\'' ? memchr(from, quote, (size_t)(p.end - from)) : NULL;
    if (to == NULL) {
        return false;
    }
    *value = BYTES(from, (size_t)(to - from));
    c->at = to + 1;
    c->end = p.end;
    return true;
}

static bool is(sign_bytes value, const char *text) {
    return bytes_equal(value, BYTES_STR(text));
}

/* XML 1.0, 4.3.3: EncName. */
static bool is_name(sign_bytes value) {
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        bool more = (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!letter && (i == 0 || !more)) {
            return false;
        }
    }
    return value.len > 0;
}

/* XML 1.0, 4.3.3: names of encodings are the same in either case. */
static bool named(sign_bytes value, const char *name) {
    size_t n = strlen(name), same = 0;
    while (same < n && value.len == n) {
        uint8_t a = value.data[same], b = (uint8_t)name[same];
        a = a >= 'A' && a <= 'Z' ? a | 0x20 : a;
        b = b >= 'A' && b <= 'Z' ? b | 0x20 : b;
        if (a != b) {
            return false;
        }
        same++;
    }
    return value.len == n;
}

bool xml_declaration(sign_bytes text, struct xml_declaration *out) {
    struct cursor c = {(const char *)text.data, (const char *)text.data + text.len};
    taken(&c, "\xEF\xBB\xBF");
    struct cursor behind = c;
    *out = (struct xml_declaration){.end = (size_t)(c.at - (const char *)text.data), .utf8 = true};
    if (!taken(&behind, "<?xml") || !blanks(&behind)) {
        return true;
    }
    taken(&c, "<?xml");
    sign_bytes version, standalone;
    if (!pair(&c, "version", &version) || !is(version, "1.0")) {
        return false;
    }
    if (pair(&c, "encoding", &out->encoding)) {
        out->utf8 = named(out->encoding, "UTF-8");
        if (!is_name(out->encoding)) {
            return false;
        }
    }
    if (pair(&c, "standalone", &standalone) && !is(standalone, "yes") && !is(standalone, "no")) {
        return false;
    }
    blanks(&c);
    if (!taken(&c, "?>")) {
        return false;
    }
    out->end = (size_t)(c.at - (const char *)text.data);
    return true;
}

/* ISO-8859-9 is ISO-8859-1 with six letters changed; windows-1254 has these, and more from 0x80 to 0x9F. */
struct octet {
    uint8_t from;
    uint16_t to;
};
static const struct octet turkish[] = {{0xD0, 0x011E}, {0xDD, 0x0130}, {0xDE, 0x015E},
                                       {0xF0, 0x011F}, {0xFD, 0x0131}, {0xFE, 0x015F}};
/* 0: no character. */
static const uint16_t windows[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                     0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0,      0,
                                     0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                     0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0,      0x0178};

enum octets { ASCII, LATIN_1, LATIN_5, WINDOWS_1254 };

static const struct {
    const char *name; /* as registered by IANA, preferred names and what is met beside them */
    enum octets octets;
} encodings[] = {{"US-ASCII", ASCII},           {"ASCII", ASCII},        {"ISO-8859-1", LATIN_1},
                 {"latin1", LATIN_1},           {"ISO-8859-9", LATIN_5}, {"latin5", LATIN_5},
                 {"windows-1254", WINDOWS_1254}};

/* The character of an octet; 0: none. */
static uint32_t character(enum octets octets, uint8_t c) {
    if (c < 0x80 || octets == ASCII) {
        return c < 0x80 ? c : 0;
    }
    if (c < 0xA0 && octets == WINDOWS_1254) {
        return windows[c - 0x80];
    }
    for (size_t i = 0; octets != LATIN_1 && i < sizeof turkish / sizeof turkish[0]; i++) {
        if (turkish[i].from == c) {
            return turkish[i].to;
        }
    }
    return c;
}

static void put(grow *out, uint32_t c) {
    char octets[4];
    grow_put(out, octets, utf8_put(c, octets));
}

static size_t lines_before(sign_bytes text, size_t at) {
    size_t lines = 1;
    for (size_t i = 0; i < at; i++) {
        lines += text.data[i] == '\n';
    }
    return lines;
}

/* Nearly all of such a document is US-ASCII, which stays as it is: it is copied in runs. */
static sign_rc octets_convert(sign_bytes text, enum octets octets, const struct xml_declaration *d, grow *out,
                              sign_error *err) {
    for (size_t i = 0; i < d->end; i++) {
        if (text.data[i] == '\n') {
            put(out, '\n');
        }
    }
    for (size_t i = d->end, run = i; i < text.len; run = i) {
        while (i < text.len && text.data[i] != 0 && text.data[i] < 0x80) {
            i++;
        }
        grow_put(out, text.data + run, i - run);
        uint32_t c = i < text.len ? character(octets, text.data[i]) : 0;
        if (i < text.len && c == 0) {
            return fail(err, SIGN_E_FORMAT, MSG_XML, "line %zu: octet 0x%02X is no character of %.*s",
                        lines_before(text, i), text.data[i], (int)d->encoding.len,
                        (const char *)d->encoding.data);
        }
        if (i < text.len) {
            put(out, c);
            i++;
        }
    }
    return SIGN_OK;
}

/* RFC 2781, 2.2; 0xFFFFFFFF: an unpaired surrogate, or half a character. */
static uint32_t utf16_next(const uint8_t **at, const uint8_t *end, unsigned low) {
    const uint8_t *p = *at;
    if (end - p < 2) {
        return UINT32_MAX;
    }
    uint32_t c = (uint32_t)(p[1 - low] << 8 | p[low]);
    *at += 2;
    if (c < 0xD800 || c > 0xDFFF) {
        return c;
    }
    uint32_t second = end - p >= 4 ? (uint32_t)(p[3 - low] << 8 | p[2 + low]) : 0;
    if (c >= 0xDC00 || second < 0xDC00 || second > 0xDFFF) {
        return UINT32_MAX;
    }
    *at += 2;
    return 0x10000 + ((c - 0xD800) << 10 | (second - 0xDC00));
}

static bool begins(sign_bytes text, const char *with, size_t n) {
    return text.len >= n && memcmp(text.data, with, n) == 0;
}

static sign_rc utf16_convert(sign_bytes text, unsigned low, grow *out, sign_error *err) {
    const uint8_t *at = text.data + 2, *end = text.data + text.len;
    AUTO(grow) all = {0};
    for (unsigned line = 1; at < end;) {
        uint32_t c = utf16_next(&at, end, low);
        line += c == '\n';
        if (c == UINT32_MAX || c == 0) {
            return fail(err, SIGN_E_FORMAT, MSG_XML, "line %u: not UTF-16, or it holds U+0000", line);
        }
        put(&all, c);
    }
    if (all.failed) {
        return fail_memory(err);
    }
    if (begins(BYTES(all.data, all.len), "\xEF\xBB\xBF", 3)) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "line 1: a second byte order mark");
    }
    struct xml_declaration d = {.utf8 = false};
    if (all.len > 0 && !xml_declaration(BYTES(all.data, all.len), &d)) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "line 1: not an XML declaration of version 1.0");
    }
    if (d.encoding.len > 0 && !named(d.encoding, "UTF-16")) {
        return fail(err, SIGN_E_FORMAT, MSG_XML,
                    "line 1: the document is UTF-16 and declares another encoding");
    }
    for (size_t i = 0; i < d.end; i++) {
        if (all.data[i] == '\n') {
            grow_byte(out, '\n');
        }
    }
    if (all.len > 0) {
        grow_put(out, all.data + d.end, all.len - d.end);
    }
    return SIGN_OK;
}

/* XML 1.0, F.1: what is recognised by its first octets and not read. */
static sign_rc refused(sign_bytes text, sign_error *err) {
    static const struct {
        char octets[5];
        const char *encoding;
    } others[] = {{"\xFF\xFE\0\0", "UTF-32"},
                  {"\0\0\xFE\xFF", "UTF-32"},
                  {"<\0\0\0", "UTF-32 without a byte order mark"},
                  {"\0\0\0<", "UTF-32 without a byte order mark"},
                  {"<\0?\0", "UTF-16 without a byte order mark"},
                  {"\0<\0?", "UTF-16 without a byte order mark"},
                  {"\x4C\x6F\xA7\x94", "EBCDIC"},
                  {"+/v8", "UTF-7"},
                  {"+ADw", "UTF-7"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (begins(text, others[i].octets, 4)) {
            return fail(err, SIGN_E_FORMAT, MSG_XML, "line 1: the encoding %s is not read",
                        others[i].encoding);
        }
    }
    return SIGN_OK;
}

sign_rc xml_convert(sign_bytes text, grow *out, bool *converted, sign_error *err) {
    *converted = false;
    sign_rc rc = refused(text, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    bool low = begins(text, "\xFF\xFE", 2);
    if (low || begins(text, "\xFE\xFF", 2)) {
        *converted = true;
        return utf16_convert(text, low ? 0 : 1, out, err);
    }
    struct xml_declaration d;
    if (!xml_declaration(text, &d)) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "line 1: not an XML declaration of version 1.0");
    }
    if (d.utf8) {
        return SIGN_OK;
    }
    bool mark = begins(text, "\xEF\xBB\xBF", 3);
    for (size_t i = 0; !mark && i < sizeof encodings / sizeof encodings[0]; i++) {
        if (named(d.encoding, encodings[i].name)) {
            *converted = true;
            return octets_convert(text, encodings[i].octets, &d, out, err);
        }
    }
    return fail(err, SIGN_E_FORMAT, MSG_XML, "line 1: the encoding %.*s is not read%s",
                (int)(d.encoding.len < 40 ? d.encoding.len : 40), (const char *)d.encoding.data,
                mark ? " behind the byte order mark of UTF-8" : ", or the document is not in it");
}
