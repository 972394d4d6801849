/*
 * fault_alloc - every allocation fails once. For each public function: warm it up, count its allocations, its
 * own and those of OpenSSL, libxml2, jansson, libcurl, SQLite and a PKCS#11 module; then for every n, each in
 * a forked child of its own, let the n-th fail, and again the n-th and all after it (of functions with very
 * many allocations not for each n, see attempts.h; --all: for every n there, too). Each time it must give
 * an error and say so, or succeed with exactly what it gives otherwise; nothing may stay allocated that
 * cannot be reached, and the function must work when memory is there again.
 *
 *   fault_alloc [--all] [NAME [ONCE|FROM N]]      with N: shows the stack of the allocation that fails
 */
#include "attempts.h"
#include "hooks.h"
#include "runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a lack of memory may be told as; docs/FAULTS.md says why. OpenSSL does not always say that it is
 * memory which was missing, libcurl and the file system tell it as something that cannot be reached or
 * written. */
#define AS(code) (1u << -(code))
#define CRYPTO   AS(SIGN_E_CRYPTO)
#define FILES    (CRYPTO | AS(SIGN_E_IO))
#define ADDRESS  (AS(SIGN_E_NETWORK) | AS(SIGN_E_REFUSED))
#define CARRIED  (CRYPTO | AS(SIGN_E_FORMAT))
#define ANY      (~0u)

