/* A creation from the caller's point of view: plan, draft, have the digest signed, finish. */
#include "engine/format.h"
#include "form/look.h"
#include "key/key.h"
#include <sign/create.h>
#include <sign/form.h>
#include <stdio.h>
#include <stdlib.h>

typedef sign_form *sign_form_ptr;
CLEANUP(sign_form_ptr, sign_form_free);

struct sign_draft {
    const struct ades_format *format;
    struct ades_draft *draft;
    struct crypto *crypto;
    const sign_key *lender; /* of crypto; NULL: it is the draft's own */
    ades_plan plan;
    sign_options options; /* the plan's, with what a form adds */
    sign_buf canonical;   /* of a form: what is signed instead of the file */
    source imported; /* the draft's own file: an attached content is streamed from it when it is finished */
};
typedef struct sign_draft *sign_draft_ptr;
CLEANUP(sign_draft_ptr, sign_draft_free);

void sign_draft_free(sign_draft **draft) {
    if (!draft || !*draft)
        return;
    struct sign_draft *d = TAKE(*draft);
    if (d->draft)
        d->format->draft_free(&d->draft);
    ades_plan_free(&d->plan);
    if (d->lender)
        key_lend_back(d->lender, &d->crypto);
    crypto_free(&d->crypto);
    sign_buf_free(&d->canonical);
    source_close(&d->imported);
    free(d);
}

static struct sign_draft *draft_make(void) {
    struct sign_draft *d = calloc(1, sizeof *d);
    if (d)
        d->imported.fd = -1;
    return d;
}

/* The errors of a form by code and field, which need no translation, for the one message that refuses it. */
struct form_errors {
    char text[160];
    size_t len;
    bool cut;
};

static void note_error(void *user, const sign_form_problem *p) {
    struct form_errors *e = user;
    if (p->warning || e->cut)
        return;
    size_t room = sizeof e->text - e->len;
    int n = snprintf(e->text + e->len, room, "%s%s %s", e->len ? ", " : "", p->code, p->field);
    e->cut = n < 0 || (size_t)n + sizeof ", ..." > room;
    if (e->cut)
        snprintf(e->text + e->len, room, ", ...");
    else
        e->len += (size_t)n;
}

/* A form may only be signed by the person it speaks of (domain rule: NES serialNumber equals KimlikNo). */
static sign_rc applicant_only(const sign_form *form, const struct pki_cert *signer, sign_error *err) {
    AUTO(grow) person = {0};
    pki_name_attribute(signer->subject, OID_DN_SERIAL_NUMBER, &person);
    const char *applicant = sign_form_get(form, "KimlikNo");
    if (!applicant || person.failed || !bytes_equal(BYTES(person.data, person.len), BYTES_STR(applicant)))
        return fail(err, SIGN_E_REFUSED, MSG_NOT_APPLICANT, "serialNumber, KimlikNo");
    return SIGN_OK;
}

/* When `in` is a form: its canonical XML into *canonical, after the checks that no option overrides. */
static sign_rc form_guard(const sign_input *in, const struct pki_cert *signer, int64_t at,
                          sign_buf *canonical, sign_error *err) {
    AUTO(sign_form_ptr) form = NULL;
    struct form_errors found = {{0}, 0, false};
    sign_rc rc = sign_form_open(in, NULL, at, &form, err);
    if (rc != SIGN_OK)
        return fail(err, rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT ? SIGN_E_REFUSED : rc, MSG_FORM_ERRORS,
                    "%s", err ? err->text : "");
    size_t errors = sign_form_check(form, at, SIGN_EN, note_error, &found);
    if (errors)
        return fail(err, SIGN_E_REFUSED, MSG_FORM_ERRORS, "%zu (%s)", errors, found.text);
    rc = applicant_only(form, signer, err);
    if (rc != SIGN_OK)
        return rc;
    return sign_form_write(form, &(sign_output){.buf = canonical}, err);
}

/*
 * Who adds a signature to a form signs the form too: the same rule holds, or the first signature could be
 * made by anybody and the applicant's name would still stand on the form.
 */
