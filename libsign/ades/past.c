/* Validation for the past (EN 319 102-1, 5.6.2): what could be known of a certificate at a time that is
 * proven. */
#include "ades/validation.h"

/* What the three procedures work on, for one signature or token. */
struct past {
    struct validation *v;
    struct judging *j;     /* whose block and messages these are */
    struct pki_path *path; /* found by 5.6.2.1; counted */
    pki_evidences evidence[LIMIT_PATH_LENGTH];
    size_t n_evidence;
    bool *left_out;  /* of evidence[0]: see keep_proven; in the arena */
    int64_t at;      /* when the certificates of the path were all valid */
    int64_t control; /* time */
    const char *why; /* what was missing, for the report; NULL */
};
typedef struct past past;

static void past_free(past *p) {
    for (size_t i = 0; i < p->n_evidence; i++)
        pki_evidences_free(&p->evidence[i]);
    pki_path_free(&p->path);
}
CLEANUP(past, past_free);

/* ---- 5.6.2.1: a path at a time when all its certificates were valid
 * ------------------------------------------ */

/* Shell model: the end of the time that all certificates but the anchor share. false: they share none. */
static bool shared_end(const struct pki_path *path, int64_t *end) {
    int64_t from = INT64_MIN, to = INT64_MAX;
    for (size_t i = 0; i + 1 < path->n_chain || i == 0; i++) {
        const struct pki_cert *c = path->chain[i];
        from = c->not_before > from ? c->not_before : from;
        to = c->not_after < to ? c->not_after : to;
    }
    *end = to;
    return from <= to;
}

static sign_rc find_path(past *p, bool *ok, sign_error *err) {
    struct judging *j = p->j;
    struct pki_path_options opt = judging_options(j);
    *ok = false;
    opt.revocation = false;
    opt.past = true;
    if (j->path == NULL || !j->path->anchored || !shared_end(j->path, &opt.at)) {
        p->why = "no path whose certificates were all valid at one time";
        return SIGN_OK;
    }
    sign_rc rc = pki_path_check(j->ctx->trust, j->ctx->crypto, j->facts->signer, &opt, &p->path, err);
    *ok = rc == SIGN_OK && p->path->indication == TOTAL_PASSED;
    p->at = opt.at;
    if (rc == SIGN_OK && !*ok)
        p->why = "the path is not valid at any one time";
    return rc;
}

static sign_rc find_evidence(past *p, sign_error *err) {
    const struct pki_path_options opt = judging_options(p->j);
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i + 1 < p->path->n_chain && rc == SIGN_OK; i++) {
        rc = pki_evidence_find(p->j->ctx->trust, p->j->ctx->crypto, p->path->chain + i, p->path->n_chain - i,
                               &opt, &p->evidence[i], err);
        p->n_evidence = i + 1;
    }
    return rc;
}

static bool is_revoked(const struct pki_evidence *e) {
    return strcmp(e->piece.status, "revoked") == 0 || strcmp(e->piece.status, "suspended") == 0;
}

static bool is_revoked_by(const struct pki_evidence *e, int64_t at) {
    return is_revoked(e) && e->piece.revoked_at <= at;
}

/* The proof that a piece existed; of a list of changes and the list that it goes with the later one. */
static int64_t proof_of_piece(struct validation *v, const struct pki_evidence *e) {
    int64_t own = poe_find(v, POE_REVOCATION, e->sha256, e->der, NULL);
    int64_t base = e->base.len != 0 ? poe_find(v, POE_REVOCATION, e->base_sha256, e->base, NULL) : INT64_MIN;
    return base > own ? base : own;
}

/* ---- what evidence says of a time
 * -------------------------------------------------------------------------------- */

static bool is_of_path(const struct pki_path *path, const struct pki_cert *cert) {
    for (size_t i = 0; i < path->n_chain; i++)
        if (memcmp(path->chain[i]->sha256, cert->sha256, sizeof cert->sha256) == 0)
            return true;
    return false;
}

static bool outlives(const struct judging *j, enum crypto_digest d, int64_t proof) {
    return d != DIGEST_MD5 && ades_digest_end(j->ctx->policy, ROLE_REVOCATION, d) >= proof;
}

