/*
 * What a server sends, taken for an answer. The first octet chooses: one in sixteen inputs goes as the octets
 * of a connection through the real door (libcurl, over a pair of sockets); the others are a body, or header
 * lines and a body, for what is looked at of them.
 */
#include "net/inside.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

enum { NOW = 1767225600, LIMIT = 4096, CAPACITY = 65536, CONNECTIONS = 4 };

static int64_t fixed(void *user) {
    (void)user;
    return NOW;
}

/* The server's end: it has said everything, and hangs up. */
struct server {
    sign_bytes says;
    int ends[CONNECTIONS];
    unsigned connections;
};

static int connected(void *user, int family, int type, int protocol) {
    struct server *s = user;
    int ends[2];
    (void)family;
    (void)type;
    (void)protocol;
    /* After a redirect the same is said again; the door must end it. */
    must(s->connections < CONNECTIONS);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    must(send(ends[1], s->says.data, s->says.len, MSG_NOSIGNAL) == (ssize_t)s->says.len);
    must(shutdown(ends[1], SHUT_WR) == 0);
    /* What the door sends is read by nobody; it fits into the socket's own room. */
    s->ends[s->connections++] = ends[1];
    return ends[0];
}

/* One door for all inputs: to make one costs more than to use it. Its connections end with each answer. */
static sign_net *the_door(struct server **server) {
    static sign_net *net;
    static struct server behind;
    if (net == NULL) {
        sign_net_options opt = {.size = sizeof opt, .proxy = "", .total_ms = 2000, .now = fixed};
        struct net_sockets sockets = {.open = connected, .user = &behind, .connected = true};
        must(net_new(&opt, &sockets, &net, NULL) == SIGN_OK);
    }
    *server = &behind;
    return net;
}

static void over_a_connection(sign_fetch_kind kind, sign_bytes says) {
    struct server *server = NULL;
    sign_net *net = the_door(&server);
    *server = (struct server){.says = says};
    sign_fetch_request r = {.size = sizeof r, .kind = kind, .url = "http://8.8.8.8/x", .limit = LIMIT};
    sign_fetch_answer a = {0};
    struct net_peek peek;
    net_call(net, &r, 1, &a);
    for (unsigned i = 0; i < server->connections; i++)
        (void)close(server->ends[i]);
    if (a.rc == SIGN_OK) {
        must(a.status == 200 && a.body.len > 0 && a.body.len <= LIMIT && a.problem[0] == 0);
        must(net_peek(kind, BYTES(a.body.data, a.body.len), &peek));
        must(a.from == SIGN_FROM_NETWORK && a.obtained > 0);
        must(kind == SIGN_FETCH_TIMESTAMP ||
             (a.expires >= a.obtained && a.expires <= a.obtained + 7 * 86400));
    } else {
        must(a.body.data == NULL && a.problem[0] != 0);
        must(a.rc == SIGN_E_NETWORK || a.rc == SIGN_E_LIMIT || a.rc == SIGN_E_REFUSED);
    }
    sign_buf_free(&a.body);
}

/* Lines up to an empty one, then the body, as a server sends them. */
static void looked_at(sign_fetch_kind kind, bool lines, sign_bytes in) {
    struct net_head head = {.max_age = -1};
    struct net_peek peek;
    while (lines && in.len > 0) {
        const uint8_t *end = memchr(in.data, '\n', in.len);
        size_t n = end != NULL ? (size_t)(end - in.data) + 1 : in.len;
        net_head_line(&head, BYTES(in.data, n));
        lines = n > 2;
        in = BYTES(in.data + n, in.len - n);
    }
    must(head.status >= 0 && head.status < 1000 && head.max_age >= -1 && head.retry_after >= 0);
    must(memchr(head.type, 0, sizeof head.type) != NULL);
    bool sound = net_peek(kind, in, &peek);
    must(sound || peek.problem[0] != 0);
    int64_t expires = net_expires(kind, &peek, &head, NOW);
    must(expires >= NOW && expires <= NOW + 7 * 86400);
    if (sound && kind == SIGN_FETCH_CRL && in.data[0] == 0x30) {
        /* A structure has no two lengths: with an octet more or less it is none. */
        must(!net_peek(kind, BYTES(in.data, in.len - 1), &peek));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > CAPACITY)
        return 0;
    sign_fetch_kind kind = (sign_fetch_kind)(1 + (data[0] & 3));
    unsigned mode = data[0] >> 4;
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += data[i];
    if (mode == 1 || (mode > 7 && sum % 8 == 0))
        over_a_connection(kind, BYTES(data + 1, size - 1));
    if (mode != 1)
        looked_at(kind, mode > 7, BYTES(data + 1, size - 1));
    return 0;
}
