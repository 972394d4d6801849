/* inspect --dump-c14n: what a signature digests, as files to look at. Names come from the document, which may
 * be anybody's: nothing of them steers where a file goes. */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_SHOWN = 64, MODE_DIR = 0777, MODE_FILE = 0666 };

/* Letters, digits, - and _ as they are, _ for every other octet: no separator, no dot, nothing that a shell
 * or a terminal minds. */
static void safe_name(const char *text, char out[NAME_MAX_SHOWN + 1]) {
    size_t n = 0;
    for (const char *p = text; *p && n < NAME_MAX_SHOWN; p++) {
        char lower = (char)(*p | 0x20);
        bool plain = (lower >= 'a' && lower <= 'z') || (*p >= '0' && *p <= '9') || *p == '-' || *p == '_';
        out[n++] = plain ? *p : '_';
    }
    out[n] = 0;
    /* A name that begins with - would be an option of the next program. */
    if (out[0] == '-')
        out[0] = '_';
}

static bool is_taken(const struct dump *d, const char *name) {
    return json_object_get(d->taken, name) != NULL;
}

static void take(struct dump *d, const char *name) {
    json_object_set_new(d->taken, name, json_true());
}

/* How the files of signature `id` begin: its name made safe, numbered when another signature's comes out
 * alike. */
static const char *stem_of(struct dump *d, const char *id, const char *what) {
    char name[NAME_MAX_SHOWN + 1], stem[NAME_MAX_SHOWN + 24], file[2 * NAME_MAX_SHOWN + 32];
    const char *known = json_string_value(json_object_get(d->stems, id));
    if (known) {
        snprintf(file, sizeof file, "%s.%s", known, what);
        if (!is_taken(d, file))
            return known;
    }
    safe_name(*id ? id : "S", name);
    snprintf(stem, sizeof stem, "%s", name);
    for (unsigned i = 2; is_taken(d, stem); i++)
        snprintf(stem, sizeof stem, "%s-%u", name, i);
    take(d, stem);
    json_object_set_new(d->stems, id, json_string(stem));
    return json_string_value(json_object_get(d->stems, id));
}

static sign_rc stop(struct dump *d, int exit) {
    d->failed = exit;
    return SIGN_E_CANCELLED;
}

static sign_rc cannot_write(struct dump *d) {
    return stop(
        d, io_error(d->app, "E5003", (struct words){"Çıktı yazılamadı", "Cannot write the output"}, d->path));
}

static sign_rc exists_already(struct dump *d) {
    char text[600], shown[400];
    printable(d->path, shown, sizeof shown);
    snprintf(text, sizeof text, "%s: %s",
             say(d->app, (struct words){"Çıktı dosyası zaten var", "The output already exists"}), shown);
    return stop(d, tell(d->app, EXIT_IO, "E5004", text,
                        say(d->app, (struct words){"Başka bir klasör verin ya da --force kullanın.",
                                                   "Give another folder, or use --force."})));
}

/* Only a file of our own making is written to: no link is followed and no file that is there is changed. */
static sign_rc open_file(struct dump *d) {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    if (mkdir(d->dir, MODE_DIR) != 0 && errno != EEXIST)
        return cannot_write(d);
    int fd = open(d->path, flags, MODE_FILE);
    if (fd < 0 && errno == EEXIST && d->force && unlink(d->path) == 0)
        fd = open(d->path, flags, MODE_FILE);
    if (fd < 0 && errno == EEXIST)
        return exists_already(d);
    d->to = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!d->to && fd >= 0)
        close(fd);
    return d->to ? SIGN_OK : cannot_write(d);
}

static sign_rc begin(struct dump *d, const char *id, const char *what) {
    char part[NAME_MAX_SHOWN + 1], name[2 * NAME_MAX_SHOWN + 32];
    if (!d->files) {
        d->files = json_array();
        d->taken = json_object();
        d->stems = json_object();
    }
    safe_name(what, part);
    const char *stem = stem_of(d, id, part);
    if (!stem) /* jansson takes only UTF-8, which an Id read from XML is */
        return stop(d, no_memory(d->app));
    snprintf(name, sizeof name, "%s.%s", stem, part);
    take(d, name);
    size_t size = strlen(d->dir) + strlen(name) + 6;
    free(d->path);
    d->path = malloc(size);
    if (!d->path)
        return stop(d, no_memory(d->app));
    snprintf(d->path, size, "%s/%s.xml", d->dir, name);
    return open_file(d);
}

static sign_rc end(struct dump *d) {
    FILE *to = d->to;
    d->to = NULL;
    if (fclose(to) != 0) {
        sign_rc rc = cannot_write(d);
        unlink(d->path);
        return rc;
    }
    char shown[PATH_SHOWN];
    json_t *exact = json_string(d->path); /* NULL: a folder whose name is not UTF-8 */
    printable(d->path, shown, sizeof shown);
    json_array_append_new(d->files, exact ? exact : json_string(shown));
    return SIGN_OK;
}

sign_rc dump_piece(void *user, const char *id, const char *what, sign_bytes piece, sign_error *err) {
    struct dump *d = user;
    (void)err; /* the message was printed: the caller asks for d->failed first */
    if (d->failed)
        return SIGN_E_CANCELLED;
    sign_rc rc = d->to ? SIGN_OK : begin(d, id, what);
    if (rc != SIGN_OK)
        return rc;
    if (piece.len == 0)
        return end(d);
    return fwrite(piece.data, 1, piece.len, d->to) == piece.len ? SIGN_OK : cannot_write(d);
}

void dump_free(struct dump *d) {
    if (d->to) {
        fclose(d->to);
        unlink(d->path);
    }
    d->to = NULL;
    free(d->path);
    d->path = NULL;
    json_decref(d->files);
    json_decref(d->taken);
    json_decref(d->stems);
    d->files = d->taken = d->stems = NULL;
}

int dump_tell(const struct dump *d) {
    char shown[PATH_SHOWN];
    size_t n = json_array_size(d->files);
    if (n == 0)
        return EXIT_DONE;
    printable(d->dir, shown, sizeof shown);
    printf("\n%s: %s (%zu)\n",
           say(d->app, (struct words){"Özeti alınan baytlar", "Bytes that were digested"}), shown, n);
    for (size_t i = 0; i < n; i++) {
        printable(json_string_value(json_array_get(d->files, i)), shown, sizeof shown);
        printf("  %s\n", shown);
    }
    return finish_stdout(d->app, EXIT_DONE);
}
