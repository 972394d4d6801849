/* net/judge.h - one certificate judged online, as a program with this library would do it. */
#ifndef NET_JUDGE_H
#define NET_JUDGE_H

#include "server/http.h"
#include <jansson.h>
#include <sign.h>

struct judge_options {
    bool offline, closed, document, no_intermediate;
    bool no_staff; /* who signs indirect lists is not given */
    bool shut;     /* the door itself is offline: from its cache only */
    sign_nonce nonce;
    const char *cache;       /* file of the door; NULL: none */
    int64_t at;              /* 0: now */
    int64_t *clock;          /* of the door; NULL: the system's */
    const sign_fetch *fetch; /* instead of a door of its own; NULL: one is made */
};

struct outcome {
    sign_rc rc;
    json_t *report; /* NULL when there is none */
    char problem[600];
    size_t asked;    /* requests that came to the server */
    uint64_t octets; /* of bodies that it sent */
    long ms;
};

struct outcome judge(struct http *http, const struct realm *realm, const struct identity *id,
                     const struct judge_options *o);
void outcome_free(struct outcome *o);
/* The parts of it, for who keeps them longer; NULL and *err when they cannot be made. */
sign_net *judge_net(const struct judge_options *o, sign_error *err);
sign_trust *judge_trust(const struct realm *realm, const struct judge_options *o, const sign_fetch *fetch,
                        sign_error *err);
sign_rc judge_ask(const struct identity *id, const sign_trust *trust, const struct judge_options *o,
                  sign_report **report, sign_error *err);
/* "PASSED", the sub-indication, or what went wrong. */
const char *outcome_text(const struct outcome *o);

/* A message with this code. */
bool report_says(const json_t *report, const char *code);
/* All codes of messages, for a failed case. */
void report_codes(const json_t *report, char *out, size_t size);
/* In an array `list` ("chain", "revocation"): something of this kind (NULL: any) from `origin`, with this
 * source. */
bool report_names(const json_t *report, const char *list, const char *kind, const char *origin,
                  const char *source);

#endif
