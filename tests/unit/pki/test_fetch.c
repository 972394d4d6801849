/* What is fetched, in which order, how often, and what is remembered of it. */
#include "base/text.h"
#include "door.h"

#define OCSP_URL "http://ocsp.example.org/"
#define CRL_URL  "http://crl.example.org/full.crl"

/* A signer whose certificate names a responder and a list, and a door behind which both are. */
struct net {
    struct scene s;
    struct door door;
    struct mint_single good;
    struct mint_ocsp ocsp;
    sign_buf ca, der, crl;
    struct kit kit;
    sign_trust *trust;
};

static sign_buf list_of(const struct scene *s, int64_t from, int64_t to) {
    const struct mint_crl l = {.issuer = "CA", .key = s->ca_key, .from = from, .to = to};
    return mint_crl(&l);
}

static void name_places(struct net *n, const struct mint_extras *extras, const char *crl_url) {
    sign_buf_free(&n->s.signer_extras);
    sign_buf_free(&n->der);
    n->s.signer_extras = mint_extras(extras);
    n->s.signer.extensions = view(n->s.signer_extras);
    n->s.signer.crl_uri = crl_url;
    n->der = mint_cert(&n->s.signer);
}

static void net_begin(struct net *n) {
    *n = (struct net){.door = {.calls = 0}};
    scene_begin(&n->s);
    test_clock_set(T2026);
    n->ca = mint_cert(&n->s.ca);
    name_places(n, &(struct mint_extras){.ocsp_url = OCSP_URL}, CRL_URL);
    n->crl = list_of(&n->s, T2026 - 600, T2026 + DAY / 2);
    n->good = single_of(&n->s);
    n->ocsp = response_of(&n->s, &n->good);
    n->door.rows[0] = (struct door_row){.url = OCSP_URL, .ocsp = &n->ocsp};
    n->door.rows[1] = (struct door_row){.url = CRL_URL, .body = view(n->crl)};
    door_open(&n->door);
    n->kit = (struct kit){.anchors = {view(n->ca)}, .n_anchors = 1, .fetch = &n->door.fetch};
}

static void make_trust(struct net *n) {
    sign_trust_free(&n->trust);
    n->trust = kit_trust(&n->kit);
    n->trust->clock = test_clock;
}

static void net_end(struct net *n) {
    sign_trust_free(&n->trust);
    sign_buf_free(&n->ca);
    sign_buf_free(&n->der);
    sign_buf_free(&n->crl);
    scene_end(&n->s);
    pthread_mutex_destroy(&n->door.lock);
}

static struct pki_path *ask(struct net *n) {
    if (n->trust == NULL)
        make_trust(n);
    const struct pki_path_options opt = {.at = T2026, .revocation = true, .online = true};
    return path_of(n->trust, view(n->der), &opt);
}

static void verdict(struct net *n, enum message_id message, const char *kind, const char *what) {
    AUTO(pki_path_ptr) p = ask(n);
    cr_expect(p->message == message && (p->indication == TOTAL_PASSED) == (message == MSG_NONE),
              "%s: %s (%s)", what, message_code(p->message), p->args[2]);
    if (kind == NULL)
        return;
    cr_assert_eq(p->n_revocation, 1, "%s", what);
    cr_expect_str_eq(p->revocation[0].kind, kind, "%s", what);
}

static size_t asked(struct net *n, const char *url) {
    return door_at(&n->door, url)->asked;
}

Test(pki_fetch, responder_before_list) {
    struct net n;
    net_begin(&n);
    AUTO(pki_path_ptr) p = ask(&n);
    cr_assert(p->indication == TOTAL_PASSED && p->n_revocation == 1);
    cr_expect_str_eq(p->revocation[0].kind, "ocsp");
    cr_expect_str_eq(p->revocation[0].source->name, OCSP_URL);
    cr_expect_eq(p->revocation[0].source->origin, ORIGIN_NETWORK);
    cr_expect_eq(p->revocation[0].source->obtained, T2026);
    cr_expect_eq(p->expires, n.good.to);
    cr_expect(asked(&n, OCSP_URL) == 1 && asked(&n, CRL_URL) == 0);
    net_end(&n);
}

