/* report/lines.h - what the texts of all reports are made of. Private to this room. */
#ifndef REPORT_LINES_H
#define REPORT_LINES_H

#include "report/report.h"

enum { ROOM_FOR_TEXT = 1200 };

enum label {
    L_SIGNER,
    L_AUTHORITY,
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
    L_PROFILE,
    L_COMMITMENT,
    L_ROLES,
    L_PLACE,
    L_MIME,
    L_HINT,
    L_SCOPE,
    L_COVERAGE,
    L_TIMESTAMP,
    L_STAMPED,
    L_IMPRINT,
    L_BEST,
    L_JUDGED,
    L_CHAIN,
    L_REVOCATION,
    L_INTEGRITY,
    L_ATTRIBUTES
};

const char *lines_two(sign_lang lang, const char *tr, const char *en);
/* The name of a label. */
const char *lines_label(sign_lang lang, enum label label);
/* Appends text from outside so that it is safe for people to look at: personal numbers masked, nothing that
 * steers a terminal or turns the direction of writing. NULL is nothing. */
void lines_clean(grow *out, const char *text);
/* "  Label:   value", cut to ROOM_FOR_TEXT and safe for a terminal; nothing when the value is NULL or empty.
 */
void lines_put(grow *out, sign_lang lang, unsigned depth, enum label label, const char *value);
/* A time in Turkey's and in universal time; returns out. */
const char *lines_when(sign_lang lang, int64_t t, char out[80]);

/* The first message of that level; NULL. */
const struct report_message *lines_worst(const struct report_message *m, char level);
/* The sentence of a message; returns out. */
const char *lines_said(sign_lang lang, const struct report_message *m, char *out, size_t size);
/* The code with the letter of what it counts here, "W3012"; returns out. */
const char *lines_code(const struct report_message *m, char out[8]);
void lines_message(grow *out, sign_lang lang, unsigned depth, const struct report_message *m);

/* The rule for several signatures, cleaned as by lines_clean. */
void lines_rule(grow *out, sign_lang lang, const char *rule);
/* "P2: short term, CRL" (Elektronik İmza Kullanım Profilleri Rehberi); NULL for none. */
const char *lines_profile(sign_lang lang, const char *profile);
/* What the time-stamp is of: in English the attribute or element that holds it. Returns out. */
const char *lines_stamp_kind(sign_lang lang, const char *kind, char out[80]);
/* "±1.5 s"; "" when the token does not say. Returns out. */
const char *lines_accuracy(sign_lang lang, int64_t microseconds, char out[48]);
/* The name of a certificate's owner in short: its common name. */
sign_bytes lines_short_part(const char *subject);
void lines_short_name(const char *subject, char *out, size_t size);
/* "ca.crl", or for what was fetched the URL and when the server gave it. */
void lines_origin(sign_lang lang, const struct report_origin *from, char *out, size_t size);
const char *lines_status(sign_lang lang, const char *status); /* of revocation, in words */
/* Why it was revoked: in English as RFC 5280, 5.3.1 names it. Anything else stays as it is. */
const char *lines_reason(sign_lang lang, const char *reason);

/* The authority by its certificate, which is checked; else as the token names it (RFC 3161, 2.4.2); else "?".
 */
const char *lines_authority(const struct report_timestamp *t);
/* Time, accuracy, authority and verdict of a time-stamp, and its messages. */
void lines_timestamp(grow *out, sign_lang lang, unsigned depth, const struct report_timestamp *t);

/* The subject with the personal number masked, and what else tells whose the certificate is. */
void lines_signer(grow *out, sign_lang lang, unsigned depth, enum label who, const struct report_signer *p);
/* Every piece that was used, one line each: where it came from, and when. */
void lines_chain(grow *out, sign_lang lang, unsigned depth, const struct report_chain *c);
void lines_revocation(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s);

#endif
