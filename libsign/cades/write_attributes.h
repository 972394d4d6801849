/* cades/write_attributes.h - the signed attributes of a new signature (EN 319 122-1, clause 5). */
#ifndef CADES_WRITE_ATTRIBUTES_H
#define CADES_WRITE_ATTRIBUTES_H

#include "ades/ades.h"

/*
 * The DER of SignedAttributes with the tag of SET OF, as it is digested (RFC 5652, 5.4). content_type:
 * contents octets of eContentType; digest: of the content, in the plan's algorithm.
 */
sign_rc cades_attributes_write(struct crypto *crypto, const ades_plan *plan, sign_bytes content_type,
                               sign_bytes digest, sign_buf *out, sign_error *err);

#endif
