/* The report as a person reads it: verdict, reason and next step in the first three lines, then the details.
 */
#include "base/text.h"
#include "base/time.h"
#include "report/writers.h"
#include <stdio.h>

enum { LABEL_WIDTH = 22, ROOM_FOR_TEXT = 1200, ROOM_FOR_ID = 121 };

/* One row per label: Turkish, English. */
enum label {
    L_SIGNER,
    L_PERSON,
    L_ISSUER,
    L_SERIAL,
    L_KIND,
    L_FORMAT,
    L_ALGORITHM,
    L_CLAIMED,
    L_POLICY,
    L_COMMITMENT,
    L_ROLES,
    L_PLACE,
    L_MIME,
    L_HINT,
    L_SCOPE,
    L_COVERAGE,
    L_TIMESTAMP,
    L_CHAIN,
    L_REVOCATION,
    L_INTEGRITY,
    L_ATTRIBUTES
};
static const char *const labels[][2] = {
    [L_SIGNER] = {"İmzacı", "Signer"},
    [L_PERSON] = {"Kimlik no", "Personal number"},
    [L_ISSUER] = {"Sertifikayı veren", "Issuer"},
    [L_SERIAL] = {"Sertifika seri no", "Certificate serial"},
    [L_KIND] = {"Sertifika türü", "Certificate kind"},
    [L_FORMAT] = {"Biçim", "Format"},
    [L_ALGORITHM] = {"Algoritma", "Algorithm"},
    [L_CLAIMED] = {"Beyan edilen zaman", "Claimed time"},
    [L_POLICY] = {"İmza politikası", "Signature policy"},
    [L_COMMITMENT] = {"Taahhüt", "Commitment"},
    [L_ROLES] = {"Rol", "Role"},
    [L_PLACE] = {"Yer", "Place"},
    [L_MIME] = {"İçerik türü", "Content type"},
    [L_HINT] = {"İçerik açıklaması", "Content hint"},
    [L_SCOPE] = {"İmzalanan", "Signed"},
    [L_COVERAGE] = {"Kapsam", "Coverage"},
    [L_TIMESTAMP] = {"Zaman damgası", "Timestamp"},
    [L_CHAIN] = {"Sertifika yolu", "Path"},
    [L_REVOCATION] = {"İptal bilgisi", "Revocation data"},
    [L_INTEGRITY] = {"Bütünlük", "Integrity"},
    [L_ATTRIBUTES] = {"Diğer öznitelikler", "Other attributes"},
};

static const char *two(sign_lang lang, const char *tr, const char *en) {
    return lang == SIGN_TR ? tr : en;
}

static void line(grow *out, sign_lang lang, unsigned depth, enum label label, const char *value) {
    if (!value || !*value)
        return;
    const char *name = labels[label][lang == SIGN_TR ? 0 : 1];
    size_t width = utf8_width(name);
    char shown[ROOM_FOR_TEXT];
    text_printable(BYTES_STR(value), shown, sizeof shown);
    grow_printf(out, "%*s%s:%*s %s\n", (int)(2 + 2 * depth), "", name,
                width < LABEL_WIDTH ? (int)(LABEL_WIDTH - width) : 0, "", shown);
}

static const char *when(sign_lang lang, int64_t t, char out[80]) {
    char local[40], utc[32];
    time_rfc3339(t, utc);
    if (lang == SIGN_TR)
        snprintf(out, 80, "%s, UTC %s", time_turkish(t, local), utc);
    else
        snprintf(out, 80, "%s, Turkey %s", utc, time_turkish(t, local));
    return out;
}

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
    return unchecked ? two(lang, "BÜTÜNLÜĞÜN TAMAMI DENETLENEMEDİ, GÜVEN DENETLENMEDİ",
                           "INTEGRITY NOT FULLY CHECKED, TRUST NOT CHECKED")
                     : two(lang, "BÜTÜNLÜK TAMAM, GÜVEN DENETLENMEDİ", "INTACT, TRUST NOT CHECKED");
}

