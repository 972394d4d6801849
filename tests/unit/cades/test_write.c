/* New signatures: structure (RFC 5652, 5), signed attributes (EN 319 122-1, 5) and the plan that precedes
 * them. */
#include "test_write.h"

#include <stdio.h>
#include <unistd.h>

static const char text[] = "Başvuru metni\n";

static void expect_digest(const signer *s, enum crypto_digest d, sign_bytes of, sign_bytes octets) {
    uint8_t digest[DIGEST_MAX];
    cr_assert_eq(crypto_hash(s->crypto, d, of, digest, NULL), SIGN_OK);
    cr_expect(bytes_equal(octets, BYTES(digest, crypto_digest_row(d)->size)));
}

static sign_bytes octets_of(sign_bytes raw) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, raw, false);
    sign_bytes value = {0};
    cr_assert(der_octets(&c, &value) && der_finish(&c));
    return value;
}

Test(write, attached_default) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_options o = options();
    sign_input in = memory(text);
    cr_assert_eq(create(&s, NULL, &in, &o, &out, &err), SIGN_OK, "%s", err.text);
    const char *why = NULL;
    cr_expect(der_is_der(view(&out), &why), "%s", why);
    struct parts p = parts_of(view(&out));
    cr_expect_eq(p.version, 1);
    expect_hex(p.algorithms, "300b0609608648016503040201"); /* SHA-256 without parameters (RFC 5754, 2) */
    cr_expect(oid_is(p.content_type, OID_CT_DATA));
    cr_expect(p.attached && bytes_equal(p.content, BYTES_STR(text)));
    cr_expect_eq(elements(p.certificates), s.n);
    cr_expect(der_set_sorted(p.certificates));
    for (size_t i = 0; i < s.n; i++) {
        cr_expect(has_element(p.certificates, s.chain[i]));
    }
    cr_assert_eq(p.n, 1);
    struct info i = info_of(p.signers[0]);
    cr_expect(der_set_sorted(i.attributes));
    cr_expect_eq(elements(i.attributes), 4);
    expect_hex(i.digest_alg, "300b0609608648016503040201");
    cr_expect(oid_is(i.sig_oid, OID_ECDSA_SHA256) && i.sig_params.len == 0);
    expect_hex(attribute(i.attributes, OID_AA_CONTENT_TYPE), "06092a864886f70d010701");
    expect_hex(attribute(i.attributes, OID_AA_SIGNING_TIME), "170d3236303130353130303030305a");
    expect_digest(&s, DIGEST_SHA256, BYTES_STR(text),
                  octets_of(attribute(i.attributes, OID_AA_MESSAGE_DIGEST)));
    cr_expect(verifies(&s, &i));
}

/* The first ESSCertIDv2 of signing-certificate-v2 (RFC 5035, 4). */
static struct der_cursor first_reference(sign_bytes value, struct der_parse *parse) {
    struct der_cursor c = der_open(parse, value, false), sc, list, id;
    cr_assert(der_enter(&c, DER_SEQUENCE, &sc) && der_enter(&sc, DER_SEQUENCE, &list));
    cr_assert(der_finish(&sc) && der_enter(&list, DER_SEQUENCE, &id) && der_finish(&list));
    return id;
}

