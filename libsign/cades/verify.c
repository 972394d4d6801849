/* Verifies a CMS message: takes it apart, has the facts of each signature computed, hands them to ades. */
#include "cades/read.h"
#include "cades/stamps.h"
#include <stdio.h>

/* Splits the contents of a SET into its elements with the tag SEQUENCE. Others are choices that are not used.
 */
static sign_rc split(sign_bytes contents, size_t limit, arena *a, sign_bytes **out, size_t *n,
                     const char **why, sign_error *err) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true), counting = c;
    struct der_tlv t;
    size_t total = 0;
    *n = 0;
    while (total <= limit && der_more(&counting) && der_any(&counting, &t))
        total++;
    *why = total > limit ? "too many elements" : parse.error;
    if (*why != NULL || total == 0)
        return SIGN_OK;
    *out = arena_alloc(a, total * sizeof **out);
    if (*out == NULL)
        return fail_memory(err);
    while (der_more(&c) && der_any(&c, &t)) {
        if (t.tag == DER_SEQUENCE)
            (*out)[(*n)++] = t.raw;
    }
    return SIGN_OK;
}

/* The responses among SignedData.crls. What was counted by split() is bounded. */
static sign_rc split_responses(struct cades_job *job, sign_error *err) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, job->m->crls, true), counting = c;
    struct der_tlv t;
    sign_bytes response;
    size_t total = 0;
    while (der_more(&counting) && der_any(&counting, &t))
        total += t.tag == DER_CONTEXT_CONSTRUCTED(1);
    if (total == 0)
        return SIGN_OK;
    sign_bytes *list = arena_alloc(&job->report->arena, total * sizeof *list);
    if (list == NULL)
        return fail_memory(err);
    while (der_more(&c) && der_any(&c, &t))
        if (cades_response(t.raw, &response))
            list[job->lists.n_ocsp++] = response;
    job->lists.ocsp_der = list;
    return SIGN_OK;
}

/* ---- one signature ---------------------------------------------------------------------------------- */

/* Revocation data in SignedData count for the level as revocation-values do (EN 319 122-1, 6.1); what a token
 * carries is about its authority. */
static void describe(struct cades_one *o) {
    const struct cms_signer *s = o->s;
    const struct ades_carried *carried = o->facts.carried;
    arena *a = &o->job->report->arena;
    char name[64];
    bool cades = o->facts.certificate_v1 || o->facts.certificate_v2;
    cades_signed_text(s, a, o->out, &o->facts.policy);
    o->out->format = cades ? "cades" : "cms";
    o->out->level = cades ? ades_level(carried, o->job->m->crls.len != 0) : NULL;
    o->out->claimed_time = o->facts.claimed_time = s->signing_time;
    if (s->sigalg.scheme != SCHEME_NONE) {
        crypto_sigalg_name(&s->sigalg, name);
        o->out->algorithm = arena_str(a, BYTES_STR(name));
    }
}

/* What RFC 5652 asks for and no verdict hangs on. */
static void warn(struct cades_one *o) {
    struct sign_report *r = o->job->report;
    const struct cms_signer *s = o->s;
    if (o->parent == NULL && !o->job->listed[o->s->digest]) {
        const char *name = crypto_digest_row(s->digest)->name;
        report_say(r, &o->out->messages, MSG_DIGEST_NOT_LISTED, name != NULL ? name : "?", NULL, NULL);
    }
    uint64_t wanted = s->key_id.len != 0 ? 3 : 1;
    char have[24];
    if (s->version != wanted) {
        snprintf(have, sizeof have, "%llu", (unsigned long long)s->version);
        report_say(r, &o->out->messages, MSG_VERSION_DIFFERS, have, wanted == 3 ? "3" : "1", NULL);
    }
}

static sign_rc countersignatures(struct cades_one *o, sign_error *err);

/* Judges a SignerInfo that could be read. The signer is counted here. */
static sign_rc judge(struct cades_one *o, sign_error *err) {
    const struct cms_signer *s = o->s;
    o->facts = (struct ades_facts){.broken = s->broken,
                                   .broken_detail = s->broken_detail,
                                   .broken_other = s->broken_other,
                                   .references = TRI_NULL,
                                   .signature_value = TRI_NULL,
                                   .signing_certificate = TRI_NULL,
                                   .sigalg = s->sigalg,
                                   .digest = s->digest,
                                   .role = o->parent != NULL ? ROLE_COUNTER_SIGNATURE : ROLE_SIGNATURE,
                                   .value = s->signature,
                                   .outer = o->facts.outer,
                                   .n_outer = o->facts.n_outer,
                                   .certificate_v1 = s->value[SA_CERT_V1].len != 0,
                                   .certificate_v2 = s->value[SA_CERT_V2].len != 0,
                                   .bag = o->job->certs,
                                   .n_bag = o->job->n_certs,
                                   .lists = &o->job->lists,
                                   .effort = &o->job->effort,
                                   .hashed = &o->job->hashed,
                                   .patience = &o->job->patience};
    sign_rc rc = cades_beside_read(o, err);
    if (rc != SIGN_OK)
        return rc;
    describe(o);
    rc = cades_collect(o, err);
    if (rc == SIGN_OK) {
        warn(o);
        rc = ades_judge(o->job->ctx, &o->facts, o->job->report, o->out, err);
    }
    pki_cert_free(&o->facts.signer);
    if (rc == SIGN_OK)
        rc = countersignatures(o, err);
    if (rc == SIGN_OK)
        ades_weigh_counters(o->job->ctx, &o->facts, o->job->report, o->out);
    return rc;
}

