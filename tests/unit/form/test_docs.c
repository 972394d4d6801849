/* docs/FORM.md has every field in the order of the schema, and every message code of forms. */
#include "helpers.h"

#include "base/file.h"
#include "base/message.h"
#include "form/fields.h"
#include <stdlib.h>

static sign_buf page_read(void) {
    sign_buf text = {0};
    cr_assert(file_read(SIGN_TEST_SOURCE "/docs/FORM.md", 1 << 20, &text, NULL) == SIGN_OK);
    sign_buf copy = {calloc(1, text.len + 1), text.len};
    memcpy(copy.data, text.data, text.len);
    sign_buf_free(&text);
    return copy;
}

Test(form_docs, fields_in_order_with_their_need) {
    AUTO(sign_buf) page = page_read();
    const char *at = (const char *)page.data;
    for (size_t id = 0; id < FIELD_COUNT; id++) {
        char row[100];
        snprintf(row, sizeof row, "\n| `%s` | %s |", field_at(id)->name,
                 field_at(id)->need == NEED_MANDATORY ? "✔" : "○");
        const char *hit = strstr(at, row);
        cr_assert_not_null(hit, "%s", row + 1);
        at = hit + 1;
        const struct choice *one = field_choices(id);
        for (; one != NULL && one->code != NULL; one++) {
            char code[40];
            snprintf(code, sizeof code, "`%s`", one->code);
            const char *found = strstr(at, code);
            cr_expect(found != NULL && found < strchr(at, '\n'), "%s of %s", code, field_at(id)->name);
        }
    }
}

Test(form_docs, every_code_is_there) {
    AUTO(sign_buf) page = page_read();
    size_t codes = 0;
    for (int id = 1; id < MSG_COUNT; id++) {
        const char *code = message_code((enum message_id)id);
        if (code[1] == '1') { /* the range of forms */
            cr_expect_not_null(strstr((const char *)page.data, code), "%s", code);
            codes++;
        }
    }
    cr_assert_gt(codes, 30);
}
