/*
 * fuzz_policy.c - a policy file: every fault is told and the first is the error; what is taken is written and
 * read back to the same text.
 */
#include <sign/policy.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(void *user, const sign_error *fault) {
    char text[1200];
    *(size_t *)user += strlen(sign_error_text(fault, SIGN_TR, text, sizeof text)) > 0;
}

static void written(const sign_policy *policy, sign_buf *out) {
    if (sign_policy_write(policy, &(sign_output){.buf = out}, NULL) != SIGN_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const sign_input in = {.data = {data != NULL ? data : (const uint8_t *)"", size}};
    sign_policy *policy = NULL, *again = NULL;
    sign_buf once = {0}, twice = {0};
    size_t faults = 0;
    sign_rc lint = sign_policy_lint(&in, hear, &faults, NULL);
    if (sign_policy_open(NULL, &in, &policy, NULL) != lint || (lint == SIGN_OK) != (faults == 0))
        abort();
    if (lint != SIGN_OK)
        return 0;
    written(policy, &once);
    const sign_input whole = {.data = {once.data, once.len}};
    if (sign_policy_open(NULL, &whole, &again, NULL) != SIGN_OK)
        abort();
    written(again, &twice);
    if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0 ||
        strcmp(sign_policy_name(policy), sign_policy_name(again)) != 0)
        abort();
    sign_policy_free(&policy);
    sign_policy_free(&again);
    sign_buf_free(&once);
    sign_buf_free(&twice);
    return 0;
}
