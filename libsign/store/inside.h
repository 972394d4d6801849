/* store/inside.h - what the files of this room share. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store/store.h"
#include <sqlite3.h>
#include <sys/stat.h>

enum { STORE_QUERIES = 32 };

struct store_query {
    const char *sql; /* whose address is its name */
    sqlite3_stmt *stmt;
    struct store *store;
    int failed; /* of a binding */
};

struct store {
    sqlite3 *db;
    char *path;
    dev_t device; /* of the file when it was opened */
    ino_t inode;
    bool writable, broken;
    struct store_query queries[STORE_QUERIES];
    size_t n_queries;
};

/* What SQLite said, as an error of ours. */
sign_rc store_fail(struct store *s, int code, sign_error *err);

#endif
