/* form/read.c - a form from XML or JSON: structure is refused here, values are judged by the check. */
#include "form/model.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "form/normal.h"
#include "xml/xml.h"
#include "json/json.h"
#include <stdarg.h>
#include <stdio.h>

enum { FORM_NODES = 2048, FORM_ATTRIBUTES = 16 };

__attribute__((format(printf, 4, 5))) static sign_rc misshapen(const struct xml_node *n, sign_rc rc,
                                                               sign_error *err, const char *fmt, ...) {
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return fail(err, rc, MSG_FORM_FORMAT, "line %u: %s", n->line, text);
}

/* Reads one attribute; false when its value may not be. */
typedef bool attribute_fn(struct sign_form *f, const char *value);

struct attribute_row {
    const char *name;
    attribute_fn *read;
    bool needed;
};

static bool read_version(struct sign_form *f, const char *value) {
    (void)f;
    return strcmp(value, FORM_VERSION) == 0;
}

static bool read_type(struct sign_form *f, const char *value) {
    (void)f;
    return strcmp(value, FORM_TYPE) == 0;
}

/* xsd:dateTime with an explicit offset; a plain date has none. */
static bool read_time(struct sign_form *f, const char *value) {
    int64_t t = 0;
    return strchr(value, 'T') != NULL && time_parse(value, &t) && form_set_time(f, t);
}

static const struct attribute_row root_rows[] = {{"dil", form_set_language, false},
                                                 {"id", form_set_id, true},
                                                 {"surum", read_version, true},
                                                 {"tur", read_type, true}};
static const struct attribute_row made_rows[] = {{"uygulama", form_set_program, false},
                                                 {"zaman", read_time, true}};

/* The other kinds of application are known, and said to be unsupported instead of wrong. */
static bool type_known(const char *type) {
    return strcmp(type, "ILK") == 0 || strcmp(type, "VERI_KAYBI") == 0;
}

static const struct xml_attribute *attribute_find(const struct xml_node *n, const char *name) {
    for (size_t i = 0; i < n->attribute_count; i++) {
        if (n->attributes[i].space[0] == '\0' && strcmp(n->attributes[i].name, name) == 0) {
            return &n->attributes[i];
        }
    }
    return NULL;
}

/* Every attribute is one of the rows and can be read, and the needed ones are there. */
static sign_rc attributes_read(const struct xml_node *n, const struct attribute_row *rows, size_t count,
                               struct sign_form *f, sign_error *err) {
    size_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        const struct xml_attribute *a = attribute_find(n, rows[i].name);
        if (a == NULL && rows[i].needed) {
            return misshapen(n, SIGN_E_FORMAT, err, "%s has no attribute %s", n->name, rows[i].name);
        }
        if (a != NULL && rows[i].read == read_type && type_known(a->value)) {
            return fail(err, SIGN_E_UNSUPPORTED, MSG_FORM_KIND, "%s", a->value);
        }
        if (a != NULL && !rows[i].read(f, a->value)) {
            return misshapen(n, SIGN_E_FORMAT, err, "the attribute %s of %s is not valid", rows[i].name,
                             n->name);
        }
        seen += a != NULL ? 1 : 0;
    }
    return seen == n->attribute_count
               ? SIGN_OK
               : misshapen(n, SIGN_E_FORMAT, err, "%s has an attribute that it must not have", n->name);
}

static bool only_space(const char *s) {
    return s[strspn(s, " \t\r\n")] == '\0';
}

/* The next element at or after n; text between elements may only be white space. */
static sign_rc next_element(const struct xml_node *n, const struct xml_node **out, sign_error *err) {
    while (n != NULL && n->kind != XML_KIND_ELEMENT) {
        if (n->kind != XML_KIND_TEXT || !only_space(n->text)) {
            return misshapen(n, SIGN_E_FORMAT, err, "text stands between the elements");
        }
        n = n->next;
    }
    if (n != NULL && strcmp(n->space, FORM_SPACE) != 0) {
        return misshapen(n, SIGN_E_FORMAT, err, "%s is not in the namespace " FORM_SPACE, n->name);
    }
    *out = n;
    return SIGN_OK;
}

/* An element that holds nothing but text, and no attribute. */
static sign_rc field_read(const struct xml_node *n, size_t id, struct sign_form *f, sign_error *err) {
    if (n->attribute_count > 0) {
        return misshapen(n, SIGN_E_FORMAT, err, "%s has an attribute", n->name);
    }
    if (n->first == NULL) {
        return SIGN_OK; /* empty is not set */
    }
    if (n->first->kind != XML_KIND_TEXT || n->first->next != NULL) {
        return misshapen(n, SIGN_E_FORMAT, err, "%s holds more than text", n->name);
    }
    if (strlen(n->first->text) > FORM_VALUE_MAX) {
        return misshapen(n, SIGN_E_LIMIT, err, "%s is longer than %d bytes", n->name, FORM_VALUE_MAX);
    }
    return form_keep(f, id, n->first->text, err);
}

