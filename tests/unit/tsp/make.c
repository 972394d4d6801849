#include "make.h"

#include "base/file.h"
#include "base/text.h"
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>

static void must(bool ok, const char *what) {
    if (!ok) {
        (void)fprintf(stderr, "cannot make %s\n", what);
        abort();
    }
}

/* ---- signers ----------------------------------------------------------------------------------------- */

make_signer make_signer_open(const char *name) {
    make_signer s = {0};
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s.key.pem", SIGN_TEST_PKI, name);
    FILE *file = fopen(path, "r");
    must(file != NULL, path);
    s.key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    (void)fclose(file);
    must(s.key != NULL, path);
    (void)snprintf(path, sizeof path, "%s/%s.der", SIGN_TEST_PKI, name);
    must(file_read(path, LIMIT_CERTIFICATE, &s.cert, NULL) == SIGN_OK, path);
    return s;
}

void make_signer_close(make_signer *s) {
    EVP_PKEY_free(s->key);
    sign_buf_free(&s->cert);
    *s = (make_signer){0};
}

/* Issuer and serial number as they stand (RFC 5280, 4.1). */
static void names_of(sign_bytes cert, sign_bytes *issuer, sign_bytes *serial) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, cert, false), in, tbs;
    struct der_tlv tlv;
    bool ok = der_enter(&c, DER_SEQUENCE, &in) && der_enter(&in, DER_SEQUENCE, &tbs);
    (void)der_optional(&tbs, DER_CONTEXT_CONSTRUCTED(0), &tlv);
    ok = ok && der_integer(&tbs, serial) && der_take(&tbs, DER_SEQUENCE, NULL) &&
         der_take(&tbs, DER_SEQUENCE, &tlv);
    must(ok, "names of a certificate");
    *issuer = tlv.raw;
}

/* ---- pieces ------------------------------------------------------------------------------------------ */

static const EVP_MD *md(enum crypto_digest d) {
    const EVP_MD *found =
        EVP_get_digestbyname((const char *const[DIGEST_COUNT]){[DIGEST_MD5] = "md5",
                                                               [DIGEST_SHA1] = "sha1",
                                                               [DIGEST_SHA224] = "sha224",
                                                               [DIGEST_SHA256] = "sha256",
                                                               [DIGEST_SHA384] = "sha384",
                                                               [DIGEST_SHA512] = "sha512",
                                                               [DIGEST_SHA3_256] = "sha3-256",
                                                               [DIGEST_SHA3_384] = "sha3-384",
                                                               [DIGEST_SHA3_512] = "sha3-512"}[d]);
    must(found != NULL, "a digest");
    return found;
}

static sign_bytes digest_of(enum crypto_digest d, sign_bytes in, uint8_t out[DIGEST_MAX]) {
    unsigned n = 0;
    must(EVP_Digest(in.data, in.len, out, &n, md(d), NULL) == 1, "a digest");
    return BYTES(out, n);
}

static void put_hex(der_builder *b, const char *hex) {
    AUTO(grow) bytes = {0};
    must(text_hex_decode(hex, &bytes), "octets of hex");
    der_put_raw(b, BYTES(bytes.data, bytes.len));
}

static sign_buf taken(der_builder *b) {
    sign_buf out = {0};
    must(der_builder_take(b, &out, NULL) == SIGN_OK, "DER");
    return out;
}

static void put_digest_algorithm(der_builder *b, enum crypto_digest d) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, crypto_digest_row(d)->oid);
    der_put_null(b);
    der_end(b);
}

sign_buf make_attribute(enum oid type, sign_bytes value) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, type);
    der_begin(&b, DER_SET);
    der_put_raw(&b, value);
    der_end(&b);
    der_end(&b);
    return taken(&b);
}

/* ---- TSTInfo (RFC 3161, 2.4.2) ------------------------------------------------------------------------ */

