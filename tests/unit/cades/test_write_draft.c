/* Drafts as files: what goes out comes back, and what was tampered with does not. */
#include "test_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char text[] = "Yenileme başvurusu";

static sign_rc import(const signer *s, sign_bytes file, const sign_input *content, struct ades_draft **out,
                      sign_error *err) {
    sign_input in = {.name = "draft", .data = file};
    AUTO(source) src = {.fd = -1};
    cr_assert_eq(source_open(&in, &src, NULL), SIGN_OK);
    return cades_draft_import(s->crypto, &src, content, out, err);
}

static void export_of(const signer *s, const sign_input *what, const sign_input *in, const sign_options *o,
                      sign_buf *file, sign_buf *direct) {
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    sign_error err = {0};
    cr_assert_eq(draft(s, what, in, o, &d, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(cades_draft_export(d, &(sign_output){.buf = file}, &err), SIGN_OK, "%s", err.text);
    if (direct) {
        value_of(s, d, &value);
        cr_assert_eq(cades_draft_finish(s->crypto, d, view(&value), SIGN_VALUE_DER,
                                        &(sign_output){.buf = direct}, &err),
                     SIGN_OK, "%s", err.text);
    }
}

/* The way through a file ends with the same octets as the way without (PKCS#1 v1.5 repeats). */
static void round_trip(const signer *s, const sign_input *what, const sign_input *in, const sign_options *o) {
    AUTO(sign_buf) file = {0};
    AUTO(sign_buf) direct = {0};
    AUTO(sign_buf) after = {0};
    AUTO(sign_buf) again = {0};
    AUTO(sign_buf) value = {0};
    AUTO(ades_draft_ptr) d = NULL;
    sign_error err = {0};
    export_of(s, what, in, o, &file, &direct);
    cr_assert_eq(import(s, view(&file), in, &d, &err), SIGN_OK, "%s", err.text);
    value_of(s, d, &value);
    cr_assert_eq(
        cades_draft_finish(s->crypto, d, view(&value), SIGN_VALUE_DER, &(sign_output){.buf = &after}, &err),
        SIGN_OK, "%s", err.text);
    cr_expect(bytes_equal(view(&direct), view(&after)));
    cr_assert_eq(cades_draft_export(d, &(sign_output){.buf = &again}, &err), SIGN_OK);
    cr_expect(bytes_equal(view(&file), view(&again)));
}

Test(draft, round_trip_of_each_shape) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    for (int shape = SIGN_ATTACHED; shape <= SIGN_DETACHED; shape++) {
        sign_options o = options();
        o.shape = (sign_shape)shape;
        sign_input in = memory(text);
        round_trip(&s, NULL, &in, &o);
        o.digest = SIGN_SHA512;
        o.mime_type = "text/plain";
        round_trip(&s, NULL, &in, &o);
    }
}

Test(draft, round_trip_beside_another_signature) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(signer) first = signer_open("nes-p256");
    for (int shape = SIGN_ATTACHED; shape <= SIGN_DETACHED; shape++) {
        AUTO(sign_buf) existing = {0};
        sign_options o = options();
        o.shape = (sign_shape)shape;
        sign_input in = memory(text);
        cr_assert_eq(create(&first, NULL, &in, &o, &existing, NULL), SIGN_OK);
        sign_input what = input(&existing);
        round_trip(&s, &what, shape == SIGN_DETACHED ? &in : NULL, &o);
    }
}

Test(draft, detached_holds_no_content) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) file = {0};
    sign_options o = options();
    o.shape = SIGN_DETACHED;
    sign_input in = memory(text);
    export_of(&s, NULL, &in, &o, &file, NULL);
    for (size_t i = 0; i + sizeof text - 1 <= file.len; i++) {
        cr_assert(memcmp(file.data + i, text, sizeof text - 1) != 0);
    }
}

