/* Documents that are not quite a form, and documents that attack the reader of one. */
#include "helpers.h"

#include "xml/xml.h"
#include <stdlib.h>

#define NS    "urn:mavikalem:belge:1"
#define ATTRS " dil='tr' id='" TEST_ID "' surum='1.0' tur='YENILEME'"
#define ROOT  "<Basvuru xmlns='" NS "'" ATTRS ">"
#define MADE  "<Olusturma uygulama='x 1' zaman='2026-01-05T10:00:00+03:00'/>"
#define END   "</Basvuru>"

Test(form_xml, other_spellings_of_the_same_document_give_the_same_bytes) {
    static const char *const texts[] = {
        ROOT MADE "<Ad>ALİ</Ad>" END,
        "\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?>\n" ROOT "\n  " MADE
        "\n\t<Ad>AL&#304;</Ad>\r\n" END "\n",
        "<Basvuru tur='YENILEME' surum='1.0' id='6F1D0C52-7A3E-4B8E-9C41-2D5E8F0A1B23' xmlns='" NS "'>"
        "<Olusturma zaman='2026-01-05T07:00:00Z' uygulama='x 1'></Olusturma><Ad>ALİ</Ad><Soyad/>" END,
        "<b:Basvuru xmlns:b='" NS "' xmlns:unused='urn:u'" ATTRS
        "><b:Olusturma uygulama='x 1' zaman='2026-01-05T10:00:00+03:00'/><b:Ad>ALİ</b:Ad></b:Basvuru>",
    };
    AUTO(sign_buf) first = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        AUTO(form_p) f = NULL;
        sign_error err = {0};
        cr_assert(open_text(texts[i], &f, &err) == SIGN_OK, "%zu: %s", i, err.text);
        AUTO(sign_buf) b = written(f);
        if (i == 0) {
            first = b;
            b = (sign_buf){0};
        } else {
            cr_expect(bytes_equal(BYTES(b.data, b.len), BYTES(first.data, first.len)), "%zu: %s", i,
                      (char *)b.data);
        }
    }
}

