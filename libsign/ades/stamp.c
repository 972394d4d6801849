/* Time-stamp validation (EN 319 102-1, 5.4): a token is a signature over its TSTInfo, judged as one; whether
 * it is of what it is attached to the codec computes. */
#include "ades/validation.h"

#include "base/text.h"
#include <stdio.h>

/* ---- who made it
 * -------------------------------------------------------------------------------------------- */

/* Its own certificates first, then those of the signature, then the caller's. */
static sign_rc find_signer(struct stamp_state *s, sign_error *err) {
    const struct tsp_token *t = s->stamp->token;
    const struct ades_sid sid = {.signer = &t->signer,
                                 .refs = {t->references[0], t->references[1]},
                                 .names = {t->reference_name[0], t->reference_name[1]},
                                 .n = t->n_references,
                                 .malformed = t->references_malformed};
    return ades_find_signer(s->j.ctx, &s->j.report->arena, &sid, t->certs, t->n_certs, &s->facts, err);
}

/* ---- facts
 * ---------------------------------------------------------------------------------------------------- */

static sign_rc check_integrity(struct stamp_state *s, sign_error *err) {
    struct ades_facts *f = &s->facts;
    struct tsp_integrity in = {0};
    sign_rc rc = find_signer(s, err);
    if (rc != SIGN_OK || f->signer == NULL)
        return rc;
    rc = tsp_token_check(s->j.ctx->crypto, s->stamp->token, f->signer, &s->j.report->arena, &in, err);
    f->references = in.content;
    f->signature_value = in.value;
    f->digest_expected = in.expected;
    f->digest_found = in.found;
    f->key_problem = in.problem;
    f->key_detail = in.detail;
    return rc;
}

static void begin(struct validation *v, struct stamp_state *s, const struct ades_stamp *stamp,
                  size_t number) {
    const struct judging *owner = v->j;
    const struct tsp_token *t = stamp->token;
    bool broken = t->broken != MSG_NONE;
    s->stamp = stamp;
    s->imprint = TRI_NULL;
    s->facts = *owner->facts; /* the bag, the lists and the budget are shared */
    s->facts.role = ROLE_TIMESTAMP;
    s->facts.value = t->raw;
    s->facts.stamps = NULL;
    s->facts.n_stamps = 0;
    s->facts.outer = NULL;
    s->facts.n_outer = 0;
    s->facts.refs = NULL;
    s->facts.n_refs = 0;
    s->facts.carried = NULL;
    s->facts.policy = (struct ades_signature_policy){0};
    s->facts.content_missing = false;
    s->facts.constraint = MSG_NONE;
    s->facts.references = s->facts.signature_value = s->facts.signing_certificate = TRI_NULL;
    s->facts.references_problem = s->facts.key_problem = MSG_NONE;
    s->facts.digest_expected = s->facts.digest_found = NULL;
    s->facts.certificate_attribute = s->facts.certificate_expected = s->facts.certificate_found = NULL;
    s->facts.signing_certificate_present = s->facts.issuer_serial_differs = false;
    s->facts.reference_digest = DIGEST_NONE;
    s->facts.signer = NULL;
    s->facts.claimed_time = 0;
    s->facts.broken = broken ? t->broken : stamp->broken;
    s->facts.broken_detail = broken ? t->broken_detail : stamp->broken_detail;
    s->facts.broken_other = NULL;
    s->facts.sigalg = (struct crypto_sigalg){0};
    if (!broken)
        s->facts.sigalg = t->signer.sigalg;
    s->facts.digest = broken ? DIGEST_NONE : t->signer.digest;
    s->out.id = arena_printf(&owner->report->arena, "%s-T%zu", owner->object, number);
    s->out.covers_whole_document = TRI_NULL;
    s->out.best_signature_time = owner->ctx->at;
    s->j = (struct judging){.ctx = owner->ctx,
                            .facts = &s->facts,
                            .report = owner->report,
                            .out = &s->out,
                            .role = ROLE_TIMESTAMP,
                            .object = s->out.id,
                            .when = owner->ctx->at,
                            .imprint = broken ? DIGEST_NONE : t->digest,
                            .signers_unchecked = owner->signers_unchecked,
                            .content_time = INT64_MIN};
}

static const char *policy_text(arena *a, sign_bytes oid) {
    char text[128];
    return oid.len != 0 && oid_to_text(oid, text, sizeof text) ? arena_str(a, BYTES_STR(text)) : NULL;
}

