/* The public interface: making, opening, setting, writing and showing a form. */
#include "helpers.h"

#include "base/text.h"
#include "base/time.h"
#include <fcntl.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static sign_buf file_bytes(const char *path) {
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    sign_buf b = {.data = calloc(1, 100000)};
    b.len = fread(b.data, 1, 99999, f);
    fclose(f);
    return b;
}

Test(form, json_becomes_the_canonical_bytes) {
    AUTO(form_p) f = good_form();
    AUTO(sign_buf) got = written(f);
    AUTO(sign_buf) expected = file_bytes(TEST_XML);
    cr_assert(bytes_equal(BYTES(got.data, got.len), BYTES(expected.data, expected.len)), "%s",
              (char *)got.data);
}

Test(form, canonical_bytes_read_and_written_stay_the_same) {
    AUTO(form_p) f = NULL;
    cr_assert(sign_form_open(&(sign_input){.path = TEST_XML}, NULL, 0, &f, NULL) == SIGN_OK);
    AUTO(sign_buf) got = written(f);
    AUTO(sign_buf) expected = file_bytes(TEST_XML);
    cr_assert(bytes_equal(BYTES(got.data, got.len), BYTES(expected.data, expected.len)));
    cr_assert_str_eq(check_form(f).codes, "");
}

/* What libxml2 makes of the bytes with exclusive canonicalization must be the bytes. */
static void assert_canonical(const sign_form *f) {
    AUTO(sign_buf) got = written(f);
    xmlDocPtr doc = xmlReadMemory((const char *)got.data, (int)got.len, NULL, NULL, XML_PARSE_NONET);
    cr_assert_not_null(doc);
    xmlChar *c14n = NULL;
    int n = xmlC14NDocDumpMemory(doc, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &c14n);
    cr_assert_eq(n, (int)got.len);
    cr_assert_arr_eq(c14n, got.data, got.len);
    xmlFree(c14n);
    xmlFreeDoc(doc);
}

Test(form, bytes_are_exclusive_c14n) {
    AUTO(form_p) f = good_form();
    assert_canonical(f);
    cr_assert(sign_form_set(f, "KurumAdi", "<a> & \"b\" ]]> 'c' ş 𝄀 >", NULL) == SIGN_E_ARGUMENT);
    cr_assert(sign_form_set(f, "KurumAdi", "<a> & \"b\" ]]> 'c' ş 😀 >", NULL) == SIGN_OK);
    assert_canonical(f);
    AUTO(form_p) empty = NULL;
    cr_assert(sign_form_new(NULL, 0, &empty, NULL) == SIGN_OK);
    assert_canonical(empty);
}

/* What is wrong is not asked, only whether something is. */
static void unheard(void *user, xmlErrorPtr e) {
    (void)user;
    (void)e;
}

static int schema_says(const sign_form *f) {
    AUTO(sign_buf) got = written(f);
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(SIGN_TEST_SOURCE "/libsign/form/basvuru.xsd");
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    cr_assert_not_null(schema);
    xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema);
    xmlSchemaSetValidStructuredErrors(valid, unheard, NULL);
    xmlDocPtr doc = xmlReadMemory((const char *)got.data, (int)got.len, NULL, NULL, XML_PARSE_NONET);
    int rc = xmlSchemaValidateDoc(valid, doc);
    xmlFreeDoc(doc);
    xmlSchemaFreeValidCtxt(valid);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
    return rc;
}

Test(form, schema_agrees_with_the_check) {
    AUTO(form_p) f = good_form();
    cr_assert_eq(schema_says(f), 0);
    static const char *const extra[][2] = {{"DetsisNo", "12345678"},
                                           {"SiparisNo", "5"},
                                           {"SiparisTarihi", "2025-12-01"},
                                           {"SiparisKurumu", "Örnek"},
                                           {"FormIzlemeKodu", "1D11850AB93CAD"},
                                           {"OdenecekTutar", "168000"}};
    for (size_t i = 0; i < 6; i++) {
        cr_assert(sign_form_set(f, extra[i][0], extra[i][1], NULL) == SIGN_OK);
    }
    cr_assert_eq(schema_says(f), 0);
    cr_assert_str_eq(check_form(f).codes, "");
    static const char *const bad[][2] = {
        {"KimlikNo", "0"},     {"SertifikaSuresi", "4"}, {"CepTelefonu", "x"},
        {"EPosta", "x"},       {"Dahili", "x"},          {"PostaKodu", "82000"},
        {"TaahhutKabul", "0"}, {"Unvan", "X"},           {"Unvan", ""}};
    for (size_t i = 0; i < 9; i++) {
        AUTO(form_p) g = good_form();
        cr_assert(sign_form_set(g, bad[i][0], bad[i][1], NULL) == SIGN_OK);
        cr_expect(schema_says(g) > 0, "%s=%s", bad[i][0], bad[i][1]);
        cr_expect_eq(check_form(g).errors, 1);
    }
}

