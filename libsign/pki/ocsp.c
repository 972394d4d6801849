/* pki/ocsp.c - an OCSP response (RFC 6960, 4.2.1), read once from its bytes. */
#include "pki/parts.h"
#include <stdatomic.h>

enum { OCSP_SUCCESSFUL = 0, OCSP_STATUS_MAX = 6, NONCE_MAX = 128 };

/* Extensions that change nothing here: read and left (RFC 6960, 4.4). */
static bool is_harmless(sign_bytes oid) {
    static const enum oid known[] = {OID_OCSP_CRL, OID_OCSP_RESPONSE_TYPES, OID_OCSP_SERVICE_LOCATOR,
                                     OID_OCSP_PREFERRED_SIG_ALGS, OID_OCSP_EXTENDED_REVOKE};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (oid_is(oid, known[i]))
            return true;
    return false;
}

/* RFC 6960, 4.4.1 and RFC 8954, 2.1: an OCTET STRING. Old responders echo bare octets: then those are it. */
static void read_nonce(struct der_cursor *list, const struct pki_extension *x, struct pki_ocsp *r) {
    struct der_parse parse = {0};
    struct der_cursor v = der_open(&parse, x->value, false);
    sign_bytes inner;
    if (r->has_nonce || x->value.len > NONCE_MAX) {
        (void)der_fail(list, "nonce given twice, or too long");
        return;
    }
    r->has_nonce = true;
    r->nonce = der_octets(&v, &inner) && der_finish(&v) ? inner : x->value;
}

static void read_response_extensions(struct der_cursor *c, struct pki_ocsp *r) {
    struct der_cursor list;
    struct pki_extension x;
    if (!der_enter(c, DER_SEQUENCE, &list) || !der_finish(c))
        return;
    while (pki_extension_next(&list, &x)) {
        if (oid_is(x.oid, OID_OCSP_NONCE))
            read_nonce(&list, &x, r);
        else if (x.critical && !is_harmless(x.oid))
            r->critical = true;
    }
}

static void read_single_extensions(struct der_cursor *c, struct ocsp_single *s, bool *critical) {
    struct der_cursor list;
    struct pki_extension x;
    if (!der_enter(c, DER_SEQUENCE, &list) || !der_finish(c))
        return;
    while (pki_extension_next(&list, &x)) {
        struct der_cursor v = pki_extension_value(&list, &x);
        if (oid_is(x.oid, OID_OCSP_ARCHIVE_CUTOFF)) {
            if (der_gen_time(&v, &s->archive_cutoff))
                (void)der_finish(&v);
        } else if (x.critical && !is_harmless(x.oid)) {
            *critical = true;
        }
    }
}

static void read_cert_id(struct der_cursor *c, struct ocsp_single *s) {
    struct der_cursor in;
    sign_bytes oid, params;
    if (!der_enter(c, DER_SEQUENCE, &in) || !der_algorithm(&in, &oid, &params) ||
        !der_octets(&in, &s->name_hash) || !der_octets(&in, &s->key_hash) || !der_integer(&in, &s->serial))
        return;
    (void)der_finish(&in);
    s->digest = crypto_digest_read(oid, params);
}

static void read_revoked(struct der_cursor *in, struct ocsp_single *s) {
    struct der_cursor reason;
    s->status = OCSP_REVOKED;
    if (!der_gen_time(in, &s->revoked_at))
        return;
    if (der_optional_enter(in, DER_CONTEXT_CONSTRUCTED(0), &reason))
        pki_reason_read(&reason, &s->reason);
    (void)der_finish(in);
}

/* CertStatus: a CHOICE of implicit tags. */
static void read_status(struct der_cursor *c, struct ocsp_single *s) {
    struct der_cursor in;
    struct der_tlv t = {0};
    if (der_optional(c, DER_CONTEXT(0), &t))
        s->status = OCSP_GOOD;
    else if (der_optional(c, DER_CONTEXT(2), &t))
        s->status = OCSP_STATUS_UNKNOWN;
    else if (der_enter(c, DER_CONTEXT_CONSTRUCTED(1), &in))
        read_revoked(&in, s);
    if (t.value.len != 0)
        (void)der_fail(c, "a status that is not empty");
}

