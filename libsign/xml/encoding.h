/* xml/encoding.h - private to the room: the XML declaration, and documents that are not UTF-8. */
#ifndef XML_ENCODING_H
#define XML_ENCODING_H

#include "base/bytes.h"

struct xml_declaration {
    sign_bytes encoding; /* the name in it; empty when there is none */
    size_t end;          /* offset behind the declaration; without one, behind the byte order mark, if any */
    bool utf8;           /* no encoding is named, or UTF-8 is */
};

/*
 * The XML declaration at the beginning of a document in UTF-8 or another superset of ASCII. False: there is
 * one, but not as XML 1.0, 2.8 has it, or of another version than 1.0.
 */
bool xml_declaration(sign_bytes text, struct xml_declaration *out);

/*
 * The document in UTF-8 without a declaration (empty lines stand for its own), when it is in another
 * encoding: UTF-16 with its byte order mark, and US-ASCII, ISO-8859-1, ISO-8859-9 or windows-1254 that says
 * so. *converted is then true; else the document is, or pretends to be, UTF-8, and `out` stays empty.
 * SIGN_E_FORMAT, MSG_XML: an encoding that is not read, or octets that are not of the one that is declared.
 */
sign_rc xml_convert(sign_bytes text, grow *out, bool *converted, sign_error *err);

#endif
