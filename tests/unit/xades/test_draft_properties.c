/* Signed properties (EN 319 132-1, 5.2; TS 101 903, 7.2), KeyInfo, and the options of the format. */
#include "draft_make.h"

#include "base/text.h"

static const uint8_t policy_hash[32] = {1, 2, 3};
static const char *const roles[] = {"Müdür <&>", "Kurul \"üyesi\""};
static const char *const lines[] = {"Sokak 1", "No 2"};

static sign_options rich(void) {
    sign_options o = draft_options(SIGN_ENVELOPED);
    o.mime_type = "text/xml";
    o.commitment = "1.2.840.113549.1.9.16.6.1";
    o.roles = roles;
    o.n_roles = 2;
    o.place_country = "TR";
    o.place_locality = "Ankara";
    o.place_state = "İç Anadolu";
    o.place_postal_code = "06100";
    o.place_lines = lines;
    o.n_place_lines = 2;
    o.policy_oid = "2.16.792.1.61.0.1.5070.3.1.1";
    o.policy_hash = BYTES(policy_hash, sizeof policy_hash);
    o.policy_uri = "http://example.org/p.pdf?a=1&b=2";
    o.policy_notice = "Özet";
    return o;
}

static void make(const char *name, const sign_options *o, sign_buf *out) {
    AUTO(signer) s = signer_open(name);
    sign_error err = {0};
    sign_input in = draft_text("<a/>");
    cr_assert_eq(draft_create(&s, NULL, &in, o, out, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(draft_holds(&s, draft_view(out), NULL), 1);
}

static void expect_text(const sign_buf *out, const char *text) {
    cr_expect(draft_has(draft_view(out), text), "%s", text);
}

Test(xades_properties, of_the_standard) {
    AUTO(sign_buf) out = {0};
    sign_options o = rich();
    make("nes-p256", &o, &out);
    expect_text(&out,
                "<xades:SigningTime>2026-01-05T10:00:00Z</xades:SigningTime><xades:SigningCertificateV2>");
    expect_text(&out, "</xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2>"
                      "<xades:SignaturePolicyIdentifier>");
    expect_text(
        &out,
        "<xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:2.16.792.1.61.0.1.5070.3.1.1</xades:Identifier>");
    expect_text(&out, "<ds:DigestValue>AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:DigestValue></"
                      "xades:SigPolicyHash>");
    expect_text(&out, "<xades:SPURI>http://example.org/p.pdf?a=1&amp;b=2</xades:SPURI>");
    expect_text(&out,
                "<xades:SPUserNotice><xades:ExplicitText>Özet</xades:ExplicitText></xades:SPUserNotice>");
    expect_text(&out, "<xades:SignatureProductionPlaceV2><xades:City>Ankara</xades:City>"
                      "<xades:StreetAddress>Sokak 1, No 2</xades:StreetAddress>"
                      "<xades:StateOrProvince>İç Anadolu</xades:StateOrProvince>"
                      "<xades:PostalCode>06100</xades:PostalCode><xades:CountryName>TR</xades:CountryName>"
                      "</xades:SignatureProductionPlaceV2><xades:SignerRoleV2><xades:ClaimedRoles>"
                      "<xades:ClaimedRole>Müdür &lt;&amp;&gt;</xades:ClaimedRole>"
                      "<xades:ClaimedRole>Kurul \"üyesi\"</xades:ClaimedRole></xades:ClaimedRoles>"
                      "</xades:SignerRoleV2></xades:SignedSignatureProperties>");
    expect_text(
        &out,
        "\"><xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat>"
        "<xades:CommitmentTypeIndication><xades:CommitmentTypeId>"
        "<xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:1.2.840.113549.1.9.16.6.1</xades:Identifier>");
}

Test(xades_properties, of_the_turkish_option) {
    AUTO(sign_buf) out = {0};
    sign_options o = rich();
    o.certificate_v1 = o.place_v1 = o.roles_v1 = 1;
    o.place_lines = NULL;
    o.n_place_lines = 0;
    make("nes-rsa2048", &o, &out);
    expect_text(&out, "<xades:SigningCertificate><xades:Cert><xades:CertDigest>");
    expect_text(&out, "</xades:CertDigest><xades:IssuerSerial><ds:X509IssuerName>");
    expect_text(&out, "</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate>");
    expect_text(&out,
                "<xades:SignatureProductionPlace><xades:City>Ankara</xades:City><xades:StateOrProvince>");
    expect_text(&out, "<xades:SignerRole><xades:ClaimedRoles>");
    cr_expect_not(draft_has(draft_view(&out), "V2>"));
}

Test(xades_properties, reference_by_the_signatures_own_digest) {
    AUTO(sign_buf) out = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    o.digest = SIGN_SHA512;
    make("nes-p521", &o, &out);
    cr_expect_not(draft_has(draft_view(&out), "xmlenc#sha256"));
}

Test(xades_properties, key_values) {
    AUTO(sign_buf) rsa = {0};
    AUTO(sign_buf) ec = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    o.key_value = 1;
    make("nes-rsa2048", &o, &rsa);
    expect_text(&rsa, "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>");
    expect_text(&rsa, "<ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue><ds:X509Data>");
    make("nes-p384", &o, &ec);
    expect_text(&ec,
                "<dsig11:NamedCurve URI=\"urn:oid:1.3.132.0.34\"></dsig11:NamedCurve><dsig11:PublicKey>");
}

static size_t count(sign_bytes text, const char *what) {
    size_t n = 0;
    while (draft_has(text, what)) {
        size_t at = draft_find(text, what) + strlen(what);
        text = BYTES(text.data + at, text.len - at);
        n++;
    }
    return n;
}

Test(xades_properties, further_certificates_once_each) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(signer) other = signer_open("nes-rsa2048");
    AUTO(sign_buf) out = {0};
    const sign_bytes more[] = {other.chain[0], s.chain[0], other.chain[0]};
    sign_options o = draft_options(SIGN_ENVELOPED);
    o.certificates = more;
    o.n_certificates = 3;
    sign_input in = draft_text("<a/>");
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, NULL), SIGN_OK);
    cr_expect_eq(count(draft_view(&out), "<ds:X509Certificate>"), s.n + 1);
}

