/* pki/revocation_ocsp.c - the status of one certificate from OCSP responses (RFC 6960, 3.2 and 4.2.2). */
#include "pki/search.h"

static void note(struct ocsp_search *s, enum ocsp_rank rank, enum message_id why, int64_t time) {
    if ((int)rank <= s->rank)
        return;
    s->rank = (int)rank;
    s->why = why;
    s->why_time = time;
    s->why_text = NULL;
}

/* From `time` on the responses may say something else. */
static void cut(struct ocsp_search *s, int64_t time) {
    if (time > s->q->opt->at) {
        if (time - 1 < s->valid_to)
            s->valid_to = time - 1;
    } else if (time > s->valid_from) {
        s->valid_from = time;
    }
}

/* A response was left out for a reason that may hold for this very time only. */
static void cut_all(struct ocsp_search *s) {
    s->valid_from = s->valid_to = s->q->opt->at;
}

void ocsp_search_begin(struct ocsp_search *s, const struct rev_question *q) {
    *s = (struct ocsp_search){.q = q, .valid_from = INT64_MIN, .valid_to = INT64_MAX};
    rev_answer_clear(&s->best);
}

void ocsp_search_clear(struct ocsp_search *s) {
    rev_answer_clear(&s->best);
    for (size_t i = 0; i < s->n; i++) {
        pki_ocsp_free(&s->uses[i].response);
        pki_cert_free(&s->uses[i].signer);
    }
    free(s->uses);
    s->uses = NULL;
    s->n = s->cap = 0;
}

/* RFC 6960, 4.2.1: 1 to 6 without 4. */
static const char *status_text(unsigned status) {
    static const char *const names[] = {"", "malformedRequest", "internalError", "tryLater",
                                        "", "sigRequired",      "unauthorized"};
    return status < sizeof names / sizeof names[0] ? names[status] : "";
}

/* ---- which SingleResponse is about the certificate ------------------------------------------ */

static sign_rc make_ids(struct ocsp_search *s, enum crypto_digest digest, struct ocsp_ids *ids,
                        sign_error *err) {
    const struct pki_cert *cert = s->q->chain[0], *issuer = s->q->chain[1];
    if (ids->made)
        return SIGN_OK;
    sign_rc rc = crypto_hash(s->q->crypto, digest, cert->issuer, ids->name, err);
    if (rc == SIGN_OK)
        rc = crypto_hash(s->q->crypto, digest, pki_key_octets(issuer), ids->key, err);
    ids->made = rc == SIGN_OK;
    return rc;
}

/*
 * RFC 6960, 3.2, 1. and 4.1.1: all three parts must be those of the certificate, with whichever of these
 * digests the responder makes them. The serial number alone is one of every authority.
 */
static sign_rc is_about(struct ocsp_search *s, const struct ocsp_single *single, bool *yes, sign_error *err) {
    static const enum crypto_digest digests[] = {DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512};
    *yes = false;
    if (!bytes_equal(single->serial, s->q->chain[0]->serial))
        return SIGN_OK;
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        if (digests[i] != single->digest)
            continue;
        sign_rc rc = make_ids(s, digests[i], &s->ids[i], err);
        if (rc != SIGN_OK)
            return rc;
        const size_t size = crypto_digest_row(digests[i])->size;
        *yes = bytes_equal(single->name_hash, BYTES(s->ids[i].name, size)) &&
               bytes_equal(single->key_hash, BYTES(s->ids[i].key, size));
    }
    return SIGN_OK;
}

static sign_rc says_anything(struct ocsp_search *s, const struct pki_ocsp *r, bool *yes, sign_error *err) {
    sign_rc rc = SIGN_OK;
    *yes = false;
    for (size_t i = 0; i < r->n_singles && rc == SIGN_OK && !*yes; i++)
        rc = is_about(s, &r->singles[i], yes, err);
    return rc;
}

/* ---- who signed it (RFC 6960, 4.2.2.2) ------------------------------------------------------ */

