/* pki/parts.h - what the files of this room share: readers, hash, revocation lists, the inside of a trust. */
#ifndef PKI_PARTS_H
#define PKI_PARTS_H

#include "base/limits.h"
#include "base/map.h"
#include "pki/cache.h"
#include "pki/pki.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- extensions.c: a failure is in the parse ---- */

/* Those of a certificate, with the cursor inside the [3]. */
void pki_extensions_read(struct der_cursor *c, struct pki_cert *cert);

/* One Extension of a certificate, a revocation list, its entry or an OCSP response (RFC 5280, 4.1). */
struct pki_extension {
    sign_bytes oid, value;
    bool critical;
};
/* false: at the end of the list, or malformed. */
bool pki_extension_next(struct der_cursor *list, struct pki_extension *x);
/* Inside its value. */
struct der_cursor pki_extension_value(const struct der_cursor *list, const struct pki_extension *x);
/* Fails the parse for a second one of its kind, which could take back what the first one said (4.2). */
enum { EXTENSIONS_MAX = 64 };
struct pki_extensions_seen {
    sign_bytes oids[EXTENSIONS_MAX];
    size_t n;
};
void pki_extension_once(struct der_cursor *list, const struct pki_extension *x,
                        struct pki_extensions_seen *seen);
/* CRLReason, the whole of the value (5.3.1). */
void pki_reason_read(struct der_cursor *value, int *reason);

/* An AlgorithmIdentifier: its raw element, and what crypto makes of it. */
bool pki_sigalg_read(struct der_cursor *c, sign_bytes *raw, struct crypto_sigalg *out);

/* The form of a name in which equal names (RFC 5280, 7.1) are equal octets; appended. */
bool pki_name_key(sign_bytes name, grow *out);

/*
 * Whether `signature` over `signed_part` verifies with the key of `issuer`. *ok is false too for an algorithm
 * or key that cannot be used; the result is an error only when it could not be found out (memory, library).
 */
sign_rc pki_signed_by(struct crypto *crypto, struct pki_cert *issuer, sign_bytes signed_part,
                      const struct crypto_sigalg *alg, sign_bytes signature, bool *ok, sign_error *err);

/* An algorithm that is known and good enough to be computed at all. */
bool pki_sigalg_usable(const struct crypto_sigalg *alg);

/*
 * The same with the key of chain[0], where DSA parameters that it does not have itself are those of the
 * issuers above it (RFC 3279, 2.3.2). They belong to the path: a key made so is never kept with the
 * certificate, and what it verified is not to be remembered for another path.
 */
sign_rc pki_signed_in_path(struct crypto *crypto, struct pki_cert *const *chain, size_t n,
                           sign_bytes signed_part, const struct crypto_sigalg *alg, sign_bytes signature,
                           bool *ok, sign_error *err);
/* Whether its key is such a one. */
bool pki_key_inherits(const struct pki_cert *cert);

/* ---- revocation lists ------------------------------------------------------------------ */

struct crl_slot;
struct crl_groups;
struct pki_crl {
    sign_buf own; /* the bytes, when they are ours */
    sign_bytes der, tbs, issuer, signature;
    struct crypto_sigalg sigalg;
    int64_t this_update, next_update;
    bool has_next;
    bool critical; /* an extension that had to be understood and is not (RFC 5280, 5.2, 5.3) */
    bool delta;    /* changes since the list number base_number (5.2.4) */
    bool indirect; /* may hold entries of other issuers: certificateIssuer (5.3.3) */
    bool stray;    /* ... and holds some without saying so */
    sign_bytes number, base_number; /* contents of CRLNumber and BaseCRLNumber; empty when absent */
    sign_bytes aki;                 /* identifier of the key that signed it; empty when absent */
    sign_bytes freshest;            /* CRLDistributionPoints of its deltas, raw; empty when absent */
    sign_bytes
        scope; /* issuingDistributionPoint, raw; empty: the list is about everything its issuer issues */
    sign_bytes entries; /* contents of revokedCertificates */
    size_t count;
    struct crl_slot *slots; /* hash table over the entries */
    size_t cap;
    uint64_t seed[2];
    struct crl_groups
        *groups;          /* from where on entries are about another issuer's certificates; NULL: nowhere */
    sign_buf issuer_key;  /* pki_name_key of the issuer */
    int64_t expired_from; /* expiredCertsOnCRL (X.509, 9.5.2.8): certificates that ended at or after this are
                             still on it; INT64_MAX: it does not say */
    struct pki_source *source; /* counted */
    struct pki_crl *next;      /* same issuer, in a trust */
    _Atomic int refs;
    _Atomic(uint8_t *) sha256;             /* of der, when it was first wanted */
    _Atomic(struct pki_cert *) signer;     /* whose key verified it: once found out, remembered */
    _Atomic(struct pki_cert *) not_signer; /* the first whose key did not */
};
typedef struct pki_crl *pki_crl_ptr;

