/* xades/reference.h - what a Reference names, and the octets that its transforms make of it (XML-Signature,
 * 4.4.3). Private to this room. */
#ifndef XADES_REFERENCE_H
#define XADES_REFERENCE_H

#include "xades/job.h"

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

/* Their digest; the errors of xades_octets, and job->stopped. */
sign_rc xades_digest(const struct xades_one *o, const struct xades_reference *ref,
                     const struct xades_named *data, uint8_t *out, sign_error *err);

/* The digest of the canonical SignedInfo with the digest of the signature's algorithm. */
sign_rc xades_info_digest(const struct xades_one *o, uint8_t *out, sign_error *err);

/* A reference in that signature may need nodes that a sparse document does not have. */
bool xades_needs_tree(const xades_document *d, const struct xml_node *signature);

/* The data is the whole of what there is: the document less signatures, or the whole content. */
bool xades_is_whole(const struct xades_one *o, const struct xades_reference *ref,
                    const struct xades_named *data);

#endif
