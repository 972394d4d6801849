/* 62 and 63: values of ECDSA and keys on curves that only look like P-256. */
#include "mint.h"

#include <openssl/obj_mac.h>
#include <string.h>

enum { FIELD = 32 };

enum value {
    VALUE_GOOD,
    VALUE_N_MINUS_S, /* holds as well: whoever has one value can make the other */
    VALUE_R_PLUS_N,  /* the same modulo n */
    VALUE_S_PLUS_N,
    VALUE_R_IS_N, /* zero modulo n */
    VALUE_S_IS_N,
    VALUE_R_IS_ZERO,
    VALUE_S_IS_ZERO,
    VALUE_R_IS_ONE,  /* r = s = 1: who divides by nothing it should not */
    VALUE_NEGATIVE,  /* r as an INTEGER without the octet that makes it positive */
    VALUE_OVERLONG,  /* r with an octet too many before it */
    VALUE_LONG_FORM, /* a length in two octets */
    VALUE_THIRD,     /* a third INTEGER */
    VALUE_RAW_SHORT, /* r||s, one octet short */
    VALUE_RAW_LONG,
    VALUE_EMPTY
};

struct ec_value {
    const struct mint_ec *key;
    enum value how;
};

static void change(struct mint *m, enum value how, BIGNUM *r, BIGNUM *s) {
    const BIGNUM *n = EC_GROUP_get0_order(m->group);
    int done = 1;
    if (how == VALUE_N_MINUS_S) {
        done = BN_sub(s, n, s);
    } else if (how == VALUE_R_PLUS_N) {
        done = BN_add(r, r, n);
    } else if (how == VALUE_S_PLUS_N) {
        done = BN_add(s, s, n);
    } else if (how == VALUE_R_IS_N || how == VALUE_S_IS_N) {
        done = BN_copy(how == VALUE_R_IS_N ? r : s, n) != NULL;
    } else if (how == VALUE_R_IS_ZERO || how == VALUE_S_IS_ZERO) {
        BN_zero(how == VALUE_R_IS_ZERO ? r : s);
    } else if (how == VALUE_R_IS_ONE) {
        done = BN_one(r) && BN_one(s);
    }
    mint_must(done == 1, "a value of ECDSA");
}

static void put_integer(grow *g, const BIGNUM *n, enum value how) {
    uint8_t octets[2 * FIELD];
    size_t len = (size_t)BN_bn2bin(n, octets);
    size_t before = how == VALUE_NEGATIVE ? 0 : len == 0 || octets[0] & 0x80 ? 1 : 0;
    before += how == VALUE_OVERLONG;
    grow_byte(g, DER_INTEGER);
    grow_byte(g, (uint8_t)(len + before));
    grow_put(g, "\0\0", before);
    grow_put(g, octets, len);
}

static void put_sequence(grow *g, const BIGNUM *r, const BIGNUM *s, enum value how) {
    AUTO(grow) in = {0};
    put_integer(&in, r, how);
    put_integer(&in, s, VALUE_GOOD);
    if (how == VALUE_THIRD) {
        put_integer(&in, s, VALUE_GOOD);
    }
    grow_byte(g, DER_SEQUENCE);
    if (how == VALUE_LONG_FORM) {
        grow_byte(g, 0x81);
    }
    grow_byte(g, (uint8_t)in.len);
    grow_put(g, in.data, in.len);
}

static bool value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    const struct ec_value *v = user;
    BIGNUM *r = mint_number(m), *s = mint_number(m);
    uint8_t raw[2 * FIELD + 1] = {0};
    mint_ecdsa(m, v->key, digest, r, s);
    /* what is negative without its first octet must have the highest bit set */
    if (v->how == VALUE_NEGATIVE && BN_num_bits(r) != 8 * FIELD) {
        return false;
    }
    change(m, v->how, r, s);
    if (v->how == VALUE_RAW_SHORT || v->how == VALUE_RAW_LONG) {
        BN_bn2binpad(r, raw, FIELD);
        BN_bn2binpad(s, raw + FIELD, FIELD);
        grow_put(out, raw, v->how == VALUE_RAW_SHORT ? sizeof raw - 2 : sizeof raw);
    } else if (v->how != VALUE_EMPTY) {
        put_sequence(out, r, s, v->how);
    }
    return true;
}

