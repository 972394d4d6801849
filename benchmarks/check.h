/* check.h - the bare signature check: what of a verification is cryptography. */
#ifndef BENCHMARKS_CHECK_H
#define BENCHMARKS_CHECK_H

#include <stddef.h>

/* For bench_op, with a struct corpus as what is shared: its first KNOWN_SIGNERS signatures again and again.
 */
void *check_open(void *shared);
void check_run(void *state, size_t i);
void check_close(void *state);

#endif
