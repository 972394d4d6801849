/* Keys on SoftHSM2 tokens, and on the same token behind a module that misbehaves. */
#include "support/token.h"
#include "base/file.h"
#include "key/token.h"
#include "keys.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct token_box box;

static void setup(void) {
    cr_assert(token_box_open(&box));
}

static void teardown(void) {
    token_box_close(&box);
}

TestSuite(key_token, .init = setup, .fini = teardown, .timeout = 180);

static void add(const char *label, const char *what) {
    cr_assert(token_box_add(&box, label, what), "%s", what);
}

static void expect_cert(const sign_key *key, const char *der) {
    AUTO(sign_buf) want = {0};
    cr_assert_eq(file_read(der, LIMIT_CERTIFICATE, &want, NULL), SIGN_OK);
    cr_assert(bytes_equal(sign_key_certificate(key), BYTES(want.data, want.len)), "not %s", der);
}

Test(key_token, signs_with_every_algorithm) {
    add("Kart", "nes-rsa2048=01 nes-p256=02 nes-p384=03 nes-p521=04");
    static const char *const uris[] = {"pkcs11:token=Kart;id=%01", "pkcs11:token=Kart;object=nes-p256",
                                       "pkcs11:id=%03;type=private", "pkcs11:object=nes-p521;type=cert"};
    static const char *const certs[] = {PKI("nes-rsa2048.der"), PKI("nes-p256.der"), PKI("nes-p384.der"),
                                        PKI("nes-p521.der")};
    for (size_t i = 0; i < 4; i++) {
        AUTO(sign_key_ptr) key = open_key(uris[i], NULL, TOKEN_PIN);
        expect_cert(key, certs[i]);
        sign_all(key);
    }
}

Test(key_token, the_pin_is_asked_once_for_the_token_that_is_named) {
    add("Bir", "nes-p256=01");
    add("İki", "nes-p384=01");
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    AUTO(sign_key_ptr) key = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_key_open("pkcs11:token=%C4%B0ki", &opt, &key, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(a.asked, 1);
    cr_assert_str_eq(a.what, "İki");
    cr_assert(a.last.is_pin && !a.last.count_low && !a.last.final_try);
    expect_cert(key, PKI("nes-p384.der"));
}

Test(key_token, a_wrong_pin_is_tried_once) {
    add("Kart", "nes-p256=01");
    struct asker a = {.answer = "999999"};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_PIN, MSG_PIN_WRONG);
    cr_assert_eq(a.asked, 1);
    a.answer = NULL;
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_PIN, MSG_PIN_NEEDED);
    opt.secret = NULL;
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_PIN, MSG_PIN_NEEDED);
    cr_assert_eq(a.asked, 2);
    AUTO(sign_key_ptr) key = open_key("pkcs11:token=Kart", NULL, TOKEN_PIN);
    sign_all(key);
}

/* What opens the key ends with it: the login is not left behind for whoever comes next in the process. */
Test(key_token, closing_ends_the_login) {
    add("Kart", "nes-p256=01");
    AUTO(sign_key_ptr) key = open_key("pkcs11:token=Kart", NULL, TOKEN_PIN);
    sign_all(key);
    sign_key_free(&key);
    struct asker a = {.answer = "999999"};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_PIN, MSG_PIN_WRONG);
}

Test(key_token, two_keys_of_one_token_at_once) {
    add("Kart", "nes-p256=01 nes-rsa2048=02");
    AUTO(sign_key_ptr) first = open_key("pkcs11:id=%01", NULL, TOKEN_PIN);
    AUTO(sign_key_ptr) second = open_key("pkcs11:id=%02", NULL, TOKEN_PIN);
    sign_all(second);
    sign_key_free(&second);
    sign_all(first);
}

