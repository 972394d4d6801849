/* pki/policy.h - certificate policies and name constraints of a whole chain (RFC 5280, 6.1). */
#ifndef PKI_POLICY_H
#define PKI_POLICY_H

#include "pki/parts.h"

/* Chains are as everywhere here: chain[0] is the end, chain[n - 1] the anchor. */

struct pki_policy_result {
    enum message_id why; /* MSG_NONE: nothing stands against the path */
    size_t who;          /* whose certificate it is about */
    /*
     * Given by the caller: room for the user-constrained policy set (RFC 9618, 4.5), views into the
     * certificates and the inputs; max 0: not wanted. n is how many there are; more than max are counted and
     * not written.
     */
    sign_bytes *set;
    size_t max, n;
};
/*
 * RFC 5280, 6.1.2 to 6.1.5 as updated by RFC 9618: time and memory grow with the size of the certificates.
 * What the anchor's certificate says about policies is held against the path as well (RFC 5937, 3.2).
 * SIGN_E_MEMORY.
 */
sign_rc pki_policies_check(struct pki_cert *const *chain, size_t n, const struct pki_policy_inputs *in,
                           struct pki_policy_result *out, sign_error *err);

struct pki_names_result {
    enum message_id why; /* MSG_NONE: all names are allowed */
    size_t who, by;      /* whose names, and whose constraints */
};
/*
 * RFC 5280, 4.2.1.10 and 6.1.3 (b), (c): every name of every certificate below one that constrains names. The
 * anchor's constraints count too (RFC 5937, 3.2). Paid for from `effort` (NULL: without), and at most
 * LIMIT_NAME_CHECKS comparisons. SIGN_E_MEMORY.
 */
sign_rc pki_names_check(struct pki_cert *const *chain, size_t n, size_t *effort, struct pki_names_result *out,
                        sign_error *err);

#endif
