/* sample.h - reports as a verification would leave them, made by hand: every part of the model is filled
 * somewhere. */
#ifndef TESTS_UNIT_REPORT_SAMPLE_H
#define TESTS_UNIT_REPORT_SAMPLE_H

#include "report/report.h"
#include <jansson.h>

enum {
    SAMPLE_AT = 1767607200 /* 2026-01-05T10:00:00Z */
};

struct sign_report *sample_fresh(const char *schema);
struct report_signature *sample_add(struct sign_report *r, enum indication i, enum sub_indication sub);
/* The report as text that ends with NUL; the caller frees it. */
char *sample_written(const struct sign_report *r, sign_report_form form, sign_lang lang);
/* One of the JSON forms as another reader than ours reads it. */
json_t *sample_json(const struct sign_report *r, sign_report_form form);
/* The object has this member, a string; NULL: null. */
void member_is(const json_t *object, const char *key, const char *want);

struct sign_report *
sample_archived(void); /* passed: P3, two time-stamps, a counter-signature, blocks, objects */
struct sign_report *sample_preliminary(void); /* P2 within its grace period */
struct sign_report *sample_waiting(void);     /* three TRY_LATER: no list, a grace period, a suspension */
struct sign_report *sample_token(void);       /* a time-stamp by itself, passed */
struct sign_report *sample_refused(void);     /* an authority's answer without one */
struct sign_report *sample_mixed(void);       /* four signatures, four verdicts; a part is not signed */
struct sign_report *sample_hostile(void);     /* every text from outside tries to be something else */
struct sign_report *sample_many(size_t n);
struct sign_report *sample_none(void);
struct sign_report *sample_inspected(void);
struct sign_report *sample_certificate(void);
extern const sign_cert sample_cert; /* that this one is about */
/* All of them by name, ends with a row of NULL. */
struct sample_row {
    const char *name;
    struct sign_report *(*make)(void);
};
extern const struct sample_row sample_rows[];

#endif
