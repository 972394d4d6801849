/* pki/path.c - the search for a path from a certificate to an anchor (RFC 5280, 6; RFC 4158). */
#include "pki/search.h"

void search_free(search *s) {
    for (size_t i = 0; i < s->n_bag; i++) {
        pki_cert_free(&s->bag[i].cert);
        sign_buf_free(&s->bag[i].subject_key);
    }
    free(s->bag);
    search_fetched_free(s->fetched);
    pki_lists_free(&s->own);
    for (size_t i = 0; i < LIMIT_PATH_LENGTH; i++)
        rev_answer_clear(&s->answers[i]);
    pki_path_free(&s->best);
}

/*
 * Names are made comparable for every search anew: in no time as long as they are names of people, but a bag
 * full of names of 60 KB would cost every signature more than all that it signs.
 */
size_t pki_name_cost(sign_bytes name) {
    enum { USUAL = 512, FOR_ONE = 16384 };
    return name.len <= USUAL ? 0 : 1 + name.len / FOR_ONE;
}

bool pki_spend(size_t *effort, size_t cost) {
    if (effort == NULL)
        return true;
    bool enough = *effort >= cost;
    *effort = enough ? *effort - cost : 0;
    return enough;
}

/*
 * In checks with RSA 2048 or P-256: those of RSA grow with the square of the length, and curves other than
 * P-256 are not made fast everywhere. Without this a flood of the largest keys would cost minutes.
 */
size_t pki_key_cost(struct pki_cert *cert) {
    const struct crypto_pubkey *key;
    if (pki_cert_key(cert, &key, NULL) != SIGN_OK)
        return 1; /* nothing can be checked with it */
    size_t bits = crypto_pubkey_bits(key);
    if (crypto_pubkey_kind(key) == KEY_DSA) /* two full exponents, where RSA has a short one */
        return bits * bits / ((size_t)384 * 384);
    if (crypto_pubkey_kind(key) == KEY_EC)
        return strcmp(crypto_pubkey_name(key), "EC P-256") == 0 ? 1 : bits / 64;
    return bits < 2048 ? 1 : bits * bits / ((size_t)2048 * 2048);
}

/* Whether the reading failed for a reason of our own: what a signature brings and is malformed is just no
 * candidate. */
static bool is_their_fault(sign_rc rc) {
    return rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT || rc == SIGN_E_UNSUPPORTED;
}

sign_rc pki_forgive(sign_rc rc, sign_error *err) {
    if (!is_their_fault(rc))
        return rc;
    if (err != NULL)
        *err = (sign_error){0};
    return SIGN_OK;
}

/* One certificate of the bag; those that the trust has itself were candidates before. */
static sign_rc read_candidate(search *s, sign_bytes der, sign_error *err) {
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(grow) key = {0};
    if (pki_trust_find(s->trust, cache_hash(s->trust->seed, der), der) != NULL)
        return SIGN_OK;
    sign_rc rc = pki_certificate(s->trust, s->crypto, der, &cert, err);
    if (rc != SIGN_OK)
        return pki_forgive(rc, err);
    if (cert == s->chain[0]) /* nearly every bag has the signer's: it stands in no place but its own */
        return SIGN_OK;
    if (!pki_spend(s->opt->effort, pki_name_cost(cert->subject)))
        return SIGN_OK;
    if (!pki_name_key(cert->subject, &key))
        return key.failed ? fail_memory(err) : SIGN_OK;
    rc = grow_take(&key, &s->bag[s->n_bag].subject_key, err);
    if (rc == SIGN_OK)
        s->bag[s->n_bag++].cert = TAKE(cert);
    return rc;
}

sign_rc search_read_bag(search *s, sign_error *err) {
    size_t n = s->opt->n_bag < LIMIT_CERTIFICATES ? s->opt->n_bag : LIMIT_CERTIFICATES;
    if (s->bag_read || n == 0 || !pki_spend(s->opt->effort, 1 + n / BAG_FOR_ONE))
        return SIGN_OK;
    s->bag_read = true;
    s->bag = calloc(n, sizeof *s->bag);
    if (s->bag == NULL)
        return fail_memory(err);
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = read_candidate(s, s->opt->bag[i], err);
    return rc;
}

static bool passed(const search *s) {
    return s->rank == RANK_PASSED;
}

