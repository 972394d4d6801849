/* xades/write.h - the text of a signature to be made: everything but its digests and its value. */
#ifndef XADES_WRITE_H
#define XADES_WRITE_H

#include "ades/ades.h"
#include "xades/names.h"

/* What one Reference to data speaks of. */
enum xades_data_kind {
    XADES_WHOLE,    /* URI="": the document less signatures */
    XADES_AROUND,   /* an element by its Id, and the Signature stands in it */
    XADES_ELEMENT,  /* an element by its Id that is elsewhere; an Object of the Signature itself too */
    XADES_BASE64,   /* the same, and its text is the base64 of what is signed */
    XADES_DETACHED, /* content that is not in the document */
    XADES_KINDS
};
struct xades_data {
    enum xades_data_kind kind;
    char *uri; /* as it is read from the attribute; NULL: the Reference has none. Owned */
};

/* The Ids of one signature: a letter, "-", and 32 hexadecimal digits that nobody guesses. */
enum { XADES_ID_SIZE = 40 };
void xades_id_new(char out[XADES_ID_SIZE]); /* of the Signature */
/* The Id of one of its parts: 'P' SignedProperties, 'V' SignatureValue, 'R' Reference n, 'O' Object, 'D' the
 * signed element. */
void xades_id_of(const char *signature, char part, size_t n, char out[XADES_ID_SIZE]);

/* What is to be written. */
struct xades_writing {
    struct crypto *crypto;
    const ades_plan *plan;
    const char *id; /* of the Signature */
    const struct xades_data *data;
    size_t n_data;
    const char *mime; /* MIME type of the data */
    bool enveloping;  /* `object` stands in an Object, as it is or in base64 as data[0].kind says */
    sign_bytes object;
};

/* Where things stand in the text. */
struct xades_written {
    size_t digest[LIMIT_REFERENCES]; /* DigestValue of each Reference, that of SignedProperties first */
    size_t value;                    /* the SignatureValue, which is empty */
};

/*
 * Appends a ds:Signature, on one line: white space would be signed too. Every DigestValue holds the base64 of
 * zeros, of the right length. SIGN_E_ARGUMENT: an option has a character that XML forbids.
 */
sign_rc xades_signature_write(const struct xades_writing *w, grow *out, struct xades_written *at,
                              sign_error *err);

/* <name>text</name>, the text escaped; <name attribute="value">. */
void xades_put_leaf(grow *out, const char *name, const char *text);
void xades_put_open(grow *out, const char *name, const char *attribute, const char *value);
void xades_put_digest_method(grow *out, enum crypto_digest d);
/* Base64, in lines of 76 when it is longer (RFC 2045, 6.8, to which XML-Signature, 4.3 refers). */
void xades_put_base64(grow *out, sign_bytes octets);

/* QualifyingProperties with SignedProperties (EN 319 132-1, 4.3); all texts of the options were checked. */
sign_rc xades_properties_write(const struct xades_writing *w, grow *out, sign_error *err);
/* KeyInfo (XML-Signature, 4.5). */
sign_rc xades_key_info_write(const struct xades_writing *w, grow *out, sign_error *err);
/* A two's complement INTEGER in decimal (XML-Signature, 4.5.4: X509SerialNumber). */
bool xades_put_decimal(grow *out, sign_bytes integer);

#endif
