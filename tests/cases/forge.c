#include "forge.h"

#include "base/time.h"
#include "support/identity.h"

#include <stdio.h>
#include <stdlib.h>

enum { SIGNED_AT = 1767607200 }; /* 2026-01-05T10:00:00Z */

static bool good(struct forge *f, const char *what, sign_rc rc, const sign_error *err) {
    if (rc != SIGN_OK) {
        fprintf(stderr, "mkvectors: %s: %s: %s\n", what, sign_rc_name(rc), err->text);
        f->failed = true;
    }
    return rc == SIGN_OK;
}

bool forge_open(struct forge *f, const char *folder, sign_bytes content) {
    sign_error err = {0};
    *f = (struct forge){.folder = folder, .content = content, .at = SIGNED_AT};
    return good(f, "crypto", crypto_new(&f->crypto, &err), &err);
}

void forge_close(struct forge *f) {
    for (size_t i = 0; i < f->n; i++) {
        sign_key_free(&f->ids[i].key);
        pki_cert_free(&f->ids[i].cert);
    }
    crypto_free(&f->crypto);
}

struct identity *forge_identity(struct forge *f, const char *name) {
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->ids[i].name, name) == 0) {
            return &f->ids[i];
        }
    }
    char key[512], cert[512];
    sign_error err = {0};
    struct identity *id = &f->ids[f->n];
    if (f->n == sizeof f->ids / sizeof *f->ids) {
        abort();
    }
    snprintf(key, sizeof key, "%s/%s.key.pem", SIGN_TEST_PKI, name);
    snprintf(cert, sizeof cert, "%s/%s.pem", SIGN_TEST_PKI, name);
    sign_key_options opt = {.size = sizeof opt, .certificate = cert, .secret = identity_password};
    if (!good(f, name, sign_key_open(key, &opt, &id->key, &err), &err) ||
        !good(f, name, pki_cert_read(f->crypto, sign_key_certificate(id->key), &id->cert, &err), &err)) {
        exit(1);
    }
    id->name = name;
    f->n++;
    return id;
}

void forge_taken(struct forge *f, der_builder *b, sign_buf *out) {
    sign_error err = {0};
    good(f, "builder", der_builder_take(b, out, &err), &err);
}

sign_bytes forge_hash(struct forge *f, enum crypto_digest d, sign_bytes in, uint8_t out[DIGEST_MAX]) {
    sign_error err = {0};
    good(f, "digest", crypto_hash(f->crypto, d, in, out, &err), &err);
    return BYTES(out, crypto_digest_row(d)->size);
}

/* ---- signed attributes ---- */

static void attribute(der_builder *b, enum oid type, uint8_t tag, sign_bytes value) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, type);
    der_begin(b, DER_SET);
    der_put(b, tag, value);
    der_end(b);
    der_end(b);
}

static void signing_time(der_builder *b, int64_t t) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_AA_SIGNING_TIME);
    der_begin(b, DER_SET);
    der_put_time(b, t);
    der_end(b);
    der_end(b);
}

/* ESSCertID or ESSCertIDv2 (RFC 5035, 4 and 5): hash of one certificate, issuerSerial of another maybe. */
static void cert_id(struct forge *f, der_builder *b, enum crypto_digest d, const struct pki_cert *hashed,
                    const struct pki_cert *named) {
    uint8_t digest[DIGEST_MAX];
    der_begin(b, DER_SEQUENCE);
    der_put(b, DER_OCTET_STRING, forge_hash(f, d, hashed->der, digest));
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(4));
    der_put_raw(b, named->issuer);
    der_end(b);
    der_end(b);
    der_put(b, DER_INTEGER, named->serial);
    der_end(b);
    der_end(b);
}