static sign_rc fields_read(const struct xml_node *n, struct sign_form *f, sign_error *err) {
    size_t due = 0; /* the fields before it have been or may no longer come */
    sign_rc rc = next_element(n, &n, err);
    while (rc == SIGN_OK && n != NULL) {
        size_t id = field_find(n->name);
        if (id == FIELD_COUNT) {
            rc = form_no_field(n->name, SIGN_E_FORMAT, err);
            return within(err, rc, "line %u", n->line);
        }
        if (id < due) {
            return misshapen(n, SIGN_E_FORMAT, err, "%s stands twice or out of order", n->name);
        }
        due = id + 1;
        rc = field_read(n, id, f, err);
        if (rc == SIGN_OK) {
            rc = next_element(n->next, &n, err);
        }
    }
    return rc;
}

static sign_rc envelope_read(const struct xml_node *root, struct sign_form *f, sign_error *err) {
    if (strcmp(root->name, FORM_ROOT) != 0 || strcmp(root->space, FORM_SPACE) != 0) {
        return misshapen(root, SIGN_E_FORMAT, err, "the root is not {" FORM_SPACE "}" FORM_ROOT);
    }
    sign_rc rc = attributes_read(root, root_rows, sizeof root_rows / sizeof root_rows[0], f, err);
    const struct xml_node *made = NULL;
    if (rc == SIGN_OK) {
        rc = next_element(root->first, &made, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    if (made == NULL || strcmp(made->name, "Olusturma") != 0) {
        return misshapen(made != NULL ? made : root, SIGN_E_FORMAT, err, "Olusturma must come first");
    }
    if (made->first != NULL) {
        return misshapen(made, SIGN_E_FORMAT, err, "Olusturma must be empty");
    }
    rc = attributes_read(made, made_rows, sizeof made_rows / sizeof made_rows[0], f, err);
    return rc == SIGN_OK ? fields_read(made->next, f, err) : rc;
}

sign_rc form_read_xml(sign_bytes text, struct sign_form *f, sign_error *err) {
    const struct xml_options options = {.bytes = LIMIT_FORM,
                                        .depth = LIMIT_FORM_DEPTH,
                                        .nodes = FORM_NODES,
                                        .attributes = FORM_ATTRIBUTES,
                                        .plain = true};
    AUTO(xml_ptr) doc = NULL;
    sign_rc rc = xml_read(text, &options, &doc, err);
    return rc == SIGN_OK ? envelope_read(xml_root(doc), f, err) : rc;
}

/* The keys of a JSON form that are no fields; NULL when the key is none of them. */
static attribute_fn *envelope_key(const char *key) {
    const struct attribute_row *rows[2] = {root_rows, made_rows};
    const size_t counts[2] = {sizeof root_rows / sizeof root_rows[0], sizeof made_rows / sizeof made_rows[0]};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < counts[i]; j++) {
            if (strcmp(rows[i][j].name, key) == 0) {
                return rows[i][j].read;
            }
        }
    }
    return NULL;
}

static bool key_known(const char *key) {
    return field_find(key) < FIELD_COUNT || envelope_key(key) != NULL;
}

/* Keys that the form does not have are kept for the check, which tells all that is wrong at once; a secret
 * among them is refused here, so that its value is never kept. */
static sign_rc keys_check(const struct json_value *root, struct sign_form *f, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; rc == SIGN_OK && i < root->count; i++) {
        const char *key = root->items[i].name;
        if (key_known(key)) {
            continue;
        }
        rc = field_is_secret(key) ? form_no_field(key, SIGN_E_FORMAT, err) : form_note_unknown(f, key, err);
    }
    return rc;
}

static sign_rc envelope_key_read(attribute_fn *read, const struct json_value *v, struct sign_form *f,
                                 sign_error *err) {
    if (read == read_type && type_known(v->text)) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_FORM_KIND, "%s", v->text);
    }
    return read(f, v->text) ? SIGN_OK : fail(err, SIGN_E_FORMAT, MSG_FORM_FORMAT, "%s is not valid", v->name);
}

static sign_rc key_read(const struct json_value *v, struct sign_form *f, sign_error *err) {
    if (v->kind == JSON_KIND_NULL) {
        return SIGN_OK;
    }
    if (!json_is_plain(v)) {
        return fail(err, SIGN_E_FORMAT, MSG_FORM_FORMAT, "%s is an %s, not a text", v->name,
                    json_kind_name(v->kind));
    }
    attribute_fn *read = envelope_key(v->name);
    return read != NULL ? envelope_key_read(read, v, f, err)
                        : form_keep_normal(f, field_find(v->name), v->text, false, err);
}

sign_rc form_read_json(sign_bytes text, struct sign_form *f, sign_error *err) {
    AUTO(json_ptr) doc = NULL;
    sign_rc rc = json_read(text, LIMIT_FORM, JSON_TOP_OBJECT, &doc, err);
    const struct json_value *root = rc == SIGN_OK ? json_root(doc) : NULL;
    if (root == NULL) {
        return rc;
    }
    rc = keys_check(root, f, err);
    for (size_t i = 0; rc == SIGN_OK && i < root->count; i++) {
        rc = key_known(root->items[i].name) ? key_read(&root->items[i], f, err) : SIGN_OK;
    }
    return rc;
}