static sign_rc added_form_guard(struct sign_draft *d, const sign_input *what, const sign_input *in,
                                sign_error *err) {
    AUTO(source) s = {.fd = -1};
    AUTO(sign_buf) attached = {0};
    AUTO(sign_buf) canonical = {0};
    sign_input content;
    bool form = false;
    sign_rc rc = SIGN_OK;
    if (!in) {
        rc = source_open(what, &s, err);
        /* One octet more than a form may have: what is longer and speaks as a form is refused as one. */
        if (rc == SIGN_OK)
            rc = d->format->content(&s, LIMIT_FORM + 1, &attached, err);
        if (rc != SIGN_OK || attached.len == 0)
            return rc;
        content = (sign_input){.name = s.name, .data = {attached.data, attached.len}};
        in = &content;
    }
    rc = form_look(in, &form, err);
    if (rc != SIGN_OK || !form)
        return rc;
    return form_guard(in, d->plan.signer, d->plan.signing_time, &canonical, err);
}

static sign_rc draft_content(struct sign_draft *d, const sign_input *what, const sign_input *in,
                             sign_error *err) {
    sign_input content;
    bool form = false;
    sign_rc rc = what ? added_form_guard(d, what, in, err) : form_look(in, &form, err);
    if (rc != SIGN_OK)
        return rc;
    if (form) {
        rc = form_guard(in, d->plan.signer, d->plan.signing_time, &d->canonical, err);
        if (rc != SIGN_OK)
            return rc;
        content = *in;
        content.data = (sign_bytes){d->canonical.data, d->canonical.len};
        if (!content.name && in->path)
            content.name = path_base(in->path);
        in = &content;
    }
    return d->format->draft(d->crypto, &d->plan, what, in, &d->draft, err);
}

static sign_rc options_take(const sign_options *opt, const sign_input *in, sign_options *out,
                            sign_error *err) {
    *out = (sign_options){.size = sizeof *out};
    if (opt) {
        if (opt->size != sizeof *opt)
            return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_options.size is not its size");
        *out = *opt;
    }
    if (!out->mime_type && in && sign_form_is(in))
        out->mime_type = "application/xml";
    return SIGN_OK;
}

/* A signature is added in the format of those that are there, when the caller does not say which. */
static sign_rc format_like(const sign_input *what, sign_options *o, sign_error *err) {
    AUTO(source) s = {.fd = -1};
    sign_rc rc = source_open(what, &s, err);
    if (rc != SIGN_OK)
        return rc;
    const struct ades_format *found = format_of(&s);
    o->format = found ? found->id : SIGN_AUTO;
    return SIGN_OK;
}

/* A draft that knows its options and its format, and nothing yet of signer and content. */
static sign_rc draft_begin(const sign_input *what, const sign_input *in, const sign_options *opt,
                           sign_draft_ptr *out, sign_error *err) {
    AUTO(sign_draft_ptr) d = draft_make();
    if (!d)
        return fail_memory(err);
    sign_rc rc = options_take(opt, what ? NULL : in, &d->options, err);
    if (rc == SIGN_OK && what && d->options.format == SIGN_AUTO)
        rc = format_like(what, &d->options, err);
    if (rc != SIGN_OK)
        return rc;
    d->format = format_by_id(d->options.format);
    if (!d->format)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "signature format %d", (int)d->options.format);
    *out = TAKE(d);
    return SIGN_OK;
}

sign_rc sign_draft_new(const sign_bytes *chain, size_t n, const sign_input *what, const sign_input *in,
                       const sign_options *opt, sign_draft **out, sign_error *err) {
    if (!chain || n == 0 || (!what && !in) || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "a certificate, a document and out are needed");
    AUTO(sign_draft_ptr) d = NULL;
    sign_rc rc = draft_begin(what, in, opt, &d, err);
    if (rc == SIGN_OK)
        rc = crypto_new(&d->crypto, err);
    if (rc == SIGN_OK)
        rc = ades_plan_make(d->crypto, chain, n, &d->options, &d->plan, err);
    if (rc == SIGN_OK)
        rc = draft_content(d, what, in, err);
    if (rc != SIGN_OK)
        return rc;
    *out = TAKE(d);
    return SIGN_OK;
}

