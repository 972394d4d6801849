/* pki/search.h - the state of one search for a path, and what is found on the way. */
#ifndef PKI_SEARCH_H
#define PKI_SEARCH_H

#include "pki/policy.h"

/*
 * How much a finding tells; of several paths the one that tells most is reported. A status that was
 * established (revoked) outranks what is merely missing, and that outranks a path that could not be used or
 * built.
 */
enum rank {
    RANK_NONE = 0,
    RANK_NO_ISSUER,
    RANK_SIGNATURE,
    RANK_ANCHOR,
    RANK_LIMIT,
    RANK_SUNSET,
    RANK_CONSTRAINTS,
    RANK_CA_VALIDITY,
    RANK_TRY_LATER,
    RANK_OUT_OF_BOUNDS,
    RANK_SUSPENDED,
    RANK_REVOKED,
    RANK_CA_REVOKED,
    RANK_PASSED
};

/* A finding; its arguments are, in this order and as far as they are set: who, other, time, reason, oid,
 * text.
 */
struct finding {
    enum rank rank;
    enum sub_indication sub;
    enum message_id message;
    sign_bytes who, other; /* names */
    int64_t time;
    bool has_time, has_reason;
    int reason;
    sign_bytes oid;
    const char *text; /* NULL: none */
    int64_t try_at;
    /* as in pki_path */
    const struct pki_cert *culprit;
    int64_t revoked_at;
    bool suspended, stale, ca_expired;
    const char *good_by;
    int64_t good_at;
};

struct window {
    int64_t from, to;
};

/* How many certificates are read in about the time of one signature check. */
enum { BAG_FOR_ONE = 512 };
/* What it costs to make a name comparable, in signature checks; 0 for one of usual length. */
size_t pki_name_cost(sign_bytes name);

struct bag_cert {
    struct pki_cert *cert; /* counted */
    sign_buf subject_key;  /* pki_name_key, made once: a flood of certificates is compared at every step */
    struct pki_source *source; /* borrowed from what was fetched; NULL: the signature */
};

/* What authorityInfoAccess led to, for one search (RFC 5280, 4.2.2.1). */
struct issuers_fetched {
    bool wanted; /* nothing local led to success */
    size_t asked;
    sign_bytes urls[LIMIT_AIA_FETCHES];
    struct pki_fetched *answers[LIMIT_AIA_FETCHES]; /* counted; NULL: nothing */
    struct bag_cert certs[LIMIT_AIA_FETCHES * LIMIT_AIA_CERTIFICATES];
    size_t n_certs;
};

struct search {
    const sign_trust *trust;
    struct crypto *crypto;
    const struct pki_path_options *opt;
    struct pki_cert *chain[LIMIT_PATH_LENGTH];    /* borrowed from the trust, the bag or the caller */
    struct pki_source *source[LIMIT_PATH_LENGTH]; /* borrowed likewise */
    unsigned from_bag;
    unsigned unverified; /* bit i: the signature in chain[i] waits for DSA parameters from further up */
    size_t n;
    const struct trust_cert *anchor; /* that the chain ends at; NULL: that of a remembered path */
    struct bag_cert *bag;            /* those of the signature that the trust does not have itself */
    size_t n_bag;
    struct pki_lists own;            /* of this signature alone */
    struct issuers_fetched *fetched; /* NULL: nothing was fetched yet */
    bool bag_read, stop;
    size_t tried;
    struct rev_answer answers[LIMIT_PATH_LENGTH];
    struct window windows[LIMIT_PATH_LENGTH];
    enum rank rank;
    struct pki_path *best;
};
typedef struct search search;
void search_free(search *s);
CLEANUP(search, search_free);

/* Certificates of the signature, read when they are first wanted; malformed ones are left out. */
sign_rc search_read_bag(search *s, sign_error *err);

/* Fetches what the last certificate of the chain names as its issuer's, as far as it was not yet. */
sign_rc search_fetch_issuers(search *s, sign_error *err);
void search_fetched_free(struct issuers_fetched *f);

/* Makes this finding, about the chain as it stands, the result so far, if it tells more than that. */
sign_rc search_conclude(search *s, const struct finding *f, bool anchored, sign_error *err);

/*
 * Judges the chain, which ends at an anchor. `known` (NULL: none) is a passed path of chain[from] that the
 * chain ends with: it need not be looked at again, but for what the certificates below it change.
 */
sign_rc search_judge(search *s, const struct pki_path *known, size_t from, sign_error *err);

/*
 * What pieces of other times than the one in question change about a verdict of the chain that is not to
 * pass: whether the data are too old only, whether an expired signer is known not to have been revoked
 * (EN 319 102-1, 5.2.6, steps 4, 7 and 8).
 */
sign_rc search_refine(search *s, struct finding *worst, sign_error *err);
/* chain[i] is revoked, as s->answers[i] says. */
struct finding search_revoked(const search *s, size_t i);

/* Whether the certificate may be used for this purpose; MSG_NONE: it may. */
enum message_id path_purpose_fault(const struct pki_cert *cert, enum pki_purpose purpose);

/*
 * A passed path of this certificate that is remembered and holds for these options; counted; NULL: none. For
 * an authority of another's path: that and the policies of the certificates below it are judged with the
 * whole.
 */
struct pki_path *path_recall(const sign_trust *trust, const struct pki_cert *cert,
                             const struct pki_path_options *opt);
struct pki_path *path_recall_above(const sign_trust *trust, const struct pki_cert *cert,
                                   const struct pki_path_options *opt);
/* Remembers the passed path of the chain, and those of its authorities. */
sign_rc path_remember(search *s, size_t from, sign_error *err);

#endif
