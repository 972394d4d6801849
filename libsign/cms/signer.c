/* Reads one SignerInfo: structure and the rules over it, no cryptography. */
#include "cms/signer.h"

#include "base/limits.h"
#include "der/oid.h"

/* RFC 5652, 11; RFC 5035, 3; EN 319 122-1, 5.2. once: at most one attribute with exactly one value. */
static const struct {
    enum oid oid;
    bool once;
} attribute_rows[SA_COUNT] = {
    [SA_CONTENT_TYPE] = {OID_AA_CONTENT_TYPE, true},
    [SA_MESSAGE_DIGEST] = {OID_AA_MESSAGE_DIGEST, true},
    [SA_SIGNING_TIME] = {OID_AA_SIGNING_TIME, true},
    [SA_CERT_V1] = {OID_AA_SIGNING_CERTIFICATE, true},
    [SA_CERT_V2] = {OID_AA_SIGNING_CERTIFICATE_V2, true},
    [SA_POLICY] = {OID_AA_SIGNATURE_POLICY_IDENTIFIER, true},
    [SA_COMMITMENT] = {OID_AA_COMMITMENT_TYPE_INDICATION, false},
    [SA_PLACE] = {OID_AA_SIGNER_LOCATION, true},
    [SA_ROLES_V1] = {OID_AA_SIGNER_ATTRIBUTES, true},
    [SA_ROLES_V2] = {OID_AA_SIGNER_ATTRIBUTES_V2, true},
    [SA_MIME_TYPE] = {OID_AA_MIME_TYPE, true},
    [SA_CONTENT_HINT] = {OID_AA_CONTENT_HINTS, true},
};

static void breaks(struct cms_signer *s, enum message_id id, const char *detail) {
    if (s->broken != MSG_NONE)
        return;
    s->broken = id;
    s->broken_detail = detail;
}

/* Which fact is false when attribute `a` is refused. */
static void breaks_attribute(struct cms_signer *s, int a, enum message_id id) {
    breaks(s, id, oid_label(attribute_rows[a].oid));
    if (a == SA_CERT_V1 || a == SA_CERT_V2)
        s->breaks_certificate = true;
    else
        s->breaks_references = true;
}

bool cms_attribute_next(struct der_cursor *c, sign_bytes *type, sign_bytes *values) {
    if (!der_more(c))
        return false;
    struct der_cursor in;
    struct der_tlv set;
    if (!der_enter(c, DER_SEQUENCE, &in) || !der_oid(&in, type) || !der_take(&in, DER_SET, &set) ||
        !der_finish(&in))
        return false;
    *values = set.value;
    return true;
}

/* The only value of an attribute; a second one is a fault where the table says once. */
static bool single(sign_bytes values, sign_bytes *first) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, values, true);
    struct der_tlv t;
    if (!der_any(&c, &t))
        return false;
    *first = t.raw;
    return !der_more(&c);
}

static void take_attribute(struct cms_signer *s, sign_bytes type, sign_bytes values) {
    enum oid id = oid_find(type);
    for (int a = 0; id != OID_NONE && a < SA_COUNT; a++) {
        if (attribute_rows[a].oid != id)
            continue;
        sign_bytes first = {0};
        bool alone = single(values, &first);
        if (first.len == 0)
            breaks_attribute(s, a, MSG_ATTR_FORMAT);
        else if (attribute_rows[a].once && (!alone || s->value[a].len != 0))
            breaks_attribute(s, a, MSG_ATTR_REPEATED);
        if (s->value[a].len == 0)
            s->value[a] = first;
        return;
    }
}

/* The values that decide: content-type, message-digest, signing-time (RFC 5652, 11.1 to 11.3), and the
 * references to the signer's certificate (RFC 5035, 3 and 4). */
static void read_values(struct cms_signer *s) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->value[SA_CONTENT_TYPE], false);
    if (s->value[SA_CONTENT_TYPE].len != 0 && (!der_oid(&c, &s->content_type) || !der_finish(&c)))
        breaks_attribute(s, SA_CONTENT_TYPE, MSG_ATTR_FORMAT);
    c = der_open(&parse, s->value[SA_MESSAGE_DIGEST], false);
    if (s->value[SA_MESSAGE_DIGEST].len != 0 && (!der_octets(&c, &s->message_digest) || !der_finish(&c)))
        breaks_attribute(s, SA_MESSAGE_DIGEST, MSG_ATTR_FORMAT);
    c = der_open(&parse, s->value[SA_SIGNING_TIME], false);
    if (s->value[SA_SIGNING_TIME].len != 0 && (!der_time(&c, &s->signing_time) || !der_finish(&c)))
        breaks_attribute(s, SA_SIGNING_TIME, MSG_ATTR_FORMAT);
    struct cms_reference unused;
    if (s->value[SA_CERT_V1].len != 0 && !cms_reference_read(s->value[SA_CERT_V1], false, &unused))
        breaks_attribute(s, SA_CERT_V1, MSG_ATTR_FORMAT);
    if (s->value[SA_CERT_V2].len != 0 && !cms_reference_read(s->value[SA_CERT_V2], true, &unused))
        breaks_attribute(s, SA_CERT_V2, MSG_ATTR_FORMAT);
}

