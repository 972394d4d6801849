/*
 * path.h - the world of testdata/path/cases.tsv: authorities, signers, revocation lists, OCSP responses and
 * documents, told in rows and made by OpenSSL; nothing here is libsign's writer.
 *
 * Extensions are text as in OpenSSL's x509v3_config(5). Times are "YYYYMMDDHHMMSSZ". Several names in one
 * text are separated by spaces. Nobody recovers from a world that cannot be made: the program ends with a
 * message.
 */
#ifndef CASES_PATH_H
#define CASES_PATH_H

#include "base/bytes.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* The table judges at noon of 2026-06-01: lists and responses are a day old, and good for six more. */
#define LISTED  "20260531000000Z"
#define NEXT    "20260607000000Z"
#define UNKNOWN "1.3.6.1.4.1.55555.1.1" /* an extension that nobody knows */
#define KEY_IDS "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
#define USAGE   "keyUsage=critical,keyCertSign,cRLSign\n"
#define CA      "basicConstraints=critical,CA:TRUE\n" USAGE KEY_IDS
#define SIGNER  "keyUsage=critical,nonRepudiation\n" KEY_IDS

struct path_cert {
    const char *name, *issuer; /* of the row; issuer: an earlier one, or its own name */
    const char *ext;
    const char *subject; /* "O=Ornek/CN=Kisi"; NULL: the row's name as common name */
    const char *key;     /* an earlier row whose key it shares; NULL: one of its own */
    const char *from, *to;
    bool silent;        /* an authority that publishes no list of its own */
    const char *digest; /* of the signature under it; NULL: SHA256 */
};

struct path_list {
    const char *file, *issuer;
    const char *key; /* whose key is under it; NULL: the issuer's */
    const char *from, *to;
    const char *ext;
    /* "WHO WHEN REASON;...": REASON as in x509v3_config, "-" none, "critical" an extension nobody knows; a
     * fourth word is the certificate issuer (RFC 5280, 5.3.3) */
    const char *entries;
    bool spoiled;       /* one bit of the value */
    unsigned fill;      /* so many entries about others before them */
    const char *digest; /* of the signature under it; NULL: SHA256 */
};

struct path_answer {
    const char *file, *signer;
    /* "WHO ISSUER STATUS FROM TO;...": STATUS good, unknown, or the reason of a revocation of 2026-03-01; TO
     * "-": none. WHO "-": a serial number that nobody has */
    const char *singles;
    const char *produced; /* NULL: LISTED */
    const char *revoked;  /* since when; NULL: 2026-03-01 */
    const char *key;      /* whose key is under it; NULL: the signer's */
    const char *nonce;
    int status; /* responseStatus but successful: there is nothing else (RFC 6960, 4.2.1) */
    bool spoiled, no_certificates, critical;
};

struct path_document {
    const char *file, *signer;
    const char *bag;    /* certificates carried beside the signer's; NULL: its authorities but the root */
    const char *lists;  /* files of lists in SignedData.crls */
    const char *values; /* files of lists and responses in revocation-values (RFC 5126, 6.3.4) */
};

struct path_made {
    const struct path_cert *row;
    X509 *cert;
    EVP_PKEY *key;
};

struct path_world {
    const char *folder;
    struct path_made made[256];
    size_t n;
    arena texts; /* rows that are put together */
};

void path_must(bool ok, const char *what);
struct path_made *path_find(struct path_world *w, const char *name);
/* The certificate as NAME.der, and what it publishes as lists/NAME.crl when it is an authority. */
void path_cert(struct path_world *w, const struct path_cert *row);
/* These in their order, and a document NAME.p7m by each whose name begins with "signer-". */
void path_certs(struct path_world *w, const struct path_cert *rows, size_t n);
/* An identity of the test PKI: its certificate as NAME.der, nothing else. */
void path_import(struct path_world *w, const struct path_cert *row);
void path_list(struct path_world *w, const struct path_list *row);
void path_answer(struct path_world *w, const struct path_answer *row);
void path_document(struct path_world *w, const struct path_document *row);
/* `row` n times with a hundred keys, and as one PEM file. The caller frees them (sk_X509_pop_free). */
STACK_OF(X509) * path_flood(struct path_world *w, const struct path_cert *row, unsigned n, const char *file);
/* A document that carries these, then the certificates of row->bag. */
void path_flooded(struct path_world *w, const struct path_document *row, const STACK_OF(X509) * flood);
void path_close(struct path_world *w);

/* path_make.c: parts for the others. */
X509 *path_certify(struct path_world *w, const struct path_cert *row, EVP_PKEY *key, long serial);
X509_CRL *path_make_list(struct path_world *w, const struct path_list *row);
void path_time(ASN1_TIME *out, const char *text);
void path_out(const struct path_world *w, const char *file, const unsigned char *der, int len);
sign_buf path_in(const struct path_world *w, const char *file);

/* The themes; numbers are those of the list of negative cases. */
void path_chains(struct path_world *w);      /* 67: certificates and their order */
void path_names(struct path_world *w);       /* 67: name constraints */
void path_policies(struct path_world *w);    /* 67: certificate policies */
void path_searches(struct path_world *w);    /* 68 */
void path_revocations(struct path_world *w); /* 69 */
void path_lists(struct path_world *w);       /* 70 */
void path_answers(struct path_world *w);     /* 71 */
void path_carried(struct path_world *w);     /* 72 */
void path_anchors(struct path_world *w);     /* 73 */

#endif