static sign_buf make_info(const struct make_info *i) {
    static const uint8_t zeros[DIGEST_MAX] = {0};
    enum crypto_digest digest = i->digest != DIGEST_NONE ? i->digest : DIGEST_SHA256;
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, i->version != 0 ? i->version : 1);
    must(der_put_oid_text(&b, i->policy != NULL ? i->policy : "1.2.3.4.1"), "a policy");
    der_begin(&b, DER_SEQUENCE);
    if (i->digest_oid != NULL) {
        der_begin(&b, DER_SEQUENCE);
        must(der_put_oid_text(&b, i->digest_oid), "an OID");
        der_end(&b);
    } else {
        put_digest_algorithm(&b, digest);
    }
    der_put(&b, DER_OCTET_STRING,
            i->imprint.len > 0 ? i->imprint : BYTES(zeros, crypto_digest_row(digest)->size));
    der_end(&b);
    der_put_uint(&b, 4711);
    der_put(&b, DER_GENERALIZED_TIME, BYTES_STR(i->time != NULL ? i->time : "20260105100000Z"));
    if (i->accuracy != NULL) {
        der_begin(&b, DER_SEQUENCE);
        put_hex(&b, i->accuracy);
        der_end(&b);
    }
    if (i->ordering != 0)
        der_put_bool(&b, i->ordering > 0);
    static const uint8_t tags[] = {DER_INTEGER, DER_CONTEXT_CONSTRUCTED(0), DER_CONTEXT_CONSTRUCTED(1)};
    const char *const contents[] = {i->nonce, i->tsa, i->extensions};
    for (size_t n = 0; n < 3; n++) {
        AUTO(grow) bytes = {0};
        if (contents[n] == NULL)
            continue;
        must(text_hex_decode(contents[n], &bytes), "octets of hex");
        der_put(&b, tags[n], BYTES(bytes.data, bytes.len));
    }
    if (i->more != NULL)
        put_hex(&b, i->more);
    der_end(&b);
    return taken(&b);
}

/* ---- the signer (RFC 5652, 5.3) ----------------------------------------------------------------------- */

/* SigningCertificate and SigningCertificateV2 (RFC 5035, 3 and 4). */
static void put_reference(der_builder *all, const struct make_token *m, bool v2) {
    uint8_t digest[DIGEST_MAX];
    sign_bytes hash = digest_of(v2 ? DIGEST_SHA256 : DIGEST_SHA1, make_view(m->signer->cert), digest);
    if ((m->faults & MAKE_OTHER_ESS) != 0)
        digest[0] ^= 1;
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    if ((m->faults & MAKE_SHORT_ESS) == 0)
        der_put(&b, DER_OCTET_STRING, hash);
    der_end(&b);
    der_end(&b);
    der_end(&b);
    AUTO(sign_buf) value = taken(&b);
    AUTO(sign_buf)
    attribute =
        make_attribute(v2 ? OID_AA_SIGNING_CERTIFICATE_V2 : OID_AA_SIGNING_CERTIFICATE, make_view(value));
    der_put_raw(all, make_view(attribute));
}

/* The SET OF signed attributes as it is signed. */
static sign_buf signed_attributes(const struct make_token *m, enum crypto_digest digest, sign_bytes content) {
    uint8_t octets[DIGEST_MAX];
    sign_bytes hash = digest_of(digest, content, octets);
    if ((m->faults & MAKE_OTHER_DIGEST) != 0)
        octets[0] ^= 1;
    AUTO(der_builder) b = {0}, value = {0};
    der_begin(&b, DER_SET);
    der_put_oid(&value, (m->faults & (MAKE_OTHER_CONTENT_TYPE | MAKE_TYPE_DATA)) != 0 ? OID_CT_DATA
                                                                                      : OID_CT_TST_INFO);
    AUTO(sign_buf) type = taken(&value);
    AUTO(sign_buf) type_attribute = make_attribute(OID_AA_CONTENT_TYPE, make_view(type));
    der_put_raw(&b, make_view(type_attribute));
    der_put(&value, DER_OCTET_STRING, hash);
    AUTO(sign_buf) octet_string = taken(&value);
    AUTO(sign_buf) digest_attribute = make_attribute(OID_AA_MESSAGE_DIGEST, make_view(octet_string));
    der_put_raw(&b, make_view(digest_attribute));
    if ((m->ess & 1) != 0)
        put_reference(&b, m, false);
    if ((m->ess & 2) != 0)
        put_reference(&b, m, true);
    der_end_set_of(&b);
    return taken(&b);
}

