/* cades/stamps.h - what stands beside a signature: unsigned attributes, the time-stamps of both sets, what
 * they protect, and their imprints (EN 319 122-1, 5.2.8, 5.3 to 5.5). Private to this room. */
#ifndef CADES_STAMPS_H
#define CADES_STAMPS_H

#include "cades/verify.h"
#include "der/oid.h"

/* An unsigned attribute, as it stands: nothing is encoded anew, because imprints are of these octets. */
struct cades_attribute {
    enum oid id;
    sign_bytes raw;    /* the Attribute */
    sign_bytes inside; /* attrType and attrValues, each with tag and length */
    sign_bytes type;   /* attrType, with tag and length */
    sign_bytes values; /* contents of attrValues */
    size_t first;      /* values of the attributes before it; known when there are time-stamps */
};

/* Where a time-stamp, a reference or a value stands. */
struct cades_place {
    enum oid kind;
    size_t attribute, value; /* among the unsigned attributes, and in that attribute; signed: CADES_SIGNED */
};
#define CADES_SIGNED SIZE_MAX

/* An object that an attribute holds or refers to: it is protected by whatever protects that attribute. */
struct cades_item {
    struct ades_covered what;
    struct cades_place place;
    bool reference;
};

/* Lists in the report's arena that grow; what does not fit into memory is remembered there. */
struct cades_bytes {
    sign_bytes *list;
    size_t n, cap;
};
struct cades_items {
    struct cades_item *list;
    size_t n, cap;
};
struct cades_refs {
    struct ades_value_ref *list;
    size_t n, cap;
};
struct cades_covering {
    struct ades_covered *list;
    size_t n, cap;
};

/* An element that a hash index may name, by its hash. */
struct cades_hashed {
    uint8_t hash[DIGEST_MAX]; /* the rest is zero */
    size_t of;                /* its number among those of its kind */
};
struct cades_hashes {
    struct cades_hashed *list; /* by hash */
    size_t n;
    bool have, over; /* over: more than LIMIT_INDEXED, none is in the list */
};

/* A counter-signature that an archive time-stamp protects: by the places of both. */
struct cades_over {
    size_t stamp, attribute, value;
};
struct cades_overs {
    struct cades_over *list;
    size_t n, cap;
};

/* All of one signature. In the report's arena, because imprints are asked for later. */
struct cades_beside {
    struct cades_one *o;
    struct cades_attribute *attributes;
    size_t n_attributes;
    struct ades_stamp *stamps;
    struct cades_place *places; /* of each stamp */
    size_t n_stamps;
    struct cades_items items;     /* only when there are stamps */
    struct cades_refs refs;       /* complete-certificate-references and its like */
    struct cades_covering signer; /* certificates that the signing-certificate attributes name */
    struct cades_overs overs;     /* by archive time-stamps */
    struct cades_bytes bag, crls, ocsps;
    struct cades_hashes *hashes[2]; /* of attributes whole, and of values; by digest. NULL: not asked for */
};

/*
 * Reads everything beside the signature into o->facts (stamps, refs, carried, candidates) and o->out (names
 * of the attributes). Nothing is allocated when there is nothing.
 */
sign_rc cades_beside_read(struct cades_one *o, sign_error *err);

/* OtherRevocationInfoFormat [1] (RFC 5652, 10.2.1) with an OCSPResponse (RFC 5940, 2.1) or a
 * BasicOCSPResponse (EN 319 122-1, 5.5.2); other formats are choices that are not used: false. */
bool cades_response(sign_bytes choice, sign_bytes *response);
/* Adds a certificate, list or response to those that come with the signature; more than LIMIT_CERTIFICATES
 * beside those of the message are left out. */
void cades_candidate_add(struct cades_beside *b, struct cades_bytes *to, sign_bytes der);

/* Room for one element more in a list: the old one, or a larger copy. NULL: out of memory. */
void *cades_room(arena *a, void *list, size_t n, size_t *cap, size_t size);

/* ---- references (EN 319 122-1, A.1; RFC 5035, 5.4) --------------------------------------------------------
 */

/* The references of an attribute's value into b->refs and b->items. What is malformed is there as a reference
 * that fits nothing, so that the list does not seem complete. */
void cades_refs_read(struct cades_beside *b, sign_bytes value, struct cades_place place);
/* Every certificate that the signing-certificate attributes name. */
void cades_signer_refs_read(const struct cms_signer *s, arena *a, struct cades_covering *out);
void cades_item_add(struct cades_beside *b, struct ades_covered what, struct cades_place place,
                    bool reference);

/* ---- time-stamps
 * ------------------------------------------------------------------------------------------- */

bool cades_is_archive(enum oid kind);
/* Reads the tokens. */
sign_rc cades_stamps_read(struct cades_beside *b, sign_error *err);
/* What each of them protects, once b->items is complete; and the candidates that they carry. */
sign_rc cades_stamps_cover(struct cades_beside *b, sign_error *err);
/* What the archive time-stamps that were believed prove of the counter-signature in that place; o was judged.
 * NULL when there are none: *n is 0. */
sign_rc cades_outers(const struct cades_one *o, size_t attribute, size_t value, struct ades_outer **out,
                     size_t *n, sign_error *err);
/* Which unsigned attributes an archive time-stamp of the older kinds leaves out: itself, and those that are
 * not earlier (TS 101 733, 6.4.1). */
void cades_left_out(const struct cades_beside *b, const struct ades_stamp *stamp, bool *out);

/* What an index names, of each kind: by number. */
struct cades_indexed {
    bool *certificates, *crls, *attributes; /* attributes: or values, in order, when by_value */
    size_t n_certificates, n_crls, n_attributes;
    bool by_value;
};
/*
 * Compares the hash index of an archive time-stamp v3 with what is there (EN 319 122-1, 5.5.2). *why:
 * MSG_NONE, or what is wrong with it and *detail.
 */
sign_rc cades_index_match(struct cades_beside *b, const struct tsp_token *token, struct cades_indexed *out,
                          enum message_id *why, const char **detail, sign_error *err);

/* The callback of every stamp; its codec is the cades_beside, its place a cades_place. */
sign_rc cades_imprint(const struct ades_stamp *stamp, enum crypto_digest digest, sign_bytes expected,
                      struct ades_imprint *out, sign_error *err);

#endif
