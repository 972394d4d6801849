/* Certificates and revocation data that unsigned properties carry or refer to (EN 319 132-1, 5.4, 5.5.1 and
 * A.1): candidates, and what time-stamps protect. */
#include "xades/stamp.h"

enum { COVERED_MAX = 8 * LIMIT_CERTIFICATES };

/* Beyond the limit nothing more is protected: no verdict is the better for that. */
bool xades_cover(struct xades_carrying *c, const struct xml_node *of, struct ades_covered what) {
    arena *a = &c->o->job->report->arena;
    if (c->n_covered == COVERED_MAX)
        return true;
    struct ades_covered *covered = xades_more(a, c->covered, c->n_covered, &c->covered_room, sizeof *covered);
    const struct xml_node **nodes =
        (const struct xml_node **)xades_more(a, (void *)c->of, c->n_covered, &c->of_room, sizeof *nodes);
    if (covered == NULL || nodes == NULL)
        return false;
    c->covered = covered;
    c->of = nodes;
    covered[c->n_covered] = what;
    nodes[c->n_covered++] = of;
    return true;
}

/* ---- values ------------------------------------------------------------------------------------------- */

/* What was added last, if anything was. */
static bool cover_last(struct xades_carrying *c, const struct xml_node *of, const struct xades_keys *k,
                       enum xades_piece piece, size_t before) {
    const size_t counts[] = {k->n_certs, k->n_crls, k->n_ocsps};
    if (counts[piece] == before)
        return true;
    struct ades_covered what = {.revocation = piece != PIECE_CERTIFICATE};
    if (piece == PIECE_CERTIFICATE)
        what.what = k->certs[before].der;
    else
        what.what = piece == PIECE_CRL ? k->crls[before] : k->ocsps[before];
    return xades_cover(c, of, what);
}

static bool add(struct xades_carrying *c, const struct xml_node *of, const struct xml_node *n,
                struct xades_keys *k, enum xades_piece piece) {
    const size_t counts[] = {k->n_certs, k->n_crls, k->n_ocsps};
    return xades_keys_add(c->o, k, n, piece) && cover_last(c, of, k, piece, counts[piece]);
}

/* The values of one kind that stand in a list. */
static bool add_list(struct xades_carrying *c, const struct xml_node *of, const struct xml_node *list,
                     struct xades_keys *k, enum xades_piece piece) {
    static const char *const names[] = {"EncapsulatedX509Certificate", "EncapsulatedCRLValue",
                                        "EncapsulatedOCSPValue"};
    bool ok = true;
    for (const struct xml_node *v = list->first; v != NULL && ok; v = v->next)
        ok = !xades_is_property(v, names[piece]) || add(c, of, v, k, piece);
    return ok;
}

bool xades_certificate_values(struct xades_carrying *c, const struct xml_node *of, const struct xml_node *n,
                              struct xades_keys *keys) {
    return add_list(c, of, n, keys, PIECE_CERTIFICATE);
}

bool xades_revocation_values(struct xades_carrying *c, const struct xml_node *of, const struct xml_node *n) {
    bool ok = true;
    for (const struct xml_node *l = n->first; l != NULL && ok; l = l->next) {
        if (xades_is_property(l, "CRLValues"))
            ok = add_list(c, of, l, c->keys, PIECE_CRL);
        else if (xades_is_property(l, "OCSPValues"))
            ok = add_list(c, of, l, c->keys, PIECE_OCSP);
    }
    return ok;
}

bool xades_validation_data(struct xades_carrying *c, const struct xml_node *n) {
    bool ok = true;
    for (const struct xml_node *l = n->first; l != NULL && ok; l = l->next) {
        if (xades_is_property(l, "CertificateValues"))
            ok = xades_certificate_values(c, n, l, &c->more);
        else if (xades_is_property(l, "RevocationValues"))
            ok = xades_revocation_values(c, n, l);
    }
    return ok;
}

