/* Options and certificate of a signature to be made, checked once: no format asks again. */
#include "ades/ades.h"

#include "base/text.h"
#include "base/time.h"
#include "crypto/algorithms.h"
#include <stdlib.h>

/* Lengths in octets of UTF-8, generous but bounded; the standard's own bounds where it has them. */
enum {
    TEXT_MIME_TYPE = 255, /* RFC 6838, 4.2: 127 + 1 + 127 */
    TEXT_HINT = 4096,
    TEXT_ROLE = 1024,
    TEXT_PLACE = 1024,
    TEXT_URI = 2048,
    TEXT_NOTICE = 800, /* DisplayText: 200 characters (RFC 5280, 4.2.1.4) */
    TEXT_ID = 1024,
};

static sign_rc bad_option(sign_error *err, const char *name, const char *why) {
    return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "%s: %s", name, why);
}

static sign_rc text_check(const char *text, const char *name, size_t most, sign_error *err) {
    if (!text) {
        return SIGN_OK;
    }
    sign_bytes b = BYTES_STR(text);
    if (b.len == 0 || b.len > most) {
        return bad_option(err, name, b.len ? "too long" : "empty");
    }
    return utf8_valid(b) ? SIGN_OK : bad_option(err, name, "not UTF-8");
}

static sign_rc texts_check(const char *const *texts, size_t n, size_t most_texts, const char *name,
                           size_t most, sign_error *err) {
    if (n > most_texts || (n && !texts)) {
        return bad_option(err, name, texts ? "too many" : "NULL");
    }
    for (size_t i = 0; i < n; i++) {
        sign_rc rc = texts[i] ? text_check(texts[i], name, most, err) : bad_option(err, name, "NULL");
        if (rc != SIGN_OK) {
            return rc;
        }
    }
    return SIGN_OK;
}

static sign_rc oid_check(const char *dotted, const char *name, sign_error *err) {
    uint8_t octets[128];
    size_t len;
    if (dotted && !oid_from_text(dotted, octets, sizeof octets, &len)) {
        return bad_option(err, name, "not an object identifier in dotted form");
    }
    return SIGN_OK;
}

/* type "/" subtype of RFC 6838, 4.2, and parameters as they come; printable ASCII. */
static sign_rc mime_check(const char *mime, sign_error *err) {
    if (!mime) {
        return SIGN_OK;
    }
    const char *slash = strchr(mime, '/');
    if (!slash || slash == mime || slash[1] == 0 || strlen(mime) > TEXT_MIME_TYPE) {
        return bad_option(err, "mime_type", "not of the form type/subtype");
    }
    for (const char *p = mime; *p; p++) {
        if (*p < 0x20 || *p > 0x7e) {
            return bad_option(err, "mime_type", "not printable ASCII");
        }
    }
    return SIGN_OK;
}

static sign_rc uri_check(const char *uri, sign_error *err) {
    sign_rc rc = text_check(uri, "policy_uri", TEXT_URI, err);
    for (const char *p = uri; rc == SIGN_OK && p && *p; p++) {
        if (*p <= 0x20 || *p > 0x7e) { /* SPuri is an IA5String, a URI has no blanks */
            return bad_option(err, "policy_uri", "not a URI in ASCII");
        }
    }
    return rc;
}

static bool digest_known(sign_digest d) {
    return d == SIGN_SHA256 || d == SIGN_SHA384 || d == SIGN_SHA512;
}

