/* Signed properties: each function one, in the order of the schema (EN 319 132-1, 5.2). */
#include "xades/write.h"

#include "base/text.h"
#include "base/time.h"
#include "der/builder.h"

#include <stdlib.h>

/* IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber } (RFC 5035, 4): one directoryName. */
static sign_rc put_issuer_serial_v2(const struct pki_cert *cert, grow *out, sign_error *err) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) der = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(4));
    der_put_raw(&b, cert->issuer);
    der_end(&b);
    der_end(&b);
    der_put(&b, DER_INTEGER, cert->serial);
    der_end(&b);
    sign_rc rc = der_builder_take(&b, &der, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    grow_str(out, "<xades:IssuerSerialV2>");
    text_base64(BYTES(der.data, der.len), out);
    grow_str(out, "</xades:IssuerSerialV2>");
    return SIGN_OK;
}

/* The most significant octet is divided first; each pass over the magnitude gives one digit. */
bool xades_put_decimal(grow *out, sign_bytes integer) {
    uint8_t magnitude[64];
    char digits[160];
    size_t n = integer.len, count = 0;
    if (n == 0 || n > sizeof magnitude) {
        return false;
    }
    memcpy(magnitude, integer.data, n);
    bool negative = (magnitude[0] & 0x80) != 0;
    for (size_t i = n, carry = 1; negative && i-- > 0;) {
        unsigned octet = (uint8_t)~magnitude[i] + (unsigned)carry;
        magnitude[i] = (uint8_t)octet;
        carry = octet >> 8;
    }
    for (size_t first = 0; first < n;) {
        unsigned rest = 0;
        for (size_t i = first; i < n; i++) {
            unsigned value = rest << 8 | magnitude[i];
            magnitude[i] = (uint8_t)(value / 10);
            rest = value % 10;
        }
        digits[count++] = (char)('0' + rest);
        while (first < n && magnitude[first] == 0) {
            first++;
        }
    }
    if (negative) {
        grow_byte(out, '-');
    }
    while (count > 0) {
        grow_byte(out, (uint8_t)digits[--count]);
    }
    return true;
}

/* X509IssuerSerial: the name as RFC 4514 text, the serial number in decimal (XML-Signature, 4.5.4). */
static sign_rc put_issuer_serial(const struct pki_cert *cert, grow *out, sign_error *err) {
    AUTO(grow) name = {0};
    if (!pki_name_text(cert->issuer, &name)) {
        return name.failed ? fail_memory(err) : fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "issuer");
    }
    grow_byte(&name, 0);
    if (name.failed) {
        return fail_memory(err);
    }
    grow_str(out, "<xades:IssuerSerial>");
    xades_put_leaf(out, "ds:X509IssuerName", (const char *)name.data);
    grow_str(out, "<ds:X509SerialNumber>");
    if (!xades_put_decimal(out, cert->serial)) {
        return fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "serial number");
    }
    grow_str(out, "</ds:X509SerialNumber></xades:IssuerSerial>");
    return SIGN_OK;
}

static void put_digest(grow *out, enum crypto_digest d, sign_bytes value) {
    xades_put_digest_method(out, d);
    grow_str(out, "<ds:DigestValue>");
    text_base64(value, out);
    grow_str(out, "</ds:DigestValue>");
}

/*
 * SigningCertificateV2 (5.2.2), or SigningCertificate (TS 101 903, 7.2.2). The hash is the signature's own
 * digest, so that no weaker one binds the certificate.
 */
static sign_rc put_signing_certificate(const struct xades_writing *w, grow *out, sign_error *err) {
    const ades_plan *plan = w->plan;
    const char *name = plan->opt->certificate_v1 ? "xades:SigningCertificate" : "xades:SigningCertificateV2";
    uint8_t hash[DIGEST_MAX];
    sign_bytes value = BYTES(plan->signer->sha256, sizeof plan->signer->sha256);
    if (plan->digest != DIGEST_SHA256) {
        sign_rc rc = crypto_hash(w->crypto, plan->digest, plan->signer->der, hash, err);
        if (rc != SIGN_OK) {
            return rc;
        }
        value = BYTES(hash, crypto_digest_row(plan->digest)->size);
    }
    grow_printf(out, "<%s><xades:Cert><xades:CertDigest>", name);
    put_digest(out, plan->digest, value);
    grow_str(out, "</xades:CertDigest>");
    sign_rc rc = plan->opt->certificate_v1 ? put_issuer_serial(plan->signer, out, err)
                                           : put_issuer_serial_v2(plan->signer, out, err);
    grow_printf(out, "</xades:Cert></%s>", name);
    return rc;
}

/* ObjectIdentifier with an OID: as a URN (RFC 3061), which the Qualifier says (5.1.2). */
static void put_oid(grow *out, const char *name, const char *dotted) {
    grow_printf(out,
                "<%s><xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:%s</xades:Identifier>"
                "</%s>",
                name, dotted, name);
}

