/* xades/draft_parts.h - the inside of a draft: a document with a signature in it that has no value yet. */
#ifndef XADES_DRAFT_PARTS_H
#define XADES_DRAFT_PARTS_H

#include "ades/held.h"
#include "xades/document.h"
#include "xades/draft.h"
#include "xades/write.h"

/* What a verification found of a signature that was in the document before ours. */
struct xades_other {
    char *id;
    enum tri references, value;
    bool broken; /* malformed: nothing is known of it */
};
struct xades_others {
    struct xades_other *list;
    size_t n;
};
void xades_others_free(struct xades_others *o);

/* Digests as they are computed over a text that was read again. */
struct xades_digests {
    uint8_t value[LIMIT_REFERENCES][DIGEST_MAX]; /* SignedProperties, then the data */
    sign_buf signed_info;                        /* canonical */
};
typedef struct xades_digests xades_digests;
static inline void xades_digests_free(xades_digests *d) {
    sign_buf_free(&d->signed_info);
}
CLEANUP(xades_digests, xades_digests_free);

struct ades_draft {
    struct crypto_sigalg alg;
    enum crypto_digest digest;
    enum c14n_method method;
    struct pki_cert *signer; /* counted */
    bool proven;             /* of the plan: the value need not be verified with the public key again */
    bool single;
    char id[XADES_ID_SIZE]; /* of the Signature */
    size_t nth;             /* of the document's signatures it is, from 0 */

    struct ades_held in;      /* the document that the signature is put into; else empty */
    struct ades_held content; /* detached content, when it is at hand; its src.name is else NULL */
    source part;              /* imported: the text behind the header */
    struct xml_text text;     /* the whole, with the signature; its value is empty */
    sign_buf put;             /* text.put */
    size_t value_at;          /* in put: where the value goes */
    enum xades_reading how;

    struct xades_data data[LIMIT_REFERENCES - 1];
    size_t n_data;
    uint8_t digests[LIMIT_REFERENCES][DIGEST_MAX];
    struct xades_others others;
    uint8_t whole[DIGEST_MAX]; /* of the document before the signature was put in, when has_whole */
    bool has_whole;
    uint8_t tbs[DIGEST_MAX]; /* digest of the canonical SignedInfo: what is signed */
};
typedef struct ades_draft *ades_draft_ptr;
CLEANUP(ades_draft_ptr, xades_draft_free);

static inline size_t xades_draft_size(const struct ades_draft *d) {
    return crypto_digest_row(d->digest)->size;
}
static inline bool xades_draft_is_detached(const struct ades_draft *d) {
    return d->n_data == 1 && d->data[0].kind == XADES_DETACHED;
}
/* Zero but for the descriptors, which are none. NULL: out of memory. */
struct ades_draft *xades_draft_make(void);
/* One more Reference to data; `uri` is copied, NULL is none. */
sign_rc xades_data_add(struct ades_draft *d, enum xades_data_kind kind, const char *uri, sign_error *err);

/* Copies a text; its source must not have changed. */
sign_rc xades_text_copy(const struct xml_text *text, sink *to, sign_error *err);

/* ---- where the signature goes (draft_place.c) ---- */

/* The new root of an internally detached signature of a whole document; it has no namespace. */
#define XADES_WRAP "SignedDocument"

/* Text around the signature, and where it is put into the source. */
struct xades_place {
    uint64_t at, behind;
    grow before, after; /* what the put text begins and ends with */
};
typedef struct xades_place xades_place;
static inline void xades_place_free(xades_place *p) {
    grow_free(&p->before);
    grow_free(&p->after);
}
CLEANUP(xades_place, xades_place_free);

/* All of a source as a text. */
struct xml_text xades_text_of(const source *s);
/* Before the end tag of the root element; an empty-element tag is opened up (XML 1.0, 3.1). */
sign_rc xades_place_in_root(const xades_document *doc, struct xades_place *out, sign_error *err);
/*
 * The text with nothing of the root's content but what is put in: short however long the document is, and the
 * signature in it has the same canonical form. False: where the root's start tag ends is not seen.
 */
