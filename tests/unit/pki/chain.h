/* chain.h - chains of certificates written as lines of text, made and judged. */
#ifndef CHAIN_H
#define CHAIN_H

#include "mint.h"
#include "pki/policy.h"

enum { CHAIN_MAX = 10 };

/*
 * One certificate: its subject, then what it has, separated by blanks. The one before it in the chain issued
 * it; the first line is the anchor's. Subject: "CA" (a common name) or "/C=TR/O=A/CN=b/E=a@b.tr" ("_" is a
 * blank). p:1,2,any     certificatePolicies       m:1>2,1>3     policyMappings re:0 im:0 policyConstraints
 * ia:0          inhibitAnyPolicy ku:0          no keyCertSign            bc:none bc:ee basicConstraints
 * absent, or CA:FALSE pl:0          pathLenConstraint         crit, other   an extension nobody knows,
 * critical or not +dns=x -mail=x  permitted and excluded subtrees: dn, dns, mail, uri, ip
 * (1.2.3.4/255.0.0.0), rid, other, smtp;
 *                 "+min1:dns=x" with minimum 1, "+max0:dns=x" with maximum 0
 *   @dns=x        subjectAltName, of the same forms
 *   by:2          issued by that line of the chain instead of the one before
 */
struct chain {
    const char *lines[CHAIN_MAX]; /* the last one is the certificate that is judged */
    sign_buf der[CHAIN_MAX];
    size_t n;
};

void chain_make(struct chain *c);
void chain_free(struct chain *c);
/* The certificates between anchor and end are the trust's, in this order. */
sign_trust *chain_trust(const struct chain *c);
struct outcome chain_judge(const struct chain *c, const struct pki_path_options *opt);
/* "1 2 any" of the user-constrained policy set, in order; "-": a refusal. */
void chain_policies(const struct chain *c, const struct pki_policy_inputs *in, char *out, size_t size);
/* The policies "1,2,any" as OIDs; returns how many. */
size_t policies_of(const char *text, sign_bytes *out, size_t max);

#endif
