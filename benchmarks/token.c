/* Who signs on a SoftHSM2 token: libsign, and a bare C_SignInit and C_Sign with a session per thread. */
#include "corpus.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>

#define PIN "123456"

struct token {
    const char *kind;
    sign_key *key;
    CK_FUNCTION_LIST *p11;
    CK_SLOT_ID slot;
};

static sign_rc give_pin(void *user, const sign_secret *ask, char *out, size_t size) {
    (void)user;
    (void)ask;
    must(size >= sizeof PIN, "PIN");
    memcpy(out, PIN, sizeof PIN);
    return SIGN_OK;
}

static void ours_sign(void *state, size_t i) {
    const struct token *t = state;
    uint8_t document[DOCUMENT_SIZE];
    memset(document, (int)('a' + i % 26), sizeof document);
    sign_input in = {.name = "olcum.txt", .data = {document, sizeof document}};
    sign_buf out = {0};
    sign_error err = {0};
    if (sign_create(t->key, &in, NULL, &(sign_output){.buf = &out}, &err) != SIGN_OK)
        must(false, err.text);
    sign_buf_free(&out);
}

struct session {
    CK_FUNCTION_LIST *p11;
    CK_SESSION_HANDLE handle;
    CK_OBJECT_HANDLE key;
    CK_MECHANISM mechanism;
    size_t skip; /* of the DigestInfo: ECDSA signs the digest alone */
};

static void *bare_open(void *shared) {
    const struct token *t = shared;
    struct session *s = calloc(1, sizeof *s);
    must(s != NULL, "out of memory");
    s->p11 = t->p11;
    must(t->p11->C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL, &s->handle) == CKR_OK,
         "C_OpenSession");
    unsigned char pin[] = PIN, name[16];
    CK_RV rv = t->p11->C_Login(s->handle, CKU_USER, pin, sizeof pin - 1);
    must(rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN, "C_Login");
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    memcpy(name, t->kind, strlen(t->kind));
    CK_ATTRIBUTE what[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, name, strlen(t->kind)}};
    unsigned long n = 0;
    must(t->p11->C_FindObjectsInit(s->handle, what, 2) == CKR_OK, "C_FindObjectsInit");
    must(t->p11->C_FindObjects(s->handle, &s->key, 1, &n) == CKR_OK && n == 1, "C_FindObjects");
    must(t->p11->C_FindObjectsFinal(s->handle) == CKR_OK, "C_FindObjectsFinal");
    bool rsa = strncmp(t->kind, "rsa", 3) == 0;
    s->mechanism.mechanism = rsa ? CKM_RSA_PKCS : CKM_ECDSA;
    s->skip = rsa ? 0 : 19;
    return s;
}

/* RFC 8017, 9.2, note 1: DigestInfo of SHA-256 before the digest. */
static void bare_sign(void *state, size_t i) {
    static const unsigned char head[19] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                           0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    struct session *s = state;
    unsigned char in[51], value[512];
    unsigned long len = sizeof value;
    memcpy(in, head, sizeof head);
    memset(in + sizeof head, (int)(i & 0xff), 32);
    must(s->p11->C_SignInit(s->handle, &s->mechanism, s->key) == CKR_OK, "C_SignInit");
    must(s->p11->C_Sign(s->handle, in + s->skip, sizeof in - s->skip, value, &len) == CKR_OK, "C_Sign");
}

static void bare_close(void *state) {
    struct session *s = state;
    s->p11->C_CloseSession(s->handle);
    free(s);
}

static CK_FUNCTION_LIST *module_load(const char *path) {
    void *handle = dlopen(path, RTLD_NOW);
    must(handle != NULL, path);
    void *symbol = dlsym(handle, "C_GetFunctionList");
    CK_C_GetFunctionList list = NULL;
    memcpy(&list, &symbol, sizeof list);
    CK_FUNCTION_LIST *p11 = NULL;
    must(list && list(&p11) == CKR_OK, "C_GetFunctionList");
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV rv = p11->C_Initialize(&args);
    must(rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED, "C_Initialize");
    return p11;
}

static CK_SLOT_ID slot_find(CK_FUNCTION_LIST *p11) {
    CK_SLOT_ID slots[16];
    unsigned long n = 16;
    must(p11->C_GetSlotList(CK_TRUE, slots, &n) == CKR_OK, "C_GetSlotList");
    for (unsigned long i = 0; i < n; i++) {
        CK_TOKEN_INFO info;
        if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK && memcmp(info.label, "bench ", 6) == 0)
            return slots[i];
    }
    must(false, "no token named bench");
    return 0;
}

void token_ops(struct bench_list *list, const struct bench_settings *settings, const char *kind) {
    const char *module = getenv("KALEM_PKCS11_MODULE");
    if (!module)
        module = "/usr/lib/softhsm/libsofthsm2.so";
    must(setenv("SOFTHSM2_CONF", text_of("%s/softhsm2.conf", settings->token), 1) == 0, "setenv");
    struct token *t = calloc(1, sizeof *t);
    must(t != NULL, "out of memory");
    t->kind = kind;
    sign_key_options opt = {.size = sizeof opt, .module = module, .secret = give_pin};
    sign_error err = {0};
    const char *uri = text_of("pkcs11:token=bench;object=%s;type=private", kind);
    if (sign_key_open(uri, &opt, &t->key, &err) != SIGN_OK)
        must(false, err.text);
    t->p11 = module_load(module);
    t->slot = slot_find(t->p11);
    const char *row = text_of("sign, SoftHSM2 token, %s", kind);
    bench_add(list, (struct bench_op){.row = row, .who = "libsign", .shared = t, .run = ours_sign});
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "bare C_Sign",
                                      .shared = t,
                                      .open = bare_open,
                                      .run = bare_sign,
                                      .close = bare_close});
}
