/* pki/refine.c - what evidence of other times than the one in question changes about a verdict that is not to
 * pass (EN 319 102-1, 5.2.6). Nothing here makes a path pass. */
#include "pki/search.h"

/* What is known about one certificate from pieces of any time. */
struct standing {
    bool good;   /* the newest word is good, and one that is good could tell of the certificate */
    bool fresh;  /* one of these is not too old */
    bool inside; /* who signed one of these is an anchor, or within his validity */
    const struct pki_cert *outsider; /* else: one who is not */
    int64_t bound;                   /* ... and when his validity ended or begins */
    const char *by;                  /* the newest of these */
    int64_t at;
};

/*
 * The check before this one asks who signed to be known not to be revoked at the time in question; what it
 * did not believe for another reason than age must not look like merely old here.
 */
static bool is_believed(const struct pki_evidence *e, int64_t at) {
    return !e->signer_unchecked && e->signer_revoked_at > at;
}

static bool says_good(const struct pki_evidence *e, int64_t at) {
    return strcmp(e->piece.status, "good") == 0 || e->piece.revoked_at > at;
}

static void count(struct standing *out, const struct pki_evidence *e, int64_t at) {
    bool inside = e->issuer_is_anchor || (e->signer_from <= at && at <= e->signer_to);
    if (!out->good) {
        out->by = e->piece.kind;
        out->at = e->piece.this_update;
    }
    out->good = true;
    out->fresh = out->fresh || pki_evidence_fresh(e, at, 0);
    out->inside = out->inside || inside;
    if (inside || out->outsider != NULL)
        return;
    out->outsider = e->issuer;
    out->bound = at > e->signer_to ? e->signer_to : e->signer_from;
}

/* A piece from after `at` says nothing about `at` (RFC 5280, 6.3.3), but that somebody was revoked by then.
 */
static struct standing weigh(const pki_evidences *all, int64_t at) {
    struct standing out = {0};
    bool told = false;
    for (size_t i = 0; i < all->n; i++) {
        const struct pki_evidence *e = &all->list[i];
        if (!is_believed(e, at) || e->piece.this_update - LIMIT_CLOCK_SKEW > at)
            continue;
        if (!told && !says_good(e, at))
            return out;
        told = true;
        if (says_good(e, at) && pki_evidence_knows(e))
            count(&out, e, at);
    }
    return out;
}

static const struct pki_evidence *who_says_revoked(const pki_evidences *all, int64_t at) {
    for (size_t i = 0; i < all->n; i++) {
        const struct pki_evidence *e = &all->list[i];
        if (strcmp(e->piece.status, "revoked") == 0 && e->piece.revoked_at <= at && is_believed(e, at))
            return e;
    }
    return NULL;
}

/* The answer about this certificate is what the piece says. */
static void answer(const struct pki_evidence *e, struct rev_answer *out) {
    const struct pki_revocation *p = &e->piece;
    rev_answer_clear(out);
    out->status = REV_REVOKED;
    out->listed = true;
    out->ocsp = strcmp(p->kind, "ocsp") == 0;
    out->this_update = p->this_update;
    out->next_update = out->due = p->next_update;
    out->produced_at = p->produced_at;
    out->source = pki_source_keep(p->source);
    out->signer = p->signer != NULL ? pki_cert_keep(p->signer) : NULL;
    out->sigalg = p->sigalg;
    out->revoked_at = p->revoked_at;
    out->reason = p->reason;
}

/* What was found for the whole chain. */
struct standings {
    bool good, fresh;  /* of every certificate that was looked at */
    bool revoked;      /* one of them was, as its answer says now: `at_revoked` */
    size_t at_revoked; /* the highest */
    const char *by;    /* what is good of the signer, as in standing */
    int64_t at;
    struct finding outside; /* whose data are all by somebody outside his validity; rank 0: nobody's */
};

static sign_rc look_at(search *s, size_t i, struct standings *out, sign_error *err) {
    AUTO(pki_evidences) all = {0};
    const struct rev_question q = {.trust = s->trust,
                                   .crypto = s->crypto,
                                   .opt = s->opt,
                                   .chain = s->chain + i,
                                   .n_chain = s->n - i,
                                   .carried = {s->opt->lists, &s->own}};
    sign_rc rc = evidence_collect(&q, &all, err);
    if (rc != SIGN_OK)
        return rc;
    const struct pki_evidence *revoked = who_says_revoked(&all, s->opt->at);
    if (revoked != NULL) {
        answer(revoked, &s->answers[i]);
        out->revoked = true;
        out->at_revoked = i;
        return SIGN_OK;
    }
    struct standing one = weigh(&all, s->opt->at);
    out->good = out->good && one.good;
    out->fresh = out->fresh && one.fresh;
    out->by = one.by; /* the signer is the last that is looked at */
    out->at = one.at;
    if (!one.good || one.inside)
        return SIGN_OK;
    out->outside = (struct finding){.rank = RANK_TRY_LATER,
                                    .sub = SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE,
                                    .message = MSG_REVOCATION_SIGNER_OUT_OF_BOUNDS,
                                    .who = s->chain[i]->subject,
                                    .other = one.outsider->subject,
                                    .time = one.bound,
                                    .has_time = true,
                                    .culprit = s->chain[i]};
    return SIGN_OK;
}

/* From the anchor down, so that of several the highest one that was revoked is told. */
static sign_rc look_at_all(search *s, bool signer_too, struct standings *out, sign_error *err) {
    sign_rc rc = SIGN_OK;
    *out = (struct standings){.good = true, .fresh = true};
    for (size_t i = s->n - 1; i-- > 0 && rc == SIGN_OK && !out->revoked;)
        if (s->answers[i].status == REV_UNKNOWN || (i == 0 && signer_too))
            rc = look_at(s, i, out, err);
    return rc;
}

/* Whoever stands above the signer; an anchor has no end. */
static bool in_validity(const search *s) {
    for (size_t i = 1; i + 1 < s->n; i++)
        if (s->opt->at < s->chain[i]->not_before || s->opt->at > s->chain[i]->not_after)
            return false;
    return true;
}

sign_rc search_refine(search *s, struct finding *worst, sign_error *err) {
    struct standings all;
    bool expired = worst->rank == RANK_OUT_OF_BOUNDS && worst->message == MSG_CERT_EXPIRED;
    /* A chain that tells less than what was found before is not reported; nor is that of who signed a piece,
     * of which it only counts that it does not pass. */
    if (!s->opt->revocation || s->opt->nesting > 0 || s->n < 2 || worst->rank <= s->rank ||
        (!expired && worst->rank != RANK_TRY_LATER))
        return SIGN_OK;
    sign_rc rc = look_at_all(s, expired, &all, err);
    if (rc != SIGN_OK)
        return rc;
    if (all.revoked) {
        *worst = search_revoked(s, all.at_revoked);
        return SIGN_OK;
    }
    if (!all.good)
        return SIGN_OK;
    /* Step 7: NO_POE stays where the end of somebody's validity takes the proof away. */
    if (expired && all.outside.rank == RANK_NONE && in_validity(s)) {
        worst->sub = SUB_OUT_OF_BOUNDS_NOT_REVOKED;
        worst->good_by = all.by;
        worst->good_at = all.at;
    } else if (!expired && all.outside.rank != RANK_NONE)
        *worst = all.outside; /* step 8 */
    worst->stale = !all.fresh;
    return SIGN_OK;
}
