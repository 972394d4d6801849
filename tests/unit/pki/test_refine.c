/* What pieces of other times change about a verdict that is not to pass (EN 319 102-1, 5.2.6, steps 1, 3, 4,
 * 7 and 8), and paths in the past (5.6.2.1). */
#include "mint_ocsp.h"

/* A row says what it is about and leaves out the rest. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* Root, the anchor; CA below it; the signer, 4711 of CA. A list of the root about CA is always there. */
struct stage {
    struct cast cast;
    struct mint_crl root_list, list; /* list.from 0: there is none */
    struct mint_single single;       /* single.from 0: no response */
    bool by_teller;                  /* who answers, and signs the list */
    bool no_root_list;
    int64_t sunset;
    struct pki_path_options opt;
};

static void stage_begin(struct stage *s) {
    *s = (struct stage){.cast = cast_make()};
    s->root_list = (struct mint_crl){
        .issuer = "Root", .key = s->cast.root_key, .from = T2026 - 10 * DAY, .to = T2026 + 10 * DAY};
    s->list = (struct mint_crl){
        .issuer = "CA", .key = s->cast.ca_key, .from = T2026 - 20 * DAY, .to = T2026 - 10 * DAY};
    s->single =
        (struct mint_single){.issuer = "CA", .issuer_key = s->cast.ca_key, .serial = 4711, .reason = -1};
    s->opt = (struct pki_path_options){.at = T2026, .revocation = true};
}

static void stage_end(struct stage *s) {
    cast_free(&s->cast);
}

static void as_responder(struct stage *s, bool nocheck) {
    cast_responder(&s->cast, nocheck);
    s->list.from = 0;
    s->by_teller = true;
}

/* What the verdict is about: its position in the chain; NONE: nothing. */
enum { NONE = 99 };
struct wanted {
    enum sub_indication sub;
    enum message_id message;
    size_t culprit;
    int64_t revoked_at;
    bool suspended, stale, ca_expired;
};

static void compare(const struct pki_path *path, const struct wanted *w, const char *what) {
    const char *got = sub_indication_text(path->sub);
    cr_expect(path->sub == w->sub && path->message == w->message, "%s: %s, %s", what, got != NULL ? got : "-",
              message_code(path->message));
    cr_expect(w->culprit == NONE ? path->culprit == NULL : path->culprit == path->chain[w->culprit], "%s",
              what);
    cr_expect_eq(path->revoked_at, w->revoked_at, "%s", what);
    cr_expect(path->suspended == w->suspended && path->stale == w->stale && path->ca_expired == w->ca_expired,
              "%s: suspended %d, stale %d, ca_expired %d", what, path->suspended, path->stale,
              path->ca_expired);
}

/* Lists and responses given by the caller, then carried by the signature: the verdict is the same. */
static void check_(struct stage *s, struct wanted w, const char *what) {
    AUTO(sign_buf) root = mint_cert(&s->cast.root);
    AUTO(sign_buf) ca = mint_cert(&s->cast.ca);
    AUTO(sign_buf) der = mint_cert(&s->cast.signer);
    AUTO(sign_buf) teller = mint_cert(&s->cast.teller);
    AUTO(sign_buf) root_list = mint_crl(&s->root_list);
    AUTO(sign_buf) list = mint_crl(&s->list);
    const struct mint_ocsp m = {.by_name = s->by_teller ? s->cast.teller.subject : "CA",
                                .key = s->by_teller ? s->cast.teller_key : s->cast.ca_key,
                                .singles = &s->single,
                                .n = 1};
    AUTO(sign_buf) answer = mint_ocsp(&m);
    const sign_bytes lists[] = {view(list), view(root_list)}, answers[] = {view(answer)};
    const size_t first = s->list.from != 0 ? 0 : 1, n = (s->no_root_list ? 1 : 2) - first;
    for (int carried = 0; carried < 2; carried++) {
        struct kit k = {.certs = {view(ca), view(teller)}, .n_certs = 2, .n_list = 1};
        struct pki_path_options opt = s->opt;
        k.list[0] = (sign_anchor){.der = view(root), .sunset = s->sunset};
        for (size_t i = 0; i < n && !carried; i++)
            k.crls[k.n_crls++] = lists[first + i];
        if (!carried && s->single.from != 0)
            k.ocsps[k.n_ocsps++] = answers[0];
        opt.crls = lists + first;
        opt.n_crls = carried ? n : 0;
        opt.ocsps = answers;
        opt.n_ocsps = carried && s->single.from != 0;
        sign_trust *trust = kit_trust(&k);
        AUTO(pki_path_ptr) path = path_of(trust, view(der), &opt);
        compare(path, &w, what);
        sign_trust_free(&trust);
    }
}
#define check(s, what, ...) check_(s, (struct wanted){__VA_ARGS__}, what)

