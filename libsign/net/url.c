/* net/url.c - URLs of certificates are anybody's: judged before anything is done with them. */
#include "net/url.h"

#include "base/limits.h"
#include <stdio.h>
#include <stdlib.h>

void net_url_free(net_url *u) {
    if (u->parts != NULL)
        curl_url_cleanup(u->parts);
    *u = (net_url){0};
}

static sign_rc refuse(char problem[200], const char *why) {
    snprintf(problem, 200, "%s", why);
    return SIGN_E_REFUSED;
}

/* One part as text; false when it is absent or too long. */
static bool part(CURLU *from, CURLUPart which, unsigned flags, char *out, size_t size) {
    char *text = NULL;
    out[0] = 0;
    if (curl_url_get(from, which, &text, flags) != CURLUE_OK || text == NULL)
        return false;
    bool fits = strlen(text) < size;
    if (fits)
        snprintf(out, size, "%s", text);
    curl_free(text);
    return fits;
}

static bool present(CURLU *from, CURLUPart which) {
    char *text = NULL;
    bool there = curl_url_get(from, which, &text, 0) == CURLUE_OK;
    curl_free(text);
    return there;
}

static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool same_text(const char *a, const char *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

/* The host is `name` or below it. */
static bool below(const char *host, const char *name, size_t n) {
    size_t h = strlen(host);
    return n > 0 && h >= n && same_text(host + h - n, name, n) && (h == n || host[h - n - 1] == '.');
}

/* RFC 3986, 2: visible ASCII; more would be read differently by different programs. */
static bool visible(const char *text) {
    size_t n = 0;
    for (; text[n] != 0; n++)
        if (text[n] <= 0x20 || text[n] > 0x7e || n >= LIMIT_URL)
            return false;
    return n > 0;
}

/* The address is judged again when the connection is made; here, because a proxy would make it. */
static sign_rc judge_host(net_url *u, const struct net_ranges *allow, char problem[200]) {
    struct net_address a;
    size_t n = strlen(u->host);
    while (n > 0 && u->host[n - 1] == '.')
        u->host[--n] = 0;
    const char *why = NULL;
    if (n == 0)
        return refuse(problem, "the URL has no host");
    if (net_address_read(u->host, &a))
        why = net_address_refused(&a, allow);
    else if (below(u->host, "localhost", 9) && net_address_read("127.0.0.1", &a))
        why = net_address_refused(&a, allow); /* RFC 6761, 6.3 */
    if (why == NULL)
        return SIGN_OK;
    snprintf(problem, 200, "%.100s is a special address (%s) and not allowed (--allow-address)", u->host,
             why);
    return SIGN_E_REFUSED;
}

sign_rc net_url_read(const char *text, const struct net_ranges *allow, net_url *out, char problem[200]) {
    char scheme[16], port[8];
    if (text == NULL || !visible(text))
        return refuse(problem, "the URL is too long or has characters that no URL has");
    out->parts = curl_url();
    if (out->parts == NULL)
        return SIGN_E_MEMORY;
    CURLUcode code = curl_url_set(out->parts, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
    if (code == CURLUE_OUT_OF_MEMORY)
        return SIGN_E_MEMORY;
    if (code != CURLUE_OK || !part(out->parts, CURLUPART_SCHEME, 0, scheme, sizeof scheme))
        return refuse(problem, "not a URL");
    out->https = strcmp(scheme, "https") == 0;
    if (!out->https && strcmp(scheme, "http") != 0)
        return refuse(problem, "neither http nor https");
    if (present(out->parts, CURLUPART_USER) || present(out->parts, CURLUPART_PASSWORD))
        return refuse(problem, "the URL has a user name or password");
    if (!part(out->parts, CURLUPART_HOST, 0, out->host, sizeof out->host) ||
        !part(out->parts, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof port))
        return refuse(problem, "the URL has no usable host");
    snprintf(out->origin, sizeof out->origin, "%s://%s:%s", scheme, out->host, port);
    return judge_host(out, allow, problem);
}

bool net_url_excepted(const char *host, const char *list) {
    static const char apart[] = ", \t";
    for (const char *at = list + strspn(list, apart); *at != 0; at += strspn(at, apart)) {
        size_t n = strcspn(at, apart);
        const char *name = at;
        at += n;
        if (n == 1 && *name == '*')
            return true;
        if (n > 1 && *name == '.') {
            name++;
            n--;
        }
        if (below(host, name, n))
            return true;
    }
    return false;
}

static const char *set(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != 0 ? value : NULL;
}

/* HTTP_PROXY in capitals is what a CGI program gets from a client's header "Proxy", so it is not read. */
static const char *of_environment(bool https) {
    static const char *const names[2][5] = {{"http_proxy", "all_proxy", "ALL_PROXY", NULL},
                                            {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL}};
    const char *found = NULL;
    for (size_t i = 0; found == NULL && names[https][i] != NULL; i++)
        found = set(names[https][i]);
    return found;
}

const char *net_url_proxy(const net_url *u, const char *given) {
    if (given != NULL)
        return *given != 0 ? given : NULL;
    const char *found = of_environment(u->https);
    const char *except = set("no_proxy") != NULL ? set("no_proxy") : set("NO_PROXY");
    return found != NULL && except != NULL && net_url_excepted(u->host, except) ? NULL : found;
}
