/* pki/certificate.c - certificates described for people and programs (sign/certificate.h). */
#include "base/text.h"
#include "pki/facts.h"
#include "pki/parts.h"

struct sign_certs {
    arena arena;
    struct crypto *crypto;
    struct pki_cert **certs;
    sign_cert *facts;
    size_t n, cap;
};
typedef struct sign_certs *sign_certs_ptr;
CLEANUP(sign_certs_ptr, sign_certs_free);

static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", NULL};

static const char *text_of(sign_certs *list, const grow *g) {
    if (g->failed) {
        list->arena.failed = true;
        return "";
    }
    const char *s = arena_str(&list->arena, BYTES(g->data, g->len));
    return s != NULL ? s : "";
}

static const char *name_text(sign_certs *list, sign_bytes name) {
    AUTO(grow) g = {0};
    return pki_name_text(name, &g) || g.failed ? text_of(list, &g) : "";
}

static const char *attribute_text(sign_certs *list, sign_bytes name, enum oid type) {
    AUTO(grow) g = {0};
    return pki_name_attribute(name, type, &g) || g.failed ? text_of(list, &g) : "";
}

static const char *serial_text(sign_certs *list, sign_bytes serial) {
    AUTO(grow) g = {0};
    pki_serial_hex(serial, &g);
    return text_of(list, &g);
}

/* RFC 5280, 4.2.1.3 */
static const char *key_usage_text(sign_certs *list, const struct pki_cert *c) {
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
    AUTO(grow) g = {0};
    for (unsigned n = 0; n < sizeof names / sizeof names[0]; n++)
        if (c->key_usage & (1U << n))
            grow_printf(&g, "%s%s", g.len > 0 ? "," : "", names[n]);
    return text_of(list, &g);
}

static const char *policies_text(sign_certs *list, const struct pki_cert *c) {
    AUTO(grow) g = {0};
    struct der_parse parse = {0};
    struct der_cursor outer = der_open(&parse, c->policies, false), policies, policy;
    sign_bytes oid;
    char dotted[128];
    if (c->policies.len > 0 && der_enter(&outer, DER_SEQUENCE, &policies))
        while (der_more(&policies) && der_enter(&policies, DER_SEQUENCE, &policy) && der_oid(&policy, &oid))
            if (oid_to_text(oid, dotted, sizeof dotted))
                grow_printf(&g, "%s%s", g.len > 0 ? "," : "", dotted);
    return text_of(list, &g);
}

/* Text that one of facts.h writes. */
static const char *fact_text(sign_certs *list, const struct pki_cert *c,
                             void (*write)(const struct pki_cert *, grow *)) {
    AUTO(grow) g = {0};
    write(c, &g);
    return text_of(list, &g);
}

static const char *aia_urls(sign_certs *list, const struct pki_cert *c, enum oid method) {
    AUTO(grow) g = {0};
    pki_fact_urls(c, method, &g);
    return text_of(list, &g);
}

/* A key of an algorithm that we do not know is described, not refused; for want of memory none is called
 * unknown. */
static sign_rc key_text(struct pki_cert *c, const char **out, sign_error *err) {
    const struct crypto_pubkey *key;
    sign_error why = {0};
    sign_rc rc = pki_cert_key(c, &key, &why);
    *out = rc == SIGN_OK ? crypto_pubkey_name(key) : "?";
    if (rc != SIGN_E_MEMORY && rc != SIGN_E_CRYPTO)
        return SIGN_OK;
    if (err != NULL)
        *err = why;
    return rc;
}

static const char *signature_text(sign_certs *list, const struct pki_cert *c) {
    char name[64];
    if (c->sigalg.scheme == SCHEME_NONE)
        return "?";
    crypto_sigalg_name(&c->sigalg, name);
    const char *s = arena_str(&list->arena, BYTES_STR(name));
    return s != NULL ? s : "";
}

