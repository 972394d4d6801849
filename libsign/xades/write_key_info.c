/* KeyInfo (XML-Signature, 4.5): certificates, and the bare key when it is asked for. */
#include "xades/write.h"

#include "base/text.h"

/* What is in a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7): parameters of the algorithm, and the key. */
static bool spki_open(sign_bytes spki, struct der_parse *parse, sign_bytes *params, sign_bytes *key) {
    struct der_cursor c = der_open(parse, spki, false), inside;
    sign_bytes oid;
    unsigned unused = 0;
    der_enter(&c, DER_SEQUENCE, &inside);
    der_algorithm(&inside, &oid, params);
    der_bits(&inside, key, &unused);
    return der_finish(&inside) && der_finish(&c) && unused == 0;
}

static void put_crypto_binary(grow *out, const char *name, sign_bytes value) {
    grow_printf(out, "<%s>", name);
    xades_put_base64(out, value);
    grow_printf(out, "</%s>", name);
}

/* RSAKeyValue (4.5.2.2): CryptoBinary is without leading zero octets. */
static bool put_rsa(grow *out, sign_bytes key) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, key, false), inside;
    sign_bytes modulus = {0}, exponent = {0};
    der_enter(&c, DER_SEQUENCE, &inside);
    der_unsigned(&inside, &modulus);
    der_unsigned(&inside, &exponent);
    if (!der_finish(&inside) || !der_finish(&c)) {
        return false;
    }
    grow_str(out, "<ds:RSAKeyValue>");
    put_crypto_binary(out, "ds:Modulus", modulus);
    put_crypto_binary(out, "ds:Exponent", exponent);
    grow_str(out, "</ds:RSAKeyValue>");
    return true;
}

/* ECKeyValue of XML-Signature 1.1 (4.5.2.3.1): the curve by name, the point as in X9.62. */
static bool put_ec(grow *out, sign_bytes params, sign_bytes key) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, params, false);
    sign_bytes curve;
    char dotted[64];
    if (!der_oid(&c, &curve) || !der_finish(&c) || !oid_to_text(curve, dotted, sizeof dotted)) {
        return false;
    }
    grow_printf(out, "<dsig11:ECKeyValue xmlns:dsig11=\"" DS11_NS "\">");
    grow_printf(out, "<dsig11:NamedCurve URI=\"urn:oid:%s\"></dsig11:NamedCurve>", dotted);
    put_crypto_binary(out, "dsig11:PublicKey", key);
    grow_str(out, "</dsig11:ECKeyValue>");
    return true;
}

static sign_rc put_key_value(const struct xades_writing *w, grow *out, sign_error *err) {
    struct der_parse parse = {0};
    sign_bytes params = {0}, key = {0};
    grow_str(out, "<ds:KeyValue>");
    bool done = spki_open(w->plan->signer->spki, &parse, &params, &key) &&
                (w->plan->sigalg.scheme == SCHEME_ECDSA ? put_ec(out, params, key) : put_rsa(out, key));
    grow_str(out, "</ds:KeyValue>");
    return done ? SIGN_OK : fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "SubjectPublicKeyInfo");
}

static void put_certificate(grow *out, sign_bytes der) {
    grow_str(out, "<ds:X509Certificate>");
    xades_put_base64(out, der);
    grow_str(out, "</ds:X509Certificate>");
}

/* The i-th of the certificates to embed was put before: of the chain, or a further one. */
static bool repeated(const ades_plan *plan, size_t i) {
    sign_bytes der = plan->opt->certificates[i];
    for (size_t k = 0; k < plan->n_chain; k++) {
        if (bytes_equal(plan->chain[k], der)) {
            return true;
        }
    }
    for (size_t k = 0; k < i; k++) {
        if (bytes_equal(plan->opt->certificates[k], der)) {
            return true;
        }
    }
    return false;
}

/* The signer's certificate stands first: a verifier that looks at one only takes that one. */
sign_rc xades_key_info_write(const struct xades_writing *w, grow *out, sign_error *err) {
    const ades_plan *plan = w->plan;
    grow_str(out, "<ds:KeyInfo>");
    sign_rc rc = plan->opt->key_value ? put_key_value(w, out, err) : SIGN_OK;
    if (rc != SIGN_OK) {
        return rc;
    }
    grow_str(out, "<ds:X509Data>");
    for (size_t i = 0; i < plan->n_chain; i++) {
        put_certificate(out, plan->chain[i]);
    }
    for (size_t i = 0; i < plan->opt->n_certificates; i++) {
        if (!repeated(plan, i)) {
            put_certificate(out, plan->opt->certificates[i]);
        }
    }
    grow_str(out, "</ds:X509Data></ds:KeyInfo>");
    return SIGN_OK;
}
