/* Runs over a PKCS#11 module: each child starts it anew, with C_Initialize in what can fail. */
#include "key/module.h"
#include "runs.h"

#include <stdlib.h>
#include <string.h>

#define URI "pkcs11:token=Kart;id=%01"

struct seen {
    sign_bytes wanted;
    size_t n, right;
};

static int see(void *user, const sign_token *token) {
    struct seen *s = user;
    s->n++;
    s->right += strcmp(token->label, "Kart") == 0 && token->certificate.len == s->wanted.len &&
                memcmp(token->certificate.data, s->wanted.data, s->wanted.len) == 0;
    return 0;
}

int run_token_each(const struct world *w) {
    sign_error err = {0};
    struct seen s = {.wanted = sign_key_certificate(w->key)};
    faults_on();
    sign_rc rc = sign_token_each(w->module, see, &s, &err);
    faults_off();
    return judged(rc, &err, s.n == s.right && (rc != SIGN_OK || s.n == 1));
}

/* The first step of these calls where no module is named, without the loading of all that are installed. A
 * module that could not be looked at for want of memory must not be missing unsaid. */
int run_modules(const struct world *w) {
    static paths usual;
    static bool made;
    sign_error err = {0};
    paths found = {0};
    bool named = false;
    (void)w;
    unsetenv("KALEM_PKCS11_MODULE"); /* it names the one that the other runs name themselves */
    if (!made)
        made = modules_find(NULL, NULL, &usual, &named, &err) == SIGN_OK;
    faults_on();
    sign_rc rc = modules_find(NULL, NULL, &found, &named, &err);
    faults_off();
    bool right = rc != SIGN_OK || (found.n == usual.n && !named);
    for (size_t i = 0; i < found.n && i < usual.n && rc == SIGN_OK; i++)
        right = right && strcmp(found.at[i], usual.at[i]) == 0;
    paths_free(&found);
    return judged(rc, &err, right);
}

static sign_key_options token_options(const struct world *w) {
    return (sign_key_options){.size = sizeof(sign_key_options), .module = w->module, .secret = password};
}

int run_key_find(const struct world *w) {
    sign_key_options opt = token_options(w);
    return open_key(w, NULL, &opt, 1);
}

static sign_rc no_pin(void *user, const sign_secret *ask, char *out, size_t size) {
    (void)user, (void)ask, (void)out, (void)size;
    return SIGN_E_PIN;
}

/* Up to the PIN: what comes after it, which takes SoftHSM2 thousands of allocations, run_key_find calls too.
 */
int run_key_token(const struct world *w) {
    sign_key_options opt = token_options(w);
    opt.secret = no_pin;
    opt.certificate = SIGN_TEST_PKI "/nes-p256.pem";
    return open_key(w, URI, &opt, 1);
}

int run_create_token(const struct world *w) {
    sign_key_options opt = token_options(w);
    sign_input in = world_document();
    sign_options how = world_options();
    sign_key *key = NULL;
    if (sign_key_open(URI, &opt, &key, NULL) != SIGN_OK)
        return RUN_WRONG;
    int result = create(w, key, &in, &how);
    sign_key_free(&key);
    return result;
}
