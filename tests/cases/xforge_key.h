/* xforge_key.h - the part of the forge that computes with keys: OpenSSL, and the files of the test PKI. */
#ifndef CASES_XFORGE_KEY_H
#define CASES_XFORGE_KEY_H

#include "xforge.h"

const char *xforge_signer(const struct xsig *s);

/* Each appends base64 without line breaks, and ends the program when it cannot. */
void xforge_digest(const char *uri, sign_bytes octets, grow *out);
void xforge_sign(const char *identity, const char *uri, sign_bytes octets, grow *out);
/* HMAC-SHA256 with the identity's certificate (DER) as the key, cut to whole octets of `bits`, one at least.
 */
void xforge_hmac(const char *identity, sign_bytes octets, int bits, grow *out);
void xforge_base64_decode(const char *text, grow *out);

/* SignatureMethod of the identity's key with SHA-256. */
const char *xforge_method(const char *identity);

#endif
