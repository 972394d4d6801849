/* Reading and judging CMS signatures: every rule broken once, beside what holds (RFC 5652, 5 and 11; RFC
 * 5035). */
#include "read_make.h"

struct expect {
    const char *what;
    struct make make;
    const char *content; /* given beside the message */
    enum indication indication;
    enum sub_indication sub;
    int references, value, certificate; /* 1, 0, -1: null */
    enum message_id says;
};

#define GOOD   INDETERMINATE, SUB_NONE /* inspect never passes: trust is not looked at */
#define BROKEN TOTAL_FAILED, SUB_FORMAT_FAILURE

static const struct expect rows[] = {
    {"a good signature", {0}, NULL, GOOD, 1, 1, 1, MSG_TRUST_NOT_LOOKED_AT},
    {"BER around it", {.flags = MAKE_BER}, NULL, GOOD, 1, 1, 1, MSG_TRUST_NOT_LOOKED_AT},
    {"sid is a key identifier", {.flags = MAKE_KEY_ID}, NULL, GOOD, 1, 1, 1, MSG_NONE},
    {"both reference attributes", {.flags = MAKE_V1_TOO}, NULL, GOOD, 1, 1, 1, MSG_NONE},
    {"a decoy with the same issuer and serial", {.flags = MAKE_DECOY}, NULL, GOOD, 1, 1, 1, MSG_NONE},
    {"digestAlgorithms lacks it", {.flags = MAKE_NOT_LISTED}, NULL, GOOD, 1, 1, 1, MSG_DIGEST_NOT_LISTED},
    {"issuerSerial differs", {.flags = MAKE_OTHER_SERIAL}, NULL, GOOD, 1, 1, 1, MSG_ISSUER_SERIAL},
    {"detached", {.flags = MAKE_DETACHED}, "içerik", GOOD, 1, 1, 1, MSG_NONE},
    {"attached, and the same given", {0}, "içerik", GOOD, 1, 1, 1, MSG_NONE},

    {"detached without content",
     {.flags = MAKE_DETACHED},
     NULL,
     INDETERMINATE,
     SUB_SIGNED_DATA_NOT_FOUND,
     -1,
     1,
     1,
     MSG_CONTENT_MISSING},
    {"detached, other content",
     {.flags = MAKE_DETACHED},
     "İçerik",
     TOTAL_FAILED,
     SUB_HASH_FAILURE,
     0,
     1,
     1,
     MSG_HASH_DIFFERS},
    {"attached, another given", {0}, "İçerik", TOTAL_FAILED, SUB_HASH_FAILURE, 0, 1, 1, MSG_CONTENT_DIFFERS},
    {"content changed",
     {.flags = MAKE_OTHER_CONTENT},
     NULL,
     TOTAL_FAILED,
     SUB_HASH_FAILURE,
     0,
     1,
     1,
     MSG_HASH_DIFFERS},
    {"digest of other bytes",
     {.flags = MAKE_WRONG_DIGEST},
     NULL,
     TOTAL_FAILED,
     SUB_HASH_FAILURE,
     0,
     1,
     1,
     MSG_HASH_DIFFERS},
    {"value changed",
     {.flags = MAKE_WRONG_VALUE},
     NULL,
     TOTAL_FAILED,
     SUB_SIG_CRYPTO_FAILURE,
     1,
     0,
     1,
     MSG_VALUE_FAILS},

    {"no signed attributes",
     {.flags = MAKE_NO_ATTRIBUTES},
     NULL,
     INDETERMINATE,
     SUB_SIG_CONSTRAINTS_FAILURE,
     1,
     1,
     -1,
     MSG_NO_SIGNED_ATTRS},
    {"no signed attributes, value changed",
     {.flags = MAKE_NO_ATTRIBUTES | MAKE_WRONG_VALUE},
     NULL,
     TOTAL_FAILED,
     SUB_SIG_CRYPTO_FAILURE,
     1,
     0,
     -1,
     MSG_VALUE_FAILS},
    {"no signing-certificate",
     {.flags = MAKE_NO_REFERENCE},
     NULL,
     INDETERMINATE,
     SUB_SIG_CONSTRAINTS_FAILURE,
     1,
     1,
     -1,
     MSG_NO_SIGNING_CERT},
    {"reference to another certificate",
     {.flags = MAKE_WRONG_REFERENCE},
     NULL,
     INDETERMINATE,
     SUB_NO_SIGNING_CERTIFICATE_FOUND,
     1,
     1,
     0,
     MSG_SIGNING_CERT_DIFFERS},
    {"v1 and v2 disagree",
     {.flags = MAKE_V1_TOO | MAKE_WRONG_V1},
     NULL,
     INDETERMINATE,
     SUB_NO_SIGNING_CERTIFICATE_FOUND,
     1,
     1,
     0,
     MSG_SIGNING_CERT_DIFFERS},
    {"no certificate",
     {.flags = MAKE_NO_CERTIFICATE},
     NULL,
     INDETERMINATE,
     SUB_NO_SIGNING_CERTIFICATE_FOUND,
     1,
     -1,
     -1,
     MSG_SIGNER_NOT_FOUND},
    {"MD5", {.flags = MAKE_MD5 | MAKE_NO_ATTRIBUTES}, NULL, BROKEN, 1, 0, -1, MSG_DIGEST_DISAGREES},

    {"content-type differs", {.flags = MAKE_OTHER_TYPE}, NULL, BROKEN, 0, 1, 1, MSG_CONTENT_TYPE_DIFFERS},
    {"content-type missing", {.flags = MAKE_NO_TYPE}, NULL, BROKEN, 0, 1, 1, MSG_ATTR_MISSING},
    {"message-digest missing", {.flags = MAKE_NO_DIGEST}, NULL, BROKEN, 0, 1, 1, MSG_ATTR_MISSING},
    {"message-digest twice", {.flags = MAKE_TWO_DIGESTS}, NULL, BROKEN, 0, 1, 1, MSG_ATTR_REPEATED},
    {"message-digest with two values", {.flags = MAKE_TWO_VALUES}, NULL, BROKEN, 0, 1, 1, MSG_ATTR_REPEATED},
    {"signing-time twice", {.flags = MAKE_TWO_TIMES}, NULL, BROKEN, 0, 1, 1, MSG_ATTR_REPEATED},
    {"attributes unsorted", {.flags = MAKE_UNSORTED}, NULL, BROKEN, 1, 0, 1, MSG_ATTRS_NOT_DER},
    {"attributes with a long length",
     {.flags = MAKE_LONG_LENGTH | MAKE_PROPERTIES},
     NULL,
     BROKEN,
     1,
     0,
     1,
     MSG_ATTRS_NOT_DER},
    {"attributes empty", {.flags = MAKE_EMPTY_ATTRIBUTES}, NULL, BROKEN, 0, 1, -1, MSG_SIGNER_FORMAT},
    {"hashes disagree", {.flags = MAKE_OTHER_HASH}, NULL, BROKEN, 1, 0, 1, MSG_DIGEST_DISAGREES},
};