Test(key_token, no_token_and_no_module) {
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    add("Kart", "nes-p256=01");
    refuse_key("pkcs11:token=Baska", &opt, SIGN_E_TOKEN, MSG_NO_TOKEN);
    refuse_key("pkcs11:token=Kart;serial=1", &opt, SIGN_E_TOKEN, MSG_NO_TOKEN);
    refuse_key("pkcs11:token=Kart?module-name=nosuchdriver", &opt, SIGN_E_TOKEN, MSG_MODULE_NONE);
    refuse_key("pkcs11:token=Kart?module-path=lib/a.so", &opt, SIGN_E_TOKEN, MSG_MODULE_PATH);
    opt.module = "/nonexistent/libakisp11.so";
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_TOKEN, MSG_MODULE_LOAD);
    opt.module = "libsofthsm2.so";
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_TOKEN, MSG_MODULE_PATH);
    cr_assert_eq(a.asked, 0);
}

static void write_file(char path[64], const uint8_t *data, size_t n) {
    strcpy(path, "/tmp/kalem-so-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, data, n), (ssize_t)n);
    close(fd);
}

Test(key_token, a_module_for_another_processor_is_called_that) {
    uint8_t elf[64] = "\177ELF";
    elf[4] = sizeof(void *) == 8 ? 1 : 2; /* ELFCLASS32 or 64, whichever we are not */
    elf[18] = 3;                          /* EM_386 */
    char path[64];
    write_file(path, elf, sizeof elf);
    sign_key_options opt = {.size = sizeof opt, .module = path};
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_TOKEN, MSG_MODULE_ARCH);
    unlink(path);
    write_file(path, (const uint8_t *)"text", 4);
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_TOKEN, MSG_MODULE_LOAD);
    unlink(path);
}

Test(key_token, several_certificates_are_listed_without_a_pin) {
    add("Kart", "nes-p256=0a nes-rsa2048=0b");
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    sign_key *key = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_key_open("pkcs11:token=Kart", &opt, &key, &err), SIGN_E_CERTIFICATE);
    cr_assert_str_eq(err.id, message_code(MSG_TOKEN_SEVERAL));
    cr_assert(strstr(err.text, "id=%0A") && strstr(err.text, "id=%0B"), "%s", err.text);
    cr_assert_eq(a.asked, 0);
}

/* The certificate of the CA lies beside: it has no key, and goes into the chain. */
Test(key_token, a_ca_on_the_token_is_chain_and_no_choice) {
    add("Kart", "nes-p256=01 ca-ec=02:cert root-ec=03:cert");
    AUTO(sign_key_ptr) key = open_key("pkcs11:token=Kart", NULL, TOKEN_PIN);
    expect_cert(key, PKI("nes-p256.der"));
    cr_assert_eq(sign_key_chain_count(key), 3);
    sign_all(key);
}

Test(key_token, no_certificate_no_pin) {
    add("Kart", "nes-p256=01:key");
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_CERTIFICATE, MSG_TOKEN_NO_CERT);
    cr_assert_eq(a.asked, 0);
    opt.certificate = PKI("nes-p256.pem");
    AUTO(sign_key_ptr) key = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_key_open("pkcs11:token=Kart", &opt, &key, &err), SIGN_OK, "%s", err.text);
    sign_all(key);
    sign_key_free(&key);
    /* The public keys are compared: the file of another person is refused. */
    opt.certificate = PKI("nes-person2.pem");
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_KEY, MSG_TOKEN_NO_KEY);
    opt.certificate = PKI("nes-rsa2048.pem");
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_KEY, MSG_TOKEN_NO_KEY);
}

Test(key_token, a_certificate_without_its_key) {
    add("Kart", "nes-p256=01:cert nes-rsa2048=01:key");
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    /* Same CKA_ID, but the key is another's. */
    refuse_key("pkcs11:token=Kart;id=%01", &opt, SIGN_E_KEY, MSG_TOKEN_NO_KEY);
}

