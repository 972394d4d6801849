/* What the general parser must survive: sizes, floods, encodings, and documents that want to be helped by
 * files. */
#include "support/hex.h"
#include "xml/scan.h"

#include <criterion/criterion.h>
#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

static const struct xml_options options = {
    .bytes = 64 << 20, .depth = 256, .nodes = 5000000, .attributes = 256, .text = 16 << 20};

static sign_rc parse(const grow *g, struct xml **out, sign_error *err) {
    return xml_parse(BYTES(g->data, g->len), &options, out, err);
}

static void repeat(grow *g, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        grow_str(g, text);
    }
}

/* libxml2 alone would refuse each of them at 10 MB. */
Test(read, long_texts_are_read_up_to_the_limit) {
    static const char *const shapes[][2] = {{"<a>", "</a>"},
                                            {"<a><![CDATA[", "]]></a>"},
                                            {"<a b='", "'/>"},
                                            {"<a><!--", "--></a>"},
                                            {"<a><?p ", "?></a>"}};
    static const char piece[] = "0123456789abcde\xC5\x9F"; /* 17 octets */
    size_t fits = ((size_t)16 << 20) / 17;
    for (size_t i = 0; i < 5; i++) {
        for (size_t over = 0; over < 2; over++) {
            AUTO(grow) g = {0};
            AUTO(xml_ptr) doc = NULL;
            grow_str(&g, shapes[i][0]);
            repeat(&g, piece, fits + over);
            grow_str(&g, shapes[i][1]);
            sign_rc rc = parse(&g, &doc, NULL);
            cr_assert_eq(rc, over == 0 ? SIGN_OK : SIGN_E_LIMIT, "%s", shapes[i][0]);
            if (rc == SIGN_OK) {
                const struct xml_node *a = xml_root(doc);
                const char *text = a->attribute_count == 1 ? a->attributes[0].value : a->first->text;
                cr_assert_eq(strlen(text), fits * 17);
                cr_assert_str_eq(text + fits * 17 - 17, piece);
            }
        }
    }
}

/*
 * libxml2 compares every attribute of a tag with all others, and goes on after an error: 300,000 of them,
 * before and behind one that it refuses, must not be compared.
 */
Test(read, floods_end_quickly) {
    static const char *const starts[] = {"<a", "<a b=c", "<a><?1 <b", "<a><![X [<b", "<a><!- <b", "<a>&<b"};
    for (size_t shape = 0; shape < 2; shape++) {
        for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
            AUTO(grow) g = {0};
            AUTO(xml_ptr) doc = NULL;
            grow_str(&g, starts[i]);
            for (unsigned k = 0; k < 300000; k++) {
                grow_printf(&g, shape == 0 ? " a%u=''" : " xmlns:a%u='u'", k);
            }
            grow_str(&g, "/>");
            sign_rc rc = parse(&g, &doc, NULL);
            cr_assert(rc == SIGN_E_LIMIT || (i > 0 && rc == SIGN_E_FORMAT), "%s", starts[i]);
        }
    }
}

/* Namespaces in scope are searched one by one for each name; names that all differ fill libxml2's table. */
Test(read, namespaces_and_names_are_limited) {
    AUTO(grow) deep = {0}, names = {0};
    AUTO(xml_ptr) doc = NULL;
    sign_error err = {0};
    for (unsigned level = 0; level < 5; level++) {
        grow_str(&deep, "<a");
        for (unsigned k = 0; k < 250; k++) {
            grow_printf(&deep, " xmlns:p%u_%u='urn:%u'", level, k, k);
        }
        grow_str(&deep, ">");
    }
    repeat(&deep, "</a>", 5);
    cr_assert(parse(&deep, &doc, &err) == SIGN_E_LIMIT);
    cr_assert_not_null(strstr(err.text, "namespaces in scope"), "%s", err.text);
    grow_str(&names, "<a>");
    for (unsigned k = 0; k < 300000; k++) {
        grow_printf(&names, "<b%u/>", k);
    }
    grow_str(&names, "</a>");
    cr_assert(xml_read(BYTES(names.data, names.len), &options, &doc, &err) == SIGN_E_LIMIT);
    cr_assert_not_null(strstr(err.text, "names"), "%s", err.text);
}

static int loads;
static xmlParserInputPtr load(const char *url, const char *id, xmlParserCtxtPtr parser) {
    (void)url;
    (void)id;
    (void)parser;
    loads++;
    return NULL;
}

/* Octets of events: something touched what is watched. */
static ssize_t touched(int watch) {
    char events[4096];
    return read(watch, events, sizeof events);
}

/*
 * Nothing that a document names is opened, and the catalogs of libxml2 stay as they are: their file is never
 * looked at. That the watch would notice, and the loader count, is shown at the end.
 */
