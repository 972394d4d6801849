/* What the texts of all reports are made of: labelled lines, messages, the pieces of evidence. */
#include "report/lines.h"

#include "base/text.h"
#include "base/time.h"
#include "report/verdict.h"
#include <stdio.h>

enum { LABEL_WIDTH = 22 };

/* One row per label: Turkish, English. */
static const char *const labels[][2] = {
    [L_SIGNER] = {"İmzacı", "Signer"},
    [L_AUTHORITY] = {"Otorite", "Authority"},
    [L_SUBJECT] = {"Sahibi", "Subject"},
    [L_PERSON] = {"Kimlik no", "Personal number"},
    [L_ISSUER] = {"Sertifikayı veren", "Issuer"},
    [L_SERIAL] = {"Sertifika seri no", "Certificate serial"},
    [L_KIND] = {"Sertifika türü", "Certificate kind"},
    [L_KNOWN] = {"Bilinen kök", "Known root"},
    [L_VALIDITY] = {"Geçerlilik", "Validity"},
    [L_KEY] = {"Anahtar", "Key"},
    [L_USAGE] = {"Anahtar kullanımı", "Key usage"},
    [L_PURPOSES] = {"Genişletilmiş kullanım", "Extended key usage"},
    [L_POLICIES] = {"Politikalar", "Policies"},
    [L_LIMIT_VALUE] = {"Para limiti", "Limit of value"},
    [L_LIMIT_USE] = {"Kullanım kısıtı", "Limit of use"},
    [L_NOTICE] = {"Kullanıcı bildirimi", "User notice"},
    [L_SHA256] = {"SHA-256", "SHA-256"},
    [L_FORMAT] = {"Biçim", "Format"},
    [L_ALGORITHM] = {"Algoritma", "Algorithm"},
    [L_CLAIMED] = {"Beyan edilen zaman", "Claimed time"},
    [L_POLICY] = {"İmza politikası", "Signature policy"},
    [L_PROFILE] = {"Profil", "Profile"},
    [L_COMMITMENT] = {"Taahhüt", "Commitment"},
    [L_ROLES] = {"Rol", "Role"},
    [L_PLACE] = {"Yer", "Place"},
    [L_MIME] = {"İçerik türü", "Content type"},
    [L_HINT] = {"İçerik açıklaması", "Content hint"},
    [L_SCOPE] = {"İmzalanan", "Signed"},
    [L_COVERAGE] = {"Kapsam", "Coverage"},
    [L_TIMESTAMP] = {"Zaman damgası", "Time-stamp"},
    [L_STAMPED] = {"Damga zamanı", "Time stamped"},
    [L_IMPRINT] = {"Damgalanan özet", "Message imprint"},
    [L_BEST] = {"Kanıtlı imza zamanı", "Proven signing time"},
    [L_JUDGED] = {"Değerlendirme zamanı", "Time judged at"},
    [L_CHAIN] = {"Sertifika yolu", "Path"},
    [L_REVOCATION] = {"İptal bilgisi", "Revocation data"},
    [L_INTEGRITY] = {"Bütünlük", "Integrity"},
    [L_ATTRIBUTES] = {"Diğer öznitelikler", "Other attributes"},
};

const char *lines_two(sign_lang lang, const char *tr, const char *en) {
    return lang == SIGN_TR ? tr : en;
}

const char *lines_label(sign_lang lang, enum label label) {
    return labels[label][lang == SIGN_TR ? 0 : 1];
}

/* Octets of an attribute's value as it stands in a name, or in a sentence that holds the name. */
static size_t value_length(const char *at) {
    size_t n = 0;
    while (at[n] && !strchr(",+;\"' ()", at[n]))
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    return n;
}

/* A mask is never longer than what it masks; more than a number's length shows nothing of it. */
static size_t mask(char *at, size_t n) {
    char number[80], masked[80];
    if (n >= sizeof number) {
        memset(at, '*', n);
        return n;
    }
    memcpy(number, at, n);
    number[n] = 0;
    text_mask_person(number, masked, sizeof masked);
    size_t shown = strlen(masked);
    memcpy(at, masked, shown);
    memmove(at + shown, at + n, strlen(at + n) + 1);
    return shown;
}

