/* Caches never change an answer: the same octets verified before and after the world around them changed. */
#include "door.h"

#define CRL_URL "http://crl.example.org/full.crl"

struct setting {
    struct scene s;
    sign_buf ca, der;
    struct kit kit;
};

static void begin(struct setting *w) {
    *w = (struct setting){.kit = {.n_anchors = 1}};
    scene_begin(&w->s);
    test_clock_set(T2026);
    w->ca = mint_cert(&w->s.ca);
    w->der = mint_cert(&w->s.signer);
    w->kit.anchors[0] = view(w->ca);
}

static void end(struct setting *w) {
    sign_buf_free(&w->ca);
    sign_buf_free(&w->der);
    scene_end(&w->s);
}

static sign_buf crl(const struct scene *s, int64_t from, int64_t to, int64_t revoked_at, int reason) {
    const struct mint_entry e = {4711, revoked_at, reason, .critical = false};
    const struct mint_crl l = {
        .issuer = "CA", .key = s->ca_key, .from = from, .to = to, .entries = &e, .n = revoked_at != 0};
    return mint_crl(&l);
}

static sign_buf ocsp(const struct scene *s, int64_t from, int64_t to, int64_t revoked_at, int reason) {
    struct mint_single a = single_of(s);
    a.from = from;
    a.to = to;
    a.status = revoked_at != 0 ? OCSP_REVOKED : OCSP_GOOD;
    a.revoked_at = revoked_at;
    a.reason = reason;
    const struct mint_ocsp m = response_of(s, &a);
    return mint_ocsp(&m);
}

static struct pki_path *at_time(const sign_trust *trust, const struct setting *w, int64_t at) {
    const struct pki_path_options opt = {.at = at, .revocation = true, .online = true};
    return path_of(trust, view(w->der), &opt);
}

static void says(const sign_trust *trust, const struct setting *w, int64_t at, enum sub_indication sub,
                 enum message_id message, const char *what) {
    AUTO(pki_path_ptr) p = at_time(trust, w, at);
    cr_expect(p->sub == sub && p->message == message, "%s: %s, %s", what,
              p->sub == SUB_NONE ? "passed" : sub_indication_text(p->sub), message_code(p->message));
}

/* Verified good, then revoked in a list that is fetched when the first one has run out. */
Test(pki_caches, revocation_is_seen_with_the_next_list) {
    struct setting w;
    begin(&w);
    w.s.signer.crl_uri = CRL_URL;
    sign_buf_free(&w.der);
    w.der = mint_cert(&w.s.signer);
    AUTO(sign_buf) before = crl(&w.s, T2026 - 60, T2026 + 3600, 0, -1);
    AUTO(sign_buf) after = crl(&w.s, T2026 + 1800, T2026 + 7200, T2026 + 1700, 1);
    struct door d = {.rows = {{.url = CRL_URL, .body = view(before)}}};
    door_open(&d);
    w.kit.fetch = &d.fetch;
    sign_trust *trust = kit_trust(&w.kit);
    trust->clock = test_clock;
    for (int i = 0; i < 3; i++)
        says(trust, &w, T2026 + i, SUB_NONE, MSG_NONE, "before");
    d.rows[0].body = view(after);
    test_clock_set(T2026 + 3599);
    says(trust, &w, T2026 + 3599, SUB_NONE, MSG_NONE, "the list that was fetched is good for another second");
    cr_expect_eq(d.requests, 1);
    test_clock_set(T2026 + 3600);
    for (int i = 0; i < 3; i++)
        says(trust, &w, T2026 + 3600 + i, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "after");
    /* At the earlier time it was not revoked, but no list of that time is there any more. */
    says(trust, &w, T2026 + 1400, SUB_TRY_LATER, MSG_CRL_FUTURE, "the earlier time");
    cr_expect_eq(d.requests, 2);
    /* A clock that is set back does not bring the old list back. */
    test_clock_set(T2026);
    says(trust, &w, T2026 + 3600, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "the clock was set back");
    sign_trust_free(&trust);
    pthread_mutex_destroy(&d.lock);
    end(&w);
}

