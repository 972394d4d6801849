/*
 * paths: thousands of random certificate chains, sound and spoilt in known ways, judged by libsign, by
 * OpenSSL's X509_verify_cert and by BouncyCastle's CertPathBuilder. libsign has to be right about every one;
 * where another judge says the contrary, the rows of the chain must explain it by a class of classes.def
 * (docs/PATHS.md).
 *
 * usage: paths --java "COMMAND" [--count N] [--seed S] [--show all]; COMMAND gets the name of the file of
 * chains; known disagreements are shown, too, with --show all.
 */
#include "classes.h"
#include "judges.h"
#include <stdlib.h>
#include <unistd.h>

enum { ALONE = 6 }; /* times that each row is tried by itself */

struct chain {
    struct applied applied;
    struct opinion ours, others[JUDGES];
    bool answered;
};

struct options {
    const char *java;
    uint32_t count;
    uint64_t seed;
    bool show;
};

/* ---- making -------------------------------------------------------------------------------------------- */

static bool has(const struct applied *a, enum row_id id) {
    for (size_t i = 0; i < a->n; i++)
        if (a->rows[i] == id)
            return true;
    return false;
}

static unsigned slots(const struct applied *a) {
    unsigned all = 0;
    for (size_t i = 0; i < a->n; i++)
        all |= row(a->rows[i])->slots;
    return all;
}

/* n rows more, if they can be found: of those that leave the chain valid with every judge, or of all others.
 */
static void choose(struct applied *a, size_t n, bool harmless, struct dice *d) {
    for (int tries = 0; tries < 60 && n > 0; tries++) {
        enum row_id id = (enum row_id)dice_below(d, ROWS);
        if (row_is_harmless(id) != harmless || (row(id)->slots & slots(a)) != 0)
            continue;
        a->rows[a->n++] = id;
        n--;
    }
}

/* The first chains have each row alone. Of the others two of five are left sound; most have one thing wrong,
 * some two. */
static void choose_all(struct applied *a, uint32_t id, struct dice *d) {
    size_t dealt = dice_below(d, 100);
    a->n = 0;
    if (id < ALONE * ROWS) {
        a->rows[a->n++] = (enum row_id)(id % ROWS);
        return;
    }
    choose(a, dealt < 40 ? 0 : dealt < 85 ? 1 : 2, false, d);
    choose(a, dice_below(d, 5), true, d);
}

/* In the order of rows.def: shape first. */
static void apply(struct applied *a, struct world *w, struct dice *d) {
    static struct world before;
    struct applied done = {.n = 0};
    for (enum row_id id = 0; id < ROWS; id++) {
        if (!has(a, id))
            continue;
        before = *w;
        if (row(id)->apply(w, d))
            done.rows[done.n++] = id;
        else
            *w = before;
    }
    *a = done;
}

static void make(const struct options *opt, uint32_t id, struct applied *a, struct minted *m) {
    struct dice d = {opt->seed * UINT64_C(0x100000001b3) + id};
    static struct world w;
    *m = (struct minted){.id = id};
    world_begin(&w, &d);
    choose_all(a, id, &d);
    apply(a, &w, &d);
    keys_chain(opt->seed, id);
    mint(&w, &d, m);
}

/* ---- comparing ----------------------------------------------------------------------------------------- */

struct tally {
    size_t wrong, unexplained, code, all_valid, seen[CLASSES][JUDGES];
};

static void show(uint32_t id, const struct chain *c) {
    printf("# chain %u:", id);
    for (size_t i = 0; i < c->applied.n; i++)
        printf(" %s", row(c->applied.rows[i])->name);
    printf("\n#   libsign %s: %s\n", c->ours.valid ? "valid" : "invalid", c->ours.why);
    printf("#   OpenSSL %s: %s\n", c->others[OPENSSL].valid ? "valid" : "invalid", c->others[OPENSSL].why);
    printf("#   BouncyCastle %s: %s\n", c->others[BOUNCY].valid ? "valid" : "invalid", c->others[BOUNCY].why);
}

/* Where one row alone does harm, and there is but one path, it is that one which libsign tells of. */
static bool told_rightly(const struct chain *c) {
    const struct row *only = NULL;
    if (slots(&c->applied) & S_EXTRA && !has(&c->applied, ROW_ca_missing) &&
        !has(&c->applied, ROW_other_issuer_name))
        return true;
    for (size_t i = 0; i < c->applied.n; i++) {
        if (row(c->applied.rows[i])->right == VALID)
            continue;
        if (only != NULL)
            return true;
        only = row(c->applied.rows[i]);
    }
    const char *code = strrchr(c->ours.why, ' ');
    if (only == NULL || only->code[0] == 0)
        return true;
    if (only->code[0] == '-')
        return strncmp(c->ours.why, "unreadable", 10) == 0;
    return code != NULL && strcmp(code + 1, only->code) == 0;
}

static void compare(uint32_t id, const struct chain *c, bool all, struct tally *t) {
    enum right right = applied_right(&c->applied);
    bool wrong = c->ours.valid != (right == VALID) || strncmp(c->ours.why, "differs", 7) == 0;
    bool badly_told = !wrong && !told_rightly(c), unexplained = false, known = false;
    t->all_valid += c->ours.valid && c->others[OPENSSL].valid && c->others[BOUNCY].valid;
    for (enum judge j = 0; j < JUDGES; j++) {
        if (c->others[j].valid == (right == VALID))
            continue;
        enum class_id class = class_of(&c->applied, j, c->others[j].valid ? VALID : INVALID);
        t->seen[class][j]++;
        unexplained = unexplained || class == CLASS_NONE;
        known = true;
    }
    t->wrong += wrong;
    t->code += badly_told;
    t->unexplained += unexplained;
    if (wrong || badly_told || unexplained || (known && all))
        show(id, c);
}

