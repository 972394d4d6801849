/* The verdict in words, and what decides it. */
#include "report/verdict.h"

#include "report/lines.h"
#include <stdio.h>

/*
 * Something that the signature is over was not computed, or by what proves nothing: an entry of a Manifest
 * may be absent though every reference holds (XML-Signature, 3.2.1).
 */
static bool is_unchecked(const struct report_signature *s) {
    static const enum message_id unchecked[] = {
        MSG_TRANSFORM_UNKNOWN, MSG_REFERENCE_UNFOUND, MSG_CONTENT_MISSING, MSG_NO_DATA_SIGNED,
        MSG_KEY_UNUSABLE,      MSG_ALGORITHM_SUNSET,  MSG_STAMPED_MISSING};
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

bool verdict_inspecting(const struct sign_report *r) {
    return strcmp(r->schema, "inspect/1") == 0;
}

static enum verdict of(enum indication i, enum sub_indication sub) {
    switch (i) {
    case INDICATION_NONE:
        return VERDICT_NONE;
    case TOTAL_PASSED:
        return VERDICT_PASSED;
    case TOTAL_FAILED:
        return VERDICT_FAILED;
    case INDETERMINATE:
        break;
    }
    return sub == SUB_TRY_LATER ? VERDICT_LATER : VERDICT_INDETERMINATE;
}

/* All else passed: what is waited for are the end of the grace period and the data from behind it. */
static bool by_grace(const struct report_signature *s) {
    for (const struct report_message *m = s->messages; m; m = m->next)
        if (m->constraint && strcmp(m->constraint, "grace-period") == 0 && report_level(m) == 'E')
            return true;
    return false;
}

static enum verdict of_signature(const struct report_signature *s) {
    enum verdict v = of(s->indication, s->sub);
    return v == VERDICT_LATER && by_grace(s) ? VERDICT_PRELIMINARY : v;
}

/* What an authority answered in place of a time-stamp (RFC 3161, 2.4.2). */
static bool is_refusal(const struct sign_report *r) {
    for (const struct report_message *m = r->messages; m; m = m->next)
        if (m->id == MSG_TSA_REFUSED || m->id == MSG_TSA_EMPTY)
            return true;
    return false;
}

enum verdict verdict_of(const struct sign_report *r) {
    const struct report_signature *s = verdict_deciding(r);
    if (verdict_inspecting(r) && r->indication == INDETERMINATE)
        return any_unchecked(r) ? VERDICT_UNCHECKED : VERDICT_INTACT;
    if (r->indication == INDICATION_NONE && is_refusal(r))
        return VERDICT_NO_STAMP;
    return s && s->sub == r->sub ? of_signature(s) : of(r->indication, r->sub);
}

enum verdict verdict_of_signature(const struct sign_report *r, const struct report_signature *s) {
    if (verdict_inspecting(r) && s->indication == INDETERMINATE)
        return is_unchecked(s) ? VERDICT_UNCHECKED : VERDICT_INTACT;
    return of_signature(s);
}

enum verdict verdict_of_timestamp(const struct report_timestamp *t) {
    return of(t->indication, t->sub);
}

const char *verdict_word(sign_lang lang, enum verdict v) {
    static const char *const words[][2] = {
        [VERDICT_NONE] = {"İMZA YOK", "NO SIGNATURE"},
        [VERDICT_PASSED] = {"GEÇERLİ", "VALID"},
        [VERDICT_FAILED] = {"GEÇERSİZ", "INVALID"},
        [VERDICT_PRELIMINARY] = {"ÖN DOĞRULAMA", "PRELIMINARY"},
        [VERDICT_LATER] = {"ŞİMDİLİK BELİRSİZ", "INDETERMINATE AT PRESENT"},
        [VERDICT_INDETERMINATE] = {"BELİRSİZ", "INDETERMINATE"},
        [VERDICT_INTACT] = {"BÜTÜNLÜK TAMAM, GÜVEN DENETLENMEDİ", "INTACT, TRUST NOT CHECKED"},
        [VERDICT_UNCHECKED] = {"BÜTÜNLÜĞÜN TAMAMI DENETLENEMEDİ, GÜVEN DENETLENMEDİ",
                               "INTEGRITY NOT FULLY CHECKED, TRUST NOT CHECKED"},
        [VERDICT_NO_STAMP] = {"ZAMAN DAMGASI YOK", "NO TIME-STAMP"}};
    return words[v][lang == SIGN_TR ? 0 : 1];
}

const char *verdict_count_word(sign_lang lang, enum verdict v) {
    static const char *const words[][2] = {
        [VERDICT_PASSED] = {"geçerli", "valid"},
        [VERDICT_FAILED] = {"geçersiz", "invalid"},
        [VERDICT_PRELIMINARY] = {"ön doğrulama", "preliminary"},
        [VERDICT_LATER] = {"şimdilik belirsiz", "indeterminate at present"},
        [VERDICT_INDETERMINATE] = {"belirsiz", "indeterminate"}};
    return v < sizeof words / sizeof *words ? words[v][lang == SIGN_TR ? 0 : 1] : NULL;
}

bool verdict_is_token(const struct report_signature *s) {
    return s->format && strcmp(s->format, "tst") == 0;
}

const struct report_signature *verdict_deciding(const struct sign_report *r) {
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        if (s->indication == r->indication)
            return s;
    return NULL;
}

const struct report_message *verdict_first(const struct report_message *m, bool passed) {
    const struct report_message *error = lines_worst(m, 'E');
    return error || passed ? error : lines_worst(m, 'W');
}

/* Where the rule for several signatures is not met, that is the reason; why, stands beside each of them. */
const struct report_message *verdict_reason(const struct sign_report *r) {
    const struct report_signature *s = verdict_deciding(r);
    const struct report_message *rule = r->rule && s ? lines_worst(r->messages, 'E') : NULL;
    return rule ? rule : verdict_first(s ? s->messages : r->messages, true);
}

static bool all_passed(const struct sign_report *r) {
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        if (s->indication != TOTAL_PASSED)
            return false;
    return true;
}

const char *verdict_passed_text(sign_lang lang, const struct sign_report *r) {
    static const char *const texts[3][2][2] = {
        {{"Bütün imzalar sağlam; sertifika yolları ve iptal durumları denetlendi.",
          "Every signature holds; certificate paths and revocation were checked."},
         {"Bütün imzalar sağlam; sertifika yolları denetlendi.",
          "Every signature holds; certificate paths were checked."}},
        {{"Sertifikanın yolu, iptal durumu ve algoritmaları uygun.",
          "The certificate's path, revocation status and algorithms are as they must be."},
         {"Sertifikanın yolu ve algoritmaları uygun.",
          "The certificate's path and algorithms are as they must be."}},
        {{"Zaman damgası sağlam ve verilen dosyaya ait; otoritenin sertifika yolu ve iptal durumu "
          "denetlendi.",
          "The time-stamp holds and is of the file given; the path and revocation of its authority were "
          "checked."},
         {"Zaman damgası sağlam ve verilen dosyaya ait; otoritenin sertifika yolu denetlendi.",
          "The time-stamp holds and is of the file given; the path of its authority was checked."}}};
    size_t what = r->certificate != NULL;
    if (r->indication != TOTAL_PASSED)
        return NULL;
    if (!all_passed(r)) /* the rule for the document asks for some of them only */
        return lines_two(lang, "Belge kuralının istediği imzalar geçerli; ÖTEKİLERİN HEPSİ DEĞİL.",
                         "The signatures that the rule asks for are valid; NOT ALL OF THE OTHERS ARE.");
    if (r->signatures && verdict_is_token(r->signatures))
        what = 2;
    return texts[what][r->no_revocation][lang == SIGN_TR ? 0 : 1];
}

bool verdict_in_grace(const struct report_signature *s) {
    return s->try_at != 0 && by_grace(s);
}

/* Suspended is neither revoked nor good for long: what its holder waits for is the next list or response. */
static const struct report_revocation *suspension(const struct report_signature *s) {
    for (const struct report_revocation *v = s->revocation; v; v = v->next)
        if (strcmp(v->status, "suspended") == 0)
            return v;
    return NULL;
}

int64_t verdict_again(const struct report_signature *s) {
    const struct report_revocation *v = suspension(s);
    return s->try_at || !v ? s->try_at : v->next_update;
}

const char *verdict_awaited(sign_lang lang, const struct report_signature *s) {
    if (s->indication != INDETERMINATE || s->sub != SUB_TRY_LATER || verdict_in_grace(s))
        return NULL;
    if (by_grace(s))
        return lines_two(lang,
                         "kesinleşme süresinden sonra yayımlanmış iptal bilgisi; edinince yeniden doğrulayın",
                         "revocation data from behind the grace period; verify again with it");
    if (suspension(s))
        return verdict_again(s)
                   ? lines_two(lang, "sertifika askıda, yeni iptal bilgisi en geç o zaman çıkar",
                               "the certificate is suspended, new revocation data is due by then")
                   : lines_two(lang, "sertifika askıda, yeni iptal bilgisi gerekli",
                               "the certificate is suspended, new revocation data is needed");
    return verdict_again(s)
               ? lines_two(lang, "doğrulama verileri o zamana dek eksik ya da güncel değil",
                           "validation data are missing or not fresh until then")
               : lines_two(lang,
                           "doğrulama verileri şimdilik eksik ya da güncel değil; ne zaman çıkacakları "
                           "bilinmiyor, edinince yeniden doğrulayın",
                           "validation data are missing or not fresh at present; it is not known until when, "
                           "verify again once they are at hand");
}

/* The empty name is a URI that names the document it stands in (XML-Signature, 4.4.3.2). */
const char *verdict_scope_name(sign_lang lang, const struct report_signature *s,
                               const struct report_scope *c) {
    if (!c->name)
        return "-";
    if (*c->name || s->covers_whole_document == TRI_FALSE)
        return *c->name ? c->name : "\"\"";
    return lines_two(lang, "belgenin tümü, imzalar dışında", "the whole document, signatures aside");
}

bool verdict_is_partial(const struct report_signature *s) {
    return s->covers_whole_document == TRI_FALSE && s->scope;
}

void verdict_partial_text(sign_lang lang, const struct report_signature *s, char *out, size_t size) {
    AUTO(grow) names = {0};
    for (const struct report_scope *c = s->scope; c; c = c->next)
        grow_printf(&names, "%s%s", names.len ? ", " : "", verdict_scope_name(lang, s, c));
    grow_byte(&names, 0);
    const char *what = names.failed ? "?" : (const char *)names.data;
    if (lang == SIGN_TR)
        snprintf(out, size, "yalnız şu imzalı: %.700s; belgenin kalanı İMZALI DEĞİL", what);
    else
        snprintf(out, size, "only this is signed: %.700s; the rest of the document is NOT SIGNED", what);
}
