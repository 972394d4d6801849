/* bench: libsign beside OpenSSL and bare PKCS#11 on the same work, in one run. README.md says how to start
 * it. */
#include "corpus.h"
#include "crl.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "bench --pki DIR --work DIR [--token DIR] [--stamps DIR] [--before FILE]\n"
    "      [--only TEXT] [--seconds S] [--rounds N] [--threads N] [--large MIB] [--json FILE]\n"
    "  --pki      the benchmark set, as mkpki --bench makes it\n"
    "  --work     KIND.pem of the signers, and room for the large files\n"
    "  --token    softhsm2.conf of a token named bench; without it there are no rows with a token\n"
    "  --stamps   signatures with time, as mkvectors --stamps makes them; without: no rows with them\n"
    "  --before   another libsign.so: B-level verification by it and by this one, nothing else\n"
    "  --only     rows and contenders whose \"row: who\" contains TEXT\n"
    "  --seconds  of one measurement (0.5)      --rounds   measurements of each contender (5)\n"
    "  --threads  also with so many threads (2) --large    size of the large file, 0 for none (1024)\n";

static bool take(struct bench_settings *s, const char *name, const char *value) {
    const struct {
        const char *name;
        const char **to;
    } texts[] = {{"--pki", &s->pki},       {"--work", &s->work},     {"--token", &s->token},
                 {"--stamps", &s->stamps}, {"--before", &s->before}, {"--only", &s->only},
                 {"--json", &s->json},     {"--child", &s->child}};
    const struct {
        const char *name;
        unsigned *to;
    } numbers[] = {{"--rounds", &s->rounds}, {"--threads", &s->threads}, {"--large", &s->large}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].to = value;
            return true;
        }
    char *end = NULL;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(name, numbers[i].name) == 0) {
            *numbers[i].to = (unsigned)strtoul(value, &end, 10);
            return *end == 0;
        }
    if (strcmp(name, "--seconds") != 0)
        return false;
    s->seconds = strtod(value, &end);
    return *end == 0 && s->seconds > 0;
}

static bool settings_take(struct bench_settings *s, int argc, char **argv) {
    for (int i = 1; i < argc; i += 2)
        if (i + 1 >= argc || !take(s, argv[i], argv[i + 1]))
            return false;
    return s->pki && s->work;
}

static void before_add(struct bench_list *list, const struct library *before,
                       struct corpus *const corpora[3]) {
    for (size_t k = 0; k < 3; k++)
        verify_before_ops(list, corpora[k], before);
    for (size_t k = 0; k < 3; k++)
        xades_before_ops(list, corpora[k], before);
}

static void rows_add(struct bench_list *list, const struct bench_settings *s, const struct authority *a) {
    static const char *const kinds[] = {"rsa2048", "p256", "p384"};
    struct corpus *corpora[3];
    for (size_t k = 0; k < 3; k++)
        corpora[k] = corpus_load(a, kinds[k]);
    if (s->before) {
        before_add(list, library_load(s->before), corpora);
        return;
    }
    for (size_t k = 0; k < 3; k++)
        verify_ops(list, corpora[k]);
    struct authority *busy = authority_load(s->pki, LONG_LIST);
    for (size_t k = 0; k < 3; k++)
        verify_long_list_ops(list, corpus_under(corpora[k], busy));
    for (size_t k = 0; k < 3; k++)
        sign_ops(list, s, corpora[k]);
    for (size_t k = 0; s->token && k < 3; k++)
        token_ops(list, s, kinds[k]);
    for (size_t k = 0; k < 3; k++)
        xades_ops(list, s, corpora[k]);
    if (s->stamps)
        time_ops(list, s);
    if (s->large)
        large_ops(list, s, corpora[0]);
    if (s->large)
        xades_large_ops(list, s);
    if (s->large)
        crl_ops(list, s);
}

int main(int argc, char **argv) {
    struct bench_settings s = {
        .program = "/proc/self/exe", .seconds = 0.5, .rounds = 5, .threads = 2, .large = 1024};
    if (!settings_take(&s, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    struct bench_list list = {0};
    struct authority *a = authority_load(s.pki, SHORT_LIST);
    if (s.child) {
        large_ops(&list, &s, corpus_signer(a, "rsa2048"));
        xades_large_ops(&list, &s);
        crl_ops(&list, &s);
        bench_child(&s, &list);
    } else {
        rows_add(&list, &s, a);
        bench_run(&s, &list, stdout);
    }
    return 0;
}