Test(form, new_form_has_an_envelope) {
    AUTO(form_p) f = NULL;
    cr_assert(sign_form_new(TEST_ID, TEST_TIME, &f, NULL) == SIGN_OK);
    cr_assert_str_eq(sign_form_get(f, "FormKodu"), "FORM-001-027");
    cr_assert_null(sign_form_get(f, "KimlikNo"));
    AUTO(sign_buf) b = written(f);
    const char *text = (const char *)b.data;
    cr_assert_not_null(strstr(text, "<Basvuru xmlns=\"urn:mavikalem:belge:1\" dil=\"tr\" id=\"" TEST_ID
                                    "\" surum=\"1.0\" tur=\"YENILEME\"><Olusturma uygulama=\"kalem "));
    cr_assert_not_null(strstr(text, " zaman=\"2026-01-05T10:00:00+03:00\"></Olusturma>"));
}

Test(form, ids) {
    AUTO(form_p) f = NULL;
    sign_error err = {0};
    cr_assert(sign_form_new("6F1D0C52-7A3E-4B8E-9C41-2D5E8F0A1B23", TEST_TIME, &f, NULL) == SIGN_OK);
    AUTO(sign_buf) small = written(f);
    cr_assert_not_null(strstr((char *)small.data, TEST_ID));
    static const char *const bad[] = {"", "6f1d0c52", "6f1d0c52-7a3e-4b8e-9c41-2d5e8f0a1b2g",
                                      "6f1d0c5237a3e-4b8e-9c41-2d5e8f0a1b23",
                                      "6f1d0c52-7a3e-4b8e-9c41-2d5e8f0a1b234"};
    for (size_t i = 0; i < 5; i++) {
        AUTO(form_p) g = NULL;
        cr_expect(sign_form_new(bad[i], TEST_TIME, &g, &err) == SIGN_E_ARGUMENT, "%s", bad[i]);
        cr_expect_null(g);
    }
    AUTO(form_p) a = NULL;
    AUTO(form_p) b = NULL;
    cr_assert(sign_form_new(NULL, TEST_TIME, &a, NULL) == SIGN_OK &&
              sign_form_new(NULL, TEST_TIME, &b, NULL) == SIGN_OK);
    AUTO(sign_buf) one = written(a);
    AUTO(sign_buf) two = written(b);
    cr_assert(!bytes_equal(BYTES(one.data, one.len), BYTES(two.data, two.len)));
    const char *id = strstr((char *)one.data, " id=\"") + 5; /* RFC 9562, 5.4: version and variant */
    cr_assert(id[14] == '4' && strchr("89ab", id[19]) != NULL, "%.36s", id);
}

Test(form, times_that_cannot_be_written) {
    AUTO(form_p) f = NULL;
    cr_assert(sign_form_new(NULL, INT64_MAX, &f, NULL) == SIGN_E_ARGUMENT);
    cr_assert(sign_form_new(NULL, INT64_MIN, &f, NULL) == SIGN_E_ARGUMENT);
    cr_assert(sign_form_new(NULL, -1, &f, NULL) == SIGN_OK);
}

