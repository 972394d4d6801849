/* keys.h - keys and signatures made by OpenSSL itself, which our own reading and verifying is held against.
 */
#ifndef UNIT_CRYPTO_KEYS_H
#define UNIT_CRYPTO_KEYS_H

#include "crypto/crypto.h"
#include <criterion/criterion.h>
#include <openssl/dsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

typedef EVP_PKEY *evp_key;
static inline void evp_key_free(evp_key *k) {
    EVP_PKEY_free(*k);
}
CLEANUP(evp_key, evp_key_free);

static inline sign_buf spki_of(EVP_PKEY *key) {
    sign_buf out = {0};
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(key, &der);
    cr_assert(n > 0);
    cr_assert_eq(buf_copy(BYTES(der, (size_t)n), &out, NULL), SIGN_OK);
    OPENSSL_free(der);
    return out;
}

static inline struct crypto_pubkey *public_of(EVP_PKEY *key) {
    AUTO(sign_buf) spki = spki_of(key);
    struct crypto_pubkey *out = NULL;
    sign_error err = {0};
    cr_assert_eq(crypto_pubkey_read(BYTES(spki.data, spki.len), &out, &err), SIGN_OK, "%s", err.text);
    return out;
}

static inline EVP_PKEY *make_rsa(unsigned bits) {
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
    cr_assert(key != NULL);
    return key;
}

static inline EVP_PKEY *make_ec(const char *curve) {
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
    cr_assert(key != NULL);
    return key;
}

/* A key with new parameters: p and q of so many bits. */
static inline EVP_PKEY *make_dsa(int p_bits, int q_bits) {
    EVP_PKEY *params = NULL, *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    cr_assert(ctx != NULL && EVP_PKEY_paramgen_init(ctx) == 1);
    cr_assert_eq(EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, p_bits), 1);
    cr_assert_eq(EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, q_bits), 1);
    cr_assert_eq(EVP_PKEY_paramgen(ctx, &params), 1);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
    cr_assert(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &key) == 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(params);
    return key;
}

/* Signs a digest the way `alg` says. */
static inline sign_buf sign_digest_with(EVP_PKEY *key, const struct crypto_sigalg *alg, sign_bytes digest) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    const EVP_MD *md = EVP_get_digestbyname(crypto_digest_row(alg->digest)->name);
    cr_assert(ctx != NULL && EVP_PKEY_sign_init(ctx) == 1);
    if (alg->scheme == SCHEME_RSA_PSS) {
        cr_assert_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
        cr_assert_eq(EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, crypto_digest_row(alg->mgf)->name, NULL), 1);
        cr_assert_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)alg->salt), 1);
    }
    if (md == NULL)
        md = EVP_MD_fetch(NULL, crypto_digest_row(alg->digest)->name, NULL);
    cr_assert_eq(EVP_PKEY_CTX_set_signature_md(ctx, md), 1);
    unsigned char sig[2048];
    size_t len = sizeof sig;
    cr_assert_eq(EVP_PKEY_sign(ctx, sig, &len, digest.data, digest.len), 1);
    EVP_PKEY_CTX_free(ctx);
    sign_buf out = {0};
    cr_assert_eq(buf_copy(BYTES(sig, len), &out, NULL), SIGN_OK);
    return out;
}

/* A key and what it signed: the digest of "content". */
struct signing {
    struct crypto *c;
    EVP_PKEY *key;
    struct crypto_pubkey *public;
    struct crypto_sigalg alg;
    uint8_t digest[DIGEST_MAX];
    sign_buf sig;
};
typedef struct signing signing;

static inline void signing_free(signing *s) {
    crypto_free(&s->c);
    EVP_PKEY_free(s->key);
    crypto_pubkey_free(&s->public);
    sign_buf_free(&s->sig);
}
CLEANUP(signing, signing_free);

static inline sign_bytes signing_digest(const signing *s) {
    return BYTES(s->digest, crypto_digest_row(s->alg.digest)->size);
}

/* The key is the signing's from here on. */
static inline signing signing_make(EVP_PKEY *key, struct crypto_sigalg alg) {
    signing s = {.key = key, .public = public_of(key), .alg = alg};
    cr_assert_eq(crypto_new(&s.c, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(s.c, alg.digest, BYTES_STR("content"), s.digest, NULL), SIGN_OK);
    s.sig = sign_digest_with(key, &alg, signing_digest(&s));
    return s;
}

/* The same with a new context and with a kept one, and nothing is left in OpenSSL's queue. */
static inline sign_rc signing_verify(const signing *s, const struct crypto_sigalg *alg, sign_bytes digest,
                                     sign_bytes sig) {
    sign_rc once = crypto_verify(s->c, s->public, alg, digest, sig, false, NULL);
    sign_rc kept = crypto_verify(s->c, s->public, alg, digest, sig, true, NULL);
    sign_rc again = crypto_verify(s->c, s->public, alg, digest, sig, true, NULL);
    cr_assert(once == kept && kept == again, "%d %d %d", once, kept, again);
    cr_assert_eq(ERR_peek_error(), 0UL);
    return once;
}

#endif
