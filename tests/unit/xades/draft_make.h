/* What the tests of creation share: signers of the test PKI, one signature in one call, and the verifier's
 * word on it. */
#ifndef DRAFT_MAKE_H
#define DRAFT_MAKE_H

#include "report/report.h"
#include "support/signer.h"
#include "xades/draft_parts.h"
#include "xades/verify.h"

sign_options draft_options(sign_shape shape); /* XAdES, with a fixed signing time */

/* Plan and draft only; `proven` as a key that has signed before. */
sign_rc draft_begin(const signer *s, bool proven, const sign_input *what, const sign_input *in,
                    const sign_options *opt, struct ades_draft **out, sign_error *err);
/* The key's value over a draft. */
void draft_value(const signer *s, const struct ades_draft *d, sign_buf *value);
/* Draft, key, finish. `out` is {0} unless the result is SIGN_OK. */
sign_rc draft_create(const signer *s, const sign_input *what, const sign_input *in, const sign_options *opt,
                     sign_buf *out, sign_error *err);

static inline sign_bytes draft_view(const sign_buf *b) {
    return BYTES(b->data, b->len);
}
static inline sign_input draft_text(const char *text) {
    return (sign_input){.name = "belge.xml", .data = BYTES_STR(text)};
}
static inline sign_input draft_input(const sign_buf *b) {
    return (sign_input){.name = "imzali.xml", .data = draft_view(b)};
}

/* How many signatures the verifier finds; fails the test when one of them does not hold in every respect.
 * `content`, optional, is the detached content. */
size_t draft_holds(const signer *s, sign_bytes text, const sign_input *content);

bool draft_has(sign_bytes text, const char *what);
size_t draft_find(sign_bytes text, const char *what); /* offset; fails the test when it is not there */

/* Writes a file of its own for this process; the path into `path`. */
void draft_file(const char *name, sign_bytes text, char path[256]);

#endif
