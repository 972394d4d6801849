/* The judgement: which finding wins, that nothing unknown passes, and the policies (EN 319 102-1, 5.3.4). */
#include "ades/ades.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { AT_2026 = 1767700000 };

struct world {
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
}
CLEANUP(world, world_close);

/* Trust in the roots of the test PKI, its CAs and CRLs, and one signer. */
static world world_open(const char *name, bool anchors) {
    world w = {0};
    char path[512];
    snprintf(path, sizeof path, "%s/%s.der", SIGN_TEST_PKI, name);
    sign_input anchor = {.path = SIGN_TEST_PKI "/trust"}, crl = {.path = SIGN_TEST_PKI "/crls"};
    sign_input certs[] = {{.path = SIGN_TEST_PKI "/ca-ec.der"}, {.path = SIGN_TEST_PKI "/ca-rsa.der"}};
    sign_trust_options opt = {.size = sizeof opt,
                              .anchors = &anchor,
                              .n_anchors = anchors ? 1 : 0,
                              .certs = certs,
                              .n_certs = 2,
                              .crls = &crl,
                              .n_crls = 1};
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &w.trust, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(crypto_new(&w.crypto, NULL), SIGN_OK);
    AUTO(sign_buf) der = {0};
    cr_assert_eq(file_read(path, LIMIT_CERTIFICATE, &der, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_read(w.crypto, BYTES(der.data, der.len), &w.signer, NULL), SIGN_OK);
    cr_assert_eq(report_new(&w.report, NULL), SIGN_OK);
    return w;
}

/* Facts of an intact signature by that signer. */
static struct ades_facts intact(const world *w) {
    return (struct ades_facts){.references = TRI_TRUE,
                               .signature_value = TRI_TRUE,
                               .signing_certificate = TRI_TRUE,
                               .signing_certificate_present = true,
                               .signer = w->signer,
                               .sigalg = {.scheme = SCHEME_ECDSA, .digest = DIGEST_SHA256},
                               .digest = DIGEST_SHA256};
}

static struct ades_context context(const world *w, bool inspect) {
    return (struct ades_context){.trust = w->trust,
                                 .crypto = w->crypto,
                                 .policy = ades_policy_find("default"),
                                 .at = AT_2026,
                                 .revocation = false,
                                 .inspect = inspect};
}

static const struct report_signature *judge(const world *w, const struct ades_context *ctx,
                                            const struct ades_facts *facts) {
    struct report_signature *out = report_add(w->report);
    cr_assert_not_null(out);
    sign_error err = {0};
    cr_assert_eq(ades_judge(ctx, facts, w->report, out, &err), SIGN_OK, "%s", err.text);
    return out;
}

static bool says(const struct report_signature *s, enum message_id id) {
    for (const struct report_message *m = s->messages; m != NULL; m = m->next)
        if (m->id == id)
            return true;
    return false;
}

static void accept_sha1(struct ades_policy *p) {
    for (size_t role = 0; role < ROLE_COUNT; role++)
        p->digest_end[role][DIGEST_SHA1] = INT64_MAX;
}

/* Keys of that family are good from that size on, and none below. */
static void keys_from(struct ades_policy *p, enum ades_family family, unsigned bits) {
    memset(p->keys[ROLE_SIGNATURE][family], 0, sizeof p->keys[ROLE_SIGNATURE][family]);
    p->keys[ROLE_SIGNATURE][family][0] = (struct ades_key_row){bits, INT64_MAX};
}

/* An RSA key may sign by either scheme. */
static void rsa_from(struct ades_policy *p, unsigned bits) {
    keys_from(p, FAMILY_RSA, bits);
    keys_from(p, FAMILY_RSA_PSS, bits);
}

static bool has_error_with_hint(const struct report_signature *s) {
    for (const struct report_message *m = s->messages; m != NULL; m = m->next)
        if (message_code(m->id)[0] == 'E' && *message_hint(m->id, SIGN_TR) && *message_hint(m->id, SIGN_EN))
            return true;
    return false;
}

Test(ades_judge, intact_and_trusted_passes) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, TOTAL_PASSED);
    cr_expect_eq(s->sub, SUB_NONE);
    cr_expect_eq(s->best_signature_time, AT_2026);
    cr_expect_null(s->messages);
    cr_assert_not_null(s->signer);
    cr_expect_str_eq(s->signer->kind, "NES");
    cr_expect_eq(strlen(s->signer->serial_number), 11);
    cr_expect_eq(strlen(s->signer->cert_sha256), 64);
}

