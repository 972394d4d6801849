/* Cursor: identifier and length octets, nesting, indefinite lengths. Each accepted form has a refused
 * neighbour. */
#include "base/limits.h"
#include "der/der.h"
#include "support/hex.h"
#include <stdlib.h>
#include <unistd.h>

static const struct {
    const char *octets;
    const char *der; /* NULL: accepted, else part of the reason */
    const char *ber;
} elements[] = {
    {"0401 aa", NULL, NULL},
    {"", "missing", "missing"},
    {"04", "cut off", "cut off"},
    {"0402 aa", "past the end", "past the end"},
    {"3000", NULL, NULL},
    {"1000", "primitive form", "primitive form"}, /* SEQUENCE must be constructed, X.690, 8.9.1 */
    {"1100", "primitive form", "primitive form"},
    {"2203 020101", "constructed form", "constructed form"}, /* INTEGER never is */
    {"2100", "constructed form", "constructed form"},
    {"2403 0401aa", "in pieces", NULL},
    {"0000", "no such", "no such"},
    {"1f8101 00", "above 30", "above 30"},
    {"bf8101 00", "above 30", "above 30"},
    {"048101 aa", "shortest", NULL},
    {"04820001 aa", "shortest", NULL},
    {"0480", "primitive element", "primitive element"},
    {"2480 0401aa 0000", "indefinite", NULL},
    {"3080 0000", "indefinite", NULL},
    {"3080 020101", "indefinite", "end-of-contents missing"},
    {"3080 020101 00", "indefinite", "end-of-contents missing"},
    {"3080 3080 0000", "indefinite", "end-of-contents missing"},
    {"3080 3080 0000 0000", "indefinite", NULL},
    {"3080 3002 0000 0000", "indefinite", NULL}, /* zeros inside a definite element end nothing out here */
    {"3080 0402 aa", "indefinite", "past the end"},
    {"0488 7fffffffffffffff", "past the end", "past the end"},
    {"0488 8000000000000000", "out of range", "out of range"},
    {"0488 ffffffffffffffff", "out of range", "out of range"},
    {"0489 010000000000000000", "more than 8", "more than 8"},
    {"04ff", "more than 8", "more than 8"},
    {"0484 0100", "cut off", "cut off"},
    {"a003 020101", NULL, NULL},
    {"8001 00", NULL, NULL},
};

static void check_element(size_t i, bool ber, const char *why) {
    AUTO(grow) room = {0};
    sign_bytes in = hex(elements[i].octets, &room);
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, in, ber);
    struct der_tlv t;
    bool good = der_any(&c, &t);
    if (why == NULL) {
        cr_assert(good, "row %zu ber %d: %s", i, ber, parse.error);
        cr_assert_eq(t.raw.len, in.len);
        cr_assert(der_finish(&c));
        return;
    }
    cr_assert(!good, "row %zu ber %d was accepted", i, ber);
    cr_assert(strstr(parse.error, why) != NULL, "row %zu ber %d: %s", i, ber, parse.error);
}

Test(der_cursor, identifier_and_length_in_der) {
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        check_element(i, false, elements[i].der);
}

Test(der_cursor, identifier_and_length_in_ber) {
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        check_element(i, true, elements[i].ber);
}

Test(der_cursor, long_length_is_shortest_from_128) {
    uint8_t octets[131] = {0x04, 0x81, 0x80};
    struct der_parse parse;
    struct der_tlv t;
    struct der_cursor c = der_open(&parse, BYTES(octets, sizeof octets), false);
    cr_assert(der_any(&c, &t));
    cr_assert_eq(t.value.len, 128);
    octets[2] = 0x7f;
    c = der_open(&parse, BYTES(octets, sizeof octets), false);
    cr_assert(!der_any(&c, &t));
}

Test(der_cursor, ber_is_noted_der_is_not) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_tlv t;
    struct der_cursor c = der_open(&parse, hex("048101aa", &room), true);
    cr_assert(der_any(&c, &t) && parse.saw_ber);
    c = der_open(&parse, hex("0401aa", &room), true);
    cr_assert(der_any(&c, &t) && !parse.saw_ber);
}

Test(der_cursor, indefinite_value_excludes_the_end_and_raw_includes_it) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_tlv t;
    struct der_cursor c = der_open(&parse, hex("3080 020105 0000 0500", &room), true), in;
    struct der_cursor again = c;
    cr_assert(der_any(&c, &t));
    cr_assert(t.indefinite);
    cr_assert_eq(t.value.len, 3);
    cr_assert_eq(t.raw.len, 7);
    cr_assert(der_null(&c) && der_finish(&c));
    uint64_t v = 0;
    cr_assert(der_enter(&again, DER_SEQUENCE, &in));
    cr_assert(der_uint(&in, &v) && der_finish(&in));
    cr_assert_eq(v, 5);
}

Test(der_cursor, first_failure_stops_every_cursor_and_keeps_its_place) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, hex("3005 020101 0500", &room), false), in, copy = c;
    uint64_t v = 0;
    cr_assert(der_enter(&c, DER_SEQUENCE, &in));
    cr_assert(der_uint(&in, &v));
    cr_assert(!der_uint(&in, &v));
    cr_assert_str_eq(parse.error, "unexpected tag");
    cr_assert_eq(parse.at, 5);
    const char *first = parse.error;
    cr_assert(!der_any(&copy, &(struct der_tlv){0}));
    cr_assert(!der_finish(&c));
    cr_assert_eq(parse.error, first);
    cr_assert_eq(der_peek(&copy), 0);
    cr_assert(!der_more(&copy));
}

