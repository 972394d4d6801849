/* signatures.h - what the targets of both formats ask of a document of any octets. */
#ifndef FUZZ_SIGNATURES_H
#define FUZZ_SIGNATURES_H

#include "ades/ades.h"
#include "report/report.h"
#include <stdlib.h>

/* One for all inputs: what the fuzzer looks for is not how a context is made. */
static inline struct crypto *fuzz_context(void) {
    static struct crypto *crypto;
    if (crypto == NULL && crypto_new(&crypto, NULL) != SIGN_OK)
        abort();
    return crypto;
}

/* Verified for integrity and written as JSON: whether there are signatures, and all of them hold. */
static inline bool fuzz_holds(const struct ades_format *format, const source *what, const source *content) {
    struct ades_context ctx = {
        .crypto = fuzz_context(), .policy = ades_policy_find("strict"), .inspect = true};
    AUTO(sign_report_ptr) report = NULL;
    if (report_new(&report, NULL) != SIGN_OK ||
        format->verify(&ctx, what, content, content != NULL ? 1 : 0, report, NULL) != SIGN_OK)
        return false;
    report->schema = "inspect/1";
    AUTO(sign_buf) text = {0};
    if (report_seal(report, NULL) != SIGN_OK ||
        sign_report_write(report, SIGN_JSON, SIGN_TR, &text, NULL) != SIGN_OK)
        return false;
    if (report->indication == TOTAL_PASSED)
        abort(); /* no trust was given */
    for (const struct report_signature *s = report->signatures; s != NULL; s = s->next)
        if (s->references != TRI_TRUE || s->signature_value != TRI_TRUE || s->indication == TOTAL_FAILED)
            return false;
    return report->signatures != NULL;
}

/* What is extracted was signed by signatures that all hold, and what is refused writes nothing. */
static inline void fuzz_extract(const struct ades_format *format, const source *what, bool holds) {
    AUTO(sign_buf) out = {0};
    sign_output to = {.buf = &out};
    sign_rc rc = format->extract(fuzz_context(), what, &to, NULL);
    if ((rc == SIGN_OK && !holds) || (rc != SIGN_OK && out.len != 0))
        abort();
}

#endif
