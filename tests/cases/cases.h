/* cases.h - verdicts as data: the rows of a cases.tsv, one TAP line each, through the public interface. */
#ifndef CASES_CASES_H
#define CASES_CASES_H

#include <stdbool.h>

struct cases {
    const char *table, *vectors, *pki;
    const char *live; /* NULL: rows whose file or lists begin with "live/" are left to run_live; else only
                         those, and this is where it made them */
    bool (*quiet)(void *user); /* NULL, or asked after each row: false fails it */
    void *user;
    int number, failed;
};

/* Runs the rows. 0 when all hold, else 1. */
int cases_run(struct cases *r);

#endif
