/* mkstamps DIR: writes the signatures, certificates and lists that testdata/stamps/cases.tsv speaks of. */
#include "stamps.h"

#include <libxml/parser.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static struct st s;
    if (argc != 2) {
        fprintf(stderr, "usage: mkstamps DIR\n");
        return 64;
    }
    xmlInitParser();
    st_open(&s, argv[1]);
    st_world(&s);
    st_rows_levels(&s);
    st_rows_faults(&s);
    st_rows_suite(&s);
    st_rows_moments(&s);
    st_rows_hostile(&s);
    path_close(&s.w);
    xmlCleanupParser();
    return 0;
}
