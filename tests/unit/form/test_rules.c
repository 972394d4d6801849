/* One row a rule: what is typed, what is kept, what the check says of it. Every fault has a good sibling. */
#include "helpers.h"

struct row {
    const char *field, *typed, *kept, *problem; /* problem "": none */
};

static void rows_check(const struct row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        AUTO(form_p) f = good_form();
        sign_error err = {0};
        cr_expect(sign_form_set(f, rows[i].field, rows[i].typed, &err) == SIGN_OK, "%s: %s", rows[i].typed,
                  err.text);
        const char *kept = sign_form_get(f, rows[i].field);
        cr_expect(kept != NULL && strcmp(kept, rows[i].kept) == 0, "%s -> %s", rows[i].typed, kept);
        char expected[64] = "";
        if (rows[i].problem[0] != '\0') {
            snprintf(expected, sizeof expected, "%s:%s ", rows[i].field, rows[i].problem);
        }
        struct heard h = check_form(f);
        cr_expect_str_eq(h.codes, expected, "%s=%s: %s, expected %s", rows[i].field, rows[i].typed, h.codes,
                         expected);
    }
}
#define ROWS(...)                                                                                            \
    static const struct row rows[] = {__VA_ARGS__};                                                          \
    rows_check(rows, sizeof rows / sizeof rows[0])

Test(form_rules, example_is_without_a_problem) {
    AUTO(form_p) f = good_form();
    struct heard h = check_form(f);
    cr_assert_str_eq(h.codes, "");
}

Test(form_rules, identity_number) {
    ROWS({"KimlikNo", "10000000146", "10000000146", ""}, {"KimlikNo", "11111111110", "11111111110", ""},
         {"KimlikNo", " 100 000 001 46 ", "10000000146", ""}, {"KimlikNo", "99999999990", "99999999990", ""},
         {"KimlikNo", "11111111111", "11111111111", "E1302"},
         {"KimlikNo", "10000000145", "10000000145", "E1302"},
         {"KimlikNo", "10000000156", "10000000156", "E1302"},
         {"KimlikNo", "1000000014", "1000000014", "E1302"},
         {"KimlikNo", "00000000000", "00000000000", "E1302"},
         {"KimlikNo", "100000001460", "100000001460", "E1302"},
         {"KimlikNo", "1000000014A", "1000000014A", "E1302"});
}

/* A changed digit is always noticed: that is what the check digits are for. */
Test(form_rules, identity_number_with_one_digit_changed) {
    AUTO(form_p) f = good_form();
    for (size_t place = 0; place < 11; place++) {
        for (char digit = '0'; digit <= '9'; digit++) {
            char v[] = "10000000146";
            if (v[place] == digit) {
                continue;
            }
            v[place] = digit;
            cr_assert(sign_form_set(f, "KimlikNo", v, NULL) == SIGN_OK);
            cr_expect_eq(sign_form_check(f, TEST_TIME, SIGN_EN, NULL, NULL), 1, "%s", v);
        }
    }
}

Test(form_rules, names) {
    ROWS({"Ad", "  ayşe \t ışıl ", "AYŞE IŞIL", ""}, {"Ad", "ibrahim", "İBRAHİM", ""},
         {"Soyad", "O’NEIL-ÖZ", "O'NEIL-ÖZ", ""}, {"Ad", "A.", "A.", ""}, {"Ad", "JOSÉ", "JOSÉ", ""},
         {"Ad", "ALI2", "ALI2", "E1303"}, {"Ad", "ALI_", "ALI_", "E1303"}, {"Ad", "- .", "- .", "E1303"},
         {"Soyad", "A@B", "A@B", "E1303"}, {"Soyad", "×", "×", "E1303"}, {"Soyad", "АЛИ", "АЛИ", "E1303"});
}

Test(form_rules, name_of_64_letters) {
    AUTO(form_p) f = good_form();
    char name[200] = "";
    for (int i = 0; i < 64; i++) {
        memcpy(name + strlen(name), "Ş", 3);
    }
    cr_assert(sign_form_set(f, "Ad", name, NULL) == SIGN_OK);
    cr_assert_str_eq(check_form(f).codes, "");
    memcpy(name + strlen(name), "A", 2);
    cr_assert(sign_form_set(f, "Ad", name, NULL) == SIGN_OK);
    cr_assert_str_eq(check_form(f).codes, "Ad:E1303 ");
}

