/* What the tests of the keys share: opening with a counted secret, signing and verifying with every
 * algorithm. */
#ifndef TEST_KEYS_H
#define TEST_KEYS_H

#include "base/text.h"
#include "key/key.h"
#include <criterion/criterion.h>
#include <stdio.h>

#define PKI(name) SIGN_TEST_PKI "/" name

/* Answers every question with `answer` (NULL: has none) and remembers how it was asked. */
struct asker {
    const char *answer;
    int asked;
    sign_secret last;
    char what[64];
};
sign_rc asker_answer(void *user, const sign_secret *ask, char *out, size_t size);
sign_key_options asker_options(struct asker *a, const char *certificate, const char *module);

/* Opens, or fails the test with the error's text. */
sign_key *open_key(const char *where, const char *certificate, const char *answer);
/* Expects this failure with this message. */
void refuse_key(const char *where, const sign_key_options *opt, sign_rc rc, enum message_id message);

/* Signs a random digest and verifies the value with the key's own certificate. */
sign_rc sign_once(const sign_key *key, struct crypto_sigalg alg, sign_error *err);
struct crypto_sigalg sigalg(enum crypto_scheme scheme, enum crypto_digest digest);
/* Every digest, and for RSA both schemes. */
void sign_all(const sign_key *key);
/* `threads` threads sign `each` values; how many of them verified. */
int sign_together(const sign_key *key, struct crypto_sigalg alg, int threads, int each);

#endif
