/* base/error.h - how a function says that something could not be done. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/message.h"
#include <sign/error.h>

/*
 * Fills *err (which may be NULL) with code, message and English text, and returns rc:
 *   return fail(err, SIGN_E_IO, MSG_FILE_OPEN, "%s: %s", path, strerror(errno));
 * The formatted text is err->text and the message's only argument %1 (the texts of messages.def may use it).
 */
sign_rc fail(sign_error *err, sign_rc rc, enum message_id id, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "what: " before the text on the way up, and returns rc. The message and its argument stay. */
sign_rc within(sign_error *err, sign_rc rc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * The same with the name of one of several files, which a person needs in every language: it is put before
 * the message's argument too.
 */
sign_rc within_file(sign_error *err, sign_rc rc, const char *path);

/* Allocation failed: fail(err, SIGN_E_MEMORY, MSG_MEMORY, ...) with the fixed text. */
sign_rc fail_memory(sign_error *err);

#endif
