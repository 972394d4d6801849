/* ades/policy.h - the verifier's signature policy: how much each check counts, for whom (EN 319 102-1, 4.4
 * and A). */
#ifndef ADES_POLICY_H
#define ADES_POLICY_H

#include "crypto/crypto.h"
#include <sign/policy.h>

/* What a check that was not met does. The standard knows the first and the last only; the others tell. */
enum ades_level { LEVEL_FAIL = 0, LEVEL_WARN, LEVEL_INFORM, LEVEL_IGNORE };
const char *ades_level_name(enum ades_level level); /* "FAIL" */

/* For whom a check is made: each role has levels of its own. */
enum ades_role {
    ROLE_SIGNATURE = 0,
    ROLE_COUNTER_SIGNATURE,
    ROLE_TIMESTAMP,
    ROLE_REVOCATION, /* who signed a list or a response, and that piece itself */
    ROLE_COUNT
};
const char *ades_role_name(enum ades_role role); /* "signature", "counter-signature", ... */

/* The building block that a check belongs to (EN 319 102-1, 5.2 to 5.6). */
enum ades_block {
    BLOCK_FC,    /* 5.2.2 format checking */
    BLOCK_ISC,   /* 5.2.3 identification of the signing certificate */
    BLOCK_VCI,   /* 5.2.4 validation context initialisation */
    BLOCK_RFC,   /* 5.2.5 revocation freshness */
    BLOCK_XCV,   /* 5.2.6 X.509 certificate validation */
    BLOCK_CV,    /* 5.2.7 cryptographic verification */
    BLOCK_SAV,   /* 5.2.8 signature acceptance */
    BLOCK_BASIC, /* 5.3 basic signature validation */
    BLOCK_TST,   /* 5.4 time-stamp validation */
    BLOCK_TIME,  /* 5.5 signatures with time and with long-term validation data */
    BLOCK_PCV,   /* 5.6.2.1 past certificate validation */
    BLOCK_VTS,   /* 5.6.2.2 validation time sliding */
    BLOCK_POE,   /* 5.6.2.3 POE extraction */
    BLOCK_PSV,   /* 5.6.2.4 past signature validation */
    BLOCK_LTA,   /* 5.6.3 signatures with long-term availability */
    BLOCK_COUNT
};
const char *ades_block_name(enum ades_block block);   /* "FC" */
const char *ades_block_clause(enum ades_block block); /* "5.2.2" */

/*
 * Every check, one row in ades/checks.def: CHECK(id, name, block, sub-indication when it fails at FAIL, what
 * is expected in English and in Turkish). The name is what policy files and reports call it.
 */
enum ades_check {
#define CHECK(id, name, block, sub, en, tr) CHECK_##id,
#include "ades/checks.def"
#undef CHECK
    CHECK_COUNT
};
struct ades_check_row {
    const char *name; /* "signing-certificate-present" */
    enum ades_block block;
    int sub;                 /* enum sub_indication */
    const char *expected[2]; /* English, Turkish */
};
const struct ades_check_row *ades_check_row(enum ades_check check);
/* It is FAIL for that role in every policy, and no file may say otherwise. */
bool ades_check_fixed(enum ades_check check, enum ades_role role);
/* The roles that it is asked of, one bit (1 << role) each: for others a level would mean nothing. */
unsigned ades_check_roles(enum ades_check check);

/* Kinds of keys that have rows of their own in the table of algorithms; RSA is PKCS#1 v1.5. */
enum ades_family { FAMILY_RSA, FAMILY_RSA_PSS, FAMILY_EC, FAMILY_DSA, FAMILY_COUNT };
const char *ades_family_name(enum ades_family family); /* "RSA", "RSA-PSS", ... */
enum { ADES_KEY_ROWS = 6 };
struct ades_key_row {
    unsigned bits; /* keys of at least this size are good ... */
    int64_t end;   /* ... until then; INT64_MAX: no end known */
};

