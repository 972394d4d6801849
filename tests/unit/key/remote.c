/* A key behind a callback. */
#include "base/file.h"
#include "keys.h"

struct far {
    sign_key *key; /* what signs over there */
    sign_rc answer;
    bool silent, empty;
    sign_scheme scheme;
    sign_digest md;
    int called;
};

static sign_rc far_sign(void *user, sign_scheme scheme, sign_digest md, sign_bytes digest, sign_buf *value,
                        sign_error *err) {
    struct far *f = user;
    f->called++;
    f->scheme = scheme;
    f->md = md;
    if (f->answer != SIGN_OK)
        return f->silent ? f->answer : fail(err, f->answer, MSG_KEY_SIGN, "the phone is off");
    if (f->empty)
        return SIGN_OK;
    struct crypto_sigalg alg = sigalg(
        scheme == SIGN_ECDSA ? SCHEME_ECDSA : (scheme == SIGN_RSA_PSS ? SCHEME_RSA_PSS : SCHEME_RSA_PKCS1),
        crypto_digest_of(md));
    return key_sign(f->key, NULL, &alg, digest, value, err);
}

static sign_key *remote(struct far *f, const char *der) {
    AUTO(sign_buf) cert = {0};
    sign_key *key = NULL;
    sign_error err = {0};
    cr_assert_eq(file_read(der, LIMIT_CERTIFICATE, &cert, &err), SIGN_OK);
    sign_bytes chain = BYTES(cert.data, cert.len);
    cr_assert_eq(sign_key_remote(&chain, 1, far_sign, f, &key, &err), SIGN_OK, "%s", err.text);
    cr_assert(bytes_equal(sign_key_certificate(key), chain));
    return key; /* the chain was copied: cert goes away here */
}

Test(key_remote, signs_and_tells_scheme_and_digest) {
    struct far f = {.key = open_key(PKI("nes-rsa2048.key.pem"), PKI("nes-rsa2048.der"), NULL)};
    AUTO(sign_key_ptr) key = remote(&f, PKI("nes-rsa2048.der"));
    sign_all(key);
    cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PSS, DIGEST_SHA384), NULL), SIGN_OK);
    cr_assert_eq(f.scheme, SIGN_RSA_PSS);
    cr_assert_eq(f.md, SIGN_SHA384);
    cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA512), NULL), SIGN_OK);
    cr_assert_eq(f.scheme, SIGN_RSA_PKCS1);
    cr_assert_eq(f.md, SIGN_SHA512);
    cr_assert_eq(sign_together(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), 4, 5), 20);
    sign_key_free(&f.key);
}

Test(key_remote, ecdsa) {
    struct far f = {.key = open_key(PKI("nes-p384.key.pem"), PKI("nes-p384.der"), NULL)};
    AUTO(sign_key_ptr) key = remote(&f, PKI("nes-p384.der"));
    sign_all(key);
    cr_assert_eq(f.scheme, SIGN_ECDSA);
    sign_key_free(&f.key);
}

Test(key_remote, failures_have_a_name) {
    struct far f = {.answer = SIGN_E_NETWORK};
    AUTO(sign_key_ptr) key = remote(&f, PKI("nes-p256.der"));
    struct crypto_sigalg alg = sigalg(SCHEME_ECDSA, DIGEST_SHA256);
    sign_error err = {0};
    cr_assert_eq(sign_once(key, alg, &err), SIGN_E_NETWORK);
    cr_assert_str_eq(err.text, "signing: remote key: the phone is off");
    cr_assert_eq(err.code, SIGN_E_NETWORK);
    f.silent = true;
    cr_assert_eq(sign_once(key, alg, &err), SIGN_E_NETWORK);
    cr_assert(strstr(err.text, "SIGN_E_NETWORK") != NULL, "%s", err.text);
    f.answer = SIGN_FAILED; /* not among the answers of a function that signs */
    cr_assert_eq(sign_once(key, alg, &err), SIGN_E_KEY);
    f.answer = SIGN_OK;
    f.empty = true;
    cr_assert_eq(sign_once(key, alg, &err), SIGN_E_KEY);
    cr_assert_eq(f.called, 4);
}

/* The callback is told the digest only: other PSS parameters would be signed wrongly. */
Test(key_remote, pss_parameters_that_cannot_be_told) {
    struct far f = {0};
    AUTO(sign_key_ptr) key = remote(&f, PKI("nes-rsa2048.der"));
    struct crypto_sigalg alg = sigalg(SCHEME_RSA_PSS, DIGEST_SHA256);
    alg.salt = 20;
    cr_assert_eq(sign_once(key, alg, NULL), SIGN_E_UNSUPPORTED);
    alg = sigalg(SCHEME_RSA_PSS, DIGEST_SHA256);
    alg.mgf = DIGEST_SHA384;
    cr_assert_eq(sign_once(key, alg, NULL), SIGN_E_UNSUPPORTED);
    cr_assert_eq(f.called, 0);
}

Test(key_remote, arguments) {
    sign_key *key = NULL;
    sign_bytes junk = BYTES_STR("no certificate");
    cr_assert_eq(sign_key_remote(NULL, 1, far_sign, NULL, &key, NULL), SIGN_E_ARGUMENT);
    cr_assert_eq(sign_key_remote(&junk, 0, far_sign, NULL, &key, NULL), SIGN_E_ARGUMENT);
    cr_assert_eq(sign_key_remote(&junk, 1, NULL, NULL, &key, NULL), SIGN_E_ARGUMENT);
    cr_assert_eq(sign_key_remote(&junk, 1, far_sign, NULL, &key, NULL), SIGN_E_FORMAT);
    cr_assert_null(key);
}
