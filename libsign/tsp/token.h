/* tsp/token.h - reading of what stands inside a token. Private to this room. */
#ifndef TSP_TOKEN_H
#define TSP_TOKEN_H

#include "tsp/tsp.h"

/*
 * TSTInfo (RFC 3161, 2.4.2) into the facts of `t`; what it breaks stands in t->broken. genTime is set when it
 * could be read, whatever else is wrong.
 */
void tsp_info_read(sign_bytes der, arena *a, struct tsp_token *t);

/* What the token carries in `m` and in the unsigned attributes of its signer. SIGN_E_MEMORY alone. */
sign_rc tsp_carried_read(const cms_message *m, arena *a, struct tsp_token *t, sign_error *err);

/* The first rule that is broken stays. */
void tsp_breaks(struct tsp_token *t, enum message_id id, const char *detail);
/* Dotted, for messages. */
const char *tsp_oid_shown(arena *a, sign_bytes oid);

#endif
