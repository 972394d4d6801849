/* Where a signature goes: the shapes of XML-Signature, 2. */
#include "xades/draft_parts.h"

#include "base/text.h"

#include <stdlib.h>

struct xml_text xades_text_of(const source *s) {
    return (struct xml_text){.src = s, .at = s->size, .behind = s->size};
}

static bool starts(sign_bytes text, size_t at, const char *what) {
    size_t n = strlen(what);
    return text.len - at >= n && memcmp(text.data + at, what, n) == 0;
}

static size_t behind(sign_bytes text, size_t at, const char *what) {
    while (at < text.len && !starts(text, at, what)) {
        at++;
    }
    return at < text.len ? at + strlen(what) : at;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_blank(sign_bytes text, size_t at) {
    while (at < text.len && is_blank(text.data[at])) {
        at++;
    }
    return at;
}

size_t xades_root_start(sign_bytes text, size_t *content) {
    size_t at = starts(text, 0, "\xEF\xBB\xBF") ? 3 : 0;
    if (starts(text, at, "<?xml") && at + 5 < text.len && is_blank(text.data[at + 5])) {
        at = behind(text, at, "?>");
    }
    at = skip_blank(text, at);
    *content = at;
    while (at < text.len && (starts(text, at, "<!--") || starts(text, at, "<?"))) {
        at = skip_blank(text, behind(text, at, text.data[at + 1] == '?' ? "?>" : "-->"));
    }
    return at;
}

/* Offset of the last '<' before `end`: an end tag holds no other. */
static sign_rc end_tag_find(const source *s, uint64_t end, uint64_t *out, sign_error *err) {
    uint8_t window[512];
    while (end > 0) {
        size_t n = end < sizeof window ? (size_t)end : sizeof window;
        sign_rc rc = source_read(s, end - n, window, n, err);
        if (rc != SIGN_OK) {
            return rc;
        }
        for (size_t i = n; i-- > 0;) {
            if (window[i] == '<') {
                *out = end - n + i;
                return SIGN_OK;
            }
        }
        end -= n;
    }
    return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "end tag of the root element");
}

sign_rc xades_place_in_root(const xades_document *doc, struct xades_place *out, sign_error *err) {
    const source *s = doc->text.src;
    const struct xml_node *root = xml_root(doc->xml);
    uint8_t last[2];
    if (root->end < 2) {
        return fail(err, SIGN_E_FORMAT, MSG_XML_NOT_UTF8, "%s", s->name);
    }
    sign_rc rc = source_read(s, root->end - 2, last, 2, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (last[1] != '>') {
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "end of the root element");
    }
    if (last[0] != '/') {
        rc = end_tag_find(s, root->end, &out->at, err);
        out->behind = out->at;
        return rc;
    }
    out->at = root->end - 2;
    out->behind = root->end;
    grow_str(&out->before, ">");
    grow_printf(&out->after, "</%s%s%s>", root->prefix, *root->prefix ? ":" : "", root->name);
    return SIGN_OK;
}

sign_rc xades_data_add(struct ades_draft *d, enum xades_data_kind kind, const char *uri, sign_error *err) {
    if (d->n_data == LIMIT_REFERENCES - 1) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "more than %d references", LIMIT_REFERENCES);
    }
    char *copy = uri ? strdup(uri) : NULL;
    if (uri && !copy) {
        return fail_memory(err);
    }
    d->data[d->n_data++] = (struct xades_data){kind, copy};
    return SIGN_OK;
}

/* The document to sign, which was opened with that result; it must be none that is a signature itself. */
static sign_rc document_check(const struct ades_draft *d, const xades_document *doc, sign_rc rc,
                              sign_error *err) {
    if (rc != SIGN_OK) {
        return within(err, rc, "%s", d->in.src.name);
    }
    return xades_is_signature(xml_root(doc->xml))
               ? fail(err, SIGN_E_FORMAT, MSG_XML_ROOT_SIGNATURE, "%s", d->in.src.name)
               : SIGN_OK;
}

static sign_rc document_open(const struct ades_draft *d, xades_document *doc, sign_error *err) {
    struct xml_text text = xades_text_of(&d->in.src);
    return document_check(d, doc, xades_document_open(&text, XADES_TREE, doc, err), err);
}

bool xades_text_of_signature(const struct xml_text *text, struct xml_text *out) {
    enum { HEAD = 65536 };
    sign_bytes head;
    AUTO(sign_buf) own = {0};
    size_t n = text->at < HEAD ? (size_t)text->at : HEAD, content;
    if (text->at != text->behind || source_view(text->src, 0, n, &head, &own, NULL) != SIGN_OK) {
        return false;
    }
    size_t at = xades_root_start(head, &content);
    for (uint8_t quote = 0; at < head.len; at++) {
        uint8_t c = head.data[at];
        if (!quote && c == '>') {
            *out = *text;
            out->at = at + 1;
            return true;
        }
        if (c == quote) {
            quote = 0;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        }
    }
    return false;
}

