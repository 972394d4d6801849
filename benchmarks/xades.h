/* xades.h - xmlsec1 as a contender: its types stay in xmlsec.c, whose headers say int where libsign says
 * size_t. */
#ifndef BENCHMARKS_XADES_H
#define BENCHMARKS_XADES_H

#include "corpus.h"

/* Keys manager with the root and the revocation lists in `dir`; private key from a PEM file. Never freed. */
void *xmlsec_trust(const char *dir);
void *xmlsec_key(const char *path);

/* End the program when the signature does not pass, or is not made. A draft has an empty SignatureValue. */
void xmlsec_verify(void *trust, sign_bytes text);
void xmlsec_verify_file(void *trust, const char *path);
void xmlsec_sign(void *key, sign_bytes draft);
void xmlsec_sign_file(void *key, const char *draft, const char *to);

#endif
