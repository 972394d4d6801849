/* xml/join.h - join-URI-References of Canonical XML 1.1, 2.4. */
#ifndef XML_JOIN_H
#define XML_JOIN_H

#include "base/bytes.h"

/*
 * Appends the reference joined to the base: RFC 3986, 5.2 as Canonical XML 1.1, 2.4 changes it. The base may
 * be relative, and then the result is. Both are values of xml:base; the result may be empty.
 */
void xml_join(grow *out, const char *base, const char *reference);

/*
 * Appends the path without dot segments, as Canonical XML 1.1, 2.4 changes RFC 3986, 5.2.4: leading ".."
 * segments stay, slashes that follow one another become one, a last ".." ends in a slash.
 */
void xml_join_path(grow *out, sign_bytes path);

/* True when the URI has a scheme (RFC 3986, 3.1) and is thus no relative reference. */
bool xml_uri_absolute(const char *uri);

#endif
