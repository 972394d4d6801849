/* pki/revocation_crl.c - the status of one certificate from revocation lists (RFC 5280, 6.3; EN 319
 * 102-1, 5.2.5). */
#include "pki/parts.h"

void crl_search_note(struct crl_search *s, enum crl_rank rank, enum message_id why, int64_t time) {
    if ((int)rank <= s->rank)
        return;
    s->rank = (int)rank;
    s->why = why;
    s->why_time = time;
}

static sign_bytes bytes_of(const sign_buf *b) {
    return BYTES(b->data, b->len);
}

/* ---- which lists are looked at ------------------------------------------------------------------------ */

static sign_rc add_issuer(struct crl_search *s, sign_bytes name, sign_error *err) {
    AUTO(grow) key = {0};
    if (!pki_name_key(name, &key))
        return key.failed ? fail_memory(err) : SIGN_OK;
    for (size_t i = 0; i < s->n_issuers; i++)
        if (bytes_equal(bytes_of(&s->issuers[i]), BYTES(key.data, key.len)))
            return SIGN_OK;
    sign_rc rc = grow_take(&key, &s->issuers[s->n_issuers], err);
    s->n_issuers += rc == SIGN_OK;
    return rc;
}

static sign_rc read_issuers(struct crl_search *s, sign_error *err) {
    sign_bytes names[CRL_ISSUERS];
    if (s->n_issuers > 0)
        return SIGN_OK;
    sign_rc rc = add_issuer(s, s->q->chain[0]->issuer, err);
    if (rc == SIGN_OK && s->n_issuers == 0)
        return fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "issuer name");
    size_t n = pki_crl_issuer_names(s->q->chain[0], names, CRL_ISSUERS - 1);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = add_issuer(s, names[i], err);
    return rc;
}

sign_rc crl_search_wants(struct crl_search *s, const struct pki_crl *list, bool *wanted, sign_error *err) {
    sign_rc rc = read_issuers(s, err);
    *wanted = false;
    for (size_t i = 0; i < s->n_issuers && !*wanted; i++)
        *wanted = bytes_equal(bytes_of(&list->issuer_key), bytes_of(&s->issuers[i]));
    return rc;
}

static sign_rc keep(struct crl_search *s, struct crl_use *use, sign_error *err) {
    if (s->n == s->cap) {
        size_t cap = s->cap == 0 ? 4 : 2 * s->cap;
        struct crl_use *more = realloc(s->uses, cap * sizeof *more);
        if (more == NULL)
            return fail_memory(err);
        s->uses = more;
        s->cap = cap;
    }
    s->uses[s->n] = *use;
    (void)pki_crl_keep(use->crl);
    (void)pki_cert_keep(use->signer);
    use->about = NULL; /* the search's now */
    use->n_about = 0;
    s->n++;
    return SIGN_OK;
}

sign_rc crl_search_add(struct crl_search *s, struct pki_crl *list, sign_error *err) {
    struct crl_use use = {.crl = list};
    bool ok = false;
    sign_rc rc = crl_search_wants(s, list, &ok, err);
    if (rc != SIGN_OK || !ok || s->n == CRL_CANDIDATES)
        return rc;
    for (size_t i = 0; i < s->n; i++)
        if (s->uses[i].crl == list)
            return SIGN_OK;
    use.reasons = list->stray ? 0 : pki_crl_covers(list, s->q->chain[0]);
    if (use.reasons == 0) {
        crl_search_note(s, CRL_RANK_SCOPE, MSG_CRL_SCOPE, 0);
        return SIGN_OK;
    }
    if (list->critical) {
        crl_search_note(s, CRL_RANK_CRITICAL, MSG_CRL_CRITICAL, 0);
        return SIGN_OK;
    }
    /* The signature comes last because it costs most. */
    rc = crl_signer_find(s, &use, &ok, err);
    if (rc == SIGN_OK && ok)
        rc = keep(s, &use, err);
    pki_cert_free(&use.signer);
    pki_revocations_free(&use.about, &use.n_about);
    return rc;
}

