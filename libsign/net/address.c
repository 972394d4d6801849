/* net/address.c - special addresses (RFC 6890; IANA registries of IPv4 and IPv6 special-purpose addresses).
 */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b}; /* RFC 6052, 2.1 */

struct row4 {
    uint8_t first[4];
    unsigned bits;
    const char *why;
};
static const struct row4 special4[] = {
    {{0, 0, 0, 0}, 8, "this network"},         /* RFC 1122, 3.2.1.3 */
    {{10, 0, 0, 0}, 8, "private"},             /* RFC 1918 */
    {{100, 64, 0, 0}, 10, "shared"},           /* RFC 6598: carrier-grade NAT */
    {{127, 0, 0, 0}, 8, "loopback"},           /* RFC 1122, 3.2.1.3 */
    {{169, 254, 0, 0}, 16, "link-local"},      /* RFC 3927 */
    {{172, 16, 0, 0}, 12, "private"},          /* RFC 1918 */
    {{192, 0, 0, 0}, 24, "protocol"},          /* RFC 6890, 2.1 */
    {{192, 0, 2, 0}, 24, "documentation"},     /* RFC 5737 */
    {{192, 88, 99, 0}, 24, "6to4 relay"},      /* RFC 7526 */
    {{192, 168, 0, 0}, 16, "private"},         /* RFC 1918 */
    {{198, 18, 0, 0}, 15, "benchmark"},        /* RFC 2544 */
    {{198, 51, 100, 0}, 24, "documentation"},  /* RFC 5737 */
    {{203, 0, 113, 0}, 24, "documentation"},   /* RFC 5737 */
    {{224, 0, 0, 0}, 4, "multicast"},          /* RFC 5771 */
    {{240, 0, 0, 0}, 4, "reserved, broadcast"} /* RFC 1112, 4; RFC 8190 */
};

struct row6 {
    uint8_t first[16];
    unsigned bits;
    const char *why;
};
static const struct row6 special6[] = {
    {{0x20, 0x01}, 23, "protocol"},                  /* RFC 2928: Teredo, ORCHID, benchmarks are in it */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"}, /* RFC 3849 */
    {{0x20, 0x02}, 16, "6to4"},                      /* RFC 3056: an IPv4 address of anywhere is in it */
    {{0x3f, 0xff}, 20, "documentation"}              /* RFC 9637 */
};

static bool within_bits(const uint8_t *a, const uint8_t *first, unsigned bits) {
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(a, first, whole) != 0)
        return false;
    unsigned mask = rest == 0 ? 0 : 0xffu << (8 - rest) & 0xffu;
    return rest == 0 || ((a[whole] ^ first[whole]) & mask) == 0;
}

static const char *special_ipv4(const uint8_t *a) {
    for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++)
        if (within_bits(a, special4[i].first, special4[i].bits))
            return special4[i].why;
    return NULL;
}

/* The few outside 2000::/3 that have a name; all others there are not allocated (RFC 4291, 2.4). */
static const char *outside_global(const uint8_t *a) {
    static const uint8_t none[16] = {0}, local[16] = {[15] = 1};
    if (memcmp(a, none, 16) == 0)
        return "unspecified";
    if (memcmp(a, local, 16) == 0)
        return "loopback";
    if ((a[0] & 0xfe) == 0xfc)
        return "private"; /* RFC 4193: unique local */
    if (a[0] == 0xfe && (a[1] & 0x80) != 0)
        return "link-local"; /* fe80::/10, and the old fec0::/10 (RFC 3879) */
    return a[0] == 0xff ? "multicast" : "reserved";
}

const char *net_address_special(const struct net_address *address) {
    const uint8_t *a = address->octets;
    if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
        return special_ipv4(a + 12);
    if ((a[0] & 0xe0) != 0x20)
        return outside_global(a);
    for (size_t i = 0; i < sizeof special6 / sizeof special6[0]; i++)
        if (within_bits(a, special6[i].first, special6[i].bits))
            return special6[i].why;
    return NULL;
}

static bool listed(const struct net_address *a, const struct net_ranges *allow) {
    for (size_t i = 0; i < allow->n; i++)
        if (within_bits(a->octets, allow->ranges[i].first.octets, allow->ranges[i].bits))
            return true;
    return false;
}

const char *net_address_refused(const struct net_address *a, const struct net_ranges *allow) {
    const char *why = net_address_special(a);
    return why == NULL || listed(a, allow) ? NULL : why;
}

static void from_ipv4(const void *four, struct net_address *out) {
    memcpy(out->octets, mapped, 12);
    memcpy(out->octets + 12, four, 4);
}

bool net_address_read(const char *host, struct net_address *out) {
    char text[80];
    size_t n = strlen(host);
    bool brackets = n >= 2 && host[0] == '[' && host[n - 1] == ']';
    if (n >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)(brackets ? n - 2 : n), host + brackets);
    text[strcspn(text, "%")] = 0;
    struct in_addr four;
    if (!brackets && inet_pton(AF_INET, text, &four) == 1) {
        from_ipv4(&four, out);
        return true;
    }
    return inet_pton(AF_INET6, text, out->octets) == 1;
}

bool net_range_read(const char *text, struct net_range *out) {
    char host[80];
    size_t n = strcspn(text, "/");
    if (n >= sizeof host || text[0] == '[')
        return false;
    snprintf(host, sizeof host, "%.*s", (int)n, text);
    if (strchr(host, '%') != NULL || !net_address_read(host, &out->first))
        return false;
    bool ipv4 = strchr(host, ':') == NULL;
    out->bits = 128;
    if (text[n] == 0)
        return true;
    const char *bits = text + n + 1;
    size_t digits = strspn(bits, "0123456789");
    if (digits == 0 || digits > 3 || bits[digits] != 0)
        return false;
    unsigned given = (unsigned)strtoul(bits, NULL, 10);
    out->bits = given + (ipv4 ? 96 : 0);
    return given <= (ipv4 ? 32u : 128u);
}

bool net_address_of(const struct sockaddr *from, size_t size, struct net_address *out) {
    if (from->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;
        memcpy(&in, from, sizeof in);
        from_ipv4(&in.sin_addr, out);
        return true;
    }
    if (from->sa_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in;
        memcpy(&in, from, sizeof in);
        memcpy(out->octets, &in.sin6_addr, sizeof out->octets);
        return true;
    }
    return false;
}

void net_address_text(const struct net_address *a, char out[64]) {
    bool ipv4 = memcmp(a->octets, mapped, 12) == 0;
    const void *from = ipv4 ? a->octets + 12 : a->octets;
    if (inet_ntop(ipv4 ? AF_INET : AF_INET6, from, out, 64) == NULL)
        snprintf(out, 64, "?");
}
