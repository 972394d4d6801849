/* New signatures: shapes (XML-Signature, 2), algorithms, the user's octets, and what is refused. */
#include "draft_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char document[] = "\xEF\xBB\xBF<?xml version='1.0' encoding=\"utf-8\"?>\r\n<!-- ön -->\n"
                               "<b:belge xmlns:b='urn:x' xmlns=\"urn:y\" xml:lang='tr'>\r\n"
                               " <e Id='e1' z='&lt;1'><a>Çarşı &amp; pazar</a><![CDATA[<]]></e>\n"
                               " <e Id=\"e2\"/><!-- iç -->\n</b:belge  >\n<?son pi?>\n";
static const char binary[] = "ikili \x01\x02\xff";

struct row {
    const char *name;
    int pss;
};
static const struct row rows[] = {{"nes-rsa2048", 0}, {"nes-rsa2048", 1}, {"nes-rsa3072", 0},
                                  {"nes-p256", 0},    {"nes-p384", 1},    {"nes-p521", 0}};

struct shape {
    sign_shape shape;
    const char *content, *element;
};
static const struct shape shapes[] = {
    {SIGN_ATTACHED, document, NULL},
    {SIGN_ENVELOPED, document, NULL},
    {SIGN_DETACHED, binary, NULL},
    {SIGN_ENVELOPING, document, NULL},
    {SIGN_ENVELOPING, binary, NULL},
    {SIGN_INTERNALLY_DETACHED, document, NULL},
    {SIGN_INTERNALLY_DETACHED, document, "e1"},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void cell(const signer *s, const struct row *row, const struct shape *shape, int digest, int c14n) {
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_options o = draft_options(shape->shape);
    o.pss = row->pss;
    o.digest = (sign_digest)digest;
    o.c14n = (sign_c14n)c14n;
    o.element = shape->element;
    o.key_value = digest == 1;
    sign_input in = draft_text(shape->content);
    cr_assert_eq(draft_create(s, NULL, &in, &o, &out, &err), SIGN_OK, "%s", err.text);
    bool detached = shape->shape == SIGN_DETACHED;
    cr_expect_eq(draft_holds(s, draft_view(&out), detached ? &in : NULL), 1, "%s %d %d", row->name,
                 shape->shape, digest);
}

Test(xades_draft, matrix_of_keys_digests_shapes_and_methods, .timeout = 120) {
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        AUTO(signer) s = signer_open(rows[r].name);
        for (int digest = 0; digest < 3; digest++) {
            for (size_t i = 0; i < SHAPES; i++) {
                cell(&s, &rows[r], &shapes[i], digest, (int)(r + i + (size_t)digest) % 3);
            }
        }
    }
}

Test(xades_draft, every_method_for_every_shape) {
    AUTO(signer) s = signer_open("nes-p256");
    for (size_t i = 0; i < SHAPES; i++) {
        for (int c14n = 0; c14n < 3; c14n++) {
            cell(&s, &rows[3], &shapes[i], 0, c14n);
        }
    }
}

/* A key that has proven itself is not asked again; the text is read again all the same. */
Test(xades_draft, proven_key) {
    AUTO(signer) s = signer_open("nes-p256");
    for (size_t i = 0; i < SHAPES; i++) {
        AUTO(ades_draft_ptr) d = NULL;
        AUTO(sign_buf) value = {0};
        AUTO(sign_buf) out = {0};
        sign_error err = {0};
        sign_options o = draft_options(shapes[i].shape);
        o.element = shapes[i].element;
        sign_input in = draft_text(shapes[i].content);
        cr_assert_eq(draft_begin(&s, true, NULL, &in, &o, &d, &err), SIGN_OK, "%s", err.text);
        draft_value(&s, d, &value);
        cr_assert_eq(xades_draft_finish(s.crypto, d, draft_view(&value), SIGN_VALUE_DER,
                                        &(sign_output){.buf = &out}, &err),
                     SIGN_OK, "%s", err.text);
        draft_holds(&s, draft_view(&out), shapes[i].shape == SIGN_DETACHED ? &in : NULL);
    }
}

/* What is before and behind the signature is what the user gave, octet for octet. */
static void around(const char *text, const char *before, const char *after) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = draft_text(text);
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, &err), SIGN_OK, "%s: %s", text, err.text);
    size_t first = draft_find(draft_view(&out), "<ds:Signature ");
    size_t last = draft_find(draft_view(&out), "</ds:Signature>") + strlen("</ds:Signature>");
    cr_expect(bytes_equal(BYTES(out.data, first), BYTES_STR(before)), "%.*s", (int)first, out.data);
    cr_expect(bytes_equal(BYTES(out.data + last, out.len - last), BYTES_STR(after)), "%s", text);
    cr_expect_eq(draft_holds(&s, draft_view(&out), NULL), 1);
}

