/* store/query.c - statements: prepared once, bound, stepped. */
#include "store/inside.h"

enum { STORE_TRIES = 200 };

sign_rc store_fail(struct store *s, int code, sign_error *err) {
    const char *why = s->db != NULL ? sqlite3_errmsg(s->db) : sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return fail_memory(err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        s->broken = true;
        return fail(err, SIGN_E_FORMAT, MSG_STORE_BROKEN, "%s: %s", s->path, why);
    default:
        return fail(err, SIGN_E_IO, MSG_STORE_OPEN, "%s: %s", s->path, why);
    }
}

sign_rc store_run(struct store *s, const char *sql, sign_error *err) {
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? SIGN_OK : store_fail(s, code, err);
}

sign_rc store_begin(struct store *s, sign_error *err) {
    return store_run(s, "BEGIN IMMEDIATE", err);
}

sign_rc store_begin_read(struct store *s, sign_error *err) {
    return store_run(s, "BEGIN", err);
}

sign_rc store_end(struct store *s, sign_rc rc, sign_error *err) {
    if (rc == SIGN_OK)
        rc = store_run(s, "COMMIT", err);
    /* Some failures have ended it already (disk full, corrupt): then there is nothing to undo. */
    if (rc != SIGN_OK && sqlite3_get_autocommit(s->db) == 0)
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

/* To prepare reads the schema, and somebody who recovers the log has it locked without the waiting that a
 * step has. */
static int prepare(struct store *s, const char *sql, sqlite3_stmt **out) {
    int code = SQLITE_BUSY;
    for (unsigned i = 0; i < STORE_TRIES && (code & 0xff) == SQLITE_BUSY; i++) {
        if (i > 0)
            (void)sqlite3_sleep(5);
        code = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    }
    return code;
}

sign_rc store_query(struct store *s, const char *sql, struct store_query **out, sign_error *err) {
    size_t i = 0;
    while (i < s->n_queries && s->queries[i].sql != sql)
        i++;
    if (i == STORE_QUERIES)
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "more statements than a connection keeps");
    struct store_query *q = &s->queries[i];
    if (i == s->n_queries) {
        int code = prepare(s, sql, &q->stmt);
        if (code != SQLITE_OK)
            return store_fail(s, code, err);
        q->sql = sql;
        q->store = s;
        s->n_queries++;
    }
    q->failed = SQLITE_OK;
    *out = q;
    return SIGN_OK;
}

void store_reset(struct store_query **q) {
    if (q == NULL || *q == NULL)
        return;
    (void)sqlite3_reset((*q)->stmt);
    (void)sqlite3_clear_bindings((*q)->stmt);
    *q = NULL;
}

static void bound(struct store_query *q, int code) {
    if (q->failed == SQLITE_OK)
        q->failed = code;
}

void store_bind_int(struct store_query *q, int at, int64_t value) {
    bound(q, sqlite3_bind_int64(q->stmt, at, value));
}

void store_bind_bytes(struct store_query *q, int at, sign_bytes value) {
    bound(q, sqlite3_bind_blob64(q->stmt, at, value.len > 0 ? (const void *)value.data : "", value.len,
                                 SQLITE_STATIC));
}

void store_bind_text(struct store_query *q, int at, const char *value) {
    bound(q, sqlite3_bind_text64(q->stmt, at, value, strlen(value), SQLITE_STATIC, SQLITE_UTF8));
}

sign_rc store_step(struct store_query *q, bool *row, sign_error *err) {
    *row = false;
    int code = q->failed != SQLITE_OK ? q->failed : sqlite3_step(q->stmt);
    *row = code == SQLITE_ROW;
    return *row || code == SQLITE_DONE ? SIGN_OK : store_fail(q->store, code, err);
}

sign_rc store_do(struct store_query *q, sign_error *err) {
    bool row = true;
    sign_rc rc = SIGN_OK;
    while (rc == SIGN_OK && row)
        rc = store_step(q, &row, err);
    return rc;
}

int64_t store_int(struct store_query *q, int column) {
    return sqlite3_column_int64(q->stmt, column);
}

sign_bytes store_bytes(struct store_query *q, int column) {
    /* In this order: the pointer may move when the type is turned, and the length is that of the last form.
     */
    const void *data = sqlite3_column_blob(q->stmt, column);
    int n = sqlite3_column_bytes(q->stmt, column);
    return BYTES(data, data != NULL && n > 0 ? (size_t)n : 0);
}

const char *store_text(struct store_query *q, int column) {
    const unsigned char *text = sqlite3_column_text(q->stmt, column);
    return text != NULL ? (const char *)text : "";
}

int64_t store_changed(const struct store *s) {
    return sqlite3_changes64(s->db);
}
