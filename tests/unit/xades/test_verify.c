/* Verification of XML signatures: one rule a row, each beside a good signature that differs in it alone. */
#include "verify_make.h"

#include "base/text.h"

#include <stdlib.h>

#define GOOD_OBJECT   V_QP("#S", V_SP("sp", V_CERT))
#define TWICE(x)      x x
#define C14N_REF(uri) V_REF("URI=\"" uri "\"", V_EXC, "{d:a}")

struct row {
    const char *name, *text;
    enum indication indication;
    enum sub_indication sub;
    enum message_id message; /* MSG_NONE: not looked at */
};

static void check_rows(const struct row *rows, size_t n, const char *who) {
    AUTO(signer) s = signer_open(who);
    for (size_t i = 0; i < n; i++) {
        AUTO(sign_buf) text = verify_fill(&s, rows[i].text);
        AUTO(sign_report_ptr) r = NULL;
        cr_assert_eq(verify_run(&s, draft_view(&text), NULL, 0, &r), SIGN_OK, "%s", rows[i].name);
        cr_assert(r->signatures != NULL, "%s", rows[i].name);
        cr_assert(r->signatures->indication == rows[i].indication && r->signatures->sub == rows[i].sub,
                  "%s: %s %s, first message %s", rows[i].name, indication_text(r->signatures->indication),
                  sub_indication_text(r->signatures->sub),
                  r->signatures->messages ? message_code(r->signatures->messages->id) : "-");
        cr_assert(rows[i].message == MSG_NONE || verify_says(r, rows[i].message), "%s: not said",
                  rows[i].name);
    }
}
#define CHECK(rows, who) check_rows(rows, sizeof(rows) / sizeof *(rows), who)

/* ---- what is good ----------------------------------------------------------------------------------- */

Test(verify, a_good_signature_is_told_in_full) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf) text = verify_fill(&s, V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, GOOD_OBJECT)));
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(verify_run(&s, draft_view(&text), NULL, 0, &r), SIGN_OK);
    const struct report_signature *g = r->signatures;
    cr_assert_str_eq(g->id, "S");
    cr_assert_str_eq(g->format, "xades");
    cr_assert_str_eq(g->level, "B");
    cr_assert_eq(g->claimed_time, 1767607200);
    cr_assert(g->references == TRI_TRUE && g->signature_value == TRI_TRUE);
    cr_assert(g->signing_certificate == TRI_TRUE && g->covers_whole_document == TRI_TRUE);
    cr_assert(g->scope != NULL && g->scope->next == NULL, "one reference to data");
    cr_assert_str_eq(g->scope->name, "");
    cr_assert_str_eq(g->scope->digest_alg, "SHA-256");
    cr_assert(g->signer != NULL && g->sub == SUB_NONE);
}