Test(form, fields_are_set_and_cleared) {
    AUTO(form_p) f = NULL;
    sign_error err = {0};
    cr_assert(sign_form_new(NULL, TEST_TIME, &f, NULL) == SIGN_OK);
    cr_assert(sign_form_set(f, "Ad", "ali", NULL) == SIGN_OK);
    cr_assert_str_eq(sign_form_get(f, "Ad"), "ALİ");
    cr_assert(sign_form_set(f, "Ad", "  ", NULL) == SIGN_OK);
    cr_assert_null(sign_form_get(f, "Ad"));
    cr_assert(sign_form_set(f, "Adi", "x", &err) == SIGN_E_ARGUMENT);
    cr_assert_str_eq(err.id, "E1002");
    cr_assert_null(sign_form_get(f, "Adi"));
    cr_assert(sign_form_set(f, "Ad", NULL, NULL) == SIGN_E_ARGUMENT);
    cr_assert(sign_form_set(NULL, "Ad", "x", NULL) == SIGN_E_ARGUMENT);
    cr_assert_null(sign_form_get(NULL, "Ad"));
    cr_assert_null(sign_form_get(f, NULL));
}

/* 1200 bytes, as typed and in normal form: what was set can always be written and opened again. */
Test(form, value_at_the_limit) {
    static const struct {
        const char *field;
        char letter;
        size_t fits; /* small i takes two bytes as a capital */
    } rows[] = {{"Ad", 'i', 600}, {"Ad", 'a', 1200}, {"KurumAdi", 'i', 1200}};
    for (size_t i = 0; i < 3; i++) {
        AUTO(form_p) f = good_form();
        char v[1300];
        memset(v, rows[i].letter, sizeof v);
        v[rows[i].fits] = '\0';
        cr_assert(sign_form_set(f, rows[i].field, v, NULL) == SIGN_OK);
        cr_assert_eq(check_form(f).errors, 1);
        AUTO(sign_buf) b = written(f);
        AUTO(form_p) again = NULL;
        cr_assert(sign_form_open(&(sign_input){.data = BYTES(b.data, b.len)}, NULL, 0, &again, NULL) ==
                  SIGN_OK);
        cr_assert_eq(strlen(sign_form_get(again, rows[i].field)), 1200);
        v[rows[i].fits] = rows[i].letter;
        v[rows[i].fits + 1] = '\0';
        cr_assert(sign_form_set(f, rows[i].field, v, NULL) == SIGN_E_LIMIT);
    }
}

Test(form, secrets_are_refused_and_not_repeated) {
    static const char *const names[] = {"GuvenlikSozcugu", "BasvuruParolasi"};
    for (size_t i = 0; i < 2; i++) {
        AUTO(form_p) f = good_form();
        sign_error err = {0};
        cr_assert(sign_form_set(f, names[i], "gizli", &err) == SIGN_E_ARGUMENT);
        cr_assert_str_eq(err.id, "E1003");
        cr_assert_null(strstr(err.text, "gizli"));
        char json[100];
        snprintf(json, sizeof json, "{\"KimlikNo\":\"1\",\"%s\":\"gizli\"}", names[i]);
        AUTO(form_p) g = NULL;
        cr_assert(open_text(json, &g, &err) == SIGN_E_FORMAT);
        cr_assert_str_eq(err.id, "E1003");
        cr_assert(strstr(err.text, "gizli") == NULL && strstr(err.text, names[i]) != NULL);
    }
}

Test(form, json_takes_numbers_booleans_and_null) {
    AUTO(form_p) f = NULL;
    cr_assert(open_text("{\"Dahili\":12,\"TaahhutKabul\":true,\"Ad\":null,\"dil\":\"en\"}", &f, NULL) ==
              SIGN_OK);
    cr_assert_str_eq(sign_form_get(f, "Dahili"), "12");
    cr_assert_str_eq(sign_form_get(f, "TaahhutKabul"), "true");
    cr_assert_null(sign_form_get(f, "Ad"));
    AUTO(sign_buf) b = written(f);
    cr_assert_not_null(strstr((char *)b.data, "dil=\"en\" id=\"" TEST_ID "\""));
}

