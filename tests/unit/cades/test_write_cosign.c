/* Parallel signatures: what others wrote stays as it is (RFC 5652, 5.1). */
#include "test_write.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char text[] = "Tutanak";

static void first_signature(sign_shape shape, sign_buf *out) {
    AUTO(signer) s = signer_open("nes-p256");
    sign_options o = options();
    o.shape = shape;
    sign_input in = memory(text);
    cr_assert_eq(create(&s, NULL, &in, &o, out, NULL), SIGN_OK);
}

static void both_hold(const struct parts *p, const struct parts *before, const signer *s) {
    cr_assert_eq(p->n, 2);
    size_t kept = bytes_equal(p->signers[0], before->signers[0]) ? 0 : 1;
    cr_expect(bytes_equal(p->signers[kept], before->signers[0]));
    struct info ours = info_of(p->signers[1 - kept]);
    cr_expect(verifies(s, &ours));
}

Test(cosign, keeps_every_octet_of_the_other) {
    AUTO(signer) s = signer_open("nes-rsa3072");
    for (int shape = SIGN_ATTACHED; shape <= SIGN_DETACHED; shape++) {
        AUTO(sign_buf) first = {0};
        AUTO(sign_buf) out = {0};
        sign_error err = {0};
        first_signature((sign_shape)shape, &first);
        sign_options o = options();
        o.digest = SIGN_SHA384;
        o.pss = 1;
        sign_input what = input(&first), in = memory(text);
        cr_assert_eq(create(&s, &what, shape == SIGN_DETACHED ? &in : NULL, &o, &out, &err), SIGN_OK, "%s",
                     err.text);
        struct parts before = parts_of(view(&first)), p = parts_of(view(&out));
        cr_expect_eq(p.attached, shape == SIGN_ATTACHED);
        cr_expect(bytes_equal(p.content, before.content));
        cr_expect_eq(elements(p.algorithms), 2);
        cr_expect(der_set_sorted(p.algorithms) && der_set_sorted(p.certificates));
        cr_expect_eq(elements(p.certificates), elements(before.certificates) + s.n);
        both_hold(&p, &before, &s);
    }
}

Test(cosign, third_signer_of_the_same_authority) {
    AUTO(signer) second = signer_open("nes-person2");
    AUTO(signer) third = signer_open("nes-p384");
    AUTO(sign_buf) one = {0};
    AUTO(sign_buf) two = {0};
    AUTO(sign_buf) three = {0};
    first_signature(SIGN_ATTACHED, &one);
    sign_options o = options();
    sign_input what = input(&one);
    cr_assert_eq(create(&second, &what, NULL, &o, &two, NULL), SIGN_OK);
    what = input(&two);
    cr_assert_eq(create(&third, &what, NULL, &o, &three, NULL), SIGN_OK);
    struct parts p = parts_of(view(&three)), before = parts_of(view(&two));
    cr_assert_eq(p.n, 3);
    cr_expect_eq(elements(p.algorithms), 1);
    cr_expect_eq(elements(p.certificates), elements(before.certificates) + 1); /* the authority is there */
    size_t found = 0;
    for (size_t i = 0; i < 3; i++) {
        found += bytes_equal(p.signers[i], before.signers[0]) || bytes_equal(p.signers[i], before.signers[1]);
    }
    cr_expect_eq(found, 2);
}

Test(cosign, refuses_the_same_signature_twice) {
    AUTO(signer) s = signer_open("nes-rsa2048"); /* PKCS#1 v1.5 repeats */
    AUTO(sign_buf) one = {0};
    AUTO(sign_buf) two = {0};
    sign_options o = options();
    sign_input in = memory(text);
    cr_assert_eq(create(&s, NULL, &in, &o, &one, NULL), SIGN_OK);
    sign_input what = input(&one);
    cr_expect_eq(create(&s, &what, NULL, &o, &two, NULL), SIGN_E_REFUSED);
    cr_expect_null(two.data);
    o.claimed_time++;
    cr_expect_eq(create(&s, &what, NULL, &o, &two, NULL), SIGN_OK);
}

static void expect_refusal(const sign_buf *first, const sign_input *in, sign_rc rc, const char *id) {
    AUTO(signer) s = signer_open("nes-p384");
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    sign_options o = options();
    sign_input what = input(first);
    cr_expect_eq(create(&s, &what, in, &o, &out, &err), rc, "%s", err.text);
    cr_expect_str_eq(err.id, id, "%s", err.text);
    cr_expect_null(out.data);
}

