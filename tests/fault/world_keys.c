/*
 * The encrypted keys of the runs. Those of the test PKI are stretched with thousands of iterations, which is
 * right for a password and hopeless for opening a file a hundred thousand times: these have one.
 */
#include "world.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PKI(name) SIGN_TEST_PKI "/" name

static const char password[] = "123456";

static FILE *file_in(const struct world *w, const char *name) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", w->keys, name);
    return fopen(path, "wb");
}

static bool pkcs12_write(const struct world *w, EVP_PKEY *key, X509 *cert, X509 *issuer) {
    STACK_OF(X509) *more = sk_X509_new_null();
    sk_X509_push(more, issuer);
    PKCS12 *p12 = PKCS12_create(password, "nes-p256", key, cert, more, 0, 0, 1, 1, 0);
    FILE *f = file_in(w, "key.p12");
    bool ok = p12 && f && i2d_PKCS12_fp(f, p12) == 1;
    PKCS12_free(p12);
    sk_X509_free(more);
    return f && fclose(f) == 0 && ok;
}

static bool pem_write(const struct world *w, EVP_PKEY *key, X509 *cert, X509 *issuer) {
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key);
    X509_SIG *sealed =
        plain ? PKCS8_encrypt(-1, EVP_aes_256_cbc(), password, (int)strlen(password), NULL, 0, 1, plain)
              : NULL;
    FILE *f = file_in(w, "key.pem");
    bool ok = sealed && f && PEM_write_PKCS8(f, sealed) == 1 && PEM_write_X509(f, cert) == 1 &&
              PEM_write_X509(f, issuer) == 1;
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return f && fclose(f) == 0 && ok;
}

static X509 *cert_read(const char *path) {
    FILE *f = fopen(path, "rb");
    X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    if (f)
        fclose(f);
    return cert;
}

bool world_keys_make(const struct world *w) {
    FILE *f = fopen(PKI("nes-p256.key.pem"), "rb");
    EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
    X509 *cert = cert_read(PKI("nes-p256.pem")), *issuer = cert_read(PKI("ca-ec.pem"));
    bool ok = key && cert && issuer && pkcs12_write(w, key, cert, issuer) && pem_write(w, key, cert, issuer);
    if (f)
        fclose(f);
    X509_free(issuer);
    X509_free(cert);
    EVP_PKEY_free(key);
    return ok;
}

void world_keys_free(const struct world *w) {
    static const char *const names[] = {"key.p12", "key.pem"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", w->keys, names[i]);
        remove(path);
    }
    remove(w->keys);
}

/* A forked process starts the module anew (PKCS#11 v2.40, 5.4: the child calls C_Initialize itself); SoftHSM2
 * forgets what it inherited only when it is told to. */
static bool reset_on_fork(void) {
    const char *conf = getenv("SOFTHSM2_CONF");
    FILE *f = conf ? fopen(conf, "a") : NULL;
    bool ok = f && fputs("library.reset_on_fork = true\n", f) >= 0;
    return f && fclose(f) == 0 && ok;
}

bool world_token_make(struct world *w) {
    for (size_t i = sizeof w->boxes / sizeof *w->boxes; i-- > 0;)
        if (!token_box_open(&w->boxes[i]) || !token_box_add(&w->boxes[i], "Kart", "nes-p256=01") ||
            !reset_on_fork())
            return false;
    w->module = token_softhsm();
    return true;
}

void world_token_use(const struct world *w, size_t box) {
    char conf[128];
    snprintf(conf, sizeof conf, "%s/softhsm2.conf", w->boxes[box].dir);
    setenv("SOFTHSM2_CONF", conf, 1);
}
