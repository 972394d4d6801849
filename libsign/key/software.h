/* key/software.h - keys in files: PEM (PKCS#8, traditional), DER PKCS#8, PKCS#12. */
#ifndef KEY_SOFTWARE_H
#define KEY_SOFTWARE_H

#include "key/chain.h"
#include <openssl/evp.h>

typedef EVP_PKEY *evp_pkey;
static inline void evp_pkey_drop(evp_pkey *k) {
    EVP_PKEY_free(*k);
}
CLEANUP(evp_pkey, evp_pkey_drop);

/* Opens the file `path`; errors as sign_key_open. */
sign_rc software_open(const char *path, const sign_key_options *opt, sign_key **out, sign_error *err);

/* Private key and the certificates found beside it, the order as in the file. */
sign_rc keyfile_read(const char *path, const sign_key_options *opt, EVP_PKEY **key, chain *certs,
                     sign_error *err);

#endif
