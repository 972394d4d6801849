/* hooks.h - one counter over the allocations of our own code, OpenSSL, libxml2, jansson, libcurl and SQLite,
 * of which any one can fail. */
#ifndef FAULT_HOOKS_H
#define FAULT_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_mode {
    FAULT_NONE, /* count only */
    FAULT_ONCE, /* the n-th allocation fails */
    FAULT_FROM  /* the n-th and every later one */
};

/* Before any library has allocated anything. false: a library refused the hooks. */
bool hooks_install(void);

/* From here on the allocation that fails first is shown with its stack, on stderr, where a sanitizer can. */
void hooks_show(void);
/* Starts a run: nothing is counted yet, what will be allocated from here on is watched. */
void hooks_begin(enum fault_mode mode, size_t n);
/* After hooks_begin: asked at each allocation that is counted, the n-th, whether this one fails, and how.
 * Once it has said so it is not asked again. It may fork: the answer counts in the process that it gives it
 * in. */
typedef enum fault_mode hooks_turn(size_t n, void *user);
void hooks_each(hooks_turn *turn, void *user);
/* Between these two allocations are counted and fail. */
void faults_on(void);
bool faults_off(void); /* whether they were on */
/* How many there were between them, the one that failed included. */
size_t hooks_count(void);

/* What was allocated in this run and is still there: blocks of our own code, blocks of everybody with hooks,
 * a sum over the addresses of these, which are the same in every child that has done the same; and by how
 * many bytes the whole process has grown, as AddressSanitizer counts them (without it 0). */
struct hooks_left {
    size_t ours, all;
    uint64_t where;
    long bytes;
};
struct hooks_left hooks_end(void);

#endif