/* GEÇERLİ, GEÇERSİZ, ÖN DOĞRULAMA, BELİRSİZ */
static const char *word(sign_lang lang, enum indication i, enum sub_indication sub, bool inspect,
                        bool unchecked) {
    if (inspect && i == INDETERMINATE)
        return inspected(lang, unchecked);
    if (i == TOTAL_PASSED)
        return two(lang, "GEÇERLİ", "VALID");
    if (i == TOTAL_FAILED)
        return two(lang, "GEÇERSİZ", "INVALID");
    if (i == INDICATION_NONE)
        return two(lang, "İMZA YOK", "NO SIGNATURE");
    return sub == SUB_TRY_LATER ? two(lang, "ÖN DOĞRULAMA", "PRELIMINARY")
                                : two(lang, "BELİRSİZ", "INDETERMINATE");
}

static const struct report_message *worst_message(const struct report_message *m, char level) {
    for (; m; m = m->next)
        if (message_code(m->id)[0] == level)
            return m;
    return NULL;
}

static void put_message(grow *out, sign_lang lang, unsigned depth, const struct report_message *m) {
    char text[ROOM_FOR_TEXT];
    const char *hint = message_hint(m->id, lang);
    message_text(m->id, lang, m->args, text, sizeof text);
    char shown[ROOM_FOR_TEXT];
    text_printable(BYTES_STR(text), shown, sizeof shown);
    grow_printf(out, "%*s%s %s\n", (int)(2 + 2 * depth), "", message_code(m->id), shown);
    if (*hint)
        grow_printf(out, "%*s%s\n", (int)(8 + 2 * depth), "", hint);
}

static const char *tri_word(sign_lang lang, enum tri t) {
    if (t == TRI_NULL)
        return two(lang, "bilinmiyor", "unknown");
    return t == TRI_TRUE ? two(lang, "tamam", "ok") : two(lang, "BOZUK", "BROKEN");
}

static void put_integrity(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[200];
    snprintf(text, sizeof text, "%s %s, %s %s, %s %s", two(lang, "özetler", "digests"),
             tri_word(lang, s->references), two(lang, "imza değeri", "signature value"),
             tri_word(lang, s->signature_value),
             two(lang, "imza sertifikası özniteliği", "signing-certificate attribute"),
             tri_word(lang, s->signing_certificate));
    line(out, lang, depth, L_INTEGRITY, text);
}

/* The subject holds the personal number, which people see masked only. */
static void put_signer(grow *out, sign_lang lang, unsigned depth, const struct report_signer *p) {
    AUTO(grow) subject = {0};
    char masked[64] = "";
    const char *number = p->serial_number && *p->serial_number ? p->serial_number : NULL;
    const char *at = number ? strstr(p->subject, number) : NULL;
    if (number)
        text_mask_person(number, masked, sizeof masked);
    if (at) {
        grow_put(&subject, p->subject, (size_t)(at - p->subject));
        grow_str(&subject, masked);
        grow_str(&subject, at + strlen(number));
        grow_byte(&subject, 0);
    }
    line(out, lang, depth, L_SIGNER,
         subject.len && !subject.failed ? (const char *)subject.data
         : at                           ? "?"
                                        : p->subject);
    line(out, lang, depth, L_PERSON, masked);
    line(out, lang, depth, L_ISSUER, p->issuer);
    line(out, lang, depth, L_SERIAL, p->serial);
    line(out, lang, depth, L_KIND, p->kind);
}

static const char *status_word(sign_lang lang, const char *status) {
    static const char *const words[][3] = {{"good", "iptal edilmemiş", "not revoked"},
                                           {"revoked", "İPTAL EDİLMİŞ", "REVOKED"},
                                           {"suspended", "ASKIDA", "SUSPENDED"},
                                           {"unknown", "bilinmiyor", "unknown"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], status) == 0)
            return words[i][lang == SIGN_TR ? 1 : 2];
    return status;
}

/* The subject of a certificate in one short line: what stands before the first comma that is not escaped,
 * which is the last and most telling part of the name (RFC 4514, 2.1). */
static void short_name(const char *subject, char *out, size_t size) {
    size_t n = 0;
    while (subject[n] && subject[n] != ',')
        n += subject[n] == '\\' && subject[n + 1] ? 2 : 1;
    size_t from = strncmp(subject, "CN=", 3) == 0 ? 3 : 0;
    text_printable(BYTES(subject + from, n - from), out, size);
}

