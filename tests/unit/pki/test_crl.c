/* Revocation lists (RFC 5280, 5 and 6.3): scope, freshness, entries, size. */
#include "mint.h"

struct stage {
    EVP_PKEY *ca_key, *key;
    struct mint_cert ca, signer;
};

static struct stage stage(void) {
    struct stage s = {.ca_key = mint_key(), .key = mint_key()};
    s.ca = mint_authority("CA", "CA", s.ca_key, s.ca_key);
    s.signer = mint_signer("CA", s.key, s.ca_key);
    s.signer.crl_uri = "http://crl.example.org/full.crl";
    return s;
}

static void stage_free(struct stage *s) {
    EVP_PKEY_free(s->ca_key);
    EVP_PKEY_free(s->key);
}

static struct mint_crl list_of(const struct stage *s) {
    return (struct mint_crl){.issuer = "CA", .key = s->ca_key, .from = T2026 - DAY, .to = T2026 + DAY};
}

/* The lists, all in the trust or all carried by the signature. */
static struct outcome run_lists(const struct stage *s, const struct mint_crl *lists, size_t n, bool embedded,
                                int64_t at) {
    struct world w = {.anchors = {mint_cert(&s->ca)}, .n_anchors = 1};
    sign_buf own[4] = {{0}};
    sign_bytes crls[4];
    for (size_t i = 0; i < n; i++) {
        own[i] = mint_crl(&lists[i]);
        crls[i] = view(own[i]);
        if (!embedded)
            w.crls[w.n_crls++] = mint_crl(&lists[i]);
    }
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&s->signer);
    const struct pki_path_options opt = {
        .at = at, .revocation = true, .crls = crls, .n_crls = embedded ? n : 0};
    struct outcome o = judge(trust, view(der), &opt);
    for (size_t i = 0; i < n; i++)
        sign_buf_free(&own[i]);
    sign_trust_free(&trust);
    return o;
}

static void both(const struct stage *s, const struct mint_crl *l, enum sub_indication sub, enum message_id m,
                 const char *what) {
    expect(run_lists(s, l, 1, false, T2026), sub, m, what);
    expect(run_lists(s, l, 1, true, T2026), sub, m, what);
}

Test(pki_crl, entries) {
    struct stage s = stage();
    struct mint_crl l = list_of(&s);
    both(&s, &l, SUB_NONE, MSG_NONE, "empty list");
    struct mint_entry e[] = {{.serial = 4710, .when = T2026 - DAY, .reason = -1},
                             {.serial = 4712, .when = T2026 - DAY, .reason = 1},
                             {.serial = 0x124711, .when = T2026 - DAY, .reason = 1}};
    l.entries = e;
    l.n = 3;
    both(&s, &l, SUB_NONE, MSG_NONE, "others are revoked");
    e[1].serial = 4711;
    both(&s, &l, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "revoked");
    e[1].reason = -1;
    both(&s, &l, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "no reason given");
    e[1].reason = REASON_HOLD;
    both(&s, &l, SUB_TRY_LATER, MSG_CERT_SUSPENDED, "on hold");
    e[1] = (struct mint_entry){.serial = 4711, .when = T2026 + 1, .reason = 1};
    both(&s, &l, SUB_NONE, MSG_NONE, "revoked one second later");
    e[1].when = T2026;
    both(&s, &l, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "revoked in this second");
    stage_free(&s);
}

Test(pki_crl, freshness) {
    struct stage s = stage();
    struct mint_crl l = list_of(&s);
    l.from = T2026;
    l.to = T2026;
    both(&s, &l, SUB_NONE, MSG_NONE, "for this very second");
    l.to = T2026 - 1;
    l.from = T2026 - DAY;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_EXPIRED, "ran out");
    const struct mint_entry e = {.serial = 4711, .when = T2026 - 2 * DAY, .reason = 1};
    l.entries = &e;
    l.n = 1;
    both(&s, &l, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "ran out, but revocation is for good");
    const struct mint_entry hold = {.serial = 4711, .when = T2026 - 2 * DAY, .reason = REASON_HOLD};
    l.entries = &hold;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_EXPIRED, "ran out, and a suspension may have ended");
    l.n = 0;
    l.from = T2026 + LIMIT_CLOCK_SKEW;
    l.to = T2026 + DAY;
    both(&s, &l, SUB_NONE, MSG_NONE, "of a clock that is ahead");
    l.from++;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_FUTURE, "of the future");
    l.from = T2026 - DAY;
    l.to = 0;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_NO_NEXT, "without nextUpdate");
    l = list_of(&s);
    s.signer.from = T2026 - DAY + 1;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_OLD, "older than the certificate");
    s.signer.from = T2026 - DAY;
    both(&s, &l, SUB_NONE, MSG_NONE, "as old as the certificate");
    stage_free(&s);
}

