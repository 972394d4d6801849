/* base/limits.h - every limit of the library, in one place. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    LIMIT_DER_DEPTH = 64,          /* nesting of DER or BER elements */
    LIMIT_SIGNERS = 1000,          /* SignerInfos in one SignedData */
    LIMIT_CERTIFICATES = 2000,     /* in one signature */
    LIMIT_ATTRIBUTES = 256,        /* in one attribute set */
    LIMIT_STAMPS = 64,             /* time-stamps of one signature: more are not looked at */
    LIMIT_COUNTERSIGN_DEPTH = 8,   /* counter-signatures of counter-signatures */
    LIMIT_COUNTERSIGNATURES = 256, /* in one SignerInfo, all depths together */
    LIMIT_STAMPS_DOCUMENT = 2048,  /* of all signatures of a document: one and more for each signer */
    LIMIT_INDEXED = 8192,          /* elements of one kind that a hash index is compared with */
    LIMIT_CONTENT_SEGMENTS =
        1 << 21,            /* of a constructed OCTET STRING: 2 GB in the pieces of 1 KB that some write */
    LIMIT_PATH_LENGTH = 16, /* certificates in a path */
    LIMIT_PATH_CANDIDATES = 256,  /* issuers tried for one path */
    LIMIT_PATH_EFFORT = 16384,    /* signatures checked for all paths of one document */
    LIMIT_POLICIES = 1024,        /* certificate policies, or mappings, of one certificate */
    LIMIT_NAME_CHECKS = 262144,   /* comparisons of a name with a subtree, for one path */
    LIMIT_AIA_FETCHES = 8,        /* downloads of issuers for one search of a path */
    LIMIT_PATIENCE = 120000,      /* milliseconds waited for the network for all paths of one document */
    LIMIT_NESTING = 3,            /* who signed a list about whoever signed a list about ... */
    LIMIT_URLS = 4,               /* of one kind tried for one certificate */
    LIMIT_URL = 2048,             /* octets of one */
    LIMIT_OCSP_SINGLES = 1000,    /* in one response */
    LIMIT_OCSP_CERTIFICATES = 16, /* in one response */
    LIMIT_AIA_CERTIFICATES = 256, /* in one answer of an issuer's server; each is paid for as an effort */
    LIMIT_OCSP_AGE = 86400, /* seconds that a response without nextUpdate is relied on (RFC 6960, 4.2.2.1) */
    LIMIT_CLOCK_SKEW = 300, /* seconds that the clock of who signs lists and responses may be ahead */
    LIMIT_FETCHES = 4096,   /* answers of the network that a trust remembers */
    LIMIT_ANCHORS = 4096,   /* in one trust store */
    LIMIT_OBJECTS = 4096,   /* whole in one detailed report */
    LIMIT_PROOFS_TOLD = 8192, /* proofs of existence in one detailed report */
    LIMIT_INPUTS_TOLD = 32,   /* inputs of one name in one building block of it */
    LIMIT_ROLES = 32,
    LIMIT_PLACE_LINES = 6, /* RFC 5126, 5.11.2 */
    LIMIT_FORM_DEPTH = 16,
    LIMIT_JSON_DEPTH = 32,     /* objects and arrays within one another */
    LIMIT_POLICY_FAULTS = 256, /* of one policy file that are told */
    LIMIT_XML_DEPTH = 256,     /* elements within one another, in a signed document */
    LIMIT_XML_NODES = 5000000,
    LIMIT_XML_ATTRIBUTES = 256,  /* of one element, and namespaces declared by it */
    LIMIT_XML_SIGNATURES = 1000, /* in one document, counter-signatures aside */
    LIMIT_XML_ID = 1024,         /* octets of the Id of a signature */
    LIMIT_XML_IDS = 131072,      /* outside the signatures of a document that is read by events */
    LIMIT_REFERENCES = 30,       /* in one SignedInfo, and in one Manifest */
    LIMIT_REDIRECTS = 20,        /* of one request, whatever its options say */
    LIMIT_TRANSFERS = 64,        /* at a time, of one call of the door */
    LIMIT_FETCH_IDLE = 16, /* sets of open connections, and connections to a cache, kept for later calls */
    LIMIT_TRANSFORMS = 5   /* of one Reference */
};

