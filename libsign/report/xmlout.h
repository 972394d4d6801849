/* report/xmlout.h - XML written as it comes, escaped, into a growing buffer. Private to this room. */
#ifndef REPORT_XMLOUT_H
#define REPORT_XMLOUT_H

#include "base/bytes.h"

enum { XMLOUT_DEPTH = 32 }; /* elements within one another; deeper fails the buffer */

/* struct xmlout x = {.out = &buffer}; failure is the buffer's. Names are ours and outlive the writing. */
struct xmlout {
    grow *out;
    const char *open[XMLOUT_DEPTH];
    unsigned depth;
    bool in_tag; /* attributes may follow */
    bool parent; /* what was written last is an element: the end tag gets a line of its own */
};
typedef struct xmlout xmlout;

void xmlout_open(xmlout *x, const char *name);
void xmlout_attribute(xmlout *x, const char *name, const char *value);
/* UTF-8; what XML 1.0, 2.2 does not allow becomes U+FFFD. NULL is nothing. */
void xmlout_text(xmlout *x, const char *text);
void xmlout_close(xmlout *x);

/* A whole element with a text; nothing at all when it is NULL. */
void xmlout_element(xmlout *x, const char *name, const char *text);
/* xs:dateTime; nothing when the year has not four digits. */
void xmlout_time(xmlout *x, const char *name, int64_t t);
void xmlout_base64(xmlout *x, const char *name, sign_bytes octets);
/*
 * xs:anyURI out of a text from outside: a dotted OID becomes urn:oid: (RFC 3061), an http address stays when
 * it is one. false, and nothing written, when it is neither.
 */
bool xmlout_uri(xmlout *x, const char *name, const char *text);

#endif