Test(form, json_of_a_wrong_shape) {
    static const struct {
        const char *text, *code, *named;
        sign_rc rc;
    } rows[] = {
        {"{\"Ad\":{\"a\":1}}", "E1001", "Ad", SIGN_E_FORMAT},
        {"{\"Ad\":[\"a\"]}", "E1001", "Ad", SIGN_E_FORMAT},
        {"{\"Ad\":\"a\",\"Ad\":\"b\"}", "E5020", "Ad", SIGN_E_FORMAT},
        {"{\"Ad\":\"a\"", "E5020", "", SIGN_E_FORMAT},
        {"{\"id\":\"x\"}", "E1001", "id", SIGN_E_FORMAT},
        {"{\"zaman\":\"dün\"}", "E1001", "zaman", SIGN_E_FORMAT},
        {"{\"zaman\":\"2026-01-05\"}", "E1001", "zaman", SIGN_E_FORMAT},
        {"{\"dil\":\"de\"}", "E1001", "dil", SIGN_E_FORMAT},
        {"{\"surum\":\"2.0\"}", "E1001", "surum", SIGN_E_FORMAT},
        {"{\"tur\":\"ILK\"}", "E1005", "ILK", SIGN_E_UNSUPPORTED},
        {"{\"tur\":\"X\"}", "E1001", "tur", SIGN_E_FORMAT},
        {"{\"Ad\":\"a\\u0001\"}", "E1004", "Ad", SIGN_E_FORMAT},
        {"[1]", "E1001", "", SIGN_E_FORMAT},
        {"Ad=x", "E1001", "", SIGN_E_FORMAT},
        {"", "E1001", "", SIGN_E_FORMAT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(form_p) f = NULL;
        sign_error err = {0};
        cr_expect_eq(open_text(rows[i].text, &f, &err), rows[i].rc, "%s: %s", rows[i].text, err.text);
        cr_expect_str_eq(err.id, rows[i].code, "%s: %s", rows[i].text, err.text);
        cr_expect_not_null(strstr(err.text, rows[i].named), "%s: %s", rows[i].text, err.text);
        cr_expect_null(f);
    }
}

static void hear_names(void *user, const sign_form_problem *p) {
    char *all = user;
    size_t n = strlen(all);
    if (strcmp(p->code, "E1002") == 0) {
        snprintf(all + n, 256 - n, "[%s|%s]", p->field, p->text);
    }
}

Test(form, json_keeps_unknown_keys_for_the_check) {
    AUTO(form_p) f = NULL;
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    char names[256] = "";
    cr_assert(open_text("{\"Ad\":\"x\",\"Adi\\u001b[2J\":{\"a\":1},\"\":3}", &f, NULL) == SIGN_OK);
    struct heard all = check_form(f);
    cr_assert_eq(sign_form_check(f, TEST_TIME, SIGN_EN, hear_names, names), all.errors);
    cr_assert_str_eq(names,
                     "[Adi?[2J|The form has no such field: \"Adi?[2J\"][|The form has no such field: \"\"]");
    cr_assert_str_eq(sign_form_get(f, "Ad"), "X");
    cr_assert_eq(sign_form_write(f, &(sign_output){.buf = &out}, &err), SIGN_E_REFUSED);
    cr_assert_str_eq(err.id, "E1002");
    cr_assert_str_eq(err.text, "\"Adi?[2J\", \"\"");
    cr_assert_eq(sign_form_show(f, SIGN_TR, 0, &out, NULL), SIGN_E_REFUSED);
    cr_assert_null(out.data);
}

Test(form, json_bounds_unknown_keys) {
    AUTO(form_p) f = NULL;
    sign_error err = {0};
    char text[4096] = "{\"K0\":0";
    for (int i = 1; i < 65; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, ",\"K%d\":0", i);
    }
    strcat(text, "}");
    cr_assert_eq(open_text(text, &f, &err), SIGN_E_LIMIT);
    cr_assert_null(f);
}

Test(form, json_keeps_bad_values_for_the_check) {
    AUTO(form_p) f = NULL;
    cr_assert(open_text("{\"KimlikNo\":\"12\",\"KurumAdi\":\"e\\u0301x\"}", &f, NULL) == SIGN_OK);
    struct heard h = check_form(f);
    cr_assert_not_null(strstr(h.codes, "KimlikNo:E1302 "));
    cr_assert_not_null(strstr(h.codes, "KurumAdi:E1324 "));
}

Test(form, file_that_is_not_there) {
    AUTO(form_p) f = NULL;
    cr_assert(sign_form_open(&(sign_input){.path = "/nonexistent/f.xml"}, NULL, 0, &f, NULL) == SIGN_E_IO);
    cr_assert(sign_form_open(NULL, NULL, 0, &f, NULL) == SIGN_E_ARGUMENT);
    cr_assert_eq(sign_form_is(&(sign_input){.path = "/nonexistent/f.xml"}), 0);
    cr_assert_eq(sign_form_is(NULL), 0);
}

