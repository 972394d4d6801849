/* ades/poe.h - proofs of existence (EN 319 102-1, 5.6.2.3): of which objects, and by which time-stamps.
 * Private to this room. */
#ifndef ADES_POE_H
#define ADES_POE_H

#include "ades/judging.h"
#include "base/keyset.h"

struct validation;

enum poe_kind { POE_SIGNATURE, POE_DATA, POE_STAMP, POE_CERTIFICATE, POE_REVOCATION };

/* A time-stamp that proves: of the signature itself, or of the one above a counter-signature. */
struct poe_source {
    int64_t time;
    const char *by; /* its id */
};
enum { POE_WORDS = 3, POE_SOURCES = 64 * POE_WORDS };
_Static_assert(POE_SOURCES >= 2 * (LIMIT_STAMPS + 1), "time-stamps of a signature and of the one above it");

/* An object once, and a bit for each source that proves it. Besides what stands here everything exists now.
 */
struct poe {
    uint8_t kind;
    uint8_t via; /* DIGEST_NONE: `id` is the SHA-256 of the object; else its digest by this */
    uint8_t id[DIGEST_MAX];
    uint64_t by[POE_WORDS];
};

/* Octets as a time-stamp covers them, and what they stand for: poe_set.pool has numbers of objects. */
struct poe_piece {
    const uint8_t *data;
    size_t len;
    uint16_t kind, via;
    uint32_t first, n;
    uint32_t marked; /* 1 + the source that did it last */
};

/* The pieces of one list that a codec gave. */
struct poe_pieces {
    const struct ades_covered *from;
    uint32_t *piece;
    size_t n, cap;
    size_t marked;   /* of them by `source` */
    uint32_t source; /* 1 + its number */
};

struct poe_set {
    int64_t now;
    arena own; /* of everything here; let go by poe_close */
    struct poe_source *source;
    size_t n_sources, sources_cap;
    struct keyset objects;   /* struct poe */
    struct keyset pieces;    /* struct poe_piece */
    struct keyset responses; /* carried ones by their digests: struct poe_response */
    uint32_t *pool;
    size_t n_pool, pool_cap;
    struct poe_pieces *lists;
    size_t n_lists, lists_cap;
    bool used[DIGEST_COUNT], read[DIGEST_COUNT]; /* via there are objects; responses were digested by it */
    size_t owed;                                 /* steps that were not paid for yet */
    bool given_up;                               /* something could not be paid for */
    struct ades_hashed *hashed;                  /* where the codec keeps none */
};

/* ---- poe_set.c: the set
 * ------------------------------------------------------------------------------------
 */

/* Time of the earliest proof; `now` when there is none. *by (NULL allowed): what proves it, NULL: that it is
 * here. */
int64_t poe_find(struct validation *v, enum poe_kind kind, const uint8_t id[32], sign_bytes der,
                 const char **by);
/* Whether a proof lies within [from, to]. */
bool poe_within(struct validation *v, enum poe_kind kind, const uint8_t id[32], sign_bytes der, int64_t from,
                int64_t to);

/* SHA-256 of octets that stay where they are while the document is judged: computed once for the document. */
sign_rc poe_sha256(struct validation *v, sign_bytes der, uint8_t out[32], sign_error *err);
/* The digest by another algorithm of the object whose SHA-256 is `id`, likewise; NULL: no memory, which the
 * report's arena remembers, or none that is computed. */
const uint8_t *poe_digest(struct validation *v, enum crypto_digest via, const uint8_t id[32], sign_bytes der);
/* Where the object with that SHA-256 stands in the report, for objects.c to keep; NULL: no memory. */
struct report_object **poe_shown(struct validation *v, const uint8_t sha256[32]);
/* How often the document's octets were digested for proofs. */
size_t poe_digested(const struct ades_hashed *h);
/* The number of the object, in set->objects. */
sign_rc poe_object(struct validation *v, enum poe_kind kind, enum crypto_digest via, const uint8_t *id,
                   size_t len, uint32_t *out, sign_error *err);
/* Room for one element more in a list of set->own; NULL: no memory. */
void *poe_room(struct poe_set *set, void *list, size_t n, size_t *cap, size_t size);
/* The proofs as rows of the report, the earliest of each object. */
void poe_list(struct validation *v);
void poe_close(struct validation *v);

/* ---- poe.c: what time-stamps prove
 * -------------------------------------------------------------------------
 */

/* What the time-stamp proves: everything it protects, and what those protect and carry (5.6.2.3). */
sign_rc poe_extract(struct validation *v, size_t stamp, sign_error *err);
/* What the time-stamps above a counter-signature prove of it. `given`: its facts as the codec found them. */
sign_rc poe_outer(struct validation *v, const struct ades_facts *given, sign_error *err);
/* Tells the codec, by facts->proves, which time-stamps prove something; when all is judged. */
void poe_tell(const struct validation *v);

#endif