/*
 * Who signed it is judged with the path when he is of it. Of another certificate and key count as well:
 * whoever can forge one of them can say what he likes (5.2.6.4 step 6). The certificate is proven for itself;
 * it may be younger than what it is to vouch for.
 */
static bool was_reliable(struct validation *v, const struct judging *j, const struct pki_evidence *e) {
    const struct crypto_pubkey *key;
    const struct pki_cert *c = e->issuer;
    const int64_t proof = proof_of_piece(v, e);
    if (ades_policy_level(j->ctx->policy, ROLE_REVOCATION, CHECK_CHAIN_ALGORITHMS) != LEVEL_FAIL)
        return true;
    if (!outlives(j, e->piece.sigalg.digest, proof) ||
        (e->base.len != 0 && !outlives(j, e->base_digest, proof)))
        return false;
    if (e->issuer_is_anchor || is_of_path(j->path, c))
        return true;
    return judging_digest_end(j, c->sigalg.digest) >= poe_find(v, POE_CERTIFICATE, c->sha256, c->der, NULL) &&
           pki_cert_key(e->issuer, &key, NULL) == SIGN_OK &&
           ades_key_end(j->ctx->policy, j->role, key) >= proof;
}

/* Who signed it is an anchor, or proven while his certificate was valid; at the present that is one proof. */
static bool issuer_proven(struct validation *v, const struct pki_evidence *e) {
    const struct pki_cert *c = e->issuer;
    return e->issuer_is_anchor ||
           poe_within(v, POE_CERTIFICATE, c->sha256, c->der, c->not_before, c->not_after);
}

/* Whether the word counts: of whom enough is known, who could tell, and who was himself when he said it. */
static bool is_believed(struct validation *v, const struct pki_evidence *e) {
    return !e->signer_unchecked && pki_evidence_knows(e) && proof_of_piece(v, e) < e->signer_revoked_at &&
           issuer_proven(v, e);
}

static bool is_fresh(const struct judging *j, const struct pki_evidence *e, int64_t at) {
    return judging_level(j, CHECK_REVOCATION_FRESH) != LEVEL_FAIL ||
           pki_evidence_fresh(e, at, j->ctx->policy->freshness);
}

enum evidence_word evidence_at(struct validation *v, const struct judging *j, const pki_evidences *all,
                               int64_t at, const struct pki_evidence **by) {
    enum evidence_word word = EVIDENCE_NOTHING;
    bool lifted = false; /* a later word that counts does not know a suspension */
    *by = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const struct pki_evidence *e = &all->list[i];
        if (is_revoked_by(e, at) && (!lifted || strcmp(e->piece.status, "revoked") == 0)) {
            *by = e;
            return EVIDENCE_ENDED;
        }
        if (*by == NULL && pki_evidence_knows(e))
            *by = e; /* the newest that could have told */
        if (is_revoked_by(e, at) || !is_believed(v, e))
            continue;
        bool reliable = was_reliable(v, j, e);
        lifted = lifted || reliable;
        if (word == EVIDENCE_GOOD || !is_fresh(j, e, at))
            continue;
        word = reliable ? EVIDENCE_GOOD : EVIDENCE_WEAK;
        *by = e;
    }
    return word;
}

/* ---- 5.6.2.2: validation time sliding
 * ------------------------------------------------------------------------ */

/* Step 2 (a): issued before the control time, proven to have existed by then, and before whoever signed it
 * was revoked; and of a time when it could tell of the certificate. */
static bool is_selected(const past *p, const struct pki_cert *cert, const struct pki_evidence *e) {
    int64_t proof = proof_of_piece(p->v, e);
    /* Who may have been revoked himself, or may have been somebody else by now, tells nothing good. */
    if (!is_revoked(e) && (e->signer_unchecked || !was_reliable(p->v, p->j, e)))
        return false;
    return pki_evidence_knows(e) && e->piece.this_update < p->control &&
           poe_find(p->v, POE_CERTIFICATE, cert->sha256, cert->der, NULL) <= p->control &&
           proof <= p->control && proof < e->signer_revoked_at;
}

/*
 * The latest that is selected and says revoked, else the latest that is selected; NULL: none. They are
 * sorted. A suspension that a later one does not know any more was lifted (RFC 5280, 5.3.1: removeFromCRL).
 */
