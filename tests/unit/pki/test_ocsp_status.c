/* What OCSP responses say about a certificate, and who may say it (RFC 6960, 3.2 and 4.2.2). */
#include "mint_ocsp.h"

/* The signer's verdict at T2026 with one response: given by the caller, or carried by the signature. */
static struct outcome run(const struct scene *s, const struct mint_ocsp *m, bool carried,
                          const struct kit *more) {
    struct kit k = more != NULL ? *more : (struct kit){0};
    AUTO(sign_buf) ca = mint_cert(&s->ca);
    AUTO(sign_buf) der = mint_cert(&s->signer);
    AUTO(sign_buf) ocsp = mint_ocsp(m);
    const sign_bytes ocsps[] = {view(ocsp)};
    k.anchors[k.n_anchors++] = view(ca);
    if (!carried)
        k.ocsps[k.n_ocsps++] = view(ocsp);
    sign_trust *trust = kit_trust(&k);
    const struct pki_path_options opt = {
        .at = T2026, .revocation = true, .ocsps = ocsps, .n_ocsps = carried ? 1 : 0};
    struct outcome o = judge(trust, view(der), &opt);
    sign_trust_free(&trust);
    return o;
}

static void both(const struct scene *s, const struct mint_ocsp *m, enum sub_indication sub,
                 enum message_id message, const char *what) {
    expect(run(s, m, false, NULL), sub, message, what);
    expect(run(s, m, true, NULL), sub, message, what);
}

static void one(const struct scene *s, struct mint_single single, enum sub_indication sub,
                enum message_id message, const char *what) {
    struct mint_ocsp m = response_of(s, &single);
    both(s, &m, sub, message, what);
}

Test(pki_ocsp_status, states) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    one(&s, a, SUB_NONE, MSG_NONE, "good");
    a.status = OCSP_STATUS_UNKNOWN;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_UNKNOWN, "unknown is no answer");
    a.status = OCSP_REVOKED;
    a.revoked_at = T2026 - 100;
    one(&s, a, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "revoked without a reason");
    a.reason = REASON_HOLD;
    one(&s, a, SUB_TRY_LATER, MSG_CERT_SUSPENDED, "suspended");
    a.reason = 1;
    a.revoked_at = T2026;
    one(&s, a, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "revoked in this second");
    a.revoked_at = T2026 + 1;
    one(&s, a, SUB_NONE, MSG_NONE, "revoked one second later");
    a.revoked_at = 0;
    a.reason = REASON_HOLD;
    one(&s, a, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "never issued (RFC 6960, 2.2)");
    scene_end(&s);
}

Test(pki_ocsp_status, freshness) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    a.from = a.to = T2026;
    one(&s, a, SUB_NONE, MSG_NONE, "for this very second");
    a.to = T2026 - 1;
    a.from = T2026 - 3600;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_EXPIRED, "ran out");
    a.to = T2026 + 3600;
    a.from = T2026 + LIMIT_CLOCK_SKEW;
    one(&s, a, SUB_NONE, MSG_NONE, "a clock that is a little ahead");
    a.from++;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_FUTURE, "of the future");
    a.to = 0;
    a.from = T2026 - LIMIT_OCSP_AGE;
    one(&s, a, SUB_NONE, MSG_NONE, "a day old, without nextUpdate");
    a.from--;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_STALE, "older, without nextUpdate");
    a = single_of(&s);
    s.signer.from = a.from + 1;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_OLD, "older than the certificate");
    s.signer.from = a.from;
    one(&s, a, SUB_NONE, MSG_NONE, "as old as the certificate");
    a.cutoff = T2030;
    one(&s, a, SUB_NONE, MSG_NONE, "kept up to the end of the certificate");
    a.cutoff = T2030 + 1;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_OLD, "the archive no longer has it");
    scene_end(&s);
}

