/* base/error.c - filling sign_error at the bottom, prefixing it on the way up, and telling it to a person. */
#include "base/error.h"

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* vsnprintf whose result never ends inside a character. */
__attribute__((format(printf, 3, 0))) static void format_whole(char *out, size_t size, const char *fmt,
                                                               va_list ap) {
    int n = vsnprintf(out, size, fmt, ap);
    if (n < 0) {
        out[0] = '\0';
    } else if ((size_t)n >= size) {
        out[utf8_whole(out, size - 1)] = '\0';
    }
}

sign_rc fail(sign_error *err, sign_rc rc, enum message_id id, const char *fmt, ...) {
    if (err == NULL) {
        return rc;
    }
    /* Formatted aside first: an argument may well be err->text. */
    char text[sizeof err->text];
    va_list ap;
    va_start(ap, fmt);
    format_whole(text, sizeof text, fmt, ap);
    va_end(ap);

    memset(err, 0, sizeof *err);
    err->code = rc;
    snprintf(err->id, sizeof err->id, "%s", message_code(id));
    /* Names of files and subjects are a stranger's choice: no control character of theirs reaches a terminal.
     */
    text_printable(BYTES_STR(text), err->text, sizeof err->text);
    text_printable(BYTES_STR(text), err->args, sizeof err->args);
    return rc;
}

sign_rc within(sign_error *err, sign_rc rc, const char *fmt, ...) {
    if (err == NULL) {
        return rc;
    }
    char text[sizeof err->text];
    va_list ap;
    va_start(ap, fmt);
    format_whole(text, sizeof text, fmt, ap);
    va_end(ap);

    char whole[2 * sizeof err->text + 2];
    snprintf(whole, sizeof whole, "%s: %s", text, err->text);
    text_printable(BYTES_STR(whole), err->text, sizeof err->text);
    err->code = rc;
    return rc;
}

sign_rc within_file(sign_error *err, sign_rc rc, const char *path) {
    if (err == NULL)
        return rc;
    char whole[2 * sizeof err->args];
    snprintf(whole, sizeof whole, "%.150s: %s", path, err->args);
    text_printable(BYTES_STR(whole), err->args, sizeof err->args);
    return within(err, rc, "%s", path);
}

sign_rc fail_memory(sign_error *err) {
    return fail(err, SIGN_E_MEMORY, MSG_MEMORY, "out of memory");
}

const char *sign_rc_name(sign_rc rc) {
    static const struct {
        sign_rc rc;
        const char *name;
    } names[] = {
#define ROW(x) {x, #x}
        ROW(SIGN_OK),          ROW(SIGN_FAILED),        ROW(SIGN_INDETERMINATE), ROW(SIGN_NO_SIGNATURE),
        ROW(SIGN_E_ARGUMENT),  ROW(SIGN_E_MEMORY),      ROW(SIGN_E_IO),          ROW(SIGN_E_NETWORK),
        ROW(SIGN_E_FORMAT),    ROW(SIGN_E_UNSUPPORTED), ROW(SIGN_E_LIMIT),       ROW(SIGN_E_CRYPTO),
        ROW(SIGN_E_KEY),       ROW(SIGN_E_PIN),         ROW(SIGN_E_TOKEN),       ROW(SIGN_E_CERTIFICATE),
        ROW(SIGN_E_CANCELLED), ROW(SIGN_E_INTERNAL),    ROW(SIGN_E_EXISTS),      ROW(SIGN_E_REFUSED),
#undef ROW
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].rc == rc) {
            return names[i].name;
        }
    }
    return "SIGN_?";
}

/* The message of the error; the struct is the caller's, so its strings are not trusted to end. */
static enum message_id error_message(const sign_error *err) {
    if (err == NULL || memchr(err->id, '\0', sizeof err->id) == NULL) {
        return MSG_NONE;
    }
    return message_find(err->id);
}

/* Points args[] at the NUL-terminated arguments, "" for those that are not there. */
static void error_args(const sign_error *err, const char *args[3]) {
    const char *at = err->args;
    const char *end = err->args + sizeof err->args;
    for (size_t i = 0; i < 3; i++) {
        const char *stop = at < end ? memchr(at, '\0', (size_t)(end - at)) : NULL;
        args[i] = stop != NULL ? at : "";
        at = stop != NULL ? stop + 1 : end;
    }
}

const char *sign_error_text(const sign_error *err, sign_lang lang, char *out, size_t size) {
    if (out == NULL || size == 0) {
        return out;
    }
    out[0] = '\0';
    if (err == NULL) {
        return out;
    }
    enum message_id id = error_message(err);
    if (id == MSG_NONE) {
        const char *stop = memchr(err->text, '\0', sizeof err->text);
        size_t len = stop != NULL ? (size_t)(stop - err->text) : sizeof err->text;
        text_printable(BYTES(err->text, len), out, size);
        return out;
    }
    const char *args[3];
    error_args(err, args);
    return message_text(id, lang, args, out, size);
}

const char *sign_error_hint(const sign_error *err, sign_lang lang) {
    return message_hint(error_message(err), lang);
}
