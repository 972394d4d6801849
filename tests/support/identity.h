/* identity.h - keys of the test PKI, opened as a user opens his own. */
#ifndef SUPPORT_IDENTITY_H
#define SUPPORT_IDENTITY_H

#include <sign.h>
#include <stdio.h>

/* Of every encrypted file of the test PKI; a sign_secret_fn. */
static inline sign_rc identity_password(void *user, const sign_secret *ask, char *out, size_t size) {
    (void)user;
    (void)ask;
    snprintf(out, size, "123456");
    return SIGN_OK;
}

/* NAME.p12: key, certificate and issuing authorities. */
static inline sign_rc identity_open(const char *folder, const char *name, sign_key **out, sign_error *err) {
    char path[1024];
    const sign_key_options opt = {.size = sizeof opt, .secret = identity_password};
    snprintf(path, sizeof path, "%s/%s.p12", folder, name);
    return sign_key_open(path, &opt, out, err);
}

#endif
