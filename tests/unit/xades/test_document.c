/* Documents with signatures: as a tree or by events, and the Ids that stand outside. */
#include "xades/document.h"

#include "base/limits.h"
#include <criterion/criterion.h>
#include <stdlib.h>

#define SIGNATURE(id, rest) "<ds:Signature xmlns:ds='" DS_NS "' Id='" id "'>" rest "</ds:Signature>"

static sign_rc collect(void *user, sign_bytes piece, sign_error *err) {
    (void)err;
    grow_put(user, piece.data, piece.len);
    return SIGN_OK;
}

static source memory(const void *data, size_t n) {
    return (source){.mem = BYTES(data, n), .fd = -1, .size = n, .name = "memory"};
}

static sign_rc open_text(const source *src, enum xades_reading how, xades_document *out, sign_error *err) {
    const struct xml_text t = {.src = src, .at = src->size, .behind = src->size};
    return xades_document_open(&t, how, out, err);
}

/* head, then rows until the document is read by events, then tail. The rows carry that Id. */
static void large(grow *g, const char *head, const char *id, const char *tail) {
    grow_str(g, head);
    for (unsigned i = 0; g->len <= LIMIT_XML_LARGE; i++) {
        grow_str(g, "<row");
        if (*id != '\0') {
            grow_printf(g, " %s='r%u'", id, i);
        }
        grow_str(g, ">The quick brown fox jumps over the lazy dog, again and again and again.</row>\n");
    }
    grow_str(g, tail);
}

static void same_forms(const xades_document *a, const xades_document *b) {
    for (unsigned i = 0; i < 6; i++) {
        const struct c14n_input how = {.method = (enum c14n_method)(i / 2), .comments = i % 2 == 1};
        for (size_t s = 0; s <= a->n_signatures + 1; s++) {
            AUTO(grow) x = {0}, y = {0};
            bool all = s == a->n_signatures + 1, one = s < a->n_signatures;
            cr_assert(xades_document_c14n(a, &how, one ? a->signatures[s] : NULL, all, collect, &x, NULL) ==
                      SIGN_OK);
            cr_assert(xades_document_c14n(b, &how, one ? b->signatures[s] : NULL, all, collect, &y, NULL) ==
                      SIGN_OK);
            cr_assert(x.len > LIMIT_XML_LARGE / 2);
            cr_assert(bytes_equal(BYTES(x.data, x.len), BYTES(y.data, y.len)), "method %u, %zu", i, s);
        }
    }
}

/* Read either way, a large document has the same signatures and forms. */
Test(document, by_events_as_by_a_tree) {
    AUTO(grow) g = {0};
    large(&g,
          "<?go?><!-- 1 --><r xmlns='urn:1'>" SIGNATURE("s1", "<ds:SignedInfo/>") "<part>" SIGNATURE(
              "s2", "<ds:Object><ds:Signature Id='inner'/></ds:Object>") "</part>",
          "", "<!-- 2 -->" SIGNATURE("s3", "text") "</r><!-- 3 -->");
    static const char *const ids[] = {"s1", "s2", "s3"};
    source src = memory(g.data, g.len);
    sign_error err = {0};
    AUTO(xades_document) sparse = {0}, tree = {0};
    cr_assert(open_text(&src, XADES_AS_FITS, &sparse, &err) == SIGN_OK, "%s", err.text);
    cr_assert(open_text(&src, XADES_TREE, &tree, &err) == SIGN_OK, "%s", err.text);
    cr_assert(sparse.sparse && !tree.sparse);
    cr_assert_eq(sparse.n_signatures, 3);
    cr_assert_eq(tree.n_signatures, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(sparse.signatures[i]->end, tree.signatures[i]->end);
        cr_expect_str_eq(sparse.signatures[i]->attributes[0].value, ids[i]);
    }
    bool several = true;
    const struct xml_node *inner = xml_ids_find(sparse.ids, "inner", &several);
    cr_assert(inner != NULL && !several);
    cr_expect_eq(inner->parent->parent, sparse.signatures[1]);
    cr_expect_eq(xml_root(sparse.xml)->end, xml_root(tree.xml)->end);
    same_forms(&sparse, &tree);
}

