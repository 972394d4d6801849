/* mint_ocsp.h - OCSP responses made in memory, with any fault that is asked for; trusts that have some. */
#ifndef MINT_OCSP_H
#define MINT_OCSP_H

#include "mint.h"

struct mint_single {
    const char *issuer; /* whose name and key are hashed into the CertID */
    EVP_PKEY *issuer_key;
    uint64_t serial;
    enum crypto_digest digest; /* 0: SHA-1 */
    enum ocsp_status status;
    int64_t revoked_at;
    int reason;       /* -1 none */
    int64_t from, to; /* to 0: no nextUpdate */
    int64_t cutoff;   /* 0: none */
    bool critical;    /* an extension that nobody knows */
};

struct mint_ocsp {
    unsigned status; /* not 0: an error response, and nothing else counts */
    bool bare;       /* BasicOCSPResponse alone */
    const char *by_name;
    EVP_PKEY *by_key; /* when by_name is NULL */
    int64_t produced; /* 0: that of the first single's `from` */
    const struct mint_single *singles;
    size_t n;
    sign_bytes nonce; /* empty: none */
    bool critical;
    EVP_PKEY *key; /* that signs */
    const sign_bytes *certs;
    size_t n_certs;
    bool damage; /* one bit of the signature */
};
sign_buf mint_ocsp(const struct mint_ocsp *m);

/* Extensions for mint_cert.extensions, encoded; freed by the caller. */
struct mint_extras {
    bool ocsp_signing, nocheck;
    const char *ocsp_url, *ocsp_url2, *issuers_url, *issuers_url2, *delta_url;
};
sign_buf mint_extras(const struct mint_extras *m);

/* A CA with one signer and a responder, all of them valid and nothing said about revocation. */
struct scene {
    EVP_PKEY *ca_key, *key, *responder_key;
    struct mint_cert ca, signer, responder;
    sign_buf responder_extras, signer_extras;
};
void scene_begin(struct scene *s);
void scene_end(struct scene *s);
/* "good" about the signer at T2026, by the CA itself. */
struct mint_single single_of(const struct scene *s);
struct mint_ocsp response_of(const struct scene *s, const struct mint_single *single);

/* Root, the anchor; CA below it; the signer, 4711 of CA; the teller, another key of CA that may sign lists.
 */
struct cast {
    EVP_PKEY *root_key, *ca_key, *key, *teller_key;
    struct mint_cert root, ca, signer, teller;
    sign_buf extras;
};
struct cast cast_make(void);
void cast_free(struct cast *c);
/* The teller as a responder that CA named, and says nothing about his own revocation unless `nocheck`. */
void cast_responder(struct cast *c, bool nocheck);

/* Any trust; bytes are copied by it. */
struct kit {
    sign_bytes anchors[4], certs[4], crls[4], ocsps[4];
    size_t n_anchors, n_certs, n_crls, n_ocsps;
    sign_anchor list[2];
    size_t n_list;
    const sign_fetch *fetch;
    sign_nonce nonce;
};
sign_trust *kit_trust(const struct kit *k);

#endif
