/* Documents by events: the same canonical form as of a tree, the same nodes, the same refusals. */
#include "support/tree.h"
#include "xml/stream.h"

#include "base/limits.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* xorshift64*: the same numbers everywhere. */
static unsigned draw(uint64_t *seed, unsigned below) {
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (unsigned)((*seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

static sign_rc collect(void *user, sign_bytes piece, sign_error *err) {
    (void)err;
    grow_put(user, piece.data, piece.len);
    return SIGN_OK;
}

static bool is_kept(const struct xml_node *element) {
    return strcmp(element->name, "keep") == 0 && strcmp(element->space, "urn:k") == 0;
}

static source memory(const void *data, size_t n) {
    return (source){.mem = BYTES(data, n), .fd = -1, .size = n, .name = "memory"};
}

static struct xml_text whole(const source *src) {
    return (struct xml_text){.src = src, .at = src->size, .behind = src->size};
}

/* ---- random documents ---- */

static const char *const words[] = {"x",
                                    "plain text",
                                    "\xC3\xA7\xC4\x9F\xC4\xB1 ",
                                    "\xE2\x82\xAC",
                                    "\xF0\x9F\x96\x8A",
                                    "&lt;&amp;&gt;&#13;\r\n",
                                    "<![CDATA[<&>]]>",
                                    "\t \"'",
                                    "<!-- remark \xC5\x9F -->",
                                    "<?go on?>",
                                    "ab]]"};
enum { WORDS = sizeof words / sizeof words[0], REMARKS_FROM = 8, REMARKS = 2 };

static void tag(grow *g, uint64_t *seed, const char *name) {
    static const char *const values[] = {"v", "&#9;&lt;&quot;'", "\xC3\xB6\n", ""};
    grow_printf(g, "<%s", name);
    static const char *const spaces[] = {" xmlns='urn:1'", " xmlns:a='urn:2'", " xmlns:a='urn:1'",
                                         " xmlns:b='urn:3?x&amp;y'"};
    if (draw(seed, 3) == 0) {
        grow_str(g, spaces[draw(seed, 4)]);
    }
    static const char *const names[] = {"z", "a:m", "b:m", "c", "xml:id", "xml:base"};
    for (size_t i = 0; i < 6; i++) {
        if (draw(seed, 4) == 0) {
            const char *value = values[draw(seed, 4)];
            grow_printf(g, " %s=\"%s\"", names[i], value);
        }
    }
}

static void element(grow *g, uint64_t *seed, unsigned depth) {
    static const char *const names[] = {"e", "a:e", "b:longer-name", "k:keep", "k:keep", "k:other", "keep"};
    const char *name = names[draw(seed, 7)];
    tag(g, seed, name);
    unsigned children = depth < 6 ? draw(seed, 6) : 0;
    if (children == 0) {
        grow_str(g, draw(seed, 2) == 0 ? "/>" : " />");
        return;
    }
    grow_byte(g, '>');
    for (unsigned i = 0; i < children; i++) {
        if (draw(seed, 2) == 0) {
            grow_str(g, words[draw(seed, WORDS)]);
        } else {
            element(g, seed, depth + 1);
        }
    }
    grow_printf(g, "</%s >", name);
}

static void document(grow *g, uint64_t *seed) {
    static const char *const starts[] = {"", "\xEF\xBB\xBF", "<?xml version='1.0' encoding='utf-8'?>\n",
                                         "\xEF\xBB\xBF<?xml version='1.0'?>"};
    grow_str(g, starts[draw(seed, 4)]);
    for (unsigned i = draw(seed, 3); i > 0; i--) {
        grow_str(g, words[REMARKS_FROM + draw(seed, REMARKS)]);
    }
    grow_str(g, draw(seed, 12) == 0 ? "<k:keep" : "<r");
    const char *end = g->data[g->len - 1] == 'p' ? "</k:keep>" : "</r>";
    grow_str(g, " xmlns:a='urn:2' xmlns:k='urn:k' xmlns:b='urn:4' a:id='1'>");
    for (unsigned i = 1 + draw(seed, 5); i > 0; i--) {
        element(g, seed, 1);
        grow_str(g, words[draw(seed, WORDS)]);
    }
    grow_str(g, end);
    for (unsigned i = draw(seed, 3); i > 0; i--) {
        grow_str(g, words[REMARKS_FROM + draw(seed, REMARKS)]);
    }
}

/* The same text with a middle part in `put`, and something in the source that the text leaves out. */
static struct xml_text cut(const grow *text, uint64_t *seed, grow *file, source *src) {
    size_t n = text->len, from = draw(seed, (unsigned)n + 1);
    size_t to = from + draw(seed, (unsigned)(n - from) + 1), junk = draw(seed, 5);
    grow_put(file, text->data, from);
    grow_put(file, "</x>&", junk);
    grow_put(file, text->data + to, n - to);
    *src = memory(file->data, file->len);
    return (struct xml_text){
        .src = src, .at = from, .behind = from + junk, .put = BYTES(text->data + from, to - from)};
}

enum { MOST = 200 };
struct kept {
    const struct xml_node *list[MOST];
    size_t n;
};

/* The outermost kept elements, in document order. */
static void find_kept(const struct xml_node *n, struct kept *k) {
    for (; n != NULL; n = n->next) {
        if (n->kind == XML_KIND_ELEMENT && is_kept(n)) {
            cr_assert(k->n < MOST);
            k->list[k->n++] = n;
        } else {
            find_kept(n->first, k);
        }
    }
}

static void compare_forms(const struct xml_text *text, const struct xml *tree, const struct kept *k,
                          const grow *shown) {
    for (unsigned i = 0; i < 8; i++) {
        struct c14n_input how = {.method = i / 2 == 3 ? C14N_EXCLUSIVE : (enum c14n_method)(i / 2),
                                 .comments = i % 2 == 1,
                                 .prefixes = i / 2 == 3 ? "b #default" : NULL};
        /* all of it; less each kept element; less all of them */
        for (size_t nth = 0; nth < k->n + 2; nth++) {
            AUTO(grow) want = {0}, got = {0};
            struct c14n_input in = how;
            in.document = xml_first(tree);
            in.without = nth < k->n ? k->list[nth] : NULL;
            in.leave = nth == k->n ? is_kept : NULL;
            sign_rc rc = c14n_write(&in, collect, &want, NULL);
            sign_rc streamed =
                xml_stream_c14n(text, &(struct xml_options){.depth = 100}, nth <= k->n ? is_kept : NULL,
                                nth < k->n ? nth : SIZE_MAX, &how, collect, &got, NULL);
            cr_assert_eq(rc, streamed, "%.*s", (int)shown->len, (const char *)shown->data);
            cr_assert(bytes_equal(BYTES(want.data, want.len), BYTES(got.data, got.len)),
                      "%u of\n%.*s\nwant\n%.*s\ngot\n%.*s", i, (int)shown->len, (const char *)shown->data,
                      (int)want.len, (const char *)want.data, (int)got.len, (const char *)got.data);
        }
    }
}

/* kept: with what is in it. Of others the text is not there, nor is known what it was made of. */
static void same_start(const struct xml_node *a, const struct xml_node *b, bool kept) {
    struct xml_node here = *b;
    here.line = a->line; /* a tree counts the lines of what was put in, too */
    here.section = kept ? b->section : a->section;
    cr_assert(tree_same_node(a, &here), "%s ends at %zu, %s at %zu", a->name, a->end, b->name, b->end);
}

static void same_tree(const struct xml_node *a, const struct xml_node *b) {
    same_start(a, b, true);
    const struct xml_node *x = a->first, *y = b->first;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        cr_assert_eq(x->parent, a);
        cr_assert_eq(y->parent, b);
        same_tree(x, y);
    }
    cr_assert(x == NULL && y == NULL);
}

/* Every node of the sparse tree is the root, an ancestor of a kept element or in one, and nothing else. */
static size_t count_starts(const struct xml_node *n) {
    size_t count = 0;
    for (; n != NULL; n = n->parent != NULL ? n->next : NULL) {
        cr_assert_eq(n->kind, XML_KIND_ELEMENT);
        count += 1 + (is_kept(n) ? 0 : count_starts(n->first));
    }
    return count;
}

/* Outside the root the instructions are there, and no comments. */
static void same_instructions(const struct xml_node *a, const struct xml_node *b) {
    for (; a != NULL; a = a->next) {
        if (a->kind == XML_KIND_COMMENT) {
            continue;
        }
        cr_assert(b != NULL && a->kind == b->kind && strcmp(a->name, b->name) == 0);
        cr_assert(a->kind == XML_KIND_ELEMENT || strcmp(a->text, b->text) == 0);
        b = b->next;
    }
    cr_assert_null(b);
}

static void compare_kept(const struct xml *tree, const struct kept *k, const struct xml *sparse) {
    struct kept found = {0};
    find_kept(xml_first(sparse), &found);
    cr_assert_eq(found.n, k->n);
    AUTO(grow) room = {0};
    const struct xml_node **above = (void *)grow_space(&room, MOST * 8 * sizeof *above);
    cr_assert_not_null(above);
    above[0] = xml_root(tree);
    size_t ancestors = k->n > 0 && k->list[0] == xml_root(tree) ? 0 : 1;
    for (size_t i = 0; i < k->n; i++) {
        same_tree(k->list[i], found.list[i]);
        const struct xml_node *a = k->list[i]->parent, *b = found.list[i]->parent;
        for (; a != NULL && b != NULL; a = a->parent, b = b->parent) {
            same_start(a, b, false);
            size_t at = 0;
            while (at < ancestors && above[at] != a) {
                at++;
            }
            above[at] = a;
            ancestors += at == ancestors;
        }
        cr_assert(a == NULL && b == NULL);
    }
    same_start(xml_root(tree), xml_root(sparse), is_kept(xml_root(tree)));
    cr_assert_eq(count_starts(xml_root(sparse)), ancestors + k->n);
    same_instructions(xml_first(tree), xml_first(sparse));
}

Test(stream, same_as_a_tree) {
    unsigned read = 0, signatures = 0;
    for (uint64_t i = 1; i <= 250; i++) {
        uint64_t seed = i * UINT64_C(0x9E3779B97F4A7C15);
        AUTO(grow) text = {0}, file = {0};
        document(&text, &seed);
        AUTO(xml_ptr) tree = NULL, sparse = NULL;
        sign_error err = {0};
        const struct xml_options options = {.depth = 100};
        source src;
        const struct xml_text pieces = cut(&text, &seed, &file, &src);
        sign_rc rc = xml_read(BYTES(text.data, text.len), &options, &tree, NULL);
        sign_rc kept = xml_read_kept(&pieces, &options, is_kept, NULL, NULL, &sparse, &err);
        cr_assert_eq(rc, kept, "%s\n%.*s", err.text, (int)text.len, (const char *)text.data);
        if (rc == SIGN_OK) {
            struct kept k = {0};
            find_kept(xml_first(tree), &k);
            compare_kept(tree, &k, sparse);
            compare_forms(&pieces, tree, &k, &text);
            read++;
            signatures += k.n > 1;
        }
    }
    cr_assert(read > 100, "only %u documents were well-formed", read);
    cr_assert(signatures > 25, "only %u documents had several kept elements", signatures);
}

/* ---- long documents ---- */

/* What is put must be the text of the element, which is canonical as it stands. */
struct expected {
    sign_bytes text;
    size_t at;
};

static sign_rc expect(void *user, sign_bytes piece, sign_error *err) {
    struct expected *e = user;
    if (piece.len > e->text.len - e->at || memcmp(e->text.data + e->at, piece.data, piece.len) != 0) {
        return fail(err, SIGN_E_FORMAT, MSG_XML, "differs at %zu", e->at);
    }
    e->at += piece.len;
    return SIGN_OK;
}

/* Ten megabytes; characters of several octets stand at every offset across what is read at once. */
Test(stream, long_document) {
    AUTO(grow) text = {0};
    grow_str(&text, "<r xmlns=\"urn:1\">");
    for (unsigned i = 0; text.len < 10 * 1024 * 1024; i++) {
        grow_printf(&text, "<row n=\"%u\">%.*s\xC5\x9F\xE2\x82\xAC\xF0\x9F\x96\x8A\xC4\xB1</row>", i,
                    (int)(i % 7), "abcdefg");
    }
    size_t before = text.len;
    static const char kept[] = "<k:keep xmlns:k=\"urn:k\"><a>1</a></k:keep>";
    grow_str(&text, kept);
    size_t behind = text.len;
    grow_str(&text, "</r>");
    source src = memory(text.data, text.len);
    struct xml_text t = whole(&src);
    struct expected all = {.text = BYTES(text.data, text.len)};
    sign_error err = {0};
    const struct c14n_input how = {.method = C14N_1_0};
    const struct xml_options options = {.depth = 10, .nodes = 4, .attributes = 10, .text = 1000};
    cr_assert(xml_stream_c14n(&t, &options, NULL, SIZE_MAX, &how, expect, &all, &err) == SIGN_OK, "%s",
              err.text);
    cr_assert_eq(all.at, text.len);

    AUTO(xml_ptr) sparse = NULL;
    cr_assert(xml_read_kept(&t, &options, is_kept, NULL, NULL, &sparse, &err) == SIGN_OK, "%s", err.text);
    cr_assert_eq(xml_root(sparse)->end, text.len);
    cr_assert_eq(xml_root(sparse)->first->end, behind);
    cr_assert_null(xml_root(sparse)->first->next);
    cr_assert_str_eq(xml_root(sparse)->first->first->first->text, "1");

    /* Without the kept element the rest is what stands before and behind it. */
    AUTO(grow) rest = {0};
    grow_put(&rest, text.data, before);
    grow_str(&rest, "</r>");
    struct expected less = {.text = BYTES(rest.data, rest.len)};
    cr_assert(xml_stream_c14n(&t, &options, is_kept, 0, &how, expect, &less, &err) == SIGN_OK, "%s",
              err.text);
    cr_assert_eq(less.at, rest.len);

    /* The kept element is not in the source yet. */
    source unsigned_yet = memory(rest.data, rest.len);
    struct xml_text put = {
        .src = &unsigned_yet, .at = before, .behind = before, .put = BYTES(kept, sizeof kept - 1)};
    cr_assert_eq(xml_text_size(&put), text.len);
    all.at = 0;
    cr_assert(xml_stream_c14n(&put, &options, NULL, 0, &how, expect, &all, &err) == SIGN_OK, "%s", err.text);
    cr_assert_eq(all.at, text.len);
}

/* ---- refusals ---- */

static sign_rc read_rc(const grow *text, const struct xml_options *options, sign_error *err) {
    source src = memory(text->data, text->len);
    struct xml_text t = whole(&src);
    AUTO(xml_ptr) sparse = NULL;
    AUTO(grow) got = {0};
    sign_error other = {0};
    sign_rc rc = xml_read_kept(&t, options, is_kept, NULL, NULL, &sparse, err);
    sign_rc streamed =
        xml_stream_c14n(&t, options, is_kept, SIZE_MAX, &(struct c14n_input){0}, collect, &got, &other);
    /* Only the limit of the nodes in the tree is none of the other. */
    cr_assert(rc == streamed || (rc == SIGN_E_LIMIT && streamed == SIGN_OK), "%d: %s, %d: %s", rc, err->text,
              streamed, other.text);
    return rc;
}

Test(stream, refused_as_by_the_tree) {
    static const struct {
        const char *text;
        size_t n;
        sign_rc rc;
        const char *id;
    } samples[] = {
#define SAMPLE(s, rc, id) {s, sizeof(s) - 1, rc, id}
        SAMPLE("<a/>", SIGN_OK, ""),
        SAMPLE("", SIGN_E_FORMAT, "E5021"),
        SAMPLE("  ", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a></b>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a/><b/>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<p:a/>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a b='1' b='2'/>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a>&e;</a>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<!DOCTYPE a><a/>", SIGN_E_FORMAT, "E5022"),
        SAMPLE("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", SIGN_E_FORMAT, "E5022"),
        SAMPLE("<a>\xC3</a>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a>\xC0\x80</a>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a>\xED\xA0\x80</a>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a>\xC5", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<a>1\0002</a>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("\xFE\xFF\0<\0a\0/\0>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("\xFF\xFE<\0a\0/\0>\0", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<?xml version='1.0' encoding='ISO-8859-9'?><a/>", SIGN_E_FORMAT, "E5021"),
        SAMPLE("<?xml version='1.1'?><a/>", SIGN_E_FORMAT, "E5021"),
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        AUTO(grow) text = {0};
        grow_put(&text, samples[i].text, samples[i].n);
        sign_error err = {0};
        sign_rc rc = read_rc(&text, &(struct xml_options){.depth = 10}, &err);
        cr_expect_eq(rc, samples[i].rc, "%zu: %d %s", i, rc, err.text);
        cr_expect(rc == SIGN_OK || strcmp(err.id, samples[i].id) == 0, "%zu: %s", i, err.text);
    }
}

static void repeat(grow *g, const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        grow_str(g, s);
    }
}

/* before, n times s, behind */
static void limit_check(const char *before, const char *s, size_t n, const char *behind, bool within) {
    AUTO(grow) text = {0};
    grow_str(&text, before);
    repeat(&text, s, n);
    grow_str(&text, behind);
    sign_error err = {0};
    const struct xml_options options = {.depth = 100, .nodes = 1000, .attributes = 8, .text = 9000000};
    sign_rc rc = read_rc(&text, &options, &err);
    cr_expect_eq(rc, within ? SIGN_OK : SIGN_E_LIMIT, "%zu %s: %s", n, s, err.text);
}

Test(stream, limits) {
    static const char kept[] = "<r><k:keep xmlns:k='urn:k'>", behind[] = "</k:keep></r>";
    AUTO(grow) ends = {0}, more = {0};
    repeat(&ends, "</a>", 99);
    grow_byte(&ends, '\0');
    repeat(&more, "</a>", 101);
    grow_byte(&more, '\0');
    limit_check("", "<a>", 99, (const char *)ends.data, true);
    limit_check("", "<a>", 101, (const char *)more.data, false);
    limit_check("<a>", "<b/>", 100000, "</a>", true); /* nodes of the tree alone count */
    limit_check(kept, "<b/>", 998, behind, true);
    limit_check(kept, "<b/>", 1001, behind, false);
    limit_check("<a b1='' b2='' b3='' b4='' b5='' b6='' b7='' b8=''/>", "", 0, "", true);
    limit_check("<a b1='' b2='' b3='' b4='' b5='' b6='' b7='' b8='' b9=''/>", "", 0, "", false);
    limit_check("<a>", "0123456789", 900000, "</a>", true);
    limit_check("<a>", "0123456789", 900001, "</a>", false);
    limit_check("<a>", "0123456789", 899999, "<b/>0123456789</a>", true);
    limit_check("<a><!--", "0123456789", 400000, "--></a>", true);
    limit_check("<a><!--", "0123456789", 500000, "--></a>", false);
    limit_check("<a><![CDATA[", "0123456789", 500000, "]]></a>", false);
    limit_check("<a b='", "0123456789", 500000, "'/>", false);
    limit_check(kept, "0123456789", LIMIT_XML_KEPT / 10 - 100, behind, true);
    limit_check(kept, "0123456789", LIMIT_XML_KEPT / 10 + 1, behind, false);
    AUTO(grow) text = {0};
    repeat(&text, "<a/> ", 1);
    sign_error err = {0};
    cr_expect_eq(read_rc(&text, &(struct xml_options){.bytes = 5}, &err), SIGN_OK);
    cr_expect_eq(read_rc(&text, &(struct xml_options){.bytes = 4}, &err), SIGN_E_LIMIT);
}

/* Different names by the hundred thousand: memory does not grow with the document. */
Test(stream, names_without_end) {
    AUTO(grow) text = {0};
    grow_str(&text, "<a>");
    for (unsigned i = 0; i < 200000; i++) {
        grow_printf(&text, "<name%u/>", i);
    }
    grow_str(&text, "</a>");
    sign_error err = {0};
    cr_expect_eq(read_rc(&text, &(struct xml_options){0}, &err), SIGN_E_LIMIT, "%s", err.text);
}

/* ---- what others say on the way ---- */

struct watch {
    unsigned seen, stop_at;
    char names[64];
};

static sign_rc watch(void *user, const struct xml_node *n, const struct xml_attribute *a, sign_error *err) {
    struct watch *w = user;
    snprintf(w->names + strlen(w->names), sizeof w->names - strlen(w->names), "%s.%s=%s ", n->name, a->name,
             a->value);
    return ++w->seen == w->stop_at ? fail(err, SIGN_E_CANCELLED, MSG_XML, "seen enough") : SIGN_OK;
}

/* Attributes outside the kept elements, those of their ancestors too. */
Test(stream, attributes_are_seen) {
    static const char text[] =
        "<r i='1' xmlns:k='urn:k'><a j='2' k='3'/><b l='4'><k:keep m='5'><c n='6'/></k:keep></b>"
        "<k:keep o='7'/><d p='8'/></r>";
    source src = memory(text, sizeof text - 1);
    struct xml_text t = whole(&src);
    struct watch w = {0};
    AUTO(xml_ptr) sparse = NULL, none = NULL;
    cr_assert(xml_read_kept(&t, &(struct xml_options){0}, is_kept, watch, &w, &sparse, NULL) == SIGN_OK);
    cr_expect_str_eq(w.names, "r.i=1 a.j=2 a.k=3 b.l=4 d.p=8 ");
    w = (struct watch){.stop_at = 3};
    sign_error err = {0};
    cr_expect_eq(xml_read_kept(&t, &(struct xml_options){0}, is_kept, watch, &w, &none, &err),
                 SIGN_E_CANCELLED);
    cr_expect_str_eq(err.text, "seen enough");
    cr_expect_eq(w.seen, 3);
    cr_expect_null(none);
}

static sign_rc refuse(void *user, sign_bytes piece, sign_error *err) {
    (void)user;
    (void)piece;
    return fail(err, SIGN_E_CANCELLED, MSG_XML, "taken enough");
}

Test(stream, forms_that_are_none) {
    static const struct {
        const char *text;
        size_t nth;
        const char *prefixes;
        sign_rc rc;
    } samples[] = {
        {"<a xmlns:p='relative'/>", SIZE_MAX, NULL, SIGN_E_FORMAT},
        {"<k:keep xmlns:k='urn:k'/>", SIZE_MAX, NULL, SIGN_E_FORMAT}, /* nothing is left */
        {"<k:keep xmlns:k='urn:k'/><!--1--><?p?>", 0, NULL, SIGN_OK},
        {"<a><k:keep xmlns:k='urn:k'/></a>", 1, NULL, SIGN_E_ARGUMENT}, /* there is only one */
        {"<a/>", 0, NULL, SIGN_E_ARGUMENT},
        {"<a/>", SIZE_MAX, "p", SIGN_E_ARGUMENT}, /* of the exclusive form */
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        source src = memory(samples[i].text, strlen(samples[i].text));
        struct xml_text t = whole(&src);
        AUTO(grow) got = {0};
        sign_error err = {0};
        const struct c14n_input how = {.prefixes = samples[i].prefixes};
        sign_rc rc =
            xml_stream_c14n(&t, &(struct xml_options){0}, is_kept, samples[i].nth, &how, collect, &got, &err);
        cr_expect_eq(rc, samples[i].rc, "%zu: %s", i, err.text);
        cr_expect(rc == SIGN_OK || *err.text != '\0', "%zu", i);
    }
    source src = memory("<a/>", 4);
    struct xml_text t = whole(&src);
    sign_error err = {0};
    const struct c14n_input how = {0};
    cr_expect_eq(xml_stream_c14n(&t, &(struct xml_options){0}, NULL, 0, &how, refuse, NULL, &err),
                 SIGN_E_CANCELLED);
    cr_expect_str_eq(err.text, "taken enough");
    t.at = 5;
    cr_expect_eq(xml_stream_c14n(&t, &(struct xml_options){0}, NULL, 0, &how, collect, NULL, NULL),
                 SIGN_E_ARGUMENT);
}

/* ---- files ---- */

static void file_write(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    fputs(text, f);
    cr_assert_eq(fclose(f), 0);
}

/* Writes to the file while it is read. */
static sign_rc meddle(void *user, const struct xml_node *n, const struct xml_attribute *a, sign_error *err) {
    (void)n;
    (void)a;
    (void)err;
    FILE *f = fopen(user, "a");
    fputs("<!---->", f);
    fclose(f);
    return SIGN_OK;
}

Test(stream, files) {
    char path[] = "/tmp/test-stream-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    close(fd);
    file_write(path, "<r i='1'>\xC3\xA7</r>");
    AUTO(source) src = {0};
    cr_assert(source_open(&(sign_input){.path = path}, &src, NULL) == SIGN_OK);
    struct xml_text t = whole(&src);
    AUTO(grow) got = {0};
    cr_expect(xml_stream_c14n(&t, &(struct xml_options){0}, NULL, 0, &(struct c14n_input){0}, collect, &got,
                              NULL) == SIGN_OK);
    cr_expect(bytes_equal(BYTES(got.data, got.len), BYTES_STR("<r i=\"1\">\xC3\xA7</r>")));
    AUTO(xml_ptr) sparse = NULL;
    sign_error err = {0};
    cr_expect_eq(xml_read_kept(&t, &(struct xml_options){0}, is_kept, meddle, path, &sparse, &err),
                 SIGN_E_IO);
    cr_expect_str_eq(err.id, "E5005", "%s", err.text);
    unlink(path);
}

/* The whole text in one piece, and what its beginning tells. */
Test(stream, text_in_one_piece) {
    source src = memory("<a>-</a>", 8);
    struct xml_text t = {.src = &src, .at = 3, .behind = 4, .put = BYTES_STR("12")};
    sign_bytes all = {0};
    AUTO(sign_buf) own = {0}, none = {0};
    cr_assert(xml_text_all(&t, 9, &all, &own, NULL) == SIGN_OK);
    cr_expect(bytes_equal(all, BYTES_STR("<a>12</a>")));
    cr_expect_eq(xml_text_all(&t, 8, &all, &none, NULL), SIGN_E_LIMIT);
    t = whole(&src);
    cr_assert(xml_text_all(&t, 9, &all, &none, NULL) == SIGN_OK);
    cr_expect(all.data == src.mem.data && none.data == NULL);
    static const struct {
        const char *text;
        size_t n;
        bool yes;
    } starts[] = {{"<a/>", 4, true},
                  {"\xEF\xBB\xBF<a/>", 7, true},
                  {"<?xml version='1.0' encoding=\"UTF-8\"?>", 38, true},
                  {"<?xml version='1.0' encoding=\"windows-1254\"?>", 45, false},
                  {"\xFE\xFF\0<", 4, false},
                  {"\xFF\xFE<\0", 4, false},
                  {"<\0a\0", 4, false}};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        source s = memory(starts[i].text, starts[i].n);
        struct xml_text text = whole(&s);
        bool yes = !starts[i].yes;
        cr_assert(xml_text_is_utf8(&text, &yes, NULL) == SIGN_OK);
        cr_expect_eq(yes, starts[i].yes, "%zu", i);
    }
}