struct crl_entry {
    int64_t revoked_at;
    int reason; /* CRLReason (RFC 5280, 5.3.1), -1: absent */
};
enum { REASON_HOLD = 6, REASON_REMOVE = 8 };

/*
 * Strict DER; every entry is looked at once. The bytes must outlive the CRL: the caller's, or handed over by
 * putting them into `own` afterwards. `from` is counted once more. SIGN_E_FORMAT, SIGN_E_LIMIT,
 * SIGN_E_MEMORY.
 */
sign_rc pki_crl_read(sign_bytes der, struct pki_source *from, struct pki_crl **out, sign_error *err);
struct pki_crl *pki_crl_keep(struct pki_crl *c);
void pki_crl_free(struct pki_crl **c);
CLEANUP(pki_crl_ptr, pki_crl_free);
/*
 * The entry about the certificate with this serial number (contents of the INTEGER) that the list's own
 * issuer issued; of several the first, unless a later one is the first that is for good.
 */
bool pki_crl_find(const struct pki_crl *c, sign_bytes serial, struct crl_entry *out);
/* The same for an issuer by its pki_name_key: in an indirect list another than the list's own. */
bool pki_crl_find_for(const struct pki_crl *c, sign_bytes issuer_key, sign_bytes serial,
                      struct crl_entry *out);
/* What the list says about chain[0] of the search's question. */
struct crl_search;
bool crl_search_entry(const struct crl_search *s, const struct pki_crl *c, struct crl_entry *out);
/* Revoked and not only suspended, or released: that is for good (RFC 5280, 5.3.1). */
bool pki_crl_entry_final(const struct crl_entry *e);
/* Whether it is remembered for this key how the signature verifies: then *ok says so. */
bool pki_crl_known(struct pki_crl *c, const struct pki_cert *issuer, bool *ok);
/* The signature, verified once for a key and remembered. */
sign_rc pki_crl_signed_by(struct pki_crl *c, struct crypto *crypto, struct pki_cert *issuer, bool *ok,
                          sign_error *err);
/* ReasonFlags (RFC 5280, 4.2.1.13): bit n is 1 << n. */
enum { REASONS_ALL = 0x1fe };
/*
 * For which reasons of revocation the list speaks about this certificate (RFC 5280, 5.2.5 and 6.3.3 (b),
 * (d)); 0: it does not.
 */
unsigned pki_crl_covers(const struct pki_crl *c, const struct pki_cert *cert);
/* The names (raw) of the cRLIssuers at the distribution points of the certificate. */
size_t pki_crl_issuer_names(const struct pki_cert *cert, sign_bytes *out, size_t max);
/* Whether the issuingDistributionPoint can be read and says indirectCRL. */
bool pki_crl_scope_indirect(sign_bytes scope);

/* ---- crl_entries.c: the entries of a list, checked and indexed ---- */

/* Looks at every entry once: counts them, notes those of other issuers and unknown critical extensions. */
void crl_entries_read(struct der_cursor *c, struct pki_crl *crl);
/* After the rest of the list was read. SIGN_E_MEMORY. */
sign_rc crl_entries_index(struct pki_crl *crl, sign_error *err);
void crl_groups_free(struct crl_groups **g);

/* ---- revocation of one certificate ------------------------------------------------------- */

/* ---- OCSP responses (RFC 6960, 4.2) ------------------------------------------------------ */

