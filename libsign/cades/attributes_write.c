/* Writes the signed attributes: each function one attribute, in the order of EN 319 122-1, clause 5. */
#include "cades/write_attributes.h"

#include "der/builder.h"

/* Attribute ::= SEQUENCE { attrType, attrValues SET OF } with the one value that is written between the two.
 */
static void attribute_begin(der_builder *b, enum oid type) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, type);
    der_begin(b, DER_SET);
}

static void attribute_end(der_builder *b) {
    der_end(b);
    der_end(b);
}

/* RFC 5652, 11.1 and 11.2 */
static void put_content(der_builder *b, sign_bytes content_type, sign_bytes digest) {
    attribute_begin(b, OID_AA_CONTENT_TYPE);
    der_put_oid_bytes(b, content_type);
    attribute_end(b);
    attribute_begin(b, OID_AA_MESSAGE_DIGEST);
    der_put(b, DER_OCTET_STRING, digest);
    attribute_end(b);
}

/* RFC 5652, 11.3; EN 319 122-1, 5.2.1 */
static void put_signing_time(der_builder *b, int64_t t) {
    attribute_begin(b, OID_AA_SIGNING_TIME);
    der_put_time(b, t);
    attribute_end(b);
}

/* IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber }: one directoryName (RFC 5035, 4). */
static void put_issuer_serial(der_builder *b, const struct pki_cert *cert) {
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(4));
    der_put_raw(b, cert->issuer);
    der_end(b);
    der_end(b);
    der_put(b, DER_INTEGER, cert->serial);
    der_end(b);
}

/*
 * ESS signing-certificate-v2 (RFC 5035, 4; EN 319 122-1, 5.2.2.3). The hash is the signature's own digest, so
 * that no weaker one binds the certificate. DER leaves out the default, SHA-256.
 */
static sign_rc put_signing_certificate(der_builder *b, struct crypto *crypto, const ades_plan *plan,
                                       sign_error *err) {
    uint8_t hash[DIGEST_MAX];
    sign_bytes value = BYTES(plan->signer->sha256, sizeof plan->signer->sha256);
    if (plan->digest != DIGEST_SHA256) {
        sign_rc rc = crypto_hash(crypto, plan->digest, plan->signer->der, hash, err);
        if (rc != SIGN_OK) {
            return rc;
        }
        value = BYTES(hash, crypto_digest_row(plan->digest)->size);
    }
    attribute_begin(b, OID_AA_SIGNING_CERTIFICATE_V2);
    der_begin(b, DER_SEQUENCE); /* SigningCertificateV2 */
    der_begin(b, DER_SEQUENCE); /* certs */
    der_begin(b, DER_SEQUENCE); /* ESSCertIDv2 */
    if (plan->digest != DIGEST_SHA256) {
        crypto_digest_write(b, plan->digest);
    }
    der_put(b, DER_OCTET_STRING, value);
    put_issuer_serial(b, plan->signer);
    der_end(b);
    der_end(b);
    der_end(b);
    attribute_end(b);
    return SIGN_OK;
}

/* EN 319 122-1, 5.2.3: CommitmentTypeIndication without qualifiers. */
static void put_commitment(der_builder *b, const char *commitment) {
    attribute_begin(b, OID_AA_COMMITMENT_TYPE_INDICATION);
    der_begin(b, DER_SEQUENCE);
    der_put_oid_text(b, commitment);
    der_end(b);
    attribute_end(b);
}

/* content-hints: RFC 2634, 2.9; EN 319 122-1, 5.2.4.1. */
static void put_content_hint(der_builder *b, const char *description, sign_bytes content_type) {
    attribute_begin(b, OID_AA_CONTENT_HINTS);
    der_begin(b, DER_SEQUENCE);
    der_put_utf8(b, DER_UTF8, description);
    der_put_oid_bytes(b, content_type);
    der_end(b);
    attribute_end(b);
}

/* EN 319 122-1, 5.2.4.2 */
static void put_mime_type(der_builder *b, const char *mime_type) {
    attribute_begin(b, OID_AA_MIME_TYPE);
    der_put_utf8(b, DER_UTF8, mime_type);
    attribute_end(b);
}

static void put_place_part(der_builder *b, unsigned number, const char *text) {
    if (text) {
        der_begin(b, (uint8_t)DER_CONTEXT_CONSTRUCTED(number));
        der_put_utf8(b, DER_UTF8, text);
        der_end(b);
    }
}

