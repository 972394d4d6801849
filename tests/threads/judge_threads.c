/*
 * judge_threads - signatures with time judged by many threads with one trust, whose cache is so small that it
 * forgets all the time: archived twice in both formats, a token of something else, a token by itself. Every
 * thread writes every form of its own report and of one that all share; each must be, to the last octet, what
 * a single thread writes.
 */
#include "threads/crowd.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define STAMPS(name) SIGN_TEST_STAMPS "/" name

/* AT: 2033-06-03, when only a second archive time-stamp still proves the older ones. */
enum { THREADS = 6, ROUNDS = 6, SAMPLES = 4, FORMS = 6, FILE_MOST = 65536, AT = 2001369600 };

struct sample {
    const char *file;
    bool beside; /* over content.txt */
    sign_rc verdict;
    sign_buf data;
    uint64_t hash; /* of all forms of its report */
};

struct shared {
    sign_trust *trust;
    sign_policy *policy;
    sign_buf content;
    sign_report *report; /* of the first sample */
    struct sample samples[SAMPLES];
    struct tally tally;
};

static bool file_read(const char *name, sign_buf *out) {
    char path[300];
    snprintf(path, sizeof path, STAMPS("%s"), name);
    FILE *f = fopen(path, "rb");
    out->data = malloc(FILE_MOST);
    out->len = f && out->data ? fread(out->data, 1, FILE_MOST, f) : 0;
    if (f)
        fclose(f);
    if (out->len == 0)
        fprintf(stderr, "judge_threads: %s cannot be read\n", path);
    return out->len > 0;
}

static bool shared_open(struct shared *s) {
    static const sign_input anchors[] = {{.path = STAMPS("root.der")}};
    static const sign_input crls[] = {{.path = STAMPS("at-2033-06")},
                                      {.path = STAMPS("tsaca-2029.crl")},
                                      {.path = STAMPS("tsaca-2032.crl")}};
    sign_error err = {0};
    sign_trust_options opt = {
        .size = sizeof opt, .anchors = anchors, .n_anchors = 1, .crls = crls, .n_crls = 3, .cache = 2};
    return told(sign_trust_new(&opt, &s->trust, &err), "trust", &err) &&
           told(sign_policy_open("tr", NULL, &s->policy, &err), "policy", &err) &&
           file_read("content.txt", &s->content);
}

/* FNV-1a over the report in every form; 0: one could not be written. */
static uint64_t hash_of(const sign_report *report) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (int form = SIGN_TEXT; form < FORMS; form++) {
        sign_error err = {0};
        sign_buf out = {0};
        if (!told(sign_report_write(report, (sign_report_form)form, SIGN_TR, &out, &err), "report", &err))
            return 0;
        for (size_t i = 0; i < out.len; i++)
            h = (h ^ out.data[i]) * UINT64_C(0x100000001b3);
        sign_buf_free(&out);
    }
    return h;
}

/* own: by the policy that all share, which is only to be read. */
static sign_rc judge(const struct shared *s, const struct sample *m, bool own, sign_report **out) {
    sign_error err = {0};
    sign_input what = {.name = m->file, .data = {m->data.data, m->data.len}};
    sign_input content = {.name = "content.txt", .data = {s->content.data, s->content.len}};
    sign_verify_options opt = {.size = sizeof opt, .at = AT, .offline = 1, .detailed = 1};
    opt.policy_file = own ? s->policy : NULL;
    sign_rc rc = sign_verify(&what, &content, m->beside ? 1 : 0, s->trust, &opt, out, &err);
    told(rc, m->file, &err);
    return rc;
}

static bool sample_make(struct shared *s, struct sample *m) {
    sign_report *report = NULL;
    if (!file_read(m->file, &m->data))
        return false;
    sign_rc rc = judge(s, m, false, &report);
    m->hash = rc == m->verdict ? hash_of(report) : 0;
    if (rc != m->verdict)
        fprintf(stderr, "judge_threads: %s: %s\n", m->file, sign_rc_name(rc));
    sign_report_free(&report);
    return m->hash != 0;
}

static bool shared_make(struct shared *s) {
    static const struct sample wanted[SAMPLES] = {
        {.file = "lta-again.p7m", .verdict = SIGN_OK},
        {.file = "lta-again.xml", .verdict = SIGN_OK},
        {.file = "62-imprint.p7m", .verdict = SIGN_INDETERMINATE},
        {.file = "token.tst", .beside = true, .verdict = SIGN_INDETERMINATE}};
    bool ok = shared_open(s);
    for (size_t i = 0; ok && i < SAMPLES; i++) {
        s->samples[i] = wanted[i];
        ok = sample_make(s, &s->samples[i]);
    }
    return ok && judge(s, &s->samples[0], false, &s->report) == SIGN_OK;
}

static void shared_free(struct shared *s) {
    for (size_t i = 0; i < SAMPLES; i++)
        sign_buf_free(&s->samples[i].data);
    sign_buf_free(&s->content);
    sign_report_free(&s->report);
    sign_policy_free(&s->policy);
    sign_trust_free(&s->trust);
}

static void judge_sample(struct shared *s, const struct sample *m) {
    sign_report *report = NULL;
    sign_rc rc = judge(s, m, false, &report);
    expect(&s->tally, rc == m->verdict && hash_of(report) == m->hash, m->file, sign_rc_name(rc));
    sign_report_free(&report);
    rc = judge(s, m, true, &report);
    expect(&s->tally, rc >= 0, m->file, "by another policy");
    sign_report_free(&report);
}

static void work(void *user, size_t number) {
    struct shared *s = user;
    for (size_t i = number; i < number + ROUNDS; i++) {
        for (size_t k = 0; k < SAMPLES; k++)
            judge_sample(s, &s->samples[(i + k) % SAMPLES]);
        expect(&s->tally, hash_of(s->report) == s->samples[0].hash, "the shared report", "another hash");
    }
}

int main(void) {
    static struct shared s;
    if (shared_make(&s))
        crowd(THREADS, work, &s);
    bool good = tally_tell(&s.tally, THREADS * ROUNDS * (2 * SAMPLES + 1),
                           "judge_threads: one trust with a cache of two");
    shared_free(&s);
    return good ? 0 : 1;
}
