/*
 * Every allocation fails once: ours, libxml2's and jansson's. The allocator of this program is replaced,
 * which sanitizers do too; with them the test says that it was skipped.
 */
#include "helpers.h"

#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REPLACED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define REPLACED 0
#endif
#endif
#ifndef REPLACED
#define REPLACED 1
#endif

/* Counts down to the allocation that fails; 0: none does. */
static _Thread_local size_t countdown, asked;
static _Thread_local long live;
static _Thread_local bool armed;

#if REPLACED
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static bool fails(void) {
    if (!armed) {
        return false;
    }
    asked++;
    return countdown != 0 && --countdown == 0;
}

static void *counted(void *p) {
    live += armed && p != NULL ? 1 : 0;
    return p;
}

void *malloc(size_t n) {
    return fails() ? NULL : counted(__libc_malloc(n));
}

void *calloc(size_t n, size_t size) {
    return fails() ? NULL : counted(__libc_calloc(n, size));
}

void *realloc(void *p, size_t n) {
    if (fails()) {
        return NULL;
    }
    return p == NULL ? counted(__libc_realloc(NULL, n)) : __libc_realloc(p, n);
}

void free(void *p) {
    live -= armed && p != NULL ? 1 : 0;
    __libc_free(p);
}
#endif

/* All that can be done with a form, in a few octets that are compared at the end. */
static sign_rc work(const char *path, sign_buf *out, sign_error *err) {
    AUTO(form_p) f = NULL;
    AUTO(sign_buf) page = {0};
    sign_rc rc = sign_form_open(&(sign_input){.path = path}, TEST_ID, TEST_TIME, &f, err);
    if (rc == SIGN_OK) {
        rc = sign_form_set(f, "Unvan", "Uzman", err);
    }
    if (rc == SIGN_OK && sign_form_check(f, TEST_TIME, SIGN_TR, NULL, NULL) != 0) {
        return SIGN_E_INTERNAL; /* the check needs no memory, so it may not change its mind */
    }
    if (rc == SIGN_OK) {
        rc = sign_form_show(f, SIGN_TR, 0, &page, err);
    }
    return rc == SIGN_OK ? sign_form_write(f, &(sign_output){.buf = out}, err) : rc;
}

static void every_allocation_fails(const char *path) {
    AUTO(sign_buf) expected = {0};
    sign_error err = {0};
    cr_assert(work(path, &expected, &err) == SIGN_OK, "%s", err.text); /* libxml2 sets itself up for good */
    for (size_t n = 1;; n++) {
        sign_buf got = {0};
        memset(&err, 0, sizeof err);
        live = 0;
        asked = 0;
        countdown = n;
        armed = true;
        sign_rc rc = work(path, &got, &err);
        long kept = live;
        armed = false;
        if (asked < n) {
            cr_assert(n > 20, "only %zu allocations were seen", n);
            cr_assert(rc == SIGN_OK &&
                      bytes_equal(BYTES(got.data, got.len), BYTES(expected.data, expected.len)));
            sign_buf_free(&got);
            return;
        }
        /* A library that gets by without the memory is as good; another document is not. */
        cr_expect(rc == SIGN_E_MEMORY || rc == SIGN_OK, "allocation %zu: %d %s", n, (int)rc, err.text);
        cr_expect_eq(kept, rc == SIGN_OK ? 1 : 0, "allocation %zu leaves %ld behind", n, kept);
        if (rc == SIGN_OK) {
            cr_expect(bytes_equal(BYTES(got.data, got.len), BYTES(expected.data, expected.len)),
                      "allocation %zu", n);
        }
        sign_buf_free(&got);
    }
}

Test(form_memory, xml) {
    if (!REPLACED) {
        cr_skip_test("the sanitizer has the allocator");
    }
    every_allocation_fails(TEST_XML);
}

Test(form_memory, json) {
    if (!REPLACED) {
        cr_skip_test("the sanitizer has the allocator");
    }
    every_allocation_fails(TEST_JSON);
}
