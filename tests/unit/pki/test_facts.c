/* What a certificate says to people: limits of money and use, notices, addresses, recognised roots. */
#include "base/text.h"
#include "der/builder.h"
#include "mint.h"
#include "pki/facts.h"
#include <stdio.h>

typedef void (*fact_fn)(const struct pki_cert *c, grow *out);

static char *fact_of(const struct pki_cert *c, fact_fn fact) {
    grow g = {0};
    fact(c, &g);
    cr_assert_not(g.failed);
    char *text = calloc(1, g.len + 1);
    cr_assert_not_null(text);
    if (g.len > 0)
        memcpy(text, g.data, g.len);
    grow_free(&g);
    return text;
}

static void fact_is(const struct pki_cert *c, fact_fn fact, const char *want) {
    char *text = fact_of(c, fact);
    cr_expect_str_eq(text, want);
    free(text);
}

/* Statements: one of `id` whose information is `info`, a whole element. */
static sign_buf statement(enum oid id, sign_bytes info) {
    der_builder b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, id);
    der_put_raw(&b, info);
    der_end(&b);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static void statement_is(enum oid id, const char *hex, fact_fn fact, const char *want) {
    grow info = {0};
    cr_assert(text_hex_decode(hex, &info), "%s", hex);
    sign_buf raw = statement(id, BYTES(info.data, info.len));
    struct pki_cert c = {.qc_statements = BYTES(raw.data, raw.len)};
    char *text = fact_of(&c, fact);
    cr_expect_str_eq(text, want, "%s: %s", hex, text);
    free(text);
    sign_buf_free(&raw);
    grow_free(&info);
}