Test(write, signing_certificate_binds_certificate_and_issuer) {
    AUTO(signer) s = signer_open("nes-p384");
    AUTO(pki_cert_ptr) cert = NULL;
    cr_assert_eq(pki_cert_read(s.crypto, s.chain[0], &cert, NULL), SIGN_OK);
    const sign_digest digests[] = {SIGN_SHA256, SIGN_SHA384, SIGN_SHA512};
    for (size_t n = 0; n < 3; n++) {
        AUTO(sign_buf) out = {0};
        sign_options o = options();
        o.digest = digests[n];
        sign_input in = memory(text);
        cr_assert_eq(create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
        struct info i = info_of(parts_of(view(&out)).signers[0]);
        struct der_parse parse = {0};
        struct der_cursor id =
            first_reference(attribute(i.attributes, OID_AA_SIGNING_CERTIFICATE_V2), &parse);
        enum crypto_digest d = crypto_digest_of(digests[n]);
        sign_bytes oid, params, hash, serial;
        if (d != DIGEST_SHA256) { /* the default is left out (X.690, 11.5) */
            cr_assert(der_algorithm(&id, &oid, &params) && crypto_digest_read(oid, params) == d);
        }
        cr_assert(der_octets(&id, &hash));
        expect_digest(&s, d, s.chain[0], hash);
        struct der_cursor issuer_serial, names, name;
        struct der_tlv directory;
        cr_assert(der_enter(&id, DER_SEQUENCE, &issuer_serial) && der_finish(&id));
        cr_assert(der_enter(&issuer_serial, DER_SEQUENCE, &names));
        cr_assert(der_enter(&names, DER_CONTEXT_CONSTRUCTED(4), &name) &&
                  der_take(&name, DER_SEQUENCE, &directory));
        cr_expect(bytes_equal(directory.raw, cert->issuer));
        cr_assert(der_integer(&issuer_serial, &serial) && der_finish(&issuer_serial));
        cr_expect(bytes_equal(serial, cert->serial));
    }
}

struct row {
    const char *name;
    int pss;
    enum oid sha[3]; /* signature algorithm for SHA-256, -384, -512 */
};
static const struct row rows[] = {
    {"nes-rsa2048", 0, {OID_RSA_SHA256, OID_RSA_SHA384, OID_RSA_SHA512}},
    {"nes-rsa2048", 1, {OID_RSA_PSS, OID_RSA_PSS, OID_RSA_PSS}},
    {"nes-rsa3072", 0, {OID_RSA_SHA256, OID_RSA_SHA384, OID_RSA_SHA512}},
    {"nes-p256", 0, {OID_ECDSA_SHA256, OID_ECDSA_SHA384, OID_ECDSA_SHA512}},
    {"nes-p384", 1, {OID_ECDSA_SHA256, OID_ECDSA_SHA384, OID_ECDSA_SHA512}}, /* pss means nothing to EC */
    {"nes-p521", 0, {OID_ECDSA_SHA256, OID_ECDSA_SHA384, OID_ECDSA_SHA512}},
};

static void matrix_cell(const signer *s, const struct row *row, int digest, sign_shape shape) {
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_options o = options();
    o.digest = (sign_digest)digest;
    o.shape = shape;
    o.pss = row->pss;
    sign_input in = memory(text);
    cr_assert_eq(create(s, NULL, &in, &o, &out, &err), SIGN_OK, "%s", err.text);
    struct parts p = parts_of(view(&out));
    struct info i = info_of(p.signers[0]);
    cr_expect_eq(p.attached, shape == SIGN_ATTACHED);
    cr_expect(oid_is(i.sig_oid, row->sha[digest]));
    enum crypto_digest d = crypto_digest_of(o.digest);
    expect_digest(s, d, BYTES_STR(text), octets_of(attribute(i.attributes, OID_AA_MESSAGE_DIGEST)));
    if (row->sha[digest] == OID_RSA_PSS) { /* RFC 4056, 3: MGF1 with the same hash; salt as long as it */
        struct crypto_sigalg alg;
        cr_assert(crypto_sigalg_read(i.sig_oid, i.sig_params, &alg));
        cr_expect(alg.digest == d && alg.mgf == d && alg.salt == crypto_digest_row(d)->size);
    } else if (row->sha[digest] == OID_RSA_SHA256) {
        expect_hex(i.sig_params, "0500"); /* RFC 4055, 5: NULL */
    }
    cr_expect(verifies(s, &i), "%s %d", row->name, digest);
}

Test(write, matrix_of_keys_digests_and_shapes) {
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        AUTO(signer) s = signer_open(rows[r].name);
        for (int d = 0; d < 3; d++) {
            matrix_cell(&s, &rows[r], d, SIGN_ATTACHED);
            matrix_cell(&s, &rows[r], d, SIGN_DETACHED);
        }
    }
}