/* XML-Signature 6.6 and 4.4.3; constant forms of XPath by structure and binding. */
Test(verify, references_and_transforms_that_hold) {
    static const char xpath[] = V_ROOT(V_SIGNATURE(
        V_SP_REF V_REF("URI=\"\"",
                       "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath "
                       "xmlns:q=\"" V_DS "\"> not( ancestor-or-self :: q:Signature ) "
                       "</ds:XPath></ds:Transform>" V_EXC,
                       "{e}"),
        GOOD_OBJECT));
    static const char filter[] = V_ROOT(V_SIGNATURE(
        V_SP_REF V_REF("URI=\"\"",
                       "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath "
                       "xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" "
                       "Filter=\"subtract\">/descendant::ds:Signature</f:XPath></ds:Transform>" V_EXC,
                       "{e}"),
        GOOD_OBJECT));
    static const char of_root[] = V_ROOT(V_SIGNATURE(
        V_SP_REF V_REF("URI=\"\"",
                       "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath "
                       "xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" "
                       "Filter=\"subtract\">/*/ds:Signature</f:XPath></ds:Transform>" V_EXC,
                       "{e}"),
        GOOD_OBJECT));
    static const char base64[] = V_SIGNATURE(
        V_SP_REF V_REF("URI=\"#o\"", "<ds:Transform Algorithm=\"" V_DS "base64\"/>", "{t:merhaba}"),
        GOOD_OBJECT "<ds:Object Id=\"o\">bWVy\naGFiYQ==</ds:Object>");
    static const char twice[] =
        V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#a\"", V_EXC V_EXC, "{d:a}"), GOOD_OBJECT));
    static const char manifest[] =
        V_ROOT(V_SIGNATURE(V_SP_REF V_REF("Type=\"" V_DS "Manifest\" URI=\"#m\"", V_EXC, "{d:m}"), GOOD_OBJECT
                           "<ds:Object><ds:Manifest Id=\"m\">" V_REF("URI=\"#a\"", V_EXC,
                                                                     "{D:a}") "</ds:Manifest></ds:Object>"));
    static const struct row rows[] = {
        {"id", V_ROOT(V_SIGNATURE(V_SP_REF C14N_REF("#a"), GOOD_OBJECT)), INDETERMINATE, SUB_NONE, 0},
        {"pointer", V_ROOT(V_SIGNATURE(V_SP_REF C14N_REF("#xpointer(id('a'))"), GOOD_OBJECT)), INDETERMINATE,
         SUB_NONE, 0},
        {"xpath", xpath, INDETERMINATE, SUB_NONE, 0},
        {"filter", filter, INDETERMINATE, SUB_NONE, 0},
        {"filter of the root", of_root, INDETERMINATE, SUB_NONE, 0},
        {"base64", base64, INDETERMINATE, SUB_NONE, 0},
        {"canonical twice", twice, INDETERMINATE, SUB_NONE, 0},
        {"no type", V_ROOT(V_SIGNATURE(V_REF("URI=\"#sp\"", V_EXC, "{d:sp}") V_DOC_REF, GOOD_OBJECT)),
         INDETERMINATE, SUB_NONE, 0},
        {"old type",
         V_ROOT(V_SIGNATURE(V_REF("Type=\"http://uri.etsi.org/01903/v1.3.2/XAdES.xsd#SignedProperties\" "
                                  "URI=\"#sp\"",
                                  V_EXC, "{d:sp}") V_DOC_REF,
                            GOOD_OBJECT)),
         INDETERMINATE, SUB_NONE, MSG_PROPERTIES_TYPE},
        {"key information signed",
         V_ROOT(V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_RSA) V_DOC_REF V_REF(
             "URI=\"#k\"", V_EXC,
             "{d:k}") "</ds:SignedInfo>" V_VALUE
                      "<ds:KeyInfo Id=\"k\"><ds:X509Data><ds:X509Certificate>{cert}</ds:X509Certificate>"
                      "</ds:X509Data></ds:KeyInfo></ds:Signature>"),
         INDETERMINATE, SUB_NONE, 0},
        {"manifest", manifest, INDETERMINATE, SUB_NONE, 0},
    };
    CHECK(rows, "nes-rsa2048");
}

/* ---- structure (XML-Signature, 4) ------------------------------------------------------------------- */

#define BROKEN(name, text)                                                                                   \
    { name, text, TOTAL_FAILED, SUB_FORMAT_FAILURE, 0 }
#define IN_SIGNED_INFO(x)                                                                                    \
    V_ROOT(V_OPEN("S") "<ds:SignedInfo>" x "</ds:SignedInfo>" V_VALUE V_KEY "</ds:Signature>")
#define WITH_DIGEST(x) V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#a\"", V_EXC, x), GOOD_OBJECT))
#define WITH_VALUE(x)                                                                                        \
    V_ROOT(V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_RSA) V_DOC_REF                                          \
           "</ds:SignedInfo><ds:SignatureValue>" x "</ds:SignatureValue>" V_KEY "</ds:Signature>")

