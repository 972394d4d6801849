/* The form: filling in, reading, checking, writing. */
#include "runs.h"

#include <string.h>

#define ID "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"

int run_form_new(const struct world *w) {
    sign_error err = {0};
    sign_form *form = NULL;
    (void)w;
    faults_on();
    sign_rc rc = sign_form_new(ID, 1767596400, &form, &err);
    faults_off();
    bool right = (rc == SIGN_OK) == (form != NULL);
    sign_form_free(&form);
    return judged(rc, &err, right);
}

static int is_form(sign_bytes data) {
    sign_input in = {.data = data};
    faults_on();
    int is = sign_form_is(&in);
    faults_off();
    return is;
}

/* It has no way to tell an error; a form that is not known as one would be signed unchecked. */
int run_form_is_xml(const struct world *w) {
    return is_form(BUF(w->form_xml));
}

int run_form_is_json(const struct world *w) {
    return is_form(BUF(w->form_json));
}

static int open_form(sign_bytes data, const char *number) {
    sign_error err = {0};
    sign_form *form = NULL;
    sign_input in = {.data = data};
    faults_on();
    sign_rc rc = sign_form_open(&in, ID, 1767596400, &form, &err);
    faults_off();
    const char *got = rc == SIGN_OK ? sign_form_get(form, "KimlikNo") : NULL;
    bool right = rc == SIGN_OK ? got && (!number || strcmp(got, number) == 0) : form == NULL;
    sign_form_free(&form);
    return judged(rc, &err, right);
}

int run_form_json(const struct world *w) {
    return open_form(BUF(w->form_json), NULL);
}

int run_form_xml(const struct world *w) {
    return open_form(BUF(w->form_xml), sign_form_get(w->form, "KimlikNo"));
}

/* A value that could not be set leaves the one before it. */
int run_form_set(const struct world *w) {
    sign_error err = {0};
    sign_form *form = NULL;
    sign_input in = {.data = BUF(w->form_xml)};
    if (sign_form_open(&in, NULL, 0, &form, NULL) != SIGN_OK ||
        sign_form_set(form, "Ilce", "KEÇİÖREN", NULL) != SIGN_OK)
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_form_set(form, "Ilce", "altındağ", &err);
    faults_off();
    const char *got = sign_form_get(form, "Ilce");
    bool right = got && strcmp(got, rc == SIGN_OK ? "ALTINDAĞ" : "KEÇİÖREN") == 0;
    sign_form_free(&form);
    return judged(rc, &err, right);
}

static void count_problem(void *user, const sign_form_problem *p) {
    size_t *n = user;
    *n += p->code && p->text && *p->text;
}

int run_form_check(const struct world *w) {
    sign_form *form = NULL;
    size_t told = 0;
    sign_input in = {.data = BUF(w->form_xml)};
    if (sign_form_open(&in, NULL, 0, &form, NULL) != SIGN_OK ||
        sign_form_set(form, "Ad", "", NULL) != SIGN_OK ||
        sign_form_set(form, "KimlikNo", "11111111111", NULL) != SIGN_OK)
        return RUN_WRONG;
    faults_on();
    size_t errors = sign_form_check(form, 1767596400, SIGN_TR, count_problem, &told);
    faults_off();
    sign_form_free(&form);
    return told >= errors ? (int)errors : RUN_WRONG;
}

int run_form_write(const struct world *w) {
    sign_error err = {0};
    sign_buf out = {0};
    faults_on();
    sign_rc rc = sign_form_write(w->form, &(sign_output){.buf = &out}, &err);
    faults_off();
    bool right = rc == SIGN_OK
                     ? out.len == w->form_xml.len && memcmp(out.data, w->form_xml.data, out.len) == 0
                     : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_form_show(const struct world *w) {
    sign_error err = {0};
    sign_buf out = {0};
    faults_on();
    sign_rc rc = sign_form_show(w->form, SIGN_TR, 0, &out, &err);
    faults_off();
    bool right = rc == SIGN_OK ? holds(&out, "ANKARA") || holds(&out, "İl") : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}
