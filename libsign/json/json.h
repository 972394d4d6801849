/* json/json.h - JSON read strictly (RFC 8259), into a tree in document order. */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/bytes.h"

enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_NUMBER,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

/* A value; it and all it points at belong to its struct json and never change. */
struct json_value {
    enum json_kind kind;
    const char *name; /* of a member of an object; NULL for others */
    /* UTF-8 without NUL: the string, "true", "false", "null", or the number. "" for arrays and objects. */
    const char *text;
    const struct json_value *items; /* of an array or object, in document order */
    size_t count;
};

/* A document. */
struct json;
typedef struct json *json_ptr;
void json_free(struct json **j);
CLEANUP(json_ptr, json_free);

enum json_top { JSON_TOP_ANY, JSON_TOP_OBJECT };

/*
 * Reads a text of at most `limit` bytes. SIGN_E_LIMIT: longer, or deeper than LIMIT_JSON_DEPTH.
 * SIGN_E_FORMAT (MSG_JSON, with line and column): not JSON, a member named twice (RFC 8259, 4, leaves that to
 * the reader; here it would mean that two readers see two documents), something after the value, malformed
 * UTF-8, U+0000 in a string, an integer beyond 64 bits; or no object at the top when `top` asks for one. A
 * byte order mark before the text is skipped (RFC 8259, 8.1). A number with a fraction or exponent is given
 * as the shortest decimal that means the same double.
 */
sign_rc json_read(sign_bytes text, size_t limit, enum json_top top, struct json **out, sign_error *err);

const struct json_value *json_root(const struct json *j);

/* The member of an object; NULL when there is none or `object` is no object. */
const struct json_value *json_member(const struct json_value *object, const char *name);

/* True for a string, number, bool or null: a value whose text says it all. */
bool json_is_plain(const struct json_value *v);

/* "string", "object" ...: for messages. Never NULL. */
const char *json_kind_name(enum json_kind kind);

#endif
