/*
 * When an answer holds, and how long it takes to get it: lists of every kind over the days, remembered
 * verdicts against new ones; large lists and hostile ones.
 */
#include "crl_rows.h"
#include "mint_ocsp.h"

/* Minimal standard generator: the same rows in every run. */
static unsigned draw(uint32_t *state, unsigned below) {
    *state = (uint32_t)((uint64_t)*state * 48271 % 2147483647);
    return *state % below;
}

/* Seldom for good: that would settle the whole row. */
static struct list draw_list(uint32_t *state) {
    static const int reasons[] = {6, 8, 6, 8, 6, 6, 6, 8, 6, 4};
    struct list l = {.from = -6 + (int)draw(state, 11), .number = 5 + draw(state, 5)};
    l.to = l.from + 1 + (int)draw(state, 9);
    if (draw(state, 3) == 0)
        l.base = l.number - draw(state, 4);
    if (draw(state, 12) == 0)
        l.key = K_NEW;
    if (draw(state, 3) == 0)
        l.entries[0] = (struct entry){4711, reasons[draw(state, 10)], -4 + (int)draw(state, 12), NULL};
    if (draw(state, 8) == 0) {
        l.scope.given = true;
        l.scope.reasons = draw(state, 2) == 0 ? KEY_AND_CA : ALL_BUT_KEY_AND_CA;
    }
    return l;
}

static struct row draw_row(uint32_t *state) {
    /* The second key has its own certificate, whose status is on a list that is not always there either. */
    struct row r = {.certs = {{"CA", "CA", K_NEW, K_CA, KU_CRL_SIGN, 3, .end_entity = true}}};
    for (size_t i = 0, n = 1 + draw(state, 6); i < n; i++)
        r.lists[i] = draw_list(state);
    return r;
}

static void compare_days(const struct keys *k, const struct row *r, uint32_t *state, size_t *passed) {
    sign_trust *trust = row_trust(k, r);
    AUTO(sign_buf) der = row_signer(k, r);
    for (int i = 0; i < 30; i++) {
        struct pki_path_options opt = {.at = T2026 + (int64_t)(draw(state, 33)) * DAY / 2 - 8 * DAY,
                                       .revocation = true};
        opt.at += (int64_t)draw(state, 3) - 1; /* both sides of every limit */
        sign_trust *other = row_trust(k, r);
        struct outcome known = judge(trust, view(der), &opt), fresh = judge(other, view(der), &opt);
        sign_trust_free(&other);
        cr_assert(known.sub == fresh.sub && known.message == fresh.message,
                  "state %u, %ld s from the middle: %s remembered, %s anew", *state, (long)(opt.at - T2026),
                  message_code(known.message), message_code(fresh.message));
        *passed += fresh.indication == TOTAL_PASSED;
    }
    sign_trust_free(&trust);
}

/* What a trust remembers is what it would find again, at whatever time it is asked. */
Test(crl_time, remembered_verdicts_hold) {
    struct keys k = keys_make();
    size_t passed = 0;
    uint32_t state = 5070;
    for (int i = 0; i < 30; i++) {
        const struct row r = draw_row(&state);
        compare_days(&k, &r, &state, &passed);
    }
    cr_expect(passed > 90 && passed < 800, "%zu passed", passed);
    keys_free(&k);
}

/* A list that suspends lies inside the time of an older one that does not: before it, in it, behind it. */
Test(crl_time, newer_list_in_the_time_of_an_older_one) {
    struct keys k = keys_make();
    const struct row r = {.lists = {{.number = 5, .from = -6, .to = 6},
                                    {.number = 7, .from = -1, .to = 1, .entries = {{4711, 6, 5, NULL}}}}};
    static const int days[] = {-2, 0, 2, 0, -2, 1, 3};
    sign_trust *trust = row_trust(&k, &r);
    AUTO(sign_buf) der = row_signer(&k, &r);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const struct pki_path_options opt = {.at = T2026 + days[i] * DAY, .revocation = true};
        bool held = days[i] >= -1 && days[i] <= 1;
        expect(judge(trust, view(der), &opt), held ? SUB_TRY_LATER : SUB_NONE,
               held ? MSG_CERT_SUSPENDED : MSG_NONE, "in their order");
    }
    sign_trust_free(&trust);
    keys_free(&k);
}