/* RFC 4158, 2.4.2: a path never comes back to the same name with the same key. */
static bool repeats(const search *s, const struct pki_cert *cert) {
    for (size_t i = 0; i < s->n; i++)
        if (s->chain[i] == cert ||
            (bytes_equal(s->chain[i]->spki, cert->spki) && bytes_equal(s->chain[i]->subject, cert->subject)))
            return true;
    return false;
}

/* Key identifiers are hints (RFC 5280, 4.2.1.1): candidates whose identifiers agree, or are absent, are tried
 * first. */
static bool identifiers_agree(const struct pki_cert *child, const struct pki_cert *issuer) {
    return child->aki.len == 0 || issuer->ski.len == 0 || bytes_equal(child->aki, issuer->ski);
}

static sign_rc conclude_no_chain(search *s, enum rank rank, enum message_id message, sign_bytes other,
                                 sign_error *err) {
    /* These two are about the last link, the others about the certificate that was asked for. */
    bool of_last = message == MSG_PATH_SIGNATURE || message == MSG_PATH_NO_ISSUER;
    const struct finding f = {.rank = rank,
                              .sub = SUB_NO_CERTIFICATE_CHAIN_FOUND,
                              .message = message,
                              .who = s->chain[of_last ? s->n - 1 : 0]->subject,
                              .other = other};
    return search_conclude(s, &f, false, err);
}

/* What an anchor is believed for. Lists and responses have the anchor of the question that they serve (RFC
 * 5280, 6.3.3 (f)), and then it does not matter for what else it is believed. */
static bool is_for_purpose(const struct search *s, const struct trust_cert *anchor) {
    unsigned wanted = s->opt->purpose == PKI_TSA              ? SIGN_FOR_TSA
                      : s->opt->purpose == PKI_OCSP_RESPONDER ? SIGN_FOR_OCSP
                                                              : SIGN_FOR_SIGNERS;
    return s->opt->anchor != NULL || anchor->purposes == 0 || (anchor->purposes & wanted) != 0;
}

/* Whether a path may end at this anchor; why not is concluded about the chain, which it is the last one of.
 */
static sign_rc believe(search *s, const struct trust_cert *anchor, bool *ok, sign_error *err) {
    struct finding f = {.rank = RANK_ANCHOR,
                        .sub = SUB_NO_CERTIFICATE_CHAIN_FOUND,
                        .who = s->chain[0]->subject,
                        .other = anchor->cert->subject};
    if (s->opt->anchor != NULL && s->opt->anchor != anchor->cert)
        f.message = MSG_PATH_OTHER_ANCHOR;
    else if (!is_for_purpose(s, anchor))
        f.message = MSG_PATH_ANCHOR_PURPOSE;
    else if (anchor->sunset != 0 && s->opt->at >= anchor->sunset && !s->opt->past) {
        /* EN 319 102-1, 5.2.6, steps 1 and 3: a proof of an earlier time may repair it. */
        f.rank = RANK_SUNSET;
        f.sub = SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE;
        f.message = MSG_PATH_ANCHOR_SUNSET;
        f.time = anchor->sunset;
        f.has_time = true;
    }
    *ok = f.message == MSG_NONE;
    return *ok ? SIGN_OK : search_conclude(s, &f, f.rank == RANK_SUNSET, err);
}

static sign_rc extend(search *s, sign_error *err);

/* The chain goes on as in a path that is known to hold, if that leads to no repetition and is not too long.
 */
static sign_rc splice(search *s, const struct pki_path *known, sign_error *err) {
    size_t from = s->n - 1, before = s->n;
    const unsigned bits = s->from_bag;
    bool fits = from + known->n_chain <= LIMIT_PATH_LENGTH;
    for (size_t i = 1; i < known->n_chain && fits; i++) {
        fits = !repeats(s, known->chain[i]);
        s->source[s->n] = known->source[i];
        s->chain[s->n++] = known->chain[i];
    }
    s->from_bag |= (known->from_bag & ~1U) << from;
    s->anchor = NULL;
    sign_rc rc = fits ? search_judge(s, known, from, err) : SIGN_OK;
    s->n = before;
    s->from_bag = bits;
    return rc;
}

