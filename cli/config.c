/* --config FILE, or kalem.ini of the person's own: an INI file whose sections are commands and whose keys are
 * their options: defaults, never overrides. */
#include "app.h"
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading {
    const struct app *app;
    struct args *args;
    size_t from_line; /* options of the command line: what is given there wins */
    int failed;
};

static const struct option_row *row_named(const struct option_row *table, const char *name) {
    for (; table && table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static bool on_command_line(const struct reading *r, const char *name) {
    for (size_t i = 0; i < r->from_line; i++)
        if (strcmp(r->args->given[i].row->name, name) == 0)
            return true;
    return false;
}

static void refuse(struct reading *r, const char *section, const char *name, struct words why) {
    char text[300];
    snprintf(text, sizeof text, "[%s] %s: %s", section, name, say(r->app, why));
    r->failed = tell(
        r->app, EXIT_REFUSED, "E8002", text,
        say(r->app, (struct words){"Yapılandırma dosyasını düzeltin.", "Correct the configuration file."}));
}

/* A flag is set by yes, true, on or 1 and left alone by their opposites. */
static int truth(const char *value) {
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (int i = 0; i < 8; i++)
        if (strcmp(value, words[i]) == 0)
            return i % 2;
    return -1;
}

static void take(struct reading *r, const struct option_row *row, const char *section, const char *value) {
    struct args *a = r->args;
    char *copy = strdup(value); /* lives as long as the program: the arguments point to it */
    bool wanted = row->kind != OPT_FLAG || truth(value) == 1;
    if (row->kind == OPT_FLAG && truth(value) < 0)
        refuse(r, section, row->name, (struct words){"yes ya da no olmalı", "must be yes or no"});
    else if (!copy || a->n_given == MAX_VALUES)
        r->failed = no_memory(r->app);
    else if (wanted) {
        a->given[a->n_given].row = row;
        a->given[a->n_given++].value = copy;
        a->from_config[a->n_from_config++] = copy;
        return;
    }
    free(copy);
}

/* What several commands share may stand in [kalem], beside the global options. */
static bool is_shared(const char *name) {
    return row_named(store_rows, name) || row_named(net_rows, name);
}

static int entry(void *user, const char *section, const char *name, const char *value) {
    struct reading *r = user;
    const struct command *c = r->args->command;
    bool mine = strcmp(section, c->name) == 0;
    if (r->failed || (!mine && strcmp(section, "kalem") != 0))
        return 1; /* another command's section */
    static const char *const never[] = {"config", "help", "version"};
    const struct option_row *row = mine ? command_option(c, name) : row_named(global_options, name);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        row = strcmp(name, never[i]) == 0 ? NULL : row;
    if (!mine && !row && is_shared(name)) {
        row = command_option(c, name);
        if (!row)
            return 1; /* of other commands */
    }
    if (!row)
        refuse(r, section, name, (struct words){"böyle bir seçenek yok", "no such option"});
    else if (!on_command_line(r, name))
        take(r, row, section, value);
    return 1;
}

static int config_file(const struct app *app, const char *path, struct args *args) {
    struct reading r = {app, args, args->n_given, 0};
    char text[400];
    int line = ini_parse(path, entry, &r);
    if (r.failed || line == 0)
        return r.failed;
    if (line < 0)
        snprintf(text, sizeof text, "%s: %s",
                 say(app, (struct words){"Yapılandırma dosyası okunamadı",
                                         "The configuration file cannot be read"}),
                 path);
    else
        snprintf(text, sizeof text, "%s: %s:%d",
                 say(app, (struct words){"Yapılandırma dosyasının satırı anlaşılmadı",
                                         "A line of the configuration file is not understood"}),
                 path, line);
    return tell(
        app, line < 0 ? EXIT_IO : EXIT_REFUSED, line < 0 ? "E5001" : "E8002", text,
        say(app, (struct words){"Komut adlı bölümler ve seçenek = değer satırları beklenir.",
                                "Sections named after commands and lines option = value are expected."}));
}

int config_read(const struct app *app, const char *path, struct args *args) {
    char *own = path ? NULL : place_of_config("kalem.ini");
    int failed = 0;
    if (path || (own && access(own, F_OK) == 0))
        failed = config_file(app, path ? path : own, args);
    free(own);
    return failed;
}

void config_free(struct args *args) {
    for (size_t i = 0; i < args->n_from_config; i++)
        free(args->from_config[i]);
    args->n_from_config = 0;
}