/* The clock of an authority may be ahead by as much as a responder's: of a list alone and of a delta. */
Test(crl_time, lists_of_a_clock_that_is_ahead) {
    struct keys k = keys_make();
    const struct row rows[] = {
        {.lists = {{.number = 7, .from = 1, .to = 3}}},
        {.lists = {{.number = 5, .from = -9, .to = -8}, {.number = 7, .base = 5, .from = 1, .to = 3}}},
        {.lists = {{.number = 5, .from = 1, .to = 2}, {.number = 7, .base = 5, .from = 1, .to = 3}}}};
    static const int before[] = {300, 301, 0, 300, 301};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sign_trust *trust = row_trust(&k, &rows[i]);
        AUTO(sign_buf) der = row_signer(&k, &rows[i]);
        for (size_t n = 0; n < sizeof before / sizeof before[0]; n++) {
            const struct pki_path_options opt = {.at = T2026 + DAY - before[n], .revocation = true};
            enum message_id why = i == 1 ? MSG_CRL_EXPIRED : MSG_CRL_FUTURE; /* the base ran out */
            bool late = before[n] > LIMIT_CLOCK_SKEW;
            expect(judge(trust, view(der), &opt), late ? SUB_TRY_LATER : SUB_NONE, late ? why : MSG_NONE,
                   "seconds before the list begins");
        }
        sign_trust_free(&trust);
    }
    keys_free(&k);
}

/* ---- lists whose signer has to be believed first ------------------------------------------------------ */

/* Issuer signs lists for CA, and is certified by Other: whether he was revoked is on Other's list alone. */
#define INDIRECT(...)                                                                                        \
    .certs = {{"Other", "Root", K_OTHER, K_ROOT, KU_CERT_SIGN | KU_CRL_SIGN, 9},                             \
              {"Issuer", "Other", K_ISSUER, K_OTHER, KU_CRL_SIGN, 6, .end_entity = true}},                   \
    .lists = {__VA_ARGS__}

static void on_days(const sign_trust *trust, sign_bytes der, const int *days, size_t n, int from, int to,
                    enum sub_indication inside, enum sub_indication outside) {
    for (size_t i = 0; i < n; i++) {
        const struct pki_path_options opt = {.at = T2026 + days[i] * DAY, .revocation = true};
        struct outcome o = judge(trust, der, &opt);
        enum sub_indication wanted = days[i] >= from && days[i] <= to ? inside : outside;
        cr_expect(o.sub == wanted, "day %d: %s", days[i], message_code(o.message));
    }
}

/* What a list says holds while its signer is believed, however long the list itself does. */
Test(crl_time, answers_hold_while_the_signer_is_believed) {
    struct keys k = keys_make();
    const struct row r = {
        .points = {{.issuer = "Issuer"}},
        INDIRECT({"Other", K_OTHER, .number = 1}, {"Issuer", K_ISSUER, .number = 5, .from = -9, .to = 9,
                                                   .scope = {.given = true, .indirect = true}})};
    static const int days[] = {0, 3, -3, 0, 1, -1, 2, -2};
    sign_trust *trust = row_trust(&k, &r);
    AUTO(sign_buf) der = row_signer(&k, &r);
    on_days(trust, view(der), days, sizeof days / sizeof days[0], -1, 1, SUB_NONE, SUB_TRY_LATER);
    sign_trust_free(&trust);
    keys_free(&k);
}

/* On hold since long on a newer list, whose signer is believed from the second to the fourth day only. */
static const struct row left_out = {
    .points = {{.at = {.uri = "http://crl.example.org/a"}}, {.issuer = "Issuer"}},
    INDIRECT({"Other", K_OTHER, .number = 1, .from = 2, .to = 4},
             {"Issuer", K_ISSUER, .number = 5, .from = -5, .to = 9,
              .scope = {.given = true, .indirect = true}, .entries = {{4711, 6, 5, "CA"}}},
             {.number = 7, .from = -9, .to = 9})};

/* A list that was left out today because its signer is not known to be good may count tomorrow. */
Test(crl_time, lists_left_out_count_another_day) {
    struct keys k = keys_make();
    static const int days[] = {0, 3, 0, 1, 2, 4, 5};
    sign_trust *trust = row_trust(&k, &left_out);
    AUTO(sign_buf) der = row_signer(&k, &left_out);
    on_days(trust, view(der), days, sizeof days / sizeof days[0], 2, 4, SUB_TRY_LATER, SUB_NONE);
    sign_trust_free(&trust);
    keys_free(&k);
}

