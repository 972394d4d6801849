/* Strict reading of JSON. */
#include "base/limits.h"
#include "json/json.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static sign_rc read_text(const char *s, struct json **j, sign_error *err) {
    return json_read(BYTES_STR(s), 100000, JSON_TOP_OBJECT, j, err);
}

Test(json, members_come_in_document_order) {
    AUTO(json_ptr) j = NULL;
    cr_assert(
        read_text("{\"z\":\"ş\\u0131\",\"a\":12,\"m\":true,\"b\":null,\"k\":{\"i\":[1,\"x\"]},\"f\":false}",
                  &j, NULL) == SIGN_OK);
    const struct json_value *root = json_root(j);
    const char *const expected[][2] = {{"z", "şı"},   {"a", "12"}, {"m", "true"},
                                       {"b", "null"}, {"k", ""},   {"f", "false"}};
    cr_assert(root->kind == JSON_KIND_OBJECT && root->count == 6 && root->name == NULL);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_str_eq(root->items[i].name, expected[i][0]);
        cr_assert_str_eq(root->items[i].text, expected[i][1]);
        cr_assert_eq(json_is_plain(&root->items[i]), i != 4);
    }
    const struct json_value *list = json_member(json_member(root, "k"), "i");
    cr_assert(list->kind == JSON_KIND_ARRAY && list->count == 2);
    cr_assert(list->items[1].kind == JSON_KIND_STRING && list->items[1].name == NULL);
    cr_assert_str_eq(list->items[1].text, "x");
    cr_assert_null(json_member(root, "none"));
    cr_assert_null(json_member(list, "x"));
}

Test(json, many_members_keep_their_order) {
    AUTO(grow) g = {0};
    for (int i = 0; i < 1000; i++) {
        grow_printf(&g, "%c\"m%d\":%d", i == 0 ? '{' : ',', (i * 7919) % 1000, i);
    }
    grow_byte(&g, '}');
    AUTO(json_ptr) j = NULL;
    cr_assert(json_read(BYTES(g.data, g.len), g.len, JSON_TOP_OBJECT, &j, NULL) == SIGN_OK);
    cr_assert_eq(json_root(j)->count, 1000);
    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "m%d", (i * 7919) % 1000);
        cr_assert_str_eq(json_root(j)->items[i].name, name);
    }
}