Test(cades_read, rules) {
    AUTO(make_kit) k = make_kit_open();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct expect *e = &rows[i];
        AUTO(sign_report_ptr) report = NULL;
        const struct report_signature *s = read_one(&k, &e->make, e->content, &report);
        cr_expect_eq(s->indication, e->indication, "%s: %s", e->what, indication_text(s->indication));
        cr_expect_eq(s->sub, e->sub, "%s: %s", e->what, s->sub ? sub_indication_text(s->sub) : "-");
        cr_expect_eq(s->references, e->references, "%s: references %d", e->what, s->references);
        cr_expect_eq(s->signature_value, e->value, "%s: signature_value %d", e->what, s->signature_value);
        cr_expect_eq(s->signing_certificate, e->certificate, "%s: certificate %d", e->what,
                     s->signing_certificate);
        cr_expect(e->says == MSG_NONE || read_says(s, e->says), "%s: says not %s", e->what,
                  message_code(e->says));
        cr_expect_neq(s->indication, TOTAL_PASSED);
    }
}

Test(cades_read, facts_of_a_good_signature) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_report_ptr) report = NULL;
    const struct report_signature *s = read_one(&k, &(struct make){.flags = MAKE_PROPERTIES}, NULL, &report);
    cr_expect_str_eq(s->id, "S1");
    cr_expect_str_eq(s->format, "cades");
    cr_expect_str_eq(s->level, "B");
    cr_expect_str_eq(s->algorithm, "ECDSA SHA-256");
    cr_expect_eq(s->claimed_time, 1767607200);
    cr_expect_eq(s->covers_whole_document, TRI_TRUE);
    cr_assert_not_null(s->scope);
    cr_expect_str_eq(s->scope->name, "dilekçe.txt");
    cr_expect_str_eq(s->scope->digest_alg, "SHA-256");
    cr_expect_str_eq(s->scope->digest, "1bca30b4bbf473acadce52a1909997272ed78a83eb88fdb90f2fa5c459b3aa83");
    cr_expect_str_eq(s->mime_type, "text/plain");
    cr_expect_str_eq(s->content_hint, "dilekçe.txt");
    cr_expect_str_eq(s->place, "TR, İzmir");
    cr_expect_str_eq(s->roles, "Müdür");
    cr_expect_str_eq(s->policy_oid, oid_dotted(OID_TR_POLICY_P3));
    cr_expect_str_eq(s->policy_uri, "http://example.org/p3");
    cr_expect_str_eq(s->policy_hash, "SHA-256 01020304");
    cr_expect_not_null(strstr(s->commitment, "1.2.840.113549.1.9.16.6.5"));
    cr_assert_not_null(s->signer);
    cr_expect(bytes_equal(s->signer->der, BYTES(k.cert.data, k.cert.len)));
    cr_expect_str_eq(s->signer->kind, "NES");
}