static void read_single(struct der_cursor *c, struct ocsp_single *s, bool *critical) {
    struct der_cursor in, next;
    *s = (struct ocsp_single){.reason = -1, .archive_cutoff = INT64_MIN};
    if (!der_enter(c, DER_SEQUENCE, &in))
        return;
    read_cert_id(&in, s);
    read_status(&in, s);
    (void)der_gen_time(&in, &s->this_update);
    if (der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &next))
        s->has_next = der_gen_time(&next, &s->next_update) && der_finish(&next);
    if (der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(1), &next))
        read_single_extensions(&next, s, critical);
    (void)der_finish(&in);
}

static size_t count_singles(struct der_cursor list) {
    size_t n = 0;
    while (der_more(&list) && der_take(&list, DER_SEQUENCE, NULL))
        n++;
    return n;
}

static sign_rc read_singles(struct der_cursor *c, struct pki_ocsp *r, sign_error *err) {
    struct der_cursor list;
    if (!der_enter(c, DER_SEQUENCE, &list))
        return SIGN_OK;
    size_t n = count_singles(list);
    if (n > LIMIT_OCSP_SINGLES)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "OCSP response about %zu certificates", n);
    if (n == 0)
        return SIGN_OK;
    r->singles = calloc(n, sizeof *r->singles);
    if (r->singles == NULL)
        return fail_memory(err);
    while (der_more(&list) && r->n_singles < n)
        read_single(&list, &r->singles[r->n_singles++], &r->critical);
    return SIGN_OK;
}

/* ResponderID: a CHOICE of explicit tags. */
static void read_responder(struct der_cursor *c, struct pki_ocsp *r) {
    struct der_cursor in;
    struct der_tlv name = {0};
    if (der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(1), &in)) {
        if (der_take(&in, DER_SEQUENCE, &name) && der_finish(&in))
            r->by_name = name.raw;
    } else if (der_enter(c, DER_CONTEXT_CONSTRUCTED(2), &in)) {
        if (der_octets(&in, &r->by_key))
            (void)der_finish(&in);
    }
}

static sign_rc read_data(struct der_cursor *c, struct pki_ocsp *r, sign_error *err) {
    struct der_cursor in;
    uint64_t version = 0;
    /* Only v1 exists; some responders encode that default in spite of X.690, 11.5. */
    if (der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(0), &in) && der_uint(&in, &version) &&
        der_finish(&in) && version != 0)
        (void)der_fail(c, "unknown version of an OCSP response");
    read_responder(c, r);
    (void)der_gen_time(c, &r->produced_at);
    sign_rc rc = read_singles(c, r, err);
    if (rc != SIGN_OK)
        return rc;
    if (der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(1), &in))
        read_response_extensions(&in, r);
    (void)der_finish(c);
    return SIGN_OK;
}

/* More certificates than anybody needs to check one signature are left unread. */
static void read_certificates(struct der_cursor *c, struct pki_ocsp *r) {
    struct der_cursor list;
    struct der_tlv t;
    if (!der_enter(c, DER_SEQUENCE, &list) || !der_finish(c))
        return;
    while (der_more(&list) && der_take(&list, DER_SEQUENCE, &t))
        if (r->n_certs < LIMIT_OCSP_CERTIFICATES)
            r->certs[r->n_certs++] = t.raw;
}

/* The contents of a BasicOCSPResponse. */
static sign_rc read_basic(struct der_cursor *c, struct pki_ocsp *r, sign_error *err) {
    struct der_cursor in;
    struct der_tlv tbs = {0};
    sign_bytes alg;
    unsigned unused = 0;
    if (!der_take(c, DER_SEQUENCE, &tbs))
        return SIGN_OK;
    r->tbs = tbs.raw;
    struct der_cursor data = der_inside(c, &tbs);
    sign_rc rc = read_data(&data, r, err);
    if (rc != SIGN_OK)
        return rc;
    (void)pki_sigalg_read(c, &alg, &r->sigalg);
    if (der_bits(c, &r->signature, &unused) && unused != 0)
        (void)der_fail(c, "signature with unused bits");
    if (der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(0), &in))
        read_certificates(&in, r);
    (void)der_finish(c);
    return SIGN_OK;
}

static bool known_status(unsigned status) {
    return status <= OCSP_STATUS_MAX && status != 4; /* RFC 6960, 4.2.1: 4 is not used */
}

