/*
 * net_threads - one door and one cache under many threads: a server that this program is itself answers with
 * lists; every thread asks for a few of a small number of URLs, so that they wait for one another, take what
 * others fetched, and share connections. What comes must be the list of that very URL.
 */
#include "threads/crowd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sign/net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 25, URLS = 6, EACH = 3, PORT_TEXT = 80, GUESTS = 512 };

struct world {
    int fd;
    unsigned port;
    const sign_fetch *door;
    atomic_bool stop;
    atomic_uint served;
    struct tally tally;
};

/* A list (RFC 5280, 5.1) whose signature is its number: nothing else of it is looked at. */
static size_t list_of(unsigned number, uint8_t out[64]) {
    static const uint8_t start[] = "\x30\x29\x30\x1c\x02\x01\x01\x30\x05\x06\x03\x2a\x03\x04\x30\x00"
                                   "\x17\x0d"
                                   "260101000000Z"
                                   "\x30\x05\x06\x03\x2a\x03\x04\x03\x02\x00";
    size_t n = sizeof start - 1;
    memcpy(out, start, n);
    out[n] = (uint8_t)number;
    out[1] = (uint8_t)(n - 1);
    out[3] = 27;
    return n + 1;
}

static void *serve(void *arg) {
    struct world *w = ((void **)arg)[0];
    int fd = (int)(intptr_t)((void **)arg)[1];
    char text[2048], head[100];
    uint8_t body[64];
    size_t n = 0;
    free(arg);
    while (!atomic_load(&w->stop)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0)
            continue;
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = 0;
        if (strstr(text, "\r\n\r\n") == NULL)
            continue;
        unsigned number = (unsigned)strtoul(text + strlen("GET /"), NULL, 10);
        size_t size = list_of(number, body);
        int h = snprintf(head, sizeof head,
                         "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nCache-Control: max-age=0\r\n\r\n", size);
        atomic_fetch_add(&w->served, 1);
        n = 0;
        if (send(fd, head, (size_t)h, MSG_NOSIGNAL) != h ||
            send(fd, body, size, MSG_NOSIGNAL) != (ssize_t)size)
            break;
    }
    close(fd);
    return NULL;
}

static void *listen_on(void *arg) {
    struct world *w = arg;
    pthread_t guests[GUESTS];
    size_t n = 0;
    while (!atomic_load(&w->stop)) {
        struct pollfd p = {.fd = w->fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0 || n == GUESTS)
            continue;
        void **guest = malloc(2 * sizeof *guest);
        int fd = accept(w->fd, NULL, NULL);
        if (guest == NULL || fd < 0) {
            free(guest);
            continue;
        }
        guest[0] = w;
        guest[1] = (void *)(intptr_t)fd;
        if (pthread_create(&guests[n], NULL, serve, guest) == 0)
            n++;
    }
    for (size_t i = 0; i < n; i++)
        pthread_join(guests[i], NULL);
    return NULL;
}

static void ask(struct world *w, unsigned seed) {
    char urls[EACH][PORT_TEXT];
    uint8_t want[64];
    sign_fetch_request r[EACH];
    sign_fetch_answer a[EACH];
    for (unsigned i = 0; i < EACH; i++) {
        unsigned number = (seed + i * 5) % URLS;
        snprintf(urls[i], sizeof urls[i], "http://127.0.0.1:%u/%u", w->port, number);
        r[i] =
            (sign_fetch_request){.size = sizeof r[i], .kind = SIGN_FETCH_CRL, .url = urls[i], .limit = 4096};
        r[i].fresh = seed % 11 == 0;
    }
    w->door->call(w->door->user, r, EACH, a);
    for (unsigned i = 0; i < EACH; i++) {
        size_t n = list_of((seed + i * 5) % URLS, want);
        bool right = a[i].rc == SIGN_OK && a[i].body.len == n && memcmp(a[i].body.data, want, n) == 0;
        expect(&w->tally, right, urls[i], a[i].problem);
        sign_buf_free(&a[i].body);
    }
}

static void work(void *user, size_t number) {
    for (unsigned i = 0; i < ROUNDS; i++)
        ask(user, (unsigned)number * 7 + i);
}

static int listening(struct world *w) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    w->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (w->fd < 0 || bind(w->fd, (struct sockaddr *)&a, size) != 0 || listen(w->fd, 64) != 0 ||
        getsockname(w->fd, (struct sockaddr *)&a, &size) != 0)
        return 0;
    w->port = ntohs(a.sin_port);
    return 1;
}

static void run(struct world *w) {
    pthread_t server;
    if (pthread_create(&server, NULL, listen_on, w) != 0)
        return;
    crowd(THREADS, work, w);
    atomic_store(&w->stop, true);
    pthread_join(server, NULL);
}

/* With a cache in a file, and without one. */
static int round_with(const char *cache) {
    static const char *const allow[] = {"127.0.0.1"};
    struct world w = {0};
    sign_net *net = NULL;
    sign_error err = {0};
    sign_net_options opt = {.size = sizeof opt, .cache = cache, .proxy = "", .allow = allow, .n_allow = 1};
    if (!listening(&w) || sign_net_new(&opt, &net, &err) != SIGN_OK) {
        fprintf(stderr, "net_threads: %s\n", err.text);
        return 1;
    }
    w.door = sign_net_fetch(net);
    run(&w);
    sign_net_free(&net);
    close(w.fd);
    enum { ALL = THREADS * ROUNDS * EACH };
    unsigned served = atomic_load(&w.served);
    bool good = tally_tell(&w.tally, ALL, cache ? "with a cache" : "without a cache");
    if (served > 0 && (cache == NULL || served <= ALL))
        return !good;
    printf("not ok - %u asked for\n", served);
    return 1;
}

int main(void) {
    char folder[] = "/tmp/kalem-threads-XXXXXX", path[64];
    static const char *const parts[] = {"", "-wal", "-shm"};
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/cache.db", folder);
    int failed = round_with(path) + round_with(NULL);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/cache.db%s", folder, parts[i]);
        unlink(path);
    }
    rmdir(folder);
    return failed != 0;
}
