/* report/json.h - the parts of a report as members of JSON objects. Private to this room. Each function
 * writes one key with its value into the object that is open. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "base/jsonout.h"
#include "report/report.h"

void json_list(jsonout *j, const char *key);                   /* opens it; jsonout_end closes it */
void json_object(jsonout *j, const char *key);                 /* likewise */
void json_str(jsonout *j, const char *key, const char *value); /* NULL: null */
void json_bool(jsonout *j, const char *key, bool value);
void json_int(jsonout *j, const char *key, int64_t value); /* negative: null */
void json_time(jsonout *j, const char *key, int64_t t);    /* 0: null */
void json_tri(jsonout *j, const char *key, enum tri value);
void json_der(jsonout *j, const char *key, sign_bytes der); /* base64; null when empty */

void json_messages(jsonout *j, sign_lang lang, const struct report_message *m);
void json_signer(jsonout *j, const struct report_signer *p);
/* What is found of a signature before anything is judged: "integrity" to "properties". */
void json_signed(jsonout *j, const struct report_signature *s);
/* "origin", "source" and "obtained". */
void json_origin(jsonout *j, const struct report_origin *from);
/* "chain" and "revocation". */
void json_evidence(jsonout *j, const struct report_chain *c, const struct report_revocation *r);
/* "indication" and "sub_indication". */
void json_verdict(jsonout *j, enum indication i, enum sub_indication sub);
void json_certificate(jsonout *j, const sign_cert *c);
/* With its building blocks when `detailed`. */
void json_timestamps(jsonout *j, sign_lang lang, const struct report_timestamp *t, bool detailed);

void json_blocks(jsonout *j, sign_lang lang, const struct report_block *b);
void json_poe(jsonout *j, const struct report_poe *p);

/* What every form begins with: "schema" (`infix` behind the command's name) to "sub_indication". */
void json_head(jsonout *j, const struct sign_report *r, const char *infix);

#endif
