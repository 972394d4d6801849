/* The parts of which the JSON forms are made: keys and codes are stable and in English. */
#include "base/text.h"
#include "base/time.h"
#include "report/json.h"

void json_list(jsonout *j, const char *key) {
    jsonout_key(j, key);
    jsonout_array(j);
}

void json_object(jsonout *j, const char *key) {
    jsonout_key(j, key);
    jsonout_object(j);
}

void json_str(jsonout *j, const char *key, const char *value) {
    jsonout_key(j, key);
    jsonout_str(j, value);
}

void json_bool(jsonout *j, const char *key, bool value) {
    jsonout_key(j, key);
    jsonout_bool(j, value);
}

void json_int(jsonout *j, const char *key, int64_t value) {
    jsonout_key(j, key);
    if (value >= 0)
        jsonout_int(j, value);
    else
        jsonout_null(j);
}

void json_time(jsonout *j, const char *key, int64_t t) {
    char text[32];
    json_str(j, key, t ? time_rfc3339(t, text) : NULL);
}

void json_tri(jsonout *j, const char *key, enum tri value) {
    jsonout_key(j, key);
    jsonout_tri(j, value);
}

void json_der(jsonout *j, const char *key, sign_bytes der) {
    AUTO(grow) text = {0};
    jsonout_key(j, key);
    text_base64(der, &text);
    if (text.failed)
        j->out->failed = true;
    if (der.len == 0)
        jsonout_null(j);
    else
        jsonout_text(j, BYTES(text.data, text.len));
}

void json_messages(jsonout *j, sign_lang lang, const struct report_message *m) {
    json_list(j, "messages");
    for (; m; m = m->next) {
        char text[1200], level = report_level(m);
        jsonout_object(j);
        json_str(j, "level", level == 'E' ? "error" : level == 'W' ? "warning" : "info");
        json_str(j, "code", message_code(m->id));
        json_str(j, "text", message_text(m->id, lang, m->args, text, sizeof text));
        json_str(j, "hint", report_hint(m, lang));
        json_str(j, "constraint", m->constraint);
        json_str(j, "object", m->object);
        json_str(j, "expected", m->expected[lang == SIGN_TR]);
        /* What was found is what the text says, unless it was told apart. */
        json_str(j, "actual", m->actual || !m->constraint ? m->actual : text);
        jsonout_end(j);
    }
    jsonout_end(j);
}

void json_signer(jsonout *j, const struct report_signer *p) {
    if (!p) {
        json_str(j, "signer", NULL);
        return;
    }
    json_object(j, "signer");
    json_str(j, "subject", p->subject);
    json_str(j, "serial_number", p->serial_number);
    json_str(j, "issuer", p->issuer);
    json_str(j, "serial", p->serial);
    json_str(j, "cert_sha256", p->cert_sha256);
    jsonout_end(j);
}

static void put_integrity(jsonout *j, const struct report_signature *s) {
    json_object(j, "integrity");
    json_tri(j, "references", s->references);
    json_tri(j, "signature_value", s->signature_value);
    json_tri(j, "signing_certificate", s->signing_certificate);
    jsonout_end(j);
}

static void put_scope(jsonout *j, const struct report_scope *c) {
    json_list(j, "scope");
    for (; c; c = c->next) {
        jsonout_object(j);
        json_str(j, "name", c->name);
        json_str(j, "digest_alg", c->digest_alg);
        json_str(j, "digest", c->digest);
        jsonout_end(j);
    }
    jsonout_end(j);
}

void json_origin(jsonout *j, const struct report_origin *from) {
    json_str(j, "origin", from->origin);
    json_str(j, "source", from->source);
    json_time(j, "obtained", from->obtained);
}

static void put_chain(jsonout *j, const struct report_chain *c) {
    json_list(j, "chain");
    for (; c; c = c->next) {
        jsonout_object(j);
        json_str(j, "subject", c->subject);
        json_str(j, "cert_sha256", c->cert_sha256);
        json_origin(j, &c->from);
        json_bool(j, "anchor", c->anchor);
        jsonout_end(j);
    }
    jsonout_end(j);
}

static void put_revocation(jsonout *j, const struct report_revocation *r) {
    json_list(j, "revocation");
    for (; r; r = r->next) {
        jsonout_object(j);
        json_str(j, "kind", r->kind);
        json_str(j, "for", r->cert_sha256);
        json_time(j, "this_update", r->this_update);
        json_time(j, "next_update", r->next_update);
        json_time(j, "produced_at", r->produced_at);
        json_origin(j, &r->from);
        json_str(j, "signer", r->signer);
        json_str(j, "status", r->status);
        json_time(j, "revoked_at", r->revoked_at);
        json_str(j, "reason", r->reason);
        jsonout_end(j);
    }
    jsonout_end(j);
}

void json_evidence(jsonout *j, const struct report_chain *c, const struct report_revocation *r) {
    put_chain(j, c);
    put_revocation(j, r);
}