Test(read, no_catalog_no_file_no_loader) {
    char folder[] = "/tmp/xml-read-XXXXXX", path[64];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/sentinel.xml", folder);
    FILE *f = fopen(path, "w");
    fputs("<catalog xmlns='urn:oasis:names:tc:entity:xmlns:xml:catalog'/>", f);
    fclose(f);
    setenv("XML_CATALOG_FILES", path, 1);
    int watch = inotify_init1(IN_NONBLOCK);
    cr_assert(watch >= 0 && inotify_add_watch(watch, path, IN_OPEN | IN_ACCESS) >= 0);
    xmlSetExternalEntityLoader(load);
    xmlCatalogAllow before = xmlCatalogGetDefaults();
    static const char *const texts[] = {
        "<?oasis-xml-catalog catalog=\"%s\"?><a/>",
        "<!-- --><?oasis-xml-catalog\ncatalog=\"%s\"?><a/>",
        "<a><?oasis-xml-catalog catalog=\"%s\"?></a>",
        "<!DOCTYPE a SYSTEM \"%s\"><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"%s\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY %% x SYSTEM \"%s\"> %%x;]><a/>",
        "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='%s'/>",
        "<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='urn:x %s'/>",
        "<?xml-stylesheet href='%s' type='text/xsl'?><?xml-model href='%s'?><a/>",
        "<a xml:base='%s'/>",
    };
    static const sign_rc expected[] = {SIGN_E_FORMAT, SIGN_E_FORMAT, SIGN_OK, SIGN_E_FORMAT, SIGN_E_FORMAT,
                                       SIGN_E_FORMAT, SIGN_OK,       SIGN_OK, SIGN_OK,       SIGN_OK};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        AUTO(grow) g = {0};
        AUTO(xml_ptr) doc = NULL;
        for (const char *p = texts[i]; *p != '\0'; p++) {
            bool name = p[0] == '%' && p[1] == 's';
            name ? grow_str(&g, path) : grow_put(&g, p, 1);
            p += name || (p[0] == '%' && p[1] == '%');
        }
        cr_expect_eq(parse(&g, &doc, NULL), expected[i], "%s", texts[i]);
    }
    cr_expect_eq(loads, 0);
    cr_expect(touched(watch) < 0);
    cr_expect_eq(xmlCatalogGetDefaults(), before);
    xmlFree(xmlCatalogResolve((const xmlChar *)"urn:x", (const xmlChar *)"urn:x"));
    xmlFreeDoc(xmlReadFile(path, NULL, 0));
    cr_expect(touched(watch) > 0);
    xmlCatalogCleanup();
    xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader);
    close(watch);
    unlink(path);
    rmdir(folder);
}

static sign_rc read_encoded(sign_bytes text, struct xml **out, sign_error *err) {
    struct xml_options all = options;
    all.encodings = true;
    return xml_read(text, &all, out, err);
}

/* The text of the root element, of documents in hexadecimal where they are no ASCII. */
static void expect_text(sign_bytes text, const char *expected, unsigned line) {
    AUTO(xml_ptr) doc = NULL;
    sign_error err = {0};
    cr_assert(read_encoded(text, &doc, &err) == SIGN_OK, "%s", err.text);
    cr_assert_str_eq(xml_root(doc)->first->text, expected);
    cr_assert(xml_root(doc)->line == line && xml_root(doc)->end == 0);
    cr_assert(xml_read(text, &options, &doc, &err) == SIGN_E_FORMAT); /* without the option */
}

/* U+FEFF, the declaration with a line end in it, then <a>, the text, </a>. */
static void utf16(grow *g, bool little, const char *declaration, const uint16_t *text, size_t n) {
    AUTO(grow) units = {0};
    const uint16_t mark = 0xFEFF;
    const char *const parts[] = {declaration, "<a>", NULL, "</a>"};
    grow_put(&units, &mark, 2);
    for (size_t i = 0; i < 4; i++) {
        for (const char *p = parts[i]; p != NULL && *p != '\0'; p++) {
            const uint16_t unit = (uint8_t)*p;
            grow_put(&units, &unit, 2);
        }
        grow_put(&units, text, parts[i] == NULL ? 2 * n : 0);
    }
    for (size_t i = 0; i < units.len; i += 2) {
        uint16_t unit = 0;
        memcpy(&unit, units.data + i, 2);
        grow_byte(g, (uint8_t)(little ? unit : unit >> 8));
        grow_byte(g, (uint8_t)(little ? unit >> 8 : unit));
    }
}

