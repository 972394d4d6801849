/* What programs and auditors read beyond the simple report, and what people read of time-stamps. */
#include "unit/report/sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static json_t *json_of(struct sign_report *(*make)(void), sign_report_form form) {
    struct sign_report *r = make();
    json_t *j = sample_json(r, form);
    sign_report_free(&r);
    return j;
}

static json_t *at(const json_t *object, const char *key, size_t i) {
    json_t *v = json_array_get(json_object_get(object, key), i);
    cr_assert_not_null(v, "%s[%zu]", key, i);
    return v;
}

Test(forms, every_form_of_every_report_can_be_written) {
    static const sign_report_form forms[] = {SIGN_TEXT, SIGN_JSON, SIGN_DETAILED, SIGN_DIAGNOSTIC, SIGN_HTML};
    for (const struct sample_row *row = sample_rows; row->name; row++)
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            struct sign_report *r = row->make();
            char *text = sample_written(r, forms[i], SIGN_TR);
            cr_expect_gt(strlen(text), 20, "%s", row->name);
            bool json = forms[i] != SIGN_TEXT && forms[i] != SIGN_HTML;
            json_t *j = json ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
            cr_expect(!json || json_is_object(j), "%s", row->name);
            json_decref(j);
            free(text);
            sign_report_free(&r);
        }
    struct sign_report *r = sample_none();
    sign_buf out = {0};
    cr_expect_eq(sign_report_write(r, (sign_report_form)6, SIGN_TR, &out, NULL), SIGN_E_ARGUMENT);
    sign_report_free(&r);
}

Test(forms, time_stamps_tell_programs_all_they_say) {
    json_t *j = json_of(sample_archived, SIGN_JSON), *s = at(j, "signatures", 0), *t = at(s, "timestamps", 0);
    member_is(s, "profile", "P3");
    member_is(s, "best_time_by", "S1-T1");
    member_is(s, "try_at", NULL);
    member_is(t, "id", "S1-T1");
    member_is(t, "time", "2025-12-06T10:01:30Z");
    member_is(t, "best_time", "2025-12-06T10:02:30Z");
    member_is(t, "digest_alg", "SHA-256");
    member_is(t, "policy", "2.16.792.3.0.4.1.5");
    member_is(t, "serial", "5d0c");
    member_is(t, "indication", "TOTAL-PASSED");
    member_is(t, "sub_indication", NULL);
    cr_expect_eq(json_integer_value(json_object_get(t, "accuracy")), 1500000);
    cr_expect(json_is_true(json_object_get(t, "imprint")));
    cr_expect_eq(json_array_size(json_object_get(t, "covers")), 3);
    cr_expect_eq(json_array_size(json_object_get(t, "chain")), 3);
    cr_expect_eq(json_array_size(json_object_get(t, "revocation")), 2);
    cr_expect_null(json_object_get(t, "blocks"), "the simple report has no blocks");
    cr_expect_null(json_object_get(s, "blocks"));
    json_decref(j);
    j = json_of(sample_mixed, SIGN_JSON);
    t = at(at(j, "signatures", 2), "timestamps", 0);
    member_is(t, "sub_indication", "NO_CERTIFICATE_CHAIN_FOUND");
    member_is(at(t, "messages", 0), "constraint", "chain-found");
    member_is(j, "rule", "all");
    json_decref(j);
}

Test(forms, a_message_tells_check_object_expected_and_actual) {
    json_t *j = json_of(sample_mixed, SIGN_JSON), *m = at(at(j, "signatures", 1), "messages", 0);
    member_is(m, "level", "error");
    member_is(m, "constraint", "signed-data-intact");
    member_is(m, "object", "basvuru.xml");
    member_is(m, "expected", "What the rule says is so.");
    member_is(m, "actual", "SHA-256 00ff");
    /* the policy made it a warning: the level changes, the code stays the one that programs know */
    m = at(at(j, "signatures", 2), "messages", 0);
    member_is(m, "level", "warning");
    member_is(m, "code", "E3014");
    const json_t *v = at(at(j, "signatures", 2), "revocation", 0);
    member_is(v, "revoked_at", "2025-12-26T10:00:00Z");
    member_is(v, "reason", "keyCompromise");
    json_decref(j);
}

