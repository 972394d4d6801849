/* A policy as its file: all of it, so that who reads it needs nothing else. */
#include "ades/ades.h"
#include "base/jsonout.h"
#include "base/time.h"

/* A date where it says it all. */
static void put_end(jsonout *j, int64_t end) {
    char text[32];
    if (end == INT64_MAX) {
        jsonout_null(j);
        return;
    }
    if (end == INT64_MIN) {
        jsonout_str(j, "never");
        return;
    }
    time_rfc3339(end, text);
    if (end % 86400 == 0)
        text[10] = 0;
    jsonout_str(j, text);
}

static void put_seconds(jsonout *j, const char *key, int64_t seconds) {
    jsonout_key(j, key);
    if (seconds != 0 && seconds != ADES_ANY_TIME)
        jsonout_int(j, seconds);
    else
        jsonout_null(j);
}

/* Writes what is so of a check, digest or family for one role. */
typedef void put_row(jsonout *j, const struct ades_policy *p, enum ades_role role, unsigned row);

#define EVERY_ROLE ((1U << ROLE_COUNT) - 1)

static enum ades_role first_role(unsigned roles) {
    enum ades_role role = 0;
    while ((roles >> role & 1) == 0)
        role++;
    return role;
}

/* Once when it is the `same` for all these roles, else as an object with a member for each. */
static void put_roles(jsonout *j, const struct ades_policy *p, bool same, unsigned roles, unsigned row,
                      put_row *put) {
    if (same) {
        put(j, p, first_role(roles), row);
        return;
    }
    jsonout_object(j);
    for (enum ades_role role = 0; role < ROLE_COUNT; role++) {
        if ((roles >> role & 1) == 0)
            continue;
        jsonout_key(j, ades_role_name(role));
        put(j, p, role, row);
    }
    jsonout_end(j);
}

static void put_level(jsonout *j, const struct ades_policy *p, enum ades_role role, unsigned check) {
    jsonout_str(j, ades_level_name(p->level[role][check]));
}

static void put_check(jsonout *j, const struct ades_policy *p, enum ades_check check) {
    const unsigned roles = ades_check_roles(check);
    const enum ades_level first = p->level[first_role(roles)][check];
    bool same = true;
    for (enum ades_role role = 0; role < ROLE_COUNT; role++)
        same = same && ((roles >> role & 1) == 0 || p->level[role][check] == first);
    jsonout_key(j, ades_check_row(check)->name);
    put_roles(j, p, same, roles, check, put_level);
}

static void put_digest_of(jsonout *j, const struct ades_policy *p, enum ades_role role, unsigned d) {
    if (p->digest_warn[role][d] == INT64_MAX) {
        put_end(j, p->digest_end[role][d]);
        return;
    }
    jsonout_object(j);
    jsonout_key(j, "until");
    put_end(j, p->digest_end[role][d]);
    jsonout_key(j, "warn-from");
    put_end(j, p->digest_warn[role][d]);
    jsonout_end(j);
}

static void put_digest(jsonout *j, const struct ades_policy *p, enum crypto_digest d) {
    bool same = true;
    for (enum ades_role role = 1; role < ROLE_COUNT; role++)
        same = same && p->digest_end[role][d] == p->digest_end[0][d] &&
               p->digest_warn[role][d] == p->digest_warn[0][d];
    jsonout_key(j, crypto_digest_row(d)->name);
    put_roles(j, p, same, EVERY_ROLE, d, put_digest_of);
}

static void put_keys_of(jsonout *j, const struct ades_policy *p, enum ades_role role, unsigned family) {
    const struct ades_key_row *rows = p->keys[role][family];
    jsonout_array(j);
    for (size_t i = 0; i < ADES_KEY_ROWS && rows[i].bits != 0; i++) {
        jsonout_object(j);
        jsonout_key(j, "bits");
        jsonout_int(j, rows[i].bits);
        jsonout_key(j, "until");
        put_end(j, rows[i].end);
        jsonout_end(j);
    }
    jsonout_end(j);
}

static bool rows_same(const struct ades_key_row *a, const struct ades_key_row *b) {
    for (size_t i = 0; i < ADES_KEY_ROWS; i++) {
        if (a[i].bits != b[i].bits || (a[i].bits != 0 && a[i].end != b[i].end))
            return false;
        if (a[i].bits == 0)
            break;
    }
    return true;
}

static void put_keys(jsonout *j, const struct ades_policy *p, enum ades_family family) {
    bool same = true;
    for (enum ades_role role = 1; role < ROLE_COUNT; role++)
        same = same && rows_same(p->keys[role][family], p->keys[0][family]);
    jsonout_key(j, ades_family_name(family));
    put_roles(j, p, same, EVERY_ROLE, family, put_keys_of);
}

static void put_algorithms(jsonout *j, const struct ades_policy *p) {
    jsonout_key(j, "algorithms");
    jsonout_object(j);
    jsonout_key(j, "digests");
    jsonout_object(j);
    for (enum crypto_digest d = DIGEST_MD5; d < DIGEST_COUNT; d++)
        put_digest(j, p, d);
    jsonout_end(j);
    jsonout_key(j, "keys");
    jsonout_object(j);
    for (enum ades_family family = 0; family < FAMILY_COUNT; family++)
        put_keys(j, p, family);
    jsonout_end(j);
    jsonout_end(j);
}

sign_rc ades_policy_write(const struct ades_policy *p, grow *out, sign_error *err) {
    jsonout writer = {.out = out}, *j = &writer;
    jsonout_object(j);
    jsonout_key(j, "name");
    jsonout_str(j, p->name);
    jsonout_key(j, "base");
    jsonout_str(j, p->base);
    jsonout_key(j, "checks");
    jsonout_object(j);
    for (enum ades_check check = 0; check < CHECK_COUNT; check++)
        put_check(j, p, check);
    jsonout_end(j);
    put_algorithms(j, p);
    put_seconds(j, "freshness", p->freshness);
    jsonout_key(j, "time-stamp");
    jsonout_object(j);
    put_seconds(j, "before", p->stamp_before);
    put_seconds(j, "after", p->stamp_after);
    jsonout_end(j);
    put_seconds(j, "grace-period", p->grace_period);
    jsonout_end(j);
    return out->failed ? fail_memory(err) : SIGN_OK;
}

static bool levels_same(const struct ades_policy *a, const struct ades_policy *b) {
    for (enum ades_role role = 0; role < ROLE_COUNT; role++)
        for (enum ades_check check = 0; check < CHECK_COUNT; check++)
            if ((ades_check_roles(check) >> role & 1) != 0 && a->level[role][check] != b->level[role][check])
                return false;
    return true;
}

bool ades_policy_same(const struct ades_policy *a, const struct ades_policy *b) {
    for (enum ades_role role = 0; role < ROLE_COUNT; role++)
        for (enum ades_family family = 0; family < FAMILY_COUNT; family++)
            if (!rows_same(a->keys[role][family], b->keys[role][family]))
                return false;
    return levels_same(a, b) && memcmp(a->digest_end, b->digest_end, sizeof a->digest_end) == 0 &&
           memcmp(a->digest_warn, b->digest_warn, sizeof a->digest_warn) == 0 &&
           a->freshness == b->freshness && a->stamp_before == b->stamp_before &&
           a->stamp_after == b->stamp_after && a->grace_period == b->grace_period;
}
