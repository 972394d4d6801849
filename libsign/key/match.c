/* Which private key of a token belongs to a certificate. */
#include "key/token.h"

/* The part of a public key that a token shows too: the modulus, or the point. */
struct facts {
    bool ec;
    sign_bytes bytes;
};

static bool facts_read(sign_bytes cert, struct facts *out) {
    sign_bytes spki, params, oid, bits;
    unsigned unused = 0;
    if (chain_spki(cert, &spki, NULL) != SIGN_OK)
        return false;
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, spki, false), in;
    if (!der_enter(&all, DER_SEQUENCE, &in) || !der_algorithm(&in, &oid, &params) ||
        !der_bits(&in, &bits, &unused))
        return false;
    out->ec = oid_is(oid, OID_EC_PUBLIC_KEY);
    out->bytes = bits;
    if (out->ec)
        return true;
    struct der_parse inner = {0};
    struct der_cursor rsa = der_open(&inner, bits, false), numbers;
    return der_enter(&rsa, DER_SEQUENCE, &numbers) && der_unsigned(&numbers, &out->bytes);
}

enum sameness { UNKNOWN, SAME, DIFFERENT };

/* Leading zeros of a modulus, and the OCTET STRING around a point that some tokens leave out, are no
 * difference. */
static enum sameness compare(sign_bytes have, const struct facts *want) {
    if (have.len == 0)
        return UNKNOWN;
    size_t around = have.len - want->bytes.len;
    if (have.len < want->bytes.len || around > 4)
        return DIFFERENT;
    return bytes_equal(BYTES(have.data + around, want->bytes.len), want->bytes) ? SAME : DIFFERENT;
}

static sign_rc key_type(struct token *t, CK_SESSION_HANDLE session, const struct object *key,
                        CK_KEY_TYPE *out, sign_error *err) {
    AUTO(sign_buf) value = {0};
    sign_rc rc = object_attribute(t->module, session, key->handle, CKA_KEY_TYPE, &value, err);
    if (rc == SIGN_OK && value.len == sizeof *out)
        memcpy(out, value.data, sizeof *out);
    return rc;
}

static sign_rc look(struct token *t, CK_SESSION_HANDLE session, const objects *publics,
                    const struct object *key, const struct facts *want, enum sameness *out, sign_error *err) {
    CK_KEY_TYPE type = want->ec ? CKK_EC : CKK_RSA, wanted = type;
    CK_ATTRIBUTE_TYPE part = want->ec ? CKA_EC_POINT : CKA_MODULUS;
    AUTO(sign_buf) value = {0};
    sign_rc rc = key_type(t, session, key, &type, err);
    if (rc == SIGN_OK && type == wanted)
        rc = object_attribute(t->module, session, key->handle, part, &value, err);
    const struct object *public = objects_with_id(publics, BYTES(key->id.data, key->id.len));
    if (rc == SIGN_OK && type == wanted && value.len == 0 && public)
        rc = object_attribute(t->module, session, public->handle, part, &value, err);
    *out = type == wanted ? compare(BYTES(value.data, value.len), want) : DIFFERENT;
    return rc;
}

/* The rank of a key: CKA_ID first, the public key next, the label only when neither object has an id. 0: not
 * it. */
static int rank(const struct object *key, const struct object *cert, enum sameness same) {
    if (same == DIFFERENT)
        return 0;
    bool id =
        cert->id.len && bytes_equal(BYTES(key->id.data, key->id.len), BYTES(cert->id.data, cert->id.len));
    if (same == SAME)
        return id ? 4 : 3;
    if (id)
        return 2;
    return !cert->id.len && !key->id.len && cert->label && strcmp(cert->label, key->label) == 0;
}

sign_rc token_match(struct token *t, CK_SESSION_HANDLE session, const struct object *cert,
                    CK_OBJECT_HANDLE *out, sign_error *err) {
    struct facts want = {0};
    AUTO(objects) keys = {0};
    AUTO(objects) publics = {0};
    if (!facts_read(BYTES(cert->value.data, cert->value.len), &want))
        return fail(err, SIGN_E_CERTIFICATE, MSG_CERT_FORMAT, "%s", t->slot.label);
    sign_rc rc = objects_read(t->module, session, CKO_PRIVATE_KEY, &keys, err);
    if (rc == SIGN_OK)
        rc = objects_read(t->module, session, CKO_PUBLIC_KEY, &publics, err);
    int best = 0, count = 0;
    for (size_t i = 0; i < keys.n && rc == SIGN_OK; i++) {
        enum sameness same = UNKNOWN;
        rc = look(t, session, &publics, &keys.at[i], &want, &same, err);
        int r = rank(&keys.at[i], cert, same);
        count = r > best ? 1 : count + (r == best && r > 0);
        if (r > best) {
            best = r;
            *out = keys.at[i].handle;
        }
    }
    if (rc != SIGN_OK)
        return rc;
    if (best == 0)
        return fail(err, SIGN_E_KEY, MSG_TOKEN_NO_KEY, "%s", t->slot.label);
    /* Two copies of the same key sign alike; two that only might be it do not. */
    if (count > 1 && best < 3)
        return fail(err, SIGN_E_CERTIFICATE, MSG_TOKEN_SEVERAL, " %s: %d private keys", t->slot.label, count);
    return SIGN_OK;
}
