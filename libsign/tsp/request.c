/* request.c - what a time-stamping authority is asked (RFC 3161, 2.4.1). */
#include "tsp/tsp.h"

sign_rc tsp_request_write(const struct tsp_request *request, sign_buf *out, sign_error *err) {
    const struct crypto_digest_row *row = crypto_digest_row(request->digest);
    if (request->digest == DIGEST_NONE || request->imprint.len != row->size)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "the imprint of a time-stamp request is no digest");
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    der_begin(&b, DER_SEQUENCE);
    /* With NULL parameters, as nearly all requests have them: there are authorities that know no others. */
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, row->oid);
    der_put_null(&b);
    der_end(&b);
    der_put(&b, DER_OCTET_STRING, request->imprint);
    der_end(&b);
    if (request->policy.len > 0)
        der_put_oid_bytes(&b, request->policy);
    if (request->nonce.len > 0)
        der_put_unsigned(&b, request->nonce);
    if (request->certificates) /* FALSE is the default (X.690, 11.5) */
        der_put_bool(&b, true);
    der_end(&b);
    return der_builder_take(&b, out, err);
}