Test(json, numbers) {
    const char *const rows[][2] = {{"0", "0"},
                                   {"-9223372036854775808", "-9223372036854775808"},
                                   {"10000000146", "10000000146"},
                                   {"1.5", "1.5"},
                                   {"0.1", "0.1"},
                                   {"1e2", "100.0"},
                                   {"0.30000000000000004", "0.30000000000000004"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(json_ptr) j = NULL;
        cr_assert(json_read(BYTES_STR(rows[i][0]), 100, JSON_TOP_ANY, &j, NULL) == SIGN_OK, "%s", rows[i][0]);
        cr_assert(json_root(j)->kind == JSON_KIND_NUMBER);
        cr_assert_eq(strtod(json_root(j)->text, NULL), strtod(rows[i][1], NULL));
    }
}

Test(json, refused_with_a_place) {
    const char *const bad[] = {"",
                               "{",
                               "{\"a\":1}x",
                               "{\"a\":1}{}",
                               "{\"a\":1,}",
                               "{\"a\":1,\"a\":2}",
                               "{\"k\":{\"a\":1,\"\\u0061\":2}}",
                               "{a:1}",
                               "{'a':1}",
                               "{\"a\":01}",
                               "{\"a\":NaN}",
                               "{\"a\":99999999999999999999}",
                               "{\"a\":1e999}",
                               "{\"a\":\"\\u0000\"}",
                               "{\"a\":\"\\ud800\"}",
                               "{\"a\":\"\xff\"}",
                               "{\"a\":\"\xc0\x80\"}",
                               "{\"a\":\"\n\"}",
                               "{\"a\":\"x}",
                               "// c\n{}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct json *j = NULL;
        sign_error err;
        cr_assert(read_text(bad[i], &j, &err) == SIGN_E_FORMAT, "%s", bad[i]);
        cr_assert(j == NULL);
        cr_assert_str_eq(err.id, "E5020");
        cr_assert(strncmp(err.text, "line ", 5) == 0, "%s", err.text);
    }
}

Test(json, the_place_is_right_and_the_duplicate_is_named) {
    struct json *j = NULL;
    sign_error err;
    cr_assert(read_text("{\n \"ad\": 1,\n \"ad\": 2\n}", &j, &err) == SIGN_E_FORMAT);
    cr_assert(strncmp(err.text, "line 3, ", 8) == 0, "%s", err.text);
    cr_assert_not_null(strstr(err.text, "ad"));
}

Test(json, a_nul_byte_is_no_end) {
    struct json *j = NULL;
    cr_assert(json_read(BYTES("{}\0", 3), 100, JSON_TOP_ANY, &j, NULL) == SIGN_E_FORMAT);
    cr_assert(json_read(BYTES("{}\0{}", 5), 100, JSON_TOP_ANY, &j, NULL) == SIGN_E_FORMAT);
}

Test(json, the_top_may_have_to_be_an_object) {
    AUTO(json_ptr) j = NULL;
    sign_error err;
    cr_assert(read_text("[1]", &j, &err) == SIGN_E_FORMAT);
    cr_assert_not_null(strstr(err.text, "array"), "%s", err.text);
    cr_assert(json_read(BYTES_STR("[1]"), 100, JSON_TOP_ANY, &j, NULL) == SIGN_OK);
    cr_assert_eq(json_root(j)->count, 1);
}

Test(json, a_byte_order_mark_is_skipped) {
    AUTO(json_ptr) j = NULL;
    cr_assert(read_text("\xEF\xBB\xBF{}", &j, NULL) == SIGN_OK);
    cr_assert(json_root(j)->count == 0 && json_root(j)->items == NULL);
    struct json *twice = NULL;
    cr_assert(read_text("\xEF\xBB\xBF\xEF\xBB\xBF{}", &twice, NULL) == SIGN_E_FORMAT);
}

Test(json, size_limit) {
    AUTO(json_ptr) j = NULL;
    cr_assert(json_read(BYTES_STR("{}"), 2, JSON_TOP_ANY, &j, NULL) == SIGN_OK);
    struct json *none = NULL;
    cr_assert(json_read(BYTES_STR("{} "), 2, JSON_TOP_ANY, &none, NULL) == SIGN_E_LIMIT);
}

static sign_rc read_nested(size_t depth, const char *inside, sign_error *err) {
    AUTO(grow) g = {0};
    for (size_t i = 0; i < depth; i++) {
        grow_byte(&g, '[');
    }
    grow_str(&g, inside);
    for (size_t i = 0; i < depth; i++) {
        grow_byte(&g, ']');
    }
    AUTO(json_ptr) j = NULL;
    return json_read(BYTES(g.data, g.len), 10000000, JSON_TOP_ANY, &j, err);
}

Test(json, depth_limit) {
    sign_error err;
    cr_assert(read_nested(LIMIT_JSON_DEPTH, "1", &err) == SIGN_OK);
    cr_assert(read_nested(LIMIT_JSON_DEPTH, "\"[[{{\\\"[[\"", &err) == SIGN_OK,
              "brackets in strings do not count");
    cr_assert(read_nested(LIMIT_JSON_DEPTH, "[],[],{}", &err) == SIGN_E_LIMIT);
    cr_assert_str_eq(err.id, "E9005");
    cr_assert_not_null(strstr(err.text, "line 1, column 33"), "%s", err.text);
    cr_assert(read_nested(1000000, "", &err) == SIGN_E_LIMIT);
}

Test(json, names_of_kinds) {
    cr_assert_str_eq(json_kind_name(JSON_KIND_OBJECT), "object");
    cr_assert_str_eq(json_kind_name(JSON_KIND_STRING), "string");
    cr_assert_str_eq(json_kind_name((enum json_kind)77), "value");
    json_free(NULL);
}
