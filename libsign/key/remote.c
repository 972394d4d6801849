/* A key that is somewhere else: the caller's function signs. */
#include "key/chain.h"
#include <stdlib.h>

struct remote {
    sign_key_fn *fn;
    void *user;
};

static const sign_digest no_digest = (sign_digest)-1;

static sign_digest public_digest(enum crypto_digest d) {
    switch (d) {
    case DIGEST_SHA256:
        return SIGN_SHA256;
    case DIGEST_SHA384:
        return SIGN_SHA384;
    case DIGEST_SHA512:
        return SIGN_SHA512;
    default:
        return no_digest;
    }
}

static sign_scheme public_scheme(enum crypto_scheme scheme) {
    if (scheme == SCHEME_ECDSA)
        return SIGN_ECDSA;
    return scheme == SCHEME_RSA_PSS ? SIGN_RSA_PSS : SIGN_RSA_PKCS1;
}

/* What the callback is told names scheme and digest only: PSS parameters are fixed by the header. */
static bool tellable(const struct crypto_sigalg *alg) {
    return public_digest(alg->digest) != no_digest &&
           (alg->scheme != SCHEME_RSA_PSS ||
            (alg->mgf == alg->digest && alg->salt == crypto_digest_row(alg->digest)->size));
}

static sign_rc remote_sign(void *state, const struct crypto_sigalg *alg, sign_bytes digest, sign_buf *value,
                           sign_error *err) {
    const struct remote *r = state;
    if (!tellable(alg))
        return fail(err, SIGN_E_UNSUPPORTED, MSG_KEY_SCHEME, "remote key: digest or PSS parameters");
    /* The caller may well forget to fill err; a failure must name itself all the same. */
    sign_error own = {0};
    AUTO(sign_buf) got = {0};
    sign_rc rc = r->fn(r->user, public_scheme(alg->scheme), public_digest(alg->digest), digest, &got, &own);
    if (rc > SIGN_OK)
        return fail(err, SIGN_E_KEY, MSG_KEY_SIGN, "remote key answered %d", (int)rc);
    if (rc != SIGN_OK && own.code == SIGN_OK)
        return fail(err, rc, MSG_KEY_SIGN, "remote key: %s", sign_rc_name(rc));
    if (rc != SIGN_OK) {
        if (err) {
            *err = own;
            err->code = rc;
        }
        return within(err, rc, "remote key");
    }
    if (got.len == 0)
        return fail(err, SIGN_E_KEY, MSG_KEY_SIGN, "remote key gave no value");
    *value = got;
    got = (sign_buf){0};
    return SIGN_OK;
}

static void remote_free(void *state) {
    free(state);
}

sign_rc sign_key_remote(const sign_bytes *certs, size_t n, sign_key_fn *fn, void *user, sign_key **out,
                        sign_error *err) {
    static const struct key_ops ops = {remote_sign, remote_free, true};
    if (!certs || n == 0 || !fn || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_key_remote: chain, fn and out are needed");
    AUTO(chain) c = {0};
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = chain_add(&c, certs[i], err);
    if (rc != SIGN_OK)
        return rc;
    struct remote *r = malloc(sizeof *r);
    if (!r)
        return fail_memory(err);
    *r = (struct remote){fn, user};
    rc = key_assemble(&ops, r, &c, out, err);
    if (rc != SIGN_OK)
        free(r);
    return rc;
}