/* ... where a response answers today as well. */
Test(crl_time, lists_left_out_beside_a_response) {
    struct keys k = keys_make();
    const struct mint_single good = {.issuer = "CA",
                                     .issuer_key = k.of[K_CA],
                                     .serial = 4711,
                                     .reason = -1,
                                     .from = T2026 - 6 * DAY,
                                     .to = T2026 + 9 * DAY};
    const struct mint_ocsp response = {.by_name = "CA", .key = k.of[K_CA], .singles = &good, .n = 1};
    static const int days[] = {0, 3, 0, 1, 2, 4, 5};
    AUTO(sign_buf) ocsp = mint_ocsp(&response);
    AUTO(sign_buf) der = row_signer(&k, &left_out);
    struct pieces p = row_pieces(&k, &left_out);
    struct kit kit = {.ocsps = {view(ocsp)}, .n_ocsps = 1};
    kit.anchors[kit.n_anchors++] = view(p.anchor);
    for (size_t i = 0; i < p.n_certs; i++)
        kit.certs[kit.n_certs++] = view(p.certs[i]);
    for (size_t i = 0; i < p.n_lists; i++)
        kit.crls[kit.n_crls++] = view(p.lists[i]);
    sign_trust *trust = kit_trust(&kit);
    on_days(trust, view(der), days, sizeof days / sizeof days[0], 2, 4, SUB_TRY_LATER, SUB_NONE);
    sign_trust_free(&trust);
    pieces_free(&p);
    keys_free(&k);
}

/* ---- what is told with an answer --------------------------------------------------------------------- */

struct told {
    sign_trust *trust;
    struct pki_cert *cert;
    struct pki_path *path;
};

