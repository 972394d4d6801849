/* xades/document.h - an XML document with signatures in it: one parse, one tree (or, when it is large, the
 * signatures of it), and the canonical form of the whole. */
#ifndef XADES_DOCUMENT_H
#define XADES_DOCUMENT_H

#include "crypto/crypto.h"
#include "xades/names.h"
#include "xml/stream.h"

struct xades_document {
    struct xml_text text;    /* borrowed: what was read */
    struct xml_spare *spare; /* borrowed: what it is read with; NULL: nothing kept */
    sign_buf own;            /* the bytes when they had to be put together */
    struct xml *xml;
    struct xml_ids *ids;
    bool sparse;                        /* only the signatures and their ancestors are in the tree */
    const struct xml_node **signatures; /* ds:Signature elements that are in no other, in document order */
    size_t n_signatures;
};
typedef struct xades_document xades_document;
void xades_document_free(xades_document *d);
CLEANUP(xades_document, xades_document_free);

enum xades_reading {
    XADES_AS_FITS, /* by events when it is UTF-8 and larger than LIMIT_XML_LARGE, else a tree */
    XADES_TREE     /* a tree: a reference asks for nodes that are in no signature */
};

/*
 * Reads a document. One that is over a limit of reading by events (signatures of more than LIMIT_XML_KEPT, a
 * CDATA section of megabytes) but not over LIMIT_XML_TREE becomes a tree after all. Of a sparse document the
 * Ids outside the signatures are no part of `ids`; they were compared: a schema ID that repeats, and any Id
 * that stands in a signature too, is MSG_XML_ID_REPEATED; more than LIMIT_XML_IDS schema IDs are
 * SIGN_E_LIMIT. SIGN_E_FORMAT (MSG_XML, MSG_XML_DOCTYPE, MSG_XML_ID_REPEATED) and SIGN_E_LIMIT: a verdict for
 * the caller to give. `text` and its source must outlive the document.
 */
sign_rc xades_document_open(const struct xml_text *text, enum xades_reading how, xades_document *out,
                            sign_error *err);

/* xades_document_open with the parser that is kept beside the context (xml/xml.h: spare). */
sign_rc xades_document_open_with(struct crypto *crypto, const struct xml_text *text, enum xades_reading how,
                                 xades_document *out, sign_error *err);

/* That parser, for other reading of the same thread; NULL: no memory for one, or no context. */
struct xml_spare *xades_spare(struct crypto *crypto);

/*
 * xades_document_open, which writes besides, in the same pass, the canonical form of the whole document less
 * the nth signature, or every one (SIZE_MAX), or none (XML_LEAVE_NONE). *written: it was, and is what
 * xades_document_c14n would give; a document that became a tree was written in part or not at all.
 */
sign_rc xades_document_open_writing(const struct xml_text *text, enum xades_reading how,
                                    const struct xml_written *also, xades_document *out, bool *written,
                                    sign_error *err);

/* The memory that a tree of a text of that size may take: 4 octets of markup can be a node. */
size_t xades_tree_memory(size_t size);

/*
 * The canonical form of the whole document less `without` (a node of signatures[], or NULL) and, with `all`,
 * less every ds:Signature. method, comments and prefixes of `how` count.
 */
sign_rc xades_document_c14n(const xades_document *d, const struct c14n_input *how,
                            const struct xml_node *without, bool all, c14n_put put, void *user,
                            sign_error *err);

#endif
