/* Policies: the built-in ones, the dated table of algorithms, files and what they may not say; and that
 * docs/POLICY.md says the same. */
#include "ades/ades.h"
#include "base/file.h"
#include "base/time.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t day(int year, int month, int d) {
    return time_from_civil(&(struct civil){.year = year, .month = month, .day = d});
}

static const struct ades_policy *built_in(const char *name) {
    const struct ades_policy *p = ades_policy_find(name);
    cr_assert_not_null(p, "%s", name);
    return p;
}

/* ---- the table of algorithms -------------------------------------------------------------------------- */

/* TS 119 312: the ends that everybody lists. */
Test(ades_policy, digests_end_when_the_list_says) {
    const struct ades_policy *p = built_in("default");
    for (enum ades_role role = 0; role < ROLE_COUNT; role++) {
        cr_expect_eq(ades_digest_end(p, role, DIGEST_MD5), INT64_MIN);
        cr_expect_eq(ades_digest_end(p, role, DIGEST_SHA1), day(2012, 8, 1));
        cr_expect_eq(ades_digest_end(p, role, DIGEST_SHA224), day(2029, 1, 1));
        for (enum crypto_digest d = DIGEST_SHA256; d < DIGEST_COUNT; d++)
            cr_expect_eq(ades_digest_end(p, role, d), INT64_MAX);
        cr_expect_eq(ades_digest_end(p, role, DIGEST_NONE), INT64_MAX);
    }
    cr_expect_eq(crypto_digest_row(DIGEST_SHA1)->sunset, day(2012, 8, 1));
    cr_expect_eq(crypto_digest_row(DIGEST_SHA256)->sunset, 0);
}

/* Tebliğ, art. 6: what only the list of 2006 had ended with 2008 for signers. */
Test(ades_policy, the_communique_asks_more_of_providers) {
    const struct ades_policy *p = built_in("tr");
    cr_expect_eq(ades_digest_end(p, ROLE_SIGNATURE, DIGEST_SHA1), day(2009, 1, 1));
    cr_expect_eq(ades_digest_end(p, ROLE_COUNTER_SIGNATURE, DIGEST_SHA1), day(2009, 1, 1));
    cr_expect_eq(ades_digest_end(p, ROLE_TIMESTAMP, DIGEST_SHA1), day(2012, 8, 1));
    cr_expect_eq(ades_digest_end(p, ROLE_SIGNATURE, DIGEST_SHA256), INT64_MAX);
    const struct ades_key_row *signer = p->keys[ROLE_SIGNATURE][FAMILY_RSA];
    const struct ades_key_row *provider = p->keys[ROLE_TIMESTAMP][FAMILY_RSA];
    cr_expect(signer[2].bits == 2048 && signer[2].end == INT64_MAX);
    cr_expect(provider[2].bits == 2048 && provider[2].end == day(2020, 1, 1));
    const struct ades_key_row *pss = p->keys[ROLE_REVOCATION][FAMILY_RSA_PSS];
    cr_expect(pss[4].bits == 4096 && pss[4].end == INT64_MAX);
}

/* The suite's row 6: SHA-1 passes, and a warning says so. */
Test(ades_policy, the_suite_passes_sha1_with_a_warning) {
    const struct ades_policy *p = built_in("tr-uyum");
    cr_expect_eq(ades_digest_end(p, ROLE_SIGNATURE, DIGEST_SHA1), INT64_MAX);
    cr_expect_eq(ades_digest_warn(p, ROLE_SIGNATURE, DIGEST_SHA1), day(2012, 8, 1));
    cr_expect_eq(ades_digest_end(p, ROLE_SIGNATURE, DIGEST_MD5), INT64_MIN);
    cr_expect_eq(ades_digest_warn(p, ROLE_SIGNATURE, DIGEST_SHA256), INT64_MAX);
    cr_expect_eq(ades_digest_warn(p, ROLE_SIGNATURE, DIGEST_MD5), INT64_MAX, "it never passes");
    cr_expect_eq(ades_digest_warn(built_in("default"), ROLE_SIGNATURE, DIGEST_SHA1), INT64_MAX);
    const struct ades_key_row *rsa = p->keys[ROLE_SIGNATURE][FAMILY_RSA];
    cr_expect(rsa[1].bits == 1024 && rsa[1].end == day(2019, 10, 1), "small keys pass no longer");
}

/* The public key of a certificate of the test PKI. */
static struct pki_cert *cert_of(struct crypto *crypto, const char *name) {
    char path[512];
    AUTO(sign_buf) der = {0};
    struct pki_cert *cert = NULL;
    snprintf(path, sizeof path, "%s/%s.der", SIGN_TEST_PKI, name);
    cr_assert_eq(file_read(path, LIMIT_CERTIFICATE, &der, NULL), SIGN_OK, "%s", path);
    cr_assert_eq(pki_cert_read(crypto, BYTES(der.data, der.len), &cert, NULL), SIGN_OK);
    return cert;
}