Test(form, page_masks_personal_numbers) {
    AUTO(form_p) f = good_form();
    AUTO(sign_buf) masked = {0};
    AUTO(sign_buf) whole = {0};
    cr_assert(sign_form_show(f, SIGN_TR, 0, &masked, NULL) == SIGN_OK);
    cr_assert(sign_form_show(f, SIGN_EN, 1, &whole, NULL) == SIGN_OK);
    const char *m = (const char *)masked.data, *w = (const char *)whole.data;
    cr_assert(strstr(m, "100******46") != NULL && strstr(m, "10000000146") == NULL);
    cr_assert(strstr(m, "*** *** 2030") != NULL && strstr(m, "0102030") == NULL);
    cr_assert(strstr(m, "**.**.1985") != NULL && strstr(m, "23.04") == NULL);
    cr_assert(strstr(w, "10000000146") != NULL && strstr(w, "+905550102030") != NULL &&
              strstr(w, "23.04.1985") != NULL);
    static const char *const titles[] = {"Ürün", "Kimlik", "İletişim", "Kurum", "Teslimat", "onay"};
    for (size_t i = 0; i < 6; i++) {
        cr_expect_not_null(strstr(m, titles[i]), "%s", titles[i]);
    }
}

/* A number that is too long or too short must not slip through its mask. */
Test(form, page_masks_malformed_numbers_too) {
    AUTO(form_p) f = good_form();
    cr_assert(sign_form_set(f, "CepTelefonu", "x5550102030", NULL) == SIGN_OK);
    cr_assert(sign_form_set(f, "DogumTarihi", "23 Nisan 1985", NULL) == SIGN_OK);
    cr_assert(sign_form_set(f, "KimlikNo", "1234567890123", NULL) == SIGN_OK);
    AUTO(sign_buf) page = {0};
    cr_assert(sign_form_show(f, SIGN_TR, 0, &page, NULL) == SIGN_OK);
    const char *text = (const char *)page.data;
    cr_assert(strstr(text, "5550102030") == NULL && strstr(text, "Nisan") == NULL &&
              strstr(text, "4567") == NULL);
}

Test(form, page_is_aligned_by_columns) {
    AUTO(form_p) f = good_form();
    for (int lang = SIGN_TR; lang <= SIGN_EN; lang++) {
        AUTO(sign_buf) page = {0};
        cr_assert(sign_form_show(f, (sign_lang)lang, 0, &page, NULL) == SIGN_OK);
        size_t column = 0, rows = 0;
        for (char *line = strtok((char *)page.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            char *colon = line[0] == ' ' ? strstr(line, " : ") : NULL;
            if (colon != NULL) {
                *colon = '\0';
                column = column == 0 ? utf8_width(line) : column;
                cr_expect_eq(utf8_width(line), column, "%s", line);
                rows++;
            }
        }
        cr_assert_eq(rows, 32);
    }
}

Test(form, page_shows_amounts_and_what_is_missing) {
    AUTO(form_p) f = good_form();
    cr_assert(sign_form_set(f, "OdenecekTutar", "168005", NULL) == SIGN_OK);
    cr_assert(sign_form_set(f, "Unvan", "", NULL) == SIGN_OK);
    AUTO(sign_buf) tr = {0};
    AUTO(sign_buf) en = {0};
    cr_assert(sign_form_show(f, SIGN_TR, 0, &tr, NULL) == SIGN_OK);
    cr_assert(sign_form_show(f, SIGN_EN, 0, &en, NULL) == SIGN_OK);
    cr_assert(strstr((char *)tr.data, "1680,05 TL") != NULL && strstr((char *)en.data, "1680.05 TL") != NULL);
    cr_assert(strstr((char *)tr.data, "(girilmemiş)") != NULL &&
              strstr((char *)en.data, "(missing)") != NULL);
}

/* A value from a stranger's file must not steer the terminal. */
Test(form, page_has_no_control_characters) {
    AUTO(form_p) f = NULL;
    cr_assert(open_text("{\"KurumAdi\":\"a\\u202Eb\\u009Bc\"}", &f, NULL) == SIGN_OK);
    AUTO(sign_buf) page = {0};
    cr_assert(sign_form_show(f, SIGN_TR, 1, &page, NULL) == SIGN_OK);
    cr_assert_not_null(strstr((char *)page.data, "a?b?c"));
}

Test(form, free_takes_nothing) {
    sign_form *none = NULL;
    sign_form_free(&none);
    sign_form_free(NULL);
    sign_form *f = good_form();
    sign_form_free(&f);
    cr_assert_null(f);
}

#define FORM_START "<Basvuru xmlns=\"urn:mavikalem:belge:1\""

Test(form, is_a_form_by_its_root_or_its_keys) {
    static const char *const forms[] = {
        FORM_START ">",
        FORM_START " dil='tr' id=",
        FORM_START "/>",
        "<?xml version='1.0'?><!-- <a> --><?p?>\n" FORM_START "><broken",
        "<!DOCTYPE Basvuru [<!ENTITY a \"]>\">]>" FORM_START ">&a;",
        "\xEF\xBB\xBF \n" FORM_START ">",
        "<b:Basvuru dil='tr' xmlns:b = 'urn:mavikalem:belge:1'>",
        "{\"KimlikNo\":\"1\",\"SertifikaSuresi\":3,\"Yanlis\":1}",
        " {\"KimlikNo\":\"1\",\"Ad\":\"x\"}",
        "{\"KimlikNo\":\"1\",\"KartOkuyucu\":\"MINI\",}",
        "{\"KimlikNo\":\"1\",\"KimlikNo\":\"2\",\"SertifikaSuresi\":1}",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES_STR(forms[i])}), 1, "%s", forms[i]);
    }
    cr_expect_eq(sign_form_is(&(sign_input){.path = TEST_JSON}), 1);
    cr_expect_eq(sign_form_is(&(sign_input){.path = TEST_XML}), 1);
}

