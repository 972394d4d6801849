/*
 * judge_threads - signatures with time judged by many threads with one trust, whose cache is so small that it
 * forgets all the time: archived twice in both formats, a token of something else, a token by itself. Every
 * thread writes every form of its own report and of one that all share; each must be, to the last octet, what
 * a single thread writes.
 */
#include <pthread.h>
#include <sign.h>
#include <stdatomic.h>
#include <stdbool.h>
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
    atomic_size_t done, wrong;
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

static bool told(sign_rc rc, const char *what, const sign_error *err) {
    if (rc < 0)
        fprintf(stderr, "judge_threads: %s: %s %s\n", what, sign_rc_name(rc), err->text);
    return rc >= 0;
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

static void expect(struct shared *s, bool right, const char *what) {
    atomic_fetch_add(&s->done, 1);
    if (right)
        return;
    atomic_fetch_add(&s->wrong, 1);
    fprintf(stderr, "judge_threads: %s\n", what);
}

static void judge_sample(struct shared *s, const struct sample *m) {
    sign_report *report = NULL;
    sign_rc rc = judge(s, m, false, &report);
    expect(s, rc == m->verdict && hash_of(report) == m->hash, m->file);
    sign_report_free(&report);
    rc = judge(s, m, true, &report);
    expect(s, rc >= 0, "by another policy");
    sign_report_free(&report);
}

struct worker {
    pthread_t thread;
    struct shared *shared;
    size_t number;
};

static void *work(void *user) {
    const struct worker *w = user;
    struct shared *s = w->shared;
    for (size_t i = w->number; i < w->number + ROUNDS; i++) {
        for (size_t k = 0; k < SAMPLES; k++)
            judge_sample(s, &s->samples[(i + k) % SAMPLES]);
        expect(s, hash_of(s->report) == s->samples[0].hash, "the shared report");
    }
    return NULL;
}

int main(void) {
    static struct shared s;
    struct worker workers[THREADS];
    size_t n = 0;
    if (!shared_make(&s)) {
        shared_free(&s);
        puts("not ok - judge_threads: the shared objects could not be made");
        return 1;
    }
    for (; n < THREADS; n++) {
        workers[n] = (struct worker){.shared = &s, .number = n};
        if (pthread_create(&workers[n].thread, NULL, work, &workers[n]) != 0)
            break;
    }
    for (size_t i = 0; i < n; i++)
        pthread_join(workers[i].thread, NULL);
    size_t done = atomic_load(&s.done), wrong = atomic_load(&s.wrong);
    bool good = n == THREADS && wrong == 0 && done == THREADS * ROUNDS * (2 * SAMPLES + 1);
    printf("%s - judge_threads: %zu threads, one trust with a cache of two: %zu answers, %zu wrong\n",
           good ? "ok" : "not ok", n, done, wrong);
    shared_free(&s);
    return good ? 0 : 1;
}
