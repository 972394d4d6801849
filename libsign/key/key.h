/* key/key.h - who signs: a key in a file, on a token or elsewhere, behind one table of functions. */
#ifndef KEY_KEY_H
#define KEY_KEY_H

#include "crypto/crypto.h"
#include <sign/key.h>

/* What a kind of key does. `state` is the kind's own struct. */
struct key_ops {
    /* value: malloc'd, ECDSA as DER (RFC 5753, 7.2). The digest's length was checked. Called from many
     * threads. */
    sign_rc (*sign)(void *state, const struct crypto_sigalg *alg, sign_bytes digest, sign_buf *value,
                    sign_error *err);
    void (*free)(void *state);
    bool elsewhere; /* the value comes from outside: every one is verified */
};

/* What a higher room has read once for a key and keeps with it; the first member of a struct of its own. */
struct key_memo {
    void (*free)(struct key_memo *memo);
};

/* What the threads that use a key share; the last two are set at most once, atomically. */
struct key_desk {
    struct crypto_pool *pool;
    struct key_memo *memo;
    bool proven; /* a value of the key has been verified */
};

struct sign_key {
    const struct key_ops *ops;
    void *state;
    struct crypto_pubkey *public; /* of the signer's certificate */
    struct key_desk *desk;        /* what its threads share while they sign */
    sign_buf *chain;              /* DER, the signer's first */
    size_t n_chain;
};
typedef struct sign_key *sign_key_ptr;
CLEANUP(sign_key_ptr, sign_key_free);

/*
 * Signs a digest that was made with alg->digest. `value` is the caller's: PKCS#1 or PSS octets as long as the
 * modulus, ECDSA as DER. The value is not verified here. Any number of threads at once, each with its own
 * `crypto`. SIGN_E_ARGUMENT: digest of another length; SIGN_E_KEY: the key is not one for this algorithm, or
 * failed; SIGN_E_UNSUPPORTED: the token has no mechanism for it; SIGN_E_TOKEN: the token is gone.
 */
sign_rc key_sign(const sign_key *key, struct crypto *crypto, const struct crypto_sigalg *alg,
                 sign_bytes digest, sign_buf *value, sign_error *err);

/* A context of the key's own for the length of a call. */
sign_rc key_lend(const sign_key *key, struct crypto **out, sign_error *err);
void key_lend_back(const sign_key *key, struct crypto **c);

/* The memo of the key, NULL when none was kept. It lives as long as the key. */
const struct key_memo *key_memo(const sign_key *key);
/* Takes `memo`; of two threads that keep one at once the first wins, and the other's is freed. */
void key_memo_keep(const sign_key *key, struct key_memo *memo);

/*
 * Told after a value was verified with the certificate. From then on the key is known to be the
 * certificate's, and verifying each value again would cost ECDSA three times what signing does; a callback
 * may answer anything any time, so that a key that is elsewhere is never proven.
 */
void key_prove(const sign_key *key);
bool key_proven(const sign_key *key);

/* RSA, RSA restricted to PSS, or EC: from the certificate. */
enum crypto_key_kind key_kind(const sign_key *key);
/* The signer's public key; belongs to the key. */
const struct crypto_pubkey *key_public(const sign_key *key);

#endif
