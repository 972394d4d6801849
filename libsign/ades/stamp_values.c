/*
 * What a time-stamp rests on that a younger one protects must be carried with it (EN 319 122-1, 5.5.1; EN 319
 * 132-1, 5.5.1; usage profiles of 2012, table 2): once its authority has ended nobody gives it out any more.
 */
#include "ades/validation.h"

/* The youngest, which nothing protects yet: what it rests on can still be had. NULL: there is no archive. */
static const struct stamp_state *youngest(const struct validation *v) {
    const struct stamp_state *best = NULL;
    bool archived = false;
    for (size_t i = 0; i < v->n; i++) {
        const struct stamp_state *s = &v->stamps[i];
        archived = archived || s->stamp->class == STAMP_ARCHIVE;
        if (best == NULL || stamp_time(s) >= stamp_time(best))
            best = s;
    }
    return archived ? best : NULL;
}

/* The certificate itself among them, and the anchor: NULL when all of them are carried. */
static const struct pki_cert *lacks_certificate(const struct stamp_state *s) {
    const struct pki_path *path = s->j.path;
    for (size_t i = 0; i < path->n_chain; i++)
        if (!judging_carries_certificate(&s->j, path->chain[i]))
            return path->chain[i];
    return NULL;
}

static bool rests_on_carried(const struct pki_path *path, const struct pki_cert *cert) {
    for (size_t i = 0; i < path->n_revocation; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        if (r->cert == cert && r->source != NULL && r->source->origin == ORIGIN_SIGNATURE)
            return true;
    }
    return false;
}

static sign_rc lacks_revocation(const struct stamp_state *s, const struct pki_cert **out, sign_error *err) {
    const struct judging *j = &s->j;
    const struct pki_path *path = j->path;
    const struct pki_path_options opt = judging_options(j);
    sign_rc rc = SIGN_OK;
    *out = NULL;
    for (size_t i = 0; i + 1 < path->n_chain && rc == SIGN_OK && *out == NULL; i++) {
        AUTO(pki_evidences) all = {0};
        bool carried = rests_on_carried(path, path->chain[i]);
        if (!carried)
            rc = pki_evidence_find(j->ctx->trust, j->ctx->crypto, path->chain + i, path->n_chain - i, &opt,
                                   &all, err);
        for (size_t k = 0; k < all.n && !carried; k++)
            carried = judging_carries(j, &all.list[k]);
        if (rc == SIGN_OK && !carried)
            *out = path->chain[i];
    }
    return rc;
}

static sign_rc check_one(struct validation *v, const struct stamp_state *s, sign_error *err) {
    struct judging *j = v->j;
    const struct pki_cert *lacked = lacks_certificate(s), *untold = NULL;
    sign_rc rc = j->ctx->revocation ? lacks_revocation(s, &untold, err) : SIGN_OK;
    if (rc != SIGN_OK)
        return rc;
    if (lacked != NULL)
        (void)judging_check(j, CHECK_VALUES, false, MSG_STAMP_CERTIFICATE_VALUE, s->row->id,
                            judging_name(j, lacked), NULL);
    if (untold != NULL)
        (void)judging_check(j, CHECK_VALUES, false, MSG_STAMP_REVOCATION_VALUE, s->row->id,
                            judging_name(j, untold), NULL);
    if (lacked == NULL && untold == NULL)
        (void)judging_check(j, CHECK_VALUES, true, MSG_NONE, NULL, NULL, NULL);
    return SIGN_OK;
}

sign_rc stamps_complete(struct validation *v, sign_error *err) {
    struct judging *j = v->j;
    const struct stamp_state *last = youngest(v);
    const enum ades_role role = j->role;
    sign_rc rc = SIGN_OK;
    if (last == NULL || ades_policy_level(j->ctx->policy, ROLE_TIMESTAMP, CHECK_VALUES) == LEVEL_IGNORE)
        return SIGN_OK;
    struct report_block *outer = judging_begin(j, BLOCK_SAV, NULL);
    j->role = ROLE_TIMESTAMP; /* it is about time-stamps, and the signature's verdict */
    for (size_t i = 0; i < v->n && rc == SIGN_OK; i++) {
        const struct stamp_state *s = &v->stamps[i];
        if (s != last && s->j.path != NULL && s->j.path->anchored)
            rc = check_one(v, s, err);
    }
    j->role = role;
    judging_end_as(j, outer, judging_open(j) ? TOTAL_PASSED : j->out->indication, j->out->sub);
    return rc;
}
