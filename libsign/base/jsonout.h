/* base/jsonout.h - JSON (RFC 8259) written as it comes, into a growing buffer. */
#ifndef BASE_JSONOUT_H
#define BASE_JSONOUT_H

#include "base/bytes.h"

enum { JSONOUT_DEPTH = 63 }; /* objects and arrays within one another; deeper fails the buffer */

/*
 * struct jsonout j = {.out = &buffer}; failure is the buffer's: grow_take tells it.
 * Indented by two spaces, and a line feed at the very end; compact: no white space at all, still the last
 * line feed. Within an object every value follows a jsonout_key; to break that is our own fault and asserted.
 */
struct jsonout {
    grow *out;
    bool compact;
    unsigned depth;
    uint64_t objects; /* bit d: what is open at depth d is an object */
    bool filled;      /* what is open has a member already */
    bool keyed;       /* a key was written and its value is due */
};
typedef struct jsonout jsonout;

void jsonout_object(jsonout *j);
void jsonout_array(jsonout *j);
void jsonout_end(jsonout *j); /* closes the innermost object or array */
void jsonout_key(jsonout *j, const char *key);

/* UTF-8; a malformed byte is written as U+FFFD, controls and DEL are escaped. */
void jsonout_text(jsonout *j, sign_bytes text);
void jsonout_str(jsonout *j, const char *s); /* NULL: null */
void jsonout_int(jsonout *j, int64_t n);
void jsonout_bool(jsonout *j, bool b);
void jsonout_null(jsonout *j);
void jsonout_tri(jsonout *j, int t); /* negative: null (not known), 0: false, else true */

#endif