void json_verdict(jsonout *j, enum indication i, enum sub_indication sub) {
    json_str(j, "indication", indication_text(i));
    json_str(j, "sub_indication", sub_indication_text(sub));
}

/* What the signature says of itself beyond the fixed keys; each null when it says nothing. */
static void put_properties(jsonout *j, const struct report_signature *s) {
    json_object(j, "properties");
    json_str(j, "algorithm", s->algorithm);
    json_str(j, "policy_oid", s->policy_oid);
    json_str(j, "policy_hash", s->policy_hash);
    json_str(j, "policy_uri", s->policy_uri);
    json_str(j, "commitment", s->commitment);
    json_str(j, "roles", s->roles);
    json_str(j, "place", s->place);
    json_str(j, "mime_type", s->mime_type);
    json_str(j, "content_hint", s->content_hint);
    json_str(j, "other_attributes", s->attributes);
    jsonout_end(j);
}

void json_signed(jsonout *j, const struct report_signature *s) {
    put_integrity(j, s);
    json_tri(j, "covers_whole_document", s->covers_whole_document);
    put_scope(j, s->scope);
    put_properties(j, s);
}

/* ---- time-stamps ---- */

static void put_covers(jsonout *j, const struct report_timestamp *t) {
    json_list(j, "covers");
    for (size_t i = 0; i < t->n_covers; i++)
        jsonout_str(j, t->covers[i]);
    jsonout_end(j);
}

/* What the token says (RFC 3161, 2.4.2). */
static void put_token(jsonout *j, const struct report_timestamp *t) {
    json_time(j, "time", t->time);
    json_int(j, "accuracy", t->accuracy);
    json_str(j, "policy", t->policy_oid);
    json_str(j, "serial", t->serial);
    json_str(j, "digest_alg", t->digest_alg);
    json_str(j, "algorithm", t->algorithm);
}

void json_timestamps(jsonout *j, sign_lang lang, const struct report_timestamp *t, bool detailed) {
    json_list(j, "timestamps");
    for (; t; t = t->next) {
        jsonout_object(j);
        json_str(j, "id", t->id);
        json_str(j, "kind", t->kind);
        put_token(j, t);
        json_verdict(j, t->indication, t->sub);
        json_str(j, "tsa", t->tsa);
        json_signer(j, t->signer);
        json_tri(j, "imprint", t->imprint);
        json_tri(j, "signature_value", t->signature_value);
        json_time(j, "best_time", t->best_time);
        put_covers(j, t);
        json_evidence(j, t->chain, t->revocation);
        json_messages(j, lang, t->messages);
        if (detailed)
            json_blocks(j, lang, t->blocks);
        jsonout_end(j);
    }
    jsonout_end(j);
}

/* ---- a certificate alone ---- */

/* "a, b" or "a b" as ["a", "b"]. */
static void put_words(jsonout *j, const char *key, const char *text) {
    json_list(j, key);
    while (*(text += strspn(text, ", "))) {
        size_t n = strcspn(text, ", ");
        jsonout_text(j, BYTES(text, n));
        text += n;
    }
    jsonout_end(j);
}

static const char *or_null(const char *text) {
    return text && *text ? text : NULL;
}

/* The keys of `kalem cert show`. */
void json_certificate(jsonout *j, const sign_cert *c) {
    static const char *const kinds[] = {[SIGN_CERT_OTHER] = "other",
                                        [SIGN_CERT_NES] = "nes",
                                        [SIGN_CERT_SEAL] = "seal",
                                        [SIGN_CERT_QSEAL] = "qualified-seal",
                                        [SIGN_CERT_FISCAL] = "fiscal-seal",
                                        [SIGN_CERT_ENCRYPTION] = "encryption",
                                        [SIGN_CERT_CA] = "ca",
                                        [SIGN_CERT_TSA] = "tsa",
                                        [SIGN_CERT_OCSP] = "ocsp"};
    json_object(j, "certificate");
    json_str(j, "subject", c->subject);
    json_str(j, "serial_number", or_null(c->serial_number));
    json_str(j, "issuer", c->issuer);
    json_str(j, "serial", c->serial);
    json_str(j, "cert_sha256", c->sha256);
    json_str(j, "kind", kinds[c->kind]);
    json_str(j, "known", c->known);
    json_time(j, "not_before", c->not_before);
    json_time(j, "not_after", c->not_after);
    json_str(j, "key", c->key);
    json_str(j, "signature", c->signature);
    put_words(j, "key_usage", c->key_usage);
    put_words(j, "purposes", c->purposes);
    put_words(j, "policies", c->policies);
    put_words(j, "crl_urls", c->crl_urls);
    put_words(j, "ocsp_urls", c->ocsp_urls);
    put_words(j, "issuer_urls", c->issuer_urls);
    put_words(j, "emails", c->emails);
    json_str(j, "limit_value", or_null(c->limit_value));
    json_str(j, "limit_use", or_null(c->limit_use));
    json_str(j, "notice", or_null(c->notice));
    json_int(j, "retention_years", c->retention_years);
    json_bool(j, "on_device", c->on_device != 0);
    jsonout_end(j);
}
