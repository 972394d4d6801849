/* Signature AlgorithmIdentifiers, RSASSA-PSS-params (RFC 4055, 3.1), and ECDSA values (RFC 3279, 2.2.3). */
#include "crypto/crypto.h"
#include "support/hex.h"

static void check_round_trip(const struct crypto_sigalg *alg, const char *name) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    char text[64];
    struct crypto_sigalg back;
    struct der_parse parse;
    sign_bytes oid, params;
    crypto_sigalg_write(&b, alg);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK, "%s", name);
    cr_assert(der_is_der(BYTES(out.data, out.len), NULL));
    struct der_cursor c = der_open(&parse, BYTES(out.data, out.len), false);
    cr_assert(der_algorithm(&c, &oid, &params) && der_finish(&c));
    cr_assert(crypto_sigalg_read(oid, params, &back), "%s", name);
    cr_assert(back.scheme == alg->scheme && back.digest == alg->digest && back.mgf == alg->mgf &&
              back.salt == alg->salt);
    crypto_sigalg_name(alg, text);
    cr_assert_str_eq(text, name);
}

Test(sigalg, what_is_written_is_read) {
    static const struct {
        struct crypto_sigalg alg;
        const char *name;
    } rows[] = {
        {{SCHEME_RSA_PKCS1, DIGEST_NONE, 0, 0}, "RSA"},
        {{SCHEME_RSA_PKCS1, DIGEST_SHA1, 0, 0}, "RSA SHA-1"},
        {{SCHEME_RSA_PKCS1, DIGEST_SHA256, 0, 0}, "RSA SHA-256"},
        {{SCHEME_RSA_PKCS1, DIGEST_SHA3_512, 0, 0}, "RSA SHA3-512"},
        {{SCHEME_ECDSA, DIGEST_SHA384, 0, 0}, "ECDSA SHA-384"},
        {{SCHEME_ECDSA, DIGEST_SHA3_256, 0, 0}, "ECDSA SHA3-256"},
        {{SCHEME_DSA, DIGEST_SHA1, 0, 0}, "DSA SHA-1"},
        {{SCHEME_DSA, DIGEST_SHA224, 0, 0}, "DSA SHA-224"},
        {{SCHEME_DSA, DIGEST_SHA256, 0, 0}, "DSA SHA-256"},
        {{SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA256, 32}, "RSA-PSS SHA-256"},
        {{SCHEME_RSA_PSS, DIGEST_SHA1, DIGEST_SHA1, 20}, "RSA-PSS SHA-1"},
        {{SCHEME_RSA_PSS, DIGEST_SHA512, DIGEST_SHA1, 0}, "RSA-PSS SHA-512 MGF1 SHA-1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_round_trip(&rows[i].alg, rows[i].name);
}

Test(sigalg, what_has_no_identifier_cannot_be_written) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    crypto_sigalg_write(&b, &(struct crypto_sigalg){.scheme = SCHEME_ECDSA, .digest = DIGEST_MD5});
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_E_INTERNAL);
}

Test(sigalg, digest_identifier_has_no_parameters) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    AUTO(grow) room = {0};
    crypto_digest_write(&b, DIGEST_SHA256);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    cr_assert(bytes_equal(BYTES(out.data, out.len), hex("300b 0609608648016503040201", &room)));
}

Test(sigalg, parameters_absent_or_null) {
    AUTO(grow) room = {0};
    struct crypto_sigalg alg;
    cr_assert(crypto_sigalg_read(oid_bytes(OID_RSA_SHA256), (sign_bytes){0}, &alg));
    cr_assert(crypto_sigalg_read(oid_bytes(OID_RSA_SHA256), hex("0500", &room), &alg));
    cr_assert(crypto_sigalg_read(oid_bytes(OID_ECDSA_SHA256), (sign_bytes){0}, &alg));
    cr_assert(!crypto_sigalg_read(oid_bytes(OID_RSA_SHA256), hex("3000", &room), &alg));
    cr_assert_eq(alg.scheme, SCHEME_NONE);
    cr_assert(!crypto_sigalg_read(oid_bytes(OID_ECDSA_SHA256), hex("020101", &room), &alg));
    cr_assert(!crypto_sigalg_read(oid_bytes(OID_DSA_SHA256), hex("3000", &room), &alg));
    cr_assert(!crypto_sigalg_read(oid_bytes(OID_DSA), (sign_bytes){0}, &alg), "of a key, not of a signature");
    cr_assert(!crypto_sigalg_read(oid_bytes(OID_ED25519), (sign_bytes){0}, &alg));
    cr_assert(crypto_sigalg_read(oid_bytes(OID_RSA_SHA1_OIW), (sign_bytes){0}, &alg));
    cr_assert_eq(alg.digest, DIGEST_SHA1);
    cr_assert(crypto_sigalg_read(oid_bytes(OID_RSA_MD5), hex("0500", &room), &alg));
    cr_assert_eq(alg.digest, DIGEST_MD5);
}

