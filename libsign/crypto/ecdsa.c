/* ecdsa.c - Ecdsa-Sig-Value and Dss-Sig-Value (RFC 3279, 2.2.2 and 2.2.3; RFC 5753, 7.2), which are alike,
 * and their plain form r||s. */
#include "crypto/state.h"

enum { FIELD_MAX = 66 }; /* octets of P-521 */

bool crypto_ecdsa_strict(sign_bytes sig, size_t field, sign_bytes *r, sign_bytes *s) {
    struct der_parse parse;
    struct der_cursor top = der_open(&parse, sig, false), c;
    return der_enter(&top, DER_SEQUENCE, &c) && der_finish(&top) && der_unsigned(&c, r) &&
           der_unsigned(&c, s) && der_finish(&c) && r->len <= field && s->len <= field;
}

static bool put_padded(sign_bytes v, size_t field, grow *out) {
    uint8_t *at = grow_space(out, field);
    if (at == NULL)
        return false;
    memset(at, 0, field - v.len);
    memcpy(at + field - v.len, v.data, v.len);
    return true;
}

bool crypto_ecdsa_to_raw(sign_bytes der, size_t field, grow *out) {
    sign_bytes r, s;
    return crypto_ecdsa_strict(der, field, &r, &s) && put_padded(r, field, out) && put_padded(s, field, out);
}

static bool all_zero(sign_bytes v) {
    for (size_t i = 0; i < v.len; i++)
        if (v.data[i] != 0)
            return false;
    return true;
}

bool crypto_ecdsa_to_der(sign_bytes raw, grow *out) {
    size_t field = raw.len / 2;
    if (raw.len % 2 != 0 || field == 0 || field > FIELD_MAX)
        return false;
    sign_bytes r = BYTES(raw.data, field), s = BYTES(raw.data + field, field);
    if (all_zero(r) || all_zero(s))
        return false;
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_unsigned(&b, r);
    der_put_unsigned(&b, s);
    der_end(&b);
    AUTO(sign_buf) der = {0};
    /* Numbers of this size always fit: only memory can be missing, which is no fault of the value. */
    if (der_builder_take(&b, &der, NULL) != SIGN_OK) {
        out->failed = true;
        return false;
    }
    grow_put(out, der.data, der.len);
    return !out->failed;
}