Test(verify, structure_is_read_strictly) {
    static const struct row rows[] = {
        BROKEN("two SignedInfo", V_ROOT(V_OPEN("S") TWICE("<ds:SignedInfo>" V_METHODS(
                                     V_RSA) V_DOC_REF "</ds:SignedInfo>") V_VALUE V_KEY "</ds:Signature>")),
        BROKEN("two values", V_ROOT(V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_RSA) V_DOC_REF
                                    "</ds:SignedInfo>" V_VALUE
                                    "<ds:SignatureValue>AAAA</ds:SignatureValue>" V_KEY "</ds:Signature>")),
        BROKEN("two KeyInfo", V_ROOT(V_SIGNATURE(V_DOC_REF, V_KEY))),
        BROKEN("an unknown child", V_ROOT(V_SIGNATURE(V_DOC_REF, "<ds:Extra/>"))),
        BROKEN("text between", V_ROOT(V_SIGNATURE(V_DOC_REF, "text"))),
        BROKEN("no reference", IN_SIGNED_INFO(V_METHODS(V_RSA))),
        BROKEN("no method", IN_SIGNED_INFO(V_DOC_REF)),
        BROKEN("unknown in SignedInfo", IN_SIGNED_INFO(V_METHODS(V_RSA) V_DOC_REF "<ds:Extra/>")),
        BROKEN("HMACOutputLength",
               IN_SIGNED_INFO(
                   "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
                   "<ds:SignatureMethod Algorithm=\"" V_DS "hmac-sha1\"><ds:HMACOutputLength>0"
                   "</ds:HMACOutputLength></ds:SignatureMethod>" V_DOC_REF)),
        BROKEN("digest with a comment", WITH_DIGEST("<!-- -->{d:a}")),
        BROKEN("digest with an instruction", WITH_DIGEST("{d:a}<?x y?>")),
        BROKEN("digest in a section", WITH_DIGEST("<![CDATA[]]>{d:a}")),
        BROKEN("digest with an element", WITH_DIGEST("<x>{d:a}</x>")),
        BROKEN("digest that is no base64", WITH_DIGEST("{d:a}*")),
        BROKEN("no digest", WITH_DIGEST("")),
        BROKEN("value with a comment", WITH_VALUE("AA<!-- -->AA")),
        BROKEN("value in a section", WITH_VALUE("<![CDATA[AAAA]]>")),
        BROKEN("value that is empty", WITH_VALUE("")),
        BROKEN("six transforms",
               V_ROOT(V_SIGNATURE(V_REF("URI=\"#a\"", TWICE(V_EXC V_EXC V_EXC), "{d:a}"), ""))),
        BROKEN("31 references",
               V_ROOT(V_SIGNATURE(TWICE(C14N_REF("#a") TWICE(TWICE(TWICE(C14N_REF("#a")))) TWICE(
                                      TWICE(C14N_REF("#a"))) C14N_REF("#a") C14N_REF("#a") C14N_REF("#a")),
                                  ""))),
        BROKEN("two without URI", V_ROOT(V_SIGNATURE(TWICE(V_RAW_REF("", "{t:x}")), ""))),
        BROKEN("XSLT", V_ROOT(V_SIGNATURE(V_REF("URI=\"#a\"",
                                                "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
                                                "REC-xslt-19991116\"/>",
                                                "{d:a}"),
                                          ""))),
        BROKEN("enveloped of another element",
               V_ROOT(V_SIGNATURE(V_REF("URI=\"#a\"", V_ENV V_EXC, "{d:a}"), ""))),
        BROKEN("an Id that repeats and is used", "<r><a Id=\"a\"/><b Id=\"b\"/><c ID=\"a\"/>" V_SIGNATURE(
                                                     V_REF("URI=\"#a\"", V_EXC, "{d:b}"), "") "</r>"),
        BROKEN("a relative namespace",
               "<r xmlns:x=\"relative\"><a/>" V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_RSA)
                   V_REF("URI=\"\"", V_ENV V_EXC, "{t:}") "</ds:SignedInfo><ds:SignatureValue>AAAA"
                                                          "</ds:SignatureValue>" V_KEY "</ds:Signature></r>"),
        BROKEN("base64 of what is none",
               V_ROOT(V_SIGNATURE(
                   V_REF("URI=\"#a\"", "<ds:Transform Algorithm=\"" V_DS "base64\"/>", "{t:x}"), ""))),
        BROKEN("manifest in a manifest",
               V_ROOT(V_SIGNATURE(
                   V_REF("URI=\"#m\"", V_EXC, "{d:m}"),
                   "<ds:Object><ds:Manifest Id=\"m\">" V_REF(
                       "URI=\"#n\"", V_EXC,
                       "{d:n}") "</ds:Manifest><ds:Manifest Id=\"n\">" V_REF("URI=\"#a\"", V_EXC,
                                                                             "{D:a}") "</ds:Manifest></"
                                                                                      "ds:Object>"))),
    };
    CHECK(rows, "nes-rsa2048");
}

/* ---- XAdES (EN 319 132-1, 4) ------------------------------------------------------------------------ */

