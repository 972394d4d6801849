/*
 * run_flips PKI: one bit of every octet of a signature changed in turn. Whatever is still TOTAL-PASSED must
 * be the same signature of the same person over the same content: the change then hit what nobody signed
 * (another encoding, a certificate that is not needed).
 */
#include "support/identity.h"

#include <sign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "Her sekizlisi imzanin altinda.";
static const char xml[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<b:Belge xmlns:b=\"urn:ornek:belge\">"
                          "<b:Metin kod=\"1\">Her sekizlisi imzanin altinda.</b:Metin></b:Belge>\n";

enum { PATH_BYTES = 1024 };

struct subject {
    const char *name;
    sign_format format;
    sign_shape shape;
    const char *told; /* of the shape */
    sign_trust *trust;
    sign_buf signature, extracted; /* as they were before any change */
    char person[64];
};

static sign_input content_of(const struct subject *s) {
    const char *of = s->format == SIGN_XADES ? xml : text;
    return (sign_input){.name = "icerik.xml", .data = {(const uint8_t *)of, strlen(of)}};
}

static bool make(const char *pki, struct subject *s) {
    sign_error err = {0};
    sign_key *key = NULL;
    sign_options so = {.size = sizeof so, .format = s->format, .shape = s->shape};
    sign_input in = content_of(s);
    sign_output out = {.buf = &s->signature};
    bool good = identity_open(pki, s->name, &key, &err) == SIGN_OK &&
                sign_create(key, &in, &so, &out, &err) == SIGN_OK;
    sign_key_free(&key);
    if (!good) {
        printf("# %s: %s\n", s->name, err.text);
    }
    return good;
}

static sign_rc verify(const struct subject *s, sign_report **report) {
    sign_input what = {.data = {s->signature.data, s->signature.len}};
    sign_input in = content_of(s);
    sign_verify_options vo = {.size = sizeof vo};
    size_t n = s->shape == SIGN_DETACHED ? 1 : 0;
    return sign_verify(&what, n ? &in : NULL, n, s->trust, &vo, report, NULL);
}

static sign_rc extract(const struct subject *s, sign_buf *out) {
    sign_input what = {.data = {s->signature.data, s->signature.len}};
    return sign_extract(&what, &(sign_output){.buf = out}, NULL);
}

/* What passes must give back the content, one signature, and the person. */
static bool same(const struct subject *s, const sign_report *report) {
    const sign_signature *sig = sign_report_signature(report, 0);
    bool good = sign_report_count(report) == 1 && strcmp(sig->person, s->person) == 0;
    if (good && s->shape != SIGN_DETACHED) {
        sign_buf back = {0};
        good = extract(s, &back) == SIGN_OK && back.len == s->extracted.len &&
               memcmp(back.data, s->extracted.data, back.len) == 0;
        sign_buf_free(&back);
    }
    return good;
}

static bool flips(struct subject *s) {
    size_t passed = 0, wrong = 0;
    for (size_t at = 0; at < s->signature.len; at++) {
        uint8_t bit = (uint8_t)(1u << (at % 8));
        sign_report *report = NULL;
        s->signature.data[at] ^= bit;
        sign_rc rc = verify(s, &report);
        passed += rc == SIGN_OK;
        if (rc < 0 || (rc == SIGN_OK && !same(s, report))) {
            printf("# octet %zu: %s\n", at, sign_rc_name(rc));
            wrong++;
        }
        sign_report_free(&report);
        s->signature.data[at] ^= bit;
    }
    printf("# %s: %zu octets, %zu changes without effect\n", s->name, s->signature.len, passed);
    return wrong == 0;
}

static bool subject_run(const char *pki, struct subject *s) {
    sign_report *report = NULL;
    bool good = make(pki, s) && verify(s, &report) == SIGN_OK;
    if (good) {
        snprintf(s->person, sizeof s->person, "%s", sign_report_signature(report, 0)->person);
    }
    sign_report_free(&report);
    if (good && s->shape != SIGN_DETACHED) {
        good = extract(s, &s->extracted) == SIGN_OK && s->extracted.len > 0;
    }
    good = good && flips(s);
    sign_buf_free(&s->signature);
    sign_buf_free(&s->extracted);
    return good;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: run_flips PKI\n");
        return 64;
    }
    char roots[PATH_BYTES], lists[PATH_BYTES];
    snprintf(roots, sizeof roots, "%s/trust", argv[1]);
    snprintf(lists, sizeof lists, "%s/crls", argv[1]);
    sign_input anchors = {.path = roots}, crls = {.path = lists};
    sign_trust_options to = {
        .size = sizeof to, .anchors = &anchors, .n_anchors = 1, .crls = &crls, .n_crls = 1};
    sign_trust *trust = NULL;
    sign_error err = {0};
    if (sign_trust_new(&to, &trust, &err) != SIGN_OK) {
        printf("not ok - trust: %s\n", err.text);
        return 1;
    }
    struct subject subjects[] = {
        {"nes-p256", SIGN_CADES, SIGN_ATTACHED, .told = "attached"},
        {"nes-rsa2048", SIGN_CADES, SIGN_ATTACHED, .told = "attached"},
        {"nes-p256", SIGN_CADES, SIGN_DETACHED, .told = "detached"},
        {"nes-p256", SIGN_XADES, SIGN_ENVELOPED, .told = "enveloped"},
        {"nes-rsa2048", SIGN_XADES, SIGN_ENVELOPING, .told = "enveloping"},
        {"nes-p256", SIGN_XADES, SIGN_DETACHED, .told = "XML, detached"},
        {"nes-p256", SIGN_XADES, SIGN_INTERNALLY_DETACHED, .told = "internally detached"}};
    int failed = 0;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        subjects[i].trust = trust;
        bool good = subject_run(argv[1], &subjects[i]);
        printf("%s - %s, %s: no changed octet makes another signature\n", good ? "ok" : "not ok",
               subjects[i].name, subjects[i].told);
        failed += !good;
    }
    sign_trust_free(&trust);
    return failed != 0;
}
