#include "key/secret.h"
#include <stdlib.h>
#include <sys/mman.h>

sign_rc secret_ask(const sign_key_options *opt, const sign_secret *ask, enum message_id missing,
                   struct secret *out, sign_error *err) {
    if (!opt->secret)
        return fail(err, SIGN_E_PIN, missing, "%s", ask->what);
    asked got = {calloc(1, SECRET_MAX), 0};
    if (!got.text)
        return fail_memory(err);
    /* Best effort: RLIMIT_MEMLOCK may be 0, and a PIN in the swap is still wiped in memory. */
    (void)mlock(got.text, SECRET_MAX);
    sign_rc rc = opt->secret(opt->user, ask, got.text, SECRET_MAX);
    got.text[SECRET_MAX - 1] = '\0';
    got.len = strlen(got.text);
    if (rc == SIGN_OK) {
        *out = got;
        return SIGN_OK;
    }
    secret_drop(&got);
    return fail(err, rc == SIGN_E_CANCELLED ? rc : SIGN_E_PIN, missing, "%s", ask->what);
}

void secret_drop(struct secret *s) {
    if (!s->text)
        return;
    base_wipe(s->text, SECRET_MAX);
    (void)munlock(s->text, SECRET_MAX);
    free(s->text);
    *s = (struct secret){0};
}
