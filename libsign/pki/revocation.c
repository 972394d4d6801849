/* pki/revocation.c - the status of certificates from the sources in their order: what the caller gave, what
 * the signature carries, what was fetched before, the network. */
#include "pki/inquiry.h"

void pki_revocation_copy(struct pki_revocation *to, const struct pki_revocation *from) {
    *to = *from;
    to->cert = from->cert != NULL ? pki_cert_keep(from->cert) : NULL;
    to->signer = from->signer != NULL ? pki_cert_keep(from->signer) : NULL;
    to->source = pki_source_keep(from->source);
}

void pki_revocation_clear(struct pki_revocation *r) {
    pki_cert_free(&r->cert);
    pki_cert_free(&r->signer);
    pki_source_free(&r->source);
}

void pki_revocations_free(struct pki_revocation **rows, size_t *n) {
    for (size_t i = 0; i < *n; i++)
        pki_revocation_clear(&(*rows)[i]);
    free(*rows);
    *rows = NULL;
    *n = 0;
}

void rev_answer_clear(struct rev_answer *a) {
    pki_revocations_free(&a->more, &a->n_more);
    pki_source_free(&a->source);
    pki_cert_free(&a->signer);
    *a = (struct rev_answer){.reason = -1, .expires = INT64_MAX};
}

static const char *status_text(enum rev_status s) {
    static const char *const names[] = {"unknown", "good", "suspended", "revoked"};
    return names[s];
}

size_t rev_answer_rows(const struct rev_answer *a) {
    return a->listed ? 1 + a->n_more : 0;
}

void rev_answer_tell(const struct rev_answer *a, struct pki_cert *cert, struct pki_revocation *out) {
    if (!a->listed)
        return;
    const struct pki_revocation first = {
        .cert = cert,
        .this_update = a->this_update,
        .next_update = a->next_update,
        .kind = a->ocsp ? "ocsp" : "crl",
        .produced_at = a->produced_at,
        .source = a->source,
        .signer = a->signer,
        .status = status_text(a->status),
        .sigalg = a->sigalg,
        .revoked_at = a->revoked_at,
        .reason = a->reason,
    };
    pki_revocation_copy(&out[0], &first);
    for (size_t i = 0; i < a->n_more; i++) {
        struct pki_revocation piece = a->more[i];
        if (piece.cert == NULL) {
            piece.cert = cert;
            piece.status = first.status;
        }
        pki_revocation_copy(&out[1 + i], &piece);
    }
}

/* ---- lists and responses together ----------------------------------------------------------------- */

/* Revoked for good is so whoever says it first; else the newer word counts, and of the same age the worse. */
static bool is_better(const struct rev_answer *a, const struct rev_answer *b) {
    if ((a->status == REV_REVOKED) != (b->status == REV_REVOKED))
        return a->status == REV_REVOKED;
    if (a->this_update != b->this_update)
        return a->this_update > b->this_update;
    return a->status > b->status;
}

/* The answer may be another from `time` on. */
static void cut(struct rev_answer *a, int64_t at, int64_t time) {
    if (time > at && time - 1 < a->valid_to)
        a->valid_to = time - 1;
    if (time <= at && time > a->valid_from)
        a->valid_from = time;
}

/* A response holds only where no list says otherwise, or would be there to say it. */
static void cut_by_lists(const struct inquiry *in, struct rev_answer *a) {
    int64_t at = in->q->opt->at;
    for (size_t i = 0; i < in->crl.n; i++) {
        const struct pki_crl *c = in->crl.uses[i].crl;
        struct crl_entry e;
        cut(a, at, c->this_update - LIMIT_CLOCK_SKEW);
        if (c->has_next)
            cut(a, at, c->next_update + 1);
        if (pki_crl_find_for(c, BYTES(in->crl.issuers[0].data, in->crl.issuers[0].len),
                             in->q->chain[0]->serial, &e))
            cut(a, at, e.revoked_at);
    }
    if (in->crl.doubtful)
        a->valid_from = a->valid_to = at;
}

static void cut_by_responses(const struct inquiry *in, struct rev_answer *a) {
    if (in->ocsp.valid_from > a->valid_from)
        a->valid_from = in->ocsp.valid_from;
    if (in->ocsp.valid_to < a->valid_to)
        a->valid_to = in->ocsp.valid_to;
}

sign_rc inquiry_settle(struct inquiry *in, sign_error *err) {
    struct rev_answer list = {0};
    bool listed = false;
    rev_answer_clear(&list);
    sign_rc rc = crl_search_settle(&in->crl, &list, &listed, err);
    bool answered = in->ocsp.best.listed;
    in->settled = rc == SIGN_OK && (listed || answered);
    if (in->settled) {
        rev_answer_clear(in->out);
        if (answered && (!listed || is_better(&in->ocsp.best, &list))) {
            *in->out = in->ocsp.best;
            rev_answer_clear(&list);
            in->ocsp.best = list; /* empty: what it held is the caller's now */
            cut_by_lists(in, in->out);
        } else {
            *in->out = list;
            list = (struct rev_answer){0};
        }
        cut_by_responses(in, in->out);
        if (in->expires < in->out->expires)
            in->out->expires = in->expires;
    }
    rev_answer_clear(&list);
    return rc;
}

/* ---- sources ------------------------------------------------------------------------------------------ */

