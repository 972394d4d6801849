/* store/store.h - one SQLite database in a file: opened, made, set aside when it is broken, asked. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/bytes.h"

/* What a database is: a file that says something else is another program's and is not touched. */
struct store_kind {
    uint32_t application; /* PRAGMA application_id */
    int version;          /* PRAGMA user_version */
    const char *schema;   /* the statements that make an empty one */
};

enum store_mode {
    STORE_READ,  /* an absent or empty file is no error: *out is NULL then */
    STORE_WRITE, /* made when absent, with its folders, readable for its owner only; what cannot be written
                    but read is opened all the same (store_writable tells) */
    STORE_MEND   /* as STORE_WRITE; a file that is no database, or a corrupt one, is renamed to PATH.broken
                    and a new one is made */
};

/*
 * A connection: used by one thread at a time, not carried over a fork. Any number of them, of any number of
 * processes, may have the same file open; readers see whole transactions, and a process killed in the middle
 * of one leaves none of it (write-ahead log).
 */
struct store;
typedef struct store *store_ptr;

/*
 * wait_ms: how long to wait for the transactions of others. SIGN_E_IO MSG_STORE_OPEN; SIGN_E_FORMAT
 * MSG_STORE_BROKEN or MSG_STORE_FOREIGN; SIGN_E_UNSUPPORTED for a newer version; SIGN_E_MEMORY.
 */
sign_rc store_open(const char *path, const struct store_kind *kind, enum store_mode mode, unsigned wait_ms,
                   struct store **out, sign_error *err);
void store_close(struct store **s);
CLEANUP(store_ptr, store_close);
bool store_writable(const struct store *s);
/* Some call found the file corrupt: close it, and open it with STORE_MEND. */
bool store_broken(const struct store *s);
/* Renames PATH and what belongs to it to .broken, unless it is not the file any more that `s` has open. */
void store_set_aside(const struct store *s);

/* Statements without parameters and results. SIGN_E_IO, SIGN_E_FORMAT (corrupt), SIGN_E_MEMORY. */
sign_rc store_run(struct store *s, const char *sql, sign_error *err);
/* A transaction that writes. */
sign_rc store_begin(struct store *s, sign_error *err);
/* Ends it: made lasting when rc is SIGN_OK, else undone. The first failure is the result. */
sign_rc store_end(struct store *s, sign_rc rc, sign_error *err);
/* One snapshot for several statements that read; ended with store_end. */
sign_rc store_begin_read(struct store *s, sign_error *err);

/*
 * A statement with parameters ?1, ?2...: prepared once per connection and kept under the address of its text,
 * which must live as long as the connection. A failure to bind is remembered and told by the first step.
 */
struct store_query;
typedef struct store_query *store_query_ptr;
sign_rc store_query(struct store *s, const char *sql, struct store_query **out, sign_error *err);
void store_reset(struct store_query **q); /* ends it; the struct belongs to the connection */
CLEANUP(store_query_ptr, store_reset);
void store_bind_int(struct store_query *q, int at, int64_t value);
void store_bind_bytes(struct store_query *q, int at, sign_bytes value); /* a loan until the reset */
void store_bind_text(struct store_query *q, int at, const char *value); /* likewise */
/* The next row: *row false at the end. */
sign_rc store_step(struct store_query *q, bool *row, sign_error *err);
/* All of it, when no row is wanted. */
sign_rc store_do(struct store_query *q, sign_error *err);
/* Columns of the row, from 0; loans until the next step. */
int64_t store_int(struct store_query *q, int column);
sign_bytes store_bytes(struct store_query *q, int column);
const char *store_text(struct store_query *q, int column); /* never NULL */
/* Rows that the last statement changed. */
int64_t store_changed(const struct store *s);

#endif
