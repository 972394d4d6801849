/* The trust stores: the person's own, and beneath it the one that the machine's administrator keeps. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char system_store[] = "/etc/kalem/anchors.json";

const struct option_row store_rows[] = {{"store",
                                         0,
                                         OPT_VALUE,
                                         "FILE",
                                         {"yalnız bu güven deposu (yoksa sizinki ve makineninki)",
                                          "this trust store alone (default: yours and the machine's)"}},
                                        {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

sign_rc stores_read(const struct args *args, struct stores *out, sign_error *err) {
    const char *given = args_value(args, "store"), *elsewhere = getenv("KALEM_SYSTEM_STORE");
    *out = (struct stores){0};
    out->own_path = given ? strdup(given) : place_of_config("anchors.json");
    out->system_path = given ? NULL : strdup(elsewhere ? elsewhere : system_store);
    if (given ? !out->own_path : !out->system_path)
        return SIGN_E_MEMORY;
    sign_rc rc = sign_anchors_read(out->own_path, &out->own, err);
    return rc != SIGN_OK || !out->system_path ? rc : sign_anchors_read(out->system_path, &out->system, err);
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
    *s = (struct stores){0};
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

int store_must_exist(const struct app *app, const struct args *args) {
    const char *given = args_value(args, "store");
    return given && access(given, R_OK) != 0
               ? io_error(app, "E5001",
                          (struct words){"Güven deposu açılamadı", "Cannot open the trust store"}, given)
               : 0;
}
