/* crypto/state.h - what the files of this room share; no other room includes it. */
#ifndef CRYPTO_STATE_H
#define CRYPTO_STATE_H

#include "crypto/crypto.h"
#include <openssl/evp.h>

/* A verification context made ready for one key and algorithm; it keeps the key alive. */
struct crypto_slot {
    struct crypto_pubkey *key;
    struct crypto_sigalg alg;
    EVP_PKEY_CTX *ctx;
    uint64_t used; /* tick of the last use: the smallest is evicted */
};

enum { CRYPTO_SLOTS = 32 };

struct crypto {
    EVP_MD *md[DIGEST_COUNT];         /* fetched at first use: a fetch by name takes locks every time */
    EVP_MD_CTX *md_ctx[DIGEST_COUNT]; /* one each: changing the digest of a context allocates */
    enum crypto_digest running;
    uint8_t *window; /* LIMIT_WINDOW octets for files, made at first use */
    struct crypto_slot slots[CRYPTO_SLOTS];
    uint64_t tick;
    struct crypto_companion companion;
};

struct crypto_pubkey {
    EVP_PKEY *pkey;
    unsigned count; /* owners; changed atomically */
    enum crypto_key_kind kind;
    unsigned bits;
    size_t field;
    bool restricted;              /* id-RSASSA-PSS with parameters (RFC 4055, 1.2) */
    struct crypto_sigalg allowed; /* those parameters: hashes exact, salt at least */
    char name[24];
};

/* The digest, fetched: NULL and *err filled when the library does not have it, or it is none that we compute.
 */
const EVP_MD *crypto_md(struct crypto *c, enum crypto_digest d, sign_error *err);

/* Reads RSASSA-PSS-params (RFC 4055, 3.1). */
bool crypto_pss_read(sign_bytes params, struct crypto_sigalg *out);

/* True when sig is SEQUENCE { r, s } in DER, both positive and of at most `field` octets: ECDSA and DSA. */
bool crypto_ecdsa_strict(sign_bytes sig, size_t field, sign_bytes *r, sign_bytes *s);

/* SIGN_E_CRYPTO with OpenSSL's newest reason; drops what was queued since the caller's ERR_set_mark(). */
sign_rc crypto_failed(sign_error *err, const char *what);

/*
 * Why a call of OpenSSL failed, from what it queued since the caller's ERR_set_mark(): SIGN_FAILED when `lib`
 * (ERR_LIB_...) found the data at fault, else SIGN_E_MEMORY or SIGN_E_CRYPTO. OpenSSL does not name every
 * failed allocation, so that only a reason of the data's own is taken for a verdict. queue_was_empty: before
 * the mark; the cause is seen only then.
 */
sign_rc crypto_fault(int lib, bool queue_was_empty, sign_error *err, const char *what);

#endif
