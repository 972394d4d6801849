/* pki/names.c - one name against one subtree of name constraints (RFC 5280, 4.2.1.10, 7.2 to 7.5). */
#include "pki/names.h"

static uint8_t lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool same_letters(sign_bytes a, sign_bytes b) {
    bool same = a.len == b.len;
    for (size_t i = 0; i < a.len && same; i++)
        same = lower(a.data[i]) == lower(b.data[i]);
    return same;
}

static sign_bytes part(sign_bytes b, size_t from, size_t to) {
    return BYTES(b.data + from, to - from);
}

/* The place of the first or last such octet; len: there is none. */
static size_t first_of(sign_bytes b, uint8_t c) {
    size_t i = 0;
    while (i < b.len && b.data[i] != c)
        i++;
    return i;
}

static size_t last_of(sign_bytes b, uint8_t c) {
    for (size_t i = b.len; i-- > 0;)
        if (b.data[i] == c)
            return i;
    return b.len;
}

static bool ends_with(sign_bytes name, sign_bytes end) {
    return name.len >= end.len && same_letters(part(name, name.len - end.len, name.len), end);
}

/* Letters, digits, hyphens and (met in practice) underscores between single dots; `*` where it may stand. */
static bool is_host(sign_bytes h, bool wildcard) {
    bool label = false;
    size_t i = wildcard && h.len > 2 && h.data[0] == '*' && h.data[1] == '.' ? 2 : 0;
    for (; i < h.len; i++) {
        uint8_t c = lower(h.data[i]);
        bool dot = c == '.';
        if (dot ? !label : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
        label = !dot;
    }
    return label;
}

/* The dot at the end of a name that is absolute says nothing more here. */
static sign_bytes without_root(sign_bytes h) {
    return h.len > 1 && h.data[h.len - 1] == '.' ? part(h, 0, h.len - 1) : h;
}

/* A constraint of a host: `.example.com` is what is below it, and nothing is everything. */
static bool is_host_base(sign_bytes base) {
    return base.len == 0 || is_host(base.data[0] == '.' ? part(base, 1, base.len) : base, false);
}

/*
 * "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side of the
 * name". RFC 5280 gives a leading dot no meaning here; it is met, for one label more at least. A wildcard
 * stands for names inside and outside of a subtree that is below its own domain.
 */
static enum within dns_within(sign_bytes name, sign_bytes base) {
    name = without_root(name);
    if (!is_host(name, true) || !is_host_base(base))
        return WITHIN_UNSURE;
    if (base.len == 0)
        return WITHIN_YES;
    bool below = base.data[0] == '.';
    if (ends_with(name, base) &&
        (below ? name.len > base.len : name.len == base.len || name.data[name.len - base.len - 1] == '.'))
        return WITHIN_YES;
    sign_bytes tail = part(name, 1, name.len); /* of `*.example.com`: what it stands for ends so */
    bool overlaps =
        name.data[0] == '*' && (ends_with(base, tail) || same_letters(base, part(tail, 1, tail.len)));
    return overlaps ? WITHIN_UNSURE : WITHIN_NO;
}

/* A host as constraints of URIs and mail addresses have it: itself, or with a leading dot what is below it.
 */
static enum within host_within(sign_bytes host, sign_bytes base) {
    if (base.len == 0)
        return WITHIN_YES;
    bool inside =
        base.data[0] == '.' ? host.len > base.len && ends_with(host, base) : same_letters(host, base);
    return inside ? WITHIN_YES : WITHIN_NO;
}

/*
 * A mailbox, a host or a domain. The local part is compared as it stands (RFC 5280, 7.5); quoted it may be
 * the same mailbox in other words.
 */
static enum within email_within(sign_bytes name, sign_bytes base) {
    size_t at = last_of(name, '@'), base_at = last_of(base, '@');
    if (at == 0 || at == name.len)
        return WITHIN_UNSURE;
    sign_bytes host = without_root(part(name, at + 1, name.len));
    bool literal = host.len > 0 && host.data[0] == '['; /* an address: in no domain */
    if (!literal && !is_host(host, false))
        return WITHIN_UNSURE;
    if (base_at == base.len)
        return is_host_base(base) ? host_within(host, base) : WITHIN_UNSURE;
    sign_bytes base_host = part(base, base_at + 1, base.len);
    if (base_at == 0 || !is_host(base_host, false))
        return WITHIN_UNSURE;
    if (!same_letters(host, base_host))
        return WITHIN_NO;
    if (name.data[0] == '"' || base.data[0] == '"')
        return WITHIN_UNSURE;
    return bytes_equal(part(name, 0, at), part(base, 0, base_at)) ? WITHIN_YES : WITHIN_NO;
}

static bool is_address(sign_bytes host) {
    size_t label = last_of(host, '.');
    label = label == host.len ? 0 : label + 1;
    bool digits = true;
    for (size_t i = label; i < host.len && digits; i++)
        digits = host.data[i] >= '0' && host.data[i] <= '9';
    return digits;
}

/* The host of `scheme://user@host:port/...` (RFC 3986, 3.2); empty when there is none that is a domain name.
 */
static sign_bytes uri_host(sign_bytes uri) {
    size_t colon = first_of(uri, ':');
    if (colon == 0 || uri.len - colon < 4 || uri.data[colon + 1] != '/' || uri.data[colon + 2] != '/')
        return (sign_bytes){0};
    sign_bytes rest = part(uri, colon + 3, uri.len);
    size_t end = 0;
    while (end < rest.len && rest.data[end] != '/' && rest.data[end] != '?' && rest.data[end] != '#')
        end++;
    sign_bytes host = part(rest, 0, end);
    size_t user = last_of(host, '@');
    if (user < host.len)
        host = part(host, user + 1, host.len);
    host = without_root(part(host, 0, first_of(host, ':')));
    return is_host(host, false) && !is_address(host) ? host : (sign_bytes){0};
}

/* "The constraint applies to the host part of the name"; one without a domain name there must be refused. */
static enum within uri_within(sign_bytes name, sign_bytes base) {
    sign_bytes host = uri_host(name);
    if (host.len == 0 || !is_host_base(base))
        return WITHIN_UNSURE;
    return host_within(host, base);
}

/* An address and mask, as in RFC 4632; an address of the other family is in no such range. */
static enum within ip_within(sign_bytes name, sign_bytes base) {
    if ((name.len != 4 && name.len != 16) || (base.len != 8 && base.len != 32))
        return WITHIN_UNSURE;
    if (base.len != 2 * name.len)
        return WITHIN_NO;
    for (size_t i = 0; i < name.len; i++)
        if ((name.data[i] ^ base.data[i]) & base.data[name.len + i])
            return WITHIN_NO;
    return WITHIN_YES;
}

/*
 * The subtree's RDNs are the first of the name. In a key every RDN begins with an octet that has bit 1 set,
 * so that a beginning that ends inside of one is told.
 */
static enum within directory_within(sign_bytes name, sign_bytes base) {
    bool inside = name.len >= base.len && bytes_equal(part(name, 0, base.len), base) &&
                  (name.len == base.len || (name.data[base.len] & 2) != 0);
    return inside ? WITHIN_YES : WITHIN_NO;
}

enum within name_within(const struct general_name *name, const struct general_name *base) {
    switch (name->tag) {
    case NAME_EMAIL:
        return email_within(name->value, base->value);
    case NAME_DNS:
        return dns_within(name->value, base->value);
    case NAME_URI:
        return uri_within(name->value, base->value);
    case NAME_IP:
        return ip_within(name->value, base->value);
    case NAME_DIRECTORY:
        return directory_within(name->value, base->value);
    default:
        return WITHIN_UNSURE;
    }
}