/* EN 319 122-1, 5.2.9.1: the hash is mandatory, qualifiers mean nothing without a policy. */
static sign_rc policy_check(const sign_options *o, sign_error *err) {
    if (!o->policy_oid) {
        return o->policy_hash.len || o->policy_uri || o->policy_notice
                   ? bad_option(err, "policy_oid", "missing, but another policy option is given")
                   : SIGN_OK;
    }
    sign_rc rc = oid_check(o->policy_oid, "policy_oid", err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (!digest_known(o->policy_digest) || !o->policy_hash.data ||
        o->policy_hash.len != crypto_digest_row(crypto_digest_of(o->policy_digest))->size) {
        return bad_option(err, "policy_hash", "not a hash of policy_digest");
    }
    rc = uri_check(o->policy_uri, err);
    if (rc == SIGN_OK) {
        rc = text_check(o->policy_notice, "policy_notice", TEXT_NOTICE, err);
    }
    return rc == SIGN_OK && o->policy_notice && utf8_width(o->policy_notice) > 200
               ? bad_option(err, "policy_notice", "longer than 200 characters")
               : rc;
}

static sign_rc place_check(const sign_options *o, sign_error *err) {
    sign_rc rc = text_check(o->place_country, "place_country", TEXT_PLACE, err);
    if (rc == SIGN_OK) {
        rc = text_check(o->place_locality, "place_locality", TEXT_PLACE, err);
    }
    return rc == SIGN_OK ? texts_check(o->place_lines, o->n_place_lines, LIMIT_PLACE_LINES, "place_lines",
                                       TEXT_PLACE, err)
                         : rc;
}

static sign_rc words_check(const sign_options *o, sign_error *err) {
    sign_rc rc = mime_check(o->mime_type, err);
    if (rc == SIGN_OK) {
        rc = text_check(o->content_hint, "content_hint", TEXT_HINT, err);
    }
    if (rc == SIGN_OK) {
        rc = oid_check(o->commitment, "commitment", err);
    }
    if (rc == SIGN_OK) {
        rc = texts_check(o->roles, o->n_roles, LIMIT_ROLES, "roles", TEXT_ROLE, err);
    }
    if (rc == SIGN_OK) {
        rc = place_check(o, err);
    }
    return rc == SIGN_OK ? policy_check(o, err) : rc;
}

/* An option that the format has no place for is refused: the caller would believe that it was signed. */
static sign_rc cades_options_check(const sign_options *o, sign_error *err) {
    if (o->shape != SIGN_ATTACHED && o->shape != SIGN_DETACHED) {
        return bad_option(err, "shape", "neither attached nor detached");
    }
    const char *only_xades = o->c14n != SIGN_C14N_EXCLUSIVE ? "c14n"
                             : o->certificate_v1            ? "certificate_v1"
                             : o->place_v1                  ? "place_v1"
                             : o->place_state               ? "place_state"
                             : o->place_postal_code         ? "place_postal_code"
                             : o->element                   ? "element"
                             : o->single                    ? "single"
                             : o->key_value                 ? "key_value"
                                                            : NULL;
    return only_xades ? bad_option(err, only_xades, "XAdES only") : SIGN_OK;
}

/* Shapes of XML-Signature, 2, and the options that belong to one of them. */
static sign_rc xades_shape_check(const sign_options *o, sign_error *err) {
    if (o->shape < SIGN_ATTACHED || o->shape > SIGN_INTERNALLY_DETACHED) {
        return bad_option(err, "shape", "unknown");
    }
    if (o->element && o->shape != SIGN_INTERNALLY_DETACHED) {
        return bad_option(err, "element", "internally detached signatures only");
    }
    if (o->single && o->shape != SIGN_ATTACHED && o->shape != SIGN_ENVELOPED) {
        return bad_option(err, "single", "enveloped signatures only");
    }
    return text_check(o->element, "element", TEXT_ID, err);
}

static sign_rc xades_options_check(const sign_options *o, sign_error *err) {
    if (o->content_hint) {
        return bad_option(err, "content_hint", "CAdES only");
    }
    if (o->c14n < SIGN_C14N_EXCLUSIVE || o->c14n > SIGN_C14N_11) {
        return bad_option(err, "c14n", "unknown");
    }
    if (o->place_v1 && o->n_place_lines) { /* TS 101 903, 7.2.7 has no street */
        return bad_option(err, "place_lines", "not in a SignatureProductionPlace (place_v1)");
    }
    sign_rc rc = xades_shape_check(o, err);
    if (rc == SIGN_OK) {
        rc = text_check(o->place_state, "place_state", TEXT_PLACE, err);
    }
    return rc == SIGN_OK ? text_check(o->place_postal_code, "place_postal_code", TEXT_PLACE, err) : rc;
}

static sign_rc format_check(const sign_options *o, sign_error *err) {
    if (o->format == SIGN_XADES) {
        return xades_options_check(o, err);
    }
    if (o->format != SIGN_AUTO && o->format != SIGN_CADES) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "signature format %d", (int)o->format);
    }
    return cades_options_check(o, err);
}

