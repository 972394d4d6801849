/* The cache as a file: listed, pruned, carried to another machine. */
#include "base/text.h"
#include "site.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char second[100];

static void make_all(void) {
    door_make(&door, true);
    snprintf(second, sizeof second, "%s/second.db", door.folder);
}

static void remove_all(void) {
    static const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char path[120];
        snprintf(path, sizeof path, "%s%s", second, parts[i]);
        unlink(path);
    }
    door_close(&door);
}

TestSuite(carry, .init = make_all, .fini = remove_all);

static int64_t clock_of(void *user) {
    return *(int64_t *)user;
}

/* Remembers a list that was obtained then. */
static void put(const char *path, const char *url, uint8_t issuer, int64_t obtained, size_t filler) {
    AUTO(netcache_ptr) c = NULL;
    uint8_t who[32];
    memset(who, issuer, sizeof who);
    struct netcache_options opt = {.path = path, .now = clock_of, .now_user = &obtained};
    struct netcache_key key = {
        .kind = SIGN_FETCH_CRL, .url = url, .issuer = BYTES(who, sizeof who), .subject = BYTES_STR("s")};
    sign_fetch_answer a = {
        .obtained = obtained, .expires = obtained + 100, .type = "x/y", .body = make_crl(T0 + DAY, filler)};
    cr_assert_eq(netcache_new(&opt, &c, NULL), SIGN_OK);
    netcache_put(c, &key, &a);
    answer_free(&a);
}

static void put_failure(const char *path, const char *url, int64_t at) {
    AUTO(netcache_ptr) c = NULL;
    struct netcache_options opt = {.path = path, .now = clock_of, .now_user = &at};
    struct netcache_key key = {.kind = SIGN_FETCH_CRL, .url = url};
    cr_assert_eq(netcache_new(&opt, &c, NULL), SIGN_OK);
    netcache_failed(c, &key, "HTTP status 500", 0);
}

static sign_rc collect(void *user, const sign_cache_row *row, sign_error *err) {
    (void)err;
    grow_printf(user, "%d %s %.4s %zu %d %lld %lld %lld\n", (int)row->kind, row->url, row->issuer,
                row->octets, row->failed, (long long)(row->obtained - T0), (long long)(row->expires - T0),
                (long long)(row->used - T0));
    return SIGN_OK;
}

static char *listing(const char *path, grow *out) {
    sign_error err = {0};
    out->len = 0;
    cr_assert_eq(sign_cache_each(path, collect, out, &err), SIGN_OK, "%s", err.text);
    grow_byte(out, 0);
    return (char *)out->data;
}

static sign_rc refuse(void *user, const sign_cache_row *row, sign_error *err) {
    (void)row;
    (void)err;
    ++*(int *)user;
    return SIGN_E_CANCELLED;
}

Test(carry, every_row_newest_first) {
    AUTO(grow) text = {0};
    cr_assert_str_empty(listing(door.cache, &text)); /* no file is an empty cache, and none is made */
    cr_assert_neq(access(door.cache, F_OK), 0);
    put(door.cache, "http://a/1", 0x11, T0, 100);
    put(door.cache, "http://a/2", 0, T0 + 20, 0);
    put_failure(door.cache, "http://a/3", T0 + 10);
    put_failure(door.cache, "http://a/1", T0 + 5);
    cr_assert_str_eq(listing(door.cache, &text), "2 http://a/2 0000 57 0 20 120 20\n"
                                                 "2 http://a/3 0000 0 1 10 70 10\n"
                                                 "2 http://a/1 0000 0 1 5 65 5\n"
                                                 "2 http://a/1 1111 161 0 0 100 0\n");
    int calls = 0;
    cr_assert_eq(sign_cache_each(door.cache, refuse, &calls, NULL), SIGN_E_CANCELLED);
    cr_assert_eq(calls, 1);
}

static size_t prune(sign_cache_prune_options o) {
    size_t removed = 99;
    sign_error err = {0};
    o.size = sizeof o;
    cr_assert_eq(sign_cache_prune(door.cache, &o, &removed, &err), SIGN_OK, "%s", err.text);
    return removed;
}