Test(ades_judge, revocation_is_listed) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    ctx.revocation = true;
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, TOTAL_PASSED, "%s", s->messages ? message_code(s->messages->id) : "");
    cr_assert_not_null(s->revocation);
    cr_expect_str_eq(s->revocation->kind, "crl");
    cr_expect_str_eq(s->revocation->status, "good");
    cr_expect_eq(strlen(s->revocation->cert_sha256), 64);
}

Test(ades_judge, inspect_never_passes) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, true);
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, INDETERMINATE);
    cr_expect_eq(s->sub, SUB_NONE);
    cr_expect(says(s, MSG_TRUST_NOT_LOOKED_AT));
}

/* Each row spoils one fact of an intact signature; the verdict does not depend on trust that would be there.
 */
struct spoilt {
    const char *what;
    enum indication indication;
    enum sub_indication sub;
    enum message_id says;
    void (*spoil)(struct ades_facts *f);
};

static void broken(struct ades_facts *f) {
    f->broken = MSG_CMS_TRAILING;
    f->references = f->signature_value = TRI_FALSE;
}
static void reference(struct ades_facts *f) {
    f->references = TRI_FALSE;
    f->content_missing = false;
    f->constraint = MSG_NO_SIGNED_ATTRS;
}
static void value(struct ades_facts *f) {
    f->signature_value = TRI_FALSE;
    f->constraint = MSG_NO_SIGNED_ATTRS;
}
static void both(struct ades_facts *f) {
    f->signature_value = f->references = TRI_FALSE;
}
static void constraint(struct ades_facts *f) {
    f->constraint = MSG_FORGED_ATTRIBUTES;
    f->content_missing = true;
    f->references = TRI_NULL;
}
static void no_attribute(struct ades_facts *f) {
    f->signing_certificate = TRI_NULL;
    f->signing_certificate_present = false;
}
static void no_signer(struct ades_facts *f) {
    f->signer = NULL;
    f->signature_value = f->signing_certificate = TRI_NULL;
    f->content_missing = true;
}
static void other_certificate(struct ades_facts *f) {
    f->signing_certificate = TRI_FALSE;
}
/* The key is of a certificate that was not referenced: that the value fails with it proves nothing. */
static void other_certificate_and_value(struct ades_facts *f) {
    f->signing_certificate = f->signature_value = TRI_FALSE;
}
static void no_content(struct ades_facts *f) {
    f->content_missing = true;
    f->references = TRI_NULL;
}
static void no_key(struct ades_facts *f) {
    f->key_problem = MSG_KEY_UNUSABLE;
    f->signature_value = TRI_NULL;
}
static void unknown_value(struct ades_facts *f) {
    f->signature_value = TRI_NULL;
}
static void unknown_references(struct ades_facts *f) {
    f->references = TRI_NULL;
}

static const struct spoilt rows[] = {
    {"broken structure", TOTAL_FAILED, SUB_FORMAT_FAILURE, MSG_CMS_TRAILING, broken},
    {"digest", TOTAL_FAILED, SUB_HASH_FAILURE, MSG_HASH_DIFFERS, reference},
    {"value", TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE, MSG_VALUE_FAILS, value},
    {"digest and value", TOTAL_FAILED, SUB_HASH_FAILURE, MSG_VALUE_FAILS, both},
    {"constraint", INDETERMINATE, SUB_SIGNED_DATA_NOT_FOUND, MSG_FORGED_ATTRIBUTES, constraint},
    {"no attribute", INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE, MSG_NO_SIGNING_CERT, no_attribute},
    {"no signer", INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND, MSG_SIGNER_NOT_FOUND, no_signer},
    {"other certificate", INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND, MSG_SIGNING_CERT_DIFFERS,
     other_certificate},
    {"other certificate and value", INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND, MSG_SIGNING_CERT_DIFFERS,
     other_certificate_and_value},
    {"no content", INDETERMINATE, SUB_SIGNED_DATA_NOT_FOUND, MSG_CONTENT_MISSING, no_content},
    {"no key", INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, MSG_KEY_UNUSABLE, no_key},
    {"value unknown", INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, MSG_KEY_UNUSABLE, unknown_value},
    {"references unknown", INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, MSG_KEY_UNUSABLE,
     unknown_references},
};