sign_rc inquiry_add_trust(struct inquiry *in, sign_error *err) {
    const struct ocsp_node *node;
    size_t n = pki_trust_ocsps(in->q->trust, in->q->chain[0]->serial, &node);
    sign_rc rc = crl_search_add_trust(&in->crl, err);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = ocsp_search_add(&in->ocsp, node[i].response, (sign_bytes){0}, NULL, err);
    return rc;
}

/* What the trust's own pieces settle is settled: the answer then depends on nothing that the signature
 * brought with it, and can be remembered. */
static sign_rc ask_trust(struct inquiry *in, sign_error *err) {
    sign_rc rc = inquiry_add_trust(in, err);
    return rc == SIGN_OK ? inquiry_settle(in, err) : rc;
}

/* A look at a piece costs one; where a signature must be checked that is paid for instead. */
static bool pay_for_look(const struct inquiry *in, bool of_other, bool known) {
    return (!of_other && !known) || pki_spend(in->q->opt->effort, 1);
}

sign_rc inquiry_add_carried(struct inquiry *in, struct pki_lists *l, sign_error *err) {
    struct pki_cert *issuer = in->q->chain[1];
    bool ours = false, ok;
    sign_rc rc = pki_lists_read(l, in->q->opt->effort, err);
    for (size_t i = 0; i < l->n_crls && rc == SIGN_OK; i++) {
        rc = crl_search_wants(&in->crl, l->crls[i], &ours, err);
        if (rc == SIGN_OK && !pay_for_look(in, !ours, pki_crl_known(l->crls[i], issuer, &ok)))
            return SIGN_OK;
        if (rc == SIGN_OK && ours)
            rc = crl_search_add(&in->crl, l->crls[i], err);
    }
    for (size_t i = 0; i < l->n_ocsps && rc == SIGN_OK; i++) {
        if (!pki_spend(in->q->opt->effort, 1))
            return SIGN_OK;
        rc = ocsp_search_add(&in->ocsp, l->ocsps[i], (sign_bytes){0}, NULL, err);
    }
    return rc;
}

static sign_rc ask_carried(struct inquiry *in, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < 2 && rc == SIGN_OK && !in->settled; i++)
        if (in->q->carried[i] != NULL)
            rc = inquiry_add_carried(in, in->q->carried[i], err);
    return rc == SIGN_OK && !in->settled ? inquiry_settle(in, err) : rc;
}

/* ---- no answer ------------------------------------------------------------------------------------------
 */

/* How near the best list and the best response came to being used: 0 none, 1 wrong one, 2 wrong hands, 3
 * wrong time. */
static int nearness(int rank, int hands, int time) {
    return rank == 0 ? 0 : rank < hands ? 1 : rank < time ? 2 : 3;
}

static void explain(const struct inquiry *in) {
    struct rev_answer *out = in->out;
    const struct crl_search *crl = &in->crl;
    const struct ocsp_search *ocsp = &in->ocsp;
    int list = nearness(crl->rank, CRL_RANK_NO_SIGN, CRL_RANK_DELTA);
    int response = nearness(ocsp->rank, OCSP_RANK_NONCE, OCSP_RANK_UNKNOWN);
    out->why = MSG_CRL_NONE;
    if (in->failed[0] != '\0' && !in->used) {
        out->why = MSG_REVOCATION_FETCH;
        (void)snprintf(out->why_text, sizeof out->why_text, "%s", in->failed);
    } else if (response > 0 && response >= list) {
        out->why = ocsp->why;
        out->why_time = ocsp->why_time;
        if (ocsp->why_text != NULL)
            (void)snprintf(out->why_text, sizeof out->why_text, "%s", ocsp->why_text);
    } else if (list > 0) {
        out->why = crl->why;
        out->why_time = crl->why_time;
    }
}

/* ---- all questions of a chain ----------------------------------------------------------------------------
 */

struct inquiries {
    struct inquiry *list;
    size_t n;
};
typedef struct inquiries inquiries;

void inquiry_begin(struct inquiry *in, const struct rev_question *q, struct rev_answer *out) {
    *in = (struct inquiry){.q = q, .out = out, .expires = INT64_MAX, .crl = {.q = q}};
    ocsp_search_begin(&in->ocsp, q);
}

void inquiry_clear(struct inquiry *in) {
    crl_search_clear(&in->crl);
    ocsp_search_clear(&in->ocsp);
    for (size_t k = 0; k < in->n_wants; k++) {
        pki_fetched_free(&in->wants[k].got);
        pki_fetched_free(&in->wants[k].older);
    }
    free(in->wants);
}

static void inquiries_free(inquiries *all) {
    for (size_t i = 0; i < all->n; i++)
        inquiry_clear(&all->list[i]);
    free(all->list);
}
CLEANUP(inquiries, inquiries_free);

sign_rc pki_revocation_find(const struct rev_question *q, size_t n, struct rev_answer *out, sign_error *err) {
    AUTO(inquiries) all = {0};
    bool open = false;
    for (size_t i = 0; i < n; i++)
        rev_answer_clear(&out[i]);
    if (n == 0)
        return SIGN_OK;
    all.list = calloc(n, sizeof *all.list);
    if (all.list == NULL)
        return fail_memory(err);
    all.n = n;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++) {
        struct inquiry *in = &all.list[i];
        inquiry_begin(in, &q[i], &out[i]);
        rc = ask_trust(in, err);
        if (rc == SIGN_OK && !in->settled)
            rc = ask_carried(in, err);
        open = open || !in->settled;
    }
    if (rc == SIGN_OK && open)
        rc = inquiries_fetch(all.list, n, err);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        if (!all.list[i].settled)
            explain(&all.list[i]);
    return rc;
}
