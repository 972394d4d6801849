/* ades/held.h - an input that outlives the call it came with: what a draft keeps until it is finished. */
#ifndef ADES_HELD_H
#define ADES_HELD_H

#include "base/file.h"

/* Memory and names are copied, files stay open. Starts as {.src = {.fd = -1}} or {0}. */
struct ades_held {
    source src;
    sign_buf own;
    char *name;
    bool borrowed; /* the descriptor is somebody else's */
};
typedef struct ades_held ades_held;

sign_rc ades_held_open(const sign_input *in, struct ades_held *out, sign_error *err);
void ades_held_free(struct ades_held *h);
CLEANUP(ades_held, ades_held_free);

#endif