sign_rc crl_search_add_trust(struct crl_search *s, sign_error *err) {
    sign_rc rc = read_issuers(s, err);
    for (size_t i = 0; i < s->n_issuers && rc == SIGN_OK; i++)
        for (struct pki_crl *c = map_get(&s->q->trust->by_issuer, bytes_of(&s->issuers[i]));
             c != NULL && rc == SIGN_OK; c = c->next)
            rc = crl_search_add(s, c, err);
    return rc;
}

void crl_search_clear(struct crl_search *s) {
    for (size_t i = 0; i < s->n; i++) {
        pki_crl_free(&s->uses[i].crl);
        pki_cert_free(&s->uses[i].signer);
        pki_revocations_free(&s->uses[i].about, &s->uses[i].n_about);
    }
    free(s->uses);
    s->uses = NULL;
    s->n = s->cap = 0;
    for (size_t i = 0; i < s->n_issuers; i++)
        sign_buf_free(&s->issuers[i]);
    s->n_issuers = 0;
}

/* ---- fresh lists, complete or joined with a delta -------------------------------------------------------
 */

/* A complete list as of the time when the newer of the two was issued. */
struct joined {
    const struct crl_use *base, *delta; /* delta NULL: the list stands for itself */
};

static const struct crl_use *newer(const struct joined *j) {
    return j->delta != NULL ? j->delta : j->base;
}

/* From when on a list may be used: the clock of who signed it may be ahead, as that of a responder may be. */
static int64_t begins(const struct pki_crl *crl) {
    return crl->this_update - LIMIT_CLOCK_SKEW;
}

/*
 * Fresh (EN 319 102-1, 5.2.5): issued at or before the time in question and not outlived by it. A list made
 * before the certificate began can say nothing about it.
 */
static bool is_fresh(struct crl_search *s, const struct pki_crl *crl) {
    int64_t at = s->q->opt->at;
    if (begins(crl) > at)
        crl_search_note(s, CRL_RANK_FUTURE, MSG_CRL_FUTURE, crl->this_update);
    else if (crl->this_update < s->q->chain[0]->not_before)
        crl_search_note(s, CRL_RANK_OLD, MSG_CRL_OLD, crl->this_update);
    else if (!crl->has_next)
        crl_search_note(s, CRL_RANK_NO_NEXT, MSG_CRL_NO_NEXT, crl->this_update);
    else if (crl->next_update < at)
        crl_search_note(s, CRL_RANK_EXPIRED, MSG_CRL_EXPIRED, crl->next_update);
    else
        return true;
    return false;
}

/* Non-negative INTEGERs of up to 20 octets (RFC 5280, 5.2.3), in the shortest form. */
static int compare_numbers(sign_bytes a, sign_bytes b) {
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return memcmp(a.data, b.data, a.len);
}

/*
 * RFC 5280, 5.2.4 (a) to (d) and 6.3.3 (c): same issuer, same scope, same key; the base is not older than
 * what the delta starts from, and older than the delta.
 */
bool crl_goes_with(const struct crl_use *delta, const struct crl_use *base) {
    const struct pki_crl *d = delta->crl, *b = base->crl;
    return d->delta && !b->delta && d->number.len > 0 && b->number.len > 0 &&
           bytes_equal(bytes_of(&d->issuer_key), bytes_of(&b->issuer_key)) &&
           bytes_equal(d->scope, b->scope) && bytes_equal(d->aki, b->aki) &&
           bytes_equal(delta->signer->spki, base->signer->spki) &&
           compare_numbers(b->number, d->base_number) >= 0 && compare_numbers(b->number, d->number) < 0 &&
           b->this_update <= d->this_update;
}

