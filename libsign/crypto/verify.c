/* verify.c - signatures over a digest, with contexts kept ready for the keys that come again. */
#include "base/limits.h"
#include "crypto/state.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

sign_rc crypto_new(struct crypto **out, sign_error *err) {
    struct crypto *c = calloc(1, sizeof *c);
    if (c == NULL)
        return fail_memory(err);
    *out = c;
    return SIGN_OK;
}

static void slot_clear(struct crypto_slot *s) {
    EVP_PKEY_CTX_free(s->ctx);
    crypto_pubkey_free(&s->key);
    *s = (struct crypto_slot){0};
}

void crypto_free(struct crypto **c) {
    if (c == NULL || *c == NULL)
        return;
    struct crypto *old = TAKE(*c);
    for (size_t i = 0; i < CRYPTO_SLOTS; i++)
        slot_clear(&old->slots[i]);
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        EVP_MD_CTX_free(old->md_ctx[i]);
        EVP_MD_free(old->md[i]);
    }
    if (old->companion.what != NULL)
        old->companion.release(old->companion.what);
    free(old->window);
    free(old);
}

struct crypto_companion *crypto_companion(struct crypto *c) {
    return &c->companion;
}

const char *crypto_reason(char *out, size_t size) {
    unsigned long code = ERR_peek_last_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    snprintf(out, size, "%s", reason != NULL ? reason : "no reason given");
    ERR_clear_error();
    return out;
}

sign_rc crypto_failed(sign_error *err, const char *what) {
    unsigned long code = ERR_peek_last_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    bool memory = code != 0 && ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    ERR_pop_to_mark();
    if (memory)
        return fail_memory(err);
    return fail(err, SIGN_E_CRYPTO, MSG_CRYPTO, "%s: %s", what, reason != NULL ? reason : "no reason given");
}

sign_rc crypto_fault(int lib, bool queue_was_empty, sign_error *err, const char *what) {
    unsigned long first = ERR_peek_error(), last = ERR_peek_last_error();
    bool memory = ERR_GET_REASON(last) == ERR_R_MALLOC_FAILURE ||
                  (queue_was_empty && ERR_GET_REASON(first) == ERR_R_MALLOC_FAILURE);
    /* Reasons that libraries share have a flag: another library failed, or memory. The others are about the
     * data. */
    bool data =
        ERR_GET_LIB(first) == lib && (ERR_GET_REASON(first) & (ERR_RFLAG_COMMON | ERR_RFLAG_FATAL)) == 0;
    if (!memory && (data || !queue_was_empty)) {
        ERR_pop_to_mark();
        return SIGN_FAILED;
    }
    sign_rc rc = crypto_failed(err, what);
    return memory ? fail_memory(err) : rc;
}

sign_rc crypto_random(void *out, size_t n, sign_error *err) {
    uint8_t *p = out;
    while (n > 0) {
        int part = n > 4096 ? 4096 : (int)n;
        ERR_set_mark();
        if (RAND_bytes(p, part) != 1)
            return crypto_failed(err, "random generator");
        ERR_pop_to_mark();
        p += part;
        n -= (size_t)part;
    }
    return SIGN_OK;
}

static bool is_rsa(enum crypto_scheme scheme) {
    return scheme == SCHEME_RSA_PKCS1 || scheme == SCHEME_RSA_PSS;
}

/* RFC 8017, 8.1 and 8.2: the padding, with MGF1's hash and the exact salt length of the parameters. */
static bool set_rsa(EVP_PKEY_CTX *ctx, const struct crypto_sigalg *alg, const EVP_MD *mgf) {
    if (alg->scheme == SCHEME_RSA_PKCS1)
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mgf) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)alg->salt) == 1;
}

static sign_rc prepare(struct crypto *c, const struct crypto_pubkey *k, const struct crypto_sigalg *alg,
                       EVP_PKEY_CTX **out, sign_error *err) {
    sign_error local;
    if (err == NULL)
        err = &local;
    const EVP_MD *md = crypto_md(c, alg->digest, err), *mgf = md;
    if (md != NULL && alg->scheme == SCHEME_RSA_PSS)
        mgf = crypto_md(c, alg->mgf, err);
    if (md == NULL || mgf == NULL)
        return err->code;
    ERR_set_mark();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    bool good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1;
    /* The padding first: the hash is checked against it. */
    if (good && is_rsa(alg->scheme))
        good = set_rsa(ctx, alg, mgf);
    if (!good || EVP_PKEY_CTX_set_signature_md(ctx, md) != 1) {
        EVP_PKEY_CTX_free(ctx);
        return crypto_failed(err, "verification");
    }
    ERR_pop_to_mark();
    *out = ctx;
    return SIGN_OK;
}

static bool same_alg(const struct crypto_sigalg *a, const struct crypto_sigalg *b) {
    return a->scheme == b->scheme && a->digest == b->digest && a->mgf == b->mgf && a->salt == b->salt;
}

