/* The public calls that join the rooms: versions, times, verdicts, the choice of the NES among tokens. */
#include "support/token.h"
#include <criterion/criterion.h>
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PKI SIGN_TEST_PKI "/"

static sign_rc give_pin(void *user, const sign_secret *ask, char *out, size_t size) {
    (void)ask;
    (void)user;
    snprintf(out, size, "%s", TOKEN_PIN);
    return SIGN_OK;
}

static sign_key *pem_key(const char *name) {
    static char path[2][300];
    sign_key *key = NULL;
    snprintf(path[0], sizeof path[0], PKI "%s.key.pem", name);
    snprintf(path[1], sizeof path[1], PKI "%s.pem", name);
    sign_key_options opt = {.size = sizeof opt, .certificate = path[1]};
    cr_assert_eq(sign_key_open(path[0], &opt, &key, NULL), SIGN_OK);
    return key;
}

static sign_buf signed_text(const char *signer, const char *text) {
    sign_buf out = {0};
    sign_key *key = pem_key(signer);
    sign_input in = {.name = "text", .data = {(const uint8_t *)text, strlen(text)}};
    cr_assert_eq(sign_create(key, &in, NULL, &(sign_output){.buf = &out}, NULL), SIGN_OK);
    sign_key_free(&key);
    return out;
}

static sign_rc judged(sign_bytes bytes, const sign_trust *trust, const sign_verify_options *opt, int *exit) {
    sign_report *report = NULL;
    sign_error err = {0};
    sign_input what = {.name = "x.p7m", .data = bytes};
    sign_rc rc = sign_verify(&what, NULL, 0, trust, opt, &report, &err);
    cr_assert_geq(rc, 0, "%s", err.text);
    cr_assert_eq(sign_report_verdict(report), rc);
    if (exit)
        *exit = sign_report_exit(report);
    sign_report_free(&report);
    return rc;
}

static sign_trust *trust_ec(void) {
    sign_input anchors = {.path = PKI "trust"}, certs = {.path = PKI "chain-ec.pem"},
               crls = {.path = PKI "crls"};
    sign_trust_options opt = {.size = sizeof opt,
                              .anchors = &anchors,
                              .n_anchors = 1,
                              .certs = &certs,
                              .n_certs = 1,
                              .crls = &crls,
                              .n_crls = 1};
    sign_trust *trust = NULL;
    cr_assert_eq(sign_trust_new(&opt, &trust, NULL), SIGN_OK);
    return trust;
}

Test(engine, version_is_the_headers) {
    char want[32];
    snprintf(want, sizeof want, "%d.%d.%d", SIGN_VERSION_MAJOR, SIGN_VERSION_MINOR, SIGN_VERSION_PATCH);
    cr_assert_str_eq(sign_version(), want);
}

Test(engine, times_need_an_offset) {
    int64_t t = 0;
    char text[32];
    cr_assert_eq(sign_time_parse("2026-01-05T10:00:00+03:00", &t), 1);
    cr_assert_str_eq(sign_time_text(t, text), "2026-01-05T07:00:00Z");
    cr_assert_eq(sign_time_parse("2026-01-05T10:00:00", &t), 0);
    cr_assert_eq(sign_time_parse("yarın", &t), 0);
    cr_assert_eq(sign_time_parse(NULL, &t), 0);
}

Test(engine, verdict_and_exit_agree) {
    sign_trust *trust = trust_ec();
    sign_buf sig = signed_text("nes-p256", "form");
    sign_verify_options inspect = {.size = sizeof inspect, .inspect = 1};
    sign_bytes bytes = {sig.data, sig.len};
    int exit = -1;
    cr_assert_eq(judged(bytes, trust, NULL, &exit), SIGN_OK);
    cr_assert_eq(exit, 0);
    cr_assert_eq(judged(bytes, NULL, NULL, &exit), SIGN_INDETERMINATE);
    cr_assert_eq(exit, 2);
    cr_assert_eq(judged(bytes, NULL, &inspect, &exit), SIGN_INDETERMINATE);
    cr_assert_eq(exit, 0, "an inspection that could read succeeds");
    sig.data[sig.len - 1] ^= 1;
    cr_assert_eq(judged(bytes, trust, NULL, &exit), SIGN_FAILED);
    cr_assert_eq(exit, 1);
    bytes.len--;
    cr_assert_eq(judged(bytes, NULL, &inspect, &exit), SIGN_FAILED);
    cr_assert_eq(exit, 1, "an inspection that could not read fails");
    cr_assert_eq(judged((sign_bytes){(const uint8_t *)"text", 4}, NULL, NULL, &exit), SIGN_NO_SIGNATURE);
    cr_assert_eq(exit, 3);
    sign_buf_free(&sig);
    sign_trust_free(&trust);
}

