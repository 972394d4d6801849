/* The judgement over one signature from the first to the last process of EN 319 102-1: 5.4 of its
 * time-stamps, 5.3, 5.5, 5.6; and what a policy asks of the result. */
#include "ades/profile.h"
#include "ades/validation.h"

/* 5.3.4 step 4: the latest time that a content time-stamp proves the signature to be later than. */
static void find_content_time(struct validation *v) {
    for (size_t i = 0; i < v->n; i++) {
        const struct stamp_state *s = &v->stamps[i];
        if (s->stamp->class == STAMP_CONTENT && s->passed && stamp_time(s) > v->j->content_time)
            v->j->content_time = stamp_time(s);
    }
}

/*
 * The grace period of the signature policy (Rehber 6.1 and 8): until it is over a revocation may still be
 * published that was asked for before the signature. What is known of the signer must be from behind it, too.
 */
static void check_grace(struct validation *v) {
    struct judging *j = v->j;
    const struct ades_profile *p = ades_profile_of(j->facts);
    int64_t period = j->ctx->policy->grace_period;
    if (p == NULL || !p->grace || period == 0 || v->best_by == NULL || j->path == NULL)
        return;
    int64_t over = v->best + period;
    bool known = !j->ctx->revocation;
    for (size_t i = 0; i < j->path->n_revocation; i++)
        known = known || (j->path->revocation[i].cert == j->facts->signer &&
                          j->path->revocation[i].this_update >= over);
    bool is_over = j->ctx->at >= over;
    if (!judging_check(j, CHECK_GRACE_PERIOD, is_over && known, is_over ? MSG_GRACE_DATA : MSG_GRACE_PERIOD,
                       judging_time(j, over), NULL, NULL) &&
        !is_over)
        j->out->try_at = over;
}

/* What 5.5 did not need to look at is listed for who reads the proofs. */
static sign_rc tell_proofs(struct validation *v, sign_error *err) {
    sign_rc rc = SIGN_OK;
    if (!v->j->report->detailed || v->poe.n_sources > 0)
        return SIGN_OK;
    for (size_t i = 0; i < v->n && rc == SIGN_OK; i++)
        if (v->stamps[i].passed)
            rc = poe_extract(v, i, err);
    return rc;
}

/* What a codec said for itself belongs to the check whose sub-indication it led to. */
static void explain_rest(struct judging *j) {
    const struct ades_check_row *row = NULL;
    for (enum ades_check c = 0; row == NULL && j->out->sub != SUB_NONE && c < CHECK_COUNT; c++)
        if (ades_check_row(c)->sub == (int)j->out->sub)
            row = ades_check_row(c);
    for (struct report_message *m = j->out->messages; row != NULL && m != NULL; m = m->next) {
        if (m->constraint != NULL || m->level != 'E')
            continue;
        m->constraint = row->name;
        m->object = j->object;
        m->expected[0] = row->expected[0];
        m->expected[1] = row->expected[1];
    }
}

static void tell_best(struct validation *v) {
    struct judging *j = v->j;
    j->out->best_signature_time = v->best;
    j->out->best_time_by = v->best_by;
    if (v->improved && j->out->indication == TOTAL_PASSED)
        judging_say(j, MSG_TIME_PROVEN, judging_time(j, v->best), v->best_by, NULL);
    if (j->out->sub == SUB_TRY_LATER && j->out->try_at == 0 && j->path != NULL)
        j->out->try_at = j->path->try_at;
}

static sign_rc run(struct validation *v, sign_error *err) {
    struct judging *j = v->j;
    const struct ades_facts *f = j->facts;
    sign_rc rc = stamps_judge(v, err);
    if (rc == SIGN_OK) {
        find_content_time(v);
        rc = judging_basic(j, err);
    }
    if (rc != SIGN_OK)
        return rc;
    if (j->ctx->inspect) {
        stamps_tell(v);
        if (judging_open(j))
            judging_say(j, MSG_TRUST_NOT_LOOKED_AT, NULL, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_NONE);
        return SIGN_OK;
    }
    /* Without time-stamps 5.5 can only say that the signature is older than its certificate, or that one is
     * wanted. */
    if (v->n > 0 || !judging_open(j) || j->stale || judging_level(j, CHECK_SIGNATURE_STAMP) != LEVEL_IGNORE)
        rc = validate_time(v, err);
    if (rc == SIGN_OK && v->n + f->n_outer > 0)
        rc = validate_longterm(v, err);
    if (rc == SIGN_OK && judging_open(j))
        rc = stamps_complete(v, err);
    if (rc != SIGN_OK)
        return rc;
    if (judging_open(j))
        check_grace(v);
    stamps_tell(v);
    /* Nothing passes of which one of the two is not known to be true, whatever a policy says. */
    if (judging_open(j) && (f->references != TRI_TRUE || f->signature_value != TRI_TRUE))
        judging_conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    judging_conclude(j, TOTAL_PASSED, SUB_NONE);
    tell_best(v);
    return tell_proofs(v, err);
}

