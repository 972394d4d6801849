/*
 * Any octets as a CMS message: read, verified for integrity and extracted. What is looked for is memory
 * errors; and one rule is checked on every input: what is extracted was signed by signatures that all hold.
 */
#include "cades/cades.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool all_hold(const struct sign_report *r) {
    for (const struct report_signature *s = r->signatures; s != NULL; s = s->next)
        if (s->references != TRI_TRUE || s->signature_value != TRI_TRUE || s->indication == TOTAL_FAILED)
            return false;
    return r->signatures != NULL;
}

static void verify(struct crypto *crypto, const source *what, const source *content, bool *holds) {
    struct ades_context ctx = {.crypto = crypto, .policy = ades_policy_find("strict"), .inspect = true};
    AUTO(sign_report_ptr) report = NULL;
    *holds = false;
    if (report_new(&report, NULL) != SIGN_OK ||
        cades_format.verify(&ctx, what, content, content != NULL ? 1 : 0, report, NULL) != SIGN_OK)
        return;
    report->schema = "inspect/1";
    AUTO(sign_buf) text = {0};
    if (report_seal(report, NULL) != SIGN_OK ||
        sign_report_write(report, SIGN_JSON, SIGN_TR, &text, NULL) != SIGN_OK)
        return;
    if (report->indication == TOTAL_PASSED)
        abort(); /* no trust was given */
    *holds = all_hold(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(crypto_ptr) crypto = NULL;
    if (crypto_new(&crypto, NULL) != SIGN_OK)
        return 0;
    source what = {.mem = BYTES(data, size), .fd = -1, .size = size, .name = "fuzz.p7m"};
    source content = {.mem = BYTES_STR("içerik"), .fd = -1, .size = 7, .name = "belge"};
    bool attached, detached;
    verify(crypto, &what, NULL, &attached);
    verify(crypto, &what, &content, &detached);
    AUTO(sign_buf) out = {0};
    sign_output to = {.buf = &out};
    sign_rc rc = cades_format.extract(crypto, &what, &to, NULL);
    if ((rc == SIGN_OK && !attached) || (rc != SIGN_OK && out.len != 0))
        abort();
    return 0;
}
