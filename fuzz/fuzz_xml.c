/*
 * fuzz_xml.c - a document is read by the scanner and by libxml2. What the scanner takes, libxml2 must take
 * too, and both trees must be the same in every field. Then the table of Ids is made and asked for each of
 * them, and the document is written canonically.
 */
#include "support/tree.h"
#include "xml/c14n.h"
#include "xml/ids.h"
#include "xml/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition) {
    if (!condition) {
        abort();
    }
}

static bool same(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static enum xml_id rule(const struct xml_node *element, const struct xml_attribute *a) {
    (void)element;
    return same(a->name, "Id") ? XML_ID_SCHEMA : (same(a->name, "id") ? XML_ID_CANDIDATE : XML_ID_NO);
}

/* Every Id finds its element, or there are several. */
static void look_up(const struct xml_ids *ids, const struct xml_node *n) {
    for (; n != NULL; n = n->next) {
        for (size_t i = 0; i < n->attribute_count; i++) {
            AUTO(grow) room = {0}; /* an xml:id is found by its normalised value */
            enum xml_id is = rule(n, &n->attributes[i]);
            bool several = false;
            const char *value = xml_id_value(&n->attributes[i], &room);
            hold(value != NULL);
            const struct xml_node *found = xml_ids_find(ids, value, &several);
            hold(is == XML_ID_NO || found == n || (several && found == NULL && is == XML_ID_CANDIDATE));
        }
        look_up(ids, n->first);
    }
}

static sign_rc measure(void *user, sign_bytes piece, sign_error *err) {
    (void)err;
    *(size_t *)user += piece.len;
    return SIGN_OK;
}

static void use(const struct xml *doc) {
    AUTO(xml_ids_ptr) ids = NULL;
    sign_rc rc = xml_ids_new(doc, rule, &ids, NULL);
    hold(rc == SIGN_OK || rc == SIGN_E_FORMAT);
    if (rc == SIGN_OK) {
        look_up(ids, xml_first(doc));
    }
    for (unsigned i = 0; i < 3; i++) {
        const struct c14n_input in = {
            .document = xml_first(doc), .method = (enum c14n_method)i, .comments = true};
        size_t n = 0;
        rc = c14n_write(&in, measure, &n, NULL);
        hold(rc == SIGN_OK ? n > 0 : rc == SIGN_E_FORMAT);
    }
}

/*
 * A parser that has read this document, sound or broken, and one before it, answers as a new one: with the
 * same document, and with one that needs everything of a parser.
 */
static void hold_again(sign_bytes text, const struct xml_options *options, sign_rc rc,
                       const struct xml *doc) {
    static const char probe[] = "<p:a xmlns:p='urn:p' xml:space='default'><b p:c='&#10;'/>\xC3\xA7</p:a>";
    AUTO(xml_spare_ptr) spare = xml_spare_new();
    struct xml_options again = *options;
    const struct xml_options open = {.spare = spare};
    again.spare = spare;
    for (unsigned i = 0; i < 2; i++) {
        AUTO(xml_ptr) mine = NULL, sound = NULL, alone = NULL, third = NULL;
        hold(xml_parse(text, &again, &mine, NULL) == rc);
        hold(rc != SIGN_OK || tree_same(xml_first(mine), xml_first(doc)));
        hold(xml_parse(BYTES_STR("<q:a/>"), &open, &third, NULL) == SIGN_E_FORMAT);
        hold(xml_parse(text, &again, &third, NULL) == rc);
        hold(xml_parse(BYTES_STR(probe), &open, &sound, NULL) == SIGN_OK);
        hold(xml_parse(BYTES_STR(probe), &(struct xml_options){0}, &alone, NULL) == SIGN_OK);
        hold(tree_same(xml_first(sound), xml_first(alone)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const sign_bytes text = {data != NULL ? data : (const uint8_t *)"", size};
    static const struct xml_options loose = {.bytes = 1 << 20, .depth = 256, .encodings = true};
    static const struct xml_options tight = {
        .bytes = 4096, .depth = 4, .nodes = 12, .attributes = 3, .text = 20, .plain = true};
    for (unsigned i = 0; i < 2; i++) {
        const struct xml_options *options = i == 0 ? &loose : &tight;
        AUTO(xml_ptr) fast = NULL, general = NULL;
        hold(xml_scan(text, options, &fast, NULL) == SIGN_OK);
        sign_rc rc = xml_parse(text, options, &general, NULL);
        hold(fast == NULL || rc == SIGN_OK);
        if (fast != NULL) {
            hold(tree_same(xml_first(fast), xml_first(general)));
            hold(xml_first(fast)->parent == NULL && xml_root(fast)->end == xml_root(general)->end);
        }
        hold_again(text, options, rc, general);
        if (rc == SIGN_OK) {
            use(general);
        }
    }
    return 0;
}