Test(form, is_no_form) {
    static const char *const others[] = {
        "",
        " ",
        "<",
        "{",
        "<Basvuru>",
        "<Basvuru xmlns='urn:other'>",
        "<Basvurum xmlns='urn:mavikalem:belge:1'>",
        "<a xmlns='urn:mavikalem:belge:1'><Basvuru/></a>",
        "<a><Basvuru xmlns='urn:mavikalem:belge:1'/></a>",
        "<!-- " FORM_START "> -->",
        "<!-- " FORM_START ">",
        "<?x " FORM_START ">?><a/>",
        "text " FORM_START ">",
        "<b:Basvuru xmlns='urn:mavikalem:belge:1'>",
        "<:Basvuru xmlns:='urn:mavikalem:belge:1'>",
        "<Basvuru xmlns=urn:mavikalem:belge:1>",
        "{\"KimlikNo\":\"1\",\"x\":1}",
        "{\"Ad\":\"x\",\"SertifikaSuresi\":1}",
        "{\"a\":{\"KimlikNo\":1,\"SertifikaSuresi\":1}}",
        "{\"KimlikNo\"",
        "[\"KimlikNo\"]",
        "\"KimlikNo\"",
        "%PDF-1.7",
        "<!DOCTYPE a [",
        "<!DOCTYPE html><html></html>",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES_STR(others[i])}), 0, "%s", others[i]);
    }
    cr_expect_eq(
        sign_form_is(&(sign_input){.data = BYTES("\0<Basvuru xmlns=\"urn:mavikalem:belge:1\">", 40)}), 0);
    cr_expect_eq(sign_form_is(&(sign_input){.path = SIGN_TEST_SOURCE "/CMakeLists.txt"}), 0);
    cr_expect_eq(sign_form_is(&(sign_input){.path = SIGN_TEST_SOURCE}), 0);
}

/* No spelling hides a form from the check that its signer is the applicant: white space and comments longer
 * than one look, long prefixes, character references, another encoding, escaped JSON keys. */
