/* pki/evidence.c - lists and responses that may be used but for their time (EN 319 102-1, 5.2.5, 5.6.2). */
#include "pki/inquiry.h"
#include <stdatomic.h>

/* ---- which piece it is ---------------------------------------------------------------------------- */

/* Of two threads that compute it at the same time the first one's is kept: they are the same. */
static sign_rc identity(_Atomic(uint8_t *) *place, struct crypto *crypto, sign_bytes der, uint8_t out[32],
                        sign_error *err) {
    uint8_t digest[DIGEST_MAX], *none = NULL;
    const uint8_t *known = atomic_load(place);
    if (known != NULL) {
        memcpy(out, known, 32);
        return SIGN_OK;
    }
    sign_rc rc = crypto_hash(crypto, DIGEST_SHA256, der, digest, err);
    if (rc != SIGN_OK)
        return rc;
    uint8_t *kept = malloc(32);
    if (kept == NULL)
        return fail_memory(err);
    memcpy(kept, digest, 32);
    memcpy(out, digest, 32);
    if (!atomic_compare_exchange_strong(place, &none, kept))
        free(kept);
    return SIGN_OK;
}

sign_rc pki_crl_identity(struct pki_crl *c, struct crypto *crypto, uint8_t out[32], sign_error *err) {
    return identity(&c->sha256, crypto, c->der, out, err);
}

sign_rc pki_ocsp_identity(struct pki_ocsp *r, struct crypto *crypto, uint8_t out[32], sign_error *err) {
    return identity(&r->sha256, crypto, r->basic, out, err);
}

/* ---- the list of evidence --------------------------------------------------------------------------- */

static bool is_list(const struct pki_evidence *e) {
    return strcmp(e->piece.kind, "crl") == 0;
}

static void evidence_clear(struct pki_evidence *e) {
    struct pki_crl *crl = is_list(e) ? e->held : NULL, *base = e->held_base;
    struct pki_ocsp *response = is_list(e) ? NULL : e->held;
    pki_crl_free(&crl);
    pki_crl_free(&base);
    pki_ocsp_free(&response);
    pki_cert_free(&e->issuer);
    pki_revocation_clear(&e->piece);
}

void pki_evidences_free(pki_evidences *e) {
    for (size_t i = 0; i < e->n; i++)
        evidence_clear(&e->list[i]);
    free(e->list);
    *e = (pki_evidences){0};
}

struct gathering {
    const struct rev_question *q;
    pki_evidences *out;
    size_t cap;
};

/* Takes over what `e` has counted, in every case. */
static sign_rc append(struct gathering *g, struct pki_evidence *e, sign_error *err) {
    pki_evidences *out = g->out;
    if (out->n == g->cap) {
        size_t cap = g->cap == 0 ? 8 : 2 * g->cap;
        struct pki_evidence *more = realloc(out->list, cap * sizeof *more);
        if (more == NULL) {
            evidence_clear(e);
            return fail_memory(err);
        }
        out->list = more;
        g->cap = cap;
    }
    out->list[out->n++] = *e;
    return SIGN_OK;
}

/* What has no proof of its own comes later in a list that is gone through from its beginning. */
static int compare(const void *one, const void *other) {
    const struct pki_evidence *a = one, *b = other;
    if (a->piece.this_update != b->piece.this_update)
        return a->piece.this_update > b->piece.this_update ? -1 : 1;
    if (a->piece.produced_at != b->piece.produced_at)
        return a->piece.produced_at > b->piece.produced_at ? -1 : 1;
    int same = memcmp(a->sha256, b->sha256, sizeof a->sha256);
    if (same == 0)
        same = memcmp(a->base_sha256, b->base_sha256, sizeof a->base_sha256);
    if (same != 0 || a->piece.source == NULL || b->piece.source == NULL)
        return same;
    return (int)a->piece.source->origin - (int)b->piece.source->origin;
}

static bool same_piece(const struct pki_evidence *a, const struct pki_evidence *b) {
    return memcmp(a->sha256, b->sha256, sizeof a->sha256) == 0 &&
           memcmp(a->base_sha256, b->base_sha256, sizeof a->base_sha256) == 0;
}

