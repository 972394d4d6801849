/* Whose key made the value: candidates, the choice by the signed reference, and the value itself. */
#include "base/text.h"
#include "xades/dname.h"
#include "xades/properties.h"
#include "xades/reference.h"

/* Certificates of one signature whose key is tried on the value. */
enum { TRIED_MAX = 16 };

/* Octets of r and s with dsa-sha1 (XML-Signature, 6.4.1). */
enum { DSA_SHA1_FIELD = 20 };

struct search {
    struct xades_one *o;
    const struct xades_properties *p;
    const struct xades_keys *k;
    bool referenced; /* the signature has signed references to certificates */
    uint8_t info[DIGEST_MAX];
    sign_bytes digest;           /* of SignedInfo; empty: it cannot be known */
    const struct xml_node *node; /* of the certificate chosen; NULL: not from the signature */
    size_t tried;
    bool der_value; /* an ECDSA or DSA value is ASN.1 */
};

static bool finding(sign_rc rc) {
    return rc == SIGN_E_UNSUPPORTED || rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT;
}

static void unusable(struct xades_one *o, const char *what, const char *detail) {
    o->facts.key_problem = MSG_KEY_UNUSABLE;
    o->facts.key_detail = arena_printf(&o->job->report->arena, "%s%s%.200s", what != NULL ? what : "",
                                       what != NULL ? " " : "", detail);
}

/* ---- SignedInfo and the value ----------------------------------------------------------------------- */

/* What SignedInfo names must be known before anything is computed. */
static bool is_computable(struct xades_one *o) {
    const char *other = crypto_sigalg_other(o->s.sigalg_uri);
    if (o->s.c14n == NULL)
        unusable(o, "canonicalization method", o->s.c14n_uri);
    else if (o->s.sigalg.scheme == SCHEME_NONE)
        unusable(o, "signature algorithm", other != NULL ? other : o->s.sigalg_uri);
    else
        return true;
    return false;
}

static sign_rc digest_info(struct search *s, sign_error *err) {
    struct xades_one *o = s->o;
    sign_error why = {0};
    if (!is_computable(o))
        return SIGN_OK;
    sign_rc rc = xades_info_digest(o, s->info, &why);
    if (rc == SIGN_OK) {
        s->digest = BYTES(s->info, crypto_digest_row(o->s.sigalg.digest)->size);
        return SIGN_OK;
    }
    if (o->job->stopped == SIGN_OK && finding(rc)) {
        xades_breaks(&o->s, &o->job->report->arena, o->s.signed_info,
                     arena_printf(&o->job->report->arena, "no canonical form: %.300s", why.text));
        o->facts.signature_value = TRI_FALSE;
        return SIGN_OK;
    }
    if (err != NULL)
        *err = why;
    return rc;
}

/*
 * XML-Signature 1.1, 6.4.3: r and s are each as long as the field. Santuario (2.1.7 seen) drops the first
 * octet of both with P-521 when they fit into 65; r and s are the same numbers all the same, and nothing else
 * is let off. 6.4.1: of DSA as long as q, which for dsa-sha1 is 20 octets and no other length.
 */
static bool length_fits(const struct crypto_sigalg *alg, size_t len, size_t field) {
    if (alg->scheme == SCHEME_DSA && alg->digest == DIGEST_SHA1 && field != DSA_SHA1_FIELD)
        return false;
    return len == 2 * field || (alg->scheme == SCHEME_ECDSA && field == 66 && len == 130);
}

/*
 * XML-Signature, 6.4.1 and 6.4.3: a DSA or ECDSA value is r||s. A value in ASN.1, which CMS has, is a fault
 * of its producer and has its own message.
 */
