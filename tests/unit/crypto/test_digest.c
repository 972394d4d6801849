/* Digests: the published values of "abc" (FIPS 180-4, FIPS 202), parts, files, and what is refused. */
#include "base/limits.h"
#include "crypto/crypto.h"
#include "support/hex.h"
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
    enum crypto_digest id;
    const char *abc;
} rows[] = {
    {DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {DIGEST_SHA224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {DIGEST_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                    "8086072ba1e7cc2358baeca134c825a7"},
    {DIGEST_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {DIGEST_SHA3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {DIGEST_SHA3_384, "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
                      "98d88cea927ac7f539f1edf228376d25"},
    {DIGEST_SHA3_512, "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
                      "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
};
enum { ROWS = sizeof rows / sizeof *rows };

Test(digest, known_answers) {
    AUTO(crypto_ptr) c = NULL;
    cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
    for (int round = 0; round < 2; round++) /* the second time with what the first one left prepared */
        for (size_t i = 0; i < ROWS; i++) {
            AUTO(grow) room = {0};
            uint8_t out[DIGEST_MAX];
            sign_bytes wanted = hex(rows[i].abc, &room);
            cr_assert_eq(crypto_hash(c, rows[i].id, BYTES_STR("abc"), out, NULL), SIGN_OK);
            cr_assert(bytes_equal(BYTES(out, crypto_digest_row(rows[i].id)->size), wanted), "row %zu", i);
        }
}

Test(digest, parts_are_the_whole) {
    AUTO(crypto_ptr) c = NULL;
    uint8_t whole[DIGEST_MAX], parts[DIGEST_MAX];
    cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(c, DIGEST_SHA256, BYTES_STR("abc"), whole, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_begin(c, DIGEST_SHA256, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_add(c, BYTES_STR("a"), NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_add(c, (sign_bytes){0}, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_add(c, BYTES_STR("bc"), NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_end(c, parts, NULL), SIGN_OK);
    cr_assert_eq(memcmp(whole, parts, 32), 0);
    cr_assert_eq(crypto_hash_end(c, parts, NULL), SIGN_E_INTERNAL, "ended twice");
    cr_assert_eq(crypto_hash_add(c, BYTES_STR("a"), NULL), SIGN_E_INTERNAL, "not begun");
}

/* RFC 1321, A.5 */
Test(digest, md5_is_computed) {
    static const uint8_t abc[] = {0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0,
                                  0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72};
    AUTO(crypto_ptr) c = NULL;
    uint8_t out[DIGEST_MAX];
    cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(c, DIGEST_MD5, BYTES_STR("abc"), out, NULL), SIGN_OK);
    cr_assert_eq(memcmp(out, abc, sizeof abc), 0);
}

Test(digest, none_is_never_computed) {
    AUTO(crypto_ptr) c = NULL;
    uint8_t out[DIGEST_MAX];
    cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(c, DIGEST_NONE, BYTES_STR("abc"), out, NULL), SIGN_E_UNSUPPORTED);
    cr_assert_eq(crypto_hash(c, (enum crypto_digest)99, BYTES_STR("abc"), out, NULL), SIGN_E_UNSUPPORTED);
    cr_assert_eq(ERR_peek_error(), 0UL);
}

static void check_source(struct crypto *c, const sign_input *in, sign_bytes all) {
    AUTO(source) s = {0};
    uint8_t wanted[DIGEST_MAX], got[DIGEST_MAX];
    cr_assert_eq(source_open(in, &s, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(c, DIGEST_SHA256, BYTES(all.data + 3, all.len - 5), wanted, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_begin(c, DIGEST_SHA256, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_source(c, &s, 3, all.len - 5, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_end(c, got, NULL), SIGN_OK);
    cr_assert_eq(memcmp(wanted, got, 32), 0);
    cr_assert_eq(crypto_hash_begin(c, DIGEST_SHA256, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash_source(c, &s, 3, all.len, NULL), SIGN_E_IO, "past the end");
}

Test(digest, sources_in_memory_and_in_files) {
    AUTO(crypto_ptr) c = NULL;
    AUTO(sign_buf) all = {malloc(LIMIT_WINDOW * 2 + 77), LIMIT_WINDOW * 2 + 77};
    cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
    for (size_t i = 0; i < all.len; i++)
        all.data[i] = (uint8_t)(i * 31 + (i >> 12));
    sign_bytes view = BYTES(all.data, all.len);
    check_source(c, &(sign_input){.data = view}, view);
    char path[] = "/tmp/digest-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, all.data, all.len), (ssize_t)all.len);
    close(fd);
    check_source(c, &(sign_input){.path = path}, view);
    unlink(path);
}

Test(digest, table) {
    static const uint8_t null[] = {5, 0}, other[] = {5, 1, 0};
    for (int d = 1; d < DIGEST_COUNT; d++) {
        const struct crypto_digest_row *row = crypto_digest_row((enum crypto_digest)d);
        cr_assert_eq(row->id, (enum crypto_digest)d);
        cr_assert_eq(crypto_digest_find(oid_bytes(row->oid)), row->id);
        cr_assert_str_eq(oid_label(row->oid), row->name);
        cr_assert_leq(row->size, (size_t)DIGEST_MAX);
        cr_assert_eq(crypto_digest_read(oid_bytes(row->oid), (sign_bytes){0}), row->id);
        cr_assert_eq(crypto_digest_read(oid_bytes(row->oid), BYTES(null, 2)), row->id);
        cr_assert_eq(crypto_digest_read(oid_bytes(row->oid), BYTES(other, 3)), DIGEST_NONE);
    }
    cr_assert_eq(crypto_digest_find(oid_bytes(OID_RIPEMD160)), DIGEST_NONE);
    cr_assert_eq(crypto_digest_find((sign_bytes){0}), DIGEST_NONE);
    cr_assert_eq(crypto_digest_row((enum crypto_digest)99)->id, DIGEST_NONE);
    cr_assert_eq(crypto_digest_of(SIGN_SHA256), DIGEST_SHA256);
    cr_assert_eq(crypto_digest_of(SIGN_SHA384), DIGEST_SHA384);
    cr_assert_eq(crypto_digest_of(SIGN_SHA512), DIGEST_SHA512);
    cr_assert_eq(crypto_digest_row(DIGEST_SHA256)->sunset, 0);
    cr_assert_lt(crypto_digest_row(DIGEST_MD5)->sunset, crypto_digest_row(DIGEST_SHA1)->sunset);
    cr_assert_lt(crypto_digest_row(DIGEST_SHA1)->sunset, crypto_digest_row(DIGEST_SHA224)->sunset);
}

Test(digest, random_octets_differ) {
    enum { SIZE = 5000 }; /* more than is asked of OpenSSL at once */
    AUTO(sign_buf) a = {calloc(1, SIZE), SIZE};
    AUTO(sign_buf) b = {calloc(1, SIZE), SIZE};
    cr_assert(a.data != NULL && b.data != NULL);
    cr_assert_eq(crypto_random(a.data, SIZE, NULL), SIGN_OK);
    cr_assert_eq(crypto_random(b.data, SIZE, NULL), SIGN_OK);
    cr_assert_neq(memcmp(a.data, b.data, 4096), 0);
    cr_assert_neq(memcmp(a.data + 4096, b.data + 4096, SIZE - 4096), 0);
}

Test(digest, reason_empties_the_queue) {
    char text[128];
    ERR_raise(ERR_LIB_USER, ERR_R_PASSED_NULL_PARAMETER);
    crypto_reason(text, sizeof text);
    cr_assert(strstr(text, "null") != NULL, "%s", text);
    cr_assert_eq(ERR_peek_error(), 0UL);
    cr_assert_str_eq(crypto_reason(text, sizeof text), "no reason given");
}

static void released(void *what) {
    ++*(int *)what;
}

/* It stays as long as the context, also in a pool, and goes with it, once. */
Test(digest, companion_lives_with_the_context) {
    struct crypto_pool *pool = NULL;
    struct crypto *c = NULL, *same = NULL;
    int times = 0;
    cr_assert(crypto_pool_new(&pool, NULL) == SIGN_OK && crypto_pool_lend(pool, &c, NULL) == SIGN_OK);
    cr_assert_null(crypto_companion(c)->what);
    *crypto_companion(c) = (struct crypto_companion){&times, released};
    crypto_pool_return(pool, &c);
    cr_assert(crypto_pool_lend(pool, &same, NULL) == SIGN_OK);
    cr_assert_eq(crypto_companion(same)->what, &times);
    crypto_pool_return(pool, &same);
    cr_assert_eq(times, 0);
    crypto_pool_free(&pool);
    cr_assert_eq(times, 1);
}
