#include "keys.h"
#include <pthread.h>
#include <stdatomic.h>

sign_rc asker_answer(void *user, const sign_secret *ask, char *out, size_t size) {
    struct asker *a = user;
    a->asked++;
    a->last = *ask;
    snprintf(a->what, sizeof a->what, "%s", ask->what);
    if (!a->answer || strlen(a->answer) >= size)
        return SIGN_E_PIN;
    strcpy(out, a->answer);
    return SIGN_OK;
}

sign_key_options asker_options(struct asker *a, const char *certificate, const char *module) {
    return (sign_key_options){.size = sizeof(sign_key_options),
                              .certificate = certificate,
                              .module = module,
                              .secret = asker_answer,
                              .user = a};
}

sign_key *open_key(const char *where, const char *certificate, const char *answer) {
    struct asker a = {.answer = answer};
    sign_key_options opt = asker_options(&a, certificate, NULL);
    if (!answer)
        opt.secret = NULL;
    sign_key *key = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_key_open(where, &opt, &key, &err), SIGN_OK, "%s: %s", where, err.text);
    cr_assert_not_null(key);
    cr_assert_leq(a.asked, 1);
    return key;
}

void refuse_key(const char *where, const sign_key_options *opt, sign_rc rc, enum message_id message) {
    sign_key *key = NULL;
    sign_error err = {0};
    sign_rc got = sign_key_open(where, opt, &key, &err);
    cr_assert_eq(got, rc, "%s: %s (%s)", where, sign_rc_name(got), err.text);
    cr_assert_str_eq(err.id, message_code(message), "%s: %s", where, err.text);
    cr_assert_null(key);
}

struct crypto_sigalg sigalg(enum crypto_scheme scheme, enum crypto_digest digest) {
    struct crypto_sigalg alg = {.scheme = scheme, .digest = digest};
    if (scheme == SCHEME_RSA_PSS) {
        alg.mgf = digest;
        alg.salt = (unsigned)crypto_digest_row(digest)->size;
    }
    return alg;
}

sign_rc sign_once(const sign_key *key, struct crypto_sigalg alg, sign_error *err) {
    AUTO(crypto_ptr) crypto = NULL;
    uint8_t digest[DIGEST_MAX];
    sign_bytes d = BYTES(digest, crypto_digest_row(alg.digest)->size);
    AUTO(sign_buf) value = {0};
    sign_rc rc = crypto_new(&crypto, err);
    if (rc == SIGN_OK)
        rc = crypto_random(digest, d.len, err);
    if (rc == SIGN_OK)
        rc = key_sign(key, crypto, &alg, d, &value, err);
    if (rc == SIGN_OK)
        rc = crypto_verify(crypto, key_public(key), &alg, d, BYTES(value.data, value.len), false, err);
    return rc;
}

static void sign_scheme_all(const sign_key *key, enum crypto_scheme scheme) {
    static const enum crypto_digest digests[] = {DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512};
    for (size_t i = 0; i < 3; i++) {
        sign_error err = {0};
        /* Twice: the second takes the prepared context or session of the first. */
        for (int again = 0; again < 2; again++)
            cr_assert_eq(sign_once(key, sigalg(scheme, digests[i]), &err), SIGN_OK, "%s, scheme %d: %s",
                         crypto_digest_row(digests[i])->name, scheme, err.text);
    }
}

void sign_all(const sign_key *key) {
    if (key_kind(key) == KEY_EC) {
        sign_scheme_all(key, SCHEME_ECDSA);
        return;
    }
    sign_scheme_all(key, SCHEME_RSA_PKCS1);
    sign_scheme_all(key, SCHEME_RSA_PSS);
}

struct work {
    const sign_key *key;
    struct crypto_sigalg alg;
    int each;
    atomic_int good;
};

static void *worker(void *user) {
    struct work *w = user;
    for (int i = 0; i < w->each; i++)
        if (sign_once(w->key, w->alg, NULL) == SIGN_OK)
            atomic_fetch_add(&w->good, 1);
    return NULL;
}

int sign_together(const sign_key *key, struct crypto_sigalg alg, int threads, int each) {
    struct work w = {.key = key, .alg = alg, .each = each};
    pthread_t ids[16];
    for (int i = 0; i < threads; i++)
        cr_assert_eq(pthread_create(&ids[i], NULL, worker, &w), 0);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    return atomic_load(&w.good);
}
