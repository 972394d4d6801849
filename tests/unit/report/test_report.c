/* The report alone: verdicts, both languages, JSON that a program can rely on. */
#include "unit/report/sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(report, the_worst_signature_decides) {
    struct sign_report *r = sample_fresh("verify/1");
    sample_add(r, TOTAL_PASSED, SUB_NONE);
    sample_add(r, TOTAL_FAILED, SUB_HASH_FAILURE);
    sample_add(r, INDETERMINATE, SUB_TRY_LATER);
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    cr_assert_eq(sign_report_verdict(r), SIGN_FAILED);
    cr_assert_eq(r->sub, SUB_HASH_FAILURE);
    cr_assert_eq(sign_report_count(r), 3);
    cr_assert_eq(sign_report_signature(r, 2)->verdict, SIGN_INDETERMINATE);
    cr_assert_null(sign_report_signature(r, 3));
    sign_report_free(&r);
}

Test(report, without_signatures_there_is_no_indication) {
    struct sign_report *r = sample_fresh("verify/1");
    report_say(r, &r->messages, MSG_NO_SIGNATURE, "a.txt", NULL, NULL);
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    cr_assert_eq(sign_report_verdict(r), SIGN_NO_SIGNATURE);
    json_t *j = sample_json(r, SIGN_JSON);
    cr_assert(json_is_null(json_object_get(j, "indication")));
    cr_assert_eq(json_array_size(json_object_get(j, "signatures")), 0);
    cr_assert_eq(json_integer_value(json_object_get(j, "exit")), 3);
    json_decref(j);
    sign_report_free(&r);
}

Test(report, json_has_the_keys_programs_rely_on) {
    static const char *const keys[] = {"id",
                                       "format",
                                       "level",
                                       "indication",
                                       "sub_indication",
                                       "signer",
                                       "claimed_time",
                                       "best_signature_time",
                                       "integrity",
                                       "covers_whole_document",
                                       "scope",
                                       "timestamps",
                                       "revocation",
                                       "countersignatures",
                                       "messages"};
    struct sign_report *r = sample_fresh("verify/1");
    struct report_signature *s = sample_add(r, INDETERMINATE, SUB_TRY_LATER);
    s->references = TRI_NULL;
    report_say(r, &s->messages, MSG_NO_SIGNATURE, "x", NULL, NULL);
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    json_t *j = sample_json(r, SIGN_JSON), *one = json_array_get(json_object_get(j, "signatures"), 0);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        cr_expect_not_null(json_object_get(one, keys[i]), "%s", keys[i]);
    cr_expect(json_is_null(json_object_get(one, "signer")));
    cr_expect(json_is_null(json_object_get(json_object_get(one, "integrity"), "references")));
    json_t *m = json_array_get(json_object_get(one, "messages"), 0);
    cr_expect_str_eq(json_string_value(json_object_get(m, "level")), "error");
    cr_expect_str_eq(json_string_value(json_object_get(m, "code")), "E4001");
    json_decref(j);
    sign_report_free(&r);
}

Test(report, people_see_the_number_masked_and_programs_whole) {
    struct sign_report *r = sample_fresh("verify/1");
    struct report_signature *s = sample_add(r, TOTAL_PASSED, SUB_NONE);
    struct report_signer signer = {.subject = "CN=AY\xc5\x9e"
                                              "E,serialNumber=10000000146,C=TR",
                                   .serial_number = "10000000146",
                                   .issuer = "CN=CA",
                                   .serial = "1f"};
    s->signer = &signer;
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    char *text = sample_written(r, SIGN_TEXT, SIGN_TR), *json = sample_written(r, SIGN_JSON, SIGN_TR);
    cr_assert_null(strstr(text, "10000000146"), "%s", text);
    cr_assert_not_null(strstr(text, "100******46"));
    cr_assert_not_null(strstr(json, "\"10000000146\""));
    free(text);
    free(json);
    sign_report_free(&r);
}

Test(report, verdict_words_follow_the_language) {
    static const struct {
        enum indication i;
        enum sub_indication sub;
        const char *tr, *en;
    } rows[] = {{TOTAL_PASSED, SUB_NONE, "GEÇERLİ: ", "VALID: "},
                {TOTAL_FAILED, SUB_HASH_FAILURE, "GEÇERSİZ: ", "INVALID: "},
                {INDETERMINATE, SUB_TRY_LATER, "ŞİMDİLİK BELİRSİZ: ", "INDETERMINATE AT PRESENT: "},
                {INDETERMINATE, SUB_NO_CERTIFICATE_CHAIN_FOUND, "BELİRSİZ: ", "INDETERMINATE: "}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sign_report *r = sample_fresh("verify/1");
        sample_add(r, rows[i].i, rows[i].sub);
        cr_assert_eq(report_seal(r, NULL), SIGN_OK);
        char *tr = sample_written(r, SIGN_TEXT, SIGN_TR), *en = sample_written(r, SIGN_TEXT, SIGN_EN);
        cr_expect(strncmp(tr, rows[i].tr, strlen(rows[i].tr)) == 0, "%s", tr);
        cr_expect(strncmp(en, rows[i].en, strlen(rows[i].en)) == 0, "%s", en);
        free(tr);
        free(en);
        sign_report_free(&r);
    }
}

