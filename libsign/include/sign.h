/*
 * sign.h - electronic signatures: create and verify CAdES, read and fill in application forms.
 *
 * The whole interface follows seven rules; no function repeats them.
 *
 *  1. Order    the object, then what goes in, then options, then what comes out, then err.
 *  2. Result   SIGN_OK (0): done, and for a verification: passed.
 *              > 0: a verification ran and did not pass; its report, or *err where there is none, says why.
 *              < 0: it could not be done; *err says why.
 *  3. Outputs  are written when the result is >= 0, and left alone otherwise. Reports are; what is made
 *              out of a signature (content, finished signature, draft) only when it is SIGN_OK.
 *  4. Ownership  what comes out through T **out or sign_buf * is the caller's: sign_T_free(&x).
 *              What a getter returns belongs to the object and lives as long as it.
 *              sign_bytes is a loan for the length of the call; what must be kept is copied.
 *  5. Threads  a const object may be used by many threads at once; any other by one at a time.
 *              There is no global state, no init and no shutdown.
 *  6. Text     is UTF-8; times are seconds since 1970 in UTC; 0 means "now" or "not given".
 *  7. NULL     is allowed for err, for options (the defaults) and for what says so; free takes it.
 */
#ifndef SIGN_H
#define SIGN_H

#include <sign/anchors.h>
#include <sign/certificate.h>
#include <sign/create.h>
#include <sign/error.h>
#include <sign/fetch.h>
#include <sign/form.h>
#include <sign/key.h>
#include <sign/net.h>
#include <sign/policy.h>
#include <sign/trust.h>
#include <sign/types.h>
#include <sign/verify.h>

#define SIGN_VERSION_MAJOR 0
#define SIGN_VERSION_MINOR 1
#define SIGN_VERSION_PATCH 0

/* "0.1.0": the version of the library that runs, which may differ from the header's. */
SIGN_BEGIN_C
SIGN_API const char *sign_version(void);
SIGN_END_C

#endif
