/* A certificate that was judged alone, for a person: whose it is, what it may be used for, what it rests on.
 */
#include "base/text.h"
#include "base/time.h"
#include "report/html.h"
#include "report/writers.h"
#include <stdio.h>

static const char *kind_text(sign_lang lang, sign_cert_kind kind) {
    static const char *const texts[][2] = {
        [SIGN_CERT_OTHER] = {NULL, NULL},
        [SIGN_CERT_NES] = {"NES", "NES (qualified, law 5070)"},
        [SIGN_CERT_SEAL] = {"elektronik mühür", "electronic seal"},
        [SIGN_CERT_QSEAL] = {"nitelikli elektronik mühür", "qualified electronic seal"},
        [SIGN_CERT_FISCAL] = {"mali mühür", "fiscal seal"},
        [SIGN_CERT_ENCRYPTION] = {"şifreleme", "encryption"},
        [SIGN_CERT_CA] = {"sertifika makamı", "certification authority"},
        [SIGN_CERT_TSA] = {"zaman damgası makamı", "time-stamping authority"},
        [SIGN_CERT_OCSP] = {"ÇİSDuP yanıtlayıcısı", "OCSP responder"}};
    return texts[kind][lang == SIGN_TR ? 0 : 1];
}

static const char *validity(const sign_cert *c, char out[80]) {
    char from[32], to[32];
    snprintf(out, 80, "%s - %s", time_rfc3339(c->not_before, from), time_rfc3339(c->not_after, to));
    return out;
}

/* What both forms tell in the same order, behind the names. */
struct fact {
    enum label label;
    const char *value;
};
enum { FACTS = 11 };
static void facts_of(const sign_cert *c, const char *valid, struct fact out[FACTS]) {
    const struct fact all[FACTS] = {{L_KNOWN, c->known},
                                    {L_VALIDITY, valid},
                                    {L_KEY, c->key},
                                    {L_ALGORITHM, c->signature},
                                    {L_USAGE, c->key_usage},
                                    {L_PURPOSES, c->purposes},
                                    {L_POLICIES, c->policies},
                                    {L_LIMIT_VALUE, c->limit_value},
                                    {L_LIMIT_USE, c->limit_use},
                                    {L_NOTICE, c->notice},
                                    {L_SHA256, c->sha256}};
    memcpy(out, all, sizeof all);
}

void report_write_certificate(const struct sign_report *r, sign_lang lang, grow *out) {
    const sign_cert *c = r->certificate;
    const struct report_signature *s = r->signatures;
    grow_byte(out, '\n');
    if (s->signer) {
        struct report_signer who = *s->signer;
        who.kind = kind_text(lang, c->kind);
        lines_signer(out, lang, 0, L_SUBJECT, &who);
    }
    char valid[80];
    struct fact facts[FACTS];
    facts_of(c, validity(c, valid), facts);
    for (size_t i = 0; i < FACTS; i++)
        lines_put(out, lang, 0, facts[i].label, facts[i].value);
    lines_chain(out, lang, 0, s->chain);
    lines_revocation(out, lang, 0, s);
    for (const struct report_message *m = s->messages; m; m = m->next)
        lines_message(out, lang, 0, m);
}

static void put_owner(struct page *p, const struct report_signer *who, sign_cert_kind kind) {
    char masked[64] = "";
    if (!who)
        return;
    if (who->serial_number)
        text_mask_person(who->serial_number, masked, sizeof masked);
    html_fact(p, L_SUBJECT, who->subject);
    html_fact(p, L_PERSON, masked);
    html_fact(p, L_ISSUER, who->issuer);
    html_fact(p, L_SERIAL, who->serial);
    html_fact(p, L_KIND, kind_text(p->lang, kind));
}

void html_certificate(struct page *p) {
    const sign_cert *c = p->r->certificate;
    const struct report_signature *s = p->r->signatures;
    char valid[80];
    struct fact facts[FACTS];
    facts_of(c, validity(c, valid), facts);
    grow_printf(p->out, "<article class=\"card v-%s\" aria-labelledby=\"h1\"><header><h2 id=\"h1\">",
                html_class(verdict_of_signature(p->r, s)));
    html_text(p, c->common_name, HTML_HEADING);
    html_raw(p, "</h2>");
    html_badge(p, verdict_of_signature(p->r, s));
    html_raw(p, "</header><dl class=\"facts\">");
    put_owner(p, s->signer, c->kind);
    for (size_t i = 0; i < FACTS; i++)
        html_fact(p, facts[i].label, facts[i].value);
    html_raw(p, "</dl>");
    html_messages(p, s->messages);
    html_details(p, "Sertifika yolu", "Certificate path", 0);
    html_chain(p, s->chain);
    html_details_end(p);
    html_details(p, "İptal bilgisi", "Revocation data", 0);
    html_revocation(p, s->revocation, s->signer ? s->signer->cert_sha256 : NULL,
                    lines_two(p->lang, "bu sertifika", "this certificate"));
    html_details_end(p);
    html_blocks(p, s->blocks);
    html_raw(p, "</article>\n");
}