Test(ades_policy, keys_end_by_size_scheme_and_role) {
    AUTO(crypto_ptr) crypto = NULL;
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    AUTO(pki_cert_ptr) cert = cert_of(crypto, "nes-rsa2048"), ec = cert_of(crypto, "nes-p256");
    const struct crypto_pubkey *rsa, *curve;
    cr_assert_eq(pki_cert_key(cert, &rsa, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_key(ec, &curve, NULL), SIGN_OK);
    const struct ades_policy *p = built_in("default"), *tr = built_in("tr");
    cr_expect_eq(ades_key_end(p, ROLE_SIGNATURE, rsa), day(2029, 1, 1));
    cr_expect_eq(ades_key_end(p, ROLE_SIGNATURE, curve), INT64_MAX);
    cr_expect_eq(ades_scheme_end(tr, ROLE_SIGNATURE, rsa, SCHEME_RSA_PKCS1), INT64_MAX);
    cr_expect_eq(ades_scheme_end(tr, ROLE_TIMESTAMP, rsa, SCHEME_RSA_PKCS1), day(2020, 1, 1));
    cr_expect_eq(ades_key_least(p, ROLE_SIGNATURE, rsa, day(2026, 1, 1)), 2048u);
    cr_expect_eq(ades_key_least(p, ROLE_SIGNATURE, rsa, day(2019, 1, 1)), 1024u);
    cr_expect_eq(ades_key_least(p, ROLE_SIGNATURE, rsa, day(2030, 1, 1)), 3000u, "by PSS");
    cr_expect_eq(ades_key_least(p, ROLE_SIGNATURE, curve, day(2026, 1, 1)), 256u);
    cr_expect_eq(ades_scheme_least(p, ROLE_SIGNATURE, SCHEME_RSA_PKCS1, day(2030, 1, 1)), 0u);
    struct ades_policy none = *p;
    memset(none.keys, 0, sizeof none.keys);
    cr_expect_eq(ades_key_end(&none, ROLE_SIGNATURE, rsa), INT64_MIN);
}

/* EN 319 102-1, 5.6: RSA 1024 that is proven to be older than its end is good. */
Test(ades_policy, rows_are_ascending) {
    for (size_t i = 0; ades_policy_at(i) != NULL; i++)
        for (enum ades_role role = 0; role < ROLE_COUNT; role++)
            for (enum ades_family family = 0; family < FAMILY_COUNT; family++) {
                const struct ades_key_row *rows = ades_policy_at(i)->keys[role][family];
                cr_expect_neq(rows[0].bits, 0u);
                for (size_t k = 1; k < ADES_KEY_ROWS && rows[k].bits != 0; k++) {
                    cr_expect_gt(rows[k].bits, rows[k - 1].bits);
                    cr_expect_geq(rows[k].end, rows[k - 1].end, "a larger key is not worse");
                }
            }
    const struct ades_key_row *rsa = built_in("default")->keys[ROLE_SIGNATURE][FAMILY_RSA];
    cr_expect(rsa[1].bits == 1024 && rsa[1].end == day(2019, 10, 1));
}

/* Creation asks the same table: what a claimed time of then could not be verified by, is not signed. */
Test(ades_policy, what_may_sign_is_what_can_be_relied_on) {
    static const struct {
        const char *name;
        int year;
        int pss;
        sign_rc rc;
    } rows[] = {{"nes-rsa2048", 2026, 0, SIGN_OK},
                {"nes-rsa2048", 2028, 1, SIGN_OK},
                {"nes-rsa2048", 2030, 0, SIGN_E_UNSUPPORTED},
                {"nes-rsa2048", 2030, 1, SIGN_E_UNSUPPORTED},
                {"nes-rsa3072", 2030, 0, SIGN_E_UNSUPPORTED},
                {"nes-rsa3072", 2030, 1, SIGN_OK},
                {"nes-p256", 2030, 0, SIGN_OK}};
    AUTO(crypto_ptr) crypto = NULL;
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(pki_cert_ptr) cert = cert_of(crypto, rows[i].name);
        sign_options opt = {.size = sizeof opt, .pss = rows[i].pss, .claimed_time = day(rows[i].year, 6, 1)};
        AUTO(ades_plan) plan = {0};
        sign_error err = {0};
        cr_expect_eq(ades_plan_make(crypto, &cert->der, 1, &opt, &plan, &err), rows[i].rc, "%s in %d: %s",
                     rows[i].name, rows[i].year, err.text);
        if (rows[i].rc != SIGN_OK)
            cr_expect_str_eq(err.id, message_code(MSG_SIGNER_KEY), "%s", err.text);
        cr_expect_null(strstr(err.text, "below 0"), "%s", err.text);
    }
}

/* ---- levels ------------------------------------------------------------------------------------------- */

Test(ades_policy, what_is_fixed_is_fatal_everywhere) {
    size_t fixed = 0;
    for (size_t i = 0; ades_policy_at(i) != NULL; i++)
        for (enum ades_check check = 0; check < CHECK_COUNT; check++)
            for (enum ades_role role = 0; role < ROLE_COUNT; role++)
                if (ades_check_fixed(check, role)) {
                    fixed++;
                    cr_expect_eq(ades_policy_level(ades_policy_at(i), role, check), LEVEL_FAIL, "%s in %s",
                                 ades_check_row(check)->name, ades_policy_at(i)->name);
                }
    cr_expect_gt(fixed, 4 * 60u);
    static const enum ades_check always[] = {
        CHECK_FORMAT,      CHECK_DATA_INTACT, CHECK_SIGNATURE_INTACT, CHECK_SIGNER_DIGEST,
        CHECK_CHAIN_FOUND, CHECK_CHAIN_VALID, CHECK_STAMP_IMPRINT,    CHECK_SIGNATURE_ALGORITHMS};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        for (enum ades_role role = 0; role < ROLE_COUNT; role++)
            cr_expect(ades_check_fixed(always[i], role), "%s", ades_check_row(always[i])->name);
    cr_expect(ades_check_fixed(CHECK_NOT_REVOKED, ROLE_SIGNATURE));
    cr_expect_not(ades_check_fixed(CHECK_NOT_REVOKED, ROLE_REVOCATION));
    cr_expect_not(ades_check_fixed(CHECK_PROFILE, ROLE_SIGNATURE));
}

