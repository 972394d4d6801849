/* cades/verify.h - one verification of one message: what its signatures share. Private to this room. */
#ifndef CADES_VERIFY_H
#define CADES_VERIFY_H

#include "cades/read.h"

struct cades_digest {
    bool have, extra_differs;
    uint8_t value[DIGEST_MAX];
};

struct cades_job {
    const struct ades_context *ctx;
    const cades_message *m;
    const source *given; /* the content the caller named; NULL: none */
    struct sign_report *report;
    sign_bytes *certs, *crls; /* elements, in the report's arena */
    size_t n_certs, n_crls;
    size_t countersignatures;                  /* read so far, for the limit */
    struct cades_digest digests[DIGEST_COUNT]; /* of the content: once for all signers */
};

/* Reads and judges every signature of job->m; the findings go into job->report. None: no signature is added.
 */
sign_rc cades_verify_message(struct cades_job *job, sign_error *err);

/*
 * Finds the signer's certificate among those carried, then among the caller's: by sid, and of several the one
 * that the signing-certificate attributes name (RFC 5035, 5.4). Fills signer, signing_certificate and what
 * belongs to it. The caller frees facts->signer.
 */
sign_rc cades_find_signer(const struct cades_job *job, const struct cades_signer *s, struct ades_facts *facts,
                          sign_error *err);

/*
 * The digest of the content with `d`, computed at most once. *out is NULL when there is no content, or the
 * algorithm is none that is computed.
 */
sign_rc cades_job_digest(struct cades_job *job, enum crypto_digest d, const struct cades_digest **out,
                         sign_error *err);

#endif
