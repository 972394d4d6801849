/* Where the properties of a signature are, and that they are its own: one QualifyingProperties that names
 * this Signature, one SignedProperties in it, bound by the node itself. */
#include "xades/properties.h"

#include "xades/dname.h"

static const struct {
    const char *name;
    enum xades_property id;
} rows[] = {
    {"SigningTime", SP_SIGNING_TIME},
    {"SigningCertificate", SP_CERTIFICATE},
    {"SigningCertificateV2", SP_CERTIFICATE_V2},
    {"SignaturePolicyIdentifier", SP_POLICY},
    {"SignatureProductionPlace", SP_PLACE},
    {"SignatureProductionPlaceV2", SP_PLACE_V2},
    {"SignerRole", SP_ROLE},
    {"SignerRoleV2", SP_ROLE_V2},
};

bool xades_is_property(const struct xml_node *n, const char *name) {
    static const char *const spaces[] = {XADES_NS, XADES_141_NS, XADES_122_NS, XADES_111_NS};
    if (n == NULL || n->kind != XML_KIND_ELEMENT || strcmp(n->name, name) != 0)
        return false;
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (strcmp(n->space, spaces[i]) == 0)
            return true;
    return false;
}

int xades_type_of_properties(const char *type) {
    static const char *const others[] = {
        "http://uri.etsi.org/01903/v1.1.1#SignedProperties",
        "http://uri.etsi.org/01903/v1.2.2#SignedProperties",
        "http://uri.etsi.org/01903/v1.3.2#SignedProperties",
        "http://uri.etsi.org/01903/v1.4.1#SignedProperties",
        "http://uri.etsi.org/01903/v1.3.2/XAdES.xsd#SignedProperties",
    };
    if (strcmp(type, TYPE_SIGNED_PROPERTIES) == 0)
        return 1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(type, others[i]) == 0)
            return 2;
    return 0;
}

static void breaks(struct xades_one *o, const struct xml_node *n, const char *why) {
    xades_breaks(&o->s, &o->job->report->arena, n, why);
    o->facts.signing_certificate = TRI_FALSE;
}

/* ---- SigningCertificate (EN 319 132-1, 5.2.2; TS 101 903, 7.2.2) ------------------------------------------
 */

/* DigestMethod and DigestValue, which version 1.1.1 had in its own namespace. */
static const struct xml_node *digest_part(const struct xml_node *n, const char *name) {
    return n != NULL && (xades_is(n, DS_NS, name) || xades_is_property(n, name)) ? n : NULL;
}

bool xades_digest_read(struct xades_one *o, const struct xml_node *n, enum crypto_digest *digest,
                       sign_bytes *hash) {
    const struct xml_node *method = digest_part(xades_solid(n->first), "DigestMethod");
    const struct xml_node *value =
        method != NULL ? digest_part(xades_solid(method->next), "DigestValue") : NULL;
    const char *uri = method != NULL ? xades_unqualified(method, "Algorithm") : NULL;
    if (uri == NULL || value == NULL)
        return false;
    *digest = crypto_digest_find_uri(uri);
    return xades_base64(value, DIGEST_MAX, &o->job->report->arena, hash);
}

static void read_issuer_v1(struct xades_one *o, const struct xml_node *n, struct xades_cert *out) {
    const struct xml_node *name = digest_part(xades_solid(n->first), "X509IssuerName");
    const struct xml_node *serial =
        name != NULL ? digest_part(xades_solid(name->next), "X509SerialNumber") : NULL;
    const char *number = serial != NULL ? xades_text(serial) : NULL;
    out->issuer = name != NULL ? xades_text(name) : NULL;
    out->malformed_serial = out->issuer == NULL || number == NULL ||
                            !xades_serial(number, &o->job->report->arena, &out->ref.serial);
}

static void read_issuer_v2(struct xades_one *o, const struct xml_node *n, struct xades_cert *out) {
    struct der_parse parse;
    sign_bytes der;
    bool decoded = xades_base64(n, LIMIT_XML_VALUE, &o->job->report->arena, &der);
    struct der_cursor c = der_open(&parse, der, true);
    out->malformed_serial = !decoded || !cms_issuer_serial_read(&c, &out->ref);
}

bool xades_cert_read(struct xades_one *o, const struct xml_node *n, struct xades_cert *out) {
    const struct xml_node *e = xades_solid(n->first);
    if (!xades_is_property(n, "Cert") || !xades_is_property(e, "CertDigest") ||
        !xades_digest_read(o, e, &out->ref.digest, &out->ref.hash))
        return false;
    e = xades_solid(e->next);
    if (xades_is_property(e, "IssuerSerial"))
        read_issuer_v1(o, e, out);
    else if (xades_is_property(e, "IssuerSerialV2"))
        read_issuer_v2(o, e, out);
    return true;
}