/* A server that is gone: what was fetched is relied on to its end, and no longer. */
Test(pki_caches, fetched_list_runs_out) {
    struct setting w;
    begin(&w);
    w.s.signer.crl_uri = CRL_URL;
    sign_buf_free(&w.der);
    w.der = mint_cert(&w.s.signer);
    AUTO(sign_buf) list = crl(&w.s, T2026 - 60, T2026 + 3600, 0, -1);
    struct door d = {.rows = {{.url = CRL_URL, .body = view(list)}}};
    door_open(&d);
    w.kit.fetch = &d.fetch;
    sign_trust *trust = kit_trust(&w.kit);
    trust->clock = test_clock;
    says(trust, &w, T2026, SUB_NONE, MSG_NONE, "there");
    d.rows[0].rc = SIGN_E_NETWORK;
    test_clock_set(T2026 + 3599);
    says(trust, &w, T2026 + 3600, SUB_NONE, MSG_NONE, "remembered");
    test_clock_set(T2026 + 3601);
    says(trust, &w, T2026 + 3601, SUB_TRY_LATER, MSG_REVOCATION_FETCH, "gone");
    /* Without leave to use the network the same is found as with it, while it is remembered; nobody is asked.
     */
    test_clock_set(T2026 + 7200);
    d.rows[0].rc = SIGN_OK;
    says(trust, &w, T2026 + 3600, SUB_NONE, MSG_NONE, "back");
    const struct pki_path_options offline = {.at = T2026 + 3600, .revocation = true};
    size_t requests = d.requests;
    expect(judge(trust, view(w.der), &offline), SUB_NONE, MSG_NONE, "offline, remembered");
    test_clock_set(T2026 + 7260);
    expect(judge(trust, view(w.der), &offline), SUB_TRY_LATER, MSG_CRL_NONE, "offline, run out");
    cr_expect_eq(d.requests, requests);
    sign_trust_free(&trust);
    pthread_mutex_destroy(&d.lock);
    end(&w);
}

Test(pki_caches, certificate_expires) {
    struct setting w;
    begin(&w);
    w.s.signer.to = T2026 + 100;
    sign_buf_free(&w.der);
    w.der = mint_cert(&w.s.signer);
    AUTO(sign_buf) list = crl(&w.s, T2026 - 60, T2026 + 3600, 0, -1);
    w.kit.crls[w.kit.n_crls++] = view(list);
    sign_trust *trust = kit_trust(&w.kit);
    for (int round = 0; round < 2; round++) {
        says(trust, &w, T2026 + 100, SUB_NONE, MSG_NONE, "its last second");
        says(trust, &w, T2026 + 101, SUB_OUT_OF_BOUNDS_NOT_REVOKED, MSG_CERT_EXPIRED, "one later");
        says(trust, &w, T2020 - 1, SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_NOT_YET_VALID, "before it began");
    }
    sign_trust_free(&trust);
    end(&w);
}

/* Trusts side by side: what one has learned is nothing to the other. */
Test(pki_caches, another_list_another_anchor) {
    struct setting w;
    begin(&w);
    AUTO(sign_buf) before = crl(&w.s, T2026 - 60, T2026 + 3600, 0, -1);
    AUTO(sign_buf) after = crl(&w.s, T2026 - 30, T2026 + 3600, T2026 - 40, 1);
    struct kit old = w.kit, newer = w.kit, both = w.kit;
    old.crls[old.n_crls++] = view(before);
    newer.crls[newer.n_crls++] = view(after);
    both.crls[both.n_crls++] = view(before);
    both.crls[both.n_crls++] = view(after);
    struct kit without = old, until = old;
    EVP_PKEY *key = mint_key();
    struct mint_cert other = w.s.ca;
    other.key = other.issuer_key = key;
    AUTO(sign_buf) other_der = mint_cert(&other);
    without.anchors[0] = view(other_der);
    until.n_anchors = 0;
    until.list[until.n_list++] = (sign_anchor){.der = view(w.ca), .sunset = T2026 + 10};
    sign_trust *trusts[] = {kit_trust(&old), kit_trust(&newer), kit_trust(&both), kit_trust(&without),
                            kit_trust(&until)};
    for (int round = 0; round < 3; round++) {
        says(trusts[0], &w, T2026, SUB_NONE, MSG_NONE, "the old list");
        says(trusts[1], &w, T2026, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "the new list");
        says(trusts[2], &w, T2026, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "both lists");
        says(trusts[3], &w, T2026, SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE, "anchor removed");
        says(trusts[4], &w, T2026 + 9, SUB_NONE, MSG_NONE, "to the anchor's end");
        AUTO(pki_path_ptr) p = at_time(trusts[4], &w, T2026 + 10);
        cr_expect_eq(p->sub, SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE, "beyond the anchor's end");
    }
    for (size_t i = 0; i < 5; i++)
        sign_trust_free(&trusts[i]);
    EVP_PKEY_free(key);
    end(&w);
}

