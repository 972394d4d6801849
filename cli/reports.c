/* verify --report KIND=FILE: the same verification told in several forms, each into a file of its own. */
#include "reports.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct option_row report_rows[] = {
    {"report",
     0,
     OPT_LIST,
     "KIND=FILE",
     {"raporu yaz: text, json, detailed, diagnostic, etsi, html (yinelenebilir; - standart çıktı)",
      "write the report: text, json, detailed, diagnostic, etsi, html (repeatable; - standard output)"}},
    {"html", 0, OPT_VALUE, "FILE", {"raporu HTML sayfası olarak yaz", "write the report as an HTML page"}},
    {"force",
     'f',
     OPT_FLAG,
     NULL,
     {"--report, --html: var olan dosyaların üzerine yaz", "--report, --html: replace existing files"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

static const char *const kinds[] = {[SIGN_TEXT] = "text",         [SIGN_JSON] = "json",
                                    [SIGN_DETAILED] = "detailed", [SIGN_DIAGNOSTIC] = "diagnostic",
                                    [SIGN_ETSI] = "etsi",         [SIGN_HTML] = "html"};

static bool is_stdout(const char *path) {
    return strcmp(path, "-") == 0;
}

static bool is_same_file(const struct stat *found, const char *path) {
    struct stat other;
    return stat(path, &other) == 0 && found->st_ino == other.st_ino && found->st_dev == other.st_dev;
}

/* The document, or its content: [NAME=]FILE as verify reads it, or X beside X.p7s. */
static bool is_verified(const struct args *args, const struct stat *found) {
    const char *given[MAX_VALUES];
    size_t n = args_list(args, "content", given, MAX_VALUES);
    bool is = is_same_file(found, args->operands[0]);
    for (size_t i = 0; i < n && !is; i++) {
        const char *equals = strchr(given[i], '=');
        is = is_same_file(found, given[i]) || (equals && is_same_file(found, equals + 1));
    }
    char *beside = n == 0 ? content_beside(args->operands[0]) : NULL;
    is = is || (beside && is_same_file(found, beside));
    free(beside);
    return is;
}

/* Two forms in one place, or one in the place of what is verified, would lose what is there. */
static bool is_taken(const struct reports *r, const char *path, const struct args *args) {
    struct stat found;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->list[i].path, path) == 0)
            return true;
    return !is_stdout(path) && stat(path, &found) == 0 && is_verified(args, &found);
}

static int add(const struct app *app, struct reports *r, sign_report_form form, const char *path,
               const struct args *args) {
    struct stat found;
    if (!*path)
        return usage(
            app, (struct words){"--report KIND=FILE: dosya adı yok", "--report KIND=FILE: no name of a file"},
            kinds[form]);
    if (is_stdout(path) && app->json)
        return usage(app,
                     (struct words){"--json ile standart çıktıya başka rapor yazılmaz",
                                    "with --json no other report goes to standard output"},
                     kinds[form]);
    if (is_taken(r, path, args))
        return usage(app,
                     (struct words){"bu dosyada başka bir şey duracak ya da duruyor",
                                    "something else is there, or will be"},
                     path);
    /* A device or a pipe has nothing that could be lost. */
    if (!is_stdout(path) && !r->force && stat(path, &found) == 0 && S_ISREG(found.st_mode)) {
        char text[600], shown[400];
        printable(path, shown, sizeof shown);
        snprintf(text, sizeof text, "%s: %s",
                 say(app, (struct words){"Çıktı dosyası zaten var", "The output already exists"}), shown);
        return tell(app, EXIT_IO, "E5004", text,
                    say(app, (struct words){"Başka bir ad verin ya da --force kullanın.",
                                            "Choose another name, or use --force."}));
    }
    r->list[r->n].form = form;
    r->list[r->n++].path = path;
    r->to_stdout = r->to_stdout || is_stdout(path);
    return 0;
}