Test(carry, pruned_by_use_by_date_by_size) {
    AUTO(grow) text = {0};
    cr_assert_eq(prune((sign_cache_prune_options){.all = 1}), 0);
    cr_assert_neq(access(door.cache, F_OK), 0);
    int64_t late = INT64_C(4000000000); /* 2096 */
    put(door.cache, "http://a/1", 1, T0, 1000);
    put(door.cache, "http://a/2", 1, T0 + 10, 1000);
    put(door.cache, "http://a/3", 1, late, 1000);
    put(door.cache, "http://a/4", 1, late + 10, 1000);
    put(door.cache, "http://a/5", 1, late + 20, 1000);
    cr_assert_eq(prune((sign_cache_prune_options){0}), 0);
    cr_assert_eq(prune((sign_cache_prune_options){.unused_since = T0 + 10}), 1);
    cr_assert_eq(prune((sign_cache_prune_options){.expired = 1}), 1);
    cr_assert_eq(prune((sign_cache_prune_options){.keep_octets = 3500}), 0);
    cr_assert_eq(prune((sign_cache_prune_options){.keep_octets = 2500}), 1);
    const char *left = listing(door.cache, &text);
    cr_assert(strstr(left, "a/5") && strstr(left, "a/4") && !strstr(left, "a/3"), "%s", left);
    cr_assert_eq(prune((sign_cache_prune_options){.all = 1}), 2);
    cr_assert_str_empty(listing(door.cache, &text));
    cr_assert_eq(sign_cache_prune(door.cache, &(sign_cache_prune_options){.size = 1}, NULL, NULL),
                 SIGN_E_ARGUMENT);
}