Test(ades_judge, what_is_spoilt_never_passes) {
    AUTO(world) w = world_open("nes-p256", true);
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
        const struct spoilt *row = &rows[i / 2];
        struct ades_facts f = intact(&w);
        row->spoil(&f);
        struct ades_context ctx = context(&w, i % 2 == 1);
        const struct report_signature *s = judge(&w, &ctx, &f);
        cr_expect_eq(s->indication, row->indication, "%s", row->what);
        cr_expect_eq(s->sub, row->sub, "%s: %s", row->what, s->sub ? sub_indication_text(s->sub) : "-");
        cr_expect(says(s, row->says), "%s", row->what);
        cr_expect(has_error_with_hint(s), "%s", row->what);
    }
}

Test(ades_judge, no_anchor) {
    AUTO(world) w = world_open("nes-p256", false);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, INDETERMINATE);
    cr_expect_eq(s->sub, SUB_NO_CERTIFICATE_CHAIN_FOUND);
    cr_expect(has_error_with_hint(s));
}

/* digitalSignature alone commits nobody. */
Test(ades_judge, key_usage) {
    AUTO(world) w = world_open("nes-nonr", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, INDETERMINATE);
    cr_expect_eq(s->sub, SUB_CHAIN_CONSTRAINTS_FAILURE);
    cr_expect(says(s, MSG_NO_NONREPUDIATION));
}

Test(ades_judge, sunset_of_algorithms) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    f.digest = f.sigalg.digest = DIGEST_SHA1;
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    cr_expect(says(s, MSG_ALGORITHM_SUNSET));
    cr_expect_eq(s->signature_value, TRI_TRUE, "policy judges, integrity does not change");
    struct ades_policy lenient = *ctx.policy;
    accept_sha1(&lenient);
    ctx.policy = &lenient;
    cr_expect_eq(judge(&w, &ctx, &f)->indication, TOTAL_PASSED);
}

/* RFC 6151, 2: whatever the time and the policy, and in an inspection too, what is intact by MD5 is not
 * enough. */
Test(ades_judge, md5_never_passes) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_policy lenient = *ades_policy_find("default");
    accept_sha1(&lenient);
    for (int i = 0; i < 8; i++) {
        struct ades_facts f = intact(&w);
        struct ades_context ctx = context(&w, (i & 1) != 0);
        ctx.policy = &lenient;
        ctx.at = (i & 2) != 0 ? 1000000000 : AT_2026; /* 2001, before its end */
        *((i & 4) != 0 ? &f.digest : &f.sigalg.digest) = DIGEST_MD5;
        const struct report_signature *s = judge(&w, &ctx, &f);
        cr_expect_eq(s->indication, INDETERMINATE, "row %d", i);
        cr_expect_eq(s->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, "row %d", i);
        cr_expect(says(s, MSG_ALGORITHM_SUNSET), "row %d", i);
        cr_expect(s->references == TRI_TRUE && s->signature_value == TRI_TRUE, "row %d", i);
    }
}

Test(ades_judge, the_weaker_digest_is_the_one_that_ends_first) {
    cr_expect_eq(ades_weaker_digest(DIGEST_SHA256, DIGEST_SHA512), DIGEST_SHA256);
    cr_expect_eq(ades_weaker_digest(DIGEST_SHA256, DIGEST_SHA224), DIGEST_SHA224);
    cr_expect_eq(ades_weaker_digest(DIGEST_SHA224, DIGEST_SHA256), DIGEST_SHA224);
    cr_expect_eq(ades_weaker_digest(DIGEST_SHA224, DIGEST_SHA1), DIGEST_SHA1);
    cr_expect_eq(ades_weaker_digest(DIGEST_MD5, DIGEST_SHA1), DIGEST_MD5);
    cr_expect_eq(ades_weaker_digest(DIGEST_SHA1, DIGEST_MD5), DIGEST_MD5);
    cr_expect_eq(ades_weaker_digest(DIGEST_SHA1, DIGEST_NONE), DIGEST_SHA1);
}

Test(ades_judge, small_keys) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    struct ades_policy larger = *ctx.policy;
    keys_from(&larger, FAMILY_EC, 384);
    ctx.policy = &larger;
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    cr_expect(says(s, MSG_KEY_SMALL));
}

/* EN 319 102-1, 5.2.6.4: what an authority signed with, and its own key, are judged like the signer's. The
 * authority of the test PKI is changed in memory after it was read: its signature is not looked at again. */