/* ---- step 4: too old, or nothing at all --------------------------------------------------------------- */

Test(pki_refine, too_old) {
    struct stage s;
    stage_begin(&s);
    check(&s, "a list that ran out", SUB_TRY_LATER, MSG_CRL_EXPIRED, 0, .stale = true);
    s.root_list.to = T2026 - DAY;
    check(&s, "both have", SUB_TRY_LATER, MSG_CRL_EXPIRED, 1, .stale = true);
    s.no_root_list = true;
    check(&s, "nothing tells of the authority", SUB_TRY_LATER, MSG_CRL_NONE, 1);
    s.no_root_list = false;
    s.root_list.to = T2026 + DAY;
    s.list.from = 0;
    check(&s, "nothing tells of the signer", SUB_TRY_LATER, MSG_CRL_NONE, 0);
    s.list.from = T2026 - 20 * DAY;
    s.list.to = 0;
    check(&s, "a list without nextUpdate", SUB_TRY_LATER, MSG_CRL_NO_NEXT, 0, .stale = true);
    s.list.from = T2026 + DAY;
    s.list.to = T2026 + 2 * DAY;
    check(&s, "a list of the future is not too old", SUB_TRY_LATER, MSG_CRL_FUTURE, 0);
    s.list.from = T2026 - 20 * DAY;
    s.list.to = T2026 - DAY;
    s.list.damage = true;
    check(&s, "damaged", SUB_TRY_LATER, MSG_CRL_SIGNATURE, 0);
    s.list.damage = false;
    struct mint_entry e = {4711, T2026 - 30 * DAY, REASON_HOLD};
    s.list.entries = &e;
    s.list.n = 1;
    check(&s, "on hold when it was last told of", SUB_TRY_LATER, MSG_CRL_EXPIRED, 0);
    s.single.from = T2026 - 15 * DAY;
    s.single.to = T2026 - 14 * DAY;
    check(&s, "good in a newer word", SUB_TRY_LATER, MSG_OCSP_EXPIRED, 0, .stale = true);
    s.single.from = T2026 - 25 * DAY;
    s.single.to = T2026 - 24 * DAY;
    check(&s, "good in an older one", SUB_TRY_LATER, MSG_OCSP_EXPIRED, 0);
    stage_end(&s);
}

Test(pki_refine, revoked_and_suspended) {
    struct stage s;
    stage_begin(&s);
    struct mint_entry e = {4711, T2026 - 30 * DAY, 1};
    s.list.to = T2026 + DAY;
    s.list.entries = &e;
    s.list.n = 1;
    check(&s, "revoked", SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, 0, e.when);
    e.reason = REASON_HOLD;
    check(&s, "on hold", SUB_TRY_LATER, MSG_CERT_SUSPENDED, 0, e.when, .suspended = true);
    e.when = T2026 + 1;
    check(&s, "later on", SUB_NONE, MSG_NONE, NONE);
    e = (struct mint_entry){9, T2026 - DAY, 1};
    s.list.n = 0;
    s.root_list.entries = &e;
    s.root_list.n = 1;
    check(&s, "the authority", SUB_REVOKED_CA_NO_POE, MSG_CA_REVOKED, 1, e.when);
    stage_end(&s);
}

/* A response that nobody could answer yet, for another reason than its age, is not merely old. */
Test(pki_refine, what_is_not_merely_old) {
    struct stage s;
    stage_begin(&s);
    as_responder(&s, false);
    s.single.from = T2026 - 20 * DAY;
    s.single.to = T2026 - 19 * DAY;
    check(&s, "whether the responder was revoked is not known", SUB_TRY_LATER, MSG_OCSP_SIGNER_STATUS, 0);
    as_responder(&s, true);
    check(&s, "nobody asks", SUB_TRY_LATER, MSG_OCSP_EXPIRED, 0, .stale = true);
    stage_end(&s);
    stage_begin(&s);
    s.list.key = s.cast.teller_key;
    check(&s, "another signer of lists", SUB_TRY_LATER, MSG_CRL_EXPIRED, 0, .stale = true);
    struct mint_entry e = {10, T2026 - DAY, 1};
    s.root_list.entries = &e;
    s.root_list.n = 1;
    check(&s, "who was revoked since", SUB_TRY_LATER, MSG_CRL_SIGNER, 0);
    stage_end(&s);
}

/* ---- step 7: outside the signer's validity ------------------------------------------------------------ */

