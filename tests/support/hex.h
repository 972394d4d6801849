/* hex.h - octets written in a test as hexadecimal text. */
#ifndef SUPPORT_HEX_H
#define SUPPORT_HEX_H

#include "base/text.h"
#include <criterion/criterion.h>

/* Spaces are for the reader. The octets live in `room`. */
static inline sign_bytes hex(const char *text, grow *room) {
    room->len = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        char pair[] = {text[0], text[1], '\0'};
        cr_assert(text_hex_decode(pair, room) && text[1] != '\0', "hex of the test: %s", text);
        text++;
    }
    return BYTES(room->data != NULL ? room->data : (const uint8_t *)"", room->len);
}

#endif
