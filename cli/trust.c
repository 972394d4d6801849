/* kalem trust list|add|import|remove: whom this person believes. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct option_row trust_rows[] = {
    {"for",
     0,
     OPT_VALUE,
     "signer,tsa,ocsp",
     {"add, import: yalnız bunlar için güven (yoksa hepsi); depodakini değiştirir",
      "add, import: believe it for these only (default: all); changes one that is there"}},
    {"sunset",
     0,
     OPT_VALUE,
     "RFC3339|none",
     {"add, import: bu andan sonrası için güvenme; depodakini değiştirir",
      "add, import: do not believe it for times after this; changes one that is there"}},
    {"skip-unfit",
     0,
     OPT_FLAG,
     NULL,
     {"add: çıpa olamayanları geri çevirmeyip atla (import hep atlar)",
      "add: leave out what may be no anchor, instead of refusing all (import always does)"}},
    {"skip-expired",
     0,
     OPT_FLAG,
     NULL,
     {"add, import: süresi dolmuşları alma", "add, import: leave out what has expired"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

static const struct {
    unsigned bit;
    const char *name;
    struct words words;
} purposes[] = {{SIGN_FOR_SIGNERS, "signer", {"imzacı", "signers"}},
                {SIGN_FOR_TSA, "tsa", {"zaman damgası", "time-stamps"}},
                {SIGN_FOR_OCSP, "ocsp", {"ÇİSDuP", "OCSP"}}};
enum { N_PURPOSES = sizeof purposes / sizeof *purposes };

/* "signer,tsa" as bits. */
static int read_purposes(const struct app *app, const char *text, unsigned *out) {
    for (const char *at = text; at; at++) {
        size_t n = strcspn(at, ","), i = 0;
        while (i < N_PURPOSES && (strlen(purposes[i].name) != n || strncmp(at, purposes[i].name, n) != 0))
            i++;
        if (i == N_PURPOSES)
            return usage(app,
                         (struct words){"--for signer, tsa, ocsp ya da virgülle birkaçı olmalı",
                                        "--for must be signer, tsa, ocsp, or several with commas"},
                         text);
        *out |= purposes[i].bit;
        at += n;
        if (!*at)
            break;
    }
    return 0;
}

static bool believed_for(const sign_anchor *a, size_t i) {
    return !a->purposes || (a->purposes & purposes[i].bit);
}

static json_t *anchor_json(const sign_anchor *a, const char *store) {
    char until[32], sunset[32], added[32], from[32];
    sign_certs *certs = NULL;
    const sign_cert *c = NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < N_PURPOSES; i++)
        if (believed_for(a, i))
            json_array_append_new(list, json_string(purposes[i].name));
    if (sign_certs_read(&(sign_input){.name = a->subject, .data = a->der}, &certs, NULL) == SIGN_OK)
        c = sign_certs_get(certs, 0);
    json_t *object =
        json_pack("{s:s, s:s, s:s?, s:s, s:o, s:s?, s:s?, s:s?, s:s?, s:s?}", "subject", a->subject,
                  "cert_sha256", a->sha256, "not_before", c ? sign_time_text(c->not_before, from) : NULL,
                  "not_after", sign_time_text(a->not_after, until), "purposes", list, "sunset",
                  a->sunset ? sign_time_text(a->sunset, sunset) : NULL, "known", a->known, "source",
                  a->source, "added", a->added ? sign_time_text(a->added, added) : NULL, "store", store);
    sign_certs_free(&certs);
    return object;
}

static void print_validity(const struct app *app, const sign_anchor *a) {
    char from[32] = "", to[32];
    sign_certs *certs = NULL;
    int64_t now = (int64_t)time(NULL);
    if (sign_certs_read(&(sign_input){.name = a->subject, .data = a->der}, &certs, NULL) == SIGN_OK)
        sign_time_text(sign_certs_get(certs, 0)->not_before, from);
    sign_certs_free(&certs);
    printf("  %s: %s - %s%s\n", say(app, (struct words){"Geçerlilik", "Valid"}), from,
           sign_time_text(a->not_after, to),
           now > a->not_after ? say(app, (struct words){" (süresi dolmuş)", " (expired)"}) : "");
    if (a->sunset)
        printf("  %s: %s%s\n", say(app, (struct words){"Güvenin sonu", "Believed until"}),
               sign_time_text(a->sunset, to),
               now >= a->sunset ? say(app, (struct words){" (geçti)", " (past)"}) : "");
}

