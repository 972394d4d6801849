/* anchors/list.h - the list behind sign_anchors, and who adds to it. Private to this room. */
#ifndef ANCHORS_LIST_H
#define ANCHORS_LIST_H

#include "base/file.h"
#include "base/limits.h"
#include "pki/pki.h"
#include <sign/anchors.h>

struct sign_anchors {
    arena arena; /* texts and bytes; what is removed stays there until the end */
    struct crypto *crypto;
    sign_anchor *all;
    size_t n, cap;
};
typedef struct sign_anchors *sign_anchors_ptr;
CLEANUP(sign_anchors_ptr, sign_anchors_free);

/* What is to be said of a certificate that is added. */
struct anchor_origin {
    unsigned purposes, change; /* change: SIGN_CHANGE_*, of one that is in the list */
    int64_t sunset, added;
    const char *source; /* copied; NULL */
};

sign_rc anchors_new(sign_anchors **out, sign_error *err);

enum anchor_fate { ANCHOR_ADDED, ANCHOR_ALREADY, ANCHOR_CHANGED };

/*
 * Adds a certificate that is fit to be an anchor: it may issue, or serves the one purpose for which it is
 * believed, and its own signature holds when it is self-issued. SIGN_E_FORMAT, SIGN_E_CERTIFICATE,
 * SIGN_E_UNSUPPORTED, SIGN_E_LIMIT.
 */
sign_rc anchors_put(sign_anchors *list, sign_bytes der, const struct anchor_origin *from,
                    enum anchor_fate *fate, sign_error *err);
/* The i-th leaves the list. */
void anchors_drop(sign_anchors *list, size_t i);

/* Calls `each` for every certificate in the koksertifika elements of Kamu SM's depot. SIGN_E_FORMAT. */
sign_rc depot_each(sign_bytes xml, const char *name, pki_object_fn each, void *self, sign_error *err);

#endif
