/* Who judges the chains: libsign and OpenSSL in this process, BouncyCastle in a Java machine of its own. */
#ifndef PATHS_JUDGES_H
#define PATHS_JUDGES_H

#include "spec.h"
#include <stdio.h>

struct opinion {
    bool valid;
    char why[160]; /* libsign: sub-indication and code; others: their error */
};

void judge_ours(const struct minted *m, struct opinion *out);
void judge_openssl(const struct minted *m, struct opinion *out);
/* What PathsBc reads: see there. */
void wire_begin(FILE *f, uint32_t count);
void wire_put(FILE *f, const struct minted *m);

#endif
