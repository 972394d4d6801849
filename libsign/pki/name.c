/* pki/name.c - distinguished names: text (RFC 4514), attributes, comparison (RFC 5280, 7.1). */
#include "base/text.h"
#include "pki/parts.h"

/* Walks the attributes of a Name, those of one RDN after the other. */
struct walk {
    struct der_parse parse;
    struct der_cursor rdns, set;
    bool opened;
};

struct attribute {
    sign_bytes type;
    struct der_tlv value;
    bool first_of_rdn;
};

static bool walk_begin(struct walk *w, sign_bytes name) {
    *w = (struct walk){0};
    struct der_cursor outer = der_open(&w->parse, name, false);
    return der_enter(&outer, DER_SEQUENCE, &w->rdns);
}

static bool walk_next(struct walk *w, struct attribute *a) {
    struct der_cursor pair;
    a->first_of_rdn = false;
    if (!w->opened || !der_more(&w->set)) {
        if (!der_more(&w->rdns) || !der_enter(&w->rdns, DER_SET, &w->set))
            return false;
        w->opened = a->first_of_rdn = true;
    }
    return der_enter(&w->set, DER_SEQUENCE, &pair) && der_oid(&pair, &a->type) && der_any(&pair, &a->value) &&
           der_finish(&pair);
}

/* RFC 4514, 2.4: what must be escaped, and where. */
static void put_escaped(sign_bytes text, grow *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < text.len; i++) {
        uint8_t b = text.data[i];
        bool edge = (b == ' ' && (i == 0 || i + 1 == text.len)) || (b == '#' && i == 0);
        if (b == 0 || b < 0x20 || b == 0x7f) {
            grow_byte(out, '\\');
            grow_byte(out, (uint8_t)digits[b >> 4]);
            grow_byte(out, (uint8_t)digits[b & 15]);
            continue;
        }
        if (edge || strchr("\"+,;<>\\", b) != NULL)
            grow_byte(out, '\\');
        grow_byte(out, b);
    }
}

static void put_hex(sign_bytes in, grow *out) {
    for (size_t i = 0; i < in.len; i++)
        grow_printf(out, "%02x", in.data[i]);
}

/* A known type by its name and as text; another by its number and, RFC 4514, 2.4, as the octets of its value.
 */
static void put_attribute(const struct attribute *a, grow *out) {
    enum oid id = oid_find(a->type);
    char dotted[128];
    AUTO(grow) text = {0};
    if (id != OID_NONE) {
        grow_str(out, oid_label(id));
    } else if (oid_to_text(a->type, dotted, sizeof dotted)) {
        grow_str(out, dotted);
    } else {
        grow_str(out, "?");
    }
    grow_byte(out, '=');
    if (id != OID_NONE && der_text(&a->value, &text)) {
        put_escaped(BYTES(text.data, text.len), out);
        return;
    }
    out->failed = out->failed || text.failed; /* a lack of memory does not make octets of a text */
    grow_byte(out, '#');
    put_hex(a->value.raw, out);
}

enum { NAME_PARTS = 64 };

bool pki_name_text(sign_bytes name, grow *out) {
    struct attribute parts[NAME_PARTS];
    struct walk w;
    size_t n = 0;
    if (!walk_begin(&w, name))
        return false;
    while (n < NAME_PARTS && walk_next(&w, &parts[n]))
        n++;
    if (!der_ok(&w.rdns) || der_more(&w.rdns))
        return false;
    /* RFC 4514, 2.1: the last RDN comes first; the parts of one RDN keep their order and are joined by '+'.
     */
    for (size_t end = n; end > 0;) {
        size_t start = end - 1;
        while (start > 0 && !parts[start].first_of_rdn)
            start--;
        for (size_t i = start; i < end; i++) {
            put_attribute(&parts[i], out);
            if (i + 1 < end)
                grow_byte(out, '+');
        }
        if (start > 0)
            grow_byte(out, ',');
        end = start;
    }
    return !out->failed;
}

bool pki_name_attribute(sign_bytes name, enum oid type, grow *out) {
    struct attribute a;
    struct walk w;
    if (!walk_begin(&w, name))
        return false;
    while (walk_next(&w, &a))
        if (oid_is(a.type, type))
            return der_text(&a.value, out);
    return false;
}

/* The letters and signs of ASCII that follow, but for white space; how many. */
static size_t put_ascii(const uint8_t *at, const uint8_t *end, grow *out) {
    uint8_t folded[64];
    size_t n = 0;
    for (; n < sizeof folded && at + n < end && at[n] > ' ' && at[n] < 0x80; n++)
        folded[n] = at[n] >= 'A' && at[n] <= 'Z' ? (uint8_t)(at[n] + 32) : at[n];
    grow_put(out, folded, n);
    return n;
}

