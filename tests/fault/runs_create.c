/* Writing runs: keys, signatures in one step and in two. */
#include "runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What came out is only right when it verifies. */
static bool verifies(const struct world *w, sign_bytes what, const sign_input *content) {
    sign_report *report = NULL;
    sign_input in = {.data = what};
    sign_rc rc = sign_verify(&in, content, content ? 1 : 0, w->trust, &w->verify_options, &report, NULL);
    sign_report_free(&report);
    return rc == SIGN_OK;
}

int create(const struct world *w, const sign_key *key, const sign_input *in, const sign_options *opt) {
    sign_error err = {0};
    sign_buf out = {0};
    faults_on();
    sign_rc rc = sign_create(key, in, opt, &(sign_output){.buf = &out}, &err);
    faults_off();
    bool right =
        rc == SIGN_OK ? verifies(w, BUF(out), opt->shape == SIGN_DETACHED ? in : NULL) : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_create_attached(const struct world *w) {
    sign_input in = world_document();
    sign_options opt = world_options();
    return create(w, w->key, &in, &opt);
}

int run_create_detached(const struct world *w) {
    sign_input in = world_document();
    sign_options opt = world_options();
    opt.shape = SIGN_DETACHED;
    return create(w, w->key, &in, &opt);
}

int run_create_attributes(const struct world *w) {
    static const uint8_t hash[32] = {1};
    static const char *const roles[] = {"Genel Müdür", "Başkan"}, *const lines[] = {"Kızılay"};
    sign_input in = world_document();
    sign_options opt = world_options();
    opt.digest = SIGN_SHA512;
    opt.mime_type = "text/plain";
    opt.content_hint = "Mektup";
    opt.commitment = "1.2.840.113549.1.9.16.6.1";
    opt.roles = roles;
    opt.n_roles = 2;
    opt.place_country = "TR";
    opt.place_locality = "Ankara";
    opt.place_lines = lines;
    opt.n_place_lines = 1;
    opt.policy_oid = "2.16.792.1.2.1.1.5.7.3.1";
    opt.policy_hash = (sign_bytes){hash, sizeof hash};
    opt.policy_uri = "http://depo.example.org/politika.pdf";
    opt.policy_notice = "Sınama";
    return create(w, w->key, &in, &opt);
}

/* A path: the output is whole or not there, and no temporary file stays beside it. */
int run_create_file(const struct world *w) {
    sign_error err = {0};
    char folder[96], path[128];
    sign_input in = world_document();
    sign_options opt = world_options();
    snprintf(folder, sizeof folder, "%s/%ld", w->folder, (long)getpid());
    snprintf(path, sizeof path, "%s/imza.p7m", folder);
    if (mkdir(folder, 0700) != 0)
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_create(w->key, &in, &opt, &(sign_output){.path = path}, &err);
    faults_off();
    bool there = unlink(path) == 0;
    /* Only an empty folder can be removed. */
    bool clean = rmdir(folder) == 0;
    return judged(rc, &err, clean && there == (rc == SIGN_OK));
}

static sign_rc elsewhere(void *user, sign_scheme scheme, sign_digest md, sign_bytes digest, sign_buf *value,
                         sign_error *err) {
    const struct world *w = user;
    (void)scheme, (void)md, (void)digest, (void)err;
    value->data = malloc(w->value.len);
    if (!value->data)
        return SIGN_E_MEMORY;
    memcpy(value->data, w->value.data, w->value.len);
    value->len = w->value.len;
    return SIGN_OK;
}

int run_create_remote(const struct world *w) {
    sign_error err = {0};
    sign_bytes chain[1] = {sign_key_certificate(w->key)};
    sign_input in = world_document();
    sign_options opt = world_options();
    struct world copy = *w;
    sign_key *key = NULL;
    faults_on();
    sign_rc rc = sign_key_remote(chain, 1, elsewhere, &copy, &key, &err);
    faults_off();
    if (rc != SIGN_OK)
        return judged(rc, &err, key == NULL);
    int result = create(w, key, &in, &opt);
    sign_key_free(&key);
    return result;
}

int run_create_form(const struct world *w) {
    sign_input in = {.name = "form.xml", .data = BUF(w->form_xml)};
    sign_options opt = world_options();
    return create(w, w->key, &in, &opt);
}

/* Whatever fails, the form of one person is never signed by another, not even as an ordinary document. */
int run_create_form_other(const struct world *w) {
    sign_input in = {.name = "form.xml", .data = BUF(w->form_xml)};
    sign_options opt = world_options();
    return create(w, w->other, &in, &opt);
}

int run_create_form_json_other(const struct world *w) {
    sign_input in = {.name = "form.json", .data = BUF(w->form_json)};
    sign_options opt = world_options();
    return create(w, w->other, &in, &opt);
}

int run_create_form_file_other(const struct world *w) {
    sign_input in = {.path = SIGN_TEST_SOURCE "/testdata/form/basvuru.xml"};
    sign_options opt = world_options();
    return create(w, w->other, &in, &opt);
}

int add(const struct world *w, sign_bytes to, const sign_options *opt) {
    sign_error err = {0};
    sign_buf out = {0};
    sign_input what = {.data = to};
    faults_on();
    sign_rc rc = sign_add(w->other, &what, NULL, opt, &(sign_output){.buf = &out}, &err);
    faults_off();
    bool right = rc == SIGN_OK ? out.len > what.data.len && verifies(w, BUF(out), NULL) : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_add(const struct world *w) {
    sign_options opt = world_options();
    return add(w, BUF(w->attached), &opt);
}

int draft_new(const struct world *w, const sign_input *in, const sign_options *opt) {
    sign_error err = {0};
    sign_bytes chain[1] = {sign_key_certificate(w->key)};
    sign_draft *draft = NULL;
    faults_on();
    sign_rc rc = sign_draft_new(chain, 1, NULL, in, opt, &draft, &err);
    faults_off();
    bool right = rc == SIGN_OK ? sign_draft_get(draft).digest.len == 32 : draft == NULL;
    sign_draft_free(&draft);
    return judged(rc, &err, right);
}

int run_draft_new(const struct world *w) {
    sign_input in = world_document();
    sign_options opt = world_options();
    return draft_new(w, &in, &opt);
}

static sign_draft *draft_of(sign_bytes file) {
    sign_draft *draft = NULL;
    sign_input in = {.data = file};
    return sign_draft_import(&in, NULL, &draft, NULL) == SIGN_OK ? draft : NULL;
}

int draft_export(const struct world *w, sign_bytes file) {
    sign_error err = {0};
    sign_buf out = {0};
    sign_draft *draft = draft_of(file);
    (void)w;
    if (!draft)
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_draft_export(draft, &(sign_output){.buf = &out}, &err);
    faults_off();
    bool right =
        rc == SIGN_OK ? out.len == file.len && memcmp(out.data, file.data, out.len) == 0 : out.data == NULL;
    sign_buf_free(&out);
    sign_draft_free(&draft);
    return judged(rc, &err, right);
}

int run_draft_export(const struct world *w) {
    return draft_export(w, BUF(w->draft));
}

int draft_import(const struct world *w, sign_bytes file, const sign_input *content) {
    sign_error err = {0};
    sign_draft *draft = NULL;
    sign_input in = {.data = file};
    (void)w;
    faults_on();
    sign_rc rc = sign_draft_import(&in, content, &draft, &err);
    faults_off();
    bool right = rc == SIGN_OK ? sign_draft_get(draft).digest.len == 32 : draft == NULL;
    sign_draft_free(&draft);
    return judged(rc, &err, right);
}

int run_draft_import(const struct world *w) {
    sign_input content = world_document();
    return draft_import(w, BUF(w->draft), &content);
}

int draft_finish(const struct world *w, sign_bytes file, sign_bytes value) {
    sign_error err = {0};
    sign_buf out = {0};
    sign_draft *draft = draft_of(file);
    if (!draft)
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_draft_finish(draft, value, SIGN_VALUE_DER, &(sign_output){.buf = &out}, &err);
    faults_off();
    bool right = rc == SIGN_OK ? verifies(w, BUF(out), NULL) : out.data == NULL;
    sign_buf_free(&out);
    sign_draft_free(&draft);
    return judged(rc, &err, right);
}

int run_draft_finish(const struct world *w) {
    return draft_finish(w, BUF(w->draft), w->value);
}

sign_rc password(void *user, const sign_secret *ask, char *out, size_t size) {
    (void)user, (void)ask;
    return snprintf(out, size, "123456") == 6 ? SIGN_OK : SIGN_E_PIN;
}

int open_key(const struct world *w, const char *where, const sign_key_options *opt, size_t chain) {
    sign_error err = {0};
    sign_key *key = NULL;
    sign_bytes wanted = sign_key_certificate(w->key);
    faults_on();
    sign_rc rc = where ? sign_key_open(where, opt, &key, &err) : sign_key_find(NULL, opt, &key, &err);
    faults_off();
    bool right = key == NULL;
    if (rc == SIGN_OK) {
        sign_bytes got = sign_key_certificate(key);
        right = sign_key_chain_count(key) == chain && got.len == wanted.len &&
                memcmp(got.data, wanted.data, got.len) == 0;
    }
    sign_key_free(&key);
    return judged(rc, &err, right);
}

static int open_made(const struct world *w, const char *name) {
    char path[128];
    sign_key_options opt = {.size = sizeof opt, .secret = password};
    snprintf(path, sizeof path, "%s/%s", w->keys, name);
    return open_key(w, path, &opt, 2);
}

/* What is missing of the chain would be missing in every signature. */
int run_key_pem(const struct world *w) {
    return open_made(w, "key.pem");
}

int run_key_pkcs12(const struct world *w) {
    return open_made(w, "key.p12");
}