Test(pki_fetch, list_when_the_responder_gives_no_answer) {
    struct net n;
    net_begin(&n);
    struct door_row *ocsp = door_at(&n.door, OCSP_URL);
    const struct mint_ocsp later = {.status = 3};
    for (int i = 0; i < 5; i++) {
        *ocsp = (struct door_row){.url = OCSP_URL, .ocsp = &n.ocsp};
        n.good = single_of(&n.s);
        if (i == 0)
            ocsp->rc = SIGN_E_NETWORK;
        else if (i == 1)
            ocsp->ocsp = &later;
        else if (i == 2)
            n.good.status = OCSP_STATUS_UNKNOWN;
        else if (i == 3)
            n.good.serial = 5;
        else
            *ocsp = (struct door_row){.url = OCSP_URL, .body = BYTES("<html>", 6)};
        size_t lists = asked(&n, CRL_URL);
        make_trust(&n);
        verdict(&n, MSG_NONE, "crl", "the list answers");
        cr_expect(ocsp->asked == 1 && asked(&n, CRL_URL) == lists + 1, "%d", i);
    }
    name_places(&n, &(struct mint_extras){.ocsp_url = NULL}, CRL_URL);
    make_trust(&n);
    ocsp->asked = 0;
    verdict(&n, MSG_NONE, "crl", "no responder is named");
    cr_expect_eq(ocsp->asked, 0);
    net_end(&n);
}

Test(pki_fetch, another_responder_of_the_same_certificate) {
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.ocsp_url = "https://dead.example.org/", .ocsp_url2 = OCSP_URL},
                NULL);
    n.door.rows[2] = (struct door_row){.url = "https://dead.example.org/", .rc = SIGN_E_NETWORK};
    verdict(&n, MSG_NONE, "ocsp", "the second answers");
    net_end(&n);
}

/* Nothing is asked for that is there already, nor without leave, nor of places that are none for us. */
Test(pki_fetch, nothing_is_asked) {
    struct net n;
    net_begin(&n);
    AUTO(sign_buf) response = mint_ocsp(&n.ocsp);
    const struct pki_path_options offline = {.at = T2026, .revocation = true};
    make_trust(&n);
    expect(judge(n.trust, view(n.der), &offline), SUB_TRY_LATER, MSG_CRL_NONE, "offline");
    n.kit.crls[n.kit.n_crls++] = view(n.crl);
    make_trust(&n);
    verdict(&n, MSG_NONE, "crl", "given");
    n.kit.n_crls = 0;
    make_trust(&n);
    const sign_bytes carried[] = {view(response)};
    const struct pki_path_options opt = {
        .at = T2026, .revocation = true, .online = true, .ocsps = carried, .n_ocsps = 1};
    expect(judge(n.trust, view(n.der), &opt), SUB_NONE, MSG_NONE, "carried");
    static const char *const urls[] = {"file:///etc/passwd",     "ldap://a.example.org/",
                                       "gopher://127.0.0.1:70/", "http:/a.example.org",
                                       "http://a b.example.org", "http://",
                                       "HTTPSX://a.example.org"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        name_places(&n, &(struct mint_extras){.ocsp_url = urls[i]}, urls[i]);
        make_trust(&n);
        verdict(&n, MSG_CRL_NONE, NULL, urls[i]);
    }
    cr_expect_eq(n.door.calls, 0);
    net_end(&n);
}

