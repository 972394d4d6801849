/* The hash map. */
#include "base/map.h"
#include <criterion/criterion.h>
#include <stdio.h>

enum { ENTRIES = 10000 };
static char keys[ENTRIES][16];

static void fill(map *m) {
    for (int i = 0; i < ENTRIES; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        cr_assert(map_put(m, BYTES_STR(keys[i]), keys[i]));
    }
}

Test(map, empty) {
    AUTO(map) m = {0};
    size_t at = 0;
    sign_bytes key;
    void *value;
    cr_assert_null(map_get(&m, BYTES_STR("a")));
    cr_assert_null(map_remove(&m, BYTES_STR("a")));
    cr_assert_not(map_each(&m, &at, &key, &value));
    map_free(NULL);
}

Test(map, ten_thousand_entries) {
    AUTO(map) m = {0};
    fill(&m);
    cr_assert_eq(m.count, ENTRIES);
    for (int i = 0; i < ENTRIES; i++) {
        cr_assert(map_get(&m, BYTES_STR(keys[i])) == keys[i]);
    }
    cr_assert_null(map_get(&m, BYTES_STR("k10000")));
}

Test(map, removing_every_other_keeps_the_rest) {
    AUTO(map) m = {0};
    fill(&m);
    for (int i = 0; i < ENTRIES; i += 2) {
        cr_assert(map_remove(&m, BYTES_STR(keys[i])) == keys[i]);
        cr_assert_null(map_remove(&m, BYTES_STR(keys[i])));
    }
    cr_assert_eq(m.count, ENTRIES / 2);
    for (int i = 0; i < ENTRIES; i++) {
        cr_assert(map_get(&m, BYTES_STR(keys[i])) == (i % 2 == 0 ? NULL : keys[i]), "%d", i);
    }
}

Test(map, each_entry_comes_once) {
    AUTO(map) m = {0};
    fill(&m);
    static bool seen[ENTRIES];
    size_t at = 0, n = 0;
    sign_bytes key;
    void *value;
    while (map_each(&m, &at, &key, &value)) {
        size_t i = (size_t)((char(*)[16])value - keys);
        cr_assert(!seen[i] && bytes_equal(key, BYTES_STR(keys[i])));
        seen[i] = true;
        n++;
    }
    cr_assert_eq(n, ENTRIES);
}

Test(map, an_equal_key_replaces_the_value) {
    AUTO(map) m = {0};
    int one = 1, two = 2;
    const char a[] = "key", b[] = "key";
    cr_assert(map_put(&m, BYTES_STR(a), &one) && map_put(&m, BYTES_STR(b), &two));
    cr_assert_eq(m.count, 1);
    cr_assert(map_get(&m, BYTES_STR("key")) == &two);
    size_t at = 0;
    sign_bytes key;
    void *value;
    cr_assert(map_each(&m, &at, &key, &value) && key.data == (const uint8_t *)a);
}

Test(map, empty_and_binary_keys_differ) {
    AUTO(map) m = {0};
    int v[3];
    cr_assert(map_put(&m, BYTES(NULL, 0), &v[0]) && map_put(&m, BYTES("\0", 1), &v[1]) &&
              map_put(&m, BYTES("\0\0", 2), &v[2]));
    cr_assert(map_get(&m, BYTES("", 0)) == &v[0]);
    cr_assert(map_get(&m, BYTES("\0", 1)) == &v[1]);
    cr_assert(map_get(&m, BYTES("\0\0", 2)) == &v[2]);
}

Test(map, the_seed_decides_the_hash) {
    map a = {.seed = {1, 2}}, b = {.seed = {1, 3}};
    cr_assert(map_hash(&a, BYTES_STR("x")) != map_hash(&b, BYTES_STR("x")));
    cr_assert(map_hash(&a, BYTES_STR("x")) == map_hash(&a, BYTES_STR("x")));
    AUTO(map) c = {0};
    AUTO(map) d = {0};
    int v;
    cr_assert(map_put(&c, BYTES_STR("x"), &v) && map_put(&d, BYTES_STR("x"), &v));
    cr_assert(memcmp(c.seed, d.seed, sizeof c.seed) != 0, "each map has its own");
}

/* SipHash-1-3 under the key 00 01 .. 0f of the empty text and of the texts 00, 00 01, ...: computed with an
 * independent implementation (Python, from the paper). */
Test(map, siphash_1_3) {
    map m = {.seed = {0x0706050403020100U, 0x0f0e0d0c0b0a0908U}};
    uint8_t text[16];
    for (uint8_t i = 0; i < 16; i++) {
        text[i] = i;
    }
    cr_assert_eq(map_hash(&m, BYTES(text, 0)), 0xabac0158050fc4dcU);
    cr_assert_eq(map_hash(&m, BYTES(text, 1)), 0xc9f49bf37d57ca93U);
    cr_assert_eq(map_hash(&m, BYTES(text, 8)), 0x369095118d299a8eU);
    cr_assert_eq(map_hash(&m, BYTES(text, 15)), 0xd320d86d2a519956U);
}
