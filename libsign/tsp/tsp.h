/* tsp/tsp.h - time-stamps: request, response and token of RFC 3161 (with RFC 5816). Whom we believe is
 * decided above. */
#ifndef TSP_TSP_H
#define TSP_TSP_H

#include "cms/signer.h"
#include "pki/pki.h"

/* ---- the token ---------------------------------------------------------------------------------- */

/* A TimeStampToken as it stands: views into `raw`, or into the arena it was read with. Immutable. */
struct tsp_token {
    sign_bytes raw; /* ContentInfo */
    /* Which rule of RFC 3161, 2.4.2, or of CMS it breaks: then no other fact but these two and raw may be
     * used, except `time` (0 when it could not be read). */
    enum message_id broken;
    const char *broken_detail;
    /* What is not as DER or 2.4.2 want it though it can be read in one way only; NULL: nothing. */
    const char *irregular;

    sign_bytes content;        /* octets of the TSTInfo: what is digested */
    sign_bytes policy;         /* OID, contents */
    sign_bytes digest_oid;     /* of the imprint */
    enum crypto_digest digest; /* NONE: unknown */
    sign_bytes imprint;
    sign_bytes serial; /* contents of the INTEGER */
    int64_t time;      /* genTime, whole seconds */
    uint32_t micros;   /* its fraction */
    bool has_accuracy;
    int64_t accuracy; /* microseconds */
    bool ordering;
    bool has_nonce;
    sign_bytes nonce;    /* contents of the INTEGER */
    sign_bytes tsa;      /* GeneralName, raw; empty when absent */
    sign_bytes tsa_name; /* the directoryName of it, a Name element; empty when it is another kind */

    struct cms_signer signer;           /* the only SignerInfo */
    struct cms_reference references[2]; /* the first ESSCertID, ESSCertIDv2 */
    const char *reference_name[2];
    size_t n_references;
    bool references_malformed;

    /* What the token carries: in SignedData, in certificate-values and revocation-values. Candidates only. */
    const sign_bytes *certs, *crls, *ocsps; /* DER */
    size_t n_certs, n_crls, n_ocsps;
    sign_bytes hash_index; /* the value of an ats-hash-index attribute of any version, an element; empty */
    unsigned hash_index_version; /* 1: TS 101 733; 2, 3: EN 319 122-1; 0: none */
};

/*
 * Reads a token (DER or BER). What is wrong with it stands in `broken`; an error is for memory alone. `a`
 * must live as long as the token, `der` too.
 */
sign_rc tsp_token_read(sign_bytes der, arena *a, const struct tsp_token **out, sign_error *err);

/*
 * Integrity with this signer's certificate: *content: content-type and message-digest are those of the
 * TSTInfo; *value: the signature value verifies. TRI_NULL with *problem where key or algorithm is unusable.
 */
struct tsp_integrity {
    enum tri content, value;
    enum message_id problem;
    const char *detail;           /* static or in the arena given */
    const char *expected, *found; /* hex, when content is false for its digest */
};
sign_rc tsp_token_check(struct crypto *crypto, const struct tsp_token *t, struct pki_cert *signer, arena *a,
                        struct tsp_integrity *out, sign_error *err);

/* Whether tsa, when it is there, is one of the subject names of this certificate, as 2.4.2 wants it. */
bool tsp_token_names(const struct tsp_token *t, const struct pki_cert *signer);
/* Whether the imprint is this digest in the token's own algorithm. */
bool tsp_token_is_of(const struct tsp_token *t, sign_bytes digest);
/*
 * Whether a comes for certain before b (RFC 3161, 2.4.2: accuracy, and ordering when the TSA is the same). An
 * accuracy that is not told is taken for one second, the least that EN 319 421 lets an authority have.
 */
bool tsp_token_before(const struct tsp_token *a, const struct tsp_token *b);

/* ---- request and response ------------------------------------------------------------------------- */

struct tsp_request {
    enum crypto_digest digest;
    sign_bytes imprint;
    sign_bytes policy; /* OID, contents; empty: any */
    sign_bytes nonce;  /* octets, a positive number; empty: none */
    bool certificates; /* certReq */
};
/* TimeStampReq, DER (RFC 3161, 2.4.1). */
sign_rc tsp_request_write(const struct tsp_request *request, sign_buf *out, sign_error *err);

struct tsp_response {
    unsigned status;  /* PKIStatus: 0 granted, 1 grantedWithMods, 2 rejection, ... */
    const char *text; /* statusString, joined; NULL */
    int failure;      /* bit of PKIFailureInfo, -1: none */
    sign_bytes token; /* ContentInfo; empty: none */
};
/*
 * TimeStampResp, DER (2.4.2). SIGN_E_FORMAT: it is none; the text then quotes the beginning of what came
 * instead, because some authorities answer in words. Texts are in the arena.
 */
sign_rc tsp_response_read(sign_bytes der, arena *a, struct tsp_response *out, sign_error *err);
/* The authority's word where it gave no time-stamp: status, failure, text; NULL: it granted one. In the
 * arena. */
const char *tsp_response_refusal(const struct tsp_response *response, arena *a);
const char *tsp_failure_name(int failure); /* "badAlg"; NULL: none that is known */
/*
 * Whether the token answers the request: imprint, nonce, policy (2.2). SIGN_E_REFUSED, with what differs;
 * SIGN_E_NETWORK: the authority said no, with its words.
 */
sign_rc tsp_response_check(const struct tsp_request *request, const struct tsp_response *response, arena *a,
                           const struct tsp_token **out, sign_error *err);

#endif
