/* xades/draft.h - the creating half of the format's row; contracts of struct ades_format and <sign/create.h>.
 */
#ifndef XADES_DRAFT_H
#define XADES_DRAFT_H

#include "ades/ades.h"

/*
 * The document's own octets are never written anew: the Signature is put in before the end tag of the root
 * element (or a new root around them), so that what the user has is what the user gets. A large file is read
 * by events, in constant memory.
 */
sign_rc xades_draft(struct crypto *crypto, const ades_plan *plan, const sign_input *what,
                    const sign_input *in, struct ades_draft **out, sign_error *err);
sign_rc xades_draft_export(const struct ades_draft *d, const sign_output *out, sign_error *err);
sign_rc xades_draft_import(struct crypto *crypto, const source *in, const sign_input *content,
                           struct ades_draft **out, sign_error *err);
sign_draft_facts xades_draft_get(const struct ades_draft *d);

/* Reads its own output again and verifies it before a byte leaves. */
sign_rc xades_draft_finish(struct crypto *crypto, struct ades_draft *d, sign_bytes value, sign_encoding enc,
                           const sign_output *out, sign_error *err);
void xades_draft_free(struct ades_draft **d);

#endif
