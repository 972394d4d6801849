/* Verifies the signatures of an XML document: has the facts of each computed, hands them to ades. */
#include "xades/verify.h"

#include "xades/check.h"
#include "xades/reference.h"
#include "xades/run.h"
#include "xades/stamp.h"
#include <stdio.h>

/* ---- one signature ---------------------------------------------------------------------------------- */

static bool has_properties(const struct xml_node *signature) {
    for (const struct xml_node *n = signature->first; n != NULL; n = n->next)
        for (const struct xml_node *e = n->kind == XML_KIND_ELEMENT ? n->first : NULL; e != NULL; e = e->next)
            if (xades_is_property(e, "QualifyingProperties"))
                return true;
    return false;
}

static void describe(struct xades_one *o) {
    char name[64];
    if (o->s.sigalg.scheme == SCHEME_NONE)
        return;
    crypto_sigalg_name(&o->s.sigalg, name);
    o->out->algorithm = arena_str(&o->job->report->arena, BYTES_STR(name));
}

/* Everything that the document, the contents and the certificates tell. The signer is the caller's to free.
 */
static sign_rc collect(struct xades_one *o, struct xades_properties *p, sign_error *err) {
    struct xades_keys keys = {0};
    struct xades_bound bound = {0};
    if (!xades_properties_read(o, p) || !xades_key_info_read(o, &keys))
        return fail_memory(err);
    o->facts.certificate_v1 = p->property[SP_CERTIFICATE] != NULL;
    o->facts.certificate_v2 = p->property[SP_CERTIFICATE_V2] != NULL;
    sign_rc rc = xades_check_references(o, p, &bound, err);
    if (rc != SIGN_OK)
        return rc;
    if (p->is_signed)
        xades_signed_text(o, p);
    if (!xades_unsigned_read(o, p, &keys))
        return fail_memory(err);
    return xades_find_signer(o, p, &keys, &bound, err);
}

static bool join(arena *a, const sign_bytes **list, size_t *n, const sign_bytes *more, size_t n_more) {
    sign_bytes *all = n_more > 0 ? arena_alloc(a, (*n + n_more) * sizeof *all) : NULL;
    if (all == NULL)
        return n_more == 0;
    if (*n > 0)
        memcpy(all, *list, *n * sizeof *all);
    memcpy(all + *n, more, n_more * sizeof *all);
    *list = all;
    *n += n_more;
    return true;
}

/* What is kept for an archived counter-signature stands beside it, in properties of the signature above. The
 * lists stay apart from its own: those are protected with it, these may be younger. */
static bool take_outer(struct xades_one *o, struct pki_lists *lists) {
    struct ades_facts *f = &o->facts;
    const struct ades_facts *above = o->parent != NULL ? &o->parent->facts : NULL;
    if (f->n_outer == 0 || above == NULL)
        return true;
    *lists = (struct pki_lists){
        .der = above->crls, .n = above->n_crls, .ocsp_der = above->ocsps, .n_ocsp = above->n_ocsps};
    f->lists = lists;
    return join(&o->job->report->arena, &f->bag, &f->n_bag, above->bag, above->n_bag);
}

static sign_rc judge_facts(struct xades_one *o, sign_error *err) {
    o->facts.broken = o->s.broken;
    o->facts.broken_detail = o->s.broken_detail;
    return ades_judge(o->job->ctx, &o->facts, o->job->report, o->out, err);
}

static sign_rc countersignatures(struct xades_one *o, const struct xades_properties *p, sign_error *err);

/* Judges a signature that was read. Of one whose structure is broken nothing is computed. */
static sign_rc judge(struct xades_one *o, sign_error *err) {
    struct xades_properties p = {0};
    AUTO(pki_lists) above = {0};
    o->facts = (struct ades_facts){.references = TRI_NULL,
                                   .signature_value = TRI_NULL,
                                   .signing_certificate = TRI_NULL,
                                   .role = o->parent != NULL ? ROLE_COUNTER_SIGNATURE : ROLE_SIGNATURE,
                                   .value = o->s.value,
                                   .outer = o->facts.outer,
                                   .n_outer = o->facts.n_outer,
                                   .carried = &o->carried,
                                   .sigalg = o->s.sigalg,
                                   .digest = o->s.sigalg.digest,
                                   .effort = &o->job->effort,
                                   .hashed = &o->job->hashed,
                                   .patience = &o->job->patience};
    o->out->format = has_properties(o->s.node) ? "xades" : "xmldsig";
    if (o->s.broken != MSG_NONE)
        return judge_facts(o, err);
    describe(o);
    sign_rc rc = collect(o, &p, err);
    if (rc == SIGN_OK && !take_outer(o, &above))
        rc = fail_memory(err);
    if (rc == SIGN_OK)
        rc = judge_facts(o, err);
    o->facts.lists = NULL;
    pki_cert_free(&o->facts.signer);
    if (rc == SIGN_OK)
        rc = countersignatures(o, &p, err);
    if (rc == SIGN_OK)
        ades_weigh_counters(o->job->ctx, &o->facts, o->job->report, o->out);
    return rc;
}

