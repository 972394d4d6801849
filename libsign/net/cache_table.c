/* net/cache_table.c - the tables of the cache. */
#include "net/cache.h"

#include "base/limits.h"

/*
 * Bodies have a table of their own: to change a row is to write it anew, and a CRL is large. `total` spares
 * the adding up. What is in `flight` is asked for at the moment, by whom and until when at most (milliseconds
 * since 1970 by the machine's clock).
 */
const struct store_kind netcache_kind = {
    .application = 0x6d6b6361, /* "mkca" */
    .version = 1,
    .schema = "CREATE TABLE answer (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, url TEXT NOT NULL,"
              " issuer BLOB NOT NULL, subject BLOB NOT NULL, type TEXT NOT NULL, octets INTEGER NOT NULL,"
              " obtained INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL,"
              " failures INTEGER NOT NULL, failed_at INTEGER NOT NULL, retry_at INTEGER NOT NULL,"
              " problem TEXT NOT NULL, changes INTEGER NOT NULL, UNIQUE (kind, url, issuer, subject));"
              "CREATE INDEX answer_used ON answer (used);"
              "CREATE TABLE body (id INTEGER PRIMARY KEY, body BLOB NOT NULL);"
              "CREATE TABLE total (octets INTEGER NOT NULL);"
              "INSERT INTO total VALUES (0);"
              "CREATE TRIGGER answer_new AFTER INSERT ON answer BEGIN"
              " UPDATE total SET octets = octets + new.octets + 512; END;"
              "CREATE TRIGGER answer_changed AFTER UPDATE OF octets ON answer BEGIN"
              " UPDATE total SET octets = octets + new.octets - old.octets; END;"
              "CREATE TRIGGER answer_gone AFTER DELETE ON answer BEGIN"
              " UPDATE total SET octets = octets - old.octets - 512; DELETE FROM body WHERE id = old.id; END;"
              "CREATE TABLE flight (kind INTEGER NOT NULL, url TEXT NOT NULL, issuer BLOB NOT NULL,"
              " subject BLOB NOT NULL, owner BLOB NOT NULL, pid INTEGER NOT NULL, until INTEGER NOT NULL,"
              " PRIMARY KEY (kind, url, issuer, subject)) WITHOUT ROWID;"};

_Static_assert(CACHE_ENTRY_OCTETS == 512, "as the triggers count");

sign_rc netcache_query(struct store *s, const char *sql, const struct netcache_key *key,
                       struct store_query **q, sign_error *err) {
    sign_rc rc = store_query(s, sql, q, err);
    if (rc != SIGN_OK)
        return rc;
    store_bind_int(*q, 1, (int64_t)key->kind);
    store_bind_text(*q, 2, key->url);
    store_bind_bytes(*q, 3, key->issuer);
    store_bind_bytes(*q, 4, key->subject);
    return SIGN_OK;
}

/* The row's id; 0 when what is there stays, because it is as new. */
static sign_rc insert_facts(struct store *s, const struct netcache_item *item, bool always, int64_t *id,
                            sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc = netcache_query(
        s,
        "INSERT INTO answer (kind, url, issuer, subject, type, octets, obtained, expires, used, failures,"
        " failed_at, retry_at, problem, changes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0, '', 1)"
        " ON CONFLICT DO UPDATE SET type = ?5, octets = ?6, obtained = ?7, expires = ?8,"
        " used = max(used, ?9), failures = 0, failed_at = 0, retry_at = 0, problem = '',"
        " changes = changes + 1 WHERE ?10 OR octets = 0 OR obtained < ?7 RETURNING id",
        &item->key, &q, err);
    if (rc != SIGN_OK)
        return rc;
    store_bind_text(q, 5, item->type);
    store_bind_int(q, 6, (int64_t)item->body.len);
    store_bind_int(q, 7, item->obtained);
    store_bind_int(q, 8, item->expires);
    store_bind_int(q, 9, item->used);
    store_bind_int(q, 10, always);
    rc = store_step(q, &row, err);
    *id = rc == SIGN_OK && row ? store_int(q, 0) : 0;
    return rc;
}

sign_rc netcache_insert(struct store *s, const struct netcache_item *item, bool always, bool *kept,
                        sign_error *err) {
    int64_t id = 0;
    *kept = false;
    sign_rc rc = insert_facts(s, item, always, &id, err);
    if (rc != SIGN_OK || id == 0)
        return rc;
    AUTO(store_query_ptr) q = NULL;
    rc = store_query(s, "INSERT OR REPLACE INTO body VALUES (?1, ?2)", &q, err);
    if (rc != SIGN_OK)
        return rc;
    store_bind_int(q, 1, id);
    store_bind_bytes(q, 2, item->body);
    rc = store_do(q, err);
    *kept = rc == SIGN_OK;
    return rc;
}

static sign_rc total(struct store *s, uint64_t *out, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc = store_query(s, "SELECT octets FROM total", &q, err);
    if (rc == SIGN_OK)
        rc = store_step(q, &row, err);
    *out = row && store_int(q, 0) > 0 ? (uint64_t)store_int(q, 0) : 0;
    return rc;
}

sign_rc netcache_shrink(struct store *s, uint64_t octets, sign_error *err) {
    for (;;) {
        uint64_t all = 0;
        sign_rc rc = total(s, &all, err);
        if (rc != SIGN_OK || all <= octets)
            return rc;
        AUTO(store_query_ptr) q = NULL;
        rc = store_query(
            s, "DELETE FROM answer WHERE id = (SELECT id FROM answer ORDER BY used, obtained LIMIT 1)", &q,
            err);
        if (rc == SIGN_OK)
            rc = store_do(q, err);
        if (rc != SIGN_OK || store_changed(s) == 0)
            return rc;
    }
}

sign_rc netcache_file_open(const char *path, bool write, bool make, struct store **out, sign_error *err) {
    enum { WAIT_MS = 10000 };
    sign_rc rc = SIGN_OK;
    if (!write || !make) {
        rc = store_open(path, &netcache_kind, STORE_READ, WAIT_MS, out, err);
        if (rc != SIGN_OK || *out == NULL || !write)
            return rc;
        store_close(out);
    }
    rc = store_open(path, &netcache_kind, STORE_WRITE, WAIT_MS, out, err);
    if (rc == SIGN_OK && !store_writable(*out)) {
        store_close(out);
        return fail(err, SIGN_E_IO, MSG_STORE_OPEN, "%s: not writable", path);
    }
    return rc;
}
