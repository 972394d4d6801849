/* kalem policy list, show, lint and diff; and the choice of a policy for verify and cert check. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const roles[] = {"signature", "counter-signature", "timestamp", "revocation"};
enum { N_ROLES = sizeof roles / sizeof *roles };

/* ---- opening ------------------------------------------------------------------------------------------ */

static bool is_built_in(const char *name) {
    for (size_t i = 0; sign_policy_builtin(i); i++)
        if (strcmp(sign_policy_builtin(i), name) == 0)
            return true;
    return false;
}

/* What is neither a built-in name nor a file is a name that was mistyped, unless it looks like a path. */
static bool means_file(const char *name) {
    return !is_built_in(name) && (strpbrk(name, "./") || strcmp(name, "-") == 0 || access(name, F_OK) == 0);
}

int policy_choose(const struct app *app, const char *name, sign_policy **out) {
    struct document doc = {.spool = -1};
    sign_error err = {0};
    bool file = name && means_file(name);
    int code = file ? document_open(app, name, &doc) : 0;
    if (!code && sign_policy_open(name, file ? &doc.in : NULL, out, &err) != SIGN_OK)
        code = tell_error(app, &err);
    if (file)
        document_close(&doc);
    return code;
}

/* The policy as its file has it; NULL: the message was printed and *code is the exit code. */
static json_t *policy_json(const struct app *app, const char *name, int *code) {
    sign_policy *policy = NULL;
    sign_buf text = {0};
    sign_error err = {0};
    json_t *whole = NULL;
    *code = policy_choose(app, name, &policy);
    if (!*code && sign_policy_write(policy, &(sign_output){.buf = &text}, &err) != SIGN_OK)
        *code = tell_error(app, &err);
    if (!*code && !(whole = json_loadb((const char *)text.data, text.len, 0, NULL)))
        *code = no_memory(app);
    sign_buf_free(&text);
    sign_policy_free(&policy);
    return whole;
}

/* ---- list, show --------------------------------------------------------------------------------------- */

static const struct words about[] = {
    {"EN 319 102-1 ve biçimlerin istediği; olağan dışı olan uyarılır",
     "what EN 319 102-1 and the formats ask for; what is unusual is a warning"},
    {"uyarıların çoğu da sayılır", "most of what is a warning counts too"},
    {"5070 sayılı Kanun: NES, Tebliğ'in algoritmaları, kullanım profilleri",
     "law 5070: NES, the communiqué's algorithms, usage profiles"},
    {"uyum test paketinin yorumu", "as the conformity suite reads it"},
};

static int policy_list(struct app *app, const struct args *args) {
    json_t *list = json_array();
    (void)args;
    for (size_t i = 0; sign_policy_builtin(i); i++) {
        const char *what = i < sizeof about / sizeof *about ? say(app, about[i]) : "";
        if (app->json)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s}", "name", sign_policy_builtin(i), "about", what));
        else
            printf("%-8s %s\n", sign_policy_builtin(i), what);
    }
    int code = app->json ? print_json(app, EXIT_DONE, json_pack("{s:O}", "policies", list))
                         : finish_stdout(app, EXIT_DONE);
    json_decref(list);
    return code;
}

/* Whether what stands there is said by role. */
static bool is_by_role(json_t *value) {
    size_t role = 0;
    while (role < N_ROLES && !json_object_get(value, roles[role]))
        role++;
    return role < N_ROLES;
}

/* A value for one role, of what stands there for all or by role; borrowed. NULL: it is not asked of that
 * role. */
static json_t *for_role(json_t *value, size_t role) {
    return is_by_role(value) ? json_object_get(value, roles[role]) : value;
}

/* That of the first role which has one; borrowed. */
static json_t *first_of(json_t *value) {
    size_t role = 0;
    while (role + 1 < N_ROLES && !for_role(value, role))
        role++;
    return for_role(value, role);
}

static char *plain(json_t *value);

