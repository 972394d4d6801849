/* pki/crl.c - a revocation list (RFC 5280, 5) but for its entries: read, counted, its signature remembered.
 */
#include "pki/parts.h"
#include <stdatomic.h>

/* CRLNumber and BaseCRLNumber (RFC 5280, 5.2.3 and 5.2.4) are compared, never counted with. */
static void read_number(struct der_cursor *v, sign_bytes *out) {
    sign_bytes n = {0};
    if (!der_integer(v, &n) || !der_finish(v))
        return;
    if (n.data[0] >= 0x80)
        (void)der_fail(v, "negative CRL number");
    else
        *out = n;
}

static void read_sequence(struct der_cursor *v, sign_bytes *out) {
    struct der_tlv t = {0};
    if (der_take(v, DER_SEQUENCE, &t) && der_finish(v))
        *out = t.raw;
}

static void read_key_id(struct der_cursor *v, sign_bytes *out) {
    struct der_cursor in;
    struct der_tlv id = {0};
    if (der_enter(v, DER_SEQUENCE, &in) && der_optional(&in, DER_CONTEXT(0), &id))
        *out = id.value;
}

/* A GeneralizedTime (X.509, 9.5.2.8). What cannot be read says nothing, unless it has to be understood. */
static void read_expired_from(const struct pki_extension *x, struct pki_crl *crl) {
    struct der_parse parse = {0};
    struct der_cursor v = der_open(&parse, x->value, false);
    int64_t from = 0;
    if (der_gen_time(&v, &from) && der_finish(&v))
        crl->expired_from = from;
    else
        crl->critical = crl->critical || x->critical;
}

/* RFC 5280, 5.2. */
static void read_extension(struct der_cursor *list, const struct pki_extension *x, struct pki_crl *crl) {
    struct der_cursor v = pki_extension_value(list, x);
    if (oid_is(x->oid, OID_EXT_DELTA_CRL_INDICATOR)) {
        crl->delta = true;
        read_number(&v, &crl->base_number);
    } else if (oid_is(x->oid, OID_EXT_CRL_NUMBER)) {
        read_number(&v, &crl->number);
    } else if (oid_is(x->oid, OID_EXT_ISSUING_DISTRIBUTION_POINT)) {
        read_sequence(&v, &crl->scope);
    } else if (oid_is(x->oid, OID_EXT_FRESHEST_CRL)) {
        read_sequence(&v, &crl->freshest);
    } else if (oid_is(x->oid, OID_EXT_AUTHORITY_KEY_IDENTIFIER)) {
        read_key_id(&v, &crl->aki);
    } else if (oid_is(x->oid, OID_EXT_EXPIRED_CERTS_ON_CRL)) {
        read_expired_from(x, crl);
    } else if (x->critical && !oid_is(x->oid, OID_EXT_ISSUER_ALT_NAME)) {
        crl->critical = true; /* 5.2: not to be used to tell anything about a certificate */
    }
}

static void read_extensions(struct der_cursor *c, struct pki_crl *crl) {
    struct der_cursor list;
    struct pki_extension x;
    struct pki_extensions_seen seen = {.n = 0};
    if (!der_enter(c, DER_SEQUENCE, &list) || !der_finish(c))
        return;
    while (pki_extension_next(&list, &x)) {
        pki_extension_once(&list, &x, &seen);
        read_extension(&list, &x, crl);
    }
    crl->indirect = crl->scope.len > 0 && pki_crl_scope_indirect(crl->scope);
}

static void read_tbs(struct der_cursor *c, struct pki_crl *crl, sign_bytes *alg) {
    uint64_t version = 0;
    struct crypto_sigalg unused;
    struct der_tlv issuer = {0};
    struct der_cursor in;
    /* Version is absent (v1) or 1 (v2). */
    if (der_peek(c) == DER_INTEGER && der_uint(c, &version) && version != 1)
        (void)der_fail(c, "unknown CRL version");
    (void)pki_sigalg_read(c, alg, &unused);
    if (der_take(c, DER_SEQUENCE, &issuer))
        crl->issuer = issuer.raw;
    (void)der_time(c, &crl->this_update);
    if (der_peek(c) == DER_UTC_TIME || der_peek(c) == DER_GENERALIZED_TIME)
        crl->has_next = der_time(c, &crl->next_update);
    crl_entries_read(c, crl);
    if (der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(0), &in)) {
        if (version != 1)
            (void)der_fail(c, "extensions in a CRL that is not version 2");
        read_extensions(&in, crl);
    }
    (void)der_finish(c);
}

