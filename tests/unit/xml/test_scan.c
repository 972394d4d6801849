/* The scanner beside libxml2: what it takes must be the same tree, and what is not well-formed it must leave.
 */
#include "xml/scan.h"

#include "base/file.h"
#include "support/tree.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>

static const struct xml_options loose = {.bytes = 1 << 24, .depth = 64, .nodes = 100000, .attributes = 64};

/* Whether the scanner took it. If it did, libxml2 does too, and gives the same. */
static bool scanned(sign_bytes text, const struct xml_options *options) {
    AUTO(xml_ptr) fast = NULL, general = NULL;
    sign_error err = {0};
    cr_assert(xml_scan(text, options, &fast, &err) == SIGN_OK);
    if (fast == NULL) {
        return false;
    }
    cr_assert(xml_parse(text, options, &general, &err) == SIGN_OK, "%s: %.*s", err.text, (int)text.len,
              text.data);
    cr_assert(tree_same(xml_first(fast), xml_first(general)), "another tree: %.*s", (int)text.len, text.data);
    cr_assert(xml_root(fast)->parent == NULL && xml_root(fast)->end == xml_root(general)->end);
    return true;
}

static bool scanned_str(const char *text) {
    return scanned(BYTES_STR(text), &loose);
}

Test(scan, files_of_our_own_give_the_same_tree) {
    static const char *const folders[] = {"fuzz/corpus/xml", "fuzz/corpus/c14n", "fuzz/corpus/form",
                                          "testdata/form"};
    size_t taken = 0, all = 0;
    for (size_t i = 0; i < 4; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", SIGN_TEST_SOURCE, folders[i]);
        DIR *d = opendir(path);
        cr_assert(d != NULL, "%s", path);
        for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
            AUTO(sign_buf) text = {0};
            snprintf(path, sizeof path, "%s/%s/%s", SIGN_TEST_SOURCE, folders[i], e->d_name);
            if (e->d_name[0] != '.' && file_read(path, 1 << 24, &text, NULL) == SIGN_OK) {
                all++;
                taken += scanned(BYTES(text.data, text.len), &loose);
            }
        }
        closedir(d);
    }
    cr_assert(all > 40 && taken > 20, "%zu of %zu", taken, all);
}

/* Documents of others: the inputs of the vectors of Canonical XML, when they are there. */
Test(scan, files_of_others_give_the_same_tree) {
    const char *given = getenv("KALEM_CORPUS");
    const char *folder = given != NULL ? given : SIGN_TEST_SOURCE "/../shared/corpus";
    char line[1024], path[4096];
    snprintf(path, sizeof path, "%s/c14n.csv", folder);
    FILE *table = fopen(path, "r");
    if (table == NULL) {
        cr_skip_test("no corpus");
    }
    size_t read = 0;
    while (fgets(line, sizeof line, table) != NULL) {
        char repo[256], commit[256], mode[256], input[512];
        AUTO(sign_buf) text = {0};
        if (sscanf(line, "%255[^,],%255[^,],%255[^,],%511[^,]", repo, commit, mode, input) == 4) {
            snprintf(path, sizeof path, "%s/files/%s/%s", folder, repo, input);
            if (file_read(path, 1 << 24, &text, NULL) == SIGN_OK) {
                read++;
                scanned(BYTES(text.data, text.len), &loose);
            }
        }
    }
    fclose(table);
    cr_assert(read > 0);
}

