/* pki/inquiry_fetch.c - open questions about revocation taken to memory and to the network. */
#include "pki/inquiry.h"

/*
 * In the first round the responder that a certificate names is asked, or its lists where it names none; in
 * the second all else that it names: lists, and other places of the same.
 */
enum { ROUND_FIRST = 0, ROUND_SECOND = 1, ROUNDS = 2 };

static void add_wants(struct inquiry *in, sign_fetch_kind kind, const struct pki_urls *urls, int round,
                      bool delta) {
    for (size_t i = 0; i < urls->n && in->n_wants < INQUIRY_WANTS; i++) {
        bool there = false;
        for (size_t k = 0; k < in->n_wants; k++)
            there =
                there || (in->wants[k].want.kind == kind && bytes_equal(in->wants[k].want.url, urls->url[i]));
        if (there)
            continue;
        in->wants[in->n_wants++] = (struct inquiry_want){
            .want = {.kind = kind, .url = urls->url[i], .cert = in->q->chain[0], .issuer = in->q->chain[1]},
            .round = round,
            .delta = delta};
    }
}

static void add_points(struct inquiry *in, sign_bytes points, int round, bool delta) {
    struct pki_urls first = {0}, others = {0};
    pki_urls_points(points, &first, &others);
    add_wants(in, SIGN_FETCH_CRL, &first, round, delta);
    add_wants(in, SIGN_FETCH_CRL, &others, ROUND_SECOND, false);
}

static sign_rc list_wants(struct inquiry *in, sign_error *err) {
    const struct pki_cert *cert = in->q->chain[0];
    struct pki_urls responders = {0};
    in->wants = calloc(INQUIRY_WANTS, sizeof *in->wants);
    if (in->wants == NULL)
        return fail_memory(err);
    pki_urls_access(cert->aia, OID_AD_OCSP, &responders);
    struct pki_urls first = responders;
    first.n = responders.n < 1 ? 0 : 1;
    add_wants(in, SIGN_FETCH_OCSP, &first, ROUND_FIRST, false);
    int lists = responders.n > 0 ? ROUND_SECOND : ROUND_FIRST;
    add_points(in, cert->crl_points, lists, false);
    add_points(in, cert->freshest_crl, lists, true); /* RFC 5280, 4.2.1.15 */
    add_wants(in, SIGN_FETCH_OCSP, &responders, ROUND_SECOND, false);
    return SIGN_OK;
}

/* Whether a list names deltas of its own that are not wanted yet (RFC 5280, 5.2.6). */
static void follow(struct inquiry *in, const struct pki_crl *crl, int round) {
    if (crl->freshest.len > 0 && !crl->delta)
        add_points(in, crl->freshest, round, true);
}

/* `got` belongs to the want from now on. */
static sign_rc take(struct inquiry *in, struct inquiry_want *w, struct pki_fetched *got, sign_error *err) {
    sign_rc rc = SIGN_OK;
    if (got == NULL)
        return SIGN_OK;
    /* The URLs of a list's deltas are views into it: it must not go before them. */
    pki_fetched_free(&w->older);
    w->older = w->got;
    w->got = got;
    if (got->rc != SIGN_OK) {
        if (in->failed[0] == '\0')
            (void)snprintf(in->failed, sizeof in->failed, "%s: %.*s", got->url,
                           (int)(sizeof in->failed - sizeof ": " - strlen(got->url)), got->problem);
        return SIGN_OK;
    }
    in->used = true;
    if (got->until < in->expires)
        in->expires = got->until;
    if (got->crl != NULL) {
        size_t orphans = in->crl.orphans;
        rc = crl_search_add(&in->crl, got->crl, err);
        w->orphan = in->crl.orphans > orphans;
        follow(in, got->crl, w->round);
    }
    if (rc == SIGN_OK && got->ocsp != NULL)
        rc = ocsp_search_add(&in->ocsp, got->ocsp, BYTES(got->nonce, got->n_nonce), NULL, err);
    return rc;
}

enum how { FROM_MEMORY, FROM_DOOR, FROM_DOOR_FRESH };

static bool is_due(const struct inquiry_want *w, enum how how, int round) {
    if (how == FROM_MEMORY)
        return w->got == NULL;
    if (w->round > round)
        return false;
    if (how == FROM_DOOR)
        return !w->asked && (w->got == NULL || w->got->rc != SIGN_OK);
    /* Who signs would be as unknown on a newer list. */
    return w->got != NULL && w->got->old && !w->orphan;
}

struct errand {
    struct pki_want *wants;
    struct inquiry_want **whose;
    struct inquiry **about;
    struct pki_fetched **got;
    size_t n;
};
typedef struct errand errand;

static void errand_free(errand *e) {
    for (size_t i = 0; i < e->n; i++)
        pki_fetched_free(&e->got[i]);
    free(e->wants);
    free(e->whose);
    free(e->about);
    free(e->got);
}
CLEANUP(errand, errand_free);

static sign_rc errand_new(errand *e, size_t most, sign_error *err) {
    e->wants = calloc(most, sizeof *e->wants);
    e->whose = calloc(most, sizeof(struct inquiry_want *));
    e->about = calloc(most, sizeof(struct inquiry *));
    e->got = calloc(most, sizeof(struct pki_fetched *));
    if (e->wants == NULL || e->whose == NULL || e->about == NULL || e->got == NULL)
        return fail_memory(err);
    return SIGN_OK;
}

