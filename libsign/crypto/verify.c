/* verify.c - signatures over a digest, with contexts kept ready for the keys that come again. */
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
    free(old->window);
    free(old);
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
    if (good && alg->scheme != SCHEME_ECDSA)
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

/* True when a failed call ran out of memory; drops what it queued above the mark. */
static bool memory_short(bool queue_was_empty) {
    bool memory = ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
    for (unsigned long code = 0; queue_was_empty && (code = ERR_get_error()) != 0;)
        memory = memory || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    ERR_pop_to_mark();
    return memory;
}

static sign_rc run(EVP_PKEY_CTX *ctx, sign_bytes digest, sign_bytes sig, sign_error *err) {
    bool queue_was_empty = ERR_peek_error() == 0;
    ERR_set_mark();
    int result = EVP_PKEY_verify(ctx, sig.data, sig.len, digest.data, digest.len);
    if (result == 1) {
        ERR_pop_to_mark();
        return SIGN_OK;
    }
    /* A verdict must not be made of a failed allocation. */
    return memory_short(queue_was_empty) ? fail_memory(err) : SIGN_FAILED;
}

/* What is decided before any arithmetic: the length of RSA values (RFC 8017, 8.1.2, 8.2.2), the form of
 * ECDSA's. */
static bool well_formed(const struct crypto_pubkey *k, sign_bytes sig) {
    sign_bytes r, s;
    if (k->kind == KEY_EC)
        return crypto_ecdsa_strict(sig, k->field, &r, &s);
    return sig.len == k->field;
}

sign_rc crypto_verify(struct crypto *c, const struct crypto_pubkey *k, const struct crypto_sigalg *alg,
                      sign_bytes digest, sign_bytes sig, bool cache, sign_error *err) {
    const struct crypto_digest_row *row = crypto_digest_row(alg->digest);
    if (row->id == DIGEST_NONE || row->id == DIGEST_MD5)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "digest algorithm %s",
                    row->size == 0 ? "unknown" : row->name);
    if (digest.len != row->size)
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "digest of %zu octets", digest.len);
    if (!crypto_pubkey_fits(k, alg) || !well_formed(k, sig))
        return SIGN_FAILED;
    EVP_PKEY_CTX *ctx = NULL;
    if (cache) {
        sign_rc rc = find_slot(c, k, alg, &ctx, err);
        return rc == SIGN_OK ? run(ctx, digest, sig, err) : rc;
    }
    sign_rc rc = prepare(c, k, alg, &ctx, err);
    if (rc == SIGN_OK)
        rc = run(ctx, digest, sig, err);
    EVP_PKEY_CTX_free(ctx);
    return rc;
}
