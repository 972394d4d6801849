/* run_cases CASES VECTORS PKI: the rows of a cases.tsv; its README says what the columns mean. */
#include "cases.h"

#include <stdio.h>

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: run_cases CASES VECTORS PKI\n");
        return 64;
    }
    struct cases c = {.table = argv[1], .vectors = argv[2], .pki = argv[3]};
    return cases_run(&c);
}
