/* Texts of which an XML signature is put together (EN 319 132-1; TS 101 903). */
#include "xades_parts.h"

#include <stdio.h>

static const char *digest_uri(const char *digest) {
    static const struct {
        const char *name, *uri;
    } known[] = {{"sha1", ST_DS "sha1"},
                 {"sha224", "http://www.w3.org/2001/04/xmldsig-more#sha224"},
                 {"sha256", "http://www.w3.org/2001/04/xmlenc#sha256"},
                 {"sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384"},
                 {"sha512", "http://www.w3.org/2001/04/xmlenc#sha512"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, digest) == 0) {
            return known[i].uri;
        }
    }
    path_must(false, digest);
    return NULL;
}

static char *method_and_value(struct st *s, const char *digest, sign_bytes value) {
    return st_text(s, "<ds:DigestMethod Algorithm=\"%s\"/><ds:DigestValue>%s</ds:DigestValue>",
                   digest_uri(digest), st_base64(s, value));
}

static char *issuer_serial(struct st *s, const char *cert) {
    return st_text(s,
                   "<xades:IssuerSerial><ds:X509IssuerName>%s</ds:X509IssuerName><ds:X509SerialNumber>%s"
                   "</ds:X509SerialNumber></xades:IssuerSerial>",
                   st_name_text(s, st_name(s, cert, true)), st_serial_text(s, cert));
}

/* ---- signed properties
 * ---------------------------------------------------------------------------------------- */

/* ess: v2 SigningCertificateV2; old, v1: SigningCertificate by SHA-256, by SHA-1; wrong, other, none. */
static char *signing_certificate(struct st *s, const struct st_xsign *x) {
    bool old = strcmp(x->ess, "old") == 0 || strcmp(x->ess, "v1") == 0;
    const char *digest = strcmp(x->ess, "v1") == 0 ? "sha1" : "sha256";
    sign_bytes value = st_digest(s, digest, st_cert(s, strcmp(x->ess, "other") == 0 ? "root" : x->signer));
    if (strcmp(x->ess, "none") == 0) {
        return st_text(s, "%s", "");
    }
    if (strcmp(x->ess, "wrong") == 0) {
        value = st_flip(s, value);
    }
    const char *end = old ? "" : "V2";
    return st_text(s,
                   "<xades:SigningCertificate%s><xades:Cert><xades:CertDigest>%s</xades:CertDigest>%s"
                   "</xades:Cert></xades:SigningCertificate%s>",
                   end, method_and_value(s, digest, value), old ? issuer_serial(s, x->signer) : "", end);
}

static char *policy_identifier(struct st *s, const struct st_xsign *x) {
    if (!x->has_policy) {
        return st_text(s, "%s", "");
    }
    const char *notice =
        x->policy.notice ? "<xades:SigPolicyQualifier><xades:SPUserNotice><xades:ExplicitText>Sinama "
                           "bildirimi</xades:ExplicitText></xades:SPUserNotice></xades:SigPolicyQualifier>"
                         : "";
    return st_text(
        s,
        "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId>"
        "<xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:%s</xades:Identifier></xades:SigPolicyId>"
        "<xades:SigPolicyHash>%s</xades:SigPolicyHash><xades:SigPolicyQualifiers>"
        "<xades:SigPolicyQualifier><xades:SPURI>%s</xades:SPURI></xades:SigPolicyQualifier>%s"
        "</xades:SigPolicyQualifiers></xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>",
        x->policy.oid, method_and_value(s, "sha256", x->policy.digest), x->policy.uri, notice);
}

