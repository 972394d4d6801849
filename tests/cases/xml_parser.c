/* Small documents that a parser must refuse, or must read as everybody else does. */
#include "xml_vectors.h"

#include "base/limits.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *beside(struct xforge *x, const char *data, const struct xsig *s) {
    return xml_document(x, xf(x, "%s%s", data, xf_signature(x, s)));
}

/* 33: the Id of the evil element stands in the DTD, where the signature does not show it. */
static void defaults(struct xforge *x) {
    static const char dtd[] = "<!DOCTYPE b:Belge [<!ATTLIST b:Veri Id CDATA \"veri\">]>\n<b:Belge ";
    static const char id[] = "<!DOCTYPE b:Belge [<!ATTLIST b:Veri kod ID #IMPLIED>]>\n<b:Belge ";
    char *text = xml_signed(x);
    xf_write(x, "dtd-ok.xml", text);
    xf_write(x, "dtd-default.xml",
             xf_replace(x, xf_replace(x, text, "<b:Belge ", dtd), "<b:Veri Id=\"veri\">", "<b:Veri>"));
    xf_write(
        x, "dtd-default-evil.xml",
        xf_replace(x, xf_replace(x, text, "<b:Belge ", dtd), VERI, "<b:Sakla>" VERI "</b:Sakla>" KOTU("")));
    xf_write(x, "dtd-id-type.xml",
             xf_replace(x, xf_replace(x, text, "<b:Belge ", id), VERI, VERI KOTU(" kod=\"veri\"")));
    xf_write(x, "dtd-empty.xml", xf_replace(x, text, "<b:Belge ", "<!DOCTYPE b:Belge>\n<b:Belge "));
}

