/* Lists and responses of any time about a certificate (EN 319 102-1, 5.2.5, 5.6.2), and what they change
 * about its verdict at one time (5.2.6). */
#include "door.h"

/* A row says what it is about and leaves out the rest. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* Root, the anchor; CA below it; the signer, 4711 of CA; Teller, who may sign lists or answers of CA. */
struct play {
    struct cast cast;
    sign_buf root_der, ca_der, der, teller_der;
    struct kit kit;
    sign_trust *trust;
    struct pki_path_options opt; /* of what is asked for */
    int64_t path_at;             /* when the signer has a path; 0: long ago */
};

static void play_begin(struct play *p) {
    *p = (struct play){.cast = cast_make(), .opt = {.at = T2026, .revocation = true}};
}

/* The certificates as they are now, and a trust of them and of what the kit has. */
static void play_open(struct play *p) {
    p->root_der = mint_cert(&p->cast.root);
    p->ca_der = mint_cert(&p->cast.ca);
    p->der = mint_cert(&p->cast.signer);
    p->teller_der = mint_cert(&p->cast.teller);
    if (p->kit.n_list == 0)
        p->kit.anchors[p->kit.n_anchors++] = view(p->root_der);
    else
        p->kit.list[0].der = view(p->root_der);
    p->kit.certs[p->kit.n_certs++] = view(p->ca_der);
    p->kit.certs[p->kit.n_certs++] = view(p->teller_der);
    p->trust = kit_trust(&p->kit);
}

static void play_close(struct play *p) {
    sign_trust_free(&p->trust);
    sign_buf_free(&p->root_der);
    sign_buf_free(&p->ca_der);
    sign_buf_free(&p->der);
    sign_buf_free(&p->teller_der);
    p->kit = (struct kit){.fetch = p->kit.fetch};
}

static void play_end(struct play *p) {
    cast_free(&p->cast);
}

static struct mint_crl list_of(const struct play *p, int64_t from, int64_t to) {
    return (struct mint_crl){.issuer = "CA", .key = p->cast.ca_key, .from = from, .to = to};
}

static struct mint_crl root_list(const struct play *p, int64_t from, int64_t to) {
    return (struct mint_crl){.issuer = "Root", .key = p->cast.root_key, .from = from, .to = to};
}

static struct mint_single answer_of(const struct play *p, int64_t from, int64_t to) {
    return (struct mint_single){
        .issuer = "CA", .issuer_key = p->cast.ca_key, .serial = 4711, .reason = -1, .from = from, .to = to};
}

/* By CA itself, or by the teller. */
static struct mint_ocsp response(const struct play *p, const struct mint_single *single, bool teller) {
    return (struct mint_ocsp){.by_name = teller ? p->cast.teller.subject : "CA",
                              .key = teller ? p->cast.teller_key : p->cast.ca_key,
                              .singles = single,
                              .n = 1};
}

/* All evidence about the signer; its path is the one of a time in which it has one. */
static pki_evidences find(struct play *p, int64_t path_at) {
    struct crypto *crypto = NULL;
    const struct pki_path_options past = {.at = path_at, .past = true};
    AUTO(pki_path_ptr) path = path_of(p->trust, view(p->der), &past);
    pki_evidences out = {0};
    sign_error err = {0};
    cr_assert_eq(path->indication, TOTAL_PASSED, "%s", message_code(path->message));
    cr_assert_eq(pki_lend(p->trust, &crypto, &err), SIGN_OK);
    cr_assert_eq(pki_evidence_find(p->trust, crypto, path->chain, path->n_chain, &p->opt, &out, &err),
                 SIGN_OK, "%s", err.text);
    pki_lend_back(p->trust, crypto);
    for (size_t i = 0; i < out.n; i++) {
        cr_assert_eq(out.list[i].piece.cert, path->chain[0]);
        cr_assert(i == 0 || out.list[i - 1].piece.this_update >= out.list[i].piece.this_update);
    }
    return out;
}

