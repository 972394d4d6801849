/*
 * server/responders.h - question in, answer out: OCSP (RFC 6960), CRL and issuers (RFC 5280), time stamps
 * (RFC 3161). No sockets here: the HTTP server and the in-process door hand over the same answers.
 *
 *     /ocsp/AUTHORITY[/FAULTS][/BASE64]   POST, or GET as in RFC 6960, A.1
 *     /crl/AUTHORITY[/FAULTS]
 *     /aia/AUTHORITY[/FAULTS]
 *     /tsa/AUTHORITY[/FAULTS]             POST
 */
#ifndef SERVER_RESPONDERS_H
#define SERVER_RESPONDERS_H

#include "server/faults.h"
#include "server/realm.h"
#include <sign/types.h>

struct ask {
    bool post;
    const char *target; /* path, as in the request line */
    const char *type;   /* Content-Type; "" when there is none */
    sign_bytes body;
};

struct reply {
    enum service service;
    struct faults faults;
    int status; /* HTTP */
    const char *type;
    sign_buf body; /* owned by whoever asked; from malloc */
};

/* Always writes a reply: a question that is wrong gets 400, 404, 405 or 415. Locks the realm. */
void respond(struct realm *realm, const struct ask *ask, struct reply *reply);
void reply_free(struct reply *reply);

/* What the answers are made with; each returns DER that OpenSSL allocated, or nothing when it could not. */
struct task {
    const struct realm *realm;
    enum authority authority;
    const struct faults *faults;
    sign_bytes body; /* of the request */
};
sign_buf answer_ocsp(const struct task *task);
sign_buf answer_crl(const struct task *task);
sign_buf answer_aia(const struct task *task);
sign_buf answer_tsa(const struct task *task);

/* One bit of the last octet of a signature value within its DER. */
void answer_spoil(sign_buf *der, const ASN1_STRING *value);
/* GeneralizedTime or UTCTime of seconds since 1970. */
ASN1_TIME *answer_time(int64_t when);
ASN1_GENERALIZEDTIME *answer_general_time(int64_t when);

#endif
