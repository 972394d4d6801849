/* pki/revocation_crl.c - the status of one certificate from revocation lists (RFC 5280, 6.3; EN 319
 * 102-1, 5.2.5). */
#include "pki/parts.h"

/* What stood in the way of using a list, the nearer to use the higher: the message tells of the best
 * candidate. */
static void note(struct crl_search *s, int rank, enum message_id why, int64_t time) {
    if (rank <= s->rank)
        return;
    s->rank = rank;
    s->why = why;
    s->why_time = time;
}

/* Is this list one of the issuer's, about this certificate? The signature comes last because it costs most.
 */
static sign_rc is_usable(struct crl_search *s, struct pki_crl *crl, bool *ok, sign_error *err) {
    struct pki_cert *cert = s->q->chain[0], *issuer = s->q->chain[1];
    *ok = false;
    if (crl->flaw == CRL_DELTA || crl->flaw == CRL_INDIRECT || !pki_crl_covers(crl, cert)) {
        note(s, 1, MSG_CRL_SCOPE, 0);
        return SIGN_OK;
    }
    if (crl->flaw == CRL_CRITICAL) {
        note(s, 2, MSG_CRL_CRITICAL, 0);
        return SIGN_OK;
    }
    /* RFC 5280, 6.3.3 (f) */
    if (issuer->has_key_usage && !(issuer->key_usage & KU_CRL_SIGN)) {
        note(s, 3, MSG_CRL_NO_SIGN, 0);
        return SIGN_OK;
    }
    bool known;
    if (!pki_crl_known(crl, issuer, &known) && !pki_spend(s->q->opt->effort, pki_key_cost(issuer)))
        return SIGN_OK;
    sign_rc rc = pki_crl_signed_by(crl, s->q->crypto, issuer, ok, err);
    if (rc == SIGN_OK && !*ok)
        note(s, 4, MSG_CRL_SIGNATURE, 0);
    return rc;
}

/*
 * Fresh (EN 319 102-1, 5.2.5): issued at or before the time in question and not outlived by it. A list made
 * before the certificate began can say nothing about it.
 */
static bool is_fresh(struct crl_search *s, const struct pki_crl *crl) {
    int64_t at = s->q->opt->at;
    if (crl->this_update > at)
        note(s, 5, MSG_CRL_FUTURE, crl->this_update);
    else if (crl->this_update < s->q->chain[0]->not_before)
        note(s, 6, MSG_CRL_OLD, crl->this_update);
    else if (!crl->has_next)
        note(s, 7, MSG_CRL_NO_NEXT, crl->this_update);
    else if (crl->next_update < at)
        note(s, 8, MSG_CRL_EXPIRED, crl->next_update);
    else
        return true;
    return false;
}

sign_rc crl_search_add(struct crl_search *s, struct pki_crl *list, sign_error *err) {
    bool ok = false;
    if (s->n == CRL_CANDIDATES)
        return SIGN_OK;
    sign_rc rc = is_usable(s, list, &ok, err);
    if (rc == SIGN_OK && ok)
        s->lists[s->n++] = pki_crl_keep(list);
    return rc;
}

/* A revocation that is not a suspension is for good: a list says so truly even when it is outlived. */
static bool says_revoked(const struct rev_question *q, const struct pki_crl *crl) {
    struct crl_entry e;
    return pki_crl_find(crl, q->chain[0]->serial, &e) && e.reason != REASON_HOLD &&
           e.revoked_at <= q->opt->at;
}

static void answer(const struct rev_question *q, struct pki_crl *crl, struct rev_answer *out) {
    struct crl_entry e = {.reason = -1};
    int64_t at = q->opt->at;
    bool found = pki_crl_find(crl, q->chain[0]->serial, &e);
    out->listed = true;
    out->this_update = crl->this_update;
    out->next_update = crl->has_next ? crl->next_update : 0;
    out->source = pki_source_keep(crl->source);
    out->sigalg = crl->sigalg;
    out->valid_from = crl->this_update;
    out->valid_to = crl->has_next ? crl->next_update : crl->this_update;
    out->expires = crl->source->expires;
    out->reason = -1;
    out->status = REV_GOOD;
    if (found && e.revoked_at > at && e.revoked_at - 1 < out->valid_to)
        out->valid_to = e.revoked_at - 1; /* not yet revoked at the time in question */
    if (!found || e.revoked_at > at)
        return;
    out->status = e.reason == REASON_HOLD ? REV_SUSPENDED : REV_REVOKED;
    out->revoked_at = e.revoked_at;
    out->reason = e.reason;
}

/* The answer holds only for times at which no other list would have been the newest fresh one. */
static void narrow(const struct crl_search *s, const struct pki_crl *best, struct rev_answer *out) {
    int64_t at = s->q->opt->at;
    for (size_t i = 0; i < s->n; i++) {
        const struct pki_crl *c = s->lists[i];
        if (c == best)
            continue;
        if (c->this_update > at && c->this_update - 1 < out->valid_to)
            out->valid_to = c->this_update - 1;
        if (c->this_update >= best->this_update && c->next_update < at &&
            c->next_update + 1 > out->valid_from)
            out->valid_from = c->next_update + 1;
    }
}

sign_rc crl_search_settle(struct crl_search *s, struct rev_answer *out, bool *settled, sign_error *err) {
    struct pki_crl *best = NULL, *stale = NULL;
    (void)err;
    for (size_t i = 0; i < s->n; i++) {
        struct pki_crl *c = s->lists[i];
        if (is_fresh(s, c)) {
            if (best == NULL || c->this_update > best->this_update)
                best = c;
        } else if (says_revoked(s->q, c)) {
            stale = c;
        }
    }
    *settled = best != NULL || stale != NULL;
    if (!*settled)
        return SIGN_OK;
    answer(s->q, best != NULL ? best : stale, out);
    if (best != NULL)
        narrow(s, best, out);
    return SIGN_OK;
}

void crl_search_clear(struct crl_search *s) {
    for (size_t i = 0; i < s->n; i++)
        pki_crl_free(&s->lists[i]);
    s->n = 0;
}
