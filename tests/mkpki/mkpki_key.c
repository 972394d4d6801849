/* Key pairs, each from a random stream of its own. */
#include "mkpki.h"

#include <openssl/rsa.h>

static void rsa_pss_limits(EVP_PKEY_CTX *ctx, const char *name) {
    /* RFC 4055, 1.2: parameters in the key say that it may sign with this digest, mask and salt only. */
    must(EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, EVP_sha256()) == 1, "key parameters", name);
    must(EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(ctx, EVP_sha256()) == 1, "key parameters", name);
    must(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(ctx, 32) == 1, "key parameters", name);
}

static EVP_PKEY *rsa_make(const char *type, int bits, const char *name) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    must(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1, "key", name);
    must(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) == 1, "key", name);
    if (EVP_PKEY_CTX_is_a(ctx, "RSA-PSS"))
        rsa_pss_limits(ctx, name);
    must(EVP_PKEY_generate(ctx, &key) == 1, "key", name);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

EVP_PKEY *key_make(enum key_kind kind, uint64_t seed, const char *name) {
    static const struct {
        const char *type;
        const char *curve;
        int bits;
    } kinds[] = {
        [KEY_RSA2048] = {"RSA", NULL, 2048},     [KEY_RSA3072] = {"RSA", NULL, 3072},
        [KEY_RSA4096] = {"RSA", NULL, 4096},     [KEY_P256] = {"EC", "P-256", 0},
        [KEY_P384] = {"EC", "P-384", 0},         [KEY_P521] = {"EC", "P-521", 0},
        [KEY_PSS2048] = {"RSA-PSS", NULL, 2048},
    };
    rng_start(seed, "key", name);
    if (kinds[kind].curve == NULL)
        return rsa_make(kinds[kind].type, kinds[kind].bits, name);
    EVP_PKEY *key = EVP_EC_gen(kinds[kind].curve);
    must(key != NULL, "key", name);
    return key;
}
