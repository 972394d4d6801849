/* Errors of the library as the command line tells them: its exit codes, and its own words for what the
 * options said. */
#include "app.h"
#include <string.h>

/* What the library knows as a field of a structure is an option here. */
static const struct {
    const char *field, *option;
} options[] = {
    {"mime_type", "--mime-type"},
    {"roles", "--role"},
    {"place_country", "--place country="},
    {"place_locality", "--place locality="},
    {"place_state", "--place state="},
    {"place_postal_code", "--place postal-code="},
    {"place_lines", "--place line="},
    {"policy_oid", "--policy-oid"},
    {"policy_hash", "--policy-hash"},
    {"policy_uri", "--policy-uri"},
    {"policy_notice", "--policy-notice"},
    {"commitment", "--commitment"},
    {"content_hint", "--content-hint"},
    {"element", "--element"},
    {"claimed_time", "--time"},
    {"certificates", "--certs"},
    {"chain", "--cert"},
};

/* The details of errors that a person meets by what was typed; others are left in the terms of the standards.
 */
static const struct {
    const char *said;
    struct words words;
} details[] = {
    {"empty", {"boş", "empty"}},
    {"too long", {"çok uzun", "too long"}},
    {"too many", {"çok fazla", "too many"}},
    {"not UTF-8", {"UTF-8 değil", "not UTF-8"}},
    {"not an object identifier in dotted form",
     {"noktalı yazılmış bir OID değil (1.2.840 gibi)", "not an OID in dotted form (like 1.2.840)"}},
    {"not of the form type/subtype",
     {"tür/alttür biçiminde değil (application/xml gibi)",
      "not of the form type/subtype (like application/xml)"}},
    {"not printable ASCII", {"yazdırılabilir ASCII değil", "not printable ASCII"}},
    {"not a URI in ASCII", {"ASCII ile yazılmış bir URI değil", "not a URI in ASCII"}},
    {"longer than 200 characters", {"200 karakterden uzun", "longer than 200 characters"}},
    {"missing, but another policy option is given",
     {"yok, ama başka bir politika seçeneği verilmiş", "missing, but another policy option is given"}},
    {"a character that XML does not allow",
     {"XML'in izin vermediği bir karakter var", "it has a character that XML does not allow"}},
    {"not between 1970 and 9999", {"1970 ile 9999 arasında değil", "not between 1970 and 9999"}},
    {"1 to 16 certificates", {"1 ile 16 arasında sertifika olmalı", "1 to 16 certificates"}},
    {"what it refers to was changed", {"gösterdiği veri sonradan değişmiş", "what it refers to was changed"}},
    {"its value does not verify", {"imza değeri doğrulanmıyor", "its value does not verify"}},
    {"no element has it", {"bu Id hiçbir öğede yok", "no element has it"}},
    {"several elements have it", {"bu Id birden çok öğede var", "several elements have it"}},
    {"not a name", {"Id olabilecek bir ad değil", "not a name that an Id can be"}},
    {"it is the root element; sign enveloped, or all of the document",
     {"kök öğenin kendisi; enveloped ya da --element'siz imzalayın",
      "it is the root element; sign enveloped, or without --element"}},
};

/* The same kind of cause ends with the same code, whatever met it: a signature in the file that does not hold
 * or is malformed is 1 as for verify, what a rule forbids is 8, what is not there is 5. */
static const struct {
    char id[8];
    int exit;
} particular[] = {{"E6027", EXIT_NOT_PASSED}, {"E6028", EXIT_NOT_PASSED}, {"E6033", EXIT_REFUSED},
                  {"E6034", EXIT_REFUSED},    {"E6035", EXIT_REFUSED},    {"E6036", EXIT_REFUSED},
                  {"E3501", EXIT_REFUSED},    {"E3502", EXIT_IO}};

static int exit_of_rc(sign_rc rc) {
    static const struct {
        sign_rc rc;
        int exit;
    } table[] = {
        {SIGN_E_ARGUMENT, EXIT_USAGE},
        {SIGN_E_IO, EXIT_IO},
        {SIGN_E_EXISTS, EXIT_IO},
        {SIGN_E_FORMAT, EXIT_IO},
        {SIGN_E_LIMIT, EXIT_IO},
        {SIGN_E_NETWORK, EXIT_NETWORK},
        {SIGN_E_KEY, EXIT_TOKEN},
        {SIGN_E_PIN, EXIT_TOKEN},
        {SIGN_E_TOKEN, EXIT_TOKEN},
        {SIGN_E_CERTIFICATE, EXIT_TOKEN},
        {SIGN_E_REFUSED, EXIT_REFUSED},
        {SIGN_E_UNSUPPORTED, EXIT_REFUSED},
        {SIGN_E_CANCELLED, EXIT_INTERRUPTED},
    };
    if (rc >= 0)
        return (int)rc;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].rc == rc)
            return table[i].exit;
    return EXIT_INTERNAL;
}

static int exit_of(const sign_error *err) {
    bool told = err->code == SIGN_E_FORMAT || err->code == SIGN_E_UNSUPPORTED ||
                (strncmp(err->id, "E35", 3) == 0 &&
                 (err->code == SIGN_E_CERTIFICATE || err->code == SIGN_E_ARGUMENT));
    for (size_t i = 0; told && i < sizeof particular / sizeof *particular; i++)
        if (strcmp(particular[i].id, err->id) == 0)
            return particular[i].exit;
    return exit_of_rc(err->code);
}

static const char *option_of(const char *field, size_t n) {
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strlen(options[i].field) == n && strncmp(options[i].field, field, n) == 0)
            return options[i].option;
    return NULL;
}

static const char *detail_of(const struct app *app, const char *said) {
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        if (strcmp(details[i].said, said) == 0)
            return say(app, details[i].words);
    return NULL;
}

/* "field: what is wrong with it" of the library's own check, as a usage error of this program; -1: it is
 * none. */
static int tell_option(const struct app *app, const sign_error *err) {
    const char *colon = strstr(err->text, ": ");
    const char *option = colon ? option_of(err->text, (size_t)(colon - err->text)) : NULL;
    if (err->code != SIGN_E_ARGUMENT || !option)
        return -1;
    const char *detail = detail_of(app, colon + 2);
    return usage(app, (struct words){option, option}, detail ? detail : colon + 2);
}

/* The last part of the first argument, where it is one of the details above, in the person's language. */
static void translate(const struct app *app, sign_error *err) {
    const char *last = NULL;
    for (const char *at = err->args; (at = strstr(at, ": ")); at += 2)
        last = at + 2;
    const char *detail = last ? detail_of(app, last) : NULL;
    size_t n = last ? (size_t)(last - err->args) : 0;
    if (detail && n + strlen(detail) < sizeof err->args)
        snprintf(err->args + n, sizeof err->args - n, "%s", detail);
}

int tell_error(const struct app *app, const sign_error *err) {
    char text[1200];
    sign_error told = *err;
    if (app->verbose && !app->json)
        fprintf(stderr, "kalem: %s: %s\n", sign_rc_name(err->code), err->text);
    int code = tell_option(app, err);
    if (code >= 0)
        return code;
    translate(app, &told);
    sign_error_text(&told, app->lang, text, sizeof text);
    return tell(app, exit_of(err), err->id, text, sign_error_hint(err, app->lang));
}
