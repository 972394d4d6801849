/* Documents that are made when they are verified: floods, and such as name an address that somebody watches.
 */
#include "xml_vectors.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *beside(struct xforge *x, const struct xsig *s) {
    return xml_document(x, xf(x, VERI "%s", xf_signature(x, s)));
}

static char *with_dtd(struct xforge *x, const char *dtd, const char *use) {
    char *text = xf_replace(x, xml_signed(x), "<b:Belge ", xf(x, "<!DOCTYPE b:Belge %s>\n<b:Belge ", dtd));
    return xf_replace(x, text, VERI, xf(x, VERI "<b:Ek>%s</b:Ek>", use));
}

/* 30, 31: entities. */
static void entities(struct xforge *x) {
    AUTO(grow) laughs = {0};
    grow_str(&laughs, "[<!ENTITY e0 \"ha\">");
    for (int i = 1; i <= 9; i++) {
        char *ten = xf_repeat(x, xf(x, "&e%d;", i - 1), 10);
        grow_printf(&laughs, "<!ENTITY e%d \"%s\">", i, ten);
    }
    grow_str(&laughs, "]");
    char *dtd = xf(x, "%.*s", (int)laughs.len, (const char *)laughs.data);
    xf_write(x, "laughs.xml", with_dtd(x, dtd, "&e9;"));
    xf_write(x, "laughs-attribute.xml", xf_replace(x, with_dtd(x, dtd, ""), "<b:Ek>", "<b:Ek ad=\"&e9;\">"));
    xf_write(x, "laughs-unused.xml", with_dtd(x, dtd, ""));
    xf_write(x, "laughs-undeclared.xml", xf_replace(x, xml_signed(x), VERI, VERI "<b:Ek>&e9;</b:Ek>"));
    dtd = xf(x, "[<!ENTITY e \"%s\">]", xf_repeat(x, "aaaaaaaaaa", 10000));
    xf_write(x, "quadratic.xml", with_dtd(x, dtd, xf_repeat(x, "&e;", 10000)));
    xf_write(x, "written-out.xml",
             xf_replace(x, xml_signed(x), VERI,
                        xf(x, VERI "<b:Ek>%s</b:Ek>", xf_repeat(x, "hahahahaha", 100000))));
}

static void put_references(struct xforge *x, const char *file, size_t n) {
    struct xsig s = {.refs = xml_data(x)};
    char *text = xf_digest(x, beside(x, &s), &s), *one = NULL;
    xf_cut(x, text, "<ds:Reference URI=\"#veri\">", "</ds:Reference>", &one);
    xf_write(x, file, xf_value(x, xf_replace(x, text, one, xf_repeat(x, one, n)), &s));
}

static void put_transforms(struct xforge *x, const char *file, size_t n) {
    struct xsig s = {.refs = xf_reference(x, " URI=\"#veri\"", ENVELOPED EXC)};
    char *inside = xf_replace(x, VERI, "</b:Veri>", xf(x, "%s</b:Veri>", xf_signature(x, &s)));
    xml_finish_changed(x, file, xml_document(x, inside), &s, ENVELOPED EXC,
                       xf(x, ENVELOPED "%s", xf_repeat(x, EXC, n - 1)));
}

static void put_prefixes(struct xforge *x, const char *file, int n) {
    AUTO(grow) list = {0};
    for (int i = 0; i < n; i++) {
        grow_printf(&list, "p%d ", i);
    }
    struct xsig s = {.refs = xf_reference(x, " URI=\"#veri\"",
                                          xf(x,
                                             "<ds:Transform Algorithm=\"" C14N_EXC
                                             "\"><ec:InclusiveNamespaces xmlns:ec=\"" C14N_EXC
                                             "\" PrefixList=\"%.*s\"/></ds:Transform>",
                                             (int)list.len, (const char *)list.data))};
    xml_finish(x, file, beside(x, &s), &s);
}

