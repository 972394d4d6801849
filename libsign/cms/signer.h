/* cms/signer.h - one SignerInfo as it stands in a message (RFC 5652, 5.3), and the references that its
 * attributes hold (RFC 5035). */
#ifndef CMS_SIGNER_H
#define CMS_SIGNER_H

#include "cms/message.h"

/* What a signing-certificate attribute says about a certificate (RFC 5035, 5.4). */
struct cms_reference {
    enum crypto_digest digest;
    sign_bytes hash;
    sign_bytes issuer; /* Name, raw; empty when there is no issuerSerial */
    sign_bytes serial; /* contents of the INTEGER */
};
/* Reads an IssuerSerial into issuer and serial. false: malformed. */
bool cms_issuer_serial_read(struct der_cursor *c, struct cms_reference *out);

/* The signed attributes that are understood. Order of the table in read.c. */
enum signed_attribute {
    SA_CONTENT_TYPE,
    SA_MESSAGE_DIGEST,
    SA_SIGNING_TIME,
    SA_CERT_V1,
    SA_CERT_V2,
    SA_POLICY,
    SA_COMMITMENT,
    SA_PLACE,
    SA_ROLES_V1,
    SA_ROLES_V2,
    SA_MIME_TYPE,
    SA_CONTENT_HINT,
    SA_COUNT
};

/* Views into the message. */
struct cms_signer {
    sign_bytes raw;
    uint64_t version;
    sign_bytes issuer, serial; /* issuerAndSerialNumber; empty when it is a key identifier */
    sign_bytes key_id;         /* [0] subjectKeyIdentifier */
    sign_bytes digest_oid;
    enum crypto_digest digest;
    sign_bytes signed_attrs; /* the whole [0] element; empty when absent */
    sign_bytes sigalg_oid;
    struct crypto_sigalg sigalg; /* with the digest filled in; SCHEME_NONE: unknown */
    enum crypto_digest named;    /* the hash that signatureAlgorithm names, NONE when it names none */
    sign_bytes signature;
    sign_bytes unsigned_attrs; /* contents of [1] */

    sign_bytes value[SA_COUNT]; /* the value of each signed attribute, a whole element; empty when absent */
    sign_bytes message_digest;  /* contents of that OCTET STRING */
    sign_bytes content_type;    /* contents of that OID */
    int64_t signing_time;       /* 0: none */

    /* The first rule it breaks; which of the facts is false for that reason. */
    enum message_id broken;
    const char *broken_detail, *broken_other;
    bool breaks_references, breaks_value, breaks_certificate;
};

/*
 * Reads a SignerInfo element. What is wrong with it stands in broken; false only when so little could be read
 * that nothing can be computed. Texts are static or in `texts`. counter: a counter-signature (RFC
 * 5652, 11.4).
 */
bool cms_signer_read(sign_bytes raw, bool counter, arena *texts, struct cms_signer *out);

/* What the value is over when there are signed attributes: the digest of their SET OF (RFC 5652, 5.4). */
sign_rc cms_signer_hash(struct crypto *crypto, const struct cms_signer *s, uint8_t *out, sign_error *err);
/*
 * Verifies the value over that digest, or over that of the content when there are none. SIGN_FAILED: it does
 * not verify, or the key is not for this algorithm; other results and `cache` as crypto_verify has them.
 */
sign_rc cms_signer_verify(struct crypto *crypto, const struct crypto_pubkey *key, const struct cms_signer *s,
                          sign_bytes digest, bool cache, sign_error *err);

/* The next Attribute of a set: its type and the contents of its SET OF values. false at the end or when
 * malformed. */
bool cms_attribute_next(struct der_cursor *c, sign_bytes *type, sign_bytes *values);

/* The first ESSCertID of SigningCertificate, or ESSCertIDv2 of SigningCertificateV2. false: malformed. */
bool cms_reference_read(sign_bytes value, bool v2, struct cms_reference *out);

#endif
