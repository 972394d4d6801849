#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int io_error(const struct app *app, const char *code, struct words what, const char *path) {
    char text[600], shown[400];
    const char *why = strerror(errno);
    printable(path, shown, sizeof shown);
    snprintf(text, sizeof text, "%s: %s: %s", say(app, what), shown, why);
    return tell(app, EXIT_IO, code, text,
                say(app, (struct words){"Dosya adını, izinleri ve boş alanı denetleyin.",
                                        "Check the name, the permissions and the free space."}));
}

static bool copy_all(int from, int to) {
    char buf[4096];
    ssize_t n;
    while ((n = read(from, buf, sizeof buf)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        for (ssize_t done = 0; done < n;) {
            ssize_t w = write(to, buf + done, (size_t)(n - done));
            if (w < 0 && errno != EINTR)
                return false;
            done += w > 0 ? w : 0;
        }
    }
    return true;
}

/* The library reads documents at any offset and more than once: what comes through a pipe is spooled. */
static int spool_stdin(const struct app *app, struct document *out) {
    const char *dir = getenv("TMPDIR");
    char name[300];
    if (snprintf(name, sizeof name, "%s/kalem-XXXXXX", dir && *dir == '/' ? dir : "/tmp") >= (int)sizeof name)
        return usage(app, (struct words){"TMPDIR çok uzun", "TMPDIR is too long"}, NULL);
    out->spool = mkstemp(name);
    if (out->spool < 0)
        return io_error(app, "E5003",
                        (struct words){"Geçici dosya açılamadı", "Cannot make a temporary file"}, name);
    unlink(name);
    fcntl(out->spool, F_SETFD, FD_CLOEXEC);
    if (!copy_all(STDIN_FILENO, out->spool))
        return io_error(app, "E5002",
                        (struct words){"Standart girdi okunamadı", "Cannot read standard input"}, "-");
    snprintf(out->path, sizeof out->path, "/proc/self/fd/%d", out->spool);
    out->in.path = out->path;
    out->in.name = "-";
    return 0;
}

int document_open(const struct app *app, const char *file, struct document *out) {
    *out = (struct document){.spool = -1};
    if (strcmp(file, "-") == 0)
        return spool_stdin(app, out);
    out->in.path = file;
    return 0;
}

void document_close(struct document *d) {
    if (d->spool >= 0)
        close(d->spool);
    d->spool = -1;
}

int output_choose(const struct app *app, const struct args *args, const char *fallback, sign_output *out) {
    const char *path = args_value(args, "output");
    *out = (sign_output){.fd = STDOUT_FILENO, .overwrite = args_flag(args, "force")};
    if (!path)
        path = fallback;
    if (!path)
        return usage(app, (struct words){"çıktı adı gerekli: -o", "an output name is needed: -o"}, NULL);
    if (strcmp(path, "-") != 0)
        out->path = path;
    else if (app->json)
        return usage(app,
                     (struct words){"-o - ile --json birlikte olmaz", "-o - and --json exclude each other"},
                     NULL);
    else if (isatty(STDOUT_FILENO))
        return usage(
            app, (struct words){"ikili veri terminale yazılmaz", "binary data is not written to a terminal"},
            NULL);
    return 0;
}

int file_whole(const struct app *app, const char *path, size_t limit, sign_buf *out) {
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    if (!f)
        return io_error(app, "E5001", (struct words){"Dosya açılamadı", "Cannot open the file"}, path);
    uint8_t *data = malloc(limit + 1);
    size_t n = data ? fread(data, 1, limit + 1, f) : 0;
    bool bad = ferror(f) != 0;
    int failed = 0;
    if (!data)
        failed = no_memory(app);
    else if (bad)
        failed = io_error(app, "E5002", (struct words){"Dosya okunamadı", "Cannot read the file"}, path);
    else if (n > limit)
        failed = tell(app, EXIT_IO, "E9005",
                      say(app, (struct words){"Dosya çok büyük.", "The file is too large."}), "");
    if (f != stdin)
        fclose(f);
    if (failed) {
        free(data);
        return failed;
    }
    out->data = data;
    out->len = n;
    return 0;
}
