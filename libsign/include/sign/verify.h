/* sign/verify.h - verify, say so, and give back what was signed. */
#ifndef SIGN_VERIFY_H
#define SIGN_VERIFY_H

#include <sign/policy.h>
#include <sign/trust.h>

SIGN_BEGIN_C

/* The findings of one verification. Points at nothing else; const, so many threads may read it. */
typedef struct sign_report sign_report;

/*
 * Gets the octets that are digested for signature `id`, piece by piece, to find out why a digest differs:
 * `what` is "SignedInfo", "Reference-1" ... in document order; an empty piece ends each. What it returns but
 * SIGN_OK ends the verification and is its result. XML signatures only.
 */
typedef sign_rc (*sign_digested)(void *user, const char *id, const char *what, sign_bytes piece,
                                 sign_error *err);

typedef struct sign_verify_options {
    size_t size;            /* sizeof(sign_verify_options) */
    int64_t at;             /* validation time, seconds since 1970 UTC; 0: now. Proves nothing */
    const char *policy;     /* name of a built-in policy: "default" (also NULL), "strict", "tr", "tr-uyum" */
    int no_revocation;      /* nonzero: no revocation check, and the report says so */
    int offline;            /* nonzero: the trust's door to the network stays shut */
    int inspect;            /* nonzero: structure and integrity only, no trust is looked at */
    sign_digested digested; /* NULL: not wanted */
    void *digested_user;
    int detailed; /* nonzero: the report keeps what only SIGN_DETAILED and the forms behind it tell */
    const sign_policy *policy_file; /* wins over `policy`; NULL: none */
    /*
     * Which signatures of the document must pass: "all" (also NULL), "any", "n:K" (those of K different
     * signers), "signer:ID[,ID]" (one of each ID: serialNumber or common name of the subject, or SHA-256 of
     * the certificate in hex; "\\," is a comma in a name). Others that do not pass are named in warnings. A
     * signature that counts and leaves a part of the document unsigned never goes without a warning, and is
     * no pass where the policy has covers-whole-document at FAIL. SIGN_E_ARGUMENT: it is no such rule.
     */
    const char *require;
} sign_verify_options;

/*
 * Verifies every signature of `what`; `in[0..n)` is the detached content by name (one alone needs no
 * name). `trust` NULL is an empty one. SIGN_OK only when every signature is TOTAL-PASSED (or those that
 * `require` names), else the worst verdict; *out is written in each of these cases, SIGN_NO_SIGNATURE
 * included. A malformed or oversized signature is a verdict (TOTAL-FAILED / FORMAT_FAILURE), not an error.
 */
SIGN_CALL sign_rc sign_verify(const sign_input *what, const sign_input *in, size_t n, const sign_trust *trust,
                              const sign_verify_options *opt, sign_report **out, sign_error *err);

/* What a certificate is checked for: the usage it must allow, and the purpose its anchor must have. */
typedef enum sign_cert_use {
    SIGN_USE_SIGNER = 0, /* to sign documents: nonRepudiation (policy default) */
    SIGN_USE_TSA = 1,    /* RFC 3161, 2.3: critical and sole timeStamping */
    SIGN_USE_OCSP = 2,   /* RFC 6960, 4.2.2.2 */
    SIGN_USE_ANY = 3     /* the path alone (RFC 5280, 6) */
} sign_cert_use;

typedef struct sign_cert_options {
    size_t size; /* sizeof(sign_cert_options) */
    int64_t at;  /* validation time; 0: now */
    sign_cert_use use;
    const char *policy;         /* as in sign_verify_options */
    int no_revocation, offline; /* likewise */
    const char *const
        *policies; /* user-initial-policy-set: dotted OIDs (RFC 5280, 6.1.1 (c)); none: anyPolicy */
    size_t n_policies;
    int explicit_policy, no_mapping, no_any_policy; /* RFC 5280, 6.1.1 (e) to (g) */
    const sign_policy *policy_file;                 /* wins over `policy`; NULL: none */
} sign_cert_options;