struct responder {
    struct pki_cert *cert; /* borrowed from the chain, or counted in `held` */
    struct pki_cert *held;
    bool direct;      /* the issuer itself */
    bool carried;     /* believed for something that only this signature brings */
    int64_t from, to; /* validation times for which it is believed */
    int64_t expires;
    struct maker maker;           /* of evidence */
    struct pki_revocation *about; /* what is known of its own status */
    size_t n_about;
};
typedef struct responder responder;

static void responder_free(responder *r) {
    pki_cert_free(&r->held);
    pki_revocations_free(&r->about, &r->n_about);
}
CLEANUP(responder, responder_free);

/* Long names are paid for (pki_name_cost): every response meets every certificate of a bag. */
static bool same_name(struct ocsp_search *s, sign_bytes a, sign_bytes b) {
    return bytes_equal(a, b) ||
           (pki_spend(s->q->opt->effort, pki_name_cost(a) + pki_name_cost(b)) && pki_name_equal(a, b));
}

/* ResponderID: a name, or the SHA-1 of the key. */
static sign_rc identifies(struct ocsp_search *s, const struct pki_ocsp *r, const struct pki_cert *cert,
                          bool *yes, sign_error *err) {
    uint8_t hash[DIGEST_MAX];
    if (r->by_name.len > 0) {
        *yes = same_name(s, r->by_name, cert->subject);
        return SIGN_OK;
    }
    sign_rc rc = crypto_hash(s->q->crypto, DIGEST_SHA1, pki_key_octets(cert), hash, err);
    *yes = rc == SIGN_OK && bytes_equal(r->by_key, BYTES(hash, crypto_digest_row(DIGEST_SHA1)->size));
    return rc;
}

static sign_rc signed_by(struct ocsp_search *s, struct pki_ocsp *r, struct pki_cert *cert, bool *ok,
                         sign_error *err) {
    if (!pki_ocsp_known(r, cert, ok) && !pki_spend(s->q->opt->effort, pki_key_cost(cert)))
        return SIGN_OK;
    sign_rc rc = pki_ocsp_signed_by(r, s->q->crypto, cert, ok, err);
    if (rc == SIGN_OK && !*ok)
        note(s, OCSP_RANK_SIGNATURE, MSG_OCSP_SIGNATURE, 0);
    return rc;
}

/*
 * A responder that a person believes by name (RFC 6960, 4.2.2.2, 1.). A root that is believed for everything
 * is not by that believed to answer for another root's certificates: either OCSP was named among its purposes
 * and not all were, or it is a responder's certificate and nothing else.
 */
static bool is_local(const struct ocsp_search *s, const struct pki_ocsp *r, const struct pki_cert *cert) {
    const sign_trust *trust = s->q->trust;
    const struct trust_cert *own = pki_trust_find(trust, cache_hash(trust->seed, cert->der), cert->der);
    int64_t at = s->q->ever ? r->produced_at : s->q->opt->at;
    bool sole;
    if (own == NULL || !own->anchor || (own->sunset != 0 && at >= own->sunset))
        return false;
    unsigned purposes = own->purposes != 0 ? own->purposes : SIGN_FOR_ALL;
    if (!(purposes & SIGN_FOR_OCSP))
        return false;
    return purposes != SIGN_FOR_ALL ||
           (!cert->is_ca && pki_cert_has_purpose(cert, OID_EKU_OCSP_SIGNING, &sole));
}

/* What can be seen without computing: issued by whom, for what, valid when. */
static bool may_answer(struct ocsp_search *s, const struct pki_ocsp *r, const struct pki_cert *cert,
                       bool local) {
    bool sole;
    if (!local && !same_name(s, cert->issuer, s->q->chain[1]->subject)) {
        note(s, OCSP_RANK_NOT_ISSUED, MSG_OCSP_NOT_ISSUED, 0);
        return false;
    }
    if (cert->has_key_usage && !(cert->key_usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))) {
        note(s, OCSP_RANK_NO_PURPOSE, MSG_OCSP_NO_PURPOSE, 0);
        return false;
    }
    if (!local && !pki_cert_has_purpose(cert, OID_EKU_OCSP_SIGNING, &sole)) {
        note(s, OCSP_RANK_NO_PURPOSE, MSG_OCSP_NO_PURPOSE, 0);
        return false;
    }
    if (r->produced_at < cert->not_before || r->produced_at > cert->not_after) {
        note(s, OCSP_RANK_SIGNER, MSG_OCSP_SIGNER_EXPIRED,
             r->produced_at > cert->not_after ? cert->not_after : cert->not_before);
        return false;
    }
    return true;
}