/* A name holds the personal number as its serialNumber attribute (RFC 4514, 2.3; EN 319 412-1, 5.1.3): it is
 * masked wherever a name is shown. */
static void mask_numbers(char *text) {
    static const char *const keys[] = {"serialNumber=", "2.5.4.5="};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (char *at = text; (at = strstr(at, keys[i]));) {
            at += strlen(keys[i]);
            at += mask(at, value_length(at));
        }
}

void lines_clean(grow *out, const char *text) {
    if (!text)
        return;
    AUTO(grow) shown = {0};
    size_t n = strlen(text);
    char *room = (char *)grow_space(&shown, n + 1);
    if (!room) {
        out->failed = true;
        return;
    }
    text_printable(BYTES(text, n), room, n + 1);
    mask_numbers(room);
    grow_str(out, room);
}

void lines_put(grow *out, sign_lang lang, unsigned depth, enum label label, const char *value) {
    if (!value || !*value)
        return;
    const char *name = lines_label(lang, label);
    size_t width = utf8_width(name);
    char shown[ROOM_FOR_TEXT];
    text_printable(BYTES_STR(value), shown, sizeof shown);
    mask_numbers(shown);
    grow_printf(out, "%*s%s:%*s %s\n", (int)(2 + 2 * depth), "", name,
                width < LABEL_WIDTH ? (int)(LABEL_WIDTH - width) : 0, "", shown);
}

const char *lines_when(sign_lang lang, int64_t t, char out[80]) {
    char local[40], utc[32];
    time_rfc3339(t, utc);
    if (lang == SIGN_TR)
        snprintf(out, 80, "%s, UTC %s", time_turkish(t, local), utc);
    else
        snprintf(out, 80, "%s, Turkey %s", utc, time_turkish(t, local));
    return out;
}

const struct report_message *lines_worst(const struct report_message *m, char level) {
    for (; m; m = m->next)
        if (report_level(m) == level)
            return m;
    return NULL;
}

const char *lines_reason(sign_lang lang, const char *reason) {
    static const char *const words[][2] = {{"unspecified", "belirtilmemiş"},
                                           {"keyCompromise", "anahtar ele geçirildi"},
                                           {"cACompromise", "makamın anahtarı ele geçirildi"},
                                           {"affiliationChanged", "kurum bağı değişti"},
                                           {"superseded", "yenisiyle değiştirildi"},
                                           {"cessationOfOperation", "kullanımına son verildi"},
                                           {"certificateHold", "askı"},
                                           {"privilegeWithdrawn", "yetki geri alındı"},
                                           {"aACompromise", "öznitelik makamının anahtarı ele geçirildi"}};
    for (size_t i = 0; lang == SIGN_TR && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], reason) == 0)
            return words[i][1];
    return reason;
}

/* An authority's answer begins with its status (RFC 3161, 2.4.2); the rest is as the authority has it. */
static const char *status_said(const char *answer, char *out, size_t size) {
    static const char *const words[][2] = {{"rejection", "ret"},
                                           {"waiting", "beklemede"},
                                           {"a warning that it is to be revoked", "iptal uyarısı"},
                                           {"revoked", "iptal edilmiş"},
                                           {"an unknown status", "bilinmeyen durum"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i][0]);
        if (strncmp(words[i][0], answer, n) == 0 && strchr(",:", answer[n])) /* the end, too */
            snprintf(out, size, "%s%s", words[i][1], answer + n);
    }
    return *out ? out : answer;
}

/* Arguments are in no language: what is a word of a standard, and has one in Turkish, is said so. */
const char *lines_said(sign_lang lang, const struct report_message *m, char *out, size_t size) {
    const char *args[3];
    char status[ROOM_FOR_TEXT] = "", kind[80];
    for (size_t i = 0; i < 3; i++)
        args[i] = m->args[i] ? lines_reason(lang, m->args[i]) : NULL;
    if (lang == SIGN_TR && m->id == MSG_TSA_REFUSED && args[0])
        args[0] = status_said(args[0], status, sizeof status);
    if (m->id == MSG_STAMP_PROVES_NOTHING && args[1])
        args[1] = lines_stamp_kind(lang, args[1], kind);
    return message_text(m->id, lang, args, out, size);
}

