/* key/token.h - keys on PKCS#11 tokens: choosing, login, and signing on sessions of their own. */
#ifndef KEY_TOKEN_H
#define KEY_TOKEN_H

#include "key/chain.h"
#include "key/secret.h"
#include "key/slot.h"
#include <sys/types.h>

/* Opens the key that the pkcs11: URI names; errors as sign_key_open. */
sign_rc token_open(const char *where, const sign_key_options *opt, sign_key **out, sign_error *err);

enum { SESSIONS_MAX = 32 };

/*
 * A private key on a token and the sessions that sign with it, one for each thread that signs at the same
 * time. The login belongs to the process and lasts as long as one session is open (PKCS#11 v2.40, 5.6). Not
 * for a child process: PKCS#11 wants C_Initialize anew there, so the process is remembered and checked.
 */
struct token {
    struct module *module;
    struct slot slot;
    _Atomic CK_OBJECT_HANDLE key;
    size_t field; /* octets of the modulus, or of r and of s */
    bool ec;
    bool can_pkcs1, can_pss, can_ecdsa;
    bool always;       /* CKA_ALWAYS_AUTHENTICATE: a PIN for every signature */
    struct secret pin; /* kept only for `always`, with `cert`: to log in and find the key anew */
    struct object cert;
    _Atomic bool lost; /* a session ended behind our back, and since then nobody has logged in anew */
    pid_t process;
    pthread_mutex_t lock;
    pthread_cond_t returned;
    CK_SESSION_HANDLE idle[SESSIONS_MAX];
    size_t n_idle, n_open, limit;
};

/* The session pool and the signing; session.c. Flags and sessions of the slot are read anew. */
sign_rc token_new(struct module *m, const struct slot *s, struct token **out, sign_error *err);
/* Takes a session, or waits for one when the token has no more. *fresh: it was opened now. */
sign_rc token_session(struct token *t, CK_SESSION_HANDLE *out, bool *fresh, sign_error *err);
void token_give(struct token *t, CK_SESSION_HANDLE session);
/* Closes sessions, wipes the PIN, frees t. */
void token_free(void *t);
sign_rc token_sign(void *t, const struct crypto_sigalg *alg, sign_bytes digest, sign_buf *value,
                   sign_error *err);

/* Logs in with a PIN that is asked for once and tried once; login.c. */
sign_rc token_login(struct token *t, CK_SESSION_HANDLE session, const sign_key_options *opt,
                    struct secret *pin, sign_error *err);

/* The private key of the certificate `cert` among those the session sees; match.c. SIGN_E_KEY,
 * SIGN_E_CERTIFICATE. */
sign_rc token_match(struct token *t, CK_SESSION_HANDLE session, const struct object *cert,
                    CK_OBJECT_HANDLE *out, sign_error *err);

#endif
