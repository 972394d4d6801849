/* Where a person's own files are, as the XDG Base Directory Specification says. */
#include "app.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *joined(const char *folder, const char *between, const char *name) {
    size_t size = strlen(folder) + strlen(between) + strlen(name) + sizeof "/kalem/";
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s/kalem/%s", folder, between, name);
    return path;
}

/* A relative path in the variable is to be ignored (XDG Base Directory Specification 0.8). */
static char *place(const char *variable, const char *beneath_home, const char *name) {
    const char *folder = getenv(variable), *home = getenv("HOME");
    if (folder && *folder == '/')
        return joined(folder, "", name);
    return home && *home == '/' ? joined(home, beneath_home, name) : NULL;
}

char *place_of_config(const char *name) {
    return place("XDG_CONFIG_HOME", "/.config", name);
}

char *place_of_cache(const char *name) {
    return place("XDG_CACHE_HOME", "/.cache", name);
}

int place_make(const char *path) {
    char *folder = strdup(path);
    int failed = folder ? 0 : ENOMEM;
    for (char *slash = folder ? strchr(folder + 1, '/') : NULL; slash && !failed;
         slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            failed = errno;
        *slash = '/';
    }
    free(folder);
    errno = failed;
    return failed ? -1 : 0;
}
