/*
 * Certificate policies over whole chains (RFC 5280, 6.1; RFC 9618): what sections 4.8 to 4.12 of NIST's PKITS
 * exercise, and what its rows leave out. The set is the user-constrained policy set; "-": the path is
 * refused.
 */
#include "chain.h"

/* Inputs: "e" initial-explicit-policy, "m" initial-policy-mapping-inhibit, "a" initial-any-policy-inhibit,
 * then the user-initial-policy-set. */
struct row {
    const char *what, *inputs, *set;
    const char *lines[CHAIN_MAX];
};

static void run_row(const struct row *r) {
    struct chain c = {.n = 0};
    sign_bytes initial[16];
    char set[200];
    memcpy(c.lines, r->lines, sizeof c.lines);
    const char *flags = r->inputs;
    struct pki_policy_inputs in = {.initial = initial};
    for (; *flags >= 'a' && *flags <= 'm' && strncmp(flags, "any", 3) != 0; flags++) {
        in.explicit_policy = in.explicit_policy || *flags == 'e';
        in.no_mapping = in.no_mapping || *flags == 'm';
        in.no_any_policy = in.no_any_policy || *flags == 'a';
    }
    in.n_initial = policies_of(flags, initial, 16);
    chain_make(&c);
    chain_policies(&c, &in, set, sizeof set);
    cr_expect_str_eq(set, r->set, "%s [%s]: {%s} instead of {%s}", r->what, r->inputs, set, r->set);
    const struct pki_path_options opt = {.at = T2026, .policies = in};
    bool fails = strcmp(r->set, "-") == 0;
    struct outcome o = chain_judge(&c, &opt);
    cr_expect_eq(o.indication, fails ? INDETERMINATE : TOTAL_PASSED, "%s [%s]: %s", r->what, r->inputs,
                 message_code(o.message));
    cr_expect(!fails || (o.sub == SUB_CHAIN_CONSTRAINTS_FAILURE &&
                         (o.message == MSG_PATH_POLICY || o.message == MSG_PATH_MAPPING_ANY)),
              "%s [%s]: %s", r->what, r->inputs, message_code(o.message));
    chain_free(&c);
}

static void run_rows(const struct row *rows, size_t n) {
    for (size_t i = 0; i < n; i++)
        run_row(&rows[i]);
}
#define RUN(rows) run_rows(rows, sizeof(rows) / sizeof *(rows))

#define ALL_P1                                                                                               \
    { "Root", "CA p:1 re:0", "S p:1" }
#define NO_POLICIES                                                                                          \
    { "Root", "CA", "S" }
#define OTHER_BELOW                                                                                          \
    { "Root", "CA p:1", "Sub p:2", "S p:1" }
#define OTHER_END                                                                                            \
    { "Root", "CA p:1", "Sub p:1", "S p:2" }
#define OVERLAP                                                                                              \
    { "Root", "CA p:1,2,3,4 re:0", "Sub p:1,2,3", "SubSub p:1,2", "S p:1" }
#define P123                                                                                                 \
    { "Root", "CA p:1,2,3 re:0", "S p:1,2,3" }
#define ANY_EVERYWHERE                                                                                       \
    { "Root", "CA p:any re:0", "S p:any" }
#define ANY_ABOVE                                                                                            \
    { "Root", "CA p:any re:0", "S p:1" }
#define ANY_IN_THE_END                                                                                       \
    { "Root", "CA p:1,2 re:0", "S p:any" }
#define ANY_IN_BETWEEN                                                                                       \
    { "Root", "CA p:1,2 re:0", "Sub p:any", "S p:2,3" }

