/* form/is.c - is a document a form? Asked of everything that is signed, so a look at its beginning must do:
 * at its first bytes, and at no more than LIMIT_FORM of them when those look like XML or JSON.
 */
#include "form/look.h"
#include "form/model.h"

#include "base/file.h"
#include "base/limits.h"
#include "xml/xml.h"
#include "json/json.h"
#include <stdio.h>

enum { LOOK = 4096 };

/* The beginning of a document, read from left to right. */
struct look {
    const char *at, *end;
    bool doctype; /* one was passed */
};

static bool contains(sign_bytes text, const char *what) {
    size_t n = strlen(what);
    for (size_t at = 0; at + n <= text.len; at++) {
        const uint8_t *hit = memchr(text.data + at, what[0], text.len - at - n + 1);
        if (hit == NULL) {
            return false;
        }
        at = (size_t)(hit - text.data);
        if (memcmp(hit, what, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool starts(const struct look *l, const char *s) {
    size_t n = strlen(s);
    return (size_t)(l->end - l->at) >= n && memcmp(l->at, s, n) == 0;
}

static void skip_space(struct look *l) {
    while (l->at < l->end && *l->at != '\0' && strchr(" \t\r\n", *l->at) != NULL) {
        l->at++;
    }
}

/* Behind the next s, or to the end. */
static void skip_behind(struct look *l, const char *s) {
    while (l->at < l->end && !starts(l, s)) {
        l->at++;
    }
    size_t left = (size_t)(l->end - l->at);
    l->at += left < strlen(s) ? left : strlen(s);
}

/* Behind a DOCTYPE: its '>' stands outside of quotes and brackets. */
static void skip_doctype(struct look *l) {
    unsigned open = 0;
    char quote = 0;
    l->doctype = true;
    for (; l->at < l->end; l->at++) {
        char c = *l->at;
        if (quote != 0) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[') {
            open++;
        } else if (c == ']' && open > 0) {
            open--;
        } else if (c == '>' && open == 0) {
            l->at++;
            return;
        }
    }
}

/* To the name in the start tag of the root element; false when it is not in sight. */
static bool find_root(struct look *l) {
    while (l->at < l->end) {
        skip_space(l);
        if (starts(l, "<!--")) {
            skip_behind(l, "-->");
        } else if (starts(l, "<?")) {
            skip_behind(l, "?>");
        } else if (starts(l, "<!DOCTYPE")) {
            skip_doctype(l);
        } else if (starts(l, "<")) {
            l->at++;
            return true;
        } else {
            return false;
        }
    }
    return false;
}

static sign_bytes take_name(struct look *l) {
    const char *start = l->at;
    while (l->at < l->end && *l->at != '\0' && strchr(" \t\r\n=/><\"'", *l->at) == NULL) {
        l->at++;
    }
    return BYTES(start, (size_t)(l->at - start));
}

/* name="value" or name='value'; false at the end of the tag. */
static bool take_attribute(struct look *l, sign_bytes *name, sign_bytes *value) {
    skip_space(l);
    *name = take_name(l);
    skip_space(l);
    if (name->len == 0 || !starts(l, "=")) {
        return false;
    }
    l->at++;
    skip_space(l);
    if (l->at == l->end || (*l->at != '"' && *l->at != '\'')) {
        return false;
    }
    char quote = *l->at++;
    const char *close = memchr(l->at, quote, (size_t)(l->end - l->at));
    if (close == NULL) {
        return false;
    }
    *value = BYTES(l->at, (size_t)(close - l->at));
    l->at = close + 1;
    return true;
}

/*
 * "Basvuru" with a default namespace, or "p:Basvuru" with xmlns:p, that is ours. A namespace out of an entity
 * of a DOCTYPE is not looked up but taken for ours: reading the form refuses every DOCTYPE.
 */
static bool is_form_root(struct look *l) {
    char declared[64] = "xmlns";
    sign_bytes name = take_name(l);
    const uint8_t *colon = name.len > 0 ? memchr(name.data, ':', name.len) : NULL;
    size_t prefix = colon != NULL ? (size_t)(colon - name.data) : 0;
    if (colon != NULL) {
        if (prefix == 0 || prefix > 50) {
            return false;
        }
        declared[5] = ':';
        memcpy(declared + 6, name.data, prefix);
        declared[6 + prefix] = '\0';
        name = BYTES(name.data + prefix + 1, name.len - prefix - 1);
    }
    if (!bytes_equal(name, BYTES_STR(FORM_ROOT))) {
        return false;
    }
    sign_bytes key = {0}, value = {0};
    while (take_attribute(l, &key, &value)) {
        if (bytes_equal(key, BYTES_STR(declared))) {
            return bytes_equal(value, BYTES_STR(FORM_SPACE)) || (l->doctype && contains(value, "&"));
        }
    }
    return false;
}

/* The same asked of the reader: a long prefix, character references in the namespace. */
static bool has_form_root(sign_bytes text) {
    const struct xml_options options = {.bytes = LIMIT_FORM, .depth = LIMIT_FORM_DEPTH};
    AUTO(xml_ptr) doc = NULL;
    if (!contains(text, FORM_ROOT) || xml_read(text, &options, &doc, NULL) != SIGN_OK) {
        return false;
    }
    const struct xml_node *root = xml_root(doc);
    return strcmp(root->name, FORM_ROOT) == 0 && strcmp(root->space, FORM_SPACE) == 0;
}

/* `whole`: the text is all of the document. */
static bool is_form_xml(sign_bytes text, bool whole) {
    const char *start = (const char *)text.data;
    struct look look = {start, start + text.len, false};
    if (text.len >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0) {
        look.at += 3;
    }
    return (find_root(&look) && is_form_root(&look)) || (whole && has_form_root(text));
}

/* Keys that only an application has, as they stand in the text. */
static const char *const own_keys[] = {"\"SertifikaSuresi\"", "\"KartOkuyucu\"", "\"SertifikaYayini\"",
                                       "\"SertifikaTalebi\""};
enum { OWN_KEYS = sizeof own_keys / sizeof own_keys[0] };

/* JSON that cannot be read but speaks of an application: to be refused as a form, not signed as any file. */
static bool is_broken_form(sign_bytes text) {
    for (size_t i = 0; i < OWN_KEYS; i++) {
        if (contains(text, own_keys[i])) {
            return true;
        }
    }
    return false;
}

static bool has_own_key(const struct json_value *root) {
    for (size_t i = 0; i < root->count; i++) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", root->items[i].name);
        for (size_t k = 0; k < OWN_KEYS; k++) {
            if (strcmp(quoted, own_keys[k]) == 0) {
                return true;
            }
        }
    }
    return false;
}

/*
 * A JSON form names KimlikNo and one more thing that only an application asks for, or nothing but fields.
 * Other data about people, which may well have a KimlikNo, is not a form.
 */
static bool is_form_object(const struct json_value *root) {
    if (json_member(root, "KimlikNo") == NULL) {
        return false;
    }
    if (has_own_key(root)) {
        return true;
    }
    for (size_t i = 0; i < root->count; i++) {
        if (field_find(root->items[i].name) == FIELD_COUNT) {
            return false;
        }
    }
    return true;
}

static sign_rc look_json(sign_bytes text, bool *is, sign_error *err) {
    AUTO(json_ptr) doc = NULL;
    *is = false;
    if (!contains(text, "\"KimlikNo\"") && !contains(text, "\\u")) { /* a key may be written in escapes */
        return SIGN_OK;
    }
    sign_rc rc = json_read(text, LIMIT_FORM, JSON_TOP_OBJECT, &doc, NULL);
    *is = rc == SIGN_OK ? is_form_object(json_root(doc)) : is_broken_form(text);
    return rc == SIGN_E_MEMORY ? fail_memory(err) : SIGN_OK;
}

enum { OTHER_ENDIAN = -1 };

/* UTF-16, by its mark or by how '<' and '{' look in it: which octet of two is the low one; OTHER_ENDIAN:
 * none. */
static int low_octet(sign_bytes b) {
    if (b.len < 4) {
        return OTHER_ENDIAN;
    }
    const uint8_t *p = b.data;
    bool little = p[1] == 0 && p[3] == 0 && (p[0] == '<' || p[0] == '{');
    bool big = p[0] == 0 && p[2] == 0 && (p[1] == '<' || p[1] == '{');
    if (little || (p[0] == 0xFF && p[1] == 0xFE)) {
        return 0;
    }
    return big || (p[0] == 0xFE && p[1] == 0xFF) ? 1 : OTHER_ENDIAN;
}

/* The ASCII of UTF-16, all else as '?': enough to tell a form, which then is refused for not being UTF-8. */
static void narrow(sign_bytes text, size_t low, grow *out) {
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        uint8_t c = text.data[i + low];
        bool mark = i == 0 && c >= 0x80;
        if (!mark) {
            grow_byte(out, text.data[i + 1 - low] == 0 && c != 0 ? c : '?');
        }
    }
}

static sign_rc look_text(sign_bytes text, bool whole, bool *is, sign_error *err) {
    uint8_t first = form_first_byte(text);
    *is = first == '<' && is_form_xml(text, whole);
    return first == '{' && whole ? look_json(text, is, err) : SIGN_OK;
}

/* Only what can still be a form is read whole; *low as low_octet says. */
static sign_rc look_start(const source *s, int *low, bool *possible, sign_error *err) {
    uint8_t start[LOOK];
    size_t n = s->size < sizeof start ? (size_t)s->size : sizeof start;
    sign_rc rc = source_read(s, 0, start, n, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    *low = low_octet(BYTES(start, n));
    uint8_t first = form_first_byte(BYTES(start, n));
    bool blank = first == 0 && n == sizeof start && start[0] != 0; /* white space as far as was looked */
    *possible = *low != OTHER_ENDIAN || first == '<' || first == '{' || blank;
    return SIGN_OK;
}

sign_rc form_look(const sign_input *in, bool *is, sign_error *err) {
    AUTO(source) s = {.fd = -1};
    AUTO(sign_buf) own = {0};
    AUTO(grow) ascii = {0};
    sign_bytes text = {0};
    int low = OTHER_ENDIAN;
    bool possible = false;
    *is = false;
    sign_rc rc = source_open(in, &s, err);
    if (rc == SIGN_OK) {
        rc = look_start(&s, &low, &possible, err);
    }
    if (rc != SIGN_OK || !possible) {
        return rc;
    }
    bool whole = s.size <= LIMIT_FORM;
    rc = source_view(&s, 0, whole ? (size_t)s.size : LIMIT_FORM, &text, &own, err);
    if (rc == SIGN_OK && low != OTHER_ENDIAN) {
        narrow(text, (size_t)low, &ascii);
        rc = ascii.failed ? fail_memory(err) : SIGN_OK;
        text = BYTES(ascii.data, ascii.len);
    }
    return rc == SIGN_OK ? look_text(text, whole, is, err) : rc;
}

int sign_form_is(const sign_input *in) {
    bool is = false;
    /* It has no error to tell: for want of memory it says what the words of the text speak for. */
    sign_rc rc = form_look(in, &is, NULL);
    return (rc == SIGN_OK || rc == SIGN_E_MEMORY) && is ? 1 : 0;
}
