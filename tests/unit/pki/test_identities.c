/* The generated identities: every way a path can fail, beside its sibling that passes (EN 319 102-1, 5.2.6).
 */
#include "mint.h"

static sign_trust *full_trust(void) {
    static const char *const others[] = {"ca-ec.der",    "ca-rsa.der",     "ca-revoked.der",
                                         "ca-notca.der", "ca-pathlen.der", "ca-nokusage.der"};
    static const char *const lists[] = {"ca-revoked.crl", "ca-notca.crl", "ca-pathlen.crl",
                                        "ca-nokusage.crl"};
    char paths[12][512];
    sign_input anchor = {.path = SIGN_TEST_PKI "/trust"}, certs[6],
               crls[5] = {{.path = SIGN_TEST_PKI "/crls"}};
    for (size_t i = 0; i < 6; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s", SIGN_TEST_PKI, others[i]);
        certs[i] = (sign_input){.path = paths[i]};
    }
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(paths[6 + i], sizeof paths[i], "%s/%s", SIGN_TEST_PKI, lists[i]);
        crls[1 + i] = (sign_input){.path = paths[6 + i]};
    }
    const sign_trust_options opt = {.size = sizeof opt,
                                    .anchors = &anchor,
                                    .n_anchors = 1,
                                    .certs = certs,
                                    .n_certs = 6,
                                    .crls = crls,
                                    .n_crls = 5};
    sign_trust *t = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_OK, "%s", err.text);
    return t;
}

Test(pki_identities, counts) {
    sign_trust *t = full_trust();
    size_t anchors, certs, crls;
    sign_trust_count(t, &anchors, &certs, &crls);
    cr_assert_eq(anchors, 2);
    cr_assert_eq(certs, 6);
    cr_assert_eq(crls, 8);
    sign_trust_free(&t);
    cr_assert_null(t);
}

static const struct row {
    const char *name;
    enum sub_indication sub;
    enum message_id message;
} rows[] = {
    {"nes-rsa2048.der", SUB_NONE, MSG_NONE},
    {"nes-rsa3072.der", SUB_NONE, MSG_NONE},
    {"nes-pss.der", SUB_NONE, MSG_NONE},
    {"nes-p256.der", SUB_NONE, MSG_NONE},
    {"nes-p384.der", SUB_NONE, MSG_NONE},
    {"nes-p521.der", SUB_NONE, MSG_NONE},
    {"ca-ec.der", SUB_NONE, MSG_NONE},
    {"malimuhur.der", SUB_NONE, MSG_NONE},
    {"tsa-ec.der", SUB_NONE, MSG_NONE},
    {"nes-revoked.der", SUB_REVOKED_NO_POE, MSG_CERT_REVOKED},
    {"nes-suspended.der", SUB_TRY_LATER, MSG_CERT_SUSPENDED},
    {"nes-expired.der", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED},
    {"nes-notyet.der", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_NOT_YET_VALID},
    {"nes-other.der", SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER},
    {"other-root.der", SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_UNTRUSTED},
    {"nes-ca-revoked.der", SUB_REVOKED_CA_NO_POE, MSG_CA_REVOKED},
    {"nes-notca.der", SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NOT_CA},
    {"nes-pathlen.der", SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_LENGTH},
    {"nes-nokusage.der", SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NO_CERT_SIGN},
};

Test(pki_identities, verdicts) {
    sign_trust *t = full_trust();
    const struct pki_path_options opt = {.at = T2026, .revocation = true};
    /* The second round answers from memory where it may: the answers are the same. */
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            AUTO(sign_buf) der = identity(rows[i].name);
            struct outcome o = judge(t, view(der), &opt);
            expect(o, rows[i].sub, rows[i].message, rows[i].name);
            cr_expect(rows[i].sub != SUB_NONE || (o.n_chain >= 2 && o.n_revocation == o.n_chain - 1), "%s",
                      rows[i].name);
        }
    sign_trust_free(&t);
}

/* What a trust remembers of the authorities above shortens the work and changes no answer: a chain that may
 * not be used says nothing about revocation, however often it is asked. */
