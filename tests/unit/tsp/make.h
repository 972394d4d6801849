/*
 * make.h - time-stamp tokens and responses made in memory, with any fault that is asked for. For unit tests
 * and for the comparison with openssl(1); what cannot be made ends the process.
 */
#ifndef TSP_MAKE_H
#define TSP_MAKE_H

#include "tsp/tsp.h"
#include <openssl/evp.h>

/* Bits of make_token.faults: each breaks one rule. */
enum {
    MAKE_DAMAGE = 1 << 0,             /* one bit of the signature value */
    MAKE_OTHER_DIGEST = 1 << 1,       /* message-digest is of something else */
    MAKE_NO_ATTRIBUTES = 1 << 2,      /* signed over the TSTInfo itself */
    MAKE_OTHER_CONTENT_TYPE = 1 << 3, /* the attribute says id-data */
    MAKE_TYPE_DATA = 1 << 4,          /* eContentType is id-data */
    MAKE_DETACHED = 1 << 5,
    MAKE_TWO_SIGNERS = 1 << 6,
    MAKE_NO_SIGNER = 1 << 7,
    MAKE_TRAILING = 1 << 8,     /* an octet behind the token */
    MAKE_OTHER_ESS = 1 << 9,    /* the references have another hash */
    MAKE_SHORT_ESS = 1 << 10,   /* ... is no ESSCertID at all */
    MAKE_DISAGREE = 1 << 11,    /* digestAlgorithm is another than the signature's */
    MAKE_UNKNOWN_HASH = 1 << 12 /* digestAlgorithm is none that is known */
};

struct make_signer {
    EVP_PKEY *key;
    sign_buf cert;
};
typedef struct make_signer make_signer;
/* NAME.key.pem and NAME.der of the test PKI. */
make_signer make_signer_open(const char *name);
void make_signer_close(make_signer *s);
CLEANUP(make_signer, make_signer_close);

/* The TSTInfo. Zero is version 1 and the simplest otherwise. */
struct make_info {
    uint64_t version;          /* 0: 1 */
    const char *policy;        /* NULL: 1.2.3.4.1 */
    const char *digest_oid;    /* of the imprint, in place of that of `digest` */
    enum crypto_digest digest; /* NONE: SHA-256 */
    sign_bytes imprint;        /* empty: zeros of the right length */
    const char *time;          /* NULL: 20260105100000Z */
    const char *accuracy;      /* contents of the SEQUENCE in hex; NULL: none */
    int ordering;              /* 1 TRUE, -1 FALSE spelled out */
    const char *nonce;         /* contents of the INTEGER in hex; NULL: none */
    const char *tsa;           /* contents of [0] in hex; NULL: none */
    const char *extensions;    /* contents of [1] in hex; NULL: none */
    const char *more;          /* elements in hex at the end; NULL: none */
};

struct make_token {
    struct make_info info;
    sign_bytes instead; /* of the TSTInfo; empty: info */
    const make_signer *signer;
    enum crypto_digest digest; /* of the signature; NONE: SHA-256 */
    bool pss;
    unsigned ess;            /* 1: ESSCertID, 2: ESSCertIDv2, 3 both */
    const sign_bytes *certs; /* SignedData.certificates */
    size_t n_certs;
    sign_bytes crls;           /* contents of SignedData.crls */
    sign_bytes unsigned_attrs; /* contents of the unsigned attributes: Attributes in their order */
    bool ber;                  /* indefinite lengths outside, the content in two pieces */
    unsigned faults;
};
sign_buf make_token(const struct make_token *m);

/* TimeStampResp: status, statusString (NULL: none), bit of failInfo (-1: none), token (empty: none). */
sign_buf make_response(uint64_t status, const char *text, int failure, sign_bytes token);

/* One Attribute whose only value is this element. */
sign_buf make_attribute(enum oid type, sign_bytes value);

static inline sign_bytes make_view(sign_buf b) {
    return BYTES(b.data, b.len);
}

#endif
