/* report/lines.h - what the texts of all reports are made of. Private to this room. */
#ifndef REPORT_LINES_H
#define REPORT_LINES_H

#include "report/report.h"

enum { ROOM_FOR_TEXT = 1200 };

enum label {
    L_SIGNER,
    L_SUBJECT,
    L_PERSON,
    L_ISSUER,
    L_SERIAL,
    L_KIND,
    L_KNOWN,
    L_VALIDITY,
    L_KEY,
    L_USAGE,
    L_PURPOSES,
    L_POLICIES,
    L_LIMIT_VALUE,
    L_LIMIT_USE,
    L_NOTICE,
    L_SHA256,
    L_FORMAT,
    L_ALGORITHM,
    L_CLAIMED,
    L_POLICY,
    L_COMMITMENT,
    L_ROLES,
    L_PLACE,
    L_MIME,
    L_HINT,
    L_SCOPE,
    L_COVERAGE,
    L_TIMESTAMP,
    L_CHAIN,
    L_REVOCATION,
    L_INTEGRITY,
    L_ATTRIBUTES
};

const char *lines_two(sign_lang lang, const char *tr, const char *en);
/* "  Label:   value", cut to ROOM_FOR_TEXT and safe for a terminal; nothing when the value is NULL or empty.
 */
void lines_put(grow *out, sign_lang lang, unsigned depth, enum label label, const char *value);
/* A time in Turkey's and in universal time; returns out. */
const char *lines_when(sign_lang lang, int64_t t, char out[80]);

/* The first message of that level; NULL. */
const struct report_message *lines_worst(const struct report_message *m, char level);
void lines_message(grow *out, sign_lang lang, unsigned depth, const struct report_message *m);

/* The subject with the personal number masked, and what else tells whose the certificate is. */
void lines_signer(grow *out, sign_lang lang, unsigned depth, enum label who, const struct report_signer *p);
/* Every piece that was used, one line each: where it came from, and when. */
void lines_chain(grow *out, sign_lang lang, unsigned depth, const struct report_chain *c);
void lines_revocation(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s);

#endif