static bool is_sha256_of(const uint8_t hash[32], sign_bytes of) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    cr_assert(EVP_Digest(of.data, of.len, digest, &n, EVP_sha256(), NULL) == 1 && n == 32);
    return memcmp(hash, digest, 32) == 0;
}

/* What comes of the given and carried lists: how many pieces, and the first. */
static void lists_say(struct play *p, const struct mint_crl *crls, size_t n, size_t wanted,
                      const char *status, const char *what) {
    for (int carried = 0; carried < 2; carried++) {
        sign_buf der[4] = {{0}};
        sign_bytes views[4];
        for (size_t i = 0; i < n; i++) {
            der[i] = mint_crl(&crls[i]);
            views[i] = view(der[i]);
            if (!carried)
                p->kit.crls[p->kit.n_crls++] = view(der[i]);
        }
        p->opt.crls = views;
        p->opt.n_crls = carried ? n : 0;
        play_open(p);
        AUTO(pki_evidences) all = find(p, T2026);
        cr_expect_eq(all.n, wanted, "%s, carried %d: %zu pieces", what, carried, all.n);
        if (all.n > 0) {
            const enum pki_origin origin = carried ? ORIGIN_SIGNATURE : ORIGIN_GIVEN;
            cr_expect_str_eq(all.list[0].piece.status, status, "%s", what);
            cr_expect_eq(all.list[0].piece.source->origin, origin, "%s", what);
        }
        play_close(p);
        for (size_t i = 0; i < n; i++)
            sign_buf_free(&der[i]);
    }
    p->opt.n_crls = 0;
}

/* ---- lists ------------------------------------------------------------------------------------------- */

Test(pki_evidence, lists_of_any_time) {
    struct play p;
    play_begin(&p);
    const struct mint_crl rows[] = {list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY),
                                    list_of(&p, T2026 + 30 * DAY, T2026 + 60 * DAY),
                                    list_of(&p, T2026 - DAY, 0)};
    sign_buf der[3];
    for (size_t i = 0; i < 3; i++) {
        der[i] = mint_crl(&rows[i]);
        p.kit.crls[p.kit.n_crls++] = view(der[i]);
    }
    /* The same once more by the signature: one piece, and the given one. */
    const sign_bytes again[] = {view(der[0])};
    p.opt.crls = again;
    p.opt.n_crls = 1;
    play_open(&p);
    AUTO(pki_evidences) all = find(&p, T2026);
    static const size_t order[] = {1, 2, 0};
    cr_assert_eq(all.n, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct pki_evidence *e = &all.list[i];
        cr_expect(bytes_equal(e->der, view(der[order[i]])) && is_sha256_of(e->sha256, view(der[order[i]])));
        cr_expect_str_eq(e->piece.kind, "crl");
        cr_expect_str_eq(e->piece.status, "good");
        cr_expect(e->piece.signer == NULL && !e->issuer_is_anchor && !e->signer_unchecked);
        cr_expect(bytes_equal(e->issuer->der, view(p.ca_der)));
        cr_expect(e->base.len == 0 && e->knows_from == INT64_MAX && e->signer_revoked_at == INT64_MAX);
        cr_expect_eq(e->piece.source->origin, ORIGIN_GIVEN);
    }
    play_close(&p);
    for (size_t i = 0; i < 3; i++)
        sign_buf_free(&der[i]);
    play_end(&p);
}

