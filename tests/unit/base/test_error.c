/* Errors and messages: what a caller and a person get to see. */
#include "base/error.h"
#include "base/text.h"
#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *name, *code, *en, *tr;
} rows[] = {
#define MESSAGE(name, code, en, tr, hint_en, hint_tr) {#name, code, en, tr},
#include "base/messages.def"
#undef MESSAGE
};
enum { ROWS = sizeof rows / sizeof rows[0] };

Test(error, fail_fills_everything) {
    sign_error err;
    memset(&err, 'x', sizeof err);
    cr_assert(fail(&err, SIGN_E_IO, MSG_FILE_OPEN, "%s: %d", "a.pdf", 7) == SIGN_E_IO);
    cr_assert(err.code == SIGN_E_IO);
    cr_assert_str_eq(err.id, "E5001");
    cr_assert_str_eq(err.text, "a.pdf: 7");
    cr_assert_str_eq(err.args, "a.pdf: 7");
    cr_assert(err.args[9] == '\0' && err.args[sizeof err.args - 1] == '\0', "the other arguments are empty");
}

Test(error, null_is_allowed) {
    cr_assert(fail(NULL, SIGN_E_LIMIT, MSG_LIMIT, "%d", 1) == SIGN_E_LIMIT);
    cr_assert(within(NULL, SIGN_E_LIMIT, "outer") == SIGN_E_LIMIT);
    cr_assert(fail_memory(NULL) == SIGN_E_MEMORY);
}

Test(error, within_grows_outermost_first_and_keeps_the_message) {
    sign_error err;
    fail(&err, SIGN_E_FORMAT, MSG_DER, "length runs past the end");
    within(&err, SIGN_E_FORMAT, "certificate");
    cr_assert(within(&err, SIGN_E_FORMAT, "signature %d", 2) == SIGN_E_FORMAT);
    cr_assert_str_eq(err.text, "signature 2: certificate: length runs past the end");
    cr_assert_str_eq(err.args, "length runs past the end");
    cr_assert_str_eq(err.id, "E5006");
}

Test(error, an_argument_may_be_the_error_itself) {
    sign_error err;
    fail(&err, SIGN_E_FORMAT, MSG_DER, "inner");
    fail(&err, SIGN_E_IO, MSG_FILE_READ, "again %s", err.text);
    cr_assert_str_eq(err.text, "again inner");
    within(&err, SIGN_E_IO, "%s", err.text);
    cr_assert_str_eq(err.text, "again inner: again inner");
}

Test(error, long_texts_are_cut_at_a_whole_character) {
    char text[1201];
    for (size_t i = 0; i < 1200; i += 2) {
        memcpy(text + i, "ş", 2);
    }
    text[1200] = '\0';
    for (int shift = 0; shift < 2; shift++) {
        sign_error err;
        fail(&err, SIGN_E_IO, MSG_FILE_OPEN, "%.*s%s", shift, "x", text);
        cr_assert(utf8_valid(BYTES_STR(err.text)) && strlen(err.text) >= sizeof err.text - 2);
        cr_assert(utf8_valid(BYTES_STR(err.args)) && strlen(err.args) >= sizeof err.args - 2);
        cr_assert_null(strchr(err.text, '?'), "no half character was made a question mark");
        within(&err, SIGN_E_IO, "%s", text);
        cr_assert(utf8_valid(BYTES_STR(err.text)) && strlen(err.text) < sizeof err.text);
    }
}

Test(error, no_control_character_reaches_a_terminal) {
    sign_error err;
    fail(&err, SIGN_E_IO, MSG_FILE_OPEN, "%s",
         "a\x1b[2Jb\nc\xc2\x9b"
         "d\xff\xe2\x80\xae"
         "e");
    cr_assert_str_eq(err.text, "a?[2Jb?c?d??e");
}

Test(error, text_in_both_languages) {
    sign_error err;
    char out[200];
    fail(&err, SIGN_E_EXISTS, MSG_FILE_EXISTS, "imza.p7s");
    cr_assert_str_eq(sign_error_text(&err, SIGN_EN, out, sizeof out), "The output already exists: imza.p7s");
    cr_assert_str_eq(sign_error_text(&err, SIGN_TR, out, sizeof out), "Çıktı dosyası zaten var: imza.p7s");
    cr_assert(strstr(sign_error_hint(&err, SIGN_EN), "--force") != NULL);
    cr_assert(strstr(sign_error_hint(&err, SIGN_TR), "--force") != NULL);
    cr_assert_str_eq(sign_error_text(&err, (sign_lang)9, out, sizeof out),
                     "Çıktı dosyası zaten var: imza.p7s");
}