static void decimal(const char *hex, const char *text) {
    AUTO(grow) octets = {0};
    AUTO(grow) out = {0};
    cr_assert(text_hex_decode(hex, &octets));
    cr_assert(xades_put_decimal(&out, BYTES(octets.data, octets.len)));
    cr_expect(bytes_equal(BYTES(out.data, out.len), BYTES_STR(text)), "%s: %.*s", hex, (int)out.len,
              out.data);
}

Test(xades_properties, serial_numbers_in_decimal) {
    decimal("00", "0");
    decimal("09", "9");
    decimal("0a", "10");
    decimal("7f", "127");
    decimal("0080", "128");
    decimal("0100", "256");
    decimal("ff", "-1");
    decimal("80", "-128");
    decimal("ff7f", "-129");
    decimal("00ffffffffffffffffffffffffffffffffffffffff",
            "1461501637330902918203684832716283019655932542975");
    AUTO(grow) out = {0};
    const uint8_t many[65] = {1};
    cr_expect_not(xades_put_decimal(&out, BYTES(many, sizeof many)));
    cr_expect_not(xades_put_decimal(&out, BYTES(many, 0)));
}

static void options_refuse(sign_options o, const char *name) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(ades_plan) p = {0};
    sign_error err = {0};
    cr_expect_eq(ades_plan_make(s.crypto, s.chain, s.n, &o, &p, &err), SIGN_E_ARGUMENT, "%s", name);
    cr_expect_eq(strncmp(err.text, name, strlen(name)), 0, "%s", err.text);
}

Test(xades_properties, options_of_the_other_format) {
#define REFUSE(base, name, ...)                                                                              \
    do {                                                                                                     \
        sign_options o = base;                                                                               \
        __VA_ARGS__;                                                                                         \
        options_refuse(o, name);                                                                             \
    } while (0)
    const sign_options cades = {.size = sizeof cades}, xades = draft_options(SIGN_ENVELOPED);
    REFUSE(cades, "shape", o.shape = SIGN_ENVELOPED);
    REFUSE(cades, "c14n", o.c14n = SIGN_C14N_11);
    REFUSE(cades, "certificate_v1", o.certificate_v1 = 1);
    REFUSE(cades, "place_v1", o.place_v1 = 1);
    REFUSE(cades, "place_state", o.place_state = "x");
    REFUSE(cades, "place_postal_code", o.place_postal_code = "x");
    REFUSE(cades, "element", o.element = "x");
    REFUSE(cades, "single", o.single = 1);
    REFUSE(cades, "key_value", o.key_value = 1);
    REFUSE(xades, "content_hint", o.content_hint = "x");
    REFUSE(xades, "shape", o.shape = (sign_shape)5);
    REFUSE(xades, "c14n", o.c14n = (sign_c14n)3);
    REFUSE(xades, "place_lines", o.place_v1 = 1; o.place_lines = lines; o.n_place_lines = 1);
    REFUSE(xades, "place_state", o.place_state = "");
    REFUSE(xades, "place_postal_code", o.place_postal_code = "\xff");
    REFUSE(xades, "element", o.element = "x");
    REFUSE(xades, "element", o.shape = SIGN_INTERNALLY_DETACHED; o.element = "");
    REFUSE(xades, "single", o.shape = SIGN_DETACHED; o.single = 1);
#undef REFUSE
}
