/* info.c - the TSTInfo: what the authority signs (RFC 3161, 2.4.2). */
#include "tsp/token.h"

#include "base/limits.h"
#include "der/oid.h"

enum { MICROS = 1000000, THOUSANDTH_MAX = 999, ACCURACY_MAX = 366 * 86400 };

/* MessageImprint. A digest that is not known is told of by whoever compares. */
static bool read_imprint(struct der_cursor *c, struct tsp_token *t) {
    struct der_cursor in;
    sign_bytes params;
    if (!der_enter(c, DER_SEQUENCE, &in) || !der_algorithm(&in, &t->digest_oid, &params) ||
        !der_octets(&in, &t->imprint) || !der_finish(&in))
        return false;
    t->digest = crypto_digest_read(t->digest_oid, params);
    return true;
}

/* The fraction of a second, ".5" to microseconds; what is finer is dropped. */
static bool read_fraction(sign_bytes f, struct tsp_token *t) {
    uint32_t unit = MICROS / 10;
    if (f.len < 2 || f.data[0] != '.')
        return false;
    for (size_t i = 1; i < f.len; i++, unit /= 10) {
        if (f.data[i] < '0' || f.data[i] > '9')
            return false;
        t->micros += unit * (uint32_t)(f.data[i] - '0');
    }
    if (f.data[f.len - 1] == '0')
        t->irregular = "genTime ends in zeros";
    return true;
}

/* GeneralizedTime with seconds, an optional fraction, and Z (2.4.2; X.690, 11.7). */
static bool read_time(struct der_cursor *c, struct tsp_token *t) {
    enum { WHOLE = 14 }; /* YYYYMMDDhhmmss */
    struct der_cursor before = *c;
    struct der_tlv tlv;
    if (!der_take(c, DER_GENERALIZED_TIME, &tlv))
        return false;
    size_t n = tlv.value.len;
    if (n <= WHOLE || tlv.value.data[n - 1] != 'Z')
        return der_fail(&before, "malformed genTime");
    sign_bytes fraction = BYTES(tlv.value.data + WHOLE, n - WHOLE - 1);
    uint8_t whole[WHOLE + 3] = {DER_GENERALIZED_TIME, WHOLE + 1};
    memcpy(whole + 2, tlv.value.data, WHOLE);
    whole[WHOLE + 2] = 'Z';
    struct der_parse own;
    struct der_cursor alone = der_open(&own, BYTES(whole, sizeof whole), false);
    if ((fraction.len > 0 && !read_fraction(fraction, t)) || !der_gen_time(&alone, &t->time)) {
        t->micros = 0;
        return der_fail(&before, "malformed genTime");
    }
    return true;
}

/* The contents of an IMPLICIT INTEGER, 1 to 999. A zero says nothing, and is no cause to refuse. */
static bool read_thousandth(struct der_cursor *c, const struct der_tlv *tlv, int64_t unit,
                            struct tsp_token *t) {
    sign_bytes v = tlv->value;
    if (v.len == 0 || v.len > 2 || v.data[0] >= 0x80 || (v.len == 2 && v.data[0] == 0 && v.data[1] < 0x80))
        return der_fail(c, "accuracy out of range");
    int64_t n = v.len == 1 ? v.data[0] : v.data[0] << 8 | v.data[1];
    if (n > THOUSANDTH_MAX)
        return der_fail(c, "accuracy out of range");
    if (n == 0)
        t->irregular = "a part of accuracy is zero";
    t->accuracy += n * unit;
    return true;
}

static bool read_accuracy(struct der_cursor *c, struct tsp_token *t) {
    struct der_cursor in;
    struct der_tlv tlv;
    uint64_t seconds = 0;
    if (der_peek(c) != DER_SEQUENCE)
        return true;
    if (!der_enter(c, DER_SEQUENCE, &in))
        return false;
    if (der_peek(&in) == DER_INTEGER && !der_uint(&in, &seconds))
        return false;
    if (seconds > ACCURACY_MAX)
        return der_fail(&in, "accuracy out of range");
    t->has_accuracy = true;
    t->accuracy = (int64_t)seconds * MICROS;
    if (der_optional(&in, DER_CONTEXT(0), &tlv) && !read_thousandth(&in, &tlv, 1000, t))
        return false;
    if (der_optional(&in, DER_CONTEXT(1), &tlv) && !read_thousandth(&in, &tlv, 1, t))
        return false;
    return der_finish(&in);
}

