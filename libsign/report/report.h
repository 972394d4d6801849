/* report/report.h - findings of one verification, and how they are written. Knows nothing of CMS, X.509 or
 * trust. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/bytes.h"
#include "base/message.h"
#include <sign/certificate.h>
#include <sign/verify.h>

/* EN 319 102-1, 5.1.3 */
enum indication { INDICATION_NONE = 0, TOTAL_PASSED, TOTAL_FAILED, INDETERMINATE };

/* EN 319 102-1, table 5 and 6; one row: enum, text. */
#define SUB_INDICATIONS(X)                                                                                   \
    X(FORMAT_FAILURE)                                                                                        \
    X(HASH_FAILURE)                                                                                          \
    X(SIG_CRYPTO_FAILURE)                                                                                    \
    X(REVOKED)                                                                                               \
    X(EXPIRED)                                                                                               \
    X(NOT_YET_VALID)                                                                                         \
    X(SIG_CONSTRAINTS_FAILURE)                                                                               \
    X(CHAIN_CONSTRAINTS_FAILURE)                                                                             \
    X(CERTIFICATE_CHAIN_GENERAL_FAILURE)                                                                     \
    X(CRYPTO_CONSTRAINTS_FAILURE)                                                                            \
    X(POLICY_PROCESSING_ERROR)                                                                               \
    X(SIGNATURE_POLICY_NOT_AVAILABLE)                                                                        \
    X(TIMESTAMP_ORDER_FAILURE)                                                                               \
    X(NO_SIGNING_CERTIFICATE_FOUND)                                                                          \
    X(NO_CERTIFICATE_CHAIN_FOUND)                                                                            \
    X(NO_CERTIFICATE_CHAIN_FOUND_NO_POE)                                                                     \
    X(REVOKED_NO_POE)                                                                                        \
    X(REVOKED_CA_NO_POE)                                                                                     \
    X(OUT_OF_BOUNDS_NO_POE)                                                                                  \
    X(OUT_OF_BOUNDS_NOT_REVOKED)                                                                             \
    X(REVOCATION_OUT_OF_BOUNDS_NO_POE)                                                                       \
    X(CRYPTO_CONSTRAINTS_FAILURE_NO_POE)                                                                     \
    X(NO_POE)                                                                                                \
    X(TRY_LATER)                                                                                             \
    X(SIGNED_DATA_NOT_FOUND)                                                                                 \
    X(CUSTOM)
enum sub_indication {
    SUB_NONE = 0,
#define X(name) SUB_##name,
    SUB_INDICATIONS(X)
#undef X
};
const char *indication_text(enum indication i);         /* "TOTAL-PASSED"; NULL for none */
const char *sub_indication_text(enum sub_indication s); /* "HASH_FAILURE"; NULL for none */

const char *report_block_indication(enum indication i); /* of a building block: "PASSED", "FAILED" */

const char *report_reason(int crl_reason); /* RFC 5280, 5.3.1: "keyCompromise"; NULL: none of these */

/* true, false, or not known: JSON null. */
enum tri { TRI_NULL = -1, TRI_FALSE = 0, TRI_TRUE = 1 };

/* Everything below lives in the report's arena; texts are UTF-8 or NULL. */

struct report_message {
    struct report_message *next;
    enum message_id id;
    char level; /* 'E', 'W', 'I': how much it counts here. report_say sets the code's own letter; whoever
                   knows the policy writes another over it */
    const char *args[3];
    /* What a program asks: which check (its name), of what, what was expected and what was found; NULL: it is
     * no check, or the message says it all. `expected` is English and Turkish. */
    const char *constraint;
    const char *object; /* "S1", "S1-T1", "certificate CN=...", "crl of CN=..." */
    const char *expected[2];
    const char *actual;
};

/* One check as it was made, for the detailed report. */
struct report_check {
    struct report_check *next;
    const char *name;
    const char *expected[2];
    enum report_status { CHECK_OK = 0, CHECK_FAILED, CHECK_WARNED, CHECK_INFORMED, CHECK_IGNORED } status;
    const char *object, *actual;
};

const char *
report_status_text(enum report_status status); /* "ok", "failed", "warned", "informed", "ignored" */

