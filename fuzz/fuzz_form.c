/*
 * fuzz_form.c - a document is looked at, opened, checked, shown and written; what was written must open again
 * and be written the same.
 */
#include <sign/form.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *user, const sign_form_problem *p) {
    *(size_t *)user += strlen(p->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char id[] = "6f1d0c52-7a3e-4b8e-9c41-2d5e8f0a1b23";
    const sign_input in = {.data = {data != NULL ? data : (const uint8_t *)"", size}};
    sign_form *form = NULL, *again = NULL;
    sign_buf page = {0}, once = {0}, twice = {0};
    size_t heard = 0;
    (void)sign_form_is(&in);
    if (sign_form_open(&in, id, 1767596400, &form, NULL) != SIGN_OK) {
        return 0;
    }
    sign_form_check(form, 1767596400, SIGN_EN, ignore, &heard);
    sign_rc shown = sign_form_show(form, SIGN_TR, 0, &page, NULL);
    if (shown == SIGN_E_REFUSED && heard > 0) { /* keys that are no fields, and the check told them */
        sign_form_free(&form);
        return 0;
    }
    if (shown != SIGN_OK || sign_form_write(form, &(sign_output){.buf = &once}, NULL) != SIGN_OK) {
        abort();
    }
    const sign_input canonical = {.data = {once.data, once.len}};
    if (sign_form_is(&canonical) != 1 || sign_form_open(&canonical, NULL, 0, &again, NULL) != SIGN_OK ||
        sign_form_write(again, &(sign_output){.buf = &twice}, NULL) != SIGN_OK) {
        abort();
    }
    if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0) {
        abort();
    }
    sign_form_free(&form);
    sign_form_free(&again);
    sign_buf_free(&page);
    sign_buf_free(&once);
    sign_buf_free(&twice);
    return 0;
}
