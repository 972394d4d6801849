/* pubkey.c - SubjectPublicKeyInfo read by our own parser, handed to OpenSSL as numbers (RFC 3279, 4055,
 * 5480). */
#include "base/limits.h"
#include "crypto/state.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

static const struct curve {
    enum oid oid;
    const char *group;
    const char *name;
    unsigned bits;
} curves[] = {
    {OID_CURVE_P256, "P-256", "EC P-256", 256},
    {OID_CURVE_P384, "P-384", "EC P-384", 384},
    {OID_CURVE_P521, "P-521", "EC P-521", 521},
};

/* A non-negative number as an OSSL_PARAM wants it: the machine's order. */
static void native_order(sign_bytes in, uint8_t *out) {
    for (size_t i = 0; i < in.len; i++)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        out[in.len - 1 - i] = in.data[i];
#else
        out[i] = in.data[i];
#endif
}

/* EVP_PKEY_fromdata() checks what it is given: a point must be on its curve. lib: whose reasons are about the
 * data. */
static sign_rc from_params(const char *type, int lib, OSSL_PARAM *params, EVP_PKEY **out, sign_error *err) {
    bool queue_was_empty = ERR_peek_error() == 0;
    ERR_set_mark();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (ctx == NULL)
        return crypto_failed(err, type);
    bool good =
        EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, out, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_CTX_free(ctx);
    if (good) {
        ERR_pop_to_mark();
        return SIGN_OK;
    }
    sign_rc rc = crypto_fault(lib, queue_was_empty, err, type);
    return rc == SIGN_FAILED ? fail(err, SIGN_E_FORMAT, MSG_DER, "public key: no valid %s key", type) : rc;
}

static unsigned bit_length(sign_bytes n) {
    unsigned top = 0;
    while (top < 8 && n.data[0] >> top != 0)
        top++;
    return (unsigned)(n.len - 1) * 8 + top;
}

static sign_rc check_rsa(sign_bytes n, sign_bytes e, sign_error *err) {
    if (n.len > LIMIT_RSA_BITS_MAX / 8 || bit_length(n) < LIMIT_RSA_BITS_MIN)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "public key: RSA modulus of %zu octets", n.len);
    if (e.len > LIMIT_RSA_EXPONENT_BITS / 8)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "public key: RSA exponent of %zu octets", e.len);
    /* e = 1 makes every padded digest its own signature; an even one is no RSA exponent (RFC 8017, 3.1). */
    if ((e.data[e.len - 1] & 1) == 0 || (e.len == 1 && e.data[0] < 3))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: RSA exponent is even or too small");
    if ((n.data[n.len - 1] & 1) == 0)
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: RSA modulus is even");
    return SIGN_OK;
}

/* RSAPublicKey ::= SEQUENCE { modulus, publicExponent } (RFC 8017, A.1.1) */
static sign_rc read_rsa(struct crypto_pubkey *k, sign_bytes key, sign_error *err) {
    struct der_parse parse;
    struct der_cursor top = der_open(&parse, key, false), c;
    sign_bytes n, e;
    if (!der_enter(&top, DER_SEQUENCE, &c) || !der_finish(&top) || !der_unsigned(&c, &n) ||
        !der_unsigned(&c, &e) || !der_finish(&c))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: RSAPublicKey: %s", parse.error);
    sign_rc rc = check_rsa(n, e, err);
    if (rc != SIGN_OK)
        return rc;
    uint8_t n_native[LIMIT_RSA_BITS_MAX / 8], e_native[LIMIT_RSA_EXPONENT_BITS / 8];
    native_order(n, n_native);
    native_order(e, e_native);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n_native, n.len),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e_native, e.len),
                           OSSL_PARAM_construct_end()};
    k->bits = bit_length(n);
    k->field = n.len;
    snprintf(k->name, sizeof k->name, "RSA %u", k->bits);
    return from_params("RSA", ERR_LIB_RSA, params, &k->pkey, err);
}

/* RFC 5480, 2.1.1: of ECParameters only namedCurve; explicit parameters forge keys of known curves
 * (CVE-2020-0601). */
static sign_rc find_curve(sign_bytes params, const struct curve **out, sign_error *err) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, params, false);
    sign_bytes oid;
    if (der_peek(&c) == DER_SEQUENCE)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "public key: explicit curve parameters");
    if (!der_oid(&c, &oid) || !der_finish(&c))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: ECParameters: %s", parse.error);
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (oid_is(oid, curves[i].oid)) {
            *out = &curves[i];
            return SIGN_OK;
        }
    char dotted[128];
    const char *label = oid_label(oid_find(oid));
    if (label[0] == '\0')
        label = oid_to_text(oid, dotted, sizeof dotted) ? dotted : "?";
    return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "public key: curve %s", label);
}

/* SEC 1, 2.3.4: uncompressed or compressed; the point at infinity and the hybrid form have another first
 * octet or length. */
static bool point_form(sign_bytes point, size_t field) {
    if (point.len == 1 + 2 * field)
        return point.data[0] == 0x04;
    return point.len == 1 + field && (point.data[0] == 0x02 || point.data[0] == 0x03);
}