/* "ca.crl", or for what was fetched the URL and when the server gave it. */
static void origin_text(sign_lang lang, const struct report_origin *from, char *out, size_t size) {
    static const char *const words[][3] = {{"signature", "imzanın içinden", "from the signature"},
                                           {"cache", "önbellekten", "from the cache"},
                                           {"network", "ağdan", "from the network"}};
    char obtained[32];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!from->origin || strcmp(words[i][0], from->origin) != 0)
            continue;
        const char *how = words[i][lang == SIGN_TR ? 1 : 2];
        if (i == 0 || !from->source)
            snprintf(out, size, "%s", how);
        else if (from->obtained)
            snprintf(out, size, "%.600s, %s, %s %s", from->source, how, two(lang, "alınış", "obtained"),
                     time_rfc3339(from->obtained, obtained));
        else
            snprintf(out, size, "%.600s, %s", from->source, how);
        return;
    }
    snprintf(out, size, "%.600s", from->source ? from->source : two(lang, "verilen", "given"));
}

/* Who issued: the signer's own certificate is described above. */
static void put_chain(grow *out, sign_lang lang, unsigned depth, const struct report_chain *c) {
    char text[ROOM_FOR_TEXT], name[200], from[800];
    for (bool first = true; c; c = c->next, first = false) {
        if (first && !c->anchor)
            continue;
        short_name(c->subject, name, sizeof name);
        origin_text(lang, &c->from, from, sizeof from);
        snprintf(text, sizeof text, "%s%s (%s)", name,
                 c->anchor ? two(lang, ", güven çıpası", ", trust anchor") : "", from);
        line(out, lang, depth, L_CHAIN, text);
    }
}

static void put_revocation(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], issued[32], from[800];
    for (const struct report_revocation *r = s->revocation; r; r = r->next) {
        bool own = s->signer && strcmp(r->cert_sha256, s->signer->cert_sha256) == 0;
        origin_text(lang, &r->from, from, sizeof from);
        snprintf(text, sizeof text, "%s, %s: %s (%s, %s)",
                 two(lang, strcmp(r->kind, "crl") ? "ÇİSDuP" : "SİL", r->kind),
                 own ? two(lang, "imzacı", "signer") : two(lang, "makam", "authority"),
                 status_word(lang, r->status), from, time_rfc3339(r->this_update, issued));
        line(out, lang, depth, L_REVOCATION, text);
    }
}

static void put_evidence(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], time[80];
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next) {
        snprintf(text, sizeof text, "%s%s%s", t->kind, t->time ? ", " : "",
                 t->time ? when(lang, t->time, time) : "");
        line(out, lang, depth, L_TIMESTAMP, text);
    }
    put_chain(out, lang, depth, s->chain);
    put_revocation(out, lang, depth, s);
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
    return two(lang, "belgenin tümü, imzalar dışında", "the whole document, signatures aside");
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
        line(out, lang, depth, L_SCOPE, text);
    }
    if (!is_partial(s))
        return;
    partial_text(lang, s, text, sizeof text);
    line(out, lang, depth, L_COVERAGE, text);
}

static void put_properties(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], time[80];
    snprintf(text, sizeof text, "%s%s%s", s->format ? s->format : "?", s->level ? "-" : "",
             s->level ? s->level : "");
    line(out, lang, depth, L_FORMAT, text);
    line(out, lang, depth, L_ALGORITHM, s->algorithm);
    line(out, lang, depth, L_CLAIMED, s->claimed_time ? when(lang, s->claimed_time, time) : NULL);
    if (s->policy_oid) {
        snprintf(text, sizeof text, "%s %s %s", s->policy_oid, s->policy_hash ? s->policy_hash : "",
                 s->policy_uri ? s->policy_uri : "");
        line(out, lang, depth, L_POLICY, text);
    }
    line(out, lang, depth, L_COMMITMENT, s->commitment);
    line(out, lang, depth, L_ROLES, s->roles);
    line(out, lang, depth, L_PLACE, s->place);
    line(out, lang, depth, L_MIME, s->mime_type);
    line(out, lang, depth, L_HINT, s->content_hint);
    put_coverage(out, lang, depth, s);
}

