/* A parser that reads one document after another answers as a new one does, whatever it read before. */
#include "xml/spare.h"

#include "support/tree.h"
#include "xml/scan.h"
#include <criterion/criterion.h>
#include <stdio.h>

static const struct xml_options limits = {.depth = 8, .nodes = 40, .attributes = 6, .text = 60, .value = 40};

/* Sound ones, then those that end a reading in the middle, at each place where one can end. */
static const char *const texts[] = {
    "<a/>",
    "<a xmlns='urn:d' xmlns:p='urn:p'><p:b p:c='1' c='2'>\xC3\x96l\xC3\xA7\xC3\xBCm &amp; "
    "<![CDATA[<x>]]></p:b></a>",
    "<?pi data?><a xml:space='preserve' xml:lang='tr'> <b/> <!-- c --></a>\n<!-- end -->",
    "<q:a xmlns:q='urn:q'><q:b xmlns:q='urn:r' q:c=''/></q:a>",
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?><a b='&#10;&lt;'>]]&gt;</a>",
    "<a xmlns='relative'/>", /* libxml2 warns */
    "<a xmlns:p='urn:p'><p:b><p:c xmlns:r='urn:r' d='",
    "<a xmlns:p='urn:p' xmlns='urn:d'><p:b>text",
    "<a xmlns:p='urn:p'><p:b></p:a>",
    "<p:a/>",
    "<r:c/>",
    "<a p:b='1'/>",
    "<a b='1' b='2'/>",
    "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>",
    "<a xml:space='preserve'><b xml:space='default'><c",
    "<a>&x;</a>",
    "<!DOCTYPE a [<!ENTITY x 'y'><!ATTLIST a b CDATA 'defaulted'>]><a>&x;</a>",
    "<!DOCTYPE a SYSTEM 'file:///dev/null'><a/>",
    "<a><b></a>",
    "<a/><b/>",
    "<a>\xC3</a>",
    "<a>\x01</a>",
    "<a>]]></a>",
    "<a><!-- -- --></a>",
    "<a><?xml x?></a>",
    "",
    "text",
    "<a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a>",
    "<a b1='' b2='' b3='' b4='' b5='' b6='' b7=''/>",
    "<a xmlns:p='urn:p'><b c='0123456789012345678901234567890123456789+'/></a>",
    "<a xmlns:p='urn:p'><b>0123456789012345678901234567890123456789012345678901234567890123456789</b></a>",
    "<a "
    "xmlns:p='urn:p'><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/>"
    "<b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>",
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static sign_rc parse_with(struct xml_spare *spare, const char *text, struct xml **out, sign_error *err) {
    struct xml_options options = limits;
    options.spare = spare;
    return xml_parse(BYTES_STR(text), &options, out, err);
}

/* With the spare parser, and with one of its own. */
static bool read_both(struct xml_spare *spare, const char *text) {
    AUTO(xml_ptr) mine = NULL;
    AUTO(xml_ptr) fresh = NULL;
    sign_error err = {0}, own = {0};
    sign_rc rc = parse_with(spare, text, &mine, &err);
    cr_assert_eq(rc, parse_with(NULL, text, &fresh, &own), "%s", text);
    cr_assert_str_eq(err.text, own.text);
    cr_assert_str_eq(err.id, own.id);
    if (rc == SIGN_OK) {
        cr_assert(tree_same(xml_first(mine), xml_first(fresh)), "%s", text);
    }
    return rc == SIGN_OK;
}

/* Every text behind every other, twice, so that the parser has read something before. */
Test(spare, no_document_changes_the_next) {
    size_t sound = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        for (size_t k = 0; k < TEXTS; k++) {
            AUTO(xml_spare_ptr) spare = xml_spare_new();
            read_both(spare, texts[1]);
            read_both(spare, texts[i]);
            sound += read_both(spare, texts[k]);
            read_both(spare, texts[2]);
        }
    }
    cr_assert_eq(sound, 6 * TEXTS); /* the first six */
}

static int mark;

/* Whether the parser that was marked before is the one that is kept. */
static bool kept(struct xml_spare *spare) {
    xmlParserCtxtPtr parser = xml_spare_take(spare);
    cr_assert_not_null(parser);
    bool same = parser->_private == &mark;
    parser->_private = &mark;
    xml_spare_put(spare, parser);
    return same;
}

static void read_text(struct xml_spare *spare, const char *text) {
    AUTO(xml_ptr) doc = NULL;
    parse_with(spare, text, &doc, NULL);
}

Test(spare, only_what_read_without_an_error_is_kept) {
    for (size_t i = 0; i < TEXTS; i++) {
        AUTO(xml_spare_ptr) spare = xml_spare_new();
        cr_assert(!kept(spare));
        cr_assert(kept(spare));
        read_text(spare, texts[i]);
        bool parsed = texts[i][0] == '<' && strchr(texts[i], '\xC3') == NULL; /* else no parser was asked */
        if (i < 5) {
            cr_assert(kept(spare), "%s", texts[i]);
        } else if (parsed) {
            cr_assert(!kept(spare), "%s", texts[i]);
        }
    }
}

/* Names that all differ; nothing of a document stays. */
Test(spare, does_not_grow_for_ever) {
    AUTO(xml_spare_ptr) spare = xml_spare_new();
    unsigned renewed = 0;
    for (unsigned i = 0; i < 4000; i++) {
        char text[64];
        snprintf(text, sizeof text, "<name-of-its-own-%u a%u='' xmlns='urn:%u'/>", i, i, i);
        read_text(spare, text);
        renewed += !kept(spare);
        xmlParserCtxtPtr parser = xml_spare_take(spare);
        cr_assert(xmlDictGetUsage(parser->dict) < 100000);
        cr_assert(parser->input == NULL && parser->inputNr == 0); /* nothing of the document */
        xml_spare_put(spare, parser);
    }
    cr_assert(renewed >= 4 && renewed < 400, "%u", renewed);
}

/* Also when all documents are the same. */
Test(spare, is_renewed_in_time) {
    AUTO(xml_spare_ptr) spare = xml_spare_new();
    unsigned renewed = 0;
    for (unsigned i = 0; i < 5000; i++) {
        read_text(spare, "<a/>");
        renewed += !kept(spare);
    }
    cr_assert(renewed >= 5 && renewed < 20, "%u", renewed);
}

/* A large document has a parser of its own; the spare one waits. */
Test(spare, is_for_small_documents) {
    AUTO(xml_spare_ptr) spare = xml_spare_new();
    AUTO(grow) large = {0};
    AUTO(xml_ptr) doc = NULL;
    kept(spare);
    grow_str(&large, "<a>");
    for (unsigned i = 0; i < 20000; i++) {
        grow_printf(&large, "<b%u/>", i);
    }
    grow_str(&large, "</a>");
    cr_assert_eq(xml_parse(BYTES(large.data, large.len), &(struct xml_options){.spare = spare}, &doc, NULL),
                 SIGN_OK);
    cr_assert(kept(spare));
}
