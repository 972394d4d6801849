/*
 * A child for each n: it starts from the state that the warm-up left, lets the n-th allocation fail and ends
 * with its verdict. Whatever it spoils, a library's state included, goes with it.
 *
 * A run of thousands of allocations would spend half of its time in going from the first to the n-th, for
 * each n. One that changes nothing outside its process is gone through once instead, and the child of each n
 * is forked at the n-th allocation, which fails there.
 *
 * A search of LeakSanitizer costs several times the run. It is needed only when the child owns more than
 * before the run: AddressSanitizer counts the bytes of every allocation of the process and the hooks count
 * blocks; when neither has grown, nothing can have leaked. A module that was started keeps memory: what a
 * search has found clean is clean again when exactly the same blocks are left and as many bytes.
 */
#define _GNU_SOURCE /* REG_RIP */
#include "attempts.h"
#include "known.h"

#include <openssl/err.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

/* A lock that was never given back would wait for ever. AGAIN: so often the function is tried once more. */
enum { ALARM_SECONDS = 20, AGAIN = 16, WARM_UPS = 2, GIVE_UP = 100, CLEAN_MAX = 256, DESCRIPTORS = 64 };
enum { GOOD = 6, VERDICT = 7 }; /* exit statuses of a child; whoever else ends it has others */

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* Shared with the children. */
struct board {
    struct tally tally;
    struct finding now; /* the verdict of the child that runs */
    struct hooks_left usual;
    struct hooks_left
        clean[CLEAN_MAX]; /* what searches found to be no leak, the newest in place of the oldest */
    size_t n_clean;
};

bool attempts_see_leaks(void) {
    return __lsan_do_recoverable_leak_check != NULL;
}

/* The instruction that a signal interrupted; NULL where nobody has said how to find it. */
static void *pc_of(void *context) {
    ucontext_t *c = context;
#if defined __x86_64__
    return (void *)(uintptr_t)c->uc_mcontext.gregs[REG_RIP];
#elif defined __aarch64__
    return (void *)(uintptr_t)c->uc_mcontext.pc;
#else
    (void)c;
    return NULL;
#endif
}

static bool verdict(struct finding *f, enum fault_kind kind, const char *what) {
    f->kind = kind;
    snprintf(f->what, sizeof f->what, "%s", what);
    return false;
}

static bool same(const struct hooks_left *a, const struct hooks_left *b) {
    return a->ours == b->ours && a->all == b->all && a->where == b->where && a->bytes == b->bytes;
}

static bool known_clean(const struct hooks_left *left, const struct board *b) {
    for (size_t i = 0; i < CLEAN_MAX && i < b->n_clean; i++)
        if (same(left, &b->clean[i]))
            return true;
    return false;
}

static bool leaks(struct hooks_left left, struct board *b) {
    bool nothing = left.all == 0 && left.bytes <= b->usual.bytes;
    if (!attempts_see_leaks() || nothing || known_clean(&left, b))
        return false;
    b->tally.searches++;
    if (__lsan_do_recoverable_leak_check() != 0)
        return true;
    b->clean[b->n_clean++ % CLEAN_MAX] = left;
    return false;
}

/* What came of one n: what it gave and left; false with b->now when that is a failure. */
static bool judge(const struct run *r, int got, struct hooks_left left, struct board *b) {
    char text[sizeof b->now.what];
    b->tally.errors += got < 0;
    b->tally.unharmed += got == r->wanted;
    if (got < 0 && got > -CODES)
        b->tally.by_code[-got]++;
    if (got >= 0 && got != r->wanted) {
        snprintf(text, sizeof text, got == RUN_WRONG ? "a wrong result" : "gives %d", got);
        return verdict(&b->now, FOUND_WRONG, text);
    }
    if (got < 0 && got != SIGN_E_MEMORY && got != r->wanted &&
        (got <= -CODES || (r->also & 1u << -got) == 0)) {
        snprintf(text, sizeof text, "fails as %s", sign_rc_name((sign_rc)got));
        return verdict(&b->now, FOUND_WRONG, text);
    }
    if (leaks(left, b)) {
        snprintf(text, sizeof text, "a leak: %zu blocks, %zu of our own, %ld bytes", left.all, left.ours,
                 left.bytes);
        return verdict(&b->now, FOUND_LEAK, text);
    }
    return true;
}

static bool works(const struct run *r, const struct world *w) {
    hooks_begin(FAULT_NONE, 0);
    bool right = r->go(w) == r->wanted;
    hooks_end();
    return right;
}

static struct finding *on_crash;
static struct sigaction sanitizers_own;