static void report(const struct options *opt, const struct tally *t) {
    bool long_enough = opt->count >= 3000;
    printf("%s 1 - libsign is right about all of %u chains (seed %llu), wrong about %zu\n",
           t->wrong == 0 ? "ok" : "not ok", opt->count, (unsigned long long)opt->seed, t->wrong);
    printf("%s 2 - and says why, but for %zu\n", t->code == 0 ? "ok" : "not ok", t->code);
    printf("%s 3 - what others say is explained, but for %zu\n", t->unexplained == 0 ? "ok" : "not ok",
           t->unexplained);
    printf("%s 4 - valid for all three: %zu\n", t->all_valid * 4 >= opt->count ? "ok" : "not ok",
           t->all_valid);
    for (int i = 1; i < CLASSES; i++)
        printf("%s %d - class %s: OpenSSL %zu, BouncyCastle %zu\n",
               t->seen[i][OPENSSL] + t->seen[i][BOUNCY] > 0 || !long_enough ? "ok" : "not ok", 4 + i,
               class_name((enum class_id)i), t->seen[i][OPENSSL], t->seen[i][BOUNCY]);
    printf("1..%d\n", 3 + CLASSES);
}

static bool is_good(const struct options *opt, const struct tally *t) {
    bool all = t->wrong + t->code + t->unexplained == 0 && t->all_valid * 4 >= opt->count;
    for (int i = 1; i < CLASSES && opt->count >= 3000; i++)
        all = all && t->seen[i][OPENSSL] + t->seen[i][BOUNCY] > 0;
    return all;
}

/* ---- the run ------------------------------------------------------------------------------------------- */

/* All chains are written before Java begins, and judged here while it works. */
static void write_all(const struct options *opt, const char *name, struct minted *minted,
                      struct chain *chains) {
    FILE *f = fopen(name, "wb");
    must(f != NULL, "cannot write", name);
    wire_begin(f, opt->count);
    for (uint32_t i = 0; i < opt->count; i++) {
        make(opt, i, &chains[i].applied, &minted[i]);
        wire_put(f, &minted[i]);
    }
    must(fclose(f) == 0, "cannot write", name);
}

/* "number valid" or "number invalid why" */
static void read_answer(char *line, const struct options *opt, struct chain *chains) {
    char *rest = NULL;
    unsigned long id = strtoul(line, &rest, 10);
    line[strcspn(line, "\n")] = 0;
    must(rest != line && id < opt->count && !chains[id].answered, "BouncyCastle's answer:", line);
    struct opinion *o = &chains[id].others[BOUNCY];
    o->valid = strcmp(rest, " valid") == 0;
    must(o->valid || strncmp(rest, " invalid ", 9) == 0, "BouncyCastle's answer:", line);
    (void)snprintf(o->why, sizeof o->why, "%.150s", o->valid ? "" : rest + 9);
    chains[id].answered = true;
}

static void judge_all(const struct options *opt, const char *name, struct minted *minted,
                      struct chain *chains) {
    char command[2048], line[2048];
    (void)snprintf(command, sizeof command, "%s %s", opt->java, name);
    FILE *java = popen(command, "r");
    must(java != NULL, "cannot run", command);
    for (uint32_t i = 0; i < opt->count; i++) {
        judge_ours(&minted[i], &chains[i].ours);
        judge_openssl(&minted[i], &chains[i].others[OPENSSL]);
        minted_free(&minted[i]);
    }
    while (fgets(line, sizeof line, java) != NULL)
        read_answer(line, opt, chains);
    int status = pclose(java);
    (void)unlink(name);
    must(status == 0, "failed:", command);
    for (uint32_t i = 0; i < opt->count; i++)
        must(chains[i].answered, "no answer of", "BouncyCastle");
}

static void read_options(int argc, char **argv, struct options *opt) {
    *opt = (struct options){.count = 3000, .seed = 1};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--java") == 0)
            opt->java = argv[i + 1];
        else if (strcmp(argv[i], "--count") == 0)
            opt->count = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            opt->seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--show") == 0)
            opt->show = strcmp(argv[i + 1], "all") == 0;
        else
            must(false, "unknown option", argv[i]);
    }
    must(opt->java != NULL && argc % 2 == 1,
         "usage:", "paths --java COMMAND [--count N] [--seed S] [--show all]");
}

int main(int argc, char **argv) {
    struct options opt;
    struct tally tally = {0};
    char name[] = "/tmp/paths-XXXXXX";
    read_options(argc, argv, &opt);
    struct chain *chains = calloc(opt.count, sizeof *chains);
    struct minted *minted = calloc(opt.count, sizeof *minted);
    int fd = mkstemp(name);
    must(chains != NULL && minted != NULL && fd >= 0, "cannot begin", "");
    (void)close(fd);
    keys_make(opt.seed);
    write_all(&opt, name, minted, chains);
    judge_all(&opt, name, minted, chains);
    for (uint32_t i = 0; i < opt.count; i++)
        compare(i, &chains[i], opt.show, &tally);
    report(&opt, &tally);
    bool good = is_good(&opt, &tally);
    keys_free();
    free(minted);
    free(chains);
    return good ? 0 : 1;
}
