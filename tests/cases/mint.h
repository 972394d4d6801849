/*
 * mint.h - keys, certificates and SignerInfos that can be wrong in any octet. Keys are numbers, computed from
 * their names, so that a value can be put together that no library would make; certificates are issued by an
 * authority of the test PKI, or by whoever wants to pass for one. Nobody recovers from what cannot be made:
 * the program ends with a message.
 */
#ifndef CASES_MINT_H
#define CASES_MINT_H

#include "forge.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

struct mint {
    struct forge *f;
    BN_CTX *bn; /* all numbers live as long as the mint */
    EC_GROUP *group;
    arena texts; /* all octets too */
};

/* ---- keys ---- */

struct mint_rsa {
    BIGNUM *n, *e, *d; /* d NULL: whoever signs does not have it */
    size_t octets;     /* of the modulus */
};

/* A key of P-256. */
struct mint_ec {
    BIGNUM *d;
    const EC_POINT *base; /* NULL: the generator of the curve */
    EC_POINT *point;
};

/* `primes` primes of bits / primes each; e is the public exponent. */
struct mint_rsa mint_rsa(struct mint *m, const char *name, unsigned bits, unsigned primes, unsigned long e);
struct mint_ec mint_ec(struct mint *m, const char *name);
/* The free point; the mint's group outlives it. */
void mint_ec_free(struct mint_ec *k);
BIGNUM *mint_number(struct mint *m);
/* n octets that depend on the name alone. */
void mint_octets(struct mint *m, const char *name, uint8_t *out, size_t n);

/* SubjectPublicKeyInfo. */
sign_bytes mint_spki_rsa(struct mint *m, const struct mint_rsa *k);
sign_bytes mint_spki_ec(struct mint *m, sign_bytes params, sign_bytes point);
sign_bytes mint_curve(struct mint *m); /* namedCurve P-256 */
sign_bytes mint_point(struct mint *m, const EC_POINT *p, point_conversion_form_t form);

/* r and s over a digest of 32 octets. */
void mint_ecdsa(struct mint *m, const struct mint_ec *k, sign_bytes digest, BIGNUM *r, BIGNUM *s);

/* ---- who signs ---- */

/* Makes the value over a digest. false: not over this one; the signing time moves on by a second. */
typedef bool mint_value(struct mint *m, const void *user, sign_bytes digest, grow *out);

struct mint_signer {
    enum crypto_digest digest;
    sign_bytes algorithm; /* AlgorithmIdentifier of the signature */
    mint_value *value;
    const void *user;
};

/* The AlgorithmIdentifier that libsign's table has for it. */
sign_bytes mint_algorithm(struct mint *m, struct crypto_sigalg alg);
/* An identity of the test PKI; ECDSA with the digest that is usual for its curve. */
struct mint_signer mint_identity(struct mint *m, const char *name);
/* ECDSA with SHA-256 by this key. */
struct mint_signer mint_ec_signer(struct mint *m, const struct mint_ec *k);
/* RSA PKCS#1 v1.5 by this key: MD5, SHA-1 or SHA-256. */
struct mint_signer mint_rsa_signer(struct mint *m, const struct mint_rsa *k, enum crypto_digest d);

/* ---- certificates ---- */

struct mint_cert {
    const char *cn;
    const char *issuer; /* identity of the test PKI; NULL: ca-ec */
    const struct mint_signer *by;
    sign_bytes subject; /* Name; empty: the common name alone */
    sign_bytes serial;  /* whole element; empty: from the common name */
    sign_bytes spki, ski;
    sign_bytes extension; /* a whole Extension behind the others */
    bool authority;
};

/* Views into the mint; `by` NULL: signed with the issuer's key. */
struct pki_cert mint_cert(struct mint *m, const struct mint_cert *c);
/* What an identity of the test PKI has, or one of its authorities. */
struct pki_cert mint_of(struct mint *m, const char *name);

/* ---- SignerInfos and messages ---- */

/* What is different from a SignerInfo of CAdES-B; empty: nothing. */
struct mint_info {
    unsigned flaws;
    sign_bytes version, sid, digest_algorithm; /* whole elements */
    enum crypto_digest content_digest;         /* NONE: that of the signature */
    sign_bytes content;                        /* empty: the forge's */
    sign_bytes attributes;                     /* signed ones, beside those of a good signature */
    sign_bytes unsigned_attrs;
    bool counter;
};

sign_bytes mint_info(struct mint *m, const struct pki_cert *cert, const struct mint_signer *s,
                     const struct mint_info *with);
/* A message with one SignerInfo; the bag is the certificate and ca-ec when o names none. */
void mint_write(struct mint *m, const char *file, const struct pki_cert *cert, sign_bytes info,
                struct outside o);
/* The same with a plain SignerInfo. */
void mint_signed(struct mint *m, const char *file, const struct pki_cert *cert, const struct mint_signer *s);

/* Takes what was built, or ends the program. */
sign_bytes mint_taken(struct mint *m, der_builder *b);
sign_bytes mint_join(struct mint *m, const sign_bytes *parts, size_t n);
void mint_must(bool ok, const char *what);

void mint_open(struct mint *m, struct forge *f);
void mint_close(struct mint *m);

/* The themes; numbers are those of the list of negative cases. */
void tricks_rsa(struct mint *m);      /* 59 to 61, 64 */
void tricks_ec(struct mint *m);       /* 62, 63 */
void tricks_who(struct mint *m);      /* 55, 65, 66 */
void shapes_encoding(struct mint *m); /* 53, 54, 58 */
void shapes_signers(struct mint *m);  /* 42 to 57 */
void shapes_unsigned(struct mint *m); /* 56, 57 */

#endif