/* Whose instruction was it? Anything else than what is known goes on to the sanitizer's report. */
static void crashed(int signal, siginfo_t *info, void *context) {
    const char *known = known_crash(pc_of(context));
    if (known) {
        verdict(on_crash, FOUND_KNOWN, known);
        _exit(VERDICT);
    }
    sigaction(signal, &sanitizers_own, NULL); /* the instruction is tried again, and fails again */
    if (info->si_code <= 0)
        raise(signal); /* it came from no instruction */
}

static void prepare(struct board *b) {
    struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO};
    on_crash = &b->now;
    sigaction(SIGSEGV, &action, &sanitizers_own);
    alarm(ALARM_SECONDS);
}

/* Runs, in whatever process this is when it comes back. */
static int go(const struct run *r, const struct world *w, struct hooks_left *left) {
    int got = r->go(w);
    ERR_clear_error(); /* the texts of its queue belong to the thread */
    *left = hooks_end();
    return got;
}

static void conclude(const struct run *r, const struct world *w, int got, struct hooks_left left,
                     struct board *b) {
    bool good = judge(r, got, left, b);
    if (good && b->now.n % AGAIN == 1 && !works(r, w))
        good = verdict(&b->now, FOUND_AFTER, "does not work any more afterwards");
    _exit(good ? GOOD : VERDICT);
}

static void child(const struct run *r, const struct world *w, struct board *b) {
    struct hooks_left left;
    prepare(b);
    hooks_begin(b->now.mode, b->now.n);
    int got = go(r, w, &left);
    conclude(r, w, got, left, b);
}

static void keep(struct tally *t, const struct finding *f) {
    if (f->kind == FOUND_KNOWN) {
        t->known++;
        return;
    }
    t->failures++;
    if (t->n_found < FOUND_MAX)
        t->found[t->n_found++] = *f;
}

/* The child of one n, counted. */
static pid_t begin(enum fault_mode mode, size_t n, struct board *b) {
    b->now = (struct finding){.mode = mode, .n = n};
    b->tally.children++;
    return fork();
}

static void settle(pid_t pid, struct board *b) {
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        verdict(&b->now, FOUND_CRASH, "no child");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        verdict(&b->now, FOUND_HANG, "does not end");
    else if (WIFSIGNALED(status))
        verdict(&b->now, FOUND_CRASH, "killed by a signal");
    else if (WEXITSTATUS(status) != GOOD && WEXITSTATUS(status) != VERDICT)
        verdict(&b->now, FOUND_CRASH, "ended by a sanitizer, or by itself");
    if (b->now.kind)
        keep(&b->tally, &b->now);
}

static void one(const struct run *r, const struct world *w, enum fault_mode mode, size_t n, struct board *b) {
    pid_t pid = begin(mode, n, b);
    if (pid == 0)
        child(r, w, b);
    settle(pid, b);
}

/* ---- forked where the allocation fails -------------------------------------------------------- */

struct walk {
    struct board *board;
    enum fault_mode mode;
    size_t total, step, k;
    bool is_child;
};

/* Each how many-th n is tried. */
static size_t stride(enum fault_mode mode, size_t total, size_t step) {
    if (step == 1 || total <= ATTEMPTS_MANY)
        return 1;
    return mode == FAULT_FROM ? step : total <= ATTEMPTS_HUGE ? 1 : ATTEMPTS_THIRD;
}

/* Whether this n is tried in this mode by worker k. */
static bool is_turn(enum fault_mode mode, size_t n, size_t total, size_t step, size_t k) {
    size_t s = stride(mode, total, step);
    return n % s == 0 && n / s % WORKERS == k;
}

static size_t turns(size_t total, size_t step) {
    return total / stride(FAULT_ONCE, total, step) + total / stride(FAULT_FROM, total, step);
}

/* A child reads on in the files that are open, and their positions are not its own. */
static void positions(off_t at[DESCRIPTORS], bool restore) {
    for (int fd = 3; fd < DESCRIPTORS; fd++)
        if (!restore)
            at[fd] = lseek(fd, 0, SEEK_CUR);
        else if (at[fd] >= 0)
            lseek(fd, at[fd], SEEK_SET);
}

static enum fault_mode turn(size_t n, void *user) {
    struct walk *walk = user;
    off_t at[DESCRIPTORS];
    if (!is_turn(walk->mode, n, walk->total, walk->step, walk->k) || walk->board->tally.failures >= GIVE_UP)
        return FAULT_NONE;
    positions(at, false);
    pid_t pid = begin(walk->mode, n, walk->board);
    walk->is_child = pid == 0;
    if (walk->is_child) {
        prepare(walk->board);
        return walk->mode;
    }
    settle(pid, walk->board);
    positions(at, true);
    return FAULT_NONE;
}

