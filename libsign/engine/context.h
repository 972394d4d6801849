/* engine/context.h - what a verification of a document and that of a certificate share. Private to this room.
 */
#ifndef ENGINE_CONTEXT_H
#define ENGINE_CONTEXT_H

#include "ades/ades.h"

typedef sign_trust *sign_trust_ptr;
CLEANUP(sign_trust_ptr, sign_trust_free);

/* What the caller asked for, checked and with its defaults. */
sign_rc context_make(const sign_verify_options *opt, struct ades_context *ctx, sign_error *err);

#endif
