/* ds:KeyInfo: certificates and lists as candidates, hints where to look among the caller's certificates, and
 * a bare key (XML-Signature, 4.5). RetrievalMethod is not followed: what it would fetch could be anything;
 * that it stands there only lets the caller's certificates be tried. */
#include "base/text.h"
#include "xades/dname.h"
#include "xades/properties.h"

/* ---- certificates and lists ------------------------------------------------------------------------- */

void *xades_more(arena *a, void *list, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return list;
    size_t wanted = *room == 0 ? 4 : 2 * *room;
    void *grown = arena_alloc(a, wanted * size);
    if (grown != NULL && n > 0)
        memcpy(grown, list, n * size);
    *room = grown != NULL ? wanted : *room;
    return grown;
}

static bool add_bytes(arena *a, sign_bytes **list, size_t *n, size_t *room, sign_bytes der) {
    sign_bytes *more = xades_more(a, *list, *n, room, sizeof *more);
    if (more == NULL)
        return false;
    *list = more;
    more[(*n)++] = der;
    return true;
}

bool xades_keys_add(struct xades_one *o, struct xades_keys *k, const struct xml_node *n,
                    enum xades_piece piece) {
    arena *a = &o->job->report->arena;
    const size_t counts[] = {k->n_certs, k->n_crls, k->n_ocsps};
    static const size_t limits[] = {LIMIT_CERTIFICATE, LIMIT_CRL, LIMIT_OCSP};
    sign_bytes der;
    if (counts[piece] >= LIMIT_CERTIFICATES) {
        xades_breaks(&o->s, a, n, "too many certificates or lists");
        return true;
    }
    if (!xades_base64(n, limits[piece], a, &der))
        return !a->failed;
    if (piece == PIECE_CRL)
        return add_bytes(a, &k->crls, &k->n_crls, &k->crl_room, der);
    if (piece == PIECE_OCSP)
        return add_bytes(a, &k->ocsps, &k->n_ocsps, &k->ocsp_room, der);
    struct xades_candidate *list = xades_more(a, k->certs, k->n_certs, &k->room, sizeof *list);
    if (list == NULL)
        return false;
    k->certs = list;
    list[k->n_certs++] = (struct xades_candidate){n, der};
    return true;
}

static bool read_x509(struct xades_one *o, const struct xml_node *data, struct xades_keys *k) {
    arena *a = &o->job->report->arena;
    bool ok = true;
    for (const struct xml_node *e = xades_solid(data->first); e != NULL && ok; e = xades_solid(e->next)) {
        const struct xml_node *name = xades_solid(e->first);
        if (xades_is(e, DS_NS, "X509Certificate") || xades_is(e, DS_NS, "X509CRL")) {
            ok = xades_keys_add(o, k, e, xades_is(e, DS_NS, "X509CRL") ? PIECE_CRL : PIECE_CERTIFICATE);
        } else if (xades_is(e, DS_NS, "X509SKI")) {
            (void)xades_base64(e, LIMIT_XML_VALUE, a, &k->ski);
        } else if (xades_is(e, DS_NS, "X509SubjectName")) {
            k->subject = xades_text(e);
        } else if (xades_is(e, DS_NS, "X509IssuerSerial") && name != NULL &&
                   xades_is(name, DS_NS, "X509IssuerName")) {
            const struct xml_node *serial = xades_solid(name->next);
            const char *number =
                serial != NULL && serial->kind == XML_KIND_ELEMENT ? xades_text(serial) : NULL;
            if (number != NULL && xades_serial(number, a, &k->serial))
                k->issuer = xades_text(name);
        }
    }
    return ok && !a->failed;
}

/* ---- a bare key ------------------------------------------------------------------------------------- */

static void put_algorithm(der_builder *b, enum oid algorithm, enum oid curve) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, algorithm);
    if (curve != OID_NONE)
        der_put_oid(b, curve);
    else
        der_put_null(b);
    der_end(b);
}

/* RSAKeyValue (4.5.2.2) as the contents of a SubjectPublicKeyInfo. */
static bool put_rsa(struct xades_one *o, const struct xml_node *n, der_builder *b) {
    arena *a = &o->job->report->arena;
    const struct xml_node *modulus = xades_solid(n->first);
    const struct xml_node *exponent = modulus != NULL ? xades_solid(modulus->next) : NULL;
    sign_bytes m, e;
    if (exponent == NULL || !xades_is(modulus, DS_NS, "Modulus") || !xades_is(exponent, DS_NS, "Exponent") ||
        !xades_base64(modulus, LIMIT_RSA_BITS_MAX / 8 + 1, a, &m) ||
        !xades_base64(exponent, LIMIT_RSA_BITS_MAX / 8 + 1, a, &e))
        return false;
    AUTO(der_builder) key = {0};
    AUTO(sign_buf) der = {0};
    der_begin(&key, DER_SEQUENCE);
    der_put_unsigned(&key, m);
    der_put_unsigned(&key, e);
    der_end(&key);
    if (der_builder_take(&key, &der, NULL) != SIGN_OK)
        return false;
    put_algorithm(b, OID_RSA_ENCRYPTION, OID_NONE);
    der_put_bits(b, BYTES(der.data, der.len));
    return true;
}