/*
 * The verdict on a certificate alone: path, revocation, algorithms (EN 319 102-1, 5.2.6). The first
 * certificate of `cert` is judged; further ones in the same file may help to build its path. Result and *out
 * as sign_verify; the report (schema "cert-check/1") has one entry.
 */
SIGN_CALL sign_rc sign_cert_check(const sign_input *cert, const sign_trust *trust,
                                  const sign_cert_options *opt, sign_report **out, sign_error *err);

/*
 * Writes the signed content of `what` to `out`, byte for byte as it was digested, when every
 * signature's integrity is true; else SIGN_FAILED and nothing written. Detached: SIGN_E_IO.
 */
SIGN_CALL sign_rc sign_extract(const sign_input *what, const sign_output *out, sign_error *err);

/* The worst verdict of all signatures: SIGN_OK, SIGN_FAILED, SIGN_INDETERMINATE or SIGN_NO_SIGNATURE. */
SIGN_API sign_rc sign_report_verdict(const sign_report *report);

/*
 * The program's exit code for this report: for a verification the verdict's number (0 to 3); for an
 * inspection 0 whenever the structure could be read, 1 when it could not, 3 when there is none.
 */
SIGN_API int sign_report_exit(const sign_report *report);

SIGN_API size_t sign_report_count(const sign_report *report);

/* One signature, as found. Texts belong to the report; NULL or -1 is "unknown". */
typedef struct sign_signature {
    sign_rc verdict;         /* SIGN_OK, SIGN_FAILED or SIGN_INDETERMINATE */
    const char *indication;  /* "TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE" (EN 319 102-1, 5.1.3) */
    const char *sub;         /* "HASH_FAILURE", "REVOKED_NO_POE", ...; NULL when passed */
    const char *id;          /* the XML Id, else "S1", "S2" ... in file order; "C1" a certificate alone */
    const char *format;      /* "cades", "cms", "xades", "xmldsig"; NULL for a certificate alone */
    const char *level;       /* "B", "T", "LT", "LTA", "C", "X", "XL", "A", or NULL */
    const char *signer;      /* subject name, RFC 4514 */
    const char *person;      /* serialNumber attribute of the subject, whole */
    sign_bytes certificate;  /* DER of the signer's certificate; empty when not found */
    int references;          /* 1, 0, or -1 when unknown: every digest matches */
    int signature_value;     /* likewise: the value verifies with the signer's key */
    int signing_certificate; /* likewise: the signing-certificate attribute matches */
    int64_t claimed_time;    /* signing-time attribute; 0: none. A claim, no proof */
    int64_t best_time;       /* best-signature-time */
} sign_signature;

/* NULL when i is out of range. */
SIGN_API const sign_signature *sign_report_signature(const sign_report *report, size_t i);

/*
 * What a report is written as. The forms from SIGN_DETAILED on tell more of a verification whose options had
 * `detailed` set; without it they tell what there is.
 */
typedef enum sign_report_form {
    SIGN_TEXT = 0,       /* for people: verdict first, then who, when, why, what to do */
    SIGN_JSON = 1,       /* schema "verify/1", "inspect/1" or "cert-check/1" */
    SIGN_DETAILED = 2,   /* "verify-detailed/1": and the building blocks as they ran (EN 319 102-1, 5) */
    SIGN_DIAGNOSTIC = 3, /* "verify-diagnostic/1": every object, its facts and its DER in base64 */
    SIGN_ETSI = 4,       /* TS 119 102-2, XML; SIGN_E_UNSUPPORTED unless signatures were verified */
    SIGN_HTML = 5        /* one page: no script, nothing from outside, light and dark, for print too */
} sign_report_form;

/*
 * Writes the report as `form`. Texts for people are in `lang`; keys, codes and URIs do not depend on it. The
 * personal number in a name is masked in SIGN_TEXT and SIGN_HTML and whole in the others, which are for
 * programs.
 */
SIGN_CALL sign_rc sign_report_write(const sign_report *report, sign_report_form form, sign_lang lang,
                                    sign_buf *out, sign_error *err);

SIGN_API void sign_report_free(sign_report **report);

SIGN_END_C

#endif
