/* pki/pki.h - facts of one certificate, the frozen trust object, paths and revocation (RFC 5280). */
#ifndef PKI_PKI_H
#define PKI_PKI_H

#include "crypto/crypto.h"
#include "report/report.h"
#include <sign/certificate.h>
#include <sign/trust.h>
#include <sign/verify.h>

/* Key usage bits as in RFC 5280, 4.2.1.3: bit n of the BIT STRING is 1 << n. */
enum {
    KU_DIGITAL_SIGNATURE = 1 << 0,
    KU_NON_REPUDIATION = 1 << 1,
    KU_KEY_ENCIPHERMENT = 1 << 2,
    KU_DATA_ENCIPHERMENT = 1 << 3,
    KU_KEY_AGREEMENT = 1 << 4,
    KU_CERT_SIGN = 1 << 5,
    KU_CRL_SIGN = 1 << 6
};

/*
 * One certificate: its own copy of the bytes, facts as views into them, read in one pass without
 * OpenSSL. Shared between threads, counted. The public key is made on first use and kept.
 */
struct pki_cert {
    sign_bytes der, tbs;
    sign_bytes issuer, subject; /* Name elements, raw */
    sign_bytes serial;          /* contents of the INTEGER */
    sign_bytes spki;
    struct crypto_sigalg sigalg; /* SCHEME_NONE: unknown algorithm */
    sign_bytes signature;
    int64_t not_before, not_after;
    bool has_key_usage, has_basic, is_ca, unknown_critical;
    unsigned key_usage;
    int path_len;                                             /* -1: no limit */
    sign_bytes ski, aki;                                      /* key identifiers; empty when absent */
    sign_bytes policies, qc_statements, eku, crl_points, aia; /* extension values, raw; empty when absent */
    sign_bytes policy_mappings, name_constraints, subject_alt, freshest_crl; /* likewise */
    int require_explicit, inhibit_mapping,
        inhibit_any; /* SkipCerts (RFC 5280, 4.2.1.11, 4.2.1.14); -1: absent */
    bool eku_critical;
    bool ocsp_nocheck;       /* id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1): of meaning for a responder only */
    sign_bytes critical_oid; /* the extension that made unknown_critical true */
    bool self_issued;
    uint8_t sha256[32];
    _Atomic(struct crypto_pubkey *) key;
    _Atomic(struct pki_cert_shown *) shown;
    _Atomic int refs;
};
typedef struct pki_cert *pki_cert_ptr;

/* What reports say of a certificate, UTF-8. */
enum { SHOWN_SUBJECT, SHOWN_ISSUER, SHOWN_PERSON, SHOWN_SERIAL, SHOWN_PARTS };
struct pki_cert_shown {
    /* names as RFC 4514 says, serialNumber of the subject, serial number in hex; data NULL: there is none */
    sign_bytes text[SHOWN_PARTS];
    char sha256[65];
    sign_cert_kind kind;
};

/* Strict DER. SIGN_E_FORMAT, SIGN_E_LIMIT, SIGN_E_MEMORY. `crypto` computes the SHA-256. */
sign_rc pki_cert_read(struct crypto *crypto, sign_bytes der, struct pki_cert **out, sign_error *err);
struct pki_cert *pki_cert_keep(struct pki_cert *c);
void pki_cert_free(struct pki_cert **c);
CLEANUP(pki_cert_ptr, pki_cert_free);
/* The public key; belongs to the certificate. Errors as crypto_pubkey_read. */
sign_rc pki_cert_key(struct pki_cert *c, const struct crypto_pubkey **out, sign_error *err);
/* Belongs to the certificate. NULL: no memory. */
const struct pki_cert_shown *pki_cert_show(struct pki_cert *c);
/* Spares the reading: `key` (counted once more) was read from the same SubjectPublicKeyInfo. */
void pki_cert_key_known(struct pki_cert *c, struct crypto_pubkey *key);