/* A signature that is put in is read with the document, in memory and by events. */
Test(document, signature_put_in) {
    static const char put[] = SIGNATURE("s1", "<ds:SignedInfo/>");
    for (int big = 0; big < 2; big++) {
        AUTO(grow) g = {0};
        big ? large(&g, "<r>", "", "</r>") : grow_str(&g, "<r>1</r>");
        source src = memory(g.data, g.len);
        const struct xml_text t = {
            .src = &src, .at = src.size - 4, .behind = src.size - 4, .put = BYTES_STR(put)};
        AUTO(xades_document) d = {0};
        cr_assert(xades_document_open(&t, XADES_AS_FITS, &d, NULL) == SIGN_OK);
        cr_expect_eq(d.sparse, big == 1);
        cr_assert_eq(d.n_signatures, 1);
        cr_expect_eq(d.signatures[0]->end, src.size - 4 + sizeof put - 1);
        AUTO(grow) got = {0};
        cr_assert(xades_document_c14n(&d, &(struct c14n_input){0}, d.signatures[0], false, collect, &got,
                                      NULL) == SIGN_OK);
        cr_expect(bytes_equal(BYTES(got.data, got.len), BYTES(g.data, g.len)));
    }
}

/* Other encodings are read as a tree, however large. */
Test(document, other_encodings) {
    AUTO(grow) g = {0};
    large(&g, "<?xml version='1.0' encoding='ISO-8859-9'?><r>\xFD" SIGNATURE("s1", ""), "", "</r>");
    source src = memory(g.data, g.len);
    AUTO(xades_document) d = {0};
    sign_error err = {0};
    cr_assert(open_text(&src, XADES_AS_FITS, &d, &err) == SIGN_OK, "%s", err.text);
    cr_expect(!d.sparse);
    cr_expect_eq(d.n_signatures, 1);
    cr_expect_str_eq(xml_root(d.xml)->first->text, "\xC4\xB1");
}

static void check_ids(const char *head, const char *id, const char *tail, bool repeated, const char *shown) {
    for (int how = 0; how < 2; how++) {
        AUTO(grow) g = {0};
        large(&g, head, id, tail);
        source src = memory(g.data, g.len);
        AUTO(xades_document) d = {0};
        sign_error err = {0};
        sign_rc rc = open_text(&src, (enum xades_reading)how, &d, &err);
        /* A tree minds candidates only when they are used. */
        bool tree_too = repeated && strstr(head, "Signature") == NULL && strstr(tail, "Signature") == NULL;
        bool want = how == XADES_AS_FITS ? repeated : tree_too;
        cr_expect_eq(rc, want ? SIGN_E_FORMAT : SIGN_OK, "%s %s %s: %d %s", head, id, tail, how, err.text);
        if (want) {
            cr_expect_str_eq(err.id, "E5023");
            cr_expect_not_null(strstr(err.text, shown), "%s", err.text);
        }
    }
}

/* A row for each way in which an Id outside the signatures meets another. */
Test(document, ids_outside) {
    check_ids("<r>", "", "<a xml:id='x'/><b xml:id='y'/></r>", false, NULL);
    check_ids("<r>", "", "<a xml:id='x'/><b xml:id='x'/></r>", true, "x");
    check_ids("<r>", "", "<a xml:id='x'/><b Id='x'/></r>", true, "x");
    check_ids("<r><b ID='x'/>", "", "<a xml:id='x'/></r>", true, "x");
    check_ids("<r xml:id='x'>", "", "<a id='x'/></r>", true, "x");
    check_ids("<r>", "", "<a Id='x'/><b Id='x'/><c id='x'/></r>", false, NULL); /* used by nothing */
    check_ids("<r>", "", "<a Id='x' id='x' xml:id='x'/></r>", false, NULL);     /* one element */
    check_ids("<r><b Id='x'/>", "", "<a Id='x' xml:id='x'/></r>", true, "x");
    check_ids("<r>" SIGNATURE("s1", ""), "", "<a xml:id='s2'/></r>", false, NULL);
    check_ids("<r><a Id='s1'/>", "", SIGNATURE("s2", "<e Id='s'/>") "</r>", false, NULL);
    check_ids("<r>" SIGNATURE("s1", "<ds:Object><e Id='x'/></ds:Object>"), "", "<a id='x'/></r>", true, "x");
    check_ids("<r Id='x'>", "", SIGNATURE("s1", "<ds:Object><e Id='x'/></ds:Object>") "</r>", true, "x");
}