Test(key_token, four_threads_sign_with_sessions_of_their_own) {
    add("Kart", "nes-p256=01 nes-rsa2048=02");
    AUTO(sign_key_ptr) ec = open_key("pkcs11:id=%01", NULL, TOKEN_PIN);
    cr_assert_eq(sign_together(ec, sigalg(SCHEME_ECDSA, DIGEST_SHA256), 4, 50), 200);
    AUTO(sign_key_ptr) rsa = open_key("pkcs11:id=%02", NULL, TOKEN_PIN);
    cr_assert_eq(sign_together(rsa, sigalg(SCHEME_RSA_PSS, DIGEST_SHA256), 4, 20), 80);
}

Test(key_token, a_child_process_is_told_so) {
    add("Kart", "nes-p256=01");
    sign_key *key = open_key("pkcs11:id=%01", NULL, TOKEN_PIN);
    pid_t child = fork();
    if (child == 0) {
        sign_error err = {0};
        sign_rc rc = sign_once(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), &err);
        _exit(rc == SIGN_E_TOKEN && strcmp(err.id, message_code(MSG_FORKED)) == 0 ? 0 : 1);
    }
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    sign_all(key); /* and the parent's sessions are as they were */
    sign_key_free(&key);
}

/* ---- listing ---------------------------------------------------------------------------- */

struct seen {
    int count, empty, stop_after;
    char uri[4][256];
    char label[4][80];
    int has_key[4];
};

static int see(void *user, const sign_token *t) {
    struct seen *s = user;
    snprintf(s->uri[s->count], sizeof s->uri[0], "%s", t->uri);
    snprintf(s->label[s->count], sizeof s->label[0], "%s", t->label);
    s->has_key[s->count] = t->has_key;
    s->empty += t->certificate.len == 0;
    cr_assert(*t->module == '/' && *t->serial && t->manufacturer && t->model && t->object);
    s->count++;
    return s->count == s->stop_after;
}