Test(pki_refine, the_signer_has_expired) {
    struct stage s;
    stage_begin(&s);
    s.cast.signer.to = T2026 - 5 * DAY;
    check(&s, "known to have been good before", SUB_OUT_OF_BOUNDS_NOT_REVOKED, MSG_CERT_EXPIRED, NONE,
          .stale = true);
    s.list.to = T2026 + DAY;
    check(&s, "by a list that still holds", SUB_OUT_OF_BOUNDS_NOT_REVOKED, MSG_CERT_EXPIRED, NONE);
    s.list.from = T2026 - 4 * DAY;
    check(&s, "by a list that may have dropped him", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, NONE);
    s.list.expired_from = T2026 - 5 * DAY;
    check(&s, "which keeps the ended ones", SUB_OUT_OF_BOUNDS_NOT_REVOKED, MSG_CERT_EXPIRED, NONE);
    s.list.expired_from++;
    check(&s, "which does not keep him", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, NONE);
    s.list.from = 0;
    check(&s, "nothing is known", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, NONE);
    s.list = (struct mint_crl){
        .issuer = "CA", .key = s.cast.ca_key, .from = T2026 - 20 * DAY, .to = T2026 - 10 * DAY};
    s.no_root_list = true;
    check(&s, "nothing is known of his authority", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, NONE);
    s.no_root_list = false;
    s.root_list.to = T2026 - DAY;
    s.list.to = T2026 + DAY;
    check(&s, "what is known of it is too old", SUB_OUT_OF_BOUNDS_NOT_REVOKED, MSG_CERT_EXPIRED, NONE,
          .stale = true);
    s.opt.revocation = false;
    check(&s, "nobody asks", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, NONE);
    stage_end(&s);
}

Test(pki_refine, the_signer_has_expired_and_more) {
    struct stage s;
    stage_begin(&s);
    s.cast.signer.to = T2026 - 5 * DAY;
    struct mint_entry e = {4711, T2026 - 25 * DAY, 1};
    s.list.entries = &e;
    s.list.n = 1;
    check(&s, "revoked in a list of its time", SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, 0, e.when);
    s.list.n = 0;
    s.cast.ca.to = T2026 - 5 * DAY;
    check(&s, "and so has his authority", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, NONE, .stale = true);
    s.cast.ca.to = 0;
    s.cast.ca.key_usage = KU_CRL_SIGN;
    check(&s, "his authority may issue none: no proof of time repairs that", SUB_CHAIN_CONSTRAINTS_FAILURE,
          MSG_PATH_NO_CERT_SIGN, NONE);
    stage_end(&s);
    stage_begin(&s);
    s.cast.signer.from = T2026 + DAY;
    s.list.from = T2026 + DAY;
    s.list.to = T2026 + 2 * DAY;
    check(&s, "not yet valid", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_NOT_YET_VALID, NONE);
    stage_end(&s);
}

/* ---- an authority of the chain ------------------------------------------------------------------------ */

Test(pki_refine, an_authority_has_expired) {
    struct stage s;
    stage_begin(&s);
    s.cast.ca.to = T2026 - 1;
    check(&s, "and nothing else", SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, MSG_CA_EXPIRED, NONE,
          .ca_expired = true);
    s.cast.ca.key_usage = KU_CRL_SIGN;
    check(&s, "it might issue none, too", SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, MSG_CA_EXPIRED, NONE);
    s.cast.ca.key_usage = KU_CERT_SIGN | KU_CRL_SIGN;
    s.cast.ca.to = 0;
    s.cast.ca.from = T2026 + 1;
    check(&s, "not yet valid", SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, MSG_CA_NOT_YET_VALID, NONE);
    stage_end(&s);
}

/* ---- step 8: outside the validity of who signed the revocation data -------------------------------------
 */

Test(pki_refine, who_signed_has_expired) {
    struct stage s;
    stage_begin(&s);
    as_responder(&s, true);
    s.single.from = T2026 - 20 * DAY;
    s.single.to = T2026 + DAY;
    s.cast.teller.to = T2026 - DAY;
    check(&s, "a responder", SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE, MSG_REVOCATION_SIGNER_OUT_OF_BOUNDS, 0);
    s.single.to = T2026 - 10 * DAY;
    check(&s, "and his answer is old, too", SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE,
          MSG_REVOCATION_SIGNER_OUT_OF_BOUNDS, 0, .stale = true);
    s.list.from = T2026 - 30 * DAY;
    check(&s, "the authority itself said so before", SUB_TRY_LATER, MSG_OCSP_EXPIRED, 0, .stale = true);
    s.list.from = 0;
    s.cast.signer.to = T2026 - 2 * DAY;
    check(&s, "the signer has as well", SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, NONE, .stale = true);
    s.cast.signer.to = 0;
    s.single.status = OCSP_REVOKED;
    s.single.revoked_at = T2026 - 40 * DAY;
    check(&s, "what he said for good stays", SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, 0, s.single.revoked_at);
    stage_end(&s);
    stage_begin(&s);
    s.list.key = s.cast.teller_key;
    s.list.to = T2026 + DAY;
    check(&s, "another signer of lists", SUB_NONE, MSG_NONE, NONE);
    s.cast.teller.to = T2026 - DAY;
    check(&s, "whose time is over", SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE, MSG_REVOCATION_SIGNER_OUT_OF_BOUNDS,
          0);
    struct mint_entry e = {4711, T2026 - 40 * DAY, 1};
    s.list.entries = &e;
    s.list.n = 1;
    check(&s, "who had said that he was revoked", SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, 0, e.when);
    stage_end(&s);
}

