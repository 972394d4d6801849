#include "xforge_key.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

static void must(bool good, const char *what, const char *detail) {
    if (!good) {
        fprintf(stderr, "mkvectors: %s: %s\n", what, detail);
        exit(1);
    }
}

static const EVP_MD *digest_of(const char *uri) {
    return strstr(uri, "sha1") != NULL     ? EVP_sha1()
           : strstr(uri, "sha384") != NULL ? EVP_sha384()
           : strstr(uri, "sha512") != NULL ? EVP_sha512()
                                           : EVP_sha256();
}

void xforge_digest(const char *uri, sign_bytes octets, grow *out) {
    uint8_t value[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const void *data = octets.data != NULL ? octets.data : (const uint8_t *)"";
    must(EVP_Digest(data, octets.len, value, &n, digest_of(uri), NULL) == 1, "digest", uri);
    text_base64(BYTES(value, n), out);
}

void xforge_base64_decode(const char *text, grow *out) {
    must(text_base64_decode(BYTES_STR(text), out), "base64", "");
}

static sign_buf file_of(const char *identity, const char *end) {
    char path[512];
    sign_buf bytes = {0};
    sign_error err = {0};
    snprintf(path, sizeof path, "%s/%s%s", SIGN_TEST_PKI, identity, end);
    must(file_read(path, LIMIT_PIECE, &bytes, &err) == SIGN_OK, path, err.text);
    return bytes;
}

static EVP_PKEY *private_key(const char *identity) {
    sign_buf pem = file_of(identity, ".key.pem");
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    sign_buf_free(&pem);
    must(key != NULL, "key", identity);
    return key;
}

/* XML-Signature writes r and s with the length of the curve's order (RFC 4051, 3.4.1). */
static void put_raw(const uint8_t *der, size_t n, int bits, grow *out) {
    uint8_t raw[2 * 66];
    int field = (bits + 7) / 8;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
    must(sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, field) == field &&
             BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + field, field) == field,
         "ECDSA value", "");
    ECDSA_SIG_free(sig);
    text_base64(BYTES(raw, 2 * (size_t)field), out);
}

void xforge_sign(const char *identity, const char *uri, sign_bytes octets, grow *out) {
    uint8_t value[1024];
    size_t n = sizeof value;
    EVP_PKEY *key = private_key(identity);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const void *data = octets.data != NULL ? octets.data : (const uint8_t *)"";
    must(ctx != NULL && EVP_DigestSignInit(ctx, NULL, digest_of(uri), NULL, key) == 1 &&
             EVP_DigestSign(ctx, value, &n, data, octets.len) == 1,
         "signing", identity);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
        put_raw(value, n, EVP_PKEY_get_bits(key), out);
    } else {
        text_base64(BYTES(value, n), out);
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
}

void xforge_hmac(const char *identity, sign_bytes octets, int bits, grow *out) {
    sign_buf shared = file_of(identity, ".der");
    uint8_t value[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    must(HMAC(EVP_sha256(), shared.data, (int)shared.len, octets.data, octets.len, value, &n) != NULL, "HMAC",
         identity);
    sign_buf_free(&shared);
    text_base64(BYTES(value, bits > 0 ? (size_t)(bits + 7) / 8 : 1), out);
}

const char *xforge_method(const char *identity) {
    EVP_PKEY *key = private_key(identity);
    bool ec = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
    EVP_PKEY_free(key);
    return ec ? "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
              : "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
}

static char *base64_text(struct xforge *x, sign_bytes octets) {
    AUTO(grow) g = {0};
    text_base64(octets, &g);
    return xf(x, "%.*s", (int)g.len, (const char *)g.data);
}

static char *base64_number(struct xforge *x, EVP_PKEY *key, const char *name) {
    BIGNUM *n = NULL;
    uint8_t octets[1024];
    must(EVP_PKEY_get_bn_param(key, name, &n) == 1 && BN_num_bytes(n) <= (int)sizeof octets, "key", name);
    int len = BN_bn2bin(n, octets);
    BN_free(n);
    return base64_text(x, BYTES(octets, (size_t)len));
}

char *xf_key_value(struct xforge *x, const char *identity) {
    EVP_PKEY *key = private_key(identity);
    char *text = NULL;
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
        uint8_t point[256];
        size_t n = 0;
        must(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof point,
                                             &n) == 1 &&
                 n == 65,
             "P-256 key", identity);
        text = xf(x,
                  "<ds:KeyValue><dsig11:ECKeyValue xmlns:dsig11=\"http://www.w3.org/2009/xmldsig11#\">"
                  "<dsig11:NamedCurve URI=\"urn:oid:1.2.840.10045.3.1.7\"/><dsig11:PublicKey>%s"
                  "</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue>",
                  base64_text(x, BYTES(point, n)));
    } else {
        text = xf(x,
                  "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>%s</ds:Modulus><ds:Exponent>%s</ds:Exponent>"
                  "</ds:RSAKeyValue></ds:KeyValue>",
                  base64_number(x, key, OSSL_PKEY_PARAM_RSA_N), base64_number(x, key, OSSL_PKEY_PARAM_RSA_E));
    }
    EVP_PKEY_free(key);
    return text;
}

