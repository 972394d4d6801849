/* net/transfer.c - one request through libcurl: what it may do, and what of an answer is taken. */
#include "net/inside.h"

#include "base/text.h"
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEXT(x)      #x
#define DOTTED(a, b) TEXT(a) "." TEXT(b)

/* Octets of an answer that is not wanted (a page that says 404) read before the connection is given up. */
enum { UNWANTED = 16 * 1024, RECEIVE = 64 * 1024 };

/* ---- what libcurl calls ---------------------------------------------------------------------- */

/* The address is the one that is connected to, whatever the name said before or says next. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *to) {
    struct transfer *t = user;
    struct net_address a;
    (void)purpose;
    bool known = net_address_of(&to->addr, to->addrlen, &a);
    const char *why = known ? net_address_refused(&a, &t->net->allow) : "no Internet address";
    /* The proxy is the operator's word; where it connects to is looked at as far as it is an address. */
    if (why != NULL && !t->proxied) {
        char text[64] = "?";
        if (known)
            net_address_text(&a, text);
        snprintf(t->special, sizeof t->special, "%s (%s)", text, why);
        t->refused = true;
        return CURL_SOCKET_BAD;
    }
    const struct net_sockets *s = &t->net->sockets;
    int fd = s->open != NULL ? s->open(s->user, to->family, to->socktype, to->protocol)
                             : socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    t->opened = t->opened || fd >= 0;
    return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

static int socket_made(void *user, curl_socket_t fd, curlsocktype purpose) {
    const struct transfer *t = user;
    (void)fd;
    (void)purpose;
    return t->net->sockets.connected ? CURL_SOCKOPT_ALREADY_CONNECTED : CURL_SOCKOPT_OK;
}

static int before_request(void *user, char *there, char *here, int port_there, int port_here) {
    struct transfer *t = user;
    (void)there;
    (void)here;
    (void)port_there;
    (void)port_here;
    t->connected = true;
    t->last = net_clock();
    return CURL_PREREQFUNC_OK;
}

static size_t take_header(char *data, size_t one, size_t n, void *user) {
    struct transfer *t = user;
    (void)one;
    net_head_line(&t->head, BYTES(data, n));
    t->last = net_clock();
    return t->head.octets > LIMIT_HTTP_HEADERS || t->head.encoded ? 0 : n;
}

static size_t take_body(char *data, size_t one, size_t n, void *user) {
    struct transfer *t = user;
    (void)one;
    t->last = net_clock();
    if (t->head.status != 200) {
        t->unwanted += n;
        t->dropped = t->unwanted > UNWANTED;
        return t->dropped ? 0 : n;
    }
    grow_put(&t->body, data, n);
    t->over = t->body.over;
    t->out_of_memory = t->body.failed && !t->body.over;
    return t->body.failed ? 0 : n;
}

/* ---- how it is set up ------------------------------------------------------------------------ */

struct setup {
    CURL *easy;
    CURLcode code; /* of the first that failed */
};

static void set_long(struct setup *s, CURLoption o, long value) {
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, o, value);
}

static void set_text(struct setup *s, CURLoption o, const char *value) {
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, o, value);
}

static void set_pointer(struct setup *s, CURLoption o, void *value) {
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, o, value);
}

/*
 * What is not set is as curl_easy_reset leaves it: no cookies, no .netrc, no authentication, no HTTP/0.9, and
 * no Accept-Encoding, so that nothing is decompressed. Redirects are followed by transfer_done, which judges
 * each URL as the first.
 */