/* Wrapping again, in documents that are too large to be read as a tree if it can be helped. */
static void wrapped(struct xforge *x) {
    char *filler = xf(x, "<b:Dolgu>%s</b:Dolgu>", xf_repeat(x, "0123456789abcde\n", 320000));
    struct xsig all = {.refs = xf_reference(x, " URI=\"\"", ENVELOPED EXC)};
    char *text = xf_sign(x, xml_document(x, xf(x, VERI "%s%s", filler, xf_signature(x, &all))), &all);
    xf_write(x, "large-enveloped.xml", text);
    xf_write(x, "large-changed.xml", xf_replace(x, text, "cde\n</b:Dolgu>", "cdE\n</b:Dolgu>"));
    xf_write(x, "large-sibling.xml", xf_replace(x, text, "</b:Dolgu>", "</b:Dolgu>" KOTU("")));
    xf_write(x, "large-behind.xml", xf_replace(x, text, "</ds:Signature>", "</ds:Signature>" KOTU("")));
    xf_write(x, "large-dtd.xml", xf_replace(x, text, "<b:Belge ", "<!DOCTYPE b:Belge>\n<b:Belge "));
    char *sig = xml_signature_of(x, xml_signed(x));
    static const char evil[] = KOTU(" Id=\"kotu\""), same[] = KOTU(" Id=\"veri\"");
    const struct {
        const char *file, *before, *behind;
    } rows[] = {{"large-ok.xml", "", ""},
                {"large-xsw1.xml", evil, ""},
                {"large-xsw2.xml", "", evil},
                {"large-same-before.xml", same, ""},
                {"large-same-behind.xml", "", same},
                {"large-xml-id.xml", "<b:Ek xml:id=\"x\"/>", "<b:Ek xml:id=\"x\"/>"},
                {"large-signature-id.xml", "<b:Ek Id=\"S1\"/>", ""},
                {"large-value-id.xml", "", "<b:Ek id=\"S1-v\"/>"},
                {"large-unused.xml", "<b:Ek Id=\"bos\"/>", "<b:Ek Id=\"bos\"/>"},
                {"large-look-alike.xml", "<ds:Signature xmlns:ds=\"urn:xmldsig\"/>", ""},
                {"large-two.xml", "", "<ds:Signature xmlns:ds=\"" DS "\"/>"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xf_write(x, rows[i].file,
                 xml_document(x, xf(x, "%s%s" VERI "%s%s", rows[i].before, filler, rows[i].behind, sig)));
    }
    xf_write(x, "large-xsw6.xml",
             xml_document(x, xf(x, "%s%s%s", evil, filler,
                                xf_replace(x, sig, "</ds:Signature>",
                                           "<ds:Object>" VERI "</ds:Object></ds:Signature>"))));
}

/* 38: many of one kind. */
static void many(struct xforge *x) {
    put_references(x, "references-29.xml", LIMIT_REFERENCES - 1);
    put_references(x, "references-30.xml", LIMIT_REFERENCES);
    put_references(x, "references-10000.xml", 10000);
    put_transforms(x, "transforms-5.xml", LIMIT_TRANSFORMS);
    put_transforms(x, "transforms-6.xml", LIMIT_TRANSFORMS + 1);
    put_transforms(x, "transforms-1000.xml", 1000);
    put_prefixes(x, "prefixes-50.xml", 50);
    put_prefixes(x, "prefixes-10000.xml", 10000);
}

/* 39: deep and long. */
static void long_ones(struct xforge *x) {
    char *good = xml_signed(x), *ten = xf_repeat(x, "aaaaaaaaaa", 1000000);
    char *deep = xf(x, "%s%s", xf_repeat(x, "<b:Ek>", 100000), xf_repeat(x, "</b:Ek>", 100000));
    xf_write(x, "depth-100000.xml", xf_replace(x, good, VERI, xf(x, VERI "%s", deep)));
    xf_write(x, "depth-100000-open.xml",
             xf_replace(x, good, VERI, xf(x, VERI "%s", xf_repeat(x, "<b:Ek>", 100000))));
    xf_write(x, "attribute-10m.xml", xf_replace(x, good, VERI, xf(x, VERI "<b:Ek ad=\"%s\"/>", ten)));
    xf_write(x, "name-10m.xml", xf_replace(x, good, VERI, xf(x, VERI "<b:%s/>", ten)));
    xf_write(x, "text-10m.xml", xf_replace(x, good, VERI, xf(x, VERI "<b:Ek>%s</b:Ek>", ten)));
    AUTO(grow) spaces = {0}, attributes = {0};
    for (int i = 0; i < 1000000; i++) {
        grow_printf(&spaces, " xmlns:p%d=\"urn:%d\"", i, i);
        if (i < 100000) {
            grow_printf(&attributes, " a%d=\"\"", i);
        }
    }
    xf_write(
        x, "namespaces-1m.xml",
        xf_replace(x, good, VERI, xf(x, VERI "<b:Ek%.*s/>", (int)spaces.len, (const char *)spaces.data)));
    xf_write(x, "attributes-100k.xml",
             xf_replace(x, good, VERI,
                        xf(x, VERI "<b:Ek%.*s/>", (int)attributes.len, (const char *)attributes.data)));
    AUTO(grow) signatures = {0};
    char *one = xml_signature_of(x, good);
    for (int i = 0; i <= LIMIT_XML_SIGNATURES; i++) {
        char *again = xf_replace(x, one, "Id=\"S1\"", xf(x, "Id=\"T%d\"", i));
        again = xf_replace(x, xf_replace(x, again, "S1-v", xf(x, "T%d-v", i)), "Id=\"S1-sp\"",
                           xf(x, "Id=\"T%d-sp\"", i));
        grow_str(&signatures, again);
    }
    xf_write(x, "signatures-1001.xml",
             xf_replace(x, good, one, xf(x, "%.*s", (int)signatures.len, (const char *)signatures.data)));
}

/* 41: base64 written straight to the file. */
static void long_value(struct xforge *x, const char *file, const char *text, const char *at,
                       size_t megabytes) {
    static char piece[1 << 20];
    const char *hole = strstr(text, at);
    FILE *f = fopen(xf(x, "%s/%s", x->folder, file), "wb");
    if (f == NULL || hole == NULL) {
        perror(file);
        exit(1);
    }
    memset(piece, 'A', sizeof piece);
    hole += strlen(at);
    fwrite(text, 1, (size_t)(hole - text), f);
    for (size_t i = 0; i < megabytes; i++) {
        x->failed |= fwrite(piece, 1, sizeof piece, f) != sizeof piece;
    }
    x->failed |= fputs(hole, f) < 0;
    x->failed |= fclose(f) != 0;
}

static void base64(struct xforge *x) {
    char *good = xml_signed(x);
    long_value(x, "value-200m.xml", good, "Id=\"S1-v\">", 200);
    long_value(x, "digest-20m.xml", good, "<ds:DigestValue>", 20);
    long_value(x, "certificate-20m.xml", good, "<ds:X509Certificate>", 20);
    /* What may be long is content. */
    struct xsig s = {.refs = xf_reference(x, " URI=\"#nesne\"", TRANSFORM(DS "base64")),
                     .objects = xf(x, "<ds:Object Id=\"nesne\" Encoding=\"" DS "base64\">%s</ds:Object>",
                                   xf_repeat(x, "QUJD", 5000000))};
    xml_finish(x, "object-20m.xml", xf_signature(x, &s), &s);
}

void xml_floods(struct xforge *x) {
    entities(x);
    xforge_forget(x);
    wrapped(x);
    xforge_forget(x);
    many(x);
    xforge_forget(x);
    long_ones(x);
    xforge_forget(x);
    base64(x);
    xforge_forget(x);
}

/* ---- addresses --------------------------------------------------------------------------------------- */

/* 32: entities and declarations from elsewhere. */
static void declarations(struct xforge *x, const char *what, const char *address) {
    xf_write(x, xf(x, "xxe-general-%s.xml", what),
             with_dtd(x, xf(x, "[<!ENTITY e SYSTEM \"%s\">]", address), "&e;"));
    xf_write(x, xf(x, "xxe-unused-%s.xml", what),
             with_dtd(x, xf(x, "[<!ENTITY e SYSTEM \"%s\">]", address), ""));
    xf_write(x, xf(x, "xxe-parameter-%s.xml", what),
             with_dtd(x, xf(x, "[<!ENTITY %% e SYSTEM \"%s\"> %%e;]", address), ""));
    xf_write(x, xf(x, "xxe-subset-%s.xml", what), with_dtd(x, xf(x, "SYSTEM \"%s\"", address), ""));
    xf_write(x, xf(x, "xxe-public-%s.xml", what),
             with_dtd(x, xf(x, "PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"%s\"", address), "&nbsp;"));
    xf_write(
        x, xf(x, "xxe-notation-%s.xml", what),
        with_dtd(x, xf(x, "[<!NOTATION n SYSTEM \"%s\"><!ENTITY e SYSTEM \"%s\" NDATA n>]", address, address),
                 ""));
}

/* 34, 35: what other programs follow, signed as it stands. */
static void hints(struct xforge *x, const char *what, const char *address) {
    static const char xinclude[] = "<b:Veri Id=\"veri\" xmlns:xi=\"http://www.w3.org/2001/XInclude\">"
                                   "<xi:include href=\"%s\" parse=\"text\"/></b:Veri>";
    struct xsig s = {.refs = xml_data(x)};
    char *sig = xf_signature(x, &s);
    char *included = xf(x, xinclude, address);
    xml_finish(x, xf(x, "xinclude-%s.xml", what), xml_document(x, xf(x, "%s%s", included, sig)), &s);
    char *expanded = xf_cut(x, included, "<xi:include", "/>", NULL);
    expanded = xf_replace(x, expanded, "</b:Veri>", "gizli</b:Veri>");
    char *text = xf_sign(x, xml_document(x, xf(x, "%s%s", expanded, sig)), &s);
    xf_write(x, xf(x, "xinclude-expanded-%s.xml", what), xf_replace(x, text, expanded, included));
    char *located =
        xf(x,
           "<b:Veri Id=\"veri\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
           "xsi:schemaLocation=\"urn:ornek:belge %s\" xsi:noNamespaceSchemaLocation=\"%s\">100</b:Veri>",
           address, address);
    xml_finish(x, xf(x, "schema-%s.xml", what), xml_document(x, xf(x, "%s%s", located, sig)), &s);
    text = xf_replace(x, xml_document(x, xf(x, VERI "%s", sig)), "<b:Belge ",
                      xf(x, "<?xml-stylesheet type=\"text/xsl\" href=\"%s\"?>\n<b:Belge xml:base=\"%s\" ",
                         address, address));
    xml_finish(x, xf(x, "stylesheet-%s.xml", what), text, &s);
}

/* 21, 26, 36: what a signature itself may name. */
static void named(struct xforge *x, const char *what, const char *address) {
    static const char xslt[] =
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet "
        "version=\"1.0\" "
        "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">%s<xsl:template match=\"/\">%s</xsl:template>"
        "</xsl:stylesheet></ds:Transform>";
    const struct {
        const char *file, *inside, *body;
    } sheets[] = {{"document", "", xf(x, "<xsl:copy-of select=\"document('%s')\"/>", address)},
                  {"include", xf(x, "<xsl:include href=\"%s\"/>", address), "<xsl:copy-of select=\".\"/>"},
                  {"import", xf(x, "<xsl:import href=\"%s\"/>", address), "<xsl:copy-of select=\".\"/>"}};
    x->content = BYTES_STR("gizli\n");
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        struct xsig s = {
            .refs = xf_reference(x, " URI=\"#veri\"", xf(x, xslt, sheets[i].inside, sheets[i].body))};
        xml_finish(x, xf(x, "xslt-%s-%s.xml", sheets[i].file, what), beside(x, &s), &s);
    }
    struct xsig reference = {.refs = xf_reference(x, xf(x, " URI=\"%s\"", address), "")};
    xml_finish(x, xf(x, "reference-%s.xml", what), xf_signature(x, &reference), &reference);
    struct xsig both = {.refs =
                            xf(x, "%s%s", xml_data(x), xf_reference(x, xf(x, " URI=\"%s\"", address), EXC))};
    x->content = BYTES_STR("<gizli/>");
    xml_finish(x, xf(x, "reference-second-%s.xml", what), beside(x, &both), &both);
    struct xsig listed = {.refs = xf_reference(x, " Type=\"" DS "Manifest\" URI=\"#liste\"", EXC),
                          .objects =
                              xf(x, "<ds:Object><ds:Manifest Id=\"liste\">%s</ds:Manifest></ds:Object>",
                                 xf_reference(x, xf(x, " URI=\"%s\"", address), ""))};
    xml_finish(x, xf(x, "manifest-%s.xml", what), beside(x, &listed), &listed);
    struct xsig key = {
        .refs = xml_data(x),
        .key_info = xf(x, "<ds:RetrievalMethod Type=\"" DS "rawX509Certificate\" URI=\"%s\"/>", address)};
    xml_finish(x, xf(x, "retrieval-%s.xml", what), beside(x, &key), &key);
    char *here = xf(x, "%s<ds:X509Data>%s</ds:X509Data>", key.key_info, xf_certificates(x, "nes-p256"));
    struct xsig too = {.refs = xml_data(x), .key_info = here};
    xml_finish(x, xf(x, "retrieval-too-%s.xml", what), beside(x, &too), &too);
}

/* A bomb that asks for nothing but time. */
static void bomb(struct xforge *x) {
    struct xsig s = {
        .refs = xf_reference(
            x, " URI=\"#veri\"",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet "
            "version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template match=\"/\">"
            "<xsl:for-each select=\"//. | //@*\"><xsl:for-each select=\"//. | //@*\"><xsl:for-each "
            "select=\"//. | //@*\">x</xsl:for-each></xsl:for-each></xsl:for-each></xsl:template>"
            "</xsl:stylesheet></ds:Transform>")};
    xml_finish(x, "xslt-bomb.xml", beside(x, &s), &s);
    struct xsig good = {.refs = xml_data(x)};
    xml_finish(x, "plain-ok.xml", beside(x, &good), &good);
}

void xml_fetches(struct xforge *x, const char *http, const char *file) {
    const char *const addresses[][2] = {{"http", http}, {"file", xf(x, "file://%s", file)}, {"path", file}};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        declarations(x, addresses[i][0], addresses[i][1]);
        hints(x, addresses[i][0], addresses[i][1]);
        named(x, addresses[i][0], addresses[i][1]);
    }
    bomb(x);
}
