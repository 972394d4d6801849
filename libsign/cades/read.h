/* cades/read.h - one SignerInfo as it stands in the file (RFC 5652, 5.3), and what its attributes say. */
#ifndef CADES_READ_H
#define CADES_READ_H

#include "cades/message.h"

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
struct cades_signer {
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
bool cades_signer_read(sign_bytes raw, bool counter, arena *texts, struct cades_signer *out);

/* The next Attribute of a set: its type and the contents of its SET OF values. false at the end or when
 * malformed. */
bool cades_attribute_next(struct der_cursor *c, sign_bytes *type, sign_bytes *values);

/* Writes the signed properties as text into `out`. Malformed values are left out: they decide nothing. */
void cades_signed_text(const struct cades_signer *s, arena *texts, struct report_signature *out);

/* Lists unsigned attributes into `out`: names, time-stamps. */
void cades_unsigned_read(const struct cades_signer *s, arena *texts, struct report_signature *out,
                         struct ades_carried *flags);

/* The first ESSCertID of SigningCertificate, or ESSCertIDv2 of SigningCertificateV2. false: malformed. */
bool cades_reference_read(sign_bytes value, bool v2, struct ades_reference *out);

#endif