#define SHA256_ID   "300b 0609608648016503040201"
#define SHA256_NULL "300d 0609608648016503040201 0500"
#define MGF_SHA256  "3018 06092a864886f70d010108 " SHA256_ID

Test(sigalg, pss_parameters) {
    static const struct {
        const char *octets;
        bool good;
        struct crypto_sigalg alg;
    } rows[] = {
        {"3000", true, {SCHEME_RSA_PSS, DIGEST_SHA1, DIGEST_SHA1, 20}},
        {"", false, {0}},     /* must be there with a signature */
        {"0500", false, {0}}, /* NULL is no SEQUENCE */
        {"302e a00d" SHA256_ID "a11a" MGF_SHA256 "a203020120", false, {0}}, /* length of the whole is wrong */
        {"3030 a00d" SHA256_ID "a11a" MGF_SHA256 "a203020120",
         true,
         {SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA256, 32}},
        {"3032 a00f" SHA256_NULL "a11a" MGF_SHA256 "a203020120",
         true,
         {SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA256, 32}},
        {"300f a00d" SHA256_ID, true, {SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA1, 20}},
        {"3005 a203020100", true, {SCHEME_RSA_PSS, DIGEST_SHA1, DIGEST_SHA1, 0}},
        {"3005 a2030201ff", false, {0}},    /* negative salt */
        {"3006 a204 02020801", false, {0}}, /* longer than any modulus */
        {"3005 a303020101", true, {SCHEME_RSA_PSS, DIGEST_SHA1, DIGEST_SHA1, 20}},
        {"3005 a303020102", false, {0}},            /* RFC 4055, 3.1: trailerField is 1 */
        {"300a a303020101 a203020114", false, {0}}, /* out of order */
        {"3007 a203020114 0500", false, {0}},
        {"3007 a205020114 0500", false, {0}},
        {"300d a10b3009 06072a8648ce3d0201", false, {0}},     /* no MGF1 */
        {"300f a10d300b 06092a864886f70d010108", false, {0}}, /* MGF1 without its hash */
        {"3008 a0063004 06022a03", false, {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) room = {0};
        struct crypto_sigalg alg;
        bool good = crypto_sigalg_read(oid_bytes(OID_RSA_PSS), hex(rows[i].octets, &room), &alg);
        cr_assert_eq(good, rows[i].good, "row %zu", i);
        cr_assert(alg.scheme == rows[i].alg.scheme && alg.digest == rows[i].alg.digest &&
                      alg.mgf == rows[i].alg.mgf && alg.salt == rows[i].alg.salt,
                  "row %zu", i);
    }
}

Test(ecdsa, plain_and_der) {
    static const struct {
        const char *raw, *der; /* raw with field 2 */
    } rows[] = {{"00010002", "3006 020101 020102"},
                {"00ff7fff", "3008 020200ff 02027fff"},
                {"80000001", "3008 0203008000 020101"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) a = {0}, b = {0}, der = {0}, raw = {0};
        sign_bytes r = hex(rows[i].raw, &a), d = hex(rows[i].der, &b);
        cr_assert(crypto_ecdsa_to_der(r, &der));
        cr_assert(bytes_equal(BYTES(der.data, der.len), d), "row %zu", i);
        cr_assert(crypto_ecdsa_to_raw(d, 2, &raw));
        cr_assert(bytes_equal(BYTES(raw.data, raw.len), r), "row %zu", i);
    }
}

Test(ecdsa, values_that_are_not_of_the_form) {
    static const char *const der[] = {"",
                                      "3006 020100 020101",      /* r = 0 */
                                      "3006 020101 020100",      /* s = 0 */
                                      "3006 020181 020101",      /* negative */
                                      "3007 02020001 020101",    /* over-long */
                                      "3081 06 020101 020101",   /* length not the shortest */
                                      "3080 020101 020101 0000", /* indefinite */
                                      "3006 020101 020101 00",   /* trailing data */
                                      "3008 020101 020101 0500", /* trailing data inside */
                                      "3003 020101",             /* s missing */
                                      "3106 020101 020101",      /* a SET */
                                      "3008 0203010000 020101"}; /* longer than the field */
    for (size_t i = 0; i < sizeof der / sizeof *der; i++) {
        AUTO(grow) room = {0}, out = {0};
        cr_assert(!crypto_ecdsa_to_raw(hex(der[i], &room), 2, &out), "%s", der[i]);
        cr_assert_eq(out.len, 0);
    }
    static const char *const raw[] = {"", "01", "010203", "00000001", "00010000"};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
        AUTO(grow) room = {0}, out = {0};
        cr_assert(!crypto_ecdsa_to_der(hex(raw[i], &room), &out), "%s", raw[i]);
    }
    uint8_t large[134] = {1};
    large[133] = 1;
    AUTO(grow) out = {0};
    cr_assert(!crypto_ecdsa_to_der(BYTES(large, sizeof large), &out), "no curve has 67 octets");
    large[67] = 1;
    cr_assert(crypto_ecdsa_to_der(BYTES(large, 132), &out));
}

