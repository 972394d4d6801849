/* The report as a person reads it: verdict, reason and next step in the first three lines, then the details.
 */
#include "base/text.h"
#include "base/time.h"
#include "report/lines.h"
#include "report/writers.h"
#include <stdio.h>

enum { ROOM_FOR_ID = 121 };

/*
 * Something that the signature is over was not computed, or by what proves nothing: an entry of a Manifest
 * may be absent though every reference holds (XML-Signature, 3.2.1).
 */
static bool is_unchecked(const struct report_signature *s) {
    static const enum message_id unchecked[] = {MSG_TRANSFORM_UNKNOWN, MSG_REFERENCE_UNFOUND,
                                                MSG_CONTENT_MISSING,   MSG_NO_DATA_SIGNED,
                                                MSG_KEY_UNUSABLE,      MSG_ALGORITHM_SUNSET};
    if (s->references != TRI_TRUE || s->signature_value != TRI_TRUE)
        return true;
    for (const struct report_message *m = s->messages; m; m = m->next)
        for (size_t i = 0; i < sizeof unchecked / sizeof *unchecked; i++)
            if (m->id == unchecked[i])
                return true;
    return false;
}

static bool any_unchecked(const struct sign_report *r) {
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        if (is_unchecked(s))
            return true;
    return false;
}

/* What an inspection found that did not fail. */
static const char *inspected(sign_lang lang, bool unchecked) {
    return unchecked ? lines_two(lang, "BÜTÜNLÜĞÜN TAMAMI DENETLENEMEDİ, GÜVEN DENETLENMEDİ",
                                 "INTEGRITY NOT FULLY CHECKED, TRUST NOT CHECKED")
                     : lines_two(lang, "BÜTÜNLÜK TAMAM, GÜVEN DENETLENMEDİ", "INTACT, TRUST NOT CHECKED");
}

/* GEÇERLİ, GEÇERSİZ, ÖN DOĞRULAMA, BELİRSİZ */
static const char *word(sign_lang lang, enum indication i, enum sub_indication sub, bool inspect,
                        bool unchecked) {
    if (inspect && i == INDETERMINATE)
        return inspected(lang, unchecked);
    if (i == TOTAL_PASSED)
        return lines_two(lang, "GEÇERLİ", "VALID");
    if (i == TOTAL_FAILED)
        return lines_two(lang, "GEÇERSİZ", "INVALID");
    if (i == INDICATION_NONE)
        return lines_two(lang, "İMZA YOK", "NO SIGNATURE");
    return sub == SUB_TRY_LATER ? lines_two(lang, "ÖN DOĞRULAMA", "PRELIMINARY")
                                : lines_two(lang, "BELİRSİZ", "INDETERMINATE");
}

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

static void put_evidence(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], time[80];
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next) {
        snprintf(text, sizeof text, "%s%s%s", t->kind, t->time ? ", " : "",
                 t->time ? lines_when(lang, t->time, time) : "");
        lines_put(out, lang, depth, L_TIMESTAMP, text);
    }
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

/* The empty name is a URI that names the document it stands in (XML-Signature, 4.4.3.2). */
static const char *scope_name(sign_lang lang, const struct report_signature *s,
                              const struct report_scope *c) {
    if (!c->name)
        return "-";
    if (*c->name || s->covers_whole_document == TRI_FALSE)
        return *c->name ? c->name : "\"\"";
    return lines_two(lang, "belgenin tümü, imzalar dışında", "the whole document, signatures aside");
}

/* A part is signed, and it is known which. */
static bool is_partial(const struct report_signature *s) {
    return s->covers_whole_document == TRI_FALSE && s->scope;
}

/* Which part is signed and, as plainly, that the rest is not. */
static void partial_text(sign_lang lang, const struct report_signature *s, char *out, size_t size) {
    AUTO(grow) names = {0};
    for (const struct report_scope *c = s->scope; c; c = c->next)
        grow_printf(&names, "%s%s", names.len ? ", " : "", scope_name(lang, s, c));
    grow_byte(&names, 0);
    const char *what = names.failed ? "?" : (const char *)names.data;
    if (lang == SIGN_TR)
        snprintf(out, size, "yalnız şu imzalı: %.700s; belgenin kalanı İMZALI DEĞİL", what);
    else
        snprintf(out, size, "only this is signed: %.700s; the rest of the document is NOT SIGNED", what);
}

