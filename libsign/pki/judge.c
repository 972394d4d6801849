/* pki/judge.c - checks of a whole chain (RFC 5280, 6.1; EN 319 102-1, 5.2.6). */
#include "pki/search.h"

static void worse(struct finding *worst, const struct finding *f) {
    if (f->rank > worst->rank)
        *worst = *f;
}

static void blame(struct finding *worst, enum message_id message, const struct pki_cert *who,
                  const struct pki_cert *other) {
    const struct finding f = {.rank = RANK_CONSTRAINTS,
                              .sub = SUB_CHAIN_CONSTRAINTS_FAILURE,
                              .message = message,
                              .who = who->subject,
                              .other = other != NULL ? other->subject : (sign_bytes){0}};
    worse(worst, &f);
}

/*
 * RFC 5280, 6.1.4 (k) to (n), for everything that issued something here. An anchor is by 6.1.1 (d) a name and
 * a key only; what its certificate says against issuing is held against it all the same (RFC 5937, 3.2), but
 * as an anchor of version 1 has no extensions, their absence is not.
 */
static void check_issuers(const search *s, struct finding *worst) {
    size_t below = 0; /* authorities under this one that are not self-issued: 6.1.4 (l) */
    for (size_t i = 1; i < s->n; i++) {
        const struct pki_cert *ca = s->chain[i], *child = s->chain[i - 1];
        bool anchor = i + 1 == s->n;
        if (!ca->is_ca && (ca->has_basic || !anchor))
            blame(worst, MSG_PATH_NOT_CA, child, ca);
        if (ca->has_key_usage && !(ca->key_usage & KU_CERT_SIGN))
            blame(worst, MSG_PATH_NO_CERT_SIGN, child, ca);
        if (ca->path_len >= 0 && (size_t)ca->path_len < below)
            blame(worst, MSG_PATH_LENGTH, s->chain[0], ca);
        if (!ca->self_issued)
            below++;
    }
}

/* RFC 5280, 4.2: a critical extension that is not processed; an anchor's are not part of the path. */
static void check_critical(const search *s, struct finding *worst) {
    for (size_t i = 0; i < s->n && (i == 0 || i + 1 < s->n); i++) {
        const struct pki_cert *c = s->chain[i];
        if (!c->unknown_critical)
            continue;
        const struct finding f = {.rank = RANK_CONSTRAINTS,
                                  .sub = SUB_CHAIN_CONSTRAINTS_FAILURE,
                                  .message = MSG_PATH_CRITICAL,
                                  .who = c->subject,
                                  .oid = c->critical_oid};
        worse(worst, &f);
    }
}

static void blame_names(const search *s, const struct pki_names_result *r, struct finding *worst) {
    if (r->why != MSG_NONE)
        blame(worst, r->why, s->chain[r->who], s->chain[r->by]);
}

/* RFC 5280, 6.1.3 (b) to (f), 6.1.4 (a) to (j), 6.1.5: names and policies, from the anchor down. */
static sign_rc check_names_and_policies(const search *s, struct finding *worst, sign_error *err) {
    struct pki_names_result names;
    struct pki_policy_result policies = {0};
    sign_rc rc = pki_names_check(s->chain, s->n, s->opt->effort, &names, err);
    if (rc == SIGN_OK)
        rc = pki_policies_check(s->chain, s->n, &s->opt->policies, &policies, err);
    if (rc != SIGN_OK)
        return rc;
    blame_names(s, &names, worst);
    if (policies.why != MSG_NONE)
        blame(worst, policies.why, s->chain[policies.why == MSG_PATH_POLICY ? 0 : policies.who], NULL);
    return SIGN_OK;
}

static bool lists_purpose(const struct pki_cert *c, enum oid id, size_t *n) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, c->eku, false), list;
    bool found = false;
    *n = 0;
    if (c->eku.len == 0 || !der_enter(&all, DER_SEQUENCE, &list))
        return false;
    for (; der_more(&list); ++*n) {
        sign_bytes oid = {0};
        found = (der_oid(&list, &oid) && oid_is(oid, id)) || found;
    }
    return found && der_ok(&list);
}