static bool value_of(struct search *s, const struct crypto_pubkey *key, grow *der, sign_bytes *out) {
    size_t field = crypto_pubkey_field(key);
    sign_bytes value = s->o->s.value;
    *out = value;
    const struct crypto_sigalg *alg = &s->o->s.sigalg;
    if (alg->scheme != SCHEME_ECDSA && alg->scheme != SCHEME_DSA)
        return true;
    if (length_fits(alg, value.len, field) && crypto_ecdsa_to_der(value, der)) {
        *out = BYTES(der->data, der->len);
        return true;
    }
    AUTO(grow) raw = {0};
    s->der_value |= crypto_ecdsa_to_raw(value, field, &raw);
    return false;
}

static sign_rc verify_with(struct search *s, const struct crypto_pubkey *key, enum tri *out,
                           sign_error *err) {
    const struct ades_context *ctx = s->o->job->ctx;
    const struct crypto_sigalg *alg = &s->o->s.sigalg;
    AUTO(grow) der = {0};
    sign_bytes value;
    sign_rc rc = SIGN_FAILED;
    if (s->digest.len == 0)
        return SIGN_OK;
    if (crypto_pubkey_fits(key, alg) && value_of(s, key, &der, &value))
        rc = crypto_verify(ctx->crypto, key, alg, s->digest, value, ctx->trust != NULL, err);
    if (der.failed)
        return fail_memory(err);
    if (rc != SIGN_OK && rc != SIGN_FAILED)
        return rc;
    *out = rc == SIGN_OK ? TRI_TRUE : TRI_FALSE;
    return SIGN_OK;
}

/* The value by the certificate's key. A key that is none of ours is a finding: *out stays unknown. */
static sign_rc check_value(struct search *s, struct pki_cert *cert, enum tri *out, sign_error *err) {
    const struct crypto_pubkey *key;
    sign_error why = {0};
    *out = TRI_NULL;
    s->tried++;
    sign_rc rc = pki_cert_key(cert, &key, &why);
    if (rc == SIGN_OK)
        rc = verify_with(s, key, out, &why);
    if (rc == SIGN_OK)
        return SIGN_OK;
    if (finding(rc)) {
        unusable(s->o, NULL, why.text); /* it names the key itself */
        return SIGN_OK;
    }
    if (err != NULL)
        *err = why;
    return rc;
}

/* ---- the signed reference --------------------------------------------------------------------------- */

static bool names_differ(const struct xades_cert *c, const struct pki_cert *cert) {
    return c->malformed_serial || !ades_issuer_serial_same(&c->ref, cert) ||
           (c->issuer != NULL && !xades_name_is(c->issuer, cert->issuer));
}

/* Compares a certificate with the Certs of one property: one of them must match. */
static sign_rc compare_one(struct search *s, size_t which, const struct pki_cert *cert, struct ades_facts *f,
                           sign_error *err) {
    static const char *const names[] = {"SigningCertificate", "SigningCertificateV2"};
    arena *a = &s->o->job->report->arena;
    char found[2 * DIGEST_MAX + 1] = "", expected[2 * DIGEST_MAX + 1] = "";
    for (size_t i = 0; i < s->p->n_certs[which]; i++) {
        const struct xades_cert *c = &s->p->certs[which][i];
        bool same;
        sign_rc rc = ades_reference_hash(s->o->job->ctx->crypto, &c->ref, cert, &same, found, err);
        if (rc != SIGN_OK)
            return rc;
        if (same) {
            f->reference_digest = ades_better_digest(f->reference_digest, c->ref.digest);
            f->issuer_serial_differs |= names_differ(c, cert);
            return SIGN_OK;
        }
        if (i == 0)
            text_hex(c->ref.hash, expected);
    }
    if (f->signing_certificate != TRI_FALSE) {
        f->certificate_attribute = names[which];
        f->certificate_expected = arena_str(a, BYTES_STR(expected));
        f->certificate_found = arena_str(a, BYTES_STR(found));
    }
    f->signing_certificate = TRI_FALSE;
    return SIGN_OK;
}

/* Both properties may stand together; then both must name the certificate. */
static sign_rc compare(struct search *s, const struct pki_cert *cert, struct ades_facts *f, sign_error *err) {
    f->signing_certificate = s->referenced ? TRI_TRUE : TRI_NULL;
    f->issuer_serial_differs = false;
    f->reference_digest = DIGEST_NONE;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; s->referenced && i < 2 && rc == SIGN_OK; i++)
        if (s->p->property[SP_CERTIFICATE + i] != NULL)
            rc = compare_one(s, i, cert, f, err);
    return rc;
}

