/* The rows of rows.def: what may be changed in a chain. */
#ifndef PATHS_ROWS_H
#define PATHS_ROWS_H

#include "spec.h"

enum {
    S_SHAPE = 1,
    S_TIME = 2,
    S_CA = 4,
    S_EXT = 8,
    S_SERIAL = 16,
    S_IDS = 32,
    S_SIG = 64,
    S_KEY = 128,
    S_NAME = 256,
    S_TREES = 512,
    S_POLICY = 1024,
    S_CRL = 2048,
    S_EXTRA = 4096,
    S_WITHOUT_EXTENSIONS = S_CA | S_EXT | S_IDS | S_POLICY | S_TREES | S_CRL
};

enum right { VALID, INVALID };

enum row_id {
#define ROW(name, slots, right, code) ROW_##name,
#include "rows.def"
#undef ROW
    ROWS
};

/* Changes the chain; false: there is nothing in it that could be changed so, and it is as it was. */
#define ROW(name, slots, right, code) bool row_##name(struct world *w, struct dice *d);
#include "rows.def"
#undef ROW

struct row {
    const char *name;
    unsigned slots;
    enum right right;
    const char *code;
    bool (*apply)(struct world *, struct dice *);
};
const struct row *row(enum row_id id);

/* A random place in the chain: of any certificate but the anchor, of an authority between, of an issuer. */
size_t below_anchor(const struct world *w, struct dice *d);
bool between(const struct world *w, struct dice *d, size_t *i); /* false: there is none */
struct cert_spec *anchor_of(struct world *w);
/* Another certificate beside the chain, as certs[like] is. */
struct cert_spec *add_cert(struct world *w, size_t like);
struct crl_spec *add_crl(struct world *w, size_t like);

#endif
