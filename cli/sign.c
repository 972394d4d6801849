/* kalem sign and kalem cosign. */
#include "app.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The person a form speaks of, so that among several cards the applicant's own is taken. */
static char *applicant_of(const sign_input *in) {
    sign_form *form = NULL;
    char *person = NULL;
    if (sign_form_is(in) && sign_form_open(in, NULL, 0, &form, NULL) == SIGN_OK) {
        const char *number = sign_form_get(form, "KimlikNo");
        person = number ? strdup(number) : NULL;
    }
    sign_form_free(&form);
    return person;
}

bool is_signed(const sign_input *in) {
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    sign_report *report = NULL;
    bool any = sign_verify(in, NULL, 0, NULL, &opt, &report, NULL) >= 0 && sign_report_count(report) > 0;
    sign_report_free(&report);
    return any;
}

int tell_signed(const struct app *app, const struct document *doc) {
    char text[600], shown[400];
    printable(doc->in.name ? doc->in.name : doc->in.path, shown, sizeof shown);
    snprintf(text, sizeof text, "%s: %s",
             say(app, (struct words){"Dosya zaten imzalı", "The file is signed already"}), shown);
    return tell(app, EXIT_REFUSED, "E6038", text,
                say(app, (struct words){
                             "İmza eklemek için kalem cosign, içeriği çıkarmak için kalem extract kullanın.",
                             "Add a signature with kalem cosign; take its content out with kalem extract."}));
}

/* A form that cannot be read because it holds a signature. */
static bool is_signed_form(const sign_input *in) {
    sign_form *form = NULL;
    bool found = sign_form_is(in) && sign_form_open(in, NULL, 0, &form, NULL) != SIGN_OK && is_signed(in);
    sign_form_free(&form);
    return found;
}

/* A signature inside the document needs a document that can hold it. */
static int holder_check(const struct app *app, const sign_options *o, const struct document *doc) {
    bool inside = o->shape == SIGN_ENVELOPED || o->shape == SIGN_INTERNALLY_DETACHED;
    char text[600], shown[400];
    if (!inside || access(doc->in.path, R_OK) != 0 || document_is_xml(doc) || sign_form_is(&doc->in))
        return 0; /* a file that cannot be read is told by the library */
    printable(doc->in.name ? doc->in.name : doc->in.path, shown, sizeof shown);
    snprintf(text, sizeof text, "%s: %s",
             say(app, (struct words){"Dosya XML değil, imza içine konamaz",
                                     "The file is not XML and cannot hold a signature"}),
             shown);
    return tell(
        app, EXIT_IO, "E5021", text,
        say(app, (struct words){"--packaging enveloping (imza dosyayı içine alır) ya da detached (imza "
                                "ayrı dosyadır) verin.",
                                "Give --packaging enveloping (the signature carries the file) or "
                                "detached (it is a file beside it)."}));
}

int document_to_sign(const struct app *app, const char *file, const sign_options *o, struct document *doc) {
    bool refers = o->format == SIGN_XADES && o->shape == SIGN_DETACHED;
    size_t n = strlen(file);
    /* XML-Signature 4.4.3.1: the reference names the file, and standard input has no name to look for later.
     */
    if (refers && strcmp(file, "-") == 0)
        return usage(
            app,
            (struct words){"ayrık xades imzası dosyayı adıyla gösterir; standart girdi yerine dosya verin",
                           "a detached xades signature refers to the file by its name; give a file, "
                           "not standard input"},
            NULL);
    int failed = document_open(app, file, doc);
    if (failed)
        return failed;
    if (refers && n > 4 && strcmp(file + n - 4, ".xml") == 0)
        doc->in.type = "application/xml"; /* unless --mime-type says another */
    return is_signed_form(&doc->in) ? tell_signed(app, doc) : holder_check(app, o, doc);
}

enum { FORM_MOST = 1 << 20 }; /* octets that the library reads as a form */

/* The file holds other octets than those that are signed for a form: JSON, or XML that is not canonical. */
static bool is_other_writing(const struct app *app, const struct document *doc) {
    sign_form *form = NULL;
    sign_buf canonical = {0}, own = {0};
    sign_error err = {0};
    bool other = sign_form_is(&doc->in) && sign_form_open(&doc->in, NULL, 0, &form, &err) == SIGN_OK &&
                 sign_form_write(form, &(sign_output){.buf = &canonical}, &err) == SIGN_OK &&
                 file_whole(app, doc->in.path, FORM_MOST, &own) == 0 &&
                 (own.len != canonical.len || memcmp(own.data, canonical.data, own.len) != 0);
    sign_buf_free(&canonical);
    sign_buf_free(&own);
    sign_form_free(&form);
    return other;
}

