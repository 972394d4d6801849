/* SubjectPublicKeyInfo: what is read, and what is refused before any arithmetic. */
#include "keys.h"
#include "support/hex.h"
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <stdlib.h>

static sign_rc read_buf(const sign_buf *b, struct crypto_pubkey **out, sign_error *err) {
    return crypto_pubkey_read(BYTES(b->data, b->len), out, err);
}

/* An SPKI with an RSAPublicKey of the given numbers. */
static sign_buf rsa_spki(enum oid id, sign_bytes params, sign_bytes n, sign_bytes e) {
    AUTO(der_builder) key = {0}, b = {0};
    AUTO(sign_buf) inner = {0};
    sign_buf out = {0};
    der_begin(&key, DER_SEQUENCE);
    der_put_unsigned(&key, n);
    der_put_unsigned(&key, e);
    der_end(&key);
    cr_assert_eq(der_builder_take(&key, &inner, NULL), SIGN_OK);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, id);
    der_put_raw(&b, params);
    der_end(&b);
    der_put_bits(&b, BYTES(inner.data, inner.len));
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

/* An odd modulus of `bits`; nothing here needs its factors. */
static sign_buf modulus(size_t bits) {
    size_t n = (bits + 7) / 8;
    sign_buf out = {malloc(n), n};
    memset(out.data, 0xa5, n);
    out.data[0] = (uint8_t)(1u << ((bits - 1) % 8));
    return out;
}

static sign_rc try_rsa(size_t bits, const char *exponent, sign_error *err) {
    AUTO(grow) room = {0};
    AUTO(sign_buf) n = modulus(bits);
    AUTO(sign_buf)
    spki = rsa_spki(OID_RSA_ENCRYPTION, BYTES("\5\0", 2), BYTES(n.data, n.len), hex(exponent, &room));
    AUTO(crypto_pubkey_ptr) k = NULL;
    sign_rc rc = read_buf(&spki, &k, err);
    cr_assert_eq(k != NULL, rc == SIGN_OK);
    cr_assert(rc != SIGN_OK || crypto_pubkey_bits(k) == bits);
    cr_assert_eq(ERR_peek_error(), 0UL);
    return rc;
}