Test(engine, one_trust_answers_for_each_time) {
    sign_trust *trust = trust_ec();
    sign_buf sig = signed_text("nes-p256", "form");
    sign_bytes bytes = {sig.data, sig.len};
    sign_verify_options late = {.size = sizeof late}, early = late;
    cr_assert(sign_time_parse("2047-01-01", &late.at) && sign_time_parse("2024-06-01", &early.at));
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(judged(bytes, trust, NULL, NULL), SIGN_OK);
        cr_assert_eq(judged(bytes, trust, &late, NULL), SIGN_INDETERMINATE);
        cr_assert_eq(judged(bytes, trust, &early, NULL), SIGN_FAILED);
    }
    sign_buf_free(&sig);
    sign_trust_free(&trust);
}

/* What adding a signature says to an attached form of this length. No sign_create made the first signature:
 * it would have refused; so the form takes the place of a text. */
static sign_rc added_to_form(size_t len, sign_error *err) {
    static const char form[] =
        "<Basvuru xmlns=\"urn:mavikalem:belge:1\" surum=\"1.0\"><KimlikNo>10000000146</KimlikNo></Basvuru>";
    char *text = malloc(len + 1);
    cr_assert(text != NULL && len >= sizeof form);
    memset(text, ' ', len);
    memcpy(text, "text", 4);
    text[len] = 0;
    sign_buf sig = signed_text("nes-p256", text), out = {0};
    size_t at = 0;
    while (at + len <= sig.len && memcmp(sig.data + at, text, len) != 0)
        at++;
    cr_assert_leq(at + len, sig.len);
    memcpy(sig.data + at, form, sizeof form - 1);
    sign_key *key = pem_key("nes-p256");
    sign_input what = {.name = "form.p7m", .data = {sig.data, sig.len}};
    sign_rc rc = sign_add(key, &what, NULL, NULL, &(sign_output){.buf = &out}, err);
    cr_assert_null(out.data);
    sign_key_free(&key);
    sign_buf_free(&sig);
    free(text);
    return rc;
}

/* A form that is too long to be checked is refused as one, and is not signed as something else. */
Test(engine, nobody_adds_a_signature_to_a_form_that_is_too_long) {
    static const size_t lengths[] = {1000, 1 << 20, (1 << 20) + 1, 3 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        sign_error err = {0};
        cr_assert_eq(added_to_form(lengths[i], &err), SIGN_E_REFUSED, "%zu: %s", lengths[i], err.text);
    }
}

Test(engine, wrong_use_is_an_argument_error) {
    sign_report *report = NULL;
    sign_error err = {0};
    sign_verify_options odd = {.size = 3};
    sign_input what = {.data = {(const uint8_t *)"x", 1}};
    cr_assert_eq(sign_verify(NULL, NULL, 0, NULL, NULL, &report, &err), SIGN_E_ARGUMENT);
    cr_assert_eq(sign_verify(&what, NULL, 0, NULL, &odd, &report, &err), SIGN_E_ARGUMENT);
    odd = (sign_verify_options){.size = sizeof odd, .policy = "lenient"};
    cr_assert_eq(sign_verify(&what, NULL, 0, NULL, &odd, &report, &err), SIGN_E_REFUSED);
    cr_assert_str_eq(err.id, "E6001");
    cr_assert_null(report);
    cr_assert_eq(sign_create(NULL, &what, NULL, &(sign_output){.fd = 1}, &err), SIGN_E_ARGUMENT);
}

/* ---- the choice of the certificate ---- */

static sign_rc find(const char *objects, const char *person, char id[8]) {
    struct token_box box;
    sign_key *key = NULL;
    sign_error err = {0};
    sign_key_options opt = {.size = sizeof opt, .module = token_softhsm(), .secret = give_pin, .user = NULL};
    cr_assert(token_box_open(&box));
    if (objects)
        cr_assert(token_box_add(&box, "Kart", objects));
    sign_rc rc = sign_key_find(person, &opt, &key, &err);
    snprintf(id, 8, "%s", err.id);
    cr_assert_eq(rc == SIGN_OK, key != NULL);
    sign_key_free(&key);
    token_box_close(&box);
    return rc;
}

Test(engine, finds_the_one_nes_among_other_certificates) {
    char id[8];
    cr_assert_eq(
        find("nes-p256=01 encryption=02 nes-expired=03 nes-notyet=04 seal=05 malimuhur=06", NULL, id),
        SIGN_OK);
}

