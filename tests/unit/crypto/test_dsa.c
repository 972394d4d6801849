/* DSA: keys that are read and refused, values that hold and those that only look like them (FIPS 186-4, 4;
 * RFC 3279, 2.2.2 and 2.3.2). */
#include "keys.h"
#include "support/hex.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <stdlib.h>

/* The numbers of a key, as octets. */
struct numbers {
    sign_buf p, q, g, y;
};
typedef struct numbers numbers;
static void numbers_free(numbers *n) {
    sign_buf_free(&n->p);
    sign_buf_free(&n->q);
    sign_buf_free(&n->g);
    sign_buf_free(&n->y);
}
CLEANUP(numbers, numbers_free);

static sign_buf number(EVP_PKEY *key, const char *name) {
    BIGNUM *bn = NULL;
    cr_assert_eq(EVP_PKEY_get_bn_param(key, name, &bn), 1);
    sign_buf out = {malloc((size_t)BN_num_bytes(bn)), (size_t)BN_num_bytes(bn)};
    BN_bn2bin(bn, out.data);
    BN_free(bn);
    return out;
}

static numbers numbers_of(EVP_PKEY *key) {
    return (numbers){number(key, OSSL_PKEY_PARAM_FFC_P), number(key, OSSL_PKEY_PARAM_FFC_Q),
                     number(key, OSSL_PKEY_PARAM_FFC_G), number(key, OSSL_PKEY_PARAM_PUB_KEY)};
}

static sign_bytes view(const sign_buf *b) {
    return BYTES(b->data, b->len);
}

/* SubjectPublicKeyInfo of these numbers. */
static sign_rc read_numbers(sign_bytes p, sign_bytes q, sign_bytes g, sign_bytes y,
                            struct crypto_pubkey **out, sign_error *err) {
    AUTO(der_builder) key = {0}, b = {0};
    AUTO(sign_buf) inner = {0}, spki = {0};
    der_put_unsigned(&key, y);
    cr_assert_eq(der_builder_take(&key, &inner, NULL), SIGN_OK);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_DSA);
    der_begin(&b, DER_SEQUENCE);
    der_put_unsigned(&b, p);
    der_put_unsigned(&b, q);
    der_put_unsigned(&b, g);
    der_end(&b);
    der_end(&b);
    der_put_bits(&b, view(&inner));
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &spki, NULL), SIGN_OK);
    sign_rc rc = crypto_pubkey_read(view(&spki), out, err);
    cr_assert_eq(ERR_peek_error(), 0UL);
    return rc;
}

static sign_rc try_numbers(sign_bytes p, sign_bytes q, sign_bytes g, sign_bytes y) {
    AUTO(crypto_pubkey_ptr) k = NULL;
    sign_rc rc = read_numbers(p, q, g, y, &k, NULL);
    cr_assert_eq(k != NULL, rc == SIGN_OK);
    return rc;
}

/* A DER value of r and s, whatever they are. */
static sign_buf value_of(sign_bytes r, sign_bytes s) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_unsigned(&b, r);
    der_put_unsigned(&b, s);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

Test(dsa, keys_are_told_by_kind_size_and_field) {
    AUTO(evp_key) key = make_dsa(1024, 160);
    AUTO(crypto_pubkey_ptr) k = public_of(key);
    cr_assert_eq(crypto_pubkey_kind(k), KEY_DSA);
    cr_assert_eq(crypto_pubkey_bits(k), 1024u);
    cr_assert_eq(crypto_pubkey_field(k), 20u);
    cr_assert_str_eq(crypto_pubkey_name(k), "DSA 1024");
    cr_assert(crypto_pubkey_fits(k, &(struct crypto_sigalg){SCHEME_DSA, DIGEST_SHA1, 0, 0}));
    cr_assert(!crypto_pubkey_fits(k, &(struct crypto_sigalg){SCHEME_ECDSA, DIGEST_SHA1, 0, 0}));
    cr_assert(!crypto_pubkey_fits(k, &(struct crypto_sigalg){SCHEME_RSA_PKCS1, DIGEST_SHA1, 0, 0}));
    cr_assert(!crypto_pubkey_fits(k, &(struct crypto_sigalg){SCHEME_RSA_PSS, DIGEST_SHA1, DIGEST_SHA1, 20}));
}