static const char *hex_of(arena *a, sign_bytes b) {
    char text[2 * DIGEST_MAX + 1];
    if (b.len == 0 || b.len > DIGEST_MAX)
        return NULL;
    text_hex(b, text);
    return arena_str(a, BYTES_STR(text));
}

static const char *tsa_text(arena *a, const struct tsp_token *t) {
    return t->tsa_name.len != 0 ? judging_name_text(a, t->tsa_name) : NULL;
}

/* "data", "signature", the ids of time-stamps, and how many certificates and pieces of revocation data by
 * themselves. */
static void list_covered(struct stamp_state *s, const char *owner) {
    const struct ades_stamp *stamp = s->stamp;
    arena *a = &s->j.report->arena;
    size_t pieces[2] = {0}, n = 0;
    const char **list = arena_alloc(a, (4 + stamp->n_stamps) * sizeof *list);
    if (list == NULL)
        return; /* remembered by the arena; report_seal tells it */
    if (stamp->covers_data)
        list[n++] = "data";
    if (stamp->covers_signature)
        list[n++] = "signature";
    for (size_t i = 0; i < stamp->n_stamps; i++)
        list[n++] = arena_printf(a, "%s-T%zu", owner, stamp->stamps[i] + 1);
    for (size_t i = 0; i < stamp->n_covered; i++)
        pieces[stamp->covered[i].revocation]++;
    if (pieces[0] > 0)
        list[n++] = arena_printf(a, "certificates: %zu", pieces[0]);
    if (pieces[1] > 0)
        list[n++] = arena_printf(a, "revocation data: %zu", pieces[1]);
    s->row->covers = list;
    s->row->n_covers = a->failed ? 0 : n;
}

static void describe(struct stamp_state *s) {
    arena *a = &s->j.report->arena;
    const struct tsp_token *t = s->stamp->token;
    struct report_timestamp *row = s->row;
    char name[64];
    row->id = s->out.id;
    row->kind = arena_str(a, BYTES_STR(s->stamp->kind));
    row->time = t->time;
    row->accuracy = -1;
    if (s->j.report->detailed)
        row->der = arena_copy(a, t->raw);
    row->indication = INDETERMINATE;
    row->imprint = row->signature_value = TRI_NULL;
    if (t->broken != MSG_NONE)
        return;
    row->accuracy = t->has_accuracy ? t->accuracy : -1;
    row->tsa = tsa_text(a, t);
    row->digest_alg = t->digest != DIGEST_NONE ? crypto_digest_row(t->digest)->name : NULL;
    row->imprint_hex = hex_of(a, t->imprint);
    row->policy_oid = policy_text(a, t->policy);
    row->serial = hex_of(a, t->serial);
    if (t->signer.sigalg.scheme == SCHEME_NONE)
        return;
    crypto_sigalg_name(&t->signer.sigalg, name);
    row->algorithm = arena_str(a, BYTES_STR(name));
}

/* ---- 5.4, and what RFC 3161 asks for
 * ------------------------------------------------------------------------- */

/* 5.5.4 step 3 (a): whether it is of what it is attached to. */
static sign_rc check_imprint(struct stamp_state *s, sign_error *err) {
    const struct tsp_token *t = s->stamp->token;
    struct ades_imprint im = {.same = TRI_NULL};
    if (t->digest == DIGEST_NONE) {
        (void)judging_check_as(&s->j, CHECK_STAMP_IMPRINT, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                               MSG_STAMP_UNKNOWN, policy_text(&s->j.report->arena, t->digest_oid), NULL,
                               NULL);
        return SIGN_OK;
    }
    sign_rc rc = s->stamp->imprint(s->stamp, t->digest, t->imprint, &im, err);
    if (rc != SIGN_OK)
        return rc;
    s->imprint = im.same;
    if (im.same == TRI_TRUE)
        (void)judging_check(&s->j, CHECK_STAMP_IMPRINT, true, MSG_NONE, NULL, NULL, NULL);
    else if (im.same == TRI_FALSE && im.why == MSG_NONE)
        (void)judging_check(&s->j, CHECK_STAMP_IMPRINT, false, MSG_STAMP_IMPRINT,
                            hex_of(&s->j.report->arena, t->imprint), im.found, NULL);
    else if (im.same == TRI_FALSE)
        (void)judging_check(&s->j, CHECK_STAMP_IMPRINT, false, im.why, im.detail, NULL, NULL);
    else
        (void)judging_check_as(&s->j, CHECK_STAMP_IMPRINT, SUB_SIGNED_DATA_NOT_FOUND,
                               im.why != MSG_NONE ? im.why : MSG_CONTENT_MISSING, im.detail, NULL, NULL);
    return SIGN_OK;
}

