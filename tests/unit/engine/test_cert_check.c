/* The verdict on a certificate alone, with the generated identities. */
#include <criterion/criterion.h>
#include <sign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PKI   SIGN_TEST_PKI "/"
#define T2026 INT64_C(1767596400) /* 2026-01-05T07:00:00Z */

static sign_trust *trust_of(unsigned purposes, const char *anchors, const char *certs) {
    sign_trust *trust = NULL;
    sign_anchors *list = NULL;
    sign_anchors_add_options how = {.size = sizeof how, .purposes = purposes};
    const sign_input store = {.path = anchors}, more = {.path = certs}, crls = {.path = PKI "crls"};
    cr_assert_eq(sign_anchors_read(NULL, &list, NULL), SIGN_OK);
    cr_assert_eq(sign_anchors_add(list, &store, &how, NULL, NULL), SIGN_OK);
    sign_anchor all[4];
    size_t n = sign_anchors_count(list);
    cr_assert_leq(n, 4);
    for (size_t i = 0; i < n; i++)
        all[i] = *sign_anchors_get(list, i);
    const sign_trust_options opt = {.size = sizeof opt,
                                    .list = all,
                                    .n_list = n,
                                    .certs = &more,
                                    .n_certs = certs != NULL,
                                    .crls = &crls,
                                    .n_crls = 1};
    cr_assert_eq(sign_trust_new(&opt, &trust, NULL), SIGN_OK);
    sign_anchors_free(&list);
    return trust;
}

static sign_rc check(const char *name, const sign_trust *trust, sign_cert_options opt, sign_report **report) {
    char path[600];
    sign_error err = {0};
    snprintf(path, sizeof path, PKI "%s", name);
    const sign_input in = {.path = path};
    opt.size = sizeof opt;
    opt.at = opt.at != 0 ? opt.at : T2026;
    sign_rc rc = sign_cert_check(&in, trust, &opt, report, &err);
    cr_assert_geq(rc, 0, "%s: %s", name, err.text);
    cr_assert_eq(sign_report_verdict(*report), rc);
    cr_assert_eq(sign_report_exit(*report), (int)rc);
    cr_assert_eq(sign_report_count(*report), 1);
    return rc;
}

static char *written(const sign_report *r, sign_report_form form, sign_lang lang) {
    sign_buf out = {0};
    cr_assert_eq(sign_report_write(r, form, lang, &out, NULL), SIGN_OK);
    char *text = strndup((const char *)out.data, out.len);
    sign_buf_free(&out);
    return text;
}

static void holds(const char *text, const char *what) {
    cr_expect_not_null(strstr(text, what), "\"%s\" in %s", what, text);
}

static void sub_is(const sign_report *r, const char *want, const char *name) {
    const char *sub = sign_report_signature(r, 0)->sub;
    cr_expect_str_eq(sub != NULL ? sub : "", want, "%s", name);
}