bool xades_text_of_signature(const struct xml_text *text, struct xml_text *out);
/* Offset of the '<' of the root element in a well-formed document without DOCTYPE; *content: behind the XML
 * declaration. */
size_t xades_root_start(sign_bytes text, size_t *content);

/* What a new signature starts from. */
struct xades_start {
    xades_place place;
    sign_bytes object;    /* content of an enveloping signature; belongs to d->in */
    bool enveloping, xml; /* the data is XML */
    bool signatures;      /* the document has some */
    bool whole;           /* before, the signature and after are all of the result */
};
typedef struct xades_start xades_start;
static inline void xades_start_free(xades_start *s) {
    xades_place_free(&s->place);
}
CLEANUP(xades_start, xades_start_free);
/* Opens the input for the plan's shape and fills d->in, content, data and how. */
sign_rc xades_start_new(struct crypto *crypto, const ades_plan *plan, const sign_input *in,
                        struct ades_draft *d, struct xades_start *out, sign_error *err);
/* The same beside the signatures that `what` has (draft_cosign.c). */
sign_rc xades_start_beside(const ades_plan *plan, const sign_input *what, const sign_input *in,
                           struct ades_draft *d, struct xades_start *out, sign_error *err);

/* What a Reference speaks of, by its URI and transforms; and that it has the enveloped-signature transform
 * without the XPath that keeps other signatures out. */
enum xades_data_kind xades_reference_kind(const struct xml_node *reference);
bool xades_reference_single(const struct xml_node *reference);

/* ---- digests (draft_digest.c) ---- */

/* The Signature of that Id among the document's; NULL: not there. */
const struct xml_node *xades_signature_find(const xades_document *doc, const char *id);
const struct xml_node *xades_child(const struct xml_node *n, const char *space, const char *name);
const char *xades_attribute(const struct xml_node *n, const char *name); /* unqualified; NULL: not there */

/* Opens a text. One that is read by events is digested in the same pass, less what nth says; *digested says
 * that `whole` has that digest. */
sign_rc xades_open_digesting(struct crypto *crypto, const struct ades_draft *d, const struct xml_text *text,
                             size_t nth, xades_document *doc, uint8_t *whole, bool *digested,
                             sign_error *err);
/* The digests for a draft's text, of which the document's may be known already. */
sign_rc xades_digest_draft(struct crypto *crypto, const struct ades_draft *d, xades_digests *out,
                           sign_error *err);
/* Reads `text` (the draft's, with or without a value) and digests all that the signature refers to. */
sign_rc xades_digest_all(struct crypto *crypto, const struct ades_draft *d, const struct xml_text *text,
                         xades_digests *out, sign_error *err);
/* Puts digests into a canonical SignedInfo that holds others of the same length. */
bool xades_signed_info_fill(const struct ades_draft *d, xades_digests *digests);

/* ---- verification of what is made (draft_check.c) ---- */

/* The text with `value` (raw octets) as SignatureValue; *own holds what is put in. */
sign_rc xades_text_with_value(const struct ades_draft *d, sign_bytes value, struct xml_text *text,
                              sign_buf *own, sign_error *err);

/* What is found of the new signature, and of all others. */
struct xades_found {
    enum tri references, value, certificate;
    bool there;
};
sign_rc xades_look(struct crypto *crypto, const struct xml_text *text, const source *content, const char *id,
                   struct xades_others *others, struct xades_found *mine, sign_error *err);
/* The same before there is a value: with zeros in its place, which cannot be right. */
sign_rc xades_look_ahead(struct crypto *crypto, const struct ades_draft *d, struct xades_others *others,
                         struct xades_found *mine, sign_error *err);
/* SIGN_E_FORMAT when a signature is false that was not before. */
sign_rc xades_others_same(const struct xades_others *before, const struct xades_others *after,
                          sign_error *err);

#endif
