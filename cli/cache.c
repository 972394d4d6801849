/* kalem cache status|prefetch|prune|export|import: what was fetched, and is remembered. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct option_row cache_rows[] = {
    {"expired",
     0,
     OPT_FLAG,
     NULL,
     {"prune: günü geçenleri (seçenek yoksa bunlar)", "prune: what is due to be asked again (the default)"}},
    {"unused-since",
     0,
     OPT_VALUE,
     "RFC3339",
     {"prune: bu andan beri kullanılmayanları", "prune: what was not used since then"}},
    {"keep",
     0,
     OPT_VALUE,
     "OCTETS",
     {"prune: sonra, bu kadar bayt kalana dek en eskileri",
      "prune: then the oldest until this many octets are left"}},
    {"all", 0, OPT_FLAG, NULL, {"prune: her şeyi", "prune: everything"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

enum { N_KINDS = SIGN_FETCH_TIMESTAMP + 1 };

struct tally {
    size_t answers, failures, due;
    uint64_t octets;
    int64_t oldest, newest;
};

struct status {
    const struct app *app;
    int64_t now;
    struct tally of[N_KINDS], all;
};

static void count(struct tally *t, const sign_cache_row *row, int64_t now) {
    if (row->failed) {
        t->failures++;
        return;
    }
    t->answers++;
    t->octets += row->octets;
    t->due += row->expires && row->expires <= now;
    if (!t->oldest || row->obtained < t->oldest)
        t->oldest = row->obtained;
    if (row->obtained > t->newest)
        t->newest = row->obtained;
}

static sign_rc see(void *user, const sign_cache_row *row, sign_error *err) {
    struct status *s = user;
    char when[32], url[600];
    size_t kind = (size_t)row->kind < N_KINDS ? (size_t)row->kind : 0;
    (void)err;
    count(&s->of[kind], row, s->now);
    count(&s->all, row, s->now);
    if (s->app->verbose && !s->app->json) {
        printable(row->url, url, sizeof url);
        printf("%s %s %s %s\n", sign_time_text(row->obtained, when), fetch_word(s->app, row->kind), url,
               row->failed ? say(s->app, (struct words){"başarısız", "failed"}) : "");
    }
    return SIGN_OK;
}

static json_t *tally_json(const struct tally *t) {
    char oldest[32], newest[32];
    return json_pack("{s:I, s:I, s:I, s:I, s:s?, s:s?}", "answers", (json_int_t)t->answers, "octets",
                     (json_int_t)t->octets, "due", (json_int_t)t->due, "failures", (json_int_t)t->failures,
                     "oldest", t->oldest ? sign_time_text(t->oldest, oldest) : NULL, "newest",
                     t->newest ? sign_time_text(t->newest, newest) : NULL);
}

static int status_json(const struct app *app, const struct status *s, const char *path) {
    json_t *kinds = json_object();
    for (int k = SIGN_FETCH_CERTIFICATES; k < SIGN_FETCH_TIMESTAMP; k++)
        json_object_set_new(kinds, fetch_code((sign_fetch_kind)k), tally_json(&s->of[k]));
    json_t *whole = tally_json(&s->all);
    json_object_set_new(whole, "cache", json_string(path));
    json_object_set_new(whole, "kinds", kinds);
    return print_json(app, EXIT_DONE, whole);
}

static int status_text(const struct app *app, const struct status *s, const char *path) {
    char oldest[32], newest[32];
    printf("%s: %s\n", say(app, (struct words){"Önbellek", "Cache"}), path);
    for (int k = SIGN_FETCH_CERTIFICATES; k < SIGN_FETCH_TIMESTAMP; k++) {
        const struct tally *t = &s->of[k];
        printf("  %s: %zu %s, %llu %s", fetch_word(app, (sign_fetch_kind)k), t->answers,
               say(app, (struct words){"yanıt", "answers"}), (unsigned long long)t->octets,
               say(app, (struct words){"bayt", "octets"}));
        if (t->due)
            printf(", %zu %s", t->due, say(app, (struct words){"günü geçmiş", "due again"}));
        if (t->failures)
            printf(", %zu %s", t->failures, say(app, (struct words){"başarısız", "failed"}));
        putchar('\n');
    }
    if (s->all.answers)
        printf("  %s: %s - %s\n", say(app, (struct words){"Alınış", "Obtained"}),
               sign_time_text(s->all.oldest, oldest), sign_time_text(s->all.newest, newest));
    return finish_stdout(app, EXIT_DONE);
}

/* The file; EXIT_USAGE when there is none. */
static int cache_path(const struct app *app, const struct args *args, char **out) {
    *out = NULL;
    int code = cache_choose(app, args, out);
    return code || *out ? code
                        : usage(app,
                                (struct words){"önbellek yok: --cache gerekli",
                                               "there is no cache: --cache is needed"},
                                NULL);
}