/* ---- counter-signatures (EN 319 132-1, 5.2.7) -----------------------------------------------------------
 */

/*
 * Judged for themselves; they stand under the signature they countersign and neither help nor harm its
 * verdict.
 */
static sign_rc countersign(struct xades_one *parent, const struct xml_node *n,
                           const struct ades_facts *proven, size_t number, struct report_signature ***tail,
                           sign_error *err) {
    struct xades_job *job = parent->job;
    arena *a = &job->report->arena;
    struct report_signature *out = arena_alloc(a, sizeof *out);
    struct xades_one *o = arena_alloc(a, sizeof *o);
    if (out == NULL || o == NULL)
        return fail_memory(err);
    out->references = out->signature_value = out->signing_certificate = out->covers_whole_document = TRI_NULL;
    *o = (struct xades_one){.job = job, .parent = parent, .out = out, .depth = parent->depth + 1};
    o->facts.outer = proven->outer;
    o->facts.n_outer = proven->n_outer;
    const char *id = xades_unqualified(n, "Id");
    out->id = id != NULL && xades_is_id(id) ? arena_str(a, BYTES_STR(id))
                                            : arena_printf(a, "%s.%zu", parent->out->id, number);
    **tail = out;
    *tail = &out->next;
    if (parent->depth == LIMIT_COUNTERSIGN_DEPTH || ++job->countersignatures > LIMIT_COUNTERSIGNATURES) {
        o->s = (struct xades_signature){
            .node = n, .broken = MSG_CMS_LIMIT, .broken_detail = "counter-signatures"};
        return judge(o, err);
    }
    return xades_signature_read(n, a, &o->s) ? judge(o, err) : fail_memory(err);
}

static bool stands_before(const struct xml_node *e, const struct xml_node *other) {
    while (e != NULL && e != other)
        e = e->next;
    return e != NULL;
}

/* The archive time-stamps behind it that are of it (EN 319 132-1, 5.5.2) and prove what they are of. */
static sign_rc outers_of(const struct xades_one *o, const struct xml_node *e, struct ades_facts *to,
                         sign_error *err) {
    const struct ades_facts *f = &o->facts;
    const struct report_timestamp *row = o->out->timestamps;
    if (o->parent != NULL) { /* it stands in what is protected */
        to->outer = f->outer;
        to->n_outer = f->n_outer;
        return SIGN_OK;
    }
    struct ades_outer *list =
        f->n_stamps > 0 ? arena_alloc(&o->job->report->arena, f->n_stamps * sizeof *list) : NULL;
    if (list == NULL)
        return f->n_stamps > 0 ? fail_memory(err) : SIGN_OK;
    for (size_t i = 0; i < f->n_stamps && row != NULL; i++, row = row->next) {
        const struct ades_stamp *s = &f->stamps[i];
        const struct xades_stamp *q = s->place;
        if (s->class == STAMP_ARCHIVE && f->proves[i] && stands_before(e, q->node) &&
            xades_stamp_takes(q, e, false))
            list[to->n_outer++] = (struct ades_outer){row->time, row->id, s->covered, s->n_covered};
    }
    to->outer = list;
    return SIGN_OK;
}

static sign_rc countersignatures(struct xades_one *o, const struct xades_properties *p, sign_error *err) {
    struct report_signature **tail = &o->out->countersignatures;
    size_t number = 0;
    sign_rc rc = SIGN_OK;
    for (const struct xml_node *e = p->unsigned_node != NULL ? p->unsigned_node->first : NULL; e != NULL;
         e = rc == SIGN_OK ? e->next : NULL) {
        struct ades_facts proven = {0};
        if (!xades_is_property(e, "CounterSignature"))
            continue;
        rc = outers_of(o, e, &proven, err);
        for (const struct xml_node *n = e->first; n != NULL && rc == SIGN_OK; n = n->next)
            if (xades_is_signature(n) && o->job->countersignatures <= LIMIT_COUNTERSIGNATURES)
                rc = countersign(o, n, &proven, ++number, &tail, err);
    }
    return rc;
}

/* ---- all signatures --------------------------------------------------------------------------------- */

/* One value twice: two entries would look like two signatures. For ECDSA r alone tells, because (r, n - s)
 * holds where (r, s) does. */
static bool same_value(const struct xades_signature *a, const struct xades_signature *b) {
    size_t n = a->sigalg.scheme == SCHEME_ECDSA && b->sigalg.scheme == SCHEME_ECDSA ? a->value.len / 2
                                                                                    : a->value.len;
    return a->value.len == b->value.len && n > 0 && memcmp(a->value.data, b->value.data, n) == 0;
}

static void mark_duplicates(struct xades_one *all, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (same_value(&all[i].s, &all[j].s))
                all[i].s.broken = all[j].s.broken = MSG_SIGNER_DUPLICATE;
}

/* The Id, which nothing signs; else the number, as no signature is called that has one. */
static const char *name_of(struct xades_job *job, const struct xades_one *all, size_t i) {
    arena *a = &job->report->arena;
    const char *id = all[i].s.id;
    if (id != NULL && xades_is_id(id))
        return arena_str(a, BYTES_STR(id));
    const char *name = arena_printf(a, "S%zu", i + 1);
    for (size_t k = 0; name != NULL && k < job->d->n_signatures; k++)
        if (all[k].s.id != NULL && strcmp(all[k].s.id, name) == 0)
            return arena_printf(a, "S%zu.0", i + 1);
    return name;
}