static void collect(errand *e, struct inquiry *in, enum how how, int round) {
    for (size_t i = 0; i < in->n_wants && !in->settled; i++) {
        struct inquiry_want *w = &in->wants[i];
        if (!is_due(w, how, round))
            continue;
        w->asked = w->asked || how != FROM_MEMORY;
        e->wants[e->n] = w->want;
        e->wants[e->n].local = how == FROM_MEMORY;
        e->wants[e->n].fresh = how == FROM_DOOR_FRESH;
        e->whose[e->n] = w;
        e->about[e->n++] = in;
    }
}

static bool is_over(const struct pki_path_options *opt) {
    return opt->patience != NULL && *opt->patience <= 0;
}

/* One call for all that is open; *any: something was asked for. */
static sign_rc run(struct inquiry *in, size_t n, enum how how, int round, bool *any, sign_error *err) {
    AUTO(errand) e = {0};
    sign_rc rc = errand_new(&e, n * INQUIRY_WANTS, err);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        collect(&e, &in[i], how, round);
    *any = e.n > 0;
    if (rc == SIGN_OK && e.n > 0)
        rc = pki_fetch_within(in->q->trust, in->q->crypto, in->q->opt->patience, e.wants, e.n, e.got, err);
    for (size_t i = 0; i < e.n && rc == SIGN_OK && how != FROM_MEMORY; i++)
        if (e.got[i] == NULL && is_over(in->q->opt) && e.about[i]->failed[0] == '\0')
            (void)snprintf(e.about[i]->failed, sizeof e.about[i]->failed,
                           "not asked: the servers before took too long");
    for (size_t i = 0; i < e.n && rc == SIGN_OK; i++)
        rc = take(e.about[i], e.whose[i], TAKE(e.got[i]), err);
    return rc;
}

/*
 * A complete list that was remembered for another certificate is not the whole answer while the changes to it
 * that this one names could still be asked for: the verdict would depend on who was judged before.
 */
static bool awaits_delta(const struct inquiry *in) {
    bool complete = false, delta = false;
    if (!in->q->opt->online || in->q->trust->fetch.call == NULL || in->ocsp.best.listed)
        return false;
    for (size_t i = 0; i < in->n_wants; i++) {
        const struct inquiry_want *w = &in->wants[i];
        complete = complete || (w->got != NULL && w->got->crl != NULL && !w->got->crl->delta);
        delta = delta || (w->delta && !w->asked && w->got == NULL);
    }
    return complete && delta;
}

static sign_rc settle_all(struct inquiry *in, size_t n, bool last, bool *open, sign_error *err) {
    sign_rc rc = SIGN_OK;
    *open = false;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++) {
        if (!in[i].settled && (last || !awaits_delta(&in[i])))
            rc = inquiry_settle(&in[i], err);
        *open = *open || !in[i].settled;
    }
    return rc;
}

/*
 * A list that names deltas of its own is not used before those were asked for: what they say is newer. What a
 * cache gave and did not do is asked for once more; then for the deltas that only the newer one names.
 */
static sign_rc ask_round(struct inquiry *in, size_t n, int round, bool *open, sign_error *err) {
    bool any = true, fresh = false;
    const bool last = round == ROUNDS - 1;
    sign_rc rc = SIGN_OK;
    for (int again = 0; again < 2 && rc == SIGN_OK && any; again++)
        rc = run(in, n, FROM_DOOR, round, &any, err);
    if (rc == SIGN_OK)
        rc = settle_all(in, n, false, open, err);
    if (rc == SIGN_OK && *open)
        rc = run(in, n, FROM_DOOR_FRESH, round, &fresh, err);
    if (rc == SIGN_OK && fresh)
        rc = run(in, n, FROM_DOOR, round, &any, err);
    return rc == SIGN_OK && *open && (fresh || last) ? settle_all(in, n, last, open, err) : rc;
}

sign_rc inquiry_add_remembered(struct inquiry *in, sign_error *err) {
    bool any;
    if (in->q->trust->fetch.call == NULL) /* what was never opened gave nothing */
        return SIGN_OK;
    sign_rc rc = list_wants(in, err);
    /* Once more for the deltas that a remembered list names. */
    for (int again = 0; again < 2 && rc == SIGN_OK; again++)
        rc = run(in, 1, FROM_MEMORY, ROUNDS, &any, err);
    return rc;
}

sign_rc inquiries_fetch(struct inquiry *in, size_t n, sign_error *err) {
    const struct rev_question *q = in->q;
    sign_rc rc = SIGN_OK;
    bool open = true, any;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        if (!in[i].settled)
            rc = list_wants(&in[i], err);
    for (int again = 0; again < 2 && rc == SIGN_OK; again++)
        rc = run(in, n, FROM_MEMORY, ROUNDS, &any, err);
    if (rc == SIGN_OK)
        rc = settle_all(in, n, false, &open, err);
    if (!q->opt->online || q->trust->fetch.call == NULL)
        return rc;
    for (int round = ROUND_FIRST; round < ROUNDS && rc == SIGN_OK && open; round++)
        rc = ask_round(in, n, round, &open, err);
    return rc;
}