Test(engine, several_nes_are_no_choice) {
    char id[8];
    cr_assert_eq(find("nes-p256=01 nes-person2=02", NULL, id), SIGN_E_CERTIFICATE);
    cr_assert_str_eq(id, "E2004");
}

Test(engine, without_nes_the_others_are_named) {
    char id[8];
    cr_assert_eq(find("encryption=01 nes-expired=02", NULL, id), SIGN_E_CERTIFICATE);
    cr_assert_str_eq(id, "E2003");
}

Test(engine, certificates_of_services_are_named_too) {
    char id[8];
    cr_assert_eq(find("tsa-ec=01 ocsp-ec=02", NULL, id), SIGN_E_CERTIFICATE);
    cr_assert_str_eq(id, "E2003");
}

Test(engine, the_person_decides) {
    char id[8];
    cr_assert_eq(find("nes-p256=01", "10000000146", id), SIGN_E_CERTIFICATE);
    cr_assert_str_eq(id, "E2003");
}

Test(engine, no_token_is_said) {
    char id[8];
    sign_rc rc = find(NULL, NULL, id);
    cr_assert(rc == SIGN_E_TOKEN || rc == SIGN_E_CERTIFICATE, "%d", (int)rc);
}

/* ---- what nobody signed ---- */

/* A detached XML signature of letter.txt. */
static sign_buf detached_xml(void) {
    sign_buf out = {0};
    sign_key *key = pem_key("nes-p256");
    sign_input in = {.name = "letter.txt", .data = {(const uint8_t *)"text", 4}};
    sign_options opt = {.size = sizeof opt, .format = SIGN_XADES, .shape = SIGN_DETACHED};
    cr_assert_eq(sign_create(key, &in, &opt, &(sign_output){.buf = &out}, NULL), SIGN_OK);
    sign_key_free(&key);
    return out;
}

static bool says(const sign_report *report, const char *what) {
    sign_buf json = {0};
    cr_assert_eq(sign_report_write(report, SIGN_JSON, SIGN_EN, &json, NULL), SIGN_OK);
    bool found = false;
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= json.len && !found; i++)
        found = memcmp(json.data + i, what, n) == 0;
    sign_buf_free(&json);
    return found;
}

/* letter.txt and these beside it; *told: that a file given is not signed. */
static sign_rc judged_with(const char *policy, const char *const *names, size_t n, bool *told) {
    sign_trust *trust = trust_ec();
    sign_report *report = NULL;
    sign_error err = {0};
    sign_buf sig = detached_xml();
    sign_input what = {.name = "x.xades", .data = {sig.data, sig.len}};
    sign_input in[3] = {{.name = "letter.txt", .data = {(const uint8_t *)"text", 4}}};
    for (size_t i = 0; i < n; i++)
        in[i + 1] = (sign_input){.name = names[i], .data = {(const uint8_t *)"evil", 4}};
    sign_verify_options opt = {.size = sizeof opt, .policy = policy, .offline = 1};
    sign_rc rc = sign_verify(&what, in, n + 1, trust, &opt, &report, &err);
    *told = report != NULL && says(report, "4072");
    if (rc >= 0)
        cr_assert_eq(sign_report_verdict(report), rc);
    sign_report_free(&report);
    sign_buf_free(&sig);
    sign_trust_free(&trust);
    return rc;
}

Test(engine, a_file_that_nobody_signed) {
    static const char *const other[] = {"evil.txt"};
    bool told = false;
    cr_assert_eq(judged_with("default", other, 1, &told), SIGN_OK);
    cr_assert(told, "that it is not signed is told at least");
    cr_assert_eq(judged_with("strict", other, 1, &told), SIGN_INDETERMINATE, "it is no part of a pass");
    cr_assert(told);
    cr_assert_eq(judged_with("strict", NULL, 0, &told), SIGN_OK, "what is signed alone");
    cr_assert(!told);
}

Test(engine, two_files_of_one_name) {
    static const char *const same[] = {"letter.txt"}, *const elsewhere[] = {"other/letter.txt"},
                             *const others[] = {"a.txt", "b.txt"}, *const twice[] = {"a.txt", "a.txt"};
    bool told = false;
    cr_assert_eq(judged_with("default", same, 1, &told), SIGN_E_ARGUMENT);
    cr_assert_eq(judged_with("default", elsewhere, 1, &told), SIGN_E_ARGUMENT);
    cr_assert_eq(judged_with("default", twice, 2, &told), SIGN_E_ARGUMENT, "whether it is signed or not");
    cr_assert_eq(judged_with("default", others, 2, &told), SIGN_OK);
}
