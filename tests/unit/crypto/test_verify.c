/* crypto_verify(): what OpenSSL signed verifies, and nothing that differs from it in one way does. */
#include "keys.h"
#include <openssl/err.h>

/* The signature holds; not after a changed bit in it or in the digest, a shorter or longer value, or none. */
static void check_bits(signing *f) {
    sign_bytes sig = BYTES(f->sig.data, f->sig.len);
    uint8_t longer[2048] = {0};
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), sig), SIGN_OK);
    f->digest[0] ^= 1;
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), sig), SIGN_FAILED);
    f->digest[0] ^= 1;
    f->sig.data[f->sig.len - 1] ^= 1;
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), sig), SIGN_FAILED);
    f->sig.data[f->sig.len - 1] ^= 1;
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), BYTES(sig.data, sig.len - 1)), SIGN_FAILED);
    memcpy(longer, sig.data, sig.len);
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), BYTES(longer, sig.len + 1)), SIGN_FAILED);
    memmove(longer + 1, longer, sig.len);
    longer[0] = 0;
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), BYTES(longer, sig.len + 1)), SIGN_FAILED,
                 "leading zero");
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), BYTES(longer, 0)), SIGN_FAILED);
    cr_assert_eq(signing_verify(f, &f->alg, signing_digest(f), sig), SIGN_OK,
                 "the kept context is not spoilt");
}

Test(verify, rsa_pkcs1) {
    static const enum crypto_digest digests[] = {DIGEST_MD5,      DIGEST_SHA1,     DIGEST_SHA224,
                                                 DIGEST_SHA256,   DIGEST_SHA384,   DIGEST_SHA512,
                                                 DIGEST_SHA3_256, DIGEST_SHA3_384, DIGEST_SHA3_512};
    AUTO(evp_key) key = make_rsa(2048);
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        EVP_PKEY_up_ref(key);
        AUTO(signing) f = signing_make(key, (struct crypto_sigalg){SCHEME_RSA_PKCS1, digests[i], 0, 0});
        check_bits(&f);
    }
}

Test(verify, rsa_pss_parameters_are_exact) {
    AUTO(signing)
    f = signing_make(make_rsa(2048),
                     (struct crypto_sigalg){SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA256, 32});
    sign_bytes sig = BYTES(f.sig.data, f.sig.len);
    check_bits(&f);
    struct crypto_sigalg other = f.alg;
    other.salt = 31;
    cr_assert_eq(signing_verify(&f, &other, signing_digest(&f), sig), SIGN_FAILED);
    other.salt = 33;
    cr_assert_eq(signing_verify(&f, &other, signing_digest(&f), sig), SIGN_FAILED);
    other.salt = 2048;
    cr_assert_eq(signing_verify(&f, &other, signing_digest(&f), sig), SIGN_FAILED, "longer than the modulus");
    other = f.alg;
    other.mgf = DIGEST_SHA1;
    cr_assert_eq(signing_verify(&f, &other, signing_digest(&f), sig), SIGN_FAILED);
    other = f.alg;
    other.digest = DIGEST_SHA3_256;
    cr_assert_eq(signing_verify(&f, &other, signing_digest(&f), sig), SIGN_FAILED);
    other = f.alg;
    other.scheme = SCHEME_RSA_PKCS1;
    cr_assert_eq(signing_verify(&f, &other, signing_digest(&f), sig), SIGN_FAILED);
}

Test(verify, rsa_pss_with_other_mask_and_sha3) {
    AUTO(signing)
    mixed =
        signing_make(make_rsa(2048), (struct crypto_sigalg){SCHEME_RSA_PSS, DIGEST_SHA384, DIGEST_SHA1, 0});
    check_bits(&mixed);
    AUTO(signing)
    sha3 = signing_make(make_rsa(2048),
                        (struct crypto_sigalg){SCHEME_RSA_PSS, DIGEST_SHA3_256, DIGEST_SHA3_256, 32});
    check_bits(&sha3);
}

