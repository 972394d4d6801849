/* kalem doctor: one page that says whether everything is in its place; the page to send to support. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const struct option_row doctor_rows[] = {
    {"online",
     0,
     OPT_FLAG,
     NULL,
     {"çıpaların ve CERT'in SİL, ÇİSDuP adreslerini de dene",
      "try the CRL and OCSP addresses of the anchors and of CERT"}},
    {"module", 0, OPT_VALUE, "PATH", {"PKCS#11 sürücüsü", "PKCS#11 module"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

struct page {
    const struct app *app;
    const struct args *args;
    json_t *list;        /* NULL: text */
    int64_t now, newest; /* newest: what a server gave last, by its own account of time */
    size_t cut_off;      /* certificates none of whose addresses answers */
    sign_error store;    /* why the trust store cannot be read; code SIGN_OK: it can */
};

static void check_row(const struct page *p, const char *name, bool ok, const char *text, struct words hint) {
    const char *advice = ok ? "" : say(p->app, hint);
    if (p->list)
        json_array_append_new(
            p->list, json_pack("{s:s, s:b, s:s, s:s}", "name", name, "ok", ok, "text", text, "hint", advice));
    else
        printf("%s %-8s %s%s%s\n",
               ok ? say(p->app, (struct words){"tamam", "ok   "})
                  : say(p->app, (struct words){"SORUN", "WRONG"}),
               name, text, *advice ? "\n               " : "", advice);
}

static void check_error(const struct page *p, const char *name, const sign_error *err) {
    char text[1200];
    const char *hint = sign_error_hint(err, p->app->lang);
    sign_error_text(err, p->app->lang, text, sizeof text);
    check_row(p, name, false, text, (struct words){hint, hint});
}

static void check_clock(const struct page *p) {
    /* 2026-01-01: nothing this program can verify was built before it, so an earlier clock is wrong; nor was
     * an answer in the cache obtained in the future. */
    char now[32], newest[32], text[200];
    bool behind = p->now + 300 < p->newest;
    snprintf(
        text, sizeof text, "%s%s%s", sign_time_text(p->now, now),
        behind ? say(p->app, (struct words){"; önbellekteki son yanıt: ", "; the last answer in the cache: "})
               : "",
        behind ? sign_time_text(p->newest, newest) : "");
    check_row(p, "clock", p->now > 1767225600 && !behind, text,
              (struct words){"Sistem saatini düzeltin.", "Set the system clock."});
}

static void check_tokens(const struct page *p) {
    sign_error err = {0};
    size_t objects = 0, nes = 0;
    char text[600];
    bool ok = tokens_count(args_value(p->args, "module"), &objects, &nes, &err) == SIGN_OK;
    if (ok)
        snprintf(text, sizeof text, "%s", say(p->app, (struct words){"sürücü yüklendi", "module loaded"}));
    else
        sign_error_text(&err, p->app->lang, text, sizeof text);
    check_row(p, "module", ok, text,
              (struct words){"Kart sürücüsünü kurun ya da --module ile yolunu verin.",
                             "Install the card's driver, or give its path with --module."});
    snprintf(text, sizeof text, "%zu %s, %zu NES", objects, say(p->app, (struct words){"nesne", "entries"}),
             nes);
    check_row(p, "token", nes > 0, text,
              (struct words){"Kartı takın; kartta NES yoksa başvurunuzu yapın.",
                             "Insert the card; if it holds no NES, apply for one."});
}

static void check_trust(const struct page *p, const struct stores *s) {
    size_t past = 0, known = 0;
    char text[PATH_SHOWN + 200];
    for (size_t i = 0; i < s->n; i++) {
        const sign_anchor *a = &s->list[i];
        past += p->now > a->not_after || (a->sunset && p->now >= a->sunset);
        known += a->known != NULL;
    }
    snprintf(text, sizeof text, "%s: %zu %s, %zu %s, %zu %s", s->own_path ? s->own_path : "-", s->n,
             say(p->app, (struct words){"çıpa", "anchors"}), past,
             say(p->app, (struct words){"süresi geçmiş", "past their time"}), known,
             say(p->app, (struct words){"bilinen kök", "known roots"}));
    check_row(p, "trust", s->n > past, text,
              (struct words){"Güvendiğiniz kök sertifikayı ekleyin: kalem trust add DOSYA",
                             "Add the root that you trust: kalem trust add FILE"});
}

struct sum {
    size_t answers, octets;
    int64_t newest;
};