enum message_id path_purpose_fault(const struct pki_cert *cert, enum pki_purpose purpose) {
    size_t n;
    switch (purpose) {
    case PKI_CRL_SIGNER: /* RFC 5280, 6.3.3 (f) */
        return cert->has_key_usage && !(cert->key_usage & KU_CRL_SIGN) ? MSG_PATH_NOT_CRL_SIGNER : MSG_NONE;
    case PKI_OCSP_RESPONDER: /* RFC 6960, 4.2.2.2 */
        return lists_purpose(cert, OID_EKU_OCSP_SIGNING, &n) ? MSG_NONE : MSG_PATH_NOT_OCSP_SIGNER;
    case PKI_TSA: /* RFC 3161, 2.3: only that one, and critical */
        return cert->eku_critical && lists_purpose(cert, OID_EKU_TIME_STAMPING, &n) && n == 1
                   ? MSG_NONE
                   : MSG_PATH_NOT_TSA;
    case PKI_ANY:
    case PKI_SIGNER:
        break;
    }
    return MSG_NONE;
}

/*
 * Signatures that could not be verified on the way up, because the key that made them has no DSA parameters
 * of its own. One that does not hold makes this no chain.
 */
static sign_rc check_unverified(search *s, bool *ok, sign_error *err) {
    sign_rc rc = SIGN_OK;
    *ok = true;
    for (size_t i = 0; i + 1 < s->n && *ok && rc == SIGN_OK; i++) {
        const struct pki_cert *c = s->chain[i];
        if (s->unverified >> i & 1U)
            rc = pki_signed_in_path(s->crypto, s->chain + i + 1, s->n - i - 1, c->tbs, &c->sigalg,
                                    c->signature, ok, err);
        if (rc != SIGN_OK || *ok)
            continue;
        const struct finding f = {.rank = RANK_SIGNATURE,
                                  .sub = SUB_NO_CERTIFICATE_CHAIN_FOUND,
                                  .message = MSG_PATH_SIGNATURE,
                                  .who = c->subject,
                                  .other = s->chain[i + 1]->subject};
        rc = search_conclude(s, &f, false, err);
    }
    return rc;
}

/*
 * Validity at the time in question, all at the same time (shell model). An authority's belongs to path
 * validation (RFC 5280, 6.1.3 (a)(2)); the signer's is a step of its own and gives OUT_OF_BOUNDS (EN 319
 * 102-1, 5.2.6, step 7); whether it is known not to have been revoked is told apart by search_refine(). An
 * anchor is believed as such: it has no end of its own.
 */
static void check_validity(search *s, size_t i, struct finding *worst) {
    const struct pki_cert *c = s->chain[i];
    s->windows[i] = (struct window){c->not_before, c->not_after};
    bool late = s->opt->at > c->not_after, early = s->opt->at < c->not_before;
    if (!late && !early)
        return;
    struct finding f = {.rank = RANK_CA_VALIDITY,
                        .sub = SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
                        .message = late ? MSG_CA_EXPIRED : MSG_CA_NOT_YET_VALID,
                        .who = c->subject,
                        .time = late ? c->not_after : c->not_before,
                        .has_time = true};
    if (i == 0) {
        f.rank = RANK_OUT_OF_BOUNDS;
        f.sub = SUB_OUT_OF_BOUNDS_NO_POE;
        f.message = late ? MSG_CERT_EXPIRED : MSG_CERT_NOT_YET_VALID;
    }
    worse(worst, &f);
}

/* The end of an authority's certificate is all that is wrong: what it signed before may have been good. */
static bool only_expired(const search *s, const struct finding *worst, bool constrained) {
    bool early = false;
    for (size_t i = 1; i + 1 < s->n; i++)
        early = early || s->opt->at < s->chain[i]->not_before;
    return worst->message == MSG_CA_EXPIRED && !constrained && !early;
}

struct finding search_revoked(const search *s, size_t i) {
    const struct rev_answer *a = &s->answers[i];
    return (struct finding){.rank = i == 0 ? RANK_REVOKED : RANK_CA_REVOKED,
                            .sub = i == 0 ? SUB_REVOKED_NO_POE : SUB_REVOKED_CA_NO_POE,
                            .message = i == 0 ? MSG_CERT_REVOKED : MSG_CA_REVOKED,
                            .who = s->chain[i]->subject,
                            .time = a->revoked_at,
                            .has_time = true,
                            .reason = a->reason,
                            .has_reason = true,
                            .culprit = s->chain[i],
                            .revoked_at = a->revoked_at};
}