/* 5.2.5: issued after the time less the freshness, which is the time between the updates by default. */
Test(pki_evidence, freshness) {
    struct pki_evidence e = {.piece = {.kind = "crl", .this_update = T2026, .next_update = T2026 + 10 * DAY}};
    cr_expect(pki_evidence_fresh(&e, T2026 + 10 * DAY - 1, 0));
    cr_expect(!pki_evidence_fresh(&e, T2026 + 10 * DAY, 0), "strictly");
    cr_expect(pki_evidence_fresh(&e, T2020, 0), "from after the time in question: no upper bound");
    cr_expect(pki_evidence_fresh(&e, T2026 + DAY - 1, DAY));
    cr_expect(!pki_evidence_fresh(&e, T2026 + DAY, DAY), "nextUpdate does not prolong what is asked for");
    cr_expect(pki_evidence_fresh(&e, T2026 + 20 * DAY, 21 * DAY), "nor shorten it");
    cr_expect(pki_evidence_fresh(&e, T2020, DAY));
    e.piece.next_update = 0;
    cr_expect(!pki_evidence_fresh(&e, T2026, 0), "a list without nextUpdate");
    cr_expect(pki_evidence_fresh(&e, T2026, 1));
    e.piece.kind = "ocsp";
    cr_expect(pki_evidence_fresh(&e, T2026 + LIMIT_OCSP_AGE - 1, 0));
    cr_expect(!pki_evidence_fresh(&e, T2026 + LIMIT_OCSP_AGE, 0));
}

Test(pki_evidence, what_a_list_says) {
    struct play p;
    play_begin(&p);
    struct mint_entry e = {4711, T2026 + 5 * DAY, 1};
    struct mint_crl c = list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY);
    c.entries = &e;
    c.n = 1;
    lists_say(&p, &c, 1, 1, "revoked", "revoked after the list was made");
    e.reason = REASON_HOLD;
    lists_say(&p, &c, 1, 1, "suspended", "on hold");
    e.reason = REASON_REMOVE;
    lists_say(&p, &c, 1, 1, "good", "released");
    e.serial = 4712;
    e.reason = 1;
    lists_say(&p, &c, 1, 1, "good", "another one is revoked");
    p.cast.signer.from = c.from + 1;
    lists_say(&p, &c, 1, 0, "", "older than the certificate");
    e.serial = 4711;
    lists_say(&p, &c, 1, 1, "revoked", "older than the certificate, but it says revoked");
    p.cast.signer.from = 0;
    play_end(&p);
}

Test(pki_evidence, lists_that_are_none) {
    struct play p;
    play_begin(&p);
    static const uint8_t users_only[] = {0x82, 0x01, 0xff}; /* onlyContainsCACerts */
    static const uint8_t key_only[] = {0x83, 0x02, 0x06, 0x40};
    struct mint_entry e = {4711, T2026 - 80 * DAY, 1};
    struct mint_crl c = list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY);
    c.damage = true;
    lists_say(&p, &c, 1, 0, "", "damaged");
    c.damage = false;
    c.critical = true;
    lists_say(&p, &c, 1, 0, "", "a critical extension that nobody knows");
    c.critical = false;
    c.key = p.cast.key;
    lists_say(&p, &c, 1, 0, "", "signed by the signer");
    c = list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY);
    c.has_scope = true;
    c.scope = BYTES(users_only, sizeof users_only);
    lists_say(&p, &c, 1, 0, "", "about authorities");
    c.scope = BYTES(key_only, sizeof key_only);
    lists_say(&p, &c, 1, 0, "", "for one reason only");
    c.entries = &e;
    c.n = 1;
    lists_say(&p, &c, 1, 1, "revoked", "for one reason only, and it is that one");
    c = root_list(&p, T2026 - 90 * DAY, T2026 - 60 * DAY);
    lists_say(&p, &c, 1, 0, "", "of another authority");
    p.cast.ca.key_usage = KU_CERT_SIGN;
    c = list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY);
    lists_say(&p, &c, 1, 0, "", "of an authority that may sign none");
    play_end(&p);
}

