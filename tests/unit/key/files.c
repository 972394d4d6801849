/* Keys in files. */
#include "base/file.h"
#include "keys.h"
#include <stdlib.h>
#include <unistd.h>

static sign_bytes first_of(const char *der_path, sign_buf *own) {
    cr_assert_eq(file_read(der_path, LIMIT_CERTIFICATE, own, NULL), SIGN_OK);
    return BYTES(own->data, own->len);
}

static void expect_signer(const sign_key *key, const char *der_path) {
    AUTO(sign_buf) own = {0};
    cr_assert(bytes_equal(sign_key_certificate(key), first_of(der_path, &own)), "%s is not first", der_path);
    cr_assert(bytes_equal(sign_key_certificate(key), sign_key_chain(key, 0)));
    cr_assert_eq(sign_key_chain(key, sign_key_chain_count(key)).len, 0);
}

Test(key_file, pem_signs_with_every_algorithm, .timeout = 120) {
    static const char *const names[] = {"nes-rsa2048", "nes-rsa3072", "nes-p256", "nes-p384", "nes-p521"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char where[256], cert[256];
        snprintf(where, sizeof where, SIGN_TEST_PKI "/%s.key.pem", names[i]);
        snprintf(cert, sizeof cert, SIGN_TEST_PKI "/%s.der", names[i]);
        AUTO(sign_key_ptr) key = open_key(where, cert, NULL);
        expect_signer(key, cert);
        sign_all(key);
    }
}

Test(key_file, pkcs12_holds_the_chain) {
    AUTO(sign_key_ptr) key = open_key(PKI("nes-p256.p12"), NULL, "123456");
    expect_signer(key, PKI("nes-p256.der"));
    cr_assert_geq(sign_key_chain_count(key), 2);
    AUTO(sign_buf) ca = {0};
    cr_assert(bytes_equal(sign_key_chain(key, 1), first_of(PKI("ca-ec.der"), &ca)));
    sign_all(key);
    AUTO(sign_key_ptr) rsa = open_key(PKI("nes-rsa2048.p12"), NULL, "123456");
    expect_signer(rsa, PKI("nes-rsa2048.der"));
    sign_all(rsa);
}

Test(key_file, encrypted_pem_asks_once_for_its_password) {
    struct asker a = {.answer = "123456"};
    sign_key_options opt = asker_options(&a, PKI("nes-p256.der"), NULL);
    AUTO(sign_key_ptr) key = NULL;
    cr_assert_eq(sign_key_open(PKI("nes-p256.enc.pem"), &opt, &key, NULL), SIGN_OK);
    cr_assert_eq(a.asked, 1);
    cr_assert_eq(a.last.is_pin, 0);
    cr_assert_str_eq(a.what, "nes-p256.enc.pem");
    sign_all(key);
}

Test(key_file, a_wrong_password_is_tried_once) {
    static const char *const files[] = {PKI("nes-p256.enc.pem"), PKI("nes-p256.p12"), PKI("nes-rsa2048.p12")};
    for (size_t i = 0; i < 3; i++) {
        struct asker a = {.answer = "654321"};
        sign_key_options opt = asker_options(&a, NULL, NULL);
        refuse_key(files[i], &opt, SIGN_E_PIN, MSG_PASSWORD_WRONG);
        cr_assert_eq(a.asked, 1);
        a.answer = NULL;
        refuse_key(files[i], &opt, SIGN_E_PIN, MSG_PASSWORD_NEEDED);
        opt.secret = NULL;
        refuse_key(files[i], &opt, SIGN_E_PIN, MSG_PASSWORD_NEEDED);
        cr_assert_eq(a.asked, 2);
    }
}

Test(key_file, an_unprotected_key_asks_nothing) {
    struct asker a = {.answer = "never"};
    sign_key_options opt = asker_options(&a, PKI("nes-p256.pem"), NULL);
    AUTO(sign_key_ptr) key = NULL;
    cr_assert_eq(sign_key_open(PKI("nes-p256.key.pem"), &opt, &key, NULL), SIGN_OK);
    cr_assert_eq(a.asked, 0);
}

Test(key_file, the_certificate_must_belong_to_the_key) {
    sign_key_options opt = {.size = sizeof opt, .certificate = PKI("nes-person2.pem")};
    refuse_key(PKI("nes-p256.key.pem"), &opt, SIGN_E_CERTIFICATE, MSG_KEY_MISMATCH);
    opt.certificate = PKI("nes-rsa2048.pem");
    refuse_key(PKI("nes-p256.key.pem"), &opt, SIGN_E_CERTIFICATE, MSG_KEY_MISMATCH);
    refuse_key(PKI("nes-rsa3072.key.pem"), &opt, SIGN_E_CERTIFICATE, MSG_KEY_MISMATCH);
    opt.certificate = NULL;
    refuse_key(PKI("nes-p256.key.pem"), &opt, SIGN_E_CERTIFICATE, MSG_KEY_CERT);
    opt.certificate = PKI("nes-p256.key.pem"); /* holds no certificate */
    refuse_key(PKI("nes-p256.key.pem"), &opt, SIGN_E_CERTIFICATE, MSG_CERT_FORMAT);
    opt.certificate = PKI("no-such.pem");
    refuse_key(PKI("nes-p256.key.pem"), &opt, SIGN_E_IO, MSG_FILE_OPEN);
}