/* A role that a check is not asked of has no level in any policy; were it asked, it would be fatal. */
Test(ades_policy, every_check_is_asked_of_somebody) {
    for (enum ades_check check = 0; check < CHECK_COUNT; check++) {
        const unsigned roles = ades_check_roles(check);
        cr_expect_neq(roles, 0u, "%s", ades_check_row(check)->name);
        for (enum ades_role role = 0; role < ROLE_COUNT; role++)
            for (size_t i = 0; (roles >> role & 1) == 0 && ades_policy_at(i) != NULL; i++)
                cr_expect_eq(ades_policy_level(ades_policy_at(i), role, check), LEVEL_FAIL, "%s of %s in %s",
                             ades_check_row(check)->name, ades_role_name(role), ades_policy_at(i)->name);
    }
    cr_expect_eq(ades_check_roles(CHECK_TSA_PURPOSE), 1u << ROLE_TIMESTAMP);
    cr_expect_eq(ades_check_roles(CHECK_KEY_USAGE), 1u << ROLE_SIGNATURE | 1u << ROLE_COUNTER_SIGNATURE);
    cr_expect_eq(ades_check_roles(CHECK_NOT_REVOKED), (1u << ROLE_COUNT) - 1);
}

Test(ades_policy, the_turkish_ones_want_a_qualified_certificate) {
    static const enum ades_check wanted[] = {CHECK_QC_ETSI, CHECK_QC_BTK, CHECK_USER_NOTICE, CHECK_KEY_USAGE,
                                             CHECK_PROFILE};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        cr_expect_eq(ades_policy_level(built_in("tr"), ROLE_SIGNATURE, wanted[i]), LEVEL_FAIL);
        cr_expect_eq(ades_policy_level(built_in("tr-uyum"), ROLE_SIGNATURE, wanted[i]), LEVEL_FAIL);
    }
    const struct ades_policy *tr = built_in("tr"), *uyum = built_in("tr-uyum");
    cr_expect_eq(ades_check_roles(CHECK_QC_BTK) >> ROLE_TIMESTAMP & 1, 0u);
    cr_expect_eq(ades_policy_level(tr, ROLE_SIGNATURE, CHECK_ISSUER_SERIAL), LEVEL_FAIL);
    cr_expect_eq(ades_policy_level(tr, ROLE_SIGNATURE, CHECK_SIGNING_CERTIFICATE_V2), LEVEL_FAIL);
    cr_expect_eq(ades_policy_level(uyum, ROLE_REVOCATION, CHECK_NOT_REVOKED), LEVEL_IGNORE, "row 24_1");
    cr_expect_eq(ades_policy_level(tr, ROLE_REVOCATION, CHECK_NOT_REVOKED), LEVEL_FAIL);
    cr_expect(tr->stamp_before == 300 && tr->stamp_after == 7200 && tr->grace_period == 86400);
    cr_expect(built_in("default")->stamp_after == 0 && built_in("default")->grace_period == 0);
}

/* ---- files -------------------------------------------------------------------------------------------- */

struct heard {
    size_t n;
    char ids[16][8];
    char texts[16][300];
};

static void hear(void *user, const sign_error *fault) {
    struct heard *h = user;
    if (h->n < 16) {
        snprintf(h->ids[h->n], sizeof h->ids[0], "%s", fault->id);
        snprintf(h->texts[h->n], sizeof h->texts[0], "%s", fault->args);
    }
    h->n++;
}

typedef struct ades_policy *policy_ptr;
static void policy_free(policy_ptr *p) {
    free(*p);
}
CLEANUP(policy_ptr, policy_free);

static struct ades_policy *read_ok(const char *json) {
    struct ades_policy *p = NULL;
    sign_error err = {0};
    cr_assert_eq(ades_policy_read(BYTES_STR(json), NULL, NULL, &p, &err), SIGN_OK, "%s", err.text);
    return p;
}

/* Written and read back: the same policy, and the same text. */
static void expect_round_trip(const struct ades_policy *p) {
    AUTO(grow) once = {0}, twice = {0};
    AUTO(policy_ptr) back = NULL;
    sign_error err = {0};
    cr_assert_eq(ades_policy_write(p, &once, &err), SIGN_OK);
    cr_assert_eq(ades_policy_read(BYTES(once.data, once.len), NULL, NULL, &back, &err), SIGN_OK, "%s",
                 err.text);
    cr_expect(ades_policy_same(p, back));
    cr_expect_str_eq(back->name, p->name);
    cr_expect_str_eq(back->base, p->base);
    cr_assert_eq(ades_policy_write(back, &twice, &err), SIGN_OK);
    cr_expect(bytes_equal(BYTES(once.data, once.len), BYTES(twice.data, twice.len)));
}

Test(ades_policy, built_in_ones_are_read_back_the_same) {
    for (size_t i = 0; ades_policy_at(i) != NULL; i++)
        expect_round_trip(ades_policy_at(i));
}

