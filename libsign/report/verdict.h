/* report/verdict.h - the verdict in words, and what decides it: the same for text and page. Private to this
 * room. */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include "report/report.h"

enum verdict {
    VERDICT_NONE,          /* there is no signature */
    VERDICT_PASSED,        /* TOTAL-PASSED */
    VERDICT_FAILED,        /* TOTAL-FAILED */
    VERDICT_PRELIMINARY,   /* TRY_LATER by the grace period of a Turkish profile alone (P2, P3) */
    VERDICT_LATER,         /* any other TRY_LATER: validation data are missing or not fresh */
    VERDICT_INDETERMINATE, /* any other */
    VERDICT_INTACT,        /* an inspection found nothing wrong; no trust was looked at */
    VERDICT_UNCHECKED,     /* an inspection found nothing wrong in what could be computed */
    VERDICT_NO_STAMP,      /* the authority's answer, and no time-stamp in it */
    VERDICT_COUNT
};

bool verdict_inspecting(const struct sign_report *r);
enum verdict verdict_of(const struct sign_report *r);
enum verdict verdict_of_signature(const struct sign_report *r, const struct report_signature *s);
enum verdict verdict_of_timestamp(const struct report_timestamp *t);
/* "GEÇERLİ", in capitals; "geçerli", for where signatures are counted. */
const char *verdict_word(sign_lang lang, enum verdict v);
const char *verdict_count_word(sign_lang lang, enum verdict v);
/* It is a time-stamp that was judged by itself, and no signature. */
bool verdict_is_token(const struct report_signature *s);

/* The signature that decides: the first with the worst verdict. NULL: there is none. */
const struct report_signature *verdict_deciding(const struct sign_report *r);
/* Why it is what it is: the first message that counts, else NULL. */
const struct report_message *verdict_reason(const struct sign_report *r);
/* The same of one list: the first error; of what did not pass without one, the first warning. */
const struct report_message *verdict_first(const struct report_message *m, bool passed);
/* What was looked at, when nothing was found; NULL when it did not pass. */
const char *verdict_passed_text(sign_lang lang, const struct sign_report *r);
/* It waits for the end of a grace period only, which is at try_at (the profiles of the Turkish guide, P2 and
 * P3). */
bool verdict_in_grace(const struct report_signature *s);
/* When to look again; 0: nobody knows. */
int64_t verdict_again(const struct report_signature *s);
/* What is waited for until then, of a TRY_LATER for another reason than a grace period; NULL: it is none. */
const char *verdict_awaited(sign_lang lang, const struct report_signature *s);

/* A part is signed, and it is known which. */
bool verdict_is_partial(const struct report_signature *s);
/* Which part is signed and, as plainly, that the rest is not; cut to size. */
void verdict_partial_text(sign_lang lang, const struct report_signature *s, char *out, size_t size);
/* The name of what is signed, for people. */
const char *verdict_scope_name(sign_lang lang, const struct report_signature *s,
                               const struct report_scope *c);

#endif
