/* What the texts of all reports are made of: labelled lines, messages, the pieces of evidence. */
#include "report/lines.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

enum { LABEL_WIDTH = 22 };

/* One row per label: Turkish, English. */
static const char *const labels[][2] = {
    [L_SIGNER] = {"İmzacı", "Signer"},
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

const char *lines_two(sign_lang lang, const char *tr, const char *en) {
    return lang == SIGN_TR ? tr : en;
}

void lines_put(grow *out, sign_lang lang, unsigned depth, enum label label, const char *value) {
    if (!value || !*value)
        return;
    const char *name = labels[label][lang == SIGN_TR ? 0 : 1];
    size_t width = utf8_width(name);
    char shown[ROOM_FOR_TEXT];
    text_printable(BYTES_STR(value), shown, sizeof shown);
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
        if (message_code(m->id)[0] == level)
            return m;
    return NULL;
}

void lines_message(grow *out, sign_lang lang, unsigned depth, const struct report_message *m) {
    char text[ROOM_FOR_TEXT];
    const char *hint = message_hint(m->id, lang);
    message_text(m->id, lang, m->args, text, sizeof text);
    char shown[ROOM_FOR_TEXT];
    text_printable(BYTES_STR(text), shown, sizeof shown);
    grow_printf(out, "%*s%s %s\n", (int)(2 + 2 * depth), "", message_code(m->id), shown);
    if (*hint)
        grow_printf(out, "%*s%s\n", (int)(8 + 2 * depth), "", hint);
}

/* The subject holds the personal number, which people see masked only. */
void lines_signer(grow *out, sign_lang lang, unsigned depth, enum label who, const struct report_signer *p) {
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
    lines_put(out, lang, depth, who,
              subject.len && !subject.failed ? (const char *)subject.data
              : at                           ? "?"
                                             : p->subject);
    lines_put(out, lang, depth, L_PERSON, masked);
    lines_put(out, lang, depth, L_ISSUER, p->issuer);
    lines_put(out, lang, depth, L_SERIAL, p->serial);
    lines_put(out, lang, depth, L_KIND, p->kind);
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
            short_name(c->subject, name, sizeof name);
        origin_text(lang, &c->from, from, sizeof from);
        snprintf(text, sizeof text, "%s%s (%s)", name,
                 c->anchor ? lines_two(lang, ", güven çıpası", ", trust anchor") : "", from);
        lines_put(out, lang, depth, L_CHAIN, text);
    }
}

void lines_revocation(grow *out, sign_lang lang, unsigned depth, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT], issued[32], next[32], from[800];
    for (const struct report_revocation *r = s->revocation; r; r = r->next) {
        bool own = s->signer && strcmp(r->cert_sha256, s->signer->cert_sha256) == 0;
        origin_text(lang, &r->from, from, sizeof from);
        snprintf(text, sizeof text, "%s, %s: %s (%s, %s %s%s%s)",
                 lines_two(lang, strcmp(r->kind, "crl") ? "ÇİSDuP" : "SİL", r->kind),
                 own ? lines_two(lang, "imzacı", "signer") : lines_two(lang, "makam", "authority"),
                 status_word(lang, r->status), from, lines_two(lang, "yayın", "issued"),
                 time_rfc3339(r->this_update, issued),
                 r->next_update ? lines_two(lang, ", sonraki ", ", next ") : "",
                 r->next_update ? time_rfc3339(r->next_update, next) : "");
        lines_put(out, lang, depth, L_REVOCATION, text);
    }
}