sign_draft_facts sign_draft_get(const sign_draft *draft) {
    return draft->format->draft_get(draft->draft);
}

sign_rc sign_draft_export(const sign_draft *draft, const sign_output *out, sign_error *err) {
    if (!draft || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_draft_export: draft and out are needed");
    return draft->format->draft_export(draft->draft, out, err);
}

/* What no format takes is told in the words of the one that knew it, else of the first. */
static sign_rc import_as(struct sign_draft *d, const source *s, const sign_input *content, sign_error *err) {
    sign_rc rc = SIGN_E_FORMAT;
    sign_error told = {0};
    for (size_t i = 0; rc == SIGN_E_FORMAT && format_at(i); i++) {
        sign_error why = {0};
        d->format = format_at(i);
        rc = d->format->draft_import(d->crypto, s, content, &d->draft, &why);
        if (i == 0 || strcmp(why.id, message_code(MSG_DRAFT_FOREIGN)) != 0)
            told = why;
    }
    if (rc != SIGN_OK && err)
        *err = told;
    return rc;
}

sign_rc sign_draft_import(const sign_input *draft, const sign_input *content, sign_draft **out,
                          sign_error *err) {
    if (!draft || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_draft_import: draft and out are needed");
    AUTO(sign_draft_ptr) d = draft_make();
    if (!d)
        return fail_memory(err);
    sign_rc rc = source_open(draft, &d->imported, err);
    if (rc == SIGN_OK)
        rc = crypto_new(&d->crypto, err);
    if (rc == SIGN_OK)
        rc = import_as(d, &d->imported, content, err);
    if (rc != SIGN_OK)
        return rc;
    *out = TAKE(d);
    return SIGN_OK;
}

sign_rc sign_draft_finish(sign_draft *draft, sign_bytes value, sign_encoding encoding, const sign_output *out,
                          sign_error *err) {
    if (!draft || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_draft_finish: draft and out are needed");
    return draft->format->draft_finish(draft->crypto, draft->draft, value, encoding, out, err);
}

/* A draft for a key that is open here: what the key has ready is used, and goes back to it. */
static sign_rc draft_for_key(const sign_key *key, const sign_input *what, const sign_input *in,
                             const sign_options *opt, sign_draft_ptr *out, sign_error *err) {
    sign_rc rc = draft_begin(what, in, opt, out, err);
    if (rc != SIGN_OK)
        return rc;
    struct sign_draft *d = *out;
    d->lender = key;
    rc = key_lend(key, &d->crypto, err);
    if (rc == SIGN_OK)
        rc = ades_plan_for_key(d->crypto, key, &d->options, &d->plan, err);
    return rc == SIGN_OK ? draft_content(d, what, in, err) : rc;
}

static sign_rc sign_with(const sign_key *key, const sign_input *what, const sign_input *in,
                         const sign_options *opt, const sign_output *out, sign_error *err) {
    AUTO(sign_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    sign_rc rc = draft_for_key(key, what, in, opt, &d, err);
    if (rc == SIGN_OK)
        rc = key_sign(key, d->crypto, &d->plan.sigalg, sign_draft_get(d).digest, &value, err);
    if (rc != SIGN_OK)
        return rc;
    rc = sign_draft_finish(d, (sign_bytes){value.data, value.len}, SIGN_VALUE_DER, out, err);
    if (rc == SIGN_OK && !d->plan.proven)
        key_prove(key);
    /* The key is the caller's own: a value that its certificate does not verify is a fault of the key. */
    return rc == SIGN_FAILED ? fail(err, SIGN_E_KEY, MSG_KEY_VALUE, "the certificate does not verify it")
                             : rc;
}

sign_rc sign_create(const sign_key *key, const sign_input *in, const sign_options *opt,
                    const sign_output *out, sign_error *err) {
    if (!key || !in || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_create: key, document and out are needed");
    return sign_with(key, NULL, in, opt, out, err);
}

sign_rc sign_add(const sign_key *key, const sign_input *what, const sign_input *in, const sign_options *opt,
                 const sign_output *out, sign_error *err) {
    if (!key || !what || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_add: key, signature and out are needed");
    return sign_with(key, what, in, opt, out, err);
}