static bool read_list(struct der_cursor *c, struct pki_crl *crl) {
    struct der_cursor outer;
    struct der_tlv tbs = {0};
    sign_bytes inner = {0}, alg = {0};
    unsigned unused = 0;
    if (!der_enter(c, DER_SEQUENCE, &outer) || !der_finish(c) || !der_take(&outer, DER_SEQUENCE, &tbs))
        return false;
    crl->tbs = tbs.raw;
    struct der_cursor in = der_inside(&outer, &tbs);
    read_tbs(&in, crl, &inner);
    (void)pki_sigalg_read(&outer, &alg, &crl->sigalg);
    (void)der_bits(&outer, &crl->signature, &unused);
    if (!der_finish(&outer))
        return false;
    /* RFC 5280, 5.1.1.2 */
    return bytes_equal(inner, alg) || der_fail(&outer, "the two signature algorithms differ");
}

static sign_rc set_issuer(struct pki_crl *crl, sign_error *err) {
    AUTO(grow) key = {0};
    if (!pki_name_key(crl->issuer, &key))
        return key.failed ? fail_memory(err) : fail(err, SIGN_E_FORMAT, MSG_CRL_FORMAT, "issuer name");
    return grow_take(&key, &crl->issuer_key, err);
}

sign_rc pki_crl_read(sign_bytes der, struct pki_source *from, struct pki_crl **out, sign_error *err) {
    if (der.len > LIMIT_CRL)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "CRL of %zu bytes", der.len);
    AUTO(pki_crl_ptr) crl = calloc(1, sizeof *crl);
    if (crl == NULL)
        return fail_memory(err);
    crl->refs = 1;
    crl->der = der;
    crl->expired_from = INT64_MAX;
    crl->source = pki_source_keep(from);
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, der, false);
    if (!read_list(&c, crl))
        return fail(err, SIGN_E_FORMAT, MSG_CRL_FORMAT, "%s (at byte %zu)",
                    parse.error ? parse.error : "malformed", parse.at);
    crl->stray = crl->groups != NULL && !crl->indirect;
    sign_rc rc = set_issuer(crl, err);
    if (rc == SIGN_OK)
        rc = crl_entries_index(crl, err);
    if (rc != SIGN_OK)
        return rc;
    *out = TAKE(crl);
    return SIGN_OK;
}

struct pki_crl *pki_crl_keep(struct pki_crl *c) {
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void pki_crl_free(struct pki_crl **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct pki_crl *c = TAKE(*pointer);
    if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct pki_cert *signer = atomic_load(&c->signer), *other = atomic_load(&c->not_signer);
    pki_cert_free(&signer);
    pki_cert_free(&other);
    sign_buf_free(&c->own);
    sign_buf_free(&c->issuer_key);
    pki_source_free(&c->source);
    free(atomic_load(&c->sha256));
    free(c->slots);
    crl_groups_free(&c->groups);
    free(c);
}

/* Remembers the answer for this key, if it is the first of its kind; a place that is taken stays as it is. */
static void remember(_Atomic(struct pki_cert *) *place, struct pki_cert *issuer) {
    struct pki_cert *none = NULL, *kept = pki_cert_keep(issuer);
    if (!atomic_compare_exchange_strong(place, &none, kept))
        pki_cert_free(&kept);
}

bool pki_crl_known(struct pki_crl *c, const struct pki_cert *issuer, bool *ok) {
    const struct pki_cert *signer = atomic_load(&c->signer), *other = atomic_load(&c->not_signer);
    *ok = signer != NULL && (signer == issuer || bytes_equal(signer->spki, issuer->spki));
    return *ok || (other != NULL && (other == issuer || bytes_equal(other->spki, issuer->spki)));
}

sign_rc pki_crl_signed_by(struct pki_crl *c, struct crypto *crypto, struct pki_cert *issuer, bool *ok,
                          sign_error *err) {
    if (pki_crl_known(c, issuer, ok))
        return SIGN_OK;
    sign_rc rc = pki_signed_by(crypto, issuer, c->tbs, &c->sigalg, c->signature, ok, err);
    if (rc == SIGN_OK)
        remember(*ok ? &c->signer : &c->not_signer, issuer);
    return rc;
}
