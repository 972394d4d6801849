/* A policy file: read strictly, so that a word that is misspelt cannot silently mean "as usual". */
#include "ades/ades.h"
#include "base/text.h"
#include "base/time.h"
#include "json/json.h"
#include <stdio.h>
#include <stdlib.h>

enum { ROOM_FOR_NAME = 65, ROOM_FOR_PLACE = 160, ROOM_FOR_VALUE = 60, ROOM_FOR_ROLES = 60 };

/* Where something stands, from the innermost outwards. */
struct place {
    const struct place *outside;
    const char *name; /* NULL: an element of an array */
    size_t index;
};

struct reading {
    struct ades_policy *p;
    ades_policy_told told;
    void *user;
    sign_error *first; /* the first fault */
    size_t faults;
    uint8_t named[CHECK_COUNT]; /* the roles that the file gives a level to, one bit each */
    bool stamp_wrong;           /* a fault of its numbers was told */
};

/* ---- faults ------------------------------------------------------------------------------------------- */

/* Cut off at the room there is: a fault needs no memory, so that none is told without its place. */
static size_t place_text(const struct place *at, char out[ROOM_FOR_PLACE]) {
    char shown[ROOM_FOR_VALUE];
    if (at == NULL)
        return (size_t)snprintf(out, ROOM_FOR_PLACE, "$");
    size_t n = place_text(at->outside, out);
    if (n >= ROOM_FOR_PLACE)
        return n;
    if (at->name == NULL)
        return n + (size_t)snprintf(out + n, ROOM_FOR_PLACE - n, "[%zu]", at->index);
    text_printable(BYTES_STR(at->name), shown, sizeof shown);
    return n + (size_t)snprintf(out + n, ROOM_FOR_PLACE - n, ".%s", shown);
}

static void tell(struct reading *r, const sign_error *fault) {
    if (r->faults++ == 0)
        *r->first = *fault;
    if (r->told != NULL && r->faults <= LIMIT_POLICY_FAULTS)
        r->told(r->user, fault);
}

/* `v`: what stands there, NULL when nothing is to be said of it; `allowed`: what may. */
static void fault(struct reading *r, const struct place *at, enum message_id id, const struct json_value *v,
                  const char *allowed) {
    char where[ROOM_FOR_PLACE];
    char value[ROOM_FOR_VALUE] = "";
    sign_error e = {0};
    (void)place_text(at, where);
    if (v != NULL && json_is_plain(v))
        text_printable(BYTES_STR(v->text), value, sizeof value);
    else if (v != NULL)
        snprintf(value, sizeof value, "%s", json_kind_name(v->kind));
    fail(&e, SIGN_E_REFUSED, id, "%s%s%s [%s]", where, v != NULL ? ": " : "", value, allowed);
    tell(r, &e);
}

static bool want_object(struct reading *r, const struct json_value *v, const struct place *at) {
    if (v->kind == JSON_KIND_OBJECT)
        return true;
    fault(r, at, MSG_POLICY_VALUE, v, "{...}");
    return false;
}

/* ---- names -------------------------------------------------------------------------------------------- */

static enum ades_role role_of(const char *name) {
    enum ades_role role = 0;
    while (role < ROLE_COUNT && strcmp(ades_role_name(role), name) != 0)
        role++;
    return role;
}

static enum ades_check check_of(const char *name) {
    enum ades_check check = 0;
    while (check < CHECK_COUNT && strcmp(ades_check_row(check)->name, name) != 0)
        check++;
    return check;
}

/* ---- rows: of every role, or of each that is named ---------------------------------------------------- */

/* Says what `v` says of a check, digest or family for these roles. */
typedef void set_row(struct reading *r, const struct json_value *v, const struct place *at, unsigned row,
                     unsigned roles);

#define EVERY_ROLE ((1U << ROLE_COUNT) - 1)