/* F1 of the findings: content that is another signature's attributes, given out as a document. */
Test(cades_read, forged_attributes) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(grow) attributes = {0};
    make_unwrapped_attributes(&k, &attributes);
    struct make m = {.flags = MAKE_NO_ATTRIBUTES, .content = BYTES(attributes.data, attributes.len)};
    AUTO(sign_report_ptr) report = NULL;
    const struct report_signature *s = read_one(&k, &m, NULL, &report);
    cr_expect_eq(s->sub, SUB_SIG_CONSTRAINTS_FAILURE);
    cr_expect_eq(s->indication, INDETERMINATE);
    cr_expect_eq(s->references, TRI_NULL);
    cr_expect_eq(s->signature_value, TRI_TRUE);
    cr_expect(read_says(s, MSG_FORGED_ATTRIBUTES));
    cr_expect_str_eq(s->format, "cms");
    cr_expect_null(s->level);
}

Test(cades_read, strict_policy_wants_issuer_serial) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_buf) cms = {0};
    make_cms(&k, &(struct make){.flags = MAKE_OTHER_SERIAL}, &cms);
    AUTO(sign_report_ptr) report = read_report(&k, BYTES(cms.data, cms.len), NULL, "strict");
    cr_expect_eq(report->signatures->sub, SUB_NO_SIGNING_CERTIFICATE_FOUND);
    cr_expect(read_says(report->signatures, MSG_ISSUER_SERIAL_FATAL));
}

Test(cades_read, duplicates_are_both_refused) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_buf) cms = {0};
    make_cms(&k, &(struct make){.flags = MAKE_DUPLICATE}, &cms);
    AUTO(sign_report_ptr) report = read_report(&k, BYTES(cms.data, cms.len), NULL, NULL);
    cr_assert_eq(report->count, 2);
    for (const struct report_signature *s = report->signatures; s != NULL; s = s->next) {
        cr_expect_eq(s->indication, TOTAL_FAILED);
        cr_expect_eq(s->sub, SUB_FORMAT_FAILURE);
        cr_expect(read_says(s, MSG_SIGNER_DUPLICATE));
    }
}

/*
 * What nobody signed does not make two signatures out of one: neither another sid beside the same value, nor
 * another s of ECDSA beside the same r, of which (r, n - s) verifies as well.
 */
Test(cades_read, duplicates_in_disguise) {
    AUTO(make_kit) k = make_kit_open();
    for (int disguise = 0; disguise < 2; disguise++) {
        AUTO(sign_buf) cms = {0};
        make_cms(&k, &(struct make){.flags = MAKE_DUPLICATE}, &cms);
        size_t n = 100; /* the file ends with the SignerInfo twice */
        while (2 * n < cms.len && memcmp(cms.data + cms.len - n, cms.data + cms.len - 2 * n, n) != 0)
            n++;
        uint8_t *second = cms.data + cms.len - n;
        cr_assert(2 * n < cms.len && second[0] == DER_SEQUENCE && second[1] == 0x82 && second[8] < 0x80);
        if (disguise == 0)
            second[8 + second[8]] ^= 1; /* the last octet of the serial number in sid */
        else
            second[n - 1] ^= 1; /* the last octet of s */
        AUTO(sign_report_ptr) report = read_report(&k, BYTES(cms.data, cms.len), NULL, NULL);
        cr_assert_eq(report->count, 2);
        for (const struct report_signature *s = report->signatures; s != NULL; s = s->next)
            cr_expect(s->indication == TOTAL_FAILED && read_says(s, MSG_SIGNER_DUPLICATE), "%d", disguise);
    }
}

