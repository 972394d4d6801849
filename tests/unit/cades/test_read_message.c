/* The outer structure: what is a SignedData, what is a broken one, and what is none at all (RFC 5652, 3
 * and 5.1). */
#include "base/text.h"
#include "read_make.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEEP = 100000 };

static cms_message read_bytes(sign_bytes in) {
    cms_message m = {0};
    source src = {.mem = in, .fd = -1, .size = in.len, .name = "x"};
    cr_assert_eq(cms_message_read(&src, &m, NULL), SIGN_OK);
    return m;
}

static enum message_id broken_of(sign_bytes in, bool *is_signed_data) {
    AUTO(cms_message) m = read_bytes(in);
    *is_signed_data = m.is_signed_data;
    return m.broken;
}

static sign_buf good(unsigned flags) {
    AUTO(make_kit) k = make_kit_open();
    sign_buf cms = {0};
    make_cms(&k, &(struct make){.flags = flags}, &cms);
    return cms;
}

Test(cms_message, good) {
    AUTO(sign_buf) cms = good(0);
    AUTO(cms_message) m = read_bytes(BYTES(cms.data, cms.len));
    cr_expect(m.is_signed_data);
    cr_expect_eq(m.broken, MSG_NONE);
    cr_expect_eq(m.version, 1);
    cr_expect(m.attached);
    cr_expect_not(m.ber);
    cr_assert_eq(m.n_segments, 1);
    cr_expect_eq(m.content_size, 7);
    cr_expect_arr_eq(cms.data + m.segments[0].at, "içerik", 7);
    cr_expect(oid_is(m.content_type, OID_CT_DATA));
    cr_expect_eq(cms.data[m.version_at], DER_INTEGER);
    cr_expect_eq(cms.data[m.certificates_at], DER_CONTEXT_CONSTRUCTED(0));
    cr_expect_eq(cms.data[m.signers_at], DER_SET);
    cr_expect_eq(m.signers.data + m.signers.len, cms.data + cms.len);
}

Test(cms_message, segments_of_ber) {
    AUTO(sign_buf) cms = good(MAKE_BER);
    AUTO(cms_message) m = read_bytes(BYTES(cms.data, cms.len));
    cr_expect_eq(m.broken, MSG_NONE);
    cr_expect(m.ber);
    cr_expect_eq(m.n_segments, 3);
    cr_expect_eq(m.content_size, 7);
    char joined[8] = "";
    size_t n = 0;
    for (size_t i = 0; i < m.n_segments; n += (size_t)m.segments[i++].len)
        memcpy(joined + n, cms.data + m.segments[i].at, (size_t)m.segments[i].len);
    cr_expect_str_eq(joined, "içerik");
}

Test(cms_message, no_content_when_detached) {
    AUTO(sign_buf) cms = good(MAKE_DETACHED);
    AUTO(cms_message) m = read_bytes(BYTES(cms.data, cms.len));
    cr_expect_not(m.attached);
    cr_expect_eq(m.n_segments, 0);
}

/* However much of it arrived, it is not taken for something else and does not pass. */
Test(cms_message, every_truncation_is_broken) {
    const unsigned kinds[] = {0, MAKE_BER};
    for (size_t k = 0; k < 2; k++) {
        AUTO(sign_buf) cms = good(kinds[k]);
        for (size_t n = 2; n < cms.len; n++) {
            bool is = false;
            AUTO(sign_buf) exact = {0};
            cr_assert_eq(buf_copy(BYTES(cms.data, n), &exact, NULL), SIGN_OK);
            cr_expect_neq(broken_of(BYTES(exact.data, n), &is), MSG_NONE, "%zu octets", n);
            cr_expect(is, "%zu octets", n);
        }
    }
}

Test(cms_message, trailing_bytes) {
    AUTO(sign_buf) cms = good(0);
    AUTO(grow) longer = {0};
    grow_put(&longer, cms.data, cms.len);
    grow_byte(&longer, 0);
    bool is;
    cr_expect_eq(broken_of(BYTES(longer.data, longer.len), &is), MSG_CMS_TRAILING);
    cr_expect(is);
}

Test(cms_message, not_a_signature) {
    AUTO(make_kit) k = make_kit_open();
    static const uint8_t enveloped[] = {0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3, 0, 0};
    static const char pem[] = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    const sign_bytes inputs[] = {BYTES("", 0),
                                 BYTES_STR("0"),
                                 BYTES_STR("0123456789 00000 plain text that begins with a zero"),
                                 BYTES_STR("Merhaba"),
                                 BYTES_STR("MIIxyz is no base64 of a SignedData"),
                                 BYTES("\x30\x00", 2),
                                 BYTES(enveloped, sizeof enveloped),
                                 BYTES(k.cert.data, k.cert.len),
                                 BYTES_STR(pem)};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        bool is = true;
        cr_expect_eq(broken_of(inputs[i], &is), MSG_NONE, "input %zu", i);
        cr_expect_not(is, "input %zu", i);
    }
}

Test(cms_message, deep_nesting) {
    AUTO(grow) deep = {0};
    for (size_t i = 0; i < DEEP; i++)
        grow_put(&deep, "\x30\x80", 2);
    bool is;
    cr_expect_eq(broken_of(BYTES(deep.data, deep.len), &is), MSG_CMS_DEPTH);
    AUTO(make_kit) k = make_kit_open();
    AUTO(sign_report_ptr) r = read_report(&k, BYTES(deep.data, deep.len), NULL, NULL);
    cr_assert_eq(r->count, 1);
    cr_expect_eq(r->signatures->sub, SUB_FORMAT_FAILURE);
}

