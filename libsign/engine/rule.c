/*
 * The verdict on a document with several signatures. EN 319 102-1 judges each by itself and leaves it to the
 * application which of them must pass (4.1); what is decided here is never more than a counting signature's
 * verdict.
 */
#include "engine/rule.h"
#include "base/limits.h"
#include "base/text.h"
#include <sign/certificate.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the words of the rule ---------------------------------------------------------------------------- */

/* The next ID behind *at; false: there is none, or it is too long. "\," is a comma. */
static bool next_id(const char **at, char out[RULE_ID]) {
    size_t n = 0;
    const char *c = *at;
    while (*c && *c != ',' && n + 1 < RULE_ID) {
        if (c[0] == '\\' && (c[1] == ',' || c[1] == '\\'))
            c++;
        out[n++] = *c++;
    }
    out[n] = 0;
    if (*c && *c != ',')
        return false;
    *at = *c ? c + 1 : c;
    return n > 0;
}

static bool signers_well_formed(const char *text) {
    char id[RULE_ID];
    size_t n = 0;
    size_t len = strlen(text);
    bool last_open = len > 0 && text[len - 1] == ',' && (len < 2 || text[len - 2] != '\\');
    for (const char *at = text; *at; n++)
        if (!next_id(&at, id) || n >= RULE_SIGNERS)
            return false;
    return n > 0 && !last_open && utf8_valid(BYTES_STR(text));
}

static bool count_read(const char *text, size_t *out) {
    *out = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9' || *out > LIMIT_SIGNERS)
            return false;
        *out = *out * 10 + (size_t)(*c - '0');
    }
    return *out > 0 && *out <= LIMIT_SIGNERS;
}

sign_rc rule_read(const char *text, struct rule *out, sign_error *err) {
    *out = (struct rule){.kind = RULE_ALL, .text = text};
    bool known = true;
    if (!text || strcmp(text, "all") == 0) {
        return SIGN_OK;
    }
    if (strcmp(text, "any") == 0) {
        out->kind = RULE_ANY;
        out->least = 1;
    } else if (strncmp(text, "n:", 2) == 0) {
        out->kind = RULE_SOME;
        known = count_read(text + 2, &out->least);
    } else if (strncmp(text, "signer:", 7) == 0) {
        out->kind = RULE_NAMED;
        out->signers = text + 7;
        known = signers_well_formed(out->signers);
    } else {
        known = false;
    }
    return known ? SIGN_OK : fail(err, SIGN_E_ARGUMENT, MSG_RULE, "%.100s", text);
}

/* ---- who signed --------------------------------------------------------------------------------------- */

typedef sign_certs *certs_ptr;
CLEANUP(certs_ptr, sign_certs_free);

static bool same_letters(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        char x = *a >= 'A' && *a <= 'F' ? (char)(*a - 'A' + 'a') : *a;
        char y = *b >= 'A' && *b <= 'F' ? (char)(*b - 'A' + 'a') : *b;
        if (x != y)
            return false;
    }
    return *a == *b;
}

/* The signer's certificate for its common name; *out stays NULL when there is none that can be shown: what a
 * document holds is no error. */
static sign_rc shown_certificate(const struct report_signature *s, sign_certs **out, sign_error *err) {
    if (!s->signer || !s->signer->der.len)
        return SIGN_OK;
    sign_error why = {0};
    sign_rc rc = sign_certs_read(&(sign_input){.name = "signer", .data = s->signer->der}, out, &why);
    if (rc == SIGN_OK || rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT || rc == SIGN_E_UNSUPPORTED)
        return SIGN_OK;
    if (err)
        *err = why; /* memory, however it is told: who signed would be another one */
    return rc;
}

/* serialNumber or common name of the subject, or the certificate's SHA-256. */
static sign_rc signer_is(const struct report_signature *s, const char *id, bool *is, sign_error *err) {
    AUTO(certs_ptr) certs = NULL;
    *is = false;
    if (!s->signer || !s->signer->der.len)
        return SIGN_OK;
    if (same_letters(s->signer->cert_sha256, id) ||
        (s->signer->serial_number && strcmp(s->signer->serial_number, id) == 0)) {
        *is = true;
        return SIGN_OK;
    }
    sign_rc rc = shown_certificate(s, &certs, err);
    *is = certs && text_turkish_equal(sign_certs_get(certs, 0)->common_name, id);
    return rc;
}

/* A person with two certificates is one signer. */
static bool same_signer(const struct report_signature *a, const struct report_signature *b) {
    if (!a->signer || !b->signer)
        return false;
    const char *x = a->signer->serial_number, *y = b->signer->serial_number;
    return x && y && *x ? strcmp(x, y) == 0 : strcmp(a->signer->cert_sha256, b->signer->cert_sha256) == 0;
}

