/* base/grow.c - a growing buffer that remembers failure. */
#include "base/bytes.h"

#include "base/limits.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { GROW_FIRST = 64 };

static size_t grow_limit(const grow *g) {
    return g->limit > 0 ? g->limit : LIMIT_BUF;
}

/* Room for n more bytes and a NUL behind them. */
static bool grow_reserve(grow *g, size_t n) {
    if (g->failed) {
        return false;
    }
    size_t limit = grow_limit(g);
    if (g->len > limit || n > limit - g->len) {
        g->failed = true;
        g->over = true;
        return false;
    }
    size_t need = g->len + n + 1;
    if (need <= g->cap) {
        return true;
    }
    /* Doubling keeps appends amortised; need <= limit + 1, so neither sum can wrap. */
    size_t cap = g->cap > limit / 2 ? limit + 1 : 2 * g->cap;
    cap = cap > need ? cap : need;
    cap = cap > GROW_FIRST ? cap : GROW_FIRST;
    uint8_t *data = realloc(g->data, cap);
    if (data == NULL) {
        g->failed = true;
        return false;
    }
    g->data = data;
    g->cap = cap;
    return true;
}

uint8_t *grow_space(grow *g, size_t n) {
    if (!grow_reserve(g, n)) {
        return NULL;
    }
    uint8_t *at = g->data + g->len;
    g->len += n;
    return at;
}

void grow_put(grow *g, const void *data, size_t n) {
    uint8_t *at = n > 0 ? grow_space(g, n) : NULL;
    if (at != NULL) {
        memcpy(at, data, n);
    }
}

void grow_byte(grow *g, uint8_t b) {
    grow_put(g, &b, 1);
}

void grow_str(grow *g, const char *s) {
    grow_put(g, s, strlen(s));
}

void grow_printf(grow *g, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *at = n >= 0 ? (char *)grow_space(g, (size_t)n) : NULL;
    if (at != NULL) {
        vsnprintf(at, (size_t)n + 1, fmt, again);
    } else {
        g->failed = true;
    }
    va_end(again);
}

sign_rc grow_take(grow *g, sign_buf *out, sign_error *err) {
    if (!grow_reserve(g, 0)) {
        bool over = g->over;
        size_t limit = grow_limit(g);
        grow_free(g);
        return over ? fail(err, SIGN_E_LIMIT, MSG_LIMIT, "more than %zu bytes", limit) : fail_memory(err);
    }
    g->data[g->len] = '\0';
    *out = (sign_buf){TAKE(g->data), g->len};
    grow_free(g);
    return SIGN_OK;
}

void grow_free(grow *g) {
    if (g != NULL) {
        free(g->data);
        *g = (grow){.limit = g->limit};
    }
}
