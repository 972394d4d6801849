/* kalem verify, inspect and extract. */
#include "app.h"
#include "reports.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_CONTENTS = 16 };

const struct option_row verify_rows[] = {{"require",
                                          0,
                                          OPT_VALUE,
                                          "RULE",
                                          {"geçmesi gereken imzalar: all, any, n:K, signer:KİM,KİM",
                                           "which signatures must pass: all, any, n:K, signer:ID,ID"}},
                                         {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

/* The detached contents: --content [NAME=]FILE, or X beside X.p7s. */
struct contents {
    sign_input in[MAX_CONTENTS];
    struct document docs[MAX_CONTENTS];
    char *names[MAX_CONTENTS];
    size_t n;
    bool chosen; /* in[0] is the one that is meant */
};

static void contents_free(struct contents *c) {
    for (size_t i = 0; i < c->n; i++) {
        document_close(&c->docs[i]);
        free(c->names[i]);
    }
}

static int content_add(const struct app *app, struct contents *c, const char *spec) {
    /* A file whose own name holds "=" is taken as it is when it exists. */
    const char *equals = strchr(spec, '=');
    bool named = equals && equals != spec && access(spec, F_OK) != 0;
    int failed = document_open(app, named ? equals + 1 : spec, &c->docs[c->n]);
    if (failed)
        return failed;
    c->names[c->n] = named ? strndup(spec, (size_t)(equals - spec)) : NULL;
    c->in[c->n] = c->docs[c->n].in;
    if (named)
        c->in[c->n].name = c->names[c->n];
    c->n++;
    return 0;
}

/* NAME of `[NAME=]FILE` is the base name of the signature file less its .p7s. */
static bool names_content(const char *name, const char *file) {
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    size_t n = strlen(base);
    if (n > 4 && strcmp(base + n - 4, ".p7s") == 0)
        n -= 4;
    return name && strlen(name) == n && strncmp(name, base, n) == 0;
}

/* A CMS has one content (RFC 5652, 5.2): among several the one that bears its name is taken. An XML signature
 * may have many, and its references name them. */
static int content_choose(const struct app *app, struct contents *c, const struct document *what) {
    const char *file = what->in.name ? what->in.name : what->in.path;
    size_t found = 0, at = 0;
    if (c->n <= 1 || document_is_xml(what))
        return 0;
    for (size_t i = 0; i < c->n; i++)
        if (names_content(c->names[i], file)) {
            found++;
            at = i;
        }
    if (found != 1)
        return usage(
            app,
            (struct words){"birden çok --content: hangisi? Biri NAME=FILE olmalı, NAME imzanın .p7s'siz adı",
                           "several --content: which one? One must be NAME=FILE, NAME that of the "
                           "signature without .p7s"},
            file);
    c->in[0] = c->in[at];
    c->chosen = true;
    return 0;
}

/* An X.xades.xml that carries its content, or is an enveloped signature by another name, has no use for X. */
static bool wants_content(const struct document *what) {
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    sign_report *report = NULL;
    bool wants = false;
    if (sign_verify(&what->in, NULL, 0, NULL, &opt, &report, NULL) < 0)
        return false; /* the verification itself tells why */
    for (size_t i = 0; i < sign_report_count(report); i++) {
        const sign_signature *s = sign_report_signature(report, i);
        wants = wants || (s->sub && strcmp(s->sub, "SIGNED_DATA_NOT_FOUND") == 0);
    }
    sign_report_free(&report);
    return wants;
}

static int contents_read(const struct app *app, const struct args *args, const struct document *what,
                         struct contents *c) {
    const char *given[MAX_VALUES], *file = args->operands[0];
    size_t n = args_list(args, "content", given, MAX_VALUES);
    if (n > MAX_CONTENTS)
        return usage(app, (struct words){"en çok 16 --content", "at most 16 --content"}, NULL);
    for (size_t i = 0; i < n; i++) {
        int failed = content_add(app, c, given[i]);
        if (failed)
            return failed;
    }
    char *beside = n == 0 ? content_beside(file) : NULL;
    if (beside && (!document_is_xml(what) || wants_content(what))) {
        c->names[0] = beside;
        c->in[0] = (sign_input){.path = beside};
        c->docs[0].spool = -1;
        c->n = 1;
    } else {
        free(beside);
    }
    return content_choose(app, c, what);
}

/* The verdict is the text up to the first colon: green, red or yellow on a terminal. */
static int print_text(const struct app *app, const sign_buf *text, sign_rc verdict) {
    static const char *const colors[] = {"\033[1;32m", "\033[1;31m", "\033[1;33m", "\033[1;33m"};
    const uint8_t *colon = app->color ? memchr(text->data, ':', text->len) : NULL;
    size_t n = colon ? (size_t)(colon - text->data) : 0;
    if (n)
        printf("%s%.*s\033[0m", colors[verdict & 3], (int)n, (const char *)text->data);
    return print_bytes(app, text->data + n, text->len - n);
}

json_t *report_json(const struct app *app, const sign_report *report, int *code) {
    sign_buf text = {0};
    sign_error err = {0};
    json_t *whole = NULL;
    *code = 0;
    if (sign_report_write(report, SIGN_JSON, app->lang, &text, &err) != SIGN_OK)
        *code = tell_error(app, &err);
    else if (!(whole = json_loadb((const char *)text.data, text.len, 0, NULL)))
        *code = no_memory(app);
    sign_buf_free(&text);
    return whole;
}

static const char *text_of(json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "-";
}

static void print_digests(json_t *scope, int indent) {
    for (size_t i = 0; i < json_array_size(scope); i++) {
        json_t *part = json_array_get(scope, i);
        printf("%*s%s %s\n", indent, "", text_of(part, "digest_alg"), text_of(part, "digest"));
    }
}

static void print_revocation(json_t *list, int indent) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *r = json_array_get(list, i);
        char source[400]; /* the name of a file may hold anything */
        printable(text_of(r, "source"), source, sizeof source);
        printf("%*s%s %s (%s): %s (thisUpdate %s, nextUpdate %s) cert SHA-256 %s\n", indent, "",
               text_of(r, "kind"), source, text_of(r, "origin"), text_of(r, "status"),
               text_of(r, "this_update"), text_of(r, "next_update"), text_of(r, "for"));
    }
}

