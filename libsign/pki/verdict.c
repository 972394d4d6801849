/* pki/verdict.c - results of path building: made, counted, remembered. */
#include "base/time.h"
#include "pki/search.h"
#include <stdatomic.h>

static const char *reason_text(int reason) {
    /* CRLReason, RFC 5280, 5.3.1; 7 is not used */
    static const char *const names[] = {"unspecified",        "keyCompromise", "cACompromise",
                                        "affiliationChanged", "superseded",    "cessationOfOperation",
                                        "certificateHold",    "unspecified",   "removeFromCRL",
                                        "privilegeWithdrawn", "aACompromise"};
    return reason >= 0 && reason < (int)(sizeof names / sizeof names[0]) ? names[reason] : "unspecified";
}

static bool write_args(const struct finding *f, struct pki_path *p) {
    bool named = true;
    size_t n = 0;
    const size_t size = sizeof p->args[0];
    char when[32];
    if (f->who.len > 0)
        named = pki_name_short(f->who, p->args[n++], size);
    if (f->other.len > 0)
        named = pki_name_short(f->other, p->args[n++], size) && named;
    if (f->has_time)
        (void)snprintf(p->args[n++], size, "%s", time_rfc3339(f->time, when));
    if (f->has_reason)
        (void)snprintf(p->args[n++], size, "%s", reason_text(f->reason));
    if (f->oid.len > 0 && n < 3 && !oid_to_text(f->oid, p->args[n], size))
        p->args[n][0] = '\0';
    if (f->text != NULL && f->text[0] != '\0' && n < 3)
        (void)snprintf(p->args[n], size, "%s", f->text);
    return named;
}

static void add_revocation(struct pki_path *p, struct pki_cert *cert, const struct rev_answer *a) {
    rev_answer_tell(a, cert, &p->revocation[p->n_revocation]);
    p->n_revocation += rev_answer_rows(a);
}

/* What was fetched may be outdated later; without the door to the network it would not have been found. */
static void expire(struct pki_path *p, const struct pki_source *from, int64_t expires) {
    if (from != NULL && from->expires < expires)
        expires = from->expires;
    if (expires < p->expires)
        p->expires = expires;
}

/* Lists and responses are asked for the same anchors as what they are about. */
static enum pki_purpose purpose_of_anchors(const struct pki_path_options *opt) {
    return opt->purpose == PKI_TSA ? PKI_TSA : PKI_ANY;
}

/* A path of chain[first..n-1] with what is known about the revocation of each. */
static struct pki_path *make_path(const search *s, size_t first) {
    size_t rows = 0;
    for (size_t i = first; i < s->n; i++)
        rows += rev_answer_rows(&s->answers[i]);
    struct pki_path *p = calloc(1, sizeof *p + rows * sizeof p->revocation[0]);
    if (p == NULL)
        return NULL;
    p->refs = 1;
    p->expires = INT64_MAX;
    p->indication = INDETERMINATE;
    p->revocation_checked = s->opt->revocation;
    p->signers_unchecked = s->opt->signers_unchecked;
    p->purpose = purpose_of_anchors(s->opt);
    p->from_bag = s->from_bag >> first;
    for (size_t i = first; i < s->n; i++) {
        p->source[p->n_chain] = pki_source_keep(s->source[i]);
        p->chain[p->n_chain++] = pki_cert_keep(s->chain[i]);
        expire(p, s->source[i], s->answers[i].expires);
        add_revocation(p, s->chain[i], &s->answers[i]);
    }
    return p;
}

/* The chain of a remembered path has not been walked up to its anchor. */
static int64_t sunset_of(const search *s) {
    const struct pki_cert *last = s->chain[s->n - 1];
    const struct trust_cert *anchor = s->anchor;
    if (anchor == NULL)
        anchor = pki_trust_find(s->trust, cache_hash(s->trust->seed, last->der), last->der);
    return anchor != NULL ? anchor->sunset : 0;
}