/* RFC 5280, 5.2.4: as a complete list of the time of the delta. */
Test(pki_evidence, deltas) {
    struct play p;
    play_begin(&p);
    struct mint_entry held = {4711, T2026 - 95 * DAY, REASON_HOLD}, change = {4711, T2026 - 50 * DAY, 1};
    struct mint_crl rows[] = {list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY),
                              list_of(&p, T2026 - 40 * DAY, T2026 - 30 * DAY)};
    rows[0].number = 5;
    rows[1].number = 7;
    rows[1].base = 5;
    rows[1].delta = true;
    lists_say(&p, rows + 1, 1, 0, "", "a delta alone");
    lists_say(&p, rows, 2, 2, "good", "a base, and the two together");
    rows[0].entries = &held;
    rows[0].n = 1;
    lists_say(&p, rows, 2, 2, "suspended", "held by the base, and the delta is silent");
    rows[1].entries = &change;
    rows[1].n = 1;
    change.reason = REASON_REMOVE;
    lists_say(&p, rows, 2, 2, "good", "released by the delta");
    change.reason = 1;
    lists_say(&p, rows, 2, 2, "revoked", "revoked by the delta: that it says alone");
    lists_say(&p, rows + 1, 1, 1, "revoked", "and without its base");
    rows[1].base = 6;
    change.reason = REASON_REMOVE;
    lists_say(&p, rows, 2, 1, "suspended", "the changes since another list");
    play_end(&p);
}

Test(pki_evidence, a_delta_has_two_identities) {
    struct play p;
    play_begin(&p);
    struct mint_crl base = list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY), delta = base;
    base.number = 5;
    base.expired_from = T2020;
    delta.from = T2026 - 40 * DAY;
    delta.to = T2026 - 30 * DAY;
    delta.number = 7;
    delta.base = 5;
    delta.delta = true;
    AUTO(sign_buf) base_der = mint_crl(&base);
    AUTO(sign_buf) delta_der = mint_crl(&delta);
    p.kit.crls[p.kit.n_crls++] = view(delta_der);
    p.kit.crls[p.kit.n_crls++] = view(base_der);
    play_open(&p);
    AUTO(pki_evidences) all = find(&p, T2026);
    cr_assert_eq(all.n, 2);
    cr_expect(is_sha256_of(all.list[0].sha256, view(delta_der)));
    cr_expect(is_sha256_of(all.list[0].base_sha256, view(base_der)));
    cr_expect(bytes_equal(all.list[0].base, view(base_der)));
    cr_expect_eq(all.list[0].piece.this_update, delta.from);
    cr_expect_eq(all.list[0].piece.next_update, delta.to);
    cr_expect_eq(all.list[0].knows_from, INT64_MAX, "the delta does not say that it holds the ended ones");
    cr_expect(all.list[1].base.len == 0 && is_sha256_of(all.list[1].sha256, view(base_der)));
    cr_expect_eq(all.list[1].knows_from, T2020);
    play_close(&p);
    play_end(&p);
}

/* Whether a piece from after the end of the certificate can tell of it. */
static void knows(struct play *p, const struct mint_crl *c, int64_t from, bool wanted, const char *what) {
    AUTO(sign_buf) der = mint_crl(c);
    p->kit.crls[p->kit.n_crls++] = view(der);
    play_open(p);
    AUTO(pki_evidences) all = find(p, p->cast.signer.to);
    cr_assert_eq(all.n, 1, "%s", what);
    cr_expect_eq(all.list[0].knows_from, from, "%s", what);
    cr_expect_eq(pki_evidence_knows(&all.list[0]), wanted, "%s", what);
    play_close(p);
}

Test(pki_evidence, after_the_end_of_the_certificate) {
    struct play p;
    play_begin(&p);
    p.cast.signer.to = T2026;
    struct mint_crl c = list_of(&p, T2026 + 1, T2026 + DAY);
    knows(&p, &c, INT64_MAX, false, "a list from after it");
    c.expired_from = T2026;
    knows(&p, &c, T2026, true, "expiredCertsOnCRL");
    c.expired_from = T2026 + 1;
    knows(&p, &c, T2026 + 1, false, "... from later on");
    c.expired_from = T2020;
    c.expired_odd = true;
    knows(&p, &c, INT64_MAX, false, "... that cannot be read says nothing");
    c = list_of(&p, T2026, T2026 + DAY);
    knows(&p, &c, INT64_MAX, true, "a list from its last second");
    const struct mint_entry e = {4711, T2026 - DAY, 1};
    c = list_of(&p, T2026 + 1, T2026 + DAY);
    c.entries = &e;
    c.n = 1;
    knows(&p, &c, INT64_MAX, true, "what is still on a list is known");
    play_end(&p);
}

