/* base/jsonout.c - JSON written as it comes. */
#include "base/jsonout.h"

#include "base/text.h"
#include <assert.h>
#include <inttypes.h>

static bool in_object(const jsonout *j) {
    return j->depth > 0 && ((j->objects >> j->depth) & 1U) != 0;
}

static void new_line(jsonout *j) {
    if (j->compact) {
        return;
    }
    grow_byte(j->out, '\n');
    for (unsigned i = 0; i < j->depth; i++) {
        grow_put(j->out, "  ", 2);
    }
}

/* What stands before a member: a comma after another one, and its own line. */
static void before_member(jsonout *j) {
    if (j->filled) {
        grow_byte(j->out, ',');
    }
    if (j->depth > 0) {
        new_line(j);
    }
    j->filled = true;
}

static void before_value(jsonout *j) {
    assert(j->out->failed || j->keyed == in_object(j));
    if (!j->keyed) {
        before_member(j);
    }
    j->keyed = false;
}

static void after_value(jsonout *j) {
    if (j->depth == 0) {
        grow_byte(j->out, '\n');
    }
}

static void put_value(jsonout *j, const char *s) {
    before_value(j);
    grow_str(j->out, s);
    after_value(j);
}

static void open_value(jsonout *j, bool object) {
    before_value(j);
    if (j->depth == JSONOUT_DEPTH) {
        j->out->failed = true;
        j->out->over = true;
    }
    if (j->out->failed) {
        return;
    }
    grow_byte(j->out, object ? '{' : '[');
    j->depth++;
    uint64_t bit = (uint64_t)1 << j->depth;
    j->objects = object ? j->objects | bit : j->objects & ~bit;
    j->filled = false;
}

void jsonout_object(jsonout *j) {
    open_value(j, true);
}

void jsonout_array(jsonout *j) {
    open_value(j, false);
}

void jsonout_end(jsonout *j) {
    if (j->out->failed) {
        return;
    }
    assert(j->depth > 0 && !j->keyed);
    char close = in_object(j) ? '}' : ']';
    j->depth--;
    if (j->filled) {
        new_line(j);
    }
    grow_byte(j->out, (uint8_t)close);
    j->filled = true; /* what was closed is a member of what is open now */
    after_value(j);
}

/* RFC 8259, 7: quotation mark, reverse solidus and controls must be escaped. */
static void put_char(grow *out, uint32_t c) {
    static const char named[] = "\"\\\b\f\n\r\t";
    static const char letter[] = "\"\\bfnrt";
    const char *at = c != 0 && c < 0x80 ? strchr(named, (int)c) : NULL;
    if (at != NULL) {
        grow_byte(out, '\\');
        grow_byte(out, (uint8_t)letter[at - named]);
    } else if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
        grow_printf(out, "\\u%04" PRIx32, c);
    } else {
        char utf8[4];
        size_t n = utf8_put(c, utf8);
        grow_put(out, utf8, n);
    }
}

/* Stands for itself: ASCII without controls, quotation mark and reverse solidus. */
static bool plain(uint8_t c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Keys and codes are plain from end to end: what is plain goes out in one piece. */
static void put_string(grow *out, sign_bytes text) {
    grow_byte(out, '"');
    if (text.len > 0) {
        const uint8_t *at = text.data;
        const uint8_t *end = at + text.len;
        while (at < end) {
            const uint8_t *from = at;
            while (at < end && plain(*at)) {
                at++;
            }
            grow_put(out, from, (size_t)(at - from));
            if (at < end) {
                put_char(out, utf8_next(&at, end));
            }
        }
    }
    grow_byte(out, '"');
}

void jsonout_key(jsonout *j, const char *key) {
    if (j->out->failed) {
        return;
    }
    assert(in_object(j) && !j->keyed);
    before_member(j);
    put_string(j->out, BYTES_STR(key));
    grow_str(j->out, j->compact ? ":" : ": ");
    j->keyed = true;
}

void jsonout_text(jsonout *j, sign_bytes text) {
    before_value(j);
    put_string(j->out, text);
    after_value(j);
}

void jsonout_str(jsonout *j, const char *s) {
    if (s != NULL) {
        jsonout_text(j, BYTES_STR(s));
    } else {
        jsonout_null(j);
    }
}

void jsonout_int(jsonout *j, int64_t n) {
    before_value(j);
    grow_printf(j->out, "%" PRId64, n);
    after_value(j);
}

void jsonout_bool(jsonout *j, bool b) {
    put_value(j, b ? "true" : "false");
}

void jsonout_null(jsonout *j) {
    put_value(j, "null");
}

void jsonout_tri(jsonout *j, int t) {
    put_value(j, t < 0 ? "null" : (t > 0 ? "true" : "false"));
}