/*
 * RFC 5652, 5.4: the value is over the DER encoding of the SET OF. What is not DER already would have to be
 * encoded anew, and what is signed would then not be what is read: refused.
 */
static void read_signed(struct cms_signer *s, sign_bytes contents, bool counter) {
    const char *why = NULL;
    if (!der_is_der(s->signed_attrs, &why)) {
        breaks(s, MSG_ATTRS_NOT_DER, why);
        s->breaks_value = true;
    } else if (!der_set_sorted(contents)) {
        breaks(s, MSG_ATTRS_NOT_DER, "order of the SET OF (X.690, 11.6)");
        s->breaks_value = true;
    }
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true);
    sign_bytes type, values;
    size_t n = 0;
    while (cms_attribute_next(&c, &type, &values) && ++n <= LIMIT_ATTRIBUTES)
        take_attribute(s, type, values);
    if (n > LIMIT_ATTRIBUTES)
        breaks(s, MSG_CMS_LIMIT, "signed attributes");
    if (!der_ok(&c) || n == 0) {
        breaks(s, MSG_SIGNER_FORMAT, n == 0 && der_ok(&c) ? "signedAttrs is empty" : parse.error);
        s->breaks_references = true;
    }
    read_values(s);
    /* RFC 5652, 11.1 and 11.2: both are required; 11.4: a counter-signature has no content-type. */
    if (!counter && s->value[SA_CONTENT_TYPE].len == 0)
        breaks_attribute(s, SA_CONTENT_TYPE, MSG_ATTR_MISSING);
    if (s->value[SA_MESSAGE_DIGEST].len == 0)
        breaks_attribute(s, SA_MESSAGE_DIGEST, MSG_ATTR_MISSING);
    if (counter && s->value[SA_CONTENT_TYPE].len != 0)
        breaks_attribute(s, SA_CONTENT_TYPE, MSG_COUNTER_CONTENT_TYPE);
}

/* Unsigned attributes are not trusted, but a set that cannot be read is no CMS (RFC 5652, 5.3). */
static void check_unsigned(struct cms_signer *s) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->unsigned_attrs, true);
    sign_bytes type, values;
    size_t n = 0;
    while (n <= LIMIT_ATTRIBUTES && cms_attribute_next(&c, &type, &values))
        n++;
    if (n > LIMIT_ATTRIBUTES)
        breaks(s, MSG_CMS_LIMIT, "unsigned attributes");
    else if (!der_ok(&c))
        breaks(s, MSG_SIGNER_FORMAT, parse.error);
}

/* The name of a digest or algorithm for messages. */
static const char *digest_name(enum crypto_digest d, sign_bytes oid, arena *texts) {
    const struct crypto_digest_row *row = crypto_digest_row(d);
    if (row != NULL && row->name != NULL)
        return row->name;
    char dotted[128];
    return oid_to_text(oid, dotted, sizeof dotted) ? arena_str(texts, BYTES_STR(dotted)) : "?";
}

/*
 * RFC 5652, 5.3 and RFC 5754: one hash for both. A signatureAlgorithm that names another than
 * digestAlgorithm, or a mask generation with another hash, is refused: two readers could believe two
 * different things.
 */
static void agree(struct cms_signer *s, arena *texts) {
    s->named = s->sigalg.digest;
    if (s->sigalg.scheme == SCHEME_NONE)
        return;
    if (s->named == DIGEST_NONE)
        s->sigalg.digest = s->digest;
    bool mask = s->sigalg.scheme == SCHEME_RSA_PSS && s->sigalg.mgf != s->sigalg.digest;
    if (s->sigalg.digest == s->digest && !mask)
        return;
    breaks(s, MSG_DIGEST_DISAGREES, digest_name(s->digest, s->digest_oid, texts));
    if (s->broken == MSG_DIGEST_DISAGREES)
        s->broken_other = digest_name(mask ? s->sigalg.mgf : s->sigalg.digest, s->sigalg_oid, texts);
    s->breaks_value = true;
}