/* One building block as it ran (EN 319 102-1, 5.2 to 5.6): what went in, what was checked, what came out. */
struct report_block {
    struct report_block *next, *inside; /* inside: those that it called */
    const char *name, *clause;          /* "XCV", "5.2.6" */
    const char *object;                 /* what it was about: "S1", "S1-T1", a certificate's subject */
    struct report_input {
        struct report_input *next;
        const char *name, *value; /* "validation time", RFC 3339 */
        size_t left_out;          /* inputs of that name behind it that are not told: there were too many */
    } * inputs;
    struct report_check *checks;
    enum indication indication; /* TOTAL_PASSED reads as PASSED here, TOTAL_FAILED as FAILED */
    enum sub_indication sub;
    const char *result; /* what it gives beside: control time, best time, chain; NULL */
};

/* That an object existed at a time, and what proves it. */
struct report_poe {
    struct report_poe *next;
    const char *kind;   /* "signature", "certificate", "crl", "ocsp", "time-stamp", "data" */
    const char *object; /* id, or SHA-256 in hex */
    int64_t time;
    const char *by; /* id of the time-stamp; NULL: that it is here now */
};

struct report_signer {
    const char *subject, *serial_number, *issuer, *serial; /* see design of JSON: RFC 4514, hex */
    char cert_sha256[65];
    sign_bytes der;
    const char *kind;              /* "NES", ... for the text; NULL */
    int64_t not_before, not_after; /* of the certificate; both 0: not known */
};

/* Where a piece of evidence came from. */
struct report_origin {
    const char *origin; /* "given", "signature", "cache", "network" */
    const char *source; /* file name, URL, "signature"; NULL: not known */
    int64_t obtained;   /* fetched: when the server gave it; else 0 */
};

/* A certificate of the path, the end entity first. */
struct report_chain {
    struct report_chain *next;
    const char *subject;     /* RFC 4514 */
    const char *cert_sha256; /* hex */
    struct report_origin from;
    bool anchor; /* the path ends here, because it is believed as such */
};

struct report_revocation {
    struct report_revocation *next;
    const char *kind;                 /* "crl" or "ocsp" */
    const char *cert_sha256;          /* of the certificate that was asked about, hex */
    int64_t this_update, next_update; /* 0: none */
    int64_t produced_at;              /* of an OCSP response; 0: none */
    struct report_origin from;
    const char *signer; /* cert_sha256 of who signed it, when that is not who issued the certificate; NULL */
    const char *status; /* "good", "revoked", "suspended", "unknown" */
    int64_t revoked_at; /* 0: it is not revoked, or nobody says since when */
    const char
        *reason; /* CRLReason as it is named in RFC 5280, 5.3.1: "keyCompromise"; NULL: none is given */
};

struct report_timestamp {
    struct report_timestamp *next;
    const char *id;   /* "S1-T1" */
    const char *kind; /* "signature-time-stamp", "archive-time-stamp-v3", ... */
    int64_t time;     /* 0 unknown */
    int64_t accuracy; /* microseconds; -1: not said */
    enum indication indication;
    enum sub_indication sub;
    const char *tsa;
    struct report_signer *signer; /* the authority's certificate; NULL: not found */
    enum tri imprint, signature_value;
    const char *digest_alg, *algorithm; /* of the imprint; of the signature */
    const char *imprint_hex;
    const char *policy_oid, *serial;
    int64_t best_time; /* earliest proof that the token existed; the validation time when there is no other */
    const char *const
        *covers; /* words for people and programs: "data", "signature", ids, "certificate <hex>" */
    size_t n_covers;
    sign_bytes der;
    struct report_chain *chain;
    struct report_revocation *revocation;
    struct report_message *messages;
    struct report_block *blocks;
};

struct report_scope {
    struct report_scope *next;
    const char *name, *digest_alg; /* "SHA-256" */
    const char *digest;            /* hex */
};

