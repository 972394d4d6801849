/*
 * key/module.h - PKCS#11 modules: which there are, loading, and what their answers mean.
 *
 * libp11 loads a module and tells its slots and tokens. It gets no PIN and opens no session here: up to
 * 0.4.12 it waits for ever when a session cannot be had, and a session of its own ends only with all those
 * that the process has on the token. tests/interop/libp11 shows each of these. Objects, login and signing are
 * therefore calls to the module, on sessions that end one by one.
 */
#ifndef KEY_MODULE_H
#define KEY_MODULE_H

#include "key/uri.h"
#include <libp11.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <sys/types.h>

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
 * A module as this process has it, one record a path. PKCS#11's own state belongs to the process
 * (v2.40, 5.4), and so does the record: it is made once and never freed. The module stays loaded and
 * initialised, because another part of the process may use it too, and C_Finalize would end that part's
 * sessions; libp11's list of slots stays, because releasing it would end everybody's.
 */
struct module {
    struct module *next;
    char *path;
    pid_t process; /* a child process has C_Initialize to call again, and a record of its own */
    void *library;
    CK_FUNCTION_LIST *f;
    bool started;
    bool single;           /* it refused CKF_OS_LOCKING_OK: one call at a time, by `lock` */
    pthread_mutex_t lock;  /* held around calls into a `single` module */
    pthread_mutex_t state; /* guards started and libp11's side */
    PKCS11_CTX *p11;
    bool lists;         /* libp11 has the module, and has not told its slots yet */
    PKCS11_SLOT *slots; /* what it told */
    unsigned n_slots;
};
/* Lends the record. SIGN_E_TOKEN: cannot be loaded, is for another processor, is no PKCS#11 module, does not
 * start; the next call tries again. */
sign_rc module_load(const char *path, struct module **out, sign_error *err);

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