Test(pki_ocsp_status, produced_before_what_it_tells) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    struct mint_ocsp m = response_of(&s, &a);
    m.produced = a.from - LIMIT_CLOCK_SKEW;
    both(&s, &m, SUB_NONE, MSG_NONE, "within the tolerance of clocks");
    m.produced--;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_PRODUCED, "signed before");
    m.produced = T2020 + DAY;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_PRODUCED, "signed long before");
    scene_end(&s);
}

/* Revoked for good is so with a response that ran out, or was made later; a suspension may have ended. */
Test(pki_ocsp_status, revocation_is_for_good) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    a.status = OCSP_REVOKED;
    a.revoked_at = T2026 - 30 * DAY;
    a.from = T2026 - 20 * DAY;
    a.to = T2026 - 19 * DAY;
    one(&s, a, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "ran out");
    a.from = T2026 + 20 * DAY;
    a.to = T2026 + 21 * DAY;
    one(&s, a, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "made later");
    a.reason = REASON_HOLD;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_FUTURE, "suspended, made later");
    a.from = T2026 - 20 * DAY;
    a.to = T2026 - 19 * DAY;
    one(&s, a, SUB_TRY_LATER, MSG_OCSP_EXPIRED, "suspended, ran out");
    scene_end(&s);
}

Test(pki_ocsp_status, cert_id) {
    static const enum crypto_digest digests[] = {DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512};
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    for (size_t i = 0; i < 4; i++) {
        a.digest = digests[i];
        one(&s, a, SUB_NONE, MSG_NONE, crypto_digest_row(digests[i])->name);
        a.issuer = "Other CA";
        one(&s, a, SUB_TRY_LATER, MSG_OCSP_OTHER, "another issuer's name");
        a.issuer = "CA";
        a.issuer_key = s.key;
        one(&s, a, SUB_TRY_LATER, MSG_OCSP_OTHER, "another issuer's key");
        a.issuer_key = s.ca_key;
    }
    a.serial = 4712;
    struct mint_ocsp m = response_of(&s, &a);
    expect(run(&s, &m, true, NULL), SUB_TRY_LATER, MSG_OCSP_OTHER, "another serial number");
    /* Those that the caller gave are looked up by serial number: it is not among them at all. */
    expect(run(&s, &m, false, NULL), SUB_TRY_LATER, MSG_CRL_NONE, "another serial number, given");
    scene_end(&s);
}

/* One response about several certificates, and about the same one twice, in any order. */
Test(pki_ocsp_status, several) {
    struct scene s;
    scene_begin(&s);
    struct mint_single good = single_of(&s), other = good, revoked = good;
    other.serial = 5;
    other.status = OCSP_REVOKED;
    other.revoked_at = T2026 - 5;
    revoked.status = OCSP_REVOKED;
    revoked.revoked_at = T2026 - 5;
    for (int order = 0; order < 2; order++) {
        struct mint_single list[2] = {order ? good : other, order ? other : good};
        struct mint_ocsp m = response_of(&s, list);
        m.n = 2;
        both(&s, &m, SUB_NONE, MSG_NONE, "another one is revoked");
        list[0] = order ? good : revoked;
        list[1] = order ? revoked : good;
        both(&s, &m, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "good and revoked at once");
        list[0].reason = list[1].reason = REASON_HOLD;
        list[order ? 0 : 1].from += 10; /* the good one is newer */
        m.produced = T2026;
        both(&s, &m, SUB_NONE, MSG_NONE, "no longer suspended");
        list[order ? 0 : 1].from -= 20;
        both(&s, &m, SUB_TRY_LATER, MSG_CERT_SUSPENDED, "suspended since");
    }
    scene_end(&s);
}

