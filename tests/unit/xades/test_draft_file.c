/* Drafts as files: what goes out comes back, and what was tampered with does not. */
#include "draft_make.h"

#include "base/text.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char document[] = "<k>\n<e Id='e1'>bir</e></k>\n";
enum { HEADER = 89 };

static sign_rc import(const signer *s, sign_bytes file, const sign_input *content, struct ades_draft **out,
                      sign_error *err) {
    sign_input in = {.name = "draft", .data = file};
    AUTO(source) src = {.fd = -1};
    cr_assert_eq(source_open(&in, &src, NULL), SIGN_OK);
    return xades_draft_import(s->crypto, &src, content, out, err);
}

static void export_of(const signer *s, const sign_input *what, const sign_input *in, const sign_options *o,
                      sign_buf *file, sign_buf *direct) {
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    sign_error err = {0};
    cr_assert_eq(draft_begin(s, false, what, in, o, &d, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(xades_draft_export(d, &(sign_output){.buf = file}, &err), SIGN_OK, "%s", err.text);
    if (direct) {
        draft_value(s, d, &value);
        cr_assert_eq(xades_draft_finish(s->crypto, d, draft_view(&value), SIGN_VALUE_DER,
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
    const sign_input *content = o->shape == SIGN_DETACHED ? in : NULL;
    cr_assert_eq(import(s, draft_view(&file), content, &d, &err), SIGN_OK, "%s", err.text);
    draft_value(s, d, &value);
    cr_assert_eq(xades_draft_finish(s->crypto, d, draft_view(&value), SIGN_VALUE_DER,
                                    &(sign_output){.buf = &after}, &err),
                 SIGN_OK, "%s", err.text);
    cr_expect(bytes_equal(draft_view(&direct), draft_view(&after)), "shape %d", o->shape);
    cr_assert_eq(xades_draft_export(d, &(sign_output){.buf = &again}, &err), SIGN_OK);
    cr_expect(bytes_equal(draft_view(&file), draft_view(&again)));
}

Test(xades_draft_file, round_trip_of_each_shape) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    for (int shape = SIGN_ATTACHED; shape <= SIGN_INTERNALLY_DETACHED; shape++) {
        sign_options o = draft_options((sign_shape)shape);
        sign_input in = draft_text(document);
        round_trip(&s, NULL, &in, &o);
        o.digest = SIGN_SHA512;
        o.c14n = SIGN_C14N_INCLUSIVE;
        o.certificate_v1 = 1;
        round_trip(&s, NULL, &in, &o);
    }
    sign_options o = draft_options(SIGN_ENVELOPING);
    sign_input in = draft_text("no XML");
    round_trip(&s, NULL, &in, &o);
    o = draft_options(SIGN_INTERNALLY_DETACHED);
    o.element = "e1";
    in = draft_text(document);
    round_trip(&s, NULL, &in, &o);
    o = draft_options(SIGN_ENVELOPED);
    o.single = 1;
    round_trip(&s, NULL, &in, &o);
}

Test(xades_draft_file, round_trip_of_each_scheme) {
    static const char *const names[] = {"nes-p256", "nes-p384", "nes-p521", "nes-rsa3072"};
    for (size_t i = 0; i < 4; i++) {
        AUTO(signer) s = signer_open(names[i]);
        AUTO(sign_buf) file = {0};
        AUTO(sign_buf) out = {0};
        AUTO(sign_buf) value = {0};
        AUTO(ades_draft_ptr) d = NULL;
        sign_error err = {0};
        sign_options o = draft_options(SIGN_ENVELOPED);
        o.pss = 1;
        sign_input in = draft_text(document);
        export_of(&s, NULL, &in, &o, &file, NULL);
        cr_assert_eq(import(&s, draft_view(&file), NULL, &d, &err), SIGN_OK, "%s", err.text);
        draft_value(&s, d, &value);
        cr_assert_eq(xades_draft_finish(s.crypto, d, draft_view(&value), SIGN_VALUE_DER,
                                        &(sign_output){.buf = &out}, &err),
                     SIGN_OK, "%s", err.text);
        cr_expect_eq(draft_holds(&s, draft_view(&out), NULL), 1);
    }
}

Test(xades_draft_file, round_trip_beside_another_signature) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(signer) first = signer_open("nes-p256");
    AUTO(sign_buf) existing = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = draft_text(document);
    cr_assert_eq(draft_create(&first, NULL, &in, &o, &existing, NULL), SIGN_OK);
    sign_input what = draft_input(&existing);
    round_trip(&s, &what, NULL, &o);
}

Test(xades_draft_file, detached_holds_no_content) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) file = {0};
    AUTO(sign_buf) out = {0};
    AUTO(sign_buf) value = {0};
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(ades_draft_ptr) none = NULL;
    sign_error err = {0};
    sign_options o = draft_options(SIGN_DETACHED);
    sign_input in = draft_text("gizli metin"), other = draft_text("gizli Metin");
    export_of(&s, NULL, &in, &o, &file, NULL);
    cr_expect_not(draft_has(draft_view(&file), "gizli"));
    cr_expect_eq(import(&s, draft_view(&file), &other, &none, &err), SIGN_FAILED);
    cr_expect_str_eq(err.id, message_code(MSG_DRAFT_CONTENT));
    cr_expect_null(none);
    /* Without the content: what is in the draft is believed, and the result holds. */
    cr_assert_eq(import(&s, draft_view(&file), NULL, &d, &err), SIGN_OK, "%s", err.text);
    draft_value(&s, d, &value);
    cr_assert_eq(xades_draft_finish(s.crypto, d, draft_view(&value), SIGN_VALUE_DER,
                                    &(sign_output){.buf = &out}, &err),
                 SIGN_OK, "%s", err.text);
    cr_expect_eq(draft_holds(&s, draft_view(&out), &in), 1);
}

Test(xades_draft_file, content_of_a_draft_that_carries_it) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) file = {0};
    AUTO(ades_draft_ptr) d = NULL;
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = draft_text(document);
    export_of(&s, NULL, &in, &o, &file, NULL);
    cr_expect_eq(import(&s, draft_view(&file), &in, &d, NULL), SIGN_E_ARGUMENT);
    cr_expect_null(d);
}