/* The same inside a SignedData: in digestAlgorithms, which is skipped, and in the content, which is walked.
 */
Test(cms_message, deep_nesting_inside) {
    static const uint8_t head[] = {0x30, 0x80, 6, 9,    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
                                   1,    7,    2, 0xa0, 0x80, 0x30, 0x80, 2,    1,    1};
    static const uint8_t encap[] = {0x31, 0,    0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48,
                                    0x86, 0xf7, 0x0d, 1,    7, 1, 0xa0, 0x80};
    bool is;
    AUTO(grow) sets = {0};
    grow_put(&sets, head, sizeof head);
    for (size_t i = 0; i < DEEP; i++)
        grow_put(&sets, "\x31\x80", 2);
    cr_expect_eq(broken_of(BYTES(sets.data, sets.len), &is), MSG_CMS_DEPTH);
    AUTO(grow) strings = {0};
    grow_put(&strings, head, sizeof head);
    grow_put(&strings, encap, sizeof encap);
    for (size_t i = 0; i < DEEP; i++)
        grow_put(&strings, "\x24\x80", 2);
    cr_expect_eq(broken_of(BYTES(strings.data, strings.len), &is), MSG_CMS_DEPTH);
}

/* 5 GB announced by a file of a kilobyte: nothing is allocated for it. */
Test(cms_message, length_beyond_the_file) {
    uint8_t lie[1024] = {0x30, 0x85, 0x01, 0x40, 0, 0, 0, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2};
    bool is;
    cr_expect_eq(broken_of(BYTES(lie, sizeof lie), &is), MSG_CMS_TRUNCATED);
    memcpy(lie + 1, (uint8_t[]){0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 6,
                                9,    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1,    7,    2},
           20);
    cr_expect_neq(broken_of(BYTES(lie, sizeof lie), &is), MSG_NONE);
}

static void wrap(sign_bytes der, const char *label, size_t width, grow *out) {
    AUTO(grow) text = {0};
    text_base64(der, &text);
    if (label != NULL)
        grow_printf(out, "-----BEGIN %s-----\n", label);
    for (size_t i = 0; i < text.len; i += width) {
        grow_put(out, text.data + i, text.len - i < width ? text.len - i : width);
        grow_byte(out, '\n');
    }
    if (label != NULL)
        grow_printf(out, "-----END %s-----\n", label);
}

Test(cms_message, pem_and_base64) {
    static const char *const labels[] = {"CMS", "PKCS7", NULL};
    AUTO(sign_buf) cms = good(0);
    for (size_t i = 0; i < 3; i++) {
        AUTO(grow) text = {0};
        wrap(BYTES(cms.data, cms.len), labels[i], 64, &text);
        AUTO(cms_message) m = read_bytes(BYTES(text.data, text.len));
        cr_expect(m.is_signed_data, "%zu", i);
        cr_expect_eq(m.broken, MSG_NONE, "%zu: %s", i, message_code(m.broken));
        cr_expect(bytes_equal(m.src.mem, BYTES(cms.data, cms.len)));
        bool is;
        cr_expect_neq(broken_of(BYTES(text.data, text.len / 2), &is), MSG_NONE, "half of %zu", i);
        cr_expect(is);
    }
}

/* "PEM/DER double": whoever reads the second one sees another document. */
Test(cms_message, two_pem_blocks) {
    AUTO(sign_buf) cms = good(0);
    AUTO(grow) text = {0};
    wrap(BYTES(cms.data, cms.len), "CMS", 64, &text);
    wrap(BYTES(cms.data, cms.len), "CMS", 64, &text);
    bool is;
    cr_expect_eq(broken_of(BYTES(text.data, text.len), &is), MSG_CMS_TRAILING);
}

/* A file larger than what is read at once: content stays where it is, and verifies from there. */
Test(cms_message, large_file_in_windows) {
    AUTO(make_kit) k = make_kit_open();
    size_t n = LIMIT_WHOLE + 4096;
    uint8_t *content = malloc(n);
    cr_assert_not_null(content);
    for (size_t i = 0; i < n; i++)
        content[i] = (uint8_t)(i * 7 + i / 256);
    AUTO(sign_buf) cms = {0};
    make_cms(&k, &(struct make){.content = BYTES(content, n)}, &cms);
    free(content);
    char path[] = "/tmp/cades-large-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, cms.data, cms.len), (ssize_t)cms.len);
    close(fd);
    sign_input in = {.path = path};
    AUTO(source) src = {.fd = -1};
    AUTO(cms_message) m = {0};
    cr_assert_eq(source_open(&in, &src, NULL), SIGN_OK);
    cr_assert_eq(cms_message_read(&src, &m, NULL), SIGN_OK);
    cr_expect_eq(m.broken, MSG_NONE, "%s", m.broken_detail ? m.broken_detail : "");
    cr_expect_null(m.decoded.data, "nothing was loaded");
    cr_expect_eq(m.content_size, n);
    struct ades_context ctx = {.crypto = k.crypto, .policy = ades_policy_find("default"), .inspect = true};
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(report_new(&r, NULL), SIGN_OK);
    cr_assert_eq(cades_format.verify(&ctx, &src, NULL, 0, r, NULL), SIGN_OK);
    cr_assert_not_null(r->signatures);
    cr_expect_eq(r->signatures->references, TRI_TRUE);
    cr_expect_eq(r->signatures->signature_value, TRI_TRUE);
    unlink(path);
}
