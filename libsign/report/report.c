#include "report/report.h"
#include <stdlib.h>

const char *indication_text(enum indication i) {
    static const char *const texts[] = {NULL, "TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"};
    return texts[i];
}

const char *sub_indication_text(enum sub_indication s) {
    static const char *const texts[] = {NULL,
#define X(name) #name,
                                        SUB_INDICATIONS(X)
#undef X
    };
    return texts[s];
}

const char *report_block_indication(enum indication i) {
    static const char *const texts[] = {NULL, "PASSED", "FAILED", "INDETERMINATE"};
    return texts[i];
}

const char *report_status_text(enum report_status status) {
    static const char *const texts[] = {"ok", "failed", "warned", "informed", "ignored"};
    return texts[status];
}

const char *report_reason(int crl_reason) {
    static const char *const texts[] = {
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", NULL,
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
    return crl_reason >= 0 && (size_t)crl_reason < sizeof texts / sizeof *texts ? texts[crl_reason] : NULL;
}

static const sign_rc verdicts[] = {SIGN_NO_SIGNATURE, SIGN_OK, SIGN_FAILED, SIGN_INDETERMINATE};

sign_rc report_new(struct sign_report **out, sign_error *err) {
    struct sign_report *r = calloc(1, sizeof *r);
    if (!r)
        return fail_memory(err);
    r->tail = &r->signatures;
    *out = r;
    return SIGN_OK;
}

void sign_report_free(sign_report **report) {
    if (!report || !*report)
        return;
    struct sign_report *r = TAKE(*report);
    arena_free(&r->arena);
    free(r);
}

struct report_signature *report_add(struct sign_report *r) {
    struct report_signature *s = arena_alloc(&r->arena, sizeof *s);
    if (!s)
        return NULL;
    s->references = s->signature_value = s->signing_certificate = s->covers_whole_document = TRI_NULL;
    *r->tail = s;
    r->tail = &s->next;
    r->count++;
    return s;
}

void report_say(struct sign_report *r, struct report_message **list, enum message_id id, const char *a1,
                const char *a2, const char *a3) {
    const char *const args[3] = {a1, a2, a3};
    struct report_message *m = arena_alloc(&r->arena, sizeof *m);
    if (!m)
        return; /* remembered by the arena; report_seal tells it */
    m->id = id;
    m->level = *message_code(id);
    for (size_t i = 0; i < 3; i++)
        m->args[i] = args[i] ? arena_str(&r->arena, BYTES_STR(args[i])) : NULL;
    while (*list)
        list = &(*list)->next;
    *list = m;
}

struct report_message *report_last(struct report_message *list) {
    while (list && list->next)
        list = list->next;
    return list;
}

char report_level(const struct report_message *m) {
    return m->level ? m->level : *message_code(m->id);
}

const char *report_hint(const struct report_message *m, sign_lang lang) {
    bool lowered = report_level(m) == 'I' && *message_code(m->id) == 'E';
    return lowered ? "" : message_hint(m->id, lang);
}

void report_certificate(struct sign_report *r, const sign_cert *cert) {
    sign_cert *copy = arena_alloc(&r->arena, sizeof *copy);
    if (!copy)
        return;
    *copy = *cert;
    const char **const texts[] = {
        &copy->subject,  &copy->issuer,      &copy->common_name, &copy->serial_number, &copy->serial,
        &copy->sha256,   &copy->key,         &copy->signature,   &copy->key_usage,     &copy->policies,
        &copy->crl_urls, &copy->ocsp_urls,   &copy->issuer_urls, &copy->emails,        &copy->purposes,
        &copy->notice,   &copy->limit_value, &copy->limit_use};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(&r->arena, BYTES_STR(*texts[i]));
    copy->der = arena_copy(&r->arena, cert->der);
    r->certificate = copy; /* `known` is static */
}

/* 1 wins over 2 (design of the exit codes): a broken signature is worse than an unknown one. */
static bool worse(enum indication a, enum indication b) {
    static const int rank[] = {
        [INDICATION_NONE] = 0, [TOTAL_PASSED] = 1, [INDETERMINATE] = 2, [TOTAL_FAILED] = 3};
    return rank[a] > rank[b];
}

static void fill_view(struct report_signature *s) {
    sign_signature *v = &s->public_view;
    v->verdict = verdicts[s->indication];
    v->indication = indication_text(s->indication);
    v->sub = sub_indication_text(s->sub);
    v->id = s->id;
    v->format = s->format;
    v->level = s->level;
    v->references = s->references;
    v->signature_value = s->signature_value;
    v->signing_certificate = s->signing_certificate;
    v->claimed_time = s->claimed_time;
    v->best_time = s->best_signature_time;
    if (s->signer) {
        v->signer = s->signer->subject;
        v->person = s->signer->serial_number;
        v->certificate = s->signer->der;
    }
}

sign_rc report_seal(struct sign_report *r, sign_error *err) {
    r->views = arena_alloc(&r->arena, (r->count + 1) * sizeof *r->views);
    if (r->arena.failed)
        return fail_memory(err);
    size_t i = 0;
    /* Counter-signatures speak of their parent's value, not of the document: they do not count here. */
    for (struct report_signature *s = r->signatures; s; s = s->next) {
        fill_view(s);
        r->views[i++] = &s->public_view;
        if (worse(s->indication, r->indication)) {
            r->indication = s->indication;
            r->sub = s->sub;
        }
    }
    return SIGN_OK;
}

sign_rc sign_report_verdict(const sign_report *report) {
    return report ? verdicts[report->indication] : SIGN_E_ARGUMENT;
}

size_t sign_report_count(const sign_report *report) {
    return report ? report->count : 0;
}

const sign_signature *sign_report_signature(const sign_report *report, size_t i) {
    return report && i < report->count ? report->views[i] : NULL;
}