const char *lines_code(const struct report_message *m, char out[8]) {
    const char *code = message_code(m->id);
    snprintf(out, 8, "%c%s", report_level(m), *code ? code + 1 : "");
    return out;
}

static void put_fact(grow *out, const char *name, const char *value) {
    if (!value || !*value)
        return;
    grow_printf(out, "%s: ", name);
    lines_clean(out, value);
    grow_str(out, "; ");
}

/* Which check it was, of what, what was wanted and what was found. */
static void put_check(grow *out, sign_lang lang, unsigned depth, const struct report_message *m) {
    AUTO(grow) line = {0};
    put_fact(&line, lines_two(lang, "denetim", "check"), m->constraint);
    put_fact(&line, lines_two(lang, "nesne", "object"), m->object);
    put_fact(&line, lines_two(lang, "beklenen", "expected"), m->expected[lang == SIGN_TR]);
    put_fact(&line, lines_two(lang, "bulunan", "found"), m->actual);
    if (line.len > 2)
        grow_printf(out, "%*s%.*s\n", (int)(8 + 2 * depth), "", (int)(line.len - 2), (const char *)line.data);
    if (line.failed)
        out->failed = true;
}

void lines_message(grow *out, sign_lang lang, unsigned depth, const struct report_message *m) {
    char text[ROOM_FOR_TEXT], code[8];
    const char *hint = report_hint(m, lang);
    lines_said(lang, m, text, sizeof text);
    grow_printf(out, "%*s%s ", (int)(2 + 2 * depth), "", lines_code(m, code));
    lines_clean(out, text);
    grow_byte(out, '\n');
    if (m->constraint && report_level(m) != 'I') /* what is only noted met nothing that counts */
        put_check(out, lang, depth, m);
    if (*hint)
        grow_printf(out, "%*s%s\n", (int)(8 + 2 * depth), "", hint);
}

void lines_signer(grow *out, sign_lang lang, unsigned depth, enum label who, const struct report_signer *p) {
    char masked[64] = "";
    if (p->serial_number && *p->serial_number)
        text_mask_person(p->serial_number, masked, sizeof masked);
    lines_put(out, lang, depth, who, p->subject);
    lines_put(out, lang, depth, L_PERSON, masked);
    lines_put(out, lang, depth, L_ISSUER, p->issuer);
    lines_put(out, lang, depth, L_SERIAL, p->serial);
    lines_put(out, lang, depth, L_KIND, p->kind);
}

const char *lines_status(sign_lang lang, const char *status) {
    static const char *const words[][3] = {{"good", "iptal edilmemiş", "not revoked"},
                                           {"revoked", "İPTAL EDİLMİŞ", "REVOKED"},
                                           {"suspended", "ASKIDA", "SUSPENDED"},
                                           {"unknown", "bilinmiyor", "unknown"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], status) == 0)
            return words[i][lang == SIGN_TR ? 1 : 2];
    return status;
}

/* The subject of a certificate in one short line: its common name, wherever that stands, else the last and
 * most telling part of the name, which comes first (RFC 4514, 2.1). */
sign_bytes lines_short_part(const char *subject) {
    for (const char *at = subject; *at;) {
        size_t n = 0;
        while (at[n] && at[n] != ',')
            n += at[n] == '\\' && at[n + 1] ? 2 : 1;
        if (strncmp(at, "CN=", 3) == 0)
            return BYTES(at + 3, n - 3);
        at += n + (at[n] == ',');
    }
    return BYTES(subject, strcspn(subject, ","));
}

void lines_short_name(const char *subject, char *out, size_t size) {
    text_printable(lines_short_part(subject), out, size);
}