Test(key_token, every_certificate_is_told_without_login) {
    add("Kart", "nes-p256=01 nes-rsa2048=ff");
    add("Bos", "");
    struct seen s = {0};
    sign_error err = {0};
    cr_assert_eq(sign_token_each(token_softhsm(), see, &s, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(s.count, 3);
    cr_assert_eq(s.empty, 1);
    for (int i = 0; i < s.count; i++) {
        if (strcmp(s.label[i], "Kart") != 0)
            continue;
        cr_assert_neq(s.has_key[i], 0);
        /* The URI that is told opens the very key. */
        AUTO(sign_key_ptr) key = open_key(s.uri[i], NULL, TOKEN_PIN);
        sign_all(key);
    }
    struct seen first = {.stop_after = 1};
    cr_assert_eq(sign_token_each(NULL, see, &first, NULL), SIGN_OK);
    cr_assert_eq(first.count, 1);
}

Test(key_token, no_token_is_no_failure_of_listing) {
    struct seen none = {0};
    sign_error err = {0};
    cr_assert_eq(sign_token_each(NULL, see, &none, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(none.count, 0);
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    refuse_key("pkcs11:", &opt, SIGN_E_TOKEN, MSG_NO_TOKEN);
    cr_assert_eq(a.asked, 0);
}

Test(key_token, listing_needs_a_module) {
    struct seen s = {0};
    sign_error err = {0};
    cr_assert_eq(sign_token_each("/nonexistent.so", see, &s, &err), SIGN_E_TOKEN);
    cr_assert_eq(sign_token_each("relative.so", see, &s, &err), SIGN_E_TOKEN);
    cr_assert_eq(sign_token_each(NULL, NULL, &s, &err), SIGN_E_ARGUMENT);
    cr_assert_eq(s.count, 0);
}

/* ---- modules that misbehave --------------------------------------------------------------- */

Test(key_token, a_locked_pin) {
    add("Kart", "nes-p256=01");
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, P11_LOCKED);
    refuse_key("pkcs11:token=Kart", &opt, SIGN_E_PIN, MSG_PIN_LOCKED);
    cr_assert_eq(a.asked, 1);
}

static sign_key_options quirk(struct asker *a, const char *words) {
    setenv("P11_QUIRK", words, 1);
    return asker_options(a, NULL, P11_QUIRK);
}

static sign_key *open_quirk(const char *words, const char *where) {
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = quirk(&a, words);
    sign_key *key = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_key_open(where, &opt, &key, &err), SIGN_OK, "%s: %s", words, err.text);
    return key;
}

/* A token that says it is locked, or has no PIN yet, is not asked a PIN for. */
Test(key_token, flags_are_looked_at_before_the_pin_is_asked) {
    add("Kart", "nes-p256=01");
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = quirk(&a, "pin-locked");
    refuse_key("pkcs11:id=%01", &opt, SIGN_E_PIN, MSG_PIN_LOCKED);
    opt = quirk(&a, "pin-unset");
    refuse_key("pkcs11:id=%01", &opt, SIGN_E_PIN, MSG_PIN_UNSET);
    cr_assert_eq(a.asked, 0);
    a.answer = "999999";
    opt = quirk(&a, "pin-low pin-final");
    refuse_key("pkcs11:id=%01", &opt, SIGN_E_PIN, MSG_PIN_WRONG_FINAL);
    cr_assert(a.asked == 1 && a.last.count_low && a.last.final_try);
    struct seen s = {0};
    setenv("P11_QUIRK", "", 1);
    cr_assert_eq(sign_token_each(P11_QUIRK, see, &s, NULL), SIGN_OK);
    cr_assert_eq(s.count, 1);
}

Test(key_token, a_pin_pad_takes_the_pin_itself) {
    add("Kart", "nes-p256=01");
    struct asker a = {0};
    sign_key_options opt = quirk(&a, "pinpad");
    AUTO(sign_key_ptr) key = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_key_open("pkcs11:id=%01", &opt, &key, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(a.asked, 0);
    sign_all(key);
}

/* AKİS: C_Initialize takes NULL only, and the module fails when two threads are in it. */
Test(key_token, a_module_that_cannot_lock_is_called_by_one_at_a_time) {
    add("Kart", "nes-p256=01");
    AUTO(sign_key_ptr) key = open_quirk("noargs", "pkcs11:id=%01");
    cr_assert_eq(sign_together(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), 4, 10), 40);
}

Test(key_token, fewer_sessions_than_threads) {
    add("Kart", "nes-p256=01");
    AUTO(sign_key_ptr) key = open_quirk("two", "pkcs11:id=%01");
    cr_assert_eq(sign_together(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), 6, 20), 120);
    sign_key_free(&key);
    key = open_quirk("one", "pkcs11:id=%01");
    cr_assert_eq(sign_together(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), 4, 20), 80);
}

Test(key_token, a_lost_session_is_opened_anew_once) {
    add("Kart", "nes-p256=01");
    AUTO(sign_key_ptr) key = open_quirk("", "pkcs11:id=%01");
    /* A second key keeps the login while the first one's only session is gone. */
    AUTO(sign_key_ptr) other = open_quirk("", "pkcs11:id=%01");
    setenv("P11_QUIRK", "lost", 1);
    sign_error err = {0};
    cr_assert_eq(sign_once(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), &err), SIGN_OK, "%s", err.text);
    setenv("P11_QUIRK", "removed", 1);
    cr_assert_eq(sign_once(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), &err), SIGN_E_TOKEN);
    cr_assert_str_eq(err.id, message_code(MSG_TOKEN_GONE));
    setenv("P11_QUIRK", "", 1);
    cr_assert_eq(sign_once(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), &err), SIGN_OK, "%s", err.text);
    sign_all(other);
}

Test(key_token, a_key_that_wants_the_pin_for_every_signature) {
    add("Kart", "nes-rsa2048=01");
    AUTO(sign_key_ptr) key = open_quirk("always", "pkcs11:id=%01");
    sign_all(key);
    cr_assert_eq(sign_together(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), 4, 5), 20);
}