void canonical_note(const struct app *app, const sign_options *options, const struct document *doc) {
    char shown[400];
    if (options->shape != SIGN_DETACHED || app->quiet || app->json || !is_other_writing(app, doc))
        return;
    printable(doc->in.name ? doc->in.name : doc->in.path, shown, sizeof shown);
    fprintf(
        stderr, "kalem: %s: kalem form show %s --canonical\n",
        say(app, (struct words){"İmzalanan, formun kanonik XML'idir; ayrık imzayı doğrularken --content ile "
                                "onu verin",
                                "What was signed is the canonical XML of the form; give that with --content "
                                "to verify the detached signature"}),
        shown);
}

static int sign_document(const struct app *app, const struct args *args, const struct sign_setup *setup,
                         struct document *doc, const sign_output *out) {
    sign_error err = {0};
    sign_key *key = NULL;
    char *person = args_value(args, "key") ? NULL : applicant_of(&doc->in);
    int failed = key_open(app, args, person, &key);
    free(person);
    if (!failed)
        failed = pss_check(app, &setup->options, sign_key_certificate(key));
    sign_rc rc = failed ? SIGN_OK : sign_create(key, &doc->in, &setup->options, out, &err);
    sign_key_free(&key);
    if (failed)
        return failed;
    if (rc != SIGN_OK)
        return tell_error(app, &err);
    canonical_note(app, &setup->options, doc);
    return tell_output(app, out->path, (struct words){"İmzalandı", "Signed"});
}

int run_sign(struct app *app, const struct args *args) {
    struct sign_setup setup = {0};
    struct document doc = {.spool = -1};
    sign_output out;
    char *fallback = NULL;
    int code = sign_setup_read(app, args, &setup);
    if (!code) {
        fallback = output_name(args->operands[0], &setup.options);
        code = output_choose(app, args, fallback, &out);
    }
    if (!code)
        code = document_to_sign(app, args->operands[0], &setup.options, &doc);
    if (!code)
        code = sign_document(app, args, &setup, &doc, &out);
    document_close(&doc);
    sign_setup_free(&setup);
    free(fallback);
    return code;
}

static json_t *first_error(json_t *messages) {
    for (size_t i = 0; i < json_array_size(messages); i++) {
        json_t *m = json_array_get(messages, i);
        const char *level = json_string_value(json_object_get(m, "level"));
        if (level && strcmp(level, "error") == 0)
            return m;
    }
    return NULL;
}

/* Tells the first error of a report as this command's own; `i` is the signature that it speaks of. */
static int tell_finding(const struct app *app, const sign_report *report, size_t i, int exit) {
    int failed = 0;
    json_t *whole = report_json(app, report, &failed);
    if (!whole)
        return failed;
    json_t *one = json_array_get(json_object_get(whole, "signatures"), i);
    json_t *m = first_error(json_object_get(one, "messages"));
    const char *code = json_string_value(json_object_get(m, "code"));
    const char *hint = json_string_value(json_object_get(m, "hint"));
    const char *said = json_string_value(json_object_get(m, "text"));
    int told =
        tell(app, exit, code ? code : "E4010",
             said ? said : say(app, (struct words){"İmzanın yapısı bozuk.", "The signature is malformed."}),
             hint ? hint : "");
    json_decref(whole);
    return told;
}

static int no_content(const struct app *app, const char *file) {
    char text[600], shown[400];
    printable(file, shown, sizeof shown);
    snprintf(text, sizeof text, "%s: %s",
             say(app, (struct words){"İmza ayrık; imzalanan içerik de gerekli",
                                     "The signature is detached; its content is needed"}),
             shown);
    return tell(app, EXIT_USAGE, "E6029", text,
                say(app, (struct words){"İmzalanan dosyayı --content ile verin.",
                                        "Give the signed file with --content."}));
}

/* What no key can change is told before a PIN is asked for: the library drafts the signature as if the first
 * signer made it, and where it may not stand, that is the answer. Any other trouble of such a draft means
 * nothing. */