/* Names: RFC 4514 text (reversed, escaped); the first value of an attribute type. Appended. */
bool pki_name_text(sign_bytes name, grow *out);
bool pki_name_attribute(sign_bytes name, enum oid type, grow *out);
/* "CN", else the whole name, for messages; cut to size. false: out of memory, and `out` is "-". */
bool pki_name_short(sign_bytes name, char *out, size_t size);
/* Equal by RFC 5280, 7.1: same bytes, or equal after case folding and white space compression of printable
 * strings. */
bool pki_name_equal(sign_bytes a, sign_bytes b);
void pki_serial_hex(sign_bytes serial, grow *out);      /* lower-case hex without leading zeros */
sign_cert_kind pki_cert_kind(const struct pki_cert *c); /* NES, seal, ...: statements, policies, key usage */
/* The three marks of a qualified certificate that law 5070, art. 9 and the regulator's profile guide ask for.
 */
struct pki_qualified {
    bool etsi, btk; /* id-etsi-qcs-QcCompliance; the regulator's statement, of a person or of a seal */
    bool notice;    /* a user notice among the certificate policies */
};
void pki_cert_qualified(const struct pki_cert *c, struct pki_qualified *out);
/*
 * Whether a critical extended key usage holds nothing but purposes that are not to sign documents (RFC 5280,
 * 4.2.1.12): TLS servers, code, time-stamps, OCSP answers. Their names are appended to `purposes`; running
 * out of memory there is in its `failed`.
 */
bool pki_cert_other_purpose(const struct pki_cert *c, grow *purposes);
/* Whether the extended key usage holds this purpose; *sole: and no other. */
bool pki_cert_has_purpose(const struct pki_cert *c, enum oid purpose, bool *sole);

/* An anchor that is self-issued carries its own signature: a damaged or forged root is refused at the door.
 * SIGN_E_FORMAT; SIGN_E_UNSUPPORTED: by its algorithm or key it cannot be checked. */
sign_rc pki_anchor_check(struct crypto *crypto, struct pki_cert *cert, sign_error *err);

/* What was found in `name`: what is returned but SIGN_OK ends the reading and is its result. */
typedef sign_rc (*pki_object_fn)(void *self, sign_bytes der, const char *name, sign_error *err);
/* Every certificate of a file, a folder or bytes, PEM or DER. SIGN_E_FORMAT: there is none. */
sign_rc pki_certificates_each(const sign_input *in, pki_object_fn each, void *self, sign_error *err);

/* ---- evidence: where a piece came from --------------------------------------------------- */

/* In the order in which sources are asked. */
enum pki_origin {
    ORIGIN_GIVEN = 0, /* by the caller: a file, or the trust's own anchors and certificates */
    ORIGIN_SIGNATURE, /* carried by the document or the signature */
    ORIGIN_CACHE,     /* fetched before */
    ORIGIN_NETWORK    /* fetched for this question */
};
const char *pki_origin_text(enum pki_origin o); /* "given", "signature", "cache", "network" */

/* Shared by the pieces that came from there; counted, so that a report may outlive the piece. */
struct pki_source {
    enum pki_origin origin;
    char *name;       /* base name of a file, URL, or "signature" */
    int64_t obtained; /* fetched: when the server gave it; else 0 */
    int64_t
        expires; /* by the clock of the machine: not the newest any more; INT64_MAX: never (not fetched) */
    _Atomic int refs;
};
struct pki_source *pki_source_new(enum pki_origin origin, const char *name, int64_t obtained,
                                  int64_t expires);
struct pki_source *pki_source_keep(struct pki_source *s); /* NULL is NULL */
void pki_source_free(struct pki_source **s);
typedef struct pki_source *pki_source_ptr;
CLEANUP(pki_source_ptr, pki_source_free);

/* ---- trust ---------------------------------------------------------------------------- */

