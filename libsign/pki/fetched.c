/* pki/fetched.c - requests to the door, and certificates, lists and responses out of its answers. */
#include "pki/fetched.h"
#include "base/text.h"
#include <stdatomic.h>

/* ---- what is asked ------------------------------------------------------------------------------ */

void fetch_asks_free(fetch_asks *a) {
    for (size_t i = 0; i < a->n; i++) {
        sign_buf_free(&a->asks[i].key);
        sign_buf_free(&a->asks[i].cert_id);
        sign_buf_free(&a->asks[i].body);
        free(a->asks[i].url);
        pki_fetched_free(&a->got[i]);
    }
    free(a->asks);
    free(a->mine);
    free(a->got);
    *a = (fetch_asks){0};
}

/* Name and key: what an authority says must never answer for another of the same name (sign/fetch.h). */
static sign_rc hash_issuer(struct crypto *crypto, const struct pki_cert *issuer, uint8_t out[32],
                           sign_error *err) {
    uint8_t digest[DIGEST_MAX];
    sign_rc rc = crypto_hash_begin(crypto, DIGEST_SHA256, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, issuer->subject, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, issuer->spki, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_end(crypto, digest, err);
    if (rc == SIGN_OK)
        memcpy(out, digest, 32);
    return rc;
}

static sign_rc make_key(struct crypto *crypto, struct fetch_ask *ask, sign_error *err) {
    const struct pki_want *w = ask->want;
    AUTO(grow) key = {0};
    sign_rc rc = SIGN_OK;
    if (w->issuer != NULL)
        rc = hash_issuer(crypto, w->issuer, ask->issuer, err);
    if (rc == SIGN_OK && w->kind == SIGN_FETCH_OCSP)
        rc = ocsp_cert_id(crypto, w->cert, w->issuer, &ask->cert_id, err);
    if (rc != SIGN_OK)
        return rc;
    grow_byte(&key, (uint8_t)w->kind);
    grow_put(&key, ask->issuer, sizeof ask->issuer);
    grow_put(&key, w->url.data, w->url.len);
    grow_byte(&key, 0); /* no URL that is tried has such an octet */
    grow_put(&key, ask->cert_id.data, ask->cert_id.len);
    return grow_take(&key, &ask->key, err);
}

sign_rc fetch_asks_new(const sign_trust *trust, struct crypto *crypto, const struct pki_want *wants, size_t n,
                       fetch_asks *out, sign_error *err) {
    out->asks = calloc(n, sizeof *out->asks);
    out->mine = calloc(n, sizeof(struct fetch_ask *));
    out->got = calloc(n, sizeof(struct pki_fetched *));
    if (out->asks == NULL || out->mine == NULL || out->got == NULL)
        return fail_memory(err);
    out->n = n;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++) {
        out->asks[i].want = &wants[i];
        out->asks[i].alone = wants[i].kind == SIGN_FETCH_OCSP && trust->nonce == SIGN_NONCE_REQUIRE;
        rc = make_key(crypto, &out->asks[i], err);
    }
    return rc;
}

sign_rc fetch_batch_new(fetch_batch *b, size_t n, sign_error *err) {
    b->requests = calloc(n, sizeof *b->requests);
    b->answers = calloc(n, sizeof *b->answers);
    if (b->requests == NULL || b->answers == NULL)
        return fail_memory(err);
    b->n = n;
    return SIGN_OK;
}

void fetch_batch_free(fetch_batch *b) {
    for (size_t i = 0; i < b->n; i++)
        sign_buf_free(&b->answers[i].body);
    free(b->requests);
    free(b->answers);
    *b = (fetch_batch){0};
}

static size_t limit_of(sign_fetch_kind kind) {
    return kind == SIGN_FETCH_CRL ? LIMIT_CRL : kind == SIGN_FETCH_OCSP ? LIMIT_OCSP : LIMIT_FETCH_CERTS;
}