/* AllDataObjectsTimeStamp or IndividualDataObjectsTimeStamp (5.2.8) with the mark @token@. */
static char *content_stamp(struct st *s, const struct st_xsign *x) {
    if (x->content_stamp == NULL) {
        return st_text(s, "%s", "");
    }
    bool one = st_is(x->content_stamp, "kind", "individual");
    const char *name = one ? "IndividualDataObjectsTimeStamp" : "AllDataObjectsTimeStamp";
    return st_text(
        s,
        "<xades:%s Id=\"content-stamp\">%s<ds:CanonicalizationMethod Algorithm=\"" ST_EXC "\"/>"
        "<xades:EncapsulatedTimeStamp>@token@</xades:EncapsulatedTimeStamp></xades:%s>",
        name, one ? st_text(s, "<xades:Include URI=\"#%s-ref-data\" referencedData=\"true\"/>", x->id) : "",
        name);
}

static char *signed_properties(struct st *s, const struct st_xsign *x) {
    const char *time = x->claimed != NULL ? st_text(s, "<xades:SigningTime>%s</xades:SigningTime>",
                                                    st_xml_time(s, x->claimed))
                                          : "";
    return st_text(s,
                   "<xades:SignedProperties Id=\"%s-props\"><xades:SignedSignatureProperties>%s%s%s"
                   "</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>"
                   "<xades:DataObjectFormat ObjectReference=\"#%s-ref-data\"><xades:MimeType>text/plain"
                   "</xades:MimeType></xades:DataObjectFormat>%s</xades:SignedDataObjectProperties>"
                   "</xades:SignedProperties>",
                   x->id, time, signing_certificate(s, x), policy_identifier(s, x), x->id,
                   content_stamp(s, x));
}

/* ---- the signature
 * ---------------------------------------------------------------------------------------------- */

static char *data_reference(struct st *s, const struct st_xsign *x) {
    static const char enveloped[] = "<ds:Transform Algorithm=\"" ST_DS "enveloped-signature\"/>";
    const char *uri = strcmp(x->shape, "enveloping") == 0  ? "#data"
                      : strcmp(x->shape, "enveloped") == 0 ? ""
                      : strcmp(x->shape, "counter") == 0   ? "#S1-value"
                                                           : "content.txt";
    const char *type =
        strcmp(x->shape, "counter") == 0 ? " Type=\"http://uri.etsi.org/01903#CountersignedSignature\"" : "";
    const char *first = strcmp(x->shape, "enveloped") == 0 ? enveloped : "";
    const char *second = x->nodes || strcmp(x->shape, "detached") == 0
                             ? ""
                             : st_text(s, "<ds:Transform Algorithm=\"%s\"/>", x->c14n);
    const char *transforms = *first == '\0' && *second == '\0'
                                 ? ""
                                 : st_text(s, "<ds:Transforms>%s%s</ds:Transforms>", first, second);
    return st_text(s,
                   "<ds:Reference Id=\"%s-ref-data\" URI=\"%s\"%s>%s<ds:DigestMethod Algorithm=\"%s\"/>"
                   "<ds:DigestValue>@%s-data@</ds:DigestValue></ds:Reference>",
                   x->id, uri, type, transforms, digest_uri(x->digest), x->id);
}

static char *signed_info(struct st *s, const struct st_xsign *x) {
    return st_text(s,
                   "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"%s\"/><ds:SignatureMethod "
                   "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-%s\"/><ds:Reference "
                   "Id=\"%s-ref-props\" Type=\"http://uri.etsi.org/01903#SignedProperties\" "
                   "URI=\"#%s-props\"><ds:Transforms><ds:Transform Algorithm=\"%s\"/></ds:Transforms>"
                   "<ds:DigestMethod Algorithm=\"%s\"/><ds:DigestValue>@%s-props@</ds:DigestValue>"
                   "</ds:Reference>%s</ds:SignedInfo>",
                   x->c14n, x->digest, x->id, x->id, x->c14n, digest_uri(x->digest), x->id,
                   data_reference(s, x));
}

