/* base/bytes.h - views, growing buffers with a limit, arenas, wiping. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/cleanup.h"
#include "base/error.h"
#include <sign/types.h>
#include <stdbool.h>
#include <string.h>

#define BYTES(p, n)  ((sign_bytes){(const uint8_t *)(p), (n)})
#define BYTES_STR(s) ((sign_bytes){(const uint8_t *)(s), strlen(s)})

static inline bool bytes_equal(sign_bytes a, sign_bytes b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Order of DER SET OF components and of map keys: bytewise, the shorter first when one is a prefix. */
int bytes_compare(sign_bytes a, sign_bytes b);

CLEANUP(sign_buf, sign_buf_free);

/* A malloc'd copy; SIGN_E_MEMORY. An empty input gives len 0 and non-NULL data. */
sign_rc buf_copy(sign_bytes in, sign_buf *out, sign_error *err);

/* Overwrites secrets so that the compiler cannot drop it. */
void base_wipe(void *p, size_t n);

/* A secret: wiped when freed. */
struct secret {
    char *text; /* NUL-terminated */
    size_t len;
};
typedef struct secret secret;
void secret_free(secret *s);
CLEANUP(secret, secret_free);

/*
 * A growing buffer that remembers failure: twenty appends, one check.
 * limit: more than that many bytes is a failure (0: LIMIT_BUF of base/limits.h).
 */
struct grow {
    uint8_t *data;
    size_t len, cap, limit;
    bool failed; /* an append failed; every later one does nothing */
    bool over;   /* it failed at the limit */
};
typedef struct grow grow;
void grow_put(grow *g, const void *data, size_t n);
void grow_byte(grow *g, uint8_t b);
void grow_str(grow *g, const char *s);
void grow_printf(grow *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n bytes more at the end, counted as written; NULL when failed. */
uint8_t *grow_space(grow *g, size_t n);
/*
 * Hands the bytes over; SIGN_E_MEMORY or SIGN_E_LIMIT when an append failed. g is empty afterwards. A NUL
 * that len does not count stands behind the last byte, so text is a C string at once.
 */
sign_rc grow_take(grow *g, sign_buf *out, sign_error *err);
void grow_free(grow *g);
CLEANUP(grow, grow_free);

/*
 * An arena: many small allocations, one free. The first ARENA_FIRST bytes are inside the struct's
 * first block, so that a small report costs one malloc.
 */
struct arena_block;
struct arena {
    struct arena_block *blocks;
    uint8_t *at;
    size_t left;
    size_t taken; /* octets of all blocks */
    bool failed;  /* an allocation failed: arena_alloc gave NULL */
};
typedef struct arena arena;
void *arena_alloc(arena *a, size_t n); /* zeroed, aligned for any type; NULL on failure (remembered) */
sign_bytes arena_copy(arena *a, sign_bytes b);
char *arena_str(arena *a, sign_bytes b); /* NUL-terminated copy */
char *arena_printf(arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_free(arena *a);
CLEANUP(arena, arena_free);

#endif
