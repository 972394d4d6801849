/* kalem token list, and what others ask of tokens. */
#include "app.h"
#include <stdlib.h>
#include <string.h>

/* Finds the certificate on a token without login: the one whose URI says the same object. */
struct wanted {
    const char *uri;
    sign_buf der;
    size_t seen;
};

/* The value of an attribute of the path part (RFC 7512, 2.3), up to *end; NULL when there is none. */
static const char *attribute(const char *uri, const char *name, const char **end) {
    size_t n = strlen(name);
    const char *at = strchr(uri, ':'), *stop = at ? at + strcspn(at, "?") : NULL;
    while (at && at < stop) {
        const char *from = at + 1;
        *end = from + strcspn(from, ";?");
        if (strncmp(from, name, n) == 0 && from[n] == '=')
            return from + n + 1;
        at = *end;
    }
    return NULL;
}

static int digit(char c) {
    const char *all = "0123456789abcdef",
               *at = c ? strchr(all, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - all) : -1;
}

/* The next octet, which may be written as %2F or %2f. */
static int octet(const char **at) {
    int high = **at == '%' ? digit((*at)[1]) : -1, low = high < 0 ? -1 : digit((*at)[2]);
    const unsigned char plain = (unsigned char)**at;
    *at += low < 0 ? 1 : 3;
    return low < 0 ? plain : high * 16 + low;
}

static bool same_value(const char *uri, const char *wanted, const char *name) {
    const char *a_end = NULL, *b_end = NULL, *a = attribute(wanted, name, &a_end),
               *b = attribute(uri, name, &b_end);
    if (!a || !b)
        return !a; /* not asked for */
    while (a < a_end && b < b_end)
        if (octet(&a) != octet(&b))
            return false;
    return a == a_end && b == b_end;
}

static int match(void *user, const sign_token *t) {
    static const char *const keys[] = {"token", "serial", "manufacturer", "model", "object", "id"};
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
    printf("  %s, %s, ", say(app, cert_kind_words(c->kind)), c->common_name);
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

sign_rc tokens_count(const char *module, size_t *objects, size_t *nes, sign_error *err) {
    struct listing l = {NULL, NULL, 0, 0};
    sign_rc rc = sign_token_each(module, list_token, &l, err);
    *objects = l.n;
    *nes = l.nes;
    return rc;
}
