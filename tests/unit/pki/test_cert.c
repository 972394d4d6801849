/* Certificates, names and caches for themselves. */
#include "base/text.h"
#include "mint.h"
#include <pthread.h>

static struct crypto *crypto(void) {
    struct crypto *c = NULL;
    cr_assert_eq(crypto_new(&c, NULL), SIGN_OK);
    return c;
}

Test(pki_cert, facts) {
    EVP_PKEY *key = mint_key();
    const struct mint_cert m = {.subject = "Ali",
                                .issuer = "CA",
                                .key = key,
                                .issuer_key = key,
                                .serial = 0x8001,
                                .ca = 1,
                                .path_len = 3,
                                .key_usage = KU_CERT_SIGN | KU_DIGITAL_SIGNATURE,
                                .ski = "abc",
                                .aki = "xyz"};
    AUTO(sign_buf) der = mint_cert(&m);
    AUTO(crypto_ptr) c = crypto();
    AUTO(pki_cert_ptr) cert = NULL;
    cr_assert_eq(pki_cert_read(c, view(der), &cert, NULL), SIGN_OK);
    cr_assert(bytes_equal(cert->der, view(der)) && cert->der.data != der.data);
    cr_assert_eq(cert->not_before, T2020);
    cr_assert_eq(cert->not_after, T2030);
    cr_assert_eq(cert->key_usage, m.key_usage);
    cr_assert(cert->has_basic && cert->is_ca && cert->path_len == 3);
    cr_assert(bytes_equal(cert->ski, BYTES_STR("abc")) && bytes_equal(cert->aki, BYTES_STR("xyz")));
    cr_assert(!cert->self_issued && !cert->unknown_critical);
    AUTO(grow) hex = {0};
    pki_serial_hex(cert->serial, &hex);
    cr_assert(bytes_equal(BYTES(hex.data, hex.len), BYTES_STR("8001")));
    const struct crypto_pubkey *first, *second;
    cr_assert(pki_cert_key(cert, &first, NULL) == SIGN_OK && pki_cert_key(cert, &second, NULL) == SIGN_OK);
    cr_assert_eq(first, second);
    EVP_PKEY_free(key);
}

/* A subject with a serialNumber, and with letters that RFC 4514 escapes; or an empty one. */
static sign_buf subject_of(const char *number, const char *cn) {
    AUTO(der_builder) b = {0};
    const char *const values[] = {number, cn};
    static const enum oid types[] = {OID_DN_SERIAL_NUMBER, OID_DN_COMMON_NAME};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    for (size_t i = 0; i < 2; i++) {
        if (values[i] == NULL)
            continue;
        der_begin(&b, DER_SET);
        der_begin(&b, DER_SEQUENCE);
        der_put_oid(&b, types[i]);
        der_put(&b, DER_UTF8, BYTES(values[i], strlen(values[i])));
        der_end(&b);
        der_end(&b);
    }
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static void same_text(sign_bytes shown, bool there, const grow *text, size_t row) {
    cr_expect_eq(shown.data != NULL, there, "%zu", row);
    cr_expect(bytes_equal(shown, there ? BYTES(text->data, text->len) : (sign_bytes){0}), "%zu: %.*s", row,
              (int)shown.len, (const char *)shown.data);
}

/* What is kept is to the letter what it costs to make anew. */
static void same_texts(const struct pki_cert *cert, const struct pki_cert_shown *shown, size_t row) {
    AUTO(grow) subject = {0};
    AUTO(grow) issuer = {0};
    AUTO(grow) person = {0};
    AUTO(grow) serial = {0};
    char hex[65];
    same_text(shown->text[SHOWN_SUBJECT], pki_name_text(cert->subject, &subject), &subject, row);
    same_text(shown->text[SHOWN_ISSUER], pki_name_text(cert->issuer, &issuer), &issuer, row);
    same_text(shown->text[SHOWN_PERSON], pki_name_attribute(cert->subject, OID_DN_SERIAL_NUMBER, &person),
              &person, row);
    pki_serial_hex(cert->serial, &serial);
    same_text(shown->text[SHOWN_SERIAL], true, &serial, row);
    text_hex(BYTES(cert->sha256, sizeof cert->sha256), hex);
    cr_expect_str_eq(shown->sha256, hex, "%zu", row);
    cr_expect_eq(shown->kind, pki_cert_kind(cert), "%zu", row);
}

Test(pki_cert, shown) {
    static const struct {
        const char *number, *cn, *subject;
    } rows[] = {{"12345678901",
                 "Ay\xc5\x9f"
                 "e, \"A\"",
                 "CN=Ay\xc5\x9f"
                 "e\\, \\\"A\\\",serialNumber=12345678901"},
                {NULL, "Ali", "CN=Ali"},
                {"", "Ali", "CN=Ali,serialNumber="},
                {NULL, NULL, ""}};
    EVP_PKEY *key = mint_key();
    AUTO(crypto_ptr) c = crypto();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(sign_buf) name = subject_of(rows[i].number, rows[i].cn);
        const struct mint_cert m = {.subject_name = view(name),
                                    .issuer = "CA",
                                    .key = key,
                                    .issuer_key = key,
                                    .serial = 0x8001,
                                    .key_usage = KU_NON_REPUDIATION};
        AUTO(sign_buf) der = mint_cert(&m);
        AUTO(pki_cert_ptr) cert = NULL;
        cr_assert_eq(pki_cert_read(c, view(der), &cert, NULL), SIGN_OK);
        const struct pki_cert_shown *shown = pki_cert_show(cert);
        cr_assert_not_null(shown);
        same_texts(cert, shown, i);
        cr_expect(bytes_equal(shown->text[SHOWN_SUBJECT], BYTES(rows[i].subject, strlen(rows[i].subject))),
                  "%zu: %.*s", i, (int)shown->text[SHOWN_SUBJECT].len,
                  (const char *)shown->text[SHOWN_SUBJECT].data);
        cr_expect(bytes_equal(shown->text[SHOWN_SERIAL], BYTES_STR("8001")));
        cr_expect_eq(pki_cert_show(cert), shown, "made once");
    }
    EVP_PKEY_free(key);
}

