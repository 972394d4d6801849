/* Two builds of libsign in one process: what was before a change is measured in the same rounds as what is
 * now. */
#include "library.h"

#include "harness.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

const struct library *library_linked(void) {
    static const struct library linked = {"libsign", sign_trust_new, sign_trust_free, sign_verify,
                                          sign_report_free};
    return &linked;
}

/* ISO C has no conversion from a pointer to data into one to a function; POSIX says that it is the same bits.
 */
static void find(void *handle, const char *name, void *function) {
    void *symbol = dlsym(handle, name);
    must(symbol != NULL, name);
    memcpy(function, &symbol, sizeof symbol);
}

/* RTLD_DEEPBIND: what it calls by its exported names is its own, not that of the library linked with. */
const struct library *library_load(const char *path) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (handle == NULL)
        must(false, dlerror());
    struct library *l = calloc(1, sizeof *l);
    must(l != NULL, "out of memory");
    l->who = "libsign before";
    find(handle, "sign_trust_new", &l->trust_new);
    find(handle, "sign_trust_free", &l->trust_free);
    find(handle, "sign_verify", &l->verify);
    find(handle, "sign_report_free", &l->report_free);
    must(l->verify != sign_verify, "--before is the library that this program is linked with");
    return l;
}

sign_trust *library_trust(const struct library *lib, const char *dir, const char *list) {
    char root[1024], crls[2][1024];
    snprintf(root, sizeof root, "%s/root.der", dir);
    snprintf(crls[0], sizeof crls[0], "%s/%s", dir, list);
    snprintf(crls[1], sizeof crls[1], "%s/root.crl", dir);
    sign_input anchor = {.path = root}, lists[2] = {{.path = crls[0]}, {.path = crls[1]}};
    sign_trust_options opt = {
        .size = sizeof opt, .anchors = &anchor, .n_anchors = 1, .crls = lists, .n_crls = 2};
    sign_trust *trust = NULL;
    sign_error err = {0};
    if (lib->trust_new(&opt, &trust, &err) != SIGN_OK)
        must(false, err.text);
    return trust;
}

void library_verify(const struct library *lib, const sign_input *what, const sign_trust *trust,
                    const sign_verify_options *opt) {
    sign_report *report = NULL;
    sign_error err = {0};
    if (lib->verify(what, NULL, 0, trust, opt, &report, &err) != SIGN_OK) {
        fprintf(stderr, "%s: %s\n", lib->who, what->name);
        must(false, report ? "a signature did not pass" : err.text);
    }
    lib->report_free(&report);
}