/* Their names, for the hint of a fault. */
static const char *names_of(unsigned roles, char out[ROOM_FOR_ROLES]) {
    size_t at = 0;
    out[0] = 0;
    for (enum ades_role role = 0; role < ROLE_COUNT; role++)
        if ((roles >> role & 1) != 0 && at < ROOM_FOR_ROLES)
            at += (size_t)snprintf(out + at, ROOM_FOR_ROLES - at, "%s%s", at > 0 ? ", " : "",
                                   ades_role_name(role));
    return out;
}

/* `v` is an object whose members are some of these roles, or says it for all of them. */
static void set_rows(struct reading *r, const struct json_value *v, const struct place *at, unsigned row,
                     unsigned roles, set_row *set) {
    char allowed[ROOM_FOR_ROLES];
    if (v->kind != JSON_KIND_OBJECT) {
        set(r, v, at, row, roles);
        return;
    }
    if (v->count == 0)
        fault(r, at, MSG_POLICY_MISSING, NULL, names_of(roles, allowed));
    for (size_t i = 0; i < v->count; i++) {
        const struct place here = {at, v->items[i].name, 0};
        enum ades_role role = role_of(v->items[i].name);
        if (role == ROLE_COUNT || (roles >> role & 1) == 0)
            fault(r, &here, MSG_POLICY_MEMBER, NULL, names_of(roles, allowed));
        else
            set(r, &v->items[i], &here, row, 1U << role);
    }
}

/* ---- checks ------------------------------------------------------------------------------------------- */

static bool level_of(struct reading *r, const struct json_value *v, const struct place *at,
                     enum ades_level *out) {
    for (enum ades_level level = LEVEL_FAIL; v->kind == JSON_KIND_STRING && level <= LEVEL_IGNORE; level++) {
        if (strcmp(v->text, ades_level_name(level)) == 0) {
            *out = level;
            return true;
        }
    }
    fault(r, at, MSG_POLICY_VALUE, v, "FAIL, WARN, INFORM, IGNORE");
    return false;
}

/* Whether those who sign revocation data are asked about themselves is a yes or a no. */
static bool is_spared(unsigned check, enum ades_role role) {
    return role == ROLE_REVOCATION && (check == CHECK_NOT_REVOKED || check == CHECK_NOT_ON_HOLD);
}

static void set_level(struct reading *r, const struct json_value *v, const struct place *at, unsigned check,
                      unsigned roles) {
    enum ades_level level;
    bool softens = false, halves = false;
    if (!level_of(r, v, at, &level))
        return;
    for (enum ades_role role = 0; role < ROLE_COUNT; role++) {
        if ((roles & 1U << role) == 0)
            continue;
        softens = softens || (level != LEVEL_FAIL && ades_check_fixed(check, role));
        halves = halves || (is_spared(check, role) && level != LEVEL_FAIL && level != LEVEL_IGNORE);
        r->p->level[role][check] = level;
    }
    r->named[check] |= (uint8_t)roles;
    if (softens)
        fault(r, at, MSG_POLICY_FIXED, v, "FAIL");
    else if (halves)
        fault(r, at, MSG_POLICY_VALUE, v, "FAIL, IGNORE");
}

static void read_check(struct reading *r, const struct json_value *v, const struct place *at) {
    enum ades_check check = check_of(v->name);
    if (check == CHECK_COUNT) {
        fault(r, at, MSG_POLICY_MEMBER, NULL, "kalem policy show default");
        return;
    }
    set_rows(r, v, at, check, ades_check_roles(check), set_level);
}

static void read_checks(struct reading *r, const struct json_value *v, const struct place *at) {
    for (size_t i = 0; want_object(r, v, at) && i < v->count; i++) {
        const struct place here = {at, v->items[i].name, 0};
        read_check(r, &v->items[i], &here);
    }
}

/* ---- algorithms --------------------------------------------------------------------------------------- */

/* The last second of the year 9999. */
#define LAST_TIME INT64_C(253402300799)

