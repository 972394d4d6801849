/* key/slot.h - tokens in their slots and the objects on them, read without login. */
#ifndef KEY_SLOT_H
#define KEY_SLOT_H

#include "key/module.h"

/* CK_TOKEN_INFO of one present, initialised token: texts are trimmed UTF-8 (two bytes a character at most).
 */
struct slot {
    CK_SLOT_ID id;
    CK_FLAGS flags;             /* those of login and PIN; the others may be missing */
    unsigned long max_sessions; /* CK_EFFECTIVELY_INFINITE, CK_UNAVAILABLE_INFORMATION or a number */
    char label[66], manufacturer[66], model[34], serial[34];
};

struct slots {
    struct slot *at;
    size_t n;
};
typedef struct slots slots;
void slots_free(slots *s);
CLEANUP(slots, slots_free);

/* The tokens present that `u` (NULL: any) asks for, through libp11 where it can. SIGN_E_TOKEN when the module
 * fails; none is SIGN_OK. */
sign_rc slots_read(struct module *m, const uri *u, slots *out, sign_error *err);
/* Reads the flags anew, which change with every PIN that is entered, and how many sessions the token has. */
void slot_refresh(struct module *m, struct slot *s);

/* One object of a token. */
struct object {
    CK_OBJECT_HANDLE handle;
    sign_buf id, value; /* CKA_ID; CKA_VALUE of a certificate */
    char *label;        /* UTF-8, never NULL */
};

void object_free(struct object *o);

struct objects {
    struct object *at;
    size_t n;
};
typedef struct objects objects;
void objects_free(objects *o);
CLEANUP(objects, objects_free);

/* All objects of a class that the session sees. SIGN_E_TOKEN, SIGN_E_MEMORY. */
sign_rc objects_read(struct module *m, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, objects *out,
                     sign_error *err);
/* One attribute; empty when the object has none, does not show it, or it is over LIMIT_CERTIFICATE.
 * SIGN_E_MEMORY. */
sign_rc object_attribute(struct module *m, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                         CK_ATTRIBUTE_TYPE type, sign_buf *out, sign_error *err);
/* The one object with this (non-empty) id, or NULL. */
const struct object *objects_with_id(const objects *o, sign_bytes id);

/* What a token shows without login: its certificates, public keys, and private keys if it shows them. */
struct view {
    objects certs, publics, privates;
};
typedef struct view view;
void view_free(view *v);
CLEANUP(view, view_free);
sign_rc view_read(struct module *m, const struct slot *s, view *out, sign_error *err);

/*
 * The URI of the key of `cert` (NULL: of the token), NUL-terminated in out. brief: without what a reader of a
 * list does not need, so that several fit into an error's text; it opens the key all the same.
 */
void slot_uri(const struct slot *s, const struct object *cert, bool brief, grow *out);

#endif
