/* A command line is read with getopt_long from the tables that also make the help. */
#include "app.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const struct option_row *command_option(const struct command *c, const char *name) {
    for (size_t i = 0; i < MAX_TABLES; i++)
        for (const struct option_row *row = c->tables[i]; row && row->name; row++)
            if (strcmp(row->name, name) == 0)
                return row;
    return NULL;
}

const struct option_row global_options[] = {
    {"json", 0, OPT_FLAG, NULL, {"tek bir JSON nesnesi yaz", "write one JSON object"}},
    {"quiet", 'q', OPT_FLAG, NULL, {"yalnız hataları yaz", "write errors only"}},
    {"verbose", 'v', OPT_FLAG, NULL, {"teknik ayrıntıları da yaz", "technical details as well"}},
    {"lang", 0, OPT_VALUE, "tr|en", {"ileti dili", "language of messages"}},
    {"offline",
     0,
     OPT_FLAG,
     NULL,
     {"ağa çıkma; önbellekte olan kullanılır", "no network; what the cache holds is used"}},
    {"color", 0, OPT_VALUE, "auto|always|never", {"renk", "colour"}},
    {"config",
     0,
     OPT_VALUE,
     "FILE",
     {"varsayılanların INI dosyası (yoksa ~/.config/kalem/kalem.ini)",
      "INI file of defaults (else ~/.config/kalem/kalem.ini)"}},
    {"progress",
     0,
     OPT_VALUE,
     "auto|plain|none",
     {"ilerleme (bu sürüm göstermez)", "progress (this version shows none)"}},
    {"help", 'h', OPT_FLAG, NULL, {"bu yardım", "this help"}},
    {"version", 0, OPT_FLAG, NULL, {"sürüm", "the version"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

bool args_flag(const struct args *a, const char *name) {
    for (size_t i = 0; i < a->n_given; i++)
        if (strcmp(a->given[i].row->name, name) == 0)
            return true;
    return false;
}

const char *args_value(const struct args *a, const char *name) {
    for (size_t i = a->n_given; i-- > 0;)
        if (strcmp(a->given[i].row->name, name) == 0)
            return a->given[i].value;
    return NULL;
}

bool args_asked(const struct args *a, const char *name) {
    for (size_t i = 0; i < a->n_given - a->n_from_config; i++)
        if (strcmp(a->given[i].row->name, name) == 0)
            return true;
    return false;
}

int module_check(const struct app *app, const struct args *args, const char *where) {
    if (!where || strncmp(where, "pkcs11:", 7) == 0 || !args_asked(args, "module"))
        return 0;
    return usage(app,
                 (struct words){"--module yalnız pkcs11: URI'siyle", "--module goes with a pkcs11: URI only"},
                 NULL);
}

size_t args_list(const struct args *a, const char *name, const char **out, size_t max) {
    size_t n = 0;
    for (size_t i = 0; i < a->n_given && n < max; i++)
        if (strcmp(a->given[i].row->name, name) == 0)
            out[n++] = a->given[i].value;
    return n;
}

static const struct verb *verb_of(const struct verb *list, const char *name) {
    for (; list->name; list++)
        if (strcmp(list->name, name) == 0)
            return list;
    return NULL;
}

/* An option that would be ignored is refused. */
static int verb_options(const struct app *app, const struct args *args, const struct verb *verb) {
    for (size_t i = 0; i < args->n_given; i++) {
        char name[32], shown[100];
        const char *given = args->given[i].row->name;
        snprintf(name, sizeof name, " %s ", given);
        snprintf(shown, sizeof shown, "%s %s --%s", args->command->name, verb->name, given);
        if (command_option(args->command, given) && args_asked(args, given) && !strstr(verb->options, name))
            return usage(
                app, (struct words){"bu alt komutun böyle bir seçeneği yok", "this verb has no such option"},
                shown);
    }
    return 0;
}

int verb_run(struct app *app, const struct args *args, const struct verb *list, struct words must_be) {
    const struct verb *verb = verb_of(list, args->operands[0]);
    size_t n = args->n_operands - 1;
    if (!verb)
        return usage(app, must_be, args->operands[0]);
    int failed = verb_options(app, args, verb);
    if (failed)
        return failed;
    if (n < verb->min)
        return usage(app, (struct words){"eksik bağımsız değişken", "missing operand"},
                     args->command->operands);
    if (n > verb->max)
        return usage(app, (struct words){"fazla bağımsız değişken", "too many operands"},
                     args->operands[verb->max + 1]);
    return verb->run(app, args);
}

/* All tables of a command as one list of rows. */
struct rows {
    const struct option_row *row[MAX_OPTIONS];
    struct option getopt[MAX_OPTIONS + 1];
    char letters[2 * MAX_OPTIONS + 2];
    size_t n;
};

static void rows_add(struct rows *r, const struct option_row *table) {
    for (; table && table->name && r->n < MAX_OPTIONS; table++) {
        size_t at = strlen(r->letters);
        r->getopt[r->n] = (struct option){
            table->name, table->kind == OPT_FLAG ? no_argument : required_argument, NULL, 256 + (int)r->n};
        if (table->letter) {
            r->letters[at++] = table->letter;
            if (table->kind != OPT_FLAG)
                r->letters[at++] = ':';
        }
        r->row[r->n++] = table;
    }
}

static const struct option_row *row_of(const struct rows *r, int code) {
    if (code >= 256)
        return r->row[code - 256];
    for (size_t i = 0; i < r->n; i++)
        if (r->row[i]->letter == code)
            return r->row[i];
    return NULL;
}

static const struct command *find_command(const char *name) {
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

int global_apply(struct app *app, const char *name, const char *value) {
    if (strcmp(name, "json") == 0)
        app->json = true;
    else if (strcmp(name, "quiet") == 0)
        app->quiet = true;
    else if (strcmp(name, "verbose") == 0)
        app->verbose++;
    else if (strcmp(name, "lang") == 0) {
        if (strcmp(value, "tr") != 0 && strcmp(value, "en") != 0)
            return usage(app, (struct words){"--lang tr ya da en olmalı", "--lang must be tr or en"}, value);
        app->lang = value[0] == 't' ? SIGN_TR : SIGN_EN;
    } else if (strcmp(name, "progress") == 0) {
        if (strcmp(value, "auto") != 0 && strcmp(value, "plain") != 0 && strcmp(value, "none") != 0)
            return usage(app,
                         (struct words){"--progress auto, plain ya da none olmalı",
                                        "--progress must be auto, plain or none"},
                         value);
    } else if (strcmp(name, "color") == 0) {
        if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 && strcmp(value, "never") != 0)
            return usage(app,
                         (struct words){"--color auto, always ya da never olmalı",
                                        "--color must be auto, always or never"},
                         value);
        app->color = strcmp(value, "always") == 0 || (app->color && value[0] == 'a');
    }
    return 0;
}

/* --json and --lang decide how every later error is told: they are looked for before anything can fail. */
static void early_globals(struct app *app, int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            app->json = true;
        else if (strcmp(argv[i], "--lang=en") == 0 ||
                 (strcmp(argv[i], "--lang") == 0 && i + 1 < argc && strcmp(argv[i + 1], "en") == 0))
            app->lang = SIGN_EN;
        else if (strcmp(argv[i], "--lang=tr") == 0 ||
                 (strcmp(argv[i], "--lang") == 0 && i + 1 < argc && strcmp(argv[i + 1], "tr") == 0))
            app->lang = SIGN_TR;
    }
}

static int take_option(struct app *app, struct args *out, const struct option_row *row, const char *value) {
    if (out->n_given == MAX_VALUES)
        return usage(app, (struct words){"çok fazla seçenek", "too many options"}, NULL);
    if (row->kind == OPT_VALUE && args_value(out, row->name))
        return usage(app, (struct words){"seçenek iki kez verilmiş", "option given twice"}, row->name);
    out->given[out->n_given].row = row;
    out->given[out->n_given++].value = value ? value : "";
    for (const struct option_row *g = global_options; g->name; g++)
        if (g == row)
            return global_apply(app, row->name, value);
    return 0;
}

static int check_operands(const struct app *app, const struct args *a) {
    if (a->n_operands < a->command->min)
        return usage(app, (struct words){"eksik bağımsız değişken", "missing operand"}, a->command->operands);
    if (a->n_operands > a->command->max)
        return usage(app, (struct words){"fazla bağımsız değişken", "too many operands"},
                     a->operands[a->command->max]);
    return 0;
}

/* `kalem COMMAND --help` is `kalem help COMMAND`, in its JSON object too; without a command it is the list.
 */
static int answer(struct app *app, const struct args *a, bool bare) {
    bool help = args_flag(a, "help");
    app->command = help ? "help" : "version";
    return help ? help_page(app, bare ? NULL : a->command) : run_version(app, a);
}

static int read_options(struct app *app, int argc, char **argv, struct rows *rows, struct args *out,
                        bool *done) {
    int code;
    optind = 0;
    opterr = 0;
    while ((code = getopt_long(argc, argv, rows->letters, rows->getopt, NULL)) != -1) {
        const struct option_row *row = code == '?' || code == ':' ? NULL : row_of(rows, code);
        if (!row) {
            const char *what = optind > 0 && optind <= argc ? argv[optind - 1] : "";
            return usage(app,
                         code == ':' ? (struct words){"seçeneğin değeri eksik", "option needs a value"}
                                     : (struct words){"bilinmeyen seçenek", "unknown option"},
                         what);
        }
        if (strcmp(row->name, "help") == 0 || strcmp(row->name, "version") == 0) {
            out->given[0].row = row; /* nothing else counts any more */
            out->n_given = 1;
            *done = true;
            return 0;
        }
        int failed = take_option(app, out, row, optarg);
        if (failed)
            return failed;
    }
    return 0;
}

/* The command is the first word that is no option; global options may stand before it. */
static int command_index(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-')
            return i;
        for (const struct option_row *g = global_options; g->name; g++)
            if (g->kind == OPT_VALUE && strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, g->name) == 0)
                i++; /* its value is no command */
    }
    return 0;
}