static bool end_of(struct reading *r, const struct json_value *v, const struct place *at, int64_t *out) {
    int64_t time = 0;
    if (v->kind == JSON_KIND_NULL) {
        *out = INT64_MAX;
        return true;
    }
    if (v->kind == JSON_KIND_STRING && strcmp(v->text, "never") == 0) {
        *out = INT64_MIN;
        return true;
    }
    if (v->kind == JSON_KIND_STRING && time_parse(v->text, &time) && time >= 0 && time <= LAST_TIME) {
        *out = time;
        return true;
    }
    fault(r, at, MSG_POLICY_VALUE, v, "\"2029-01-01\", null, \"never\"");
    return false;
}

/* "never" could be read as "always", and as "not at all". */
static bool warning_of(struct reading *r, const struct json_value *v, const struct place *at, int64_t *out) {
    if (v->kind != JSON_KIND_STRING || strcmp(v->text, "never") != 0)
        return end_of(r, v, at, out);
    fault(r, at, MSG_POLICY_VALUE, v, "\"2029-01-01\", null");
    return false;
}

static void set_digest(struct reading *r, const struct json_value *v, const struct place *at, unsigned d,
                       unsigned roles) {
    int64_t until = 0, warn = INT64_MAX;
    const struct json_value *u = v->kind == JSON_KIND_OBJECT ? json_member(v, "until") : v;
    for (size_t i = 0; v->kind == JSON_KIND_OBJECT && i < v->count; i++) {
        const struct place here = {at, v->items[i].name, 0};
        if (strcmp(v->items[i].name, "warn-from") == 0)
            (void)warning_of(r, &v->items[i], &here, &warn);
        else if (&v->items[i] != u)
            fault(r, &here, MSG_POLICY_MEMBER, NULL, "until, warn-from");
    }
    if (u == NULL) {
        fault(r, at, MSG_POLICY_MISSING, NULL, "until");
        return;
    }
    if (!end_of(r, u, at, &until))
        return;
    if (warn >= until && warn != INT64_MAX) { /* nobody would ever be warned */
        const struct place here = {at, "warn-from", 0};
        fault(r, &here, MSG_POLICY_VALUE, json_member(v, "warn-from"), "null, < until");
        return;
    }
    if (d == DIGEST_MD5 && until != INT64_MIN) { /* RFC 6151, 2 */
        fault(r, at, MSG_POLICY_FIXED, u, "\"never\"");
        return;
    }
    for (enum ades_role role = 0; role < ROLE_COUNT; role++) {
        if ((roles & 1U << role) == 0)
            continue;
        r->p->digest_end[role][d] = until;
        r->p->digest_warn[role][d] = warn;
    }
}

static void read_digest(struct reading *r, const struct json_value *v, const struct place *at) {
    enum crypto_digest d = DIGEST_MD5;
    while (d < DIGEST_COUNT && strcmp(crypto_digest_row(d)->name, v->name) != 0)
        d++;
    if (d == DIGEST_COUNT) {
        fault(r, at, MSG_POLICY_MEMBER, NULL,
              "MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512, SHA3-256, SHA3-384, SHA3-512");
        return;
    }
    if (json_member(v, "until") != NULL || json_member(v, "warn-from") != NULL)
        set_digest(r, v, at, d, EVERY_ROLE);
    else
        set_rows(r, v, at, d, EVERY_ROLE, set_digest);
}

/* A whole number of at most `most`; false: it is none. */
static bool whole(const struct json_value *v, int64_t most, int64_t *out) {
    *out = 0;
    if (v->kind != JSON_KIND_NUMBER || v->text[0] == 0)
        return false;
    for (const char *c = v->text; *c != 0; c++) {
        if (*c < '0' || *c > '9' || *out > most)
            return false;
        *out = *out * 10 + (*c - '0');
    }
    return *out <= most;
}

enum { KEY_BITS_MOST = 16384 };

