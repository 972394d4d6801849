/* form/form.c - making, opening, reading and setting the fields of a form. */
#include "form/model.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "form/normal.h"
#include "xml/xml.h"
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_OF(x)            #x
#define VERSION_TEXT(a, b, c) TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

/* The forms of Kamu SM that a renewal stands for; both are fields and can be set to later ones. */
static const char default_form_code[] = "FORM-001-027";
static const char default_undertaking_code[] = "FORM-001-042";

/* UUID version 4 (RFC 9562, 5.4). */
static void uuid_random(char out[37]) {
    uint8_t b[16];
    char hex[33];
    random_fill(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    text_hex(BYTES(b, sizeof b), hex);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

bool form_set_id(struct sign_form *f, const char *id) {
    if (strlen(id) != 36) {
        return false;
    }
    char small[37] = {0};
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool fits = dash ? id[i] == '-' : strchr("0123456789abcdefABCDEF", id[i]) != NULL;
        if (!fits) {
            return false;
        }
        small[i] = id[i] >= 'A' && id[i] <= 'F' ? (char)(id[i] + ('a' - 'A')) : id[i];
    }
    memcpy(f->id, small, sizeof small);
    return true;
}

bool form_set_language(struct sign_form *f, const char *language) {
    if (strcmp(language, "tr") != 0 && strcmp(language, "en") != 0) {
        return false;
    }
    snprintf(f->language, sizeof f->language, "%s", language);
    return true;
}

bool form_set_program(struct sign_form *f, const char *program) {
    size_t n = strnlen(program, FORM_PROGRAM_MAX + 1);
    if (n == 0 || n > FORM_PROGRAM_MAX) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool edge = i == 0 || i == n - 1;
        if (program[i] < (edge ? '!' : ' ') || program[i] > '~') {
            return false;
        }
    }
    memcpy(f->program, program, n + 1);
    return true;
}

bool form_set_time(struct sign_form *f, int64_t time) {
    static const struct civil first = {1900, 1, 1, 0, 0, 0}, last = {9999, 12, 31, 0, 0, 0};
    if (time < time_from_civil(&first) || time > time_from_civil(&last)) {
        return false;
    }
    f->time = time;
    return true;
}

sign_rc form_blank(const char *id, int64_t time, struct sign_form **out, sign_error *err) {
    AUTO(form_ptr) f = calloc(1, sizeof *f);
    if (f == NULL) {
        return fail_memory(err);
    }
    if (id == NULL) {
        uuid_random(f->id);
    } else if (!form_set_id(f, id)) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "form: the id is not a UUID");
    }
    if (!form_set_time(f, time)) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                    "form: the time is not between the years 1900 and 9999");
    }
    form_set_language(f, "tr");
    form_set_program(f, "kalem " VERSION_TEXT(SIGN_VERSION_MAJOR, SIGN_VERSION_MINOR, SIGN_VERSION_PATCH));
    *out = TAKE(f);
    return SIGN_OK;
}

sign_rc form_keep(struct sign_form *f, size_t field, const char *value, sign_error *err) {
    size_t n = strlen(value);
    if (n > FORM_VALUE_MAX) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s: %zu bytes, at most %d", field_at(field)->name, n,
                    FORM_VALUE_MAX);
    }
    char *copy = NULL;
    if (n > 0) {
        copy = malloc(n + 1);
        if (copy == NULL) {
            return fail_memory(err);
        }
        memcpy(copy, value, n + 1);
    }
    free(f->values[field]);
    f->values[field] = copy;
    return SIGN_OK;
}

/* False when XML 1.0 has no way to write a character of it. */
static bool xml_can_hold(const char *value) {
    const uint8_t *at = (const uint8_t *)value;
    const uint8_t *end = at + strlen(value);
    while (at < end) {
        if (!xml_is_char(utf8_next(&at, end))) {
            return false;
        }
    }
    return true;
}

sign_rc form_keep_normal(struct sign_form *f, size_t field, const char *value, bool strict, sign_error *err) {
    const char *name = field_at(field)->name;
    sign_rc bad = strict ? SIGN_E_ARGUMENT : SIGN_E_FORMAT;
    if (strlen(value) > FORM_VALUE_MAX) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s: %zu bytes, at most %d", name, strlen(value),
                    FORM_VALUE_MAX);
    }
    if (!utf8_valid(BYTES_STR(value))) {
        return fail(err, bad, MSG_FORM_TEXT, "%s: not UTF-8", name);
    }
    if (!xml_can_hold(value)) {
        return fail(err, bad, MSG_FORM_TEXT, "%s: a control character", name);
    }
    struct line normal;
    value_normal(field_at(field), value, &normal);
    if (strict && normal.odd) {
        return fail(err, bad, MSG_FORM_TEXT, "%s: a character that is not allowed", name);
    }
    return form_keep(f, field, normal.s, err);
}

