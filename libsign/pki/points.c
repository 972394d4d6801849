/* pki/points.c - where a certificate says that lists, responders and issuers are to be found (RFC
 * 5280, 4.2.1.13 and 4.2.2.1). */
#include "pki/parts.h"

enum { NAME_URI = 6 };

static bool begins(sign_bytes url, const char *scheme) {
    size_t n = strlen(scheme);
    if (url.len <= n)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = url.data[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != scheme[i])
            return false;
    }
    return true;
}

/* http and https alone: a certificate may name ldap, file or anything else. Octets that are no URL's are
 * none. */
static bool is_usable(sign_bytes url) {
    if (url.len > LIMIT_URL || !(begins(url, "http://") || begins(url, "https://")))
        return false;
    for (size_t i = 0; i < url.len; i++)
        if (url.data[i] <= 0x20 || url.data[i] >= 0x7f)
            return false;
    return true;
}

static void add_url(struct pki_urls *out, sign_bytes url) {
    if (out->n == LIMIT_URLS || !is_usable(url))
        return;
    for (size_t i = 0; i < out->n; i++)
        if (bytes_equal(out->url[i], url))
            return;
    out->url[out->n++] = url;
}

void pki_urls_access(sign_bytes aia, enum oid method, struct pki_urls *out) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, aia, false), list, in;
    if (aia.len == 0 || !der_enter(&all, DER_SEQUENCE, &list))
        return;
    while (der_more(&list) && der_enter(&list, DER_SEQUENCE, &in)) {
        sign_bytes oid;
        struct der_tlv place;
        if (der_oid(&in, &oid) && der_any(&in, &place) && oid_is(oid, method) &&
            place.tag == DER_CONTEXT(NAME_URI))
            add_url(out, place.value);
    }
}

/* The fullName of a DistributionPoint: the same list at several places. */
static void add_places(struct der_cursor names, struct pki_urls *first, struct pki_urls *others) {
    size_t before = first->n;
    struct der_tlv name;
    while (der_more(&names) && der_any(&names, &name))
        if (name.tag == DER_CONTEXT(NAME_URI))
            add_url(first->n == before ? first : others, name.value);
}

void pki_urls_points(sign_bytes points, struct pki_urls *first, struct pki_urls *others) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, points, false), list, point, choice, names;
    if (points.len == 0 || !der_enter(&all, DER_SEQUENCE, &list))
        return;
    while (der_more(&list) && der_enter(&list, DER_SEQUENCE, &point))
        if (der_optional_enter(&point, DER_CONTEXT_CONSTRUCTED(0), &choice) &&
            der_optional_enter(&choice, DER_CONTEXT_CONSTRUCTED(0), &names))
            add_places(names, first, others);
}