/* 1 < g, y < p - 1; q of 160, 224 or 256 bits; p of 1024 to 3072. */
Test(dsa, numbers_out_of_range_are_no_key) {
    static const uint8_t one[] = {1}, two[] = {2}, zero[] = {0};
    AUTO(evp_key) key = make_dsa(1024, 160);
    AUTO(numbers) n = numbers_of(key);
    sign_bytes p = view(&n.p), q = view(&n.q), g = view(&n.g), y = view(&n.y);
    uint8_t below[128], above[128], longer[385] = {0x80}, even[128], q_longer[33] = {1};
    memcpy(below, p.data, 128);
    below[127] = (uint8_t)(below[127] - 1); /* p is odd */
    memset(above, 0xff, sizeof above);
    memcpy(even, below, 128);
    longer[384] = q_longer[32] = 1;
    cr_assert_eq(try_numbers(p, q, g, y), SIGN_OK);
    cr_assert_eq(try_numbers(p, q, g, BYTES(two, 1)), SIGN_OK);
    cr_assert_eq(try_numbers(p, q, g, BYTES(zero, 1)), SIGN_E_FORMAT, "y = 0");
    cr_assert_eq(try_numbers(p, q, g, BYTES(one, 1)), SIGN_E_FORMAT, "y = 1");
    cr_assert_eq(try_numbers(p, q, g, BYTES(below, 128)), SIGN_E_FORMAT, "y = p - 1");
    cr_assert_eq(try_numbers(p, q, g, p), SIGN_E_FORMAT, "y = p");
    cr_assert_eq(try_numbers(p, q, g, BYTES(above, 128)), SIGN_E_FORMAT, "y > p");
    cr_assert_eq(try_numbers(p, q, g, BYTES(longer, 129)), SIGN_E_FORMAT, "y longer than p");
    cr_assert_eq(try_numbers(p, q, BYTES(zero, 1), y), SIGN_E_FORMAT, "g = 0");
    cr_assert_eq(try_numbers(p, q, BYTES(one, 1), y), SIGN_E_FORMAT, "g = 1");
    cr_assert_eq(try_numbers(p, q, BYTES(below, 128), y), SIGN_E_FORMAT, "g = p - 1");
    cr_assert_eq(try_numbers(p, q, p, y), SIGN_E_FORMAT, "g = p");
    cr_assert_eq(try_numbers(BYTES(even, 128), q, g, BYTES(two, 1)), SIGN_E_FORMAT, "p even");
    cr_assert_eq(try_numbers(BYTES(p.data, 127), q, BYTES(two, 1), BYTES(two, 1)), SIGN_E_LIMIT, "p short");
    cr_assert_eq(try_numbers(BYTES(longer, 385), q, BYTES(two, 1), BYTES(two, 1)), SIGN_E_LIMIT, "p long");
    cr_assert_eq(try_numbers(p, BYTES(q.data, 19), g, y), SIGN_E_UNSUPPORTED, "q of 152 bits");
    cr_assert_eq(try_numbers(p, BYTES(q_longer, 33), g, y), SIGN_E_UNSUPPORTED, "q of 257 bits");
    cr_assert_eq(try_numbers(p, BYTES(two, 1), g, y), SIGN_E_UNSUPPORTED, "q = 2");
    n.q.data[19] ^= 1;
    cr_assert_eq(try_numbers(p, q, g, y), SIGN_E_FORMAT, "q even");
}

/* p - 2 is the last number that is let through, whatever octet p ends in. */
Test(dsa, the_edge_below_p) {
    AUTO(evp_key) key = make_dsa(1024, 160);
    AUTO(numbers) n = numbers_of(key);
    uint8_t y[128];
    memcpy(y, n.p.data, 128);
    for (size_t i = 127, take = 2; take > 0; i--) {
        size_t was = y[i];
        y[i] = (uint8_t)(was - take);
        take = was < take ? 1 : 0;
    }
    cr_assert_eq(try_numbers(view(&n.p), view(&n.q), view(&n.g), BYTES(y, 128)), SIGN_OK);
}

