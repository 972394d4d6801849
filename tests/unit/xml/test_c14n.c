/* Canonical XML: what each clause asks for, one case each; the differential tests stand in
 * test_c14n_random.c. */
#include "xml/c14n.h"
#include "xml/join.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

static sign_rc collect(void *user, sign_bytes piece, sign_error *err) {
    (void)err;
    grow_put(user, piece.data, piece.len);
    return SIGN_OK;
}

static xml_ptr read_text(const char *text) {
    xml_ptr doc = NULL;
    sign_error err = {0};
    cr_assert(xml_read(BYTES_STR(text), &(struct xml_options){.depth = 300}, &doc, &err) == SIGN_OK, "%s: %s",
              text, err.text);
    return doc;
}

/* The first element of that local name, in document order. */
static const struct xml_node *find(const struct xml_node *n, const char *name) {
    for (; n != NULL; n = n->next) {
        if (n->kind == XML_KIND_ELEMENT && strcmp(n->name, name) == 0) {
            return n;
        }
        const struct xml_node *found = find(n->first, name);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* One case: an apex ("" or NULL: the document), a part left out, and the form. */
struct sample {
    const char *text, *apex, *without, *prefixes;
    enum c14n_method method;
    bool comments;
    const char *want; /* NULL: refused as SIGN_E_FORMAT */
};

static void check(const struct sample *s, size_t number) {
    AUTO(xml_ptr) doc = read_text(s->text);
    AUTO(grow) got = {0};
    struct c14n_input in = {.method = s->method, .comments = s->comments, .prefixes = s->prefixes};
    in.apex = s->apex != NULL ? find(xml_first(doc), s->apex) : NULL;
    in.document = s->apex != NULL ? NULL : xml_first(doc);
    in.without = s->without != NULL ? find(xml_first(doc), s->without) : NULL;
    sign_error err = {0};
    sign_rc rc = c14n_write(&in, collect, &got, &err);
    cr_expect_eq(rc, s->want != NULL ? SIGN_OK : SIGN_E_FORMAT, "%zu: %s", number, err.text);
    if (s->want != NULL) {
        cr_expect(bytes_equal(BYTES_STR(s->want), BYTES(got.data, got.len)), "%zu: want %s got %.*s", number,
                  s->want, (int)got.len, (const char *)got.data);
    }
}

static void check_all(const struct sample *samples, size_t n) {
    for (size_t i = 0; i < n; i++) {
        check(&samples[i], i);
    }
}
#define CHECK_ALL(samples) check_all(samples, sizeof(samples) / sizeof(samples)[0])

/* Canonical XML 1.0, 1.1 and 2.3. */
Test(c14n, nodes_of_a_document) {
    static const struct sample samples[] = {
        {.text = "<?xml version='1.0'?>\n<?p  q ?>\n<!--1--><a/>\n<!--2--><?r?>\n",
         .want = "<?p q ?>\n<a></a>\n<?r?>"},
        {.text = "<?p?><!--1--><a><!----></a><!--2-->",
         .comments = true,
         .want = "<?p?>\n<!--1-->\n<a><!----></a>\n<!--2-->"},
        {.text = "<a>\r\n &#13;&amp;&lt;><![CDATA[<&>]]>\t\"'</a>",
         .want = "<a>\n &#xD;&amp;&lt;&gt;&lt;&amp;&gt;\t\"'</a>"},
        {.text = "<a b='\t\n&#9;&#10;&#13;&lt;>&amp;&apos;&quot;'/>",
         .want = "<a b=\"  &#x9;&#xA;&#xD;&lt;>&amp;'&quot;\"></a>"},
        {.text = "<a  b = 'x'\n><b  /></a >", .want = "<a b=\"x\"><b></b></a>"},
    };
    CHECK_ALL(samples);
}

/* Canonical XML 1.0, 2.2: the default namespace first, then prefixes; attributes by URI, then by name. */
Test(c14n, order_of_the_axes) {
    static const struct sample samples[] = {
        {.text = "<a xmlns:b='urn:z' xmlns:a='urn:y' xmlns='urn:x' b:x='1' a:y='2' Z='3' x='4' a:x='5' "
                 "\xC3\xBC='6'/>",
         .want = "<a xmlns=\"urn:x\" xmlns:a=\"urn:y\" xmlns:b=\"urn:z\" Z=\"3\" x=\"4\" \xC3\xBC=\"6\" "
                 "a:x=\"5\" "
                 "a:y=\"2\" b:x=\"1\"></a>"},
        {.text = "<a xmlns:p='urn:x' p:a='1' xml:a='2' a='3'/>",
         .want = "<a xmlns:p=\"urn:x\" a=\"3\" xml:a=\"2\" p:a=\"1\"></a>"},
    };
    CHECK_ALL(samples);
}

/* Canonical XML 1.0, 2.3 and 4.6: what an ancestor shows is not written again. */
Test(c14n, namespaces_of_the_inclusive_form) {
    static const struct sample samples[] = {
        {.text = "<a xmlns='urn:1' xmlns:p='urn:2'><b xmlns='urn:1' xmlns:p='urn:3'><c "
                 "xmlns:p='urn:2'/></b><p:d/></a>",
         .want = "<a xmlns=\"urn:1\" xmlns:p=\"urn:2\"><b xmlns:p=\"urn:3\"><c "
                 "xmlns:p=\"urn:2\"></c></b><p:d></p:d></a>"},
        {.text = "<a xmlns=''><b xmlns='urn:1'><c xmlns=''><d xmlns=''/></c></b></a>",
         .want = "<a><b xmlns=\"urn:1\"><c xmlns=\"\"><d></d></c></b></a>"},
        {.text = "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='tr'/>",
         .want = "<a xml:lang=\"tr\"></a>"},
        {.text = "<a xmlns:p='urn:x?a&amp;b'/>", .want = "<a xmlns:p=\"urn:x?a&amp;b\"></a>"},
        {.text = "<a xmlns='urn:1' xmlns:p='urn:2' xmlns:q='urn:3'><b xmlns:q='urn:4'><c xmlns=''/></b></a>",
         .apex = "b",
         .want = "<b xmlns=\"urn:1\" xmlns:p=\"urn:2\" xmlns:q=\"urn:4\"><c xmlns=\"\"></c></b>"},
        {.text = "<a xmlns='urn:1'><b xmlns=''><c/></b></a>", .apex = "c", .want = "<c></c>"},
    };
    CHECK_ALL(samples);
}

/* Exclusive XML Canonicalization 1.0, 3. */
Test(c14n, namespaces_of_the_exclusive_form) {
    static const char nested[] =
        "<a xmlns='urn:1' xmlns:p='urn:2' xmlns:q='urn:3'><p:b q:x='1' y='2'><p:c/><d/></p:b></a>";
    static const struct sample samples[] = {
        {.text = nested,
         .apex = "b",
         .method = C14N_EXCLUSIVE,
         .want = "<p:b xmlns:p=\"urn:2\" xmlns:q=\"urn:3\" y=\"2\" q:x=\"1\"><p:c></p:c><d "
                 "xmlns=\"urn:1\"></d></p:b>"},
        {.text = nested,
         .method = C14N_EXCLUSIVE,
         .want = "<a xmlns=\"urn:1\"><p:b xmlns:p=\"urn:2\" xmlns:q=\"urn:3\" y=\"2\" "
                 "q:x=\"1\"><p:c></p:c><d></d></p:b></a>"},
        {.text = nested,
         .apex = "c",
         .method = C14N_EXCLUSIVE,
         .prefixes = "q\t#default none",
         .want = "<p:c xmlns=\"urn:1\" xmlns:p=\"urn:2\" xmlns:q=\"urn:3\"></p:c>"},
        {.text = nested,
         .apex = "c",
         .method = C14N_EXCLUSIVE,
         .prefixes = " ",
         .want = "<p:c xmlns:p=\"urn:2\"></p:c>"},
        {.text = "<a xmlns:p='urn:1'><b><p:c/></b><b><p:c xmlns:p='urn:2'/></b></a>",
         .method = C14N_EXCLUSIVE,
         .want = "<a><b><p:c xmlns:p=\"urn:1\"></p:c></b><b><p:c xmlns:p=\"urn:2\"></p:c></b></a>"},
        {.text = "<a xmlns='urn:1'><p:b xmlns:p='urn:2' xmlns=''><c/></p:b></a>",
         .method = C14N_EXCLUSIVE,
         .want = "<a xmlns=\"urn:1\"><p:b xmlns:p=\"urn:2\"><c xmlns=\"\"></c></p:b></a>"},
        {.text = "<a xmlns='urn:1'><p:b xmlns:p='urn:2' xmlns=''><c/></p:b></a>",
         .method = C14N_EXCLUSIVE,
         .prefixes = "#default",
         .want = "<a xmlns=\"urn:1\"><p:b xmlns=\"\" xmlns:p=\"urn:2\"><c></c></p:b></a>"},
        {.text = "<a xml:lang='tr'><b/></a>", .apex = "b", .method = C14N_EXCLUSIVE, .want = "<b></b>"},
    };
    CHECK_ALL(samples);
}

/* Canonical XML 1.0, 2.4 and 1.1, 2.4: attributes of the xml namespace that an apex takes over. */
Test(c14n, inherited_attributes) {
    static const char text[] =
        "<a xml:id='i' xml:lang='tr' xml:space='default' xml:x='1' xml:base='http://e/a/b'>"
        "<b xml:lang='en' xml:base='../c/'><d xml:space='preserve' e='f'/></b></a>";
    static const struct sample samples[] = {
        {.text = text,
         .apex = "d",
         .want = "<d e=\"f\" xml:base=\"../c/\" xml:id=\"i\" xml:lang=\"en\" xml:space=\"preserve\" "
                 "xml:x=\"1\"></d>"},
        {.text = text,
         .apex = "d",
         .method = C14N_1_1,
         .want = "<d e=\"f\" xml:base=\"http://e/c/\" xml:lang=\"en\" xml:space=\"preserve\"></d>"},
        {.text = text,
         .apex = "d",
         .method = C14N_EXCLUSIVE,
         .want = "<d e=\"f\" xml:space=\"preserve\"></d>"},
        {.text = "<a><b xml:base=''/></a>", .apex = "b", .method = C14N_1_1, .want = "<b xml:base=\"\"></b>"},
        {.text = "<a xml:base='x/'><b xml:base='../'/></a>",
         .apex = "b",
         .method = C14N_1_1,
         .want = "<b></b>"},
        {.text = "<a xml:base='x/'><b xml:base=''><c/></b></a>",
         .apex = "c",
         .method = C14N_1_1,
         .want = "<c xml:base=\"x/\"></c>"},
    };
    CHECK_ALL(samples);
}

/* XMLDSig, 6.6.4: the Signature goes, what stands around it stays to the octet. */
Test(c14n, part_left_out) {
    static const struct sample samples[] = {
        {.text = "<a>\n<s xmlns='urn:1'><b/>x</s>\n<c xmlns='urn:1'/></a>",
         .without = "s",
         .want = "<a>\n\n<c xmlns=\"urn:1\"></c></a>"},
        {.text = "<a><b><s/></b><c/></a>", .apex = "b", .without = "s", .want = "<b></b>"},
        {.text = "<a><b><s/></b></a>", .apex = "b", .without = "b", .want = NULL},
        {.text = "<s/><!--x-->", .without = "s", .want = NULL},
        {.text = "<s/><!--x-->", .without = "s", .comments = true, .want = "\n<!--x-->"},
    };
    CHECK_ALL(samples);
}

/* Canonical XML 1.0, 1.3: no canonical form, so no digest of nothing. What is above an apex is in scope
 * there. */
Test(c14n, relative_namespace_is_refused) {
    static const struct sample samples[] = {
        {.text = "<a xmlns='x'/>"},
        {.text = "<a><b xmlns:p='../x'/></a>", .method = C14N_EXCLUSIVE},
        {.text = "<a><b xmlns:p='#x'/></a>", .method = C14N_1_1},
        {.text = "<a xmlns:p='x/y:z'><b/></a>", .apex = "b"},
        {.text = "<a xmlns:p='//x'><b/></a>", .apex = "b", .method = C14N_EXCLUSIVE},
        {.text = "<a xmlns:p='x+1:y'/>", .want = "<a xmlns:p=\"x+1:y\"></a>"},
    };
    CHECK_ALL(samples);
}

/* A comment that splits a text changes nothing of its canonical form: "ali<!---->.evil" is one value. */
Test(c14n, comment_in_a_text) {
    static const struct sample samples[] = {
        {.text = "<a>ali<!---->.evil</a>", .want = "<a>ali.evil</a>"},
        {.text = "<a>ali<!---->.evil</a>", .comments = true, .want = "<a>ali<!---->.evil</a>"},
    };
    CHECK_ALL(samples);
}

static bool not_hidden(void *user, const struct xml_node *n) {
    (void)user;
    return strcmp(n->name, "hidden") != 0;
}

static bool not_secret(void *user, const struct xml_node *n, const struct xml_attribute *a) {
    (void)user;
    (void)n;
    return strcmp(a->name, "secret") != 0;
}

static bool not_z(void *user, const struct xml_node *n, const char *prefix) {
    (void)user;
    (void)n;
    return strcmp(prefix, "z") != 0;
}

/* Of an element outside the node-set the axes and the content stay; a hidden attribute utilizes no prefix. */
Test(c14n, node_set) {
    static const struct c14n_node_set set = {not_hidden, not_secret, not_z, NULL};
    static const char *const wants[] = {
        "<a xmlns:p=\"urn:1\" xml:lang=\"tr\"> b=\"1\"<c xml:lang=\"tr\" p:d=\"2\"><z:e></z:e></c></a>",
        "<a xmlns:p=\"urn:1\" xml:lang=\"tr\"> b=\"1\"<c xml:lang=\"tr\" p:d=\"2\"><z:e></z:e></c></a>",
        "<a xml:lang=\"tr\"> b=\"1\"<c xmlns:p=\"urn:1\" p:d=\"2\"><z:e></z:e></c></a>",
    };
    AUTO(xml_ptr)
    doc = read_text("<a xmlns:p='urn:1' xmlns:z='urn:2' xml:lang='tr' p:secret='x'><hidden b='1'>"
                    "<c p:d='2'><z:e/></c></hidden></a>");
    for (unsigned method = C14N_1_0; method <= C14N_EXCLUSIVE; method++) {
        AUTO(grow) got = {0};
        const struct c14n_input in = {
            .document = xml_first(doc), .node_set = &set, .method = (enum c14n_method)method};
        cr_assert(c14n_write(&in, collect, &got, NULL) == SIGN_OK);
        grow_byte(&got, '\0');
        cr_expect_str_eq((const char *)got.data, wants[method], "%u: %s", method, (const char *)got.data);
    }
}

Test(c14n, wrong_use_is_told) {
    AUTO(xml_ptr) doc = read_text("<a>t</a>");
    static const struct c14n_node_set set = {0};
    const struct xml_node *a = xml_root(doc);
    const struct c14n_input inputs[] = {
        {0},
        {.document = a, .apex = a},
        {.apex = a->first},
        {.apex = a, .node_set = &set},
        {.document = a, .prefixes = "x"},
        {.document = a, .prefixes = "x", .method = C14N_1_1},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        AUTO(grow) got = {0};
        cr_expect(c14n_write(&inputs[i], collect, &got, NULL) == SIGN_E_ARGUMENT, "%zu", i);
        cr_expect(got.len == 0);
    }
}

Test(c14n, limit_of_prefixes) {
    AUTO(xml_ptr) doc = read_text("<a/>");
    AUTO(grow) list = {0}, got = {0};
    for (int i = 0; i < C14N_PREFIXES; i++) {
        grow_printf(&list, " p%d", i);
    }
    grow_byte(&list, '\0');
    struct c14n_input in = {
        .document = xml_first(doc), .method = C14N_EXCLUSIVE, .prefixes = (const char *)list.data};
    cr_assert(c14n_write(&in, collect, &got, NULL) == SIGN_OK);
    list.len--;
    grow_str(&list, " x");
    grow_byte(&list, '\0');
    in.prefixes = (const char *)list.data;
    cr_assert(c14n_write(&in, collect, &got, NULL) == SIGN_E_LIMIT);
}

static bool is_left(const struct xml_node *element) {
    return strcmp(element->name, "s") == 0 && strcmp(element->space, "urn:s") == 0;
}

/* Every element that `leave` names is left out with all that is in it, and nothing of it stays in scope. */
Test(c14n, elements_that_are_left_out) {
    static const struct {
        const char *text, *apex, *without, *want;
    } samples[] = {
        {"<a><p:s xmlns:p='urn:s' b='1'>x<c/></p:s>y<s>z</s><s xmlns='urn:s'/><!--k--></a>", NULL, NULL,
         "<a>y<s>z</s></a>"},
        {"<a><s xmlns='urn:s' xmlns:q='urn:q'><s/></s><b xmlns:q='urn:q'/><s xmlns='urn:s'/></a>", NULL, NULL,
         "<a><b xmlns:q=\"urn:q\"></b></a>"},
        {"<a xmlns:p='urn:s'><b><p:s/>1<c><p:s>2</p:s></c></b><p:s/></a>", "b", NULL,
         "<b xmlns:p=\"urn:s\">1<c></c></b>"},
        {"<a><b>1</b><s xmlns='urn:s'/><c/></a>", NULL, "b", "<a><c></c></a>"},
        {"<?p?><s xmlns='urn:s'>1</s>", NULL, NULL, "<?p?>\n"},
        {"<s xmlns='urn:s'>1</s>", NULL, NULL, NULL}, /* nothing is left */
        {"<a><s xmlns='urn:s'><b/></s></a>", "s", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        AUTO(xml_ptr) doc = read_text(samples[i].text);
        AUTO(grow) got = {0};
        struct c14n_input in = {.leave = is_left};
        in.apex = samples[i].apex != NULL ? find(xml_first(doc), samples[i].apex) : NULL;
        in.document = samples[i].apex != NULL ? NULL : xml_first(doc);
        in.without = samples[i].without != NULL ? find(xml_first(doc), samples[i].without) : NULL;
        sign_rc rc = c14n_write(&in, collect, &got, NULL);
        cr_expect_eq(rc, samples[i].want != NULL ? SIGN_OK : SIGN_E_FORMAT, "%zu", i);
        cr_expect(samples[i].want == NULL ||
                      bytes_equal(BYTES_STR(samples[i].want), BYTES(got.data, got.len)),
                  "%zu: want %s got %.*s", i, samples[i].want, (int)got.len, (const char *)got.data);
    }
}

/* Escapes at every place of texts and values of every small length: they are looked for in words. In text
 * TAB, LF and quotes stand for themselves, in a value `>` does. */
Test(c14n, escapes_at_every_place) {
    static const char *const marks[][3] = {{"&amp;", "&amp;", "&amp;"}, {"&lt;", "&lt;", "&lt;"},
                                           {"&gt;", "&gt;", ">"},       {"&#13;", "&#xD;", "&#xD;"},
                                           {"&#9;", "\t", "&#x9;"},     {"&#10;", "\n", "&#xA;"},
                                           {"&quot;", "\"", "&quot;"}};
    static const char fill[] = "0123456789?=;%'-:9@Az~ abcdefghijklmnop \xC3\xA7\xE2\x82\xAC";
    for (int place = 0; place < 40; place++) {
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            const char *const *m = marks[i];
            AUTO(grow) text = {0}, want = {0}, got = {0};
            grow_printf(&text, "<a b=\"%.*s%s%s\">%.*s%s%s</a>%c", place, fill, m[0], fill + place, place,
                        fill, m[0], fill + place, 0);
            grow_printf(&want, "<a b=\"%.*s%s%s\">%.*s%s%s</a>", place, fill, m[2], fill + place, place, fill,
                        m[1], fill + place);
            AUTO(xml_ptr) doc = read_text((const char *)text.data);
            const struct c14n_input in = {.document = xml_first(doc)};
            cr_assert(c14n_write(&in, collect, &got, NULL) == SIGN_OK);
            cr_assert(bytes_equal(BYTES(want.data, want.len), BYTES(got.data, got.len)), "want %.*s got %.*s",
                      (int)want.len, (const char *)want.data, (int)got.len, (const char *)got.data);
        }
    }
}

struct taker {
    size_t pieces, octets, largest, refuse_at;
    const uint8_t *largest_at;
};

static sign_rc take(void *user, sign_bytes piece, sign_error *err) {
    struct taker *t = user;
    t->pieces++;
    t->octets += piece.len;
    if (piece.len > t->largest) {
        t->largest = piece.len;
        t->largest_at = piece.data;
    }
    return t->pieces == t->refuse_at ? fail(err, SIGN_E_CANCELLED, MSG_XML, "enough") : SIGN_OK;
}

static xml_ptr long_text(grow *text, const char *ten) {
    grow_str(text, "<a>");
    for (int i = 0; i < 100000; i++) {
        grow_str(text, ten);
    }
    grow_str(text, "</a>");
    xml_ptr doc = NULL;
    cr_assert(xml_read(BYTES(text->data, text->len), &(struct xml_options){0}, &doc, NULL) == SIGN_OK);
    return doc;
}

/* What needs no escape is handed over as it stands in the tree, however long it is. */
Test(c14n, long_text_is_not_copied) {
    AUTO(grow) text = {0};
    AUTO(xml_ptr) doc = long_text(&text, "0123456789");
    struct taker all = {0};
    cr_assert(c14n_write(&(struct c14n_input){.document = xml_first(doc)}, take, &all, NULL) == SIGN_OK);
    cr_assert_eq(all.octets, text.len);
    cr_assert_eq(all.largest_at, (const uint8_t *)xml_root(doc)->first->text);
    cr_assert_eq(all.largest, 1000000);
}

/* What needs escapes is never held whole, and who takes the pieces may end the work. */
Test(c14n, output_is_streamed) {
    AUTO(grow) text = {0};
    AUTO(xml_ptr) doc = long_text(&text, "01234&amp;");
    const struct c14n_input in = {.document = xml_first(doc)};
    struct taker all = {0}, few = {.refuse_at = 3};
    cr_assert(c14n_write(&in, take, &all, NULL) == SIGN_OK);
    cr_assert_eq(all.octets, text.len);
    cr_assert(all.largest < 65536);
    sign_error err = {0};
    cr_assert(c14n_write(&in, take, &few, &err) == SIGN_E_CANCELLED);
    cr_assert_eq(few.pieces, 3);
    cr_assert_str_eq(err.text, "enough");
}

static void rows(grow *text, size_t n) {
    grow_str(text, "<r xmlns='urn:1' xmlns:p='urn:2'>");
    for (size_t i = 0; i < n; i++) {
        grow_printf(text, "<row id='%zu'><p:cell p:k='v'>x &amp; y</p:cell></row>\n", i);
    }
    grow_str(text, "</r>");
}

/*
 * 200,000 rows, alone and under 200 elements that declare 200 prefixes each: work that grew with the square
 * of the rows, or with all that is in scope at each of them, would take minutes.
 */
Test(c14n, time_is_linear) {
    for (unsigned heavy = 0; heavy < 2; heavy++) {
        AUTO(grow) text = {0};
        for (unsigned i = 0; i < heavy * 200; i++) {
            grow_str(&text, "<d");
            for (unsigned k = 0; k < 200; k++) {
                grow_printf(&text, " xmlns:p%u-%u='urn:%u'", i, k, k);
            }
            grow_byte(&text, '>');
        }
        rows(&text, 200000);
        for (unsigned i = 0; i < heavy * 200; i++) {
            grow_str(&text, "</d>");
        }
        AUTO(xml_ptr) doc = NULL;
        cr_assert(xml_read(BYTES(text.data, text.len), &(struct xml_options){0}, &doc, NULL) == SIGN_OK);
        for (unsigned method = C14N_1_0; method <= C14N_EXCLUSIVE; method++) {
            const struct c14n_input in = {.apex = find(xml_first(doc), "r"),
                                          .method = (enum c14n_method)method};
            struct taker t = {0};
            clock_t before = clock();
            cr_assert(c14n_write(&in, take, &t, NULL) == SIGN_OK);
            double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
            cr_expect(seconds < 15, "method %u took %.1f s", method, seconds);
            cr_expect(t.octets > (size_t)200000 * 50);
        }
    }
}

/* Canonical XML 1.1, 2.4 and appendix A. */
Test(c14n, joined_references) {
    static const struct {
        const char *base, *reference, *want;
    } cases[] = {
        {"abc/", "../", ""},
        {"../", "../", "../../"},
        {"..", "..", "../../"},
        {"http://e/a/b", "c", "http://e/a/c"},
        {"http://e", "c", "http://e/c"},
        {"http://e/a/b?q#f", "?r", "http://e/a/b?r"},
        {"http://e/a/b?q#f", "", "http://e/a/b?q"},
        {"http://e/a/b?q", "//f/./x/../y#g", "http://f/y"},
        {"http://e/a", "urn:x", "urn:x"},
        {"http://e/a/b", "/c//d/..", "http://e/c/"},
        {"http://e/a/", "../../..", "http://e/"},
        {"a/b", "c?d/../e", "a/c?d/../e"},
        {"a/.", "b", "a/b"},
        {"", "../x", "../x"},
        {"x/y?q", "//h", "//h"},
        {"x/y?q", "s:", "s:"},
        {"..", "?q", "..?q"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO(grow) got = {0};
        xml_join(&got, cases[i].base, cases[i].reference);
        grow_byte(&got, '\0');
        cr_expect_str_eq((const char *)got.data, cases[i].want, "%s + %s", cases[i].base, cases[i].reference);
    }
}

Test(c14n, dot_segments) {
    static const char *const cases[][2] = {
        {"no/.././/pseudo-netpath/seg/file.ext", "pseudo-netpath/seg/file.ext"},
        {"yes/no//..//.///pseudo-netpath/seg/file.ext", "yes/pseudo-netpath/seg/file.ext"},
        {"no/../yes/no/..", "yes/"},
        {"../../no/../..", "../../../"},
        {"no/../..", "../"},
        {"/a/b/c/./../../g", "/a/g"},
        {"mid/content=5/../6", "mid/6"},
        {"..yes/..no/..no/..no/../../../..yes/", "..yes/..yes/"},
        {"../..", "../../"},
        {"./.", ""},
        {"//no/..", "/"},
        {"/..no/../", "/"},
        {"../../..no/..", "../../"},
        {"..yes/...no/..no/..no/../../..", "..yes/"},
        {"/./.././.././..", "/"},
        {"yes/no/../yes/no/no/../..", "yes/yes/"},
        {"..", "../"},
        {"", ""},
        {"/", "/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO(grow) got = {0};
        xml_join_path(&got, BYTES_STR(cases[i][0]));
        grow_byte(&got, '\0');
        cr_expect_str_eq((const char *)got.data, cases[i][1], "%s", cases[i][0]);
    }
}