static int cache_status(struct app *app, const struct args *args) {
    struct status s = {.app = app, .now = (int64_t)time(NULL)};
    sign_error err = {0};
    char *path = NULL;
    int code = cache_path(app, args, &path);
    if (!code && sign_cache_each(path, see, &s, &err) != SIGN_OK)
        code = tell_error(app, &err);
    if (!code)
        code = app->json ? status_json(app, &s, path) : status_text(app, &s, path);
    free(path);
    return code;
}

static int read_octets(const struct app *app, const char *text, size_t *out) {
    char *end = NULL;
    unsigned long long n = text && *text != '-' ? strtoull(text, &end, 10) : 0;
    *out = (size_t)n;
    return text && (!end || end == text || *end || n == 0)
               ? usage(app,
                       (struct words){"--keep bir bayt sayısı olmalı", "--keep must be a number of octets"},
                       text)
               : 0;
}

static int cache_prune(struct app *app, const struct args *args) {
    sign_cache_prune_options opt = {.size = sizeof opt, .all = args_flag(args, "all")};
    const char *unused = args_value(args, "unused-since"), *keep = args_value(args, "keep");
    sign_error err = {0};
    size_t removed = 0;
    char *path = NULL;
    if (unused && !sign_time_parse(unused, &opt.unused_since))
        return usage(app, (struct words){"--unused-since RFC 3339 olmalı", "--unused-since must be RFC 3339"},
                     unused);
    int code = read_octets(app, keep, &opt.keep_octets);
    opt.expired = args_flag(args, "expired") || (!unused && !keep && !opt.all);
    if (!code)
        code = cache_path(app, args, &path);
    if (!code && sign_cache_prune(path, &opt, &removed, &err) != SIGN_OK)
        code = tell_error(app, &err);
    if (!code && app->json)
        code = print_json(app, EXIT_DONE,
                          json_pack("{s:s, s:I}", "cache", path, "removed", (json_int_t)removed));
    else if (!code && !app->quiet) {
        printf("%s: %zu\n", say(app, (struct words){"Önbellekten silinen", "Removed from the cache"}),
               removed);
        code = finish_stdout(app, EXIT_DONE);
    }
    free(path);
    return code;
}

static int tell_moved(const struct app *app, const char *path, size_t n, struct words done) {
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:s, s:I}", "cache", path, "answers", (json_int_t)n));
    if (!app->quiet)
        fprintf(stderr, "%s: %zu\n", say(app, done), n);
    return EXIT_DONE;
}

static int cache_export(struct app *app, const struct args *args) {
    sign_output out;
    sign_error err = {0};
    size_t n = 0;
    char *path = NULL;
    int code = output_choose(app, args, NULL, &out);
    if (!code)
        code = cache_path(app, args, &path);
    if (!code && sign_cache_export(path, &out, &n, &err) != SIGN_OK)
        code = tell_error(app, &err);
    if (!code)
        code = tell_moved(app, path, n, (struct words){"Dışa aktarılan yanıt", "Answers exported"});
    free(path);
    return code;
}

static int cache_import(struct app *app, const struct args *args) {
    struct document doc = {.spool = -1};
    sign_error err = {0};
    size_t n = 0;
    char *path = NULL;
    int code = cache_path(app, args, &path);
    if (!code)
        code = document_open(app, args->operands[1], &doc);
    if (!code && place_make(path) != 0)
        code = io_error(app, "E5003", (struct words){"Klasör açılamadı", "Cannot make the folder"}, path);
    if (!code && sign_cache_import(path, &doc.in, &n, &err) != SIGN_OK)
        code = tell_error(app, &err);
    if (!code)
        code = tell_moved(app, path, n, (struct words){"İçe aktarılan yanıt", "Answers imported"});
    document_close(&doc);
    free(path);
    return code;
}

/* The evidence that the certificates of a file need. */
static int prefetch_certs(const struct app *app, const sign_certs *certs, const sign_trust *trust) {
    for (size_t i = 0; i < sign_certs_count(certs); i++) {
        sign_cert_options opt = {.size = sizeof opt, .use = SIGN_USE_ANY};
        sign_input in = {.data = sign_certs_get(certs, i)->der};
        sign_report *report = NULL;
        sign_error err = {0};
        sign_rc rc = sign_cert_check(&in, trust, &opt, &report, &err);
        sign_report_free(&report);
        if (rc < 0)
            return tell_error(app, &err);
    }
    return 0;
}

