/* base/message.h - the one table of messages for people: code, level, Turkish, English. */
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

#include <sign/error.h>

/*
 * messages.def has one row per message:
 *   MESSAGE(NAME, "E5001", "English sentence with %1 %2", "Turkish sentence", "English hint", "Turkish hint")
 * The letter of the code is the level: E error, W warning, I info. %1..%3 are arguments. A code is never
 * reused.
 */
enum message_id {
    MSG_NONE = 0,
#define MESSAGE(name, code, en, tr, hint_en, hint_tr) MSG_##name,
#include "base/messages.def"
#undef MESSAGE
    MSG_COUNT
};

const char *message_code(enum message_id id);                 /* "E5001"; "" for MSG_NONE */
const char *message_hint(enum message_id id, sign_lang lang); /* "" when there is none */
enum message_id message_find(const char *code);               /* MSG_NONE when there is no such code */

/* The sentence with its arguments (NULL is ""), cut at a whole character; returns out. */
const char *message_text(enum message_id id, sign_lang lang, const char *const args[3], char *out,
                         size_t size);

#endif