sign_rc form_no_field(const char *name, sign_rc rc, sign_error *err) {
    return fail(err, rc, field_is_secret(name) ? MSG_FORM_SECRET : MSG_FORM_FIELD, "%s", name);
}

sign_rc form_note_unknown(struct sign_form *f, const char *key, sign_error *err) {
    if (f->unknown_count == FORM_UNKNOWN_MAX) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "more than %d keys that are no fields", FORM_UNKNOWN_MAX);
    }
    struct form_key *grown = realloc(f->unknown, (f->unknown_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return fail_memory(err);
    }
    f->unknown = grown;
    text_printable(BYTES_STR(key), grown[f->unknown_count].shown, sizeof grown->shown);
    f->unknown_count++;
    return SIGN_OK;
}

sign_rc form_all_known(const struct sign_form *f, sign_error *err) {
    AUTO(grow) list = {0};
    for (size_t i = 0; i < f->unknown_count; i++) {
        grow_printf(&list, "%s\"%s\"", i > 0 ? ", " : "", f->unknown[i].shown);
    }
    if (list.failed) {
        return fail_memory(err);
    }
    return list.len == 0
               ? SIGN_OK
               : fail(err, SIGN_E_REFUSED, MSG_FORM_FIELD, "%.*s", (int)list.len, (const char *)list.data);
}

static sign_rc defaults_set(struct sign_form *f, sign_error *err) {
    sign_rc rc = form_keep(f, FIELD_FormKodu, default_form_code, err);
    return rc != SIGN_OK ? rc : form_keep(f, FIELD_TaahhutnameKodu, default_undertaking_code, err);
}

sign_rc sign_form_new(const char *id, int64_t time, sign_form **out, sign_error *err) {
    if (out == NULL) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_form_new: out is NULL");
    }
    AUTO(form_ptr) f = NULL;
    sign_rc rc = form_blank(id, time != 0 ? time : time_now(), &f, err);
    if (rc == SIGN_OK) {
        rc = defaults_set(f, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    *out = TAKE(f);
    return SIGN_OK;
}

uint8_t form_first_byte(sign_bytes text) {
    size_t at = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < text.len && text.data[at] != 0 && strchr(" \t\r\n", text.data[at]) != NULL) {
        at++;
    }
    return at < text.len ? text.data[at] : 0;
}

static sign_rc form_parse(sign_bytes text, const char *id, int64_t time, struct sign_form **out,
                          sign_error *err) {
    uint8_t first = form_first_byte(text);
    if (first != '<' && first != '{') {
        return fail(err, SIGN_E_FORMAT, MSG_FORM_FORMAT, "neither XML nor a JSON object");
    }
    AUTO(form_ptr) f = NULL;
    bool json = first == '{';
    /* XML has an id and a time of its own, or it is refused: what stands here until then is never seen. */
    sign_rc rc = json ? sign_form_new(id, time, &f, err) : form_blank(NULL, 0, &f, err);
    if (rc == SIGN_OK) {
        rc = json ? form_read_json(text, f, err) : form_read_xml(text, f, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    *out = TAKE(f);
    return SIGN_OK;
}

sign_rc sign_form_open(const sign_input *in, const char *id, int64_t time, sign_form **out, sign_error *err) {
    if (out == NULL) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_form_open: out is NULL");
    }
    AUTO(source) s = {0};
    AUTO(sign_buf) own = {0};
    sign_bytes text = {0};
    sign_rc rc = source_open(in, &s, err);
    if (rc == SIGN_OK) {
        rc = source_all(&s, LIMIT_FORM, &text, &own, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    rc = form_parse(text, id, time, out, err);
    return rc != SIGN_OK && s.name[0] != '\0' ? within(err, rc, "%s", s.name) : rc;
}

const char *sign_form_get(const sign_form *form, const char *field) {
    if (form == NULL || field == NULL) {
        return NULL;
    }
    size_t id = field_find(field);
    return id < FIELD_COUNT ? form->values[id] : NULL;
}

sign_rc sign_form_set(sign_form *form, const char *field, const char *value, sign_error *err) {
    if (form == NULL || field == NULL || value == NULL) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_form_set: form, field and value are needed");
    }
    size_t id = field_find(field);
    return id < FIELD_COUNT ? form_keep_normal(form, id, value, true, err)
                            : form_no_field(field, SIGN_E_ARGUMENT, err);
}

void sign_form_free(sign_form **form) {
    if (form == NULL || *form == NULL) {
        return;
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        char *value = (*form)->values[i];
        if (value != NULL) { /* personal data: KVKK art. 12 asks to keep it from those it does not concern */
            base_wipe(value, strlen(value));
            free(value);
        }
    }
    free((*form)->unknown);
    free(*form);
    *form = NULL;
}