Test(verify, properties_are_bound_by_their_node) {
    static const char lie[] =
        V_ROOT(V_SIGNATURE(V_SP_REF V_REF(V_SP_TYPE "URI=\"#a\"", V_EXC, "{d:a}"), GOOD_OBJECT));
    static const char wrong_hash[] = V_ROOT(V_SIGNATURE(
        V_SP_REF V_DOC_REF,
        V_QP("#S", V_SP("sp", "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>" V_SHA
                              "<ds:DigestValue>{t:another}</ds:DigestValue></xades:CertDigest></xades:Cert>"
                              "</xades:SigningCertificateV2>"))));
    static const struct row rows[] = {
        BROKEN("another Target", V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, V_QP("#T", V_SP("sp", V_CERT))))),
        BROKEN("two QualifyingProperties",
               V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, V_QP("#S", V_SP("sq", V_CERT)) GOOD_OBJECT))),
        BROKEN("two SignedProperties",
               V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, V_QP("#S", V_SP("sq", V_CERT) V_SP("sp", V_CERT))))),
        BROKEN("a reference to properties",
               V_ROOT(V_SIGNATURE(V_DOC_REF, "<ds:Object><xades:QualifyingPropertiesReference URI=\"x\"/>"
                                             "</ds:Object>"))),
        BROKEN("a type that lies", lie),
        BROKEN("two signing times",
               V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, V_QP("#S", V_SP("sp", V_TIME V_CERT))))),
        BROKEN("transformed properties",
               V_ROOT(V_SIGNATURE(V_REF(V_SP_TYPE "URI=\"#sp\"",
                                        "<ds:Transform Algorithm=\"" V_DS "base64\"/>", "{t:x}") V_DOC_REF,
                                  GOOD_OBJECT))),
        {"unsigned properties", V_ROOT(V_SIGNATURE(V_DOC_REF, GOOD_OBJECT)), INDETERMINATE,
         SUB_SIG_CONSTRAINTS_FAILURE, MSG_PROPERTIES_UNSIGNED},
        {"no data", V_ROOT(V_SIGNATURE(V_SP_REF, GOOD_OBJECT)), INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE,
         MSG_NO_DATA_SIGNED},
        {"no signing certificate", V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, V_QP("#S", V_SP("sp", "")))),
         INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_NO_SIGNING_CERT},
        {"another certificate", wrong_hash, INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND,
         MSG_SIGNING_CERT_DIFFERS},
        {"XPath",
         V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"\"",
                                           "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
                                           "REC-xpath-19991116\"><ds:XPath>count(//*)</ds:XPath>"
                                           "</ds:Transform>",
                                           "{e}"),
                            GOOD_OBJECT)),
         INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_TRANSFORM_UNKNOWN},
        {"XPath with a prefix bound elsewhere",
         V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"\"",
                                           "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
                                           "REC-xpath-19991116\"><ds:XPath xmlns:q=\"urn:q\">not("
                                           "ancestor-or-self::q:Signature)</ds:XPath></ds:Transform>",
                                           "{e}"),
                            GOOD_OBJECT)),
         INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_TRANSFORM_UNKNOWN},
    };
    CHECK(rows, "nes-rsa2048");
}

/* ---- digests and values ----------------------------------------------------------------------------- */

#define EC_SIGNATURE(value)                                                                                  \
    V_ROOT(V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_EC) V_SP_REF V_DOC_REF                                  \
           "</ds:SignedInfo><ds:SignatureValue>" value "</ds:SignatureValue>" V_KEY GOOD_OBJECT              \
           "</ds:Signature>")

/* XML-Signature, 6.4.3: r||s; the ASN.1 of CMS is refused and said so. */
Test(verify, ecdsa_values_are_r_and_s) {
    static const struct row rows[] = {
        {"r||s", EC_SIGNATURE("{v:S}"), INDETERMINATE, SUB_NONE, 0},
        {"ASN.1", EC_SIGNATURE("{w:S}"), TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE, MSG_ECDSA_DER},
        {"short", EC_SIGNATURE("AAAA"), TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE, MSG_VALUE_FAILS},
    };
    CHECK(rows, "nes-p256");
}

