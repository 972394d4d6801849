/* XML signatures by the public calls: forms, formats found by themselves, drafts of two formats. */
#include "base/bytes.h"
#include "key/key.h"
#include "xades/names.h"
#include <criterion/criterion.h>
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>

#define PKI(name) SIGN_TEST_PKI "/" name

typedef sign_report *sign_report_ptr;
CLEANUP(sign_report_ptr, sign_report_free);
typedef sign_draft *public_draft_ptr;
CLEANUP(public_draft_ptr, sign_draft_free);
typedef sign_form *sign_form_ptr;
CLEANUP(sign_form_ptr, sign_form_free);

static sign_key *open_key(const char *name) {
    char file[300], certificate[300];
    sign_key *key = NULL;
    sign_error err = {0};
    snprintf(file, sizeof file, PKI("%s.key.pem"), name);
    snprintf(certificate, sizeof certificate, PKI("%s.pem"), name);
    sign_key_options opt = {.size = sizeof opt, .certificate = certificate};
    cr_assert_eq(sign_key_open(file, &opt, &key, &err), SIGN_OK, "%s", err.text);
    return key;
}

static sign_options xades(sign_shape shape) {
    return (sign_options){.size = sizeof(sign_options), .format = SIGN_XADES, .shape = shape};
}

static sign_input input(const sign_buf *b) {
    return (sign_input){.name = "x.xml", .data = {b->data, b->len}};
}

/* How many signatures hold; -1 when one does not. */
static int holding(const sign_buf *text) {
    AUTO(sign_report_ptr) report = NULL;
    sign_input what = input(text);
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    cr_assert_geq(sign_verify(&what, NULL, 0, NULL, &opt, &report, NULL), 0);
    size_t n = sign_report_count(report);
    for (size_t i = 0; i < n; i++) {
        const sign_signature *s = sign_report_signature(report, i);
        if (s->references != 1 || s->signature_value != 1 || s->signing_certificate != 1)
            return -1;
    }
    return (int)n;
}

static bool has(const sign_buf *text, const char *what) {
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= text->len; i++)
        if (memcmp(text->data + i, what, n) == 0)
            return true;
    return false;
}

/* ---- forms ---- */

