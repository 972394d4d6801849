/* Threads that fetch through one trust: the same URL is never asked for by two at once, everybody gets an
 * answer, and what has run out is asked for again. */
#include "pki/parts.h"
#include "threads/crowd.h"

enum { THREADS = 8, ROUNDS = 200, URLS = 6 };

static const char *const urls[URLS] = {"http://a.example.org/", "http://b.example.org/",
                                       "http://c.example.org/", "http://d.example.org/",
                                       "http://e.example.org/", "http://f.example.org/"};

struct setting {
    sign_trust *trust;
    sign_buf cert;
    _Atomic int flying[URLS]; /* requests for this URL under way */
    _Atomic int asked, wrong;
};

static _Atomic int64_t the_clock = 1767225600;

static int64_t clock_of_test(void) {
    return atomic_load(&the_clock);
}

/* The last one never answers. */
static void call(void *user, const sign_fetch_request *r, size_t n, sign_fetch_answer *a) {
    struct setting *s = user;
    for (size_t i = 0; i < n; i++)
        for (size_t u = 0; u < URLS; u++)
            if (strcmp(r[i].url, urls[u]) == 0 && atomic_fetch_add(&s->flying[u], 1) != 0)
                s->wrong++;
    for (size_t i = 0; i < n; i++) {
        a[i].rc = strcmp(r[i].url, urls[URLS - 1]) == 0 ? SIGN_E_NETWORK : SIGN_OK;
        if (a[i].rc == SIGN_OK && buf_copy(BYTES(s->cert.data, s->cert.len), &a[i].body, NULL) != SIGN_OK)
            a[i].rc = SIGN_E_MEMORY;
        s->asked++;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t u = 0; u < URLS; u++)
            if (strcmp(r[i].url, urls[u]) == 0)
                atomic_fetch_sub(&s->flying[u], 1);
}

static bool fetch_some(struct setting *s, struct crypto *crypto, unsigned round) {
    struct pki_want wants[3] = {{.kind = 0}};
    struct pki_fetched *got[3] = {NULL};
    bool ok = true;
    for (unsigned i = 0; i < 3; i++)
        wants[i] = (struct pki_want){.kind = SIGN_FETCH_CERTIFICATES,
                                     .url = BYTES_STR(urls[(round * 7 + i * (1 + round % 5)) % URLS])};
    if (pki_fetch(s->trust, crypto, wants, 3, got, NULL) != SIGN_OK)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        bool dead = bytes_equal(wants[i].url, BYTES_STR(urls[URLS - 1]));
        ok = ok && got[i] != NULL && (got[i]->rc == SIGN_OK) == !dead && got[i]->n_certs == (dead ? 0 : 1);
        pki_fetched_free(&got[i]);
    }
    return ok;
}

static void work(void *user, size_t number) {
    struct setting *s = user;
    struct crypto *crypto = NULL;
    if (pki_lend(s->trust, &crypto, NULL) != SIGN_OK) {
        s->wrong++;
        return;
    }
    (void)number;
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (!fetch_some(s, crypto, round))
            s->wrong++;
        if (round % 10 == 9)
            atomic_fetch_add(&the_clock, 10);
    }
    pki_lend_back(s->trust, crypto);
}

int main(void) {
    static struct setting s;
    sign_error err = {0};
    const sign_fetch fetch = {call, &s};
    const sign_trust_options opt = {.size = sizeof opt, .fetch = &fetch};
    if (file_read(SIGN_TEST_PKI "/ca-ec.der", LIMIT_PIECE, &s.cert, &err) != SIGN_OK ||
        sign_trust_new(&opt, &s.trust, &err) != SIGN_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    s.trust->clock = clock_of_test;
    bool all = crowd(THREADS, work, &s);
    sign_trust_free(&s.trust);
    sign_buf_free(&s.cert);
    /* A minute passes 26 times: more than once for all, far less than every time. */
    printf("%d requests, %d wrong\n", (int)s.asked, (int)s.wrong);
    return !all || s.wrong != 0 || s.asked <= URLS || s.asked > THREADS * ROUNDS;
}