static const struct run runs[] = {
    {"sign_trust_new", SIGN_OK, run_trust, CRYPTO},
    {"sign_verify: everything known", SIGN_OK, run_verify_known, CRYPTO},
    {"sign_verify: nothing known", SIGN_OK, run_verify_new, CRYPTO},
    {"sign_verify: two signatures", SIGN_OK, run_verify_two, ANY},
    {"sign_verify: detached", SIGN_OK, run_verify_detached, ANY},
    {"sign_verify: altered content", SIGN_FAILED, run_verify_altered, ANY},
    {"sign_verify: cut off", SIGN_FAILED, run_verify_cut, ANY},
    {"sign_verify: no trust", SIGN_INDETERMINATE, run_verify_stranger, ANY},
    {"sign_verify: inspection", SIGN_INDETERMINATE, run_inspect, ANY},
    {"sign_report_write: text", SIGN_OK, run_report_text, ANY},
    {"sign_report_write: JSON", SIGN_OK, run_report_json, ANY},
    {"sign_report_write: detailed", SIGN_OK, run_report_detailed, ANY},
    {"sign_report_write: diagnostic", SIGN_OK, run_report_diagnostic, ANY},
    {"sign_report_write: TS 119 102-2", SIGN_OK, run_report_etsi, ANY},
    {"sign_report_write: HTML", SIGN_OK, run_report_html, ANY},
    {"sign_verify: archived twice, detailed", SIGN_OK, run_judge_cms, CRYPTO},
    {"sign_verify: XAdES, archived twice", SIGN_OK, run_judge_xml, CRYPTO},
    {"sign_verify: another's time-stamp", SIGN_INDETERMINATE, run_judge_wrong, CRYPTO},
    {"sign_verify: a policy of one's own, a named signer", SIGN_OK, run_judge_policy, CRYPTO},
    {"sign_verify: of two signers", SIGN_OK, run_judge_require, CRYPTO},
    {"sign_verify: a token", SIGN_OK, run_judge_token, CRYPTO},
    {"sign_report_write: time-stamps, text", SIGN_OK, run_late_text, CRYPTO},
    {"sign_report_write: time-stamps, JSON", SIGN_OK, run_late_json, CRYPTO},
    {"sign_report_write: time-stamps, detailed", SIGN_OK, run_late_detailed, CRYPTO},
    {"sign_report_write: time-stamps, diagnostic", SIGN_OK, run_late_diagnostic, CRYPTO},
    {"sign_report_write: time-stamps, TS 119 102-2", SIGN_OK, run_late_etsi, CRYPTO},
    {"sign_report_write: time-stamps, HTML", SIGN_OK, run_late_html, CRYPTO},
    {"sign_policy_open", SIGN_OK, run_policy_open, 0},
    {"sign_policy_write", SIGN_OK, run_policy_write, 0},
    {"sign_policy_lint", SIGN_E_REFUSED, run_policy_lint, 0},
    {"sign_extract", SIGN_OK, run_extract, ANY},
    {"sign_certs_read", SIGN_OK, run_certs, ANY},
    {"sign_create: attached", SIGN_OK, run_create_attached, ANY},
    {"sign_create: detached", SIGN_OK, run_create_detached, ANY},
    {"sign_create: all attributes", SIGN_OK, run_create_attributes, ANY},
    {"sign_create: into a file", SIGN_OK, run_create_file, ANY},
    {"sign_create: key elsewhere", SIGN_OK, run_create_remote, ANY},
    {"sign_create: form", SIGN_OK, run_create_form, ANY},
    {"sign_create: another person's form", SIGN_E_REFUSED, run_create_form_other, ANY},
    {"sign_create: another person's form in JSON", SIGN_E_REFUSED, run_create_form_json_other, ANY},
    {"sign_create: another person's form in a file", SIGN_E_REFUSED, run_create_form_file_other, ANY},
    {"sign_add", SIGN_OK, run_add, ANY},
    {"sign_draft_new", SIGN_OK, run_draft_new, ANY},
    {"sign_draft_export", SIGN_OK, run_draft_export, ANY},
    {"sign_draft_import", SIGN_OK, run_draft_import, ANY},
    {"sign_draft_finish", SIGN_OK, run_draft_finish, ANY},
    {"sign_form_new", SIGN_OK, run_form_new, ANY},
    {"sign_form_is: XML", 1, run_form_is_xml, ANY},
    {"sign_form_is: JSON", 1, run_form_is_json, ANY},
    {"sign_form_open: JSON", SIGN_OK, run_form_json, ANY},
    {"sign_form_open: XML", SIGN_OK, run_form_xml, ANY},
    {"sign_form_set", SIGN_OK, run_form_set, ANY},
    {"sign_form_check", 2, run_form_check, ANY},
    {"sign_form_write", SIGN_OK, run_form_write, ANY},
    {"sign_form_show", SIGN_OK, run_form_show, ANY},
    {"sign_key_open: PEM, encrypted, with chain", SIGN_OK, run_key_pem, ANY},
    {"sign_key_open: PKCS#12", SIGN_OK, run_key_pkcs12, ANY},
    {"sign_create: XAdES, enveloped", SIGN_OK, run_xml_create_enveloped, ANY},
    {"sign_create: XAdES, enveloping", SIGN_OK, run_xml_create_enveloping, ANY},
    {"sign_create: XAdES, enveloping base64", SIGN_OK, run_xml_create_base64, ANY},
    {"sign_create: XAdES, detached", SIGN_OK, run_xml_create_detached, ANY},
    {"sign_create: XAdES, internally detached", SIGN_OK, run_xml_create_inside, ANY},
    {"sign_create: XAdES, one element", SIGN_OK, run_xml_create_element, ANY},
    {"sign_create: XAdES, all properties", SIGN_OK, run_xml_create_properties, ANY},
    {"sign_create: XAdES, another person's form", SIGN_E_REFUSED, run_xml_create_form_other, ANY},
    {"sign_add: XAdES", SIGN_OK, run_xml_add, ANY},
    {"sign_draft_new: XAdES", SIGN_OK, run_xml_draft_new, ANY},
    {"sign_draft_export: XAdES", SIGN_OK, run_xml_draft_export, ANY},
    {"sign_draft_import: XAdES", SIGN_OK, run_xml_draft_import, ANY},
    {"sign_draft_finish: XAdES", SIGN_OK, run_xml_draft_finish, ANY},
    {"sign_verify: XAdES, enveloped", SIGN_OK, run_xml_verify_enveloped, ANY},
    {"sign_verify: XAdES, enveloping", SIGN_OK, run_xml_verify_enveloping, ANY},
    {"sign_verify: XAdES, enveloping base64", SIGN_OK, run_xml_verify_base64, ANY},
    {"sign_verify: XAdES, detached", SIGN_OK, run_xml_verify_detached, ANY},
    {"sign_verify: XAdES, internally detached", SIGN_OK, run_xml_verify_inside, ANY},
    {"sign_verify: XAdES, two signatures", SIGN_OK, run_xml_verify_two, ANY},
    {"sign_verify: XAdES, altered", SIGN_FAILED, run_xml_verify_altered, ANY},
    {"sign_verify: XAdES, octets shown", SIGN_OK, run_xml_verify_digested, ANY},
    {"sign_anchors_add: PEM", SIGN_OK, run_anchors_add, FILES},
    {"sign_anchors_add: SertifikaDeposu.xml", SIGN_OK, run_anchors_depot, FILES},
    {"sign_anchors_write", SIGN_OK, run_anchors_write, FILES},
    {"sign_anchors_read", SIGN_OK, run_anchors_read, CRYPTO},
    {"sign_anchors_remove", SIGN_OK, run_anchors_remove, CRYPTO},
    {"sign_root_known", SIGN_OK, run_root_known, CRYPTO},
    {"sign_trust_new: list, lists, responses, door", SIGN_OK, run_trust_files, CRYPTO},
    {"sign_cert_check: given as files", SIGN_OK, run_check_files, CRYPTO},
    {"sign_cert_check: online, revoked in the delta list", SIGN_INDETERMINATE, run_check_online, CRYPTO},
    {"sign_verify: online, for the first time", SIGN_OK, run_verify_online, CRYPTO},
    {"sign_verify: online, remembered", SIGN_OK, run_verify_remembered, CRYPTO},
    {"sign_net_new", SIGN_OK, run_net_new, FILES},
    {"sign_net_fetch", SIGN_OK, run_net_fetch, ADDRESS},
    {"sign_net_fetch: remembered", SIGN_OK, run_net_fetch_remembered, ADDRESS},
    {"sign_net_fetch: an address that is refused", SIGN_E_REFUSED, run_net_fetch_refused, 0},
    {"sign_cache_each", SIGN_OK, run_cache_each, 0},
    {"sign_cache_prune", SIGN_OK, run_cache_prune, 0},
    {"sign_cache_export", SIGN_OK, run_cache_export, CRYPTO},
    {"sign_cache_import", SIGN_OK, run_cache_import, CARRIED},
    {"sign_cert_check: everything known", SIGN_OK, run_cert_check_known, ANY},
    {"sign_cert_check: nothing known", SIGN_OK, run_cert_check_new, ANY},
    {"sign_report_write: certificate, text", SIGN_OK, run_cert_check_text, ANY},
    {"sign_report_write: certificate, JSON", SIGN_OK, run_cert_check_json, ANY},
    {"sign_extract: XAdES, enveloped", SIGN_OK, run_xml_extract_enveloped, ANY},
    {"sign_extract: XAdES, enveloping", SIGN_OK, run_xml_extract_enveloping, ANY},
    {"sign_extract: XAdES, base64", SIGN_OK, run_xml_extract_base64, ANY},
    {"sign_token_each: every module", SIGN_OK, run_modules, ANY},
    {"sign_token_each", SIGN_OK, run_token_each, ANY},
    {"sign_key_find", SIGN_OK, run_key_find, ANY},
    {"sign_key_open: token, certificate in a file", SIGN_E_PIN, run_key_token, ANY},
    {"sign_create: token", SIGN_OK, run_create_token, ANY},
};
static const size_t n_runs = sizeof runs / sizeof *runs;