static const struct pki_evidence *select_evidence(const past *p, size_t i) {
    const struct pki_evidence *latest = NULL;
    for (size_t k = 0; k < p->evidence[i].n; k++) {
        const struct pki_evidence *e = &p->evidence[i].list[k];
        if ((i == 0 && p->left_out[k]) || !is_selected(p, p->path->chain[i], e))
            continue;
        if (strcmp(e->piece.status, "revoked") == 0 || (latest == NULL && is_revoked(e)))
            return e;
        latest = latest != NULL ? latest : e;
    }
    return latest;
}

static void slide(past *p, int64_t to) {
    if (to < p->control)
        p->control = to;
}

/* Step 2 (d): algorithms of the certificate and of the evidence at the control time. */
static sign_rc slide_by_algorithms(past *p, struct pki_cert *cert, const struct pki_evidence *e,
                                   sign_error *err) {
    struct judging *j = p->j;
    const struct crypto_pubkey *key;
    const enum ades_role role = j->role;
    slide(p, judging_digest_end(j, cert->sigalg.digest));
    sign_rc rc = pki_cert_key(cert, &key, err);
    if (rc == SIGN_OK && cert != j->facts->signer)
        slide(p, ades_key_end(j->ctx->policy, role, key));
    if (rc != SIGN_OK || e == NULL)
        return rc;
    slide(p, ades_digest_end(j->ctx->policy, ROLE_REVOCATION, e->piece.sigalg.digest));
    if (e->base.len != 0)
        slide(p, ades_digest_end(j->ctx->policy, ROLE_REVOCATION, e->base_digest));
    if (!e->issuer_is_anchor)
        slide(p, judging_digest_end(j, e->issuer->sigalg.digest));
    rc = pki_cert_key(e->issuer, &key, err);
    if (rc == SIGN_OK)
        slide(p, ades_key_end(j->ctx->policy, ROLE_REVOCATION, key));
    return rc;
}

static sign_rc slide_one(past *p, size_t i, bool *ok, sign_error *err) {
    struct pki_cert *cert = p->path->chain[i];
    const struct pki_evidence *e = NULL;
    *ok = true;
    if (p->j->ctx->revocation) {
        e = select_evidence(p, i);
        if (e == NULL) {
            *ok = false;
            p->why = arena_printf(&p->j->report->arena,
                                  "no revocation data of %s that are proven to have existed by %s",
                                  judging_name(p->j, cert), judging_time(p->j, p->control));
            return SIGN_OK;
        }
        if (is_revoked(e))
            slide(p, e->piece.revoked_at);
        else if (judging_level(p->j, CHECK_REVOCATION_FRESH) == LEVEL_FAIL &&
                 !pki_evidence_fresh(e, p->control, p->j->ctx->policy->freshness))
            slide(p, e->piece.this_update);
    }
    sign_rc rc = slide_by_algorithms(p, cert, e, err);
    if (p->j->block != NULL && e != NULL)
        judging_input(p->j, "revocation data",
                      arena_printf(&p->j->report->arena, "%s of %s, proven from %s, %s", e->piece.kind,
                                   judging_time(p->j, e->piece.this_update),
                                   judging_time(p->j, proof_of_piece(p->v, e)), e->piece.status));
    if (p->j->block != NULL)
        judging_input(p->j,
                      arena_printf(&p->j->report->arena, "control time after %s", judging_name(p->j, cert)),
                      judging_time(p->j, p->control));
    return rc;
}

static sign_rc slide_all(past *p, bool *ok, sign_error *err) {
    struct report_block *outer = judging_begin(p->j, BLOCK_VTS, NULL);
    sign_rc rc = SIGN_OK;
    p->control = p->j->ctx->at;
    if (p->path->anchor_sunset != 0)
        slide(p, p->path->anchor_sunset);
    judging_input_time(p->j, "control time", p->control);
    *ok = true;
    for (size_t i = p->path->n_chain - 1; i-- > 0 && rc == SIGN_OK && *ok;)
        rc = slide_one(p, i, ok, err);
    judging_result_time(p->j, "control time", p->control);
    judging_end_as(p->j, outer, *ok ? TOTAL_PASSED : INDETERMINATE, *ok ? SUB_NONE : SUB_NO_POE);
    return rc;
}

