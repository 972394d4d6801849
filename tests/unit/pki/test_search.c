/* Which path is found, and when none is: candidates, anchors and what they are believed for, issuers that are
 * fetched, keys that inherit their parameters (RFC 5280, 6; RFC 4158). */
#include "mint_ocsp.h"
#include <openssl/core_names.h>
#include <unistd.h>

#define TSA  "1.3.6.1.5.5.7.3.8"
#define OCSP "1.3.6.1.5.5.7.3.9"
#define ANY  "2.5.29.37.0"

static sign_buf usage(const char *const *purposes, bool critical) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    cr_assert(der_put_oid_text(&b, "2.5.29.37"));
    if (critical)
        der_put_bool(&b, true);
    der_begin(&b, DER_OCTET_STRING);
    der_begin(&b, DER_SEQUENCE);
    for (; *purposes != NULL; purposes++)
        cr_assert(der_put_oid_text(&b, *purposes));
    der_end(&b);
    der_end(&b);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

/* ---- anchors ------------------------------------------------------------------------------------------ */

struct two_roots {
    EVP_PKEY *keys[4];
    sign_buf root[2], ca[2], end;
};

/* One CA with certificates of two roots. */
static struct two_roots two_roots(void) {
    struct two_roots w = {.keys = {mint_key(), mint_key(), mint_key(), mint_key()}};
    const char *names[] = {"Root 0", "Root 1"};
    for (size_t i = 0; i < 2; i++) {
        struct mint_cert root = mint_authority(names[i], names[i], w.keys[i], w.keys[i]);
        struct mint_cert ca = mint_authority("CA", names[i], w.keys[2], w.keys[i]);
        w.root[i] = mint_cert(&root);
        w.ca[i] = mint_cert(&ca);
    }
    const char *time_stamps[] = {TSA, NULL};
    AUTO(sign_buf) eku = usage(time_stamps, true);
    struct mint_cert end = mint_signer("CA", w.keys[3], w.keys[2]);
    end.extensions = view(eku);
    w.end = mint_cert(&end);
    return w;
}

static void two_roots_free(struct two_roots *w) {
    for (size_t i = 0; i < 4; i++)
        EVP_PKEY_free(w->keys[i]);
    for (size_t i = 0; i < 2; i++) {
        sign_buf_free(&w->root[i]);
        sign_buf_free(&w->ca[i]);
    }
    sign_buf_free(&w->end);
}

static sign_trust *trust_of(const sign_anchor *list, size_t n_list, const sign_buf *certs, size_t n_certs,
                            const sign_fetch *fetch) {
    sign_input in[8];
    for (size_t i = 0; i < n_certs; i++)
        in[i] = (sign_input){.name = "memory", .data = view(certs[i])};
    const sign_trust_options opt = {
        .size = sizeof opt, .list = list, .n_list = n_list, .certs = in, .n_certs = n_certs, .fetch = fetch};
    sign_trust *trust = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &trust, &err), SIGN_OK, "%s", err.text);
    return trust;
}