/* Issued by the key that issued the certificate in question, not only by its name (RFC 6960, 4.2.2.2). */
static sign_rc is_issued(struct ocsp_search *s, const struct pki_cert *cert, bool *ok, sign_error *err) {
    struct pki_cert *issuer = s->q->chain[1];
    *ok = false;
    if (!pki_spend(s->q->opt->effort, pki_key_cost(issuer)))
        return SIGN_OK;
    sign_rc rc = pki_signed_by(s->q->crypto, issuer, cert->tbs, &cert->sigalg, cert->signature, ok, err);
    if (rc == SIGN_OK && !*ok)
        note(s, OCSP_RANK_NOT_ISSUED, MSG_OCSP_NOT_ISSUED, 0);
    return rc;
}

/* Everything else that a path asks of a certificate; at the time when the response was made. */
static sign_rc has_path(struct ocsp_search *s, const struct pki_ocsp *r, responder *who, bool *ok,
                        sign_error *err) {
    const struct rev_question *q = s->q;
    struct pki_cert *cert = who->cert;
    AUTO(pki_path_ptr) path = NULL;
    struct pki_path_options opt = *q->opt;
    opt.at = r->produced_at;
    opt.revocation = false;
    opt.purpose = PKI_OCSP_RESPONDER;
    opt.policies = (struct pki_policy_inputs){0};
    opt.anchor = q->chain[q->n_chain - 1];
    opt.nesting = q->opt->nesting + 1;
    sign_rc rc = pki_path_check(q->trust, q->crypto, cert, &opt, &path, err);
    if (rc != SIGN_OK)
        return rc;
    *ok = path->indication == TOTAL_PASSED;
    if (!*ok) {
        note(s, OCSP_RANK_SIGNER, MSG_OCSP_SIGNER_PATH, 0);
        cut_all(s);
        return SIGN_OK;
    }
    who->maker.from = path->valid_from;
    who->maker.to = path->valid_to;
    if (q->ever && !cert->ocsp_nocheck)
        rc = evidence_maker(q, path, r->produced_at, q->opt->under, &who->maker, ok, err);
    return rc;
}

static sign_rc take_about(responder *who, const struct rev_answer *a, sign_error *err) {
    const size_t n = rev_answer_rows(a);
    pki_revocations_free(&who->about, &who->n_about);
    if (n == 0)
        return SIGN_OK;
    who->about = calloc(n, sizeof *who->about);
    if (who->about == NULL)
        return fail_memory(err);
    rev_answer_tell(a, who->cert, who->about);
    who->n_about = n;
    return SIGN_OK;
}

/* The responder's own status, by lists and by responses that are not its own. */
static sign_rc is_unrevoked(struct ocsp_search *s, responder *who, bool *ok, sign_error *err) {
    const struct rev_question *q = s->q;
    struct pki_cert *chain[LIMIT_PATH_LENGTH] = {who->cert};
    struct pki_path_options opt = *q->opt;
    struct rev_answer a = {0};
    opt.nesting++;
    *ok = false;
    if (opt.nesting > LIMIT_NESTING) {
        note(s, OCSP_RANK_SIGNER, MSG_OCSP_SIGNER_STATUS, 0);
        cut_all(s);
        return SIGN_OK;
    }
    for (size_t i = 1; i < q->n_chain; i++)
        chain[i] = q->chain[i];
    struct rev_question inner = *q;
    inner.opt = &opt;
    inner.chain = chain;
    sign_rc rc = pki_revocation_find(&inner, 1, &a, err);
    *ok = rc == SIGN_OK && a.status == REV_GOOD;
    if (rc == SIGN_OK && !*ok) {
        bool unknown = a.status == REV_UNKNOWN;
        note(s, OCSP_RANK_SIGNER, unknown ? MSG_OCSP_SIGNER_STATUS : MSG_OCSP_SIGNER_REVOKED,
             unknown ? 0 : a.revoked_at);
        cut_all(s);
    }
    who->from = a.valid_from;
    who->to = a.valid_to < who->cert->not_after ? a.valid_to : who->cert->not_after;
    who->expires = a.expires;
    who->carried = who->carried || a.carried;
    if (rc == SIGN_OK && *ok)
        rc = take_about(who, &a, err);
    rev_answer_clear(&a);
    return rc;
}

