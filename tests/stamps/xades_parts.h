/* xades_parts.h - texts of which an XML signature is put together. */
#ifndef STAMPS_XADES_PARTS_H
#define STAMPS_XADES_PARTS_H

#include "stamps.h"

struct st_xades {
    struct st *s;
    char *head, *tail; /* around the unsigned properties */
    char *props[ST_PIECES];
    size_t n;
    bool external; /* the content is another file */
    const struct st_step *content_stamp;
};

/* How one signature is written. */
struct st_xsign {
    const char *id, *signer, *key, *digest, *claimed, *ess, *c14n, *shape, *certs;
    bool spoiled, has_policy;
    bool nodes; /* no canonicalisation among the transforms of the data: a node-set remains */
    struct st_policy policy;
    const struct st_step *content_stamp;
};

/* The signature with the marks @ID-data@, @ID-props@ and @ID-value@, cut where unsigned properties belong. */
void st_xades_template(struct st *s, const struct st_xsign *x, char **head, char **tail);
char *st_xades_cert_refs(struct st *s, const struct st_step *step);
char *st_xades_rev_refs(struct st *s, const struct st_step *step);
char *st_xades_cert_values(struct st *s, const char *certs);
char *st_xades_rev_values(struct st *s, const char *revs);

#endif