Test(pki_policies, sets) {
    static const struct row rows[] = {
        {"all have policy 1", "", "1", ALL_P1},
        {"all have policy 1", "e", "1", ALL_P1},
        {"all have policy 1", "e1", "1", ALL_P1},
        {"all have policy 1", "e2", "-", ALL_P1},
        {"all have policy 1", "e1,2", "1", ALL_P1},
        {"no certificate has policies", "", "", NO_POLICIES},
        {"no certificate has policies", "e", "-", NO_POLICIES},
        {"no certificate has policies, one is wished, none required", "1", "", NO_POLICIES},
        {"an authority in between has another policy", "", "", OTHER_BELOW},
        {"an authority in between has another policy", "e", "-", OTHER_BELOW},
        {"an authority in between has another policy", "e1,2", "-", OTHER_BELOW},
        {"the end has another policy", "", "", OTHER_END},
        {"the end has another policy", "e", "-", OTHER_END},
        {"an authority without policies", "e", "-", {"Root", "CA p:1", "Sub", "S p:1"}},
        {"the end without policies", "e", "-", {"Root", "CA p:1", "Sub p:1", "S"}},
        {"sets that overlap, down to one", "", "1", OVERLAP},
        {"sets that overlap, down to one", "1", "1", OVERLAP},
        {"sets that overlap, down to one", "2", "-", OVERLAP},
        {"sets that end apart", "", "-", {"Root", "CA p:1,2,3 re:0", "Sub p:1,2", "SubSub p:1", "S p:2"}},
        {"sets that end apart", "", "-", {"Root", "CA p:1,2,3 re:0", "Sub p:1,2", "SubSub p:2", "S p:1"}},
        {"one policy of three", "1", "1", P123},
        {"two policies of three", "e3,2", "2 3", P123},
        {"a policy that is not among three", "4", "-", P123},
        {"anyPolicy everywhere", "", "any", ANY_EVERYWHERE},
        {"anyPolicy everywhere, one is wished", "1", "1", ANY_EVERYWHERE},
        {"anyPolicy above", "", "1", ANY_ABOVE},
        {"anyPolicy above, the end's is wished", "1", "1", ANY_ABOVE},
        {"anyPolicy above, another is wished", "2", "-", ANY_ABOVE},
        {"anyPolicy in the end", "", "1 2", ANY_IN_THE_END},
        {"anyPolicy in the end, one is wished", "2,3", "2", ANY_IN_THE_END},
        {"anyPolicy in between", "", "2", ANY_IN_BETWEEN},
        {"anyPolicy in between, one that is lost is wished", "1", "-", ANY_IN_BETWEEN},
        {"a policy named twice counts once", "", "1", {"Root", "CA p:1,1 re:0", "S p:1,1"}},
        {"anyPolicy in the user's set is no wish", "eany", "1", ALL_P1},
    };
    RUN(rows);
}

/* 4.9: the certificate with requireExplicitPolicy 0 in its wake must have policies, one that skips lets go.
 */
Test(pki_policies, require_explicit_policy) {
    static const struct row rows[] = {
        {"10 to skip", "", "", {"Root", "CA re:10", "A", "B", "C", "S"}},
        {"5 to skip", "", "", {"Root", "CA re:5", "A", "B", "C", "S"}},
        {"4 to skip, and the end is the fourth", "", "-", {"Root", "CA re:4", "A", "B", "C", "S"}},
        {"none to skip, all have one", "", "1", {"Root", "CA p:1 re:0", "A p:1", "B p:1", "C p:1", "S p:1"}},
        {"the lowest number counts", "", "-", {"Root", "CA re:7", "A re:2", "B re:4", "C", "S"}},
        {"self-issued ones are not counted", "", "", {"Root", "CA re:2", "CA", "S"}},
        {"two authorities count", "", "-", {"Root", "CA re:2", "CA", "Sub", "S"}},
        {"and two with a self-issued one", "", "-", {"Root", "CA re:2", "CA", "Sub", "Sub", "S"}},
        {"the end asks for itself", "", "-", {"Root", "CA", "S re:0"}},
        {"the end asks for itself and has one", "", "1", {"Root", "CA p:1", "S p:1 re:0"}},
        {"the end asks later: never", "", "", {"Root", "CA", "S re:1"}},
        {"the anchor asks", "", "-", {"Root re:0", "CA", "S"}},
        {"the anchor asks, and all have one", "", "1", {"Root re:0", "CA p:1", "S p:1"}},
        {"the anchor skips more than there are", "", "", {"Root re:3", "CA", "S"}},
    };
    RUN(rows);
}

#define MAP_12                                                                                               \
    { "Root", "CA p:1 m:1>2 re:0", "S p:2" }