/* What one signature brought is not there for the next. */
Test(pki_caches, what_a_signature_brought_is_its_own) {
    struct setting w;
    begin(&w);
    AUTO(sign_buf) list = crl(&w.s, T2026 - 60, T2026 + 3600, 0, -1);
    AUTO(sign_buf) response = ocsp(&w.s, T2026 - 60, T2026 + 3600, 0, -1);
    struct mint_single a = single_of(&w.s);
    struct mint_ocsp m = response_of(&w.s, &a);
    m.by_name = "Responder";
    m.key = w.s.responder_key;
    AUTO(sign_buf) delegated = mint_ocsp(&m); /* without the responder's certificate */
    AUTO(sign_buf) responder = mint_cert(&w.s.responder);
    const sign_bytes lists[] = {view(list)}, responses[] = {view(response)}, bag[] = {view(responder)};
    const struct pki_path_options with[] =
        {{.at = T2026, .revocation = true, .crls = lists, .n_crls = 1},
         {.at = T2026, .revocation = true, .ocsps = responses, .n_ocsps = 1},
         {.at = T2026, .revocation = true, .bag = bag, .n_bag = 1}},
                                  alone = {.at = T2026, .revocation = true};
    for (size_t i = 0; i < 3; i++) {
        struct kit k = w.kit;
        if (i == 2)
            k.ocsps[k.n_ocsps++] = view(delegated);
        sign_trust *trust = kit_trust(&k);
        for (int round = 0; round < 2; round++) {
            expect(judge(trust, view(w.der), &with[i]), SUB_NONE, MSG_NONE, "brought");
            expect(judge(trust, view(w.der), &alone), SUB_TRY_LATER,
                   i == 2 ? MSG_OCSP_NO_SIGNER : MSG_CRL_NONE, "not brought");
        }
        sign_trust_free(&trust);
    }
    end(&w);
}

/* A responder's certificate that is no longer valid ends what was remembered on its word. */
Test(pki_caches, responder_expires) {
    struct setting w;
    begin(&w);
    w.s.responder.to = T2026 + 50;
    AUTO(sign_buf) responder = mint_cert(&w.s.responder);
    const sign_bytes certs[] = {view(responder)};
    struct mint_single a = single_of(&w.s);
    struct mint_ocsp m = response_of(&w.s, &a);
    m.by_name = "Responder";
    m.key = w.s.responder_key;
    m.certs = certs;
    m.n_certs = 1;
    AUTO(sign_buf) response = mint_ocsp(&m);
    w.kit.ocsps[w.kit.n_ocsps++] = view(response);
    sign_trust *trust = kit_trust(&w.kit);
    for (int round = 0; round < 2; round++) {
        says(trust, &w, T2026 + 50, SUB_NONE, MSG_NONE, "its last second");
        says(trust, &w, T2026 + 51, SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE, MSG_REVOCATION_SIGNER_OUT_OF_BOUNDS,
             "one later");
    }
    sign_trust_free(&trust);
    end(&w);
}

/* Deterministic, so that a failure can be seen again. */
static uint32_t next(uint32_t *state) {
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

static bool same(const struct pki_path *a, const struct pki_path *b) {
    if (a->indication != b->indication || a->sub != b->sub || a->message != b->message ||
        a->n_revocation != b->n_revocation || a->n_chain != b->n_chain)
        return false;
    for (size_t i = 0; i < a->n_revocation; i++)
        if (a->revocation[i].this_update != b->revocation[i].this_update ||
            strcmp(a->revocation[i].kind, b->revocation[i].kind) != 0 ||
            strcmp(a->revocation[i].status, b->revocation[i].status) != 0)
            return false;
    return true;
}

/*
 * Lists and responses at random, some of which revoke, suspend or say nothing, asked at random times: a trust
 * that remembers says what one says that was made for this question alone.
 */
Test(pki_caches, warm_says_what_cold_says) {
    uint32_t state = 20260105;
    struct setting w;
    begin(&w);
    for (int draw = 0; draw < 40; draw++) {
        struct kit k = w.kit;
        sign_buf own[8] = {{0}};
        for (size_t i = 0; i < 8; i++) {
            int64_t from = T2026 + next(&state) % 1000, to = from + next(&state) % 400;
            int64_t revoked = next(&state) % 3 == 0 ? T2026 + next(&state) % 1000 : 0;
            int reason = next(&state) % 4 != 0 ? REASON_HOLD : 1;
            own[i] =
                i % 2 == 0 ? crl(&w.s, from, to, revoked, reason) : ocsp(&w.s, from, to, revoked, reason);
            if (i % 2 == 0)
                k.crls[k.n_crls++] = view(own[i]);
            else
                k.ocsps[k.n_ocsps++] = view(own[i]);
        }
        sign_trust *warm = kit_trust(&k);
        for (int i = 0; i < 40; i++) {
            int64_t at = T2026 - 200 + next(&state) % 1600;
            sign_trust *cold = kit_trust(&k);
            AUTO(pki_path_ptr) a = at_time(warm, &w, at);
            AUTO(pki_path_ptr) b = at_time(cold, &w, at);
            cr_assert(same(a, b), "draw %d at +%lld: %s %s and %s %s", draw, (long long)(at - T2026),
                      message_code(a->message), a->n_revocation > 0 ? a->revocation[0].kind : "-",
                      message_code(b->message), b->n_revocation > 0 ? b->revocation[0].kind : "-");
            sign_trust_free(&cold);
        }
        sign_trust_free(&warm);
        for (size_t i = 0; i < 8; i++)
            sign_buf_free(&own[i]);
    }
    end(&w);
}