struct onlooker {
    pthread_t thread;
    pthread_barrier_t *together;
    struct pki_cert *cert; /* counted */
    const struct pki_cert_shown *seen;
};

static void *look(void *user) {
    struct onlooker *o = user;
    (void)pthread_barrier_wait(o->together);
    o->seen = pki_cert_show(o->cert);
    return NULL;
}

/* All who show a certificate at the same time have the same texts, and those that lost are freed. */
Test(pki_cert, shown_by_many_threads) {
    enum { THREADS = 8, ROUNDS = 50 };
    EVP_PKEY *key = mint_key();
    const struct mint_cert m = {
        .subject = "Ali", .issuer = "CA", .key = key, .issuer_key = key, .key_usage = KU_NON_REPUDIATION};
    AUTO(sign_buf) der = mint_cert(&m);
    AUTO(crypto_ptr) c = crypto();
    pthread_barrier_t together;
    cr_assert_eq(pthread_barrier_init(&together, NULL, THREADS), 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct onlooker all[THREADS];
        AUTO(pki_cert_ptr) cert = NULL;
        cr_assert_eq(pki_cert_read(c, view(der), &cert, NULL), SIGN_OK);
        for (size_t i = 0; i < THREADS; i++) {
            all[i] = (struct onlooker){.together = &together, .cert = pki_cert_keep(cert)};
            cr_assert_eq(pthread_create(&all[i].thread, NULL, look, &all[i]), 0);
        }
        for (size_t i = 0; i < THREADS; i++)
            cr_assert_eq(pthread_join(all[i].thread, NULL), 0);
        for (size_t i = 0; i < THREADS; i++)
            pki_cert_free(&all[i].cert);
        same_texts(cert, pki_cert_show(cert), round);
        for (size_t i = 0; i < THREADS; i++)
            cr_expect_eq(all[i].seen, pki_cert_show(cert), "%zu, %zu", round, i);
    }
    pthread_barrier_destroy(&together);
    EVP_PKEY_free(key);
}

