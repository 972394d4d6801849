/* kalem token list, kalem cert show, kalem doctor. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct words kinds[] = {[SIGN_CERT_OTHER] = {"diğer", "other"},
                                     [SIGN_CERT_NES] = {"NES", "NES"},
                                     [SIGN_CERT_SEAL] = {"elektronik mühür", "seal"},
                                     [SIGN_CERT_QSEAL] = {"nitelikli elektronik mühür", "qualified seal"},
                                     [SIGN_CERT_FISCAL] = {"mali mühür", "fiscal seal"},
                                     [SIGN_CERT_ENCRYPTION] = {"şifreleme", "encryption"},
                                     [SIGN_CERT_CA] = {"sertifika makamı", "CA"}};

/* Codes for programs: never translated. */
static const char *const kind_codes[] = {"other",       "nes",        "seal", "qualified-seal",
                                         "fiscal-seal", "encryption", "ca"};

/* "a, b" or "a b" as ["a", "b"]. */
static json_t *words_json(const char *text) {
    json_t *list = json_array();
    while (*(text += strspn(text, ", "))) {
        size_t n = strcspn(text, ", ");
        json_array_append_new(list, json_stringn(text, n));
        text += n;
    }
    return list;
}

json_t *cert_json(const sign_cert *c) {
    char from[32], to[32];
    sign_time_text(c->not_before, from);
    sign_time_text(c->not_after, to);
    return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "subject",
                     c->subject, "serial_number", *c->serial_number ? c->serial_number : NULL, "issuer",
                     c->issuer, "serial", c->serial, "cert_sha256", c->sha256, "kind", kind_codes[c->kind],
                     "not_before", from, "not_after", to, "key", c->key, "signature", c->signature,
                     "key_usage", words_json(c->key_usage), "policies", words_json(c->policies), "crl_urls",
                     words_json(c->crl_urls), "ocsp_urls", words_json(c->ocsp_urls));
}

static void row(const struct app *app, struct words label, const char *value) {
    if (*value)
        printf("  %s: %s\n", say(app, label), value);
}

/* The serialNumber inside the subject is the person's number: shown masked. */
static void print_subject(const struct app *app, const sign_cert *c) {
    char mask[64];
    const char *at = *c->serial_number ? strstr(c->subject, c->serial_number) : NULL;
    if (!at) {
        printf("%s\n", c->subject);
        return;
    }
    mask_person(c->serial_number, mask, sizeof mask);
    printf("%.*s%s%s\n", (int)(at - c->subject), c->subject, mask, at + strlen(c->serial_number));
    row(app, (struct words){"Kimlik no", "Personal number"}, mask);
}

static void print_cert(const struct app *app, const sign_cert *c) {
    char from[32], to[32], span[80];
    snprintf(span, sizeof span, "%s - %s", sign_time_text(c->not_before, from),
             sign_time_text(c->not_after, to));
    print_subject(app, c);
    row(app, (struct words){"Tür", "Kind"}, say(app, kinds[c->kind]));
    row(app, (struct words){"Veren", "Issuer"}, c->issuer);
    row(app, (struct words){"Seri no", "Serial"}, c->serial);
    row(app, (struct words){"Geçerlilik", "Valid"}, span);
    row(app, (struct words){"Anahtar", "Key"}, c->key);
    row(app, (struct words){"İmza algoritması", "Signature"}, c->signature);
    row(app, (struct words){"Anahtar kullanımı", "Key usage"}, c->key_usage);
    row(app, (struct words){"Politikalar", "Policies"}, c->policies);
    row(app, (struct words){"SİL adresi", "CRL"}, c->crl_urls);
    row(app, (struct words){"ÇİSDuP adresi", "OCSP"}, c->ocsp_urls);
    row(app, (struct words){"SHA-256", "SHA-256"}, c->sha256);
}

static int show_certs(const struct app *app, const sign_certs *certs) {
    json_t *list = json_array();
    for (size_t i = 0; i < sign_certs_count(certs); i++) {
        const sign_cert *c = sign_certs_get(certs, i);
        if (app->json)
            json_array_append_new(list, cert_json(c));
        else
            print_cert(app, c);
    }
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:o}", "certificates", list));
    json_decref(list);
    return finish_stdout(app, EXIT_DONE);
}