static sign_cert describe(sign_certs *list, struct pki_cert *c, const char *key) {
    char hex[65];
    text_hex(BYTES(c->sha256, sizeof c->sha256), hex);
    const char *sha = arena_str(&list->arena, BYTES_STR(hex));
    return (sign_cert){
        .der = c->der,
        .subject = name_text(list, c->subject),
        .issuer = name_text(list, c->issuer),
        .common_name = attribute_text(list, c->subject, OID_DN_COMMON_NAME),
        .serial_number = attribute_text(list, c->subject, OID_DN_SERIAL_NUMBER),
        .serial = serial_text(list, c->serial),
        .sha256 = sha != NULL ? sha : "",
        .key = key,
        .signature = signature_text(list, c),
        .key_usage = key_usage_text(list, c),
        .policies = policies_text(list, c),
        .crl_urls = fact_text(list, c, pki_fact_crl_urls),
        .ocsp_urls = aia_urls(list, c, OID_AD_OCSP),
        .not_before = c->not_before,
        .not_after = c->not_after,
        .kind = pki_cert_kind(c),
        .is_ca = c->is_ca,
        .issuer_urls = aia_urls(list, c, OID_AD_CA_ISSUERS),
        .emails = fact_text(list, c, pki_fact_emails),
        .purposes = fact_text(list, c, pki_fact_purposes),
        .limit_value = fact_text(list, c, pki_fact_limit),
        .limit_use = fact_text(list, c, pki_fact_use),
        .notice = fact_text(list, c, pki_fact_notice),
        .known = sign_root_known(c->sha256),
        .retention_years = pki_fact_retention(c),
        .on_device = pki_fact_device(c),
    };
}

static sign_rc more_room(sign_certs *list, sign_error *err) {
    if (list->n < list->cap)
        return SIGN_OK;
    size_t cap = list->cap == 0 ? 4 : 2 * list->cap;
    struct pki_cert **certs = realloc(list->certs, cap * sizeof(struct pki_cert *));
    if (certs == NULL)
        return fail_memory(err);
    list->certs = certs;
    sign_cert *facts = realloc(list->facts, cap * sizeof *facts);
    if (facts == NULL)
        return fail_memory(err);
    list->facts = facts;
    list->cap = cap;
    return SIGN_OK;
}

static sign_rc add(void *self, sign_bytes der, const char *name, sign_error *err) {
    sign_certs *list = self;
    AUTO(pki_cert_ptr) cert = NULL;
    sign_rc rc = more_room(list, err);
    if (rc != SIGN_OK)
        return rc;
    rc = pki_cert_read(list->crypto, der, &cert, err);
    if (rc != SIGN_OK)
        return within(err, rc, "%s: certificate %zu", name, list->n + 1);
    const char *key;
    rc = key_text(cert, &key, err);
    if (rc != SIGN_OK)
        return within(err, rc, "%s: certificate %zu", name, list->n + 1);
    list->facts[list->n] = describe(list, cert, key);
    list->certs[list->n++] = TAKE(cert);
    return list->arena.failed ? fail_memory(err) : SIGN_OK;
}

sign_rc sign_certs_read(const sign_input *in, sign_certs **out, sign_error *err) {
    if (in == NULL || out == NULL)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_certs_read: input and output are needed");
    AUTO(source) src = {.fd = -1};
    AUTO(sign_buf) own = {0};
    AUTO(sign_certs_ptr) list = NULL;
    sign_bytes all;
    size_t count;
    sign_rc rc = source_open(in, &src, err);
    if (rc == SIGN_OK)
        rc = source_all(&src, LIMIT_PIECE, &all, &own, err);
    if (rc != SIGN_OK)
        return rc;
    list = calloc(1, sizeof *list);
    if (list == NULL)
        return fail_memory(err);
    rc = crypto_new(&list->crypto, err);
    if (rc == SIGN_OK)
        rc = pki_objects(all,
                         in->path != NULL   ? in->path
                         : in->name != NULL ? in->name
                                            : "(bytes)",
                         labels, add, list, &count, err);
    if (rc != SIGN_OK)
        return rc;
    *out = TAKE(list);
    return SIGN_OK;
}

size_t sign_certs_count(const sign_certs *certs) {
    return certs != NULL ? certs->n : 0;
}

const sign_cert *sign_certs_get(const sign_certs *certs, size_t i) {
    return certs != NULL && i < certs->n ? &certs->facts[i] : NULL;
}

void sign_certs_free(sign_certs **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    sign_certs *list = TAKE(*pointer);
    for (size_t i = 0; i < list->n; i++)
        pki_cert_free(&list->certs[i]);
    free(list->certs);
    free(list->facts);
    crypto_free(&list->crypto);
    arena_free(&list->arena);
    free(list);
}