Test(pki_cert, malformed) {
    EVP_PKEY *key = mint_key();
    struct mint_cert m = {
        .subject = "A", .issuer = "A", .key = key, .issuer_key = key, .key_usage = KU_NON_REPUDIATION};
    AUTO(sign_buf) der = mint_cert(&m);
    AUTO(crypto_ptr) c = crypto();
    struct pki_cert *cert = NULL;
    sign_error err = {0};
    for (size_t n = 0; n < der.len; n++)
        cr_assert_eq(pki_cert_read(c, BYTES(der.data, n), &cert, &err), SIGN_E_FORMAT, "%zu", n);
    AUTO(grow) longer = {0};
    grow_put(&longer, der.data, der.len);
    grow_byte(&longer, 0);
    cr_assert_eq(pki_cert_read(c, BYTES(longer.data, longer.len), &cert, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(err.id, "E5007");
    m.twice = true; /* RFC 5280, 4.2 */
    AUTO(sign_buf) twice = mint_cert(&m);
    cr_assert_eq(pki_cert_read(c, view(twice), &cert, &err), SIGN_E_FORMAT);
    cr_assert(strstr(err.text, "twice") != NULL, "%s", err.text);
    AUTO(sign_buf) large = {.data = calloc(1, LIMIT_CERTIFICATE + 1), .len = LIMIT_CERTIFICATE + 1};
    cr_assert_eq(pki_cert_read(c, view(large), &cert, &err), SIGN_E_LIMIT);
    cr_assert_null(cert);
    EVP_PKEY_free(key);
}

struct part {
    enum oid type;
    uint8_t tag;
    const char *value;
    bool joined; /* to the RDN before */
};

static sign_buf name_of(const struct part *parts, size_t n) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        if (!parts[i].joined)
            der_begin(&b, DER_SET);
        der_begin(&b, DER_SEQUENCE);
        der_put_oid(&b, parts[i].type);
        der_put(&b, parts[i].tag, BYTES_STR(parts[i].value));
        der_end(&b);
        if (i + 1 == n || !parts[i + 1].joined)
            der_end(&b);
    }
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static void text_is(const struct part *parts, size_t n, const char *wanted) {
    AUTO(sign_buf) name = name_of(parts, n);
    AUTO(grow) text = {0};
    cr_assert(pki_name_text(view(name), &text));
    grow_byte(&text, 0);
    cr_expect_str_eq((char *)text.data, wanted);
}

/* RFC 4514, 2.1 to 2.4 */
Test(pki_name, text) {
    const struct part plain[] = {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false},
                                 {OID_DN_SERIAL_NUMBER, DER_PRINTABLE, "10000000146", false},
                                 {OID_DN_COMMON_NAME, DER_UTF8, "AYŞE ÇINAR", false}};
    text_is(plain, 3, "CN=AYŞE ÇINAR,serialNumber=10000000146,C=TR");
    const struct part joined[] = {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false},
                                  {OID_DN_COMMON_NAME, DER_UTF8, "A", false},
                                  {OID_DN_SURNAME, DER_UTF8, "B", true}};
    text_is(joined, 3, "CN=A+SN=B,C=TR");
    const struct part odd[] = {{OID_DN_COMMON_NAME, DER_UTF8, " #a,b+c\"d\\e<f>g;h ", false}};
    text_is(odd, 1, "CN=\\ #a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h\\ ");
    const struct part sharp[] = {{OID_DN_COMMON_NAME, DER_UTF8, "#x", false}};
    text_is(sharp, 1, "CN=\\#x");
    const struct part binary[] = {{OID_DN_COMMON_NAME, DER_OCTET_STRING, "xy", false}};
    text_is(binary, 1, "CN=#04027879");
    text_is(plain, 0, "");
}

static bool same(const struct part a, const struct part b) {
    AUTO(sign_buf) x = name_of(&a, 1);
    AUTO(sign_buf) y = name_of(&b, 1);
    return pki_name_equal(view(x), view(y));
}

static void compared_as_keys(sign_bytes a, sign_bytes b, const char *what) {
    AUTO(grow) x = {0};
    AUTO(grow) y = {0};
    bool same = bytes_equal(a, b) || (pki_name_key(a, &x) && pki_name_key(b, &y) &&
                                      bytes_equal(BYTES(x.data, x.len), BYTES(y.data, y.len)));
    cr_expect_eq(pki_name_equal(a, b), same, "%s", what);
}

