/* sign/trust.h - whom we believe. */
#ifndef SIGN_TRUST_H
#define SIGN_TRUST_H

#include <sign/anchors.h>
#include <sign/fetch.h>

SIGN_BEGIN_C

/*
 * Anchors, other certificates and revocation data, frozen once made: share one among all threads.
 * What it learns while verifying (parsed certificates, keys, path verdicts) it remembers in bounded
 * caches of its own; that never changes an answer.
 *
 * Evidence is looked for in this order, and the next source is asked only when those before it left the
 * question open: what the caller gave here, what the signature carries, what was fetched before, the network.
 */
typedef struct sign_trust sign_trust;

/*
 * Nonces in OCSP requests (RFC 8954): of what is asked for through the door. Responses that the caller gave
 * or the signature carries answer nobody's request, and are judged by their times alone.
 */
typedef enum sign_nonce {
    SIGN_NONCE_PREFER = 0,  /* sent; an answer without one will do, one with another will not */
    SIGN_NONCE_REQUIRE = 1, /* sent and wanted back: nothing that was remembered or pre-produced will do */
    SIGN_NONCE_NONE = 2     /* not sent */
} sign_nonce;

/* Each input is a file, a folder (every file in it), or bytes; PEM (also several) or DER. */
typedef struct sign_trust_options {
    size_t size;               /* sizeof(sign_trust_options) */
    const sign_input *anchors; /* every certificate here is a trust anchor, for every purpose */
    size_t n_anchors;
    const sign_anchor
        *list; /* anchors with their purposes (of a trust store); der, purposes, sunset, source count */
    size_t n_list;
    const sign_input *certs; /* certificates that may help to build paths; never anchors */
    size_t n_certs;
    const sign_input *crls; /* certificate revocation lists */
    size_t n_crls;
    const sign_input *ocsps; /* OCSP responses (RFC 6960), DER */
    size_t n_ocsps;
    const sign_fetch *fetch; /* the door to the network; NULL: there is none */
    sign_nonce nonce;
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
