/*
 * net/carry.c - remembered answers carried to another machine in one file.
 *
 *   "MKCACHE1"                                    8 octets
 *   per answer: kind                              1 octet, 1..3
 *     lengths of url, issuer, subject, type, body 4 octets each, most significant first
 *     obtained, expires                           8 octets each
 *     url, issuer, subject, type, body
 *     SHA-256 of all of the answer before         32 octets
 *   0                                             1 octet
 *   number of answers                             8 octets
 *   SHA-256 of all those SHA-256 in order         32 octets
 */
#include "net/cache.h"
#include "net/peek.h"
#include "net/url.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/crypto.h"
#include <stdio.h>

static const char magic[] = "MKCACHE1";
enum {
    MAGIC = 8,
    HEAD = 1 + 5 * 4 + 2 * 8,
    SHA = 32,
    TAIL = 1 + 8 + SHA,
    URL = 0,
    ISSUER,
    SUBJECT,
    TYPE,
    BODY,
    PARTS
};

static void put_number(uint8_t *at, uint64_t n, unsigned octets) {
    for (unsigned i = 0; i < octets; i++)
        at[i] = (uint8_t)(n >> (8 * (octets - 1 - i)));
}

static uint64_t get_number(const uint8_t *at, unsigned octets) {
    uint64_t n = 0;
    for (unsigned i = 0; i < octets; i++)
        n = n << 8 | at[i];
    return n;
}

/* ---- out ------------------------------------------------------------------------------------- */

static sign_rc put_hashed(struct crypto *crypto, sink *out, sign_bytes b, sign_error *err) {
    sink_bytes(out, b);
    return crypto_hash_add(crypto, b, err);
}

static sign_rc put_answer(struct crypto *crypto, struct store_query *q, sink *out, grow *digests,
                          sign_error *err) {
    const char *url = store_text(q, 1), *type = store_text(q, 4);
    sign_bytes parts[PARTS] = {[URL] = BYTES_STR(url),
                               [ISSUER] = store_bytes(q, 2),
                               [SUBJECT] = store_bytes(q, 3),
                               [TYPE] = BYTES_STR(type),
                               [BODY] = store_bytes(q, 7)};
    uint8_t head[HEAD], sha[DIGEST_MAX];
    head[0] = (uint8_t)store_int(q, 0);
    for (size_t i = 0; i < PARTS; i++)
        put_number(head + 1 + 4 * i, parts[i].len, 4);
    put_number(head + 1 + 4 * PARTS, (uint64_t)store_int(q, 5), 8);
    put_number(head + 9 + 4 * PARTS, (uint64_t)store_int(q, 6), 8);
    sign_rc rc = crypto_hash_begin(crypto, DIGEST_SHA256, err);
    if (rc == SIGN_OK)
        rc = put_hashed(crypto, out, BYTES(head, sizeof head), err);
    for (size_t i = 0; i < PARTS && rc == SIGN_OK; i++)
        rc = put_hashed(crypto, out, parts[i], err);
    if (rc == SIGN_OK)
        rc = crypto_hash_end(crypto, sha, err);
    if (rc != SIGN_OK)
        return rc;
    sink_put(out, sha, SHA);
    grow_put(digests, sha, SHA);
    return SIGN_OK;
}

static sign_rc put_tail(struct crypto *crypto, sink *out, const grow *digests, sign_error *err) {
    uint8_t tail[TAIL] = {0}, sha[DIGEST_MAX];
    if (digests->failed)
        return fail_memory(err);
    sign_rc rc = crypto_hash(crypto, DIGEST_SHA256, BYTES(digests->data, digests->len), sha, err);
    if (rc != SIGN_OK)
        return rc;
    put_number(tail + 1, digests->len / SHA, 8);
    memcpy(tail + 9, sha, SHA);
    sink_put(out, tail, sizeof tail);
    return sink_commit(out, err);
}

static sign_rc put_answers(struct crypto *crypto, struct store *s, sink *out, grow *digests,
                           sign_error *err) {
    AUTO(store_query_ptr) q = NULL;
    sign_rc rc = store_query(s,
                             "SELECT kind, url, issuer, subject, type, obtained, expires, body FROM answer"
                             " JOIN body USING (id) WHERE octets > 0 ORDER BY kind, url, issuer, subject",
                             &q, err);
    bool row = rc == SIGN_OK;
    while (row) {
        rc = store_step(q, &row, err);
        if (rc == SIGN_OK && row)
            rc = put_answer(crypto, q, out, digests, err);
        row = row && rc == SIGN_OK;
    }
    return rc;
}

