/* pki/issuers.c - issuers that are not in a chain yet: certificates by name, and those that
 * authorityInfoAccess leads to (RFC 5280, 4.2.2.1). */
#include "pki/search.h"

void search_fetched_free(struct issuers_fetched *f) {
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->n_certs; i++) {
        pki_cert_free(&f->certs[i].cert);
        sign_buf_free(&f->certs[i].subject_key);
    }
    for (size_t i = 0; i < f->asked; i++)
        pki_fetched_free(&f->answers[i]);
    free(f);
}

static bool was_asked(const struct issuers_fetched *f, sign_bytes url) {
    for (size_t i = 0; i < f->asked; i++)
        if (bytes_equal(f->urls[i], url))
            return true;
    return false;
}

static sign_rc take_cert(search *s, struct pki_cert *cert, struct pki_source *from, sign_error *err) {
    struct issuers_fetched *f = s->fetched;
    AUTO(grow) key = {0};
    if (f->n_certs == sizeof f->certs / sizeof *f->certs ||
        !pki_spend(s->opt->effort, 1 + pki_name_cost(cert->subject)))
        return SIGN_OK;
    if (!pki_name_key(cert->subject, &key))
        return key.failed ? fail_memory(err) : SIGN_OK;
    sign_rc rc = grow_take(&key, &f->certs[f->n_certs].subject_key, err);
    if (rc == SIGN_OK) {
        f->certs[f->n_certs].source = from;
        f->certs[f->n_certs++].cert = pki_cert_keep(cert);
    }
    return rc;
}

sign_rc search_fetch_issuers(search *s, sign_error *err) {
    struct issuers_fetched *f = s->fetched;
    struct pki_want wants[LIMIT_URLS];
    struct pki_urls urls = {0};
    size_t first = f->asked, n = 0;
    pki_urls_access(s->chain[s->n - 1]->aia, OID_AD_CA_ISSUERS, &urls);
    for (size_t i = 0; i < urls.n && f->asked < LIMIT_AIA_FETCHES; i++)
        if (!was_asked(f, urls.url[i])) {
            wants[n++] = (struct pki_want){.kind = SIGN_FETCH_CERTIFICATES, .url = urls.url[i]};
            f->urls[f->asked++] = urls.url[i];
        }
    if (n == 0)
        return SIGN_OK;
    sign_rc rc = pki_fetch_within(s->trust, s->crypto, s->opt->patience, wants, n, &f->answers[first], err);
    for (size_t i = first; i < f->asked && rc == SIGN_OK; i++)
        for (size_t k = 0; f->answers[i] != NULL && k < f->answers[i]->n_certs && rc == SIGN_OK; k++)
            rc = take_cert(s, f->answers[i]->certs[k], f->answers[i]->source, err);
    return rc;
}

/* One of the bag, if it has this name; counted. */
static sign_rc from_bag(const sign_trust *trust, struct crypto *crypto, sign_bytes der, sign_bytes name_key,
                        size_t *effort, struct pki_cert **out, sign_error *err) {
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(grow) key = {0};
    sign_rc rc = pki_certificate(trust, crypto, der, &cert, err);
    if (rc != SIGN_OK)
        return pki_forgive(rc, err);
    if (!pki_spend(effort, pki_name_cost(cert->subject)))
        return SIGN_OK;
    if (!pki_name_key(cert->subject, &key) && key.failed)
        return fail_memory(err);
    if (bytes_equal(BYTES(key.data, key.len), name_key))
        *out = TAKE(cert);
    return SIGN_OK;
}

static bool has(struct pki_cert *const *list, size_t n, const struct pki_cert *cert) {
    for (size_t i = 0; i < n; i++)
        if (list[i] == cert)
            return true;
    return false;
}

sign_rc pki_candidates(const sign_trust *trust, struct crypto *crypto, const struct pki_path_options *opt,
                       sign_bytes name_key, struct pki_cert **out, size_t max, size_t *n, sign_error *err) {
    sign_rc rc = SIGN_OK;
    *n = 0;
    for (const struct trust_cert *c = map_get(&trust->by_subject, name_key); c != NULL && *n < max;
         c = c->next)
        out[(*n)++] = pki_cert_keep(c->cert);
    for (size_t i = 0; i < opt->n_bag && i < LIMIT_CERTIFICATES && *n < max && rc == SIGN_OK; i++) {
        AUTO(pki_cert_ptr) cert = NULL;
        if (i % BAG_FOR_ONE == 0 && !pki_spend(opt->effort, 1))
            return SIGN_OK;
        rc = from_bag(trust, crypto, opt->bag[i], name_key, opt->effort, &cert, err);
        if (rc == SIGN_OK && cert != NULL && !has(out, *n, cert))
            out[(*n)++] = TAKE(cert);
    }
    return rc;
}
