/* A key that signs again and again: what is verified of its values, and what threads share of it. */
#include "base/bytes.h"
#include "key/key.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <sign.h>

#define PKI(name) SIGN_TEST_PKI "/" name

typedef sign_report *sign_report_ptr;
CLEANUP(sign_report_ptr, sign_report_free);

static sign_key *open_key(void) {
    sign_key *key = NULL;
    sign_error err = {0};
    sign_key_options opt = {.size = sizeof opt, .certificate = PKI("nes-p256.der")};
    cr_assert_eq(sign_key_open(PKI("nes-p256.key.pem"), &opt, &key, &err), SIGN_OK, "%s", err.text);
    return key;
}

static sign_rc sign_text(const sign_key *key, const char *text, sign_buf *out, sign_error *err) {
    sign_input in = {.name = "a.txt", .data = BYTES_STR(text)};
    return sign_create(key, &in, NULL, &(sign_output){.buf = out}, err);
}

/* Integrity alone: the value verifies with the certificate and the digest fits the content. */
static bool holds(const sign_buf *signature) {
    sign_input what = {.name = "a.p7m", .data = {signature->data, signature->len}};
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    AUTO(sign_report_ptr) report = NULL;
    cr_assert_geq(sign_verify(&what, NULL, 0, NULL, &opt, &report, NULL), 0);
    const sign_signature *s = sign_report_signature(report, 0);
    return s && s->references == 1 && s->signature_value == 1;
}

Test(proven, a_key_in_a_file_after_its_first_signature) {
    AUTO(sign_key_ptr) key = open_key();
    cr_expect_not(key_proven(key));
    for (int i = 0; i < 3; i++) {
        AUTO(sign_buf) out = {0};
        sign_error err = {0};
        cr_assert_eq(sign_text(key, "metin", &out, &err), SIGN_OK, "%s", err.text);
        cr_expect(holds(&out));
        cr_expect(key_proven(key));
    }
}

/* Somebody who signs what he is asked to, as often as `honest` says, and then something else. */
struct elsewhere {
    const sign_key *key;
    int honest;
};

static sign_rc sign_there(void *user, sign_scheme scheme, sign_digest md, sign_bytes digest, sign_buf *value,
                          sign_error *err) {
    struct elsewhere *e = user;
    uint8_t asked[DIGEST_MAX];
    (void)scheme;
    memcpy(asked, digest.data, digest.len);
    if (e->honest-- <= 0)
        asked[0] ^= 1;
    struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = crypto_digest_of(md)};
    return key_sign(e->key, NULL, &alg, BYTES(asked, digest.len), value, err);
}

Test(proven, never_a_key_that_is_elsewhere) {
    AUTO(sign_key_ptr) here = open_key();
    struct elsewhere e = {.key = here, .honest = 2};
    sign_bytes chain = sign_key_certificate(here);
    AUTO(sign_key_ptr) key = NULL;
    cr_assert_eq(sign_key_remote(&chain, 1, sign_there, &e, &key, NULL), SIGN_OK);
    for (int i = 0; i < 2; i++) {
        AUTO(sign_buf) out = {0};
        cr_assert_eq(sign_text(key, "metin", &out, NULL), SIGN_OK);
        cr_expect_not(key_proven(key));
    }
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    cr_expect_eq(sign_text(key, "metin", &out, &err), SIGN_E_KEY, "%s", err.text);
    cr_expect_null(out.data);
}

/* A draft is told its value by the caller, whoever that is: it is verified each time. */
Test(proven, a_draft_does_not_believe_its_caller) {
    AUTO(sign_key_ptr) key = open_key();
    AUTO(sign_buf) first = {0};
    cr_assert_eq(sign_text(key, "metin", &first, NULL), SIGN_OK);
    cr_assert(key_proven(key));
    sign_bytes chain = sign_key_certificate(key);
    sign_input in = {.name = "a.txt", .data = BYTES_STR("metin")};
    sign_draft *draft = NULL;
    cr_assert_eq(sign_draft_new(&chain, 1, NULL, &in, NULL, &draft, NULL), SIGN_OK);
    const uint8_t other[DIGEST_MAX] = {1};
    struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = DIGEST_SHA256};
    AUTO(sign_buf) value = {0};
    cr_assert_eq(key_sign(key, NULL, &alg, BYTES(other, 32), &value, NULL), SIGN_OK);
    AUTO(sign_buf) out = {0};
    cr_expect_eq(sign_draft_finish(draft, BYTES(value.data, value.len), SIGN_VALUE_DER,
                                   &(sign_output){.buf = &out}, NULL),
                 SIGN_FAILED);
    cr_expect_null(out.data);
    sign_draft_free(&draft);
}

static void *sign_some(void *user) {
    size_t good = 0;
    for (int i = 0; i < 20; i++) {
        AUTO(sign_buf) out = {0};
        good += sign_text(user, "metin", &out, NULL) == SIGN_OK && holds(&out);
    }
    return good == 20 ? user : NULL;
}

Test(proven, many_threads_from_the_first_signature_on) {
    AUTO(sign_key_ptr) key = open_key();
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, sign_some, key), 0);
    for (size_t i = 0; i < 4; i++) {
        void *done = NULL;
        cr_assert_eq(pthread_join(threads[i], &done), 0);
        cr_expect_eq(done, key);
    }
    cr_expect(key_proven(key));
}
