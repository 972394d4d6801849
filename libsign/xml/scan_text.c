/* xml/scan_text.c - characters: names, text, values, references, comments and instructions. */
#include "xml/scanner.h"

#include "base/text.h"

/* By the bits of enum scan_class; a row is 16 characters. */
const uint8_t scan_classes[256] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                   0x00, 0x34, 0x10, 0x00, 0x00, 0x10, 0x00, 0x00, /* */
                                   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* */
                                   0x3C, 0x2C, 0x24, 0x2C, 0x2C, 0x2C, 0x20, 0x24,
                                   0x2C, 0x2C, 0x2C, 0x2C, 0x2C, 0x0D, 0x2D, 0x2C, /*  !"... */
                                   0x2D, 0x2D, 0x2D, 0x2D, 0x2D, 0x2D, 0x2D, 0x2D,
                                   0x2D, 0x2D, 0x2C, 0x2C, 0x20, 0x2C, 0x2C, 0x0C, /* 012... */
                                   0x2C, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F,
                                   0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, /* @AB... */
                                   0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F,
                                   0x2F, 0x2F, 0x2F, 0x2C, 0x2C, 0x08, 0x2C, 0x2F, /* PQR... */
                                   0x2C, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F,
                                   0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, /* `ab... */
                                   0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F, 0x2F,
                                   0x2F, 0x2F, 0x2F, 0x2C, 0x2C, 0x2C, 0x2C, 0x2C, /* pqr... */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, /* */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, /* */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, /* */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, /* */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, /* */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, /* */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, /* */
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
                                   0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03};

bool scan_blanks(struct scanner *s) {
    const uint8_t *from = s->at;
    for (; scan_is(*s->at, SCAN_BLANK); s->at++) {
        s->line += *s->at == '\n';
    }
    return s->at > from;
}

size_t scan_character(const struct scanner *s, const uint8_t *p) {
    if (*p >= 0xC2 && *p < 0xE0) {
        return (p[1] & 0xC0) == 0x80 ? 2 : 0;
    }
    const uint8_t *next = p;
    uint32_t c = utf8_next(&next, s->end);
    return next - p > 1 && xml_is_char(c) ? (size_t)(next - p) : 0;
}