/* What it is believed for, and until when; remembered paths are no way around either. */
Test(pki_search, anchors_are_believed_for_their_purposes) {
    struct two_roots w = two_roots();
    const sign_anchor list[] = {{.der = view(w.root[0]), .purposes = SIGN_FOR_TSA},
                                {.der = view(w.root[1]), .purposes = SIGN_FOR_SIGNERS, .sunset = T2027}};
    const struct pki_path_options in_2026 = {.at = T2026}, last = {.at = T2027 - 1}, in_2027 = {.at = T2027};
    const struct pki_path_options tsa = {.at = T2026, .purpose = PKI_TSA};
    sign_trust *trust = trust_of(list, 2, w.ca, 2, NULL), *only_tsa = trust_of(list, 1, w.ca, 1, NULL);
    for (int i = 0; i < 2; i++) {
        expect(judge(only_tsa, view(w.end), &in_2026), SUB_NO_CERTIFICATE_CHAIN_FOUND,
               MSG_PATH_ANCHOR_PURPOSE, "a root for time-stamps only");
        expect(judge(only_tsa, view(w.end), &tsa), SUB_NONE, MSG_NONE, "for time-stamps");
        expect(judge(only_tsa, view(w.ca[0]), &tsa), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NOT_TSA,
               "the authority makes no time-stamps itself");
        expect(judge(trust, view(w.end), &in_2026), SUB_NONE, MSG_NONE, "by way of the other one");
        expect(judge(trust, view(w.end), &last), SUB_NONE, MSG_NONE, "in the last second");
        expect(judge(trust, view(w.end), &in_2027), SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
               MSG_PATH_ANCHOR_SUNSET, "after the sunset, which tells more than the other one's purpose");
        expect(judge(trust, view(w.root[1]), &in_2026), SUB_NONE, MSG_NONE, "the anchor itself");
        expect(judge(trust, view(w.root[1]), &in_2027), SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
               MSG_PATH_ANCHOR_SUNSET, "the anchor itself, after its sunset");
    }
    sign_trust_free(&only_tsa);
    sign_trust_free(&trust);
    trust = trust_of(list + 1, 1, w.ca + 1, 1, NULL);
    expect(judge(trust, view(w.end), &in_2027), SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE, MSG_PATH_ANCHOR_SUNSET,
           "nothing but a sunset");
    sign_trust_free(&trust);
    two_roots_free(&w);
}

static struct pki_cert *held(const sign_trust *trust, sign_bytes der) {
    struct trust_cert *c = pki_trust_find(trust, cache_hash(trust->seed, der), der);
    cr_assert_not_null(c);
    return c->cert;
}

/* RFC 5280, 6.3.3 (f): who signs a list has the anchor of the certificate that it is about. */
Test(pki_search, the_anchor_that_is_wanted) {
    struct two_roots w = two_roots();
    const sign_anchor list[] = {{.der = view(w.root[0])}, {.der = view(w.root[1]), .purposes = SIGN_FOR_TSA}};
    sign_trust *trust = trust_of(list, 2, w.ca, 2, NULL), *one = trust_of(list, 2, w.ca, 1, NULL);
    struct pki_path_options any = {.at = T2026}, by[2] = {{.at = T2026}, {.at = T2026}};
    for (int round = 0; round < 2; round++) {
        expect(judge(trust, view(w.end), &any), SUB_NONE, MSG_NONE, "whichever");
        for (size_t i = 0; i < 2; i++) {
            by[i].anchor = held(trust, view(w.root[i]));
            expect(judge(trust, view(w.end), &by[i]), SUB_NONE, MSG_NONE, "this one, whatever it is for");
        }
    }
    sign_trust *stamps = trust_of(list + 1, 1, w.ca + 1, 1, NULL);
    by[0].anchor = held(stamps, view(w.root[1]));
    for (int round = 0; round < 2; round++) {
        expect(judge(stamps, view(w.end), &by[0]), SUB_NONE, MSG_NONE, "for a list");
        expect(judge(stamps, view(w.end), &any), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_ANCHOR_PURPOSE,
               "for a signer");
    }
    sign_trust_free(&stamps);
    by[1].anchor = held(one, view(w.root[1]));
    expect(judge(one, view(w.end), &any), SUB_NONE, MSG_NONE, "whichever");
    expect(judge(one, view(w.end), &by[1]), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_OTHER_ANCHOR,
           "the other one, which did not certify the CA");
    sign_trust_free(&one);
    sign_trust_free(&trust);
    two_roots_free(&w);
}

/* ---- what the end may be used for ------------------------------------------------------------------------
 */

