/* The JSON writer. */
#include "base/jsonout.h"
#include <criterion/criterion.h>

static void sample(jsonout *j) {
    jsonout_object(j);
    jsonout_key(j, "a\"b");
    jsonout_int(j, INT64_MIN);
    jsonout_key(j, "list");
    jsonout_array(j);
    jsonout_bool(j, true);
    jsonout_null(j);
    jsonout_object(j);
    jsonout_end(j);
    jsonout_array(j);
    jsonout_end(j);
    jsonout_end(j);
    jsonout_key(j, "tri");
    jsonout_array(j);
    jsonout_tri(j, -1);
    jsonout_tri(j, 0);
    jsonout_tri(j, 1);
    jsonout_end(j);
    jsonout_key(j, "s");
    jsonout_str(j, NULL);
    jsonout_key(j, "t");
    jsonout_str(j, "x");
    jsonout_end(j);
}

static void expect(grow *g, const char *text) {
    AUTO(sign_buf) b = {0};
    cr_assert(grow_take(g, &b, NULL) == SIGN_OK);
    cr_assert_str_eq((const char *)b.data, text);
}

Test(jsonout, indented) {
    AUTO(grow) g = {0};
    jsonout j = {.out = &g};
    sample(&j);
    expect(
        &g,
        "{\n  \"a\\\"b\": -9223372036854775808,\n  \"list\": [\n    true,\n    null,\n    {},\n    []\n  ],\n"
        "  \"tri\": [\n    null,\n    false,\n    true\n  ],\n  \"s\": null,\n  \"t\": \"x\"\n}\n");
}

Test(jsonout, compact) {
    AUTO(grow) g = {0};
    jsonout j = {.out = &g, .compact = true};
    sample(&j);
    expect(&g, "{\"a\\\"b\":-9223372036854775808,\"list\":[true,null,{},[]],\"tri\":[null,false,true],\"s\":"
               "null,\"t\":\"x\"}\n");
}

Test(jsonout, strings) {
    AUTO(grow) g = {0};
    jsonout j = {.out = &g};
    jsonout_text(&j, BYTES("\"\\\b\f\n\r\t\x01\x1f\x7f\0/ş😀\xff\xc2\x9b\xc0\x80", 23));
    expect(&g, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\\u0000/"
               "ş😀\xef\xbf\xbd\\u009b\xef\xbf\xbd\xef\xbf\xbd\"\n");
    jsonout k = {.out = &g};
    jsonout_text(&k, BYTES(NULL, 0));
    expect(&g, "\"\"\n");
}

Test(jsonout, too_deep_fails_the_buffer) {
    AUTO(grow) g = {0};
    jsonout j = {.out = &g};
    for (int i = 0; i < JSONOUT_DEPTH; i++) {
        jsonout_array(&j);
    }
    cr_assert_not(g.failed);
    jsonout_object(&j);
    jsonout_key(&j, "k");
    jsonout_int(&j, 1);
    jsonout_end(&j);
    sign_buf b = {0};
    cr_assert(grow_take(&g, &b, NULL) == SIGN_E_LIMIT);
}

Test(jsonout, failure_of_the_buffer_is_kept) {
    AUTO(grow) g = {.limit = 20};
    jsonout j = {.out = &g};
    sample(&j);
    sign_buf b = {0};
    cr_assert(grow_take(&g, &b, NULL) == SIGN_E_LIMIT);
}