Test(xades_draft, octets_around_the_signature) {
    around("<a></a>", "<a>", "</a>");
    around("<a/>", "<a>", "</a>");
    around("<x:a  xmlns:x='urn:a' b='/'\n/>\n", "<x:a  xmlns:x='urn:a' b='/'\n>", "</x:a>\n");
    around("<a b='>'>\n<!-- </a> --></a\n >\n<!-- </a> -->", "<a b='>'>\n<!-- </a> -->",
           "</a\n >\n<!-- </a> -->");
    around("\xEF\xBB\xBF<ş>ğ</ş>\r\n", "\xEF\xBB\xBF<ş>ğ", "</ş>\r\n");
    around("<a><![CDATA[</a>]]></a>", "<a><![CDATA[</a>]]>", "</a>");
}

Test(xades_draft, long_end_tag) {
    AUTO(grow) text = {0};
    AUTO(grow) after = {0};
    grow_str(&after, "</a");
    for (int i = 0; i < 2000; i++) {
        grow_byte(&after, ' ');
    }
    grow_str(&after, ">");
    grow_byte(&after, 0);
    grow_printf(&text, "<a>%s", (const char *)after.data);
    grow_byte(&text, 0);
    around((const char *)text.data, "<a>", (const char *)after.data);
}

/* The order of EN 319 132-1 for people in Turkey: SignedProperties first; one line, so no text between. */
Test(xades_draft, references_and_lines) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = draft_text("<a/>");
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    sign_bytes text = draft_view(&out);
    cr_expect_lt(draft_find(text, "Type=\"http://uri.etsi.org/01903#SignedProperties\""),
                 draft_find(text, "URI=\"\""));
    cr_expect(draft_has(text, "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>"));
    cr_expect_not(draft_has(text, "> <"));
    cr_expect_not(draft_has(text, ">\n<"));
    cr_expect(draft_has(text, "<xades:MimeType>application/xml</xades:MimeType>"));
}

Test(xades_draft, single_has_no_xpath) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_options o = draft_options(SIGN_ATTACHED);
    o.single = 1;
    sign_input in = draft_text("<a>1</a>");
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    cr_expect_not(draft_has(draft_view(&out), "XPath"));
    cr_expect_eq(draft_holds(&s, draft_view(&out), NULL), 1);
}

Test(xades_draft, enveloping_keeps_content) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_options o = draft_options(SIGN_ENVELOPING);
    sign_input in = draft_text("<?xml version=\"1.0\"?>\n<!--1--><a>\n<b/></a> \n");
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    cr_expect(draft_has(draft_view(&out), "\"><!--1--><a>\n<b/></a></ds:Object>"));
    /* What looks like XML and is none, is XML in another encoding or has a DOCTYPE, goes as base64. */
    static const char *const others[] = {"<a>", "<!DOCTYPE a><a/>",
                                         "<?xml version='1.0' encoding='latin1'?><a/>",
                                         "<a xml:id='i'><b xml:id='i'/></a>", ""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        AUTO(sign_buf) as_base64 = {0};
        sign_error err = {0};
        in = draft_text(others[i]);
        cr_assert_eq(draft_create(&s, NULL, &in, &o, &as_base64, &err), SIGN_OK, "%s", err.text);
        cr_expect(draft_has(draft_view(&as_base64), "Encoding=\"" TRANSFORM_BASE64 "\""), "%s", others[i]);
        cr_expect_eq(draft_holds(&s, draft_view(&as_base64), NULL), 1);
    }
}

Test(xades_draft, internally_detached_has_ids) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) made = {0};
    AUTO(sign_buf) kept = {0};
    sign_options o = draft_options(SIGN_INTERNALLY_DETACHED);
    sign_input in = draft_text("<?xml version='1.0'?><!--x--><a b='1'/><!--y-->");
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &made, NULL), SIGN_OK);
    cr_expect(draft_has(draft_view(&made), "<?xml version='1.0'?><!--x--><SignedDocument><a Id=\"D-"));
    cr_expect(draft_has(draft_view(&made), " b='1'/><ds:Signature "));
    cr_expect(draft_has(draft_view(&made), "</ds:Signature></SignedDocument><!--y-->"));
    in = draft_text("<a xml:id='k1'/>");
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &kept, NULL), SIGN_OK);
    cr_expect(draft_has(draft_view(&kept), "<SignedDocument><a xml:id='k1'/><ds:Signature "));
    cr_expect(draft_has(draft_view(&kept), "URI=\"#k1\""));
}

static void detached_uri(const char *name, const char *uri) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_options o = draft_options(SIGN_DETACHED);
    sign_input in = {.name = name, .data = BYTES_STR("x")};
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    cr_expect(draft_has(draft_view(&out), uri), "%s", uri);
    cr_expect_eq(draft_holds(&s, draft_view(&out), &in), 1);
}