static bool read_certs(struct xades_one *o, const struct xml_node *n, struct xades_cert **out,
                       size_t *count) {
    size_t total = 0;
    for (const struct xml_node *e = xades_solid(n->first); e != NULL; e = xades_solid(e->next))
        total++;
    if (total == 0 || total > LIMIT_CERTIFICATES) {
        breaks(o, n, total == 0 ? "is empty" : "too many certificates");
        return true;
    }
    *out = arena_alloc(&o->job->report->arena, total * sizeof **out);
    if (*out == NULL)
        return false;
    for (const struct xml_node *e = xades_solid(n->first); e != NULL; e = xades_solid(e->next))
        if (!xades_cert_read(o, e, &(*out)[(*count)++])) {
            breaks(o, e, "is no reference to a certificate");
            break;
        }
    return true;
}

/* ---- the structure ---------------------------------------------------------------------------------- */

static void take_property(struct xades_one *o, const struct xml_node *n, struct xades_properties *p) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!xades_is_property(n, rows[i].name))
            continue;
        if (p->property[rows[i].id] != NULL)
            breaks(o, n, "occurs twice");
        p->property[rows[i].id] = n;
    }
}

static void read_signed(struct xades_one *o, struct xades_properties *p) {
    const struct xml_node *n = xades_solid(p->signed_node->first);
    if (xades_is_property(n, "SignedSignatureProperties")) {
        for (const struct xml_node *e = xades_solid(n->first); e != NULL; e = xades_solid(e->next))
            take_property(o, e, p);
        n = xades_solid(n->next);
    }
    if (xades_is_property(n, "SignedDataObjectProperties")) {
        p->data_node = n;
        n = xades_solid(n->next);
    }
    if (n != NULL)
        breaks(o, n, "is not known here");
}

static void read_unsigned(struct xades_one *o, const struct xml_node *n, struct xades_properties *p) {
    const struct xml_node *e = xades_solid(n->first);
    if (xades_is_property(e, "UnsignedSignatureProperties")) {
        p->unsigned_node = e;
        e = xades_solid(e->next);
    }
    if (xades_is_property(e, "UnsignedDataObjectProperties"))
        e = xades_solid(e->next);
    if (e != NULL)
        breaks(o, e, "is not known here");
}

/* QualifyingProperties/@Target is this Signature, by its Id, which is nobody else's (4.3.1). */
static void check_target(struct xades_one *o, const struct xml_node *n) {
    const char *target = xades_unqualified(n, "Target");
    bool several = false;
    if (target == NULL || *target != '#' || o->s.id == NULL || strcmp(target + 1, o->s.id) != 0)
        breaks(o, n, "Target is not the Id of this Signature");
    else if (xml_ids_find(o->job->d->ids, o->s.id, &several) != o->s.node)
        breaks(o, n, "Target is an Id that occurs again");
}

static void read_qualifying(struct xades_one *o, const struct xml_node *n, struct xades_properties *p) {
    p->qualifying = n;
    check_target(o, n);
    const struct xml_node *e = xades_solid(n->first);
    if (xades_is_property(e, "SignedProperties")) {
        p->signed_node = e;
        read_signed(o, p);
        e = xades_solid(e->next);
    }
    if (xades_is_property(e, "UnsignedProperties")) {
        read_unsigned(o, e, p);
        e = xades_solid(e->next);
    }
    if (e != NULL)
        breaks(o, e, "is not known here, or occurs twice");
}

/*
 * 4.4: the properties stand in one ds:Object of the signature. A second QualifyingProperties, or one that is
 * elsewhere and only pointed to, would let two readers see two sets of them.
 */
bool xades_properties_read(struct xades_one *o, struct xades_properties *p) {
    *p = (struct xades_properties){0};
    for (const struct xml_node *n = xades_solid(o->s.node->first); n != NULL; n = xades_solid(n->next)) {
        if (!xades_is(n, DS_NS, "Object"))
            continue;
        for (const struct xml_node *e = n->first; e != NULL; e = e->next) {
            if (xades_is_property(e, "QualifyingPropertiesReference"))
                breaks(o, e, "is refused: properties must be in the signature");
            else if (xades_is_property(e, "QualifyingProperties") && p->qualifying != NULL)
                breaks(o, e, "occurs twice");
            else if (xades_is_property(e, "QualifyingProperties"))
                read_qualifying(o, e, p);
        }
    }
    bool ok = true;
    for (size_t i = 0; i < 2 && ok; i++)
        if (p->property[SP_CERTIFICATE + i] != NULL)
            ok = read_certs(o, p->property[SP_CERTIFICATE + i], &p->certs[i], &p->n_certs[i]);
    return ok && !o->job->report->arena.failed;
}
