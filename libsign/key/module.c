#include "key/module.h"
#include <dlfcn.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

static sign_rc open_library(struct module *m, sign_error *err) {
    if (other_processor(m->path))
        return fail(err, SIGN_E_TOKEN, MSG_MODULE_ARCH, "%s", m->path);
    void *library = dlopen(m->path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return fail(err, SIGN_E_TOKEN, MSG_MODULE_LOAD, "%s", dlerror());
    CK_C_GetFunctionList list = NULL;
    /* POSIX's own way around C's missing conversion of an object pointer to a function pointer. */
    *(void **)(void *)&list = dlsym(library, "C_GetFunctionList");
    if (!list || list(&m->f) != CKR_OK || !m->f) {
        m->f = NULL;
        dlclose(library);
        return fail(err, SIGN_E_TOKEN, MSG_MODULE_LOAD, "%s: no PKCS#11 module", m->path);
    }
    m->library = library;
    return SIGN_OK;
}

static bool args_refused(CK_RV rv) {
    return rv == CKR_ARGUMENTS_BAD || rv == CKR_CANT_LOCK || rv == CKR_NEED_TO_CREATE_THREADS;
}

/*
 * Some drivers refuse the arguments and must have NULL (AKİS), others refuse NULL: the arguments first, and a
 * module that took NULL only is called by one thread at a time (PKCS#11 v2.40, 5.4). libp11 knows the
 * arguments only, which is why it comes second. Called anew for every use: another part of the process may
 * have called C_Finalize since.
 */
static sign_rc initialize(struct module *m, sign_error *err) {
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV rv = m->single ? CKR_ARGUMENTS_BAD : m->f->C_Initialize(&args);
    if (args_refused(rv)) {
        /* Other threads look at it from when the module has started. */
        if (!m->started)
            m->single = true;
        rv = P11(m, C_Initialize(NULL));
    }
    if (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
        return SIGN_OK;
    sign_error why = {0};
    answer_fail(rv, "C_Initialize", &why);
    return fail(err, SIGN_E_TOKEN, MSG_MODULE_LOAD, "%s: %s", m->path, why.text);
}

/*
 * With a module that libp11 cannot take nothing fails: what libp11 tells can be asked of the module itself.
 * On a failing C_GetInfo libp11 calls C_Finalize, which would end everybody's sessions: that one is tried
 * before.
 */
static void give_to_libp11(struct module *m) {
    CK_INFO info = {0};
    if (P11(m, C_GetInfo(&info)) != CKR_OK)
        return;
    module_enter(m);
    m->lists = PKCS11_CTX_load(m->p11, m->path) == 0;
    module_leave(m);
    ERR_clear_error(); /* it leaves its reasons in OpenSSL's queue of this thread */
}

static sign_rc start(struct module *m, sign_error *err) {
    sign_rc rc = m->library ? SIGN_OK : open_library(m, err);
    if (rc == SIGN_OK)
        rc = initialize(m, err);
    if (rc != SIGN_OK || m->started)
        return rc;
    give_to_libp11(m);
    m->started = true;
    return SIGN_OK;
}

/* One that was never in the list. */
static void record_free(struct module *m) {
    if (m->p11)
        PKCS11_CTX_free(m->p11);
    free(m->path);
    free(m);
}

static struct module *record_new(const char *path) {
    struct module *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->process = getpid();
    m->path = strdup(path);
    m->p11 = PKCS11_CTX_new();
    if (!m->path || !m->p11 || pthread_mutex_init(&m->lock, NULL)) {
        record_free(m);
        return NULL;
    }
    if (pthread_mutex_init(&m->state, NULL)) {
        pthread_mutex_destroy(&m->lock);
        record_free(m);
        return NULL;
    }
    return m;
}

/*
 * The one variable of the library that outlives a call: C_Initialize, the sessions and libp11's list of slots
 * are the process's, so that what is known of them must be too. The lock is never held while a module runs,
 * so that one which takes its time to start keeps nobody waiting for another; PKCS11_CTX_new is under it
 * because it is not made for two threads.
 */
static struct {
    pthread_mutex_t lock;
    struct module *first;
} modules_of_process = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct module *record_of(const char *path) {
    pthread_mutex_lock(&modules_of_process.lock);
    struct module *m = modules_of_process.first;
    while (m && (m->process != getpid() || strcmp(m->path, path) != 0))
        m = m->next;
    if (!m && (m = record_new(path)) != NULL) {
        m->next = modules_of_process.first;
        modules_of_process.first = m;
    }
    pthread_mutex_unlock(&modules_of_process.lock);
    return m;
}

sign_rc module_load(const char *path, struct module **out, sign_error *err) {
    struct module *m = record_of(path);
    if (!m)
        return fail_memory(err);
    pthread_mutex_lock(&m->state);
    sign_rc rc = start(m, err);
    pthread_mutex_unlock(&m->state);
    if (rc == SIGN_OK)
        *out = m;
    return rc;
}

void module_enter(struct module *m) {
    if (m->single)
        pthread_mutex_lock(&m->lock);
}

void module_leave(struct module *m) {
    if (m->single)
        pthread_mutex_unlock(&m->lock);
}
