/* xml/read.c - a document is scanned, or parsed when the scanner leaves it, and converted before when it is
 * not UTF-8. */
#include "xml/xml.h"

#include "xml/encoding.h"
#include "xml/events.h"
#include "xml/scan.h"
#include "xml/tree.h"
#include <stdlib.h>

void xml_free(struct xml **x) {
    if (x != NULL && *x != NULL) {
        arena_free(&(*x)->arena);
        free(*x);
        *x = NULL;
    }
}

const struct xml_node *xml_root(const struct xml *x) {
    return x->root;
}

const struct xml_node *xml_first(const struct xml *x) {
    return x->first;
}

static sign_rc build(sign_bytes text, const struct xml_options *options, bool ends, struct xml **out,
                     sign_error *err) {
    static const struct xml_handler handler = {.begin = xml_build_begin,
                                               .end = xml_build_end,
                                               .text = xml_build_text,
                                               .remark = xml_build_remark,
                                               .section = xml_build_section,
                                               .room = xml_build_room};
    AUTO(xml_ptr) doc = calloc(1, sizeof *doc);
    if (doc == NULL) {
        return fail_memory(err);
    }
    AUTO(xml_building) b = {.options = options, .doc = doc, .ends = ends, .tail = &doc->first};
    sign_rc rc = xml_events(&(struct xml_feed){.whole = text}, options, &handler, &b, err);
    if (rc == SIGN_OK) {
        *out = TAKE(doc);
    }
    return rc;
}

sign_rc xml_parse(sign_bytes text, const struct xml_options *options, struct xml **out, sign_error *err) {
    AUTO(grow) utf8 = {0};
    bool converted = false;
    if (!options->encodings) {
        return build(text, options, true, out, err);
    }
    if (options->bytes != 0 && text.len > options->bytes) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: %zu bytes, at most %zu", text.len, options->bytes);
    }
    sign_rc rc = xml_convert(text, &utf8, &converted, err);
    if (rc != SIGN_OK || !converted) {
        return rc == SIGN_OK ? build(text, options, true, out, err) : rc;
    }
    if (utf8.failed) {
        return utf8.over ? fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: too large") : fail_memory(err);
    }
    struct xml_options longer = *options;
    longer.bytes = 0; /* it held for the document, which is longer in UTF-8 */
    const char *given = utf8.data != NULL ? (const char *)utf8.data : ""; /* a mark and nothing behind it */
    return build(BYTES(given, utf8.len), &longer, false, out, err);
}

sign_rc xml_read(sign_bytes text, const struct xml_options *options, struct xml **out, sign_error *err) {
    AUTO(xml_ptr) doc = NULL;
    sign_rc rc = xml_scan(text, options, &doc, err);
    if (rc == SIGN_OK && doc == NULL) {
        rc = xml_parse(text, options, &doc, err);
    }
    if (rc == SIGN_OK) {
        *out = TAKE(doc);
    }
    return rc;
}
