/* Further signatures in one document: the others stay as they are and hold; what cannot have one says so. */
#include "draft_make.h"

#include "base/text.h"

static const char document[] =
    "<k:kök xmlns:k='urn:k' Id='k0'>\n <e Id='e1'>bir</e><e Id='e2'>iki</e>\n</k:kök>\n";

static void first(const char *text, sign_options o, sign_buf *out) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    sign_error err = {0};
    sign_input in = draft_text(text);
    cr_assert_eq(draft_create(&s, NULL, &in, &o, out, &err), SIGN_OK, "%s", err.text);
}

/* The new document is the old one with a Signature put in. */
static void expect_kept(const sign_buf *before, const sign_buf *after) {
    size_t same = 0;
    while (same < before->len && before->data[same] == after->data[same]) {
        same++;
    }
    size_t rest = before->len - same;
    cr_expect_lt(rest, 64, "only the end tag follows");
    cr_expect(bytes_equal(BYTES(before->data + same, rest), BYTES(after->data + after->len - rest, rest)));
}

static void grow_to_three(sign_options first_options, sign_options more) {
    AUTO(signer) two = signer_open("nes-p256");
    AUTO(signer) three = signer_open("nes-p384");
    AUTO(sign_buf) a = {0};
    AUTO(sign_buf) b = {0};
    AUTO(sign_buf) c = {0};
    sign_error err = {0};
    first(document, first_options, &a);
    sign_input what = draft_input(&a);
    cr_assert_eq(draft_create(&two, &what, NULL, &more, &b, &err), SIGN_OK, "%s", err.text);
    expect_kept(&a, &b);
    cr_expect_eq(draft_holds(&two, draft_view(&b), NULL), 2);
    more.digest = SIGN_SHA384;
    what = draft_input(&b);
    cr_assert_eq(draft_create(&three, &what, NULL, &more, &c, &err), SIGN_OK, "%s", err.text);
    expect_kept(&b, &c);
    cr_expect_eq(draft_holds(&three, draft_view(&c), NULL), 3);
}

Test(xades_cosign, enveloped) {
    sign_options o = draft_options(SIGN_ENVELOPED), more = draft_options(SIGN_ATTACHED);
    grow_to_three(o, more);
    more.c14n = SIGN_C14N_INCLUSIVE;
    grow_to_three(o, more);
    o.c14n = SIGN_C14N_11;
    grow_to_three(o, more);
}

Test(xades_cosign, internally_detached) {
    sign_options o = draft_options(SIGN_INTERNALLY_DETACHED), more = draft_options(SIGN_ATTACHED);
    grow_to_three(o, more);
    o.element = "e2";
    grow_to_three(o, more);
}

Test(xades_cosign, follows_the_reference_of_the_first) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) a = {0};
    AUTO(sign_buf) b = {0};
    sign_options o = draft_options(SIGN_INTERNALLY_DETACHED);
    o.element = "e2";
    first(document, o, &a);
    o = draft_options(SIGN_ATTACHED);
    sign_input what = draft_input(&a);
    cr_assert_eq(draft_create(&s, &what, NULL, &o, &b, NULL), SIGN_OK);
    size_t second = draft_find(draft_view(&b), "</ds:Signature>");
    sign_bytes rest = BYTES(b.data + second, b.len - second);
    cr_expect(draft_has(rest, "URI=\"#e2\""));
    cr_expect_not(draft_has(rest, "URI=\"\""));
}

/* A key that is proven: the other signatures are verified all the same. */
Test(xades_cosign, proven_key) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) a = {0};
    AUTO(sign_buf) b = {0};
    AUTO(sign_buf) value = {0};
    first(document, draft_options(SIGN_ENVELOPED), &a);
    sign_options o = draft_options(SIGN_ATTACHED);
    sign_input what = draft_input(&a);
    cr_assert_eq(draft_begin(&s, true, &what, NULL, &o, &d, NULL), SIGN_OK);
    draft_value(&s, d, &value);
    cr_assert_eq(
        xades_draft_finish(s.crypto, d, draft_view(&value), SIGN_VALUE_DER, &(sign_output){.buf = &b}, NULL),
        SIGN_OK);
    cr_expect_eq(draft_holds(&s, draft_view(&b), NULL), 2);
}

static void refuse(const sign_buf *existing, const sign_input *in, sign_options o, sign_rc rc,
                   enum message_id id) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_input what = draft_input(existing);
    cr_expect_eq(draft_create(&s, &what, in, &o, &out, &err), rc, "%s", err.text);
    cr_expect_str_eq(err.id, message_code(id), "%s", err.text);
    cr_expect_null(out.data);
}

