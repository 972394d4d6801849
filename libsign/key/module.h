/*
 * key/module.h - PKCS#11 modules: which there are, loading, and what their answers mean.
 *
 * The module is called directly and not through libp11 (0.4.12): that library hands C_Initialize arguments
 * which some drivers refuse, ends the module for the whole process when it unloads it, waits for ever when a
 * session cannot be opened on a token that was pulled out, and hides the handles that signing and
 * CKA_ALWAYS_AUTHENTICATE need.
 */
#ifndef KEY_MODULE_H
#define KEY_MODULE_H

#include "key/uri.h"
#include <p11-kit/pkcs11.h>
#include <pthread.h>

/* A list of paths. */
struct paths {
    char **at;
    size_t n;
};
typedef struct paths paths;
void paths_free(paths *p);
CLEANUP(paths, paths_free);

/*
 * The modules to try, absolute, each once. `given` (NULL: none), else u's module-path or module-name (u may
 * be NULL), else KALEM_PKCS11_MODULE, else p11-kit's modules and the known list. *named: one was asked for by
 * name, so that not being able to load it is an error. SIGN_E_TOKEN (MSG_MODULE_PATH): a relative path.
 */
sign_rc modules_find(const char *given, const uri *u, paths *out, bool *named, sign_error *err);

/* SIGN_E_TOKEN: none of the modules found could be used; the text names them. */
sign_rc modules_none(const paths *tried, sign_error *err);

/*
 * A loaded module. It stays loaded and initialised until the process ends: another part of the process may
 * use it too, and C_Finalize would end that part's sessions. Its login ends with the last session on the
 * token.
 */
struct module {
    char *path;
    void *library;
    CK_FUNCTION_LIST *f;
    bool single; /* it refused CKF_OS_LOCKING_OK: one call at a time, by `lock` */
    pthread_mutex_t lock;
};
typedef struct module *module_ptr;
/* SIGN_E_TOKEN: cannot be loaded, is for another processor, is no PKCS#11 module, does not start. */
sign_rc module_load(const char *path, struct module **out, sign_error *err);
void module_free(struct module **m);
CLEANUP(module_ptr, module_free);

/* Around every call into a module. */
void module_enter(struct module *m);
void module_leave(struct module *m);
#define P11(m, call)                                                                                         \
    __extension__({                                                                                          \
        module_enter(m);                                                                                     \
        CK_RV p11_answer = (m)->f->call;                                                                     \
        module_leave(m);                                                                                     \
        p11_answer;                                                                                          \
    })

/* Is this answer that of a token that was pulled out, or of a session that ended? */
bool answer_gone(CK_RV rv);
/* Fills err from an answer of the module (PKCS#11 v2.40, 5.1): "what: CKR_NAME", with rc and message by its
 * meaning. */
sign_rc answer_fail(CK_RV rv, const char *what, sign_error *err);

#endif