/* Pairs of digits, as authorities publish them. */
static void print_fingerprint(const char *sha256) {
    printf("  SHA-256:");
    for (size_t i = 0; sha256[i]; i += 8)
        printf(" %.8s", sha256 + i);
    putchar('\n');
}

static void print_anchor(const struct app *app, const sign_anchor *a) {
    char name[400];
    printable(a->subject, name, sizeof name);
    printf("%s\n", name);
    print_validity(app, a);
    printf("  %s:", say(app, (struct words){"Ne için", "Believed for"}));
    const char *between = " ";
    for (size_t i = 0; i < N_PURPOSES; i++)
        if (believed_for(a, i)) {
            printf("%s%s", between, say(app, purposes[i].words));
            between = ", ";
        }
    putchar('\n');
    print_fingerprint(a->sha256);
    if (a->known)
        printf("  %s: %s\n", say(app, (struct words){"bilinen", "known"}), a->known);
    else
        printf("  %s\n", say(app, (struct words){"bu sürümün bildiği, yayımlanmış bir kök değil",
                                                 "not a published root known to this version"}));
}

static int trust_list(struct app *app, const struct args *args) {
    struct stores s;
    int code = store_must_exist(app, args);
    if (code)
        return code;
    code = stores_open(app, args, &s);
    if (!code)
        code = stores_merge(app, &s);
    json_t *list = json_array();
    for (size_t i = 0; !code && i < s.n; i++) {
        const char *store = i < s.n_own ? s.own_path : s.system_path;
        if (app->json)
            json_array_append_new(list, anchor_json(&s.list[i], store));
        else
            print_anchor(app, &s.list[i]);
    }
    if (!code && app->json)
        code = print_json(app, EXIT_DONE,
                          json_pack("{s:s?, s:s?, s:O}", "store", s.own_path, "system_store", s.system_path,
                                    "anchors", list));
    else if (!code) {
        if (s.n == 0 && !app->quiet)
            fprintf(stderr, "%s\n",
                    say(app, (struct words){"Güven deposu boş: \"kalem trust add DOSYA\".",
                                            "The trust store is empty: \"kalem trust add FILE\"."}));
        code = finish_stdout(app, EXIT_DONE);
    }
    json_decref(list);
    stores_free(&s);
    return code;
}

/* The file that is changed, and what it holds: the person's own, or --store. Another one who changes it waits
 * until this is done, so that none of two additions is lost. */
static int own_open(const struct app *app, const struct args *args, struct stores *s) {
    int code = stores_open(app, args, s);
    sign_error err = {0};
    if (code)
        return code;
    if (!s->own_path)
        return usage(app, (struct words){"HOME yok: --store gerekli", "there is no HOME: --store is needed"},
                     NULL);
    code = store_lock(app, s, s->own_path);
    if (code)
        return code;
    sign_anchors_free(&s->own); /* as it is now that nobody else changes it */
    return sign_anchors_read(s->own_path, &s->own, &err) == SIGN_OK ? 0 : tell_error(app, &err);
}

static int own_write(const struct app *app, const struct stores *s) {
    sign_error err = {0};
    return sign_anchors_write(s->own, s->own_path, &err) == SIGN_OK ? 0 : tell_error(app, &err);
}

/* An addition, and what came of it. */
struct addition {
    const struct app *app;
    sign_anchors_add_options options;
    sign_anchors *before;
    sign_anchors_counts counts;
    json_t *added, *changed, *left_out;
    size_t unknown; /* added, and not a root whose fingerprint is known */
};

/* What an import leaves out is said at once and by name: a person must not take it for imported. */
static void left_out(void *user, const char *source, const sign_error *why) {
    struct addition *a = user;
    char text[1200];
    sign_error_text(why, a->app->lang, text, sizeof text);
    json_array_append_new(a->left_out,
                          json_pack("{s:s, s:s, s:s}", "source", source, "code", why->id, "text", text));
    if (!a->app->json)
        fprintf(stderr, "kalem: %s: %s: %s %s\n", say(a->app, (struct words){"alınmadı", "left out"}), source,
                why->id, text);
}

static const sign_anchor *same_anchor(const sign_anchors *list, const char *sha256) {
    for (size_t i = 0; i < sign_anchors_count(list); i++)
        if (strcmp(sign_anchors_get(list, i)->sha256, sha256) == 0)
            return sign_anchors_get(list, i);
    return NULL;
}

