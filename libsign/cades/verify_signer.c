/* Which certificate signed: candidates by sid, the choice by the signed reference. */
#include "base/text.h"
#include "cades/verify.h"
#include "der/oid.h"

/* What the signed references say; n is 0 when there is none. */
struct references {
    struct cms_reference ref[2];
    const char *name[2];
    size_t n;
    bool malformed;
};

static void add_reference(struct references *r, sign_bytes value, bool v2) {
    if (value.len == 0)
        return;
    if (!cms_reference_read(value, v2, &r->ref[r->n]))
        r->malformed = true;
    r->name[r->n++] = oid_label(v2 ? OID_AA_SIGNING_CERTIFICATE_V2 : OID_AA_SIGNING_CERTIFICATE);
}

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
static sign_rc compare(const struct cades_job *job, const struct references *r, const struct pki_cert *cert,
                       struct ades_facts *facts, sign_error *err) {
    arena *texts = &job->report->arena;
    facts->signing_certificate = r->n == 0 ? TRI_NULL : r->malformed ? TRI_FALSE : TRI_TRUE;
    facts->issuer_serial_differs = false;
    facts->reference_digest = DIGEST_NONE;
    for (size_t i = 0; i < r->n && !r->malformed; i++) {
        char found[2 * DIGEST_MAX + 1], expected[2 * DIGEST_MAX + 1] = "";
        bool same;
        sign_rc rc = ades_reference_hash(job->ctx->crypto, &r->ref[i], cert, &same, found, err);
        if (rc != SIGN_OK)
            return rc;
        facts->reference_digest = ades_better_digest(facts->reference_digest, r->ref[i].digest);
        facts->issuer_serial_differs |= !ades_issuer_serial_same(&r->ref[i], cert);
        if (same || facts->signing_certificate == TRI_FALSE)
            continue;
        if (r->ref[i].hash.len <= DIGEST_MAX)
            text_hex(r->ref[i].hash, expected);
        facts->signing_certificate = TRI_FALSE;
        facts->certificate_attribute = r->name[i];
        facts->certificate_expected = arena_str(texts, BYTES_STR(expected));
        facts->certificate_found = arena_str(texts, BYTES_STR(found));
    }
    return SIGN_OK;
}

/* Tries one certificate; *facts changes when it is the signer's as far as is known now. */
static sign_rc try_candidate(const struct cades_job *job, const struct cms_signer *s,
                             const struct references *r, sign_bytes der, struct ades_facts *facts,
                             sign_error *err) {
    if (!may_be(s, der))
        return SIGN_OK;
    AUTO(pki_cert_ptr) cert = NULL;
    sign_rc rc = ades_candidate(job->ctx, der, &cert, err);
    if (rc != SIGN_OK || cert == NULL)
        return rc;
    if (s->key_id.len != 0 && !bytes_equal(cert->ski, s->key_id))
        return SIGN_OK;
    struct ades_facts tried = *facts;
    rc = compare(job, r, cert, &tried, err);
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

sign_rc cades_find_signer(const struct cades_job *job, const struct cms_signer *s, struct ades_facts *facts,
                          sign_error *err) {
    struct references r = {0};
    add_reference(&r, s->value[SA_CERT_V1], false);
    add_reference(&r, s->value[SA_CERT_V2], true);
    facts->signing_certificate_present = r.n > 0;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < facts->n_bag && rc == SIGN_OK && !found(facts); i++)
        rc = try_candidate(job, s, &r, facts->bag[i], facts, err);
    /* A signature may leave its certificate out (RFC 5652, 5.1); then the caller's may be it. */
    sign_bytes der;
    for (size_t i = 0; job->ctx->trust != NULL && rc == SIGN_OK && !found(facts); i++) {
        der = pki_trust_certificate(job->ctx->trust, i);
        if (der.len == 0)
            break;
        rc = try_candidate(job, s, &r, der, facts, err);
    }
    if (r.malformed && facts->certificate_attribute == NULL)
        facts->certificate_attribute = r.name[0];
    return rc;
}