/* 37: expressions. All are digested here as if they were the constant form, which they only resemble. */
static void expressions(struct xforge *x) {
    static const char xpath[] = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"
                                "<ds:XPath%s>%s</ds:XPath></ds:Transform>";
    static const char filter[] =
        "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath "
        "xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"%s\">%s</f:XPath>"
        "</ds:Transform>";
    static const char other[] = " xmlns:imza=\"" DS "\"", wrong[] = " xmlns:imza=\"urn:baska\"";
    const struct {
        const char *file, *transform;
    } rows[] = {
        {"xpath-ok", xf(x, xpath, "", "not(ancestor-or-self::ds:Signature)")},
        {"xpath-spaces-ok", xf(x, xpath, "", "\n not( ancestor-or-self::ds:Signature )\n")},
        {"xpath-prefix-ok", xf(x, xpath, other, "not(ancestor-or-self::imza:Signature)")},
        {"filter-ok", xf(x, filter, "subtract", "/descendant::ds:Signature")},
        {"filter-child-ok", xf(x, filter, "subtract", "/*/ds:Signature")},
        {"xpath-wrong-prefix", xf(x, xpath, wrong, "not(ancestor-or-self::imza:Signature)")},
        {"xpath-unbound-prefix", xf(x, xpath, "", "not(ancestor-or-self::yok:Signature)")},
        {"xpath-count", xf(x, xpath, "", "count(//*[count(//*) &gt; 0]) &gt; 0")},
        {"xpath-id-loop", xf(x, xpath, "", "id(id(id(id(/*/@*)/@*)/@*)/@*)")},
        {"xpath-or", xf(x, xpath, "", "not(ancestor-or-self::ds:Signature) or true()")},
        {"xpath-true", xf(x, xpath, "", "true()")},
        {"xpath-self", xf(x, xpath, "", "self::text()")},
        {"xpath-element-inside", xf(x, xpath, "", "not(ancestor-or-self::ds:Signature)<b:Ek/>")},
        {"filter-intersect", xf(x, filter, "intersect", "/descendant::ds:Signature")},
        {"filter-union", xf(x, filter, "union", "/descendant::ds:Signature")},
        {"filter-other", xf(x, filter, "subtract", "/descendant::b:Veri")},
        {"filter-two",
         xf(x, filter, "subtract",
            "/*/ds:Signature</f:XPath><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" "
            "Filter=\"subtract\">/descendant::b:Veri")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xsig s = {.refs = xf_reference(x, " URI=\"\"", xf(x, "%s" EXC, rows[i].transform))};
        xml_finish(x, xf(x, "%s.xml", rows[i].file), beside(x, VERI, &s), &s);
    }
    struct xsig unknown = {.refs =
                               xf_reference(x, " URI=\"\"", ENVELOPED TRANSFORM("urn:baska:donusum") EXC)};
    xml_finish(x, "transform-unknown.xml", beside(x, VERI, &unknown), &unknown);
}

/* 39, the good siblings: large for people, small for a program. */
static void large(struct xforge *x) {
    char *good = xml_signed(x);
    char *deep = xf(x, "%s%s", xf_repeat(x, "<b:Ek>", LIMIT_XML_DEPTH - 1),
                    xf_repeat(x, "</b:Ek>", LIMIT_XML_DEPTH - 1));
    xf_write(x, "depth-256.xml", xf_replace(x, good, VERI, xf(x, VERI "%s", deep)));
    char *deeper = xf(x, "<b:Ek>%s</b:Ek>", deep);
    xf_write(x, "depth-257.xml", xf_replace(x, good, VERI, xf(x, VERI "%s", deeper)));
    xf_write(x, "attribute-100k.xml",
             xf_replace(x, good, VERI, xf(x, VERI "<b:Ek ad=\"%s\"/>", xf_repeat(x, "aaaaaaaaaa", 10000))));
    xf_write(x, "name-10k.xml",
             xf_replace(x, good, VERI, xf(x, VERI "<b:%s/>", xf_repeat(x, "aaaaaaaaaa", 1000))));
    AUTO(grow) spaces = {0}, attributes = {0};
    for (int i = 0; i < 200; i++) {
        grow_printf(&spaces, " xmlns:p%d=\"urn:ornek:%d\"", i, i);
        grow_printf(&attributes, " a%d=\"%d\"", i, i);
    }
    xf_write(
        x, "namespaces-200.xml",
        xf_replace(x, good, VERI, xf(x, VERI "<b:Ek%.*s/>", (int)spaces.len, (const char *)spaces.data)));
    xf_write(x, "attributes-200.xml",
             xf_replace(x, good, VERI,
                        xf(x, VERI "<b:Ek%.*s/>", (int)attributes.len, (const char *)attributes.data)));
}

/* ---- 40 ---------------------------------------------------------------------------------------------- */

static void put_encoded(struct xforge *x, const char *file, const char *text, const char *bom, size_t n_bom,
                        const char *encoding) {
    iconv_t cd = iconv_open(encoding, "UTF-8");
    size_t left = strlen(text), room = 8 * left, all = room;
    char *in = xf(x, "%s", text), *out = malloc(room), *at = out;
    if (cd == (iconv_t)-1 || out == NULL || iconv(cd, &in, &left, &at, &room) == (size_t)-1 ||
        iconv(cd, NULL, NULL, &at, &room) == (size_t)-1) {
        fprintf(stderr, "mkvectors: cannot write %s\n", encoding);
        exit(1);
    }
    AUTO(grow) g = {0};
    grow_put(&g, bom, n_bom);
    grow_put(&g, out, all - room);
    xf_write_bytes(x, file, BYTES(g.data, g.len));
    iconv_close(cd);
    free(out);
}

#define TURKISH                                                                                              \
    "<b:Veri Id=\"veri\"><b:Ad>\xc4\x9e\xc3\xbcl\xc5\x9f\xc4\xb1n \xc4\xb0\xc3\x87\xc3\x96</b:Ad></b:Veri>"

/* A declaration that everybody can read, before text that some can. */
#define UTF_7 "<?xml version=\"1.0\" encoding=\"UTF-7\"?>\n"

/* NULL: without any declaration. */
static char *declared(struct xforge *x, const char *text, const char *encoding) {
    if (encoding == NULL) {
        return xf_cut(x, text, "<?xml", "?>\n", NULL);
    }
    return xf_replace(x, text, "encoding=\"UTF-8\"", *encoding ? xf(x, "encoding=\"%s\"", encoding) : "");
}

static void encodings(struct xforge *x) {
    static const struct {
        const char *file, *declared, *bom;
        size_t n_bom;
        const char *encoding;
    } rows[] = {
        {"utf16le-ok.xml", "UTF-16", "\xff\xfe", 2, "UTF-16LE"},
        {"utf16be-ok.xml", "UTF-16", "\xfe\xff", 2, "UTF-16BE"},
        {"utf16le-undeclared-ok.xml", "", "\xff\xfe", 2, "UTF-16LE"},
        {"iso-8859-9-ok.xml", "ISO-8859-9", "", 0, "ISO-8859-9"},
        {"windows-1254-ok.xml", "windows-1254", "", 0, "WINDOWS-1254"},
        {"utf8-bom-ok.xml", "UTF-8", "\xef\xbb\xbf", 3, "UTF-8"},
        {"utf8-small-ok.xml", "utf-8", "", 0, "UTF-8"},
        {"utf8-undeclared-ok.xml", "", "", 0, "UTF-8"},
        {"utf16le-without-bom.xml", "UTF-16", "", 0, "UTF-16LE"},
        {"utf16le-says-utf8.xml", "UTF-8", "\xff\xfe", 2, "UTF-16LE"},
        {"utf16-bom-utf8-text.xml", "UTF-8", "\xff\xfe", 2, "UTF-8"},
        {"utf16-other-order.xml", "UTF-16", "\xff\xfe", 2, "UTF-16BE"},
        {"utf8-says-utf16.xml", "UTF-16", "", 0, "UTF-8"},
        {"utf8-bom-says-9.xml", "ISO-8859-9", "\xef\xbb\xbf", 3, "UTF-8"},
        {"utf8-says-unknown.xml", "x-yok", "", 0, "UTF-8"},
        {"utf8-two-boms.xml", "UTF-8", "\xef\xbb\xbf\xef\xbb\xbf", 6, "UTF-8"},
        {"utf7.xml", "UTF-7", "", 0, "UTF-7"},
        {"utf7-declared.xml", NULL, UTF_7, sizeof UTF_7 - 1, "UTF-7"},
        {"utf7-bom.xml", "UTF-7", "+/v8-", 5, "UTF-7"},
        {"utf32le.xml", "UTF-32", "\xff\xfe\0\0", 4, "UTF-32LE"},
        {"utf32be.xml", "UTF-32", "\0\0\xfe\xff", 4, "UTF-32BE"},
        {"ebcdic.xml", "IBM1026", "", 0, "IBM1026"},
        {"iso-8859-9-says-utf8.xml", "UTF-8", "", 0, "ISO-8859-9"},
    };
    struct xsig s = {.refs = xml_data(x)};
    char *text = xf_sign(x, beside(x, TURKISH, &s), &s);
    xf_write_bytes(x, "turkish.c14n", x->octets);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_encoded(x, rows[i].file, declared(x, text, rows[i].declared), rows[i].bom, rows[i].n_bom,
                    rows[i].encoding);
    }
    /* Other spellings of one text, and octets that are none. Outside what is signed, so that only reading can
     * mind. */
    static const struct {
        const char *file, *octets;
        size_t n;
    } odd[] = {{"octet-ff.xml", "\xff", 1},
               {"octet-overlong.xml", "\xc0\xbc", 2},
               {"octet-overlong-nul.xml", "\xc0\x80", 2},
               {"octet-surrogate.xml", "\xed\xa0\x80", 3},
               {"octet-cut.xml", "\xc4", 1},
               {"octet-beyond.xml", "\xf4\x90\x80\x80", 4},
               {"octet-nul.xml", "\0", 1},
               {"octet-control.xml", "\x01", 1},
               {"octet-fffe.xml", "\xef\xbf\xbe", 3},
               {"reference-nul.xml", "&#0;", 4},
               {"reference-control.xml", "&#x1;", 5},
               {"reference-beyond.xml", "&#x110000;", 10},
               {"octet-feff-ok.xml", "\xef\xbb\xbf", 3},
               {"octet-astral-ok.xml", "\xf0\x9f\x98\x80", 4}};
    char *with = xf_replace(x, text, "</b:Belge>", "<b:Ek>|</b:Ek></b:Belge>");
    const char *at = strrchr(with, '|');
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        AUTO(grow) g = {0};
        grow_put(&g, with, (size_t)(at - with));
        grow_put(&g, odd[i].octets, odd[i].n);
        grow_str(&g, at + 1);
        xf_write_bytes(x, odd[i].file, BYTES(g.data, g.len));
    }
    xf_write(x, "bom-behind-declaration.xml", xf_replace(x, text, "?>\n", "?>\n\xef\xbb\xbf"));
    xf_write(x, "behind-the-root.xml", xf(x, "%s<b:Ek/>", text));
    xf_write(x, "text-behind-the-root.xml", xf(x, "%smetin", text));
}