/* EN 319 412-5, 4.3.2: MonetaryValue with currency, amount and exponent. */
Test(facts, limits_of_money_are_written_out) {
    static const struct {
        const char *hex, *want;
    } rows[] = {
        {"300b"
         "1303545259"
         "020132"
         "020103",
         "50000 TRY"},
        {"300b"
         "1303545259"
         "020100"
         "020112",
         "0 TRY"},
        {"300b"
         "1303455552"
         "020105"
         "020100",
         "5 EUR"},
        {"300c"
         "1303545259"
         "02020539"
         "0201fe",
         "13.37 TRY"},
        {"300b"
         "1303545259"
         "020105"
         "0201fe",
         "0.05 TRY"},
        {"300b"
         "1303545259"
         "020105"
         "0201ff",
         "0.5 TRY"},
        {"300a"
         "020203b5"
         "020107"
         "020102",
         "700 949"},
        /* what cannot be read is still told */
        {"300b"
         "1303545259"
         "020132"
         "02017f",
         "?"},
        {"300b"
         "1303547259"
         "020132"
         "020103",
         "?"},
        {"300b"
         "1303545259"
         "0201ff"
         "020103",
         "?"},
        {"3008"
         "1303545259"
         "020132",
         "?"},
        {"300a"
         "020203e8"
         "020107"
         "020102",
         "?"},
        {"0500", "?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        statement_is(OID_QCS_LIMIT_VALUE, rows[i].hex, pki_fact_limit, rows[i].want);
    statement_is(OID_QCS_COMPLIANCE, "", pki_fact_limit, "");
}

Test(facts, limits_of_use_are_told) {
    statement_is(OID_QCS_TR_CORPORATE_SEAL, "0c03455950", pki_fact_use, "EYP");
    statement_is(OID_QCS_TR_CORPORATE_SEAL, "1e04004501fe", pki_fact_use, "E\u01fe");
    statement_is(OID_QCS_TR_CORPORATE_SEAL, "", pki_fact_use, "?");
    statement_is(OID_QCS_TR_CORPORATE_SEAL, "0c00", pki_fact_use, "?");
    statement_is(OID_QCS_TR_NES, "0c03455950", pki_fact_use, "");
}

Test(facts, statements_without_text) {
    static const uint8_t ten[] = {DER_INTEGER, 1, 10}, minus[] = {DER_INTEGER, 1, 0xff};
    sign_buf years = statement(OID_QCS_RETENTION_PERIOD, BYTES(ten, sizeof ten)),
             wrong = statement(OID_QCS_RETENTION_PERIOD, BYTES(minus, sizeof minus)),
             device = statement(OID_QCS_SSCD, (sign_bytes){0});
    struct pki_cert c = {.qc_statements = view(years)};
    cr_expect_eq(pki_fact_retention(&c), 10);
    cr_expect_not(pki_fact_device(&c));
    c.qc_statements = view(wrong);
    cr_expect_eq(pki_fact_retention(&c), -1);
    c.qc_statements = view(device);
    cr_expect(pki_fact_device(&c));
    cr_expect_eq(pki_fact_retention(&c), -1);
    sign_buf_free(&years);
    sign_buf_free(&wrong);
    sign_buf_free(&device);
}

/* A policy with one user notice whose explicitText has this tag (RFC 5280, 4.2.1.4). */
static sign_buf policy(uint8_t tag, const char *text, size_t len) {
    der_builder b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_TR_CP_NES);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_POLICY_QUALIFIER_USER_NOTICE);
    der_begin(&b, DER_SEQUENCE);
    der_put(&b, tag, BYTES(text, len));
    for (int i = 0; i < 5; i++)
        der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

Test(facts, notices_in_each_alphabet) {
    static const struct {
        uint8_t tag;
        const char *text;
        size_t len;
        const char *want;
    } rows[] = {{DER_UTF8, "\u015fart", 5, "\u015fart"},
                {DER_VISIBLE, "sart", 4, "sart"},
                {DER_IA5, "sart", 4, "sart"},
                {DER_BMP, "\x01\x5f\x00\x61", 4, "\u015fa"},
                {DER_UTF8, "a\nGEÇERLİ", 10, "a\ufffdGEÇERL\ufffd"},
                {DER_UTF8, "", 0, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_buf raw = policy(rows[i].tag, rows[i].text, rows[i].len);
        struct pki_cert c = {.policies = view(raw)};
        fact_is(&c, pki_fact_notice, rows[i].want);
        sign_buf_free(&raw);
    }
}

/* What could break a list separated by spaces, or a terminal, is left out. */
Test(facts, addresses_are_plain) {
    static const char names[] = "\x30\x16"
                                "\x81\x03"
                                "a@b"
                                "\x82\x01"
                                "x"
                                "\x81\x03"
                                "c d"
                                "\x81\x03"
                                "e@f"
                                "\x81\x02"
                                "g\n";
    struct pki_cert c = {.subject_alt = BYTES(names, sizeof names - 1)};
    fact_is(&c, pki_fact_emails, "a@b e@f");
}

static const sign_cert *read_one(const char *name, sign_certs **list) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.pem", SIGN_TEST_PKI, name);
    const sign_input in = {.path = path};
    cr_assert_eq(sign_certs_read(&in, list, NULL), SIGN_OK, "%s", name);
    return sign_certs_get(*list, 0);
}

Test(facts, of_the_identities) {
    sign_certs *list = NULL;
    const sign_cert *c = read_one("nes-limit", &list);
    cr_expect_str_eq(c->limit_value, "50000 TRY");
    cr_expect_str_eq(c->limit_use, "");
    cr_expect_neq(strstr(c->notice, "5070 sayılı Elektronik İmza Kanununa"), NULL, "%s", c->notice);
    cr_expect_null(c->known);
    cr_expect_eq(c->retention_years, -1);
    sign_certs_free(&list);
    c = read_one("seal", &list);
    cr_expect_str_eq(c->limit_use, "Bu sertifika elektronik mühür sertifikasıdır.");
    cr_expect_str_eq(c->limit_value, "");
    sign_certs_free(&list);
    c = read_one("tsa-ec", &list);
    cr_expect_str_eq(c->purposes, "timeStamping");
    cr_expect_eq(c->kind, SIGN_CERT_TSA);
    sign_certs_free(&list);
    c = read_one("nes-p256", &list);
    cr_expect_eq(strncmp(c->issuer_urls, "http://", 7), 0, "%s", c->issuer_urls);
    cr_expect_str_eq(c->emails, "");
    sign_certs_free(&list);
}

Test(facts, published_roots_are_recognised) {
    static const char *const published[] = {
        "FB3D224B BC9B70B0 D1192986 5E23D399 3145B0D4 5B0CC54A 3B8DB0B5 5CD7C90C",
        "0F41D3BD B0687FD8 25303974 CD052CCA CA0A03B4 125A2FD4 A18F5063 512318F3",
        "AA466D3B 528DC947 C7E1DCA5 94C0DEB4 A1D2B987 C119125F CD7435DE 92A23C60",
        "23044F85 9844C23A 2D082E51 8627FE8D 69F5B21A 7F7AF30C E204434C 4055387D"};
    for (size_t i = 0; i < 4; i++) {
        char plain[65], want[16];
        size_t n = 0;
        for (const char *p = published[i]; *p != 0; p++)
            if (*p != ' ')
                plain[n++] = (char)(*p >= 'A' ? *p + 32 : *p);
        plain[n] = 0;
        grow g = {0};
        cr_assert(text_hex_decode(plain, &g) && g.len == 32);
        (void)snprintf(want, sizeof want, "Sürüm %zu", i + 4);
        const char *name = sign_root_known(g.data);
        cr_assert_not_null(name);
        cr_expect_not_null(strstr(name, want), "%s", name);
        g.data[31] ^= 1;
        cr_expect_null(sign_root_known(g.data));
        grow_free(&g);
    }
    cr_expect_null(sign_root_known(NULL));
}