/* Delegated (RFC 6960, 4.2.2.2, 3.). id-pkix-ocsp-nocheck spares the question after its status (4.2.2.2.1),
 * and so may who asks. */
static sign_rc is_delegated(struct ocsp_search *s, const struct pki_ocsp *r, responder *who, bool *ok,
                            sign_error *err) {
    sign_rc rc = is_issued(s, who->cert, ok, err);
    if (rc == SIGN_OK && *ok)
        rc = has_path(s, r, who, ok, err);
    bool spared = who->cert->ocsp_nocheck || s->q->opt->signers_unchecked;
    if (rc == SIGN_OK && *ok && !spared && !s->q->ever)
        rc = is_unrevoked(s, who, ok, err);
    return rc;
}

/* Takes over `cert` (counted once more) when it may have signed the response and did. */
static sign_rc try_signer(struct ocsp_search *s, struct pki_ocsp *r, struct pki_cert *cert, bool carried,
                          responder *who, bool *ok, sign_error *err) {
    bool yes = false;
    *ok = false;
    sign_rc rc = identifies(s, r, cert, &yes, err);
    /* What somebody says about the own certificate says nothing; the issuer's own key was tried before. */
    if (rc != SIGN_OK || !yes || bytes_equal(cert->spki, s->q->chain[0]->spki) ||
        bytes_equal(cert->spki, s->q->chain[1]->spki))
        return rc;
    bool local = is_local(s, r, cert);
    if (!may_answer(s, r, cert, local))
        return SIGN_OK;
    rc = signed_by(s, r, cert, ok, err);
    responder_free(who);
    *who = (responder){.cert = cert,
                       .carried = carried,
                       .from = INT64_MIN,
                       .to = cert->not_after,
                       .expires = INT64_MAX,
                       .maker = {INT64_MIN, INT64_MAX, INT64_MAX, false}};
    if (rc == SIGN_OK && *ok && !local)
        rc = is_delegated(s, r, who, ok, err);
    if (rc == SIGN_OK && *ok)
        who->held = pki_cert_keep(cert);
    return rc;
}

static sign_rc try_der(struct ocsp_search *s, struct pki_ocsp *r, sign_bytes der, bool carried,
                       responder *who, bool *ok, sign_error *err) {
    AUTO(pki_cert_ptr) cert = NULL;
    *ok = false;
    sign_rc rc = pki_forgive(pki_certificate(s->q->trust, s->q->crypto, der, &cert, err), err);
    if (rc != SIGN_OK || cert == NULL)
        return rc;
    return try_signer(s, r, cert, carried, who, ok, err);
}

/* The trust's certificates: by name, or those whose key identifier is the SHA-1 that is asked for. */
static sign_rc try_trust(struct ocsp_search *s, struct pki_ocsp *r, responder *who, bool *ok,
                         sign_error *err) {
    const sign_trust *t = s->q->trust;
    AUTO(grow) key = {0};
    sign_rc rc = SIGN_OK;
    *ok = false;
    if (r->by_name.len > 0) {
        if (!pki_spend(s->q->opt->effort, pki_name_cost(r->by_name)))
            return SIGN_OK;
        if (!pki_name_key(r->by_name, &key))
            return key.failed ? fail_memory(err) : SIGN_OK;
        struct trust_cert *c = map_get(&t->by_subject, BYTES(key.data, key.len));
        for (; c != NULL && rc == SIGN_OK && !*ok; c = c->next)
            rc = try_signer(s, r, c->cert, false, who, ok, err);
        return rc;
    }
    for (size_t i = 0; i < t->n_certs && rc == SIGN_OK && !*ok; i++)
        if (bytes_equal(t->certs[i].cert->ski, r->by_key))
            rc = try_signer(s, r, t->certs[i].cert, false, who, ok, err);
    return rc;
}