/* ordering is FALSE by default; a token that spells that out is not DER (X.690, 11.5), and not in doubt. */
static bool read_ordering(struct der_cursor *c, struct tsp_token *t) {
    if (der_peek(c) != DER_BOOLEAN)
        return true;
    if (!der_bool(c, &t->ordering))
        return false;
    if (!t->ordering)
        t->irregular = "ordering FALSE is spelled out";
    return true;
}

/* tsa is a CHOICE, and [0] around it therefore EXPLICIT (X.680, 31.2.7); directoryName likewise. */
static bool read_tsa(struct der_cursor *c, struct tsp_token *t) {
    struct der_cursor in, name;
    struct der_tlv whole, dn;
    if (der_peek(c) != DER_CONTEXT_CONSTRUCTED(0))
        return true;
    if (!der_enter(c, DER_CONTEXT_CONSTRUCTED(0), &in))
        return false;
    struct der_cursor again = in;
    if (!der_any(&in, &whole) || !der_finish(&in))
        return false;
    t->tsa = whole.raw;
    if (whole.tag != DER_CONTEXT_CONSTRUCTED(4))
        return (whole.tag & 0xc0) == 0x80 || der_fail(&again, "tsa is no GeneralName");
    if (!der_enter(&again, DER_CONTEXT_CONSTRUCTED(4), &name) || !der_take(&name, DER_SEQUENCE, &dn) ||
        !der_finish(&name))
        return false;
    t->tsa_name = dn.raw;
    return true;
}

/* Extensions [1]. None is processed here, so that a critical one is refused (2.4.2; RFC 5280, 4.2). */
static bool read_extensions(struct der_cursor *c, arena *a, struct tsp_token *t) {
    struct der_cursor all, one;
    sign_bytes id, value;
    size_t n = 0;
    if (der_peek(c) != DER_CONTEXT_CONSTRUCTED(1))
        return true;
    if (!der_enter(c, DER_CONTEXT_CONSTRUCTED(1), &all))
        return false;
    while (der_more(&all)) {
        bool critical = false;
        if (!der_enter(&all, DER_SEQUENCE, &one) || !der_oid(&one, &id))
            return false;
        if (der_peek(&one) == DER_BOOLEAN && !der_bool(&one, &critical))
            return false;
        if (!der_octets(&one, &value) || !der_finish(&one))
            return false;
        if (critical)
            tsp_breaks(t, MSG_TST_EXTENSION, tsp_oid_shown(a, id));
        if (++n > LIMIT_ATTRIBUTES) {
            tsp_breaks(t, MSG_TST_LIMIT, "extensions");
            return true;
        }
    }
    return n > 0 ? der_ok(&all) : der_fail(&all, "extensions are empty");
}

static bool read_fields(struct der_cursor *c, arena *a, struct tsp_token *t) {
    uint64_t version;
    if (!der_uint(c, &version))
        return false;
    if (version != 1) {
        tsp_breaks(t, MSG_TST_VERSION, arena_printf(a, "%llu", (unsigned long long)version));
        return true;
    }
    if (!der_oid(c, &t->policy) || !read_imprint(c, t) || !der_integer(c, &t->serial) || !read_time(c, t) ||
        !read_accuracy(c, t) || !read_ordering(c, t))
        return false;
    t->has_nonce = der_peek(c) == DER_INTEGER;
    if (t->has_nonce && !der_integer(c, &t->nonce))
        return false;
    return read_tsa(c, t) && read_extensions(c, a, t) && der_finish(c);
}

/* 2.4.2: the length of the hash value must match that of its algorithm. */
static void check_imprint(struct tsp_token *t, arena *a) {
    const struct crypto_digest_row *row = crypto_digest_row(t->digest);
    if (t->digest != DIGEST_NONE && t->imprint.len != row->size)
        tsp_breaks(t, MSG_TST_IMPRINT_LENGTH, arena_printf(a, "%s, %zu", row->name, t->imprint.len));
}

void tsp_info_read(sign_bytes der, arena *a, struct tsp_token *t) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, der, false), in;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !read_fields(&in, a, t) || !der_finish(&c)) {
        tsp_breaks(t, MSG_TST_FORMAT, parse.error);
        return;
    }
    check_imprint(t, a);
}
