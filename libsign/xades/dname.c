#include "xades/dname.h"

#include "base/text.h"
#include "pki/pki.h"
#include <stdlib.h>

enum { ATTRIBUTES = 64, TYPE_MAX = 64 };

struct pair {
    char type[TYPE_MAX];
    size_t at; /* of the value in `values`, NUL-terminated */
};

struct dname {
    struct pair pairs[ATTRIBUTES];
    size_t n;
    grow values;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void lower(char *s) {
    for (; *s != 0; s++)
        if (*s >= 'A' && *s <= 'Z')
            *s = (char)(*s - 'A' + 'a');
}

/* One name for each type: a dotted number becomes the name we know, and other names that are in use too. */
static void settle_type(char type[TYPE_MAX]) {
    static const char *const same[][2] = {
        {"e", "emailaddress"},
        {"email", "emailaddress"},
        {"s", "st"},
        {"sp", "st"},
        {"surname", "sn"},
        {"gn", "givenname"},
        {"g", "givenname"},
        {"t", "title"},
        {"userid", "uid"},
        {"commonname", "cn"},
        {"organizationname", "o"},
        {"organizationalunitname", "ou"},
        {"countryname", "c"},
        {"localityname", "l"},
        {"stateorprovincename", "st"},
        {"domaincomponent", "dc"},
        {"dnq", "dnqualifier"},
        {"streetaddress", "street"},
    };
    uint8_t oid[TYPE_MAX];
    size_t len;
    lower(type);
    if (strncmp(type, "oid.", 4) == 0)
        memmove(type, type + 4, strlen(type + 4) + 1);
    if (oid_from_text(type, oid, sizeof oid, &len) && oid_find(BYTES(oid, len)) != OID_NONE) {
        const char *label = oid_label(oid_find(BYTES(oid, len)));
        if (strlen(label) < TYPE_MAX)
            memcpy(type, label, strlen(label) + 1);
        lower(type);
    }
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(type, same[i][0]) == 0)
            memcpy(type, same[i][1], strlen(same[i][1]) + 1);
}

static int hex_digit(char c) {
    const char *digits = "0123456789abcdef", *at = c != 0 ? strchr(digits, c | 0x20) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* "#04024869": the value in BER (RFC 4514, 2.4), as text when it is some. */
static void hex_value(grow *values, size_t from) {
    AUTO(grow) der = {0};
    AUTO(grow) text = {0};
    struct der_parse parse;
    struct der_tlv t;
    grow_byte(values, 0);
    if (values->failed || !text_hex_decode((const char *)values->data + from + 1, &der))
        return;
    struct der_cursor c = der_open(&parse, BYTES(der.data, der.len), true);
    if (!der_any(&c, &t) || !der_text(&t, &text))
        return;
    values->len = from;
    grow_put(values, text.data, text.len);
}

/* A value up to its separator: quotes and escapes resolved, blanks at the ends left out. */
static const char *read_value(const char *s, grow *values) {
    size_t from = values->len, keep = from;
    bool quoted = *s == '"';
    s += quoted ? 1 : 0;
    for (; *s != 0 && (quoted ? *s != '"' : strchr(",;+", *s) == NULL); s++) {
        bool escaped = *s == '\\' && s[1] != 0;
        int high = escaped ? hex_digit(s[1]) : -1, low = high >= 0 ? hex_digit(s[2]) : -1;
        if (low >= 0) {
            grow_byte(values, (uint8_t)(high << 4 | low));
            s += 2;
        } else {
            s += escaped ? 1 : 0;
            grow_byte(values, (uint8_t)*s);
        }
        if (quoted || escaped || !is_blank(*s))
            keep = values->len;
    }
    s += quoted && *s == '"' ? 1 : 0;
    while (is_blank(*s))
        s++;
    values->len = keep < values->len ? keep : values->len;
    if (values->len > from && !values->failed && values->data[from] == '#')
        hex_value(values, from);
    grow_byte(values, 0);
    return s;
}

static bool parse(const char *s, struct dname *out) {
    while (*s != 0) {
        while (is_blank(*s))
            s++;
        size_t n = strcspn(s, "=,;+");
        if (s[n] != '=' || n == 0 || n >= TYPE_MAX || out->n == ATTRIBUTES)
            return false;
        struct pair *p = &out->pairs[out->n++];
        memcpy(p->type, s, n);
        while (n > 0 && is_blank(p->type[n - 1]))
            n--;
        p->type[n] = 0;
        settle_type(p->type);
        s = strchr(s, '=') + 1;
        while (is_blank(*s))
            s++;
        p->at = out->values.len;
        s = read_value(s, &out->values);
        if (*s != 0 && strchr(",;+", *s++) == NULL)
            return false;
    }
    return out->n > 0 && !out->values.failed;
}

static bool pair_same(const struct dname *a, size_t i, const struct dname *b, size_t j) {
    const char *x = (const char *)a->values.data + a->pairs[i].at;
    const char *y = (const char *)b->values.data + b->pairs[j].at;
    return strcmp(a->pairs[i].type, b->pairs[j].type) == 0 && (strcmp(x, y) == 0 || text_turkish_equal(x, y));
}

static bool same(const struct dname *a, const struct dname *b, bool reversed) {
    for (size_t i = 0; i < a->n; i++)
        if (!pair_same(a, i, b, reversed ? b->n - 1 - i : i))
            return false;
    return true;
}

static bool compare(const char *text, const char *name, struct dname *two) {
    return parse(text, &two[0]) && parse(name, &two[1]) && two[0].n == two[1].n &&
           (same(&two[0], &two[1], false) || same(&two[0], &two[1], true));
}

bool xades_name_is(const char *text, sign_bytes name) {
    AUTO(grow) own = {0};
    if (!pki_name_text(name, &own))
        return false;
    grow_byte(&own, 0);
    struct dname *two = calloc(2, sizeof *two);
    if (two == NULL)
        return false;
    bool result = !own.failed && compare(text, (const char *)own.data, two);
    grow_free(&two[0].values);
    grow_free(&two[1].values);
    free(two);
    return result;
}

bool xades_serial(const char *text, arena *a, sign_bytes *out) {
    enum { DIGITS = 100, OCTETS = 44 };
    uint8_t number[OCTETS] = {0};
    text += strspn(text, " \t\r\n");
    size_t n = strspn(text, "0123456789"), first = 0;
    if (n == 0 || n > DIGITS || text[n + strspn(text + n, " \t\r\n")] != 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned carry = (unsigned)(text[i] - '0');
        for (size_t k = OCTETS; k-- > 0;) {
            carry += number[k] * 10U;
            number[k] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    while (first + 1 < OCTETS && number[first] == 0 && number[first + 1] < 0x80)
        first++;
    *out = arena_copy(a, BYTES(number + first, OCTETS - first));
    return out->data != NULL;
}