Test(forms, detailed_has_the_tree_of_blocks_and_the_proofs) {
    json_t *j = json_of(sample_archived, SIGN_DETAILED), *s = at(j, "signatures", 0);
    member_is(j, "schema", "verify-detailed/1");
    json_t *basic = at(s, "blocks", 0), *xcv = at(basic, "blocks", 1);
    member_is(basic, "name", "BASIC");
    member_is(basic, "indication", "PASSED");
    member_is(xcv, "clause", "5.2.6");
    member_is(xcv, "result", "chain of 3");
    member_is(at(xcv, "inputs", 0), "name", "validation time");
    member_is(at(xcv, "checks", 0), "constraint", "validity-range");
    member_is(at(xcv, "checks", 0), "status", "ok");
    member_is(at(xcv, "checks", 1), "status", "ignored");
    member_is(at(xcv, "checks", 2), "status", "warned");
    member_is(at(s, "poe", 0), "by", "S1-T1");
    member_is(at(s, "poe", 0), "time", "2025-12-06T10:01:30Z");
    cr_expect_eq(json_array_size(json_object_get(at(s, "timestamps", 0), "blocks")), 1);
    json_decref(j);
    j = json_of(sample_mixed, SIGN_DETAILED);
    member_is(at(at(j, "signatures", 1), "blocks", 0), "indication", "FAILED");
    member_is(at(at(j, "signatures", 1), "blocks", 0), "sub_indication", "HASH_FAILURE");
    json_decref(j);
    j = json_of(sample_certificate, SIGN_DETAILED);
    member_is(j, "schema", "cert-check-detailed/1");
    json_decref(j);
}

Test(forms, diagnostic_has_every_object_with_its_octets) {
    json_t *j = json_of(sample_archived, SIGN_DIAGNOSTIC);
    member_is(j, "schema", "verify-diagnostic/1");
    cr_expect_eq(json_array_size(json_object_get(j, "objects")), 4);
    json_t *cert = at(j, "objects", 0), *list = at(j, "objects", 2);
    member_is(cert, "kind", "certificate");
    member_is(cert, "der", "Y2VydGlmaWNhdGUgMQ==");
    member_is(cert, "origin", "signature");
    member_is(at(cert, "facts", 0), "name", "subject");
    cr_expect(json_is_true(json_object_get(cert, "used")));
    member_is(list, "kind", "crl");
    member_is(list, "der", "bGlzdA==");
    json_t *s = at(j, "signatures", 0);
    member_is(s, "value", "dmFsdWUgMQ==");
    member_is(at(s, "timestamps", 0), "der", "dG9rZW4gUzEtVDE=");
    member_is(at(s, "countersignatures", 0), "id", "S1-C1");
    cr_expect_null(json_object_get(s, "indication"), "facts only");
    json_decref(j);
}

/* ---- text ---- */

static void says(struct sign_report *(*make)(void), sign_lang lang, const char *piece) {
    struct sign_report *r = make();
    char *text = sample_written(r, SIGN_TEXT, lang);
    cr_expect_not_null(strstr(text, piece), "%s in %s", piece, text);
    cr_expect_null(strstr(text, "10000000146"));
    free(text);
    sign_report_free(&r);
}

Test(forms, people_read_of_time_stamps_and_what_is_proven) {
    says(sample_archived, SIGN_TR,
         "Zaman damgası:          S1-T1, imza damgası: GEÇERLİ, 06.12.2025 13:01:30 (+03:00), UTC "
         "2025-12-06T10:01:30Z ±1,500 sn, Örnek Zaman Damgası Sunucusu 3\n");
    says(sample_archived, SIGN_EN, "±1.500 s, Örnek");
    says(sample_archived, SIGN_TR,
         "Kanıtlı imza zamanı:    06.12.2025 13:01:30 (+03:00), UTC 2025-12-06T10:01:30Z (kanıtlayan "
         "S1-T1)\n");
    says(sample_mixed, SIGN_EN, "INDETERMINATE (NO_CERTIFICATE_CHAIN_FOUND)");
    says(sample_mixed, SIGN_EN, "(the validation time; nothing proves that it existed earlier)");
    says(sample_archived, SIGN_TR, "Profil:                 P3 (uzun dönemli, SİL denetimli)\n");
    says(sample_archived, SIGN_EN, "2.16.792.1.61.0.1.5070.3.2.1 SHA-256 5cef8ea7");
}

