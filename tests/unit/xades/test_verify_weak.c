/* Signatures with DSA and MD5: what is intact is said to be, and nothing passes (XML-Signature, 6.4.1; RFC
 * 9231, 2.1.1 and 2.3.1). The parts that are digested are written in their canonical form, so that no code of
 * ours is needed to make them. */
#include "verify_make.h"

#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define EXC     "http://www.w3.org/2001/10/xml-exc-c14n#"
#define DSA1    V_DS "dsa-sha1"
#define DSA256  "http://www.w3.org/2009/xmldsig11#dsa-sha256"
#define RSA_MD5 "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"
#define RSA256  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define MD5     "http://www.w3.org/2001/04/xmldsig-more#md5"
#define SHA256  "http://www.w3.org/2001/04/xmlenc#sha256"
#define OBJECT  "<Object xmlns=\"" V_DS "\" Id=\"o\">merhaba</Object>"

/* A key pair and what goes into a signature of it. */
struct maker {
    EVP_PKEY *key;
    struct crypto *crypto;
    grow key_value;
};
typedef struct maker maker;
static void maker_free(maker *m) {
    EVP_PKEY_free(m->key);
    crypto_free(&m->crypto);
    grow_free(&m->key_value);
}
CLEANUP(maker, maker_free);

static void put_number(maker *m, const char *element, const char *name) {
    BIGNUM *bn = NULL;
    uint8_t octets[512];
    cr_assert_eq(EVP_PKEY_get_bn_param(m->key, name, &bn), 1);
    int n = BN_bn2bin(bn, octets);
    BN_free(bn);
    grow_printf(&m->key_value, "<%s>", element);
    text_base64(BYTES(octets, (size_t)n), &m->key_value);
    grow_printf(&m->key_value, "</%s>", element);
}

static maker make_dsa(int p_bits, int q_bits) {
    maker m = {0};
    EVP_PKEY *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    cr_assert(EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, p_bits) == 1 &&
              EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, q_bits) == 1 && EVP_PKEY_paramgen(ctx, &params) == 1);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
    cr_assert(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &m.key) == 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(params);
    cr_assert_eq(crypto_new(&m.crypto, NULL), SIGN_OK);
    grow_str(&m.key_value, "<DSAKeyValue>");
    put_number(&m, "P", OSSL_PKEY_PARAM_FFC_P);
    put_number(&m, "Q", OSSL_PKEY_PARAM_FFC_Q);
    put_number(&m, "G", OSSL_PKEY_PARAM_FFC_G);
    put_number(&m, "Y", OSSL_PKEY_PARAM_PUB_KEY);
    grow_str(&m.key_value, "<J>AQ==</J></DSAKeyValue>");
    grow_byte(&m.key_value, 0);
    return m;
}

static maker make_rsa(void) {
    maker m = {.key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)};
    cr_assert(m.key != NULL && crypto_new(&m.crypto, NULL) == SIGN_OK);
    grow_str(&m.key_value, "<RSAKeyValue>");
    put_number(&m, "Modulus", OSSL_PKEY_PARAM_RSA_N);
    put_number(&m, "Exponent", OSSL_PKEY_PARAM_RSA_E);
    grow_str(&m.key_value, "</RSAKeyValue>");
    grow_byte(&m.key_value, 0);
    return m;
}

static void put_digest(maker *m, enum crypto_digest d, sign_bytes of, grow *out) {
    uint8_t digest[DIGEST_MAX];
    cr_assert_eq(crypto_hash(m->crypto, d, of, digest, NULL), SIGN_OK);
    text_base64(BYTES(digest, crypto_digest_row(d)->size), out);
}

/* SignedInfo over OBJECT in its canonical form. */
static void put_info(maker *m, const char *method, const char *digest_method, grow *out) {
    grow_printf(out,
                "<SignedInfo xmlns=\"" V_DS "\"><CanonicalizationMethod Algorithm=\"" EXC
                "\"></CanonicalizationMethod><SignatureMethod Algorithm=\"%s\"></SignatureMethod><Reference "
                "URI=\"#o\"><Transforms><Transform Algorithm=\"" EXC
                "\"></Transform></Transforms><DigestMethod Algorithm=\"%s\"></DigestMethod><DigestValue>",
                method, digest_method);
    put_digest(m, crypto_digest_find_uri(digest_method), BYTES_STR(OBJECT), out);
    grow_str(out, "</DigestValue></Reference></SignedInfo>");
}