static void put_value(der_builder *b, const struct make_token *m, const struct crypto_sigalg *alg,
                      sign_bytes tbs) {
    uint8_t value[1024];
    size_t n = sizeof value;
    EVP_PKEY_CTX *pctx = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestSignInit(ctx, &pctx, md(alg->digest), NULL, m->signer->key) == 1;
    if (ok && alg->scheme == SCHEME_RSA_PSS)
        ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, (int)alg->salt) == 1;
    ok = ok && EVP_DigestSign(ctx, value, &n, tbs.data, tbs.len) == 1;
    EVP_MD_CTX_free(ctx);
    must(ok, "a signature value");
    if ((m->faults & MAKE_DAMAGE) != 0)
        value[n - 1] ^= 1;
    der_put(b, DER_OCTET_STRING, BYTES(value, n));
}

static void put_signer(der_builder *b, const struct make_token *m, sign_bytes content) {
    enum crypto_digest digest = m->digest != DIGEST_NONE ? m->digest : DIGEST_SHA256;
    struct crypto_sigalg alg = {.digest = digest, .mgf = digest};
    alg.scheme = EVP_PKEY_is_a(m->signer->key, "EC") ? SCHEME_ECDSA
                 : m->pss                            ? SCHEME_RSA_PSS
                                                     : SCHEME_RSA_PKCS1;
    alg.salt = (unsigned)crypto_digest_row(digest)->size;
    sign_bytes issuer, serial;
    names_of(make_view(m->signer->cert), &issuer, &serial);
    AUTO(sign_buf) attrs = signed_attributes(m, digest, content);
    der_begin(b, DER_SEQUENCE);
    der_put_uint(b, 1);
    der_begin(b, DER_SEQUENCE);
    der_put_raw(b, issuer);
    der_put(b, DER_INTEGER, serial);
    der_end(b);
    if ((m->faults & MAKE_UNKNOWN_HASH) != 0) {
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_WHIRLPOOL);
        der_end(b);
    } else {
        put_digest_algorithm(b, (m->faults & MAKE_DISAGREE) != 0 ? DIGEST_SHA3_256 : digest);
    }
    bool bare = (m->faults & MAKE_NO_ATTRIBUTES) != 0;
    if (!bare) {
        attrs.data[0] = DER_CONTEXT_CONSTRUCTED(0);
        der_put_raw(b, make_view(attrs));
        attrs.data[0] = DER_SET;
    }
    if ((m->faults & MAKE_UNKNOWN_HASH) != 0) {
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_RSA_ENCRYPTION);
        der_put_null(b);
        der_end(b);
    } else {
        crypto_sigalg_write(b, &alg);
    }
    put_value(b, m, &alg, bare ? content : make_view(attrs));
    if (m->unsigned_attrs.len > 0)
        der_put(b, DER_CONTEXT_CONSTRUCTED(1), m->unsigned_attrs);
    der_end(b);
}

/* ---- SignedData -------------------------------------------------------------------------------------- */

/* An element whose contents are all that `inner` has; of indefinite length when it is BER. */
static void put_around(grow *out, bool ber, uint8_t tag, sign_bytes inner) {
    static const uint8_t end[] = {0, 0};
    if (ber) {
        grow_byte(out, tag);
        grow_byte(out, 0x80);
        grow_put(out, inner.data, inner.len);
        grow_put(out, end, sizeof end);
        return;
    }
    AUTO(der_builder) b = {0};
    der_put(&b, tag, inner);
    AUTO(sign_buf) element = taken(&b);
    grow_put(out, element.data, element.len);
}

static sign_bytes grown(const grow *g) {
    must(!g->failed, "octets");
    return BYTES(g->data, g->len);
}