/* ---- whoever signed a piece, at its time ------------------------------------------------------------- */

/* One list of 90 days ago; what is wanted of it: how many pieces, and the last second of its signer. */
static pki_evidences made_by(struct play *p, const struct mint_crl *c, const struct mint_crl *about_him) {
    AUTO(sign_buf) der = mint_crl(c);
    AUTO(sign_buf) other = {0};
    p->kit.crls[p->kit.n_crls++] = view(der);
    if (about_him != NULL) {
        other = mint_crl(about_him);
        p->kit.crls[p->kit.n_crls++] = view(other);
    }
    play_open(p);
    return find(p, p->path_at != 0 ? p->path_at : T2026 - 200 * DAY);
}

static void expect_made(struct play *p, const struct mint_crl *c, const struct mint_crl *about_him, size_t n,
                        bool unchecked, int64_t revoked_at, const char *what) {
    AUTO(pki_evidences) all = made_by(p, c, about_him);
    cr_expect_eq(all.n, n, "%s: %zu pieces", what, all.n);
    if (all.n > 0) {
        cr_expect_eq(all.list[0].signer_unchecked, unchecked, "%s", what);
        cr_expect_eq(all.list[0].signer_revoked_at, revoked_at, "%s", what);
    }
    play_close(p);
}

Test(pki_evidence, an_authority_has_its_time) {
    struct play p;
    play_begin(&p);
    const int64_t made = T2026 - 90 * DAY;
    struct mint_crl c = list_of(&p, made, made + DAY);
    p.cast.ca.to = made;
    expect_made(&p, &c, NULL, 1, false, INT64_MAX, "it ended since");
    p.cast.ca.to = made - 1;
    expect_made(&p, &c, NULL, 0, false, INT64_MAX, "it had ended before");
    p.cast.ca.to = 0;
    p.cast.root.to = made - 1;
    expect_made(&p, &c, NULL, 1, false, INT64_MAX, "an anchor has no end");
    play_end(&p);
}

Test(pki_evidence, another_signer_of_lists) {
    struct play p;
    play_begin(&p);
    const int64_t made = T2026 - 90 * DAY;
    struct mint_crl c = list_of(&p, made, made + DAY), good = root_list(&p, made - DAY, made + 2);
    c.key = p.cast.teller_key;
    expect_made(&p, &c, &good, 1, false, INT64_MAX, "known not to have been revoked");
    expect_made(&p, &c, NULL, 1, true, INT64_MAX, "nothing is known of him");
    good.to = made;
    expect_made(&p, &c, &good, 1, true, INT64_MAX, "what is known of him was too old");
    good = root_list(&p, T2026, T2026 + DAY);
    expect_made(&p, &c, &good, 1, false, INT64_MAX, "a later list clears him as well");
    struct mint_entry e = {10, made, 1};
    good.entries = &e;
    good.n = 1;
    expect_made(&p, &c, &good, 0, false, 0, "revoked in that very second");
    e.when = made + 1;
    expect_made(&p, &c, &good, 1, false, made + 1, "revoked since");
    e.when = made;
    e.reason = REASON_HOLD;
    expect_made(&p, &c, &good, 0, false, 0, "on hold");
    e.when = made + 1;
    expect_made(&p, &c, &good, 1, false, INT64_MAX, "on hold since");
    good = root_list(&p, T2026, T2026 + DAY);
    p.cast.teller.to = made - 1;
    expect_made(&p, &c, &good, 0, false, 0, "his certificate had ended");
    p.cast.teller.to = made;
    AUTO(pki_evidences) all = made_by(&p, &c, &good);
    cr_assert_eq(all.n, 1);
    cr_expect_eq(all.list[0].signer_to, made);
    cr_expect(all.list[0].piece.signer == all.list[0].issuer);
    cr_expect(bytes_equal(all.list[0].issuer->der, view(p.teller_der)));
    play_close(&p);
    p.cast.teller.key_usage = KU_DIGITAL_SIGNATURE;
    expect_made(&p, &c, &good, 0, false, 0, "he may sign none");
    play_end(&p);
}