enum ocsp_status { OCSP_GOOD = 0, OCSP_REVOKED, OCSP_STATUS_UNKNOWN };

/* One SingleResponse; views into the response. */
struct ocsp_single {
    enum crypto_digest digest; /* of the CertID; NONE: unknown */
    sign_bytes name_hash, key_hash, serial;
    enum ocsp_status status;
    int64_t revoked_at;
    int reason; /* CRLReason, -1: absent */
    int64_t this_update, next_update;
    bool has_next;
    int64_t archive_cutoff; /* INT64_MIN: none (RFC 6960, 4.4.4) */
};

struct pki_ocsp {
    sign_buf own;     /* the bytes, when they are ours */
    unsigned status;  /* responseStatus; 0: successful, and only then is there anything below */
    sign_bytes basic; /* the BasicOCSPResponse */
    sign_bytes tbs, signature;
    struct crypto_sigalg sigalg;
    sign_bytes by_name, by_key; /* responderID: one of them; a Name element, or the SHA-1 of the key */
    int64_t produced_at;
    struct ocsp_single *singles;
    size_t n_singles;
    sign_bytes nonce;                          /* contents of the nonce; has_nonce false: none */
    bool has_nonce, critical;                  /* critical: an extension that is not processed */
    sign_bytes certs[LIMIT_OCSP_CERTIFICATES]; /* DER */
    size_t n_certs;
    struct pki_source *source; /* counted */
    _Atomic int refs;
    _Atomic(uint8_t *) sha256;             /* of basic, when it was first wanted */
    _Atomic(struct pki_cert *) signer;     /* whose key verified it: once found out, remembered */
    _Atomic(struct pki_cert *) not_signer; /* the first whose key did not */
};
typedef struct pki_ocsp *pki_ocsp_ptr;

/*
 * An OCSPResponse or a bare BasicOCSPResponse, strict DER, zero copy: the bytes must outlive it, or be handed
 * over by putting them into `own` afterwards. `from` is counted once more. SIGN_E_FORMAT, SIGN_E_LIMIT,
 * SIGN_E_MEMORY.
 */
sign_rc pki_ocsp_read(sign_bytes der, struct pki_source *from, struct pki_ocsp **out, sign_error *err);
struct pki_ocsp *pki_ocsp_keep(struct pki_ocsp *r);
void pki_ocsp_free(struct pki_ocsp **r);
CLEANUP(pki_ocsp_ptr, pki_ocsp_free);
/* As pki_crl_known and pki_crl_signed_by. */
bool pki_ocsp_known(struct pki_ocsp *r, const struct pki_cert *signer, bool *ok);
sign_rc pki_ocsp_signed_by(struct pki_ocsp *r, struct crypto *crypto, struct pki_cert *signer, bool *ok,
                           sign_error *err);

/* The octets of subjectPublicKey, which key hashes are made of (RFC 6960, 4.1.1); empty: malformed. */
sign_bytes pki_key_octets(const struct pki_cert *cert);
/* CertID of `cert` with SHA-1 (RFC 5019, 2.1.1): what is asked about, DER. */
sign_rc ocsp_cert_id(struct crypto *crypto, const struct pki_cert *cert, const struct pki_cert *issuer,
                     sign_buf *out, sign_error *err);
enum { OCSP_NONCE_SIZE = 32 }; /* RFC 8954, 2.1 */
/* OCSPRequest about one CertID (DER); nonce empty: none. */
sign_rc ocsp_request(sign_bytes cert_id, sign_bytes nonce, sign_buf *out, sign_error *err);

/* SHA-256 of the CertificateList and of the BasicOCSPResponse: computed once. */
sign_rc pki_crl_identity(struct pki_crl *c, struct crypto *crypto, uint8_t out[32], sign_error *err);
sign_rc pki_ocsp_identity(struct pki_ocsp *r, struct crypto *crypto, uint8_t out[32], sign_error *err);

/* ---- where certificates say that more is to be had ----------------------------------------- */

/* The first LIMIT_URLS http and https URLs; views into the certificate. */
struct pki_urls {
    sign_bytes url[LIMIT_URLS];
    size_t n;
};
/* authorityInfoAccess, raw, by access method (RFC 5280, 4.2.2.1). */
void pki_urls_access(sign_bytes aia, enum oid method, struct pki_urls *out);
/*
 * CRLDistributionPoints, raw (RFC 5280, 4.2.1.13): the first usable URL of every point in `first`, the other
 * places of the same lists in `others`. Appended.
 */
