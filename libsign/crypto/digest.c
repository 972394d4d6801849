/* digest.c - the table of digests, and their computation in parts. */
#include "base/limits.h"
#include "crypto/algorithms.h"
#include "crypto/state.h"
#include <openssl/err.h>
#include <stdlib.h>

/* The end of a row is that of TS 119 312: the one that decides where no policy says otherwise. */
#define XENC                                                "http://www.w3.org/2001/04/xmlenc#"
#define DSIG_MORE                                           "http://www.w3.org/2001/04/xmldsig-more#"
#define DSIG_2007                                           "http://www.w3.org/2007/05/xmldsig-more#"
#define OPEN                                                0
#define ROW(P, id, name, size, uri, etsi, signer, provider) {DIGEST_##id, OID_##id, name, size, etsi, uri},
static const struct crypto_digest_row rows[DIGEST_COUNT] = {{DIGEST_NONE, OID_NONE, "", 0, 0, ""},
                                                            CRYPTO_DIGESTS(ROW, )};

const struct crypto_digest_row *crypto_digest_row(enum crypto_digest id) {
    return (unsigned)id < DIGEST_COUNT ? &rows[id] : &rows[DIGEST_NONE];
}

enum crypto_digest crypto_digest_find(sign_bytes oid) {
    enum oid id = oid_find(oid);
    for (size_t i = 1; id != OID_NONE && i < DIGEST_COUNT; i++)
        if (rows[i].oid == id)
            return rows[i].id;
    return DIGEST_NONE;
}

enum crypto_digest crypto_digest_find_uri(const char *uri) {
    for (size_t i = 1; i < DIGEST_COUNT; i++)
        if (strcmp(rows[i].uri, uri) == 0)
            return rows[i].id;
    return DIGEST_NONE;
}

enum crypto_digest crypto_digest_of(sign_digest d) {
    return d == SIGN_SHA384 ? DIGEST_SHA384 : d == SIGN_SHA512 ? DIGEST_SHA512 : DIGEST_SHA256;
}

enum crypto_digest crypto_digest_read(sign_bytes oid, sign_bytes params) {
    static const uint8_t null[] = {DER_NULL, 0};
    if (params.len != 0 && !bytes_equal(params, BYTES(null, sizeof null)))
        return DIGEST_NONE;
    return crypto_digest_find(oid);
}

/* RFC 5754, 2: parameters absent. */
void crypto_digest_write(der_builder *b, enum crypto_digest d) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, crypto_digest_row(d)->oid);
    der_end(b);
}

const EVP_MD *crypto_md(struct crypto *c, enum crypto_digest d, sign_error *err) {
    const struct crypto_digest_row *row = crypto_digest_row(d);
    if (row->id == DIGEST_NONE) {
        fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "digest algorithm %s", "unknown");
        return NULL;
    }
    if (c->md[d] != NULL)
        return c->md[d];
    ERR_set_mark();
    c->md[d] = EVP_MD_fetch(NULL, row->name, NULL);
    if (c->md[d] == NULL)
        crypto_failed(err, row->name);
    else
        ERR_pop_to_mark();
    return c->md[d];
}

/*
 * A digest that was fetched needs one thing more, its state: a provider that cannot allocate it says nothing,
 * and OpenSSL queues only that the digest could not be made ready.
 */
static sign_rc begin_failed(sign_error *err) {
    unsigned long code = ERR_peek_last_error();
    bool state = ERR_GET_LIB(code) == ERR_LIB_EVP && ERR_GET_REASON(code) == EVP_R_INITIALIZATION_ERROR;
    sign_rc rc = crypto_failed(err, "digest");
    return state ? fail_memory(err) : rc;
}

sign_rc crypto_hash_begin(struct crypto *c, enum crypto_digest d, sign_error *err) {
    sign_error local;
    if (err == NULL)
        err = &local;
    c->running = DIGEST_NONE;
    const EVP_MD *md = crypto_md(c, d, err);
    if (md == NULL)
        return err->code;
    if (c->md_ctx[d] == NULL) {
        c->md_ctx[d] = EVP_MD_CTX_new();
        if (c->md_ctx[d] == NULL)
            return fail_memory(err);
    }
    ERR_set_mark();
    if (EVP_DigestInit_ex(c->md_ctx[d], md, NULL) != 1)
        return begin_failed(err);
    ERR_pop_to_mark();
    c->running = d;
    return SIGN_OK;
}

sign_rc crypto_hash_add(struct crypto *c, sign_bytes in, sign_error *err) {
    if (c->running == DIGEST_NONE)
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "no digest was begun");
    if (in.len == 0)
        return SIGN_OK;
    ERR_set_mark();
    if (EVP_DigestUpdate(c->md_ctx[c->running], in.data, in.len) != 1)
        return crypto_failed(err, "digest");
    ERR_pop_to_mark();
    return SIGN_OK;
}

sign_rc crypto_hash_end(struct crypto *c, uint8_t *out, sign_error *err) {
    enum crypto_digest d = c->running;
    c->running = DIGEST_NONE;
    if (d == DIGEST_NONE)
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "no digest was begun");
    unsigned len = 0;
    ERR_set_mark();
    if (EVP_DigestFinal_ex(c->md_ctx[d], out, &len) != 1 || len != rows[d].size)
        return crypto_failed(err, "digest");
    ERR_pop_to_mark();
    return SIGN_OK;
}

sign_rc crypto_hash(struct crypto *c, enum crypto_digest d, sign_bytes in, uint8_t *out, sign_error *err) {
    sign_rc rc = crypto_hash_begin(c, d, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(c, in, err);
    return rc == SIGN_OK ? crypto_hash_end(c, out, err) : rc;
}

sign_rc crypto_hash_source(struct crypto *c, const source *s, uint64_t at, uint64_t n, sign_error *err) {
    if (s->fd < 0) {
        AUTO(sign_buf) own = {0};
        sign_bytes view;
        if (n > SIZE_MAX)
            return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s", "document");
        sign_rc rc = source_view(s, at, (size_t)n, &view, &own, err);
        return rc == SIGN_OK ? crypto_hash_add(c, view, err) : rc;
    }
    if (c->window == NULL && (c->window = malloc(LIMIT_WINDOW)) == NULL)
        return fail_memory(err);
    while (n > 0) {
        size_t part = n < LIMIT_WINDOW ? (size_t)n : LIMIT_WINDOW;
        sign_rc rc = source_read(s, at, c->window, part, err);
        if (rc == SIGN_OK)
            rc = crypto_hash_add(c, BYTES(c->window, part), err);
        if (rc != SIGN_OK)
            return rc;
        at += part;
        n -= part;
    }
    return SIGN_OK;
}