Test(ades_policy, a_file_changes_what_it_names_and_nothing_else) {
    AUTO(policy_ptr)
    p = read_ok("{\"name\": \"bizim\", \"base\": \"strict\", \"checks\": {\"signature-time-stamp\": \"FAIL\","
                " \"tsa-name\": {\"timestamp\": \"INFORM\"}, \"grace-period\": {\"signature\": \"WARN\"}},"
                " \"freshness\": 86400,"
                " \"time-stamp\": {\"before\": 60, \"after\": 7200}, \"grace-period\": 3600,"
                " \"algorithms\": {\"digests\": {\"SHA-1\": {\"signature\": \"2010-01-01\"},"
                " \"SHA-256\": {\"until\": \"2030-01-01T12:00:00Z\", \"warn-from\": \"2027-01-01\"},"
                " \"SHA-224\": \"never\"},"
                " \"keys\": {\"RSA\": [{\"bits\": 3072, \"until\": null}], \"EC\": {\"timestamp\": []}}}}");
    const struct ades_policy *strict = built_in("strict");
    cr_expect_str_eq(p->name, "bizim");
    cr_expect_str_eq(p->base, "strict");
    for (enum ades_role role = 0; role < ROLE_COUNT; role++)
        for (enum ades_check check = 0; check < CHECK_COUNT; check++) {
            enum ades_level want = check == CHECK_SIGNATURE_STAMP && role <= ROLE_COUNTER_SIGNATURE
                                       ? LEVEL_FAIL
                                   : check == CHECK_TSA_NAME && role == ROLE_TIMESTAMP     ? LEVEL_INFORM
                                   : check == CHECK_GRACE_PERIOD && role == ROLE_SIGNATURE ? LEVEL_WARN
                                   : check == CHECK_GRACE_PERIOD || check == CHECK_STAMP_DELAY
                                       ? LEVEL_FAIL /* a rule that the base does not have is asked */
                                       : ades_policy_level(strict, role, check);
            cr_expect_eq(ades_policy_level(p, role, check), want, "%s", ades_check_row(check)->name);
        }
    cr_expect_eq(ades_digest_end(p, ROLE_SIGNATURE, DIGEST_SHA1), day(2010, 1, 1));
    cr_expect_eq(ades_digest_end(p, ROLE_TIMESTAMP, DIGEST_SHA1), day(2012, 8, 1));
    cr_expect_eq(ades_digest_end(p, ROLE_TIMESTAMP, DIGEST_SHA256), day(2030, 1, 1) + 43200);
    cr_expect_eq(ades_digest_warn(p, ROLE_TIMESTAMP, DIGEST_SHA256), day(2027, 1, 1));
    cr_expect_eq(ades_digest_end(p, ROLE_REVOCATION, DIGEST_SHA224), INT64_MIN);
    cr_expect(p->keys[ROLE_TIMESTAMP][FAMILY_RSA][0].bits == 3072 &&
              p->keys[ROLE_TIMESTAMP][FAMILY_RSA][1].bits == 0);
    cr_expect(p->keys[ROLE_TIMESTAMP][FAMILY_EC][0].bits == 0 &&
              p->keys[ROLE_SIGNATURE][FAMILY_EC][0].bits != 0);
    cr_expect(p->freshness == 86400 && p->stamp_before == 60 && p->stamp_after == 7200 &&
              p->grace_period == 3600);
    cr_expect_not(ades_policy_same(p, strict));
    expect_round_trip(p);
}

