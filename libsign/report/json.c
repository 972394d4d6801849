/* The report as a program reads it: keys and codes are stable and in English; only texts follow the language.
 */
#include "report/json.h"
#include "report/writers.h"
#include <stdio.h>

/* What goes with every part of one report. */
struct writing {
    jsonout j;
    sign_lang lang;
    bool detailed;
};

static void put_signatures(struct writing *w, const char *key, const struct report_signature *s);

static void put_signature(struct writing *w, const struct report_signature *s) {
    jsonout *j = &w->j;
    jsonout_object(j);
    json_str(j, "id", s->id);
    json_str(j, "format", s->format);
    json_str(j, "level", s->level);
    json_str(j, "profile", s->profile);
    json_verdict(j, s->indication, s->sub);
    json_time(j, "try_at", s->try_at);
    json_signer(j, s->signer);
    json_time(j, "claimed_time", s->claimed_time);
    json_time(j, "best_signature_time", s->best_signature_time);
    json_str(j, "best_time_by", s->best_time_by);
    json_signed(j, s);
    json_timestamps(j, w->lang, s->timestamps, w->detailed);
    json_evidence(j, s->chain, s->revocation);
    put_signatures(w, "countersignatures", s->countersignatures);
    json_messages(j, w->lang, s->messages);
    if (w->detailed) {
        json_blocks(j, w->lang, s->blocks);
        json_poe(j, s->poe);
        json_int(j, "poe_left_out", (int64_t)s->poe_left_out);
    }
    jsonout_end(j);
}

static void put_signatures(struct writing *w, const char *key, const struct report_signature *s) {
    json_list(&w->j, key);
    for (; s; s = s->next)
        put_signature(w, s);
    jsonout_end(&w->j);
}

/* A signature of which nothing at all could be told. */
static bool unreadable(const struct report_signature *s) {
    return s->sub == SUB_FORMAT_FAILURE && !s->signer && s->references == TRI_NULL &&
           s->signature_value == TRI_NULL && s->signing_certificate == TRI_NULL;
}

int sign_report_exit(const sign_report *r) {
    if (!r)
        return SIGN_NO_SIGNATURE;
    if (strcmp(r->schema, "inspect/1") != 0 || r->indication == INDICATION_NONE)
        return (int)sign_report_verdict(r);
    /* inspect gives no verdict: it succeeds whenever the structure could be read, faulty or not */
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        if (unreadable(s))
            return SIGN_FAILED;
    return SIGN_OK;
}

static void put_check(struct writing *w, const struct sign_report *r) {
    const struct report_signature *s = r->signatures;
    jsonout *j = &w->j;
    json_str(j, "use", r->use);
    json_certificate(j, r->certificate);
    json_evidence(j, s->chain, s->revocation);
    json_messages(j, w->lang, s->messages);
    if (w->detailed)
        json_blocks(j, w->lang, s->blocks);
}

void json_head(jsonout *j, const struct sign_report *r, const char *infix) {
    char schema[48];
    snprintf(schema, sizeof schema, "%.*s%s/1", (int)strcspn(r->schema, "/"), r->schema, infix);
    json_str(j, "schema", schema);
    json_int(j, "exit", sign_report_exit(r));
    json_str(j, "document", r->document);
    json_time(j, "validation_time", r->validation_time);
    json_str(j, "policy", r->policy);
    json_bool(j, "revocation_checked", !r->no_revocation);
    json_verdict(j, r->indication, r->sub);
}

void report_write_json(const struct sign_report *r, sign_lang lang, bool detailed, grow *out) {
    struct writing w = {.j = {.out = out}, .lang = lang, .detailed = detailed};
    jsonout_object(&w.j);
    json_head(&w.j, r, detailed ? "-detailed" : "");
    if (r->certificate) {
        put_check(&w, r);
    } else {
        json_str(&w.j, "rule", r->rule);
        put_signatures(&w, "signatures", r->signatures);
        json_messages(&w.j, lang, r->messages);
    }
    jsonout_end(&w.j);
}