static int prefetch_signatures(const struct app *app, const char *file, const struct document *doc,
                               const sign_trust *trust) {
    sign_verify_options opt = {.size = sizeof opt};
    sign_report *report = NULL;
    sign_error err = {0};
    char *beside = content_beside(file);
    sign_input content = {.path = beside};
    sign_rc rc = sign_verify(&doc->in, &content, beside ? 1 : 0, trust, &opt, &report, &err);
    sign_report_free(&report);
    free(beside);
    if (rc == SIGN_NO_SIGNATURE)
        return no_signature(app);
    return rc < 0 ? tell_error(app, &err) : 0;
}

static int prefetch_file(const struct app *app, const char *file, const sign_trust *trust) {
    struct document doc;
    sign_certs *certs = NULL;
    sign_error err = {0};
    int code = document_open(app, file, &doc);
    if (!code) {
        sign_rc rc = sign_certs_read(&doc.in, &certs, &err);
        if (rc == SIGN_OK)
            code = prefetch_certs(app, certs, trust);
        else if (rc == SIGN_E_IO || rc == SIGN_E_MEMORY)
            code = tell_error(app, &err);
        else
            code = prefetch_signatures(app, file, &doc, trust);
    }
    sign_certs_free(&certs);
    document_close(&doc);
    return code;
}

/* Each piece, and exit 6 when one could not be had. */
static int tell_fetched(const struct app *app, const struct door *door) {
    size_t failed = 0;
    json_t *list = json_array();
    for (size_t i = 0; i < door->n_asked; i++) {
        const struct asked *a = &door->asked[i];
        failed += a->rc != SIGN_OK;
        if (app->json)
            json_array_append_new(list, asked_json(a));
        else if (!app->quiet)
            asked_print(stdout, app, a);
    }
    int code = failed ? EXIT_NETWORK : EXIT_DONE;
    if (!app->json)
        json_decref(list);
    if (failed)
        return tell_with(
            app, code, "E3499",
            say(app, (struct words){"Ağdan istenenlerin bir kısmı alınamadı.",
                                    "Some of what was asked of the network could not be had."}),
            say(app, (struct words){"Bağlantıyı ve adresleri denetleyin: kalem doctor --online",
                                    "Check the connection and the addresses: kalem doctor --online"}),
            app->json ? json_pack("{s:o}", "fetched", list) : NULL);
    if (app->json)
        return print_json(app, code, json_pack("{s:o}", "fetched", list));
    if (door->n_asked == 0 && !app->quiet)
        fprintf(stderr, "%s\n",
                say(app, (struct words){"Alınacak bir şey yok.", "There is nothing to fetch."}));
    return finish_stdout(app, code);
}

static int cache_prefetch(struct app *app, const struct args *args) {
    struct evidence evidence;
    if (args_flag(args, "offline"))
        return usage(app,
                     (struct words){"prefetch ağ ister: --offline ile olmaz",
                                    "prefetch needs the network: not with --offline"},
                     NULL);
    char *path = NULL;
    int code = cache_path(app, args, &path);
    free(path);
    if (code)
        return code;
    code = evidence_open(app, args, &evidence);
    for (size_t i = 1; !code && i < args->n_operands; i++)
        code = prefetch_file(app, args->operands[i], evidence.trust);
    if (!code && evidence.door.net && !evidence.door.options.cache)
        code = tell(app, EXIT_IO, "E5003",
                    say(app, (struct words){"Önbellek açılamadı; bir şey saklanmadı.",
                                            "The cache cannot be opened; nothing was kept."}),
                    say(app, (struct words){"--cache ile yazılabilen bir dosya verin.",
                                            "Give a file that can be written with --cache."}));
    if (!code) {
        evidence_tell(app, args, &evidence, code);
        code = tell_fetched(app, &evidence.door);
    }
    evidence_close(&evidence);
    return code;
}

int run_cache(struct app *app, const struct args *args) {
    static const struct verb verbs[] = {{"status", " cache ", 0, 0, cache_status},
                                        {"prefetch",
                                         " cache timeout proxy allow-address nonce trust store certs ", 1,
                                         MAX_VALUES, cache_prefetch},
                                        {"prune", " cache expired unused-since keep all ", 0, 0, cache_prune},
                                        {"export", " cache output force ", 0, 0, cache_export},
                                        {"import", " cache ", 1, 1, cache_import},
                                        {NULL, NULL, 0, 0, NULL}};
    return verb_run(app, args, verbs,
                    (struct words){"alt komut status, prefetch, prune, export ya da import olmalı",
                                   "the verb must be status, prefetch, prune, export or import"});
}
