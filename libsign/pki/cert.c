/* pki/cert.c - one certificate read in one pass (RFC 5280, 4.1), its count and its key. */
#include "pki/parts.h"
#include <stdatomic.h>

/* RFC 5280, 4.1.2.2: serial numbers have at most 20 octets; more are met in the wild, without bound they are
 * an attack. */
enum { SERIAL_MAX = 64 };

/* RDNSequence: every component is a SET of at least one SEQUENCE { type, value } (RFC 5280, 4.1.2.4). */
static void read_name(struct der_cursor *c, sign_bytes *out) {
    struct der_tlv name = {0};
    if (!der_take(c, DER_SEQUENCE, &name))
        return;
    struct der_cursor rdns = der_inside(c, &name), set, pair;
    while (der_more(&rdns) && der_enter(&rdns, DER_SET, &set)) {
        do {
            sign_bytes type;
            struct der_tlv value;
            if (!der_enter(&set, DER_SEQUENCE, &pair) || !der_oid(&pair, &type) || !der_any(&pair, &value) ||
                !der_finish(&pair))
                return;
        } while (der_more(&set));
    }
    *out = name.raw;
}

static void read_validity(struct der_cursor *c, struct pki_cert *cert) {
    struct der_cursor in;
    if (der_enter(c, DER_SEQUENCE, &in) && der_time(&in, &cert->not_before) &&
        der_time(&in, &cert->not_after))
        (void)der_finish(&in);
}

static void read_spki(struct der_cursor *c, struct pki_cert *cert) {
    struct der_tlv spki = {0};
    if (der_take(c, DER_SEQUENCE, &spki))
        cert->spki = spki.raw;
}

/* Version: v1 by default, else 1 or 2 for v2 and v3; the default value is not encoded (X.690, 11.5). */
static uint64_t read_version(struct der_cursor *c) {
    uint64_t version = 0;
    struct der_cursor in;
    if (der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(0), &in) && der_uint(&in, &version) &&
        der_finish(&in) && (version < 1 || version > 2))
        (void)der_fail(c, "unknown certificate version");
    return version;
}

/* Returns the raw inner AlgorithmIdentifier. */
static sign_bytes read_tbs(struct der_cursor *c, struct pki_cert *cert) {
    struct der_tlv alg = {0};
    struct der_cursor in;
    uint64_t version = read_version(c);
    (void)der_integer(c, &cert->serial);
    (void)der_take(c, DER_SEQUENCE, &alg);
    read_name(c, &cert->issuer);
    read_validity(c, cert);
    read_name(c, &cert->subject);
    read_spki(c, cert);
    (void)der_optional(c, DER_CONTEXT(1), NULL);
    (void)der_optional(c, DER_CONTEXT(2), NULL);
    if (der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(3), &in)) {
        if (version != 2)
            (void)der_fail(c, "extensions in a certificate that is not version 3");
        pki_extensions_read(&in, cert);
    }
    (void)der_finish(c);
    if (der_ok(c) && cert->serial.len > SERIAL_MAX)
        (void)der_fail(c, "serial number too long");
    return alg.raw;
}

bool pki_sigalg_read(struct der_cursor *c, sign_bytes *raw, struct crypto_sigalg *out) {
    struct der_tlv alg = {0};
    if (!der_take(c, DER_SEQUENCE, &alg))
        return false;
    struct der_cursor again = der_inside(c, &alg);
    sign_bytes oid, params = {0};
    if (!der_oid(&again, &oid))
        return false;
    struct der_tlv p = {0};
    if (der_more(&again) && der_any(&again, &p))
        params = p.raw;
    if (!der_finish(&again))
        return false;
    *raw = alg.raw;
    /* An algorithm we do not know is no fault of the certificate: SCHEME_NONE, and no path through it. */
    (void)crypto_sigalg_read(oid, params, out);
    return true;
}

