/* cades/verify.h - one verification of one message: what its signatures share. Private to this room. */
#ifndef CADES_VERIFY_H
#define CADES_VERIFY_H

#include "ades/ades.h"

struct cades_digest {
    bool have, extra_differs;
    uint8_t value[DIGEST_MAX];
};

struct cades_hashes;
struct cades_beside;

struct cades_job {
    const struct ades_context *ctx;
    const cms_message *m;
    const source *given; /* the content the caller named; NULL: none */
    struct sign_report *report;
    sign_bytes *certs; /* elements, in the report's arena */
    size_t n_certs;
    pki_lists lists;            /* the CRLs of the message: each is read once for all signers */
    bool listed[DIGEST_COUNT];  /* in digestAlgorithms; DIGEST_NONE: some that are not known */
    size_t countersignatures;   /* read so far, for the limit */
    size_t stamps;              /* likewise */
    uint64_t archived;          /* octets that may still be digested for time-stamps */
    size_t effort;              /* left for certificate paths */
    struct ades_hashed *hashed; /* see ades_facts */
    int64_t patience;           /* likewise, in milliseconds */
    struct cades_digest digests[DIGEST_COUNT]; /* of the content: once for all signers */
    /* Of certificates and crls, for hash indexes, by digest; NULL: not asked for. */
    struct cades_hashes *hashed_certificates, *hashed_crls;
};

/* One signature on its way: `parent` is NULL for a signature of the content (RFC 5652, 11.4 otherwise). */
struct cades_one {
    struct cades_job *job;
    const struct cms_signer *s, *parent;
    struct report_signature *out;
    struct ades_facts facts;
    const struct cades_beside *beside; /* NULL: nothing stands beside it */
    unsigned depth;
};

/*
 * Computes the facts of o: everything that the bytes, the content and the certificates tell. o->facts is
 * initialised with what is known before; o->facts.signer is the caller's to free.
 */
sign_rc cades_collect(struct cades_one *o, sign_error *err);

/*
 * The digest of the content with `d`, computed at most once. *out is NULL when there is no content, or the
 * algorithm is none that is computed.
 */
sign_rc cades_content_digest(struct cades_job *job, enum crypto_digest d, const struct cades_digest **out,
                             sign_error *err);

/* Reads and judges every signature of job->m; the findings go into job->report. None: no signature is added.
 */
sign_rc cades_verify_message(struct cades_job *job, sign_error *err);

/*
 * Finds the signer's certificate among those carried, then among the caller's: by sid, and of several the one
 * that the signing-certificate attributes name (RFC 5035, 5.4). Fills signer, signing_certificate and what
 * belongs to it. The caller frees facts->signer.
 */
sign_rc cades_find_signer(const struct cades_job *job, const struct cms_signer *s, struct ades_facts *facts,
                          sign_error *err);

#endif