static void reference(struct forge *f, der_builder *b, bool v1, unsigned flaws, const struct pki_cert *signer,
                      const struct pki_cert *other) {
    enum crypto_digest d = v1 ? DIGEST_SHA1 : DIGEST_SHA256;
    bool wrong = v1 ? (flaws & V1_OTHER) != 0 : (flaws & REFERENCE_OTHER) != 0;
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, v1 ? OID_AA_SIGNING_CERTIFICATE : OID_AA_SIGNING_CERTIFICATE_V2);
    der_begin(b, DER_SET);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    if (flaws & REFERENCE_SECOND) {
        cert_id(f, b, d, other, other);
    }
    cert_id(f, b, d, wrong ? other : signer, wrong || flaws & REFERENCE_SERIAL ? other : signer);
    der_end(b);
    if (flaws & (REFERENCE_POLICIES | REFERENCE_TRAILING)) {
        der_begin(b, DER_SEQUENCE);
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_TR_POLICY_P3);
        der_end(b);
        der_end(b);
    }
    if (flaws & REFERENCE_TRAILING) {
        der_put_null(b);
    }
    der_end(b);
    der_end(b);
    der_end(b);
}

static void references(struct forge *f, der_builder *b, unsigned flaws, const struct pki_cert *signer,
                       const struct pki_cert *other) {
    if (!(flaws & (NO_REFERENCE | V1_ONLY))) {
        reference(f, b, false, flaws, signer, other);
    }
    if (flaws & TWO_REFERENCES) {
        reference(f, b, false, flaws, signer, other);
    }
    if (flaws & (V1_ONLY | V1_TOO | V1_OTHER)) {
        reference(f, b, true, flaws, signer, other);
    }
}

/* content-type whose SEQUENCE has a length in two octets where one is enough: BER, not DER. */
static void ber_content_type(der_builder *b) {
    static const uint8_t octets[] = {0x30, 0x81, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                     0xf7, 0x0d, 0x01, 0x09, 0x03, 0x31, 0x0b, 0x06, 0x09,
                                     0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
    der_put_raw(b, BYTES(octets, sizeof octets));
}

static void content_types(der_builder *b, unsigned flaws) {
    sign_bytes type = oid_bytes(flaws & OTHER_CONTENT_TYPE ? OID_CT_DIGESTED_DATA
                                : flaws & STAMP_INFO       ? OID_CT_TST_INFO
                                                           : OID_CT_DATA);
    if (flaws & BER_ATTRS) {
        ber_content_type(b);
    } else if (!(flaws & NO_CONTENT_TYPE)) {
        attribute(b, OID_AA_CONTENT_TYPE, DER_OID, type);
    }
    if (flaws & TWO_CONTENT_TYPES) {
        attribute(b, OID_AA_CONTENT_TYPE, DER_OID, type);
    }
}

static void message_digests(der_builder *b, unsigned flaws, sign_bytes digest) {
    if (flaws & DIGEST_VALUES) {
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_AA_MESSAGE_DIGEST);
        der_begin(b, DER_SET);
        der_put(b, DER_OCTET_STRING, digest);
        der_put(b, DER_OCTET_STRING, BYTES("0123456789abcdef0123456789abcdef", 32));
        der_end_set_of(b);
        der_end(b);
    } else if (!(flaws & NO_DIGEST)) {
        attribute(b, OID_AA_MESSAGE_DIGEST, DER_OCTET_STRING, digest);
    }
    if (flaws & TWO_DIGESTS) {
        attribute(b, OID_AA_MESSAGE_DIGEST, DER_OCTET_STRING, digest);
    }
}

sign_buf forge_attributes(struct forge *f, unsigned flaws, const struct pki_cert *signer,
                          const struct pki_cert *other, enum crypto_digest d, sign_bytes over, bool counter) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    uint8_t digest[DIGEST_MAX];
    sign_bytes value = forge_hash(f, d, over, digest);
    digest[0] ^= (uint8_t)(flaws & OTHER_DIGEST ? 1 : 0);
    der_begin(&b, DER_SET);
    if (flaws & UNSORTED) { /* the longest first, the shortest last */
        references(f, &b, flaws, signer, other);
    }
    if (!counter) {
        content_types(&b, flaws);
    }
    message_digests(&b, flaws, value);
    signing_time(&b, f->at);
    if (flaws & TWO_TIMES) {
        signing_time(&b, f->at + 60);
    }
    if (flaws & UNSORTED) {
        der_end(&b);
    } else {
        references(f, &b, flaws, signer, other);
        der_end_set_of(&b);
    }
    forge_taken(f, &b, &out);
    return out;
}