int judged(sign_rc rc, const sign_error *err, bool right) {
    bool told = rc >= 0 || (err->code == rc && err->text[0] && err->id[0]);
    return right && told ? (int)rc : RUN_WRONG;
}

bool holds(const sign_buf *text, const char *part) {
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= text->len; i++)
        if (memcmp(text->data + i, part, n) == 0)
            return true;
    return false;
}

static void print(const struct run *r, const struct tally *t, bool good) {
    printf("%s - %s: %zu allocations, %zu children, %zu errors, %zu unharmed, %zu searched for leaks, "
           "%zu known crashes of libraries, %zu failures\n",
           good ? "ok" : "not ok", r->name, t->total, t->children, t->errors, t->unharmed, t->searches,
           t->known, t->failures);
    for (int code = 1; code < CODES; code++)
        if (t->by_code[code])
            printf("#   %s %zu\n", sign_rc_name((sign_rc)-code), t->by_code[code]);
    for (size_t i = 0; i < t->n_found; i++)
        printf("# %s, %s %zu: %s\n", r->name, t->found[i].mode == FAULT_ONCE ? "ONCE" : "FROM", t->found[i].n,
               t->found[i].what);
    fflush(stdout);
}

/* These promise that no shortage of memory can change what they say. */
static bool needs_no_memory(const struct run *r) {
    return r->go == run_form_is_xml || r->go == run_form_check || r->go == run_anchors_remove ||
           r->go == run_root_known;
}

