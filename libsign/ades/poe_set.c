/* The set of what is proven to have existed: each object once, with a bit for each time-stamp that proves it.
 */
#include "ades/validation.h"

#include "base/text.h"

/* ---- what is digested once for all signatures of a document
 * -------------------------------------------------
 */

struct hashed_slice {
    const uint8_t *data;
    size_t len;
    uint8_t sha256[32];
};

struct hashed_object {
    uint8_t via, id[32];
    uint8_t value[DIGEST_MAX];
};

struct ades_hashed {
    struct keyset slices, objects, shown;
    size_t computed, told;
};

struct shown_object {
    uint8_t sha256[32];
    struct report_object *row;
};

enum { SLICE_KEY = sizeof(uint8_t *) + sizeof(size_t), OBJECT_KEY = 33 };

static struct ades_hashed *hashed_of(struct validation *v) {
    arena *a = &v->j->report->arena;
    struct ades_hashed **at = v->j->facts->hashed != NULL ? v->j->facts->hashed : &v->poe.hashed;
    if (*at != NULL)
        return *at;
    struct ades_hashed *h = arena_alloc(a, sizeof *h);
    if (h == NULL)
        return NULL;
    h->slices = (struct keyset){.arena = a, .width = SLICE_KEY, .size = sizeof(struct hashed_slice)};
    h->objects = (struct keyset){.arena = a, .width = OBJECT_KEY, .size = sizeof(struct hashed_object)};
    h->shown = (struct keyset){.arena = a, .width = 32, .size = sizeof(struct shown_object)};
    *at = h;
    return h;
}

size_t poe_digested(const struct ades_hashed *h) {
    return h != NULL ? h->computed : 0;
}

sign_rc poe_sha256(struct validation *v, sign_bytes der, uint8_t out[32], sign_error *err) {
    struct ades_hashed *h = hashed_of(v);
    const struct hashed_slice key = {.data = der.data, .len = der.len};
    uint8_t value[DIGEST_MAX];
    size_t i = h != NULL ? keyset_find(&h->slices, &key) : KEYSET_NONE;
    if (i != KEYSET_NONE) {
        const struct hashed_slice *known = keyset_row(&h->slices, i);
        memcpy(out, known->sha256, 32);
        return SIGN_OK;
    }
    sign_rc rc = crypto_hash(v->j->ctx->crypto, DIGEST_SHA256, der, value, err);
    bool fresh;
    if (rc != SIGN_OK)
        return rc;
    i = h != NULL ? keyset_put(&h->slices, &key, &fresh) : KEYSET_NONE;
    if (i == KEYSET_NONE)
        return fail_memory(err);
    h->computed++;
    memcpy(((struct hashed_slice *)keyset_row(&h->slices, i))->sha256, value, 32);
    memcpy(out, value, 32);
    return SIGN_OK;
}

/*
 * A list may be large, and the references that may name it are many. Without memory for it a proof would be
 * lost, and with it perhaps the verdict: the arena remembers, and report_seal tells it.
 */
const uint8_t *poe_digest(struct validation *v, enum crypto_digest via, const uint8_t id[32],
                          sign_bytes der) {
    struct ades_hashed *h = hashed_of(v);
    struct hashed_object key = {.via = (uint8_t)via};
    bool fresh;
    memcpy(key.id, id, sizeof key.id);
    size_t i = h != NULL ? keyset_find(&h->objects, &key) : KEYSET_NONE;
    if (i == KEYSET_NONE && h != NULL) {
        sign_rc rc = crypto_hash(v->j->ctx->crypto, via, der, key.value, NULL);
        v->j->report->arena.failed = v->j->report->arena.failed || rc == SIGN_E_MEMORY;
        i = rc == SIGN_OK ? keyset_put(&h->objects, &key, &fresh) : KEYSET_NONE;
        if (i == KEYSET_NONE)
            return NULL;
        h->computed++;
        memcpy(((struct hashed_object *)keyset_row(&h->objects, i))->value, key.value, DIGEST_MAX);
    }
    return i != KEYSET_NONE ? ((const struct hashed_object *)keyset_row(&h->objects, i))->value : NULL;
}

struct report_object **poe_shown(struct validation *v, const uint8_t sha256[32]) {
    struct ades_hashed *h = hashed_of(v);
    bool fresh;
    size_t i = h != NULL ? keyset_put(&h->shown, sha256, &fresh) : KEYSET_NONE;
    return i != KEYSET_NONE ? &((struct shown_object *)keyset_row(&h->shown, i))->row : NULL;
}

/* ---- objects
 * ------------------------------------------------------------------------------------------------
 */

enum { POE_KEY = 2 + DIGEST_MAX };

void *poe_room(struct poe_set *set, void *list, size_t n, size_t *cap, size_t size) {
    if (n < *cap)
        return list;
    size_t more = *cap == 0 ? 16 : 2 * *cap;
    void *grown = arena_alloc(&set->own, more * size);
    if (grown == NULL)
        return NULL;
    if (n > 0)
        memcpy(grown, list, n * size);
    *cap = more;
    return grown;
}

static struct poe key_of(enum poe_kind kind, enum crypto_digest via, const uint8_t *id, size_t len) {
    struct poe key = {.kind = (uint8_t)kind, .via = (uint8_t)via};
    memcpy(key.id, id, len);
    return key;
}