/* With its PIN at hand such a key logs in anew when the only session, and the login with it, was lost. */
Test(key_token, a_lost_login_is_renewed_where_the_pin_is_kept) {
    add("Kart", "nes-rsa2048=01");
    AUTO(sign_key_ptr) key = open_quirk("always", "pkcs11:id=%01");
    setenv("P11_QUIRK", "always lost", 1);
    sign_error err = {0};
    cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), &err), SIGN_OK, "%s", err.text);
}

/* Nor does it stay lost when somebody tried to sign while the card was out. */
Test(key_token, a_card_that_comes_back_is_logged_in_to_where_the_pin_is_kept) {
    add("Kart", "nes-rsa2048=01");
    AUTO(sign_key_ptr) key = open_quirk("always", "pkcs11:id=%01");
    setenv("P11_QUIRK", "always removed", 1);
    sign_error err = {0};
    for (int i = 0; i < 2; i++)
        cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), &err), SIGN_E_TOKEN);
    setenv("P11_QUIRK", "always", 1);
    cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), &err), SIGN_OK, "%s", err.text);
    sign_all(key);
}

/* A PIN that is not right any more is tried once: three times would lock the card. */
Test(key_token, a_pin_that_was_changed_is_tried_once) {
    add("Kart", "nes-rsa2048=01");
    AUTO(sign_key_ptr) key = open_quirk("always", "pkcs11:id=%01");
    sign_error err = {0};
    static const char *const words[] = {"always removed", "always changed", "always"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        setenv("P11_QUIRK", words[i], 1);
        cr_assert_neq(sign_once(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), &err), SIGN_OK, "%s", words[i]);
    }
}

/* As many sessions as threads have signed at once: that all of them ended fails no signature. */
Test(key_token, all_sessions_may_be_lost_at_once) {
    add("Kart", "nes-p256=01");
    AUTO(sign_key_ptr) key = open_quirk("", "pkcs11:id=%01");
    AUTO(sign_key_ptr) other = open_quirk("", "pkcs11:id=%01"); /* keeps the login */
    struct token *t = key->state;
    CK_SESSION_HANDLE sessions[4];
    bool fresh;
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(token_session(t, &sessions[i], &fresh, NULL), SIGN_OK);
    for (size_t i = 0; i < 4; i++)
        token_give(t, sessions[i]);
    setenv("P11_QUIRK", "stale", 1);
    sign_error err = {0};
    cr_assert_eq(sign_once(key, sigalg(SCHEME_ECDSA, DIGEST_SHA256), &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(t->n_open, 1);
    sign_all(other);
}

/* Without it nobody can: the caller is told to open the key again, and nothing hangs. */
Test(key_token, a_lost_login_is_told) {
    add("Kart", "nes-rsa2048=01");
    AUTO(sign_key_ptr) key = open_quirk("", "pkcs11:id=%01");
    setenv("P11_QUIRK", "lost", 1);
    sign_error err = {0};
    cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), &err), SIGN_E_TOKEN);
    cr_assert_str_eq(err.id, message_code(MSG_TOKEN_GONE), "%s", err.text);
}

/* Neither object has a CKA_ID: the label decides when it is clear, and the public key in any case. */
Test(key_token, objects_without_id) {
    add("Kart", "nes-p256=01:key nes-rsa2048=02:key");
    char command[600];
    static const char *const names[] = {"nes-p256", "nes-rsa2048"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(command, sizeof command,
                 "pkcs11-tool --module %s --token-label Kart --login --pin " TOKEN_PIN
                 " --write-object " SIGN_TEST_PKI "/%s.der --type cert --label %s >/dev/null 2>&1",
                 token_softhsm(), names[i], names[i]);
        cr_assert_eq(system(command), 0);
    }
    AUTO(sign_key_ptr) rsa = open_key("pkcs11:object=nes-rsa2048", NULL, TOKEN_PIN);
    expect_cert(rsa, PKI("nes-rsa2048.der"));
    sign_all(rsa);
    AUTO(sign_key_ptr) ec = open_key("pkcs11:object=nes-p256", NULL, TOKEN_PIN);
    expect_cert(ec, PKI("nes-p256.der"));
    sign_all(ec);
}

