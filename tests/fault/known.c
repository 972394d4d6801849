/*
 * Crashes and leaks that are wholly inside a library. A function that the library exports is known by the
 * instruction's symbol. Under PKCS11_enumerate_slots the functions have no names that could be asked for: the
 * linker's --wrap tells that the call has begun and not ended, and the instruction must be one of libp11.
 */
#define _GNU_SOURCE /* dladdr */
#include "known.h"

#include <dlfcn.h>
#include <libp11.h>
#include <stddef.h>
#include <string.h>

int __real_PKCS11_enumerate_slots(PKCS11_CTX *ctx, PKCS11_SLOT **slots, unsigned int *n);
int __wrap_PKCS11_enumerate_slots(PKCS11_CTX *ctx, PKCS11_SLOT **slots, unsigned int *n);
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static const char *const exported[] = {"EC_KEY_set_enc_flags"};

static const char *volatile inside;

/* What is allocated here is libp11's to lose: a suppression of LeakSanitizer by the same name would need
 * whole stacks, which take several times as long. */
int __wrap_PKCS11_enumerate_slots(PKCS11_CTX *ctx, PKCS11_SLOT **slots, unsigned int *n) {
    if (__lsan_disable)
        __lsan_disable();
    inside = "PKCS11_enumerate_slots";
    int rc = __real_PKCS11_enumerate_slots(ctx, slots, n);
    inside = NULL;
    if (__lsan_enable)
        __lsan_enable();
    return rc;
}

const char *known_crash(const void *pc) {
    Dl_info where = {0};
    if (!dladdr(pc, &where))
        return NULL;
    for (size_t i = 0; where.dli_sname && i < sizeof exported / sizeof *exported; i++)
        if (strcmp(where.dli_sname, exported[i]) == 0)
            return exported[i];
    return inside && where.dli_fname && strstr(where.dli_fname, "/libp11.so") ? inside : NULL;
}
