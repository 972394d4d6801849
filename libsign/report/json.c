/* The report as a program reads it: keys and codes are stable and in English; only texts follow the language.
 */
#include "base/jsonout.h"
#include "base/text.h"
#include "base/time.h"
#include "report/writers.h"

static void member_str(jsonout *j, const char *key, const char *value) {
    jsonout_key(j, key);
    jsonout_str(j, value);
}

static void member_time(jsonout *j, const char *key, int64_t t) {
    char text[32];
    member_str(j, key, t ? time_rfc3339(t, text) : NULL);
}

static void member_tri(jsonout *j, const char *key, enum tri value) {
    jsonout_key(j, key);
    jsonout_tri(j, value);
}

static void put_messages(jsonout *j, sign_lang lang, const struct report_message *m) {
    jsonout_key(j, "messages");
    jsonout_array(j);
    for (; m; m = m->next) {
        char text[1200];
        const char *code = message_code(m->id);
        jsonout_object(j);
        member_str(j, "level", *code == 'E' ? "error" : *code == 'W' ? "warning" : "info");
        member_str(j, "code", code);
        member_str(j, "text", message_text(m->id, lang, m->args, text, sizeof text));
        member_str(j, "hint", message_hint(m->id, lang));
        jsonout_end(j);
    }
    jsonout_end(j);
}

static void put_signer(jsonout *j, const struct report_signer *p) {
    jsonout_key(j, "signer");
    if (!p) {
        jsonout_null(j);
        return;
    }
    jsonout_object(j);
    member_str(j, "subject", p->subject);
    member_str(j, "serial_number", p->serial_number);
    member_str(j, "issuer", p->issuer);
    member_str(j, "serial", p->serial);
    member_str(j, "cert_sha256", p->cert_sha256);
    jsonout_end(j);
}

static void put_integrity(jsonout *j, const struct report_signature *s) {
    jsonout_key(j, "integrity");
    jsonout_object(j);
    member_tri(j, "references", s->references);
    member_tri(j, "signature_value", s->signature_value);
    member_tri(j, "signing_certificate", s->signing_certificate);
    jsonout_end(j);
}

static void put_scope(jsonout *j, const struct report_scope *c) {
    jsonout_key(j, "scope");
    jsonout_array(j);
    for (; c; c = c->next) {
        jsonout_object(j);
        member_str(j, "name", c->name);
        member_str(j, "digest_alg", c->digest_alg);
        member_str(j, "digest", c->digest);
        jsonout_end(j);
    }
    jsonout_end(j);
}

static void put_timestamps(jsonout *j, const struct report_timestamp *t) {
    jsonout_key(j, "timestamps");
    jsonout_array(j);
    for (; t; t = t->next) {
        jsonout_object(j);
        member_str(j, "kind", t->kind);
        member_time(j, "time", t->time);
        member_str(j, "indication", indication_text(t->indication));
        member_str(j, "tsa", t->tsa);
        jsonout_end(j);
    }
    jsonout_end(j);
}

static void put_origin(jsonout *j, const struct report_origin *from) {
    member_str(j, "origin", from->origin);
    member_str(j, "source", from->source);
    member_time(j, "obtained", from->obtained);
}

static void put_chain(jsonout *j, const struct report_chain *c) {
    jsonout_key(j, "chain");
    jsonout_array(j);
    for (; c; c = c->next) {
        jsonout_object(j);
        member_str(j, "subject", c->subject);
        member_str(j, "cert_sha256", c->cert_sha256);
        put_origin(j, &c->from);
        jsonout_key(j, "anchor");
        jsonout_bool(j, c->anchor);
        jsonout_end(j);
    }
    jsonout_end(j);
}

static void put_revocation(jsonout *j, const struct report_revocation *r) {
    jsonout_key(j, "revocation");
    jsonout_array(j);
    for (; r; r = r->next) {
        jsonout_object(j);
        member_str(j, "kind", r->kind);
        member_str(j, "for", r->cert_sha256);
        member_time(j, "this_update", r->this_update);
        member_time(j, "next_update", r->next_update);
        member_time(j, "produced_at", r->produced_at);
        put_origin(j, &r->from);
        member_str(j, "signer", r->signer);
        member_str(j, "status", r->status);
        jsonout_end(j);
    }
    jsonout_end(j);
}

/* What the signature says of itself beyond the fixed keys; each null when it says nothing. */
static void put_properties(jsonout *j, const struct report_signature *s) {
    jsonout_key(j, "properties");
    jsonout_object(j);
    member_str(j, "algorithm", s->algorithm);
    member_str(j, "policy_oid", s->policy_oid);
    member_str(j, "policy_hash", s->policy_hash);
    member_str(j, "policy_uri", s->policy_uri);
    member_str(j, "commitment", s->commitment);
    member_str(j, "roles", s->roles);
    member_str(j, "place", s->place);
    member_str(j, "mime_type", s->mime_type);
    member_str(j, "content_hint", s->content_hint);
    member_str(j, "other_attributes", s->attributes);
    jsonout_end(j);
}

static void put_signatures(jsonout *j, sign_lang lang, const char *key, const struct report_signature *s);

