/*
 * threads - what the header calls const is used by many threads at once: one trust, whose cache is so small
 * that it forgets all the time, one RSA and one EC key. Every thread verifies signatures whose verdict is
 * known, creates new ones and verifies these; each verdict and sub-indication must be the one that a single
 * thread finds.
 */
#include "threads/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PKI(name) SIGN_TEST_PKI "/" name

enum { THREADS = 8, ROUNDS = 40, SAMPLES = 6, AT = 1767596400 };

static const uint8_t text[] = "Sayın yetkili, ekteki başvuruyu sunarım.\n";

/* A signature and what must be said of it. */
struct sample {
    const char *name;
    sign_buf signature;
    bool detached;
    sign_rc verdict;
    char sub[48]; /* "" when passed */
};

struct shared {
    sign_trust *trust;
    sign_key *keys[2];
    struct sample samples[SAMPLES];
    sign_report *report;
    struct tally tally;
};

static sign_input document(void) {
    return (sign_input){.name = "mektup.txt", .data = {text, sizeof text - 1}};
}

static bool key_make(const char *key, const char *cert, sign_key **out) {
    sign_error err = {0};
    sign_key_options opt = {.size = sizeof opt, .certificate = cert};
    return told(sign_key_open(key, &opt, out, &err), key, &err);
}

static bool create(const sign_key *key, bool detached, sign_buf *out) {
    sign_error err = {0};
    sign_input in = document();
    sign_options opt = {
        .size = sizeof opt, .claimed_time = AT, .shape = detached ? SIGN_DETACHED : SIGN_ATTACHED};
    return told(sign_create(key, &in, &opt, &(sign_output){.buf = out}, &err), "create", &err);
}

/* The verdict, and its sub-indication in sub; < 0 when there was none. */
static sign_rc verdict_of(const sign_trust *trust, const sign_buf *signature, bool detached, char sub[48]) {
    sign_error err = {0};
    sign_report *report = NULL;
    sign_input what = {.data = {signature->data, signature->len}}, content = document();
    sign_verify_options opt = {.size = sizeof opt, .at = AT};
    sign_rc rc = sign_verify(&what, &content, detached ? 1 : 0, trust, &opt, &report, &err);
    const sign_signature *s = told(rc, "verify", &err) ? sign_report_signature(report, 0) : NULL;
    snprintf(sub, 48, "%s", s && s->sub ? s->sub : "");
    sign_report_free(&report);
    return rc;
}

static bool sample_make(struct shared *s, struct sample *m) {
    char key[200], cert[200];
    sign_key *own = NULL;
    snprintf(key, sizeof key, PKI("%s.key.pem"), m->name);
    snprintf(cert, sizeof cert, PKI("%s.pem"), m->name);
    bool ok = key_make(key, cert, &own) && create(own, m->detached, &m->signature);
    sign_key_free(&own);
    if (ok)
        m->verdict = verdict_of(s->trust, &m->signature, m->detached, m->sub);
    return ok && m->verdict >= 0;
}

/* One letter of the first sample's content changed. */
static bool altered_make(struct shared *s, struct sample *m) {
    const struct sample *from = &s->samples[0];
    m->signature = (sign_buf){malloc(from->signature.len), from->signature.len};
    if (!m->signature.data)
        return false;
    memcpy(m->signature.data, from->signature.data, from->signature.len);
    for (size_t i = 0; i + 7 < m->signature.len; i++)
        if (memcmp(m->signature.data + i, "yetkili", 7) == 0)
            m->signature.data[i] = 'Y';
    m->verdict = verdict_of(s->trust, &m->signature, false, m->sub);
    return m->verdict == SIGN_FAILED && strcmp(m->sub, "HASH_FAILURE") == 0;
}