Test(pki_ocsp_status, as_a_whole) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    struct mint_ocsp m = response_of(&s, &a);
    m.critical = true;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_CRITICAL, "critical");
    m.critical = false;
    a.critical = true;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_CRITICAL, "critical in a single response");
    a.critical = false;
    m.damage = true;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_SIGNATURE, "damaged");
    m.damage = false;
    m.key = s.key;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_SIGNATURE, "signed with another key");
    m.key = s.ca_key;
    m.bare = true;
    both(&s, &m, SUB_NONE, MSG_NONE, "BasicOCSPResponse alone");
    m.by_name = NULL;
    m.by_key = s.ca_key;
    both(&s, &m, SUB_NONE, MSG_NONE, "by key");
    m.by_key = s.key;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_NO_SIGNER, "by the key of nobody");
    m.by_name = "Somebody";
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_NO_SIGNER, "by the name of nobody");
    const struct mint_ocsp refused = {.status = 6};
    expect(run(&s, &refused, true, NULL), SUB_TRY_LATER, MSG_OCSP_STATUS, "refused");
    scene_end(&s);
}

/* ---- delegated responders -------------------------------------------------------------------------------
 */

static void by_responder(struct scene *s, const struct mint_single *a, enum sub_indication sub,
                         enum message_id message, const char *what) {
    AUTO(sign_buf) cert = mint_cert(&s->responder);
    const sign_bytes certs[] = {view(cert)};
    struct mint_ocsp m = response_of(s, a);
    m.by_name = s->responder.subject;
    m.key = s->responder_key;
    m.certs = certs;
    m.n_certs = 1;
    both(s, &m, sub, message, what);
    m.by_name = NULL;
    m.by_key = s->responder_key;
    both(s, &m, sub, message, what);
}

static void set_extras(struct scene *s, bool ocsp_signing, bool nocheck) {
    sign_buf_free(&s->responder_extras);
    s->responder_extras =
        mint_extras(&(struct mint_extras){.ocsp_signing = ocsp_signing, .nocheck = nocheck});
    s->responder.extensions = view(s->responder_extras);
}

Test(pki_ocsp_status, delegated) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    by_responder(&s, &a, SUB_NONE, MSG_NONE, "as it should be");
    s.responder.key_usage = KU_CERT_SIGN;
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_NO_PURPOSE, "key usage");
    s.responder.key_usage = 0;
    by_responder(&s, &a, SUB_NONE, MSG_NONE, "no key usage");
    set_extras(&s, false, true);
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_NO_PURPOSE, "no id-kp-OCSPSigning");
    set_extras(&s, true, true);
    s.responder.to = a.from - 1;
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_SIGNER_EXPIRED, "expired before it answered");
    s.responder.to = T2026 - 1;
    by_responder(&s, &a, SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE, MSG_REVOCATION_SIGNER_OUT_OF_BOUNDS,
                 "expired since (EN 319 102-1, 5.2.6, step 8)");
    s.responder.to = T2026;
    by_responder(&s, &a, SUB_NONE, MSG_NONE, "on its last second");
    s.responder.from = a.from + 1;
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_SIGNER_EXPIRED, "not yet valid when it answered");
    s.responder.from = 0;
    s.responder.damage = true;
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_NOT_ISSUED, "its certificate is damaged");
    s.responder.damage = false;
    s.responder.extra = OID_EXT_LOGOTYPE;
    s.responder.extra_critical = true;
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_SIGNER_PATH, "a critical extension in its certificate");
    scene_end(&s);
}

Test(pki_ocsp_status, delegated_by_somebody_else) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    EVP_PKEY *other = mint_key();
    s.responder.issuer_key = other;
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_NOT_ISSUED, "by a CA of the same name");
    s.responder.issuer = s.responder.subject = "Responder";
    s.responder.issuer_key = s.responder_key;
    by_responder(&s, &a, SUB_TRY_LATER, MSG_OCSP_NOT_ISSUED, "by itself");
    EVP_PKEY_free(other);
    scene_end(&s);
}