/* Two certificates for one key (a renewed one beside the old): the list shows both, the label chooses. */
Test(key_token, two_certificates_of_one_key) {
    add("Kart", "nes-p256=01 nes-person2=01:cert");
    struct asker a = {.answer = TOKEN_PIN};
    sign_key_options opt = asker_options(&a, NULL, NULL);
    refuse_key("pkcs11:id=%01", &opt, SIGN_E_CERTIFICATE, MSG_TOKEN_SEVERAL);
    AUTO(sign_key_ptr) key = open_key("pkcs11:object=nes-p256;id=%01;type=cert", NULL, TOKEN_PIN);
    expect_cert(key, PKI("nes-p256.der"));
}

/* A card of an old driver: a label that is no UTF-8 but Windows-1254. */
Test(key_token, labels_in_windows_1254) {
    struct slots found = {0};
    struct module *m = NULL;
    add("\xdd\xd0ne", "nes-p256=01");
    cr_assert_eq(module_load(token_softhsm(), &m, NULL), SIGN_OK);
    cr_assert_eq(slots_read(m, NULL, &found, NULL), SIGN_OK);
    cr_assert_eq(found.n, 1);
    cr_assert_str_eq(found.at[0].label, "İĞne");
    slots_free(&found);
    AUTO(sign_key_ptr) key = open_key("pkcs11:token=%C4%B0%C4%9Ene", NULL, TOKEN_PIN);
    expect_cert(key, PKI("nes-p256.der"));
}

/* ---- libp11's part ------------------------------------------------------------------------ */

static struct module *module_of(const char *path) {
    struct module *m = NULL;
    sign_error err = {0};
    cr_assert_eq(module_load(path, &m, &err), SIGN_OK, "%s", err.text);
    return m;
}

static const CK_FLAGS flags_told = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED |
                                   CKF_PROTECTED_AUTHENTICATION_PATH | CKF_USER_PIN_COUNT_LOW |
                                   CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;

static void expect_same_slots(const slots *a, const slots *b) {
    cr_assert_eq(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const struct slot *one = &a->at[i], *two = &b->at[i];
        cr_assert_eq(one->id, two->id);
        cr_assert_eq(one->flags & flags_told, two->flags & flags_told);
        cr_assert_str_eq(one->label, two->label);
        cr_assert_str_eq(one->manufacturer, two->manufacturer);
        cr_assert_str_eq(one->model, two->model);
        cr_assert_str_eq(one->serial, two->serial);
    }
}

static void lists_alike(const char *words) {
    AUTO(slots) by_libp11 = {0};
    AUTO(slots) by_module = {0};
    setenv("P11_QUIRK", words, 1);
    struct module *m = module_of(P11_QUIRK);
    cr_assert(m->lists && !m->slots);
    cr_assert_eq(slots_read(m, NULL, &by_libp11, NULL), SIGN_OK);
    cr_assert(!m->lists && m->slots && m->n_slots == 3, "libp11 was not asked");
    cr_assert_eq(slots_read(m, NULL, &by_module, NULL), SIGN_OK);
    cr_assert_eq(by_libp11.n, 2);
    expect_same_slots(&by_libp11, &by_module);
    slot_refresh(m, &by_libp11.at[0]);
    cr_assert_eq(by_libp11.at[0].max_sessions, by_module.at[0].max_sessions);
}

/* The first list of a module comes through libp11, the next ones from the module: there is no difference. */
Test(key_token, libp11_and_the_module_tell_the_same_tokens) {
    add("Kart", "nes-p256=01");
    add("\xdd\xd0ne", "");
    lists_alike("");
}