Test(read, utf16_with_its_mark) {
    static const uint16_t good[] = {0x15F, 0x20AC, 0xD83D, 0xDD8A, 0xD, 0xA};
    static const uint16_t bad[][2] = {{0xD83D, 0x41}, {0xDD8A, 0xD83D}, {0x41, 0}, {0xFFFE, 0x41}};
    for (unsigned little = 0; little < 2; little++) {
        AUTO(grow) declared = {0}, undeclared = {0}, otherwise = {0}, odd = {0};
        utf16(&declared, little, "<?xml version='1.0'\nencoding='utf-16'?>", good, 6);
        expect_text(BYTES(declared.data, declared.len), "ş€🖊\n", 2);
        utf16(&undeclared, little, "", good, 6);
        expect_text(BYTES(undeclared.data, undeclared.len), "ş€🖊\n", 1);
        utf16(&otherwise, little, "<?xml version='1.0' encoding='UTF-8'?>", good, 6);
        AUTO(xml_ptr) doc = NULL;
        cr_expect(read_encoded(BYTES(otherwise.data, otherwise.len), &doc, NULL) == SIGN_E_FORMAT);
        cr_expect(read_encoded(BYTES(undeclared.data, undeclared.len - 1), &doc, NULL) == SIGN_E_FORMAT);
        cr_expect(read_encoded(BYTES(undeclared.data + 2, undeclared.len - 2), &doc, NULL) == SIGN_E_FORMAT);
        grow_put(&odd, undeclared.data, 2); /* XML 1.0, F.1: one mark, and no second */
        grow_put(&odd, undeclared.data, undeclared.len);
        cr_expect(read_encoded(BYTES(odd.data, odd.len), &doc, NULL) == SIGN_E_FORMAT);
        for (size_t i = 0; i < 4; i++) {
            odd.len = 0;
            utf16(&odd, little, "", bad[i], 2);
            cr_expect(read_encoded(BYTES(odd.data, odd.len), &doc, NULL) == SIGN_E_FORMAT, "%zu", i);
        }
    }
}

Test(read, octets_as_they_are_declared) {
    static const char *const documents[][2] = {
        {"<?xml version='1.0'\n encoding='US-ASCII'?><a>x</a>", "x"},
        {"<?xml version='1.0'\n encoding='ISO-8859-1'?><a>\xDD\xFE\xE7\x85</a>", "Ýþç\xC2\x85"},
        {"<?xml version='1.0'\n encoding='iso-8859-9'?><a>\xD0\xDD\xDE\xF0\xFD\xFE\xE7\xD6</a>", "ĞİŞğışçÖ"},
        {"<?xml version='1.0'\n encoding='windows-1254'?><a>\xDD\x80\x9F\xFD\x8A</a>", "İ€ŸıŠ"},
    };
    for (size_t i = 0; i < 4; i++) {
        expect_text(BYTES_STR(documents[i][0]), documents[i][1], 2);
    }
}

Test(read, other_encodings_are_refused) {
    static const char *const texts[] = {
        "<?xml version='1.0' encoding='US-ASCII'?><a>\xC5\x9F</a>",
        "<?xml version='1.0' encoding='windows-1254'?><a>\x81</a>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<?xml version='1.0' encoding='UTF-7'?><a/>",
        "+ADw-a/+AD4-",
        "<?xml version='1.0' encoding='IBM037'?><a/>",
        "<?xml version='1.0' encoding='ISO-8859-2'?><a/>",
        "<?xml version='1.0' encoding='UTF-32'?><a/>",
        "\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-9'?><a/>",
        "<?xml version='1.0' encoding='ISO-8859-9'><a/>",
        "<?xml version='1.0' encoding='1'?><a/>",
        "<a>\xFD</a>",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        AUTO(xml_ptr) doc = NULL;
        sign_error err = {0};
        cr_expect(read_encoded(BYTES_STR(texts[i]), &doc, &err) == SIGN_E_FORMAT, "%s", texts[i]);
        cr_expect_str_eq(err.id, "E5021");
    }
    static const char *const octets[][2] = {{"FFFE0000 3C000000", "UTF-32"}, {"0000FEFF 0000003C", "UTF-32"},
                                            {"3C000000 61000000", "UTF-32"}, {"3C003F00 78006D00", "mark"},
                                            {"003C003F 0078006D", "mark"},   {"4C6FA794 93A58599", "EBCDIC"},
                                            {"3C612F3E 00", "U+0000"},       {"FFFE", "empty"}};
    for (size_t i = 0; i < sizeof octets / sizeof octets[0]; i++) {
        AUTO(grow) room = {0};
        AUTO(xml_ptr) doc = NULL;
        sign_error err = {0};
        cr_expect(read_encoded(hex(octets[i][0], &room), &doc, &err) == SIGN_E_FORMAT, "%s", octets[i][0]);
        cr_expect_not_null(strstr(err.text, octets[i][1]), "%s: %s", octets[i][0], err.text);
    }
}
