/* xades/stamp.h - what the unsigned properties of a signature carry, and the time-stamps in its properties.
 * Private to this room. */
#ifndef XADES_STAMP_H
#define XADES_STAMP_H

#include "xades/reference.h"

/* What a time-stamp is of, by the property that holds it. */
enum xades_recipe {
    RECIPE_ALL_DATA,     /* TS 101 903, 7.2.9 */
    RECIPE_INDIVIDUAL,   /* 7.2.10 */
    RECIPE_SIGNATURE,    /* 7.3 */
    RECIPE_SIG_AND_REFS, /* 7.5.1 */
    RECIPE_REFS_ONLY,    /* 7.5.2 */
    RECIPE_ARCHIVE       /* 7.7 and 8.2 */
};

/* The ways in which one input is put together: as the standard says, and as some programs do. */
enum { XADES_WAYS = 2 };

/* A digest of the input that was made before: the tokens of one property have the same input. */
struct xades_input {
    enum crypto_digest digest; /* NONE: not yet */
    uint8_t value[DIGEST_MAX];
};

/* A property with time-stamps. */
struct xades_stamp {
    const struct xades_one *o;
    const struct xades_properties *p;
    const struct xml_node *node;
    enum xades_recipe recipe;
    bool v2; /* references: those of EN 319 132-1, A.1; archive: the namespace of 1.4.1 */
    const struct xades_c14n *c14n;
    const char *prefixes;
    /* Include elements name what it is of: References, or properties that stand before it (7.1.4.3). */
    bool listed;
    const struct xml_node **included;
    size_t n_included;
    size_t stamps_before, covered_before; /* in the lists of struct xades_carrying */
    struct xades_input *known;            /* XADES_WAYS of them */
};

/* Whether the input holds that property, which stands before the time-stamp among the unsigned ones. `any`:
 * references of both versions. */
bool xades_stamp_takes(const struct xades_stamp *q, const struct xml_node *property, bool any);

/* ades_stamp.imprint; place: a struct xades_stamp. */
sign_rc xades_stamp_imprint(const struct ades_stamp *stamp, enum crypto_digest digest, sign_bytes expected,
                            struct ades_imprint *out, sign_error *err);

/* What is read of the unsigned properties, in their order. */
struct xades_carrying {
    struct xades_one *o;
    const struct xades_properties *p;
    struct xades_keys *keys; /* of KeyInfo, and candidates for the signer */
    struct xades_keys more;  /* certificates that are none */
    struct ades_stamp *stamps;
    size_t n_stamps, stamp_room, n_content;
    struct ades_value_ref *refs;
    size_t n_refs, ref_room;
    /* What a time-stamp can protect, and the property that it is of (NULL: none of the unsigned ones); first
     * what the signing-certificate properties name, n_named of it. */
    struct ades_covered *covered;
    const struct xml_node **of;
    size_t n_covered, covered_room, of_room, n_named;
};

/* false: out of memory. */
bool xades_cover(struct xades_carrying *c, const struct xml_node *of, struct ades_covered what);
/* The time-stamps of a property. */
bool xades_stamps_read(struct xades_carrying *c, const struct xml_node *n, enum ades_stamp_class class,
                       enum xades_recipe recipe);
/* What each of them protects; when all is read. */
bool xades_stamps_finish(struct xades_carrying *c);

/* CertificateValues and AttrAuthoritiesCertValues; RevocationValues and AttributeRevocationValues; and
 * TimeStampValidationData and AnyValidationData, which hold both. `keys`: where certificates go. */
bool xades_certificate_values(struct xades_carrying *c, const struct xml_node *of, const struct xml_node *n,
                              struct xades_keys *keys);
bool xades_revocation_values(struct xades_carrying *c, const struct xml_node *of, const struct xml_node *n);
bool xades_validation_data(struct xades_carrying *c, const struct xml_node *n);
/* Certificates and revocation data that a counter-signature carries: covered, and nothing else here. */
bool xades_countersigned_values(struct xades_carrying *c, const struct xml_node *n);
/* References to certificates, and to revocation data. */
bool xades_certificate_refs(struct xades_carrying *c, const struct xml_node *n, bool attribute);
bool xades_revocation_refs(struct xades_carrying *c, const struct xml_node *n, bool attribute);

#endif
