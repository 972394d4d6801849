/* attempts.h - every n of a run in a forked child of its own, and what came of each. */
#ifndef FAULT_ATTEMPTS_H
#define FAULT_ATTEMPTS_H

#include "hooks.h"
#include "world.h"

enum { CODES = 17, FOUND_MAX = 32, WORKERS = 2 };

/* One public function under failing allocations. */
struct run {
    const char *name;
    int wanted; /* what it gives when nothing fails: a sign_rc, or for the one without errors a number */
    int (*go)(const struct world *w);
    unsigned also; /* bits 1 << -rc: errors beside SIGN_E_MEMORY and `wanted` that tell a lack of memory */
};

/* Why an n failed. */
enum fault_kind {
    FOUND_WRONG = 1, /* a result that is not the right one, or an error that is not told */
    FOUND_LEAK,
    FOUND_AFTER, /* the function does not work any more when memory is there again */
    FOUND_CRASH, /* a signal, or a sanitizer that ended the child */
    FOUND_HANG,
    FOUND_KNOWN /* a crash inside a library that docs/FAULTS.md lists: no failure, but counted */
};

struct finding {
    enum fault_mode mode;
    enum fault_kind kind;
    size_t n;
    char what[80];
};

struct tally {
    size_t total;    /* n goes from 1 to this */
    size_t children; /* one an n and mode, but see attempts_how.step */
    size_t searches; /* of these, so many left memory behind that LeakSanitizer had to judge */
    size_t errors, unharmed;
    size_t by_code[CODES]; /* errors by -sign_rc */
    size_t known;
    size_t failures;
    size_t n_found; /* the first FOUND_MAX of the failures */
    struct finding found[FOUND_MAX];
};

/*
 * alone: the run changes nothing outside its process, so that its children may be forked where the allocation
 * fails. step: where there are more than ATTEMPTS_MANY allocations every n fails once, but that all after it
 * fail as well is tried of each step-th n only; beyond ATTEMPTS_HUGE, where nearly all are a library's own,
 * each third n fails once. 1: every n in both modes.
 */
enum { ATTEMPTS_MANY = 500, ATTEMPTS_HUGE = 5000, ATTEMPTS_THIRD = 3 };
struct attempts_how {
    bool alone;
    size_t step;
};

/* Warms up in this process, counts in one child, then tries all n. false: it does not even work when nothing
 * fails. */
bool attempts_all(const struct run *r, const struct world *w, const struct attempts_how *how,
                  struct tally *t);

/* The same for one n of one mode. A debugger stops at `one` and follows the child from there. */
bool attempts_one(const struct run *r, const struct world *w, enum fault_mode mode, size_t n,
                  struct tally *t);

/* Is there a LeakSanitizer? Without one, what stays allocated is not judged. */
bool attempts_see_leaks(void);

#endif
