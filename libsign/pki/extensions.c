/* pki/extensions.c - the extensions of a certificate (RFC 5280, 4.2). */
#include "pki/parts.h"

typedef void (*read_fn)(struct der_cursor *value, struct pki_cert *cert);

bool pki_extension_next(struct der_cursor *list, struct pki_extension *x) {
    struct der_cursor in;
    *x = (struct pki_extension){0};
    if (!der_more(list) || !der_enter(list, DER_SEQUENCE, &in) || !der_oid(&in, &x->oid))
        return false;
    if (der_peek(&in) == DER_BOOLEAN)
        (void)der_bool(&in, &x->critical);
    return der_octets(&in, &x->value) && der_finish(&in);
}

struct der_cursor pki_extension_value(const struct der_cursor *list, const struct pki_extension *x) {
    struct der_tlv whole = {.tag = DER_OCTET_STRING, .value = x->value};
    return der_inside(list, &whole);
}

void pki_extension_once(struct der_cursor *list, const struct pki_extension *x,
                        struct pki_extensions_seen *seen) {
    for (size_t i = 0; i < seen->n && der_ok(list); i++)
        if (bytes_equal(seen->oids[i], x->oid))
            (void)der_fail(list, "an extension occurs twice");
    if (seen->n == EXTENSIONS_MAX)
        (void)der_fail(list, "too many extensions");
    else
        seen->oids[seen->n++] = x->oid;
}

void pki_reason_read(struct der_cursor *value, int *reason) {
    struct der_tlv t = {0};
    if (!der_take(value, DER_ENUMERATED, &t) || !der_finish(value))
        return;
    if (t.value.len != 1 || t.value.data[0] > 10)
        (void)der_fail(value, "unknown reason code");
    else
        *reason = t.value.data[0];
}

/* BIT STRING with named bits: bit n is counted from the most significant one (X.690, 8.6.2). */
static void read_key_usage(struct der_cursor *c, struct pki_cert *cert) {
    sign_bytes bits = {0};
    unsigned unused = 0;
    if (!der_bits(c, &bits, &unused))
        return;
    cert->has_key_usage = true;
    for (unsigned n = 0; n < 9 && n / 8 < bits.len; n++)
        if (bits.data[n / 8] & (0x80U >> (n % 8)))
            cert->key_usage |= 1U << n;
}

static void read_basic_constraints(struct der_cursor *c, struct pki_cert *cert) {
    struct der_cursor in;
    uint64_t length = 0;
    if (!der_enter(c, DER_SEQUENCE, &in))
        return;
    cert->has_basic = true;
    if (der_peek(&in) == DER_BOOLEAN)
        (void)der_bool(&in, &cert->is_ca);
    if (der_more(&in) && der_uint(&in, &length))
        cert->path_len = length > INT_MAX ? INT_MAX : (int)length;
    (void)der_finish(&in);
}

static void read_subject_key_id(struct der_cursor *c, struct pki_cert *cert) {
    (void)der_octets(c, &cert->ski);
}

static void read_authority_key_id(struct der_cursor *c, struct pki_cert *cert) {
    struct der_cursor in;
    struct der_tlv id = {0};
    if (!der_enter(c, DER_SEQUENCE, &in))
        return;
    if (der_optional(&in, DER_CONTEXT(0), &id))
        cert->aki = id.value;
    (void)der_optional(&in, DER_CONTEXT_CONSTRUCTED(1), NULL);
    (void)der_optional(&in, DER_CONTEXT(2), NULL);
    (void)der_finish(&in);
}

/* Values that are read when they are wanted: here only that each is one SEQUENCE. */
static sign_bytes take_sequence(struct der_cursor *c) {
    struct der_tlv t = {0};
    return der_take(c, DER_SEQUENCE, &t) ? t.raw : (sign_bytes){0};
}

static void read_policies(struct der_cursor *c, struct pki_cert *cert) {
    cert->policies = take_sequence(c);
}

static void read_qc_statements(struct der_cursor *c, struct pki_cert *cert) {
    cert->qc_statements = take_sequence(c);
}

static void read_eku(struct der_cursor *c, struct pki_cert *cert) {
    cert->eku = take_sequence(c);
}

static void read_crl_points(struct der_cursor *c, struct pki_cert *cert) {
    cert->crl_points = take_sequence(c);
}

static void read_aia(struct der_cursor *c, struct pki_cert *cert) {
    cert->aia = take_sequence(c);
}

static void read_policy_mappings(struct der_cursor *c, struct pki_cert *cert) {
    cert->policy_mappings = take_sequence(c);
}

static void read_name_constraints(struct der_cursor *c, struct pki_cert *cert) {
    cert->name_constraints = take_sequence(c);
}

static void read_subject_alt(struct der_cursor *c, struct pki_cert *cert) {
    cert->subject_alt = take_sequence(c);
}

static void read_freshest_crl(struct der_cursor *c, struct pki_cert *cert) {
    cert->freshest_crl = take_sequence(c);
}