static bool read_key_row(struct reading *r, const struct json_value *v, const struct place *at,
                         struct ades_key_row *out) {
    const struct json_value *bits = json_member(v, "bits"), *until = json_member(v, "until");
    const struct place of_bits = {at, "bits", 0}, of_until = {at, "until", 0};
    int64_t n = 0;
    if (v->kind != JSON_KIND_OBJECT || v->count != 2 || bits == NULL || until == NULL) {
        fault(r, at, MSG_POLICY_VALUE, v, "{\"bits\": 2048, \"until\": null}");
        return false;
    }
    if (!whole(bits, KEY_BITS_MOST, &n) || n == 0) {
        fault(r, &of_bits, MSG_POLICY_VALUE, bits, "1 ... 16384");
        return false;
    }
    out->bits = (unsigned)n;
    return end_of(r, until, &of_until, &out->end);
}

static void set_keys(struct reading *r, const struct json_value *v, const struct place *at, unsigned family,
                     unsigned roles) {
    struct ades_key_row rows[ADES_KEY_ROWS] = {{0, 0}};
    if (v->kind != JSON_KIND_ARRAY || v->count > ADES_KEY_ROWS) {
        fault(r, at, MSG_POLICY_VALUE, v, "[{\"bits\": 2048, \"until\": null}, ...], 0 ... 6");
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        const struct place here = {at, NULL, i};
        if (!read_key_row(r, &v->items[i], &here, &rows[i]))
            return;
        if (i > 0 && rows[i].bits <= rows[i - 1].bits) {
            fault(r, &here, MSG_POLICY_VALUE, json_member(&v->items[i], "bits"), "bits ascending");
            return;
        }
    }
    for (enum ades_role role = 0; role < ROLE_COUNT; role++)
        if ((roles & 1U << role) != 0)
            memcpy(r->p->keys[role][family], rows, sizeof rows);
}

static void read_keys(struct reading *r, const struct json_value *v, const struct place *at) {
    enum ades_family family = 0;
    while (family < FAMILY_COUNT && strcmp(ades_family_name(family), v->name) != 0)
        family++;
    if (family == FAMILY_COUNT) {
        fault(r, at, MSG_POLICY_MEMBER, NULL, "RSA, RSA-PSS, EC, DSA");
        return;
    }
    set_rows(r, v, at, family, EVERY_ROLE, set_keys);
}

static void read_algorithms(struct reading *r, const struct json_value *v, const struct place *at) {
    for (size_t i = 0; want_object(r, v, at) && i < v->count; i++) {
        const struct json_value *list = &v->items[i];
        const struct place of_list = {at, list->name, 0};
        bool digests = strcmp(list->name, "digests") == 0;
        if (!digests && strcmp(list->name, "keys") != 0) {
            fault(r, &of_list, MSG_POLICY_MEMBER, NULL, "digests, keys");
            continue;
        }
        for (size_t k = 0; want_object(r, list, &of_list) && k < list->count; k++) {
            const struct place here = {&of_list, list->items[k].name, 0};
            (digests ? read_digest : read_keys)(r, &list->items[k], &here);
        }
    }
}

/* ---- times, and the whole ----------------------------------------------------------------------------- */

#define SECONDS_MOST INT64_C(3155760000) /* a hundred years */

/* 0 reads as the strictest rule there is, and would be none. */
static void read_seconds(struct reading *r, const struct json_value *v, const struct place *at,
                         int64_t *out) {
    int64_t n = 0;
    if (v->kind == JSON_KIND_NULL || (whole(v, SECONDS_MOST, &n) && n > 0))
        *out = n;
    else
        fault(r, at, MSG_POLICY_VALUE, v, "1 ... 3155760000, null");
}

static void read_freshness(struct reading *r, const struct json_value *v, const struct place *at) {
    read_seconds(r, v, at, &r->p->freshness);
}

static void read_grace(struct reading *r, const struct json_value *v, const struct place *at) {
    read_seconds(r, v, at, &r->p->grace_period);
}

static void read_stamp(struct reading *r, const struct json_value *v, const struct place *at) {
    const size_t told = r->faults;
    if (v->kind == JSON_KIND_OBJECT && v->count == 0)
        fault(r, at, MSG_POLICY_MISSING, NULL, "before, after");
    for (size_t i = 0; want_object(r, v, at) && i < v->count; i++) {
        const struct place here = {at, v->items[i].name, 0};
        if (strcmp(v->items[i].name, "before") == 0)
            read_seconds(r, &v->items[i], &here, &r->p->stamp_before);
        else if (strcmp(v->items[i].name, "after") == 0)
            read_seconds(r, &v->items[i], &here, &r->p->stamp_after);
        else
            fault(r, &here, MSG_POLICY_MEMBER, NULL, "before, after");
    }
    r->stamp_wrong = r->faults != told;
}