static void values(struct mint *m) {
    static const struct {
        const char *file;
        enum value how;
    } rows[] = {{"ec-good.p7m", VALUE_GOOD},           {"ec-n-minus-s.p7m", VALUE_N_MINUS_S},
                {"ec-r-plus-n.p7m", VALUE_R_PLUS_N},   {"ec-s-plus-n.p7m", VALUE_S_PLUS_N},
                {"ec-r-is-n.p7m", VALUE_R_IS_N},       {"ec-s-is-n.p7m", VALUE_S_IS_N},
                {"ec-r-is-zero.p7m", VALUE_R_IS_ZERO}, {"ec-s-is-zero.p7m", VALUE_S_IS_ZERO},
                {"ec-one-one.p7m", VALUE_R_IS_ONE},    {"ec-negative.p7m", VALUE_NEGATIVE},
                {"ec-overlong.p7m", VALUE_OVERLONG},   {"ec-long-form.p7m", VALUE_LONG_FORM},
                {"ec-third.p7m", VALUE_THIRD},         {"ec-raw-short.p7m", VALUE_RAW_SHORT},
                {"ec-raw-long.p7m", VALUE_RAW_LONG},   {"ec-empty.p7m", VALUE_EMPTY}};
    struct mint_ec k = mint_ec(m, "EC P-256");
    sign_bytes point = mint_point(m, k.point, POINT_CONVERSION_UNCOMPRESSED);
    struct pki_cert cert =
        mint_cert(m, &(struct mint_cert){.cn = "EC P-256", .spki = mint_spki_ec(m, mint_curve(m), point)});
    struct mint_signer s = mint_ec_signer(m, &k);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct ec_value v = {&k, rows[i].how};
        s.value = value;
        s.user = &v;
        mint_signed(m, rows[i].file, &cert, &s);
    }
    mint_ec_free(&k);
}

/* ---- 63: keys
 * ----------------------------------------------------------------------------------------------- */

static void put_number(der_builder *b, const BIGNUM *n) {
    uint8_t octets[2 * FIELD];
    int len = BN_bn2bin(n, octets);
    der_put_unsigned(b, BYTES(octets, (size_t)len));
}

static void put_field_octets(der_builder *b, const BIGNUM *n) {
    uint8_t octets[FIELD];
    mint_must(BN_bn2binpad(n, octets, FIELD) == FIELD, "a number of the field");
    der_put(b, DER_OCTET_STRING, BYTES(octets, FIELD));
}

/* SpecifiedECDomain (SEC 1, C.2): P-256 spelled out, with this for its generator. */
static sign_bytes explicit_params(struct mint *m, const EC_POINT *base) {
    AUTO(der_builder) b = {0};
    BIGNUM *p = mint_number(m), *a = mint_number(m), *c = mint_number(m);
    mint_must(EC_GROUP_get_curve(m->group, p, a, c, m->bn) == 1, "the curve");
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid_text(&b, "1.2.840.10045.1.1"); /* prime-field */
    put_number(&b, p);
    der_end(&b);
    der_begin(&b, DER_SEQUENCE);
    put_field_octets(&b, a);
    put_field_octets(&b, c);
    der_end(&b);
    der_put(&b, DER_OCTET_STRING, mint_point(m, base, POINT_CONVERSION_UNCOMPRESSED));
    put_number(&b, EC_GROUP_get0_order(m->group));
    der_put_uint(&b, 1);
    der_end(&b);
    return mint_taken(m, &b);
}

static sign_bytes named(struct mint *m, enum oid curve) {
    AUTO(der_builder) b = {0};
    der_put_oid(&b, curve);
    return mint_taken(m, &b);
}

/* One signature that holds by the key's own lights, under a key told in this way. */
static void key_told(struct mint *m, const char *file, const struct mint_ec *k, sign_bytes params,
                     sign_bytes point) {
    struct pki_cert cert =
        mint_cert(m, &(struct mint_cert){.cn = file, .spki = mint_spki_ec(m, params, point)});
    struct mint_signer s = mint_ec_signer(m, k);
    mint_signed(m, file, &cert, &s);
}

