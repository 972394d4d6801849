/*
 * two.h - signatures with two faults by their parts: what is in the file and lasts, at which level, and the
 * moment at which something is wrong that a proof of time repairs. rows_two.c makes the files,
 * tests/cases/run_pairs.c judges them.
 */
#ifndef STAMPS_TWO_H
#define STAMPS_TWO_H

#include <stdbool.h>
#include <stddef.h>

/* What a fault is of. */
enum two_kind {
    TWO_NONE,  /* nothing is wrong with the file */
    TWO_WEAK,  /* nothing until the end of 2028: SHA-224 */
    TWO_OWN,   /* of the signature or its certificate */
    TWO_DATA,  /* of what is carried about the signer: it lasts as long as nothing else is at hand */
    TWO_STAMPS /* of what the time-stamps say: it lasts as long as they are believed */
};

struct two_fault {
    const char *name;
    enum two_kind kind;
    const char *signer; /* NULL: "two" */
    const char *sign;   /* more words of `sign`; NULL: none */
    const char *before; /* a step before it; NULL: none */
    const char *stamp;  /* more words of the signature time-stamp; NULL: none */
    const char *data;   /* what tells of the signer; NULL: a list of SHA-256 */
    const char *policies[3];
};
extern const struct two_fault two_faults[];
extern const size_t two_n_faults;

enum { TWO_T, TWO_LT, TWO_LTA, TWO_AO, TWO_COUNTER };
extern const char *const two_levels[];
extern const size_t two_n_levels;

/* When it is judged, and what is at hand then. */
struct two_moment {
    const char *name;
    const char *at;                   /* "2025-09-03" */
    const char *root, *twoca, *tsaca; /* folders of lists; NULL: none of that authority */
    const char *more;                 /* one more list; NULL: none */
    bool own;                         /* twoca is an anchor itself, no more believed from August on */
    bool data;                        /* says nothing that cures a fault of data */
    bool stamps;                      /* their authority has ended or was revoked */
    bool hopeless;                    /* what no proof in the file repairs */
};
/* The first is when all is well, the second with nothing at hand while what is carried is fresh; then come
 * those at which something is wrong. */
enum { TWO_WELL, TWO_CARRIED, TWO_REPAIRS };
extern const struct two_moment two_moments[];
extern const size_t two_n_moments;

/* The program of a fault at a level; false: there is none. */
bool two_program(size_t fault, size_t level, char *out, size_t size);
void two_name(size_t fault, size_t level, char *out, size_t size); /* "pairs/order-lta" */

#endif
