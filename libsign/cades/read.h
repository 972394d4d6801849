/* cades/read.h - what the attributes of a signature say, for people. */
#ifndef CADES_READ_H
#define CADES_READ_H

#include "ades/ades.h"

/* Writes the signed properties as text into `out`; *policy gets the signature policy that they name.
 * Malformed values are left out: they decide nothing. */
void cades_signed_text(const struct cms_signer *s, arena *texts, struct report_signature *out,
                       struct ades_signature_policy *policy);

#endif
