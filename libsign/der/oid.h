/* der/oid.h - the one table of object identifiers. */
#ifndef DER_OID_H
#define DER_OID_H

#include "base/bytes.h"

/*
 * oids.def has one row per OID: OID(NAME, "1.2.840.113549.1.7.2", "short name of its standard", encoded
 * contents ...)
 */
enum oid {
    OID_NONE = 0,
#define OID(name, dotted, label, ...) OID_##name,
#include "der/oids.def"
#undef OID
    OID_COUNT
};

sign_bytes oid_bytes(enum oid id); /* contents octets */
const char *oid_dotted(enum oid id);
const char *oid_label(enum oid id);  /* "signing-certificate-v2" */
enum oid oid_find(sign_bytes value); /* OID_NONE when unknown */
static inline bool oid_is(sign_bytes value, enum oid id) {
    return bytes_equal(value, oid_bytes(id));
}
bool oid_to_text(sign_bytes value, char *out, size_t size); /* dotted; false when malformed or too long */
bool oid_from_text(const char *dotted, uint8_t *out, size_t size, size_t *len);

#endif