/* Line ends are one (XML 1.0, 2.11), a carriage return that is written as a reference is not. */
static void line_ends(struct xforge *x) {
    static const char lines[] = "<b:Veri Id=\"veri\">bir\niki\n</b:Veri>";
    struct xsig s = {.refs = xml_data(x)};
    char *text = xf_sign(x, beside(x, lines, &s), &s);
    xf_write(x, "lf-ok.xml", text);
    xf_write_bytes(x, "lines.c14n", x->octets);
    xf_write(x, "crlf-ok.xml", xf_replace(x, text, "bir\niki\n", "bir\r\niki\r\n"));
    xf_write(x, "cr-ok.xml", xf_replace(x, text, "bir\niki\n", "bir\riki\r"));
    xf_write(x, "cr-reference.xml", xf_replace(x, text, "bir\niki\n", "bir&#13;\niki&#13;\n"));
    xf_write(x, "nel.xml", xf_replace(x, text, "bir\niki\n", "bir\xc2\x85iki\xe2\x80\xa8"));
    static const char returns[] = "<b:Veri Id=\"veri\">bir&#13;\niki</b:Veri>";
    text = xf_sign(x, beside(x, returns, &s), &s);
    xf_write(x, "cr-signed-ok.xml", text);
    xf_write(x, "cr-signed-lost.xml", xf_replace(x, text, "&#13;", "\r"));
}

void xml_parser(struct xforge *x) {
    defaults(x);
    expressions(x);
    large(x);
    encodings(x);
    line_ends(x);
}