/* The issuer answers itself (RFC 6960, 4.2.2.2, 2.). */
static sign_rc try_issuer(struct ocsp_search *s, struct pki_ocsp *r, responder *who, bool *ok,
                          sign_error *err) {
    struct pki_cert *issuer = s->q->chain[1];
    bool yes = false;
    sign_rc rc = identifies(s, r, issuer, &yes, err);
    if (rc == SIGN_OK && yes)
        rc = signed_by(s, r, issuer, ok, err);
    if (rc != SIGN_OK || !*ok)
        return rc;
    *who = (responder){.cert = issuer,
                       .direct = true,
                       .from = INT64_MIN,
                       .to = INT64_MAX,
                       .expires = INT64_MAX,
                       .maker = {INT64_MIN, INT64_MAX, INT64_MAX, false}};
    *ok = !s->q->ever || evidence_could(s->q, 1, r->produced_at);
    return SIGN_OK;
}

static sign_rc find_signer(struct ocsp_search *s, struct pki_ocsp *r, responder *who, bool *ok,
                           sign_error *err) {
    const struct pki_path_options *opt = s->q->opt;
    *ok = false;
    note(s, OCSP_RANK_NO_SIGNER, MSG_OCSP_NO_SIGNER, 0);
    sign_rc rc = try_issuer(s, r, who, ok, err);
    for (size_t i = 0; i < r->n_certs && rc == SIGN_OK && !*ok; i++)
        rc = try_der(s, r, r->certs[i], false, who, ok, err);
    if (rc == SIGN_OK && !*ok)
        rc = try_trust(s, r, who, ok, err);
    size_t n_bag = opt->n_bag < LIMIT_CERTIFICATES ? opt->n_bag : LIMIT_CERTIFICATES;
    if (rc != SIGN_OK || *ok || n_bag == 0 || !pki_spend(opt->effort, 1 + n_bag / BAG_FOR_ONE))
        return rc;
    for (size_t i = 0; i < n_bag && rc == SIGN_OK && !*ok; i++)
        rc = try_der(s, r, opt->bag[i], true, who, ok, err);
    return rc;
}

/* ---- what it says ---------------------------------------------------------------------------- */

bool ocsp_never_issued(const struct ocsp_single *single) {
    return single->status == OCSP_REVOKED && single->revoked_at == 0 && single->reason == REASON_HOLD;
}

static enum rev_status status_at(const struct ocsp_single *single, int64_t at) {
    if (single->status == OCSP_GOOD || single->revoked_at > at)
        return REV_GOOD;
    return single->reason == REASON_HOLD && !ocsp_never_issued(single) ? REV_SUSPENDED : REV_REVOKED;
}

/* RFC 6960, 4.2.2.1: without nextUpdate newer information is to be had at any time. */
static int64_t end_of(const struct ocsp_single *single) {
    return single->has_next ? single->next_update : single->this_update + LIMIT_OCSP_AGE;
}

/*
 * RFC 6960, 3.2, 5. and 6., and EN 319 102-1, 5.2.5: it tells of the time in question, is not outlived by it,
 * and was not signed before what it tells of.
 */
static bool is_fresh(struct ocsp_search *s, const struct pki_ocsp *r, const struct ocsp_single *single,
                     const responder *who) {
    const struct pki_cert *cert = s->q->chain[0];
    int64_t at = s->q->opt->at;
    if (single->this_update - LIMIT_CLOCK_SKEW > at)
        note(s, OCSP_RANK_TIME, MSG_OCSP_FUTURE, single->this_update);
    else if (single->this_update < cert->not_before)
        note(s, OCSP_RANK_TIME, MSG_OCSP_OLD, single->this_update);
    else if (single->archive_cutoff > cert->not_after) /* RFC 6960, 4.4.4: no longer kept */
        note(s, OCSP_RANK_TIME, MSG_OCSP_OLD, single->archive_cutoff);
    else if (r->produced_at + LIMIT_CLOCK_SKEW < single->this_update)
        note(s, OCSP_RANK_TIME, MSG_OCSP_PRODUCED, r->produced_at);
    else if (single->has_next && single->next_update < at)
        note(s, OCSP_RANK_TIME, MSG_OCSP_EXPIRED, single->next_update);
    else if (end_of(single) < at)
        note(s, OCSP_RANK_TIME, MSG_OCSP_STALE, single->this_update);
    else if (at > who->to)
        note(s, OCSP_RANK_SIGNER, MSG_OCSP_SIGNER_EXPIRED, who->to);
    else
        return true;
    return false;
}