static sign_rc read_all(struct xades_job *job, struct xades_one *all, sign_error *err) {
    arena *a = &job->report->arena;
    for (size_t i = 0; i < job->d->n_signatures; i++) {
        struct xades_one *o = &all[i];
        *o = (struct xades_one){.job = job, .out = report_add(job->report)};
        if (o->out == NULL || !xades_signature_read(job->d->signatures[i], a, &o->s))
            return fail_memory(err);
        o->out->references = o->out->signature_value = o->out->signing_certificate = TRI_NULL;
        o->out->covers_whole_document = TRI_NULL;
    }
    for (size_t i = 0; i < job->d->n_signatures; i++)
        all[i].out->id = name_of(job, all, i);
    mark_duplicates(all, job->d->n_signatures);
    return SIGN_OK;
}

static sign_rc judge_all(struct xades_job *job, struct xades_one *all, sign_error *err) {
    for (size_t i = 0; i < job->d->n_signatures; i++) {
        sign_rc rc = judge(&all[i], err);
        if (job->stopped != SIGN_OK)
            return job->stopped;
        if (rc != SIGN_OK)
            return within(err, rc, "signature %s", all[i].out->id);
    }
    for (size_t i = 0; i < job->n_contents; i++)
        if (!job->used[i])
            report_say(job->report, &job->report->messages, MSG_CONTENT_UNUSED,
                       path_base(job->contents[i].name), NULL, NULL);
    return SIGN_OK;
}

sign_rc xades_run_start(struct xades_job *job, struct xades_one **all, sign_error *err) {
    arena *a = &job->report->arena;
    job->effort = LIMIT_PATH_EFFORT;
    job->patience = LIMIT_PATIENCE;
    job->used = arena_alloc(a, job->n_contents + 1);
    *all = arena_alloc(a, (job->d->n_signatures + 1) * sizeof **all);
    if (job->used == NULL || *all == NULL)
        return fail_memory(err);
    sign_rc rc = read_all(job, *all, err);
    return rc == SIGN_OK ? judge_all(job, *all, err) : rc;
}

/* ---- the document ----------------------------------------------------------------------------------- */

sign_rc xades_run_open(struct crypto *crypto, const struct xml_text *text, xades_document *d,
                       sign_error *err) {
    sign_rc rc = xades_document_open_with(crypto, text, XADES_AS_FITS, d, err);
    bool tree = false;
    for (size_t i = 0; rc == SIGN_OK && d->sparse && i < d->n_signatures && !tree; i++)
        tree = xades_needs_tree(d, d->signatures[i]);
    if (rc != SIGN_OK || !tree)
        return rc;
    xades_document_free(d);
    return xades_document_open_with(crypto, text, XADES_TREE, d, err);
}

/* A document that cannot be read is one entry when it seems to hold a signature, and else none of ours. */
static sign_rc judge_unreadable(const struct ades_context *ctx, const struct xml_text *text,
                                const sign_error *why, struct sign_report *report, sign_error *err) {
    bool holds = false;
    sign_rc rc = xades_mentions_signature(text, &holds, err);
    if (rc != SIGN_OK || !holds)
        return rc;
    struct report_signature *out = report_add(report);
    if (out == NULL)
        return fail_memory(err);
    enum message_id id = message_find(why->id);
    struct ades_facts facts = {.broken = id != MSG_NONE ? id : MSG_XML_SIGNATURE,
                               .broken_detail = arena_str(&report->arena, BYTES_STR(why->args)),
                               .references = TRI_NULL,
                               .signature_value = TRI_NULL,
                               .signing_certificate = TRI_NULL};
    out->id = "S1";
    out->format = "xmldsig";
    out->covers_whole_document = TRI_NULL;
    return ades_judge(ctx, &facts, report, out, err);
}

sign_rc xades_verify_text(const struct ades_context *ctx, const struct xml_text *text, const source *contents,
                          size_t n, struct sign_report *report, sign_error *err) {
    AUTO(xades_document) d = {0};
    sign_error why = {0};
    struct xades_one *all;
    sign_rc rc = xades_run_open(ctx->crypto, text, &d, &why);
    if (rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT)
        return judge_unreadable(ctx, text, &why, report, err);
    if (rc != SIGN_OK) {
        if (err != NULL)
            *err = why;
        return rc;
    }
    struct xades_job job = {.ctx = ctx, .d = &d, .contents = contents, .n_contents = n, .report = report};
    return d.n_signatures > 0 ? xades_run_start(&job, &all, err) : SIGN_OK;
}

sign_rc xades_verify(const struct ades_context *ctx, const source *what, const source *contents, size_t n,
                     struct sign_report *report, sign_error *err) {
    const struct xml_text text = {.src = what, .at = what->size, .behind = what->size};
    return xades_verify_text(ctx, &text, contents, n, report, err);
}