sign_rc poe_object(struct validation *v, enum poe_kind kind, enum crypto_digest via, const uint8_t *id,
                   size_t len, uint32_t *out, sign_error *err) {
    struct poe_set *set = &v->poe;
    via = via == DIGEST_SHA256 ? DIGEST_NONE : via; /* the same name, whichever way it came */
    const struct poe key = key_of(kind, via, id, len);
    bool fresh;
    if (set->objects.arena == NULL)
        set->objects = (struct keyset){.arena = &set->own, .width = POE_KEY, .size = sizeof(struct poe)};
    size_t i = keyset_put(&set->objects, &key, &fresh);
    if (i == KEYSET_NONE)
        return fail_memory(err);
    set->used[via] = true;
    *out = (uint32_t)i;
    return SIGN_OK;
}

/* Adds the sources that prove the object under that name. */
static void gather(const struct poe_set *set, const struct poe *key, uint64_t by[POE_WORDS]) {
    size_t i = keyset_find(&set->objects, key);
    if (i == KEYSET_NONE)
        return;
    const struct poe *p = keyset_row(&set->objects, i);
    for (size_t w = 0; w < POE_WORDS; w++)
        by[w] |= p->by[w];
}

/* By its octets, and by its digests in references. */
static void gather_all(struct validation *v, enum poe_kind kind, const uint8_t id[32], sign_bytes der,
                       uint64_t by[POE_WORDS]) {
    const struct poe_set *set = &v->poe;
    for (enum crypto_digest via = 0; set->objects.n > 0 && via < DIGEST_COUNT; via++) {
        const uint8_t *value = id;
        size_t len = 32;
        if (!set->used[via])
            continue;
        if (via != DIGEST_NONE && via != DIGEST_SHA256) {
            value = der.len != 0 ? poe_digest(v, via, id, der) : NULL;
            len = crypto_digest_row(via)->size;
        }
        if (value == NULL)
            continue;
        const struct poe key = key_of(kind, via, value, len);
        gather(set, &key, by);
    }
}

static bool proves(const uint64_t by[POE_WORDS], size_t i) {
    return (by[i / 64] >> i % 64 & 1) != 0;
}

/* NULL: none before now. */
static const struct poe_source *earliest(const struct poe_set *set, const uint64_t by[POE_WORDS]) {
    const struct poe_source *best = NULL;
    for (size_t i = 0; i < set->n_sources; i++)
        if (proves(by, i) && set->source[i].time < (best != NULL ? best->time : set->now))
            best = &set->source[i];
    return best;
}

int64_t poe_find(struct validation *v, enum poe_kind kind, const uint8_t id[32], sign_bytes der,
                 const char **by) {
    uint64_t sources[POE_WORDS] = {0};
    gather_all(v, kind, id, der, sources);
    const struct poe_source *first = earliest(&v->poe, sources);
    if (by != NULL)
        *by = first != NULL ? first->by : NULL;
    return first != NULL ? first->time : v->poe.now;
}

bool poe_within(struct validation *v, enum poe_kind kind, const uint8_t id[32], sign_bytes der, int64_t from,
                int64_t to) {
    uint64_t sources[POE_WORDS] = {0};
    const struct poe_set *set = &v->poe;
    if (set->now >= from && set->now <= to)
        return true;
    gather_all(v, kind, id, der, sources);
    for (size_t i = 0; i < set->n_sources; i++)
        if (proves(sources, i) && set->source[i].time >= from && set->source[i].time <= to)
            return true;
    return false;
}

void poe_close(struct validation *v) {
    arena_free(&v->poe.own);
}

/* ---- for the report
 * -----------------------------------------------------------------------------------------
 */

static bool tell_one(struct validation *v, const struct poe *p, const struct poe_source *first,
                     struct report_poe ***at) {
    static const char *const kinds[] = {[POE_SIGNATURE] = "signature",
                                        [POE_DATA] = "data",
                                        [POE_STAMP] = "time-stamp",
                                        [POE_CERTIFICATE] = "certificate",
                                        [POE_REVOCATION] = "revocation"};
    arena *a = &v->j->report->arena;
    char hex[2 * DIGEST_MAX + 1];
    struct report_poe *row = arena_alloc(a, sizeof *row);
    if (row == NULL)
        return false;
    text_hex(BYTES(p->id, p->via == DIGEST_NONE ? 32 : crypto_digest_row((enum crypto_digest)p->via)->size),
             hex);
    row->kind = kinds[p->kind];
    row->object =
        p->kind == POE_SIGNATURE || p->kind == POE_DATA ? v->j->object : arena_str(a, BYTES_STR(hex));
    row->time = first->time;
    row->by = first->by;
    **at = row;
    *at = &row->next;
    return true;
}

/* A counter-signature is proven with all that is proven of the signature above it: what is told of many of
 * them is bounded for the document, and how much was left out is told. */
void poe_list(struct validation *v) {
    struct report_poe **at = &v->j->out->poe;
    struct ades_hashed *h = v->j->report->detailed && v->poe.objects.n > 0 ? hashed_of(v) : NULL;
    for (size_t i = 0; h != NULL && i < v->poe.objects.n; i++) {
        const struct poe *p = keyset_row(&v->poe.objects, i);
        const struct poe_source *first = earliest(&v->poe, p->by);
        if (first == NULL)
            continue; /* by a time-stamp that is younger than the time given: it proves less than that it is
                         here */
        if (h->told == LIMIT_PROOFS_TOLD)
            v->j->out->poe_left_out++;
        else if (tell_one(v, p, first, &at))
            h->told++;
        else
            return;
    }
}