Test(form_rules, date_of_birth) {
    ROWS({"DogumTarihi", "23.04.1985", "1985-04-23", ""}, {"DogumTarihi", "1985-04-23", "1985-04-23", ""},
         {"DogumTarihi", "29.02.1984", "1984-02-29", ""},
         {"DogumTarihi", "29.02.1985", "1985-02-29", "E1304"},
         {"DogumTarihi", "31.04.1985", "1985-04-31", "E1304"},
         {"DogumTarihi", "00.01.1985", "1985-01-00", "E1304"},
         {"DogumTarihi", "1.1.1985", "1.1.1985", "E1304"},
         {"DogumTarihi", "23/04/1985", "23/04/1985", "E1304"},
         {"DogumTarihi", "1985-4-23", "1985-4-23", "E1304"},
         {"DogumTarihi", "0000-04-23", "0000-04-23", "E1304"});
}

/* The form is looked at on 5 January 2026. */
Test(form_rules, age) {
    ROWS(
        {"DogumTarihi", "05.01.2008", "2008-01-05", ""}, {"DogumTarihi", "06.01.2008", "2008-01-06", "W1306"},
        {"DogumTarihi", "06.01.1915", "1915-01-06", ""}, {"DogumTarihi", "05.01.1915", "1915-01-05", "E1305"},
        {"DogumTarihi", "05.01.1914", "1914-01-05", "E1305"},
        {"DogumTarihi", "05.01.2026", "2026-01-05", "W1306"},
        {"DogumTarihi", "06.01.2026", "2026-01-06", "E1305"});
}

/* 22:00 UTC is the next day in Turkey, and the birthday has come. */
Test(form_rules, age_is_counted_by_the_day_in_turkey) {
    AUTO(form_p) f = good_form();
    cr_assert(sign_form_set(f, "DogumTarihi", "2008-01-06", NULL) == SIGN_OK);
    struct heard before = {0}, after = {0};
    sign_form_check(f, TEST_TIME + (int64_t)13 * 3600, SIGN_TR, hear, &before); /* 20:00 UTC */
    sign_form_check(f, TEST_TIME + (int64_t)15 * 3600, SIGN_TR, hear, &after);  /* 22:00 UTC */
    cr_assert_str_eq(before.codes, "DogumTarihi:W1306 ");
    cr_assert_str_eq(after.codes, "");
}

Test(form_rules, closed_lists) {
    ROWS({"SertifikaSuresi", "1", "1", ""}, {"SertifikaSuresi", "4", "4", "E1307"},
         {"KartOkuyucu", "mini", "MINI", ""}, {"KartOkuyucu", "istemiyorum", "ISTEMIYORUM", ""},
         {"KartOkuyucu", "VAR", "VAR", "E1307"}, {"SertifikaYayini", "yayınlansın", "YAYINLANSIN", ""},
         {"SertifikaYayini", "EVET", "EVET", "E1307"}, {"Operator", "türk telekom", "TURK_TELEKOM", ""},
         {"Operator", "diğer", "DIGER", ""}, {"Operator", "AVEA", "AVEA", "E1307"},
         {"BilgiKanali", "sms", "SMS", ""}, {"BilgiKanali", "FAKS", "FAKS", "E1307"},
         {"OdemeSekli", "kurum", "KURUM", ""}, {"OdemeSekli", "DEVLET", "DEVLET", "E1307"},
         {"ImzaYontemi", "eimza", "EIMZA", ""}, {"ImzaYontemi", "PARMAK", "PARMAK", "E1307"});
}

Test(form_rules, open_list_of_delivery) {
    ROWS({"TeslimatYontemi", "Kurye iş", "KURYE_IS", ""}, {"TeslimatYontemi", "POSTA", "POSTA", "W1322"},
         {"TeslimatYontemi", "P-1", "P-1", "E1307"}, {"TeslimatYontemi", "X", "X", "E1307"});
}

