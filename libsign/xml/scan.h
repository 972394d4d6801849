/* xml/scan.h - the fast way to read XML: one pass over text that needs no general parser. */
#ifndef XML_SCAN_H
#define XML_SCAN_H

#include "xml/xml.h"

/*
 * Reads a document like xml_read, into the same tree, when it is of the restricted kind that forms and most
 * signatures are: UTF-8, no DOCTYPE, and nothing else that this scanner leaves to the general parser. NULL in
 * *out with SIGN_OK: it is not of that kind, or not well-formed, or over a limit: xml_parse decides, and says
 * why. What it accepts, xml_parse accepts with the same tree (shown by fuzzing both).
 * Errors: SIGN_E_MEMORY only.
 */
sign_rc xml_scan(sign_bytes text, const struct xml_options *options, struct xml **out, sign_error *err);

/* The general way, by libxml2: contract of xml_read, which tries xml_scan first. */
sign_rc xml_parse(sign_bytes text, const struct xml_options *options, struct xml **out, sign_error *err);

#endif
