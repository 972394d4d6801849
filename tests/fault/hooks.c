/*
 * The linker's --wrap sends the allocations of our own code here; OpenSSL, libxml2 and jansson have hooks of
 * their own. libcurl and SQLite are left to call malloc as they do in any program: this program's, which
 * knows them by where the call comes from. Everything ends in the real functions, so AddressSanitizer still
 * sees every block.
 */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "hooks.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <libxml/xmlmemory.h>
#include <link.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
char *__real_strdup(const char *s);
char *__real_realpath(const char *path, char *out);
DIR *__real_opendir(const char *path);
FILE *__real_fopen(const char *path, const char *how);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);
char *__wrap_strdup(const char *s);
char *__wrap_realpath(const char *path, char *out);
DIR *__wrap_opendir(const char *path);
FILE *__wrap_fopen(const char *path, const char *how);

/* Blocks of one run, by address: open addressing, removal by shifting back. A run that fills it is refused
 * loudly. */
enum { SLOTS = 1 << 12 };

static struct {
    void *p;
    bool ours;
} table[SLOTS];
static size_t n_blocks, n_ours;
static uint64_t where;

static enum fault_mode mode;
static size_t target, counted;
static bool watching, counting;
static hooks_turn *turn;
static void *turn_user;
static size_t bytes_before;

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t bytes_now(void) {
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : 0;
}

static uint64_t mixed(const void *p) {
    return ((uint64_t)(uintptr_t)p >> 4) * 0x9E3779B97F4A7C15u;
}

static size_t slot_of(const void *p) {
    return (size_t)(mixed(p) >> 40) % SLOTS;
}

/* Unlike `mixed` not linear: sums of different sets differ. */
static uint64_t weight(const void *p) {
    uint64_t x = mixed(p);
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9u;
    return x ^ x >> 32;
}

static void remember(void *p, bool ours) {
    if (!watching || !p)
        return;
    size_t i = slot_of(p);
    while (table[i].p)
        i = (i + 1) % SLOTS;
    table[i].p = p;
    table[i].ours = ours;
    n_ours += ours;
    where += weight(p);
    if (++n_blocks >= SLOTS / 2) {
        fputs("fault: more blocks in one run than the table holds\n", stderr);
        abort();
    }
}

static void forget(const void *p) {
    if (!watching || !p)
        return;
    size_t i = slot_of(p);
    while (table[i].p && table[i].p != p)
        i = (i + 1) % SLOTS;
    if (!table[i].p)
        return; /* from before the run, or from a function that is not wrapped */
    n_blocks--;
    n_ours -= table[i].ours;
    where -= weight(p);
    for (size_t j = (i + 1) % SLOTS; table[j].p; j = (j + 1) % SLOTS) {
        size_t home = slot_of(table[j].p);
        if ((j - home) % SLOTS >= (j - i) % SLOTS) {
            table[i] = table[j];
            i = j;
        }
    }
    table[i].p = NULL;
}

void __sanitizer_print_stack_trace(void) __attribute__((weak));

static bool shows;

void hooks_show(void) {
    shows = true;
}

/* Whose turn it is may be decided at the allocation itself, in a child that is forked there. */
static void take_turn(void) {
    counting = false;
    enum fault_mode chosen = turn(counted, turn_user);
    counting = true;
    if (chosen == FAULT_NONE)
        return;
    mode = chosen;
    target = counted;
    turn = NULL;
}

static bool fails(void) {
    if (!counting)
        return false;
    counted++;
    if (turn)
        take_turn();
    bool now = (mode == FAULT_ONCE && counted == target) || (mode == FAULT_FROM && counted >= target);
    if (now && shows && counted == target && __sanitizer_print_stack_trace)
        __sanitizer_print_stack_trace();
    if (now)
        errno = ENOMEM;
    return now;
}

static void *take(size_t n, bool ours) {
    void *p = fails() ? NULL : __real_malloc(n);
    remember(p, ours);
    return p;
}

static void *change(void *old, size_t n, bool ours) {
    if (fails())
        return NULL;
    forget(old);
    void *p = __real_realloc(old, n);
    remember(p ? p : old, ours);
    return p;
}

static void give_back(void *p) {
    forget(p);
    __real_free(p);
}

void *__wrap_malloc(size_t n) {
    return take(n, true);
}

void *__wrap_calloc(size_t n, size_t size) {
    void *p = fails() ? NULL : __real_calloc(n, size);
    remember(p, true);
    return p;
}

void *__wrap_realloc(void *p, size_t n) {
    return change(p, n, true);
}

void __wrap_free(void *p) {
    give_back(p);
}

char *__wrap_strdup(const char *s) {
    char *p = fails() ? NULL : __real_strdup(s);
    remember(p, true);
    return p;
}

char *__wrap_realpath(const char *path, char *out) {
    char *p = fails() ? NULL : __real_realpath(path, out);
    if (p != out)
        remember(p, true);
    return p;
}

DIR *__wrap_opendir(const char *path) {
    return fails() ? NULL : __real_opendir(path);
}