/*
 * These change nothing outside the process, make the most allocations of all, and none of them while OpenSSL
 * holds a lock for writing, which a child of another thread id cannot give back.
 */
static bool stands_alone(const struct run *r) {
    static int (*const all[])(const struct world *w) = {run_key_pem,
                                                        run_key_pkcs12,

                                                        run_judge_cms,
                                                        run_judge_xml,
                                                        run_judge_wrong,
                                                        run_judge_policy,
                                                        run_judge_require,
                                                        run_judge_token,
                                                        run_late_text,
                                                        run_late_json,
                                                        run_late_detailed,
                                                        run_late_diagnostic,
                                                        run_late_etsi,
                                                        run_late_html,
                                                        run_verify_new,
                                                        run_verify_known,
                                                        run_verify_two,
                                                        run_verify_detached,
                                                        run_report_html,
                                                        run_report_etsi,
                                                        run_xml_verify_enveloped,
                                                        run_xml_verify_enveloping,
                                                        run_xml_verify_base64,
                                                        run_xml_verify_detached,
                                                        run_xml_verify_inside,
                                                        run_xml_verify_two,
                                                        run_check_files,
                                                        run_trust_files};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (r->go == all[i])
            return true;
    return false;
}

static bool examine(const struct run *r, const struct world *w, size_t step) {
    struct tally t;
    const struct attempts_how how = {.alone = stands_alone(r), .step = step};
    bool good = attempts_all(r, w, &how, &t) && t.failures == 0 && (t.total == 0) == needs_no_memory(r);
    print(r, &t, good);
    return good;
}

static bool single(const struct run *r, const struct world *w, const char *mode, const char *n) {
    struct tally t;
    hooks_show();
    bool good =
        attempts_one(r, w, strcmp(mode, "FROM") == 0 ? FAULT_FROM : FAULT_ONCE, strtoul(n, NULL, 10), &t) &&
        t.failures == 0;
    print(r, &t, good);
    return good;
}

int main(int argc, char **argv) {
    struct world w;
    bool good = true;
    size_t step = 7;
    if (argc > 1 && strcmp(argv[1], "--all") == 0) {
        step = 1;
        argc--;
        argv++;
    }
    if (!hooks_install() || !world_make(&w)) {
        puts("not ok - the inputs could not be made");
        return 1;
    }
    for (size_t i = 0; i < n_runs; i++) {
        bool asked = argc > 1 && strcmp(argv[1], runs[i].name) == 0;
        if (!asked && argc > 1)
            continue;
        good = (argc > 3 ? single(&runs[i], &w, argv[2], argv[3]) : examine(&runs[i], &w, step)) && good;
    }
    world_free(&w);
    return good ? 0 : 1;
}