static sign_rc start_enveloped(struct crypto *crypto, const sign_input *in, struct ades_draft *d,
                               struct xades_start *out, sign_error *err) {
    AUTO(xades_document) doc = {0};
    sign_rc rc = ades_held_open(in, &d->in, err);
    if (rc == SIGN_OK) {
        const struct xml_text text = xades_text_of(&d->in.src);
        size_t nth = d->single ? XML_LEAVE_NONE : SIZE_MAX;
        rc = xades_open_digesting(crypto, d, &text, nth, &doc, d->whole, &d->has_whole, err);
        rc = document_check(d, &doc, rc, err);
    }
    if (rc == SIGN_OK) {
        rc = xades_place_in_root(&doc, &out->place, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    out->xml = true;
    out->signatures = doc.n_signatures > 0;
    d->nth = doc.n_signatures;
    return xades_data_add(d, XADES_WHOLE, "", err);
}

/* "#id"; an Id with other characters than a name has is no fragment that all readers understand alike. */
static sign_rc element_add(struct ades_draft *d, const char *id, sign_error *err) {
    AUTO(grow) uri = {0};
    grow_byte(&uri, '#');
    for (const char *p = id; *p; p++) {
        uint8_t c = (uint8_t)*p;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        if (!plain && !strchr("-._:", c)) {
            return fail(err, SIGN_E_FORMAT, MSG_XML_NO_ELEMENT, "%s: not a name", id);
        }
    }
    grow_put(&uri, id, strlen(id) + 1);
    return uri.failed ? fail_memory(err) : xades_data_add(d, XADES_ELEMENT, (const char *)uri.data, err);
}

/* One element of the document: the signature stands at the end of the root, outside of it. */
static sign_rc start_element(const char *id, struct ades_draft *d, struct xades_start *out, sign_error *err) {
    AUTO(xades_document) doc = {0};
    sign_rc rc = document_open(d, &doc, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    bool several = false;
    const struct xml_node *element = xml_ids_find(doc.ids, id, &several);
    if (!element) {
        return fail(err, SIGN_E_FORMAT, MSG_XML_NO_ELEMENT, "%s: %s", id,
                    several ? "several elements have it" : "no element has it");
    }
    if (element == xml_root(doc.xml)) {
        return fail(err, SIGN_E_FORMAT, MSG_XML_NO_ELEMENT,
                    "%s: it is the root element; sign enveloped, or all of the document", id);
    }
    out->signatures = doc.n_signatures > 0;
    rc = xades_place_in_root(&doc, &out->place, err);
    return rc == SIGN_OK ? element_add(d, id, err) : rc;
}

static const char *root_id(const xades_document *doc) {
    const struct xml_node *root = xml_root(doc->xml);
    for (size_t i = 0; i < root->attribute_count; i++) {
        if (xades_id_rule(root, &root->attributes[i]) != XML_ID_NO) {
            return root->attributes[i].value;
        }
    }
    return NULL;
}

/* Octets of the name in a start tag at `at`. */
static size_t tag_name_end(sign_bytes text, size_t at) {
    while (at < text.len && !is_blank(text.data[at]) && text.data[at] != '/' && text.data[at] != '>') {
        at++;
    }
    return at;
}

/*
 * All of the document inside a new root element: what stands before and behind its root stays outside. The
 * root gets an Id when it has none, since the Reference must name it.
 */
static sign_rc start_wrapped(struct ades_draft *d, struct xades_start *out, sign_error *err) {
    AUTO(xades_document) doc = {0};
    sign_bytes text;
    AUTO(sign_buf) own = {0};
    sign_rc rc = document_open(d, &doc, err);
    if (rc == SIGN_OK && xml_root(doc.xml)->end == 0) {
        rc = fail(err, SIGN_E_FORMAT, MSG_XML_NOT_UTF8, "%s", d->in.src.name);
    }
    if (rc == SIGN_OK) {
        rc = source_all(&d->in.src, LIMIT_XML_TREE, &text, &own, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    const char *id = root_id(&doc);
    char made[XADES_ID_SIZE];
    xades_id_of(d->id, 'D', 0, made);
    bool several = false;
    if (id && !xml_ids_find(doc.ids, id, &several)) {
        return fail(err, SIGN_E_FORMAT, MSG_XML_ID_REPEATED, "%s", id);
    }
    size_t content, start = xades_root_start(text, &content), end = xml_root(doc.xml)->end;
    size_t name = tag_name_end(text, start);
    if (name <= start || name >= end) {
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "start of the root element");
    }
    grow *before = &out->place.before;
    grow_put(before, text.data, start);
    grow_str(before, "<" XADES_WRAP ">");
    grow_put(before, text.data + start, name - start);
    if (!id) {
        grow_printf(before, " Id=\"%s\"", made);
    }
    grow_put(before, text.data + name, end - name);
    grow_str(&out->place.after, "</" XADES_WRAP ">");
    grow_put(&out->place.after, text.data + end, text.len - end);
    out->signatures = doc.n_signatures > 0;
    return element_add(d, id ? id : made, err);
}

static sign_rc start_internally(const ades_plan *plan, const sign_input *in, struct ades_draft *d,
                                struct xades_start *out, sign_error *err) {
    out->xml = true;
    d->how = XADES_TREE;
    sign_rc rc = ades_held_open(in, &d->in, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (plan->opt->element) {
        return start_element(plan->opt->element, d, out, err);
    }
    out->whole = true;
    return start_wrapped(d, out, err);
}

/* XML in UTF-8 that can stand inside other XML; *content: where it begins, behind the declaration. */
static bool is_xml(const source *s, sign_bytes text, size_t *content, sign_error *err, sign_rc *rc) {
    size_t first = starts(text, 0, "\xEF\xBB\xBF") ? 3 : 0;
    first = skip_blank(text, first);
    *rc = SIGN_OK;
    if (first == text.len || text.data[first] != '<') {
        return false;
    }
    AUTO(xades_document) doc = {0};
    sign_error why = {0};
    struct xml_text whole = xades_text_of(s);
    sign_rc read = xades_document_open(&whole, XADES_TREE, &doc, &why);
    if (read == SIGN_OK) {
        (void)xades_root_start(text, content);
        return xml_root(doc.xml)->end != 0;
    }
    if (read != SIGN_E_FORMAT) {
        *rc = read;
        if (err) {
            *err = why;
        }
    }
    return false;
}

/* The content as it stands, without declaration and the blanks around: a declaration may only begin a file.
 */
static sign_rc start_enveloping(const sign_input *in, struct ades_draft *d, struct xades_start *out,
                                sign_error *err) {
    char id[XADES_ID_SIZE], uri[XADES_ID_SIZE + 1];
    sign_bytes text;
    sign_rc rc = ades_held_open(in, &d->in, err);
    if (rc == SIGN_OK) { /* base64 is longer by a third, and must be readable as one text */
        rc = source_all(&d->in.src, LIMIT_XML_TEXT / 4 * 3 - LIMIT_XML_VALUE, &text, &d->in.own, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    size_t content = 0;
    const source whole = {.mem = text, .fd = -1, .size = text.len, .name = d->in.src.name};
    out->xml = is_xml(&whole, text, &content, err, &rc);
    if (rc != SIGN_OK) {
        return rc;
    }
    out->object = out->xml ? BYTES(text.data + content, text.len - content) : text;
    while (out->xml && is_blank(out->object.data[out->object.len - 1])) {
        out->object.len--;
    }
    out->enveloping = true;
    out->whole = true;
    d->how = XADES_TREE;
    xades_id_of(d->id, 'O', 0, id);
    uri[0] = '#';
    memcpy(uri + 1, id, sizeof id);
    grow_str(&out->place.before, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    grow_str(&out->place.after, "\n");
    return xades_data_add(d, out->xml ? XADES_ELEMENT : XADES_BASE64, uri, err);
}

/* URI of a detached Reference: the name in its own folder, so that it never speaks of another place. */
static sign_rc start_detached(const sign_input *in, struct ades_draft *d, struct xades_start *out,
                              sign_error *err) {
    AUTO(grow) uri = {0};
    sign_rc rc = ades_held_open(in, &d->content, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    const char *name = path_base(d->content.src.name);
    text_percent_encode(name, &uri);
    grow_byte(&uri, 0);
    if (uri.failed) {
        return fail_memory(err);
    }
    out->whole = true;
    grow_str(&out->place.before, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    grow_str(&out->place.after, "\n");
    return xades_data_add(d, XADES_DETACHED, *name ? (const char *)uri.data : NULL, err);
}

sign_rc xades_start_new(struct crypto *crypto, const ades_plan *plan, const sign_input *in,
                        struct ades_draft *d, struct xades_start *out, sign_error *err) {
    if (!in) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "there is nothing to sign");
    }
    switch (plan->opt->shape) {
    case SIGN_DETACHED:
        return start_detached(in, d, out, err);
    case SIGN_ENVELOPING:
        return start_enveloping(in, d, out, err);
    case SIGN_INTERNALLY_DETACHED:
        return start_internally(plan, in, d, out, err);
    case SIGN_ATTACHED:
    case SIGN_ENVELOPED:
        break;
    }
    return start_enveloped(crypto, in, d, out, err);
}
