/* How strict a verification is: each built-in policy one row, and the names of what a policy is made of. */
#include "ades/ades.h"
#include "ades/levels.h"
#include "crypto/algorithms.h"

static const char *const roles[] = {"signature", "counter-signature", "timestamp", "revocation"};
static const char *const levels[] = {"FAIL", "WARN", "INFORM", "IGNORE"};
static const char *const families[] = {"RSA", "RSA-PSS", "EC", "DSA"};
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

const char *ades_family_name(enum ades_family family) {
    return families[family];
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

/* ---- levels ------------------------------------------------------------------------------------------- */

/* The letters of ades/levels.h, and four of them in one number. */
enum { F = LEVEL_FAIL, W = LEVEL_WARN, I = LEVEL_INFORM, N = LEVEL_IGNORE, X = 4 };
enum { NONE, OTHERS, ALL };
#define R(signature, counter, stamp, revocation)                                                             \
    ((signature) | (counter) << 3 | (stamp) << 6 | (revocation) << 9)
#define LETTER(four, role) ((four) >> 3 * (role)&7)

enum { DEFAULT, STRICT, TR, TR_UYUM };
#define LEVEL_OF(policy, role, id, fixed, first, second, third, fourth)                                      \
    [CHECK_##id] = LETTER((policy) == DEFAULT  ? (first)                                                     \
                          : (policy) == STRICT ? (second)                                                    \
                          : (policy) == TR     ? (third)                                                     \
                                               : (fourth),                                                       \
                          role) &                                                                            \
                   3,
#define LEVELS(policy)                                                                                       \
    {                                                                                                        \
        [ROLE_SIGNATURE] = {ADES_LEVELS(LEVEL_OF, policy, ROLE_SIGNATURE)},                                  \
        [ROLE_COUNTER_SIGNATURE] = {ADES_LEVELS(LEVEL_OF, policy, ROLE_COUNTER_SIGNATURE)},                  \
        [ROLE_TIMESTAMP] = {ADES_LEVELS(LEVEL_OF, policy, ROLE_TIMESTAMP)},                                  \
        [ROLE_REVOCATION] = {ADES_LEVELS(LEVEL_OF, policy, ROLE_REVOCATION)},                                \
    }

#define FIXED_OF(policy, role, id, fixed, first, second, third, fourth) [CHECK_##id] = fixed,
bool ades_check_fixed(enum ades_check check, enum ades_role role) {
    static const uint8_t fixed[CHECK_COUNT] = {ADES_LEVELS(FIXED_OF, , )};
    return fixed[check] == ALL || (fixed[check] == OTHERS && role != ROLE_REVOCATION);
}

#define ASKED_OF(policy, role, id, fixed, first, second, third, fourth)                                      \
    [CHECK_##id] = (LETTER(first, ROLE_SIGNATURE) != X) << ROLE_SIGNATURE |                                  \
                   (LETTER(first, ROLE_COUNTER_SIGNATURE) != X) << ROLE_COUNTER_SIGNATURE |                  \
                   (LETTER(first, ROLE_TIMESTAMP) != X) << ROLE_TIMESTAMP |                                  \
                   (LETTER(first, ROLE_REVOCATION) != X) << ROLE_REVOCATION,
unsigned ades_check_roles(enum ades_check check) {
    static const uint8_t asked[CHECK_COUNT] = {ADES_LEVELS(ASKED_OF, , )};
    return asked[check];
}

/* ---- algorithms --------------------------------------------------------------------------------------- */

#define NEVER INT64_MIN
#define OPEN  INT64_MAX

/* Which end of a row of crypto/algorithms.h: of a list, or none with a warning from the end by ETSI on. */
enum { ETSI, SIGNER, PROVIDER, LENIENT };
#define ENDS(list, etsi, signer, provider)                                                                   \
    ((list) == ETSI ? (etsi) : (list) == SIGNER ? (signer) : (list) == PROVIDER ? (provider) : OPEN)

/* Nothing passes with MD5 (RFC 6151, 2), whatever its end was; a digest that is not named has none. */
#define DIGEST_END(list, id, name, size, uri, etsi, signer, provider)                                        \
    [DIGEST_##id] = DIGEST_##id == DIGEST_MD5 ? NEVER : ENDS(list, etsi, signer, provider),
#define DIGEST_WARN(list, id, name, size, uri, etsi, signer, provider)                                       \
    [DIGEST_##id] = (list) == LENIENT && DIGEST_##id != DIGEST_MD5 ? (etsi) : OPEN,
#define DIGESTS(list)                                                                                        \
    { [DIGEST_NONE] = OPEN, CRYPTO_DIGESTS(DIGEST_END, list) }
#define WARNS(list)                                                                                          \
    { [DIGEST_NONE] = OPEN, CRYPTO_DIGESTS(DIGEST_WARN, list) }

#define KEY_ROW(list, bits, etsi, signer, provider) {bits, ENDS(list, etsi, signer, provider)},
#define KEYS(list)                                                                                           \
    {                                                                                                        \
        [FAMILY_RSA] = {CRYPTO_KEYS_RSA(KEY_ROW, list)},                                                     \
        [FAMILY_RSA_PSS] = {CRYPTO_KEYS_RSA_PSS(KEY_ROW, list)},                                             \
        [FAMILY_EC] = {CRYPTO_KEYS_EC(KEY_ROW, list)}, [FAMILY_DSA] = {CRYPTO_KEYS_DSA(KEY_ROW, list)},      \
    }

/* Signatures and counter-signatures by one list, time-stamps and revocation data by another. */
#define ENDING(signers, providers)                                                                           \
    .digest_end = {DIGESTS(signers), DIGESTS(signers), DIGESTS(providers), DIGESTS(providers)},              \
    .digest_warn = {WARNS(signers), WARNS(signers), WARNS(providers), WARNS(providers)}
#define SIZED(signers, providers) .keys = {KEYS(signers), KEYS(signers), KEYS(providers), KEYS(providers)}

/*
 * Usage profiles of 2012, 4.2: a signature time-stamp at most two hours behind the time that the signer
 * claims, and what conforming verifiers allow a clock to be behind (300 s); P2 and P3 are final 24 hours
 * after it (6.1).
 */
#define PROFILES .stamp_before = 300, .stamp_after = 7200, .grace_period = 86400

static const struct ades_policy policies[] = {
    [DEFAULT] = {.name = "default",
                 .base = "default",
                 .level = LEVELS(DEFAULT),
                 ENDING(ETSI, ETSI),
                 SIZED(ETSI, ETSI)},
    [STRICT] =
        {.name = "strict", .base = "strict", .level = LEVELS(STRICT), ENDING(ETSI, ETSI), SIZED(ETSI, ETSI)},
    [TR] = {.name = "tr",
            .base = "tr",
            .level = LEVELS(TR),
            ENDING(SIGNER, PROVIDER),
            SIZED(SIGNER, PROVIDER),
            PROFILES},
    [TR_UYUM] = {.name = "tr-uyum",
                 .base = "tr-uyum",
                 .level = LEVELS(TR_UYUM),
                 ENDING(LENIENT, LENIENT),
                 SIZED(ETSI, ETSI),
                 PROFILES},
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

static int64_t end_of(const struct ades_key_row *rows, unsigned bits) {
    int64_t end = NEVER;
    for (size_t i = 0; i < ADES_KEY_ROWS && rows[i].bits != 0 && bits >= rows[i].bits; i++)
        end = rows[i].end;
    return end;
}

static unsigned least_of(const struct ades_key_row *rows, int64_t at) {
    for (size_t i = 0; i < ADES_KEY_ROWS && rows[i].bits != 0; i++)
        if (rows[i].end >= at)
            return rows[i].bits;
    return 0;
}

static enum ades_family family_of(enum crypto_scheme scheme) {
    static const enum ades_family of[] = {[SCHEME_NONE] = FAMILY_RSA,
                                          [SCHEME_RSA_PKCS1] = FAMILY_RSA,
                                          [SCHEME_RSA_PSS] = FAMILY_RSA_PSS,
                                          [SCHEME_ECDSA] = FAMILY_EC,
                                          [SCHEME_DSA] = FAMILY_DSA};
    return of[scheme];
}

int64_t ades_scheme_end(const struct ades_policy *p, enum ades_role role, const struct crypto_pubkey *key,
                        enum crypto_scheme scheme) {
    return end_of(p->keys[role][family_of(scheme)], crypto_pubkey_bits(key));
}

unsigned ades_scheme_least(const struct ades_policy *p, enum ades_role role, enum crypto_scheme scheme,
                           int64_t at) {
    return least_of(p->keys[role][family_of(scheme)], at);
}

/* The first family that a key of that kind signs by; an RSA key that says no more may sign by PSS, too. */
static enum ades_family first_family(const struct crypto_pubkey *key) {
    static const enum ades_family first[] = {
        [KEY_RSA] = FAMILY_RSA, [KEY_RSA_PSS] = FAMILY_RSA_PSS, [KEY_EC] = FAMILY_EC, [KEY_DSA] = FAMILY_DSA};
    return first[crypto_pubkey_kind(key)];
}

int64_t ades_key_end(const struct ades_policy *p, enum ades_role role, const struct crypto_pubkey *key) {
    unsigned bits = crypto_pubkey_bits(key);
    int64_t one = end_of(p->keys[role][first_family(key)], bits);
    int64_t pss = end_of(p->keys[role][FAMILY_RSA_PSS], bits);
    return crypto_pubkey_kind(key) == KEY_RSA && pss > one ? pss : one;
}

unsigned ades_key_least(const struct ades_policy *p, enum ades_role role, const struct crypto_pubkey *key,
                        int64_t at) {
    unsigned one = least_of(p->keys[role][first_family(key)], at);
    unsigned pss = least_of(p->keys[role][FAMILY_RSA_PSS], at);
    return crypto_pubkey_kind(key) == KEY_RSA && pss != 0 && (one == 0 || pss < one) ? pss : one;
}