/* Sizes in bytes. */
#define LIMIT_BUF            ((size_t)1 << 31)   /* a growing buffer without a limit of its own */
#define LIMIT_PIECE          ((size_t)256 << 20) /* certificates, CRLs or signers of one signature in memory */
#define LIMIT_WHOLE          ((size_t)16 << 20)  /* a signature file up to this size is read at once */
#define LIMIT_TEXT_SIGNATURE ((size_t)64 << 20)  /* a PEM or base64 signature */
#define LIMIT_CERTIFICATE    ((size_t)64 << 10)  /* one certificate */
#define LIMIT_CRL            ((size_t)256 << 20) /* one CRL */
#define LIMIT_POLICY_FILE    ((size_t)1 << 18)   /* a policy of verification */
#define LIMIT_ANCHORS_FILE   ((size_t)16 << 20)  /* a trust store, or a depot that is imported into it */
#define LIMIT_OCSP           ((size_t)1 << 20)   /* one OCSP response */
#define LIMIT_FETCH_CERTS    ((size_t)1 << 20)   /* what an issuer's server gives */
#define LIMIT_FETCHED        ((size_t)512 << 20) /* what a trust remembers of the network, together */
#define LIMIT_FORM           ((size_t)1 << 20)   /* one form document */
#define LIMIT_XML_TREE       ((size_t)256 << 20) /* an XML document that is read into a tree */
#define LIMIT_XML_LARGE      ((size_t)4 << 20) /* a larger one is read by events where its signatures allow it */
#define LIMIT_XML_KEPT       ((size_t)8 << 20)   /* signatures kept of a document that is read by events */
#define LIMIT_XML_TEXT       ((size_t)256 << 20) /* one text of a signed document: base64 of a large file */
#define LIMIT_XML_VALUE      ((size_t)1 << 20)   /* a SignatureValue, a DigestValue, an attribute */
#define LIMIT_XML_BASE       ((size_t)64 << 10)  /* xml:base joined from several */
#define LIMIT_XML_MEMORY     ((size_t)64 << 20)  /* a tree takes this, and LIMIT_XML_TIMES its document */
/* Work on one XML document: octets canonicalised, read again or digested by all its references together, with
 * something for each step. At most TIMES the document and the contents it signs, and this at least and at
 * most; what is larger may be gone through a few times all the same. */
#define LIMIT_XML_DIGESTED_LEAST ((uint64_t)64 << 20)
#define LIMIT_XML_DIGESTED       ((uint64_t)4 << 30)
#define LIMIT_XML_TIMES          16
#define LIMIT_XML_PASSES         4
/* Octets digested for the imprints of CMS time-stamps; the older archive time-stamps are not over a digest of
 * the content but over the whole again (TS 101 733, 6.4.1): so many times the message and its content, and
 * this at least. */
#define LIMIT_ARCHIVED_LEAST    ((uint64_t)64 << 20)
#define LIMIT_ARCHIVED_TIMES    16
#define LIMIT_KEY_FILE          ((size_t)1 << 20) /* a PEM or PKCS#12 file */
#define LIMIT_WINDOW            ((size_t)1 << 20) /* bytes read at a time from a large file */
#define LIMIT_RSA_BITS_MIN      1024              /* below: refused before any computation */
#define LIMIT_RSA_BITS_MAX      16384
#define LIMIT_RSA_EXPONENT_BITS 64
#define LIMIT_URL               ((size_t)4 << 10)     /* a URL to fetch from, and what is asked about there */
#define LIMIT_HTTP_HEADERS      ((size_t)64 << 10)    /* all header lines of one answer */
#define LIMIT_CACHE_OCTETS      ((uint64_t)512 << 20) /* all that a cache remembers */
#define LIMIT_DSA_BITS_MIN      1024                  /* FIPS 186-4, 4.2 has 1024, 2048 and 3072 */
#define LIMIT_DSA_BITS_MAX      3072

#endif
