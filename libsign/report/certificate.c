/* A certificate that was judged alone, for a person: whose it is, what it may be used for, what it rests on.
 */
#include "base/time.h"
#include "report/lines.h"
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

static void put_validity(grow *out, sign_lang lang, const sign_cert *c) {
    char from[32], to[32], text[80];
    snprintf(text, sizeof text, "%s - %s", time_rfc3339(c->not_before, from), time_rfc3339(c->not_after, to));
    lines_put(out, lang, 0, L_VALIDITY, text);
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
    lines_put(out, lang, 0, L_KNOWN, c->known);
    put_validity(out, lang, c);
    lines_put(out, lang, 0, L_KEY, c->key);
    lines_put(out, lang, 0, L_ALGORITHM, c->signature);
    lines_put(out, lang, 0, L_USAGE, c->key_usage);
    lines_put(out, lang, 0, L_PURPOSES, c->purposes);
    lines_put(out, lang, 0, L_POLICIES, c->policies);
    lines_put(out, lang, 0, L_LIMIT_VALUE, c->limit_value);
    lines_put(out, lang, 0, L_LIMIT_USE, c->limit_use);
    lines_put(out, lang, 0, L_NOTICE, c->notice);
    lines_put(out, lang, 0, L_SHA256, c->sha256);
    lines_chain(out, lang, 0, s->chain);
    lines_revocation(out, lang, 0, s);
    for (const struct report_message *m = s->messages; m; m = m->next)
        lines_message(out, lang, 0, m);
}
