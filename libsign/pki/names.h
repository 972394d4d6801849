/* pki/names.h - one name against one subtree (RFC 5280, 4.2.1.10). */
#ifndef PKI_NAMES_H
#define PKI_NAMES_H

#include "pki/parts.h"

/* GeneralName by its tag (RFC 5280, 4.2.1.6). */
enum {
    NAME_OTHER = DER_CONTEXT_CONSTRUCTED(0),
    NAME_EMAIL = DER_CONTEXT(1),
    NAME_DNS = DER_CONTEXT(2),
    NAME_DIRECTORY = DER_CONTEXT_CONSTRUCTED(4),
    NAME_URI = DER_CONTEXT(6),
    NAME_IP = DER_CONTEXT(7)
};

/* A name of a certificate, or the base of a subtree. */
struct general_name {
    uint8_t tag;
    sign_bytes value; /* contents; NAME_DIRECTORY: its pki_name_key */
    sign_bytes type;  /* NAME_OTHER: its type-id */
};

/* UNSURE: malformed, or of a form that is not compared: then it counts as what is worse. */
enum within { WITHIN_NO, WITHIN_YES, WITHIN_UNSURE };

/* Both are of the same form. */
enum within name_within(const struct general_name *name, const struct general_name *base);

#endif