/* One revocation list, indexed from its bytes once; counted. */
struct pki_crl;
/* One OCSP response, read once; counted. */
struct pki_ocsp;

/* sign_trust is this room's struct: anchors, certificates, lists, responses, caches, and a pool of crypto
 * contexts. */

/* A crypto context of the trust's pool for the length of a call; give it back with pki_lend_back. */
sign_rc pki_lend(const sign_trust *trust, struct crypto **out, sign_error *err);
void pki_lend_back(const sign_trust *trust, struct crypto *c);

/*
 * The certificate for these bytes: from the cache (the common case: no parsing, no allocation), or read
 * and remembered. The caller owns one count.
 */
sign_rc pki_certificate(const sign_trust *trust, struct crypto *crypto, sign_bytes der, struct pki_cert **out,
                        sign_error *err);

/* The bytes of the i-th certificate that the caller gave, anchors and others; empty when there are no more.
 */
sign_bytes pki_trust_certificate(const sign_trust *trust, size_t i);

/*
 * The revocation lists and OCSP responses that a document or a signature carries: read when they are first
 * wanted, then kept for all signatures. What `der` and `ocsp_der` point to must outlive it. Zero is none; not
 * shared among threads.
 */
struct pki_lists {
    const sign_bytes *der; /* CertificateList */
    size_t n;
    const sign_bytes
        *ocsp_der; /* OCSPResponse or BasicOCSPResponse (both occur: RFC 6960; RFC 5126, 6.3.4) */
    size_t n_ocsp;
    struct pki_crl **crls; /* those that could be read */
    size_t n_crls;
    struct pki_ocsp **ocsps;
    size_t n_ocsps;
    bool read;
};
typedef struct pki_lists pki_lists;
void pki_lists_free(pki_lists *l);
CLEANUP(pki_lists, pki_lists_free);

/* ---- paths ---------------------------------------------------------------------------- */

/* What the certificate at the end is to be used for: decides about its usage and which anchors count. */
enum pki_purpose {
    PKI_ANY = 0,       /* the path alone; anchors for signers */
    PKI_SIGNER,        /* as PKI_ANY here: usage of a signer is the policy's word (ades) */
    PKI_TSA,           /* anchors for TSA */
    PKI_CRL_SIGNER,    /* cRLSign; anchors of the question that it serves */
    PKI_OCSP_RESPONDER /* id-kp-OCSPSigning */
};

/* RFC 5280, 6.1.1 (c), (e), (f), (g). Zero: any policy, nothing required. */
struct pki_policy_inputs {
    const sign_bytes *initial; /* OIDs, contents */
    size_t n_initial;          /* 0: anyPolicy */
    bool explicit_policy, no_mapping, no_any_policy;
};

/* The OID of a policy as people write it ("1.2.3"), where its contents are put; false: it is none. */
enum { PKI_POLICY_ROOM = 64 };
bool pki_policy_id(const char *dotted, uint8_t room[PKI_POLICY_ROOM], sign_bytes *out);

struct pki_path_options {
    int64_t at;      /* validation time */
    bool revocation; /* check the end entity and every CA but the anchor */
    bool online;     /* the trust's door to the network may be used */
    /* Those who sign revocation data are not asked whether they were revoked themselves (RFC 6960, 4.2.2.2.1
     * leaves it to their authority); the authorities above them are. */
    bool signers_unchecked;
    bool
        past; /* an anchor's sunset does not count (EN 319 102-1, 5.6.2.1 step 2); revocation is false then */
    enum pki_purpose purpose;
    struct pki_policy_inputs policies;
    const struct pki_cert *anchor; /* the path must end at this one (RFC 5280, 6.3.3 (f)); NULL: any */
    const struct crl_under *under; /* the lists for whose signers this path is looked for; NULL: none */
    unsigned nesting; /* 0; 1, 2 ... for whoever signed a list or response about a certificate of nesting 0, 1
                         ... */
    sign_bytes const *bag; /* DER certificates carried by the signature: candidates, never trusted */
    size_t n_bag;
    const sign_bytes *crls; /* DER CRLs carried by the signature alone */
    size_t n_crls;
    const sign_bytes *ocsps; /* DER OCSP responses carried by the signature alone */
    size_t n_ocsps;
    struct pki_lists *lists; /* those that all signatures of the document share; NULL: none */
    /*
     * What is left for all searches of one document, counted in signatures to check with a key of RSA 2048 or
     * P-256; taken from. NULL: no limit but those of one search. A thousand signers times a flood of
     * certificates or lists would else be hours.
     */
    size_t *effort;
    /*
     * Milliseconds that may still be waited for the network, likewise for one document; taken from. At 0
     * nobody is asked any more, what was fetched before aside. NULL: no end. A thousand signers with a dead
     * server each would else be hours, too.
     */
    int64_t *patience;
};