/* SignerIdentifier (RFC 5652, 5.3). */
static bool read_sid(struct der_cursor *c, struct cms_signer *s) {
    struct der_tlv t;
    if (der_optional(c, DER_CONTEXT(0), &t)) {
        s->key_id = t.value;
        return true;
    }
    struct der_cursor sid;
    if (!der_enter(c, DER_SEQUENCE, &sid) || !der_take(&sid, DER_SEQUENCE, &t) ||
        !der_integer(&sid, &s->serial))
        return false;
    s->issuer = t.raw;
    return der_finish(&sid);
}

bool cms_signer_read(sign_bytes raw, bool counter, arena *texts, struct cms_signer *out) {
    *out = (struct cms_signer){.raw = raw};
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, raw, true), in;
    struct der_tlv attrs = {0}, t;
    sign_bytes params;
    bool ok = der_enter(&c, DER_SEQUENCE, &in) && der_finish(&c) && der_uint(&in, &out->version) &&
              read_sid(&in, out) && der_algorithm(&in, &out->digest_oid, &params);
    if (ok) {
        out->digest = crypto_digest_read(out->digest_oid, params);
        if (der_optional(&in, DER_CONTEXT_CONSTRUCTED(0), &attrs))
            out->signed_attrs = attrs.raw;
        ok = der_algorithm(&in, &out->sigalg_oid, &params);
    }
    if (ok) {
        crypto_sigalg_read(out->sigalg_oid, params, &out->sigalg);
        ok = der_octets(&in, &out->signature);
    }
    if (ok && der_optional(&in, DER_CONTEXT_CONSTRUCTED(1), &t))
        out->unsigned_attrs = t.value;
    if (!ok || !der_finish(&in)) {
        breaks(out, MSG_SIGNER_FORMAT, parse.error);
        return false;
    }
    if (out->signed_attrs.len != 0)
        read_signed(out, attrs.value, counter);
    check_unsigned(out);
    agree(out, texts);
    return true;
}

bool cms_issuer_serial_read(struct der_cursor *c, struct cms_reference *out) {
    struct der_cursor is, names, name;
    struct der_tlv t;
    if (!der_enter(c, DER_SEQUENCE, &is) || !der_enter(&is, DER_SEQUENCE, &names))
        return false;
    while (der_more(&names)) {
        if (der_optional_enter(&names, DER_CONTEXT_CONSTRUCTED(4), &name)) {
            if (!der_take(&name, DER_SEQUENCE, &t))
                return false;
            out->issuer = t.raw;
        } else if (!der_any(&names, &t)) {
            return false;
        }
    }
    return der_integer(&is, &out->serial) && der_finish(&is);
}

bool cms_reference_read(sign_bytes value, bool v2, struct cms_reference *out) {
    *out = (struct cms_reference){.digest = v2 ? DIGEST_SHA256 : DIGEST_SHA1};
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, false), sc, certs, id;
    if (!der_enter(&c, DER_SEQUENCE, &sc) || !der_enter(&sc, DER_SEQUENCE, &certs) ||
        !der_enter(&certs, DER_SEQUENCE, &id))
        return false;
    /* ... certs, policies SEQUENCE OF PolicyInformation OPTIONAL }: anything else is no such value. */
    (void)der_optional(&sc, DER_SEQUENCE, NULL);
    if (!der_finish(&sc) || !der_finish(&c))
        return false;
    /* ESSCertIDv2.hashAlgorithm DEFAULT sha256; a value that spells the default out is accepted. */
    if (v2 && der_peek(&id) == DER_SEQUENCE) {
        sign_bytes oid, params;
        if (!der_algorithm(&id, &oid, &params))
            return false;
        out->digest = crypto_digest_read(oid, params);
    }
    if (!der_octets(&id, &out->hash))
        return false;
    return (!der_more(&id) || cms_issuer_serial_read(&id, out)) && der_finish(&id);
}

sign_rc cms_signer_hash(struct crypto *crypto, const struct cms_signer *s, uint8_t *out, sign_error *err) {
    static const uint8_t set_of[] = {DER_SET};
    sign_bytes rest = BYTES(s->signed_attrs.data + 1, s->signed_attrs.len - 1);
    sign_rc rc = crypto_hash_begin(crypto, s->sigalg.digest, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, BYTES(set_of, sizeof set_of), err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, rest, err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}

sign_rc cms_signer_verify(struct crypto *crypto, const struct crypto_pubkey *key, const struct cms_signer *s,
                          sign_bytes digest, bool cache, sign_error *err) {
    if (!crypto_pubkey_fits(key, &s->sigalg))
        return SIGN_FAILED;
    return crypto_verify(crypto, key, &s->sigalg, digest, s->signature, cache, err);
}
