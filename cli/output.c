/* Results on stdout, messages on stderr; one JSON object for every exit with --json. */
#include "app.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *say(const struct app *app, struct words w) {
    return app->lang == SIGN_TR ? w.tr : w.en;
}

int finish_stdout(const struct app *app, int exit) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit;
    fprintf(stderr, "kalem: E5003 %s: %s\n       %s\n",
            say(app, (struct words){"Standart çıktıya yazılamadı", "Cannot write to standard output"}),
            strerror(errno),
            say(app, (struct words){"Boş alanı denetleyin; çıktıyı okuyan program erken kapanmış olabilir.",
                                    "Check the free space; what reads the output may have ended early."}));
    return EXIT_IO;
}

/* Octets of a character that begins like this; 0: none does (RFC 3629, 4). */
static size_t length_of(unsigned char first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* Octets of the character at p when it is UTF-8 (RFC 3629) and nothing that steers a terminal: no control
 * character, no change of direction. Otherwise 0. */
static size_t plain_character(const unsigned char *p) {
    size_t n = length_of(*p);
    if (n == 1)
        return *p >= 0x20 && *p != 0x7f;
    unsigned long c = n ? *p & (0x7fU >> n) : 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fU);
    }
    static const struct {
        unsigned long first, last;
    } never[] = {{0, 0x9f},        {0xd800, 0xdfff}, {0x200e, 0x200f},
                 {0x2028, 0x202e}, {0x2066, 0x2069}, {0x110000, ~0UL}};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (c >= never[i].first && c <= never[i].last)
            return 0;
    bool too_long = (n == 3 && c < 0x800) || (n == 4 && c < 0x10000);
    return too_long ? 0 : n;
}

void printable(const char *text, char *out, size_t size) {
    const unsigned char *p = (const unsigned char *)text;
    size_t at = 0;
    while (*p && at + 5 < size) {
        size_t n = plain_character(p);
        if (n)
            memcpy(out + at, p, n);
        else
            out[at] = '?';
        at += n ? n : 1;
        p += n ? n : 1;
    }
    out[at] = 0;
}

int print_json(const struct app *app, int exit, json_t *object) {
    char schema[40];
    snprintf(schema, sizeof schema, "%s/1", app->schema ? app->schema : app->command);
    json_t *whole = json_pack("{s:s, s:i}", "schema", schema, "exit", exit);
    if (!whole || !object || json_object_update(whole, object) != 0) {
        json_decref(whole);
        json_decref(object);
        fputs("kalem: out of memory\n", stderr);
        return EXIT_INTERNAL;
    }
    json_dumpf(whole, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(whole);
    json_decref(object);
    return finish_stdout(app, exit);
}

int tell_with(const struct app *app, int exit, const char *code, const char *text, const char *hint,
              json_t *result) {
    if (app->json) {
        char shown[1200];
        json_t *exact = json_string(text); /* NULL: it repeats something that is not UTF-8 */
        printable(text, shown, sizeof shown);
        json_t *object = json_pack("{s:{s:s, s:o, s:s}}", "error", "code", code, "text",
                                   exact ? exact : json_string(shown), "hint", hint);
        if (object && result)
            json_object_update(object, result);
        json_decref(result);
        return print_json(app, exit, object);
    }
    fflush(stdout);
    fprintf(stderr, "kalem: %s %s\n", code, text);
    if (*hint)
        fprintf(stderr, "       %s\n", hint);
    return exit;
}

int tell(const struct app *app, int exit, const char *code, const char *text, const char *hint) {
    return tell_with(app, exit, code, text, hint, NULL);
}

int usage(const struct app *app, struct words text, const char *detail) {
    char line[600], hint[120], shown[400] = "";
    printable(detail ? detail : "", shown, sizeof shown); /* an argument may hold anything */
    snprintf(line, sizeof line, "%s%s%s", say(app, text), detail ? ": " : "", shown);
    /* Of no command: the page that lists them. */
    bool known = app->command && strcmp(app->command, "kalem") != 0 && strcmp(app->command, "help") != 0;
    snprintf(hint, sizeof hint, "%s: kalem help%s%s", say(app, (struct words){"Kullanım", "Usage"}),
             known ? " " : "", known ? app->command : "");
    return tell(app, EXIT_USAGE, "E8001", line, hint);
}

int no_signature(const struct app *app) {
    return tell(app, EXIT_NO_SIGNATURE, "E4001",
                say(app, (struct words){"Dosyada imza yok.", "The file has no signature."}),
                say(app, (struct words){"İmza dosyasının kendisini (.p7m, .p7s, .signed.xml) verin.",
                                        "Give the signature file itself (.p7m, .p7s, .signed.xml)."}));
}

int no_memory(const struct app *app) {
    return tell(app, EXIT_INTERNAL, "E9001", say(app, (struct words){"Bellek yetmedi.", "Out of memory."}),
                "");
}

int tell_output(const struct app *app, const char *path, struct words done) {
    if (!path || strcmp(path, "-") == 0)
        return EXIT_DONE; /* the result itself went to standard output */
    char shown[PATH_SHOWN];
    printable(path, shown, sizeof shown);
    if (app->json) {
        json_t *exact = json_string(path); /* NULL: a name that is not UTF-8, which JSON cannot hold */
        return print_json(app, EXIT_DONE, json_pack("{s:o}", "output", exact ? exact : json_string(shown)));
    }
    if (!app->quiet)
        printf("%s: %s\n", say(app, done), shown);
    return finish_stdout(app, EXIT_DONE);
}

int print_bytes(const struct app *app, const void *data, size_t n) {
    if (n)
        fwrite(data, 1, n, stdout);
    return finish_stdout(app, EXIT_DONE);
}

void mask_person(const char *number, char *out, size_t size) {
    size_t n = strlen(number);
    if (n >= size)
        n = size - 1;
    for (size_t i = 0; i < n; i++)
        out[i] = n >= 6 && (i < 3 || i >= n - 2) ? number[i] : '*';
    out[n] = 0;
}