/* Critical: the list must not be used; the entry's extensions count as much as the list's (RFC 5280, 5.2
 * and 5.3). */
Test(pki_crl, critical_extensions) {
    struct stage s = stage();
    struct mint_crl l = list_of(&s);
    l.critical = true;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_CRITICAL, "in the list");
    l.critical = false;
    const struct mint_entry e = {.serial = 99, .when = T2026 - DAY, .reason = 1, .critical = true};
    l.entries = &e;
    l.n = 1;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_CRITICAL, "in another's entry");
    l.n = 0;
    l.delta = true;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_DELTA, "a delta without its base");
    stage_free(&s);
}

Test(pki_crl, scope) {
    static const struct {
        const char *octets;
        size_t len;
        enum message_id message;
        const char *what;
    } rows[] = {
        {"", 0, MSG_NONE, "nothing said"},
        {"\x81\x01\xff", 3, MSG_NONE, "user certificates: the signer is one"},
        {"\x82\x01\xff", 3, MSG_CRL_SCOPE, "CA certificates only"},
        {"\x83\x02\x06\x40", 4, MSG_CRL_REASONS, "some reasons only"},
        {"\x84\x01\xff", 3, MSG_NONE, "indirect, and its issuer's own certificate"},
        {"\x85\x01\xff", 3, MSG_CRL_SCOPE, "attribute certificates"},
        {"\xa0\x23\xa0\x21\x86\x1f"
         "http://crl.example.org/full.crl",
         37, MSG_NONE, "the place that the certificate names"},
        {"\xa0\x23\xa0\x21\x86\x1f"
         "http://crl.example.org/part.crl",
         37, MSG_CRL_SCOPE, "another place"},
        {"\xa0\x02\xa1\x00", 4, MSG_CRL_SCOPE, "a relative name"},
        {"\x87\x01\xff", 3, MSG_CRL_SCOPE, "something unknown"},
    };
    struct stage s = stage();
    struct mint_crl l = list_of(&s);
    l.has_scope = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l.scope = BYTES(rows[i].octets, rows[i].len);
        both(&s, &l, rows[i].message == MSG_NONE ? SUB_NONE : SUB_TRY_LATER, rows[i].message, rows[i].what);
    }
    stage_free(&s);
}

Test(pki_crl, who_signed_it) {
    struct stage s = stage();
    struct mint_crl l = list_of(&s);
    l.key = s.key;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_SIGNATURE, "another key");
    l.key = s.ca_key;
    s.ca.key_usage = KU_CERT_SIGN;
    both(&s, &l, SUB_TRY_LATER, MSG_CRL_NO_SIGN, "cRLSign missing");
    s.ca.key_usage = KU_CERT_SIGN | KU_CRL_SIGN;
    both(&s, &l, SUB_NONE, MSG_NONE, "both right");
    stage_free(&s);
}

/* Of several fresh lists the newest counts; verdicts are remembered only for times at which it stays the
 * newest. */
Test(pki_crl, newest_wins) {
    struct stage s = stage();
    const struct mint_entry e = {.serial = 4711, .when = T2026 - 10 * DAY, .reason = 1};
    struct mint_crl lists[2] = {list_of(&s), list_of(&s)};
    lists[0].from = T2026 - 20 * DAY;
    lists[0].to = T2026 + 20 * DAY;
    lists[1].from = T2026 - 5 * DAY;
    lists[1].to = T2026 + 5 * DAY;
    lists[1].entries = &e;
    lists[1].n = 1;
    expect(run_lists(&s, lists, 2, false, T2026), SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "newer says revoked");
    expect(run_lists(&s, lists, 1, false, T2026), SUB_NONE, MSG_NONE, "older alone");
    struct world w = {.anchors = {mint_cert(&s.ca)}, .n_anchors = 1, .n_crls = 2};
    w.crls[0] = mint_crl(&lists[0]);
    w.crls[1] = mint_crl(&lists[1]);
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    struct pki_path_options opt = {.at = T2026 - 10 * DAY - 1, .revocation = true};
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "before the revocation");
    opt.at = T2026;
    expect(judge(trust, view(der), &opt), SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "the same trust, later");
    opt.at = T2026 - 10 * DAY - 1;
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "and back");
    sign_trust_free(&trust);
    stage_free(&s);
}

