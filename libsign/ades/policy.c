/* How strict a verification is: each built-in policy one row. */
#include "ades/ades.h"

static const char *const roles[] = {"signature", "counter-signature", "timestamp", "revocation"};
static const char *const levels[] = {"FAIL", "WARN", "INFORM", "IGNORE"};
static const struct {
    const char *name, *clause;
} blocks[BLOCK_COUNT] = {
    [BLOCK_FC] = {"FC", "5.2.2"},     [BLOCK_ISC] = {"ISC", "5.2.3"},   [BLOCK_VCI] = {"VCI", "5.2.4"},
    [BLOCK_RFC] = {"RFC", "5.2.5"},   [BLOCK_XCV] = {"XCV", "5.2.6"},   [BLOCK_CV] = {"CV", "5.2.7"},
    [BLOCK_SAV] = {"SAV", "5.2.8"},   [BLOCK_BASIC] = {"BASIC", "5.3"}, [BLOCK_TST] = {"TST", "5.4"},
    [BLOCK_TIME] = {"TIME", "5.5"},   [BLOCK_PCV] = {"PCV", "5.6.2.1"}, [BLOCK_VTS] = {"VTS", "5.6.2.2"},
    [BLOCK_POE] = {"POE", "5.6.2.3"}, [BLOCK_PSV] = {"PSV", "5.6.2.4"}, [BLOCK_LTA] = {"LTA", "5.6.3"},
};
static const struct ades_check_row checks[CHECK_COUNT] = {
#define CHECK(id, name, block, sub, en, tr) {name, BLOCK_##block, SUB_##sub, {en, tr}},
#include "ades/checks.def"
#undef CHECK
};

const char *ades_level_name(enum ades_level level) {
    return levels[level];
}

const char *ades_role_name(enum ades_role role) {
    return roles[role];
}

const char *ades_block_name(enum ades_block block) {
    return blocks[block].name;
}

const char *ades_block_clause(enum ades_block block) {
    return blocks[block].clause;
}

const struct ades_check_row *ades_check_row(enum ades_check check) {
    return &checks[check];
}

#define NEVER INT64_MIN
#define OPEN  INT64_MAX

/* The ends are those of crypto's table of digests (crypto/digest.c). */
#define DIGESTS                                                                                              \
    { OPEN, NEVER, 1343779200, 1861920000, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN }

/*
 * Key sizes: TS 119 312 and the communiqué on electronic signatures (Tebliğ, article 6) name RSA 2048, curves
 * of 256 bits and DSA 3072 as the smallest that may still sign; a larger minimum would refuse the
 * certificates in use.
 */
#define KEYS                                                                                                 \
    {                                                                                                        \
        [FAMILY_RSA] = {{2048, OPEN}}, [FAMILY_RSA_PSS] = {{2048, OPEN}}, [FAMILY_EC] = {{256, OPEN}},       \
        [FAMILY_DSA] = {{3072, OPEN}},                                                                       \
    }

/* What is told and not held against a signature by default. */
#define TOLD                                                                                                 \
    [CHECK_POLICY_AVAILABLE] = LEVEL_INFORM, [CHECK_POLICY_ALLOWED] = LEVEL_IGNORE,                          \
    [CHECK_QC_ETSI] = LEVEL_IGNORE, [CHECK_QC_BTK] = LEVEL_IGNORE, [CHECK_USER_NOTICE] = LEVEL_IGNORE,       \
    [CHECK_SIGNING_CERTIFICATE_V2] = LEVEL_IGNORE, [CHECK_SIGNING_TIME] = LEVEL_IGNORE,                      \
    [CHECK_SIGNING_TIME_VALID] = LEVEL_IGNORE, [CHECK_COUNTER_SIGNATURES] = LEVEL_INFORM,                    \
    [CHECK_CONTENT_STAMP] = LEVEL_WARN, [CHECK_SIGNATURE_STAMP] = LEVEL_IGNORE,                              \
    [CHECK_STAMP_PASSED] = LEVEL_WARN, [CHECK_ARCHIVE_STAMPS] = LEVEL_WARN, [CHECK_PROFILE] = LEVEL_WARN,    \
    [CHECK_CERTIFICATE_REFS] = LEVEL_WARN, [CHECK_REVOCATION_REFS] = LEVEL_WARN,                             \
    [CHECK_VALUES] = LEVEL_WARN, [CHECK_TSA_NAME] = LEVEL_WARN

static const struct ades_policy policies[] = {
    {.name = "default",
     .level =
         {[ROLE_SIGNATURE] = {TOLD, [CHECK_ISSUER_SERIAL] = LEVEL_WARN, [CHECK_COVERAGE] = LEVEL_IGNORE,
                              [CHECK_REFERENCE_DIGEST] = LEVEL_WARN},
          [ROLE_COUNTER_SIGNATURE] = {TOLD, [CHECK_ISSUER_SERIAL] = LEVEL_WARN,
                                      [CHECK_COVERAGE] = LEVEL_IGNORE, [CHECK_REFERENCE_DIGEST] = LEVEL_WARN},
          [ROLE_TIMESTAMP] = {TOLD, [CHECK_ISSUER_SERIAL] = LEVEL_WARN, [CHECK_COVERAGE] = LEVEL_IGNORE,
                              [CHECK_REFERENCE_DIGEST] = LEVEL_WARN},
          [ROLE_REVOCATION] = {TOLD}},
     .digest_end = {DIGESTS, DIGESTS, DIGESTS, DIGESTS},
     .keys = {KEYS, KEYS, KEYS, KEYS}},
    {.name = "strict",
     .level = {[ROLE_SIGNATURE] = {TOLD},
               [ROLE_COUNTER_SIGNATURE] = {TOLD},
               [ROLE_TIMESTAMP] = {TOLD},
               [ROLE_REVOCATION] = {TOLD}},
     .digest_end = {DIGESTS, DIGESTS, DIGESTS, DIGESTS},
     .keys = {KEYS, KEYS, KEYS, KEYS}},
};

const struct ades_policy *ades_policy_at(size_t i) {
    return i < sizeof policies / sizeof *policies ? &policies[i] : NULL;
}

const struct ades_policy *ades_policy_find(const char *name) {
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        if (strcmp(name, policies[i].name) == 0)
            return &policies[i];
    }
    return NULL;
}

int64_t ades_key_end(const struct ades_policy *p, enum ades_role role, const struct crypto_pubkey *key) {
    static const enum ades_family families[] = {
        [KEY_RSA] = FAMILY_RSA, [KEY_RSA_PSS] = FAMILY_RSA_PSS, [KEY_EC] = FAMILY_EC, [KEY_DSA] = FAMILY_DSA};
    const struct ades_key_row *rows = p->keys[role][families[crypto_pubkey_kind(key)]];
    int64_t end = NEVER;
    for (size_t i = 0; i < ADES_KEY_ROWS && rows[i].bits != 0 && crypto_pubkey_bits(key) >= rows[i].bits; i++)
        end = rows[i].end;
    return end;
}