/*
 * 5.6.2.1 steps 3 and 5, behind a path and what is known of its certificates. What the policy asks of the
 * signing certificate (step 4) does not depend on the time: 5.2.6 has looked at it, and what was not met
 * lasts.
 */
static sign_rc past_certificate(past *p, bool *ok, sign_error *err) {
    struct judging *j = p->j;
    struct report_block *outer = judging_begin(j, BLOCK_PCV, NULL);
    for (size_t i = 0; j->block != NULL && i < p->path->n_chain; i++)
        judging_input(j, "certificate", judging_name(j, p->path->chain[i]));
    judging_input_time(j, "path valid at", p->at);
    sign_rc rc = slide_all(p, ok, err);
    if (*ok)
        judging_input(j, "constraints on the chain",
                      j->lasting == SUB_NONE ? "met, as 5.2.6 found" : sub_indication_text(j->lasting));
    judging_result_time(p->j, "control time", p->control);
    judging_end_as(p->j, outer, *ok ? TOTAL_PASSED : INDETERMINATE, *ok ? SUB_NONE : SUB_NO_POE);
    return rc;
}

/* ---- 5.6.2.4: past signature validation
 * ------------------------------------------------------------------------ */

static const char *evidence_text(struct judging *j, const struct pki_evidence *e) {
    return arena_printf(&j->report->arena, "%s of %s", e->piece.kind, judging_time(j, e->piece.this_update));
}

static void show_issuer(struct judging *j, const struct pki_evidence *e, bool proven) {
    if (j->block == NULL)
        return;
    judging_input(j, "issuer of revocation data (step 1)",
                  arena_printf(&j->report->arena, "%s: %s, valid %s to %s, %s", evidence_text(j, e),
                               judging_name(j, e->issuer), judging_time(j, e->issuer->not_before),
                               judging_time(j, e->issuer->not_after),
                               e->issuer_is_anchor ? "a trust anchor"
                               : proven            ? "proven within that"
                                                   : "not proven within that"));
}

/* Step 1: evidence whose signer's certificate is proven to have existed while it was valid; where there is
 * such, nothing else about the signing certificate is used. */
static sign_rc keep_proven(past *p, bool *any, sign_error *err) {
    const pki_evidences *own = &p->evidence[0];
    *any = !p->j->ctx->revocation;
    p->left_out = arena_alloc(&p->j->report->arena, (own->n + 1) * sizeof *p->left_out);
    if (p->left_out == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < own->n; i++) {
        p->left_out[i] = !pki_evidence_knows(&own->list[i]) || !issuer_proven(p->v, &own->list[i]);
        if (pki_evidence_knows(&own->list[i]))
            show_issuer(p->j, &own->list[i], !p->left_out[i]);
        *any = *any || !p->left_out[i];
    }
    for (size_t i = 0; !*any && i < own->n; i++)
        p->left_out[i] = false;
    return SIGN_OK;
}

/* Where the best time lies in the signing certificate's validity. */
static enum sub_indication in_validity(const past *p, int64_t best, enum sub_indication beyond) {
    const struct pki_cert *c = p->j->facts->signer;
    return best < c->not_before ? SUB_NOT_YET_VALID : best > c->not_after ? beyond : SUB_NONE;
}

/* Step 3, REVOKED_CA_NO_POE: what was said of the signing certificate is older than the authority's end. */
static bool said_before(const past *p, int64_t end) {
    struct judging *j = p->j;
    judging_input_time(j, "authority revoked at (step 3)", end);
    for (size_t i = 0; i < p->evidence[0].n; i++) {
        const struct pki_evidence *e = &p->evidence[0].list[i];
        int64_t proof = proof_of_piece(p->v, e);
        if (j->block != NULL && !p->left_out[i])
            judging_input(j, "revocation data (step 3)",
                          arena_printf(&j->report->arena, "%s, proven from %s", evidence_text(j, e),
                                       judging_time(j, proof)));
        if (!p->left_out[i] && proof <= end)
            return true;
    }
    return false;
}

static bool is_piece(const struct pki_evidence *e, const struct pki_revocation *piece) {
    return e->piece.cert == piece->cert && strcmp(e->piece.kind, piece->kind) == 0 &&
           e->piece.this_update == piece->this_update && e->piece.produced_at == piece->produced_at;
}