Test(form, is_a_form_however_it_is_spelled) {
    enum { FAR = 5000, SIZE = 6000 };
    static const struct {
        const char *before, *after;
    } around[] = {
        {"<?xml version='1.0'?>", FORM_START "/>"},
        {"", FORM_START "/>"},
        {"<!--x", "-->" FORM_START "/>"},
        {"<?x ", "?>" FORM_START "/>"},
        {"<Basvuru ", " xmlns='urn:mavikalem:belge:1'/>"},
        {"", "{\"KimlikNo\":\"1\",\"SertifikaSuresi\":1}"},
    };
    char text[SIZE];
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
        int n = snprintf(text, sizeof text, "%s%*s%s", around[i].before, FAR, "", around[i].after);
        cr_assert(n > FAR && n < SIZE);
        cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES(text, (size_t)n)}), 1, "%zu", i);
    }
    static const char long_prefix[] =
        "<p012345678901234567890123456789012345678901234567890123456789:Basvuru "
        "xmlns:p012345678901234567890123456789012345678901234567890123456789='urn:mavikalem:belge:1'/>";
    const char *const texts[] = {
        "<Basvuru xmlns='urn:mavikalem:belge&#58;1'/>",
        long_prefix,
        "<!DOCTYPE a [<!ENTITY a 'urn:mavikalem:belge:1'>]><Basvuru xmlns='&a;'/>",
        "{\"\\u004bimlikNo\":\"1\",\"Ad\":\"x\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES_STR(texts[i])}), 1, "%s", texts[i]);
    }
}

/* UTF-16 is no form that can be read, but one that is seen, so that it is refused instead of signed as it is.
 */
Test(form, is_a_form_in_utf16) {
    static const char *const texts[] = {FORM_START "/>", "{\"KimlikNo\":\"1\",\"KartOkuyucu\":\"MINI\"}"};
    for (size_t i = 0; i < 2; i++) {
        for (size_t low = 0; low < 2; low++) {
            uint8_t wide[256] = {low == 0 ? 0xFF : 0xFE, low == 0 ? 0xFE : 0xFF};
            size_t n = strlen(texts[i]);
            for (size_t k = 0; k < n; k++) {
                wide[2 + 2 * k + low] = (uint8_t)texts[i][k];
            }
            cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES(wide, 2 + 2 * n)}), 1, "%s", texts[i]);
            cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES(wide + 2, 2 * n)}), 1, "%s", texts[i]);
            AUTO(form_p) f = NULL;
            cr_expect(sign_form_open(&(sign_input){.data = BYTES(wide, 2 + 2 * n)}, NULL, 0, &f, NULL) ==
                      SIGN_E_FORMAT);
        }
    }
}

/* Whatever a form begins with is a form when it is cut: looking at it must never read on. */
Test(form, is_looks_at_every_beginning) {
    static const char text[] = "<?xml version='1.0'?><!DOCTYPE a [<!-- x -->]><!-- y -->" FORM_START ">";
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = malloc(n > 0 ? n : 1);
        memcpy(copy, text, n);
        int expected = n >= sizeof text - 2 ? 1 : 0;
        cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES(copy, n)}), expected, "%zu", n);
        free(copy);
    }
}

/* A sparse file of a gigabyte is answered from its beginning. */
Test(form, is_does_not_read_large_files, .timeout = 5) {
    char path[] = "/tmp/sign-form-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, FORM_START ">", strlen(FORM_START) + 1) > 0 &&
              ftruncate(fd, 1 << 30) == 0);
    cr_expect_eq(sign_form_is(&(sign_input){.path = path}), 1);
    AUTO(form_p) f = NULL;
    cr_expect(sign_form_open(&(sign_input){.path = path}, NULL, 0, &f, NULL) == SIGN_E_LIMIT);
    cr_expect(pwrite(fd, "{\"KimlikNo\"", 11, 0) == 11);
    cr_expect_eq(sign_form_is(&(sign_input){.path = path}), 0);
    close(fd);
    unlink(path);
}

Test(form, made_now_unless_a_time_is_given) {
    sign_form *form = NULL;
    sign_buf out = {0};
    char today[32];
    cr_assert_eq(sign_form_new(NULL, 0, &form, NULL), SIGN_OK);
    cr_assert_eq(sign_form_write(form, &(sign_output){.buf = &out}, NULL), SIGN_OK);
    /* a test that starts just before midnight may see the next day: the year is enough to tell 1970 */
    time_rfc3339(time_now(), today);
    char *text = strndup((const char *)out.data, out.len),
         *at = text != NULL ? strstr(text, "zaman=\"") : NULL;
    cr_assert(at != NULL && strncmp(at + 7, today, 3) == 0);
    free(text);
    sign_buf_free(&out);
    sign_form_free(&form);
}