static int place_check(const struct app *app, const struct args *args, const struct document *what,
                       const sign_signature *first, const sign_options *options) {
    const char *key = args_value(args, "key");
    sign_draft *draft = NULL;
    sign_error err = {0};
    bool asks = !key || strncmp(key, "pkcs11:", 7) == 0 || args_asked(args, "content");
    if (!asks || options->format != SIGN_XADES || first->certificate.len == 0)
        return 0;
    sign_rc rc = sign_draft_new(&first->certificate, 1, &what->in, NULL, options, &draft, &err);
    sign_draft_free(&draft);
    bool placed = rc == SIGN_OK || (strcmp(err.id, "E6036") != 0 && strcmp(err.id, "E6037") != 0);
    return placed ? 0 : tell_error(app, &err);
}

/* Nobody is asked for a PIN for a file to which nothing can be added: no signature is 3, one that is
 * malformed or does not fit its content is 1, as for extract. What is added has the format that is there. */
static int look_first(const struct app *app, const struct args *args, const struct document *what,
                      const sign_input *in, sign_options *options) {
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    sign_report *report = NULL;
    sign_error err = {0};
    sign_rc rc = sign_verify(&what->in, in, in ? 1 : 0, NULL, &opt, &report, &err);
    if (rc < 0)
        return tell_error(app, &err);
    int failed = rc == SIGN_NO_SIGNATURE ? no_signature(app) : 0;
    for (size_t i = 0; !failed && i < sign_report_count(report); i++) {
        const sign_signature *s = sign_report_signature(report, i);
        bool broken = (s->sub && strcmp(s->sub, "FORMAT_FAILURE") == 0) || s->references == 0;
        /* Nothing is added to a detached XML signature, with content or without: the library says so. */
        bool cms = s->format && s->format[0] == 'c';
        bool absent = cms && !in && s->sub && strcmp(s->sub, "SIGNED_DATA_NOT_FOUND") == 0;
        if (absent)
            failed = no_content(app, what->in.name ? what->in.name : what->in.path);
        else if (broken)
            failed = tell_finding(app, report, i, EXIT_NOT_PASSED);
    }
    const sign_signature *first = sign_report_signature(report, 0);
    if (!failed)
        failed = format_found(app, args, first->format ? first->format : "", options);
    if (!failed)
        failed = format_options(app, args, options);
    if (!failed)
        failed = place_check(app, args, what, first, options);
    sign_report_free(&report);
    return failed;
}

static int cosign_document(const struct app *app, const struct args *args, struct sign_setup *setup,
                           const struct document *what, const struct document *content,
                           const sign_output *out) {
    sign_error err = {0};
    sign_key *key = NULL;
    const sign_input *in = content->in.path ? &content->in : NULL;
    int failed = look_first(app, args, what, in, &setup->options);
    if (!failed && setup->options.format == SIGN_XADES) {
        in = NULL; /* the document holds what is signed */
        if (args_asked(args, "content"))
            failed = usage(app,
                           (struct words){"--content yalnız ayrık cades imzasına eklerken",
                                          "--content is for adding to a detached cades signature"},
                           NULL);
    }
    if (!failed)
        failed = key_open(app, args, NULL, &key);
    if (!failed)
        failed = pss_check(app, &setup->options, sign_key_certificate(key));
    sign_rc rc = failed ? SIGN_OK : sign_add(key, &what->in, in, &setup->options, out, &err);
    sign_key_free(&key);
    if (failed)
        return failed;
    if (rc != SIGN_OK)
        return tell_error(app, &err);
    return tell_output(app, out->path, (struct words){"İmza eklendi", "Signature added"});
}

int run_cosign(struct app *app, const struct args *args) {
    struct sign_setup setup = {0};
    struct document what = {.spool = -1}, content = {.spool = -1};
    sign_output out;
    const char *file = args_value(args, "content");
    char *beside = file ? NULL : content_beside(args->operands[0]);
    int code = sign_setup_read(app, args, &setup);
    if (!code)
        code = output_choose(app, args, NULL, &out);
    if (!code)
        code = document_open(app, args->operands[0], &what);
    if (!code && (file || beside))
        code = document_open(app, file ? file : beside, &content);
    if (!code)
        code = cosign_document(app, args, &setup, &what, &content, &out);
    document_close(&what);
    document_close(&content);
    sign_setup_free(&setup);
    free(beside);
    return code;
}
