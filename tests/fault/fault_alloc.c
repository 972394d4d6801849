/*
 * fault_alloc - every allocation fails once. For each public function: run it once and count the allocations,
 * its own and those of OpenSSL, libxml2 and jansson; then for every n let the n-th fail, and again the n-th
 * and all after it. Each time it must give an error and say so, or succeed with exactly what it gives
 * otherwise. A crash ends only the process of that run; what stays allocated and cannot be reached
 * is a failure, in builds with LeakSanitizer. After every batch the function must work again.
 *
 *   fault_alloc [NAME [ONCE|FROM N]]
 */
#include "runs.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCH = 200, WORKERS = 2, SHOWN = 5, CODES = 17, ALARM_SECONDS = 20 };
enum { FAILED = 2, BROKEN = 3, LEAKED = 4 }; /* exit statuses of a worker */

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

const struct run runs[] = {
    {"sign_trust_new", SIGN_OK, run_trust},
    {"sign_verify: everything known", SIGN_OK, run_verify_known},
    {"sign_verify: nothing known", SIGN_OK, run_verify_new},
    {"sign_verify: two signatures", SIGN_OK, run_verify_two},
    {"sign_verify: detached", SIGN_OK, run_verify_detached},
    {"sign_verify: altered content", SIGN_FAILED, run_verify_altered},
    {"sign_verify: cut off", SIGN_FAILED, run_verify_cut},
    {"sign_verify: no trust", SIGN_INDETERMINATE, run_verify_stranger},
    {"sign_verify: inspection", SIGN_INDETERMINATE, run_inspect},
    {"sign_report_write: text", SIGN_OK, run_report_text},
    {"sign_report_write: JSON", SIGN_OK, run_report_json},
    {"sign_extract", SIGN_OK, run_extract},
    {"sign_certs_read", SIGN_OK, run_certs},
    {"sign_create: attached", SIGN_OK, run_create_attached},
    {"sign_create: detached", SIGN_OK, run_create_detached},
    {"sign_create: all attributes", SIGN_OK, run_create_attributes},
    {"sign_create: into a file", SIGN_OK, run_create_file},
    {"sign_create: key elsewhere", SIGN_OK, run_create_remote},
    {"sign_create: form", SIGN_OK, run_create_form},
    {"sign_create: another person's form", SIGN_E_REFUSED, run_create_form_other},
    {"sign_create: another person's form in JSON", SIGN_E_REFUSED, run_create_form_json_other},
    {"sign_create: another person's form in a file", SIGN_E_REFUSED, run_create_form_file_other},
    {"sign_add", SIGN_OK, run_add},
    {"sign_draft_new", SIGN_OK, run_draft_new},
    {"sign_draft_export", SIGN_OK, run_draft_export},
    {"sign_draft_import", SIGN_OK, run_draft_import},
    {"sign_draft_finish", SIGN_OK, run_draft_finish},
    {"sign_form_new", SIGN_OK, run_form_new},
    {"sign_form_is: XML", 1, run_form_is_xml},
    {"sign_form_is: JSON", 1, run_form_is_json},
    {"sign_form_open: JSON", SIGN_OK, run_form_json},
    {"sign_form_open: XML", SIGN_OK, run_form_xml},
    {"sign_form_set", SIGN_OK, run_form_set},
    {"sign_form_check", 2, run_form_check},
    {"sign_form_write", SIGN_OK, run_form_write},
    {"sign_form_show", SIGN_OK, run_form_show},
    {"sign_key_open: PEM", SIGN_OK, run_key_pem},
    {"sign_key_open: encrypted PEM", SIGN_OK, run_key_encrypted},
    {"sign_key_open: PKCS#12", SIGN_OK, run_key_pkcs12},
};
const size_t n_runs = sizeof runs / sizeof *runs;

int judged(sign_rc rc, const sign_error *err, bool right) {
    bool told = rc >= 0 || (err->code == rc && err->text[0] && err->id[0]);
    return right && told ? (int)rc : RUN_WRONG;
}

bool holds(const sign_buf *text, const char *part) {
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= text->len; i++)
        if (memcmp(text->data + i, part, n) == 0)
            return true;
    return false;
}

/* What a worker tells the one who counts. */
struct board {
    size_t total; /* n goes from 1 to this */
    size_t now;   /* the n that runs */
    size_t errors, unharmed;
    size_t by_code[CODES];
};

static void say(const struct run *r, enum fault_mode mode, size_t n, const char *what) {
    printf("# %s, %s %zu: %s\n", r->name, mode == FAULT_ONCE ? "ONCE" : "FROM", n, what);
    fflush(stdout);
}

static bool unreachable(void) {
    ERR_clear_error(); /* the texts of its queue belong to the thread */
    return __lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0;
}

/* What is left may be in a cache of a library or of an object that all runs share, which only a search can
 * tell. */
static bool leaks(struct hooks_left left, bool search) {
    return (left.ours > 0 || (search && left.all > 0)) && unreachable();
}

/* One n; false when what came of it is a failure. */
static bool attempt(const struct run *r, const struct world *w, enum fault_mode mode, size_t n, bool search,
                    struct board *b) {
    char text[64];
    hooks_begin(mode, n);
    int got = r->go(w);
    struct hooks_left left = hooks_end();
    b->errors += got < 0;
    b->unharmed += got == r->wanted;
    if (got < 0 && got > -CODES)
        b->by_code[-got]++;
    if (got >= 0 && got != r->wanted) {
        snprintf(text, sizeof text, got == RUN_WRONG ? "a wrong result" : "gives %d", got);
        say(r, mode, n, text);
        return false;
    }
    if (leaks(left, search)) {
        snprintf(text, sizeof text, "%zu blocks are left, %zu of our own", left.all, left.ours);
        say(r, mode, n, text);
        return false;
    }
    return true;
}

