/* What a token says, and which of its rules are held (RFC 3161, 2.4.2; RFC 5652, 5). */
#include "make.h"

#include "base/text.h"
#include <criterion/criterion.h>

#define AT_10 INT64_C(1767607200) /* 2026-01-05T10:00:00Z */

static make_signer tsa;

static void open_tsa(void) {
    tsa = make_signer_open("tsa-ec");
}

static void close_tsa(void) {
    make_signer_close(&tsa);
}

TestSuite(token, .init = open_tsa, .fini = close_tsa);

static const struct tsp_token *read_token(sign_bytes der, arena *a) {
    const struct tsp_token *t = NULL;
    sign_error err = {0};
    cr_assert_eq(tsp_token_read(der, a, &t, &err), SIGN_OK, "%s", err.text);
    return t;
}

static bool hex_is(sign_bytes b, const char *hex) {
    char text[200] = "";
    if (b.len < sizeof text / 2)
        text_hex(b, text);
    return strcmp(text, hex) == 0;
}

Test(token, says_all_that_stands_in_it) {
    AUTO(arena) a = {0};
    const sign_bytes cert = make_view(tsa.cert);
    const struct make_token m = {.info = {.accuracy = "020101800201f4810119",
                                          .ordering = 1,
                                          .nonce = "00ff01",
                                          .time = "20260105100000.25Z",
                                          .policy = "2.16.792.1.2.1.1.5.7.3.1",
                                          .digest = DIGEST_SHA512,
                                          .tsa = "a411300f310d300b06035504030c0454455354",
                                          .extensions = "300806032a03040401ff"},
                                 .signer = &tsa,
                                 .ess = 3,
                                 .certs = &cert,
                                 .n_certs = 1};
    AUTO(sign_buf) der = make_token(&m);
    const struct tsp_token *t = read_token(make_view(der), &a);
    cr_assert_eq(t->broken, MSG_NONE, "%s", t->broken_detail);
    cr_assert_null(t->irregular);
    cr_assert_eq(t->time, AT_10);
    cr_assert_eq(t->micros, 250000);
    cr_assert(t->has_accuracy);
    cr_assert_eq(t->accuracy, 1000000 + 500 * 1000 + 25);
    cr_assert(t->ordering && t->has_nonce);
    cr_assert(hex_is(t->nonce, "00ff01"));
    cr_assert(hex_is(t->serial, "1267"));
    cr_assert_eq(t->digest, DIGEST_SHA512);
    cr_assert_eq(t->imprint.len, 64);
    cr_assert(hex_is(t->policy, "6086180102010105070301"));
    cr_assert_eq(t->tsa.data[0], 0xa4);
    cr_assert(hex_is(t->tsa_name, "300f310d300b06035504030c0454455354"));
    cr_assert_eq(t->n_references, 2);
    cr_assert_eq(t->references[0].digest, DIGEST_SHA1);
    cr_assert_eq(t->references[1].digest, DIGEST_SHA256);
    cr_assert_str_eq(t->reference_name[0], "signing-certificate");
    cr_assert_str_eq(t->reference_name[1], "signing-certificate-v2");
    cr_assert_eq(t->n_certs, 1);
    cr_assert(bytes_equal(t->certs[0], cert));
    cr_assert(bytes_equal(t->raw, make_view(der)));
}

Test(token, may_leave_out_what_is_optional) {
    AUTO(arena) a = {0};
    const struct make_token m = {.signer = &tsa};
    AUTO(sign_buf) der = make_token(&m);
    const struct tsp_token *t = read_token(make_view(der), &a);
    cr_assert_eq(t->broken, MSG_NONE, "%s", t->broken_detail);
    cr_assert(!t->has_accuracy && !t->ordering && !t->has_nonce);
    cr_assert_eq(t->tsa.len + t->n_certs + t->n_crls + t->n_ocsps + t->n_references + t->micros, 0);
}