#define HEAD "{\"name\": \"x\", \"base\": \"default\", "
static const struct {
    const char *json;
    enum message_id id;
    const char *where; /* how the argument of the message begins */
} faulty[] = {
    {"", MSG_POLICY_JSON, ""},
    {"[]", MSG_POLICY_JSON, ""},
    {"{\"name\": \"x\"", MSG_POLICY_JSON, "line 1"},
    {HEAD "\"name\": \"y\"}", MSG_POLICY_JSON, ""},
    {"{\"base\": \"default\"}", MSG_POLICY_MISSING, "$ [name]"},
    {"{\"name\": \"x\"}", MSG_POLICY_MISSING, "$ [base]"},
    {"{\"name\": \"\", \"base\": \"default\"}", MSG_POLICY_VALUE, "$.name: "},
    {"{\"name\": \"a\\nb\", \"base\": \"default\"}", MSG_POLICY_VALUE, "$.name: "},
    {"{\"name\": 7, \"base\": \"default\"}", MSG_POLICY_VALUE, "$.name: 7"},
    {"{\"name\": \"x\", \"base\": \"lenient\"}", MSG_POLICY_VALUE,
     "$.base: lenient [default, strict, tr, tr-uyum]"},
    {"{\"name\": \"strict\", \"base\": \"default\"}", MSG_POLICY_NAME, "$.name [strict]"},
    {"{\"name\": \"Strict\", \"base\": \"default\"}", MSG_POLICY_NAME, "$.name [Strict]"},
    {"{\"name\": \"strict \", \"base\": \"default\"}", MSG_POLICY_VALUE, "$.name: strict "},
    {"{\"name\": \"x\", \"base\": \"Strict\"}", MSG_POLICY_VALUE, "$.base: Strict [default, "},
    {"{\"name\": \"x\", \"base\": \"x\"}", MSG_POLICY_VALUE, "$.base: x [default, "},
    {HEAD "\"Checks\": {}}", MSG_POLICY_MEMBER, "$.Checks [name, base, checks"},
    {HEAD "\"check\": {}}", MSG_POLICY_MEMBER, "$.check [name, base, checks"},
    {HEAD "\"checks\": []}", MSG_POLICY_VALUE, "$.checks: array [{...}]"},
    {HEAD "\"checks\": {\"profil\": \"FAIL\"}}", MSG_POLICY_MEMBER, "$.checks.profil [kalem policy show"},
    {HEAD "\"checks\": {\"profile\": \"fail\"}}", MSG_POLICY_VALUE, "$.checks.profile: fail [FAIL, WARN"},
    {HEAD "\"checks\": {\"profile\": true}}", MSG_POLICY_VALUE, "$.checks.profile: true"},
    {HEAD "\"checks\": {\"profile\": {\"signer\": \"FAIL\"}}}", MSG_POLICY_MEMBER,
     "$.checks.profile.signer [signature, counter-signature]"},
    {HEAD "\"checks\": {\"chain-valid\": {\"signer\": \"FAIL\"}}}", MSG_POLICY_MEMBER,
     "$.checks.chain-valid.signer [signature, counter-signature, timestamp, revocation]"},
    {HEAD "\"checks\": {\"key-usage\": {\"timestamp\": \"FAIL\"}}}", MSG_POLICY_MEMBER,
     "$.checks.key-usage.timestamp [signature, counter-signature]"},
    {HEAD "\"checks\": {\"tsa-name\": {\"revocation\": \"FAIL\"}}}", MSG_POLICY_MEMBER,
     "$.checks.tsa-name.revocation [timestamp]"},
    {HEAD "\"checks\": {\"profile\": {}}}", MSG_POLICY_MISSING,
     "$.checks.profile [signature, counter-signature]"},
    {HEAD "\"checks\": {\"profile\": {\"signature\": {\"signature\": \"FAIL\"}}}}", MSG_POLICY_VALUE,
     "$.checks.profile.signature: object"},
    {HEAD "\"checks\": {\"Profile\": \"FAIL\"}}", MSG_POLICY_MEMBER, "$.checks.Profile"},
    {HEAD "\"checks\": {\"profile\": \"WARN\", \"profile\": \"FAIL\"}}", MSG_POLICY_JSON, "line 1"},
    {HEAD "\"checks\": {\"signature-policy-allowed\": \"FAIL\"}}", MSG_POLICY_MEMBER,
     "$.checks.signature-policy-a"},
    {HEAD "\"checks\": {\"tsa-purpose\": \"WARN\"}}", MSG_POLICY_FIXED, "$.checks.tsa-purpose"},
    {HEAD "\"checks\": {\"not-revoked\": {\"revocation\": \"WARN\"}}}", MSG_POLICY_VALUE,
     "$.checks.not-revoked.revocation: WARN [FAIL, IGNORE]"},
    {HEAD "\"checks\": {\"not-revoked\": {\"revocation\": \"IGNORE\"}, \"not-on-hold\": \"FAIL\"}}",
     MSG_POLICY_VALUE, "$.checks.not-on-hold.revocation [= not-revoked.revocation]"},
    {HEAD "\"checks\": {\"not-on-hold\": {\"revocation\": \"IGNORE\"}}}", MSG_POLICY_VALUE,
     "$.checks.not-on-hold.revocation [= not-revoked.revocation]"},
    {HEAD "\"checks\": {\"signature-intact\": \"WARN\"}}", MSG_POLICY_FIXED,
     "$.checks.signature-intact: WARN [FAIL]"},
    {HEAD "\"checks\": {\"signed-data-intact\": {\"timestamp\": \"IGNORE\"}}}", MSG_POLICY_FIXED,
     "$.checks.signed-data-intact.timestamp: IGNORE"},
    {HEAD "\"checks\": {\"chain-found\": \"INFORM\"}}", MSG_POLICY_FIXED, "$.checks.chain-found"},
    {HEAD "\"checks\": {\"not-revoked\": \"WARN\"}}", MSG_POLICY_FIXED, "$.checks.not-revoked"},
    {HEAD "\"checks\": {\"not-revoked\": {\"signature\": \"WARN\"}}}", MSG_POLICY_FIXED,
     "$.checks.not-revoked.signature"},
    {HEAD "\"checks\": {\"time-stamp-imprint\": \"IGNORE\"}}", MSG_POLICY_FIXED,
     "$.checks.time-stamp-imprint"},
    {HEAD "\"checks\": {\"signature-algorithms\": \"WARN\"}}", MSG_POLICY_FIXED,
     "$.checks.signature-algorithms"},
    {HEAD "\"algorithms\": 1}", MSG_POLICY_VALUE, "$.algorithms: 1"},
    {HEAD "\"algorithms\": {\"hashes\": {}}}", MSG_POLICY_MEMBER, "$.algorithms.hashes [digests, keys]"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA1\": null}}}", MSG_POLICY_MEMBER,
     "$.algorithms.digests.SHA1 [MD5, SHA-1"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": \"soon\"}}}", MSG_POLICY_VALUE,
     "$.algorithms.digests.SHA-1: soon"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": \"2026-02-30\"}}}", MSG_POLICY_VALUE,
     "$.algorithms.digests.SHA-1"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": {\"warn-from\": null}}}}", MSG_POLICY_MISSING,
     "$.algorithms.digests.SHA-1 [until]"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": {\"until\": null, \"warn\": null}}}}", MSG_POLICY_MEMBER,
     "$.algorithms.digests.SHA-1.warn"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": {\"signer\": null}}}}", MSG_POLICY_MEMBER,
     "$.algorithms.digests.SHA-1.signer"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": {}}}}", MSG_POLICY_MISSING,
     "$.algorithms.digests.SHA-1 [signature, "},
    {HEAD "\"algorithms\": {\"keys\": {\"RSA\": {}}}}", MSG_POLICY_MISSING,
     "$.algorithms.keys.RSA [signature, "},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": {\"until\": null, \"warn-from\": \"never\"}}}}",
     MSG_POLICY_VALUE, "$.algorithms.digests.SHA-1.warn-from: never"},
    {HEAD "\"algorithms\": {\"digests\": {\"SHA-1\": {\"until\": \"2020-01-01\", \"warn-from\": "
          "\"2020-01-01\"}}}}",
     MSG_POLICY_VALUE, "$.algorithms.digests.SHA-1.warn-from: 2020-01-01 [null, < until]"},
    {HEAD "\"algorithms\": {\"digests\": {\"MD5\": null}}}", MSG_POLICY_FIXED,
     "$.algorithms.digests.MD5: null [\"never\"]"},
    {HEAD "\"algorithms\": {\"digests\": {\"MD5\": \"2004-08-01\"}}}", MSG_POLICY_FIXED,
     "$.algorithms.digests.MD5"},
    {HEAD "\"algorithms\": {\"keys\": {\"ECDSA\": []}}}", MSG_POLICY_MEMBER,
     "$.algorithms.keys.ECDSA [RSA, RSA-PSS, EC, DSA]"},
    {HEAD "\"algorithms\": {\"keys\": {\"RSA\": 2048}}}", MSG_POLICY_VALUE, "$.algorithms.keys.RSA: 2048"},
    {HEAD "\"algorithms\": {\"keys\": {\"RSA\": [2048]}}}", MSG_POLICY_VALUE,
     "$.algorithms.keys.RSA[0]: 2048"},
    {HEAD "\"algorithms\": {\"keys\": {\"RSA\": [{\"bits\": 0, \"until\": null}]}}}", MSG_POLICY_VALUE,
     "$.algorithms.keys.RSA[0].bits: 0"},
    {HEAD "\"algorithms\": {\"keys\": {\"RSA\": [{\"bits\": 2048.5, \"until\": null}]}}}", MSG_POLICY_VALUE,
     "$.algorithms.keys.RSA[0].bits: 2048.5"},
    {HEAD "\"algorithms\": {\"keys\": {\"RSA\": [{\"bits\": 2048}]}}}", MSG_POLICY_VALUE,
     "$.algorithms.keys.RSA[0]: object"},
    {HEAD "\"algorithms\": {\"keys\": {\"RSA\": [{\"bits\": 2048, \"until\": null}, {\"bits\": 1024, "
          "\"until\": null}]}}}",
     MSG_POLICY_VALUE, "$.algorithms.keys.RSA[1]: 1024 [bits ascending]"},
    {HEAD "\"freshness\": 0}", MSG_POLICY_VALUE, "$.freshness: 0 [1 ... 3155760000, null]"},
    {HEAD "\"grace-period\": 0}", MSG_POLICY_VALUE, "$.grace-period: 0 [1 ... 3155760000, null]"},
    {HEAD "\"time-stamp\": {\"before\": 60, \"after\": 0}}", MSG_POLICY_VALUE,
     "$.time-stamp.after: 0 [1 ... 3155760000, null]"},
    {HEAD "\"time-stamp\": {\"before\": 0, \"after\": 60}}", MSG_POLICY_VALUE,
     "$.time-stamp.before: 0 [1 ... 3155760000, null]"},
    {HEAD "\"time-stamp\": {\"before\": 60}}", MSG_POLICY_MISSING, "$.time-stamp [after: 1"},
    {HEAD "\"time-stamp\": {\"before\": 60, \"after\": null}}", MSG_POLICY_MISSING, "$.time-stamp [after: 1"},
    {"{\"name\": \"x\", \"base\": \"tr\", \"time-stamp\": {\"after\": null}}", MSG_POLICY_MISSING,
     "$.time-stamp [after: 1"},
    {HEAD "\"time-stamp\": {}}", MSG_POLICY_MISSING, "$.time-stamp [before, after]"},
    {HEAD "\"checks\": {\"time-stamp-delay\": \"FAIL\"}}", MSG_POLICY_MISSING,
     "$.checks.time-stamp-delay [time-stamp]"},
    {HEAD "\"checks\": {\"grace-period\": {\"signature\": \"WARN\"}}}", MSG_POLICY_MISSING,
     "$.checks.grace-period [grace-period]"},
    {"{\"name\": \"x\", \"base\": \"tr\", \"checks\": {\"grace-period\": \"FAIL\"}, \"grace-period\": null}",
     MSG_POLICY_MISSING, "$.checks.grace-period [grace-period]"},
    {HEAD "\"freshness\": -1}", MSG_POLICY_VALUE, "$.freshness: -1"},
    {HEAD "\"freshness\": \"1h\"}", MSG_POLICY_VALUE, "$.freshness: 1h"},
    {HEAD "\"freshness\": 9223372036854775807}", MSG_POLICY_VALUE, "$.freshness: 9223372036854775807"},
    {HEAD "\"grace-period\": {}}", MSG_POLICY_VALUE, "$.grace-period: object"},
    {HEAD "\"time-stamp\": {\"befor\": 1}}", MSG_POLICY_MEMBER, "$.time-stamp.befor [before, after]"},
    {HEAD "\"time-stamp\": {\"before\": 1.5}}", MSG_POLICY_VALUE, "$.time-stamp.before: 1.5"},
};

