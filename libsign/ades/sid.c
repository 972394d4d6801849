/* Which certificate signed: candidates by the identifier of a SignerInfo, the choice by the signed reference
 * (RFC 5652, 5.3; RFC 5035, 5.4). For signatures and for time-stamp tokens. */
#include "ades/ades.h"
#include "base/text.h"

struct choice {
    const struct ades_context *ctx;
    arena *texts;
    const struct ades_sid *sid;
};

static bool may_be(const struct cms_signer *s, sign_bytes der) {
    sign_bytes issuer, serial;
    if (!ades_certificate_names(der, &issuer, &serial))
        return false;
    if (s->key_id.len != 0)
        return true; /* the key identifier is an extension: read the certificate to know */
    return bytes_equal(serial, s->serial) &&
           (bytes_equal(issuer, s->issuer) || pki_name_equal(issuer, s->issuer));
}

/* Compares a candidate with every reference: all must match (RFC 5035, 3: both attributes may stand
 * together). */
static sign_rc compare(const struct choice *c, const struct pki_cert *cert, struct ades_facts *facts,
                       sign_error *err) {
    const struct ades_sid *s = c->sid;
    facts->signing_certificate = s->n == 0 ? TRI_NULL : s->malformed ? TRI_FALSE : TRI_TRUE;
    facts->issuer_serial_differs = false;
    facts->reference_digest = DIGEST_NONE;
    for (size_t i = 0; i < s->n && !s->malformed; i++) {
        char found[2 * DIGEST_MAX + 1], expected[2 * DIGEST_MAX + 1] = "";
        bool same;
        sign_rc rc = ades_reference_hash(c->ctx->crypto, &s->refs[i], cert, &same, found, err);
        if (rc != SIGN_OK)
            return rc;
        facts->reference_digest = ades_better_digest(facts->reference_digest, s->refs[i].digest);
        facts->issuer_serial_differs |= !ades_issuer_serial_same(&s->refs[i], cert);
        if (same || facts->signing_certificate == TRI_FALSE)
            continue;
        if (s->refs[i].hash.len <= DIGEST_MAX)
            text_hex(s->refs[i].hash, expected);
        facts->signing_certificate = TRI_FALSE;
        facts->certificate_attribute = s->names[i];
        facts->certificate_expected = arena_str(c->texts, BYTES_STR(expected));
        facts->certificate_found = arena_str(c->texts, BYTES_STR(found));
    }
    return SIGN_OK;
}

/* Tries one certificate; *facts changes when it is the signer's as far as is known now. */
static sign_rc try_candidate(const struct choice *c, sign_bytes der, struct ades_facts *facts,
                             sign_error *err) {
    const struct cms_signer *s = c->sid->signer;
    if (!may_be(s, der))
        return SIGN_OK;
    AUTO(pki_cert_ptr) cert = NULL;
    sign_rc rc = ades_candidate(c->ctx, der, &cert, err);
    if (rc != SIGN_OK || cert == NULL)
        return rc;
    if (s->key_id.len != 0 && !bytes_equal(cert->ski, s->key_id))
        return SIGN_OK;
    struct ades_facts tried = *facts;
    rc = compare(c, cert, &tried, err);
    /* The first stays unless a later one is the certificate that was referenced. */
    if (rc != SIGN_OK || (facts->signer != NULL && tried.signing_certificate != TRI_TRUE))
        return rc;
    pki_cert_free(&facts->signer);
    tried.signer = TAKE(cert);
    *facts = tried;
    return SIGN_OK;
}

static bool found(const struct ades_facts *facts) {
    return facts->signer != NULL && facts->signing_certificate != TRI_FALSE;
}

sign_rc ades_find_signer(const struct ades_context *ctx, arena *texts, const struct ades_sid *sid,
                         const sign_bytes *first, size_t n_first, struct ades_facts *facts, sign_error *err) {
    const struct choice c = {.ctx = ctx, .texts = texts, .sid = sid};
    sign_rc rc = SIGN_OK;
    facts->signing_certificate_present = sid->n > 0;
    for (size_t i = 0; i < n_first && rc == SIGN_OK && !found(facts); i++)
        rc = try_candidate(&c, first[i], facts, err);
    for (size_t i = 0; i < facts->n_bag && rc == SIGN_OK && !found(facts); i++)
        rc = try_candidate(&c, facts->bag[i], facts, err);
    /* A signature may leave its certificate out (RFC 5652, 5.1); then the caller's may be it. */
    for (size_t i = 0; ctx->trust != NULL && rc == SIGN_OK && !found(facts); i++) {
        sign_bytes der = pki_trust_certificate(ctx->trust, i);
        if (der.len == 0)
            break;
        rc = try_candidate(&c, der, facts, err);
    }
    if (sid->malformed && facts->certificate_attribute == NULL)
        facts->certificate_attribute = sid->names[0];
    return rc;
}
