/* Requests, responses, and whether one answers the other (RFC 3161, 2.2, 2.4.1, 2.4.2). */
#include "make.h"

#include "base/text.h"
#include <criterion/criterion.h>
#include <openssl/ts.h>

static const uint8_t nonce[] = {0x80, 0x01}, policy[] = {0x2a, 3, 4, 1}, imprint[32] = {0xaa};

static struct tsp_request asked(void) {
    return (struct tsp_request){.digest = DIGEST_SHA256,
                                .imprint = BYTES(imprint, sizeof imprint),
                                .policy = BYTES(policy, sizeof policy),
                                .nonce = BYTES(nonce, sizeof nonce),
                                .certificates = true};
}

/* ---- request ----------------------------------------------------------------------------------------- */

Test(request, is_what_others_read) {
    AUTO(sign_buf) der = {0};
    const struct tsp_request r = asked();
    cr_assert_eq(tsp_request_write(&r, &der, NULL), SIGN_OK);
    const unsigned char *at = der.data;
    TS_REQ *q = d2i_TS_REQ(NULL, &at, (long)der.len);
    cr_assert_not_null(q);
    cr_assert_eq(at, der.data + der.len);
    cr_assert_eq(TS_REQ_get_version(q), 1);
    cr_assert_eq(TS_REQ_get_cert_req(q), 1);
    uint64_t n = 0;
    cr_assert_eq(ASN1_INTEGER_get_uint64(&n, TS_REQ_get_nonce(q)), 1);
    cr_assert_eq(n, 0x8001);
    char oid[64];
    OBJ_obj2txt(oid, sizeof oid, TS_REQ_get_policy_id(q), 1);
    cr_assert_str_eq(oid, "1.2.3.4.1");
    TS_MSG_IMPRINT *mi = TS_REQ_get_msg_imprint(q);
    cr_assert_eq(OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(mi)->algorithm), NID_sha256);
    cr_assert_eq(ASN1_STRING_length(TS_MSG_IMPRINT_get_msg(mi)), 32);
    unsigned char *again = NULL;
    cr_assert_eq(i2d_TS_REQ(q, &again), (int)der.len);
    cr_assert_eq(memcmp(again, der.data, der.len), 0);
    OPENSSL_free(again);
    TS_REQ_free(q);
}

/* Nothing but version and imprint; certReq FALSE is not written (X.690, 11.5). */
Test(request, leaves_out_what_is_not_asked) {
    AUTO(sign_buf) der = {0};
    const struct tsp_request r = {.digest = DIGEST_SHA1, .imprint = BYTES(imprint, 20)};
    char hex[200];
    cr_assert_eq(tsp_request_write(&r, &der, NULL), SIGN_OK);
    text_hex(make_view(der), hex);
    cr_assert_str_eq(hex, "3026020101"
                          "3021300906052b0e03021a0500"
                          "0414aa00000000000000000000000000000000000000");
}

Test(request, has_an_imprint_of_its_digest) {
    AUTO(sign_buf) der = {0};
    struct tsp_request r = {.digest = DIGEST_SHA512, .imprint = BYTES(imprint, 32)};
    cr_assert_eq(tsp_request_write(&r, &der, NULL), SIGN_E_ARGUMENT);
    r.digest = DIGEST_NONE;
    cr_assert_eq(tsp_request_write(&r, &der, NULL), SIGN_E_ARGUMENT);
}

/* ---- response ---------------------------------------------------------------------------------------- */