static sign_rc options_check(const sign_options *o, sign_error *err) {
    if (o->size != sizeof *o) {
        return bad_option(err, "sign_options.size", "not the size of the struct");
    }
    sign_rc rc = format_check(o, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (!digest_known(o->digest)) {
        return bad_option(err, "digest", "not SHA-256, SHA-384 or SHA-512");
    }
    /* 9999-12-31T23:59:59Z is the last time of GeneralizedTime. */
    if (o->claimed_time < 0 || o->claimed_time > INT64_C(253402300799)) {
        return bad_option(err, "claimed_time", "not between 1970 and 9999");
    }
    if (o->now < 0 || o->now > INT64_C(253402300799)) {
        return bad_option(err, "now", "not between 1970 and 9999");
    }
    if (o->n_certificates > LIMIT_CERTIFICATES - LIMIT_PATH_LENGTH ||
        (o->n_certificates && !o->certificates)) {
        return bad_option(err, "certificates", o->certificates ? "too many" : "NULL");
    }
    return words_check(o, err);
}

bool ades_sigalg_for(const struct crypto_pubkey *key, enum crypto_digest digest, bool pss,
                     struct crypto_sigalg *out) {
    enum crypto_key_kind kind = crypto_pubkey_kind(key);
    *out = (struct crypto_sigalg){.digest = digest};
    if (kind == KEY_EC) {
        out->scheme = SCHEME_ECDSA;
    } else if (kind == KEY_RSA && !pss) {
        out->scheme = SCHEME_RSA_PKCS1;
    } else if (kind == KEY_DSA) {
        return false; /* FIPS 186-5: no new signatures with DSA */
    } else {
        out->scheme = SCHEME_RSA_PSS;
        out->mgf = digest; /* RFC 4056, 3; salt as long as the hash */
        out->salt = (unsigned)crypto_digest_row(digest)->size;
    }
    return crypto_pubkey_fits(key, out);
}

/*
 * What may sign today is what verification relies on, by the same table. A claimed time that lies in the past
 * does not bring back what has ended.
 */
static sign_rc algorithms_check(const ades_plan *p, const struct crypto_pubkey *key, sign_error *err) {
    const struct ades_policy *policy = ades_policy_at(0);
    int64_t today = p->opt->now != 0 ? p->opt->now : time_now();
    int64_t now = p->signing_time > today ? p->signing_time : today;
    unsigned least = ades_scheme_least(policy, ROLE_SIGNATURE, p->sigalg.scheme, now);
    char name[64];
    crypto_sigalg_name(&p->sigalg, name);
    if (least == 0) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_SIGNER_KEY, "%s: %s has ended", crypto_pubkey_name(key),
                    name);
    }
    if (ades_scheme_end(policy, ROLE_SIGNATURE, key, p->sigalg.scheme) < now) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_SIGNER_KEY, "%s is below %u bits", crypto_pubkey_name(key),
                    least);
    }
    if (ades_digest_end(policy, ROLE_SIGNATURE, p->digest) < now) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_SIGNER_KEY, "%s: %s has ended", crypto_pubkey_name(key),
                    crypto_digest_row(p->digest)->name);
    }
    return SIGN_OK;
}

static sign_rc key_check(ades_plan *p, sign_error *err) {
    const struct crypto_pubkey *key;
    sign_rc rc = pki_cert_key(p->signer, &key, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (crypto_pubkey_kind(key) == KEY_DSA) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_SIGNER_KEY, "%s is for verification only",
                    crypto_pubkey_name(key));
    }
    if (!ades_sigalg_for(key, p->digest, p->opt->pss != 0, &p->sigalg)) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_SIGNER_KEY, "%s does not allow %s", crypto_pubkey_name(key),
                    crypto_digest_row(p->digest)->name);
    }
    return algorithms_check(p, key, err);
}