static char *key_info(struct st *s, const struct st_xsign *x) {
    char *names[ST_NAMES];
    char *all = st_text(s, "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate>",
                        st_base64(s, st_cert(s, x->signer)));
    const char *certs = x->certs != NULL ? x->certs : path_find(&s->w, x->signer)->row->issuer;
    size_t n = st_split(s, certs, names);
    for (size_t i = 0; i < n; i++) {
        all = st_text(s, "%s<ds:X509Certificate>%s</ds:X509Certificate>", all,
                      st_base64(s, st_cert(s, names[i])));
    }
    return st_text(s, "%s</ds:X509Data></ds:KeyInfo>", all);
}

void st_xades_template(struct st *s, const struct st_xsign *x, char **head, char **tail) {
    bool enveloping = strcmp(x->shape, "enveloping") == 0, enveloped = strcmp(x->shape, "enveloped") == 0;
    const char *before = enveloped
                             ? st_text(s, "<b:Belge xmlns:b=\"urn:ornek:belge\"><b:Metin>%.*s</b:Metin>",
                                       (int)s->content.len, (const char *)s->content.data)
                             : "";
    *head = st_text(s,
                    "%s<ds:Signature xmlns:ds=\"" ST_DS "\" xmlns:xades=\"" ST_X132 "\" Id=\"%s\">%s"
                    "<ds:SignatureValue Id=\"%s-value\">@%s-value@</ds:SignatureValue>%s<ds:Object>"
                    "<xades:QualifyingProperties Target=\"#%s\">%s",
                    before, x->id, signed_info(s, x), x->id, x->id, key_info(s, x), x->id,
                    signed_properties(s, x));
    *tail = st_text(s, "</xades:QualifyingProperties></ds:Object>%s</ds:Signature>%s",
                    enveloping ? st_text(s, "<ds:Object Id=\"data\">%.*s</ds:Object>", (int)s->content.len,
                                         (const char *)s->content.data)
                               : "",
                    enveloped ? "</b:Belge>" : "");
}

/* ---- references and values
 * ---------------------------------------------------------------------------------------- */

static bool cut_mark(char *name) {
    size_t n = strlen(name);
    bool wrong = n > 0 && name[n - 1] == '!';
    name[n - wrong] = '\0';
    return wrong;
}

static sign_bytes hash_of(struct st *s, const char *digest, sign_bytes what, bool wrong) {
    sign_bytes value = st_digest(s, digest, what);
    return wrong ? st_flip(s, value) : value;
}

/* 5.4.1 of TS 101 903 (7.4.1): the signer's certificate is not among them. V2 of EN 319 132-1, A.1.1. */
char *st_xades_cert_refs(struct st *s, const struct st_step *step) {
    char *names[ST_NAMES];
    bool newer = st_is(step, "v2", "yes");
    const char *digest = st_opt(step, "digest", "sha256"), *p = newer ? "xades141" : "xades",
               *end = newer ? "V2" : "";
    char *all = st_text(s, "<%s:CompleteCertificateRefs%s%s><%s:CertRefs>", p, end,
                        newer ? " xmlns:xades141=\"" ST_X141 "\"" : "", p);
    size_t n = st_split(s, st_opt(step, "certs", NULL), names);
    for (size_t i = 0; i < n; i++) {
        bool wrong = cut_mark(names[i]);
        all = st_text(s, "%s<xades:Cert><xades:CertDigest>%s</xades:CertDigest>%s</xades:Cert>", all,
                      method_and_value(s, digest, hash_of(s, digest, st_cert(s, names[i]), wrong)),
                      newer ? "" : issuer_serial(s, names[i]));
    }
    return st_text(s, "%s</%s:CertRefs></%s:CompleteCertificateRefs%s>", all, p, p, end);
}

static char *list_ref(struct st *s, const struct st_revocation *r, const char *digest, bool wrong) {
    return st_text(s,
                   "<xades:CRLRef><xades:DigestAlgAndValue>%s</xades:DigestAlgAndValue><xades:CRLIdentifier>"
                   "<xades:Issuer>%s</xades:Issuer><xades:IssueTime>%s</xades:IssueTime>%s"
                   "</xades:CRLIdentifier></xades:CRLRef>",
                   method_and_value(s, digest, hash_of(s, digest, r->whole, wrong)),
                   st_name_text(s, r->issuer), st_xml_time(s, r->time),
                   r->number[0] != '\0' ? st_text(s, "<xades:Number>%s</xades:Number>", r->number) : "");
}