/* He is told about on the list that he signs: it must not be asked again, and may be used. */
Test(pki_evidence, a_signer_on_his_own_list) {
    struct play p;
    play_begin(&p);
    const int64_t made = T2026 - 90 * DAY;
    p.cast.teller.issuer = "CA";
    p.cast.teller.issuer_key = p.cast.ca_key;
    struct mint_entry e = {10, made - DAY, 1};
    struct mint_crl c = list_of(&p, made, made + DAY);
    c.key = p.cast.teller_key;
    p.cast.teller.subject = "CA";
    expect_made(&p, &c, NULL, 1, false, INT64_MAX, "he is not on it");
    c.entries = &e;
    c.n = 1;
    expect_made(&p, &c, NULL, 0, false, 0, "he is");
    play_end(&p);
}

/* ---- responses ----------------------------------------------------------------------------------------- */

static pki_evidences answered(struct play *p, const struct mint_ocsp *m, bool carried,
                              const struct mint_crl *about_him) {
    AUTO(sign_buf) der = mint_ocsp(m);
    AUTO(sign_buf) list = {0};
    const sign_bytes views[] = {view(der)};
    if (!carried)
        p->kit.ocsps[p->kit.n_ocsps++] = view(der);
    if (about_him != NULL) {
        list = mint_crl(about_him);
        p->kit.crls[p->kit.n_crls++] = view(list);
    }
    p->opt.ocsps = views;
    p->opt.n_ocsps = carried;
    play_open(p);
    pki_evidences out = find(p, p->path_at != 0 ? p->path_at : T2026 - 200 * DAY);
    /* What lives on must not look into what ends here. */
    for (size_t i = 0; carried && i < out.n; i++)
        out.list[i].der = (sign_bytes){0};
    p->opt.n_ocsps = 0;
    return out;
}

/* A list about the responder tells of the signer as well: only responses are counted. */
static void expect_answer(struct play *p, const struct mint_ocsp *m, const struct mint_crl *about_him,
                          size_t n, const char *status, bool unchecked, const char *what) {
    for (int carried = 0; carried < 2; carried++) {
        AUTO(pki_evidences) all = answered(p, m, carried != 0, about_him);
        size_t found = 0;
        for (size_t i = 0; i < all.n; i++) {
            const struct pki_evidence *e = &all.list[i];
            if (strcmp(e->piece.kind, "ocsp") != 0)
                continue;
            found++;
            cr_expect_str_eq(e->piece.status, status, "%s", what);
            cr_expect_eq(e->signer_unchecked, unchecked, "%s", what);
        }
        cr_expect_eq(found, n, "%s, carried %d: %zu", what, carried, found);
        play_close(p);
    }
}

Test(pki_evidence, what_a_response_says) {
    struct play p;
    play_begin(&p);
    const int64_t made = T2026 - 90 * DAY;
    struct mint_single a = answer_of(&p, made, made + DAY);
    struct mint_ocsp m = response(&p, &a, false);
    expect_answer(&p, &m, NULL, 1, "good", false, "of its issuer");
    a.status = OCSP_REVOKED;
    a.revoked_at = T2026 + DAY;
    expect_answer(&p, &m, NULL, 1, "revoked", false, "revoked some time later");
    a.reason = REASON_HOLD;
    expect_answer(&p, &m, NULL, 1, "suspended", false, "on hold");
    a.revoked_at = 0;
    expect_answer(&p, &m, NULL, 1, "revoked", false, "never issued (RFC 6960, 2.2)");
    a = answer_of(&p, made, made + DAY);
    a.status = OCSP_STATUS_UNKNOWN;
    expect_answer(&p, &m, NULL, 0, "", false, "unknown is no answer");
    a.status = OCSP_GOOD;
    a.serial = 4712;
    expect_answer(&p, &m, NULL, 0, "", false, "about another");
    a.serial = 4711;
    a.critical = true;
    expect_answer(&p, &m, NULL, 0, "", false, "a critical extension");
    a.critical = false;
    m.damage = true;
    expect_answer(&p, &m, NULL, 0, "", false, "damaged");
    m.damage = false;
    m.produced = made - LIMIT_CLOCK_SKEW - 1;
    expect_answer(&p, &m, NULL, 0, "", false, "made before the time of which it tells");
    m.produced = made;
    a.cutoff = T2030 + 1;
    expect_answer(&p, &m, NULL, 0, "", false, "it keeps nothing about a certificate that ends so soon");
    a.cutoff = T2030;
    expect_answer(&p, &m, NULL, 1, "good", false, "it does");
    a.cutoff = 0;
    p.cast.signer.from = made + 1;
    p.path_at = T2026;
    expect_answer(&p, &m, NULL, 0, "", false, "older than the certificate");
    p.cast.signer.from = p.path_at = 0;
    p.cast.ca.to = made - 1;
    expect_answer(&p, &m, NULL, 0, "", false, "made after the end of its issuer");
    p.cast.ca.to = made;
    expect_answer(&p, &m, NULL, 1, "good", false, "made in its last second");
    play_end(&p);
}