/* What the report shortens, in full: enough to find the certificate and to compare the digests elsewhere. */
static void print_signatures(json_t *list, int indent) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *s = json_array_get(list, i), *signer = json_object_get(s, "signer");
        printf("%*s%s: cert SHA-256 %s, serial %s\n", indent, "", text_of(s, "id"),
               text_of(signer, "cert_sha256"), text_of(signer, "serial"));
        print_digests(json_object_get(s, "scope"), indent + 2);
        print_revocation(json_object_get(s, "revocation"), indent + 2);
        if (indent < 32)
            print_signatures(json_object_get(s, "countersignatures"), indent + 2);
    }
}

/* -v: the technical part, in terms of the standards and the same in both languages. */
static int print_details(const struct app *app, const sign_report *report) {
    int code = 0;
    json_t *whole = report_json(app, report, &code);
    if (!whole)
        return code;
    fprintf(stderr, "kalem: libsign %s, %s %s\n", sign_version(),
            say(app, (struct words){"doğrulama politikası", "validation policy"}), text_of(whole, "policy"));
    json_t *signatures = json_object_get(whole, "signatures"),
           *of_cert = json_object_get(whole, "revocation");
    if (json_array_size(signatures) || json_array_size(of_cert))
        printf("\n%s\n", say(app, (struct words){"Teknik ayrıntılar", "Technical details"}));
    print_signatures(signatures, 2);
    print_revocation(of_cert, 2);
    json_decref(whole);
    return finish_stdout(app, EXIT_DONE);
}

/* The report with the files of --dump-c14n beside it. */
static int print_report_json(const struct app *app, const sign_report *report, const struct dump *dump) {
    int code = 0;
    json_t *whole = report_json(app, report, &code);
    if (whole)
        json_object_set_new(whole, "c14n_files", dump->files ? json_incref(dump->files) : json_array());
    return whole ? print_json(app, sign_report_exit(report), whole) : code;
}

int report_print(const struct app *app, const sign_report *report, const struct dump *dump) {
    sign_buf text = {0};
    sign_error err = {0};
    int code = sign_report_exit(report);
    if (app->quiet && !app->json)
        return code;
    if (app->json && dump->dir)
        return print_report_json(app, report, dump);
    if (sign_report_write(report, app->json ? SIGN_JSON : SIGN_TEXT, app->lang, &text, &err) != SIGN_OK)
        return tell_error(app, &err);
    int printed = app->json ? print_bytes(app, text.data, text.len)
                            : print_text(app, &text, sign_report_verdict(report));
    sign_buf_free(&text);
    if (!printed && app->verbose && !app->json)
        printed = print_details(app, report);
    if (!printed && !app->json)
        printed = dump_tell(dump);
    return printed ? printed : code;
}