static void set_rules(struct setup *s, const struct transfer *t) {
    set_long(s, CURLOPT_NOSIGNAL, 1);
    set_text(s, CURLOPT_PROTOCOLS_STR, "http,https");
    set_text(s, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set_long(s, CURLOPT_FOLLOWLOCATION, 0);
    set_long(s, CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
    set_long(s, CURLOPT_NETRC, CURL_NETRC_IGNORED);
    set_long(s, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(s, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_long(s, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    /* Refused while the handle still has the buffer of a transfer that failed early; that one is as large. */
    (void)curl_easy_setopt(s->easy, CURLOPT_BUFFERSIZE, (long)RECEIVE);
    /* A name server that does not answer must not hold up whoever gave up waiting. */
    set_long(s, CURLOPT_QUICK_EXIT, 1);
    if (t->net->sockets.connected) /* what was handed in is for one transfer */
        set_long(s, CURLOPT_FORBID_REUSE, 1);
    set_text(s, CURLOPT_USERAGENT, "kalem/" DOTTED(SIGN_VERSION_MAJOR, SIGN_VERSION_MINOR));
}

static void set_calls(struct setup *s, struct transfer *t) {
    set_pointer(s, CURLOPT_PRIVATE, t);
    set_pointer(s, CURLOPT_ERRORBUFFER, t->text);
    set_pointer(s, CURLOPT_OPENSOCKETDATA, t);
    set_pointer(s, CURLOPT_SOCKOPTDATA, t);
    set_pointer(s, CURLOPT_PREREQDATA, t);
    set_pointer(s, CURLOPT_HEADERDATA, t);
    set_pointer(s, CURLOPT_WRITEDATA, t);
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, CURLOPT_SOCKOPTFUNCTION, socket_made);
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, CURLOPT_PREREQFUNCTION, before_request);
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, take_header);
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, take_body);
}

/* One header line; a line break in it would be another one. */
static bool add_header(struct transfer *t, const char *line) {
    for (const char *p = line; *p != 0; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    struct curl_slist *more = curl_slist_append(t->headers, line);
    if (more == NULL)
        return false;
    t->headers = more;
    return true;
}

/* The caller's own header lines (a password for a time-stamp server, say) go to the first origin only. */
static bool make_headers(struct transfer *t) {
    const sign_fetch_request *r = t->request;
    curl_slist_free_all(t->headers);
    t->headers = NULL;
    bool ok = add_header(t, "Expect:");
    if (r->type != NULL && r->body.len > 0) {
        AUTO(grow) line = {0};
        grow_printf(&line, "Content-Type: %s", r->type);
        grow_byte(&line, 0);
        ok = ok && !line.failed && add_header(t, (const char *)line.data);
    }
    for (size_t i = 0; ok && i < r->n_headers && strcmp(t->origin, t->url.origin) == 0; i++)
        ok = add_header(t, r->headers[i]);
    return ok;
}

size_t net_limit(const sign_fetch_request *r) {
    return r->limit > 0 && r->limit < LIMIT_CRL ? r->limit : LIMIT_CRL;
}

static void set_request(struct setup *s, struct transfer *t) {
    const sign_fetch_request *r = t->request;
    int64_t left = t->began + (int64_t)t->net->opt.total_ms - net_clock();
    const char *proxy = net_url_proxy(&t->url, t->net->proxy);
    t->proxied = proxy != NULL;
    set_pointer(s, CURLOPT_CURLU, t->url.parts);
    set_text(s, CURLOPT_PROXY, proxy != NULL ? proxy : "");
    set_text(s, CURLOPT_NOPROXY, "");
    set_long(s, CURLOPT_TIMEOUT_MS, left > 0 ? (long)left : 1);
    set_long(s, CURLOPT_CONNECTTIMEOUT_MS, (long)t->net->opt.connect_ms);
    set_pointer(s, CURLOPT_HTTPHEADER, t->headers);
    if (s->code == CURLE_OK)
        s->code = curl_easy_setopt(s->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)net_limit(r));
    if (r->body.len == 0 || s->code != CURLE_OK)
        return;
    set_long(s, CURLOPT_POST, 1);
    s->code = s->code == CURLE_OK ? curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, r->body.data) : s->code;
    s->code = s->code == CURLE_OK
                  ? curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len)
                  : s->code;
}

/* ---- its life -------------------------------------------------------------------------------- */

static void say(struct transfer *t, sign_rc rc, const char *problem) {
    sign_fetch_answer *a = t->answer;
    a->rc = rc;
    text_printable(BYTES_STR(problem), a->problem, sizeof a->problem);
    grow_free(&t->body);
}

/* Gives what libcurl had of it back. */
static void let_go(struct transfer *t) {
    if (t->easy != NULL) {
        (void)curl_multi_remove_handle(t->line->multi, t->easy);
        curl_easy_reset(t->easy);
        if (t->line->n_idle < LIMIT_TRANSFERS)
            t->line->idle[t->line->n_idle++] = t->easy;
        else
            curl_easy_cleanup(t->easy);
    }
    t->easy = NULL;
    curl_slist_free_all(t->headers);
    t->headers = NULL;
}

void transfer_clear(struct transfer *t) {
    let_go(t);
    net_url_free(&t->url);
    grow_free(&t->body);
}

/* To the URL that was judged: at first, and after each redirect. */
static bool go(struct transfer *t) {
    struct net_line *line = t->line;
    t->easy = line->n_idle > 0 ? line->idle[--line->n_idle] : curl_easy_init();
    t->head = (struct net_head){.octets = t->head.octets, .max_age = -1};
    t->connected = t->opened = t->refused = t->over = t->dropped = false;
    t->unwanted = 0;
    t->text[0] = 0;
    t->answer->status = 0;
    t->last = net_clock();
    if (t->easy == NULL) {
        say(t, SIGN_E_MEMORY, "out of memory");
        return false;
    }
    if (!make_headers(t)) {
        say(t, SIGN_E_REFUSED, "a header line of the request cannot be sent");
        return false;
    }
    struct setup s = {t->easy, CURLE_OK};
    set_rules(&s, t);
    set_calls(&s, t);
    set_request(&s, t);
    if (s.code != CURLE_OK || curl_multi_add_handle(line->multi, t->easy) != CURLM_OK) {
        say(t, s.code == CURLE_OUT_OF_MEMORY ? SIGN_E_MEMORY : SIGN_E_NETWORK,
            s.code != CURLE_OK ? curl_easy_strerror(s.code) : "the transfer could not be begun");
        return false;
    }
    t->stage = STAGE_RUNNING;
    return true;
}