/* More seconds than lie between any two times that can be claimed. */
#define ADES_ANY_TIME (INT64_C(1) << 40)

struct ades_policy {
    const char *name; /* "default", "strict", "tr", "tr-uyum", or what its file says */
    const char *base; /* the built-in one that it began as; static */
    enum ades_level level[ROLE_COUNT][CHECK_COUNT];
    /*
     * The dated table of algorithms by role (TS 119 312; Tebliğ art. 6), from crypto's unless the policy says
     * otherwise: until when each may be relied on. INT64_MAX: no end known; INT64_MIN: never. From
     * digest_warn on, before the end, a digest is good and a warning says that it is old.
     */
    int64_t digest_end[ROLE_COUNT][DIGEST_COUNT];
    int64_t digest_warn[ROLE_COUNT][DIGEST_COUNT];
    struct ades_key_row keys[ROLE_COUNT][FAMILY_COUNT][ADES_KEY_ROWS]; /* ascending; bits 0 ends */
    int64_t freshness; /* seconds that revocation data may be old (5.2.5 step 1); 0: until nextUpdate */
    /* Seconds that a signature time-stamp may be before the claimed time, and after it (5.5.4 step 5); after
     * 0: no rule, and before is 0; before ADES_ANY_TIME: only the time after it is held against it. */
    int64_t stamp_before, stamp_after;
    int64_t
        grace_period; /* seconds behind the best signature time in which P2 and P3 are preliminary; 0: none */
};

/* NULL: no built-in policy of that name. */
const struct ades_policy *ades_policy_find(const char *name);
/* All of them: by index, NULL at the end. */
const struct ades_policy *ades_policy_at(size_t i);

static inline enum ades_level ades_policy_level(const struct ades_policy *p, enum ades_role role,
                                                enum ades_check check) {
    return p->level[role][check];
}

/* Until when a digest may be relied on; INT64_MAX: no end known. */
static inline int64_t ades_digest_end(const struct ades_policy *p, enum ades_role role,
                                      enum crypto_digest d) {
    return p->digest_end[role][d];
}
/* From when on it is told as a warning, though it may be relied on; INT64_MAX: it is not. */
static inline int64_t ades_digest_warn(const struct ades_policy *p, enum ades_role role,
                                       enum crypto_digest d) {
    return p->digest_warn[role][d];
}
/* Until when a key of that kind and size may be relied on; INT64_MIN: it is smaller than any that ever was.
 * An RSA key by the better of the two schemes that it can sign by: */
int64_t ades_key_end(const struct ades_policy *p, enum ades_role role, const struct crypto_pubkey *key);
/* the end of what such a key signed by that scheme. */
int64_t ades_scheme_end(const struct ades_policy *p, enum ades_role role, const struct crypto_pubkey *key,
                        enum crypto_scheme scheme);
/* The smallest size that may be relied on at that time, of such a key and of keys by that scheme; 0: none. */
unsigned ades_key_least(const struct ades_policy *p, enum ades_role role, const struct crypto_pubkey *key,
                        int64_t at);
unsigned ades_scheme_least(const struct ades_policy *p, enum ades_role role, enum crypto_scheme scheme,
                           int64_t at);

/* Told for every fault of a policy file: what, where (JSON path), and by its hint what is allowed there. */
typedef void (*ades_policy_told)(void *user, const sign_error *fault);
/*
 * Reads a policy file (JSON, see docs/POLICY.md) over the built-in one it names as its base. SIGN_E_REFUSED,
 * with the first fault, after `told` (optional) heard of them all. *out is the caller's to free().
 */
sign_rc ades_policy_read(sign_bytes json, ades_policy_told told, void *user, struct ades_policy **out,
                         sign_error *err);
/* The whole policy as JSON that ades_policy_read reads back to the same one. */
sign_rc ades_policy_write(const struct ades_policy *p, grow *out, sign_error *err);
/* Whether two policies judge alike: everything but their names. */
bool ades_policy_same(const struct ades_policy *a, const struct ades_policy *b);

#endif
