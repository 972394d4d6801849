/* base/random.c - unpredictable bytes for names and hash seeds. */
#include "base/random.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* One step of a 64-bit linear congruential generator with a final shift: spreads, does not hide. */
static uint64_t spread(uint64_t x) {
    x = x * 6364136223846793005U + 1442695040888963407U;
    return x ^ (x >> 29);
}

static void random_from_clocks(unsigned char *out, size_t n) {
    struct timespec now = {0}, run = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_MONOTONIC, &run);
    uint64_t x = spread((uint64_t)now.tv_nsec) ^ spread((uint64_t)now.tv_sec) ^ (uint64_t)run.tv_nsec;
    x ^= spread((uint64_t)(uintptr_t)&now) ^ (uint64_t)getpid();
    for (size_t i = 0; i < n; i++) {
        x = spread(x);
        out[i] = (unsigned char)(x >> 32);
    }
}

void random_fill(void *out, size_t n) {
    ssize_t got;
    do {
        got = getrandom(out, n, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0 || (size_t)got != n) {
        random_from_clocks(out, n);
    }
}