/* RFC 3161, 2.4.2: the name in the token is one of the certificate's; and nobody stamps what is yet to come.
 */
static void check_info(struct stamp_state *s) {
    const struct tsp_token *t = s->stamp->token;
    struct judging *j = &s->j;
    if (s->facts.signer != NULL)
        (void)judging_check(j, CHECK_TSA_NAME, tsp_token_names(t, s->facts.signer), MSG_TSA_NAME, s->row->tsa,
                            judging_name(j, s->facts.signer), NULL);
    int64_t latest = j->ctx->at + LIMIT_CLOCK_SKEW;
    if (!j->ctx->inspect)
        (void)judging_check(j, CHECK_STAMP_FUTURE, t->time <= latest, MSG_STAMP_FUTURE,
                            judging_time(j, t->time), NULL, NULL);
}

static sign_rc judge_token(struct stamp_state *s, sign_error *err) {
    struct report_block *outer = judging_begin(&s->j, BLOCK_TST, NULL);
    sign_rc rc = SIGN_OK;
    judging_input(&s->j, "kind", s->row->kind);
    if (s->facts.broken == MSG_NONE) {
        judging_input_time(&s->j, "genTime", s->stamp->token->time);
        rc = check_imprint(s, err);
        if (rc == SIGN_OK)
            rc = check_integrity(s, err);
    }
    if (rc == SIGN_OK)
        rc = judging_basic(&s->j, err);
    if (rc == SIGN_OK && s->facts.broken == MSG_NONE)
        check_info(s);
    if (rc != SIGN_OK)
        return rc;
    if (!s->j.ctx->inspect)
        judging_conclude(&s->j, TOTAL_PASSED, SUB_NONE);
    s->passed = s->out.indication == TOTAL_PASSED && s->imprint == TRI_TRUE;
    judging_end_as(&s->j, outer, s->out.indication, s->out.sub);
    return SIGN_OK;
}

sign_rc stamps_judge(struct validation *v, sign_error *err) {
    const struct ades_facts *f = v->j->facts;
    arena *a = &v->j->report->arena;
    struct report_timestamp **at = &v->j->out->timestamps;
    if (f->n_stamps == 0)
        return SIGN_OK;
    v->stamps = arena_alloc(a, f->n_stamps * sizeof *v->stamps);
    if (v->stamps == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < f->n_stamps; i++) {
        struct stamp_state *s = &v->stamps[i];
        s->row = *at = arena_alloc(a, sizeof *s->row);
        if (s->row == NULL)
            return fail_memory(err);
        at = &s->row->next;
        begin(v, s, &f->stamps[i], i + 1);
        v->n = i + 1;
        describe(s);
        list_covered(s, v->j->object);
        sign_rc rc = judge_token(s, err);
        if (rc != SIGN_OK)
            return within(err, rc, "time-stamp %zu", i + 1);
    }
    return SIGN_OK;
}

/* ---- what came of them
 * ------------------------------------------------------------------------------------------ */

static void tell(struct validation *v, struct stamp_state *s) {
    struct report_timestamp *row = s->row;
    struct judging *j = v->j;
    row->indication = s->out.indication;
    row->sub = s->out.sub;
    row->imprint = s->imprint;
    row->signature_value = s->facts.signature_value;
    row->signer = s->out.signer;
    if (row->tsa == NULL && row->signer != NULL)
        row->tsa = row->signer->subject; /* the token need not name it (RFC 3161, 2.4.2) */
    row->chain = s->out.chain;
    row->revocation = s->out.revocation;
    row->messages = s->out.messages;
    row->blocks = s->out.blocks;
    if (j->ctx->inspect)
        return;
    uint8_t id[DIGEST_MAX];
    sign_bytes raw = s->stamp->token->raw;
    row->best_time = v->poe.now;
    if (crypto_hash(j->ctx->crypto, DIGEST_SHA256, raw, id, NULL) == SIGN_OK)
        row->best_time = poe_find(v, POE_STAMP, id, raw, NULL);
    else
        j->report->arena.failed = true; /* the report would tell another time; report_seal tells it */
    if (s->passed)
        return;
    const char *sub = sub_indication_text(row->sub);
    (void)judging_check(j,
                        s->stamp->class == STAMP_ARCHIVE   ? CHECK_ARCHIVE_STAMPS
                        : s->stamp->class == STAMP_CONTENT ? CHECK_CONTENT_STAMP
                                                           : CHECK_STAMP_PASSED,
                        false, MSG_STAMP_PROVES_NOTHING, row->id, row->kind, sub != NULL ? sub : "-");
}