/* A base that is outlived lives on with a delta that is not: together they are a complete list (5.2.4). */
static bool join(struct crl_search *s, const struct crl_use *base, struct joined *out) {
    *out = (struct joined){.base = base};
    if (base->crl->delta || begins(base->crl) > s->q->opt->at)
        return !base->crl->delta && is_fresh(s, base->crl);
    for (size_t i = 0; i < s->n; i++) {
        const struct crl_use *u = &s->uses[i];
        if (crl_goes_with(u, base) && is_fresh(s, u->crl) &&
            (out->delta == NULL || compare_numbers(u->crl->number, out->delta->crl->number) > 0))
            out->delta = u;
    }
    return out->delta != NULL || is_fresh(s, base->crl);
}

/* ---- what a list says ------------------------------------------------------------------------------------
 */

bool crl_search_entry(const struct crl_search *s, const struct pki_crl *c, struct crl_entry *e) {
    return pki_crl_find_for(c, bytes_of(&s->issuers[0]), s->q->chain[0]->serial, e);
}

static bool in_force(const struct crl_search *s, const struct crl_use *u, struct crl_entry *e) {
    return crl_search_entry(s, u->crl, e) && e->revoked_at <= s->q->opt->at;
}

/*
 * RFC 5280, 6.3.3 (i) to (k): what the delta says comes before what the base says. That somebody was released
 * counts even when the base does not have him on hold. That he was revoked for good is told of by
 * says_revoked().
 */
static const struct crl_use *says_suspended(const struct crl_search *s, const struct joined *j,
                                            struct crl_entry *e) {
    const struct crl_use *u = j->delta != NULL && in_force(s, j->delta, e) ? j->delta
                              : in_force(s, j->base, e)                    ? j->base
                                                                           : NULL;
    return u != NULL && e->reason == REASON_HOLD ? u : NULL;
}

/* Revoked for good: a list says so truly even when it is outlived, or waits for its base. */
static const struct crl_use *says_revoked(const struct crl_search *s, struct crl_entry *out) {
    const struct crl_use *found = NULL;
    for (size_t i = 0; i < s->n; i++) {
        struct crl_entry e;
        const struct crl_use *u = &s->uses[i];
        if (in_force(s, u, &e) && pki_crl_entry_final(&e) &&
            (found == NULL || u->crl->this_update > found->crl->this_update)) {
            found = u;
            *out = e;
        }
    }
    return found;
}

/* ---- the answer
 * -------------------------------------------------------------------------------------------- */

static void until(struct rev_answer *out, int64_t to) {
    if (to < out->valid_to)
        out->valid_to = to;
}

static void since(struct rev_answer *out, int64_t from) {
    if (from > out->valid_from)
        out->valid_from = from;
}

/* The answer rests on this list. */
static void rest_on(const struct crl_use *u, struct rev_answer *out) {
    since(out, u->from);
    until(out, u->to);
    if (u->crl->source != NULL && u->crl->source->expires < out->expires)
        out->expires = u->crl->source->expires;
    if (u->expires < out->expires)
        out->expires = u->expires;
    out->carried =
        out->carried || u->carried || (u->crl->source != NULL && u->crl->source->origin == ORIGIN_SIGNATURE);
}

/* The facts that are told are those of this list. */
static void tell(const struct crl_search *s, const struct crl_use *u, enum rev_status status,
                 struct rev_answer *out) {
    *out = (struct rev_answer){.status = status,
                               .listed = true,
                               .this_update = u->crl->this_update,
                               .next_update = u->crl->has_next ? u->crl->next_update : 0,
                               .due = u->crl->has_next ? u->crl->next_update : 0,
                               .source = pki_source_keep(u->crl->source),
                               .sigalg = u->crl->sigalg,
                               .reason = -1,
                               .valid_from = INT64_MIN,
                               .valid_to = INT64_MAX,
                               .expires = INT64_MAX};
    if (u->signer != s->q->chain[1])
        out->signer = pki_cert_keep(u->signer);
    rest_on(u, out);
}

