/* kalem sign and kalem cosign. */
#include "app.h"
#include <stdlib.h>
#include <string.h>

/* X.p7m or X.p7s; NULL for standard input, which has no name to build on. */
static char *default_name(const char *file, sign_shape shape) {
    size_t n = strlen(file) + 5;
    char *name = strcmp(file, "-") ? malloc(n) : NULL;
    if (name)
        snprintf(name, n, "%s.%s", file, shape == SIGN_DETACHED ? "p7s" : "p7m");
    return name;
}

/* The person a form speaks of, so that among several cards the applicant's own is taken. */
static char *applicant_of(const sign_input *in) {
    sign_form *form = NULL;
    char *person = NULL;
    if (sign_form_is(in) && sign_form_open(in, NULL, 0, &form, NULL) == SIGN_OK) {
        const char *number = sign_form_get(form, "KimlikNo");
        person = number ? strdup(number) : NULL;
    }
    sign_form_free(&form);
    return person;
}

static int sign_document(const struct app *app, const struct args *args, const struct sign_setup *setup,
                         struct document *doc, const sign_output *out) {
    sign_error err = {0};
    sign_key *key = NULL;
    char *person = args_value(args, "key") ? NULL : applicant_of(&doc->in);
    int failed = key_open(app, args, person, &key);
    free(person);
    if (failed)
        return failed;
    sign_rc rc = sign_create(key, &doc->in, &setup->options, out, &err);
    sign_key_free(&key);
    if (rc != SIGN_OK)
        return tell_error(app, &err);
    return tell_output(app, out->path, (struct words){"İmzalandı", "Signed"});
}

int run_sign(struct app *app, const struct args *args) {
    struct sign_setup setup = {0};
    struct document doc = {.spool = -1};
    sign_output out;
    char *fallback = NULL;
    int code = sign_setup_read(app, args, &setup);
    if (!code) {
        fallback = default_name(args->operands[0], setup.options.shape);
        code = output_choose(app, args, fallback, &out);
    }
    if (!code)
        code = document_open(app, args->operands[0], &doc);
    if (!code)
        code = sign_document(app, args, &setup, &doc, &out);
    document_close(&doc);
    sign_setup_free(&setup);
    free(fallback);
    return code;
}

static int cosign_document(const struct app *app, const struct args *args, const struct sign_setup *setup,
                           const struct document *what, const struct document *content,
                           const sign_output *out) {
    sign_error err = {0};
    sign_key *key = NULL;
    int failed = key_open(app, args, NULL, &key);
    if (failed)
        return failed;
    sign_rc rc = sign_add(key, &what->in, content->in.path ? &content->in : NULL, &setup->options, out, &err);
    sign_key_free(&key);
    if (rc != SIGN_OK)
        return tell_error(app, &err);
    return tell_output(app, out->path, (struct words){"İmza eklendi", "Signature added"});
}

int run_cosign(struct app *app, const struct args *args) {
    struct sign_setup setup = {0};
    struct document what = {.spool = -1}, content = {.spool = -1};
    sign_output out;
    const char *file = args_value(args, "content");
    char *beside = file ? NULL : content_beside(args->operands[0]);
    int code = sign_setup_read(app, args, &setup);
    if (!code)
        code = output_choose(app, args, NULL, &out);
    if (!code)
        code = document_open(app, args->operands[0], &what);
    if (!code && (file || beside))
        code = document_open(app, file ? file : beside, &content);
    if (!code)
        code = cosign_document(app, args, &setup, &what, &content, &out);
    document_close(&what);
    document_close(&content);
    sign_setup_free(&setup);
    free(beside);
    return code;
}