/* A signature's own list is good for that signature, and for no other. */
Test(pki_crl, embedded_lists_are_not_remembered) {
    struct stage s = stage();
    struct world w = {.anchors = {mint_cert(&s.ca)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    struct mint_crl l = list_of(&s);
    AUTO(sign_buf) crl = mint_crl(&l);
    const sign_bytes crls[] = {BYTES("junk", 4), view(crl)};
    const struct pki_path_options with = {.at = T2026, .revocation = true, .crls = crls, .n_crls = 2};
    const struct pki_path_options without = {.at = T2026, .revocation = true};
    expect(judge(trust, view(der), &with), SUB_NONE, MSG_NONE, "with its list");
    expect(judge(trust, view(der), &without), SUB_TRY_LATER, MSG_CRL_NONE, "without");
    sign_trust_free(&trust);
    stage_free(&s);
}

/* The lists of a signature are paid for: a flood of them does not settle anything, and does not last. */
Test(pki_crl, embedded_lists_cost_effort) {
    struct stage s = stage();
    struct world w = {.anchors = {mint_cert(&s.ca)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    struct mint_crl l = list_of(&s);
    AUTO(sign_buf) crl = mint_crl(&l);
    const sign_bytes crls[] = {view(crl)};
    size_t effort = 2; /* the anchor's key, reading the list; its signature is too much */
    const struct pki_path_options opt = {
        .at = T2026, .revocation = true, .crls = crls, .n_crls = 1, .effort = &effort};
    expect(judge(trust, view(der), &opt), SUB_TRY_LATER, MSG_CRL_NONE, "too little");
    effort = 3;
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "just enough");
    sign_trust_free(&trust);
    stage_free(&s);
}

/* What all signatures of a document share is read and verified for the first of them alone. */
Test(pki_crl, lists_of_a_document_are_read_once) {
    struct stage s = stage();
    struct world w = {.anchors = {mint_cert(&s.ca)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    s.signer.serial = 4712;
    AUTO(sign_buf) der2 = mint_cert(&s.signer);
    struct mint_crl l = list_of(&s);
    const struct mint_entry e = {.serial = 4712, .when = T2026 - DAY, .reason = 1};
    l.entries = &e;
    l.n = 1;
    AUTO(sign_buf) crl = mint_crl(&l);
    const sign_bytes crls[] = {BYTES("junk", 4), view(crl)};
    AUTO(pki_lists) lists = {.der = crls, .n = 2};
    size_t effort = 5; /* the anchor's key, two lists, the list's signature; one is left over */
    const struct pki_path_options opt = {.at = T2026, .revocation = true, .lists = &lists, .effort = &effort};
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "the first");
    cr_assert_eq(effort, 1);
    cr_assert(lists.read && lists.n_crls == 1);
    const struct pki_crl *first = lists.crls[0];
    effort = 2; /* the anchor's key, a look at the list */
    expect(judge(trust, view(der2), &opt), SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "the second, revoked");
    cr_expect(effort == 0 && lists.n_crls == 1 && lists.crls[0] == first);
    sign_trust_free(&trust);
    stage_free(&s);
}

/* What a list is signed with goes with the verdict: when it is found, when it is remembered, when only the
 * rest of the path is. */
Test(pki_crl, algorithm_is_carried) {
    struct stage s = stage();
    for (int sha1 = 0; sha1 < 2; sha1++) {
        struct mint_crl l = list_of(&s);
        l.sha1 = sha1 == 1;
        EVP_PKEY *sub_key = mint_key();
        struct mint_cert sub = s.ca, signer = s.signer, second = s.signer;
        sub.subject = "Sub";
        sub.key = sub_key;
        signer.issuer = second.issuer = "Sub";
        signer.issuer_key = second.issuer_key = sub_key;
        second.serial = 4712;
        struct mint_crl below = {.issuer = "Sub", .key = sub_key, .from = l.from, .to = l.to};
        struct world w = {.anchors = {mint_cert(&s.ca)},
                          .n_anchors = 1,
                          .certs = {mint_cert(&sub)},
                          .n_certs = 1,
                          .crls = {mint_crl(&l), mint_crl(&below)},
                          .n_crls = 2};
        sign_trust *trust = world_trust(&w);
        AUTO(sign_buf) der1 = mint_cert(&signer);
        AUTO(sign_buf) der2 = mint_cert(&second);
        const sign_bytes ders[] = {view(der1), view(der1), view(der2)};
        const struct pki_path_options opt = {.at = T2026, .revocation = true};
        for (size_t i = 0; i < 3; i++) {
            struct crypto *crypto = NULL;
            AUTO(pki_cert_ptr) cert = NULL;
            AUTO(pki_path_ptr) path = NULL;
            cr_assert_eq(pki_lend(trust, &crypto, NULL), SIGN_OK);
            cr_assert_eq(pki_certificate(trust, crypto, ders[i], &cert, NULL), SIGN_OK);
            cr_assert_eq(pki_path_check(trust, crypto, cert, &opt, &path, NULL), SIGN_OK);
            pki_lend_back(trust, crypto);
            cr_assert(path->indication == TOTAL_PASSED && path->n_revocation == 2, "%zu", i);
            cr_expect_eq(path->revocation[0].sigalg.digest, DIGEST_SHA256, "%zu", i);
            cr_expect_eq(path->revocation[1].sigalg.digest, sha1 ? DIGEST_SHA1 : DIGEST_SHA256, "%zu", i);
        }
        sign_trust_free(&trust);
        EVP_PKEY_free(sub_key);
    }
    stage_free(&s);
}

Test(pki_crl, hundred_thousand_entries) {
    struct stage s = stage();
    struct mint_crl l = list_of(&s);
    const struct mint_entry e = {.serial = 4711, .when = T2026 - DAY, .reason = 1};
    l.fill = 100000;
    l.entries = &e;
    l.n = 1;
    AUTO(sign_buf) der = mint_crl(&l);
    AUTO(pki_crl_ptr) crl = NULL;
    sign_error err = {0};
    cr_assert_eq(pki_crl_read(view(der), NULL, &crl, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(crl->count, 100001);
    for (uint64_t i = 0; i < 200000; i++) {
        uint8_t serial[5] = {1, (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
        struct crl_entry found = {0};
        cr_assert_eq(pki_crl_find(crl, BYTES(serial, 5), &found), i % 2 == 0, "%lu", (unsigned long)i);
        cr_assert(i % 2 != 0 ||
                  (found.revoked_at == T2020 + (int64_t)(i / 2) && found.reason == (int)(i / 2 % 6)));
    }
    both(&s, &l, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "in a large list");
    stage_free(&s);
}

/* Every truncation and every trailing octet is refused, and a list among certificates too. */
Test(pki_crl, malformed) {
    struct stage s = stage();
    const struct mint_entry e = {.serial = 4711, .when = T2026 - DAY, .reason = 1};
    struct mint_crl l = list_of(&s);
    l.entries = &e;
    l.n = 1;
    AUTO(sign_buf) der = mint_crl(&l);
    AUTO(pki_crl_ptr) crl = NULL;
    for (size_t n = 0; n < der.len; n++)
        cr_assert_eq(pki_crl_read(BYTES(der.data, n), NULL, &crl, NULL), SIGN_E_FORMAT, "%zu", n);
    AUTO(grow) longer = {0};
    grow_put(&longer, der.data, der.len);
    grow_byte(&longer, 0);
    cr_assert_eq(pki_crl_read(BYTES(longer.data, longer.len), NULL, &crl, NULL), SIGN_E_FORMAT);
    const struct mint_entry odd = {.serial = 4711, .when = T2026 - DAY, .reason = 11};
    l.entries = &odd;
    AUTO(sign_buf) unknown = mint_crl(&l);
    cr_assert_eq(pki_crl_read(view(unknown), NULL, &crl, NULL), SIGN_E_FORMAT);
    cr_assert_eq(pki_crl_read(view(der), NULL, &crl, NULL), SIGN_OK);
    stage_free(&s);
}