static bool is_told(const struct crl_use *u, const struct crl_use *told, const struct joined *used,
                    size_t before) {
    for (size_t i = 0; i < before; i++)
        if (used[i].base == u || used[i].delta == u)
            return true;
    return u == told;
}

static void tell_also(const struct crl_search *s, const struct crl_use *u, struct rev_answer *out) {
    const struct pki_revocation piece = {
        .kind = "crl",
        .this_update = u->crl->this_update,
        .next_update = u->crl->has_next ? u->crl->next_update : 0,
        .source = u->crl->source,
        .signer = u->signer != s->q->chain[1] ? u->signer : NULL,
        .sigalg = u->crl->sigalg,
        .revoked_at = out->revoked_at,
        .reason = out->reason,
    };
    pki_revocation_copy(&out->more[out->n_more++], &piece);
}

static void tell_about(const struct crl_use *u, struct rev_answer *out) {
    for (size_t i = 0; i < u->n_about; i++)
        pki_revocation_copy(&out->more[out->n_more++], &u->about[i]);
}

/* More rows are needed at most. */
static size_t rows_of(const struct crl_use *told, const struct joined *used, size_t n) {
    size_t rows = told->n_about;
    for (size_t i = 0; i < n; i++) {
        rows += 1 + used[i].base->n_about;
        if (used[i].delta != NULL)
            rows += 1 + used[i].delta->n_about;
    }
    return rows;
}

/* Every list that was needed is named, not only the one whose facts are told; and what their signers are
 * believed for. */
static sign_rc tell_others(const struct crl_search *s, const struct crl_use *told, const struct joined *used,
                           size_t n, struct rev_answer *out, sign_error *err) {
    if (told->n_about == 0 && (n == 0 || (n == 1 && used[0].delta == NULL)))
        return SIGN_OK;
    out->more = calloc(rows_of(told, used, n), sizeof *out->more);
    if (out->more == NULL)
        return fail_memory(err);
    tell_about(told, out);
    for (size_t i = 0; i < n; i++) {
        const struct crl_use *both[] = {used[i].base, used[i].delta};
        for (size_t k = 0; k < 2; k++) {
            if (both[k] == NULL || is_told(both[k], told, used, i))
                continue;
            tell_also(s, both[k], out);
            tell_about(both[k], out);
        }
    }
    return SIGN_OK;
}

/* Other lists are fresh at other times, and entries come into force: the answer holds only where none of this
 * changes. */
static void narrow(const struct crl_search *s, int64_t oldest, struct rev_answer *out) {
    int64_t at = s->q->opt->at;
    for (size_t i = 0; i < s->n; i++) {
        const struct pki_crl *c = s->uses[i].crl;
        struct crl_entry e;
        if (begins(c) > at)
            until(out, begins(c) - 1);
        if (c->this_update >= oldest && c->has_next && c->next_update < at)
            since(out, c->next_update + 1);
        if (crl_search_entry(s, c, &e) && e.revoked_at > at)
            until(out, e.revoked_at - 1);
    }
    if (s->doubtful)
        out->valid_from = out->valid_to = at;
}

static void hold_for(const struct joined *j, struct rev_answer *out) {
    rest_on(j->base, out);
    rest_on(newer(j), out);
    since(out, begins(newer(j)->crl));
    until(out, newer(j)->crl->next_update);
}

/* The newest first, so that each reason is judged by the newest list that covers it. */
static size_t fresh_lists(struct crl_search *s, struct joined *out) {
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct joined j;
        if (!join(s, &s->uses[i], &j))
            continue;
        size_t at = n++;
        for (; at > 0 && newer(&out[at - 1])->crl->this_update < newer(&j)->crl->this_update; at--)
            out[at] = out[at - 1];
        out[at] = j;
    }
    return n;
}

