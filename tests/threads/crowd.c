#include "threads/crowd.h"

#include <pthread.h>
#include <stdio.h>

struct member {
    pthread_t thread;
    void (*work)(void *user, size_t number);
    void *user;
    size_t number;
};

static void *run(void *arg) {
    const struct member *m = arg;
    m->work(m->user, m->number);
    return NULL;
}

bool crowd(size_t n, void (*work)(void *user, size_t number), void *user) {
    struct member members[CROWD_MOST];
    size_t started = 0;
    for (; started < n && started < CROWD_MOST; started++) {
        struct member *m = &members[started];
        *m = (struct member){.work = work, .user = user, .number = started};
        if (pthread_create(&m->thread, NULL, run, m) != 0)
            break;
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(members[i].thread, NULL);
    return started == n;
}

void expect(struct tally *t, bool right, const char *what, const char *found) {
    atomic_fetch_add(&t->done, 1);
    if (right)
        return;
    atomic_fetch_add(&t->wrong, 1);
    fprintf(stderr, "%s: %s\n", what, found);
}

bool tally_tell(struct tally *t, size_t wanted, const char *what) {
    size_t done = atomic_load(&t->done), wrong = atomic_load(&t->wrong);
    bool good = done == wanted && wrong == 0;
    printf("%s - %s: %zu answers, %zu wrong\n", good ? "ok" : "not ok", what, done, wrong);
    return good;
}

bool told(sign_rc rc, const char *what, const sign_error *err) {
    if (rc < 0)
        fprintf(stderr, "%s: %s %s\n", what, sign_rc_name(rc), err->text);
    return rc >= 0;
}