/* All that is open for a chain goes through the door together. */
Test(pki_fetch, one_call_for_a_chain) {
    struct net n;
    net_begin(&n);
    EVP_PKEY *sub_key = mint_key();
    struct mint_cert sub = n.s.ca;
    sub.subject = "Sub";
    sub.key = sub_key;
    sub.serial = 9;
    sub.crl_uri = CRL_URL;
    AUTO(sign_buf) sub_der = mint_cert(&sub);
    n.s.signer.issuer = "Sub";
    n.s.signer.issuer_key = sub_key;
    sign_buf_free(&n.der);
    n.der = mint_cert(&n.s.signer);
    n.good.issuer = "Sub";
    n.good.issuer_key = sub_key;
    n.ocsp.by_name = "Sub";
    n.ocsp.key = sub_key;
    n.kit.certs[n.kit.n_certs++] = view(sub_der);
    AUTO(pki_path_ptr) p = ask(&n);
    cr_assert(p->indication == TOTAL_PASSED && p->n_revocation == 2, "%s", message_code(p->message));
    cr_expect(n.door.calls == 1 && n.door.requests == 2);
    EVP_PKEY_free(sub_key);
    net_end(&n);
}

Test(pki_fetch, why_not_is_told) {
    struct net n;
    net_begin(&n);
    door_at(&n.door, OCSP_URL)->rc = SIGN_E_NETWORK;
    door_at(&n.door, CRL_URL)->rc = SIGN_E_REFUSED;
    AUTO(pki_path_ptr) p = ask(&n);
    cr_assert_eq(p->message, MSG_REVOCATION_FETCH);
    cr_expect_str_eq(p->args[2], OCSP_URL ": nobody answers");
    /* To its end, as long as there is room. */
    static const char why[] =
        "not asked again before 2026-01-01T00:01:00Z: Failed to connect to ocsp.example.org"
        " port 80 after 1 ms: Couldn't connect to server";
    door_at(&n.door, OCSP_URL)->problem = why;
    make_trust(&n);
    AUTO(pki_path_ptr) again = ask(&n);
    cr_expect(strncmp(again->args[2], OCSP_URL ": ", sizeof OCSP_URL ": " - 1) == 0);
    cr_expect_str_eq(again->args[2] + sizeof OCSP_URL ": " - 1, why);
    /* What did come stands nearer. */
    door_at(&n.door, OCSP_URL)->rc = SIGN_OK;
    n.good.to = T2026 - 1;
    make_trust(&n);
    verdict(&n, MSG_OCSP_EXPIRED, NULL, "outdated");
    net_end(&n);
}

Test(pki_fetch, nonces) {
    static const struct {
        sign_nonce policy;
        enum nonce_kind kind;
        enum message_id message;
        const char *what;
    } rows[] = {{SIGN_NONCE_PREFER, NONCE_ECHO, MSG_NONE, "preferred, given"},
                {SIGN_NONCE_PREFER, NONCE_ABSENT, MSG_NONE, "preferred, not given"},
                {SIGN_NONCE_PREFER, NONCE_OTHER, MSG_OCSP_NONCE, "preferred, replayed"},
                {SIGN_NONCE_REQUIRE, NONCE_ECHO, MSG_NONE, "required, given"},
                {SIGN_NONCE_REQUIRE, NONCE_ABSENT, MSG_OCSP_NO_NONCE, "required, not given"},
                {SIGN_NONCE_REQUIRE, NONCE_OTHER, MSG_OCSP_NONCE, "required, replayed"},
                {SIGN_NONCE_NONE, NONCE_ABSENT, MSG_NONE, "none"},
                {SIGN_NONCE_NONE, NONCE_OTHER, MSG_NONE, "none, but given"}};
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.ocsp_url = OCSP_URL}, NULL);
    uint8_t before[32] = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        n.kit.nonce = rows[i].policy;
        door_at(&n.door, OCSP_URL)->nonce = rows[i].kind;
        make_trust(&n);
        verdict(&n, rows[i].message, NULL, rows[i].what);
        cr_expect_eq(n.door.n_nonce, rows[i].policy == SIGN_NONCE_NONE ? 0 : 32, "%s", rows[i].what);
        cr_expect(n.door.n_nonce == 0 || memcmp(before, n.door.nonce, 32) != 0, "the same again");
        memcpy(before, n.door.nonce, 32);
    }
    net_end(&n);
}