/* Finds the certificate on a token without login: the one whose URI says the same object. */
struct wanted {
    const char *uri;
    sign_buf der;
    size_t seen;
};

static bool same_value(const char *uri, const char *wanted, const char *key) {
    const char *a = strstr(wanted, key), *b = strstr(uri, key);
    if (!a)
        return true; /* not asked for */
    if (!b)
        return false;
    size_t n = strcspn(a, ";?"), m = strcspn(b, ";?");
    return n == m && strncmp(a, b, n) == 0;
}

static int match(void *user, const sign_token *t) {
    static const char *const keys[] = {
        "token=", "serial=", "manufacturer=", "model=", "object=", ";id=", ":id="};
    struct wanted *w = user;
    if (t->certificate.len == 0)
        return 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!same_value(t->uri, w->uri, keys[i]))
            return 0;
    if (w->seen++ == 0 && (w->der.data = malloc(t->certificate.len))) {
        memcpy(w->der.data, t->certificate.data, t->certificate.len);
        w->der.len = t->certificate.len;
    }
    return 0;
}

int certs_of_token(const struct app *app, const struct args *args, const char *uri, sign_certs **out) {
    struct wanted w = {uri, {0}, 0};
    sign_error err = {0};
    sign_rc rc = sign_token_each(args_value(args, "module"), match, &w, &err);
    if (rc == SIGN_OK && w.der.len == 0)
        return tell(app, EXIT_TOKEN, "E2098",
                    say(app, (struct words){"Bu URI'ye uyan sertifika bulunamadı.",
                                            "No certificate matches this URI."}),
                    say(app, (struct words){"\"kalem token list\" var olanları gösterir.",
                                            "\"kalem token list\" shows what there is."}));
    if (rc == SIGN_OK)
        rc = sign_certs_read(&(sign_input){.name = uri, .data = {w.der.data, w.der.len}}, out, &err);
    sign_buf_free(&w.der);
    return rc == SIGN_OK ? 0 : tell_error(app, &err);
}

int run_cert(struct app *app, const struct args *args) {
    sign_certs *certs = NULL;
    sign_error err = {0};
    struct document doc = {.spool = -1};
    int code = 0;
    if (strcmp(args->operands[0], "show") != 0)
        return usage(app, (struct words){"alt komut show olmalı", "the verb must be show"},
                     args->operands[0]);
    code = module_check(app, args, args->operands[1]);
    if (code)
        return code;
    if (strncmp(args->operands[1], "pkcs11:", 7) == 0)
        code = certs_of_token(app, args, args->operands[1], &certs);
    else {
        code = document_open(app, args->operands[1], &doc);
        if (!code && sign_certs_read(&doc.in, &certs, &err) != SIGN_OK)
            code = tell_error(app, &err);
        document_close(&doc);
    }
    if (!code)
        code = show_certs(app, certs);
    sign_certs_free(&certs);
    return code;
}

struct listing {
    const struct app *app;
    json_t *tokens;
    size_t n, nes;
};

static void token_json(struct listing *l, const sign_token *t, const sign_cert *c) {
    json_array_append_new(
        l->tokens, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:b, s:b, s:o}", "module",
                             t->module, "uri", t->uri, "label", t->label, "manufacturer", t->manufacturer,
                             "model", t->model, "serial", t->serial, "object", t->object, "has_key",
                             t->has_key < 0 ? json_null() : json_boolean(t->has_key), "pin_count_low",
                             t->pin_count_low, "pin_final_try", t->pin_final_try, "pin_locked", t->pin_locked,
                             "pin_unset", t->pin_unset, "certificate", c ? cert_json(c) : json_null()));
}

static void token_text(const struct app *app, const sign_token *t, const sign_cert *c) {
    printf("%s (%s %s, %s)\n", t->label, t->manufacturer, t->model, t->serial);
    if (t->pin_locked)
        printf("  %s\n", say(app, (struct words){"PIN KİLİTLİ", "PIN LOCKED"}));
    else if (t->pin_final_try)
        printf("  %s\n", say(app, (struct words){"PIN: son deneme hakkı", "PIN: last try"}));
    printf("  %s\n", t->uri);
    if (!c)
        return;
    char to[32];
    printf("  %s, %s, ", say(app, kinds[c->kind]), c->common_name);
    printf("%s %.10s, %s\n", say(app, (struct words){"bitiş", "until"}), sign_time_text(c->not_after, to),
           c->key);
}