/* "2048: 2029-01-01, 3000: -": rows of keys; or a digest's "- (from 2030-01-01: WARN)". The caller frees it.
 */
static char *composed(json_t *value) {
    char out[400] = "";
    size_t i, at = 0;
    json_t *row;
    char *until = json_is_object(value) ? plain(json_object_get(value, "until")) : NULL;
    char *warn = until ? plain(json_object_get(value, "warn-from")) : NULL;
    if (until && warn)
        snprintf(out, sizeof out, "%s (WARN: %s)", until, warn);
    free(until);
    free(warn);
    json_array_foreach(value, i, row) {
        until = plain(json_object_get(row, "until"));
        int n = snprintf(out + at, sizeof out - at, "%s%lld: %s", i ? ", " : "",
                         (long long)json_integer_value(json_object_get(row, "bits")), until ? until : "?");
        at += n > 0 && (size_t)n < sizeof out - at ? (size_t)n : 0;
        free(until);
    }
    return strdup(out);
}

/* Text without quotation marks, "-" for none; the caller frees it. */
static char *plain(json_t *value) {
    if (json_is_string(value))
        return strdup(json_string_value(value));
    if (json_is_array(value) || json_is_object(value))
        return composed(value);
    return json_is_null(value) || !value ? strdup("-") : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

static void print_row(const char *name, json_t *value) {
    printf("  %-29s", name);
    size_t n = is_by_role(value) ? N_ROLES : 1;
    for (size_t role = 0; role < n; role++) {
        char *text = plain(for_role(value, role));
        printf(" %-*s", role + 1 < n ? 11 : 0, text ? text : "?");
        free(text);
    }
    putchar('\n');
}

static void print_rows(json_t *object) {
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        print_row(name, value);
    }
}

static void print_key_rows(json_t *keys) {
    const char *family;
    json_t *value;
    json_object_foreach(keys, family, value) {
        bool by_role = json_is_object(value);
        for (size_t role = 0; role < (by_role ? N_ROLES : 1); role++) {
            char *rows = plain(for_role(value, role));
            printf("  %-8s %s%s%s\n", family, by_role ? roles[role] : "", by_role ? ": " : "",
                   rows ? rows : "?");
            free(rows);
        }
    }
}

static void print_policy(const struct app *app, json_t *p) {
    json_t *algorithms = json_object_get(p, "algorithms"), *stamp = json_object_get(p, "time-stamp");
    char name[300];
    printable(json_string_value(json_object_get(p, "name")), name, sizeof name);
    printf("%s (%s: %s)\n\n", name, say(app, (struct words){"temeli", "base"}),
           json_string_value(json_object_get(p, "base")));
    printf(
        "%s\n",
        say(app, (struct words){
                     "Denetimler: herkes için, ya da imza, seri imza, zaman damgası, iptal bilgisi için",
                     "Checks: for all, or for signature, counter-signature, time-stamp, revocation data"}));
    print_rows(json_object_get(p, "checks"));
    printf("\n%s\n", say(app, (struct words){"Özet algoritmaları: ne zamana dek (-: bilinen bir son yok)",
                                             "Digests: until when (-: no end known)"}));
    print_rows(json_object_get(algorithms, "digests"));
    printf("\n%s\n", say(app, (struct words){"Anahtarlar: en az bit, ne zamana dek",
                                             "Keys: bits at least, until when"}));
    print_key_rows(json_object_get(algorithms, "keys"));
    printf("\n%s\n",
           say(app, (struct words){"Süreler (saniye; -: kural yok)", "Times (seconds; -: no rule)"}));
    print_row("freshness", json_object_get(p, "freshness"));
    print_row("time-stamp before", json_object_get(stamp, "before"));
    print_row("time-stamp after", json_object_get(stamp, "after"));
    print_row("grace-period", json_object_get(p, "grace-period"));
}

