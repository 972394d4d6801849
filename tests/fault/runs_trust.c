/* Runs of the trust store and of a certificate that is judged alone. */
#include "runs.h"

#include "base/bytes.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sign_anchors *empty_list(void) {
    sign_anchors *list = NULL;
    return sign_anchors_read(NULL, &list, NULL) == SIGN_OK ? list : NULL;
}

/* What was not added is not in the list. */
static int add_anchor(const sign_input *in) {
    sign_error err = {0};
    sign_anchors *list = empty_list();
    sign_anchors_counts counts = {0};
    if (!list)
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_anchors_add(list, in, NULL, &counts, &err);
    faults_off();
    size_t n = sign_anchors_count(list);
    bool right =
        rc == SIGN_OK ? n == 1 && counts.added == 1 && sign_anchors_get(list, 0)->subject[0] : n == 0;
    sign_anchors_free(&list);
    return judged(rc, &err, right);
}

int run_anchors_add(const struct world *w) {
    return add_anchor(&w->anchors[0]);
}

int run_anchors_depot(const struct world *w) {
    sign_certs *certs = NULL;
    AUTO(grow) xml = {0};
    if (sign_certs_read(&w->anchors[0], &certs, NULL) != SIGN_OK)
        return RUN_WRONG;
    grow_str(&xml, "<depo><koksertifikalar><koksertifika><mKokTipi>kok</mKokTipi><mValue>");
    text_base64(sign_certs_get(certs, 0)->der, &xml);
    grow_str(&xml, "</mValue></koksertifika></koksertifikalar></depo>");
    sign_certs_free(&certs);
    const sign_input in = {.name = "SertifikaDeposu.xml", .data = BYTES(xml.data, xml.len)};
    return xml.failed ? RUN_WRONG : add_anchor(&in);
}

/* Children run beside one another. */
static void store_path(const struct world *w, char path[100]) {
    snprintf(path, 100, "%s/anchors-%ld.json", w->folder, (long)getpid());
}

int run_anchors_write(const struct world *w) {
    sign_error err = {0};
    sign_anchors *list = empty_list();
    char path[100];
    store_path(w, path);
    if (!list || sign_anchors_add(list, &w->anchors[0], NULL, NULL, NULL) != SIGN_OK)
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_anchors_write(list, path, &err);
    faults_off();
    bool right = (access(path, F_OK) == 0) == (rc == SIGN_OK);
    unlink(path);
    sign_anchors_free(&list);
    return judged(rc, &err, right);
}

int run_anchors_read(const struct world *w) {
    sign_error err = {0};
    sign_anchors *list = empty_list(), *again = NULL;
    char path[100];
    store_path(w, path);
    if (!list || sign_anchors_add(list, &w->anchors[0], NULL, NULL, NULL) != SIGN_OK ||
        sign_anchors_write(list, path, NULL) != SIGN_OK)
        return RUN_WRONG;
    sign_anchors_free(&list);
    faults_on();
    sign_rc rc = sign_anchors_read(path, &again, &err);
    faults_off();
    unlink(path);
    bool right = rc == SIGN_OK ? sign_anchors_count(again) == 1 : again == NULL;
    sign_anchors_free(&again);
    return judged(rc, &err, right);
}

int run_anchors_remove(const struct world *w) {
    sign_error err = {0};
    sign_anchors *list = empty_list();
    char sha256[65];
    if (!list || sign_anchors_add(list, &w->anchors[0], NULL, NULL, NULL) != SIGN_OK)
        return RUN_WRONG;
    snprintf(sha256, sizeof sha256, "%s", sign_anchors_get(list, 0)->sha256);
    faults_on();
    sign_rc rc = sign_anchors_remove(list, sha256, &err);
    faults_off();
    bool right = sign_anchors_count(list) == 0;
    sign_anchors_free(&list);
    return judged(rc, &err, right);
}

/* Asked of a certificate that nobody has published. */
int run_root_known(const struct world *w) {
    uint8_t sha256[32] = {0};
    (void)w;
    faults_on();
    const char *name = sign_root_known(sha256);
    faults_off();
    return name == NULL ? SIGN_OK : RUN_WRONG;
}

static sign_rc check(const struct world *w, const sign_trust *trust, sign_report **out, sign_error *err) {
    static const char *const policies[] = {"2.16.792.1.2.1.1.5.7.1.1"};
    const sign_input in = {.name = "sertifika", .data = sign_key_certificate(w->key)};
    const sign_cert_options opt = {
        .size = sizeof opt, .at = w->verify_options.at, .policies = policies, .n_policies = 1};
    return sign_cert_check(&in, trust, &opt, out, err);
}

static int check_with(const struct world *w, const sign_trust *trust) {
    sign_error err = {0};
    sign_report *report = NULL;
    faults_on();
    sign_rc rc = check(w, trust, &report, &err);
    faults_off();
    bool right = rc >= 0 ? rc == SIGN_OK && sign_report_count(report) == 1 && world_told_alike(w, report)
                         : report == NULL;
    sign_report_free(&report);
    return judged(rc, &err, right);
}

int run_cert_check_known(const struct world *w) {
    return check_with(w, w->trust);
}

int run_cert_check_new(const struct world *w) {
    sign_trust *trust = NULL;
    if (sign_trust_new(&w->trust_options, &trust, NULL) != SIGN_OK)
        return RUN_WRONG;
    int result = check_with(w, trust);
    sign_trust_free(&trust);
    return result;
}

static int write_check(const struct world *w, sign_report_form form, const char *wanted) {
    sign_error err = {0};
    sign_report *report = NULL;
    sign_buf out = {0};
    if (check(w, w->trust, &report, NULL) != SIGN_OK)
        return RUN_WRONG;
    faults_on();
    sign_rc rc = sign_report_write(report, form, SIGN_TR, &out, &err);
    faults_off();
    bool right = rc == SIGN_OK ? holds(&out, wanted) && world_told_same(w, BUF(out)) : out.data == NULL;
    sign_report_free(&report);
    sign_buf_free(&out);
    return judged(rc, &err, right);
}

int run_cert_check_text(const struct world *w) {
    return write_check(w, SIGN_TEXT, "Anahtar kullanımı:");
}

int run_cert_check_json(const struct world *w) {
    return write_check(w, SIGN_JSON, "\"cert-check/1\"");
}
