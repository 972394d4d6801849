/* key/secret.h - asking for a PIN or password: once, in locked memory, wiped. */
#ifndef KEY_SECRET_H
#define KEY_SECRET_H

#include "key/key.h"

enum { SECRET_MAX = 256 }; /* bytes with the final NUL; PINs are shorter, passphrases fit */

/*
 * Asks opt->secret. SIGN_E_PIN (`missing`) when there is no function, or what it answered; SIGN_E_CANCELLED
 * passes through. The text is kept out of the swap as far as the system allows.
 */
sign_rc secret_ask(const sign_key_options *opt, const sign_secret *ask, enum message_id missing,
                   struct secret *out, sign_error *err);
/* Wipes, unlocks and frees what secret_ask gave. */
void secret_drop(struct secret *s);
typedef struct secret asked;
CLEANUP(asked, secret_drop);

#endif