/* SkipCerts ::= INTEGER (0..MAX): more than a path can have is as good as no limit. */
static int skip_certs(struct der_cursor *c, uint8_t tag) {
    struct der_tlv t = {0};
    if (!der_take(c, tag, &t))
        return -1;
    if (t.value.len == 0 || (t.value.data[0] & 0x80) != 0 ||
        (t.value.len > 1 && t.value.data[0] == 0 && (t.value.data[1] & 0x80) == 0)) {
        (void)der_fail(c, "number of certificates to skip");
        return -1;
    }
    uint64_t n = 0;
    for (size_t i = 0; i < t.value.len; i++)
        n = n > INT_MAX ? n : n << 8 | t.value.data[i];
    return n > INT_MAX ? INT_MAX : (int)n;
}

/* An empty one is not to be issued (RFC 5280, 4.2.1.11); it says nothing. */
static void read_policy_constraints(struct der_cursor *c, struct pki_cert *cert) {
    struct der_cursor in;
    if (!der_enter(c, DER_SEQUENCE, &in))
        return;
    if (der_peek(&in) == DER_CONTEXT(0))
        cert->require_explicit = skip_certs(&in, DER_CONTEXT(0));
    if (der_peek(&in) == DER_CONTEXT(1))
        cert->inhibit_mapping = skip_certs(&in, DER_CONTEXT(1));
    (void)der_finish(&in);
}

static void read_inhibit_any(struct der_cursor *c, struct pki_cert *cert) {
    cert->inhibit_any = skip_certs(c, DER_INTEGER);
}

/* The value is NULL (RFC 6960, 4.2.2.2.1). */
static void read_ocsp_nocheck(struct der_cursor *c, struct pki_cert *cert) {
    cert->ocsp_nocheck = der_null(c);
}

/*
 * The extensions that are read. What is processed may be critical; nameConstraints, policyConstraints and
 * inhibitAnyPolicy bind even when the authority forgot to mark them so (RFC 5280, 4.2.1.10 and 4.2.1.11).
 */
static const struct rule {
    enum oid id;
    bool processed;
    read_fn read;
} rules[] = {
    {OID_EXT_KEY_USAGE, true, read_key_usage},
    {OID_EXT_BASIC_CONSTRAINTS, true, read_basic_constraints},
    {OID_EXT_AUTHORITY_KEY_IDENTIFIER, true, read_authority_key_id},
    {OID_EXT_SUBJECT_KEY_IDENTIFIER, true, read_subject_key_id},
    {OID_EXT_CERTIFICATE_POLICIES, true, read_policies},
    {OID_EXT_POLICY_MAPPINGS, true, read_policy_mappings},
    {OID_EXT_POLICY_CONSTRAINTS, true, read_policy_constraints},
    {OID_EXT_INHIBIT_ANY_POLICY, true, read_inhibit_any},
    {OID_EXT_NAME_CONSTRAINTS, true, read_name_constraints},
    {OID_EXT_SUBJECT_ALT_NAME, true, read_subject_alt},
    {OID_EXT_EXTENDED_KEY_USAGE, true, read_eku},
    {OID_EXT_CRL_DISTRIBUTION_POINTS, true, read_crl_points},
    /* RFC 5280, 4.2.1.15: an offer of newer lists; nothing is lost when they are not asked for. */
    {OID_EXT_FRESHEST_CRL, true, read_freshest_crl},
    /* RFC 3739, 3.2.6: critical means that every statement must be understood. */
    {OID_EXT_QC_STATEMENTS, false, read_qc_statements},
    {OID_EXT_AUTHORITY_INFO_ACCESS, false, read_aia},
    {OID_EXT_OCSP_NO_CHECK, true, read_ocsp_nocheck},
};

static const struct rule *find_rule(sign_bytes oid) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (oid_is(oid, rules[i].id))
            return &rules[i];
    return NULL;
}

static void read_extension(struct der_cursor *list, const struct pki_extension *x, struct pki_cert *cert) {
    const struct rule *rule = find_rule(x->oid);
    if (rule != NULL) {
        struct der_cursor v = pki_extension_value(list, x);
        rule->read(&v, cert);
        (void)der_finish(&v);
    }
    if (oid_is(x->oid, OID_EXT_EXTENDED_KEY_USAGE))
        cert->eku_critical = x->critical;
    if (!x->critical || (rule != NULL && rule->processed) || cert->unknown_critical)
        return;
    cert->unknown_critical = true;
    cert->critical_oid = x->oid;
}

void pki_extensions_read(struct der_cursor *c, struct pki_cert *cert) {
    struct der_cursor list;
    struct pki_extension x;
    struct pki_extensions_seen seen = {.n = 0};
    if (!der_enter(c, DER_SEQUENCE, &list) || !der_finish(c))
        return;
    while (pki_extension_next(&list, &x)) {
        read_extension(&list, &x, cert);
        pki_extension_once(&list, &x, &seen);
    }
}
