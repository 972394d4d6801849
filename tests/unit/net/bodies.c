/* bodies.c - CRLs, OCSP responses and certificates of which only the outermost structure is real. */
#include "base/time.h"
#include "der/builder.h"
#include "der/der.h"
#include "site.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* One element around what is given. */
static void wrap(grow *out, uint8_t tag, const grow *in) {
    grow_byte(out, tag);
    if (in->len < 128) {
        grow_byte(out, (uint8_t)in->len);
    } else {
        unsigned octets = in->len > 0xffffff ? 4 : in->len > 0xffff ? 3 : in->len > 0xff ? 2 : 1;
        grow_byte(out, (uint8_t)(0x80 | octets));
        for (unsigned i = octets; i-- > 0;)
            grow_byte(out, (uint8_t)(in->len >> (8 * i)));
    }
    grow_put(out, in->data, in->len);
}

static void time_put(grow *out, int64_t t) {
    AUTO(grow) text = {0};
    struct civil c = time_to_civil(t);
    grow_printf(&text, "%04d%02d%02d%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
    wrap(out, DER_GENERALIZED_TIME, &text);
}

static void time_utc(grow *out, int64_t t) {
    AUTO(grow) text = {0};
    struct civil c = time_to_civil(t);
    grow_printf(&text, "%02d%02d%02d%02d%02d%02dZ", c.year % 100, c.month, c.day, c.hour, c.minute, c.second);
    wrap(out, DER_UTC_TIME, &text);
}

static sign_buf done(grow *g) {
    sign_buf out = {0};
    cr_assert_eq(grow_take(g, &out, NULL), SIGN_OK);
    return out;
}

static void algorithm_and_bits(grow *out) {
    grow_put(out, "\x30\x05\x06\x03\x2a\x03\x04\x03\x02\x00\x01", 11);
}

sign_buf make_crl(int64_t next, size_t filler) {
    AUTO(grow) tbs = {0}, whole = {0}, out = {0}, name = {0}, revoked = {0};
    grow_put(&tbs, "\x02\x01\x01\x30\x05\x06\x03\x2a\x03\x04", 10);
    wrap(&tbs, DER_SEQUENCE, &name);
    time_utc(&tbs, T0);
    if (next != 0)
        time_utc(&tbs, next);
    if (filler > 0) {
        memset(grow_space(&revoked, filler), 0x5a, filler); /* entries that are none: nobody looks at them */
        wrap(&tbs, DER_SEQUENCE, &revoked);
    }
    wrap(&whole, DER_SEQUENCE, &tbs);
    algorithm_and_bits(&whole);
    wrap(&out, DER_SEQUENCE, &whole);
    return done(&out);
}

/* [number] EXPLICIT Extensions with one nonce (RFC 6960, 4.4.1); none when it is empty. */
static void put_nonce(grow *out, uint8_t number, sign_bytes nonce) {
    AUTO(grow) value = {0}, inner = {0}, one = {0}, list = {0}, extensions = {0};
    if (nonce.len == 0)
        return;
    grow_put(&value, nonce.data, nonce.len);
    wrap(&inner, DER_OCTET_STRING, &value);
    grow_put(&one, "\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02", 11);
    wrap(&one, DER_OCTET_STRING, &inner);
    wrap(&list, DER_SEQUENCE, &one);
    wrap(&extensions, DER_SEQUENCE, &list);
    wrap(out, DER_CONTEXT_CONSTRUCTED(number), &extensions);
}

sign_buf make_ocsp_request(sign_bytes nonce) {
    AUTO(grow) tbs = {0}, whole = {0}, out = {0};
    grow_put(&tbs, "\x30\x04\x30\x02\x30\x00", 6); /* a list of one Request, whose CertID is empty */
    put_nonce(&tbs, 2, nonce);
    wrap(&whole, DER_SEQUENCE, &tbs);
    wrap(&out, DER_SEQUENCE, &whole);
    return done(&out);
}

sign_buf make_ocsp(unsigned status, int64_t next) {
    return make_ocsp_nonce(status, next, (sign_bytes){0});
}

sign_buf make_ocsp_nonce(unsigned status, int64_t next, sign_bytes nonce) {
    AUTO(grow) one = {0}, single = {0}, explicit0 = {0}, data = {0}, basic_in = {0}, basic = {0};
    AUTO(grow) bytes = {0}, outer = {0}, whole = {0}, out = {0};
    grow_put(&one, "\x30\x00\x80\x00", 4); /* CertID, good */
    time_put(&one, T0);
    if (next != 0) {
        time_put(&explicit0, next);
        wrap(&one, DER_CONTEXT_CONSTRUCTED(0), &explicit0);
    }
    wrap(&single, DER_SEQUENCE, &one);
    grow_put(&data, "\xa1\x02\x30\x00", 4); /* byName */
    time_put(&data, T0);
    wrap(&data, DER_SEQUENCE, &single);
    put_nonce(&data, 1, nonce);
    wrap(&basic_in, DER_SEQUENCE, &data);
    algorithm_and_bits(&basic_in);
    wrap(&basic, DER_SEQUENCE, &basic_in);
    grow_put(&bytes, "\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01", 11);
    wrap(&bytes, DER_OCTET_STRING, &basic);
    wrap(&outer, DER_SEQUENCE, &bytes);
    grow_put(&whole, "\x0a\x01", 2);
    grow_byte(&whole, (uint8_t)status);
    if (status == 0)
        wrap(&whole, DER_CONTEXT_CONSTRUCTED(0), &outer);
    wrap(&out, DER_SEQUENCE, &whole);
    return done(&out);
}

sign_buf make_certificate(void) {
    AUTO(grow) tbs = {0}, whole = {0}, out = {0};
    grow_put(&tbs, "\xa0\x03\x02\x01\x02\x02\x01\x07\x30\x00\x30\x00\x30\x00", 14);
    wrap(&whole, DER_SEQUENCE, &tbs);
    algorithm_and_bits(&whole);
    wrap(&out, DER_SEQUENCE, &whole);
    return done(&out);
}
