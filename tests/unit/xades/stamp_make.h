/* What the tests of time-stamps share: a document of which one signature is read as far as its properties,
 * and the imprints of its time-stamps held against octets that are written out by hand. */
#ifndef STAMP_MAKE_H
#define STAMP_MAKE_H

#include "xades/stamp.h"

#include <criterion/criterion.h>

/* An element, and its canonical form when it stands alone: `ns` is "" in the document, and where it is the
 * apex what namespaces and attributes are put there. */
#define EL(ns, name, attributes, inside) "<" name ns attributes ">" inside "</" name ">"

#define S_DS   "http://www.w3.org/2000/09/xmldsig#"
#define S_X132 "http://uri.etsi.org/01903/v1.3.2#"
#define S_X141 "http://uri.etsi.org/01903/v1.4.1#"
#define S_EXC  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define S_SHA  "http://www.w3.org/2001/04/xmlenc#sha256"
#define NS_DS  " xmlns:ds=\"" S_DS "\""
#define NS_X   " xmlns:x=\"" S_X132 "\""
#define NS_Y   " xmlns:y=\"" S_X141 "\""
/* All that is in scope in a signature of stamp_open, in the order of Canonical XML 1.0, 2.2. */
#define NS_ALL NS_DS " xmlns:q=\"urn:q\"" NS_X NS_Y

/* In place, by inclusive or exclusive canonicalization. */
#define VALUE(ns)                   EL(ns, "ds:SignatureValue", " Id=\"v\"", "AAAA")
#define CERT_REFS(ns)               EL(ns, "x:CompleteCertificateRefs", " Id=\"cr\"", "")
#define REV_REFS(ns)                EL(ns, "x:CompleteRevocationRefs", " Id=\"rr\"", "")
#define TOKEN                       "<x:EncapsulatedTimeStamp>AAAA</x:EncapsulatedTimeStamp>"
#define METHOD(uri)                 "<ds:CanonicalizationMethod Algorithm=\"" uri "\"></ds:CanonicalizationMethod>"
#define STAMP(ns, name, id, inside) EL(ns, name, " Id=\"" id "\"", inside TOKEN)

#define DIGEST_OF                   METHOD_OF("DigestMethod", S_SHA) "<ds:DigestValue>AAAA</ds:DigestValue>"
#define METHOD_OF(name, uri)        "<ds:" name " Algorithm=\"" uri "\"></ds:" name ">"
#define REF(attributes, transforms) "<ds:Reference" attributes ">" transforms DIGEST_OF "</ds:Reference>"
#define TRANSFORMS(uri)             "<ds:Transforms>" METHOD_OF("Transform", uri) "</ds:Transforms>"
#define ENVELOPED                   TRANSFORMS(S_DS "enveloped-signature")
#define SP_REF                      REF(" URI=\"#sp\"", TRANSFORMS(S_EXC))
#define INFO(ns, references)                                                                                 \
    EL(ns, "ds:SignedInfo", "",                                                                              \
       METHOD(S_EXC) METHOD_OF("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")       \
           references)
#define PROPERTIES(signed_part, data_part)                                                                   \
    EL("", "x:SignedProperties", " Id=\"sp\"",                                                               \
       "<x:SignedSignatureProperties>" signed_part "</x:SignedSignatureProperties>" data_part)
#define DATA(inside) "<x:SignedDataObjectProperties>" inside "</x:SignedDataObjectProperties>"
#define UNSIGNED(inside)                                                                                     \
    "<x:UnsignedProperties><x:UnsignedSignatureProperties>" inside                                           \
    "</x:UnsignedSignatureProperties></x:UnsignedProperties>"
#define QUALIFYING(inside)                                                                                   \
    "<ds:Object><x:QualifyingProperties Target=\"#s\">" inside "</x:QualifyingProperties></ds:Object>"
#define KEY(ns) EL(ns, "ds:KeyInfo", "", "<ds:KeyName>k</ds:KeyName>")
/* {root} with an element of its own and the signature. */
#define SIGNATURE(references, more, objects)                                                                 \
    "<ds:Signature" NS_DS NS_X NS_Y " Id=\"s\">" INFO("", references) VALUE("") more objects "</"            \
                                                                                             "ds:Signature>"
#define ROOT(signature) "<r xmlns:q=\"urn:q\"><a Id=\"a\">1</a>" signature "</r>"
/* The common case: one reference to the properties, and these unsigned ones. */
#define CARRIES(inside) ROOT(SIGNATURE(SP_REF, KEY(""), QUALIFYING(PROPERTIES("", "") UNSIGNED(inside))))

struct stamp_run {
    struct crypto *crypto;
    struct sign_report *report;
    source text, contents[2];
    bool used[2];
    xades_document document;
    struct ades_context ctx;
    struct xades_job job;
    struct xades_one one;
    struct xades_properties p;
    struct xades_keys keys;
    const struct ades_stamp *stamps;
    size_t n;
};
typedef struct stamp_run *stamp_run_ptr;
void stamp_close(stamp_run_ptr *r);
CLEANUP(stamp_run_ptr, stamp_close);

/* Reads the first signature of a document; digests and values need not hold. */
struct stamp_run *stamp_open(sign_bytes text, const sign_input *contents, size_t n);

/* What the ith time-stamp is held against SHA-256 of these octets comes to. */
struct ades_imprint stamp_against(struct stamp_run *run, size_t i, sign_bytes octets);

/* Fails the test unless the time-stamp is of that, and not of that with one more octet. */
void stamp_is_of(struct stamp_run *run, size_t i, const char *octets);

#endif