/* X.690: a token in BER, its content in pieces, says the same; the TSTInfo itself is DER. */
Test(token, may_be_ber) {
    AUTO(arena) a = {0};
    const struct make_token m = {.signer = &tsa, .ber = true, .ess = 2};
    AUTO(sign_buf) der = make_token(&m);
    const struct tsp_token *t = read_token(make_view(der), &a);
    cr_assert_eq(t->broken, MSG_NONE, "%s", t->broken_detail);
    cr_assert_eq(t->time, AT_10);
    AUTO(crypto_ptr) crypto = NULL;
    AUTO(pki_cert_ptr) cert = NULL;
    struct tsp_integrity i;
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_read(crypto, make_view(tsa.cert), &cert, NULL), SIGN_OK);
    cr_assert_eq(tsp_token_check(crypto, t, cert, &a, &i, NULL), SIGN_OK);
    cr_assert(i.content == TRI_TRUE && i.value == TRI_TRUE);
}

/* Each row breaks one rule of the outer structure; the time can be read all the same where `timed`. */
Test(token, is_refused_for_its_outer_structure) {
    static const struct {
        unsigned faults;
        enum message_id broken;
        bool timed;
        const char *detail;
    } rows[] = {
        {MAKE_TYPE_DATA, MSG_TST_TYPE, false, "1.2.840.113549.1.7.1"},
        {MAKE_DETACHED, MSG_TST_FORMAT, false, "the TSTInfo is missing"},
        {MAKE_TWO_SIGNERS, MSG_TST_SIGNERS, true, "2"},
        {MAKE_NO_SIGNER, MSG_TST_SIGNERS, true, "0"},
        {MAKE_TRAILING, MSG_TST_FORMAT, true, "octets behind its end"},
        {MAKE_NO_ATTRIBUTES, MSG_TST_ATTRIBUTES, true, NULL},
        {MAKE_OTHER_CONTENT_TYPE, MSG_TST_CONTENT_TYPE, true, "1.2.840.113549.1.7.1"},
        {MAKE_SHORT_ESS, MSG_ATTR_FORMAT, true, "signing-certificate-v2"},
        {MAKE_DISAGREE, MSG_TST_DIGESTS, true, "SHA3-256, SHA-256"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(arena) a = {0};
        const struct make_token m = {.signer = &tsa, .ess = 2, .faults = rows[i].faults};
        AUTO(sign_buf) der = make_token(&m);
        const struct tsp_token *t = read_token(make_view(der), &a);
        cr_expect_eq(t->broken, rows[i].broken, "row %zu: %s", i, message_code(t->broken));
        cr_expect_eq(t->time, rows[i].timed ? AT_10 : 0, "row %zu", i);
        if (rows[i].detail != NULL)
            cr_expect_str_eq(t->broken_detail, rows[i].detail, "row %zu", i);
    }
}

Test(token, is_no_other_bytes) {
    static const char *const texts[] = {"", "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n", "MIIB", "0",
                                        "\x30\x80"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        AUTO(arena) a = {0};
        const struct tsp_token *t = read_token(BYTES_STR(texts[i]), &a);
        cr_expect_eq(t->broken, MSG_TST_FORMAT, "%s", texts[i]);
    }
}

/* A token cut off anywhere is broken, and never read beyond its end. */
Test(token, is_not_cut_off) {
    const struct make_token m = {.signer = &tsa, .ess = 2};
    AUTO(sign_buf) der = make_token(&m);
    for (size_t n = 0; n < der.len; n++) {
        AUTO(arena) a = {0};
        uint8_t *copy = malloc(n + 1);
        cr_assert_not_null(copy);
        memcpy(copy, der.data, n);
        cr_expect_neq(read_token(BYTES(copy, n), &a)->broken, MSG_NONE, "%zu octets", n);
        free(copy);
    }
}

/* ---- TSTInfo ----------------------------------------------------------------------------------------- */

static const struct {
    const char *what;
    struct make_info info;
    enum message_id broken;
    bool irregular;
    const char *detail;
} info_rows[] = {
    {"version 2", {.version = 2}, MSG_TST_VERSION, false, "2"},
    {"a digest of another length",
     {.imprint = {(const uint8_t *)"0123456789abcdef", 16}},
     MSG_TST_IMPRINT_LENGTH,
     false,
     "SHA-256, 16"},
    {"a digest that is not known", {.digest_oid = "1.2.3.4"}, MSG_NONE, false, NULL},
    {"no Z", {.time = "20260105100000"}, MSG_TST_FORMAT, false, "malformed genTime"},
    {"a zone", {.time = "20260105100000+0300"}, MSG_TST_FORMAT, false, "malformed genTime"},
    {"no seconds", {.time = "202601051000Z"}, MSG_TST_FORMAT, false, "malformed genTime"},
    {"no such day", {.time = "20260230100000Z"}, MSG_TST_FORMAT, false, "malformed genTime"},
    {"a point and no fraction", {.time = "20260105100000.Z"}, MSG_TST_FORMAT, false, "malformed genTime"},
    {"a comma", {.time = "20260105100000,5Z"}, MSG_TST_FORMAT, false, "malformed genTime"},
    {"a letter in the fraction", {.time = "20260105100000.1aZ"}, MSG_TST_FORMAT, false, "malformed genTime"},
    {"a fraction", {.time = "20260105100000.123456789Z"}, MSG_NONE, false, NULL},
    {"zeros behind the fraction", {.time = "20260105100000.10Z"}, MSG_NONE, true, NULL},
    {"an accuracy of 999 ms", {.accuracy = "800203e7"}, MSG_NONE, false, NULL},
    {"an accuracy of 1000 ms", {.accuracy = "800203e8"}, MSG_TST_FORMAT, false, "accuracy out of range"},
    {"an accuracy of -1 micros", {.accuracy = "8101ff"}, MSG_TST_FORMAT, false, "accuracy out of range"},
    {"an accuracy of 0 ms", {.accuracy = "020101800100"}, MSG_NONE, true, NULL},
    {"an accuracy of years", {.accuracy = "02047fffffff"}, MSG_TST_FORMAT, false, "accuracy out of range"},
    {"an accuracy of negative seconds", {.accuracy = "0201ff"}, MSG_TST_FORMAT, false, "negative INTEGER"},
    {"an accuracy in the wrong order", {.accuracy = "810101800101"}, MSG_TST_FORMAT, false, "trailing data"},
    {"an empty accuracy", {.accuracy = ""}, MSG_NONE, false, NULL},
    {"ordering FALSE", {.ordering = -1}, MSG_NONE, true, NULL},
    {"a nonce that is negative", {.nonce = "ff01"}, MSG_NONE, false, NULL},
    {"a nonce with padding", {.nonce = "0001"}, MSG_TST_FORMAT, false, "INTEGER is not in its shortest form"},
    {"tsa as a URI", {.tsa = "8603613a62"}, MSG_NONE, false, NULL},
    {"tsa that is no GeneralName", {.tsa = "0c0161"}, MSG_TST_FORMAT, false, "tsa is no GeneralName"},
    {"two names in tsa", {.tsa = "860161860162"}, MSG_TST_FORMAT, false, "trailing data"},
    {"an extension that is not critical", {.extensions = "300806032a03040401ff"}, MSG_NONE, false, NULL},
    {"a critical extension",
     {.extensions = "300b06032a03040101ff040105"},
     MSG_TST_EXTENSION,
     false,
     "1.2.3.4"},
    {"no extension in extensions", {.extensions = ""}, MSG_TST_FORMAT, false, "extensions are empty"},
    {"an extension without a value",
     {.extensions = "300506032a0304"},
     MSG_TST_FORMAT,
     false,
     "element missing"},
    {"something more", {.more = "020101020101"}, MSG_TST_FORMAT, false, "trailing data"},
};

Test(token, is_refused_for_its_info) {
    for (size_t i = 0; i < sizeof info_rows / sizeof *info_rows; i++) {
        AUTO(arena) a = {0};
        const struct make_token m = {.info = info_rows[i].info, .signer = &tsa, .ess = 2};
        AUTO(sign_buf) der = make_token(&m);
        const struct tsp_token *t = read_token(make_view(der), &a);
        cr_expect_eq(t->broken, info_rows[i].broken, "%s: %s %s", info_rows[i].what, message_code(t->broken),
                     t->broken_detail != NULL ? t->broken_detail : "");
        cr_expect_eq(t->irregular != NULL, info_rows[i].irregular, "%s", info_rows[i].what);
        if (info_rows[i].detail != NULL && t->broken_detail != NULL)
            cr_expect_str_eq(t->broken_detail, info_rows[i].detail, "%s", info_rows[i].what);
    }
}

/* A TSTInfo with a length that is not the shortest: two readers could take two digests of it. */
Test(token, has_its_info_in_der) {
    AUTO(arena) a = {0};
    AUTO(grow) ber = {0};
    const struct make_token good = {.signer = &tsa};
    AUTO(sign_buf) der = make_token(&good);
    sign_bytes info = read_token(make_view(der), &a)->content;
    static const uint8_t head[] = {DER_SEQUENCE, 0x82, 0};
    cr_assert_lt(info.data[1], 0x80);
    grow_put(&ber, head, sizeof head);
    grow_put(&ber, info.data + 1, info.len - 1);
    const struct make_token m = {.signer = &tsa, .instead = BYTES(ber.data, ber.len)};
    AUTO(sign_buf) bad = make_token(&m);
    const struct tsp_token *t = read_token(make_view(bad), &a);
    cr_assert_eq(t->broken, MSG_TST_FORMAT);
    cr_assert_str_eq(t->broken_detail, "not the shortest length or a string in pieces where DER is required");
}

Test(token, keeps_its_time_when_what_follows_is_broken) {
    AUTO(arena) a = {0};
    const struct make_token m = {.info = {.accuracy = "800203e8", .time = "20260105100000.5Z"},
                                 .signer = &tsa};
    AUTO(sign_buf) der = make_token(&m);
    const struct tsp_token *t = read_token(make_view(der), &a);
    cr_assert_eq(t->broken, MSG_TST_FORMAT);
    cr_assert_eq(t->time, AT_10);
}

/* ---- what it carries --------------------------------------------------------------------------------- */

static sign_buf sequence_of(enum oid first, sign_bytes element, uint8_t around) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, around);
    if (first != OID_NONE)
        der_put_oid(&b, first);
    der_put_raw(&b, element);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static void append(grow *g, sign_buf b) {
    grow_put(g, b.data, b.len);
    sign_buf_free(&b);
}

