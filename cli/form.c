/* kalem form new|set|check|show. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct found {
    json_t *list;
    const struct app *app;
    size_t warnings;
};

static void collect(void *user, const sign_form_problem *p) {
    struct found *f = user;
    f->warnings += p->warning ? 1 : 0;
    if (f->app->json)
        json_array_append_new(
            f->list, json_pack("{s:s, s:s, s:s}", "field", p->field, "code", p->code, "text", p->text));
    else if (!f->app->quiet || !p->warning)
        printf("%s %s%s%s\n", p->code, p->field, *p->field ? ": " : "", p->text);
}

/* Prints what is wrong with the form; *errors counts what forbids signing. With --json `extra` joins the
 * object. */
static int tell_problems(const struct app *app, const sign_form *form, json_t *extra, bool check) {
    struct found found = {json_array(), app, 0};
    size_t errors = sign_form_check(form, (int64_t)time(NULL), app->lang, collect, &found);
    int code = check && errors ? EXIT_NOT_PASSED : EXIT_DONE;
    if (app->json) {
        json_object_set_new(extra, "errors", found.list);
        return print_json(app, code, extra);
    }
    json_decref(found.list);
    json_decref(extra);
    if (check && !errors && !app->quiet)
        printf("%s\n", say(app, (struct words){"Form eksiksiz ve tutarlı; imzalanabilir.",
                                               "The form is complete and consistent; it can be signed."}));
    return finish_stdout(app, code);
}

static int set_all(const struct app *app, const struct args *args, sign_form *form) {
    const char *given[MAX_VALUES];
    size_t n = args_list(args, "set", given, MAX_VALUES);
    for (size_t i = 0; i < n; i++) {
        const char *equals = strchr(given[i], '=');
        if (!equals || equals == given[i])
            return usage(app, (struct words){"--set Alan=değer olmalı", "--set must be Field=value"},
                         given[i]);
        char *field = strndup(given[i], (size_t)(equals - given[i]));
        sign_error err = {0};
        sign_rc rc = field ? sign_form_set(form, field, equals + 1, &err) : SIGN_E_MEMORY;
        free(field);
        if (rc != SIGN_OK)
            return field ? tell_error(app, &err) : no_memory(app);
    }
    return 0;
}

static int form_open(const struct app *app, const char *file, const struct args *args, sign_form **out) {
    struct document doc;
    sign_error err = {0};
    int64_t at = 0;
    const char *time = args_value(args, "time"), *id = args_value(args, "id");
    if (time && !sign_time_parse(time, &at))
        return usage(app, (struct words){"--time RFC 3339 olmalı", "--time must be RFC 3339"}, time);
    int code = file ? document_open(app, file, &doc) : 0;
    if (code)
        return code;
    sign_rc rc = file ? sign_form_open(&doc.in, id, at, out, &err) : sign_form_new(id, at, out, &err);
    if (rc != SIGN_OK)
        code = file && is_signed(&doc.in) ? tell_signed(app, &doc) : tell_error(app, &err);
    if (file)
        document_close(&doc);
    return code;
}

static int form_save(const struct app *app, const struct args *args, const sign_form *form,
                     const sign_output *out) {
    sign_error err = {0};
    (void)args;
    if (sign_form_write(form, out, &err) != SIGN_OK)
        return tell_error(app, &err);
    if (!out->path)
        return EXIT_DONE;
    if (!app->json && !app->quiet)
        printf("%s: %s\n", say(app, (struct words){"Yazıldı", "Written"}), out->path);
    return tell_problems(app, form, json_pack("{s:s}", "output", out->path), false);
}

static int form_new(const struct app *app, const struct args *args) {
    sign_form *form = NULL;
    sign_output out;
    int code = output_choose(app, args, NULL, &out);
    if (!code)
        code = form_open(app, args_value(args, "from"), args, &form);
    if (!code)
        code = set_all(app, args, form);
    out.mode = 0600; /* personal data: KVKK */
    if (!code)
        code = form_save(app, args, form, &out);
    sign_form_free(&form);
    return code;
}

static int form_set(const struct app *app, const struct args *args, const char *file) {
    sign_form *form = NULL;
    sign_output out;
    int code = output_choose(app, args, file, &out);
    if (!args_value(args, "output"))
        out.overwrite = 1; /* in place, by rename */
    if (!code)
        code = form_open(app, file, args, &form);
    if (!code)
        code = set_all(app, args, form);
    out.mode = 0600;
    if (!code)
        code = form_save(app, args, form, &out);
    sign_form_free(&form);
    return code;
}

static int form_check(const struct app *app, const struct args *args, const char *file) {
    sign_form *form = NULL;
    int code = form_open(app, file, args, &form);
    if (!code)
        code = tell_problems(app, form, json_object(), true);
    sign_form_free(&form);
    return code;
}

static int form_show(const struct app *app, const struct args *args, const char *file) {
    sign_form *form = NULL;
    sign_buf text = {0};
    sign_error err = {0};
    int code = form_open(app, file, args, &form);
    if (code)
        return code;
    sign_rc rc = args_flag(args, "canonical")
                     ? sign_form_write(form, &(sign_output){.buf = &text}, &err)
                     : sign_form_show(form, app->lang, args_flag(args, "whole"), &text, &err);
    if (rc != SIGN_OK)
        code = tell_error(app, &err);
    else if (app->json)
        code =
            tell_problems(app, form, json_pack("{s:s%}", "text", (const char *)text.data, text.len), false);
    else
        code = print_bytes(app, text.data, text.len);
    sign_buf_free(&text);
    sign_form_free(&form);
    return code;
}

static int new_verb(struct app *app, const struct args *args) {
    return args->n_operands > 1 ? usage(app,
                                        (struct words){"form new dosya almaz; --from ve -o kullanın",
                                                       "form new takes no file; use --from and -o"},
                                        NULL)
                                : form_new(app, args);
}

static int with_file(const struct app *app, const struct args *args,
                     int (*run)(const struct app *, const struct args *, const char *)) {
    return args->n_operands < 2
               ? usage(app, (struct words){"form dosyası gerekli", "a form file is needed"}, NULL)
               : run(app, args, args->operands[1]);
}

static int set_verb(struct app *app, const struct args *args) {
    return with_file(app, args, form_set);
}

static int check_verb(struct app *app, const struct args *args) {
    return with_file(app, args, form_check);
}

static int show_verb(struct app *app, const struct args *args) {
    return with_file(app, args, form_show);
}

int run_form(struct app *app, const struct args *args) {
    static const struct verb verbs[] = {{"new", " from set id time output force ", 0, 1, new_verb},
                                        {"set", " set output force ", 0, 1, set_verb},
                                        {"check", " ", 0, 1, check_verb},
                                        {"show", " canonical whole ", 0, 1, show_verb},
                                        {NULL, NULL, 0, 0, NULL}};
    return verb_run(app, args, verbs,
                    (struct words){"alt komut new, set, check ya da show olmalı",
                                   "the verb must be new, set, check or show"});
}