static int add_spec(const struct app *app, struct reports *r, const char *spec, const struct args *args) {
    size_t n = strcspn(spec, "=");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (spec[n] && strlen(kinds[i]) == n && strncmp(kinds[i], spec, n) == 0)
            return add(app, r, (sign_report_form)i, spec + n + 1, args);
    return usage(
        app,
        (struct words){"--report KIND=FILE: KIND text, json, detailed, diagnostic, etsi ya da html olmalı",
                       "--report KIND=FILE: KIND must be text, json, detailed, diagnostic, etsi or html"},
        spec);
}

int reports_read(const struct app *app, const struct args *args, struct reports *out) {
    const char *given[MAX_VALUES], *html = args_value(args, "html");
    size_t n = args_list(args, "report", given, MAX_VALUES);
    int failed = 0;
    *out = (struct reports){.force = args_flag(args, "force")};
    for (size_t i = 0; !failed && i < n; i++)
        failed = add_spec(app, out, given[i], args);
    if (!failed && html)
        failed = add(app, out, SIGN_HTML, html, args);
    if (!failed && out->n == 0 && args_asked(args, "force"))
        failed = usage(
            app,
            (struct words){"--force için --report ya da --html gerekli", "--force needs --report or --html"},
            NULL);
    return failed;
}

bool reports_detailed(const struct reports *r) {
    for (size_t i = 0; i < r->n; i++)
        if (r->list[i].form >= SIGN_DETAILED)
            return true;
    return false;
}

/* ---- writing ---- */

static bool put_all(int fd, const sign_buf *text) {
    for (size_t done = 0; done < text->len;) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* A pipe or a device: written as it is, there is nothing to rename. */
static bool write_device(const char *path, const sign_buf *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && put_all(fd, text);
    return (fd < 0 || close(fd) == 0) && ok;
}

/* link fails on a name that somebody took meanwhile, where rename would replace it; a file system without
 * links has only the second. */
static bool give_name(const char *temporary, const char *path, bool force) {
    if (!force && link(temporary, path) == 0)
        return unlink(temporary) == 0;
    if (!force && errno == EEXIST)
        return false;
    return rename(temporary, path) == 0;
}

/* Beside the target, then renamed: nobody ever sees half a report. */
static bool write_file(const char *path, const sign_buf *text, bool force) {
    char temporary[PATH_SHOWN];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkstemp(temporary);
    if (fd < 0)
        return false;
    mode_t mask = umask(0);
    umask(mask);
    bool ok = fchmod(fd, 0666 & ~mask) == 0 && put_all(fd, text) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    ok = ok && give_name(temporary, path, force);
    int why = errno;
    if (!ok)
        unlink(temporary);
    errno = why;
    return ok;
}

static int write_one(const struct app *app, const char *path, const sign_buf *text, bool force) {
    struct stat found;
    bool device = stat(path, &found) == 0 && !S_ISREG(found.st_mode);
    if (is_stdout(path))
        return print_bytes(app, text->data, text->len);
    bool ok = device ? write_device(path, text) : write_file(path, text, force);
    return ok ? 0
              : io_error(app, "E5003", (struct words){"Rapor yazılamadı", "Cannot write the report"}, path);
}

int reports_write(const struct app *app, const struct reports *r, const sign_report *report) {
    int failed = 0;
    for (size_t i = 0; !failed && i < r->n; i++) {
        sign_buf text = {0};
        sign_error err = {0};
        if (sign_report_write(report, r->list[i].form, app->lang, &text, &err) != SIGN_OK)
            failed = tell_error(app, &err);
        else
            failed = write_one(app, r->list[i].path, &text, r->force);
        sign_buf_free(&text);
    }
    return failed;
}

int reports_tell(const struct app *app, const struct reports *r) {
    char shown[PATH_SHOWN];
    bool first = true;
    for (size_t i = 0; i < r->n && !app->quiet; i++) {
        if (is_stdout(r->list[i].path))
            continue;
        printable(r->list[i].path, shown, sizeof shown);
        printf("%s%s (%s): %s\n", first ? "\n" : "", say(app, (struct words){"Rapor", "Report"}),
               kinds[r->list[i].form], shown);
        first = false;
    }
    return finish_stdout(app, EXIT_DONE);
}
