/* The report as a person reads it: verdict, reason and next step in the first three lines, then the details.
 */
#include "base/text.h"
#include "base/time.h"
#include "report/lines.h"
#include "report/verdict.h"
#include "report/writers.h"
#include <stdio.h>

enum { ROOM_FOR_ID = 121 };

static const char *tri_word(sign_lang lang, enum tri t) {
    if (t == TRI_NULL)
        return lines_two(lang, "bilinmiyor", "unknown");
    return t == TRI_TRUE ? lines_two(lang, "tamam", "ok") : lines_two(lang, "BOZUK", "BROKEN");
}

static void put_integrity(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[200];
    snprintf(text, sizeof text, "%s %s, %s %s, %s %s", lines_two(lang, "özetler", "digests"),
             tri_word(lang, s->references), lines_two(lang, "imza değeri", "signature value"),
             tri_word(lang, s->signature_value),
             lines_two(lang, "imza sertifikası özniteliği", "signing-certificate attribute"),
             tri_word(lang, s->signing_certificate));
    lines_put(out, lang, depth, L_INTEGRITY, text);
}

/* What proves the earliest moment; of a signature without time-stamps nothing does, and nothing is said. A
 * token does not prove itself. */
static void put_best_time(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], time[80];
    if (!s->best_signature_time || !s->timestamps || verdict_is_token(s))
        return;
    lines_when(lang, s->best_signature_time, time);
    if (s->best_time_by)
        snprintf(text, sizeof text, "%s (%s %.200s)", time, lines_two(lang, "kanıtlayan", "proven by"),
                 s->best_time_by);
    else
        snprintf(text, sizeof text, "%s (%s)", time,
                 lines_two(lang, "doğrulama zamanı; daha önce var olduğu kanıtlanmıyor",
                           "the validation time; nothing proves that it existed earlier"));
    lines_put(out, lang, depth, s->best_time_by ? L_BEST : L_JUDGED, text);
}

/* Of a token by itself, whose verdict and authority stand above. */
static void put_stamp_time(grow *out, sign_lang lang, unsigned depth, const struct report_timestamp *t) {
    char text[ROOM_FOR_TEXT], time[80], accuracy[48];
    lines_accuracy(lang, t->accuracy, accuracy);
    snprintf(text, sizeof text, "%s%s%s",
             t->time ? lines_when(lang, t->time, time) : lines_two(lang, "okunamadı", "not readable"),
             *accuracy ? " " : "", accuracy);
    lines_put(out, lang, depth, L_STAMPED, text);
    if (t->imprint_hex && t->digest_alg) {
        snprintf(text, sizeof text, "%s %.200s", t->digest_alg, t->imprint_hex);
        lines_put(out, lang, depth, L_IMPRINT, text);
    }
}

static void put_evidence(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next)
        if (verdict_is_token(s))
            put_stamp_time(out, lang, depth, t);
        else
            lines_timestamp(out, lang, depth, t);
    put_best_time(out, lang, depth, s);
    lines_chain(out, lang, depth, s->chain);
    lines_revocation(out, lang, depth, s);
}

/* An Id is chosen by whoever wrote the file, and nobody signs it: it must not end the line and go on as a
 * report. */
static void put_id(grow *out, const struct report_signature *s) {
    char shown[ROOM_FOR_ID];
    text_printable(BYTES_STR(s->id ? s->id : ""), shown, sizeof shown);
    grow_str(out, shown);
}

static void put_coverage(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT];
    for (const struct report_scope *c = s->scope; c; c = c->next) {
        snprintf(text, sizeof text, "%s (%s %.16s…)", verdict_scope_name(lang, s, c), c->digest_alg,
                 c->digest);
        lines_put(out, lang, depth, L_SCOPE, text);
    }
    if (!verdict_is_partial(s))
        return;
    verdict_partial_text(lang, s, text, sizeof text);
    lines_put(out, lang, depth, L_COVERAGE, text);
}

static void put_properties(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], time[80];
    const char *format = verdict_is_token(s) ? "RFC 3161" : s->format ? s->format : "?";
    snprintf(text, sizeof text, "%s%s%s", format, s->level ? "-" : "", s->level ? s->level : "");
    lines_put(out, lang, depth, L_FORMAT, text);
    lines_put(out, lang, depth, L_ALGORITHM, s->algorithm);
    lines_put(out, lang, depth, L_CLAIMED, s->claimed_time ? lines_when(lang, s->claimed_time, time) : NULL);
    if (s->policy_oid) {
        /* The user is shown all three of them (Elektronik İmza Kullanım Profilleri Rehberi, 3.2). */
        snprintf(text, sizeof text, "%.200s %.300s %.600s", s->policy_oid,
                 s->policy_hash ? s->policy_hash : lines_two(lang, "(özet yok)", "(no digest)"),
                 s->policy_uri ? s->policy_uri : lines_two(lang, "(adres yok)", "(no address)"));
        lines_put(out, lang, depth, L_POLICY, text);
    }
    lines_put(out, lang, depth, L_PROFILE, lines_profile(lang, s->profile));
    lines_put(out, lang, depth, L_COMMITMENT, s->commitment);
    lines_put(out, lang, depth, L_ROLES, s->roles);
    lines_put(out, lang, depth, L_PLACE, s->place);
    lines_put(out, lang, depth, L_MIME, s->mime_type);
    lines_put(out, lang, depth, L_HINT, s->content_hint);
    put_coverage(out, lang, depth, s);
}