/* Where nothing is known to be signed there is no part to name. */
Test(report, a_part_is_named_or_not_spoken_of) {
    for (int i = 0; i < 2; i++) {
        struct sign_report *r = sample_fresh("inspect/1");
        struct report_signature *s = sample_add(r, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
        struct report_scope scope = {.name = "", .digest_alg = "SHA-256", .digest = "00"};
        s->covers_whole_document = TRI_FALSE;
        s->scope = i > 0 ? &scope : NULL;
        cr_assert_eq(report_seal(r, NULL), SIGN_OK);
        char *text = sample_written(r, SIGN_TEXT, SIGN_EN);
        cr_expect_eq(strstr(text, "only this is signed") != NULL, i > 0, "%s", text);
        cr_expect_eq(strstr(text, "only this is signed: \"\"; the rest") != NULL, i > 0, "%s", text);
        free(text);
        sign_report_free(&r);
    }
}

/* An inspection says INTACT only of what it has computed, all of it. */
Test(report, an_inspection_says_what_it_could_not_check) {
    static const struct {
        enum tri references, value;
        enum sub_indication sub;
        enum message_id message;
        bool intact;
    } rows[] = {
        {TRI_TRUE, TRI_TRUE, SUB_NONE, MSG_NONE, true},
        {TRI_TRUE, TRI_TRUE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_NO_SIGNING_CERT, true},
        {TRI_TRUE, TRI_TRUE, SUB_NO_SIGNING_CERTIFICATE_FOUND, MSG_SIGNER_NOT_FOUND, true},
        {TRI_TRUE, TRI_TRUE, SUB_SIGNED_DATA_NOT_FOUND, MSG_REFERENCE_UNFOUND, false},
        {TRI_TRUE, TRI_TRUE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_TRANSFORM_UNKNOWN, false},
        {TRI_TRUE, TRI_TRUE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_NO_DATA_SIGNED, false},
        {TRI_TRUE, TRI_TRUE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, MSG_ALGORITHM_SUNSET, false},
        {TRI_TRUE, TRI_TRUE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_ALGORITHM_SUNSET, false},
        {TRI_TRUE, TRI_TRUE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, MSG_KEY_UNUSABLE, false},
        {TRI_NULL, TRI_TRUE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_TRANSFORM_UNKNOWN, false},
        {TRI_TRUE, TRI_NULL, SUB_NO_SIGNING_CERTIFICATE_FOUND, MSG_SIGNER_NOT_FOUND, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sign_report *r = sample_fresh("inspect/1");
        struct report_signature *good = sample_add(r, INDETERMINATE, SUB_NONE);
        good->references = good->signature_value = TRI_TRUE;
        struct report_signature *s = sample_add(r, INDETERMINATE, rows[i].sub);
        s->references = rows[i].references;
        s->signature_value = rows[i].value;
        if (rows[i].message != MSG_NONE)
            report_say(r, &s->messages, rows[i].message, "x", NULL, NULL);
        cr_assert_eq(report_seal(r, NULL), SIGN_OK);
        char *text = sample_written(r, SIGN_TEXT, SIGN_EN), *tr = sample_written(r, SIGN_TEXT, SIGN_TR);
        bool intact = strncmp(text, "INTACT, TRUST NOT CHECKED: ", 27) == 0;
        cr_expect_eq(intact, rows[i].intact, "row %zu: %s", i, text);
        cr_expect(intact || strncmp(text, "INTEGRITY NOT FULLY CHECKED, TRUST NOT CHECKED: ", 48) == 0,
                  "row %zu", i);
        cr_expect(intact == (strncmp(tr, "BÜTÜNLÜK TAMAM", strlen("BÜTÜNLÜK TAMAM")) == 0), "row %zu: %s", i,
                  tr);
        cr_expect_not_null(strstr(text, "S1: INTACT, TRUST NOT CHECKED"), "the other one is as it was");
        free(text);
        free(tr);
        sign_report_free(&r);
    }
}

Test(report, names_from_outside_cannot_steer_the_terminal) {
    struct sign_report *r = sample_fresh("verify/1");
    r->document = "a\x1b[2Jb\nGEÇERLİ";
    struct report_signature *s = sample_add(r, TOTAL_FAILED, SUB_FORMAT_FAILURE);
    s->roles = "x\x1b]0;t\x07";
    s->id = "S1: VALID\nSignature S2: VALID\r\xc2\x85\xe2\x80\xae";
    s->covers_whole_document = TRI_FALSE;
    s->scope = &(struct report_scope){.name = "p\nSignature", .digest_alg = "SHA-256", .digest = "00"};
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    char *text = sample_written(r, SIGN_TEXT, SIGN_EN);
    cr_assert_null(strchr(text, '\x1b'));
    cr_assert_null(strstr(text, "\nGEÇERLİ"));
    cr_assert_null(strstr(text, "\nSignature S2"));
    cr_assert_null(strpbrk(text, "\r"));
    cr_assert_null(strstr(text, "\xe2\x80\xae"));
    cr_assert_not_null(strstr(text, "S1: VALID?Signature S2: VALID???"));
    free(text);
    json_t *j = sample_json(r, SIGN_JSON);
    cr_assert_not_null(j);
    json_decref(j);
    sign_report_free(&r);
}

Test(report, every_sub_indication_has_its_name) {
    cr_assert_str_eq(sub_indication_text(SUB_FORMAT_FAILURE), "FORMAT_FAILURE");
    cr_assert_str_eq(sub_indication_text(SUB_REVOKED_NO_POE), "REVOKED_NO_POE");
    cr_assert_str_eq(sub_indication_text(SUB_CUSTOM), "CUSTOM");
    cr_assert_null(sub_indication_text(SUB_NONE));
    cr_assert_str_eq(indication_text(TOTAL_PASSED), "TOTAL-PASSED");
}

/* ---- evidence ---- */

static struct sign_report *with_evidence(void) {
    static struct report_revocation fetched = {.kind = "ocsp",
                                               .cert_sha256 = "aa",
                                               .this_update = 1767589200,
                                               .next_update = 1767675600,
                                               .produced_at = 1767592800,
                                               .from = {"network", "http://ocsp.example/1", 1767596000},
                                               .signer = "dd",
                                               .status = "good"},
                                    held = {.next = &fetched,
                                            .kind = "crl",
                                            .cert_sha256 = "bb",
                                            .this_update = 1767589200,
                                            .from = {"signature", "signature", 0},
                                            .status = "suspended"};
    static struct report_chain root = {.subject = "CN=K\\,\xc3\xb6k\n,O=x",
                                       .cert_sha256 = "cc",
                                       .from = {"given", "root.pem", 0},
                                       .anchor = true},
                               ca = {.next = &root,
                                     .subject = "CN=CA,O=x",
                                     .cert_sha256 = "bb",
                                     .from = {"cache", "http://depo.example/ca.cer", 1767510000}},
                               end = {.next = &ca,
                                      .subject = "CN=A,serialNumber=10000000146",
                                      .cert_sha256 = "aa",
                                      .from = {"signature", "signature", 0}};
    struct sign_report *r = sample_fresh("verify/1");
    struct report_signature *s = sample_add(r, INDETERMINATE, SUB_TRY_LATER);
    s->chain = &end;
    s->revocation = &held;
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

Test(report, programs_see_where_each_piece_came_from) {
    struct sign_report *r = with_evidence();
    json_t *j = sample_json(r, SIGN_JSON), *one = json_array_get(json_object_get(j, "signatures"), 0);
    json_t *chain = json_object_get(one, "chain"), *revocation = json_object_get(one, "revocation");
    cr_assert_eq(json_array_size(chain), 3);
    cr_assert_eq(json_array_size(revocation), 2);
    static const char *const origins[] = {"signature", "cache", "given"};
    for (size_t i = 0; i < 3; i++) {
        member_is(json_array_get(chain, i), "origin", origins[i]);
        cr_expect_eq(json_is_true(json_object_get(json_array_get(chain, i), "anchor")), i == 2);
    }
    member_is(json_array_get(chain, 1), "cert_sha256", "bb");
    member_is(json_array_get(chain, 1), "source", "http://depo.example/ca.cer");
    member_is(json_array_get(chain, 1), "obtained", "2026-01-04T07:00:00Z");
    member_is(json_array_get(chain, 2), "obtained", NULL);
    const json_t *held = json_array_get(revocation, 0), *fetched = json_array_get(revocation, 1);
    member_is(held, "status", "suspended");
    member_is(held, "produced_at", NULL);
    member_is(held, "signer", NULL);
    member_is(held, "next_update", NULL);
    member_is(fetched, "for", "aa");
    member_is(fetched, "origin", "network");
    member_is(fetched, "source", "http://ocsp.example/1");
    member_is(fetched, "obtained", "2026-01-05T06:53:20Z");
    member_is(fetched, "produced_at", "2026-01-05T06:00:00Z");
    member_is(fetched, "signer", "dd");
    json_decref(j);
    sign_report_free(&r);
}

Test(report, people_see_each_piece_in_one_line) {
    struct sign_report *r = with_evidence();
    char *tr = sample_written(r, SIGN_TEXT, SIGN_TR), *en = sample_written(r, SIGN_TEXT, SIGN_EN);
    static const char *const in_turkish[] = {
        "  Sertifika yolu:         CA (http://depo.example/ca.cer, önbellekten, alınış 2026-01-04",
        ", güven çıpası (root.pem)\n",
        "  İptal bilgisi:          SİL, makam: ASKIDA (imzanın içinden, yayın 2026-01-05T05:00:00Z)\n",
        "ÇİSDuP, makam: iptal edilmemiş (http://ocsp.example/1, ağdan, alınış 2026-01-05T06:53:20Z, ",
        "yayın 2026-01-05T05:00:00Z, sonraki 2026-01-06T05:00:00Z)\n"};
    static const char *const in_english[] = {
        "  Path:                   CA (http://depo.example/ca.cer, from the cache, obtained 2026-01-04T07",
        ", trust anchor (root.pem)\n",
        "CRL, authority: SUSPENDED (from the signature, issued 2026-01-05T05:00:00Z)\n",
        "OCSP, authority: not revoked (http://ocsp.example/1, from the network, obtained 2026-01-05T06:53",
        ", issued 2026-01-05T05:00:00Z, next 2026-01-06T05:00:00Z)\n"};
    for (size_t i = 0; i < 5; i++) {
        cr_expect_not_null(strstr(tr, in_turkish[i]), "%s in %s", in_turkish[i], tr);
        cr_expect_not_null(strstr(en, in_english[i]), "%s in %s", in_english[i], en);
    }
    /* An escaped comma is part of the name, a line feed ends no line, and the signer is not told again. */
    cr_expect_not_null(strstr(en, "K\\,ök?, trust anchor"), "%s", en);
    cr_expect_null(strstr(en, "10000000146"), "%s", en);
    cr_expect_null(strstr(tr, "İPTAL EDİLMİŞ"), "%s", tr);
    free(tr);
    free(en);
    sign_report_free(&r);
}

/* ---- a certificate alone ---- */

static struct sign_report *of_a_certificate(struct report_signer *who) {
    sign_cert cert = sample_cert;
    cert.notice = "x\x1b[2J";
    struct sign_report *r = sample_fresh("cert-check/1");
    r->use = "signer";
    report_certificate(r, &cert);
    struct report_signature *s = sample_add(r, TOTAL_PASSED, SUB_NONE);
    *who = (struct report_signer){.subject = cert.subject,
                                  .serial_number = cert.serial_number,
                                  .issuer = cert.issuer,
                                  .serial = cert.serial};
    s->signer = who;
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

Test(report, a_certificate_alone_has_facts_and_no_signatures) {
    struct report_signer who;
    struct sign_report *r = of_a_certificate(&who);
    cr_assert_eq(sign_report_exit(r), 0);
    json_t *j = sample_json(r, SIGN_JSON), *c = json_object_get(j, "certificate");
    cr_expect_null(json_object_get(j, "signatures"));
    member_is(j, "use", "signer");
    member_is(c, "kind", "nes");
    member_is(c, "limit_value", "50000 TRY");
    member_is(c, "limit_use", NULL);
    member_is(c, "known", NULL);
    member_is(c, "not_before", "2026-01-05T07:00:00Z");
    cr_expect_eq(json_integer_value(json_object_get(c, "retention_years")), 10);
    cr_expect(json_is_true(json_object_get(c, "on_device")));
    cr_expect_eq(json_array_size(json_object_get(c, "key_usage")), 2);
    cr_expect_eq(json_array_size(json_object_get(c, "crl_urls")), 2);
    cr_expect_eq(json_array_size(json_object_get(c, "policies")), 0);
    json_decref(j);
    char *tr = sample_written(r, SIGN_TEXT, SIGN_TR);
    cr_expect_null(strstr(tr, "10000000146"), "%s", tr);
    cr_expect_null(strchr(tr, '\x1b'));
    cr_expect_not_null(strstr(tr, "Sertifikanın yolu, iptal durumu ve algoritmaları uygun."), "%s", tr);
    cr_expect_not_null(strstr(tr, "Para limiti:            50000 TRY"), "%s", tr);
    cr_expect_null(strstr(tr, "Kullanım kısıtı"), "%s", tr);
    r->no_revocation = true;
    char *en = sample_written(r, SIGN_TEXT, SIGN_EN);
    cr_expect_not_null(strstr(en, "The certificate's path and algorithms are as they must be."), "%s", en);
    free(tr);
    free(en);
    sign_report_free(&r);
}