/* One list or response that the answer about a certificate rests on. */
struct pki_revocation {
    struct pki_cert *cert; /* asked about; counted */
    const char *kind;      /* static: "crl", "ocsp" */
    int64_t this_update, next_update;
    int64_t produced_at;       /* OCSP; 0: none */
    struct pki_source *source; /* counted */
    struct pki_cert *signer;   /* whose key signed it, when that is not the certificate's issuer; counted */
    const char *status;        /* the answer, static: "good", "revoked", "suspended", "unknown" */
    /* What the list is signed with. The key is of the next certificate of the chain, whoever signed the list.
     */
    struct crypto_sigalg sigalg;
    int64_t revoked_at; /* when revoked or suspended */
    int reason;         /* CRLReason, -1 none */
};

/*
 * What was found for one certificate. Immutable; counted; those that stay true for a while are
 * remembered by the trust (valid_from..valid_to) and shared.
 */
struct pki_path {
    enum indication indication; /* TOTAL_PASSED, or INDETERMINATE with sub */
    enum sub_indication sub;
    struct pki_cert *chain[16];    /* end entity first; counted */
    struct pki_source *source[16]; /* of each; counted; NULL: the signature */
    size_t n_chain;
    bool anchored;            /* the last one is an anchor */
    int64_t anchor_sunset;    /* ... believed for times before this only; 0: always */
    bool revocation_checked;  /* the options wanted it */
    bool signers_unchecked;   /* likewise */
    enum pki_purpose purpose; /* ... and this; PKI_SIGNER is PKI_ANY here */
    unsigned from_bag;        /* bit i: chain[i] is no certificate of the trust */
    enum message_id message;  /* why not passed, with arguments */
    char args[3][200];
    int64_t try_at; /* TRY_LATER: when, 0 unknown */
    /* What a time-stamp may repair (EN 319 102-1, 5.5.4, 5.6.2.4). */
    const struct pki_cert *culprit; /* of the chain: revoked, suspended, without fresh data; NULL: none */
    int64_t revoked_at;             /* of it, when revoked or suspended; 0: not */
    bool suspended;
    bool stale; /* there is good evidence for every certificate, but for one or more it is too old for `at` */
    bool ca_expired; /* an authority of the path is outside its validity, and nothing else is wrong with it */
    /* What says that who ended was not revoked, "crl" or "ocsp" and thisUpdate; NULL: nothing was looked for.
     */
    const char *good_by;
    int64_t good_at;
    int64_t valid_from, valid_to;
    int64_t expires; /* by the machine's clock: rests on fetched evidence that may be outdated then;
                        INT64_MAX: no */
    _Atomic int refs;
    /*
     * In the order of the chain. An answer that rests on several lists (a base and its delta, lists for
     * different reasons) has a row for each: the one that its age is told by comes first. Behind it stand
     * rows about certificates that are not of the chain: what is known of who signed these pieces.
     */
    size_t n_revocation;
    struct pki_revocation revocation[];
};
typedef struct pki_path *pki_path_ptr;