/* RFC 5652, 10.2.1 and RFC 5940, 2.1; others of these formats are left out, and do not break the token. */
Test(token, carries_lists_and_responses) {
    AUTO(arena) a = {0};
    AUTO(grow) crls = {0};
    static const uint8_t list[] = {0x30, 0x03, 0x02, 0x01, 0x01}, response[] = {0x30, 0x03, 0x0a, 0x01, 0};
    const uint8_t other = DER_CONTEXT_CONSTRUCTED(1);
    grow_put(&crls, list, sizeof list);
    append(&crls, sequence_of(OID_RI_OCSP_RESPONSE, BYTES(response, sizeof response), other));
    append(&crls, sequence_of(OID_OCSP_BASIC, BYTES(list, sizeof list), other));
    append(&crls, sequence_of(OID_RI_SCVP, BYTES(list, sizeof list), other));
    append(&crls, sequence_of(OID_NONE, BYTES(list, sizeof list), other));
    const struct make_token m = {.signer = &tsa, .crls = BYTES(crls.data, crls.len)};
    AUTO(sign_buf) der = make_token(&m);
    const struct tsp_token *t = read_token(make_view(der), &a);
    cr_assert_eq(t->broken, MSG_NONE, "%s", t->broken_detail);
    cr_assert_eq(t->n_crls, 1);
    cr_assert(bytes_equal(t->crls[0], BYTES(list, sizeof list)));
    cr_assert_eq(t->n_ocsps, 2);
    cr_assert(bytes_equal(t->ocsps[0], BYTES(response, sizeof response)));
    cr_assert(bytes_equal(t->ocsps[1], BYTES(list, sizeof list)));
}

