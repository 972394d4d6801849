/* pki/revocation.c - the status of certificates from the sources in their order: what the caller gave, what
 * the signature carries. */
#include "pki/parts.h"

void rev_answer_clear(struct rev_answer *a) {
    pki_source_free(&a->source);
    pki_cert_free(&a->signer);
    *a = (struct rev_answer){.reason = -1, .expires = INT64_MAX};
}

/* So many octets of a list are read in about the time of one signature check. */
enum { LIST_FOR_ONE = 65536 };

sign_rc pki_lists_read(struct pki_lists *l, size_t *effort, sign_error *err) {
    if (l->read || l->n == 0)
        return SIGN_OK;
    AUTO(pki_source_ptr) from = pki_source_new(ORIGIN_SIGNATURE, "signature", 0, INT64_MAX);
    l->read = true;
    l->crls = calloc(l->n, sizeof(struct pki_crl *));
    if (from == NULL || l->crls == NULL)
        return fail_memory(err);
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < l->n && rc == SIGN_OK; i++) {
        if (!pki_spend(effort, 1 + l->der[i].len / LIST_FOR_ONE))
            return SIGN_OK;
        rc = pki_forgive(pki_crl_read(l->der[i], from, &l->crls[l->n_crls], err), err);
        l->n_crls += l->crls[l->n_crls] != NULL;
    }
    return rc;
}

static sign_rc add_carried(struct crl_search *s, struct pki_lists *l, sign_bytes name, sign_error *err) {
    sign_rc rc = pki_lists_read(l, s->q->opt->effort, err);
    for (size_t i = 0; i < l->n_crls && rc == SIGN_OK; i++) {
        struct pki_crl *crl = l->crls[i];
        bool ours = bytes_equal(BYTES(crl->issuer_key.data, crl->issuer_key.len), name), ok;
        /* A look costs one; where a signature must be checked that is paid for instead (crl_search_add). */
        if ((!ours || pki_crl_known(crl, s->q->chain[1], &ok)) && !pki_spend(s->q->opt->effort, 1))
            return SIGN_OK;
        if (ours)
            rc = crl_search_add(s, crl, err);
    }
    return rc;
}

/*
 * What the trust's own lists settle is settled: the answer then depends on nothing that the signature brought
 * with it, and can be remembered.
 */
static sign_rc ask_lists(const struct rev_question *q, struct crl_search *s, struct rev_answer *out,
                         sign_error *err) {
    AUTO(grow) key = {0};
    bool settled = false;
    if (!pki_name_key(q->chain[0]->issuer, &key))
        return key.failed ? fail_memory(err) : fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "issuer name");
    sign_bytes name = BYTES(key.data, key.len);
    sign_rc rc = SIGN_OK;
    for (struct pki_crl *c = map_get(&q->trust->by_issuer, name); c != NULL && rc == SIGN_OK; c = c->next)
        rc = crl_search_add(s, c, err);
    if (rc == SIGN_OK)
        rc = crl_search_settle(s, out, &settled, err);
    for (size_t i = 0; i < 2 && rc == SIGN_OK && !settled; i++)
        if (q->carried[i] != NULL)
            rc = add_carried(s, q->carried[i], name, err);
    if (rc == SIGN_OK && !settled)
        rc = crl_search_settle(s, out, &settled, err);
    if (rc == SIGN_OK && !settled) {
        out->why = s->rank > 0 ? s->why : MSG_CRL_NONE;
        out->why_time = s->why_time;
    }
    return rc;
}

sign_rc pki_revocation_find(const struct rev_question *q, size_t n, struct rev_answer *out, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++) {
        struct crl_search s = {.q = &q[i]};
        rev_answer_clear(&out[i]);
        rc = ask_lists(&q[i], &s, &out[i], err);
        crl_search_clear(&s);
    }
    return rc;
}
