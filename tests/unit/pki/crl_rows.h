/*
 * crl_rows.h - what revocation lists say about a certificate, row by row: the situations of NIST's PKITS,
 * made with names and keys of our own, and what RFC 5280 says beyond them.
 */
#ifndef CRL_ROWS_H
#define CRL_ROWS_H

#include "mint.h"

/* A row says what it is about and leaves out the rest. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* Every row happens in one world: the anchor Root; the authorities CA and Other; Issuer, who signs lists for
 * others; the certificate in question, 4711 of CA unless the row says otherwise. */
enum key { K_CA, K_ROOT, K_NEW, K_OTHER, K_ISSUER, K_SIGNER, K_COUNT };

/* A DistributionPointName: one of the forms, or both of `uri` and `dir`. */
struct place {
    const char *uri, *second; /* uniformResourceIdentifier, twice */
    const char *dir;          /* directoryName: common names behind one another, "CA/A" */
    const char *rdn;          /* nameRelativeToCRLIssuer */
};

/* A DistributionPoint; reasons as in ReasonFlags, 0: absent. */
struct point {
    struct place at;
    const char *issuer;
    unsigned reasons;
};

/* An IssuingDistributionPoint. */
struct scope {
    bool given;
    struct place at;
    bool users, authorities, attributes, indirect;
    unsigned reasons;
};

enum { KEY_AND_CA = 1 << 1 | 1 << 2, ALL_BUT_KEY_AND_CA = 0x1fe & ~KEY_AND_CA, HOLD_BIT = 1 << 6 };

/* ---- a row ------------------------------------------------------------------------------------------ */

enum status { GOOD, REVOKED, SUSPENDED, CA_REVOKED, UNKNOWN };

/* reason 0 is unspecified, 1 keyCompromise, 6 certificateHold, 8 removeFromCRL; `days` before the time in
 * question. */
struct entry {
    uint64_t serial;
    int reason, days;
    const char *issuer;
};

struct list {
    const char *issuer; /* NULL: CA */
    enum key key;
    int from, to; /* days from the time in question; 0, 0: -1, +1 */
    bool no_next;
    struct entry entries[3];
    struct scope scope;
    uint64_t number, base; /* base: it is a delta */
    bool unnumbered, critical, damage;
    const char *aki;
};

/* A certificate beside that of CA. */
struct cert {
    const char *subject, *issuer;
    enum key key, issuer_key;
    unsigned usage;
    uint64_t serial;
    bool end_entity; /* CA:FALSE */
    const char *ski;
    struct point points[1];
};

struct row {
    const char *what;
    enum status status;
    enum message_id message; /* UNKNOWN: why */
    struct list lists[6];
    struct point points[2]; /* of the certificate in question */
    struct cert certs[3];
    const char *signer_issuer; /* NULL: CA */
    enum key signer_key;       /* of its issuer */
    bool no_ca;                /* the certificate of CA is among `certs` */
    bool no_root_list;
    bool spared;       /* those who sign lists are not asked about themselves */
    unsigned ca_usage; /* 0: keyCertSign, cRLSign */
};

struct keys {
    EVP_PKEY *of[K_COUNT];
};
struct keys keys_make(void);
void keys_free(struct keys *k);
/* All that a row has beside the certificate in question. */
struct pieces {
    sign_buf anchor, certs[5], lists[7];
    size_t n_certs, n_lists;
};
struct pieces row_pieces(const struct keys *k, const struct row *r);
void pieces_free(struct pieces *p);
/* A trust that was given all certificates and lists of the row; the certificate in question. */
sign_trust *row_trust(const struct keys *k, const struct row *r);
sign_buf row_signer(const struct keys *k, const struct row *r);

/* Each row twice: certificates and lists given to the trust, and carried by the signature. */
void run_rows(const struct row *rows, size_t n);

#define RUN(rows) run_rows(rows, sizeof(rows) / sizeof(rows)[0])
#define PLAIN     .number = 7 /* a list of CA about everything */
#define AT(u)     .at = {.uri = "http://crl.example.org/" u}

#endif