sign_rc sign_cache_export(const char *path, const sign_output *out, size_t *count, sign_error *err) {
    if (path == NULL || out == NULL)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_cache_export: path and out are needed");
    AUTO(store_ptr) s = NULL;
    AUTO(crypto_ptr) crypto = NULL;
    AUTO(sink) to = {.fd = -1};
    AUTO(grow) digests = {0};
    sign_rc rc = netcache_file_open(path, false, false, &s, err);
    if (rc == SIGN_OK)
        rc = crypto_new(&crypto, err);
    if (rc == SIGN_OK)
        rc = sink_open(out, &to, err);
    if (rc != SIGN_OK)
        return rc;
    sink_put(&to, magic, MAGIC);
    if (s != NULL)
        rc = put_answers(crypto, s, &to, &digests, err);
    if (rc == SIGN_OK)
        rc = put_tail(crypto, &to, &digests, err);
    if (rc == SIGN_OK && count != NULL)
        *count = digests.len / SHA;
    return rc;
}

/* ---- in -------------------------------------------------------------------------------------- */

struct reading {
    const source *in;
    struct store *store;
    struct crypto *crypto;
    uint64_t at;
    uint64_t n;
    size_t kept;
    grow digests;
};

static sign_rc bad(const struct reading *r, const char *why, sign_error *err) {
    return fail(err, SIGN_E_FORMAT, MSG_CACHE_FILE, "%s, answer %llu: %s",
                r->in->name != NULL ? r->in->name : "", (unsigned long long)r->n + 1, why);
}

static bool has_nul(sign_bytes b) {
    return b.len > 0 && memchr(b.data, 0, b.len) != NULL;
}

/*
 * What is imported is believed no more than what a server sends: it must be what its kind says, and it
 * expires no later than it would had it been fetched when it says.
 */
static sign_rc judge(struct reading *r, struct netcache_item *item, sign_error *err) {
    char problem[200] = "";
    struct net_peek peek;
    net_url url = {0};
    struct net_ranges all = {0};
    sign_rc rc = net_url_read(item->key.url, &all, &url, problem);
    net_url_free(&url);
    if (rc == SIGN_E_MEMORY)
        return fail_memory(err);
    /* A special address may be allowed where it is asked for: it is not judged here. */
    if (rc != SIGN_OK && strstr(problem, "special address") == NULL)
        return bad(r, problem, err);
    if (!netcache_takes(&item->key) || (item->key.issuer.len != 0 && item->key.issuer.len != 32))
        return bad(r, "no kind of request that is remembered", err);
    if (item->obtained < 0 || item->obtained > INT32_MAX * (int64_t)64)
        return bad(r, "a time that is none", err);
    if (!net_peek(item->key.kind, item->body, &peek))
        return bad(r, peek.problem, err);
    int64_t latest = net_expires(item->key.kind, &peek, NULL, item->obtained);
    item->expires = item->expires < latest ? item->expires : latest;
    return SIGN_OK;
}

/* The lengths of a head, none of which is over its limit; what they promise is in the file. */
static bool lengths(const struct reading *r, const uint8_t *head, size_t len[PARTS], uint64_t *all) {
    static const size_t most[PARTS] = {LIMIT_URL, 32, LIMIT_URL, 127, LIMIT_CRL};
    *all = HEAD + SHA;
    bool ok = true;
    for (size_t i = 0; i < PARTS; i++) {
        len[i] = (size_t)get_number(head + 1 + 4 * i, 4);
        ok = ok && len[i] <= most[i];
        *all += len[i];
    }
    return ok && *all <= r->in->size - r->at;
}

static sign_rc check_sha(struct reading *r, sign_bytes whole, sign_error *err) {
    uint8_t sha[DIGEST_MAX];
    sign_rc rc = crypto_hash(r->crypto, DIGEST_SHA256, BYTES(whole.data, whole.len - SHA), sha, err);
    if (rc != SIGN_OK)
        return rc;
    if (memcmp(sha, whole.data + whole.len - SHA, SHA) != 0)
        return bad(r, "its digest is another", err);
    grow_put(&r->digests, sha, SHA);
    return r->digests.failed ? fail_memory(err) : SIGN_OK;
}

