/* What the unsigned properties carry, what the time-stamps among them protect (EN 319 102-1, 5.6.2.3), the
 * levels by structure, and the signature policy. */
#include "stamp_make.h"

static struct stamp_run *open_text(const char *text) {
    return stamp_open(BYTES_STR(text), NULL, 0);
}

/* ---- levels (EN 319 132-1, 6; TS 101 903, 4.4) ----------------------------------------------------------
 */

#define SIG_STAMP    STAMP("", "x:SignatureTimeStamp", "t", "")
#define REFS         CERT_REFS("") REV_REFS("")
#define VALUES       "<x:CertificateValues/><x:RevocationValues/>"
#define ARCHIVE(ns)  STAMP("", ns ":ArchiveTimeStamp", "u", "")
#define SIG_AND_REFS STAMP("", "x:SigAndRefsTimeStamp", "w", "")
#define REFS_ONLY    STAMP("", "y:RefsOnlyTimeStampV2", "w", "")

Test(carried, levels_by_structure) {
    static const struct {
        const char *inside, *level;
    } rows[] = {
        {"", "B"},
        {"<x:CertificateValues/>", "B"},
        {SIG_STAMP, "T"},
        {SIG_STAMP "<x:CertificateValues/>", "T"},
        {SIG_STAMP VALUES, "LT"},
        {SIG_STAMP REFS, "C"},
        {SIG_STAMP "<y:CompleteCertificateRefsV2/>" REV_REFS(""), "C"},
        {SIG_STAMP REFS SIG_AND_REFS, "X"},
        {SIG_STAMP REFS REFS_ONLY, "X"},
        {SIG_STAMP REFS REFS_ONLY VALUES, "XL"},
        {SIG_STAMP VALUES ARCHIVE("y"), "LTA"},
        {SIG_STAMP VALUES ARCHIVE("x"), "A"},
        {SIG_STAMP REFS VALUES ARCHIVE("y"), "A"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) text = {0};
        grow_str(&text, "<r><ds:Signature" NS_DS NS_X NS_Y " Id=\"s\">" INFO("", SP_REF)
                            VALUE("") "<ds:Object><x:QualifyingProperties Target=\"#s\">" PROPERTIES(
                                "", "") "<x:UnsignedProperties><x:UnsignedSignatureProperties>");
        grow_str(&text, rows[i].inside);
        grow_str(&text, "</x:UnsignedSignatureProperties></x:UnsignedProperties></x:QualifyingProperties>"
                        "</ds:Object></ds:Signature></r>");
        AUTO(stamp_run_ptr) r = stamp_open(BYTES(text.data, text.len), NULL, 0);
        cr_assert_str_eq(r->one.out->level, rows[i].level, "%s: %s", rows[i].inside, r->one.out->level);
    }
}

/* ---- values ---------------------------------------------------------------------------------------------
 */

#define CERT(text)    "<x:EncapsulatedX509Certificate>" text "</x:EncapsulatedX509Certificate>"
#define CRL(text)     "<x:CRLValues><x:EncapsulatedCRLValue>" text "</x:EncapsulatedCRLValue></x:CRLValues>"
#define OCSP(text)    "<x:OCSPValues><x:EncapsulatedOCSPValue>" text "</x:EncapsulatedOCSPValue></x:OCSPValues>"
#define CERTS(inside) "<x:CertificateValues>" inside "</x:CertificateValues>"
#define REVS(inside)  "<x:RevocationValues>" inside "</x:RevocationValues>"

static bool holds(const sign_bytes *list, size_t n, const char *octets) {
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || bytes_equal(list[i], BYTES_STR(octets));
    return found;
}

