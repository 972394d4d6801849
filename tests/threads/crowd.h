/* crowd.h - the same work done by many threads at once, and what became of it. */
#ifndef TESTS_THREADS_CROWD_H
#define TESTS_THREADS_CROWD_H

#include <sign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { CROWD_MOST = 16 };

/* work(user, 0) to work(user, n - 1), each in its own thread, until all are done; false: some could not be
 * started. */
bool crowd(size_t n, void (*work)(void *user, size_t number), void *user);

/* The answers of all threads. */
struct tally {
    atomic_size_t done, wrong;
};
/* One more; what is wrong goes to standard error. */
void expect(struct tally *t, bool right, const char *what, const char *found);
/* Prints the ok line; false, and a not ok line: some were wrong, or they are not as many as `wanted`. */
bool tally_tell(struct tally *t, size_t wanted, const char *what);
/* True when nothing failed: rc is a verdict; else says on standard error what did. */
bool told(sign_rc rc, const char *what, const sign_error *err);

#endif
