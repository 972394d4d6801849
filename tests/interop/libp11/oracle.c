/*
 * libp11 as a second opinion on the room key, on a real SoftHSM2 token: it reads the same certificates as
 * sign_token_each, which reads them itself, its signature verifies where ours does, and both have the token
 * open at the same time - until libp11 releases its slots, which ends every session that the process has on
 * the token. hazards.c has more of that kind. Prints TAP.
 */
#include "support/token.h"
#include <dlfcn.h>
#include <libp11.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = 16 };

struct seen {
    unsigned char *der[MAX];
    int len[MAX];
    size_t n;
};

static int number, failures;

static void tap(bool ok, const char *what) {
    printf("%sok %d - libp11: %s\n", ok ? "" : "not ", ++number, what);
    failures += !ok;
}

static int keep(void *user, const sign_token *t) {
    struct seen *s = user;
    if (t->certificate.len == 0 || s->n == MAX)
        return 0;
    s->der[s->n] = malloc(t->certificate.len);
    memcpy(s->der[s->n], t->certificate.data, t->certificate.len);
    s->len[s->n++] = (int)t->certificate.len;
    return 0;
}

static bool ours_has(const struct seen *s, X509 *x) {
    unsigned char *der = NULL;
    int len = i2d_X509(x, &der);
    bool found = false;
    for (size_t i = 0; i < s->n; i++)
        found = found || (len == s->len[i] && memcmp(der, s->der[i], (size_t)len) == 0);
    OPENSSL_free(der);
    return found;
}

static PKCS11_SLOT *slot_of(PKCS11_CTX *ctx, PKCS11_SLOT *slots, unsigned n, const char *label) {
    PKCS11_SLOT *s = NULL;
    while ((s = PKCS11_find_next_token(ctx, slots, n, s)) != NULL)
        if (s->token && s->token->label && strcmp(s->token->label, label) == 0)
            return s;
    return NULL;
}

static void same_certificates(PKCS11_SLOT *slot, const struct seen *ours) {
    PKCS11_CERT *certs = NULL;
    unsigned n = 0;
    size_t found = 0;
    if (PKCS11_enumerate_certs(slot->token, &certs, &n) == 0)
        for (unsigned i = 0; i < n; i++)
            found += ours_has(ours, certs[i].x509);
    tap(n == 2 && found == n && ours->n == n, "it lists the certificates that sign_token_each tells");
}

/* A signature made through libp11 verifies with the certificate that our side read from the token. */
static void same_key(PKCS11_SLOT *slot, const struct seen *ours) {
    PKCS11_KEY *keys = NULL;
    unsigned n = 0;
    unsigned char sig[512];
    size_t len = sizeof sig;
    bool ok =
        PKCS11_login(slot, 0, TOKEN_PIN) == 0 && PKCS11_enumerate_keys(slot->token, &keys, &n) == 0 && n > 0;
    EVP_PKEY *key = ok ? PKCS11_get_private_key(&keys[0]) : NULL;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    ok = key && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
         EVP_DigestSign(md, sig, &len, (const unsigned char *)"form", 4) == 1;
    tap(ok, "it signs with a key of the token");
    bool verified = false;
    for (size_t i = 0; ok && i < ours->n; i++) {
        const unsigned char *p = ours->der[i];
        X509 *x = d2i_X509(NULL, &p, ours->len[i]);
        EVP_MD_CTX_reset(md);
        verified =
            verified || (EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, X509_get0_pubkey(x)) == 1 &&
                         EVP_DigestVerify(md, sig, len, (const unsigned char *)"form", 4) == 1);
        X509_free(x);
    }
    tap(verified, "a certificate that sign_token_each told verifies its signature");
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(key);
}

static bool key_signs(const sign_key *key) {
    sign_buf out = {0};
    sign_input in = {.name = "form", .data = {(const uint8_t *)"form", 4}};
    sign_rc rc = sign_create(key, &in, NULL, &(sign_output){.buf = &out}, NULL);
    sign_buf_free(&out);
    return rc == SIGN_OK;
}

static sign_rc give_pin(void *user, const sign_secret *ask, char *out, size_t size) {
    (void)user;
    (void)ask;
    snprintf(out, size, "%s", TOKEN_PIN);
    return SIGN_OK;
}

/* The sessions of one key outlive another's closing; libp11's release of the slots ends all sessions of the
 * process. */
static void sessions(const char *module, PKCS11_CTX *ctx, PKCS11_SLOT *slots, unsigned n) {
    sign_key_options opt = {.size = sizeof opt, .module = module, .secret = give_pin};
    sign_key *one = NULL, *two = NULL;
    bool opened = sign_key_open("pkcs11:token=Kart;object=nes-p256", &opt, &one, NULL) == SIGN_OK &&
                  sign_key_open("pkcs11:token=Kart;object=nes-rsa2048", &opt, &two, NULL) == SIGN_OK;
    tap(opened && key_signs(one) && key_signs(two),
        "two keys of one token sign while libp11 has it open as well");
    sign_key_free(&two);
    tap(opened && key_signs(one), "closing one key leaves the other's login alone");

    void *library = dlopen(module, RTLD_NOW);
    CK_C_GetFunctionList get = NULL;
    *(void **)&get = library ? dlsym(library, "C_GetFunctionList") : NULL;
    CK_FUNCTION_LIST *f = NULL;
    CK_SLOT_ID ids[MAX];
    CK_ULONG count = MAX;
    CK_SESSION_HANDLE session = 0;
    CK_SESSION_INFO info;
    bool mine = get && get(&f) == CKR_OK && f->C_GetSlotList(CK_TRUE, ids, &count) == CKR_OK && count > 0 &&
                f->C_OpenSession(ids[0], CKF_SERIAL_SESSION, NULL, NULL, &session) == CKR_OK;
    PKCS11_release_all_slots(ctx, slots, n);
    tap(mine && f->C_GetSessionInfo(session, &info) == CKR_SESSION_HANDLE_INVALID,
        "releasing its slots ends sessions that are not its own");
    sign_key_free(&one);
}

static void compare(const char *module) {
    struct seen ours = {.n = 0};
    PKCS11_CTX *ctx = PKCS11_CTX_new();
    PKCS11_SLOT *slots = NULL, *slot = NULL;
    unsigned n = 0;
    tap(sign_token_each(module, keep, &ours, NULL) == SIGN_OK && ours.n == 2,
        "sign_token_each tells two certificates");
    bool open = PKCS11_CTX_load(ctx, module) == 0 && PKCS11_enumerate_slots(ctx, &slots, &n) == 0;
    slot = open ? slot_of(ctx, slots, n, "Kart") : NULL;
    tap(slot != NULL, "it finds the token");
    if (slot) {
        same_certificates(slot, &ours);
        same_key(slot, &ours);
        sessions(module, ctx, slots, n);
        PKCS11_CTX_unload(ctx);
    }
    PKCS11_CTX_free(ctx);
    for (size_t i = 0; i < ours.n; i++)
        free(ours.der[i]);
}

int main(void) {
    struct token_box box;
    bool ready = token_box_open(&box) && token_box_add(&box, "Kart", "nes-p256=01 nes-rsa2048=02");
    tap(ready, "a token with two keys");
    if (ready)
        compare(token_softhsm());
    token_box_close(&box);
    printf("1..%d\n", number);
    return failures != 0;
}