/* A SignerInfo of which nothing can be computed: one entry, every unknown null. */
static sign_rc judge_unreadable(struct cades_job *job, enum message_id why, const char *detail,
                                struct report_signature *out, sign_error *err) {
    struct ades_facts facts = {.broken = why,
                               .broken_detail = detail,
                               .references = TRI_NULL,
                               .signature_value = TRI_NULL,
                               .signing_certificate = TRI_NULL};
    out->format = "cms";
    return ades_judge(job->ctx, &facts, job->report, out, err);
}

/* ---- counter-signatures (RFC 5652, 11.4; EN 319 122-1, 5.2.7) ----------------------------------------- */

/*
 * Counter-signatures are judged for themselves and stand under the signature they countersign: they neither
 * help nor harm its verdict (EN 319 102-1 has no rule that would), and the document's verdict is of its
 * signatures alone.
 */
static sign_rc countersign(struct cades_one *parent, sign_bytes raw, const struct ades_facts *proven,
                           struct report_signature ***tail, size_t number, sign_error *err) {
    struct cades_job *job = parent->job;
    arena *a = &job->report->arena;
    struct report_signature *out = arena_alloc(a, sizeof *out);
    if (out == NULL)
        return fail_memory(err);
    out->references = out->signature_value = out->signing_certificate = out->covers_whole_document = TRI_NULL;
    out->id = arena_printf(a, "%s.%zu", parent->out->id, number);
    **tail = out;
    *tail = &out->next;
    if (parent->depth == LIMIT_COUNTERSIGN_DEPTH || ++job->countersignatures > LIMIT_COUNTERSIGNATURES)
        return judge_unreadable(job, MSG_CMS_LIMIT, "counter-signatures", out, err);
    struct cms_signer *s = arena_alloc(a, sizeof *s);
    if (s == NULL)
        return fail_memory(err);
    if (!cms_signer_read(raw, true, a, s))
        return judge_unreadable(job, s->broken, s->broken_detail, out, err);
    struct cades_one o = {.job = job, .s = s, .parent = parent->s, .out = out, .depth = parent->depth + 1};
    o.facts.outer = proven->outer;
    o.facts.n_outer = proven->n_outer;
    return judge(&o, err);
}

static sign_rc outers_of(const struct cades_one *o, size_t attribute, size_t value, struct ades_facts *to,
                         sign_error *err) {
    struct ades_outer *list;
    sign_rc rc = cades_outers(o, attribute, value, &list, &to->n_outer, err);
    to->outer = list;
    return rc;
}

static sign_rc countersignatures(struct cades_one *o, sign_error *err) {
    struct der_parse parse, inner;
    struct der_cursor c = der_open(&parse, o->s->unsigned_attrs, true);
    struct report_signature **tail = &o->out->countersignatures;
    sign_bytes type, values;
    size_t number = 0;
    for (size_t i = 0; cms_attribute_next(&c, &type, &values); i++) {
        if (!oid_is(type, OID_AA_COUNTER_SIGNATURE))
            continue;
        struct der_cursor in = der_open(&inner, values, true);
        struct der_tlv t;
        for (size_t k = 0;
             o->job->countersignatures <= LIMIT_COUNTERSIGNATURES && der_more(&in) && der_any(&in, &t); k++) {
            struct ades_facts proven = {.outer = o->facts.outer, .n_outer = o->facts.n_outer};
            sign_rc rc = SIGN_OK;
            if (o->parent == NULL) /* deeper ones stand in what is protected */
                rc = outers_of(o, i, k, &proven, err);
            if (rc == SIGN_OK)
                rc = countersign(o, t.raw, &proven, &tail, ++number, err);
            if (rc != SIGN_OK)
                return rc;
        }
    }
    return SIGN_OK;
}

/* ---- all signatures --------------------------------------------------------------------------------- */

/* r of an ECDSA value; empty for what is none. */
static sign_bytes ecdsa_r(const struct cms_signer *s) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->signature, true), in;
    sign_bytes r = {0};
    if (s->sigalg.scheme != SCHEME_ECDSA || !der_enter(&c, DER_SEQUENCE, &in) || !der_integer(&in, &r))
        return (sign_bytes){0};
    return r;
}

/*
 * One value twice: two entries would look like two signatures. Whose they say they are does not matter,
 * because nobody signed the sid (RFC 5652, 5.3). Nor does s of ECDSA: everybody can make (r, n - s) out of
 * (r, s), and nobody draws the same r for another signature. Both are refused: which one is the original
 * cannot be told.
 */