static void work(const struct run *r, const struct world *w, enum fault_mode mode, size_t from, size_t to,
                 bool search, struct board *b) {
    for (size_t n = from; n < to; n++) {
        b->now = n;
        alarm(ALARM_SECONDS); /* a lock that was never given back would wait for ever */
        if (!attempt(r, w, mode, n, search, b))
            _exit(FAILED);
    }
    b->now = to;
    hooks_begin(FAULT_NONE, 0);
    if (r->go(w) != r->wanted) {
        say(r, mode, to, "does not work any more afterwards");
        _exit(BROKEN);
    }
    hooks_end();
    _exit(!search && unreachable() ? LEAKED : 0);
}

/*
 * From `from` to `to` in processes of their own, each taken up again behind the n that ended it. The search
 * for leaks is slow: it is done once behind all of them, and again behind each when it found something.
 */
static size_t batch(const struct run *r, const struct world *w, enum fault_mode mode, size_t from, size_t to,
                    struct board *b) {
    size_t failures = 0;
    bool search = false;
    while (from < to && failures < SHOWN) {
        int status = 0;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0)
            work(r, w, mode, from, to, search, b);
        if (child < 0 || waitpid(child, &status, 0) != child)
            return failures + 1;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            return failures;
        if (WIFEXITED(status) && WEXITSTATUS(status) == LEAKED) {
            search = true;
            continue;
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != FAILED)
            say(r, mode, b->now, WIFSIGNALED(status) ? "killed by a signal" : "ended");
        failures++;
        from = b->now + 1;
    }
    return failures;
}

/* Both modes over all n, the batches dealt out to the workers. */
static size_t all_of(const struct run *r, const struct world *w, size_t total, struct board *boards) {
    pid_t workers[WORKERS];
    size_t failures = 0;
    fflush(stdout);
    for (size_t k = 0; k < WORKERS; k++) {
        workers[k] = fork();
        if (workers[k] != 0)
            continue;
        size_t mine = 0, index = 0;
        for (int mode = FAULT_ONCE; mode <= FAULT_FROM; mode++)
            for (size_t from = 1; from <= total; from += BATCH, index++)
                if (index % WORKERS == k)
                    mine += batch(r, w, (enum fault_mode)mode, from,
                                  from + BATCH < total + 1 ? from + BATCH : total + 1, &boards[k]);
        fflush(stdout);
        _exit(mine > 200 ? 200 : (int)mine);
    }
    for (size_t k = 0; k < WORKERS; k++) {
        int status = 0;
        bool ended = workers[k] > 0 && waitpid(workers[k], &status, 0) == workers[k] && WIFEXITED(status);
        failures += ended ? (size_t)WEXITSTATUS(status) : 1;
    }
    return failures;
}

static size_t count(const struct run *r, const struct world *w) {
    /* The first runs fill the caches of the libraries. */
    for (int i = 0; i < 2; i++) {
        hooks_begin(FAULT_NONE, 0);
        if (r->go(w) != r->wanted)
            return 0;
    }
    hooks_begin(FAULT_NONE, 0);
    size_t total = r->go(w) == r->wanted ? hooks_count() : 0;
    struct hooks_left left = hooks_end();
    if (left.ours)
        printf("# %s: %zu blocks of our own are left although nothing failed\n", r->name, left.ours);
    return left.ours ? 0 : total;
}

static bool examine(const struct run *r, const struct world *w, struct board *boards) {
    memset(boards, 0, WORKERS * sizeof *boards);
    size_t total = count(r, w);
    for (size_t k = 0; k < WORKERS; k++)
        boards[k].total = total;
    /* What allocates nothing cannot be harmed: sign_form_check promises it. */
    bool works = total > 0 || (r->go(w) == r->wanted && strncmp(r->name, "sign_form_", 10) == 0);
    size_t failures = works ? all_of(r, w, total, boards) : 1, errors = 0, unharmed = 0;
    for (size_t k = 0; k < WORKERS; k++) {
        errors += boards[k].errors;
        unharmed += boards[k].unharmed;
    }
    printf("%s - %s: %zu allocations, %zu errors, %zu unharmed, %zu failures\n", failures ? "not ok" : "ok",
           r->name, total, errors, unharmed, failures);
    for (int code = 1; code < CODES; code++) {
        size_t n = 0;
        for (size_t k = 0; k < WORKERS; k++)
            n += boards[k].by_code[code];
        if (n)
            printf("#   %s %zu\n", sign_rc_name((sign_rc)-code), n);
    }
    fflush(stdout);
    return failures == 0;
}

/* One n in this process, for a debugger. */
static int single(const struct run *r, const struct world *w, const char *mode, const char *n) {
    struct board b = {0};
    count(r, w);
    bool ok =
        attempt(r, w, strcmp(mode, "FROM") == 0 ? FAULT_FROM : FAULT_ONCE, strtoul(n, NULL, 10), true, &b);
    puts(ok ? "ok" : "not ok");
    return !ok;
}

int main(int argc, char **argv) {
    struct world w;
    bool good = true;
    if (!hooks_install() || !world_make(&w)) {
        puts("not ok - the inputs could not be made");
        return 1;
    }
    struct board *boards =
        mmap(NULL, WORKERS * sizeof *boards, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (boards == MAP_FAILED)
        return 1;
    for (size_t i = 0; i < n_runs; i++) {
        if (argc > 1 && strcmp(argv[1], runs[i].name) != 0)
            continue;
        if (argc > 3)
            return single(&runs[i], &w, argv[2], argv[3]);
        good = examine(&runs[i], &w, boards) && good;
    }
    munmap(boards, WORKERS * sizeof *boards);
    world_free(&w);
    return good ? 0 : 1;
}
