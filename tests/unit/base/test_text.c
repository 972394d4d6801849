/* UTF-8, Turkish case, base64, hex, percent-encoding, PEM, masking. */
#include "base/text.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static sign_bytes view(const grow *g) {
    return BYTES(g->data, g->len);
}

Test(utf8, well_formed) {
    const char *const good[] = {"",
                                "abc",
                                "çğıöşü İ",
                                "\xef\xbf\xbd",
                                "\xed\x9f\xbf",
                                "\xee\x80\x80",
                                "\xf0\x90\x80\x80",
                                "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_assert(utf8_valid(BYTES_STR(good[i])), "row %zu", i);
    }
}

/* RFC 3629, 3 and 10: overlong forms, surrogates, beyond U+10FFFF, lone and missing continuation bytes. */
Test(utf8, malformed) {
    const sign_bytes bad[] = {BYTES("\xc0\x80", 2),
                              BYTES("\xc1\xbf", 2),
                              BYTES("\xe0\x9f\xbf", 3),
                              BYTES("\xf0\x8f\xbf\xbf", 4),
                              BYTES("\xed\xa0\x80", 3),
                              BYTES("\xed\xbf\xbf", 3),
                              BYTES("\xf4\x90\x80\x80", 4),
                              BYTES("\xf5\x80\x80\x80", 4),
                              BYTES("\x80", 1),
                              BYTES("\xc3", 1),
                              BYTES("\xe2\x82", 2),
                              BYTES("\xf0\x9f\x98", 3),
                              BYTES("\xff", 1),
                              BYTES("a\0b", 3),
                              BYTES("\xc3(", 2)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not(utf8_valid(bad[i]), "row %zu", i);
    }
}

Test(utf8, every_code_point_survives) {
    for (uint32_t c = 1; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        char out[4];
        size_t n = utf8_put(c, out);
        const uint8_t *at = (const uint8_t *)out;
        cr_assert(utf8_next(&at, at + n) == c && at == (const uint8_t *)out + n, "U+%04X", c);
    }
}

Test(utf8, what_is_no_character_is_written_as_replacement) {
    char out[4];
    cr_assert(utf8_put(0xD800, out) == 3 && memcmp(out, "\xef\xbf\xbd", 3) == 0);
    cr_assert(utf8_put(0x110000, out) == 3 && memcmp(out, "\xef\xbf\xbd", 3) == 0);
}

Test(utf8, a_malformed_byte_moves_by_one) {
    const uint8_t text[] = {0xE2, 0x82, 'a'};
    const uint8_t *at = text;
    cr_assert(utf8_next(&at, text + 3) == 0xFFFD && at == text + 1);
    cr_assert(utf8_next(&at, text + 3) == 0xFFFD && at == text + 2);
    cr_assert(utf8_next(&at, text + 3) == 'a' && at == text + 3);
}

Test(utf8, whole_characters) {
    cr_assert_eq(utf8_whole("aş", 2), 1);
    cr_assert_eq(utf8_whole("aş", 3), 3);
    cr_assert_eq(utf8_whole("€", 2), 0);
    cr_assert_eq(utf8_whole("😀", 3), 0);
    cr_assert_eq(utf8_whole("😀", 4), 4);
    cr_assert_eq(utf8_whole("", 0), 0);
}

Test(utf8, width) {
    cr_assert_eq(utf8_width("ÇİĞ"), 3);
    cr_assert_eq(utf8_width("I\xcc\x87"), 1);
    cr_assert_eq(utf8_width(""), 0);
}