/* ---- steps 1 and 3, and 5.6.2.1 step 2: the sunset of an anchor -----------------------------------------
 */

Test(pki_refine, sunset) {
    struct stage s;
    stage_begin(&s);
    s.sunset = T2026;
    check(&s, "an anchor that is believed no more", SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
          MSG_PATH_ANCHOR_SUNSET, NONE);
    s.opt = (struct pki_path_options){.at = T2026, .past = true};
    check(&s, "which does not count in the past", SUB_NONE, MSG_NONE, NONE);
    s.cast.ca.key_usage = KU_CRL_SIGN;
    check(&s, "all else does", SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NO_CERT_SIGN, NONE);
    stage_end(&s);
}

/* What was found for the past is not remembered for the present. */
Test(pki_refine, past_paths_are_not_for_now) {
    struct stage s;
    stage_begin(&s);
    AUTO(sign_buf) root = mint_cert(&s.cast.root);
    AUTO(sign_buf) ca = mint_cert(&s.cast.ca);
    AUTO(sign_buf) der = mint_cert(&s.cast.signer);
    struct kit k = {.certs = {view(ca)}, .n_certs = 1, .n_list = 1};
    k.list[0] = (sign_anchor){.der = view(root), .sunset = T2026};
    sign_trust *trust = kit_trust(&k);
    const struct pki_path_options past = {.at = T2026, .past = true}, now = {.at = T2026},
                                  before = {.at = T2026 - 1};
    for (int round = 0; round < 2; round++) {
        AUTO(pki_path_ptr) then = path_of(trust, view(der), &past);
        cr_expect(then->indication == TOTAL_PASSED && then->anchor_sunset == T2026);
        expect(judge(trust, view(der), &now), SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE, MSG_PATH_ANCHOR_SUNSET,
               "now");
        AUTO(pki_path_ptr) good = path_of(trust, view(der), &before);
        cr_expect(good->indication == TOTAL_PASSED && good->anchor_sunset == T2026);
    }
    sign_trust_free(&trust);
    stage_end(&s);
}

/* What another signer of lists is believed for is told behind his list. */
Test(pki_refine, rows_about_a_signer_of_lists) {
    struct stage s;
    stage_begin(&s);
    s.list.key = s.cast.teller_key;
    s.list.to = T2026 + DAY;
    AUTO(sign_buf) root = mint_cert(&s.cast.root);
    AUTO(sign_buf) ca = mint_cert(&s.cast.ca);
    AUTO(sign_buf) teller = mint_cert(&s.cast.teller);
    AUTO(sign_buf) der = mint_cert(&s.cast.signer);
    AUTO(sign_buf) list = mint_crl(&s.list);
    AUTO(sign_buf) root_list = mint_crl(&s.root_list);
    const struct kit k = {.anchors = {view(root)},
                          .n_anchors = 1,
                          .certs = {view(ca), view(teller)},
                          .n_certs = 2,
                          .crls = {view(list), view(root_list)},
                          .n_crls = 2};
    sign_trust *trust = kit_trust(&k);
    for (int round = 0; round < 2; round++) {
        AUTO(pki_path_ptr) p = path_of(trust, view(der), &s.opt);
        cr_assert(p->indication == TOTAL_PASSED && p->n_revocation == 3);
        cr_expect(p->revocation[0].cert == p->chain[0] && p->revocation[2].cert == p->chain[1]);
        cr_expect(p->revocation[1].cert == p->revocation[0].signer);
        cr_expect(bytes_equal(p->revocation[1].cert->der, view(teller)));
        cr_expect_str_eq(p->revocation[1].status, "good");
        cr_expect_eq(p->revocation[1].this_update, s.root_list.from);
    }
    sign_trust_free(&trust);
    stage_end(&s);
}
