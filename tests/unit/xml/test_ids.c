/* The table of Ids: found, repeated, and not to be slowed down. */
#include "xml/ids.h"

#include <criterion/criterion.h>
#include <stdio.h>

static enum xml_id rule(const struct xml_node *element, const struct xml_attribute *a) {
    bool candidate = strcmp(a->name, "id") == 0 || strcmp(a->name, "ID") == 0;
    bool schema = strcmp(a->name, "Id") == 0 && strcmp(element->space, "urn:s") == 0;
    return schema ? XML_ID_SCHEMA : (candidate ? XML_ID_CANDIDATE : XML_ID_NO);
}

static void read_doc(const char *text, struct xml **out) {
    sign_error err = {0};
    cr_assert(xml_read(BYTES_STR(text), &(struct xml_options){.depth = 8}, out, &err) == SIGN_OK, "%s",
              err.text);
}

static sign_rc ids_of(const char *text, sign_error *err) {
    AUTO(xml_ptr) doc = NULL;
    AUTO(xml_ids_ptr) ids = NULL;
    read_doc(text, &doc);
    return xml_ids_new(doc, rule, &ids, err);
}

Test(ids, elements_are_found) {
    AUTO(xml_ptr) doc = NULL;
    AUTO(xml_ids_ptr) ids = NULL;
    read_doc("<!--c--><a xmlns='urn:s' Id='x'>t<b><c id='y'/></b><d ID='z' other='w'/><!--e--></a><?p?>",
             &doc);
    cr_assert(xml_ids_new(doc, rule, &ids, NULL) == SIGN_OK);
    bool several = true;
    const struct xml_node *a = xml_root(doc), *b = a->first->next;
    cr_assert(xml_ids_find(ids, "x", &several) == a && !several);
    cr_assert(xml_ids_find(ids, "y", &several) == b->first && !several);
    cr_assert(xml_ids_find(ids, "z", &several) == b->next && !several);
    cr_assert(xml_ids_find(ids, "w", &several) == NULL && !several);
    cr_assert(xml_ids_find(ids, "", &several) == NULL && !several);
    cr_assert(xml_ids_find(ids, "X", &several) == NULL && !several);
}

Test(ids, a_schema_id_is_the_only_one_of_its_value) {
    static const char *const repeated[] = {
        "<a xmlns='urn:s' Id='x'><b Id='x'/></a>",
        "<a xmlns='urn:s' Id='x'>\n<b id='x'/></a>",
        "<a xmlns='urn:s' id='x'>\n<b Id='x'/></a>",
        "<a xmlns='urn:s'><b id='x'/><b id='x'/>\n<c Id='x'/></a>",
    };
    for (size_t i = 0; i < 4; i++) {
        sign_error err = {0};
        cr_expect(ids_of(repeated[i], &err) == SIGN_E_FORMAT, "%s", repeated[i]);
        cr_expect_str_eq(err.id, "E5023");
        cr_expect(strstr(err.text, "\"x\"") != NULL && strstr(err.text, "line") != NULL, "%s", err.text);
    }
    cr_expect(ids_of("<a xmlns='urn:s' Id='x'><b Id='X'/></a>", NULL) == SIGN_OK);
    cr_expect(ids_of("<a xmlns='urn:s' Id='x' id='x' ID='x'/>", NULL) == SIGN_OK);
    cr_expect(ids_of("<a xmlns='urn:s' Id='x'><b Id='x' xmlns=''/></a>", NULL) == SIGN_OK); /* none there */
}

Test(ids, a_candidate_may_be_repeated_until_it_is_used) {
    AUTO(xml_ptr) doc = NULL;
    AUTO(xml_ids_ptr) ids = NULL;
    read_doc("<a><b id='x'/><c ID='x'/><d id='y' ID='y'/></a>", &doc);
    cr_assert(xml_ids_new(doc, rule, &ids, NULL) == SIGN_OK);
    bool several = false;
    cr_assert(xml_ids_find(ids, "x", &several) == NULL && several);
    const struct xml_node *d = xml_ids_find(ids, "y", &several);
    cr_assert(d != NULL && !several);
    cr_assert_str_eq(d->name, "d");
}

/* Few are kept otherwise than many: each number up to where it has changed, and one of them twice. */
Test(ids, any_number_of_them) {
    for (unsigned n = 1; n <= 40; n++) {
        AUTO(grow) g = {0};
        grow_str(&g, "<r>");
        for (unsigned i = 0; i < n; i++) {
            grow_printf(&g, "<e%u id='i%u'/>", i, i);
        }
        grow_printf(&g, "<f id='i%u'/></r>", n / 2);
        grow_byte(&g, '\0');
        AUTO(xml_ptr) doc = NULL;
        AUTO(xml_ids_ptr) ids = NULL;
        read_doc((const char *)g.data, &doc);
        cr_assert(xml_ids_new(doc, rule, &ids, NULL) == SIGN_OK);
        const struct xml_node *e = xml_root(doc)->first;
        for (unsigned i = 0; i < n; i++, e = e->next) {
            char id[16];
            bool several = false;
            snprintf(id, sizeof id, "i%u", i);
            const struct xml_node *found = xml_ids_find(ids, id, &several);
            cr_assert(i == n / 2 ? found == NULL && several : found == e && !several, "%u of %u", i, n);
        }
    }
}

/* 100,000 values: with a search one by one this would not end within the time of a test. */
Test(ids, many_in_linear_time) {
    AUTO(grow) g = {0};
    grow_str(&g, "<r>");
    for (unsigned i = 0; i < 100000; i++) {
        grow_printf(&g, "<e id='%u'/>", i);
    }
    grow_str(&g, "</r>");
    grow_byte(&g, '\0');
    AUTO(xml_ptr) doc = NULL;
    AUTO(xml_ids_ptr) ids = NULL;
    read_doc((const char *)g.data, &doc);
    cr_assert(xml_ids_new(doc, rule, &ids, NULL) == SIGN_OK);
    bool several = false;
    const struct xml_node *last = xml_ids_find(ids, "99999", &several);
    cr_assert(last != NULL && last->next == NULL);
}