void pki_urls_points(sign_bytes points, struct pki_urls *first, struct pki_urls *others);

enum rev_status { REV_UNKNOWN = 0, REV_GOOD, REV_SUSPENDED, REV_REVOKED };

/* A question about chain[0], whose issuer is chain[1]; the last one is the anchor. */
struct rev_question {
    const sign_trust *trust;
    struct crypto *crypto;
    const struct pki_path_options *opt; /* of the search that asks: at, bag, online, nesting, effort */
    struct pki_cert *const *chain;
    size_t n_chain;
    struct pki_lists *carried[2]; /* by the document and by the signature; NULL: none */
    /*
     * Evidence is looked for (EN 319 102-1, 5.6.2): whoever signed a piece is judged at the time when it was
     * made, and every piece that holds is kept, whatever its time.
     */
    bool ever;
};

/*
 * Whoever signed a piece of evidence, at the time when it was made; the certificates that stand in the chain
 * of the question aside, which are judged with it.
 */
struct maker {
    int64_t from, to;   /* his path is valid then; the whole of time for who stands in the chain */
    int64_t revoked_at; /* he or an authority of his path, but after the piece was made; INT64_MAX: not known
                           to be */
    bool unchecked;     /* whether one of them was revoked when the piece was made is not known */
};

struct rev_answer {
    enum rev_status status;
    bool listed; /* a piece was used: the facts below are its */
    bool ocsp;   /* which kind */
    /*
     * The other pieces that it rests on; where `cert` is NULL that and `status` are the answer's. The others
     * tell of who signed one of them, and of the authorities of his path.
     */
    struct pki_revocation *more;
    size_t n_more;
    int64_t due; /* when newer information is to be had; 0: not said */
    int64_t this_update, next_update, produced_at;
    struct pki_source *source; /* counted */
    struct pki_cert *signer;   /* as in pki_revocation; counted */
    struct crypto_sigalg sigalg;
    int64_t revoked_at;
    int reason;
    int64_t valid_from, valid_to; /* the answer is the same for every validation time of these */
    bool carried;                 /* rests on a piece or a certificate that only this signature brings */
    int64_t expires;              /* as in pki_path */
    enum message_id why;          /* unknown: what stood in the way */
    int64_t why_time;
    char why_text[200]; /* what the service said, where it was asked; "" */
};
void rev_answer_clear(struct rev_answer *a);
/* The pieces that an answer rests on, as rows about this certificate: 1 + n_more of them, counted; none when
 * it is not listed. */
size_t rev_answer_rows(const struct rev_answer *a);
void rev_answer_tell(const struct rev_answer *a, struct pki_cert *cert, struct pki_revocation *out);
/* Copies a piece, counted once more, into the place given. */
void pki_revocation_copy(struct pki_revocation *to, const struct pki_revocation *from);
void pki_revocation_clear(struct pki_revocation *r);
void pki_revocations_free(struct pki_revocation **rows, size_t *n);
/* Reads what is carried, once; malformed pieces are left out. */
sign_rc pki_lists_read(struct pki_lists *l, size_t *effort, sign_error *err);
/* What came with a signature and is malformed is just no candidate: such an error becomes SIGN_OK. */
sign_rc pki_forgive(sign_rc rc, sign_error *err);

/*
 * Answers n questions (the certificates of one chain) from the sources in their order. What is left open
 * after the local ones is fetched for all of them at once.
 */
sign_rc pki_revocation_find(const struct rev_question *q, size_t n, struct rev_answer *out, sign_error *err);

/*
 * ---- revocation_crl.c, crl_signer.c: what the lists say (RFC 5280, 6.3.3) ----
 * Lists are added as sources yield them; reasons add up over lists (onlySomeReasons), a delta is joined with
 * its base.
 */
enum { CRL_CANDIDATES = 64, CRL_ISSUERS = 8 };

