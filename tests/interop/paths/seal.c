/* What the keys of the pool sign, and how they are named. */
#include "spec.h"
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

EVP_PKEY *paths_key(int i);
void paths_keys_make(uint64_t seed, size_t n_ec, size_t n);
void paths_keys_free(void);
void paths_random(uint64_t seed, uint32_t id);

void must(bool ok, const char *what, const char *name) {
    if (ok)
        return;
    fprintf(stderr, "paths: %s %s\n", what, name);
    exit(2);
}

void keys_make(uint64_t seed) {
    paths_keys_make(seed, KEY_OF_P384, KEYS);
}

void keys_free(void) {
    paths_keys_free();
}

void keys_chain(uint64_t seed, uint32_t id) {
    paths_random(seed, id);
}

/* SplitMix64. */
uint64_t dice_next(struct dice *d) {
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t dice_below(struct dice *d, size_t n) {
    return (size_t)(dice_next(d) % n);
}

bool dice_chance(struct dice *d, unsigned percent) {
    return dice_below(d, 100) < percent;
}

bool key_is_rsa(int key) {
    return key >= KEY_OF_RSA;
}

static size_t spki(int key, unsigned char **der) {
    int n = i2d_PUBKEY(paths_key(key), der);
    must(n > 0, "public key", "");
    return (size_t)n;
}

void key_put_spki(der_builder *b, int key) {
    unsigned char *der = NULL;
    size_t n = spki(key, &der);
    der_put_raw(b, BYTES(der, n));
    OPENSSL_free(der);
}

void key_id(int key, uint8_t out[20]) {
    uint8_t hash[SHA256_DIGEST_LENGTH];
    unsigned char *der = NULL;
    size_t n = spki(key, &der);
    SHA256(der, n, hash);
    memcpy(out, hash, 20);
    OPENSSL_free(der);
}

static struct crypto_sigalg algorithm(int key, struct how how) {
    enum crypto_digest digest = how.digest == DIGEST_NONE ? DIGEST_SHA256 : how.digest;
    struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = digest};
    if (key_is_rsa(key))
        alg.scheme = how.pss ? SCHEME_RSA_PSS : SCHEME_RSA_PKCS1;
    if (alg.scheme == SCHEME_RSA_PSS) {
        alg.mgf = digest;
        alg.salt = digest == DIGEST_SHA512 ? 64 : 32;
    }
    return alg;
}

void key_put_algorithm(der_builder *b, int key, struct how how) {
    const struct crypto_sigalg alg = algorithm(key, how);
    crypto_sigalg_write(b, &alg);
}

static size_t sign(sign_bytes tbs, int key, const struct crypto_sigalg *alg, uint8_t *out, size_t size) {
    EVP_PKEY_CTX *settings = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *md = alg->digest == DIGEST_SHA512 ? EVP_sha512() : EVP_sha256();
    must(ctx != NULL && EVP_DigestSignInit(ctx, &settings, md, NULL, paths_key(key)) == 1, "signature", "");
    if (alg->scheme == SCHEME_RSA_PSS)
        must(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, (int)alg->salt) == 1,
             "PSS", "");
    must(EVP_DigestSign(ctx, out, &size, tbs.data, tbs.len) == 1, "signature", "");
    EVP_MD_CTX_free(ctx);
    return size;
}

sign_buf key_seal(sign_buf *tbs, int key, struct how how, bool damaged, bool algorithms_differ) {
    uint8_t signature[1024];
    const struct crypto_sigalg alg = algorithm(key, how);
    size_t n = sign(BYTES(tbs->data, tbs->len), key, &alg, signature, sizeof signature);
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    if (damaged)
        signature[n - 1] ^= 1;
    if (algorithms_differ)
        how.digest = alg.digest == DIGEST_SHA512 ? DIGEST_SHA256 : DIGEST_SHA512;
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, BYTES(tbs->data, tbs->len));
    key_put_algorithm(&b, key, how);
    der_put_bits(&b, BYTES(signature, n));
    der_end(&b);
    must(der_builder_take(&b, &out, NULL) == SIGN_OK, "DER", "");
    sign_buf_free(tbs);
    return out;
}
