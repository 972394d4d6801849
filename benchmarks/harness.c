/* Passes, rounds, medians and the table. */
#include "harness.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX  64U
#define ROUNDS_MAX   99U
#define LARGE_ROUNDS 3U

void must(bool ok, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "bench: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

void bench_add(struct bench_list *list, struct bench_op op) {
    struct bench_op *grown = realloc(list->ops, (list->n + 1) * sizeof *grown);
    must(grown != NULL, "out of memory");
    list->ops = grown;
    list->ops[list->n++] = op;
}

/* ---- the clock -------------------------------------------------------------------------------------- */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds that this thread has waited for a CPU since it began. */
static double waited(void) {
    char text[128];
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = 0;
    const char *second = strchr(text, ' ');
    return second ? strtod(second, NULL) * 1e-9 : 0;
}

/* ---- one pass --------------------------------------------------------------------------------------- */

struct worker {
    const struct bench_op *op;
    void *state;
    pthread_barrier_t *start;
    size_t first, step;
    double seconds; /* at most, when the pass has no end of its own */
    size_t count;
    double used;
};

static void *work(void *user) {
    struct worker *w = user;
    pthread_barrier_wait(w->start);
    /* The clock outermost: a wait that is taken off must lie in the time it is taken off. */
    double begin = now(), wait = waited();
    size_t i = w->first;
    do {
        /* The clock costs as much as a look-up: four operations share a look at it. */
        for (unsigned k = 0; k < 4 && (w->op->pass == 0 || i < w->op->pass); k++, i += w->step)
            w->op->run(w->state, i);
    } while (w->op->pass ? i < w->op->pass : now() - begin < w->seconds);
    wait = waited() - wait;
    w->used = now() - begin - wait;
    w->count = (i - w->first) / w->step;
    return NULL;
}

struct tally {
    double count, used; /* summed over the threads */
};

static struct tally pass(const struct bench_op *op, unsigned threads, double seconds) {
    struct worker w[THREADS_MAX];
    pthread_t id[THREADS_MAX];
    pthread_barrier_t start;
    must(pthread_barrier_init(&start, NULL, threads) == 0, "no barrier");
    if (op->renew)
        op->renew(op->shared);
    for (unsigned t = 0; t < threads; t++) {
        void *state = op->open ? op->open(op->shared) : op->shared;
        w[t] = (struct worker){op, state, &start, t, threads, seconds, 0, 0};
        /* What is fetched or opened at the first use is no part of a steady state. */
        if (op->pass == 0)
            op->run(state, t);
    }
    for (unsigned t = 0; t < threads; t++)
        must(pthread_create(&id[t], NULL, work, &w[t]) == 0, "no thread");
    struct tally sum = {0};
    for (unsigned t = 0; t < threads; t++) {
        must(pthread_join(id[t], NULL) == 0, "thread lost");
        sum.count += (double)w[t].count;
        sum.used += w[t].used;
        if (op->close)
            op->close(w[t].state);
    }
    pthread_barrier_destroy(&start);
    return sum;
}

/* Operations per second; a pass that ends early is repeated until the time is used up. */
static double measure(const struct bench_op *op, unsigned threads, double seconds) {
    double count = 0, used = 0;
    do {
        struct tally t = pass(op, threads, seconds);
        count += t.count;
        used += t.used;
    } while (op->pass && used < seconds * threads);
    return count / used * threads;
}

/* ---- a process of its own --------------------------------------------------------------------------- */

static void label(const struct bench_op *op, char out[128]) {
    snprintf(out, 128, "%s: %s", op->row, op->who);
}

/* The peak of this address space, which began with exec: what a parent had is not in it. */
static long peak_kib(void) {
    char line[128];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    must(f != NULL, "/proc/self/status");
    while (kib == 0 && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    fclose(f);
    return kib;
}

void bench_child(const struct bench_settings *s, const struct bench_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        struct bench_op *op = &list->ops[i];
        char name[128];
        label(op, name);
        if (strcmp(name, s->child) != 0)
            continue;
        void *state = op->open ? op->open(op->shared) : op->shared;
        double begin = now(), wait = waited();
        op->run(state, 0);
        wait = waited() - wait;
        double used = now() - begin - wait;
        printf("%.9f %ld\n", used, peak_kib());
        if (op->close)
            op->close(state);
        return;
    }
    must(false, "no such operation");
}

static void start_child(const struct bench_settings *s, const char *name, int out) {
    char large[16];
    snprintf(large, sizeof large, "%u", s->large);
    const char *args[] = {s->program, "--child", name,      "--work", s->work,
                          "--pki",    s->pki,    "--large", large,    NULL};
    char *const *argv = NULL;
    memcpy(&argv, &(const char *const *){args}, sizeof argv); /* execv promises not to write to them */
    if (dup2(out, STDOUT_FILENO) >= 0)
        execv(s->program, argv);
    _exit(127);
}

/* Seconds of the operation; its peak in *kib. */
static double measure_process(const struct bench_settings *s, const struct bench_op *op, double *kib) {
    char name[128], text[64] = "";
    int fd[2], status = 1;
    label(op, name);
    must(pipe(fd) == 0, "no pipe");
    pid_t pid = fork();
    must(pid >= 0, "no process");
    if (pid == 0)
        start_child(s, name, fd[1]);
    close(fd[1]);
    ssize_t n = read(fd[0], text, sizeof text - 1);
    close(fd[0]);
    must(waitpid(pid, &status, 0) == pid && status == 0 && n > 0, name);
    char *rest;
    double used = strtod(text, &rest);
    *kib = strtod(rest, NULL);
    return used;
}

/* ---- rounds ----------------------------------------------------------------------------------------- */

struct line {
    const struct bench_op *op;
    unsigned threads, rounds;
    double rate[ROUNDS_MAX], kib[ROUNDS_MAX];
};

static int ascending(const void *a, const void *b) {
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

struct spread {
    double median, min, max;
};

static struct spread spread_of(const double *values, unsigned n) {
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, ascending);
    double median = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    return (struct spread){median, sorted[0], sorted[n - 1]};
}

/* The first contender of a row against this one: the median of the ratios of the same round. */
static double ratio(const struct line *lines, const struct line *line) {
    const struct line *base = line;
    while (base > lines && strcmp(base[-1].op->row, line->op->row) == 0 && base[-1].threads == line->threads)
        base--;
    double values[ROUNDS_MAX];
    for (unsigned r = 0; r < line->rounds; r++)
        values[r] = base->rate[r] / line->rate[r];
    return spread_of(values, line->rounds).median;
}

static void print_table(const struct line *lines, size_t n, FILE *out) {
    fprintf(out, "%-36s %7s  %-22s %12s %12s %12s  %5s %8s\n", "row", "threads", "who", "median", "min",
            "max", "ratio", "peak MiB");
    for (size_t i = 0; i < n; i++) {
        const struct line *l = &lines[i];
        struct spread s = spread_of(l->rate, l->rounds);
        fprintf(out, "%-36s %7u  %-22s %12.1f %12.1f %12.1f  %5.2f", l->op->row, l->threads, l->op->who,
                s.median, s.min, s.max, ratio(lines, l));
        if (l->op->bytes > 0)
            fprintf(out, " %8.1f", spread_of(l->kib, l->rounds).median / 1024);
        fputc('\n', out);
    }
    fprintf(
        out,
        "median, min, max: operations per second of CPU time and sleep (large files: MB/s); ratio: the first "
        "of the row against this one\n");
}

static void print_json(const struct line *lines, size_t n, const char *path) {
    FILE *out = fopen(path, "w");
    must(out != NULL, path);
    fprintf(out, "[");
    for (size_t i = 0; i < n; i++) {
        const struct line *l = &lines[i];
        struct spread s = spread_of(l->rate, l->rounds);
        fprintf(out,
                "%s\n{\"row\":\"%s\",\"who\":\"%s\",\"threads\":%u,\"rounds\":%u,\"unit\":\"%s\",\"median\":%"
                ".1f,",
                i ? "," : "", l->op->row, l->op->who, l->threads, l->rounds,
                l->op->bytes > 0 ? "MB/s" : "1/s", s.median);
        fprintf(out, "\"min\":%.1f,\"max\":%.1f,\"ratio\":%.3f", s.min, s.max, ratio(lines, l));
        if (l->op->bytes > 0)
            fprintf(out, ",\"peak_kib\":%.0f", spread_of(l->kib, l->rounds).median);
        fprintf(out, "}");
    }
    fprintf(out, "\n]\n");
    must(fclose(out) == 0, path);
}

static void fill(const struct bench_settings *s, struct line *lines, size_t n) {
    for (unsigned r = 0; r < s->rounds; r++)
        for (size_t i = 0; i < n; i++) {
            struct line *l = &lines[i];
            if (r >= l->rounds)
                continue;
            if (l->op->bytes > 0)
                l->rate[r] = l->op->bytes / 1e6 / measure_process(s, l->op, &l->kib[r]);
            else
                l->rate[r] = measure(l->op, l->threads, s->seconds);
        }
}

static bool wanted(const struct bench_settings *s, const struct bench_op *op) {
    char name[128];
    label(op, name);
    return s->only == NULL || strstr(name, s->only) != NULL;
}

/* The contenders of one row with one number of threads stand together: lines from `first` on. */
static size_t lines_of_row(const struct bench_settings *s, const struct bench_list *list, size_t first,
                           unsigned threads, struct line *lines) {
    size_t n = 0;
    for (size_t i = first; i < list->n && strcmp(list->ops[i].row, list->ops[first].row) == 0; i++) {
        const struct bench_op *op = &list->ops[i];
        if (!wanted(s, op) || (threads > 1 && op->bytes > 0))
            continue;
        unsigned rounds = op->bytes > 0 && s->rounds > LARGE_ROUNDS ? LARGE_ROUNDS : s->rounds;
        lines[n++] = (struct line){.op = op, .threads = threads, .rounds = rounds};
    }
    return n;
}

void bench_run(const struct bench_settings *s, const struct bench_list *list, FILE *out) {
    must(s->threads >= 1 && s->threads <= THREADS_MAX, "--threads");
    must(s->rounds >= 1 && s->rounds <= ROUNDS_MAX, "--rounds");
    struct line *lines = calloc(2 * list->n + 1, sizeof *lines);
    must(lines != NULL, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0 && strcmp(list->ops[i].row, list->ops[i - 1].row) == 0)
            continue;
        n += lines_of_row(s, list, i, 1, &lines[n]);
        if (s->threads > 1)
            n += lines_of_row(s, list, i, s->threads, &lines[n]);
    }
    must(n > 0, "nothing has that name");
    fill(s, lines, n);
    print_table(lines, n, out);
    if (s->json)
        print_json(lines, n, s->json);
    free(lines);
}