static int list_token(void *user, const sign_token *t) {
    struct listing *l = user;
    sign_certs *certs = NULL;
    const sign_cert *c = NULL;
    l->n++;
    if (t->certificate.len &&
        sign_certs_read(&(sign_input){.name = t->object, .data = t->certificate}, &certs, NULL) == SIGN_OK)
        c = sign_certs_get(certs, 0);
    l->nes += c && c->kind == SIGN_CERT_NES;
    if (l->tokens)
        token_json(l, t, c);
    else if (l->app)
        token_text(l->app, t, c);
    sign_certs_free(&certs);
    return 0;
}

int run_token(struct app *app, const struct args *args) {
    struct listing l = {app, app->json ? json_array() : NULL, 0, 0};
    sign_error err = {0};
    if (strcmp(args->operands[0], "list") != 0) {
        json_decref(l.tokens);
        return usage(app, (struct words){"alt komut list olmalı", "the verb must be list"},
                     args->operands[0]);
    }
    sign_rc rc = sign_token_each(args_value(args, "module"), list_token, &l, &err);
    if (rc != SIGN_OK) {
        json_decref(l.tokens);
        return tell_error(app, &err);
    }
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:o}", "tokens", l.tokens));
    if (l.n == 0 && !app->quiet)
        fprintf(stderr, "%s\n", say(app, (struct words){"Takılı kart yok.", "No token is present."}));
    return finish_stdout(app, EXIT_DONE);
}

static void check_row(const struct app *app, json_t *list, const char *name, bool ok, const char *text,
                      struct words hint) {
    const char *advice = ok ? "" : say(app, hint);
    if (list)
        json_array_append_new(
            list, json_pack("{s:s, s:b, s:s, s:s}", "name", name, "ok", ok, "text", text, "hint", advice));
    else
        printf("%s %-8s %s%s%s\n",
               ok ? say(app, (struct words){"tamam", "ok   "}) : say(app, (struct words){"SORUN", "WRONG"}),
               name, text, *advice ? "\n               " : "", advice);
}

static void check_clock(const struct app *app, json_t *list) {
    /* 2026-01-01: nothing this program can verify was built before it, so an earlier clock is wrong. */
    char now[32];
    int64_t t = (int64_t)time(NULL);
    check_row(app, list, "clock", t > 1767225600, sign_time_text(t, now),
              (struct words){"Sistem saatini düzeltin.", "Set the system clock."});
}

static void check_tokens(const struct app *app, const struct args *args, json_t *list) {
    struct listing l = {NULL, NULL, 0, 0};
    sign_error err = {0};
    char text[600];
    bool ok = sign_token_each(args_value(args, "module"), list_token, &l, &err) == SIGN_OK;
    if (ok)
        snprintf(text, sizeof text, "%s", say(app, (struct words){"sürücü yüklendi", "module loaded"}));
    else
        sign_error_text(&err, app->lang, text, sizeof text);
    check_row(app, list, "module", ok, text,
              (struct words){"Kart sürücüsünü kurun ya da --module ile yolunu verin.",
                             "Install the card's driver, or give its path with --module."});
    snprintf(text, sizeof text, "%zu %s, %zu NES", l.n, say(app, (struct words){"nesne", "entries"}), l.nes);
    check_row(app, list, "token", l.nes > 0, text,
              (struct words){"Kartı takın; kartta NES yoksa başvurunuzu yapın.",
                             "Insert the card; if it holds no NES, apply for one."});
}

int run_doctor(struct app *app, const struct args *args) {
    char text[80];
    json_t *list = app->json ? json_array() : NULL;
    snprintf(text, sizeof text, "libsign %s", sign_version());
    check_row(app, list, "library", strcmp(sign_version(), "") != 0, text, (struct words){"", ""});
    check_clock(app, list);
    check_tokens(app, args, list);
    if (app->json)
        return print_json(app, EXIT_DONE, json_pack("{s:o}", "checks", list));
    return finish_stdout(app, EXIT_DONE);
}
