/* DSA in the judgement and in the plan: from 3072 bits it may pass (Tebliğ, art. 6), and it never signs. */
#include "ades/ades.h"

#include <criterion/criterion.h>
#include <openssl/dsa.h>
#include <openssl/x509v3.h>

enum { AT_2026 = 1767700000 };

static EVP_PKEY *make_key(int bits, int q_bits) {
    EVP_PKEY *params = NULL, *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    cr_assert(EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, bits) == 1 &&
              EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, q_bits) == 1 && EVP_PKEY_paramgen(ctx, &params) == 1);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
    cr_assert(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &key) == 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(params);
    return key;
}

/* A certificate for nonRepudiation, issued to itself. */
static sign_buf make_certificate(EVP_PKEY *key) {
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    unsigned char *der = NULL;
    cr_assert(X509_set_version(x, X509_VERSION_3) == 1 && X509_set_pubkey(x, key) == 1);
    cr_assert_eq(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"DSA", -1, -1, 0), 1);
    cr_assert_eq(X509_set_issuer_name(x, name), 1);
    cr_assert_eq(ASN1_INTEGER_set(X509_get_serialNumber(x), 1), 1);
    cr_assert(ASN1_TIME_set(X509_getm_notBefore(x), AT_2026 - 1000) != NULL &&
              ASN1_TIME_set(X509_getm_notAfter(x), AT_2026 + 1000) != NULL);
    X509_EXTENSION *usage = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "critical,nonRepudiation");
    cr_assert(usage != NULL && X509_add_ext(x, usage, -1) == 1);
    X509_EXTENSION_free(usage);
    cr_assert_gt(X509_sign(x, key, EVP_sha256()), 0);
    int n = i2d_X509(x, &der);
    sign_buf out = {0};
    cr_assert(n > 0 && buf_copy(BYTES(der, (size_t)n), &out, NULL) == SIGN_OK);
    OPENSSL_free(der);
    X509_free(x);
    return out;
}

struct world {
    sign_buf der;
    sign_trust *trust;
    struct crypto *crypto;
    struct pki_cert *signer;
    struct sign_report *report;
};
typedef struct world world;
static void world_close(world *w) {
    pki_cert_free(&w->signer);
    crypto_free(&w->crypto);
    sign_trust_free(&w->trust);
    sign_report_free(&w->report);
    sign_buf_free(&w->der);
}
CLEANUP(world, world_close);

/* A signer who is the anchor himself. */
static world world_open(int bits, int q_bits) {
    EVP_PKEY *key = make_key(bits, q_bits);
    world w = {.der = make_certificate(key)};
    EVP_PKEY_free(key);
    sign_input anchor = {.name = "dsa", .data = {w.der.data, w.der.len}};
    sign_trust_options opt = {.size = sizeof opt, .anchors = &anchor, .n_anchors = 1};
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &w.trust, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(crypto_new(&w.crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_read(w.crypto, BYTES(w.der.data, w.der.len), &w.signer, NULL), SIGN_OK);
    cr_assert_eq(report_new(&w.report, NULL), SIGN_OK);
    return w;
}

static const struct report_signature *judge(const world *w, const struct ades_policy *policy) {
    const struct ades_context ctx = {
        .trust = w->trust, .crypto = w->crypto, .policy = policy, .at = AT_2026, .revocation = false};
    const struct ades_facts f = {.references = TRI_TRUE,
                                 .signature_value = TRI_TRUE,
                                 .signing_certificate = TRI_TRUE,
                                 .signing_certificate_present = true,
                                 .signer = w->signer,
                                 .sigalg = {.scheme = SCHEME_DSA, .digest = DIGEST_SHA256},
                                 .digest = DIGEST_SHA256};
    struct report_signature *out = report_add(w->report);
    sign_error err = {0};
    cr_assert_eq(ades_judge(&ctx, &f, w->report, out, &err), SIGN_OK, "%s", err.text);
    return out;
}

static bool says(const struct report_signature *s, enum message_id id) {
    for (const struct report_message *m = s->messages; m != NULL; m = m->next)
        if (m->id == id)
            return true;
    return false;
}

Test(ades_dsa, keys_below_3072_bits_do_not_pass) {
    AUTO(world) w = world_open(2048, 256);
    struct ades_policy policy = *ades_policy_find("default");
    struct ades_key_row *rows = policy.keys[ROLE_SIGNATURE][FAMILY_DSA];
    cr_assert(rows[1].bits == 2048 && rows[1].end < AT_2026);
    cr_assert(rows[2].bits == 3072 && rows[2].end > AT_2026);
    const struct report_signature *s = judge(&w, &policy);
    cr_expect_eq(s->indication, INDETERMINATE);
    cr_expect_eq(s->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    cr_expect(says(s, MSG_KEY_SMALL));
    cr_expect_eq(s->signature_value, TRI_TRUE, "policy judges, integrity does not change");
    rows[1].end = rows[2].end;
    s = judge(&w, &policy);
    cr_expect_eq(s->indication, TOTAL_PASSED, "%s", s->messages ? message_code(s->messages->id) : "-");
    rows[1].bits = 2049;
    cr_expect_eq(judge(&w, &policy)->indication, INDETERMINATE);
}

static sign_rc nobody(void *user, sign_scheme scheme, sign_digest md, sign_bytes digest, sign_buf *value,
                      sign_error *err) {
    (void)user, (void)scheme, (void)md, (void)digest, (void)value;
    return fail(err, SIGN_E_KEY, MSG_INTERNAL, "asked for a signature");
}

Test(ades_dsa, no_signature_is_made_with_it) {
    AUTO(world) w = world_open(1024, 160);
    const struct crypto_pubkey *public;
    struct crypto_sigalg alg;
    cr_assert_eq(pki_cert_key(w.signer, &public, NULL), SIGN_OK);
    cr_expect_not(ades_sigalg_for(public, DIGEST_SHA256, false, &alg));
    cr_expect_not(ades_sigalg_for(public, DIGEST_SHA256, true, &alg));
    sign_bytes chain = BYTES(w.der.data, w.der.len);
    sign_key *key = NULL;
    sign_error err = {0};
    cr_expect_eq(sign_key_remote(&chain, 1, nobody, NULL, &key, &err), SIGN_E_UNSUPPORTED);
    cr_expect_null(key);
    cr_expect_str_eq(err.id, message_code(MSG_SIGNER_KEY));
    cr_expect(strstr(err.text, "DSA 1024") != NULL, "%s", err.text);
}