Test(der_cursor, optional_elements) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_tlv t;
    struct der_cursor c = der_open(&parse, hex("a003 020107 0500", &room), false), in;
    cr_assert(!der_optional(&c, DER_INTEGER, &t) && der_ok(&c));
    cr_assert(!der_optional_enter(&c, DER_SEQUENCE, &in) && der_ok(&c));
    cr_assert(der_finish(&in), "what was not entered is empty");
    cr_assert(der_optional_enter(&c, DER_CONTEXT_CONSTRUCTED(0), &in));
    uint64_t v = 0;
    cr_assert(der_uint(&in, &v) && der_finish(&in) && v == 7);
    cr_assert(der_take(&c, DER_NULL, NULL));
    cr_assert(!der_optional(&c, DER_NULL, &t) && der_ok(&c));
    cr_assert(der_finish(&c));
}

Test(der_cursor, optional_of_the_right_tag_must_be_well_formed) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_tlv t;
    struct der_cursor c = der_open(&parse, hex("0205 01", &room), false);
    cr_assert(!der_optional(&c, DER_INTEGER, &t));
    cr_assert(!der_ok(&c));
}

Test(der_cursor, trailing_data) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, hex("0500 00", &room), false);
    cr_assert(der_null(&c));
    cr_assert(!der_finish(&c));
    cr_assert_str_eq(parse.error, "trailing data");
    cr_assert_eq(parse.at, 2);
}

Test(der_cursor, a_primitive_element_is_not_entered) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, hex("0403 020101", &room), false), in;
    cr_assert(!der_enter(&c, DER_OCTET_STRING, &in));
    cr_assert(!der_more(&in));
}

Test(der_cursor, inside_of_a_taken_element) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    struct der_tlv t;
    struct der_cursor c = der_open(&parse, hex("0403 020109", &room), false);
    uint64_t v = 0;
    cr_assert(der_take(&c, DER_OCTET_STRING, &t));
    struct der_cursor in = der_inside(&c, &t);
    cr_assert(der_uint(&in, &v) && der_finish(&in) && v == 9);
}

Test(der_cursor, nothing_to_read) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, (sign_bytes){0}, false);
    cr_assert(der_ok(&c) && !der_more(&c) && der_finish(&c));
    cr_assert(!der_take(&c, DER_NULL, NULL));
}

/* `depth` SEQUENCEs in one another, of definite or indefinite length. */
static sign_buf nest(size_t depth, bool indefinite) {
    sign_buf out = {malloc(depth * 6 + 1), 0};
    cr_assert(out.data != NULL);
    if (indefinite) {
        for (size_t i = 0; i < depth; i++) {
            out.data[2 * i] = 0x30;
            out.data[2 * i + 1] = 0x80;
        }
        memset(out.data + 2 * depth, 0, 2 * depth);
        out.len = 4 * depth;
        return out;
    }
    /* From the inside out, each with the two-octet form of the length. */
    uint8_t *end = out.data + depth * 4, *at = end;
    for (size_t i = 0, n = 0; i < depth; i++, n += 4) {
        at -= 4;
        memcpy(at, (uint8_t[]){0x30, 0x82, (uint8_t)(n >> 8), (uint8_t)n}, 4);
    }
    out.len = depth * 4;
    return out;
}

static unsigned enter_all(sign_bytes in) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, in, true), inner;
    unsigned depth = 0;
    while (der_more(&c) && der_enter(&c, DER_SEQUENCE, &inner)) {
        c = inner;
        depth++;
    }
    if (!der_ok(&c))
        cr_assert_str_eq(parse.error, "nested too deeply");
    return depth;
}

Test(der_cursor, depth_is_limited) {
    for (int indefinite = 0; indefinite < 2; indefinite++) {
        AUTO(sign_buf) fits = nest(LIMIT_DER_DEPTH, indefinite);
        cr_assert_eq(enter_all(BYTES(fits.data, fits.len)), LIMIT_DER_DEPTH);
        AUTO(sign_buf) deep = nest(LIMIT_DER_DEPTH + 1, indefinite);
        cr_assert_leq(enter_all(BYTES(deep.data, deep.len)), LIMIT_DER_DEPTH);
    }
}

Test(der_cursor, ten_thousand_indefinite_lengths_are_refused_at_once) {
    AUTO(sign_buf) deep = nest(10000, true);
    cr_assert_eq(enter_all(BYTES(deep.data, deep.len)), 0);
}

/* Nested as deep as is allowed around many small elements: each level is passed over once. */
Test(der_cursor, nesting_does_not_multiply_the_work) {
    enum { PAIRS = 500000 };
    size_t n = LIMIT_DER_DEPTH * 4 + PAIRS * 2;
    AUTO(sign_buf) in = {malloc(n), n};
    cr_assert(in.data != NULL);
    memset(in.data, 0, n);
    for (size_t i = 0; i < LIMIT_DER_DEPTH; i++)
        memcpy(in.data + 2 * i, "\x30\x80", 2);
    for (size_t i = 0; i < PAIRS; i++)
        in.data[LIMIT_DER_DEPTH * 2 + 2 * i] = DER_NULL;
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, BYTES(in.data, in.len), true), inner;
    for (unsigned i = 0; i < LIMIT_DER_DEPTH; i++, c = inner)
        cr_assert(der_enter(&c, DER_SEQUENCE, &inner), "%s", parse.error);
    cr_assert_eq((size_t)(c.end - c.at), (size_t)PAIRS * 2);
}