/* "ca.crl", or for what was fetched the URL and when the server gave it. */
void lines_origin(sign_lang lang, const struct report_origin *from, char *out, size_t size) {
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
            snprintf(out, size, "%.600s, %s, %s %s", from->source, how, lines_two(lang, "alınış", "obtained"),
                     time_rfc3339(from->obtained, obtained));
        else
            snprintf(out, size, "%.600s, %s", from->source, how);
        return;
    }
    snprintf(out, size, "%.600s", from->source ? from->source : lines_two(lang, "verilen", "given"));
}

/* Who issued: the signer's own certificate is described above. */
void lines_chain(grow *out, sign_lang lang, unsigned depth, const struct report_chain *c) {
    char text[ROOM_FOR_TEXT], name[200], from[800];
    for (bool first = true; c; c = c->next, first = false) {
        if (first && !c->anchor)
            continue;
        if (first) /* the name may hold a personal number in another place than it is masked in */
            snprintf(name, sizeof name, "%s",
                     lines_two(lang, "sertifikanın kendisi", "the certificate itself"));
        else
            lines_short_name(c->subject, name, sizeof name);
        lines_origin(lang, &c->from, from, sizeof from);
        snprintf(text, sizeof text, "%s%s (%s)", name,
                 c->anchor ? lines_two(lang, ", güven çıpası", ", trust anchor") : "", from);
        lines_put(out, lang, depth, L_CHAIN, text);
    }
}

void lines_revocation(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], issued[32], next[32], from[800];
    for (const struct report_revocation *r = s->revocation; r; r = r->next) {
        bool own = s->signer && strcmp(r->cert_sha256, s->signer->cert_sha256) == 0;
        lines_origin(lang, &r->from, from, sizeof from);
        snprintf(text, sizeof text, "%s, %s: %s (%s, %s %s%s%s)",
                 strcmp(r->kind, "crl") ? lines_two(lang, "ÇİSDuP", "OCSP") : lines_two(lang, "SİL", "CRL"),
                 !own                  ? lines_two(lang, "makam", "authority")
                 : verdict_is_token(s) ? lines_two(lang, "otorite", "time-stamping authority")
                                       : lines_two(lang, "imzacı", "signer"),
                 lines_status(lang, r->status), from, lines_two(lang, "yayın", "issued"),
                 time_rfc3339(r->this_update, issued),
                 r->next_update ? lines_two(lang, ", sonraki ", ", next ") : "",
                 r->next_update ? time_rfc3339(r->next_update, next) : "");
        lines_put(out, lang, depth, L_REVOCATION, text);
    }
}

/* Who must sign may be named by personal number: those are masked as in a name. */
static void put_persons(grow *out, const char *list) {
    enum { PERSON = 11 };
    AUTO(grow) shown = {0};
    grow_str(&shown, list);
    grow_byte(&shown, 0);
    for (char *at = (char *)shown.data; !shown.failed && *at;) {
        size_t n = strcspn(at, ",");
        n = strspn(at, "0123456789") == n && n == PERSON ? mask(at, n) : n;
        at += n + (at[n] == ',');
    }
    if (shown.failed)
        out->failed = true;
    else
        lines_clean(out, (const char *)shown.data);
}

/* As the option has it, and in English as the report has it ("2 of 3"); in Turkish in words. */
void lines_rule(grow *out, sign_lang lang, const char *rule) {
    static const char named[] = "signer:";
    const size_t prefix = sizeof named - 1;
    unsigned least, of;
    if (strncmp(rule, named, prefix) == 0) {
        grow_str(out, lines_two(lang, "imzası istenenler: ", named));
        put_persons(out, rule + prefix);
    } else if (lang == SIGN_TR && sscanf(rule, "%u of %u", &least, &of) == 2) {
        grow_printf(out, "ayrı imzacılardan en az %u geçerli imza (belgede %u imza var)", least, of);
    } else if (lang == SIGN_TR && strcmp(rule, "all") == 0) {
        grow_str(out, "imzaların tümü");
    } else if (lang == SIGN_TR && strcmp(rule, "any") == 0) {
        grow_str(out, "imzalardan herhangi biri");
    } else {
        lines_clean(out, rule);
    }
}