/* Every form for people, in one language, has this piece, or not. */
static void people_read(struct sign_report *(*make)(void), sign_lang lang, const char *piece, bool there) {
    for (int form = 0; form < 2; form++) {
        struct sign_report *r = make();
        char *text = sample_written(r, form ? SIGN_HTML : SIGN_TEXT, lang);
        cr_expect_eq(strstr(text, piece) != NULL, there, "%s in %s", piece, text);
        free(text);
        sign_report_free(&r);
    }
}

/* Preliminary is a word of the Turkish guide for its grace period; other data are waited for, too. */
Test(forms, the_word_tells_what_is_waited_for) {
    says(sample_waiting, SIGN_TR, "ŞİMDİLİK BELİRSİZ: basvuru.xml.p7m (INDETERMINATE / TRY_LATER)\n");
    says(sample_waiting, SIGN_EN, "INDETERMINATE AT PRESENT: basvuru.xml.p7m (INDETERMINATE / TRY_LATER)\n");
    says(sample_waiting, SIGN_TR, "Bekleniyor: doğrulama verileri şimdilik eksik ya da güncel değil; ");
    says(sample_waiting, SIGN_EN, "Awaited: validation data are missing or not fresh at present; ");
    says(sample_waiting, SIGN_TR, "İmza S2: ÖN DOĞRULAMA (");
    says(sample_waiting, SIGN_TR, "İmza S3: ŞİMDİLİK BELİRSİZ (");
    people_read(sample_preliminary, SIGN_TR, "ŞİMDİLİK", false);
    struct sign_report *r = sample_waiting();
    struct report_signature *first = r->signatures;
    first->try_at = SAMPLE_AT + 7200;
    char *text = sample_written(r, SIGN_TEXT, SIGN_EN);
    cr_expect_not_null(strstr(text, "Look again: 2026-01-05T12:00:00Z, Turkey 05.01.2026 15:00:00 (+03:00); "
                                    "validation data are missing or not fresh until then.\n"));
    free(text);
    r->signatures = first->next->next; /* suspended: until when its list or response is good */
    text = sample_written(r, SIGN_TEXT, SIGN_EN);
    cr_expect_not_null(strstr(text, "Look again: 2026-01-06T05:00:00Z"), "%s", text);
    cr_expect_not_null(strstr(text, "the certificate is suspended"));
    free(text);
    r->signatures = first;
    sign_report_free(&r);
}

Test(forms, a_token_is_no_signature_and_proves_the_file) {
    says(sample_token, SIGN_TR, "Zaman damgası T1: GEÇERLİ (TOTAL-PASSED)\n");
    says(sample_token, SIGN_EN, "  Authority: ");
    says(sample_token, SIGN_EN, "  Time stamped:           2026-01-05T08:00:00Z, Turkey ");
    people_read(sample_token, SIGN_EN, "The time-stamp holds and is of the file given", true);
    people_read(sample_token, SIGN_TR, "damgası yok", false);
    people_read(sample_token, SIGN_EN, "No valid time-stamp", false);
    people_read(sample_token, SIGN_TR, "Bütün imzalar", false);
    people_read(sample_token, SIGN_TR, "Kanıtlı imza", false);
    people_read(sample_token, SIGN_TR, "imzacı", false);
}

Test(forms, a_refusal_is_no_missing_signature) {
    people_read(sample_refused, SIGN_TR, "ZAMAN DAMGASI YOK", true);
    people_read(sample_refused, SIGN_EN, "The time-stamping authority gave no time-stamp: rejection, badAlg",
                true);
    people_read(sample_refused, SIGN_TR, "otoritesi damga vermedi: ret, badAlg", true);
    people_read(sample_refused, SIGN_EN, message_hint(MSG_TSA_REFUSED, SIGN_EN), true);
    people_read(sample_refused, SIGN_EN, "NO SIGNATURE", false);
    people_read(sample_none, SIGN_TR, "ZAMAN DAMGASI YOK", false);
}