Test(dsa, parameters_must_be_there) {
    static const struct {
        const char *params, *key, *says;
        sign_rc rc;
    } rows[] = {{"", "020102", "inherited", SIGN_E_UNSUPPORTED},
                {"0500", "020102", "Dss-Parms", SIGN_E_FORMAT},
                {"3006 020103 020103", "020102", "Dss-Parms", SIGN_E_FORMAT},
                {"3009 0201fd 020103 020102", "020102", "Dss-Parms", SIGN_E_FORMAT},
                {"3009 020103 020103 020102", "020102", "octets", SIGN_E_LIMIT},
                {"3009 020103 020103 020102", "020102 00", "DSAPublicKey", SIGN_E_FORMAT},
                {"3009 020103 020103 020102", "3003020102", "DSAPublicKey", SIGN_E_FORMAT},
                {"300c 020103 020103 020102 020101", "020102", "Dss-Parms", SIGN_E_FORMAT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) params = {0}, key = {0};
        AUTO(der_builder) b = {0};
        AUTO(sign_buf) spki = {0};
        AUTO(crypto_pubkey_ptr) k = NULL;
        sign_error err = {0};
        der_begin(&b, DER_SEQUENCE);
        der_begin(&b, DER_SEQUENCE);
        der_put_oid(&b, OID_DSA);
        der_put_raw(&b, hex(rows[i].params, &params));
        der_end(&b);
        der_put_bits(&b, hex(rows[i].key, &key));
        der_end(&b);
        cr_assert_eq(der_builder_take(&b, &spki, NULL), SIGN_OK);
        cr_assert_eq(crypto_pubkey_read(view(&spki), &k, &err), rows[i].rc, "row %zu: %s", i, err.text);
        cr_assert(strstr(err.text, rows[i].says) != NULL, "row %zu: %s", i, err.text);
    }
}

static signing make(EVP_PKEY *key, enum crypto_digest d) {
    return signing_make(key, (struct crypto_sigalg){SCHEME_DSA, d, 0, 0});
}

static sign_rc verify(const signing *s, sign_bytes sig) {
    return signing_verify(s, &s->alg, signing_digest(s), sig);
}

