/* pki/trust.c - the frozen trust object, its caches, and the crypto contexts it lends. */
#include "base/random.h"
#include "pki/parts.h"
#include <pthread.h>
#include <stdatomic.h>

enum { CACHE_DEFAULT = 4096 };

static bool same_cert(const void *item, const void *key) {
    const struct pki_cert *cert = item;
    const sign_bytes *der = key;
    return bytes_equal(cert->der, *der);
}

static void keep_cert(void *item) {
    (void)pki_cert_keep(item);
}

static void drop_cert(void *item) {
    struct pki_cert *cert = item;
    pki_cert_free(&cert);
}

static const struct cache_kind cert_kind = {same_cert, keep_cert, drop_cert};

sign_rc pki_lend(const sign_trust *trust, struct crypto **out, sign_error *err) {
    return crypto_pool_lend(trust->pool, out, err);
}

void pki_lend_back(const sign_trust *trust, struct crypto *c) {
    crypto_pool_return(trust->pool, &c);
}

/* Lists of certificates by subject: anchors were loaded first and come first, because they end a path. */
static sign_rc index_subjects(sign_trust *t, sign_error *err) {
    for (size_t i = t->n_certs; i-- > 0;) {
        struct trust_cert *c = &t->certs[i];
        AUTO(grow) key = {0};
        if (!pki_name_key(c->cert->subject, &key))
            return key.failed ? fail_memory(err) : fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "subject name");
        sign_rc rc = grow_take(&key, &c->subject_key, err);
        if (rc != SIGN_OK)
            return rc;
        sign_bytes name = BYTES(c->subject_key.data, c->subject_key.len);
        c->next = map_get(&t->by_subject, name);
        if (!map_put(&t->by_subject, name, c))
            return fail_memory(err);
    }
    return SIGN_OK;
}

static sign_rc index_bytes(sign_trust *t, sign_error *err) {
    for (t->cap_der = 8; t->cap_der < 2 * t->n_certs;)
        t->cap_der *= 2;
    t->by_der = calloc(t->cap_der, sizeof(struct trust_cert *));
    if (t->by_der == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < t->n_certs; i++) {
        size_t at = (size_t)t->certs[i].hash & (t->cap_der - 1);
        while (t->by_der[at] != NULL)
            at = (at + 1) & (t->cap_der - 1);
        t->by_der[at] = &t->certs[i];
    }
    return SIGN_OK;
}

static sign_rc index_crls(sign_trust *t, sign_error *err) {
    for (size_t i = t->n_crls; i-- > 0;) {
        struct pki_crl *c = t->crls[i];
        sign_bytes name = BYTES(c->issuer_key.data, c->issuer_key.len);
        c->next = map_get(&t->by_issuer, name);
        if (!map_put(&t->by_issuer, name, c))
            return fail_memory(err);
    }
    return SIGN_OK;
}