/* Without nocheck its own status counts: from a list, from another responder, never from itself. */
Test(pki_ocsp_status, delegated_without_nocheck) {
    struct scene s;
    scene_begin(&s);
    set_extras(&s, true, false);
    struct mint_single list[2] = {single_of(&s), single_of(&s)};
    list[1].serial = 77;
    by_responder(&s, list, SUB_TRY_LATER, MSG_OCSP_SIGNER_STATUS, "nothing is known");
    AUTO(sign_buf) cert = mint_cert(&s.responder);
    const sign_bytes certs[] = {view(cert)};
    struct mint_ocsp m = response_of(&s, list);
    m.by_name = "Responder";
    m.key = s.responder_key;
    m.certs = certs;
    m.n_certs = 1;
    m.n = 2;
    both(&s, &m, SUB_TRY_LATER, MSG_OCSP_SIGNER_STATUS, "its answer about itself");
    struct mint_ocsp direct = response_of(&s, &list[1]);
    AUTO(sign_buf) about = mint_ocsp(&direct);
    struct kit k = {.ocsps = {view(about)}, .n_ocsps = 1};
    m.n = 1;
    expect(run(&s, &m, true, &k), SUB_NONE, MSG_NONE, "the authority vouches for it");
    struct mint_entry e = {1, T2026 - DAY, 1, .critical = false};
    struct mint_crl l = {
        .issuer = "CA", .key = s.ca_key, .from = T2026 - DAY, .to = T2026 + DAY, .entries = &e, .n = 1};
    for (int i = 0; i < 3; i++) {
        e.serial = i == 0 ? 1 : 77;
        e.reason = i == 2 ? REASON_HOLD : 1;
        AUTO(sign_buf) crl = mint_crl(&l);
        AUTO(sign_buf) ca = mint_cert(&s.ca);
        /* A list that would tell of the signer itself would be asked first: another's answers here. */
        AUTO(pki_path_ptr) path = NULL;
        struct kit with = {.anchors = {view(ca)}, .n_anchors = 1, .crls = {view(crl)}, .n_crls = 1};
        AUTO(sign_buf) ocsp = mint_ocsp(&m);
        AUTO(sign_buf) der = mint_cert(&s.signer);
        with.ocsps[with.n_ocsps++] = view(ocsp);
        sign_trust *trust = kit_trust(&with);
        const struct pki_path_options opt = {.at = T2026, .revocation = true};
        path = path_of(trust, view(der), &opt);
        cr_assert(path->indication == TOTAL_PASSED && path->n_revocation == (i == 0 ? 2 : 1));
        /* What is known of the responder stands behind what he says. */
        if (i == 0) {
            cr_expect(path->revocation[1].cert == path->revocation[0].signer);
            cr_expect_str_eq(path->revocation[1].kind, "crl");
            cr_expect_str_eq(path->revocation[1].status, "good");
        }
        /* The newer piece is the response; with its signer revoked the list is all there is. */
        cr_expect_str_eq(path->revocation[0].kind, i == 0 ? "ocsp" : "crl");
        cr_expect((path->revocation[0].signer != NULL) == (i == 0));
        sign_trust_free(&trust);
    }
    scene_end(&s);
}

/* Where whoever asks spares responders the question, one that was revoked is believed; what was found so is
 * not remembered for those who ask. */
