/* What the tests of creation share: signers of the test PKI, one signature in one call, and its parts by
 * cursor. */
#ifndef TEST_WRITE_H
#define TEST_WRITE_H

#include "cades/write_draft.h"
#include "support/signer.h"

sign_options options(void); /* with a fixed signing time, so that RSA signatures repeat */

/* Draft, key, finish. `out` is {0} unless the result is SIGN_OK. */
sign_rc create(const signer *s, const sign_input *what, const sign_input *in, const sign_options *opt,
               sign_buf *out, sign_error *err);
/* Plan and draft only. */
sign_rc draft(const signer *s, const sign_input *what, const sign_input *in, const sign_options *opt,
              struct ades_draft **out, sign_error *err);
/* The key's value over a draft. */
void value_of(const signer *s, const struct ades_draft *d, sign_buf *value);

static inline sign_input memory(const char *text) {
    return (sign_input){.data = BYTES_STR(text)};
}
static inline sign_bytes view(const sign_buf *b) {
    return BYTES(b->data, b->len);
}
static inline sign_input input(const sign_buf *b) {
    return (sign_input){.name = "signature", .data = view(b)};
}

/* A SignedData taken apart; any deviation from strict DER fails the test. */
struct parts {
    uint64_t version;
    sign_bytes algorithms, content_type, content, certificates, crls;
    bool attached;
    sign_bytes signers[8];
    size_t n;
};
struct parts parts_of(sign_bytes cms);

/* One SignerInfo taken apart. */
struct info {
    sign_bytes sid, digest_alg, attributes, sig_oid, sig_params, value;
};
struct info info_of(sign_bytes raw);

/* The one value (raw element) of an attribute; empty when it is not there; fails when it is there twice. */
sign_bytes attribute(sign_bytes attributes, enum oid type);

size_t elements(sign_bytes set);
bool has_element(sign_bytes set, sign_bytes element);

/* True when the value verifies over the attributes with the certificate `der`. */
bool verifies(const signer *s, const struct info *i);

/* Writes a file of n octets that follow from its index; the path into `path`. */
void pattern_file(const char *name, size_t n, char path[256]);
/* Asserts that `b` is what the hex says. */
void expect_hex(sign_bytes b, const char *hex);

#endif