/* -o: a file to begin with. */
static int policy_save(const struct app *app, const struct args *args) {
    sign_policy *policy = NULL;
    sign_output out;
    sign_error err = {0};
    int code = 0;
    out = (sign_output){.fd = STDOUT_FILENO, .overwrite = args_flag(args, "force")};
    if (strcmp(args_value(args, "output"), "-") != 0)
        out.path = args_value(args, "output");
    else if (app->json)
        code = output_choose(app, args, NULL, &out); /* says that the two exclude each other */
    if (!code)
        code = policy_choose(app, args->operands[1], &policy);
    if (!code)
        code = sign_policy_write(policy, &out, &err) == SIGN_OK
                   ? tell_output(app, out.path, (struct words){"Politika yazıldı", "Policy written"})
                   : tell_error(app, &err);
    sign_policy_free(&policy);
    return code;
}

static int policy_show(struct app *app, const struct args *args) {
    int code = 0;
    if (args_asked(args, "output"))
        return policy_save(app, args);
    json_t *p = policy_json(app, args->operands[1], &code);
    if (!p)
        return code;
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:o}", "policy", p));
    print_policy(app, p);
    json_decref(p);
    return finish_stdout(app, EXIT_DONE);
}

/* ---- lint --------------------------------------------------------------------------------------------- */

struct linting {
    const struct app *app;
    json_t *faults;
};

static void hear(void *user, const sign_error *fault) {
    struct linting *l = user;
    char text[1200], shown[1200];
    sign_error_text(fault, l->app->lang, text, sizeof text);
    printable(text, shown, sizeof shown);
    json_array_append_new(l->faults, json_pack("{s:s, s:s, s:s}", "code", fault->id, "text", shown, "hint",
                                               sign_error_hint(fault, l->app->lang)));
    if (!l->app->json)
        tell_error(l->app, fault);
}

static int policy_lint(struct app *app, const struct args *args) {
    struct linting l = {.app = app, .faults = json_array()};
    struct document doc;
    sign_error err = {0};
    int code = document_open(app, args->operands[1], &doc);
    if (!code && sign_policy_lint(&doc.in, hear, &l, &err) != SIGN_OK) {
        size_t n = json_array_size(l.faults);
        json_t *first = json_array_get(l.faults, 0);
        if (n && app->json)
            code = tell_with(app, EXIT_REFUSED, err.id, json_string_value(json_object_get(first, "text")),
                             json_string_value(json_object_get(first, "hint")),
                             json_pack("{s:O}", "faults", l.faults));
        else
            code = n ? EXIT_REFUSED : tell_error(app, &err);
    } else if (!code && app->json) {
        code = print_json(app, EXIT_DONE, json_pack("{s:O}", "faults", l.faults));
    } else if (!code && !app->quiet) {
        printf("%s\n", say(app, (struct words){"Politika dosyası kurallara uygun.",
                                               "The policy file is well-formed."}));
        code = finish_stdout(app, EXIT_DONE);
    }
    document_close(&doc);
    json_decref(l.faults);
    return code;
}

/* ---- diff --------------------------------------------------------------------------------------------- */

static void add_difference(json_t *list, const char *path, const char *role, json_t *a, json_t *b) {
    char whole[200];
    snprintf(whole, sizeof whole, "%s%s%s", path, role ? "." : "", role ? role : "");
    json_array_append_new(list, json_pack("{s:s, s:O?, s:O?}", "path", whole, "a", a, "b", b));
}

/* Where all roles differ in the same way, once. A role that a check is not asked of has no value in either.
 */
static void compare_roles(json_t *list, const char *path, json_t *a, json_t *b) {
    bool differ[N_ROLES], alike = true;
    for (size_t role = 0; role < N_ROLES; role++) {
        json_t *left = for_role(a, role), *right = for_role(b, role);
        differ[role] = left && right && !json_equal(left, right);
        if (left && right)
            alike = alike && differ[role] && json_equal(left, first_of(a)) && json_equal(right, first_of(b));
    }
    if (alike) {
        add_difference(list, path, NULL, first_of(a), first_of(b));
        return;
    }
    for (size_t role = 0; role < N_ROLES; role++)
        if (differ[role])
            add_difference(list, path, roles[role], for_role(a, role), for_role(b, role));
}