/* ---- the template ------------------------------------------------------------------------------------ */

static char *certificate(struct xforge *x, const char *identity) {
    sign_buf der = file_of(identity, ".der");
    char *text =
        xf(x, "<ds:X509Certificate>%s</ds:X509Certificate>", base64_text(x, BYTES(der.data, der.len)));
    sign_buf_free(&der);
    return text;
}

char *xf_certificates(struct xforge *x, const char *identity) {
    const char *ca = strstr(xforge_method(identity), "ecdsa") != NULL ? "ca-ec" : "ca-rsa";
    return xf(x, "%s%s", certificate(x, identity), certificate(x, ca));
}

char *xf_issuer_serial(struct xforge *x, const char *identity) {
    sign_buf der = file_of(identity, ".der");
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long)der.len);
    BIO *name = BIO_new(BIO_s_mem());
    char *serial = cert ? i2s_ASN1_INTEGER(NULL, X509_get0_serialNumber(cert)) : NULL, *issuer = NULL;
    /* RFC 2253 with UTF-8 as it is, the form that XML-Signature asks for (4.4.4). */
    unsigned long form = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    must(name && serial && X509_NAME_print_ex(name, X509_get_issuer_name(cert), 0, form) > 0, "issuer",
         identity);
    long n = BIO_get_mem_data(name, &issuer);
    char *text = xf(x,
                    "<ds:X509IssuerName>%.*s</ds:X509IssuerName>"
                    "<ds:X509SerialNumber>%s</ds:X509SerialNumber>",
                    (int)n, issuer, serial);
    OPENSSL_free(serial);
    BIO_free(name);
    X509_free(cert);
    sign_buf_free(&der);
    return text;
}

static char *digest_method(struct xforge *x, const char *value) {
    return xf(x, "<ds:DigestMethod Algorithm=\"" URI_SHA256 "\"/><ds:DigestValue>%s</ds:DigestValue>", value);
}

char *xf_reference(struct xforge *x, const char *attributes, const char *transforms) {
    return xf(x, "<ds:Reference%s>%s%s%s%s</ds:Reference>", attributes, *transforms ? "<ds:Transforms>" : "",
              transforms, *transforms ? "</ds:Transforms>" : "",
              digest_method(x, xf(x, "?d%u?", ++x->marks)));
}

/* QualifyingProperties in their Object (EN 319 132-1, 4.3). */
static char *qualifying(struct xforge *x, const struct xsig *s, const char *id) {
    sign_buf der = file_of(xforge_signer(s), ".der");
    AUTO(grow) hash = {0};
    xforge_digest(URI_SHA256, BYTES(der.data, der.len), &hash);
    sign_buf_free(&der);
    const char *rest = "";
    if (s->unsigned_ != NULL) {
        rest = xf(x,
                  "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>%s"
                  "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>",
                  s->unsigned_);
    }
    return xf(x,
              "<ds:Object><xades:QualifyingProperties xmlns:xades=\"" XADES "\" Target=\"#%s\">"
              "<xades:SignedProperties Id=\"%s-sp\"><xades:SignedSignatureProperties>"
              "<xades:SigningTime>2026-01-05T10:00:00Z</xades:SigningTime>"
              "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>%s</xades:CertDigest></xades:Cert>"
              "</xades:SigningCertificateV2>%s</xades:SignedSignatureProperties></xades:SignedProperties>%s"
              "</xades:QualifyingProperties></ds:Object>",
              id, id, digest_method(x, xf(x, "%.*s", (int)hash.len, (const char *)hash.data)),
              s->properties != NULL ? s->properties : "", rest);
}

char *xf_signature(struct xforge *x, const struct xsig *s) {
    const char *id = s->id != NULL ? s->id : "S1";
    const char *signer = xforge_signer(s);
    const char *bound = "";
    if (!s->plain && !s->unbound) {
        bound = xf_reference(x, xf(x, " Type=\"" TYPE_SP "\" URI=\"#%s-sp\"", id), EXC);
    }
    const char *c14n = s->c14n != NULL ? s->c14n : " Algorithm=\"" C14N_EXC "\">";
    const char *method = s->method != NULL
                             ? s->method
                             : xf(x, "<ds:SignatureMethod Algorithm=\"%s\"/>", xforge_method(signer));
    const char *key_info = s->key_info != NULL
                               ? s->key_info
                               : xf(x, "<ds:X509Data>%s</ds:X509Data>", xf_certificates(x, signer));
    return xf(x,
              "<ds:Signature xmlns:ds=\"" DS "\" Id=\"%s\"><ds:SignedInfo>"
              "<ds:CanonicalizationMethod%s</ds:CanonicalizationMethod>%s%s%s</ds:SignedInfo>"
              "<ds:SignatureValue Id=\"%s-v\">?v:%s?</ds:SignatureValue><ds:KeyInfo>%s</ds:KeyInfo>%s%s"
              "</ds:Signature>",
              id, c14n, method, bound, s->refs != NULL ? s->refs : "", id, id, key_info,
              s->plain ? "" : qualifying(x, s, id), s->objects != NULL ? s->objects : "");
}
