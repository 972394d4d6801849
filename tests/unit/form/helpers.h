/* helpers.h - a good form to begin with, and the problems of a form as one line of text. */
#ifndef TEST_FORM_HELPERS_H
#define TEST_FORM_HELPERS_H

#include "base/bytes.h"
#include <criterion/criterion.h>
#include <sign/form.h>
#include <stdio.h>

typedef sign_form *form_p;
CLEANUP(form_p, sign_form_free);

#define TEST_ID   "6f1d0c52-7a3e-4b8e-9c41-2d5e8f0a1b23"
#define TEST_TIME ((int64_t)1767596400) /* 2026-01-05T10:00:00+03:00 */
#define TEST_JSON SIGN_TEST_SOURCE "/testdata/form/basvuru.json"
#define TEST_XML  SIGN_TEST_SOURCE "/testdata/form/basvuru.xml"

/* The example of testdata/form: no error, no warning. */
static inline sign_form *good_form(void) {
    sign_form *f = NULL;
    sign_error err = {0};
    cr_assert(sign_form_open(&(sign_input){.path = TEST_JSON}, NULL, TEST_TIME, &f, &err) == SIGN_OK, "%s",
              err.text);
    return f;
}

static inline sign_rc open_text(const char *text, sign_form **out, sign_error *err) {
    return sign_form_open(&(sign_input){.data = BYTES_STR(text)}, TEST_ID, TEST_TIME, out, err);
}

struct heard {
    char codes[2000]; /* "Ad:E1301 Soyad:E1303 " */
    size_t errors, warnings;
};

static inline void hear(void *user, const sign_form_problem *p) {
    struct heard *h = user;
    size_t n = strlen(h->codes);
    snprintf(h->codes + n, sizeof h->codes - n, "%s:%s ", p->field, p->code);
    cr_assert_eq(p->warning != 0, p->code[0] == 'W');
    cr_assert(p->text[0] != '\0' && strchr(p->text, '%') == NULL, "%s", p->text);
    h->errors += p->warning ? 0 : 1;
    h->warnings += p->warning ? 1 : 0;
}

static inline struct heard check_form(const sign_form *f) {
    struct heard h = {0};
    size_t errors = sign_form_check(f, TEST_TIME, SIGN_TR, hear, &h);
    cr_assert_eq(errors, h.errors);
    return h;
}

/* The canonical bytes as a string. */
static inline sign_buf written(const sign_form *f) {
    sign_buf b = {0};
    cr_assert(sign_form_write(f, &(sign_output){.buf = &b}, NULL) == SIGN_OK);
    return b;
}

#endif