Test(xades_draft, detached_names) {
    detached_uri("a.bin", " URI=\"a.bin\"><ds:DigestMethod");
    detached_uri("Başvuru #1.xml", " URI=\"Ba%C5%9Fvuru%20%231.xml\"");
    detached_uri("/etc/http:x", " URI=\"http%3Ax\"");
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_options o = draft_options(SIGN_DETACHED);
    sign_input in = {.data = BYTES_STR("x")};
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    cr_expect(draft_has(draft_view(&out), "<ds:Reference Id=\"R1-"));
    cr_expect_not(draft_has(draft_view(&out), "URI=\"\""));
    cr_expect_eq(draft_holds(&s, draft_view(&out), &in), 1);
}

/* ---- what is refused ---- */

static void refuse(const char *text, sign_options o, sign_rc rc, enum message_id id) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_input in = draft_text(text);
    cr_expect_eq(draft_create(&s, NULL, &in, &o, &out, &err), rc, "%s: %s", text, err.text);
    cr_expect_str_eq(err.id, message_code(id), "%s: %s", text, err.text);
    cr_expect_null(out.data);
}

static sign_options with_element(const char *id) {
    sign_options o = draft_options(SIGN_INTERNALLY_DETACHED);
    o.element = id;
    return o;
}

Test(xades_draft, documents_that_no_signature_goes_into) {
    static const char latin[] = "<?xml version='1.0' encoding='ISO-8859-9'?><a>\xfe</a>";
    static const char twice[] = "<a><b Id='i'/><c id='i'/><d Id='j k'/><e xml:id='r'/></a>";
    const sign_options in_it = draft_options(SIGN_ENVELOPED), in_root = with_element(NULL);
    refuse("no XML", in_it, SIGN_E_FORMAT, MSG_XML);
    refuse("", in_it, SIGN_E_FORMAT, MSG_XML);
    refuse("<a><b></a>", in_it, SIGN_E_FORMAT, MSG_XML);
    refuse("<!DOCTYPE a><a/>", in_it, SIGN_E_FORMAT, MSG_XML_DOCTYPE);
    refuse(latin, in_it, SIGN_E_FORMAT, MSG_XML_NOT_UTF8);
    refuse(latin, in_root, SIGN_E_FORMAT, MSG_XML_NOT_UTF8);
    refuse("<a xml:id='i'><b xml:id='i'/></a>", in_it, SIGN_E_FORMAT, MSG_XML_ID_REPEATED);
    refuse("<ds:Signature xmlns:ds='" DS_NS "'/>", in_it, SIGN_E_FORMAT, MSG_XML_ROOT_SIGNATURE);
    refuse("<ds:Signature xmlns:ds='" DS_NS "'/>", in_root, SIGN_E_FORMAT, MSG_XML_ROOT_SIGNATURE);
    refuse("no XML", in_root, SIGN_E_FORMAT, MSG_XML);
    refuse("<a Id='i'><b Id='i'/></a>", in_root, SIGN_E_FORMAT, MSG_XML_ID_REPEATED);
    refuse(twice, with_element("x"), SIGN_E_FORMAT, MSG_XML_NO_ELEMENT);
    refuse(twice, with_element("i"), SIGN_E_FORMAT, MSG_XML_NO_ELEMENT);
    refuse(twice, with_element("j k"), SIGN_E_FORMAT, MSG_XML_NO_ELEMENT);
    refuse("<a Id='i'/>", with_element("i"), SIGN_E_FORMAT, MSG_XML_NO_ELEMENT);
    refuse("<a x='relative' xmlns='relative'/>", in_it, SIGN_E_FORMAT, MSG_XML);
}

Test(xades_draft, characters_that_xml_forbids) {
    sign_options o = draft_options(SIGN_ENVELOPED);
    static const char *const roles[] = {"a\x01"};
    o.roles = roles;
    o.n_roles = 1;
    refuse("<a/>", o, SIGN_E_ARGUMENT, MSG_ARGUMENT);
    o = draft_options(SIGN_ENVELOPED);
    o.place_state = "\xEF\xBF\xBF";
    refuse("<a/>", o, SIGN_E_ARGUMENT, MSG_ARGUMENT);
}