/* anchor: the trust's own certificate that now ends the chain, when it is one. */
static sign_rc go_up(search *s, const struct trust_cert *anchor, sign_error *err) {
    bool believed = false;
    sign_rc rc = anchor != NULL ? believe(s, anchor, &believed, err) : SIGN_OK;
    if (rc != SIGN_OK)
        return rc;
    if (believed) {
        s->anchor = anchor;
        return search_judge(s, NULL, 0, err);
    }
    AUTO(pki_path_ptr) known = path_recall_above(s->trust, s->chain[s->n - 1], s->opt);
    if (known != NULL)
        rc = splice(s, known, err);
    return rc == SIGN_OK && !passed(s) ? extend(s, err) : rc;
}

/* A certificate that may be the issuer of the last one of the chain, and where it is from. */
struct candidate {
    struct pki_cert *cert;
    const struct trust_cert *anchor; /* NULL: it is none */
    struct pki_source *source;
    bool from_bag;
};

/* Whether it issued the last one; *wait: that can be told with the whole chain only (search_unverified). */
static sign_rc is_issuer(search *s, const struct candidate *c, bool *ok, bool *wait, sign_error *err) {
    struct pki_cert *child = s->chain[s->n - 1];
    *wait = child->sigalg.scheme == SCHEME_DSA && pki_key_inherits(c->cert);
    *ok = *wait;
    if (*wait)
        return SIGN_OK;
    return pki_signed_by(s->crypto, c->cert, child->tbs, &child->sigalg, child->signature, ok, err);
}

static sign_rc attempt(search *s, const struct candidate *c, sign_error *err) {
    bool ok = false, wait = false;
    if (repeats(s, c->cert))
        return SIGN_OK;
    bool too_long = s->n == LIMIT_PATH_LENGTH;
    if (too_long || s->tried++ >= LIMIT_PATH_CANDIDATES ||
        !pki_spend(s->opt->effort, pki_key_cost(c->cert))) {
        s->stop = !too_long;
        return conclude_no_chain(s, RANK_LIMIT, MSG_PATH_LIMIT, (sign_bytes){0}, err);
    }
    sign_rc rc = is_issuer(s, c, &ok, &wait, err);
    if (rc != SIGN_OK)
        return rc;
    if (!ok)
        return conclude_no_chain(s, RANK_SIGNATURE, MSG_PATH_SIGNATURE, c->cert->subject, err);
    if (wait)
        s->unverified |= 1U << (s->n - 1);
    if (c->from_bag)
        s->from_bag |= 1U << s->n;
    s->source[s->n] = c->source;
    s->chain[s->n++] = c->cert;
    rc = go_up(s, c->anchor, err);
    s->n--;
    s->from_bag &= ~(1U << s->n);
    s->unverified &= ~(1U << (s->n - 1));
    return rc;
}

static sign_rc extend_in_trust(search *s, sign_bytes issuer, bool agree, sign_error *err) {
    const struct pki_cert *child = s->chain[s->n - 1];
    sign_rc rc = SIGN_OK;
    const struct trust_cert *c = map_get(&s->trust->by_subject, issuer);
    for (; c != NULL && rc == SIGN_OK && !passed(s) && !s->stop; c = c->next)
        if (identifiers_agree(child, c->cert) == agree)
            rc = attempt(s, &(struct candidate){c->cert, c->anchor ? c : NULL, c->source, false}, err);
    return rc;
}

static sign_rc extend_in(search *s, const struct bag_cert *list, size_t n, sign_bytes issuer, bool agree,
                         sign_error *err) {
    const struct pki_cert *child = s->chain[s->n - 1];
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK && !passed(s) && !s->stop; i++) {
        const struct bag_cert *c = &list[i];
        if (identifiers_agree(child, c->cert) == agree &&
            bytes_equal(BYTES(c->subject_key.data, c->subject_key.len), issuer))
            rc = attempt(s, &(struct candidate){c->cert, NULL, c->source, true}, err);
    }
    return rc;
}

static sign_rc extend_in_bag(search *s, sign_bytes issuer, bool agree, sign_error *err) {
    sign_rc rc = search_read_bag(s, err);
    return rc == SIGN_OK ? extend_in(s, s->bag, s->n_bag, issuer, agree, err) : rc;
}

static sign_rc extend_in_fetched(search *s, sign_bytes issuer, bool agree, sign_error *err) {
    if (s->fetched == NULL || !s->fetched->wanted)
        return SIGN_OK;
    sign_rc rc = search_fetch_issuers(s, err);
    return rc == SIGN_OK ? extend_in(s, s->fetched->certs, s->fetched->n_certs, issuer, agree, err) : rc;
}