/* Two names are equal when the keys are by which they are found, malformed ones too. */
Test(pki_name, equality_is_that_of_keys) {
    enum { NAMES = 10 };
    static const struct part parts[NAMES][3] = {
        {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false}, {OID_DN_COMMON_NAME, DER_UTF8, "Ali", false}},
        {{OID_DN_COUNTRY, DER_UTF8, "tr", false}, {OID_DN_COMMON_NAME, DER_PRINTABLE, " ALI ", false}},
        {{OID_DN_COUNTRY, DER_UTF8, "tr", false}, {OID_DN_COMMON_NAME, DER_UTF8, "Al", false}},
        {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false}, {OID_DN_COMMON_NAME, DER_OCTET_STRING, "Ali", false}},
        {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false}, {OID_DN_COMMON_NAME, DER_OCTET_STRING, "ali", false}},
        {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false}, {OID_DN_SURNAME, DER_UTF8, "Ali", false}},
        {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false}, {OID_DN_COMMON_NAME, DER_UTF8, "Ali", true}},
        {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false}, {OID_DN_COMMON_NAME, DER_UTF8, "", false}},
        {{OID_DN_COMMON_NAME, DER_UTF8, "Ali", false}, {OID_DN_COUNTRY, DER_PRINTABLE, "TR", false}},
        {{OID_DN_COUNTRY, DER_PRINTABLE, "TR", false},
         {OID_DN_COMMON_NAME, DER_UTF8, "Ali", false},
         {OID_DN_SURNAME, DER_UTF8, "x", false}}};
    sign_buf names[NAMES];
    char what[64];
    for (size_t i = 0; i < NAMES; i++)
        names[i] = name_of(parts[i], parts[i][2].value != NULL ? 3 : 2);
    for (size_t i = 0; i < NAMES; i++) {
        for (size_t k = 0; k < NAMES; k++) {
            (void)snprintf(what, sizeof what, "%zu and %zu", i, k);
            compared_as_keys(view(names[i]), view(names[k]), what);
        }
        /* Every octet damaged, and every one missing from the end. */
        for (size_t k = 0; k < names[i].len; k++) {
            (void)snprintf(what, sizeof what, "%zu with octet %zu damaged", i, k);
            AUTO(sign_buf) other = {0};
            cr_assert_eq(buf_copy(view(names[i]), &other, NULL), SIGN_OK);
            other.data[k] ^= 0x20;
            compared_as_keys(view(names[i]), view(other), what);
            compared_as_keys(view(other), view(names[i]), what);
            compared_as_keys(view(names[0]), BYTES(names[i].data, k), what);
        }
    }
    cr_expect(pki_name_equal(view(names[0]), view(names[1])));
    for (size_t i = 0; i < NAMES; i++)
        sign_buf_free(&names[i]);
}

/* RFC 5280, 7.1 */
Test(pki_name, equality) {
    const struct part a = {OID_DN_COMMON_NAME, DER_UTF8, "Kök Makam", false};
    struct part b = a;
    cr_assert(same(a, b));
    b.value = "  KÖK   makam ";
    cr_assert(same(a, b));
    b.value = "KökMakam";
    cr_assert_not(same(a, b));
    b = a;
    b.type = OID_DN_ORGANIZATION;
    cr_assert_not(same(a, b));
    cr_assert(same((struct part){OID_DN_COMMON_NAME, DER_PRINTABLE, "abc", false},
                   (struct part){OID_DN_COMMON_NAME, DER_UTF8, "ABC", false}));
    /* Dotted and dotless i are letters of their own, and neither is the other's case. */
    cr_assert_not(same((struct part){OID_DN_COMMON_NAME, DER_UTF8, "ı", false},
                       (struct part){OID_DN_COMMON_NAME, DER_UTF8, "i", false}));
    const struct part two[] = {{OID_DN_COMMON_NAME, DER_UTF8, "A", false},
                               {OID_DN_SURNAME, DER_UTF8, "B", false}};
    const struct part one[] = {{OID_DN_COMMON_NAME, DER_UTF8, "A", false},
                               {OID_DN_SURNAME, DER_UTF8, "B", true}};
    AUTO(sign_buf) x = name_of(two, 2);
    AUTO(sign_buf) y = name_of(one, 2);
    cr_assert_not(pki_name_equal(view(x), view(y)), "two RDNs are not one of two parts");
    AUTO(grow) cn = {0};
    cr_assert(pki_name_attribute(view(x), OID_DN_SURNAME, &cn));
    cr_assert(bytes_equal(BYTES(cn.data, cn.len), BYTES_STR("B")));
    cr_assert_not(pki_name_attribute(view(x), OID_DN_COUNTRY, &cn));
}

