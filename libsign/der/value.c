/* value.c - typed elements and the forms DER prescribes for them (X.690, 8 and 11). */
#include "der/der.h"

#include "base/time.h"

static const char *check_oid(sign_bytes v) {
    if (v.len == 0 || (v.data[v.len - 1] & 0x80) != 0)
        return "malformed OBJECT IDENTIFIER";
    bool start = true;
    for (size_t i = 0; i < v.len; i++) {
        if (start && v.data[i] == 0x80)
            return "padded OBJECT IDENTIFIER";
        start = (v.data[i] & 0x80) == 0;
    }
    return NULL;
}

/* The shortest form is the only one, in BER as well (X.690, 8.3.2). */
static const char *check_integer(sign_bytes v) {
    if (v.len == 0)
        return "empty INTEGER";
    if (v.len > 1 && ((v.data[0] == 0 && v.data[1] < 0x80) || (v.data[0] == 0xff && v.data[1] >= 0x80)))
        return "INTEGER is not in its shortest form";
    return NULL;
}

/* X.690, 8.6.2; the unused bits of DER are zero (11.2.1). */
static const char *check_bits(sign_bytes v, bool *ber) {
    if (v.len == 0 || v.data[0] > 7 || (v.len == 1 && v.data[0] != 0))
        return "malformed BIT STRING";
    unsigned spare = (1u << v.data[0]) - 1u;
    *ber = v.len > 1 && (v.data[v.len - 1] & spare) != 0;
    return NULL;
}

/* Checks the contents of a primitive universal element; *ber: well-formed, but not DER. */
static const char *check_value(const struct der_tlv *t, bool *ber) {
    *ber = false;
    switch (t->tag) {
    case DER_BOOLEAN:
        *ber = t->value.len == 1 && t->value.data[0] != 0 && t->value.data[0] != 0xff;
        return t->value.len == 1 ? NULL : "malformed BOOLEAN";
    case DER_INTEGER:
    case DER_ENUMERATED:
        return check_integer(t->value);
    case DER_BIT_STRING:
        return check_bits(t->value, ber);
    case DER_NULL:
        return t->value.len == 0 ? NULL : "NULL with contents";
    case DER_OID:
        return check_oid(t->value);
    default:
        return NULL;
    }
}

/* Takes an element and checks its contents for the mode of the parse. */
static bool take_checked(struct der_cursor *c, uint8_t tag, struct der_tlv *t) {
    struct der_cursor before = *c;
    if (!der_take(c, tag, t))
        return false;
    bool ber = false;
    const char *why = check_value(t, &ber);
    if (why == NULL && ber && !c->parse->ber)
        why = "value is not in the form DER requires";
    if (why != NULL)
        return der_fail(&before, why);
    c->parse->saw_ber = c->parse->saw_ber || ber;
    return true;
}

bool der_oid(struct der_cursor *c, sign_bytes *value) {
    struct der_tlv t;
    if (!take_checked(c, DER_OID, &t))
        return false;
    *value = t.value;
    return true;
}

bool der_bool(struct der_cursor *c, bool *out) {
    struct der_tlv t;
    if (!take_checked(c, DER_BOOLEAN, &t))
        return false;
    *out = t.value.data[0] != 0;
    return true;
}

bool der_null(struct der_cursor *c) {
    struct der_tlv t;
    return take_checked(c, DER_NULL, &t);
}

bool der_integer(struct der_cursor *c, sign_bytes *value) {
    struct der_tlv t;
    if (!take_checked(c, DER_INTEGER, &t))
        return false;
    *value = t.value;
    return true;
}

bool der_uint(struct der_cursor *c, uint64_t *out) {
    struct der_cursor before = *c;
    sign_bytes v;
    if (!der_integer(c, &v))
        return false;
    if (v.data[0] >= 0x80)
        return der_fail(&before, "negative INTEGER");
    if (v.len > 8)
        return der_fail(&before, "INTEGER too large");
    uint64_t n = 0;
    for (size_t i = 0; i < v.len; i++)
        n = n << 8 | v.data[i];
    *out = n;
    return true;
}

bool der_unsigned(struct der_cursor *c, sign_bytes *value) {
    struct der_cursor before = *c;
    sign_bytes v;
    if (!der_integer(c, &v))
        return false;
    if (v.data[0] >= 0x80 || (v.len == 1 && v.data[0] == 0))
        return der_fail(&before, "INTEGER is not positive");
    size_t sign = v.data[0] == 0 ? 1 : 0;
    *value = BYTES(v.data + sign, v.len - sign);
    return true;
}

bool der_octets(struct der_cursor *c, sign_bytes *value) {
    struct der_tlv t;
    if (!der_take(c, DER_OCTET_STRING, &t))
        return false;
    *value = t.value;
    return true;
}

