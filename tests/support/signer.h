/* signer.h - an identity of the test PKI as unit tests of creation have it: its key and its chain. */
#ifndef SUPPORT_SIGNER_H
#define SUPPORT_SIGNER_H

#include "key/key.h"
#include "support/identity.h"

#include <criterion/criterion.h>

struct signer {
    struct crypto *crypto;
    sign_key *key;
    sign_bytes chain[LIMIT_PATH_LENGTH];
    size_t n;
};
typedef struct signer signer;

static inline void signer_close(signer *s) {
    sign_key_free(&s->key);
    crypto_free(&s->crypto);
}
CLEANUP(signer, signer_close);

static inline signer signer_open(const char *name) {
    signer s = {0};
    sign_error err = {0};
    cr_assert_eq(identity_open(SIGN_TEST_PKI, name, &s.key, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(crypto_new(&s.crypto, &err), SIGN_OK);
    s.n = sign_key_chain_count(s.key);
    for (size_t i = 0; i < s.n; i++) {
        s.chain[i] = sign_key_chain(s.key, i);
    }
    return s;
}

#endif
