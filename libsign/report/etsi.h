/* report/etsi.h - the two halves of a validation report of TS 119 102-2. Private to this room. */
#ifndef REPORT_ETSI_H
#define REPORT_ETSI_H

#include "base/map.h"
#include "report/report.h"
#include "report/xmlout.h"

/* One validation object (TS 119 102-2, 4.4): each stands once and is referred to by its id. */
struct etsi_object {
    struct etsi_object *next;
    const char *id;   /* "certificate-1" */
    const char *kind; /* as in report_object */
    const char *sha256;
    sign_bytes der;                       /* empty: its digest represents it */
    const struct report_timestamp *stamp; /* of a time-stamp */
    int64_t time;                         /* it existed then; 0: nobody said */
    const char *by;                       /* id of the time-stamp that proves it; NULL: that it was here */
};

struct etsi {
    xmlout x;
    sign_lang lang;
    const struct sign_report *r;
    arena arena;
    map found; /* by SHA-256 in hex, by DER of a token, by id of a time-stamp */
    struct etsi_object *first, **tail;
    size_t count;
};

/* ---- objects: etsi_objects.c ---- */

/* Collects every object of the report. */
void etsi_collect(struct etsi *e);
/* SignatureValidationObjects; nothing when there is none. */
void etsi_objects(struct etsi *e);
/* An element of VOReferenceType; false, and nothing written, when there is no such object. */
bool etsi_refer(struct etsi *e, const char *name, const char *sha256);
bool etsi_refer_stamp(struct etsi *e, const char *name, const char *stamp_id);
/* POEType: a time, and the time-stamp that proves it (NULL: the validation itself). */
void etsi_poe(struct etsi *e, const char *name, int64_t time, const char *stamp_id);
/* DigestAlgAndValue; nothing when the name is none that has a URI or the digest is no hex. */
bool etsi_digest(struct etsi *e, const char *algorithm, const char *hex);

/* ---- what is said of a signature, and likewise of a time-stamp: etsi_status.c ---- */

/* ValidationConstraintsEvaluationReport. */
void etsi_constraints(struct etsi *e, const struct report_block *blocks);
/* A status of a whole signature (total-passed) or of what is inside one (passed), and what it rests on. */
struct etsi_status {
    bool total;
    enum indication indication;
    enum sub_indication sub;
    const struct report_signer *signer;
    const struct report_chain *chain;
    const struct report_revocation *revocation;
    const struct report_message *messages;
    const char *algorithm; /* "RSA-PSS SHA-256" */
};
void etsi_status(struct etsi *e, const char *name, const struct etsi_status *s);
void etsi_signer(struct etsi *e, const struct report_signer *p);
/* SignatureValidationReport of a time-stamp, inside its object. */
void etsi_timestamp(struct etsi *e, const struct report_timestamp *t);

#endif