/* EN 319 122-1, A.1.1.2 and A.1.2.2, in the token's own unsigned attributes; 5.5.2: the index of an archive
 * time-stamp, of which the newest kind counts. */
Test(token, carries_values_and_an_index) {
    AUTO(arena) a = {0};
    AUTO(grow) attrs = {0};
    static const uint8_t one[] = {0x30, 0x03, 0x02, 0x01, 0x01}, two[] = {0x30, 0x03, 0x02, 0x01, 0x02},
                         revocation[] = {0x30, 0x12, 0xa0, 0x07, 0x30, 0x05, 0x30, 0x03, 0x02, 0x01,
                                         0x03, 0xa1, 0x07, 0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x04},
                         certs[] = {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x05};
    append(&attrs, make_attribute(OID_AA_ATS_HASH_INDEX_V3, BYTES(two, sizeof two)));
    append(&attrs, make_attribute(OID_AA_ATS_HASH_INDEX, BYTES(one, sizeof one)));
    append(&attrs, make_attribute(OID_AA_CERTIFICATE_VALUES, BYTES(certs, sizeof certs)));
    append(&attrs, make_attribute(OID_AA_REVOCATION_VALUES, BYTES(revocation, sizeof revocation)));
    const struct make_token m = {.signer = &tsa, .unsigned_attrs = BYTES(attrs.data, attrs.len)};
    AUTO(sign_buf) der = make_token(&m);
    const struct tsp_token *t = read_token(make_view(der), &a);
    cr_assert_eq(t->broken, MSG_NONE, "%s", t->broken_detail);
    cr_assert_eq(t->hash_index_version, 3);
    cr_assert(bytes_equal(t->hash_index, BYTES(two, sizeof two)));
    cr_assert_eq(t->n_certs, 1);
    cr_assert_eq(t->certs[0].data[4], 5);
    cr_assert_eq(t->n_crls, 1);
    cr_assert_eq(t->crls[0].data[4], 3);
    cr_assert_eq(t->n_ocsps, 1);
    cr_assert_eq(t->ocsps[0].data[4], 4);
}