/* On hold: it may yet be released (EN 319 102-1, 5.2.6: TRY_LATER with a suggestion when). */
static struct finding suspended(const search *s, size_t i) {
    const struct rev_answer *a = &s->answers[i];
    return (struct finding){.rank = RANK_SUSPENDED,
                            .sub = SUB_TRY_LATER,
                            .message = MSG_CERT_SUSPENDED,
                            .who = s->chain[i]->subject,
                            .time = a->revoked_at,
                            .has_time = true,
                            .try_at = a->due,
                            .culprit = s->chain[i],
                            .revoked_at = a->revoked_at,
                            .suspended = true};
}

static struct finding not_known(const search *s, size_t i) {
    const struct rev_answer *a = &s->answers[i];
    return (struct finding){.rank = RANK_TRY_LATER,
                            .sub = SUB_TRY_LATER,
                            .message = a->why,
                            .who = s->chain[i]->subject,
                            .other = s->chain[i]->issuer,
                            .time = a->why_time,
                            .has_time = a->why_time != 0,
                            .text = a->why_text,
                            .culprit = s->chain[i]};
}

static void weigh_revocation(search *s, size_t i, struct finding *worst) {
    const struct rev_answer *a = &s->answers[i];
    struct finding f = {0};
    if (a->status == REV_REVOKED)
        f = search_revoked(s, i);
    else if (a->status == REV_SUSPENDED)
        f = suspended(s, i);
    else if (a->status == REV_UNKNOWN)
        f = not_known(s, i);
    worse(worst, &f);
    if (a->valid_from > s->windows[i].from)
        s->windows[i].from = a->valid_from;
    if (a->valid_to < s->windows[i].to)
        s->windows[i].to = a->valid_to;
}

/* All certificates below chain[end], at once: what must be fetched is then fetched together. */
static sign_rc check_revocation(search *s, size_t end, struct finding *worst, sign_error *err) {
    struct rev_question q[LIMIT_PATH_LENGTH];
    /* The signer of a list may be spared the question; a responder's is not asked here. */
    size_t first = s->opt->signers_unchecked && s->opt->purpose == PKI_CRL_SIGNER && end > 0 ? 1 : 0;
    for (size_t i = first; i < end; i++)
        q[i] = (struct rev_question){.trust = s->trust,
                                     .crypto = s->crypto,
                                     .opt = s->opt,
                                     .chain = s->chain + i,
                                     .n_chain = s->n - i,
                                     .carried = {s->opt->lists, &s->own}};
    sign_rc rc = pki_revocation_find(q + first, end - first, s->answers + first, err);
    for (size_t i = end; i-- > first && rc == SIGN_OK;)
        weigh_revocation(s, i, worst);
    return rc;
}

/* The answer that these rows of a passed path tell of: about one certificate, and about those who signed what
 * it rests on. */
static sign_rc answer_again(const struct pki_revocation *rows, size_t n, int64_t expires,
                            struct rev_answer *out, sign_error *err) {
    const struct pki_revocation *r = &rows[0];
    *out = (struct rev_answer){.status = REV_GOOD,
                               .listed = true,
                               .this_update = r->this_update,
                               .next_update = r->next_update,
                               .ocsp = strcmp(r->kind, "ocsp") == 0,
                               .produced_at = r->produced_at,
                               .source = pki_source_keep(r->source),
                               .signer = r->signer != NULL ? pki_cert_keep(r->signer) : NULL,
                               .expires = expires,
                               .sigalg = r->sigalg,
                               .reason = -1};
    if (n == 1)
        return SIGN_OK;
    out->more = calloc(n - 1, sizeof *out->more);
    if (out->more == NULL)
        return fail_memory(err);
    for (; out->n_more + 1 < n; out->n_more++)
        pki_revocation_copy(&out->more[out->n_more], &rows[out->n_more + 1]);
    return SIGN_OK;
}

/* Whether the row is about one of the path itself, and so begins or goes on with the answer about it. */
static bool of_path(const struct pki_path *path, const struct pki_revocation *row) {
    for (size_t i = 0; i < path->n_chain; i++)
        if (path->chain[i] == row->cert)
            return true;
    return false;
}