Test(pki_search, purpose_of_the_end) {
    static const struct {
        const char *purposes[3];
        bool critical;
        unsigned key_usage;
        enum message_id tsa, ocsp, crl;
    } rows[] = {
        {{TSA}, true, KU_DIGITAL_SIGNATURE, MSG_NONE, MSG_PATH_NOT_OCSP_SIGNER, MSG_PATH_NOT_CRL_SIGNER},
        {{TSA}, false, KU_CRL_SIGN, MSG_PATH_NOT_TSA, MSG_PATH_NOT_OCSP_SIGNER, MSG_NONE},
        {{TSA, OCSP}, true, 0, MSG_PATH_NOT_TSA, MSG_NONE, MSG_NONE},
        {{OCSP}, false, 0, MSG_PATH_NOT_TSA, MSG_NONE, MSG_NONE},
        {{ANY}, true, 0, MSG_PATH_NOT_TSA, MSG_PATH_NOT_OCSP_SIGNER, MSG_NONE},
        {{NULL}, false, 0, MSG_PATH_NOT_TSA, MSG_PATH_NOT_OCSP_SIGNER, MSG_NONE},
    };
    EVP_PKEY *root_key = mint_key(), *key = mint_key();
    struct mint_cert root = mint_authority("Root", "Root", root_key, root_key);
    struct world w = {.anchors = {mint_cert(&root)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint_cert end = mint_signer("Root", key, root_key);
        AUTO(sign_buf) eku = usage(rows[i].purposes, rows[i].critical);
        end.serial = i + 2;
        end.key_usage = rows[i].key_usage;
        end.extensions = rows[i].purposes[0] != NULL ? view(eku) : (sign_bytes){0};
        AUTO(sign_buf) der = mint_cert(&end);
        const enum message_id wanted[] = {MSG_NONE, MSG_NONE, rows[i].tsa, rows[i].crl, rows[i].ocsp};
        for (int round = 0; round < 2; round++) /* what is remembered for one purpose is not for another */
            for (enum pki_purpose p = PKI_ANY; p <= PKI_OCSP_RESPONDER; p++) {
                const struct pki_path_options opt = {.at = T2026, .purpose = p};
                char what[40];
                (void)snprintf(what, sizeof what, "row %zu for %d", i, (int)p);
                expect(judge(trust, view(der), &opt),
                       wanted[p] == MSG_NONE ? SUB_NONE : SUB_CHAIN_CONSTRAINTS_FAILURE, wanted[p], what);
            }
    }
    sign_trust_free(&trust);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(key);
}

/* ---- candidates -------------------------------------------------------------------------------------------
 */

/* Of several certificates of one authority the one that makes the path hold is found, in whatever order. */
Test(pki_search, another_candidate_may_pass) {
    EVP_PKEY *root_key = mint_key(), *ca_key = mint_key(), *key = mint_key();
    struct mint_cert root = mint_authority("Root", "Root", root_key, root_key);
    struct mint_cert good = mint_authority("CA", "Root", ca_key, root_key), bad[4];
    for (size_t i = 0; i < 4; i++) {
        bad[i] = good;
        bad[i].serial = i + 2;
    }
    bad[0].to = T2020 + DAY;
    bad[1].ca = -1;
    bad[2].key_usage = KU_CRL_SIGN;
    bad[3].extra = OID_EXT_LOGOTYPE;
    bad[3].extra_critical = true;
    struct mint_cert end = mint_signer("CA", key, ca_key);
    AUTO(sign_buf) der = mint_cert(&end);
    const struct pki_path_options opt = {.at = T2026};
    for (size_t at = 0; at < 5; at++) {
        struct world w = {.anchors = {mint_cert(&root)}, .n_anchors = 1, .n_certs = 5};
        for (size_t i = 0, k = 0; i < 5; i++)
            w.certs[i] = mint_cert(i == at ? &good : &bad[k++]);
        sign_trust *trust = world_trust(&w);
        expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "one of five is good");
        sign_trust_free(&trust);
    }
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
}

/*
 * Old and new key of an authority certified by each other (RFC 4210, 4.4), and a key of it that may sign
 * lists only: what sections 4.5 and 4.7 of NIST's PKITS have about paths.
 */
