/* xades/properties.h - the qualifying properties of a signature (EN 319 132-1, 4 and 5). Private to this
 * room. */
#ifndef XADES_PROPERTIES_H
#define XADES_PROPERTIES_H

#include "xades/job.h"

/* The signed properties that occur at most once, in the order of the table in properties.c. */
enum xades_property {
    SP_SIGNING_TIME,
    SP_CERTIFICATE,
    SP_CERTIFICATE_V2,
    SP_POLICY,
    SP_PLACE,
    SP_PLACE_V2,
    SP_ROLE,
    SP_ROLE_V2,
    SP_COUNT
};

/* A Cert of SigningCertificate or SigningCertificateV2. */
struct xades_cert {
    struct cms_reference ref; /* serial: as V1's decimal number or V2's DER say */
    const char *issuer;       /* V1: X509IssuerName; else NULL */
    bool malformed_serial;
};

/* NULL or empty where there is none. */
struct xades_properties {
    const struct xml_node *qualifying, *signed_node, *data_node, *unsigned_node;
    const struct xml_node *property[SP_COUNT];
    struct xades_cert *certs[2]; /* of SP_CERTIFICATE, SP_CERTIFICATE_V2 */
    size_t n_certs[2];
    bool is_signed; /* the references of the signature digest signed_node: nothing may be used before */
};

/*
 * Finds and reads the properties. Faults of structure go into o->s.broken, those of a signing-certificate
 * also into o->facts.signing_certificate. false: out of memory.
 */
bool xades_properties_read(struct xades_one *o, struct xades_properties *p);

/* An element of that local name in any of the namespaces of XAdES. */
bool xades_is_property(const struct xml_node *n, const char *name);

/* 0: the Type of a Reference is none of SignedProperties; 1: it is; 2: it is one that was used before, or by
 * mistake, and is read. */
int xades_type_of_properties(const char *type);

/* DigestMethod and DigestValue of an element that begins with them. false: malformed. */
bool xades_digest_read(struct xades_one *o, const struct xml_node *n, enum crypto_digest *digest,
                       sign_bytes *hash);
/* A Cert element, of a signing certificate or of references to certificates. false: malformed. */
bool xades_cert_read(struct xades_one *o, const struct xml_node *n, struct xades_cert *out);
/* An xsd:dateTime as seconds, UTC when it names no zone; 0: it is none. */
int64_t xades_time(arena *a, const struct xml_node *n);
/* The first child of that name in any of the namespaces of XAdES; NULL: none. */
const struct xml_node *xades_property_child(const struct xml_node *n, const char *name);

/* Writes the signed properties as text into o->out. Malformed values are left out: they decide nothing. The
 * signature policy goes into o->facts, too. */
void xades_signed_text(struct xades_one *o, const struct xades_properties *p);

/* ---- key information (XML-Signature, 4.5) ------------------------------------------------------------- */

/* A certificate that the signature carries. */
struct xades_candidate {
    const struct xml_node *node;
    sign_bytes der;
};

struct xades_keys {
    struct xades_candidate *certs;
    size_t n_certs, room;
    sign_bytes *crls;
    size_t n_crls, crl_room;
    sign_bytes *ocsps; /* EncapsulatedOCSPValue */
    size_t n_ocsps, ocsp_room;
    sign_bytes spki;     /* of a bare KeyValue; empty: none that is understood */
    const char *issuer;  /* hints: X509IssuerName with */
    sign_bytes serial;   /* X509SerialNumber, */
    sign_bytes ski;      /* X509SKI, */
    const char *subject; /* X509SubjectName */
    bool elsewhere;      /* RetrievalMethod: key or certificate are said to be in another place */
};

/* Reads KeyInfo. What is in it is a candidate or a hint, never trusted; nothing is followed. */
bool xades_key_info_read(struct xades_one *o, struct xades_keys *keys);
/* Room for one more element of a list in the arena, which is doubled, so that many cost no more than their
 * number; NULL: no memory. */
void *xades_more(arena *a, void *list, size_t n, size_t *room, size_t size);
/* Adds the base64 of a node as one more certificate, list or response. What cannot be decoded is none. */
enum xades_piece { PIECE_CERTIFICATE, PIECE_CRL, PIECE_OCSP };
bool xades_keys_add(struct xades_one *o, struct xades_keys *keys, const struct xml_node *n,
                    enum xades_piece piece);

/* ---- unsigned properties (EN 319 132-1, 5.3 to 5.5 and A.1; TS 101 903, 7.3 to 8.2) ---------------------
 */

/*
 * Names and level into o->out; time-stamps, references, certificates, lists and responses into o->facts, the
 * last three behind those of `keys`, which CertificateValues and RevocationValues are added to. Nothing of
 * them is trusted. The time-stamps refer to *o and *p while they are judged. false: out of memory.
 */
bool xades_unsigned_read(struct xades_one *o, const struct xades_properties *p, struct xades_keys *keys);

/* ---- the signer --------------------------------------------------------------------------------------- */

/* References of the signature that were resolved to elements of the document: what they sign. */
struct xades_bound {
    const struct xml_node *node[LIMIT_REFERENCES];
    size_t n;
};

/*
 * The signer's certificate and the value: of the certificates that the signing-certificate properties name
 * the one whose key verifies, else the first; without such properties, of all. Fills signer, signature_value,
 * signing_certificate and what belongs to them.
 */
sign_rc xades_find_signer(struct xades_one *o, const struct xades_properties *p,
                          const struct xades_keys *keys, const struct xades_bound *bound, sign_error *err);

#endif
