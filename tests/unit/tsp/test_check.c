/* Integrity of a token, its imprint, and the order of two (RFC 3161, 2.4.2; RFC 5652, 5.6). */
#include "make.h"

#include <criterion/criterion.h>

struct bench {
    make_signer tsa;
    struct crypto *crypto;
    struct pki_cert *cert;
    arena a;
};

static void bench_open(struct bench *b, const char *name) {
    *b = (struct bench){.tsa = make_signer_open(name)};
    cr_assert_eq(crypto_new(&b->crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_read(b->crypto, make_view(b->tsa.cert), &b->cert, NULL), SIGN_OK);
}

static void bench_close(struct bench *b) {
    make_signer_close(&b->tsa);
    pki_cert_free(&b->cert);
    crypto_free(&b->crypto);
    arena_free(&b->a);
}
typedef struct bench bench;
CLEANUP(bench, bench_close);

static const struct tsp_token *made(struct bench *b, struct make_token m) {
    const struct tsp_token *t = NULL;
    m.signer = &b->tsa;
    AUTO(sign_buf) der = make_token(&m);
    sign_bytes kept = arena_copy(&b->a, make_view(der));
    cr_assert_eq(tsp_token_read(kept, &b->a, &t, NULL), SIGN_OK);
    return t;
}

static struct tsp_integrity checked(struct bench *b, const struct make_token *m) {
    struct tsp_integrity i;
    sign_error err = {0};
    cr_assert_eq(tsp_token_check(b->crypto, made(b, *m), b->cert, &b->a, &i, &err), SIGN_OK, "%s", err.text);
    return i;
}

Test(check, holds_for_every_algorithm) {
    static const char *const names[] = {"tsa-ec", "tsa-rsa"};
    for (size_t k = 0; k < 2; k++) {
        AUTO(bench) b;
        bench_open(&b, names[k]);
        for (enum crypto_digest d = DIGEST_SHA1; d <= DIGEST_SHA512; d++) {
            for (int pss = 0; pss <= (int)k; pss++) {
                const struct make_token m = {.digest = d, .pss = pss != 0, .ess = 2};
                struct tsp_integrity i = checked(&b, &m);
                cr_expect(i.content == TRI_TRUE && i.value == TRI_TRUE && i.problem == MSG_NONE,
                          "%s %s pss %d", names[k], crypto_digest_row(d)->name, pss);
            }
        }
    }
}

Test(check, tells_a_changed_content_from_a_changed_value) {
    AUTO(bench) b;
    bench_open(&b, "tsa-ec");
    const struct make_token other = {.faults = MAKE_OTHER_DIGEST}, damaged = {.faults = MAKE_DAMAGE};
    struct tsp_integrity i = checked(&b, &other);
    cr_assert(i.content == TRI_FALSE && i.value == TRI_TRUE);
    cr_assert_eq(strlen(i.expected), 64);
    cr_assert_str_neq(i.expected, i.found);
    i = checked(&b, &damaged);
    cr_assert(i.content == TRI_TRUE && i.value == TRI_FALSE);
    cr_assert_null(i.found);
}

/* The key of somebody else, of the same kind and of another. */
Test(check, is_false_with_another_key) {
    AUTO(bench) b;
    bench_open(&b, "tsa-ec");
    const struct make_token m = {.ess = 2};
    const struct tsp_token *t = made(&b, m);
    static const char *const others[] = {"ca-ec", "tsa-rsa"};
    for (size_t k = 0; k < 2; k++) {
        AUTO(bench) o;
        struct tsp_integrity i;
        bench_open(&o, others[k]);
        cr_assert_eq(tsp_token_check(b.crypto, t, o.cert, &b.a, &i, NULL), SIGN_OK);
        cr_expect(i.content == TRI_TRUE && i.value != TRI_TRUE, "%s", others[k]);
    }
}

Test(check, says_what_it_cannot_compute) {
    AUTO(bench) b;
    bench_open(&b, "tsa-rsa");
    const struct make_token m = {.faults = MAKE_UNKNOWN_HASH};
    struct tsp_integrity i = checked(&b, &m);
    cr_assert(i.content == TRI_NULL && i.value == TRI_NULL);
    cr_assert_eq(i.problem, MSG_KEY_UNUSABLE);
    cr_assert_str_eq(i.detail, "digest algorithm 1.0.10118.3.0.55");
}

/* What is broken has no integrity, whatever its bits say: no proof of existence comes from it. */
Test(check, is_false_for_what_is_broken) {
    AUTO(bench) b;
    bench_open(&b, "tsa-ec");
    const struct make_token m = {.info = {.version = 2}};
    struct tsp_integrity i = checked(&b, &m);
    cr_assert(i.content == TRI_FALSE && i.value == TRI_FALSE);
    cr_assert_eq(i.problem, MSG_TST_VERSION);
    cr_assert_str_eq(i.detail, "2");
}

/* ---- imprint ----------------------------------------------------------------------------------------- */

Test(check, imprint_is_of_just_that_digest) {
    AUTO(bench) b;
    bench_open(&b, "tsa-ec");
    uint8_t digest[32] = {1, 2, 3};
    const struct make_token m = {.info = {.imprint = BYTES(digest, sizeof digest)}};
    const struct tsp_token *t = made(&b, m);
    cr_assert(tsp_token_is_of(t, BYTES(digest, 32)));
    cr_assert_not(tsp_token_is_of(t, BYTES(digest, 31)));
    cr_assert_not(tsp_token_is_of(t, BYTES(digest, 0)));
    digest[31] = 1;
    cr_assert_not(tsp_token_is_of(t, BYTES(digest, 32)));
    const struct make_token unknown = {.info = {.digest_oid = "1.2.3.4", .imprint = BYTES(digest, 32)}};
    cr_assert_not(tsp_token_is_of(made(&b, unknown), BYTES(digest, 32)));
    const struct make_token broken = {.info = {.imprint = BYTES(digest, 32)}, .faults = MAKE_TWO_SIGNERS};
    cr_assert_not(tsp_token_is_of(made(&b, broken), BYTES(digest, 32)));
}

/* ---- order ------------------------------------------------------------------------------------------- */

static const struct {
    const char *what;
    struct make_info first, second;
    bool before;
} order_rows[] = {
    {"three seconds, accuracies of one each",
     {.time = "20260105100000Z", .accuracy = "020101"},
     {.time = "20260105100003Z", .accuracy = "020101"},
     true},
    {"two seconds, accuracies of one each: the difference is not greater",
     {.time = "20260105100000Z", .accuracy = "020101"},
     {.time = "20260105100002Z", .accuracy = "020101"},
     false},
    {"a fraction more",
     {.time = "20260105100000Z", .accuracy = "020101"},
     {.time = "20260105100002.000001Z", .accuracy = "020101"},
     true},
    {"accuracies of a millisecond",
     {.time = "20260105100000.1Z", .accuracy = "800101"},
     {.time = "20260105100000.103Z", .accuracy = "800101"},
     true},
    {"accuracy that is not told is a second",
     {.time = "20260105100000Z"},
     {.time = "20260105100002Z"},
     false},
    {"and no more", {.time = "20260105100000Z"}, {.time = "20260105100003Z"}, true},
    {"ordering of both",
     {.time = "20260105100000.1Z", .ordering = 1, .accuracy = "020101"},
     {.time = "20260105100000.2Z", .ordering = 1, .accuracy = "020101"},
     true},
    {"ordering at the same time",
     {.time = "20260105100000Z", .ordering = 1},
     {.time = "20260105100000Z", .ordering = 1},
     false},
    {"ordering of one", {.time = "20260105100000Z", .ordering = 1}, {.time = "20260105100001Z"}, false},
    {"the other way round", {.time = "20260105100010Z"}, {.time = "20260105100000Z"}, false},
};

Test(check, order_is_by_accuracy) {
    AUTO(bench) b;
    bench_open(&b, "tsa-ec");
    for (size_t i = 0; i < sizeof order_rows / sizeof *order_rows; i++) {
        const struct make_token first = {.info = order_rows[i].first},
                                second = {.info = order_rows[i].second};
        const struct tsp_token *one = made(&b, first), *two = made(&b, second);
        cr_expect_eq(tsp_token_before(one, two), order_rows[i].before, "%s", order_rows[i].what);
    }
}

/* The word "ordering" counts among the tokens of one authority alone. */
Test(check, order_of_two_authorities) {
    AUTO(bench) b, o;
    bench_open(&b, "tsa-ec");
    bench_open(&o, "tsa-rsa");
    const struct make_token first = {.info = {.ordering = 1}},
                            second = {.info = {.ordering = 1, .time = "20260105100001Z"}},
                            broken = {.info = {.time = "20260105110000Z"}, .faults = MAKE_TWO_SIGNERS};
    cr_assert(tsp_token_before(made(&b, first), made(&b, second)));
    cr_assert_not(tsp_token_before(made(&b, first), made(&o, second)));
    cr_assert_not(tsp_token_before(made(&b, first), made(&b, broken)));
}

/* ---- the authority's name ---------------------------------------------------------------------------- */

/* 2.4.2: tsa is one of the subject names of the certificate; names are compared as RFC 5280, 7.1 says. */
Test(check, name_is_one_of_the_certificate) {
    static const uint8_t subject[] = {0x30, 0x0f, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55,
                                      0x04, 0x03, 0x13, 0x04, 't',  'e',  's',  't'},
                         alt[] = {0x30, 0x06, 0x82, 0x01, 'a', 0x86, 0x01, 'b'};
    static const struct {
        const char *tsa;
        bool named, without_alt;
    } rows[] = {
        {NULL, true, true},
        {"a411300f310d300b06035504030c0454455354", true, true}, /* in capitals, UTF8String */
        {"a411300f310d300b06035504030c0454455355", false, false},
        {"860162", true, false},
        {"820162", false, false},
        {"860161", false, false},
    };
    AUTO(bench) b;
    bench_open(&b, "tsa-ec");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct make_token m = {.info = {.tsa = rows[i].tsa}};
        const struct tsp_token *t = made(&b, m);
        struct pki_cert *cert = calloc(1, sizeof *cert);
        cr_assert_not_null(cert);
        cert->subject = BYTES(subject, sizeof subject);
        cr_expect_eq(tsp_token_names(t, cert), rows[i].without_alt, "row %zu", i);
        cert->subject_alt = BYTES(alt, sizeof alt);
        cr_expect_eq(tsp_token_names(t, cert), rows[i].named, "row %zu", i);
        free(cert);
    }
}
