/* Proofs of existence (EN 319 102-1, 5.6.2.3): what they say, and that they cost what the document is, not
 * archives times archives times what those cover. */
#include "ades/validation.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { NOW = 1767700000, FIRST = 1740000000, DAY = 86400, ARCHIVES = 60, LISTS = 1200 };

/* A signature with archive time-stamps that were believed, each of which protects those before it. */
struct scene {
    struct sign_report *report;
    struct crypto *crypto;
    struct ades_context ctx;
    struct ades_facts facts;
    struct report_signature *out;
    struct judging j;
    struct ades_stamp stamps[ARCHIVES];
    struct tsp_token tokens[ARCHIVES];
    struct report_timestamp rows[ARCHIVES];
    struct stamp_state states[ARCHIVES];
    size_t older[ARCHIVES];
    char raw[ARCHIVES][16], ids[ARCHIVES][8];
    char lists[LISTS][16];
    struct ades_covered covered[LISTS];
    struct validation v;
    struct ades_hashed *hashed;
    size_t effort;
};

static void scene_close(struct scene *s) {
    poe_close(&s->v);
    crypto_free(&s->crypto);
    sign_report_free(&s->report);
}

static void scene_open(struct scene *s, bool detailed) {
    cr_assert_eq(report_new(&s->report, NULL), SIGN_OK);
    cr_assert_eq(crypto_new(&s->crypto, NULL), SIGN_OK);
    s->report->detailed = detailed;
    s->out = report_add(s->report);
    s->ctx = (struct ades_context){.crypto = s->crypto, .policy = ades_policy_find("default"), .at = NOW};
    s->effort = LIMIT_PATH_EFFORT;
    s->facts = (struct ades_facts){.value = BYTES_STR("value"), .effort = &s->effort, .hashed = &s->hashed};
    s->j = (struct judging){
        .ctx = &s->ctx, .facts = &s->facts, .report = s->report, .out = s->out, .object = "S1"};
    s->v = (struct validation){.j = &s->j, .stamps = s->states, .n = ARCHIVES, .poe = {.now = NOW}};
    for (size_t i = 0; i < LISTS; i++) {
        snprintf(s->lists[i], sizeof s->lists[i], "list %zu", i);
        s->covered[i] = (struct ades_covered){.revocation = true, .what = BYTES_STR(s->lists[i])};
    }
    for (size_t i = 0; i < ARCHIVES; i++) {
        snprintf(s->raw[i], sizeof s->raw[i], "token %zu", i);
        snprintf(s->ids[i], sizeof s->ids[i], "T%zu", i);
        s->older[i] = i;
        s->tokens[i] = (struct tsp_token){.raw = BYTES_STR(s->raw[i]), .time = FIRST + DAY * (int64_t)i};
        s->stamps[i] = (struct ades_stamp){.class = STAMP_ARCHIVE,
                                           .token = &s->tokens[i],
                                           .covers_data = true,
                                           .covers_signature = true,
                                           .stamps = s->older,
                                           .n_stamps = i,
                                           .covered = s->covered,
                                           .n_covered = LISTS};
        s->rows[i].id = s->ids[i];
        s->states[i] = (struct stamp_state){.stamp = &s->stamps[i], .row = &s->rows[i]};
    }
}

static void extract_all(struct scene *s) {
    for (size_t i = ARCHIVES; i-- > 0;)
        cr_assert_eq(poe_extract(&s->v, i, NULL), SIGN_OK);
}

static int64_t found(struct scene *s, enum poe_kind kind, const char *text, const char **by) {
    uint8_t id[DIGEST_MAX];
    cr_assert_eq(crypto_hash(s->crypto, DIGEST_SHA256, BYTES_STR(text), id, NULL), SIGN_OK);
    return poe_find(&s->v, kind, id, BYTES_STR(text), by);
}

static bool is_within(struct scene *s, enum poe_kind kind, const char *text, int64_t from, int64_t to) {
    uint8_t id[DIGEST_MAX];
    cr_assert_eq(crypto_hash(s->crypto, DIGEST_SHA256, BYTES_STR(text), id, NULL), SIGN_OK);
    return poe_within(&s->v, kind, id, BYTES_STR(text), from, to);
}

static struct scene *scene_new(bool detailed) {
    struct scene *s = calloc(1, sizeof *s);
    cr_assert_not_null(s);
    scene_open(s, detailed);
    return s;
}

static void scene_end(struct scene *s) {
    scene_close(s);
    free(s);
}

