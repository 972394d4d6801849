/* ades/held.c - inputs of a draft. */
#include "ades/held.h"

#include <stdlib.h>

sign_rc ades_held_open(const sign_input *in, struct ades_held *out, sign_error *err) {
    sign_rc rc = source_open(in, &out->src, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    out->name = strdup(out->src.name);
    if (!out->name) {
        return fail_memory(err);
    }
    out->src.name = out->name;
    if (out->src.fd >= 0) {
        return SIGN_OK;
    }
    rc = buf_copy(out->src.mem, &out->own, err);
    out->src.mem = BYTES(out->own.data, out->own.len);
    return rc;
}

void ades_held_free(struct ades_held *h) {
    if (!h->borrowed) {
        source_close(&h->src);
    }
    sign_buf_free(&h->own);
    free(TAKE(h->name));
}
