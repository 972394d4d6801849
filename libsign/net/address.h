/* net/address.h - which addresses may be connected to. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/bytes.h"
#include <sys/socket.h>

/* IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct net_address {
    uint8_t octets[16];
};
struct net_range {
    struct net_address first;
    unsigned bits; /* 0..128 */
};
struct net_ranges {
    struct net_range *ranges;
    size_t n;
};

/* "127.0.0.1", "10.1.0.0/16", "fd00::/8". false: neither an address nor a range. */
bool net_range_read(const char *text, struct net_range *out);
/* A host that is written as an address, brackets of IPv6 included or not, a zone ignored. */
bool net_address_read(const char *host, struct net_address *out);
/* false: another family than IPv4 and IPv6. */
bool net_address_of(const struct sockaddr *from, size_t size, struct net_address *out);
void net_address_text(const struct net_address *a, char out[64]);

/*
 * Why nobody on the Internet is there: "loopback", "private" ... (RFC 6890 and its registries); NULL: a
 * global address. What is embedded is looked at too: IPv4-mapped and NAT64 (RFC 6052).
 */
const char *net_address_special(const struct net_address *a);
/* NULL, or why it may not be connected to. */
const char *net_address_refused(const struct net_address *a, const struct net_ranges *allow);

#endif
