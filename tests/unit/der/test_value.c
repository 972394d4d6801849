/* Typed elements: forms that DER prescribes (X.690, 8 and 11; RFC 5280, 4.1.2.5). */
#include "base/time.h"
#include "der/der.h"
#include "support/hex.h"

static struct der_cursor open_hex(const char *text, bool ber, struct der_parse *parse, grow *room) {
    return der_open(parse, hex(text, room), ber);
}

Test(der_value, boolean) {
    static const struct {
        const char *octets;
        bool der, ber, value;
    } rows[] = {{"0101ff", true, true, true},
                {"010100", true, true, false},
                {"010101", false, true, true},
                {"0100", false, false, false},
                {"0102ff00", false, false, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int ber = 0; ber < 2; ber++) {
            AUTO(grow) room = {0};
            struct der_parse parse;
            struct der_cursor c = open_hex(rows[i].octets, ber, &parse, &room);
            bool v = false, good = ber ? rows[i].ber : rows[i].der;
            cr_assert_eq(der_bool(&c, &v), good, "%s ber %d", rows[i].octets, ber);
            cr_assert(!good || v == rows[i].value);
            cr_assert_eq(parse.saw_ber, good && !rows[i].der);
        }
}

Test(der_value, integers) {
    static const struct {
        const char *octets;
        bool integer, unsigned_, small;
        uint64_t value;
    } rows[] = {{"020100", true, false, true, 0},
                {"02017f", true, true, true, 127},
                {"02020080", true, true, true, 128},
                {"020180", true, false, false, 0},
                {"0202ff7f", true, false, false, 0},
                {"02020001", false, false, false, 0}, /* over-long, positive and negative */
                {"0202ff80", false, false, false, 0},
                {"0200", false, false, false, 0},
                {"02087fffffffffffffff", true, true, true, INT64_MAX},
                {"0209008000000000000000", true, true, false, 0},
                {"0a0105", false, false, false, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) room = {0};
        struct der_parse parse;
        sign_bytes v;
        uint64_t n = 0;
        struct der_cursor c = open_hex(rows[i].octets, false, &parse, &room);
        cr_assert_eq(der_integer(&c, &v), rows[i].integer, "%s", rows[i].octets);
        c = open_hex(rows[i].octets, true, &parse, &room);
        cr_assert_eq(der_integer(&c, &v), rows[i].integer, "BER %s", rows[i].octets);
        c = open_hex(rows[i].octets, false, &parse, &room);
        cr_assert_eq(der_unsigned(&c, &v), rows[i].unsigned_, "%s", rows[i].octets);
        cr_assert(!rows[i].unsigned_ || v.data[0] != 0, "the sign octet is removed");
        c = open_hex(rows[i].octets, false, &parse, &room);
        cr_assert_eq(der_uint(&c, &n), rows[i].small, "%s", rows[i].octets);
        cr_assert_eq(n, rows[i].value);
    }
}

Test(der_value, object_identifiers) {
    static const struct {
        const char *octets;
        bool good;
    } rows[] = {{"06032a8648", true},    {"06042a864886", false}, {"06062a864886f70d", true},
                {"0600", false},         {"0603558001", false},   {"060180", false},
                {"060455048001", false}, {"0603550403", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int ber = 0; ber < 2; ber++) {
            AUTO(grow) room = {0};
            struct der_parse parse;
            sign_bytes v;
            struct der_cursor c = open_hex(rows[i].octets, ber, &parse, &room);
            cr_assert_eq(der_oid(&c, &v), rows[i].good, "%s", rows[i].octets);
        }
}

Test(der_value, bit_strings) {
    static const struct {
        const char *octets;
        bool der, ber;
        unsigned unused;
        size_t len;
    } rows[] = {{"030100", true, true, 0, 0},     {"03020780", true, true, 7, 1},
                {"03020781", false, true, 7, 1},  {"03020880", false, false, 0, 0},
                {"030101", false, false, 0, 0},   {"0300", false, false, 0, 0},
                {"03030400f0", true, true, 4, 2}, {"2303030100", false, false, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int ber = 0; ber < 2; ber++) {
            AUTO(grow) room = {0};
            struct der_parse parse;
            sign_bytes v = {0};
            unsigned unused = 99;
            bool good = ber ? rows[i].ber : rows[i].der;
            struct der_cursor c = open_hex(rows[i].octets, ber, &parse, &room);
            cr_assert_eq(der_bits(&c, &v, &unused), good, "%s ber %d", rows[i].octets, ber);
            cr_assert(!good || (unused == rows[i].unused && v.len == rows[i].len));
        }
}

Test(der_value, null_and_octets) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    sign_bytes v;
    struct der_cursor c = open_hex("0500 0402beef", false, &parse, &room);
    cr_assert(der_null(&c) && der_octets(&c, &v) && der_finish(&c));
    cr_assert(v.len == 2 && v.data[0] == 0xbe);
    c = open_hex("050100", true, &parse, &room);
    cr_assert(!der_null(&c));
    c = open_hex("2404 0402beef", true, &parse, &room);
    cr_assert(!der_octets(&c, &v), "pieces are for the caller to join");
}

/* Text of a time, its tag, and what is expected of der_time and der_gen_time: RFC 3339 text or NULL for
 * refused. */
static const struct {
    uint8_t tag;
    const char *text, *time, *gen;
} times[] = {
    {DER_UTC_TIME, "260105100000Z", "2026-01-05T10:00:00Z", NULL},
    {DER_UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z", NULL},
    {DER_UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z", NULL},
    {DER_UTC_TIME, "2601051000Z", NULL, NULL}, /* seconds must be there */
    {DER_UTC_TIME, "260105100000+0300", NULL, NULL},
    {DER_UTC_TIME, "260105100000", NULL, NULL},
    {DER_UTC_TIME, "260230100000Z", NULL, NULL},
    {DER_UTC_TIME, "26010510000aZ", NULL, NULL},
    {DER_UTC_TIME, "-60105100000Z", NULL, NULL},
    {DER_UTC_TIME, "260105240000Z", NULL, NULL},
    {DER_UTC_TIME, "", NULL, NULL},
    {DER_GENERALIZED_TIME, "20500101000000Z", "2050-01-01T00:00:00Z", "2050-01-01T00:00:00Z"},
    {DER_GENERALIZED_TIME, "20240229120000Z", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"},
    {DER_GENERALIZED_TIME, "20230229120000Z", NULL, NULL},
    {DER_GENERALIZED_TIME, "20260105100000.25Z", NULL, "2026-01-05T10:00:00Z"},
    {DER_GENERALIZED_TIME, "20260105100000.250Z", NULL, NULL}, /* X.690, 11.7.3 */
    {DER_GENERALIZED_TIME, "20260105100000.Z", NULL, NULL},
    {DER_GENERALIZED_TIME, "20260105100000,25Z", NULL, NULL},
    {DER_GENERALIZED_TIME, "20260105100000.2xZ", NULL, NULL},
    {DER_GENERALIZED_TIME, "202601051000Z", NULL, NULL},
    {DER_GENERALIZED_TIME, "20260105100000", NULL, NULL},
    {DER_VISIBLE, "20260105100000Z", NULL, NULL},
};

static void check_time(size_t i, const char *expected, bool (*read)(struct der_cursor *, int64_t *)) {
    uint8_t octets[64] = {times[i].tag, (uint8_t)strlen(times[i].text)};
    memcpy(octets + 2, times[i].text, strlen(times[i].text));
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, BYTES(octets, 2u + octets[1]), false);
    int64_t t = 0;
    char text[32];
    cr_assert_eq(read(&c, &t), expected != NULL, "%s", times[i].text);
    if (expected != NULL)
        cr_assert_str_eq(time_rfc3339(t, text), expected);
}

Test(der_value, times) {
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        check_time(i, times[i].time, der_time);
        check_time(i, times[i].gen, der_gen_time);
    }
}

Test(der_value, algorithm_identifier) {
    AUTO(grow) room = {0};
    struct der_parse parse;
    sign_bytes oid, params;
    struct der_cursor c = open_hex("3007 0603550403 0500", false, &parse, &room);
    cr_assert(der_algorithm(&c, &oid, &params) && oid.len == 3 && params.len == 2);
    c = open_hex("3005 0603550403", false, &parse, &room);
    cr_assert(der_algorithm(&c, &oid, &params) && params.len == 0);
    c = open_hex("3009 0603550403 0500 0500", false, &parse, &room);
    cr_assert(!der_algorithm(&c, &oid, &params), "two parameters");
    c = open_hex("3002 0500", false, &parse, &room);
    cr_assert(!der_algorithm(&c, &oid, &params), "no OID");
}

Test(der_value, der_all_the_way_down) {
    static const struct {
        const char *octets;
        bool good;
    } rows[] = {{"3006 0101ff 020105", true},
                {"3006 010101 020105", false},
                {"3006 0101ff 020105 00", false},
                {"3080 0000", false},
                {"3007 3005 04028101 00", false},
                {"300a 3008 3006 0401aa 048101bb", false},
                {"3007 3005 3003 020105", true},
                {"3008 3006 3004 02020005", false},
                {"a003 020105", true},
                {"8001ff", true},
                {"", false},
                {"3003 060180", false},
                {"3002 0500", true},
                {"3003 050100", false},
                {"3004 03020781", false},
                {"3103 0a0101", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) room = {0};
        const char *why = "unset";
        cr_assert_eq(der_is_der(hex(rows[i].octets, &room), &why), rows[i].good, "%s", rows[i].octets);
        cr_assert_eq(why == NULL, rows[i].good);
    }
    cr_assert(!der_is_der((sign_bytes){0}, NULL));
}

Test(der_value, order_of_a_set) {
    AUTO(grow) room = {0};
    cr_assert(der_set_sorted(hex("", &room)));
    cr_assert(der_set_sorted(hex("020101 020102 0500", &room)));
    cr_assert(der_set_sorted(hex("020101 020101", &room)), "equal ones stand in order");
    cr_assert(!der_set_sorted(hex("020102 020101", &room)));
    cr_assert(!der_set_sorted(hex("0402aaaa 0401ff", &room)), "the length octet comes first");
    cr_assert(!der_set_sorted(hex("020101 0202", &room)), "malformed");
}

Test(der_value, strings_as_text) {
    static const struct {
        const char *octets;
        const char *text; /* NULL: no string */
    } rows[] = {{"0c04 41c59f42", "AşB"},
                {"0c03 41c542", "A\xef\xbf\xbd"
                                "B"},
                {"0c03 410a42", "A\xef\xbf\xbd"
                                "B"},
                {"0c05 41e280ae42", "A\xef\xbf\xbd"
                                    "B"}, /* right-to-left override */
                {"1302 4142", "AB"},
                {"1302 41fe", "A\xef\xbf\xbd"},
                {"1602 4140", "A@"},
                {"1602 4100", "A\xef\xbf\xbd"},
                {"1402 41fc", "Aü"},
                {"1402 4185", "A\xef\xbf\xbd"},
                {"1e04 0130015e", "İŞ"},
                {"1e03 013001", "İ\xef\xbf\xbd"},
                {"1e02 d800", "\xef\xbf\xbd"},
                {"1c04 0001f600", "\xf0\x9f\x98\x80"},
                {"1c04 00110000", "\xef\xbf\xbd"},
                {"0c00", ""},
                {"0401 41", NULL},
                {"2c03 0c0141", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) room = {0}, out = {0};
        struct der_parse parse;
        struct der_tlv t;
        struct der_cursor c = open_hex(rows[i].octets, true, &parse, &room);
        cr_assert(der_any(&c, &t));
        cr_assert_eq(der_text(&t, &out), rows[i].text != NULL, "%s", rows[i].octets);
        sign_bytes expected = BYTES_STR(rows[i].text != NULL ? rows[i].text : "");
        cr_assert(bytes_equal(BYTES(out.data, out.len), expected), "%s: %.*s", rows[i].octets, (int)out.len,
                  (const char *)out.data);
    }
}
