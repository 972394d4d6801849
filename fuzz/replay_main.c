/*
 * replay_main.c - runs a fuzz target over files: replay_main FILE|FOLDER...
 *
 * The corpus is thus a regression test in every build, under the sanitizers of that build, and a finding of
 * libFuzzer can be looked at in a debugger without libFuzzer.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One input, in an allocation of exactly its size: AddressSanitizer sees the first octet read past it. */
static int replay_file(const char *path, size_t size) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    uint8_t *data = malloc(size > 0 ? size : 1);
    int rc = data != NULL && fread(data, 1, size, f) == size ? 0 : -1;
    fclose(f);
    if (rc == 0)
        (void)LLVMFuzzerTestOneInput(data, size);
    else
        fprintf(stderr, "%s: cannot be read\n", path);
    free(data);
    return rc;
}

static int replay(const char *path, size_t *count);

static int replay_folder(const char *path, size_t *count) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    int rc = 0;
    for (struct dirent *e; rc == 0 && (e = readdir(folder)) != NULL;) {
        char name[4096];
        if (e->d_name[0] == '.')
            continue;
        int n = snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        rc = n > 0 && (size_t)n < sizeof name ? replay(name, count) : -1;
    }
    closedir(folder);
    return rc;
}

static int replay(const char *path, size_t *count) {
    struct stat st;
    if (stat(path, &st) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    if (S_ISDIR(st.st_mode))
        return replay_folder(path, count);
    ++*count;
    return replay_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv) {
    size_t count = 0;
    int rc = 0;
    for (int i = 1; rc == 0 && i < argc; i++)
        rc = replay(argv[i], &count);
    printf("%zu inputs\n", count);
    /* A corpus that went missing must not look like one that was replayed. */
    return rc == 0 && count > 0 ? 0 : 1;
}
