/* pki/facts.c - limits, notices, addresses: what people want to know of a certificate. */
#include "pki/facts.h"

#include <limits.h>
#include <stdio.h>

/* Opens an extension value kept raw by pki_cert_read; false when the certificate has none. */
static bool open_list(struct der_parse *parse, sign_bytes raw, struct der_cursor *list) {
    if (raw.len == 0)
        return false;
    struct der_cursor c = der_open(parse, raw, false);
    return der_enter(&c, DER_SEQUENCE, list);
}

/* ---- addresses ----------------------------------------------------------------------------- */

/* IA5String alternatives of GeneralName: only what can stand in a list separated by spaces. */
static void put_names(struct der_cursor *names, unsigned choice, grow *out) {
    struct der_tlv t;
    while (der_more(names) && der_any(names, &t)) {
        bool plain = t.tag == DER_CONTEXT(choice) && t.value.len > 0;
        for (size_t i = 0; i < t.value.len && plain; i++)
            plain = t.value.data[i] > 0x20 && t.value.data[i] < 0x7f;
        if (!plain)
            continue;
        if (out->len > 0)
            grow_byte(out, ' ');
        grow_put(out, t.value.data, t.value.len);
    }
}

enum { NAME_EMAIL = 1, NAME_URI = 6 }; /* GeneralName (RFC 5280, 4.2.1.6) */

void pki_fact_crl_urls(const struct pki_cert *c, grow *out) {
    struct der_parse parse = {0};
    struct der_cursor points, point, choice, names;
    if (!open_list(&parse, c->crl_points, &points))
        return;
    while (der_more(&points) && der_enter(&points, DER_SEQUENCE, &point))
        if (der_optional_enter(&point, DER_CONTEXT_CONSTRUCTED(0), &choice) &&
            der_optional_enter(&choice, DER_CONTEXT_CONSTRUCTED(0), &names))
            put_names(&names, NAME_URI, out);
}

/* AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod, accessLocation } (RFC 5280, 4.2.2.1) */
void pki_fact_urls(const struct pki_cert *c, enum oid method, grow *out) {
    struct der_parse parse = {0};
    struct der_cursor all, one;
    sign_bytes oid;
    if (!open_list(&parse, c->aia, &all))
        return;
    while (der_more(&all) && der_enter(&all, DER_SEQUENCE, &one) && der_oid(&one, &oid))
        if (oid_is(oid, method))
            put_names(&one, NAME_URI, out);
}

void pki_fact_emails(const struct pki_cert *c, grow *out) {
    struct der_parse parse = {0};
    struct der_cursor names;
    if (open_list(&parse, c->subject_alt, &names))
        put_names(&names, NAME_EMAIL, out);
}

void pki_fact_purposes(const struct pki_cert *c, grow *out) {
    struct der_parse parse = {0};
    struct der_cursor list;
    sign_bytes oid;
    char dotted[128];
    if (!open_list(&parse, c->eku, &list))
        return;
    while (der_more(&list) && der_oid(&list, &oid)) {
        enum oid id = oid_find(oid);
        if (id == OID_NONE && !oid_to_text(oid, dotted, sizeof dotted))
            continue;
        grow_printf(out, "%s%s", out->len > 0 ? "," : "", id != OID_NONE ? oid_label(id) : dotted);
    }
}

/* ---- statements (RFC 3739, 3.2.6) ------------------------------------------------------------ */

/* Finds a statement; `info` is then inside it, behind its OID. */
static bool find_statement(struct der_parse *parse, const struct pki_cert *c, enum oid id,
                           struct der_cursor *info) {
    struct der_cursor list;
    sign_bytes oid;
    if (!open_list(parse, c->qc_statements, &list))
        return false;
    while (der_more(&list))
        if (der_enter(&list, DER_SEQUENCE, info) && der_oid(info, &oid) && oid_is(oid, id))
            return true;
    return false;
}

/* Iso4217CurrencyCode ::= CHOICE { alphabetic PrintableString (SIZE 3), numeric INTEGER (1..999) } */
static bool read_currency(struct der_cursor *value, char out[4]) {
    struct der_tlv t;
    uint64_t number;
    if (der_peek(value) == DER_INTEGER) {
        bool ok = der_uint(value, &number) && number >= 1 && number <= 999;
        if (ok)
            (void)snprintf(out, 4, "%03u", (unsigned)number);
        return ok;
    }
    if (!der_take(value, DER_PRINTABLE, &t) || t.value.len != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        if (t.value.data[i] < 'A' || t.value.data[i] > 'Z')
            return false;
        out[i] = (char)t.value.data[i];
    }
    out[3] = 0;
    return true;
}