static sign_rc read_ec(struct crypto_pubkey *k, sign_bytes params, sign_bytes point, sign_error *err) {
    const struct curve *curve = NULL;
    sign_rc rc = find_curve(params, &curve, err);
    if (curve == NULL)
        return rc;
    k->kind = KEY_EC;
    k->bits = curve->bits;
    k->field = (curve->bits + 7) / 8;
    snprintf(k->name, sizeof k->name, "%s", curve->name);
    if (!point_form(point, k->field))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: malformed point of %s", curve->name);
    char group[16];
    uint8_t octets[1 + 2 * 66];
    snprintf(group, sizeof group, "%s", curve->group);
    memcpy(octets, point.data, point.len);
    OSSL_PARAM ec[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                       OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, octets, point.len),
                       OSSL_PARAM_construct_end()};
    return from_params("EC", ERR_LIB_EC, ec, &k->pkey, err);
}

/* ---- DSA ---------------------------------------------------------------------------------------------- */

struct dsa {
    sign_bytes p, q, g, y;
};

/* 1 < n < p - 1, p odd. 1 and p - 1 have an order of 1 and 2: with one of them for g or y everybody can sign.
 */
static bool in_group(sign_bytes n, sign_bytes p) {
    if (n.len != p.len)
        return n.len < p.len && (n.len > 1 || n.data[0] > 1);
    int order = memcmp(n.data, p.data, p.len - 1);
    return order < 0 || (order == 0 && n.data[n.len - 1] + 1 < p.data[p.len - 1]);
}

/*
 * FIPS 186-4, 4.2, and the ranges of SP 800-89, 5.3.1. That the order of g and y is q is not computed: who
 * makes a key of another order harms only what he signs himself, and the check would cost as much as a
 * verification for each certificate that a signature brings.
 */
static sign_rc check_dsa(const struct dsa *d, sign_error *err) {
    unsigned bits = d->p.len > LIMIT_DSA_BITS_MAX / 8 ? LIMIT_DSA_BITS_MAX + 1 : bit_length(d->p);
    if (bits < LIMIT_DSA_BITS_MIN || bits > LIMIT_DSA_BITS_MAX)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "public key: DSA p of %zu octets", d->p.len);
    unsigned order = d->q.len <= 32 ? bit_length(d->q) : 0;
    if (order != 160 && order != 224 && order != 256)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "public key: DSA q of %zu octets", d->q.len);
    if ((d->p.data[d->p.len - 1] & 1) == 0 || (d->q.data[d->q.len - 1] & 1) == 0)
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: DSA p or q is even");
    if (!in_group(d->g, d->p) || !in_group(d->y, d->p))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: DSA g or y is not between 1 and p - 1");
    return SIGN_OK;
}

static sign_rc make_dsa(struct crypto_pubkey *k, const struct dsa *d, sign_error *err) {
    uint8_t p[LIMIT_DSA_BITS_MAX / 8], q[32], g[LIMIT_DSA_BITS_MAX / 8], y[LIMIT_DSA_BITS_MAX / 8];
    native_order(d->p, p);
    native_order(d->q, q);
    native_order(d->g, g);
    native_order(d->y, y);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_FFC_P, p, d->p.len),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_FFC_Q, q, d->q.len),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_FFC_G, g, d->g.len),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PUB_KEY, y, d->y.len),
                           OSSL_PARAM_construct_end()};
    return from_params("DSA", ERR_LIB_DSA, params, &k->pkey, err);
}

/* Dss-Parms ::= SEQUENCE { p, q, g }; DSAPublicKey ::= INTEGER (RFC 3279, 2.3.2) */
static sign_rc read_dsa(struct crypto_pubkey *k, sign_bytes params, sign_bytes key, sign_error *err) {
    struct dsa d;
    struct der_parse parse;
    struct der_cursor top = der_open(&parse, params, false), c;
    if (params.len == 0)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED,
                    "public key: DSA parameters inherited from the issuer");
    if (!der_enter(&top, DER_SEQUENCE, &c) || !der_finish(&top) || !der_unsigned(&c, &d.p) ||
        !der_unsigned(&c, &d.q) || !der_unsigned(&c, &d.g) || !der_finish(&c))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: Dss-Parms: %s", parse.error);
    c = der_open(&parse, key, false);
    if (!der_unsigned(&c, &d.y) || !der_finish(&c))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: DSAPublicKey: %s", parse.error);
    sign_rc rc = check_dsa(&d, err);
    if (rc != SIGN_OK)
        return rc;
    k->kind = KEY_DSA;
    k->bits = bit_length(d.p);
    k->field = d.q.len;
    snprintf(k->name, sizeof k->name, "DSA %u", k->bits);
    return make_dsa(k, &d, err);
}

/* ---- all kinds ------------------------------------------------------------------------------------------
 */