/* A CMS signature digests what is in the file: there is nothing to write. */
static int dump_check(const struct app *app, const sign_report *report, const struct dump *dump) {
    const sign_signature *first = sign_report_signature(report, 0);
    bool cms = first && first->format && (!strcmp(first->format, "cades") || !strcmp(first->format, "cms"));
    return dump->dir && cms ? usage(app,
                                    (struct words){"--dump-c14n yalnız XML imzalarında",
                                                   "--dump-c14n is for XML signatures only"},
                                    first->format)
                            : 0;
}

/* The forms that --report names, then the report itself unless one of them took its place. */
static int tell_report(const struct app *app, const sign_report *report, const struct reports *reports,
                       const struct dump *dump) {
    int code = reports_write(app, reports, report);
    if (code)
        return code;
    code = reports->to_stdout ? sign_report_exit(report) : report_print(app, report, dump);
    int told = code < EXIT_IO && !app->json && !reports->to_stdout ? reports_tell(app, reports) : 0;
    return told ? told : code;
}

static int verify_document(const struct app *app, const struct args *args, const sign_trust *trust,
                           const sign_verify_options *opt, const struct dump *dump,
                           const struct reports *reports) {
    struct document what = {.spool = -1};
    struct contents contents = {.n = 0};
    sign_report *report = NULL;
    sign_error err = {0};
    int code = document_open(app, args->operands[0], &what);
    if (!code)
        code = contents_read(app, args, &what, &contents);
    if (!code) {
        sign_rc rc =
            sign_verify(&what.in, contents.in, contents.chosen ? 1 : contents.n, trust, opt, &report, &err);
        code = dump->failed ? dump->failed : rc < 0 ? tell_error(app, &err) : dump_check(app, report, dump);
        if (!code)
            code = tell_report(app, report, reports, dump);
    }
    sign_report_free(&report);
    contents_free(&contents);
    document_close(&what);
    return code;
}

static int verify_with(const struct app *app, const struct args *args, sign_verify_options *opt,
                       const struct reports *reports) {
    struct evidence evidence;
    int code = evidence_open(app, args, &evidence);
    if (!code) {
        code = verify_document(app, args, evidence.trust, opt, &(struct dump){.app = app}, reports);
        evidence_tell(app, args, &evidence, code);
        door_tell(&evidence.door);
    }
    evidence_close(&evidence);
    return code;
}

int run_verify(struct app *app, const struct args *args) {
    sign_verify_options opt = {.size = sizeof opt,
                               .require = args_value(args, "require"),
                               .no_revocation = args_flag(args, "no-revocation")};
    sign_policy *policy = NULL;
    struct reports reports;
    int code = reports_read(app, args, &reports);
    opt.detailed = reports_detailed(&reports);
    if (!code)
        code = time_at(app, args, &opt.at);
    if (!code)
        code = policy_choose(app, args_value(args, "policy"), &policy);
    opt.policy_file = policy;
    if (!code)
        code = verify_with(app, args, &opt, &reports);
    sign_policy_free(&policy);
    return code;
}

int run_inspect(struct app *app, const struct args *args) {
    struct dump dump = {.app = app, .dir = args_value(args, "dump-c14n"), .force = args_flag(args, "force")};
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    if (!dump.dir && args_asked(args, "force"))
        return usage(app, (struct words){"--force için --dump-c14n gerekli", "--force needs --dump-c14n"},
                     NULL);
    if (dump.dir) {
        opt.digested = dump_piece;
        opt.digested_user = &dump;
    }
    int code = verify_document(app, args, NULL, &opt, &dump, &(struct reports){.n = 0});
    dump_free(&dump);
    return code;
}

int run_extract(struct app *app, const struct args *args) {
    struct document what = {.spool = -1};
    sign_output out;
    sign_error err = {0};
    int code = output_choose(app, args, NULL, &out);
    if (!code)
        code = document_open(app, args->operands[0], &what);
    if (!code) {
        sign_rc rc = sign_extract(&what.in, &out, &err);
        if (rc == SIGN_FAILED)
            code = tell(app, EXIT_NOT_PASSED, "E4090",
                        say(app, (struct words){"İmzanın bütünlüğü bozuk; içerik yazılmadı.",
                                                "The signature does not hold; the content was not written."}),
                        say(app, (struct words){"Ayrıntı: kalem inspect", "Details: kalem inspect"}));
        else if (rc == SIGN_NO_SIGNATURE)
            code = no_signature(app);
        else
            code = rc == SIGN_OK
                       ? tell_output(app, out.path, (struct words){"İçerik yazıldı", "Content written"})
                       : tell_error(app, &err);
    }
    document_close(&what);
    return code;
}