static sign_rc keep(struct reading *r, const uint8_t *head, sign_bytes parts[PARTS], sign_error *err) {
    AUTO(grow) url = {0};
    char shown[128];
    bool kept = false;
    if (has_nul(parts[URL]))
        return bad(r, "a URL that is none", err);
    grow_put(&url, parts[URL].data, parts[URL].len);
    grow_byte(&url, 0);
    text_printable(parts[TYPE], shown, sizeof shown);
    if (url.failed)
        return fail_memory(err);
    struct netcache_item item = {
        .key = {(sign_fetch_kind)head[0], (const char *)url.data, parts[ISSUER], parts[SUBJECT]},
        .body = parts[BODY],
        .type = shown,
        .obtained = (int64_t)get_number(head + 1 + 4 * PARTS, 8),
        .expires = (int64_t)get_number(head + 9 + 4 * PARTS, 8),
        .used = time_now()};
    sign_rc rc = judge(r, &item, err);
    if (rc == SIGN_OK)
        rc = netcache_insert(r->store, &item, false, &kept, err);
    r->kept += kept;
    return rc;
}

static sign_rc read_answer(struct reading *r, sign_error *err) {
    uint8_t head[HEAD];
    size_t len[PARTS];
    uint64_t all = 0;
    if (r->in->size - r->at < HEAD)
        return bad(r, "cut off", err);
    sign_rc rc = source_read(r->in, r->at, head, HEAD, err);
    if (rc != SIGN_OK)
        return rc;
    if (!lengths(r, head, len, &all))
        return bad(r, "a length that cannot be", err);
    AUTO(sign_buf) own = {0};
    sign_bytes whole = {0}, parts[PARTS];
    rc = source_view(r->in, r->at, (size_t)all, &whole, &own, err);
    if (rc == SIGN_OK)
        rc = check_sha(r, whole, err);
    size_t at = HEAD;
    for (size_t i = 0; i < PARTS && rc == SIGN_OK; at += len[i], i++)
        parts[i] = BYTES(whole.data + at, len[i]);
    if (rc == SIGN_OK)
        rc = keep(r, head, parts, err);
    r->at += all;
    r->n++;
    return rc;
}

static sign_rc read_tail(struct reading *r, sign_error *err) {
    uint8_t tail[TAIL], sha[DIGEST_MAX];
    if (r->in->size - r->at != TAIL)
        return bad(r, "cut off, or something follows", err);
    sign_rc rc = source_read(r->in, r->at, tail, TAIL, err);
    if (rc == SIGN_OK)
        rc = crypto_hash(r->crypto, DIGEST_SHA256, BYTES(r->digests.data, r->digests.len), sha, err);
    if (rc != SIGN_OK)
        return rc;
    if (get_number(tail + 1, 8) != r->n || memcmp(tail + 9, sha, SHA) != 0)
        return bad(r, "answers are missing", err);
    return source_unchanged(r->in, err);
}

static sign_rc read_all(struct reading *r, sign_error *err) {
    uint8_t start[MAGIC], kind = 0;
    if (r->in->size < MAGIC + TAIL)
        return bad(r, "too short", err);
    sign_rc rc = source_read(r->in, 0, start, MAGIC, err);
    if (rc == SIGN_OK && memcmp(start, magic, MAGIC) != 0)
        return bad(r, "it does not begin as one", err);
    for (r->at = MAGIC; rc == SIGN_OK; rc = read_answer(r, err)) {
        if (r->at >= r->in->size)
            return bad(r, "cut off", err);
        rc = source_read(r->in, r->at, &kind, 1, err);
        if (rc != SIGN_OK || kind == 0)
            return rc != SIGN_OK ? rc : read_tail(r, err);
    }
    return rc;
}

sign_rc sign_cache_import(const char *path, const sign_input *in, size_t *count, sign_error *err) {
    if (path == NULL || in == NULL)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_cache_import: path and in are needed");
    AUTO(source) from = {.fd = -1};
    AUTO(store_ptr) s = NULL;
    AUTO(crypto_ptr) crypto = NULL;
    sign_rc rc = source_open(in, &from, err);
    if (rc == SIGN_OK)
        rc = crypto_new(&crypto, err);
    if (rc == SIGN_OK)
        rc = netcache_file_open(path, true, true, &s, err);
    if (rc == SIGN_OK)
        rc = store_begin(s, err);
    if (rc != SIGN_OK)
        return rc;
    struct reading r = {.in = &from, .store = s, .crypto = crypto};
    rc = read_all(&r, err);
    if (rc == SIGN_OK)
        rc = netcache_shrink(s, LIMIT_CACHE_OCTETS, err);
    rc = store_end(s, rc, err);
    grow_free(&r.digests);
    if (rc == SIGN_OK && count != NULL)
        *count = r.kept;
    return rc;
}