Test(pki_evidence, of_several_answers_in_one) {
    struct play p;
    play_begin(&p);
    const int64_t made = T2026 - 90 * DAY;
    struct mint_single a[] = {answer_of(&p, made, 0), answer_of(&p, made - DAY, 0), answer_of(&p, made, 0)};
    struct mint_ocsp m = response(&p, a, false);
    m.n = 3;
    a[0].serial = 1;
    a[1].status = OCSP_REVOKED;
    a[1].revoked_at = made - 2 * DAY;
    expect_answer(&p, &m, NULL, 1, "revoked", false, "revoked for good whoever says it");
    a[1].reason = REASON_HOLD;
    expect_answer(&p, &m, NULL, 1, "good", false, "else the newer one");
    play_end(&p);
}

Test(pki_evidence, responders) {
    struct play p;
    play_begin(&p);
    const int64_t made = T2026 - 90 * DAY;
    cast_responder(&p.cast, true);
    struct mint_single a = answer_of(&p, made, made + DAY);
    struct mint_ocsp m = response(&p, &a, true);
    p.cast.teller.to = made;
    expect_answer(&p, &m, NULL, 1, "good", false, "ended since, and nothing need be known of him");
    p.cast.teller.to = made - 1;
    expect_answer(&p, &m, NULL, 0, "", false, "had ended");
    cast_responder(&p.cast, false);
    expect_answer(&p, &m, NULL, 1, "good", true, "whether he was revoked is not known");
    struct mint_entry e = {1, made, 1};
    struct mint_crl c = list_of(&p, made - DAY, made + 2);
    c.entries = &e;
    c.n = 1;
    expect_answer(&p, &m, &c, 1, "good", false, "it is known");
    e.serial = 77;
    expect_answer(&p, &m, &c, 0, "", false, "revoked when he answered");
    e.when = made + 1;
    AUTO(pki_evidences) all = answered(&p, &m, false, &c);
    cr_assert_eq(all.n, 2);
    cr_expect_str_eq(all.list[0].piece.kind, "ocsp");
    cr_expect_eq(all.list[0].signer_revoked_at, made + 1, "revoked since");
    cr_expect_eq(all.list[0].piece.produced_at, made);
    play_close(&p);
    p.opt.signers_unchecked = true;
    e.when = made;
    expect_answer(&p, &m, &c, 1, "good", false, "revoked when he answered, but nobody asks");
    play_end(&p);
}

