/* base/cleanup.h - the one cleanup idiom: AUTO(T) x = {0}; is freed at scope end, TAKE(p) hands over. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stddef.h>

/*
 * CLEANUP(T, fn) makes AUTO(T) call fn(&x) when x goes out of scope. fn must accept the zero value.
 * For pointer types give the type a one-word name first: typedef struct foo *foo_ptr;
 */
#define CLEANUP(T, fn)                                                                                       \
    static inline void base_auto_##T(T *x) {                                                                 \
        fn(x);                                                                                               \
    }                                                                                                        \
    typedef T base_auto_type_##T

#define AUTO(T) __attribute__((cleanup(base_auto_##T))) base_auto_type_##T

/* Moves a pointer out of its variable, which becomes NULL: *out = TAKE(x); */
#define TAKE(p)                                                                                              \
    __extension__({                                                                                          \
        __typeof__(p) base_taken = (p);                                                                      \
        (p) = NULL;                                                                                          \
        base_taken;                                                                                          \
    })

#endif