Test(write, key_restricted_to_pss_signs_with_pss) {
    AUTO(signer) s = signer_open("nes-pss");
    AUTO(sign_buf) out = {0};
    sign_options o = options();
    sign_input in = memory(text);
    cr_assert_eq(create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    struct info i = info_of(parts_of(view(&out)).signers[0]);
    cr_expect(oid_is(i.sig_oid, OID_RSA_PSS) && verifies(&s, &i));
    /* The parameters of this key allow SHA-256 only (RFC 4055, 3.1). */
    AUTO(sign_buf) none = {0};
    o.digest = SIGN_SHA512;
    cr_expect_eq(create(&s, NULL, &in, &o, &none, NULL), SIGN_E_UNSUPPORTED);
    cr_expect_null(none.data);
}

static const uint8_t policy_hash[32] = {1, 2, 3};
static const char *const roles[] = {"Müdür", "Kurul üyesi"};
static const char *const lines[] = {"Sokak 1", "06100"};

static sign_options rich(void) {
    sign_options o = options();
    o.mime_type = "text/plain";
    o.content_hint = "Başvuru";
    o.commitment = "1.2.840.113549.1.9.16.6.1";
    o.roles = roles;
    o.n_roles = 2;
    o.place_country = "TR";
    o.place_locality = "Ankara";
    o.place_lines = lines;
    o.n_place_lines = 2;
    o.policy_oid = "2.16.792.1.61.0.1.5070.3.1.1";
    o.policy_digest = SIGN_SHA256;
    o.policy_hash = BYTES(policy_hash, sizeof policy_hash);
    o.policy_uri = "http://example.org/p.pdf";
    o.policy_notice = "Özet";
    return o;
}

Test(write, every_optional_attribute) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_options o = rich();
    sign_input in = memory(text);
    cr_assert_eq(create(&s, NULL, &in, &o, &out, &err), SIGN_OK, "%s", err.text);
    struct info i = info_of(parts_of(view(&out)).signers[0]);
    cr_expect_eq(elements(i.attributes), 10);
    cr_expect(der_set_sorted(i.attributes) && verifies(&s, &i));
    expect_hex(attribute(i.attributes, OID_AA_MIME_TYPE), "0c0a746578742f706c61696e");
    expect_hex(attribute(i.attributes, OID_AA_CONTENT_HINTS),
               "30150c084261c59f7675727506092a864886f70d010701");
    expect_hex(attribute(i.attributes, OID_AA_COMMITMENT_TYPE_INDICATION), "300d060b2a864886f70d0109100601");
    /* RFC 5126, 5.11.2, with explicit tags */
    expect_hex(attribute(i.attributes, OID_AA_SIGNER_LOCATION),
               "3024a0040c025452a1080c06416e6b617261a21230100c07536f6b616b20310c053036313030");
    expect_hex(attribute(i.attributes, OID_AA_SIGNER_ATTRIBUTES_V2),
               "302da02b30293010060355044831090c074dc3bc64c3bc7230150603550448310e0c0c4b7572756c"
               "20c3bc79657369");
    expect_hex(attribute(i.attributes, OID_AA_SIGNATURE_POLICY_IDENTIFIER),
               "308182060c608618013d0001a74e030101302f300b06096086480165030402010420010203000000"
               "000000000000000000000000000000000000000000000000000030413027060b2a864886f70d0109"
               "1005011618687474703a2f2f6578616d706c652e6f72672f702e7064663016060b2a864886f70d01"
               "0910050230070c05c3967a6574");
}

Test(write, roles_in_the_older_attribute) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_options o = options();
    o.roles = roles;
    o.n_roles = 1;
    o.roles_v1 = 1;
    sign_input in = memory(text);
    cr_assert_eq(create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    struct info i = info_of(parts_of(view(&out)).signers[0]);
    cr_expect_eq(attribute(i.attributes, OID_AA_SIGNER_ATTRIBUTES_V2).len, 0);
    expect_hex(attribute(i.attributes, OID_AA_SIGNER_ATTRIBUTES),
               "3016a01430123010060355044831090c074dc3bc64c3bc72");
}