/* Required: every verdict asks, and asks for a fresh one. Else the cache of the door may answer, whose nonce
 * is another. */
Test(pki_fetch, nonces_and_memory) {
    struct net n;
    net_begin(&n);
    struct door_row *ocsp = door_at(&n.door, OCSP_URL);
    n.kit.nonce = SIGN_NONCE_REQUIRE;
    for (size_t i = 1; i <= 3; i++) {
        verdict(&n, MSG_NONE, "ocsp", "required");
        cr_expect(ocsp->asked == i && ocsp->fresh == i, "%zu", i);
    }
    n.kit.nonce = SIGN_NONCE_PREFER;
    *ocsp =
        (struct door_row){.url = OCSP_URL, .ocsp = &n.ocsp, .nonce = NONCE_OTHER, .from = SIGN_FROM_CACHE};
    make_trust(&n);
    verdict(&n, MSG_NONE, "ocsp", "from the cache");
    cr_expect(ocsp->asked == 1 && ocsp->fresh == 0);
    net_end(&n);
}

/* A response that was played back keeps the right one out for no longer than a failure does. */
Test(pki_fetch, replayed_responses_are_not_kept) {
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.ocsp_url = OCSP_URL}, NULL);
    struct door_row *ocsp = door_at(&n.door, OCSP_URL);
    ocsp->nonce = NONCE_OTHER;
    for (int i = 0; i < 3; i++)
        verdict(&n, MSG_OCSP_NONCE, NULL, "replayed");
    cr_expect_eq(ocsp->asked, 1);
    ocsp->nonce = NONCE_ECHO;
    test_clock_set(T2026 + 60);
    verdict(&n, MSG_NONE, "ocsp", "ours");
    cr_expect_eq(ocsp->asked, 2);
    net_end(&n);
}

static void second_signer(struct net *n) {
    n->s.signer.serial++;
    n->good.serial++;
    sign_buf_free(&n->der);
    n->der = mint_cert(&n->s.signer);
}

/* A dead server is not waited for by every signature; after a minute it is asked again. */
Test(pki_fetch, failures_are_remembered_for_a_minute) {
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.ocsp_url = NULL}, CRL_URL);
    struct door_row *list = door_at(&n.door, CRL_URL);
    list->rc = SIGN_E_NETWORK;
    for (int i = 0; i < 4; i++) {
        verdict(&n, MSG_REVOCATION_FETCH, NULL, "dead");
        second_signer(&n);
    }
    cr_expect_eq(list->asked, 1);
    test_clock_set(T2026 + 59);
    verdict(&n, MSG_REVOCATION_FETCH, NULL, "still");
    cr_expect_eq(list->asked, 1);
    test_clock_set(T2026 + 60);
    list->rc = SIGN_OK;
    verdict(&n, MSG_NONE, "crl", "alive");
    cr_expect_eq(list->asked, 2);
    net_end(&n);
}

/* A list serves all certificates of its issuer until it runs out, by the machine's clock. */
Test(pki_fetch, pieces_are_remembered_until_they_run_out) {
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.ocsp_url = NULL}, CRL_URL);
    struct door_row *list = door_at(&n.door, CRL_URL);
    for (int i = 0; i < 5; i++) {
        verdict(&n, MSG_NONE, "crl", "one list for all");
        second_signer(&n);
    }
    cr_expect_eq(list->asked, 1);
    test_clock_set(T2026 + DAY / 2 - 1);
    second_signer(&n);
    verdict(&n, MSG_NONE, "crl", "to its last second");
    cr_expect_eq(list->asked, 1);
    test_clock_set(T2026 + DAY / 2);
    verdict(&n, MSG_NONE, "crl", "asked again");
    cr_expect_eq(list->asked, 2);
    /* The server says that it is to be asked sooner. */
    list->expires = T2026 + DAY / 2 + 100;
    make_trust(&n);
    verdict(&n, MSG_NONE, "crl", "sooner");
    test_clock_set(T2026 + DAY / 2 + 100);
    verdict(&n, MSG_NONE, "crl", "sooner, asked again");
    cr_expect_eq(list->asked, 4);
    net_end(&n);
}