/* A number rules its check: without the number the check is asked by nobody, with it it is asked. */
Test(ades_policy, a_number_and_its_check_go_together) {
    static const struct {
        const char *json;
        int64_t before, after, grace;
        enum ades_level delay, period;
    } rows[] = {
        {HEAD "\"freshness\": null}", 0, 0, 0, LEVEL_IGNORE, LEVEL_IGNORE},
        {HEAD "\"time-stamp\": {\"after\": 1}}", ADES_ANY_TIME, 1, 0, LEVEL_FAIL, LEVEL_IGNORE},
        {HEAD
         "\"time-stamp\": {\"before\": null, \"after\": 9}, \"checks\": {\"time-stamp-delay\": \"WARN\"}}",
         ADES_ANY_TIME, 9, 0, LEVEL_WARN, LEVEL_IGNORE},
        {HEAD
         "\"checks\": {\"time-stamp-delay\": \"IGNORE\"}, \"time-stamp\": {\"before\": 2, \"after\": 1}}",
         2, 1, 0, LEVEL_IGNORE, LEVEL_IGNORE},
        {HEAD "\"grace-period\": 1}", 0, 0, 1, LEVEL_IGNORE, LEVEL_FAIL},
        {"{\"name\": \"x\", \"base\": \"tr\"}", 300, 7200, 86400, LEVEL_FAIL, LEVEL_FAIL},
        {"{\"name\": \"x\", \"base\": \"tr\", \"time-stamp\": {\"after\": 60}}", 300, 60, 86400, LEVEL_FAIL,
         LEVEL_FAIL},
        {"{\"name\": \"x\", \"base\": \"tr\", \"time-stamp\": {\"before\": null}}", ADES_ANY_TIME, 7200,
         86400, LEVEL_FAIL, LEVEL_FAIL},
        {"{\"name\": \"x\", \"base\": \"tr\", \"time-stamp\": {\"before\": null, \"after\": null}, "
         "\"grace-period\": null}",
         0, 0, 0, LEVEL_IGNORE, LEVEL_IGNORE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(policy_ptr) p = read_ok(rows[i].json);
        cr_expect(p->stamp_before == rows[i].before && p->stamp_after == rows[i].after, "%s", rows[i].json);
        cr_expect_eq(p->grace_period, rows[i].grace, "%s", rows[i].json);
        for (enum ades_role role = ROLE_SIGNATURE; role <= ROLE_COUNTER_SIGNATURE; role++) {
            cr_expect_eq(ades_policy_level(p, role, CHECK_STAMP_DELAY), rows[i].delay, "%s", rows[i].json);
            cr_expect_eq(ades_policy_level(p, role, CHECK_GRACE_PERIOD), rows[i].period, "%s", rows[i].json);
        }
        expect_round_trip(p);
    }
}

Test(ades_policy, what_is_wrong_is_told_with_its_place) {
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        struct ades_policy *p = NULL;
        sign_error err = {0};
        struct heard heard = {0};
        cr_expect_eq(ades_policy_read(BYTES_STR(faulty[i].json), hear, &heard, &p, &err), SIGN_E_REFUSED,
                     "%s", faulty[i].json);
        cr_expect_null(p);
        cr_expect_eq(err.code, SIGN_E_REFUSED);
        cr_expect_str_eq(err.id, message_code(faulty[i].id), "%s: %s", faulty[i].json, err.text);
        cr_expect(strncmp(err.args, faulty[i].where, strlen(faulty[i].where)) == 0, "%s: %s", faulty[i].json,
                  err.args);
        cr_expect_eq(heard.n, 1, "%s", faulty[i].json);
        cr_expect_str_eq(heard.ids[0], err.id);
        cr_expect(*sign_error_hint(&err, SIGN_TR) && *sign_error_hint(&err, SIGN_EN));
    }
}