/*
 * The proof that a list or response of the path existed: by the evidence that it is. Where several could be
 * it, one that somebody forged with a weak algorithm may look like the one that is proven: the latest counts.
 */
static int64_t piece_proof(const past *p, const struct pki_revocation *piece) {
    int64_t latest = INT64_MIN;
    for (size_t i = 0; i < p->n_evidence; i++)
        for (size_t k = 0; k < p->evidence[i].n; k++) {
            const struct pki_evidence *e = &p->evidence[i].list[k];
            int64_t proof = is_piece(e, piece) ? proof_of_piece(p->v, e) : INT64_MIN;
            latest = proof > latest ? proof : latest;
        }
    return latest != INT64_MIN ? latest : p->v->poe.now;
}

static void show_weak(struct judging *j, const struct judging_weak *w, int64_t proof) {
    if (j->block == NULL)
        return;
    const char *what = w->of == WEAK_SIGNATURE ? j->role == ROLE_TIMESTAMP ? "time-stamp" : "signature"
                       : w->of == WEAK_CERTIFICATE
                           ? judging_name(j, w->cert)
                           : arena_printf(&j->report->arena, "%s of %s", w->piece->kind,
                                          judging_time(j, w->piece->this_update));
    judging_input(j, "algorithm (step 4)",
                  arena_printf(&j->report->arena, "%s, proven from %s: reliable until %s", what,
                               judging_time(j, proof), judging_time(j, w->end > 0 ? w->end : 0)));
}

/* Step 4: whatever was made with each of the algorithms existed before its end. */
static bool made_in_time(const past *p, int64_t best) {
    struct judging *j = p->j;
    for (size_t i = 0; i < j->n_weak; i++) {
        const struct judging_weak *w = &j->weak[i];
        int64_t proof = w->of == WEAK_SIGNATURE ? best
                        : w->of == WEAK_CERTIFICATE
                            ? poe_find(p->v, POE_CERTIFICATE, w->cert->sha256, w->cert->der, NULL)
                            : piece_proof(p, w->piece);
        show_weak(j, w, proof);
        if (proof > w->end)
            return false;
    }
    return j->n_weak > 0 && !j->weak_overflow;
}

/* Step 5: fresh at the earliest proof of the signature. */
static bool was_fresh(const past *p, int64_t best) {
    struct judging *j = p->j;
    bool good = true;
    for (size_t i = 0; i < p->n_evidence && good; i++) {
        const struct pki_evidence *by;
        good = evidence_at(p->v, j, &p->evidence[i], best, &by) == EVIDENCE_GOOD;
        if (j->block != NULL)
            judging_input(j, "revocation data at the best signature time (step 5)",
                          arena_printf(&j->report->arena, "%s: %s, %s", judging_name(j, p->path->chain[i]),
                                       by != NULL ? evidence_text(j, by) : "nothing that can tell",
                                       good ? "good and fresh" : "not good and fresh"));
    }
    return good;
}

/* Step 3 compares these. */
static void show_times(const past *p) {
    const struct pki_cert *c = p->j->facts->signer;
    judging_input_time(p->j, "control time (step 3)", p->control);
    judging_input_time(p->j, "certificate valid from (step 3)", c->not_before);
    judging_input_time(p->j, "certificate valid until (step 3)", c->not_after);
}

/* Whom step 3 speaks of: what the present holds against the path is repaired by a proof from before the
 * control time. */
static bool is_bounded(const struct judging *j) {
    const struct pki_path *path = j->path;
    const struct pki_cert *c = j->facts->signer;
    bool ended = path->revoked_at != 0 || path->suspended || path->ca_expired;
    for (size_t i = 0; i < path->n_revocation; i++)
        ended = ended || strcmp(path->revocation[i].status, "revoked") == 0;
    return ended || j->ctx->at < c->not_before || j->ctx->at > c->not_after ||
           path->sub == SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE ||
           path->sub == SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE;
}