Test(verify, ecdsa) {
    static const struct {
        const char *curve;
        enum crypto_digest digest;
    } rows[] = {{"P-256", DIGEST_SHA256}, {"P-384", DIGEST_SHA384},   {"P-521", DIGEST_SHA512},
                {"P-256", DIGEST_SHA512}, {"P-384", DIGEST_SHA3_384}, {"P-256", DIGEST_SHA1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(signing)
        f = signing_make(make_ec(rows[i].curve), (struct crypto_sigalg){SCHEME_ECDSA, rows[i].digest, 0, 0});
        check_bits(&f);
    }
}

Test(verify, ecdsa_forms) {
    AUTO(signing)
    f = signing_make(make_ec("P-256"), (struct crypto_sigalg){SCHEME_ECDSA, DIGEST_SHA256, 0, 0});
    AUTO(grow) raw = {0}, der = {0};
    sign_bytes sig = BYTES(f.sig.data, f.sig.len);
    cr_assert(crypto_ecdsa_to_raw(sig, 32, &raw) && raw.len == 64);
    cr_assert_eq(signing_verify(&f, &f.alg, signing_digest(&f), BYTES(raw.data, raw.len)), SIGN_FAILED,
                 "plain is not DER");
    cr_assert(crypto_ecdsa_to_der(BYTES(raw.data, raw.len), &der));
    cr_assert(bytes_equal(BYTES(der.data, der.len), sig));
    /* r = n, s = n: not in 1..n-1 though of the right size. */
    static const uint8_t n[32] = {0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,    0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                  0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    AUTO(grow) order = {0};
    memcpy(raw.data, n, 32);
    cr_assert(crypto_ecdsa_to_der(BYTES(raw.data, raw.len), &order));
    cr_assert_eq(signing_verify(&f, &f.alg, signing_digest(&f), BYTES(order.data, order.len)), SIGN_FAILED);
    cr_assert_eq(signing_verify(&f, &f.alg, signing_digest(&f), sig), SIGN_OK);
}

Test(verify, the_algorithm_must_fit_the_key) {
    AUTO(signing)
    ec = signing_make(make_ec("P-256"), (struct crypto_sigalg){SCHEME_ECDSA, DIGEST_SHA256, 0, 0});
    struct crypto_sigalg rsa = {SCHEME_RSA_PKCS1, DIGEST_SHA256, 0, 0};
    cr_assert_eq(signing_verify(&ec, &rsa, signing_digest(&ec), BYTES(ec.sig.data, ec.sig.len)), SIGN_FAILED);
    AUTO(signing) r = signing_make(make_rsa(2048), rsa);
    cr_assert_eq(signing_verify(&r, &ec.alg, signing_digest(&r), BYTES(r.sig.data, r.sig.len)), SIGN_FAILED);
    cr_assert_eq(signing_verify(&r, &rsa, signing_digest(&r), BYTES(r.sig.data, r.sig.len)), SIGN_OK);
}

Test(verify, digests_that_cannot_be) {
    AUTO(signing)
    f = signing_make(make_ec("P-256"), (struct crypto_sigalg){SCHEME_ECDSA, DIGEST_SHA256, 0, 0});
    sign_bytes sig = BYTES(f.sig.data, f.sig.len);
    struct crypto_sigalg none = f.alg;
    none.digest = DIGEST_NONE;
    cr_assert_eq(signing_verify(&f, &none, signing_digest(&f), sig), SIGN_E_UNSUPPORTED);
    cr_assert_eq(signing_verify(&f, &f.alg, BYTES(f.digest, 31), sig), SIGN_E_INTERNAL);
}

/* A padded block that we make ourselves and sign raw, so that only its form is at fault. */
static sign_rc verify_block(signing *f, const uint8_t *block, size_t len) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, f->key, NULL);
    unsigned char sig[256];
    size_t n = sizeof sig;
    cr_assert(EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1);
    cr_assert_eq(EVP_PKEY_sign(ctx, sig, &n, block, len), 1);
    EVP_PKEY_CTX_free(ctx);
    return signing_verify(f, &f->alg, signing_digest(f), BYTES(sig, n));
}

/* 00 01 FF.. 00 DigestInfo, with `garbage` octets behind it (RFC 8017, 9.2). */
static void pad(uint8_t block[256], sign_bytes info, sign_bytes digest, size_t garbage) {
    size_t tail = info.len + digest.len + garbage;
    memset(block, 0xff, 256);
    block[0] = 0;
    block[1] = 1;
    block[255 - tail] = 0;
    memcpy(block + 256 - tail, info.data, info.len);
    memcpy(block + 256 - tail + info.len, digest.data, digest.len);
}

