/* xforge.h - makes XML signatures that are wrong in one chosen way, and their good siblings. Canonical form
 * by libxml2 and values by OpenSSL, in a way of its own: nothing here is libsign's reader or writer. */
#ifndef CASES_XFORGE_H
#define CASES_XFORGE_H

#include "base/bytes.h"

#define DS    "http://www.w3.org/2000/09/xmldsig#"
#define XADES "http://uri.etsi.org/01903/v1.3.2#"

#define C14N       "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define C14N_11    "http://www.w3.org/2006/12/xml-c14n11"
#define C14N_EXC   "http://www.w3.org/2001/10/xml-exc-c14n#"
#define URI_SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define TYPE_SP    "http://uri.etsi.org/01903#SignedProperties"

#define TRANSFORM(uri) "<ds:Transform Algorithm=\"" uri "\"/>"
#define EXC            TRANSFORM(C14N_EXC)
#define ENVELOPED      TRANSFORM(DS "enveloped-signature")
/* The constant forms that leave every signature out. */
#define NO_SIGNATURES                                                                                        \
    "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"                              \
    "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"

struct xforge {
    arena texts;
    const char *folder;
    bool failed;
    unsigned marks;     /* given to the digests that are still to be computed */
    sign_bytes content; /* what a URI outside the document means */
    sign_bytes octets;  /* what the last data reference was digested from */
    bool may_be_void;   /* a canonical form that fails is digested as nothing: the attack of case 24 */
};

void xforge_open(struct xforge *x, const char *folder);
void xforge_close(struct xforge *x);
/* Frees all texts made so far. */
void xforge_forget(struct xforge *x);

/* Texts belong to the forge. A `from` that is not there ends the program: a case must not become another. */
char *xf(struct xforge *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *xf_replace(struct xforge *x, const char *text, const char *from, const char *to);
/* Takes out what begins with `from` and ends with `to`, both included, and gives it to *piece. */
char *xf_cut(struct xforge *x, const char *text, const char *from, const char *to, char **piece);
char *xf_repeat(struct xforge *x, const char *piece, size_t n);

/* An XML signature. A text that is NULL is the usual one. */
struct xsig {
    const char *id;         /* S1 */
    const char *signer;     /* nes-p256 */
    const char *refs;       /* Reference elements of the data */
    const char *c14n;       /* of SignedInfo: the whole content of CanonicalizationMethod's start tag */
    const char *method;     /* the whole SignatureMethod element */
    const char *key_info;   /* content of KeyInfo */
    const char *objects;    /* ds:Objects behind that of XAdES */
    const char *properties; /* behind SigningCertificateV2 */
    const char *unsigned_;  /* content of UnsignedSignatureProperties */
    bool plain;             /* no QualifyingProperties */
    bool unbound;           /* no Reference to SignedProperties */
};

/* The signature with marks where digests and value belong. */
char *xf_signature(struct xforge *x, const struct xsig *s);
/* attributes: ` URI="..."` and more; transforms may be "". */
char *xf_reference(struct xforge *x, const char *attributes, const char *transforms);
/* `identity` as X509Certificate elements: its own, and that of its authority. */
char *xf_certificates(struct xforge *x, const char *identity);
/* X509IssuerName and X509SerialNumber of `identity`'s certificate. */
char *xf_issuer_serial(struct xforge *x, const char *identity);
/* RSAKeyValue or ECKeyValue. */
char *xf_key_value(struct xforge *x, const char *identity);

/* The digests of the signature s->id in the document, a Manifest's first; then its value; both. */
char *xf_digest(struct xforge *x, const char *text, const struct xsig *s);
char *xf_value(struct xforge *x, const char *text, const struct xsig *s);
char *xf_sign(struct xforge *x, const char *text, const struct xsig *s);

void xf_write(struct xforge *x, const char *file, const char *text);
void xf_write_bytes(struct xforge *x, const char *file, sign_bytes bytes);

#endif