Test(form_xml, structure_is_refused_with_element_and_line) {
    static const struct {
        const char *text, *named;
    } rows[] = {
        {ROOT MADE "\n<Adi>x</Adi>" END, "line 2: Adi"},
        {ROOT MADE "\n<Soyad>X</Soyad><Ad>X</Ad>" END, "line 2: Ad stands twice or out of order"},
        {ROOT MADE "<Ad>X</Ad>\n<Ad>X</Ad>" END, "line 2: Ad stands twice"},
        {ROOT MADE "x" END, "text stands between"},
        {ROOT MADE "<Ad>X</Ad>\nx" END, "text stands between"},
        {ROOT MADE "\n<Ad>A<b/>B</Ad>" END, "line 2: Ad holds more than text"},
        {ROOT MADE "<Ad><Ad>B</Ad></Ad>" END, "Ad holds more than text"},
        {ROOT MADE "\n<Ad x='1'>A</Ad>" END, "line 2: Ad has an attribute"},
        {ROOT MADE "<Ad xmlns='urn:other'>A</Ad>" END, "Ad is not in the namespace"},
        {ROOT MADE "<Ad xmlns=''>A</Ad>" END, "Ad is not in the namespace"},
        {ROOT MADE "<Ad>A<!-- x -->B</Ad>" END, "a comment"},
        {ROOT MADE "<Ad>A<?x y?>B</Ad>" END, "a processing instruction"},
        {ROOT MADE "<Ad><![CDATA[A]]></Ad>" END, "a CDATA section"},
        {"<?xml-stylesheet href='x'?>" ROOT MADE END, "a processing instruction"},
        {ROOT MADE END "<!-- x -->", "a comment"},
        {ROOT END, "Olusturma must come first"},
        {ROOT "<Ad>X</Ad>" MADE END, "Olusturma must come first"},
        {ROOT "<Olusturma zaman='2026-01-05T10:00:00Z'>x</Olusturma>" END, "Olusturma must be empty"},
        {ROOT MADE MADE END, "Olusturma"},
        {ROOT "<Olusturma/>" END, "no attribute zaman"},
        {ROOT "<Olusturma zaman='2026-01-05T10:00:00'/>" END, "zaman of Olusturma"},
        {ROOT "<Olusturma zaman='2026-02-30T10:00:00Z'/>" END, "zaman of Olusturma"},
        {ROOT "<Olusturma zaman='2026-01-05T10:00:00Z' uygulama='ş'/>" END, "uygulama of Olusturma"},
        {ROOT "<Olusturma zaman='2026-01-05T10:00:00Z' yer='x'/>" END, "an attribute that it must not have"},
        {"<Basvuru xmlns='urn:other'" ATTRS ">" MADE END, "the root is not"},
        {"<Basvuru" ATTRS ">" MADE END, "the root is not"},
        {"<EOnay xmlns='" NS "'/>", "the root is not"},
        {"<Basvuru xmlns='" NS "' surum='1.0' tur='YENILEME'>" MADE END, "no attribute id"},
        {"<Basvuru xmlns='" NS "' id='" TEST_ID "' tur='YENILEME'>" MADE END, "no attribute surum"},
        {"<Basvuru xmlns='" NS "' id='" TEST_ID "' surum='2.0' tur='YENILEME'>" MADE END, "surum of Basvuru"},
        {"<Basvuru xmlns='" NS "' id='" TEST_ID "' surum='1.0' tur='X'>" MADE END, "tur of Basvuru"},
        {"<Basvuru xmlns='" NS "' xmlns:o='urn:o' o:id='x'" ATTRS ">" MADE END,
         "an attribute that it must not have"},
        {"<Basvuru xmlns='" NS
         "' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='a b'" ATTRS
         ">" MADE END,
         "an attribute that it must not have"},
        {ROOT MADE "<GuvenlikSozcugu>gizli</GuvenlikSozcugu>" END, "GuvenlikSozcugu"},
        {ROOT MADE "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>" END,
         "not in the namespace"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(form_p) f = NULL;
        sign_error err = {0};
        cr_expect(open_text(rows[i].text, &f, &err) == SIGN_E_FORMAT, "%s", rows[i].text);
        cr_expect_not_null(strstr(err.text, rows[i].named), "%s: %s", rows[i].named, err.text);
        cr_expect_null(strstr(err.text, "gizli"));
        cr_expect_null(f);
    }
}

Test(form_xml, other_kinds_of_application_are_unsupported) {
    AUTO(form_p) f = NULL;
    cr_assert(open_text("<Basvuru xmlns='" NS "' id='" TEST_ID "' surum='1.0' tur='VERI_KAYBI'>" MADE END, &f,
                        NULL) == SIGN_E_UNSUPPORTED);
}

/* Two spellings of a value would be two documents: the check tells, and the bytes are not silently changed.
 */
Test(form_xml, values_out_of_their_normal_form_are_kept_and_told) {
    static const struct {
        const char *element, *code;
    } rows[] = {
        {"<Ad> ALİ</Ad>", "Ad:E1323 "},
        {"<Ad>ALİ  CAN</Ad>", "Ad:E1323 "},
        {"<Ad>ali</Ad>", "Ad:E1323 "},
        {"<Ad>AL\xC4\xB0\n</Ad>", "Ad:E1323 "},
        {"<Ad>ALI\xCC\x87</Ad>", "Ad:E1323 "},
        {"<Ad>ALE\xCC\x81</Ad>", "Ad:E1324 "},
        {"<Ad>&#9;</Ad>", "Ad:E1301 "},
        {"<DogumTarihi>23.04.1985</DogumTarihi>", "DogumTarihi:E1323 "},
        {"<SertifikaSuresi> 3</SertifikaSuresi>", "SertifikaSuresi:E1323 "},
        {"<Operator>Türk Telekom</Operator>", "Operator:E1323 "},
        {"<CepTelefonu>(505) 123 45 67</CepTelefonu>", "CepTelefonu:E1323 "},
        {"<TaahhutKabul>1</TaahhutKabul>", "TaahhutKabul:E1323 "},
        {"<SiparisKurumu> </SiparisKurumu>", "SiparisKurumu:E1323 "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[600];
        snprintf(text, sizeof text, ROOT MADE "%s" END, rows[i].element);
        AUTO(form_p) f = NULL;
        cr_assert(open_text(text, &f, NULL) == SIGN_OK);
        struct heard h = check_form(f);
        cr_expect_not_null(strstr(h.codes, rows[i].code), "%s: %s", rows[i].element, h.codes);
    }
}

Test(form_xml, attacks_are_refused) {
    static const struct {
        const char *text, *code;
    } rows[] = {
        {"<!DOCTYPE Basvuru>" ROOT MADE END, "E5022"},
        {"<!DOCTYPE Basvuru [<!ENTITY a 'x'>]>" ROOT MADE "<Ad>&a;</Ad>" END, "E5022"},
        {"<!DOCTYPE Basvuru [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" ROOT MADE "<Ad>&a;</Ad>" END,
         "E5022"},
        {"<!DOCTYPE l [<!ENTITY a '1234567890'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
         "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]>" ROOT
             MADE "<Ad>&d;</Ad>" END,
         "E5022"},
        {"<?xml version='1.0' encoding='UTF-16'?>" ROOT MADE END, "E5021"},
        {"<?xml version='1.1'?>" ROOT MADE END, "E5021"},
        {ROOT MADE "<Ad>&a;</Ad>" END, "E5021"},
        {ROOT MADE "<Ad>\xFF</Ad>" END, "E5021"},
        {ROOT MADE "<Ad>&#0;</Ad>" END, "E5021"},
        {ROOT MADE "<Ad>", "E5021"},
        {ROOT MADE END END, "E5021"},
        {ROOT MADE END "x", "E5021"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(form_p) f = NULL;
        sign_error err = {0};
        cr_expect(open_text(rows[i].text, &f, &err) == SIGN_E_FORMAT, "%s", rows[i].text);
        cr_expect_str_eq(err.id, rows[i].code, "%s: %s", rows[i].text, err.text);
    }
}

/* What is malformed later is a form still, so that signing refuses it instead of signing it as any file. */
Test(form_xml, malformed_forms_are_forms) {
    static const char *const texts[] = {ROOT MADE "<Ad>", ROOT "\xFF", "<!DOCTYPE Basvuru>" ROOT MADE END,
                                        ROOT MADE END END};
    for (size_t i = 0; i < 4; i++) {
        AUTO(form_p) f = NULL;
        cr_expect_eq(sign_form_is(&(sign_input){.data = BYTES_STR(texts[i])}), 1, "%s", texts[i]);
        cr_expect(open_text(texts[i], &f, NULL) == SIGN_E_FORMAT);
    }
}

static sign_rc open_grown(const grow *g) {
    AUTO(form_p) f = NULL;
    return sign_form_open(&(sign_input){.data = BYTES(g->data, g->len)}, TEST_ID, TEST_TIME, &f, NULL);
}

/* ROOT MADE, then `before`, n times `each`, `after`. */
static void repeated(grow *g, const char *before, const char *each, size_t n, const char *after) {
    grow_str(g, before);
    for (size_t i = 0; i < n; i++) {
        grow_str(g, each);
    }
    grow_str(g, after);
}

Test(form_xml, sizes_are_bounded) {
    AUTO(grow) deep = {0}, many = {0}, wide = {0}, large = {0}, value = {0}, longest = {0}, attribute = {0};
    repeated(&deep, ROOT MADE, "<Ad>", 100000, "");
    repeated(&many, ROOT MADE, " <Ad/>", 3000, END);
    repeated(&attribute, ROOT "<Olusturma zaman='2026-01-05T10:00:00Z' uygulama='", "x", 65, "'/>" END);
    repeated(&large, ROOT MADE, " ", 1 << 20, END);
    repeated(&value, ROOT MADE "<Ad>", "x", 1201, "</Ad>" END);
    repeated(&longest, ROOT MADE "<Ad>", "x", 1200, "</Ad>" END);
    grow_str(&wide, "<Basvuru xmlns='" NS "'");
    for (int i = 0; i < 10000; i++) {
        grow_printf(&wide, " a%d=''", i);
    }
    grow_str(&wide, "/>");
    cr_expect(open_grown(&deep) == SIGN_E_LIMIT);
    cr_expect(open_grown(&many) == SIGN_E_LIMIT);
    cr_expect(open_grown(&wide) == SIGN_E_LIMIT);
    cr_expect(open_grown(&large) == SIGN_E_LIMIT);
    cr_expect(open_grown(&value) == SIGN_E_LIMIT);
    cr_expect(open_grown(&longest) == SIGN_OK);
    cr_expect(open_grown(&attribute) == SIGN_E_FORMAT);
}

/* A form cut anywhere is refused, and never read past its end. */
Test(form_xml, every_truncation_is_refused) {
    AUTO(form_p) f = good_form();
    AUTO(sign_buf) whole = written(f);
    for (size_t n = 0; n < whole.len; n++) {
        uint8_t *cut = malloc(n > 0 ? n : 1);
        memcpy(cut, whole.data, n);
        AUTO(form_p) g = NULL;
        cr_expect(sign_form_open(&(sign_input){.data = BYTES(cut, n)}, NULL, 0, &g, NULL) == SIGN_E_FORMAT,
                  "%zu", n);
        free(cut);
    }
}

/* Any octet changed: refused, or read as what its canonical bytes then say. */
Test(form_xml, every_changed_octet_is_refused_or_read_the_same_twice) {
    AUTO(form_p) f = good_form();
    AUTO(sign_buf) bytes = written(f);
    size_t refused = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] ^= 0x04;
        AUTO(form_p) g = NULL;
        if (sign_form_open(&(sign_input){.data = BYTES(bytes.data, bytes.len)}, NULL, 0, &g, NULL) ==
            SIGN_OK) {
            AUTO(sign_buf) once = written(g);
            AUTO(form_p) h = NULL;
            cr_assert(sign_form_open(&(sign_input){.data = BYTES(once.data, once.len)}, NULL, 0, &h, NULL) ==
                      SIGN_OK);
            AUTO(sign_buf) twice = written(h);
            cr_expect(bytes_equal(BYTES(once.data, once.len), BYTES(twice.data, twice.len)), "%zu", i);
        } else {
            refused++;
        }
        bytes.data[i] ^= 0x04;
    }
    cr_assert_gt(refused, bytes.len / 3);
}
