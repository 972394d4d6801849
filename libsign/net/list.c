/* net/list.c - the cache as a person sees it: listed, pruned. */
#include "net/cache.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

static sign_rc tell(struct store_query *q, sign_cache_fn fn, void *user, sign_error *err) {
    bool failed = store_int(q, 7) > 0;
    sign_cache_row row = {.kind = (sign_fetch_kind)store_int(q, 0),
                          .url = store_text(q, 1),
                          .octets = store_int(q, 3) > 0 ? (size_t)store_int(q, 3) : 0,
                          .failed = failed,
                          .obtained = store_int(q, failed ? 9 : 4),
                          .expires = store_int(q, failed ? 8 : 5),
                          .used = store_int(q, 6)};
    static const uint8_t nobody[32];
    sign_bytes issuer = store_bytes(q, 2);
    text_hex(issuer.len == sizeof nobody ? issuer : BYTES(nobody, sizeof nobody), row.issuer);
    return fn(user, &row, err);
}

sign_rc sign_cache_each(const char *path, sign_cache_fn fn, void *user, sign_error *err) {
    if (path == NULL || fn == NULL)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_cache_each: path and fn are needed");
    AUTO(store_ptr) s = NULL;
    sign_rc rc = netcache_file_open(path, false, false, &s, err);
    if (rc != SIGN_OK || s == NULL)
        return rc;
    AUTO(store_query_ptr) q = NULL;
    rc = store_query(s,
                     "SELECT kind, url, issuer, octets, obtained, expires, used, failures, retry_at,"
                     " failed_at FROM answer ORDER BY max(obtained, failed_at) DESC, id DESC",
                     &q, err);
    bool row = rc == SIGN_OK;
    while (row) {
        rc = store_step(q, &row, err);
        if (rc == SIGN_OK && row)
            rc = tell(q, fn, user, err);
        row = row && rc == SIGN_OK;
    }
    return rc;
}

static sign_rc delete_those(struct store *s, const sign_cache_prune_options *opt, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    sign_rc rc = store_query(s,
                             "DELETE FROM answer WHERE ?1 OR (?2 AND used < ?2) OR"
                             " (?3 AND iif(failures > 0, retry_at, expires) <= ?3)",
                             &q, err);
    if (rc != SIGN_OK)
        return rc;
    store_bind_int(q, 1, opt->all != 0);
    store_bind_int(q, 2, opt->unused_since);
    store_bind_int(q, 3, opt->expired ? time_now() : 0);
    return store_do(q, err);
}

/* Bodies only, as the caller counts: the row that the bound lets stay is the last whose sum is not over it.
 */
static sign_rc delete_more(struct store *s, size_t keep, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    sign_rc rc = store_query(s,
                             "DELETE FROM answer WHERE id IN (SELECT id FROM (SELECT id, sum(octets) OVER"
                             " (ORDER BY used DESC, obtained DESC, id DESC) AS sum FROM answer)"
                             " WHERE sum > ?1)",
                             &q, err);
    if (rc != SIGN_OK)
        return rc;
    store_bind_int(q, 1, keep < INT64_MAX ? (int64_t)keep : INT64_MAX);
    return store_do(q, err);
}

static sign_rc count(struct store *s, int64_t *out, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc = store_query(s, "SELECT count(*) FROM answer", &q, err);
    if (rc == SIGN_OK)
        rc = store_step(q, &row, err);
    *out = row ? store_int(q, 0) : 0;
    return rc;
}

static sign_rc prune(struct store *s, const sign_cache_prune_options *opt, size_t *removed, sign_error *err) {
    int64_t before = 0, after = 0;
    sign_rc rc = store_begin(s, err);
    if (rc != SIGN_OK)
        return rc;
    rc = count(s, &before, err);
    if (rc == SIGN_OK)
        rc = delete_those(s, opt, err);
    if (rc == SIGN_OK && opt->keep_octets > 0)
        rc = delete_more(s, opt->keep_octets, err);
    if (rc == SIGN_OK)
        rc = count(s, &after, err);
    rc = store_end(s, rc, err);
    if (rc == SIGN_OK && removed != NULL)
        *removed = (size_t)(before - after);
    /* Space goes back to the file system when nobody else is in the way; else the next one gives it. */
    if (rc == SIGN_OK)
        (void)store_run(s, "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)", NULL);
    return rc;
}

sign_rc sign_cache_prune(const char *path, const sign_cache_prune_options *opt, size_t *removed,
                         sign_error *err) {
    if (path == NULL || opt == NULL || opt->size != sizeof *opt)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_cache_prune: path and opt->size are needed");
    if (removed != NULL)
        *removed = 0;
    AUTO(store_ptr) s = NULL;
    sign_rc rc = netcache_file_open(path, true, false, &s, err);
    return rc == SIGN_OK && s != NULL ? prune(s, opt, removed, err) : rc;
}