/* Computes the digest in the first line anew, as somebody would who changes a draft on purpose. */
static void seal(const signer *s, sign_buf *file) {
    uint8_t digest[DIGEST_MAX];
    char hex[65];
    cr_assert_eq(
        crypto_hash(s->crypto, DIGEST_SHA256, BYTES(file->data + HEADER, file->len - HEADER), digest, NULL),
        SIGN_OK);
    text_hex(BYTES(digest, 32), hex);
    memcpy(file->data + HEADER - 65, hex, 64);
}

/*
 * One octet changed and the digest made good again. What is imported all the same names the same signer, and
 * either wants the same octets signed or refuses the value that was made for the true draft.
 */
static void change_on_purpose(const signer *s, const sign_buf *file, size_t at, const struct ades_draft *good,
                              sign_bytes value) {
    AUTO(sign_buf) changed = {0};
    AUTO(sign_buf) out = {0};
    AUTO(ades_draft_ptr) d = NULL;
    cr_assert_eq(buf_copy(draft_view(file), &changed, NULL), SIGN_OK);
    changed.data[at] ^= 0x01;
    seal(s, &changed);
    sign_rc rc = import(s, draft_view(&changed), NULL, &d, NULL);
    if (rc != SIGN_OK) {
        cr_assert(rc == SIGN_E_FORMAT || rc == SIGN_E_UNSUPPORTED || rc == SIGN_E_LIMIT, "octet %zu: %d", at,
                  rc);
        return;
    }
    cr_assert(bytes_equal(d->signer->der, good->signer->der), "octet %zu", at);
    bool same = memcmp(d->tbs, good->tbs, 32) == 0;
    rc = xades_draft_finish(s->crypto, d, value, SIGN_VALUE_DER, &(sign_output){.buf = &out}, NULL);
    cr_assert_eq(rc, same ? SIGN_OK : SIGN_FAILED, "octet %zu: %d", at, rc);
    if (same) {
        draft_holds(s, draft_view(&out), NULL);
    }
}

Test(xades_draft_file, tampered, .timeout = 120) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) file = {0};
    AUTO(sign_buf) value = {0};
    AUTO(ades_draft_ptr) good = NULL;
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = draft_text(document);
    export_of(&s, NULL, &in, &o, &file, NULL);
    cr_assert_eq(import(&s, draft_view(&file), NULL, &good, NULL), SIGN_OK);
    draft_value(&s, good, &value);
    for (size_t at = 0; at < file.len; at++) {
        AUTO(ades_draft_ptr) d = NULL;
        file.data[at] ^= 0x01;
        cr_assert_neq(import(&s, draft_view(&file), NULL, &d, NULL), SIGN_OK, "octet %zu", at);
        file.data[at] ^= 0x01;
        if (at >= HEADER && at % 3 == 0) {
            change_on_purpose(&s, &file, at, good, draft_view(&value));
        }
    }
}

