/*
 * fault_self - what the children find is found: small functions that leak, crash, lie, hang or recover badly
 * at an allocation known beforehand must be caught at exactly this n, in the mode where it happens, and one
 * that does everything right must not be accused.
 */
#include "attempts.h"
#include "runs.h"

#include <dirent.h>
#include <libp11.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS = 4 };

/* Where the pointers stand that no function keeps: LeakSanitizer must not see them on the stack. */
static void *volatile slots[BLOCKS];

static void release(void) {
    for (size_t i = 0; i < BLOCKS; i++) {
        free(slots[i]);
        slots[i] = NULL;
    }
}

/* Takes the blocks; how many it got. */
static size_t acquire(void) {
    size_t n = 0;
    faults_on();
    while (n < BLOCKS && (slots[n] = malloc(64 + n)) != NULL)
        n++;
    faults_off();
    return n;
}

static int right(const struct world *w) {
    (void)w;
    size_t n = acquire();
    release();
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

/* The third fails: the second is forgotten. */
static int leaks_block(const struct world *w) {
    (void)w;
    size_t n = acquire();
    if (n == 2)
        slots[1] = NULL;
    release();
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

/* The same in a library, which only its hooks see. */
static int leaks_library(const struct world *w) {
    (void)w;
    faults_on();
    slots[0] = OPENSSL_malloc(100);
    slots[1] = slots[0] ? OPENSSL_malloc(100) : NULL;
    faults_off();
    int rc = slots[1] ? SIGN_OK : SIGN_E_MEMORY;
    if (rc == SIGN_OK)
        OPENSSL_free(slots[0]);
    OPENSSL_free(slots[1]);
    slots[0] = slots[1] = NULL;
    return rc;
}

/* A block that no hook sees: the C library's own. */
static int leaks_stream(const struct world *w) {
    (void)w;
    DIR *dir = opendir("/");
    size_t n = acquire();
    release();
    if (n != 1 && dir)
        closedir(dir);
    dir = NULL;
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

static int writes_to_null(const struct world *w) {
    (void)w;
    size_t n = acquire();
    if (n == 1)
        raise(SIGSEGV);
    release();
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

/* Only AddressSanitizer notices. */
static int reads_freed(const struct world *w) {
    (void)w;
    size_t n = acquire();
    volatile char *gone = slots[0];
    release();
    if (n == 3 && gone[1])
        return RUN_WRONG;
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

static int lies(const struct world *w) {
    (void)w;
    size_t n = acquire();
    release();
    return n == BLOCKS || n == 3 ? (n == 3 ? SIGN_FAILED : SIGN_OK) : SIGN_E_MEMORY;
}

static int aborts(const struct world *w) {
    (void)w;
    size_t n = acquire();
    release();
    if (n == 0)
        abort();
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

static int exits(const struct world *w) {
    (void)w;
    size_t n = acquire();
    release();
    if (n == 2)
        _exit(0);
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

/* The first time that it is short of memory it breaks for good. */
static int stays_broken(const struct world *w) {
    static bool broken;
    (void)w;
    size_t n = acquire();
    release();
    bool now = broken;
    broken = broken || n == 0;
    return n == BLOCKS && !now ? SIGN_OK : SIGN_E_MEMORY;
}

/* A crash of libp11 under the function that is known for it, and the same under one that is not. */
static int crashes_known(const struct world *w) {
    PKCS11_SLOT *list = NULL;
    unsigned n_list = 0;
    (void)w;
    size_t n = acquire();
    release();
    if (n == 2)
        PKCS11_enumerate_slots(NULL, &list, &n_list);
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

static int crashes_unknown(const struct world *w) {
    (void)w;
    size_t n = acquire();
    release();
    if (n == 2)
        PKCS11_CTX_free(NULL);
    return n == BLOCKS ? SIGN_OK : SIGN_E_MEMORY;
}

struct expected {
    struct run run;
    size_t total, n; /* n = 0: nothing is to be found */
    enum fault_kind kind;
    bool sanitizer; /* is needed to find it */
};

static const struct expected cases[] = {
    {{"does everything right", SIGN_OK, right, 0}, BLOCKS, 0, 0, false},
    {{"loses a block of its own", SIGN_OK, leaks_block, 0}, BLOCKS, 3, FOUND_LEAK, true},
    {{"loses a block of a library", SIGN_OK, leaks_library, 0}, 2, 2, FOUND_LEAK, true},
    {{"loses a directory stream", SIGN_OK, leaks_stream, 0}, BLOCKS, 2, FOUND_LEAK, true},
    {{"has a signal", SIGN_OK, writes_to_null, 0}, BLOCKS, 2, FOUND_CRASH, false},
    {{"reads what was freed", SIGN_OK, reads_freed, 0}, BLOCKS, 4, FOUND_CRASH, true},
    {{"gives a wrong result", SIGN_OK, lies, 0}, BLOCKS, 4, FOUND_WRONG, false},
    {{"aborts", SIGN_OK, aborts, 0}, BLOCKS, 1, FOUND_CRASH, false},
    {{"ends the process as if all were well", SIGN_OK, exits, 0}, BLOCKS, 3, FOUND_CRASH, false},
    {{"crashes where a library is known to", SIGN_OK, crashes_known, 0}, BLOCKS, 3, FOUND_KNOWN, false},
    {{"crashes elsewhere in that library", SIGN_OK, crashes_unknown, 0}, BLOCKS, 3, FOUND_CRASH, false},
    {{"stays broken", SIGN_OK, stays_broken, 0}, BLOCKS, 1, FOUND_AFTER, false},
};

/* Exactly n, once in each mode. */
static bool as_expected(const struct expected *e, const struct tally *t) {
    size_t known = e->kind == FOUND_KNOWN ? 2 : 0, wanted = e->n && !known ? 2 : 0;
    if (t->known != known || t->total != e->total || t->children != 2 * e->total || t->failures != wanted ||
        t->n_found != wanted)
        return false;
    bool modes[FAULT_FROM + 1] = {false};
    for (size_t i = 0; i < t->n_found; i++) {
        if (t->found[i].n != e->n || t->found[i].kind != e->kind)
            return false;
        modes[t->found[i].mode] = true;
    }
    return wanted == 0 || (modes[FAULT_ONCE] && modes[FAULT_FROM]);
}

/* alone: its children are forked where the allocation fails; what they find is the same. */
static bool examine(const struct expected *e, bool alone) {
    static const struct world none;
    struct tally t;
    bool good = attempts_all(&e->run, &none, &(struct attempts_how){.alone = alone, .step = 1}, &t) &&
                as_expected(e, &t);
    printf("%s - a function that %s: caught at n = %zu%s\n", good ? "ok" : "not ok", e->run.name, e->n,
           alone ? ", forked there" : "");
    for (size_t k = 0; k < t.n_found; k++)
        printf("# mode %d, n %zu: %s\n", (int)t.found[k].mode, t.found[k].n, t.found[k].what);
    return good;
}

int main(void) {
    bool good = hooks_install();
    ERR_clear_error(); /* OpenSSL sets itself up here, and not in the children */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct expected *e = &cases[i];
        if (e->sanitizer && !attempts_see_leaks()) {
            printf("ok - %s # SKIP without AddressSanitizer\n", e->run.name);
            continue;
        }
        good = examine(e, false) && good;
        good = examine(e, true) && good;
    }
    return good ? 0 : 1;
}
