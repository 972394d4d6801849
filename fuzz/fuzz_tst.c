/*
 * A time-stamp response or token of any octets: read or refused; its integrity with the certificates that it
 * carries; and whether it answers a request.
 */
#include "tsp/tsp.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CERTIFICATES_TRIED = 2, ACCURACY_DAYS = 367 };

static void must(bool holds) {
    if (!holds)
        abort();
}

static bool inside(sign_bytes view, sign_bytes whole) {
    return view.len == 0 || (view.data >= whole.data && view.data + view.len <= whole.data + whole.len);
}

/* What a token may say, whoever made it. */
static void look(const struct tsp_token *t, sign_bytes der) {
    must(bytes_equal(t->raw, der));
    must(t->micros < 1000000);
    if (t->broken != MSG_NONE)
        return;
    /* The content is joined where BER has it in pieces; then it is no part of the input. */
    must(inside(t->imprint, t->content) && inside(t->policy, t->content) && inside(t->serial, t->content));
    must(inside(t->nonce, t->content) && inside(t->tsa_name, t->tsa) && inside(t->tsa, t->content));
    must(t->digest == DIGEST_NONE || t->imprint.len == crypto_digest_row(t->digest)->size);
    must(t->accuracy >= 0 && t->accuracy < (int64_t)ACCURACY_DAYS * 86400 * 1000000);
    must(t->n_references <= 2 && inside(t->signer.raw, der) && inside(t->hash_index, der));
    must((t->hash_index.len > 0) == (t->hash_index_version > 0));
    must(t->n_certs <= LIMIT_CERTIFICATES && t->n_crls <= LIMIT_CERTIFICATES &&
         t->n_ocsps <= LIMIT_CERTIFICATES);
    for (size_t i = 0; i < t->n_certs; i++)
        must(inside(t->certs[i], der));
    for (size_t i = 0; i < t->n_crls; i++)
        must(inside(t->crls[i], der));
    for (size_t i = 0; i < t->n_ocsps; i++)
        must(inside(t->ocsps[i], der));
    must(!tsp_token_before(t, t));
}

/* What is broken has no integrity; what is changed says so. */
static void check(struct crypto *crypto, const struct tsp_token *t, sign_bytes cert_der, arena *a) {
    AUTO(pki_cert_ptr) cert = NULL;
    struct tsp_integrity i;
    if (pki_cert_read(crypto, cert_der, &cert, NULL) != SIGN_OK)
        return;
    must(tsp_token_check(crypto, t, cert, a, &i, NULL) == SIGN_OK);
    must((i.content == TRI_FALSE) == (i.found != NULL));
    must(t->tsa.len > 0 || tsp_token_names(t, cert));
    must((i.content != TRI_NULL && i.value != TRI_NULL) || i.problem == MSG_KEY_UNUSABLE);
}

static void token(struct crypto *crypto, sign_bytes der) {
    AUTO(arena) a = {0};
    const struct tsp_token *t = NULL;
    must(tsp_token_read(der, &a, &t, NULL) == SIGN_OK && t != NULL);
    look(t, der);
    must(tsp_token_is_of(t, t->imprint) == (t->broken == MSG_NONE && t->digest != DIGEST_NONE));
    for (size_t i = 0; t->broken == MSG_NONE && i < t->n_certs && i < CERTIFICATES_TRIED; i++)
        check(crypto, t, t->certs[i], &a);
}

/* A request that just this token answers must be found to be answered, and one with another nonce not. */
static void answered(const struct tsp_response *r, arena *a) {
    static const uint8_t zeros[32] = {0}, nonce[] = {0x7f};
    const struct tsp_token *t = NULL;
    struct tsp_request q = {.digest = DIGEST_SHA256, .imprint = BYTES(zeros, sizeof zeros)};
    sign_rc rc = tsp_response_check(&q, r, a, &t, NULL);
    must((rc == SIGN_OK) == (t != NULL));
    must(rc == SIGN_OK || rc == SIGN_E_REFUSED || rc == SIGN_E_NETWORK);
    must((rc == SIGN_E_NETWORK) == (r->status > 1));
    if (t == NULL)
        return;
    must(tsp_token_is_of(t, q.imprint));
    q.nonce = BYTES(nonce, sizeof nonce);
    rc = tsp_response_check(&q, r, a, &t, NULL);
    must((rc == SIGN_OK) == (t != NULL));
    must(rc != SIGN_OK || (t->has_nonce && bytes_equal(t->nonce, q.nonce)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct crypto *crypto;
    AUTO(arena) a = {0};
    struct tsp_response r;
    sign_error err = {0};
    if (crypto == NULL)
        must(crypto_new(&crypto, NULL) == SIGN_OK);
    sign_bytes in = BYTES(data, size);
    if (tsp_response_read(in, &a, &r, &err) == SIGN_OK) {
        must(inside(r.token, in) && r.failure < 64);
        answered(&r, &a);
        if (r.token.len > 0)
            token(crypto, r.token);
    } else {
        must(err.code == SIGN_E_FORMAT && err.text[0] != 0);
    }
    token(crypto, in);
    return 0;
}
