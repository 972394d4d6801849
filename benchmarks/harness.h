/*
 * harness.h - measures contenders against each other in one run.
 *
 * The measure is operations per second of (wall time - time a thread was runnable and waited for a CPU), the
 * second field of /proc/thread-self/schedstat: neighbours on the machine do not count, sleeping on a lock
 * does. It says nothing with more threads than cores. Rounds are interleaved, so that what slows one
 * contender slows all.
 */
#ifndef BENCHMARKS_HARNESS_H
#define BENCHMARKS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One contender: somebody who does the work of a row. */
struct bench_op {
    const char *row;                    /* what is done: contenders of the same row are compared */
    const char *who;                    /* the first of a row is the one the others are set in relation to */
    void *shared;                       /* of all threads */
    void (*renew)(void *shared);        /* before each pass, outside the time; NULL: nothing */
    void *(*open)(void *shared);        /* makes a thread's own state; NULL: it is `shared` */
    void (*run)(void *state, size_t i); /* the i-th operation; ends the program when it fails */
    void (*close)(void *state);
    size_t pass;  /* operations between two renewals, shared among the threads; 0: until the time is over */
    double bytes; /* nonzero: one operation reads so many, and it runs once in a process of its own */
};

struct bench_list {
    struct bench_op *ops;
    size_t n;
};

struct bench_settings {
    const char *program; /* how to start it again for an operation in a process of its own */
    const char *work;    /* folder for what is made on the way */
    const char *pki;     /* folder of the benchmark set */
    const char *token;   /* folder of the SoftHSM2 token; NULL: no rows with a token */
    const char *stamps;  /* folder that mkvectors made; NULL: no rows with time-stamps */
    const char *before;  /* another libsign.so: only rows that set the two side by side; NULL: none */
    const char *only;    /* rows and contenders whose "row: who" contains it; NULL: all */
    const char *json;    /* file for the same numbers as JSON; NULL: none */
    const char *child;   /* "row: who" that this process is to run once */
    double seconds;      /* of one measurement */
    unsigned rounds;
    unsigned threads; /* each row with one thread and with so many */
    unsigned large;   /* MiB of the large file, 0: no rows with it */
};

/* Ends the program with `what` and OpenSSL's reasons when `ok` is false. */
void must(bool ok, const char *what);

void bench_add(struct bench_list *list, struct bench_op op);
/* Measures everything and prints the table to `out`. */
void bench_run(const struct bench_settings *s, const struct bench_list *list, FILE *out);
/* Runs s->child once and prints its seconds and peak resident KiB. */
void bench_child(const struct bench_settings *s, const struct bench_list *list);

#endif