Test(pki_ocsp_status, delegated_and_spared) {
    struct scene s;
    scene_begin(&s);
    set_extras(&s, true, false);
    AUTO(sign_buf) ca = mint_cert(&s.ca);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    AUTO(sign_buf) cert = mint_cert(&s.responder);
    const sign_bytes certs[] = {view(cert)};
    struct mint_single a = single_of(&s), revoked = single_of(&s);
    revoked.serial = 77;
    revoked.status = OCSP_REVOKED;
    revoked.revoked_at = T2026 - DAY;
    struct mint_ocsp m = response_of(&s, &a), direct = response_of(&s, &revoked);
    m.by_name = "Responder";
    m.key = s.responder_key;
    m.certs = certs;
    m.n_certs = 1;
    AUTO(sign_buf) ocsp = mint_ocsp(&m);
    AUTO(sign_buf) about = mint_ocsp(&direct);
    struct kit k = {.anchors = {view(ca)}, .n_anchors = 1, .ocsps = {view(ocsp), view(about)}, .n_ocsps = 2};
    const struct pki_path_options asked = {.at = T2026, .revocation = true},
                                  spared = {.at = T2026, .revocation = true, .signers_unchecked = true};
    for (int first = 0; first < 2; first++) {
        sign_trust *trust = kit_trust(&k);
        for (int i = first; i < first + 4; i++) {
            if (i % 2 == 0)
                expect(judge(trust, view(der), &asked), SUB_TRY_LATER, MSG_OCSP_SIGNER_REVOKED, "asked");
            else
                expect(judge(trust, view(der), &spared), SUB_NONE, MSG_NONE, "spared");
        }
        sign_trust_free(&trust);
    }
    scene_end(&s);
}

/* Responders that vouch for one another in a circle vouch for nothing, and the search ends. */
Test(pki_ocsp_status, circle_of_responders) {
    struct scene s;
    scene_begin(&s);
    set_extras(&s, true, false);
    struct mint_cert second = s.responder;
    EVP_PKEY *key = mint_key();
    second.subject = "Second";
    second.key = key;
    second.serial = 78;
    AUTO(sign_buf) first_der = mint_cert(&s.responder);
    AUTO(sign_buf) second_der = mint_cert(&second);
    struct mint_single about_first = single_of(&s), about_second = single_of(&s), a = single_of(&s);
    about_first.serial = 77;
    about_second.serial = 78;
    const sign_bytes certs[] = {view(first_der), view(second_der)};
    struct mint_ocsp by_second = {.by_name = "Second",
                                  .key = key,
                                  .singles = &about_first,
                                  .n = 1,
                                  .certs = certs,
                                  .n_certs = 2},
                     by_first = by_second, answer;
    by_first.by_name = "Responder";
    by_first.key = s.responder_key;
    by_first.singles = &about_second;
    answer = by_first;
    answer.singles = &a;
    AUTO(sign_buf) one_der = mint_ocsp(&by_first);
    AUTO(sign_buf) two_der = mint_ocsp(&by_second);
    const struct kit k = {.ocsps = {view(one_der), view(two_der)}, .n_ocsps = 2};
    expect(run(&s, &answer, true, &k), SUB_TRY_LATER, MSG_OCSP_SIGNER_STATUS, "a circle");
    EVP_PKEY_free(key);
    scene_end(&s);
}

/* RFC 6960, 4.2.2.2.1: the extension spares a responder's check, not a signer's. */
Test(pki_ocsp_status, nocheck_of_a_signer_means_nothing) {
    struct scene s;
    scene_begin(&s);
    s.signer_extras = mint_extras(&(struct mint_extras){.nocheck = true});
    s.signer.extensions = view(s.signer_extras);
    const struct mint_ocsp nothing = {.status = 3};
    expect(run(&s, &nothing, true, NULL), SUB_TRY_LATER, MSG_OCSP_STATUS, "not spared");
    struct mint_single a = single_of(&s);
    a.status = OCSP_REVOKED;
    a.revoked_at = T2026 - 1;
    one(&s, a, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "nor believed");
    scene_end(&s);
}

/* ---- responders that a person believes ------------------------------------------------------------------
 */