Test(key_token, libp11_and_the_module_tell_the_same_flags) {
    add("Kart", "");
    add("Bos", "");
    lists_alike("one pin-low pin-final pin-locked pin-unset pinpad");
}

static CK_FUNCTION_LIST *whole, broken;
static CK_SLOT_ID broken_slot;

static CK_RV token_info_fails(CK_SLOT_ID slot, CK_TOKEN_INFO *info) {
    return slot == broken_slot ? CKR_DEVICE_ERROR : whole->C_GetTokenInfo(slot, info);
}

/* A reader that fails would make libp11 end the sessions on the others: it is not asked, and they are found.
 */
Test(key_token, a_slot_that_fails_hides_no_other) {
    add("Bir", "nes-p256=01");
    add("Iki", "nes-p256=01");
    struct module *m = module_of(token_softhsm());
    AUTO(slots) found = {0};
    CK_SLOT_ID ids[8];
    CK_ULONG n = 8;
    cr_assert_eq(m->f->C_GetSlotList(CK_TRUE, ids, &n), CKR_OK);
    whole = m->f;
    broken = *whole;
    broken.C_GetTokenInfo = token_info_fails;
    broken_slot = ids[0];
    m->f = &broken;
    cr_assert_eq(slots_read(m, NULL, &found, NULL), SIGN_OK);
    cr_assert_eq(found.n, 1);
    cr_assert_eq(found.at[0].id, ids[1]);
    cr_assert_null(m->slots);
}

/* One that refuses CK_C_INITIALIZE_ARGS to the end is no module for libp11, and one lock is for all its keys.
 */
Test(key_token, a_module_that_libp11_cannot_load) {
    add("Kart", "nes-p256=01 nes-rsa2048=02");
    AUTO(sign_key_ptr) first = open_quirk("noargs", "pkcs11:id=%01");
    AUTO(sign_key_ptr) second = open_quirk("noargs", "pkcs11:id=%02");
    struct module *m = module_of(P11_QUIRK);
    cr_assert(m->single && !m->lists && !m->slots);
    const struct token *one = first->state, *two = second->state;
    cr_assert(one->module == m && two->module == m);
}

/* Another user of the module in this process may have ended it. */
Test(key_token, a_module_that_was_finalised_is_started_anew) {
    add("Kart", "nes-p256=01");
    struct seen s = {0};
    cr_assert_eq(sign_token_each(token_softhsm(), see, &s, NULL), SIGN_OK);
    cr_assert_eq(module_of(token_softhsm())->f->C_Finalize(NULL), CKR_OK);
    cr_assert_eq(sign_token_each(token_softhsm(), see, &s, NULL), SIGN_OK);
    cr_assert_eq(s.count, 2);
    AUTO(sign_key_ptr) key = open_key("pkcs11:token=Kart", NULL, TOKEN_PIN);
    sign_all(key);
}

/* PKCS#11 v2.40, 5.4: a child process has nothing of its parent's initialisation, so it begins anew. */
Test(key_token, a_child_process_lists_and_opens_its_own) {
    add("Kart", "nes-p256=01");
    AUTO(sign_key_ptr) key = open_key("pkcs11:id=%01", NULL, TOKEN_PIN);
    struct module *parents = module_of(token_softhsm());
    pid_t child = fork();
    if (child == 0) {
        struct seen s = {0};
        sign_rc rc = sign_token_each(token_softhsm(), see, &s, NULL);
        sign_key *own = open_key("pkcs11:id=%01", NULL, TOKEN_PIN);
        bool good = rc == SIGN_OK && s.count == 1 && module_of(token_softhsm()) != parents &&
                    sign_once(own, sigalg(SCHEME_ECDSA, DIGEST_SHA256), NULL) == SIGN_OK;
        _exit(good ? 0 : 1);
    }
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    sign_all(key);
}

