/* ades/ades.h - what all formats share: the facts a codec reads, and the judgement over them (EN 319 102-1).
 */
#ifndef ADES_ADES_H
#define ADES_ADES_H

#include "ades/policy.h"
#include "base/limits.h"
#include "cms/signer.h"
#include "key/key.h"
#include "pki/pki.h"
#include "tsp/tsp.h"
#include <sign/create.h>
#include <sign/verify.h>

/* ---- time-stamps, as a codec finds them -------------------------------------------------------------- */

/* By what they protect (EN 319 102-1, 5.6.2.3; TS 119 102-1 orders them so in time, too). */
enum ades_stamp_class {
    STAMP_CONTENT = 0,  /* signed property: the data, before they were signed */
    STAMP_SIGNATURE,    /* the signature value */
    STAMP_REFS,         /* references to certificates and revocation data alone */
    STAMP_SIG_AND_REFS, /* the signature, its time-stamps, and the references */
    STAMP_ARCHIVE       /* all that stood there */
};

/* One object that a time-stamp protects: by its octets, or by a reference that holds a digest of it. */
struct ades_covered {
    bool revocation;        /* a CRL or OCSP response; else a certificate */
    enum crypto_digest via; /* DIGEST_NONE: `what` are the octets; else `what` is their digest by this */
    sign_bytes what;        /* DER; of a response the OCSPResponse or the BasicOCSPResponse, as it stands */
};

/* Whether a time-stamp is of what it is attached to. */
struct ades_imprint {
    enum tri same;       /* TRI_NULL: cannot be told, see why */
    enum message_id why; /* false or null: in what way; MSG_NONE: another digest than was found */
    const char *detail;  /* its argument */
    const char *found;   /* hex of the digest that was computed; NULL: none */
};

struct ades_stamp {
    enum ades_stamp_class class;
    const char *kind; /* "signature-time-stamp", "archive-time-stamp-v3", "ArchiveTimeStamp (1.4.1)" ... */
    const struct tsp_token *token;
    /* What the codec itself found wrong with the property that holds it; MSG_NONE: nothing. */
    enum message_id broken;
    const char *broken_detail;

    bool covers_data, covers_signature;
    const size_t *stamps; /* indices of stamps that it protects, with everything they carry and protect */
    size_t n_stamps;
    const struct ades_covered *covered; /* beyond what those bring */
    size_t n_covered;
    /* Certificates and lists that came with the property beside the token (TimeStampValidationData) are in
     * the signature's bag and lists. */

    /*
     * Computes the imprint by `digest` and compares it with `expected`. Where there are several ways to
     * compute it in use, the first that matches decides. Called while the signature is judged, at most once.
     */
    sign_rc (*imprint)(const struct ades_stamp *stamp, enum crypto_digest digest, sign_bytes expected,
                       struct ades_imprint *out, sign_error *err);
    void *codec; /* for imprint */
    const void *place;
};

/* A reference to a certificate or to revocation data (EN 319 122-1, A.1; EN 319 132-1, A.1). */
struct ades_value_ref {
    bool revocation, ocsp;
    bool attribute;            /* of an attribute authority: listed only */
    enum crypto_digest digest; /* NONE: unknown, or the reference has none (OCSP by name and time) */
    sign_bytes hash;
    sign_bytes issuer, serial; /* certificate: Name and contents of INTEGER, empty when absent; CRL: issuer */
    int64_t time;              /* CRL: issue time; OCSP: producedAt; 0 none */
};

/* The signature policy that the signer names (EN 319 122-1, 5.2.9; EN 319 132-1, 5.2.9). */
struct ades_signature_policy {
    bool present, implied;
    const char *oid;           /* dotted, or the URI when it is none; NULL */
    enum crypto_digest digest; /* NONE: unknown or none */
    sign_bytes hash;
    bool hash_zero; /* "not to be checked" */
    const char *uri;
};

