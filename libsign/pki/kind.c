/* pki/kind.c - what a certificate is for, told from its contents: NES, seals, encryption. */
#include "pki/parts.h"

/* Opens an extension value kept raw by pki_cert_read; false when the certificate has none. */
static bool open_list(struct der_parse *parse, sign_bytes raw, struct der_cursor *list) {
    if (raw.len == 0)
        return false;
    struct der_cursor c = der_open(parse, raw, false);
    return der_enter(&c, DER_SEQUENCE, list);
}

/* QCStatements ::= SEQUENCE OF SEQUENCE { statementId, statementInfo OPTIONAL } (RFC 3739, 3.2.6) */
static bool has_statement(const struct pki_cert *c, enum oid id) {
    struct der_parse parse = {0};
    struct der_cursor list, statement;
    sign_bytes oid;
    if (!open_list(&parse, c->qc_statements, &list))
        return false;
    while (der_more(&list))
        if (der_enter(&list, DER_SEQUENCE, &statement) && der_oid(&statement, &oid) && oid_is(oid, id))
            return true;
    return false;
}

bool pki_cert_has_purpose(const struct pki_cert *c, enum oid purpose, bool *sole) {
    struct der_parse parse = {0};
    struct der_cursor list;
    sign_bytes oid;
    size_t n = 0;
    bool found = false;
    *sole = false;
    if (!open_list(&parse, c->eku, &list))
        return false;
    for (; der_more(&list) && der_oid(&list, &oid); n++)
        found = found || oid_is(oid, purpose);
    *sole = found && n == 1;
    return found;
}

static bool has_purpose(const struct pki_cert *c, enum oid id) {
    bool sole;
    return pki_cert_has_purpose(c, id, &sole);
}

bool pki_cert_other_purpose(const struct pki_cert *c, grow *purposes) {
    static const enum oid others[] = {OID_EKU_SERVER_AUTH, OID_EKU_CODE_SIGNING, OID_EKU_TIME_STAMPING,
                                      OID_EKU_OCSP_SIGNING};
    struct der_parse parse = {0};
    struct der_cursor list;
    sign_bytes oid;
    if (!c->eku_critical || !open_list(&parse, c->eku, &list))
        return false;
    while (der_more(&list)) {
        enum oid found = OID_NONE;
        if (!der_oid(&list, &oid))
            break;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            if (oid_is(oid, others[i]))
                found = others[i];
        if (found == OID_NONE)
            return false;
        grow_str(purposes, purposes->len > 0 ? ", " : "");
        grow_str(purposes, oid_label(found));
    }
    return true;
}

/* UserNotice ::= SEQUENCE { noticeRef OPTIONAL, explicitText OPTIONAL }: one of them, and a text that is not
 * empty. */
static bool is_notice(struct der_cursor *qualifier) {
    struct der_cursor notice;
    struct der_tlv text = {0};
    if (!der_enter(qualifier, DER_SEQUENCE, &notice))
        return false;
    bool reference = der_optional(&notice, DER_SEQUENCE, NULL);
    if (!der_more(&notice))
        return reference;
    return der_any(&notice, &text) && text.value.len > 0;
}

static bool policy_has_notice(struct der_cursor *policy) {
    struct der_cursor qualifiers, one;
    sign_bytes oid;
    if (!der_optional_enter(policy, DER_SEQUENCE, &qualifiers))
        return false;
    while (der_more(&qualifiers)) {
        if (!der_enter(&qualifiers, DER_SEQUENCE, &one) || !der_oid(&one, &oid))
            return false;
        if (oid_is(oid, OID_POLICY_QUALIFIER_USER_NOTICE) && is_notice(&one))
            return true;
    }
    return false;
}

/* Whether any policy is `id` (OID_NONE: any at all), and with `notice`: carries a user notice. */
static bool has_policy(const struct pki_cert *c, enum oid id, bool notice) {
    struct der_parse parse = {0};
    struct der_cursor list, policy;
    sign_bytes oid;
    if (!open_list(&parse, c->policies, &list))
        return false;
    while (der_more(&list)) {
        if (!der_enter(&list, DER_SEQUENCE, &policy) || !der_oid(&policy, &oid))
            return false;
        if ((id == OID_NONE || oid_is(oid, id)) && (!notice || policy_has_notice(&policy)))
            return true;
    }
    return false;
}

/*
 * A NES by law 5070, art. 9 and the regulator's profile guide: nonRepudiation, a user notice, the ETSI
 * statement and the regulator's; and none of the statements that make it a seal.
 */
static bool is_nes(const struct pki_cert *c) {
    return (c->key_usage & KU_NON_REPUDIATION) && has_policy(c, OID_NONE, true) &&
           has_statement(c, OID_QCS_COMPLIANCE) &&
           (has_statement(c, OID_QCS_TR_NES) || has_statement(c, OID_QCS_TR_SEAL_COMPLIANCE));
}

void pki_cert_qualified(const struct pki_cert *c, struct pki_qualified *out) {
    *out = (struct pki_qualified){.etsi = has_statement(c, OID_QCS_COMPLIANCE),
                                  .btk = has_statement(c, OID_QCS_TR_NES) ||
                                         has_statement(c, OID_QCS_TR_SEAL_COMPLIANCE),
                                  .notice = has_policy(c, OID_NONE, true)};
}

static bool is_encryption(const struct pki_cert *c) {
    const unsigned encrypts = KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT;
    const unsigned signs = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
    return ((c->key_usage & encrypts) && !(c->key_usage & signs)) ||
           has_purpose(c, OID_EKU_TR_FISCAL_SEAL_ENCRYPTION);
}

/* RFC 3161, 2.3; RFC 6960, 4.2.2.2. */
static sign_cert_kind service_kind(const struct pki_cert *c) {
    if (has_purpose(c, OID_EKU_TIME_STAMPING))
        return SIGN_CERT_TSA;
    return has_purpose(c, OID_EKU_OCSP_SIGNING) ? SIGN_CERT_OCSP : SIGN_CERT_OTHER;
}

sign_cert_kind pki_cert_kind(const struct pki_cert *c) {
    if (c->is_ca)
        return SIGN_CERT_CA;
    if (is_encryption(c))
        return SIGN_CERT_ENCRYPTION;
    if (has_policy(c, OID_TR_CP_FISCAL_SEAL, false) && has_purpose(c, OID_EKU_TR_FISCAL_SEAL_SIGNING))
        return SIGN_CERT_FISCAL;
    bool corporate = has_statement(c, OID_QCS_TR_CORPORATE_SEAL),
         qualified = has_statement(c, OID_QCS_TR_QUALIFIED_SEAL);
    if (qualified && has_statement(c, OID_QCS_TR_SEAL_COMPLIANCE))
        return SIGN_CERT_QSEAL;
    if (corporate && has_statement(c, OID_QCS_TR_NES))
        return SIGN_CERT_SEAL;
    if (!corporate && !qualified && is_nes(c))
        return SIGN_CERT_NES;
    return service_kind(c);
}