Test(draft, other_content_makes_no_draft) {
    AUTO(signer) s = signer_open("nes-p256");
    for (int shape = SIGN_ATTACHED; shape <= SIGN_DETACHED; shape++) {
        AUTO(sign_buf) file = {0};
        AUTO(ades_draft_ptr) d = NULL;
        sign_error err = {0};
        sign_options o = options();
        o.shape = (sign_shape)shape;
        sign_input in = memory(text), other = memory("another");
        export_of(&s, NULL, &in, &o, &file, NULL);
        cr_expect_eq(import(&s, view(&file), &other, &d, &err), SIGN_FAILED);
        cr_expect_str_eq(err.id, message_code(MSG_DRAFT_CONTENT));
        cr_expect_null(d);
    }
}

/* Computes the check of the state anew, as somebody would who changes a draft on purpose. */
static void seal(const signer *s, sign_buf *file) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, view(file), false), c;
    struct der_tlv state;
    uint8_t digest[DIGEST_MAX];
    if (!der_enter(&all, DER_SEQUENCE, &c) || !der_take(&c, DER_UTF8, NULL) ||
        !der_take(&c, DER_INTEGER, NULL) || !der_take(&c, DER_INTEGER, NULL) ||
        !der_take(&c, DER_SEQUENCE, &state) || state.value.len < 34) {
        return; /* no draft any more */
    }
    size_t n = state.value.len - 34;
    cr_assert_eq(crypto_hash(s->crypto, DIGEST_SHA256, BYTES(state.value.data, n), digest, NULL), SIGN_OK);
    memcpy(file->data + (state.value.data - file->data) + n + 2, digest, 32);
}

/* SHA-256 and nothing that is no algorithm: else the message that is made would be refused (RFC 5652, 5.1).
 */
static bool lists_sha256(sign_bytes algorithms) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, algorithms, true);
    sign_bytes oid, params;
    bool listed = false;
    while (der_more(&c) && der_algorithm(&c, &oid, &params))
        listed = listed || crypto_digest_find(oid) == DIGEST_SHA256;
    return listed && der_ok(&c);
}

/*
 * One octet changed and the check made good again. What is imported all the same names the same signer, and
 * either wants the same octets signed or refuses the value that was made for the true draft.
 */
static void change_on_purpose(const signer *s, const sign_buf *file, size_t at, const struct ades_draft *good,
                              sign_bytes value) {
    AUTO(sign_buf) changed = {0};
    AUTO(sign_buf) out = {0};
    AUTO(ades_draft_ptr) d = NULL;
    cr_assert_eq(buf_copy(view(file), &changed, NULL), SIGN_OK);
    changed.data[at] ^= 0x01;
    seal(s, &changed);
    sign_rc rc = import(s, view(&changed), NULL, &d, NULL);
    if (rc != SIGN_OK) {
        cr_assert(rc == SIGN_E_FORMAT || rc == SIGN_E_UNSUPPORTED || rc == SIGN_E_LIMIT, "octet %zu: %d", at,
                  rc);
        return;
    }
    cr_assert(bytes_equal(d->signer->der, good->signer->der), "octet %zu", at);
    cr_assert_eq(memcmp(d->content_digest, good->content_digest, 32), 0, "octet %zu", at);
    cr_assert(lists_sha256(d->parts.digest_algorithms), "octet %zu", at);
    bool same = memcmp(d->tbs, good->tbs, 32) == 0;
    rc = cades_draft_finish(s->crypto, d, value, SIGN_VALUE_DER, &(sign_output){.buf = &out}, NULL);
    cr_assert_eq(rc, same ? SIGN_OK : SIGN_FAILED, "octet %zu", at);
}

static void tamper(const signer *s, sign_shape shape) {
    AUTO(sign_buf) file = {0};
    AUTO(sign_buf) value = {0};
    AUTO(ades_draft_ptr) good = NULL;
    sign_options o = options();
    o.shape = shape;
    sign_input in = memory(text);
    export_of(s, NULL, &in, &o, &file, NULL);
    cr_assert_eq(import(s, view(&file), NULL, &good, NULL), SIGN_OK);
    value_of(s, good, &value);
    for (size_t at = 0; at < file.len; at++) {
        AUTO(ades_draft_ptr) d = NULL;
        file.data[at] ^= 0x01;
        cr_assert_neq(import(s, view(&file), NULL, &d, NULL), SIGN_OK, "octet %zu", at);
        file.data[at] ^= 0x01;
        change_on_purpose(s, &file, at, good, view(&value));
    }
}