/* By issuance; the same bytes from several sources are one piece. */
static void put_in_order(pki_evidences *out) {
    size_t n = 0;
    if (out->n > 1)
        qsort(out->list, out->n, sizeof *out->list, compare);
    for (size_t i = 0; i < out->n; i++) {
        if (n > 0 && same_piece(&out->list[n - 1], &out->list[i]))
            evidence_clear(&out->list[i]);
        else
            out->list[n++] = out->list[i];
    }
    out->n = n;
}

static bool is_anchor(const sign_trust *trust, const struct pki_cert *cert) {
    const struct trust_cert *own = pki_trust_find(trust, cache_hash(trust->seed, cert->der), cert->der);
    return own != NULL && own->anchor;
}

/* What is the same for lists and responses; `signer` is counted twice more. */
static struct pki_evidence begin(const struct rev_question *q, const char *kind, struct pki_cert *signer,
                                 const struct maker *maker, struct pki_source *from) {
    return (struct pki_evidence){.piece = {.cert = pki_cert_keep(q->chain[0]),
                                           .kind = kind,
                                           .source = pki_source_keep(from),
                                           .signer = signer != q->chain[1] ? pki_cert_keep(signer) : NULL,
                                           .status = "good",
                                           .reason = -1},
                                 .issuer = pki_cert_keep(signer),
                                 .issuer_is_anchor = is_anchor(q->trust, signer),
                                 .signer_unchecked = maker->unchecked,
                                 .signer_from = maker->from,
                                 .signer_to = maker->to,
                                 .signer_revoked_at = maker->revoked_at,
                                 .knows_from = INT64_MAX};
}

static void say(struct pki_evidence *e, const char *status, int64_t revoked_at, int reason) {
    e->piece.status = status;
    e->piece.revoked_at = revoked_at;
    e->piece.reason = reason;
}

/* ---- lists (RFC 5280, 6.3.3) -------------------------------------------------------------------------- */

/* So many octets are digested in about the time of one signature check. */
enum { DIGEST_FOR_ONE = 65536 };

/* *ok: there was enough left to digest it. */
static sign_rc identify_list(const struct rev_question *q, struct pki_crl *crl, uint8_t out[32], bool *ok,
                             sign_error *err) {
    *ok = atomic_load(&crl->sha256) != NULL || pki_spend(q->opt->effort, crl->der.len / DIGEST_FOR_ONE);
    return *ok ? pki_crl_identity(crl, q->crypto, out, err) : SIGN_OK;
}

/* A list (base NULL), or a delta with its base; what it says is `entry` (NULL: nothing). */
static sign_rc add_list(struct gathering *g, const struct crl_use *u, const struct crl_use *base,
                        const struct crl_entry *entry, sign_error *err) {
    struct pki_crl *crl = u->crl;
    struct pki_evidence e = begin(g->q, "crl", u->signer, &u->maker, crl->source);
    bool ok = false;
    e.piece.this_update = crl->this_update;
    e.piece.next_update = crl->has_next ? crl->next_update : 0;
    e.piece.sigalg = crl->sigalg;
    e.der = crl->der;
    e.held = pki_crl_keep(crl);
    e.knows_from = crl->expired_from;
    if (entry != NULL && pki_crl_entry_final(entry))
        say(&e, "revoked", entry->revoked_at, entry->reason);
    else if (entry != NULL && entry->reason == REASON_HOLD)
        say(&e, "suspended", entry->revoked_at, entry->reason);
    sign_rc rc = identify_list(g->q, crl, e.sha256, &ok, err);
    if (rc == SIGN_OK && ok && base != NULL) {
        e.base = base->crl->der;
        e.base_digest = base->crl->sigalg.digest;
        e.held_base = pki_crl_keep(base->crl);
        /* Both hold the ended certificates, or the two together do not. */
        if (base->crl->expired_from > e.knows_from)
            e.knows_from = base->crl->expired_from;
        e.signer_unchecked = e.signer_unchecked || base->maker.unchecked;
        if (base->maker.revoked_at < e.signer_revoked_at)
            e.signer_revoked_at = base->maker.revoked_at;
        rc = identify_list(g->q, base->crl, e.base_sha256, &ok, err);
    }
    if (rc == SIGN_OK && ok)
        return append(g, &e, err);
    evidence_clear(&e);
    return rc;
}