Test(ades_judge, algorithms_of_the_path) {
    AUTO(world) w = world_open("nes-rsa2048", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    f.sigalg.scheme = SCHEME_RSA_PKCS1;
    cr_assert_eq(judge(&w, &ctx, &f)->indication, TOTAL_PASSED);
    enum crypto_digest as_issued = w.signer->sigalg.digest;
    AUTO(pki_path_ptr) path = NULL;
    struct pki_path_options opt = {.at = ctx.at};
    cr_assert_eq(pki_path_check(w.trust, w.crypto, w.signer, &opt, &path, NULL), SIGN_OK);
    cr_assert_eq(path->n_chain, 3);
    path->chain[1]->sigalg.digest = DIGEST_SHA1;
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    cr_expect(says(s, MSG_ALGORITHM_SUNSET));
    path->chain[1]->sigalg.digest = as_issued;
    cr_expect_eq(judge(&w, &ctx, &f)->indication, TOTAL_PASSED);

    /* ca-rsa has 4096 bits, the signer 2048: a policy between the two finds the signer alone, one above finds
     * both. */
    struct ades_policy larger = *ctx.policy;
    rsa_from(&larger, 3072);
    ctx.policy = &larger;
    s = judge(&w, &ctx, &f);
    cr_expect(says(s, MSG_KEY_SMALL) && !says(s, MSG_CA_KEY_SMALL));
    rsa_from(&larger, 8192);
    s = judge(&w, &ctx, &f);
    cr_expect(says(s, MSG_KEY_SMALL) && says(s, MSG_CA_KEY_SMALL));
    cr_expect_eq(s->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
}

/* A revocation list is as good as its signature, in a path that is remembered too. */
Test(ades_judge, algorithm_of_a_revocation_list) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    ctx.revocation = true;
    cr_assert_eq(judge(&w, &ctx, &f)->indication, TOTAL_PASSED);
    AUTO(pki_path_ptr) path = NULL;
    struct pki_path_options opt = {.at = ctx.at, .revocation = true};
    cr_assert_eq(pki_path_check(w.trust, w.crypto, w.signer, &opt, &path, NULL), SIGN_OK);
    cr_assert_eq(path->n_revocation, 2);
    for (size_t i = 0; i < 2; i++) {
        struct crypto_sigalg as_issued = path->revocation[i].sigalg;
        path->revocation[i].sigalg.digest = DIGEST_SHA1;
        const struct report_signature *s = judge(&w, &ctx, &f);
        cr_expect_eq(s->indication, INDETERMINATE);
        cr_expect_eq(s->sub, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
        cr_expect(says(s, MSG_CRL_ALGORITHM) && has_error_with_hint(s));
        cr_expect_not_null(strstr(s->messages->args[0], i == 0 ? "Sağlayıcısı EC" : "Kök"));
        cr_expect_str_eq(s->messages->args[1], "ECDSA SHA-1");
        struct ades_policy lenient = *ctx.policy;
        accept_sha1(&lenient);
        struct ades_context old = ctx;
        old.policy = &lenient;
        cr_expect_eq(judge(&w, &old, &f)->indication, TOTAL_PASSED);
        path->revocation[i].sigalg = as_issued;
        cr_expect_eq(judge(&w, &ctx, &f)->indication, TOTAL_PASSED);
    }
}

/* RFC 5280, 4.2.1.12: what is critically for something else is not for documents; what is not critical, or
 * names a purpose of its own, is. */
Test(ades_judge, purposes) {
    static const struct {
        const char *name;
        bool forbidden;
    } signers[] = {{"tsa-ec", true}, {"ocsp-ec", false}, {"malimuhur", false}, {"nes-p256", false}};
    for (size_t i = 0; i < sizeof signers / sizeof *signers; i++) {
        AUTO(world) w = world_open(signers[i].name, true);
        struct ades_facts f = intact(&w);
        struct ades_context ctx = context(&w, false);
        struct ades_policy lenient = *ctx.policy;
        lenient.level[ROLE_SIGNATURE][CHECK_KEY_USAGE] =
            LEVEL_IGNORE; /* a responder's certificate has none */
        ctx.policy = &lenient;
        const struct report_signature *s = judge(&w, &ctx, &f);
        cr_expect_eq(s->indication, signers[i].forbidden ? INDETERMINATE : TOTAL_PASSED, "%s",
                     signers[i].name);
        cr_expect_eq(s->sub, signers[i].forbidden ? SUB_CHAIN_CONSTRAINTS_FAILURE : SUB_NONE, "%s",
                     signers[i].name);
        cr_expect_eq(says(s, MSG_SIGNER_PURPOSE), signers[i].forbidden, "%s", signers[i].name);
        if (signers[i].forbidden)
            cr_expect_str_eq(s->messages->args[0], "timeStamping");
    }
}

/* An authority that signs documents: unusual, not forbidden. */
Test(ades_judge, authority_as_signer) {
    AUTO(world) w = world_open("ca-ec", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    struct ades_policy lenient = *ctx.policy;
    lenient.level[ROLE_SIGNATURE][CHECK_KEY_USAGE] = LEVEL_IGNORE;
    ctx.policy = &lenient;
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, TOTAL_PASSED);
    cr_expect(says(s, MSG_SIGNER_IS_CA));
}

/* The digest of the reference: a warning, fatal in strict, nothing before its end. */
Test(ades_judge, digest_of_the_reference) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    for (int strict = 0; strict < 2; strict++) {
        ctx.policy = ades_policy_find(strict ? "strict" : "default");
        f.reference_digest = DIGEST_SHA256;
        const struct report_signature *s = judge(&w, &ctx, &f);
        cr_expect(s->indication == TOTAL_PASSED && s->messages == NULL);
        f.reference_digest = DIGEST_SHA1;
        s = judge(&w, &ctx, &f);
        cr_expect_eq(s->indication, strict ? INDETERMINATE : TOTAL_PASSED);
        cr_expect_eq(s->sub, strict ? SUB_SIG_CONSTRAINTS_FAILURE : SUB_NONE);
        cr_expect(says(s, strict ? MSG_REFERENCE_WEAK_FATAL : MSG_REFERENCE_WEAK));
        cr_expect_str_eq(s->messages->args[0], "SHA-1");
        struct ades_context then = ctx;
        then.at = 1340000000; /* 2012-06-18, before the end of SHA-1 */
        cr_expect_not(says(judge(&w, &then, &f), MSG_REFERENCE_WEAK_FATAL));
    }
}

Test(ades_judge, issuer_serial) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    f.issuer_serial_differs = true;
    struct ades_context ctx = context(&w, false);
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, TOTAL_PASSED);
    cr_expect(says(s, MSG_ISSUER_SERIAL));
    ctx.policy = ades_policy_find("strict");
    s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, INDETERMINATE);
    cr_expect_eq(s->sub, SUB_NO_SIGNING_CERTIFICATE_FOUND);
}