Test(write, further_certificates_once_each) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(signer) other = signer_open("nes-rsa2048");
    AUTO(sign_buf) out = {0};
    sign_options o = options();
    const sign_bytes more[] = {other.chain[0], s.chain[0], other.chain[0]};
    o.certificates = more;
    o.n_certificates = 3;
    sign_input in = memory(text);
    cr_assert_eq(create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    struct parts p = parts_of(view(&out));
    cr_expect_eq(elements(p.certificates), s.n + 1);
    cr_expect(has_element(p.certificates, other.chain[0]) && der_set_sorted(p.certificates));
    /* What is no certificate is told before anything is signed. */
    AUTO(sign_buf) none = {0};
    const sign_bytes junk = BYTES_STR("0123456789");
    o.certificates = &junk;
    o.n_certificates = 1;
    cr_expect_eq(create(&s, NULL, &in, &o, &none, NULL), SIGN_E_FORMAT);
}

Test(write, empty_content) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_options o = options();
    sign_input in = memory("");
    cr_assert_eq(create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    struct parts p = parts_of(view(&out));
    cr_expect(p.attached && p.content.len == 0);
    struct info i = info_of(p.signers[0]);
    expect_digest(&s, DIGEST_SHA256, BYTES("", 0), octets_of(attribute(i.attributes, OID_AA_MESSAGE_DIGEST)));
}

static sign_rc plan(const char *name, const sign_options *o, sign_error *err) {
    AUTO(signer) s = signer_open(name);
    AUTO(ades_plan) p = {0};
    return ades_plan_make(s.crypto, s.chain, s.n, o, &p, err);
}

Test(plan, certificates_that_may_not_sign) {
    static const struct {
        const char *name, *code;
    } bad[] = {{"encryption", "E6021"},
               {"encryption-ec", "E6021"},
               {"nes-expired", "E6022"},
               {"nes-notyet", "E6022"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sign_error err = {0};
        sign_options o = options();
        cr_expect_eq(plan(bad[i].name, &o, &err), SIGN_E_CERTIFICATE, "%s", bad[i].name);
        cr_expect_str_eq(err.id, bad[i].code);
    }
    sign_options o = options();
    o.claimed_time = 1609459200; /* 2021: then it was valid */
    cr_expect_eq(plan("nes-expired", &o, NULL), SIGN_OK);
    cr_expect_eq(plan("nes-nonr", &(sign_options){.size = sizeof o}, NULL), SIGN_OK);
    cr_expect_eq(plan("seal", NULL, NULL), SIGN_OK);
}

/* TS 119 312: RSA below 3000 bits, and PKCS#1 v1.5 at any size, end with 2028. A claimed time from before
 * that does not help; a certificate that ends before does not come into it, since it is the claimed time's.
 */
Test(plan, what_has_ended_by_now_does_not_sign) {
    enum { DAY = 86400 };
    const int64_t end = INT64_C(1861920000); /* 2029-01-01 */
    sign_options o = options();
    sign_error err = {0};
    o.now = end - DAY;
    cr_expect_eq(plan("nes-rsa2048", &o, &err), SIGN_OK, "%s", err.text);
    o.now = end + DAY;
    cr_expect_eq(plan("nes-rsa2048", &o, &err), SIGN_E_UNSUPPORTED);
    cr_expect(strstr(err.text, "has ended") != NULL, "%s", err.text);
    cr_expect_eq(plan("nes-p256", &o, &err), SIGN_OK, "%s", err.text);
}

Test(plan, authority_does_not_sign_documents) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(ades_plan) p = {0};
    sign_options o = options();
    cr_assert_geq(s.n, 2);
    cr_expect_eq(ades_plan_make(s.crypto, s.chain + 1, 1, &o, &p, NULL), SIGN_E_CERTIFICATE);
    cr_expect_eq(ades_plan_make(s.crypto, s.chain, 0, &o, &p, NULL), SIGN_E_ARGUMENT);
    const sign_bytes cut = BYTES(s.chain[0].data, s.chain[0].len - 1);
    cr_expect_eq(ades_plan_make(s.crypto, &cut, 1, &o, &p, NULL), SIGN_E_FORMAT);
}

