/* cades/write_draft.h - the inside of a draft: everything of a signature but its value. */
#ifndef CADES_WRITE_DRAFT_H
#define CADES_WRITE_DRAFT_H

#include "ades/held.h"
#include "cades/draft.h"
#include "cades/write_parts.h"

struct ades_draft {
    struct crypto_sigalg alg;
    enum crypto_digest digest;
    struct pki_cert *signer; /* counted */
    bool proven;             /* of the plan: the value need not be verified */

    struct ades_held in, what;    /* content to attach; signature to add to */
    cms_message message;          /* of `what` */
    struct cms_segment whole;     /* the content as one segment, when it is not the message's */
    struct cades_content content; /* its src is NULL when the draft is detached */
    uint8_t content_digest[DIGEST_MAX];
    uint8_t tbs[DIGEST_MAX]; /* digest of the signed attributes: what is signed */

    sign_buf attributes;                      /* DER, tag SET OF */
    struct cades_parts parts;                 /* signers: those that are there already */
    sign_buf algorithms, certificates, state; /* what parts points into */
};
typedef struct ades_draft *ades_draft_ptr;
CLEANUP(ades_draft_ptr, cades_draft_free);

static inline sign_bytes cades_draft_content_digest(const struct ades_draft *d) {
    return BYTES(d->content_digest, crypto_digest_row(d->digest)->size);
}

/* Digests the attributes of d into d->tbs. */
sign_rc cades_draft_digest(struct crypto *crypto, struct ades_draft *d, sign_error *err);

/* Digests of one content, each computed once: a large content is read once for each algorithm. */
struct cades_digests {
    const struct cades_content *content;
    bool known[DIGEST_COUNT];
    uint8_t value[DIGEST_COUNT][DIGEST_MAX];
};
/* The digest in `d`; belongs to the table. */
sign_rc cades_digests_get(struct crypto *crypto, struct cades_digests *t, enum crypto_digest d,
                          sign_bytes *out, sign_error *err);

/*
 * The message-digest of every SignerInfo in `signers` must be the digest of the content: else SIGN_E_FORMAT.
 * Signature values and trust are not looked at.
 */
sign_rc cades_others_hold(struct crypto *crypto, sign_bytes signers, struct cades_digests *digests,
                          sign_error *err);

/* Takes what draft, message and content of an existing signature give into d. `in` as in sign_add. */
sign_rc cades_cosign_open(struct crypto *crypto, const sign_input *what, const sign_input *in,
                          struct ades_draft *d, sign_error *err);

#endif