static bool is_better(const struct rev_answer *best, const struct ocsp_single *single,
                      enum rev_status status) {
    if (!best->listed)
        return true;
    if ((best->status == REV_REVOKED) != (status == REV_REVOKED))
        return status == REV_REVOKED;
    if (single->this_update != best->this_update)
        return single->this_update > best->this_update;
    return status > best->status;
}

static sign_rc tell_about(const responder *who, struct rev_answer *out, sign_error *err) {
    if (who->n_about == 0)
        return SIGN_OK;
    out->more = calloc(who->n_about, sizeof *out->more);
    if (out->more == NULL)
        return fail_memory(err);
    for (; out->n_more < who->n_about; out->n_more++)
        pki_revocation_copy(&out->more[out->n_more], &who->about[out->n_more]);
    return SIGN_OK;
}

static sign_rc take(struct ocsp_search *s, struct pki_ocsp *r, const struct ocsp_single *single,
                    const responder *who, enum rev_status status, sign_error *err) {
    struct rev_answer *best = &s->best;
    rev_answer_clear(best);
    best->status = status;
    best->listed = best->ocsp = true;
    best->this_update = single->this_update;
    best->next_update = best->due = single->has_next ? single->next_update : 0;
    best->produced_at = r->produced_at;
    best->source = pki_source_keep(r->source);
    best->signer = who->direct ? NULL : pki_cert_keep(who->cert);
    best->sigalg = r->sigalg;
    best->valid_from = who->from;
    best->valid_to = who->to;
    best->expires = who->expires < r->source->expires ? who->expires : r->source->expires;
    best->carried = who->carried || r->source->origin == ORIGIN_SIGNATURE;
    if (status != REV_GOOD) {
        best->revoked_at = single->revoked_at;
        best->reason = ocsp_never_issued(single) ? -1 : single->reason;
    }
    return tell_about(who, best, err);
}

static sign_rc consider(struct ocsp_search *s, struct pki_ocsp *r, const struct ocsp_single *single,
                        const responder *who, bool *used, sign_error *err) {
    if (single->status == OCSP_STATUS_UNKNOWN) {
        note(s, OCSP_RANK_UNKNOWN, MSG_OCSP_UNKNOWN, 0);
        return SIGN_OK;
    }
    enum rev_status status = status_at(single, s->q->opt->at);
    cut(s, single->this_update - LIMIT_CLOCK_SKEW);
    cut(s, end_of(single) + 1);
    if (single->status == OCSP_REVOKED)
        cut(s, single->revoked_at);
    /* Revoked for good is so whatever has become of the response (as with lists). */
    if (status != REV_REVOKED && !is_fresh(s, r, single, who))
        return SIGN_OK;
    *used = true;
    return is_better(&s->best, single, status) ? take(s, r, single, who, status, err) : SIGN_OK;
}

/* ---- evidence: whatever its time --------------------------------------------------------------- */

/* What stands in is_fresh() and does not depend on the time in question. */
static bool holds_ever(const struct ocsp_search *s, const struct pki_ocsp *r,
                       const struct ocsp_single *single) {
    const struct pki_cert *cert = s->q->chain[0];
    if (single->status == OCSP_STATUS_UNKNOWN || r->produced_at + LIMIT_CLOCK_SKEW < single->this_update)
        return false;
    return status_at(single, INT64_MAX) == REV_REVOKED ||
           (single->this_update >= cert->not_before && single->archive_cutoff <= cert->not_after);
}