/* ---- candidates ------------------------------------------------------------------------------------- */

/*
 * No KeyInfo at all leaves the key to what both sides know (XML-Signature, 4.5), and one that only names a
 * place where the certificate is leaves it to the caller: then his certificates are tried, and one counts
 * when its key made the value.
 */
static bool is_unsaid(const struct search *s) {
    const struct xades_keys *k = s->k;
    bool hints = k->issuer != NULL || k->ski.len != 0 || k->subject != NULL || k->n_certs > 0;
    return s->o->s.key_info == NULL || (k->elsewhere && !hints);
}

/* Tries one certificate. wanted: only when the reference names it, if there is one. */
static sign_rc try_candidate(struct search *s, sign_bytes der, const struct xml_node *node, bool wanted,
                             sign_error *err) {
    struct ades_facts *facts = &s->o->facts, tried = *facts;
    AUTO(pki_cert_ptr) cert = NULL;
    sign_rc rc = ades_candidate(s->o->job->ctx, der, &cert, err);
    if (rc != SIGN_OK || cert == NULL)
        return rc;
    rc = compare(s, cert, &tried, err);
    if (rc != SIGN_OK || (wanted && tried.signing_certificate == TRI_FALSE) || s->tried == TRIED_MAX)
        return rc;
    rc = check_value(s, cert, &tried.signature_value, err);
    bool guessed = is_unsaid(s) && !s->referenced;
    tried.key_problem = facts->key_problem;
    tried.key_detail = facts->key_detail;
    /* The first stays unless a later one's key made the value. */
    if (rc != SIGN_OK || ((facts->signer != NULL || guessed) && tried.signature_value != TRI_TRUE))
        return rc;
    pki_cert_free(&facts->signer);
    tried.signer = TAKE(cert);
    *facts = tried;
    s->node = node;
    return SIGN_OK;
}

static bool found(const struct search *s) {
    return s->o->facts.signer != NULL && s->o->facts.signature_value == TRI_TRUE;
}

static sign_rc try_carried(struct search *s, bool wanted, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < s->k->n_certs && rc == SIGN_OK && !found(s); i++)
        rc = try_candidate(s, s->k->certs[i].der, s->k->certs[i].node, wanted, err);
    return rc;
}

/* KeyInfo hints at this certificate: issuer and serial number, key identifier, or subject. */
static bool is_hinted(const struct search *s, sign_bytes der) {
    const struct xades_keys *k = s->k;
    sign_bytes issuer, serial;
    AUTO(pki_cert_ptr) cert = NULL;
    if (k->issuer != NULL)
        return ades_certificate_names(der, &issuer, &serial) && bytes_equal(serial, k->serial) &&
               xades_name_is(k->issuer, issuer);
    if (k->ski.len == 0 && k->subject == NULL)
        return is_unsaid(s);
    if (ades_candidate(s->o->job->ctx, der, &cert, NULL) != SIGN_OK || cert == NULL)
        return false;
    return k->ski.len != 0 ? bytes_equal(cert->ski, k->ski) : xades_name_is(k->subject, cert->subject);
}

/* A signature may leave its certificate out; then the caller's may be it. */
static sign_rc try_given(struct search *s, sign_error *err) {
    const struct ades_context *ctx = s->o->job->ctx;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; ctx->trust != NULL && rc == SIGN_OK && !found(s); i++) {
        sign_bytes der = pki_trust_certificate(ctx->trust, i);
        if (der.len == 0)
            break;
        if (s->referenced || is_hinted(s, der))
            rc = try_candidate(s, der, NULL, true, err);
    }
    return rc;
}

/* ---- a bare key ------------------------------------------------------------------------------------- */

/*
 * KeyValue names nobody: it counts for an inspection, which asks about integrity alone, and beside a
 * certificate it only may agree.
 */
