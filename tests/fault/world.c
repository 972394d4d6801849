#define _GNU_SOURCE /* memmem */
#include "world.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PKI(name) SIGN_TEST_PKI "/" name

sign_input world_document(void) {
    static const char text[] = "Sayın yetkili, ekteki başvuruyu sunarım.\n";
    return (sign_input){.name = "mektup.txt", .data = {(const uint8_t *)text, sizeof text - 1}};
}

sign_options world_options(void) {
    return (sign_options){.size = sizeof(sign_options), .claimed_time = WORLD_NOW};
}

static bool told(sign_rc rc, const char *what, const sign_error *err) {
    if (rc != SIGN_OK)
        fprintf(stderr, "fault: %s: %s %s\n", what, sign_rc_name(rc), err->text);
    return rc == SIGN_OK;
}

static bool key_make(const char *key, const char *cert, sign_key **out) {
    sign_error err = {0};
    sign_key_options opt = {.size = sizeof opt, .certificate = cert};
    return told(sign_key_open(key, &opt, out, &err), key, &err);
}

static bool copy(const sign_buf *from, size_t n, sign_buf *to) {
    to->data = malloc(n);
    to->len = n;
    if (to->data)
        memcpy(to->data, from->data, n);
    return to->data != NULL;
}

static bool signatures_make(struct world *w) {
    sign_error err = {0};
    sign_input in = world_document();
    sign_options opt = world_options();
    if (!told(sign_create(w->key, &in, &opt, &(sign_output){.buf = &w->attached}, &err), "attached", &err))
        return false;
    opt.shape = SIGN_DETACHED;
    if (!told(sign_create(w->key, &in, &opt, &(sign_output){.buf = &w->detached}, &err), "detached", &err))
        return false;
    sign_input first = {.data = {w->attached.data, w->attached.len}};
    opt.shape = SIGN_ATTACHED;
    if (!told(sign_add(w->other, &first, NULL, &opt, &(sign_output){.buf = &w->two}, &err), "two", &err))
        return false;
    if (!copy(&w->attached, w->attached.len, &w->altered) || !copy(&w->attached, 900, &w->cut))
        return false;
    uint8_t *text = memmem(w->altered.data, w->altered.len, "yetkili", 7);
    if (text)
        text[0] = 'Y';
    return text != NULL;
}

/* The example form, made one of person 1. */
static bool form_make(struct world *w) {
    sign_error err = {0};
    sign_certs *certs = NULL;
    sign_input json = {.path = SIGN_TEST_SOURCE "/testdata/form/basvuru.json"};
    bool ok = told(sign_certs_read(&(sign_input){.path = PKI("nes-p256.pem")}, &certs, &err), "certificate",
                   &err) &&
              told(sign_form_open(&json, "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", 1767596400, &w->form, &err),
                   "form", &err) &&
              told(sign_form_set(w->form, "KimlikNo", sign_certs_get(certs, 0)->serial_number, &err),
                   "KimlikNo", &err) &&
              told(sign_form_write(w->form, &(sign_output){.buf = &w->form_xml}, &err), "XML", &err);
    sign_certs_free(&certs);
    return ok;
}

static bool file_read(const char *path, sign_buf *out) {
    FILE *f = fopen(path, "rb");
    out->data = malloc(65536);
    out->len = f && out->data ? fread(out->data, 1, 65536, f) : 0;
    if (f)
        fclose(f);
    return out->len > 0;
}

/* The value at the end of the attached signature: it was made from the same signed attributes as the draft
 * has. */
static bool value_find(struct world *w) {
    const uint8_t *end = w->attached.data + w->attached.len;
    for (size_t n = 64; n <= 72; n++)
        if (end[-(ptrdiff_t)n] == 0x30 && end[-(ptrdiff_t)n - 1] == n && end[-(ptrdiff_t)n - 2] == 0x04)
            w->value = (sign_bytes){end - n, n};
    return w->value.len > 0;
}

static bool draft_make(struct world *w) {
    sign_error err = {0};
    sign_input in = world_document();
    sign_options opt = world_options();
    sign_draft *draft = NULL;
    sign_bytes chain[1] = {sign_key_certificate(w->key)};
    bool ok = told(sign_draft_new(chain, 1, NULL, &in, &opt, &draft, &err), "draft", &err) &&
              told(sign_draft_export(draft, &(sign_output){.buf = &w->draft}, &err), "export", &err) &&
              value_find(w);
    sign_draft_free(&draft);
    return ok;
}

bool world_make(struct world *w) {
    sign_error err = {0};
    *w = (struct world){.anchors = {{.path = PKI("trust/root-ec.pem")}},
                        .certs = {{.path = PKI("chain-ec.pem")}},
                        .crls = {{.path = PKI("ca-ec.crl")}, {.path = PKI("root-ec.crl")}},
                        .verify_options = {.size = sizeof w->verify_options, .at = WORLD_NOW},
                        .folder = "/tmp/fault-XXXXXX",
                        .keys = "/tmp/fault-XXXXXX"};
    w->trust_options = (sign_trust_options){.size = sizeof w->trust_options,
                                            .anchors = w->anchors,
                                            .n_anchors = 1,
                                            .certs = w->certs,
                                            .n_certs = 1,
                                            .crls = w->crls,
                                            .n_crls = 2};
    sign_input attached;
    bool ok = mkdtemp(w->folder) && mkdtemp(w->keys) && world_keys_make(w) && world_token_make(w) &&
              told(sign_trust_new(&w->trust_options, &w->trust, &err), "trust", &err) &&
              key_make(PKI("nes-p256.key.pem"), PKI("nes-p256.pem"), &w->key) &&
              key_make(PKI("nes-person2.key.pem"), PKI("nes-person2.pem"), &w->other) && signatures_make(w) &&
              form_make(w) && draft_make(w) && world_xml_make(w) &&
              file_read(SIGN_TEST_SOURCE "/testdata/form/basvuru.json", &w->form_json) && world_net_make(w);
    attached = (sign_input){.name = "mektup.p7m", .data = {w->attached.data, w->attached.len}};
    sign_verify_options detailed = w->verify_options; /* a report that has all that any form writes */
    detailed.detailed = 1;
    ok = ok && told(sign_verify(&attached, NULL, 0, w->trust, &detailed, &w->report, &err), "report", &err);
    return ok && world_judge_make(w);
}

void world_free(struct world *w) {
    world_keys_free(w);
    world_xml_free(w);
    world_net_free(w);
    world_judge_free(w);
    token_box_close(&w->boxes[0]);
    token_box_close(&w->boxes[1]);
    sign_buf *const all[] = {&w->attached, &w->detached,  &w->two,      &w->altered,
                             &w->cut,      &w->form_json, &w->form_xml, &w->draft};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sign_buf_free(all[i]);
    sign_report_free(&w->report);
    sign_form_free(&w->form);
    sign_key_free(&w->key);
    sign_key_free(&w->other);
    sign_trust_free(&w->trust);
    rmdir(w->folder);
}