static bool trust_make(struct shared *s) {
    sign_error err = {0};
    sign_input anchors[] = {{.path = PKI("trust")}}, crls[] = {{.path = PKI("crls")}};
    sign_input certs[] = {{.path = PKI("chain-ec.pem")}, {.path = PKI("chain-rsa.pem")}};
    /* Fewer than the certificates in use: every verification throws out what another one has just learnt. */
    sign_trust_options opt = {.size = sizeof opt,
                              .anchors = anchors,
                              .n_anchors = 1,
                              .certs = certs,
                              .n_certs = 2,
                              .crls = crls,
                              .n_crls = 1,
                              .cache = 2};
    return told(sign_trust_new(&opt, &s->trust, &err), "trust", &err);
}

static bool shared_make(struct shared *s) {
    static const struct sample wanted[SAMPLES - 1] = {
        {.name = "nes-p256", .verdict = SIGN_OK},
        {.name = "nes-rsa2048", .verdict = SIGN_OK, .detached = true},
        {.name = "nes-person2", .verdict = SIGN_OK},
        {.name = "nes-revoked", .verdict = SIGN_INDETERMINATE},
        {.name = "nes-other", .verdict = SIGN_INDETERMINATE}};
    bool ok = trust_make(s) && key_make(PKI("nes-p256.key.pem"), PKI("nes-p256.pem"), &s->keys[0]) &&
              key_make(PKI("nes-rsa2048.key.pem"), PKI("nes-rsa2048.pem"), &s->keys[1]);
    for (size_t i = 0; ok && i < SAMPLES - 1; i++) {
        s->samples[i] = wanted[i];
        ok = sample_make(s, &s->samples[i]) && s->samples[i].verdict == wanted[i].verdict;
        if (!ok)
            fprintf(stderr, "threads: %s: %d %s\n", wanted[i].name, s->samples[i].verdict, s->samples[i].sub);
    }
    sign_input what = {.data = {s->samples[0].signature.data, s->samples[0].signature.len}};
    sign_verify_options opt = {.size = sizeof opt, .at = AT};
    return ok && altered_make(s, &s->samples[SAMPLES - 1]) &&
           sign_verify(&what, NULL, 0, s->trust, &opt, &s->report, NULL) == SIGN_OK;
}

static void shared_free(struct shared *s) {
    for (size_t i = 0; i < SAMPLES; i++)
        sign_buf_free(&s->samples[i].signature);
    sign_report_free(&s->report);
    sign_key_free(&s->keys[0]);
    sign_key_free(&s->keys[1]);
    sign_trust_free(&s->trust);
}

static void verify_sample(struct shared *s, const struct sample *m) {
    char sub[48];
    sign_rc rc = verdict_of(s->trust, &m->signature, m->detached, sub);
    expect(&s->tally, rc == m->verdict && strcmp(sub, m->sub) == 0, m->name, sub);
}

static void create_and_verify(struct shared *s, size_t i) {
    char sub[48] = "not made";
    sign_buf out = {0};
    bool detached = i % 4 > 1;
    sign_rc rc = SIGN_E_INTERNAL;
    if (create(s->keys[i % 2], detached, &out))
        rc = verdict_of(s->trust, &out, detached, sub);
    expect(&s->tally, rc == SIGN_OK, "a new signature", sub);
    sign_buf_free(&out);
}

static void write_report(struct shared *s) {
    sign_buf out = {0};
    sign_rc rc = sign_report_write(s->report, SIGN_JSON, SIGN_EN, &out, NULL);
    expect(&s->tally, rc == SIGN_OK && out.len > 100, "the shared report", sign_rc_name(rc));
    sign_buf_free(&out);
}

static void work(void *user, size_t number) {
    struct shared *s = user;
    /* Each thread begins at another sample, so that at any moment all of them are in use. */
    for (size_t i = number; i < number + ROUNDS; i++) {
        for (size_t k = 0; k < SAMPLES; k++)
            verify_sample(s, &s->samples[(i + k) % SAMPLES]);
        create_and_verify(s, i);
        write_report(s);
    }
}

int main(void) {
    static struct shared s;
    if (shared_make(&s))
        crowd(THREADS, work, &s);
    bool good = tally_tell(&s.tally, THREADS * ROUNDS * (SAMPLES + 2),
                           "threads: one trust with a cache of two, two keys");
    shared_free(&s);
    return good ? 0 : 1;
}