Test(error, text_is_cut_at_a_whole_character) {
    sign_error err;
    char out[8];
    fail(&err, SIGN_E_EXISTS, MSG_FILE_EXISTS, "x");
    sign_error_text(&err, SIGN_TR, out, 3);
    cr_assert_str_eq(out, "Ç");
    sign_error_text(&err, SIGN_TR, out, 2);
    cr_assert_str_eq(out, "");
    out[0] = 'z';
    cr_assert(sign_error_text(&err, SIGN_TR, out, 0) == out && out[0] == 'z');
    cr_assert_null(sign_error_text(&err, SIGN_TR, NULL, 5));
}

Test(error, without_a_message_the_text_stands) {
    sign_error err = {.code = SIGN_E_INTERNAL};
    char out[80];
    memcpy(err.text, "what happened", 14);
    cr_assert_str_eq(sign_error_text(&err, SIGN_TR, out, sizeof out), "what happened");
    cr_assert_str_eq(sign_error_hint(&err, SIGN_TR), "");
    cr_assert_str_eq(sign_error_text(NULL, SIGN_TR, out, sizeof out), "");
    cr_assert_str_eq(sign_error_hint(NULL, SIGN_TR), "");
}

Test(error, a_struct_full_of_rubbish_is_survived) {
    sign_error err;
    char out[2000];
    memset(&err, 'E', sizeof err);
    sign_error_text(&err, SIGN_EN, out, sizeof out);
    cr_assert_eq(strlen(out), sizeof err.text);
    memcpy(err.id, "E5001\0", 7);
    cr_assert_str_eq(sign_error_text(&err, SIGN_EN, out, sizeof out), "Cannot open the file: ");
}

Test(error, names_of_results) {
    cr_assert_str_eq(sign_rc_name(SIGN_OK), "SIGN_OK");
    cr_assert_str_eq(sign_rc_name(SIGN_INDETERMINATE), "SIGN_INDETERMINATE");
    cr_assert_str_eq(sign_rc_name((sign_rc)4), "SIGN_?");
    cr_assert_str_eq(sign_rc_name((sign_rc)-99), "SIGN_?");
    for (int rc = SIGN_E_REFUSED; rc <= SIGN_NO_SIGNATURE; rc++) {
        cr_assert(strcmp(sign_rc_name((sign_rc)rc), "SIGN_?") != 0, "%d has a name", rc);
    }
}

Test(message, every_code_is_a_letter_and_four_digits_and_used_once) {
    for (size_t i = 0; i < ROWS; i++) {
        const char *c = rows[i].code;
        cr_assert(strlen(c) == 5 && strchr("EWI", c[0]) != NULL && strspn(c + 1, "0123456789") == 4, "%s", c);
        cr_assert_eq(message_find(c), i + 1, "%s %s", c, rows[i].name);
        cr_assert_str_eq(message_code((enum message_id)(i + 1)), c);
    }
}

Test(message, both_languages_say_the_same_arguments) {
    for (size_t i = 0; i < ROWS; i++) {
        cr_assert(rows[i].en[0] != '\0' && rows[i].tr[0] != '\0', "%s", rows[i].name);
        for (char n = '1'; n <= '3'; n++) {
            const char arg[] = {'%', n, '\0'};
            cr_assert_eq(strstr(rows[i].en, arg) == NULL, strstr(rows[i].tr, arg) == NULL, "%s %s",
                         rows[i].name, arg);
        }
    }
}

Test(message, what_is_not_there) {
    char out[40];
    cr_assert_str_eq(message_code(MSG_NONE), "");
    cr_assert_str_eq(message_code((enum message_id)100000), "");
    cr_assert_str_eq(message_hint(MSG_NONE, SIGN_EN), "");
    cr_assert_eq(message_find("E0000"), MSG_NONE);
    cr_assert_eq(message_find(""), MSG_NONE);
    cr_assert_eq(message_find(NULL), MSG_NONE);
    cr_assert_str_eq(message_text(MSG_FILE_OPEN, SIGN_EN, NULL, out, sizeof out), "Cannot open the file: ");
}

Test(message, an_argument_is_not_expanded_again) {
    char out[80];
    const char *const args[3] = {"%1 %2 %s", NULL, NULL};
    cr_assert_str_eq(message_text(MSG_FILE_OPEN, SIGN_EN, args, out, sizeof out),
                     "Cannot open the file: %1 %2 %s");
}
