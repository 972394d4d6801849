/* engine/token.h - a time-stamp token, or the response that brought it or refused it, verified by itself (RFC
 * 3161). */
#ifndef ENGINE_TOKEN_H
#define ENGINE_TOKEN_H

#include "ades/ades.h"

/*
 * Verifies `what` as a time-stamp of the one content given, into one entry of the report (format "tst"); of a
 * response without a time-stamp there is no entry, and a message of the document tells why. *is false, and
 * nothing done: it is neither. Contract as struct ades_format's verify.
 */
sign_rc token_verify(const struct ades_context *ctx, const source *what, const source *contents, size_t n,
                     struct sign_report *report, bool *is, sign_error *err);

#endif
