/* Help is made from the tables that also parse: it cannot say what the program does not do. */
#include "app.h"
#include <string.h>

static void put_rows(const struct app *app, const struct option_row *row) {
    for (; row && row->name; row++) {
        char left[80];
        snprintf(left, sizeof left, "%s%c%s--%s%s%s", row->letter ? "-" : " ",
                 row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        printf("  %-40s %s\n", left, say(app, row->help));
    }
}

void help_command(const struct app *app, const struct command *c) {
    printf("%s: kalem %s%s%s [%s]\n\n%s\n", say(app, (struct words){"Kullanım", "Usage"}), c->name,
           *c->operands ? " " : "", c->operands, say(app, (struct words){"seçenekler", "options"}),
           say(app, c->summary));
    if (c->options || c->more)
        printf("\n%s:\n", say(app, (struct words){"Seçenekler", "Options"}));
    put_rows(app, c->options);
    put_rows(app, c->more);
    printf("\n%s:\n", say(app, (struct words){"Genel seçenekler", "Global options"}));
    put_rows(app, global_options);
    if (c->examples)
        printf("\n%s:\n%s", say(app, (struct words){"Örnekler", "Examples"}), c->examples);
}

void help_all(const struct app *app) {
    printf("%s\n\n", say(app, (struct words){"kalem - elektronik imza: form doldur, imzala, doğrula",
                                             "kalem - electronic signatures: fill in forms, sign, verify"}));
    for (const struct command *c = commands; c->name; c++)
        printf("  %-10s %s\n", c->name, say(app, c->summary));
    printf(
        "\n%s\n",
        say(app,
            (struct words){
                "Ayrıntı: kalem help KOMUT. Çıkış kodları: 0 tamam, 1 geçersiz, 2 belirsiz, 3 imza yok, "
                "5 dosya, 6 ağ, 7 kart/PIN/anahtar, 8 kural, 64 kullanım, 70 iç hata.",
                "More: kalem help COMMAND. Exit codes: 0 done, 1 invalid, 2 indeterminate, 3 no signature, "
                "5 file, 6 network, 7 token/PIN/key, 8 rule, 64 usage, 70 internal."}));
}

int run_help(struct app *app, const struct args *args) {
    if (args->n_operands == 0)
        help_all(app);
    else {
        const struct command *c = commands;
        while (c->name && strcmp(c->name, args->operands[0]) != 0)
            c++;
        if (!c->name)
            return usage(app, (struct words){"bilinmeyen komut", "unknown command"}, args->operands[0]);
        help_command(app, c);
    }
    return finish_stdout(app, EXIT_DONE);
}

int run_version(struct app *app, const struct args *args) {
    (void)args;
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:s}", "version", sign_version()));
    printf("kalem %s\n", sign_version());
    return finish_stdout(app, EXIT_DONE);
}