static void put_coverage(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT];
    for (const struct report_scope *c = s->scope; c; c = c->next) {
        snprintf(text, sizeof text, "%s (%s %.16s…)", scope_name(lang, s, c), c->digest_alg, c->digest);
        lines_put(out, lang, depth, L_SCOPE, text);
    }
    if (!is_partial(s))
        return;
    partial_text(lang, s, text, sizeof text);
    lines_put(out, lang, depth, L_COVERAGE, text);
}

static void put_properties(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], time[80];
    snprintf(text, sizeof text, "%s%s%s", s->format ? s->format : "?", s->level ? "-" : "",
             s->level ? s->level : "");
    lines_put(out, lang, depth, L_FORMAT, text);
    lines_put(out, lang, depth, L_ALGORITHM, s->algorithm);
    lines_put(out, lang, depth, L_CLAIMED, s->claimed_time ? lines_when(lang, s->claimed_time, time) : NULL);
    if (s->policy_oid) {
        snprintf(text, sizeof text, "%s %s %s", s->policy_oid, s->policy_hash ? s->policy_hash : "",
                 s->policy_uri ? s->policy_uri : "");
        lines_put(out, lang, depth, L_POLICY, text);
    }
    lines_put(out, lang, depth, L_COMMITMENT, s->commitment);
    lines_put(out, lang, depth, L_ROLES, s->roles);
    lines_put(out, lang, depth, L_PLACE, s->place);
    lines_put(out, lang, depth, L_MIME, s->mime_type);
    lines_put(out, lang, depth, L_HINT, s->content_hint);
    put_coverage(out, lang, depth, s);
}

static void put_signature(grow *out, sign_lang lang, unsigned depth, const struct sign_report *r,
                          const struct report_signature *s) {
    bool inspect = strcmp(r->schema, "inspect/1") == 0;
    grow_printf(out, "\n%*s%s ", (int)(2 * depth), "",
                depth ? lines_two(lang, "Karşı imza", "Counter-signature")
                      : lines_two(lang, "İmza", "Signature"));
    put_id(out, s);
    grow_printf(out, ": %s", word(lang, s->indication, s->sub, inspect, is_unchecked(s)));
    if (!inspect || s->indication == TOTAL_FAILED)
        grow_printf(out, " (%s%s%s)", indication_text(s->indication) ? indication_text(s->indication) : "-",
                    s->sub ? " / " : "", s->sub ? sub_indication_text(s->sub) : "");
    grow_byte(out, '\n');
    if (s->signer)
        lines_signer(out, lang, depth, L_SIGNER, s->signer);
    put_properties(out, lang, depth, s);
    put_evidence(out, lang, depth, s);
    put_integrity(out, lang, depth, s);
    lines_put(out, lang, depth, L_ATTRIBUTES, s->attributes);
    for (const struct report_message *m = s->messages; m; m = m->next)
        lines_message(out, lang, depth, m);
    for (const struct report_signature *c = s->countersignatures; c; c = c->next)
        put_signature(out, lang, depth + 1, r, c);
}

/* The signature that decides: the first with the worst verdict. */
static const struct report_signature *deciding(const struct sign_report *r) {
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        if (s->indication == r->indication)
            return s;
    return NULL;
}

/* Common name out of an RFC 4514 subject is not worth a parser here: the reader sees the subject below. */
/* What was looked at, when nothing was found. */
static const char *passed_text(sign_lang lang, const struct sign_report *r) {
    static const char *const texts[2][2][2] = {
        {{"Bütün imzalar sağlam; sertifika yolları ve iptal durumları denetlendi.",
          "Every signature holds; certificate paths and revocation were checked."},
         {"Bütün imzalar sağlam; sertifika yolları denetlendi.",
          "Every signature holds; certificate paths were checked."}},
        {{"Sertifikanın yolu, iptal durumu ve algoritmaları uygun.",
          "The certificate's path, revocation status and algorithms are as they must be."},
         {"Sertifikanın yolu ve algoritmaları uygun.",
          "The certificate's path and algorithms are as they must be."}}};
    return texts[r->certificate != NULL][r->no_revocation][lang == SIGN_TR ? 0 : 1];
}