/* The same bytes give the same object; another trust judges them for itself. */
Test(pki_cache, by_bytes) {
    EVP_PKEY *key = mint_key();
    const struct mint_cert root = mint_authority("R", "R", key, key);
    const struct mint_cert m = {.subject = "S", .issuer = "R", .key = key, .issuer_key = key};
    struct world w = {.anchors = {mint_cert(&root)}, .n_anchors = 1};
    struct world none = {.anchors = {identity("root-ec.der")}, .n_anchors = 1};
    sign_trust *yes = world_trust(&w), *no = world_trust(&none);
    AUTO(sign_buf) der = mint_cert(&m);
    AUTO(sign_buf) copy = {0};
    cr_assert_eq(buf_copy(view(der), &copy, NULL), SIGN_OK);
    AUTO(crypto_ptr) c = crypto();
    AUTO(pki_cert_ptr) first = NULL;
    AUTO(pki_cert_ptr) second = NULL;
    AUTO(pki_cert_ptr) third = NULL;
    cr_assert_eq(pki_certificate(yes, c, view(der), &first, NULL), SIGN_OK);
    cr_assert_eq(pki_certificate(yes, c, view(copy), &second, NULL), SIGN_OK);
    cr_assert_eq(pki_certificate(no, c, view(copy), &third, NULL), SIGN_OK);
    cr_assert(first == second && first != third);
    const struct pki_path_options opt = {.at = T2026};
    for (int round = 0; round < 2; round++) {
        AUTO(pki_path_ptr) a = NULL;
        AUTO(pki_path_ptr) b = NULL;
        /* The same certificate object before two trusts: each has its own verdict. */
        cr_assert_eq(pki_path_check(yes, c, first, &opt, &a, NULL), SIGN_OK);
        cr_assert_eq(pki_path_check(no, c, first, &opt, &b, NULL), SIGN_OK);
        cr_assert_eq(a->indication, TOTAL_PASSED);
        cr_assert_eq(b->indication, INDETERMINATE);
    }
    AUTO(pki_path_ptr) once = NULL;
    AUTO(pki_path_ptr) again = NULL;
    cr_assert_eq(pki_path_check(yes, c, first, &opt, &once, NULL), SIGN_OK);
    cr_assert_eq(pki_path_check(yes, c, first, &opt, &again, NULL), SIGN_OK);
    cr_assert_eq(once, again, "a passed verdict is remembered");
    sign_trust_free(&yes);
    sign_trust_free(&no);
    EVP_PKEY_free(key);
}

/* Many more certificates than the cache holds: bounded, and those in use live on. */
Test(pki_cache, eviction) {
    EVP_PKEY *key = mint_key();
    const struct mint_cert root = mint_authority("R", "R", key, key);
    struct mint_cert m = {.subject = "S", .issuer = "R", .key = key, .issuer_key = key};
    struct world w = {.anchors = {mint_cert(&root)}, .n_anchors = 1, .cache = 8};
    sign_trust *t = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&m);
    AUTO(crypto_ptr) c = crypto();
    AUTO(pki_cert_ptr) held = NULL;
    AUTO(pki_path_ptr) path = NULL;
    const struct pki_path_options opt = {.at = T2026};
    cr_assert_eq(pki_certificate(t, c, view(der), &held, NULL), SIGN_OK);
    cr_assert_eq(pki_path_check(t, c, held, &opt, &path, NULL), SIGN_OK);
    for (uint64_t i = 2; i < 40; i++) {
        m.serial = i;
        AUTO(sign_buf) other = mint_cert(&m);
        expect(judge(t, view(other), &opt), SUB_NONE, MSG_NONE, "another");
    }
    AUTO(pki_cert_ptr) again = NULL;
    cr_assert_eq(pki_certificate(t, c, view(der), &again, NULL), SIGN_OK);
    cr_assert_neq(held, again, "it had to make room");
    cr_assert(bytes_equal(held->der, again->der) && path->chain[0] == held);
    sign_trust_free(&t);
    cr_assert_eq(path->indication, TOTAL_PASSED);
    EVP_PKEY_free(key);
}

Test(pki_lend, contexts_come_back) {
    struct world w = {0};
    sign_trust *t = world_trust(&w);
    struct crypto *a = NULL, *b = NULL, *c = NULL;
    cr_assert(pki_lend(t, &a, NULL) == SIGN_OK && pki_lend(t, &b, NULL) == SIGN_OK);
    cr_assert(a != b);
    pki_lend_back(t, a);
    cr_assert_eq(pki_lend(t, &c, NULL), SIGN_OK);
    cr_assert_eq(c, a);
    pki_lend_back(t, b);
    pki_lend_back(t, c);
    sign_trust_free(&t);
}

Test(pki_trust, wrong_inputs) {
    sign_trust *t = NULL;
    sign_error err = {0};
    const sign_input missing = {.path = SIGN_TEST_PKI "/no-such-file.pem"},
                     junk = {.name = "junk", .data = BYTES("junk", 4)};
    sign_trust_options opt = {.size = sizeof opt, .anchors = &missing, .n_anchors = 1};
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_E_IO);
    opt.anchors = &junk;
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_E_FORMAT);
    cr_assert(strstr(err.text, "junk") != NULL, "%s", err.text);
    const sign_input key = {.path = SIGN_TEST_PKI "/nes-p256.key.pem"};
    opt.anchors = &key;
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(err.id, "E3031");
    opt = (sign_trust_options){.size = sizeof opt, .crls = &junk, .n_crls = 1};
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_E_FORMAT);
    opt.size = 1;
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_E_ARGUMENT);
    cr_assert_null(t);
    cr_assert_eq(sign_trust_new(NULL, &t, &err), SIGN_OK);
    sign_trust_free(&t);
    sign_trust_free(&t);
    sign_trust_free(NULL);
}