Test(ades_poe, the_earliest_counts_and_any_lies_within) {
    struct scene *s = scene_new(false);
    const char *by;
    extract_all(s);
    cr_expect_eq(found(s, POE_REVOCATION, "list 7", &by), FIRST);
    cr_expect_str_eq(by, "T0");
    cr_expect_eq(found(s, POE_SIGNATURE, "value", &by), FIRST);
    cr_expect_eq(found(s, POE_STAMP, "token 3", &by), FIRST + 4 * DAY); /* by the next */
    cr_expect_str_eq(by, "T4");
    cr_expect_eq(found(s, POE_STAMP, "token 59", &by), NOW);
    cr_expect_null(by);
    cr_expect_eq(found(s, POE_CERTIFICATE, "list 7", NULL), NOW, "of another kind");
    cr_expect_eq(found(s, POE_REVOCATION, "list", NULL), NOW);
    /* Not the earliest alone. */
    cr_expect(is_within(s, POE_REVOCATION, "list 7", FIRST + 5 * DAY, FIRST + 5 * DAY));
    cr_expect_not(is_within(s, POE_REVOCATION, "list 7", FIRST + 5 * DAY + 1, FIRST + 6 * DAY - 1));
    cr_expect_not(is_within(s, POE_STAMP, "token 3", FIRST, FIRST + 3 * DAY));
    cr_expect(is_within(s, POE_STAMP, "token 3", FIRST, FIRST + 4 * DAY));
    cr_expect(is_within(s, POE_STAMP, "token 59", NOW, NOW), "it is here");
    scene_end(s);
}

/* Lists of several time-stamps: the beginning of one, or the same octets in lists of their own. */
Test(ades_poe, lists_that_grow) {
    struct scene *s = scene_new(false);
    for (size_t i = 0; i < ARCHIVES; i++)
        s->stamps[i].n_covered = 10 * i;
    struct ades_covered own[] = {s->covered[1000], s->covered[3]};
    s->stamps[2].covered = own;
    s->stamps[2].n_covered = 2;
    extract_all(s);
    cr_expect_eq(found(s, POE_REVOCATION, "list 3", NULL), FIRST + DAY);
    cr_expect_eq(found(s, POE_REVOCATION, "list 1000", NULL), FIRST + 2 * DAY);
    cr_expect_eq(found(s, POE_REVOCATION, "list 10", NULL), FIRST + 3 * DAY);
    cr_expect_eq(found(s, POE_REVOCATION, "list 589", NULL), FIRST + 59 * DAY);
    cr_expect_eq(found(s, POE_REVOCATION, "list 590", NULL), NOW);
    cr_expect(is_within(s, POE_REVOCATION, "list 589", FIRST, FIRST + 59 * DAY));
    scene_end(s);
}

/* By a digest in a reference as long as that could be relied on: SHA-1 ended in default before FIRST. */
Test(ades_poe, by_references) {
    static const enum crypto_digest via[] = {DIGEST_SHA256, DIGEST_SHA512, DIGEST_SHA1};
    for (size_t k = 0; k < 3; k++) {
        struct scene *s = scene_new(false);
        uint8_t digest[DIGEST_MAX];
        cr_assert_eq(crypto_hash(s->crypto, via[k], BYTES_STR("named"), digest, NULL), SIGN_OK);
        s->covered[0] = (struct ades_covered){
            .revocation = false, .via = via[k], .what = BYTES(digest, crypto_digest_row(via[k])->size)};
        s->covered[1] = (struct ades_covered){.via = via[k], .what = BYTES(digest, 3)};
        extract_all(s);
        cr_expect_eq(found(s, POE_CERTIFICATE, "named", NULL), k < 2 ? FIRST : NOW, "%zu", k);
        cr_expect_eq(found(s, POE_CERTIFICATE, "other", NULL), NOW);
        scene_end(s);
    }
}

/* 60 archive time-stamps over 1200 lists: each piece digested once, each object kept once. */
Test(ades_poe, each_octet_once) {
    struct scene *s = scene_new(false);
    extract_all(s);
    cr_expect_eq(s->v.poe.objects.n, 2 + ARCHIVES - 1 + LISTS); /* value twice; no token is above the last */
    cr_expect_eq(poe_digested(s->hashed), 1 + ARCHIVES - 1 + LISTS);
    cr_expect(s->v.poe.own.taken < 1000 * (LISTS + ARCHIVES), "%zu octets", s->v.poe.own.taken);
    cr_expect(LIMIT_PATH_EFFORT - s->effort < LIMIT_PATH_EFFORT / 100, "%zu paid",
              LIMIT_PATH_EFFORT - s->effort);
    /* Another signature of the document over the same. */
    struct validation other = {.j = &s->j, .stamps = s->states, .n = ARCHIVES, .poe = {.now = NOW}};
    size_t before = poe_digested(s->hashed);
    cr_assert_eq(poe_extract(&other, ARCHIVES - 1, NULL), SIGN_OK);
    cr_expect_eq(poe_digested(s->hashed), before);
    poe_close(&other);
    scene_end(s);
}