/* DSAKeyValue (4.5.2.1): P, Q, G and Y; what follows says how they were made, and is not needed. Without P, Q
 * and G only who knows them from elsewhere could use the key. */
static bool put_dsa(struct xades_one *o, const struct xml_node *n, der_builder *b) {
    static const char *const names[] = {"P", "Q", "G", "Y"};
    sign_bytes v[4];
    const struct xml_node *e = xades_solid(n->first);
    for (size_t i = 0; i < 4; i++, e = xades_solid(e->next))
        if (e == NULL || !xades_is(e, DS_NS, names[i]) ||
            !xades_base64(e, LIMIT_DSA_BITS_MAX / 8 + 1, &o->job->report->arena, &v[i]))
            return false;
    AUTO(der_builder) key = {0};
    AUTO(sign_buf) der = {0};
    der_put_unsigned(&key, v[3]);
    if (der_builder_take(&key, &der, NULL) != SIGN_OK)
        return false;
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_DSA);
    der_begin(b, DER_SEQUENCE);
    for (size_t i = 0; i < 3; i++)
        der_put_unsigned(b, v[i]);
    der_end(b);
    der_end(b);
    der_put_bits(b, BYTES(der.data, der.len));
    return true;
}

/* ECKeyValue with a named curve (4.5.2.3.1): "urn:oid:1.2.840.10045.3.1.7". */
static bool put_ec(struct xades_one *o, const struct xml_node *n, der_builder *b) {
    static const char urn[] = "urn:oid:";
    const struct xml_node *curve = xades_solid(n->first);
    const struct xml_node *point = curve != NULL ? xades_solid(curve->next) : NULL;
    uint8_t oid[64];
    size_t len;
    sign_bytes q;
    if (point == NULL || !xades_is(curve, DS11_NS, "NamedCurve") || !xades_is(point, DS11_NS, "PublicKey") ||
        !xades_base64(point, LIMIT_CERTIFICATE, &o->job->report->arena, &q))
        return false;
    const char *uri = xades_unqualified(curve, "URI");
    if (uri == NULL || strncmp(uri, urn, sizeof urn - 1) != 0 ||
        !oid_from_text(uri + sizeof urn - 1, oid, sizeof oid, &len) || oid_find(BYTES(oid, len)) == OID_NONE)
        return false;
    put_algorithm(b, OID_EC_PUBLIC_KEY, oid_find(BYTES(oid, len)));
    der_put_bits(b, q);
    return true;
}

static bool read_key_value(struct xades_one *o, const struct xml_node *n, struct xades_keys *k) {
    const struct xml_node *e = xades_solid(n->first);
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) der = {0};
    if (e == NULL || k->spki.len != 0)
        return true;
    der_begin(&b, DER_SEQUENCE);
    bool read = (xades_is(e, DS_NS, "RSAKeyValue") && put_rsa(o, e, &b)) ||
                (xades_is(e, DS_NS, "DSAKeyValue") && put_dsa(o, e, &b)) ||
                (xades_is(e, DS11_NS, "ECKeyValue") && put_ec(o, e, &b));
    der_end(&b);
    if (!read)
        return !o->job->report->arena.failed;
    if (der_builder_take(&b, &der, NULL) != SIGN_OK)
        return false;
    k->spki = arena_copy(&o->job->report->arena, BYTES(der.data, der.len));
    return k->spki.data != NULL;
}

bool xades_key_info_read(struct xades_one *o, struct xades_keys *k) {
    const struct xml_node *info = o->s.key_info;
    bool ok = true;
    for (const struct xml_node *e = info != NULL ? xades_solid(info->first) : NULL; e != NULL && ok;
         e = xades_solid(e->next)) {
        if (xades_is(e, DS_NS, "X509Data"))
            ok = read_x509(o, e, k);
        else if (xades_is(e, DS_NS, "KeyValue"))
            ok = read_key_value(o, e, k);
        else if (xades_is(e, DS_NS, "RetrievalMethod"))
            k->elsewhere = true;
        else if (xades_is(e, DS11_NS, "DEREncodedKeyValue") && k->spki.len == 0)
            (void)xades_base64(e, LIMIT_CERTIFICATE, &o->job->report->arena, &k->spki);
    }
    return ok && !o->job->report->arena.failed;
}