bool transfer_begin(struct transfer *t, struct net_line *line) {
    char problem[200] = "out of memory";
    t->line = line;
    t->began = net_clock();
    t->body.limit = net_limit(t->request);
    sign_rc rc = net_url_read(t->request->url, &t->net->allow, &t->url, problem);
    if (rc != SIGN_OK) {
        say(t, rc, problem);
        return false;
    }
    memcpy(t->origin, t->url.origin, sizeof t->origin);
    return go(t);
}

int64_t transfer_deadline(const struct transfer *t) {
    int64_t total = t->began + (int64_t)t->net->opt.total_ms, idle = t->last + (int64_t)t->net->opt.idle_ms;
    return !t->connected || total < idle ? total : idle;
}

void transfer_give_up(struct transfer *t) {
    t->answer->status = t->head.status;
    bool total = net_clock() >= t->began + (int64_t)t->net->opt.total_ms;
    say(t, SIGN_E_NETWORK, total ? "the server took too long" : "the server sent nothing for too long");
    let_go(t);
}

/* 303 asks for another resource than the answer to what was sent; the others for the same, elsewhere. */
static bool is_redirect(const struct transfer *t, const char *to) {
    int s = t->head.status;
    return to != NULL &&
           (s == 301 || s == 302 || s == 307 || s == 308 || (s == 303 && t->request->body.len == 0));
}

/* false: it ends here, and the answer says why. */
static bool redirect(struct transfer *t, const char *to) {
    char problem[200] = "out of memory", whole[260];
    if (++t->redirects > t->net->opt.redirects) {
        say(t, SIGN_E_NETWORK, "too many redirects");
        return false;
    }
    net_url next = {0};
    sign_rc rc = net_url_read(to, &t->net->allow, &next, problem);
    let_go(t); /* libcurl is done with the URL before, and `to` is libcurl's */
    net_url_free(&t->url);
    t->url = next;
    if (rc == SIGN_OK)
        return go(t);
    snprintf(whole, sizeof whole, "redirected: %s", problem);
    say(t, rc, whole);
    return false;
}

/* libcurl joins Location and the URL before, and could not: a scheme that it does not know, or no URL. */
static bool bad_location(const struct transfer *t, CURLcode code) {
    return t->head.status / 100 == 3 && (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
                                         code == CURLE_BAD_FUNCTION_ARGUMENT);
}

/* Why there is no body, when libcurl has ended with `code`. */
static void failure(struct transfer *t, CURLcode code) {
    char why[300];
    const char *text = t->text[0] != 0 ? t->text : curl_easy_strerror(code);
    if (t->head.encoded) {
        say(t, SIGN_E_NETWORK, "the server sent an encoding that was not asked for");
    } else if (t->head.octets > LIMIT_HTTP_HEADERS) {
        say(t, SIGN_E_LIMIT, "the header lines of the answer are too many or too long");
    } else if (t->out_of_memory || code == CURLE_OUT_OF_MEMORY) {
        say(t, SIGN_E_MEMORY, "out of memory");
    } else if (t->head.status != 0 && t->head.status != 200 &&
               (t->dropped || code == CURLE_OK || code == CURLE_FILESIZE_EXCEEDED)) {
        snprintf(why, sizeof why, "HTTP status %d", t->head.status);
        say(t, SIGN_E_NETWORK, why);
    } else if (t->over || code == CURLE_FILESIZE_EXCEEDED) {
        snprintf(why, sizeof why, "the answer is larger than %zu octets", net_limit(t->request));
        say(t, SIGN_E_LIMIT, why);
    } else if (bad_location(t, code)) {
        say(t, SIGN_E_REFUSED, "redirected: neither http nor https");
    } else if (t->refused && !t->opened) {
        snprintf(why, sizeof why, "%.100s: %s is a special address and not allowed (--allow-address)",
                 t->url.host, t->special);
        say(t, SIGN_E_REFUSED, why);
    } else {
        snprintf(why, sizeof why, "%s", code == CURLE_OK ? "an empty answer" : text);
        say(t, SIGN_E_NETWORK, why);
    }
}

bool transfer_done(struct transfer *t, CURLcode code) {
    char *to = NULL;
    t->answer->status = t->head.status;
    (void)curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
    if ((code == CURLE_OK || t->dropped) && is_redirect(t, to))
        return !redirect(t, to);
    if (code != CURLE_OK || t->head.status != 200 || t->body.len == 0) {
        failure(t, code);
    } else {
        snprintf(t->answer->type, sizeof t->answer->type, "%s", t->head.type);
        t->answer->rc = grow_take(&t->body, &t->answer->body, NULL);
    }
    let_go(t);
    return true;
}
