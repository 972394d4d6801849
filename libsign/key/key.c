#include "key/key.h"
#include "key/chain.h"
#include "key/software.h"
#include "key/token.h"
#include <stdlib.h>

sign_rc sign_key_open(const char *where, const sign_key_options *opt, sign_key **out, sign_error *err) {
    /* size lets a caller that was compiled with an older, shorter struct be told from one that forgot it. */
    if (!where || !out || (opt && opt->size < sizeof *opt))
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_key_open: where, out and opt->size are needed");
    sign_key_options none = {.size = sizeof none};
    const sign_key_options *how = opt ? opt : &none;
    sign_rc rc = strncmp(where, "pkcs11:", 7) == 0 ? token_open(where, how, out, err)
                                                   : software_open(where, how, out, err);
    return rc == SIGN_OK ? rc : within(err, rc, "key");
}

typedef struct key_desk *key_desk_ptr;
static void desk_free(key_desk_ptr *desk) {
    if (*desk)
        crypto_pool_free(&(*desk)->pool);
    if (*desk && (*desk)->memo)
        (*desk)->memo->free((*desk)->memo);
    free(TAKE(*desk));
}
CLEANUP(key_desk_ptr, desk_free);

static sign_rc desk_new(struct key_desk **out, sign_error *err) {
    AUTO(key_desk_ptr) desk = calloc(1, sizeof *desk);
    if (!desk)
        return fail_memory(err);
    sign_rc rc = crypto_pool_new(&desk->pool, err);
    if (rc == SIGN_OK)
        *out = TAKE(desk);
    return rc;
}

sign_rc key_assemble(const struct key_ops *ops, void *state, chain *c, sign_key **out, sign_error *err) {
    AUTO(crypto_pubkey_ptr) public = NULL;
    sign_bytes spki;
    sign_rc rc = chain_spki(BYTES(c->certs[0].data, c->certs[0].len), &spki, err);
    if (rc == SIGN_OK)
        rc = crypto_pubkey_read(spki, &public, err);
    if (rc != SIGN_OK)
        return within(err, rc, "certificate");
    if (crypto_pubkey_kind(public) == KEY_DSA)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_SIGNER_KEY, "%s is for verification only",
                    crypto_pubkey_name(public));
    AUTO(key_desk_ptr) desk = NULL;
    rc = desk_new(&desk, err);
    if (rc != SIGN_OK)
        return rc;
    sign_key *key = calloc(1, sizeof *key);
    if (!key)
        return fail_memory(err);
    *key = (sign_key){ops, state, TAKE(public), TAKE(desk), c->certs, c->n};
    *c = (chain){0};
    *out = key;
    return SIGN_OK;
}

void sign_key_free(sign_key **key) {
    sign_key *k = key ? TAKE(*key) : NULL;
    if (!k)
        return;
    k->ops->free(k->state);
    crypto_pubkey_free(&k->public);
    desk_free(&k->desk);
    chain certs = {k->chain, k->n_chain};
    chain_free(&certs);
    free(k);
}

sign_bytes sign_key_certificate(const sign_key *key) {
    return sign_key_chain(key, 0);
}

size_t sign_key_chain_count(const sign_key *key) {
    return key->n_chain;
}

sign_bytes sign_key_chain(const sign_key *key, size_t i) {
    return i < key->n_chain ? BYTES(key->chain[i].data, key->chain[i].len) : BYTES(NULL, 0);
}

enum crypto_key_kind key_kind(const sign_key *key) {
    return crypto_pubkey_kind(key->public);
}

const struct crypto_pubkey *key_public(const sign_key *key) {
    return key->public;
}

sign_rc key_lend(const sign_key *key, struct crypto **out, sign_error *err) {
    return crypto_pool_lend(key->desk->pool, out, err);
}

void key_lend_back(const sign_key *key, struct crypto **c) {
    crypto_pool_return(key->desk->pool, c);
}

const struct key_memo *key_memo(const sign_key *key) {
    return __atomic_load_n(&key->desk->memo, __ATOMIC_ACQUIRE);
}

void key_memo_keep(const sign_key *key, struct key_memo *memo) {
    struct key_memo *none = NULL;
    if (!__atomic_compare_exchange_n(&key->desk->memo, &none, memo, false, __ATOMIC_RELEASE,
                                     __ATOMIC_RELAXED))
        memo->free(memo);
}

/* Relaxed is enough: a thread that sees the old answer verifies once more. */
void key_prove(const sign_key *key) {
    __atomic_store_n(&key->desk->proven, !key->ops->elsewhere, __ATOMIC_RELAXED);
}

bool key_proven(const sign_key *key) {
    return __atomic_load_n(&key->desk->proven, __ATOMIC_RELAXED);
}

sign_rc key_sign(const sign_key *key, struct crypto *crypto, const struct crypto_sigalg *alg,
                 sign_bytes digest, sign_buf *value, sign_error *err) {
    /* The kinds of key keep working states of their own; a context made for verifying serves none of them. */
    (void)crypto;
    const struct crypto_digest_row *row = crypto_digest_row(alg->digest);
    if (!row || alg->digest == DIGEST_NONE || digest.len != row->size)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                    "key: a digest of %zu bytes does not fit its algorithm", digest.len);
    if (!crypto_pubkey_fits(key->public, alg)) {
        char name[64];
        crypto_sigalg_name(alg, name);
        return fail(err, SIGN_E_KEY, MSG_KEY_SCHEME, "%s with %s", crypto_pubkey_name(key->public), name);
    }
    sign_rc rc = key->ops->sign(key->state, alg, digest, value, err);
    return rc == SIGN_OK ? rc : within(err, rc, "signing");
}
