/*
 * anchors/depot.c - Kamu SM's SertifikaDeposu.xml. Only the certificates of its root elements are taken: what
 * the file says about them beside (names, dates, level of trust, signatures of its rows) is hearsay, some of
 * it is kept as the source's name.
 */
#include "anchors/list.h"

#include "base/text.h"
#include "xml/xml.h"
#include <stdio.h>

enum { DEPOT_DEPTH = 32, DEPOT_NODES = 500000, DEPOT_ATTRIBUTES = 32 };
#define DEPOT_TEXT ((size_t)1 << 20)

static sign_rc misshapen(const struct xml_node *n, const char *name, const char *why, sign_error *err) {
    return fail(err, SIGN_E_FORMAT, MSG_DEPOT_FORMAT, "%s, line %u: %s", path_base(name), n->line, why);
}

static bool is_element(const struct xml_node *n, const char *name) {
    return n->kind == XML_KIND_ELEMENT && strcmp(n->name, name) == 0;
}

/* The child of that name; *again: there are several. */
static const struct xml_node *child(const struct xml_node *parent, const char *name, bool *again) {
    const struct xml_node *found = NULL;
    *again = false;
    for (const struct xml_node *n = parent->first; n != NULL; n = n->next) {
        if (!is_element(n, name))
            continue;
        *again = found != NULL;
        found = found != NULL ? found : n;
    }
    return found;
}

/* The text of an element, comments in it left out; NULL when it holds other elements, or nothing. */
static const char *text_in(const struct xml_node *n) {
    const char *text = NULL;
    for (const struct xml_node *e = n->first; e != NULL; e = e->next) {
        if (e->kind == XML_KIND_ELEMENT || (e->kind == XML_KIND_TEXT && text != NULL))
            return NULL; /* texts around a comment are not joined: base64 is written in one piece */
        if (e->kind == XML_KIND_TEXT)
            text = e->text;
    }
    return text;
}

/* "SertifikaDeposu.xml (kok, legal)": kind and level as the file names them, for people. */
static void describe(const struct xml_node *entry, const char *name, char *out, size_t size) {
    static const char *const parts[] = {"mKokTipi", "mKokGuvenSeviyesi"};
    char shown[2][40] = {"", ""};
    for (size_t i = 0; i < 2; i++) {
        bool again;
        const struct xml_node *n = child(entry, parts[i], &again);
        const char *text = n != NULL ? text_in(n) : NULL;
        if (text != NULL)
            text_printable(BYTES_STR(text), shown[i], sizeof shown[i]);
    }
    bool any = shown[0][0] != 0 || shown[1][0] != 0, both = shown[0][0] != 0 && shown[1][0] != 0;
    snprintf(out, size, "%.100s%s%s%s%s%s", path_base(name), any ? " (" : "", shown[0], both ? ", " : "",
             shown[1], any ? ")" : "");
}

static sign_rc take_root(const struct xml_node *entry, const char *name, pki_object_fn each, void *self,
                         sign_error *err) {
    AUTO(grow) der = {.limit = LIMIT_CERTIFICATE};
    char where[200];
    bool again;
    const struct xml_node *value = child(entry, "mValue", &again);
    if (value == NULL || again)
        return misshapen(entry, name, value == NULL ? "a root without mValue" : "mValue occurs twice", err);
    const char *text = text_in(value);
    if (text == NULL || !text_base64_decode(BYTES_STR(text), &der) || der.len == 0) {
        if (der.failed && !der.over)
            return fail_memory(err);
        return misshapen(value, name, "mValue is not the base64 of a certificate", err);
    }
    describe(entry, name, where, sizeof where);
    sign_rc rc = each(self, BYTES(der.data, der.len), where, err);
    return rc == SIGN_OK ? SIGN_OK : within(err, rc, "line %u", value->line);
}

static sign_rc take_roots(const struct xml_node *list, const char *name, pki_object_fn each, void *self,
                          size_t *count, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (const struct xml_node *n = list->first; n != NULL && rc == SIGN_OK; n = n->next) {
        if (!is_element(n, "koksertifika"))
            continue;
        rc = ++*count > LIMIT_ANCHORS ? fail(err, SIGN_E_LIMIT, MSG_LIMIT, "koksertifika")
                                      : take_root(n, name, each, self, err);
    }
    return rc;
}

sign_rc depot_each(sign_bytes text, const char *name, pki_object_fn each, void *self, sign_error *err) {
    static const struct xml_options options = {.bytes = LIMIT_ANCHORS_FILE,
                                               .depth = DEPOT_DEPTH,
                                               .nodes = DEPOT_NODES,
                                               .attributes = DEPOT_ATTRIBUTES,
                                               .text = DEPOT_TEXT,
                                               .memory = LIMIT_XML_MEMORY,
                                               .encodings = true};
    AUTO(xml_ptr) doc = NULL;
    size_t count = 0;
    sign_rc rc = xml_read(text, &options, &doc, err);
    if (rc != SIGN_OK)
        return within(err, rc, "%s", path_base(name));
    const struct xml_node *root = xml_root(doc);
    if (!is_element(root, "depo"))
        return misshapen(root, name, "the root element is not depo", err);
    for (const struct xml_node *n = root->first; n != NULL && rc == SIGN_OK; n = n->next)
        if (is_element(n, "koksertifikalar"))
            rc = take_roots(n, name, each, self, &count, err);
    if (rc == SIGN_OK && count == 0)
        return misshapen(root, name, "there is no koksertifika in it", err);
    return rc;
}
