/* pki/revocation.c - the status of one certificate from the lists at hand (RFC 5280, 6.3; EN 319
 * 102-1, 5.2.5). */
#include "pki/parts.h"

/* What stood in the way of using a list, the nearer to use the higher: the message tells of the best
 * candidate. */
struct obstacle {
    enum message_id why;
    int rank;
    int64_t time;
};

static void note(struct obstacle *o, int rank, enum message_id why, int64_t time) {
    if (rank > o->rank)
        *o = (struct obstacle){.why = why, .rank = rank, .time = time};
}

struct choice {
    struct pki_crl *best;  /* the newest list that is fresh */
    struct pki_crl *stale; /* one that is not, but says revoked for good */
    struct obstacle obstacle;
};

/* Is this list one of the issuer's, about this certificate? The signature comes last because it costs most.
 */
static sign_rc is_usable(const struct rev_question *q, struct pki_crl *crl, struct obstacle *o, bool *ok,
                         sign_error *err) {
    *ok = false;
    if (crl->flaw == CRL_DELTA || crl->flaw == CRL_INDIRECT || !pki_crl_covers(crl, q->cert)) {
        note(o, 1, MSG_CRL_SCOPE, 0);
        return SIGN_OK;
    }
    if (crl->flaw == CRL_CRITICAL) {
        note(o, 2, MSG_CRL_CRITICAL, 0);
        return SIGN_OK;
    }
    /* RFC 5280, 6.3.3 (f) */
    if (q->issuer->has_key_usage && !(q->issuer->key_usage & KU_CRL_SIGN)) {
        note(o, 3, MSG_CRL_NO_SIGN, 0);
        return SIGN_OK;
    }
    sign_rc rc = pki_crl_signed_by(crl, q->crypto, q->issuer, ok, err);
    if (rc == SIGN_OK && !*ok)
        note(o, 4, MSG_CRL_SIGNATURE, 0);
    return rc;
}

/*
 * Fresh (EN 319 102-1, 5.2.5): issued at or before the time in question and not outlived by it. A list made
 * before the certificate began can say nothing about it.
 */
static bool is_fresh(const struct rev_question *q, const struct pki_crl *crl, struct obstacle *o) {
    if (crl->this_update > q->at)
        note(o, 5, MSG_CRL_FUTURE, crl->this_update);
    else if (crl->this_update < q->cert->not_before)
        note(o, 6, MSG_CRL_OLD, crl->this_update);
    else if (!crl->has_next)
        note(o, 7, MSG_CRL_NO_NEXT, crl->this_update);
    else if (crl->next_update < q->at)
        note(o, 8, MSG_CRL_EXPIRED, crl->next_update);
    else
        return true;
    return false;
}

/* A revocation that is not a suspension is for good: a list says so truly even when it is outlived. */
static bool says_revoked(const struct rev_question *q, const struct pki_crl *crl) {
    struct crl_entry e;
    return pki_crl_find(crl, q->cert->serial, &e) && e.reason != REASON_HOLD && e.revoked_at <= q->at;
}

static sign_rc consider(const struct rev_question *q, struct pki_crl *crl, struct choice *choice,
                        sign_error *err) {
    bool ok = false;
    sign_rc rc = is_usable(q, crl, &choice->obstacle, &ok, err);
    if (rc != SIGN_OK || !ok)
        return rc;
    if (is_fresh(q, crl, &choice->obstacle)) {
        if (choice->best == NULL || crl->this_update > choice->best->this_update)
            choice->best = crl;
    } else if (says_revoked(q, crl)) {
        choice->stale = crl;
    }
    return SIGN_OK;
}

static sign_rc consider_carried(const struct rev_question *q, const struct pki_lists *l, sign_bytes name,
                                struct choice *choice, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < l->n_crls && rc == SIGN_OK; i++) {
        struct pki_crl *crl = l->crls[i];
        bool ours = bytes_equal(BYTES(crl->issuer_key.data, crl->issuer_key.len), name), ok;
        size_t cost = ours && !pki_crl_known(crl, q->issuer, &ok) ? pki_key_cost(q->issuer) : 1;
        if (!pki_spend(q->effort, cost))
            return SIGN_OK;
        if (ours)
            rc = consider(q, crl, choice, err);
    }
    return rc;
}

static void answer(const struct rev_question *q, struct pki_crl *crl, struct rev_answer *out) {
    struct crl_entry e = {.reason = -1};
    bool found = pki_crl_find(crl, q->cert->serial, &e);
    out->listed = true;
    out->this_update = crl->this_update;
    out->next_update = crl->has_next ? crl->next_update : 0;
    out->source = crl->source;
    out->sigalg = crl->sigalg;
    out->valid_from = crl->this_update;
    out->valid_to = crl->has_next ? crl->next_update : crl->this_update;
    out->reason = -1;
    out->status = REV_GOOD;
    if (found && e.revoked_at > q->at && e.revoked_at - 1 < out->valid_to)
        out->valid_to = e.revoked_at - 1; /* not yet revoked at the time in question */
    if (!found || e.revoked_at > q->at)
        return;
    out->status = e.reason == REASON_HOLD ? REV_SUSPENDED : REV_REVOKED;
    out->revoked_at = e.revoked_at;
    out->reason = e.reason;
}

/* The answer holds only for times at which no other list would have been the newest fresh one. */
static void narrow(const struct rev_question *q, const struct pki_crl *first, const struct pki_crl *best,
                   struct rev_answer *out) {
    for (const struct pki_crl *c = first; c != NULL; c = c->next) {
        if (c == best)
            continue;
        if (c->this_update > q->at && c->this_update - 1 < out->valid_to)
            out->valid_to = c->this_update - 1;
        if (c->this_update >= best->this_update && c->next_update < q->at &&
            c->next_update + 1 > out->valid_from)
            out->valid_from = c->next_update + 1;
    }
}

static bool settle(const struct rev_question *q, const struct choice *choice, struct rev_answer *out) {
    if (choice->best == NULL && choice->stale == NULL)
        return false;
    answer(q, choice->best != NULL ? choice->best : choice->stale, out);
    return true;
}

/*
 * The lists of the trust come first, and what they settle is settled: an answer then depends on nothing that
 * the signature brought with it, and can be remembered. Those of the signature are for what is still open.
 */
sign_rc pki_revocation_find(const struct rev_question *q, struct rev_answer *out, sign_error *err) {
    AUTO(grow) key = {0};
    struct choice choice = {.obstacle = {.why = MSG_CRL_NONE}};
    *out = (struct rev_answer){.reason = -1};
    if (!pki_name_key(q->cert->issuer, &key))
        return key.failed ? fail_memory(err) : fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "issuer name");
    sign_bytes name = BYTES(key.data, key.len);
    struct pki_crl *first = map_get(&q->trust->by_issuer, name);
    sign_rc rc = SIGN_OK;
    for (struct pki_crl *c = first; c != NULL && rc == SIGN_OK; c = c->next)
        rc = consider(q, c, &choice, err);
    if (rc != SIGN_OK)
        return rc;
    if (settle(q, &choice, out)) {
        if (choice.best != NULL)
            narrow(q, first, choice.best, out);
        return SIGN_OK;
    }
    for (size_t i = 0; i < 2 && rc == SIGN_OK; i++)
        if (q->carried[i] != NULL)
            rc = consider_carried(q, q->carried[i], name, &choice, err);
    out->embedded = settle(q, &choice, out);
    out->why = choice.obstacle.why;
    out->why_time = choice.obstacle.time;
    return rc;
}