/*
 * SignerLocation (EN 319 122-1, 5.2.5; RFC 5126, 5.11.2). The module has explicit tags, and DirectoryString
 * is a CHOICE that could not be tagged otherwise.
 */
static void put_place(der_builder *b, const sign_options *o) {
    attribute_begin(b, OID_AA_SIGNER_LOCATION);
    der_begin(b, DER_SEQUENCE);
    put_place_part(b, 0, o->place_country);
    put_place_part(b, 1, o->place_locality);
    if (o->n_place_lines) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(2));
        der_begin(b, DER_SEQUENCE);
        for (size_t i = 0; i < o->n_place_lines; i++) {
            der_put_utf8(b, DER_UTF8, o->place_lines[i]);
        }
        der_end(b);
        der_end(b);
    }
    der_end(b);
    attribute_end(b);
}

/*
 * Claimed roles. Both attributes hold claimedAttributes [0] EXPLICIT SEQUENCE OF Attribute: SignerAttributeV2
 * as a component of a SEQUENCE (EN 319 122-1, 5.2.6.1), SignerAttribute as a CHOICE in a SEQUENCE OF (RFC
 * 5126, 5.11.3), which are the same octets. Neither text names an attribute type for a role. It is id-at-role
 * here, one Attribute a role, with the text as UTF8String: the RoleSyntax of that type (RFC 5755, 4.4.5)
 * wants a URI, which the roles people claim are not.
 */
static void put_roles(der_builder *b, const sign_options *o) {
    attribute_begin(b, o->roles_v1 ? OID_AA_SIGNER_ATTRIBUTES : OID_AA_SIGNER_ATTRIBUTES_V2);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, DER_SEQUENCE);
    for (size_t i = 0; i < o->n_roles; i++) {
        attribute_begin(b, OID_DN_ROLE);
        der_put_utf8(b, DER_UTF8, o->roles[i]);
        attribute_end(b);
    }
    der_end(b);
    der_end(b);
    der_end(b);
    attribute_end(b);
}

static void put_policy_qualifiers(der_builder *b, const sign_options *o) {
    der_begin(b, DER_SEQUENCE);
    if (o->policy_uri) {
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_SPQ_URI);
        der_put(b, DER_IA5, BYTES_STR(o->policy_uri));
        der_end(b);
    }
    if (o->policy_notice) {
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_SPQ_USER_NOTICE);
        der_begin(b, DER_SEQUENCE); /* SPUserNotice with explicitText only */
        der_put_utf8(b, DER_UTF8, o->policy_notice);
        der_end(b);
        der_end(b);
    }
    der_end(b);
}

/* EN 319 122-1, 5.2.9.1; the AlgorithmIdentifier of the hash without parameters, as verifiers in use expect.
 */
static void put_policy(der_builder *b, const sign_options *o) {
    attribute_begin(b, OID_AA_SIGNATURE_POLICY_IDENTIFIER);
    der_begin(b, DER_SEQUENCE);
    der_put_oid_text(b, o->policy_oid);
    der_begin(b, DER_SEQUENCE);
    crypto_digest_write(b, crypto_digest_of(o->policy_digest));
    der_put(b, DER_OCTET_STRING, o->policy_hash);
    der_end(b);
    if (o->policy_uri || o->policy_notice) {
        put_policy_qualifiers(b, o);
    }
    der_end(b);
    attribute_end(b);
}

static void put_optional(der_builder *b, const sign_options *o, sign_bytes content_type) {
    if (o->commitment) {
        put_commitment(b, o->commitment);
    }
    if (o->content_hint) {
        put_content_hint(b, o->content_hint, content_type);
    }
    if (o->mime_type) {
        put_mime_type(b, o->mime_type);
    }
    if (o->place_country || o->place_locality || o->n_place_lines) {
        put_place(b, o);
    }
    if (o->n_roles) {
        put_roles(b, o);
    }
    if (o->policy_oid) {
        put_policy(b, o);
    }
}

sign_rc cades_attributes_write(struct crypto *crypto, const ades_plan *plan, sign_bytes content_type,
                               sign_bytes digest, sign_buf *out, sign_error *err) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SET);
    put_content(&b, content_type, digest);
    put_signing_time(&b, plan->signing_time);
    sign_rc rc = put_signing_certificate(&b, crypto, plan, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    put_optional(&b, plan->opt, content_type);
    der_end_set_of(&b); /* signedAttrs must be DER (RFC 5652, 5.3): SET OF in its order */
    return der_builder_take(&b, out, err);
}