/* Base64 of "c1" is YzE=, and so on. */
Test(carried, values_of_every_property_are_candidates) {
    AUTO(stamp_run_ptr)
    r = open_text(CARRIES(
        CERTS(CERT("YzE=") CERT("*")) REVS(CRL("bDE=") OCSP("bzE=")) "<x:AttrAuthoritiesCertValues>" CERT(
            "YzI=") "</x:AttrAuthoritiesCertValues>"
                    "<x:AttributeRevocationValues>" CRL("bDI=")
                        OCSP("bzI=") "</x:AttributeRevocationValues>"
                                     "<y:TimeStampValidationData>" CERTS(CERT("YzM=")) REVS(CRL("bDM=") OCSP(
                                         "bzM=")) "</y:TimeStampValidationData>"
                                                  "<y:AnyValidationData>" CERTS(CERT("YzQ="))
                                                      REVS(CRL("bDQ=")) "</y:AnyValidationData>"));
    const struct ades_facts *f = &r->one.facts;
    cr_assert(f->n_bag == 4 && f->n_crls == 4 && f->n_ocsps == 3, "%zu %zu %zu", f->n_bag, f->n_crls,
              f->n_ocsps);
    cr_assert(holds(f->bag, 4, "c1") && holds(f->bag, 4, "c2") && holds(f->bag, 4, "c3") &&
              holds(f->bag, 4, "c4"));
    cr_assert(holds(f->crls, 4, "l2") && holds(f->crls, 4, "l4"));
    cr_assert(holds(f->ocsps, 3, "o1") && holds(f->ocsps, 3, "o3"));
    cr_assert_eq(r->keys.n_certs, 1, "a signer is looked for in CertificateValues alone");
    const struct ades_carried *c = &r->one.carried;
    cr_assert(c->certificate_values && c->revocation_values && c->timestamp_data);
    cr_assert(!c->signature_stamp && !c->archive && !c->certificate_refs);
}

Test(carried, validation_data_of_attributes_are_no_level) {
    AUTO(stamp_run_ptr)
    r = open_text(CARRIES(SIG_STAMP "<x:AttrAuthoritiesCertValues/><x:AttributeRevocationValues/>"
                                    "<x:AttributeCertificateRefs/><x:AttributeRevocationRefs/>"));
    cr_assert_str_eq(r->one.out->level, "T");
    cr_assert_str_eq(r->one.out->attributes,
                     "SignatureTimeStamp, AttrAuthoritiesCertValues, AttributeRevocationValues, "
                     "AttributeCertificateRefs, AttributeRevocationRefs");
}

/* ---- references (EN 319 132-1, A.1) -----------------------------------------------------------------------
 */

#define D256(value) METHOD_OF("DigestMethod", S_SHA) "<ds:DigestValue>" value "</ds:DigestValue>"
#define CERT_REF(value)                                                                                      \
    "<x:Cert><x:CertDigest>" D256(                                                                           \
        value) "</x:CertDigest><x:IssuerSerial><ds:X509IssuerName>CN=a"                                      \
               "</ds:X509IssuerName><ds:X509SerialNumber>258</ds:X509SerialNumber>"                          \
               "</x:IssuerSerial></x:Cert>"
#define CERT_LIST(name, value) "<" name "><x:CertRefs>" CERT_REF(value) "</x:CertRefs></" name ">"
#define CRL_REF(value)                                                                                       \
    "<x:CRLRefs><x:CRLRef><x:DigestAlgAndValue>" D256(                                                       \
        value) "</x:DigestAlgAndValue><x:CRLIdentifier>"                                                     \
               "<x:Issuer>CN=a</x:Issuer><x:IssueTime>2020-01-01T00:00:00Z</x:IssueTime></"                  \
               "x:CRLIdentifier></x:CRLRef>"                                                                 \
               "</x:CRLRefs>"
#define OCSP_REF(digest)                                                                                     \
    "<x:OCSPRefs><x:OCSPRef><x:OCSPIdentifier><x:ResponderID><x:ByName>CN=b</x:ByName></x:ResponderID>"      \
    "<x:ProducedAt>2020-01-01T00:00:01Z</x:ProducedAt></x:OCSPIdentifier>" digest                            \
    "</x:OCSPRef></x:OCSPRefs>"
#define REV_LIST(name, inside) "<" name ">" inside "</" name ">"

