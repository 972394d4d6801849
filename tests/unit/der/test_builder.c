/* Builder: what it writes, and that failure is remembered until it is taken. */
#include "base/time.h"
#include "der/builder.h"
#include "support/hex.h"

/* Takes and compares with hexadecimal text; what is written is DER. */
static void expect(der_builder *b, const char *text) {
    AUTO(grow) room = {0};
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    cr_assert_eq(der_builder_take(b, &out, &err), SIGN_OK, "%s", err.text);
    sign_bytes wanted = hex(text, &room), got = BYTES(out.data, out.len);
    char shown[512] = "";
    if (got.len < 200)
        text_hex(got, shown);
    cr_assert(bytes_equal(got, wanted), "%s", shown);
    cr_assert(got.len == 0 || der_is_der(got, NULL));
    cr_assert(b->out.data == NULL && b->depth == 0 && !b->failed);
}

static void expect_failure(der_builder *b) {
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    cr_assert_eq(der_builder_take(b, &out, &err), SIGN_E_INTERNAL);
    cr_assert(out.data == NULL && b->out.data == NULL && !b->failed);
}

Test(der_builder, values) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 0);
    der_put_uint(&b, 127);
    der_put_uint(&b, 128);
    der_put_uint(&b, UINT64_MAX);
    der_put_unsigned(&b, BYTES("\0\0\x80", 3));
    der_put_unsigned(&b, BYTES("", 0));
    der_put_null(&b);
    der_put_bool(&b, true);
    der_put_bool(&b, false);
    der_put_bits(&b, BYTES("\xab", 1));
    der_put(&b, DER_OCTET_STRING, BYTES("\x01\x02", 2));
    der_put_raw(&b, BYTES("\x05\x00", 2));
    der_end(&b);
    expect(&b,
           "302e 020100 02017f 02020080 020900ffffffffffffffff 02020080 020100 0500 0101ff 010100 0302 00ab "
           "0402 0102 0500");
}

Test(der_builder, object_identifiers) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_DN_COMMON_NAME);
    cr_assert(der_put_oid_text(&b, "1.2.840.113549"));
    der_end(&b);
    expect(&b, "300d 0603550403 06062a864886f70d");
    cr_assert(!der_put_oid_text(&b, "1.2.x"));
    expect_failure(&b);
    der_put_oid(&b, OID_NONE);
    expect_failure(&b);
}

Test(der_builder, strings) {
    AUTO(der_builder) b = {0};
    der_put_utf8(&b, DER_UTF8, "AŞ");
    expect(&b, "0c03 41c59e");
    der_put_utf8(&b, DER_IA5, "a@b");
    expect(&b, "1603 614062");
    der_put_utf8(&b, DER_IA5, "ş");
    expect_failure(&b);
    der_put_utf8(&b, DER_UTF8, "\xff");
    expect_failure(&b);
}

