/* The tables of the corpus of foreign signatures, as its tests read them. */
#ifndef CORPUS_TABLE_H
#define CORPUS_TABLE_H

#include <sign.h>
#include <stdbool.h>
#include <stdio.h>

enum { COLUMNS_MAX = 40, LINE_MAX_BYTES = 65536, PATH_BYTES = 2048, CONTENTS_MAX = 16 };

struct table {
    FILE *file;
    char head[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    char *names[COLUMNS_MAX], *fields[COLUMNS_MAX];
    size_t n_names, n_fields;
};

/* The folder of the corpus: KALEM_CORPUS, else ../shared/corpus beside the source tree. */
const char *corpus_folder(char beside[PATH_BYTES]);

/* Calls row for each line of a table. false: there is no such table. */
bool table_run(const char *folder, const char *name, void (*row)(void *run, const struct table *t),
               void *run);
/* A field of the line that was read last; "" when there is no such column. */
const char *table_field(const struct table *t, const char *name);
/* The file of a row. */
void table_path(const struct table *t, const char *folder, char path[PATH_BYTES]);
/* The detached contents of a row: "inline:TEXT", or paths in the same tree, several joined by "|". */
size_t table_contents(const struct table *t, const char *folder, char paths[CONTENTS_MAX][PATH_BYTES],
                      sign_input *out);

bool ends_with(const char *text, const char *end);

#endif
