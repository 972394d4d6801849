/* Runs over signatures with time, long after they were made, and over policies. */
#include "runs.h"

#include <string.h>

/* ---- verification ------------------------------------------------------------------------------------- */

static sign_verify_options late(int detailed) {
    return (sign_verify_options){.size = sizeof(sign_verify_options), .at = WORLD_LATE, .detailed = detailed};
}

int run_judge_cms(const struct world *w) {
    sign_verify_options opt = late(1);
    return verify(w, w->judge.trust, BUF(w->judge.cms), NULL, &opt, NULL);
}

/* What only a detailed report holds is the same for both formats. */
int run_judge_xml(const struct world *w) {
    sign_verify_options opt = late(0);
    return verify(w, w->judge.trust, BUF(w->judge.xml), NULL, &opt, NULL);
}

/* A token of something else, and a time at which nothing else could be known of the signer. */
int run_judge_wrong(const struct world *w) {
    sign_verify_options opt = late(1);
    return verify(w, w->judge.trust, BUF(w->judge.wrong), NULL, &opt, "OUT_OF_BOUNDS_NOT_REVOKED");
}

/* By the common name, for which the certificate is read again. */
int run_judge_policy(const struct world *w) {
    sign_verify_options opt = w->verify_options;
    opt.policy_file = w->judge.policy;
    opt.require = "signer:ÇAĞLA KAYA";
    return verify(w, w->trust, BUF(w->attached), NULL, &opt, NULL);
}

int run_judge_require(const struct world *w) {
    sign_verify_options opt = w->verify_options;
    opt.require = "n:2";
    return verify(w, w->trust, BUF(w->two), NULL, &opt, NULL);
}

/* By itself, in September 2025, when the certificate of its authority is good. */
int run_judge_token(const struct world *w) {
    sign_verify_options opt = {.size = sizeof opt, .at = WORLD_SOON, .detailed = 1};
    sign_input content = {.name = "content.txt", .data = BUF(w->judge.content)};
    return verify(w, w->judge.trust, BUF(w->judge.token), &content, &opt, NULL);
}

/* ---- reports with everything in them --------------------------------------------------------------------
 */

static int write_late(const struct world *w, sign_report_form form, sign_lang lang) {
    sign_error err = {0};
    sign_buf out = {0};
    faults_on();
    sign_rc rc = sign_report_write(w->judge.report, form, lang, &out, &err);
    faults_off();
    bool right = rc == SIGN_OK ? world_told_same(w, BUF(out)) : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_late_text(const struct world *w) {
    return write_late(w, SIGN_TEXT, SIGN_TR);
}

int run_late_json(const struct world *w) {
    return write_late(w, SIGN_JSON, SIGN_EN);
}

int run_late_detailed(const struct world *w) {
    return write_late(w, SIGN_DETAILED, SIGN_EN);
}

int run_late_diagnostic(const struct world *w) {
    return write_late(w, SIGN_DIAGNOSTIC, SIGN_EN);
}

int run_late_etsi(const struct world *w) {
    return write_late(w, SIGN_ETSI, SIGN_EN);
}

int run_late_html(const struct world *w) {
    return write_late(w, SIGN_HTML, SIGN_TR);
}

/* ---- policies -------------------------------------------------------------------------------------------
 */

int run_policy_open(const struct world *w) {
    sign_error err = {0};
    sign_policy *policy = NULL;
    sign_input file = world_policy_text();
    (void)w;
    faults_on();
    sign_rc rc = sign_policy_open(NULL, &file, &policy, &err);
    faults_off();
    bool right = rc == SIGN_OK ? strcmp(sign_policy_name(policy), "bizim") == 0 : policy == NULL;
    sign_buf text = {0};
    if (rc == SIGN_OK)
        right = right && sign_policy_write(policy, &(sign_output){.buf = &text}, NULL) == SIGN_OK &&
                world_told_same(w, BUF(text));
    sign_buf_free(&text);
    sign_policy_free(&policy);
    return judged(rc, &err, right);
}

int run_policy_write(const struct world *w) {
    sign_error err = {0};
    sign_buf out = {0};
    faults_on();
    sign_rc rc = sign_policy_write(w->judge.policy, &(sign_output){.buf = &out}, &err);
    faults_off();
    bool right = rc == SIGN_OK ? world_told_same(w, BUF(out)) : out.data == NULL;
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

struct faults_told {
    char text[2000];
    size_t len, n;
};

static void hear(void *user, const sign_error *fault) {
    struct faults_told *t = user;
    size_t n = strlen(fault->text);
    if (t->len + n < sizeof t->text) {
        memcpy(t->text + t->len, fault->text, n);
        t->len += n;
    }
    t->n++;
}

/* All faults, in words that say where they are. */
int run_policy_lint(const struct world *w) {
    static const char text[] = "{\"name\": \"x\", \"base\": \"none\", \"freshness\": -1, \"gizli\": 1,\n"
                               "  \"checks\": {\"format\": \"IGNORE\", \"no-such\": \"FAIL\", "
                               "\"key-usage\": {\"signature\": \"MAYBE\", \"nobody\": \"WARN\"}}}";
    const sign_input file = {.name = "x.json", .data = {(const uint8_t *)text, sizeof text - 1}};
    struct faults_told told = {.n = 0};
    sign_error err = {0};
    faults_on();
    sign_rc rc = sign_policy_lint(&file, hear, &told, &err);
    faults_off();
    bool right = rc != SIGN_E_REFUSED ||
                 (told.n >= 6 && world_told_same(w, (sign_bytes){(const uint8_t *)told.text, told.len}));
    return judged(rc, &err, right);
}