Test(turkish, upper_case) {
    const char *const rows[][2] = {
        {"ılı", "ILI"},           {"ilişki", "İLİŞKİ"},
        {"İLİ", "İLİ"},           {"çğöşü âîû", "ÇĞÖŞÜ ÂÎÛ"},
        {"ÿ÷ß×", "Ÿ÷ß×"},         {"ĺľńžź", "ĹĽŃŽŹ"},
        {"ǆ αβ жи", "ǆ αβ жи"},   {"kı\xffx", "KI\xef\xbf\xbdX"},
        {"āăąćď ŵŷ", "ĀĂĄĆĎ ŴŶ"}, {"ạế", "ẠẾ"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(grow) g = {0};
        text_turkish_upper(BYTES_STR(rows[i][0]), &g);
        cr_assert(bytes_equal(view(&g), BYTES_STR(rows[i][1])), "%s gives %.*s", rows[i][0], (int)g.len,
                  g.data);
    }
}

Test(turkish, upper_case_of_upper_case_is_itself) {
    for (uint32_t c = 0; c < 0x2000; c++) {
        cr_assert_eq(turkish_upper(turkish_upper(c)), turkish_upper(c), "U+%04X", c);
    }
}

Test(turkish, equality) {
    cr_assert(text_turkish_equal("Işık  İnci", " ışık inci\t"));
    cr_assert(text_turkish_equal("", "  "));
    cr_assert(text_turkish_equal("a\xc2\xa0"
                                 "b",
                                 "A B"));
    cr_assert_not(text_turkish_equal("ısı", "isi"));
    cr_assert_not(text_turkish_equal("ISI", "isi"));
    cr_assert_not(text_turkish_equal("ab", "a b"));
    cr_assert_not(text_turkish_equal("ali", "aliye"));
    cr_assert_not(text_turkish_equal("aliye", "ali"));
}

Test(turkish, malformed_names_equal_nothing) {
    cr_assert_not(text_turkish_equal("a\xfe", "a\xff"));
    cr_assert_not(text_turkish_equal("a\xff", "a\xff"));
    cr_assert_not(text_turkish_equal("a\xff", "a\xef\xbf\xbd"));
}

/* RFC 4648, 10. */
Test(base64, vectors) {
    const char *const rows[][2] = {{"", ""},
                                   {"f", "Zg=="},
                                   {"fo", "Zm8="},
                                   {"foo", "Zm9v"},
                                   {"foob", "Zm9vYg=="},
                                   {"fooba", "Zm9vYmE="},
                                   {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(grow) to = {0};
        AUTO(grow) from = {0};
        text_base64(BYTES_STR(rows[i][0]), &to);
        cr_assert(bytes_equal(view(&to), BYTES_STR(rows[i][1])), "%s", rows[i][0]);
        cr_assert(text_base64_decode(BYTES_STR(rows[i][1]), &from), "%s", rows[i][1]);
        cr_assert(bytes_equal(view(&from), BYTES_STR(rows[i][0])), "%s", rows[i][1]);
    }
}

Test(base64, every_length_with_lines_of_every_width) {
    uint8_t data[1500];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 131 + i / 256);
    }
    for (size_t n = 0; n <= sizeof data; n += n < 20 ? 1 : 97) {
        AUTO(grow) to = {0};
        text_base64(BYTES(data, n), &to);
        for (size_t width = 1; width < 80; width += 5) {
            AUTO(grow) lines = {0};
            AUTO(grow) from = {0};
            for (size_t at = 0; at < to.len; at += width) {
                grow_put(&lines, to.data + at, to.len - at < width ? to.len - at : width);
                grow_str(&lines, "\r\n");
            }
            cr_assert(text_base64_decode(view(&lines), &from));
            cr_assert(bytes_equal(view(&from), BYTES(data, n)), "%zu bytes in lines of %zu", n, width);
        }
    }
}

Test(base64, refused) {
    const char *const bad[] = {"Z",    "Zg",       "Zg=",  "Zg===",    "Zm9v=", "=",
                               "====", "Zg==Zg==", "Z===", "Zh==",     "Zm9=",  "Zm9-",
                               "Zm9_", "Zm.v",     "Zg=x", "Zm9v\x80", "Z=g=",  "Zm9vZ"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        AUTO(grow) g = {0};
        cr_assert_not(text_base64_decode(BYTES_STR(bad[i]), &g), "%s", bad[i]);
    }
    AUTO(grow) g = {0};
    cr_assert_not(text_base64_decode(BYTES("Zm\0v", 4), &g));
    cr_assert(text_base64_decode(BYTES_STR(" Z g = \n= "), &g) && bytes_equal(view(&g), BYTES_STR("f")));
}

Test(base64, the_limit_of_the_buffer_holds) {
    AUTO(grow) g = {.limit = 2};
    cr_assert_not(text_base64_decode(BYTES_STR("Zm9v"), &g));
    cr_assert(g.over);
    AUTO(grow) h = {.limit = 7};
    text_base64(BYTES_STR("foob"), &h);
    cr_assert(h.failed);
}

Test(hex, both_ways) {
    char out[9];
    text_hex(BYTES("\x00\xff\x1a\xB2", 4), out);
    cr_assert_str_eq(out, "00ff1ab2");
    AUTO(grow) g = {0};
    cr_assert(text_hex_decode("00FF1ab2", &g) && bytes_equal(view(&g), BYTES("\x00\xff\x1a\xb2", 4)));
    cr_assert(text_hex_decode("", &g));
    cr_assert_not(text_hex_decode("0", &g));
    cr_assert_not(text_hex_decode("0g", &g));
    cr_assert_not(text_hex_decode("0x", &g));
    cr_assert_not(text_hex_decode(" 0", &g));
}

