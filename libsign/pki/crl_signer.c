/* pki/crl_signer.c - who signed a revocation list, and whether we believe him (RFC 5280, 6.3.3 (f)). */
#include "pki/parts.h"

enum { SIGNERS_MAX = 16 };

/* Certificates with the name of the list's issuer; counted. Those of the chain come first. */
struct signers {
    struct pki_cert *list[LIMIT_PATH_LENGTH + SIGNERS_MAX];
    size_t n, of_chain;
};
typedef struct signers signers;

static void signers_free(signers *s) {
    for (size_t i = 0; i < s->n; i++)
        pki_cert_free(&s->list[i]);
    s->n = 0;
}
CLEANUP(signers, signers_free);

static void from_chain(const struct rev_question *q, const struct pki_crl *crl, signers *out) {
    for (size_t i = 1; i < q->n_chain && i < LIMIT_PATH_LENGTH; i++)
        if (pki_name_equal(q->chain[i]->subject, crl->issuer))
            out->list[out->n++] = pki_cert_keep(q->chain[i]);
    out->of_chain = out->n;
}

static sign_rc from_elsewhere(const struct rev_question *q, const struct pki_crl *crl, signers *out,
                              sign_error *err) {
    struct pki_cert *found[SIGNERS_MAX] = {NULL};
    size_t n = 0;
    sign_bytes key = BYTES(crl->issuer_key.data, crl->issuer_key.len);
    sign_rc rc = pki_candidates(q->trust, q->crypto, q->opt, key, found, SIGNERS_MAX, &n, err);
    for (size_t i = 0; i < n; i++) {
        bool there = false;
        for (size_t k = 0; k < out->of_chain; k++)
            there = there || out->list[k] == found[i];
        if (there || rc != SIGN_OK)
            pki_cert_free(&found[i]);
        else
            out->list[out->n++] = found[i];
    }
    return rc;
}

/* Identifiers are hints: of several keys the one that the list names is tried first. */
static bool named_by(const struct pki_crl *crl, const struct pki_cert *cert) {
    return crl->aki.len == 0 || cert->ski.len == 0 || bytes_equal(crl->aki, cert->ski);
}

/*
 * A DSA key without parameters has those of the path that it stands in (RFC 3279, 2.3.2): what it verifies is
 * not remembered with the list. Outside of the chain that path is not known yet.
 */
static sign_rc signed_inheriting(struct crl_search *s, struct pki_crl *crl, const struct pki_cert *cert,
                                 bool *ok, sign_error *err) {
    const struct rev_question *q = s->q;
    size_t i = 1;
    while (i < q->n_chain && q->chain[i] != cert)
        i++;
    if (i == q->n_chain)
        return SIGN_OK;
    return pki_signed_in_path(q->crypto, q->chain + i, q->n_chain - i, crl->tbs, &crl->sigalg, crl->signature,
                              ok, err);
}

static sign_rc has_signed(struct crl_search *s, struct pki_crl *crl, struct pki_cert *cert, bool *ok,
                          sign_error *err) {
    *ok = false;
    if (cert->has_key_usage && !(cert->key_usage & KU_CRL_SIGN)) {
        crl_search_note(s, CRL_RANK_NO_SIGN, MSG_CRL_NO_SIGN, 0);
        return SIGN_OK;
    }
    bool known, inherits = crl->sigalg.scheme == SCHEME_DSA && pki_key_inherits(cert);
    if ((inherits || !pki_crl_known(crl, cert, &known)) && !pki_spend(s->q->opt->effort, pki_key_cost(cert)))
        return SIGN_OK;
    sign_rc rc = inherits ? signed_inheriting(s, crl, cert, ok, err)
                          : pki_crl_signed_by(crl, s->q->crypto, cert, ok, err);
    if (rc == SIGN_OK && !*ok)
        crl_search_note(s, CRL_RANK_SIGNATURE, MSG_CRL_SIGNATURE, 0);
    return rc;
}

/*
 * The entity that certificates of one name and several keys belong to: the first that somebody else issued,
 * or the anchor, where a chain from chain[0] on gets to through self-issued ones. Where it stands.
 */
static size_t entity(struct pki_cert *const *chain, size_t n) {
    size_t i = 0;
    while (i + 1 < n && chain[i]->self_issued)
        i++;
    return i;
}

