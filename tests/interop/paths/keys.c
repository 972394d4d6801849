/* The pool of keys: made by the key maker of the test PKI from the seed, and what is done with them. */
#include "../../mkpki/mkpki.h"
#include <openssl/rsa.h>

/* Both headers have key kinds of their own; here only these functions are wanted from the other. */
EVP_PKEY *paths_key(int i);
void paths_keys_make(uint64_t seed, size_t n_ec, size_t n);
void paths_keys_free(void);
void paths_random(uint64_t seed, uint32_t id);

enum { POOL = 16 };

static EVP_PKEY **pool(void) {
    static EVP_PKEY *keys[POOL];
    return keys;
}

EVP_PKEY *paths_key(int i) {
    return pool()[i];
}

void paths_keys_make(uint64_t seed, size_t n_ec, size_t n) {
    for (size_t i = 0; i < n && i < POOL; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "paths-%zu", i);
        pool()[i] = key_make(i < n_ec ? KEY_P256 : i == n_ec ? KEY_P384 : KEY_RSA2048, seed, name);
    }
}

void paths_keys_free(void) {
    for (size_t i = 0; i < POOL; i++) {
        EVP_PKEY_free(pool()[i]);
        pool()[i] = NULL;
    }
    rng_stop();
}

void paths_random(uint64_t seed, uint32_t id) {
    char name[32];
    (void)snprintf(name, sizeof name, "%u", id);
    rng_start(seed, "paths", name);
}