Test(form_rules, e_mail) {
    ROWS({"EPosta", "Ad.Soyad+x@Example.ORG", "Ad.Soyad+x@example.org", ""},
         {"EPosta", "a@xn--rnek-5qa.com.tr", "a@xn--rnek-5qa.com.tr", ""},
         {"EPosta", "a.example.org", "a.example.org", "E1308"},
         {"EPosta", "@example.org", "@example.org", "E1308"}, {"EPosta", "a@", "a@", "E1308"},
         {"EPosta", "a@org", "a@org", "E1308"}, {"EPosta", "a@example.o", "a@example.o", "E1308"},
         {"EPosta", "a@example.12", "a@example.12", "E1308"},
         {"EPosta", "a..b@example.org", "a..b@example.org", "E1308"},
         {"EPosta", ".a@example.org", ".a@example.org", "E1308"},
         {"EPosta", "a.@example.org", "a.@example.org", "E1308"},
         {"EPosta", "\"a b\"@example.org", "\"a b\"@example.org", "E1308"},
         {"EPosta", "a@b@example.org", "a@b@example.org", "E1308"},
         {"EPosta", "a@-example.org", "a@-example.org", "E1308"},
         {"EPosta", "a@example-.org", "a@example-.org", "E1308"},
         {"EPosta", "a@example..org", "a@example..org", "E1308"},
         {"EPosta", "a@örnek.org", "a@örnek.org", "E1308"},
         {"EPosta", "ş@example.org", "ş@example.org", "E1308"},
         {"EPosta", "a@example.org.", "a@example.org.", "E1308"});
}

Test(form_rules, e_mail_local_part_of_64) {
    AUTO(form_p) f = good_form();
    for (int n = 64; n <= 65; n++) {
        char v[100];
        snprintf(v, sizeof v, "%0*d@example.org", n, 1);
        cr_assert(sign_form_set(f, "EPosta", v, NULL) == SIGN_OK);
        cr_assert_str_eq(check_form(f).codes, n == 64 ? "" : "EPosta:E1308 ");
    }
}

Test(form_rules, mobile_number) {
    ROWS({"CepTelefonu", "(505) 123 45 67", "+905051234567", ""},
         {"CepTelefonu", "0 505 123 45 67", "+905051234567", ""},
         {"CepTelefonu", "+90 505-123-4567", "+905051234567", ""},
         {"CepTelefonu", "90 505 123 45 67", "+905051234567", ""},
         {"CepTelefonu", "0090 505 123 45 67", "+905051234567", ""},
         {"CepTelefonu", "5051234567", "+905051234567", ""},
         {"CepTelefonu", "(312) 123 45 67", "+903121234567", "E1309"},
         {"CepTelefonu", "505 123 45 6", "505 123 45 6", "E1309"},
         {"CepTelefonu", "+49 505 123 45 67", "+49 505 123 45 67", "E1309"},
         {"CepTelefonu", "505 123 45 6x", "505 123 45 6x", "E1309"},
         {"CepTelefonu", "+5051234567", "+5051234567", "E1309"});
}

Test(form_rules, office_telephone_and_extension) {
    ROWS({"IsTelefonu", "(382) 123 45 67", "+903821234567", ""},
         {"IsTelefonu", "0212 123 45 67", "+902121234567", ""},
         {"IsTelefonu", "(850) 123 45 67", "+908501234567", ""},
         {"IsTelefonu", "(505) 123 45 67", "+905051234567", "E1310"},
         {"IsTelefonu", "(112) 123 45 67", "+901121234567", "E1310"},
         {"IsTelefonu", "444 55 76", "444 55 76", "E1310"}, {"Dahili", "0", "0", ""},
         {"Dahili", "12 34", "1234", ""}, {"Dahili", "1234567", "1234567", "E1311"},
         {"Dahili", "12a", "12a", "E1311"});
}

Test(form_rules, texts_have_their_lengths) {
    ROWS({"KurumAdi", "AB", "AB", ""}, {"KurumAdi", "Ş", "Ş", "E1312"}, {"CalistigiBirim", "X", "X", "E1312"},
         {"Unvan", "Dr", "Dr", ""}, {"Unvan", "X", "X", "E1312"}, {"KurumAdresi", "a b c", "a b c", ""},
         {"KurumAdresi", "abcd", "abcd", "E1312"}, {"SiparisKurumu", "X", "X", "E1312"},
         {"SiparisKurumu", "XY", "XY", ""});
}