Test(xades_cosign, single_covers_all) {
    AUTO(sign_buf) a = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    o.single = 1;
    first(document, o, &a);
    refuse(&a, NULL, draft_options(SIGN_ATTACHED), SIGN_E_FORMAT, MSG_COSIGN_COVERED);
    /* The same for a new signature in such a document. */
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_input in = draft_input(&a);
    o = draft_options(SIGN_ENVELOPED);
    cr_expect_eq(draft_create(&s, NULL, &in, &o, &out, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, message_code(MSG_COSIGN_COVERED), "%s", err.text);
    cr_expect_null(out.data);
}

/* The last one may cover all that is there, other signatures included. */
Test(xades_cosign, single_at_last) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) a = {0};
    AUTO(sign_buf) b = {0};
    sign_error err = {0};
    first(document, draft_options(SIGN_ENVELOPED), &a);
    sign_options o = draft_options(SIGN_ATTACHED);
    o.single = 1;
    sign_input what = draft_input(&a);
    cr_assert_eq(draft_create(&s, &what, NULL, &o, &b, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(draft_holds(&s, draft_view(&b), NULL), 2);
}

/* A new root around a signed document would take its URI="" somewhere else. */
Test(xades_cosign, new_root_breaks_the_whole) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) a = {0};
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    first(document, draft_options(SIGN_ENVELOPED), &a);
    sign_options o = draft_options(SIGN_INTERNALLY_DETACHED);
    sign_input in = draft_input(&a);
    cr_expect_eq(draft_create(&s, NULL, &in, &o, &out, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, message_code(MSG_COSIGN_COVERED), "%s", err.text);
}

Test(xades_cosign, others_that_do_not_hold) {
    AUTO(sign_buf) a = {0};
    first(document, draft_options(SIGN_ENVELOPED), &a);
    a.data[draft_find(draft_view(&a), "bir")] ^= 1;
    refuse(&a, NULL, draft_options(SIGN_ATTACHED), SIGN_E_FORMAT, MSG_COSIGN_OTHER);
    a.data[draft_find(draft_view(&a), "cir")] ^= 1;
    uint8_t *value = a.data + draft_find(draft_view(&a), "<ds:SignatureValue ") + 80;
    *value = *value == 'A' ? 'B' : 'A';
    refuse(&a, NULL, draft_options(SIGN_ATTACHED), SIGN_E_FORMAT, MSG_COSIGN_OTHER);
}

/* A Signature without SignedInfo is no document to sign: the new one would stand beside what nobody can
 * judge. */
Test(xades_cosign, a_malformed_signature_gets_no_company) {
    static const char malformed[] =
        "<r><a>bir</a><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></r>";
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_input in = draft_text(malformed);
    sign_options o = draft_options(SIGN_ENVELOPED);
    cr_assert_eq(draft_create(&s, NULL, &in, &o, &out, &err), SIGN_E_FORMAT);
    cr_assert_str_eq(err.id, message_code(MSG_COSIGN_OTHER), "%s", err.text);
    cr_assert_null(out.data);
}

Test(xades_cosign, signatures_that_stand_alone) {
    static const sign_shape alone[] = {SIGN_DETACHED, SIGN_ENVELOPING};
    for (size_t i = 0; i < 2; i++) {
        AUTO(sign_buf) a = {0};
        first(document, draft_options(alone[i]), &a);
        refuse(&a, NULL, draft_options(SIGN_ATTACHED), SIGN_E_UNSUPPORTED, MSG_COSIGN_ALONE);
    }
}

Test(xades_cosign, what_cannot_have_one) {
    AUTO(sign_buf) plain = {0};
    AUTO(sign_buf) a = {0};
    cr_assert_eq(buf_copy(BYTES_STR(document), &plain, NULL), SIGN_OK);
    refuse(&plain, NULL, draft_options(SIGN_ATTACHED), SIGN_E_FORMAT, MSG_COSIGN_FORMAT);
    first(document, draft_options(SIGN_ENVELOPED), &a);
    sign_input in = draft_text(document);
    refuse(&a, &in, draft_options(SIGN_ATTACHED), SIGN_E_ARGUMENT, MSG_ARGUMENT);
    sign_options o = draft_options(SIGN_INTERNALLY_DETACHED);
    o.element = "e1";
    refuse(&a, NULL, o, SIGN_E_ARGUMENT, MSG_ARGUMENT);
}
