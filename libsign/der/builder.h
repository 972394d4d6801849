/* der/builder.h - writes DER; remembers failure: many appends, one check at the end. */
#ifndef DER_BUILDER_H
#define DER_BUILDER_H

#include "base/limits.h"
#include "der/der.h"
#include "der/oid.h"

struct der_builder {
    grow out;
    size_t open[32]; /* offsets of the open elements */
    unsigned depth;
    bool failed;
};
typedef struct der_builder der_builder;
void der_builder_free(der_builder *b);
CLEANUP(der_builder, der_builder_free);

/* begin/end enclose constructed elements; the length is filled in by end. */
void der_begin(der_builder *b, uint8_t tag);
void der_end(der_builder *b);
void der_end_set_of(der_builder *b); /* like der_end, components sorted first (X.690, 11.6) */

void der_put(der_builder *b, uint8_t tag, sign_bytes value);
void der_put_raw(der_builder *b, sign_bytes element); /* already encoded */
void der_put_oid(der_builder *b, enum oid id);
void der_put_oid_bytes(der_builder *b, sign_bytes value);
/* Dotted text; false (and failed) when it is no OID. */
bool der_put_oid_text(der_builder *b, const char *dotted);
void der_put_bool(der_builder *b, bool v);
void der_put_uint(der_builder *b, uint64_t v);
void der_put_unsigned(der_builder *b, sign_bytes magnitude); /* adds the sign octet, strips zeros */
void der_put_null(der_builder *b);
void der_put_bits(der_builder *b, sign_bytes value);
/* A string of UTF-8, or of ASCII for the types that have no more; else failed. */
void der_put_utf8(der_builder *b, uint8_t tag, const char *s);
void der_put_time(der_builder *b, int64_t t);     /* UTCTime to 2049, then GeneralizedTime (RFC 5652, 11.3) */
void der_put_gen_time(der_builder *b, int64_t t); /* always GeneralizedTime */

/* Identifier and length of an element whose contents of n bytes are written elsewhere. */
void der_put_header(der_builder *b, uint8_t tag, uint64_t n);
size_t der_header_size(uint64_t n); /* bytes of identifier and length for contents of n bytes */

/* SIGN_E_MEMORY or SIGN_E_INTERNAL when anything failed. b is empty afterwards. */
sign_rc der_builder_take(der_builder *b, sign_buf *out, sign_error *err);

#endif
