/* pki/crl.c - a revocation list (RFC 5280, 5), its entries indexed by serial number from the bytes. */
#include "base/random.h"
#include "pki/parts.h"
#include <stdatomic.h>

/* An entry: where it stands in the list, plus one; 0 is an empty slot. And a part of the hash, to skip the
 * others. */
struct crl_slot {
    uint32_t tag;
    uint32_t at;
};

struct extension {
    sign_bytes oid, value;
    bool critical;
};

static bool next_extension(struct der_cursor *list, struct extension *x) {
    struct der_cursor in;
    *x = (struct extension){0};
    if (!der_more(list) || !der_enter(list, DER_SEQUENCE, &in) || !der_oid(&in, &x->oid))
        return false;
    if (der_peek(&in) == DER_BOOLEAN)
        (void)der_bool(&in, &x->critical);
    return der_octets(&in, &x->value) && der_finish(&in);
}

static struct der_cursor inside_value(struct der_cursor *list, const struct extension *x) {
    struct der_tlv whole = {.tag = DER_OCTET_STRING, .value = x->value};
    return der_inside(list, &whole);
}

/* CRL extensions that change nothing for us: read and left (RFC 5280, 5.2). */
static bool is_harmless(sign_bytes oid) {
    static const enum oid known[] = {OID_EXT_AUTHORITY_KEY_IDENTIFIER, OID_EXT_ISSUER_ALT_NAME,
                                     OID_EXT_CRL_NUMBER, OID_EXT_FRESHEST_CRL, OID_EXT_EXPIRED_CERTS_ON_CRL};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (oid_is(oid, known[i]))
            return true;
    return false;
}

static void read_extensions(struct der_cursor *c, struct pki_crl *crl) {
    struct der_cursor list;
    struct extension x;
    if (!der_enter(c, DER_SEQUENCE, &list) || !der_finish(c))
        return;
    while (next_extension(&list, &x)) {
        if (oid_is(x.oid, OID_EXT_DELTA_CRL_INDICATOR)) {
            crl->flaw = CRL_DELTA;
        } else if (oid_is(x.oid, OID_EXT_ISSUING_DISTRIBUTION_POINT)) {
            struct der_cursor v = inside_value(&list, &x);
            struct der_tlv t = {0};
            if (der_take(&v, DER_SEQUENCE, &t) && der_finish(&v))
                crl->scope = t.raw;
        } else if (x.critical && !is_harmless(x.oid)) {
            crl->flaw = CRL_CRITICAL; /* RFC 5280, 5.2: not to be used to tell anything about a certificate */
        }
    }
}

/* RFC 5280, 5.3. certificateIssuer makes the entry one about another issuer's certificate: an indirect list.
 */
static void read_entry_extensions(struct der_cursor *c, enum crl_flaw *flaw, int *reason) {
    struct der_cursor list;
    struct extension x;
    if (!der_enter(c, DER_SEQUENCE, &list))
        return;
    while (next_extension(&list, &x)) {
        struct der_cursor v = inside_value(&list, &x);
        struct der_tlv t = {0};
        int64_t when;
        if (oid_is(x.oid, OID_EXT_REASON_CODE)) {
            if (der_take(&v, DER_ENUMERATED, &t) && der_finish(&v) &&
                (t.value.len != 1 || t.value.data[0] > 10))
                (void)der_fail(&v, "unknown reason code");
            else if (der_ok(&v))
                *reason = t.value.data[0];
        } else if (oid_is(x.oid, OID_EXT_INVALIDITY_DATE)) {
            if (der_time(&v, &when))
                (void)der_finish(&v);
        } else if (oid_is(x.oid, OID_EXT_CERTIFICATE_ISSUER)) {
            *flaw = CRL_INDIRECT;
        } else if (x.critical) {
            *flaw = CRL_CRITICAL;
        }
    }
}

static bool read_entry(struct der_cursor *list, sign_bytes *serial, struct crl_entry *entry,
                       enum crl_flaw *flaw) {
    struct der_cursor in;
    entry->reason = -1;
    if (!der_enter(list, DER_SEQUENCE, &in) || !der_integer(&in, serial) ||
        !der_time(&in, &entry->revoked_at))
        return false;
    if (der_more(&in))
        read_entry_extensions(&in, flaw, &entry->reason);
    return der_finish(&in);
}

static void read_entries(struct der_cursor *c, struct pki_crl *crl) {
    struct der_tlv list = {0};
    struct crl_entry entry;
    sign_bytes serial;
    if (!der_optional(c, DER_SEQUENCE, &list))
        return;
    crl->entries = list.value;
    struct der_cursor in = der_inside(c, &list);
    while (der_more(&in) && read_entry(&in, &serial, &entry, &crl->flaw))
        crl->count++;
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
    read_entries(c, crl);
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

/* Open addressing, at most half full. The entries were read before: nothing can fail here but memory. */
static sign_rc make_index(struct pki_crl *crl, sign_error *err) {
    struct der_parse parse = {0};
    struct der_cursor list = der_open(&parse, crl->entries, false), in;
    sign_bytes serial;
    if (crl->count == 0)
        return SIGN_OK;
    for (crl->cap = 8; crl->cap < 2 * crl->count;)
        crl->cap *= 2;
    crl->slots = calloc(crl->cap, sizeof *crl->slots);
    if (crl->slots == NULL)
        return fail_memory(err);
    random_fill(crl->seed, sizeof crl->seed);
    while (der_more(&list)) {
        uint32_t at = (uint32_t)(list.at - crl->entries.data);
        if (!der_enter(&list, DER_SEQUENCE, &in) || !der_integer(&in, &serial))
            return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "CRL entry");
        uint64_t hash = cache_hash(crl->seed, serial);
        size_t i = (size_t)hash & (crl->cap - 1);
        while (crl->slots[i].at != 0)
            i = (i + 1) & (crl->cap - 1);
        crl->slots[i] = (struct crl_slot){.tag = (uint32_t)(hash >> 32), .at = at + 1};
    }
    return SIGN_OK;
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
    crl->source = pki_source_keep(from);
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, der, false);
    if (!read_list(&c, crl))
        return fail(err, SIGN_E_FORMAT, MSG_CRL_FORMAT, "%s (at byte %zu)",
                    parse.error ? parse.error : "malformed", parse.at);
    sign_rc rc = set_issuer(crl, err);
    if (rc == SIGN_OK)
        rc = make_index(crl, err);
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
    free(c->slots);
    free(c);
}

void pki_lists_free(pki_lists *l) {
    for (size_t i = 0; i < l->n_crls; i++)
        pki_crl_free(&l->crls[i]);
    free(l->crls);
    *l = (pki_lists){0};
}

bool pki_crl_find(const struct pki_crl *c, sign_bytes serial, struct crl_entry *out) {
    if (c->count == 0)
        return false;
    uint64_t hash = cache_hash(c->seed, serial);
    for (size_t i = (size_t)hash & (c->cap - 1); c->slots[i].at != 0; i = (i + 1) & (c->cap - 1)) {
        if (c->slots[i].tag != (uint32_t)(hash >> 32))
            continue;
        size_t at = c->slots[i].at - 1;
        struct der_parse parse = {0};
        struct der_cursor list = der_open(&parse, BYTES(c->entries.data + at, c->entries.len - at), false);
        sign_bytes found;
        enum crl_flaw flaw = CRL_FINE;
        if (read_entry(&list, &found, out, &flaw) && bytes_equal(found, serial))
            return true;
    }
    return false;
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
