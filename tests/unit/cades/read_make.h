/* Makes CMS messages by hand, each rule broken on demand: what the library's own writer would never write. */
#ifndef READ_MAKE_H
#define READ_MAKE_H

#include "cades/cades.h"
#include "cms/message.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>

/* What is made differently from a good CAdES-B signature. */
enum {
    MAKE_NO_ATTRIBUTES = 1 << 0,    /* the value is over the content itself */
    MAKE_NO_TYPE = 1 << 1,          /* content-type missing */
    MAKE_NO_DIGEST = 1 << 2,        /* message-digest missing */
    MAKE_TWO_DIGESTS = 1 << 3,      /* message-digest twice */
    MAKE_TWO_VALUES = 1 << 4,       /* message-digest with two values */
    MAKE_TWO_TIMES = 1 << 5,        /* signing-time twice */
    MAKE_OTHER_TYPE = 1 << 6,       /* content-type is not eContentType */
    MAKE_WRONG_DIGEST = 1 << 7,     /* message-digest of other bytes */
    MAKE_WRONG_VALUE = 1 << 8,      /* one bit of the signature value is changed */
    MAKE_NO_REFERENCE = 1 << 9,     /* no signing-certificate attribute */
    MAKE_WRONG_REFERENCE = 1 << 10, /* signing-certificate-v2 with the hash of another certificate */
    MAKE_V1_TOO = 1 << 11,          /* signing-certificate (SHA-1) beside v2 */
    MAKE_WRONG_V1 = 1 << 12,        /* ... with another hash */
    MAKE_OTHER_SERIAL = 1 << 13,    /* issuerSerial with another serial number */
    MAKE_UNSORTED = 1 << 14,        /* signed attributes not in DER order */
    MAKE_LONG_LENGTH = 1 << 15,     /* signed attributes with a length that is not minimal */
    MAKE_KEY_ID = 1 << 16,          /* sid is the subject key identifier */
    MAKE_OTHER_HASH = 1 << 17,      /* digestAlgorithm SHA-384, signatureAlgorithm with SHA-256 */
    MAKE_MD5 = 1 << 18,             /* digestAlgorithm MD5 */
    MAKE_NOT_LISTED = 1 << 19,      /* digestAlgorithms is empty */
    MAKE_DETACHED = 1 << 20,
    MAKE_BER = 1 << 21,       /* outer lengths indefinite, content in three segments */
    MAKE_DUPLICATE = 1 << 22, /* the SignerInfo stands twice */
    MAKE_NO_SIGNERS = 1 << 23,
    MAKE_NO_CERTIFICATE = 1 << 24, /* the bag is empty */
    MAKE_DECOY = 1 << 25, /* another certificate with the same issuer and serial number comes first */
    MAKE_EMPTY_ATTRIBUTES = 1 << 26, /* signedAttrs present and empty */
    MAKE_PROPERTIES = 1 << 27,       /* place, roles, policy, commitment, MIME type, content hint */
    MAKE_SECOND_BAD = 1 << 28,       /* a second signer whose value is wrong */
    MAKE_OTHER_CONTENT = 1 << 29     /* the attached content is not what was signed */
};

/* One counter-signature inside another, `depth` of them; flags say what is wrong with the outermost. */
struct make {
    unsigned flags;
    sign_bytes content; /* empty: "içerik" */
    unsigned counter_depth;
    unsigned counter_flags;
    bool counter_has_type; /* the outermost carries content-type, which it must not */
};

typedef struct make_kit make_kit;
struct make_kit {
    EVP_PKEY *key;
    sign_buf cert, other;
    struct pki_cert *facts;
    struct crypto *crypto;
};
void make_kit_free(make_kit *k);
CLEANUP(make_kit, make_kit_free);
make_kit make_kit_open(void);

void make_cms(const make_kit *k, const struct make *m, sign_buf *out);
void make_unwrapped_attributes(const make_kit *k, grow *out); /* the SET OF that a good signature signs */

/* Verifies in inspect mode (integrity alone) unless `policy` is given; content: NULL is none. */
struct sign_report *read_report(const make_kit *k, sign_bytes cms, const char *content, const char *policy);

/* The same for a made message, and it must have exactly one signature. */
const struct report_signature *read_one(const make_kit *k, const struct make *m, const char *content,
                                        struct sign_report **report);
bool read_says(const struct report_signature *s, enum message_id id);

#endif
