/* cades/extract.h - the content of a CMS message, when its signatures hold. */
#ifndef CADES_EXTRACT_H
#define CADES_EXTRACT_H

#include "ades/ades.h"

/*
 * Contract of sign_extract (sign/verify.h): SIGN_FAILED and nothing written when a signature does not hold,
 * SIGN_NO_SIGNATURE when there is none, SIGN_E_IO for a detached one. `crypto` is the caller's.
 */
sign_rc cades_extract(struct crypto *crypto, const source *what, const sign_output *out, sign_error *err);

/* Contract of struct ades_format's content (ades/ades.h). */
sign_rc cades_content(const source *what, size_t limit, sign_buf *out, sign_error *err);

#endif
