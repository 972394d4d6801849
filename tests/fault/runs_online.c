/* Runs that ask: certificates and signatures judged by what a door brings. */
#include "runs.h"

#include <stdio.h>
#include <string.h>

int run_trust_files(const struct world *w) {
    sign_error err = {0};
    sign_trust *trust = NULL;
    size_t n[3] = {0};
    faults_on();
    sign_rc rc = world_trust_files(w, &trust, &err);
    faults_off();
    if (rc == SIGN_OK)
        sign_trust_count(trust, &n[0], &n[1], &n[2]);
    bool right = rc == SIGN_OK ? n[0] == 1 && n[1] == 1 && n[2] == 1 : trust == NULL;
    sign_trust_free(&trust);
    return judged(rc, &err, right);
}

/* sub: the sub-indication, NULL when it passes. */
static int check(const struct world *w, const sign_trust *trust, const sign_buf *cert, bool offline,
                 const char *sub) {
    sign_error err = {0};
    sign_report *report = NULL;
    const sign_input in = {.name = "sertifika", .data = BUF(*cert)};
    const sign_cert_options opt = {.size = sizeof opt, .at = WORLD_NOW, .offline = offline};
    faults_on();
    sign_rc rc = sign_cert_check(&in, trust, &opt, &report, &err);
    faults_off();
    const sign_signature *s = rc >= 0 ? sign_report_signature(report, 0) : NULL;
    bool right =
        rc >= 0 ? s && (!sub ? !s->sub : s->sub && strcmp(s->sub, sub) == 0) && world_told_alike(w, report)
                : report == NULL;
    sign_report_free(&report);
    return judged(rc, &err, right);
}

int run_check_files(const struct world *w) {
    return check(w, w->net.files, &w->net.ali, true, NULL);
}

/* Issuer, response, lists and delta list are asked for. Whatever is missing, it must not pass: the complete
 * list does not have it. */
int run_check_online(const struct world *w) {
    sign_trust *trust = NULL;
    if (world_trust_online(w, &trust, NULL) != SIGN_OK)
        return RUN_WRONG;
    int result = check(w, trust, &w->net.late, false, "REVOKED_NO_POE");
    sign_trust_free(&trust);
    return result;
}

int run_verify_online(const struct world *w) {
    sign_trust *trust = NULL;
    if (world_trust_online(w, &trust, NULL) != SIGN_OK)
        return RUN_WRONG;
    int result = verify(w, trust, BUF(w->net.signature), NULL, &w->verify_options, NULL);
    sign_trust_free(&trust);
    return result;
}

int run_verify_remembered(const struct world *w) {
    return verify(w, w->net.trust, BUF(w->net.signature), NULL, &w->verify_options, NULL);
}
