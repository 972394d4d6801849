/* timed.h - signatures with time-stamps, verified offline: the rows, the bare cost of them, and OpenSSL
 * beside them. */
#ifndef BENCHMARKS_TIMED_H
#define BENCHMARKS_TIMED_H

#include "corpus.h"

enum { TIME_LISTS = 3 };

/* One document of mkvectors --stamps at one moment of its life, and the lists that a verifier has then. */
struct timed {
    const char *name;
    const char *file;
    const char *lists[TIME_LISTS]; /* files or folders */
    int64_t at;
    const char *folder; /* where all of it is */
    sign_buf document;
    sign_trust *trust;    /* one that knows it */
    sign_trust **unknown; /* so many that have never seen anything */
    size_t n_unknown;
};

sign_trust *timed_trust(const struct timed *t);
void timed_verify(const struct timed *t, const sign_trust *trust);

/* What OpenSSL makes of the same file; ends the program when it does not pass. Never freed. */
void *peer_open(const struct timed *t);
void peer_run(void *state, size_t i);

/* The signature checks that libsign does for `t`, alone: with its trust, or with a new one. For bench_op. */
void *bare_known_open(void *shared);
void *bare_new_open(void *shared);
void bare_run(void *state, size_t i);
void bare_close(void *state);
/* How many those are. */
size_t bare_count(void *(*open)(void *shared), struct timed *t);

#endif
