/* The XML signatures of the runs, and the value of a draft, which another program would make. */
#define _GNU_SOURCE /* memmem */
#include "world.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_OF(b) ((sign_bytes){(b).data, (b).len})

sign_input world_xml_document(void) {
    static const char text[] = "<dilekce xmlns=\"urn:x\"><konu Id=\"k\">Sayın yetkili</konu></dilekce>";
    return (sign_input){.name = "dilekce.xml", .data = {(const uint8_t *)text, sizeof text - 1}};
}

sign_options world_xml_options(sign_shape shape) {
    sign_options opt = world_options();
    opt.format = SIGN_XADES;
    opt.shape = shape;
    return opt;
}

static bool told(sign_rc rc, const char *what, const sign_error *err) {
    if (rc != SIGN_OK)
        fprintf(stderr, "fault: XML, %s: %s %s\n", what, sign_rc_name(rc), err->text);
    return rc == SIGN_OK;
}

static bool make(const struct world *w, const sign_input *in, sign_shape shape, const char *what,
                 sign_buf *out) {
    sign_error err = {0};
    sign_options opt = world_xml_options(shape);
    return told(sign_create(w->key, in, &opt, &(sign_output){.buf = out}, &err), what, &err);
}

static bool alter(const sign_buf *from, sign_buf *to) {
    to->data = malloc(from->len);
    to->len = from->len;
    if (!to->data)
        return false;
    memcpy(to->data, from->data, from->len);
    uint8_t *text = memmem(to->data, to->len, "yetkili", 7);
    if (text)
        text[0] = 'Y';
    return text != NULL;
}

/* r||s as DER or not does not matter: the draft is told which. */
static bool value_make(sign_bytes digest, sign_buf *out) {
    FILE *f = fopen(SIGN_TEST_PKI "/nes-p256.key.pem", "rb");
    EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
    EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    out->len = 80;
    out->data = malloc(out->len);
    bool ok = ctx && out->data && EVP_PKEY_sign_init(ctx) == 1 &&
              EVP_PKEY_sign(ctx, out->data, &out->len, digest.data, digest.len) == 1;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    if (f)
        fclose(f);
    return ok;
}

static bool draft_make(struct world *w) {
    sign_error err = {0};
    sign_input in = world_xml_document();
    sign_options opt = world_xml_options(SIGN_ENVELOPED);
    sign_draft *draft = NULL;
    sign_bytes chain[1] = {sign_key_certificate(w->key)};
    bool ok = told(sign_draft_new(chain, 1, NULL, &in, &opt, &draft, &err), "draft", &err) &&
              told(sign_draft_export(draft, &(sign_output){.buf = &w->xml.draft}, &err), "export", &err) &&
              value_make(sign_draft_get(draft).digest, &w->xml.value);
    sign_draft_free(&draft);
    return ok;
}

bool world_xml_make(struct world *w) {
    sign_error err = {0};
    struct world_xml *x = &w->xml;
    sign_input in = world_xml_document(), text = world_document();
    sign_options none = {.size = sizeof none, .claimed_time = world_options().claimed_time};
    bool ok = make(w, &in, SIGN_ENVELOPED, "enveloped", &x->enveloped) &&
              make(w, &in, SIGN_ENVELOPING, "enveloping", &x->enveloping) &&
              make(w, &text, SIGN_ENVELOPING, "base64", &x->base64) &&
              make(w, &in, SIGN_DETACHED, "detached", &x->detached) &&
              make(w, &in, SIGN_INTERNALLY_DETACHED, "internally detached", &x->inside) &&
              alter(&x->enveloped, &x->altered) && draft_make(w);
    sign_input first = {.name = "dilekce.xml", .data = BYTES_OF(x->enveloped)};
    return ok &&
           told(sign_add(w->other, &first, NULL, &none, &(sign_output){.buf = &x->two}, &err), "two", &err);
}

void world_xml_free(struct world *w) {
    struct world_xml *x = &w->xml;
    sign_buf *const all[] = {&x->enveloped, &x->enveloping, &x->base64, &x->detached, &x->inside,
                             &x->altered,   &x->two,        &x->draft,  &x->value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sign_buf_free(all[i]);
}
