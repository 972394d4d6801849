/* pool.c - contexts that nobody uses at the moment: as many as threads have worked at once, up to a limit. */
#include "crypto/crypto.h"

#include <pthread.h>
#include <stdlib.h>

enum { IDLE_MAX = 64 };

struct crypto_pool {
    pthread_mutex_t lock;
    struct crypto *idle[IDLE_MAX];
    size_t n;
};

sign_rc crypto_pool_new(struct crypto_pool **out, sign_error *err) {
    struct crypto_pool *p = calloc(1, sizeof *p);
    if (p == NULL)
        return fail_memory(err);
    if (pthread_mutex_init(&p->lock, NULL) != 0) {
        free(p);
        return fail_memory(err);
    }
    *out = p;
    return SIGN_OK;
}

void crypto_pool_free(struct crypto_pool **pool) {
    if (pool == NULL || *pool == NULL)
        return;
    struct crypto_pool *p = TAKE(*pool);
    while (p->n > 0)
        crypto_free(&p->idle[--p->n]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

sign_rc crypto_pool_lend(struct crypto_pool *p, struct crypto **out, sign_error *err) {
    *out = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->n > 0)
        *out = p->idle[--p->n];
    pthread_mutex_unlock(&p->lock);
    return *out != NULL ? SIGN_OK : crypto_new(out, err);
}

void crypto_pool_return(struct crypto_pool *p, struct crypto **c) {
    if (*c == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    if (p->n < IDLE_MAX)
        p->idle[p->n++] = TAKE(*c);
    pthread_mutex_unlock(&p->lock);
    crypto_free(c);
}