FILE *__wrap_fopen(const char *path, const char *how) {
    return fails() ? NULL : __real_fopen(path, how);
}

static void *ssl_malloc(size_t n, const char *file, int line) {
    (void)file;
    (void)line;
    return take(n, false);
}

static void *ssl_realloc(void *p, size_t n, const char *file, int line) {
    (void)file;
    (void)line;
    return change(p, n, false);
}

static void ssl_free(void *p, const char *file, int line) {
    (void)file;
    (void)line;
    give_back(p);
}

static void *lib_malloc(size_t n) {
    return take(n, false);
}

static void *lib_realloc(void *p, size_t n) {
    return change(p, n, false);
}

static char *lib_strdup(const char *s) {
    size_t n = strlen(s) + 1;
    char *p = take(n, false);
    return p ? memcpy(p, s, n) : NULL;
}

/* ---- malloc of the whole process -------------------------------------------------------------- */

/* The code of the libraries that are told apart so. */
static struct { uintptr_t from, to; } watched[2];
static size_t n_watched;

static int note(struct dl_phdr_info *library, size_t size, void *user) {
    static const char *const names[] = {"/libcurl.so", "/libsqlite3.so"};
    bool wanted = false;
    (void)size;
    (void)user;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        wanted = wanted || strstr(library->dlpi_name, names[i]) != NULL;
    for (size_t i = 0; wanted && i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0 && n_watched < 2) {
            watched[n_watched].from = library->dlpi_addr + part->p_vaddr;
            watched[n_watched].to = watched[n_watched].from + part->p_memsz;
            n_watched++;
        }
    }
    return 0;
}

/* AddressSanitizer of gcc has its functions under these names too. */
void *__interceptor_malloc(size_t n) __attribute__((weak));
void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *p, size_t n) __attribute__((weak));
void __interceptor_free(void *p) __attribute__((weak));
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

/* The dynamic linker allocates before the sanitizer is ready for code that it has looked through. */
#define RAW    __attribute__((no_sanitize("address", "undefined")))
#define MALLOC RAW __attribute__((visibility("default")))
#define CALLER ((uintptr_t)__builtin_return_address(0))

static RAW bool is_watched(uintptr_t caller) {
    for (size_t i = 0; i < n_watched; i++)
        if (caller >= watched[i].from && caller < watched[i].to)
            return true;
    return false;
}

MALLOC void *malloc(size_t n) {
    bool library = is_watched(CALLER);
    if (library && fails())
        return NULL;
    void *p = __interceptor_malloc ? __interceptor_malloc(n) : __libc_malloc(n);
    if (library)
        remember(p, false);
    return p;
}

MALLOC void *calloc(size_t n, size_t size) {
    bool library = is_watched(CALLER);
    if (library && fails())
        return NULL;
    void *p = __interceptor_calloc ? __interceptor_calloc(n, size) : __libc_calloc(n, size);
    if (library)
        remember(p, false);
    return p;
}

MALLOC void *realloc(void *old, size_t n) {
    bool library = is_watched(CALLER);
    if (library && fails())
        return NULL;
    if (library)
        forget(old);
    void *p = __interceptor_realloc ? __interceptor_realloc(old, n) : __libc_realloc(old, n);
    if (library && n > 0)
        remember(p ? p : old, false);
    return p;
}

MALLOC void free(void *p) {
    if (is_watched(CALLER))
        forget(p);
    if (__interceptor_free)
        __interceptor_free(p);
    else
        __libc_free(p);
}

MALLOC char *strdup(const char *s) {
    bool library = is_watched(CALLER);
    size_t n = strlen(s) + 1;
    if (library && fails())
        return NULL;
    char *p = __interceptor_malloc ? __interceptor_malloc(n) : __libc_malloc(n);
    if (library)
        remember(p, false);
    return p ? memcpy(p, s, n) : NULL;
}

bool hooks_install(void) {
    if (dl_iterate_phdr(note, NULL) != 0 || n_watched != 2)
        return false;
    json_set_alloc_funcs(lib_malloc, give_back);
    return CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free) == 1 &&
           xmlMemSetup(give_back, lib_malloc, lib_realloc, lib_strdup) == 0;
}

void hooks_begin(enum fault_mode m, size_t n) {
    counted = 0; /* the table is empty: it is not written to, or it would be copied in every child */
    bytes_before = bytes_now();
    mode = m;
    target = n;
    turn = NULL;
    counting = false;
    watching = true;
}

void hooks_each(hooks_turn *at_each, void *user) {
    turn = at_each;
    turn_user = user;
}

void faults_on(void) {
    counting = true;
}

bool faults_off(void) {
    bool were_on = counting;
    counting = false;
    return were_on;
}

size_t hooks_count(void) {
    return counted;
}

struct hooks_left hooks_end(void) {
    counting = watching = false;
    struct hooks_left left = {n_ours, n_blocks, where, (long)(bytes_now() - bytes_before)};
    /* An address that stands here would be a way to reach the block for LeakSanitizer. */
    if (n_blocks)
        memset(table, 0, sizeof table);
    n_blocks = n_ours = 0;
    where = 0;
    return left;
}