/* A list about this certificate that is signed as it must be. */
struct crl_use {
    struct pki_crl *crl;          /* counted */
    struct pki_cert *signer;      /* counted */
    unsigned reasons;             /* that it covers */
    int64_t from, to;             /* validation times for which its signer is believed */
    int64_t expires;              /* as in pki_path, of the path of the signer */
    bool carried;                 /* the signer is believed for something that only this signature brings */
    struct maker maker;           /* of evidence */
    struct pki_revocation *about; /* what the signer is believed for, when he does not stand in the chain */
    size_t n_about;
};

struct crl_search {
    const struct rev_question *q;
    sign_buf issuers[CRL_ISSUERS]; /* name keys: the certificate's issuer, then the cRLIssuers it names */
    size_t n_issuers;
    struct crl_use *uses;
    size_t n, cap;
    enum message_id why; /* what stood in the way of the best that could not be used */
    int rank;
    int64_t why_time;
    bool doubtful;  /* a list was left out for a reason that may hold for this very time only */
    size_t orphans; /* lists that were left out because nobody has their signer's certificate */
};

/* Lists whose signers are being looked for: the inner question must not wait for the outer one. */
struct crl_under {
    const struct pki_crl *crl;
    struct pki_cert *signer;
    const struct crl_under *up;
};

/* Whether a list of this issuer may be about the certificate (RFC 5280, 6.3.3 (b)(1)). */
sign_rc crl_search_wants(struct crl_search *s, const struct pki_crl *list, bool *wanted, sign_error *err);
/* One list; what cannot be used is left out, and the nearest obstacle noted. Lists of others are passed over.
 */
sign_rc crl_search_add(struct crl_search *s, struct pki_crl *list, sign_error *err);
/* All lists of the trust that are of one of these issuers. */
sign_rc crl_search_add_trust(struct crl_search *s, sign_error *err);
/* true when they settle the question (all reasons covered by fresh lists, or revoked). */
sign_rc crl_search_settle(struct crl_search *s, struct rev_answer *out, bool *settled, sign_error *err);
void crl_search_clear(struct crl_search *s);
/* Whether the delta holds the changes since this list, or a list before it (RFC 5280, 5.2.4, 6.3.3 (c)). */
bool crl_goes_with(const struct crl_use *delta, const struct crl_use *base);
/* What stood in the way of using a list, the nearer to use the higher. */
enum crl_rank {
    CRL_RANK_SCOPE = 1,
    CRL_RANK_CRITICAL,
    CRL_RANK_NO_SIGN,
    CRL_RANK_NO_SIGNER,
    CRL_RANK_SIGNATURE,
    CRL_RANK_SIGNER,
    CRL_RANK_DELTA,
    CRL_RANK_FUTURE,
    CRL_RANK_OLD,
    CRL_RANK_NO_NEXT,
    CRL_RANK_EXPIRED,
    CRL_RANK_REASONS
};
void crl_search_note(struct crl_search *s, enum crl_rank rank, enum message_id why, int64_t time);
/*
 * Who signed the list (RFC 5280, 6.3.3 (f)): use->signer and the times for which that one is believed. *ok is
 * false when it is nobody we believe; the obstacle is noted.
 */
sign_rc crl_signer_find(struct crl_search *s, struct crl_use *use, bool *ok, sign_error *err);

/* ---- revocation_ocsp.c: what responses say (RFC 6960, 3.2 and 4.2.2) ---- */
/* The nearer to use the higher: the message tells of the best response that could not be used. */
enum ocsp_rank {
    OCSP_RANK_STATUS = 1,
    OCSP_RANK_OTHER,
    OCSP_RANK_CRITICAL,
    OCSP_RANK_NONCE,
    OCSP_RANK_NO_SIGNER,
    OCSP_RANK_NOT_ISSUED,
    OCSP_RANK_NO_PURPOSE,
    OCSP_RANK_SIGNATURE,
    OCSP_RANK_SIGNER,
    OCSP_RANK_UNKNOWN,
    OCSP_RANK_TIME
};
struct ocsp_use {
    struct pki_ocsp *response; /* counted */
    const struct ocsp_single *single;
    struct pki_cert *signer; /* counted */
    struct maker maker;
};
struct ocsp_search {
    const struct rev_question *q;
    struct ocsp_use *uses; /* where evidence is looked for: every response that holds; `best` is none then */
    size_t n, cap;
    struct rev_answer best;       /* not listed: none yet */
    int64_t valid_from, valid_to; /* the responses say the same for all these validation times */
    enum message_id why;
    int rank;
    int64_t why_time;
    const char *why_text; /* static; NULL: none */
    struct ocsp_ids {     /* hashes of issuer name and key, made when a response first wants them */
        bool made;
        uint8_t name[DIGEST_MAX], key[DIGEST_MAX];
    } ids[4];
};
void ocsp_search_begin(struct ocsp_search *s, const struct rev_question *q);
/*
 * nonce: what was sent in the request that this is the answer to; empty: none was. *used (NULL allowed): it
 * answers the question. What is found is in `best`: revoked for good before all else, then the newest.
 */