static sign_rc read_kind(struct crypto_pubkey *k, sign_bytes oid, sign_bytes params, sign_bytes key,
                         sign_error *err) {
    static const uint8_t null[] = {DER_NULL, 0};
    enum oid id = oid_find(oid);
    if (id == OID_EC_PUBLIC_KEY)
        return read_ec(k, params, key, err);
    if (id == OID_DSA)
        return read_dsa(k, params, key, err);
    if (id == OID_RSA_ENCRYPTION) {
        k->kind = KEY_RSA;
        if (params.len != 0 && !bytes_equal(params, BYTES(null, sizeof null)))
            return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: rsaEncryption with parameters");
        return read_rsa(k, key, err);
    }
    if (id == OID_RSA_PSS) {
        k->kind = KEY_RSA_PSS;
        k->restricted = params.len != 0;
        if (k->restricted && !crypto_pss_read(params, &k->allowed))
            return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: malformed RSASSA-PSS-params");
        return read_rsa(k, key, err);
    }
    char dotted[128];
    bool text = oid_to_text(oid, dotted, sizeof dotted);
    return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "public key: algorithm %s",
                id != OID_NONE ? oid_label(id)
                : text         ? dotted
                               : "?");
}

struct spki {
    sign_bytes oid, params, key;
};

static sign_rc read_spki(sign_bytes raw, struct spki *out, sign_error *err) {
    struct der_parse parse;
    struct der_cursor top = der_open(&parse, raw, false), c;
    unsigned unused = 0;
    if (!der_enter(&top, DER_SEQUENCE, &c) || !der_finish(&top) ||
        !der_algorithm(&c, &out->oid, &out->params) || !der_bits(&c, &out->key, &unused) || !der_finish(&c))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "SubjectPublicKeyInfo: %s", parse.error);
    if (unused != 0 || out->key.len == 0)
        return fail(err, SIGN_E_FORMAT, MSG_DER, "SubjectPublicKeyInfo: not whole octets");
    return SIGN_OK;
}

static sign_rc make_key(const struct spki *spki, struct crypto_pubkey **out, sign_error *err) {
    AUTO(crypto_pubkey_ptr) k = calloc(1, sizeof *k);
    if (k == NULL)
        return fail_memory(err);
    k->count = 1;
    sign_rc rc = read_kind(k, spki->oid, spki->params, spki->key, err);
    if (rc == SIGN_OK)
        *out = TAKE(k);
    return rc;
}

sign_rc crypto_pubkey_read(sign_bytes spki, struct crypto_pubkey **out, sign_error *err) {
    struct spki own;
    sign_rc rc = read_spki(spki, &own, err);
    return rc == SIGN_OK ? make_key(&own, out, err) : rc;
}

bool crypto_pubkey_inherits(sign_bytes spki) {
    struct der_parse parse;
    struct der_cursor top = der_open(&parse, spki, false), c;
    sign_bytes oid, params;
    return der_enter(&top, DER_SEQUENCE, &c) && der_algorithm(&c, &oid, &params) && params.len == 0 &&
           oid_is(oid, OID_DSA);
}

sign_rc crypto_pubkey_inherit(sign_bytes spki, sign_bytes from, struct crypto_pubkey **out, sign_error *err) {
    struct spki own, other;
    sign_rc rc = read_spki(spki, &own, err);
    if (rc == SIGN_OK)
        rc = read_spki(from, &other, err);
    if (rc != SIGN_OK)
        return rc;
    if (!oid_is(own.oid, OID_DSA) || own.params.len != 0 || !oid_is(other.oid, OID_DSA))
        return fail(err, SIGN_E_FORMAT, MSG_DER, "public key: no DSA parameters to inherit");
    own.params = other.params;
    return make_key(&own, out, err);
}

struct crypto_pubkey *crypto_pubkey_keep(struct crypto_pubkey *k) {
    __atomic_add_fetch(&k->count, 1, __ATOMIC_RELAXED);
    return k;
}

void crypto_pubkey_free(struct crypto_pubkey **k) {
    if (k == NULL || *k == NULL)
        return;
    struct crypto_pubkey *key = TAKE(*k);
    if (__atomic_sub_fetch(&key->count, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

enum crypto_key_kind crypto_pubkey_kind(const struct crypto_pubkey *k) {
    return k->kind;
}

unsigned crypto_pubkey_bits(const struct crypto_pubkey *k) {
    return k->bits;
}

const char *crypto_pubkey_name(const struct crypto_pubkey *k) {
    return k->name;
}

size_t crypto_pubkey_field(const struct crypto_pubkey *k) {
    return k->field;
}

bool crypto_pubkey_fits(const struct crypto_pubkey *k, const struct crypto_sigalg *alg) {
    switch (k->kind) {
    case KEY_EC:
        return alg->scheme == SCHEME_ECDSA;
    case KEY_DSA:
        return alg->scheme == SCHEME_DSA;
    case KEY_RSA:
        return alg->scheme == SCHEME_RSA_PKCS1 || alg->scheme == SCHEME_RSA_PSS;
    case KEY_RSA_PSS:
        break;
    }
    if (alg->scheme != SCHEME_RSA_PSS)
        return false;
    /* RFC 4055, 3.3: the same hashes, and no shorter salt than the key's. */
    return !k->restricted ||
           (alg->digest == k->allowed.digest && alg->mgf == k->allowed.mgf && alg->salt >= k->allowed.salt);
}