/* The name stands in reports: one line of plain text. */
static void read_name(struct reading *r, const struct json_value *v, const struct place *at) {
    char shown[ROOM_FOR_NAME] = "";
    if (v->kind == JSON_KIND_STRING)
        text_printable(BYTES_STR(v->text), shown, sizeof shown);
    size_t n = strlen(shown);
    if (n == 0 || strcmp(shown, v->text) != 0 || shown[0] == ' ' || shown[n - 1] == ' ') {
        fault(r, at, MSG_POLICY_VALUE, v, "1 ... 64");
        return;
    }
    char *name = (char *)(r->p + 1);
    memcpy(name, shown, sizeof shown);
}

/* The base is read first, whatever its place. */
static void read_base(struct reading *r, const struct json_value *v, const struct place *at) {
    if (v->kind != JSON_KIND_STRING || ades_policy_find(v->text) == NULL)
        fault(r, at, MSG_POLICY_VALUE, v, "default, strict, tr, tr-uyum");
}

static void read_whole(struct reading *r, const struct json_value *root) {
    static const struct {
        const char *name;
        void (*read)(struct reading *r, const struct json_value *v, const struct place *at);
        bool needed;
    } members[] = {{"name", read_name, true},
                   {"base", read_base, true},
                   {"checks", read_checks, false},
                   {"algorithms", read_algorithms, false},
                   {"freshness", read_freshness, false},
                   {"time-stamp", read_stamp, false},
                   {"grace-period", read_grace, false}};
    enum { N = sizeof members / sizeof *members };
    for (size_t i = 0; i < N; i++)
        if (members[i].needed && json_member(root, members[i].name) == NULL)
            fault(r, NULL, MSG_POLICY_MISSING, NULL, members[i].name);
    for (size_t i = 0; i < root->count; i++) {
        const struct place here = {NULL, root->items[i].name, 0};
        size_t k = 0;
        while (k < N && strcmp(members[k].name, root->items[i].name) != 0)
            k++;
        if (k < N)
            members[k].read(r, &root->items[i], &here);
        else
            fault(r, &here, MSG_POLICY_MEMBER, NULL,
                  "name, base, checks, algorithms, freshness, time-stamp, grace-period");
    }
}

/* ---- what belongs together ---------------------------------------------------------------------------- */

/*
 * A check that a number of the policy rules: without the number it would be asked by nobody, whatever its
 * level says; a number for a check that the base does not ask asks it, unless the file itself says IGNORE.
 */
static void settle_ruled(struct reading *r, enum ades_check check, bool ruled, const char *member) {
    const struct place checks = {NULL, "checks", 0}, at = {&checks, ades_check_row(check)->name, 0};
    bool missing = false;
    for (enum ades_role role = 0; role < ROLE_COUNT; role++) {
        enum ades_level *level = &r->p->level[role][check];
        const bool named = (r->named[check] >> role & 1) != 0;
        if ((ades_check_roles(check) >> role & 1) == 0)
            continue;
        missing = missing || (named && !ruled && *level != LEVEL_IGNORE);
        if (!ruled)
            *level = LEVEL_IGNORE;
        else if (!named && *level == LEVEL_IGNORE)
            *level = LEVEL_FAIL;
    }
    if (missing)
        fault(r, &at, MSG_POLICY_MISSING, NULL, member);
}