/* A DSA key without parameters is another one in every chain (RFC 3279, 2.3.2). */
static bool same_key(const struct pki_cert *a, const struct pki_cert *b) {
    return bytes_equal(a->spki, b->spki) && !pki_key_inherits(a);
}

/*
 * Whether two chains with the same anchor begin with the same authority. A name is unique below one authority
 * only, which need not be one because of its name: it is asked for in the same way, up to the anchor or to a
 * key that is in both.
 */
static bool same_authority(struct pki_cert *const *ours, size_t n, struct pki_cert *const *theirs, size_t m) {
    for (;;) {
        if (!pki_name_equal(ours[0]->subject, theirs[0]->subject))
            return false;
        if (same_key(ours[0], theirs[0]))
            return true;
        size_t i = entity(ours, n) + 1, k = entity(theirs, m) + 1;
        if (i == n || k == m)
            return i == n && k == m;
        ours += i;
        n -= i;
        theirs += k;
        m -= k;
    }
}

/*
 * A list of the certificate's own issuer may be signed with another key of that authority, never by a
 * namesake below the same anchor (RFC 5280, 8, on names that are not unique).
 */
static bool is_namesake(const struct rev_question *q, const struct pki_crl *crl,
                        const struct pki_path *path) {
    if (!pki_name_equal(crl->issuer, q->chain[0]->issuer))
        return false; /* an indirect list: the certificate knows its issuer by name alone */
    return !same_authority(q->chain + 1, q->n_chain - 1, path->chain, path->n_chain);
}

static bool brought_along(const struct rev_question *q, const struct pki_path *path) {
    const struct pki_cert *signer = path->chain[0];
    bool out = path->from_bag != 0 ||
               pki_trust_find(q->trust, cache_hash(q->trust->seed, signer->der), signer->der) == NULL;
    for (size_t i = 0; i < path->n_revocation; i++)
        out = out ||
              (path->revocation[i].source != NULL && path->revocation[i].source->origin == ORIGIN_SIGNATURE);
    return out;
}

/* What his path rests on, but for what is told of the chain of the question anyway. */
static sign_rc take_about(const struct rev_question *q, const struct pki_path *path, struct crl_use *use,
                          sign_error *err) {
    if (path->n_revocation == 0)
        return SIGN_OK;
    use->about = calloc(path->n_revocation, sizeof *use->about);
    if (use->about == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < path->n_revocation; i++) {
        bool told = false;
        for (size_t k = 0; k < q->n_chain; k++)
            told = told || q->chain[k] == path->revocation[i].cert;
        if (!told)
            pki_revocation_copy(&use->about[use->n_about++], &path->revocation[i]);
    }
    return SIGN_OK;
}

/* RFC 5280, 6.3.3 (f): a path of his own, to the same anchor. Its revocation is a question inside ours. */
static sign_rc is_believed(struct crl_search *s, struct crl_use *use, struct pki_cert *cert, bool *ok,
                           sign_error *err) {
    const struct rev_question *q = s->q;
    const struct pki_cert *anchor = q->chain[q->n_chain - 1];
    const struct crl_under under = {use->crl, cert, q->opt->under};
    struct pki_path_options opt = *q->opt;
    AUTO(pki_path_ptr) path = NULL;
    *ok = false;
    s->doubtful = true; /* unless it turns out to be good */
    if (opt.nesting >= LIMIT_NESTING) {
        crl_search_note(s, CRL_RANK_SIGNER, MSG_CRL_SIGNER, 0);
        return SIGN_OK;
    }
    if (q->ever) {
        opt.at = use->crl->this_update;
        opt.revocation = false;
    }
    opt.purpose = PKI_CRL_SIGNER;
    opt.policies = (struct pki_policy_inputs){0};
    opt.anchor = anchor;
    opt.nesting++;
    opt.under = &under;
    sign_rc rc = pki_path_check(q->trust, q->crypto, cert, &opt, &path, err);
    if (rc != SIGN_OK)
        return rc;
    const struct pki_cert *end = path->chain[path->n_chain - 1];
    bool passed = path->indication == TOTAL_PASSED &&
                  (end == anchor ||
                   (bytes_equal(end->spki, anchor->spki) && pki_name_equal(end->subject, anchor->subject)));
    *ok = passed && !is_namesake(q, use->crl, path);
    if (!*ok) {
        crl_search_note(s, CRL_RANK_SIGNER, passed ? MSG_CRL_NAMESAKE : MSG_CRL_SIGNER, 0);
        return SIGN_OK;
    }
    use->from = path->valid_from;
    use->to = path->valid_to;
    use->expires = path->expires;
    use->carried = brought_along(q, path);
    return q->ever ? evidence_maker(q, path, use->crl->this_update, &under, &use->maker, ok, err)
                   : take_about(q, path, use, err);
}