/* When an authority of the path was revoked; INT64_MAX: none was. */
static int64_t ca_ended_at(const struct pki_path *path) {
    int64_t at = path->sub == SUB_REVOKED_CA_NO_POE ? path->revoked_at : INT64_MAX;
    for (size_t i = 0; i < path->n_revocation; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        for (size_t k = 1; k < path->n_chain; k++)
            if (path->chain[k] == r->cert && strcmp(r->status, "revoked") == 0 && r->revoked_at < at)
                at = r->revoked_at;
    }
    return at;
}

/*
 * Who is known to have been revoked by the best time. Sliding alone does not see it: where it began at a
 * sunset, or stale data of an authority moved it, what says so today is not proven early enough to be
 * selected, and an older "good" would be. The status of whom it is; SUB_NONE: nobody.
 */
static enum sub_indication ended_by_then(const past *p, int64_t best) {
    const struct pki_evidence *by;
    for (size_t i = 0; i < p->n_evidence; i++)
        if (evidence_at(p->v, p->j, &p->evidence[i], best, &by) == EVIDENCE_ENDED)
            return strcmp(by->piece.status, "suspended") == 0 ? SUB_TRY_LATER
                   : i == 0                                   ? SUB_REVOKED_NO_POE
                                                              : SUB_REVOKED_CA_NO_POE;
    return SUB_NONE;
}

/* What is said when the signature is proven only for a time behind the certificate's end. */
static enum sub_indication beyond(enum sub_indication status) {
    switch (status) {
    case SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE:
        return SUB_OUT_OF_BOUNDS_NO_POE;
    case SUB_OUT_OF_BOUNDS_NO_POE:
    case SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE: /* an authority has ended since: see docs/VALIDATION.md */
        return status;
    default:
        return SUB_OUT_OF_BOUNDS_NOT_REVOKED;
    }
}

/*
 * Steps 3 to 6; SUB_NONE: step 7 follows. The status is the first of what 5.2.6 found, and one thing may hide
 * another: each that the present finds has to be repaired by its own step, whichever was told.
 */
static enum sub_indication weigh(past *p, enum sub_indication status, int64_t best) {
    struct judging *j = p->j;
    const struct pki_path *path = j->path;
    int64_t ca_end = ca_ended_at(path);
    bool crypto = status == SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE;
    bool stale = status == SUB_TRY_LATER && !path->suspended;
    bool early = best <= p->control || !is_bounded(j);
    if (status == SUB_SIG_CONSTRAINTS_FAILURE ||
        (status == SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE && !path->ca_expired))
        return status;
    enum sub_indication ended = ended_by_then(p, best);
    show_times(p);
    if (ended != SUB_NONE)
        return path->revoked_at != 0 ? status : ended;
    if (stale ? !was_fresh(p, best) : !crypto && !early)
        return status;
    if ((crypto || j->n_weak > 0) && !made_in_time(p, best))
        return SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE;
    if (!early)
        return path->sub != SUB_NONE ? path->sub : status;
    if (ca_end != INT64_MAX && !said_before(p, ca_end))
        return SUB_REVOKED_CA_NO_POE;
    return in_validity(p, best, beyond(status));
}

sign_rc past_signature(struct validation *v, struct judging *j, int64_t best, enum sub_indication *out,
                       sign_error *err) {
    AUTO(past) p = {.v = v, .j = j};
    const enum sub_indication status = j->out->sub;
    struct report_block *outer = judging_begin(j, BLOCK_PSV, NULL);
    bool ok = false, rev_proven = false;
    judging_input(j, "current status", sub_indication_text(status));
    judging_input_time(j, "best signature time", best);
    *out = status;
    sign_rc rc = find_path(&p, &ok, err);
    if (rc == SIGN_OK && ok)
        rc = find_evidence(&p, err);
    if (rc == SIGN_OK && ok)
        rc = keep_proven(&p, &rev_proven, err);
    if (rc == SIGN_OK && ok)
        rc = past_certificate(&p, &ok, err);
    if (rc == SIGN_OK && ok)
        rc = judging_algorithms_now(j, err);
    if (rc == SIGN_OK && ok)
        *out = weigh(&p, status, best);
    if (rc == SIGN_OK && ok && *out == SUB_NONE && !rev_proven)
        *out = SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE;
    if (rc == SIGN_OK && *out != SUB_NONE)
        judging_say_past(j, p.why);
    judging_end_as(j, outer, judging_indication(*out), *out);
    return rc;
}
