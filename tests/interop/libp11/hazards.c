/*
 * What libp11 0.4.12 does that a library beside other users of a token must not: the reasons why the room key
 * takes from it the loading of a module and the first list of slots, and calls the module for the rest. Each
 * is shown in a process of its own, on a real SoftHSM2 token, next to what libsign does in the same place.
 * When a line fails because libp11 has become better, the room can use more of it. Prints TAP; the argument
 * is libp11's version.
 */
#include "support/token.h"
#include <dlfcn.h>
#include <libp11.h>
#include <openssl/crypto.h>
#include <p11-kit/pkcs11.h>
#include <sign.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX = 16, SOON = 3, EVER = 60 /* seconds */ };

static int number, failures;
static const void *watched; /* has OpenSSL's allocator, which is libp11's too, been given this back? */
static bool given_back;

static void *take(size_t n, const char *file, int line) {
    (void)file;
    (void)line;
    return malloc(n);
}

static void *resize(void *p, size_t n, const char *file, int line) {
    (void)file;
    (void)line;
    return realloc(p, n);
}

static void give(void *p, const char *file, int line) {
    (void)file;
    (void)line;
    given_back = given_back || (p && p == watched);
    free(p);
}

/* The status of a child that runs `what`; a child that waits for ever is ended by SIGALRM. */
static int in_child(bool (*what)(void), unsigned patience) {
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(patience);
        _exit(what() ? 0 : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

static void tap(bool ok, const char *what) {
    printf("%sok %d - libp11 hazards: %s\n", ok ? "" : "not ", ++number, what);
    failures += !ok;
}

static void holds(bool (*what)(void), const char *text) {
    int status = in_child(what, EVER);
    tap(WIFEXITED(status) && WEXITSTATUS(status) == 0, text);
}

/* The module itself, initialised, and the slot of its first token. */
struct direct {
    CK_FUNCTION_LIST *f;
    CK_SLOT_ID slot;
};

static bool direct_open(const char *path, struct direct *out) {
    void *library = dlopen(path, RTLD_NOW);
    CK_C_GetFunctionList get = NULL;
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_SLOT_ID ids[MAX];
    CK_ULONG n = MAX;
    *(void **)&get = library ? dlsym(library, "C_GetFunctionList") : NULL;
    if (!get || get(&out->f) != CKR_OK || out->f->C_Initialize(&args) != CKR_OK ||
        out->f->C_GetSlotList(CK_TRUE, ids, &n) != CKR_OK || n == 0)
        return false;
    out->slot = ids[0];
    return true;
}

static CK_RV session_open(const struct direct *d, CK_SESSION_HANDLE *out) {
    return d->f->C_OpenSession(d->slot, CKF_SERIAL_SESSION, NULL, NULL, out);
}

static bool session_lives(const struct direct *d, CK_SESSION_HANDLE session) {
    CK_SESSION_INFO info;
    return d->f->C_GetSessionInfo(session, &info) == CKR_OK;
}

struct listed {
    PKCS11_CTX *ctx;
    PKCS11_SLOT *slots, *slot;
    unsigned n;
};

static bool listed_open(const char *path, struct listed *l) {
    l->ctx = PKCS11_CTX_new();
    if (!l->ctx || PKCS11_CTX_load(l->ctx, path) != 0 ||
        PKCS11_enumerate_slots(l->ctx, &l->slots, &l->n) != 0)
        return false;
    l->slot = PKCS11_find_token(l->ctx, l->slots, l->n);
    return l->slot && l->slot->token && l->slot->token->initialized;
}

static bool certificates(struct listed *l) {
    PKCS11_CERT *certs = NULL;
    unsigned n = 0;
    return PKCS11_enumerate_certs(l->slot->token, &certs, &n) == 0 && n == 1;
}

static int count(void *user, const sign_token *t) {
    *(size_t *)user += t->certificate.len > 0;
    return 0;
}

static sign_rc give_pin(void *user, const sign_secret *ask, char *out, size_t size) {
    (void)ask;
    snprintf(out, size, "%s", (const char *)user);
    return SIGN_OK;
}

static sign_rc open_key(const char *pin, sign_key **key) {
    char text[16];
    snprintf(text, sizeof text, "%s", pin);
    sign_key_options opt = {.size = sizeof opt, .module = token_softhsm(), .secret = give_pin, .user = text};
    return sign_key_open("pkcs11:token=Kart", &opt, key, NULL);
}

/* ---- sessions that cannot be had ---------------------------------------------------------- */

static bool lists_with_sessions(const char *words, bool busy) {
    struct direct d;
    struct listed l = {0};
    CK_SESSION_HANDLE session = 0;
    setenv("P11_QUIRK", words, 1);
    return direct_open(P11_QUIRK, &d) && listed_open(P11_QUIRK, &l) &&
           (!busy || session_open(&d, &session) == CKR_OK) && certificates(&l);
}

static bool one_session_is_free(void) {
    return lists_with_sessions("one", false);
}

static bool no_session_is_free(void) {
    return lists_with_sessions("one", true);
}

static bool library_when_no_session_is_free(void) {
    struct direct d;
    CK_SESSION_HANDLE session = 0;
    size_t n = 0;
    setenv("P11_QUIRK", "one", 1);
    return direct_open(P11_QUIRK, &d) && session_open(&d, &session) == CKR_OK &&
           sign_token_each(P11_QUIRK, count, &n, NULL) == SIGN_OK && n == 0;
}

static void waiting(void) {
    holds(one_session_is_free, "it lists certificates when a session can be had");
    int status = in_child(no_session_is_free, SOON);
    tap(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM, "and waits for ever when none can");
    holds(library_when_no_session_is_free, "sign_token_each returns there");
}

/* ---- sessions that stay, and logins with them ---------------------------------------------- */

/* On a token that has one session it is not there for signing any more. */
static bool its_session_stays(void) {
    struct direct d;
    struct listed l = {0};
    CK_SESSION_HANDLE session = 0;
    setenv("P11_QUIRK", "one", 1);
    return direct_open(P11_QUIRK, &d) && listed_open(P11_QUIRK, &l) && certificates(&l) &&
           session_open(&d, &session) == CKR_SESSION_COUNT;
}

static bool our_sessions_end(void) {
    struct direct d;
    size_t n = 0;
    CK_SESSION_HANDLE session = 0;
    setenv("P11_QUIRK", "one", 1);
    return direct_open(P11_QUIRK, &d) && sign_token_each(P11_QUIRK, count, &n, NULL) == SIGN_OK && n == 1 &&
           session_open(&d, &session) == CKR_OK;
}

/* Opens and closes a key; is the next one opened with a PIN that is wrong? */
static bool login_outlives_the_key(void) {
    sign_key *key = NULL;
    bool opened = open_key(TOKEN_PIN, &key) == SIGN_OK;
    sign_key_free(&key);
    bool again = opened && open_key("999999", &key) == SIGN_OK;
    sign_key_free(&key);
    return again;
}

static bool its_session_keeps_a_login(void) {
    struct listed l = {0};
    return listed_open(token_softhsm(), &l) && certificates(&l) && login_outlives_the_key();
}

static bool without_it_the_login_ends(void) {
    struct listed l = {0};
    return listed_open(token_softhsm(), &l) && !login_outlives_the_key();
}

/* ---- the list of slots ---------------------------------------------------------------------- */

static bool update_frees_what_it_keeps(void) {
    struct listed l = {0};
    if (!listed_open(token_softhsm(), &l) || l.n != 2)
        return false;
    /* It looks for the i-th slot behind the i-th pointer, and these all exist. */
    PKCS11_SLOT *at[] = {&l.slots[0], &l.slots[1]};
    watched = l.slots[0]._private;
    given_back = false;
    return PKCS11_update_slots(l.ctx, at, &l.n) == 0 && l.n == 2 && at[0]->_private == watched && given_back;
}

static bool release_ends_sessions(void) {
    struct direct d;
    struct listed l = {0};
    CK_SESSION_HANDLE session = 0;
    if (!direct_open(token_softhsm(), &d) || !listed_open(token_softhsm(), &l) ||
        session_open(&d, &session) != CKR_OK)
        return false;
    bool lived = session_lives(&d, session);
    PKCS11_release_all_slots(l.ctx, l.slots, l.n);
    return lived && !session_lives(&d, session);
}

/* Twice: the first list comes from libp11, the second from the module. */
static bool our_listing_ends_no_sessions(void) {
    struct direct d;
    CK_SESSION_HANDLE session = 0;
    size_t n = 0;
    return direct_open(token_softhsm(), &d) && session_open(&d, &session) == CKR_OK &&
           sign_token_each(token_softhsm(), count, &n, NULL) == SIGN_OK && session_lives(&d, session) &&
           sign_token_each(token_softhsm(), count, &n, NULL) == SIGN_OK && session_lives(&d, session) &&
           n == 2;
}

/* ---- the module itself ------------------------------------------------------------------------ */

static bool unloading_ends_the_module(void) {
    struct direct d;
    struct listed l = {0};
    CK_INFO info;
    if (!direct_open(token_softhsm(), &d) || !listed_open(token_softhsm(), &l))
        return false;
    PKCS11_CTX_unload(l.ctx);
    return d.f->C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED;
}

static bool arguments_are_refused(void) {
    size_t n = 0;
    setenv("P11_QUIRK", "noargs", 1);
    PKCS11_CTX *ctx = PKCS11_CTX_new();
    return ctx && PKCS11_CTX_load(ctx, P11_QUIRK) != 0 &&
           sign_token_each(P11_QUIRK, count, &n, NULL) == SIGN_OK && n == 1;
}

int main(int argc, char **argv) {
    struct token_box box;
    if (argc < 2 || strcmp(argv[1], "0.4.12") != 0) {
        printf("ok 1 - libp11 hazards # SKIP they are those of 0.4.12\n1..1\n");
        return 0;
    }
    /* Before anything is allocated, or OpenSSL does not take them. */
    bool watching = CRYPTO_set_mem_functions(take, resize, give) == 1;
    bool ready = watching && token_box_open(&box) && token_box_add(&box, "Kart", "nes-p256=01");
    tap(ready, "a token with one key");
    if (ready) {
        waiting();
        holds(its_session_stays, "its session on a token stays open");
        holds(our_sessions_end, "those of sign_token_each do not");
        holds(its_session_keeps_a_login,
              "a login outlives the key because of it: a wrong PIN opens the next one");
        holds(without_it_the_login_ends, "without it the login ends with the key");
        holds(update_frees_what_it_keeps, "PKCS11_update_slots frees the slots that it goes on using");
        holds(release_ends_sessions, "PKCS11_release_all_slots ends sessions that are not its own");
        holds(our_listing_ends_no_sessions, "sign_token_each ends none");
        holds(unloading_ends_the_module, "PKCS11_CTX_unload ends the module for everybody");
        holds(arguments_are_refused,
              "it cannot load a module that refuses arguments, sign_token_each lists it");
        token_box_close(&box);
    }
    printf("1..%d\n", number);
    return failures != 0;
}
