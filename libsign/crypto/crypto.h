/* crypto/crypto.h - one table of algorithms, digests, public keys; OpenSSL stays in here (and in key, for
 * private keys). */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/file.h"
#include "der/builder.h"

enum crypto_digest {
    DIGEST_NONE = 0,
    DIGEST_MD5, /* computed to tell what is intact; nothing passes with it (RFC 6151, 2), nor is made */
    DIGEST_SHA1,
    DIGEST_SHA224,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_SHA3_256,
    DIGEST_SHA3_384,
    DIGEST_SHA3_512,
    DIGEST_COUNT
};
enum { DIGEST_MAX = 64 };

/* DSA is verified only: FIPS 186-5 has no place for new signatures with it. */
enum crypto_scheme { SCHEME_NONE = 0, SCHEME_RSA_PKCS1, SCHEME_RSA_PSS, SCHEME_ECDSA, SCHEME_DSA };

/* A signature algorithm with its parameters. */
struct crypto_sigalg {
    enum crypto_scheme scheme;
    enum crypto_digest digest; /* NONE: the AlgorithmIdentifier does not name one (rsaEncryption) */
    enum crypto_digest mgf;    /* PSS: hash of MGF1 */
    unsigned salt;             /* PSS: octets */
};

/* One row per digest: names, OID, sizes, and until when it may be used; of crypto/algorithms.h, which has the
 * ends by other lists and those of keys too. */
struct crypto_digest_row {
    enum crypto_digest id;
    enum oid oid;
    const char *name; /* "SHA-256" */
    size_t size;
    int64_t sunset;  /* a signature is no longer good after this time (TS 119 312); 0: no end known */
    const char *uri; /* in XML signatures (RFC 9231, 2.1); "" when it has none */
};
const struct crypto_digest_row *crypto_digest_row(enum crypto_digest id);
enum crypto_digest crypto_digest_find(sign_bytes oid);
enum crypto_digest crypto_digest_of(sign_digest d);

/*
 * Reads a digest AlgorithmIdentifier (parameters absent or NULL, RFC 5754, 2): DIGEST_NONE when unknown or
 * malformed.
 */
enum crypto_digest crypto_digest_read(sign_bytes oid, sign_bytes params);

/*
 * Reads a signature AlgorithmIdentifier: RSA PKCS#1 v1.5 (rsaEncryption or with hash), PSS with RFC 4055
 * parameters, ECDSA and DSA with hash. false: unknown or parameters malformed (*out says SCHEME_NONE).
 */
bool crypto_sigalg_read(sign_bytes oid, sign_bytes params, struct crypto_sigalg *out);
/* Writes the AlgorithmIdentifier of a signature to be created; digest AlgorithmIdentifier without parameters.
 */
void crypto_sigalg_write(der_builder *b, const struct crypto_sigalg *alg);
void crypto_digest_write(der_builder *b, enum crypto_digest d);
/* By the URI of DigestMethod; DIGEST_NONE when unknown. */
enum crypto_digest crypto_digest_find_uri(const char *uri);
/*
 * By the URI of SignatureMethod (RFC 9231, 2.3): RSA PKCS#1 v1.5, ECDSA, DSA, and PSS in its forms without
 * parameters (2.3.10: MGF1 with the same hash, salt as long as it). CRYPTO_URI_PSS has parameters of its own
 * in XML and gives their defaults (2.3.9). false: unknown, or one of crypto_sigalg_other (*out says
 * SCHEME_NONE).
 */
#define CRYPTO_URI_PSS "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"
bool crypto_sigalg_find_uri(const char *uri, struct crypto_sigalg *out);
/* The URI of an algorithm; NULL when there is none without parameters. */
const char *crypto_sigalg_uri(const struct crypto_sigalg *alg);
/* The name of an algorithm that is known but not supported: "HMAC SHA-256", "Ed25519"; else NULL. */
const char *crypto_sigalg_other(const char *uri);
/* "RSA-PSS SHA-256", "ECDSA SHA-384", "RSA SHA-1", "DSA SHA-1" */
void crypto_sigalg_name(const struct crypto_sigalg *alg, char out[64]);

/*
 * Working state of one thread: prefetched digests, one reusable digest context, key contexts by
 * public key. Not shared; made once and kept.
 */
struct crypto;
typedef struct crypto *crypto_ptr;
sign_rc crypto_new(struct crypto **out, sign_error *err);
void crypto_free(struct crypto **c);
CLEANUP(crypto_ptr, crypto_free);

/*
 * What a room above keeps beside a context for as long as that lives: working memory of the same thread.
 * There is one; who sets `what` sets `release`, which frees it with the context.
 */
struct crypto_companion {
    void *what; /* NULL at first */
    void (*release)(void *what);
};
struct crypto_companion *crypto_companion(struct crypto *c);