static sign_buf exported(const char *path, size_t want) {
    sign_buf out = {0};
    size_t count = 0;
    sign_error err = {0};
    cr_assert_eq(sign_cache_export(path, &(sign_output){.buf = &out}, &count, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(count, want);
    return out;
}

static sign_rc import(const char *path, const sign_buf *from, size_t *count, sign_error *err) {
    return sign_cache_import(path, &(sign_input){.name = "carried", .data = {from->data, from->len}}, count,
                             err);
}

Test(carry, exported_and_imported) {
    AUTO(grow) here = {0}, there = {0};
    put(door.cache, "http://a/1", 1, T0, 100000);
    put(door.cache, "http://a/2", 2, T0 + 10, 0);
    put_failure(door.cache, "http://a/3", T0);
    AUTO(sign_buf) file = exported(door.cache, 2);
    size_t count = 0;
    sign_error err = {0};
    cr_assert_eq(import(second, &file, &count, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(count, 2);
    const char *rows = listing(second, &there);
    cr_assert(strstr(rows, "2 http://a/2 0202 57 0 10 110") &&
                  strstr(rows, "2 http://a/1 0101 100068 0 0 100"),
              "%s", rows);
    AUTO(sign_buf) again = exported(second, 2);
    cr_assert(bytes_equal(BYTES(file.data, file.len), BYTES(again.data, again.len)));
    /* Nothing newer in it: nothing changes. */
    cr_assert_eq(import(second, &file, &count, &err), SIGN_OK);
    cr_assert_eq(count, 0);
    (void)listing(door.cache, &here);
}

Test(carry, the_newer_stays) {
    AUTO(grow) text = {0};
    put(door.cache, "http://a/1", 1, T0 + 50, 10);
    put(door.cache, "http://a/2", 1, T0, 10);
    put(second, "http://a/1", 1, T0, 20);
    put(second, "http://a/2", 1, T0 + 50, 20);
    AUTO(sign_buf) file = exported(door.cache, 2);
    size_t count = 0;
    cr_assert_eq(import(second, &file, &count, NULL), SIGN_OK);
    cr_assert_eq(count, 1);
    const char *rows = listing(second, &text);
    cr_assert(strstr(rows, "http://a/1 0101 69 0 50") && strstr(rows, "http://a/2 0101 79 0 50"), "%s", rows);
}

Test(carry, an_empty_cache_is_carried_too) {
    AUTO(sign_buf) file = exported(door.cache, 0);
    size_t count = 9;
    cr_assert_eq(import(second, &file, &count, NULL), SIGN_OK);
    cr_assert_eq(count, 0);
}

/* Any octet changed, any cut, anything behind: refused, and nothing of it is imported. */
Test(carry, damaged_files_change_nothing) {
    AUTO(grow) text = {0};
    put(door.cache, "http://a/1", 1, T0, 0);
    put(door.cache, "http://a/2", 1, T0, 0);
    put(second, "http://b/1", 1, T0, 0);
    AUTO(sign_buf) file = exported(door.cache, 2);
    AUTO(grow) before = {0}, copy = {0};
    (void)listing(second, &before);
    sign_error err;
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] ^= 1;
        cr_assert_eq(import(second, &file, NULL, &err), SIGN_E_FORMAT, "octet %zu: %s", i, err.text);
        cr_assert_str_eq(err.id, "E3407");
        file.data[i] ^= 1;
        sign_buf part = {file.data, i};
        cr_assert_eq(import(second, &part, NULL, &err), SIGN_E_FORMAT, "cut at %zu", i);
    }
    grow_put(&copy, file.data, file.len);
    grow_byte(&copy, 0);
    sign_buf more = {copy.data, copy.len};
    cr_assert_eq(import(second, &more, NULL, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(listing(second, &text), (char *)before.data);
    cr_assert_eq(import(second, &file, NULL, &err), SIGN_OK);
}

/* Made by somebody who can compute digests: a body that is none, a URL that is none, an expiry in a century.
 */
Test(carry, what_is_imported_is_judged) {
    AUTO(grow) text = {0};
    AUTO(netcache_ptr) c = NULL;
    struct netcache_options opt = {.path = door.cache};
    cr_assert_eq(netcache_new(&opt, &c, NULL), SIGN_OK);
    struct netcache_key key = {.kind = SIGN_FETCH_CRL, .url = "http://a/1"};
    sign_fetch_answer a = {.obtained = T0, .expires = T0 + 36500 * DAY, .body = make_crl(T0 + 3600, 0)};
    netcache_put(c, &key, &a);
    AUTO(sign_buf) file = exported(door.cache, 1);
    cr_assert_eq(import(second, &file, NULL, NULL), SIGN_OK);
    const char *rows = listing(second, &text);
    cr_assert_not_null(strstr(rows, "http://a/1 0000 57 0 0 3600 "), "%s", rows);
    a.body.data[0] ^= 1;
    netcache_put(c, &key, &a);
    AUTO(sign_buf) wrong = exported(door.cache, 1);
    sign_error err = {0};
    cr_assert_eq(import(second, &wrong, NULL, &err), SIGN_E_FORMAT);
    cr_assert_not_null(strstr(err.text, "no CRL"), "%s", err.text);
    a.body.data[0] ^= 1;
    static const char *const urls[] = {"ftp://a/1", "http://a:b@c/", "http://a/ b", "x"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        sign_cache_prune_options all = {.size = sizeof all, .all = 1};
        cr_assert_eq(sign_cache_prune(door.cache, &all, NULL, NULL), SIGN_OK);
        key.url = urls[i];
        netcache_put(c, &key, &a);
        AUTO(sign_buf) bad = exported(door.cache, 1);
        cr_assert_eq(import(second, &bad, NULL, &err), SIGN_E_FORMAT, "%s", urls[i]);
    }
    answer_free(&a);
}

Test(carry, arguments_and_files_that_are_no_cache) {
    sign_buf out = {0};
    sign_error err;
    FILE *f = fopen(door.cache, "w");
    cr_assert_not_null(f);
    for (int i = 0; i < 200; i++)
        fputs("something else\n", f);
    fclose(f);
    cr_assert_eq(sign_cache_each(door.cache, collect, NULL, &err), SIGN_E_FORMAT);
    cr_assert_eq(sign_cache_export(door.cache, &(sign_output){.buf = &out}, NULL, &err), SIGN_E_FORMAT);
    cr_assert_eq(sign_cache_prune(door.cache,
                                  &(sign_cache_prune_options){.size = sizeof(sign_cache_prune_options)}, NULL,
                                  &err),
                 SIGN_E_FORMAT);
    cr_assert_eq(sign_cache_import(door.cache, &(sign_input){.data = BYTES_STR("x")}, NULL, &err),
                 SIGN_E_FORMAT);
    cr_assert_eq(access(door.cache, F_OK), 0); /* only a door sets a file aside */
    cr_assert_eq(sign_cache_each(NULL, collect, NULL, &err), SIGN_E_ARGUMENT);
    cr_assert_eq(sign_cache_export(second, NULL, NULL, &err), SIGN_E_ARGUMENT);
    cr_assert_eq(sign_cache_import(second, NULL, NULL, &err), SIGN_E_ARGUMENT);
}
