/*
 * The random octets of mkpki: AES-256 in counter mode, keyed by SHA-256 of seed, part and name. Each key,
 * certificate and container starts its own stream, so that adding an identity does not change the others and
 * two processes can share the work.
 */
#include "mkpki.h"

#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

/* RAND_METHOD gives its callbacks no argument of ours; the stream can only stand at file scope. */
static EVP_CIPHER_CTX *stream;

static int draw(unsigned char *buf, int num) {
    int done = 0;
    if (stream == NULL || num < 0)
        return 0;
    memset(buf, 0, (size_t)num);
    return EVP_EncryptUpdate(stream, buf, &done, buf, num) == 1 && done == num;
}

static int ready(void) {
    return stream != NULL;
}

static const RAND_METHOD *seeded(void) {
    static const RAND_METHOD method = {.bytes = draw, .pseudorand = draw, .status = ready};
    return &method;
}

void rng_start(uint64_t seed, const char *part, const char *name) {
    uint8_t text[256];
    uint8_t key[SHA256_DIGEST_LENGTH];
    const uint8_t counter[16] = {0};
    int len = snprintf((char *)text, sizeof text, "mkpki/1/%llu/%s/%s", (unsigned long long)seed, part, name);
    must(len > 0 && (size_t)len < sizeof text, "random stream", name);
    SHA256(text, (size_t)len, key);
    if (stream == NULL)
        stream = EVP_CIPHER_CTX_new();
    must(stream != NULL && EVP_EncryptInit_ex(stream, EVP_aes_256_ctr(), NULL, key, counter) == 1,
         "random stream", name);
    must(RAND_set_rand_method(seeded()) == 1, "random method", name);
}

void rng_stop(void) {
    RAND_set_rand_method(NULL);
    EVP_CIPHER_CTX_free(stream);
    stream = NULL;
}

void rng_octets(uint8_t *out, size_t len) {
    must(len <= 4096 && draw(out, (int)len) == 1, "random octets", "");
}

unsigned rng_below(unsigned limit) {
    uint8_t raw[8];
    uint64_t value = 0;
    rng_octets(raw, sizeof raw);
    for (size_t i = 0; i < sizeof raw; i++)
        value = value << 8 | raw[i];
    return (unsigned)(value % limit);
}
