/* xades/check.h - the references of one signature, checked. Private to this room. */
#ifndef XADES_CHECK_H
#define XADES_CHECK_H

#include "xades/properties.h"

/*
 * Digests what every Reference names, the entries of a Manifest included. Fills o->facts (references and why,
 * content_missing, constraint), o->s.broken, scope and coverage of o->out, p->is_signed and *bound.
 */
sign_rc xades_check_references(struct xades_one *o, struct xades_properties *p, struct xades_bound *bound,
                               sign_error *err);

#endif