/*
 * Contexts for an object that many threads share: each borrows one for the length of a call. Lending makes a
 * new one when none is idle; what is returned (*c becomes NULL) keeps what it has fetched and prepared.
 */
struct crypto_pool;
sign_rc crypto_pool_new(struct crypto_pool **out, sign_error *err);
void crypto_pool_free(struct crypto_pool **pool);
sign_rc crypto_pool_lend(struct crypto_pool *pool, struct crypto **out, sign_error *err);
void crypto_pool_return(struct crypto_pool *pool, struct crypto **c);

/* Digest of one piece. SIGN_E_UNSUPPORTED for DIGEST_NONE. out has DIGEST_MAX bytes. */
sign_rc crypto_hash(struct crypto *c, enum crypto_digest d, sign_bytes in, uint8_t *out, sign_error *err);
/* The same in parts; one at a time per context. */
sign_rc crypto_hash_begin(struct crypto *c, enum crypto_digest d, sign_error *err);
sign_rc crypto_hash_add(struct crypto *c, sign_bytes in, sign_error *err);
sign_rc crypto_hash_end(struct crypto *c, uint8_t *out, sign_error *err);
/* Adds n bytes of a source at `at`, in windows of LIMIT_WINDOW: constant memory. */
sign_rc crypto_hash_source(struct crypto *c, const source *s, uint64_t at, uint64_t n, sign_error *err);

/* A public key: read without OpenSSL's decoders, shared between threads, counted. */
enum crypto_key_kind { KEY_RSA = 1, KEY_RSA_PSS, KEY_EC, KEY_DSA };
struct crypto_pubkey;
typedef struct crypto_pubkey *crypto_pubkey_ptr;
/*
 * From SubjectPublicKeyInfo (DER). SIGN_E_UNSUPPORTED: algorithm, curve, explicit parameters of a curve, DSA
 * parameters that are inherited; SIGN_E_FORMAT: malformed, point not on the curve, even or too small RSA
 * exponent, DSA numbers out of range; SIGN_E_LIMIT: size.
 */
sign_rc crypto_pubkey_read(sign_bytes spki, struct crypto_pubkey **out, sign_error *err);
/*
 * A DSA key without parameters has those of its certificate's issuer (RFC 3279, 2.3.2): whether this is one,
 * and the key with the parameters of `from`, the SubjectPublicKeyInfo of a DSA key that has its own. Errors
 * as above.
 */
bool crypto_pubkey_inherits(sign_bytes spki);
sign_rc crypto_pubkey_inherit(sign_bytes spki, sign_bytes from, struct crypto_pubkey **out, sign_error *err);
struct crypto_pubkey *crypto_pubkey_keep(struct crypto_pubkey *k);
void crypto_pubkey_free(struct crypto_pubkey **k);
CLEANUP(crypto_pubkey_ptr, crypto_pubkey_free);
enum crypto_key_kind crypto_pubkey_kind(const struct crypto_pubkey *k);
unsigned crypto_pubkey_bits(const struct crypto_pubkey *k);
const char *crypto_pubkey_name(const struct crypto_pubkey *k); /* "RSA 2048", "EC P-256", "DSA 3072" */
size_t crypto_pubkey_field(
    const struct crypto_pubkey *k); /* EC and DSA: octets of r and s; RSA: octets of the modulus */
/* An EC key restricted, an id-RSASSA-PSS key with parameters that the algorithm breaks: false. */
bool crypto_pubkey_fits(const struct crypto_pubkey *k, const struct crypto_sigalg *alg);

/*
 * Verifies `sig` over a digest made before. SIGN_OK, SIGN_FAILED (does not verify, or wrong length or form:
 * ECDSA and DSA must be strict DER with r and s in 1..n-1, PKCS#1 v1.5 DigestInfo with NULL), or an error.
 * `cache` true keeps a prepared context for this key in c (for keys that will come again).
 */
sign_rc crypto_verify(struct crypto *c, const struct crypto_pubkey *k, const struct crypto_sigalg *alg,
                      sign_bytes digest, sign_bytes sig, bool cache, sign_error *err);

/* r||s of fixed length <-> DER SEQUENCE { r, s }, of ECDSA and DSA. false when it is not of that form. */
bool crypto_ecdsa_to_der(sign_bytes raw, grow *out);
bool crypto_ecdsa_to_raw(sign_bytes der, size_t field, grow *out);

/* n bytes from the system's generator. */
sign_rc crypto_random(void *out, size_t n, sign_error *err);

/* The newest reason in OpenSSL's error queue as text, and empties the queue: nothing leaks into the caller's.
 */
const char *crypto_reason(char *out, size_t size);

#endif