/* xorshift64*: the same numbers everywhere. */
static unsigned draw(uint64_t *seed, unsigned below) {
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (unsigned)((*seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

static const char *pick(uint64_t *seed, const char *const *from, size_t n) {
    return from[draw(seed, (unsigned)n)];
}
#define PICK(seed, from) pick(seed, from, sizeof(from) / sizeof(from)[0])

static const char *const prefixes[] = {"", "a:", "b:", "\xC3\xA7:"};
static const char *const names[] = {"e", "Id", "x.1-y_z", "\xC5\x9F\xE2\x82\x80", "xmlnsx"};
static const char *const contents[] = {"plain",
                                       " \n\t ",
                                       "x\r\ny\rz",
                                       "&lt;&amp;&#x1F58A;&#13;",
                                       "<![CDATA[<&>]]>",
                                       "]] >",
                                       "<!--<&>\r\n- -->",
                                       "<?go?>",
                                       "<?go \r\n on?>",
                                       "\xF0\x9F\x96\x8A\xEE\x80\x80\xC2\x85",
                                       ">\"'",
                                       "<![CDATA[]]]]><![CDATA[>]]>"};
static const char *const values[] = {"v", "  \t\r\n\r\n", "&#10;&#9;&#xD;&quot;&apos;", "\xC4\xB1>", ""};
static const char *const blanks[] = {" ", "\n", "\r\n  ", "\t"};
static const char *const uris[] = {"urn:1", "http://e.org/a#b", "../x", "http://h:80/?q=%C5%9F", "urn:2"};

static void element(grow *g, uint64_t *seed, unsigned depth) {
    const char *prefix = PICK(seed, prefixes), *name = PICK(seed, names);
    grow_printf(g, "<%s%s", prefix, name);
    if (depth == 0) {
        grow_str(g, " xmlns:a='urn:1' xmlns:b = \"urn:2\" xmlns:\xC3\xA7='urn:1'");
    }
    if (depth > 0 && draw(seed, 3) == 0) {
        grow_printf(g, "%sxmlns:b='%s'", PICK(seed, blanks), PICK(seed, uris));
    }
    if (draw(seed, 4) == 0) {
        grow_printf(g, " xmlns='%s'", draw(seed, 3) == 0 ? "" : PICK(seed, uris));
    }
    for (unsigned i = 0; i < 5; i++) {
        if (draw(seed, 4) == 0) {
            grow_printf(g, "%s%s%s=%s'%s'", PICK(seed, blanks), i > 1 ? prefixes[i - 1] : "", names[i],
                        draw(seed, 3) == 0 ? "\n" : "", PICK(seed, values));
        }
    }
    if (draw(seed, 4) == 0) {
        grow_str(g, depth > 5 ? " />" : "/>");
        return;
    }
    grow_byte(g, '>');
    for (unsigned i = draw(seed, 6); i > 0; i--) {
        if (depth < 6 && draw(seed, 2) == 0) {
            element(g, seed, depth + 1);
        } else {
            grow_str(g, PICK(seed, contents));
        }
    }
    grow_printf(g, "</%s%s%s>", prefix, name, draw(seed, 3) == 0 ? "\n" : "");
}

static void document(grow *g, uint64_t *seed) {
    static const char *const starts[] = {
        "", "\xEF\xBB\xBF", "<?xml version='1.0'?>\r\n",
        "\xEF\xBB\xBF<?xml version=\"1.0\"\nencoding='utf-8' standalone = 'no' ?>", "\n<!-- c --> <?p?>"};
    grow_str(g, PICK(seed, starts));
    element(g, seed, 0);
    grow_str(g, draw(seed, 2) == 0 ? "\n" : "<!--e-->\n<?p q?>");
}

enum { DOCUMENTS = 800, CHANGES = 12 };

Test(scan, random_documents_give_the_same_tree) {
    for (uint64_t i = 1; i <= DOCUMENTS; i++) {
        uint64_t seed = i * UINT64_C(0x9E3779B97F4A7C15);
        AUTO(grow) g = {0};
        document(&g, &seed);
        cr_assert(scanned(BYTES(g.data, g.len), &loose), "left: %.*s", (int)g.len, g.data);
    }
}

/* One octet changed, or a few taken out: mostly not well-formed any more, and what is taken is the same. */
Test(scan, damaged_documents_give_the_same_tree_or_none) {
    static const char octets[] = "<>&'\"/=:;]-?! \n\rax#\x01\x7F\xC3\xA7\xFF";
    size_t taken = 0;
    for (uint64_t i = 1; i <= DOCUMENTS / 4; i++) {
        uint64_t seed = i * UINT64_C(0xD1B54A32D192ED03);
        AUTO(grow) g = {0};
        document(&g, &seed);
        for (unsigned k = 0; k < CHANGES; k++) {
            AUTO(grow) damaged = {0};
            size_t at = draw(&seed, (unsigned)g.len), cut = draw(&seed, 3);
            cut = cut > g.len - at ? g.len - at : cut;
            grow_put(&damaged, g.data, at);
            grow_put(&damaged, &octets[draw(&seed, sizeof octets)], 1); /* the NUL too */
            grow_put(&damaged, g.data + at + cut, g.len - at - cut);
            taken += scanned(BYTES(damaged.data, damaged.len), &loose);
        }
    }
    cr_assert(taken > 100 && taken < DOCUMENTS / 4 * CHANGES * 9 / 10, "%zu", taken);
}

/* Each is refused by both; beside it what is changed in it and then holds. */
static const char *const malformed[][2] = {
    {"<a></b>", "<a></a>"},
    {"<a></ab>", "<ab></ab>"},
    {"<ab></a>", "<a></a >"},
    {"<p:a xmlns:p='urn:1' xmlns:q='urn:1'></q:a>", "<p:a xmlns:p='urn:1' xmlns:q='urn:1'></p:a>"},
    {"<a b='1' b='2'/>", "<a b='1' c='2'/>"},
    {"<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='' q:b=''/>",
     "<a xmlns:p='urn:1' xmlns:q='urn:2' p:b='' q:b=''/>"},
    {"<a xmlns:p='urn:1' xmlns:p='urn:1'/>", "<a xmlns:p='urn:1' xmlns:q='urn:1'/>"},
    {"<a xmlns='' xmlns=''/>", "<a xmlns=''/>"},
    {"<p:a/>", "<p:a xmlns:p='urn:1'/>"},
    {"<a p:b=''/>", "<a p:b='' xmlns:p='urn:1'/>"},
    {"<a><b xmlns:p='urn:1'/><p:b/></a>", "<a><b xmlns:p='urn:1'/><p:b xmlns:p='urn:1'/></a>"},
    {"<a xmlns:p=''/>", "<a xmlns=''/>"},
    {"<a xmlns:xmlns='urn:1'/>", "<a xmlns:xmln='urn:1'/>"},
    {"<a xmlns:xml='urn:1'/>", "<a xml:lang='urn:1'/>"},
    {"<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
     "<a xmlns:p='http://www.w3.org/XML/1998/namespac'/>"},
    {"<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "<a xmlns='http://www.w3.org/XML/1998/names'/>"},
    {"<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "<a xmlns:p='http://www.w3.org/2000/xmlns'/>"},
    {"<a xmlns='http://www.w3.org/2000/xmlns/'/>", "<a xmlns='http://www.w3.org/2000/xmln/'/>"},
    {"<xmlns:a/>", "<xml:a/>"},
    {"<a:b:c xmlns:a='urn:1'/>", "<a:b-c xmlns:a='urn:1'/>"},
    {"<a: xmlns:a='urn:1'/>", "<a xmlns:a='urn:1'/>"},
    {"<:a/>", "<_a/>"},
    {"<1a/>", "<a1/>"},
    {"<a:1 xmlns:a='urn:1'/>", "<a:b1 xmlns:a='urn:1'/>"},
    {"<\xC2\xB7/>", "<a\xC2\xB7/>"},
    {"<a\xC3\x97/>", "<a\xC3\x98/>"},
    {"<a>]]></a>", "<a>]]&gt;</a>"},
    {"<a b='<'/>", "<a b='>'/>"},
    {"<a b='&'/>", "<a b='&amp;'/>"},
    {"<a b=c/>", "<a b='c'/>"},
    {"<a b/>", "<a b=''/>"},
    {"<a b='1'c='2'/>", "<a b='1' c='2'/>"},
    {"<a b=\"'/>", "<a b=\"'\"/>"},
    {"< a/>", "<a />"},
    {"<a / >", "<a />"},
    {"<a>&lt</a>", "<a>&lt;</a>"},
    {"<a>&nbsp;</a>", "<a>&#xA0;</a>"},
    {"<a>&#;</a>", "<a>&#9;</a>"},
    {"<a>&#x;</a>", "<a>&#x9;</a>"},
    {"<a>&#8;</a>", "<a>&#10;</a>"},
    {"<a>&#xD800;</a>", "<a>&#xD7FF;</a>"},
    {"<a>&#xFFFE;</a>", "<a>&#xFFFD;</a>"},
    {"<a>&#x110000;</a>", "<a>&#x10FFFF;</a>"},
    {"<a>&#18446744073709551625;</a>", "<a>&#00000000000000000000009;</a>"},
    {"<a>&#X9;</a>", "<a>&#x9;</a>"},
    {"<a>\x0B</a>", "<a>\x7F</a>"},
    {"<a>\xEF\xBF\xBF</a>", "<a>\xEF\xBF\xBD</a>"},
    {"<a>\xED\xA0\x80</a>", "<a>\xED\x9F\xBF</a>"},
    {"<a>\xC0\xBC</a>", "<a>\xC3\xBC</a>"},
    {"<a>\xF4\x90\x80\x80</a>", "<a>\xF4\x8F\xBF\xBD</a>"},
    {"<a>\xC3</a>", "<a>\xC3\xBC</a>"},
    {"<a b='\xF0\x9F\x96'/>", "<a b='\xF0\x9F\x96\x8A'/>"},
    {"<a><!-- -- --></a>", "<a><!-- - - --></a>"},
    {"<a><!-- ---></a>", "<a><!-- - --></a>"},
    {"<a><!-- ", "<a><!-- --></a>"},
    {"<a><![CDATA[x]]</a>", "<a><![CDATA[x]]]]></a>"},
    {"<a><![cdata[x]]></a>", "<a><![CDATA[x]]></a>"},
    {"<![CDATA[]]><a/>", "<!----><a/>"},
    {"<a><?xml version='1.0'?></a>", "<a><?xm version='1.0'?></a>"},
    {"<a><?XmL?></a>", "<a><?XmLl?></a>"},
    {"<a><?p:q?></a>", "<a><?p-q?></a>"},
    {"<a><?p\"?></a>", "<a><?p \"?></a>"},
    {"<a><?p ?", "<a><?p ?></a>"},
    {"<?oasis-xml-catalog catalog='x'?><a/>", "<?oasis-xml-catalogue catalog='x'?><a/>"},
    {" <?xml version='1.0'?><a/>", "<?xml version='1.0'?> <a/>"},
    {"<?xml version='1.1'?><a/>", "<?xml version='1.0'?><a/>"},
    {"<?xml encoding='UTF-8'?><a/>", "<?xml version='1.0' encoding='UTF-8'?><a/>"},
    {"<?xml version='1.0'encoding='UTF-8'?><a/>", "<?xml version='1.0'\tencoding='utf-8'?><a/>"},
    {"<?xml version='1.0' standalone='YES'?><a/>", "<?xml version='1.0' standalone='yes'?><a/>"},
    {"<a/><b/>", "<a/><!--b-->"},
    {"<a/>x", "<a/> "},
    {"x<a/>", " <a/>"},
    {"</a>", "<a/>"},
    {"<a><b></a></b>", "<a><b></b></a>"},
    {"<!-- -->", "<!-- --><a/>"},
    {"<a", "<a/>"},
    {"<", "<a/>"},
    {"<!DOCTYPE a><a/>", "<!-- --><a/>"},
};

Test(scan, what_is_not_well_formed_is_left) {
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        AUTO(xml_ptr) general = NULL;
        sign_error err = {0};
        cr_expect(!scanned_str(malformed[i][0]), "taken: %s", malformed[i][0]);
        cr_expect(xml_parse(BYTES_STR(malformed[i][0]), &loose, &general, &err) == SIGN_E_FORMAT,
                  "parsed: %s", malformed[i][0]);
        cr_expect(scanned_str(malformed[i][1]), "left: %s", malformed[i][1]);
    }
}

/* Well-formed, but with more than the scanner's lists hold, or nothing that is worth its while. */
Test(scan, the_rest_is_left_to_the_parser) {
    AUTO(xml_ptr) doc = NULL;
    AUTO(grow) g = {0};
    grow_str(&g, "<a");
    for (unsigned i = 0; i < 100; i++) {
        grow_printf(&g, " a%u='%u'", i, i);
    }
    grow_str(&g, "/>");
    struct xml_options many = loose;
    many.attributes = 100;
    cr_assert(!scanned(BYTES(g.data, g.len), &many));
    cr_assert(xml_read(BYTES(g.data, g.len), &many, &doc, NULL) == SIGN_OK &&
              xml_root(doc)->attribute_count == 100);
    cr_assert(!scanned_str("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>"));
}

struct limit {
    const char *fits, *over;
    struct xml_options options;
};

Test(scan, over_a_limit_it_is_left_and_xml_read_tells) {
    static const struct limit limits[] = {
        {"<a><b/></a>", "<a><b><c/></b></a>", {.depth = 2}},
        {"<a>x<b/></a>", "<a>x<b/>y</a>", {.nodes = 3}},
        {"<a b='' c='' xmlns='urn:1'/>", "<a b='' c='' d=''/>", {.attributes = 2}},
        {"<a xmlns:b='urn:1' xmlns:c='urn:1'/>",
         "<a xmlns:b='urn:1' xmlns:c='urn:1' xmlns='urn:1'/>",
         {.attributes = 2}},
        {"<a>1&lt;3</a>", "<a>1&lt;3<![CDATA[4]]></a>", {.text = 3}},
        {"<a b='1&lt;3'/>", "<a b='1&lt;34'/>", {.text = 3}},
        {"<a><!--123--></a>", "<a><!--1234--></a>", {.text = 3}},
        {"<a><?p 123?></a>", "<a><?p 1234?></a>", {.text = 3}},
        {"<a/>", "<a/>\n", {.bytes = 4}},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const struct limit *l = &limits[i];
        AUTO(xml_ptr) doc = NULL;
        cr_expect(scanned(BYTES_STR(l->fits), &l->options), "%s", l->fits);
        cr_expect(!scanned(BYTES_STR(l->over), &l->options), "%s", l->over);
        cr_expect(xml_read(BYTES_STR(l->over), &l->options, &doc, NULL) == SIGN_E_LIMIT, "%s", l->over);
    }
}

Test(scan, plain_leaves_what_is_no_element_and_no_text) {
    struct xml_options plain = loose;
    plain.plain = true;
    static const char *const texts[] = {"<a><!----></a>", "<a><?p?></a>", "<a><![CDATA[]]></a>",
                                        "<!----><a/>"};
    for (size_t i = 0; i < 4; i++) {
        cr_expect(!scanned(BYTES_STR(texts[i]), &plain), "%s", texts[i]);
        cr_expect(scanned_str(texts[i]), "%s", texts[i]);
    }
    cr_assert(scanned(BYTES_STR("<a>x</a>"), &plain));
}

/* By both readers: offsets are octets of the text, lines those of the end of a tag and the start of a text.
 */
Test(scan, offsets_and_lines) {
    static const char text[] = "\xEF\xBB\xBF<?xml version='1.0'?>\n<a>ş\r\n<b\n/>\n\nx<c>y</c\n></a>\n";
    for (unsigned i = 0; i < 2; i++) {
        AUTO(xml_ptr) doc = NULL;
        sign_rc rc = i == 0 ? xml_scan(BYTES_STR(text), &loose, &doc, NULL)
                            : xml_parse(BYTES_STR(text), &loose, &doc, NULL);
        cr_assert(rc == SIGN_OK && doc != NULL);
        const struct xml_node *a = xml_root(doc), *s = a->first, *b = s->next, *x = b->next, *c = x->next;
        cr_assert_eq(a->end, (size_t)(strstr(text, "</a>") + 4 - text));
        cr_assert_eq(b->end, (size_t)(strstr(text, "/>") + 2 - text));
        cr_assert_eq(c->end, (size_t)(strstr(text, "</a>") - text));
        cr_assert(a->line == 2 && s->line == 2 && b->line == 4 && x->line == 4 && c->line == 6);
        cr_assert_str_eq(x->text, "\n\nx");
    }
}

/* Who compares prefixes and namespaces may begin with their addresses. */
Test(scan, equal_names_have_one_address) {
    AUTO(xml_ptr) doc = NULL;
    static const char text[] = "<p:a xmlns:p='urn:1'><p:a p:b='' /><q:c xmlns:q='urn:1'/></p:a>";
    cr_assert(xml_scan(BYTES_STR(text), &loose, &doc, NULL) == SIGN_OK);
    const struct xml_node *a = xml_root(doc), *b = a->first;
    cr_assert(a->prefix == b->prefix && a->space == b->space && a->name == b->name);
    cr_assert(b->attributes[0].prefix == a->prefix && b->next->space == a->space);
}