/* The value as OpenSSL makes it. */
static void put_signature(maker *m, enum crypto_digest d, sign_bytes info, grow *out) {
    uint8_t digest[DIGEST_MAX], sig[512];
    size_t n = sizeof sig;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, m->key, NULL);
    cr_assert_eq(crypto_hash(m->crypto, d, info, digest, NULL), SIGN_OK);
    cr_assert(EVP_PKEY_sign_init(ctx) == 1 &&
              EVP_PKEY_CTX_set_signature_md(ctx, EVP_get_digestbyname(crypto_digest_row(d)->name)) == 1);
    cr_assert_eq(EVP_PKEY_sign(ctx, sig, &n, digest, crypto_digest_row(d)->size), 1);
    EVP_PKEY_CTX_free(ctx);
    grow_put(out, sig, n);
}

enum form { AS_IT_IS, DER, SHORTER, LONGER, WIDER, CHANGED };

/* What becomes of a DER value of r and s of `field` octets. */
static void put_form(sign_bytes der, size_t field, enum form form, grow *out) {
    AUTO(grow) raw = {0};
    cr_assert(crypto_ecdsa_to_raw(der, field + (form == WIDER ? 1 : 0), &raw));
    if (form == DER)
        text_base64(der, out);
    if (form == LONGER)
        grow_byte(&raw, 0);
    raw.data[raw.len - 1] ^= form == CHANGED;
    if (form != DER)
        text_base64(BYTES(raw.data, raw.len - (form == SHORTER ? 1 : 0)), out);
}

struct row {
    const char *method, *digest;
    enum form form;
    enum tri value;
    enum message_id says;
};

static struct sign_report *verify(maker *m, const struct row *row, size_t field) {
    AUTO(signer) s = {0};
    AUTO(grow) info = {0}, value = {0}, text = {0};
    struct sign_report *r = NULL;
    struct crypto_sigalg alg;
    cr_assert(crypto_sigalg_find_uri(row->method, &alg));
    put_info(m, row->method, row->digest, &info);
    put_signature(m, alg.digest, BYTES(info.data, info.len), &value);
    grow_str(&text, "<Signature xmlns=\"" V_DS "\">");
    grow_put(&text, info.data, info.len);
    grow_str(&text, "<SignatureValue>");
    if (field > 0)
        put_form(BYTES(value.data, value.len), field, row->form, &text);
    else
        text_base64(BYTES(value.data, value.len), &text);
    grow_printf(&text, "</SignatureValue><KeyInfo><KeyValue>%s</KeyValue></KeyInfo>" OBJECT "</Signature>",
                (const char *)m->key_value.data);
    cr_assert(!text.failed);
    s.crypto = m->crypto;
    cr_assert_eq(verify_run(&s, BYTES(text.data, text.len), NULL, 0, &r), SIGN_OK);
    s.crypto = NULL;
    return r;
}

static void check(maker *m, size_t field, const struct row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        AUTO(sign_report_ptr) r = verify(m, &rows[i], field);
        const struct report_signature *g = r->signatures;
        cr_expect_eq(g->references, TRI_TRUE, "row %zu", i);
        cr_expect_eq(g->signature_value, rows[i].value, "row %zu: %d", i, (int)g->signature_value);
        cr_expect(rows[i].says == MSG_NONE || verify_says(r, rows[i].says), "row %zu", i);
        cr_expect_neq(g->indication, TOTAL_PASSED);
    }
}
#define CHECK(m, field, rows) check(m, field, rows, sizeof(rows) / sizeof *(rows))

/* 6.4.1: r||s, both as long as q. */
Test(verify_weak, dsa_values_are_as_long_as_q) {
    static const struct row rows[] = {{DSA1, SHA256, AS_IT_IS, TRI_TRUE, MSG_KEY_VALUE_ALONE},
                                      {DSA256, SHA256, AS_IT_IS, TRI_TRUE, MSG_KEY_VALUE_ALONE},
                                      {DSA1, SHA256, DER, TRI_FALSE, MSG_ECDSA_DER},
                                      {DSA1, SHA256, SHORTER, TRI_FALSE, 0},
                                      {DSA1, SHA256, LONGER, TRI_FALSE, 0},
                                      {DSA1, SHA256, WIDER, TRI_FALSE, 0},
                                      {DSA1, SHA256, CHANGED, TRI_FALSE, 0}};
    AUTO(maker) m = make_dsa(1024, 160);
    CHECK(&m, 20, rows);
}

/* dsa-sha1 has 20 octets each, so a longer q has no value with it; dsa-sha256 has. */
Test(verify_weak, dsa_with_a_longer_q) {
    static const struct row rows[] = {{DSA256, SHA256, AS_IT_IS, TRI_TRUE, MSG_KEY_VALUE_ALONE},
                                      {DSA1, SHA256, AS_IT_IS, TRI_FALSE, 0},
                                      {DSA256, SHA256, WIDER, TRI_FALSE, 0}};
    AUTO(maker) m = make_dsa(2048, 256);
    CHECK(&m, 32, rows);
}