/* Depth first: what the trust has before what the signature brought, and that before what is fetched. */
static sign_rc extend(search *s, sign_error *err) {
    static sign_rc (*const places[])(search *, sign_bytes, bool,
                                     sign_error *) = {extend_in_trust, extend_in_bag, extend_in_fetched};
    const struct pki_cert *child = s->chain[s->n - 1];
    AUTO(grow) key = {0};
    if (!pki_name_key(child->issuer, &key) && key.failed)
        return fail_memory(err);
    sign_bytes issuer = BYTES(key.data, key.len);
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (int round = 0; round < 2 && rc == SIGN_OK && !passed(s) && !s->stop; round++)
            rc = places[i](s, issuer, round == 0, err);
    if (rc != SIGN_OK || passed(s))
        return rc;
    /* The nearest reason: nothing was found above this one that could have been an issuer. */
    return conclude_no_chain(s, RANK_NO_ISSUER, child->self_issued ? MSG_PATH_UNTRUSTED : MSG_PATH_NO_ISSUER,
                             child->issuer, err);
}

/* Where a server had more issuers than are looked at, the right one may have been among the others. */
static sign_rc tell_cut(search *s, sign_error *err) {
    struct finding f = {.rank = RANK_LIMIT,
                        .sub = SUB_NO_CERTIFICATE_CHAIN_FOUND,
                        .message = MSG_PATH_BUNDLE_LIMIT,
                        .who = s->chain[0]->subject};
    for (size_t i = 0; i < s->fetched->asked && f.text == NULL; i++)
        if (s->fetched->answers[i] != NULL && s->fetched->answers[i]->cut)
            f.text = s->fetched->answers[i]->url;
    return f.text != NULL ? search_conclude(s, &f, false, err) : SIGN_OK;
}

/* Another chain may do what no local one did; not where the certificate itself is what stands in the way. */
static bool another_may_help(const search *s) {
    return !passed(s) && !s->stop && s->opt->online && s->trust->fetch.call != NULL &&
           (s->rank < RANK_TRY_LATER || s->rank == RANK_CA_REVOKED);
}

static sign_rc find_path(search *s, sign_error *err) {
    const struct pki_cert *cert = s->chain[0];
    if (s->trust->n_anchors == 0)
        return conclude_no_chain(s, RANK_NO_ISSUER, MSG_PATH_NO_ANCHOR, (sign_bytes){0}, err);
    const struct trust_cert *own = pki_trust_find(s->trust, cache_hash(s->trust->seed, cert->der), cert->der);
    s->source[0] = own != NULL ? own->source : NULL;
    if (own != NULL && own->anchor) {
        bool believed = false;
        sign_rc rc = believe(s, own, &believed, err);
        s->anchor = own;
        if (rc != SIGN_OK || believed)
            return rc == SIGN_OK ? search_judge(s, NULL, 0, err) : rc;
    }
    if (s->opt->effort != NULL && *s->opt->effort == 0)
        return conclude_no_chain(s, RANK_LIMIT, MSG_PATH_LIMIT, (sign_bytes){0}, err);
    sign_rc rc = extend(s, err);
    if (rc != SIGN_OK || !another_may_help(s))
        return rc;
    s->fetched = calloc(1, sizeof *s->fetched);
    if (s->fetched == NULL)
        return fail_memory(err);
    s->fetched->wanted = true;
    rc = extend(s, err);
    return rc == SIGN_OK && !passed(s) ? tell_cut(s, err) : rc;
}

sign_rc pki_path_check(const sign_trust *trust, struct crypto *crypto, struct pki_cert *cert,
                       const struct pki_path_options *opt, struct pki_path **out, sign_error *err) {
    *out = path_recall(trust, cert, opt);
    if (*out != NULL)
        return SIGN_OK;
    AUTO(search)
    s = {.trust = trust,
         .crypto = crypto,
         .opt = opt,
         .chain = {cert},
         .n = 1,
         .own = {.der = opt->crls, .n = opt->n_crls, .ocsp_der = opt->ocsps, .n_ocsp = opt->n_ocsps}};
    sign_rc rc = find_path(&s, err);
    if (rc != SIGN_OK)
        return within(err, rc, "certificate path");
    if (s.best == NULL)
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "path search without a result");
    *out = TAKE(s.best);
    return SIGN_OK;
}
