#include "key/module.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { ELF_HEAD = 20, ELF_CLASS = 4, ELF_MACHINE = 18 }; /* System V ABI: e_ident[EI_CLASS], e_machine */

static bool elf_head(const char *path, uint8_t head[ELF_HEAD]) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t n = fread(head, 1, ELF_HEAD, file);
    fclose(file);
    return n == ELF_HEAD && memcmp(head, "\177ELF", 4) == 0;
}

/* dlopen's own words for a 32-bit driver in a 64-bit program help nobody. */
static bool other_processor(const char *path) {
    uint8_t theirs[ELF_HEAD], ours[ELF_HEAD];
    return elf_head(path, theirs) && elf_head("/proc/self/exe", ours) &&
           (theirs[ELF_CLASS] != ours[ELF_CLASS] || memcmp(theirs + ELF_MACHINE, ours + ELF_MACHINE, 2) != 0);
}

/*
 * Some drivers refuse the arguments and must have NULL (AKİS), others refuse NULL: the arguments first, and a
 * module that took NULL only is called by one thread at a time (PKCS#11 v2.40, 5.4).
 */
static sign_rc start(struct module *m, sign_error *err) {
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV rv = m->f->C_Initialize(&args);
    if (rv == CKR_ARGUMENTS_BAD || rv == CKR_CANT_LOCK || rv == CKR_NEED_TO_CREATE_THREADS) {
        m->single = true;
        rv = m->f->C_Initialize(NULL);
    }
    if (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
        return SIGN_OK;
    sign_error why = {0};
    answer_fail(rv, "C_Initialize", &why);
    return fail(err, SIGN_E_TOKEN, MSG_MODULE_LOAD, "%s: %s", m->path, why.text);
}

static sign_rc load(struct module *m, sign_error *err) {
    if (other_processor(m->path))
        return fail(err, SIGN_E_TOKEN, MSG_MODULE_ARCH, "%s", m->path);
    m->library = dlopen(m->path, RTLD_NOW | RTLD_LOCAL);
    if (!m->library)
        return fail(err, SIGN_E_TOKEN, MSG_MODULE_LOAD, "%s", dlerror());
    CK_C_GetFunctionList list = NULL;
    /* POSIX's own way around C's missing conversion of an object pointer to a function pointer. */
    *(void **)(void *)&list = dlsym(m->library, "C_GetFunctionList");
    if (!list || list(&m->f) != CKR_OK || !m->f)
        return fail(err, SIGN_E_TOKEN, MSG_MODULE_LOAD, "%s: no PKCS#11 module", m->path);
    return start(m, err);
}

sign_rc module_load(const char *path, struct module **out, sign_error *err) {
    AUTO(module_ptr) m = calloc(1, sizeof *m);
    if (!m || pthread_mutex_init(&m->lock, NULL)) {
        free(m);
        m = NULL;
        return fail_memory(err);
    }
    m->path = strdup(path);
    sign_rc rc = m->path ? load(m, err) : fail_memory(err);
    if (rc == SIGN_OK)
        *out = TAKE(m);
    return rc;
}

void module_free(struct module **m) {
    struct module *old = m ? TAKE(*m) : NULL;
    if (!old)
        return;
    /* A module that was started is never closed: its library may have threads, and its state is the
     * process's. */
    if (old->library && !old->f)
        dlclose(old->library);
    pthread_mutex_destroy(&old->lock);
    free(old->path);
    free(old);
}

void module_enter(struct module *m) {
    if (m->single)
        pthread_mutex_lock(&m->lock);
}

void module_leave(struct module *m) {
    if (m->single)
        pthread_mutex_unlock(&m->lock);
}
