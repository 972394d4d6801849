/* What a judgement says, concludes and records. The report's blocks are recorded only when they are wanted.
 */
#include "ades/judging.h"

#include "base/time.h"

enum ades_level judging_level(const struct judging *j, enum ades_check check) {
    return ades_policy_level(j->ctx->policy, j->role, check);
}

void judging_say(struct judging *j, enum message_id id, const char *a1, const char *a2, const char *a3) {
    report_say(j->report, &j->out->messages, id, a1, a2, a3);
}

static void set_result(struct report_block *b, enum indication i, enum sub_indication sub) {
    if (b != NULL &&
        (b->indication == INDICATION_NONE || (i == TOTAL_FAILED && b->indication == INDETERMINATE))) {
        b->indication = i;
        b->sub = sub;
    }
}

bool judging_lasts(enum sub_indication sub) {
    return sub == SUB_SIG_CONSTRAINTS_FAILURE || sub == SUB_CHAIN_CONSTRAINTS_FAILURE;
}

void judging_conclude(struct judging *j, enum indication i, enum sub_indication sub) {
    struct report_signature *out = j->out;
    set_result(j->block, i, sub);
    if (j->lasting == SUB_NONE && judging_lasts(sub))
        j->lasting = sub;
    if (out->indication == INDICATION_NONE || (i == TOTAL_FAILED && out->indication == INDETERMINATE)) {
        out->indication = i;
        out->sub = sub;
    }
}

void judging_replace(struct judging *j, enum indication i, enum sub_indication sub) {
    if (j->block != NULL) {
        j->block->indication = i;
        j->block->sub = sub;
    }
    j->out->indication = i;
    j->out->sub = sub;
}

bool judging_open(const struct judging *j) {
    return j->out->indication == INDICATION_NONE;
}

enum indication judging_indication(enum sub_indication sub) {
    switch (sub) {
    case SUB_FORMAT_FAILURE:
    case SUB_HASH_FAILURE:
    case SUB_SIG_CRYPTO_FAILURE:
    case SUB_REVOKED:
    case SUB_EXPIRED:
    case SUB_NOT_YET_VALID:
        return TOTAL_FAILED;
    default:
        return sub == SUB_NONE ? TOTAL_PASSED : INDETERMINATE;
    }
}

/* ---- checks ---------------------------------------------------------------------------------------------
 */

static void note(struct judging *j, enum ades_check check, bool met, enum ades_level level,
                 const char *actual) {
    static const enum report_status statuses[] = {[LEVEL_FAIL] = CHECK_FAILED,
                                                  [LEVEL_WARN] = CHECK_WARNED,
                                                  [LEVEL_INFORM] = CHECK_INFORMED,
                                                  [LEVEL_IGNORE] = CHECK_IGNORED};
    if (j->block == NULL)
        return;
    struct report_check *c = arena_alloc(&j->report->arena, sizeof *c), **at = &j->block->checks;
    if (c == NULL)
        return; /* remembered by the arena; report_seal tells it */
    const struct ades_check_row *row = ades_check_row(check);
    c->name = row->name;
    c->expected[0] = row->expected[0];
    c->expected[1] = row->expected[1];
    c->status = met ? CHECK_OK : statuses[level];
    c->object = j->object;
    c->actual = met ? NULL : actual;
    while (*at != NULL)
        at = &(*at)->next;
    *at = c;
}

/* The message at the level that the check has here, with what a program asks for. */
static void say_check(struct judging *j, enum ades_check check, enum ades_level level, enum message_id id,
                      const char *const args[3]) {
    static const char letters[] = {[LEVEL_FAIL] = 'E', [LEVEL_WARN] = 'W', [LEVEL_INFORM] = 'I'};
    const struct ades_check_row *row = ades_check_row(check);
    judging_say(j, id, args[0], args[1], args[2]);
    struct report_message *m = report_last(j->out->messages);
    if (m == NULL)
        return;
    m->level = letters[level];
    m->constraint = row->name;
    m->object = j->object;
    m->expected[0] = row->expected[0];
    m->expected[1] = row->expected[1];
}

bool judging_check_as(struct judging *j, enum ades_check check, enum sub_indication sub, enum message_id id,
                      const char *a1, const char *a2, const char *a3) {
    const char *const args[3] = {a1, a2, a3};
    enum ades_level level = judging_level(j, check);
    const char *actual = NULL;
    if (j->block != NULL) {
        char text[1200];
        actual = arena_str(&j->report->arena, BYTES_STR(message_text(id, SIGN_EN, args, text, sizeof text)));
    }
    note(j, check, false, level, actual);
    if (level == LEVEL_IGNORE)
        return true;
    say_check(j, check, level, id, args);
    if (level != LEVEL_FAIL)
        return true;
    judging_conclude(j, judging_indication(sub), sub);
    return false;
}

