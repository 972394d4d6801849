/* base/arena.c - many small allocations, one free. */
#include "base/bytes.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_FIRST = 4096, ARENA_LARGEST = 256 * 1024, ARENA_ALIGN = _Alignof(max_align_t) };

struct arena_block {
    struct arena_block *next;
    size_t size; /* of data */
    _Alignas(max_align_t) uint8_t data[];
};

/* The first block is ARENA_FIRST as malloc sees it, the following double. */
static size_t arena_next_size(const arena *a) {
    size_t last = a->blocks != NULL ? a->blocks->size + sizeof(struct arena_block) : ARENA_FIRST / 2;
    size_t whole = last < ARENA_LARGEST / 2 ? 2 * last : ARENA_LARGEST;
    return whole - sizeof(struct arena_block);
}

static void *arena_block_new(arena *a, size_t n) {
    size_t regular = arena_next_size(a);
    /* What would fill most of a block gets one of its own, behind the head, whose free rest stays in use. */
    bool own = n > regular / 2;
    size_t size = own ? n : regular;
    /* Only what is given out is zeroed: blocks double, and of the last most stays unused. */
    struct arena_block *block = malloc(sizeof *block + size);
    if (block == NULL) {
        a->failed = true;
        return NULL;
    }
    block->size = size;
    memset(block->data, 0, n);
    a->taken += size;
    if (own && a->blocks != NULL) {
        block->next = a->blocks->next;
        a->blocks->next = block;
        return block->data;
    }
    block->next = a->blocks;
    a->blocks = block;
    a->at = block->data + n;
    a->left = size - n;
    return block->data;
}

void *arena_alloc(arena *a, size_t n) {
    if (a->failed) {
        return NULL;
    }
    if (n > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }
    size_t whole = n > 0 ? (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN : ARENA_ALIGN;
    if (whole > a->left) {
        return arena_block_new(a, whole);
    }
    void *p = a->at;
    a->at += whole;
    a->left -= whole;
    return memset(p, 0, whole);
}

char *arena_str(arena *a, sign_bytes b) {
    char *s = b.len < SIZE_MAX ? arena_alloc(a, b.len + 1) : NULL;
    if (s != NULL && b.len > 0) {
        memcpy(s, b.data, b.len);
    }
    return s;
}

sign_bytes arena_copy(arena *a, sign_bytes b) {
    const char *s = arena_str(a, b);
    return s != NULL ? BYTES(s, b.len) : BYTES(NULL, 0);
}

char *arena_printf(arena *a, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *s = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
    if (s != NULL) {
        vsnprintf(s, (size_t)n + 1, fmt, again);
    } else {
        a->failed = true;
    }
    va_end(again);
    return s;
}

void arena_free(arena *a) {
    if (a == NULL) {
        return;
    }
    struct arena_block *block = a->blocks;
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    *a = (arena){0};
}