Test(xades_draft_file, cut) {
    AUTO(signer) s = signer_open("nes-p256");
    AUTO(sign_buf) file = {0};
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = draft_text(document);
    export_of(&s, NULL, &in, &o, &file, NULL);
    for (size_t n = 0; n < file.len; n += n < 200 ? 1 : 37) {
        AUTO(sign_buf) cut = {0};
        AUTO(ades_draft_ptr) d = NULL;
        cr_assert_eq(buf_copy(BYTES(file.data, n), &cut, NULL), SIGN_OK);
        cr_assert_eq(import(&s, draft_view(&cut), NULL, &d, NULL), SIGN_E_FORMAT, "%zu octets", n);
    }
}

static void refuse(const signer *s, const char *text, bool sealed, sign_rc rc, enum message_id id) {
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) file = {0};
    AUTO(grow) whole = {0};
    sign_error err = {0};
    if (sealed) {
        grow_printf(&whole, "mavikalem-draft 1 xades %064d\n", 0);
    }
    grow_str(&whole, text);
    cr_assert_eq(grow_take(&whole, &file, NULL), SIGN_OK);
    if (sealed) {
        seal(s, &file);
    }
    cr_expect_eq(import(s, draft_view(&file), NULL, &d, &err), rc, "%s: %s", text, err.text);
    cr_expect_str_eq(err.id, message_code(id), "%s: %s", text, err.text);
    cr_expect_null(d);
}

Test(xades_draft_file, what_is_no_draft) {
    AUTO(signer) s = signer_open("nes-p256");
    refuse(&s, "", false, SIGN_E_FORMAT, MSG_DRAFT_FOREIGN);
    refuse(&s, "<a/>", false, SIGN_E_FORMAT, MSG_DRAFT_FOREIGN);
    refuse(&s, "mavikalem-draft 2 xades", false, SIGN_E_FORMAT, MSG_DRAFT_FORMAT);
    refuse(&s,
           "mavikalem-draft 2 xades 0000000000000000000000000000000000000000000000000000000000000000\n<a/>",
           false, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED);
    refuse(&s, "<a/>", true, SIGN_E_FORMAT, MSG_DRAFT_FORMAT);
    refuse(&s, "<a", true, SIGN_E_FORMAT, MSG_XML);
    refuse(&s, "<s:Signature xmlns:s='" DS_NS "'><s:SignatureValue/></s:Signature>", true, SIGN_E_FORMAT,
           MSG_DRAFT_FORMAT);
    refuse(&s,
           "<s:Signature xmlns:s='" DS_NS "' Id='S-00112233445566778899aabbccddeeff'><s:SignatureValue/>"
           "</s:Signature>",
           true, SIGN_E_FORMAT, MSG_DRAFT_FORMAT);
}

/* A large draft stays in its file: import and finish read it in windows. */
Test(xades_draft_file, large_document_streams_through_files, .timeout = 120) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(ades_draft_ptr) back = NULL;
    AUTO(source) src = {.fd = -1};
    AUTO(sign_buf) value = {0};
    AUTO(sign_buf) after = {0};
    AUTO(grow) text = {0};
    char path[256], file[300];
    struct stat st;
    sign_error err = {0};
    grow_str(&text, "<l>");
    while (text.len < LIMIT_XML_LARGE + 5) {
        grow_str(&text, "<satır>değer</satır>\n");
    }
    grow_str(&text, "</l>");
    draft_file("draft.xml", BYTES(text.data, text.len), path);
    snprintf(file, sizeof file, "%s.draft", path);
    sign_options o = draft_options(SIGN_ENVELOPED);
    sign_input in = {.path = path};
    cr_assert_eq(draft_begin(&s, false, NULL, &in, &o, &d, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(xades_draft_export(d, &(sign_output){.path = file}, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(stat(file, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    sign_input exported = {.path = file};
    cr_assert_eq(source_open(&exported, &src, NULL), SIGN_OK);
    cr_assert_eq(xades_draft_import(s.crypto, &src, NULL, &back, &err), SIGN_OK, "%s", err.text);
    cr_expect_eq(memcmp(back->tbs, d->tbs, 32), 0);
    draft_value(&s, back, &value);
    cr_assert_eq(xades_draft_finish(s.crypto, back, draft_view(&value), SIGN_VALUE_DER,
                                    &(sign_output){.buf = &after}, &err),
                 SIGN_OK, "%s", err.text);
    cr_expect_eq(draft_holds(&s, draft_view(&after), NULL), 1);
    /* The file is the caller's: it is still open when the draft is gone. */
    uint8_t octet = 0;
    xades_draft_free(&back);
    cr_expect_eq(source_read(&src, 0, &octet, 1, NULL), SIGN_OK);
    cr_expect_eq(octet, 'm');
    unlink(path);
    unlink(file);
}
