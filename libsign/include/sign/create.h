/* sign/create.h - create signatures: in one call, or in two steps around a key that is elsewhere. */
#ifndef SIGN_CREATE_H
#define SIGN_CREATE_H

#include <sign/key.h>

SIGN_BEGIN_C

/* What to sign and how. Zero everywhere is a good default: CAdES, attached, SHA-256, now. */
typedef struct sign_options {
    size_t size;        /* sizeof(sign_options) */
    sign_format format; /* SIGN_AUTO is CAdES */
    sign_shape shape;
    sign_digest digest;
    int pss;                  /* nonzero: RSA keys sign with RSASSA-PSS (RFC 4056) */
    int64_t claimed_time;     /* signing-time attribute, seconds since 1970 UTC; 0: now */
    int64_t now;              /* the clock: what may sign is asked of the table of algorithms as of now, or as
                                 of the claimed time when that is later; 0: the system's */
    const char *mime_type;    /* mime-type attribute (EN 319 122-1, 5.2.5); NULL: none */
    const char *content_hint; /* content-hints description (RFC 2634, 2.9); NULL: none */
    const char *commitment;   /* commitment-type-indication OID, dotted (5.2.3); NULL: none */
    const char *const *roles; /* claimed roles, UTF-8 (5.2.6) */
    size_t n_roles;
    int roles_v1;              /* nonzero: signer-attributes (TS 101 733, 5.11.3), the Turkish option,
                                  instead of signer-attributes-v2 */
    const char *place_country; /* signer-location (5.2.4): country name, locality, postal address lines */
    const char *place_locality;
    const char *const *place_lines; /* at most 6 */
    size_t n_place_lines;
    const char *policy_oid;         /* signature-policy-identifier (5.2.9), dotted; NULL: none */
    sign_digest policy_digest;      /* algorithm of policy_hash */
    sign_bytes policy_hash;         /* required with policy_oid */
    const char *policy_uri;         /* SPuri qualifier; NULL: none */
    const char *policy_notice;      /* SPUserNotice explicit text; NULL: none */
    const sign_bytes *certificates; /* DER, embedded beside the signer's and its chain */
    size_t n_certificates;

    /* XAdES only; SIGN_E_ARGUMENT when set for another format. Clauses of EN 319 132-1. */
    sign_c14n c14n;     /* of SignedInfo, SignedProperties and XML content */
    int certificate_v1; /* nonzero: SigningCertificate (TS 101 903, 7.2.2), the Turkish option, instead of
                           SigningCertificateV2 (5.2.2) */
    int place_v1; /* nonzero: SignatureProductionPlace (TS 101 903, 7.2.7) instead of its V2 (5.2.5); it has
                     no street: place_lines is then SIGN_E_ARGUMENT */
    const char *place_state, *place_postal_code; /* StateOrProvince, PostalCode (5.2.5) */
    const char *element; /* internally detached: Id of the one element of the document to sign; NULL: all of
                            it, inside a new root element */
    int single;          /* enveloped, nonzero: the enveloped-signature transform alone; a second signature in
                            the document breaks this one. Zero: every Signature is left out of the digest, so
                            that others can be added (sign_add) */
    int key_value;       /* nonzero: KeyInfo holds the bare public key too (XML-Signature, 4.5.2) */
} sign_options;

/*
 * Signs `in` and writes the signature to `out`.
 * A form (root {urn:mavikalem:belge:1}Basvuru, XML or JSON) is signed as its canonical XML, and only
 * when it has no errors and the signer's serialNumber is the applicant's KimlikNo: else SIGN_E_REFUSED.
 */
SIGN_CALL sign_rc sign_create(const sign_key *key, const sign_input *in, const sign_options *opt,
                              const sign_output *out, sign_error *err);

/*
 * Adds a parallel signature (RFC 5652, 5.1: one more SignerInfo) to `what`; every byte of the others
 * stays. `in` is the detached content, NULL when it is attached. The others are not judged, but
 * their digest of the content must match: a signature that does not hold is SIGN_E_FORMAT.
 * opt->format SIGN_AUTO is the format of `what`. XAdES: one more ds:Signature in the document, which signs
 * what the first one signs; the others are verified before and after, and one that covers the whole document
 * (`single`) is SIGN_E_FORMAT. A detached or enveloping XML signature is SIGN_E_UNSUPPORTED: sign the content
 * again.
 */
SIGN_CALL sign_rc sign_add(const sign_key *key, const sign_input *what, const sign_input *in,
                           const sign_options *opt, const sign_output *out, sign_error *err);

/* The same in two steps: draft, have the digest signed, finish. One thread at a time. */
typedef struct sign_draft sign_draft;

/*
 * Prepares a signature by the owner of `chain[0]` (DER certificates, copied). `what` is an existing
 * signature to add to, or NULL; `in` the content, NULL when `what` has it attached.
 * `in` and `what` must stay readable until the draft is finished or exported, when they are files.
 */
SIGN_CALL sign_rc sign_draft_new(const sign_bytes *chain, size_t n, const sign_input *what,
                                 const sign_input *in, const sign_options *opt, sign_draft **out,
                                 sign_error *err);

/* What is to be signed. */
typedef struct sign_draft_facts {
    sign_digest digest_alg;
    sign_scheme scheme;
    unsigned salt_len; /* octets of PSS salt, 0 otherwise */
    sign_bytes digest; /* belongs to the draft */
} sign_draft_facts;

SIGN_API sign_draft_facts sign_draft_get(const sign_draft *draft);

/*
 * Writes the draft as a file of its own, versioned: with the content of attached shapes, with the
 * digest only of detached ones. Use mode 0600: it holds what will be signed.
 */
SIGN_CALL sign_rc sign_draft_export(const sign_draft *draft, const sign_output *out, sign_error *err);

/*
 * Reads an exported draft. `content`, optional, is the detached content again: a digest that differs
 * is SIGN_FAILED and no draft. For an XAdES draft that carries its content it is SIGN_E_ARGUMENT.
 */
SIGN_CALL sign_rc sign_draft_import(const sign_input *draft, const sign_input *content, sign_draft **out,
                                    sign_error *err);

/*
 * Completes the signature with `value`. A value that the certificate's key does not verify is
 * SIGN_FAILED, and nothing is written.
 */
SIGN_CALL sign_rc sign_draft_finish(sign_draft *draft, sign_bytes value, sign_encoding encoding,
                                    const sign_output *out, sign_error *err);

SIGN_API void sign_draft_free(sign_draft **draft);

SIGN_END_C

#endif
