/* key/chain.h - the certificates that go with a key. */
#ifndef KEY_CHAIN_H
#define KEY_CHAIN_H

#include "key/key.h"

/* A list of DER certificates. */
struct chain {
    sign_buf *certs;
    size_t n;
};
typedef struct chain chain;
void chain_free(chain *c);
CLEANUP(chain, chain_free);

/* Appends a copy. SIGN_E_LIMIT above LIMIT_CERTIFICATES, SIGN_E_MEMORY. */
sign_rc chain_add(chain *c, sign_bytes der, sign_error *err);
/* Makes certificate i the first; the others keep their order. */
void chain_first(chain *c, size_t i);
/* Every PEM certificate in `in`, or the one DER certificate when it is no PEM. SIGN_E_FORMAT when malformed.
 */
sign_rc chain_read(sign_bytes in, chain *c, sign_error *err);
/* The same from a file; none in it is SIGN_E_CERTIFICATE. */
sign_rc chain_file(const char *path, chain *c, sign_error *err);
/* The SubjectPublicKeyInfo of a certificate (RFC 5280, 4.1), a view into it. SIGN_E_FORMAT. */
sign_rc chain_spki(sign_bytes cert, sign_bytes *spki, sign_error *err);
/* Did the subject of `issuer` issue `cert`, going by the names alone? What is self-issued did not. */
bool chain_issued(sign_bytes issuer, sign_bytes cert);

/* Makes the key of its parts and takes chain and state (the state only on success). */
sign_rc key_assemble(const struct key_ops *ops, void *state, chain *c, sign_key **out, sign_error *err);

#endif