/* What unsigned attributes or properties carry: read by the codec, judged elsewhere. */
struct ades_carried {
    bool signature_stamp, refs_stamp, certificate_refs, revocation_refs, certificate_values,
        revocation_values;
    bool timestamp_data;      /* TimeStampValidationData, AnyValidationData, or values in a token */
    bool archive, archive_v3; /* archive_v3: the kind that levels of EN 319 122-1 and 132-1 have */
};
/* The structural level: what is there, not what it proves (EN 319 122-1, 6.1; TS 101 733, 4.3 and 4.4). */
const char *ades_level(const struct ades_carried *u, bool revocation_in_message);

/* An archive time-stamp of the signature above a counter-signature, which proves (ades_facts.proves) and
 * protects it with all that stands in it: proof that it existed. */
struct ades_hashed;

struct ades_outer {
    int64_t time;
    const char *by;                     /* id of the time-stamp */
    const struct ades_covered *covered; /* what else it protects */
    size_t n_covered;
};

/* What a codec found out about one signature, before anybody asks whom we believe. */
struct ades_facts {
    /* Structure. broken: which rule of the format it breaks, MSG_NONE when well-formed. */
    enum message_id broken;
    const char *broken_detail, *broken_other; /* arguments of the message */
    /* A constraint of the profile it does not meet though it is well-formed (no signed attributes, ...). */
    enum message_id constraint;
    const char *constraint_detail;

    bool content_missing; /* detached, and the caller did not give it */
    enum tri references, signature_value, signing_certificate;
    enum message_id references_problem;         /* why they are false; MSG_NONE: MSG_HASH_DIFFERS */
    const char *digest_expected, *digest_found; /* arguments of that message */
    enum message_id key_problem; /* signature_value or references is null: key or algorithm is unusable */
    const char *key_detail;
    bool signing_certificate_present; /* the signed attribute exists */
    const char *certificate_attribute, *certificate_expected, *certificate_found; /* when it is false */
    bool issuer_serial_differs;
    enum crypto_digest reference_digest; /* the best of the references; NONE: there is none that is known */

    enum ades_role role; /* ROLE_SIGNATURE, ROLE_COUNTER_SIGNATURE */
    sign_bytes value;    /* of the signature: names it among the objects whose existence is proven */
    const struct ades_stamp *stamps; /* in the order in which they stand */
    size_t n_stamps;
    bool *
        proves; /* n_stamps of them, for ades to set: what the time-stamp protects is proven by it; or NULL */
    const struct ades_outer *outer; /* of a counter-signature */
    size_t n_outer;
    const struct ades_value_ref *refs;
    size_t n_refs;
    const struct ades_carried *carried;
    struct ades_signature_policy policy;
    bool certificate_v1, certificate_v2; /* which signing-certificate attributes there are */

    struct pki_cert *signer; /* NULL: no certificate found; counted by the codec */
    struct crypto_sigalg sigalg;
    enum crypto_digest
        digest; /* of what is signed; of several the one that ends first, see ades_weaker_digest() */
    int64_t claimed_time;

    const sign_bytes *bag; /* certificates carried */
    size_t n_bag;
    const sign_bytes *crls; /* CRLs carried by this signature alone */
    size_t n_crls;
    const sign_bytes *ocsps; /* OCSP responses, likewise: OCSPResponse or BasicOCSPResponse */
    size_t n_ocsps;
    struct pki_lists *lists; /* CRLs and responses carried by the document; NULL: none */
    size_t *effort;          /* left for the paths of all signatures of the document, see pki_path_options */
    struct ades_hashed *
        *hashed;       /* what was digested for all of them, in the report's arena: NULL at first. Whatever
                          facts name stays where it is until the last of them is judged. NULL: keep none */
    int64_t *patience; /* likewise */
};