static sign_rc check_bare_key(struct search *s, sign_error *err) {
    struct xades_one *o = s->o;
    struct sign_report *r = o->job->report;
    AUTO(crypto_pubkey_ptr) key = NULL;
    if (s->k->spki.len == 0)
        return SIGN_OK;
    if (o->facts.signer != NULL) {
        if (!bytes_equal(o->facts.signer->spki, s->k->spki))
            report_say(r, &o->out->messages, MSG_KEY_VALUE_DIFFERS, NULL, NULL, NULL);
        return SIGN_OK;
    }
    sign_error why = {0};
    sign_rc rc = crypto_pubkey_read(s->k->spki, &key, &why);
    if (rc == SIGN_OK)
        report_say(r, &o->out->messages, MSG_KEY_VALUE_ALONE, crypto_pubkey_name(key), NULL, NULL);
    if (rc == SIGN_OK && o->job->ctx->inspect)
        rc = verify_with(s, key, &o->facts.signature_value, &why);
    if (rc == SIGN_OK || finding(rc))
        return SIGN_OK;
    if (err != NULL)
        *err = why;
    return rc;
}

/* ---- the choice ------------------------------------------------------------------------------------- */

/* What was looked for, for the message that nobody has it. */
static void name_signer(struct search *s) {
    arena *a = &s->o->job->report->arena;
    const char *what = "KeyInfo";
    char hex[2 * DIGEST_MAX + 1];
    for (size_t i = 0; i < 2; i++)
        if (s->referenced && s->p->n_certs[i] > 0) {
            text_hex(s->p->certs[i][0].ref.hash, hex);
            what = hex;
        }
    if (s->k->issuer != NULL)
        what = s->k->issuer;
    else if (s->k->subject != NULL)
        what = s->k->subject;
    s->o->facts.certificate_expected = arena_str(a, BYTES(what, strnlen(what, 400)));
}

/* Without such properties a KeyInfo, or the part of it with the certificate, that a reference signs binds it
 * too (EN 319 132-1, 5.2.2 leaves that way open). */
static bool is_bound(const struct search *s, const struct xades_bound *bound) {
    for (size_t i = 0; s->node != NULL && i < bound->n; i++)
        if (xades_within(bound->node[i], s->o->s.key_info) && xades_within(s->node, bound->node[i]))
            return true;
    return false;
}

sign_rc xades_find_signer(struct xades_one *o, const struct xades_properties *p,
                          const struct xades_keys *keys, const struct xades_bound *bound, sign_error *err) {
    struct search s = {.o = o, .p = p, .k = keys};
    bool kept_false = o->facts.signing_certificate == TRI_FALSE;
    enum message_id problem = o->facts.key_problem;
    const char *detail = o->facts.key_detail;
    s.referenced = p->is_signed && (p->property[SP_CERTIFICATE] || p->property[SP_CERTIFICATE_V2]);
    sign_rc rc = digest_info(&s, err);
    if (rc == SIGN_OK)
        rc = try_carried(&s, true, err);
    if (rc == SIGN_OK && o->facts.signer == NULL)
        rc = try_given(&s, err);
    if (rc == SIGN_OK && o->facts.signer == NULL && s.referenced)
        rc = try_carried(&s, false, err);
    if (rc == SIGN_OK)
        rc = check_bare_key(&s, err);
    if (rc != SIGN_OK)
        return rc;
    o->facts.signing_certificate_present = s.referenced || is_bound(&s, bound);
    if (o->facts.signer == NULL)
        name_signer(&s);
    if (o->facts.signature_value == TRI_TRUE) { /* what other certificates' keys are does not matter */
        o->facts.key_problem = problem;
        o->facts.key_detail = detail;
    } else if (s.der_value)
        report_say(o->job->report, &o->out->messages, MSG_ECDSA_DER, NULL, NULL, NULL);
    if (kept_false)
        o->facts.signing_certificate = TRI_FALSE;
    return SIGN_OK;
}
