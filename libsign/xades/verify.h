/* xades/verify.h - the judging half of the format's row. */
#ifndef XADES_VERIFY_H
#define XADES_VERIFY_H

#include "ades/ades.h"
#include "xml/stream.h"

/* Contracts of struct ades_format (ades/ades.h) and <sign/verify.h>. */
int xades_looks_like(const source *s);
sign_rc xades_verify(const struct ades_context *ctx, const source *what, const source *contents, size_t n,
                     struct sign_report *report, sign_error *err);
sign_rc xades_extract(struct crypto *crypto, const source *what, const sign_output *out, sign_error *err);
sign_rc xades_content(const source *what, size_t limit, sign_buf *out, sign_error *err);

/* xades_verify for a text that may have a signature put in that is in no file yet: what we make is read again
 * and verified before it leaves. */
sign_rc xades_verify_text(const struct ades_context *ctx, const struct xml_text *text, const source *contents,
                          size_t n, struct sign_report *report, sign_error *err);

#endif