/* How long before the claimed time is half a rule: a time-stamp of any later day would keep it. */
static void settle_stamp(struct reading *r) {
    const struct place of_stamp = {NULL, "time-stamp", 0};
    struct ades_policy *p = r->p;
    if (r->stamp_wrong)
        return;
    if (p->stamp_after == 0 && p->stamp_before != 0)
        fault(r, &of_stamp, MSG_POLICY_MISSING, NULL, "after: 1 ... 3155760000, before: null");
    else if (p->stamp_after != 0 && p->stamp_before == 0)
        p->stamp_before = ADES_ANY_TIME;
    settle_ruled(r, CHECK_STAMP_DELAY, p->stamp_after != 0 || p->stamp_before != 0, "time-stamp");
}

/* Who is not asked whether he is revoked is not asked whether he is suspended either: it is one question. */
static void settle_signers(struct reading *r) {
    const struct place checks = {NULL, "checks", 0}, of_check = {&checks, "not-on-hold", 0};
    const struct place here = {&of_check, ades_role_name(ROLE_REVOCATION), 0};
    enum ades_level *level = r->p->level[ROLE_REVOCATION];
    const unsigned revoked = r->named[CHECK_NOT_REVOKED], held = r->named[CHECK_NOT_ON_HOLD];
    if ((revoked >> ROLE_REVOCATION & 1) != 0 && (held >> ROLE_REVOCATION & 1) == 0)
        level[CHECK_NOT_ON_HOLD] = level[CHECK_NOT_REVOKED];
    if ((level[CHECK_NOT_ON_HOLD] == LEVEL_IGNORE) != (level[CHECK_NOT_REVOKED] == LEVEL_IGNORE))
        fault(r, &here, MSG_POLICY_VALUE, NULL, "= not-revoked.revocation");
}

/* Also in capitals: who reads a report does not look so closely. */
static bool reads_alike(const char *a, const char *b) {
    for (; *a != 0 && *b != 0; a++, b++) {
        char x = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;
        if (x != *b)
            return false;
    }
    return *a == *b;
}

/* A report that says "strict" must mean the policy that everybody knows by that name. */
static void check_name(struct reading *r) {
    const struct place here = {NULL, "name", 0};
    for (size_t i = 0; ades_policy_at(i) != NULL; i++)
        if (reads_alike(r->p->name, ades_policy_at(i)->name) && !ades_policy_same(ades_policy_at(i), r->p))
            fault(r, &here, MSG_POLICY_NAME, NULL, r->p->name);
}

static sign_rc read_text(sign_bytes text, struct json **out, struct reading *r) {
    sign_error e = {0};
    sign_rc rc = json_read(text, LIMIT_POLICY_FILE, JSON_TOP_OBJECT, out, &e);
    if (rc == SIGN_OK)
        return rc;
    if (rc == SIGN_E_MEMORY)
        return fail_memory(r->first);
    sign_error fault_of_text = {0};
    fail(&fault_of_text, SIGN_E_REFUSED, MSG_POLICY_JSON, "%s", e.text);
    tell(r, &fault_of_text);
    return SIGN_E_REFUSED;
}

sign_rc ades_policy_read(sign_bytes json, ades_policy_told told, void *user, struct ades_policy **out,
                         sign_error *err) {
    AUTO(json_ptr) tree = NULL;
    sign_error first = {0};
    struct reading r = {.told = told, .user = user, .first = err != NULL ? err : &first};
    sign_rc rc = read_text(json, &tree, &r);
    if (rc != SIGN_OK)
        return rc;
    const struct json_value *base = json_member(json_root(tree), "base");
    const struct ades_policy *from = base != NULL ? ades_policy_find(base->text) : NULL;
    r.p = calloc(1, sizeof *r.p + ROOM_FOR_NAME);
    if (r.p == NULL)
        return fail_memory(err);
    *r.p = from != NULL ? *from : *ades_policy_at(0);
    r.p->name = (const char *)(r.p + 1);
    read_whole(&r, json_root(tree));
    settle_stamp(&r);
    settle_ruled(&r, CHECK_GRACE_PERIOD, r.p->grace_period != 0, "grace-period");
    settle_signers(&r);
    check_name(&r);
    if (r.faults == 0) {
        *out = r.p;
        return SIGN_OK;
    }
    free(r.p);
    return SIGN_E_REFUSED;
}
