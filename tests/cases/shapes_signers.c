/* 42 to 52: what a SignerInfo says, and how often. */
#include "mint.h"

/* An Attribute whose SET holds these elements. */
static sign_bytes attribute(struct mint *m, enum oid type, sign_bytes values) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, type);
    der_put(&b, DER_SET, values);
    der_end(&b);
    return mint_taken(m, &b);
}

static sign_bytes oids(struct mint *m, enum oid first, enum oid second) {
    AUTO(der_builder) b = {0};
    der_put_oid(&b, first);
    if (second != OID_NONE) {
        der_put_oid(&b, second);
    }
    return mint_taken(m, &b);
}

static void write(struct mint *m, const char *file, struct mint_info with) {
    struct pki_cert cert = mint_of(m, "nes-p256");
    struct mint_signer s = mint_identity(m, "nes-p256");
    mint_write(m, file, &cert, mint_info(m, &cert, &s, &with), (struct outside){0});
}

/* 45: no value, two values, a value of another type; attributes that nobody knows are left alone. */
static void attributes(struct mint *m) {
    const sign_bytes none = {0};
    const sign_bytes number = BYTES("\x02\x01\x07", 3);
    write(m, "attr-unknown.p7m", (struct mint_info){.attributes = attribute(m, OID_EXT_KEY_USAGE, number)});
    write(
        m, "content-type-no-value.p7m",
        (struct mint_info){.flaws = NO_CONTENT_TYPE, .attributes = attribute(m, OID_AA_CONTENT_TYPE, none)});
    write(m, "content-type-two-values.p7m",
          (struct mint_info){
              .flaws = NO_CONTENT_TYPE,
              .attributes = attribute(m, OID_AA_CONTENT_TYPE, oids(m, OID_CT_DATA, OID_CT_DIGESTED_DATA))});
    write(m, "content-type-number.p7m",
          (struct mint_info){.flaws = NO_CONTENT_TYPE,
                             .attributes = attribute(m, OID_AA_CONTENT_TYPE, number)});
    write(m, "digest-no-value.p7m",
          (struct mint_info){.flaws = NO_DIGEST, .attributes = attribute(m, OID_AA_MESSAGE_DIGEST, none)});
    write(m, "digest-number.p7m",
          (struct mint_info){.flaws = NO_DIGEST, .attributes = attribute(m, OID_AA_MESSAGE_DIGEST, number)});
}

/* 42: without signed attributes a type other than id-data is not even CMS (RFC 5652, 5.3). */
static void no_attributes(struct mint *m) {
    struct pki_cert cert = mint_of(m, "nes-p256");
    struct mint_signer s = mint_identity(m, "nes-p256");
    sign_bytes info = mint_info(m, &cert, &s, &(struct mint_info){.flaws = NO_ATTRS});
    mint_write(m, "no-signed-attrs-type.p7m", &cert, info,
               (struct outside){.content_type = OID_CT_DIGESTED_DATA});
}

/* 48: what digestAlgorithm names, and what digestAlgorithms lists. */
static void algorithms(struct mint *m) {
    struct mint_rsa k = mint_rsa(m, "RSA 2048", 2048, 2, 65537);
    struct pki_cert cert = mint_cert(m, &(struct mint_cert){.cn = "Ozetler", .spki = mint_spki_rsa(m, &k)});
    struct mint_signer s = mint_rsa_signer(m, &k, DIGEST_MD5);
    mint_write(m, "md5.p7m", &cert, mint_info(m, &cert, &s, &(struct mint_info){0}),
               (struct outside){.digests = DIGEST_MD5});
    s = mint_rsa_signer(m, &k, DIGEST_SHA256);
    sign_bytes info = mint_info(m, &cert, &s, &(struct mint_info){0});
    mint_write(m, "digests-same.p7m", &cert, info, (struct outside){0});
    mint_write(m, "digests-other.p7m", &cert, info, (struct outside){.digests = DIGEST_SHA512});
    AUTO(der_builder) unknown = {0}, odd = {0};
    der_begin(&unknown, DER_SEQUENCE);
    der_put_oid_text(&unknown, "1.3.6.1.4.1.55555.1.2");
    der_end(&unknown);
    info = mint_info(m, &cert, &s, &(struct mint_info){.digest_algorithm = mint_taken(m, &unknown)});
    mint_write(m, "digest-alg-unknown.p7m", &cert, info, (struct outside){0});
    der_begin(&odd, DER_SEQUENCE);
    der_put_oid(&odd, OID_SHA256);
    der_put_uint(&odd, 7);
    der_end(&odd);
    info = mint_info(m, &cert, &s, &(struct mint_info){.digest_algorithm = mint_taken(m, &odd)});
    mint_write(m, "digest-alg-params.p7m", &cert, info, (struct outside){0});
}

/* 50: the same SignerInfo again, told apart by an attribute that nobody signed. */
static void repeated(struct mint *m) {
    struct pki_cert cert = mint_of(m, "nes-p256");
    struct mint_ec k = mint_ec(m, "repeated");
    sign_bytes point = mint_point(m, k.point, POINT_CONVERSION_UNCOMPRESSED);
    cert = mint_cert(m, &(struct mint_cert){.cn = "Tekrar", .spki = mint_spki_ec(m, mint_curve(m), point)});
    struct mint_signer s = mint_ec_signer(m, &k); /* the same value each time */
    const sign_bytes more = attribute(m, OID_EXT_KEY_USAGE, BYTES("\x02\x01\x07", 3));
    const sign_bytes two[] = {mint_info(m, &cert, &s, &(struct mint_info){0}),
                              mint_info(m, &cert, &s, &(struct mint_info){.unsigned_attrs = more})};
    mint_write(m, "once-unsigned.p7m", &cert, two[1], (struct outside){0});
    mint_write(m, "duplicate-unsigned.p7m", &cert, mint_join(m, two, 2), (struct outside){0});
    mint_ec_free(&k);
}

/* 55: the key identifier of one certificate, the reference of another. */
static void key_identifier(struct mint *m) {
    AUTO(der_builder) b = {0};
    struct pki_cert cert = mint_of(m, "nes-p256"), other = mint_of(m, "nes-person2");
    struct mint_signer s = mint_identity(m, "nes-p256");
    der_put(&b, DER_CONTEXT(0), other.ski);
    const sign_bytes bag[] = {cert.der, other.der, mint_of(m, "ca-ec").der};
    sign_bytes info = mint_info(m, &cert, &s, &(struct mint_info){.sid = mint_taken(m, &b)});
    mint_write(m, "sid-key-id-other.p7m", &cert, info,
               (struct outside){.certificates = mint_join(m, bag, 3)});
}

void shapes_signers(struct mint *m) {
    attributes(m);
    no_attributes(m);
    algorithms(m);
    repeated(m);
    key_identifier(m);
}
