/* ades/levels.h - how much each check counts in the built-in policies. Private to policy.c.
 *
 * Each row: the check; whether a policy file may soften it; and, in the policies default, strict, tr and
 * tr-uyum, the levels for the roles signature, counter-signature, timestamp and revocation: F FAIL, W WARN, I
 * INFORM, N IGNORE; X: the check is not asked of that role, so that no file may give it a level (were it
 * asked all the same, it would be FAIL). A check without a row would be FAIL everywhere.
 *
 * ALL: it is FAIL for every role, and no file softens it. Structure, digests, signature values, the path to
 * an anchor, revocation and the order of times are what the verdict means; without one of them a pass would
 * say nothing. What an algorithm may do is said by its dates, not by a level. OTHERS: likewise for every role
 * but revocation: whether those who sign revocation data can be revoked themselves is left to their authority
 * (RFC 6960, 4.2.2.2.1). NONE: free.
 */
#ifndef ADES_LEVELS_H
#define ADES_LEVELS_H

/* clang-format off */
#define ADES_LEVELS(ROW, P, ROLE) \
    ROW(P, ROLE, FORMAT, ALL, R(F, F, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, SIGNER_FOUND, ALL, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, SIGNER_DIGEST, ALL, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, ISSUER_SERIAL, NONE, R(W, W, W, X), R(F, F, F, X), R(F, F, F, X), R(W, W, W, X)) \
    ROW(P, ROLE, POLICY_AVAILABLE, NONE, R(I, I, X, X), R(I, I, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, POLICY_HASH, NONE, R(F, F, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, DATA_FOUND, ALL, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, DATA_INTACT, ALL, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, SIGNATURE_INTACT, ALL, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, ALGORITHM_KNOWN, ALL, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, CHAIN_FOUND, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, ANCHOR_SUNSET, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, CHAIN_VALID, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, REVOCATION_AVAILABLE, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, REVOCATION_FRESH, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, NOT_REVOKED, OTHERS, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, N)) \
    ROW(P, ROLE, NOT_ON_HOLD, OTHERS, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, N)) \
    ROW(P, ROLE, CA_NOT_REVOKED, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, CHAIN_CONSTRAINTS, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, KEY_USAGE, NONE, R(F, F, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, EXTENDED_KEY_USAGE, NONE, R(F, F, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, QC_ETSI, NONE, R(N, N, X, X), R(N, N, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, QC_BTK, NONE, R(N, N, X, X), R(N, N, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, USER_NOTICE, NONE, R(N, N, X, X), R(N, N, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, CHAIN_ALGORITHMS, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, VALIDITY, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, REVOCATION_ISSUER_VALID, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, SIGNED_ATTRIBUTES, NONE, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, SIGNING_CERTIFICATE, NONE, R(F, F, F, X), R(F, F, F, X), R(F, F, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, SIGNING_CERTIFICATE_V2, NONE, R(N, N, X, X), R(N, N, X, X), R(F, F, X, X), R(W, W, X, X)) \
    ROW(P, ROLE, REFERENCE_DIGEST, NONE, R(W, W, W, X), R(F, F, F, X), R(F, F, W, X), R(W, W, W, X)) \
    ROW(P, ROLE, SIGNING_TIME, NONE, R(N, N, X, X), R(N, N, X, X), R(F, F, X, X), R(W, W, X, X)) \
    ROW(P, ROLE, SIGNING_TIME_VALID, NONE, R(N, N, X, X), R(N, N, X, X), R(W, W, X, X), R(W, W, X, X)) \
    ROW(P, ROLE, COVERAGE, NONE, R(N, N, X, X), R(F, F, X, X), R(F, N, X, X), R(W, N, X, X)) \
    ROW(P, ROLE, COUNTER_SIGNATURES, NONE, R(I, I, X, X), R(I, I, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, CONTENT_STAMP, NONE, R(W, W, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, SIGNATURE_ALGORITHMS, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    ROW(P, ROLE, STAMP_FORMAT, ALL, R(X, X, F, X), R(X, X, F, X), R(X, X, F, X), R(X, X, F, X)) \
    ROW(P, ROLE, STAMP_IMPRINT, ALL, R(X, X, F, X), R(X, X, F, X), R(X, X, F, X), R(X, X, F, X)) \
    ROW(P, ROLE, STAMP_INDEX, ALL, R(X, X, F, X), R(X, X, F, X), R(X, X, F, X), R(X, X, F, X)) \
    ROW(P, ROLE, TSA_PURPOSE, ALL, R(X, X, F, X), R(X, X, F, X), R(X, X, F, X), R(X, X, F, X)) \
    ROW(P, ROLE, TSA_NAME, NONE, R(X, X, W, X), R(X, X, F, X), R(X, X, W, X), R(X, X, W, X)) \
    ROW(P, ROLE, STAMP_FUTURE, ALL, R(X, X, F, X), R(X, X, F, X), R(X, X, F, X), R(X, X, F, X)) \
    ROW(P, ROLE, SIGNATURE_STAMP, NONE, R(N, N, X, X), R(N, N, X, X), R(N, N, X, X), R(N, N, X, X)) \
    ROW(P, ROLE, STAMP_PASSED, NONE, R(W, W, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, NOT_YET_VALID, ALL, R(F, F, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, BEST_TIME, ALL, R(F, F, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, STAMP_ORDER, ALL, R(F, F, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, STAMP_DELAY, NONE, R(N, N, X, X), R(N, N, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, GRACE_PERIOD, NONE, R(N, N, X, X), R(N, N, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, PROFILE, NONE, R(W, W, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, CERTIFICATE_REFS, NONE, R(W, W, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, REVOCATION_REFS, NONE, R(W, W, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X)) \
    ROW(P, ROLE, VALUES, NONE, R(W, W, W, X), R(W, W, W, X), R(W, W, F, X), R(F, F, F, X)) \
    ROW(P, ROLE, ARCHIVE_STAMPS, NONE, R(W, W, X, X), R(F, F, X, X), R(F, F, X, X), R(F, F, X, X))
/* clang-format on */

#endif
