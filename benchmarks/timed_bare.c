/*
 * What of a verification is signature checks. libsign calls EVP_PKEY_verify for each; the definition here
 * comes first when it is linked, passes on to OpenSSL's, and keeps what it was called with while somebody
 * listens. The bare cost is then the same checks again, with keys and contexts prepared.
 */
#include "timed.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKS = 64, DIGEST_AT_MOST = 64, VALUE_AT_MOST = 1024 };

struct bare_check {
    EVP_PKEY_CTX *ctx;
    unsigned char digest[DIGEST_AT_MOST], value[VALUE_AT_MOST];
    size_t digest_len, value_len;
};

struct bare_checks {
    struct bare_check of[CHECKS];
    size_t n;
};

/* Who listens in this thread. */
static struct bare_checks **listener(void) {
    static _Thread_local struct bare_checks *now;
    return &now;
}

static void keep(struct bare_checks *b, const EVP_PKEY_CTX *ctx, const unsigned char *value, size_t value_len,
                 const unsigned char *digest, size_t digest_len) {
    must(b->n < CHECKS && value_len <= VALUE_AT_MOST && digest_len <= DIGEST_AT_MOST, "a signature check");
    struct bare_check *c = &b->of[b->n++];
    c->ctx = EVP_PKEY_CTX_dup(ctx);
    must(c->ctx != NULL, "EVP_PKEY_CTX_dup");
    memcpy(c->value, value, c->value_len = value_len);
    memcpy(c->digest, digest, c->digest_len = digest_len);
}

typedef int (*verify_function)(EVP_PKEY_CTX *, const unsigned char *, size_t, const unsigned char *, size_t);

/* OpenSSL's own; whoever comes first finds it. */
static verify_function theirs(void) {
    static _Atomic(verify_function) kept;
    verify_function found = atomic_load_explicit(&kept, memory_order_relaxed);
    if (found == NULL) {
        void *symbol = dlsym(RTLD_NEXT, "EVP_PKEY_verify");
        must(symbol != NULL, "EVP_PKEY_verify");
        memcpy(&found, &symbol, sizeof symbol);
        atomic_store_explicit(&kept, found, memory_order_relaxed);
    }
    return found;
}

__attribute__((visibility("default"))) int EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig,
                                                           size_t siglen, const unsigned char *tbs,
                                                           size_t tbslen) {
    if (*listener() != NULL)
        keep(*listener(), ctx, sig, siglen, tbs, tbslen);
    return theirs()(ctx, sig, siglen, tbs, tbslen);
}

static struct bare_checks *listen_to(const struct timed *t, const sign_trust *trust) {
    struct bare_checks *b = calloc(1, sizeof *b);
    must(b != NULL, "out of memory");
    *listener() = b;
    timed_verify(t, trust);
    *listener() = NULL;
    must(b->n > 0, "no signature check was heard");
    return b;
}

void *bare_known_open(void *shared) {
    const struct timed *t = shared;
    timed_verify(t, t->trust);
    return listen_to(t, t->trust);
}

void *bare_new_open(void *shared) {
    const struct timed *t = shared;
    sign_trust *trust = timed_trust(t);
    struct bare_checks *b = listen_to(t, trust);
    sign_trust_free(&trust);
    return b;
}

void bare_run(void *state, size_t i) {
    const struct bare_checks *b = state;
    (void)i;
    for (size_t k = 0; k < b->n; k++) {
        const struct bare_check *c = &b->of[k];
        must(theirs()(c->ctx, c->value, c->value_len, c->digest, c->digest_len) == 1, "EVP_PKEY_verify");
    }
}

void bare_close(void *state) {
    struct bare_checks *b = state;
    for (size_t i = 0; i < b->n; i++)
        EVP_PKEY_CTX_free(b->of[i].ctx);
    free(b);
}

size_t bare_count(void *(*open)(void *shared), struct timed *t) {
    struct bare_checks *b = open(t);
    size_t n = b->n;
    bare_close(b);
    return n;
}