/* It says something about the certificate at all: it was not made before the certificate began. */
static bool is_young(const struct rev_question *q, const struct crl_use *u) {
    return u->crl->this_update >= q->chain[0]->not_before;
}

/* A base with its delta: what the delta says comes first (RFC 5280, 6.3.3 (i) to (k)). Revoked for good is
 * told of by each for itself. */
static sign_rc add_joined(struct gathering *g, const struct crl_search *s, const struct crl_use *base,
                          sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < s->n && rc == SIGN_OK; i++) {
        const struct crl_use *delta = &s->uses[i];
        struct crl_entry e;
        if (!crl_goes_with(delta, base) || !is_young(g->q, delta))
            continue;
        bool found = crl_search_entry(s, delta->crl, &e) || crl_search_entry(s, base->crl, &e);
        if (!found || !pki_crl_entry_final(&e))
            rc = add_list(g, delta, base, found ? &e : NULL, err);
    }
    return rc;
}

static sign_rc add_lists(struct gathering *g, const struct crl_search *s, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < s->n && rc == SIGN_OK; i++) {
        const struct crl_use *u = &s->uses[i];
        struct crl_entry e;
        bool found = crl_search_entry(s, u->crl, &e);
        bool whole = u->reasons == REASONS_ALL && !u->crl->delta;
        if ((found && pki_crl_entry_final(&e)) || (whole && is_young(g->q, u)))
            rc = add_list(g, u, NULL, found ? &e : NULL, err);
        if (rc == SIGN_OK && whole)
            rc = add_joined(g, s, u, err);
    }
    return rc;
}

/* ---- responses (RFC 6960) ------------------------------------------------------------------------------ */

static sign_rc add_response(struct gathering *g, const struct ocsp_use *u, sign_error *err) {
    struct pki_ocsp *r = u->response;
    const struct ocsp_single *single = u->single;
    struct pki_evidence e = begin(g->q, "ocsp", u->signer, &u->maker, r->source);
    bool never = ocsp_never_issued(single);
    e.piece.this_update = single->this_update;
    e.piece.next_update = single->has_next ? single->next_update : 0;
    e.piece.produced_at = r->produced_at;
    e.piece.sigalg = r->sigalg;
    e.der = r->basic;
    e.held = pki_ocsp_keep(r);
    if (single->archive_cutoff != INT64_MIN)
        e.knows_from = single->archive_cutoff;
    if (single->status == OCSP_REVOKED)
        say(&e, single->reason == REASON_HOLD && !never ? "suspended" : "revoked", single->revoked_at,
            never ? -1 : single->reason);
    sign_rc rc = pki_ocsp_identity(r, g->q->crypto, e.sha256, err);
    if (rc == SIGN_OK)
        return append(g, &e, err);
    evidence_clear(&e);
    return rc;
}

/* ---- all sources --------------------------------------------------------------------------------------- */

static sign_rc gather(const struct rev_question *q, struct inquiry *in, pki_evidences *out, sign_error *err) {
    struct gathering g = {.q = q, .out = out};
    sign_rc rc = inquiry_add_trust(in, err);
    for (size_t i = 0; i < 2 && rc == SIGN_OK; i++)
        if (q->carried[i] != NULL)
            rc = inquiry_add_carried(in, q->carried[i], err);
    if (rc == SIGN_OK)
        rc = inquiry_add_remembered(in, err);
    if (rc == SIGN_OK)
        rc = add_lists(&g, &in->crl, err);
    for (size_t i = 0; i < in->ocsp.n && rc == SIGN_OK; i++)
        rc = add_response(&g, &in->ocsp.uses[i], err);
    put_in_order(out);
    return rc;
}

sign_rc evidence_collect(const struct rev_question *asked, pki_evidences *out, sign_error *err) {
    struct pki_path_options opt = *asked->opt;
    struct rev_question q = *asked;
    struct rev_answer none = {0};
    struct inquiry in;
    if (q.n_chain < 2 || !pki_spend(opt.effort, 1))
        return SIGN_OK;
    opt.online = false;
    opt.revocation = false;
    opt.past = true;
    q.opt = &opt;
    q.ever = true;
    inquiry_begin(&in, &q, &none);
    sign_rc rc = gather(&q, &in, out, err);
    inquiry_clear(&in);
    if (rc != SIGN_OK)
        pki_evidences_free(out);
    return rc;
}

