/* sign/trust.h - whom we believe. */
#ifndef SIGN_TRUST_H
#define SIGN_TRUST_H

#include <sign/types.h>

SIGN_BEGIN_C

/*
 * Anchors, other certificates and revocation data, frozen once made: share one among all threads.
 * What it learns while verifying (parsed certificates, keys, path verdicts) it remembers in bounded
 * caches of its own; that never changes an answer.
 */
typedef struct sign_trust sign_trust;

/* Each input is a file, a folder (every file in it), or bytes; PEM (also several) or DER. */
typedef struct sign_trust_options {
    size_t size;               /* sizeof(sign_trust_options) */
    const sign_input *anchors; /* every certificate here is a trust anchor */
    size_t n_anchors;
    const sign_input *certs; /* certificates that may help to build paths; never anchors */
    size_t n_certs;
    const sign_input *crls; /* certificate revocation lists */
    size_t n_crls;
    size_t cache; /* certificates remembered; 0: 4096 */
} sign_trust_options;

/*
 * Reads everything at once. An anchor that is self-issued must carry its own valid signature.
 * Errors: SIGN_E_IO; SIGN_E_FORMAT and SIGN_E_LIMIT name the file; nothing is half-loaded.
 */
SIGN_CALL sign_rc sign_trust_new(const sign_trust_options *opt, sign_trust **out, sign_error *err);

/* How many anchors, other certificates and CRLs are inside. */
SIGN_API void sign_trust_count(const sign_trust *trust, size_t *anchors, size_t *certs, size_t *crls);

SIGN_API void sign_trust_free(sign_trust **trust);

SIGN_END_C

#endif
