/*
 * mkpki: makes the test PKI, or the larger set of keys and certificates that the benchmarks sign with.
 * The same seed gives the same files octet by octet, so a failing test can be repeated anywhere.
 */
#include "mkpki.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    uint64_t seed;
    const char *out;
    const char *bench;
    unsigned signers;
};

static int usage(void) {
    fputs("usage: mkpki --seed N --out DIR\n"
          "       mkpki --seed N --bench DIR [--signers 1000]\n",
          stderr);
    return 2;
}

static bool number(const char *text, uint64_t limit, uint64_t *out) {
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value > limit)
        return false;
    *out = value;
    return true;
}

static bool argument(struct arguments *args, const char *name, const char *value) {
    uint64_t count = 0;
    if (strcmp(name, "--seed") == 0)
        return number(value, UINT64_MAX, &args->seed);
    if (strcmp(name, "--out") == 0) {
        args->out = value;
        return true;
    }
    if (strcmp(name, "--bench") == 0) {
        args->bench = value;
        return true;
    }
    if (strcmp(name, "--signers") != 0 || !number(value, 9999, &count))
        return false;
    args->signers = (unsigned)count;
    return true;
}

int main(int argc, char **argv) {
    struct arguments args = {.seed = 1, .signers = 1000};
    if (argc % 2 == 0)
        return usage();
    for (int i = 1; i + 1 < argc; i += 2)
        if (!argument(&args, argv[i], argv[i + 1]))
            return usage();
    if ((args.out == NULL) == (args.bench == NULL))
        return usage();
    if (args.out != NULL)
        pki_write(args.seed, args.out);
    else
        bench_write(args.seed, args.bench, args.signers);
    rng_stop();
    return 0;
}
