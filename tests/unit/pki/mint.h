/* mint.h - certificates and revocation lists made in memory, with any fault that is asked for. */
#ifndef MINT_H
#define MINT_H

#include "base/time.h"
#include "pki/parts.h"
#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <time.h>

#define T2020 INT64_C(1577836800)
#define T2026 INT64_C(1767225600)
#define T2027 INT64_C(1798761600)
#define T2030 INT64_C(1893456000)
#define DAY   INT64_C(86400)

EVP_PKEY *mint_key(void);

/* What must not take the square of its input, or worse, is held to seconds of the processor, which a busy
 * machine does not make more of. */
#define CR_ASSERT_CPU(since, seconds)                                                                        \
    cr_assert((clock() - (since)) / CLOCKS_PER_SEC < (seconds), "%ld s of the processor",                    \
              (long)((clock() - (since)) / CLOCKS_PER_SEC))

struct mint_cert {
    const char *subject, *issuer; /* common names */
    EVP_PKEY *key, *issuer_key;
    int64_t from, to; /* 0: 2020, 2030 */
    uint64_t serial;  /* 0: 1 */
    int ca;           /* 1 CA:TRUE, -1 CA:FALSE, 0 no extension */
    int path_len;     /* with ca 1: -1 none */
    unsigned key_usage;
    enum oid extra; /* one more extension with the value NULL, or that of crl_uri */
    bool extra_critical;
    const char *crl_uri;
    bool damage;    /* one bit of the signature */
    bool twice;     /* the extension stands there twice */
    bool printable; /* names as PrintableString instead of UTF8String */
    const char *ski, *aki;
    sign_bytes crl_points; /* the extension's value, in place of crl_uri; empty: none */
    sign_bytes number;     /* contents of the serial number, in place of `serial`; empty: none */
    sign_bytes subject_name, issuer_name; /* whole Names instead of subject and issuer */
    sign_bytes extensions;                /* more of them, encoded */
    bool bare_key;                        /* a DSA key without parameters */
};
sign_buf mint_cert(const struct mint_cert *m);
/* An authority that may sign certificates and lists; a "Signer", number 4711. */
struct mint_cert mint_authority(const char *subject, const char *issuer, EVP_PKEY *key, EVP_PKEY *issuer_key);
struct mint_cert mint_signer(const char *issuer, EVP_PKEY *key, EVP_PKEY *issuer_key);

struct mint_entry {
    uint64_t serial;
    int64_t when;
    int reason; /* -1 none */
    bool critical;
    const char *issuer; /* certificateIssuer: a common name; NULL: none */
    sign_bytes number;  /* as in mint_cert */
};
struct mint_crl {
    const char *issuer;
    EVP_PKEY *key;
    int64_t from, to; /* to 0: no nextUpdate */
    const struct mint_entry *entries;
    size_t n;
    size_t fill;      /* that many more: serials 2^32 + 2 i, so that the odd ones are not in it */
    sign_bytes scope; /* contents of the issuingDistributionPoint */
    bool has_scope;
    bool delta, critical;
    bool sha1;             /* signed with SHA-1 */
    uint64_t number, base; /* CRLNumber, and that of the base of a delta; 0: 7, 6 */
    bool unnumbered;       /* no CRLNumber */
    const char *aki;
    bool damage;          /* one bit of the signature */
    int64_t expired_from; /* expiredCertsOnCRL; 0: none */
    bool expired_odd;     /* ... as a UTCTime, which it may not be */
};
sign_buf mint_crl(const struct mint_crl *m);

/* A trust of certificates and lists in memory; the buffers are freed. */
struct world {
    sign_buf anchors[8], certs[8], crls[8];
    size_t n_anchors, n_certs, n_crls, cache;
};
sign_trust *world_trust(struct world *w);

/* A file of the test identities. */
sign_buf identity(const char *name);

/* The path as it is; the caller frees it. */
struct pki_path *path_of(const sign_trust *trust, sign_bytes der, const struct pki_path_options *opt);

struct outcome {
    enum indication indication;
    enum sub_indication sub;
    enum message_id message;
    size_t n_chain, n_revocation;
    int64_t try_at;
    char first_arg[200];
};
struct outcome judge(const sign_trust *trust, sign_bytes der, const struct pki_path_options *opt);
void expect(struct outcome o, enum sub_indication sub, enum message_id message, const char *what);

/* ---- what certificates, lists and responses are put together from ---- */
void mint_name(der_builder *b, const char *cn, bool printable);
void mint_extension(der_builder *b, enum oid id, bool critical); /* begins it; its value follows */
void mint_extension_end(der_builder *b);
void mint_mark(der_builder *b, enum oid id); /* a critical extension with the value NULL */
/* CRLDistributionPoints of one URL, as the extension `id`. */
void mint_point(der_builder *b, enum oid id, const char *url);
/* What was signed, its algorithm and its signature; tbs is freed. */
void mint_signed(der_builder *b, sign_buf tbs, EVP_PKEY *key, bool damage, bool sha1);

static inline sign_bytes view(sign_buf b) {
    return BYTES(b.data, b.len);
}

#endif