static void compare_members(json_t *list, const char *path, json_t *a, json_t *b) {
    const char *name;
    json_t *value;
    char whole[160];
    json_object_foreach(a, name, value) {
        snprintf(whole, sizeof whole, "%s.%s", path, name);
        compare_roles(list, whole, value, json_object_get(b, name));
    }
}

/* A whole policy has every member, so that those of one are those of the other. */
static json_t *compare_policies(json_t *a, json_t *b) {
    static const char *const plainly[] = {"freshness", "grace-period"};
    json_t *list = json_array();
    compare_members(list, "checks", json_object_get(a, "checks"), json_object_get(b, "checks"));
    json_t *of_a = json_object_get(a, "algorithms"), *of_b = json_object_get(b, "algorithms");
    compare_members(list, "algorithms.digests", json_object_get(of_a, "digests"),
                    json_object_get(of_b, "digests"));
    compare_members(list, "algorithms.keys", json_object_get(of_a, "keys"), json_object_get(of_b, "keys"));
    compare_members(list, "time-stamp", json_object_get(a, "time-stamp"), json_object_get(b, "time-stamp"));
    for (size_t i = 0; i < sizeof plainly / sizeof *plainly; i++)
        compare_roles(list, plainly[i], json_object_get(a, plainly[i]), json_object_get(b, plainly[i]));
    return list;
}

static void print_differences(const struct app *app, json_t *list, const char *a, const char *b) {
    size_t i;
    json_t *d;
    if (json_array_size(list) == 0)
        printf("%s\n", say(app, (struct words){"Fark yok.", "No difference."}));
    json_array_foreach(list, i, d) {
        char *left = plain(json_object_get(d, "a")), *right = plain(json_object_get(d, "b"));
        if (i == 0)
            printf("%-46s %-11s %s\n", "", a, b);
        const char *path = json_string_value(json_object_get(d, "path"));
        if (left && right && strlen(left) > 11)
            printf("%s\n  %s: %s\n  %s: %s\n", path, a, left, b, right);
        else
            printf("%-46s %-11s %s\n", path, left ? left : "?", right ? right : "?");
        free(left);
        free(right);
    }
}

static int tell_differences(const struct app *app, json_t *a, json_t *b) {
    json_t *list = compare_policies(a, b);
    bool same = json_array_size(list) == 0;
    char left[200], right[200];
    int code = same ? EXIT_DONE : EXIT_NOT_PASSED;
    printable(json_string_value(json_object_get(a, "name")), left, sizeof left);
    printable(json_string_value(json_object_get(b, "name")), right, sizeof right);
    if (app->json) {
        code = print_json(
            app, code,
            json_pack("{s:s, s:s, s:b, s:O}", "a", left, "b", right, "same", same, "differences", list));
    } else if (!app->quiet) {
        print_differences(app, list, left, right);
        code = finish_stdout(app, code);
    }
    json_decref(list);
    return code;
}

static int policy_diff(struct app *app, const struct args *args) {
    int code = 0;
    json_t *a = policy_json(app, args->operands[1], &code), *b = NULL;
    if (a)
        b = policy_json(app, args->operands[2], &code);
    if (a && b)
        code = tell_differences(app, a, b);
    json_decref(a);
    json_decref(b);
    return code;
}

int run_policy(struct app *app, const struct args *args) {
    static const struct verb verbs[] = {{"list", " ", 0, 0, policy_list},
                                        {"show", " output force ", 1, 1, policy_show},
                                        {"lint", " ", 1, 1, policy_lint},
                                        {"diff", " ", 2, 2, policy_diff},
                                        {NULL, NULL, 0, 0, NULL}};
    return verb_run(app, args, verbs,
                    (struct words){"alt komut list, show, lint ya da diff olmalı",
                                   "the verb must be list, show, lint or diff"});
}