Test(pki_identities, what_is_remembered_changes_no_answer) {
    sign_trust *t = full_trust();
    AUTO(sign_buf) wrong = identity("nes-pathlen.der");
    AUTO(sign_buf) good = identity("nes-p256.der");
    const struct pki_path_options opt = {.at = T2026 + DAY, .revocation = true};
    struct outcome first = judge(t, view(wrong), &opt);
    expect(judge(t, view(good), &opt), SUB_NONE, MSG_NONE, "the authority's path is remembered");
    struct outcome again = judge(t, view(wrong), &opt);
    expect(first, SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_LENGTH, "unknown authorities");
    expect(again, SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_LENGTH, "remembered ones");
    cr_assert_eq(first.n_chain, again.n_chain);
    cr_assert_eq(first.n_revocation, 0);
    cr_assert_eq(again.n_revocation, 0, "%zu lists", again.n_revocation);
    sign_trust_free(&t);
}

Test(pki_identities, suspension_says_when_to_try_again) {
    sign_trust *t = full_trust();
    const struct pki_path_options opt = {.at = T2026, .revocation = true};
    AUTO(sign_buf) der = identity("nes-suspended.der");
    cr_assert_gt(judge(t, view(der), &opt).try_at, T2026);
    sign_trust_free(&t);
}

/* Without revocation checking a revoked certificate passes, and its verdict is not taken for the other
 * question. */
Test(pki_identities, revocation_can_be_left_out) {
    sign_trust *t = full_trust();
    struct pki_path_options opt = {.at = T2026, .revocation = false};
    AUTO(sign_buf) der = identity("nes-revoked.der");
    for (int round = 0; round < 2; round++) {
        opt.revocation = false;
        expect(judge(t, view(der), &opt), SUB_NONE, MSG_NONE, "without");
        opt.revocation = true;
        expect(judge(t, view(der), &opt), SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "with");
    }
    sign_trust_free(&t);
}

static struct outcome with_list(const char *list, const char *signer) {
    struct world w = {
        .anchors = {identity("root-ec.der")}, .n_anchors = 1, .certs = {identity("ca-ec.der")}, .n_certs = 1};
    w.crls[w.n_crls++] = identity("root-ec.crl");
    if (list != NULL)
        w.crls[w.n_crls++] = identity(list);
    sign_trust *t = world_trust(&w);
    const struct pki_path_options opt = {.at = T2026, .revocation = true};
    AUTO(sign_buf) der = identity(signer);
    struct outcome o = judge(t, view(der), &opt);
    sign_trust_free(&t);
    return o;
}

Test(pki_identities, lists_that_do_not_count) {
    expect(with_list("ca-ec.crl", "nes-p256.der"), SUB_NONE, MSG_NONE, "good");
    expect(with_list(NULL, "nes-p256.der"), SUB_TRY_LATER, MSG_CRL_NONE, "none");
    expect(with_list("ca-rsa.crl", "nes-p256.der"), SUB_TRY_LATER, MSG_CRL_NONE, "another authority's");
    expect(with_list("ca-ec-expired.crl", "nes-p256.der"), SUB_TRY_LATER, MSG_CRL_EXPIRED, "expired");
    expect(with_list("ca-ec-badsig.crl", "nes-p256.der"), SUB_TRY_LATER, MSG_CRL_SIGNATURE, "damaged");
    expect(with_list("ca-ec-other.crl", "nes-p256.der"), SUB_TRY_LATER, MSG_CRL_SIGNATURE,
           "same name, other key");
}

