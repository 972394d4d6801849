/* base/random.h - unpredictable bytes for names and hash seeds. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/*
 * Fills out with n bytes (n <= 256) from the kernel. Without one (an old sandbox) they come from clocks and
 * addresses, so that this cannot fail: for names and seeds only, keys and nonces are the crypto room's.
 */
void random_fill(void *out, size_t n);

#endif