static void put_signature(jsonout *j, sign_lang lang, const struct report_signature *s) {
    jsonout_object(j);
    member_str(j, "id", s->id);
    member_str(j, "format", s->format);
    member_str(j, "level", s->level);
    member_str(j, "indication", indication_text(s->indication));
    member_str(j, "sub_indication", sub_indication_text(s->sub));
    put_signer(j, s->signer);
    member_time(j, "claimed_time", s->claimed_time);
    member_time(j, "best_signature_time", s->best_signature_time);
    put_integrity(j, s);
    member_tri(j, "covers_whole_document", s->covers_whole_document);
    put_scope(j, s->scope);
    put_properties(j, s);
    put_timestamps(j, s->timestamps);
    put_chain(j, s->chain);
    put_revocation(j, s->revocation);
    put_signatures(j, lang, "countersignatures", s->countersignatures);
    put_messages(j, lang, s->messages);
    jsonout_end(j);
}

static void put_signatures(jsonout *j, sign_lang lang, const char *key, const struct report_signature *s) {
    jsonout_key(j, key);
    jsonout_array(j);
    for (; s; s = s->next)
        put_signature(j, lang, s);
    jsonout_end(j);
}

/* A signature of which nothing at all could be told. */
static bool unreadable(const struct report_signature *s) {
    return s->sub == SUB_FORMAT_FAILURE && !s->signer && s->references == TRI_NULL &&
           s->signature_value == TRI_NULL && s->signing_certificate == TRI_NULL;
}

int sign_report_exit(const sign_report *r) {
    if (!r)
        return SIGN_NO_SIGNATURE;
    if (strcmp(r->schema, "inspect/1") != 0 || r->indication == INDICATION_NONE)
        return (int)sign_report_verdict(r);
    /* inspect gives no verdict: it succeeds whenever the structure could be read, faulty or not */
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        if (unreadable(s))
            return SIGN_FAILED;
    return SIGN_OK;
}

/* ---- a certificate alone ---- */

/* "a, b" or "a b" as ["a", "b"]. */
static void member_words(jsonout *j, const char *key, const char *text) {
    jsonout_key(j, key);
    jsonout_array(j);
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
static void put_certificate(jsonout *j, const sign_cert *c) {
    static const char *const kinds[] = {[SIGN_CERT_OTHER] = "other",
                                        [SIGN_CERT_NES] = "nes",
                                        [SIGN_CERT_SEAL] = "seal",
                                        [SIGN_CERT_QSEAL] = "qualified-seal",
                                        [SIGN_CERT_FISCAL] = "fiscal-seal",
                                        [SIGN_CERT_ENCRYPTION] = "encryption",
                                        [SIGN_CERT_CA] = "ca",
                                        [SIGN_CERT_TSA] = "tsa",
                                        [SIGN_CERT_OCSP] = "ocsp"};
    jsonout_key(j, "certificate");
    jsonout_object(j);
    member_str(j, "subject", c->subject);
    member_str(j, "serial_number", or_null(c->serial_number));
    member_str(j, "issuer", c->issuer);
    member_str(j, "serial", c->serial);
    member_str(j, "cert_sha256", c->sha256);
    member_str(j, "kind", kinds[c->kind]);
    member_str(j, "known", c->known);
    member_time(j, "not_before", c->not_before);
    member_time(j, "not_after", c->not_after);
    member_str(j, "key", c->key);
    member_str(j, "signature", c->signature);
    member_words(j, "key_usage", c->key_usage);
    member_words(j, "purposes", c->purposes);
    member_words(j, "policies", c->policies);
    member_words(j, "crl_urls", c->crl_urls);
    member_words(j, "ocsp_urls", c->ocsp_urls);
    member_words(j, "issuer_urls", c->issuer_urls);
    member_words(j, "emails", c->emails);
    member_str(j, "limit_value", or_null(c->limit_value));
    member_str(j, "limit_use", or_null(c->limit_use));
    member_str(j, "notice", or_null(c->notice));
    jsonout_key(j, "retention_years");
    if (c->retention_years >= 0)
        jsonout_int(j, c->retention_years);
    else
        jsonout_null(j);
    jsonout_key(j, "on_device");
    jsonout_bool(j, c->on_device != 0);
    jsonout_end(j);
}

static void put_check(jsonout *j, sign_lang lang, const struct sign_report *r) {
    const struct report_signature *s = r->signatures;
    member_str(j, "use", r->use);
    put_certificate(j, r->certificate);
    put_chain(j, s->chain);
    put_revocation(j, s->revocation);
    put_messages(j, lang, s->messages);
}

void report_write_json(const struct sign_report *r, sign_lang lang, grow *out) {
    jsonout j = {.out = out};
    jsonout_object(&j);
    member_str(&j, "schema", r->schema);
    jsonout_key(&j, "exit");
    jsonout_int(&j, sign_report_exit(r));
    member_str(&j, "document", r->document);
    member_time(&j, "validation_time", r->validation_time);
    member_str(&j, "policy", r->policy);
    jsonout_key(&j, "revocation_checked");
    jsonout_bool(&j, !r->no_revocation);
    member_str(&j, "indication", indication_text(r->indication));
    member_str(&j, "sub_indication", sub_indication_text(r->sub));
    if (r->certificate) {
        put_check(&j, lang, r);
    } else {
        put_signatures(&j, lang, "signatures", r->signatures);
        put_messages(&j, lang, r->messages);
    }
    jsonout_end(&j);
}