sign_rc ocsp_search_add(struct ocsp_search *s, struct pki_ocsp *response, sign_bytes nonce, bool *used,
                        sign_error *err);
void ocsp_search_clear(struct ocsp_search *s);
/* An authority that never issued the serial number says so with the beginning of 1970 (RFC 6960, 2.2). */
bool ocsp_never_issued(const struct ocsp_single *single);

/* ---- evidence.c ---- */

/*
 * Every list and response about chain[0] of the question that holds but for its time: the trust's, those
 * carried, those fetched before.
 */
sign_rc evidence_collect(const struct rev_question *q, pki_evidences *out, sign_error *err);
/* Whether chain[i] and all above it but the anchor were valid when a piece was made. */
bool evidence_could(const struct rev_question *q, size_t i, int64_t made);
/*
 * Whether whoever signed a piece, and the authorities of his path that do not stand in the chain of the
 * question, were not revoked when it was made: *ok; what is to be told of it is in `maker`. `under`: the list
 * that he signed; NULL: none.
 */
sign_rc evidence_maker(const struct rev_question *q, const struct pki_path *path, int64_t made,
                       const struct crl_under *under, struct maker *maker, bool *ok, sign_error *err);

/*
 * ---- path.c: candidates ----
 * Certificates whose subject is this name (pki_name_key), from the trust, the bag and (online) nothing else;
 * counted.
 */
sign_rc pki_candidates(const sign_trust *trust, struct crypto *crypto, const struct pki_path_options *opt,
                       sign_bytes name_key, struct pki_cert **out, size_t max, size_t *n, sign_error *err);

/*
 * ---- fetch.c: what the door gives, parsed, asked for once among all threads and remembered until it expires
 * ----
 */
struct pki_want {
    sign_fetch_kind kind;
    sign_bytes url;                 /* IA5 text of a certificate or list */
    struct pki_cert *cert, *issuer; /* asked about, and whose list or answer it is; NULL for certificates */
    bool local;                     /* what is remembered must do: the door stays shut */
    bool fresh;                     /* what is remembered did not do */
};
struct pki_fetched {
    /* SIGN_OK: there is something below. Else why not: text in English, of the door or of the reader. */
    sign_rc rc;
    char url[100], problem[200];
    struct pki_cert **certs; /* counted */
    size_t n_certs;
    bool cut; /* there were more certificates than are taken */
    struct pki_crl *crl;
    struct pki_ocsp *ocsp;
    uint8_t nonce[OCSP_NONCE_SIZE]; /* sent with the request that this answers */
    size_t n_nonce;
    struct pki_source *source;
    bool old;            /* a cache gave it: the server may have a newer one */
    int64_t next_update; /* of what is below; 0: not said */
    int64_t until;       /* by the machine's clock: remembered so long */
    size_t octets;
    _Atomic int refs;
};
typedef struct pki_fetched *pki_fetched_ptr;
void pki_fetched_free(struct pki_fetched **f);
CLEANUP(pki_fetched_ptr, pki_fetched_free);
/*
 * Answers n wants in one call of the door, what is remembered aside; another thread that already asks the
 * same is waited for. out[i] is NULL where the URL is none that is tried, or nothing is remembered and the
 * door stays shut; failures are remembered too and have an rc. Counted. SIGN_E_MEMORY, SIGN_E_CANCELLED.
 */