/* What cannot be paid for proves nothing, and that is said once. */
Test(ades_poe, what_is_not_paid_for_proves_nothing) {
    struct scene *s = scene_new(false);
    size_t said = 0;
    s->effort = 0;
    extract_all(s);
    cr_expect_eq(found(s, POE_SIGNATURE, "value", NULL), FIRST + 59 * DAY, "as far as it went");
    cr_expect_eq(found(s, POE_REVOCATION, "list 1199", NULL), NOW);
    for (const struct report_message *m = s->out->messages; m != NULL; m = m->next)
        said += m->id == MSG_POE_EFFORT;
    cr_expect_eq(said, 1);
    scene_end(s);
}

static size_t told(const struct report_signature *s) {
    size_t n = 0;
    for (const struct report_poe *p = s->poe; p != NULL; p = p->next)
        n++;
    return n;
}

/* A detailed report has each once, by its earliest proof, and a document no more than the limit. */
Test(ades_poe, told_once) {
    struct scene *s = scene_new(true);
    extract_all(s);
    poe_list(&s->v);
    cr_expect_eq(told(s->out), 2 + ARCHIVES - 1 + LISTS);
    cr_expect_eq(s->out->poe_left_out, 0);
    for (const struct report_poe *p = s->out->poe; p != NULL; p = p->next)
        if (strcmp(p->kind, "time-stamp") != 0)
            cr_expect(p->time == FIRST && strcmp(p->by, "T0") == 0, "%s", p->object);
    cr_expect_str_eq(s->out->blocks->result, "proofs 1261"); /* of the newest */
    size_t all = told(s->out), rounds = LIMIT_PROOFS_TOLD / all;
    for (size_t i = 0; i < rounds; i++) {
        s->out->poe = NULL;
        poe_list(&s->v);
    }
    cr_expect_eq(told(s->out), LIMIT_PROOFS_TOLD - rounds * all);
    cr_expect_eq(s->out->poe_left_out, (rounds + 1) * all - LIMIT_PROOFS_TOLD);
    scene_end(s);
}

/* Inputs of one name likewise, while what has another name is told. */
Test(ades_poe, inputs_are_counted) {
    struct scene *s = scene_new(true);
    struct report_block *outer = judging_begin(&s->j, BLOCK_PSV, NULL);
    for (size_t i = 0; i < 1000; i++)
        judging_input(&s->j, "list", "one");
    judging_input(&s->j, "time", "then");
    size_t n = 0;
    const struct report_input *last = NULL, *left = NULL;
    for (const struct report_input *in = s->j.block->inputs; in != NULL; in = in->next, n++) {
        left = in->left_out > 0 ? in : left;
        last = in;
    }
    cr_expect_eq(n, LIMIT_INPUTS_TOLD + 1);
    cr_assert(last != NULL && left != NULL);
    cr_expect_str_eq(last->name, "time");
    cr_expect_eq(left->left_out, 1000 - LIMIT_INPUTS_TOLD);
    judging_end(&s->j, outer);
    scene_end(s);
}

/* What ades took as proof is what a codec is told, whatever the row of the report says. */
Test(ades_poe, who_proves) {
    struct scene *s = scene_new(false);
    bool proves[ARCHIVES] = {0};
    s->facts.proves = proves;
    s->j.facts = &s->facts;
    for (size_t i = 0; i < ARCHIVES; i++) {
        s->tokens[i].digest = i % 2 == 0 ? DIGEST_SHA256 : DIGEST_SHA1;
        s->states[i].passed = true;
        s->states[i].j = s->j;
        s->rows[i].indication = TOTAL_PASSED;
    }
    s->states[0].done = s->states[2].done = s->states[3].done = true;
    cr_assert_eq(poe_extract(&s->v, 2, NULL), SIGN_OK);
    poe_tell(&s->v);
    cr_expect_not(proves[0], "it was looked at, and not taken");
    cr_expect(proves[2]);
    cr_expect_not(proves[3]);
    cr_expect(proves[4], "there was nothing to repair: it holds at the present");
    cr_expect_not(proves[5], "SHA-1");
    s->states[6].passed = false;
    poe_tell(&s->v);
    cr_expect_not(proves[6]);
    scene_end(s);
}
