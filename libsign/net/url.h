/* net/url.h - where a request may go. */
#ifndef NET_URL_H
#define NET_URL_H

#include "net/address.h"
#include <curl/curl.h>
#include <sign/fetch.h>

/* Parsed once: what is judged here is what libcurl connects to. */
struct net_url {
    CURLU *parts;
    bool https;
    char origin[300]; /* scheme, host and port */
    char host[256];
};
typedef struct net_url net_url;
void net_url_free(net_url *u);
CLEANUP(net_url, net_url_free);

/*
 * SIGN_OK; SIGN_E_REFUSED: no http or https URL, with user information, with other octets than those of
 * RFC 3986, over LIMIT_URL, or its host is written as an address that may not be connected to; SIGN_E_MEMORY.
 * `problem` says why.
 */
sign_rc net_url_read(const char *text, const struct net_ranges *allow, net_url *out, char problem[200]);

/*
 * The proxy for it: as given (NULL: http_proxy, https_proxy and all_proxy of the environment, as curl reads
 * them, less the hosts of no_proxy). NULL: none.
 */
const char *net_url_proxy(const net_url *u, const char *given);
/* Whether a list of names as in no_proxy has the host: "*", names and what is below them, addresses. */
bool net_url_excepted(const char *host, const char *list);

#endif