static bool read_certificate(struct der_cursor *c, struct pki_cert *cert) {
    struct der_cursor outer;
    struct der_tlv tbs = {0};
    sign_bytes alg = {0};
    unsigned unused = 0;
    if (!der_enter(c, DER_SEQUENCE, &outer) || !der_finish(c) || !der_take(&outer, DER_SEQUENCE, &tbs))
        return false;
    cert->tbs = tbs.raw;
    struct der_cursor in = der_inside(&outer, &tbs);
    sign_bytes inner = read_tbs(&in, cert);
    (void)pki_sigalg_read(&outer, &alg, &cert->sigalg);
    (void)der_bits(&outer, &cert->signature, &unused);
    if (!der_finish(&outer))
        return false;
    /* RFC 5280, 4.1.1.2: both AlgorithmIdentifiers are the same, else the outer one is not protected. */
    if (!bytes_equal(inner, alg))
        return der_fail(&outer, "the two signature algorithms differ");
    return unused == 0 || der_fail(&outer, "signature with unused bits");
}

/*
 * RFC 5280, 3.2 and 6.1: the names are compared as 7.1 says. For what issues nothing the octets are enough:
 * there only the report asks.
 */
static sign_rc compare_names(struct pki_cert *cert, sign_error *err) {
    cert->self_issued = bytes_equal(cert->issuer, cert->subject);
    if (cert->self_issued || !cert->is_ca)
        return SIGN_OK;
    AUTO(grow) issuer = {0};
    AUTO(grow) subject = {0};
    bool readable = pki_name_key(cert->issuer, &issuer) && pki_name_key(cert->subject, &subject);
    if (issuer.failed || subject.failed)
        return fail_memory(err);
    cert->self_issued =
        readable && bytes_equal(BYTES(issuer.data, issuer.len), BYTES(subject.data, subject.len));
    return SIGN_OK;
}

sign_rc pki_cert_read(struct crypto *crypto, sign_bytes der, struct pki_cert **out, sign_error *err) {
    if (der.len > LIMIT_CERTIFICATE)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "certificate of %zu bytes", der.len);
    /* The copy of the bytes stands behind the struct: one allocation for a certificate. */
    struct pki_cert *cert = calloc(1, sizeof *cert + der.len);
    if (cert == NULL)
        return fail_memory(err);
    uint8_t *copy = (uint8_t *)(cert + 1);
    if (der.len > 0)
        memcpy(copy, der.data, der.len);
    cert->der = BYTES(copy, der.len);
    cert->refs = 1;
    cert->path_len = cert->require_explicit = cert->inhibit_mapping = cert->inhibit_any = -1;
    AUTO(pki_cert_ptr) held = cert;
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, cert->der, false);
    if (!read_certificate(&c, cert))
        return fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "%s (at byte %zu)",
                    parse.error ? parse.error : "malformed", parse.at);
    uint8_t sha[DIGEST_MAX];
    sign_rc rc = compare_names(cert, err);
    if (rc == SIGN_OK)
        rc = crypto_hash(crypto, DIGEST_SHA256, cert->der, sha, err);
    if (rc != SIGN_OK)
        return within(err, rc, "certificate");
    memcpy(cert->sha256, sha, sizeof cert->sha256);
    *out = TAKE(held);
    return SIGN_OK;
}

struct pki_cert *pki_cert_keep(struct pki_cert *c) {
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void pki_cert_free(struct pki_cert **c) {
    if (c == NULL || *c == NULL)
        return;
    struct pki_cert *cert = TAKE(*c);
    if (atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct crypto_pubkey *key = atomic_load_explicit(&cert->key, memory_order_relaxed);
    crypto_pubkey_free(&key);
    free(atomic_load_explicit(&cert->shown, memory_order_relaxed));
    free(cert);
}

sign_rc pki_cert_key(struct pki_cert *c, const struct crypto_pubkey **out, sign_error *err) {
    struct crypto_pubkey *key = atomic_load_explicit(&c->key, memory_order_acquire);
    if (key == NULL) {
        AUTO(crypto_pubkey_ptr) made = NULL;
        sign_rc rc = crypto_pubkey_read(c->spki, &made, err);
        if (rc != SIGN_OK)
            return rc; /* it says itself that it is about a public key */
        /* Two threads may make it at once: the first to put it in place wins, the other drops its own. */
        if (atomic_compare_exchange_strong(&c->key, &key, made))
            key = TAKE(made);
    }
    *out = key;
    return SIGN_OK;
}

void pki_cert_key_known(struct pki_cert *c, struct crypto_pubkey *key) {
    AUTO(crypto_pubkey_ptr) mine = crypto_pubkey_keep(key);
    struct crypto_pubkey *none = NULL;
    if (atomic_compare_exchange_strong(&c->key, &none, mine))
        (void)TAKE(mine);
}
