/* pki/signed_by.c - one signature by one key: of a certificate or a list. */
#include "pki/parts.h"

/* Out of memory, or the library broken: not the signature's fault, and not to be taken for a verdict. */
static bool is_our_fault(sign_rc rc) {
    return rc == SIGN_E_MEMORY || rc == SIGN_E_INTERNAL || rc == SIGN_E_CRYPTO;
}

/* What says nothing but "does not verify" leaves no text behind in the caller's error. */
static sign_rc settle(sign_rc rc, sign_error *err) {
    if (is_our_fault(rc))
        return rc;
    if (rc != SIGN_OK && err != NULL)
        *err = (sign_error){0};
    return SIGN_OK;
}

/* Certificates have been forged over MD5 (RFC 6151, 2): none holds here, and no list does. */
bool pki_sigalg_usable(const struct crypto_sigalg *alg) {
    return alg->scheme != SCHEME_NONE && alg->digest != DIGEST_NONE && alg->digest != DIGEST_MD5;
}

static sign_rc verify(struct crypto *crypto, const struct crypto_pubkey *key, sign_bytes signed_part,
                      const struct crypto_sigalg *alg, sign_bytes signature, bool keep, bool *ok,
                      sign_error *err) {
    uint8_t digest[DIGEST_MAX];
    if (!crypto_pubkey_fits(key, alg))
        return SIGN_OK;
    sign_rc rc = crypto_hash(crypto, alg->digest, signed_part, digest, err);
    if (rc == SIGN_OK)
        rc = crypto_verify(crypto, key, alg, BYTES(digest, crypto_digest_row(alg->digest)->size), signature,
                           keep, err);
    *ok = rc == SIGN_OK;
    return settle(rc, err);
}

sign_rc pki_signed_by(struct crypto *crypto, struct pki_cert *issuer, sign_bytes signed_part,
                      const struct crypto_sigalg *alg, sign_bytes signature, bool *ok, sign_error *err) {
    const struct crypto_pubkey *key;
    *ok = false;
    if (!pki_sigalg_usable(alg))
        return SIGN_OK;
    sign_rc rc = pki_cert_key(issuer, &key, err);
    return rc == SIGN_OK ? verify(crypto, key, signed_part, alg, signature, true, ok, err) : settle(rc, err);
}

bool pki_key_inherits(const struct pki_cert *cert) {
    return crypto_pubkey_inherits(cert->spki);
}

sign_rc pki_signed_in_path(struct crypto *crypto, struct pki_cert *const *chain, size_t n,
                           sign_bytes signed_part, const struct crypto_sigalg *alg, sign_bytes signature,
                           bool *ok, sign_error *err) {
    AUTO(crypto_pubkey_ptr) key = NULL;
    size_t from = 0;
    *ok = false;
    while (from < n && pki_key_inherits(chain[from]))
        from++;
    if (from == 0)
        return pki_signed_by(crypto, chain[0], signed_part, alg, signature, ok, err);
    if (from == n || !pki_sigalg_usable(alg))
        return SIGN_OK;
    sign_rc rc = crypto_pubkey_inherit(chain[0]->spki, chain[from]->spki, &key, err);
    return rc == SIGN_OK ? verify(crypto, key, signed_part, alg, signature, false, ok, err) : settle(rc, err);
}
