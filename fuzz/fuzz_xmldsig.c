/*
 * Any octets as an XML document with signatures: read, verified for integrity and extracted, alone and with a
 * content beside them. What is looked for is memory errors; and some rules are checked on every input:
 * nothing passes without an anchor, what is extracted was signed by signatures that all hold, what was
 * refused writes nothing.
 */
#include "xades/xades.h"
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
        xades_format.verify(&ctx, what, content, content != NULL ? 1 : 0, report, NULL) != SIGN_OK)
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

/* One for all inputs: what the fuzzer looks for is not how a context is made. */
static struct crypto *context(void) {
    static struct crypto *crypto;
    if (crypto == NULL && crypto_new(&crypto, NULL) != SIGN_OK)
        abort();
    return crypto;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct crypto *crypto = context();
    source what = {.mem = BYTES(data, size), .fd = -1, .size = size, .name = "fuzz.xml"};
    source content = {.mem = BYTES_STR("<a>içerik</a>"), .fd = -1, .size = 14, .name = "belge.xml"};
    if (!xades_format.looks_like(&what))
        return 0;
    bool holds;
    verify(crypto, &what, size % 2 == 0 ? &content : NULL,
           &holds); /* to verify twice would halve the search */
    AUTO(sign_buf) out = {0};
    sign_output to = {.buf = &out};
    if (!holds && size % 16 != 1)
        return 0;
    sign_rc rc = xades_format.extract(crypto, &what, &to, NULL);
    if ((rc == SIGN_OK && !holds) || (rc != SIGN_OK && out.len != 0))
        abort();
    return 0;
}