#define MAP_TWICE                                                                                            \
    { "Root", "CA p:1 m:1>2 re:0", "Sub p:2 m:2>5", "S p:5" }
#define MAP_SPREAD                                                                                           \
    { "Root", "CA p:1 m:1>2,1>3 re:0", "S p:2" }
#define MAP_JOIN                                                                                             \
    { "Root", "CA p:1,2 m:1>3,2>3 re:0", "S p:3" }
#define MAP_SWAP                                                                                             \
    { "Root", "CA p:1,2 m:1>2,2>1 re:0", "S p:1" }
#define MAP_ANY                                                                                              \
    { "Root", "CA p:any m:1>2 re:0", "S p:2" }
#define MAP_LOST                                                                                             \
    { "Root", "CA p:1,2 m:1>3 re:0", "S p:1" }

/* 4.10: the set is in the words of the authorities below the anchor, not of the end. */
Test(pki_policies, mappings) {
    static const struct row rows[] = {
        {"1 is 2 below", "", "1", MAP_12},
        {"1 is 2 below, 1 is wished", "1", "1", MAP_12},
        {"1 is 2 below, 2 is wished", "2", "-", MAP_12},
        {"1 is 2 below, mappings are inhibited", "m", "-", MAP_12},
        {"1 is 2 is 5", "", "1", MAP_TWICE},
        {"1 is 2 is 5, 5 is wished", "5", "-", MAP_TWICE},
        {"1 is 2 or 3", "1", "1", MAP_SPREAD},
        {"1 is 3 and 2 is 3", "", "1 2", MAP_JOIN},
        {"1 is 3 and 2 is 3, one is wished", "2", "2", MAP_JOIN},
        {"1 and 2 swapped", "", "2", MAP_SWAP},
        {"1 and 2 swapped", "1", "-", MAP_SWAP},
        {"anyPolicy maps 1", "", "1", MAP_ANY},
        {"anyPolicy maps 1", "1", "1", MAP_ANY},
        {"anyPolicy maps 1, what it maps to is wished", "2", "-", MAP_ANY},
        {"anyPolicy maps 1, others remain", "4", "4", {"Root", "CA p:any m:1>2 re:0", "S p:4"}},
        {"what is mapped is not expected as itself", "", "-", MAP_LOST},
        {"what is mapped and inhibited is lost, the rest remains",
         "m",
         "2",
         {"Root", "CA p:1,2 m:1>3 re:0", "S p:1,2,3"}},
        {"the mapped policy is not the authority's", "", "-", {"Root", "CA p:2 m:1>2 re:0", "S p:1"}},
        {"anyPolicy is mapped from", "", "-", {"Root", "CA p:any m:any>1", "S p:1"}},
        {"anyPolicy is mapped to", "", "-", {"Root", "CA p:1 m:1>any", "S p:1"}},
        {"a mapping of the end itself is none", "", "1", {"Root", "CA p:1 re:0", "S p:1 m:1>any"}},
        {"anyPolicy below a mapping", "", "1", {"Root", "CA p:1 m:1>2 re:0", "Sub p:any", "S p:2"}},
        {"anyPolicy in the end below a mapping", "", "1", {"Root", "CA p:1 m:1>2 re:0", "S p:any"}},
        {"what is mapped is not anyPolicy's as well",
         "",
         "4",
         {"Root", "CA p:4,any m:4>1 re:0", "Sub p:1,any m:1>2", "S p:2"}},
        {"two that are one below, and apart again",
         "",
         "1 2",
         {"Root", "CA p:1,2 m:1>3,2>3 re:0", "Sub p:3 m:3>4,3>5", "S p:4"}},
    };
    RUN(rows);
}