/* ---- SignerInfo ---- */

static struct crypto_sigalg algorithm(const struct identity *id, unsigned flaws) {
    enum crypto_digest d = flaws & SHA1 ? DIGEST_SHA1 : DIGEST_SHA256;
    enum crypto_key_kind kind = key_kind(id->key);
    if (kind == KEY_EC) {
        return (struct crypto_sigalg){.scheme = SCHEME_ECDSA, .digest = d};
    }
    if (kind == KEY_RSA && !(flaws & PSS)) {
        return (struct crypto_sigalg){.scheme = SCHEME_RSA_PKCS1, .digest = d};
    }
    return (struct crypto_sigalg){SCHEME_RSA_PSS, d, d, (unsigned)crypto_digest_row(d)->size};
}

static void sid(der_builder *b, const struct pki_cert *cert, bool key_id) {
    if (key_id) {
        der_put(b, DER_CONTEXT(0), cert->ski);
        return;
    }
    der_begin(b, DER_SEQUENCE);
    der_put_raw(b, cert->issuer);
    der_put(b, DER_INTEGER, cert->serial);
    der_end(b);
}

static void put_value(der_builder *b, unsigned flaws, sign_buf *value) {
    static const uint8_t zero[] = {0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00};
    AUTO(grow) octets = {0};
    if (flaws & VALUE_ZERO) {
        grow_put(&octets, zero, sizeof zero);
    } else if (flaws & VALUE_RAW) {
        crypto_ecdsa_to_raw(BYTES(value->data, value->len), 32, &octets);
    } else {
        value->data[value->len - 1] ^= (uint8_t)(flaws & VALUE_FLIPPED ? 1 : 0);
        grow_put(&octets, value->data, value->len);
    }
    if (flaws & VALUE_LONGER) {
        grow_byte(&octets, 0);
    }
    der_put(b, DER_OCTET_STRING, BYTES(octets.data, octets.len));
}

static sign_buf signer_info(struct forge *f, const struct identity *id, const struct pki_cert *other,
                            unsigned flaws, sign_bytes over, bool counter, sign_bytes unsigned_attrs) {
    AUTO(sign_buf) attrs = {0};
    AUTO(sign_buf) value = {0};
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    sign_error err = {0};
    uint8_t tbs[DIGEST_MAX];
    struct crypto_sigalg alg = algorithm(id, flaws);
    enum crypto_digest of_content = flaws & DIGEST_ALG_OTHER ? DIGEST_SHA512 : alg.digest;
    attrs = forge_attributes(f, flaws, id->cert, other, of_content, over, counter);
    sign_bytes signed_part = flaws & NO_ATTRS ? over : BYTES(attrs.data, attrs.len);
    sign_bytes digest = forge_hash(f, alg.digest, signed_part, tbs);
    if (!good(f, id->name, key_sign(id->key, f->crypto, &alg, digest, &value, &err), &err)) {
        return out;
    }
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, flaws & SID_KEY_ID ? 3 : 1);
    sid(&b, flaws & SID_OTHER ? other : id->cert, (flaws & SID_KEY_ID) != 0);
    crypto_digest_write(&b, of_content);
    if (!(flaws & NO_ATTRS)) {
        attrs.data[0] = DER_CONTEXT_CONSTRUCTED(0);
        der_put_raw(&b, BYTES(attrs.data, attrs.len));
    }
    crypto_sigalg_write(&b, &alg);
    put_value(&b, flaws, &value);
    if (unsigned_attrs.len) {
        der_put(&b, DER_CONTEXT_CONSTRUCTED(1), unsigned_attrs);
    }
    der_end(&b);
    forge_taken(f, &b, &out);
    return out;
}

