/* The door to the network as the options say, opened when it is first needed, so that what needs nothing
 * leaves nothing behind; and a list of what was asked for through it, because nobody likes a silent network.
 */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct option_row net_rows[] = {
    {"cache", 0, OPT_VALUE, "FILE", {"ağdan alınanların önbelleği", "cache of what is fetched"}},
    {"no-cache", 0, OPT_FLAG, NULL, {"önbelleği kullanma", "do not use the cache"}},
    {"timeout",
     0,
     OPT_VALUE,
     "SECONDS",
     {"bir yanıt için en çok bu kadar bekle (30)", "wait at most this long for an answer (30)"}},
    {"proxy",
     0,
     OPT_VALUE,
     "URL",
     {"bu vekil sunucu; \"none\" hiçbiri (yoksa http_proxy)",
      "this proxy; \"none\" for none (default: http_proxy)"}},
    {"allow-address",
     0,
     OPT_LIST,
     "CIDR",
     {"bu özel adreslere de bağlan (10.1.0.0/16)", "connect to these private addresses too (10.1.0.0/16)"}},
    {"nonce",
     0,
     OPT_VALUE,
     "prefer|require|none",
     {"OCSP sorgusunda tek kullanımlık sayı", "nonce in OCSP requests"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

static const char *const kind_codes[] = {"?", "certificates", "crl", "ocsp", "timestamp"};
static const struct words kind_words[] = {{"?", "?"},
                                          {"sertifika", "certificates"},
                                          {"SİL", "CRL"},
                                          {"ÇİSDuP", "OCSP"},
                                          {"zaman damgası", "timestamp"}};

const char *fetch_code(sign_fetch_kind kind) {
    return kind_codes[kind >= SIGN_FETCH_CERTIFICATES && kind <= SIGN_FETCH_TIMESTAMP ? kind : 0];
}

const char *fetch_word(const struct app *app, sign_fetch_kind kind) {
    return say(app, kind_words[kind >= SIGN_FETCH_CERTIFICATES && kind <= SIGN_FETCH_TIMESTAMP ? kind : 0]);
}

static int read_timeout(const struct app *app, const char *text, sign_net_options *o) {
    char *end = NULL;
    double seconds = text ? strtod(text, &end) : 0;
    if (!text)
        return 0;
    if (!*text || *end || !(seconds >= 0.001 && seconds <= 86400))
        return usage(app,
                     (struct words){"--timeout 0.001 ile 86400 arasında saniye olmalı",
                                    "--timeout must be seconds, between 0.001 and 86400"},
                     text);
    o->total_ms = (unsigned)(seconds * 1000);
    o->connect_ms = o->total_ms < 5000 ? o->total_ms : 0;
    o->idle_ms = o->total_ms < 10000 ? o->total_ms : 0;
    return 0;
}

/* A password in a proxy's URL is one that others can see in the command line; a file of settings is not. */
static int read_proxy(const struct app *app, const struct args *args, sign_net_options *o) {
    const char *url = args_value(args, "proxy"), *host = url ? strstr(url, "://") : NULL;
    const char *at = url ? strrchr(url, '@') : NULL, *colon = NULL;
    if (!url)
        return 0;
    host = host ? host + 3 : url;
    colon = at ? memchr(host, ':', at > host ? (size_t)(at - host) : 0) : NULL;
    if (colon && args_asked(args, "proxy"))
        return usage(
            app,
            (struct words){"--proxy parola almaz, çünkü komut satırını başkaları da görür; parolayı "
                           "yapılandırma dosyasına ya da http_proxy değişkenine yazın",
                           "--proxy takes no password, because others can see a command line; put it "
                           "into the configuration file or the variable http_proxy"},
            NULL);
    o->proxy = strcmp(url, "none") == 0 ? "" : url;
    return 0;
}

static int read_nonce(const struct app *app, const char *text, sign_nonce *out) {
    static const char *const names[] = {
        [SIGN_NONCE_PREFER] = "prefer", [SIGN_NONCE_REQUIRE] = "require", [SIGN_NONCE_NONE] = "none"};
    for (int i = 0; text && i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (sign_nonce)i;
            return 0;
        }
    return text ? usage(app,
                        (struct words){"--nonce prefer, require ya da none olmalı",
                                       "--nonce must be prefer, require or none"},
                        text)
                : 0;
}

int cache_choose(const struct app *app, const struct args *args, char **out) {
    const char *given = args_value(args, "cache");
    if (given && args_asked(args, "no-cache") && args_asked(args, "cache"))
        return usage(app,
                     (struct words){"--cache ile --no-cache birlikte olmaz",
                                    "--cache and --no-cache exclude each other"},
                     NULL);
    if (args_flag(args, "no-cache") && !args_asked(args, "cache"))
        return 0;
    *out = given ? strdup(given) : place_of_cache("cache.db");
    return given && !*out ? no_memory(app) : 0;
}

/* What is remembered is only read where nothing is there to be written into it. */
static sign_rc net_open(struct door *d, sign_error *err) {
    if (d->options.cache && !d->options.offline && place_make(d->options.cache) != 0 &&
        !args_value(d->args, "cache"))
        d->options.cache = NULL;
    sign_rc rc = sign_net_new(&d->options, &d->net, err);
    if (rc != SIGN_E_IO || !d->options.cache || args_value(d->args, "cache"))
        return rc;
    /* A cache that nobody asked for is no reason to stop. */
    if (!d->app->quiet)
        fprintf(stderr, "kalem: %s: %s\n",
                say(d->app, (struct words){"Önbellek açılamadı, onsuz devam ediliyor",
                                           "The cache cannot be opened; going on without it"}),
                d->options.cache);
    d->options.cache = NULL;
    return sign_net_new(&d->options, &d->net, err);
}

static void note(struct door *d, const sign_fetch_request *q, const sign_fetch_answer *a) {
    struct asked *list = realloc(d->asked, (d->n_asked + 1) * sizeof *list);
    if (!list)
        return;
    d->asked = list;
    struct asked *one = &list[d->n_asked];
    *one = (struct asked){.kind = q->kind,
                          .url = strdup(q->url),
                          .rc = a->rc,
                          .from = a->from,
                          .octets = a->body.len,
                          .status = a->status,
                          .obtained = a->obtained,
                          .expires = a->expires};
    snprintf(one->problem, sizeof one->problem, "%s", a->problem);
    if (one->url)
        d->n_asked++;
}

static void refuse_all(size_t n, sign_fetch_answer *answers, sign_rc rc, const char *why) {
    for (size_t i = 0; i < n; i++) {
        answers[i].rc = rc;
        snprintf(answers[i].problem, sizeof answers[i].problem, "%.199s", why);
    }
}

static void through(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers) {
    struct door *d = user;
    sign_error err = {0};
    bool shut = d->options.offline && (!d->options.cache || access(d->options.cache, R_OK) != 0);
    if (shut)
        refuse_all(n, answers, SIGN_E_REFUSED, "--offline");
    else if (!d->net && net_open(d, &err) != SIGN_OK)
        refuse_all(n, answers, err.code, err.text);
    else {
        const sign_fetch *inner = sign_net_fetch(d->net);
        inner->call(inner->user, requests, n, answers);
    }
    for (size_t i = 0; i < n && !d->options.offline; i++)
        note(d, &requests[i], &answers[i]);
}

int door_prepare(const struct app *app, const struct args *args, struct door *out) {
    *out = (struct door){.app = app, .args = args, .options = {.size = sizeof out->options}};
    out->fetch = (sign_fetch){through, out};
    out->options.offline = args_flag(args, "offline") && !args_flag(args, "online");
    out->options.allow = out->allow;
    out->options.n_allow = args_list(args, "allow-address", out->allow, MAX_VALUES);
    int failed = read_timeout(app, args_value(args, "timeout"), &out->options);
    if (!failed)
        failed = read_proxy(app, args, &out->options);
    if (!failed)
        failed = read_nonce(app, args_value(args, "nonce"), &out->nonce);
    if (!failed)
        failed = cache_choose(app, args, &out->cache);
    out->options.cache = out->cache;
    /* What was asked for in so many words is looked at now, and not when a certificate happens to need it. */
    sign_error err = {0};
    bool asked = args_asked(args, "allow-address") || args_asked(args, "proxy") || args_asked(args, "cache");
    if (!failed && asked && (!out->options.offline || (out->cache && access(out->cache, F_OK) == 0)) &&
        net_open(out, &err) != SIGN_OK)
        failed = tell_error(app, &err);
    return failed;
}

void door_close(struct door *d) {
    sign_net_free(&d->net);
    for (size_t i = 0; i < d->n_asked; i++)
        free(d->asked[i].url);
    free(d->asked);
    free(d->cache);
    *d = (struct door){.n_asked = 0};
}

json_t *asked_json(const struct asked *a) {
    static const char *const froms[] = {
        [SIGN_FROM_NETWORK] = "network", [SIGN_FROM_CACHE] = "cache", [SIGN_FROM_STALE] = "stale"};
    char when[32], until[32];
    bool ok = a->rc == SIGN_OK;
    return json_pack("{s:s, s:s, s:b, s:s?, s:I, s:s?, s:s?, s:s?}", "kind", fetch_code(a->kind), "url",
                     a->url, "ok", ok, "from", ok ? froms[a->from] : NULL, "octets", (json_int_t)a->octets,
                     "obtained", ok && a->obtained ? sign_time_text(a->obtained, when) : NULL, "expires",
                     ok && a->expires ? sign_time_text(a->expires, until) : NULL, "problem",
                     *a->problem ? a->problem : NULL);
}

void asked_print(FILE *to, const struct app *app, const struct asked *a) {
    static const struct words said[] = {
        [SIGN_FROM_NETWORK] = {"ağdan alındı", "fetched"},
        [SIGN_FROM_CACHE] = {"önbellekten", "from the cache"},
        [SIGN_FROM_STALE] = {"önbellekten, eskimiş", "from the cache, stale"}};
    char url[600], problem[240];
    printable(a->url, url, sizeof url);
    printable(a->problem, problem, sizeof problem);
    if (a->rc == SIGN_OK)
        fprintf(to, "%s: %s %s (%zu %s)%s%s\n", say(app, said[a->from]), fetch_word(app, a->kind), url,
                a->octets, say(app, (struct words){"bayt", "octets"}), *problem ? ": " : "", problem);
    else
        fprintf(to, "%s: %s %s: %s\n", say(app, (struct words){"alınamadı", "not fetched"}),
                fetch_word(app, a->kind), url, problem);
}

void door_tell(const struct door *d) {
    if (d->app->quiet || d->app->json)
        return;
    for (size_t i = 0; i < d->n_asked; i++) {
        const struct asked *a = &d->asked[i];
        if (a->rc == SIGN_OK && a->from == SIGN_FROM_CACHE && !d->app->verbose)
            continue;
        fputs("kalem: ", stderr);
        asked_print(stderr, d->app, a);
    }
}