static void put_signature(grow *out, sign_lang lang, unsigned depth, const struct sign_report *r,
                          const struct report_signature *s) {
    bool inspect = verdict_inspecting(r);
    grow_printf(out, "\n%*s%s ", (int)(2 * depth), "",
                verdict_is_token(s) ? lines_two(lang, "Zaman damgası", "Time-stamp")
                : depth             ? lines_two(lang, "Seri imza", "Counter-signature")
                                    : lines_two(lang, "İmza", "Signature"));
    put_id(out, s);
    grow_printf(out, ": %s", verdict_word(lang, verdict_of_signature(r, s)));
    if (!inspect || s->indication == TOTAL_FAILED)
        grow_printf(out, " (%s%s%s)", indication_text(s->indication) ? indication_text(s->indication) : "-",
                    s->sub ? " / " : "", s->sub ? sub_indication_text(s->sub) : "");
    grow_byte(out, '\n');
    if (s->signer)
        lines_signer(out, lang, depth, verdict_is_token(s) ? L_AUTHORITY : L_SIGNER, s->signer);
    put_properties(out, lang, depth, s);
    put_evidence(out, lang, depth, s);
    put_integrity(out, lang, depth, s);
    lines_put(out, lang, depth, L_ATTRIBUTES, s->attributes);
    for (const struct report_message *m = s->messages; m; m = m->next)
        lines_message(out, lang, depth, m);
    for (const struct report_signature *c = s->countersignatures; c; c = c->next)
        put_signature(out, lang, depth + 1, r, c);
}

static void put_reason(grow *out, sign_lang lang, const struct sign_report *r, bool inspect) {
    const struct report_message *m = verdict_reason(r);
    char text[ROOM_FOR_TEXT];
    if (!m && verdict_passed_text(lang, r))
        grow_printf(out, "%s\n", verdict_passed_text(lang, r));
    else if (!m && inspect)
        grow_printf(out, "%s\n",
                    lines_two(lang, "Yalnız yapı ve bütünlüğe bakıldı.",
                              "Only structure and integrity were looked at."));
    if (!m)
        return;
    lines_said(lang, m, text, sizeof text);
    grow_printf(out, "%s: ", lines_two(lang, "Neden", "Reason"));
    lines_clean(out, text);
    grow_byte(out, '\n');
    if (*report_hint(m, lang))
        grow_printf(out, "%s: %s\n", lines_two(lang, "Ne yapmalı", "What to do"), report_hint(m, lang));
}

/* When a verdict that is not final may become so. */
static void put_try_later(grow *out, sign_lang lang, const struct sign_report *r) {
    const struct report_signature *s = r->sub == SUB_TRY_LATER ? verdict_deciding(r) : NULL;
    const char *awaited = s ? verdict_awaited(lang, s) : NULL;
    int64_t again = s ? verdict_again(s) : 0;
    char time[80];
    if (s && verdict_in_grace(s))
        grow_printf(out, "%s: %s; %s\n", lines_two(lang, "Kesinleşme", "Final from"),
                    lines_when(lang, again, time),
                    lines_two(lang, "o andan sonra yeniden doğrulayın.", "verify again then."));
    else if (awaited && again)
        grow_printf(out, "%s: %s; %s.\n", lines_two(lang, "Yeniden bakın", "Look again"),
                    lines_when(lang, again, time), awaited);
    else if (awaited)
        grow_printf(out, "%s: %s.\n", lines_two(lang, "Bekleniyor", "Awaited"), awaited);
}

/* Among the first lines, because a verdict that passed is where most people stop to read. */
static void put_partial(grow *out, sign_lang lang, const struct sign_report *r) {
    char text[ROOM_FOR_TEXT], shown[ROOM_FOR_TEXT];
    for (const struct report_signature *s = r->signatures; s; s = s->next) {
        if (!verdict_is_partial(s))
            continue;
        verdict_partial_text(lang, s, text, sizeof text);
        text_printable(BYTES_STR(text), shown, sizeof shown);
        grow_printf(out, "%s ", lines_two(lang, "Dikkat, imza", "Attention, signature"));
        put_id(out, s);
        grow_printf(out, ": %s\n", shown);
    }
}

void report_write_text(const struct sign_report *r, sign_lang lang, grow *out) {
    bool inspect = verdict_inspecting(r);
    char name[300], time[80];
    text_printable(BYTES_STR(r->document ? r->document : "-"), name, sizeof name);
    grow_printf(out, "%s: %s", verdict_word(lang, verdict_of(r)), name);
    if (!inspect && r->indication != INDICATION_NONE)
        grow_printf(out, " (%s%s%s)", indication_text(r->indication), r->sub ? " / " : "",
                    r->sub ? sub_indication_text(r->sub) : "");
    grow_byte(out, '\n');
    put_reason(out, lang, r, inspect);
    put_try_later(out, lang, r);
    put_partial(out, lang, r);
    if (!inspect && r->indication != INDICATION_NONE)
        grow_printf(out, "%s: %s%s\n", lines_two(lang, "Doğrulama zamanı", "Validation time"),
                    lines_when(lang, r->validation_time, time),
                    r->time_given ? lines_two(lang, " (verilen zaman; bir şey kanıtlamaz)",
                                              " (as given; proves nothing)")
                                  : "");
    if (r->rule) {
        grow_printf(out, "%s: ", lines_two(lang, "Belge kuralı", "Rule for the document"));
        lines_rule(out, lang, r->rule);
        grow_byte(out, '\n');
    }
    if (r->no_revocation && !inspect)
        grow_printf(out, "%s\n",
                    lines_two(lang, "İptal denetimi istek üzerine YAPILMADI.",
                              "Revocation was NOT checked, as asked."));
    for (const struct report_message *m = r->signatures ? r->messages : NULL; m; m = m->next)
        lines_message(out, lang, 0, m);
    if (r->certificate)
        report_write_certificate(r, lang, out);
    for (const struct report_signature *s = r->certificate ? NULL : r->signatures; s; s = s->next)
        put_signature(out, lang, 0, r, s);
}