Test(pki_search, self_issued_keys) {
    EVP_PKEY *root_key = mint_key(), *old_key = mint_key(), *new_key = mint_key(), *key = mint_key();
    struct mint_cert root = mint_authority("Root", "Root", root_key, root_key);
    struct mint_cert ca = mint_authority("CA", "Root", new_key, root_key);
    struct mint_cert link = mint_authority("CA", "CA", old_key, new_key);
    struct mint_cert of_old = mint_signer("CA", key, old_key), of_new = mint_signer("CA", key, new_key);
    AUTO(sign_buf) by_old = mint_cert(&of_old);
    AUTO(sign_buf) by_new = mint_cert(&of_new);
    const struct pki_path_options opt = {.at = T2026};
    for (int lists_only = 0; lists_only < 2; lists_only++) {
        link.key_usage = lists_only ? KU_CRL_SIGN : KU_CERT_SIGN | KU_CRL_SIGN;
        link.path_len = lists_only ? 0 : -1;
        struct world w = {.anchors = {mint_cert(&root)},
                          .n_anchors = 1,
                          .certs = {mint_cert(&ca), mint_cert(&link)},
                          .n_certs = 2};
        sign_trust *trust = world_trust(&w);
        expect(judge(trust, view(by_new), &opt), SUB_NONE, MSG_NONE, "signed with the new key");
        if (lists_only)
            expect(judge(trust, view(by_old), &opt), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NO_CERT_SIGN,
                   "signed with a key for lists");
        else
            expect(judge(trust, view(by_old), &opt), SUB_NONE, MSG_NONE, "signed with the old key");
        sign_trust_free(&trust);
    }
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(old_key);
    EVP_PKEY_free(new_key);
    EVP_PKEY_free(key);
}

/* ---- DSA parameters of the issuer -------------------------------------------------------------------------
 */

static EVP_PKEY *dsa_domain(void) {
    EVP_PKEY *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    cr_assert(ctx != NULL && EVP_PKEY_paramgen_init(ctx) == 1);
    OSSL_PARAM bits[] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
    size_t p = 1024, q = 160;
    bits[0] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_PBITS, &p);
    bits[1] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_QBITS, &q);
    cr_assert(EVP_PKEY_CTX_set_params(ctx, bits) == 1 && EVP_PKEY_paramgen(ctx, &params) == 1);
    EVP_PKEY_CTX_free(ctx);
    return params;
}

static EVP_PKEY *dsa_key(EVP_PKEY *domain) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, domain, NULL);
    cr_assert(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &key) == 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/*
 * RFC 3279, 2.3.2: along the path, through as many keys as leave theirs out; from another issuer's parameters
 * nothing comes that verifies, and what one issuer's gave is not kept for the other.
 */