void stamps_tell(struct validation *v) {
    for (size_t i = 0; i < v->n; i++)
        tell(v, &v->stamps[i]);
}

void stamps_close(struct validation *v) {
    for (size_t i = 0; i < v->n; i++) {
        judging_close(&v->stamps[i].j);
        pki_cert_free(&v->stamps[i].facts.signer);
    }
}

/*
 * What is signed is older than whatever protects the signature (5.5.4 step 4e), and what is protected than
 * what protects it. A time-stamp of the signature that was added behind the others, and that none of them
 * protects, contradicts nothing: anybody can get one.
 */
bool stamps_in_order(struct validation *v) {
    for (size_t i = 0; i < v->n; i++)
        for (size_t k = 0; k < v->n; k++) {
            const struct stamp_state *low = &v->stamps[i], *high = &v->stamps[k];
            if (!low->passed || !high->passed || i == k)
                continue;
            bool lower = low->stamp->class == STAMP_CONTENT && high->stamp->class != STAMP_CONTENT;
            for (size_t n = 0; n < high->stamp->n_stamps; n++)
                lower = lower || high->stamp->stamps[n] == i;
            if (lower && tsp_token_before(high->stamp->token, low->stamp->token))
                return judging_check(v->j, CHECK_STAMP_ORDER, false, MSG_STAMP_ORDER, low->row->id,
                                     judging_time(v->j, stamp_time(low)), high->row->id);
        }
    return judging_check(v->j, CHECK_STAMP_ORDER, true, MSG_NONE, NULL, NULL, NULL);
}

/* ---- a token by itself
 * -------------------------------------------------------------------------------------- */

sign_rc ades_judge_token(const struct ades_context *ctx, const struct ades_stamp *stamp,
                         const struct ades_facts *facts, struct sign_report *report,
                         struct report_signature *out, sign_error *err) {
    struct judging owner = {.ctx = ctx, .facts = facts, .report = report, .out = out, .object = out->id};
    struct validation v = {.j = &owner, .poe = {.now = ctx->at}, .best = ctx->at};
    struct stamp_state s = {0};
    const int64_t token_time = stamp->token->time;
    s.row = out->timestamps = arena_alloc(&report->arena, sizeof *s.row);
    if (s.row == NULL)
        return fail_memory(err);
    begin(&v, &s, stamp, 1);
    s.out.id = s.j.object = out->id;
    v.stamps = &s;
    v.n = 1;
    describe(&s);
    sign_rc rc = judge_token(&s, err);
    if (rc == SIGN_OK && ctx->inspect)
        judging_conclude(&s.j, INDETERMINATE, SUB_NONE);
    if (rc == SIGN_OK)
        rc = objects_list(&v, err);
    s.row->indication = s.out.indication;
    s.row->sub = s.out.sub;
    s.row->imprint = s.imprint;
    s.row->signature_value = s.facts.signature_value;
    s.row->best_time = ctx->at;
    if (s.row->tsa == NULL && s.out.signer != NULL)
        s.row->tsa = s.out.signer->subject;
    out->indication = s.out.indication;
    out->sub = s.out.sub;
    out->signer = s.out.signer;
    out->references = s.imprint;
    out->signature_value = s.facts.signature_value;
    out->signing_certificate = s.facts.signing_certificate;
    out->covers_whole_document = s.imprint;
    out->algorithm = s.row->algorithm;
    out->best_signature_time = s.passed ? token_time : ctx->at;
    out->best_time_by = s.passed ? out->id : NULL;
    out->chain = s.out.chain;
    out->revocation = s.out.revocation;
    out->messages = s.out.messages;
    out->blocks = s.out.blocks;
    stamps_close(&v);
    return rc;
}