Test(pki_ocsp_status, trusted_by_name) {
    static const struct {
        unsigned purposes;
        int64_t sunset;
        bool ca;
        enum message_id message;
        const char *what;
    } rows[] = {{SIGN_FOR_OCSP, 0, false, MSG_NONE, "a responder"},
                {SIGN_FOR_ALL, 0, false, MSG_NONE, "a responder's certificate for everything"},
                {SIGN_FOR_SIGNERS | SIGN_FOR_TSA, 0, false, MSG_OCSP_NOT_ISSUED, "not for OCSP"},
                {SIGN_FOR_OCSP, T2026 + 1, false, MSG_NONE, "to the end of its time"},
                {SIGN_FOR_OCSP, T2026, false, MSG_OCSP_NOT_ISSUED, "beyond it"},
                {SIGN_FOR_ALL, 0, true, MSG_OCSP_NOT_ISSUED, "another root is no responder for this one"},
                {SIGN_FOR_OCSP, 0, true, MSG_NONE, "a root that is named as one"}};
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        s.responder.issuer = s.responder.subject = "Root";
        s.responder.issuer_key = s.responder_key;
        s.responder.ca = rows[i].ca;
        s.responder.path_len = -1;
        s.responder.key_usage = KU_DIGITAL_SIGNATURE | (rows[i].ca ? KU_CERT_SIGN : 0);
        AUTO(sign_buf) root = mint_cert(&s.responder);
        struct mint_ocsp m = response_of(&s, &a);
        m.by_name = "Root";
        m.key = s.responder_key;
        const struct kit k = {
            .list = {{.der = view(root), .purposes = rows[i].purposes, .sunset = rows[i].sunset}},
            .n_list = 1};
        enum sub_indication sub = rows[i].message == MSG_NONE ? SUB_NONE : SUB_TRY_LATER;
        expect(run(&s, &m, false, &k), sub, rows[i].message, rows[i].what);
        expect(run(&s, &m, true, &k), sub, rows[i].message, rows[i].what);
    }
    scene_end(&s);
}

/* ---- lists and responses together ------------------------------------------------------------------------
 */

static struct outcome with_list(const struct scene *s, struct mint_single a, int64_t from, int reason) {
    const struct mint_entry e = {4711, T2026 - DAY, reason, .critical = false};
    const struct mint_crl l = {.issuer = "CA",
                               .key = s->ca_key,
                               .from = from,
                               .to = T2026 + DAY,
                               .entries = &e,
                               .n = reason == -2 ? 0 : 1};
    AUTO(sign_buf) crl = mint_crl(&l);
    const struct kit k = {.crls = {view(crl)}, .n_crls = 1};
    struct mint_ocsp m = response_of(s, &a);
    return run(s, &m, false, &k);
}

Test(pki_ocsp_status, beside_a_list) {
    struct scene s;
    scene_begin(&s);
    struct mint_single good = single_of(&s), revoked = good, hold = good;
    revoked.status = hold.status = OCSP_REVOKED;
    revoked.revoked_at = hold.revoked_at = T2026 - DAY;
    hold.reason = REASON_HOLD;
    const int64_t older = good.from - 60, newer = good.from + 60;
    const int none = -2;
    expect(with_list(&s, good, older, none), SUB_NONE, MSG_NONE, "both good");
    expect(with_list(&s, good, older, 1), SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "revoked in an older list");
    expect(with_list(&s, revoked, newer, none), SUB_REVOKED_NO_POE, MSG_CERT_REVOKED,
           "revoked in an older response");
    expect(with_list(&s, hold, newer, none), SUB_NONE, MSG_NONE, "released since");
    expect(with_list(&s, hold, older, none), SUB_TRY_LATER, MSG_CERT_SUSPENDED, "suspended since");
    expect(with_list(&s, good, older, REASON_HOLD), SUB_NONE, MSG_NONE, "released in the response");
    expect(with_list(&s, good, newer, REASON_HOLD), SUB_TRY_LATER, MSG_CERT_SUSPENDED,
           "suspended in the list");
    scene_end(&s);
}