/* What was used or carried, whole, for the diagnostic data and the validation objects of TS 119 102-2. */
struct report_object {
    struct report_object *next;
    const char *kind;   /* "certificate", "crl", "ocsp", "time-stamp" */
    const char *sha256; /* hex, of `der` */
    sign_bytes der;
    struct report_origin from;
    bool used; /* the verdict rests on it */
    struct report_facts {
        struct report_facts *next;
        const char *name, *value; /* "subject", "not-before" ...: as text, times RFC 3339 */
    } * facts;
};

struct report_signature {
    struct report_signature *next;
    const char *id;     /* "S1" */
    const char *format; /* "cades", "cms" */
    const char *level;  /* "B" ... or NULL */
    enum indication indication;
    enum sub_indication sub;
    struct report_signer *signer; /* NULL: not found */
    int64_t claimed_time;         /* 0: none */
    int64_t best_signature_time;  /* 0: none */
    enum tri references, signature_value, signing_certificate;
    enum tri covers_whole_document;
    const char *algorithm; /* "RSA-PSS SHA-256", for the text and inspect */
    const char *policy_oid, *policy_uri,
        *policy_hash; /* signature policy, shown to people (Rehber 3.2); NULL */
    const char *commitment, *place, *roles, *mime_type, *content_hint; /* signed properties as text; NULL */
    const char *attributes; /* unsigned and unknown attributes, comma separated, for inspect; NULL */
    struct report_scope *scope;
    struct report_timestamp *timestamps;
    struct report_chain *chain;
    struct report_revocation *revocation;
    struct report_signature *countersignatures;
    struct report_message *messages;
    bool is_counter;
    int64_t try_at;              /* TRY_LATER: when it may be known; 0: not said */
    const char *best_time_by;    /* id of the time-stamp that proves best_signature_time; NULL: none does */
    const char *profile;         /* "P2", "P3", "P4" by the signature policy; NULL */
    struct report_block *blocks; /* as they ran, outermost first */
    struct report_poe *poe;
    size_t poe_left_out;        /* proofs that are not told, because a report would be too long */
    sign_bytes value_der;       /* of the signature value, for TS 119 102-2; empty */
    sign_signature public_view; /* filled by report_seal */
};

struct sign_report {
    arena arena;
    const char *schema;           /* "verify/1", "inspect/1" or "cert-check/1" */
    const sign_cert *certificate; /* that was judged alone; NULL: signatures were */
    const char *use;              /* what it was judged for: "signer", "tsa", "ocsp", "any" */
    const char *document;         /* name of the file */
    int64_t validation_time;
    bool time_given;            /* --at: the text says so */
    bool no_revocation;         /* the text says so */
    const char *policy;         /* "default" */
    enum indication indication; /* the worst; NONE when there are no signatures */
    enum sub_indication sub;
    const char *rule; /* which signatures must pass: "all", "any", "2 of 3", names; NULL: all */
    struct report_object *objects;
    bool detailed; /* blocks, poe and objects are wanted: they are left empty otherwise */
    struct report_signature *signatures, **tail;
    struct report_message *messages; /* of the document as a whole (no signature found, ...) */
    const sign_signature **views;
    size_t count;
};
typedef struct sign_report *sign_report_ptr;
CLEANUP(sign_report_ptr, sign_report_free);

sign_rc report_new(struct sign_report **out, sign_error *err);
struct report_signature *
report_add(struct sign_report *r); /* appended; NULL when out of memory (r->arena.failed) */
/* Appends a message; arguments are copied. */
void report_say(struct sign_report *r, struct report_message **list, enum message_id id, const char *a1,
                const char *a2, const char *a3);
/* The message that was said last of that list, to say more of it; NULL: there is none. */
struct report_message *report_last(struct report_message *list);
/* How much it counts: 'E', 'W' or 'I'. */
char report_level(const struct report_message *m);
/* What to do about it; "" when there is no advice, or none is due because the policy only notes what is an
 * error elsewhere. */
const char *report_hint(const struct report_message *m, sign_lang lang);
/* The facts of the certificate that is judged, copied. */
void report_certificate(struct sign_report *r, const sign_cert *cert);
/* Computes the worst verdict, fills the public views. SIGN_E_MEMORY when any addition failed. */
sign_rc report_seal(struct sign_report *r, sign_error *err);

#endif