/* Only a time-stamp proves: the time of validation is called otherwise. */
Test(forms, a_time_that_nothing_proves_is_not_called_proven) {
    people_read(sample_mixed, SIGN_TR, "Kanıtlı imza zamanı", false);
    says(sample_mixed, SIGN_TR, "  Değerlendirme zamanı:   05.01.2026 13:00:00 (+03:00), UTC");
    says(sample_mixed, SIGN_EN, "  Time judged at:         2026-01-05T10:00:00Z");
}

Test(forms, turkish_has_one_word_for_counter_signatures) {
    says(sample_archived, SIGN_TR, "  Seri imza S1-C1: ");
    people_read(sample_archived, SIGN_TR, "Seri imza", true);
    people_read(sample_archived, SIGN_TR, "Karşı imza", false);
}

Test(forms, the_rule_is_told_in_words) {
    static const char *const rows[][3] = {
        {"3 of 50", "Belge kuralı: ayrı imzacılardan en az 3 geçerli imza (belgede 50 imza var)\n",
         "document: 3 of 50\n"},
        {"all", "Belge kuralı: imzaların tümü\n", "document: all\n"},
        {"any", "Belge kuralı: imzalardan herhangi biri\n", "document: any\n"},
        {"signer:a,10000000146", "Belge kuralı: imzası istenenler: a,100******46\n",
         "document: signer:a,100******46\n"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sign_report *r = sample_mixed();
        r->rule = rows[i][0];
        char *tr = sample_written(r, SIGN_TEXT, SIGN_TR), *en = sample_written(r, SIGN_TEXT, SIGN_EN);
        cr_expect_not_null(strstr(tr, rows[i][1]), "%s", tr);
        cr_expect_not_null(strstr(en, rows[i][2]), "%s", en);
        free(tr);
        free(en);
        sign_report_free(&r);
    }
}

/* Words of the standards that have one in Turkish. */
Test(forms, turkish_lines_name_stamps_and_reasons_in_turkish) {
    static const char *const kinds[][2] = {{"signature-time-stamp", "imza damgası:"},
                                           {"SignatureTimeStamp", "imza damgası:"},
                                           {"content-time-stamp", "içerik damgası:"},
                                           {"AllDataObjectsTimeStamp", "içerik damgası:"},
                                           {"CAdES-C-time-stamp", "imza ve başvurular damgası:"},
                                           {"SigAndRefsTimeStampV2", "imza ve başvurular damgası v2:"},
                                           {"time-stamped-certs-crls-references", "başvurular damgası:"},
                                           {"RefsOnlyTimeStamp", "başvurular damgası:"},
                                           {"archive-time-stamp-v3", "arşiv damgası v3:"},
                                           {"ArchiveTimeStamp", "arşiv damgası:"},
                                           {"something else", "something else:"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct sign_report *r = sample_archived();
        r->signatures->timestamps->kind = kinds[i][0];
        char *tr = sample_written(r, SIGN_TEXT, SIGN_TR), *en = sample_written(r, SIGN_TEXT, SIGN_EN);
        const char *at = strstr(tr, "S1-T1, ");
        cr_expect(at && strncmp(at + 7, kinds[i][1], strlen(kinds[i][1])) == 0, "%.80s", at);
        cr_expect_not_null(strstr(en, kinds[i][0]));
        free(tr);
        free(en);
        sign_report_free(&r);
    }
    struct sign_report *r = sample_mixed();
    report_say(r, &r->signatures->messages, MSG_STAMP_PROVES_NOTHING, "S1-T9", "ArchiveTimeStampV2",
               "NO_POE");
    report_say(r, &r->signatures->next->next->messages, MSG_CERT_REVOKED, "CN=a", "2026-01-01T00:00:00Z",
               "keyCompromise");
    char *tr = sample_written(r, SIGN_TEXT, SIGN_TR), *en = sample_written(r, SIGN_TEXT, SIGN_EN);
    cr_expect_not_null(strstr(tr, "(neden: anahtar ele geçirildi)"), "%s", tr);
    cr_expect_not_null(strstr(en, "(reason: keyCompromise)"));
    cr_expect_not_null(strstr(tr, "S1-T9 zaman damgası (arşiv damgası v2) bir şey"), "%s", tr);
    cr_expect_not_null(strstr(en, "S1-T9 (ArchiveTimeStampV2) proves"));
    free(tr);
    free(en);
    sign_report_free(&r);
}

Test(forms, a_preliminary_verdict_says_when_it_becomes_final) {
    says(sample_preliminary, SIGN_TR, "ÖN DOĞRULAMA: basvuru.xml.p7m (INDETERMINATE / TRY_LATER)\n");
    says(sample_preliminary, SIGN_TR,
         "Kesinleşme: 06.01.2026 11:00:00 (+03:00), UTC 2026-01-06T08:00:00Z; o andan sonra yeniden "
         "doğrulayın.\n");
    says(sample_preliminary, SIGN_EN, "Final from: 2026-01-06T08:00:00Z");
}

Test(forms, people_read_the_check_and_the_level_of_the_policy) {
    says(sample_mixed, SIGN_TR, "  E4030 ");
    says(sample_mixed, SIGN_TR,
         "denetim: signed-data-intact; nesne: basvuru.xml; beklenen: Kuralın söylediği gibidir.; bulunan: "
         "SHA-256 00ff\n");
    says(sample_mixed, SIGN_EN, "  W3014 ");
    says(sample_mixed, SIGN_EN, "object: CN=Zeynep Şahin,serialNumber=100******46,C=TR");
    says(sample_mixed, SIGN_EN, "Rule for the document: all\n");
}

/* A signature that passed because of its time-stamp must not advise against itself. */
Test(forms, what_is_only_noted_advises_nothing) {
    struct sign_report *r = sample_mixed();
    const char *hint = message_hint(MSG_CERT_REVOKED, SIGN_EN);
    cr_assert_gt(strlen(hint), 10);
    for (int noted = 0; noted < 2; noted++) {
        r->signatures->next->next->messages->level = noted ? 'I' : 'W';
        for (int form = SIGN_TEXT; form <= SIGN_JSON; form++) {
            char *text = sample_written(r, (sign_report_form)form, SIGN_EN);
            cr_expect_eq(strstr(text, hint) == NULL, noted, "%s", text);
            free(text);
        }
    }
    sign_report_free(&r);
}

/* Where a rule lets the document pass, nobody reads that every signature does. */
Test(forms, a_pass_by_rule_does_not_speak_for_all) {
    struct sign_report *r = sample_mixed();
    r->rule = "any";
    r->indication = TOTAL_PASSED;
    r->sub = SUB_NONE;
    for (int form = 0; form < 2; form++) {
        char *text = sample_written(r, form ? SIGN_HTML : SIGN_TEXT, SIGN_EN);
        cr_expect_null(strstr(text, "Every signature holds"));
        cr_expect_not_null(strstr(text, "NOT ALL OF THE OTHERS ARE."));
        free(text);
    }
    sign_report_free(&r);
}

/* A number hides behind no escape, in no other attribute's form, and in no length. */
Test(forms, numbers_are_masked_wherever_a_name_is_shown) {
    static const char *const names[] = {
        "CN=a,serialNumber=10000000146",      "serialNumber=10000000146,CN=a",
        "CN=a+serialNumber=10000000146",      "CN=a,2.5.4.5=10000000146",
        "CN=a,serialNumber=TCKN-10000000146", "CN=a,serialNumber=\\ 10000000146"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sign_report *r = sample_mixed();
        r->signatures->signer->subject = names[i];
        r->signatures->signer->issuer = names[i];
        for (int form = 0; form < 2; form++) {
            char *text = sample_written(r, form ? SIGN_HTML : SIGN_TEXT, SIGN_EN);
            cr_expect_null(strstr(text, "10000000146"), "%s", names[i]);
            free(text);
        }
        sign_report_free(&r);
    }
    struct sign_report *r = sample_none();
    char *long_name = arena_printf(&r->arena, "serialNumber=%0300d", 1);
    r->rule = long_name;
    char *text = sample_written(r, SIGN_TEXT, SIGN_EN);
    cr_expect_not_null(strstr(text, "serialNumber=****"));
    cr_expect_null(strstr(text, "01\n"));
    free(text);
    sign_report_free(&r);
}