Test(ades_policy, every_fault_is_told_not_only_the_first) {
    struct ades_policy *p = NULL;
    sign_error err = {0};
    struct heard heard = {0};
    const char *json =
        "{\"nme\": \"x\", \"base\": \"default\", \"checks\": {\"format\": \"WARN\", \"formatt\": \"FAIL\","
        " \"profile\": {\"signature\": \"no\", \"counter-signature\": \"WARN\"}}, \"freshness\": true}";
    cr_expect_eq(ades_policy_read(BYTES_STR(json), hear, &heard, &p, &err), SIGN_E_REFUSED);
    static const enum message_id expected[] = {MSG_POLICY_MISSING, MSG_POLICY_MEMBER, MSG_POLICY_FIXED,
                                               MSG_POLICY_MEMBER,  MSG_POLICY_VALUE,  MSG_POLICY_VALUE};
    cr_assert_eq(heard.n, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < heard.n; i++)
        cr_expect_str_eq(heard.ids[i], message_code(expected[i]), "%s", heard.texts[i]);
    cr_expect_str_eq(err.id, heard.ids[0]);
}

/* What those who sign revocation data may be spared; RFC 6960, 4.2.2.2.1. */
Test(ades_policy, revocation_of_responders_may_be_left_alone) {
    AUTO(policy_ptr) p = read_ok(HEAD "\"checks\": {\"not-revoked\": {\"revocation\": \"IGNORE\"}}}");
    cr_expect_eq(ades_policy_level(p, ROLE_REVOCATION, CHECK_NOT_REVOKED), LEVEL_IGNORE);
    cr_expect_eq(ades_policy_level(p, ROLE_SIGNATURE, CHECK_NOT_REVOKED), LEVEL_FAIL);
    cr_expect_eq(ades_policy_level(p, ROLE_REVOCATION, CHECK_NOT_ON_HOLD), LEVEL_IGNORE, "one question");
    expect_round_trip(p);
    AUTO(policy_ptr)
    asked = read_ok("{\"name\": \"x\", \"base\": \"tr-uyum\", \"checks\": {\"not-revoked\": \"FAIL\"}}");
    cr_expect_eq(ades_policy_level(asked, ROLE_REVOCATION, CHECK_NOT_REVOKED), LEVEL_FAIL);
    cr_expect_eq(ades_policy_level(asked, ROLE_REVOCATION, CHECK_NOT_ON_HOLD), LEVEL_FAIL);
}

