/* xml/escape.h - private to the room: what Canonical XML 1.0, 2.3 escapes. */
#ifndef XML_ESCAPE_H
#define XML_ESCAPE_H

#include <stddef.h>

/* How many of the n octets, from the first on, are written as they are. */
size_t xml_plain_text(const char *s, size_t n);
size_t xml_plain_value(const char *s, size_t n);

/* How one of the others is written, in text (of which `>` is one) and in values. */
const char *xml_escape(char c);

#endif
