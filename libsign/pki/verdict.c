/* pki/verdict.c - results of path building: made, counted, remembered. */
#include "base/time.h"
#include "pki/search.h"
#include <stdatomic.h>

static const char *reason_text(int reason) {
    /* CRLReason, RFC 5280, 5.3.1; 7 is not used */
    static const char *const names[] = {"unspecified",        "keyCompromise", "cACompromise",
                                        "affiliationChanged", "superseded",    "cessationOfOperation",
                                        "certificateHold",    "unspecified",   "removeFromCRL",
                                        "privilegeWithdrawn", "aACompromise"};
    return reason >= 0 && reason < (int)(sizeof names / sizeof names[0]) ? names[reason] : "unspecified";
}

static void write_args(const struct finding *f, struct pki_path *p) {
    size_t n = 0;
    const size_t size = sizeof p->args[0];
    char when[32];
    if (f->who.len > 0)
        pki_name_short(f->who, p->args[n++], size);
    if (f->other.len > 0)
        pki_name_short(f->other, p->args[n++], size);
    if (f->has_time)
        (void)snprintf(p->args[n++], size, "%s", time_rfc3339(f->time, when));
    if (f->has_reason)
        (void)snprintf(p->args[n++], size, "%s", reason_text(f->reason));
    if (f->oid.len > 0 && n < 3 && !oid_to_text(f->oid, p->args[n], size))
        p->args[n][0] = '\0';
}

static const char *status_text(enum rev_status s) {
    static const char *const names[] = {"unknown", "good", "suspended", "revoked"};
    return names[s];
}

static void add_revocation(struct pki_path *p, struct pki_cert *cert, const struct rev_answer *a) {
    if (!a->listed)
        return;
    p->revocation[p->n_revocation++] = (struct pki_revocation){
        .cert = pki_cert_keep(cert),
        .this_update = a->this_update,
        .next_update = a->next_update,
        .kind = a->ocsp ? "ocsp" : "crl",
        .produced_at = a->produced_at,
        .source = pki_source_keep(a->source),
        .signer = a->signer != NULL ? pki_cert_keep(a->signer) : NULL,
        .status = status_text(a->status),
        .sigalg = a->sigalg,
        .revoked_at = a->revoked_at,
        .reason = a->reason,
    };
}

/* A path of chain[first..n-1] with what is known about the revocation of each. */
static struct pki_path *make_path(const search *s, size_t first) {
    struct pki_path *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->refs = 1;
    p->expires = INT64_MAX;
    p->indication = INDETERMINATE;
    p->revocation_checked = s->opt->revocation;
    p->from_bag = s->from_bag >> first;
    for (size_t i = first; i < s->n; i++) {
        p->chain[p->n_chain++] = pki_cert_keep(s->chain[i]);
        add_revocation(p, s->chain[i], &s->answers[i]);
    }
    return p;
}

sign_rc search_conclude(search *s, const struct finding *f, bool anchored, sign_error *err) {
    if (f->rank <= s->rank)
        return SIGN_OK;
    struct pki_path *p = make_path(s, 0);
    if (p == NULL)
        return fail_memory(err);
    p->anchored = anchored;
    p->sub = f->sub;
    p->message = f->message;
    p->try_at = f->try_at;
    write_args(f, p);
    if (f->rank == RANK_PASSED) {
        p->indication = TOTAL_PASSED;
        p->valid_from = s->windows[0].from;
        p->valid_to = s->windows[0].to;
    }
    pki_path_free(&s->best);
    s->best = p;
    s->rank = f->rank;
    return SIGN_OK;
}

/* ---- counted and remembered ------------------------------------------------------------- */

struct pki_path *pki_path_keep(struct pki_path *p) {
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void pki_path_free(struct pki_path **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct pki_path *p = TAKE(*pointer);
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < p->n_chain; i++) {
        pki_cert_free(&p->chain[i]);
        pki_source_free(&p->source[i]);
    }
    for (size_t i = 0; i < p->n_revocation; i++) {
        pki_cert_free(&p->revocation[i].cert);
        pki_cert_free(&p->revocation[i].signer);
        pki_source_free(&p->revocation[i].source);
    }
    free(p);
}

static bool same_path(const void *item, const void *key) {
    const struct pki_path *p = item;
    const struct path_key *k = key;
    return p->chain[0] == k->cert && p->revocation_checked == k->revocation;
}

static void keep_path(void *item) {
    (void)pki_path_keep(item);
}

static void drop_path(void *item) {
    struct pki_path *p = item;
    pki_path_free(&p);
}

const struct cache_kind pki_path_kind = {same_path, keep_path, drop_path};

/* A certificate that is remembered in a path is kept by it: its address stands for it and is never another's.
 */
uint64_t pki_path_hash(const sign_trust *trust, const struct path_key *key) {
    uintptr_t parts[2] = {(uintptr_t)key->cert, key->revocation};
    return cache_hash(trust->seed, BYTES(parts, sizeof parts));
}

/*
 * A path that goes through certificates of another signature's bag holds for this one only if it brings them
 * too: the cache must never change an answer.
 */
static bool brings(const struct pki_path_options *opt, const struct pki_path *p) {
    for (size_t i = 1; i < p->n_chain; i++) {
        bool found = !((p->from_bag >> i) & 1U);
        for (size_t k = 0; k < opt->n_bag && !found; k++)
            found = bytes_equal(opt->bag[k], p->chain[i]->der);
        if (!found)
            return false;
    }
    return true;
}

struct pki_path *path_recall(const sign_trust *trust, const struct pki_cert *cert,
                             const struct pki_path_options *opt) {
    const struct path_key key = {cert, opt->revocation};
    struct pki_path *p = cache_get(trust->paths, pki_path_hash(trust, &key), &key);
    if (p != NULL &&
        (opt->at < p->valid_from || opt->at > p->valid_to || (p->from_bag > 1 && !brings(opt, p))))
        pki_path_free(&p);
    return p;
}

static void put_path(const sign_trust *trust, struct pki_path *p) {
    const struct path_key key = {p->chain[0], p->revocation_checked};
    (void)cache_put(trust->paths, pki_path_hash(trust, &key), &key, p, false);
}

/* Only what rests on the trust's own lists: an answer from a list of the signature is good for that
 * signature. */
sign_rc path_remember(search *s, size_t from, sign_error *err) {
    size_t lowest = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->answers[i].source != NULL && s->answers[i].source->origin == ORIGIN_SIGNATURE)
            lowest = i + 1;
    if (lowest == 0)
        put_path(s->trust, s->best);
    for (size_t i = lowest > 1 ? lowest : 1; i < from && i + 1 < s->n; i++) {
        AUTO(pki_path_ptr) p = make_path(s, i);
        if (p == NULL)
            return fail_memory(err);
        p->indication = TOTAL_PASSED;
        p->anchored = true;
        p->valid_from = s->windows[i].from;
        p->valid_to = s->windows[i].to;
        put_path(s->trust, p);
    }
    return SIGN_OK;
}