struct ades_context {
    const sign_trust *trust;
    struct crypto *crypto;
    const struct ades_policy *policy;
    int64_t at;
    bool revocation;
    bool online;            /* the trust's door to the network may be used */
    bool inspect;           /* integrity only */
    sign_digested digested; /* NULL, or who wants the octets that are digested */
    void *digested_user;
};

/*
 * Judges one signature: fills indication, sub, signer, integrity, revocation, best_signature_time and
 * messages of `out` (which the codec has filled with id, format, level, scope, ...). Order of EN 319
 * 102-1, 5.3.4.
 */
sign_rc ades_judge(const struct ades_context *ctx, const struct ades_facts *facts, struct sign_report *report,
                   struct report_signature *out, sign_error *err);

/*
 * Judges a time-stamp token by itself (5.4): `facts` has what there is beside it (bag, lists, budget). Fills
 * `out` as ades_judge does, and one row of its time-stamps.
 */
sign_rc ades_judge_token(const struct ades_context *ctx, const struct ades_stamp *stamp,
                         const struct ades_facts *facts, struct sign_report *report,
                         struct report_signature *out, sign_error *err);

/*
 * What its counter-signatures, which stand judged under `out`, mean for the signature: nothing by the
 * standard, what the policy says here.
 */
void ades_weigh_counters(const struct ades_context *ctx, const struct ades_facts *facts,
                         struct sign_report *report, struct report_signature *out);

/* A certificate to be judged alone. */
struct ades_certificate {
    struct pki_cert *cert;
    sign_cert_use use;
    const sign_bytes *bag; /* certificates given with it: candidates, never trusted */
    size_t n_bag;
    struct pki_policy_inputs policies;
};

/* Path, revocation and algorithms, and what the use asks for (EN 319 102-1, 5.2.6): fills `out` as ades_judge
 * does, less what only a signature has. */
sign_rc ades_judge_certificate(const struct ades_context *ctx, const struct ades_certificate *question,
                               struct sign_report *report, struct report_signature *out, sign_error *err);

/* ---- what codecs share ------------------------------------------------------------------- */

bool ades_issuer_serial_same(const struct cms_reference *ref, const struct pki_cert *cert);
/* Does the reference's hash match? hex (2 * DIGEST_MAX + 1) gets the certificate's when not, for messages. */
sign_rc ades_reference_hash(struct crypto *crypto, const struct cms_reference *ref,
                            const struct pki_cert *cert, bool *same, char *hex, sign_error *err);
/* Of two digests the one without an end, else the first. */
enum crypto_digest ades_better_digest(enum crypto_digest a, enum crypto_digest b);
/* Of two digests the one that ends first: what several digests sign together is as good as the worst. */
enum crypto_digest ades_weaker_digest(enum crypto_digest a, enum crypto_digest b);

/* Issuer and serial number of a certificate without reading the rest: most candidates are none. */
bool ades_certificate_names(sign_bytes der, sign_bytes *issuer, sign_bytes *serial);
/* A candidate from its bytes. One that cannot be read is none: *out stays NULL. */
sign_rc ades_candidate(const struct ades_context *ctx, sign_bytes der, struct pki_cert **out,
                       sign_error *err);

/* Who a SignerInfo says signed it, and what its signed references say of him. */
struct ades_sid {
    const struct cms_signer *signer;
    struct cms_reference refs[2]; /* of SigningCertificate, SigningCertificateV2: as far as they are there */
    const char *names[2];
    size_t n;
    bool malformed; /* one of them could not be read */
};
/*
 * Finds the signer's certificate in `first`, then in facts->bag, then among the caller's: by the identifier,
 * and of several the one that the references name. Fills signer, signing_certificate and what belongs to it.
 * The caller frees facts->signer.
 */
sign_rc ades_find_signer(const struct ades_context *ctx, arena *texts, const struct ades_sid *sid,
                         const sign_bytes *first, size_t n_first, struct ades_facts *facts, sign_error *err);

