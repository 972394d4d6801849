/* A private key in memory, and a pool of prepared contexts: one for each thread that signs at the same time.
 */
#include "key/software.h"
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>

/* A context ready for `alg`. Its key is a copy: OpenSSL locks the blinding of an RSA key that threads share.
 */
struct signer {
    EVP_PKEY_CTX *ctx;
    struct crypto_sigalg alg;
    struct signer *next;
};

struct software {
    EVP_PKEY *key;
    pthread_mutex_t lock;
    struct signer *idle;
};

static bool same_alg(const struct crypto_sigalg *a, const struct crypto_sigalg *b) {
    return a->scheme == b->scheme && a->digest == b->digest && a->mgf == b->mgf && a->salt == b->salt;
}

static struct signer *pool_take(struct software *s, const struct crypto_sigalg *alg) {
    pthread_mutex_lock(&s->lock);
    struct signer **at = &s->idle;
    while (*at && !same_alg(&(*at)->alg, alg))
        at = &(*at)->next;
    struct signer *found = *at;
    if (found)
        *at = found->next;
    pthread_mutex_unlock(&s->lock);
    return found;
}

static void pool_give(struct software *s, struct signer *one) {
    pthread_mutex_lock(&s->lock);
    one->next = s->idle;
    s->idle = one;
    pthread_mutex_unlock(&s->lock);
}

static void signer_free(struct signer *one) {
    if (one)
        EVP_PKEY_CTX_free(one->ctx);
    free(one);
}

static bool prepare_pss(EVP_PKEY_CTX *ctx, const struct crypto_sigalg *alg) {
    const struct crypto_digest_row *mgf = crypto_digest_row(alg->mgf);
    return mgf && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)alg->salt) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, mgf->name, NULL) > 0;
}

static bool prepare(EVP_PKEY_CTX *ctx, const struct crypto_sigalg *alg) {
    EVP_MD *md = EVP_MD_fetch(NULL, crypto_digest_row(alg->digest)->name, NULL);
    bool done = md && EVP_PKEY_sign_init(ctx) > 0 && EVP_PKEY_CTX_set_signature_md(ctx, md) > 0;
    EVP_MD_free(md);
    if (!done)
        return false;
    if (alg->scheme == SCHEME_RSA_PSS)
        return prepare_pss(ctx, alg);
    return alg->scheme != SCHEME_RSA_PKCS1 || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0;
}

static sign_rc signing_failed(sign_error *err) {
    char why[256];
    crypto_reason(why, sizeof why);
    return fail(err, SIGN_E_KEY, MSG_KEY_SIGN, "%s", why);
}

static sign_rc signer_new(const struct software *s, const struct crypto_sigalg *alg, struct signer **out,
                          sign_error *err) {
    struct signer *one = calloc(1, sizeof *one);
    if (!one)
        return fail_memory(err);
    one->alg = *alg;
    AUTO(evp_pkey) copy = EVP_PKEY_dup(s->key);
    one->ctx = copy ? EVP_PKEY_CTX_new_from_pkey(NULL, copy, NULL) : NULL;
    if (!one->ctx || !prepare(one->ctx, alg)) {
        signer_free(one);
        return signing_failed(err);
    }
    *out = one;
    return SIGN_OK;
}

static sign_rc software_sign(void *state, const struct crypto_sigalg *alg, sign_bytes digest, sign_buf *value,
                             sign_error *err) {
    struct software *s = state;
    struct signer *one = pool_take(s, alg);
    sign_rc rc = one ? SIGN_OK : signer_new(s, alg, &one, err);
    if (rc != SIGN_OK)
        return rc;
    size_t n = (size_t)EVP_PKEY_get_size(s->key);
    AUTO(sign_buf) out = {malloc(n), n};
    if (!out.data)
        rc = fail_memory(err);
    else if (EVP_PKEY_sign(one->ctx, out.data, &out.len, digest.data, digest.len) <= 0)
        rc = signing_failed(err);
    if (rc != SIGN_OK) {
        signer_free(one);
        return rc;
    }
    pool_give(s, one);
    value->len = out.len;
    value->data = TAKE(out.data);
    return SIGN_OK;
}

static void software_free(void *state) {
    struct software *s = state;
    while (s->idle) {
        struct signer *next = s->idle->next;
        signer_free(s->idle);
        s->idle = next;
    }
    EVP_PKEY_free(s->key);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static bool belongs(EVP_PKEY *key, sign_bytes cert) {
    sign_bytes spki;
    if (chain_spki(cert, &spki, NULL) != SIGN_OK)
        return false;
    const unsigned char *at = spki.data;
    AUTO(evp_pkey) public = d2i_PUBKEY(NULL, &at, (long)spki.len);
    bool equal = public && EVP_PKEY_eq(key, public) == 1;
    ERR_clear_error();
    return equal;
}

/* The signer's certificate first: of opt->certificate it must be the first, inside a key file any may be. */
static sign_rc choose(const char *path, const sign_key_options *opt, EVP_PKEY *key, chain *certs,
                      sign_error *err) {
    if (opt->certificate) {
        chain_free(certs);
        sign_rc rc = chain_file(opt->certificate, certs, err);
        if (rc != SIGN_OK)
            return rc;
        if (!belongs(key, BYTES(certs->certs[0].data, certs->certs[0].len)))
            return fail(err, SIGN_E_CERTIFICATE, MSG_KEY_MISMATCH, "%s and %s", path_base(opt->certificate),
                        path_base(path));
        return SIGN_OK;
    }
    if (certs->n == 0)
        return fail(err, SIGN_E_CERTIFICATE, MSG_KEY_CERT, "%s", path_base(path));
    size_t i = 0;
    while (i < certs->n && !belongs(key, BYTES(certs->certs[i].data, certs->certs[i].len)))
        i++;
    if (i == certs->n)
        return fail(err, SIGN_E_CERTIFICATE, MSG_KEY_MISMATCH, "%s", path_base(path));
    chain_first(certs, i);
    return SIGN_OK;
}

sign_rc software_open(const char *path, const sign_key_options *opt, sign_key **out, sign_error *err) {
    static const struct key_ops ops = {software_sign, software_free, false};
    AUTO(evp_pkey) key = NULL;
    AUTO(chain) certs = {0};
    sign_rc rc = keyfile_read(path, opt, &key, &certs, err);
    if (rc == SIGN_OK)
        rc = choose(path, opt, key, &certs, err);
    if (rc != SIGN_OK)
        return rc;
    struct software *s = calloc(1, sizeof *s);
    if (!s)
        return fail_memory(err);
    if (pthread_mutex_init(&s->lock, NULL)) {
        free(s);
        return fail_memory(err);
    }
    s->key = TAKE(key);
    rc = key_assemble(&ops, s, &certs, out, err);
    if (rc != SIGN_OK)
        software_free(s);
    return rc;
}