/* Whoever stands above the certificate in its own path is judged with that path; but a list that he made
 * before or after his time is none of his, whatever the time in question. */
static bool of_its_time(struct crl_search *s, const struct pki_crl *crl, const struct pki_cert *cert) {
    const struct rev_question *q = s->q;
    size_t i = 1;
    while (i < q->n_chain && q->chain[i] != cert)
        i++;
    if (!q->ever || evidence_could(q, i, crl->this_update))
        return true;
    crl_search_note(s, CRL_RANK_SIGNER, MSG_CRL_SIGNER, 0);
    return false;
}

static sign_rc try_signer(struct crl_search *s, struct crl_use *use, struct pki_cert *cert, bool of_chain,
                          bool *ok, sign_error *err) {
    bool doubtful = s->doubtful;
    sign_rc rc = has_signed(s, use->crl, cert, ok, err);
    if (rc == SIGN_OK && *ok && of_chain)
        *ok = of_its_time(s, use->crl, cert);
    else if (rc == SIGN_OK && *ok)
        rc = is_believed(s, use, cert, ok, err);
    if (rc != SIGN_OK || !*ok)
        return rc;
    s->doubtful = doubtful;
    use->signer = pki_cert_keep(cert);
    return SIGN_OK;
}

static sign_rc try_signers(struct crl_search *s, struct crl_use *use, const signers *all, size_t from,
                           bool *ok, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (int round = 0; round < 2; round++)
        for (size_t i = from; i < all->n && rc == SIGN_OK && !*ok; i++)
            if (named_by(use->crl, all->list[i]) == (round == 0))
                rc = try_signer(s, use, all->list[i], i < all->of_chain, ok, err);
    return rc;
}

/* The same bytes may have been read twice: once for each search that a signature's own lists are read for. */
static bool same_list(const struct pki_crl *a, const struct pki_crl *b) {
    return a == b || (bytes_equal(a->signature, b->signature) && bytes_equal(a->tbs, b->tbs));
}

/*
 * A signer may be told about on the very list that he signs: what it says of him is then taken with the rest
 * of it. That he is not revoked there is all that can be asked for; it must not be asked again.
 */
static struct pki_cert *asked_already(const struct pki_path_options *opt, const struct pki_crl *crl) {
    for (const struct crl_under *u = opt->under; u != NULL; u = u->up)
        if (same_list(u->crl, crl))
            return u->signer;
    return NULL;
}

sign_rc crl_signer_find(struct crl_search *s, struct crl_use *use, bool *ok, sign_error *err) {
    struct pki_cert *asked = asked_already(s->q->opt, use->crl);
    AUTO(signers) all = {.n = 0};
    use->from = INT64_MIN;
    use->to = use->expires = INT64_MAX;
    use->maker = (struct maker){INT64_MIN, INT64_MAX, INT64_MAX, false};
    *ok = asked != NULL;
    if (*ok) {
        use->signer = pki_cert_keep(asked);
        return SIGN_OK;
    }
    from_chain(s->q, use->crl, &all);
    sign_rc rc = try_signers(s, use, &all, 0, ok, err);
    if (rc != SIGN_OK || *ok)
        return rc;
    rc = from_elsewhere(s->q, use->crl, &all, err);
    if (rc == SIGN_OK && all.n == 0) {
        crl_search_note(s, CRL_RANK_NO_SIGNER, MSG_CRL_NO_SIGNER, 0);
        s->orphans++;
    }
    return rc == SIGN_OK ? try_signers(s, use, &all, all.of_chain, ok, err) : rc;
}