Test(pubkey, rsa_sizes_and_exponents) {
    static const struct {
        size_t bits;
        const char *exponent;
        sign_rc rc;
    } rows[] = {{2048, "010001", SIGN_OK},
                {2047, "010001", SIGN_OK},
                {1024, "03", SIGN_OK},
                {1023, "010001", SIGN_E_LIMIT},
                {512, "010001", SIGN_E_LIMIT},
                {16384, "010001", SIGN_OK},
                {16385, "010001", SIGN_E_LIMIT},
                {2048, "01", SIGN_E_FORMAT},
                {2048, "02", SIGN_E_FORMAT},
                {2048, "010000", SIGN_E_FORMAT},
                {2048, "ffffffffffffffff", SIGN_OK},
                {2048, "010000000000000001", SIGN_E_LIMIT},
                {2048, "00", SIGN_E_FORMAT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_error err = {0};
        cr_assert_eq(try_rsa(rows[i].bits, rows[i].exponent, &err), rows[i].rc, "row %zu: %s", i, err.text);
    }
}

Test(pubkey, rsa_of_openssl) {
    AUTO(evp_key) key = make_rsa(2048);
    AUTO(crypto_pubkey_ptr) k = public_of(key);
    cr_assert_eq(crypto_pubkey_kind(k), KEY_RSA);
    cr_assert_eq(crypto_pubkey_bits(k), 2048);
    cr_assert_eq(crypto_pubkey_field(k), 256);
    cr_assert_str_eq(crypto_pubkey_name(k), "RSA 2048");
}

Test(pubkey, rsa_malformed) {
    AUTO(sign_buf) n = modulus(2048);
    sign_bytes nv = BYTES(n.data, n.len), e = BYTES("\3", 1);
    struct crypto_pubkey *k = NULL;
    AUTO(sign_buf) params = rsa_spki(OID_RSA_ENCRYPTION, BYTES("\x30\0", 2), nv, e);
    cr_assert_eq(read_buf(&params, &k, NULL), SIGN_E_FORMAT, "rsaEncryption takes NULL");
    AUTO(sign_buf) absent = rsa_spki(OID_RSA_ENCRYPTION, (sign_bytes){0}, nv, e);
    AUTO(crypto_pubkey_ptr) good = NULL;
    cr_assert_eq(read_buf(&absent, &good, NULL), SIGN_OK);
    n.data[n.len - 1] &= 0xfe;
    AUTO(sign_buf) even = rsa_spki(OID_RSA_ENCRYPTION, BYTES("\5\0", 2), nv, e);
    cr_assert_eq(read_buf(&even, &k, NULL), SIGN_E_FORMAT, "even modulus");
    AUTO(sign_buf) other = rsa_spki(OID_ED25519, (sign_bytes){0}, nv, e);
    sign_error err = {0};
    cr_assert_eq(read_buf(&other, &k, &err), SIGN_E_UNSUPPORTED);
    cr_assert(strstr(err.text, "Ed25519") != NULL, "%s", err.text);
    cr_assert_eq(crypto_pubkey_read(BYTES(absent.data, absent.len - 1), &k, NULL), SIGN_E_FORMAT);
    cr_assert_eq(crypto_pubkey_read((sign_bytes){0}, &k, NULL), SIGN_E_FORMAT);
    cr_assert(k == NULL);
}

static struct crypto_pubkey *pss_key(const char *params) {
    AUTO(grow) room = {0};
    AUTO(sign_buf) n = modulus(2048);
    AUTO(sign_buf) spki = rsa_spki(OID_RSA_PSS, hex(params, &room), BYTES(n.data, n.len), BYTES("\3", 1));
    struct crypto_pubkey *k = NULL;
    sign_rc rc = read_buf(&spki, &k, NULL);
    cr_assert(rc == SIGN_OK || rc == SIGN_E_FORMAT);
    return k;
}

Test(pubkey, pss_keys_restrict_their_algorithm) {
    struct crypto_sigalg sha1 = {SCHEME_RSA_PSS, DIGEST_SHA1, DIGEST_SHA1, 20}, longer = sha1, shorter = sha1;
    struct crypto_sigalg sha256 = {SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA256, 32}, mgf = sha1;
    struct crypto_sigalg pkcs1 = {SCHEME_RSA_PKCS1, DIGEST_SHA1, 0, 0};
    longer.salt = 21;
    shorter.salt = 19;
    mgf.mgf = DIGEST_SHA256;
    AUTO(crypto_pubkey_ptr) free_key = pss_key("");
    cr_assert_eq(crypto_pubkey_kind(free_key), KEY_RSA_PSS);
    cr_assert(crypto_pubkey_fits(free_key, &sha1) && crypto_pubkey_fits(free_key, &sha256));
    cr_assert(!crypto_pubkey_fits(free_key, &pkcs1));
    AUTO(crypto_pubkey_ptr) bound = pss_key("3000");
    cr_assert(crypto_pubkey_fits(bound, &sha1) && crypto_pubkey_fits(bound, &longer));
    cr_assert(!crypto_pubkey_fits(bound, &shorter));
    cr_assert(!crypto_pubkey_fits(bound, &mgf));
    cr_assert(!crypto_pubkey_fits(bound, &sha256));
    cr_assert(pss_key("0500") == NULL, "NULL is no RSASSA-PSS-params");
}

/* The SPKI of a curve and a point. */
static sign_buf ec_spki(sign_bytes params, sign_bytes point) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_EC_PUBLIC_KEY);
    der_put_raw(&b, params);
    der_end(&b);
    der_put_bits(&b, point);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

Test(pubkey, curves) {
    static const struct {
        const char *curve, *name;
        unsigned bits;
        size_t field;
    } rows[] = {
        {"P-256", "EC P-256", 256, 32}, {"P-384", "EC P-384", 384, 48}, {"P-521", "EC P-521", 521, 66}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(evp_key) key = make_ec(rows[i].curve);
        AUTO(crypto_pubkey_ptr) k = public_of(key);
        cr_assert_eq(crypto_pubkey_kind(k), KEY_EC);
        cr_assert_eq(crypto_pubkey_bits(k), rows[i].bits);
        cr_assert_eq(crypto_pubkey_field(k), rows[i].field);
        cr_assert_str_eq(crypto_pubkey_name(k), rows[i].name);
    }
}

Test(pubkey, other_curves_are_named) {
    static const char *const names[] = {"secp224r1", "brainpoolP256r1", "secp256k1"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        AUTO(evp_key) key = make_ec(names[i]);
        AUTO(sign_buf) spki = spki_of(key);
        struct crypto_pubkey *k = NULL;
        sign_error err = {0};
        cr_assert_eq(read_buf(&spki, &k, &err), SIGN_E_UNSUPPORTED);
        cr_assert(strstr(err.text, i == 0 ? "P-224" : names[i]) != NULL, "%s", err.text);
    }
}