/* encapContentInfo (RFC 5652, 5.2). */
static void put_content(grow *out, const struct make_token *m, sign_bytes content) {
    AUTO(der_builder) b = {0};
    AUTO(grow) octets = {0}, explicit0 = {0}, inside = {0};
    der_put_oid(&b, (m->faults & MAKE_TYPE_DATA) != 0 ? OID_CT_DATA : OID_CT_TST_INFO);
    AUTO(sign_buf) type = taken(&b);
    grow_put(&inside, type.data, type.len);
    if (m->ber) {
        AUTO(grow) pieces = {0};
        size_t half = content.len / 2;
        put_around(&pieces, false, DER_OCTET_STRING, BYTES(content.data, half));
        put_around(&pieces, false, DER_OCTET_STRING, BYTES(content.data + half, content.len - half));
        put_around(&octets, true, DER_OCTET_STRING | 0x20, grown(&pieces));
    } else {
        put_around(&octets, false, DER_OCTET_STRING, content);
    }
    put_around(&explicit0, m->ber, DER_CONTEXT_CONSTRUCTED(0), grown(&octets));
    if ((m->faults & MAKE_DETACHED) == 0)
        grow_put(&inside, explicit0.data, explicit0.len);
    put_around(out, m->ber, DER_SEQUENCE, grown(&inside));
}

static sign_buf signed_data(const struct make_token *m, sign_bytes content) {
    AUTO(der_builder) b = {0};
    AUTO(grow) all = {0};
    der_put_uint(&b, 3);
    der_begin(&b, DER_SET);
    put_digest_algorithm(&b, m->digest != DIGEST_NONE ? m->digest : DIGEST_SHA256);
    der_end(&b);
    AUTO(sign_buf) head = taken(&b);
    grow_put(&all, head.data, head.len);
    put_content(&all, m, content);
    if (m->n_certs > 0) {
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        for (size_t i = 0; i < m->n_certs; i++)
            der_put_raw(&b, m->certs[i]);
        der_end(&b);
    }
    if (m->crls.len > 0)
        der_put(&b, DER_CONTEXT_CONSTRUCTED(1), m->crls);
    der_begin(&b, DER_SET);
    if ((m->faults & MAKE_NO_SIGNER) == 0)
        put_signer(&b, m, content);
    if ((m->faults & MAKE_TWO_SIGNERS) != 0)
        put_signer(&b, m, content);
    der_end(&b);
    AUTO(sign_buf) tail = taken(&b);
    grow_put(&all, tail.data, tail.len);
    grow out = {0};
    put_around(&out, m->ber, DER_SEQUENCE, grown(&all));
    return (sign_buf){out.data, out.len};
}

sign_buf make_token(const struct make_token *m) {
    AUTO(sign_buf) info = make_info(&m->info);
    AUTO(sign_buf) data = signed_data(m, m->instead.len > 0 ? m->instead : make_view(info));
    AUTO(der_builder) b = {0};
    AUTO(grow) inside = {0}, all = {0};
    der_put_oid(&b, OID_CT_SIGNED_DATA);
    AUTO(sign_buf) type = taken(&b);
    grow_put(&inside, type.data, type.len);
    put_around(&inside, m->ber, DER_CONTEXT_CONSTRUCTED(0), make_view(data));
    put_around(&all, m->ber, DER_SEQUENCE, grown(&inside));
    if ((m->faults & MAKE_TRAILING) != 0)
        grow_byte(&all, 0);
    sign_buf out = {0};
    must(grow_take(&all, &out, NULL) == SIGN_OK, "a token");
    return out;
}

sign_buf make_response(uint64_t status, const char *text, int failure, sign_bytes token) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, status);
    if (text != NULL) {
        der_begin(&b, DER_SEQUENCE);
        der_put(&b, DER_UTF8, BYTES_STR(text));
        der_end(&b);
    }
    if (failure >= 0) {
        uint8_t bits[9] = {0};
        size_t octets = (size_t)failure / 8 + 1;
        bits[0] = (uint8_t)(7 - failure % 8);
        bits[octets] = (uint8_t)(0x80 >> (failure % 8));
        der_put(&b, DER_BIT_STRING, BYTES(bits, octets + 1));
    }
    der_end(&b);
    if (token.len > 0)
        der_put_raw(&b, token);
    der_end(&b);
    return taken(&b);
}