Test(verify, what_does_not_match_is_told) {
    static const struct row rows[] = {
        {"digest", V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#a\"", V_EXC, "{t:x}"), GOOD_OBJECT)),
         TOTAL_FAILED, SUB_HASH_FAILURE, MSG_REFERENCE_DIFFERS},
        {"value", WITH_VALUE("AAAA"), TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE, MSG_VALUE_FAILS},
        {"HMAC with a certificate",
         V_ROOT(V_OPEN("S") "<ds:SignedInfo>" V_METHODS("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
                    V_SP_REF V_DOC_REF
                "</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue>" V_KEY GOOD_OBJECT
                "</ds:Signature>"),
         INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, MSG_KEY_UNUSABLE},
        {"an entry of a manifest",
         V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#m\"", V_EXC, "{d:m}"), GOOD_OBJECT
                            "<ds:Object><ds:Manifest Id=\"m\">" V_REF("URI=\"#a\"", V_EXC,
                                                                      "{t:x}") "</ds:Manifest></ds:Object>")),
         TOTAL_FAILED, SUB_HASH_FAILURE, MSG_REFERENCE_DIFFERS},
        {"an entry that is nowhere",
         V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#m\"", V_EXC, "{d:m}"),
                            GOOD_OBJECT "<ds:Object><ds:Manifest Id=\"m\">" V_RAW_REF(
                                "URI=\"http://127.0.0.1/x\"", "{t:x}") "</ds:Manifest></ds:Object>")),
         INDETERMINATE, SUB_SIGNED_DATA_NOT_FOUND, MSG_REFERENCE_UNFOUND},
        {"an entry by XSLT, which is never run",
         V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#m\"", V_EXC, "{d:m}"),
                            GOOD_OBJECT "<ds:Object><ds:Manifest Id=\"m\">" V_REF(
                                "URI=\"#a\"",
                                "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
                                "{D:a}") "</ds:Manifest></ds:Object>")),
         INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_TRANSFORM_UNKNOWN},
        {"an Id that is nowhere",
         V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#nobody\"", V_EXC, "{t:x}"), GOOD_OBJECT)), INDETERMINATE,
         SUB_SIGNED_DATA_NOT_FOUND, MSG_REFERENCE_UNFOUND},
        {"a pointer that is not evaluated",
         V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#xpointer(//a)\"", V_EXC, "{t:x}"), GOOD_OBJECT)),
         INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_TRANSFORM_UNKNOWN},
    };
    CHECK(rows, "nes-rsa2048");
}

/* ---- contents of the caller's ----------------------------------------------------------------------- */

static enum sub_indication sub_with(const signer *s, sign_bytes text, const sign_input *in, size_t n,
                                    enum tri references) {
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(verify_run(s, text, in, n, &r), SIGN_OK);
    cr_assert_eq(r->signatures->references, references);
    return r->signatures->sub;
}

Test(verify, detached_content_comes_from_the_caller_alone) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf)
    one = verify_fill(&s, V_SIGNATURE(V_SP_REF V_RAW_REF("URI=\"bir%20dosya.txt\"", "{t:bir}"), GOOD_OBJECT));
    AUTO(sign_buf)
    two = verify_fill(&s, V_SIGNATURE(V_SP_REF V_RAW_REF("URI=\"bir%20dosya.txt\"", "{t:bir}")
                                          V_RAW_REF("URI=\"iki\"", "{t:iki}"),
                                      GOOD_OBJECT));
    AUTO(sign_buf) nameless = verify_fill(&s, V_SIGNATURE(V_SP_REF V_RAW_REF("", "{t:bir}"), GOOD_OBJECT));
    const sign_input in[] = {{.name = "iki", .data = BYTES_STR("iki")},
                             {.name = "/yol/bir dosya.txt", .data = BYTES_STR("bir")},
                             {.name = "x", .data = BYTES_STR("bir")}};
    cr_assert_eq(sub_with(&s, draft_view(&one), NULL, 0, TRI_NULL), SUB_SIGNED_DATA_NOT_FOUND);
    cr_assert_eq(sub_with(&s, draft_view(&one), in + 2, 1, TRI_TRUE), SUB_NONE, "one needs no name");
    cr_assert_eq(sub_with(&s, draft_view(&one), in, 1, TRI_FALSE), SUB_HASH_FAILURE);
    cr_assert_eq(sub_with(&s, draft_view(&two), in, 2, TRI_TRUE), SUB_NONE, "by name");
    cr_assert_eq(sub_with(&s, draft_view(&two), in + 1, 1, TRI_NULL), SUB_SIGNED_DATA_NOT_FOUND);
    cr_assert_eq(sub_with(&s, draft_view(&two), in + 2, 1, TRI_NULL), SUB_SIGNED_DATA_NOT_FOUND,
                 "one without a name does not serve two");
    cr_assert_eq(sub_with(&s, draft_view(&nameless), in + 2, 1, TRI_TRUE), SUB_NONE);
    /* "iki%00..." is another name than "iki", also where names are C strings. */
    AUTO(sign_buf)
    nul = verify_fill(&s, V_SIGNATURE(V_SP_REF V_RAW_REF("URI=\"iki%00bir\"", "{t:iki}")
                                          V_RAW_REF("URI=\"bir%20dosya.txt\"", "{t:bir}"),
                                      GOOD_OBJECT));
    cr_assert_eq(sub_with(&s, draft_view(&nul), in, 2, TRI_NULL), SUB_SIGNED_DATA_NOT_FOUND);
}