Test(cades_read, one_bad_signer_is_the_worst) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_buf) cms = {0};
    make_cms(&k, &(struct make){.flags = MAKE_SECOND_BAD}, &cms);
    AUTO(sign_report_ptr) report = read_report(&k, BYTES(cms.data, cms.len), NULL, NULL);
    cr_assert_eq(report->count, 2);
    cr_expect_eq(report->signatures->indication, INDETERMINATE);
    cr_expect_eq(report->signatures->next->sub, SUB_SIG_CRYPTO_FAILURE);
    cr_expect_eq(report->indication, TOTAL_FAILED);
    cr_expect_str_eq(report->signatures->next->id, "S2");
}

/* A bag of certificates (RFC 5652, 5.1: "degenerate") is legal, and no signature. */
Test(cades_read, no_signers_is_no_signature) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_buf) cms = {0};
    make_cms(&k, &(struct make){.flags = MAKE_NO_SIGNERS}, &cms);
    AUTO(sign_report_ptr) report = read_report(&k, BYTES(cms.data, cms.len), NULL, NULL);
    cr_expect_eq(report->count, 0);
    cr_expect_eq(report->indication, INDICATION_NONE);
}

/* RFC 5652, 11.4 */
static const struct report_signature *counter_of(const make_kit *k, const struct make *m,
                                                 struct sign_report **report) {
    const struct report_signature *s = read_one(k, m, NULL, report);
    cr_expect_eq(s->indication, INDETERMINATE);
    cr_expect_eq(s->sub, SUB_NONE);
    cr_assert_not_null(s->countersignatures);
    return s->countersignatures;
}

Test(cades_read, countersignature) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_report_ptr) report = NULL;
    const struct report_signature *c = counter_of(&k, &(struct make){.counter_depth = 2}, &report);
    cr_expect_str_eq(c->id, "S1.1");
    cr_expect_eq(c->references, TRI_TRUE);
    cr_expect_eq(c->signature_value, TRI_TRUE);
    cr_expect_eq(c->indication, INDETERMINATE);
    cr_expect_eq(c->sub, SUB_NONE);
    cr_assert_not_null(c->countersignatures);
    cr_expect_str_eq(c->countersignatures->id, "S1.1.1");
    cr_expect_eq(c->countersignatures->references, TRI_TRUE);
    cr_expect_str_eq(report->signatures->attributes, "countersignature");
}

Test(cades_read, countersignature_over_another_value) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_report_ptr) report = NULL;
    struct make m = {.counter_depth = 1, .counter_flags = MAKE_WRONG_DIGEST};
    const struct report_signature *c = counter_of(&k, &m, &report);
    cr_expect_eq(c->indication, TOTAL_FAILED);
    cr_expect_eq(c->sub, SUB_HASH_FAILURE);
    cr_expect_eq(report->indication, INDETERMINATE, "it does not change the verdict of the document");
}

Test(cades_read, countersignature_has_no_content_type) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_report_ptr) report = NULL;
    const struct report_signature *c =
        counter_of(&k, &(struct make){.counter_depth = 1, .counter_has_type = true}, &report);
    cr_expect_eq(c->sub, SUB_FORMAT_FAILURE);
    cr_expect(read_says(c, MSG_COUNTER_CONTENT_TYPE));
}

Test(cades_read, countersignatures_nest_to_a_limit) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_report_ptr) report = NULL;
    const struct report_signature *c =
        counter_of(&k, &(struct make){.counter_depth = LIMIT_COUNTERSIGN_DEPTH + 1}, &report);
    unsigned depth = 1;
    for (; c->countersignatures != NULL; c = c->countersignatures)
        depth++;
    cr_expect_eq(depth, LIMIT_COUNTERSIGN_DEPTH + 1);
    cr_expect_eq(c->sub, SUB_FORMAT_FAILURE);
    cr_expect(read_says(c, MSG_CMS_LIMIT));
}