/* In a process of its own, as `count` is: what is new in each process is new here as well. */
static void walk_through(const struct run *r, const struct world *w, struct walk walk) {
    struct board *b = walk.board;
    struct hooks_left left;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        hooks_begin(FAULT_NONE, 0);
        hooks_each(turn, &walk);
        int got = go(r, w, &left);
        if (walk.is_child)
            conclude(r, w, got, left, b);
        _exit(got == r->wanted ? GOOD : VERDICT);
    }
    bool ended =
        pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == GOOD;
    b->tally.failures += !ended;
}

static pid_t worker(const struct run *r, const struct world *w, const struct attempts_how *how,
                    struct walk walk) {
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    world_token_use(w, walk.k);
    for (int mode = FAULT_ONCE; mode <= FAULT_FROM; mode++) {
        walk.mode = (enum fault_mode)mode;
        if (how->alone)
            walk_through(r, w, walk);
        for (size_t n = 1; !how->alone && n <= walk.total && walk.board->tally.failures < GIVE_UP; n++)
            if (is_turn(walk.mode, n, walk.total, walk.step, walk.k))
                one(r, w, walk.mode, n, walk.board);
    }
    _exit(0);
}

static void add(struct tally *t, const struct tally *part) {
    t->children += part->children;
    t->searches += part->searches;
    t->known += part->known;
    t->errors += part->errors;
    t->unharmed += part->unharmed;
    for (size_t i = 0; i < CODES; i++)
        t->by_code[i] += part->by_code[i];
    size_t kept = 0;
    for (; kept < part->n_found; kept++)
        keep(t, &part->found[kept]);
    t->failures += part->failures - kept;
}

/* Every turn is one child, and every child is accounted for. */
static void all_of(const struct run *r, const struct world *w, const struct attempts_how *how,
                   struct board *boards, struct tally *t) {
    pid_t workers[WORKERS];
    for (size_t k = 0; k < WORKERS; k++)
        workers[k] = worker(r, w, how,
                            (struct walk){.board = &boards[k], .total = t->total, .step = how->step, .k = k});
    for (size_t k = 0; k < WORKERS; k++) {
        int status = 0;
        bool ended = workers[k] > 0 && waitpid(workers[k], &status, 0) == workers[k] && status == 0;
        add(t, &boards[k].tally);
        t->failures += !ended;
    }
    if (t->failures == 0 && t->children != turns(t->total, how->step))
        t->failures = 1;
}

/* How many allocations a child makes when nothing fails; in a child, because only there some things are new,
 * as the start of a PKCS#11 module is. */
static bool count(const struct run *r, const struct world *w, struct board *b, struct tally *t) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        hooks_begin(FAULT_NONE, 0);
        bool right = r->go(w) == r->wanted;
        ERR_clear_error();
        b->tally.total = hooks_count();
        b->usual = hooks_end();
        /* A module that was loaded is kept until the process ends, where it can be reached. */
        bool clean = b->usual.ours == 0 || !attempts_see_leaks() || __lsan_do_recoverable_leak_check() == 0;
        _exit(right && clean ? GOOD : VERDICT);
    }
    bool ended =
        pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == GOOD;
    t->total = b->tally.total;
    return ended;
}

static bool warm_up(const struct run *r, const struct world *w) {
    world_told_reset(w);
    for (int i = 0; i < WARM_UPS; i++)
        if (!works(r, w))
            return false;
    return true;
}

static struct board *board_new(size_t n) {
    void *p = mmap(NULL, n * sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* In place: a board is too large for the stack. */
static void board_reset(struct board *b, const struct board *from) {
    memset(&b->tally, 0, sizeof b->tally);
    memset(&b->now, 0, sizeof b->now);
    memmove(&b->usual, &from->usual, sizeof b->usual);
    b->n_clean = 0;
}

bool attempts_all(const struct run *r, const struct world *w, const struct attempts_how *how,
                  struct tally *t) {
    *t = (struct tally){0};
    struct board *boards = board_new(WORKERS);
    if (!boards)
        return false;
    fflush(NULL);
    bool good = warm_up(r, w) && count(r, w, &boards[0], t);
    if (good) {
        for (size_t k = 0; k < WORKERS; k++)
            board_reset(&boards[k], &boards[0]);
        all_of(r, w, how, boards, t);
    }
    munmap(boards, WORKERS * sizeof *boards);
    return good;
}

bool attempts_one(const struct run *r, const struct world *w, enum fault_mode mode, size_t n,
                  struct tally *t) {
    *t = (struct tally){0};
    struct board *b = board_new(1);
    if (!b)
        return false;
    fflush(NULL);
    bool good = warm_up(r, w) && count(r, w, b, t);
    if (good) {
        b->tally = (struct tally){0};
        one(r, w, mode, n, b);
        add(t, &b->tally);
    }
    munmap(b, sizeof *b);
    return good;
}