/* What there is now and was not before, and what was but is believed otherwise now. */
static void compare(struct addition *a, const struct stores *s) {
    for (size_t i = 0; i < sign_anchors_count(s->own); i++) {
        const sign_anchor *now = sign_anchors_get(s->own, i), *then = same_anchor(a->before, now->sha256);
        if (then && then->purposes == now->purposes && then->sunset == now->sunset)
            continue;
        a->unknown += !then && !now->known;
        json_array_append_new(then ? a->changed : a->added, anchor_json(now, s->own_path));
        if (!a->app->json && !a->app->quiet)
            print_anchor(a->app, now);
    }
}

static int tell_added(const struct addition *a, const struct stores *s) {
    const struct app *app = a->app;
    const sign_anchors_counts *counts = &a->counts;
    if (app->json)
        return print_json(app, EXIT_DONE,
                          json_pack("{s:s, s:O, s:O, s:I, s:I, s:O}", "store", s->own_path, "added", a->added,
                                    "changed", a->changed, "already", (json_int_t)counts->already, "refused",
                                    (json_int_t)counts->refused, "left_out", a->left_out));
    if (app->quiet)
        return EXIT_DONE;
    printf("%s: %s: %zu %s", say(app, (struct words){"Güven deposu", "Trust store"}), s->own_path,
           counts->added, say(app, (struct words){"eklendi", "added"}));
    if (counts->changed)
        printf(", %zu %s", counts->changed, say(app, (struct words){"değiştirildi", "changed"}));
    if (counts->already)
        printf(", %zu %s", counts->already, say(app, (struct words){"zaten vardı", "already there"}));
    if (counts->refused)
        printf(", %zu %s", counts->refused, say(app, (struct words){"alınmadı", "left out"}));
    putchar('\n');
    if (a->unknown)
        printf(
            "%s\n",
            say(app,
                (struct words){
                    "SHA-256 değerlerini, makamın kendi yayımladıklarıyla başka bir yoldan karşılaştırın.",
                    "Compare the SHA-256 values with what the authority itself publishes, by another way."}));
    return finish_stdout(app, EXIT_DONE);
}

/* What is said in so many words holds for an anchor that is there already; a default in a file of settings
 * is for new ones. */
static int add_options(const struct app *app, const struct args *args, sign_anchors_add_options *opt) {
    const char *sunset = args_value(args, "sunset");
    if (sunset && strcmp(sunset, "none") != 0 && !sign_time_parse(sunset, &opt->sunset))
        return usage(
            app,
            (struct words){"--sunset RFC 3339 (2030-01-01 ya da 2030-01-01T00:00:00+03:00) ya da none olmalı",
                           "--sunset must be RFC 3339 (2030-01-01 or 2030-01-01T00:00:00+03:00) or none"},
            sunset);
    opt->change = (args_asked(args, "for") ? (unsigned)SIGN_CHANGE_PURPOSES : 0) |
                  (args_asked(args, "sunset") ? (unsigned)SIGN_CHANGE_SUNSET : 0);
    opt->skip_unfit = args_flag(args, "skip-unfit") || strcmp(args->operands[0], "import") == 0;
    opt->skip_expired = args_flag(args, "skip-expired");
    return read_purposes(app, args_value(args, "for"), &opt->purposes);
}

static int add_files(const struct app *app, const struct args *args, sign_anchors *list, struct addition *a) {
    sign_anchors_counts *sum = &a->counts;
    for (size_t i = 1; i < args->n_operands; i++) {
        sign_anchors_counts counts = {0};
        struct document doc;
        sign_error err = {0};
        int code = document_open(app, args->operands[i], &doc);
        if (!code && sign_anchors_add(list, &doc.in, &a->options, &counts, &err) != SIGN_OK)
            code = tell_error(app, &err);
        document_close(&doc);
        if (code)
            return code;
        sum->added += counts.added;
        sum->already += counts.already;
        sum->changed += counts.changed;
        sum->refused += counts.refused;
    }
    return 0;
}

/* An import that took nothing of what it was given is not done. */
static int none_taken(const struct addition *a) {
    const sign_anchors_counts *c = &a->counts;
    if (c->added || c->changed || c->already || !c->refused)
        return 0;
    return tell(a->app, EXIT_REFUSED, "E3598",
                say(a->app, (struct words){"Verilenlerin hiçbiri güven deposuna alınmadı.",
                                           "None of what was given was taken into the trust store."}),
                json_string_value(json_object_get(json_array_get(a->left_out, 0), "text")));
}

