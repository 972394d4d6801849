/* Help is made from the tables that also parse: it cannot say what the program does not do. */
#include "app.h"
#include <stdlib.h>
#include <string.h>

enum { OPTION_COLUMNS = 38 };

/* Characters of UTF-8, not octets: a value like Alan=değer must not push its explanation aside. */
static int columns(const char *text) {
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void put_rows(FILE *to, const struct app *app, const struct option_row *row) {
    for (; row && row->name; row++) {
        char left[80];
        snprintf(left, sizeof left, "%s%c%s--%s%s%s", row->letter ? "-" : " ",
                 row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        int used = columns(left);
        fprintf(to, "  %s%*s %s\n", left, used < OPTION_COLUMNS ? OPTION_COLUMNS - used : 0, "",
                say(app, row->help));
    }
}

static void put_command(FILE *to, const struct app *app, const struct command *c) {
    fprintf(to, "%s: kalem %s%s%s [%s]\n\n%s\n", say(app, (struct words){"Kullanım", "Usage"}), c->name,
            *c->operands ? " " : "", c->operands, say(app, (struct words){"seçenekler", "options"}),
            say(app, c->summary));
    if (c->about.tr)
        fprintf(to, "\n%s\n", say(app, c->about));
    if (c->tables[0])
        fprintf(to, "\n%s:\n", say(app, (struct words){"Seçenekler", "Options"}));
    for (size_t i = 0; i < MAX_TABLES; i++)
        put_rows(to, app, c->tables[i]);
    fprintf(to, "\n%s:\n", say(app, (struct words){"Genel seçenekler", "Global options"}));
    put_rows(to, app, global_options);
    if (c->examples)
        fprintf(to, "\n%s:\n%s", say(app, (struct words){"Örnekler", "Examples"}), c->examples);
}

static void put_all(FILE *to, const struct app *app) {
    fprintf(to, "%s\n\n",
            say(app, (struct words){"kalem - elektronik imza: form doldur, imzala, doğrula",
                                    "kalem - electronic signatures: fill in forms, sign, verify"}));
    for (const struct command *c = commands; c->name; c++)
        fprintf(to, "  %-10s %s\n", c->name, say(app, c->summary));
    fprintf(
        to, "\n%s\n",
        say(app,
            (struct words){
                "Ayrıntı: kalem help KOMUT. Çıkış kodları: 0 tamam, 1 geçersiz, 2 belirsiz, 3 imza yok, "
                "5 dosya, 6 ağ, 7 kart/PIN/anahtar, 8 kural, 64 kullanım, 70 iç hata.",
                "More: kalem help COMMAND. Exit codes: 0 done, 1 invalid, 2 indeterminate, 3 no signature, "
                "5 file, 6 network, 7 token/PIN/key, 8 rule, 64 usage, 70 internal."}));
}

static void put_page(FILE *to, const struct app *app, const struct command *c) {
    if (c)
        put_command(to, app, c);
    else
        put_all(to, app);
}

/* "text" is the page, "commands" the commands that it speaks of. */
static int page_json(const struct app *app, const struct command *c) {
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    if (!to)
        return no_memory(app);
    put_page(to, app, c);
    bool whole = fclose(to) == 0;
    json_t *list = json_array();
    for (const struct command *one = commands; one->name; one++)
        if (!c || c == one)
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "name", one->name, "summary", say(app, one->summary)));
    json_t *object = json_pack("{s:o, s:s%}", "commands", list, "text", whole ? text : "", whole ? n : 0);
    free(text);
    return print_json(app, EXIT_DONE, object);
}

int help_page(const struct app *app, const struct command *c) {
    if (app->json)
        return page_json(app, c);
    put_page(stdout, app, c);
    return finish_stdout(app, EXIT_DONE);
}

/* "list|add FILE": its verbs are what stands before the first blank, in small letters. */
static bool has_verb(const struct command *c, const char *name) {
    size_t n = strlen(name), end = strcspn(c->operands, " ");
    if (n == 0 || strspn(name, "abcdefghijklmnopqrstuvwxyz") != n)
        return false;
    for (size_t at = 0; at < end; at += strcspn(c->operands + at, "| ") + 1)
        if (strncmp(c->operands + at, name, n) == 0 && strcspn(c->operands + at, "| ") == n)
            return true;
    return false;
}

/* `help trust add` is the page of trust, which says what each of its verbs does. */
int run_help(struct app *app, const struct args *args) {
    if (args->n_operands == 0)
        return help_page(app, NULL);
    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(c->name, args->operands[0]) != 0)
            continue;
        if (args->n_operands > 1 && !has_verb(c, args->operands[1]))
            return usage(app,
                         (struct words){"komutun böyle bir alt komutu yok", "the command has no such verb"},
                         args->operands[1]);
        return help_page(app, c);
    }
    return usage(app, (struct words){"bilinmeyen komut", "unknown command"}, args->operands[0]);
}

int run_version(struct app *app, const struct args *args) {
    (void)args;
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:s}", "version", sign_version()));
    printf("kalem %s\n", sign_version());
    return finish_stdout(app, EXIT_DONE);
}