/* The slot of this key and algorithm, filled when it is new: the one used longest ago is given up for it. */
static sign_rc find_slot(struct crypto *c, const struct crypto_pubkey *k, const struct crypto_sigalg *alg,
                         EVP_PKEY_CTX **out, sign_error *err) {
    struct crypto_slot *oldest = &c->slots[0];
    for (struct crypto_slot *s = c->slots; s < c->slots + CRYPTO_SLOTS; s++) {
        if (s->key == k && same_alg(&s->alg, alg)) {
            s->used = ++c->tick;
            *out = s->ctx;
            return SIGN_OK;
        }
        if (s->used < oldest->used)
            oldest = s;
    }
    EVP_PKEY_CTX *ctx = NULL;
    sign_rc rc = prepare(c, k, alg, &ctx, err);
    if (rc != SIGN_OK)
        return rc;
    slot_clear(oldest);
    /* Counting an owner changes nothing that `const` promises to a reader. */
    union {
        const struct crypto_pubkey *given;
        struct crypto_pubkey *kept;
    } key = {.given = k};
    *oldest = (struct crypto_slot){crypto_pubkey_keep(key.kept), *alg, ctx, ++c->tick};
    *out = ctx;
    return SIGN_OK;
}

/*
 * OpenSSL gives no reason of its own when a PKCS#1 v1.5 block holds just the digest, without DigestInfo (RFC
 * 8017, 9.2). Reading the block again tells that from a failed allocation: it must succeed, and show nothing
 * longer than the digest.
 */
static bool bare_digest(const struct crypto_pubkey *k, sign_bytes digest, sign_bytes sig) {
    uint8_t block[LIMIT_RSA_BITS_MAX / 8];
    size_t len = sizeof block;
    ERR_set_mark();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    bool read = ctx != NULL && EVP_PKEY_verify_recover_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_verify_recover(ctx, block, &len, sig.data, sig.len) == 1;
    EVP_PKEY_CTX_free(ctx);
    ERR_pop_to_mark();
    return read && len <= digest.len;
}

static sign_rc run(EVP_PKEY_CTX *ctx, const struct crypto_pubkey *k, enum crypto_scheme scheme,
                   sign_bytes digest, sign_bytes sig, sign_error *err) {
    bool queue_was_empty = ERR_peek_error() == 0;
    ERR_set_mark();
    int result = EVP_PKEY_verify(ctx, sig.data, sig.len, digest.data, digest.len);
    /* ECDSA and DSA tell 0, does not hold, from -1, could not be computed; RSA says 0 to both. */
    if (result == 1 || (result == 0 && !is_rsa(scheme))) {
        ERR_pop_to_mark();
        return result == 1 ? SIGN_OK : SIGN_FAILED;
    }
    int lib = is_rsa(scheme) ? ERR_LIB_RSA : scheme == SCHEME_DSA ? ERR_LIB_DSA : ERR_LIB_EC;
    sign_rc rc = crypto_fault(lib, queue_was_empty, err, "verification");
    return rc == SIGN_E_CRYPTO && scheme == SCHEME_RSA_PKCS1 && bare_digest(k, digest, sig) ? SIGN_FAILED
                                                                                            : rc;
}

/* What is decided before any arithmetic: the length of RSA values (RFC 8017, 8.1.2, 8.2.2), the form of
 * those of ECDSA and DSA. */
static bool well_formed(const struct crypto_pubkey *k, sign_bytes sig) {
    sign_bytes r, s;
    if (k->kind == KEY_EC || k->kind == KEY_DSA)
        return crypto_ecdsa_strict(sig, k->field, &r, &s);
    return sig.len == k->field;
}

sign_rc crypto_verify(struct crypto *c, const struct crypto_pubkey *k, const struct crypto_sigalg *alg,
                      sign_bytes digest, sign_bytes sig, bool cache, sign_error *err) {
    const struct crypto_digest_row *row = crypto_digest_row(alg->digest);
    if (row->id == DIGEST_NONE)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "digest algorithm %s", "unknown");
    if (digest.len != row->size)
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "digest of %zu octets", digest.len);
    if (!crypto_pubkey_fits(k, alg) || !well_formed(k, sig))
        return SIGN_FAILED;
    EVP_PKEY_CTX *ctx = NULL;
    if (cache) {
        sign_rc rc = find_slot(c, k, alg, &ctx, err);
        return rc == SIGN_OK ? run(ctx, k, alg->scheme, digest, sig, err) : rc;
    }
    sign_rc rc = prepare(c, k, alg, &ctx, err);
    if (rc == SIGN_OK)
        rc = run(ctx, k, alg->scheme, digest, sig, err);
    EVP_PKEY_CTX_free(ctx);
    return rc;
}