static int by_hash(const void *a, const void *b) {
    const struct ocsp_node *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static sign_rc index_ocsps(sign_trust *t, sign_error *err) {
    size_t n = 0;
    for (size_t i = 0; i < t->n_ocsps; i++)
        n += t->ocsps[i]->n_singles;
    if (n == 0)
        return SIGN_OK;
    t->by_serial = calloc(n, sizeof *t->by_serial);
    if (t->by_serial == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < t->n_ocsps; i++)
        for (size_t k = 0; k < t->ocsps[i]->n_singles; k++)
            t->by_serial[t->n_by_serial++] =
                (struct ocsp_node){cache_hash(t->seed, t->ocsps[i]->singles[k].serial), t->ocsps[i]};
    qsort(t->by_serial, n, sizeof *t->by_serial, by_hash);
    return SIGN_OK;
}

size_t pki_trust_ocsps(const sign_trust *t, sign_bytes serial, const struct ocsp_node **first) {
    uint64_t hash = cache_hash(t->seed, serial);
    size_t low = 0, high = t->n_by_serial, n = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->by_serial[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    *first = t->n_by_serial > 0 ? t->by_serial + low : NULL;
    while (low + n < t->n_by_serial && t->by_serial[low + n].hash == hash)
        n++;
    return n;
}

static sign_rc index_all(sign_trust *t, sign_error *err) {
    sign_rc rc = index_subjects(t, err);
    if (rc == SIGN_OK)
        rc = index_bytes(t, err);
    if (rc == SIGN_OK)
        rc = index_crls(t, err);
    return rc == SIGN_OK ? index_ocsps(t, err) : rc;
}

static sign_rc load_all(const sign_trust_options *opt, sign_trust *t, sign_error *err) {
    AUTO(crypto_ptr) crypto = NULL;
    sign_rc rc = crypto_new(&crypto, err);
    for (size_t i = 0; i < opt->n_anchors && rc == SIGN_OK; i++)
        rc = pki_load_certs(t, crypto, &opt->anchors[i], true, err);
    for (size_t i = 0; i < opt->n_list && rc == SIGN_OK; i++)
        rc = pki_load_anchor(t, crypto, &opt->list[i], err);
    for (size_t i = 0; i < opt->n_certs && rc == SIGN_OK; i++)
        rc = pki_load_certs(t, crypto, &opt->certs[i], false, err);
    for (size_t i = 0; i < opt->n_crls && rc == SIGN_OK; i++)
        rc = pki_load_crls(t, &opt->crls[i], err);
    for (size_t i = 0; i < opt->n_ocsps && rc == SIGN_OK; i++)
        rc = pki_load_ocsps(t, &opt->ocsps[i], err);
    return rc == SIGN_OK ? index_all(t, err) : rc;
}

sign_rc sign_trust_new(const sign_trust_options *opt, sign_trust **out, sign_error *err) {
    if (out == NULL || (opt != NULL && opt->size != sizeof *opt))
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_trust_new: out, or options of another size");
    const sign_trust_options none = {.size = sizeof none};
    if (opt == NULL)
        opt = &none;
    AUTO(sign_trust_ptr) t = calloc(1, sizeof *t);
    if (t == NULL)
        return fail_memory(err);
    random_fill(t->seed, sizeof t->seed);
    if (opt->fetch != NULL)
        t->fetch = *opt->fetch;
    t->nonce = opt->nonce;
    size_t capacity = opt->cache == 0 ? CACHE_DEFAULT : opt->cache;
    sign_rc rc = crypto_pool_new(&t->pool, err);
    if (rc == SIGN_OK)
        rc = cache_new(&cert_kind, capacity, &t->seen, err);
    if (rc == SIGN_OK)
        rc = cache_new(&pki_path_kind, capacity, &t->paths, err);
    if (rc == SIGN_OK)
        rc = fetch_memory_new(&t->fetched, err);
    if (rc == SIGN_OK)
        rc = load_all(opt, t, err);
    if (rc != SIGN_OK)
        return within(err, rc, "trust");
    *out = TAKE(t);
    return SIGN_OK;
}

void sign_trust_count(const sign_trust *trust, size_t *anchors, size_t *certs, size_t *crls) {
    if (anchors != NULL)
        *anchors = trust != NULL ? trust->n_anchors : 0;
    if (certs != NULL)
        *certs = trust != NULL ? trust->n_certs - trust->n_anchors : 0;
    if (crls != NULL)
        *crls = trust != NULL ? trust->n_crls : 0;
}

void sign_trust_free(sign_trust **trust) {
    if (trust == NULL || *trust == NULL)
        return;
    sign_trust *t = TAKE(*trust);
    cache_free(&t->paths);
    cache_free(&t->seen);
    fetch_memory_free(&t->fetched);
    for (size_t i = 0; i < t->n_certs; i++) {
        pki_cert_free(&t->certs[i].cert);
        pki_source_free(&t->certs[i].source);
        sign_buf_free(&t->certs[i].subject_key);
    }
    for (size_t i = 0; i < t->n_crls; i++)
        pki_crl_free(&t->crls[i]);
    for (size_t i = 0; i < t->n_ocsps; i++)
        pki_ocsp_free(&t->ocsps[i]);
    map_free(&t->by_subject);
    map_free(&t->by_issuer);
    free(t->by_der);
    free(t->certs);
    free(t->crls);
    free(t->ocsps);
    free(t->by_serial);
    crypto_pool_free(&t->pool);
    free(t);
}

struct trust_cert *pki_trust_find(const sign_trust *trust, uint64_t hash, sign_bytes der) {
    size_t at = (size_t)hash & (trust->cap_der - 1);
    for (; trust->by_der[at] != NULL; at = (at + 1) & (trust->cap_der - 1))
        if (trust->by_der[at]->hash == hash && bytes_equal(trust->by_der[at]->cert->der, der))
            return trust->by_der[at];
    return NULL;
}

sign_bytes pki_trust_certificate(const sign_trust *trust, size_t i) {
    return i < trust->n_certs ? trust->certs[i].cert->der : (sign_bytes){0};
}

sign_rc pki_certificate(const sign_trust *trust, struct crypto *crypto, sign_bytes der, struct pki_cert **out,
                        sign_error *err) {
    uint64_t hash = cache_hash(trust->seed, der);
    const struct trust_cert *own = pki_trust_find(trust, hash, der);
    if (own != NULL) {
        *out = pki_cert_keep(own->cert);
        return SIGN_OK;
    }
    *out = cache_get(trust->seen, hash, &der);
    if (*out != NULL)
        return SIGN_OK;
    AUTO(pki_cert_ptr) cert = NULL;
    sign_rc rc = pki_cert_read(crypto, der, &cert, err);
    if (rc != SIGN_OK)
        return rc;
    /* Two threads may have read it at once: all go on with the same one, because verdicts are kept by it. */
    struct pki_cert *first = cache_put(trust->seen, hash, &der, cert, true);
    *out = first != NULL ? first : TAKE(cert);
    return SIGN_OK;
}
