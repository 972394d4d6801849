/* sign/form.h - application forms: typed fields over one canonical XML document. */
#ifndef SIGN_FORM_H
#define SIGN_FORM_H

#include <sign/types.h>

SIGN_BEGIN_C

/* A form being filled in. One thread at a time; const functions: many. */
typedef struct sign_form sign_form;

/* An empty renewal application (Basvuru tur="YENILEME") with `id` (a UUID; NULL: random) made at
 * `time` (0: now). */
SIGN_CALL sign_rc sign_form_new(const char *id, int64_t time, sign_form **out, sign_error *err);

/*
 * Reads a form: canonical XML, or JSON whose keys are the element names (then `id` and `time` are
 * used as in sign_form_new where the JSON has none).
 * Bad structure is SIGN_E_FORMAT; bad values, and keys of JSON that are no fields, are kept and told by
 * sign_form_check. A form with such keys is neither written nor shown: SIGN_E_REFUSED.
 */
SIGN_CALL sign_rc sign_form_open(const sign_input *in, const char *id, int64_t time, sign_form **out,
                                 sign_error *err);

/* 1 when the document is a form by its root element or its JSON keys, else 0; never an error. */
SIGN_API int sign_form_is(const sign_input *in);

/* The value of a field; NULL when it is not set or no such field exists. */
SIGN_API const char *sign_form_get(const sign_form *form, const char *field);

/* Sets a field ("" clears it). The value is normalised as the field's type says; unknown field:
 * SIGN_E_ARGUMENT. */
SIGN_CALL sign_rc sign_form_set(sign_form *form, const char *field, const char *value, sign_error *err);

/* One thing that is wrong (or, as a warning, doubtful) in a form. */
typedef struct sign_form_problem {
    const char *field; /* element name; "" for the form as a whole */
    const char *code;  /* "E1301", "W1305" */
    const char *text;  /* in the language asked for */
    int warning;       /* nonzero: does not forbid signing */
} sign_form_problem;

typedef void sign_form_problem_fn(void *user, const sign_form_problem *problem);

/* Tells all problems at once, in schema order and then the keys that are no fields, as of time `at`. Returns
 * the number of errors (not warnings).
 */
SIGN_API size_t sign_form_check(const sign_form *form, int64_t at, sign_lang lang, sign_form_problem_fn *fn,
                                void *user);

/* The canonical XML (exclusive C14N without comments): what is signed. */
SIGN_CALL sign_rc sign_form_write(const sign_form *form, const sign_output *out, sign_error *err);

/* A page for people: labels in `lang`, personal numbers masked unless `whole`. */
SIGN_CALL sign_rc sign_form_show(const sign_form *form, sign_lang lang, int whole, sign_buf *out,
                                 sign_error *err);

SIGN_API void sign_form_free(sign_form **form);

SIGN_END_C

#endif