Test(ades_policy, a_file_over_the_limit_is_not_read) {
    AUTO(sign_buf) big = {calloc(1, LIMIT_POLICY_FILE + 1), LIMIT_POLICY_FILE + 1};
    struct ades_policy *p = NULL;
    sign_error err = {0};
    cr_assert_not_null(big.data);
    memset(big.data, ' ', big.len);
    cr_expect_eq(ades_policy_read(BYTES(big.data, big.len), NULL, NULL, &p, &err), SIGN_E_REFUSED);
    cr_expect_str_eq(err.id, message_code(MSG_POLICY_JSON));
}

/* ---- docs/POLICY.md ----------------------------------------------------------------------------------- */

static void put_cell(grow *out, const struct ades_policy *p, enum ades_check check) {
    const unsigned roles = ades_check_roles(check);
    enum ades_role first = 0;
    bool same = true;
    while ((roles >> first & 1) == 0)
        first++;
    for (enum ades_role role = 0; role < ROLE_COUNT; role++)
        same = same && ((roles >> role & 1) == 0 || p->level[role][check] == p->level[first][check]);
    grow_str(out, " ");
    for (enum ades_role role = 0; !same && role < ROLE_COUNT; role++)
        if ((roles >> role & 1) != 0)
            grow_printf(out, "%s%s", role > first ? "/" : "", ades_level_name(p->level[role][check]));
    grow_printf(out, "%s |", same ? ades_level_name(p->level[first][check]) : "");
}

static void put_row(grow *out, enum ades_check check) {
    const struct ades_check_row *row = ades_check_row(check);
    AUTO(grow) asked = {0};
    bool all = true, some = false;
    for (enum ades_role role = 0; role < ROLE_COUNT; role++) {
        all = all && ades_check_fixed(check, role);
        some = some || ades_check_fixed(check, role);
        if ((ades_check_roles(check) >> role & 1) != 0)
            grow_printf(&asked, "%c", "SCTR"[role]);
    }
    grow_byte(&asked, 0);
    grow_printf(out, "| `%s`%s | %s | %s | %s |", row->name,
                all    ? " ●"
                : some ? " ◐"
                       : "",
                (const char *)asked.data, ades_block_clause(row->block),
                sub_indication_text((enum sub_indication)row->sub));
    for (size_t i = 0; ades_policy_at(i) != NULL; i++)
        put_cell(out, ades_policy_at(i), check);
    grow_byte(out, '\n');
}

static const char *end_text(int64_t end, char out[32]) {
    if (end == INT64_MAX || end == INT64_MIN)
        return end == INT64_MAX ? "-" : "never";
    time_rfc3339(end, out);
    out[10] = 0;
    return out;
}

static void put_algorithms(grow *out) {
    const struct ades_policy *etsi = built_in("default"), *tr = built_in("tr");
    char a[32], b[32], c[32];
    for (enum crypto_digest d = DIGEST_MD5; d < DIGEST_COUNT; d++)
        grow_printf(out, "| %s | %s | %s | %s |\n", crypto_digest_row(d)->name,
                    end_text(etsi->digest_end[ROLE_SIGNATURE][d], a),
                    end_text(tr->digest_end[ROLE_SIGNATURE][d], b),
                    end_text(tr->digest_end[ROLE_TIMESTAMP][d], c));
    for (enum ades_family family = 0; family < FAMILY_COUNT; family++)
        for (size_t i = 0; i < ADES_KEY_ROWS && etsi->keys[ROLE_SIGNATURE][family][i].bits != 0; i++)
            grow_printf(out, "| %s %u | %s | %s | %s |\n", ades_family_name(family),
                        etsi->keys[ROLE_SIGNATURE][family][i].bits,
                        end_text(etsi->keys[ROLE_SIGNATURE][family][i].end, a),
                        end_text(tr->keys[ROLE_SIGNATURE][family][i].end, b),
                        end_text(tr->keys[ROLE_TIMESTAMP][family][i].end, c));
}

/* The tables of the page are those of the code: row for row, nothing between. */
Test(ades_policy, the_page_has_the_tables_of_the_code) {
    AUTO(sign_buf) file = {0};
    AUTO(grow) checks = {0}, algorithms = {0}, page = {0};
    cr_assert_eq(file_read(SIGN_TEST_SOURCE "/docs/POLICY.md", 1 << 20, &file, NULL), SIGN_OK);
    grow_put(&page, file.data, file.len);
    grow_byte(&page, 0);
    for (enum ades_check check = 0; check < CHECK_COUNT; check++)
        put_row(&checks, check);
    grow_byte(&checks, 0);
    put_algorithms(&algorithms);
    grow_byte(&algorithms, 0);
    cr_assert_not(page.failed || checks.failed || algorithms.failed);
    cr_expect_not_null(strstr((const char *)page.data, (const char *)checks.data), "docs/POLICY.md needs\n%s",
                       (const char *)checks.data);
    cr_expect_not_null(strstr((const char *)page.data, (const char *)algorithms.data),
                       "docs/POLICY.md needs\n%s", (const char *)algorithms.data);
}