/* A power of ten beyond this is no sum of money that anybody has; it would only fill the screen. */
enum { EXPONENT_MAX = 18 };

/* amount * 10^exponent, written out. */
static void put_amount(uint64_t amount, int exponent, grow *out) {
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)amount);
    if (exponent >= 0) {
        grow_str(out, digits);
        for (int i = 0; i < exponent && amount != 0; i++)
            grow_byte(out, '0');
        return;
    }
    int whole = n + exponent; /* digits before the point */
    grow_printf(out, "%.*s.", whole > 0 ? whole : 1, whole > 0 ? digits : "0");
    for (int i = whole; i < 0; i++)
        grow_byte(out, '0');
    grow_str(out, digits + (whole > 0 ? whole : 0));
}

/* MonetaryValue ::= SEQUENCE { currency, amount INTEGER, exponent INTEGER } (EN 319 412-5, 4.3.2) */
static bool read_limit(struct der_cursor *info, grow *out) {
    struct der_cursor value;
    char currency[4];
    uint64_t amount;
    sign_bytes exponent;
    if (!der_enter(info, DER_SEQUENCE, &value) || !read_currency(&value, currency) ||
        !der_uint(&value, &amount) || !der_integer(&value, &exponent) || !der_finish(&value) ||
        exponent.len != 1)
        return false;
    int power = exponent.data[0] < 0x80 ? exponent.data[0] : exponent.data[0] - 0x100;
    if (power > EXPONENT_MAX || power < -EXPONENT_MAX)
        return false;
    put_amount(amount, power, out);
    grow_printf(out, " %s", currency);
    return true;
}

void pki_fact_limit(const struct pki_cert *c, grow *out) {
    struct der_parse parse = {0};
    struct der_cursor info;
    if (find_statement(&parse, c, OID_QCS_LIMIT_VALUE, &info) && !read_limit(&info, out))
        grow_byte(out, '?');
}

void pki_fact_use(const struct pki_cert *c, grow *out) {
    struct der_parse parse = {0};
    struct der_cursor info;
    struct der_tlv t;
    if (!find_statement(&parse, c, OID_QCS_TR_CORPORATE_SEAL, &info))
        return;
    size_t before = out->len;
    if (!der_more(&info) || !der_any(&info, &t) || !der_text(&t, out) || out->len == before)
        grow_byte(out, '?');
}

int pki_fact_retention(const struct pki_cert *c) {
    struct der_parse parse = {0};
    struct der_cursor info;
    uint64_t years;
    if (!find_statement(&parse, c, OID_QCS_RETENTION_PERIOD, &info) || !der_uint(&info, &years) ||
        years > INT_MAX)
        return -1;
    return (int)years;
}

bool pki_fact_device(const struct pki_cert *c) {
    struct der_parse parse = {0};
    struct der_cursor info;
    return find_statement(&parse, c, OID_QCS_SSCD, &info);
}

/* ---- the user notice (RFC 5280, 4.2.1.4) ------------------------------------------------------- */

/* UserNotice ::= SEQUENCE { noticeRef NoticeReference OPTIONAL, explicitText DisplayText OPTIONAL } */
static bool put_notice(struct der_cursor *qualifier, grow *out) {
    struct der_cursor notice;
    struct der_tlv text;
    size_t before = out->len;
    if (!der_enter(qualifier, DER_SEQUENCE, &notice))
        return false;
    (void)der_optional(&notice, DER_SEQUENCE, NULL);
    return der_more(&notice) && der_any(&notice, &text) && der_text(&text, out) && out->len > before;
}

static bool policy_notice(struct der_cursor *policy, grow *out) {
    struct der_cursor qualifiers, one;
    sign_bytes oid;
    if (!der_optional_enter(policy, DER_SEQUENCE, &qualifiers))
        return false;
    while (der_more(&qualifiers) && der_enter(&qualifiers, DER_SEQUENCE, &one) && der_oid(&one, &oid))
        if (oid_is(oid, OID_POLICY_QUALIFIER_USER_NOTICE) && put_notice(&one, out))
            return true;
    return false;
}

void pki_fact_notice(const struct pki_cert *c, grow *out) {
    struct der_parse parse = {0};
    struct der_cursor list, policy;
    sign_bytes oid;
    if (!open_list(&parse, c->policies, &list))
        return;
    while (der_more(&list) && der_enter(&list, DER_SEQUENCE, &policy) && der_oid(&policy, &oid))
        if (policy_notice(&policy, out))
            return;
}