/* ---- the verdict -------------------------------------------------------------------------------------- */

static bool better(enum indication a, enum indication b) {
    static const int rank[] = {
        [INDICATION_NONE] = 0, [TOTAL_FAILED] = 1, [INDETERMINATE] = 2, [TOTAL_PASSED] = 3};
    return rank[a] > rank[b];
}

/* How many different signers have a signature that is at least this good. */
static size_t signers_of(const struct sign_report *r, enum indication least) {
    size_t n = 0;
    for (const struct report_signature *s = r->signatures; s; s = s->next) {
        bool seen = better(least, s->indication);
        for (const struct report_signature *t = r->signatures; !seen && t != s; t = t->next)
            seen = !better(least, t->indication) && same_signer(s, t);
        n += !seen;
    }
    return n;
}

static void take(struct sign_report *r, const struct report_signature *s) {
    if (!s)
        return;
    r->indication = s->indication;
    r->sub = s->sub;
}

static const struct report_signature *first_with(const struct sign_report *r, enum indication i) {
    const struct report_signature *s = r->signatures;
    while (s && s->indication != i)
        s = s->next;
    return s;
}

/* The subject holds the personal number, which messages do not repeat: the common name alone. */
static sign_rc name_of(const struct report_signature *s, char *out, size_t size, sign_error *err) {
    AUTO(certs_ptr) certs = NULL;
    const char *name = "";
    sign_rc rc = shown_certificate(s, &certs, err);
    if (certs)
        name = sign_certs_get(certs, 0)->common_name;
    const char *id = s->id ? s->id : "-";
    if (*name)
        snprintf(out, size, "%.120s (%.150s)", id, name);
    else
        snprintf(out, size, "%.120s", id);
    return rc;
}

/* An ID as messages name it: a personal number is masked there. */
static const char *id_text(const char *id, char out[RULE_ID]) {
    size_t digits = strspn(id, "0123456789");
    if (digits == 11 && !id[digits])
        text_mask_person(id, out, RULE_ID);
    else
        snprintf(out, RULE_ID, "%s", id);
    return out;
}

static void verdict_of(const struct report_signature *s, char *out, size_t size) {
    const char *indication = indication_text(s->indication), *sub = sub_indication_text(s->sub);
    snprintf(out, size, "%s%s%s", indication ? indication : "-", sub ? " / " : "", sub ? sub : "");
}

/* What the rule wanted of the document, for the message that was said last. */
static void say_rule(struct sign_report *r, const char *wanted_en, const char *wanted_tr) {
    struct report_message *m = report_last(r->messages);
    if (m == NULL)
        return;
    m->constraint = "document-rule";
    m->object = r->document != NULL ? r->document : "-";
    m->expected[0] = wanted_en;
    m->expected[1] = wanted_tr;
}

/* Of K signers: a pass, or the best that the K-th could still be. */
static void apply_some(const struct rule *rule, struct sign_report *r) {
    char have[24], want[24];
    size_t passed = signers_of(r, TOTAL_PASSED);
    if (passed >= rule->least) {
        take(r, first_with(r, TOTAL_PASSED));
        return;
    }
    snprintf(have, sizeof have, "%zu", passed);
    snprintf(want, sizeof want, "%zu", rule->least);
    report_say(r, &r->messages, MSG_RULE_TOO_FEW, have, want, NULL);
    say_rule(r, "As many signers as the rule wants have a signature that passes.",
             "Kuralın istediği sayıda imzacının geçerli imzası vardır.");
    bool failed = signers_of(r, INDETERMINATE) < rule->least;
    const struct report_signature *open = first_with(r, INDETERMINATE), *broken = first_with(r, TOTAL_FAILED);
    if (failed && broken && r->count >= rule->least) {
        take(r, broken);
    } else if (!failed && open) {
        take(r, open);
    } else { /* there are not as many signers: nothing is broken, and something is missing */
        r->indication = INDETERMINATE;
        r->sub = SUB_SIG_CONSTRAINTS_FAILURE;
    }
}

