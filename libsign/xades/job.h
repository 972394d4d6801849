/* xades/job.h - one verification of one document: what its signatures share. Private to this room. */
#ifndef XADES_JOB_H
#define XADES_JOB_H

#include "ades/ades.h"
#include "xades/signature.h"

/* A digest, and what it is of: parallel signatures ask for the same again and again. */
struct xades_known {
    const struct xml_node *apex; /* of a subtree, */
    const source *content;       /* or of a content; else of the document */
    const struct xml_node *without;
    enum xades_step leave;
    const struct xades_c14n *c14n; /* NULL: the content's own octets */
    const char *prefixes;
    bool comments;
    enum crypto_digest digest;
    uint8_t value[DIGEST_MAX];
};
enum { XADES_KNOWN = LIMIT_REFERENCES + 2 };

/* To a question that is answered once. */
struct xades_answer {
    bool known, yes;
};

/* Work that is counted beside octets: a reference, a reading of octets as XML, a node that is looked at. */
enum { XADES_WORK_REFERENCE = 1024, XADES_WORK_READING = 4096, XADES_WORK_NODE = 4 };

struct xades_job {
    const struct ades_context *ctx;
    const xades_document *d;
    const source *contents;
    size_t n_contents;
    bool *used; /* contents[i] was referred to */
    struct sign_report *report;
    size_t countersignatures;   /* read so far, for the limit */
    size_t stamps;              /* likewise */
    size_t effort;              /* left for certificate paths */
    struct ades_hashed *hashed; /* see ades_facts */
    int64_t patience;           /* likewise, in milliseconds */
    uint64_t work, work_limit;  /* done so far; 0: the limit was not asked for yet */
    struct xades_known known[XADES_KNOWN];
    size_t n_known;
    struct xades_answer root_is_all, only_signatures; /* of the document, for all its references */
    sign_rc stopped;                                  /* what ctx->digested said; SIGN_OK: go on */
};

/* What a Reference names. */
enum xades_origin { ORIGIN_NONE, ORIGIN_DOCUMENT, ORIGIN_ELEMENT, ORIGIN_CONTENT };
struct xades_named {
    enum xades_origin origin;
    const struct xml_node *element;
    const source *content;
    bool comments; /* they are part of the node-set (XML-Signature, 4.4.3.3) */
};

struct xades_properties;

/* One signature on its way; `parent` is NULL but for a counter-signature. */
struct xades_one {
    struct xades_job *job;
    struct xades_signature s;
    const struct xades_one *parent;
    struct report_signature *out;
    struct ades_facts facts;
    struct ades_carried carried; /* of facts */
    size_t external;             /* references to what is not in the document */
    unsigned depth;
};

#endif
