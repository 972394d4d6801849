#include "stamps/vectors.h"

#include "stamps.h"

#include <libxml/parser.h>

void stamps_vectors(const char *folder) {
    static struct st s;
    xmlInitParser();
    st_open(&s, folder);
    st_world(&s);
    st_rows_levels(&s);
    st_rows_faults(&s);
    st_rows_suite(&s);
    st_rows_moments(&s);
    st_rows_hostile(&s);
    st_rows_two(&s);
    path_close(&s.w);
    xmlCleanupParser();
}