/* 4.11 */
Test(pki_policies, inhibit_policy_mapping) {
    static const struct row rows[] = {
        {"at once", "", "-", {"Root", "CA p:1 im:0 re:0", "Sub p:1 m:1>2", "S p:2"}},
        {"at once, its own still holds", "", "1", {"Root", "CA p:1 m:1>2 im:0 re:0", "S p:2"}},
        {"after one", "", "1", {"Root", "CA p:1 im:1 re:0", "Sub p:1 m:1>2", "S p:2"}},
        {"after one, and the second maps",
         "",
         "-",
         {"Root", "CA p:1 im:1 re:0", "Sub p:1 m:1>2", "SubSub p:2 m:2>3", "S p:3"}},
        {"after one, and the second maps what it need not",
         "",
         "1",
         {"Root", "CA p:1 im:1 re:0", "Sub p:1 m:1>2", "SubSub p:2 m:4>3", "S p:2"}},
        {"the lower number counts",
         "",
         "-",
         {"Root", "CA p:1 im:5 re:0", "Sub p:1 im:0", "SubSub p:1 m:1>2", "S p:2"}},
        {"self-issued ones are not counted",
         "",
         "1",
         {"Root", "CA p:1 im:1 re:0", "CA p:1", "Sub p:1 m:1>2", "S p:2"}},
        {"a self-issued one maps when that is over",
         "",
         "-",
         {"Root", "CA p:1 im:1 re:0", "Sub p:1", "Sub p:1 m:1>2", "S p:2"}},
        {"by the anchor", "", "-", {"Root im:0", "CA p:1 m:1>2 re:0", "S p:2"}},
    };
    RUN(rows);
}

/* 4.12 */
Test(pki_policies, inhibit_any_policy) {
    static const struct row rows[] = {
        {"at once", "", "-", {"Root", "CA p:1 ia:0 re:0", "S p:any"}},
        {"at once, but it is named", "", "1", {"Root", "CA p:1 ia:0 re:0", "S p:any,1"}},
        {"after one", "", "1", {"Root", "CA p:1 ia:1 re:0", "S p:any"}},
        {"after one, and the second has it", "", "-", {"Root", "CA p:1 ia:1 re:0", "Sub p:any", "S p:any"}},
        {"after one, and the second names it", "", "1", {"Root", "CA p:1 ia:1 re:0", "Sub p:any", "S p:1"}},
        {"the lower number counts",
         "",
         "-",
         {"Root", "CA p:1 ia:5 re:0", "Sub p:1 ia:0", "SubSub p:any", "S p:1"}},
        {"a self-issued one may have it", "", "1", {"Root", "CA p:1 ia:0 re:0", "CA p:any", "S p:1"}},
        {"but not the end", "", "-", {"Root", "CA p:1 ia:0 re:0", "CA p:any"}},
        {"self-issued ones are not counted",
         "",
         "1",
         {"Root", "CA p:1 ia:1 re:0", "CA p:any", "Sub p:any", "S p:1"}},
        {"what remains of anyPolicy above", "", "1", {"Root", "CA p:any ia:0 re:0", "Sub p:1", "S p:1"}},
        {"by the user", "a", "-", {"Root", "CA p:any re:0", "S p:any"}},
        {"by the user, and 1 is nowhere above", "a", "1", {"Root", "CA p:1 re:0", "S p:1"}},
        {"by the anchor", "", "-", {"Root ia:0", "CA p:any re:0", "S p:1"}},
    };
    RUN(rows);
}

/*
 * CVE-2023-0464: every authority maps each of two policies to both. A tree has 2^n nodes at depth n; the
 * graph two. With more policies than any tree could bear the answer must come at once.
 */
Test(pki_policies, mappings_do_not_multiply) {
    static char wide[CHAIN_MAX][1500];
    struct chain c = {.lines = {"Root"}};
    char set[200];
    for (size_t i = 1; i < CHAIN_MAX; i++) {
        size_t used = (size_t)snprintf(wide[i], sizeof wide[i], "CA%zu re:0 p:", i);
        for (int k = 1; k <= 12; k++)
            used += (size_t)snprintf(wide[i] + used, sizeof wide[i] - used, "%s%d", k > 1 ? "," : "", k);
        used += (size_t)snprintf(wide[i] + used, sizeof wide[i] - used, " m:");
        for (int k = 0; k < 144; k++)
            used += (size_t)snprintf(wide[i] + used, sizeof wide[i] - used, "%s%d>%d", k > 0 ? "," : "",
                                     k / 12 + 1, k % 12 + 1);
        c.lines[i] = wide[i];
    }
    chain_make(&c);
    const clock_t since = clock();
    const struct pki_policy_inputs none = {.n_initial = 0};
    chain_policies(&c, &none, set, sizeof set);
    cr_expect_str_eq(set, "1 2 3 4 5 6 7 8 9 10 11 12");
    const struct pki_path_options opt = {.at = T2026};
    expect(chain_judge(&c, &opt), SUB_NONE, MSG_NONE, "twelve policies, all mapped to all");
    CR_ASSERT_CPU(since, 20);
    chain_free(&c);
}