bool judging_check(struct judging *j, enum ades_check check, bool met, enum message_id id, const char *a1,
                   const char *a2, const char *a3) {
    if (!met)
        return judging_check_as(j, check, (enum sub_indication)ades_check_row(check)->sub, id, a1, a2, a3);
    note(j, check, true, LEVEL_FAIL, NULL);
    return true;
}

/* ---- blocks ---------------------------------------------------------------------------------------------
 */

struct report_block *judging_begin(struct judging *j, enum ades_block block, const char *object) {
    struct report_block *outer = j->block;
    if (!j->report->detailed)
        return NULL;
    struct report_block *b = arena_alloc(&j->report->arena, sizeof *b);
    if (b == NULL)
        return outer;
    b->name = ades_block_name(block);
    b->clause = ades_block_clause(block);
    b->object = object != NULL ? object : j->object;
    struct report_block **at = outer != NULL ? &outer->inside : &j->out->blocks;
    while (*at != NULL)
        at = &(*at)->next;
    *at = b;
    j->block = b;
    return outer;
}

void judging_end(struct judging *j, struct report_block *outer) {
    if (j->block != NULL && j->block->indication == INDICATION_NONE)
        j->block->indication = TOTAL_PASSED;
    j->block = outer;
}

void judging_end_as(struct judging *j, struct report_block *outer, enum indication i,
                    enum sub_indication sub) {
    if (j->block != NULL) {
        j->block->indication = i;
        j->block->sub = sub;
    }
    j->block = outer;
}

void judging_input(struct judging *j, const char *name, const char *value) {
    if (j->block == NULL || name == NULL || value == NULL)
        return;
    struct report_input **at = &j->block->inputs, *alike = NULL;
    size_t n = 0;
    for (; *at != NULL; at = &(*at)->next)
        if (strcmp((*at)->name, name) == 0) {
            alike = *at;
            n++;
        }
    if (n == LIMIT_INPUTS_TOLD) {
        alike->left_out++;
        return;
    }
    struct report_input *in = arena_alloc(&j->report->arena, sizeof *in);
    if (in == NULL)
        return;
    in->name = name;
    in->value = value;
    *at = in;
}

const char *judging_time(struct judging *j, int64_t t) {
    char text[32];
    const char *kept = arena_str(&j->report->arena, BYTES_STR(time_rfc3339(t, text)));
    return kept != NULL ? kept : "";
}

void judging_input_time(struct judging *j, const char *name, int64_t t) {
    if (j->block != NULL)
        judging_input(j, name, judging_time(j, t));
}

void judging_result_time(struct judging *j, const char *name, int64_t t) {
    if (j->block == NULL)
        return;
    char text[32];
    j->block->result = arena_printf(&j->report->arena, "%s %s", name, time_rfc3339(t, text));
}

const char *judging_text(arena *a, grow *g) {
    const char *text = g->failed ? NULL : arena_str(a, BYTES(g->data, g->len));
    a->failed = a->failed || g->failed;
    grow_free(g);
    return text;
}

const char *judging_name_text(arena *a, sign_bytes name) {
    AUTO(grow) g = {0};
    return pki_name_text(name, &g) || g.failed ? judging_text(a, &g) : NULL;
}

const char *judging_name(struct judging *j, const struct pki_cert *cert) {
    const char *text = judging_name_text(&j->report->arena, cert->subject);
    return text != NULL ? text : "";
}

void judging_say_past(struct judging *j, const char *why) {
    if (j->block != NULL && why != NULL)
        j->block->result = why;
}

/* By the check that it is of: those are named by pointers into one table. */
static bool lasts(const struct report_message *m) {
    for (enum ades_check c = 0; m->constraint != NULL && c < CHECK_COUNT; c++)
        if (ades_check_row(c)->name == m->constraint)
            return judging_lasts((enum sub_indication)ades_check_row(c)->sub);
    return false;
}

void judging_supersede(struct judging *j) {
    for (struct report_message *m = j->out->messages; m != NULL; m = m->next)
        if (!lasts(m) && (m->level == 'E' || (m->level == 0 && message_code(m->id)[0] == 'E')))
            m->level = 'I';
}