Test(xades_draft, values_that_are_not_the_signers) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    AUTO(sign_buf) out = {0};
    AUTO(grow) raw = {0};
    sign_error err = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = draft_text("<a/>");
    const sign_output to = {.buf = &out};
    cr_assert_eq(draft_begin(&s, false, NULL, &in, &o, &d, &err), SIGN_OK);
    draft_value(&s, d, &value);
    cr_assert(crypto_ecdsa_to_raw(draft_view(&value), 32, &raw));
    sign_bytes good = BYTES(raw.data, raw.len);
    cr_expect_eq(xades_draft_finish(s.crypto, d, good, SIGN_VALUE_DER, &to, &err), SIGN_FAILED);
    cr_expect_str_eq(err.id, message_code(MSG_VALUE_REFUSED));
    cr_expect_eq(xades_draft_finish(s.crypto, d, BYTES(raw.data, 63), SIGN_VALUE_RAW, &to, NULL),
                 SIGN_FAILED);
    value.data[value.len - 1] ^= 1;
    cr_expect_eq(xades_draft_finish(s.crypto, d, draft_view(&value), SIGN_VALUE_DER, &to, NULL), SIGN_FAILED);
    cr_expect_null(out.data);
    cr_expect_eq(xades_draft_finish(s.crypto, d, good, SIGN_VALUE_RAW, &to, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(draft_holds(&s, draft_view(&out), NULL), 1);
}

/* ---- files ---- */

static void rows_write(grow *text, size_t size) {
    grow_str(text, "<liste xmlns='urn:l'>");
    for (unsigned i = 0; text->len < size; i++) {
        grow_printf(text, "<satır n=\"%u\">değer &amp; %u</satır>\n", i, i * 7);
    }
    grow_str(text, "</liste>\n");
    cr_assert(!text->failed);
}

/* Larger than what is read into a tree: by events, in constant memory. */
Test(xades_draft, large_file, .timeout = 120) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(grow) text = {0};
    char path[256];
    rows_write(&text, LIMIT_XML_LARGE + 100);
    draft_file("large.xml", BYTES(text.data, text.len), path);
    for (int c14n = 0; c14n < 3; c14n++) {
        AUTO(sign_buf) out = {0};
        AUTO(sign_buf) second = {0};
        sign_error err = {0};
        sign_options o = draft_options(SIGN_ENVELOPED);
        o.c14n = (sign_c14n)c14n;
        sign_input in = {.path = path};
        cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, &err), SIGN_OK, "%s", err.text);
        size_t tail = strlen("</liste>\n");
        cr_expect(memcmp(out.data, text.data, text.len - tail) == 0);
        cr_expect(memcmp(out.data + out.len - tail, "</liste>\n", tail) == 0);
        cr_expect_eq(draft_holds(&s, draft_view(&out), NULL), 1);
        sign_input what = draft_input(&out);
        cr_assert_eq(draft_create(&s, &what, NULL, &o, &second, &err), SIGN_OK, "%s", err.text);
        cr_expect_eq(draft_holds(&s, draft_view(&second), NULL), 2);
    }
    unlink(path);
}

Test(xades_draft, large_content_of_the_other_shapes, .timeout = 120) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(grow) text = {0};
    char path[256];
    rows_write(&text, LIMIT_XML_LARGE + 100);
    draft_file("large-2.xml", BYTES(text.data, text.len), path);
    static const sign_shape all[] = {SIGN_DETACHED, SIGN_ENVELOPING, SIGN_INTERNALLY_DETACHED};
    for (size_t i = 0; i < 3; i++) {
        AUTO(sign_buf) out = {0};
        sign_error err = {0};
        sign_options o = draft_options(all[i]);
        sign_input in = {.path = path};
        cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, &err), SIGN_OK, "%d: %s", all[i], err.text);
        cr_expect_eq(draft_holds(&s, draft_view(&out), all[i] == SIGN_DETACHED ? &in : NULL), 1);
    }
    unlink(path);
}

static void changed(const char *content, sign_shape shape, bool proven) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    char path[256];
    draft_file("changed.xml", BYTES_STR(content), path);
    sign_options o = draft_options(shape);
    sign_input in = {.path = path};
    cr_assert_eq(draft_begin(&s, proven, NULL, &in, &o, &d, &err), SIGN_OK, "%s", err.text);
    draft_value(&s, d, &value);
    usleep(20000); /* the clock of a file system is coarse */
    FILE *f = fopen(path, "r+b");
    cr_assert_not_null(f);
    fputs("<b>", f);
    fclose(f);
    cr_expect_eq(xades_draft_finish(s.crypto, d, draft_view(&value), SIGN_VALUE_DER,
                                    &(sign_output){.buf = &out}, &err),
                 SIGN_E_IO);
    cr_expect_str_eq(err.id, message_code(MSG_FILE_CHANGED), "%s", err.text);
    cr_expect_null(out.data);
    unlink(path);
}

Test(xades_draft, file_that_changes_meanwhile) {
    changed("<a>1</a>", SIGN_ENVELOPED, false);
    changed("<a>1</a>", SIGN_ENVELOPED, true);
    changed("<a>1</a>", SIGN_DETACHED, false);
    changed("<a>1</a>", SIGN_DETACHED, true);
}
