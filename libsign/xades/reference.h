/* xades/reference.h - what a Reference names, and the octets that its transforms make of it (XML-Signature,
 * 4.4.3). Private to this room. */
#ifndef XADES_REFERENCE_H
#define XADES_REFERENCE_H

#include "xades/properties.h"

/*
 * Finds what the reference names: by the table of Ids, or in what the caller gave. Nothing is ever fetched.
 * SIGN_E_IO: it is nowhere; SIGN_E_UNSUPPORTED: a pointer that is not evaluated; SIGN_E_FORMAT: the Id is on
 * several elements.
 */
sign_rc xades_resolve(const struct xades_one *o, const struct xades_reference *ref, struct xades_named *out,
                      sign_error *err);

/* True for a URI that names something outside the document. */
bool xades_is_external(const struct xades_reference *ref);

/*
 * Gives the octets that are digested to `put`. SIGN_E_FORMAT, SIGN_E_LIMIT: they cannot be made, for a reason
 * that is the document's; SIGN_E_UNSUPPORTED: by a transform that is not computed.
 */
sign_rc xades_octets(const struct xades_one *o, const struct xades_reference *ref,
                     const struct xades_named *data, c14n_put put, void *user, sign_error *err);

/* The same, and what the transforms leave as nodes is canonicalised by `rest` with its PrefixList (TS 101
 * 903, 7.1.4.3: of a time-stamp's input). */
sign_rc xades_octets_by(const struct xades_one *o, const struct xades_reference *ref,
                        const struct xades_named *data, const struct xades_c14n *rest, const char *prefixes,
                        c14n_put put, void *user, sign_error *err);

/* Their digest; the errors of xades_octets, and job->stopped. */
sign_rc xades_digest(const struct xades_one *o, const struct xades_reference *ref,
                     const struct xades_named *data, uint8_t *out, sign_error *err);

/* The digest of the canonical SignedInfo with the digest of the signature's algorithm. */
sign_rc xades_info_digest(const struct xades_one *o, uint8_t *out, sign_error *err);

/* A reference in that signature may need nodes that a sparse document does not have. */
bool xades_needs_tree(const xades_document *d, const struct xml_node *signature);

/* It is neither the signature's own markup (SignedInfo, KeyInfo, properties) nor nothing at all. */
bool xades_is_data(const struct xades_one *o, const struct xades_named *named);

/* The data is the whole of what there is: the document less signatures, or the whole content. */
bool xades_is_whole(const struct xades_one *o, const struct xades_reference *ref,
                    const struct xades_named *data);

/* Nothing stands in the signature's own Objects but properties and what is signed: the bound nodes, and
 * `whole` (NULL: nothing more). */
bool xades_nothing_beside(const struct xades_one *o, const struct xades_bound *bound,
                          const struct xml_node *whole);

/* The next node in document order inside `top`; `n` without what is in it when `skip`. */
const struct xml_node *xades_after(const struct xml_node *n, const struct xml_node *top, bool skip);

/* How much work a document may be that is as large as that together with the contents it signs. */
uint64_t xades_work_limit(uint64_t size);

/* Counts work. SIGN_E_LIMIT: it is more than the document may be; then at every later call, too. */
sign_rc xades_spend(struct xades_job *job, uint64_t octets, sign_error *err);

#endif
