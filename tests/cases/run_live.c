/*
 * run_live CASES VECTORS PKI: the rows of a cases.tsv whose file begins with live/. Their documents are made
 * here, in a folder that is removed afterwards: some are too large to keep, others name a listener on the
 * loopback interface and a file that is watched. Neither may be touched by a verification.
 */
#include "cases.h"
#include "xml_vectors.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

struct watch {
    int listener, events;
    unsigned short port;
    char folder[64], file[96];
};

static bool watch_open(struct watch *w) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    snprintf(w->folder, sizeof w->folder, "%s", "/tmp/kalem-live-XXXXXX");
    w->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    w->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (mkdtemp(w->folder) == NULL || w->listener < 0 || w->events < 0 ||
        bind(w->listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(w->listener, 64) != 0 ||
        getsockname(w->listener, (struct sockaddr *)&at, &n) != 0) {
        return false;
    }
    w->port = ntohs(at.sin_port);
    snprintf(w->file, sizeof w->file, "%s/gizli.txt", w->folder);
    FILE *f = fopen(w->file, "w");
    if (f == NULL || fputs("gizli\n", f) < 0 || fclose(f) != 0) {
        return false;
    }
    return inotify_add_watch(w->events, w->file, IN_OPEN | IN_ACCESS) >= 0;
}

/* How often somebody came since the last time. */
static int callers(const struct watch *w) {
    int n = 0;
    for (int fd = accept(w->listener, NULL, NULL); fd >= 0; fd = accept(w->listener, NULL, NULL)) {
        close(fd);
        n++;
    }
    return n;
}

static bool opened(const struct watch *w) {
    char events[4096];
    bool any = false;
    while (read(w->events, events, sizeof events) > 0) {
        any = true;
    }
    return any;
}

static bool untouched(void *user) {
    const struct watch *w = user;
    bool file = opened(w);
    return callers(w) == 0 && !file;
}

/* The listener and the watch do notice. */
static bool notices(struct watch *w) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(w->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char byte;
    if (!untouched(w)) {
        return false;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    int came = callers(w);
    close(fd);
    bool before = opened(w);
    fd = open(w->file, O_RDONLY | O_CLOEXEC);
    bool read_it = fd >= 0 && read(fd, &byte, 1) == 1;
    close(fd);
    return connected && came == 1 && !before && read_it && opened(w) && untouched(w);
}

static void watch_close(struct watch *w) {
    close(w->listener);
    close(w->events);
    DIR *d = opendir(w->folder);
    for (const struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d != NULL) {
        closedir(d);
    }
    rmdir(w->folder);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: run_live CASES VECTORS PKI\n");
        return 64;
    }
    struct watch w = {0};
    struct xforge x;
    char http[64];
    if (!watch_open(&w)) {
        printf("not ok - a listener and a watched file: %s\n", strerror(errno));
        return 1;
    }
    snprintf(http, sizeof http, "http://127.0.0.1:%u/gizli.txt", (unsigned)w.port);
    xforge_open(&x, w.folder);
    xml_floods(&x);
    xml_fetches(&x, http, w.file);
    bool made = !x.failed && untouched(&w);
    xforge_close(&x);
    bool awake = notices(&w);
    printf("%s 1 - the documents are made without touching what they name\n", made ? "ok" : "not ok");
    printf("%s 2 - the listener and the watch notice who touches them\n", awake ? "ok" : "not ok");
    struct cases c = {.table = argv[1],
                      .vectors = argv[2],
                      .pki = argv[3],
                      .live = w.folder,
                      .quiet = untouched,
                      .user = &w,
                      .number = 2};
    int failed = cases_run(&c);
    bool still = notices(&w);
    printf("%s - they noticed until the end\n", still ? "ok" : "not ok");
    watch_close(&w);
    return failed != 0 || !made || !awake || !still;
}