/*
 * A verdict that rests on something fetched is remembered for those who could fetch it again: who may not has
 * what the trust still has of it, and nothing when it had to make room.
 */
Test(pki_fetch, verdicts_of_others_who_may_fetch) {
    struct net n;
    net_begin(&n);
    verdict(&n, MSG_NONE, "ocsp", "online");
    const struct pki_path_options offline = {.at = T2026, .revocation = true};
    expect(judge(n.trust, view(n.der), &offline), SUB_NONE, MSG_NONE, "offline, from memory");
    fetch_memory_free(&n.trust->fetched);
    cr_assert_eq(fetch_memory_new(&n.trust->fetched, NULL), SIGN_OK);
    expect(judge(n.trust, view(n.der), &offline), SUB_TRY_LATER, MSG_CRL_NONE, "offline, and it is gone");
    verdict(&n, MSG_NONE, "ocsp", "online again");
    cr_expect_eq(asked(&n, OCSP_URL), 1, "that is remembered");
    net_end(&n);
}

/* What a cache gave and does not do is asked for once more, of the server. */
Test(pki_fetch, useless_answer_of_a_cache) {
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.ocsp_url = NULL}, CRL_URL);
    struct door_row *list = door_at(&n.door, CRL_URL);
    AUTO(sign_buf) old = list_of(&n.s, T2026 - DAY, T2026 - 1);
    const sign_bytes useless[] = {view(old), BYTES("junk", 4)};
    for (size_t i = 0; i < 2; i++) {
        *list = (struct door_row){
            .url = CRL_URL, .body = useless[i], .from = SIGN_FROM_CACHE, .fresh_body = view(n.crl)};
        make_trust(&n);
        verdict(&n, MSG_NONE, "crl", "fresh");
        cr_expect(list->asked == 2 && list->fresh == 1, "%zu: %zu", i, list->asked);
        second_signer(&n);
        verdict(&n, MSG_NONE, "crl", "and remembered");
        cr_expect_eq(list->asked, 2);
        /* When the server has nothing better either it is left alone. */
        list->fresh_body = useless[i];
        list->asked = 0;
        make_trust(&n);
        for (int again = 0; again < 3; again++) {
            verdict(&n, i == 0 ? MSG_CRL_EXPIRED : MSG_REVOCATION_FETCH, NULL, "nothing better");
            second_signer(&n);
        }
        cr_expect_eq(list->asked, 2);
    }
    net_end(&n);
}

/* The cache of the door knows that the server has failed: it is not asked again before its time. */
Test(pki_fetch, remembered_failures_are_not_asked_again) {
    struct net n;
    net_begin(&n);
    struct door_row *list = door_at(&n.door, CRL_URL), *ocsp = door_at(&n.door, OCSP_URL);
    AUTO(sign_buf) old = list_of(&n.s, T2026 - DAY, T2026 - 1);
    list->from = ocsp->from = SIGN_FROM_CACHE;
    list->rc = ocsp->rc = SIGN_E_NETWORK;
    verdict(&n, MSG_REVOCATION_FETCH, NULL, "failed before");
    cr_expect(list->asked == 1 && ocsp->asked == 1, "%zu, %zu", list->asked, ocsp->asked);
    cr_expect(list->fresh == 0 && ocsp->fresh == 0);
    /* Nor when what was there before stands in for what it did not give. */
    *list = (struct door_row){.url = CRL_URL, .body = view(old), .from = SIGN_FROM_STALE};
    make_trust(&n);
    verdict(&n, MSG_CRL_EXPIRED, NULL, "stale, and too old");
    cr_expect(list->asked == 1 && list->fresh == 0, "%zu", list->asked);
    net_end(&n);
}