/* Anybody can add unsigned attributes: what is malformed in them is not there, and breaks nothing. */
Test(token, does_not_break_by_what_was_added) {
    AUTO(arena) a = {0};
    AUTO(grow) attrs = {0};
    static const uint8_t one[] = {0x02, 0x01, 0x01}, open[] = {0x30, 0x03, 0x30, 0x7f, 0x00};
    append(&attrs, make_attribute(OID_AA_ATS_HASH_INDEX_V3, BYTES(one, sizeof one)));
    append(&attrs, make_attribute(OID_AA_CERTIFICATE_VALUES, BYTES(open, sizeof open)));
    append(&attrs, make_attribute(OID_AA_REVOCATION_VALUES, BYTES(one, sizeof one)));
    const struct make_token m = {.signer = &tsa, .unsigned_attrs = BYTES(attrs.data, attrs.len)};
    AUTO(sign_buf) der = make_token(&m);
    const struct tsp_token *t = read_token(make_view(der), &a);
    cr_assert_eq(t->broken, MSG_NONE, "%s", t->broken_detail);
    cr_assert_eq(t->n_certs + t->n_crls + t->n_ocsps + t->hash_index.len + t->hash_index_version, 0);
}

Test(token, carries_no_more_than_the_limit) {
    static const uint8_t one[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    sign_bytes *certs = calloc(LIMIT_CERTIFICATES + 1, sizeof *certs);
    cr_assert_not_null(certs);
    for (size_t i = 0; i <= LIMIT_CERTIFICATES; i++)
        certs[i] = BYTES(one, sizeof one);
    for (size_t more = 0; more <= 1; more++) {
        AUTO(arena) a = {0};
        const struct make_token m = {.signer = &tsa, .certs = certs, .n_certs = LIMIT_CERTIFICATES + more};
        AUTO(sign_buf) der = make_token(&m);
        const struct tsp_token *t = read_token(make_view(der), &a);
        cr_expect_eq(t->broken, more == 0 ? MSG_NONE : MSG_TST_LIMIT);
        cr_expect_eq(t->n_certs, LIMIT_CERTIFICATES);
    }
    free(certs);
}