Test(cosign, content_must_be_the_one_that_was_signed) {
    AUTO(sign_buf) detached = {0};
    AUTO(sign_buf) attached = {0};
    first_signature(SIGN_DETACHED, &detached);
    first_signature(SIGN_ATTACHED, &attached);
    sign_input in = memory(text), other = memory("Tutanaj");
    expect_refusal(&detached, &other, SIGN_E_FORMAT, "E6028");
    expect_refusal(&detached, NULL, SIGN_E_ARGUMENT, "E6029");
    expect_refusal(&attached, &in, SIGN_E_ARGUMENT, "E9003");
    for (size_t i = 0; i + sizeof text - 1 <= attached.len; i++) {
        if (memcmp(attached.data + i, text, sizeof text - 1) == 0) {
            attached.data[i] ^= 1;
        }
    }
    expect_refusal(&attached, NULL, SIGN_E_FORMAT, "E6028");
}

Test(cosign, what_is_no_signature) {
    AUTO(sign_buf) junk = {0};
    AUTO(sign_buf) cut = {0};
    sign_input in = memory(text);
    cr_assert_eq(buf_copy(BYTES_STR("no signature at all"), &junk, NULL), SIGN_OK);
    expect_refusal(&junk, &in, SIGN_E_FORMAT, "E6027");
    first_signature(SIGN_ATTACHED, &cut);
    cut.len--;
    expect_refusal(&cut, NULL, SIGN_E_FORMAT, "E6027");
}

/* The same message in BER: indefinite lengths outside, the content in two pieces. */
static void as_ber(const struct parts *p, grow *out) {
    static const uint8_t ci[] = {0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
                                 0x01, 0x07, 0x02, 0xa0, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01};
    static const uint8_t eci[] = {0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                  0x0d, 0x01, 0x07, 0x01, 0xa0, 0x80, 0x24, 0x80};
    static const uint8_t zeros[6] = {0};
    grow_put(out, ci, sizeof ci);
    const uint8_t set[] = {0x31, (uint8_t)p->algorithms.len};
    grow_put(out, set, sizeof set);
    grow_put(out, p->algorithms.data, p->algorithms.len);
    grow_put(out, eci, sizeof eci);
    const uint8_t one[] = {0x04, 2}, two[] = {0x04, (uint8_t)(p->content.len - 2)};
    grow_put(out, one, 2);
    grow_put(out, p->content.data, 2);
    grow_put(out, two, 2);
    grow_put(out, p->content.data + 2, p->content.len - 2);
    grow_put(out, zeros, 6);
    grow_put(out, "\xa0\x80", 2);
    grow_put(out, p->certificates.data, p->certificates.len);
    grow_put(out, zeros, 2);
    grow_put(out, "\x31\x80", 2);
    grow_put(out, p->signers[0].data, p->signers[0].len);
    grow_put(out, zeros, 2);
    grow_put(out, zeros, 6);
    cr_assert(!out->failed);
}

Test(cosign, ber_around_becomes_der_inside_stays) {
    AUTO(signer) s = signer_open("nes-p384");
    AUTO(sign_buf) first = {0};
    AUTO(sign_buf) out = {0};
    AUTO(grow) ber = {0};
    sign_error err = {0};
    first_signature(SIGN_ATTACHED, &first);
    struct parts before = parts_of(view(&first));
    as_ber(&before, &ber);
    sign_options o = options();
    sign_input what = {.data = BYTES(ber.data, ber.len)};
    cr_assert_eq(create(&s, &what, NULL, &o, &out, &err), SIGN_OK, "%s", err.text);
    struct parts p = parts_of(view(&out));
    cr_expect(bytes_equal(p.content, BYTES_STR(text)));
    both_hold(&p, &before, &s);
}