static void put_policy_qualifiers(grow *out, const sign_options *o) {
    grow_str(out, "<xades:SigPolicyQualifiers>");
    if (o->policy_uri) {
        grow_str(out, "<xades:SigPolicyQualifier>");
        xades_put_leaf(out, "xades:SPURI", o->policy_uri);
        grow_str(out, "</xades:SigPolicyQualifier>");
    }
    if (o->policy_notice) {
        grow_str(out, "<xades:SigPolicyQualifier><xades:SPUserNotice>");
        xades_put_leaf(out, "xades:ExplicitText", o->policy_notice);
        grow_str(out, "</xades:SPUserNotice></xades:SigPolicyQualifier>");
    }
    grow_str(out, "</xades:SigPolicyQualifiers>");
}

/* SignaturePolicyIdentifier (5.2.9). */
static void put_policy(grow *out, const sign_options *o) {
    grow_str(out, "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId>");
    put_oid(out, "xades:SigPolicyId", o->policy_oid);
    grow_str(out, "<xades:SigPolicyHash>");
    put_digest(out, crypto_digest_of(o->policy_digest), o->policy_hash);
    grow_str(out, "</xades:SigPolicyHash>");
    if (o->policy_uri || o->policy_notice) {
        put_policy_qualifiers(out, o);
    }
    grow_str(out, "</xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>");
}

static void put_optional(grow *out, const char *name, const char *text) {
    if (text) {
        xades_put_leaf(out, name, text);
    }
}

/* SignatureProductionPlaceV2 (5.2.5), or SignatureProductionPlace (TS 101 903, 7.2.7), which has no street.
 */
static void put_place(grow *out, const sign_options *o) {
    const char *name = o->place_v1 ? "xades:SignatureProductionPlace" : "xades:SignatureProductionPlaceV2";
    grow_printf(out, "<%s>", name);
    put_optional(out, "xades:City", o->place_locality);
    for (size_t i = 0; i < o->n_place_lines; i++) {
        grow_str(out, i ? ", " : "<xades:StreetAddress>");
        xml_put_text(out, o->place_lines[i]);
    }
    grow_str(out, o->n_place_lines ? "</xades:StreetAddress>" : "");
    put_optional(out, "xades:StateOrProvince", o->place_state);
    put_optional(out, "xades:PostalCode", o->place_postal_code);
    put_optional(out, "xades:CountryName", o->place_country);
    grow_printf(out, "</%s>", name);
}

/* SignerRoleV2 (5.2.6), or SignerRole (TS 101 903, 7.2.8). */
static void put_roles(grow *out, const sign_options *o) {
    const char *name = o->roles_v1 ? "xades:SignerRole" : "xades:SignerRoleV2";
    grow_printf(out, "<%s><xades:ClaimedRoles>", name);
    for (size_t i = 0; i < o->n_roles; i++) {
        xades_put_leaf(out, "xades:ClaimedRole", o->roles[i]);
    }
    grow_printf(out, "</xades:ClaimedRoles></%s>", name);
}

static bool has_place(const sign_options *o) {
    return o->place_country || o->place_locality || o->n_place_lines || o->place_state ||
           o->place_postal_code;
}

/* DataObjectFormat (5.2.4): one for each Reference to data. */
static void put_formats(const struct xades_writing *w, grow *out) {
    for (size_t i = 0; i < w->n_data; i++) {
        char reference[XADES_ID_SIZE];
        xades_id_of(w->id, 'R', i + 1, reference);
        grow_printf(out, "<xades:DataObjectFormat ObjectReference=\"#%s\">", reference);
        xades_put_leaf(out, "xades:MimeType", w->mime);
        if (w->data[i].kind == XADES_BASE64) {
            xades_put_leaf(out, "xades:Encoding", TRANSFORM_BASE64);
        }
        grow_str(out, "</xades:DataObjectFormat>");
    }
}

/* CommitmentTypeIndication (5.2.3) for all that is signed. */
static void put_commitment(grow *out, const char *commitment) {
    grow_str(out, "<xades:CommitmentTypeIndication>");
    put_oid(out, "xades:CommitmentTypeId", commitment);
    grow_str(out, "<xades:AllSignedDataObjects></xades:AllSignedDataObjects>"
                  "</xades:CommitmentTypeIndication>");
}

sign_rc xades_properties_write(const struct xades_writing *w, grow *out, sign_error *err) {
    const sign_options *o = w->plan->opt;
    char id[XADES_ID_SIZE], time[32];
    xades_id_of(w->id, 'P', 0, id);
    grow_printf(out, "<xades:QualifyingProperties Target=\"#%s\"><xades:SignedProperties Id=\"%s\">", w->id,
                id);
    grow_str(out, "<xades:SignedSignatureProperties>");
    /* 5.2.1: xsd:dateTime in UTC */
    xades_put_leaf(out, "xades:SigningTime", time_rfc3339(w->plan->signing_time, time));
    sign_rc rc = put_signing_certificate(w, out, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (o->policy_oid) {
        put_policy(out, o);
    }
    if (has_place(o)) {
        put_place(out, o);
    }
    if (o->n_roles) {
        put_roles(out, o);
    }
    grow_str(out, "</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>");
    put_formats(w, out);
    if (o->commitment) {
        put_commitment(out, o->commitment);
    }
    grow_str(out, "</xades:SignedDataObjectProperties></xades:SignedProperties>"
                  "</xades:QualifyingProperties>");
    return SIGN_OK;
}
