/* Views, growing buffers, arenas, secrets. */
#include "base/bytes.h"
#include "base/limits.h"
#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdlib.h>

Test(bytes, order_is_bytewise_and_the_prefix_first) {
    cr_assert(bytes_compare(BYTES_STR("ab"), BYTES_STR("abc")) < 0);
    cr_assert(bytes_compare(BYTES_STR("abc"), BYTES_STR("ab")) > 0);
    cr_assert(bytes_compare(BYTES_STR("b"), BYTES_STR("abc")) > 0);
    cr_assert(bytes_compare(BYTES("\xff", 1), BYTES("\x01", 1)) > 0, "unsigned");
    cr_assert(bytes_compare(BYTES(NULL, 0), BYTES("", 0)) == 0);
    cr_assert(bytes_compare(BYTES(NULL, 0), BYTES("a", 1)) < 0);
}

Test(bytes, equality) {
    cr_assert(bytes_equal(BYTES(NULL, 0), BYTES("x", 0)));
    cr_assert(bytes_equal(BYTES("a\0b", 3), BYTES("a\0b", 3)));
    cr_assert_not(bytes_equal(BYTES("a\0b", 3), BYTES("a\0c", 3)));
    cr_assert_not(bytes_equal(BYTES("a", 1), BYTES("ab", 2)));
}

Test(bytes, copy_of_nothing_is_not_null) {
    AUTO(sign_buf) b = {0};
    cr_assert(buf_copy(BYTES(NULL, 0), &b, NULL) == SIGN_OK);
    cr_assert(b.data != NULL && b.len == 0);
    sign_buf_free(&b);
    cr_assert(b.data == NULL);
    sign_buf_free(&b);
    sign_buf_free(NULL);
    cr_assert(buf_copy(BYTES_STR("mavi"), &b, NULL) == SIGN_OK);
    cr_assert(bytes_equal(BYTES(b.data, b.len), BYTES_STR("mavi")));
}

Test(bytes, wiping) {
    char pin[] = "123456";
    base_wipe(pin, 4);
    cr_assert(memcmp(pin,
                     "\0\0\0\0"
                     "56",
                     7) == 0);
    AUTO(secret) s = {malloc(5), 4};
    memcpy(s.text, "4321", 5);
    secret_free(&s);
    cr_assert(s.text == NULL && s.len == 0);
    secret_free(NULL);
}

Test(grow, appends_and_hands_over_with_a_nul_behind) {
    AUTO(grow) g = {0};
    grow_str(&g, "ab");
    grow_byte(&g, 'c');
    grow_put(&g, NULL, 0);
    grow_printf(&g, "%d-%s", 42, "x");
    memcpy(grow_space(&g, 2), "YZ", 2);
    AUTO(sign_buf) b = {0};
    cr_assert(grow_take(&g, &b, NULL) == SIGN_OK);
    cr_assert_eq(b.len, 9);
    cr_assert_str_eq((char *)b.data, "abc42-xYZ");
    cr_assert(g.data == NULL && g.len == 0);
}

Test(grow, taking_nothing_gives_an_empty_string) {
    AUTO(grow) g = {0};
    AUTO(sign_buf) b = {0};
    cr_assert(grow_take(&g, &b, NULL) == SIGN_OK);
    cr_assert(b.data != NULL && b.len == 0 && b.data[0] == '\0');
}

Test(grow, the_limit_is_exact_and_failure_is_remembered) {
    AUTO(grow) g = {.limit = 100};
    for (int i = 0; i < 100; i++) {
        grow_byte(&g, 'a');
    }
    cr_assert(!g.failed && g.len == 100);
    grow_byte(&g, 'b');
    cr_assert(g.failed && g.over);
    cr_assert_null(grow_space(&g, 0));
    grow_printf(&g, "%d", 1);
    cr_assert_eq(g.len, 100);
    sign_buf b = {0};
    sign_error err;
    cr_assert(grow_take(&g, &b, &err) == SIGN_E_LIMIT);
    cr_assert_str_eq(err.id, "E9005");
    cr_assert_null(b.data);
    cr_assert(g.data == NULL && !g.failed && g.limit == 100, "empty and usable again");
}

Test(grow, a_length_that_would_wrap_is_over_the_limit) {
    AUTO(grow) g = {0};
    grow_byte(&g, 'a');
    cr_assert_null(grow_space(&g, SIZE_MAX));
    cr_assert(g.over);
}

Test(grow, a_million_bytes_cost_few_reallocations) {
    AUTO(grow) g = {0};
    size_t moves = 0, cap = 0;
    for (size_t i = 0; i < 1000000; i++) {
        grow_byte(&g, (uint8_t)i);
        moves += g.cap != cap ? 1 : 0;
        cap = g.cap;
    }
    cr_assert(g.len == 1000000 && moves < 20, "%zu", moves);
    for (size_t i = 0; i < 1000000; i += 997) {
        cr_assert_eq(g.data[i], (uint8_t)i);
    }
}

Test(arena, memory_is_zeroed_aligned_and_kept) {
    AUTO(arena) a = {0};
    unsigned char *kept[500];
    for (size_t i = 0; i < 500; i++) {
        size_t n = i * 7 % 900 + 1;
        kept[i] = arena_alloc(&a, n);
        cr_assert((uintptr_t)kept[i] % alignof(max_align_t) == 0);
        for (size_t k = 0; k < n; k++) {
            cr_assert_eq(kept[i][k], 0);
        }
        memset(kept[i], (int)(i % 255 + 1), n);
    }
    for (size_t i = 0; i < 500; i++) {
        size_t n = i * 7 % 900 + 1;
        cr_assert(kept[i][0] == i % 255 + 1 && kept[i][n - 1] == i % 255 + 1, "%zu was not written over", i);
    }
}

Test(arena, a_large_piece_leaves_the_open_block_in_use) {
    AUTO(arena) a = {0};
    char *first = arena_alloc(&a, 16);
    cr_assert_not_null(arena_alloc(&a, 1 << 20));
    char *second = arena_alloc(&a, 16);
    cr_assert(second == first + 16);
}

Test(arena, copies_and_texts) {
    AUTO(arena) a = {0};
    cr_assert_str_eq(arena_str(&a, BYTES("abc", 2)), "ab");
    cr_assert_str_eq(arena_printf(&a, "%s-%d", "x", 5), "x-5");
    cr_assert(bytes_equal(arena_copy(&a, BYTES("\0\1", 2)), BYTES("\0\1", 2)));
    cr_assert_str_eq(arena_str(&a, BYTES(NULL, 0)), "");
    cr_assert_not_null(arena_copy(&a, BYTES(NULL, 0)).data);
}

Test(arena, failure_is_remembered) {
    AUTO(arena) a = {0};
    cr_assert_null(arena_alloc(&a, SIZE_MAX - 3));
    cr_assert(a.failed);
    cr_assert_null(arena_alloc(&a, 1));
    cr_assert_null(arena_str(&a, BYTES_STR("x")));
    cr_assert_null(arena_printf(&a, "x"));
    cr_assert(arena_copy(&a, BYTES_STR("x")).data == NULL);
    arena_free(&a);
    cr_assert_not_null(arena_alloc(&a, 1));
    arena_free(NULL);
}