Test(der_builder, times_change_their_type_in_2050) {
    static const struct {
        const char *time;
        uint8_t tag;
        const char *text;
    } rows[] = {{"2049-12-31T23:59:59Z", DER_UTC_TIME, "491231235959Z"},
                {"2050-01-01T00:00:00Z", DER_GENERALIZED_TIME, "20500101000000Z"},
                {"1950-01-01T00:00:00Z", DER_UTC_TIME, "500101000000Z"},
                {"1949-12-31T23:59:59Z", DER_GENERALIZED_TIME, "19491231235959Z"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(der_builder) b = {0};
        AUTO(sign_buf) out = {0};
        int64_t t = 0, back = 0;
        cr_assert(time_parse(rows[i].time, &t));
        der_put_time(&b, t);
        cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
        cr_assert_eq(out.data[0], rows[i].tag);
        cr_assert(bytes_equal(BYTES(out.data + 2, out.len - 2), BYTES_STR(rows[i].text)));
        struct der_parse parse;
        struct der_cursor c = der_open(&parse, BYTES(out.data, out.len), false);
        cr_assert(der_time(&c, &back));
        cr_assert_eq(back, t);
    }
    AUTO(der_builder) b = {0};
    der_put_gen_time(&b, 0);
    expect(&b, "180f 31393730303130313030303030305a");
    der_put_gen_time(&b, INT64_C(253402300800)); /* year 10000 */
    expect_failure(&b);
}

Test(der_builder, lengths_grow_when_an_element_ends) {
    static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        AUTO(der_builder) b = {0};
        AUTO(sign_buf) out = {0};
        der_begin(&b, DER_SEQUENCE);
        der_begin(&b, DER_SET);
        for (size_t n = 0; n < sizes[i] / 2; n++)
            der_put_null(&b);
        der_end(&b);
        der_put_uint(&b, 5);
        der_end(&b);
        cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
        struct der_parse parse;
        struct der_tlv t;
        uint64_t v = 0;
        struct der_cursor c = der_open(&parse, BYTES(out.data, out.len), false), in;
        cr_assert(der_enter(&c, DER_SEQUENCE, &in) && der_finish(&c), "%zu: %s", sizes[i], parse.error);
        cr_assert(der_take(&in, DER_SET, &t) && der_uint(&in, &v) && der_finish(&in) && v == 5);
        cr_assert_eq(t.value.len, sizes[i] / 2 * 2);
        cr_assert(der_is_der(BYTES(out.data, out.len), NULL));
    }
}

Test(der_builder, set_of_is_sorted) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SET);
    der_put(&b, DER_OCTET_STRING, BYTES("\xaa\xaa", 2));
    der_put_uint(&b, 2);
    der_put(&b, DER_OCTET_STRING, BYTES("\xff", 1));
    der_put_uint(&b, 1);
    der_end_set_of(&b);
    expect(&b, "310d 020101 020102 0401ff 0402aaaa");
    der_begin(&b, DER_SET);
    der_end_set_of(&b);
    expect(&b, "3100");
    der_begin(&b, DER_SET);
    der_put_raw(&b, BYTES("\x04\x05", 2));
    der_end_set_of(&b);
    expect_failure(&b);
}

Test(der_builder, a_long_set_gets_its_length_after_sorting) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    der_begin(&b, DER_SET);
    for (uint64_t i = 300; i-- > 0;)
        der_put_uint(&b, i);
    der_end_set_of(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    struct der_parse parse;
    struct der_tlv t;
    struct der_cursor c = der_open(&parse, BYTES(out.data, out.len), false);
    cr_assert(der_take(&c, DER_SET, &t) && der_finish(&c));
    cr_assert(der_set_sorted(t.value));
}

Test(der_builder, headers) {
    static const struct {
        uint64_t n;
        const char *octets;
    } rows[] = {{0, "0400"},
                {127, "047f"},
                {128, "048180"},
                {65536, "0483010000"},
                {UINT64_C(5) << 30, "04850140000000"},
                {UINT64_MAX, "0488ffffffffffffffff"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(der_builder) b = {0};
        AUTO(sign_buf) out = {0};
        AUTO(grow) room = {0};
        der_put_header(&b, DER_OCTET_STRING, rows[i].n);
        cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
        cr_assert(bytes_equal(BYTES(out.data, out.len), hex(rows[i].octets, &room)));
        cr_assert_eq(out.len, der_header_size(rows[i].n));
    }
}

Test(der_builder, unbalanced_elements_fail) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    expect_failure(&b);
    der_end(&b);
    expect_failure(&b);
    for (int i = 0; i < 100; i++)
        der_begin(&b, DER_SEQUENCE);
    for (int i = 0; i < 100; i++)
        der_end(&b);
    expect_failure(&b);
}

Test(der_builder, limit_of_the_buffer) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    b.out.limit = 16;
    der_begin(&b, DER_SEQUENCE);
    for (int i = 0; i < 20; i++)
        der_put_null(&b);
    der_end_set_of(&b);
    sign_rc rc = der_builder_take(&b, &out, NULL);
    cr_assert(rc == SIGN_E_LIMIT || rc == SIGN_E_MEMORY, "%d", rc);
}
