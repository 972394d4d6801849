/* Policies as the caller sees them, and the verdict on a document with several signatures. */
#include "engine/rule.h"
#include <criterion/criterion.h>
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PKI SIGN_TEST_PKI "/"

static sign_input text_input(const char *text) {
    return (sign_input){.name = "bizim.json", .data = {(const uint8_t *)text, strlen(text)}};
}

/* ---- sign_policy -------------------------------------------------------------------------------------- */

Test(policy, built_in_ones_by_name) {
    static const char *const names[] = {"default", "strict", "tr", "tr-uyum"};
    for (size_t i = 0; i < 4; i++) {
        sign_policy *p = NULL;
        cr_expect_str_eq(sign_policy_builtin(i), names[i]);
        cr_assert_eq(sign_policy_open(names[i], NULL, &p, NULL), SIGN_OK);
        cr_expect_str_eq(sign_policy_name(p), names[i]);
        sign_policy_free(&p);
        cr_expect_null(p);
    }
    cr_expect_null(sign_policy_builtin(4));
    sign_policy *p = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_policy_open(NULL, NULL, &p, NULL), SIGN_OK);
    cr_expect_str_eq(sign_policy_name(p), "default");
    sign_policy_free(&p);
    cr_expect_eq(sign_policy_open("lenient", NULL, &p, &err), SIGN_E_REFUSED);
    cr_expect_str_eq(err.id, "E6001");
    cr_expect_null(p);
    cr_expect_eq(sign_policy_open("default", NULL, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_null(sign_policy_name(NULL));
    sign_policy_free(NULL);
    sign_policy_free(&p);
}

Test(policy, a_file_wins_over_the_name_and_is_written_whole) {
    sign_input file = text_input("{\"name\": \"bizim\", \"base\": \"tr\", \"freshness\": 3600}");
    sign_policy *p = NULL, *again = NULL;
    sign_buf once = {0}, twice = {0};
    cr_assert_eq(sign_policy_open("strict", &file, &p, NULL), SIGN_OK);
    cr_expect_str_eq(sign_policy_name(p), "bizim");
    cr_assert_eq(sign_policy_write(p, &(sign_output){.buf = &once}, NULL), SIGN_OK);
    sign_input written = {.data = {once.data, once.len}};
    cr_assert_eq(sign_policy_open(NULL, &written, &again, NULL), SIGN_OK);
    cr_assert_eq(sign_policy_write(again, &(sign_output){.buf = &twice}, NULL), SIGN_OK);
    cr_expect(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    cr_expect_eq(sign_policy_write(NULL, &(sign_output){.buf = &once}, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(sign_policy_write(p, NULL, NULL), SIGN_E_ARGUMENT);
    sign_policy_free(&p);
    sign_policy_free(&again);
    sign_buf_free(&once);
    sign_buf_free(&twice);
}

static void count(void *user, const sign_error *fault) {
    cr_expect_eq(fault->code, SIGN_E_REFUSED);
    ++*(size_t *)user;
}

Test(policy, lint_tells_every_fault) {
    size_t n = 0;
    sign_error err = {0};
    sign_input bad = text_input("{\"base\": \"x\", \"chcks\": 1, \"freshness\": []}"),
               good = text_input("{\"name\": \"y\", \"base\": \"default\"}"),
               none = {.path = "/nonexistent/policy.json"};
    cr_expect_eq(sign_policy_lint(&bad, count, &n, &err), SIGN_E_REFUSED);
    cr_expect_eq(n, 4);
    cr_expect(strstr(err.text, "bizim.json") != NULL, "%s", err.text);
    cr_expect_eq(sign_policy_lint(&bad, NULL, NULL, NULL), SIGN_E_REFUSED);
    n = 0;
    cr_expect_eq(sign_policy_lint(&good, count, &n, &err), SIGN_OK);
    cr_expect_eq(sign_policy_lint(&none, count, &n, &err), SIGN_E_IO);
    cr_expect_eq(sign_policy_lint(NULL, count, &n, &err), SIGN_E_ARGUMENT);
    cr_expect_eq(n, 0);
}

Test(policy, a_file_over_the_limit_is_refused) {
    sign_buf big = {calloc(1, 1 << 19), 1 << 19};
    sign_policy *p = NULL;
    sign_error err = {0};
    cr_assert_not_null(big.data);
    sign_input in = {.name = "big", .data = {big.data, big.len}};
    cr_expect_eq(sign_policy_open(NULL, &in, &p, &err), SIGN_E_REFUSED);
    cr_expect_str_eq(err.id, "E4601");
    sign_buf_free(&big);
}

/* ---- documents with several signatures ---------------------------------------------------------------- */

static sign_key *key_of(const char *name) {
    char key[300], cert[300];
    sign_key *out = NULL;
    snprintf(key, sizeof key, PKI "%s.key.pem", name);
    snprintf(cert, sizeof cert, PKI "%s.pem", name);
    sign_key_options opt = {.size = sizeof opt, .certificate = cert};
    cr_assert_eq(sign_key_open(key, &opt, &out, NULL), SIGN_OK, "%s", name);
    return out;
}

enum { AT_2026 = 1767596400 }; /* 2026-01-05T07:00:00Z */

/* Signed by each of them, in this order. */
static sign_buf signed_by(const char *const *names) {
    sign_options opt = {.size = sizeof opt, .claimed_time = AT_2026};
    sign_buf out = {0};
    for (size_t i = 0; names[i]; i++) {
        sign_key *key = key_of(names[i]);
        sign_buf next = {0};
        sign_input in = {.name = "mektup.txt", .data = {(const uint8_t *)"mektup", 6}};
        if (i > 0)
            in.data = (sign_bytes){out.data, out.len};
        sign_rc rc = i == 0 ? sign_create(key, &in, &opt, &(sign_output){.buf = &next}, NULL)
                            : sign_add(key, &in, NULL, &opt, &(sign_output){.buf = &next}, NULL);
        cr_assert_eq(rc, SIGN_OK, "%s", names[i]);
        sign_buf_free(&out);
        out = next;
        sign_key_free(&key);
    }
    return out;
}

static sign_trust *trust_whole(void) {
    sign_input anchors = {.path = PKI "trust"},
               certs[] = {{.path = PKI "chain-ec.pem"}, {.path = PKI "chain-rsa.pem"}},
               crls = {.path = PKI "crls"};
    sign_trust_options opt = {.size = sizeof opt,
                              .anchors = &anchors,
                              .n_anchors = 1,
                              .certs = certs,
                              .n_certs = 2,
                              .crls = &crls,
                              .n_crls = 1};
    sign_trust *trust = NULL;
    cr_assert_eq(sign_trust_new(&opt, &trust, NULL), SIGN_OK);
    return trust;
}

static sign_report *verified(const sign_buf *document, const char *require, sign_rc want) {
    sign_trust *trust = trust_whole();
    sign_report *report = NULL;
    sign_error err = {0};
    sign_verify_options opt = {.size = sizeof opt, .at = AT_2026, .require = require};
    sign_input what = {.name = "mektup.txt.p7m", .data = {document->data, document->len}};
    sign_rc rc = sign_verify(&what, NULL, 0, trust, &opt, &report, &err);
    cr_assert_eq(rc, want, "%s: %d %s", require ? require : "-", (int)rc, err.text);
    cr_assert_eq(sign_report_verdict(report), rc);
    sign_trust_free(&trust);
    return report;
}

static size_t said(const sign_report *r, enum message_id id) {
    size_t n = 0;
    for (const struct report_message *m = r->messages; m; m = m->next)
        n += m->id == id;
    return n;
}

static void expect(const sign_buf *document, const char *require, sign_rc want, enum message_id id,
                   size_t times) {
    sign_report *r = verified(document, require, want);
    if (id != MSG_NONE)
        cr_expect_eq(said(r, id), times, "%s: %s said %zu times", require ? require : "-", message_code(id),
                     said(r, id));
    else
        cr_expect_null(r->messages, "%s: %s", require ? require : "-",
                       r->messages ? message_code(r->messages->id) : "");
    sign_report_free(&r);
}

/* One person whose certificate is revoked, and one who is well. */
Test(rule, one_does_not_pass) {
    static const char *const names[] = {"nes-p256", "nes-revoked", NULL};
    sign_buf doc = signed_by(names);
    expect(&doc, NULL, SIGN_INDETERMINATE, MSG_NONE, 0);
    expect(&doc, "all", SIGN_INDETERMINATE, MSG_NONE, 0);
    expect(&doc, "any", SIGN_OK, MSG_RULE_NOT_COUNTED, 1);
    expect(&doc, "n:1", SIGN_OK, MSG_RULE_NOT_COUNTED, 1);
    expect(&doc, "n:2", SIGN_INDETERMINATE, MSG_RULE_TOO_FEW, 1);
    expect(&doc, "n:3", SIGN_INDETERMINATE, MSG_RULE_TOO_FEW, 1);
    sign_report *r = verified(&doc, "n:1", SIGN_OK);
    cr_expect_str_eq(r->rule, "1 of 2");
    cr_expect_eq(r->indication, TOTAL_PASSED);
    cr_expect_eq(r->sub, SUB_NONE);
    const struct report_signature *bad = r->signatures;
    bad = bad->indication == TOTAL_PASSED ? bad->next : bad;
    cr_expect(strncmp(r->messages->args[0], bad->id, strlen(bad->id)) == 0, "%s", r->messages->args[0]);
    cr_expect_null(strstr(r->messages->args[0], bad->signer->serial_number),
                   "messages repeat no personal number");
    cr_expect(strstr(r->messages->args[1], "REVOKED_NO_POE") != NULL, "%s", r->messages->args[1]);
    sign_report_free(&r);
    sign_buf_free(&doc);
}

/* A broken signature beside a good one does not break the document under "any", but is named. */
Test(rule, a_broken_one_is_named) {
    static const char *const names[] = {"nes-p256", "nes-person2", NULL};
    sign_buf doc = signed_by(names);
    expect(&doc, NULL, SIGN_OK, MSG_NONE, 0);
    doc.data[doc.len - 3] ^= 1; /* in the last signature value */
    expect(&doc, NULL, SIGN_FAILED, MSG_NONE, 0);
    expect(&doc, "any", SIGN_OK, MSG_RULE_NOT_COUNTED, 1);
    expect(&doc, "n:2", SIGN_FAILED, MSG_RULE_TOO_FEW, 1);
    sign_buf_free(&doc);
}

/* Two signatures of one person are those of one signer. */
Test(rule, a_person_counts_once) {
    static const char *const names[] = {"nes-p256", "nes-p256", "nes-person2", NULL};
    sign_buf doc = signed_by(names);
    expect(&doc, "n:2", SIGN_OK, MSG_NONE, 0);
    expect(&doc, "n:3", SIGN_INDETERMINATE, MSG_RULE_TOO_FEW, 1);
    sign_buf_free(&doc);
}

Test(rule, named_signers) {
    static const char *const names[] = {"nes-p256", "nes-revoked", NULL};
    sign_buf doc = signed_by(names);
    sign_report *r = verified(&doc, "any", SIGN_OK);
    /* The set of signers is ordered by its octets, which hold random numbers. */
    size_t good = sign_report_signature(r, 0)->verdict == SIGN_OK ? 0 : 1, bad = 1 - good;
    char one[64], other[64], hex[80], name[300], both[200];
    snprintf(one, sizeof one, "signer:%s", sign_report_signature(r, good)->person);
    snprintf(other, sizeof other, "signer:%s", sign_report_signature(r, bad)->person);
    snprintf(both, sizeof both, "%s,%s", one, sign_report_signature(r, bad)->person);
    snprintf(hex, sizeof hex, "signer:%s",
             (good == 0 ? r->signatures : r->signatures->next)->signer->cert_sha256);
    sign_certs *certs = NULL;
    sign_input in = {.name = "c", .data = sign_report_signature(r, good)->certificate};
    cr_assert_eq(sign_certs_read(&in, &certs, NULL), SIGN_OK);
    snprintf(name, sizeof name, "signer:%s", sign_certs_get(certs, 0)->common_name);
    bool alike = strcmp(sign_report_signature(r, good)->person, sign_report_signature(r, bad)->person) == 0;
    expect(&doc, one, SIGN_OK, MSG_RULE_NOT_COUNTED, 1);
    expect(&doc, hex, SIGN_OK, MSG_RULE_NOT_COUNTED, 1);
    expect(&doc, name, SIGN_OK, MSG_RULE_NOT_COUNTED, 1);
    if (!alike) {
        expect(&doc, other, SIGN_INDETERMINATE, MSG_RULE_SIGNER, 1);
        expect(&doc, both, SIGN_INDETERMINATE, MSG_RULE_SIGNER, 1);
    }
    expect(&doc, "signer:nobody", SIGN_INDETERMINATE, MSG_RULE_SIGNER_NONE, 1);
    expect(&doc, "signer:nobody,10000000146", SIGN_INDETERMINATE, MSG_RULE_SIGNER_NONE, 2);
    sign_certs_free(&certs);
    sign_report_free(&r);
    sign_buf_free(&doc);
}

Test(rule, words_that_are_none) {
    static const char *const wrong[] = {"",          "ALL",         "every",         "n:",         "n:0",
                                        "n:-1",      "n:1x",        "n:99999999999", "signer:",    "signer:,",
                                        "signer:a,", "signer:a,,b", "any ",          "signer:\xff"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct rule rule;
        sign_error err = {0};
        cr_expect_eq(rule_read(wrong[i], &rule, &err), SIGN_E_ARGUMENT, "%s", wrong[i]);
        cr_expect_str_eq(err.id, message_code(MSG_RULE));
    }
    static const char *const right[] = {"all",        "any", "n:1", "n:1000", "signer:a", "signer:a\\,b,c",
                                        "signer:a\\,"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        struct rule rule;
        cr_expect_eq(rule_read(right[i], &rule, NULL), SIGN_OK, "%s", right[i]);
    }
    sign_verify_options opt = {.size = sizeof opt, .require = "some"};
    sign_input what = text_input("x");
    sign_report *report = NULL;
    cr_expect_eq(sign_verify(&what, NULL, 0, NULL, &opt, &report, NULL), SIGN_E_ARGUMENT);
    cr_expect_null(report);
}

/* A report of signatures with these verdicts, sealed. */
static sign_report *made(const enum indication *verdicts, size_t n, const enum tri *covers) {
    sign_report *r = NULL;
    static const char *const ids[] = {"S1", "S2", "S3"};
    cr_assert_eq(report_new(&r, NULL), SIGN_OK);
    for (size_t i = 0; i < n; i++) {
        struct report_signature *s = report_add(r);
        s->id = ids[i];
        s->indication = verdicts[i];
        s->sub = verdicts[i] == TOTAL_PASSED   ? SUB_NONE
                 : verdicts[i] == TOTAL_FAILED ? SUB_HASH_FAILURE
                                               : SUB_TRY_LATER;
        s->covers_whole_document = covers[i];
    }
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

/* What nobody signed is never silently inside a pass. */
Test(rule, unsigned_content_is_told_or_fatal) {
    static const enum tri part[] = {TRI_FALSE, TRI_TRUE}, whole[] = {TRI_TRUE, TRI_TRUE};
    static const enum indication good[] = {TOTAL_PASSED, TOTAL_PASSED};
    static const char *const rules[] = {"all", "any", "n:2"};
    for (size_t i = 0; i < 3; i++) {
        struct rule rule;
        cr_assert_eq(rule_read(rules[i], &rule, NULL), SIGN_OK);
        sign_report *r = made(good, 2, part);
        cr_assert_eq(rule_apply(&rule, false, r, NULL), SIGN_OK);
        cr_expect_eq(r->indication, TOTAL_PASSED);
        cr_expect_eq(said(r, MSG_DOCUMENT_PARTIAL), 1);
        sign_report_free(&r);
        r = made(good, 2, part);
        cr_assert_eq(rule_apply(&rule, true, r, NULL), SIGN_OK);
        cr_expect_eq(r->indication, INDETERMINATE);
        cr_expect_eq(r->sub, SUB_SIG_CONSTRAINTS_FAILURE);
        sign_report_free(&r);
        r = made(good, 2, whole);
        cr_assert_eq(rule_apply(&rule, true, r, NULL), SIGN_OK);
        cr_expect_eq(said(r, MSG_DOCUMENT_PARTIAL_FATAL), 0);
        sign_report_free(&r);
    }
}

/* The best that there is, when nobody passes. */
Test(rule, any_of_none_is_the_best) {
    static const enum tri whole[] = {TRI_TRUE, TRI_TRUE};
    static const enum indication mixed[] = {TOTAL_FAILED, INDETERMINATE},
                                 broken[] = {TOTAL_FAILED, TOTAL_FAILED};
    struct rule rule;
    cr_assert_eq(rule_read("any", &rule, NULL), SIGN_OK);
    sign_report *r = made(mixed, 2, whole);
    cr_expect_eq(r->indication, TOTAL_FAILED);
    cr_assert_eq(rule_apply(&rule, false, r, NULL), SIGN_OK);
    cr_expect(r->indication == INDETERMINATE && r->sub == SUB_TRY_LATER);
    sign_report_free(&r);
    r = made(broken, 2, whole);
    cr_assert_eq(rule_apply(&rule, false, r, NULL), SIGN_OK);
    cr_expect(r->indication == TOTAL_FAILED && r->sub == SUB_HASH_FAILURE);
    cr_expect_eq(said(r, MSG_RULE_TOO_FEW), 1);
    sign_report_free(&r);
}

/* ---- policies in a verification ----------------------------------------------------------------------- */

Test(policy, a_verification_takes_the_object) {
    static const char *const names[] = {"nes-p256", NULL};
    sign_buf doc = signed_by(names);
    sign_input large =
        text_input("{\"name\": \"büyük eğriler\", \"base\": \"default\", \"algorithms\": {\"keys\":"
                   " {\"EC\": [{\"bits\": 384, \"until\": null}]}}}");
    sign_policy *p = NULL;
    sign_trust *trust = trust_whole();
    sign_report *report = NULL;
    cr_assert_eq(sign_policy_open(NULL, &large, &p, NULL), SIGN_OK);
    sign_verify_options opt = {
        .size = sizeof opt, .at = AT_2026, .policy = "nothing of that name", .policy_file = p};
    sign_input what = {.name = "x.p7m", .data = {doc.data, doc.len}};
    cr_expect_eq(sign_verify(&what, NULL, 0, trust, &opt, &report, NULL), SIGN_INDETERMINATE);
    sign_policy_free(&p); /* the report keeps nothing of it */
    cr_expect_str_eq(report->policy, "büyük eğriler");
    cr_expect_eq(report->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    sign_report_free(&report);

    cr_assert_eq(sign_policy_open(NULL, &large, &p, NULL), SIGN_OK);
    sign_cert_options cert_opt = {.size = sizeof cert_opt, .at = AT_2026, .policy_file = p};
    sign_input cert = {.path = PKI "nes-p256.pem"};
    cr_expect_eq(sign_cert_check(&cert, trust, &cert_opt, &report, NULL), SIGN_INDETERMINATE);
    sign_policy_free(&p);
    cr_expect_str_eq(report->policy, "büyük eğriler");
    sign_report_free(&report);
    sign_trust_free(&trust);
    sign_buf_free(&doc);
}