sign_rc pki_fetch(const sign_trust *trust, struct crypto *crypto, const struct pki_want *wants, size_t n,
                  struct pki_fetched **out, sign_error *err);
/* The same within the patience that is left (pki_path_options), which is made less by what it took. */
sign_rc pki_fetch_within(const sign_trust *trust, struct crypto *crypto, int64_t *patience,
                         struct pki_want *wants, size_t n, struct pki_fetched **out, sign_error *err);
struct fetch_memory;
sign_rc fetch_memory_new(struct fetch_memory **out, sign_error *err);
void fetch_memory_free(struct fetch_memory **m);
/* The machine's clock, or what a test put in its place. */
int64_t pki_clock(const sign_trust *trust);

/* Takes `cost` from what is left; false when that is too little, and then nothing is left. */
bool pki_spend(size_t *effort, size_t cost);
/* What it costs to check one signature with this key. */
size_t pki_key_cost(struct pki_cert *cert);

/* ---- trust --------------------------------------------------------------------------------- */

struct trust_cert {
    struct pki_cert *cert;
    bool anchor;
    unsigned purposes;         /* SIGN_FOR_... of an anchor; 0: all */
    int64_t sunset;            /* an anchor is believed for validation times before it only; 0: always */
    struct pki_source *source; /* counted */
    uint64_t hash;             /* of its bytes */
    sign_buf subject_key;      /* pki_name_key of the subject */
    struct trust_cert *next;   /* same subject, anchors first */
};

struct ocsp_node {
    uint64_t hash;
    struct pki_ocsp *response;
};

struct sign_trust {
    struct trust_cert *certs;
    size_t n_certs, cap_certs, n_anchors;
    struct pki_crl **crls;
    size_t n_crls, cap_crls;
    map by_subject, by_issuer;  /* trust_cert and pki_crl by name key */
    struct trust_cert **by_der; /* open addressing, cap_der is a power of two */
    size_t cap_der;
    uint64_t seed[2];
    struct cache *seen;  /* other certificates, by their bytes */
    struct cache *paths; /* passed paths, by certificate and option */
    struct crypto_pool *pool;
    struct pki_ocsp **ocsps;
    size_t n_ocsps, cap_ocsps;
    struct ocsp_node *by_serial; /* every SingleResponse of them, sorted by the hash of its serial number */
    size_t n_by_serial;
    sign_fetch fetch; /* call NULL: there is no door */
    sign_nonce nonce;
    struct fetch_memory *fetched;
    int64_t (*clock)(void); /* NULL: the machine's */
};
typedef struct sign_trust *sign_trust_ptr;
CLEANUP(sign_trust_ptr, sign_trust_free);

/* The responses of the trust that may speak of this serial number; how many. */
size_t pki_trust_ocsps(const sign_trust *trust, sign_bytes serial, const struct ocsp_node **first);
/* The trust's own certificate with these bytes; NULL when it has none. */
struct trust_cert *pki_trust_find(const sign_trust *trust, uint64_t hash, sign_bytes der);

/* Everything the inputs hold, into t. */
sign_rc pki_load_certs(sign_trust *t, struct crypto *crypto, const sign_input *in, bool anchor,
                       sign_error *err);
sign_rc pki_load_crls(sign_trust *t, const sign_input *in, sign_error *err);
sign_rc pki_load_ocsps(sign_trust *t, const sign_input *in, sign_error *err);
sign_rc pki_load_anchor(sign_trust *t, struct crypto *crypto, const sign_anchor *anchor, sign_error *err);

/* PEM or DER: calls `each` for every object; `labels` are the PEM labels that count, NULL-ended. */
sign_rc pki_objects(sign_bytes in, const char *name, const char *const *labels, pki_object_fn each,
                    void *self, size_t *count, sign_error *err);

/* The cache of paths. */
extern const struct cache_kind pki_path_kind;
struct path_key {
    const struct pki_cert *cert;
    bool revocation, signers_unchecked;
    enum pki_purpose purpose;
};
uint64_t pki_path_hash(const sign_trust *trust, const struct path_key *key);
struct pki_path *pki_path_keep(struct pki_path *p);

#endif