static void refuse(const sign_options *o, sign_rc rc, const char *what) {
    sign_error err = {0};
    cr_expect_eq(plan("nes-p256", o, &err), rc, "%s: %s", what, err.text);
}

Test(plan, options_that_contradict) {
    static const char *const many[LIMIT_ROLES + 1] = {"a"};
    static const char *const hole[] = {NULL};
#define REFUSE(rc, ...)                                                                                      \
    do {                                                                                                     \
        sign_options o = rich();                                                                             \
        __VA_ARGS__;                                                                                         \
        refuse(&o, rc, #__VA_ARGS__);                                                                        \
    } while (0)
    REFUSE(SIGN_OK, o.size = sizeof o);
    REFUSE(SIGN_E_ARGUMENT, o.size = 0);
    REFUSE(SIGN_E_UNSUPPORTED, o.format = (sign_format)7);
    REFUSE(SIGN_E_ARGUMENT, o.shape = (sign_shape)2);
    REFUSE(SIGN_E_ARGUMENT, o.digest = (sign_digest)3);
    REFUSE(SIGN_E_ARGUMENT, o.claimed_time = -1);
    REFUSE(SIGN_E_ARGUMENT, o.now = -1);
    REFUSE(SIGN_E_ARGUMENT, o.mime_type = "text");
    REFUSE(SIGN_E_ARGUMENT, o.mime_type = "text/\xc3\xbc");
    REFUSE(SIGN_E_ARGUMENT, o.content_hint = "");
    REFUSE(SIGN_E_ARGUMENT, o.content_hint = "\xff");
    REFUSE(SIGN_E_ARGUMENT, o.commitment = "1.2.x");
    REFUSE(SIGN_E_ARGUMENT, o.commitment = "9.2.3");
    REFUSE(SIGN_E_ARGUMENT, o.roles = many; o.n_roles = LIMIT_ROLES + 1);
    REFUSE(SIGN_E_ARGUMENT, o.roles = hole; o.n_roles = 1);
    REFUSE(SIGN_E_ARGUMENT, o.roles = NULL);
    REFUSE(SIGN_E_ARGUMENT, o.n_place_lines = LIMIT_PLACE_LINES + 1);
    REFUSE(SIGN_E_ARGUMENT, o.policy_oid = NULL);
    REFUSE(SIGN_E_ARGUMENT, o.policy_hash.len = 31);
    REFUSE(SIGN_E_ARGUMENT, o.policy_digest = SIGN_SHA384);
    REFUSE(SIGN_E_ARGUMENT, o.policy_uri = "http://example.org/a b");
    REFUSE(SIGN_E_ARGUMENT, o.n_certificates = 1);
#undef REFUSE
}

/* ---- content in files ---- */

Test(write, file_and_memory_make_the_same_signature) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    char path[256];
    pattern_file("same", 2 * LIMIT_WINDOW + 17, path);
    AUTO(sign_buf) content = {0};
    cr_assert_eq(file_read(path, LIMIT_PIECE, &content, NULL), SIGN_OK);
    for (int shape = SIGN_ATTACHED; shape <= SIGN_DETACHED; shape++) {
        AUTO(sign_buf) from_file = {0};
        AUTO(sign_buf) from_memory = {0};
        sign_options o = options();
        o.shape = (sign_shape)shape;
        sign_input file = {.path = path}, mem = {.data = view(&content)};
        cr_assert_eq(create(&s, NULL, &file, &o, &from_file, NULL), SIGN_OK);
        cr_assert_eq(create(&s, NULL, &mem, &o, &from_memory, NULL), SIGN_OK);
        cr_expect(bytes_equal(view(&from_file), view(&from_memory)));
        struct parts p = parts_of(view(&from_file));
        cr_expect_eq(p.content.len, shape == SIGN_ATTACHED ? content.len : 0);
    }
    unlink(path);
}