/* Beyond the limit nothing more is covered: the counter-signature itself is refused for that. */
bool xades_countersigned_values(struct xades_carrying *c, const struct xml_node *n) {
    static const struct {
        const char *name;
        enum xades_piece piece;
    } rows[] = {
        {"X509Certificate", PIECE_CERTIFICATE},
        {"X509CRL", PIECE_CRL},
        {"EncapsulatedX509Certificate", PIECE_CERTIFICATE},
        {"EncapsulatedCRLValue", PIECE_CRL},
        {"EncapsulatedOCSPValue", PIECE_OCSP},
    };
    struct xades_keys scratch = {0};
    bool ok = true;
    size_t count = 0;
    for (const struct xml_node *e = n; e != NULL && ok; e = xades_after(e, n, false)) {
        for (size_t i = 0; e->kind == XML_KIND_ELEMENT && i < sizeof rows / sizeof *rows; i++) {
            bool is = i < 2 ? xades_is(e, DS_NS, rows[i].name) : xades_is_property(e, rows[i].name);
            if (is && count++ < LIMIT_CERTIFICATES)
                ok = ok && add(c, n, e, &scratch, rows[i].piece);
        }
    }
    return ok;
}

/* ---- references --------------------------------------------------------------------------------------- */

static bool put_ref(struct xades_carrying *c, const struct xml_node *of, const struct ades_value_ref *ref) {
    struct ades_value_ref *list =
        xades_more(&c->o->job->report->arena, c->refs, c->n_refs, &c->ref_room, sizeof *list);
    if (list == NULL)
        return false;
    c->refs = list;
    list[c->n_refs++] = *ref;
    /* A reference without a digest that is known names nothing for certain. */
    const struct ades_covered what = {ref->revocation, ref->digest, ref->hash};
    return ref->digest == DIGEST_NONE || ref->hash.len == 0 || xades_cover(c, of, what);
}

static bool has_room(struct xades_carrying *c, const struct xml_node *n) {
    if (c->n_refs < LIMIT_CERTIFICATES)
        return true;
    xades_breaks(&c->o->s, &c->o->job->report->arena, n, "too many references");
    return false;
}

/* CertRefs of CompleteCertificateRefs and its kin: Cert elements (EN 319 132-1, A.1.1). */
bool xades_certificate_refs(struct xades_carrying *c, const struct xml_node *n, bool attribute) {
    const struct xml_node *list = xades_property_child(n, "CertRefs");
    bool ok = true;
    for (const struct xml_node *e = list != NULL ? list->first : NULL; e != NULL && ok; e = e->next) {
        struct xades_cert cert = {0};
        if (e->kind != XML_KIND_ELEMENT || !xades_cert_read(c->o, e, &cert))
            continue;
        const struct ades_value_ref ref = {.attribute = attribute,
                                           .digest = cert.ref.digest,
                                           .hash = cert.ref.hash,
                                           .issuer = cert.ref.issuer,
                                           .serial = cert.ref.serial};
        if (!has_room(c, e))
            return true;
        ok = put_ref(c, n, &ref);
    }
    return ok;
}

/* CRLRef and OCSPRef (A.1.2): a digest, which an OCSPRef may do without, and what names the piece else. */
static bool read_revocation_ref(struct xades_carrying *c, const struct xml_node *of, const struct xml_node *e,
                                bool attribute) {
    arena *a = &c->o->job->report->arena;
    bool ocsp = xades_is_property(e, "OCSPRef");
    if (!ocsp && !xades_is_property(e, "CRLRef"))
        return true;
    struct ades_value_ref ref = {.revocation = true, .ocsp = ocsp, .attribute = attribute};
    const struct xml_node *digest = xades_property_child(e, "DigestAlgAndValue");
    const struct xml_node *names = xades_property_child(e, ocsp ? "OCSPIdentifier" : "CRLIdentifier");
    const struct xml_node *time = xades_property_child(names, ocsp ? "ProducedAt" : "IssueTime");
    if (digest != NULL && !xades_digest_read(c->o, digest, &ref.digest, &ref.hash))
        ref.digest = DIGEST_NONE;
    ref.time = time != NULL ? xades_time(a, time) : 0;
    return !has_room(c, e) || put_ref(c, of, &ref);
}

bool xades_revocation_refs(struct xades_carrying *c, const struct xml_node *n, bool attribute) {
    bool ok = true;
    for (const struct xml_node *l = n->first; l != NULL && ok; l = l->next) {
        if (!xades_is_property(l, "CRLRefs") && !xades_is_property(l, "OCSPRefs"))
            continue;
        for (const struct xml_node *e = l->first; e != NULL && ok; e = e->next)
            ok = read_revocation_ref(c, n, e, attribute);
    }
    return ok;
}