/* The certificate is not in the message, but the caller gave it (as no anchor): enough for integrity. */
Test(cades_read, certificate_of_the_caller) {
    AUTO(make_kit) k = make_kit_open();
    sign_trust *trust = NULL;
    sign_input certs[] = {{.path = SIGN_TEST_PKI "/nes-person2.der"},
                          {.path = SIGN_TEST_PKI "/nes-p256.der"}};
    sign_trust_options opt = {.size = sizeof opt, .certs = certs, .n_certs = 2};
    cr_assert_eq(sign_trust_new(&opt, &trust, NULL), SIGN_OK);
    AUTO(sign_buf) cms = {0};
    make_cms(&k, &(struct make){.flags = MAKE_NO_CERTIFICATE | MAKE_KEY_ID}, &cms);
    struct ades_context ctx = {
        .trust = trust, .crypto = k.crypto, .policy = ades_policy_find("default"), .inspect = true};
    source what = {.mem = BYTES(cms.data, cms.len), .fd = -1, .size = cms.len, .name = "imza.p7m"};
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(report_new(&r, NULL), SIGN_OK);
    cr_assert_eq(cades_format.verify(&ctx, &what, NULL, 0, r, NULL), SIGN_OK);
    cr_assert_not_null(r->signatures);
    cr_expect_eq(r->signatures->signature_value, TRI_TRUE);
    cr_expect_eq(r->signatures->signing_certificate, TRI_TRUE);
    cr_expect_eq(r->signatures->sub, SUB_NONE);
    sign_trust_free(&trust);
}

/* Extraction gives what was signed, only when it holds, and nothing else. */
static sign_rc extract(const make_kit *k, unsigned flags, sign_buf *out) {
    AUTO(sign_buf) cms = {0};
    make_cms(k, &(struct make){.flags = flags}, &cms);
    source what = {.mem = BYTES(cms.data, cms.len), .fd = -1, .size = cms.len, .name = "imza.p7m"};
    sign_output to = {.buf = out};
    return cades_format.extract(k->crypto, &what, &to, NULL);
}

Test(cades_read, extract) {
    static const struct {
        unsigned flags;
        sign_rc rc;
    } cases[] = {{0, SIGN_OK},
                 {MAKE_BER, SIGN_OK},
                 {MAKE_NO_ATTRIBUTES, SIGN_OK},
                 {MAKE_OTHER_CONTENT, SIGN_FAILED},
                 {MAKE_WRONG_VALUE, SIGN_FAILED},
                 {MAKE_WRONG_REFERENCE, SIGN_FAILED},
                 {MAKE_SECOND_BAD, SIGN_FAILED},
                 {MAKE_DUPLICATE, SIGN_FAILED},
                 {MAKE_NO_CERTIFICATE, SIGN_FAILED},
                 {MAKE_DETACHED, SIGN_E_IO},
                 {MAKE_NO_SIGNERS, SIGN_NO_SIGNATURE}};
    AUTO(make_kit) k = make_kit_open();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(sign_buf) out = {0};
        cr_expect_eq(extract(&k, cases[i].flags, &out), cases[i].rc, "case %zu", i);
        if (cases[i].rc == SIGN_OK)
            cr_expect(bytes_equal(BYTES(out.data, out.len), BYTES_STR("içerik")), "case %zu", i);
        else
            cr_expect_eq(out.len, 0, "case %zu", i);
    }
}

/* Every octet of a good message, changed: never intact as before with other content. */
Test(cades_read, no_changed_octet_passes_unseen) {
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_buf) cms = {0};
    make_cms(&k, &(struct make){0}, &cms);
    size_t content = 0;
    for (size_t i = 0; i + 7 < cms.len && content == 0; i++)
        content = memcmp(cms.data + i, "içerik", 7) == 0 ? i : 0;
    cr_assert_neq(content, 0);
    source src = {.mem = BYTES(cms.data, cms.len), .fd = -1, .size = cms.len};
    AUTO(cms_message) m = {0};
    cr_assert_eq(cms_message_read(&src, &m, NULL), SIGN_OK);
    size_t version = (size_t)m.version_at + 2;
    for (size_t i = 0; i < cms.len; i++) {
        cms.data[i] ^= 0x04;
        AUTO(sign_report_ptr) r = read_report(&k, BYTES(cms.data, cms.len), NULL, NULL);
        const struct report_signature *s = r->signatures;
        bool holds = s != NULL && s->references == TRI_TRUE && s->signature_value == TRI_TRUE &&
                     s->signing_certificate == TRI_TRUE && s->indication != TOTAL_FAILED;
        if (i >= content && i < content + 7)
            cr_expect_eq(s->sub, SUB_HASH_FAILURE, "octet %zu", i);
        /* A list of digests, a version: nothing that was signed, and nothing that is shown. */
        if (holds && i != version)
            cr_expect(s->messages != NULL && message_code(s->messages->id)[0] == 'W', "octet %zu", i);
        cms.data[i] ^= 0x04;
    }
}
