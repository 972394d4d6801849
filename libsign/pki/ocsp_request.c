/* pki/ocsp_request.c - what is asked of an OCSP responder (RFC 6960, 4.1.1; RFC 5019; RFC 8954). */
#include "pki/parts.h"

sign_bytes pki_key_octets(const struct pki_cert *cert) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, cert->spki, false), in;
    sign_bytes octets = {0};
    unsigned unused;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_SEQUENCE, NULL) ||
        !der_bits(&in, &octets, &unused))
        return (sign_bytes){0};
    return octets;
}

sign_rc ocsp_cert_id(struct crypto *crypto, const struct pki_cert *cert, const struct pki_cert *issuer,
                     sign_buf *out, sign_error *err) {
    uint8_t name[DIGEST_MAX], key[DIGEST_MAX];
    const size_t size = crypto_digest_row(DIGEST_SHA1)->size;
    AUTO(der_builder) b = {0};
    /* The name is the issuer field of the certificate asked about (RFC 6960, 4.1.1). */
    sign_rc rc = crypto_hash(crypto, DIGEST_SHA1, cert->issuer, name, err);
    if (rc == SIGN_OK)
        rc = crypto_hash(crypto, DIGEST_SHA1, pki_key_octets(issuer), key, err);
    if (rc != SIGN_OK)
        return rc;
    der_begin(&b, DER_SEQUENCE);
    /* With NULL parameters, as all requests with SHA-1 have them: responders of RFC 5019 compare octets. */
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_SHA1);
    der_put_null(&b);
    der_end(&b);
    der_put(&b, DER_OCTET_STRING, BYTES(name, size));
    der_put(&b, DER_OCTET_STRING, BYTES(key, size));
    der_put(&b, DER_INTEGER, cert->serial);
    der_end(&b);
    return der_builder_take(&b, out, err);
}

static void put_nonce(der_builder *b, sign_bytes nonce) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(2));
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_OCSP_NONCE);
    der_begin(b, DER_OCTET_STRING);
    der_put(b, DER_OCTET_STRING, nonce);
    der_end(b);
    der_end(b);
    der_end(b);
    der_end(b);
}

sign_rc ocsp_request(sign_bytes cert_id, sign_bytes nonce, sign_buf *out, sign_error *err) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, cert_id);
    der_end(&b);
    der_end(&b);
    if (nonce.len > 0)
        put_nonce(&b, nonce);
    der_end(&b);
    der_end(&b);
    return der_builder_take(&b, out, err);
}