sign_buf forge_signer(struct forge *f, const char *signer, const char *other, unsigned flaws,
                      sign_bytes unsigned_attrs) {
    struct identity *second = other ? forge_identity(f, other) : NULL;
    return signer_info(f, forge_identity(f, signer), second ? second->cert : NULL, flaws, f->content, false,
                       unsigned_attrs);
}

sign_buf forge_counter(struct forge *f, const char *signer, sign_bytes over, bool with_type,
                       sign_bytes nested) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) info = signer_info(f, forge_identity(f, signer), NULL, GOOD, over, !with_type, nested);
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_AA_COUNTER_SIGNATURE);
    der_begin(&b, DER_SET);
    der_put_raw(&b, BYTES(info.data, info.len));
    der_end(&b);
    der_end(&b);
    forge_taken(f, &b, &out);
    return out;
}

sign_bytes forge_value(sign_bytes info) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, info, false), in;
    sign_bytes value = {0}, oid, params;
    struct der_tlv t;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_INTEGER, NULL) || !der_any(&in, &t) ||
        !der_algorithm(&in, &oid, &params) || !der_take(&in, DER_CONTEXT_CONSTRUCTED(0), NULL) ||
        !der_algorithm(&in, &oid, &params) || !der_octets(&in, &value)) {
        abort();
    }
    return value;
}

sign_buf forge_set_of_attributes(sign_bytes info) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, info, false), in;
    struct der_tlv t, attrs;
    sign_buf out = {0};
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_INTEGER, NULL) || !der_any(&in, &t) ||
        !der_any(&in, &t) || !der_take(&in, DER_CONTEXT_CONSTRUCTED(0), &attrs) ||
        buf_copy(attrs.raw, &out, NULL) != SIGN_OK) {
        abort();
    }
    out.data[0] = DER_SET;
    return out;
}

/* ---- revocation lists ---- */

static void put_list(der_builder *b, const struct identity *id, const struct crypto_sigalg *alg) {
    der_begin(b, DER_SEQUENCE);
    der_put_uint(b, 1);
    crypto_sigalg_write(b, alg);
    der_put_raw(b, id->cert->subject);
    der_put_time(b, SIGNED_AT);
    der_put_time(b, SIGNED_AT + INT64_C(10) * 365 * 86400);
    der_end(b);
}

sign_buf forge_crl(struct forge *f, const char *issuer, enum crypto_digest d) {
    AUTO(der_builder) inner = {0}, b = {0};
    AUTO(sign_buf) tbs = {0};
    AUTO(sign_buf) value = {0};
    sign_buf out = {0};
    sign_error err = {0};
    uint8_t digest[DIGEST_MAX];
    const struct identity *id = forge_identity(f, issuer);
    const struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = d};
    put_list(&inner, id, &alg);
    forge_taken(f, &inner, &tbs);
    sign_bytes hashed = forge_hash(f, d, BYTES(tbs.data, tbs.len), digest);
    if (!good(f, issuer, key_sign(id->key, f->crypto, &alg, hashed, &value, &err), &err)) {
        return out;
    }
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, BYTES(tbs.data, tbs.len));
    crypto_sigalg_write(&b, &alg);
    der_put_bits(&b, BYTES(value.data, value.len));
    der_end(&b);
    forge_taken(f, &b, &out);
    return out;
}

sign_buf forge_revocation_values(struct forge *f, sign_bytes crls) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_AA_REVOCATION_VALUES);
    der_begin(&b, DER_SET);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
    der_put(&b, DER_SEQUENCE, crls);
    for (int i = 0; i < 4; i++) {
        der_end(&b);
    }
    forge_taken(f, &b, &out);
    return out;
}

/* ---- the message ---- */

