/* What the tests of verification share: documents written by hand, with their digests and values filled in.
 */
#ifndef VERIFY_MAKE_H
#define VERIFY_MAKE_H

#include "draft_make.h"

/*
 * Fills in, from the beginning to the end of the text, but {cert}, {hash}, {t:...} and {D:...} before the
 * others: {cert} {hash}   the signer's certificate in base64, and its SHA-256 {d:ID} {D:ID}   SHA-256 of the
 * exclusive canonical form of the element with that Id {e}             SHA-256 of that of the document
 * without the Signature with Id S {t:TEXT}        SHA-256 of TEXT {v:ID}          the value of the Signature
 * with that Id {w:ID}          the same as DER, where it is ECDSA
 */
sign_buf verify_fill(const signer *s, const char *text);

/* Verifies by integrity alone, or by `policy` with no trust; the report is the caller's. */
sign_rc verify_run(const signer *s, sign_bytes text, const sign_input *contents, size_t n,
                   struct sign_report **out);

/* True when the message is among those of the first signature. */
bool verify_says(const struct sign_report *r, enum message_id id);

#define V_DS    "http://www.w3.org/2000/09/xmldsig#"
#define V_XADES "http://uri.etsi.org/01903/v1.3.2#"
#define V_EXC   "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
#define V_ENV   "<ds:Transform Algorithm=\"" V_DS "enveloped-signature\"/>"
#define V_SHA   "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
#define V_METHODS(alg)                                                                                       \
    "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"                     \
    "<ds:SignatureMethod Algorithm=\"" alg "\"/>"
#define V_RSA "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define V_EC  "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
/* A Reference: its attributes, transforms, and digest. */
#define V_REF(attributes, transforms, digest)                                                                \
    "<ds:Reference " attributes "><ds:Transforms>" transforms "</ds:Transforms>" V_SHA                       \
    "<ds:DigestValue>" digest "</ds:DigestValue></ds:Reference>"
#define V_RAW_REF(attributes, digest)                                                                        \
    "<ds:Reference " attributes ">" V_SHA "<ds:DigestValue>" digest "</ds:DigestValue></ds:Reference>"
#define V_SP_TYPE  "Type=\"http://uri.etsi.org/01903#SignedProperties\" "
#define V_SP_REF   V_REF(V_SP_TYPE "URI=\"#sp\"", V_EXC, "{d:sp}")
#define V_DOC_REF  V_REF("URI=\"\"", V_ENV V_EXC, "{e}")
#define V_OPEN(id) "<ds:Signature xmlns:ds=\"" V_DS "\" xmlns:xades=\"" V_XADES "\" Id=\"" id "\">"
#define V_KEY                                                                                                \
    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{cert}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
#define V_CERT                                                                                               \
    "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>" V_SHA                                       \
    "<ds:DigestValue>{hash}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
#define V_TIME "<xades:SigningTime>2026-01-05T13:00:00+03:00</xades:SigningTime>"
#define V_SP(id, more)                                                                                       \
    "<xades:SignedProperties Id=\"" id "\"><xades:SignedSignatureProperties>" V_TIME more                    \
    "</xades:SignedSignatureProperties></xades:SignedProperties>"
#define V_QP(target, inside)                                                                                 \
    "<ds:Object><xades:QualifyingProperties Target=\"" target "\">" inside                                   \
    "</xades:QualifyingProperties></ds:Object>"
#define V_VALUE "<ds:SignatureValue Id=\"sv\">{v:S}</ds:SignatureValue>"
/* Everything but the references and the objects. */
#define V_SIGNATURE(references, objects)                                                                     \
    V_OPEN("S")                                                                                              \
    "<ds:SignedInfo>" V_METHODS(V_RSA) references "</ds:SignedInfo>" V_VALUE V_KEY objects "</ds:Signature>"
#define V_ROOT(inside) "<r><a Id=\"a\">1</a>" inside "</r>"

#endif
