/* xades/dname.h - distinguished names as XML signatures write them (XML-Signature, 4.5.4.1). Private to this
 * room. */
#ifndef XADES_DNAME_H
#define XADES_DNAME_H

#include "der/der.h"

/*
 * Whether text names what a DER Name names. Writers differ, so RFC 2253, RFC 4514 and what came before are
 * read: white space around separators, either order, quotes, known names of attribute types, any case.
 * Attributes of one RDN are compared like RDNs.
 */
bool xades_name_is(const char *text, sign_bytes name);

/* The contents of the INTEGER that a decimal number is; false: it is none, or has more than 100 digits. */
bool xades_serial(const char *text, arena *a, sign_bytes *out);

#endif
