/* sign/anchors.h - the trust store: anchors that a person keeps, with what each is believed for. */
#ifndef SIGN_ANCHORS_H
#define SIGN_ANCHORS_H

#include <sign/types.h>

SIGN_BEGIN_C

/* What an anchor is believed for; bits. */
enum {
    SIGN_FOR_SIGNERS = 1, /* certificates of signers, and of the lists and responses about them */
    SIGN_FOR_TSA = 2,     /* time-stamping authorities */
    SIGN_FOR_OCSP = 4,    /* OCSP responders that the authority itself did not name (RFC 6960, 4.2.2.2, 1.) */
    SIGN_FOR_ALL = 7
};

typedef struct sign_anchor {
    sign_bytes der;
    unsigned purposes; /* bits above; 0: all */
    int64_t sunset;    /* believed for validation times before this only (EN 319 102-1, 5.2.6.4); 0: no end */
    const char *source;  /* where it came from; NULL */
    const char *subject; /* RFC 4514 */
    const char *sha256;  /* of the DER, lower-case hex */
    const char *known;   /* "Kamu SM Kök ... Sürüm 6" when its published fingerprint is recognised; NULL */
    int64_t added;       /* when it was put into the store */
    int64_t not_after;
} sign_anchor;

/* A list in memory; nothing changes on disk before it is written. */
typedef struct sign_anchors sign_anchors;

/*
 * Reads a store (JSON, "anchors/1"); an absent file is an empty one. path NULL: an empty list. Strict: what
 * is not known, a fingerprint that is not the certificate's, or a certificate that could not have been added
 * is SIGN_E_FORMAT or SIGN_E_CERTIFICATE.
 */
SIGN_CALL sign_rc sign_anchors_read(const char *path, sign_anchors **out, sign_error *err);

typedef struct sign_anchors_counts {
    size_t added;
    size_t already; /* in the list before, which stays as it was */
    size_t changed; /* in the list before, and believed otherwise now */
    size_t refused; /* left out, as the options say */
} sign_anchors_counts;
/* What an addition replaces of an anchor that is in the list already; bits. */
enum { SIGN_CHANGE_PURPOSES = 1, SIGN_CHANGE_SUNSET = 2 };

typedef struct sign_anchors_add_options {
    size_t size;       /* sizeof(sign_anchors_add_options) */
    unsigned purposes; /* 0: all */
    int64_t sunset;    /* 0: none */
    int64_t now;       /* 0: the system's clock */
    int skip_unfit;    /* nonzero: what may be no anchor is left out, instead of refusing everything */
    int skip_expired;  /* nonzero: so is what has expired; else it is taken, because it still vouches for the
                          past */
    unsigned change;   /* SIGN_CHANGE_*; 0: what is in the list stays as it is */
    /* Told of each that is left out, where it came from and why; NULL. `why` lives for the call. */
    void (*left_out)(void *user, const char *source, const sign_error *why);
    void *user;
} sign_anchors_add_options;

/*
 * PEM, DER, a folder of them, or Kamu SM's SertifikaDeposu.xml (the certificates of its koksertifika
 * elements; the rest of the file is not believed). A certificate must be one that may issue, or for the
 * purpose of OCSP or of time-stamps alone a responder's or a time-stamping unit's own; and its own signature
 * must verify when it is self-issued. All or nothing, but for what the options leave out: SIGN_E_FORMAT,
 * SIGN_E_CERTIFICATE, SIGN_E_UNSUPPORTED (its algorithm) name the one in the way.
 */
SIGN_CALL sign_rc sign_anchors_add(sign_anchors *list, const sign_input *in,
                                   const sign_anchors_add_options *opt, sign_anchors_counts *counts,
                                   sign_error *err);
/*
 * By SHA-256 in hex or a beginning of at least 8 digits that one alone has; capital letters, colons and
 * spaces do not matter. SIGN_E_ARGUMENT: none or several.
 */
SIGN_CALL sign_rc sign_anchors_remove(sign_anchors *list, const char *sha256, sign_error *err);
SIGN_API size_t sign_anchors_count(const sign_anchors *list);
/* In the order in which they were added. NULL when i is out of range; texts and bytes belong to the list. */
SIGN_API const sign_anchor *sign_anchors_get(const sign_anchors *list, size_t i);
/* Replaces the file as a whole (temporary file, fsync, rename); mode 0644. */
SIGN_CALL sign_rc sign_anchors_write(const sign_anchors *list, const char *path, sign_error *err);
SIGN_API void sign_anchors_free(sign_anchors **list);

/* The published name of a root with this SHA-256 (32 octets); NULL: not one that is known. */
SIGN_API const char *sign_root_known(const uint8_t sha256[32]);

SIGN_END_C

#endif