static sign_rc add(void *user, const sign_cache_row *row, sign_error *err) {
    struct sum *s = user;
    (void)err;
    s->answers += !row->failed;
    s->octets += row->octets;
    if (row->obtained > s->newest)
        s->newest = row->obtained;
    return SIGN_OK;
}

/* The nearest folder that is there decides whether a file could be made. */
static bool could_make(const char *path) {
    char *folder = strdup(path), *slash = NULL;
    bool ok = false;
    while (folder && (slash = strrchr(folder, '/'))) {
        *slash = 0;
        const char *there = *folder ? folder : "/";
        if (access(there, F_OK) == 0 || slash == folder) {
            ok = access(there, W_OK | X_OK) == 0;
            break;
        }
    }
    ok = ok || (folder && !slash && access(".", W_OK) == 0);
    free(folder);
    return ok;
}

static void check_cache(struct page *p) {
    struct sum sum = {0, 0, 0};
    sign_error err = {0};
    char text[PATH_SHOWN + 200], *path = NULL;
    if (cache_choose(p->app, p->args, &path) != 0 || !path) {
        check_row(p, "cache", args_flag(p->args, "no-cache"), say(p->app, (struct words){"yok", "none"}),
                  (struct words){"HOME tanımlı değil: --cache DOSYA verin.",
                                 "There is no HOME: give --cache FILE."});
        return;
    }
    bool there = access(path, F_OK) == 0, writable = there ? access(path, W_OK) == 0 : could_make(path);
    if (sign_cache_each(path, add, &sum, &err) != SIGN_OK) {
        check_error(p, "cache", &err);
        free(path);
        return;
    }
    p->newest = sum.newest;
    if (there)
        snprintf(text, sizeof text, "%s: %zu %s, %zu %s", path, sum.answers,
                 say(p->app, (struct words){"yanıt", "answers"}), sum.octets,
                 say(p->app, (struct words){"bayt", "octets"}));
    else
        snprintf(text, sizeof text, "%s: %s", path,
                 say(p->app, (struct words){"henüz yok", "not there yet"}));
    check_row(
        p, "cache", writable, text,
        (struct words){"Dosyaya ve klasörüne yazma izni verin ya da --cache ile başka dosya seçin.",
                       "Allow writing to the file and its folder, or choose another file with --cache."});
    free(path);
}

/* A request without a question: a responder that is there says so, and says no more (RFC 6960, 4.1.1, 2.3).
 */
static const uint8_t no_question[] = {0x30, 0x04, 0x30, 0x02, 0x30, 0x00};

/*
 * To a question that is none, a responder may answer with any of its errors (RFC 6960, 4.2.1), or its HTTP
 * server may. A status alone is none: it may have come, and the answer never.
 */
static bool responds(const sign_fetch_answer *a) {
    static const char said[] = "the OCSP responder says ";
    return (a->status == 200 && strncmp(a->problem, said, sizeof said - 1) == 0) ||
           (a->status == 400 && strcmp(a->problem, "HTTP status 400") == 0);
}

/* A list larger than this is there all the same. */
enum { ENOUGH = 1 << 20 };