/* Wrapped or not, it is the same BasicOCSPResponse. */
Test(pki_evidence, identity_of_a_response) {
    struct play p;
    play_begin(&p);
    p.cast.signer.to = T2026;
    struct mint_single a = answer_of(&p, T2026 + DAY, T2026 + 2 * DAY);
    struct mint_ocsp m = response(&p, &a, false);
    a.cutoff = T2026;
    AUTO(sign_buf) wrapped = mint_ocsp(&m);
    struct pki_ocsp *read = NULL;
    AUTO(pki_source_ptr) from = pki_source_new(ORIGIN_GIVEN, "memory", 0, INT64_MAX);
    cr_assert_eq(pki_ocsp_read(view(wrapped), from, &read, NULL), SIGN_OK);
    const sign_bytes carried[] = {read->basic};
    p.kit.ocsps[p.kit.n_ocsps++] = view(wrapped);
    p.opt.ocsps = carried;
    p.opt.n_ocsps = 1;
    play_open(&p);
    AUTO(pki_evidences) all = find(&p, T2026);
    cr_assert_eq(all.n, 1);
    cr_expect(read->basic.len < wrapped.len && bytes_equal(all.list[0].der, read->basic));
    cr_expect(is_sha256_of(all.list[0].sha256, read->basic));
    cr_expect(all.list[0].knows_from == T2026 && pki_evidence_knows(&all.list[0]));
    play_close(&p);
    pki_ocsp_free(&read);
    play_end(&p);
}

/* ---- sources ------------------------------------------------------------------------------------------- */

Test(pki_evidence, what_was_fetched_before) {
    struct play p;
    struct door d = {.rows = {{.url = "http://crl.example.org/ca.crl"}}};
    door_open(&d);
    test_clock_set(T2026);
    play_begin(&p);
    p.cast.signer.crl_uri = d.rows[0].url;
    struct mint_crl c = list_of(&p, T2026 - DAY, T2026 + DAY);
    AUTO(sign_buf) der = mint_crl(&c);
    d.rows[0].body = view(der);
    p.kit.fetch = &d.fetch;
    play_open(&p);
    p.trust->clock = test_clock;
    pki_evidences none = find(&p, T2026);
    cr_expect(none.n == 0 && d.calls == 0, "nobody is asked");
    p.opt.online = true;
    none = find(&p, T2026);
    cr_expect(none.n == 0 && d.calls == 0, "not even when one may ask");
    AUTO(pki_path_ptr) path = path_of(p.trust, view(p.der), &p.opt);
    cr_assert(path != NULL && d.calls > 0);
    const size_t calls = d.calls;
    p.opt.online = false;
    AUTO(pki_evidences) all = find(&p, T2026);
    cr_assert_eq(all.n, 1);
    cr_expect(all.list[0].piece.source->origin >= ORIGIN_CACHE && d.calls == calls);
    play_close(&p);
    play_end(&p);
}

Test(pki_evidence, work_is_paid_for) {
    struct play p;
    play_begin(&p);
    size_t effort = 0;
    const struct mint_crl c = list_of(&p, T2026 - 90 * DAY, T2026 - 60 * DAY);
    AUTO(sign_buf) der = mint_crl(&c);
    const sign_bytes carried[] = {view(der)};
    p.opt.crls = carried;
    p.opt.n_crls = 1;
    p.opt.effort = &effort;
    play_open(&p);
    AUTO(pki_evidences) none = find(&p, T2026);
    cr_expect_eq(none.n, 0, "nothing is left to check it with");
    effort = 10;
    AUTO(pki_evidences) all = find(&p, T2026);
    cr_expect_eq(all.n, 1);
    cr_expect_eq(effort, 10 - 3, "the question, the reading, and the signature");
    play_close(&p);
    play_end(&p);
}

/* A chain of one has no issuer to ask. */
Test(pki_evidence, none_of_an_anchor) {
    struct play p;
    play_begin(&p);
    play_open(&p);
    struct crypto *crypto = NULL;
    AUTO(pki_evidences) all = {0};
    AUTO(pki_path_ptr) path = path_of(p.trust, view(p.root_der), &p.opt);
    cr_assert_eq(path->n_chain, 1);
    cr_assert_eq(pki_lend(p.trust, &crypto, NULL), SIGN_OK);
    cr_expect_eq(pki_evidence_find(p.trust, crypto, path->chain, 1, &p.opt, &all, NULL), SIGN_OK);
    cr_expect_eq(all.n, 0);
    pki_lend_back(p.trust, crypto);
    play_close(&p);
    play_end(&p);
}