/* A file of the pieces, in a place that goes with the test. */
static void join(char path[64], const char *const *pieces) {
    strcpy(path, "/tmp/kalem-key-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    for (; *pieces; pieces++) {
        AUTO(sign_buf) piece = {0};
        cr_assert_eq(file_read(*pieces, LIMIT_KEY_FILE, &piece, NULL), SIGN_OK);
        cr_assert_eq(write(fd, piece.data, piece.len), (ssize_t)piece.len);
    }
    close(fd);
}

Test(key_file, one_pem_may_hold_chain_and_key_in_any_order) {
    char path[64];
    const char *const pieces[] = {PKI("ca-ec.pem"), PKI("nes-p256.key.pem"), PKI("nes-p256.pem"), NULL};
    join(path, pieces);
    AUTO(sign_key_ptr) key = open_key(path, NULL, NULL);
    unlink(path);
    expect_signer(key, PKI("nes-p256.der"));
    cr_assert_eq(sign_key_chain_count(key), 2);
    sign_all(key);
}

/* Written by a tool of its own: RFC 1421 headers stand before the base64. */
Test(key_file, the_traditional_form_with_headers) {
    char path[64], command[400];
    const char *const none[] = {PKI("nes-rsa2048.pem"), NULL};
    join(path, none);
    snprintf(command, sizeof command,
             "openssl rsa -in %s -traditional -aes128 -passout pass:123456 2>/dev/null >>%s",
             PKI("nes-rsa2048.key.pem"), path);
    cr_assert_eq(system(command), 0);
    struct asker a = {.answer = "wrong"};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    refuse_key(path, &opt, SIGN_E_PIN, MSG_PASSWORD_WRONG);
    AUTO(sign_key_ptr) key = open_key(path, NULL, "123456");
    unlink(path);
    sign_all(key);
}

Test(key_file, what_is_no_key) {
    sign_key_options opt = {.size = sizeof opt};
    refuse_key(PKI("nes-p256.der"), &opt, SIGN_E_KEY, MSG_KEY_FORMAT);
    refuse_key(PKI("nes-p256.pem"), &opt, SIGN_E_KEY, MSG_KEY_FORMAT);
    refuse_key(PKI("identities.json"), &opt, SIGN_E_KEY, MSG_KEY_FORMAT);
    refuse_key(PKI("absent.p12"), &opt, SIGN_E_IO, MSG_FILE_OPEN);
    refuse_key(SIGN_TEST_PKI, &opt, SIGN_E_IO, MSG_FILE_OPEN);
    refuse_key(NULL, &opt, SIGN_E_ARGUMENT, MSG_ARGUMENT);
    opt.size = 4;
    refuse_key(PKI("nes-p256.p12"), &opt, SIGN_E_ARGUMENT, MSG_ARGUMENT);
}

Test(key_file, the_algorithm_must_fit_the_key) {
    AUTO(sign_key_ptr) key = open_key(PKI("nes-p256.key.pem"), PKI("nes-p256.der"), NULL);
    AUTO(sign_buf) value = {0};
    uint8_t digest[64] = {1};
    sign_error err = {0};
    struct crypto_sigalg rsa = sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256);
    cr_assert_eq(key_sign(key, NULL, &rsa, BYTES(digest, 32), &value, &err), SIGN_E_KEY);
    cr_assert_str_eq(err.id, message_code(MSG_KEY_SCHEME));
    struct crypto_sigalg ec = sigalg(SCHEME_ECDSA, DIGEST_SHA384);
    cr_assert_eq(key_sign(key, NULL, &ec, BYTES(digest, 32), &value, &err), SIGN_E_ARGUMENT);
    cr_assert_eq(key_sign(key, NULL, &ec, BYTES(digest, 48), &value, &err), SIGN_OK);
}

Test(key_file, four_threads_sign_with_one_key, .timeout = 120) {
    AUTO(sign_key_ptr) rsa = open_key(PKI("nes-rsa2048.key.pem"), PKI("nes-rsa2048.der"), NULL);
    cr_assert_eq(sign_together(rsa, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), 4, 25), 100);
    cr_assert_eq(sign_together(rsa, sigalg(SCHEME_RSA_PSS, DIGEST_SHA512), 4, 10), 40);
    AUTO(sign_key_ptr) ec = open_key(PKI("nes-p256.key.pem"), PKI("nes-p256.der"), NULL);
    cr_assert_eq(sign_together(ec, sigalg(SCHEME_ECDSA, DIGEST_SHA256), 4, 50), 200);
}

Test(key_file, free_takes_null) {
    sign_key *none = NULL;
    sign_key_free(&none);
    sign_key_free(NULL);
    cr_assert_null(none);
}