/* The newest list that the delta is about the changes of; NULL: none is there. */
static const struct crl_use *base_of(const struct crl_search *s, const struct crl_use *delta) {
    const struct crl_use *found = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (crl_goes_with(delta, &s->uses[i]) &&
            (found == NULL || s->uses[i].crl->this_update > found->crl->this_update))
            found = &s->uses[i];
    return found;
}

/* What a delta says for good is so without its base; who wants to look it up needs the two. */
static sign_rc tell_revoked(const struct crl_search *s, const struct crl_use *u, const struct crl_entry *e,
                            struct rev_answer *out, sign_error *err) {
    const struct joined both = {.base = base_of(s, u), .delta = u};
    tell(s, u, REV_REVOKED, out);
    since(out, e->revoked_at); /* and for good */
    out->revoked_at = e->revoked_at;
    out->reason = e->reason;
    return tell_others(s, u, &both, both.base != NULL ? 1 : 0, out, err);
}

static sign_rc tell_suspended(const struct crl_search *s, const struct crl_use *u, const struct joined *j,
                              const struct crl_entry *e, struct rev_answer *out, sign_error *err) {
    tell(s, u, REV_SUSPENDED, out);
    hold_for(j, out);
    since(out, e->revoked_at);
    narrow(s, INT64_MIN, out);
    out->due = newer(j)->crl->next_update;
    out->revoked_at = e->revoked_at;
    out->reason = e->reason;
    return tell_others(s, u, j, 1, out, err);
}

/* Of several lists that are needed together the oldest is told first: as fresh as that one is the answer. */
static sign_rc tell_good(const struct crl_search *s, const struct joined *used, size_t n,
                         struct rev_answer *out, sign_error *err) {
    const struct crl_use *told = newer(&used[n - 1]);
    int64_t oldest = INT64_MAX;
    tell(s, told, REV_GOOD, out);
    for (size_t i = 0; i < n; i++) {
        hold_for(&used[i], out);
        if (newer(&used[i])->crl->next_update < out->due)
            out->due = newer(&used[i])->crl->next_update;
        if (used[i].base->crl->this_update < oldest)
            oldest = used[i].base->crl->this_update;
    }
    narrow(s, oldest, out);
    return tell_others(s, told, used, n, out, err);
}

/* A delta that no list was joined with is told of when nothing nearer to an answer is. */
static void note_deltas(struct crl_search *s) {
    for (size_t i = 0; i < s->n; i++)
        if (s->uses[i].crl->delta)
            crl_search_note(s, CRL_RANK_DELTA, MSG_CRL_DELTA, 0);
}

sign_rc crl_search_settle(struct crl_search *s, struct rev_answer *out, bool *settled, sign_error *err) {
    struct joined fresh[CRL_CANDIDATES], used[CRL_CANDIDATES];
    struct crl_entry e;
    sign_rc rc = read_issuers(s, err);
    if (rc != SIGN_OK)
        return rc;
    const struct crl_use *revoked = says_revoked(s, &e);
    *settled = revoked != NULL;
    if (*settled) {
        return tell_revoked(s, revoked, &e, out, err);
    }
    size_t n = fresh_lists(s, fresh), n_used = 0;
    unsigned reasons = 0;
    for (size_t i = 0; i < n && reasons != REASONS_ALL; i++) {
        if ((fresh[i].base->reasons & ~reasons) == 0)
            continue; /* 6.3.3 (e): nothing that a newer one does not say */
        reasons |= fresh[i].base->reasons;
        used[n_used++] = fresh[i];
        const struct crl_use *u = says_suspended(s, &fresh[i], &e);
        *settled = u != NULL;
        if (*settled) {
            return tell_suspended(s, u, &fresh[i], &e, out, err);
        }
    }
    *settled = reasons == REASONS_ALL;
    if (*settled)
        rc = tell_good(s, used, n_used, out, err);
    else if (n_used > 0)
        crl_search_note(s, CRL_RANK_REASONS, MSG_CRL_REASONS, 0);
    else
        note_deltas(s);
    return rc;
}