bool der_bits(struct der_cursor *c, sign_bytes *value, unsigned *unused) {
    struct der_tlv t;
    if (!take_checked(c, DER_BIT_STRING, &t))
        return false;
    *unused = t.value.data[0];
    *value = BYTES(t.value.data + 1, t.value.len - 1);
    return true;
}

/* n decimal digits at *p; -1 when one of them is none. */
static int digits(const uint8_t **p, unsigned n) {
    int v = 0;
    for (unsigned i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return -1;
        v = v * 10 + (**p - '0');
    }
    return v;
}

/* MMDDHHMMSS; civil_valid() refuses the -1 of what is no digit. */
static bool read_civil(const uint8_t *p, struct civil *c) {
    int *const parts[] = {&c->month, &c->day, &c->hour, &c->minute, &c->second};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i] = digits(&p, 2);
        if (*parts[i] < 0)
            return false;
    }
    return civil_valid(c);
}

/* A fraction of DER: a point, at least one digit, the last one not zero (X.690, 11.7.3). */
static bool fraction_ok(sign_bytes f) {
    if (f.len < 2 || f.data[0] != '.' || f.data[f.len - 1] == '0')
        return false;
    for (size_t i = 1; i < f.len; i++)
        if (f.data[i] < '0' || f.data[i] > '9')
            return false;
    return true;
}

/* Years of two digits: 50..99 are 19xx (RFC 5280, 4.1.2.5.1). */
static bool read_utc(sign_bytes v, struct civil *c) {
    if (v.len != 13 || v.data[12] != 'Z')
        return false;
    const uint8_t *p = v.data;
    int year = digits(&p, 2);
    c->year = year < 50 ? 2000 + year : 1900 + year;
    return year >= 0 && read_civil(p, c);
}

static bool read_generalized(sign_bytes v, bool fraction, struct civil *c) {
    if (v.len < 15 || v.data[v.len - 1] != 'Z')
        return false;
    if (v.len > 15 && (!fraction || !fraction_ok(BYTES(v.data + 14, v.len - 15))))
        return false;
    const uint8_t *p = v.data;
    c->year = digits(&p, 4);
    return c->year >= 0 && read_civil(p, c);
}

static bool read_time(struct der_cursor *c, bool fraction, int64_t *out) {
    struct der_cursor before = *c;
    struct der_tlv t;
    struct civil civil = {0};
    uint8_t tag = der_peek(c);
    if (tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME)
        return der_fail(c, "UTCTime or GeneralizedTime expected");
    if (!der_any(c, &t))
        return false;
    bool good = tag == DER_UTC_TIME ? read_utc(t.value, &civil) : read_generalized(t.value, fraction, &civil);
    if (!good)
        return der_fail(&before, "malformed time");
    *out = time_from_civil(&civil);
    return true;
}

bool der_time(struct der_cursor *c, int64_t *out) {
    return read_time(c, false, out);
}

bool der_gen_time(struct der_cursor *c, int64_t *out) {
    if (der_ok(c) && der_peek(c) != DER_GENERALIZED_TIME)
        return der_fail(c, "GeneralizedTime expected");
    return read_time(c, true, out);
}

bool der_algorithm(struct der_cursor *c, sign_bytes *oid, sign_bytes *params) {
    struct der_cursor in;
    struct der_tlv t;
    sign_bytes id, rest = {0};
    if (!der_enter(c, DER_SEQUENCE, &in) || !der_oid(&in, &id))
        return false;
    if (der_more(&in)) {
        if (!der_any(&in, &t))
            return false;
        rest = t.raw;
    }
    if (!der_finish(&in))
        return false;
    *oid = id;
    *params = rest;
    return true;
}

/* Depth is bounded by the cursor: LIMIT_DER_DEPTH. */
static bool all_der(struct der_cursor *c) {
    while (der_more(c)) {
        struct der_cursor before = *c;
        struct der_tlv t;
        if (!der_any(c, &t))
            return false;
        if ((t.tag & 0x20) != 0) {
            struct der_cursor in = der_inside(c, &t);
            if (!all_der(&in))
                return false;
            continue;
        }
        bool ber = false;
        const char *why = check_value(&t, &ber);
        if (why != NULL || ber)
            return der_fail(&before, why != NULL ? why : "value is not in the form DER requires");
    }
    return der_ok(c);
}

bool der_is_der(sign_bytes raw, const char **why) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, raw, false);
    struct der_tlv t;
    bool good = der_any(&c, &t) && der_finish(&c);
    if (good) {
        c = der_open(&parse, raw, false);
        good = all_der(&c);
    }
    if (why != NULL)
        *why = parse.error;
    return good;
}

bool der_set_sorted(sign_bytes contents) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true);
    struct der_tlv t;
    sign_bytes last = {0};
    while (der_more(&c)) {
        if (!der_any(&c, &t) || bytes_compare(last, t.raw) > 0)
            return false;
        last = t.raw;
    }
    return der_ok(&c);
}