/* The same URL in certificates of another authority is another question. */
Test(pki_fetch, authorities_are_kept_apart) {
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.ocsp_url = NULL}, CRL_URL);
    EVP_PKEY *other_key = mint_key();
    struct mint_cert other = n.s.ca, signer = n.s.signer;
    other.key = other.issuer_key = signer.issuer_key = other_key;
    AUTO(sign_buf) other_der = mint_cert(&other);
    AUTO(sign_buf) signer_der = mint_cert(&signer);
    n.kit.anchors[n.kit.n_anchors++] = view(other_der);
    verdict(&n, MSG_NONE, "crl", "its own list");
    const struct pki_path_options opt = {.at = T2026, .revocation = true, .online = true};
    expect(judge(n.trust, view(signer_der), &opt), SUB_TRY_LATER, MSG_CRL_SIGNER, "of the same name");
    cr_expect_eq(asked(&n, CRL_URL), 2);
    EVP_PKEY_free(other_key);
    net_end(&n);
}

/* A delta that the certificate names is asked for together with the list, and says the newest. */
Test(pki_fetch, delta) {
    struct net n;
    net_begin(&n);
    name_places(&n, &(struct mint_extras){.delta_url = "http://crl.example.org/delta.crl"}, CRL_URL);
    const struct mint_entry e = {4711, T2026 - 60, 1, .critical = false};
    const struct mint_crl l = {.issuer = "CA",
                               .key = n.s.ca_key,
                               .from = T2026 - 30,
                               .to = T2026 + 30,
                               .entries = &e,
                               .n = 1,
                               .delta = true,
                               .number = 8,
                               .base = 7};
    AUTO(sign_buf) delta = mint_crl(&l);
    n.door.rows[2] = (struct door_row){.url = "http://crl.example.org/delta.crl", .body = view(delta)};
    AUTO(pki_path_ptr) p = ask(&n);
    cr_expect_eq(p->sub, SUB_REVOKED_NO_POE);
    cr_expect(n.door.calls == 1 && n.door.requests == 2);
    net_end(&n);
}

/*
 * A list that is remembered from another certificate's check is not the whole answer for one that names a
 * delta: whoever is revoked there only is so whoever was judged before.
 */
Test(pki_fetch, delta_of_a_remembered_list) {
    static const char delta_url[] = "http://crl.example.org/delta.crl";
    const struct pki_path_options offline = {.at = T2026, .revocation = true};
    struct net n;
    net_begin(&n);
    const struct mint_entry e = {4712, T2026 - 60, 1, .critical = false};
    const struct mint_crl l = {.issuer = "CA",
                               .key = n.s.ca_key,
                               .from = T2026 - 30,
                               .to = T2026 + 30,
                               .entries = &e,
                               .n = 1,
                               .delta = true,
                               .number = 8,
                               .base = 7};
    AUTO(sign_buf) delta = mint_crl(&l);
    struct door_row *row = &n.door.rows[2];
    static const struct {
        sign_rc rc;
        bool online;
        enum sub_indication sub;
        enum message_id message;
        size_t asked;
        const char *ocsp;
    } rows[] = {
        {SIGN_OK, true, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, 1, NULL},
        {SIGN_E_NETWORK, true, SUB_NONE, MSG_NONE, 1, NULL},
        {SIGN_OK, false, SUB_NONE, MSG_NONE, 0, NULL},
        /* The responder comes first, and the lists when it does not answer. */
        {SIGN_OK, true, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, 1, "http://dead.example.org/"},
        {SIGN_OK, true, SUB_NONE, MSG_NONE, 0, OCSP_URL},
    };
    n.door.rows[3] = (struct door_row){.url = "http://dead.example.org/", .rc = SIGN_E_NETWORK};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        *row = (struct door_row){.url = delta_url, .rc = rows[i].rc, .body = view(delta)};
        n.s.signer.serial = n.good.serial = 4711;
        name_places(&n, &(struct mint_extras){.ocsp_url = NULL}, CRL_URL);
        make_trust(&n);
        door_at(&n.door, CRL_URL)->asked = 0;
        verdict(&n, MSG_NONE, "crl", "names no delta");
        n.s.signer.serial = n.good.serial = 4712;
        name_places(&n, &(struct mint_extras){.ocsp_url = rows[i].ocsp, .delta_url = delta_url}, CRL_URL);
        struct pki_path_options opt = offline;
        opt.online = rows[i].online;
        char what[16];
        (void)snprintf(what, sizeof what, "row %zu", i);
        expect(judge(n.trust, view(n.der), &opt), rows[i].sub, rows[i].message, what);
        cr_expect_eq(row->asked, rows[i].asked, "%zu", i);
        cr_expect_eq(asked(&n, CRL_URL), 1, "%zu: the list is remembered", i);
    }
    net_end(&n);
}

