/* The hash index of an archive time-stamp v3 (EN 319 122-1, 5.5.2): which elements of the message it names.
 */
#include "cades/stamps.h"
#include <stdlib.h>

/* Three lists, in the order in which ATSHashIndex has them; also their names in messages. */
enum list { CERTIFICATES, CRLS, ATTRIBUTES, LISTS };
static const char *const list_names[LISTS] = {"certificatesHashIndex", "crlsHashIndex",
                                              "unsignedAttrsHashIndex"};

struct index {
    enum crypto_digest digest;
    sign_bytes lists[LISTS]; /* contents of each SEQUENCE OF OCTET STRING */
};

/*
 * ATSHashIndex ::= SEQUENCE { hashIndAlgorithm, certificatesHashIndex, crlsHashIndex, unsignedAttrsHashIndex
 * }. In the first version the algorithm may be missing and is SHA-256 then (TS 101 733, 6.4.2); an
 * AlgorithmIdentifier begins with an OID, and a list does not.
 */
static bool read_index(sign_bytes value, struct index *out) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, true), in, first;
    struct der_tlv t;
    sign_bytes oid, params;
    out->digest = DIGEST_SHA256;
    if (!der_enter(&c, DER_SEQUENCE, &in))
        return false;
    struct der_cursor ahead = in;
    if (!der_enter(&ahead, DER_SEQUENCE, &first))
        return false;
    if (der_peek(&first) == DER_OID) {
        if (!der_algorithm(&in, &oid, &params))
            return false;
        out->digest = crypto_digest_read(oid, params);
    }
    for (int i = 0; i < LISTS; i++) {
        if (!der_take(&in, DER_SEQUENCE, &t))
            return false;
        out->lists[i] = t.value;
    }
    return der_finish(&in) && der_finish(&c);
}

/* ---- hashes of what is there ------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b) {
    const struct cades_hashed *x = a, *y = b;
    int order = memcmp(x->hash, y->hash, DIGEST_MAX);
    return order != 0 ? order : x->of < y->of ? -1 : x->of > y->of;
}

/* An element in two pieces, which are digested one after the other. */
struct pieces {
    sign_bytes first, second;
};

static sign_rc hash_pieces(struct crypto *crypto, enum crypto_digest d, const struct pieces *list, size_t n,
                           struct cades_hashed *out, sign_error *err) {
    for (size_t i = 0; i < n; i++) {
        sign_rc rc = crypto_hash_begin(crypto, d, err);
        if (rc == SIGN_OK)
            rc = crypto_hash_add(crypto, list[i].first, err);
        if (rc == SIGN_OK)
            rc = crypto_hash_add(crypto, list[i].second, err);
        if (rc == SIGN_OK)
            rc = crypto_hash_end(crypto, out[i].hash, err);
        if (rc != SIGN_OK)
            return rc;
        out[i].of = i;
    }
    qsort(out, n, sizeof *out, by_hash);
    return SIGN_OK;
}

/* Every element of a set, with its header; of attributes every one, or every value with its attrType before
 * it. NULL pieces: they are only counted. */
static size_t gather_set(sign_bytes contents, sign_bytes before, struct pieces *pieces, size_t n) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true);
    struct der_tlv t;
    for (; n <= LIMIT_INDEXED && der_more(&c) && der_any(&c, &t); n++)
        if (pieces != NULL)
            pieces[n] = before.len != 0 ? (struct pieces){before, t.raw} : (struct pieces){t.raw, {0}};
    return n;
}

static size_t gather(const struct cades_beside *b, enum list which, bool by_value, struct pieces *pieces) {
    const cms_message *m = b->o->job->m;
    sign_bytes none = {0};
    size_t n = 0;
    if (which != ATTRIBUTES)
        return gather_set(which == CERTIFICATES ? m->certificates : m->crls, none, pieces, 0);
    for (size_t i = 0; i < b->n_attributes && n <= LIMIT_INDEXED; i++) {
        if (by_value)
            n = gather_set(b->attributes[i].values, b->attributes[i].type, pieces, n);
        else if (pieces != NULL)
            pieces[n++] = (struct pieces){b->attributes[i].raw, none};
        else
            n++;
    }
    return n;
}

/* Computed once for each algorithm: those of the message for all signatures. */
static sign_rc hash_all(struct cades_beside *b, enum list which, bool by_value, enum crypto_digest d,
                        struct cades_hashes *out, sign_error *err) {
    arena *a = &b->o->job->report->arena;
    if (out->have)
        return SIGN_OK;
    size_t n = gather(b, which, by_value, NULL);
    out->over = n > LIMIT_INDEXED;
    if (!out->over && n > 0) {
        AUTO(sign_buf) room = {.data = malloc(n * sizeof(struct pieces))};
        out->list = arena_alloc(a, n * sizeof *out->list);
        if (room.data == NULL || out->list == NULL)
            return fail_memory(err);
        struct pieces *pieces = (void *)room.data;
        out->n = gather(b, which, by_value, pieces);
        sign_rc rc = hash_pieces(b->o->job->ctx->crypto, d, pieces, n, out->list, err);
        if (rc != SIGN_OK)
            return rc;
    }
    out->have = true;
    return SIGN_OK;
}

