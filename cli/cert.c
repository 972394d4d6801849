/* kalem cert show, kalem cert check. */
#include "app.h"
#include <stdlib.h>
#include <string.h>

const struct option_row cert_rows[] = {
    {"for",
     0,
     OPT_VALUE,
     "signer|tsa|ocsp|any",
     {"check: sertifikanın ne için olduğu (signer)", "check: what the certificate is for (signer)"}},
    {"policy-oid",
     0,
     OPT_LIST,
     "OID",
     {"check: kabul edilen sertifika ilkesi (yinelenebilir)",
      "check: a certificate policy that will do (repeatable)"}},
    {"require-policy",
     0,
     OPT_FLAG,
     NULL,
     {"check: yolda geçerli bir ilke olsun (RFC 5280 6.1.1 e)",
      "check: the path must have a valid policy (RFC 5280 6.1.1 e)"}},
    {"no-mapping",
     0,
     OPT_FLAG,
     NULL,
     {"check: ilke eşlemesi kabul etme (RFC 5280 6.1.1 f)", "check: no policy mapping (RFC 5280 6.1.1 f)"}},
    {"no-any-policy",
     0,
     OPT_FLAG,
     NULL,
     {"check: anyPolicy kabul etme (RFC 5280 6.1.1 g)", "check: no anyPolicy (RFC 5280 6.1.1 g)"}},
    {"module", 0, OPT_VALUE, "PATH", {"URI için PKCS#11 sürücüsü", "PKCS#11 module for the URI"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

static const struct words kinds[] = {[SIGN_CERT_OTHER] = {"diğer", "other"},
                                     [SIGN_CERT_NES] = {"NES", "NES"},
                                     [SIGN_CERT_SEAL] = {"elektronik mühür", "seal"},
                                     [SIGN_CERT_QSEAL] = {"nitelikli elektronik mühür", "qualified seal"},
                                     [SIGN_CERT_FISCAL] = {"mali mühür", "fiscal seal"},
                                     [SIGN_CERT_ENCRYPTION] = {"şifreleme", "encryption"},
                                     [SIGN_CERT_CA] = {"sertifika makamı", "CA"},
                                     [SIGN_CERT_TSA] = {"zaman damgası makamı", "time-stamping authority"},
                                     [SIGN_CERT_OCSP] = {"ÇİSDuP yanıtlayıcısı", "OCSP responder"}};

/* Codes for programs: never translated. */
static const char *const kind_codes[] = {
    "other", "nes", "seal", "qualified-seal", "fiscal-seal", "encryption", "ca", "tsa", "ocsp"};

struct words cert_kind_words(sign_cert_kind kind) {
    return kinds[kind];
}

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

static void put_text(json_t *object, const char *key, const char *text) {
    json_object_set_new(object, key, text && *text ? json_string(text) : json_null());
}

json_t *cert_json(const sign_cert *c) {
    char from[32], to[32];
    sign_time_text(c->not_before, from);
    sign_time_text(c->not_after, to);
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}",
                  "subject", c->subject, "issuer", c->issuer, "serial", c->serial, "cert_sha256", c->sha256,
                  "kind", kind_codes[c->kind], "not_before", from, "not_after", to, "key", c->key,
                  "signature", c->signature, "key_usage", words_json(c->key_usage), "purposes",
                  words_json(c->purposes), "policies", words_json(c->policies), "crl_urls",
                  words_json(c->crl_urls), "ocsp_urls", words_json(c->ocsp_urls), "issuer_urls",
                  words_json(c->issuer_urls), "emails", words_json(c->emails), "on_device", c->on_device);
    put_text(object, "serial_number", c->serial_number);
    put_text(object, "limit_value", c->limit_value);
    put_text(object, "limit_use", c->limit_use);
    put_text(object, "notice", c->notice);
    put_text(object, "known", c->known);
    json_object_set_new(object, "retention_years",
                        c->retention_years < 0 ? json_null() : json_integer(c->retention_years));
    return object;
}

static void row(const struct app *app, struct words label, const char *value) {
    char shown[1200];
    if (!*value)
        return;
    printable(value, shown, sizeof shown); /* whoever issued the certificate chose it */
    printf("  %s: %s\n", say(app, label), shown);
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

/* What the certificate itself says that it may not be used for. */
static void print_limits(const struct app *app, const sign_cert *c) {
    char years[16] = "";
    if (c->retention_years >= 0)
        snprintf(years, sizeof years, "%d", c->retention_years);
    row(app, (struct words){"Para limiti", "Limit of value"},
        strcmp(c->limit_value, "?") == 0
            ? say(app, (struct words){"var, ama okunamadı", "there is one, but it cannot be read"})
            : c->limit_value);
    row(app, (struct words){"Kullanım kısıtı", "Limit of use"}, c->limit_use);
    row(app, (struct words){"Kullanıcı bildirimi", "Notice"}, c->notice);
    row(app, (struct words){"Saklama süresi (yıl)", "Retention (years)"}, years);
    row(app, (struct words){"Güvenli aygıtta", "On a secure device"},
        c->on_device ? say(app, (struct words){"evet", "yes"}) : "");
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
    row(app, (struct words){"Kullanım amacı", "Extended key usage"}, c->purposes);
    row(app, (struct words){"Politikalar", "Policies"}, c->policies);
    print_limits(app, c);
    row(app, (struct words){"E-posta", "E-mail"}, c->emails);
    row(app, (struct words){"SİL adresi", "CRL"}, c->crl_urls);
    row(app, (struct words){"ÇİSDuP adresi", "OCSP"}, c->ocsp_urls);
    row(app, (struct words){"Veren sertifikanın adresi", "Issuer's certificate"}, c->issuer_urls);
    row(app, (struct words){"SHA-256", "SHA-256"}, c->sha256);
    row(app, (struct words){"Bilinen kök", "Known root"}, c->known ? c->known : "");
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

int certs_open(const struct app *app, const struct args *args, const char *where, sign_certs **out) {
    struct document doc = {.spool = -1};
    sign_error err = {0};
    int code = module_check(app, args, where);
    if (code)
        return code;
    if (strncmp(where, "pkcs11:", 7) == 0)
        return certs_of_token(app, args, where, out);
    code = document_open(app, where, &doc);
    if (!code && sign_certs_read(&doc.in, out, &err) != SIGN_OK)
        code = tell_error(app, &err);
    document_close(&doc);
    return code;
}

static int cert_show(struct app *app, const struct args *args) {
    sign_certs *certs = NULL;
    int code = certs_open(app, args, args->operands[1], &certs);
    if (!code)
        code = show_certs(app, certs);
    sign_certs_free(&certs);
    return code;
}

static int read_use(const struct app *app, const char *text, sign_cert_use *out) {
    static const char *const names[] = {[SIGN_USE_SIGNER] = "signer",
                                        [SIGN_USE_TSA] = "tsa",
                                        [SIGN_USE_OCSP] = "ocsp",
                                        [SIGN_USE_ANY] = "any"};
    for (int i = 0; text && i < 4; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (sign_cert_use)i;
            return 0;
        }
    return text ? usage(app,
                        (struct words){"--for signer, tsa, ocsp ya da any olmalı",
                                       "--for must be signer, tsa, ocsp or any"},
                        text)
                : 0;
}

/* Numbers with dots between them; whether the first two can be such is the library's to say. */
static int policies_check(const struct app *app, const sign_cert_options *opt) {
    for (size_t i = 0; i < opt->n_policies; i++) {
        const char *oid = opt->policies[i];
        size_t digits = strspn(oid, "0123456789");
        while (digits && oid[digits] == '.') {
            oid += digits + 1;
            digits = strspn(oid, "0123456789");
        }
        if (!digits || oid[digits] || !strchr(opt->policies[i], '.'))
            return usage(
                app,
                (struct words){"--policy-oid noktalı bir OID olmalı (2.16.792.1.2.1.1.5.7.1.1)",
                               "--policy-oid must be an OID in dotted form (2.16.792.1.2.1.1.5.7.1.1)"},
                opt->policies[i]);
    }
    return 0;
}

/* A file may hold the chain too: the library gets all of it. A token gives one certificate. */
static int check_one(const struct app *app, const struct args *args, const sign_trust *trust,
                     const sign_cert_options *opt) {
    const char *where = args->operands[1];
    struct document doc = {.spool = -1};
    sign_certs *certs = NULL;
    sign_report *report = NULL;
    sign_error err = {0};
    bool token = strncmp(where, "pkcs11:", 7) == 0;
    int code = token ? certs_of_token(app, args, where, &certs) : document_open(app, where, &doc);
    if (!code) {
        sign_input in = doc.in;
        if (token)
            in = (sign_input){.name = where, .data = sign_certs_get(certs, 0)->der};
        code = sign_cert_check(&in, trust, opt, &report, &err) < 0
                   ? tell_error(app, &err)
                   : report_print(app, report, &(struct dump){.app = app});
    }
    sign_report_free(&report);
    sign_certs_free(&certs);
    document_close(&doc);
    return code;
}

static int cert_check(struct app *app, const struct args *args) {
    const char *policies[MAX_VALUES];
    sign_cert_options opt = {.size = sizeof opt,
                             .no_revocation = args_flag(args, "no-revocation"),
                             .explicit_policy = args_flag(args, "require-policy"),
                             .no_mapping = args_flag(args, "no-mapping"),
                             .no_any_policy = args_flag(args, "no-any-policy"),
                             .policies = policies};
    struct evidence evidence;
    sign_policy *policy = NULL;
    opt.n_policies = args_list(args, "policy-oid", policies, MAX_VALUES);
    app->schema = "cert-check";
    int code = module_check(app, args, args->operands[1]);
    if (!code)
        code = read_use(app, args_value(args, "for"), &opt.use);
    if (!code)
        code = policies_check(app, &opt);
    if (!code)
        code = time_at(app, args, &opt.at);
    if (!code)
        code = policy_choose(app, args_value(args, "policy"), &policy);
    if (code)
        return code;
    opt.policy_file = policy;
    code = evidence_open(app, args, &evidence);
    if (!code) {
        code = check_one(app, args, evidence.trust, &opt);
        evidence_tell(app, args, &evidence, code);
        door_tell(&evidence.door);
    }
    evidence_close(&evidence);
    sign_policy_free(&policy);
    return code;
}

int run_cert(struct app *app, const struct args *args) {
    static const struct verb verbs[] = {{"show", " module ", 1, 1, cert_show},
                                        {"check",
                                         " module for policy-oid require-policy no-mapping no-any-policy "
                                         "trust store certs crl ocsp at policy "
                                         "no-revocation cache no-cache timeout proxy allow-address nonce ",
                                         1, 1, cert_check},
                                        {NULL, NULL, 0, 0, NULL}};
    return verb_run(app, args, verbs,
                    (struct words){"alt komut show ya da check olmalı", "the verb must be show or check"});
}