static void put_reason(grow *out, sign_lang lang, const struct sign_report *r, bool inspect) {
    const struct report_signature *s = deciding(r);
    const struct report_message *m = lines_worst(s ? s->messages : r->messages, 'E');
    char text[ROOM_FOR_TEXT], shown[ROOM_FOR_TEXT];
    if (!m && s && r->indication == TOTAL_PASSED)
        grow_printf(out, "%s\n", passed_text(lang, r));
    else if (!m && inspect)
        grow_printf(out, "%s\n",
                    lines_two(lang, "Yalnız yapı ve bütünlüğe bakıldı.",
                              "Only structure and integrity were looked at."));
    if (!m)
        return;
    message_text(m->id, lang, m->args, text, sizeof text);
    text_printable(BYTES_STR(text), shown, sizeof shown);
    grow_printf(out, "%s: %s\n", lines_two(lang, "Neden", "Reason"), shown);
    if (*message_hint(m->id, lang))
        grow_printf(out, "%s: %s\n", lines_two(lang, "Ne yapmalı", "What to do"), message_hint(m->id, lang));
}

/* Suspended is neither revoked nor good for long: when to look again is what its holder waits for. */
static void put_suspended(grow *out, sign_lang lang, const struct sign_report *r) {
    const struct report_signature *s = r->sub == SUB_TRY_LATER ? deciding(r) : NULL;
    char next[32];
    for (const struct report_revocation *v = s ? s->revocation : NULL; v; v = v->next) {
        if (strcmp(v->status, "suspended") != 0 || !v->next_update)
            continue;
        if (lang == SIGN_TR)
            grow_printf(out,
                        "Askıda: yeni iptal bilgisi en geç %s anında çıkar; ondan sonra yeniden bakın.\n",
                        time_rfc3339(v->next_update, next));
        else
            grow_printf(out, "Suspended: new revocation data is due by %s; look again then.\n",
                        time_rfc3339(v->next_update, next));
        return;
    }
}

/* Among the first lines, because a verdict that passed is where most people stop to read. */
static void put_partial(grow *out, sign_lang lang, const struct sign_report *r) {
    char text[ROOM_FOR_TEXT], shown[ROOM_FOR_TEXT];
    for (const struct report_signature *s = r->signatures; s; s = s->next) {
        if (!is_partial(s))
            continue;
        partial_text(lang, s, text, sizeof text);
        text_printable(BYTES_STR(text), shown, sizeof shown);
        grow_printf(out, "%s ", lines_two(lang, "Dikkat, imza", "Attention, signature"));
        put_id(out, s);
        grow_printf(out, ": %s\n", shown);
    }
}

void report_write_text(const struct sign_report *r, sign_lang lang, grow *out) {
    bool inspect = strcmp(r->schema, "inspect/1") == 0;
    char name[300], time[80];
    text_printable(BYTES_STR(r->document ? r->document : "-"), name, sizeof name);
    grow_printf(out, "%s: %s", word(lang, r->indication, r->sub, inspect, any_unchecked(r)), name);
    if (!inspect && r->indication != INDICATION_NONE)
        grow_printf(out, " (%s%s%s)", indication_text(r->indication), r->sub ? " / " : "",
                    r->sub ? sub_indication_text(r->sub) : "");
    grow_byte(out, '\n');
    put_reason(out, lang, r, inspect);
    put_suspended(out, lang, r);
    put_partial(out, lang, r);
    if (!inspect && r->indication != INDICATION_NONE)
        grow_printf(out, "%s: %s%s\n", lines_two(lang, "Doğrulama zamanı", "Validation time"),
                    lines_when(lang, r->validation_time, time),
                    r->time_given ? lines_two(lang, " (verilen zaman; bir şey kanıtlamaz)",
                                              " (as given; proves nothing)")
                                  : "");
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