/* ---- certificates ---------------------------------------------------------------------------------------
 */

static void put_signed_data(der_builder *b, const sign_bytes *certs, size_t n) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_CT_SIGNED_DATA);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, DER_SEQUENCE);
    der_put_uint(b, 1);
    der_put(b, DER_SET, (sign_bytes){0});
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_CT_DATA);
    der_end(b);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    for (size_t i = 0; i < n; i++)
        der_put_raw(b, certs[i]);
    der_end(b);
    der_put(b, DER_SET, (sign_bytes){0});
    der_end(b);
    der_end(b);
    der_end(b);
}

static size_t fetch_certificates(struct net *n, sign_bytes body, sign_rc wanted, bool cut) {
    n->door.rows[2] = (struct door_row){.url = "http://ca.example.org/ca.p7c", .body = body};
    make_trust(n);
    struct crypto *crypto = NULL;
    AUTO(pki_fetched_ptr) got = NULL;
    const struct pki_want want = {.kind = SIGN_FETCH_CERTIFICATES,
                                  .url = BYTES_STR("http://ca.example.org/ca.p7c")};
    cr_assert_eq(pki_lend(n->trust, &crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_fetch(n->trust, crypto, &want, 1, &got, NULL), SIGN_OK);
    pki_lend_back(n->trust, crypto);
    cr_assert_not_null(got);
    cr_expect_eq(got->rc, wanted, "%s", got->problem);
    cr_expect(wanted == SIGN_OK || got->problem[0] != '\0');
    cr_expect_eq(got->cut, cut, "%zu certificates", got->n_certs);
    return got->n_certs;
}

Test(pki_fetch, certificates_in_every_wrapping) {
    struct net n;
    net_begin(&n);
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) p7c = {0};
    AUTO(grow) pem = {0};
    const sign_bytes certs[] = {view(n.ca), BYTES("\x30\x00", 2), view(n.der)};
    put_signed_data(&b, certs, 3);
    cr_assert_eq(der_builder_take(&b, &p7c, NULL), SIGN_OK);
    for (int i = 0; i < 2; i++) {
        grow_str(&pem, "-----BEGIN CERTIFICATE-----\n");
        text_base64(i == 0 ? view(n.ca) : view(n.der), &pem);
        grow_str(&pem, "\n-----END CERTIFICATE-----\n");
    }
    cr_expect_eq(fetch_certificates(&n, view(n.ca), SIGN_OK, false), 1);
    cr_expect_eq(fetch_certificates(&n, view(p7c), SIGN_OK, false), 2, "the malformed one is left out");
    cr_expect_eq(fetch_certificates(&n, BYTES(pem.data, pem.len), SIGN_OK, false), 2);
    cr_expect_eq(fetch_certificates(&n, BYTES("<html>", 6), SIGN_E_FORMAT, false), 0);
    cr_expect_eq(fetch_certificates(&n, BYTES("", 0), SIGN_E_FORMAT, false), 0);
    cr_expect_eq(fetch_certificates(&n, view(n.crl), SIGN_E_FORMAT, false), 0);
    net_end(&n);
}

