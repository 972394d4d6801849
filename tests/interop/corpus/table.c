#include "interop/corpus/table.h"

#include <stdlib.h>
#include <string.h>

const char *corpus_folder(char beside[PATH_BYTES]) {
    const char *given = getenv("KALEM_CORPUS");
    snprintf(beside, PATH_BYTES, "%s/../shared/corpus", SIGN_TEST_SOURCE);
    return given != NULL && *given ? given : beside;
}

/* Splits one CSV line in place (RFC 4180; no line breaks inside fields). */
static size_t split(char *line, char **fields) {
    size_t n = 0;
    char *in = line, *out;
    while (n < COLUMNS_MAX) {
        bool quoted = *in == '"';
        in += quoted;
        fields[n++] = out = in;
        while (*in != 0 && (quoted || (*in != ',' && *in != '\n' && *in != '\r'))) {
            if (quoted && in[0] == '"' && in[1] != '"') {
                quoted = false;
                in++;
                continue;
            }
            in += quoted && in[0] == '"';
            *out++ = *in++;
        }
        char end = *in;
        *out = 0;
        if (end != ',')
            return n;
        in++;
    }
    return n;
}

static bool table_open(struct table *t, const char *folder, const char *name) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    t->file = fopen(path, "r");
    if (t->file == NULL || fgets(t->head, sizeof t->head, t->file) == NULL)
        return false;
    t->n_names = split(t->head, t->names);
    return true;
}

static bool table_next(struct table *t) {
    if (fgets(t->line, sizeof t->line, t->file) == NULL)
        return false;
    t->n_fields = split(t->line, t->fields);
    return true;
}

bool table_run(const char *folder, const char *name, void (*row)(void *run, const struct table *t),
               void *run) {
    struct table *t = calloc(1, sizeof *t);
    bool ok = t != NULL && table_open(t, folder, name);
    while (ok && table_next(t))
        row(run, t);
    if (t != NULL && t->file != NULL)
        fclose(t->file);
    free(t);
    return ok;
}

const char *table_field(const struct table *t, const char *name) {
    for (size_t i = 0; i < t->n_names && i < t->n_fields; i++)
        if (strcmp(t->names[i], name) == 0)
            return t->fields[i];
    return "";
}

void table_path(const struct table *t, const char *folder, char path[PATH_BYTES]) {
    snprintf(path, PATH_BYTES, "%s/files/%s/%s", folder, table_field(t, "repo"), table_field(t, "path"));
}

size_t table_contents(const struct table *t, const char *folder, char paths[CONTENTS_MAX][PATH_BYTES],
                      sign_input *out) {
    const char *at = table_field(t, "detached");
    size_t n = 0;
    if (strncmp(at, "inline:", 7) == 0) {
        out[0].data = (sign_bytes){(const uint8_t *)at + 7, strlen(at) - 7};
        return 1;
    }
    while (*at != 0 && n < CONTENTS_MAX) {
        size_t len = strcspn(at, "|");
        snprintf(paths[n], PATH_BYTES, "%s/files/%s/%.*s", folder, table_field(t, "repo"), (int)len, at);
        out[n].path = paths[n];
        n++;
        at += len + (at[len] == '|');
    }
    return n;
}

bool ends_with(const char *text, const char *end) {
    size_t n = strlen(end), all = strlen(text);
    return n <= all && strcmp(text + all - n, end) == 0;
}