/* Revocation lists that somebody put into the message (RFC 5652, 10.2.1) stay in it. */
Test(cosign, keeps_lists_and_reads_pem) {
    AUTO(signer) s = signer_open("nes-p384");
    AUTO(sign_buf) first = {0};
    AUTO(sign_buf) crl = {0};
    AUTO(sign_buf) head = {0};
    AUTO(sign_buf) tail = {0};
    AUTO(sign_buf) out = {0};
    AUTO(grow) whole = {0};
    AUTO(grow) pem = {0};
    sign_error err = {0};
    first_signature(SIGN_DETACHED, &first);
    cr_assert_eq(file_read(SIGN_TEST_PKI "/ca-ec.crl", LIMIT_CRL, &crl, &err), SIGN_OK, "%s", err.text);
    struct parts before = parts_of(view(&first));
    struct cades_parts with = {.version = 1,
                               .digest_algorithms = before.algorithms,
                               .content_type = before.content_type,
                               .certificates = before.certificates,
                               .crls = view(&crl),
                               .signers = before.signers[0]};
    cr_assert_eq(cades_parts_head(&with, &head, NULL), SIGN_OK);
    cr_assert_eq(cades_parts_tail(&with, &tail, NULL), SIGN_OK);
    grow_put(&whole, head.data, head.len);
    grow_put(&whole, tail.data, tail.len);
    grow_str(&pem, "-----BEGIN CMS-----\n");
    text_base64(BYTES(whole.data, whole.len), &pem);
    grow_str(&pem, "\n-----END CMS-----\n");
    sign_options o = options();
    sign_input what = {.data = BYTES(pem.data, pem.len)}, in = memory(text);
    cr_assert_eq(create(&s, &what, &in, &o, &out, &err), SIGN_OK, "%s", err.text);
    struct parts p = parts_of(view(&out));
    cr_expect(bytes_equal(p.crls, view(&crl)));
    both_hold(&p, &before, &s);
}

Test(cosign, unsorted_sets_of_others_are_not_moved_about) {
    sign_bytes elements_[3] = {BYTES("\x02\x01\x07", 3), BYTES("\x02\x01\x03", 3), BYTES("\x02\x01\x05", 3)};
    AUTO(sign_buf) unsorted = {0};
    AUTO(sign_buf) sorted = {0};
    AUTO(sign_buf) same = {0};
    size_t added = 0;
    const sign_bytes set = BYTES("\x02\x01\x07\x02\x01\x03", 6);
    cr_assert_eq(cades_set_union(set, elements_, 3, &unsorted, &added, NULL), SIGN_OK);
    cr_expect_eq(added, 1);
    expect_hex(view(&unsorted), "020107020103020105");
    cr_assert_eq(cades_set_union(BYTES("\x02\x01\x03\x02\x01\x07", 6), elements_, 3, &sorted, &added, NULL),
                 SIGN_OK);
    expect_hex(view(&sorted), "020103020105020107");
    cr_assert_eq(cades_set_union(BYTES("", 0), elements_, 3, &same, &added, NULL), SIGN_OK);
    cr_expect_eq(added, 3);
    expect_hex(view(&same), "020103020105020107");
    AUTO(sign_buf) none = {0};
    cr_expect_eq(cades_set_union(BYTES("\x02\x05\x03", 3), elements_, 1, &none, &added, NULL), SIGN_E_FORMAT);
}

/* A large attached signature is neither loaded to be read nor to be written. */
Test(cosign, large_attached_file) {
    AUTO(signer) first = signer_open("nes-p256");
    AUTO(signer) second = signer_open("nes-rsa2048");
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    char path[256], one[300], two[300];
    size_t n = LIMIT_WHOLE + 12345;
    pattern_file("cosign", n, path);
    snprintf(one, sizeof one, "%s.1", path);
    snprintf(two, sizeof two, "%s.2", path);
    sign_options o = options();
    sign_input in = {.path = path}, what = {.path = one};
    cr_assert_eq(draft(&first, NULL, &in, &o, &d, NULL), SIGN_OK);
    value_of(&first, d, &value);
    cr_assert_eq(
        cades_draft_finish(first.crypto, d, view(&value), SIGN_VALUE_DER, &(sign_output){.path = one}, NULL),
        SIGN_OK);
    cades_draft_free(&d);
    sign_buf_free(&value);
    sign_error err = {0};
    cr_assert_eq(draft(&second, &what, NULL, &o, &d, &err), SIGN_OK, "%s", err.text);
    value_of(&second, d, &value);
    cr_assert_eq(
        cades_draft_finish(second.crypto, d, view(&value), SIGN_VALUE_DER, &(sign_output){.path = two}, &err),
        SIGN_OK, "%s", err.text);
    AUTO(sign_buf) whole = {0};
    AUTO(sign_buf) content = {0};
    cr_assert_eq(file_read(two, LIMIT_PIECE, &whole, NULL), SIGN_OK);
    cr_assert_eq(file_read(path, LIMIT_PIECE, &content, NULL), SIGN_OK);
    struct parts p = parts_of(view(&whole));
    cr_expect_eq(p.n, 2);
    cr_expect(bytes_equal(p.content, view(&content)));
    unlink(path);
    unlink(one);
    unlink(two);
}
