/*
 * Every allocation of OpenSSL fails once: a signature that holds must never be reported as broken for want of
 * memory, nor a good key as malformed; the answer is SIGN_OK or an error.
 */
#include "keys.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdlib.h>

/* Allocations until one fails; 0: none does. Each Criterion test is a process of its own. */
static unsigned long countdown;

static bool refuse(void) {
    return countdown > 0 && --countdown == 0;
}

static void *failing_malloc(size_t n, const char *file, int line) {
    (void)file;
    (void)line;
    return refuse() ? NULL : malloc(n);
}

static void *failing_realloc(void *p, size_t n, const char *file, int line) {
    (void)file;
    (void)line;
    return refuse() ? NULL : realloc(p, n);
}

static void plain_free(void *p, const char *file, int line) {
    (void)file;
    (void)line;
    free(p);
}

/* OpenSSL takes them only before its first allocation, which the runner makes. */
static bool installed;
__attribute__((constructor)) static void install(void) {
    installed = CRYPTO_set_mem_functions(failing_malloc, failing_realloc, plain_free) == 1;
}

static void check_verify(EVP_PKEY *key, const struct crypto_sigalg *alg, bool cache) {
    AUTO(crypto_pubkey_ptr) public = public_of(key);
    uint8_t digest[DIGEST_MAX] = {1, 2, 3};
    sign_bytes d = BYTES(digest, crypto_digest_row(alg->digest)->size);
    AUTO(sign_buf) sig = sign_digest_with(key, alg, d);
    unsigned failures = 0;
    bool reached = true;
    for (unsigned long n = 1; reached && n < 2000; n++) {
        AUTO(crypto_ptr) c = NULL;
        cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
        countdown = n;
        sign_rc rc = crypto_verify(c, public, alg, d, BYTES(sig.data, sig.len), cache, NULL);
        reached = countdown == 0;
        countdown = 0;
        cr_assert(rc == SIGN_OK || rc < 0, "allocation %lu: %d", n, rc);
        failures += rc < 0;
        ERR_clear_error();
    }
    cr_assert(!reached, "the last round ran without a failure");
    cr_assert_gt(failures, 0u, "some allocations are needed");
}

static void check_read(EVP_PKEY *key) {
    AUTO(sign_buf) spki = spki_of(key);
    unsigned failures = 0;
    bool reached = true;
    for (unsigned long n = 1; reached && n < 2000; n++) {
        AUTO(crypto_pubkey_ptr) k = NULL;
        countdown = n;
        sign_rc rc = crypto_pubkey_read(BYTES(spki.data, spki.len), &k, NULL);
        reached = countdown == 0;
        countdown = 0;
        cr_assert(rc == SIGN_OK || rc == SIGN_E_MEMORY || rc == SIGN_E_CRYPTO, "allocation %lu: %d", n, rc);
        cr_assert_eq(k != NULL, rc == SIGN_OK);
        failures += rc < 0;
        ERR_clear_error();
    }
    cr_assert(!reached);
    cr_assert_gt(failures, 0u);
}

Test(memory, no_verdict_is_made_of_a_failed_allocation) {
    cr_assert(installed, "OpenSSL had allocated before");
    AUTO(evp_key) rsa = make_rsa(2048);
    AUTO(evp_key) ec = make_ec("P-256");
    AUTO(evp_key) p384 = make_ec("P-384");
    AUTO(evp_key) dsa = make_dsa(1024, 160);
    for (int cache = 0; cache < 2; cache++) {
        check_verify(rsa, &(struct crypto_sigalg){SCHEME_RSA_PKCS1, DIGEST_SHA256, 0, 0}, cache);
        check_verify(rsa, &(struct crypto_sigalg){SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA256, 32}, cache);
        check_verify(ec, &(struct crypto_sigalg){SCHEME_ECDSA, DIGEST_SHA256, 0, 0}, cache);
        check_verify(dsa, &(struct crypto_sigalg){SCHEME_DSA, DIGEST_SHA1, 0, 0}, cache);
        check_verify(p384, &(struct crypto_sigalg){SCHEME_ECDSA, DIGEST_SHA384, 0, 0}, cache);
    }
}

Test(memory, no_good_key_is_called_malformed) {
    cr_assert(installed, "OpenSSL had allocated before");
    AUTO(evp_key) rsa = make_rsa(2048);
    AUTO(evp_key) ec = make_ec("P-256");
    AUTO(evp_key) dsa = make_dsa(1024, 160);
    check_read(rsa);
    check_read(ec);
    check_read(dsa);
}

/* What a digest needs is memory and nothing else: no failed allocation is told as a fault of the library. */
static void check_hash(enum crypto_digest d) {
    uint8_t expected[DIGEST_MAX], got[DIGEST_MAX];
    unsigned failures = 0;
    bool reached = true;
    AUTO(crypto_ptr) calm = NULL;
    cr_assert_eq(crypto_new(&calm, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(calm, d, BYTES_STR("kalem"), expected, NULL), SIGN_OK);
    for (unsigned long n = 1; reached && n < 2000; n++) {
        AUTO(crypto_ptr) c = NULL;
        sign_error err = {0};
        cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
        countdown = n;
        sign_rc rc = crypto_hash(c, d, BYTES_STR("kalem"), got, &err);
        reached = countdown == 0;
        countdown = 0;
        cr_assert(rc == SIGN_OK || rc == SIGN_E_MEMORY, "allocation %lu: %d %s", n, rc, err.text);
        if (rc == SIGN_OK)
            cr_assert_arr_eq(got, expected, crypto_digest_row(d)->size);
        failures += rc < 0;
        cr_assert_eq(ERR_peek_error(), 0ul, "nothing is left in the queue");
    }
    cr_assert(!reached);
    cr_assert_gt(failures, 0u);
}

Test(memory, no_digest_fails_for_another_reason_than_memory) {
    cr_assert(installed);
    for (enum crypto_digest d = DIGEST_MD5; d < DIGEST_COUNT; d++)
        check_hash(d);
}