/* Of several answers about one certificate in one response: as is_better(). */
static bool is_better_single(const struct ocsp_single *best, const struct ocsp_single *other) {
    if (best == NULL)
        return true;
    enum rev_status a = status_at(best, INT64_MAX), b = status_at(other, INT64_MAX);
    if ((a == REV_REVOKED) != (b == REV_REVOKED))
        return b == REV_REVOKED;
    return other->this_update != best->this_update ? other->this_update > best->this_update : b > a;
}

static sign_rc keep_use(struct ocsp_search *s, struct pki_ocsp *r, const struct ocsp_single *single,
                        const responder *who, sign_error *err) {
    if (s->n == s->cap) {
        size_t cap = s->cap == 0 ? 4 : 2 * s->cap;
        struct ocsp_use *more = realloc(s->uses, cap * sizeof *more);
        if (more == NULL)
            return fail_memory(err);
        s->uses = more;
        s->cap = cap;
    }
    s->uses[s->n++] = (struct ocsp_use){.response = pki_ocsp_keep(r),
                                        .single = single,
                                        .signer = pki_cert_keep(who->cert),
                                        .maker = who->maker};
    return SIGN_OK;
}

static sign_rc gather(struct ocsp_search *s, struct pki_ocsp *r, const responder *who, sign_error *err) {
    const struct ocsp_single *best = NULL;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < r->n_singles && rc == SIGN_OK; i++) {
        bool yes = false;
        rc = is_about(s, &r->singles[i], &yes, err);
        if (rc == SIGN_OK && yes && holds_ever(s, r, &r->singles[i]) &&
            is_better_single(best, &r->singles[i]))
            best = &r->singles[i];
    }
    return rc == SIGN_OK && best != NULL ? keep_use(s, r, best, who, err) : rc;
}

/* ---- one response ------------------------------------------------------------------------------ */

static bool nonce_fits(struct ocsp_search *s, const struct pki_ocsp *r, sign_bytes sent) {
    if (sent.len == 0)
        return true;
    if (r->has_nonce && !bytes_equal(r->nonce, sent))
        note(s, OCSP_RANK_NONCE, MSG_OCSP_NONCE, 0);
    else if (!r->has_nonce && s->q->trust->nonce == SIGN_NONCE_REQUIRE)
        note(s, OCSP_RANK_NONCE, MSG_OCSP_NO_NONCE, 0);
    else
        return true;
    return false;
}

/* What is wrong with the response as a whole, before anything is computed. */
static sign_rc is_usable(struct ocsp_search *s, const struct pki_ocsp *r, sign_bytes nonce, bool *ok,
                         sign_error *err) {
    *ok = false;
    if (r->status != 0) {
        note(s, OCSP_RANK_STATUS, MSG_OCSP_STATUS, 0);
        if (s->rank == OCSP_RANK_STATUS)
            s->why_text = status_text(r->status);
        return SIGN_OK;
    }
    sign_rc rc = says_anything(s, r, ok, err);
    if (rc == SIGN_OK && !*ok)
        note(s, OCSP_RANK_OTHER, MSG_OCSP_OTHER, 0);
    if (rc != SIGN_OK || !*ok)
        return rc;
    if (r->critical)
        note(s, OCSP_RANK_CRITICAL, MSG_OCSP_CRITICAL, 0);
    *ok = !r->critical && nonce_fits(s, r, nonce);
    return SIGN_OK;
}

sign_rc ocsp_search_add(struct ocsp_search *s, struct pki_ocsp *r, sign_bytes nonce, bool *used,
                        sign_error *err) {
    AUTO(responder) who = {0};
    bool ok, yes, any = false;
    sign_rc rc = is_usable(s, r, nonce, &ok, err);
    if (rc == SIGN_OK && ok)
        rc = find_signer(s, r, &who, &ok, err);
    if (rc == SIGN_OK && ok && s->q->ever)
        return gather(s, r, &who, err);
    for (size_t i = 0; i < r->n_singles && rc == SIGN_OK && ok; i++) {
        rc = is_about(s, &r->singles[i], &yes, err);
        if (rc == SIGN_OK && yes)
            rc = consider(s, r, &r->singles[i], &who, &any, err);
    }
    if (used != NULL)
        *used = any;
    return rc;
}
