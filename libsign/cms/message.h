/* cms/message.h - the outer structure of a CMS SignedData (RFC 5652, 5.1), in memory or in a large file. */
#ifndef CMS_MESSAGE_H
#define CMS_MESSAGE_H

#include "base/file.h"
#include "base/message.h"
#include "crypto/crypto.h"
#include "der/der.h"

/* A piece of the signed content: of the source, in order. DER has one, a constructed OCTET STRING several. */
struct cms_segment {
    uint64_t at, len;
};

/*
 * Only headers are read from the content; certificates, CRLs and signers are views: into the bytes given,
 * or into copies owned by the message when the source is a large file.
 */
struct cms_message {
    source src;             /* DER or BER: PEM and base64 input has been decoded (then src.mem is owned) */
    bool is_signed_data;    /* false: well-formed, but another content type or no CMS at all */
    enum message_id broken; /* MSG_NONE, or which rule the outer structure breaks: a verdict, not an error */
    const char *broken_detail;
    uint64_t version;
    sign_bytes digest_algorithms; /* contents of the SET */
    sign_bytes content_type;      /* eContentType, OID contents */
    bool attached;
    struct cms_segment *segments;
    size_t n_segments;
    uint64_t content_size;
    sign_bytes certificates;  /* contents of [0], empty when absent */
    sign_bytes crls;          /* contents of [1] */
    sign_bytes signers;       /* contents of the SET OF SignerInfo */
    uint64_t signers_at;      /* offset of the SET's first octet in src */
    uint64_t encap_at;        /* offset of encapContentInfo, which ends where the next of these begins */
    uint64_t certificates_at; /* offset of [0]; 0: absent */
    uint64_t crls_at;         /* offset of [1]; 0: absent */
    uint64_t version_at;      /* offset of the version INTEGER of SignedData */
    bool ber;                 /* some length is indefinite or not minimal */
    sign_buf decoded, own_certificates, own_crls, own_signers, own_head;
};
typedef struct cms_message cms_message;

/*
 * Reads the outer structure. The result is an error only for I/O and memory; what is wrong with the bytes
 * stands in broken. `src` is borrowed and must live as long as the message.
 */
sign_rc cms_message_read(const source *src, cms_message *out, sign_error *err);
void cms_message_free(cms_message *m);
CLEANUP(cms_message, cms_message_free);

/* Digest of the content, attached segments or (detached) the given source, in constant memory. */
sign_rc cms_content_digest(struct crypto *crypto, const cms_message *m, const source *detached,
                           enum crypto_digest d, uint8_t *out, sign_error *err);

#endif
