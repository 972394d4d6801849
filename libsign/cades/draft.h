/* cades/draft.h - creation of CAdES signatures: the creating half of the format's row. */
#ifndef CADES_DRAFT_H
#define CADES_DRAFT_H

#include "ades/ades.h"

/*
 * The functions of struct ades_format (ades/ades.h) for creation; contracts as there and in <sign/create.h>.
 *
 * cades_draft: content in memory is copied when it will be attached; a file is read now for its digest and
 * again by cades_draft_finish, in constant memory, and its path is not looked up again.
 */
sign_rc cades_draft(struct crypto *crypto, const ades_plan *plan, const sign_input *what,
                    const sign_input *in, struct ades_draft **out, sign_error *err);
sign_rc cades_draft_export(const struct ades_draft *d, const sign_output *out, sign_error *err);

/* A source that is a file must stay open until the draft is freed: attached content is read from it again. */
sign_rc cades_draft_import(struct crypto *crypto, const source *in, const sign_input *content,
                           struct ades_draft **out, sign_error *err);
sign_draft_facts cades_draft_get(const struct ades_draft *d);
sign_rc cades_draft_finish(struct crypto *crypto, struct ades_draft *d, sign_bytes value, sign_encoding enc,
                           const sign_output *out, sign_error *err);
void cades_draft_free(struct ades_draft **d);

#endif
