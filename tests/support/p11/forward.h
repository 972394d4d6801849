/* Finds SoftHSM2 for a module that forwards to it. */
#ifndef SUPPORT_P11_FORWARD_H
#define SUPPORT_P11_FORWARD_H

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stddef.h>

/* SoftHSM2's function list; NULL when it is not installed. */
static inline CK_FUNCTION_LIST *forward_list(void) {
    static const char *const places[] = {"/usr/lib/softhsm/libsofthsm2.so",
                                         "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                                         "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        void *library = dlopen(places[i], RTLD_NOW | RTLD_LOCAL);
        CK_FUNCTION_LIST *f = NULL;
        CK_C_GetFunctionList list = NULL;
        if (library)
            *(void **)(void *)&list = dlsym(library, "C_GetFunctionList");
        if (list && list(&f) == CKR_OK)
            return f;
    }
    return NULL;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list);

#endif
