/* sign/error.h - results, and what went wrong. */
#ifndef SIGN_ERROR_H
#define SIGN_ERROR_H

#include <sign/export.h>
#include <stddef.h>

SIGN_BEGIN_C

/*
 * The result of every function that can fail.
 *
 *   0    done; for a verification: passed
 *   > 0  a verification ran and did not pass: its report says why (the numbers are the
 *        exit codes of the program)
 *   < 0  it could not be done: the sign_error says why
 */
typedef enum sign_rc {
    SIGN_OK = 0,              /* done, or TOTAL-PASSED (EN 319 102-1, 5.1.3) */
    SIGN_FAILED = 1,          /* TOTAL-FAILED: the signature does not hold */
    SIGN_INDETERMINATE = 2,   /* INDETERMINATE: something needed was missing */
    SIGN_NO_SIGNATURE = 3,    /* the document carries no signature at all */
    SIGN_E_ARGUMENT = -1,     /* the caller broke a rule of the header */
    SIGN_E_MEMORY = -2,       /* an allocation failed */
    SIGN_E_IO = -3,           /* a file or descriptor could not be read or written, or changed meanwhile */
    SIGN_E_NETWORK = -4,      /* a network service did not answer as it should */
    SIGN_E_FORMAT = -5,       /* a certificate, CRL, draft or form is not what it should be */
    SIGN_E_UNSUPPORTED = -6,  /* well-formed, but not something this version can do */
    SIGN_E_LIMIT = -7,        /* too large, too deep, too many */
    SIGN_E_CRYPTO = -8,       /* the cryptographic library failed */
    SIGN_E_KEY = -9,          /* the private key cannot be opened or used */
    SIGN_E_PIN = -10,         /* PIN or password missing, wrong or locked */
    SIGN_E_TOKEN = -11,       /* module, slot or token missing or failing */
    SIGN_E_CERTIFICATE = -12, /* no usable certificate, or several and no choice */
    SIGN_E_CANCELLED = -13,   /* a callback asked to stop */
    SIGN_E_INTERNAL = -14,    /* our own fault */
    SIGN_E_EXISTS = -15,      /* the output exists and overwriting was not asked for */
    SIGN_E_REFUSED = -16      /* a rule forbids it: form errors, signer is not the applicant, policy */
} sign_rc;

/* The language of texts meant for people. Codes and JSON keys are never translated. */
typedef enum sign_lang { SIGN_TR = 0, SIGN_EN = 1 } sign_lang;

/*
 * What went wrong. The caller's own fixed struct: nothing is allocated, nothing is
 * thread-local, nothing is stale. Every function that takes one also takes NULL.
 */
typedef struct sign_error {
    sign_rc code;   /* the same value that the function returned */
    char id[8];     /* message code: a letter and four digits, "E5001"; stable, never translated */
    char text[500]; /* English, outermost first: "signature 2: certificate: length runs past the end" */
    char args[300]; /* what sign_error_text() puts into the message; each argument ends with NUL */
} sign_error;

/* The name of a result, "SIGN_E_FORMAT"; "SIGN_?" for a number that is none. Never NULL. */
SIGN_API const char *sign_rc_name(sign_rc rc);

/*
 * The message of `err` in `lang` as one sentence for a person, written to `out` (at most `size`
 * bytes with the final NUL, cut at a whole character). Returns `out`.
 */
SIGN_API const char *sign_error_text(const sign_error *err, sign_lang lang, char *out, size_t size);

/* What the person can do about it, in `lang`; "" when there is no advice. Lives for ever. */
SIGN_API const char *sign_error_hint(const sign_error *err, sign_lang lang);

SIGN_END_C

#endif