static void certificates(struct forge *f, der_builder *b) {
    static const char *const authorities[] = {"ca-ec",    "ca-rsa",     "ca-revoked",
                                              "ca-notca", "ca-pathlen", "ca-nokusage"};
    for (size_t i = 0; i < f->n; i++) {
        der_put_raw(b, f->ids[i].cert->der);
    }
    for (size_t i = 0; i < sizeof authorities / sizeof *authorities; i++) {
        char path[512];
        AUTO(sign_buf) der = {0};
        sign_error err = {0};
        snprintf(path, sizeof path, "%s/%s.der", SIGN_TEST_PKI, authorities[i]);
        good(f, path, file_read(path, LIMIT_CERTIFICATE, &der, &err), &err);
        der_put_raw(b, BYTES(der.data, der.len));
    }
}

/* Indefinite lengths around, the content in two pieces. */
static void ber_content(der_builder *b, sign_bytes content) {
    size_t half = content.len / 2;
    der_put_raw(b, BYTES("\xa0\x80\x24\x80", 4));
    der_put(b, DER_OCTET_STRING, BYTES(content.data, half));
    der_put(b, DER_OCTET_STRING, BYTES(content.data + half, content.len - half));
    der_put_raw(b, BYTES("\0\0\0\0", 4));
}

static void encapsulated(struct forge *f, der_builder *b, const struct outside *o) {
    sign_bytes content = o->content.len ? o->content : f->content;
    sign_bytes type = oid_bytes(o->content_type == OID_NONE ? OID_CT_DATA : o->content_type);
    if (o->ber) {
        der_put_raw(b, BYTES("\x30\x80", 2));
        der_put_oid_bytes(b, type);
        ber_content(b, content);
        der_put_raw(b, BYTES("\0\0", 2));
        return;
    }
    der_begin(b, DER_SEQUENCE);
    der_put_oid_bytes(b, type);
    if (!o->detached) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_put(b, DER_OCTET_STRING, content);
        der_end(b);
    }
    der_end(b);
}

static void body(struct forge *f, der_builder *b, const sign_buf *signers, size_t n,
                 const struct outside *o) {
    der_put_uint(b, 1);
    der_begin(b, DER_SET);
    if (!o->no_digests) {
        crypto_digest_write(b, o->digests != DIGEST_NONE ? o->digests : DIGEST_SHA256);
    }
    if (o->odd_digests) {
        der_put_uint(b, 7);
    }
    der_end(b);
    encapsulated(f, b, o);
    if (!o->no_certificates) {
        if (o->certificates.len) {
            der_put(b, DER_CONTEXT_CONSTRUCTED(0), o->certificates);
        } else {
            der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
            certificates(f, b);
            der_end_set_of(b);
        }
    }
    if (o->crls.len) {
        der_put(b, DER_CONTEXT_CONSTRUCTED(1), o->crls);
    }
    der_begin(b, DER_SET);
    for (size_t i = 0; i < n; i++) {
        der_put_raw(b, BYTES(signers[i].data, signers[i].len));
    }
    der_end(b);
}

sign_buf forge_message(struct forge *f, const sign_buf *signers, size_t n, const struct outside *o) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    if (o->ber) {
        der_put_raw(&b, BYTES("\x30\x80", 2));
        der_put_oid(&b, OID_CT_SIGNED_DATA);
        der_put_raw(&b, BYTES("\xa0\x80\x30\x80", 4));
        body(f, &b, signers, n, o);
        der_put_raw(&b, BYTES("\0\0\0\0\0\0", 6));
    } else {
        der_begin(&b, DER_SEQUENCE);
        der_put_oid(&b, OID_CT_SIGNED_DATA);
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        der_begin(&b, DER_SEQUENCE);
        body(f, &b, signers, n, o);
        der_end(&b);
        der_end(&b);
        der_end(&b);
    }
    forge_taken(f, &b, &out);
    return out;
}

void forge_write(struct forge *f, const char *name, sign_bytes bytes) {
    char path[1024];
    sign_error err = {0};
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    good(f, path, output_write(&(sign_output){.path = path, .overwrite = 1}, bytes, &err), &err);
}
