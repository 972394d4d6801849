/*
 * The parts of mkpki, the program that makes the test PKI.
 *
 * mkpki is a generator run at build time: nobody recovers from its failures, so every part ends the process
 * with a message when something cannot be done (must, die) and no function returns an error.
 */
#ifndef MKPKI_H
#define MKPKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PKI_PASSWORD  "123456"
#define PKI_DEPOT     "http://depo.example.org"
#define PKI_RESPONDER "http://ocsp.example.org"
#define PKI_PERSONS   12
#define PKI_ORGS      2

enum key_kind { KEY_RSA2048, KEY_RSA3072, KEY_RSA4096, KEY_P256, KEY_P384, KEY_P521, KEY_PSS2048 };

/* How an issuer signs: digest name, and the PSS salt length in octets or -1 for PKCS#1 v1.5 and ECDSA. */
struct scheme {
    const char *digest;
    int salt;
};

enum subject_kind { SUBJECT_AUTHORITY, SUBJECT_PERSON, SUBJECT_ORG };

/* The QCStatements of a certificate, one bit a statement, in the order in which they are written. */
enum qc_bit {
    QC_SYNTAX = 1,     /* id-qcs-pkixQCSyntax-v1 */
    QC_COMPLIANCE = 2, /* 0.4.0.1862.1.1 */
    QC_LAW = 4,        /* 2.16.792.1.61.0.1.5070.1.1 */
    QC_SEAL = 8,       /* 2.16.792.1.61.0.1.5070.1.3 */
    QC_QUALIFIED = 16, /* 2.16.792.1.61.0.1.5070.2.1 */
    QC_QUALIFIED_SEAL = 32 /* 2.16.792.1.61.0.1.5070.2.2 */,
    QC_LIMIT = 64 /* 0.4.0.1862.1.2 */
};

/* What a kind of certificate carries; extension values in OpenSSL's configuration notation, NULL for none. */
struct shape {
    enum subject_kind subject;
    const char *usage;
    const char *basic;
    const char *extended;
    const char *policy; /* dotted OID */
    bool notice;        /* the policy carries a userNotice */
    bool nocheck;       /* id-pkix-ocsp-nocheck */
    bool signer;        /* an end entity: gets a PKCS#12 and an OCSP address */
    unsigned qc;
};

struct row {
    const char *name;
    const char *issuer; /* name of an earlier row, or the row's own name when self-signed */
    enum key_kind key;
    const struct shape *shape;
    int who;           /* number of the person or organisation, from 1 */
    const char *title; /* CN of an authority */
    const char *from;  /* YYYYMMDDHHMMSSZ */
    const char *to;
    struct scheme issues; /* how it signs what it issues */
};

struct person {
    char tckn[12];
    const char *given;
    const char *family;
    char name[96];
};

struct org {
    char vkn[11];
    const char *title;
};

struct people {
    struct person person[PKI_PERSONS];
    struct org org[PKI_ORGS];
};

struct identity {
    const struct row *row;
    EVP_PKEY *key;
    X509 *cert;
};

struct pki {
    const char *dir;
    uint64_t seed;
    struct people people;
    struct identity *ids;
    size_t count;
};

/* A certificate about to be made: who issues it, and the names of the issuer's files in the depot. */
struct issue {
    const struct shape *shape;
    const char *from;
    const char *to;
    EVP_PKEY *key;
    X509_NAME *subject;
    X509 *issuer_cert; /* NULL when self-signed */
    EVP_PKEY *issuer_key;
    struct scheme scheme;
    const char *issuer_name;
};

/* mkpki_out.c: die ends the process, saying what failed and what OpenSSL tells about it; must does so unless
 * ok. */
_Noreturn void die(const char *what, const char *name);
void must(bool ok, const char *what, const char *name);
void out_dir(const char *dir, const char *sub);
void out_bytes(const char *dir, const char *file, unsigned mode, const uint8_t *data, size_t len);
void out_bio(const char *dir, const char *file, unsigned mode, BIO *bio);
bool out_exists(const char *dir, const char *file);
void out_cert_pem(const char *dir, const char *file, X509 *const *certs, size_t count);
void out_cert_der(const char *dir, const char *file, X509 *cert);
void out_key_pem(const char *dir, const char *file, EVP_PKEY *key, const char *password);
void out_key_der(const char *dir, const char *file, EVP_PKEY *key);
void out_p12(const char *dir, const char *file, const char *name, EVP_PKEY *key, X509 *cert,
             X509 *const *chain, size_t count);

/* mkpki_rng.c: from here on every random octet of OpenSSL is a function of the seed, the part and the name.
 */
void rng_start(uint64_t seed, const char *part, const char *name);
void rng_stop(void);
void rng_octets(uint8_t *out, size_t len);
unsigned rng_below(unsigned limit);

/* mkpki_names.c */
void people_make(struct people *people, uint64_t seed);

/* mkpki_key.c */
EVP_PKEY *key_make(enum key_kind kind, uint64_t seed, const char *name);

/* mkpki_cert.c */
X509_NAME *name_new(const char *org, const char *serial, const char *common);
X509 *cert_make(const struct issue *issue);
/* A new context ready for X509_sign_ctx and X509_CRL_sign_ctx. */
EVP_MD_CTX *scheme_start(struct scheme scheme, EVP_PKEY *key);
/* A random positive serial number of 16 octets (RFC 5280, 4.1.2.2: at most 20). */
ASN1_INTEGER *serial_new(void);

/* mkpki_qc.c */
void cert_add_policy(X509 *cert, const char *oid, bool notice);
void cert_add_qc(X509 *cert, unsigned statements);

/* mkpki_crl.c */
struct crl {
    const char *this_update;
    const char *next_update;
    X509 *issuer;
    EVP_PKEY *key;
    struct scheme scheme;
    long number;
};
X509_CRL *crl_new(const struct crl *crl);
void crl_revoke(X509_CRL *out, const ASN1_INTEGER *serial, const char *when, int reason);
void crl_sign(X509_CRL *out, const struct crl *crl);
void out_crl(const char *dir, const char *file, X509_CRL *crl);
void crls_write(const struct pki *pki);

/* mkpki_table.c */
const struct row *table_rows(size_t *count);
const struct shape *shape_root(void);
const struct shape *shape_ca(void);
const struct shape *shape_bench(void);

/* mkpki_set.c: the identities of the table and the lists about them. */
struct identity *pki_find(const struct pki *pki, const char *name);
void pki_write(uint64_t seed, const char *dir);

/* mkpki_bench.c */
void bench_write(uint64_t seed, const char *dir, unsigned signers);

#endif
