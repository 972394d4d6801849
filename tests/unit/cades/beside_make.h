/*
 * Signatures with things beside them, put together from pieces whose octets the test knows: what an imprint
 * is of is joined here by hand, so that the reader's recipe has something to be held against.
 */
#ifndef BESIDE_MAKE_H
#define BESIDE_MAKE_H

#include "cades/stamps.h"
#include "read_make.h"

enum { BESIDE_MAX = 80 };

struct beside {
    make_kit kit;
    arena texts; /* of the pieces */

    /* The message: whole elements, empty where absent. */
    sign_bytes content; /* octets */
    bool detached;
    sign_bytes encap, certs, crls; /* encapContentInfo, [0], [1] */
    sign_bytes head;               /* members of the SignerInfo up to the signature */
    sign_bytes value;              /* octets of the signature */
    sign_bytes attributes[BESIDE_MAX];
    size_t n;

    /* What the room made of it, once it was read. */
    sign_buf cms;
    cms_message m;
    source given;
    struct sign_report *report;
    struct ades_context ctx;
    struct cades_job job;
    struct cms_signer signer;
    struct cades_one one;
};

/* `more`: a further signed attribute, or empty; it changes the signature, which is not looked at. */
void beside_open(struct beside *b, sign_bytes more);
void beside_close(struct beside *b);
/* Writes the message and reads all that is beside its only signature. */
const struct ades_facts *beside_read(struct beside *b);
/* The callback of a stamp, over the imprint in its own token. */
struct ades_imprint beside_imprint(const struct ades_stamp *stamp);
/* It protects the other one. */
bool beside_covers_stamp(const struct ades_stamp *stamp, size_t other);

sign_bytes beside_join(struct beside *b, const sign_bytes *parts, size_t n);
#define JOIN(b, ...)                                                                                         \
    beside_join(b, (const sign_bytes[]){__VA_ARGS__},                                                        \
                sizeof((sign_bytes[]){__VA_ARGS__}) / sizeof(sign_bytes))
/* An element of these contents. */
sign_bytes beside_element(struct beside *b, uint8_t tag, sign_bytes contents);
sign_bytes beside_oid(struct beside *b, enum oid id);
sign_bytes beside_hash(struct beside *b, enum crypto_digest d, sign_bytes what);
/* A hash as OCTET STRING. */
sign_bytes beside_octets(struct beside *b, enum crypto_digest d, sign_bytes what);
/* AlgorithmIdentifier without parameters. */
sign_bytes beside_algorithm(struct beside *b, enum crypto_digest d);
/* Attribute of these values. */
sign_bytes beside_attribute(struct beside *b, enum oid type, sign_bytes values);
/* A certificate or list of no use, told apart by its text. */
sign_bytes beside_thing(struct beside *b, const char *text);
/* Appends one, and gives it. */
sign_bytes beside_add(struct beside *b, enum oid type, sign_bytes values);

struct beside_token {
    enum crypto_digest digest; /* NONE: SHA-256 */
    sign_bytes of;             /* what the imprint is of */
    const char *time;          /* GeneralizedTime; NULL: 20250301100500Z */
    sign_bytes certs;          /* contents of [0] */
    sign_bytes crls;           /* contents of [1] */
    sign_bytes index;          /* Attribute; empty: none */
};
/* A TimeStampToken. Its signature value is nobody's: only reading is tested with it. */
sign_bytes beside_token(struct beside *b, const struct beside_token *t);
sign_bytes beside_stamp(struct beside *b, sign_bytes of, const char *time);

#endif