static void check_repeated(const char *head, const char *id, const char *tail, sign_rc want) {
    AUTO(grow) g = {0};
    grow_str(&g, head);
    for (unsigned i = 0; i < LIMIT_XML_IDS + 5U; i++) {
        grow_str(&g, "<row");
        grow_printf(&g, " %s='r%u'", id, i);
        grow_str(&g, ">the quick brown fox</row>");
    }
    grow_str(&g, tail);
    cr_assert(g.len > LIMIT_XML_LARGE);
    source src = memory(g.data, g.len);
    AUTO(xades_document) d = {0};
    sign_error err = {0};
    cr_expect_eq(open_text(&src, XADES_AS_FITS, &d, &err), want, "%s %s: %s", id, tail, err.text);
    cr_expect(want != SIGN_E_FORMAT || strcmp(err.id, "E5023") == 0, "%s", err.id);
    cr_expect_eq(d.sparse, want == SIGN_OK);
}

/* More Ids than are held: candidates are compared in a second reading, IDs by a schema are over the limit. */
Test(document, ids_beyond_those_that_are_held, .timeout = 200) {
    static const char last[] = "<a id='last'/>" SIGNATURE("s1", "<e Id='x'/>") "</r>";
    check_repeated("<r>", "id", last, SIGN_OK);
    check_repeated("<r>", "id", "<a id='x'/>" SIGNATURE("s1", "<e Id='x'/>") "</r>", SIGN_E_FORMAT);
    check_repeated("<r>" SIGNATURE("r131075", ""), "id", "</r>", SIGN_E_FORMAT);
    check_repeated("<r xml:id='r131076'>", "id", "</r>", SIGN_E_FORMAT);
    check_repeated("<r xml:id='y'>", "id", "<a id='x' xml:id='r5'/></r>", SIGN_E_FORMAT);
    check_repeated("<r>", "xml:id", "</r>", SIGN_E_LIMIT);
}

/* A signature that is too large to be kept, and markup that is too long for events: a tree, not sparse. */
Test(document, what_events_cannot_read) {
    static const char *const around[][2] = {{"<r><Signature xmlns='" DS_NS "'>", "</Signature></r>"},
                                            {"<r><![CDATA[", "]]></r>"}};
    for (size_t i = 0; i < 2; i++) {
        AUTO(grow) g = {0};
        grow_str(&g, around[i][0]);
        while (g.len < LIMIT_XML_KEPT + 100) {
            grow_str(&g, "0123456789012345678901234567890123456789");
        }
        grow_str(&g, around[i][1]);
        source src = memory(g.data, g.len);
        AUTO(xades_document) d = {0};
        sign_error err = {0};
        cr_expect_eq(open_text(&src, XADES_AS_FITS, &d, &err), SIGN_OK, "%s", err.text);
        cr_expect_str_eq(err.text, "");
        cr_expect(!d.sparse && d.n_signatures == 1 - i);
    }
}

Test(document, too_many_signatures) {
    for (unsigned more = 0; more < 2; more++) {
        AUTO(grow) g = {0};
        grow_str(&g, "<r>");
        for (unsigned i = 0; i < LIMIT_XML_SIGNATURES + more; i++) {
            grow_printf(&g, "<Signature xmlns='" DS_NS "' Id='s%u'><Signature/></Signature>", i);
        }
        grow_str(&g, "</r>");
        source src = memory(g.data, g.len);
        AUTO(xades_document) d = {0};
        cr_expect_eq(open_text(&src, XADES_AS_FITS, &d, NULL), more ? SIGN_E_LIMIT : SIGN_OK);
        cr_expect_eq(d.n_signatures, more ? 0 : LIMIT_XML_SIGNATURES);
    }
}

Test(document, refused) {
    static const struct {
        const char *text, *id;
    } samples[] = {{"", "E5021"},
                   {"<a>", "E5021"},
                   {"<!DOCTYPE a><a/>", "E5022"},
                   {"<a xml:id='x'><b xml:id='x'/></a>", "E5023"}};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        source src = memory(samples[i].text, strlen(samples[i].text));
        AUTO(xades_document) d = {0};
        sign_error err = {0};
        cr_expect_eq(open_text(&src, XADES_AS_FITS, &d, &err), SIGN_E_FORMAT);
        cr_expect_str_eq(err.id, samples[i].id, "%s", err.text);
        cr_expect(d.xml == NULL && d.signatures == NULL && d.ids == NULL);
    }
}