Test(carried, references_are_read) {
    AUTO(stamp_run_ptr)
    r = open_text(CARRIES(CERT_LIST("x:CompleteCertificateRefs", "YzE=")
                              REV_LIST("x:CompleteRevocationRefs", CRL_REF("bDE=") OCSP_REF(""))
                                  CERT_LIST("x:AttributeCertificateRefs", "YzI=")));
    const struct ades_facts *f = &r->one.facts;
    cr_assert_eq(f->n_refs, 4);
    const struct ades_value_ref *cert = &f->refs[0], *crl = &f->refs[1], *ocsp = &f->refs[2];
    cr_assert(!cert->revocation && !cert->attribute && cert->digest == DIGEST_SHA256);
    cr_assert(bytes_equal(cert->hash, BYTES_STR("c1")));
    cr_assert(bytes_equal(cert->serial, BYTES("\x01\x02", 2)), "258 is 01 02");
    cr_assert(crl->revocation && !crl->ocsp && crl->time == 1577836800);
    cr_assert(bytes_equal(crl->hash, BYTES_STR("l1")));
    cr_assert(ocsp->revocation && ocsp->ocsp && ocsp->digest == DIGEST_NONE && ocsp->time == 1577836801);
    cr_assert(f->refs[3].attribute);
}

/* ---- what is protected
 * -------------------------------------------------------------------------------------- */

static bool covers(const struct ades_stamp *s, const char *octets, enum crypto_digest via) {
    bool found = false;
    for (size_t i = 0; i < s->n_covered; i++)
        found = found || (s->covered[i].via == via && bytes_equal(s->covered[i].what, BYTES_STR(octets)));
    return found;
}

static bool protects(const struct ades_stamp *s, size_t other) {
    bool found = false;
    for (size_t i = 0; i < s->n_stamps; i++)
        found = found || s->stamps[i] == other;
    return found;
}

#define NAMED                                                                                                \
    "<x:SigningCertificate><x:Cert><x:CertDigest>" D256("c2M=") "</x:CertDigest></x:Cert>"                   \
                                                                "</x:SigningCertificate>"
#define KEY_CERT                                                                                             \
    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>a2M=</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
#define COUNTER                                                                                              \
    "<x:CounterSignature><ds:Signature><ds:KeyInfo><ds:X509Data><ds:X509Certificate>Y3M="                    \
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature></x:CounterSignature>"
#define EVERYTHING                                                                                           \
    ROOT(SIGNATURE(                                                                                          \
        SP_REF, KEY_CERT,                                                                                    \
        QUALIFYING(PROPERTIES(NAMED, DATA(STAMP("", "x:AllDataObjectsTimeStamp", "k0", ""))) UNSIGNED(       \
            STAMP("", "x:SignatureTimeStamp", "k1", "") CERT_LIST("x:CompleteCertificateRefs", "YzE=")       \
                REV_LIST("x:CompleteRevocationRefs", CRL_REF("bDE="))                                        \
                    CERT_LIST("y:CompleteCertificateRefsV2", "YzI=") CERTS(CERT("YzM=")) STAMP(              \
                        "", "x:SigAndRefsTimeStamp", "k2", "") STAMP("", "x:RefsOnlyTimeStamp", "k3", "")    \
                        COUNTER STAMP("", "y:ArchiveTimeStamp", "k4", "") REVS(CRL("bDI="))                  \
                            STAMP("", "y:ArchiveTimeStamp", "k5", "<x:Include URI=\"#k4\"/>")))))

Test(carried, a_stamp_of_the_value_protects_what_it_signs) {
    AUTO(stamp_run_ptr) r = open_text(EVERYTHING);
    cr_assert_eq(r->n, 6);
    cr_assert(r->stamps[0].n_covered == 0 && r->stamps[0].n_stamps == 0 && !r->stamps[0].covers_signature);
    const struct ades_stamp *s = &r->stamps[1];
    cr_assert(s->class == STAMP_SIGNATURE && s->covers_signature && s->covers_data);
    cr_assert(s->n_covered == 1 && covers(s, "sc", DIGEST_SHA256), "the certificate that the signer names");
    cr_assert(s->n_stamps == 1 && protects(s, 0), "the time-stamp of the content is signed");
}

