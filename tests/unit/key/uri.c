/* RFC 7512 URIs. */
#include "key/uri.h"
#include "keys.h"

Test(key_uri, attributes) {
    AUTO(uri) u = {0};
    sign_error err = {0};
    cr_assert_eq(
        uri_parse("pkcs11:token=E-%C4%B0mza;manufacturer=X%20Y;serial=00A;model=M;object=nes;type=private;"
                  "id=%00%FFa;slot-id=42?module-path=/usr/lib/a.so&module-name=b",
                  &u, &err),
        SIGN_OK, "%s", err.text);
    cr_assert_str_eq(u.token, "E-İmza");
    cr_assert_str_eq(u.manufacturer, "X Y");
    cr_assert_str_eq(u.serial, "00A");
    cr_assert_str_eq(u.model, "M");
    cr_assert_str_eq(u.object, "nes");
    cr_assert_str_eq(u.type, "private");
    cr_assert(u.has_id && bytes_equal(BYTES(u.id.data, u.id.len), BYTES("\0\xff\x61", 3)));
    cr_assert(u.has_slot && u.slot == 42);
    cr_assert_str_eq(u.module_path, "/usr/lib/a.so");
    cr_assert_str_eq(u.module_name, "b");
}

Test(key_uri, refused) {
    static const struct {
        const char *text;
        sign_rc rc;
    } cases[] = {
        {"pkcs11:token=a?pin-value=1234", SIGN_E_ARGUMENT},
        {"pkcs11:?module-name=a&pin-value=1", SIGN_E_ARGUMENT},
        {"pkcs11:token=a?pin-source=file:/x", SIGN_E_ARGUMENT},
        {"pkcs11:token=a;token=b", SIGN_E_ARGUMENT},
        {"pkcs11:id=%01;id=%01", SIGN_E_ARGUMENT},
        {"pkcs11:slot-id=1;slot-id=1", SIGN_E_ARGUMENT},
        {"pkcs11:slot-id=x", SIGN_E_ARGUMENT},
        {"pkcs11:slot-id=99999999999999999999", SIGN_E_ARGUMENT},
        {"pkcs11:token", SIGN_E_ARGUMENT},
        {"pkcs11:token=%4", SIGN_E_ARGUMENT},
        {"pkcs11:token=%ff", SIGN_E_ARGUMENT},
        {"pkcs11:token=a%00b", SIGN_E_ARGUMENT},
        {"pkcs11:type=secret-key", SIGN_E_ARGUMENT},
        {"pkcs11:library-version=3", SIGN_E_UNSUPPORTED},
        {"pkcs11:module-path=/x", SIGN_E_UNSUPPORTED}, /* a query attribute in the path */
        {"PKCS11:token=a", SIGN_E_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uri u = {0};
        cr_assert_eq(uri_parse(cases[i].text, &u, NULL), cases[i].rc, "%s", cases[i].text);
        cr_assert_null(u.token);
    }
}

/* The refusal must not repeat the PIN into logs. */
Test(key_uri, a_pin_is_not_repeated) {
    sign_key *key = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_key_open("pkcs11:token=a?pin-value=271828", NULL, &key, &err), SIGN_E_ARGUMENT);
    cr_assert_null(strstr(err.text, "271828"));
    cr_assert_null(strstr(err.args, "271828"));
}

Test(key_uri, what_is_written_reads_back) {
    static const char *const texts[] = {
        "pkcs11:", "pkcs11:token=a%20b%3B%25;id=%01%AB",
        "pkcs11:model=m;manufacturer=c%C3%A7;serial=1;token=t;object=o;type=cert"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        AUTO(uri) u = {0};
        AUTO(grow) g = {0};
        cr_assert_eq(uri_parse(texts[i], &u, NULL), SIGN_OK);
        uri_write(&u, &g);
        grow_byte(&g, 0);
        cr_assert_str_eq((char *)g.data, texts[i]);
    }
}