static void *list_many(void *failed) {
    for (int i = 0; i < 20; i++) {
        struct module *m = NULL;
        AUTO(slots) found = {0};
        if (module_load(token_softhsm(), &m, NULL) != SIGN_OK ||
            slots_read(m, NULL, &found, NULL) != SIGN_OK || found.n != 1)
            *(_Atomic int *)failed = 1;
    }
    return NULL;
}

Test(key_token, threads_list_together) {
    add("Kart", "nes-p256=01");
    pthread_t threads[4];
    _Atomic int failed = 0;
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, list_many, &failed), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(failed, 0);
}

/* Which modules are tried: what is named alone; else what p11-kit and the known list have, each once and
 * absolute. */
Test(key_token, discovery) {
    AUTO(paths) given = {0};
    AUTO(paths) by_variable = {0};
    AUTO(paths) all = {0};
    bool named = false;
    cr_assert_eq(modules_find(P11_LOCKED, NULL, &given, &named, NULL), SIGN_OK);
    cr_assert(named && given.n == 1);
    setenv("KALEM_PKCS11_MODULE", P11_QUIRK, 1);
    cr_assert_eq(modules_find(NULL, NULL, &by_variable, &named, NULL), SIGN_OK);
    cr_assert(named && by_variable.n == 1 && strstr(by_variable.at[0], "p11_quirk.so"));
    unsetenv("KALEM_PKCS11_MODULE");
    cr_assert_eq(modules_find(NULL, NULL, &all, &named, NULL), SIGN_OK);
    int softhsm = 0;
    for (size_t i = 0; i < all.n; i++) {
        cr_assert_eq(*all.at[i], '/');
        softhsm += strstr(all.at[i], "libsofthsm2.so") != NULL;
        for (size_t j = 0; j < i; j++)
            cr_assert_str_neq(all.at[i], all.at[j]);
    }
    cr_assert(!named && softhsm == 1);
    uri u = {0};
    AUTO(paths) by_name = {0};
    cr_assert_eq(uri_parse("pkcs11:?module-name=softhsm2", &u, NULL), SIGN_OK);
    cr_assert_eq(modules_find(NULL, &u, &by_name, &named, NULL), SIGN_OK);
    cr_assert(named && by_name.n == 1 && strstr(by_name.at[0], "libsofthsm2.so"));
    uri_free(&u);
}

/* Nothing is named: every module found is looked into, and those that do not work are passed over. */
Test(key_token, a_key_is_found_through_discovery) {
    add("Kart", "nes-p256=01");
    unsetenv("KALEM_PKCS11_MODULE");
    AUTO(sign_key_ptr) key = open_key("pkcs11:token=Kart", NULL, TOKEN_PIN);
    sign_all(key);
    struct seen s = {0};
    cr_assert_eq(sign_token_each(NULL, see, &s, NULL), SIGN_OK);
    cr_assert_eq(s.count, 1);
}

Test(key_token, values_of_the_wrong_length_are_refused) {
    add("Kart", "nes-p256=01 nes-rsa2048=02");
    AUTO(sign_key_ptr) ec = open_quirk("odd", "pkcs11:id=%01");
    cr_assert_eq(sign_once(ec, sigalg(SCHEME_ECDSA, DIGEST_SHA256), NULL), SIGN_E_KEY);
    AUTO(sign_key_ptr) rsa = open_quirk("odd", "pkcs11:id=%02");
    cr_assert_eq(sign_once(rsa, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), NULL), SIGN_E_KEY);
}

Test(key_token, pss_only_where_the_token_lists_it) {
    add("Kart", "nes-rsa2048=01");
    AUTO(sign_key_ptr) key = open_quirk("nopss", "pkcs11:id=%01");
    sign_error err = {0};
    cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PSS, DIGEST_SHA256), &err), SIGN_E_UNSUPPORTED);
    cr_assert_str_eq(err.id, message_code(MSG_KEY_SCHEME));
    cr_assert_eq(sign_once(key, sigalg(SCHEME_RSA_PKCS1, DIGEST_SHA256), &err), SIGN_OK, "%s", err.text);
}