/* XML 1.0, 2.3: NameStartChar, and what NameChar has besides, from U+0080 on. */
static bool in_name(uint32_t c, bool first) {
    static const struct utf8_range start[] = {{0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},
                                              {0x370, 0x37D},   {0x37F, 0x1FFF},  {0x200C, 0x200D},
                                              {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
                                              {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};
    static const struct utf8_range more[] = {{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};
    return utf8_in(c, start, sizeof start / sizeof start[0]) ||
           (!first && utf8_in(c, more, sizeof more / sizeof more[0]));
}

static bool name_holds(const uint8_t *p, const uint8_t *end) {
    for (const uint8_t *from = p; p < end;) {
        const uint8_t *c = p;
        uint32_t point = utf8_next(&p, end);
        bool malformed = *c >= 0x80 && p - c == 1;
        if (malformed || (point >= 0x80 && !in_name(point, c == from))) {
            return false;
        }
    }
    return true;
}

bool scan_name(struct scanner *s, struct scan_string *out) {
    uint8_t *p = s->at, any = 0;
    if (!scan_is(*p, SCAN_STARTS_NAME)) {
        return false;
    }
    while (scan_is(*p, SCAN_IN_NAME)) {
        any |= *p++;
    }
    *out = (struct scan_string){(const char *)s->at, (size_t)(p - s->at)};
    if (out->len > SCAN_NAME || (any >= 0x80 && !name_holds(s->at, p))) {
        return false;
    }
    s->at = p;
    return true;
}

bool scan_known(struct scanner *s, struct scan_string *name) {
    size_t n = name->len;
    size_t place = (n + 7U * (uint8_t)name->s[0] + 31U * (uint8_t)name->s[n - 1]) % SCAN_KNOWN;
    struct scan_string *k = &s->known[place];
    if (k->len == n && memcmp(k->s, name->s, n) == 0) {
        *name = *k;
        return true;
    }
    *k = *name;
    s->names += n;
    return s->names <= SCAN_NAMES;
}

/* What is being decoded: octets from `run` on stand for themselves and are to follow what ends at `to`. */
struct decoding {
    uint8_t *to, *run;
};

/* Puts them there, up to p; the next run begins at `next`. */
static void run_end(struct decoding *d, const uint8_t *p, uint8_t *next) {
    size_t n = (size_t)(p - d->run);
    if (d->to != d->run) {
        memmove(d->to, d->run, n);
    }
    d->to += n;
    d->run = next;
}

/* A character reference behind "&#" (XML 1.0, 4.1); p is behind its ';' afterwards. */
static bool number(uint8_t **p, uint32_t *c) {
    enum { TOO_MUCH = 0x110000 };
    uint8_t *q = *p;
    uint32_t base = *q == 'x' ? 16 : 10, value = 0;
    q += *q == 'x';
    for (; *q != ';'; q++) {
        uint32_t lower = *q | 0x20U;
        uint32_t digit = 16;
        if (*q >= '0' && *q <= '9') {
            digit = *q - (uint32_t)'0';
        } else if (lower >= 'a' && lower <= 'f') {
            digit = lower - 'a' + 10;
        }
        if (digit >= base) {
            return false;
        }
        value = value < TOO_MUCH ? value * base + digit : value;
    }
    *p = q + 1;
    *c = value;
    return xml_is_char(value); /* without digits it is 0, which is none */
}

/* A reference at p, which is '&'. It is never shorter than what it stands for. */
static bool reference(struct decoding *d, uint8_t **p) {
    static const struct {
        char text[8];
        uint8_t len, c;
    } entities[] = {
        {"&lt;", 4, '<'}, {"&gt;", 4, '>'}, {"&amp;", 5, '&'}, {"&quot;", 6, '"'}, {"&apos;", 6, '\''}};
    uint8_t *q = *p;
    if (q[1] == '#') {
        uint32_t c = 0;
        uint8_t *next = q + 2;
        if (!number(&next, &c)) {
            return false;
        }
        run_end(d, q, next);
        d->to += utf8_put(c, (char *)d->to);
        *p = next;
        return true;
    }
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (memcmp(q, entities[i].text, entities[i].len) == 0) {
            uint8_t *next = q + entities[i].len;
            run_end(d, q, next);
            *d->to++ = entities[i].c;
            *p = next;
            return true;
        }
    }
    return false;
}

/* XML 1.0, 2.11: CR, alone or before LF, is LF. p is at the CR. */
static uint8_t *line_end(struct decoding *d, uint8_t *p) {
    if (p[1] == '\n') {
        run_end(d, p, p + 1); /* the LF stands for itself */
    } else {
        run_end(d, p, p + 1);
        *d->to++ = '\n';
    }
    return p + 1;
}

/* A line end, or a character that is none of ASCII, wherever any may stand; NULL: something else. */
static uint8_t *other(struct scanner *s, struct decoding *d, uint8_t *p) {
    if (*p == '\n') {
        s->line++;
        return p + 1;
    }
    if (*p == '\r') {
        return line_end(d, p);
    }
    size_t n = *p >= 0x80 ? scan_character(s, p) : 0;
    return n > 0 ? p + n : NULL;
}

/*
 * What ends in two or three octets of which the first is none that stands for itself: the content of a
 * comment, an instruction or a CDATA section. p is behind them afterwards, what was read ends at d->to.
 */
static bool remark(struct scanner *s, struct decoding *d, const char *ending, uint8_t **p) {
    size_t n = strlen(ending);
    uint8_t *q = *p;
    for (;;) {
        while (scan_is(*q, SCAN_IN_REMARK)) {
            q++;
        }
        if (*q == (uint8_t)ending[0] && memcmp(q, ending, n) == 0) {
            run_end(d, q, q + n);
            *p = q + n;
            return true;
        }
        bool plain = *q == '-' || *q == '?' || *q == ']';
        bool hyphens = ending[0] == '-' && q[0] == '-' && q[1] == '-'; /* XML 1.0, 2.5 */
        q = plain ? q + 1 : other(s, d, q);
        if (q == NULL || hyphens) {
            return false;
        }
    }
}

/* At '<' or ']' of text: what may stand there; *ended says that the text is over. */
static uint8_t *markup(struct scanner *s, struct decoding *d, uint8_t *p, bool *ended) {
    static const char section[] = "<![CDATA[";
    if (*p == ']') {
        return p[1] == ']' && p[2] == '>' ? NULL : p + 1; /* XML 1.0, 2.4 */
    }
    if (p[1] != '!' || memcmp(p, section, sizeof section - 1) != 0) {
        run_end(d, p, p);
        *ended = true;
        return p;
    }
    s->element->section = true;
    run_end(d, p, p + sizeof section - 1);
    p = d->run;
    return !s->options->plain && remark(s, d, "]]>", &p) ? p : NULL;
}

/*
 * The first octet that does not stand for itself in text, or one a little before it: in vectors, because
 * most of a signed document is base64. At the utmost 16 octets behind p are looked at, which is what the copy
 * has behind its end.
 */
static inline uint8_t *plain(uint8_t *p) {
    enum { OCTETS = 16 };
    typedef uint8_t octets __attribute__((vector_size(OCTETS)));
    const octets amp = (octets){0} + (uint8_t)'&', less = (octets){0} + (uint8_t)'<';
    const octets bracket = (octets){0} + (uint8_t)']', blank = (octets){0} + (uint8_t)' ';
    const octets ascii = (octets){0} + (uint8_t)0x7F;
    for (;; p += OCTETS) {
        octets v;
        uint64_t half[2];
        memcpy(&v, p, OCTETS);
        octets other = (octets)((v < blank) | (v > ascii) | (v == amp) | (v == less) | (v == bracket));
        memcpy(half, &other, sizeof half);
        if ((half[0] | half[1]) != 0) {
            return p;
        }
    }
}

static bool too_long(const struct scanner *s, const char *from, const uint8_t *to) {
    return s->options->text != 0 && (size_t)(to - (const uint8_t *)from) > s->options->text;
}

bool scan_text(struct scanner *s) {
    uint8_t *p = s->at;
    struct decoding d = {p, p};
    const char *from = (const char *)p;
    unsigned line = s->line;
    for (bool ended = false; !ended && p != NULL;) {
        p = plain(p);
        while (scan_is(*p, SCAN_IN_TEXT)) {
            p++;
        }
        if (*p == '\n') {
            s->line++;
            p++;
        } else if (*p >= 0xC2 && *p < 0xE0 && (p[1] & 0xC0) == 0x80) {
            p += 2;
        } else if (*p == '<' || *p == ']') {
            p = markup(s, &d, p, &ended);
        } else if (*p == '&') {
            p = reference(&d, &p) ? p : NULL;
        } else {
            p = other(s, &d, p);
        }
    }
    if (p == NULL || too_long(s, from, d.to)) {
        return false;
    }
    s->at = p + 1;
    if ((const char *)d.to == from) {
        return true;
    }
    *d.to = '\0';
    struct xml_node *node = scan_node(s, XML_KIND_TEXT);
    if (node == NULL) {
        return false;
    }
    node->text = from;
    node->line = line;
    return true;
}

/* XML 1.0, 3.3.3: white space as it stands becomes a space, CR LF one; NULL: what may not stand in a value.
 */
static uint8_t *value_other(struct scanner *s, struct decoding *d, uint8_t *p) {
    if (*p == '\t' || *p == '\n') {
        s->line += *p == '\n';
        *p = ' ';
        return p + 1;
    }
    if (*p == '\r') {
        if (p[1] == '\n') {
            run_end(d, p, p + 1);
        } else {
            *p = ' ';
        }
        return p + 1;
    }
    if (*p == '&') {
        return reference(d, &p) ? p : NULL;
    }
    size_t n = *p >= 0x80 ? scan_character(s, p) : 0;
    return n > 0 ? p + n : NULL;
}

bool scan_value(struct scanner *s, struct scan_string *out) {
    uint8_t quote = *s->at, *p = s->at + 1;
    if (quote != '"' && quote != '\'') {
        return false;
    }
    struct decoding d = {p, p};
    const char *from = (const char *)p;
    for (;;) {
        while (scan_is(*p, SCAN_IN_VALUE)) {
            p++;
        }
        if (*p == quote) {
            break;
        }
        p = *p == '"' || *p == '\'' ? p + 1 : value_other(s, &d, p);
        if (p == NULL) {
            return false;
        }
    }
    run_end(&d, p, p);
    *d.to = '\0';
    *out = (struct scan_string){from, (size_t)(d.to - (const uint8_t *)from)};
    s->at = p + 1;
    return !xml_value_too_long(s->options, out->len);
}

/* What was read from `from` on is the text of a new node. */
static struct xml_node *remark_add(struct scanner *s, enum xml_kind kind, struct decoding *d, uint8_t *from,
                                   uint8_t *p) {
    s->at = p;
    *d->to = '\0';
    struct xml_node *node = too_long(s, (const char *)from, d->to) ? NULL : scan_node(s, kind);
    if (node != NULL) {
        node->text = (const char *)from;
    }
    return node;
}

bool scan_comment(struct scanner *s) {
    uint8_t *from = s->at, *p = from;
    struct decoding d = {p, p};
    return !s->options->plain && remark(s, &d, "-->", &p) &&
           remark_add(s, XML_KIND_COMMENT, &d, from, p) != NULL;
}

bool scan_instruction(struct scanner *s) {
    /* libxml2 would ask its catalogs for this one; xml_parse does not let it (see there). */
    static const char catalog[] = "oasis-xml-catalog";
    struct scan_string target = {"", 0};
    if (s->options->plain || !scan_name(s, &target) || *s->at == ':') {
        return false;
    }
    bool reserved = target.len == 3 && (target.s[0] | 0x20) == 'x' && (target.s[1] | 0x20) == 'm' &&
                    (target.s[2] | 0x20) == 'l';
    bool asks = target.len == sizeof catalog - 1 && memcmp(target.s, catalog, target.len) == 0;
    uint8_t *behind = s->at;
    bool blank = scan_blanks(s);
    uint8_t *from = s->at, *p = from;
    struct decoding d = {p, p};
    if (reserved || asks || !scan_known(s, &target) || !remark(s, &d, "?>", &p) ||
        (!blank && p != from + 2)) {
        return false;
    }
    struct xml_node *node = remark_add(s, XML_KIND_INSTRUCTION, &d, from, p);
    if (node == NULL) {
        return false;
    }
    *behind = '\0'; /* a blank, or the '?', which is where the empty text ends too */
    node->name = target.s;
    return true;
}