/* What cannot be read is refused where a policy is asked for. */
Test(pki_policies, malformed) {
    struct chain c = {.lines = {"Root", "CA p:1 re:0", "S p:1"}};
    chain_make(&c);
    AUTO(crypto_ptr) crypto = NULL;
    struct pki_cert *certs[3] = {NULL};
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(pki_cert_read(crypto, view(c.der[2 - i]), &certs[i], NULL), SIGN_OK);
    const struct pki_policy_inputs none = {.n_initial = 0};
    static const struct {
        const char *der;
        size_t n;
    } bad[] = {{"\x30\x02\x30\x00", 4}, {"\x30\x03\x02\x01\x05", 5}, {"\x30\x05\x30\x03\x06\x01\x80", 7}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pki_policy_result r = {.max = 0};
        certs[0]->policies = BYTES(bad[i].der, bad[i].n);
        cr_assert_eq(pki_policies_check(certs, 3, &none, &r, NULL), SIGN_OK);
        cr_expect(r.why == MSG_PATH_POLICY_FORMAT && r.who == 0, "row %zu: %s", i, message_code(r.why));
    }
    for (size_t i = 0; i < 3; i++)
        pki_cert_free(&certs[i]);
    chain_free(&c);
}

/*
 * A path that is remembered answers only the question that was asked: with other inputs for policies the same
 * certificate is judged anew, whatever was asked first.
 */
Test(pki_policies, inputs_and_the_cache) {
    struct chain c = {.lines = {"Root", "CA", "S"}};
    chain_make(&c);
    const struct pki_path_options plain = {.at = T2026},
                                  strict = {.at = T2026, .policies.explicit_policy = true};
    for (int first = 0; first < 2; first++) {
        sign_trust *trust = chain_trust(&c);
        for (int i = 0; i < 4; i++) {
            bool asks = (i + first) % 2 != 0;
            expect(judge(trust, view(c.der[2]), asks ? &strict : &plain),
                   asks ? SUB_CHAIN_CONSTRAINTS_FAILURE : SUB_NONE, asks ? MSG_PATH_POLICY : MSG_NONE,
                   asks ? "a policy is required" : "no policy is required");
        }
        sign_trust_free(&trust);
    }
    chain_free(&c);
}

/*
 * An authority that is fine on the way to others need not be at the end of a path: remembered as a part it
 * must not answer for itself.
 */
Test(pki_policies, an_authority_by_itself) {
    struct chain c = {.lines = {"Root", "CA re:2", "Sub re:0", "S"}},
                 below = {.lines = {"Root", "CA ia:0 p:1 re:0", "CA p:any", "S p:1"}};
    const struct pki_path_options opt = {.at = T2026};
    chain_make(&c);
    sign_trust *trust = chain_trust(&c);
    for (int i = 0; i < 2; i++) {
        expect(judge(trust, view(c.der[3]), &opt), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_POLICY, "the end");
        expect(judge(trust, view(c.der[2]), &opt), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_POLICY,
               "its authority");
        expect(judge(trust, view(c.der[1]), &opt), SUB_NONE, MSG_NONE, "the upper authority");
    }
    sign_trust_free(&trust);
    chain_free(&c);
    chain_make(&below);
    trust = chain_trust(&below);
    for (int i = 0; i < 2; i++) {
        expect(judge(trust, view(below.der[3]), &opt), SUB_NONE, MSG_NONE, "below a self-issued one");
        expect(judge(trust, view(below.der[2]), &opt), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_POLICY,
               "the self-issued one by itself");
    }
    sign_trust_free(&trust);
    chain_free(&below);
}
