/* cades/write_parts.h - the outer structure of a SignedData to be written (RFC 5652, 5.1), and its content.
 */
#ifndef CADES_WRITE_PARTS_H
#define CADES_WRITE_PARTS_H

#include "cms/message.h"

/* The signed content: pieces of a source, in order. Borrowed. */
struct cades_content {
    const source *src;
    const struct cms_segment *segments;
    size_t n_segments;
    uint64_t size; /* of all segments together */
};

/* Digest of the content, in constant memory. SIGN_E_IO when the file changed since it was opened. */
sign_rc cades_content_hash(struct crypto *crypto, const struct cades_content *c, enum crypto_digest d,
                           uint8_t *out, sign_error *err);

/*
 * Copies the content to `to`. What comes from a file is digested again on the way: SIGN_E_IO,
 * MSG_FILE_CHANGED when it is not what `expected` was made from.
 */
sign_rc cades_content_copy(struct crypto *crypto, const struct cades_content *c, enum crypto_digest d,
                           sign_bytes expected, sink *to, sign_error *err);

/* Everything of a SignedData but the content. The sets are contents octets, empty when absent. Borrowed. */
struct cades_parts {
    uint64_t version; /* at most CADES_VERSION_MAX */
    sign_bytes digest_algorithms;
    sign_bytes content_type; /* contents of the OID */
    bool attached;
    uint64_t content_size;
    sign_bytes certificates, crls, signers;
};
enum { CADES_VERSION_MAX = 5 };

/* What stands before the content (all of it when detached) and behind it, in DER with definite lengths. */
sign_rc cades_parts_head(const struct cades_parts *p, sign_buf *out, sign_error *err);
sign_rc cades_parts_tail(const struct cades_parts *p, sign_buf *out, sign_error *err);

/*
 * The contents of a SET OF with more elements: one that is there already (same octets) is left out, and
 * *added says how many were not. A set in DER order stays in DER order (X.690, 11.6); in another, new ones
 * come last, because nothing of what others wrote is moved about.
 */
sign_rc cades_set_union(sign_bytes set, const sign_bytes *more, size_t n, sign_buf *out, size_t *added,
                        sign_error *err);

#endif
