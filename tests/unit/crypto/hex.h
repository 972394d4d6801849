/* hex.h - octets written in a test as hexadecimal text. */
#ifndef UNIT_CRYPTO_HEX_H
#define UNIT_CRYPTO_HEX_H

#include "base/text.h"
#include <criterion/criterion.h>

/* Spaces are for the reader. The octets live in `room`. */
static inline sign_bytes hex(const char *text, grow *room) {
    char digits[4096];
    size_t n = 0;
    for (; *text != '\0'; text++)
        if (*text != ' ')
            digits[n++] = *text;
    digits[n] = '\0';
    room->len = 0;
    cr_assert(text_hex_decode(digits, room), "hex of the test: %s", digits);
    return BYTES(room->data != NULL ? room->data : (const uint8_t *)"", room->len);
}

#endif