static int add_into(const struct args *args, struct stores *s, struct addition *a) {
    sign_error err = {0};
    int code = 0;
    if (sign_anchors_read(s->own_path, &a->before, &err) != SIGN_OK)
        code = tell_error(a->app, &err);
    if (!code)
        code = add_files(a->app, args, s->own, a);
    if (!code)
        code = none_taken(a);
    if (!code && (a->counts.added || a->counts.changed))
        code = own_write(a->app, s);
    if (code)
        return code;
    compare(a, s);
    return tell_added(a, s);
}

static int trust_add(struct app *app, const struct args *args) {
    struct addition a = {.app = app, .options = {.size = sizeof a.options, .left_out = left_out, .user = &a}};
    struct stores s;
    int code = add_options(app, args, &a.options);
    if (code)
        return code;
    a.added = json_array();
    a.changed = json_array();
    a.left_out = json_array();
    code = own_open(app, args, &s);
    if (!code)
        code = add_into(args, &s, &a);
    json_decref(a.added);
    json_decref(a.changed);
    json_decref(a.left_out);
    sign_anchors_free(&a.before);
    stores_free(&s);
    return code;
}

/* The one in the list whose fingerprint begins so; NULL: none, or several. */
static const sign_anchor *anchor_of(const sign_anchors *list, const char *prefix) {
    const sign_anchor *found = NULL;
    for (size_t i = 0; list && i < sign_anchors_count(list); i++) {
        const sign_anchor *a = sign_anchors_get(list, i);
        if (strncmp(a->sha256, prefix, strlen(prefix)) != 0)
            continue;
        if (found)
            return NULL;
        found = a;
    }
    return found;
}

/* Fingerprints are published with blanks or colons, in either case. */
static void plain_fingerprint(const char *given, char *out, size_t size) {
    size_t n = 0;
    for (; *given && n + 1 < size; given++)
        if (*given != ':' && *given != ' ')
            out[n++] = (char)(*given >= 'A' && *given <= 'F' ? *given - 'A' + 'a' : *given);
    out[n] = 0;
}

static int remove_one(const struct app *app, struct stores *s, const char *given, json_t *removed) {
    char prefix[80];
    sign_error err = {0};
    plain_fingerprint(given, prefix, sizeof prefix);
    const sign_anchor *own = anchor_of(s->own, prefix), *beneath = anchor_of(s->system, prefix);
    if (!own && beneath && strlen(prefix) >= 8)
        return tell(
            app, EXIT_REFUSED, "E3599",
            say(app, (struct words){"Bu çıpa makinenin deposunda; yalnız yöneticisi çıkarabilir.",
                                    "This anchor is in the machine's store; its administrator alone can "
                                    "remove it."}),
            s->system_path);
    if (own)
        json_array_append_new(removed, anchor_json(own, s->own_path));
    return sign_anchors_remove(s->own, prefix, &err) == SIGN_OK ? 0 : tell_error(app, &err);
}

static int tell_removed(const struct app *app, const char *store, json_t *removed) {
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:s, s:O}", "store", store, "removed", removed));
    for (size_t i = 0; i < json_array_size(removed) && !app->quiet; i++) {
        char shown[400];
        printable(json_string_value(json_object_get(json_array_get(removed, i), "subject")), shown,
                  sizeof shown);
        printf("%s: %s\n", say(app, (struct words){"Çıkarıldı", "Removed"}), shown);
    }
    return finish_stdout(app, EXIT_DONE);
}

static int trust_remove(struct app *app, const struct args *args) {
    struct stores s;
    json_t *removed = json_array();
    int code = own_open(app, args, &s);
    for (size_t i = 1; !code && i < args->n_operands; i++)
        code = remove_one(app, &s, args->operands[i], removed);
    if (!code)
        code = own_write(app, &s);
    if (!code)
        code = tell_removed(app, s.own_path, removed);
    json_decref(removed);
    stores_free(&s);
    return code;
}

int run_trust(struct app *app, const struct args *args) {
    static const struct verb verbs[] = {
        {"list", " store ", 0, 0, trust_list},
        {"add", " store for sunset skip-unfit skip-expired ", 1, MAX_VALUES, trust_add},
        {"import", " store for sunset skip-expired ", 1, MAX_VALUES, trust_add},
        {"remove", " store ", 1, MAX_VALUES, trust_remove},
        {NULL, NULL, 0, 0, NULL}};
    return verb_run(app, args, verbs,
                    (struct words){"alt komut list, add, import ya da remove olmalı",
                                   "the verb must be list, add, import or remove"});
}
