/*
 * testserver: OCSP, CRL, issuers and time stamps on the loopback interface, for the tests of the program and
 * for people. Made anew with every run: the authorities, and the certificates that are asked for.
 *
 *     testserver --pki DIR --world DIR [--port-file FILE] [--log FILE] [--now SECONDS] [--leaf LEAF]...
 * [--forever]
 *
 * LEAF is words as in wish.h: "name=ali state=revoked ocsp=/ocsp/ca crl=/crl/ca". --world gets every
 * certificate and key. It runs until its standard input ends (--forever: not then) or SIGTERM, and takes
 * lines: leaf LEAF                  one more certificate state NAME STATE SECONDS   good, revoked, suspended,
 * resumed, late or unissued from that time on now SECONDS                moves the clock each answered with
 * "ok" or "no".
 */
#include "server/http.h"
#include "server/wish.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_LEAVES 128
#define MAX_LINE   2048

struct arguments {
    const char *pki, *world, *port_file, *log;
    const char *leaves[MAX_LEAVES];
    size_t n;
    int64_t now;
    unsigned port;
    bool forever;
};

static int usage(void) {
    fputs("usage: testserver --pki DIR --world DIR [--port-file FILE] [--log FILE] [--now SECONDS]\n"
          "                  [--leaf LEAF]... [--forever]\n",
          stderr);
    return 64;
}

static bool argument(struct arguments *a, const char *name, const char *value) {
    const struct {
        const char *name;
        const char **place;
    } texts[] = {
        {"--pki", &a->pki}, {"--world", &a->world}, {"--port-file", &a->port_file}, {"--log", &a->log}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].place = value;
            return true;
        }
    }
    if (strcmp(name, "--now") == 0) {
        a->now = strtoll(value, NULL, 10);
        return a->now > 0;
    }
    if (strcmp(name, "--leaf") != 0 || a->n == MAX_LEAVES) {
        return false;
    }
    a->leaves[a->n++] = value;
    return true;
}

static bool arguments(int argc, char **argv, struct arguments *a) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--forever") == 0) {
            a->forever = true;
        } else if (i + 1 == argc || !argument(a, argv[i], argv[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    return a->pki != NULL && a->world != NULL;
}

/* ---- certificates that are asked for --------------------------------------------------------------------
 */

static bool leaf(struct realm *realm, unsigned port, const char *text) {
    struct wish_text w;
    if (!wish_read(text, port, &w)) {
        return false;
    }
    realm_issue(realm, &w.wish);
    return true;
}

/* ---- while it runs --------------------------------------------------------------------------------------
 */

static bool state_line(struct realm *realm, const char *text) {
    char name[64], word[16];
    long long when = 0;
    enum state state = STATE_GOOD;
    if (sscanf(text, "%63s %15s %lld", name, word, &when) != 3 || !wish_state(word, &state)) {
        return false;
    }
    const struct identity *id = realm_named(realm, name);
    if (id == NULL) {
        return false;
    }
    realm_change(realm, id->cert, state, when);
    return true;
}

static bool line(struct realm *realm, const struct arguments *a, const char *text) {
    if (strncmp(text, "leaf ", 5) == 0) {
        bool ok = leaf(realm, a->port, text + 5);
        realm_write(realm, a->world);
        return ok;
    }
    if (strncmp(text, "state ", 6) == 0) {
        return state_line(realm, text + 6);
    }
    if (strncmp(text, "now ", 4) == 0 && strtoll(text + 4, NULL, 10) > 0) {
        realm_set_now(realm, strtoll(text + 4, NULL, 10));
        return true;
    }
    return false;
}

/* false at the end of the input. */
static bool lines(struct realm *realm, const struct arguments *a, char *buf, size_t *len) {
    ssize_t n = read(STDIN_FILENO, buf + *len, MAX_LINE - 1 - *len);
    if (n <= 0) {
        return false;
    }
    *len += (size_t)n;
    buf[*len] = '\0';
    for (char *end = strchr(buf, '\n'); end != NULL; end = strchr(buf, '\n')) {
        *end = '\0';
        puts(line(realm, a, buf) ? "ok" : "no");
        fflush(stdout);
        *len -= (size_t)(end + 1 - buf);
        memmove(buf, end + 1, *len + 1);
    }
    return *len < MAX_LINE - 1;
}

static void run(struct realm *realm, const struct arguments *a, int signals) {
    char buf[MAX_LINE] = "";
    size_t len = 0;
    bool open = true;
    while (true) {
        struct pollfd fds[2] = {{.fd = signals, .events = POLLIN},
                                {.fd = open ? STDIN_FILENO : -1, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            return;
        }
        if (fds[0].revents != 0) {
            return;
        }
        if (fds[1].revents != 0) {
            open = lines(realm, a, buf, &len);
            if (!open && !a->forever) {
                return;
            }
        }
    }
}

/* Appears whole: whoever waits for the file can read it at once. */
static bool tell(const char *path, unsigned port) {
    char beside[1024];
    snprintf(beside, sizeof beside, "%s.new", path);
    FILE *f = fopen(beside, "w");
    bool ok = f != NULL && fprintf(f, "%u\n", port) > 0;
    ok = f != NULL && fclose(f) == 0 && ok;
    return ok && rename(beside, path) == 0;
}

int main(int argc, char **argv) {
    struct arguments a = {0};
    sigset_t set;
    if (!arguments(argc, argv, &a)) {
        return usage();
    }
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    struct http *http = http_open(a.log);
    must(signals >= 0 && http != NULL, "a listener");
    a.port = http_port(http);
    struct realm *realm = realm_open(a.pki, http_base(http), a.now != 0 ? a.now : (int64_t)time(NULL));
    for (size_t i = 0; i < a.n; i++) {
        must(leaf(realm, a.port, a.leaves[i]), a.leaves[i]);
    }
    must(mkdir(a.world, 0777) == 0 || errno == EEXIST, a.world);
    realm_write(realm, a.world);
    must(http_start(http, realm), "a thread");
    must(a.port_file == NULL || tell(a.port_file, http_port(http)), "the file of the port");
    printf("%s\n", http_base(http));
    fflush(stdout);
    run(realm, &a, signals);
    http_close(http);
    realm_close(realm);
    close(signals);
    return 0;
}