static sign_rc mark_duplicates(arena *a, struct cms_signer *s, size_t n, sign_error *err) {
    sign_bytes *r = arena_alloc(a, n * sizeof *r);
    if (r == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        r[i] = ecdsa_r(&s[i]);
        for (size_t j = 0; j < i; j++) {
            bool same = s[i].signature.len != 0 && bytes_equal(s[i].signature, s[j].signature);
            if (same || (r[i].len != 0 && bytes_equal(r[i], r[j]))) {
                s[i].broken = s[j].broken = MSG_SIGNER_DUPLICATE;
                s[i].breaks_value = s[j].breaks_value = true; /* one value is not two signatures */
            }
        }
    }
    return SIGN_OK;
}

/* The whole message is one entry when it cannot be taken apart. */
static sign_rc judge_message(struct cades_job *job, enum message_id why, const char *detail,
                             sign_error *err) {
    struct report_signature *out = report_add(job->report);
    if (out == NULL)
        return fail_memory(err);
    out->id = "S1";
    return judge_unreadable(job, why, detail, out, err);
}

static sign_rc judge_all(struct cades_job *job, const sign_bytes *raw, size_t n, sign_error *err) {
    arena *a = &job->report->arena;
    struct cms_signer *signers = arena_alloc(a, n * sizeof *signers);
    if (signers == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < n; i++)
        (void)cms_signer_read(raw[i], false, a, &signers[i]); /* told by an empty signature */
    sign_rc rc = mark_duplicates(a, signers, n, err);
    if (rc != SIGN_OK)
        return rc;
    for (size_t i = 0; i < n; i++) {
        struct cades_one o = {.job = job, .s = &signers[i], .out = report_add(job->report)};
        if (o.out == NULL)
            return fail_memory(err);
        o.out->id = arena_printf(a, "S%zu", i + 1);
        rc = signers[i].broken == MSG_SIGNER_FORMAT && signers[i].signature.len == 0
                 ? judge_unreadable(job, signers[i].broken, signers[i].broken_detail, o.out, err)
                 : judge(&o, err);
        if (rc != SIGN_OK)
            return within(err, rc, "signature %zu", i + 1);
    }
    return SIGN_OK;
}

/* digestAlgorithms is a SET OF AlgorithmIdentifier (RFC 5652, 5.1), which may lack one but may not be
 * anything else. NULL, or what is wrong with it. */
static const char *read_digests(struct cades_job *job) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, job->m->digest_algorithms, true);
    sign_bytes oid, params;
    while (der_more(&c) && der_algorithm(&c, &oid, &params))
        job->listed[crypto_digest_find(oid)] = true;
    return der_ok(&c) ? NULL : "digestAlgorithms";
}

static sign_rc verify_signers(struct cades_job *job, sign_error *err) {
    const cms_message *m = job->m;
    arena *a = &job->report->arena;
    const char *why = NULL, *bad_certs, *bad_crls, *bad_digests = read_digests(job);
    sign_bytes *raw = NULL, *crls = NULL;
    size_t n;
    sign_rc rc = split(m->certificates, LIMIT_CERTIFICATES, a, &job->certs, &job->n_certs, &bad_certs, err);
    if (rc == SIGN_OK)
        rc = split(m->crls, LIMIT_CERTIFICATES, a, &crls, &job->lists.n, &bad_crls, err);
    job->lists.der = crls;
    if (rc == SIGN_OK && bad_crls == NULL)
        rc = split_responses(job, err);
    if (rc == SIGN_OK)
        rc = split(m->signers, LIMIT_SIGNERS, a, &raw, &n, &why, err);
    if (rc != SIGN_OK)
        return rc;
    const char *const bad[] = {bad_certs, bad_crls, why, bad_digests};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (bad[i] != NULL)
            return judge_message(job, MSG_CMS_STRUCTURE, bad[i], err);
    return n == 0 ? SIGN_OK : judge_all(job, raw, n, err);
}

/* What the imprints of time-stamps may cost: in proportion to what they are of. */
static uint64_t archive_octets(const struct cades_job *job) {
    uint64_t size = job->m->src.size + (job->given != NULL ? job->given->size : 0);
    if (size < LIMIT_ARCHIVED_LEAST / LIMIT_ARCHIVED_TIMES)
        return LIMIT_ARCHIVED_LEAST;
    return size > UINT64_MAX / LIMIT_ARCHIVED_TIMES ? UINT64_MAX : LIMIT_ARCHIVED_TIMES * size;
}

sign_rc cades_verify_message(struct cades_job *job, sign_error *err) {
    job->effort = LIMIT_PATH_EFFORT;
    job->patience = LIMIT_PATIENCE;
    job->archived = archive_octets(job);
    if (job->m->broken != MSG_NONE)
        return judge_message(job, job->m->broken, job->m->broken_detail, err);
    sign_rc rc = job->m->is_signed_data ? verify_signers(job, err) : SIGN_OK;
    pki_lists_free(&job->lists);
    return rc;
}