Test(draft, tampered_in_any_octet, .timeout = 120) {
    AUTO(signer) s = signer_open("nes-p256");
    tamper(&s, SIGN_ATTACHED);
    tamper(&s, SIGN_DETACHED);
}

Test(draft, cut_at_any_octet, .timeout = 120) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) file = {0};
    sign_options o = options();
    sign_input in = memory(text);
    export_of(&s, NULL, &in, &o, &file, NULL);
    for (size_t n = 0; n < file.len; n++) {
        AUTO(sign_buf) cut = {0};
        AUTO(ades_draft_ptr) d = NULL;
        cr_assert_eq(buf_copy(BYTES(file.data, n), &cut, NULL), SIGN_OK);
        cr_assert_eq(import(&s, view(&cut), NULL, &d, NULL), SIGN_E_FORMAT, "%zu octets", n);
    }
    AUTO(grow) longer = {0};
    grow_put(&longer, file.data, file.len);
    grow_byte(&longer, 0);
    AUTO(ades_draft_ptr) d = NULL;
    cr_expect_eq(import(&s, BYTES(longer.data, longer.len), NULL, &d, NULL), SIGN_E_FORMAT);
}

Test(draft, what_is_no_draft) {
    AUTO(signer) s = signer_open("nes-p256");
    static const char *const others[] = {"", "hello", "0\x80", "<a/>"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        AUTO(ades_draft_ptr) d = NULL;
        cr_expect_eq(import(&s, BYTES_STR(others[i]), NULL, &d, NULL), SIGN_E_FORMAT);
    }
    AUTO(ades_draft_ptr) d = NULL;
    cr_expect_eq(import(&s, s.chain[0], NULL, &d, NULL), SIGN_E_FORMAT);
}

/* A large attached draft stays in its file: import and finish read it in windows. */
Test(draft, large_content_streams_through_files) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(ades_draft_ptr) back = NULL;
    AUTO(source) src = {.fd = -1};
    AUTO(sign_buf) value = {0};
    AUTO(sign_buf) direct = {0};
    AUTO(sign_buf) after = {0};
    char path[256], file[300];
    struct stat st;
    pattern_file("large", 3 * LIMIT_WINDOW + 1, path);
    snprintf(file, sizeof file, "%s.draft", path);
    sign_options o = options();
    sign_input in = {.path = path};
    cr_assert_eq(create(&s, NULL, &in, &o, &direct, NULL), SIGN_OK);
    cr_assert_eq(draft(&s, NULL, &in, &o, &d, NULL), SIGN_OK);
    cr_assert_eq(cades_draft_export(d, &(sign_output){.path = file}, NULL), SIGN_OK);
    cr_assert_eq(stat(file, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    sign_input exported = {.path = file};
    cr_assert_eq(source_open(&exported, &src, NULL), SIGN_OK);
    cr_assert_eq(cades_draft_import(s.crypto, &src, NULL, &back, NULL), SIGN_OK);
    value_of(&s, back, &value);
    cr_assert_eq(
        cades_draft_finish(s.crypto, back, view(&value), SIGN_VALUE_DER, &(sign_output){.buf = &after}, NULL),
        SIGN_OK);
    cr_expect(bytes_equal(view(&direct), view(&after)));
    /* The file is the caller's: it is still open when the draft is gone. */
    uint8_t octet = 0;
    cades_draft_free(&back);
    cr_expect_eq(source_read(&src, 0, &octet, 1, NULL), SIGN_OK);
    cr_expect_eq(octet, DER_SEQUENCE);
    unlink(path);
    unlink(file);
}
