/* Special addresses: the first and last of each range and their neighbours; URLs before anything is sent. */
#include "net/url.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

static const char *special(const char *text) {
    struct net_address a;
    cr_assert(net_address_read(text, &a), "%s", text);
    return net_address_special(&a);
}

/* IANA IPv4 Special-Purpose Address Registry, and RFC 5771. */
Test(address, ipv4) {
    static const struct {
        const char *before, *first, *last, *after, *why;
    } rows[] = {
        {NULL, "0.0.0.0", "0.255.255.255", "1.0.0.0", "this network"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "private"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0", "shared"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", "loopback"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0", "link-local"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "private"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0", "protocol"},
        {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0", "documentation"},
        {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0", "6to4 relay"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "private"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0", "benchmark"},
        {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0", "documentation"},
        {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0", "documentation"},
        {"223.255.255.255", "224.0.0.0", "239.255.255.255", NULL, "multicast"},
        {NULL, "240.0.0.0", "255.255.255.255", NULL, "reserved, broadcast"},
    };
    static const char *const forms[] = {"%s", "::ffff:%s", "64:ff9b::%s", "[::ffff:%s]"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
            const char *const text[4] = {rows[i].first, rows[i].last, rows[i].before, rows[i].after};
            for (size_t k = 0; k < 4; k++) {
                char whole[80];
                if (text[k] == NULL)
                    continue;
                const char *mark = strstr(forms[f], "%s");
                snprintf(whole, sizeof whole, "%.*s%s%s", (int)(mark - forms[f]), forms[f], text[k],
                         mark + 2);
                const char *why = special(whole);
                if (k < 2)
                    cr_assert_str_eq(why ? why : "", rows[i].why, "%s", whole);
                else
                    cr_assert_null(why, "%s: %s", whole, why);
            }
        }
}

/* IANA IPv6 Special-Purpose Address Registry; RFC 4291, 2.4: only 2000::/3 is global unicast. */
Test(address, ipv6) {
    static const struct {
        const char *text, *why;
    } rows[] = {{"::", "unspecified"},
                {"::1", "loopback"},
                {"::2", "reserved"},
                {"::127.0.0.1", "reserved"}, /* IPv4-compatible */
                {"::ffff:0:127.0.0.1", "reserved"},
                {"64:ff9b::1:0:0:1", "reserved"},
                {"64:ff9b:1::1", "reserved"}, /* RFC 8215 */
                {"100::1", "reserved"},       /* RFC 6666 */
                {"1fff:ffff::", "reserved"},
                {"2000::", NULL},
                {"2001::", "protocol"}, /* Teredo */
                {"2001:2::1", "protocol"},
                {"2001:10::1", "protocol"},
                {"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "protocol"},
                {"2001:200::", NULL},
                {"2001:db7:ffff::", NULL},
                {"2001:db8::", "documentation"},
                {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"},
                {"2001:db9::", NULL},
                {"2002:7f00:1::", "6to4"},
                {"2003::1", NULL},
                {"2a00:1450:4017:80f::200e", NULL},
                {"3ffe:ffff::", NULL},
                {"3fff::1", "documentation"},
                {"3fff:fff:ffff::1", "documentation"},
                {"3fff:1000::", NULL},
                {"4000::", "reserved"},
                {"5f00::1", "reserved"},
                {"fbff::1", "reserved"},
                {"fc00::1", "private"},
                {"fdff:ffff::1", "private"},
                {"fe00::1", "reserved"},
                {"fe80::1", "link-local"},
                {"fe80::1%eth0", "link-local"},
                {"febf::1", "link-local"},
                {"fec0::1", "link-local"},
                {"ff02::1", "multicast"},
                {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *why = special(rows[i].text);
        cr_assert_str_eq(why ? why : "global", rows[i].why ? rows[i].why : "global", "%s", rows[i].text);
    }
}

/* Every address of the first two octets: the ranges above and no others. */
Test(address, ipv4_exhaustively_by_sixteen_bits) {
    unsigned refused = 0;
    for (unsigned n = 0; n < 65536; n++) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(n << 16 | 0x0a0b)};
        struct net_address a;
        cr_assert(net_address_of((struct sockaddr *)&in, sizeof in, &a));
        unsigned x = n >> 8, y = n & 255;
        bool want = x == 0 || x == 10 || x == 127 || x >= 224 || (x == 100 && y >= 64 && y < 128) ||
                    (x == 169 && y == 254) || (x == 172 && y >= 16 && y < 32) || (x == 192 && y == 168) ||
                    (x == 198 && (y == 18 || y == 19));
        cr_assert_eq(net_address_special(&a) != NULL, want, "%u.%u", x, y);
        refused += want;
    }
    cr_assert_eq(refused, 3u * 256 + 32 * 256 + 64 + 1 + 16 + 1 + 2);
}

Test(address, what_is_allowed) {
    static const struct {
        const char *range, *address;
        bool allowed;
    } rows[] = {{"127.0.0.1", "127.0.0.1", true},
                {"127.0.0.1", "127.0.0.2", false},
                {"127.0.0.1", "::ffff:127.0.0.1", true},
                {"127.0.0.1", "::1", false},
                {"10.1.0.0/16", "10.1.255.255", true},
                {"10.1.0.0/16", "10.2.0.0", false},
                {"10.0.0.0/9", "10.127.0.1", true},
                {"10.0.0.0/9", "10.128.0.1", false},
                {"0.0.0.0/0", "192.168.1.1", true},
                {"0.0.0.0/0", "fd00::1", false},
                {"fd00::/8", "fd12::1", true},
                {"fd00::/8", "fc00::1", false},
                {"::/0", "10.0.0.1", true},
                {"::1", "::1", true},
                {"fe80::/10", "febf::1", true},
                {"8.8.8.8", "8.8.4.4", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct net_range range;
        struct net_address a;
        cr_assert(net_range_read(rows[i].range, &range) && net_address_read(rows[i].address, &a));
        struct net_ranges all = {&range, 1};
        cr_assert_eq(net_address_refused(&a, &all) == NULL, rows[i].allowed, "%s %s", rows[i].range,
                     rows[i].address);
    }
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct net_address a;
    cr_assert_not(net_address_of(&other, sizeof other, &a));
    cr_assert_not(net_address_of(&(struct sockaddr){.sa_family = AF_INET}, 3, &a));
}

Test(url, which_are_accepted) {
    static const struct {
        const char *url;
        sign_rc rc;
        const char *text; /* the origin, or of the problem */
    } rows[] = {
        {"http://crl.example.test/a.crl", SIGN_OK, "http://crl.example.test:80"},
        {"HTTPS://CRL.example.test:444/?x=y#z", SIGN_OK, "https://CRL.example.test:444"},
        {"http://8.8.8.8/", SIGN_OK, "http://8.8.8.8:80"},
        {"http://[2a00:1450::1]/", SIGN_OK, "http://[2a00:1450::1]:80"},
        {"http://localhostess.test/", SIGN_OK, ""},
        {"", SIGN_E_REFUSED, "characters"},
        {"crl.example.test/a.crl", SIGN_E_REFUSED, "not a URL"},
        {"ftp://example.test/", SIGN_E_REFUSED, "neither http nor https"},
        {"ldap://example.test/cn=a", SIGN_E_REFUSED, "neither http nor https"},
        {"file:///etc/passwd", SIGN_E_REFUSED, "neither http nor https"},
        {"httpx://example.test/", SIGN_E_REFUSED, "neither http nor https"},
        {"http://a b/", SIGN_E_REFUSED, "characters"},
        {"http://example.test/a\r\nX: y", SIGN_E_REFUSED, "characters"},
        {"http://ex\xc3\xa4mple.test/", SIGN_E_REFUSED, "characters"},
        {"http://user@example.test/", SIGN_E_REFUSED, "user name"},
        {"http://:pass@example.test/", SIGN_E_REFUSED, "user name"},
        {"http://user:pass@example.test/", SIGN_E_REFUSED, "user name"},
        {"http://127.0.0.1/", SIGN_E_REFUSED, "loopback"},
        {"http://127.1/", SIGN_E_REFUSED, "loopback"},
        {"http://0177.0.0.1/", SIGN_E_REFUSED, "loopback"},
        {"http://2130706433/", SIGN_E_REFUSED, "loopback"},
        {"http://127.0.0.1./", SIGN_E_REFUSED, "loopback"},
        {"http://%31%32%37.0.0.1/", SIGN_E_REFUSED, "loopback"},
        {"http://[::1]/", SIGN_E_REFUSED, "loopback"},
        {"http://[fe80::1%25eth0]/", SIGN_E_REFUSED, "link-local"},
        {"http://[::ffff:a00:1]/", SIGN_E_REFUSED, "private"},
        {"http://LocalHost/", SIGN_E_REFUSED, "loopback"},
        {"http://x.localhost./", SIGN_E_REFUSED, "loopback"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(net_url) u = {0};
        struct net_ranges none = {0};
        char problem[200] = "";
        sign_rc rc = net_url_read(rows[i].url, &none, &u, problem);
        cr_assert_eq(rc, rows[i].rc, "%s: %s %s", rows[i].url, sign_rc_name(rc), problem);
        cr_assert_not_null(strstr(rc == SIGN_OK ? u.origin : problem, rows[i].text), "%s: %s %s", rows[i].url,
                           u.origin, problem);
        /* Whoever is refused an address is told how to allow it. */
        cr_assert_eq(strstr(problem, "(--allow-address)") != NULL,
                     strstr(problem, "special address") != NULL);
    }
    AUTO(grow) large = {0};
    grow_str(&large, "http://example.test/");
    memset(grow_space(&large, 5000), 'a', 5000);
    grow_byte(&large, 0);
    AUTO(net_url) u = {0};
    struct net_ranges none = {0};
    char problem[200];
    cr_assert_eq(net_url_read((char *)large.data, &none, &u, problem), SIGN_E_REFUSED);
}

Test(url, hosts_without_a_proxy) {
    static const struct {
        const char *host, *list;
        bool in;
    } rows[] = {{"a.test", "", false},
                {"a.test", "a.test", true},
                {"A.TEST", "a.test", true},
                {"b.a.test", "a.test", true},
                {"b.a.test", ".a.test", true},
                {"ba.test", "a.test", false},
                {"a.test", "x, y ,a.test", true},
                {"a.test", "*", true},
                {"a.test", "*.test", false},
                {"test", "a.test", false},
                {"127.0.0.1", "127.0.0.1", true},
                {"a.test", ".", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(net_url_excepted(rows[i].host, rows[i].list), rows[i].in, "%s in %s", rows[i].host,
                     rows[i].list);
}

Test(url, proxies_of_the_environment) {
    AUTO(net_url) http = {0}, https = {0};
    struct net_ranges none = {0};
    char problem[200];
    cr_assert_eq(net_url_read("http://a.test/", &none, &http, problem), SIGN_OK);
    cr_assert_eq(net_url_read("https://a.test/", &none, &https, problem), SIGN_OK);
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "HTTP_PROXY",
                                        "all_proxy",  "ALL_PROXY",   "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < 8; i++)
        unsetenv(names[i]);
    cr_assert_null(net_url_proxy(&http, NULL));
    setenv("HTTP_PROXY", "http://evil:1", 1);
    cr_assert_null(net_url_proxy(&http, NULL));
    setenv("all_proxy", "socks5://p:1", 1);
    cr_assert_str_eq(net_url_proxy(&http, NULL), "socks5://p:1");
    setenv("http_proxy", "http://p:2", 1);
    setenv("HTTPS_PROXY", "http://p:3", 1);
    cr_assert_str_eq(net_url_proxy(&http, NULL), "http://p:2");
    cr_assert_str_eq(net_url_proxy(&https, NULL), "http://p:3");
    cr_assert_str_eq(net_url_proxy(&https, "http://given:4"), "http://given:4");
    cr_assert_null(net_url_proxy(&https, ""));
    setenv("NO_PROXY", "a.test", 1);
    cr_assert_null(net_url_proxy(&http, NULL));
    cr_assert_str_eq(net_url_proxy(&http, "http://given:4"), "http://given:4");
}