/* Digests as long as q, shorter, and longer, of which the leftmost bits count (FIPS 186-4, 4.6). */
Test(dsa, what_openssl_signs_holds) {
    static const struct {
        int p, q;
        enum crypto_digest digest;
    } rows[] = {{1024, 160, DIGEST_SHA1},
                {1024, 160, DIGEST_SHA256},
                {2048, 224, DIGEST_SHA224},
                {2048, 256, DIGEST_SHA256},
                {2048, 256, DIGEST_SHA1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(signing) s = make(make_dsa(rows[i].p, rows[i].q), rows[i].digest);
        cr_assert_eq(verify(&s, view(&s.sig)), SIGN_OK, "row %zu", i);
        s.digest[0] ^= 1;
        cr_assert_eq(verify(&s, view(&s.sig)), SIGN_FAILED, "row %zu", i);
        s.digest[0] ^= 1;
        s.sig.data[s.sig.len - 1] ^= 1;
        cr_assert_eq(verify(&s, view(&s.sig)), SIGN_FAILED, "row %zu", i);
    }
}

Test(dsa, another_key_does_not_verify) {
    AUTO(signing) a = make(make_dsa(1024, 160), DIGEST_SHA1);
    AUTO(signing) b = make(make_dsa(1024, 160), DIGEST_SHA1);
    cr_assert_eq(verify(&a, view(&b.sig)), SIGN_FAILED);
    cr_assert_eq(verify(&b, view(&a.sig)), SIGN_FAILED);
    AUTO(evp_key) rsa = make_rsa(2048);
    crypto_pubkey_free(&a.public);
    a.public = public_of(rsa);
    cr_assert_eq(verify(&a, view(&a.sig)), SIGN_FAILED, "a key of another kind");
}

/* r and s in 1..q-1: the values that a check of the equation alone could let through. */
Test(dsa, r_and_s_out_of_range) {
    static const uint8_t zero[] = {0}, one[] = {1};
    AUTO(signing) s = make(make_dsa(1024, 160), DIGEST_SHA1);
    AUTO(numbers) n = numbers_of(s.key);
    AUTO(grow) raw = {0};
    cr_assert(crypto_ecdsa_to_raw(view(&s.sig), 20, &raw) && raw.len == 40);
    sign_bytes r = BYTES(raw.data, 20), good = BYTES(raw.data + 20, 20), q = view(&n.q);
    BIGNUM *sum = BN_bin2bn(good.data, 20, NULL), *order = BN_bin2bn(q.data, 20, NULL);
    uint8_t wrapped[21];
    cr_assert(BN_add(sum, sum, order) == 1 && BN_bn2binpad(sum, wrapped, 21) == 21);
    BN_free(sum);
    BN_free(order);
    const struct {
        const char *name;
        sign_bytes r, s;
    } rows[] = {{"r = 0", BYTES(zero, 1), good},
                {"s = 0", r, BYTES(zero, 1)},
                {"both 0", BYTES(zero, 1), BYTES(zero, 1)},
                {"r = 1, s = 0", BYTES(one, 1), BYTES(zero, 1)},
                {"r = q", q, good},
                {"s = q", r, q},
                {"both q", q, q},
                {"s + q", r, BYTES(wrapped, 21)},
                {"r = p", view(&n.p), good},
                {"both 1", BYTES(one, 1), BYTES(one, 1)},
                {"exchanged", good, r}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(sign_buf) value = value_of(rows[i].r, rows[i].s);
        cr_assert_eq(verify(&s, view(&value)), SIGN_FAILED, "%s", rows[i].name);
    }
    AUTO(sign_buf) same = value_of(r, good);
    cr_assert_eq(verify(&s, view(&same)), SIGN_OK);
}

/* Dss-Sig-Value is DER and nothing else: one signature has one value. */
Test(dsa, values_that_are_not_der) {
    AUTO(signing) s = make(make_dsa(1024, 160), DIGEST_SHA1);
    AUTO(grow) raw = {0};
    cr_assert(crypto_ecdsa_to_raw(view(&s.sig), 20, &raw));
    cr_assert_eq(verify(&s, BYTES(raw.data, raw.len)), SIGN_FAILED, "r||s");
    uint8_t other[128];
    size_t n = s.sig.len;
    cr_assert_eq(verify(&s, BYTES(s.sig.data, 0)), SIGN_FAILED, "nothing");
    cr_assert_eq(verify(&s, BYTES(s.sig.data, n - 1)), SIGN_FAILED, "an octet less");
    memcpy(other, s.sig.data, n);
    other[n] = 0;
    cr_assert_eq(verify(&s, BYTES(other, n + 1)), SIGN_FAILED, "an octet more");
    other[1] = (uint8_t)(other[1] + 1);
    cr_assert_eq(verify(&s, BYTES(other, n + 1)), SIGN_FAILED, "an octet more inside");
    memcpy(other, s.sig.data, n);
    other[0] = 0x31;
    cr_assert_eq(verify(&s, BYTES(other, n)), SIGN_FAILED, "a SET");
    other[0] = 0x30;
    other[1] = 0x81;
    other[2] = s.sig.data[1];
    memcpy(other + 3, s.sig.data + 2, n - 2);
    cr_assert_eq(verify(&s, BYTES(other, n + 1)), SIGN_FAILED, "a long length");
    other[1] = 0x80;
    memcpy(other + 2, s.sig.data + 2, n - 2);
    other[n] = other[n + 1] = 0;
    cr_assert_eq(verify(&s, BYTES(other, n + 2)), SIGN_FAILED, "an indefinite length");
    memcpy(other, s.sig.data, n);
    memmove(other + 5, other + 4, n - 4);
    other[1] = (uint8_t)(other[1] + 1);
    other[3] = (uint8_t)(other[3] + 1);
    other[4] = 0;
    cr_assert_eq(verify(&s, BYTES(other, n + 1)), SIGN_FAILED, "r with an octet too many");
    cr_assert_eq(verify(&s, view(&s.sig)), SIGN_OK);
}
