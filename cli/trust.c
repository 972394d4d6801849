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
     {"add, import: yalnız bunlar için güven (yoksa hepsi)",
      "add, import: believe it for these only (default: all)"}},
    {"sunset",
     0,
     OPT_VALUE,
     "RFC3339",
     {"add, import: bu andan sonrası için güvenme", "add, import: do not believe it for times after this"}},
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

/* What there is now and was not before. */
static int tell_added(const struct app *app, const struct stores *s, const sign_anchors *before,
                      const sign_anchors_counts *counts) {
    json_t *list = json_array();
    size_t unknown = 0;
    for (size_t i = 0; i < sign_anchors_count(s->own); i++) {
        const sign_anchor *a = sign_anchors_get(s->own, i);
        if (anchors_have(before, a->sha256))
            continue;
        unknown += a->known == NULL;
        if (app->json)
            json_array_append_new(list, anchor_json(a, s->own_path));
        else if (!app->quiet)
            print_anchor(app, a);
    }
    if (app->json)
        return print_json(app, EXIT_DONE,
                          json_pack("{s:s, s:o, s:I, s:I}", "store", s->own_path, "added", list, "already",
                                    (json_int_t)counts->already, "refused", (json_int_t)counts->refused));
    json_decref(list);
    if (app->quiet)
        return EXIT_DONE;
    printf("%s: %s: %zu %s", say(app, (struct words){"Güven deposu", "Trust store"}), s->own_path,
           counts->added, say(app, (struct words){"eklendi", "added"}));
    if (counts->already)
        printf(", %zu %s", counts->already, say(app, (struct words){"zaten vardı", "already there"}));
    if (counts->refused)
        printf(", %zu %s", counts->refused, say(app, (struct words){"alınmadı", "left out"}));
    putchar('\n');
    if (unknown)
        printf(
            "%s\n",
            say(app,
                (struct words){
                    "SHA-256 değerlerini, makamın kendi yayımladıklarıyla başka bir yoldan karşılaştırın.",
                    "Compare the SHA-256 values with what the authority itself publishes, by another way."}));
    return finish_stdout(app, EXIT_DONE);
}

static int add_options(const struct app *app, const struct args *args, sign_anchors_add_options *opt) {
    const char *sunset = args_value(args, "sunset");
    if (sunset && !sign_time_parse(sunset, &opt->sunset))
        return usage(app,
                     (struct words){"--sunset RFC 3339 olmalı (2030-01-01 ya da 2030-01-01T00:00:00+03:00)",
                                    "--sunset must be RFC 3339 (2030-01-01 or 2030-01-01T00:00:00+03:00)"},
                     sunset);
    return read_purposes(app, args_value(args, "for"), &opt->purposes);
}

static int add_files(const struct app *app, const struct args *args, const sign_anchors_add_options *opt,
                     sign_anchors *list, sign_anchors_counts *sum) {
    for (size_t i = 1; i < args->n_operands; i++) {
        sign_anchors_counts counts = {0};
        struct document doc;
        sign_error err = {0};
        int code = document_open(app, args->operands[i], &doc);
        if (!code && sign_anchors_add(list, &doc.in, opt, &counts, &err) != SIGN_OK)
            code = tell_error(app, &err);
        document_close(&doc);
        if (code)
            return code;
        sum->added += counts.added;
        sum->already += counts.already;
        sum->refused += counts.refused;
    }
    return 0;
}

static int trust_add(struct app *app, const struct args *args) {
    sign_anchors_add_options opt = {.size = sizeof opt};
    sign_anchors_counts counts = {0};
    sign_anchors *before = NULL;
    sign_error err = {0};
    struct stores s;
    int code = add_options(app, args, &opt);
    if (code)
        return code;
    code = own_open(app, args, &s);
    if (!code && sign_anchors_read(s.own_path, &before, &err) != SIGN_OK)
        code = tell_error(app, &err);
    if (!code)
        code = add_files(app, args, &opt, s.own, &counts);
    if (!code && counts.added)
        code = own_write(app, &s);
    if (!code)
        code = tell_added(app, &s, before, &counts);
    sign_anchors_free(&before);
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
    static const struct verb verbs[] = {{"list", " store ", 0, 0, trust_list},
                                        {"add", " store for sunset ", 1, MAX_VALUES, trust_add},
                                        {"import", " store for sunset ", 1, MAX_VALUES, trust_add},
                                        {"remove", " store ", 1, MAX_VALUES, trust_remove},
                                        {NULL, NULL, 0, 0, NULL}};
    return verb_run(app, args, verbs,
                    (struct words){"alt komut list, add, import ya da remove olmalı",
                                   "the verb must be list, add, import or remove"});
}