/* Authorities give whole collections of their certificates in one answer; beyond a limit it is told. */
Test(pki_fetch, collections_of_issuers) {
    struct net n;
    net_begin(&n);
    static sign_bytes certs[LIMIT_AIA_CERTIFICATES + 1];
    for (size_t i = 0; i <= LIMIT_AIA_CERTIFICATES; i++)
        certs[i] = view(n.ca);
    const struct {
        size_t given, taken;
    } rows[] = {{17, 17},
                {LIMIT_AIA_CERTIFICATES, LIMIT_AIA_CERTIFICATES},
                {LIMIT_AIA_CERTIFICATES + 1, LIMIT_AIA_CERTIFICATES}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(der_builder) b = {0};
        AUTO(sign_buf) p7c = {0};
        put_signed_data(&b, certs, rows[i].given);
        cr_assert_eq(der_builder_take(&b, &p7c, NULL), SIGN_OK);
        cr_expect_eq(fetch_certificates(&n, view(p7c), SIGN_OK, rows[i].given > rows[i].taken),
                     rows[i].taken);
    }
    net_end(&n);
}

/* ---- many threads
 * ------------------------------------------------------------------------------------------ */

static void *in_thread(void *user) {
    struct net *n = user;
    AUTO(pki_path_ptr) p = ask(n);
    return p->indication == TOTAL_PASSED ? n : NULL;
}

Test(pki_fetch, threads_that_want_the_same_share_one_request) {
    enum { THREADS = 8 };
    struct net n;
    net_begin(&n);
    n.door.delay_ms = 100;
    make_trust(&n);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, in_thread, &n), 0);
    for (int i = 0; i < THREADS; i++) {
        void *passed = NULL;
        cr_assert_eq(pthread_join(threads[i], &passed), 0);
        cr_expect_not_null(passed);
    }
    cr_expect(n.door.requests == 1, "%zu requests", n.door.requests);
    net_end(&n);
}

/* Each wants two things, in a different order: nobody waits for somebody who waits for him. */
static void *two_wants(void *user) {
    struct net *n = user;
    struct crypto *crypto = NULL;
    static _Atomic int turn;
    int first = turn++ % 2;
    struct pki_fetched *got[2] = {NULL};
    const sign_bytes urls[] = {BYTES_STR(CRL_URL), BYTES_STR("http://ca.example.org/ca.p7c")};
    const sign_fetch_kind kinds[] = {SIGN_FETCH_CRL, SIGN_FETCH_CERTIFICATES};
    const struct pki_want wants[] = {{.kind = kinds[first], .url = urls[first]},
                                     {.kind = kinds[1 - first], .url = urls[1 - first]}};
    cr_assert_eq(pki_lend(n->trust, &crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_fetch(n->trust, crypto, wants, 2, got, NULL), SIGN_OK);
    pki_lend_back(n->trust, crypto);
    bool ok = got[0] != NULL && got[1] != NULL && got[first]->crl != NULL && got[1 - first]->n_certs == 1;
    pki_fetched_free(&got[0]);
    pki_fetched_free(&got[1]);
    return ok ? n : NULL;
}

Test(pki_fetch, threads_in_different_orders) {
    enum { THREADS = 8 };
    struct net n;
    net_begin(&n);
    n.door.delay_ms = 20;
    n.door.rows[2] = (struct door_row){.url = "http://ca.example.org/ca.p7c", .body = view(n.ca)};
    make_trust(&n);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, two_wants, &n), 0);
    for (int i = 0; i < THREADS; i++) {
        void *ok = NULL;
        cr_assert_eq(pthread_join(threads[i], &ok), 0);
        cr_expect_not_null(ok);
    }
    cr_expect_eq(n.door.requests, 2);
    net_end(&n);
}
