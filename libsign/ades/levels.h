/* ades/levels.h - how much each check counts in the built-in policies. Private to policy.c.
 *
 * Each row: the check; whether a policy file may soften it; and, in the policies default, strict, tr and
 * tr-uyum, the levels for the roles signature, counter-signature, timestamp and revocation: F FAIL, W WARN, I
 * INFORM, N IGNORE. A check without a row would be FAIL everywhere.
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
#define ADES_LEVELS(X, P, ROLE) \
    X(P, ROLE, FORMAT, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, SIGNER_FOUND, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, SIGNER_DIGEST, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, ISSUER_SERIAL, NONE, R(W, W, W, F), R(F, F, F, F), R(F, F, F, F), R(W, W, W, F)) \
    X(P, ROLE, POLICY_AVAILABLE, NONE, R(I, I, I, I), R(I, I, I, I), R(F, F, I, I), R(F, F, I, I)) \
    X(P, ROLE, POLICY_HASH, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, POLICY_ALLOWED, NONE, R(N, N, N, N), R(N, N, N, N), R(N, N, N, N), R(N, N, N, N)) \
    X(P, ROLE, DATA_FOUND, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, DATA_INTACT, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, SIGNATURE_INTACT, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, ALGORITHM_KNOWN, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, CHAIN_FOUND, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, ANCHOR_SUNSET, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, CHAIN_VALID, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, REVOCATION_AVAILABLE, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, REVOCATION_FRESH, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, NOT_REVOKED, OTHERS, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, N)) \
    X(P, ROLE, NOT_ON_HOLD, OTHERS, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, N)) \
    X(P, ROLE, CA_NOT_REVOKED, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, CHAIN_CONSTRAINTS, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, KEY_USAGE, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, EXTENDED_KEY_USAGE, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, QC_ETSI, NONE, R(N, N, N, N), R(N, N, N, N), R(F, F, N, N), R(F, F, N, N)) \
    X(P, ROLE, QC_BTK, NONE, R(N, N, N, N), R(N, N, N, N), R(F, F, N, N), R(F, F, N, N)) \
    X(P, ROLE, USER_NOTICE, NONE, R(N, N, N, N), R(N, N, N, N), R(F, F, N, N), R(F, F, N, N)) \
    X(P, ROLE, CHAIN_ALGORITHMS, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, VALIDITY, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, REVOCATION_ISSUER_VALID, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, SIGNED_ATTRIBUTES, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, SIGNING_CERTIFICATE, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, SIGNING_CERTIFICATE_V2, NONE, R(N, N, N, N), R(N, N, N, N), R(F, F, N, N), R(W, W, N, N)) \
    X(P, ROLE, REFERENCE_DIGEST, NONE, R(W, W, W, F), R(F, F, F, F), R(F, F, W, F), R(W, W, W, F)) \
    X(P, ROLE, SIGNING_TIME, NONE, R(N, N, N, N), R(N, N, N, N), R(F, F, N, N), R(W, W, N, N)) \
    X(P, ROLE, SIGNING_TIME_VALID, NONE, R(N, N, N, N), R(N, N, N, N), R(W, W, N, N), R(W, W, N, N)) \
    X(P, ROLE, COVERAGE, NONE, R(N, N, N, F), R(F, F, F, F), R(F, N, N, F), R(W, N, N, F)) \
    X(P, ROLE, COUNTER_SIGNATURES, NONE, R(I, I, I, I), R(I, I, I, I), R(F, F, I, I), R(F, F, I, I)) \
    X(P, ROLE, CONTENT_STAMP, NONE, R(W, W, W, W), R(F, F, W, W), R(F, F, W, W), R(F, F, W, W)) \
    X(P, ROLE, SIGNATURE_ALGORITHMS, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, STAMP_FORMAT, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, STAMP_IMPRINT, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, STAMP_INDEX, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, TSA_PURPOSE, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, TSA_NAME, NONE, R(W, W, W, W), R(F, F, F, F), R(W, W, W, W), R(W, W, W, W)) \
    X(P, ROLE, STAMP_FUTURE, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, SIGNATURE_STAMP, NONE, R(N, N, N, N), R(N, N, N, N), R(N, N, N, N), R(N, N, N, N)) \
    X(P, ROLE, STAMP_PASSED, NONE, R(W, W, W, W), R(F, F, W, W), R(F, F, W, W), R(F, F, W, W)) \
    X(P, ROLE, NOT_YET_VALID, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, BEST_TIME, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, STAMP_ORDER, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, STAMP_DELAY, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, GRACE_PERIOD, NONE, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, ALGORITHMS_NOW, NONE, R(F, F, F, F), R(F, F, F, F), R(W, W, W, W), R(W, W, W, W)) \
    X(P, ROLE, PROFILE, NONE, R(W, W, W, W), R(F, F, W, W), R(F, F, W, W), R(F, F, W, W)) \
    X(P, ROLE, CERTIFICATE_REFS, NONE, R(W, W, W, W), R(F, F, W, W), R(F, F, W, W), R(F, F, W, W)) \
    X(P, ROLE, REVOCATION_REFS, NONE, R(W, W, W, W), R(F, F, W, W), R(F, F, W, W), R(F, F, W, W)) \
    X(P, ROLE, VALUES, NONE, R(W, W, W, W), R(W, W, W, W), R(W, W, F, W), R(F, F, F, W)) \
    X(P, ROLE, PAST, ALL, R(F, F, F, F), R(F, F, F, F), R(F, F, F, F), R(F, F, F, F)) \
    X(P, ROLE, ARCHIVE_STAMPS, NONE, R(W, W, W, W), R(F, F, W, W), R(F, F, W, W), R(F, F, W, W))
/* clang-format on */

#endif