/* ---- counter-signatures (EN 319 132-1, 5.2.7) -----------------------------------------------------------
 */

#define COUNTER(reference)                                                                                   \
    V_ROOT(V_SIGNATURE(                                                                                      \
        V_SP_REF V_DOC_REF,                                                                                  \
        V_QP("#S", V_SP("sp", V_CERT) "<xades:UnsignedProperties>"                                           \
                                      "<xades:UnsignedSignatureProperties><xades:CounterSignature>" V_OPEN(  \
                                          "C") "<ds:SignedInfo>" V_METHODS(V_RSA) reference                  \
             "</ds:SignedInfo><ds:SignatureValue>{v:C}</ds:SignatureValue>" V_KEY                            \
             "</ds:Signature></xades:CounterSignature></xades:UnsignedSignatureProperties>"                  \
             "</xades:UnsignedProperties>")))

Test(verify, a_counter_signature_signs_its_parents_value) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    static const struct {
        const char *text;
        enum indication indication;
        enum tri references;
    } rows[] = {
        {COUNTER(V_REF("URI=\"#sv\"", V_EXC, "{d:sv}")), INDETERMINATE, TRI_TRUE},
        {COUNTER(V_REF("URI=\"#sv\"", V_EXC, "{t:x}")), TOTAL_FAILED, TRI_FALSE},
        {COUNTER(C14N_REF("#a")), TOTAL_FAILED, TRI_FALSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(sign_buf) text = verify_fill(&s, rows[i].text);
        AUTO(sign_report_ptr) r = NULL;
        cr_assert_eq(verify_run(&s, draft_view(&text), NULL, 0, &r), SIGN_OK);
        cr_assert(r->signatures->next == NULL && r->signatures->sub == SUB_NONE, "%zu", i);
        const struct report_signature *c = r->signatures->countersignatures;
        cr_assert(c != NULL && c->next == NULL);
        cr_assert_str_eq(c->id, "C");
        cr_assert(c->indication == rows[i].indication && c->references == rows[i].references, "%zu", i);
        cr_assert_eq(c->signature_value, TRI_TRUE);
    }
}

/* ---- documents -------------------------------------------------------------------------------------- */

Test(verify, documents_that_cannot_be_read) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    static const struct {
        const char *text;
        bool entry;
    } rows[] = {
        {"<r/>", false},
        {"<r", false},
        {"<r><ds:Signature xmlns:ds=\"" V_DS "\">", true},
        {"<!DOCTYPE r [<!ENTITY x \"y\">]><r><Signature xmlns=\"" V_DS "\"/></r>", true},
        {"<r xmlns:Signature=\"urn:x\"/>", false},
        {"<r><Signature/></r>", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(sign_report_ptr) r = NULL;
        cr_assert_eq(verify_run(&s, BYTES_STR(rows[i].text), NULL, 0, &r), SIGN_OK);
        cr_assert_eq(r->signatures != NULL, rows[i].entry, "%s", rows[i].text);
        if (rows[i].entry)
            cr_assert(r->signatures->indication == TOTAL_FAILED && r->signatures->sub == SUB_FORMAT_FAILURE);
    }
}

Test(verify, a_bare_key_counts_for_an_inspection_alone) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(grow) text = {0};
    cr_assert_eq(pki_cert_read(s.crypto, s.chain[0], &cert, NULL), SIGN_OK);
    grow_str(&text, "<r>" V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_RSA) V_DOC_REF
             "</ds:SignedInfo>" V_VALUE "<ds:KeyInfo><k:DEREncodedKeyValue "
             "xmlns:k=\"http://www.w3.org/2009/xmldsig11#\">");
    text_base64(cert->spki, &text);
    grow_str(&text, "</k:DEREncodedKeyValue></ds:KeyInfo></ds:Signature></r>");
    grow_byte(&text, 0);
    AUTO(sign_buf) filled = verify_fill(&s, (const char *)text.data);
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(verify_run(&s, draft_view(&filled), NULL, 0, &r), SIGN_OK);
    cr_assert_eq(r->signatures->signature_value, TRI_TRUE);
    cr_assert(r->signatures->signer == NULL && verify_says(r, MSG_KEY_VALUE_ALONE));
    cr_assert(verify_says(r, MSG_SIGNER_NOT_FOUND));
}