/*
 * Builds and checks a path from `cert` to an anchor (RFC 5280, 6): signatures, validity, basic
 * constraints, key usage, path length, unknown critical extensions, revocation.
 * The verdict is in *out; the result only tells whether it could be looked for at all.
 */
sign_rc pki_path_check(const sign_trust *trust, struct crypto *crypto, struct pki_cert *cert,
                       const struct pki_path_options *opt, struct pki_path **out, sign_error *err);
void pki_path_free(struct pki_path **p);
CLEANUP(pki_path_ptr, pki_path_free);

/* ---- evidence for another time than now (EN 319 102-1, 5.6.2) ------------------------------ */

/*
 * One list or response about a certificate that may be used but for its time: its scope covers the
 * certificate and all reasons, whoever signed it may and could at the time when it was made, and the
 * signature verifies.
 */
struct pki_evidence {
    struct pki_revocation piece; /* status, revoked_at and reason as the piece says, whatever the time */
    struct pki_cert *issuer;     /* who signed it; counted */
    bool issuer_is_anchor;
    /*
     * What is to be known of who signed it, when it is not one of the chain, which is judged by itself: a
     * delegated responder, another signer of lists.
     */
    bool signer_unchecked;          /* nothing tells whether he was revoked when the piece was made */
    int64_t signer_from, signer_to; /* his path is valid then; INT64_MIN, INT64_MAX for one of the chain */
    int64_t signer_revoked_at; /* he or an authority of his path was, after the piece was made: it needs a
                                  proof of existence from before that; INT64_MAX: not known to be */
    sign_bytes der; /* CertificateList, BasicOCSPResponse; borrowed: lives as long as the list of evidence */
    uint8_t sha256[32]; /* of der */
    /* A delta with the complete list that it goes with: `der` is the delta, whose time is that of both; the
     * two need a proof of existence each. Empty: der stands for itself. */
    sign_bytes base;
    uint8_t base_sha256[32];
    enum crypto_digest base_digest; /* of its signature */
    int64_t knows_from;     /* it still tells of certificates that ended at or after this (expiredCertsOnCRL,
                               archive cutoff); INT64_MAX: it says nothing about that */
    void *held, *held_base; /* what `der` and `base` belong to; counted */
};
struct pki_evidences {
    struct pki_evidence *list; /* the one issued last comes first */
    size_t n;
};
typedef struct pki_evidences pki_evidences;
void pki_evidences_free(pki_evidences *e);
CLEANUP(pki_evidences, pki_evidences_free);

/*
 * All evidence about chain[0], which chain[1] issued and which ends at an anchor, from the caller's pieces,
 * those carried, and those that were fetched before; nobody is asked. Of the options revocation, past and
 * `at` do not count. None for a chain of one. The order is by issuance: thisUpdate, then producedAt. A piece
 * for some reasons of revocation only, or a delta alone, is evidence when it says revoked for good, and else
 * not. SIGN_E_MEMORY, or what the library of algorithms fails with.
 */
sign_rc pki_evidence_find(const sign_trust *trust, struct crypto *crypto, struct pki_cert *const *chain,
                          size_t n, const struct pki_path_options *opt, pki_evidences *out, sign_error *err);

/*
 * Revocation freshness (5.2.5): issued after `at` less the freshness that is asked for; 0: until its
 * nextUpdate (a response without one: LIMIT_OCSP_AGE; a list without one: never).
 */
bool pki_evidence_fresh(const struct pki_evidence *e, int64_t at, int64_t freshness);

/*
 * Whether it can tell of the certificate that it is about: it was issued before the certificate ended, or
 * keeps those that ended (knows_from), or says that it was revoked. After its end an authority may drop a
 * certificate from its lists (RFC 5280, 3.3), and what they do not hold says nothing then.
 */
bool pki_evidence_knows(const struct pki_evidence *e);

#endif
