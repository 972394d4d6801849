/* key/uri.h - RFC 7512: the pkcs11: URI. */
#ifndef KEY_URI_H
#define KEY_URI_H

#include "key/key.h"

/* What a URI asks for; NULL or absent: anything. Texts are percent-decoded UTF-8. */
struct uri {
    char *token, *manufacturer, *model, *serial; /* of CK_TOKEN_INFO */
    char *object;                                /* CKA_LABEL */
    char *type;                                  /* "private", "public", "cert" */
    char *module_path, *module_name;             /* RFC 7512, 2.4: query attributes */
    sign_buf id;                                 /* CKA_ID, bytes */
    bool has_id, has_slot;
    unsigned long slot; /* slot-id */
};
typedef struct uri uri;
void uri_free(uri *u);
CLEANUP(uri, uri_free);

/*
 * SIGN_E_ARGUMENT: malformed, an attribute given twice, or pin-value (a PIN does not belong into a command
 * line); SIGN_E_UNSUPPORTED: pin-source, or another attribute that is not known here (RFC 7512, 2.3: must not
 * match then).
 */
sign_rc uri_parse(const char *text, uri *out, sign_error *err);

/* Writes "pkcs11:" with what is set, in the order of RFC 7512's examples; for a token and for its objects. */
void uri_write(const uri *u, grow *out);

#endif
