/* Signatures with time and with long-term validation data (EN 319 102-1, 5.5.4). */
#include "ades/validation.h"

/* Step 2: what a proof of time may repair. */
static bool is_allowed(enum indication i, enum sub_indication sub) {
    switch (sub) {
    case SUB_NONE:
        return i == INDICATION_NONE;
    case SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE:
    case SUB_REVOKED_NO_POE:
    case SUB_REVOKED_CA_NO_POE:
    case SUB_TRY_LATER:
    case SUB_OUT_OF_BOUNDS_NO_POE:
    case SUB_OUT_OF_BOUNDS_NOT_REVOKED:
        return i == INDETERMINATE;
    default:
        return false;
    }
}

/* Step 3: the earliest time that a time-stamp of the signature proves. Those that are none of it, or were not
 * believed, are dropped. */
void find_best(struct validation *v) {
    for (size_t i = 0; i < v->n; i++) {
        const struct stamp_state *s = &v->stamps[i];
        if (s->stamp->class != STAMP_SIGNATURE || !s->passed || stamp_time(s) >= v->best)
            continue;
        v->best = stamp_time(s);
        v->best_by = s->row->id;
    }
}

static bool after_not_before(struct validation *v) {
    const struct pki_cert *c = v->j->facts->signer;
    return judging_check(v->j, CHECK_NOT_YET_VALID, v->best >= c->not_before, MSG_NOT_YET_VALID,
                         judging_time(v->j, v->best), judging_time(v->j, c->not_before), NULL);
}

static bool is_ended(const struct pki_revocation *r, int64_t time) {
    return (strcmp(r->status, "revoked") == 0 || strcmp(r->status, "suspended") == 0) &&
           r->revoked_at <= time;
}

/* One of the path was revoked or suspended by that time: of several the path's status tells of one only. */
static bool ended_by(const struct pki_path *path, int64_t time) {
    for (size_t i = 0; i < path->n_revocation; i++)
        if (is_ended(&path->revocation[i], time))
            return true;
    return path->revoked_at <= time;
}

/* Whom the path's status tells of was revoked later, which the best time repairs, but this one before. */
static const struct pki_revocation *ended_beside(const struct pki_path *path, int64_t time) {
    for (size_t i = 0; path->revoked_at > time && i < path->n_chain; i++)
        for (size_t k = 0; k < path->n_revocation; k++) {
            const struct pki_revocation *r = &path->revocation[k];
            if (r->cert == path->chain[i] && strcmp(r->status, "revoked") == 0 && r->revoked_at <= time)
                return r;
        }
    return NULL;
}

static enum sub_indication status_of(const struct judging *j, const struct pki_revocation *beside,
                                     enum sub_indication status) {
    return beside == NULL                      ? status
           : beside->cert == j->path->chain[0] ? SUB_REVOKED_NO_POE
                                               : SUB_REVOKED_CA_NO_POE;
}

/* The table of step 4; SUB_NONE: go on. */
static enum sub_indication compare_times(struct validation *v, enum sub_indication status) {
    const struct judging *j = v->j;
    const struct pki_cert *c = j->facts->signer;
    switch (status) {
    case SUB_REVOKED_NO_POE:
    case SUB_REVOKED_CA_NO_POE:
        return ended_by(j->path, v->best) ? status_of(j, ended_beside(j->path, v->best), status)
               : v->best < c->not_before  ? SUB_NOT_YET_VALID
               : v->best > c->not_after   ? SUB_OUT_OF_BOUNDS_NOT_REVOKED
                                          : SUB_NONE;
    case SUB_OUT_OF_BOUNDS_NO_POE:
        return v->best < c->not_before ? SUB_NOT_YET_VALID : status;
    case SUB_OUT_OF_BOUNDS_NOT_REVOKED:
        return v->best < c->not_before ? SUB_NOT_YET_VALID : v->best <= c->not_after ? SUB_NONE : status;
    case SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE:
        for (size_t i = 0; i < j->n_weak; i++)
            if (j->weak[i].of != WEAK_SIGNATURE || j->weak[i].end < v->best)
                return status;
        return j->n_weak > 0 && !j->weak_overflow ? SUB_NONE : status;
    default: /* a suspension is told of before the end of the certificate's validity */
        return v->best < c->not_before  ? SUB_NOT_YET_VALID
               : v->best > c->not_after ? SUB_OUT_OF_BOUNDS_NOT_REVOKED
                                        : SUB_NONE;
    }
}