Test(form_rules, text_at_its_longest) {
    char v[302];
    static const struct {
        const char *field;
        size_t longest;
    } fields[] = {
        {"KurumAdi", 200}, {"CalistigiBirim", 200}, {"Unvan", 100}, {"KurumAdresi", 300}, {"Ilce", 64}};
    for (size_t i = 0; i < 5; i++) {
        AUTO(form_p) g = good_form();
        memset(v, 'X', sizeof v);
        v[fields[i].longest] = '\0';
        cr_assert(sign_form_set(g, fields[i].field, v, NULL) == SIGN_OK);
        cr_expect_eq(check_form(g).errors, 0, "%s", fields[i].field);
        v[fields[i].longest] = 'X';
        v[fields[i].longest + 1] = '\0';
        cr_assert(sign_form_set(g, fields[i].field, v, NULL) == SIGN_OK);
        cr_expect_eq(check_form(g).errors, 1, "%s", fields[i].field);
    }
}

Test(form_rules, province_and_postal_code) {
    ROWS({"Ilce", "çankaya", "ÇANKAYA", ""}, {"Ilce", "19 mayıs", "19 MAYIS", ""},
         {"PostaKodu", "68000", "68000", ""}, {"PostaKodu", "66902", "66902", "W1315"},
         {"PostaKodu", "82000", "82000", "E1314"}, {"PostaKodu", "00100", "00100", "E1314"},
         {"PostaKodu", "6800", "6800", "E1314"}, {"PostaKodu", "6800A", "6800A", "E1314"},
         {"Il", "aksaray", "AKSARAY", ""}, {"Il", "ANKARB", "ANKARB", "E1313"},
         {"Il", "ISTANBUL", "ISTANBUL", "E1313"});
}

/* Turkish capitals: i and ı are two letters. */
Test(form_rules, provinces_in_small_letters) {
    static const char *const names[] = {"istanbul", "ığdır",         "şanlıurfa", "çorum",
                                        "düzce",    "kahramanmaraş", "izmir"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        AUTO(form_p) f = good_form();
        cr_assert(sign_form_set(f, "Il", names[i], NULL) == SIGN_OK);
        cr_assert(sign_form_set(f, "PostaKodu", "", NULL) == SIGN_OK);
        cr_expect_str_eq(check_form(f).codes, "", "%s", names[i]);
    }
}

Test(form_rules, declarations_must_be_true) {
    static const char *const fields[] = {"KurumCalisaniBeyani", "TaahhutKabul", "DogrulukBeyani",
                                         "SertifikaTalebi", "KvkkAydinlatma"};
    for (size_t i = 0; i < 5; i++) {
        const struct row rows[] = {
            {fields[i], "Evet", "true", ""},        {fields[i], "TRUE", "true", ""},
            {fields[i], "1", "true", ""},           {fields[i], "hayır", "false", "E1316"},
            {fields[i], "False", "false", "E1316"}, {fields[i], "olur", "olur", "E1317"}};
        rows_check(rows, 6);
    }
}

Test(form_rules, order) {
    ROWS({"SiparisNo", "2026/15-a", "2026/15-A", ""}, {"SiparisNo", "#5", "#5", "E1320"},
         {"SiparisTarihi", "01.12.2025", "2025-12-01", ""},
         {"SiparisTarihi", "06.01.2026", "2026-01-06", "W1328"},
         {"SiparisTarihi", "05.01.2026", "2026-01-05", ""},
         {"SiparisTarihi", "32.12.2025", "2025-12-32", "E1304"},
         {"FormIzlemeKodu", "1d11850ab93cad", "1D11850AB93CAD", ""},
         {"FormIzlemeKodu", "1D11850", "1D11850", "E1318"},
         {"FormIzlemeKodu", "1D11850-AB93", "1D11850-AB93", "E1318"},
         {"OdenecekTutar", "168000", "168000", ""}, {"OdenecekTutar", "0", "0", ""},
         {"OdenecekTutar", "016", "016", "E1319"}, {"OdenecekTutar", "1680,00", "1680,00", "E1319"},
         {"OdenecekTutar", "-5", "-5", "E1319"}, {"DetsisNo", "12345678", "12345678", ""},
         {"DetsisNo", "1234567", "1234567", "E1321"}, {"FormKodu", "form-001-030", "FORM-001-030", ""},
         {"FormKodu", "a*b", "A*B", "E1320"}, {"OdemeSekli", "KISI", "KISI", "W1325"},
         {"ImzaYontemi", "ISLAK", "ISLAK", "W1326"}, {"ImzaYontemi", "EONAY", "EONAY", "W1327"});
}

