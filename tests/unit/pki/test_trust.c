/* What is loaded into a trust besides files of certificates: anchors with purposes, OCSP responses. */
#include "mint_ocsp.h"

static sign_rc load(const struct kit *k, sign_trust **out, sign_error *err) {
    sign_input ocsp = {.name = "answers/one.der", .data = k->ocsps[0]};
    const sign_trust_options opt = {
        .size = sizeof opt, .list = k->list, .n_list = k->n_list, .ocsps = &ocsp, .n_ocsps = k->n_ocsps};
    return sign_trust_new(&opt, out, err);
}

Test(pki_trust, anchors_of_a_list_are_checked) {
    struct scene s;
    scene_begin(&s);
    sign_trust *t = NULL;
    sign_error err = {0};
    AUTO(sign_buf) good = mint_cert(&s.ca);
    s.ca.damage = true;
    AUTO(sign_buf) damaged = mint_cert(&s.ca);
    struct kit k = {.list = {{.der = view(damaged), .source = "store/root.pem"}}, .n_list = 1};
    cr_assert_eq(load(&k, &t, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, message_code(MSG_ANCHOR_SIGNATURE));
    cr_expect(strstr(err.text, "root.pem") != NULL, "%s", err.text);
    k.list[0] = (sign_anchor){.der = view(good), .purposes = 1 << 10};
    cr_assert_eq(load(&k, &t, &err), SIGN_E_ARGUMENT);
    k.list[0] = (sign_anchor){.der = BYTES("junk", 4)};
    cr_assert_eq(load(&k, &t, &err), SIGN_E_FORMAT);
    cr_assert_null(t);
    scene_end(&s);
}

/* The same root twice is believed for what both say, and as long as the longer of them. */
Test(pki_trust, an_anchor_given_twice) {
    struct scene s;
    scene_begin(&s);
    AUTO(sign_buf) ca = mint_cert(&s.ca);
    struct kit k = {
        .list = {{.der = view(ca), .purposes = SIGN_FOR_TSA, .sunset = T2026, .source = "a/one.pem"},
                 {.der = view(ca), .purposes = SIGN_FOR_OCSP, .sunset = T2027}},
        .n_list = 2};
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            k.list[1].sunset = 0;
        if (i == 2)
            k.list[0].purposes = 0;
        sign_trust *t = kit_trust(&k);
        size_t anchors = 0;
        sign_trust_count(t, &anchors, NULL, NULL);
        cr_assert_eq(anchors, 1);
        cr_expect_eq(t->certs[0].purposes, i == 2 ? 0 : SIGN_FOR_TSA | SIGN_FOR_OCSP);
        cr_expect_eq(t->certs[0].sunset, i == 0 ? T2027 : 0);
        cr_expect_str_eq(t->certs[0].source->name, "store: one.pem");
        cr_expect_eq(t->certs[0].source->origin, ORIGIN_GIVEN);
        sign_trust_free(&t);
    }
    scene_end(&s);
}

Test(pki_trust, responses) {
    struct scene s;
    scene_begin(&s);
    sign_trust *t = NULL;
    sign_error err = {0};
    struct mint_single many[3] = {single_of(&s), single_of(&s), single_of(&s)};
    many[1].serial = 5;
    many[2].serial = 6;
    struct mint_ocsp m = response_of(&s, many);
    m.n = 3;
    AUTO(sign_buf) response = mint_ocsp(&m);
    struct kit k = {.ocsps = {view(response)}, .n_ocsps = 1};
    cr_assert_eq(load(&k, &t, &err), SIGN_OK, "%s", err.text);
    const struct ocsp_node *first;
    for (uint8_t serial = 4; serial < 8; serial++)
        cr_expect_eq(pki_trust_ocsps(t, BYTES(&serial, 1), &first), serial == 5 || serial == 6);
    cr_expect_str_eq(t->ocsps[0]->source->name, "one.der");
    sign_trust_free(&t);
    response.data[1] ^= 1;
    cr_assert_eq(load(&k, &t, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, message_code(MSG_OCSP_FORMAT));
    cr_expect(strstr(err.text, "one.der") != NULL, "%s", err.text);
    scene_end(&s);
}
