/* The trust stores: the person's own, and beneath it the one that the machine's administrator keeps. */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char system_store[] = "/etc/kalem/anchors.json";

const struct option_row store_rows[] = {{"store",
                                         0,
                                         OPT_VALUE,
                                         "FILE",
                                         {"yalnız bu güven deposu (yoksa sizinki ve makineninki)",
                                          "this trust store alone (default: yours and the machine's)"}},
                                        {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

/* Which of the files it is: what is wrong with the contents of one has no name of a file in it. */
static sign_rc read_one(const char *path, sign_anchors **out, sign_error *err) {
    char first[sizeof err->args] = {0};
    sign_rc rc = sign_anchors_read(path, out, err);
    if (rc == SIGN_E_FORMAT || rc == SIGN_E_CERTIFICATE) {
        snprintf(first, sizeof first, "%.120s: %.150s", path, err->args);
        memcpy(err->args, first, sizeof first);
    }
    return rc;
}

sign_rc stores_read(const struct args *args, struct stores *out, sign_error *err) {
    const char *given = args_value(args, "store"), *elsewhere = getenv("KALEM_SYSTEM_STORE");
    *out = (struct stores){.lock = -1};
    out->own_path = given ? strdup(given) : place_of_config("anchors.json");
    out->system_path = given ? NULL : strdup(elsewhere ? elsewhere : system_store);
    if (given ? !out->own_path : !out->system_path)
        return SIGN_E_MEMORY;
    sign_rc rc = read_one(out->own_path, &out->own, err);
    return rc != SIGN_OK || !out->system_path ? rc : read_one(out->system_path, &out->system, err);
}

int stores_open(const struct app *app, const struct args *args, struct stores *out) {
    sign_error err = {0};
    sign_rc rc = stores_read(args, out, &err);
    if (rc == SIGN_E_MEMORY)
        return no_memory(app);
    return rc == SIGN_OK ? 0 : tell_error(app, &err);
}

void stores_free(struct stores *s) {
    sign_anchors_free(&s->own);
    sign_anchors_free(&s->system);
    free(s->own_path);
    free(s->system_path);
    free(s->list);
    if (s->lock >= 0)
        close(s->lock);
    *s = (struct stores){.lock = -1};
}

bool anchors_have(const sign_anchors *list, const char *sha256) {
    for (size_t i = 0; i < sign_anchors_count(list); i++)
        if (strcmp(sign_anchors_get(list, i)->sha256, sha256) == 0)
            return true;
    return false;
}

int stores_merge(const struct app *app, struct stores *s) {
    size_t own = s->own ? sign_anchors_count(s->own) : 0,
           beneath = s->system ? sign_anchors_count(s->system) : 0;
    s->list = calloc(own + beneath + 1, sizeof *s->list);
    if (!s->list)
        return no_memory(app);
    for (size_t i = 0; i < own; i++)
        s->list[s->n++] = *sign_anchors_get(s->own, i);
    s->n_own = s->n;
    for (size_t i = 0; i < beneath; i++) {
        const sign_anchor *a = sign_anchors_get(s->system, i);
        if (!anchors_have(s->own, a->sha256))
            s->list[s->n++] = *a;
    }
    return 0;
}

int store_lock(const struct app *app, struct stores *s, const char *path) {
    char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
    if (!folder)
        return no_memory(app);
    if (slash)
        slash[slash == folder] = 0;
    if (place_make(path) == 0)
        s->lock = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (s->lock < 0)
        return io_error(app, "E5003", (struct words){"Klasör açılamadı", "Cannot make the folder"}, path);
    while (flock(s->lock, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return 0; /* where a file system knows no locks, one goes without */
}

int store_must_exist(const struct app *app, const struct args *args) {
    const char *given = args_value(args, "store");
    return given && access(given, R_OK) != 0
               ? io_error(app, "E5001",
                          (struct words){"Güven deposu açılamadı", "Cannot open the trust store"}, given)
               : 0;
}