/* Letters that arrive as a letter and a mark are one letter (NFC, Unicode Annex 15). */
Test(form_rules, marks_compose) {
    ROWS({"KurumAdi",
          "C\u0327c\u0327G\u0306g\u0306I\u0307O\u0308o\u0308S\u0327s\u0327U\u0308u\u0308A\u0302a\u0302",
          "ÇçĞğİÖöŞşÜüÂâ", ""},
         {"Ad", "i\u0307pek", "İPEK", ""}, {"KurumAdi", "a\u00A0\u2003 b", "a b", ""});
}

Test(form_rules, what_no_value_may_hold_is_refused) {
    static const char *const bad[] = {"x\u0323y", "e\u0301x",       "ab\u200Bc", "ab\u202Ec", "a\x01z",
                                      "a\x7Fz",   "\xEF\xBF\xBEzz", "\xFFxx",    "\xC3(",     "K\u212Ax"};
    AUTO(form_p) f = good_form();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sign_error err = {0};
        cr_expect(sign_form_set(f, "KurumAdi", bad[i], &err) == SIGN_E_ARGUMENT, "%zu", i);
        cr_expect_str_eq(err.id, "E1004");
        cr_expect_str_eq(sign_form_get(f, "KurumAdi"), "Örnek Kurumu & Ortakları");
    }
}

Test(form_rules, every_mandatory_field_is_asked_for_in_order) {
    AUTO(form_p) f = NULL;
    cr_assert(sign_form_new(TEST_ID, TEST_TIME, &f, NULL) == SIGN_OK);
    struct heard h = check_form(f);
    cr_assert_str_eq(
        h.codes,
        "KimlikNo:E1301 Ad:E1301 Soyad:E1301 DogumTarihi:E1301 SertifikaSuresi:E1301 KartOkuyucu:E1301 "
        "SertifikaYayini:E1301 EPosta:E1301 CepTelefonu:E1301 Operator:E1301 BilgiKanali:E1301 "
        "KurumAdi:E1301 "
        "CalistigiBirim:E1301 Unvan:E1301 IsTelefonu:E1301 Dahili:E1301 Il:E1301 Ilce:E1301 "
        "TeslimatYontemi:E1301 "
        "KurumCalisaniBeyani:E1301 TaahhutKabul:E1301 DogrulukBeyani:E1301 SertifikaTalebi:E1301 "
        "KvkkAydinlatma:E1301 OdemeSekli:E1301 ImzaYontemi:E1301 ");
}

Test(form_rules, all_problems_at_once) {
    AUTO(form_p) f = good_form();
    cr_assert(sign_form_set(f, "ImzaYontemi", "ISLAK", NULL) == SIGN_OK);
    cr_assert(sign_form_set(f, "KimlikNo", "11111111111", NULL) == SIGN_OK);
    cr_assert(sign_form_set(f, "PostaKodu", "66902", NULL) == SIGN_OK);
    cr_assert(sign_form_set(f, "Unvan", "", NULL) == SIGN_OK);
    struct heard h = check_form(f);
    cr_assert_str_eq(h.codes, "KimlikNo:E1302 Unvan:E1301 PostaKodu:W1315 ImzaYontemi:W1326 ");
    cr_assert(h.errors == 2 && h.warnings == 2);
}

static void hear_text(void *user, const sign_form_problem *p) {
    snprintf(user, 200, "%s", p->text);
}

Test(form_rules, texts_in_both_languages) {
    AUTO(form_p) f = good_form();
    char text[200] = "";
    cr_assert(sign_form_set(f, "Operator", "AVEA", NULL) == SIGN_OK);
    sign_form_check(f, TEST_TIME, SIGN_TR, hear_text, text);
    cr_assert_str_eq(text, "Operatör şunlardan biri olmalı: TURKCELL, TURK_TELEKOM, VODAFONE, DIGER");
    sign_form_check(f, TEST_TIME, SIGN_EN, hear_text, text);
    cr_assert_str_eq(text, "Mobile operator must be one of: TURKCELL, TURK_TELEKOM, VODAFONE, DIGER");
}

Test(form_rules, no_form_is_no_good_form) {
    cr_assert_eq(sign_form_check(NULL, TEST_TIME, SIGN_TR, NULL, NULL), 1);
}
