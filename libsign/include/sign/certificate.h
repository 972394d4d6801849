/* sign/certificate.h - read and describe certificates. */
#ifndef SIGN_CERTIFICATE_H
#define SIGN_CERTIFICATE_H

#include <sign/types.h>

SIGN_BEGIN_C

/* What a certificate is for, told from its own contents (no trust is implied). */
typedef enum sign_cert_kind {
    SIGN_CERT_OTHER = 0,
    SIGN_CERT_NES,        /* qualified certificate of a person (law 5070) */
    SIGN_CERT_SEAL,       /* electronic seal of an institution */
    SIGN_CERT_QSEAL,      /* qualified electronic seal */
    SIGN_CERT_FISCAL,     /* fiscal seal (mali mühür) */
    SIGN_CERT_ENCRYPTION, /* for encryption only */
    SIGN_CERT_CA,
    SIGN_CERT_TSA, /* time-stamping authority */
    SIGN_CERT_OCSP /* OCSP responder */
} sign_cert_kind;

/* Certificates read from one input. */
typedef struct sign_certs sign_certs;

/* Facts of one certificate; texts belong to the list they came from. */
typedef struct sign_cert {
    sign_bytes der;
    const char *subject, *issuer; /* RFC 4514 */
    const char *common_name;      /* "" if none */
    const char *serial_number;    /* serialNumber attribute of the subject (a TCKN in a NES), "" if none */
    const char *serial;           /* lower-case hex without leading zeros */
    const char *sha256;           /* of the DER, lower-case hex */
    const char *key;              /* "RSA 2048", "EC P-256" */
    const char *signature;        /* "RSA-PSS SHA-384", "ECDSA SHA-256" */
    const char *key_usage;        /* RFC 5280 names, comma separated; "" when absent */
    const char *policies;         /* OIDs, comma separated */
    const char *crl_urls, *ocsp_urls; /* space separated */
    int64_t not_before, not_after;    /* seconds since 1970 UTC */
    sign_cert_kind kind;
    int is_ca;
    const char *issuer_urls; /* where the issuer's certificate is (AIA caIssuers), space separated */
    const char *emails;      /* rfc822Names of subjectAltName, space separated */
    const char *purposes;    /* extended key usage: names where known, else OIDs, comma separated */
    const char *limit_value; /* the most that may be agreed to with it (QcLimitValue, EN 319 412-5, 4.3.2):
                                "50000 TRY"; "" none; "?" a limit that could not be read */
    const char *limit_use;   /* what it may be used for: text of statement 2.16.792.1.61.0.1.5070.1.3; "" */
    const char *notice;      /* text of the first user notice among its policies; "" */
    const char *known;       /* published name of a root that is recognised (sign_root_known); NULL */
    int retention_years;     /* QcRetentionPeriod (EN 319 412-5, 4.3.3); -1 when absent */
    int on_device;           /* QcSSCD: the key is in a secure signature creation device */
} sign_cert;

/* Reads a file or bytes: PEM (several) or DER. SIGN_E_FORMAT names the offending one. */
SIGN_CALL sign_rc sign_certs_read(const sign_input *in, sign_certs **out, sign_error *err);
SIGN_API size_t sign_certs_count(const sign_certs *certs);
/* NULL when i is out of range. */
SIGN_API const sign_cert *sign_certs_get(const sign_certs *certs, size_t i);
SIGN_API void sign_certs_free(sign_certs **certs);

SIGN_END_C

#endif