Test(verify, padding_of_pkcs1_is_checked_to_the_octet) {
    static const uint8_t info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                   0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    static const uint8_t without_null[] = {0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
                                           0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20};
    AUTO(signing)
    f = signing_make(make_rsa(2048), (struct crypto_sigalg){SCHEME_RSA_PKCS1, DIGEST_SHA256, 0, 0});
    uint8_t block[256], other[sizeof info];
    pad(block, BYTES(info, sizeof info), signing_digest(&f), 0);
    cr_assert_eq(verify_block(&f, block, 256), SIGN_OK);
    block[10] = 0xfe;
    cr_assert_eq(verify_block(&f, block, 256), SIGN_FAILED, "padding that is not FF");
    pad(block, BYTES(info, sizeof info), signing_digest(&f), 0);
    block[1] = 2;
    cr_assert_eq(verify_block(&f, block, 256), SIGN_FAILED, "block type 2");
    pad(block, BYTES(info, sizeof info), signing_digest(&f), 8);
    cr_assert_eq(verify_block(&f, block, 256), SIGN_FAILED, "garbage behind the digest");
    pad(block, BYTES(without_null, sizeof without_null), signing_digest(&f), 0);
    cr_assert_eq(verify_block(&f, block, 256), SIGN_FAILED, "DigestInfo without NULL");
    memcpy(other, info, sizeof info);
    other[14] = 3;
    pad(block, BYTES(other, sizeof other), signing_digest(&f), 0);
    cr_assert_eq(verify_block(&f, block, 256), SIGN_FAILED, "OID of another digest");
    pad(block, BYTES(info, 0), signing_digest(&f), 0);
    cr_assert_eq(verify_block(&f, block, 256), SIGN_FAILED, "a digest without DigestInfo");
}

Test(verify, more_keys_than_are_kept) {
    enum { KEYS = 40 };
    AUTO(crypto_ptr) c = NULL;
    struct crypto_pubkey *keys[KEYS];
    sign_buf sigs[KEYS];
    uint8_t digest[DIGEST_MAX];
    struct crypto_sigalg alg = {SCHEME_ECDSA, DIGEST_SHA256, 0, 0};
    cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(c, DIGEST_SHA256, BYTES_STR("content"), digest, NULL), SIGN_OK);
    for (int i = 0; i < KEYS; i++) {
        AUTO(evp_key) key = make_ec("P-256");
        keys[i] = public_of(key);
        sigs[i] = sign_digest_with(key, &alg, BYTES(digest, 32));
    }
    for (int i = 0; i < 4 * KEYS; i++) {
        int a = i % KEYS, b = (i * 7 + 1) % KEYS;
        sign_rc rc =
            crypto_verify(c, keys[a], &alg, BYTES(digest, 32), BYTES(sigs[b].data, sigs[b].len), true, NULL);
        cr_assert_eq(rc, a == b ? SIGN_OK : SIGN_FAILED);
        rc = crypto_verify(c, keys[a], &alg, BYTES(digest, 32), BYTES(sigs[a].data, sigs[a].len), true, NULL);
        cr_assert_eq(rc, SIGN_OK);
    }
    for (int i = 0; i < KEYS; i++) {
        crypto_pubkey_free(&keys[i]); /* the kept contexts are owners of their own */
        sign_buf_free(&sigs[i]);
    }
}

Test(verify, the_callers_error_queue_stays) {
    AUTO(signing)
    f = signing_make(make_rsa(2048), (struct crypto_sigalg){SCHEME_RSA_PKCS1, DIGEST_SHA256, 0, 0});
    ERR_raise(ERR_LIB_USER, ERR_R_PASSED_NULL_PARAMETER);
    unsigned long mine = ERR_peek_last_error();
    f.sig.data[100] ^= 1;
    sign_bytes sig = BYTES(f.sig.data, f.sig.len);
    cr_assert_eq(crypto_verify(f.c, f.public, &f.alg, signing_digest(&f), sig, true, NULL), SIGN_FAILED);
    cr_assert_eq(ERR_peek_last_error(), mine);
    cr_assert_eq(ERR_get_error(), mine);
    cr_assert_eq(ERR_peek_error(), 0UL);
}