static const char *piece_text(struct judging *j, const struct pki_revocation *r) {
    return arena_printf(&j->report->arena, "%s of %s, %s", r->kind, judging_time(j, r->this_update),
                        r->status);
}

/* Nothing but what was made with a weak algorithm says so: 5.2.6.4 step 6 of the data that are used. */
static sign_rc say_weak(struct judging *j, const struct pki_revocation *r, sign_error *err) {
    struct pki_revocation *kept = arena_alloc(&j->report->arena, sizeof *kept);
    if (kept == NULL)
        return fail_memory(err);
    *kept = *r;
    kept->source = NULL;
    kept->signer = NULL;
    judging_piece(j, kept);
    judging_replace(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    return SIGN_OK;
}

/* Somebody of the path was revoked later; what keeps the signature from passing is what is not known of
 * another. */
static void say_untold(struct judging *j, const struct pki_cert *cert) {
    bool revoked = j->out->sub == SUB_REVOKED_NO_POE || j->out->sub == SUB_REVOKED_CA_NO_POE;
    if (!revoked || judging_level(j, CHECK_REVOCATION_AVAILABLE) != LEVEL_FAIL)
        return;
    judging_supersede(j);
    (void)judging_check_as(j, CHECK_REVOCATION_AVAILABLE, SUB_TRY_LATER, MSG_NOT_KNOWN_GOOD_THEN,
                           judging_name(j, cert), NULL, NULL);
    judging_replace(j, INDETERMINATE, SUB_TRY_LATER);
}

/* 5.2.5 of what is known of one certificate, and that it had not ended by the best time. */
static sign_rc was_good(struct validation *v, size_t i, bool *ok, sign_error *err) {
    static const char *const words[] = {[EVIDENCE_NOTHING] =
                                            "not fresh, or from somebody of whom too little is known",
                                        [EVIDENCE_WEAK] = "made with an algorithm that has ended",
                                        [EVIDENCE_GOOD] = "fresh",
                                        [EVIDENCE_ENDED] = "had ended by then"};
    struct judging *j = v->j;
    const struct pki_path *path = j->path;
    const struct pki_path_options opt = judging_options(j);
    const struct pki_evidence *by = NULL;
    AUTO(pki_evidences) all = {0};
    sign_rc rc =
        pki_evidence_find(j->ctx->trust, j->ctx->crypto, path->chain + i, path->n_chain - i, &opt, &all, err);
    if (rc != SIGN_OK)
        return rc;
    enum evidence_word word = evidence_at(v, j, &all, v->best, &by);
    *ok = word == EVIDENCE_GOOD;
    if (j->block != NULL)
        judging_input(
            j, arena_printf(&j->report->arena, "about %s", judging_name(j, path->chain[i])),
            by == NULL ? "nothing that can tell"
                       : arena_printf(&j->report->arena, "%s: %s", piece_text(j, &by->piece), words[word]));
    if (word == EVIDENCE_NOTHING)
        say_untold(j, path->chain[i]);
    /* By the digest; of a responder's own certificate or key the status from before stands. */
    bool digest = word == EVIDENCE_WEAK &&
                  ades_digest_end(j->ctx->policy, ROLE_REVOCATION, by->piece.sigalg.digest) < j->ctx->at;
    return digest ? say_weak(j, &by->piece, err) : SIGN_OK;
}

/*
 * Steps 6 and 7: what was too old for today, or the suspension, at the best time. What the status tells of
 * one certificate may hide that nothing, or nothing fresh, is known of another: all of the path are asked
 * about.
 */
static sign_rc still_later(struct validation *v, bool *ok, sign_error *err) {
    struct judging *j = v->j;
    const struct pki_path *path = j->path;
    sign_rc rc = SIGN_OK;
    *ok = true;
    if (path->suspended)
        *ok = !ended_by(path, v->best);
    else if (path->sub == SUB_TRY_LATER && !j->stale)
        *ok = false;
    if (!*ok)
        return SIGN_OK;
    struct report_block *outer = judging_begin(j, BLOCK_RFC, NULL);
    judging_input_time(j, "validation time", v->best);
    for (size_t i = 0; *ok && i + 1 < path->n_chain && rc == SIGN_OK; i++)
        rc = was_good(v, i, ok, err);
    judging_end_as(j, outer, *ok ? TOTAL_PASSED : TOTAL_FAILED, SUB_NONE);
    return rc;
}

/* Whether something about revocation is to be looked at again; what a policy lets pass though it is old, too.
 */
static bool is_in_doubt(const struct validation *v) {
    const struct judging *j = v->j;
    return (v->best_by != NULL || judging_open(j)) && j->ctx->revocation &&
           (j->stale || j->path->indication != TOTAL_PASSED);
}

static bool has_signature_stamp(const struct validation *v) {
    for (size_t i = 0; i < v->n; i++)
        if (v->stamps[i].stamp->class == STAMP_SIGNATURE)
            return true;
    return false;
}

/* What the policy wants is asked when it is known which time-stamps are believed. */
void want_signature_stamp(struct validation *v) {
    bool there = false;
    for (size_t i = 0; i < v->n; i++)
        there = there || (v->stamps[i].stamp->class == STAMP_SIGNATURE && v->stamps[i].passed);
    (void)judging_check(v->j, CHECK_SIGNATURE_STAMP, there, MSG_STAMP_MISSING, NULL, NULL, NULL);
}

/* Step 5. A time-stamp that is not near the claimed time says that the signer's clock, or the signer, is
 * wrong; archive time-stamps are made when they are needed. */
static bool delay_allowed(struct validation *v) {
    const struct ades_policy *p = v->j->ctx->policy;
    int64_t claimed = v->j->facts->claimed_time;
    if (p->stamp_after == 0 || v->best_by == NULL || !has_signature_stamp(v))
        return true;
    bool met = claimed != 0 && v->best <= claimed + p->stamp_after && v->best >= claimed - p->stamp_before;
    return judging_check(v->j, CHECK_STAMP_DELAY, met, MSG_STAMP_DELAY, judging_time(v->j, v->best),
                         claimed != 0 ? judging_time(v->j, claimed) : "-", NULL);
}

/* Step 8: the algorithms of the signature at the time that is proven. What is weak then stays so. */
sign_rc accept_at(struct validation *v, struct judging *j, int64_t time, bool *ok, sign_error *err) {
    (void)v;
    struct report_block *outer = judging_begin(j, BLOCK_SAV, NULL);
    enum indication before = j->out->indication;
    enum sub_indication sub = j->out->sub;
    j->out->indication = INDICATION_NONE;
    j->when = time;
    judging_input_time(j, "time", time);
    sign_rc rc = judging_sav(j, err);
    *ok = rc == SIGN_OK && judging_open(j);
    if (j->out->indication == INDICATION_NONE) {
        j->out->indication = before;
        j->out->sub = sub;
    }
    judging_end(j, outer);
    return rc;
}

/* What was said at the present is told, but no more held against the signature. */
void validation_repair(struct validation *v, struct judging *j) {
    v->improved = v->improved || j == v->j;
    judging_supersede(j);
    j->out->indication = INDICATION_NONE;
    j->out->sub = SUB_NONE;
    if (j->lasting != SUB_NONE)
        judging_conclude(j, INDETERMINATE, j->lasting);
}

/* The time is proven; what is missing is what was known of the certificate while it was valid. */
static void say_unknown(struct validation *v) {
    struct judging *j = v->j;
    judging_supersede(j);
    (void)judging_check_as(j, CHECK_REVOCATION_AVAILABLE, SUB_OUT_OF_BOUNDS_NO_POE, MSG_STATUS_NOT_KNOWN_THEN,
                           judging_time(j, v->best), v->best_by, NULL);
}

static void say_revoked(struct validation *v, const struct pki_revocation *r, enum sub_indication sub) {
    struct judging *j = v->j;
    bool own = sub == SUB_REVOKED_NO_POE;
    const char *reason = report_reason(r->reason);
    char who[200];
    if (!pki_name_short(r->cert->subject, who, sizeof who))
        j->report->arena.failed = true; /* report_seal tells it */
    (void)judging_check(j, own ? CHECK_NOT_REVOKED : CHECK_CA_NOT_REVOKED, false,
                        own ? MSG_CERT_REVOKED : MSG_CA_REVOKED, who, judging_time(j, r->revoked_at),
                        reason != NULL ? reason : "-");
}

static void give_up(struct validation *v, enum sub_indication sub) {
    struct judging *j = v->j;
    if (sub == j->out->sub) {
        if (sub == SUB_OUT_OF_BOUNDS_NO_POE && v->best_by != NULL && v->best <= j->facts->signer->not_after)
            say_unknown(v);
        return;
    }
    const struct pki_cert *c = j->facts->signer;
    judging_supersede(j);
    if (sub == SUB_NOT_YET_VALID)
        (void)after_not_before(v);
    else if (sub == SUB_OUT_OF_BOUNDS_NOT_REVOKED)
        (void)judging_check(j, CHECK_BEST_TIME, false, MSG_BEST_TIME_OUT, judging_time(j, v->best),
                            judging_time(j, c->not_after), NULL);
    else
        say_revoked(v, ended_beside(j->path, v->best), sub);
    judging_replace(j, judging_indication(sub), sub);
}

void judge_times(struct validation *v) {
    if (after_not_before(v) && stamps_in_order(v))
        (void)delay_allowed(v);
}

static sign_rc with_time(struct validation *v, sign_error *err) {
    struct judging *j = v->j;
    bool ok;
    enum sub_indication sub = compare_times(v, j->out->sub);
    if (sub != SUB_NONE) {
        give_up(v, sub);
        return SIGN_OK;
    }
    /* With the present as best time nothing below can say more than was said, but of the order. */
    sign_rc rc = is_in_doubt(v) ? still_later(v, &ok, err) : (ok = true, SIGN_OK);
    if (rc != SIGN_OK || (!ok && !judging_open(j)))
        return rc;
    if (v->best_by == NULL) {
        if (judging_open(j))
            judge_times(v);
        return SIGN_OK;
    }
    rc = accept_at(v, j, v->best, &ok, err);
    if (rc != SIGN_OK || !ok)
        return rc;
    if (j->out->indication != INDICATION_NONE)
        validation_repair(v, j);
    judge_times(v);
    return judging_open(j) ? judging_algorithms_now(j, err) : SIGN_OK; /* step 10 */
}

sign_rc validate_time(struct validation *v, sign_error *err) {
    struct judging *j = v->j;
    struct report_block *outer = judging_begin(j, BLOCK_TIME, NULL);
    find_best(v);
    judging_input_time(j, "best signature time", v->best);
    if (j->facts->signer != NULL) {
        judging_input_time(j, "certificate valid from", j->facts->signer->not_before);
        judging_input_time(j, "certificate valid until", j->facts->signer->not_after);
    }
    if (j->path != NULL && j->path->revoked_at != 0)
        judging_input_time(j, j->path->suspended ? "suspended at" : "revoked at", j->path->revoked_at);
    sign_rc rc = SIGN_OK;
    if (is_allowed(j->out->indication, j->out->sub) && j->path != NULL)
        rc = with_time(v, err);
    if (rc == SIGN_OK && judging_open(j) && !is_archived(v))
        want_signature_stamp(v);
    judging_end_as(j, outer, judging_open(j) ? TOTAL_PASSED : j->out->indication, j->out->sub);
    return rc;
}