static bool holds_pin(const char *value) {
    return value && strncmp(value, "pkcs11:", 7) == 0 && strstr(value, "pin-value=");
}

/* Wherever a URI may stand: RFC 7512, 7 warns of a PIN in it, for others can read a command line. */
static int check_pins(const struct app *app, const struct args *a) {
    bool found = false;
    for (size_t i = 0; i < a->n_operands; i++)
        found = found || holds_pin(a->operands[i]);
    for (size_t i = 0; i < a->n_given; i++)
        found = found || holds_pin(a->given[i].value);
    return found ? usage(app,
                         (struct words){"pkcs11: URI'sinde pin-value olmaz, çünkü komut satırını başkaları "
                                        "da görür; --pin-source kullanın",
                                        "a pkcs11: URI takes no pin-value, because others can see a command "
                                        "line; use --pin-source"},
                         NULL)
                 : 0;
}

int args_parse(struct app *app, int argc, char **argv, struct args *out, bool *done) {
    struct rows rows = {.letters = ":"};
    *out = (struct args){0};
    early_globals(app, argc, argv);
    int at = command_index(argc, argv);
    app->command = at ? argv[at] : "help";
    out->command = find_command(app->command);
    if (!out->command) {
        const char *name = app->command;
        app->command = "kalem";
        return usage(app, (struct words){"bilinmeyen komut", "unknown command"}, name);
    }
    for (size_t i = 0; i < MAX_TABLES; i++)
        rows_add(&rows, out->command->tables[i]);
    rows_add(&rows, global_options);
    int failed = read_options(app, argc, argv, &rows, out, done);
    if (failed || *done)
        return failed ? failed : answer(app, out, at == 0);
    /* getopt moved the operands to the end; the command's own name is the first of them. */
    out->operands = argv + optind + (at ? 1 : 0);
    out->n_operands = (size_t)(argc - optind - (at ? 1 : 0));
    size_t given = out->n_given;
    failed = config_read(app, args_value(out, "config"), out);
    for (size_t i = given; !failed && i < out->n_given; i++)
        for (const struct option_row *g = global_options; !failed && g->name; g++)
            if (g == out->given[i].row)
                failed = global_apply(app, g->name, out->given[i].value);
    if (!failed)
        failed = check_pins(app, out);
    return failed ? failed : check_operands(app, out);
}