/* What is signed is only a part: a finding everywhere, fatal in strict. */
Test(ades_judge, coverage) {
    AUTO(world) w = world_open("nes-p256", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    for (int strict = 0; strict < 2; strict++) {
        ctx.policy = ades_policy_find(strict ? "strict" : "default");
        struct report_signature *out = report_add(w.report);
        cr_assert_not_null(out);
        out->covers_whole_document = TRI_FALSE;
        cr_assert_eq(ades_judge(&ctx, &f, w.report, out, NULL), SIGN_OK);
        cr_expect_eq(out->indication, strict ? INDETERMINATE : TOTAL_PASSED);
        cr_expect_eq(out->sub, strict ? SUB_SIG_CONSTRAINTS_FAILURE : SUB_NONE);
        cr_expect_eq(says(out, MSG_COVERAGE_PARTIAL), strict == 1);
    }
}

/* Before it became valid, at a time the caller names. */
Test(ades_judge, time_is_the_callers) {
    AUTO(world) w = world_open("nes-notyet", true);
    struct ades_facts f = intact(&w);
    struct ades_context ctx = context(&w, false);
    const struct report_signature *s = judge(&w, &ctx, &f);
    cr_expect_eq(s->indication, TOTAL_FAILED);
    cr_expect_eq(s->sub, SUB_NOT_YET_VALID);
    ctx.at = 2240000000; /* 2040-12-25 */
    cr_expect_eq(judge(&w, &ctx, &f)->indication, TOTAL_PASSED);
}

Test(ades_policy, names) {
    cr_assert_not_null(ades_policy_find("default"));
    cr_assert_not_null(ades_policy_find("strict"));
    cr_expect_null(ades_policy_find("Default"));
    cr_expect_null(ades_policy_find(""));
    cr_expect_eq(ades_policy_find("default")->level[ROLE_SIGNATURE][CHECK_ISSUER_SERIAL], LEVEL_WARN);
    cr_expect_eq(ades_policy_find("strict")->level[ROLE_SIGNATURE][CHECK_ISSUER_SERIAL], LEVEL_FAIL);
    cr_expect_eq(ades_policy_find("default")->level[ROLE_SIGNATURE][CHECK_KEY_USAGE], LEVEL_FAIL);
}