/* One ID of RULE_NAMED; what it makes of the document is in *i and *sub, the worst of all IDs. */
static sign_rc apply_named_one(struct sign_report *r, const char *id, enum indication *i,
                               enum sub_indication *sub, sign_error *err) {
    const struct report_signature *best = NULL;
    for (const struct report_signature *s = r->signatures; s; s = s->next) {
        bool is = false;
        sign_rc rc = signer_is(s, id, &is, err);
        if (rc != SIGN_OK)
            return rc;
        if (is && (!best || better(s->indication, best->indication)))
            best = s;
    }
    enum indication found = best ? best->indication : INDETERMINATE;
    char shown[RULE_ID];
    if (!best) {
        report_say(r, &r->messages, MSG_RULE_SIGNER_NONE, id_text(id, shown), NULL, NULL);
    } else if (found != TOTAL_PASSED) {
        char verdict[100];
        verdict_of(best, verdict, sizeof verdict);
        report_say(r, &r->messages, MSG_RULE_SIGNER, id_text(id, shown), verdict, NULL);
    }
    if (found != TOTAL_PASSED)
        say_rule(r, "Every signer that the rule names has a signature that passes.",
                 "Kuralda adı geçen her imzacının geçerli imzası vardır.");
    if (*i == INDICATION_NONE || better(*i, found)) {
        *i = found;
        *sub = best ? best->sub : SUB_SIG_CONSTRAINTS_FAILURE;
    }
    return SIGN_OK;
}

static sign_rc apply_named(const struct rule *rule, struct sign_report *r, sign_error *err) {
    char id[RULE_ID];
    enum indication i = INDICATION_NONE;
    enum sub_indication sub = SUB_NONE;
    sign_rc rc = SIGN_OK;
    for (const char *at = rule->signers; rc == SIGN_OK && *at && next_id(&at, id);)
        rc = apply_named_one(r, id, &i, &sub, err);
    r->indication = i;
    r->sub = sub;
    return rc;
}

/* Whether the verdict rests on this signature: that of somebody who was not named does not count. */
static sign_rc counts(const struct rule *rule, const struct report_signature *s, bool *out, sign_error *err) {
    char id[RULE_ID];
    sign_rc rc = SIGN_OK;
    *out = rule->kind != RULE_NAMED;
    for (const char *at = rule->signers; rc == SIGN_OK && !*out && at && *at && next_id(&at, id);)
        rc = signer_is(s, id, out, err);
    return rc;
}

/* What does not pass beside what is needed, and what passes and leaves something unsigned, is said aloud. */
static sign_rc tell_rest(const struct rule *rule, bool whole, struct sign_report *r, sign_error *err) {
    bool passed = r->indication == TOTAL_PASSED;
    char name[300], verdict[100];
    for (const struct report_signature *s = passed ? r->signatures : NULL; s; s = s->next) {
        bool counted = false;
        sign_rc rc = counts(rule, s, &counted, err);
        bool partial = counted && s->covers_whole_document == TRI_FALSE;
        if (rc == SIGN_OK && (partial || s->indication != TOTAL_PASSED))
            rc = name_of(s, name, sizeof name, err);
        if (rc != SIGN_OK)
            return rc;
        if (s->indication != TOTAL_PASSED) {
            verdict_of(s, verdict, sizeof verdict);
            report_say(r, &r->messages, MSG_RULE_NOT_COUNTED, name, verdict, NULL);
        } else if (partial) {
            report_say(r, &r->messages, whole ? MSG_DOCUMENT_PARTIAL_FATAL : MSG_DOCUMENT_PARTIAL, name, NULL,
                       NULL);
            r->indication = whole ? INDETERMINATE : r->indication;
            r->sub = whole ? SUB_SIG_CONSTRAINTS_FAILURE : r->sub;
        }
    }
    return SIGN_OK;
}

/* A file that was given as content and that nobody signed: where the whole is wanted it is no part of a pass.
 */
static void weigh_unsigned(bool whole, struct sign_report *r) {
    for (struct report_message *m = r->messages; whole && m; m = m->next) {
        if (m->id != MSG_CONTENT_UNUSED)
            continue;
        m->level = 'E';
        if (r->indication == TOTAL_PASSED) {
            r->indication = INDETERMINATE;
            r->sub = SUB_SIG_CONSTRAINTS_FAILURE;
        }
    }
}

sign_rc rule_apply(const struct rule *rule, bool whole, struct sign_report *r, sign_error *err) {
    if (!r->signatures)
        return SIGN_OK;
    sign_rc rc = SIGN_OK;
    if (rule->kind == RULE_ANY || rule->kind == RULE_SOME)
        apply_some(rule, r);
    else if (rule->kind == RULE_NAMED)
        rc = apply_named(rule, r, err);
    if (rc == SIGN_OK)
        rc = tell_rest(rule, whole, r, err);
    weigh_unsigned(whole, r);
    if (rc == SIGN_OK && rule->kind == RULE_SOME)
        r->rule = arena_printf(&r->arena, "%zu of %zu", rule->least, r->count);
    else if (rc == SIGN_OK && rule->text)
        r->rule = arena_str(&r->arena, BYTES_STR(rule->text));
    return rc != SIGN_OK || !r->arena.failed ? rc : fail_memory(err);
}