static char *response_ref(struct st *s, const struct st_revocation *r, const char *digest, bool wrong) {
    const char *who = r->by_key ? st_text(s, "<xades:ByKey>%s</xades:ByKey>", st_base64(s, r->issuer))
                                : st_text(s, "<xades:ByName>%s</xades:ByName>", st_name_text(s, r->issuer));
    return st_text(s,
                   "<xades:OCSPRef><xades:OCSPIdentifier><xades:ResponderID>%s</xades:ResponderID>"
                   "<xades:ProducedAt>%s</xades:ProducedAt></xades:OCSPIdentifier><xades:DigestAlgAndValue>%s"
                   "</xades:DigestAlgAndValue></xades:OCSPRef>",
                   who, st_xml_time(s, r->time),
                   method_and_value(s, digest, hash_of(s, digest, r->whole, wrong)));
}

char *st_xades_rev_refs(struct st *s, const struct st_step *step) {
    char *files[ST_NAMES];
    char *lists = st_text(s, "%s", ""), *responses = lists;
    const char *digest = st_opt(step, "digest", "sha256");
    size_t n = st_split(s, st_opt(step, "revs", NULL), files);
    for (size_t i = 0; i < n; i++) {
        struct st_revocation r;
        bool wrong = cut_mark(files[i]);
        st_revocation(s, files[i], &r);
        if (r.crl) {
            lists = st_text(s, "%s%s", lists, list_ref(s, &r, digest, wrong));
        } else {
            responses = st_text(s, "%s%s", responses, response_ref(s, &r, digest, wrong));
        }
    }
    return st_text(s, "<xades:CompleteRevocationRefs>%s%s</xades:CompleteRevocationRefs>",
                   *lists != '\0' ? st_text(s, "<xades:CRLRefs>%s</xades:CRLRefs>", lists) : "",
                   *responses != '\0' ? st_text(s, "<xades:OCSPRefs>%s</xades:OCSPRefs>", responses) : "");
}

char *st_xades_cert_values(struct st *s, const char *certs) {
    char *names[ST_NAMES];
    char *all = st_text(s, "%s", "<xades:CertificateValues>");
    size_t n = st_split(s, certs, names);
    for (size_t i = 0; i < n; i++) {
        all = st_text(s, "%s<xades:EncapsulatedX509Certificate>%s</xades:EncapsulatedX509Certificate>", all,
                      st_base64(s, st_cert(s, names[i])));
    }
    return st_text(s, "%s</xades:CertificateValues>", all);
}

char *st_xades_rev_values(struct st *s, const char *revs) {
    char *files[ST_NAMES];
    char *lists = st_text(s, "%s", ""), *responses = lists;
    size_t n = st_split(s, revs, files);
    for (size_t i = 0; i < n; i++) {
        const char *value = st_base64(s, st_file(s, files[i], false));
        if (st_is_crl(files[i])) {
            lists = st_text(s, "%s<xades:EncapsulatedCRLValue>%s</xades:EncapsulatedCRLValue>", lists, value);
        } else {
            responses = st_text(s, "%s<xades:EncapsulatedOCSPValue>%s</xades:EncapsulatedOCSPValue>",
                                responses, value);
        }
    }
    return st_text(s, "<xades:RevocationValues>%s%s</xades:RevocationValues>",
                   *lists != '\0' ? st_text(s, "<xades:CRLValues>%s</xades:CRLValues>", lists) : "",
                   *responses != '\0' ? st_text(s, "<xades:OCSPValues>%s</xades:OCSPValues>", responses)
                                      : "");
}
