/* ades/validation.h - a signature with its time-stamps while it is judged: the processes of EN 319 102-1, 5.4
 * to 5.6. Private to this room. */
#ifndef ADES_VALIDATION_H
#define ADES_VALIDATION_H

#include "ades/judging.h"
#include "ades/poe.h"

/* ---- the whole
 * ---------------------------------------------------------------------------------------------- */

struct stamp_state {
    const struct ades_stamp *stamp;
    struct report_timestamp *row;
    struct report_signature out; /* what the judgement of the token says */
    struct ades_facts facts;
    struct judging j;
    enum tri imprint;
    bool done;   /* 5.6.3.4 step 5 has seen it */
    bool passed; /* it is believed: at present, or by past validation */
    bool proves; /* what it protects was taken as proven (5.6.3.4 step 5 b) */
};

struct validation {
    struct judging *j; /* of the signature */
    struct stamp_state *stamps;
    size_t n;
    struct poe_set poe;
    int64_t best; /* best-signature-time */
    const char *best_by;
    bool improved; /* a time-stamp repaired what was found at the present */
    bool believed; /* what stands in `stamps` became more by past validation */
};

/* ---- stamp.c: 5.4
 * --------------------------------------------------------------------------------------------- */

/* Rows of the report for all time-stamps, each judged at the present (an inspection: its integrity alone). */
sign_rc stamps_judge(struct validation *v, sign_error *err);
/* What was found becomes the row's, and on the signature a message for each that proves nothing. */
void stamps_tell(struct validation *v);
void stamps_close(struct validation *v);
/* genTime. */
static inline int64_t stamp_time(const struct stamp_state *s) {
    return s->stamp->token->time;
}
/* 5.5.4 step 4e and what follows from it: those that proved something follow one another. false: said. */
bool stamps_in_order(struct validation *v);

/* ---- stamp_values.c
 * ------------------------------------------------------------------------------------ */

/* Whether what older time-stamps rest on is carried where an archive time-stamp protects them; concludes on
 * the signature. */
sign_rc stamps_complete(struct validation *v, sign_error *err);

/* ---- objects.c: what was carried and used, whole; for a detailed report only ----------------------------
 */
sign_rc objects_list(struct validation *v, sign_error *err);

/* ---- past.c: 5.6.2
 * ----------------------------------------------------------------------------------------------- */

/*
 * What the evidence about one certificate says of a time (5.2.5, 5.5.4 steps 6 and 7, 5.6.2.4 step 5): that
 * it had ended by then; that it was good, by a piece that is fresh for it, from somebody about whom enough is
 * known, proven to be older than his own end and than the end of the algorithms it was made with; by one of
 * which only that last is not true; or nothing. Of suspensions the newest word counts. *by: the piece that
 * says so; for nothing the newest that could have told, NULL: there is none.
 */
enum evidence_word { EVIDENCE_NOTHING, EVIDENCE_WEAK, EVIDENCE_GOOD, EVIDENCE_ENDED };
enum evidence_word evidence_at(struct validation *v, const struct judging *j, const pki_evidences *all,
                               int64_t at, const struct pki_evidence **by);

/*
 * Past signature validation of what `j` judged (5.6.2.4), whose result at the present stands in j->out:
 * `best` is the earliest proof of its existence. SUB_NONE: passed; else the sub-indication that stands.
 */
sign_rc past_signature(struct validation *v, struct judging *j, int64_t best, enum sub_indication *out,
                       sign_error *err);

/* ---- time.c, longterm.c
 * --------------------------------------------------------------------------------------------- */

/* 5.5.4: signatures with time and with long-term validation data, behind the basic validation. */
sign_rc validate_time(struct validation *v, sign_error *err);
void want_signature_stamp(struct validation *v);
/* Whether 5.6 has anything to work with; without it the result of 5.5 stands (5.6.3.4 step 3). */
bool is_archived(const struct validation *v);
/* 5.6.3.4: long-term availability, behind that. */
sign_rc validate_longterm(struct validation *v, sign_error *err);

/* Whether the algorithms of the signature were good at the best signature time (5.5.4 step 8). */
sign_rc accept_at(struct validation *v, struct judging *j, int64_t time, bool *ok, sign_error *err);
/*
 * What is asked of the time-stamps that are believed, once for those of the present and again when past
 * validation has believed more of them: the best time (5.5.4 step 3), that it is not before the certificate
 * (4 b), their order (4 e), the delay (5). Says and concludes what is not met.
 */
void find_best(struct validation *v);
void judge_times(struct validation *v);
/*
 * A status that was said at the present is undone by a proof: its message tells what was, no more what is.
 * What stood hidden behind it and lasts is concluded instead (5.5.4 step 8: acceptance is looked at again).
 */
void validation_repair(struct validation *v, struct judging *j);

#endif
