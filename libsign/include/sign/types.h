/* sign/types.h - bytes, documents in and out, and the words of the field. */
#ifndef SIGN_TYPES_H
#define SIGN_TYPES_H

#include <sign/error.h>
#include <stdint.h>

SIGN_BEGIN_C

/* A loan of bytes: never freed, valid for the length of the call or as its lender says. */
typedef struct sign_bytes {
    const uint8_t *data;
    size_t len; /* bytes */
} sign_bytes;

/* Owned bytes: starts as {0}, freed with sign_buf_free. */
typedef struct sign_buf {
    uint8_t *data;
    size_t len; /* bytes */
} sign_buf;

/* Frees and zeroes the struct. NULL is allowed. */
SIGN_API void sign_buf_free(sign_buf *buf);

/* RFC 3339 with an explicit offset, or a plain date, as seconds since 1970 UTC. 1: understood; 0: not. */
SIGN_API int sign_time_parse(const char *text, int64_t *out);

/* "2026-01-05T07:00:00Z" into `out`, which is returned. */
SIGN_API const char *sign_time_text(int64_t time, char out[32]);

/* Signature format. Auto: found from the bytes when reading, CAdES when creating. */
typedef enum sign_format {
    SIGN_AUTO = 0,
    SIGN_CADES = 1, /* EN 319 122-1 over CMS, RFC 5652 */
    SIGN_XADES = 2  /* EN 319 132-1 over XML-Signature */
} sign_format;

/* Where the signed content is (RFC 5652, 5.2: eContent present or absent; XML-Signature, 2). */
typedef enum sign_shape {
    SIGN_ATTACHED = 0,   /* the format's own default: eContent in CAdES, enveloped in XAdES */
    SIGN_DETACHED = 1,   /* elsewhere: the signature holds its digest only */
    SIGN_ENVELOPED = 2,  /* XAdES: the Signature is the last child of the document's root element */
    SIGN_ENVELOPING = 3, /* XAdES: the Signature is the root and carries the content in an Object, XML as
                            nodes and all else as base64 */
    SIGN_INTERNALLY_DETACHED = 4 /* XAdES: the content and the Signature are siblings in one document */
} sign_shape;

/* Canonical form of XML in a signature to be created. */
typedef enum sign_c14n {
    SIGN_C14N_EXCLUSIVE = 0, /* Exclusive XML Canonicalization 1.0 */
    SIGN_C14N_INCLUSIVE = 1, /* Canonical XML 1.0 */
    SIGN_C14N_11 = 2         /* Canonical XML 1.1 */
} sign_c14n;

/* Digest algorithms that may be used to create signatures (TS 119 312). */
typedef enum sign_digest { SIGN_SHA256 = 0, SIGN_SHA384 = 1, SIGN_SHA512 = 2 } sign_digest;

/* Signature scheme of a key (RFC 8017, FIPS 186-4). */
typedef enum sign_scheme { SIGN_RSA_PKCS1 = 0, SIGN_RSA_PSS = 1, SIGN_ECDSA = 2 } sign_scheme;

/* How an ECDSA value is written: DER as in CMS (RFC 5753, 7.2), or r||s of fixed length. */
typedef enum sign_encoding { SIGN_VALUE_DER = 0, SIGN_VALUE_RAW = 1 } sign_encoding;

/*
 * One document: bytes in memory, or a file that is streamed in constant memory.
 * A file that changes while it is read is SIGN_E_IO.
 */
typedef struct sign_input {
    const char *name; /* as a signature or a message names it; NULL: the base name of path */
    const char *type; /* MIME type; NULL when unknown */
    sign_bytes data;  /* the bytes, when data.data is not NULL */
    const char *path; /* else this file; "-" is not special here */
} sign_input;

/*
 * Where a result goes: exactly one of buf, path and fd.
 * A path is written to a temporary file beside it, synced and renamed: it appears whole or not at all.
 * A descriptor gets the bytes as they come; it is not closed.
 */
typedef struct sign_output {
    sign_buf *buf;    /* owned by the caller afterwards; must be {0} before */
    const char *path; /* used when buf is NULL */
    int fd;           /* used when buf and path are NULL */
    int overwrite;    /* nonzero: an existing path is replaced, else SIGN_E_EXISTS */
    unsigned mode;    /* permission bits of a new path; 0 is 0666 less the umask */
} sign_output;

SIGN_END_C

#endif