sign_rc fetch_request(const sign_trust *trust, struct fetch_ask *ask, sign_fetch_request *out,
                      sign_error *err) {
    const struct pki_want *w = ask->want;
    ask->url = calloc(1, w->url.len + 1); /* a view into a certificate, which no zero octet ends */
    if (ask->url == NULL)
        return fail_memory(err);
    memcpy(ask->url, w->url.data, w->url.len);
    *out = (sign_fetch_request){.size = sizeof *out,
                                .kind = w->kind,
                                .url = ask->url,
                                .limit = limit_of(w->kind),
                                .subject = view_of(&ask->cert_id),
                                .fresh = w->fresh || ask->alone};
    memcpy(out->issuer, ask->issuer, sizeof out->issuer);
    if (w->kind != SIGN_FETCH_OCSP)
        return SIGN_OK;
    sign_rc rc = SIGN_OK;
    if (trust->nonce != SIGN_NONCE_NONE) {
        rc = crypto_random(ask->nonce, sizeof ask->nonce, err);
        ask->n_nonce = sizeof ask->nonce;
    }
    if (rc == SIGN_OK)
        rc = ocsp_request(view_of(&ask->cert_id), BYTES(ask->nonce, ask->n_nonce), &ask->body, err);
    out->type = "application/ocsp-request"; /* RFC 6960, A.1 */
    out->body = view_of(&ask->body);
    return rc;
}

/* ---- what came ---------------------------------------------------------------------------------- */

struct pki_fetched *pki_fetched_keep(struct pki_fetched *f) {
    atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
    return f;
}

void pki_fetched_free(struct pki_fetched **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct pki_fetched *f = TAKE(*pointer);
    if (atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < f->n_certs; i++)
        pki_cert_free(&f->certs[i]);
    free(f->certs);
    pki_crl_free(&f->crl);
    pki_ocsp_free(&f->ocsp);
    pki_source_free(&f->source);
    free(f);
}

struct reader {
    const sign_trust *trust;
    struct crypto *crypto;
    struct pki_fetched *f;
};

static sign_rc add_certificate(struct reader *r, sign_bytes der, sign_error *err) {
    struct pki_fetched *f = r->f;
    f->cut = f->n_certs == LIMIT_AIA_CERTIFICATES;
    if (f->cut)
        return SIGN_OK;
    sign_rc rc = pki_certificate(r->trust, r->crypto, der, &f->certs[f->n_certs], err);
    f->n_certs += rc == SIGN_OK;
    return rc;
}

/*
 * The certificates of a "certs-only" SignedData (RFC 5652, 5.1; RFC 5280, 4.2.2.1), which may be BER. One
 * that cannot be read does not spoil the others.
 */
static sign_rc add_signed_data(struct reader *r, sign_bytes in, bool *is_one, sign_error *err) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, in, true), info, outer, data, set;
    struct der_tlv t;
    sign_bytes type;
    sign_rc rc = SIGN_OK;
    *is_one = der_enter(&c, DER_SEQUENCE, &info) && der_oid(&info, &type) && oid_is(type, OID_CT_SIGNED_DATA);
    if (!*is_one || !der_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &outer) ||
        !der_enter(&outer, DER_SEQUENCE, &data) || !der_take(&data, DER_INTEGER, NULL) ||
        !der_take(&data, DER_SET, NULL) || !der_take(&data, DER_SEQUENCE, NULL) ||
        !der_optional_enter(&data, DER_CONTEXT_CONSTRUCTED(0), &set))
        return SIGN_OK;
    while (der_more(&set) && der_any(&set, &t) && rc == SIGN_OK)
        if (t.tag == DER_SEQUENCE)
            rc = pki_forgive(add_certificate(r, t.raw, err), err);
    return rc;
}

static sign_rc add_object(void *self, sign_bytes der, const char *name, sign_error *err) {
    struct reader *r = self;
    bool is_one;
    (void)name;
    sign_rc rc = add_signed_data(r, der, &is_one, err);
    return rc != SIGN_OK || is_one ? rc : add_certificate(r, der, err);
}

static sign_rc read_certificates(struct reader *r, const sign_buf *body, sign_error *err) {
    static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", "PKCS7", "CMS", NULL};
    size_t count = 0;
    r->f->certs = calloc(LIMIT_AIA_CERTIFICATES, sizeof(struct pki_cert *));
    if (r->f->certs == NULL)
        return fail_memory(err);
    sign_rc rc = pki_objects(view_of(body), "answer", labels, add_object, r, &count, err);
    if (rc == SIGN_OK && r->f->n_certs == 0)
        return fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "no certificate inside");
    return rc;
}

static sign_rc take_crl(struct reader *r, sign_buf *body, sign_error *err) {
    sign_rc rc = pki_crl_read(view_of(body), r->f->source, &r->f->crl, err);
    if (rc != SIGN_OK)
        return rc;
    r->f->crl->own = *body;
    *body = (sign_buf){0};
    r->f->next_update = r->f->crl->has_next ? r->f->crl->next_update : 0;
    return SIGN_OK;
}

