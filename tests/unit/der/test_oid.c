/* The table of object identifiers, and dotted text (X.690, 8.19). */
#include "der/oid.h"
#include "support/hex.h"

Test(oid, every_row_is_what_its_dotted_text_says) {
    for (int i = 1; i < OID_COUNT; i++) {
        enum oid id = (enum oid)i;
        uint8_t octets[64];
        char text[64];
        size_t len = 0;
        cr_assert(oid_from_text(oid_dotted(id), octets, sizeof octets, &len), "%s", oid_dotted(id));
        cr_assert(oid_is(BYTES(octets, len), id), "%s", oid_dotted(id));
        cr_assert(oid_to_text(oid_bytes(id), text, sizeof text));
        cr_assert_str_eq(text, oid_dotted(id));
        cr_assert_neq(oid_label(id)[0], '\0');
        cr_assert_eq(oid_find(oid_bytes(id)), id, "%s", oid_dotted(id));
    }
}

Test(oid, rows_stand_in_the_order_of_the_search) {
    for (int i = 2; i < OID_COUNT; i++) {
        sign_bytes a = oid_bytes((enum oid)(i - 1)), b = oid_bytes((enum oid)i);
        bool ordered = a.len < b.len || (a.len == b.len && memcmp(a.data, b.data, a.len) < 0);
        cr_assert(ordered, "%s before %s", oid_dotted((enum oid)(i - 1)), oid_dotted((enum oid)i));
    }
}

Test(oid, labels_are_unique) {
    for (int i = 1; i < OID_COUNT; i++)
        for (int j = i + 1; j < OID_COUNT; j++)
            cr_assert_str_neq(oid_label((enum oid)i), oid_label((enum oid)j));
}

Test(oid, unknown_ones_are_none) {
    AUTO(grow) room = {0};
    cr_assert_eq(oid_find((sign_bytes){0}), OID_NONE);
    cr_assert_eq(oid_find(hex("2a8648", &room)), OID_NONE);
    cr_assert_eq(oid_find(hex("ffffffffff", &room)), OID_NONE);
    cr_assert_eq(oid_find(hex("000000", &room)), OID_NONE);
    cr_assert_eq(oid_bytes(OID_NONE).len, 0);
    cr_assert_str_eq(oid_label(OID_COUNT), "");
    cr_assert(!oid_is(hex("550404", &room), OID_DN_COMMON_NAME));
}

Test(oid, text_of_octets) {
    static const struct {
        const char *octets;
        const char *text; /* NULL: malformed */
    } rows[] = {{"00", "0.0"},
                {"27", "0.39"},
                {"28", "1.0"},
                {"4f", "1.39"},
                {"50", "2.0"},
                {"8837", "2.999"},
                {"81ffffffffffffffff7f", "2.18446744073709551535"},
                {"83ffffffffffffffff7f", NULL}, /* above 64 bits */
                {"", NULL},
                {"80", NULL},
                {"2a80", NULL},
                {"2a8001", NULL},
                {"2aff", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) room = {0};
        char text[64];
        uint8_t back[64];
        size_t len = 0;
        sign_bytes octets = hex(rows[i].octets, &room);
        cr_assert_eq(oid_to_text(octets, text, sizeof text), rows[i].text != NULL, "%s", rows[i].octets);
        if (rows[i].text == NULL)
            continue;
        cr_assert_str_eq(text, rows[i].text);
        cr_assert(oid_from_text(text, back, sizeof back, &len));
        cr_assert(bytes_equal(BYTES(back, len), octets));
    }
}

Test(oid, text_must_fit) {
    char text[8];
    cr_assert(oid_to_text(oid_bytes(OID_DN_COMMON_NAME), text, 8));
    cr_assert(!oid_to_text(oid_bytes(OID_DN_COMMON_NAME), text, 7));
    cr_assert_str_eq(text, "");
    uint8_t octets[3];
    size_t len = 0;
    cr_assert(oid_from_text("2.5.4.3", octets, 3, &len) && len == 3);
    cr_assert(!oid_from_text("2.5.4.3", octets, 2, &len));
}

Test(oid, malformed_text) {
    static const char *const bad[] = {"",
                                      "1",
                                      "3.1",
                                      "0.40",
                                      "1.40",
                                      "1.2.",
                                      ".1.2",
                                      "1..2",
                                      "1.2.a",
                                      "1.2 .3",
                                      "01.2",
                                      "1.02",
                                      "-1.2",
                                      "1.2.-3",
                                      "1.2.18446744073709551616",
                                      "2.18446744073709551615"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t octets[64];
        size_t len = 0;
        cr_assert(!oid_from_text(bad[i], octets, sizeof octets, &len), "%s", bad[i]);
    }
}
