/* store/open.c - a database opened, made, or set aside. */
#include "store/inside.h"

#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { OPEN_TRIES = 3 };

/* How a file is opened: the later ones when it may not be written, or not even its log beside it. */
struct attempt {
    int flags;
    bool immutable; /* what no process can change: no log is looked for (SQLite, URI parameter immutable) */
};
static const struct attempt attempts[] = {
    {SQLITE_OPEN_READWRITE, false}, {SQLITE_OPEN_READONLY, false}, {SQLITE_OPEN_READONLY, true}};

static void detach(struct store *s) {
    for (size_t i = 0; i < s->n_queries; i++)
        (void)sqlite3_finalize(s->queries[i].stmt);
    s->n_queries = 0;
    if (s->db != NULL)
        (void)sqlite3_close_v2(s->db);
    s->db = NULL;
}

void store_close(struct store **s) {
    if (s == NULL || *s == NULL)
        return;
    detach(*s);
    free((*s)->path);
    free(*s);
    *s = NULL;
}

bool store_writable(const struct store *s) {
    return s->writable;
}

bool store_broken(const struct store *s) {
    return s->broken;
}

/* Of the file itself and not through a descriptor: closing one would end the locks that other connections of
 * this process hold (POSIX fcntl locks). */
static void make_file(const char *path) {
    char *folder = strdup(path);
    if (folder == NULL)
        return;
    for (char *at = strchr(folder + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = 0;
        (void)mkdir(folder, 0700);
        *at = '/';
    }
    free(folder);
    (void)mknod(path, S_IFREG | 0600, 0); /* a failure shows when it is opened */
}

static void rename_one(const char *path, const char *part) {
    AUTO(grow) from = {0}, to = {0};
    grow_printf(&from, "%s%s", path, part);
    grow_byte(&from, 0);
    grow_printf(&to, "%s.broken%s", path, part);
    grow_byte(&to, 0);
    if (!from.failed && !to.failed)
        (void)rename((const char *)from.data, (const char *)to.data);
}

/* The folder is locked meanwhile, so that of several who find the file broken only the first renames it, and
 * none the new one that took its place. */
void store_set_aside(const struct store *s) {
    char *folder = strdup(s->path);
    if (folder == NULL)
        return;
    char *slash = strrchr(folder, '/');
    slash[slash == folder ? 1 : 0] = 0; /* the path has one: see place() */
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && flock(fd, LOCK_EX) == 0 && stat(s->path, &st) == 0 && S_ISREG(st.st_mode) &&
        st.st_ino == s->inode && st.st_dev == s->device) {
        rename_one(s->path, "-wal");
        rename_one(s->path, "-shm");
        rename_one(s->path, "");
    }
    if (fd >= 0)
        (void)close(fd);
    free(folder);
}

static sign_rc number(struct store *s, const char *sql, int64_t *out, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc = store_query(s, sql, &q, err);
    if (rc == SIGN_OK)
        rc = store_step(q, &row, err);
    *out = row ? store_int(q, 0) : 0;
    return rc;
}

/*
 * The tables are ours to the letter. A view in a table's place, or a trigger more, would have whoever made
 * the file say what a query does, and for how long.
 */
