#include "key/uri.h"
#include "base/text.h"
#include <stdlib.h>

/* The attributes that are texts, and where they go. */
struct field {
    const char *name;
    size_t offset;
    bool query; /* after '?' */
};
#define FIELD(name, member, query)                                                                           \
    { name, offsetof(struct uri, member), query }
static const struct field fields[] = {
    FIELD("model", model, false),
    FIELD("manufacturer", manufacturer, false),
    FIELD("serial", serial, false),
    FIELD("token", token, false),
    FIELD("object", object, false),
    FIELD("type", type, false),
    FIELD("module-path", module_path, true),
    FIELD("module-name", module_name, true),
};
enum { FIELDS = sizeof fields / sizeof *fields };

static char **field_of(uri *u, const struct field *f) {
    return (char **)(void *)((char *)u + f->offset);
}

static const char *field_get(const uri *u, const struct field *f) {
    return *(char *const *)(const void *)((const char *)u + f->offset);
}

void uri_free(uri *u) {
    for (size_t i = 0; i < FIELDS; i++)
        free(*field_of(u, &fields[i]));
    sign_buf_free(&u->id);
    *u = (uri){0};
}

static sign_rc wrong(sign_error *err, const char *what) {
    return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "pkcs11 URI: %s", what);
}

static bool named(sign_bytes name, const char *word) {
    return bytes_equal(name, BYTES_STR(word));
}

/* Percent-decoded; a text must be UTF-8 without NUL, an id may be any bytes (RFC 7512, 2.3). */
static sign_rc decode(sign_bytes in, bool text, sign_buf *out, sign_error *err) {
    AUTO(grow) g = {0};
    bool decoded = text_percent_decode(in, &g);
    if (g.failed)
        return fail_memory(err);
    if (!decoded || (text && !utf8_valid(BYTES(g.data, g.len))))
        return wrong(err, "malformed percent-encoding");
    if (text)
        grow_byte(&g, 0);
    return grow_take(&g, out, err);
}

static sign_rc set_slot(uri *u, sign_bytes value, sign_error *err) {
    unsigned long n = 0;
    if (u->has_slot || value.len == 0 || value.len > 9)
        return wrong(err, "slot-id");
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return wrong(err, "slot-id is no number");
        n = n * 10 + (unsigned long)(value.data[i] - '0');
    }
    u->slot = n;
    u->has_slot = true;
    return SIGN_OK;
}

static sign_rc set_id(uri *u, sign_bytes value, sign_error *err) {
    if (u->has_id)
        return wrong(err, "an attribute stands twice");
    u->has_id = true;
    return decode(value, false, &u->id, err);
}

static sign_rc set_text(char **at, sign_bytes value, sign_error *err) {
    if (*at)
        return wrong(err, "an attribute stands twice");
    sign_buf text = {0};
    sign_rc rc = decode(value, true, &text, err);
    if (rc == SIGN_OK)
        *at = (char *)text.data;
    return rc;
}

static sign_rc set(uri *u, bool query, sign_bytes name, sign_bytes value, sign_error *err) {
    /* RFC 7512, 7: a PIN, or the way to it, does not belong where others read; the caller asks for it. */
    if (query && named(name, "pin-value"))
        return fail(err, SIGN_E_ARGUMENT, MSG_URI_PIN, "pin-value");
    if (query && named(name, "pin-source"))
        return fail(err, SIGN_E_ARGUMENT, MSG_URI_PIN, "pin-source");
    if (!query && named(name, "slot-id"))
        return set_slot(u, value, err);
    if (!query && named(name, "id"))
        return set_id(u, value, err);
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].query == query && named(name, fields[i].name))
            return set_text(field_of(u, &fields[i]), value, err);
    char shown[64];
    text_printable(name, shown, sizeof shown);
    return fail(err, SIGN_E_UNSUPPORTED, MSG_URI_ATTRIBUTE, "%s", shown);
}

/* One part: attributes between `separator`s. */
static sign_rc parse_part(sign_bytes part, char separator, uri *u, sign_error *err) {
    const uint8_t *at = part.data, *end = part.data + part.len;
    while (at < end) {
        const uint8_t *stop = memchr(at, separator, (size_t)(end - at));
        if (!stop)
            stop = end;
        const uint8_t *equals = memchr(at, '=', (size_t)(stop - at));
        if (!equals)
            return wrong(err, "an attribute without value");
        sign_rc rc = set(u, separator == '&', BYTES(at, (size_t)(equals - at)),
                         BYTES(equals + 1, (size_t)(stop - equals - 1)), err);
        if (rc != SIGN_OK)
            return rc;
        at = stop < end ? stop + 1 : end;
    }
    return SIGN_OK;
}

sign_rc uri_parse(const char *text, uri *out, sign_error *err) {
    if (strncmp(text, "pkcs11:", 7) != 0)
        return wrong(err, "does not begin with pkcs11:");
    AUTO(uri) u = {0};
    const char *path = text + 7, *query = strchr(path, '?');
    size_t n = query ? (size_t)(query - path) : strlen(path);
    sign_rc rc = parse_part(BYTES(path, n), ';', &u, err);
    if (rc == SIGN_OK && query)
        rc = parse_part(BYTES_STR(query + 1), '&', &u, err);
    if (rc != SIGN_OK)
        return rc;
    static const char *const types[] = {"private", "public", "cert"};
    bool known = !u.type;
    for (size_t i = 0; i < sizeof types / sizeof *types && !known; i++)
        known = strcmp(u.type, types[i]) == 0;
    if (!known)
        return wrong(err, "type is none of private, public, cert");
    *out = u;
    u = (uri){0};
    return SIGN_OK;
}

static void write_name(grow *out, const char *name) {
    if (out->len > 7)
        grow_byte(out, ';');
    grow_str(out, name);
    grow_byte(out, '=');
}

void uri_write(const uri *u, grow *out) {
    grow_str(out, "pkcs11:");
    for (size_t i = 0; i < FIELDS; i++) {
        const char *value = field_get(u, &fields[i]);
        /* An empty text would ask for an empty label, which is seldom what a blank-padded one means. */
        if (!value || !*value || fields[i].query)
            continue;
        write_name(out, fields[i].name);
        text_percent_encode(value, out);
    }
    if (!u->has_id || u->id.len == 0)
        return;
    write_name(out, "id");
    for (size_t i = 0; i < u->id.len; i++)
        grow_printf(out, "%%%02X", u->id.data[i]);
}
