/* der/der.h - a cursor over DER or BER that cannot overrun (X.690). Zero copy. */
#ifndef DER_DER_H
#define DER_DER_H

#include "base/bytes.h"

/* First identifier octet of the tags we meet. Tag numbers above 30 occur in none of our structures: refused.
 */
enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8 = 0x0c,
    DER_NUMERIC = 0x12,
    DER_PRINTABLE = 0x13,
    DER_T61 = 0x14,
    DER_IA5 = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_VISIBLE = 0x1a,
    DER_UNIVERSAL = 0x1c,
    DER_BMP = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31
};
#define DER_CONTEXT(n)             (0x80 | (n)) /* [n] IMPLICIT, primitive */
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n)) /* [n] constructed */

/*
 * One parse: all cursors into the same bytes share it, so that the first failure, wherever it
 * happens, stops them all: twenty reads, one check of parse.error.
 */
struct der_parse {
    const char *error; /* NULL, or what is wrong: "length runs past the end" (English, static) */
    const uint8_t *base;
    size_t at; /* offset of the failure from base */
    bool ber;  /* BER: indefinite and non-minimal lengths, constructed strings, any BOOLEAN, are accepted */
    bool saw_ber; /* something that is not DER was met (and accepted) */
};

struct der_cursor {
    const uint8_t *at, *end;
    struct der_parse *parse;
    unsigned depth;
};

struct der_tlv {
    uint8_t tag; /* first identifier octet */
    bool indefinite;
    sign_bytes value; /* contents, without end-of-contents */
    sign_bytes raw;   /* identifier, length, contents (and end-of-contents) */
};

struct der_cursor der_open(struct der_parse *parse, sign_bytes in, bool ber);

bool der_ok(const struct der_cursor *c);              /* nothing failed so far in this parse */
bool der_more(const struct der_cursor *c);            /* ok and not at the end */
uint8_t der_peek(const struct der_cursor *c);         /* identifier octet of the next element; 0 at the end */
bool der_fail(struct der_cursor *c, const char *why); /* records why (when it is the first); returns false */

/* Each returns false (and records why) when the next element is not as wanted. */
bool der_any(struct der_cursor *c, struct der_tlv *out);
bool der_take(struct der_cursor *c, uint8_t tag, struct der_tlv *out);    /* out may be NULL: skip it */
bool der_enter(struct der_cursor *c, uint8_t tag, struct der_cursor *in); /* constructed; c moves behind it */
bool der_finish(struct der_cursor *c); /* must be at the end: "trailing data" */
/* The next element when its tag is `tag` (true), else nothing happens (false, no failure). */
bool der_optional(struct der_cursor *c, uint8_t tag, struct der_tlv *out);
bool der_optional_enter(struct der_cursor *c, uint8_t tag, struct der_cursor *in);
/* A cursor into an element that was taken before. */
struct der_cursor der_inside(const struct der_cursor *c, const struct der_tlv *t);

/*
 * Typed elements, their contents checked. BER relaxes BOOLEAN and the unused bits of a BIT STRING; an INTEGER
 * has but one form in BER too (X.690, 8.3.2). ENUMERATED is taken with der_take().
 */
bool der_oid(struct der_cursor *c, sign_bytes *value);
bool der_bool(struct der_cursor *c, bool *out);
bool der_null(struct der_cursor *c);
bool der_uint(struct der_cursor *c, uint64_t *out);        /* non-negative INTEGER below 2^63 */
bool der_integer(struct der_cursor *c, sign_bytes *value); /* two's complement octets; minimal form checked */
bool der_unsigned(struct der_cursor *c, sign_bytes *value); /* positive INTEGER, sign octet removed */
bool der_octets(struct der_cursor *c, sign_bytes *value);   /* primitive OCTET STRING */
bool der_bits(struct der_cursor *c, sign_bytes *value,
              unsigned *unused);                   /* primitive; DER: unused bits are zero */
bool der_time(struct der_cursor *c, int64_t *out); /* UTCTime or GeneralizedTime, Z (RFC 5280, 4.1.2.5) */
bool der_gen_time(struct der_cursor *c,
                  int64_t *out); /* GeneralizedTime; a fraction is dropped (RFC 3161, 2.4.2) */
bool der_algorithm(struct der_cursor *c, sign_bytes *oid,
                   sign_bytes *params); /* params: raw element or empty */

/* True when `raw` is one element that is DER all the way down, its SETs OF not looked at. */
bool der_is_der(sign_bytes raw, const char **why);
/* True when the elements of a SET OF (its contents) stand in DER order (X.690, 11.6). */
bool der_set_sorted(sign_bytes contents);

/*
 * Text of a character string element as UTF-8 appended to out; control characters, bidirectional controls and
 * malformed characters become U+FFFD. false: no (primitive) character string, nothing appended; or out
 * failed.
 */
bool der_text(const struct der_tlv *t, grow *out);

#endif
