/* forge.h - makes CMS messages that are wrong in one chosen way, and their good siblings. Nothing here is
 * libsign's writer. */
#ifndef CASES_FORGE_H
#define CASES_FORGE_H

#include "der/builder.h"
#include "key/key.h"
#include "pki/pki.h"

/* What is different from a good CAdES-B signature. */
enum flaw {
    GOOD = 0,
    NO_ATTRS = 1 << 0,
    NO_CONTENT_TYPE = 1 << 1,
    OTHER_CONTENT_TYPE = 1 << 2,
    TWO_CONTENT_TYPES = 1 << 3,
    NO_DIGEST = 1 << 4,
    OTHER_DIGEST = 1 << 5,
    TWO_DIGESTS = 1 << 6,
    DIGEST_VALUES = 1 << 7, /* one attribute, two values */
    TWO_TIMES = 1 << 8,
    NO_REFERENCE = 1 << 9,
    REFERENCE_OTHER = 1 << 10,  /* the hash of the certificate `other` */
    REFERENCE_SERIAL = 1 << 11, /* issuerSerial of `other`, hash of the signer's */
    REFERENCE_SECOND = 1 << 12, /* `other` first, the signer's second */
    V1_TOO = 1 << 13,
    V1_ONLY = 1 << 14,
    V1_OTHER = 1 << 15,
    UNSORTED = 1 << 16,
    BER_ATTRS = 1 << 17,
    SID_KEY_ID = 1 << 18,
    SID_OTHER = 1 << 19,
    DIGEST_ALG_OTHER = 1 << 20, /* digestAlgorithm SHA-512 beside a signature algorithm with SHA-256 */
    VALUE_FLIPPED = 1 << 21,
    VALUE_ZERO = 1 << 22,   /* ECDSA r = s = 0 */
    VALUE_RAW = 1 << 23,    /* r||s where CMS has a SEQUENCE */
    VALUE_LONGER = 1 << 24, /* an octet behind it */
    STAMP_INFO = 1 << 25,   /* content-type id-ct-TSTInfo */
    PSS = 1 << 26,
    SHA1 = 1 << 27,
    TWO_REFERENCES = 1 << 28,
    REFERENCE_TRAILING = 1 << 29, /* an element behind certs and policies */
    REFERENCE_POLICIES = 1 << 30  /* policies, which SigningCertificate may have */
};

struct identity {
    const char *name;
    sign_key *key;
    struct pki_cert *cert;
};

struct forge {
    struct crypto *crypto;
    struct identity ids[48];
    size_t n;
    const char *folder;
    sign_bytes content;
    int64_t at; /* signing-time */
    bool failed;
};

bool forge_open(struct forge *f, const char *folder, sign_bytes content);
void forge_close(struct forge *f);
/* The identity of the test PKI; NULL and failed when it cannot be opened. */
struct identity *forge_identity(struct forge *f, const char *name);

/* A SignerInfo over f->content. unsigned_attrs: contents of [1], may be empty. */
sign_buf forge_signer(struct forge *f, const char *signer, const char *other, unsigned flaws,
                      sign_bytes unsigned_attrs);
/* A counter-signature over the value of a SignerInfo (raw), as the Attribute that carries it. */
sign_buf forge_counter(struct forge *f, const char *signer, sign_bytes over, bool with_type,
                       sign_bytes nested);
/* The octets of the value of a SignerInfo. */
sign_bytes forge_value(sign_bytes signer_info);
/* The signed attributes of a SignerInfo with the tag of a SET. */
sign_buf forge_set_of_attributes(sign_bytes signer_info);

/* The signed attributes of a signature of `signer` over `over`, with the tag of a SET. */
sign_buf forge_attributes(struct forge *f, unsigned flaws, const struct pki_cert *signer,
                          const struct pki_cert *other, enum crypto_digest d, sign_bytes over, bool counter);
sign_bytes forge_hash(struct forge *f, enum crypto_digest d, sign_bytes in, uint8_t out[DIGEST_MAX]);
void forge_taken(struct forge *f, der_builder *b, sign_buf *out);

/* A list that revokes nothing, of the identity `issuer`, signed with this digest. */
sign_buf forge_crl(struct forge *f, const char *issuer, enum crypto_digest d);
/* revocation-values (TS 101 733, 6.3.4) with these lists, as an Attribute. */
sign_buf forge_revocation_values(struct forge *f, sign_bytes crls);

/* How the message around the signers is written. */
struct outside {
    bool detached, ber, no_certificates;
    bool no_digests, odd_digests; /* digestAlgorithms: empty, or with an element that is none */
    enum crypto_digest digests;   /* what digestAlgorithms lists; NONE: SHA-256 */
    sign_bytes certificates;      /* elements of [0] in this order; empty: all identities and authorities */
    enum oid content_type;        /* OID_NONE: id-data */
    sign_bytes content;           /* empty: the forge's own */
    sign_bytes crls;              /* contents of [1] */
};
sign_buf forge_message(struct forge *f, const sign_buf *signers, size_t n, const struct outside *o);

void forge_write(struct forge *f, const char *name, sign_bytes bytes);

#endif