/* PEM is not what RFC 5280, 4.2.1.13 wants there, but is met. */
static sign_rc read_crl(struct reader *r, sign_buf *body, sign_error *err) {
    size_t at = 0;
    char label[64];
    AUTO(grow) der = {0};
    AUTO(sign_buf) plain = {0};
    if (body->len == 0 || body->data[0] == DER_SEQUENCE)
        return take_crl(r, body, err);
    int found = text_pem_next(view_of(body), &at, label, &der);
    if (der.failed)
        return fail_memory(err);
    if (found != 1 || strcmp(label, "X509 CRL") != 0)
        return fail(err, SIGN_E_FORMAT, MSG_CRL_FORMAT, "neither DER nor PEM");
    sign_rc rc = grow_take(&der, &plain, err);
    return rc == SIGN_OK ? take_crl(r, &plain, err) : rc;
}

static sign_rc read_ocsp(struct reader *r, const struct fetch_ask *ask, sign_fetch_answer *a,
                         sign_error *err) {
    struct pki_fetched *f = r->f;
    sign_rc rc = pki_ocsp_read(view_of(&a->body), f->source, &f->ocsp, err);
    if (rc != SIGN_OK)
        return rc;
    f->ocsp->own = a->body;
    a->body = (sign_buf){0};
    /* The newest piece of it that runs out first decides; there is one, as one was asked for. */
    for (size_t i = 0; i < f->ocsp->n_singles; i++) {
        const struct ocsp_single *s = &f->ocsp->singles[i];
        if (s->has_next && (f->next_update == 0 || s->next_update < f->next_update))
            f->next_update = s->next_update;
    }
    /* What a cache gives answers an earlier request with another nonce. */
    if (a->from != SIGN_FROM_NETWORK)
        return SIGN_OK;
    memcpy(f->nonce, ask->nonce, ask->n_nonce);
    f->n_nonce = ask->n_nonce;
    return SIGN_OK;
}

static sign_rc read_body(struct reader *r, const struct fetch_ask *ask, sign_fetch_answer *a,
                         sign_error *err) {
    if (ask->want->kind == SIGN_FETCH_CRL)
        return read_crl(r, &a->body, err);
    if (ask->want->kind == SIGN_FETCH_OCSP)
        return read_ocsp(r, ask, a, err);
    return read_certificates(r, &a->body, err);
}

/* For messages: what a server said, made harmless and cut. */
static void set_problem(struct pki_fetched *f, const char *text) {
    text_printable(BYTES_STR(text), f->problem, sizeof f->problem);
}

sign_rc fetch_read(const sign_trust *trust, struct crypto *crypto, const struct fetch_ask *ask,
                   sign_fetch_answer *a, struct pki_fetched **out, sign_error *err) {
    AUTO(pki_fetched_ptr) f = calloc(1, sizeof *f);
    if (f == NULL)
        return fail_memory(err);
    f->refs = 1;
    f->octets = sizeof *f + a->body.len;
    /* A failure that is remembered, or a list because of one, says that the server has nothing at the moment.
     */
    f->old = a->from == SIGN_FROM_CACHE && a->rc == SIGN_OK && !ask->want->fresh;
    text_printable(ask->want->url, f->url, sizeof f->url);
    f->source = pki_source_new(a->from == SIGN_FROM_NETWORK ? ORIGIN_NETWORK : ORIGIN_CACHE, ask->url,
                               a->obtained, 0);
    if (f->source == NULL)
        return fail_memory(err);
    f->rc = a->rc;
    if (a->rc == SIGN_E_MEMORY)
        return fail_memory(err);
    if (a->rc == SIGN_E_CANCELLED)
        return fail(err, SIGN_E_CANCELLED, MSG_FETCH_CANCELLED, "%s", f->url);
    if (a->rc != SIGN_OK) {
        set_problem(f, a->problem);
    } else {
        sign_error why = {0};
        struct reader r = {trust, crypto, f};
        f->rc = read_body(&r, ask, a, &why);
        if (f->rc != SIGN_OK && pki_forgive(f->rc, NULL) != SIGN_OK) {
            if (err != NULL)
                *err = why;
            return f->rc;
        }
        if (f->rc != SIGN_OK)
            set_problem(f, why.text);
    }
    *out = TAKE(f);
    return SIGN_OK;
}