/* ---- what is given out ------------------------------------------------------------------------------ */

static void extracts(const char *text, sign_rc wanted, const char *content) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf) filled = verify_fill(&s, text);
    AUTO(sign_buf) out = {0};
    AUTO(sign_buf) head = {0};
    sign_error err = {0};
    const source what = {.mem = draft_view(&filled), .fd = -1, .size = filled.len, .name = "x.xml"};
    const sign_output to = {.buf = &out};
    cr_assert_eq(xades_extract(s.crypto, &what, &to, &err), wanted, "%s", err.text);
    if (wanted != SIGN_OK)
        return;
    cr_assert(bytes_equal(draft_view(&out), BYTES_STR(content)), "%.*s", (int)out.len, out.data);
    cr_assert_eq(xades_content(&what, 3, &head, &err), SIGN_OK);
    cr_assert(bytes_equal(draft_view(&head), BYTES(content, 3)));
}

Test(verify, what_was_digested_is_what_is_given_out) {
    extracts(V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, GOOD_OBJECT)), SIGN_OK, "<r><a Id=\"a\">1</a></r>");
    extracts("<r><a Id=\"b\">evil</a><a Id=\"a\">ali<!-- -->.x</a>" V_SIGNATURE(V_SP_REF C14N_REF("#a"),
                                                                                GOOD_OBJECT) "</r>",
             SIGN_OK, "<a Id=\"a\">ali.x</a>");
    extracts(V_SIGNATURE(
                 V_SP_REF V_REF("URI=\"#o\"", "<ds:Transform Algorithm=\"" V_DS "base64\"/>", "{t:merhaba}"),
                 GOOD_OBJECT "<ds:Object Id=\"o\">bWVyaGFiYQ==</ds:Object>"),
             SIGN_OK, "merhaba");
    extracts(V_SIGNATURE(V_SP_REF V_REF("URI=\"#o\"", V_EXC, "{d:o}"),
                         GOOD_OBJECT "<ds:Object Id=\"o\"><x  b=\"1\"  a='2'/></ds:Object>"),
             SIGN_OK, "<x a=\"2\" b=\"1\"></x>");
    extracts(V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#a\"", V_EXC, "{t:x}"), GOOD_OBJECT)), SIGN_FAILED, "");
    extracts(V_SIGNATURE(V_SP_REF V_RAW_REF("URI=\"x\"", "{t:x}"), GOOD_OBJECT), SIGN_E_IO, "");
    extracts("<r/>", SIGN_NO_SIGNATURE, "");
}

/* ---- time-stamps ------------------------------------------------------------------------------------ */

/* What the report says of them is its own: the document is gone when it is written. */
Test(verify, time_stamps_are_told_when_the_document_is_gone) {
    static const char text[] = V_ROOT(V_SIGNATURE(
        V_SP_REF V_DOC_REF,
        V_QP("#S", V_SP("sp", V_CERT) "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
                                      "<xades:SignatureTimeStamp><xades:EncapsulatedTimeStamp>AAAA"
                                      "</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp>"
                                      "<xades:RefsOnlyTimeStamp><xades:XMLTimeStamp/>"
                                      "</xades:RefsOnlyTimeStamp></xades:UnsignedSignatureProperties>"
                                      "</xades:UnsignedProperties>")));
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf) filled = verify_fill(&s, text);
    AUTO(sign_report_ptr) r = NULL;
    AUTO(sign_buf) json = {0};
    cr_assert_eq(verify_run(&s, draft_view(&filled), NULL, 0, &r), SIGN_OK);
    r->schema = "inspect/1";
    cr_assert_eq(sign_report_write(r, SIGN_JSON, SIGN_EN, &json, NULL), SIGN_OK);
    cr_assert(draft_has(draft_view(&json), "\"SignatureTimeStamp\""));
    cr_assert(draft_has(draft_view(&json), "\"RefsOnlyTimeStamp\""));
    cr_assert_str_eq(r->signatures->level, "T");
}
