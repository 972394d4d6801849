/*
 * server/faults.h - what the test server does wrong when it is asked to.
 *
 * A fault stands in the URL, since that is the one thing that a certificate hands to whoever verifies it:
 *     /ocsp/ca/wrong-nonce    /crl/ca/expired+delay:200    /aia/ca/flood:10000
 * Faults of content are made by the responders, faults of transport by whoever hands the answer over.
 */
#ifndef SERVER_FAULTS_H
#define SERVER_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum service { SERVICE_OCSP = 1, SERVICE_CRL = 2, SERVICE_AIA = 4, SERVICE_TSA = 8, SERVICE_ANY = 15 };

/*
 * One row a fault: identifier, name in the URL, services that know it, value when the URL gives none.
 * Some are no faults but rare and right ways to answer: the siblings that must be believed.
 */
#define FAULT_ROWS(X)                                                                                        \
    /* Transport. */                                                                                         \
    X(DELAY, "delay", SERVICE_ANY, 1000)        /* milliseconds before the status line */                    \
    X(RESET, "reset", SERVICE_ANY, 0)           /* a TCP reset in place of an answer */                      \
    X(RESET_LATE, "reset-late", SERVICE_ANY, 0) /* in the middle of the body */                              \
    X(DRIP, "drip", SERVICE_ANY, 1000)          /* one octet of the body in so many milliseconds */          \
    X(DRIP_HEAD, "drip-head", SERVICE_ANY, 1000)                                                             \
    X(FLOW, "flow", SERVICE_ANY, 10240)                       /* a body of so many megabytes of zeros */     \
    X(FLOW_CHUNKED, "flow-chunked", SERVICE_ANY, 10240)       /* likewise, no length told beforehand */      \
    X(ENDLESS_HEADERS, "endless-headers", SERVICE_ANY, 10240) /* at most so many megabytes of them */        \
    X(BOMB, "bomb", SERVICE_ANY, 10240)                       /* gzip of so many megabytes of zeros */       \
    X(REDIRECT, "redirect", SERVICE_ANY, 1) /* so many times to this server, then the answer */              \
    X(REDIRECT_LOOP, "redirect-loop", SERVICE_ANY, 0)                                                        \
    X(REDIRECT_LOOPBACK, "redirect-loopback", SERVICE_ANY, 0) /* 127.0.0.2, the same port */                 \
    X(REDIRECT_PRIVATE, "redirect-private", SERVICE_ANY, 0)                                                  \
    X(REDIRECT_METADATA, "redirect-metadata", SERVICE_ANY, 0)                                                \
    X(REDIRECT_FILE, "redirect-file", SERVICE_ANY, 0)                                                        \
    X(REDIRECT_GOPHER, "redirect-gopher", SERVICE_ANY, 0)                                                    \
    X(REDIRECT_NOWHERE, "redirect-nowhere", SERVICE_ANY, 0) /* 302 without a Location */                     \
    X(WRONG_TYPE, "wrong-type", SERVICE_ANY, 0)             /* text/html, the body is right */               \
    X(TRUNCATED, "truncated", SERVICE_ANY, 0)               /* half of the body, and that length */          \
    X(LENGTH_LONG, "length-long", SERVICE_ANY, 10)          /* Content-Length promises so many more */       \
    X(LENGTH_SHORT, "length-short", SERVICE_ANY, 10)        /* and so many less */                           \
    X(CHUNKED, "chunked", SERVICE_ANY, 0)                   /* right (RFC 9112, 7.1) */                      \
    X(UNTIL_CLOSE, "until-close", SERVICE_ANY, 0)           /* right (RFC 9112, 6.3) */                      \
    X(STATUS, "status", SERVICE_ANY, 500)                   /* this status, text of an error */              \
    X(EMPTY, "empty", SERVICE_ANY, 0)                       /* 200 and nothing */                            \
    X(GARBAGE, "garbage", SERVICE_ANY, 100)                 /* 200 and so many octets of nonsense */         \
    X(TEXT, "text", SERVICE_ANY, 0)                         /* 200, and an error as text */                  \
    /* OCSP (RFC 6960). */                                                                                   \
    X(WRONG_NONCE, "wrong-nonce", SERVICE_OCSP | SERVICE_TSA, 0)                                             \
    X(NO_NONCE, "no-nonce", SERVICE_OCSP | SERVICE_TSA, 0)                                                   \
    X(STALE, "stale", SERVICE_OCSP, 0)                   /* nextUpdate is past, producedAt is not */         \
    X(OLD, "old", SERVICE_OCSP, 0)                       /* produced a year ago, no nextUpdate */            \
    X(PRODUCED_EARLY, "produced-early", SERVICE_OCSP, 0) /* a year ago, about today */                       \
    X(FUTURE, "future", SERVICE_OCSP | SERVICE_CRL | SERVICE_TSA, 0) /* thisUpdate, genTime: in a day */     \
    X(NO_NEXT_UPDATE, "no-next-update", SERVICE_OCSP | SERVICE_CRL, 0)                                       \
    X(WRONG_SIGNER, "wrong-signer", SERVICE_OCSP | SERVICE_CRL | SERVICE_TSA, 0) /* of a foreign root */     \
    X(NO_EKU, "no-eku", SERVICE_OCSP | SERVICE_TSA, 0)                                                       \
    X(SIGNER_EXPIRED, "signer-expired", SERVICE_OCSP | SERVICE_TSA, 0)                                       \
    X(SIGNER_REVOKED, "signer-revoked", SERVICE_OCSP | SERVICE_TSA, 0) /* and no nocheck */                  \
    X(CHECKED, "checked", SERVICE_OCSP, 0) /* right: a responder without nocheck, not revoked */             \
    X(DIRECT, "direct", SERVICE_OCSP, 0)   /* right: the authority itself signs */                           \
    X(BY_NAME, "by-name", SERVICE_OCSP, 0) /* right: ResponderID by name */                                  \
    X(NO_CERTS, "no-certs", SERVICE_OCSP | SERVICE_TSA, 0)                                                   \
    X(BAD_SIGNATURE, "bad-signature", SERVICE_OCSP | SERVICE_CRL | SERVICE_TSA, 0)                           \
    X(OTHER_CERTID, "other-certid", SERVICE_OCSP, 0)     /* the answer is about another serial */            \
    X(OTHER_KEY_HASH, "other-key-hash", SERVICE_OCSP, 0) /* about another issuer key */                      \
    X(OTHER_NAME_HASH, "other-name-hash", SERVICE_OCSP, 0)                                                   \
    X(GOOD, "good", SERVICE_OCSP, 0)         /* good, whatever was asked */                                  \
    X(UNKNOWN, "unknown", SERVICE_OCSP, 0)   /* certStatus unknown, whatever was asked */                    \
    X(RESPONSE, "response", SERVICE_OCSP, 3) /* responseStatus: 3 is tryLater (4.2.1) */                     \
    X(SEVERAL, "several", SERVICE_OCSP, 0)   /* right: answers about others around the wanted one */         \
    X(SEVERAL_OTHERS, "several-others", SERVICE_OCSP, 0)   /* only the others */                             \
    X(CONTRADICTION, "contradiction", SERVICE_OCSP, 0)     /* two about the same, good and revoked */        \
    X(CRITICAL, "critical", SERVICE_OCSP | SERVICE_CRL, 0) /* a critical extension nobody knows */           \
    /* CRL (RFC 5280, 5). */                                                                                 \
    X(EXPIRED, "expired", SERVICE_CRL, 0)                                                                    \
    X(TWIN, "twin", SERVICE_CRL | SERVICE_AIA, 0) /* of an authority of the same name and another key */     \
    X(DELTA, "delta", SERVICE_CRL, 0)             /* the delta list in place of the complete one */          \
    X(FRESHEST, "freshest", SERVICE_CRL, 0)       /* right: complete, and says where its delta is */         \
    X(INDIRECT, "indirect", SERVICE_CRL, 0)       /* right for those whose cRLIssuer it is */                \
    X(ONLY_CA, "only-ca", SERVICE_CRL, 0)                                                                    \
    X(ONLY_USER, "only-user", SERVICE_CRL, 0)                                                                \
    X(ONLY_ATTRIBUTE, "only-attribute", SERVICE_CRL, 0)                                                      \
    X(OTHER_POINT, "other-point", SERVICE_CRL, 0)   /* its distribution point is another */                  \
    X(SOME_REASONS, "some-reasons", SERVICE_CRL, 0) /* keyCompromise alone */                                \
    X(HUGE_LIST, "huge", SERVICE_CRL, 50000)        /* right: so many entries about others */                \
    X(PEM, "pem", SERVICE_CRL | SERVICE_AIA, 0)                                                              \
    /* AIA (RFC 5280, 4.2.2.1). */                                                                           \
    X(BUNDLE, "p7c", SERVICE_AIA, 0)      /* right: a certs-only CMS (RFC 5272) */                           \
    X(FLOOD, "flood", SERVICE_AIA, 10000) /* certs-only; so many of its name, the right one last */          \
    X(OTHER, "other", SERVICE_AIA, 0)     /* a certificate of somebody else */                               \
    /* Time stamps (RFC 3161). */                                                                            \
    X(WRONG_IMPRINT, "wrong-imprint", SERVICE_TSA, 0)                                                        \
    X(WRONG_POLICY, "wrong-policy", SERVICE_TSA, 0)                                                          \
    X(REJECTION, "rejection", SERVICE_TSA, 0)     /* status rejection, this PKIFailureInfo (2.4.2) */        \
    X(NO_ACCURACY, "no-accuracy", SERVICE_TSA, 0) /* right */                                                \
    X(EKU_NOT_ALONE, "eku-not-alone", SERVICE_TSA, 0)                                                        \
    X(EKU_NOT_CRITICAL, "eku-not-critical", SERVICE_TSA, 0)                                                  \
    X(PAST, "past", SERVICE_TSA, 3600) /* genTime so many seconds ago */

enum fault {
#define FAULT_NAME(id, name, services, value) FAULT_##id,
    FAULT_ROWS(FAULT_NAME)
#undef FAULT_NAME
        FAULT_COUNT
};

struct faults {
    bool on[FAULT_COUNT];
    long value[FAULT_COUNT]; /* what the URL says, else the default of the row */
};

/* "expired+delay:200" of a service; false when a name is unknown there or a value is no number. */
bool faults_parse(const char *text, size_t len, enum service service, struct faults *out);

/* The i-th fault's name and services, to go through them all. */
const char *fault_name(enum fault fault);
unsigned fault_services(enum fault fault);

#endif