/* A remembered verdict holds only for times at which no other piece would say otherwise. */
Test(pki_ocsp_status, remembered_within_its_time) {
    struct scene s;
    scene_begin(&s);
    struct mint_single list[2] = {single_of(&s), single_of(&s)};
    list[0].to = T2026 + 10 * DAY;
    list[1].status = OCSP_REVOKED;
    list[1].reason = REASON_HOLD;
    list[1].revoked_at = T2026 + DAY;
    list[1].from = T2026 + 2 * DAY;
    list[1].to = T2026 + 3 * DAY;
    struct mint_ocsp early = response_of(&s, &list[0]), late = response_of(&s, &list[1]);
    AUTO(sign_buf) a = mint_ocsp(&early);
    AUTO(sign_buf) b = mint_ocsp(&late);
    AUTO(sign_buf) ca = mint_cert(&s.ca);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    const struct kit k = {.anchors = {view(ca)}, .n_anchors = 1, .ocsps = {view(a), view(b)}, .n_ocsps = 2};
    sign_trust *trust = kit_trust(&k);
    static const struct {
        int64_t at;
        enum message_id message;
    } rows[] = {{T2026, MSG_NONE},           {T2026 + 2 * DAY, MSG_CERT_SUSPENDED},
                {T2026 + 4 * DAY, MSG_NONE}, {T2026 + 2 * DAY + 5, MSG_CERT_SUSPENDED},
                {T2026 + 1, MSG_NONE},       {T2026 + 11 * DAY, MSG_OCSP_EXPIRED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct pki_path_options opt = {.at = rows[i].at, .revocation = true};
        expect(judge(trust, view(der), &opt), rows[i].message == MSG_NONE ? SUB_NONE : SUB_TRY_LATER,
               rows[i].message, "at another time");
    }
    sign_trust_free(&trust);
    scene_end(&s);
}

/* What a document carries costs effort to look at, and is read for the first of its signatures alone. */
Test(pki_ocsp_status, carried_responses_cost_effort) {
    struct scene s;
    scene_begin(&s);
    struct mint_single a = single_of(&s);
    struct mint_ocsp m = response_of(&s, &a);
    AUTO(sign_buf) ocsp = mint_ocsp(&m);
    AUTO(sign_buf) ca = mint_cert(&s.ca);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    const sign_bytes ocsps[] = {BYTES("junk", 4), view(ocsp)};
    const struct kit k = {.anchors = {view(ca)}, .n_anchors = 1};
    sign_trust *trust = kit_trust(&k);
    AUTO(pki_lists) lists = {.ocsp_der = ocsps, .n_ocsp = 2};
    size_t effort = 4; /* the anchor's key, two to read, a look; its signature is too much */
    const struct pki_path_options opt = {.at = T2026, .revocation = true, .lists = &lists, .effort = &effort};
    expect(judge(trust, view(der), &opt), SUB_TRY_LATER, MSG_OCSP_NO_SIGNER, "too little");
    cr_expect(lists.read && lists.n_ocsps == 1);
    effort = 3;
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "just enough, as it was read before");
    sign_trust_free(&trust);
    scene_end(&s);
}

/* What a signature costs whose bag has a certificate with a long name, and whose responder is nobody's. */
static size_t spent(size_t letters, bool response) {
    struct scene s;
    scene_begin(&s);
    char *name = calloc(letters + 1, 1);
    cr_assert_not_null(name);
    memset(name, 'x', letters);
    struct mint_cert other = s.responder;
    other.subject = name;
    const struct mint_single single = single_of(&s);
    struct mint_ocsp m = response_of(&s, &single);
    m.by_name = "Nobody";
    AUTO(sign_buf) ca = mint_cert(&s.ca);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    AUTO(sign_buf) useless = mint_cert(&other);
    AUTO(sign_buf) answer = mint_ocsp(&m);
    const struct kit kit = {
        .anchors = {view(ca)}, .n_anchors = 1, .ocsps = {view(answer)}, .n_ocsps = response ? 1 : 0};
    const sign_bytes bag[] = {view(useless)};
    size_t effort = 100;
    const struct pki_path_options opt = {
        .at = T2026, .revocation = true, .bag = bag, .n_bag = 1, .effort = &effort};
    sign_trust *trust = kit_trust(&kit);
    expect(judge(trust, view(der), &opt), SUB_TRY_LATER, response ? MSG_OCSP_NO_SIGNER : MSG_CRL_NONE, "");
    sign_trust_free(&trust);
    free(name);
    scene_end(&s);
    return 100 - effort;
}

