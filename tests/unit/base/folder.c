#include "folder.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char folder[64];
char path[128];
char other[128];

void folder_make(void) {
    snprintf(folder, sizeof folder, "/tmp/test_base.XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/belge", folder);
    snprintf(other, sizeof other, "%s/other", folder);
}

size_t entries(bool remove_them) {
    size_t n = 0;
    DIR *d = opendir(folder);
    cr_assert_not_null(d);
    const struct dirent *e;
    while ((e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        n++;
        if (remove_them) {
            unlinkat(dirfd(d), e->d_name, 0);
        }
    }
    closedir(d);
    return n;
}

void folder_remove(void) {
    entries(true);
    rmdir(folder);
}