static void put_signature(grow *out, sign_lang lang, unsigned depth, const struct sign_report *r,
                          const struct report_signature *s) {
    bool inspect = strcmp(r->schema, "inspect/1") == 0;
    grow_printf(out, "\n%*s%s ", (int)(2 * depth), "",
                depth ? two(lang, "Karşı imza", "Counter-signature") : two(lang, "İmza", "Signature"));
    put_id(out, s);
    grow_printf(out, ": %s", word(lang, s->indication, s->sub, inspect, is_unchecked(s)));
    if (!inspect || s->indication == TOTAL_FAILED)
        grow_printf(out, " (%s%s%s)", indication_text(s->indication) ? indication_text(s->indication) : "-",
                    s->sub ? " / " : "", s->sub ? sub_indication_text(s->sub) : "");
    grow_byte(out, '\n');
    if (s->signer)
        put_signer(out, lang, depth, s->signer);
    put_properties(out, lang, depth, s);
    put_evidence(out, lang, depth, s);
    put_integrity(out, lang, depth, s);
    line(out, lang, depth, L_ATTRIBUTES, s->attributes);
    for (const struct report_message *m = s->messages; m; m = m->next)
        put_message(out, lang, depth, m);
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
static void put_reason(grow *out, sign_lang lang, const struct sign_report *r, bool inspect) {
    const struct report_signature *s = deciding(r);
    const struct report_message *m = worst_message(s ? s->messages : r->messages, 'E');
    char text[ROOM_FOR_TEXT], shown[ROOM_FOR_TEXT];
    if (!m && s && r->indication == TOTAL_PASSED && r->no_revocation)
        grow_printf(out, "%s\n",
                    two(lang, "Bütün imzalar sağlam; sertifika yolları denetlendi.",
                        "Every signature holds; certificate paths were checked."));
    else if (!m && s && r->indication == TOTAL_PASSED)
        grow_printf(out, "%s\n",
                    two(lang, "Bütün imzalar sağlam; sertifika yolları ve iptal durumları denetlendi.",
                        "Every signature holds; certificate paths and revocation were checked."));
    else if (!m && inspect)
        grow_printf(
            out, "%s\n",
            two(lang, "Yalnız yapı ve bütünlüğe bakıldı.", "Only structure and integrity were looked at."));
    if (!m)
        return;
    message_text(m->id, lang, m->args, text, sizeof text);
    text_printable(BYTES_STR(text), shown, sizeof shown);
    grow_printf(out, "%s: %s\n", two(lang, "Neden", "Reason"), shown);
    if (*message_hint(m->id, lang))
        grow_printf(out, "%s: %s\n", two(lang, "Ne yapmalı", "What to do"), message_hint(m->id, lang));
}

/* Among the first lines, because a verdict that passed is where most people stop to read. */
static void put_partial(grow *out, sign_lang lang, const struct sign_report *r) {
    char text[ROOM_FOR_TEXT], shown[ROOM_FOR_TEXT];
    for (const struct report_signature *s = r->signatures; s; s = s->next) {
        if (!is_partial(s))
            continue;
        partial_text(lang, s, text, sizeof text);
        text_printable(BYTES_STR(text), shown, sizeof shown);
        grow_printf(out, "%s ", two(lang, "Dikkat, imza", "Attention, signature"));
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
    put_partial(out, lang, r);
    if (!inspect && r->indication != INDICATION_NONE)
        grow_printf(out, "%s: %s%s\n", two(lang, "Doğrulama zamanı", "Validation time"),
                    when(lang, r->validation_time, time),
                    r->time_given
                        ? two(lang, " (verilen zaman; bir şey kanıtlamaz)", " (as given; proves nothing)")
                        : "");
    if (r->no_revocation && !inspect)
        grow_printf(
            out, "%s\n",
            two(lang, "İptal denetimi istek üzerine YAPILMADI.", "Revocation was NOT checked, as asked."));
    for (const struct report_message *m = r->signatures ? r->messages : NULL; m; m = m->next)
        put_message(out, lang, 0, m);
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        put_signature(out, lang, 0, r, s);
}