static bool try_url(const struct page *p, struct door *door, sign_fetch_kind kind, const char *url) {
    sign_fetch_request q = {.size = sizeof q, .kind = kind, .url = url, .limit = ENOUGH, .fresh = 1};
    sign_fetch_answer a = {.rc = SIGN_OK};
    struct timespec from, to;
    char text[900], shown[500];
    if (kind == SIGN_FETCH_OCSP) {
        q.type = "application/ocsp-request";
        q.body = (sign_bytes){no_question, sizeof no_question};
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    door->fetch.call(door->fetch.user, &q, 1, &a);
    clock_gettime(CLOCK_MONOTONIC, &to);
    long ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
    bool ok = a.rc == SIGN_OK || a.rc == SIGN_E_LIMIT || (kind == SIGN_FETCH_OCSP && responds(&a));
    printable(url, shown, sizeof shown);
    snprintf(text, sizeof text, "%s %s: %ld ms%s%s", fetch_word(p->app, kind), shown, ms, ok ? "" : ": ",
             ok ? "" : a.problem);
    check_row(p, "online", ok, text,
              (struct words){"Bağlantıyı, vekil sunucuyu (--proxy) ve güvenlik duvarını denetleyin.",
                             "Check the connection, the proxy (--proxy) and the firewall."});
    sign_buf_free(&a.body);
    return ok;
}

static size_t try_urls(const struct page *p, struct door *door, sign_fetch_kind kind, const char *urls,
                       size_t *tried) {
    size_t reached = 0;
    while (*(urls += strspn(urls, " "))) {
        char url[2000];
        size_t n = strcspn(urls, " ");
        if (n < sizeof url && strncmp(urls, "ldap", 4) != 0) { /* which is never asked */
            snprintf(url, sizeof url, "%.*s", (int)n, urls);
            reached += try_url(p, door, kind, url);
            ++*tried;
        }
        urls += n;
    }
    return reached;
}

static void try_certs(struct page *p, struct door *door, const sign_certs *certs) {
    for (size_t i = 0; i < sign_certs_count(certs); i++) {
        const sign_cert *c = sign_certs_get(certs, i);
        size_t tried = 0, reached = try_urls(p, door, SIGN_FETCH_CRL, c->crl_urls, &tried);
        reached += try_urls(p, door, SIGN_FETCH_OCSP, c->ocsp_urls, &tried);
        p->cut_off += tried && !reached;
    }
}

static int check_online(struct page *p, const struct stores *s, const char *file) {
    struct door door;
    sign_certs *certs = NULL;
    int code = door_prepare(p->app, p->args, &door);
    sign_net_free(&door.net);
    door.options.cache = NULL; /* a trial is nothing to remember */
    for (size_t i = 0; !code && i < s->n; i++) {
        if (sign_certs_read(&(sign_input){.name = s->list[i].subject, .data = s->list[i].der}, &certs,
                            NULL) == SIGN_OK)
            try_certs(p, &door, certs);
        sign_certs_free(&certs);
    }
    if (!code && file)
        code = certs_open(p->app, p->args, file, &certs);
    if (!code && file)
        try_certs(p, &door, certs);
    sign_certs_free(&certs);
    door_close(&door);
    return code;
}

/* With a store that cannot be read every verification fails: that is no success, whatever else is in place.
 */
static int store_failed(const struct page *p, json_t *result) {
    char text[1200];
    sign_error_text(&p->store, p->app->lang, text, sizeof text);
    return tell_with(p->app, EXIT_REFUSED, p->store.id, text, sign_error_hint(&p->store, p->app->lang),
                     result);
}

static int page_end(const struct page *p, json_t *list) {
    json_t *result = list ? json_pack("{s:O}", "checks", list) : NULL;
    if (p->store.code != SIGN_OK)
        return store_failed(p, result);
    if (p->cut_off)
        return tell_with(
            p->app, EXIT_NETWORK, "E3498",
            say(p->app,
                (struct words){"Bir sertifikanın iptal bilgisi adreslerinden hiçbirine ulaşılamıyor.",
                               "None of a certificate's addresses of revocation data can be reached."}),
            say(p->app,
                (struct words){"Nedeni \"online\" satırlarında.", "Why is said in the rows \"online\"."}),
            result);
    return list ? print_json(p->app, EXIT_DONE, result) : finish_stdout(p->app, EXIT_DONE);
}

static int checks(struct page *p, const char *file) {
    char text[80];
    struct stores s;
    sign_error err = {0};
    snprintf(text, sizeof text, "libsign %s", sign_version());
    check_row(p, "library", strcmp(sign_version(), "") != 0, text, (struct words){"", ""});
    sign_rc rc = stores_read(p->args, &s, &err);
    int code = rc == SIGN_E_MEMORY ? no_memory(p->app) : stores_merge(p->app, &s);
    if (!code) {
        p->store = err;
        p->store.code = rc;
        if (rc == SIGN_OK)
            check_trust(p, &s);
        else
            check_error(p, "trust", &err);
        check_cache(p);
        check_clock(p);
        check_tokens(p);
        if (args_flag(p->args, "online"))
            code = check_online(p, &s, file);
    }
    stores_free(&s);
    return code;
}

int run_doctor(struct app *app, const struct args *args) {
    struct page p = {
        .app = app, .args = args, .list = app->json ? json_array() : NULL, .now = (int64_t)time(NULL)};
    const char *file = args->n_operands ? args->operands[0] : NULL;
    if (args_flag(args, "online") && args_asked(args, "offline"))
        return usage(app,
                     (struct words){"--online ile --offline birlikte olmaz",
                                    "--online and --offline exclude each other"},
                     NULL);
    if (file && !args_flag(args, "online"))
        return usage(app, (struct words){"CERT için --online gerekli", "CERT needs --online"}, NULL);
    int code = checks(&p, file);
    if (!code)
        code = page_end(&p, p.list);
    json_decref(p.list);
    return code;
}
