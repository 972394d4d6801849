/* The options that sign, cosign and prepare share, as the library takes them. */
#include "app.h"
#include <stdlib.h>
#include <string.h>

const struct option_row format_rows[] = {
    {"format", 0, OPT_VALUE, "cades|xades", {"imza biçimi", "signature format"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};
const struct option_row packaging_rows[] = {
    {"packaging",
     0,
     OPT_VALUE,
     "SHAPE",
     {"cades attached|detached; xades enveloped|enveloping|detached|internally-detached",
      "cades attached|detached; xades enveloped|enveloping|detached|internally-detached"}},
    {"element",
     0,
     OPT_VALUE,
     "ID",
     {"internally-detached: yalnız Id'si bu olan öğeyi imzala",
      "internally-detached: sign the element with this Id only"}},
    {"single",
     0,
     OPT_FLAG,
     NULL,
     {"enveloped: tek imzalı belge; sonradan eklenen imza bunu bozar",
      "enveloped: a document of one signature; another added later breaks it"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};
const struct option_row key_rows[] = {
    {"key",
     'k',
     OPT_VALUE,
     "KEY",
     {"pkcs11: URI, PKCS#12 ya da PEM dosyası", "pkcs11: URI, PKCS#12 or PEM file"}},
    {"cert",
     0,
     OPT_VALUE,
     "FILE",
     {"imzacının sertifikası (ve zinciri)", "the signer's certificate (and chain)"}},
    {"pin-source",
     0,
     OPT_VALUE,
     "SRC",
     {"PIN ya da parola: prompt, fd:N, env:AD, file:YOL",
      "PIN or password: prompt, fd:N, env:NAME, file:PATH"}},
    {"module", 0, OPT_VALUE, "PATH", {"PKCS#11 sürücüsü", "PKCS#11 module"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};
const struct option_row output_rows[] = {
    {"output",
     'o',
     OPT_VALUE,
     "OUT",
     {"çıktı dosyası, - standart çıktı", "output file, - is standard output"}},
    {"force", 'f', OPT_FLAG, NULL, {"var olan çıktının üzerine yaz", "replace an existing output"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};
const struct option_row attribute_rows[] = {
    {"digest", 0, OPT_VALUE, "sha256|sha384|sha512", {"özet algoritması", "digest algorithm"}},
    {"pss", 0, OPT_FLAG, NULL, {"RSA anahtarıyla RSASSA-PSS", "RSASSA-PSS with an RSA key"}},
    {"time", 0, OPT_VALUE, "RFC3339", {"beyan edilen imza zamanı", "claimed signing time"}},
    {"commitment", 0, OPT_VALUE, "OID", {"taahhüt türü", "commitment type"}},
    {"role", 0, OPT_LIST, "T", {"beyan edilen rol (yinelenebilir)", "claimed role (repeatable)"}},
    {"role-v1",
     0,
     OPT_FLAG,
     NULL,
     {"rolleri eski biçimde yaz (signer-attributes, SignerRole)",
      "write roles the older way (signer-attributes, SignerRole)"}},
    {"place",
     0,
     OPT_LIST,
     "country=|locality=|line=T",
     {"imza yeri (yinelenebilir); xades'te state=, postal-code= de",
      "place of signing (repeatable); with xades state=, postal-code= too"}},
    {"mime-type", 0, OPT_VALUE, "TYPE", {"içeriğin MIME türü", "MIME type of the content"}},
    {"content-hint",
     0,
     OPT_VALUE,
     "T",
     {"içerik açıklaması (yalnız cades)", "description of the content (cades only)"}},
    {"policy-oid", 0, OPT_VALUE, "OID", {"imza politikası", "signature policy"}},
    {"policy-hash",
     0,
     OPT_VALUE,
     "HEX",
     {"politika belgesinin SHA-2 özeti", "SHA-2 digest of the policy document"}},
    {"policy-uri", 0, OPT_VALUE, "URI", {"politika belgesinin adresi", "address of the policy document"}},
    {"policy-notice", 0, OPT_VALUE, "T", {"politika kullanıcı notu", "user notice of the policy"}},
    {"certs", 0, OPT_VALUE, "FILE", {"imzaya eklenecek sertifikalar", "certificates to embed"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};
const struct option_row xml_rows[] = {
    {"c14n",
     0,
     OPT_VALUE,
     "exc|inc|c14n11",
     {"xades: XML'in kanonik biçimi", "xades: canonical form of the XML"}},
    {"certificate-v1",
     0,
     OPT_FLAG,
     NULL,
     {"xades: SigningCertificateV2 yerine SigningCertificate yaz",
      "xades: write SigningCertificate instead of SigningCertificateV2"}},
    {"place-v1",
     0,
     OPT_FLAG,
     NULL,
     {"xades: imza yerini eski SignatureProductionPlace ile yaz",
      "xades: write the place as the older SignatureProductionPlace"}},
    {"public-key",
     0,
     OPT_FLAG,
     NULL,
     {"xades: açık anahtarı KeyValue olarak da ekle", "xades: add the public key as KeyValue too"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

static int word_index(const char *value, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(value, words[i]) == 0)
            return (int)i;
    return -1;
}

static int read_digest(const struct app *app, const struct args *args, sign_options *o) {
    static const char *const digests[] = {"sha256", "sha384", "sha512"};
    const char *name = args_value(args, "digest");
    int i = name ? word_index(name, digests, 3) : 0;
    if (i < 0)
        return usage(
            app,
            (struct words){"--digest sha256, sha384 ya da sha512", "--digest is sha256, sha384 or sha512"},
            name);
    o->digest = (sign_digest)i;
    o->pss = args_flag(args, "pss");
    const char *time = args_value(args, "time");
    if (time && !sign_time_parse(time, &o->claimed_time))
        return usage(app,
                     (struct words){"--time RFC 3339 olmalı (2026-01-05T10:00:00+03:00)",
                                    "--time must be RFC 3339 (2026-01-05T10:00:00+03:00)"},
                     time);
    return 0;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_policy(const struct app *app, const struct args *args, struct sign_setup *s) {
    const char *hex = args_value(args, "policy-hash");
    size_t n = 0;
    s->options.policy_oid = args_value(args, "policy-oid");
    s->options.policy_uri = args_value(args, "policy-uri");
    s->options.policy_notice = args_value(args, "policy-notice");
    if (!s->options.policy_oid != !hex)
        return usage(app,
                     (struct words){"--policy-oid ile --policy-hash birlikte verilir",
                                    "--policy-oid and --policy-hash go together"},
                     NULL);
    for (; hex && hex[2 * n] && n < sizeof s->hash; n++) {
        int high = hex_digit(hex[2 * n]), low = high < 0 ? -1 : hex_digit(hex[2 * n + 1]);
        if (low < 0)
            break;
        s->hash[n] = (uint8_t)(high << 4 | low);
    }
    if (hex && (hex[2 * n] || (n != 32 && n != 48 && n != 64)))
        return usage(app,
                     (struct words){"--policy-hash 64, 96 ya da 128 onaltılık basamak",
                                    "--policy-hash is 64, 96 or 128 hex digits"},
                     hex);
    s->options.policy_digest = n == 64 ? SIGN_SHA512 : n == 48 ? SIGN_SHA384 : SIGN_SHA256;
    s->options.policy_hash = (sign_bytes){s->hash, n};
    return 0;
}

static int read_place(const struct app *app, const struct args *args, struct sign_setup *s) {
    const char *given[MAX_VALUES];
    size_t n = args_list(args, "place", given, MAX_VALUES);
    for (size_t i = 0; i < n; i++) {
        if (strncmp(given[i], "country=", 8) == 0)
            s->options.place_country = given[i] + 8;
        else if (strncmp(given[i], "locality=", 9) == 0)
            s->options.place_locality = given[i] + 9;
        else if (strncmp(given[i], "state=", 6) == 0)
            s->options.place_state = given[i] + 6;
        else if (strncmp(given[i], "postal-code=", 12) == 0)
            s->options.place_postal_code = given[i] + 12;
        else if (strncmp(given[i], "line=", 5) == 0 && s->options.n_place_lines < 6)
            s->lines[s->options.n_place_lines++] = given[i] + 5;
        else
            return usage(app,
                         (struct words){
                             "--place country=, locality=, state=, postal-code= ya da en çok altı line=",
                             "--place takes country=, locality=, state=, postal-code= or at most six line="},
                         given[i]);
    }
    s->options.place_lines = s->lines;
    return 0;
}

static int read_extra(const struct app *app, const struct args *args, struct sign_setup *s) {
    const char *file = args_value(args, "certs");
    sign_error err = {0};
    if (!file)
        return 0;
    sign_input in = {.path = file};
    if (sign_certs_read(&in, &s->extra, &err) != SIGN_OK)
        return tell_error(app, &err);
    for (size_t i = 0; i < sign_certs_count(s->extra) && i < 64; i++)
        s->extra_list[s->options.n_certificates++] = sign_certs_get(s->extra, i)->der;
    s->options.certificates = s->extra_list;
    return 0;
}

int sign_setup_read(const struct app *app, const struct args *args, struct sign_setup *s) {
    *s = (struct sign_setup){.options = {.size = sizeof s->options}};
    s->options.commitment = args_value(args, "commitment");
    s->options.mime_type = args_value(args, "mime-type");
    s->options.n_roles = args_list(args, "role", s->roles, sizeof s->roles / sizeof *s->roles);
    s->options.roles = s->roles;
    s->options.roles_v1 = args_flag(args, "role-v1");
    if (s->options.n_roles == 0 && args_asked(args, "role-v1"))
        return usage(app, (struct words){"--role-v1 için --role gerekli", "--role-v1 needs a --role"}, NULL);
    int failed = format_read(app, args, &s->options);
    if (!failed)
        failed = read_digest(app, args, &s->options);
    if (!failed)
        failed = read_policy(app, args, s);
    if (!failed)
        failed = read_place(app, args, s);
    if (!failed && s->options.format != SIGN_AUTO)
        failed = format_options(app, args, &s->options);
    if (!failed)
        failed = secret_check(app, args_value(args, "pin-source"));
    return failed ? failed : read_extra(app, args, s);
}

void sign_setup_free(struct sign_setup *s) {
    sign_certs_free(&s->extra);
}

int pss_check(const struct app *app, const sign_options *options, sign_bytes certificate) {
    sign_certs *certs = NULL;
    sign_error err = {0};
    if (!options->pss)
        return 0;
    if (sign_certs_read(&(sign_input){.name = "--cert", .data = certificate}, &certs, &err) != SIGN_OK)
        return tell_error(app, &err);
    const sign_cert *c = sign_certs_get(certs, 0);
    bool rsa = c && strncmp(c->key, "RSA", 3) == 0;
    int failed =
        rsa ? 0
            : usage(app, (struct words){"--pss bir RSA anahtarı ister", "--pss needs an RSA key"}, c->key);
    sign_certs_free(&certs);
    return failed;
}

/* A key file or token that wanted a secret and could not get it. */
static int no_secret(const struct app *app) {
    return tell(
        app, EXIT_TOKEN, "E2099",
        say(app, (struct words){"PIN ya da parola gerekli, ama alınamadı.",
                                "A PIN or password is needed, but there was none to be had."}),
        say(app, (struct words){"Bir terminalde çalıştırın ya da --pin-source fd:N, env:AD, file:YOL verin.",
                                "Run it in a terminal, or give --pin-source fd:N, env:NAME or file:PATH."}));
}

int key_file_open(const struct app *app, const struct args *args, const char *file, sign_key **out) {
    sign_error err = {0};
    struct secret_source source = {app, args_value(args, "pin-source"), false};
    sign_key_options opt = {.size = sizeof opt, .secret = secret_get, .user = &source};
    sign_rc rc = sign_key_open(file, &opt, out, &err);
    if (rc == SIGN_E_PIN && source.missing)
        return no_secret(app);
    return rc == SIGN_OK ? 0 : tell_error(app, &err);
}

int key_open(const struct app *app, const struct args *args, const char *person, sign_key **out) {
    sign_error err = {0};
    struct secret_source source = {app, args_value(args, "pin-source"), false};
    sign_key_options opt = {.size = sizeof opt,
                            .certificate = args_value(args, "cert"),
                            .module = args_value(args, "module"),
                            .secret = secret_get,
                            .user = &source};
    const char *where = args_value(args, "key");
    int failed = module_check(app, args, where);
    if (failed)
        return failed;
    sign_rc rc = where ? sign_key_open(where, &opt, out, &err) : sign_key_find(person, &opt, out, &err);
    if (rc == SIGN_OK)
        return 0;
    if (rc == SIGN_E_PIN && source.missing)
        return no_secret(app);
    return tell_error(app, &err);
}
