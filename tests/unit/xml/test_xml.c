/* Hardened reading of XML, and the escapes of canonical XML. */
#include "xml/xml.h"

#include <criterion/criterion.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>

static const struct xml_options open_options = {
    .bytes = 1 << 20, .depth = 16, .nodes = 1000, .attributes = 8};
static const struct xml_options plain_options = {
    .bytes = 1 << 20, .depth = 16, .nodes = 1000, .attributes = 8, .plain = true};

static sign_rc read_text(const char *s, const struct xml_options *options, sign_error *err) {
    AUTO(xml_ptr) doc = NULL;
    sign_rc rc = xml_read(BYTES_STR(s), options, &doc, err);
    cr_assert_eq(rc == SIGN_OK, doc != NULL);
    return rc;
}

Test(xml, tree_has_names_attributes_and_text) {
    static const char text[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                               "<p:a xmlns:p='urn:x' p:one=' 1&#10;' two='&lt;&quot;&amp;&#38;amp;'>\n"
                               "<b>ş&amp;&#x131;</b><!-- c --><?go on?><c/></p:a>";
    AUTO(xml_ptr) doc = NULL;
    cr_assert(xml_read(BYTES_STR(text), &open_options, &doc, NULL) == SIGN_OK);
    const struct xml_node *a = xml_root(doc);
    cr_assert_str_eq(a->name, "a");
    cr_assert_str_eq(a->space, "urn:x");
    cr_assert(a->attribute_count == 2 && a->parent == NULL && a->next == NULL);
    cr_assert_str_eq(a->attributes[0].space, "urn:x");
    cr_assert_str_eq(a->attributes[0].value, " 1\n");
    cr_assert_str_eq(a->attributes[1].space, "");
    cr_assert_str_eq(a->attributes[1].value, "<\"&&amp;");
    const struct xml_node *b = a->first->next;
    cr_assert(a->first->kind == XML_KIND_TEXT && b->kind == XML_KIND_ELEMENT);
    cr_assert_str_eq(b->space, "");
    cr_assert_eq(b->line, 3);
    cr_assert_str_eq(b->first->text, "ş&ı"); /* three events of the parser, one node */
    cr_assert(b->first->next == NULL && b->first->parent == b && b->parent == a);
    const struct xml_node *comment = b->next, *go = comment->next;
    cr_assert(comment->kind == XML_KIND_COMMENT && go->kind == XML_KIND_INSTRUCTION);
    cr_assert_str_eq(comment->text, " c ");
    cr_assert_str_eq(go->name, "go");
    cr_assert_str_eq(go->text, "on");
    cr_assert_str_eq(go->next->name, "c");
    cr_assert(go->next->first == NULL && go->next->next == NULL);
}

Test(xml, cdata_is_text_unless_plain) {
    AUTO(xml_ptr) doc = NULL;
    cr_assert(xml_read(BYTES_STR("<a>x<![CDATA[<y>]]>z</a>"), &open_options, &doc, NULL) == SIGN_OK);
    cr_assert_str_eq(xml_root(doc)->first->text, "x<y>z");
    cr_assert(read_text("<a>x<![CDATA[<y>]]>z</a>", &plain_options, NULL) == SIGN_E_FORMAT);
}

/* Each beside its well-formed sibling. */
Test(xml, plain_refuses_what_is_no_element_and_no_text) {
    cr_assert(read_text("<a>x</a>", &plain_options, NULL) == SIGN_OK);
    static const char *const texts[] = {"<a><!-- --></a>", "<!-- --><a/>", "<a/><!-- -->",
                                        "<a><?x?></a>",    "<?x?><a/>",    "<a/><?x?>"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect(read_text(texts[i], &plain_options, NULL) == SIGN_E_FORMAT, "%s", texts[i]);
        cr_expect(read_text(texts[i], &open_options, NULL) == SIGN_OK, "%s", texts[i]);
    }
}

/* A thousand million laughs in the full attack; the first line of it must do. */
#define LAUGHS                                                                                               \
    "<!DOCTYPE a [<!ENTITY a0 \"lol\"><!ENTITY a1 \"&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;\">"             \
    "<!ENTITY a2 \"&a1;&a1;&a1;&a1;&a1;&a1;&a1;&a1;&a1;&a1;\">]><a>&a2;</a>"

Test(xml, doctype_is_refused_before_entities_exist) {
    static const char *const texts[] = {
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a PUBLIC \"-//X//Y\" \"http://127.0.0.1:1/x.dtd\"><a/>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/p\"> %p;]><a/>",
        "<!DOCTYPE a [<!ATTLIST a id ID \"evil\">]><a/>",
        LAUGHS,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sign_error err = {0};
        cr_expect(read_text(texts[i], &open_options, &err) == SIGN_E_FORMAT, "%s", texts[i]);
        cr_expect_str_eq(err.id, "E5022");
        cr_expect_not_null(strstr(err.text, "line 1"));
    }
}

Test(xml, malformed_is_told_with_its_line) {
    static const char *const texts[] = {
        "<a>\n</b>",
        "<a>\n",
        "<a>\n&x;</a>",
        "<a>\n<p:b/></a>",
        "<a>\n<b c='1' c='2'/></a>",
        "<a/>\n<b/>",
        "<a/>\ntext",
        "<a>\n<b c=1/></a>",
        "<a>\n\x01</a>",
        "<a>\n&#0;</a>",
        "<a>\n&#xFFFF;</a>",
        "<a\nb='&x;'/>",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sign_error err = {0};
        cr_expect(read_text(texts[i], &open_options, &err) == SIGN_E_FORMAT, "%zu", i);
        cr_expect_str_eq(err.id, "E5021");
        cr_expect_not_null(strstr(err.text, "line 2"), "%zu: %s", i, err.text);
    }
}

Test(xml, only_utf8_of_xml_1_0_is_read) {
    cr_assert(read_text("\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?><a/>", &open_options, NULL) ==
              SIGN_OK);
    cr_assert(read_text("<?xml version='1.0'?><a encoding='UTF-16'/>", &open_options, NULL) == SIGN_OK);
    static const char *const texts[] = {
        "<?xml version='1.0' encoding='ISO-8859-9'?><a/>",
        "<?xml version='1.0' encoding='UTF-7'?><a/>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<?xml version='1.0' encoding='UTF-8859'?><a/>",
        "<?xml version='1.1'?><a/>",
        "<a>\xFF</a>",
        "<a>\xED\xA0\x80</a>",
        "<a>\xC0\xBC</a>",
        "",
        " ",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect(read_text(texts[i], &open_options, NULL) == SIGN_E_FORMAT, "%zu", i);
    }
    AUTO(xml_ptr) doc = NULL;
    cr_expect(xml_read(BYTES("<a>\0</a>", 8), &open_options, &doc, NULL) == SIGN_E_FORMAT);
    cr_expect(xml_read(BYTES("\xFF\xFE<\0a\0/\0>\0", 10), &open_options, &doc, NULL) == SIGN_E_FORMAT);
    cr_expect(xml_read(BYTES("<\0a\0/\0>\0", 8), &open_options, &doc, NULL) == SIGN_E_FORMAT);
    cr_expect(xml_read(BYTES("\x4C\x6F\xA7\x94\x93\x40", 6), &open_options, &doc, NULL) == SIGN_E_FORMAT);
}

/* n times open, then n times close. */
static void nested(grow *g, int n) {
    for (int i = 0; i < n; i++) {
        grow_str(g, "<a>");
    }
    for (int i = 0; i < n; i++) {
        grow_str(g, "</a>");
    }
}

static sign_rc read_grown(const grow *g, const struct xml_options *options) {
    AUTO(xml_ptr) doc = NULL;
    return xml_read(BYTES(g->data, g->len), options, &doc, NULL);
}

Test(xml, limit_of_depth) {
    AUTO(grow) fits = {0}, over = {0}, far = {0};
    nested(&fits, 16);
    nested(&over, 17);
    nested(&far, 100000);
    cr_assert(read_grown(&fits, &open_options) == SIGN_OK);
    cr_assert(read_grown(&over, &open_options) == SIGN_E_LIMIT);
    cr_assert(read_grown(&far, &open_options) == SIGN_E_LIMIT);
}

Test(xml, limit_of_nodes) {
    for (int n = 999; n <= 1000; n++) {
        AUTO(grow) g = {0};
        grow_str(&g, "<r>");
        for (int i = 0; i < n; i++) {
            grow_str(&g, "<a/>");
        }
        grow_str(&g, "</r>");
        cr_assert_eq(read_grown(&g, &open_options), n == 999 ? SIGN_OK : SIGN_E_LIMIT);
    }
}

Test(xml, limit_of_attributes_and_declarations) {
    static const char *const shapes[] = {" a%d='1'", " xmlns:a%d='urn:%d'"};
    for (size_t shape = 0; shape < 2; shape++) {
        for (int n = 8; n <= 9; n++) {
            AUTO(grow) g = {0};
            grow_str(&g, "<r");
            for (int i = 0; i < n; i++) {
                shape == 0 ? grow_printf(&g, " a%d='1'", i) : grow_printf(&g, " xmlns:a%d='urn:%d'", i, i);
            }
            grow_str(&g, "/>");
            cr_assert_eq(read_grown(&g, &open_options), n == 8 ? SIGN_OK : SIGN_E_LIMIT, "%s", shapes[shape]);
        }
    }
}

Test(xml, limit_of_bytes) {
    struct xml_options small = open_options;
    small.bytes = 4;
    cr_assert(read_text("<a/>", &small, NULL) == SIGN_OK);
    cr_assert(read_text("<a/> ", &small, NULL) == SIGN_E_LIMIT);
}

Test(xml, long_attribute_is_read_whole) {
    AUTO(grow) g = {0};
    grow_str(&g, "<r a='");
    for (int i = 0; i < 500000; i++) {
        grow_byte(&g, 'x');
    }
    grow_str(&g, "'/>");
    AUTO(xml_ptr) doc = NULL;
    cr_assert(xml_read(BYTES(g.data, g.len), &open_options, &doc, NULL) == SIGN_OK);
    cr_assert_eq(strlen(xml_root(doc)->attributes[0].value), 500000);
}

static void never(void *user, xmlErrorPtr e) {
    (void)e;
    *(int *)user += 1;
}

/* A program that uses libxml2 itself keeps its own handler, and hears nothing of our documents. */
Test(xml, error_handler_of_the_caller_stays) {
    int heard = 0;
    xmlSetStructuredErrorFunc(&heard, never);
    cr_assert(read_text("<a>", &open_options, NULL) == SIGN_E_FORMAT);
    cr_assert_eq(heard, 0);
    cr_assert(xmlStructuredError == never && xmlStructuredErrorContext == &heard);
    xmlSetStructuredErrorFunc(NULL, NULL);
}

Test(xml, line_ends_are_normalised) {
    AUTO(xml_ptr) doc = NULL; /* XML 1.0, 2.11 */
    cr_assert(xml_read(BYTES_STR("<a>x\r\ny\rz&#13;</a>"), &open_options, &doc, NULL) == SIGN_OK);
    cr_assert_str_eq(xml_root(doc)->first->text, "x\ny\nz\r");
}

Test(xml, escapes_of_canonical_xml) {
    AUTO(grow) g = {0};
    xml_put_text(&g, "a&b<c>d\"e\r\n\t");
    grow_byte(&g, '|');
    xml_put_value(&g, "a&b<c>d\"e\r\n\t");
    grow_byte(&g, '\0');
    cr_assert_str_eq((const char *)g.data,
                     "a&amp;b&lt;c&gt;d\"e&#xD;\n\t|a&amp;b&lt;c>d&quot;e&#xD;&#xA;&#x9;");
}

Test(xml, characters_of_a_document) {
    static const uint32_t good[] = {0x9, 0xA, 0xD, 0x20, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x10FFFF};
    static const uint32_t bad[] = {0x0, 0x8, 0xB, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x110000};
    for (size_t i = 0; i < 9; i++) {
        cr_expect(xml_is_char(good[i]));
        cr_expect(!xml_is_char(bad[i]));
    }
}