static void keys(struct mint *m) {
    struct mint_ec k = mint_ec(m, "EC P-256");
    const sign_bytes curve = mint_curve(m), null = BYTES("\x05\x00", 2);
    const sign_bytes point = mint_point(m, k.point, POINT_CONVERSION_UNCOMPRESSED);
    uint8_t octets[1 + 2 * FIELD];
    key_told(m, "ec-compressed.p7m", &k, curve, mint_point(m, k.point, POINT_CONVERSION_COMPRESSED));
    key_told(m, "ec-hybrid.p7m", &k, curve, mint_point(m, k.point, POINT_CONVERSION_HYBRID));
    key_told(m, "ec-explicit.p7m", &k, explicit_params(m, EC_GROUP_get0_generator(m->group)), point);
    key_told(m, "ec-infinity.p7m", &k, curve, BYTES("\0", 1));
    memcpy(octets, point.data, sizeof octets);
    octets[2 * FIELD] ^= 1;
    key_told(m, "ec-off-curve.p7m", &k, curve, BYTES(octets, sizeof octets));
    memset(octets + 1, 0, 2 * FIELD);
    key_told(m, "ec-zero-zero.p7m", &k, curve, BYTES(octets, sizeof octets));
    memset(octets + 1, 0xFF, 2 * FIELD);
    key_told(m, "ec-beyond-field.p7m", &k, curve, BYTES(octets, sizeof octets));
    key_told(m, "ec-short-point.p7m", &k, curve, BYTES(point.data, point.len - 1));
    key_told(m, "ec-no-curve.p7m", &k, (sign_bytes){0}, point);
    key_told(m, "ec-implicit.p7m", &k, null, point); /* implicitCurve: RFC 5480, 2.1.1 forbids it */
    key_told(m, "ec-other-curve.p7m", &k, named(m, OID_CURVE_SECP256K1), point);
    key_told(m, "ec-p384-named.p7m", &k, named(m, OID_CURVE_P384), point);
    mint_ec_free(&k);
}

/*
 * The class of CVE-2020-0601: a certificate with the name and the very point of an authority whose parameters
 * name a generator of the attacker's choice. With that point for a generator the private key is 1.
 */
static void chosen_generator(struct mint *m) {
    struct mint_ec victim = mint_ec(m, "victim"), attacker = mint_ec(m, "attacker");
    const sign_bytes curve = mint_curve(m);
    const sign_bytes point = mint_point(m, victim.point, POINT_CONVERSION_UNCOMPRESSED);
    const sign_bytes own =
        mint_spki_ec(m, curve, mint_point(m, attacker.point, POINT_CONVERSION_UNCOMPRESSED));
    const struct pki_cert ca_ec = mint_of(m, "ca-ec");
    struct mint_ec one = {.d = mint_number(m), .base = victim.point, .point = victim.point};
    BN_one(one.d);
    struct mint_signer forger = mint_ec_signer(m, &one), attacks = mint_ec_signer(m, &attacker);
    sign_bytes false_spki = mint_spki_ec(m, explicit_params(m, victim.point), point);
    /* a signer whose certificate is honest but for the parameters */
    struct pki_cert cert = mint_cert(m, &(struct mint_cert){.cn = "chosen generator", .spki = false_spki});
    mint_signed(m, "ec-generator.p7m", &cert, &forger);
    /* an authority of the name of ca-ec, and what it issues to the attacker */
    struct pki_cert authority = mint_cert(m, &(struct mint_cert){.cn = "ca-ec",
                                                                 .issuer = "root-ec",
                                                                 .subject = ca_ec.subject,
                                                                 .spki = false_spki,
                                                                 .by = &forger,
                                                                 .authority = true});
    cert = mint_cert(m, &(struct mint_cert){.cn = "issued by nobody", .spki = own, .by = &forger});
    const sign_bytes bag[] = {authority.der, cert.der, ca_ec.der};
    sign_bytes info = mint_info(m, &cert, &attacks, &(struct mint_info){0});
    mint_write(m, "ec-generator-authority.p7m", &cert, info,
               (struct outside){.certificates = mint_join(m, bag, 3)});
    /* the sibling: the same attacker with a certificate that ca-ec issued */
    cert = mint_cert(m, &(struct mint_cert){.cn = "issued by ca-ec", .spki = own});
    mint_signed(m, "ec-generator-good.p7m", &cert, &attacks);
    mint_ec_free(&victim);
    mint_ec_free(&attacker);
}

void tricks_ec(struct mint *m) {
    values(m);
    keys(m);
    chosen_generator(m);
}
