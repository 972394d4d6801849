/* base/text.h - UTF-8, base64, hex, Turkish case, percent-encoding, PEM. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* True when b is well-formed UTF-8 without NUL (RFC 3629: no surrogates, no overlong forms). */
bool utf8_valid(sign_bytes b);
/* Decodes the next code point and moves *at on; 0xFFFD for a malformed byte (moves by one). */
uint32_t utf8_next(const uint8_t **at, const uint8_t *end);
size_t utf8_put(uint32_t c, char out[4]); /* bytes written */
/* The largest length <= n at which s, of at least n bytes, is not cut inside a character. */
size_t utf8_whole(const char *s, size_t n);
/* Is the code point in one of n ranges, both ends included? */
struct utf8_range {
    uint32_t first, last;
};
bool utf8_in(uint32_t c, const struct utf8_range *r, size_t n);
size_t utf8_width(const char *s); /* code points that take a column (combining marks do not) */

/* Turkish upper case: i -> İ, ı -> I, and the rest of Latin; other scripts stay. */
uint32_t turkish_upper(uint32_t c);
/* Upper-cases `in` the Turkish way; the result is appended. */
void text_turkish_upper(sign_bytes in, grow *out);
/*
 * Equal under Turkish case folding, runs of white space as one and none at the ends (RFC 4518, 2.6.1).
 * What is not UTF-8 equals nothing.
 */
bool text_turkish_equal(const char *a, const char *b);

void text_base64(sign_bytes in, grow *out); /* no line breaks */
/*
 * Strict alphabet, white space skipped, padding right, unused bits zero (RFC 4648, 3.5). false when it is not
 * base64, or when out has failed; out may then hold a part.
 */
bool text_base64_decode(sign_bytes in, grow *out);
void text_hex(sign_bytes in, char *out); /* 2 * len + 1 chars, lower case */
bool text_hex_decode(const char *in, grow *out);
void text_percent_encode(const char *in, grow *out); /* RFC 3986 unreserved kept */
bool text_percent_decode(sign_bytes in, grow *out);

/* 10000000146 -> 100******46; other texts of the same length likewise; shorter than 6: all stars. */
void text_mask_person(const char *in, char *out, size_t size);

/*
 * Finds the next PEM block at or after *at: its label, and its bytes, which are appended to der;
 * *at moves behind it. 1 found, 0 none, -1 malformed (RFC 7468, 3: lax about text around, strict within).
 */
int text_pem_next(sign_bytes in, size_t *at, char label[64], grow *der);

/*
 * A NUL-terminated copy for messages and terminals: controls, marks without width or that turn the direction
 * of writing, and malformed bytes are shown as '?'. Cut to size at a whole character; size >= 1.
 */
void text_printable(sign_bytes in, char *out, size_t size);

#endif