const char *lines_profile(sign_lang lang, const char *profile) {
    static const char *const texts[][3] = {
        {"P2", "P2 (kısa dönemli, SİL denetimli)", "P2 (short term, by CRL)"},
        {"P3", "P3 (uzun dönemli, SİL denetimli)", "P3 (long term, by CRL)"},
        {"P4", "P4 (uzun dönemli, ÇİSDuP denetimli)", "P4 (long term, by OCSP)"}};
    for (size_t i = 0; profile && i < sizeof texts / sizeof *texts; i++)
        if (strcmp(profile, texts[i][0]) == 0)
            return texts[i][lang == SIGN_TR ? 1 : 2];
    return profile;
}

/* The names of attributes and elements that hold time-stamps, of both formats and every version, by what only
 * they have. */
const char *lines_stamp_kind(sign_lang lang, const char *kind, char out[80]) {
    static const char *const words[][2] = {
        {"rchive", "arşiv damgası"},           {"SigAndRefs", "imza ve başvurular damgası"},
        {"esc", "imza ve başvurular damgası"}, {"AdES-C", "imza ve başvurular damgası"},
        {"efsOnly", "başvurular damgası"},     {"ertCRL", "başvurular damgası"},
        {"crl", "başvurular damgası"},         {"DataObjects", "içerik damgası"},
        {"ontent", "içerik damgası"},          {"ignature", "imza damgası"},
        {"token", "RFC 3161 belirteci"}};
    const char *word = NULL, *version = strpbrk(kind, "0123456789");
    for (size_t i = 0; !word && i < sizeof words / sizeof *words; i++)
        if (strstr(kind, words[i][0]))
            word = words[i][1];
    bool versioned = version && version > kind && (version[-1] == 'v' || version[-1] == 'V');
    if (lang == SIGN_TR && word)
        snprintf(out, 80, "%s%s%.2s", word, versioned ? " v" : "", versioned ? version : "");
    else
        snprintf(out, 80, "%.79s", kind);
    return out;
}

const char *lines_accuracy(sign_lang lang, int64_t microseconds, char out[48]) {
    const char *unit = lines_two(lang, "sn", "s");
    long long whole = (long long)(microseconds / 1000000), rest = (long long)(microseconds % 1000000);
    if (microseconds < 0)
        *out = 0;
    else if (rest == 0)
        snprintf(out, 48, "±%lld %s", whole, unit);
    else if (rest % 1000 == 0)
        snprintf(out, 48, "±%lld%s%03lld %s", whole, lines_two(lang, ",", "."), rest / 1000, unit);
    else
        snprintf(out, 48, "±%lld%s%06lld %s", whole, lines_two(lang, ",", "."), rest, unit);
    return out;
}

const char *lines_authority(const struct report_timestamp *t) {
    return t->signer && t->signer->subject ? t->signer->subject : t->tsa ? t->tsa : "?";
}

void lines_timestamp(grow *out, sign_lang lang, unsigned depth, const struct report_timestamp *t) {
    char text[ROOM_FOR_TEXT], time[80], accuracy[48], tsa[300], kind[80];
    lines_short_name(lines_authority(t), tsa, sizeof tsa);
    lines_accuracy(lang, t->accuracy, accuracy);
    const char *sub = sub_indication_text(t->sub);
    snprintf(text, sizeof text, "%.100s%s%.100s: %s%s%s%s, %s%s%s, %s", t->id ? t->id : "", t->id ? ", " : "",
             lines_stamp_kind(lang, t->kind, kind), verdict_word(lang, verdict_of_timestamp(t)),
             sub ? " (" : "", sub ? sub : "", sub ? ")" : "",
             t->time ? lines_when(lang, t->time, time)
                     : lines_two(lang, "zamanı okunamadı", "time not readable"),
             *accuracy ? " " : "", accuracy, tsa);
    lines_put(out, lang, depth, L_TIMESTAMP, text);
    for (const struct report_message *m = t->messages; m; m = m->next)
        lines_message(out, lang, depth + 1, m);
}