/* ---- creation -------------------------------------------------------------------------- */

/* Options checked once and frozen: what every format needs to know. */
struct ades_plan {
    const sign_options *opt;
    sign_options defaults;
    int64_t signing_time;
    struct crypto_sigalg sigalg; /* from the certificate's key and the options */
    enum crypto_digest digest;
    sign_bytes chain[LIMIT_PATH_LENGTH]; /* DER, signer first; borrowed */
    size_t n_chain;
    struct pki_cert *signer;
    bool proven; /* the value will come from a key that is known to be the signer's (key_proven) */
};
typedef struct ades_plan ades_plan;
/*
 * Checks options and certificate together. SIGN_E_ARGUMENT for options that contradict; SIGN_E_CERTIFICATE
 * for a certificate that may not sign (encryption, expired at the signing time, not yet valid, no signing key
 * usage, is a CA); SIGN_E_UNSUPPORTED key.
 */
sign_rc ades_plan_make(struct crypto *crypto, const sign_bytes *chain, size_t n, const sign_options *opt,
                       ades_plan *out, sign_error *err);
/* The same for a key that is open here: with its chain, and without reading its public key again. */
sign_rc ades_plan_for_key(struct crypto *crypto, const sign_key *key, const sign_options *opt, ades_plan *out,
                          sign_error *err);
/*
 * The algorithm with which `key` signs: ECDSA for EC, PSS for RSA when asked for or when the key says so (RFC
 * 4055), else PKCS#1 v1.5. false: the key's own parameters forbid it.
 */
bool ades_sigalg_for(const struct crypto_pubkey *key, enum crypto_digest digest, bool pss,
                     struct crypto_sigalg *out);
void ades_plan_free(ades_plan *p);
CLEANUP(ades_plan, ades_plan_free);

/* What is to be signed, for whoever holds the key: the digest and how. tbs is borrowed. */
sign_draft_facts ades_draft_facts(const struct crypto_sigalg *alg, const uint8_t *tbs);
/* SIGN_E_FORMAT unless a draft of this certificate can have the algorithm: who reads one believes nothing. */
sign_rc ades_draft_sigalg(struct pki_cert *signer, const struct crypto_sigalg *alg, sign_error *err);

/*
 * A format is a row of functions; formats stand in one array in engine/. Each function's contract is that of
 * the public one of the same name.
 */
struct ades_draft; /* of one format */
struct ades_format {
    sign_format id;
    const char *name;
    /* 1: these first bytes (at most 4096) look like mine; 0: no; also says no for other well-formed things.
     */
    int (*looks_like)(const source *s);
    sign_rc (*verify)(const struct ades_context *ctx, const source *what, const source *contents, size_t n,
                      struct sign_report *report, sign_error *err);
    sign_rc (*extract)(struct crypto *crypto, const source *what, const sign_output *out, sign_error *err);
    /* The attached content as it stands, judged by nobody, or its first `limit` octets; left empty when there
     * is none. */
    sign_rc (*content)(const source *what, size_t limit, sign_buf *out, sign_error *err);
    sign_rc (*draft)(struct crypto *crypto, const ades_plan *plan, const sign_input *what,
                     const sign_input *in, struct ades_draft **out, sign_error *err);
    sign_rc (*draft_export)(const struct ades_draft *d, const sign_output *out, sign_error *err);
    /* SIGN_E_FORMAT when the bytes are not this format's draft. */
    sign_rc (*draft_import)(struct crypto *crypto, const source *in, const sign_input *content,
                            struct ades_draft **out, sign_error *err);
    sign_draft_facts (*draft_get)(const struct ades_draft *d);
    sign_rc (*draft_finish)(struct crypto *crypto, struct ades_draft *d, sign_bytes value, sign_encoding enc,
                            const sign_output *out, sign_error *err);
    void (*draft_free)(struct ades_draft **d);
};

#endif