static sign_rc look_at_tables(struct store *s, const struct store_kind *kind, sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    bool row = false;
    sign_rc rc = store_query(s, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL", &q, err);
    do {
        rc = rc == SIGN_OK ? store_step(q, &row, err) : rc;
        if (rc == SIGN_OK && row && strstr(kind->schema, store_text(q, 0)) == NULL)
            rc = fail(err, SIGN_E_FORMAT, MSG_STORE_FOREIGN, "%s", s->path);
    } while (rc == SIGN_OK && row);
    return rc;
}

/* Whether it is one of ours, nothing yet, or something else. */
static sign_rc look(struct store *s, const struct store_kind *kind, bool *empty, sign_error *err) {
    int64_t application = 0, version = 0, tables = 0;
    sign_rc rc = number(s, "PRAGMA application_id", &application, err);
    if (rc == SIGN_OK)
        rc = number(s, "PRAGMA user_version", &version, err);
    if (rc == SIGN_OK)
        rc = number(s, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (rc != SIGN_OK)
        return rc;
    *empty = application == 0 && version == 0 && tables == 0;
    if (!*empty && application != (int64_t)kind->application)
        return fail(err, SIGN_E_FORMAT, MSG_STORE_FOREIGN, "%s", s->path);
    if (!*empty && version != kind->version)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_STORE_VERSION, "%s: %lld", s->path, (long long)version);
    return *empty ? SIGN_OK : look_at_tables(s, kind, err);
}

/* One transaction; of several who would make it at once, the first does. */
static sign_rc make(struct store *s, const struct store_kind *kind, sign_error *err) {
    char ids[100];
    snprintf(ids, sizeof ids, "PRAGMA application_id = %ld; PRAGMA user_version = %d;",
             (long)kind->application, kind->version);
    /* Has its effect while there is no table: what is removed then gives its space back. */
    sign_rc rc = store_run(s, "PRAGMA auto_vacuum = INCREMENTAL", err);
    if (rc == SIGN_OK)
        rc = store_begin(s, err);
    if (rc != SIGN_OK)
        return rc;
    bool empty = true;
    rc = look(s, kind, &empty, err);
    if (rc == SIGN_OK && empty)
        rc = store_run(s, kind->schema, err);
    if (rc == SIGN_OK && empty)
        rc = store_run(s, ids, err);
    return store_end(s, rc, err);
}

/* Turning the log on needs the file alone for a moment and does not wait for it. */
static sign_rc turn_log_on(struct store *s, sign_error *err) {
    for (unsigned i = 0;; i++) {
        sign_error own = {0};
        sign_rc rc = store_run(s, "PRAGMA journal_mode = WAL", &own);
        if (rc != SIGN_E_IO || i == 200) {
            if (rc != SIGN_OK && err != NULL)
                *err = own;
            return rc;
        }
        (void)sqlite3_sleep(5);
    }
}

/*
 * In the log mode NORMAL cannot corrupt at a power failure; it may lose the last answers, which can be asked
 * for again. The schema is not believed: the file may be anybody's.
 */
static sign_rc prepare(struct store *s, const struct store_kind *kind, unsigned wait_ms, bool *empty,
                       sign_error *err) {
    (void)sqlite3_extended_result_codes(s->db, 1);
    (void)sqlite3_busy_timeout(s->db, wait_ms > INT32_MAX ? INT32_MAX : (int)wait_ms);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sign_rc rc = store_run(s,
                           "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
                           "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864",
                           err);
    if (rc == SIGN_OK)
        rc = look(s, kind, empty, err);
    if (rc != SIGN_OK || !s->writable)
        return rc;
    if (*empty)
        rc = make(s, kind, err);
    return rc == SIGN_OK ? turn_log_on(s, err) : rc;
}

static sign_rc attempt(struct store *s, const struct store_kind *kind, const struct attempt *how,
                       unsigned wait_ms, bool *empty, sign_error *err) {
    AUTO(grow) uri = {0};
    if (how->immutable) {
        grow_str(&uri, "file:");
        text_percent_encode(s->path, &uri);
        grow_str(&uri, "?immutable=1");
        grow_byte(&uri, 0);
        if (uri.failed)
            return fail_memory(err);
    }
    struct stat st = {0};
    if (stat(s->path, &st) == 0) {
        s->device = st.st_dev;
        s->inode = st.st_ino;
    }
    int flags = how->flags | SQLITE_OPEN_NOMUTEX | (how->immutable ? SQLITE_OPEN_URI : 0);
    int code = sqlite3_open_v2(how->immutable ? (const char *)uri.data : s->path, &s->db, flags, NULL);
    if (code != SQLITE_OK)
        return store_fail(s, code, err);
    s->writable = how->flags == SQLITE_OPEN_READWRITE && sqlite3_db_readonly(s->db, "main") == 0;
    return prepare(s, kind, wait_ms, empty, err);
}

static sign_rc attach(struct store *s, const struct store_kind *kind, enum store_mode mode, unsigned wait_ms,
                      bool *empty, sign_error *err) {
    if (mode != STORE_READ)
        make_file(s->path);
    sign_rc rc = SIGN_E_IO;
    sign_error first = {0}, own = {0};
    for (size_t i = mode == STORE_READ ? 1 : 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        detach(s);
        rc = attempt(s, kind, &attempts[i], wait_ms, empty, &own);
        if (rc != SIGN_E_IO)
            break;
        if (first.code == SIGN_OK)
            first = own;
    }
    /* Why it cannot be written says more than why it then could not be read either. */
    if (rc != SIGN_OK && err != NULL)
        *err = rc == SIGN_E_IO ? first : own;
    return rc;
}

/* SQLite has names of its own (":memory:", ""): a path with a slash is none of them. */
static sign_rc place(const char *path, struct store **out, sign_error *err) {
    struct store *s = calloc(1, sizeof *s);
    size_t n = strlen(path) + 3;
    char *whole = malloc(n);
    if (s == NULL || whole == NULL) {
        free(s);
        free(whole);
        return fail_memory(err);
    }
    snprintf(whole, n, "%s%s", strchr(path, '/') != NULL ? "" : "./", path);
    s->path = whole;
    *out = s;
    return SIGN_OK;
}

sign_rc store_open(const char *path, const struct store_kind *kind, enum store_mode mode, unsigned wait_ms,
                   struct store **out, sign_error *err) {
    if (*path == 0)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "an empty path");
    struct stat st;
    if (mode == STORE_READ && (stat(path, &st) != 0 ? errno == ENOENT : st.st_size == 0))
        return SIGN_OK;
    AUTO(store_ptr) s = NULL;
    bool empty = false;
    sign_rc rc = place(path, &s, err);
    for (unsigned i = 0; rc == SIGN_OK && i < OPEN_TRIES; i++) {
        rc = attach(s, kind, mode, wait_ms, &empty, err);
        if (rc != SIGN_E_FORMAT || !s->broken || mode != STORE_MEND || i + 1 == OPEN_TRIES)
            break;
        store_set_aside(s);
        s->broken = false;
        rc = SIGN_OK;
    }
    if (rc != SIGN_OK)
        return rc;
    if (empty && !s->writable) {
        return mode == STORE_READ ? SIGN_OK
                                  : fail(err, SIGN_E_IO, MSG_STORE_OPEN, "%s: empty, and not writable", path);
    }
    *out = TAKE(s);
    return SIGN_OK;
}