Test(pki_search, dsa_parameters_are_inherited) {
    EVP_PKEY *domain = dsa_domain(), *other = dsa_domain();
    EVP_PKEY *roots[2] = {dsa_key(domain), dsa_key(other)}, *sub_key = dsa_key(domain),
             *low_key = dsa_key(domain);
    EVP_PKEY *ec = mint_key(), *key = mint_key();
    struct mint_cert root = mint_authority("Root", "Root", roots[0], roots[0]);
    struct mint_cert stranger = mint_authority("Stranger", "Stranger", roots[1], roots[1]);
    struct mint_cert sub = mint_authority("Sub", "Root", sub_key, roots[0]),
                     low = mint_authority("Low", "Sub", low_key, sub_key);
    struct mint_cert cross = mint_authority("Sub", "Stranger", sub_key, roots[1]);
    struct mint_cert end = mint_signer("Low", key, low_key),
                     by_curve = mint_authority("Sub", "Curve", sub_key, ec);
    struct mint_cert curve = mint_authority("Curve", "Curve", ec, ec);
    sub.bare_key = low.bare_key = cross.bare_key = by_curve.bare_key = true;
    AUTO(sign_buf) der = mint_cert(&end);
    end.damage = true;
    AUTO(sign_buf) damaged = mint_cert(&end);
    const struct pki_path_options opt = {.at = T2026};
    struct world own = {.anchors = {mint_cert(&root)},
                        .n_anchors = 1,
                        .certs = {mint_cert(&low), mint_cert(&sub)},
                        .n_certs = 2};
    struct world theirs = {.anchors = {mint_cert(&stranger)},
                           .n_anchors = 1,
                           .certs = {mint_cert(&low), mint_cert(&cross)},
                           .n_certs = 2};
    struct world both = {.anchors = {mint_cert(&stranger), mint_cert(&root)},
                         .n_anchors = 2,
                         .certs = {mint_cert(&low), mint_cert(&cross), mint_cert(&sub)},
                         .n_certs = 3};
    struct world none = {.anchors = {mint_cert(&curve)},
                         .n_anchors = 1,
                         .certs = {mint_cert(&low), mint_cert(&by_curve)},
                         .n_certs = 2};
    sign_trust *trusts[] = {world_trust(&own), world_trust(&theirs), world_trust(&both), world_trust(&none)};
    for (int round = 0; round < 2; round++) {
        expect(judge(trusts[0], view(der), &opt), SUB_NONE, MSG_NONE, "of the root, two below it");
        expect(judge(trusts[0], view(damaged), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE,
               "damaged");
        expect(judge(trusts[1], view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE,
               "of an issuer with other parameters");
        expect(judge(trusts[2], view(der), &opt), SUB_NONE, MSG_NONE, "of the right one of two issuers");
        expect(judge(trusts[3], view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE,
               "there are none to inherit");
    }
    for (size_t i = 0; i < 4; i++)
        sign_trust_free(&trusts[i]);
    EVP_PKEY *all[] = {domain, other, roots[0], roots[1], sub_key, low_key, ec, key};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        EVP_PKEY_free(all[i]);
}

/* ---- issuers that are fetched -----------------------------------------------------------------------------
 */

/* A door that gives certificates by their URL, or one more authority for ever. */
struct shelf {
    const char *url[4];
    sign_bytes der[4];
    EVP_PKEY *endless; /* key of every authority of an endless chain; NULL: none */
    size_t asked;
    int64_t expires;
    unsigned delay_ms;
};

static sign_buf next_authority(struct shelf *s, const char *url) {
    char subject[40], issuer[40], next[60];
    unsigned long n = strtoul(strrchr(url, '/') + 1, NULL, 10);
    (void)snprintf(subject, sizeof subject, "Endless %lu", n);
    (void)snprintf(issuer, sizeof issuer, "Endless %lu", n + 1);
    (void)snprintf(next, sizeof next, "http://aia.test/endless/%lu", n + 1);
    AUTO(sign_buf) aia = mint_extras(&(struct mint_extras){.issuers_url = next});
    struct mint_cert m = mint_authority(subject, issuer, s->endless, s->endless);
    m.extensions = view(aia);
    return mint_cert(&m);
}

static void give(void *user, const sign_fetch_request *requests, size_t n, sign_fetch_answer *answers) {
    struct shelf *s = user;
    if (s->delay_ms > 0)
        (void)usleep(s->delay_ms * 1000);
    for (size_t i = 0; i < n; i++) {
        s->asked++;
        answers[i].rc = SIGN_E_NETWORK;
        for (size_t k = 0; k < 4; k++)
            if (s->url[k] != NULL && strcmp(s->url[k], requests[i].url) == 0)
                answers[i].rc = buf_copy(s->der[k], &answers[i].body, NULL);
        if (s->endless != NULL && strstr(requests[i].url, "/endless/") != NULL) {
            answers[i].body = next_authority(s, requests[i].url);
            answers[i].rc = SIGN_OK;
        }
        answers[i].obtained = T2026;
        answers[i].expires = s->expires;
    }
}

static int64_t now = T2026;
static int64_t clock_of_test(void) {
    return now;
}

/*
 * Asked for only when nothing local helps and the door may be used; a path that rests on it is remembered for
 * those who may use it, until it runs out, and changes no answer for the others.
 */
Test(pki_search, issuers_are_fetched) {
    EVP_PKEY *root_key = mint_key(), *ca_key = mint_key(), *key = mint_key(), *stray_key = mint_key();
    AUTO(sign_buf)
    aia = mint_extras(
        &(struct mint_extras){.issuers_url = "http://aia.test/wrong", .issuers_url2 = "http://aia.test/ca"});
    struct mint_cert root = mint_authority("Root", "Root", root_key, root_key),
                     ca = mint_authority("CA", "Root", ca_key, root_key);
    struct mint_cert stray = mint_authority("CA", "Root", stray_key, root_key),
                     end = mint_signer("CA", key, ca_key);
    end.extensions = view(aia);
    AUTO(sign_buf) root_der = mint_cert(&root);
    AUTO(sign_buf) ca_der = mint_cert(&ca);
    AUTO(sign_buf) stray_der = mint_cert(&stray);
    AUTO(sign_buf) der = mint_cert(&end);
    struct shelf shelf = {.url = {"http://aia.test/ca", "http://aia.test/wrong"},
                          .der = {view(ca_der), view(stray_der)},
                          .expires = T2026 + DAY};
    const sign_fetch fetch = {give, &shelf};
    const sign_anchor anchor = {.der = view(root_der)};
    sign_trust *trust = trust_of(&anchor, 1, NULL, 0, &fetch),
               *has_it = trust_of(&anchor, 1, &ca_der, 1, &fetch);
    trust->clock = clock_of_test;
    const struct pki_path_options offline = {.at = T2026}, online = {.at = T2026, .online = true};
    expect(judge(has_it, view(der), &online), SUB_NONE, MSG_NONE, "nothing is missing");
    cr_expect_eq(shelf.asked, 0, "asked for nothing");
    for (int i = 0; i < 2; i++) {
        expect(judge(trust, view(der), &offline), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER,
               "offline");
        expect(judge(trust, view(der), &online), SUB_NONE, MSG_NONE, "online");
    }
    cr_expect_eq(shelf.asked, 2, "both addresses, each once: %zu", shelf.asked);
    shelf.url[0] = NULL; /* it is gone from the server */
    now = T2026 + DAY / 2;
    expect(judge(trust, view(der), &online), SUB_NONE, MSG_NONE, "half a day later");
    now = T2026 + 2 * DAY;
    expect(judge(trust, view(der), &online), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE,
           "two days later only the wrong one is there");
    sign_trust_free(&has_it);
    sign_trust_free(&trust);
    EVP_PKEY *all[] = {root_key, ca_key, key, stray_key};
    for (size_t i = 0; i < 4; i++)
        EVP_PKEY_free(all[i]);
}

/* However long the chain of addresses is, a search ends after a few. */
Test(pki_search, fetching_is_bounded) {
    EVP_PKEY *root_key = mint_key(), *endless = mint_key(), *key = mint_key();
    AUTO(sign_buf) aia = mint_extras(&(struct mint_extras){.issuers_url = "http://aia.test/endless/0"});
    struct mint_cert root = mint_authority("Root", "Root", root_key, root_key),
                     end = mint_signer("Endless 0", key, endless);
    end.extensions = view(aia);
    AUTO(sign_buf) root_der = mint_cert(&root);
    AUTO(sign_buf) der = mint_cert(&end);
    struct shelf shelf = {.endless = endless};
    const sign_fetch fetch = {give, &shelf};
    const sign_anchor anchor = {.der = view(root_der)};
    sign_trust *trust = trust_of(&anchor, 1, NULL, 0, &fetch);
    const struct pki_path_options online = {.at = T2026, .online = true};
    expect(judge(trust, view(der), &online), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER, "no end");
    cr_expect_eq(shelf.asked, (size_t)LIMIT_AIA_FETCHES, "%zu requests", shelf.asked);
    sign_trust_free(&trust);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(endless);
    EVP_PKEY_free(key);
}

/* Servers that take their time are not waited for longer than the whole document may; what is remembered
 * does. */
Test(pki_search, waiting_is_bounded) {
    EVP_PKEY *root_key = mint_key(), *ca_key = mint_key(), *key = mint_key();
    AUTO(sign_buf) aia = mint_extras(&(struct mint_extras){.issuers_url = "http://aia.test/ca"});
    AUTO(sign_buf) elsewhere = mint_extras(&(struct mint_extras){.issuers_url = "http://aia.test/again"});
    struct mint_cert root = mint_authority("Root", "Root", root_key, root_key),
                     ca = mint_authority("CA", "Root", ca_key, root_key),
                     end = mint_signer("CA", key, ca_key);
    AUTO(sign_buf) root_der = mint_cert(&root);
    AUTO(sign_buf) ca_der = mint_cert(&ca);
    end.extensions = view(aia);
    AUTO(sign_buf) der = mint_cert(&end);
    end.extensions = view(elsewhere);
    AUTO(sign_buf) other = mint_cert(&end);
    struct shelf shelf = {.url = {"http://aia.test/ca", "http://aia.test/again"},
                          .der = {view(ca_der), view(ca_der)},
                          .delay_ms = 20};
    const sign_fetch fetch = {give, &shelf};
    const sign_anchor anchor = {.der = view(root_der)};
    sign_trust *trust = trust_of(&anchor, 1, NULL, 0, &fetch);
    int64_t patience = 5000;
    const struct pki_path_options opt = {.at = T2026, .online = true, .patience = &patience};
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "in time");
    cr_expect(patience > 0 && patience <= 4981, "left: %lld", (long long)patience);
    patience = 0;
    expect(judge(trust, view(other), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER, "too late");
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "too late, but remembered");
    cr_expect_eq(shelf.asked, 1, "asked %zu times", shelf.asked);
    patience = 1;
    expect(judge(trust, view(other), &opt), SUB_NONE, MSG_NONE, "the last one is waited for");
    cr_expect_eq(patience, 0, "left: %lld", (long long)patience);
    sign_trust_free(&trust);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
}

/* ---- bounds ------------------------------------------------------------------------------------------- */

static sign_buf long_name(size_t letters) {
    AUTO(der_builder) b = {0};
    AUTO(grow) text = {0};
    sign_buf out = {0};
    for (size_t i = 0; i < letters; i++)
        grow_byte(&text, 'x');
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SET);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_DN_COMMON_NAME);
    der_put(&b, DER_UTF8, BYTES(text.data, text.len));
    der_end(&b);
    der_end(&b);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

/* A bag of certificates that nobody needs is paid for by what their names cost to compare, every time. */
Test(pki_search, long_names_cost_effort) {
    static const struct { size_t letters, cost; } rows[] = {{100, 1}, {450, 1}, {600, 2}, {40000, 4}};
    EVP_PKEY *key = mint_key();
    struct mint_cert root = mint_authority("Root", "Root", key, key), end = mint_signer("Nobody", key, key);
    struct world w = {.anchors = {mint_cert(&root)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&end);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(sign_buf) name = long_name(rows[i].letters);
        struct mint_cert other = mint_authority("", "Root", key, key);
        other.subject_name = view(name);
        AUTO(sign_buf) useless = mint_cert(&other);
        const sign_bytes bag[] = {view(useless)};
        size_t effort = 100;
        const struct pki_path_options opt = {.at = T2026, .bag = bag, .n_bag = 1, .effort = &effort};
        struct outcome o = judge(trust, view(der), &opt);
        expect(o, SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER, "a long name in the bag");
        cr_expect_eq(100 - effort, rows[i].cost, "%zu letters cost %zu", rows[i].letters, 100 - effort);
    }
    sign_trust_free(&trust);
    EVP_PKEY_free(key);
}

/* The signer's own certificate, which nearly every bag has, is no candidate: its name is not made comparable.
 */
Test(pki_search, own_certificate_in_the_bag) {
    EVP_PKEY *key = mint_key();
    struct mint_cert root = mint_authority("Root", "Root", key, key), end = mint_signer("Nobody", key, key);
    struct world w = {.anchors = {mint_cert(&root)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) name = long_name(40000);
    end.subject_name = view(name);
    AUTO(sign_buf) der = mint_cert(&end);
    const sign_bytes bag[] = {view(der)};
    size_t effort = 100;
    const struct pki_path_options opt = {.at = T2026, .bag = bag, .n_bag = 1, .effort = &effort};
    expect(judge(trust, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER,
           "alone in its bag");
    cr_expect_eq(100 - effort, 1, "%zu", 100 - effort);
    sign_trust_free(&trust);
    EVP_PKEY_free(key);
}