static sign_rc validity_check(const ades_plan *p, sign_error *err) {
    const struct pki_cert *c = p->signer;
    if (p->signing_time >= c->not_before && p->signing_time <= c->not_after) {
        return SIGN_OK;
    }
    char at[32], from[32], until[32];
    return fail(err, SIGN_E_CERTIFICATE, MSG_SIGNER_VALIDITY, "%s; %s - %s",
                time_rfc3339(p->signing_time, at), time_rfc3339(c->not_before, from),
                time_rfc3339(c->not_after, until));
}

/* RFC 5280, 4.2.1.3: what the certificate itself says it is for. */
static sign_rc usage_check(const struct pki_cert *c, sign_error *err) {
    bool signs = !c->has_key_usage || (c->key_usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
    if (!c->is_ca && signs) {
        return SIGN_OK;
    }
    AUTO(grow) name = {0};
    pki_name_attribute(c->subject, OID_DN_COMMON_NAME, &name);
    bool known = !name.failed && name.len > 0;
    return fail(err, SIGN_E_CERTIFICATE, c->is_ca ? MSG_SIGNER_AUTHORITY : MSG_SIGNER_USAGE, "%.*s",
                known ? (int)name.len : 1, known ? (const char *)name.data : "-");
}

/* Certificates to embed are somebody else's bytes: what is no certificate would spoil the whole signature. */
static sign_rc embedded_check(struct crypto *crypto, const sign_bytes *certs, size_t n, sign_error *err) {
    for (size_t i = 0; i < n; i++) {
        AUTO(pki_cert_ptr) c = NULL;
        sign_rc rc = pki_cert_read(crypto, certs[i], &c, err);
        if (rc != SIGN_OK) {
            return within(err, rc, "certificate %zu", i + 1);
        }
    }
    return SIGN_OK;
}

static sign_rc chain_read(struct crypto *crypto, ades_plan *p, sign_error *err) {
    sign_rc rc = pki_cert_read(crypto, p->chain[0], &p->signer, err);
    if (rc != SIGN_OK) {
        return within(err, rc, "signer");
    }
    rc = embedded_check(crypto, p->chain + 1, p->n_chain - 1, err);
    return rc == SIGN_OK ? rc : within(err, rc, "chain");
}

/* The signer of a key that is open: its chain was read by the first signature, and cannot have changed. */
struct signer_memo {
    struct key_memo memo;
    struct pki_cert *signer;
};

static void signer_memo_free(struct key_memo *memo) {
    struct signer_memo *m = (struct signer_memo *)memo;
    pki_cert_free(&m->signer);
    free(m);
}

static sign_rc signer_of_key(struct crypto *crypto, const sign_key *key, ades_plan *p, sign_error *err) {
    const struct key_memo *known = key_memo(key);
    if (known) {
        p->signer = pki_cert_keep(((const struct signer_memo *)known)->signer);
        return SIGN_OK;
    }
    sign_rc rc = chain_read(crypto, p, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    pki_cert_key_known(p->signer, key->public);
    struct signer_memo *m = malloc(sizeof *m);
    if (!m) {
        return fail_memory(err);
    }
    *m = (struct signer_memo){{signer_memo_free}, pki_cert_keep(p->signer)};
    key_memo_keep(key, &m->memo);
    return SIGN_OK;
}

/* p->opt and p->chain are set; `key`, optional, is the signer's. */
static sign_rc plan_make(struct crypto *crypto, const sign_key *key, ades_plan *p, sign_error *err) {
    sign_rc rc = options_check(p->opt, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    p->signing_time = p->opt->claimed_time ? p->opt->claimed_time : p->opt->now ? p->opt->now : time_now();
    p->digest = crypto_digest_of(p->opt->digest);
    rc = key ? signer_of_key(crypto, key, p, err) : chain_read(crypto, p, err);
    if (rc == SIGN_OK) {
        rc = embedded_check(crypto, p->opt->certificates, p->opt->n_certificates, err);
    }
    if (rc == SIGN_OK) {
        rc = usage_check(p->signer, err);
    }
    if (rc == SIGN_OK) {
        rc = validity_check(p, err);
    }
    return rc == SIGN_OK ? key_check(p, err) : rc;
}

sign_rc ades_plan_make(struct crypto *crypto, const sign_bytes *chain, size_t n, const sign_options *opt,
                       ades_plan *out, sign_error *err) {
    *out = (ades_plan){.defaults = {.size = sizeof out->defaults}};
    out->opt = opt ? opt : &out->defaults;
    if (!chain || n == 0 || n > LIMIT_PATH_LENGTH) {
        return bad_option(err, "chain", "1 to 16 certificates");
    }
    memcpy(out->chain, chain, n * sizeof *chain);
    out->n_chain = n;
    sign_rc rc = plan_make(crypto, NULL, out, err);
    if (rc != SIGN_OK) {
        ades_plan_free(out);
    }
    return rc;
}

sign_rc ades_plan_for_key(struct crypto *crypto, const sign_key *key, const sign_options *opt, ades_plan *out,
                          sign_error *err) {
    *out = (ades_plan){.defaults = {.size = sizeof out->defaults}, .proven = key_proven(key)};
    out->opt = opt ? opt : &out->defaults;
    size_t n = sign_key_chain_count(key);
    out->n_chain = n < LIMIT_PATH_LENGTH ? n : LIMIT_PATH_LENGTH;
    for (size_t i = 0; i < out->n_chain; i++) {
        out->chain[i] = sign_key_chain(key, i);
    }
    sign_rc rc = plan_make(crypto, key, out, err);
    if (rc != SIGN_OK) {
        ades_plan_free(out);
    }
    return rc;
}

void ades_plan_free(ades_plan *p) {
    pki_cert_free(&p->signer);
    p->opt = NULL;
}

sign_draft_facts ades_draft_facts(const struct crypto_sigalg *alg, const uint8_t *tbs) {
    static const sign_scheme schemes[] = {
        [SCHEME_RSA_PKCS1] = SIGN_RSA_PKCS1, [SCHEME_RSA_PSS] = SIGN_RSA_PSS, [SCHEME_ECDSA] = SIGN_ECDSA};
    static const sign_digest digests[] = {
        [DIGEST_SHA256] = SIGN_SHA256, [DIGEST_SHA384] = SIGN_SHA384, [DIGEST_SHA512] = SIGN_SHA512};
    return (sign_draft_facts){
        .digest_alg = digests[alg->digest],
        .scheme = schemes[alg->scheme],
        .salt_len = alg->scheme == SCHEME_RSA_PSS ? alg->salt : 0,
        .digest = BYTES(tbs, crypto_digest_row(alg->digest)->size),
    };
}

sign_rc ades_draft_sigalg(struct pki_cert *signer, const struct crypto_sigalg *alg, sign_error *err) {
    const struct crypto_pubkey *key;
    struct crypto_sigalg wanted;
    if (alg->digest != DIGEST_SHA256 && alg->digest != DIGEST_SHA384 && alg->digest != DIGEST_SHA512) {
        return fail(err, SIGN_E_FORMAT, MSG_DRAFT_FORMAT, "digest algorithm");
    }
    sign_rc rc = pki_cert_key(signer, &key, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    bool can = ades_sigalg_for(key, alg->digest, alg->scheme == SCHEME_RSA_PSS, &wanted) &&
               wanted.scheme == alg->scheme && wanted.mgf == alg->mgf && wanted.salt == alg->salt;
    return can ? SIGN_OK
               : fail(err, SIGN_E_FORMAT, MSG_DRAFT_FORMAT,
                      "the signature algorithm is not one of the certificate's key");
}