/* What the remembered path says of its certificates is what a new look would say. */
static sign_rc take_over(search *s, const struct pki_path *known, size_t from, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = from; i < s->n && rc == SIGN_OK; i++) {
        size_t first = 0, n = 0;
        s->windows[i] = (struct window){known->valid_from, known->valid_to};
        while (first < known->n_revocation && known->revocation[first].cert != s->chain[i])
            first++;
        while (first + n < known->n_revocation && (known->revocation[first + n].cert == s->chain[i] ||
                                                   !of_path(known, &known->revocation[first + n])))
            n++;
        if (n > 0)
            rc = answer_again(&known->revocation[first], n, known->expires, &s->answers[i], err);
    }
    return rc;
}

/* From here on windows[i] is the time for which everything from chain[i] upwards holds. */
static void accumulate(search *s) {
    for (size_t i = s->n - 1; i-- > 0;) {
        if (s->windows[i + 1].from > s->windows[i].from)
            s->windows[i].from = s->windows[i + 1].from;
        if (s->windows[i + 1].to < s->windows[i].to)
            s->windows[i].to = s->windows[i + 1].to;
    }
}

/* Everything that is said by the certificates alone. */
static sign_rc check_chain(search *s, size_t end, struct finding *worst, sign_error *err) {
    enum message_id fault = path_purpose_fault(s->chain[0], s->opt->purpose);
    check_issuers(s, worst);
    check_critical(s, worst);
    if (fault != MSG_NONE)
        blame(worst, fault, s->chain[0], NULL);
    sign_rc rc = check_names_and_policies(s, worst, err);
    bool constrained = worst->rank == RANK_CONSTRAINTS;
    for (size_t i = 1; i < end; i++)
        check_validity(s, i, worst);
    /* A signer that is an anchor itself is believed at once (EN 319 102-1, 5.2.6 step 1), but not beyond its
     * validity. What a proof of an earlier time repairs must not hide what it does not: the signer's validity
     * is looked at after the path and its constraints (steps 4, 5 and 7). */
    struct finding bounds = {0};
    check_validity(s, 0, &bounds);
    if (!constrained)
        worse(worst, &bounds);
    worst->ca_expired = only_expired(s, worst, constrained);
    return rc;
}

/* From the sunset of the anchor on nothing below it holds; an anchor of version 1 or 3 alike. */
static struct window believed(const search *s) {
    bool ends = s->anchor != NULL && s->anchor->sunset != 0 && !s->opt->past;
    return (struct window){INT64_MIN, ends ? s->anchor->sunset - 1 : INT64_MAX};
}

sign_rc search_judge(search *s, const struct pki_path *known, size_t from, sign_error *err) {
    struct finding worst = {0};
    size_t last = s->n - 1;
    bool verified = true;
    for (size_t i = 0; i < LIMIT_PATH_LENGTH; i++)
        rev_answer_clear(&s->answers[i]);
    sign_rc rc = check_unverified(s, &verified, err);
    if (rc != SIGN_OK || !verified)
        return rc;
    const struct window anchored = believed(s);
    s->windows[last] = anchored;
    size_t end = known != NULL ? from : last;
    rc = check_chain(s, end, &worst, err);
    if (rc != SIGN_OK)
        return rc;
    if (last == 0 && anchored.to < s->windows[0].to)
        s->windows[0].to = anchored.to;
    /* A chain that may not be used says nothing about revocation either, remembered or not. */
    bool usable = worst.rank < RANK_CONSTRAINTS || worst.rank > RANK_CA_VALIDITY;
    if (known != NULL && usable)
        rc = take_over(s, known, from, err);
    if (rc == SIGN_OK && usable && s->opt->revocation)
        rc = check_revocation(s, end, &worst, err);
    if (rc != SIGN_OK)
        return rc;
    accumulate(s);
    if (worst.rank != RANK_NONE) {
        rc = search_refine(s, &worst, err);
        return rc == SIGN_OK ? search_conclude(s, &worst, true, err) : rc;
    }
    const struct finding passed = {.rank = RANK_PASSED};
    rc = search_conclude(s, &passed, true, err);
    return rc == SIGN_OK ? path_remember(s, end, err) : rc;
}
