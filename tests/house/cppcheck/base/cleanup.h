/*
 * base/cleanup.h as cppcheck reads it: the same names without the attribute and the statement expression of
 * gcc, which it cannot parse and for which it gives up the rest of the file. Compilers never see this header.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stddef.h>

#define CLEANUP(T, fn) typedef T base_auto_type_##T
#define AUTO(T)        base_auto_type_##T
#define TAKE(p)        (p)

#endif