/* The example of testdata/form with this KimlikNo, as canonical XML. */
static sign_buf form_of(const char *person) {
    AUTO(sign_form_ptr) form = NULL;
    sign_buf out = {0};
    sign_error err = {0};
    cr_assert_eq(sign_form_open(&(sign_input){.path = SIGN_TEST_SOURCE "/testdata/form/basvuru.json"}, NULL,
                                1767596400, &form, &err),
                 SIGN_OK, "%s", err.text);
    cr_assert_eq(sign_form_set(form, "KimlikNo", person, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(sign_form_write(form, &(sign_output){.buf = &out}, &err), SIGN_OK, "%s", err.text);
    return out;
}

static sign_rc sign_as(const char *name, const sign_buf *form, sign_shape shape, sign_buf *out,
                       sign_error *err) {
    AUTO(sign_key_ptr) key = open_key(name);
    sign_options o = xades(shape);
    sign_input in = input(form);
    return sign_create(key, &in, &o, &(sign_output){.buf = out}, err);
}

static sign_rc add_as(const char *name, const sign_buf *existing, sign_buf *out, sign_error *err) {
    AUTO(sign_key_ptr) key = open_key(name);
    sign_options o = {.size = sizeof o};
    sign_input what = input(existing);
    return sign_add(key, &what, NULL, &o, &(sign_output){.buf = out}, err);
}

#define APPLICANT "66610293812" /* serialNumber of nes-p256 and nes-p384 */

Test(xades, form_by_its_applicant_in_every_shape) {
    AUTO(sign_buf) form = form_of(APPLICANT);
    for (int shape = SIGN_ATTACHED; shape <= SIGN_INTERNALLY_DETACHED; shape++) {
        AUTO(sign_buf) out = {0};
        sign_error err = {0};
        cr_assert_eq(sign_as("nes-p256", &form, (sign_shape)shape, &out, &err), SIGN_OK, "%s", err.text);
        cr_expect(has(&out, "<xades:MimeType>application/xml</xades:MimeType>"));
        if (shape != SIGN_DETACHED)
            cr_expect_eq(holding(&out), 1);
    }
}

Test(xades, form_is_signed_as_its_canonical_xml) {
    AUTO(sign_buf) form = form_of(APPLICANT);
    AUTO(sign_buf) spaced = {0};
    AUTO(sign_buf) out = {0};
    AUTO(grow) text = {0};
    sign_error err = {0};
    grow_str(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n");
    grow_put(&text, form.data, form.len);
    grow_str(&text, "\n");
    cr_assert_eq(grow_take(&text, &spaced, NULL), SIGN_OK);
    cr_assert_eq(sign_as("nes-p256", &spaced, SIGN_ENVELOPED, &out, &err), SIGN_OK, "%s", err.text);
    size_t tail = strlen("</Basvuru>");
    cr_expect(memcmp(out.data, form.data, form.len - tail) == 0);
    cr_expect(memcmp(out.data + out.len - tail, "</Basvuru>", tail) == 0);
}

Test(xades, form_by_another_person) {
    AUTO(sign_buf) form = form_of(APPLICANT);
    AUTO(sign_buf) out = {0};
    AUTO(sign_buf) second = {0};
    sign_error err = {0};
    for (int shape = SIGN_ATTACHED; shape <= SIGN_INTERNALLY_DETACHED; shape++) {
        AUTO(sign_buf) none = {0};
        cr_expect_eq(sign_as("nes-person2", &form, (sign_shape)shape, &none, &err), SIGN_E_REFUSED);
        cr_expect_str_eq(err.id, "E6002", "%s", err.text);
        cr_expect_null(none.data);
    }
    cr_assert_eq(sign_as("nes-p256", &form, SIGN_ENVELOPED, &out, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(add_as("nes-person2", &out, &second, &err), SIGN_E_REFUSED);
    cr_expect_str_eq(err.id, "E6002", "%s", err.text);
    cr_expect_null(second.data);
    cr_assert_eq(add_as("nes-p384", &out, &second, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(holding(&second), 2);
}

Test(xades, form_with_errors) {
    AUTO(sign_buf) out = {0};
    AUTO(sign_buf) form = {0};
    AUTO(grow) text = {0};
    sign_error err = {0};
    grow_str(&text,
             "<Basvuru xmlns=\"urn:mavikalem:belge:1\" surum=\"1.0\" tur=\"YENILEME\"><KimlikNo>" APPLICANT
             "</KimlikNo></Basvuru>");
    cr_assert_eq(grow_take(&text, &form, NULL), SIGN_OK);
    cr_expect_eq(sign_as("nes-p256", &form, SIGN_ENVELOPED, &out, &err), SIGN_E_REFUSED);
    cr_expect_str_eq(err.id, "E6003", "%s", err.text);
    cr_expect_null(out.data);
}

/* ---- formats ---- */

Test(xades, added_in_the_format_that_is_there) {
    AUTO(sign_buf) form = {0};
    AUTO(sign_buf) xml = {0};
    AUTO(sign_buf) both = {0};
    sign_error err = {0};
    cr_assert_eq(buf_copy(BYTES_STR("<a>1</a>"), &form, NULL), SIGN_OK);
    cr_assert_eq(sign_as("nes-p256", &form, SIGN_ENVELOPED, &xml, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(add_as("nes-person2", &xml, &both, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(holding(&both), 2);
    cr_expect(has(&both, "<a>1<ds:Signature "));
    /* CMS stays CMS, and what is no signature is told in its words. */
    AUTO(sign_key_ptr) key = open_key("nes-p256");
    AUTO(sign_buf) cms = {0};
    AUTO(sign_buf) two = {0};
    AUTO(sign_buf) none = {0};
    sign_input in = input(&form);
    cr_assert_eq(sign_create(key, &in, NULL, &(sign_output){.buf = &cms}, &err), SIGN_OK);
    cr_assert_eq(add_as("nes-person2", &cms, &two, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(holding(&two), 2);
    cr_expect_eq(add_as("nes-person2", &form, &none, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, "E6027", "%s", err.text);
}

/* ---- drafts ---- */

static void export_of(sign_format format, sign_shape shape, sign_buf *file) {
    AUTO(sign_key_ptr) key = open_key("nes-p256");
    AUTO(public_draft_ptr) d = NULL;
    sign_error err = {0};
    const sign_bytes chain = sign_key_chain(key, 0);
    sign_options o = {.size = sizeof o, .format = format, .shape = shape};
    sign_input in = {.name = "a.xml", .data = BYTES_STR("<a>1</a>")};
    cr_assert_eq(sign_draft_new(&chain, 1, NULL, &in, &o, &d, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(sign_draft_export(d, &(sign_output){.buf = file}, &err), SIGN_OK, "%s", err.text);
}

static sign_rc import(const sign_buf *file, sign_draft **out, sign_error *err) {
    sign_input in = input(file);
    return sign_draft_import(&in, NULL, out, err);
}

Test(xades, drafts_of_two_formats) {
    static const struct {
        sign_format format;
        sign_shape shape;
    } all[] = {{SIGN_CADES, SIGN_ATTACHED},
               {SIGN_CADES, SIGN_DETACHED},
               {SIGN_XADES, SIGN_ENVELOPED},
               {SIGN_XADES, SIGN_DETACHED},
               {SIGN_XADES, SIGN_ENVELOPING}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        AUTO(sign_buf) file = {0};
        AUTO(public_draft_ptr) d = NULL;
        sign_error err = {0};
        export_of(all[i].format, all[i].shape, &file);
        cr_expect_eq(import(&file, &d, &err), SIGN_OK, "%zu: %s", i, err.text);
    }
}

/* A damaged draft is told by the format that it is of. */
Test(xades, damaged_drafts) {
    AUTO(sign_buf) cms = {0};
    AUTO(sign_buf) xml = {0};
    AUTO(sign_buf) none = {0};
    AUTO(public_draft_ptr) d = NULL;
    sign_error err = {0};
    export_of(SIGN_CADES, SIGN_ATTACHED, &cms);
    export_of(SIGN_XADES, SIGN_ENVELOPED, &xml);
    cms.data[cms.len / 2] ^= 1;
    cr_expect_eq(import(&cms, &d, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, "E6025");
    cr_expect_not_null(strstr(err.text, "check"), "%s", err.text);
    xml.data[xml.len / 2] ^= 1;
    cr_expect_eq(import(&xml, &d, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, "E6025");
    cr_expect_not_null(strstr(err.text, "digest does not match"), "%s", err.text);
    cr_assert_eq(buf_copy(BYTES_STR("hello"), &none, NULL), SIGN_OK);
    cr_expect_eq(import(&none, &d, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, "E6025", "%s", err.text);
    cr_expect_null(d);
}

/* A key is proven by its first signature: the next ones are read again without it. */
Test(xades, many_with_one_key) {
    AUTO(sign_key_ptr) key = open_key("nes-p256");
    for (int i = 0; i < 3; i++) {
        AUTO(sign_buf) out = {0};
        sign_error err = {0};
        sign_options o = xades(SIGN_ENVELOPED);
        sign_input in = {.name = "a.xml", .data = BYTES_STR("<a>1</a>")};
        cr_assert_eq(sign_create(key, &in, &o, &(sign_output){.buf = &out}, &err), SIGN_OK, "%s", err.text);
        cr_expect_eq(holding(&out), 1);
        cr_expect(key_proven(key));
    }
}
