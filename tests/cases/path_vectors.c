/* The world of testdata/path/cases.tsv, theme by theme. */
#include "path_vectors.h"

#include "path.h"

#include <stdio.h>
#include <sys/stat.h>

void path_vectors(const char *folder) {
    static struct path_world w;
    char lists[512];
    w.folder = folder;
    snprintf(lists, sizeof lists, "%s/lists", folder);
    (void)mkdir(lists, 0755); /* it may be there; if not, the first list that is written says so */
    path_chains(&w);
    path_names(&w);
    path_policies(&w);
    path_searches(&w);
    path_revocations(&w);
    path_lists(&w);
    path_answers(&w);
    path_carried(&w);
    path_anchors(&w);
    path_close(&w);
}