sign_rc search_conclude(search *s, const struct finding *f, bool anchored, sign_error *err) {
    if (f->rank <= s->rank)
        return SIGN_OK;
    struct pki_path *p = make_path(s, 0);
    if (p == NULL)
        return fail_memory(err);
    p->anchored = anchored;
    if (anchored)
        p->anchor_sunset = sunset_of(s);
    p->sub = f->sub;
    p->message = f->message;
    p->try_at = f->try_at;
    p->culprit = f->culprit;
    p->revoked_at = f->revoked_at;
    p->suspended = f->suspended;
    p->stale = f->stale;
    p->ca_expired = f->ca_expired;
    p->good_by = f->good_by;
    p->good_at = f->good_at;
    /* A message without its name would be another one, and may be remembered with the path. */
    if (!write_args(f, p)) {
        pki_path_free(&p);
        return fail_memory(err);
    }
    if (f->rank == RANK_PASSED) {
        p->indication = TOTAL_PASSED;
        p->valid_from = s->windows[0].from;
        p->valid_to = s->windows[0].to;
    }
    pki_path_free(&s->best);
    s->best = p;
    s->rank = f->rank;
    return SIGN_OK;
}

/* ---- counted and remembered ------------------------------------------------------------- */

struct pki_path *pki_path_keep(struct pki_path *p) {
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void pki_path_free(struct pki_path **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct pki_path *p = TAKE(*pointer);
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < p->n_chain; i++) {
        pki_cert_free(&p->chain[i]);
        pki_source_free(&p->source[i]);
    }
    for (size_t i = 0; i < p->n_revocation; i++)
        pki_revocation_clear(&p->revocation[i]);
    free(p);
}

static bool same_path(const void *item, const void *key) {
    const struct pki_path *p = item;
    const struct path_key *k = key;
    return p->chain[0] == k->cert && p->revocation_checked == k->revocation &&
           p->signers_unchecked == k->signers_unchecked && p->purpose == k->purpose;
}

static void keep_path(void *item) {
    (void)pki_path_keep(item);
}

static void drop_path(void *item) {
    struct pki_path *p = item;
    pki_path_free(&p);
}

const struct cache_kind pki_path_kind = {same_path, keep_path, drop_path};

/* A certificate that is remembered in a path is kept by it: its address stands for it and is never another's.
 */
uint64_t pki_path_hash(const sign_trust *trust, const struct path_key *key) {
    uintptr_t parts[2] = {(uintptr_t)key->cert,
                          (uintptr_t)key->purpose * 4 + key->signers_unchecked * 2U + key->revocation};
    return cache_hash(trust->seed, BYTES(parts, sizeof parts));
}

/*
 * A path that goes through certificates of another signature's bag holds for this one only if it brings them
 * too, and one through what was fetched only if it could be fetched again: the cache must never change an
 * answer.
 */
static bool brings(const struct pki_path_options *opt, const struct pki_path *p) {
    for (size_t i = 1; i < p->n_chain; i++) {
        bool found = !((p->from_bag >> i) & 1U) || (p->source[i] != NULL && opt->online);
        for (size_t k = 0; k < opt->n_bag && !found; k++)
            found = bytes_equal(opt->bag[k], p->chain[i]->der);
        if (!found)
            return false;
    }
    return true;
}

static bool still_holds(const sign_trust *trust, const struct pki_path_options *opt,
                        const struct pki_path *p) {
    if (opt->at < p->valid_from || opt->at > p->valid_to)
        return false;
    if (p->expires < INT64_MAX && (!opt->online || pki_clock(trust) >= p->expires))
        return false;
    return p->from_bag <= 1 || brings(opt, p);
}

static struct pki_path *recall(const sign_trust *trust, const struct pki_cert *cert,
                               const struct pki_path_options *opt) {
    const struct path_key key = {cert, opt->revocation, opt->signers_unchecked, purpose_of_anchors(opt)};
    uint64_t hash = pki_path_hash(trust, &key);
    struct pki_path *p = cache_get(trust->paths, hash, &key);
    if (p == NULL || still_holds(trust, opt, p))
        return p;
    /* What has run out once stays so, even when the clock is set back afterwards. */
    if (p->expires < INT64_MAX && pki_clock(trust) >= p->expires)
        cache_drop(trust->paths, hash, p);
    pki_path_free(&p);
    return NULL;
}