Test(response, says_why_not) {
    AUTO(arena) a = {0};
    AUTO(sign_buf) der = make_response(2, "saat \xc3\xb6l\xc3\xa7\xc3\xbclemedi\x1b[2J", 14, (sign_bytes){0});
    struct tsp_response r;
    sign_error err = {0};
    const struct tsp_token *t;
    cr_assert_eq(tsp_response_read(make_view(der), &a, &r, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(r.status, 2);
    cr_assert_eq(r.failure, 14);
    cr_assert_eq(r.token.len, 0);
    cr_assert_str_eq(r.text, "saat \xc3\xb6l\xc3\xa7\xc3\xbclemedi?[2J");
    const struct tsp_request q = asked();
    cr_assert_eq(tsp_response_check(&q, &r, &a, &t, &err), SIGN_E_NETWORK);
    cr_assert_null(t);
    cr_assert_str_eq(err.id, "E4512");
    cr_assert_str_eq(err.text, "rejection, timeNotAvailable: saat \xc3\xb6l\xc3\xa7\xc3\xbclemedi?[2J");
}

Test(response, names_all_failures) {
    static const struct {
        int bit;
        const char *name;
    } rows[] = {{0, "badAlg"},
                {2, "badRequest"},
                {5, "badDataFormat"},
                {14, "timeNotAvailable"},
                {15, "unacceptedPolicy"},
                {16, "unacceptedExtension"},
                {17, "addInfoNotAvailable"},
                {25, "systemFailure"}};
    size_t known = 0;
    for (int bit = -1; bit < 40; bit++)
        known += tsp_failure_name(bit) != NULL;
    cr_assert_eq(known, 8);
    for (size_t i = 0; i < 8; i++) {
        AUTO(arena) a = {0};
        AUTO(sign_buf) der = make_response(2, NULL, rows[i].bit, (sign_bytes){0});
        struct tsp_response r;
        cr_assert_eq(tsp_response_read(make_view(der), &a, &r, NULL), SIGN_OK);
        cr_expect_eq(r.failure, rows[i].bit);
        cr_expect_str_eq(tsp_failure_name(r.failure), rows[i].name);
    }
}

/* The word for a status or a bit that no standard has. */
Test(response, tells_what_it_does_not_know) {
    AUTO(arena) a = {0};
    AUTO(sign_buf) der = make_response(77, NULL, 30, (sign_bytes){0});
    struct tsp_response r;
    sign_error err = {0};
    const struct tsp_token *t;
    const struct tsp_request q = asked();
    cr_assert_eq(tsp_response_read(make_view(der), &a, &r, NULL), SIGN_OK);
    cr_assert_eq(tsp_response_check(&q, &r, &a, &t, &err), SIGN_E_NETWORK);
    cr_assert_str_eq(err.text, "an unknown status, failure 30");
}

/* Some authorities answer in words, with status 200. */
Test(response, quotes_words) {
    static const struct {
        const char *answer, *text;
    } rows[] = {
        {"", "the answer is empty"},
        {"Kontor yetersiz.\r\n\r\n", "\"Kontor yetersiz. \""},
        {"<html>\n  <body>\xc4\xb0\xc5\x9flem ba\xc5\x9f"
         "ar\xc4\xb1s\xc4\xb1z</body>",
         "\"<html> <body>\xc4\xb0\xc5\x9flem ba\xc5\x9f"
         "ar\xc4\xb1s\xc4\xb1z</body>\""},
        {"\x30\x03\x02\x01\x01", "5 octets: unexpected tag"},
        {"\x30\x01\x05", "3 octets: unexpected tag"},
        {"\x01\x02\x03", "3 octets: unexpected tag"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(arena) a = {0};
        struct tsp_response r;
        sign_error err = {0};
        cr_expect_eq(tsp_response_read(BYTES_STR(rows[i].answer), &a, &r, &err), SIGN_E_FORMAT, "row %zu", i);
        cr_expect_str_eq(err.id, "E4511");
        cr_expect_str_eq(err.text, rows[i].text);
    }
}

Test(response, quotes_the_beginning_alone) {
    AUTO(arena) a = {0};
    char longer[1000];
    struct tsp_response r;
    sign_error err = {0};
    for (size_t i = 0; i < sizeof longer; i += 2)
        memcpy(longer + i, "\xc4\xb0", 2);
    cr_assert_eq(tsp_response_read(BYTES(longer, sizeof longer), &a, &r, &err), SIGN_E_FORMAT);
    cr_assert(utf8_valid(BYTES_STR(err.text)));
    cr_assert_eq(strlen(err.text), 160 + strlen("\"\"..."));
    cr_assert_str_eq(err.text + 161, "...\"");
}

Test(response, is_not_cut_off_and_has_nothing_behind) {
    AUTO(arena) a = {0};
    AUTO(sign_buf) der = make_response(0, "tamam", 3, BYTES("\x30\x00", 2));
    struct tsp_response r;
    for (size_t n = 0; n < der.len; n++)
        cr_expect_eq(tsp_response_read(BYTES(der.data, n), &a, &r, NULL), SIGN_E_FORMAT, "%zu", n);
    cr_expect_eq(tsp_response_read(make_view(der), &a, &r, NULL), SIGN_OK);
    AUTO(grow) more = {0};
    grow_put(&more, der.data, der.len);
    grow_byte(&more, 0);
    cr_expect_eq(tsp_response_read(BYTES(more.data, more.len), &a, &r, NULL), SIGN_E_FORMAT);
}

/* ---- both -------------------------------------------------------------------------------------------- */

struct answer {
    const char *what;
    struct make_info info;
    uint64_t status;
    unsigned faults;
    bool no_certs, no_token;
    sign_rc rc;
    const char *id, *text;
};

static const struct answer answers[] = {
    {.what = "right", .info = {.nonce = "008001"}},
    {.what = "granted with modifications", .info = {.nonce = "008001"}, .status = 1},
    {.what = "another nonce",
     .info = {.nonce = "01"},
     .rc = SIGN_E_REFUSED,
     .id = "E4513",
     .text = "the nonce is another"},
    {.what = "a nonce of the same octets, and negative",
     .info = {.nonce = "8001"},
     .rc = SIGN_E_REFUSED,
     .id = "E4513",
     .text = "the nonce is another"},
    {.what = "no nonce", .rc = SIGN_E_REFUSED, .id = "E4513", .text = "the nonce is missing"},
    {.what = "another policy",
     .info = {.nonce = "008001", .policy = "1.2.3.4.2"},
     .rc = SIGN_E_REFUSED,
     .id = "E4513",
     .text = "policy 1.2.3.4.2, requested 1.2.3.4.1"},
    {.what = "another digest",
     .info = {.nonce = "008001", .digest = DIGEST_SHA3_256},
     .rc = SIGN_E_REFUSED,
     .id = "E4513",
     .text = "imprint by SHA3-256, requested SHA-256"},
    {.what = "another imprint",
     .info = {.nonce = "008001", .imprint = {(const uint8_t *)"0123456789abcdef0123456789abcdef", 32}},
     .rc = SIGN_E_REFUSED,
     .id = "E4513",
     .text = "it is of another imprint"},
    {.what = "no certificate",
     .info = {.nonce = "008001"},
     .no_certs = true,
     .rc = SIGN_E_REFUSED,
     .id = "E4513",
     .text = "the authority's certificate is missing"},
    {.what = "no token",
     .no_token = true,
     .rc = SIGN_E_REFUSED,
     .id = "E4514",
     .text = "granted, and no time-stamp in it"},
    {.what = "a broken token",
     .info = {.nonce = "008001"},
     .faults = MAKE_TWO_SIGNERS,
     .rc = SIGN_E_REFUSED,
     .id = "E4514",
     .text = "A time-stamp has exactly one signer; this one has 2."},
    {.what = "waiting", .status = 3, .rc = SIGN_E_NETWORK, .id = "E4512", .text = "waiting"},
};

Test(response, is_held_against_the_request) {
    make_signer tsa = make_signer_open("tsa-ec");
    const sign_bytes cert = make_view(tsa.cert);
    const struct tsp_request q = asked();
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        AUTO(arena) a = {0};
        const struct answer *row = &answers[i];
        struct make_token m = {
            .info = row->info, .signer = &tsa, .ess = 2, .certs = &cert, .n_certs = 1, .faults = row->faults};
        if (m.info.imprint.len == 0)
            m.info.imprint = BYTES(imprint, sizeof imprint);
        m.n_certs = row->no_certs ? 0 : 1;
        AUTO(sign_buf) token = make_token(&m);
        AUTO(sign_buf)
        der = make_response(row->status, NULL, -1, row->no_token ? (sign_bytes){0} : make_view(token));
        struct tsp_response r;
        const struct tsp_token *t = NULL;
        sign_error err = {0};
        cr_assert_eq(tsp_response_read(make_view(der), &a, &r, &err), SIGN_OK, "%s: %s", row->what, err.text);
        cr_expect_eq(tsp_response_check(&q, &r, &a, &t, &err), row->rc, "%s: %s", row->what, err.text);
        cr_expect_eq(t != NULL, row->rc == SIGN_OK, "%s", row->what);
        cr_expect_eq(tsp_response_refusal(&r, &a) != NULL, row->status > 1, "%s", row->what);
        if (row->id != NULL) {
            cr_expect_str_eq(err.id, row->id, "%s", row->what);
            cr_expect_str_eq(err.text, row->text, "%s", row->what);
        }
    }
    make_signer_close(&tsa);
}

/* What was not asked for is not missed. */
Test(response, need_not_have_what_was_not_asked) {
    make_signer tsa = make_signer_open("tsa-ec");
    AUTO(arena) a = {0};
    const struct tsp_request q = {.digest = DIGEST_SHA256, .imprint = BYTES(imprint, 32)};
    const struct make_token m = {.info = {.imprint = BYTES(imprint, 32)}, .signer = &tsa};
    AUTO(sign_buf) token = make_token(&m);
    const struct tsp_response r = {.failure = -1, .token = make_view(token)};
    const struct tsp_token *t = NULL;
    cr_assert_eq(tsp_response_check(&q, &r, &a, &t, NULL), SIGN_OK);
    cr_assert_not_null(t);
    make_signer_close(&tsa);
}