Test(cert_check, verdicts_are_those_of_a_signature) {
    static const struct {
        const char *name;
        sign_cert_use use;
        int64_t at;
        sign_rc rc;
        const char *sub;
    } rows[] = {
        {"nes-p256.pem", SIGN_USE_SIGNER, 0, SIGN_OK, ""},
        {"seal.pem", SIGN_USE_SIGNER, 0, SIGN_OK, ""},
        {"nes-revoked.pem", SIGN_USE_SIGNER, 0, SIGN_INDETERMINATE, "REVOKED_NO_POE"},
        {"nes-suspended.pem", SIGN_USE_SIGNER, 0, SIGN_INDETERMINATE, "TRY_LATER"},
        {"nes-expired.pem", SIGN_USE_SIGNER, 0, SIGN_INDETERMINATE, "OUT_OF_BOUNDS_NO_POE"},
        {"nes-other.pem", SIGN_USE_SIGNER, 0, SIGN_INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND"},
        {"nes-nonr.pem", SIGN_USE_SIGNER, 0, SIGN_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"},
        {"nes-nonr.pem", SIGN_USE_ANY, 0, SIGN_OK, ""},
        {"tsa-ec.pem", SIGN_USE_TSA, 0, SIGN_OK, ""},
        {"tsa-ec.pem", SIGN_USE_SIGNER, 0, SIGN_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"},
        {"nes-p256.pem", SIGN_USE_TSA, 0, SIGN_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"},
        {"ocsp-ec.pem", SIGN_USE_OCSP, 0, SIGN_OK, ""},
        {"nes-p256.pem", SIGN_USE_OCSP, 0, SIGN_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"},
        {"nes-p256.pem", SIGN_USE_SIGNER, INT64_C(2398000000), SIGN_INDETERMINATE,
         "OUT_OF_BOUNDS_NOT_REVOKED"},
    };
    sign_trust *trust = trust_of(0, PKI "trust", PKI "chain-ec.pem");
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            sign_report *r = NULL;
            sign_cert_options opt = {.use = rows[i].use, .at = rows[i].at};
            cr_expect_eq(check(rows[i].name, trust, opt, &r), rows[i].rc, "%s, use %d", rows[i].name,
                         (int)rows[i].use);
            sub_is(r, rows[i].sub, rows[i].name);
            sign_report_free(&r);
        }
    sign_trust_free(&trust);
}

Test(cert_check, without_a_trust_nothing_is_believed) {
    sign_report *r = NULL;
    cr_expect_eq(check("nes-p256.pem", NULL, (sign_cert_options){0}, &r), SIGN_INDETERMINATE);
    sub_is(r, "NO_CERTIFICATE_CHAIN_FOUND", "no trust");
    sign_report_free(&r);
    cr_expect_eq(check("root-ec.pem", NULL, (sign_cert_options){.use = SIGN_USE_ANY}, &r),
                 SIGN_INDETERMINATE);
    sign_report_free(&r);
}

/* An anchor is believed for what it was put into the store for, and for nothing else. */
Test(cert_check, anchors_count_for_their_purpose_only) {
    sign_trust *tsa = trust_of(SIGN_FOR_TSA, PKI "trust", PKI "chain-ec.pem"),
               *signers = trust_of(SIGN_FOR_SIGNERS, PKI "trust", PKI "chain-ec.pem");
    static const struct {
        const char *name;
        sign_cert_use use;
        bool by_tsa, by_signers;
    } rows[] = {{"nes-p256.pem", SIGN_USE_SIGNER, false, true}, {"tsa-ec.pem", SIGN_USE_TSA, true, false}};
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 2; i++) {
            sign_report *r = NULL;
            sign_cert_options opt = {.use = rows[i].use};
            cr_expect_eq(check(rows[i].name, tsa, opt, &r) == SIGN_OK, rows[i].by_tsa, "%s", rows[i].name);
            sub_is(r, rows[i].by_tsa ? "" : "NO_CERTIFICATE_CHAIN_FOUND", rows[i].name);
            sign_report_free(&r);
            cr_expect_eq(check(rows[i].name, signers, opt, &r) == SIGN_OK, rows[i].by_signers, "%s",
                         rows[i].name);
            sign_report_free(&r);
        }
    sign_trust_free(&tsa);
    sign_trust_free(&signers);
}

/* RFC 5280, 6.1.1 (e): the authorities of these identities name no policies, so none is valid for the path.
 */
Test(cert_check, policies_may_be_required) {
    sign_trust *trust = trust_of(0, PKI "trust", PKI "chain-ec.pem");
    sign_report *r = NULL;
    static const char *const nes[] = {"2.16.792.1.2.1.1.5.7.1.1"};
    sign_cert_options opt = {.policies = nes, .n_policies = 1};
    cr_expect_eq(check("nes-p256.pem", trust, opt, &r), SIGN_OK, "wanted, not required");
    sign_report_free(&r);
    opt.explicit_policy = 1;
    cr_expect_eq(check("nes-p256.pem", trust, opt, &r), SIGN_INDETERMINATE);
    sub_is(r, "CHAIN_CONSTRAINTS_FAILURE", "explicit policy");
    sign_report_free(&r);
    sign_trust_free(&trust);
}

/* The others of the file help to build the path, and are named as given. */
Test(cert_check, a_file_with_a_chain_helps_itself) {
    sign_trust *trust = trust_of(0, PKI "trust", NULL);
    sign_report *r = NULL;
    cr_expect_eq(check("nes-p256.pem", trust, (sign_cert_options){0}, &r), SIGN_INDETERMINATE, "no issuer");
    sign_report_free(&r);
    enum { ROOM = 1 << 15 };
    char *text = calloc(1, ROOM);
    cr_assert_not_null(text);
    static const char *const names[] = {PKI "nes-p256.pem", PKI "chain-ec.pem"};
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        FILE *f = fopen(names[i], "rb");
        cr_assert_not_null(f);
        n += fread(text + n, 1, ROOM - 1 - n, f);
        fclose(f);
    }
    const sign_input in = {.name = "both.pem", .data = {(const uint8_t *)text, n}};
    sign_cert_options opt = {.size = sizeof opt, .at = T2026};
    cr_assert_eq(sign_cert_check(&in, trust, &opt, &r, NULL), SIGN_OK);
    char *json = written(r, SIGN_JSON, SIGN_EN);
    holds(json, "\"origin\": \"given\"");
    holds(json, "\"source\": \"both.pem\"");
    cr_expect_null(strstr(json, "\"origin\": \"signature\""), "%s", json);
    free(json);
    free(text);
    sign_report_free(&r);
    sign_trust_free(&trust);
}

Test(cert_check, revocation_is_left_out_on_request_and_said) {
    sign_trust *trust = trust_of(0, PKI "trust", PKI "chain-ec.pem");
    sign_report *r = NULL;
    cr_expect_eq(check("nes-revoked.pem", trust, (sign_cert_options){.no_revocation = 1, .offline = 1}, &r),
                 SIGN_OK);
    char *text = written(r, SIGN_TEXT, SIGN_EN);
    holds(text, "Revocation was NOT checked");
    free(text);
    sign_report_free(&r);
    sign_trust_free(&trust);
}

Test(cert_check, json_tells_facts_chain_and_evidence) {
    static const char *const parts[] = {"\"schema\": \"cert-check/1\"",
                                        "\"exit\": 0",
                                        "\"document\": \"nes-limit.pem\"",
                                        "\"validation_time\": \"2026-01-05T07:00:00Z\"",
                                        "\"use\": \"signer\"",
                                        "\"indication\": \"TOTAL-PASSED\"",
                                        "\"sub_indication\": null",
                                        "\"kind\": \"nes\"",
                                        "\"known\": null",
                                        "\"limit_value\": \"50000 TRY\"",
                                        "\"retention_years\": null",
                                        "\"on_device\": false",
                                        "\"nonRepudiation\"",
                                        "\"chain\": [",
                                        "\"anchor\": true",
                                        "\"revocation\": [",
                                        "\"source\": \"ca-ec.crl\"",
                                        "\"status\": \"good\"",
                                        "\"messages\": []"};
    sign_trust *trust = trust_of(0, PKI "trust", PKI "chain-ec.pem");
    sign_report *r = NULL;
    cr_assert_eq(check("nes-limit.pem", trust, (sign_cert_options){0}, &r), SIGN_OK);
    char *json = written(r, SIGN_JSON, SIGN_TR);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        holds(json, parts[i]);
    cr_expect_null(strstr(json, "\"signatures\""));
    free(json);
    char *tr = written(r, SIGN_TEXT, SIGN_TR), *en = written(r, SIGN_TEXT, SIGN_EN);
    cr_expect_eq(strncmp(tr, "GEÇERLİ: nes-limit.pem (TOTAL-PASSED)\n", strlen("GEÇERLİ: nes-limit.pem")), 0,
                 "%s", tr);
    cr_expect_eq(strncmp(en, "VALID: nes-limit.pem (TOTAL-PASSED)\nThe certificate's path", 58), 0, "%s", en);
    holds(tr, "Para limiti:");
    holds(en, "Limit of value:         50000 TRY");
    holds(en, "trust anchor (store: root-ec.pem)");
    holds(en, "not revoked (ca-ec.crl, ");
    holds(tr, "İptal bilgisi:          SİL, imzacı: iptal edilmemiş");
    cr_expect_null(strstr(tr, sign_report_signature(r, 0)->person), "the number is masked: %s", tr);
    free(tr);
    free(en);
    sign_report_free(&r);
    sign_trust_free(&trust);
}

/* Askıda and iptal are two words, and what can be done differs. */
Test(cert_check, suspended_is_another_word_than_revoked) {
    sign_trust *trust = trust_of(0, PKI "trust", PKI "chain-ec.pem");
    sign_report *r = NULL;
    cr_assert_eq(check("nes-suspended.pem", trust, (sign_cert_options){0}, &r), SIGN_INDETERMINATE);
    char *tr = written(r, SIGN_TEXT, SIGN_TR), *en = written(r, SIGN_TEXT, SIGN_EN),
         *json = written(r, SIGN_JSON, SIGN_EN);
    holds(tr, "ASKIDA");
    cr_expect_null(strstr(tr, "İPTAL EDİLMİŞ"), "%s", tr);
    holds(tr, "askıdan indirmesini");
    holds(en, "SUSPENDED");
    holds(en, "have the authority lift it");
    holds(json, "\"status\": \"suspended\"");
    free(tr);
    free(en);
    free(json);
    sign_report_free(&r);
    cr_assert_eq(check("nes-revoked.pem", trust, (sign_cert_options){0}, &r), SIGN_INDETERMINATE);
    tr = written(r, SIGN_TEXT, SIGN_TR);
    holds(tr, "İPTAL EDİLMİŞ");
    cr_expect_null(strstr(tr, "ASKIDA"), "%s", tr);
    free(tr);
    sign_report_free(&r);
    sign_trust_free(&trust);
}

Test(cert_check, wrong_use_is_an_argument_error) {
    sign_report *r = NULL;
    sign_error err = {0};
    const sign_input in = {.path = PKI "nes-p256.pem"}, none = {.path = PKI "no-such.pem"},
                     list = {.path = PKI "crls/root-ec.crl"};
    static const char *const odd[] = {"1.2.3", "bir"}, *const fine[] = {"1.2.3"};
    sign_cert_options opt = {.size = 3};
    cr_expect_eq(sign_cert_check(NULL, NULL, NULL, &r, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(sign_cert_check(&in, NULL, NULL, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(sign_cert_check(&in, NULL, &opt, &r, NULL), SIGN_E_ARGUMENT);
    opt = (sign_cert_options){.size = sizeof opt, .use = (sign_cert_use)9};
    cr_expect_eq(sign_cert_check(&in, NULL, &opt, &r, NULL), SIGN_E_ARGUMENT);
    opt = (sign_cert_options){.size = sizeof opt, .policies = odd, .n_policies = 2};
    cr_expect_eq(sign_cert_check(&in, NULL, &opt, &r, &err), SIGN_E_ARGUMENT);
    cr_expect_neq(strstr(err.text, "bir"), NULL, "%s", err.text);
    opt.policies = NULL;
    cr_expect_eq(sign_cert_check(&in, NULL, &opt, &r, NULL), SIGN_E_ARGUMENT);
    opt = (sign_cert_options){.size = sizeof opt, .policy = "lenient"};
    cr_expect_eq(sign_cert_check(&in, NULL, &opt, &r, NULL), SIGN_E_REFUSED);
    cr_expect_eq(sign_cert_check(&none, NULL, NULL, &r, NULL), SIGN_E_IO);
    cr_expect_eq(sign_cert_check(&list, NULL, NULL, &r, NULL), SIGN_E_FORMAT);
    cr_expect_null(r);
    opt = (sign_cert_options){.size = sizeof opt, .policies = fine, .n_policies = 1, .at = T2026};
    cr_expect_eq(sign_cert_check(&in, NULL, &opt, &r, NULL), SIGN_INDETERMINATE);
    sign_report_free(&r);
}