/*
 * What a signature with time-stamps carries is asked again for each of them and for each moment of the past.
 * Read once for all of that it is parsed, and its signatures are verified, once. Where the document has lists
 * of its own those are read once for all of its signatures, and this signature's stay apart.
 */
static bool carries_alone(const struct ades_facts *f) {
    bool apart = f->lists != NULL && f->lists->n + f->lists->n_ocsp > 0;
    return f->n_stamps > 0 && f->n_crls + f->n_ocsps > 0 && !apart;
}

static struct ades_facts read_once(const struct ades_facts *f, struct pki_lists *own) {
    struct ades_facts all = *f;
    *own = (struct pki_lists){.der = f->crls, .n = f->n_crls, .ocsp_der = f->ocsps, .n_ocsp = f->n_ocsps};
    all.lists = own;
    all.crls = all.ocsps = NULL;
    all.n_crls = all.n_ocsps = 0;
    return all;
}

/*
 * Where the policy has "not-revoked" of those who sign revocation data at IGNORE they are not asked about
 * themselves, as long as the signature is none that is to be judged by what it carries (rows 24 and 37 of the
 * conformity suite: below X-Long).
 */
static bool spares_signers(const struct ades_context *ctx, const struct report_signature *out) {
    static const char *const complete[] = {"XL", "LT", "A", "LTA"};
    if (ades_policy_level(ctx->policy, ROLE_REVOCATION, CHECK_NOT_REVOKED) != LEVEL_IGNORE)
        return false;
    for (size_t i = 0; out->level != NULL && i < sizeof complete / sizeof *complete; i++)
        if (strcmp(out->level, complete[i]) == 0)
            return false;
    return true;
}

sign_rc ades_judge(const struct ades_context *ctx, const struct ades_facts *facts, struct sign_report *report,
                   struct report_signature *out, sign_error *err) {
    AUTO(pki_lists) own = {0};
    const struct ades_facts *given = facts;
    struct ades_facts all;
    if (carries_alone(facts)) {
        all = read_once(facts, &own);
        facts = &all;
    }
    struct judging j = {.ctx = ctx,
                        .facts = facts,
                        .report = report,
                        .out = out,
                        .role = facts->role,
                        .object = out->id,
                        .when = ctx->at,
                        .signers_unchecked = spares_signers(ctx, out),
                        .content_time = INT64_MIN};
    struct validation v = {.j = &j, .best = ctx->at, .poe = {.now = ctx->at}};
    out->best_signature_time = ctx->at;
    if (report->detailed)
        out->value_der = arena_copy(&report->arena, facts->value);
    out->is_counter = facts->role == ROLE_COUNTER_SIGNATURE;
    sign_rc rc = poe_outer(&v, given, err);
    if (rc == SIGN_OK)
        rc = run(&v, err);
    if (rc == SIGN_OK && !ctx->inspect)
        poe_tell(&v);
    explain_rest(&j);
    if (rc == SIGN_OK)
        rc = objects_list(&v, err);
    poe_list(&v);
    poe_close(&v);
    stamps_close(&v);
    judging_close(&j);
    return rc;
}

void ades_weigh_counters(const struct ades_context *ctx, const struct ades_facts *facts,
                         struct sign_report *report, struct report_signature *out) {
    if (ctx->inspect || out->countersignatures == NULL)
        return;
    struct judging j = {
        .ctx = ctx, .facts = facts, .report = report, .out = out, .role = facts->role, .object = out->id};
    bool passed = out->indication == TOTAL_PASSED;
    for (const struct report_signature *c = out->countersignatures; c != NULL; c = c->next) {
        if (c->indication == TOTAL_PASSED)
            continue;
        const char *sub = sub_indication_text(c->sub);
        if (!judging_check(&j, CHECK_COUNTER_SIGNATURES, false, MSG_COUNTER_SIGNATURE_FAILED, c->id,
                           sub != NULL ? sub : indication_text(c->indication), NULL) &&
            passed)
            judging_replace(&j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
    }
}