/* A root that is given as an ordinary certificate, or comes with the signature, is believed by nobody. */
Test(pki_identities, only_anchors_are_anchors) {
    struct world w = {.anchors = {identity("root-rsa.der")}, .n_anchors = 1};
    w.certs[w.n_certs++] = identity("root-ec.der");
    w.certs[w.n_certs++] = identity("ca-ec.der");
    sign_trust *t = world_trust(&w);
    AUTO(sign_buf) der = identity("nes-p256.der");
    AUTO(sign_buf) root = identity("other-root.der");
    AUTO(sign_buf) other = identity("nes-other.der");
    const sign_bytes bag[] = {view(root)};
    const struct pki_path_options opt = {.at = T2026, .bag = bag, .n_bag = 1};
    expect(judge(t, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_UNTRUSTED,
           "root among the others");
    expect(judge(t, view(other), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_UNTRUSTED,
           "root in the bag");
    sign_trust_free(&t);
    w = (struct world){
        .anchors = {identity("root-ec.der")}, .n_anchors = 1, .certs = {identity("ca-ec.der")}, .n_certs = 1};
    t = world_trust(&w);
    expect(judge(t, view(der), &opt), SUB_NONE, MSG_NONE, "root among the anchors");
    sign_trust_free(&t);
    w = (struct world){0};
    t = world_trust(&w);
    expect(judge(t, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ANCHOR, "no anchor at all");
    sign_trust_free(&t);
}

static void kind_is(const char *name, sign_cert_kind kind) {
    char path[512];
    sign_certs *certs = NULL;
    sign_error err = {0};
    (void)snprintf(path, sizeof path, "%s/%s.pem", SIGN_TEST_PKI, name);
    const sign_input in = {.path = path};
    cr_assert_eq(sign_certs_read(&in, &certs, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(sign_certs_count(certs), 1);
    cr_expect_eq(sign_certs_get(certs, 0)->kind, kind, "%s is %d", name, (int)sign_certs_get(certs, 0)->kind);
    cr_assert_null(sign_certs_get(certs, 1));
    sign_certs_free(&certs);
}

Test(pki_identities, kinds) {
    kind_is("nes-p256", SIGN_CERT_NES);
    kind_is("nes-rsa2048", SIGN_CERT_NES);
    kind_is("nes-nronly", SIGN_CERT_NES);
    kind_is("nes-limit", SIGN_CERT_NES);
    kind_is("nes-nonr", SIGN_CERT_OTHER);
    kind_is("nes-nonotice", SIGN_CERT_OTHER);
    kind_is("nes-noetsi", SIGN_CERT_OTHER);
    kind_is("nes-nobtk", SIGN_CERT_OTHER);
    kind_is("seal", SIGN_CERT_SEAL);
    kind_is("seal-qualified", SIGN_CERT_QSEAL);
    kind_is("malimuhur", SIGN_CERT_FISCAL);
    kind_is("encryption", SIGN_CERT_ENCRYPTION);
    kind_is("encryption-ec", SIGN_CERT_ENCRYPTION);
    kind_is("ca-ec", SIGN_CERT_CA);
    kind_is("tsa-ec", SIGN_CERT_TSA);
    kind_is("ocsp-ec", SIGN_CERT_OCSP);
}

Test(pki_identities, facts) {
    const sign_input in = {.path = SIGN_TEST_PKI "/nes-rsa2048.pem"};
    sign_certs *certs = NULL;
    cr_assert_eq(sign_certs_read(&in, &certs, NULL), SIGN_OK);
    const sign_cert *c = sign_certs_get(certs, 0);
    cr_assert_str_eq(c->key, "RSA 2048");
    cr_assert_str_eq(c->signature, "RSA-PSS SHA-256");
    cr_assert_str_eq(c->key_usage, "digitalSignature,nonRepudiation");
    cr_assert_str_eq(c->policies, "2.16.792.1.2.1.1.5.7.1.1");
    cr_assert_str_eq(c->crl_urls, "http://depo.example.org/ca-rsa.crl");
    cr_assert_str_eq(c->ocsp_urls, "http://ocsp.example.org/ca-rsa");
    cr_assert_eq(strlen(c->serial_number), 11);
    cr_assert_eq(strlen(c->sha256), 64);
    cr_assert(strstr(c->subject, c->common_name) != NULL && strlen(c->common_name) > 3);
    cr_assert_eq(strncmp(c->subject, "CN=", 3), 0, "%s", c->subject);
    cr_assert_not(c->is_ca);
    cr_assert_lt(c->not_before, c->not_after);
    sign_certs_free(&certs);
    const sign_input chain = {.path = SIGN_TEST_PKI "/root-ec.crl"};
    sign_error err = {0};
    cr_assert_eq(sign_certs_read(&chain, &certs, &err), SIGN_E_FORMAT);
    cr_assert(strstr(err.text, "root-ec.crl") != NULL, "%s", err.text);
}