Test(pubkey, explicit_parameters_are_refused) {
    AUTO(evp_key) key = make_ec("P-256");
    cr_assert_eq(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"), 1);
    AUTO(sign_buf) spki = spki_of(key);
    struct crypto_pubkey *k = NULL;
    sign_error err = {0};
    cr_assert_eq(read_buf(&spki, &k, &err), SIGN_E_UNSUPPORTED);
    cr_assert(strstr(err.text, "explicit") != NULL, "%s", err.text);
}

Test(pubkey, points) {
    AUTO(evp_key) key = make_ec("P-256");
    uint8_t point[65];
    size_t len = 0;
    cr_assert_eq(
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof point, &len),
        1);
    cr_assert_eq(len, 65);
    uint8_t curve[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
    uint8_t off[65], compressed[33], hybrid[65], infinity[1] = {0};
    memcpy(off, point, 65);
    off[64] ^= 1;
    memcpy(hybrid, point, 65);
    hybrid[0] = (uint8_t)(6 | (point[64] & 1));
    memcpy(compressed, point, 33);
    compressed[0] = (uint8_t)(2 | (point[64] & 1));
    const struct {
        sign_bytes point;
        sign_rc rc;
    } rows[] = {{BYTES(point, 65), SIGN_OK},         {BYTES(compressed, 33), SIGN_OK},
                {BYTES(off, 65), SIGN_E_FORMAT},     {BYTES(hybrid, 65), SIGN_E_FORMAT},
                {BYTES(infinity, 1), SIGN_E_FORMAT}, {BYTES(point, 64), SIGN_E_FORMAT},
                {BYTES(point, 0), SIGN_E_FORMAT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(sign_buf) spki = ec_spki(BYTES(curve, sizeof curve), rows[i].point);
        AUTO(crypto_pubkey_ptr) k = NULL;
        cr_assert_eq(read_buf(&spki, &k, NULL), rows[i].rc, "row %zu", i);
        cr_assert_eq(ERR_peek_error(), 0UL, "nothing is left in the queue");
    }
    int refused = 0;
    for (int i = 0; i < 64; i++) { /* about half of all x have no point */
        compressed[32] = (uint8_t)i;
        AUTO(sign_buf) spki = ec_spki(BYTES(curve, sizeof curve), BYTES(compressed, 33));
        AUTO(crypto_pubkey_ptr) k = NULL;
        sign_rc rc = read_buf(&spki, &k, NULL);
        cr_assert(rc == SIGN_OK || rc == SIGN_E_FORMAT, "%d", rc);
        refused += rc != SIGN_OK;
    }
    cr_assert(refused > 0 && refused < 64, "%d", refused);
    memset(compressed + 1, 0xff, 32);
    AUTO(sign_buf) beyond = ec_spki(BYTES(curve, sizeof curve), BYTES(compressed, 33));
    struct crypto_pubkey *none = NULL;
    cr_assert_eq(read_buf(&beyond, &none, NULL), SIGN_E_FORMAT, "x above the field");
    AUTO(sign_buf) implicit = ec_spki(BYTES("\5\0", 2), BYTES(point, 65));
    struct crypto_pubkey *k = NULL;
    cr_assert_eq(read_buf(&implicit, &k, NULL), SIGN_E_FORMAT, "implicitCurve");
}

Test(pubkey, owners_are_counted) {
    AUTO(evp_key) key = make_ec("P-256");
    struct crypto_pubkey *a = public_of(key), *b = crypto_pubkey_keep(a);
    cr_assert_eq(a, b);
    crypto_pubkey_free(&a);
    cr_assert(a == NULL);
    cr_assert_str_eq(crypto_pubkey_name(b), "EC P-256");
    crypto_pubkey_free(&b);
    crypto_pubkey_free(&b);
    crypto_pubkey_free(NULL);
}

Test(pubkey, the_callers_error_queue_stays) {
    AUTO(sign_buf) n = modulus(2048);
    AUTO(sign_buf) off = ec_spki(BYTES("\x06\x08\x2a\x86\x48\xce\x3d\3\1\7", 10), BYTES(n.data, 65));
    struct crypto_pubkey *k = NULL;
    ERR_raise(ERR_LIB_USER, ERR_R_PASSED_NULL_PARAMETER);
    unsigned long mine = ERR_peek_last_error();
    off.data[off.len - 65] = 4;
    cr_assert_eq(read_buf(&off, &k, NULL), SIGN_E_FORMAT);
    cr_assert_eq(ERR_peek_last_error(), mine);
    ERR_clear_error();
}