static struct told tell(const struct keys *k, const struct row *r) {
    struct told t = {.trust = row_trust(k, r)};
    AUTO(sign_buf) der = row_signer(k, r);
    struct crypto *crypto = NULL;
    const struct pki_path_options opt = {.at = T2026, .revocation = true};
    cr_assert_eq(pki_lend(t.trust, &crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_certificate(t.trust, crypto, view(der), &t.cert, NULL), SIGN_OK);
    cr_assert_eq(pki_path_check(t.trust, crypto, t.cert, &opt, &t.path, NULL), SIGN_OK);
    pki_lend_back(t.trust, crypto);
    return t;
}

static void told_free(struct told *t) {
    pki_path_free(&t->path);
    pki_cert_free(&t->cert);
    sign_trust_free(&t->trust);
}

/* A row about the certificate in question: a list from this day to that. */
static void expect_piece(const struct told *t, size_t i, int from, int to, const char *status) {
    const struct pki_revocation *p = &t->path->revocation[i];
    cr_expect(
        p->cert == t->cert && p->this_update == T2026 + from * DAY && p->next_update == T2026 + to * DAY,
        "%zu: %ld to %ld", i, (long)((p->this_update - T2026) / DAY), (long)((p->next_update - T2026) / DAY));
    cr_expect(strcmp(p->status, status) == 0 && strcmp(p->kind, "crl") == 0 && p->signer == NULL, "%zu: %s",
              i, p->status);
    cr_expect(p->source != NULL && p->source->origin == ORIGIN_GIVEN, "%zu", i);
}

/* A base and its delta are one answer: both are told, each with its own times, and it holds while both do. */
Test(crl_time, facts_of_the_answer) {
    struct keys k = keys_make();
    const struct row r = {
        .lists = {{.number = 5, .from = -9, .to = -3}, {.number = 7, .base = 5, .from = -2, .to = 1}}};
    struct told t = tell(&k, &r);
    cr_assert(t.path->indication == TOTAL_PASSED && t.path->n_revocation == 3);
    expect_piece(&t, 0, -2, 1, "good");
    expect_piece(&t, 1, -9, -3, "good");
    cr_expect(t.path->revocation[2].cert == t.path->chain[1]);
    cr_expect(t.path->valid_from == T2026 - 2 * DAY - LIMIT_CLOCK_SKEW && t.path->valid_to == T2026 + DAY);
    told_free(&t);
    keys_free(&k);
}

/* Lists for different reasons, one of them with a delta: the answer holds only while all of them do. */
Test(crl_time, facts_of_lists_for_several_reasons) {
    struct keys k = keys_make();
    const struct row r = {
        .lists = {{.number = 5, .from = -4, .to = 2, .scope = {.given = true, .reasons = KEY_AND_CA}},
                  {.number = 5,
                   .from = -3,
                   .to = 3,
                   .scope = {.given = true, .reasons = ALL_BUT_KEY_AND_CA},
                   .entries = {{4711, 6, 5, NULL}}},
                  {.number = 7,
                   .base = 5,
                   .from = -1,
                   .to = 4,
                   .scope = {.given = true, .reasons = ALL_BUT_KEY_AND_CA},
                   .entries = {{4711, 8, 2, NULL}}},
                  {.number = 3, .from = -9, .to = 9, .scope = {.given = true, .reasons = KEY_AND_CA}}}};
    struct told t = tell(&k, &r);
    cr_assert(t.path->indication == TOTAL_PASSED && t.path->n_revocation == 4, "%zu", t.path->n_revocation);
    expect_piece(&t, 0, -4, 2, "good"); /* the oldest that was needed */
    expect_piece(&t, 1, -3, 3, "good");
    expect_piece(&t, 2, -1, 4, "good");
    cr_expect(t.path->valid_from == T2026 - DAY - LIMIT_CLOCK_SKEW && t.path->valid_to == T2026 + 2 * DAY);
    told_free(&t);
    keys_free(&k);
}

/* What a delta says, for a while or for good, is told with the list that it changes. */
Test(crl_time, facts_of_what_a_delta_says) {
    struct keys k = keys_make();
    for (int hold = 0; hold < 2; hold++) {
        const struct row r = {
            .lists = {
                {.number = 5, .from = -3, .to = 3},
                {.number = 7, .base = 5, .from = -1, .to = 1, .entries = {{4711, hold ? 6 : 1, 1, NULL}}}}};
        struct told t = tell(&k, &r);
        const char *status = hold ? "suspended" : "revoked";
        cr_assert(t.path->indication == INDETERMINATE && t.path->n_revocation == 3, "%zu",
                  t.path->n_revocation);
        expect_piece(&t, 0, -1, 1, status);
        expect_piece(&t, 1, -3, 3, status);
        cr_expect_eq(t.path->try_at, hold ? T2026 + DAY : 0);
        told_free(&t);
    }
    /* On hold in the base, of which the delta says nothing: newer information comes with the next delta. */
    const struct row r = {.lists = {{.number = 5, .from = -3, .to = 3, .entries = {{4711, 6, 5, NULL}}},
                                    {.number = 7, .base = 5, .from = -1, .to = 1}}};
    struct told t = tell(&k, &r);
    cr_assert_eq(t.path->n_revocation, 3);
    expect_piece(&t, 0, -3, 3, "suspended");
    expect_piece(&t, 1, -1, 1, "suspended");
    cr_expect_eq(t.path->try_at, T2026 + DAY);
    told_free(&t);
    keys_free(&k);
}

/* An authority's answer is taken over into the path of the next certificate below it with all its pieces. */
Test(crl_time, facts_taken_over_from_a_remembered_path) {
    struct keys k = keys_make();
    const struct row r = {
        .no_root_list = true,
        .lists = {{.issuer = "Root", .key = K_ROOT, .number = 5, .from = -9, .to = -3},
                  {.issuer = "Root", .key = K_ROOT, .number = 7, .base = 5, .from = -2, .to = 2},
                  {.number = 1}}};
    struct told t = tell(&k, &r);
    cr_assert(t.path->indication == TOTAL_PASSED && t.path->n_revocation == 3, "%zu", t.path->n_revocation);
    struct mint_cert m = mint_signer("CA", k.of[K_SIGNER], k.of[K_CA]);
    m.subject = "Second";
    m.serial = 4712;
    AUTO(sign_buf) der = mint_cert(&m);
    struct crypto *crypto = NULL;
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(pki_path_ptr) path = NULL;
    const struct pki_path_options opt = {.at = T2026, .revocation = true};
    cr_assert_eq(pki_lend(t.trust, &crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_certificate(t.trust, crypto, view(der), &cert, NULL), SIGN_OK);
    cr_assert_eq(pki_path_check(t.trust, crypto, cert, &opt, &path, NULL), SIGN_OK);
    pki_lend_back(t.trust, crypto);
    cr_assert(path->indication == TOTAL_PASSED && path->n_revocation == 3, "%zu", path->n_revocation);
    for (size_t i = 1; i < 3; i++) {
        const struct pki_revocation *one = &t.path->revocation[i], *two = &path->revocation[i];
        cr_expect(two->cert == path->chain[1] && two->this_update == one->this_update &&
                      two->next_update == one->next_update && two->source == one->source,
                  "%zu", i);
    }
    cr_expect_eq(path->revocation[2].next_update, T2026 - 3 * DAY);
    told_free(&t);
    keys_free(&k);
}

/* ---- large and hostile lists ----------------------------------------------------------------------------
 */

enum { MANY = 300000 };

static void put_entry(der_builder *b, const uint8_t *serial, size_t n, bool plain) {
    der_begin(b, DER_SEQUENCE);
    der_put(b, DER_INTEGER, BYTES(serial, n));
    der_put_time(b, T2020);
    if (!plain) {
        der_begin(b, DER_SEQUENCE);
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_EXT_INVALIDITY_DATE);
        der_begin(b, DER_OCTET_STRING);
        der_put_gen_time(b, T2020);
        der_end(b);
        der_end(b);
        der_end(b);
    }
    der_end(b);
}

/* One template of a list with other entries in it; its signature is not looked at. */
static sign_buf list_with(sign_bytes entries) {
    static const uint8_t head[] = {0x02, 0x01, 0x01, 0x30, 0x0a, 0x06, 0x08, 0x2a,
                                   0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, BYTES(head, sizeof head));
    der_put(&b, DER_SEQUENCE, (sign_bytes){0});
    der_put_time(&b, T2020);
    der_put(&b, DER_SEQUENCE, entries);
    der_end(&b);
    der_put_raw(&b, BYTES(head + 3, sizeof head - 3));
    der_put_bits(&b, BYTES("x", 1));
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static void serial_of(uint32_t i, uint8_t out[16]) {
    memset(out, 0x11, 16);
    uint32_t mixed = i * 2654435761U; /* in no order */
    memcpy(out + 4, &mixed, 4);
    memcpy(out + 9, &i, 4);
}

static struct pki_crl *read_entries(der_builder *b) {
    sign_buf entries = {0};
    cr_assert_eq(der_builder_take(b, &entries, NULL), SIGN_OK);
    sign_buf der = list_with(view(entries));
    struct pki_crl *crl = NULL;
    sign_error err = {0};
    cr_assert_eq(pki_crl_read(view(der), NULL, &crl, &err), SIGN_OK, "%s", err.text);
    crl->own = der;
    sign_buf_free(&entries);
    return crl;
}

/* Serial numbers in no order; entries that are read the short way and the long way. */
Test(crl_time, unsorted_entries) {
    AUTO(der_builder) b = {0};
    uint8_t serial[16];
    for (uint32_t i = 0; i < MANY; i++) {
        serial_of(i, serial);
        put_entry(&b, serial, sizeof serial, i % 3 != 0);
    }
    AUTO(pki_crl_ptr) crl = read_entries(&b);
    struct crl_entry e;
    cr_assert_eq(crl->count, MANY);
    for (uint32_t i = 0; i < 2 * MANY; i++) {
        serial_of(i, serial);
        cr_assert_eq(pki_crl_find(crl, BYTES(serial, sizeof serial), &e), i < MANY, "%u", i);
    }
}

/* One serial number again and again would fill one place of the table: it is there once. A flood of it must
 * not take the square of its number. */
Test(crl_time, flood_of_one_serial_number) {
    AUTO(der_builder) b = {0};
    uint8_t serial[16];
    serial_of(7, serial);
    const clock_t since = clock();
    for (uint32_t i = 0; i < MANY; i++)
        put_entry(&b, serial, sizeof serial, true);
    AUTO(pki_crl_ptr) crl = read_entries(&b);
    struct crl_entry e;
    cr_expect_eq(crl->count, MANY);
    cr_expect(pki_crl_find(crl, BYTES(serial, sizeof serial), &e) && e.revoked_at == T2020 && e.reason == -1);
    serial[0] = 0x12;
    cr_expect(!pki_crl_find(crl, BYTES(serial, sizeof serial), &e));
    CR_ASSERT_CPU(since, 20);
}