/* Without P, Q and G, or in another order, there is no key: nothing is guessed. */
Test(verify_weak, dsa_key_values_that_are_incomplete) {
    static const struct row row = {DSA1, SHA256, AS_IT_IS, TRI_NULL, 0};
    AUTO(maker) m = make_dsa(1024, 160);
    char *text = (char *)m.key_value.data;
    memcpy(strstr(text, "<J>"), "<K>AQ==</K>", 11); /* what follows Y is not looked at */
    AUTO(sign_report_ptr) good = verify(&m, &row, 20);
    cr_assert_eq(good->signatures->signature_value, TRI_TRUE);
    memcpy(strstr(text, "<Q>"), "<X>", 3);
    memcpy(strstr(text, "</Q>"), "</X>", 4);
    AUTO(sign_report_ptr) r = verify(&m, &row, 20);
    cr_assert_eq(r->signatures->signature_value, TRI_NULL);
    cr_assert(verify_says(r, MSG_SIGNER_NOT_FOUND));
}

/* MD5 of the value or of one reference: intact, told so, and good for nothing. */
Test(verify_weak, md5_is_computed_and_not_believed) {
    static const struct row rows[] = {{RSA_MD5, SHA256, AS_IT_IS, TRI_TRUE, MSG_ALGORITHM_SUNSET},
                                      {RSA256, MD5, AS_IT_IS, TRI_TRUE, MSG_ALGORITHM_SUNSET},
                                      {RSA_MD5, MD5, AS_IT_IS, TRI_TRUE, MSG_ALGORITHM_SUNSET}};
    static const struct row good = {RSA256, SHA256, AS_IT_IS, TRI_TRUE, 0};
    AUTO(maker) m = make_rsa();
    CHECK(&m, 0, rows);
    AUTO(sign_report_ptr) r = verify(&m, &good, 0);
    cr_assert(!verify_says(r, MSG_ALGORITHM_SUNSET) && r->signatures->signature_value == TRI_TRUE);
}

/* ---- a certificate that is said to be elsewhere ------------------------------------------------------- */

static enum tri value_with(const signer *s, const char *key_info, sign_bytes cert, bool *named) {
    char format[4096];
    snprintf(format, sizeof format,
             V_ROOT(V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_RSA) V_DOC_REF "</ds:SignedInfo>" V_VALUE
                                                                             "%s</ds:Signature>"),
             key_info);
    AUTO(sign_buf) text = verify_fill(s, format);
    AUTO(source) what = {.fd = -1};
    AUTO(sign_report_ptr) r = NULL;
    sign_trust *trust = NULL;
    const sign_input in = {.name = "belge.xml", .data = draft_view(&text)};
    const sign_input given = {.name = "cert", .data = cert};
    const sign_trust_options opt = {.size = sizeof opt, .certs = &given, .n_certs = 1};
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &trust, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(source_open(&in, &what, NULL), SIGN_OK);
    cr_assert_eq(report_new(&r, NULL), SIGN_OK);
    struct ades_context ctx = {
        .crypto = s->crypto, .trust = trust, .policy = ades_policy_find("default"), .at = 1767700000};
    cr_assert_eq(xades_verify(&ctx, &what, NULL, 0, r, &err), SIGN_OK, "%s", err.text);
    sign_trust_free(&trust);
    *named = r->signatures->signer != NULL;
    return r->signatures->signature_value;
}

/* XML-Signature, 4.5.3: nothing is fetched; of the caller's certificates the one whose key made the value
 * counts, and only where nothing else is said. */
Test(verify_weak, a_certificate_of_the_caller) {
#define AWAY "<ds:RetrievalMethod Type=\"" V_DS "rawX509Certificate\" URI=\"http://127.0.0.1:9/cert.der\"/>"
    static const char away[] = "<ds:KeyInfo>" AWAY "</ds:KeyInfo>";
    static const char hint[] =
        "<ds:KeyInfo>" AWAY "<ds:X509Data><ds:X509SubjectName>CN=Nobody</ds:X509SubjectName></ds:X509Data>"
        "</ds:KeyInfo>";
    static const char name[] = "<ds:KeyInfo><ds:KeyName>key</ds:KeyName></ds:KeyInfo>";
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(signer) other = signer_open("nes-rsa3072");
    bool named;
    cr_expect_eq(value_with(&s, "", s.chain[0], &named), TRI_TRUE);
    cr_expect(named);
    cr_expect_eq(value_with(&s, away, s.chain[0], &named), TRI_TRUE);
    cr_expect(named);
    cr_expect_eq(value_with(&s, away, other.chain[0], &named), TRI_NULL);
    cr_expect(!named, "whose key did not make it is not named");
    cr_expect_eq(value_with(&s, hint, s.chain[0], &named), TRI_NULL);
    cr_expect(!named);
    cr_expect_eq(value_with(&s, name, s.chain[0], &named), TRI_NULL);
    cr_expect(!named);
}
