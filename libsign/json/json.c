/* json/json.c - strict reading by jansson, copied into a tree of our own. */
#include "json/json.h"

#include "base/limits.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct json {
    arena mem;
    struct json_value root;
};

typedef json_t *json_t_ptr;

static void json_t_free(json_t **v) {
    json_decref(*v);
}
CLEANUP(json_t_ptr, json_t_free);

void json_free(struct json **j) {
    if (j != NULL && *j != NULL) {
        arena_free(&(*j)->mem);
        free(*j);
        *j = NULL;
    }
}

const struct json_value *json_root(const struct json *j) {
    return &j->root;
}

const struct json_value *json_member(const struct json_value *object, const char *name) {
    for (size_t i = 0; object->kind == JSON_KIND_OBJECT && i < object->count; i++) {
        if (strcmp(object->items[i].name, name) == 0) {
            return &object->items[i];
        }
    }
    return NULL;
}

bool json_is_plain(const struct json_value *v) {
    return v->kind != JSON_KIND_ARRAY && v->kind != JSON_KIND_OBJECT;
}

const char *json_kind_name(enum json_kind kind) {
    static const char *const names[] = {
        [JSON_KIND_NULL] = "null",     [JSON_KIND_BOOL] = "bool",   [JSON_KIND_NUMBER] = "number",
        [JSON_KIND_STRING] = "string", [JSON_KIND_ARRAY] = "array", [JSON_KIND_OBJECT] = "object",
    };
    size_t i = (size_t)kind;
    return i < sizeof names / sizeof names[0] ? names[i] : "value";
}

/* Line and column, both from 1; columns count characters. */
struct place {
    size_t line, column;
};

static void place_move(struct place *p, uint8_t b) {
    if (b == '\n') {
        p->line++;
        p->column = 1;
    } else if ((b & 0xC0) != 0x80) {
        p->column++;
    }
}

/*
 * Depth is looked at before the parser runs, because the parser recurses. Brackets inside strings do not
 * count; in a text that is no JSON the count means nothing, and the parser refuses it anyway.
 */
static sign_rc check_depth(sign_bytes text, sign_error *err) {
    struct place at = {1, 1};
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t b = text.data[i];
        if (quoted && b == '\\' && i + 1 < text.len) {
            place_move(&at, b);
            b = 0; /* what is escaped neither ends the string nor opens anything */
            i++;
        }
        quoted = quoted != (b == '"');
        if (!quoted && (b == '{' || b == '[') && ++depth > LIMIT_JSON_DEPTH) {
            return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "line %zu, column %zu: JSON nested deeper than %d",
                        at.line, at.column, LIMIT_JSON_DEPTH);
        }
        depth -= !quoted && (b == '}' || b == ']') && depth > 0 ? 1 : 0;
        place_move(&at, b == 0 ? 'x' : b);
    }
    return SIGN_OK;
}

/*
 * jansson's lexer reports a value that it had no memory for as a token that is none, and leaves out an octet
 * of a string whose buffer could not grow, without a word: errno, which was 0 before, tells. `tree` may be
 * NULL.
 */
static sign_rc judge_json(const json_t *tree, const json_error_t *e, int reason, sign_error *err) {
    if (reason == ENOMEM || (tree == NULL && json_error_code(e) == json_error_out_of_memory)) {
        return fail_memory(err);
    }
    if (tree != NULL) {
        return SIGN_OK;
    }
    return fail(err, SIGN_E_FORMAT, MSG_JSON, "line %d, column %d: %s", e->line, e->column, e->text);
}

/* The shortest decimal of 15 to 17 digits that reads back as d; the point is a point whatever the locale. */
static const char *real_text(arena *mem, double d) {
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, d);
        if (strtod(text, NULL) == d) {
            break;
        }
    }
    for (char *c = text; *c != '\0'; c++) {
        if (strchr("0123456789+-e", *c) == NULL) {
            *c = '.';
        }
    }
    return arena_str(mem, BYTES_STR(text));
}

static const char *plain_text(arena *mem, const json_t *from) {
    switch (json_typeof(from)) {
    case JSON_STRING:
        return arena_str(mem, BYTES(json_string_value(from), json_string_length(from)));
    case JSON_INTEGER:
        return arena_printf(mem, "%" JSON_INTEGER_FORMAT, json_integer_value(from));
    case JSON_REAL:
        return real_text(mem, json_real_value(from));
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        return "null";
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return "";
}

static enum json_kind kind_of(const json_t *from) {
    static const enum json_kind kinds[] = {
        [JSON_OBJECT] = JSON_KIND_OBJECT, [JSON_ARRAY] = JSON_KIND_ARRAY,    [JSON_STRING] = JSON_KIND_STRING,
        [JSON_REAL] = JSON_KIND_NUMBER,   [JSON_INTEGER] = JSON_KIND_NUMBER, [JSON_TRUE] = JSON_KIND_BOOL,
        [JSON_FALSE] = JSON_KIND_BOOL,    [JSON_NULL] = JSON_KIND_NULL,
    };
    return kinds[json_typeof(from)];
}

/* Copies a value and, LIMIT_JSON_DEPTH deep at most, what is in it. An arena that failed is asked at the end.
 */
static void copy_value(arena *mem, json_t *from, const char *name, struct json_value *to) {
    size_t count = json_is_object(from) ? json_object_size(from) : json_array_size(from);
    struct json_value *items = count > 0 ? arena_alloc(mem, count * sizeof *items) : NULL;
    *to = (struct json_value){kind_of(from), name, plain_text(mem, from), items, items != NULL ? count : 0};
    if (items == NULL) {
        return;
    }
    size_t i = 0;
    json_t *value;
    if (json_is_array(from)) {
        json_array_foreach(from, i, value) {
            copy_value(mem, value, NULL, &items[i]);
        }
        return;
    }
    const char *key;
    json_object_foreach(from, key, value) {
        copy_value(mem, value, arena_str(mem, BYTES_STR(key)), &items[i]);
        i++;
    }
}

sign_rc json_read(sign_bytes text, size_t limit, enum json_top top, struct json **out, sign_error *err) {
    if (text.len > limit) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "JSON of %zu bytes, at most %zu", text.len, limit);
    }
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) {
        text = BYTES(text.data + 3, text.len - 3);
    }
    sign_rc rc = check_depth(text, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    json_error_t e = {0};
    errno = 0;
    AUTO(json_t_ptr)
    tree = json_loadb(text.len > 0 ? (const char *)text.data : "", text.len,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    rc = judge_json(tree, &e, errno, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (top == JSON_TOP_OBJECT && !json_is_object(tree)) {
        return fail(err, SIGN_E_FORMAT, MSG_JSON, "an object is expected, not a %s",
                    json_kind_name(kind_of(tree)));
    }
    AUTO(json_ptr) j = calloc(1, sizeof *j);
    if (j == NULL) {
        return fail_memory(err);
    }
    copy_value(&j->mem, tree, NULL, &j->root);
    if (j->mem.failed) {
        return fail_memory(err);
    }
    *out = TAKE(j);
    return SIGN_OK;
}