/*
 * Case is folded letter by letter. ASCII folds as everywhere; the other letters by the table of base/text.h,
 * in which dotless and dotted i stay letters of their own.
 */
static void put_folded(sign_bytes text, grow *out) {
    const uint8_t *at = text.data, *end = text.len > 0 ? at + text.len : at;
    bool space = true; /* leading white space vanishes */
    size_t start = out->len;
    while (at < end) {
        size_t plain = put_ascii(at, end, out);
        at += plain;
        space = space && plain == 0;
        if (plain > 0)
            continue;
        uint32_t c = utf8_next(&at, end);
        char bytes[4];
        if (c == ' ' || (c >= 9 && c <= 13) || c == 0xa0) {
            if (!space)
                grow_byte(out, ' ');
            space = true;
            continue;
        }
        space = false;
        grow_put(out, bytes, utf8_put(c < 0x80 ? c : turkish_upper(c), bytes));
    }
    if (space && out->len > start && !out->failed)
        out->len--;
}

static void put_length(size_t n, grow *out) {
    uint8_t b[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    grow_put(out, b, sizeof b);
}

bool pki_name_key(sign_bytes name, grow *out) {
    struct attribute a;
    struct walk w;
    AUTO(grow) text = {0};
    AUTO(grow) folded = {0};
    if (!walk_begin(&w, name))
        return false;
    while (walk_next(&w, &a)) {
        text.len = folded.len = 0;
        bool is_text = der_text(&a.value, &text);
        if (is_text)
            put_folded(BYTES(text.data, text.len), &folded);
        sign_bytes value = is_text ? BYTES(folded.data, folded.len) : a.value.raw;
        grow_byte(out, (uint8_t)((a.first_of_rdn ? 2U : 0U) | (is_text ? 1U : 0U)));
        put_length(a.type.len, out);
        grow_put(out, a.type.data, a.type.len);
        put_length(value.len, out);
        grow_put(out, value.data, value.len);
    }
    /* Out of memory is told by `out`, so that it is never taken for another name. */
    out->failed = out->failed || text.failed || folded.failed;
    return der_ok(&w.rdns) && !out->failed;
}

/* A value as it is compared; false: it is no text, and nothing but the same bytes is equal to it. */
static bool fold_value(const struct der_tlv *value, grow *out) {
    AUTO(grow) text = {0};
    if (!der_text(value, &text))
        return false;
    put_folded(BYTES(text.data, text.len), out);
    return !out->failed;
}

static bool same_attribute(const struct attribute *a, const struct attribute *b) {
    if (a->first_of_rdn != b->first_of_rdn || !bytes_equal(a->type, b->type))
        return false;
    if (bytes_equal(a->value.raw, b->value.raw))
        return true;
    AUTO(grow) x = {0};
    AUTO(grow) y = {0};
    return fold_value(&a->value, &x) && fold_value(&b->value, &y) &&
           bytes_equal(BYTES(x.data, x.len), BYTES(y.data, y.len));
}

/* As the keys compare, but at an end with the first attribute that differs: names that are looked at together
 * mostly begin alike to the letter. */
bool pki_name_equal(sign_bytes a, sign_bytes b) {
    struct attribute x, y;
    struct walk v, w;
    if (bytes_equal(a, b))
        return true;
    if (!walk_begin(&v, a) || !walk_begin(&w, b))
        return false;
    for (;;) {
        bool more = walk_next(&v, &x);
        if (walk_next(&w, &y) != more)
            return false;
        if (!more)
            return der_ok(&v.rdns) && der_ok(&w.rdns);
        if (!same_attribute(&x, &y))
            return false;
    }
}

void pki_serial_hex(sign_bytes serial, grow *out) {
    static const char digits[] = "0123456789abcdef";
    bool lead = true;
    for (size_t i = 0; i < 2 * serial.len; i++) {
        uint8_t nibble = i % 2 == 0 ? serial.data[i / 2] >> 4 : serial.data[i / 2] & 15;
        if (lead && nibble == 0 && i + 1 < 2 * serial.len)
            continue;
        lead = false;
        grow_byte(out, (uint8_t)digits[nibble]);
    }
}

bool pki_name_short(sign_bytes name, char *out, size_t size) {
    AUTO(grow) text = {0};
    if (!pki_name_attribute(name, OID_DN_COMMON_NAME, &text) && !text.failed) {
        text.len = 0;
        (void)pki_name_text(name, &text);
    }
    /* RFC 5280, 4.1.2.6: a subject may be empty; a message must not end in the air. */
    sign_bytes shown = text.failed || text.len == 0 ? BYTES_STR("-") : BYTES(text.data, text.len);
    text_printable(shown, out, size);
    return !text.failed;
}
