/* SQLite behind the room: made, found, refused, set aside; statements and transactions. */
#include "store/store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct store_kind kind = {
    .application = 77, .version = 3, .schema = "CREATE TABLE t (n INTEGER, b BLOB, s TEXT)"};
static char folder[64], path[100];

static void make_folder(void) {
    snprintf(folder, sizeof folder, "/tmp/kalem-store-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a%%20b?c#d.db", folder);
}

static void remove_folder(void) {
    char command[120];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(store, .init = make_folder, .fini = remove_folder);

static struct store *opened(enum store_mode mode) {
    struct store *s = NULL;
    sign_error err = {0};
    cr_assert_eq(store_open(path, &kind, mode, 1000, &s, &err), SIGN_OK, "%s", err.text);
    return s;
}

static int64_t count(struct store *s) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    cr_assert(store_query(s, "SELECT count(*) FROM t", &q, NULL) == SIGN_OK &&
              store_step(q, &row, NULL) == SIGN_OK && row);
    return store_int(q, 0);
}

static sign_rc add(struct store *s, int64_t n, sign_bytes b, const char *text) {
    AUTO(store_query_ptr) q = NULL;
    sign_rc rc = store_query(s, "INSERT INTO t VALUES (?1, ?2, ?3)", &q, NULL);
    if (rc != SIGN_OK)
        return rc;
    store_bind_int(q, 1, n);
    store_bind_bytes(q, 2, b);
    store_bind_text(q, 3, text);
    return store_do(q, NULL);
}

Test(store, what_is_put_in_comes_out) {
    AUTO(store_ptr) s = opened(STORE_WRITE);
    cr_assert(store_writable(s) && !store_broken(s));
    cr_assert_eq(add(s, INT64_MIN, BYTES("a\0b", 3), "ış"), SIGN_OK);
    cr_assert_eq(add(s, 7, BYTES(NULL, 0), ""), SIGN_OK);
    cr_assert_eq(store_changed(s), 1);
    store_close(&s);
    s = opened(STORE_READ);
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    cr_assert_eq(store_query(s, "SELECT n, b, s FROM t ORDER BY n", &q, NULL), SIGN_OK);
    cr_assert(store_step(q, &row, NULL) == SIGN_OK && row);
    cr_assert_eq(store_int(q, 0), INT64_MIN);
    cr_assert(bytes_equal(store_bytes(q, 1), BYTES("a\0b", 3)));
    cr_assert_str_eq(store_text(q, 2), "ış");
    cr_assert(store_step(q, &row, NULL) == SIGN_OK && row && store_bytes(q, 1).len == 0);
    cr_assert(store_step(q, &row, NULL) == SIGN_OK && !row);
    store_reset(&q);
    cr_assert_eq(add(s, 1, BYTES("", 0), ""), SIGN_E_IO); /* opened for reading */
}

Test(store, transactions_are_whole_or_nothing) {
    AUTO(store_ptr) s = opened(STORE_WRITE), other = opened(STORE_WRITE);
    sign_error err = {0};
    cr_assert_eq(store_begin(s, &err), SIGN_OK);
    cr_assert_eq(add(s, 1, BYTES("", 0), ""), SIGN_OK);
    cr_assert_eq(count(other), 0);
    cr_assert_eq(store_begin(other, &err), SIGN_E_IO); /* waited for a second */
    cr_assert_eq(store_end(s, SIGN_E_FORMAT, &err), SIGN_E_FORMAT);
    cr_assert_eq(count(s), 0);
    cr_assert_eq(store_begin(s, &err), SIGN_OK);
    cr_assert_eq(add(s, 1, BYTES("", 0), ""), SIGN_OK);
    cr_assert_eq(store_end(s, SIGN_OK, &err), SIGN_OK);
    cr_assert_eq(store_begin_read(other, &err), SIGN_OK);
    cr_assert_eq(count(other), 1);
    cr_assert_eq(add(s, 2, BYTES("", 0), ""), SIGN_OK);
    cr_assert_eq(count(other), 1); /* one snapshot */
    cr_assert_eq(store_end(other, SIGN_OK, &err), SIGN_OK);
    cr_assert_eq(count(other), 2);
    cr_assert_eq(store_run(s, "nonsense", &err), SIGN_E_IO);
    cr_assert_str_eq(err.id, "E3401");
}

Test(store, absent_and_empty_files) {
    struct store *s = NULL;
    cr_assert(store_open(path, &kind, STORE_READ, 0, &s, NULL) == SIGN_OK && s == NULL);
    cr_assert_neq(access(path, F_OK), 0);
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL && fclose(f) == 0);
    cr_assert(store_open(path, &kind, STORE_READ, 0, &s, NULL) == SIGN_OK && s == NULL);
    s = opened(STORE_WRITE);
    cr_assert_eq(count(s), 0);
    store_close(&s);
    cr_assert_eq(store_open("", &kind, STORE_WRITE, 0, &s, NULL), SIGN_E_ARGUMENT);
    cr_assert_eq(store_open(folder, &kind, STORE_MEND, 0, &s, NULL), SIGN_E_IO);
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(store_open(":memory:", &kind, STORE_WRITE, 0, &s, NULL), SIGN_OK);
    store_close(&s);
    cr_assert_eq(access(":memory:", F_OK), 0); /* a name like any other */
}

Test(store, other_kinds_are_refused) {
    struct store *s = opened(STORE_WRITE);
    store_close(&s);
    struct store_kind other = kind;
    sign_error err;
    other.application = 78;
    cr_assert_eq(store_open(path, &other, STORE_MEND, 0, &s, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(err.id, "E3403");
    other = kind;
    other.version = 2;
    cr_assert_eq(store_open(path, &other, STORE_MEND, 0, &s, &err), SIGN_E_UNSUPPORTED);
    cr_assert_str_eq(err.id, "E3404");
    s = opened(STORE_MEND);
    store_close(&s);
}

static void junk(void) {
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    for (int i = 0; i < 1000; i++)
        fputs("junk and no database\n", f);
    fclose(f);
}

Test(store, what_is_broken_is_set_aside_only_when_asked) {
    struct store *s = NULL;
    sign_error err;
    char aside[120];
    struct stat st;
    snprintf(aside, sizeof aside, "%s.broken", path);
    junk();
    cr_assert_eq(store_open(path, &kind, STORE_WRITE, 0, &s, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(err.id, "E3402");
    cr_assert_neq(stat(aside, &st), 0);
    s = opened(STORE_MEND);
    cr_assert_eq(count(s), 0);
    cr_assert(stat(aside, &st) == 0 && st.st_size == 21000);
    /* Who still has the old file open does not take the new one away. */
    AUTO(store_ptr) newer = NULL;
    cr_assert_eq(unlink(path), 0);
    newer = opened(STORE_WRITE);
    cr_assert_eq(add(newer, 1, BYTES("", 0), ""), SIGN_OK);
    store_set_aside(s);
    cr_assert_eq(access(path, F_OK), 0);
    cr_assert(stat(aside, &st) == 0 && st.st_size == 21000);
    store_close(&s);
    store_set_aside(newer);
    cr_assert_neq(access(path, F_OK), 0);
}