static sign_rc known_hashes(struct cades_beside *b, enum list which, bool by_value, enum crypto_digest d,
                            struct cades_hashes **out, sign_error *err) {
    struct cades_job *job = b->o->job;
    struct cades_hashes **table = which == CERTIFICATES ? &job->hashed_certificates
                                  : which == CRLS       ? &job->hashed_crls
                                                        : &b->hashes[by_value];
    if (*table == NULL)
        *table = arena_alloc(&job->report->arena, DIGEST_COUNT * sizeof **table);
    if (*table == NULL)
        return fail_memory(err);
    *out = &(*table)[d];
    return hash_all(b, which, by_value, d, *out, err);
}

/* ---- comparison -------------------------------------------------------------------------------------- */

/* The entries of a list by hash. false: one of them is no hash of this size, or there are more of them than
 * elements, so that at least one names nothing. */
static bool read_entries(sign_bytes list, size_t size, size_t limit, struct cades_hashed *out, size_t *n) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, list, true);
    sign_bytes hash;
    *n = 0;
    while (der_more(&c)) {
        if (*n == limit || !der_octets(&c, &hash) || hash.len != size)
            return false;
        out[*n].of = *n;
        memcpy(out[(*n)++].hash, hash.data, size);
    }
    qsort(out, *n, sizeof *out, by_hash);
    return der_ok(&c);
}

/* Every entry needs an element of its own; an element without one is not protected, and that is all. */
static bool pair(const struct cades_hashes *there, const struct cades_hashed *entries, size_t n,
                 bool *named) {
    size_t at = 0;
    for (size_t i = 0; i < n; i++, at++) {
        while (at < there->n && memcmp(there->list[at].hash, entries[i].hash, DIGEST_MAX) < 0)
            at++;
        if (at == there->n || memcmp(there->list[at].hash, entries[i].hash, DIGEST_MAX) != 0)
            return false;
        named[there->list[at].of] = true;
    }
    return true;
}

static sign_rc match_list(struct cades_beside *b, const struct index *index, enum list which, bool by_value,
                          bool **named, size_t *n_named, enum message_id *why, sign_error *err) {
    struct cades_hashes *there = NULL;
    sign_rc rc = known_hashes(b, which, by_value, index->digest, &there, err);
    if (rc != SIGN_OK)
        return rc;
    if (there->over) {
        *why = MSG_STAMP_INDEX_FORMAT;
        return SIGN_OK;
    }
    size_t n;
    AUTO(sign_buf) room = {.data = calloc(there->n + 1, sizeof(struct cades_hashed))};
    *named = arena_alloc(&b->o->job->report->arena, (there->n + 1) * sizeof **named);
    *n_named = there->n;
    if (room.data == NULL || *named == NULL)
        return fail_memory(err);
    struct cades_hashed *entries = (void *)room.data;
    if (!read_entries(index->lists[which], crypto_digest_row(index->digest)->size, there->n, entries, &n) ||
        !pair(there, entries, n, *named))
        *why = MSG_STAMP_INDEX_UNMATCHED;
    return SIGN_OK;
}

/* 5.5.2: the index is by the same algorithm as the imprint. A weaker one would prove less than the time-stamp
 * seems to; another one that is as good does no harm. */
static const char *unusable(const struct tsp_token *token, struct index *index) {
    if (token->hash_index.len == 0)
        return "ats-hash-index";
    if (!read_index(token->hash_index, index))
        return "ATSHashIndex";
    if (index->digest == DIGEST_NONE || (index->digest != token->digest && token->digest != DIGEST_NONE &&
                                         ades_weaker_digest(token->digest, index->digest) == index->digest))
        return "hashIndAlgorithm";
    return NULL;
}

sign_rc cades_index_match(struct cades_beside *b, const struct tsp_token *token, struct cades_indexed *out,
                          enum message_id *why, const char **detail, sign_error *err) {
    struct index index;
    *detail = unusable(token, &index);
    if (*detail != NULL) {
        *why = MSG_STAMP_INDEX_FORMAT;
        return SIGN_OK;
    }
    out->by_value = token->hash_index_version == 3;
    bool **const named[LISTS] = {&out->certificates, &out->crls, &out->attributes};
    size_t *const count[LISTS] = {&out->n_certificates, &out->n_crls, &out->n_attributes};
    for (int i = 0; i < LISTS; i++) {
        enum message_id wrong = MSG_NONE;
        sign_rc rc = match_list(b, &index, (enum list)i, out->by_value, named[i], count[i], &wrong, err);
        if (rc != SIGN_OK)
            return rc;
        if (wrong == MSG_NONE || *why != MSG_NONE)
            continue;
        *why = wrong;
        *detail = list_names[i];
    }
    return SIGN_OK;
}