Test(percent, both_ways) {
    AUTO(grow) g = {0};
    text_percent_encode("a-Z_0.~ /ş%", &g);
    cr_assert(bytes_equal(view(&g), BYTES_STR("a-Z_0.~%20%2F%C5%9F%25")));
    AUTO(grow) back = {0};
    cr_assert(text_percent_decode(view(&g), &back));
    cr_assert(bytes_equal(view(&back), BYTES_STR("a-Z_0.~ /ş%")));
    const char *const bad[] = {"%", "%4", "a%4", "%4g", "%g4"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not(text_percent_decode(BYTES_STR(bad[i]), &back), "%s", bad[i]);
    }
    cr_assert_not(text_percent_decode(BYTES("%\0\0", 3), &back));
    cr_assert_not(text_percent_decode(BYTES("%4\0", 3), &back));
}

Test(mask, persons) {
    const char *const rows[][2] = {{"10000000146", "100******46"},
                                   {"123456", "123*56"},
                                   {"12345", "*****"},
                                   {"", ""},
                                   {"şğüıöç", "şğü*öç"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[40];
        text_mask_person(rows[i][0], out, sizeof out);
        cr_assert_str_eq(out, rows[i][1]);
    }
    char small[5];
    text_mask_person("10000000146", small, sizeof small);
    cr_assert_str_eq(small, "100*");
}

Test(printable, cut_at_a_whole_character) {
    char out[6];
    text_printable(BYTES_STR("abcdş"), out, sizeof out);
    cr_assert_str_eq(out, "abcd");
    text_printable(BYTES_STR("abcş"), out, sizeof out);
    cr_assert_str_eq(out, "abcş");
    text_printable(BYTES("a\0\x7f", 3), out, sizeof out);
    cr_assert_str_eq(out, "a??");
    text_printable(BYTES(NULL, 0), out, 1);
    cr_assert_str_eq(out, "");
}

static const char two_blocks[] = "Subject: x\n-----BEGIN A-B C-----\r\nZm9v\r\n-----END A-B C-----\n"
                                 "text -----BEGIN NOT-----\n-----BEGIN X-----\nZm\n8=\n-----END X-----";

Test(pem, blocks_in_a_row) {
    size_t at = 0;
    char label[64];
    AUTO(grow) first = {0};
    AUTO(grow) second = {0};
    cr_assert_eq(text_pem_next(BYTES_STR(two_blocks), &at, label, &first), 1);
    cr_assert_str_eq(label, "A-B C");
    cr_assert(bytes_equal(view(&first), BYTES_STR("foo")));
    cr_assert_eq(text_pem_next(BYTES_STR(two_blocks), &at, label, &second), 1);
    cr_assert_str_eq(label, "X");
    cr_assert(bytes_equal(view(&second), BYTES_STR("fo")));
    cr_assert_eq(at, strlen(two_blocks));
    cr_assert_eq(text_pem_next(BYTES_STR(two_blocks), &at, label, &second), 0);
}

Test(pem, malformed) {
    const char *const bad[] = {
        "-----BEGIN X-----\nZm9v\n",
        "-----BEGIN X",
        "-----BEGIN -----\n-----END -----",
        "-----BEGIN X-----\nZm9v\n-----END Y-----",
        "-----BEGIN X-----\nZm9v\n-----END X----",
        "-----BEGIN X-----\nZm9v\n-----END XY-----",
        "-----BEGIN X-----\nZm9\n-----END X-----",
        "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n-----END X-----",
        "-----BEGIN X-----\n-----BEGIN X-----\nZm9v\n-----END X-----",
        "-----BEGIN X\n-----\nZm9v\n-----END X\n-----",
        ("-----BEGIN 0123456789012345678901234567890123456789012345678901234567890123-----\nZm9v\n"
         "-----END 0123456789012345678901234567890123456789012345678901234567890123-----"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t at = 0;
        char label[64];
        AUTO(grow) g = {0};
        cr_assert_eq(text_pem_next(BYTES_STR(bad[i]), &at, label, &g), -1, "row %zu", i);
    }
}

Test(pem, none) {
    size_t at = 0;
    char label[64];
    AUTO(grow) g = {0};
    cr_assert_eq(text_pem_next(BYTES_STR("-----BEGI"), &at, label, &g), 0);
    cr_assert_eq(text_pem_next(BYTES(NULL, 0), &at, label, &g), 0);
    at = 99;
    cr_assert_eq(text_pem_next(BYTES_STR("x"), &at, label, &g), 0);
}

/* A view that ends anywhere in a PEM text is read without touching what lies behind it (AddressSanitizer). */
Test(pem, cut_anywhere) {
    size_t len = strlen(two_blocks);
    for (size_t n = 0; n < len; n++) {
        uint8_t *copy = malloc(n > 0 ? n : 1);
        memcpy(copy, two_blocks, n);
        size_t at = 0;
        char label[64];
        AUTO(grow) g = {0};
        int found = 0, rc;
        while ((rc = text_pem_next(BYTES(copy, n), &at, label, &g)) == 1) {
            found++;
        }
        cr_assert(found <= 1 && rc <= 0);
        free(copy);
    }
}
