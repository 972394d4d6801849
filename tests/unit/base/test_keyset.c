/* Rows by their keys: the same answers as a list that is searched from its beginning. */
#include "base/keyset.h"

#include <criterion/criterion.h>

struct row {
    uint8_t key[5];
    size_t number;
};

static uint32_t next(uint32_t *seed) {
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

static size_t find(const uint8_t (*list)[5], size_t n, const uint8_t *key) {
    for (size_t i = 0; i < n; i++)
        if (memcmp(list[i], key, 5) == 0)
            return i;
    return KEYSET_NONE;
}

/* Keys that differ late and early, and many twice. */
Test(keyset, as_a_list) {
    AUTO(arena) a = {0};
    struct keyset s = {.arena = &a, .width = 5, .size = sizeof(struct row)};
    static uint8_t list[4000][5];
    size_t n = 0;
    uint32_t seed = 7;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        uint8_t key[5] = {0, (uint8_t)(next(&seed) & 1), 0, (uint8_t)(next(&seed) & 3), (uint8_t)next(&seed)};
        bool fresh;
        size_t known = find((const uint8_t(*)[5])list, n, key);
        cr_assert_eq(keyset_find(&s, key), known, "%zu", i);
        size_t at = keyset_put(&s, key, &fresh);
        cr_assert_eq(fresh, known == KEYSET_NONE);
        cr_assert_eq(at, fresh ? n : known);
        struct row *row = keyset_row(&s, at);
        cr_assert(memcmp(row->key, key, 5) == 0);
        if (fresh) {
            cr_assert_eq(row->number, 0);
            row->number = n;
            memcpy(list[n++], key, 5);
        }
        cr_assert_eq(row->number, at);
    }
    cr_expect(n > 1000 && n < sizeof list / sizeof *list);
    cr_expect_eq(s.n, n);
}

/* Every bit alone, in the order that makes the deepest tree. */
Test(keyset, one_bit_each) {
    AUTO(arena) a = {0};
    struct keyset s = {.arena = &a, .width = 5, .size = sizeof(struct row)};
    bool fresh;
    for (size_t i = 0; i < 40; i++) {
        uint8_t key[5] = {0};
        key[i / 8] = (uint8_t)(0x80 >> i % 8);
        cr_assert_eq(keyset_find(&s, key), KEYSET_NONE);
        cr_assert_eq(keyset_put(&s, key, &fresh), i);
        cr_assert(fresh);
    }
    for (size_t i = 0; i < 40; i++) {
        uint8_t key[5] = {0};
        key[i / 8] = (uint8_t)(0x80 >> i % 8);
        cr_expect_eq(keyset_find(&s, key), i);
    }
}

Test(keyset, empty) {
    AUTO(arena) a = {0};
    const struct keyset s = {.arena = &a, .width = 5, .size = sizeof(struct row)};
    cr_expect_eq(keyset_find(&s, "abcde"), KEYSET_NONE);
}
