/* sign/key.h - who signs: a private key that need not be here, and its certificate. */
#ifndef SIGN_KEY_H
#define SIGN_KEY_H

#include <sign/types.h>

SIGN_BEGIN_C

/* A private key and its certificate. May be used by many threads at once (const). */
typedef struct sign_key sign_key;

/* What a secret is asked for. */
typedef struct sign_secret {
    const char *what; /* token label or file name */
    int is_pin;       /* nonzero: user PIN of a token; 0: password of a file */
    int count_low;    /* nonzero: a wrong PIN was entered before (CKF_USER_PIN_COUNT_LOW) */
    int final_try;    /* nonzero: one more wrong PIN locks the token (CKF_USER_PIN_FINAL_TRY) */
} sign_secret;

/*
 * Gives a PIN or password: writes it NUL-terminated into `out` (`size` bytes) and returns SIGN_OK,
 * or returns SIGN_E_PIN when there is none. The library wipes `out` after use. It is asked at most
 * once for one opening: a wrong PIN is never tried twice.
 */
typedef sign_rc sign_secret_fn(void *user, const sign_secret *ask, char *out, size_t size);

/* How to open a key. */
typedef struct sign_key_options {
    size_t size;             /* sizeof(sign_key_options) */
    const char *certificate; /* PEM or DER file: certificate (first) and chain for a PEM key, or for a
                                token that holds none; NULL: inside the PKCS#12, PEM or token */
    const char *module;      /* PKCS#11 module; NULL: module-path of the URI, KALEM_PKCS11_MODULE,
                                p11-kit's modules, then the known list */
    sign_secret_fn *secret;  /* NULL: only keys that need no secret can be opened */
    void *user;              /* handed to secret */
} sign_key_options;

/*
 * Opens the key `where`: an RFC 7512 "pkcs11:" URI (one with pin-value or pin-source is
 * SIGN_E_ARGUMENT: a PIN does not belong into a command line), or the path of a PKCS#12 or PEM file.
 * Errors: SIGN_E_IO, SIGN_E_KEY, SIGN_E_PIN, SIGN_E_TOKEN, SIGN_E_CERTIFICATE.
 */
SIGN_CALL sign_rc sign_key_open(const char *where, const sign_key_options *opt, sign_key **out,
                                sign_error *err);

/*
 * Opens the one usable qualified certificate (NES) among the tokens present: end entity,
 * nonRepudiation, qualified statements, no seal, valid now; with `person` (a TCKN, or NULL) only
 * that person's. None or several: SIGN_E_CERTIFICATE, with the list in the error text.
 */
SIGN_CALL sign_rc sign_key_find(const char *person, const sign_key_options *opt, sign_key **out,
                                sign_error *err);

/*
 * Signs a digest elsewhere: `digest` was made with `md`; `scheme` says how to pad (for PSS the salt
 * is as long as the digest, MGF1 with the same hash: TS 119 312). `value` is for the callee to fill
 * with malloc'd bytes (the library frees them); an ECDSA value is DER. Called from many threads.
 */
typedef sign_rc sign_key_fn(void *user, sign_scheme scheme, sign_digest md, sign_bytes digest,
                            sign_buf *value, sign_error *err);

/* A key that is somewhere else: `chain` holds DER certificates, the signer's first; they are copied. */
SIGN_CALL sign_rc sign_key_remote(const sign_bytes *chain, size_t n, sign_key_fn *fn, void *user,
                                  sign_key **out, sign_error *err);

/* The signer's certificate (DER); belongs to the key. */
SIGN_API sign_bytes sign_key_certificate(const sign_key *key);

/* How many certificates the key has, the signer's included; and the i-th (0 is the signer's). */
SIGN_API size_t sign_key_chain_count(const sign_key *key);
SIGN_API sign_bytes sign_key_chain(const sign_key *key, size_t i);

/* Closes the key and its sessions, wipes what was secret. *key becomes NULL. */
SIGN_API void sign_key_free(sign_key **key);

/* One token, and one certificate on it (a token without certificates is told once, cert empty). */
typedef struct sign_token {
    const char *module;       /* path of the PKCS#11 module */
    const char *uri;          /* RFC 7512 URI of the certificate's key, or of the token */
    const char *label;        /* token label, blanks trimmed, UTF-8 */
    const char *manufacturer; /* the same for the other texts of CK_TOKEN_INFO */
    const char *model;
    const char *serial;
    const char *object;                                      /* label of the certificate object; "" if none */
    int has_key;                                             /* -1 unknown without login, 0 no, 1 yes */
    int pin_count_low, pin_final_try, pin_locked, pin_unset; /* flags of CK_TOKEN_INFO */
    sign_bytes certificate;                                  /* DER; empty when the token shows none */
} sign_token;

/* Called for each certificate of each token; what it gets lives for the call. Nonzero stops. */
typedef int sign_token_fn(void *user, const sign_token *token);

/*
 * Tells every token of the module (or of every module found when it is NULL) to `fn`, without login.
 * SIGN_E_TOKEN when no module could be loaded; no token at all is SIGN_OK with `fn` never called.
 */
SIGN_CALL sign_rc sign_token_each(const char *module, sign_token_fn *fn, void *user, sign_error *err);

SIGN_END_C

#endif