/*
 * Verdicts are remembered for the questions that come again: any policy will do, the anchor is free, and it
 * is not about whoever signed a list or response.
 */
static bool is_common(const struct pki_path_options *opt) {
    const struct pki_policy_inputs *in = &opt->policies;
    return opt->purpose <= PKI_TSA && opt->anchor == NULL && opt->nesting == 0 && in->n_initial == 0 &&
           !in->explicit_policy && !in->no_mapping && !in->no_any_policy;
}

struct pki_path *path_recall(const sign_trust *trust, const struct pki_cert *cert,
                             const struct pki_path_options *opt) {
    if (!is_common(opt) || path_purpose_fault(cert, opt->purpose) != MSG_NONE)
        return NULL;
    return recall(trust, cert, opt);
}

struct pki_path *path_recall_above(const sign_trust *trust, const struct pki_cert *cert,
                                   const struct pki_path_options *opt) {
    /* Responders that the authority did not name have anchors of their own. */
    if (opt->purpose == PKI_OCSP_RESPONDER && opt->anchor == NULL)
        return NULL;
    struct pki_path *p = recall(trust, cert, opt);
    if (p != NULL && opt->anchor != NULL && p->chain[p->n_chain - 1] != opt->anchor)
        pki_path_free(&p);
    return p;
}

static void put_path(const sign_trust *trust, struct pki_path *p) {
    const struct path_key key = {p->chain[0], p->revocation_checked, p->signers_unchecked, p->purpose};
    (void)cache_put(trust->paths, pki_path_hash(trust, &key), &key, p, false);
}

/*
 * Whether the path of an authority holds by itself. It did as a part of the whole; but constraints spare a
 * self-issued certificate that is not the last one (RFC 5280, 6.1.3 (b), (d)), and ask the last one for a
 * policy.
 */
static sign_rc holds_alone(const search *s, size_t i, bool *ok, sign_error *err) {
    struct pki_names_result names;
    struct pki_policy_result policies = {0};
    sign_rc rc = pki_names_check(s->chain + i, s->n - i, s->opt->effort, &names, err);
    if (rc == SIGN_OK)
        rc = pki_policies_check(s->chain + i, s->n - i, &s->opt->policies, &policies, err);
    *ok = rc == SIGN_OK && names.why == MSG_NONE && policies.why == MSG_NONE;
    return rc;
}

static bool rests_on_signature(const struct rev_answer *a) {
    return a->carried || (a->source != NULL && a->source->origin == ORIGIN_SIGNATURE);
}

/* Only what rests on the trust's own lists: an answer from a list of the signature is good for that
 * signature. */
sign_rc path_remember(search *s, size_t from, sign_error *err) {
    size_t lowest = 0;
    /* A path beyond the sunset of its anchor is one for the past only. */
    if (!is_common(s->opt) || (s->opt->past && s->anchor != NULL && s->anchor->sunset != 0))
        return SIGN_OK;
    for (size_t i = 0; i < s->n; i++)
        if (rests_on_signature(&s->answers[i]))
            lowest = i + 1;
    if (lowest == 0)
        put_path(s->trust, s->best);
    for (size_t i = lowest > 1 ? lowest : 1; i < from && i + 1 < s->n; i++) {
        bool alone = false;
        sign_rc rc = holds_alone(s, i, &alone, err);
        if (rc != SIGN_OK)
            return rc;
        if (!alone)
            continue;
        AUTO(pki_path_ptr) p = make_path(s, i);
        if (p == NULL)
            return fail_memory(err);
        p->indication = TOTAL_PASSED;
        p->anchored = true;
        p->anchor_sunset = s->best->anchor_sunset;
        p->valid_from = s->windows[i].from;
        p->valid_to = s->windows[i].to;
        put_path(s->trust, p);
    }
    return SIGN_OK;
}