/* A file that is written to between draft and finish: nothing may appear. */
Test(write, changed_file_is_told_and_nothing_written) {
    AUTO(signer) s = signer_open("nes-p256");
    char path[256], target[300];
    pattern_file("changed", LIMIT_WINDOW + 5, path);
    snprintf(target, sizeof target, "%s.p7m", path);
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    sign_options o = options();
    sign_error err = {0};
    sign_input in = {.path = path};
    cr_assert_eq(draft(&s, NULL, &in, &o, &d, NULL), SIGN_OK);
    value_of(&s, d, &value);
    FILE *f = fopen(path, "r+b");
    cr_assert_not_null(f);
    fseek(f, LIMIT_WINDOW, SEEK_SET);
    fputc(0xee, f);
    cr_assert_eq(fclose(f), 0);
    sign_output out = {.path = target};
    cr_expect_eq(cades_draft_finish(s.crypto, d, view(&value), SIGN_VALUE_DER, &out, &err), SIGN_E_IO);
    cr_expect_str_eq(err.id, message_code(MSG_FILE_CHANGED));
    cr_expect_neq(access(target, F_OK), 0);
    unlink(path);
}

/* ---- the value ---- */

Test(write, value_of_another_digest_writes_nothing) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(ades_draft_ptr) other = NULL;
    AUTO(sign_buf) value = {0};
    AUTO(sign_buf) out = {0};
    sign_options o = options();
    sign_error err = {0};
    sign_input in = memory(text), in2 = memory("another");
    cr_assert_eq(draft(&s, NULL, &in, &o, &d, NULL), SIGN_OK);
    cr_assert_eq(draft(&s, NULL, &in2, &o, &other, NULL), SIGN_OK);
    value_of(&s, other, &value);
    sign_output to = {.buf = &out};
    cr_expect_eq(cades_draft_finish(s.crypto, d, view(&value), SIGN_VALUE_DER, &to, &err), SIGN_FAILED);
    cr_expect_str_eq(err.id, message_code(MSG_VALUE_REFUSED));
    cr_expect_eq(cades_draft_finish(s.crypto, d, BYTES("", 0), SIGN_VALUE_DER, &to, NULL), SIGN_FAILED);
    cr_expect_null(out.data);
    /* The draft is as good as before. */
    sign_buf_free(&value);
    value_of(&s, d, &value);
    cr_expect_eq(cades_draft_finish(s.crypto, d, view(&value), SIGN_VALUE_DER, &to, NULL), SIGN_OK);
}

Test(write, raw_ecdsa_value_becomes_der) {
    static const char *const names[] = {"nes-p256", "nes-p384", "nes-p521"};
    for (size_t n = 0; n < 3; n++) {
        AUTO(signer) s = signer_open(names[n]);
        AUTO(ades_draft_ptr) d = NULL;
        AUTO(sign_buf) value = {0};
        AUTO(sign_buf) out = {0};
        AUTO(grow) raw = {0};
        sign_options o = options();
        sign_input in = memory(text);
        cr_assert_eq(draft(&s, NULL, &in, &o, &d, NULL), SIGN_OK);
        value_of(&s, d, &value);
        cr_assert(crypto_ecdsa_to_raw(view(&value), crypto_pubkey_field(key_public(s.key)), &raw));
        sign_output to = {.buf = &out};
        cr_expect_eq(cades_draft_finish(s.crypto, d, BYTES(raw.data, raw.len - 1), SIGN_VALUE_RAW, &to, NULL),
                     SIGN_FAILED);
        cr_assert_eq(cades_draft_finish(s.crypto, d, BYTES(raw.data, raw.len), SIGN_VALUE_RAW, &to, NULL),
                     SIGN_OK);
        struct info i = info_of(parts_of(view(&out)).signers[0]);
        cr_expect(bytes_equal(i.value, view(&value)));
    }
}

Test(write, facts_of_a_draft) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(ades_draft_ptr) d = NULL;
    sign_options o = options();
    o.pss = 1;
    o.digest = SIGN_SHA384;
    sign_input in = memory(text);
    cr_assert_eq(draft(&s, NULL, &in, &o, &d, NULL), SIGN_OK);
    sign_draft_facts f = cades_draft_get(d);
    cr_expect(f.digest_alg == SIGN_SHA384 && f.scheme == SIGN_RSA_PSS && f.salt_len == 48);
    expect_digest(&s, DIGEST_SHA384, view(&d->attributes), f.digest);
}