sign_rc pki_evidence_find(const sign_trust *trust, struct crypto *crypto, struct pki_cert *const *chain,
                          size_t n, const struct pki_path_options *opt, pki_evidences *out, sign_error *err) {
    AUTO(pki_lists)
    own = {.der = opt->crls, .n = opt->n_crls, .ocsp_der = opt->ocsps, .n_ocsp = opt->n_ocsps};
    const struct rev_question q = {.trust = trust,
                                   .crypto = crypto,
                                   .opt = opt,
                                   .chain = chain,
                                   .n_chain = n,
                                   .carried = {opt->lists, &own}};
    *out = (pki_evidences){0};
    sign_rc rc = evidence_collect(&q, out, err);
    return rc == SIGN_OK ? rc : within(err, rc, "revocation evidence");
}

bool pki_evidence_fresh(const struct pki_evidence *e, int64_t at, int64_t freshness) {
    const struct pki_revocation *p = &e->piece;
    if (freshness > 0)
        return p->this_update > at - freshness;
    /* 5.2.5 with the default: the time between the two updates, so that it ends with the second one. */
    if (p->next_update != 0)
        return at < p->next_update;
    return !is_list(e) && at < p->this_update + LIMIT_OCSP_AGE;
}

bool pki_evidence_knows(const struct pki_evidence *e) {
    const struct pki_revocation *p = &e->piece;
    return strcmp(p->status, "revoked") == 0 || p->this_update <= p->cert->not_after ||
           e->knows_from <= p->cert->not_after;
}

/* ---- whoever signed a piece, when he did -------------------------------------------------------------- */

bool evidence_could(const struct rev_question *q, size_t i, int64_t made) {
    for (; i + 1 < q->n_chain; i++)
        if (made < q->chain[i]->not_before || made > q->chain[i]->not_after)
            return false;
    return true;
}

/* Whether it says that the certificate was good when the other piece was made. */
static bool clears(const struct pki_evidence *e, int64_t made) {
    bool good = strcmp(e->piece.status, "good") == 0 || e->piece.revoked_at > made;
    return good && !e->signer_unchecked && pki_evidence_fresh(e, made, 0) && pki_evidence_knows(e);
}

/* The newest word counts, but for what is for good. */
static void weigh(const pki_evidences *all, int64_t made, struct maker *maker, bool *ok) {
    bool known = false, told = false;
    for (size_t i = 0; i < all->n; i++) {
        const struct pki_evidence *e = &all->list[i];
        const struct pki_revocation *p = &e->piece;
        bool revoked = strcmp(p->status, "revoked") == 0;
        if (revoked && p->revoked_at < maker->revoked_at)
            maker->revoked_at = p->revoked_at;
        if (!told && strcmp(p->status, "suspended") == 0 && p->revoked_at <= made)
            *ok = false;
        told = told || !revoked;
        known = known || clears(e, made);
    }
    *ok = *ok && maker->revoked_at > made;
    maker->unchecked = maker->unchecked || !known;
}

static bool stands_in(const struct rev_question *q, const struct pki_cert *cert) {
    for (size_t i = 0; i < q->n_chain; i++)
        if (q->chain[i] == cert)
            return true;
    return false;
}

sign_rc evidence_maker(const struct rev_question *q, const struct pki_path *path, int64_t made,
                       const struct crl_under *under, struct maker *maker, bool *ok, sign_error *err) {
    struct pki_path_options opt = *q->opt;
    sign_rc rc = SIGN_OK;
    *maker = (struct maker){path->valid_from, path->valid_to, INT64_MAX, false};
    *ok = true;
    opt.under = under;
    if (opt.nesting++ >= LIMIT_NESTING) {
        maker->unchecked = true;
        return SIGN_OK;
    }
    for (size_t i = opt.signers_unchecked ? 1 : 0; i + 1 < path->n_chain && rc == SIGN_OK && *ok; i++) {
        AUTO(pki_evidences) all = {0};
        struct rev_question inner = *q;
        if (stands_in(q, path->chain[i]))
            continue;
        inner.opt = &opt;
        inner.chain = path->chain + i;
        inner.n_chain = path->n_chain - i;
        rc = evidence_collect(&inner, &all, err);
        if (rc == SIGN_OK)
            weigh(&all, made, maker, ok);
    }
    return rc;
}