/* References of the other version are no part of it: their octets are not in what the standard stamps. */
Test(carried, a_stamp_of_references_protects_what_they_name) {
    AUTO(stamp_run_ptr) r = open_text(EVERYTHING);
    const struct ades_stamp *both = &r->stamps[2], *refs = &r->stamps[3];
    cr_assert(both->class == STAMP_SIG_AND_REFS && both->covers_signature);
    cr_assert(both->n_covered == 3 && covers(both, "sc", DIGEST_SHA256) &&
              covers(both, "c1", DIGEST_SHA256) && covers(both, "l1", DIGEST_SHA256));
    cr_assert(both->n_stamps == 2 && protects(both, 0) && protects(both, 1));
    cr_assert(refs->class == STAMP_REFS && !refs->covers_signature && !refs->covers_data);
    cr_assert(refs->n_covered == 2 && covers(refs, "c1", DIGEST_SHA256) && refs->n_stamps == 0);
}

Test(carried, an_archive_stamp_protects_all_before_it) {
    AUTO(stamp_run_ptr) r = open_text(EVERYTHING);
    const struct ades_stamp *s = &r->stamps[4];
    cr_assert(s->class == STAMP_ARCHIVE && s->covers_signature && s->covers_data);
    cr_assert(covers(s, "kc", DIGEST_NONE), "KeyInfo");
    cr_assert(covers(s, "c3", DIGEST_NONE) && covers(s, "c2", DIGEST_SHA256) && covers(s, "cs", DIGEST_NONE));
    cr_assert(!covers(s, "l2", DIGEST_NONE), "what came later");
    cr_assert_eq(s->n_stamps, 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert(protects(s, i));
}

/* 7.7.2: what Include does not name is not protected. */
Test(carried, a_distributed_stamp_protects_what_it_names) {
    AUTO(stamp_run_ptr) r = open_text(EVERYTHING);
    const struct ades_stamp *s = &r->stamps[5];
    cr_assert_eq(s->broken, MSG_NONE, "%s", s->broken_detail);
    cr_assert(s->n_stamps == 2 && protects(s, 4) && protects(s, 0));
    cr_assert(covers(s, "kc", DIGEST_NONE) && covers(s, "sc", DIGEST_SHA256) && s->n_covered == 2);
}

/* ---- the tokens -------------------------------------------------------------------------------------------
 */

Test(carried, several_tokens_in_one_property) {
    AUTO(stamp_run_ptr)
    r = open_text(CARRIES("<x:SignatureTimeStamp>" TOKEN TOKEN "</x:SignatureTimeStamp>"));
    cr_assert_eq(r->n, 2);
    cr_assert(r->stamps[0].place == r->stamps[1].place);
    cr_assert(r->stamps[1].n_stamps == 0, "tokens of one property do not protect one another");
    stamp_is_of(r, 0, VALUE(NS_ALL));
    stamp_is_of(r, 1, VALUE(NS_ALL));
}

Test(carried, what_holds_no_token_is_listed) {
    static const struct {
        const char *inside;
        enum message_id broken;
    } rows[] = {
        {"", MSG_STAMP_PROPERTY},
        {"<x:XMLTimeStamp/>", MSG_STAMP_XML},
        {"<x:EncapsulatedTimeStamp>*</x:EncapsulatedTimeStamp>", MSG_STAMP_PROPERTY},
        {"<x:HashDataInfo/>" TOKEN, MSG_STAMP_PROPERTY},
        {"text" TOKEN, MSG_STAMP_PROPERTY},
        {TOKEN, MSG_NONE}, /* of the property nothing is wrong; the token is none */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(grow) text = {0};
        grow_str(
            &text,
            "<r><ds:Signature" NS_DS NS_X NS_Y " Id=\"s\">" INFO("", SP_REF)
                VALUE("") "<ds:Object><x:QualifyingProperties Target=\"#s\">" PROPERTIES(
                    "", "") "<x:UnsignedProperties><x:UnsignedSignatureProperties><x:SignatureTimeStamp>");
        grow_str(&text, rows[i].inside);
        grow_str(&text, "</x:SignatureTimeStamp></x:UnsignedSignatureProperties></x:UnsignedProperties>"
                        "</x:QualifyingProperties></ds:Object></ds:Signature></r>");
        AUTO(stamp_run_ptr) r = stamp_open(BYTES(text.data, text.len), NULL, 0);
        cr_assert_eq(r->n, 1, "row %zu", i);
        cr_assert_eq(r->stamps[0].broken, rows[i].broken, "row %zu: %s", i,
                     message_code(r->stamps[0].broken));
        cr_assert(r->stamps[0].token != NULL && r->stamps[0].token->broken != MSG_NONE);
        cr_assert_eq(r->one.s.broken, MSG_NONE);
    }
}

/* ---- the signature policy (EN 319 132-1, 5.2.9)
 * ------------------------------------------------------------- */

#define POLICY(id, hash, more)                                                                               \
    ROOT(SIGNATURE(                                                                                          \
        SP_REF, "",                                                                                          \
        QUALIFYING(PROPERTIES(                                                                               \
            "<x:SignaturePolicyIdentifier><x:SignaturePolicyId><x:SigPolicyId>"                              \
            "<x:Identifier" id "</x:Identifier></x:SigPolicyId>"                                             \
            "<x:SigPolicyHash>" METHOD_OF(                                                                   \
                "DigestMethod", S_SHA) "<ds:DigestValue>" hash "</ds:DigestValue></x:SigPolicyHash>" more    \
                                       "</x:SignaturePolicyId></x:SignaturePolicyIdentifier>",               \
            ""))))

Test(carried, a_policy_by_its_number) {
    static const char *const ids[] = {POLICY(" Qualifier=\"OIDAsURN\">urn:oid:2.16.792.1", "YzE=", ""),
                                      POLICY(" Qualifier=\"OIDAsURN\">\n URN:OID:2.16.792.1 \n", "YzE=", ""),
                                      POLICY(" Qualifier=\"OIDAsURI\">2.16.792.1", "YzE=", "")};
    for (size_t i = 0; i < 3; i++) {
        AUTO(stamp_run_ptr) r = open_text(ids[i]);
        const struct ades_signature_policy *p = &r->one.facts.policy;
        cr_assert(p->present && !p->implied && !p->hash_zero);
        cr_assert_str_eq(p->oid, "2.16.792.1");
        cr_assert(p->digest == DIGEST_SHA256 && bytes_equal(p->hash, BYTES_STR("c1")));
        cr_assert_str_eq(r->one.out->policy_hash, "SHA-256 6331");
    }
}

Test(carried, a_policy_by_its_address) {
    AUTO(stamp_run_ptr)
    r = open_text(
        POLICY(">https://a.example/p", "AAA=",
               "<x:SigPolicyQualifiers><x:SigPolicyQualifier><x:SPURI>https://a.example/p.der</x:SPURI>"
               "</x:SigPolicyQualifier></x:SigPolicyQualifiers>"));
    const struct ades_signature_policy *p = &r->one.facts.policy;
    cr_assert_str_eq(p->oid, "https://a.example/p");
    cr_assert_str_eq(p->uri, "https://a.example/p.der");
    cr_assert(p->hash_zero, "a hash of zeros is not to be checked");
}

Test(carried, policies_without_a_hash_to_check) {
    AUTO(stamp_run_ptr) empty = open_text(POLICY(">urn:oid:1.2", "", ""));
    cr_assert(empty->one.facts.policy.hash_zero && empty->one.facts.policy.hash.len == 0);
    AUTO(stamp_run_ptr) spoilt = open_text(POLICY(">urn:oid:1.2", "*", ""));
    cr_assert(!spoilt->one.facts.policy.hash_zero, "what is no base64 does not say so");
    AUTO(stamp_run_ptr)
    implied = open_text(
        ROOT(SIGNATURE(SP_REF, "",
                       QUALIFYING(PROPERTIES("<x:SignaturePolicyIdentifier><x:SignaturePolicyImplied/>"
                                             "</x:SignaturePolicyIdentifier>",
                                             "")))));
    cr_assert(implied->one.facts.policy.present && implied->one.facts.policy.implied);
    cr_assert_null(implied->one.facts.policy.oid);
    AUTO(stamp_run_ptr) none = open_text(CARRIES(""));
    cr_assert(!none->one.facts.policy.present);
}