/* To look through the bag costs one; a long name costs more, because it has to be made comparable. Twice:
 * once for the time in question, and as nothing came of that, once for evidence of any time. */
Test(pki_ocsp_status, long_names_cost_effort) {
    cr_expect_eq(spent(100, true) - spent(100, false), 2 * 1);
    cr_expect_eq(spent(600, true) - spent(600, false), 2 * 2);
    cr_expect_eq(spent(40000, true) - spent(40000, false), 2 * 4);
}

/* What is known of the responder that answers about an authority is told for every signer below it. */
Test(pki_ocsp_status, rows_about_a_responder) {
    struct scene s;
    scene_begin(&s);
    EVP_PKEY *below_key = mint_key();
    struct mint_cert below = mint_authority("Below", "CA", below_key, s.ca_key);
    below.serial = 9;
    set_extras(&s, true, false);
    s.signer.issuer = "Below";
    s.signer.issuer_key = below_key;
    struct mint_single of_ca = single_of(&s), of_responder = of_ca, of_signers[2] = {of_ca, of_ca};
    of_ca.serial = 9;
    of_responder.serial = 77;
    for (size_t i = 0; i < 2; i++) {
        of_signers[i].issuer = "Below";
        of_signers[i].issuer_key = below_key;
        of_signers[i].serial = 4711 + i;
    }
    struct mint_ocsp by_responder_ = response_of(&s, &of_ca), by_ca = response_of(&s, &of_responder),
                     by_below = response_of(&s, of_signers);
    by_responder_.by_name = "Responder";
    by_responder_.key = s.responder_key;
    by_below.by_name = "Below";
    by_below.key = below_key;
    by_below.n = 2;
    AUTO(sign_buf) anchor = mint_cert(&s.ca);
    AUTO(sign_buf) below_der = mint_cert(&below);
    AUTO(sign_buf) responder = mint_cert(&s.responder);
    AUTO(sign_buf) first = mint_cert(&s.signer);
    s.signer.serial = 4712;
    AUTO(sign_buf) second = mint_cert(&s.signer);
    AUTO(sign_buf) a = mint_ocsp(&by_responder_);
    AUTO(sign_buf) b = mint_ocsp(&by_ca);
    AUTO(sign_buf) c = mint_ocsp(&by_below);
    const struct kit k = {.anchors = {view(anchor)},
                          .n_anchors = 1,
                          .certs = {view(below_der), view(responder)},
                          .n_certs = 2,
                          .ocsps = {view(a), view(b), view(c)},
                          .n_ocsps = 3};
    sign_trust *trust = kit_trust(&k);
    const struct pki_path_options opt = {.at = T2026, .revocation = true};
    const sign_bytes ends[] = {view(first), view(second), view(first)};
    for (size_t i = 0; i < 3; i++) {
        AUTO(pki_path_ptr) p = path_of(trust, ends[i], &opt);
        cr_assert(p->indication == TOTAL_PASSED && p->n_chain == 3);
        cr_assert_eq(p->n_revocation, 3);
        cr_expect(p->revocation[0].cert == p->chain[0] && p->revocation[1].cert == p->chain[1]);
        cr_expect(p->revocation[2].cert == p->revocation[1].signer && p->revocation[2].signer == NULL);
        cr_expect(bytes_equal(p->revocation[2].cert->der, view(responder)));
    }
    sign_trust_free(&trust);
    EVP_PKEY_free(below_key);
    scene_end(&s);
}