/* RFC 9231, 2.1 and 2.3: every URI leads to one algorithm, and back. */
Test(uri, algorithms_by_their_uris_in_xml) {
    static const struct {
        const char *uri;
        struct crypto_sigalg alg;
    } rows[] = {
        {"http://www.w3.org/2000/09/xmldsig#rsa-sha1", {SCHEME_RSA_PKCS1, DIGEST_SHA1, 0, 0}},
        {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", {SCHEME_RSA_PKCS1, DIGEST_SHA256, 0, 0}},
        {"http://www.w3.org/2001/04/xmldsig-more#rsa-md5", {SCHEME_RSA_PKCS1, DIGEST_MD5, 0, 0}},
        {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", {SCHEME_ECDSA, DIGEST_SHA384, 0, 0}},
        {"http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256", {SCHEME_ECDSA, DIGEST_SHA3_256, 0, 0}},
        {"http://www.w3.org/2000/09/xmldsig#dsa-sha1", {SCHEME_DSA, DIGEST_SHA1, 0, 0}},
        {"http://www.w3.org/2009/xmldsig11#dsa-sha256", {SCHEME_DSA, DIGEST_SHA256, 0, 0}},
        {"http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
         {SCHEME_RSA_PSS, DIGEST_SHA512, DIGEST_SHA512, 64}},
        {"http://www.w3.org/2007/05/xmldsig-more#sha3-384-rsa-MGF1",
         {SCHEME_RSA_PSS, DIGEST_SHA3_384, DIGEST_SHA3_384, 48}},
    };
    struct crypto_sigalg alg;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert(crypto_sigalg_find_uri(rows[i].uri, &alg), "%s", rows[i].uri);
        cr_assert(alg.scheme == rows[i].alg.scheme && alg.digest == rows[i].alg.digest &&
                      alg.mgf == rows[i].alg.mgf && alg.salt == rows[i].alg.salt,
                  "%s", rows[i].uri);
        cr_assert_str_eq(crypto_sigalg_uri(&alg), rows[i].uri);
    }
    cr_assert(crypto_sigalg_find_uri(CRYPTO_URI_PSS, &alg));
    cr_assert(alg.scheme == SCHEME_RSA_PSS && alg.digest == DIGEST_SHA256 && alg.salt == 32);
    alg.salt = 20;
    cr_assert(crypto_sigalg_uri(&alg) == NULL, "another salt needs parameters");
    cr_assert(!crypto_sigalg_find_uri("http://www.w3.org/2000/09/xmldsig#hmac-sha1", &alg));
    cr_assert_eq(alg.scheme, SCHEME_NONE);
    cr_assert_str_eq(crypto_sigalg_other("http://www.w3.org/2000/09/xmldsig#hmac-sha1"), "HMAC SHA-1");
    cr_assert(crypto_sigalg_uri(&(struct crypto_sigalg){.scheme = SCHEME_DSA, .digest = DIGEST_SHA224}) ==
              NULL);
    cr_assert(crypto_sigalg_other("http://www.w3.org/2000/09/xmldsig#dsa-sha1") == NULL);
    cr_assert(crypto_sigalg_other("http://www.w3.org/2000/09/xmldsig#rsa-sha1") == NULL);
}

Test(uri, digests_by_their_uris_in_xml) {
    for (int d = DIGEST_MD5; d < DIGEST_COUNT; d++) {
        const char *uri = crypto_digest_row((enum crypto_digest)d)->uri;
        cr_assert_eq((int)crypto_digest_find_uri(uri), d, "%s", uri);
    }
    cr_assert_eq(crypto_digest_find_uri("http://www.w3.org/2001/04/xmlenc#sha256"), DIGEST_SHA256);
    cr_assert_eq(crypto_digest_find_uri("http://www.w3.org/2000/09/xmldsig#sha1"), DIGEST_SHA1);
    cr_assert_eq(crypto_digest_find_uri("http://www.w3.org/2001/04/xmlenc#SHA256"), DIGEST_NONE);
    cr_assert_eq(crypto_digest_find_uri(""), DIGEST_NONE);
}