/* The contents of an OCSPResponse: the status, and with success the BasicOCSPResponse inside. */
static sign_rc read_wrapped(struct der_cursor *c, struct pki_ocsp *r, sign_error *err) {
    struct der_cursor bytes, response;
    struct der_tlv status = {0};
    sign_bytes type, octets;
    if (!der_take(c, DER_ENUMERATED, &status))
        return SIGN_OK;
    if (status.value.len != 1 || !known_status(status.value.data[0])) {
        (void)der_fail(c, "unknown status of an OCSP response");
        return SIGN_OK;
    }
    r->status = status.value.data[0];
    /* RFC 6960, 4.2.1: an error has no responseBytes. */
    if (r->status != OCSP_SUCCESSFUL) {
        (void)der_finish(c);
        return SIGN_OK;
    }
    if (!der_enter(c, DER_CONTEXT_CONSTRUCTED(0), &bytes) || !der_finish(c) ||
        !der_enter(&bytes, DER_SEQUENCE, &response) || !der_finish(&bytes) || !der_oid(&response, &type) ||
        !der_octets(&response, &octets) || !der_finish(&response))
        return SIGN_OK;
    if (!oid_is(type, OID_OCSP_BASIC)) {
        (void)der_fail(c, "no basic OCSP response");
        return SIGN_OK;
    }
    struct der_tlv whole = {.tag = DER_OCTET_STRING, .value = octets};
    struct der_cursor inner = der_inside(c, &whole), basic;
    r->basic = octets;
    if (!der_enter(&inner, DER_SEQUENCE, &basic) || !der_finish(&inner))
        return SIGN_OK;
    return read_basic(&basic, r, err);
}

sign_rc pki_ocsp_read(sign_bytes der, struct pki_source *from, struct pki_ocsp **out, sign_error *err) {
    if (der.len > LIMIT_OCSP)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "OCSP response of %zu bytes", der.len);
    AUTO(pki_ocsp_ptr) r = calloc(1, sizeof *r);
    if (r == NULL)
        return fail_memory(err);
    r->refs = 1;
    r->basic = der;
    r->source = pki_source_keep(from);
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, der, false), in;
    sign_rc rc = SIGN_OK;
    if (der_enter(&c, DER_SEQUENCE, &in) && der_finish(&c))
        rc = der_peek(&in) == DER_ENUMERATED ? read_wrapped(&in, r, err) : read_basic(&in, r, err);
    if (rc != SIGN_OK)
        return rc;
    if (!der_ok(&c))
        return fail(err, SIGN_E_FORMAT, MSG_OCSP_FORMAT, "%s (at byte %zu)",
                    parse.error ? parse.error : "malformed", parse.at);
    *out = TAKE(r);
    return SIGN_OK;
}

struct pki_ocsp *pki_ocsp_keep(struct pki_ocsp *r) {
    atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

void pki_ocsp_free(struct pki_ocsp **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct pki_ocsp *r = TAKE(*pointer);
    if (atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct pki_cert *signer = atomic_load(&r->signer), *other = atomic_load(&r->not_signer);
    pki_cert_free(&signer);
    pki_cert_free(&other);
    pki_source_free(&r->source);
    sign_buf_free(&r->own);
    free(atomic_load(&r->sha256));
    free(r->singles);
    free(r);
}

/* Remembers the answer for this key, if it is the first of its kind; a place that is taken stays as it is. */
static void remember(_Atomic(struct pki_cert *) *place, struct pki_cert *signer) {
    struct pki_cert *none = NULL, *kept = pki_cert_keep(signer);
    if (!atomic_compare_exchange_strong(place, &none, kept))
        pki_cert_free(&kept);
}

bool pki_ocsp_known(struct pki_ocsp *r, const struct pki_cert *cert, bool *ok) {
    const struct pki_cert *signer = atomic_load(&r->signer), *other = atomic_load(&r->not_signer);
    *ok = signer != NULL && (signer == cert || bytes_equal(signer->spki, cert->spki));
    return *ok || (other != NULL && (other == cert || bytes_equal(other->spki, cert->spki)));
}

sign_rc pki_ocsp_signed_by(struct pki_ocsp *r, struct crypto *crypto, struct pki_cert *signer, bool *ok,
                           sign_error *err) {
    if (pki_ocsp_known(r, signer, ok))
        return SIGN_OK;
    sign_rc rc = pki_signed_by(crypto, signer, r->tbs, &r->sigalg, r->signature, ok, err);
    if (rc == SIGN_OK)
        remember(*ok ? &r->signer : &r->not_signer, signer);
    return rc;
}
