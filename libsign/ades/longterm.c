/* Long-term availability (EN 319 102-1, 5.6.3.4): time-stamps from the newest to the oldest, each believed by
 * what those behind it prove; then the signature by what they prove of it. */
#include "ades/validation.h"

bool is_archived(const struct validation *v) {
    if (v->j->facts->n_outer > 0)
        return true;
    for (size_t i = 0; i < v->n; i++)
        if (v->stamps[i].stamp->class >= STAMP_REFS && v->stamps[i].imprint == TRI_TRUE)
            return true;
    return false;
}

/* Step 3: what past validation may repair. An authority that has ended since is one more
 * (docs/VALIDATION.md). */
static bool is_allowed(const struct judging *j, bool token) {
    switch (j->out->sub) {
    case SUB_REVOKED_NO_POE:
    case SUB_REVOKED_CA_NO_POE:
    case SUB_OUT_OF_BOUNDS_NO_POE:
    case SUB_OUT_OF_BOUNDS_NOT_REVOKED:
    case SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE:
    case SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE:
    case SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE:
        return j->out->indication == INDETERMINATE;
    case SUB_TRY_LATER:
        return !token; /* step 5 (c) does not name it */
    case SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE:
        return j->path != NULL && j->path->ca_expired;
    default:
        return false;
    }
}

/* Step 5: the newest that was not seen; of the same time the one that protects the other. */
static struct stamp_state *newest(struct validation *v) {
    struct stamp_state *best = NULL;
    for (size_t i = 0; i < v->n; i++) {
        struct stamp_state *s = &v->stamps[i];
        if (s->done || s->facts.broken != MSG_NONE || s->imprint != TRI_TRUE)
            continue;
        if (best == NULL || stamp_time(s) > stamp_time(best) ||
            (stamp_time(s) == stamp_time(best) && s->stamp->class >= best->stamp->class))
            best = s;
    }
    return best;
}

static sign_rc proof_of(struct validation *v, const struct stamp_state *s, int64_t *time, sign_error *err) {
    uint8_t id[DIGEST_MAX];
    sign_rc rc = crypto_hash(v->j->ctx->crypto, DIGEST_SHA256, s->stamp->token->raw, id, err);
    *time = rc == SIGN_OK ? poe_find(v, POE_STAMP, id, s->stamp->token->raw, NULL) : v->poe.now;
    return rc;
}

/* Step 5 (c): a token that is not believed any more may have been when what proves it was made. */
static sign_rc believe_in_past(struct validation *v, struct stamp_state *s, int64_t proof, sign_error *err) {
    enum sub_indication sub;
    bool ok = false;
    s->j.block = v->j->block;
    sign_rc rc = past_signature(v, &s->j, proof, &sub, err);
    if (rc == SIGN_OK && sub == SUB_NONE)
        rc = accept_at(v, &s->j, proof, &ok, err);
    s->j.block = NULL;
    if (rc != SIGN_OK || !ok)
        return rc;
    validation_repair(v, &s->j);
    if (!judging_open(&s->j))
        return SIGN_OK;
    s->out.indication = TOTAL_PASSED;
    s->passed = v->believed = true;
    return SIGN_OK;
}

static sign_rc take(struct validation *v, struct stamp_state *s, sign_error *err) {
    int64_t proof;
    sign_rc rc = proof_of(v, s, &proof, err);
    if (rc != SIGN_OK)
        return rc;
    if (!s->passed && is_allowed(&s->j, true))
        rc = believe_in_past(v, s, proof, err);
    /* (b): a proof of the token from a time when the digest of its imprint could be relied on. */
    if (rc == SIGN_OK && s->passed && judging_digest_end(&s->j, s->stamp->token->digest) >= proof)
        rc = poe_extract(v, (size_t)(s - v->stamps), err);
    return rc;
}

/* Steps 6 to 10: the signature by what is proven of it. */
static sign_rc judge_past(struct validation *v, sign_error *err) {
    struct judging *j = v->j;
    uint8_t id[DIGEST_MAX];
    enum sub_indication sub;
    bool ok = false;
    sign_rc rc = crypto_hash(j->ctx->crypto, DIGEST_SHA256, j->facts->value, id, err);
    if (rc != SIGN_OK)
        return rc;
    const char *by;
    int64_t best = poe_find(v, POE_SIGNATURE, id, (sign_bytes){0}, &by);
    if (best < v->best) {
        v->best = best;
        v->best_by = by;
    }
    rc = past_signature(v, j, v->best, &sub, err);
    if (rc != SIGN_OK)
        return rc;
    if (sub != SUB_NONE) {
        if (sub != j->out->sub)
            judging_replace(j, judging_indication(sub), sub);
        return SIGN_OK;
    }
    rc = accept_at(v, j, v->best, &ok, err);
    if (rc != SIGN_OK || !ok)
        return rc;
    validation_repair(v, j);
    v->believed = true;
    return SIGN_OK;
}

sign_rc validate_longterm(struct validation *v, sign_error *err) {
    struct judging *j = v->j;
    if (!is_archived(v) || j->path == NULL)
        return SIGN_OK;
    bool passed = judging_open(j);
    struct report_block *outer = judging_begin(j, BLOCK_LTA, NULL);
    sign_rc rc = SIGN_OK;
    for (struct stamp_state *s = newest(v); s != NULL && rc == SIGN_OK; s = newest(v)) {
        s->done = true;
        rc = take(v, s, err);
    }
    if (rc == SIGN_OK && !passed && is_allowed(j, false))
        rc = judge_past(v, err);
    if (rc == SIGN_OK && judging_open(j) && v->believed) {
        find_best(v);
        judge_times(v);
    }
    if (rc == SIGN_OK && judging_open(j))
        want_signature_stamp(v);
    judging_end_as(j, outer, judging_open(j) ? TOTAL_PASSED : j->out->indication, j->out->sub);
    return rc;
}
